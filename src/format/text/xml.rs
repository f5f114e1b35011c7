//! XML as text: names of elements and attributes stand before their values, references are decoded,
//! values are kept apart. Entities of the document's own are never expanded.

use super::alike::{Alike, Value};
use super::encoding;
use super::entity;
use super::filled_forms::Forms;
use super::html;
use super::markup::{self, Lexer, Token};
use super::markup_tables::{Known, Tables};
use super::nested;
use super::stretch::{Stretch, beginning, body, parts, stretches};
use super::touching::Touching;
use super::xml_records::XmlRecords;
use crate::format::{At, Failure, Format, PassageKind, Probe, Runs, Sink};
use crate::model::Class;

/// XML without a reader of its own.
pub const FORMAT: Format = Format {
    name: "xml",
    media_type: "application/xml",
    recognise,
    read,
    runs: Runs::Inside,
    version: 8,
    limitations: &["entities that a document declares are read where they are declared, not where they are used"],
};

/// Elements inside running text, which do not end a word or a name.
const INLINE: &[&str] = &["b", "i", "u", "sub", "sup", "tt", "em", "strong", "span", "font", "emphasis", "phrase", "hi", "rPr", "tspan"];
/// Elements and attributes that hold a name for the value beside them.
pub(super) const KEYS: &[&str] = &["key", "name", "param-name", "property", "option", "code-name", "label", "dt", "term"];
pub(super) const VALUES: &[&str] = &[
    "value",
    "val",
    "v",
    "string",
    "integer",
    "real",
    "param-value",
    "content",
    "data",
    "dd",
    "definition",
    // Values of a document's properties (ECMA-376 part 1, 22.4.2).
    "lpwstr",
    "lpstr",
    "bstr",
    "i4",
    "i8",
    "int",
    "ui4",
    "ui8",
    "uint",
    "r8",
];
/// Attributes that say what the value of their element is called, where elements are called alike.
pub(super) const CALLED: &[&str] = &[
    "n",
    "k",
    "col",
    "column",
    "field",
    "colname",
    "fieldname",
    "columnname",
    "column-name",
    "field-name",
    "attr",
    "attribute",
    "prop",
    "tag",
    "param",
    "header",
    "heading",
    "title",
];
/// Elements inside elements whose names are kept.
const DEPTH: usize = 256;
/// Longest name of a value.
const LONGEST_KEY: usize = 64;

fn recognise(probe: &Probe<'_>) -> bool {
    let Some(text) = beginning(probe, 16 << 10) else { return false };
    let text = text.trim_start();
    if text.starts_with("<?xml") {
        return !html::is_html(text);
    }
    // Without a declaration: elements from the start on, and nothing but blanks before the first.
    if !text.starts_with('<') {
        return false;
    }
    let mut lexer = Lexer::of_text(text, false);
    let (mut starts, mut ends) = (0, 0);
    while let Ok(Some((_, token))) = lexer.token() {
        match token {
            Token::Text(t) if starts == 0 && !t.trim().is_empty() => return false,
            Token::Start(name, _, empty) => {
                if !name.chars().all(|c| c.is_alphanumeric() || "_-.:".contains(c)) {
                    return false;
                }
                starts += 1;
                ends += usize::from(empty);
            }
            Token::End(_) => ends += 1,
            _ => {}
        }
    }
    starts > 0 && ends > 0 && !html::is_html(text)
}

/// Reads an item as XML text.
pub fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    super::embedded::read_beside(bytes, sink, read_text)
}

fn read_text(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    read_markup(bytes, false, sink)
}

/// Reads an item as text of markup.
pub(super) fn read_markup(bytes: &[u8], html: bool, sink: &mut Sink<'_>) -> Result<(), Failure> {
    let encoding = encoding::detect(bytes).ok_or_else(|| Failure::corrupt(0, "no text in an encoding that is known"))?;
    let (range, mark) = body(bytes, encoding);
    sink.cover(mark, Class::Structure);
    sink.kind(PassageKind::Prose);
    let borrowed = encoding == encoding::TextEncoding::Utf8;
    let pieces = if borrowed { vec![range] } else { parts(bytes, encoding, range) };
    for piece in pieces {
        for stretch in stretches(bytes, encoding, piece) {
            let mut writer = Writer {
                stretch: &stretch,
                html,
                sink,
                label: None,
                spoken: None,
                open: Vec::new(),
                deeper: 0,
                aside: String::new(),
                key: Key::None,
                kept: false,
                touching: Touching::default(),
                value: Value::default(),
                tables: Tables::new(html),
                records: XmlRecords::default(),
                forms: Forms::default(),
                alike: Alike::new(html),
            };
            let cut_off = writer.read();
            let Writer { tables, records, forms, alike, .. } = writer;
            tables.push(stretch.range.start, sink);
            records.push(&|place| stretch.offset(place), sink);
            forms.push(&|place| stretch.offset(place), sink);
            alike.finish(stretch.text.len(), &|place| stretch.offset(place), sink);
            stretch.cover(sink);
            sink.border();
            if cut_off && !html {
                sink.note(format!(
                    "the markup that ends at byte {} is cut off or not well-formed; all of it was read as text",
                    stretch.range.end
                ));
            }
            if sink.stopped() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Whether the element that was read last names the value of the one that follows.
#[derive(PartialEq, Eq)]
enum Key {
    None,
    Open,
    Closed,
}

/// An element that text or other elements stand in.
struct Around {
    name: String,
    /// What an attribute calls its value: `<entry key="client.code">`.
    key: Option<String>,
}

struct Writer<'w, 's> {
    stretch: &'w Stretch<'w>,
    html: bool,
    sink: &'w mut Sink<'s>,
    /// Name of the element that was opened last, until something follows it, and its place.
    label: Option<(usize, String)>,
    /// What is written before the text of that element instead of its name.
    spoken: Option<String>,
    /// The elements around, by their names; of XML alone.
    open: Vec<Around>,
    /// Elements that are too deep to be kept.
    deeper: usize,
    /// Attributes of elements inside running text, until that ends.
    aside: String,
    key: Key,
    /// Text was written since the last border.
    kept: bool,
    touching: Touching,
    /// Text of the element at hand.
    value: Value,
    tables: Tables,
    records: XmlRecords,
    forms: Forms,
    alike: Alike,
}

impl Writer<'_, '_> {
    /// Reads all of the stretch; returns whether the markup is cut off.
    fn read(&mut self) -> bool {
        let stretch = self.stretch;
        let mut lexer = Lexer::of_text(&stretch.text, self.html);
        // Reading from memory does not fail.
        while let Ok(Some((place, token))) = lexer.token() {
            let place = place as usize;
            match token {
                Token::Text(text) => self.content(place, text, true),
                Token::Raw(text) => self.content(place, text, false),
                Token::Aside(text) if !text.trim().is_empty() => {
                    self.border(place);
                    self.label = None;
                    self.text(place, text, true);
                    self.border(place);
                }
                Token::Aside(_) => {}
                Token::Start(name, attributes, empty) => self.start(place, name, attributes, empty),
                Token::End(name) => self.end(place, name),
            }
        }
        let known = self.tables.cut_off();
        self.known(known, stretch.text.len());
        self.border(stretch.text.len());
        lexer.is_cut_off()
    }

    /// Rows of a table that say whose they are hold its persons: the text of it is not nobody's.
    fn known(&mut self, known: Option<Known>, place: usize) {
        let end = self.stretch.offset(place);
        match known {
            None => {}
            Some(Known::Whose(began)) => self.sink.record_from(self.stretch.offset(began)),
            Some(Known::Ended) => self.sink.record_to(end),
            Some(Known::Undone(said)) => {
                self.sink.told(&said, |_| ());
                self.sink.record_to(end);
            }
        }
    }

    fn start(&mut self, place: usize, name: &str, attributes: &str, empty: bool) {
        let local = markup::local(name);
        let attributes_at = place + name.len();
        self.end_value();
        let is_inline = self.is_inline(local);
        if self.html {
            let stretch = self.stretch;
            self.forms.start(local, attributes, place, &|place| stretch.offset(place), self.sink);
        }
        if self.html || !is_inline {
            let called = if self.html { None } else { called(attributes) };
            self.alike.start(local, place, called.as_deref());
        }
        if is_inline {
            self.touching.start(attributes);
            self.defer(attributes);
            return;
        }
        if empty {
            self.end_alike(local, place);
        }
        let known = self.tables.start(local, attributes, place);
        self.known(known, place);
        let is_value = self.key == Key::Closed && VALUES.contains(&local);
        if is_value {
            self.word(place, ": ");
        } else if self.html && html::LINES.iter().any(|n| n.eq_ignore_ascii_case(local)) {
            self.line(place);
        } else {
            self.border(place);
        }
        self.key = if KEYS.contains(&local) { Key::Open } else { Key::None };
        if self.html {
            self.defer(attributes);
            if local.contains('-') {
                self.aside.push_str(name);
                self.aside.push('\u{1E}');
            }
            return;
        }
        let said = markup::attributes(attributes).filter(|(_, name, _)| !name.starts_with("xmlns"));
        self.records.start(local, place, said.map(|(_, name, value)| (markup::local(name).to_owned(), entity::decode(value).into_owned())));
        if !is_value {
            self.label = Some((place, name.to_owned()));
        }
        let mut named: Option<&str> = None;
        for (at, attribute, value) in markup::attributes(attributes) {
            let name = markup::local(attribute);
            if let Some((label_at, label)) = self.label.take() {
                self.word(label_at, &label);
                self.word(label_at, " ");
                self.label = Some((label_at, label));
            }
            let offset = At::Decoded(self.stretch.offset(attributes_at + at));
            // `<property name="client.code" value="…"/>`: the name is the label of the value.
            match named.filter(|_| VALUES.contains(&name)) {
                Some(label) => self.sink.text(&format!("{}: ", entity::decode(label)), offset),
                None => match self.open.last().and_then(|outer| nested::joint(&outer.name, name)) {
                    // `<clients><c id="104233"/>`
                    Some(joint) => self.sink.text(&format!("{joint}="), offset),
                    None => self.sink.text(&format!("{attribute}="), offset),
                },
            }
            self.text_only(attributes_at + at, value, true);
            self.sink.border();
            if calls(name) || name == "id" {
                named = Some(value);
            }
        }
        if empty {
            self.end_record();
        } else {
            self.enter(name, local, named);
        }
    }

    /// An element begins that may hold text: what its value is called may be said by an attribute, by the
    /// element around it, or by both names together.
    fn enter(&mut self, name: &str, local: &str, named: Option<&str>) {
        let key = named.filter(|key| key.len() <= LONGEST_KEY).map(|key| entity::decode(key).into_owned());
        let outer = self.open.last();
        self.spoken = match (&key, outer) {
            (Some(key), _) => Some(format!("{local} {key}")),
            (None, Some(Around { key: Some(outer), .. })) if VALUES.contains(&local) => Some(outer.clone()),
            (None, Some(outer)) => nested::joint(&outer.name, local),
            (None, None) => None,
        };
        if self.open.len() < DEPTH {
            self.open.push(Around { name: markup::local(name).to_owned(), key });
        } else {
            self.deeper += 1;
        }
    }

    fn end_alike(&mut self, local: &str, place: usize) {
        let stretch = self.stretch;
        self.alike.end(local, place, &|place| stretch.offset(place), self.sink);
    }

    fn end_value(&mut self) {
        let stretch = self.stretch;
        self.value.end(&|place| stretch.offset(place), self.sink);
    }

    fn end_record(&mut self) {
        let stretch = self.stretch;
        self.records.end(&|place| stretch.offset(place), self.sink);
    }

    /// An element ends; those inside it that were not closed end with it.
    fn leave(&mut self, local: &str) {
        if self.deeper > 0 {
            self.deeper -= 1;
        } else if let Some(n) = self.open.iter().rposition(|around| around.name == local) {
            self.open.truncate(n);
        }
    }

    fn end(&mut self, place: usize, name: &str) {
        let local = markup::local(name);
        self.end_value();
        let is_inline = self.is_inline(local);
        self.touching.end(is_inline);
        if self.html || !is_inline {
            self.end_alike(local, place);
        }
        if is_inline {
            return;
        }
        let known = self.tables.end(local);
        self.known(known, place);
        if !self.html {
            self.leave(local);
            self.end_record();
        }
        if self.key == Key::Open && KEYS.contains(&local) {
            // No border: the value that may follow belongs to this name.
            self.key = Key::Closed;
            return;
        }
        if self.html && html::LINES.iter().any(|n| n.eq_ignore_ascii_case(local)) {
            return self.line(place);
        }
        self.border(place);
    }

    /// A line ends; what follows may still continue its text.
    fn line(&mut self, place: usize) {
        if !self.aside.is_empty() {
            self.border(place);
        } else if self.kept {
            self.word(place, "\n");
            self.kept = false;
        }
    }

    fn is_inline(&self, local: &str) -> bool {
        if self.html { html::INLINE.iter().any(|n| n.eq_ignore_ascii_case(local)) } else { INLINE.contains(&local) }
    }

    /// Text of an element, which may be a value of a table or record.
    fn content(&mut self, place: usize, text: &str, references: bool) {
        self.tables.text(text, references);
        let decoded = if references { entity::decode(text) } else { text.into() };
        self.alike.text(&decoded);
        if !self.html {
            self.records.text(&decoded);
            let end = place + text.len();
            self.value.push(place..end, &decoded);
            // A file that is all of the element is read before its text, in which its persons are then not looked for.
            let behind = self.stretch.text.get(end..).unwrap_or_default();
            if behind.strip_prefix("]]>").unwrap_or(behind).starts_with("</") {
                self.end_value();
            }
        }
        self.text(place, text, references);
    }

    fn text(&mut self, place: usize, text: &str, references: bool) {
        if text.trim_ascii().is_empty() {
            if self.kept {
                self.word(place, " ");
            }
            return;
        }
        if self.touching.text(text) && self.kept {
            self.word(place, " ");
        }
        if self.key == Key::Closed {
            self.border(place);
            self.key = Key::None;
        }
        if let Some((at, label)) = self.label.take() {
            let spoken = self.spoken.take().unwrap_or(label);
            self.word(at, &spoken);
            self.word(at, ": ");
        }
        self.text_only(place, text, references);
        self.kept = true;
    }

    /// Text of the stretch, references decoded.
    fn text_only(&mut self, place: usize, text: &str, references: bool) {
        let mut from = 0;
        if references {
            for at in memchr::memchr_iter(b'&', text.as_bytes()) {
                if at < from {
                    continue;
                }
                if let Some((c, len)) = entity::reference(&text[at..]) {
                    self.stretch.push(place + from..place + at, self.sink);
                    self.sink.text(c.encode_utf8(&mut [0; 4]), At::Decoded(self.stretch.offset(place + at)));
                    from = at + len;
                }
            }
        }
        self.stretch.push(place + from..place + text.len(), self.sink);
    }

    fn word(&mut self, place: usize, word: &str) {
        self.sink.text(word, At::Decoded(self.stretch.offset(place)));
    }

    /// Keeps attributes of an inline element until the text around it ends.
    fn defer(&mut self, attributes: &str) {
        // `<input name="client_id" value="104233">`, in any order.
        let said =
            |wanted: &str| markup::attributes(attributes).find(|(_, name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, _, value)| value);
        if let (Some(name), Some(value)) = (said("name").or_else(|| said("id")), said("value")) {
            self.aside.push_str(&format!("{}: {}\u{1E}", entity::decode(name), entity::decode(value)));
        }
        for (_, name, value) in markup::attributes(attributes).filter(|(_, _, value)| !value.is_empty()) {
            self.aside.push_str(name);
            self.aside.push('=');
            self.aside.push_str(&entity::decode(value));
            self.aside.push('\u{1E}');
        }
        if self.aside.len() > 8 << 10 {
            self.border(self.stretch.text.len());
        }
    }

    /// Names do not run across this place.
    fn border(&mut self, place: usize) {
        self.spoken = None;
        if let Some((at, label)) = self.label.take() {
            self.sink.border();
            self.word(at, &label);
        }
        if self.kept || !self.aside.is_empty() {
            self.word(place, "\n");
        }
        self.sink.border();
        self.kept = false;
        if !self.aside.is_empty() {
            let aside = std::mem::take(&mut self.aside);
            self.word(place, &aside);
            self.sink.border();
        }
    }
}

/// Does an attribute or member of this name say what the value beside it is called?
pub(super) fn calls(name: &str) -> bool {
    KEYS.contains(&name) || CALLED.contains(&name)
}

/// `name="client.code" value="…"`: do these names say what a value is called, and the value?
pub(super) fn is_pair(key: &str, value: &str) -> bool {
    calls(key) && VALUES.contains(&value)
}

/// What an attribute says that the value of its element is called.
fn called(attributes: &str) -> Option<String> {
    let (_, _, value) = markup::attributes(attributes).find(|(_, name, _)| calls(markup::local(name)))?;
    Some(entity::decode(value).into_owned())
}

#[cfg(test)]
#[path = "xml_tests.rs"]
mod tests;
