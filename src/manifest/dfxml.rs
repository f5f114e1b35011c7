//! Digital Forensics XML (DFXML schema 1.x: `fileobject`) of fiwalk and hashdeep, and `tree -X`.

use super::fields::number;
use super::lines::decoded;
use super::row::{Row, Separators};
use super::tally::Tally;
use super::{Kind, Report, Sample, Syntax};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

pub(super) const SYNTAX: Syntax = Syntax {
    name: "DFXML",
    default_kind: Kind::Taken,
    recognise: |sample| has(sample, b"<dfxml").then_some(99),
    read: |bytes, rows| read(bytes, rows, Dialect::Dfxml),
    limitations: &[
        "deleted and orphaned files of an image are listed like the others",
        "entities other than those of XML are kept as they are written",
    ],
};

pub(super) const TREE: Syntax = Syntax {
    name: "tree -X",
    default_kind: Kind::Taken,
    recognise: |sample| has(sample, b"<tree>").then_some(98),
    read: |bytes, rows| read(bytes, rows, Dialect::Tree),
    limitations: &["sizes are there only with -s"],
};

fn has(sample: &Sample<'_>, mark: &[u8]) -> bool {
    sample.lines.iter().take(40).any(|line| memchr::memmem::find(line, mark).is_some())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Dfxml,
    Tree,
}

/// What is open while reading.
#[derive(Default)]
struct State {
    /// Line of the current file, its fields.
    file: Option<(u64, Fields)>,
    /// Element whose text is wanted.
    field: Vec<u8>,
    /// Algorithm of an open checksum.
    algorithm: Vec<u8>,
    text: Vec<u8>,
    /// Directories of `tree -X`.
    directories: Vec<Vec<u8>>,
    depth: u64,
}

#[derive(Default)]
struct Fields {
    name: Vec<u8>,
    size: Option<u64>,
    kind: Vec<u8>,
    meta: Vec<u8>,
    modified: Option<String>,
    hashes: Vec<(&'static str, Vec<u8>)>,
}

/// The line of a position; asked in rising order.
struct LineOf<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl LineOf<'_> {
    fn at(&mut self, position: u64) -> u64 {
        let position = usize::try_from(position).unwrap_or(usize::MAX).min(self.text.len());
        if let Some(passed) = self.text.get(self.at..position) {
            self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
            self.at = position;
        }
        self.line
    }
}

fn read(bytes: &[u8], rows: &mut dyn FnMut(Row), dialect: Dialect) -> Report {
    let text = decoded(bytes);
    // What is not UTF-8 becomes a replacement character, which the comparison with the evidence treats as lost.
    let whole = String::from_utf8_lossy(&text);
    let mut reader = Reader::from_str(&whole);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    let mut tally = Tally::new(rows);
    let mut lines = LineOf { text: whole.as_bytes(), at: 0, line: 1 };
    let mut state = State::default();
    loop {
        let event = reader.read_event();
        let line = lines.at(reader.buffer_position());
        match event {
            Ok(Event::Start(element)) => {
                state.depth += 1;
                start(&mut state, &element, line, dialect, false, &mut tally);
            }
            Ok(Event::Empty(element)) => start(&mut state, &element, line, dialect, true, &mut tally),
            Ok(Event::Text(text)) => state.text.extend_from_slice(text.as_bytes()),
            Ok(Event::CData(text)) => state.text.extend_from_slice(text.as_bytes()),
            Ok(Event::GeneralRef(reference)) => match entity(reference.as_bytes()) {
                Some(character) => state.text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
                None => {
                    state.text.push(b'&');
                    state.text.extend_from_slice(reference.as_bytes());
                    state.text.push(b';');
                }
            },
            Ok(Event::End(element)) => {
                state.depth = state.depth.saturating_sub(1);
                let name = element.local_name();
                end(&mut state, name.as_ref().as_bytes(), dialect, &mut tally);
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => {
                tally.not_understood(line, error.to_string().as_bytes());
                tally.truncated(line);
                break;
            }
        }
    }
    if state.depth > 0 {
        tally.truncated(lines.at(u64::MAX));
    }
    if let Some((line, fields)) = state.file.take() {
        tally.not_understood(line, &fields.name);
    }
    tally.finish()
}

/// A predefined entity or a character reference.
fn entity(reference: &[u8]) -> Option<char> {
    Some(match reference {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        _ => {
            let number = std::str::from_utf8(reference.strip_prefix(b"#")?).ok()?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

/// A value with its references resolved.
fn resolved(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'&', rest) {
        out.extend_from_slice(rest.get(..at).unwrap_or_default());
        let after = rest.get(at + 1..).unwrap_or_default();
        let end = memchr::memchr(b';', after.get(..12).unwrap_or(after));
        match end.and_then(|end| Some((entity(after.get(..end)?)?, after.get(end + 1..)?))) {
            Some((character, tail)) => {
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                rest = tail;
            }
            None => {
                out.push(b'&');
                rest = after;
            }
        }
    }
    out.extend_from_slice(rest);
    out
}

fn attribute(element: &BytesStart<'_>, key: &[u8]) -> Option<Vec<u8>> {
    element
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|a| a.key.local_name().as_ref().as_bytes() == key)
        .map(|a| resolved(a.value.as_bytes()))
}

fn start(state: &mut State, element: &BytesStart<'_>, line: u64, dialect: Dialect, empty: bool, tally: &mut Tally<'_>) {
    let name = element.local_name();
    match (dialect, name.as_ref().as_bytes()) {
        (Dialect::Dfxml, b"fileobject") => state.file = Some((line, Fields::default())),
        (Dialect::Dfxml, b"filename" | b"filesize" | b"name_type" | b"meta_type" | b"mtime" | b"hashdigest") if !empty => {
            state.field = name.as_ref().as_bytes().to_vec();
            state.algorithm = attribute(element, b"type").unwrap_or_default();
            state.text.clear();
        }
        (Dialect::Tree, kind @ (b"directory" | b"file" | b"link" | b"fifo" | b"socket" | b"block" | b"char" | b"unknown")) => {
            let own = attribute(element, b"name").unwrap_or_default();
            let parent = state.directories.last().cloned().unwrap_or_default();
            // With -f the name is the whole path.
            let whole = own.contains(&b'/') && !parent.is_empty();
            let row = if whole { Row::new(&own, Separators::Unix, line) } else { Row::in_directory(&parent, &own, Separators::Unix, line) };
            if kind == b"directory" && !empty {
                state.directories.push(row.as_ref().map(|r| r.path.clone()).unwrap_or_default());
            }
            if own == b"." {
                return;
            }
            let row = row.map(|mut row| {
                row.directory |= !matches!(kind, b"file" | b"link");
                row.size = attribute(element, b"size").as_deref().and_then(number).filter(|_| kind == b"file");
                row.link = attribute(element, b"target");
                row.account = attribute(element, b"user").map(|user| super::fields::shown(&user));
                row.modified = attribute(element, b"time").map(|time| super::fields::shown(&time));
                row
            });
            tally.row_or_line(row, line, &own);
        }
        _ => {}
    }
}

fn end(state: &mut State, name: &[u8], dialect: Dialect, tally: &mut Tally<'_>) {
    if dialect == Dialect::Tree {
        if name == b"directory" {
            state.directories.pop();
        }
        return;
    }
    if !state.field.is_empty() && state.field == name {
        let text = std::mem::take(&mut state.text);
        state.field.clear();
        let Some((_, fields)) = &mut state.file else { return };
        match name {
            b"filename" => fields.name = text,
            b"filesize" => fields.size = number(text.trim_ascii()),
            b"name_type" => fields.kind = text,
            b"meta_type" => fields.meta = text,
            b"mtime" => fields.modified = Some(super::fields::shown(&text)),
            b"hashdigest" => {
                let algorithm = state.algorithm.to_ascii_lowercase();
                let known = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "tiger", "whirlpool"];
                if let Some(known) = known.into_iter().find(|k| k.as_bytes() == algorithm) {
                    fields.hashes.push((known, text.trim_ascii().to_vec()));
                }
            }
            _ => {}
        }
        return;
    }
    if name != b"fileobject" {
        return;
    }
    let Some((line, fields)) = state.file.take() else { return };
    let last = fields.name.rsplit(|b| *b == b'/').next().unwrap_or_default();
    if matches!(last, b"." | b"..") {
        return;
    }
    let windows = fields.name.contains(&b'\\') && !fields.name.contains(&b'/');
    let row = Row::new(&fields.name, if windows { Separators::Windows } else { Separators::Unix }, line).map(|mut row| {
        // name_type of fiwalk: d, r, l, …, v (made by the Sleuth Kit itself); meta_type: 1 is a file, 2 a directory.
        row.directory |= !matches!(fields.kind.as_slice(), b"" | b"r" | b"-" | b"l") || fields.meta == b"2";
        row.size = fields.size.filter(|_| !row.directory);
        row.modified = fields.modified.clone();
        for (algorithm, digits) in &fields.hashes {
            row.add_hash(algorithm, digits);
        }
        row
    });
    tally.row_or_line(row, line, &fields.name);
}
