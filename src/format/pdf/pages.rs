//! Pages (ISO 32000-2, 7.7.3): the page tree first, then pages that it does not hold.

use super::content::{Fonts, Interpreter, Shown};
use super::file::{Entry, File, Place};
use super::layout;
use super::object::{Dictionary, Object};
use super::picture;
use crate::format::text::laid_out::{self, LaidOut};
use crate::format::{At, PassageKind, Sink, has_names};
use crate::identifier::client_label;
use crate::model::{Cause, Class};
use std::ops::Range;

/// Depth of the page tree, and of what a page inherits.
const DEPTH: usize = 64;
/// Fewer letters and digits are a stamp, not the text of a page that is a picture.
const STAMP: u64 = 16;
/// With a picture over most of the page, so many are.
const CAPTION: u64 = 100;
/// Outlined letters take this many curves at least.
const OUTLINES: u64 = 200;
/// Letters that are plotted or traced take so many straight lines; what is ruled, charted or coded in bars takes fewer.
const STROKES: u64 = 1_000;
/// Glyphs without a meaning that are no gap: bullets and the like.
const ORNAMENTS: u64 = 16;

/// The bytes of an entry's stream.
pub fn data_of(entry: &Entry) -> Option<Range<u64>> {
    match &entry.place {
        Place::Direct { data: Some(data), .. } => Some(data.start as u64..data.end as u64),
        _ => None,
    }
}

/// Reads all pages; marks the entries of streams that are done with.
pub fn read(file: &File<'_>, done: &mut [bool], sink: &mut Sink<'_>) {
    let mut pages = Vec::new();
    let mut seen = vec![false; file.entries.len()];
    let root = file.trailers.iter().rev().find_map(|t| t.get("Root")).map(|r| file.resolve(r));
    if let Some(Object::Dictionary(root)) = root
        && let Some(tree) = root.get("Pages")
    {
        collect(file, tree, 0, &mut seen, &mut pages);
    }
    for (i, entry) in file.entries.iter().enumerate() {
        if !seen[i]
            && let Object::Dictionary(d) = file.object(entry)
            && d.is("Type", "Page")
        {
            pages.push(i);
        }
    }
    let (mut fonts, mut tables) = (Fonts::new(), LaidOut::in_order());
    for (n, &page) in pages.iter().enumerate() {
        if sink.stopped() {
            break;
        }
        if let Object::Dictionary(dictionary) = file.object(&file.entries[page]) {
            Page { file, number: n + 1, entry: page, dictionary }.read(&mut fonts, &mut tables, done, sink);
        }
    }
    tables.end(sink);
    sink.kind(PassageKind::Prose);
}

fn collect(file: &File<'_>, node: &Object, depth: usize, seen: &mut [bool], pages: &mut Vec<usize>) {
    let Object::Reference(number) = node else { return };
    let Some(at) = file.entry(*number).filter(|at| !seen[*at] && depth < DEPTH) else { return };
    seen[at] = true;
    let Object::Dictionary(d) = file.object(&file.entries[at]) else { return };
    match d.get("Kids") {
        Some(_) if !d.is("Type", "Page") => file.array(&d, "Kids").iter().for_each(|kid| collect(file, kid, depth + 1, seen, pages)),
        _ => pages.push(at),
    }
}

struct Page<'p, 'f> {
    file: &'p File<'f>,
    number: usize,
    entry: usize,
    dictionary: Dictionary,
}

impl Page<'_, '_> {
    /// A value of the page, or of the node above that hands it down (7.7.3.4).
    fn inherited(&self, key: &str) -> Object {
        let mut node = self.dictionary.clone();
        for _ in 0..DEPTH {
            if let Some(value) = node.get(key) {
                return self.file.resolve(value);
            }
            node = self.file.dictionary(&node, "Parent");
        }
        Object::Null
    }

    fn read(&self, fonts: &mut Fonts, tables: &mut LaidOut, done: &mut [bool], sink: &mut Sink<'_>) {
        let file = self.file;
        let mut content = Vec::new();
        for part in file.array(&self.dictionary, "Contents") {
            let Object::Reference(number) = part else { continue };
            let Some(at) = file.entry(number) else { continue };
            let entry = &file.entries[at];
            let (Object::Dictionary(d), Some(range)) = (file.object(entry), data_of(entry)) else { continue };
            let decoded = file.decode(entry, &d);
            if !std::mem::replace(&mut done[at], true) {
                match decoded.defect {
                    Some((cause, detail)) => sink.gap(range, cause, format!("content of page {}: {detail}", self.number)),
                    None => sink.cover(range, Class::Read),
                }
            }
            content.extend(decoded.bytes);
            // Tokens do not run from one stream into the next.
            content.push(b'\n');
        }
        let resources = match self.inherited("Resources") {
            Object::Dictionary(d) => d,
            _ => Dictionary::default(),
        };
        let shown = Interpreter::new(file, fonts).run(&content, &resources);
        let offset = file.offset(&file.entries[self.entry]);
        let (page, unit) = layout::lay_out(&shown.lines);
        let lines = laid_out::condensed(&page);
        let codes = codes_in(&lines);
        match tables.page(laid_out::Page { text: &page, unit, offset, names_client: !codes.is_empty() || has_names(&lines) }, sink) {
            Some(beside) => sink.told(&beside, |sink| push(&shown, offset, sink)),
            None => push(&shown, offset, sink),
        }
        if !codes.is_empty() {
            push_set_apart(&lines, &codes, &shown, offset, sink);
        }
        self.forms(&shown, done, sink);
        self.judge(&shown, offset, done, sink);
    }

    fn forms(&self, shown: &Shown, done: &mut [bool], sink: &mut Sink<'_>) {
        for &form in &shown.forms {
            let entry = &self.file.entries[form];
            if let Some(range) = data_of(entry)
                && !std::mem::replace(&mut done[form], true)
                && let Object::Dictionary(d) = self.file.object(entry)
            {
                match self.file.decode(entry, &d).defect {
                    Some((cause, detail)) => sink.gap(range, cause, format!("form {}: {detail}", entry.number)),
                    None => sink.cover(range, Class::Read),
                }
            }
        }
    }

    /// Does the page show its text as text?
    fn judge(&self, shown: &Shown, offset: u64, done: &mut [bool], sink: &mut Sink<'_>) {
        let sheet = self.area();
        let largest = shown.pictures.iter().map(|p| p.1).fold(shown.inline_picture, f64::max);
        let is_picture = match shown.lines.letters {
            0..STAMP => largest * 50.0 > sheet || shown.curves >= OUTLINES || shown.straight >= STROKES,
            STAMP..CAPTION => largest * 2.0 > sheet,
            _ => false,
        };
        let mut stated = false;
        for &(at, area) in &shown.pictures {
            let Some(range) = data_of(&self.file.entries[at]) else { continue };
            if is_picture && area * 50.0 > sheet {
                done[at] = true;
                stated = true;
                let shows = format!("page {} is a picture", self.number);
                picture::unread(self.file, at, range, &format!("page {}", self.number), shows, sink);
            }
        }
        if is_picture && !stated {
            sink.gap(offset..offset, Cause::NeedsOcr, format!("page {} is drawn, not written", self.number));
        }
        let unknown = shown.lines.unknown;
        if unknown >= ORNAMENTS && unknown * 20 > shown.lines.letters {
            let detail = format!("page {}: {unknown} glyphs of which nothing says what they are", self.number);
            sink.gap(offset..offset, Cause::NeedsOcr, detail);
        }
        if shown.exhausted {
            sink.gap(offset..offset, Cause::LimitTime, format!("page {} has too many operators", self.number));
        }
    }

    /// The area of the page, in the square of its unit.
    fn area(&self) -> f64 {
        let sides: Vec<f64> = match self.inherited("MediaBox") {
            Object::Array(items) => items.iter().filter_map(|o| self.file.resolve(o).number()).collect(),
            _ => Vec::new(),
        };
        match sides[..] {
            [left, bottom, right, top] if left != right && top != bottom => ((right - left) * (top - bottom)).abs(),
            _ => 612.0 * 792.0,
        }
    }
}

/// Codes of clients behind their labels.
fn codes_in(text: &str) -> Vec<&str> {
    client_label::clients(text).into_iter().filter_map(|span| text.get(span)).collect()
}

/// Lines on which a client's code stands behind its label, as the page shows them, where the page draws labels and values
/// apart, one column after the other.
fn push_set_apart(page: &str, codes: &[&str], shown: &Shown, offset: u64, sink: &mut Sink<'_>) {
    let known = codes_in(&shown.lines.text);
    let is_new = |code: &&str| !known.contains(code);
    if !codes.iter().any(is_new) {
        return;
    }
    let is_new = |line: &str| codes_in(line).iter().any(is_new);
    let apart: String = page.lines().filter(|line| is_new(line)).map(|line| format!("{line}\n")).collect();
    if !apart.is_empty() {
        // Persons are found in what it was put together from.
        sink.told("", |sink| {
            sink.border();
            sink.text(&apart, At::Decoded(offset));
            sink.border();
        });
    }
}

/// Pushes what a page or form shows.
pub fn push(shown: &Shown, offset: u64, sink: &mut Sink<'_>) {
    let at = At::Decoded(offset);
    sink.border();
    sink.text(&shown.lines.text, at);
    sink.border();
    for text in &shown.aside {
        sink.text(text, at);
        sink.border();
    }
}
