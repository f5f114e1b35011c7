use crate::model::{Elements, PersonKey, Scheme};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::borrow::Borrow;
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash, Hasher};

/// A bank in a payment file, by one identifier in its normal form (see `identifier`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Party {
    /// Kind of identifier.
    pub scheme: Scheme,
    /// Its normal form: nine digits for `aba`, eight characters for `bic`, `CC:code` for bank codes.
    pub value: String,
}

/// How often a party stands in a role, and where first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Times.
    pub count: u64,
    /// Byte offset of the first, in the item.
    pub offset: u64,
}

/// Once, at this offset.
impl From<u64> for Seen {
    fn from(offset: u64) -> Self {
        Self { count: 1, offset }
    }
}

/// Payments of one owner: a file, batch or message, or all of them in an item that have the same
/// owner fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentUnit {
    /// Whose file it is, after the layout's owner fields. More than one where the fields disagree.
    #[serde(deserialize_with = "crate::model::in_order::deserialize")]
    pub owners: BTreeMap<Party, Seen>,
    /// Both sides, where the direction cannot be known.
    #[serde(deserialize_with = "crate::model::in_order::deserialize")]
    pub either: BTreeMap<Party, Seen>,
    /// Everybody else.
    #[serde(deserialize_with = "crate::model::in_order::deserialize")]
    pub counterparties: BTreeMap<Party, Seen>,
    /// Who is the other side of the whole unit (a NACHA file's destination, a message's receiver).
    /// They stand among the counterparties as well.
    #[serde(deserialize_with = "crate::model::in_order::deserialize")]
    pub other_side: BTreeMap<Party, Seen>,
    /// Payment entries.
    pub records: u64,
    /// Kinds of personal data in them.
    pub elements: Elements,
    /// The persons named.
    pub persons: Vec<PersonKey>,
}

/// The days of an item's payments, after the headers of its files, batches or messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dated {
    /// No header said anything.
    #[default]
    Unsaid,
    /// Every header says a day; the first and the last of them.
    Between(Date, Date),
    /// Some header says none: its payments may be of any day.
    Doubtful,
}

impl Dated {
    /// What a header says; nothing where its field holds no day.
    pub fn add(&mut self, day: Option<Date>) {
        self.merge(day.map_or(Self::Doubtful, |day| Self::Between(day, day)));
    }

    /// Takes in what other headers of the item say.
    pub fn merge(&mut self, other: Self) {
        *self = match (*self, other) {
            (Self::Doubtful, _) | (_, Self::Doubtful) => Self::Doubtful,
            (Self::Unsaid, one) | (one, Self::Unsaid) => one,
            (Self::Between(a, b), Self::Between(c, d)) => Self::Between(a.min(c), b.max(d)),
        };
    }
}

/// What one item of a payment layout says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentFacts {
    /// Name of the layout.
    pub layout: String,
    /// Its units, by their owner fields.
    pub units: Vec<PaymentUnit>,
    /// The days that its headers state.
    pub dated: Dated,
    /// What else the item holds is not known to be their owner's: they stand amid other text, or the file breaks off
    /// and no header gives the rest to the same owner.
    pub beside_others: bool,
    /// Why the direction is unknown, fields that contradict each other, records that break the layout.
    pub notes: Vec<String>,
}

impl PaymentFacts {
    /// Adds a unit to the one with the same owner fields, or as a new one.
    pub fn merge(&mut self, mut unit: PaymentUnit) {
        match self.units.iter_mut().find(|other| other.has_sides_of(&unit)) {
            Some(other) => other.absorb(&mut unit),
            None => self.units.push(unit),
        }
    }
}

impl PaymentUnit {
    /// A hash of whose the unit is and who is on its other side.
    pub(super) fn sides(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for sides in [&self.owners, &self.either, &self.other_side] {
            sides.len().hash(&mut hasher);
            sides.keys().for_each(|party| party.hash(&mut hasher));
        }
        hasher.finish()
    }

    pub(super) fn has_sides_of(&self, other: &Self) -> bool {
        let same = |a: &BTreeMap<Party, Seen>, b: &BTreeMap<Party, Seen>| a.len() == b.len() && a.keys().eq(b.keys());
        same(&self.owners, &other.owners) && same(&self.either, &other.either) && same(&self.other_side, &other.other_side)
    }

    /// Takes all that another unit holds, and leaves it empty; its memory for persons serves the next one.
    pub(super) fn absorb(&mut self, unit: &mut PaymentUnit) {
        let sides = [
            (&mut self.owners, &mut unit.owners),
            (&mut self.either, &mut unit.either),
            (&mut self.counterparties, &mut unit.counterparties),
            (&mut self.other_side, &mut unit.other_side),
        ];
        for (own, other) in sides.into_iter().filter(|(_, other)| !other.is_empty()) {
            join(own, std::mem::take(other));
        }
        self.records += std::mem::take(&mut unit.records);
        self.elements.extend(std::mem::take(&mut unit.elements));
        make_room(&mut self.persons, unit.persons.len());
        self.persons.append(&mut unit.persons);
    }
}

fn join(into: &mut BTreeMap<Party, Seen>, from: impl IntoIterator<Item = (Party, Seen)>) {
    for (party, seen) in from {
        match into.get_mut(&party) {
            Some(known) => {
                known.count += seen.count;
                known.offset = known.offset.min(seen.offset);
            }
            None => _ = into.insert(party, seen),
        }
    }
}

/// Makes room for more persons: those told twice give way first, and where they were few the room is doubled,
/// so that it stays below four times the distinct persons and sorting below a few passes over them.
pub(super) fn make_room(persons: &mut Vec<PersonKey>, more: usize) {
    if persons.len() + more <= persons.capacity() {
        return;
    }
    PersonKey::settle(persons);
    if persons.len() + more > persons.capacity() / 2 {
        persons.reserve(persons.len().max(more));
    }
}

/// Parties of a unit as they are met: many times each, and only the first time with a name of their own.
#[derive(Default)]
pub(super) struct Tally(HashMap<Party, Seen>);

impl Tally {
    pub(super) fn add(&mut self, scheme: &Scheme, value: &str, seen: Seen) {
        match self.0.get_mut(&(scheme, value) as &dyn Named) {
            Some(known) => known.count += seen.count,
            None => _ = self.0.insert(Party { scheme: scheme.clone(), value: value.to_owned() }, seen),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Empties the tally into parties.
    pub(super) fn move_into(&mut self, parties: &mut BTreeMap<Party, Seen>) {
        // Going through a large and nearly empty table again and again would cost more than a new one.
        if self.0.capacity() > 64 { join(parties, std::mem::take(&mut self.0)) } else { join(parties, self.0.drain()) }
    }
}

/// What a party is looked up by without making one; hashed as a party is.
trait Named {
    fn named(&self) -> (&Scheme, &str);
}

impl Named for Party {
    fn named(&self) -> (&Scheme, &str) {
        (&self.scheme, &self.value)
    }
}

impl Named for (&Scheme, &str) {
    fn named(&self) -> (&Scheme, &str) {
        (self.0, self.1)
    }
}

impl Hash for dyn Named + '_ {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.named().hash(state);
    }
}

impl PartialEq for dyn Named + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.named() == other.named()
    }
}

impl Eq for dyn Named + '_ {}

impl<'a> Borrow<dyn Named + 'a> for Party {
    fn borrow(&self) -> &(dyn Named + 'a) {
        self
    }
}
