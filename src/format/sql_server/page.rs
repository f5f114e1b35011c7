//! Pages of SQL Server data files: 8 KiB with a header of 96 bytes, records, and an array of their places that
//! grows from the end (Delaney and others, SQL Server 2012 Internals, chapter 6; OrcaMDF).

pub(super) use crate::format::numbers::{le16, le32, le64};

/// Bytes of a page.
pub(super) const SIZE: usize = 8192;
/// Bytes of its header.
pub(super) const HEADER: usize = 96;
/// Sectors, whose last bits a page with torn-page detection keeps in its header.
const SECTOR: usize = 512;
/// The header's flag of torn-page detection.
const TORN: u16 = 0x100;

/// What a page holds, by its type byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Rows of a heap or of the leaves of a clustered index.
    Data,
    /// Keys and, in the leaves, columns of an index.
    Index,
    /// Pieces of large values.
    Text,
    /// The database's own record.
    Boot,
    /// Allocation maps, headers of files and the like.
    Other,
}

/// The header of a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub kind: Kind,
    /// Level in the tree; leaves are zero.
    pub level: u8,
    /// A compression record precedes the rows.
    pub has_compression_record: bool,
    pub slots: usize,
    /// The allocation unit that it belongs to.
    pub unit: u64,
    /// Its own file and page number.
    pub place: Place,
    torn: Option<u32>,
}

/// File and number of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    pub file: u16,
    pub page: u32,
}

impl Header {
    /// The header at the start of these bytes, if they could be a page. Encrypted pages have a header that can be
    /// read and an array of slots that cannot; [`Self::slots_fit`] tells.
    pub fn of(page: &[u8]) -> Option<Self> {
        let page: &[u8; SIZE] = page.first_chunk()?;
        let kind = match (page[0], page[1]) {
            (1, 1) => Kind::Data,
            (1, 2) => Kind::Index,
            (1, 3 | 4) => Kind::Text,
            (1, 13) => Kind::Boot,
            (1, 7..=11 | 15..=20) => Kind::Other,
            _ => return None,
        };
        let half = |at: usize| u16::from_le_bytes([page[at], page[at + 1]]);
        let word = |at: usize| u32::from(half(at)) | u32::from(half(at + 2)) << 16;
        let (slots, free, free_from) = (usize::from(half(22)), usize::from(half(28)), usize::from(half(30)));
        let place = Place { file: half(36), page: word(32) };
        let fits = 2 * slots <= SIZE - HEADER
            && free <= SIZE - HEADER
            && (HEADER..=SIZE - 2 * slots).contains(&free_from)
            && (1..0x8000).contains(&place.file)
            && page[3] < 64;
        let flags = half(4);
        fits.then(|| Self {
            kind,
            level: page[3],
            has_compression_record: page[2] & 0x80 != 0 || has_compression_record(page),
            slots,
            unit: u64::from(half(6)) << 48 | u64::from(word(24)) << 16,
            place,
            torn: (flags & TORN != 0).then(|| word(60)),
        })
    }

    /// Where its records begin, in the order of the slots.
    pub fn records(self, page: &[u8]) -> impl Iterator<Item = usize> + '_ {
        (1..=self.slots).map(move |i| usize::from(le16(page, SIZE - 2 * i).unwrap_or(0)))
    }

    /// Do all slots lead to places where records can be? An emptied slot is zero.
    pub fn slots_fit(self, page: &[u8]) -> bool {
        let end = SIZE - 2 * self.slots;
        self.records(page).all(|at| at == 0 || (HEADER..end).contains(&at))
    }

    /// Does it keep bits of its sectors in the header?
    pub fn is_torn(self) -> bool {
        self.torn.is_some()
    }

    /// The page as it was before it was written: torn-page detection takes the last two bits of each sector and
    /// keeps them in the header.
    pub fn restored<'a>(self, page: &'a [u8], room: &'a mut [u8; SIZE]) -> &'a [u8] {
        let (Some(bits), Some(whole)) = (self.torn, page.first_chunk::<SIZE>()) else { return page };
        *room = *whole;
        for sector in 1..SIZE / SECTOR {
            let last = &mut room[(sector + 1) * SECTOR - 1];
            *last = *last & !3 | (bits >> (2 * sector) & 3) as u8;
        }
        room
    }
}

/// A compression record stands before the first row: its own flags are an anchor, a dictionary or both, and a row
/// of a compressed table has the lowest bit set.
fn has_compression_record(page: &[u8; SIZE]) -> bool {
    let slots = usize::from(u16::from_le_bytes([page[22], page[23]]));
    let first = (1..=slots.min(SIZE / 2 - HEADER / 2)).filter_map(|i| le16(page, SIZE - 2 * i)).filter(|at| *at > 0).min();
    matches!(page[1], 1 | 2) && page[HEADER] & 0xF9 == 0 && page[HEADER] & 2 != 0 && first.is_some_and(|at| usize::from(at) > HEADER)
}
