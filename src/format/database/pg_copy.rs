//! Data that PostgreSQL's COPY wrote, outside of a script: text, as the data files of an archive in the directory
//! format are (they end in `\.`), and binary (SQL Commands, COPY, "Binary Format").

use super::script::{Script, Source};
use super::sql_token::Dialect;
use super::value;
use crate::format::grid::Grid;
use crate::format::numbers::be32;
use crate::format::text::embedded;
use crate::format::text::encoding;
use crate::format::{At, Failure, Format, PassageKind, Probe, Runs, Sink};
use crate::model::{Cause, Class, to_hex};
use std::ops::Range;

/// Rows of one table as text.
pub static PG_COPY: Format = Format {
    name: "pg_copy",
    media_type: "text/tab-separated-values",
    recognise: |probe: &Probe<'_>| {
        let tail = &probe.bytes[probe.bytes.len().saturating_sub(16)..];
        let tail = tail.trim_ascii_end();
        let ends = tail.ends_with(b"\n\\.") || tail == b"\\." && probe.bytes.len() < 16;
        ends && encoding::detect(probe.head) == Some(encoding::TextEncoding::Utf8)
    },
    read,
    runs: Runs::Inside,
    version: 6,
    limitations: &["columns have no names"],
};

/// Rows of one table in binary form.
pub static PG_COPY_BINARY: Format = Format {
    name: "pg_copy_binary",
    media_type: "application/x-postgresql-copy",
    recognise: |probe| probe.head.starts_with(MAGIC),
    read: read_binary,
    runs: Runs::Inside,
    version: 5,
    limitations: &["columns have no names, and their types are told by their values; dates and times stand as numbers"],
};

const MAGIC: &[u8; 11] = b"PGCOPY\n\xFF\r\n\0";
/// Rows by which the types of columns are told.
const SAMPLE: usize = 1000;

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    embedded::read_beside_sql(bytes, sink, read_text)
}

fn read_text(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let mut script = Script::with(Dialect { backslash: false });
    script.begin_copy("", Vec::new(), 0, sink);
    script.feed(&Lines { bytes }, true, sink);
    script.end(sink);
    Ok(())
}

struct Lines<'a> {
    bytes: &'a [u8],
}

impl Source for Lines<'_> {
    fn bytes(&self) -> &[u8] {
        self.bytes
    }

    fn offset(&self, place: usize) -> u64 {
        place as u64
    }

    fn text(&self, range: Range<usize>, sink: &mut Sink<'_>) {
        sink.kind(PassageKind::Prose);
        sink.text(&value::text(&self.bytes[range.clone()]), At::Decoded(range.start as u64));
        self.cover(range, sink);
    }

    fn cover(&self, range: Range<usize>, sink: &mut Sink<'_>) {
        sink.cover(self.place(range), Class::Read);
    }

    fn place(&self, range: Range<usize>) -> Range<u64> {
        range.start as u64..range.end as u64
    }
}

/// Steps through tuples.
struct Tuples<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Tuples<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self, Failure> {
        let cut = || Failure::truncated(bytes.len() as u64, "the header is cut off");
        let extension = be32(bytes, 15).ok_or_else(cut)? as usize;
        let at = 19usize.checked_add(extension).filter(|&at| at <= bytes.len()).ok_or_else(cut)?;
        Ok(Self { bytes, at })
    }

    /// The places of the next tuple's values; none at the end.
    fn next(&mut self) -> Result<Option<Vec<Option<Range<usize>>>>, Failure> {
        let cut = || Failure::truncated(self.bytes.len() as u64, "a row is cut off");
        let raw: [u8; 2] = *self.bytes.get(self.at..).and_then(|b| b.first_chunk()).ok_or_else(cut)?;
        let Ok(count) = usize::try_from(i16::from_be_bytes(raw)) else { return Ok(None) };
        let mut at = self.at + 2;
        let mut out = Vec::with_capacity(count.min(1600));
        for _ in 0..count {
            let length = be32(self.bytes, at).ok_or_else(cut)?;
            at += 4;
            if length == u32::MAX {
                out.push(None);
                continue;
            }
            let end = at.checked_add(length as usize).filter(|&end| end <= self.bytes.len()).ok_or_else(cut)?;
            out.push(Some(at..end));
            at = end;
        }
        self.at = at;
        Ok(Some(out))
    }
}

fn read_binary(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let mut tuples = Tuples::of(bytes)?;
    let mut sample = Tuples { ..tuples };
    let mut kinds: Vec<Shape> = Vec::new();
    for _ in 0..SAMPLE {
        let Ok(Some(row)) = sample.next() else { break };
        kinds.resize(kinds.len().max(row.len()), Shape::default());
        row.iter().zip(&mut kinds).for_each(|(value, kind)| value.iter().for_each(|range| kind.see(&bytes[range.clone()])));
    }
    sink.cover(0..tuples.at as u64, Class::Structure);
    let mut grid = Grid::headed("", Vec::new(), tuples.at as u64);
    let mut rows = 0u64;
    let result = loop {
        let start = tuples.at;
        let row = match tuples.next() {
            Ok(Some(row)) => row,
            Ok(None) => {
                sink.cover(start as u64..start as u64 + 2, Class::Structure);
                break Ok(());
            }
            Err(failure) => break Err(failure),
        };
        let cell = |(i, value): (usize, &Option<Range<usize>>)| {
            let Some(range) = value else { return String::new() };
            let value = &bytes[range.clone()];
            let kind = kinds.get(i).cloned().unwrap_or_default();
            kind.show(value).unwrap_or_else(|| value::decoded(value, &format!("{i}/{rows}"), range.start as u64..range.end as u64, sink))
        };
        let cells = row.iter().enumerate().map(cell).collect();
        grid.row_at(cells, start as u64, sink);
        sink.cover(start as u64..tuples.at as u64, Class::Read);
        rows += 1;
        if rows.is_multiple_of(4096) && sink.stopped() {
            break Ok(());
        }
    };
    grid.end(sink);
    result.inspect_err(|failure| sink.gap(failure.at..failure.at, Cause::Truncated, failure.detail.clone()))
}

/// What the values of a column have in common.
#[derive(Clone, Default)]
struct Shape {
    /// The one length of all values; 0 where they differ.
    length: Option<usize>,
    /// Some value is no text.
    binary: bool,
    /// Some value is no number of type `numeric`.
    no_numeric: bool,
}

impl Shape {
    fn see(&mut self, value: &[u8]) {
        self.length = Some(self.length.map_or(value.len(), |length| if length == value.len() { length } else { 0 }));
        self.binary |= !std::str::from_utf8(value).is_ok_and(|text| !text.chars().any(|c| c.is_control() && !c.is_whitespace()));
        self.no_numeric |= numeric(value).is_none();
    }

    fn show(&self, value: &[u8]) -> Option<String> {
        if !self.binary {
            return Some(value::text(value));
        }
        if !self.no_numeric {
            return numeric(value);
        }
        match (self.length, value) {
            (Some(1), [byte @ (0 | 1)]) => Some(if *byte == 1 { "t" } else { "f" }.to_owned()),
            (Some(2), [a, b]) => Some(i16::from_be_bytes([*a, *b]).to_string()),
            (Some(4), [a, b, c, d]) => Some(i32::from_be_bytes([*a, *b, *c, *d]).to_string()),
            (Some(8), value) => {
                let raw = *value.first_chunk::<8>()?;
                let (whole, real) = (i64::from_be_bytes(raw), f64::from_be_bytes(raw));
                // Doubles of everyday size have an exponent that no everyday number of eight bytes reaches.
                let is_real = whole.unsigned_abs() > 1 << 58 && (1e-9..1e15).contains(&real.abs());
                Some(if is_real { real.to_string() } else { whole.to_string() })
            }
            (Some(16), value) => Some(to_hex(value)),
            _ => None,
        }
    }
}

/// A value of type `numeric` (`numeric_send`): digits to the base 10,000.
fn numeric(value: &[u8]) -> Option<String> {
    let word = |i: usize| value.get(2 * i..).and_then(|b| b.first_chunk()).map(|b| i16::from_be_bytes(*b));
    let (count, weight, sign, scale) = (usize::try_from(word(0)?).ok()?, word(1)?, word(2)? as u16, usize::try_from(word(3)?).ok()?);
    if value.len() != 8 + 2 * count || !matches!(sign, 0 | 0x4000 | 0xC000) || scale > 1000 || weight.unsigned_abs() > 1000 {
        return None;
    }
    if sign == 0xC000 {
        return Some("NaN".to_owned());
    }
    let digit = |place: i16| -> Option<i16> {
        let i = usize::try_from(weight - place).ok();
        i.filter(|&i| i < count).map_or(Some(0), |i| word(4 + i)).filter(|d| (0..10_000).contains(d))
    };
    let mut out = if sign == 0x4000 { "-".to_owned() } else { String::new() };
    let whole = (0..=weight.max(0)).rev().map(|place| Some(format!("{:04}", digit(place)?))).collect::<Option<String>>()?;
    let whole = whole.trim_start_matches('0');
    out.push_str(if whole.is_empty() { "0" } else { whole });
    if scale > 0 {
        let digits = (1..=scale.div_ceil(4) as i16).map(|place| Some(format!("{:04}", digit(-place)?))).collect::<Option<String>>()?;
        out.push('.');
        out.push_str(digits.get(..scale)?);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;

    fn tuple(values: &[Option<&[u8]>]) -> Vec<u8> {
        let mut out = (values.len() as i16).to_be_bytes().to_vec();
        for value in values {
            out.extend(value.map_or(-1, |v| v.len() as i32).to_be_bytes());
            out.extend(value.unwrap_or_default());
        }
        out
    }

    fn file() -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend([0; 8]);
        for n in 0..50i32 {
            let amount = [0, 2, 0, 1, 0, 0, 0, 2, 0, n as u8, 0, 7, 0x13, 0x88];
            let amount = [&[0, 3][..], &amount[2..]].concat();
            out.extend(tuple(&[Some(&(n * 70_000).to_be_bytes()), Some(format!("Ann Lee {n}").as_bytes()), None, Some(&amount)]));
        }
        out.extend([0xFF, 0xFF]);
        out
    }

    #[test]
    fn types_are_told_by_values() {
        read_with(read_binary, &file(), |sink, out| {
            assert_eq!(sink.facts.tables[0].rows, 50);
            assert!(out.text().contains("3430000\tAnn Lee 49\t\t490007.50\n"), "{}", out.text());
            assert!(sink.gaps.is_empty());
            assert!(sink.coverage.clone().partition(file().len() as u64).iter().all(|(_, covered)| covered.is_some()));
        });
    }

    #[test]
    fn a_cut_file_says_so() {
        let whole = file();
        for cut in 19..whole.len() {
            assert!(read_with(read_binary, &whole[..cut], |sink, _| !sink.gaps.is_empty()), "cut at {cut}");
        }
    }

    #[test]
    fn numerics_are_written_out() {
        let number = |words: &[i16]| numeric(&words.iter().flat_map(|w| w.to_be_bytes()).collect::<Vec<_>>());
        assert_eq!(number(&[2, 0, 0x4000, 2, 12, 3400]).as_deref(), Some("-12.34"));
        assert_eq!(number(&[1, 1, 0, 0, 5]).as_deref(), Some("50000"));
        assert_eq!(number(&[1, -1, 0, 4, 5]).as_deref(), Some("0.0005"));
        assert_eq!(number(&[0, 0, 0, 0]).as_deref(), Some("0"));
        assert_eq!(number(&[3, 0, 0, 0]), None);
    }
}
