//! Payment layouts: whose a payment file is, who is on its other side, and what it holds about persons.
//!
//! A layout's owner field is read as a typed field, never found as text. All text is pushed as well,
//! field by field, so that everything stays searchable.

mod bacs18;
mod bai2;
mod beside;
mod company;
mod cpa005;
mod day;
mod ebcdic;
mod edifact;
mod excerpt;
mod fedwire;
mod fints;
mod iso20022;
mod iso20022_element;
mod iso20022_frame;
mod iso20022_message;
mod iso20022_party;
mod iso20022_sides;
mod markup;
mod metro2;
mod mt940;
mod nacha;
mod ofx;
mod operators;
mod other_side;
mod party;
mod person;
mod record;
mod remains;
mod routing_number;
mod segment;
mod swift;
mod swift_field;
mod swift_information;
mod value;
mod words;
mod x12;
mod x937;

pub use bacs18::FORMAT as BACS18;
pub use bai2::FORMAT as BAI2;
pub(super) use beside::read;
pub use cpa005::FORMAT as CPA005;
pub use edifact::FORMAT as EDIFACT;
pub(super) use excerpt::{is_amid_text, may_stand_in, read_amid_bytes, read_amid_text, read_at, read_in_value};
pub use fedwire::FORMAT as FEDWIRE;
pub use fints::FORMAT as FINTS;
pub use iso20022::FORMAT as ISO20022;
pub use metro2::FORMAT as METRO2;
pub use mt940::FORMAT as MT940;
pub use nacha::FORMAT as NACHA;
pub use ofx::FORMAT as OFX;
pub(super) use remains::layout_of_rest;
pub use swift::FORMAT as SWIFT;
pub use x12::FORMAT as X12;
pub use x937::FORMAT as X937;

/// The layouts, in the order in which content is asked.
pub static LAYOUTS: &[&crate::format::Format] =
    &[&NACHA, &X937, &CPA005, &BACS18, &METRO2, &BAI2, &SWIFT, &FEDWIRE, &MT940, &ISO20022, &X12, &EDIFACT, &OFX, &FINTS];

/// The layout of which this is a file.
pub fn layout_of(probe: &crate::format::Probe<'_>) -> Option<&'static crate::format::Format> {
    LAYOUTS.iter().find(|layout| (layout.recognise)(probe)).copied()
}

#[cfg(test)]
mod tests;
