//! Records of text behind their lengths, in ASCII or EBCDIC, as they leave a mainframe in binary: each becomes a line,
//! and the lines are a member, which is then read as what it is.

use super::descriptor::Framing;
use super::ebcdic::{CP037, may_be_ebcdic_text};
use crate::format::pieces::Pieces;
use crate::format::{Failure, Format, Probe, Runs, Sink, payments};
use crate::model::Cause;
use std::borrow::Cow;

/// Text in records behind their lengths.
pub const FORMAT: Format = Format {
    name: "length_records",
    media_type: "application/octet-stream",
    recognise: |probe: &Probe<'_>| Found::of(probe.bytes).is_some(),
    read,
    runs: Runs::Inside,
    version: 1,
    limitations: &["records behind lengths that are no descriptor words are known where they are a payment file"],
};

/// Bytes by which it is told how records are written.
const SAMPLE: usize = 256 << 10;
/// Fewer records may be chance; of a payment file, which says more of itself, fewer do.
const LEAST: (usize, usize) = (5, 3);
/// Nobody's records of text are longer.
const LONGEST: usize = 32 << 10;

/// How the records of an item are written.
struct Found {
    framing: Framing,
    is_ebcdic: bool,
}

impl Found {
    fn of(bytes: &[u8]) -> Option<Self> {
        // A length has a byte that no text has, or a mark that begins none.
        let first = bytes.get(..2)?;
        if first[0] != 0 && first[1] != 0 && !matches!(first, [0..0x20, _]) {
            return None;
        }
        let sample = &bytes[..bytes.len().min(SAMPLE)];
        Framing::ALL.into_iter().find_map(|framing| Self::with(framing, sample))
    }

    fn with(framing: Framing, sample: &[u8]) -> Option<Self> {
        let mut records = framing.records(sample);
        let (mut text, mut ends) = (Vec::with_capacity(sample.len()), Vec::new());
        for record in records.by_ref() {
            if record.len() > LONGEST {
                return None;
            }
            let record = &sample[record];
            if !(is_ascii(record) || is_ebcdic(record)) {
                return None;
            }
            text.extend_from_slice(record);
            ends.push(text.len());
        }
        let lines = ends.len();
        let rest = &sample[records.at..];
        // Blocks of a tape or disk are filled up.
        let is_end = rest.iter().all(|b| *b == 0) || records.is_cut;
        if !is_end || lines < LEAST.1 || text.len() < lines {
            return None;
        }
        let is_ebcdic = text.iter().filter(|b| **b > 0x80).count() * 10 >= text.len();
        let is_text = |text: &[u8]| if is_ebcdic { may_be_ebcdic_text(text) } else { is_ascii(text) };
        let is_described = matches!(framing, Framing::Described | Framing::Blocked) && lines >= LEAST.0;
        let is_known = || {
            let (mut lines, mut from) = (Vec::with_capacity(text.len() + ends.len()), 0);
            for end in &ends {
                let line = text.get(from..*end).unwrap_or_default().iter();
                lines.extend(line.map(|b| if is_ebcdic { CP037[usize::from(*b)] as u32 as u8 } else { *b }));
                lines.push(b'\n');
                from = *end;
            }
            let probe = Probe::new(&lines);
            payments::layout_of(&probe).is_some() || payments::is_amid_text(probe.head)
        };
        (is_text(&text) && (is_described || is_known())).then_some(Self { framing, is_ebcdic })
    }
}

fn is_ascii(record: &[u8]) -> bool {
    record.iter().all(|b| matches!(b, b' '..0x7F | b'\t' | b'\r' | b'\n' | 0xA0..))
}

fn is_ebcdic(record: &[u8]) -> bool {
    record.iter().all(|b| !CP037[usize::from(*b)].is_control() || matches!(b, 0x05 | 0x0D | 0x15 | 0x25))
}

/// Reads an item as the lines that its records are.
fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let Some(found) = Found::of(bytes) else { return Err(Failure::corrupt(0, "no records of text behind their lengths")) };
    let mut records = found.framing.records(bytes);
    records.by_ref().for_each(drop);
    let (end, is_cut) = (records.at, records.is_cut);
    sink.member(b"records", 0..end as u64, &mut Pieces::new(lines(bytes, &found)));
    if is_cut && bytes[end..].iter().any(|b| *b != 0) {
        sink.gap(end as u64..end as u64, Cause::Truncated, "the last record is not whole");
    }
    Ok(())
}

/// The records as lines, in their own characters.
fn lines<'b>(bytes: &'b [u8], found: &Found) -> impl Iterator<Item = Cow<'b, [u8]>> + use<'b> {
    let end: &[u8] = if found.is_ebcdic { &[0x15] } else { b"\n" };
    found.framing.records(bytes).flat_map(move |record| [Cow::Borrowed(&bytes[record]), Cow::Borrowed(end)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;

    fn described(record: &[u8]) -> Vec<u8> {
        [&(record.len() as u16 + 4).to_be_bytes()[..], &[0, 0], record].concat()
    }

    fn counted(record: &[u8]) -> Vec<u8> {
        [&(record.len() as u32).to_le_bytes()[..], record].concat()
    }

    fn ebcdic(text: &str) -> Vec<u8> {
        text.chars().map(|c| CP037.iter().position(|p| *p == c).unwrap() as u8).collect()
    }

    fn member(bytes: &[u8]) -> (Vec<u8>, usize) {
        assert!((FORMAT.recognise)(&Probe::new(bytes)));
        read_with(read, bytes, |sink, out| (out.members.lock().unwrap()[0].clone(), sink.gaps.len()))
    }

    #[test]
    fn records_become_lines_in_their_own_characters() {
        let rows: Vec<String> = (0..9).map(|n| format!("QX{n:04}  ACCOUNT {:010}  ANN LEE {n}", n * 7919)).collect();
        let lines = rows.iter().map(|row| format!("{row}\n")).collect::<String>();
        let ascii: Vec<u8> = rows.iter().flat_map(|row| described(row.as_bytes())).collect();
        assert_eq!(member(&ascii), (lines.clone().into_bytes(), 0));
        let blocks: Vec<u8> = rows
            .chunks(4)
            .flat_map(|block| described(&block.iter().flat_map(|row| described(row.as_bytes())).collect::<Vec<u8>>()))
            .collect();
        assert_eq!(member(&blocks).0, lines.clone().into_bytes());
        let foreign: Vec<u8> = rows.iter().flat_map(|row| described(&ebcdic(row))).collect();
        assert_eq!(member(&foreign).0, rows.iter().flat_map(|row| [ebcdic(row), vec![0x15]].concat()).collect::<Vec<u8>>());
        assert_eq!(member(&ascii[..ascii.len() - 3]).1, 1);
    }

    #[test]
    fn plain_lengths_count_where_the_records_are_payments() {
        let file = [
            "02,0004,021000021,1,241104,1200,USD,2/",
            "03,1234567890,USD,010,500000,,/",
            "16,115,150000,0,1,2,WIRE/",
            "49,1,3/",
            "98,1,1,5/",
        ];
        let bytes: Vec<u8> = file.iter().flat_map(|record| counted(record.as_bytes())).collect();
        assert_eq!(member(&bytes).0, file.iter().map(|record| format!("{record}\n")).collect::<String>().into_bytes());
        let words: Vec<u8> = (0..40).flat_map(|n| counted(format!("message {n} of a queue").as_bytes())).collect();
        assert!(!(FORMAT.recognise)(&Probe::new(&words)));
    }

    #[test]
    fn other_bytes_are_no_records() {
        let noise: Vec<u8> = (0..40_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let zeros = vec![0; 4096];
        let prose = b"\0\x05 is how some text begins, but nothing that has a length follows it here or anywhere else.".to_vec();
        for bytes in [&noise[..], &zeros, &prose, b"", b"\0", b"plain text\nin lines\n"] {
            assert!(!(FORMAT.recognise)(&Probe::new(bytes)), "{:?}", &bytes[..bytes.len().min(8)]);
        }
    }
}
