//! Volumes of UDF: from the anchor to the partitions and the root directory, and from a block to its bytes.

use super::{le16, le32};
use crate::model::Cause;
use std::ops::Range;

/// Sectors of a sequence of volume descriptors, and blocks of further allocation descriptors, that are looked at.
const MOST: usize = 4096;

/// Some blocks of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    /// Its length; the two highest bits say what it is.
    length: u32,
    block: u32,
    /// Reference of the partition.
    pub partition: u16,
}

impl Extent {
    /// A long allocation descriptor (ECMA-167, 4/14.14.2).
    pub fn long(bytes: &[u8], at: usize) -> Option<Self> {
        Some(Self { length: le32(bytes, at)?, block: le32(bytes, at + 4)?, partition: le16(bytes, at + 8)? })
    }
}

/// How the blocks of a partition are numbered.
enum Map {
    /// From the first sector of a partition on.
    Plain { start: u64 },
    /// As bytes of the metadata file (UDF 2.50, section 2.2.10).
    Metadata { pieces: Vec<Range<u64>> },
    /// By a table that was written last.
    Virtual,
}

/// A volume with its partitions.
pub(super) struct Volume {
    block: u64,
    maps: Vec<Map>,
    /// The root directory's entry.
    pub root: Extent,
}

/// The identifier of the descriptor tag at a place, if its checksum holds (ECMA-167, 3/7.2).
pub(super) fn tag_at(bytes: &[u8], at: usize) -> Option<u16> {
    let tag = bytes.get(at..at.checked_add(16)?)?;
    let sum = tag.iter().enumerate().filter(|(i, _)| *i != 4).fold(0u8, |sum, (_, b)| sum.wrapping_add(*b));
    (sum == tag[4]).then(|| u16::from_le_bytes([tag[0], tag[1]]))
}

/// Text in compressed Unicode (UDF, section 2.1.1).
pub(super) fn cs0(bytes: &[u8]) -> String {
    match bytes.split_first() {
        Some((8 | 254, text)) => text.iter().map(|&b| char::from(b)).collect(),
        Some((16 | 255, text)) => encoding_rs::UTF_16BE.decode_without_bom_handling(text).0.into_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

type Defect = (Cause, &'static str);

impl Volume {
    /// Finds the volume of an image.
    pub fn find(bytes: &[u8]) -> Result<Self, Defect> {
        let (sector, anchor) = anchor(bytes).ok_or((Cause::Truncated, "no anchor of a UDF volume is left"))?;
        let mut volume = Self { block: sector, maps: Vec::new(), root: Extent { length: 0, block: 0, partition: 0 } };
        // The main sequence of descriptors, and the one in reserve.
        let sequences = [16, 24].map(|at| (le32(bytes, anchor + at), le32(bytes, anchor + at + 4)));
        let logical = sequences.iter().find_map(|sequence| match sequence {
            (Some(length), Some(start)) => volume.descriptors(bytes, u64::from(*start) * sector, u64::from(*length)),
            _ => None,
        });
        let set = logical.ok_or((Cause::Corrupt, "no logical volume of UDF is described"))?;
        // A volume whose first partition is virtual is told by its map alone.
        if volume.maps.iter().any(|map| matches!(map, Map::Virtual)) {
            return Err((Cause::UnsupportedMethod, "a UDF volume with a virtual partition; only what it shows is searched"));
        }
        let start = volume.place(set).and_then(|at| usize::try_from(at).ok()).filter(|at| tag_at(bytes, *at) == Some(256));
        let start = start.ok_or((Cause::Corrupt, "the UDF file set is not where it should be"))?;
        volume.root = Extent::long(bytes, start + 400).ok_or((Cause::Truncated, "the UDF file set is cut off"))?;
        Ok(volume)
    }

    /// Reads a sequence of volume descriptors; gives where the file set is.
    fn descriptors(&mut self, bytes: &[u8], start: u64, length: u64) -> Option<Extent> {
        let sector = self.block;
        let (mut partitions, mut logical) = (Vec::new(), None);
        for i in 0..(length / sector).min(MOST as u64) {
            let at = usize::try_from(start + i * sector).ok()?;
            match tag_at(bytes, at) {
                Some(5) => partitions.push((le16(bytes, at + 22)?, u64::from(le32(bytes, at + 188)?))),
                Some(6) => logical = Some(at),
                Some(8) | None => break,
                Some(_) => {}
            }
        }
        let at = logical?;
        self.block = u64::from(le32(bytes, at + 212)?);
        if !matches!(self.block, 512 | 1024 | 2048 | 4096) {
            return None;
        }
        let start_of = |number: u16| partitions.iter().find(|(own, _)| *own == number).map(|(_, start)| start * sector);
        let maps = bytes.get(at + 440..)?.get(..le32(bytes, at + 264)? as usize)?;
        let mut rest = maps;
        let mut metadata = None;
        while let [kind, length, ..] = *rest
            && rest.len() >= usize::from(length)
            && length >= 6
            && self.maps.len() < 64
        {
            let map = &rest[..usize::from(length)];
            self.maps.push(match kind {
                1 => Map::Plain { start: start_of(le16(map, 4)?)? },
                _ if map.get(5..).is_some_and(|id| id.starts_with(b"*UDF Virtual Partition")) => Map::Virtual,
                _ if map.get(5..).is_some_and(|id| id.starts_with(b"*UDF Metadata Partition")) => {
                    metadata = Some((self.maps.len(), le32(map, 40)?, le16(map, 38)?, le32(map, 44)?));
                    Map::Metadata { pieces: Vec::new() }
                }
                // Spared blocks are few, and are scanned where they lie.
                _ => Map::Plain { start: start_of(le16(map, 38)?)? },
            });
            rest = &rest[usize::from(length)..];
        }
        if let Some((index, main, number, mirror)) = metadata {
            let base = start_of(number)?;
            let pieces = [main, mirror].into_iter().find_map(|block| self.metadata(bytes, base, block))?;
            self.maps[index] = Map::Metadata { pieces };
        }
        Extent::long(bytes, at + 248)
    }

    /// The pieces of the metadata file whose entry lies in a block of a partition.
    fn metadata(&self, bytes: &[u8], base: u64, block: u32) -> Option<Vec<Range<u64>>> {
        let at = usize::try_from(base + u64::from(block) * self.block).ok()?;
        let fixed = if tag_at(bytes, at)? == 266 { 216 } else { 176 };
        let area = at + fixed + le32(bytes, at + fixed - 8)? as usize;
        let length = le32(bytes, at + fixed - 4)? as usize;
        // Its descriptors are short ones of the partition itself.
        let descriptors = bytes.get(area..area.checked_add(length)?)?.chunks_exact(8);
        let extents = descriptors.filter_map(|short| Some((u64::from(le32(short, 0)?) & 0x3FFF_FFFF, le32(short, 4)?)));
        Some(
            extents
                .map(|(length, block)| (base + u64::from(block) * self.block, length))
                .map(|(start, length)| start..start + length)
                .collect(),
        )
    }

    /// Where an extent begins.
    pub fn place(&self, extent: Extent) -> Option<u64> {
        let offset = u64::from(extent.block) * self.block;
        match self.maps.get(usize::from(extent.partition))? {
            Map::Plain { start } => start.checked_add(offset),
            Map::Metadata { pieces } => {
                let mut left = offset;
                pieces.iter().find_map(|piece| {
                    let length = piece.end - piece.start;
                    let found = (left < length).then(|| piece.start + left);
                    left = left.saturating_sub(length);
                    found
                })
            }
            Map::Virtual => None,
        }
    }

    /// The pieces that allocation descriptors name (ECMA-167, 4/12), up to so many bytes.
    pub fn pieces(
        &self,
        bytes: &[u8],
        area: Range<usize>,
        is_long: bool,
        partition: u16,
        size: u64,
        out: &mut Vec<Range<u64>>,
    ) -> Result<(), Defect> {
        let (mut area, mut left) = (area, size);
        for _ in 0..MOST {
            let mut next = None;
            let width = if is_long { 16 } else { 8 };
            for descriptor in bytes.get(area.clone()).unwrap_or_default().chunks_exact(width) {
                let extent = match is_long {
                    true => Extent::long(descriptor, 0),
                    false => le32(descriptor, 0).zip(le32(descriptor, 4)).map(|(length, block)| Extent { length, block, partition }),
                };
                let Some(extent) = extent else { break };
                let length = u64::from(extent.length & 0x3FFF_FFFF).min(left);
                match extent.length >> 30 {
                    _ if extent.length == 0 => break,
                    3 => {
                        next = Some(extent);
                        break;
                    }
                    0 => {
                        let start = self.place(extent).ok_or((Cause::Corrupt, "it lies in a partition that is not there"))?;
                        out.extend((length > 0).then(|| start..start.saturating_add(length)));
                    }
                    // Holes have no bytes.
                    _ => {}
                }
                left -= length;
                if out.len() > 1 << 20 {
                    return Err((Cause::LimitEntries, "it lies in too many pieces"));
                }
            }
            let Some(extent) = next else {
                return if left == 0 { Ok(()) } else { Err((Cause::Truncated, "its descriptors name less than its size")) };
            };
            let at = self.place(extent).and_then(|at| usize::try_from(at).ok()).filter(|at| tag_at(bytes, *at) == Some(258));
            let at = at.ok_or((Cause::Corrupt, "its further descriptors are not where they should be"))?;
            let length = le32(bytes, at + 20).ok_or((Cause::Truncated, "its further descriptors are cut off"))? as usize;
            area = at + 24..(at + 24).saturating_add(length).min(bytes.len());
        }
        Err((Cause::LimitEntries, "it lies in too many pieces"))
    }
}

/// Length of a sector, and where an anchor is (ECMA-167, 3/8.4.2.1).
fn anchor(bytes: &[u8]) -> Option<(u64, usize)> {
    let len = bytes.len();
    [2048usize, 512, 4096, 1024].into_iter().find_map(|sector| {
        let places = [Some(256 * sector), len.checked_sub(sector), len.checked_sub(257 * sector), Some(512 * sector)];
        let found = places
            .into_iter()
            .flatten()
            .find(|&at| tag_at(bytes, at) == Some(2) && le32(bytes, at + 12).is_some_and(|place| place as usize * sector == at));
        found.map(|at| (sector as u64, at))
    })
}
