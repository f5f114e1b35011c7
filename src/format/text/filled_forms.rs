//! Forms that were filled and kept: fields of a page with their values (HTML Living Standard, section 4.10.5), and what a
//! browser sends of them in parts (RFC 7578). The fields of one form are a record.

use super::entity;
use super::markup;
use super::objects::Object;
use crate::format::Sink;
use crate::format::named::{Named, NamedRecords};
use memchr::memmem;
use std::ops::Range;

/// Fields of one form; what follows them is another one.
const FIELDS: usize = 256;
/// What stands in the head of each part of a form.
const PART: &[u8] = b"form-data; name=\"";
/// Forms in one text, and bytes between a part's head and the line that begins it.
const FORMS: usize = 4096;
const HEAD: usize = 512;

/// Collects the fields of a page.
#[derive(Default)]
pub(super) struct Forms {
    fields: Vec<Named>,
    /// Where the first of them stands.
    place: usize,
    found: NamedRecords,
}

impl Forms {
    /// An element begins. `offset` says where a place of the text stands.
    pub fn start(&mut self, local: &str, attributes: &str, place: usize, offset: &dyn Fn(usize) -> u64, sink: &mut Sink<'_>) {
        if local.eq_ignore_ascii_case("form") || self.fields.len() == FIELDS {
            self.end(offset, sink);
        }
        if !local.eq_ignore_ascii_case("input") {
            return;
        }
        let said =
            |wanted: &str| markup::attributes(attributes).find(|(_, name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, _, value)| value);
        let is_button =
            said("type").is_some_and(|kind| ["submit", "button", "image", "reset"].iter().any(|own| kind.eq_ignore_ascii_case(own)));
        let (Some(name), Some(value)) = (said("name").or_else(|| said("id")), said("value")) else { return };
        let name = entity::decode(name).into_owned();
        if is_button || value.is_empty() {
            return;
        }
        // Rows of fields that are called alike.
        if self.fields.first().is_some_and(|(first, _)| *first == name) {
            self.end(offset, sink);
        }
        if self.fields.is_empty() {
            self.place = place;
        }
        self.fields.push((name, entity::decode(value).into_owned()));
    }

    fn end(&mut self, offset: &dyn Fn(usize) -> u64, sink: &mut Sink<'_>) {
        let fields = std::mem::take(&mut self.fields);
        self.found.add(fields, offset(self.place), sink);
    }

    /// Hands on what was found.
    pub fn push(mut self, offset: &dyn Fn(usize) -> u64, sink: &mut Sink<'_>) {
        self.end(offset, sink);
        self.found.end(sink);
    }
}

/// Pushes the forms that were sent in parts, one of which stands in a text: a capture, a log of requests.
pub(super) fn push_sent(text: &str, offset: &dyn Fn(usize) -> u64, sink: &mut Sink<'_>) {
    let finder = memmem::Finder::new(PART);
    let (mut at, mut found) = (0, NamedRecords::default());
    for _ in 0..FORMS {
        let Some(n) = text.as_bytes().get(at..).and_then(|rest| finder.find(rest)) else { break };
        let place = at + n;
        at = place + PART.len();
        let Some(form) = form_around(text, place) else { continue };
        at = form.end.max(at);
        if let Some(object) = text.get(form.clone()).and_then(Object::of) {
            object.into_records().into_iter().for_each(|record| _ = found.add(record, offset(form.start), sink));
        }
    }
    found.end(sink);
}

/// The form whose first part has its head at a place: from the line above it up to that line with two hyphens behind it.
fn form_around(text: &str, place: usize) -> Option<Range<usize>> {
    let head = text.get(text.floor_char_boundary(place.saturating_sub(HEAD))..place)?;
    let start = head.rfind("\n--").map(|n| n + 1).or_else(|| head.starts_with("--").then_some(0))? + place - head.len();
    let boundary = text.get(start..place)?.lines().next().filter(|line| line.len() > 2)?;
    let last = format!("{boundary}--");
    let len = memmem::find(text.get(start..)?.as_bytes(), last.as_bytes()).map_or(text.len() - start, |n| n + last.len());
    Some(start..start + len)
}
