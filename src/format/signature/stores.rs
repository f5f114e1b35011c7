//! Stores of rows and columns whose values stand one behind the other, without anything between them: where one ends
//! is known to who reads the format. They bear no mark, or a short one, and are told by how their pages are built.

use crate::format::Probe;
use crate::format::numbers::{be16, be32, le16, le32};

/// Pages and blocks that are looked at.
const LOOKED_AT: usize = 16;

/// A tablespace of InnoDB: its first page describes the file, and those behind it say their number (MySQL internals,
/// "InnoDB Page Structure").
pub(super) fn is_innodb(probe: &Probe<'_>) -> bool {
    let bytes = probe.bytes;
    let describes = be16(bytes, 24) == Some(8) && be32(bytes, 4) == Some(0);
    let numbered = |size: usize| {
        let pages = bytes.len() / size;
        bytes.len().is_multiple_of(size)
            && be32(bytes, size + 4) == Some(1)
            && (2..pages.min(LOOKED_AT)).all(|page| {
                let number = be32(bytes, page * size + 4);
                number == Some(page as u32) || number == Some(0)
            })
    };
    describes && [16 << 10, 8 << 10, 4 << 10, 32 << 10, 64 << 10].into_iter().any(numbered)
}

/// Data of a table of Aria: behind the page of the bitmap, pages with a directory of their rows at their end
/// (storage/maria/ma_blockrec.h).
pub(super) fn is_aria(probe: &Probe<'_>) -> bool {
    const PAGE: usize = 8192;
    let bytes = probe.bytes;
    let is_rows = |page: &[u8]| {
        let (kind, rows) = (page[7] & 0x7F, usize::from(page[8]));
        let entry = |n: usize| Some((usize::from(le16(page, PAGE - 8 - 4 * n)?), usize::from(le16(page, PAGE - 6 - 4 * n)?)));
        let end = PAGE - 4 - 4 * rows;
        let fits = |n: usize| entry(n).is_some_and(|(at, length)| at == 0 || at >= 12 && length > 0 && at + length <= end);
        matches!(kind, 1 | 2) && rows > 0 && (0..rows).all(fits) && (0..rows).any(|n| entry(n).is_some_and(|(at, _)| at == 12))
    };
    bytes.len().is_multiple_of(PAGE) && bytes.get(PAGE..2 * PAGE).is_some_and(is_rows)
}

/// Data of a table of MyISAM whose rows differ in length: blocks with their kind and their lengths before them, end to
/// end (storage/myisam/mi_dynrec.c).
pub(super) fn is_myisam(probe: &Probe<'_>) -> bool {
    let bytes = probe.bytes;
    let wide = |at: usize| Some(usize::from(*bytes.get(at)?) << 16 | usize::from(be16(bytes, at + 1)?));
    let short = |at: usize| be16(bytes, at).map(usize::from);
    // The length of a block: of its head, of its data, and of what is left unused behind them.
    let block = |at: usize| {
        let unused = |n: usize| bytes.get(at + n).map(|b| usize::from(*b));
        Some(match *bytes.get(at)? {
            0 => wide(at + 1)?,
            1 => 3 + short(at + 1)?,
            2 => 4 + wide(at + 1)?,
            3 => 4 + short(at + 1)? + unused(3)?,
            4 => 5 + wide(at + 1)? + unused(4)?,
            5 => 13 + short(at + 3)?,
            6 => 15 + wide(at + 4)?,
            7 => 3 + short(at + 1)?,
            8 => 4 + wide(at + 1)?,
            9 => 4 + short(at + 1)? + unused(3)?,
            10 => 5 + wide(at + 1)? + unused(4)?,
            11 => 11 + short(at + 1)?,
            12 => 12 + wide(at + 1)?,
            13 => 16 + wide(at + 5)?,
            _ => return None,
        })
    };
    let (mut at, mut blocks) = (0, 0);
    while at < bytes.len() && blocks < 64 * LOOKED_AT {
        match block(at).filter(|length| *length >= 20 && length.is_multiple_of(4) && *length <= bytes.len() - at) {
            Some(length) => at += length,
            None => return false,
        }
        blocks += 1;
    }
    blocks >= 3
}

/// Pages of a relation of PostgreSQL, a table's or an index's ("Database Page Layout").
pub(super) fn is_postgresql(probe: &Probe<'_>) -> bool {
    const PAGE: usize = 8192;
    let pages = probe.bytes.as_chunks::<PAGE>().0;
    let is_page = |page: &[u8; PAGE]| {
        let place = |at: usize| le16(page, at).map_or(0, usize::from);
        let (lower, upper, special) = (place(12), place(14), place(16));
        let version = matches!(place(18), 0x2002..=0x2005);
        version && lower >= 24 && (lower - 24) % 4 == 0 && lower <= upper && upper <= special && special <= PAGE
    };
    let looked_at = || pages.iter().take(LOOKED_AT);
    probe.bytes.len().is_multiple_of(PAGE)
        && looked_at().any(is_page)
        && looked_at().all(|page| is_page(page) || page.iter().all(|b| *b == 0))
}

/// A stream of Arrow's record batches: a mark, the length of a message, and the place of its root in it
/// ("Encapsulated message format").
pub(super) fn is_arrow_stream(probe: &Probe<'_>) -> bool {
    let bytes = probe.bytes;
    let is_message = le32(bytes, 4).is_some_and(|length| (16..bytes.len()).contains(&(length as usize)) && length.is_multiple_of(8));
    bytes.starts_with(&[0xFF; 4]) && is_message && le32(bytes, 8).is_some_and(|root| (4..=64).contains(&root))
}

/// A file of a Lucene index: the mark of its codecs, and the name of one (org.apache.lucene.codecs.CodecUtil).
pub(super) fn is_lucene(probe: &Probe<'_>) -> bool {
    let name = probe.head.get(4).and_then(|len| probe.head.get(5..5 + usize::from(*len)));
    probe.head.starts_with(b"\x3F\xD7\x6C\x17")
        && name.and_then(|name| name.get(..4)).is_some_and(|name| name.iter().all(u8::is_ascii_alphanumeric))
}

/// Batches of records of Kafka of which one is compressed (its protocol, "Record Batch", and the sets of messages
/// before version 2): offset, length, version, codec.
pub(super) fn is_packed_kafka_log(probe: &Probe<'_>) -> bool {
    let bytes = probe.bytes;
    let (mut at, mut is_packed) = (0, false);
    for _ in 0..LOOKED_AT {
        let (Some(offset), Some(length), Some(version)) = (be(bytes, at, 8), be32(bytes, at + 8), bytes.get(at + 16)) else { break };
        let codec = match version {
            0 | 1 => bytes.get(at + 17).copied(),
            2 => bytes.get(at + 22).copied(),
            _ => None,
        };
        let Some(codec) = codec.filter(|codec| codec & 7 <= 4) else { return false };
        let length = length as usize;
        if offset >= 1 << 56 || !(14..=1 << 30).contains(&length) || at == 0 && length + 12 > bytes.len() {
            return false;
        }
        is_packed |= codec & 7 != 0;
        at += 12 + length;
    }
    is_packed && at > 0
}

/// A dump of Redis: its version in four digits, and the code of a field or database behind it.
pub(super) fn is_redis(probe: &Probe<'_>) -> bool {
    let version = probe.head.get(5..9).is_some_and(|digits| digits.iter().all(u8::is_ascii_digit));
    probe.head.starts_with(b"REDIS") && version && matches!(probe.head.get(9), Some(0xF5..=0xFF | 0..=20))
}

/// A data set of Stata: the versions that begin with their number, and those that begin with a tag.
pub(super) fn is_stata(probe: &Probe<'_>) -> bool {
    let stamp = probe.head.get(91..109).is_some_and(|stamp| stamp.iter().all(|b| matches!(b, 0 | 0x20..=0x7E)));
    probe.head.starts_with(b"<stata_dta>") || matches!(probe.head, [0x66..=0x73, 1 | 2, 1, 0, ..]) && stamp
}

/// Objects of Python, from the second protocol on (PEP 307, PEP 3154): a protocol, operations, and the one that stops.
pub(super) fn is_pickle(probe: &Probe<'_>) -> bool {
    let begins = match probe.head {
        [0x80, 4..=5, 0x95, frame @ ..] => {
            frame.first_chunk().is_some_and(|length| u64::from_le_bytes(*length) <= probe.bytes.len() as u64)
        }
        // Small pickles have no frame. Containers, globals, texts, numbers, marks.
        [0x80, 2..=5, next, ..] => b"]})(cCXUKMJGN\x8A\x8C\x93\x88\x89".contains(next),
        _ => false,
    };
    begins && probe.bytes.ends_with(b".")
}

/// Where the head of an item ends with what it holds itself, how many items follow that belong to it, and its text.
type Head<'a> = (usize, u64, &'a [u8]);

/// Values of CBOR without indefinite lengths (RFC 8949, section 3).
pub(super) fn is_cbor(probe: &Probe<'_>) -> bool {
    let bytes = probe.bytes;
    let head = |at: usize| -> Option<Head<'_>> {
        let (major, info) = (bytes.get(at)? >> 5, bytes[at] & 0x1F);
        let size = match info {
            0..24 => 0,
            24..28 => 1 << (info - 24),
            _ => return None,
        };
        let number = if size == 0 { u64::from(info) } else { be(bytes, at + 1, size)? };
        let next = at + 1 + size;
        let text = || bytes.get(next..next.checked_add(usize::try_from(number).ok()?)?);
        Some(match major {
            2 => (next + text()?.len(), 0, &[]),
            3 => (next + text()?.len(), 0, text()?),
            4 => (next, number, &[]),
            5 => (next, number.checked_mul(2)?, &[]),
            6 => (next, 1, &[]),
            _ => (next, 0, &[]),
        })
    };
    matches!(probe.head, [0x80..=0xBB, ..]) && is_tree(bytes, |first| matches!(first, 0x80..=0xBB), head)
}

/// Values of MessagePack (its specification, "Formats").
pub(super) fn is_msgpack(probe: &Probe<'_>) -> bool {
    let bytes = probe.bytes;
    let head = |at: usize| -> Option<Head<'_>> {
        let first = *bytes.get(at)?;
        let next = at + 1;
        let number = |size: usize| be(bytes, next, size);
        let data = |from: usize, length: u64| bytes.get(from..from.checked_add(usize::try_from(length).ok()?)?);
        let skip = |from: usize, length: u64| data(from, length).map(|data| (from + data.len(), 0, &[][..]));
        let text = |from: usize, length: u64| data(from, length).map(|text| (from + text.len(), 0, text));
        match first {
            0x80..=0x8F => Some((next, 2 * u64::from(first & 15), &[])),
            0x90..=0x9F => Some((next, u64::from(first & 15), &[])),
            0xA0..=0xBF => text(next, u64::from(first & 31)),
            0xC1 => None,
            0xC4..=0xC6 => skip(next + (1 << (first - 0xC4)), number(1 << (first - 0xC4))?),
            0xC7..=0xC9 => skip(next + (1 << (first - 0xC7)), number(1 << (first - 0xC7))? + 1),
            0xCA | 0xCB => skip(next, 4 << (first - 0xCA)),
            0xCC..=0xCF => skip(next, 1 << (first - 0xCC)),
            0xD0..=0xD3 => skip(next, 1 << (first - 0xD0)),
            0xD4..=0xD8 => skip(next, 1 + (1 << (first - 0xD4))),
            0xD9..=0xDB => text(next + (1 << (first - 0xD9)), number(1 << (first - 0xD9))?),
            0xDC | 0xDD => Some((next + (2 << (first - 0xDC)), number(2 << (first - 0xDC))?, &[])),
            0xDE | 0xDF => Some((next + (2 << (first - 0xDE)), number(2 << (first - 0xDE))?.checked_mul(2)?, &[])),
            0x00..=0x7F | 0xC0 | 0xC2 | 0xC3 | 0xE0..=0xFF => Some((next, 0, &[])),
        }
    };
    let begins = |first: u8| matches!(first, 0x80..=0x9F | 0xDC..=0xDF);
    probe.head.first().is_some_and(|first| begins(*first)) && is_tree(bytes, begins, head)
}

fn be(bytes: &[u8], at: usize, size: usize) -> Option<u64> {
    Some(bytes.get(at..at + size)?.iter().fold(0, |number, b| number << 8 | u64::from(*b)))
}

/// Do the bytes hold lists of items to their very end, with texts in UTF-8 among them?
fn is_tree<'a>(bytes: &'a [u8], begins: impl Fn(u8) -> bool, head: impl Fn(usize) -> Option<Head<'a>>) -> bool {
    let (mut at, mut open, mut texts) = (0, 0u64, 0);
    while let Some(&first) = bytes.get(at) {
        if open == 0 {
            if !begins(first) {
                return false;
            }
            open = 1;
        }
        let Some((next, items, text)) = head(at).filter(|(next, _, text)| *next <= bytes.len() && std::str::from_utf8(text).is_ok()) else {
            return false;
        };
        texts += usize::from(text.len() > 2);
        (at, open) = (next, (open - 1).saturating_add(items));
    }
    open == 0 && texts > 1
}

/// Packets of a network, in the newer format (draft-ietf-opsawg-pcapng, section 4.1).
pub(super) fn is_pcapng(probe: &Probe<'_>) -> bool {
    probe.head.starts_with(b"\x0A\x0D\x0D\x0A") && matches!(probe.head.get(8..12), Some(b"\x1A\x2B\x3C\x4D" | b"\x4D\x3C\x2B\x1A"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(size: usize, count: usize, write: impl Fn(usize, &mut [u8])) -> Vec<u8> {
        let mut out = vec![0; size * count];
        out.chunks_mut(size).enumerate().for_each(|(i, page)| write(i, page));
        out
    }

    #[test]
    fn stores_are_told_by_their_pages() {
        let innodb = pages(16 << 10, 4, |i, page| {
            page[4..8].copy_from_slice(&(i as u32).to_be_bytes());
            page[25] = [8, 5, 3, 0][i];
        });
        let heap = pages(8192, 3, |i, page| {
            if i < 2 {
                page[12..20].copy_from_slice(&[0x20, 0, 0, 0x10, 0, 0x20, 4, 0x20]);
            }
        });
        let aria = pages(8192, 2, |i, page| {
            if i == 1 {
                page[7..9].copy_from_slice(&[1, 1]);
                page[8184..8188].copy_from_slice(&[12, 0, 80, 0]);
            }
        });
        let row = [&[3, 0, 15, 1][..], b"First State Bank"].concat();
        let stata = [&[0x72, 2, 1, 0][..], &[0; 120]].concat();
        type Test = fn(&Probe<'_>) -> bool;
        let batch = [&[0; 8][..], &[0, 0, 0, 60, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 2], &[7; 60]].concat();
        let cases: [(&[u8], Test); 13] = [
            (b"\x3F\xD7\x6C\x17\x05Codec\0\0\0\x01", is_lucene),
            (&batch, is_packed_kafka_log),
            (b"REDIS0011\xFA\x09redis-ver", is_redis),
            (b"\x82\x65First\xA1\x65State\x64Bank", is_cbor),
            (b"\x92\xA5First\x81\xD9\x05State\xA4Bank", is_msgpack),
            (&innodb, is_innodb),
            (&heap, is_postgresql),
            (&aria, is_aria),
            (&row.repeat(4), is_myisam),
            (b"\xFF\xFF\xFF\xFF\x10\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", is_arrow_stream),
            (&stata, is_stata),
            (b"\x80\x04\x95\x05\0\0\0\0\0\0\0\x8C\x01a.", is_pickle),
            (b"\x0A\x0D\x0D\x0A\x1C\0\0\0\x4D\x3C\x2B\x1A", is_pcapng),
        ];
        for (i, (bytes, _)) in cases.iter().enumerate() {
            for (k, (_, test)) in cases.iter().enumerate() {
                assert_eq!(test(&Probe::new(bytes)), i == k, "{i} by {k}");
                for cut in [0, 1, 20, bytes.len() - 1] {
                    test(&Probe::new(&bytes[..cut.min(bytes.len())]));
                }
            }
        }
        for bytes in [&[0; 65_536][..], &[0xFF; 16_384], &b"plain text. ".repeat(4096)[..49_152]] {
            assert!(cases.iter().all(|(_, test)| !test(&Probe::new(bytes))));
        }
    }
}
