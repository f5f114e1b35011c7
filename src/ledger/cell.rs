//! Cells that hold words of a vocabulary or identities. One that holds neither is damage and an error: taken for *none*, a
//! cause that is not understood would be a gap that counts against nobody.

use crate::model::ContentId;
use rusqlite::types::Type;
use rusqlite::{Error, Row};

/// The word in a cell.
pub(super) fn word<W>(row: &Row<'_>, at: usize, parse: fn(&str) -> Option<W>) -> rusqlite::Result<W> {
    let text: String = row.get(at)?;
    parse(&text).ok_or_else(|| damaged(at, Type::Text, &format!("it holds the unknown word `{text}`")))
}

/// The word in a cell that may be empty.
pub(super) fn word_if_any<W>(row: &Row<'_>, at: usize, parse: fn(&str) -> Option<W>) -> rusqlite::Result<Option<W>> {
    match row.get::<_, Option<String>>(at)? {
        Some(_) => word(row, at, parse).map(Some),
        None => Ok(None),
    }
}

/// The SHA-256 in a cell.
pub(super) fn identity(row: &Row<'_>, at: usize) -> rusqlite::Result<ContentId> {
    let bytes: Vec<u8> = row.get(at)?;
    let length = bytes.len();
    bytes.try_into().map(ContentId).map_err(|_| damaged(at, Type::Blob, &format!("it holds {length} bytes for a SHA-256")))
}

/// The SHA-256 in a cell that may be empty.
pub(super) fn identity_if_any(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<ContentId>> {
    match row.get::<_, Option<Vec<u8>>>(at)? {
        Some(_) => identity(row, at).map(Some),
        None => Ok(None),
    }
}

fn damaged(at: usize, is: Type, why: &str) -> Error {
    Error::FromSqlConversionFailure(at, is, format!("the ledger is damaged: {why}").into())
}
