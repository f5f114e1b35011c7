//! Where a ZIP says its members are: end record, central directory and local headers (PKWARE APPNOTE
//! 6.3.10, sections 4.3.7, 4.3.12 to 4.3.16 and 4.5.3). Positions, flags and names come from here, so
//! that two entries of one name stay two and contradictions are seen.

use super::{le16, le32, le64};
use std::ops::Range;

/// Signature of a local header.
pub(super) const LOCAL: &[u8; 4] = b"PK\x03\x04";
const CENTRAL: &[u8; 4] = b"PK\x01\x02";
const END: &[u8; 4] = b"PK\x05\x06";
const END64: &[u8; 4] = b"PK\x06\x06";
const LOCATOR64: &[u8; 4] = b"PK\x06\x07";
/// General purpose flag: encrypted.
pub(super) const ENCRYPTED: u16 = 1;
/// General purpose flag: sizes and checksum follow the data.
pub(super) const DESCRIPTOR: u16 = 1 << 3;
const MAX32: u64 = u32::MAX as u64;

/// What the end of a ZIP says about its central directory.
#[derive(Debug)]
pub(super) struct Directory {
    /// The central directory's bytes.
    pub central: Range<usize>,
    /// End record, with its ZIP64 forms where there are any, without the comment.
    pub end: Range<usize>,
    /// The archive's comment.
    pub comment: Range<usize>,
    /// The comment is longer than what is held.
    pub comment_cut: bool,
    /// Add this to the offsets that the archive states; not zero behind a stub.
    pub base: u64,
    /// Members, as stated.
    pub entries: u64,
    /// Number of this part of a split archive; the last part holds the directory.
    pub disk: u32,
}

impl Directory {
    /// The last consistent end record.
    pub fn find(bytes: &[u8]) -> Option<Self> {
        memchr::memmem::rfind_iter(bytes, END).find_map(|at| Self::at(bytes, at))
    }

    /// Only an end record that ends with the bytes, as in a self-extracting archive.
    pub fn find_at_end(bytes: &[u8]) -> Option<Self> {
        let from = bytes.len().saturating_sub(22 + 0xFFFF);
        memchr::memmem::rfind_iter(&bytes[from..], END)
            .find_map(|at| Self::at(bytes, from + at).filter(|d| d.comment.end == bytes.len() && !d.comment_cut))
    }

    fn at(bytes: &[u8], at: usize) -> Option<Self> {
        let mut disk = u32::from(le16(bytes, at + 4)?);
        let mut entries = u64::from(le16(bytes, at + 10)?);
        let mut size = u64::from(le32(bytes, at + 12)?);
        let mut offset = u64::from(le32(bytes, at + 16)?);
        let comment_end = at + 22 + usize::from(le16(bytes, at + 20)?);
        let mut end = at;
        if let Some(at64) = find_end64(bytes, at) {
            disk = le32(bytes, at64 + 16)?;
            entries = le64(bytes, at64 + 32)?;
            size = le64(bytes, at64 + 40)?;
            offset = le64(bytes, at64 + 48)?;
            end = at64;
        }
        let stated = usize::try_from(offset).ok();
        let before_end = usize::try_from(size).ok().and_then(|size| end.checked_sub(size));
        let is_directory = |start: usize| bytes.get(start..).is_some_and(|b| b.starts_with(CENTRAL));
        let start = match (before_end, stated) {
            (Some(start), _) if size == 0 && entries == 0 => start,
            (Some(start), _) if is_directory(start) => start,
            (_, Some(start)) if start < end && is_directory(start) => start,
            _ => return None,
        };
        Some(Self {
            central: start..end,
            end: end..(at + 22).min(bytes.len()),
            comment: at + 22..comment_end.min(bytes.len()),
            comment_cut: comment_end > bytes.len(),
            base: (start as u64).wrapping_sub(offset),
            entries,
            disk,
        })
    }
}

/// The ZIP64 end record that belongs to an end record: where its locator says, or right before it when
/// a stub has moved everything.
fn find_end64(bytes: &[u8], end: usize) -> Option<usize> {
    let locator = end.checked_sub(20)?;
    if !bytes.get(locator..)?.starts_with(LOCATOR64) {
        return None;
    }
    let is_end64 = |at: &usize| bytes.get(*at..).is_some_and(|b| b.starts_with(END64));
    let stated = usize::try_from(le64(bytes, locator + 8)?).ok();
    stated.filter(|&at| at < locator).filter(is_end64).or_else(|| locator.checked_sub(56).filter(is_end64))
}

/// One header of the central directory.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    /// Its header's bytes: fixed part, name and extra fields.
    pub header: Range<usize>,
    /// Its comment's bytes.
    pub comment: Range<usize>,
    /// Where its extra fields stand.
    pub extra: Range<usize>,
    /// Name, as written.
    pub name: &'a [u8],
    /// General purpose flags.
    pub flags: u16,
    /// Compression method.
    pub method: u16,
    /// Time of the last change, in MS-DOS form.
    pub time: u16,
    /// CRC-32 of the decoded bytes.
    pub crc: u32,
    /// Encoded size.
    pub compressed: u64,
    /// Decoded size.
    pub size: u64,
    /// Offset of the local header, as stated.
    pub local: u64,
    /// Part of a split archive in which it starts.
    pub disk: u32,
}

impl<'a> Entry<'a> {
    /// The header at this place. `None` when there is none, or not all of it.
    pub fn parse(bytes: &'a [u8], at: usize) -> Option<Self> {
        if !bytes.get(at..)?.starts_with(CENTRAL) {
            return None;
        }
        let length = |offset| le16(bytes, at + offset).map(usize::from);
        let name_end = at + 46 + length(28)?;
        let extra_end = name_end + length(30)?;
        let comment_end = extra_end + length(32)?;
        let mut entry = Self {
            header: at..extra_end,
            comment: extra_end..comment_end,
            extra: name_end..extra_end,
            name: bytes.get(at + 46..name_end)?,
            flags: le16(bytes, at + 8)?,
            method: le16(bytes, at + 10)?,
            time: le16(bytes, at + 12)?,
            crc: le32(bytes, at + 16)?,
            compressed: u64::from(le32(bytes, at + 20)?),
            size: u64::from(le32(bytes, at + 24)?),
            local: u64::from(le32(bytes, at + 42)?),
            disk: u32::from(le16(bytes, at + 34)?),
        };
        bytes.get(entry.comment.clone())?;
        let extra = bytes.get(entry.extra.clone())?;
        let disk_elsewhere = entry.disk == 0xFFFF;
        let mut zip64 = Zip64::of(extra);
        for field in [&mut entry.size, &mut entry.compressed, &mut entry.local] {
            if *field == MAX32 {
                *field = zip64.next().unwrap_or(*field);
            }
        }
        if disk_elsewhere {
            entry.disk = zip64.0.first_chunk().map_or(entry.disk, |b| u32::from_le_bytes(*b));
        }
        Some(entry)
    }
}

/// A local header.
#[derive(Debug)]
pub(super) struct Local<'a> {
    /// The whole header; the data follow it.
    pub header: Range<usize>,
    /// Where its extra fields stand.
    pub extra: Range<usize>,
    /// Name, as written.
    pub name: &'a [u8],
    /// General purpose flags.
    pub flags: u16,
    /// Compression method.
    pub method: u16,
    /// Time of the last change, in MS-DOS form.
    pub time: u16,
    /// CRC-32, encoded and decoded size; `None` when they are said to follow the data.
    pub sizes: Option<(u32, u64, u64)>,
}

impl<'a> Local<'a> {
    /// The header at this place. `None` when there is none, or not all of it.
    pub fn parse(bytes: &'a [u8], at: usize) -> Option<Self> {
        if !bytes.get(at..)?.starts_with(LOCAL) {
            return None;
        }
        let name_end = at + 30 + usize::from(le16(bytes, at + 26)?);
        let extra_end = name_end + usize::from(le16(bytes, at + 28)?);
        let flags = le16(bytes, at + 6)?;
        let mut sizes = (le32(bytes, at + 14)?, u64::from(le32(bytes, at + 18)?), u64::from(le32(bytes, at + 22)?));
        let mut zip64 = Zip64::of(bytes.get(name_end..extra_end)?);
        for field in [&mut sizes.2, &mut sizes.1] {
            if *field == MAX32 {
                *field = zip64.next().unwrap_or(*field);
            }
        }
        let unknown = flags & DESCRIPTOR != 0 && sizes.1 == 0 || sizes.1 == MAX32;
        Some(Self {
            header: at..extra_end,
            extra: name_end..extra_end,
            name: bytes.get(at + 30..name_end)?,
            flags,
            method: le16(bytes, at + 8)?,
            time: le16(bytes, at + 10)?,
            sizes: (!unknown).then_some(sizes),
        })
    }

    /// Is this a header, and not four bytes that look like the start of one?
    pub fn is_plausible(&self) -> bool {
        let known_method = matches!(self.method, 0..=20 | 93..=99);
        let name = self.name;
        known_method && !name.is_empty() && name.len() <= 4096 && name.iter().all(|&b| b >= 0x20 || b == b'\t')
    }
}

/// What a local header at the start of these bytes says, to the scan.
pub(crate) struct LocalSketch {
    /// Where the data begin.
    pub start: usize,
    /// Their length, where it is stated.
    pub compressed: Option<usize>,
    pub method: u16,
    pub is_encrypted: bool,
}

/// The local header at the start of these bytes, if it is a plausible one.
pub(crate) fn sketch(bytes: &[u8]) -> Option<LocalSketch> {
    let local = Local::parse(bytes, 0).filter(Local::is_plausible)?;
    let version = le16(bytes, 4)? & 0xFF;
    (version <= 63).then(|| LocalSketch {
        start: local.header.end,
        compressed: local.sizes.and_then(|sizes| usize::try_from(sizes.1).ok()),
        method: local.method,
        is_encrypted: local.flags & ENCRYPTED != 0,
    })
}

/// The values of a ZIP64 extra field, in their order.
struct Zip64<'a>(&'a [u8]);

impl<'a> Zip64<'a> {
    fn of(extra: &'a [u8]) -> Self {
        Self(extra_fields(extra).find(|f| f.0 == 1).map_or(&[], |f| f.1))
    }

    fn next(&mut self) -> Option<u64> {
        let (value, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*value))
    }
}

/// Extra fields: identifier and data. Ends at the first that does not fit.
pub(super) fn extra_fields(mut extra: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let (id, length) = (le16(extra, 0)?, usize::from(le16(extra, 2)?));
        let data = extra.get(4..4 + length)?;
        extra = &extra[4 + length..];
        Some((id, data))
    })
}

/// Are these extra fields what they pretend: known kinds of known sizes, with no room for other bytes?
pub(super) fn is_plain_extra(extra: &[u8]) -> bool {
    let mut seen = 0;
    for (id, data) in extra_fields(extra) {
        // ZIP64, NTFS times, Unix times and owners, AES, jar marker.
        let most = match id {
            0x0001 | 0x000A => 32,
            0x5455 | 0x5855 | 0x7855 | 0x7875 | 0x9901 => 15,
            0xCAFE => 0,
            _ => return false,
        };
        if data.len() > most {
            return false;
        }
        seen += 4 + data.len();
    }
    extra.len() <= seen + 3 && extra[seen..].iter().all(|&b| b == 0)
}

/// Length of the data descriptor at this place: with or without signature, 32- or 64-bit sizes.
pub(super) fn descriptor(bytes: &[u8], at: usize, compressed: u64) -> Option<usize> {
    let signature = if bytes.get(at..)?.starts_with(b"PK\x07\x08") { 4 } else { 0 };
    let sizes = at + signature + 4;
    let next_is_header = |end: usize| bytes.get(end..).is_some_and(|b| b.is_empty() || b.starts_with(b"PK"));
    if le64(bytes, sizes) == Some(compressed) && next_is_header(sizes + 16) {
        Some(signature + 20)
    } else if le32(bytes, sizes) == u32::try_from(compressed).ok() && (signature > 0 || next_is_header(sizes + 8)) {
        Some(signature + 12).filter(|&length| at + length <= bytes.len())
    } else {
        None
    }
}
