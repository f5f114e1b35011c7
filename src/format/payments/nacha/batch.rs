//! Whose a batch is.

use super::Reader;
use crate::format::payments::operators::{is_electronic_identifier, is_operator};
use crate::format::payments::routing_number::RoutingNumber;

/// So many different RDFIs of a delivered batch are taken for one bank's numbers.
pub(super) const OWN_RDFIS: usize = 8;

/// A routing number and where it stands.
pub(super) type Placed = (RoutingNumber, u64);

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
    pub(super) fn direction(&self, returned: bool) -> Direction {
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

    /// Names the owners of the entries since the last unit and ends it.
    pub(super) fn end_unit(&mut self) {
        let Some(batch) = &mut self.batch else { return };
        let rdfis = std::mem::take(&mut batch.rdfis);
        let (odfi, direction) = (batch.odfi, batch.direction);
        batch.returned = None;
        let bank = |placed: &Placed| !is_operator(placed.0);
        let odfi = odfi.filter(bank);
        let origin = self.header.as_ref().and_then(|h| h.origin).filter(bank);
        let destination = self.header.as_ref().and_then(|h| h.destination).filter(bank);
        let sink = &mut *self.sink;
        let mut owners: Vec<Placed> = Vec::new();
        match direction {
            Direction::Sent => {
                owners.extend(odfi);
                owners.extend(origin.filter(|o| odfi.is_none_or(|d| d.0 != o.0)));
                if let (Some(odfi), Some(origin)) = (odfi, origin)
                    && odfi.0 != origin.0
                {
                    sink.payment_note(format!("the immediate origin {} is not the ODFI {}", origin.0.as_str(), odfi.0.as_str()));
                }
            }
            Direction::Delivered => match destination {
                Some(destination) => owners.push(destination),
                None if rdfis.len() <= OWN_RDFIS => owners.extend(&rdfis),
                None => {}
            },
            Direction::Unknown => {}
        }
        owners.iter().for_each(|(n, at)| sink.owner(n.party(), *at));
        let others = match direction {
            Direction::Sent => [destination, None],
            _ => [odfi, origin],
        };
        let others = others.into_iter().flatten().filter(|o| !owners.iter().any(|owner| owner.0 == o.0));
        if owners.is_empty() {
            sink.payment_note("no field says whose the entries are; both sides are given");
            others.chain(rdfis.into_iter().take(OWN_RDFIS)).for_each(|(n, at)| sink.either(n.party(), at));
        } else {
            others.for_each(|(n, at)| sink.other_side(n.party(), at));
        }
        sink.end_unit();
    }
}
