//! Searching a case: words, phrases and identifiers in what was read, and items by path, type, status,
//! cause and hash. The language is described in `docs/query.md`.
//!
//! A query is asked of each *copy*: a path with the content that lies there. Its text, identifiers, type and
//! hash are the same for all copies of a content; path, name, status and cause are each copy's own. What the
//! index gives are candidates; where it cannot be exact they are verified on the stored text.

mod answer;
mod candidates;
mod catalogue;
mod expression;
mod grammar;
mod identifier;
mod leaf;
mod places;
mod run;
mod snippet;
mod wildcard;
mod words;

pub use answer::{Answer, Hit, HitKind, Total, schema};
pub use expression::{Condition, Expression, field_names};
pub use grammar::{ParseError, parse};
pub use run::answer;
