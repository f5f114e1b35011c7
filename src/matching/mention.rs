//! What a mention is: a place where an institution stands, and what that proves.

use crate::model::{Basis, Role, Scheme, Strength};

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

    /// Is it proof that the item is the institution's?
    pub fn is_sure_owner(&self) -> bool {
        self.role == Role::Owner && self.strength == Strength::Sure
    }

    /// It points to the institution, and does not decide.
    pub fn as_weak(mut self) -> Self {
        (self.role, self.strength, self.basis) = (Role::Unknown, Strength::Weak, Basis::WeakEvidence);
        self
    }

    /// An entry of a list that names everybody: it stays in the evidence and decides nothing.
    pub fn as_reference(mut self) -> Self {
        self.role = Role::Reference;
        self.strength = Strength::Weak;
        self.if_alone = None;
        self
    }
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
        context: String::new(),
        source: Source::Prose,
        table: None,
        review: String::new(),
        if_alone: None,
    }
}
