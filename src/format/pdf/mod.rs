//! PDF (ISO 32000-2): text of pages, fields, annotations and dictionaries; embedded files as members; pages
//! without text as gaps. All objects that stand in the file are read, also those that an update superseded.

mod cmap;
mod content;
mod crypt;
mod file;
mod filter;
mod font;
mod glyph;
pub(in crate::format) mod layout;
pub(in crate::format) mod line;
mod object;
mod pages;
mod picture;
mod streams;
mod strings;
#[cfg(test)]
mod tests;

use super::named::{LONGEST_VALUE, Named, NamedRecords};
use super::scan::{Suspicion, scan_with};
use crate::format::{At, Failure, Format, PassageKind, Probe, Runs, Sink};
use crate::model::{Cause, Class};
use file::{File, Place};
use object::{Object, Parser};
use std::ops::Range;
use strings::Name;

/// PDF documents.
pub static FORMAT: Format = Format {
    name: "pdf",
    media_type: "application/pdf",
    recognise,
    read,
    runs: Runs::Fenced,
    version: 6,
    limitations: &[
        "text is read in the order in which it is drawn; tables are records where the names of their columns are known",
        "pages that show pictures, outlines, or glyphs without a meaning instead of text are gaps",
        "documents encrypted for certificates are gaps",
    ],
};

/// Fields of one record.
const FIELDS: usize = 256;

/// ISO 32000-2, 7.5.2; readers accept bytes before the header in the first kilobyte. Data of forms (12.7.8) have their own.
fn recognise(probe: &Probe<'_>) -> bool {
    let head = &probe.head[..probe.head.len().min(1024)];
    head.starts_with(b"%FDF-1.")
        || memchr::memmem::find(head, b"%PDF-").is_some_and(|i| {
            head.get(i + 5).is_some_and(u8::is_ascii_digit) && (i == 0 || memchr::memmem::find(probe.bytes, b"%%EOF").is_some())
        })
}

/// Reads a document.
pub fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let file = match File::load(bytes, sink) {
        Ok(file) => file,
        Err(cause) => {
            unread(bytes, cause, sink);
            return Ok(());
        }
    };
    if file.entries.is_empty() {
        return Err(Failure::corrupt(0, "no objects"));
    }
    sink.kind(PassageKind::Prose);
    let mut done = vec![false; file.entries.len()];
    pages::read(&file, &mut done, sink);
    // Annotations, fields and what no page shows stand on pages that are not asked for.
    sink.leave_heads();
    streams::read(&file, &mut done, sink);
    push_strings(&file, sink);
    cover_structure(&file, bytes, sink);
    if file.truncated || memchr::memmem::rfind(bytes, b"%%EOF").is_none() {
        let end = bytes.len() as u64;
        sink.gap(end..end, Cause::Truncated, "the document ends before its structure does");
    }
    Ok(())
}

/// A document that nothing opens: its strings are searched, and all of it is a gap.
fn unread(bytes: &[u8], cause: Cause, sink: &mut Sink<'_>) {
    let all = 0..bytes.len() as u64;
    let (coverage, gaps) = (std::mem::take(&mut sink.coverage), std::mem::take(&mut sink.gaps));
    scan_with(bytes, all.clone(), sink, Suspicion { cause, ..Suspicion::default() });
    (sink.coverage, sink.gaps) = (coverage, gaps);
    sink.gap(all, cause, "pdf: a password or key is needed");
}

fn push_strings(file: &File<'_>, sink: &mut Sink<'_>) {
    let (mut found, mut fields) = (NamedRecords::default(), Fields::default());
    for entry in &file.entries {
        let offset = file.offset(entry);
        let at = At::Decoded(offset);
        strings::walk(file, &file.object(entry), Name::Key(""), &mut |name, text| {
            let (Name::Key(key) | Name::Field(key)) = name;
            sink.border();
            if !key.is_empty() {
                sink.text(key, at);
                sink.text(": ", at);
            }
            sink.text(&text, at);
            if matches!(name, Name::Field(_))
                && let Some((start, record)) = fields.take(key, text, offset)
            {
                found.add(record, start, sink);
            }
        });
        sink.border();
    }
    found.add(fields.record, fields.offset, sink);
    found.end(sink);
}

/// Fields of a form with their values, up to one that has another one.
#[derive(Default)]
struct Fields {
    record: Vec<Named>,
    offset: u64,
}

impl Fields {
    /// Takes a field. Gives the record that ends before it, and where it began.
    fn take(&mut self, name: &str, value: String, offset: u64) -> Option<(u64, Vec<Named>)> {
        let known = self.record.iter().find(|(known, _)| known == name).map(|(_, known)| *known == value);
        if known == Some(true) || value.len() > LONGEST_VALUE {
            return None;
        }
        let ended = (known.is_some() || self.record.len() == FIELDS).then(|| (self.offset, std::mem::take(&mut self.record)));
        if self.record.is_empty() {
            self.offset = offset;
        }
        self.record.push((name.to_owned(), value));
        ended
    }
}

/// Covers the objects around the streams' data, and what lies between objects where it is structure.
fn cover_structure(file: &File<'_>, bytes: &[u8], sink: &mut Sink<'_>) {
    let span = |range: Range<usize>| range.start as u64..range.end as u64;
    for entry in &file.entries {
        if let Place::Direct { all, data, .. } = &entry.place {
            match data {
                Some(data) => {
                    sink.cover(span(all.start..data.start), Class::Read);
                    sink.cover(span(data.end..all.end), Class::Structure);
                }
                None => sink.cover(span(all.clone()), Class::Read),
            }
        }
    }
    for range in file.between() {
        let mut at = range.start;
        while at < range.end {
            let end = structure_end(bytes, at, range.end);
            if end > at {
                sink.cover(span(at..end), Class::Structure);
                at = end;
            } else {
                // Anything else is left to the scan, up to the next line.
                at += memchr::memchr2(b'\r', b'\n', &bytes[at..range.end]).map_or(range.end - at, |n| n + 1);
            }
        }
    }
}

/// Where the structure that begins here ends: header, cross-reference table, trailer, end mark (7.5.2 to 7.5.5).
fn structure_end(bytes: &[u8], at: usize, end: usize) -> usize {
    let rest = &bytes[at..end];
    let blank = rest.iter().take_while(|b| b.is_ascii_whitespace() || **b == 0).count();
    if blank > 0 {
        return at + blank;
    }
    let line = &rest[..memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len())];
    let is_mark = (line.starts_with(b"%PDF-") || line.starts_with(b"%FDF-")) && line.len() <= 16
        || line == b"%%EOF"
        || line.first() == Some(&b'%') && line.len() <= 16 && line[1..].iter().any(|b| *b >= 0x80);
    if is_mark {
        return at + line.len();
    }
    if rest.starts_with(b"trailer") {
        let mut parser = Parser::new(bytes, at + 7);
        return match parser.object() {
            Some(Object::Dictionary(_)) if parser.at <= end => parser.at,
            _ => at,
        };
    }
    let is_table = line.split(u8::is_ascii_whitespace).filter(|w| !w.is_empty()).enumerate().all(|(i, word)| {
        matches!(word, b"xref" | b"startxref") && i == 0
            || matches!(word, b"n" | b"f")
            || word.len() <= 20 && word.iter().all(u8::is_ascii_digit)
    });
    if is_table { at + line.len() } else { at }
}
