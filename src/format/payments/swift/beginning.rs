//! What SWIFT MT messages begin with, whole or without their block 1.

use crate::format::Probe;
use crate::format::payments::swift_field;
use memchr::memmem;

/// Fields of a text that are looked at to know it.
const FIELDS: usize = 40;

pub(super) fn recognise(probe: &Probe<'_>) -> bool {
    let head = probe.head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(probe.head);
    let start = head.iter().position(|&b| !is_separator(b)).unwrap_or(0);
    let head = &head[start..];
    names_owner(head) || is_headless(head) && !(crate::format::payments::MT940.recognise)(probe)
}

/// Does a message begin here with its block 1?
pub(in crate::format::payments) fn names_owner(head: &[u8]) -> bool {
    let is_terminal =
        |is_letter: fn(&u8) -> bool| head.get(6..14).is_some_and(|terminal| terminal.iter().all(|b| is_letter(b) || b.is_ascii_digit()));
    (is_header(head) && is_terminal(u8::is_ascii_uppercase) || is_small_header(head) && is_terminal(u8::is_ascii_lowercase))
        && [&b"{2:"[..], b"{4:"].iter().any(|b| memmem::find(head, b).is_some())
}

/// A message whose block 1 was cut off: block 2 and a text, or a text that says by its fields what it is.
fn is_headless(head: &[u8]) -> bool {
    let second = match head {
        [b'{', b'2', b':', b'I' | b'O', a, b, c, ..] => [a, b, c].iter().all(|b| b.is_ascii_digit()),
        _ => false,
    };
    let text = if second { memmem::find(head, b"{4:").map(|at| &head[at + 3..]) } else { head.strip_prefix(b"{4:") };
    let Some(text) = text.or_else(|| head.starts_with(b":20:").then_some(head)) else { return false };
    // A reference first, then fields one behind the other: the amount, and one of whom it concerns.
    let mut fields = swift_field::fields(text.trim_ascii_start(), 0).take(FIELDS);
    if !fields.next().is_some_and(|field| matches!(field.tag, "20" | "16R")) {
        return false;
    }
    let numbers: Vec<u8> = fields.map(|field| field.number()).collect();
    numbers.contains(&32) && numbers.iter().any(|number| (50..=59).contains(number)) || second && !numbers.is_empty()
}

/// A block 1 that something wrote in small letters, and a whole message with it.
pub(super) fn is_small_header(at: &[u8]) -> bool {
    matches!(at, [b'{', b'1', b':', b'a'..=b'z', a, b, ..] if a.is_ascii_digit() && b.is_ascii_digit())
}

/// Application and service identifier of a block 1: `{1:F01`.
pub(super) fn is_header(at: &[u8]) -> bool {
    matches!(at, [b'{', b'1', b':', application, a, b, ..] if application.is_ascii_uppercase() && a.is_ascii_digit() && b.is_ascii_digit())
}

/// What stands between messages without meaning anything: blanks, `$`, DOS-PCC sector marks.
pub(super) fn is_separator(b: u8) -> bool {
    b.is_ascii_whitespace() || b.is_ascii_control() || b == b'$'
}
