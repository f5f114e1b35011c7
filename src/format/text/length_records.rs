//! Records of text behind their lengths, in ASCII or EBCDIC, as they leave a mainframe in binary: each becomes a line,
//! and the lines are a member, which is then read as what it is. So are messages of card networks (ISO 8583-1), of which a
//! bit map says which fields follow: its bytes become blanks, and what is text stands where it stood, in whatever character set.

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
    version: 3,
    limitations: &[
        "records behind lengths that are no descriptor words are known where they are a payment file or messages of card networks",
        "numbers in binary and in packed decimal in messages of card networks are blanks",
    ],
};

/// Bytes by which it is told how records are written.
const SAMPLE: usize = 256 << 10;
/// Fewer records may be chance; of a payment file, which says more of itself, fewer do.
const LEAST: (usize, usize) = (5, 3);
/// Bytes of the type of a message of a card network, and of a bit map; another follows where its first bit is set.
const TYPE: usize = 4;
const MAP: usize = 8;
/// Nobody's records of text are longer.
const LONGEST: usize = 32 << 10;

/// How the records of an item are written.
struct Found {
    framing: Framing,
    is_ebcdic: bool,
    /// They are messages whose bit maps are no text.
    are_messages: bool,
}

impl Found {
    fn of(bytes: &[u8]) -> Option<Self> {
        // A length has a byte that no text has, or a mark that begins none.
        let first = bytes.get(..2)?;
        if first[0] != 0 && first[1] != 0 && !matches!(first, [0..0x20, _]) {
            return None;
        }
        let sample = &bytes[..bytes.len().min(SAMPLE)];
        Framing::ALL.into_iter().find_map(|framing| Self::with(framing, sample).or_else(|| Self::of_messages(framing, sample)))
    }

    /// Messages of a card network: each begins with its type and a bit map, behind which most is text.
    fn of_messages(framing: Framing, sample: &[u8]) -> Option<Self> {
        let mut records = framing.records(sample);
        let (mut messages, mut text, mut all, mut is_ebcdic) = (0, 0, 0, true);
        for record in records.by_ref().filter(|record| !record.is_empty()) {
            let record = sample.get(record)?;
            is_ebcdic &= record.first().is_some_and(|first| *first >= 0xF0);
            let (kind, rest) = record.split_at_checked(TYPE)?;
            let (_, fields) = rest.split_at_checked(map_len(*rest.first()?))?;
            if record.len() > LONGEST || !is_type(kind, is_ebcdic) {
                return None;
            }
            messages += 1;
            text += fields.iter().filter(|byte| is_shown(**byte, is_ebcdic)).count();
            all += fields.len();
        }
        let rest = &sample[records.at..];
        let is_end = rest.iter().all(|b| matches!(b, 0 | 0x40)) || records.is_cut;
        (is_end && messages >= LEAST.0 && text * 100 >= all * 60).then_some(Self { framing, is_ebcdic, are_messages: true })
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
        (is_text(&text) && (is_described || is_known())).then_some(Self { framing, is_ebcdic, are_messages: false })
    }
}

/// The type of a message: version, class, function and origin, each a digit (ISO 8583-1, "Message type identifier").
fn is_type(kind: &[u8], is_ebcdic: bool) -> bool {
    let zero = if is_ebcdic { 0xF0 } else { b'0' };
    let digits: Vec<u8> = kind.iter().map(|byte| byte.wrapping_sub(zero)).collect();
    matches!(digits[..], [0..=2 | 8 | 9, 1..=8, 0..=7, 0..=5])
}

/// Bytes of the bit map of a message, or of both, after its first byte.
fn map_len(first: u8) -> usize {
    if first & 0x80 == 0 { MAP } else { 2 * MAP }
}

/// Is a byte of a message text?
fn is_shown(byte: u8, is_ebcdic: bool) -> bool {
    match is_ebcdic {
        true => !CP037[usize::from(byte)].is_control(),
        false => matches!(byte, b' '..0x7F),
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
    let (end, blank): (&[u8], u8) = if found.is_ebcdic { (&[0x15], 0x40) } else { (b"\n", b' ') };
    let (is_ebcdic, are_messages) = (found.is_ebcdic, found.are_messages);
    let shown = move |record: &[u8]| {
        // A bit map may pass as text, and is none.
        let map = TYPE..TYPE + record.get(TYPE).map_or(0, |first| map_len(*first));
        let shown = |(at, byte): (usize, &u8)| if !map.contains(&at) && is_shown(*byte, is_ebcdic) { *byte } else { blank };
        let mut out: Vec<u8> = record.iter().enumerate().map(shown).collect();
        if !is_ebcdic {
            keep_letters(record, map.end, &mut out);
        }
        out
    };
    found.framing.records(bytes).flat_map(move |record| {
        let record = &bytes[record];
        [if are_messages { Cow::Owned(shown(record)) } else { Cow::Borrowed(record) }, Cow::Borrowed(end)]
    })
}

/// Puts back what are letters outside of ASCII from a place on: bytes with letters or blanks on both sides that are UTF-8, or
/// letters in every character set of eight bits (ISO 8859, the code pages of Windows).
fn keep_letters(record: &[u8], from: usize, out: &mut [u8]) {
    let mut at = from;
    while let Some(start) = record.get(at..).and_then(|rest| rest.iter().position(|b| *b >= 0x80)).map(|n| at + n) {
        let end = start + record[start..].iter().take_while(|b| **b >= 0x80).count();
        let run = &record[start..end];
        let is_beside = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphabetic() || *b == b' ');
        let is_behind = end == record.len() || is_beside(record.get(end));
        let are_letters = run.iter().all(|b| *b >= 0xC0) || std::str::from_utf8(run).is_ok();
        if start > from && is_beside(record.get(start - 1)) && is_behind && are_letters {
            out[start..end].copy_from_slice(run);
        }
        at = end;
    }
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
    fn messages_of_card_networks_become_lines() {
        let message = |n: u32| {
            let fields = format!("164539{:012}000000{:012}", n * 7919, n);
            [&b"1240"[..], &[0xF0, 0, 0, 1, 2, 0xC1, 0x80, 0], &[0; 8], fields.as_bytes()].concat()
        };
        let foreign = |n: u32| {
            let message = message(n);
            [ebcdic("1240"), message[4..20].to_vec(), ebcdic(std::str::from_utf8(&message[20..]).unwrap())].concat()
        };
        let framed = |record: Vec<u8>| [&(record.len() as u32).to_be_bytes()[..], &record].concat();
        let ascii: Vec<u8> = (0..9).flat_map(|n| framed(message(n))).chain([0; 4]).collect();
        let wanted: String = (0..9).map(|n| format!("1240{:16}164539{:012}000000{n:012}\n", "", n * 7919)).collect();
        assert!(member(&ascii).0.starts_with(wanted.as_bytes()), "{}", String::from_utf8_lossy(&member(&ascii).0));
        let lines = member(&(0..9).flat_map(|n| framed(foreign(n))).collect::<Vec<u8>>()).0;
        assert_eq!(lines.iter().map(|b| if *b == 0x15 { '\n' } else { CP037[usize::from(*b)] }).collect::<String>(), wanted);
        let named = |n: u32, name: &[u8]| framed([&message(n)[..], name, b" "].concat());
        for (name, shown) in [
            (&b"CAF\xC9 M\xDCLLER"[..], &b"CAF\xC9 M\xDCLLER"[..]),
            ("Café Łódź".as_bytes(), "Café Łódź".as_bytes()),
            (b"ATM \xCC\xC0\xC3\xC0\xC7\xC8\xCD", b"ATM \xCC\xC0\xC3\xC0\xC7\xC8\xCD"),
            (b"CAF\x9F\x02M", b"CAF  M"),
            (b"CAFE\xC9\x01\x02", b"CAFE   "),
        ] {
            let lines = member(&(0..9).flat_map(|n| named(n, &[b" ", name].concat())).collect::<Vec<u8>>()).0;
            assert!(lines.split(|b| *b == b'\n').next().unwrap().ends_with(&[b" ", shown, b" "].concat()), "{name:?} {lines:?}");
        }
        let others: Vec<u8> = (0..9).flat_map(|n| framed([b"9940".to_vec(), message(n)[4..].to_vec()].concat())).collect();
        assert!(!(FORMAT.recognise)(&Probe::new(&others)));
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
