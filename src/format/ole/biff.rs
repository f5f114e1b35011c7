//! Records and strings of BIFF (MS-XLS 2.1.4 and 2.5.240, 2.5.293, 2.5.294).

use std::ops::Range;

/// Shared strings that are held.
const MOST_STRINGS: usize = 1 << 22;

/// A record with the records that continue it.
pub struct Record {
    /// Its type.
    pub kind: u16,
    /// Its bytes, continued ones included.
    pub body: Vec<u8>,
    /// Where the parts of the body end.
    ends: Vec<usize>,
}

impl Record {
    /// The record's own bytes, then those of each that continues it.
    pub fn parts(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).filter_map(|(start, end)| self.body.get(start..*end))
    }
}

/// The longest record of any version (2.1.4), with some room.
const LONGEST: usize = 8228;
/// No record has a number beyond: what bears one is no record.
const LAST_KIND: u16 = 0x10FF;

/// The records from a place on, until one is no record, or the stream ends.
pub struct Records<'a> {
    bytes: &'a [u8],
    /// Where the next one begins.
    pub at: usize,
}

/// The records from a place on.
pub fn records(bytes: &[u8], at: usize) -> Records<'_> {
    Records { bytes, at }
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let (kind, body) = header(self.bytes, self.at)?;
        self.at = body.end;
        let mut record = Record { kind, body: self.bytes[body].to_vec(), ends: Vec::new() };
        record.ends.push(record.body.len());
        while let Some((0x003C, more)) = header(self.bytes, self.at) {
            self.at = more.end;
            record.body.extend_from_slice(&self.bytes[more]);
            record.ends.push(record.body.len());
        }
        Some(record)
    }
}

/// Type and body of the record at a place; `None` where there is none, or it is damaged.
fn header(bytes: &[u8], at: usize) -> Option<(u16, Range<usize>)> {
    let head = bytes.get(at..at.checked_add(4)?)?;
    let (kind, length) = (u16::from_le_bytes([head[0], head[1]]), usize::from(u16::from_le_bytes([head[2], head[3]])));
    let is_sound = kind <= LAST_KIND && (kind, length) != (0, 0) && length <= LONGEST && bytes.len() - at - 4 >= length;
    is_sound.then_some((kind, at + 4..at + 4 + length))
}

/// Strings of cells and names; `None` where they end before they are stated to.
pub struct Text;

impl Text {
    /// A length in one byte before the characters.
    pub fn short(bytes: &[u8], wide: bool) -> Option<String> {
        let (&length, rest) = bytes.split_first()?;
        Self::counted(rest, usize::from(length), wide)
    }

    /// A length in two bytes before the characters.
    pub fn long(bytes: &[u8], wide: bool) -> Option<String> {
        let (length, rest) = bytes.split_first_chunk()?;
        Self::counted(rest, usize::from(u16::from_le_bytes(*length)), wide)
    }

    /// `wide`: flags stand before the characters, as in Excel 97 and later.
    fn counted(bytes: &[u8], length: usize, wide: bool) -> Option<String> {
        if !wide {
            return bytes.get(..length).map(Self::narrow);
        }
        let Some((&flags, rest)) = bytes.split_first() else { return (length == 0).then(String::new) };
        let skip = if flags & 8 != 0 { 2 } else { 0 } + if flags & 4 != 0 { 4 } else { 0 };
        let size = if flags & 1 != 0 { 2 * length } else { length };
        rest.get(skip..)?.get(..size).map(|text| Self::characters(text, flags & 1 != 0))
    }

    /// Characters of one or of two bytes.
    pub fn characters(bytes: &[u8], wide: bool) -> String {
        match wide {
            true => encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0.into_owned(),
            false => bytes.iter().map(|b| char::from(*b)).collect(),
        }
    }

    fn narrow(bytes: &[u8]) -> String {
        encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()
    }
}

/// The table of shared strings, and whether it is sound: as many as are stated, with known flags, to its last
/// byte. A string goes on in the next record with new flags (2.5.293).
pub fn shared_strings(record: &Record) -> (Vec<String>, bool) {
    let mut cursor = Cursor { body: &record.body, ends: &record.ends, at: 8, is_sound: true };
    let Some(stated) = record.body.get(4..8).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize) else {
        return (Vec::new(), false);
    };
    let mut out = Vec::new();
    while out.len() < stated.min(MOST_STRINGS) {
        let Some(text) = cursor.string() else { break };
        out.push(text);
    }
    let is_sound = cursor.is_sound && out.len() == stated && cursor.at == record.body.len();
    (out, is_sound)
}

struct Cursor<'a> {
    body: &'a [u8],
    ends: &'a [usize],
    at: usize,
    /// All flags were such as are defined, and no string was cut off.
    is_sound: bool,
}

impl Cursor<'_> {
    /// Where the record ends that the cursor stands in.
    fn end(&self) -> usize {
        self.ends.get(self.ends.partition_point(|end| *end <= self.at)).copied().unwrap_or(self.body.len()).max(self.at)
    }

    fn take(&mut self, n: usize) -> Option<&[u8]> {
        let slice = self.body.get(self.at..self.at.checked_add(n)?)?;
        self.at += n;
        Some(slice)
    }

    fn string(&mut self) -> Option<String> {
        let head = self.take(3)?;
        let (mut left, flags) = (usize::from(u16::from_le_bytes([head[0], head[1]])), head[2]);
        let runs = if flags & 8 != 0 { self.take(2).map(|b| usize::from(u16::from_le_bytes([b[0], b[1]])))? } else { 0 };
        let phonetic = if flags & 4 != 0 { self.take(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize)? } else { 0 };
        self.is_sound &= flags & !0x0D == 0;
        let (mut out, mut wide) = (String::new(), flags & 1 != 0);
        while left > 0 {
            if self.ends.binary_search(&self.at).is_ok() {
                let Some(&[flags]) = self.take(1) else { break };
                self.is_sound &= flags & !1 == 0;
                wide = flags & 1 != 0;
            }
            let unit = if wide { 2 } else { 1 };
            let here = ((self.end() - self.at) / unit).min(left);
            if here == 0 {
                // Half a character at the end of a record.
                self.is_sound = false;
                if self.at >= self.body.len() {
                    break;
                }
                self.at = self.end();
                continue;
            }
            out.push_str(&Text::characters(self.take(here * unit)?, wide));
            left -= here;
        }
        self.at = self.at.saturating_add(4 * runs).saturating_add(phonetic);
        Some(out)
    }
}

/// The printable runs of a record whose structure is not followed: in one and in two bytes a character.
pub(in crate::format) fn printable(bytes: &[u8]) -> String {
    let mut out = String::new();
    let mut push = |run: &mut String| {
        if run.chars().count() >= 3 {
            out.push_str(run);
            out.push('\u{1E}');
        }
        run.clear();
    };
    let is_text = |c: char| !c.is_control() && c != char::REPLACEMENT_CHARACTER;
    let mut run = String::new();
    for b in bytes {
        match encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[*b]).0.chars().next().filter(|c| is_text(*c)) {
            Some(c) => run.push(c),
            None => push(&mut run),
        }
    }
    push(&mut run);
    for shift in 0..2 {
        let units = bytes.get(shift..).unwrap_or_default().chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]]));
        for unit in units {
            match char::from_u32(u32::from(unit)).filter(|c| is_text(*c) && (*c as u32) < 0x250) {
                Some(c) => run.push(c),
                None => push(&mut run),
            }
        }
        push(&mut run);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn strings_go_on_in_the_next_record() {
        let mut bytes = b"\xFC\0\x10\0\x02\0\0\0\x02\0\0\0\x05\0\0First".to_vec();
        bytes.truncate(4 + 8 + 3 + 3);
        bytes[2] = 14;
        bytes.extend(b"\x3C\0\x0C\0\x01s\0t\0\x02\0\x01\xE9\0A\0");
        let record = records(&bytes, 0).next().unwrap();
        assert_eq!(shared_strings(&record), (vec!["First".to_owned(), "éA".to_owned()], true));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            for record in records(&bytes, 0) {
                shared_strings(&record);
                printable(&record.body);
                Text::long(&record.body, true);
            }
        }
    }
}
