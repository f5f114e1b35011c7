//! A walk over JSON (RFC 8259) without recursion, and records flattened to paths and values.

use crate::format::escapes;
use memchr::memchr2;
use std::borrow::Cow;
use std::ops::Range;

/// Deeper values are no records.
const MAX_DEPTH: usize = 256;
/// Longer values are no records.
pub(super) const MAX_RECORD: usize = 16 << 20;

/// One step of a walk; ranges are those of the content, without quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// `{` or `[`.
    Open(u8),
    /// Their end.
    Close,
    /// A member's name.
    Key(Range<usize>),
    /// A string.
    String(Range<usize>),
    /// A number, `true`, `false` or `null`.
    Scalar(Range<usize>),
}

/// Why a walk stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// The text ends inside a value.
    Ended,
    /// The text is no JSON.
    Invalid,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    ValueOrClose,
    Key,
    KeyOrClose,
    CommaOrClose,
    Nothing,
}

/// Walks one value.
pub(super) struct Walker<'a> {
    text: &'a str,
    /// The place that is looked at next.
    pub at: usize,
    /// Openers of the values around.
    pub stack: Vec<u8>,
    expect: Expect,
}

impl<'a> Walker<'a> {
    pub fn new(text: &'a str, at: usize) -> Self {
        Self { text, at: skip_blanks(text, at), stack: Vec::new(), expect: Expect::Value }
    }

    /// The next step and its place; `None` after the value.
    pub fn next(&mut self) -> Result<Option<(usize, Event)>, Broken> {
        loop {
            if self.expect == Expect::Nothing {
                return Ok(None);
            }
            self.at = skip_blanks(self.text, self.at);
            let bytes = self.text.as_bytes();
            let at = self.at;
            let &byte = bytes.get(at).ok_or(Broken::Ended)?;
            let object = self.stack.last() == Some(&b'{');
            match (byte, self.expect) {
                (b',', Expect::CommaOrClose) => {
                    self.at += 1;
                    self.expect = if object { Expect::Key } else { Expect::Value };
                }
                (b'}' | b']', Expect::CommaOrClose | Expect::KeyOrClose | Expect::ValueOrClose) if object == (byte == b'}') => {
                    self.at += 1;
                    self.stack.pop();
                    self.after_value();
                    return Ok(Some((at, Event::Close)));
                }
                (b'"', Expect::Key | Expect::KeyOrClose) => {
                    let content = self.string()?;
                    let colon = skip_blanks(self.text, self.at);
                    match bytes.get(colon) {
                        Some(b':') => self.at = colon + 1,
                        Some(_) => return Err(Broken::Invalid),
                        None => return Err(Broken::Ended),
                    }
                    self.expect = Expect::Value;
                    return Ok(Some((at, Event::Key(content))));
                }
                (b'"', Expect::Value | Expect::ValueOrClose) => {
                    let content = self.string()?;
                    self.after_value();
                    return Ok(Some((at, Event::String(content))));
                }
                (b'{' | b'[', Expect::Value | Expect::ValueOrClose) => {
                    if self.stack.len() >= MAX_DEPTH {
                        return Err(Broken::Invalid);
                    }
                    self.at += 1;
                    self.stack.push(byte);
                    self.expect = if byte == b'{' { Expect::KeyOrClose } else { Expect::ValueOrClose };
                    return Ok(Some((at, Event::Open(byte))));
                }
                (b'-' | b'0'..=b'9' | b't' | b'f' | b'n', Expect::Value | Expect::ValueOrClose) => {
                    let len =
                        bytes[at..].iter().position(|b| !b.is_ascii_alphanumeric() && !b"+-.".contains(b)).unwrap_or(bytes.len() - at);
                    let scalar = &self.text[at..at + len];
                    let number = !byte.is_ascii_alphabetic() && scalar.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
                    if !number && !["true", "false", "null"].contains(&scalar) {
                        return Err(if at + len == bytes.len() { Broken::Ended } else { Broken::Invalid });
                    }
                    self.at += len;
                    self.after_value();
                    return Ok(Some((at, Event::Scalar(at..at + len))));
                }
                _ => return Err(Broken::Invalid),
            }
        }
    }

    fn after_value(&mut self) {
        self.expect = if self.stack.is_empty() { Expect::Nothing } else { Expect::CommaOrClose };
    }

    fn string(&mut self) -> Result<Range<usize>, Broken> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let mut at = start;
        loop {
            let n = memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()).ok_or(Broken::Ended)?;
            at += n;
            if bytes[at] == b'"' {
                self.at = at + 1;
                return Ok(start..at);
            }
            at += 2;
        }
    }
}

/// The first place at or after `at` that is no blank.
pub(super) fn skip_blanks(text: &str, at: usize) -> usize {
    let tail = text.as_bytes().get(at..).unwrap_or_default();
    at + tail.iter().position(|b| !matches!(b, b' ' | b'\t' | b'\n' | b'\r')).unwrap_or(tail.len())
}

/// The character of an escape at the start of the text, and the escape's length.
pub(super) fn escape(text: &str) -> Option<(char, usize)> {
    let c = match text.as_bytes().get(1)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{C}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let unit = |at: usize| text.get(at..at + 4).and_then(|hex| u16::from_str_radix(hex, 16).ok());
            let first = unit(2)?;
            if (0xD800..0xDC00).contains(&first)
                && text.get(6..8) == Some("\\u")
                && let Some(second) = unit(8)
                && let Some(Ok(c)) = char::decode_utf16([first, second]).next()
            {
                return Some((c, 12));
            }
            return Some((char::from_u32(u32::from(first)).unwrap_or(char::REPLACEMENT_CHARACTER), 6));
        }
        _ => return None,
    };
    Some((c, 2))
}

/// The content of a string, escapes decoded.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(n) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..n]);
        let (c, len) = escape(&rest[n..]).unwrap_or(('\\', 1));
        out.push(c);
        rest = &rest[n + len..];
    }
    if out.is_empty() && rest.len() == text.len() {
        return Cow::Borrowed(text);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// A value in which another string stands with its escapes.
fn meant(value: Cow<'_, str>) -> Cow<'_, str> {
    let is_escaped = value.match_indices("\\u").any(|(at, _)| escapes::coded(&value[at..]).is_some());
    if is_escaped { Cow::Owned(escapes::unescaped(&value)) } else { value }
}

/// A record: the paths of its values (`a.b.0.c`) with the values, and the place after it.
pub(super) type Record<'a> = (Vec<(String, Cow<'a, str>)>, usize);

/// Flattens the object at a place.
pub(super) fn flatten(text: &str, at: usize) -> Result<Record<'_>, Broken> {
    let end = text.floor_char_boundary(at.saturating_add(MAX_RECORD));
    let mut walker = Walker::new(&text[..end], at);
    let (mut path, mut values) = (String::new(), Vec::<(String, Cow<'_, str>)>::new());
    // Per value around: length of its path, the number of its next element or member, and the values before it.
    let mut around: Vec<(usize, usize, usize)> = Vec::new();
    while let Some((_, event)) = walker.next()? {
        let in_array = |walker: &Walker<'_>, event: &Event| match event {
            Event::Open(_) => walker.stack.iter().rev().nth(1) == Some(&b'['),
            _ => walker.stack.last() == Some(&b'['),
        };
        if !matches!(event, Event::Key(_) | Event::Close)
            && in_array(&walker, &event)
            && let Some((len, element, _)) = around.last_mut()
        {
            path.truncate(*len);
            join(&mut path, &element.to_string());
            *element += 1;
        }
        match event {
            Event::Key(key) => {
                let outer = around.last_mut().map_or(0, |(len, members, _)| {
                    *members += 1;
                    *len
                });
                path.truncate(outer);
                join(&mut path, &unescape(&text[key]));
            }
            Event::Open(_) => around.push((path.len(), 0, values.len())),
            Event::Close => {
                // A value that says of which type it is belongs to the name of the object around it.
                if let Some((outer, 1, before)) = around.pop()
                    && before + 1 == values.len()
                    && let Some((path, value)) = values.last_mut()
                    && path.len() > outer
                    && is_wrapped(path[outer..].trim_start_matches('.'), value)
                {
                    path.truncate(outer);
                }
            }
            Event::String(content) => values.push((path.clone(), meant(unescape(&text[content])))),
            Event::Scalar(content) if &text[content.clone()] == "null" => values.push((path.clone(), Cow::Borrowed(""))),
            Event::Scalar(content) => values.push((path.clone(), Cow::Borrowed(&text[content]))),
        }
    }
    Ok((values, walker.at))
}

/// Words for the type of a value, or for the value itself, that are the only name in an object around it: extended JSON
/// of document databases, typed values of web services, unions of Avro, elements of XML.
const TYPES: &[&str] = &[
    "$oid",
    "$date",
    "$uuid",
    "$symbol",
    "$timestamp",
    "$binary",
    "S",
    "B",
    "string",
    "bytes",
    "stringValue",
    "timestampValue",
    "referenceValue",
    "bytesValue",
    "VarCharValue",
    "value",
    "Value",
    "val",
    "v",
    "_value",
    "@value",
    "_text",
    "#text",
    "__text",
    "$t",
    "$",
    "_",
];
const NUMBERS: &[&str] = &[
    "$numberLong",
    "$numberInt",
    "$numberDouble",
    "$numberDecimal",
    "N",
    "int",
    "long",
    "float",
    "double",
    "decimal",
    "integerValue",
    "longValue",
    "doubleValue",
    "BOOL",
    "boolean",
    "booleanValue",
    "NULL",
    "null",
    "nullValue",
    "isNull",
];

/// Does the only name in an object say of which type its value is?
pub(super) fn is_wrapped(name: &str, value: &str) -> bool {
    let is_number =
        || matches!(value, "" | "true" | "false" | "null" | "NaN") || value.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    TYPES.contains(&name) || NUMBERS.contains(&name) && is_number()
}

fn join(path: &mut String, step: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(step);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn records_are_flattened_without_loss() {
        let text = r#" {"a":"x\u00e9\/","b":{"c":12345678901234567890123,"a":null},"d":[{"e":true},"\ud83d\ude00"],"a":"y","f":"A \\u0026 B"} tail"#;
        let (values, end) = flatten(text, 0).unwrap();
        let values: Vec<(&str, &str)> = values.iter().map(|(p, v)| (p.as_str(), &**v)).collect();
        assert_eq!(
            values,
            [("a", "xé/"), ("b.c", "12345678901234567890123"), ("b.a", ""), ("d.0.e", "true"), ("d.1", "😀"), ("a", "y"), ("f", "A & B")]
        );
        assert_eq!(&text[end..], " tail");
        assert_eq!(flatten(&"[".repeat(1 << 20), 0).unwrap_err(), Broken::Invalid);
        assert_eq!(flatten(r#"{"a": 1"#, 0).unwrap_err(), Broken::Ended);
    }

    proptest! {
        #[test]
        fn it_agrees_with_serde(text in r#"[{}\[\],:"0-9a\\ nul]{0,24}"#) {
            let ours = { let mut w = Walker::new(&text, 0); loop { match w.next() { Ok(Some(_)) => {}, Ok(None) => break Some(w.at), Err(_) => break None } } };
            // Numbers are taken more leniently than RFC 8259 has them; otherwise what serde accepts is accepted.
            if serde_json::from_str::<serde_json::Value>(&text).is_ok() {
                prop_assert_eq!(ours.map(|at| skip_blanks(&text, at)), Some(text.len()));
            }
            let _ = (flatten(&text, 0), unescape(&text));
        }
    }
}
