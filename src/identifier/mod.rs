//! Identifiers: one file and one row of [`SCHEMES`] per scheme.
