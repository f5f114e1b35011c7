//! Passwords, keys and tokens that a text assigns.

use crate::model::{DataElement, Elements};

/// Ends of the names of what opens something.
const NAMES: [&str; 12] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "secretkey",
    "secret_key",
    "apikey",
    "api_key",
    "accesstoken",
    "access_token",
    "auth_token",
];
/// The longest of them.
const LONGEST: usize = 16;
/// Values that stand for one.
const NO_VALUES: [&str; 14] = [
    "password", "passwd", "changeme", "changeit", "secret", "none", "null", "nil", "true", "false", "string", "required", "optional",
    "prompt",
];

/// Does the text give a value to what opens something?
pub(super) fn find(bytes: &[u8]) -> Elements {
    let mut elements = Elements::default();
    let assigns = |at: usize| is_name(&bytes[..at]) && is_value(&bytes[at + 1..]);
    if memchr::memchr2_iter(b'=', b':', bytes).any(assigns) {
        elements.insert(DataElement::Credential);
    }
    elements
}

fn is_name(before: &[u8]) -> bool {
    let end = before.len() - before.iter().rev().take(8).take_while(|b| matches!(b, b' ' | b'"' | b'\'')).count();
    let name = &before[end.saturating_sub(LONGEST)..end];
    // Most names end in another letter.
    if !name.last().is_some_and(|b| matches!(b.to_ascii_lowercase(), b'd' | b'e' | b't' | b'y' | b'n')) {
        return false;
    }
    NAMES.iter().any(|one| name.len() >= one.len() && name[name.len() - one.len()..].eq_ignore_ascii_case(one.as_bytes()))
}

/// A word that is no placeholder, no expression of a program and no type: of letters alone it is none where it stands
/// without quotes.
fn is_value(behind: &[u8]) -> bool {
    let behind = &behind[behind.iter().take(4).take_while(|b| matches!(b, b' ' | b'\t')).count()..];
    let quote = behind.first().filter(|b| matches!(b, b'"' | b'\''));
    let value = match quote {
        Some(quote) => behind[1..].split(|b| b == quote || *b == b'\n').next().unwrap_or_default(),
        None => behind.split(|b| b.is_ascii_whitespace() || matches!(b, b',' | b';' | b'&' | 0x1E)).next().unwrap_or_default(),
    };
    let stands_for = |word: &str| value.eq_ignore_ascii_case(word.as_bytes());
    (4..=128).contains(&value.len())
        && value.iter().all(u8::is_ascii_graphic)
        && !value.first().is_some_and(|b| matches!(b, b'$' | b'{' | b'%' | b'<' | b'*' | b'(' | b'[' | b'#' | b'@' | b'/' | b':' | b'='))
        && !value.iter().any(|b| matches!(b, b'(' | b')' | b'{' | b'}' | b'<' | b'>' | b'`'))
        && !value.iter().all(|b| value.first() == Some(b))
        && !NO_VALUES.iter().any(|word| stands_for(word))
        && !is_type(value)
        && (quote.is_some() || value.iter().any(u8::is_ascii_digit) && !value.contains(&b'.') && !value.contains(&b'['))
}

/// `__u32` and `uint8_t`: what a declaration says of a field.
fn is_type(value: &[u8]) -> bool {
    let name = &value[value.iter().take_while(|b| **b == b'_').count()..];
    let letters = name.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let bits = &name[letters..];
    matches!(bits, b"8" | b"16" | b"32" | b"64" | b"128" | b"8_t" | b"16_t" | b"32_t" | b"64_t") && letters <= 5
}
