//! Whose a batch is.

use super::Reader;
use crate::format::payments::operators::{is_electronic_identifier, is_operator};
use crate::format::payments::other_side::OtherSide;
use crate::format::payments::routing_number::{Placed, RoutingNumber};

/// So many different RDFIs of a delivered batch are taken for one bank's numbers.
pub(super) const OWN_RDFIS: usize = 8;

/// The parties of a file header.
pub(super) struct FileHeader {
    pub destination: Option<Placed>,
    pub origin: Option<Placed>,
}

/// Which way a batch went.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// From the owner to the operator or another bank.
    Sent,
    /// To the owner.
    Delivered,
    /// From operator to operator.
    Unknown,
}

pub(super) struct Batch {
    pub class: [u8; 3],
    pub odfi: Option<Placed>,
    pub settled: bool,
    /// Without a batch header: the ODFI is that of the trace numbers.
    pub implied: bool,
    /// Entries and addenda.
    pub lines: u64,
    /// Returns and notifications of change; known with the first entry.
    pub returned: Option<bool>,
    pub direction: Direction,
    pub rdfis: Vec<Placed>,
    pub receiver: Receiver,
}

/// The receiver of an international entry, whose data stand in several addenda.
#[derive(Default)]
pub(super) struct Receiver {
    pub name: String,
    pub street: String,
    pub town: String,
}

/// Batches in a row that are the same owners'.
#[derive(Default)]
pub(super) struct Unit {
    /// Empty where only the entries tell.
    owners: Vec<RoutingNumber>,
    other: OtherSide,
}

impl Batch {
    pub(super) fn implied() -> Self {
        Self {
            class: *b"   ",
            odfi: None,
            settled: false,
            implied: true,
            lines: 0,
            returned: None,
            direction: Direction::Sent,
            rdfis: Vec::new(),
            receiver: Receiver::default(),
        }
    }
}

impl Reader<'_, '_> {
    fn direction(&self, returned: bool) -> Direction {
        let operator = |placed: Option<Placed>| placed.is_some_and(|(n, _)| is_operator(n) || is_electronic_identifier(n));
        let header = self.header.as_ref();
        let from_operator = operator(header.and_then(|h| h.origin));
        let to_operator = operator(header.and_then(|h| h.destination));
        let delivered = returned || self.batch.as_ref().is_some_and(|b| b.settled || b.class == *b"ADV");
        match (from_operator, to_operator) {
            (true, true) => Direction::Unknown,
            (true, false) => Direction::Delivered,
            (false, true) => Direction::Sent,
            (false, false) if delivered => Direction::Delivered,
            (false, false) => Direction::Sent,
        }
    }

    /// The first entry of a batch, or the first return after other entries: settles whose they are, and
    /// ends the unit before where that was somebody else's.
    pub(super) fn begin_entries(&mut self, returned: bool) {
        let direction = self.direction(returned);
        let Some(batch) = &mut self.batch else { return };
        (batch.returned, batch.direction) = (Some(returned), direction);
        let [odfi, origin, destination] = self.banks();
        let owners: Vec<RoutingNumber> = match direction {
            Direction::Sent => odfi.into_iter().chain(origin.filter(|o| odfi.is_none_or(|d| d.0 != o.0))).map(|(n, _)| n).collect(),
            Direction::Delivered => destination.into_iter().map(|(n, _)| n).collect(),
            Direction::Unknown => Vec::new(),
        };
        // The file header names who sent the file, or to whom it was delivered: then all of its batches are theirs.
        let of_file = if direction == Direction::Sent { origin } else { destination };
        self.is_shared |= owners.len() != 1 || of_file.is_none_or(|of_file| owners.first() != Some(&of_file.0));
        if owners.is_empty() || owners != self.unit.owners {
            self.close_unit();
        }
        self.unit.owners = owners;
    }

    /// Names the owners of the entries since [`Self::begin_entries`].
    pub(super) fn end_entries(&mut self) {
        if self.batch.as_ref().is_some_and(|b| b.returned.is_none()) {
            self.begin_entries(false);
        }
        let [odfi, origin, destination] = self.banks();
        let Some(batch) = &mut self.batch else { return };
        batch.returned = None;
        let rdfis = std::mem::take(&mut batch.rdfis);
        let direction = batch.direction;
        if let (Some(odfi), Some(origin), Direction::Sent) = (odfi, origin, direction)
            && odfi.0 != origin.0
        {
            self.sink.payment_note(format!("the immediate origin {} is not the ODFI {}", origin.0.as_str(), odfi.0.as_str()));
        }
        let sides = [odfi, origin, destination].into_iter().flatten();
        if !self.unit.owners.is_empty() {
            for side in sides {
                if self.unit.owners.contains(&side.0) {
                    self.sink.owner(side.0.party(), side.1)
                } else {
                    self.unit.other.add(side, self.sink)
                }
            }
            return;
        }
        if direction == Direction::Delivered && (1..=OWN_RDFIS).contains(&rdfis.len()) {
            for (number, at) in &rdfis {
                self.sink.owner(number.party(), *at);
            }
            sides.filter(|side| !rdfis.iter().any(|r| r.0 == side.0)).for_each(|side| self.unit.other.add(side, self.sink));
        } else {
            let given = if sides.clone().next().is_some() { "both sides are given" } else { "no field names a bank" };
            self.sink.payment_note(format!("no field says whose the entries are; {given}"));
            for (number, at) in sides.chain(rdfis.into_iter().take(OWN_RDFIS)) {
                self.sink.either(number.party(), at);
            }
        }
        self.close_unit();
    }

    /// Ends the sink's unit. Who alone is on its other side is named as that.
    pub(super) fn close_unit(&mut self) {
        self.unit.other.close(self.sink);
        self.unit = Unit::default();
        self.sink.end_unit();
    }

    /// ODFI, immediate origin and immediate destination, without operators.
    fn banks(&self) -> [Option<Placed>; 3] {
        let header = self.header.as_ref();
        [self.batch.as_ref().and_then(|b| b.odfi), header.and_then(|h| h.origin), header.and_then(|h| h.destination)]
            .map(|placed| placed.filter(|p| !is_operator(p.0)))
    }
}
