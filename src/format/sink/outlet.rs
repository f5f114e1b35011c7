//! What readers hand over besides text: members, gaps, failures and facts, and where all of it goes.

use super::Limits;
use crate::format::PaymentFacts;
use crate::format::pgp::Keyring;
use crate::format::piece::{self, PieceFindings, PieceKey};
use crate::model::{Cause, ContentId, Elements, PersonKey};
use crate::passage::{At, OffsetMap, Passage, PassageKind};
use crate::table::TableFacts;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Read;
use std::ops::Range;

/// A member that a reader found in a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its name, as bytes, as the container has it.
    pub name: Vec<u8>,
    /// What was decoded of it; `None` when nothing was.
    pub content: Option<ContentId>,
    /// Decoded size: what was decoded, or what the container says when nothing was.
    pub size: u64,
    /// Why it is not whole, where it is not.
    pub defect: Option<Cause>,
    /// The defect in words.
    pub detail: String,
}

/// A gap inside an item, as its reader saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapNote {
    /// Bytes of the item; empty where the size of what is missing is unknown.
    pub range: Range<u64>,
    /// Why.
    pub cause: Cause,
    /// In words.
    pub detail: String,
}

/// A reader cannot go on with an item as its format.
#[derive(Debug, Clone, Serialize, Deserialize, thiserror::Error)]
#[error("{detail} (at byte {at})")]
pub struct Failure {
    /// Why.
    pub cause: Cause,
    /// Offset in the item.
    pub at: u64,
    /// In words.
    pub detail: String,
}

impl Failure {
    /// The bytes contradict the format.
    pub fn corrupt(at: u64, detail: impl Into<String>) -> Self {
        Self { cause: Cause::Corrupt, at, detail: detail.into() }
    }

    /// The bytes end before the format does.
    pub fn truncated(at: u64, detail: impl Into<String>) -> Self {
        Self { cause: Cause::Truncated, at, detail: detail.into() }
    }
}

/// What became of a decoded member.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Child {
    /// Identity of the bytes that were decoded.
    pub content: Option<ContentId>,
    /// How many.
    pub size: u64,
    /// Why there are not more.
    pub defect: Option<(Cause, String)>,
}

/// Where a sink's output goes: the index and the crawler in a run, a collector in a test.
pub trait Outlet: Sync {
    /// Takes a passage.
    fn passage(&self, passage: Passage);
    /// Decodes a member within the limits and has it read, whatever it is. `encoded` are its bytes in the
    /// container.
    fn member(&self, name: &[u8], encoded: Range<u64>, decoder: &mut dyn Read) -> Child;
    /// The key of a piece that stands at a place of the item and is read in some way.
    fn piece_key(&self, _place: Range<u64>, way: &[u8], bytes: &[u8]) -> PieceKey {
        piece::key(way, bytes)
    }
    /// Has a piece of the item read, or takes what was found where the same bytes were read in the same way before.
    /// It begins at `offset`; what is read of it has offsets of its own. `None`: nothing is kept here.
    fn piece(&self, _key: PieceKey, _offset: u64, _read: &dyn Fn(&dyn Outlet) -> PieceFindings) -> Option<PieceFindings> {
        None
    }
    /// The identity of the item, where parts of it are kept that were read before an interruption.
    fn item(&self) -> Option<ContentId> {
        None
    }
    /// Takes note of a member of which nothing was decoded; the sink keeps it as well.
    fn unread_member(&self, _member: &Member, _encoded: &Range<u64>) {}
    /// The run's bounds.
    fn limits(&self) -> Limits;
    /// The run was interrupted: return as soon as possible, what is returned is thrown away.
    fn stopped(&self) -> bool;
    /// What the operator offers for reading more.
    fn offer(&self) -> Offer<'_> {
        Offer::default()
    }
}

/// What the operator offers for reading more than stands open.
#[derive(Clone, Copy)]
pub struct Offer<'a> {
    /// Passwords, in the order of the list.
    pub passwords: &'a [Vec<u8>],
    /// Private keys.
    pub keys: &'a Keyring,
    /// Text in pictures is read. A reader then hands over pictures of pages as members.
    pub recognises: bool,
}

impl Default for Offer<'_> {
    /// Nothing.
    fn default() -> Self {
        static NONE: Keyring = Keyring::new();
        Self { passwords: &[], keys: &NONE, recognises: false }
    }
}

/// Takes what was found in decoded text, and says that it stands where the encoded bytes begin.
pub(super) struct Moved<'a> {
    pub(super) outlet: &'a dyn Outlet,
    pub(super) offset: u64,
    /// Tables of the item before those of the text.
    pub(super) tables: u32,
}

impl Outlet for Moved<'_> {
    fn passage(&self, passage: Passage) {
        let mut map = OffsetMap::default();
        map.push(0, At::Decoded(self.offset));
        let kind = match passage.kind {
            PassageKind::Rows(ordinal) => PassageKind::Rows(self.tables + ordinal),
            kind @ (PassageKind::Prose | PassageKind::Payment | PassageKind::Strings | PassageKind::Recognised) => kind,
        };
        self.outlet.passage(Passage { kind, text: passage.text, map });
    }

    fn member(&self, name: &[u8], encoded: Range<u64>, decoder: &mut dyn Read) -> Child {
        // It takes as many bytes as it says, and they begin where the encoded text does.
        let length = encoded.end.saturating_sub(encoded.start);
        self.outlet.member(name, self.offset..self.offset.saturating_add(length), decoder)
    }

    fn unread_member(&self, member: &Member, _: &Range<u64>) {
        self.outlet.unread_member(member, &(self.offset..self.offset));
    }

    fn limits(&self) -> Limits {
        self.outlet.limits()
    }

    fn stopped(&self) -> bool {
        self.outlet.stopped()
    }

    fn offer(&self) -> Offer<'_> {
        self.outlet.offer()
    }
}

/// Takes no text and no members: they are those of the item that is being read already.
pub(super) struct Silent<'a>(pub(super) &'a dyn Outlet);

impl Outlet for Silent<'_> {
    fn passage(&self, _: Passage) {}

    fn member(&self, _: &[u8], _: Range<u64>, _: &mut dyn Read) -> Child {
        Child { content: None, size: 0, defect: None }
    }

    fn limits(&self) -> Limits {
        self.0.limits()
    }

    fn stopped(&self) -> bool {
        self.0.stopped()
    }
}

/// What a text says of persons.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spoken {
    /// Kinds of personal data.
    pub elements: Elements,
    /// Persons; distinct and sorted when the item was read.
    pub persons: Vec<PersonKey>,
}

impl Spoken {
    /// Adds what another text says.
    pub fn join(&mut self, mut other: Self) {
        self.elements.extend(other.elements);
        self.persons.append(&mut other.persons);
    }
}

/// What reading established about an item besides its text: small, mergeable, kept in the ledger.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Its tables.
    pub tables: Vec<TableFacts>,
    /// Its payments.
    pub payments: Option<PaymentFacts>,
    /// Kinds of personal data in its running text, where the text itself says what they are.
    pub text: Elements,
    /// Persons whose records stand in its running text; distinct and sorted when it was read.
    pub persons: Vec<PersonKey>,
    /// The same persons by the codes of the clients that lines above them name, where some do; under no code those of whom
    /// no line says surely whose they are.
    pub headed: BTreeMap<String, Vec<PersonKey>>,
    /// What its running text says of persons where it is a member that was read to its end: whose that is, the member says.
    pub members: Spoken,
    /// Remarks of its reader.
    pub notes: Vec<String>,
}
