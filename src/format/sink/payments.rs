//! What readers of payment files say: sides, persons and entries, by unit.

use super::Sink;
use super::outlet::Silent;
use crate::format::payment::make_room;
use crate::format::{Format, Party, PaymentFacts, PaymentUnit, Seen};
use crate::model::{DataElement, Elements, Person, PersonKey, Scheme};
use crate::passage::PassageKind;
use std::collections::BTreeMap;

impl Sink<'_> {
    /// The item is of this payment layout; its text is that of a payment file from here on.
    pub fn begin_payments(&mut self, layout: &'static str) {
        self.kind(PassageKind::Payment);
        self.facts.payments.get_or_insert_with(PaymentFacts::default).layout = layout.to_owned();
    }

    /// The owner field of the current unit, seen at an offset or so many times.
    pub fn owner(&mut self, party: Party, seen: impl Into<Seen>) {
        see(&mut self.unit.owners, party, seen.into());
    }

    /// One of two sides, where the direction cannot be known.
    pub fn either(&mut self, party: Party, seen: impl Into<Seen>) {
        see(&mut self.unit.either, party, seen.into());
    }

    /// Somebody else in a payment.
    pub fn counterparty(&mut self, party: Party, seen: impl Into<Seen>) {
        self.counterparty_of(&party.scheme, &party.value, seen);
    }

    /// Somebody else in a payment, by scheme and normal form.
    pub fn counterparty_of(&mut self, scheme: &Scheme, value: &str, seen: impl Into<Seen>) {
        self.counterparties.add(scheme, value, seen.into());
    }

    /// The other side of the whole unit; counted as a counterparty as well.
    pub fn other_side(&mut self, party: Party, seen: impl Into<Seen>) {
        let seen = seen.into();
        self.counterparty_of(&party.scheme, &party.value, seen);
        see(&mut self.unit.other_side, party, seen);
    }

    /// A person in a payment of the current unit.
    pub fn person(&mut self, person: Person<'_>) {
        if let Some(key) = PersonKey::of(person, Elements::default()) {
            self.person_key(key);
        }
        if !person.address.trim().is_empty() {
            self.unit.elements.insert(DataElement::Address);
        }
    }

    /// As [`Self::person`], one that was hashed before.
    pub fn person_key(&mut self, key: PersonKey) {
        make_room(&mut self.unit.persons, 1);
        self.unit.persons.push(key);
        self.unit.elements.insert(DataElement::Name);
    }

    /// A kind of personal data in the current unit.
    pub fn element(&mut self, element: DataElement) {
        self.unit.elements.insert(element);
    }

    /// Counts one payment entry of the current unit.
    pub fn entry(&mut self) {
        self.entries(1);
    }

    /// Counts so many payment entries of the current unit.
    pub fn entries(&mut self, count: u64) {
        self.unit.records += count;
    }

    /// The day that a header of the item's payments states; none where it states none, and the payments below it may
    /// be of any day.
    pub fn dated(&mut self, day: Option<jiff::civil::Date>) {
        self.facts.payments.get_or_insert_with(PaymentFacts::default).dated.add(day);
    }

    /// Payments that stand amid other text, decoded: what their fields say counts from the place where they begin.
    /// Their text is that of the item, and what is missing of them no gap.
    pub fn payments_amid_text(&mut self, layout: &Format, bytes: &[u8], offset: u64) {
        let silent = Silent(self.outlet);
        let mut inner = Sink::new(&silent);
        // A reader that gives up has said what it found until then.
        _ = (layout.read)(bytes, &mut inner);
        inner.end_unit();
        let Some(mut found) = inner.facts.payments else { return };
        found.beside_others = true;
        found.notes.clear();
        for unit in &mut found.units {
            let sides = [&mut unit.owners, &mut unit.either, &mut unit.counterparties, &mut unit.other_side];
            sides.into_iter().flat_map(|side| side.values_mut()).for_each(|seen| seen.offset = offset);
        }
        self.join_payments(found);
    }

    /// What was not read of the item may be others' payments.
    pub fn payments_beside_others(&mut self) {
        self.facts.payments.get_or_insert_with(PaymentFacts::default).beside_others = true;
    }

    /// A remark on the item's payments.
    pub fn payment_note(&mut self, note: impl Into<String>) {
        let payments = self.facts.payments.get_or_insert_with(PaymentFacts::default);
        let note = note.into();
        if payments.notes.len() < 32 && !payments.notes.contains(&note) {
            payments.notes.push(note);
        }
    }

    /// Ends the current unit (file, batch or message with owner fields of its own).
    pub fn end_unit(&mut self) {
        let unit = &mut self.unit;
        if self.counterparties.is_empty() && *unit == PaymentUnit::default() {
            return;
        }
        // Entries are not told apart: each person is counted with all that the unit holds.
        let elements = unit.elements;
        unit.persons.iter_mut().for_each(|person| person.elements.extend(elements));
        let units = &mut self.facts.payments.get_or_insert_with(PaymentFacts::default).units;
        let has_sides = |place: &usize| units.get(*place).is_some_and(|known| known.has_sides_of(unit));
        // Units that follow one another have the same sides more often than not.
        let known = Some(self.last_unit).filter(has_sides).or_else(|| self.units.get(&unit.sides()).copied().filter(has_sides));
        self.last_unit = known.unwrap_or(units.len());
        match known {
            Some(place) => units[place].absorb(unit),
            None => {
                self.units.insert(unit.sides(), self.last_unit);
                units.push(std::mem::take(unit));
            }
        }
        self.counterparties.move_into(&mut units[self.last_unit].counterparties);
    }
}

fn see(into: &mut BTreeMap<Party, Seen>, party: Party, seen: Seen) {
    into.entry(party).and_modify(|known| known.count += seen.count).or_insert(seen);
}
