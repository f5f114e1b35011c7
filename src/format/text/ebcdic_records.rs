//! Records of mainframes (IBM Enterprise COBOL, "USAGE clause"): EBCDIC beside numbers in packed decimal
//! (`COMP-3`) and in binary (`COMP`), all at fixed places. Numbers are written out as digits, a record becomes a line,
//! and the lines are a member: the fixed-width text that the records would be without such fields.

use super::descriptor::Framing;
use super::ebcdic::{CP037, is_ebcdic};
use super::layout;
use crate::format::pieces::Pieces;
use crate::format::{Failure, Format, Probe, Runs, Sink};
use crate::model::Cause;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// Records in EBCDIC with numbers that are no text.
pub const FORMAT: Format = Format {
    name: "ebcdic_records",
    media_type: "application/octet-stream",
    recognise: |probe: &Probe<'_>| {
        // Text that is hardly disturbed by a number here and there is no text alone.
        is_mixed(probe.head) && (!is_ebcdic(probe.bytes) || Found::of(probe.bytes).is_some_and(|found| !found.layouts.is_empty()))
    },
    read,
    runs: Runs::Inside,
    version: 2,
    limitations: &[
        "records whose layout cannot be established are a gap; their text is searched",
        "numbers in binary have two, four or eight bytes; those in floating point are shown as such, which they are not",
    ],
};

/// Bytes by which the layout is established.
const SAMPLE: usize = 256 << 10;
/// Fewer records show no layout.
const LEAST: usize = 5;
/// Longest record.
const LONGEST: usize = 32 << 10;
/// Bytes of the longest packed number, of 31 digits.
const LONGEST_NUMBER: usize = 16;
/// Layouts of records of one length, told by their first byte.
const MOST_LAYOUTS: usize = 64;

const fn is_word(byte: u8) -> bool {
    matches!(byte, 0x40 | 0x81..=0x89 | 0x91..=0x99 | 0xA2..=0xA9 | 0xC1..=0xC9 | 0xD1..=0xD9 | 0xE2..=0xE9 | 0xF0..=0xF9)
}

const fn is_text(byte: u8) -> bool {
    is_word(byte) || matches!(byte, 0x4B..=0x50 | 0x5A..=0x61 | 0x6B..=0x6F | 0x79..=0x7F)
}

/// Is a record text alone, line ends and fillers included?
fn is_plain(record: &[u8]) -> bool {
    record.iter().all(|byte| is_text(*byte) || matches!(byte, 0 | 5 | 0x0C | 0x0D | 0x15 | 0x25))
}

/// Is a good part of this words in EBCDIC, with blanks between them, and nothing in ASCII or UTF-8?
fn is_mixed(head: &[u8]) -> bool {
    if head.len() < 64 || std::str::from_utf8(head).is_ok() {
        return false;
    }
    let (mut in_runs, mut run, mut blanks, mut solid, mut ascii) = (0, 0, 0, 0, 0);
    for &byte in head {
        run = if is_word(byte) { run + 1 } else { 0 };
        in_runs += if run == 4 { 4 } else { usize::from(run > 4) };
        blanks += usize::from(byte == 0x40);
        solid += usize::from(byte > 0x80 && is_word(byte));
        ascii += usize::from(byte.is_ascii_lowercase() || byte == b' ' || byte.is_ascii_digit());
    }
    let share = |n: usize, percent: usize| n * 100 >= head.len() * percent;
    share(in_runs, 35) && share(blanks, 3) && share(solid, 8) && !share(ascii, 30)
}

/// What stands at some places of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Field {
    Text(Range<usize>),
    /// Digits in nibbles, the last of which is the sign; so many digits are shown.
    Packed(Range<usize>, usize),
    /// A number, most significant byte first.
    Binary(Range<usize>),
    /// Neither.
    Unknown(Range<usize>),
}

#[derive(Clone, Debug)]
struct Layout {
    fields: Vec<Field>,
}

impl Layout {
    /// The layout of records of one length; `None` where nothing in them is a number.
    fn of(records: &[&[u8]]) -> Option<Self> {
        let len = records.first()?.len();
        let places = Places { records: &records[..records.len().min(layout::RECORDS)] };
        let is_text_at: Vec<bool> = (0..len).map(|at| places.nearly_all(at, is_text)).collect();
        let number_at = |at: usize| {
            // Small letters are pairs of digits, too: where text goes on no number begins.
            let may = !is_text_at[at] || places.is_same(at) && at.checked_sub(1).is_none_or(|before| !is_text_at[before]);
            if may { places.number_end(at, len) } else { None }
        };
        let (mut fields, mut at) = (Vec::new(), 0);
        while at < len {
            let start = at;
            if let Some(end) = number_at(at) {
                at = end;
                fields.push(Field::Packed(start..at, shown(places.records, start..at)));
                continue;
            }
            while at < len && is_text_at[at] == is_text_at[start] && (at == start || number_at(at).is_none()) {
                at += 1;
            }
            let is_filler = || (start..at).all(|at| places.nearly_all(at, |byte| byte == 0));
            let is_packed =
                || places.records.iter().filter(|record| unpack(&record[start..at]).is_some()).count() * 2 > places.records.len();
            fields.push(match at - start {
                _ if is_text_at[start] || is_filler() => Field::Text(start..at),
                2 | 4 | 8 if !is_packed() => Field::Binary(start..at),
                _ => Field::Unknown(start..at),
            });
        }
        fields.iter().any(|field| matches!(field, Field::Packed(..))).then_some(Self { fields })
    }

    fn unknown(&self) -> usize {
        self.fields.iter().map(|field| if let Field::Unknown(range) = field { range.len() } else { 0 }).sum()
    }

    /// Does a record hold to it?
    fn fits(&self, record: &[u8]) -> bool {
        self.fields.iter().all(|field| match field {
            Field::Packed(range, _) => {
                let number = &record[range.clone()];
                // One that nobody filled in.
                unpack(number).is_some() || [0, 0x40, 0xFF].iter().any(|filler| number.iter().all(|byte| byte == filler))
            }
            Field::Text(range) => {
                let text = record[range.clone()].iter().filter(|byte| is_text(**byte)).count();
                text * 10 >= range.len() * 9
            }
            Field::Binary(_) | Field::Unknown(_) => true,
        })
    }

    fn write(&self, record: &[u8], out: &mut String) {
        for field in &self.fields {
            match field {
                Field::Text(range) | Field::Unknown(range) => push_text(&record[range.clone()], out),
                Field::Packed(range, shown) => {
                    let width = 2 * range.len();
                    let number = unpack(&record[range.clone()]).unwrap_or_default();
                    let (digits, sign) = number.split_at(number.len().saturating_sub(1));
                    let digits = &digits[digits.len().saturating_sub(*shown)..];
                    out.push_str(&format!("  {digits:>width$}{} ", if sign == "-" { "-" } else { " " }));
                }
                Field::Binary(range) => {
                    let number = record[range.clone()].iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
                    out.push_str(&format!("  {number:>20} "));
                }
            }
        }
        out.truncate(out.trim_end_matches(' ').len());
        out.push('\n');
    }
}

/// Records of one length, place by place.
struct Places<'r> {
    records: &'r [&'r [u8]],
}

impl Places<'_> {
    fn nearly_all(&self, at: usize, keep: impl Fn(u8) -> bool) -> bool {
        self.records.iter().filter(|record| keep(record[at])).count() * 100 >= self.records.len() * 97
    }

    fn is_same(&self, at: usize) -> bool {
        self.records.iter().all(|record| record[at] == self.records[0][at])
    }

    /// Where a packed number ends that begins here: pairs of digits up to one digit and a sign. Blanks are pairs of
    /// digits as well, and begin none.
    fn number_end(&self, start: usize, len: usize) -> Option<usize> {
        let is_pair = |byte: u8| byte >> 4 <= 9 && byte & 15 <= 9;
        let is_end = |byte: u8| byte >> 4 <= 9 && matches!(byte & 15, 12 | 13 | 15);
        let end = (start..len.min(start + LONGEST_NUMBER)).find(|at| !self.nearly_all(*at, is_pair))?;
        (end > start && self.nearly_all(end, is_end) && !self.nearly_all(start, |byte| byte == 0x40)).then_some(end + 1)
    }
}

/// How many digits of a packed number are its own: a routing number in a wider field has nine, and what is zero in
/// all records only fills the field.
fn shown(records: &[&[u8]], range: Range<usize>) -> usize {
    let most = 2 * range.len() - 1;
    let numbers: Vec<String> = records.iter().filter_map(|record| unpack(&record[range.clone()])).collect();
    let routing = |number: &String| number.get(most.saturating_sub(9)..most).is_some_and(layout::is_routing_number);
    if most >= 9 && numbers.iter().filter(|number| routing(number)).count() * 100 >= numbers.len().max(1) * 95 {
        return 9;
    }
    let zeros = numbers.iter().map(|number| number.bytes().take_while(|digit| *digit == b'0').count()).min().unwrap_or(0);
    most.saturating_sub(zeros).max(1)
}

/// The digits of a packed number and its sign; `None` where it is none.
fn unpack(bytes: &[u8]) -> Option<String> {
    let (last, pairs) = bytes.split_last()?;
    let nibbles = pairs.iter().flat_map(|byte| [byte >> 4, byte & 15]).chain([last >> 4]);
    let mut out: String = nibbles.map(|nibble| char::from_digit(u32::from(nibble), 10)).collect::<Option<_>>()?;
    out.push(match last & 15 {
        10 | 12 | 14 | 15 => '+',
        11 | 13 => '-',
        _ => return None,
    });
    Some(out)
}

fn push_text(bytes: &[u8], out: &mut String) {
    out.extend(bytes.iter().map(|byte| Some(CP037[usize::from(*byte)]).filter(|c| !c.is_control()).unwrap_or(' ')));
}

/// Where records begin and end.
#[derive(Clone, Copy)]
enum Records {
    Fixed(usize),
    /// Each behind what says its length.
    Behind(Framing),
}

impl Records {
    fn all(self, bytes: &[u8]) -> Box<dyn Iterator<Item = Range<usize>> + '_> {
        match self {
            Self::Fixed(len) => Box::new((0..bytes.len() / len.max(1)).map(move |n| n * len..(n + 1) * len)),
            Self::Behind(framing) => Box::new(framing.records(bytes)),
        }
    }
}

/// What tells the layout of a record: its length, and its first byte where records of one length differ.
type Key = (usize, Option<u8>);

/// How the records of an item are written.
struct Found {
    records: Records,
    layouts: BTreeMap<Key, Layout>,
}

impl Found {
    fn of(bytes: &[u8]) -> Option<Self> {
        let sample = &bytes[..bytes.len().min(SAMPLE)];
        let is_behind = |framing: &Framing| {
            let mut records = framing.records(sample);
            let count = records.by_ref().count();
            // A few are no chance where they are all.
            count >= LEAST || count > 1 && sample[records.at..].iter().all(|b| *b == 0)
        };
        let described = [Framing::Blocked, Framing::Described].into_iter().find(is_behind);
        let class = |byte: &u8| match byte {
            0x40 => 0u8,
            0xF0..=0xF9 => 1,
            byte if is_word(*byte) => 2,
            byte if is_text(*byte) => 3,
            _ => 4,
        };
        let classes: Vec<u8> = sample.iter().take(16 << 10).map(class).collect();
        let lengths = if described.is_some() { Vec::new() } else { layout::lengths_of(&classes, bytes.len()) };
        let candidates = described.map(Records::Behind).into_iter().chain(lengths.into_iter().map(Records::Fixed));
        let found = candidates.filter_map(|records| Self::with(records, sample));
        // The one that explains most.
        found.min_by_key(|found| found.layouts.values().map(Layout::unknown).sum::<usize>())
    }

    fn with(records: Records, sample: &[u8]) -> Option<Self> {
        let all: Vec<&[u8]> = records.all(sample).map(|range| &sample[range]).filter(|record| record.len() <= LONGEST).collect();
        let by = |key: fn(&[u8]) -> Key| {
            let mut groups: BTreeMap<Key, Vec<&[u8]>> = BTreeMap::new();
            all.iter().filter(|record| !record.is_empty()).for_each(|record| groups.entry(key(record)).or_default().push(record));
            groups.retain(|_, group| group.len() >= LEAST);
            let layouts = groups.iter().take(MOST_LAYOUTS).filter_map(|(key, group)| Some((*key, Layout::of(group)?))).collect();
            let found = Self { records, layouts };
            let fitting = all.iter().filter(|record| is_plain(record) || found.layout(record).is_some()).count();
            (found, fitting)
        };
        let (plain, fitting) = by(|record| (record.len(), None));
        if fitting * 100 >= all.len() * 97 && fitting > 0 {
            return Some(plain);
        }
        let (typed, fitting_typed) = by(|record| (record.len(), record.first().copied()));
        let (found, fitting) = if fitting_typed > fitting { (typed, fitting_typed) } else { (plain, fitting) };
        (fitting >= LEAST && fitting * 2 >= all.len()).then_some(found)
    }

    /// The layout that a record holds to.
    fn layout(&self, record: &[u8]) -> Option<&Layout> {
        let of = |first| self.layouts.get(&(record.len(), first)).filter(|layout| layout.fits(record));
        of(record.first().copied()).or_else(|| of(None))
    }
}

/// Reads an item as the lines that its records are.
pub fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let Some(found) = Found::of(bytes) else {
        sink.gap(0..0, Cause::UnsupportedFormat, "text in EBCDIC beside bytes that are none, in records of no layout that is known");
        return Ok(());
    };
    let (mut strange, mut end) = (0u64, 0);
    for record in found.records.all(bytes) {
        end = record.end;
        let record = &bytes[record];
        strange += u64::from(!is_plain(record) && found.layout(record).is_none_or(|layout| layout.unknown() > 0));
    }
    sink.member(b"records", 0..end as u64, &mut Pieces::new(lines(bytes, &found)));
    if strange > 0 {
        let detail = format!("{strange} records hold bytes that are neither text nor numbers of a known kind");
        sink.gap(0..0, Cause::UnsupportedFormat, detail);
    }
    if bytes[end..].iter().any(|b| *b != 0) {
        sink.gap(end as u64..end as u64, Cause::Truncated, "the last record is not whole");
    }
    Ok(())
}

/// The records as lines.
fn lines<'b>(bytes: &'b [u8], found: &'b Found) -> impl Iterator<Item = Cow<'b, [u8]>> {
    found.records.all(bytes).map(move |record| {
        let (record, mut line) = (&bytes[record], String::new());
        match found.layout(record) {
            Some(layout) => layout.write(record, &mut line),
            None => {
                push_text(record, &mut line);
                line.push('\n');
            }
        }
        Cow::Owned(line.into_bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;
    use proptest::prelude::*;

    fn ebcdic(text: &str) -> Vec<u8> {
        text.chars().map(|c| CP037.iter().position(|p| *p == c).unwrap() as u8).collect()
    }

    fn packed(digits: &str, sign: u8) -> Vec<u8> {
        let nibbles: Vec<u8> = digits.bytes().map(|digit| digit - b'0').chain([sign]).collect();
        nibbles.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
    }

    fn record(i: usize) -> Vec<u8> {
        let routing = ["021000021", "011000015", "111000038", "121000248"][i % 4];
        let name = ["ANN LEE", "BO EK", "CYRIL OTTERBOURNE", "DI MOE"][i % 4];
        [
            ebcdic(&format!("{name:<20}")),
            packed(routing, 12),
            packed(&format!("00{routing}"), 15),
            packed(&format!("0{:06}", 400_000 + i * 7919), 12),
            ((i * 31) as u32).to_be_bytes().to_vec(),
            ebcdic(&format!("{:<17}", ["CHECKING", "SAVINGS"][i % 2])),
        ]
        .concat()
    }

    fn lines(bytes: &[u8]) -> (String, Vec<Cause>) {
        read_with(read, bytes, |sink, collector| {
            let members = collector.members.lock().unwrap();
            let text = members.first().map(|member| String::from_utf8(member.clone()).unwrap()).unwrap_or_default();
            (text, sink.gaps.iter().map(|gap| gap.cause).collect())
        })
    }

    #[test]
    fn packed_and_binary_numbers_become_digits() {
        let bytes: Vec<u8> = (0..60).flat_map(record).collect();
        assert!((FORMAT.recognise)(&Probe::new(&bytes)));
        let (text, causes) = lines(&bytes);
        assert!(causes.is_empty(), "{causes:?}");
        let words = |line: usize| text.lines().nth(line).unwrap().split_whitespace().collect::<Vec<_>>();
        assert_eq!(words(0), ["ANN", "LEE", "021000021", "021000021", "400000", "0", "CHECKING"]);
        assert_eq!(words(59), ["DI", "MOE", "121000248", "121000248", "867221", "1829", "SAVINGS"]);
    }

    #[test]
    fn records_behind_their_length_are_told_apart() {
        let described = |record: Vec<u8>| [&((record.len() + 4) as u16).to_be_bytes()[..], &[0, 0], &record].concat();
        let head = ebcdic(&format!("{:<40}", "HEAD OF THE FILE"));
        let bytes: Vec<u8> = std::iter::once(head).chain((0..40).map(record)).flat_map(described).collect();
        let blocks: Vec<u8> = bytes_in_blocks(&bytes);
        assert_eq!(lines(&blocks), lines(&bytes));
        let (text, causes) = lines(&bytes);
        assert!(causes.is_empty() && text.starts_with("HEAD OF THE FILE") && text.contains(" 011000015 "), "{causes:?} {text}");
    }

    /// Described records in blocks of three.
    fn bytes_in_blocks(bytes: &[u8]) -> Vec<u8> {
        let records: Vec<&[u8]> = Framing::Described.records(bytes).map(|record| &bytes[record.start - 4..record.end]).collect();
        records
            .chunks(3)
            .flat_map(|block| [&(block.concat().len() as u16 + 4).to_be_bytes()[..], &[0, 0], &block.concat()].concat())
            .collect()
    }

    #[test]
    fn what_has_no_layout_is_a_gap() {
        let mut bytes: Vec<u8> = (0..60).flat_map(record).collect();
        bytes.truncate(bytes.len() - 7);
        assert_eq!(lines(&bytes).1, [Cause::Truncated]);
        let ragged: Vec<u8> = (0..60usize).flat_map(|i| record(i).into_iter().skip(i * i % 11)).collect();
        assert!((FORMAT.recognise)(&Probe::new(&ragged)));
        assert!(lines(&ragged).1.contains(&Cause::UnsupportedFormat));
    }

    #[test]
    fn other_bytes_are_not_taken_for_records() {
        let noise: Vec<u8> = (0..40_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let cyrillic: Vec<u8> = (0..4000u32).map(|i| if i % 7 == 0 { b' ' } else { 0xE0 + (i * 5 % 32) as u8 }).collect();
        for bytes in
            [noise, cyrillic, vec![0x40; 500], "Société @ Générale ".repeat(50).into_bytes(), ebcdic(&"ALL IS TEXT, ANN.  ".repeat(40))]
        {
            assert!(!(FORMAT.recognise)(&Probe::new(&bytes)), "{:?}", &bytes[..8]);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(seed in any::<u64>(), flips in prop::collection::vec((0usize..4000, any::<u8>()), 0..200), cut in 0usize..4000) {
            let mut bytes: Vec<u8> = (0..60).flat_map(|i| record(i + (seed % 9) as usize)).collect();
            for (at, byte) in flips {
                let at = at % bytes.len();
                bytes[at] = byte;
            }
            bytes.truncate(cut);
            lines(&bytes);
        }
    }
}
