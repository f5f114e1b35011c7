//! Who is on the other side of a whole unit.

use super::routing_number::Placed;
use crate::format::{Seen, Sink};

/// Counts the banks on the other side of the payments of a unit. Where it is one bank throughout, it is
/// the unit's other side; several are counterparties.
#[derive(Default)]
pub(super) struct OtherSide {
    one: Option<(Placed, u64)>,
    several: bool,
}

impl OtherSide {
    /// A bank on the other side of one payment, batch or message.
    pub fn add(&mut self, side: Placed, sink: &mut Sink<'_>) {
        match &mut self.one {
            None if !self.several => self.one = Some((side, 1)),
            Some((known, count)) if known.0 == side.0 => *count += 1,
            known => {
                if let Some(((number, offset), count)) = known.take() {
                    number.counterparty(sink, Seen { count, offset });
                }
                self.several = true;
                side.0.counterparty(sink, side.1);
            }
        }
    }

    /// The unit ends: names its other side.
    pub fn close(&mut self, sink: &mut Sink<'_>) {
        if let Some(((number, offset), count)) = std::mem::take(self).one {
            sink.other_side(number.party(), Seen { count, offset });
        }
    }
}
