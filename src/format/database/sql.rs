//! SQL dumps and scripts: `mysqldump`, `pg_dump` in plain form, `.dump` of SQLite, scripts of SQL Server and
//! Oracle tools.

use super::definition::Reader;
use super::script::{Script, Source};
use super::sql_token::{Dialect, Kind, is};
use crate::format::text::embedded;
use crate::format::text::encoding::{self, TextEncoding};
use crate::format::text::stretch::{PART, Stretch, body, stretches};
use crate::format::{Failure, Format, PassageKind, Probe, Runs, Sink};
use crate::model::Class;
use std::ops::Range;

/// A script with rows.
pub static SQL: Format = Format {
    name: "sql",
    media_type: "application/sql",
    recognise,
    read,
    runs: Runs::Inside,
    version: 7,
    limitations: &[
        "values that are expressions stand as they are written",
        "INSERT … SET and INSERT … SELECT are read as text",
        "scripts in encodings that have other characters at ASCII's bytes are read as text",
    ],
};

/// Statements that begin a script.
const FIRST: &[&str] = &[
    "INSERT",
    "REPLACE",
    "CREATE",
    "DROP",
    "SET",
    "USE",
    "BEGIN",
    "START",
    "LOCK",
    "SELECT",
    "ALTER",
    "COPY",
    "DELETE",
    "TRUNCATE",
    "PRAGMA",
    "DECLARE",
    "IF",
    "GO",
    "PRINT",
    "UPDATE",
    "DELIMITER",
    "REM",
    "PROMPT",
    "COMMIT",
    "GRANT",
    "EXEC",
    "COMMENT",
    "MERGE",
    "WITH",
];
/// A script may have so many bytes of comments before its first statement.
const PREFACE: usize = 64 << 10;
/// Most bytes of a row or line that are waited for where the script comes in parts.
const LONGEST_ROW: usize = 256 << 20;

fn recognise(probe: &Probe<'_>) -> bool {
    let Some(encoding) = encoding_of(probe.bytes) else { return false };
    let (range, _) = body(probe.bytes, encoding);
    match encoding {
        TextEncoding::Utf8 | TextEncoding::Windows1252 => {
            let bytes = &probe.bytes[range];
            is_script(&bytes[..bytes.len().min(PREFACE)]) && has_rows(bytes)
        }
        _ => {
            let head = range.start..range.end.min(range.start + 4 * PREFACE);
            let first = stretches(probe.bytes, encoding, head).into_iter().next();
            // How far the first row is away is not known before all of it is decoded.
            first.is_some_and(|stretch| {
                is_script(stretch.text.as_bytes()) && (has_rows(stretch.text.as_bytes()) || range.len() > 4 * PREFACE)
            })
        }
    }
}

/// How dumps and statements with rows begin. Binary values in the first rows make no other thing of them.
const DUMPS: &[&[u8]] = &[b"-- MySQL dump", b"-- MariaDB dump", b"-- PostgreSQL database dump"];
const STATEMENTS: &[&[u8]] = &[b"CREATE TABLE", b"INSERT INTO", b"create table", b"insert into"];

/// The encoding of a script; of one that says what it is, whatever its values hold.
fn encoding_of(bytes: &[u8]) -> Option<TextEncoding> {
    let head = &bytes[..bytes.len().min(64 << 10)];
    encoding::detect(head).or_else(|| {
        let starts = |line: &[u8], marks: &[&[u8]]| marks.iter().any(|mark| line.starts_with(mark));
        let mut lines = head.split(|b| *b == b'\n').take(8);
        let says_so = starts(head.trim_ascii_start(), STATEMENTS) || lines.any(|line| starts(line, DUMPS));
        says_so.then_some(TextEncoding::Utf8)
    })
}

/// Is the first thing behind comments a statement?
fn is_script(head: &[u8]) -> bool {
    // psql's own commands (`\connect`, `\restrict`) stand on lines of their own.
    let mut reader = Reader::new(head, 0, Dialect { backslash: head.starts_with(b"#") });
    for _ in 0..64 {
        let Some(token) = reader.next() else { return false };
        if token.kind == Kind::Symbol(b'\\') {
            if reader.next().is_some_and(|command| is(head, &command, "COPY")) {
                return true;
            }
            reader.at = token.range.end + memchr::memchr(b'\n', &head[token.range.end..]).unwrap_or(0);
            continue;
        }
        if token.kind == Kind::Symbol(b';') {
            continue;
        }
        let follows = reader.next();
        let is_statement = FIRST.iter().any(|word| is(head, &token, word));
        return is_statement && follows.is_none_or(|t| matches!(t.kind, Kind::Word | Kind::Name | Kind::Symbol(b';' | b'@' | b'\'')));
    }
    false
}

/// Does it insert rows?
fn has_rows(bytes: &[u8]) -> bool {
    let near = |at: usize, mark: &[u8], reach: usize| {
        let rest = &bytes[at..bytes.len().min(at + reach)];
        memchr::memmem::find(&rest.to_ascii_uppercase(), mark).is_some()
    };
    let starts_line = |at: usize| {
        bytes[..at].iter().rev().find(|b| !matches!(b, b' ' | b'\t')).is_none_or(|b| matches!(b, b'\n' | b'\r' | b';' | b'/' | b'\\'))
    };
    let found =
        |word: &[u8], mark: &[u8]| memchr::memmem::find_iter(bytes, word).take(256).any(|at| starts_line(at) && near(at, mark, 64 << 10));
    found(b"INSERT ", b"VALUES")
        || found(b"Insert ", b"VALUES")
        || found(b"insert ", b"VALUES")
        || found(b"REPLACE INTO ", b"VALUES")
        || [&b"COPY "[..], b"copy "].iter().any(|word| found(word, b"FROM STDIN") || found(word, b"FROM PSTDIN"))
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    embedded::read_beside_sql(bytes, sink, read_text)
}

fn read_text(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let encoding = encoding_of(bytes).ok_or_else(|| Failure::corrupt(0, "no text in an encoding that is known"))?;
    let (range, mark) = body(bytes, encoding);
    sink.cover(mark, Class::Structure);
    if matches!(encoding, TextEncoding::Utf8 | TextEncoding::Windows1252) {
        let source = Plain { item: bytes, base: range.start, encoding };
        let mut script = Script::new(source.bytes());
        script.feed(&source, true, sink);
        script.end(sink);
        return Ok(());
    }
    let (mut script, mut at, mut size) = (None, range.start, PART);
    while at < range.end {
        let end = range.end.min(at + size);
        let is_last = end == range.end || size >= LONGEST_ROW;
        let parts = stretches(bytes, encoding, at..end);
        let Some(stretch) = parts.first().filter(|stretch| (stretch.range.start as usize) < end) else {
            // No text here: it is scanned.
            at = end;
            continue;
        };
        let source = Decoded { stretch };
        let script = script.get_or_insert_with(|| Script::new(stretch.text.as_bytes()));
        // A stretch that ends before its part does is followed by something that is no text.
        let ends_early = (stretch.range.end as usize) < end;
        let used = script.feed(&source, is_last || ends_early, sink);
        let next = if used >= stretch.text.len() { stretch.range.end as usize } else { stretch.offset(used) as usize };
        size = if next > at { PART } else { size * 2 };
        at = next.max(at);
        if sink.stopped() {
            break;
        }
    }
    if let Some(mut script) = script {
        script.end(sink);
    }
    Ok(())
}

/// A script in an encoding whose bytes are read as they are.
struct Plain<'a> {
    item: &'a [u8],
    /// Where it begins in the item, behind a byte order mark.
    base: usize,
    encoding: TextEncoding,
}

impl Source for Plain<'_> {
    fn bytes(&self) -> &[u8] {
        &self.item[self.base..]
    }

    fn offset(&self, place: usize) -> u64 {
        (self.base + place) as u64
    }

    fn text(&self, range: Range<usize>, sink: &mut Sink<'_>) {
        sink.kind(PassageKind::Prose);
        for stretch in stretches(self.item, self.encoding, self.base + range.start..self.base + range.end) {
            stretch.push_all(sink);
            stretch.cover(sink);
        }
    }

    fn cover(&self, range: Range<usize>, sink: &mut Sink<'_>) {
        sink.cover(self.place(range), Class::Read);
    }

    fn place(&self, range: Range<usize>) -> Range<u64> {
        self.offset(range.start)..self.offset(range.end)
    }
}

/// A script in UTF-16 or UTF-32, part by part.
struct Decoded<'a, 's> {
    stretch: &'s Stretch<'a>,
}

impl Source for Decoded<'_, '_> {
    fn bytes(&self) -> &[u8] {
        self.stretch.text.as_bytes()
    }

    fn offset(&self, place: usize) -> u64 {
        self.stretch.offset(place)
    }

    fn text(&self, range: Range<usize>, sink: &mut Sink<'_>) {
        sink.kind(PassageKind::Prose);
        self.stretch.push(range.clone(), sink);
        self.cover(range, sink);
    }

    fn cover(&self, range: Range<usize>, sink: &mut Sink<'_>) {
        sink.cover(self.place(range), Class::Read);
    }

    fn place(&self, range: Range<usize>) -> Range<u64> {
        let end = if range.end >= self.stretch.text.len() { self.stretch.range.end } else { self.stretch.offset(range.end) };
        self.stretch.offset(range.start)..end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_all;
    use std::io::Write;

    #[test]
    fn a_script_that_says_what_it_is_may_hold_any_bytes() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let letter = (0..60).map(|i| format!("First State Bank {}", i * 7919 % 1000)).collect::<String>();
        gzip.write_all(letter.as_bytes()).unwrap();
        let packed = gzip.finish().unwrap();
        let mut escaped = Vec::new();
        for &byte in &packed {
            match byte {
                0 => escaped.extend(b"\\0"),
                b'\n' => escaped.extend(b"\\n"),
                b'\\' | b'\'' | b'"' => escaped.extend([b'\\', byte]),
                byte => escaped.push(byte),
            }
        }
        let head = "-- MariaDB dump 10.19\n--\nCREATE TABLE `docs` (\n  `id` int(11),\n  `doc` blob\n) ENGINE=InnoDB;\nINSERT INTO `docs` VALUES\n(1,'";
        for head in [head, &head[head.find("CREATE").unwrap()..]] {
            let script = [head.as_bytes(), &escaped, b"');\n"].concat();
            assert_eq!(encoding::detect(&script), None);
            let (_, tables, gaps, _, members) = read_all(&SQL, &script);
            assert_eq!((tables, gaps, members), (vec![("docs".to_owned(), 1)], vec![], vec![packed.clone()]));
        }
        let other = [b"-- some notes\nINSERT INTO things VALUES\n", &escaped[..]].concat();
        assert!(!recognise(&Probe::new(&other)));
    }
}
