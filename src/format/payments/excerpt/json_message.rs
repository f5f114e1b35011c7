//! Messages of ISO 20022 as JSON: objects with the names of the elements, as interfaces between banks and their
//! providers carry them (ISO 20022 "JSON Schema Draft 2020-12 generation"; the first letter may be a small one). What such
//! an object says in XML is read as XML.

use memchr::{memchr, memmem, memrchr};
use std::ops::Range;

/// A message is not longer.
const MESSAGE: usize = 8 << 20;
/// A name before an object is not longer.
const NAME: usize = 80;
/// Objects inside objects; the messages have fewer.
const DEPTH: usize = 64;

/// The object that begins with the group header at the mark.
pub(super) fn start(bytes: &[u8], mark: usize, taken: usize) -> Option<usize> {
    let from = mark.saturating_sub(NAME).max(taken);
    let before = &bytes[from..mark];
    let open = memrchr(b'{', before)?;
    (before[open + 1..].trim_ascii().is_empty() && root(bytes, from + open).is_some()).then_some(from + open)
}

/// Where the object ends; what is cut goes to the end of what is looked at.
pub(super) fn end(bytes: &[u8], Range { start, .. }: Range<usize>, _: &mut super::Ahead) -> Option<usize> {
    let limit = bytes.len().min(start + MESSAGE);
    let (mut depth, mut at) = (0usize, start);
    while at < limit {
        match bytes[at] {
            b'{' => depth += 1,
            b'}' => depth = depth.checked_sub(1)?,
            b'"' => at = string(&bytes[..limit], at)?.end,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
    Some(limit)
}

/// The place of a string's characters, from its first quote on; it ends at the last one.
fn string(bytes: &[u8], quote: usize) -> Option<Range<usize>> {
    let mut at = quote + 1;
    loop {
        let end = at + memchr(b'"', bytes.get(at..)?)?;
        let slashes = bytes[at..end].iter().rev().take_while(|b| **b == b'\\').count();
        if slashes % 2 == 0 {
            return Some(quote + 1..end);
        }
        at = end + 1;
    }
}

/// The element of a message whose object begins at a place: the name before it, or what its parts say.
fn root(bytes: &[u8], open: usize) -> Option<String> {
    let before = bytes[open.saturating_sub(NAME)..open].trim_ascii_end();
    let named = before.strip_suffix(b":").map(<[u8]>::trim_ascii_end).and_then(|name| name.strip_suffix(b"\""));
    if let Some(name) = named.and_then(|name| Some(element(&name[memrchr(b'"', name)? + 1..]))) {
        return Some(name);
    }
    const PARTS: [(&[u8], &str); 3] =
        [(b"dtTrfTxInf\"", "FIToFICstmrCdtTrf"), (b"tmt\"", "BkToCstmrStmt"), (b"mtInf\"", "CstmrCdtTrfInitn")];
    let head = &bytes[open..bytes.len().min(open + super::HEAD)];
    let found = PARTS.iter().filter_map(|(part, root)| Some((memmem::find(head, part)?, root)));
    found.min_by_key(|(at, _)| *at).map(|(_, root)| (*root).to_owned())
}

/// The name of an element: without a prefix, with its first letter a capital.
fn element(key: &[u8]) -> String {
    let name = memrchr(b':', key).map_or(key, |colon| &key[colon + 1..]);
    let mut name: String = name.iter().filter(|b| b.is_ascii_alphanumeric()).map(|b| char::from(*b)).collect();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}

/// A message in XML.
pub(super) fn meant(bytes: &[u8], range: &Range<usize>) -> Vec<u8> {
    let mut out = b"<Document>".to_vec();
    let mut open: Vec<Open> = Vec::new();
    let mut key = root(bytes, range.start).unwrap_or_default();
    let bytes = &bytes[range.clone()];
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let end = match byte {
            b'{' | b'[' if open.len() < DEPTH => {
                let is_list = *byte == b'[';
                let name = taken(&mut key, &open);
                if !is_list {
                    tag(&mut out, b"<", &name);
                }
                open.push(Open { name, is_list });
                at + 1
            }
            b'}' | b']' => {
                if let Some(Open { name, is_list: false }) = open.pop() {
                    tag(&mut out, b"</", &name);
                }
                at + 1
            }
            b'"' => {
                let Some(string) = string(bytes, at) else { break };
                let (text, end) = (&bytes[string.clone()], string.end + 1);
                let is_key = bytes[end..].trim_ascii_start().starts_with(b":");
                if is_key && open.last().is_some_and(|open| !open.is_list) {
                    key = element(text);
                } else {
                    scalar(&mut out, &taken(&mut key, &open), text);
                }
                end
            }
            b'-' | b'0'..=b'9' => {
                let len = bytes[at..].iter().take_while(|b| matches!(b, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')).count();
                scalar(&mut out, &taken(&mut key, &open), &bytes[at..at + len]);
                at + len
            }
            _ => at + 1,
        };
        at = end;
        if open.is_empty() {
            out.extend_from_slice(b"</Document>");
            break;
        }
    }
    out
}

/// An object or list that is open.
struct Open {
    name: String,
    is_list: bool,
}

/// The name of a value: its key, or that of the list in which it stands.
fn taken(key: &mut String, open: &[Open]) -> String {
    match open.last() {
        Some(Open { name, is_list: true }) => name.clone(),
        _ => std::mem::take(key),
    }
}

fn scalar(out: &mut Vec<u8>, name: &str, text: &[u8]) {
    let is_element = !name.is_empty() && !matches!(name, "Text" | "Value");
    if is_element {
        tag(out, b"<", name);
    }
    for part in super::lines::unescaped(text).split_inclusive(|b| matches!(b, b'<' | b'&')) {
        match part.split_last() {
            Some((b'<', rest)) => out.extend_from_slice(&[rest, b"&lt;"].concat()),
            Some((b'&', rest)) => out.extend_from_slice(&[rest, b"&amp;"].concat()),
            _ => out.extend_from_slice(part),
        }
    }
    if is_element {
        tag(out, b"</", name);
    }
}

fn tag(out: &mut Vec<u8>, open: &[u8], name: &str) {
    out.extend_from_slice(open);
    out.extend_from_slice(name.as_bytes());
    out.push(b'>');
}

#[cfg(test)]
mod tests {
    use crate::format::payments::excerpt::tests::owners;

    const MESSAGE: &str = r##"{"Document": {"FIToFICstmrCdtTrf": {"GrpHdr": {"MsgId": "M\"1", "CreDtTm": "2024-11-04T12:00:00", "InstgAgt": {"FinInstnId": {"ClrSysMmbId": {"ClrSysId": {"Cd": "USABA"}, "MmbId": "021000021"}}}}, "CdtTrfTxInf": [{"IntrBkSttlmAmt": {"@Ccy": "USD", "#text": 10.5}, "DbtrAgt": {"FinInstnId": {"BICFI": "BANKDEFF"}}, "CdtrAgt": {"FinInstnId": {"BICFI": "BANKFRPP"}}, "Cdtr": {"Nm": "Ann <Lee> & Co"}}]}}}"##;

    #[test]
    fn a_message_in_json_is_the_instructing_agents() {
        let small = MESSAGE
            .replace("\"GrpHdr\"", "\"grpHdr\"")
            .replace("\"CdtTrfTxInf\"", "\"cdtTrfTxInf\"")
            .replace("\"InstgAgt\"", "\"instgAgt\"");
        let inner = &MESSAGE[MESSAGE.find("{\"GrpHdr").unwrap()..MESSAGE.len() - 2];
        let pretty = MESSAGE.replace("{\"", "{\n  \"");
        for text in [
            MESSAGE.to_owned(),
            small,
            inner.to_owned(),
            pretty,
            format!("12:00:01 sent {MESSAGE} ok\n"),
            format!("{MESSAGE}\n{MESSAGE}\n"),
        ] {
            let found = owners(&text);
            assert!(!found.is_empty() && found.iter().all(|owner| owner == "021000021"), "{found:?} {text}");
        }
    }

    #[test]
    fn other_objects_are_no_messages() {
        for text in [
            "{\"GrpHdr\": {\"a\": 1}}",
            "{\"x\": {\"GrpHdr\": 1}, \"y\": \"021000021\"}",
            "the key \"GrpHdr\" begins a message",
            "{\"GrpHdr\"",
            "\"GrpHdr\"{",
        ] {
            assert!(owners(text).is_empty(), "{text}");
        }
        for cut in 0..MESSAGE.len() {
            owners(&MESSAGE[..cut]);
            owners(&MESSAGE[cut..]);
        }
    }
}
