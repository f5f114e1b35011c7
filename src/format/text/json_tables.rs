//! Where the tables of a JSON document are, and how their rows are written: as objects, as arrays under a heading, as
//! members of an object that bear a value's name, or column by column.

use super::header;
use super::json_record::{Broken, Event, MAX_RECORD, Walker, is_wrapped, unescape};
use std::ops::Range;

/// How the rows of a table are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Objects one after the other, in an array or a sequence.
    Records,
    /// Members of an object, each an object of the same fields: `{"4711": {…}, "4712": {…}}`.
    Keyed,
    /// Arrays of values; the names of their columns, where another array says them, else the first of them may.
    Rows(Option<Vec<String>>),
    /// Members of an object, each of them a column: `{"name": ["Ann", …], "account": [4711, …]}`.
    Columns,
}

/// A table in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Where its first row begins; of columns, the object.
    pub at: usize,
    /// Where what holds its rows ends.
    pub end: usize,
    /// What the names of its members are, where these are its rows; empty where nothing says it.
    pub named: String,
    /// The value under which all of it stands, and what that is: of `{"clients": {"4711": […], "4712": […]}}`
    /// `client` and `4711`.
    pub under: Option<(String, String)>,
    /// How it is written.
    pub shape: Shape,
}

/// Fields of an object that are compared with those of the one before.
const FIELDS: usize = 16;
/// Members of which some stand for values, and such as are all names: so many at least are a table.
const KEYED: usize = 2;
const NAMED: usize = 5;
/// Columns of a table at most.
pub(super) const COLUMNS: usize = 1024;
/// Longest name of a member that is repeated in each row below it.
const LONGEST_NAME: usize = 64;
/// Headings that are kept until their rows come, those that one object holds, and tables until it is known what is around
/// them.
const HEADINGS: usize = 64;
const BESIDE: usize = 4;
const CANDIDATES: usize = 4096;
/// Last words of what an array of names is called, and members that name a column.
#[rustfmt::skip]
const HEADS: &[&str] = &[
    "columns", "cols", "column", "fields", "field", "schema", "header", "headers", "heading", "headings", "names", "rowtype",
    "titles", "columninfo",
];
const NAMES: &[&str] =
    &["name", "field", "column", "label", "title", "display_name", "displayName", "column_name", "columnName", "Name", "Label"];

/// An array or object that is not yet at its end.
#[derive(Default)]
struct Frame {
    is_object: bool,
    start: usize,
    key: Range<usize>,
    /// Place of the element at hand, of its first one, and of the first object in it.
    element: usize,
    first: usize,
    first_object: usize,
    /// Elements, and how many of them are values, objects, and members that are words.
    elements: usize,
    values: usize,
    objects: usize,
    names: usize,
    /// Length of the longest element.
    longest: usize,
    /// Names of the first members.
    fields: Vec<Range<usize>>,
    /// Fields of the first object in it, how many objects have such fields, and how many have just as many values.
    model: Vec<Range<usize>>,
    model_elements: usize,
    similar: usize,
    equal: usize,
    /// Names of members in the objects, which are words.
    inner: usize,
    inner_names: usize,
    /// Width of the first row, and how many rows are as wide; how many of them stand in an object by themselves.
    width: usize,
    rows: usize,
    boxed: usize,
    /// What its elements are called, if it is a heading.
    is_heading: bool,
    labels: Vec<Range<usize>>,
    /// What this object is called in a heading.
    label: Option<Range<usize>>,
    /// The only value in it.
    value: Option<Range<usize>>,
    /// Lists of names among its members, which are headings of rows beside them, whatever they are called.
    beside: Vec<Vec<String>>,
    /// Tables that were found before it.
    before: usize,
}

/// Finds tables while a text is walked.
struct Finder<'t> {
    text: &'t str,
    around: Vec<Frame>,
    headings: Vec<Vec<String>>,
    found: Vec<Found>,
    /// Rows whose heading was not seen before them: their place among what was found, their width, and how many frames were
    /// around them.
    open: Vec<(usize, usize, usize)>,
}

fn starts_word(rest: &str) -> bool {
    rest.starts_with(|c: char| c.is_ascii_uppercase())
}

/// The outermost tables of the values from `from` on, up to where the text is no JSON; and that place.
pub(super) fn tables(text: &str, from: usize) -> (Vec<Found>, usize) {
    let mut finder = Finder { text, around: Vec::new(), headings: Vec::new(), found: Vec::new(), open: Vec::new() };
    finder.around.push(Frame { start: from, ..Frame::default() });
    let mut at = from;
    while matches!(text.as_bytes().get(at), Some(b'{' | b'[')) {
        let walked = finder.walk(at);
        at = match walked {
            Ok(end) => super::json_columns::skip_separators(text, end),
            Err(stop) => {
                at = stop;
                break;
            }
        };
    }
    while let Some(frame) = finder.around.pop() {
        finder.settle(&frame, at);
    }
    (finder.finish(), at)
}

impl Finder<'_> {
    /// Walks one value; returns the place behind it, or where it breaks.
    fn walk(&mut self, from: usize) -> Result<usize, usize> {
        let mut walker = Walker::new(self.text, from);
        loop {
            match walker.next() {
                Ok(Some((at, event))) => self.step(at, event, walker.at),
                Ok(None) => return Ok(walker.at),
                Err(Broken::Ended | Broken::Invalid) => return Err(walker.at.max(from + 1)),
            }
        }
    }

    fn step(&mut self, at: usize, event: Event, next: usize) {
        let text = self.text;
        let Some(frame) = self.around.last_mut() else { return };
        match event {
            Event::Key(key) => {
                frame.begin(at);
                let name = &text[key.clone()];
                frame.names += usize::from(header::is_wordlike(name));
                if frame.fields.len() < COLUMNS {
                    frame.fields.push(key.clone());
                }
                frame.key = key;
            }
            Event::Open(opener) => {
                if !frame.is_object {
                    frame.begin(at);
                }
                if opener == b'{' && frame.objects == 0 {
                    frame.first_object = at;
                }
                let called = text[frame.key.clone()].to_ascii_lowercase();
                let is_heading = frame.is_object && called.len() <= 32 && HEADS.iter().any(|head| called.ends_with(head));
                let before = self.found.len();
                self.around.push(Frame { is_object: opener == b'{', start: at, is_heading, before, ..Frame::default() });
            }
            Event::String(value) | Event::Scalar(value) => {
                if !frame.is_object {
                    frame.begin(at);
                }
                frame.values += 1;
                let is_string = text.as_bytes()[at] == b'"';
                if frame.is_object && is_string && NAMES.contains(&&text[frame.key.clone()]) {
                    frame.label.get_or_insert(value.clone());
                } else if (frame.is_heading || !frame.is_object) && is_string && frame.labels.len() < COLUMNS {
                    frame.labels.push(value.clone());
                }
                frame.value = Some(value);
            }
            Event::Close => {
                if let Some(closed) = self.around.pop() {
                    self.close(closed, next);
                }
            }
        }
    }

    fn close(&mut self, closed: Frame, end: usize) {
        let is_value = closed.is_wrapped(self.text);
        if !is_value {
            self.settle(&closed, end);
        }
        let text = self.text;
        let Some(parent) = self.around.last_mut() else { return };
        if is_value {
            parent.values += 1;
            return;
        }
        parent.longest = parent.longest.max(end - closed.start);
        let is_row = !closed.is_object && closed.values > 0 && closed.values * 4 >= closed.elements * 3;
        let boxed = closed.is_object && closed.elements == 1 && closed.rows == 1;
        let width = if boxed { closed.width } else { closed.elements };
        if (is_row || boxed) && (parent.rows == 0 || parent.width == width) {
            parent.width = width;
            parent.rows += 1;
            parent.boxed += usize::from(boxed);
        }
        if closed.is_object {
            if parent.objects == 0 {
                parent.model = closed.fields.iter().take(FIELDS).cloned().collect();
                parent.model_elements = closed.elements;
            }
            parent.objects += 1;
            parent.inner += closed.elements;
            parent.inner_names += closed.names;
            let fields = &closed.fields[..closed.fields.len().min(FIELDS)];
            let common = fields.iter().filter(|field| parent.model.iter().any(|m| text[m.clone()] == text[(*field).clone()])).count();
            parent.similar += usize::from(common * 2 >= fields.len().max(parent.model.len()));
            parent.equal +=
                usize::from(common == fields.len() && closed.elements == parent.model_elements && closed.values == closed.elements);
            if (parent.is_heading || !parent.is_object) && parent.labels.len() < COLUMNS {
                parent.labels.extend(closed.label);
            }
        }
    }

    /// Something ended: it may be a heading, or a table.
    fn settle(&mut self, frame: &Frame, end: usize) {
        self.settle_heading(frame);
        let is_root = self.around.is_empty();
        let holds_tables = self.found.len() > frame.before;
        // Results that each say what their columns are: rows would be lost in records of them.
        let is_named = |found: &Found| matches!(found.shape, Shape::Rows(Some(_)));
        let holds_named_rows = self.found.get(frame.before..).is_some_and(|found| found.iter().any(is_named));
        let is_short = frame.longest <= MAX_RECORD;
        let shape = if frame.is_object {
            frame.by_members(self.text).filter(|_| !holds_tables && is_short)
        } else if frame.is_rows() && !(is_root && frame.elements == 1) {
            Some(Shape::Rows(None))
        } else if is_short
            && (frame.objects > 1 && !holds_named_rows || frame.objects == 1 && frame.elements == 1 && !holds_tables && !is_root)
        {
            Some(Shape::Records)
        } else {
            None
        };
        let Some(shape) = shape.filter(|_| self.found.len() < CANDIDATES) else { return };
        self.found.truncate(frame.before);
        self.open.retain(|(n, ..)| *n < frame.before);
        let at = match shape {
            Shape::Records => frame.first_object,
            Shape::Rows(_) | Shape::Keyed => frame.first,
            Shape::Columns => frame.start,
        };
        let shape = match shape {
            Shape::Rows(_) => {
                let beside = self.around.last().map_or(&[][..], |parent| &parent.beside);
                let heading = beside.iter().chain(self.headings.iter().rev()).find(|names| names.len() == frame.width).cloned();
                if heading.is_none() {
                    self.open.push((self.found.len(), frame.width, self.around.len()));
                }
                Shape::Rows(heading)
            }
            other => other,
        };
        let (named, under) = (self.called(self.around.len()), self.under());
        self.found.push(Found { at, end, named, under, shape });
    }

    /// What ended may name the columns of rows: by what it is called, or as a list of names beside them.
    fn settle_heading(&mut self, frame: &Frame) {
        let around = self.around.len() + 1;
        let found = &mut self.found;
        if !frame.beside.is_empty() {
            self.open.retain(|&(n, width, frames)| {
                let names = frame.beside.iter().find(|names| n >= frame.before && frames == around && names.len() == width);
                match (names, found.get_mut(n)) {
                    (Some(names), Some(found)) => {
                        found.shape = Shape::Rows(Some(names.clone()));
                        false
                    }
                    (Some(_), None) | (None, _) => true,
                }
            });
        }
        if frame.elements < 2 || frame.labels.len() != frame.elements {
            return;
        }
        let names = || frame.labels.iter().map(|label| unescape(&self.text[label.clone()]).into_owned()).collect::<Vec<String>>();
        let are_words = |names: &[String]| names.iter().all(|name| header::is_wordlike(name));
        if frame.is_heading {
            let names = names();
            if self.headings.len() >= HEADINGS {
                self.headings.remove(0);
            }
            if are_words(&names) {
                self.headings.push(names);
            }
        } else if self.around.last().is_some_and(|parent| parent.is_object && parent.beside.len() < BESIDE) {
            let names = names();
            if are_words(&names)
                && header::known(&names) * 2 >= names.len()
                && let Some(parent) = self.around.last_mut()
            {
                parent.beside.push(names);
            }
        }
    }

    /// What one of the members of the object at hand is, by the name that the object has in the frame around it:
    /// one of `clients` is a `client`.
    fn called(&self, frames: usize) -> String {
        let outer = self.around[..frames].last().filter(|outer| outer.is_object);
        let name = outer.map(|outer| unescape(&self.text[outer.key.clone()])).unwrap_or_default();
        // `byInstitution`, `per_client`.
        let joined = ["by", "per", "for"].iter().find_map(|word| name.strip_prefix(word));
        let thing =
            joined.map_or(&*name, |rest| rest.strip_prefix(['_', '-', ' ']).unwrap_or(if starts_word(rest) { rest } else { &name }));
        let one = thing.strip_suffix('s').filter(|one| !one.ends_with(['s', 'u', 'i']) && one.len() > 1);
        one.unwrap_or(thing).to_owned()
    }

    /// The nearest name around what is at hand that is a value and no word, and what it is.
    fn under(&self) -> Option<(String, String)> {
        let is_code = |name: &str| name.bytes().any(|b| b.is_ascii_digit()) && !name.bytes().any(|b| b.is_ascii_lowercase());
        let is_value = |frame: &Frame| {
            let name = &self.text[frame.key.clone()];
            frame.is_object && !name.is_empty() && (!header::is_wordlike(name) || is_code(name))
        };
        let at = self.around.iter().rposition(is_value)?;
        let named = self.called(at);
        let value = unescape(&self.text[self.around[at].key.clone()]).into_owned();
        (!named.is_empty() && value.len() <= LONGEST_NAME).then_some((named, value))
    }

    /// The tables; rows have the heading that stands behind them where none stands before.
    fn finish(mut self) -> Vec<Found> {
        for (n, width, _) in &self.open {
            if let Some(found) = self.found.get_mut(*n) {
                found.shape = Shape::Rows(self.headings.iter().find(|names| names.len() == *width).cloned());
            }
        }
        self.found
    }
}

impl Frame {
    /// Another element begins.
    fn begin(&mut self, at: usize) {
        if self.elements == 0 {
            self.first = at;
        }
        self.element = at;
        self.elements += 1;
    }

    /// Is it an object that says of its only value of which type that is?
    fn is_wrapped(&self, text: &str) -> bool {
        let value = self.value.as_ref().filter(|_| self.is_object && self.elements == 1 && self.values == 1);
        value.is_some_and(|value| self.fields.first().is_some_and(|key| is_wrapped(&text[key.clone()], &text[value.clone()])))
    }

    /// Are its elements rows?
    fn is_rows(&self) -> bool {
        self.elements > 0 && self.rows == self.elements && self.width > 1 && self.width <= COLUMNS
    }

    /// The table whose rows or columns are the members of this object.
    fn by_members(&self, text: &str) -> Option<Shape> {
        let keys = || self.fields.iter().map(|key| text[key.clone()].to_owned()).collect::<Vec<_>>();
        let (named, valued) = (self.names * 2 > self.elements, self.names * 2 < self.elements);
        let is_headed = || named && self.elements <= COLUMNS && header::known(&keys()) * 2 >= self.elements;
        if self.elements < KEYED {
            return None;
        }
        let arrays = self.rows == self.elements && self.boxed == 0 && self.width > 1;
        if (arrays || self.equal == self.elements && self.inner_names * 2 < self.inner) && is_headed() {
            return Some(Shape::Columns);
        }
        let alike = self.objects == self.elements && self.similar * 10 >= self.elements * 9 && self.model.len() > 1;
        (alike && self.inner_names * 2 > self.inner && (valued || self.elements >= NAMED)).then_some(Shape::Keyed)
    }
}
