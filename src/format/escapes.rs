//! Escapes inside text that stands in no format of its own: percent-encoding (RFC 3986, section 2.1) in addresses,
//! forms and logs, quoted-printable (RFC 2045, section 6.7) in messages that were pasted or exported, and the escapes
//! of strings (RFC 8259, section 7; `\xXX` of many languages) in logs, properties and strings inside strings. The
//! text stays as it is; what is meant stands behind it.

use super::control_sequences;
use super::mail::{self, Encoding, decode};
use crate::passage::BORDER;

/// Escapes inside escapes that are undone.
const ROUNDS: usize = 3;
/// Soft line ends, or escapes, that make a text quoted-printable.
const LEAST: usize = 3;

/// So much of a line is taken, on either side of a hyphen at its end.
const LONGEST_LINE: usize = 256;
/// Longer values are no fields.
const LONGEST_FIELD: usize = 8 << 10;

/// What the escapes of a text mean: places in the text, and what is to be read there.
pub(super) fn decoded(text: &str) -> Vec<(usize, String)> {
    let mut out = percent_encoded(text);
    out.extend(quoted_printable(text));
    out.extend(string_escapes(text));
    out.extend(folded(text));
    out.extend(hyphenated(text));
    out.extend(control_sequences::printed(text));
    out
}

/// Values of fields (`Name: value`) that go on in lines with one blank before them, which is no part of the value:
/// so LDIF (RFC 2849, note 2) and the manifests of Java archives are folded. Only what a fold divides is of interest.
fn folded(text: &str) -> Vec<(usize, String)> {
    let (bytes, mut out, mut done) = (text.as_bytes(), Vec::new(), 0);
    for fold in memchr::memmem::find_iter(bytes, b"\n ") {
        let before = text[..fold].strip_suffix('\r').unwrap_or(&text[..fold]);
        let divides = before.ends_with(char::is_alphanumeric) && text[fold + 2..].starts_with(char::is_alphanumeric);
        if fold < done || !divides {
            continue;
        }
        let start = before[done..].rfind('\n').map_or(done, |n| done + n + 1);
        let is_field = text[start..fold].split_once(": ").is_some_and(|(name, value)| {
            !name.is_empty()
                && !value.starts_with(' ')
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b';' | b'.'))
        });
        if !is_field {
            continue;
        }
        let mut lines = text[start..].split('\n').map(|line| (line.strip_suffix('\r').unwrap_or(line), line.len() + 1));
        let Some((first, len)) = lines.next() else { continue };
        let mut whole = first.to_owned();
        done = start + len;
        for (line, len) in lines {
            let Some(rest) = line.strip_prefix(' ').filter(|_| whole.len() < LONGEST_FIELD) else { break };
            whole.push_str(rest);
            done += len;
        }
        out.push((start, whole));
    }
    out
}

/// Lines whose last word goes on in the next one: both, with the word whole. Only small letters on both sides of a hyphen are
/// parts of one word.
fn hyphenated(text: &str) -> Vec<(usize, String)> {
    const HYPHENS: [&str; 5] = ["-\n", "-\r\n", "\u{AD}\n", "\u{AD}\r\n", "\u{2010}\n"];
    let mut out = Vec::new();
    for hyphen in &HYPHENS[..if text.is_ascii() { 2 } else { HYPHENS.len() }] {
        for at in memchr::memmem::find_iter(text.as_bytes(), hyphen.as_bytes()) {
            let below = text[at + hyphen.len()..].trim_start_matches([' ', '\t', '>', '|', '*', '#']);
            if !text[..at].ends_with(char::is_lowercase) || !below.starts_with(char::is_lowercase) {
                continue;
            }
            let start = text[..at].rfind(['\n', BORDER]).map_or(0, |n| n + 1);
            let above = &text[text.ceil_char_boundary(start.max(at.saturating_sub(LONGEST_LINE)))..at];
            let below = below.split(['\n', BORDER]).next().unwrap_or_default();
            out.push((at, format!("{above}{}", &below[..below.floor_char_boundary(LONGEST_LINE)])));
        }
    }
    out
}

/// Strings with escaped characters, or lines with them, as they are meant.
fn string_escapes(text: &str) -> Vec<(usize, String)> {
    let (mut out, mut done) = (Vec::new(), 0);
    for at in memchr::memchr_iter(b'\\', text.as_bytes()) {
        if at < done || coded(&text[at..]).is_none_or(|(c, _)| c.is_control()) {
            continue;
        }
        let is_border = |c: char| c.is_control() || c == '"';
        let start = text[done..at].rfind(is_border).map_or(done, |n| done + n + text[done + n..].chars().next().map_or(1, char::len_utf8));
        let end = text[at..].find(is_border).map_or(text.len(), |n| at + n);
        out.push((start, unescaped(&text[start..end])));
        done = end;
    }
    out
}

/// A text in whose strings escapes may stand inside escapes, as it is meant.
pub(super) fn unescaped(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..ROUNDS {
        let plain = undo_string(&text);
        if plain == text {
            break;
        }
        text = plain;
    }
    text
}

/// The character that `\uXXXX`, two of them for one character, or `\xXX` stands for, and the escape's length.
pub(super) fn coded(text: &str) -> Option<(char, usize)> {
    let number = |range: std::ops::Range<usize>| {
        let digits = text.get(range).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
        u16::from_str_radix(digits, 16).ok()
    };
    if text.starts_with("\\x") {
        return Some((char::from(number(2..4)? as u8), 4));
    }
    let first = text.starts_with("\\u").then(|| number(2..6))??;
    if (0xD800..0xDC00).contains(&first)
        && text.get(6..8) == Some("\\u")
        && let Some(second) = number(8..12)
        && let Some(Ok(c)) = char::decode_utf16([first, second]).next()
    {
        return Some((c, 12));
    }
    Some((char::from_u32(u32::from(first)).unwrap_or(char::REPLACEMENT_CHARACTER), 6))
}

/// One round: each backslash with what follows it becomes one character; several bytes `\xXX` may be one.
fn undo_string(text: &str) -> String {
    let (mut out, mut rest) = (Vec::with_capacity(text.len()), text);
    while let Some(n) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.extend_from_slice(&rest.as_bytes()[..n]);
        rest = &rest[n..];
        let len = match (coded(rest), rest.as_bytes().get(1)) {
            (Some((c, 4)), _) => {
                out.push(c as u32 as u8);
                4
            }
            (Some((c, len)), _) => {
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                len
            }
            (None, Some(&b @ (b'\\' | b'"' | b'\'' | b'/'))) => {
                out.push(b);
                2
            }
            (None, Some(b'n' | b'r' | b't')) => {
                out.push(b' ');
                2
            }
            (None, _) => {
                out.push(b'\\');
                1
            }
        };
        rest = &rest[len..];
    }
    out.extend_from_slice(rest.as_bytes());
    let mut text = String::with_capacity(out.len());
    for chunk in out.utf8_chunks() {
        text.push_str(chunk.valid());
        text.push_str(&mail::eight_bit(chunk.invalid()));
    }
    text
}

/// Words with percent-encoded characters, as they are meant.
fn percent_encoded(text: &str) -> Vec<(usize, String)> {
    let (bytes, mut out, mut done) = (text.as_bytes(), Vec::new(), 0);
    for at in memchr::memchr_iter(b'%', bytes) {
        if at < done || escape(bytes, at).is_none() {
            continue;
        }
        let is_border = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>' | '\'' | '`');
        let start = text[done..at].rfind(is_border).map_or(done, |n| done + n + text[done + n..].chars().next().map_or(1, char::len_utf8));
        let end = text[at..].find(is_border).map_or(text.len(), |n| at + n);
        let mut word = text[start..end].to_owned();
        for _ in 0..ROUNDS {
            let plain = undo(&word);
            if plain == word {
                break;
            }
            word = plain;
        }
        out.push((start, word));
        done = end;
    }
    out
}

/// The byte of an escape at a place; only those of text count.
fn escape(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |i: usize| bytes.get(at + i).and_then(|b| (*b as char).to_digit(16));
    let byte = (digit(1)? << 4 | digit(2)?) as u8;
    (bytes[at] == b'%' && (byte >= b' ' || matches!(byte, b'\t' | b'\n' | b'\r')) && byte != 0x7F).then_some(byte)
}

fn undo(word: &str) -> String {
    let (bytes, mut out, mut at) = (word.as_bytes(), Vec::with_capacity(word.len()), 0);
    while let Some(&b) = bytes.get(at) {
        match escape(bytes, at) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(b);
                at += 1;
            }
        }
    }
    mail::eight_bit(&out)
}

/// All of a text, where it is quoted-printable: lines that end softly, or several escapes of what must be escaped.
fn quoted_printable(text: &str) -> Option<(usize, String)> {
    let bytes = text.as_bytes();
    let mut signs = 0;
    for at in memchr::memchr_iter(b'=', bytes) {
        signs += usize::from(match bytes.get(at + 1..).unwrap_or_default() {
            [b'\n', ..] | [b'\r', b'\n', ..] => true,
            // What is not printable, the sign itself, a blank at the end of a line.
            [b'C'..=b'F', b'0'..=b'9' | b'A'..=b'F', ..] => true,
            [b'3', b'D', ..] | [b'2', b'0', ..] | [b'0', b'9' | b'A' | b'D', ..] => true,
            _ => false,
        });
        if signs >= LEAST {
            return Some((0, mail::eight_bit(&decode(bytes, Encoding::QuotedPrintable))));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escaped_words_are_read_as_they_are_meant() {
        let text = "GET /q?bank=First%20State%20Bank&x=1 200\nurl=\"a%253DQ7X9ZP\" 100% sure 5%of it";
        assert_eq!(decoded(text), [(4, "/q?bank=First State Bank&x=1".to_owned()), (46, "a=Q7X9ZP".to_owned())]);
        assert!(decoded("50% of all, and %zz").is_empty());
        assert_eq!(decoded("Soci%C3%A9t%C3%A9 G%E9n%E9rale"), [(0, "Société".to_owned()), (18, "Générale".to_owned())]);
    }

    #[test]
    fn pasted_messages_are_read_as_they_are_meant() {
        let text = "Dear all, the list of First Sta=\nte Bank is at the usual place, and it is t=\nhe same as before.=20\n";
        let [(0, plain)] = &decoded(text)[..] else { panic!("{:?}", decoded(text)) };
        assert!(plain.contains("First State Bank") && plain.contains("it is the same as before. \n"), "{plain}");
        assert!(decoded("a = b; if x == 3 { y = 20 } size=20 id=3D").is_empty());
    }

    #[test]
    fn strings_are_read_as_they_are_meant() {
        let meant = |text: &str| decoded(text).into_iter().map(|(_, meant)| meant).collect::<Vec<_>>().join("|");
        assert_eq!(meant(r#"INFO {"bank": "West Penn P\u0026P Bank"} ok"#), "West Penn P&P Bank");
        assert_eq!(meant(r#"{\"bank\": \"Ann \\u0026 Bo Trust\", \"x\": 1}"#), "Ann & Bo Trust\\");
        assert_eq!(meant(r"x=\u0046irst\u0020State \ud83d\ude00"), "x=First State 😀");
        assert_eq!(meant(r"msg=Soci\xc3\xa9t\xc3\xa9 é G\xe9n"), "msg=Société é Gén");
        assert_eq!(meant(r"C:\users\xavier \u12 \x1b"), "");
    }

    #[test]
    fn folded_fields_are_read_as_they_are_meant() {
        let meant = |text: &str| decoded(text).into_iter().map(|(_, meant)| meant).collect::<Vec<_>>();
        assert_eq!(meant("Manifest-Version: 1.0\r\nClient-Code: UA1\r\n 40K\r\nTitle: x\r\n"), ["Client-Code: UA140K"]);
        assert_eq!(meant("dn: ou=First Sta\n te Bank,o=x\ncn: y\n  z"), ["dn: ou=First State Bank,o=x"]);
        assert!(meant("fn main() {\n let x = 1;\n}\nkey:\n - a\n - b\n").is_empty());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in r#"[%=:\\ux0-9a-fdé\r\n" ]{0,60}"#) {
            decoded(&text);
        }
    }
}
