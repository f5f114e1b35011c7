//! Records in XML: elements that come one after the other under one name, each with values of its own. What stands in
//! them deeper belongs to the record, and so does what is said before them by the elements around.

use super::objects::Object;
use super::{nested, xml};
use crate::format::Sink;
use crate::format::named::{LONGEST_VALUE, Named, NamedRecords};

/// Elements inside elements that are looked at.
const DEPTH: usize = 64;
/// Values of one element, those of the elements in it included.
const MOST_VALUES: usize = 256;
/// Longest text of an element that is an object itself.
const LONGEST_OBJECT: usize = 64 << 10;
/// Values that the elements around say before a record are repeated in each record up to so many bytes.
const REPEATED: usize = 512;

/// An element that has not ended.
#[derive(Default)]
struct Open {
    name: String,
    place: usize,
    values: Vec<Named>,
    text: String,
    /// The element in it that ended last, if it has values: the next may bear the same name.
    last: Option<(String, usize, Vec<Named>)>,
    /// Elements of this name are records.
    records: Option<String>,
    has_elements: bool,
}

/// Collects records while elements begin and end.
#[derive(Default)]
pub(super) struct XmlRecords {
    open: Vec<Open>,
    deeper: usize,
    found: NamedRecords,
}

impl XmlRecords {
    /// An element begins, with these attributes.
    pub fn start(&mut self, name: &str, place: usize, attributes: impl Iterator<Item = (String, String)>) {
        if self.deeper > 0 || self.open.len() == DEPTH {
            self.deeper += 1;
            return;
        }
        if let Some(outer) = self.open.last_mut() {
            outer.has_elements = true;
        }
        let mut open = Open { name: name.to_owned(), place, ..Open::default() };
        attributes.take(MOST_VALUES).for_each(|(name, value)| open.put(&name, value));
        self.open.push(open);
    }

    /// Text of the element at hand.
    pub fn text(&mut self, text: &str) {
        if self.deeper == 0
            && let Some(open) = self.open.last_mut()
            && !open.has_elements
            && (open.text.len() + text.len() <= LONGEST_VALUE || open.text.len() + text.len() <= LONGEST_OBJECT && open.may_be_object(text))
        {
            open.text.push_str(text);
        }
    }

    /// The element ends. `offset` says where a place of the text stands.
    pub fn end(&mut self, offset: &dyn Fn(usize) -> u64, sink: &mut Sink<'_>) {
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        let Some(mut ended) = self.open.pop() else { return };
        ended.take_last();
        let is_records = ended.records.is_some();
        let text = ended.text.trim();
        let (name, place) = (ended.name, ended.place);
        let Some(outer) = self.open.last_mut() else {
            // The outermost element is a record by itself, unless it holds records.
            if !is_records {
                self.found.add(ended.values, offset(place), sink);
            }
            return;
        };
        if !ended.has_elements && !text.is_empty() {
            // `<payload>{"client_id": 104233}</payload>`
            if let Some(object) = Object::of(text) {
                let (values, records) = object.into_parts();
                values.into_iter().filter(|_| records.is_empty()).for_each(|(name, value)| outer.put(&name, value));
                return records.into_iter().for_each(|record| self.record(record, offset(place), sink));
            }
            // `<field name="client_id">104233</field>`
            let is_key =
                |key: &str| matches!(key, "name" | "key" | "Name" | "Key") || xml::CALLED.iter().any(|own| own.eq_ignore_ascii_case(key));
            let key = ended.values.iter().position(|(key, _)| is_key(key));
            match key.map(|key| ended.values.swap_remove(key).1) {
                Some(key) => outer.put(&key, text.to_owned()),
                None => outer.put(&name, text.to_owned()),
            }
            return;
        }
        if is_records || ended.values.is_empty() {
            return;
        }
        if let [(key, value), (other, said)] = &ended.values[..]
            && xml::is_pair(key, other)
        {
            // `<property name="client.code" value="…"/>`
            return outer.put(value, said.clone());
        }
        if outer.records.as_ref() == Some(&name) {
            return self.record(ended.values, offset(place), sink);
        }
        match outer.last.take() {
            Some((before, at, values)) if before == name => {
                outer.records = Some(name);
                self.record(values, offset(at), sink);
                self.record(ended.values, offset(place), sink);
            }
            before => {
                outer.last = before;
                outer.take_last();
                outer.last = Some((name, place, ended.values));
            }
        }
    }

    /// A record, with what the elements around say before it.
    fn record(&mut self, values: Vec<Named>, offset: u64, sink: &mut Sink<'_>) {
        let mut said: Vec<Named> = Vec::new();
        let mut size = 0;
        for outer in self.open.iter().rev() {
            for (name, value) in &outer.values {
                size += name.len() + value.len();
                if size > REPEATED {
                    break;
                }
                if !values.iter().chain(&said).any(|(known, _)| known == name) {
                    said.push((name.clone(), value.clone()));
                }
            }
        }
        said.extend(values);
        self.found.add(said, offset, sink);
    }

    /// Hands on what was found.
    pub fn push(mut self, offset: &dyn Fn(usize) -> u64, sink: &mut Sink<'_>) {
        // Elements that the text does not end.
        while !self.open.is_empty() {
            self.deeper = 0;
            self.end(offset, sink);
        }
        self.found.end(sink);
    }
}

impl Open {
    /// Might the text of the element be an object, that goes on so?
    fn may_be_object(&self, more: &str) -> bool {
        let starts = |text: &str| text.trim_start().starts_with(['{', '[', '<', '"', '\\']);
        if self.text.trim_start().is_empty() { starts(more) } else { starts(&self.text) }
    }

    /// A value of this name; a name that only the element's own makes one of an identifier is said with it.
    fn put(&mut self, name: &str, value: String) {
        if self.values.len() < MOST_VALUES && value.len() <= LONGEST_VALUE {
            // `<key>client_id</key><integer>104233</integer>`
            if let Some((key, called)) = self.values.last_mut().filter(|(key, _)| key == "key" && xml::VALUES.contains(&name)) {
                *key = std::mem::replace(called, value);
                return;
            }
            let name = nested::joint(&self.name, name).unwrap_or_else(|| name.to_owned());
            self.values.push((name, value));
        }
    }

    /// The element that ended last was the only one of its name: its values are this one's.
    fn take_last(&mut self) {
        let Some((inner, _, values)) = self.last.take() else { return };
        for (name, value) in values {
            let is_known = self.values.iter().any(|(known, _)| *known == name);
            if self.values.len() < MOST_VALUES {
                self.values.push((if is_known { format!("{inner}.{name}") } else { name }, value));
            }
        }
    }
}
