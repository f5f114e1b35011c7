//! Objects: values that bear their names and stand in others. Objects of JSON (RFC 8259), elements of XML, parts of a form
//! (RFC 7578), and strings that hold such, as messages of queues, logs of requests and stores of documents have them. They
//! become records: what stands in an object deeper belongs to it under its path, what comes more than once under one name
//! is a record by itself, and says what the objects around it say.

use super::base64::Decoder;
use super::json_record::{Event, MAX_RECORD, Walker, is_wrapped, skip_blanks, unescape};
use super::markup::{self, Lexer, Token};
use super::spelling::is_digit;
use super::{entity, html, json_columns, xml};
use crate::format::named::Named;
use crate::identifier::client_label::is_client_label;
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read;
use std::ops::Range;

/// No shorter string holds an object of two values.
const SHORTEST: usize = 10;
/// Strings in strings that are looked at.
const STRINGS: usize = 4;
/// Elements inside elements.
const DEPTH: usize = 64;
/// Longer paths are cut off at their beginning.
const LONGEST_PATH: usize = 128;
/// What stands around records is repeated in each, up to so many bytes, and in all of a text up to so many.
const REPEATED: usize = 1 << 10;
const MOST_REPEATED: usize = 4 << 20;
/// Bytes of values with their names that are put together; a text that says more is read as text.
const MOST_SAID: usize = 64 << 20;
/// What a value takes besides its letters.
const OF_VALUE: usize = 64;

/// What a text or an object says: its own values, and those of the records in it.
#[derive(Debug, Default)]
pub(in crate::format) struct Object {
    values: Vec<Named>,
    records: Vec<Vec<Named>>,
}

impl Object {
    /// The object that a text is and nothing else, if at least two values in it have names.
    pub fn of(text: &str) -> Option<Self> {
        if may_be(text) { Reader::default().text(text, STRINGS) } else { None }
    }

    /// What a document of JSON says that stands outside of these ranges, and ends at a place.
    pub fn of_document(text: &str, end: usize, without: &[Range<usize>]) -> Option<Self> {
        Reader::default().json(text.get(..end)?, without, STRINGS)
    }

    /// What a row says with the objects in its cells.
    pub fn of_row(values: Vec<Named>, objects: Vec<(String, Self)>) -> Self {
        Reader::default().put_together(Open { values, members: objects, ..Open::default() })
    }

    /// What values say with the objects among them.
    pub fn of_values(values: Vec<Named>) -> Self {
        let (mut reader, mut whole) = (Reader::default(), Open::default());
        values.into_iter().for_each(|(name, value)| reader.said(&name, Cow::Owned(value), STRINGS, &mut whole));
        reader.put_together(whole)
    }

    /// Its records; itself where there are none in it.
    pub fn into_records(self) -> Vec<Vec<Named>> {
        if self.records.is_empty() { vec![self.values] } else { self.records }
    }

    /// Its own values, and the records in it.
    pub fn into_parts(self) -> (Vec<Named>, Vec<Vec<Named>>) {
        (self.values, self.records)
    }

    fn is_named(&self) -> bool {
        let says = |values: &[Named]| values.iter().filter(|(name, _)| !name.is_empty()).nth(1).is_some();
        says(&self.values) || self.records.iter().any(|record| says(record))
    }
}

/// Might a text be an object? Asked of every cell: the first bytes of nearly all say no.
#[inline]
fn may_be(text: &str) -> bool {
    match text.as_bytes().first() {
        Some(b'{' | b'[' | b'<' | b'"' | b' ' | b'\n' | b'\r' | b'\t' | b'\\' | b'-') => text.len() >= SHORTEST && text.len() <= MAX_RECORD,
        // `{"` and `[{` in base64.
        Some(b'e' | b'W') => (text.starts_with("ey") || text.starts_with("ew") || text.starts_with("W3")) && text.len() >= SHORTEST,
        _ => false,
    }
}

/// An object or element that has not ended.
#[derive(Default)]
struct Open {
    name: String,
    values: Vec<Named>,
    members: Vec<(String, Object)>,
    text: String,
}

/// Puts objects together. Strings that hold others are read by it in turn, as deep as it is told.
#[derive(Default)]
struct Reader {
    repeated: usize,
    said: usize,
}

impl Reader {
    fn text(&mut self, text: &str, strings: usize) -> Option<Object> {
        let (text, strings) = (text.trim(), strings.checked_sub(1)?);
        if text.len() < SHORTEST || text.len() > MAX_RECORD {
            return None;
        }
        let object = match text.as_bytes() {
            [b'{' | b'[', ..] => {
                self.json(text, &[], strings).or_else(|| if is_escaped(text) { self.text(&unescape(text), strings) } else { None })
            }
            [b'<', ..] => self.xml(text, strings),
            [b'"', inner @ .., b'"'] if !inner.is_empty() => self.text(&unescape(text.get(1..text.len() - 1)?), strings),
            [b'\\', b'"', ..] => self.text(&unescape(text), strings),
            [b'-', b'-', ..] => self.form(text, strings),
            [b'e' | b'W', ..] => self.text(&decoded(text)?, strings),
            _ => None,
        };
        object.filter(Object::is_named)
    }

    /// A value of JSON, or several one after the other.
    fn json(&mut self, text: &str, without: &[Range<usize>], strings: usize) -> Option<Object> {
        let mut open = vec![Open::default()];
        let mut at = skip_blanks(text, 0);
        while at < text.len() {
            at = json_columns::skip_separators(text, self.value(text, at, without, strings, &mut open)?);
        }
        open.pop().map(|whole| self.put_together(whole))
    }

    /// One value of JSON; gives the place behind it.
    fn value(&mut self, text: &str, at: usize, without: &[Range<usize>], strings: usize, open: &mut Vec<Open>) -> Option<usize> {
        let mut walker = Walker::new(text, at);
        // What the values at hand are called: elements of an array bear its name.
        let mut names: Vec<(u8, Cow<'_, str>)> = Vec::new();
        let mut key = Cow::Borrowed("");
        let mut skipped = 0;
        while let Some((place, event)) = walker.next().ok()? {
            if self.said > MOST_SAID {
                return None;
            }
            while without.get(skipped).is_some_and(|range| range.end <= place) {
                skipped += 1;
            }
            if without.get(skipped).is_some_and(|range| range.contains(&place)) {
                continue;
            }
            let name = match names.last() {
                Some((b'[', name)) => name,
                _ => &key,
            };
            match event {
                Event::Key(range) => key = shortened(unescape(&text[range])),
                Event::Open(_) if names.len() == DEPTH => return None,
                Event::Open(kind) => {
                    if kind == b'{' {
                        open.push(Open { name: name.to_string(), ..Open::default() });
                    }
                    names.push((kind, name.clone()));
                }
                Event::Close => {
                    if names.pop()?.0 == b'{' {
                        self.close(open);
                    }
                }
                Event::String(range) => {
                    let value = unescape(&text[range]);
                    self.said(name, value, strings, open.last_mut()?);
                }
                Event::Scalar(range) => {
                    let value = &text[range];
                    self.said += name.len() + value.len() + OF_VALUE;
                    open.last_mut()?.values.push((name.to_string(), if value == "null" { String::new() } else { value.to_owned() }));
                }
            }
        }
        Some(walker.at)
    }

    /// A string of this name, which may be an object itself.
    fn said(&mut self, name: &str, value: Cow<'_, str>, strings: usize, open: &mut Open) {
        let name = &name[..name.floor_char_boundary(LONGEST_PATH)];
        self.said += name.len() + value.len() + OF_VALUE;
        match if may_be(&value) { self.text(&value, strings) } else { None } {
            Some(object) => open.members.push((name.to_owned(), object)),
            None => open.values.push((name.to_owned(), value.into_owned())),
        }
    }

    /// The innermost object ends.
    fn close(&mut self, open: &mut Vec<Open>) {
        if open.len() < 2 {
            return;
        }
        let Some(ended) = open.pop() else { return };
        let Some(outer) = open.last_mut() else { return };
        match (&ended.values[..], ended.members.is_empty()) {
            // `{"$numberLong": "104233"}`
            ([(kind, value)], true) if is_wrapped(kind, value) => outer.values.push((ended.name, value.clone())),
            // `{"name": "client_code", "value": "104233"}`
            ([(key, name), (word, value)], true) if xml::is_pair(key, word) => {
                outer.values.push((name.clone(), value.clone()));
            }
            _ => {
                let name = ended.name.clone();
                let object = self.put_together(ended);
                outer.members.push((name, object));
            }
        }
    }

    /// What an object says with those in it.
    fn put_together(&mut self, open: Open) -> Object {
        let Open { mut values, members, .. } = open;
        let mut times: HashMap<String, usize> = HashMap::new();
        members.iter().for_each(|(name, _)| *times.entry(name.clone()).or_default() += 1);
        let mut records = Vec::new();
        for (name, object) in members {
            let called = |values: Vec<Named>| values.into_iter().map(|(own, value)| (path(&name, own), value)).collect::<Vec<Named>>();
            if object.records.is_empty() && times.get(&name) == Some(&1) {
                values.extend(called(object.values));
            } else {
                records.extend(object.into_records().into_iter().filter(|record| !record.is_empty()).map(called));
            }
        }
        if !values.is_empty() && !names_several_clients(&records) {
            records.iter_mut().for_each(|record| self.repeat(&values, record));
        }
        Object { values, records }
    }

    /// Says in a record what stands around it.
    fn repeat(&mut self, values: &[Named], record: &mut Vec<Named>) {
        let (mut around, mut size) = (Vec::new(), 0);
        for (name, value) in values {
            size += name.len() + value.len();
            if size > REPEATED || self.repeated + size > MOST_REPEATED {
                break;
            }
            around.push((name.clone(), value.clone()));
        }
        self.repeated += size;
        around.append(record);
        *record = around;
    }

    /// Elements of XML: attributes and elements are values.
    fn xml(&mut self, text: &str, strings: usize) -> Option<Object> {
        let starts_element = text.as_bytes().get(1).is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'?' | b'_' | b'!'));
        if !starts_element || !text.ends_with('>') || html::is_html(text) {
            return None;
        }
        let mut lexer = Lexer::of_text(text, false);
        let (mut open, mut deeper) = (vec![Open::default()], 0usize);
        // Reading from memory does not fail.
        while let Ok(Some((_, token))) = lexer.token() {
            if self.said > MOST_SAID {
                return None;
            }
            match token {
                Token::Start(_, _, is_empty) if open.len() > DEPTH => deeper += usize::from(!is_empty),
                Token::Start(name, attributes, is_empty) => {
                    // The outermost element only says what all of it is.
                    let name = if open.len() > 1 { markup::local(name) } else { "" };
                    let name = name[..name.floor_char_boundary(LONGEST_PATH)].to_owned();
                    self.said += name.len() + OF_VALUE;
                    let mut element = Open { name, ..Open::default() };
                    for (_, name, value) in markup::attributes(attributes).filter(|(_, name, _)| !name.starts_with("xmlns")) {
                        self.said(markup::local(name), entity::decode(value), strings, &mut element);
                    }
                    open.push(element);
                    if is_empty {
                        self.end_element(&mut open, strings);
                    }
                }
                Token::End(_) if deeper > 0 => deeper -= 1,
                Token::End(_) => self.end_element(&mut open, strings),
                Token::Text(said) => open.last_mut()?.text.push_str(&entity::decode(said)),
                Token::Raw(said) => open.last_mut()?.text.push_str(said),
                Token::Aside(_) => {}
            }
        }
        while open.len() > 1 {
            self.end_element(&mut open, strings);
        }
        open.pop().map(|whole| self.put_together(whole))
    }

    fn end_element(&mut self, open: &mut Vec<Open>, strings: usize) {
        let Some(element) = open.last() else { return };
        let text = element.text.trim();
        if text.is_empty() || !element.members.is_empty() {
            return self.close(open);
        }
        // `<field name="client_id">104233</field>`
        let text = text.to_owned();
        let Some(element) = open.pop() else { return };
        let Some(outer) = open.last_mut() else { return };
        let is_key = |(key, _): &Named| xml::calls(key);
        let (keys, values): (Vec<Named>, Vec<Named>) = element.values.into_iter().partition(is_key);
        let name = keys.into_iter().next().map_or_else(|| element.name.clone(), |(_, name)| name);
        self.said(&name, Cow::Owned(text), strings, outer);
        if !values.is_empty() {
            outer.members.push((element.name, Object { values, records: Vec::new() }));
        }
    }

    /// The parts of a form that was sent (RFC 7578, section 4), between lines of one boundary.
    fn form(&mut self, text: &str, strings: usize) -> Option<Object> {
        let boundary = text.lines().next()?;
        let mut whole = Open::default();
        let mut parts = text.split(boundary).skip(1);
        while let Some((head, body)) = parts.next().and_then(|part| part.split_once("\r\n\r\n").or_else(|| part.split_once("\n\n"))) {
            let Some(name) = form_name(head) else { continue };
            self.said(name, Cow::Borrowed(body.trim()), strings, &mut whole);
        }
        Some(self.put_together(whole))
    }
}

/// A name without what is beyond the longest path.
fn shortened(name: Cow<'_, str>) -> Cow<'_, str> {
    if name.len() <= LONGEST_PATH { name } else { Cow::Owned(name[..name.floor_char_boundary(LONGEST_PATH)].to_owned()) }
}

/// The name of a field of a form, in the head of its part; files are none.
fn form_name(head: &str) -> Option<&str> {
    let (_, parameters) = head.split_once("form-data;")?;
    let (_, name) = parameters.split_once("name=\"")?;
    let (name, rest) = name.split_once('"')?;
    (!name.is_empty() && !rest.contains("filename=")).then_some(name)
}

/// Are quotes escaped in a text that has none around it?
fn is_escaped(text: &str) -> bool {
    memchr::memchr(b'"', text.as_bytes()).is_some_and(|at| text[..at].ends_with('\\'))
}

/// What base64 says, or the claims of a token (RFC 7519, section 3).
fn decoded(text: &str) -> Option<String> {
    if !text.bytes().all(|b| is_digit(b) || matches!(b, b'=' | b'\n' | b'\r' | b'.')) {
        return None;
    }
    let digits = match text.split_once('.') {
        Some((_, rest)) => rest.split('.').next()?,
        None => text,
    };
    // The alphabet for addresses (RFC 4648, section 5).
    let digits = digits.replace('-', "+").replace('_', "/");
    let mut bytes = Vec::new();
    Decoder::new(digits.as_bytes()).take(MAX_RECORD as u64).read_to_end(&mut bytes).ok()?;
    String::from_utf8(bytes).ok()
}

/// Do records say of themselves that they are of several clients? What stands around all of them is then none of theirs.
fn names_several_clients(records: &[Vec<Named>]) -> bool {
    let mut labels: HashMap<&str, bool> = HashMap::new();
    let mut first: Option<&str> = None;
    records.iter().flatten().filter(|(_, value)| !value.is_empty()).any(|(name, value)| {
        let own = name.rsplit('.').next().unwrap_or(name);
        let is_label = *labels.entry(own).or_insert_with(|| is_client_label(own));
        is_label && *first.get_or_insert(value) != value
    })
}

/// The path of a value in an object.
fn path(outer: &str, own: String) -> String {
    match (outer, &own[..]) {
        ("", _) => own,
        (outer, "") => outer.to_owned(),
        (outer, own) if outer.len() + own.len() < LONGEST_PATH => format!("{outer}.{own}"),
        _ => own,
    }
}

#[cfg(test)]
#[path = "objects_tests.rs"]
mod tests;
