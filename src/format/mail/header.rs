//! Header fields of messages (RFC 5322, section 2.2): unfolded, encoded words decoded (RFC 2047), parameters
//! joined and decoded (RFC 2231).

use super::transfer::{self, Encoding};
use super::utf7;
use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE};
use std::borrow::Cow;
use std::ops::Range;

/// Field names that make a block of lines a message's header.
const KNOWN: [&str; 20] = [
    "received",
    "from",
    "to",
    "cc",
    "bcc",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "return-path",
    "content-type",
    "delivered-to",
    "sender",
    "reply-to",
    "in-reply-to",
    "references",
    "content-transfer-encoding",
    "x-mailer",
    "resent-from",
    "disposition-notification-to",
];
/// Those that hardly anything but a message has.
const TELLING: [&str; 5] = ["received", "message-id", "mime-version", "return-path", "delivered-to"];

/// One field, where it stands.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name in lower case.
    pub name: String,
    /// Its value, unfolded, encoded words as they are.
    pub raw: String,
    /// Where it stands, its line end included.
    pub range: Range<usize>,
}

/// The fields at the start of a range, and where the body begins.
pub fn parse(bytes: &[u8], range: Range<usize>) -> (Vec<Field>, usize) {
    let (mut fields, mut at): (Vec<Field>, usize) = (Vec::new(), range.start);
    while at < range.end {
        let end = line_end(bytes, at, range.end);
        let line = &bytes[at..end];
        let content = line.trim_ascii_end();
        if content.is_empty() {
            return (fields, end);
        }
        if matches!(line[0], b' ' | b'\t')
            && let Some(last) = fields.last_mut()
        {
            last.raw.push(' ');
            last.raw.push_str(&eight_bit(content.trim_ascii_start()));
            last.range.end = end;
            at = end;
            continue;
        }
        match memchr::memchr(b':', content).filter(|n| *n > 0 && is_name(content[..*n].trim_ascii_end())) {
            Some(colon) => fields.push(Field {
                name: String::from_utf8_lossy(content[..colon].trim_ascii_end()).to_ascii_lowercase(),
                raw: eight_bit(content[colon + 1..].trim_ascii_start()),
                range: at..end,
            }),
            // A line that is no field ends the header; it belongs to the body.
            None => return (fields, at),
        }
        at = end;
    }
    (fields, range.end)
}

/// Do these bytes begin with the header of a message, or of a part that was signed or encrypted by itself?
pub fn is_message(bytes: &[u8]) -> bool {
    let (fields, body) = parse(bytes, 0..bytes.len().min(64 << 10));
    let is_of_part = |field: &Field| field.name.starts_with("content-") || field.name == "mime-version";
    if fields.iter().any(|f| f.name == "content-type" && f.raw.contains('/')) && fields.iter().all(is_of_part) {
        return body < bytes.len() && bytes[..body].ends_with(b"\n");
    }
    let is = |names: &[&str]| fields.iter().filter(|f| names.contains(&&f.name[..])).count();
    let distinct = KNOWN.iter().filter(|name| fields.iter().any(|f| f.name == **name)).count();
    let whole = body >= bytes.len().min(64 << 10) || bytes[..body].ends_with(b"\n\n") || bytes[..body].ends_with(b"\n\r\n");
    let foreign = fields.iter().filter(|f| !KNOWN.contains(&&f.name[..]) && !f.name.contains('-')).count();
    distinct >= 2 && foreign <= distinct && (is(&TELLING) > 0 && whole || distinct >= 3 && whole && fields.iter().any(|f| f.name == "from"))
}

fn is_name(name: &[u8]) -> bool {
    !name.is_empty() && name.len() <= 76 && name.iter().all(|b| b.is_ascii_graphic() && *b != b':')
}

/// Behind the line end after a place.
pub fn line_end(bytes: &[u8], at: usize, end: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..end]).map_or(end, |n| at + n + 1)
}

/// UTF-8, with stray bytes as windows-1252; all of it as windows-1252 where most is no UTF-8.
pub fn eight_bit(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let wide = |text: &str| text.chars().filter(|c| !c.is_ascii()).count();
    let (sound, stray) =
        bytes.utf8_chunks().fold((0, 0), |(sound, stray), chunk| (sound + wide(chunk.valid()), stray + chunk.invalid().len()));
    let windows = |bytes: &[u8]| encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned();
    if stray > sound {
        return windows(bytes);
    }
    bytes.utf8_chunks().fold(String::with_capacity(bytes.len()), |out, chunk| out + chunk.valid() + &windows(chunk.invalid()))
}

/// Text in a character set of this name; what is not known is taken as UTF-8 or windows-1252.
pub fn in_charset(bytes: &[u8], charset: &str) -> String {
    match encoding_rs::Encoding::for_label(charset.trim().as_bytes()) {
        Some(encoding) if encoding != UTF_8 => encoding.decode(bytes).0.into_owned(),
        None if utf7::is_named(charset.trim()) => utf7::decode(bytes),
        _ => eight_bit(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)),
    }
}

/// May these bytes be text in a character set as a header names it? ASCII is no text in two or four bytes a character,
/// and what is in a set that is not known here is told by the bytes.
pub fn may_be_in(bytes: &[u8], charset: &str) -> bool {
    let charset = charset.trim();
    match encoding_rs::Encoding::for_label(charset.as_bytes()) {
        Some(encoding) => ![UTF_16LE, UTF_16BE].contains(&encoding) || bytes.contains(&0) || !bytes.is_ascii(),
        None => charset.is_empty() || utf7::is_named(charset) || std::str::from_utf8(bytes).is_ok(),
    }
}

/// A value with its encoded words decoded. Blanks between two of them are none of the text, and
/// characters may be divided between two of one character set.
pub fn decode_words(value: &str) -> String {
    let (mut out, mut rest) = (String::new(), value);
    let mut held: Option<(String, Vec<u8>)> = None;
    while let Some(at) = rest.find("=?") {
        let Some((charset, bytes, after)) = encoded_word(&rest[at..]) else {
            flush(&mut held, &mut out);
            out.push_str(&rest[..at + 2]);
            rest = &rest[at + 2..];
            continue;
        };
        if !(held.is_some() && rest[..at].trim().is_empty()) {
            flush(&mut held, &mut out);
            out.push_str(&rest[..at]);
        }
        match &mut held {
            Some((same, all)) if same.eq_ignore_ascii_case(charset) => all.extend(bytes),
            _ => {
                flush(&mut held, &mut out);
                held = Some((charset.to_owned(), bytes));
            }
        }
        rest = after;
    }
    flush(&mut held, &mut out);
    out.push_str(rest);
    out
}

fn flush(held: &mut Option<(String, Vec<u8>)>, out: &mut String) {
    if let Some((charset, bytes)) = held.take() {
        out.push_str(&in_charset(&bytes, &charset));
    }
}

/// `=?charset?Q?text?=` at the start: character set, bytes, and what follows.
fn encoded_word(text: &str) -> Option<(&str, Vec<u8>, &str)> {
    let (charset, rest) = text.strip_prefix("=?")?.split_once('?')?;
    let (kind, rest) = rest.split_once('?')?;
    let (content, after) = rest.split_once("?=")?;
    // A language may follow the character set (RFC 2231, section 5).
    let charset = charset.split('*').next().unwrap_or(charset);
    let bytes = match kind {
        "Q" | "q" => transfer::decode(&bytes_of(&content.replace('_', " "), charset), Encoding::QuotedPrintable),
        "B" | "b" => transfer::decode(content.as_bytes(), Encoding::Base64),
        _ => return None,
    };
    Some((charset, bytes, after))
}

/// The bytes of an encoded word. Characters that should have been encoded and are not go back into its character set.
fn bytes_of<'a>(content: &'a str, charset: &str) -> Cow<'a, [u8]> {
    match encoding_rs::Encoding::for_label(charset.as_bytes()) {
        Some(encoding) if !content.is_ascii() => encoding.encode(content).0,
        _ => Cow::Borrowed(content.as_bytes()),
    }
}

/// A parameter of a structured value, quotes removed; continuations joined, and percent-encoding decoded.
pub fn parameter(value: &str, wanted: &str) -> Option<String> {
    let mut parts: Vec<(usize, bool, String)> = Vec::new();
    for (name, content) in parameters(value) {
        let (stem, extended) = name.strip_suffix('*').map_or((&name[..], false), |stem| (stem, true));
        let (stem, number) = stem.split_once('*').map_or((stem, Some(0)), |(stem, n)| (stem, n.parse().ok()));
        if let Some(number) = number.filter(|_| stem == wanted) {
            parts.push((number, extended, content));
        }
    }
    parts.sort_by_key(|(number, extended, _)| (*number, !*extended));
    parts.dedup_by_key(|(number, ..)| *number);
    let (mut bytes, mut charset) = (Vec::new(), None);
    for (i, (_, extended, content)) in parts.iter().enumerate() {
        let mut content = &content[..];
        if *extended && i == 0 {
            let mut pieces = content.splitn(3, '\'');
            if let (Some(name), Some(_), Some(text)) = (pieces.next(), pieces.next(), pieces.next()) {
                charset = Some(name.to_owned());
                content = text;
            }
        }
        match *extended {
            true => bytes.extend(percent(content.as_bytes())),
            false => bytes.extend(content.bytes()),
        }
    }
    (!parts.is_empty()).then(|| decode_words(&in_charset(&bytes, charset.as_deref().unwrap_or("utf-8"))))
}

fn parameters(value: &str) -> Vec<(String, String)> {
    let (mut out, mut rest) = (Vec::new(), value);
    while let Some(at) = rest.find(';') {
        rest = rest[at + 1..].trim_start();
        let Some((name, after)) = rest.split_once('=') else { break };
        if name.contains(';') {
            continue;
        }
        let after = after.trim_start();
        let mut content = String::new();
        rest = match after.strip_prefix('"') {
            Some(quoted) => {
                let (mut end, mut escaped) = (quoted.len(), false);
                for (i, c) in quoted.char_indices() {
                    match c {
                        _ if escaped => {
                            content.push(c);
                            escaped = false;
                        }
                        '\\' => escaped = true,
                        '"' => {
                            end = i + 1;
                            break;
                        }
                        _ => content.push(c),
                    }
                }
                &quoted[end..]
            }
            None => {
                let end = after.find(';').unwrap_or(after.len());
                content.push_str(after[..end].trim());
                &after[end..]
            }
        };
        out.push((name.trim().to_ascii_lowercase(), content));
    }
    out
}

fn percent(bytes: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    let digit = |b: Option<&u8>| b.and_then(|b| (*b as char).to_digit(16));
    while let Some(&b) = bytes.get(at) {
        match (digit(bytes.get(at + 1)), digit(bytes.get(at + 2))) {
            (Some(high), Some(low)) if b == b'%' => {
                out.push((high << 4 | low) as u8);
                at += 3;
            }
            _ => {
                out.push(b);
                at += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn encoded_words_and_parameters_are_decoded() {
        assert_eq!(decode_words("=?ISO-8859-1?Q?Cr=E9dit?= =?utf-8?B?IFPDtg==?= x =?bad"), "Crédit Sö x =?bad");
        assert_eq!(decode_words("=?iso-8859-1?Q?Jürgen_M=FCller?= =?utf-8?Q?Ö?= =?utf-7?Q?_Fr+APY-sche?="), "Jürgen MüllerÖ Frösche");
        assert_eq!(decode_words("=?utf-8?Q?S=C3?=\t=?UTF-8?Q?=B6hne?="), "Söhne");
        let value = "attachment; filename*0*=utf-8''Cr%C3%A9; filename*1=\"dit \\\"x\\\".csv\"; size=3";
        assert_eq!(parameter(value, "filename").as_deref(), Some("Crédit \"x\".csv"));
        assert_eq!(parameter("text/plain; charset = utf-8", "charset").as_deref(), Some("utf-8"));
        assert_eq!(parameter("multipart/mixed; boundary=\"a;b\"", "boundary").as_deref(), Some("a;b"));
    }

    #[test]
    fn stray_bytes_do_not_spoil_text() {
        assert_eq!(eight_bit(b"y\xC3\xB6t\xC3\xA4 \x8A"), "yötä Š");
        assert_eq!(eight_bit(b"Cr\xE9dit M\xFCller \xC3\xA9"), "Crédit Müller Ã©");
    }

    #[test]
    fn messages_are_told_from_text() {
        assert!(is_message(b"Received: from a by b\r\nFrom: a@b.c\r\nTo: d@e.f\r\n\r\nbody"));
        assert!(is_message(b"From: a@b.c\nTo: d@e.f\nSubject: x\n\nbody"));
        for text in [
            &b"To: everybody\nThis is a memo.\n"[..],
            b"Date: 1 May\nSubject: memo\nname: x\ncode: y\nplace: z\n\nx",
            b"From: here\nTo: there\nwe go.\n",
            b"key: value\nother: value\n\n",
        ] {
            assert!(!is_message(text), "{}", String::from_utf8_lossy(text));
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[=?;*'\"%a-cQB:_ é\\\\\n]{0,80}") {
            decode_words(&text);
            parameter(&text, "a");
            parse(text.as_bytes(), 0..text.len());
        }
    }
}
