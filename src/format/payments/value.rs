//! Values of fields: decoding and handing out their bytes.

use crate::format::{At, Sink};
use std::borrow::Cow;

/// Text of a field's bytes: UTF-8 where they are, else windows-1252, which has a character for every
/// byte of the Western single-byte encodings.
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// Hands out a piece of a field at its offset in the item.
pub(super) fn push(sink: &mut Sink<'_>, bytes: &[u8], offset: u64) {
    match std::str::from_utf8(bytes) {
        Ok(text) => sink.text(text, At::Utf8(offset)),
        Err(_) => sink.text(&decode(bytes), At::Chars(offset, 1)),
    }
}

/// Hands out a whole field: nothing runs from it into its neighbours.
pub(super) fn push_field(sink: &mut Sink<'_>, bytes: &[u8], offset: u64) {
    sink.border();
    push(sink, bytes, offset);
    sink.border();
}

/// Offset of a place in an item.
pub(super) fn offset(place: usize) -> u64 {
    place as u64
}

/// Lines of a field with their places, without line ends.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
        let (len, next) = match memchr::memchr(b'\n', rest) {
            Some(i) => (i, i + 1),
            None => (rest.len(), rest.len()),
        };
        let line = rest[..len].strip_suffix(b"\r").unwrap_or(&rest[..len]);
        let start = at;
        at += next;
        Some((start, line))
    })
}

/// Does a value look like an amount: a digit, and nothing but digits, signs and separators?
pub(super) fn is_amount(value: &str) -> bool {
    value.bytes().any(|b| b.is_ascii_digit()) && value.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'-' | b'+' | b' '))
}
