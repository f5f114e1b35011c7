//! Messages of ISO 20022 as JSON that stand as text in a string of JSON, as queues and logs carry them: escaped once, or
//! once more for each string around it (RFC 8259, section 7).

use super::{Ahead, json_message};
use memchr::{memchr, memchr_iter, memmem, memrchr_iter};
use std::ops::Range;

/// A message is not longer.
const MESSAGE: usize = 8 << 20;
/// The string begins so near to the group header.
const BEFORE: usize = 64 << 10;
/// What the mark is without its escape.
const NAMES: [&[u8]; 2] = [b"GrpHdr", b"grpHdr"];

/// Quotes before a mark that are looked at.
const NEAR: usize = 256;

/// Backslashes right before a place.
fn slashes(bytes: &[u8], at: usize) -> usize {
    bytes[..at].iter().rev().take_while(|b| **b == b'\\').count()
}

/// Backslashes before the quotes around the name of the group header that stands at a place.
fn escapes(bytes: &[u8], mark: usize) -> Option<usize> {
    let behind = bytes.get(mark + NAMES[0].len()..)?;
    let count = behind.iter().take_while(|b| **b == b'\\').count();
    let quote = mark.checked_sub(1).filter(|at| bytes[*at] == b'"')?;
    (behind.get(count) == Some(&b'"') && (count + 1).is_power_of_two() && count < 64 && slashes(bytes, quote) == count).then_some(count)
}

/// The first character of the string in which the mark stands.
pub(super) fn start(bytes: &[u8], mark: usize, taken: usize) -> Option<usize> {
    let count = escapes(bytes, mark)?;
    let from = mark.saturating_sub(BEFORE).max(taken);
    let before = bytes.get(from..mark.checked_sub(1 + count)?)?;
    memrchr_iter(b'"', before).take(NEAR).map(|at| from + at).find(|quote| slashes(bytes, *quote) < count).map(|quote| quote + 1)
}

/// Where the string ends; what is cut goes to the end of what is looked at.
pub(super) fn end(bytes: &[u8], Range { start, end: mark }: Range<usize>, _: &mut Ahead) -> Option<usize> {
    let count = escapes(bytes, mark)?;
    let limit = bytes.len().min(start + MESSAGE);
    let from = mark + NAMES[0].len() + count + 1;
    let quotes = memchr_iter(b'"', bytes.get(from..limit)?).map(|at| from + at);
    let close = quotes.map(|quote| (quote, slashes(bytes, quote))).find(|(_, before)| *before < count);
    Some(close.map_or(limit, |(quote, before)| quote - before))
}

/// The messages in the string, in XML.
pub(super) fn meant(bytes: &[u8], range: &Range<usize>) -> Vec<u8> {
    let mark = |text: &[u8], from: usize| {
        let rest = text.get(from..)?;
        NAMES.iter().filter_map(|name| memmem::find(rest, name)).min().map(|at| from + at)
    };
    let mut text = bytes[range.clone()].to_vec();
    let count = mark(&text, 0).and_then(|at| escapes(&text, at)).unwrap_or_default();
    for _ in 0..(count + 1).trailing_zeros() {
        text = unescaped(&text);
    }
    let (mut out, mut at, mut taken) = (Vec::new(), 0, 0);
    while let Some(name) = mark(&text, at) {
        at = name + NAMES[0].len();
        let begin = name.checked_sub(1).and_then(|quote| json_message::start(&text, quote, taken));
        let found = begin.and_then(|begin| Some(begin..json_message::end(&text, begin..name, &mut Ahead::default())?));
        if let Some(found) = found {
            out.extend_from_slice(&json_message::meant(&text, &found));
            out.push(b'\n');
            taken = found.end;
            at = at.max(taken);
        }
    }
    out
}

/// The characters of a string, without one level of escapes.
fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(found) = memchr(b'\\', &bytes[at..]).map(|n| at + n) {
        out.extend_from_slice(&bytes[at..found]);
        at = found + 2;
        match bytes.get(found + 1) {
            Some(b'n') => out.push(b'\n'),
            Some(b'r') => out.push(b'\r'),
            Some(b't') => out.push(b'\t'),
            Some(b'b' | b'f') => out.push(b' '),
            Some(b'u') => {
                let hex = bytes.get(found + 2..found + 6).and_then(|hex| std::str::from_utf8(hex).ok());
                let character = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
                out.extend_from_slice(character.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut [0; 4]).as_bytes());
                at = bytes.len().min(found + 6);
            }
            Some(other) => out.push(*other),
            None => return out,
        }
    }
    out.extend_from_slice(bytes.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use crate::format::payments::excerpt::tests::owners;

    const MESSAGE: &str = r#"{"Document": {"FIToFICstmrCdtTrf": {"GrpHdr": {"MsgId": "M\"1", "InstgAgt": {"FinInstnId": {"BICFI": "BANKDEFF"}}}, "CdtTrfTxInf": [{"Cdtr": {"Nm": "Ann \\ Lee"}}]}}}"#;

    fn in_string(text: &str) -> String {
        serde_json::json!({ "id": 1, "body": text }).to_string()
    }

    #[test]
    fn a_message_in_a_string_is_the_instructing_agents() {
        let other = MESSAGE.replace("BANKDEFF", "BANKFRPP");
        for text in [in_string(MESSAGE), in_string(&in_string(MESSAGE)), format!("12:00:01 INFO sent {}\n", in_string(&in_string(MESSAGE)))]
        {
            assert_eq!(owners(&text), ["BANKDEFF"], "{text}");
        }
        assert_eq!(owners(&in_string(&format!("[{MESSAGE},{other}]"))), ["BANKDEFF", "BANKFRPP"]);
        assert_eq!(owners(&format!("{}\n{}\n", in_string(MESSAGE), in_string(&other))), ["BANKDEFF", "BANKFRPP"]);
    }

    #[test]
    fn other_strings_and_parts_are_no_messages() {
        for text in
            [r#"{"a": "the key \"GrpHdr\" begins a message"}"#, r#"GrpHdr\""#, r#"\"GrpHdr\""#, r#""\\\"GrpHdr\\\": {\\\"a\\\": 1}""#]
        {
            assert!(owners(text).is_empty(), "{text}");
        }
        let text = in_string(&in_string(MESSAGE));
        for cut in (0..text.len()).filter(|cut| text.is_char_boundary(*cut)) {
            owners(&text[..cut]);
            owners(&text[cut..]);
        }
    }
}
