//! What moves, colours and overprints text on terminals and printers, and is no text: control sequences (ECMA-48, sections
//! 5.4 and 5.5), commands of printers that begin like them (PCL 5, "Escape sequence syntax"), and characters that are
//! printed twice over a backspace (as `nroff` and line printers make bold). Programs also spell them out where they write
//! logs: `^[[32m`, `#033[32m`, `\\u001b[32m`. The text stays as it is; what is printed stands behind it.

use super::escapes::coded;
use std::ops::Range;

/// How the escape character is written where it is neither written itself nor by its number in hexadecimal digits.
const SPELLED: &[&str] = &["^[", "#033", "\\033", "\\e"];
/// A tab, as logs spell it (`rsyslog`, `$EscapeControlCharactersOnReceive`).
const TAB: &str = "#011";
/// Longer sequences are none.
const LONGEST: usize = 256;

/// Where control sequences of terminals stand (ECMA-48, section 5.4), and what is printed in place of each. Decoded text and
/// manifests are read without them.
pub(crate) fn of_terminals(bytes: &[u8]) -> impl Iterator<Item = (Range<usize>, &'static str)> {
    memchr::memchr_iter(0x1B, bytes).filter_map(|at| {
        let (len, instead) = control(bytes.get(at + 1..)?.strip_prefix(b"[")?)?;
        Some((at..at + 2 + len, instead))
    })
}

/// The lines of a text in which such sequences stand, as they are printed, and where each begins.
pub(super) fn printed(text: &str) -> Vec<(usize, String)> {
    let mut out: Vec<(usize, String)> = Vec::new();
    let mut done = 0;
    while let Some(at) = text.get(done..).and_then(next).map(|n| done + n) {
        let start = text[done..at].rfind('\n').map_or(done, |n| done + n + 1);
        let end = text[at..].find('\n').map_or(text.len(), |n| at + n);
        out.push((start, line(&text[start..end])));
        done = end;
    }
    out
}

/// Where the next sequence begins.
fn next(text: &str) -> Option<usize> {
    let plain = memchr::memchr2(0x1B, 0x08, text.as_bytes());
    let spelled = |at: usize| sequence(&text[at..]).is_some_and(|(len, _)| len > 0);
    let written = memchr::memchr3_iter(b'^', b'#', b'\\', &text.as_bytes()[..plain.unwrap_or(text.len())]).find(|at| spelled(*at));
    written.or(plain)
}

/// A line as it is printed.
fn line(line: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(line.len()), line);
    while let Some(c) = rest.chars().next() {
        if let Some((len, instead)) = sequence(rest) {
            out.push_str(instead);
            rest = &rest[len..];
            continue;
        }
        match c {
            // The next character stands on the place of the last one.
            '\u{8}' if rest.len() > 1 => _ = out.pop(),
            '\u{8}' => {}
            _ => out.push(c),
        }
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// How long the sequence is that a text begins with, and what is printed in its place: nothing, or a blank where the next
/// text stands elsewhere.
fn sequence(text: &str) -> Option<(usize, &'static str)> {
    if text.starts_with(TAB) {
        return Some((TAB.len(), "\t"));
    }
    if let Some(rest) = text.strip_prefix('\u{1B}') {
        let (len, instead) = command(rest.as_bytes())?;
        return Some((1 + len, instead));
    }
    let spelled = SPELLED.iter().find(|mark| text.starts_with(**mark)).map(|mark| mark.len());
    let mark = spelled.or_else(|| coded(text).filter(|(c, _)| *c == '\u{1B}').map(|(_, len)| len))?;
    let (len, instead) = control(text[mark..].strip_prefix('[')?.as_bytes())?;
    Some((mark + 1 + len, instead))
}

/// What follows the escape character.
fn command(bytes: &[u8]) -> Option<(usize, &'static str)> {
    match *bytes.first()? {
        b'[' => control(&bytes[1..]).map(|(len, instead)| (1 + len, instead)),
        // A string for the terminal: its title, an address behind a text.
        b']' => {
            let end = bytes.iter().take(LONGEST).position(|b| matches!(b, 0x07 | 0x1B))?;
            Some((end + if bytes[end] == 0x07 { 1 } else { 0 }, ""))
        }
        // The end of such a string.
        b'\\' => Some((1, "")),
        b'!'..=b'/' => printer(bytes),
        b'0'..=b'~' => Some((1, "")),
        _ => None,
    }
}

/// Parameters, intermediate bytes and the final one of a control sequence.
fn control(bytes: &[u8]) -> Option<(usize, &'static str)> {
    let parameters = bytes.iter().take(LONGEST).take_while(|b| matches!(b, 0x30..=0x3F)).count();
    let intermediate = bytes[parameters..].iter().take_while(|b| matches!(b, 0x20..=0x2F)).count();
    let last = parameters + intermediate;
    match bytes.get(last)? {
        b'A'..=b'H' | b'a' | b'd' | b'e' | b'f' | b'`' | b'r' => Some((last + 1, " ")),
        0x40..=0x7E => Some((last + 1, "")),
        _ => None,
    }
}

/// A command of a printer, or several that are put together: parameters, values, and a capital letter at the end.
fn printer(bytes: &[u8]) -> Option<(usize, &'static str)> {
    let value = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'`');
    let values = bytes[1..].iter().take(LONGEST).take_while(|b| value(b)).count();
    let last = 1 + values;
    matches!(bytes.get(last)?, b'@'..=b'^').then(|| (last + 1, if matches!(bytes[..2], [b'*', b'p'] | [b'&', b'a']) { " " } else { "" }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_printed_is_read() {
        for (text, wanted) in [
            ("\u{1B}[36mclient_code\u{1B}[0m=570831", "client_code=570831"),
            ("a\n^[[32mclient_code: \u{1B}[1;33;40m570831\u{1B}[K", "client_code: 570831"),
            ("#033[32mclient#033[0m_code=1", "client_code=1"),
            ("{\"log\":\"\\u001b[36mclient_code\\u001b[0m=7\"}", "{\"log\":\"client_code=7\"}"),
            ("code:#011570831", "code:\t570831"),
            ("8\u{8}86\u{8}66\u{8}6 _\u{8}a_\u{8}b", "866 ab"),
            ("\u{1B}*p100x140Y\u{1B}(s0p10HCLIENT NUMBER: 570831\u{1B}E", " CLIENT NUMBER: 570831"),
            ("NAME\u{1B}[5;20H\u{1B}[1mACCOUNT", "NAME ACCOUNT"),
            ("\u{1B}]0;title\u{7}text \u{1B}(Bplain", "text plain"),
        ] {
            let found = printed(text);
            assert_eq!(found.iter().map(|(_, line)| line.as_str()).collect::<Vec<_>>(), [wanted], "{text:?}");
        }
        for text in ["plain text", "a^b #01 \\x41 \\e", "C:\\\\users\\\\eve"] {
            assert_eq!(printed(text), [], "{text:?}");
        }
    }

    #[test]
    fn sequences_of_terminals_end_where_they_say() {
        let text = b"\x1B[01;34mhome\x1B[0m \x1B[5;20Hend\x1B[\x1B(B\x1B[9";
        let found: Vec<_> = of_terminals(text).map(|(range, instead)| (text[range].to_vec(), instead)).collect();
        assert_eq!(found, [(b"\x1B[01;34m".to_vec(), ""), (b"\x1B[0m".to_vec(), ""), (b"\x1B[5;20H".to_vec(), " ")]);
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "[\u{1B}\u{8}\\[\\]0-9a-zA-Z;^#\\\\()&*\n é]{0,80}") {
            for (start, line) in printed(&text) {
                prop_assert!(text.is_char_boundary(start) && !line.contains('\n'));
            }
        }
    }
}
