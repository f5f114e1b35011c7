//! Property lists in binary form (CoreFoundation, CFBinaryPList.c): objects of which each names others by their numbers, a
//! table of their places, and a trailer. Dictionaries are records; so are those of archives, whose objects stand in one list
//! and name each other by their places in it (`NSKeyedArchiver`).

use super::named::{LONGEST_VALUE, Named, NamedRecords};
use super::{At, Failure, Format, Kind, PassageKind, Probe, Runs, Sink, detect};
use crate::model::{Cause, Class};
use std::ops::Range;

/// Binary property lists.
pub static FORMAT: Format = Format {
    name: "bplist",
    media_type: "application/x-bplist",
    recognise: |probe: &Probe<'_>| probe.head.starts_with(MAGIC) && probe.head.get(MAGIC.len()).is_some_and(u8::is_ascii_digit),
    read,
    runs: Runs::Inside,
    version: 1,
    limitations: &["values are records of their own dictionary alone, not of those that name it"],
};

const MAGIC: &[u8] = b"bplist0";
/// Bytes of the trailer.
const TRAILER: usize = 32;
/// Objects may lie over each other; so many times the bytes are looked at in all.
const OVERLAPS: usize = 4;
/// Bytes of a value of a record, in either encoding.
const MOST_SAID: usize = 2 * LONGEST_VALUE;
/// Values of one record.
const MOST_VALUES: usize = 256;

/// An object, where it says something by itself.
enum Object {
    Text(String),
    Data(Range<usize>),
    /// The place of another one in the list of an archive.
    Uid(usize),
    /// The numbers of its items; of a dictionary its keys before its values.
    Array(Range<usize>),
    Dictionary(Range<usize>),
    Other,
}

struct Plist<'b> {
    bytes: &'b [u8],
    table: usize,
    place_size: usize,
    number_size: usize,
    count: usize,
    /// Numbers of the objects in the list of an archive.
    archived: Vec<usize>,
}

impl<'b> Plist<'b> {
    fn new(bytes: &'b [u8]) -> Option<Self> {
        let trailer = bytes.get(bytes.len().checked_sub(TRAILER)?..)?;
        let wide = |at: usize| number(trailer, at, 8);
        let (place_size, number_size) = (usize::from(*trailer.get(6)?), usize::from(*trailer.get(7)?));
        let (count, table) = (wide(8)?, wide(24)?);
        let end = count.checked_mul(place_size)?.checked_add(table)?;
        let is_sound = (1..=8).contains(&place_size) && (1..=8).contains(&number_size) && end <= bytes.len() - TRAILER;
        is_sound.then(|| Self { bytes, table, place_size, number_size, count, archived: Vec::new() })
    }

    /// The object of a number; a text of more than so many bytes is none.
    fn object(&self, object: usize, most: usize) -> Option<Object> {
        Some(self.placed(object, most)?.0)
    }

    /// An object with the bytes that it takes.
    fn placed(&self, object: usize, most: usize) -> Option<(Object, Range<usize>)> {
        let at = number(self.bytes, self.table + (object < self.count).then_some(object)? * self.place_size, self.place_size)?;
        let (kind, low) = (self.bytes.get(at)? >> 4, usize::from(self.bytes[at] & 15));
        let mut start = at + 1;
        let mut length = low;
        if low == 15 && !matches!(kind, 0 | 8) {
            // The length is an object of its own.
            let size = self.bytes.get(start).filter(|b| **b >> 4 == 1).map(|b| 1usize << (b & 15)).filter(|size| *size <= 8)?;
            length = number(self.bytes, start + 1, size)?;
            start += 1 + size;
        }
        let span = |width: usize| {
            let end = length.checked_mul(width)?.checked_add(start)?;
            (end <= self.table).then_some(start..end)
        };
        let text = |width: usize| span(width).map(|span| (span.len() <= most).then_some(span));
        let end = match kind {
            1 | 2 => start + (1usize << low.min(4)),
            3 => start + 8,
            4 | 5 | 7 => span(1)?.end,
            6 => span(2)?.end,
            8 => start + low + 1,
            10 | 12 => span(self.number_size)?.end,
            13 => span(2 * self.number_size)?.end,
            _ => start,
        };
        let sized = || self.bytes.get(start..start + (1usize << low.min(4)));
        let value = match kind {
            0 if low == 8 || low == 9 => Object::Text((low == 9).to_string()),
            1 => {
                let raw = sized()?;
                Object::Text(raw.iter().fold(0i128, |n, b| n << 8 | i128::from(*b)).to_string())
            }
            2 => match *sized()? {
                [a, b, c, d] => Object::Text(f32::from_be_bytes([a, b, c, d]).to_string()),
                [a, b, c, d, e, f, g, h] => Object::Text(f64::from_be_bytes([a, b, c, d, e, f, g, h]).to_string()),
                _ => Object::Other,
            },
            3 => Object::Text(date(f64::from_be_bytes(*self.bytes.get(start..)?.first_chunk()?)).unwrap_or_default()),
            4 => Object::Data(span(1)?),
            5 | 7 => text(1)?.map_or(Object::Other, |span| Object::Text(String::from_utf8_lossy(&self.bytes[span]).into_owned())),
            6 => text(2)?.map_or(Object::Other, |span| {
                let units = self.bytes[span].as_chunks::<2>().0.iter().map(|unit| u16::from_be_bytes(*unit));
                Object::Text(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
            }),
            8 => Object::Uid(number(self.bytes, start, low + 1)?),
            10 | 12 => Object::Array(span(self.number_size)?),
            13 => Object::Dictionary(span(2 * self.number_size)?),
            _ => Object::Other,
        };
        Some((value, at..end))
    }

    fn numbers(&self, span: Range<usize>) -> impl Iterator<Item = usize> {
        self.bytes[span].chunks_exact(self.number_size).filter_map(|raw| number(raw, 0, raw.len()))
    }

    /// What an object says, also one that it names in the list of an archive.
    fn said(&self, object: usize) -> Option<String> {
        let said = match self.object(object, MOST_SAID)? {
            Object::Uid(place) => self.object(*self.archived.get(place)?, MOST_SAID)?,
            said => said,
        };
        if let Object::Text(text) = said { Some(text) } else { None }
    }

    /// Names and values of a dictionary. In an archive both may be lists that it names.
    fn pairs(&self, span: &Range<usize>) -> Vec<(usize, usize)> {
        let half = span.start + span.len() / 2;
        let own: Vec<(usize, usize)> = self.numbers(span.start..half).zip(self.numbers(half..span.end)).collect();
        let list = |name: &str| {
            let (_, value) =
                own.iter().find(|(key, _)| matches!(self.object(*key, MOST_SAID), Some(Object::Text(text)) if text == name))?;
            if let Some(Object::Array(items)) = self.object(*value, 0) { Some(items) } else { None }
        };
        if !self.archived.is_empty()
            && own.len() <= 3
            && let (Some(keys), Some(values)) = (list("NS.keys"), list("NS.objects"))
        {
            return self.numbers(keys).zip(self.numbers(values)).take(MOST_VALUES).collect();
        }
        own
    }
}

fn number(bytes: &[u8], at: usize, size: usize) -> Option<usize> {
    let raw = bytes.get(at..at.checked_add(size)?)?;
    usize::try_from(raw.iter().fold(0u128, |n, b| n << 8 | u128::from(*b))).ok()
}

/// A day, from the seconds since the first of 2001.
fn date(seconds: f64) -> Option<String> {
    const EPOCH: i64 = 978_307_200;
    let at = jiff::Timestamp::from_second((seconds.is_finite().then_some(seconds)? as i64).checked_add(EPOCH)?).ok()?;
    Some(at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string())
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let end = bytes.len() as u64;
    let Some(mut plist) = Plist::new(bytes) else {
        sink.gap(end..end, Cause::Truncated, "no sound trailer: damaged or cut off");
        return Err(Failure::truncated(end, "no sound trailer"));
    };
    // The list of an archive is a value of the first dictionary that there is.
    let first = (0..plist.count).find_map(|object| match plist.object(object, 0) {
        Some(Object::Dictionary(span)) => Some(plist.pairs(&span)),
        _ => None,
    });
    let archived = first.into_iter().flatten().find(|(key, _)| plist.said(*key).as_deref() == Some("$objects"));
    if let Some(Object::Array(items)) = archived.and_then(|(_, list)| plist.object(list, 0)) {
        plist.archived = plist.numbers(items).collect();
    }
    let (mut found, mut read, mut broken) = (NamedRecords::default(), vec![0..MAGIC.len() + 1, plist.table..bytes.len()], 0u64);
    let mut left = bytes.len().saturating_mul(OVERLAPS);
    sink.kind(PassageKind::Prose);
    for object in 0..plist.count {
        if sink.stopped() {
            return Ok(());
        }
        let Some((value, own)) = plist.placed(object, usize::MAX).filter(|_| left > 0) else {
            broken += 1;
            continue;
        };
        let at = own.start as u64;
        match value {
            Object::Text(text) => {
                left = left.saturating_sub(text.len() + 1);
                sink.text(&format!("{text}\n"), At::Decoded(at));
            }
            Object::Data(span) => {
                left = left.saturating_sub(span.len() + 1);
                let place = span.start as u64..span.end as u64;
                if !matches!(detect(&Probe::new(&bytes[span.clone()])), Kind::Unknown) {
                    sink.member(format!("data@{}", place.start).as_bytes(), place.clone(), &mut &bytes[span]);
                    sink.kind(PassageKind::Prose);
                }
                read.push(own.start..place.start as usize);
                continue;
            }
            Object::Array(span) => left = left.saturating_sub(span.len() + 1),
            Object::Dictionary(span) => {
                left = left.saturating_sub(span.len() + 1);
                let said = |number: usize| plist.said(number).filter(|said| said.len() <= LONGEST_VALUE);
                let pairs = plist.pairs(&span);
                let record: Vec<Named> =
                    pairs.into_iter().take(MOST_VALUES).filter_map(|(key, value)| Some((said(key)?, said(value)?))).collect();
                let bytes_of: usize = record.iter().map(|(name, value)| name.len() + value.len()).sum();
                left = left.saturating_sub(bytes_of / 16);
                sink.border();
                record.iter().for_each(|(name, value)| sink.text(&format!("{name}: {value}\n"), At::Decoded(at)));
                sink.border();
                found.add(record, at, sink);
            }
            Object::Uid(_) | Object::Other => {}
        }
        read.push(own);
    }
    found.end(sink);
    // Bytes that no place in the table leads to, and those of values of no known kind, are scanned.
    read.into_iter().for_each(|own| sink.cover(own.start as u64..own.end as u64, Class::Read));
    if broken > 0 {
        sink.gap(end..end, Cause::Corrupt, format!("{broken} of its objects are damaged or lie over each other"));
        return Err(Failure::corrupt(end, "objects are damaged"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::{read_all, read_with};

    /// A list of objects as they are written; the first is the top.
    pub(super) fn plist(objects: &[Vec<u8>]) -> Vec<u8> {
        let (mut out, mut places) = (b"bplist00".to_vec(), Vec::new());
        for object in objects {
            places.extend((out.len() as u16).to_be_bytes());
            out.extend(object);
        }
        let table = out.len() as u64;
        out.extend(places);
        out.extend([0, 0, 0, 0, 0, 0, 2, 1]);
        for number in [objects.len() as u64, 0, table] {
            out.extend(number.to_be_bytes());
        }
        out
    }

    fn text(text: &str) -> Vec<u8> {
        [&[0x5F, 0x10, text.len() as u8][..], text.as_bytes()].concat()
    }

    fn records() -> Vec<u8> {
        let person = |n: u8| vec![0xD3, 3, 4, 5, 6 + 3 * n, 7 + 3 * n, 8 + 3 * n];
        let values = |name: &str, n: u8| [text(name), vec![0x11, 0x12, n], text(&format!("44556677{n:02}"))];
        let mut objects = vec![vec![0xA2, 1, 2], person(0), person(1), text("name"), text("client_id"), text("account_number")];
        objects.extend(values("Ann Lee", 5));
        objects.extend(values("Bob Ray", 6));
        plist(&objects)
    }

    #[test]
    fn dictionaries_are_records() {
        let (said, tables, gaps, ..) = read_all(&FORMAT, &records());
        assert_eq!(tables.iter().map(|(_, rows)| *rows).collect::<Vec<_>>(), [2]);
        assert!(gaps.is_empty() && said.contains("client_id: 4613\n"), "{said}");
    }

    #[test]
    fn values_of_an_archive_are_those_it_names() {
        let wide: Vec<u8> = [&[0x68][..], &"Zoë Lang".encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>()].concat();
        let objects = vec![
            vec![0xD1, 1, 2],
            text("$objects"),
            vec![0xA5, 3, 4, 5, 6, 7],
            // The archived dictionary and what it names.
            vec![0xD2, 8, 9, 10, 11],
            text("name"),
            wide,
            text("account_number"),
            text("4455667788"),
            text("NS.keys"),
            text("NS.objects"),
            vec![0xA2, 12, 13],
            vec![0xA2, 14, 15],
            vec![0x80, 1],
            vec![0x80, 3],
            vec![0x80, 2],
            vec![0x80, 4],
        ];
        let (said, tables, ..) = read_all(&FORMAT, &plist(&objects));
        assert!(said.contains("name: Zoë Lang\naccount_number: 4455667788\n") && tables.len() == 1, "{said} {tables:?}");
    }

    #[test]
    fn what_no_place_leads_to_is_not_covered() {
        // An old object behind the only one that is named.
        let hidden = [&text("hello")[..], &text("Client code: 40771")].concat();
        let bytes = plist(&[hidden]);
        let (first, behind) = (8 + 3 + 5, bytes.iter().position(|b| *b == b'C').unwrap() as u64);
        read_with(read, &bytes, |sink, collector| {
            assert!(collector.text().contains("hello") && !collector.text().contains("Client"));
            let parts = sink.coverage.clone().partition(bytes.len() as u64);
            let class = |at: u64| parts.iter().find(|(range, _)| range.contains(&at)).and_then(|(_, class)| *class);
            assert!([0, first - 1, bytes.len() as u64 - 1].iter().all(|at| class(*at).is_some()));
            assert_eq!(class(behind), None);
        });
    }

    #[test]
    fn damage_is_a_gap_and_nothing_panics() {
        let whole = records();
        for cut in 0..whole.len() {
            read_with(read, &whole[..cut], |sink, _| assert!(!sink.gaps.is_empty(), "{cut}"));
            let mut broken = whole.clone();
            broken[cut] ^= 0x5A;
            read_with(read, &broken, |_, _| ());
        }
        // Every object is the same large one.
        let mut bytes = [b"bplist00".to_vec(), vec![0x5F, 0x11, 0x40, 0], vec![b'a'; 0x4000]].concat();
        let table = bytes.len() as u64;
        bytes.extend([0, 8].repeat(8_000));
        bytes.extend([0, 0, 0, 0, 0, 0, 2, 1]);
        [8_000, 0, table].iter().for_each(|number: &u64| bytes.extend(number.to_be_bytes()));
        read_with(read, &bytes, |sink, collector| assert!(!sink.gaps.is_empty() && collector.text().len() < 8 * bytes.len()));
    }
}
