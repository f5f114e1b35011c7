//! Directory records of ISO 9660 (ECMA-119, 9.1) and what Rock Ridge writes behind them: the System Use
//! Sharing Protocol (IEEE P1281) with the entries of RRIP (IEEE P1282).

use super::{le16, le32};
use std::ops::Range;

/// File flags of a directory record.
const DIRECTORY: u8 = 1 << 1;
const MORE_EXTENTS: u8 = 1 << 7;
/// Continuation areas that one record may name.
const MOST_CONTINUATIONS: usize = 32;
/// Longest name that Rock Ridge entries may add up to.
const LONGEST_NAME: usize = 1 << 10;

/// One directory record.
#[derive(Debug)]
pub(super) struct Record<'a> {
    /// Bytes that it takes in its sector.
    pub length: usize,
    /// First block of its data.
    pub block: u64,
    /// Length of its data in bytes.
    pub size: u64,
    pub is_directory: bool,
    /// The next record goes on with this file.
    pub has_more: bool,
    /// It is stored in units with gaps between them.
    pub is_interleaved: bool,
    /// Name as written; one byte 0 or 1 stands for the directory itself and the one above.
    pub name: &'a [u8],
    /// What stands behind the name.
    pub system_use: Range<usize>,
}

impl<'a> Record<'a> {
    /// The record at this place, which must end before `end`. `None` when there is none that is sound.
    pub fn parse(bytes: &'a [u8], at: usize, end: usize) -> Option<Self> {
        let record = bytes.get(at..end.min(bytes.len()))?;
        let length = usize::from(*record.first()?);
        let record = record.get(..length)?;
        let name_end = 33 + usize::from(*record.get(32)?);
        let name = record.get(33..name_end).filter(|name| !name.is_empty())?;
        let flags = record[25];
        // Fields stand twice, in both orders of bytes.
        let (block, size) = (both(record, 2)?, both(record, 10)?);
        Some(Self {
            length,
            block: u64::from(block) + u64::from(record[1]),
            size: u64::from(size),
            is_directory: flags & DIRECTORY != 0,
            has_more: flags & MORE_EXTENTS != 0,
            is_interleaved: record[26] != 0 && record[27] != 0,
            name,
            system_use: at + (name_end + usize::from(name.len() % 2 == 0)).min(length)..at + length,
        })
    }

    /// It stands for its directory or the one above.
    pub fn is_self_or_parent(&self) -> bool {
        matches!(self.name, [0 | 1])
    }
}

/// A number written in both orders of bytes: the first, which is the one that readers take.
fn both(record: &[u8], at: usize) -> Option<u32> {
    let le = le32(record, at)?;
    let be = u32::from_be_bytes(*record.get(at + 4..)?.first_chunk()?);
    Some(if le == 0 { be } else { le })
}

/// What the system use entries of a record say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct SystemUse {
    /// Name in full.
    pub name: Option<Vec<u8>>,
    /// Target of a symbolic link.
    pub link: Option<Vec<u8>>,
    /// Block of the directory that stands here and is stored elsewhere.
    pub child: Option<u64>,
    /// This directory stands elsewhere and is only stored here.
    pub is_relocated: bool,
    /// Bytes to skip in every other system use area, from an SP entry.
    pub skip: Option<usize>,
    /// Where entries stand that had no room in the record.
    pub continuations: Vec<Range<usize>>,
    /// All entries are of known kinds, with nothing behind them.
    pub is_plain: bool,
}

impl SystemUse {
    /// Reads the entries of a system use area; `block` is the size of a block.
    pub fn parse(bytes: &[u8], area: Range<usize>, block: u64) -> Self {
        let mut out = Self { is_plain: true, ..Self::default() };
        let mut next = Some(area);
        while let Some(area) = next.take() {
            let mut rest = bytes.get(area.clone()).unwrap_or_default();
            while rest.len() >= 4 {
                let (length, version) = (usize::from(rest[2]), rest[3]);
                let Some(entry) = rest.get(..length).filter(|_| length >= 4 && version == 1) else { break };
                let data = &entry[4..];
                match &entry[..2] {
                    b"ST" => {
                        rest = &[];
                        break;
                    }
                    b"SP" if data.starts_with(b"\xBE\xEF") => out.skip = data.get(2).map(|&n| usize::from(n)),
                    b"CE" => next = continuation(bytes, data, block).filter(|_| out.continuations.len() < MOST_CONTINUATIONS),
                    b"NM" => out.add_name(data),
                    b"SL" => out.add_link(data),
                    b"CL" => out.child = both(data, 0).map(u64::from),
                    b"RE" => out.is_relocated = true,
                    b"RR" | b"PX" | b"PN" | b"TF" | b"PL" | b"SF" | b"ER" | b"ES" | b"PD" | b"ZF" | b"AA" | b"AB" => {}
                    _ => out.is_plain = false,
                }
                rest = &rest[length..];
            }
            out.is_plain &= rest.iter().all(|&b| b == 0);
            out.continuations.extend(next.clone());
        }
        out
    }

    /// NM: flags, part of the name. The flags 2 and 4 stand for the directory itself and the one above.
    fn add_name(&mut self, data: &[u8]) {
        if let Some((_, part)) = data.split_first().filter(|(flags, _)| **flags & 6 == 0) {
            let name = self.name.get_or_insert_default();
            name.extend(&part[..part.len().min(LONGEST_NAME.saturating_sub(name.len()))]);
        }
    }

    /// SL: flags, components of flags, length and content.
    fn add_link(&mut self, data: &[u8]) {
        let link = self.link.get_or_insert_default();
        let mut rest = data.get(1..).unwrap_or_default();
        while let [flags, length, tail @ ..] = rest {
            let (part, tail) = tail.split_at(usize::from(*length).min(tail.len()));
            if link.len() > LONGEST_NAME {
                return;
            }
            match flags & 0x0E {
                0 => link.extend(part),
                2 => link.extend(b"."),
                4 => link.extend(b".."),
                _ => {}
            }
            // Flag 1: the component goes on in the next entry.
            if flags & 1 == 0 {
                link.push(b'/');
            }
            rest = tail;
        }
    }
}

/// CE: block, offset and length of more entries.
fn continuation(bytes: &[u8], data: &[u8], block: u64) -> Option<Range<usize>> {
    let start = usize::try_from(u64::from(both(data, 0)?) * block + u64::from(both(data, 8)?)).ok()?;
    let end = start.checked_add(both(data, 16)? as usize)?;
    (end <= bytes.len() && end > start && end - start <= 1 << 16).then_some(start..end)
}

/// A row of a path table (ECMA-119, 9.4), numbers little-endian: block of a directory, number of the one
/// above it, name.
pub(super) fn path_table(table: &[u8]) -> impl Iterator<Item = (u64, usize, &[u8])> {
    let mut rest = table;
    std::iter::from_fn(move || {
        let length = usize::from(*rest.first().filter(|&&length| length > 0)?);
        let block = u64::from(le32(rest, 2)?) + u64::from(rest[1]);
        let parent = usize::from(le16(rest, 6)?);
        let name = rest.get(8..8 + length)?;
        rest = rest.get(8 + length + length % 2..).unwrap_or_default();
        Some((block, parent, name))
    })
}
