//! What a mention is: a place where an institution stands, and what that proves.

use crate::model::{Basis, Role, Scheme, Strength};
use std::collections::BTreeSet;

/// Where a mention was found; lists are judged by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// Running text.
    Prose,
    /// A labelled code in running text that says more than an entry of a list: it belongs to no list.
    Record,
    /// A cell of a table that no column type speaks for.
    Rows,
    /// Strings of a scanned binary.
    Strings,
    /// A column of identifiers.
    Field,
    /// A typed field of a payment file, or its text.
    Payment,
    /// The name of a file or folder.
    Path,
}

/// A place where an identifier or name of an institution stands, and what that proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Number of the institution in the registry.
    pub institution: usize,
    /// Kind of identifier, or `name`.
    pub scheme: Scheme,
    /// Its normal form.
    pub value: String,
    /// Whose.
    pub role: Role,
    /// How sure.
    pub strength: Strength,
    /// What it is evidence of.
    pub basis: Basis,
    /// Offset in the item's bytes.
    pub offset: u64,
    /// How often.
    pub count: u64,
    /// Offsets of all these places, where texts that overlap may show one twice; none where fields are counted.
    pub places: Vec<u64>,
    /// The text around it, masked.
    pub context: String,
    /// Where it was found.
    pub source: Source,
    /// In the rows of which table of the content, until the tables were judged.
    pub table: Option<u32>,
    /// What people decided about it, in words; blank where nobody did.
    pub review: String,
    /// What it would prove if its institution were the only holder.
    pub if_alone: Option<(Role, Strength, Basis)>,
}

impl Mention {
    /// What makes two mentions of one content the same row of the evidence.
    pub fn key(&self) -> (usize, &Scheme, &str, Role, Strength, Basis, Source, Option<u32>) {
        (self.institution, &self.scheme, &self.value, self.role, self.strength, self.basis, self.source, self.table)
    }

    /// Does it bear on the verdict at all? Entries of directories do not.
    pub fn has_effect(&self) -> bool {
        !(self.role == Role::Reference && self.strength == Strength::Weak)
    }

    /// Did people decide that it says nothing?
    pub fn is_rejected(&self) -> bool {
        !self.review.is_empty() && !self.has_effect()
    }

    /// Is it proof that the item is the institution's?
    pub fn is_sure_owner(&self) -> bool {
        self.role == Role::Owner && self.strength == Strength::Sure
    }

    /// It points to the institution, and does not decide.
    pub fn as_weak(mut self) -> Self {
        (self.role, self.strength, self.basis) = (Role::Unknown, Strength::Weak, Basis::WeakEvidence);
        self
    }

    /// It is the name of something in which nothing lies. A name that several bear stays what it is.
    pub fn become_passing(&mut self) {
        if self.basis != Basis::AmbiguousName {
            (self.role, self.strength, self.basis) = (Role::Reference, Strength::Sure, Basis::Named);
            self.if_alone = None;
        }
    }

    /// An entry of a list that names everybody: it stays in the evidence and decides nothing.
    pub fn as_reference(mut self) -> Self {
        self.role = Role::Reference;
        self.strength = Strength::Weak;
        self.if_alone = None;
        self
    }
}

/// The institutions of whom some mentions are proof.
pub(super) fn owners(mentions: &[Mention]) -> BTreeSet<usize> {
    mentions.iter().filter(|m| m.is_sure_owner()).map(|m| m.institution).collect()
}

/// A mention whose place nobody said yet.
pub(super) fn mention(institution: usize, scheme: Scheme, value: String, role: Role, strength: Strength, basis: Basis) -> Mention {
    Mention {
        institution,
        scheme,
        value,
        role,
        strength,
        basis,
        offset: 0,
        count: 1,
        places: Vec::new(),
        context: String::new(),
        source: Source::Prose,
        table: None,
        review: String::new(),
        if_alone: None,
    }
}

/// Makes one of those that are the same row of the evidence: at the first of their places, as often as there are places.
pub(super) fn together(mut mentions: Vec<Mention>) -> Vec<Mention> {
    mentions.sort_by(|a, b| a.key().cmp(&b.key()).then(a.offset.cmp(&b.offset)).then_with(|| a.context.cmp(&b.context)));
    let mut joined: Vec<Mention> = Vec::new();
    for mut mention in mentions {
        // Passages overlap: the same place is one mention. Cells and fields are counted where they are read.
        if !matches!(mention.source, Source::Field | Source::Payment) && mention.places.is_empty() {
            mention.places.push(mention.offset);
        }
        match joined.last_mut() {
            Some(last) if last.key() == mention.key() => {
                last.count += mention.count;
                last.places.append(&mut mention.places);
            }
            _ => joined.push(mention),
        }
    }
    for mention in joined.iter_mut().filter(|mention| !mention.places.is_empty()) {
        mention.places.sort_unstable();
        mention.places.dedup();
        mention.count = mention.places.len() as u64;
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn together_at_once_and_in_parts_are_the_same(
            offsets in proptest::collection::vec((0_u64..12, 0_usize..3, 0_u8..2), 0..30),
            cut in 0_usize..30,
        ) {
            let one = |&(offset, institution, source): &(u64, usize, u8)| Mention {
                offset,
                context: format!("at {offset}"),
                source: if source == 0 { Source::Prose } else { Source::Field },
                ..mention(institution, Scheme::Name, "x".to_owned(), Role::Unknown, Strength::Weak, Basis::WeakEvidence)
            };
            let all: Vec<Mention> = offsets.iter().map(one).collect();
            let (first, rest) = all.split_at(cut.min(all.len()));
            let parts = [together(first.to_vec()), together(rest.to_vec())].concat();
            proptest::prop_assert_eq!(together(parts), together(all.clone()));
            let distinct = |institution: usize| {
                let of = |source: u8| offsets.iter().filter(move |one| one.1 == institution && one.2 == source);
                let places: std::collections::BTreeSet<u64> = of(0).map(|one| one.0).collect();
                (places.len() + of(1).count()) as u64
            };
            let counted: u64 = together(all).iter().map(|mention| mention.count).sum();
            proptest::prop_assert_eq!(counted, (0..3).map(distinct).sum::<u64>());
        }
    }
}
