//! `Get-ChildItem -Recurse` of PowerShell, as the table and as the list (`Format-List`).

use super::fields::{Size, Words, clock, shown};
use super::inventory_columns::Column;
use super::lines::Lines;
use super::row::{Row, Separators};
use super::tally::{Parsed, Tally, read_lines};
use super::{Kind, Report, Sample, Syntax};

pub(super) const SYNTAX: Syntax = Syntax {
    name: "Get-ChildItem",
    default_kind: Kind::Taken,
    recognise,
    read,
    limitations: &[
        "a name that the table cut off (`...`) counts as not understood",
        "a directory heading that runs over two lines is joined",
    ],
};

pub(super) const LIST: Syntax = Syntax {
    name: "Format-List",
    default_kind: Kind::Taken,
    recognise: recognise_list,
    read: read_list,
    limitations: &["a value that runs over several lines is joined at the blanks of its indent"],
};

/// `d-----`, `-a----`, `d----l`.
fn mode(word: &[u8]) -> bool {
    (5..=7).contains(&word.len()) && word.iter().all(|b| b"darhslx-".contains(b)) && matches!(word.first(), Some(b'd' | b'l' | b'-'))
}

fn recognise(sample: &Sample<'_>) -> Option<u8> {
    let heading = sample.filled().any(|line| {
        let words = Words::<5>::of(line);
        matches!((words.get(0), words.get(1)), (b"Mode", b"LastWriteTime")) && words.get(2) == b"Length"
    });
    heading.then_some(96)
}

/// `    Directory: C:\x`, in any language.
fn heading(line: &[u8]) -> Option<&[u8]> {
    if !line.starts_with(b"    ") {
        return None;
    }
    let at = line.windows(2).position(|w| w == b": ")?;
    let path = line.get(at + 2..)?;
    let rooted = matches!(path, [l, b':', ..] if l.is_ascii_alphabetic())
        || path.starts_with(br"\\")
        || path.starts_with(b"/")
        || memchr::memmem::find(path, b"::").is_some();
    rooted.then_some(path)
}

fn read(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    let mut directory: Vec<u8> = Vec::new();
    let mut in_heading = false;
    read_lines(bytes, rows, |line| {
        let text = line.text;
        if let Some(found) = heading(text) {
            directory = found.to_vec();
            in_heading = true;
            return Parsed::Nothing;
        }
        let words = Words::<7>::of(text);
        if matches!(words.get(0), b"Mode" | b"----") {
            in_heading = false;
            return Parsed::Nothing;
        }
        if in_heading && text.starts_with(b"    ") {
            directory.extend_from_slice(text.trim_ascii());
            return Parsed::Nothing;
        }
        if !mode(words.get(0)) || !clock(words.get(2)) {
            return Parsed::Unknown;
        }
        let half = matches!(words.get(3), b"AM" | b"PM" | b"am" | b"pm");
        let at = 3 + usize::from(half);
        let folder = words.get(0).first() != Some(&b'-') && words.get(0).starts_with(b"d");
        let (size, name) = match Size::parse(words.get(at)).filter(|_| !folder) {
            Some(size) => (size.exact(), words.after(at)),
            None => (None, words.after(at - 1).trim_ascii_start()),
        };
        let name = name.trim_ascii_end();
        if name.is_empty() || name.ends_with(b"...") || name.ends_with("\u{2026}".as_bytes()) {
            return Parsed::Unknown;
        }
        let Some(mut row) = Row::in_directory(&directory, name, Separators::Windows, line.number) else { return Parsed::Unknown };
        row.directory |= folder;
        row.size = size;
        row.modified = Some(shown(words.span(1, at - 1)));
        Parsed::Row(row)
    })
}

/// `FullName : C:\x`.
fn property(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memmem::find(line, b" : ").or_else(|| line.strip_suffix(b" :").map(<[u8]>::len))?;
    let key = line.get(..at)?.trim_ascii_end();
    let word =
        !key.is_empty() && key.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b' ' | b'-')) && line.first() != Some(&b' ');
    word.then(|| (key, line.get(at + 3..).unwrap_or_default().trim_ascii()))
}

fn recognise_list(sample: &Sample<'_>) -> Option<u8> {
    let paths = sample.filled().any(|line| property(line).is_some_and(|(key, _)| Column::of_heading(key) == Some(Column::Path)));
    sample.confidence(80, 92, |line| property(line).is_some() || line.starts_with(b"     ")).filter(|_| paths)
}

fn read_list(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    let mut tally = Tally::new(rows);
    let mut lines = Lines::new(bytes);
    let mut fields: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    let mut begun = 0;
    while let Some(line) = lines.next() {
        let text = line.text;
        if text.iter().all(u8::is_ascii_whitespace) {
            object(&mut fields, begun, &mut tally);
            continue;
        }
        match property(text) {
            Some((key, value)) => {
                // A list without blank lines between its objects repeats its keys.
                if fields.iter().any(|(k, _)| k == key) {
                    object(&mut fields, begun, &mut tally);
                }
                if fields.is_empty() {
                    begun = line.number;
                }
                fields.push((key.to_vec(), value.to_vec()));
            }
            None => match fields.last_mut() {
                Some((_, value)) if text.starts_with(b"     ") => value.extend_from_slice(text.trim_ascii()),
                _ => tally.not_understood(line.number, text),
            },
        }
    }
    object(&mut fields, begun, &mut tally);
    tally.finish()
}

fn object(fields: &mut Vec<(Vec<u8>, Vec<u8>)>, line: u64, tally: &mut Tally<'_>) {
    if fields.is_empty() {
        return;
    }
    let fields = std::mem::take(fields);
    let field = |wanted: Column| fields.iter().find(|(key, _)| Column::of_heading(key) == Some(wanted)).map(|(_, value)| value.as_slice());
    let path = field(Column::Path).or_else(|| field(Column::Name));
    let windows = path.is_some_and(|p| p.contains(&b'\\'));
    let row = path.and_then(|p| Row::new(p, if windows { Separators::Windows } else { Separators::Unix }, line));
    let row = row.map(|mut row| {
        row.directory |= field(Column::Type).is_some_and(|t| t.starts_with(b"d") || t.eq_ignore_ascii_case(b"true"));
        row.size = field(Column::Size).and_then(Size::parse).and_then(Size::exact).filter(|_| !row.directory);
        row.modified = field(Column::Date).map(shown);
        row.account = field(Column::Account).map(shown);
        for (key, value) in &fields {
            if let Some(Column::Hash(algorithm)) = Column::of_heading(key) {
                row.add_hash(algorithm, value);
            }
        }
        row
    });
    let text = fields.first().map(|(_, value)| value.clone()).unwrap_or_default();
    tally.row_or_line(row, line, &text);
}
