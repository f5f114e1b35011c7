//! Payment layouts: one file per layout, each exporting its row `FORMAT`.
//!
//! A reader here says whose file it is after the layout's own owner fields, who is on the other
//! side, and hands out every field's text; it never asks the registry.

pub mod edifact;
pub mod fints;
pub mod iso20022;
mod iso20022_element;
mod iso20022_frame;
mod iso20022_message;
mod iso20022_party;
mod iso20022_sides;
mod markup;
pub mod mt940;
pub mod ofx;
mod party;
mod person;
mod segment;
pub mod swift;
mod swift_field;
mod swift_information;
mod value;
pub mod x12;

#[cfg(test)]
mod realdata_tests;
