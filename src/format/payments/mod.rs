//! Payment layouts: whose a payment file is, who is on its other side, and what it holds about persons.
//!
//! A layout's owner field is read as a typed field, never found as text. All text is pushed as well,
//! field by field, so that everything stays searchable.

mod company;
mod fedwire;
mod nacha;
mod operators;
mod record;
mod routing_number;

pub use fedwire::FORMAT as FEDWIRE;
pub use nacha::FORMAT as NACHA;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
