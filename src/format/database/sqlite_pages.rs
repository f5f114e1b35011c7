//! Pages, cells and records of SQLite (Database File Format, sections 1.5, 1.6 and 2).

use super::value;
pub(super) use crate::format::numbers::{be16, be32};
use std::borrow::Cow;
use std::ops::Range;

/// A file of pages of one size.
pub(super) struct Pages<'a> {
    pub bytes: &'a [u8],
    /// Bytes of a page.
    pub size: usize,
    /// Bytes of it that hold content.
    pub usable: usize,
    pub encoding: Encoding,
    /// Pages that a tree or a chain has, one bit each: none is walked twice.
    visited: Vec<u64>,
}

/// How text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

/// What a page of a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PageKind {
    IndexInterior,
    TableInterior,
    IndexLeaf,
    TableLeaf,
}

/// The header of a page of a tree, and its cells.
pub(super) struct TreePage {
    pub kind: PageKind,
    /// Where header and cell pointers stand in the file.
    pub head: Range<usize>,
    /// Where each cell begins in the file.
    pub cells: Vec<usize>,
    /// The last child of an interior page.
    pub last_child: Option<u32>,
}

/// A cell: its place without what overflows, its child, row number and payload.
pub(super) struct Cell {
    pub range: Range<usize>,
    pub child: Option<u32>,
    pub rowid: Option<i64>,
    pub payload: Payload,
}

/// A record's bytes, in pieces of the file.
#[derive(Default)]
pub(super) struct Payload {
    pub pieces: Vec<Range<usize>>,
    /// Bytes that it should have.
    pub length: usize,
    /// Overflow pages, and whether some are missing.
    pub pages: Vec<Range<usize>>,
    pub is_cut: bool,
}

impl<'a> Pages<'a> {
    pub fn new(bytes: &'a [u8], size: usize, reserved: usize, encoding: Encoding) -> Self {
        let visited = vec![0; bytes.len() / size / 64 + 1];
        Self { bytes, size, usable: size - reserved, encoding, visited }
    }

    /// Where a page stands, if all of it is there; numbers begin at 1.
    pub fn place(&self, number: u32) -> Option<usize> {
        let start = (number as usize).checked_sub(1)?.checked_mul(self.size)?;
        (start.checked_add(self.size)? <= self.bytes.len()).then_some(start)
    }

    /// Takes a page for a tree or chain; false where one has it already.
    pub fn visit(&mut self, number: u32) -> bool {
        let (word, bit) = (number as usize / 64, 1u64 << (number % 64));
        let Some(word) = self.visited.get_mut(word) else { return false };
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    pub fn was_visited(&self, number: u32) -> bool {
        self.visited.get(number as usize / 64).is_some_and(|word| word & 1 << (number % 64) != 0)
    }

    /// The page of a tree at a place; `None` where it is none.
    pub fn tree_page(&self, start: usize) -> Option<TreePage> {
        let header = if start == 0 { 100 } else { start };
        let b = self.bytes.get(start..start + self.size)?;
        let at = header - start;
        let kind = match b[at] {
            2 => PageKind::IndexInterior,
            5 => PageKind::TableInterior,
            10 => PageKind::IndexLeaf,
            13 => PageKind::TableLeaf,
            _ => return None,
        };
        let is_leaf = matches!(kind, PageKind::IndexLeaf | PageKind::TableLeaf);
        let pointers = at + if is_leaf { 8 } else { 12 };
        let count = usize::from(be16(b, at + 3)?);
        let end = pointers + 2 * count;
        if end > self.usable || b[at + 7] > 60 {
            return None;
        }
        let cells: Option<Vec<usize>> = (0..count)
            .map(|i| {
                let cell = usize::from(be16(b, pointers + 2 * i)?);
                (end..self.usable).contains(&cell).then_some(start + cell)
            })
            .collect();
        let last_child = if is_leaf { None } else { be32(b, at + 8) };
        Some(TreePage { kind, head: header..start + end, cells: cells?, last_child })
    }

    /// The cell at a place of the page that begins at `page`. Follows its overflow pages only where `chain`
    /// says so.
    pub fn cell(&mut self, page: usize, at: usize, kind: PageKind, chain: bool) -> Option<Cell> {
        let end = page + self.usable;
        let mut read = at;
        let mut child = None;
        if matches!(kind, PageKind::IndexInterior | PageKind::TableInterior) {
            child = Some(be32(self.bytes, read)?);
            read += 4;
        }
        if kind == PageKind::TableInterior {
            let (rowid, n) = varint(self.bytes.get(read..end)?)?;
            return Some(Cell { range: at..read + n, child, rowid: Some(rowid), payload: Payload::default() });
        }
        let (length, n) = varint(self.bytes.get(read..end)?)?;
        read += n;
        let mut rowid = None;
        if kind == PageKind::TableLeaf {
            let (number, n) = varint(self.bytes.get(read..end)?)?;
            read += n;
            rowid = Some(number);
        }
        let length = usize::try_from(length).ok().filter(|&length| length <= self.bytes.len())?;
        let local = self.local(length, kind);
        let payload_end = read.checked_add(local).filter(|&e| e <= end)?;
        let mut payload = Payload { pieces: Vec::from([read..payload_end]), length, ..Payload::default() };
        let mut cell_end = payload_end;
        if local < length {
            let first = be32(self.bytes.get(..end)?, payload_end)?;
            cell_end += 4;
            match chain {
                true => self.follow(first, length - local, &mut payload),
                false => payload.is_cut = true,
            }
        }
        // Cells have four bytes at least.
        Some(Cell { range: at..cell_end.max((at + 4).min(end)), child, rowid, payload })
    }

    /// Bytes of a payload that stand in its cell.
    fn local(&self, length: usize, kind: PageKind) -> usize {
        let u = self.usable;
        let most = if kind == PageKind::TableLeaf { u - 35 } else { (u - 12) * 64 / 255 - 23 };
        let least = (u - 12) * 32 / 255 - 23;
        if length <= most {
            return length;
        }
        let fitting = least + (length - least) % (u - 4);
        if fitting <= most { fitting } else { least }
    }

    fn follow(&mut self, mut number: u32, mut left: usize, payload: &mut Payload) {
        while left > 0 {
            let Some(start) = self.place(number).filter(|_| number != 1) else { break };
            if !self.visit(number) {
                break;
            }
            let n = left.min(self.usable - 4);
            payload.pieces.push(start + 4..start + 4 + n);
            payload.pages.push(start..start + 4 + n);
            left -= n;
            number = be32(self.bytes, start).unwrap_or(0);
        }
        payload.is_cut = left > 0;
    }
}

impl Payload {
    /// Bytes that are there.
    pub fn held(&self) -> usize {
        self.pieces.iter().map(Range::len).sum()
    }

    /// A range of it, as ranges of the file.
    pub fn places(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let Some(first) = self.pieces.first() else { return Vec::new() };
        // All pieces but the first and the last are of one length.
        let step = self.pieces.get(1).map_or(1, Range::len).max(1);
        let from = range.start.checked_sub(first.len()).map_or(0, |behind| 1 + behind / step);
        let mut at = if from == 0 { 0 } else { first.len() + (from - 1) * step };
        let mut out = Vec::new();
        for piece in self.pieces.iter().skip(from) {
            if at >= range.end {
                break;
            }
            let (start, end) = (range.start.max(at), range.end.min(at + piece.len()));
            if start < end {
                out.push(piece.start + start - at..piece.start + end - at);
            }
            at += piece.len();
        }
        out
    }

    /// A range of its bytes; fewer where it is cut.
    pub fn slice<'a>(&self, bytes: &'a [u8], range: Range<usize>) -> Cow<'a, [u8]> {
        match &self.places(range)[..] {
            [one] => Cow::Borrowed(&bytes[one.clone()]),
            places => Cow::Owned(places.iter().flat_map(|place| &bytes[place.clone()]).copied().collect()),
        }
    }
}

/// One value of a record, and where it stands in the payload.
pub(super) enum Value {
    Null,
    Integer(i64),
    Real(f64),
    Text(Range<usize>),
    Blob(Range<usize>),
}

/// The values of a record; `None` where its header makes no sense. Values that are cut off are left out.
pub(super) fn record(payload: &Payload, bytes: &[u8]) -> Option<Vec<Value>> {
    let head = payload.slice(bytes, 0..payload.length.min(9));
    let (header, n) = varint(&head)?;
    let header = usize::try_from(header).ok().filter(|&h| h >= n && h <= payload.length && h <= 9 * 40_000)?;
    let types = payload.slice(bytes, n..header);
    let held = payload.held();
    let (mut at, mut out, mut types) = (header, Vec::new(), &types[..]);
    while !types.is_empty() {
        let (serial, n) = varint(types)?;
        types = &types[n..];
        let length = length_of(serial)?;
        let end = at.checked_add(length).filter(|&end| end <= payload.length)?;
        if end > held {
            break;
        }
        out.push(match serial {
            0 => Value::Null,
            8 => Value::Integer(0),
            9 => Value::Integer(1),
            1..=6 => Value::Integer(integer(&payload.slice(bytes, at..end))),
            7 => Value::Real(f64::from_be_bytes(payload.slice(bytes, at..end).as_ref().try_into().ok()?)),
            n if n % 2 == 0 => Value::Blob(at..end),
            _ => Value::Text(at..end),
        });
        at = end;
    }
    Some(out)
}

/// A number in two's complement of up to eight bytes.
pub(super) fn integer(raw: &[u8]) -> i64 {
    let sign = if raw.first().is_some_and(|b| b & 0x80 != 0) { -1 } else { 0 };
    raw.iter().fold(sign, |n, &b| n << 8 | i64::from(b))
}

/// Bytes of a value of this type (section 2.1); `None` for types that there are not.
pub(super) fn length_of(serial: i64) -> Option<usize> {
    match serial {
        0 | 8 | 9 => Some(0),
        1..=4 => Some(serial as usize),
        5 => Some(6),
        6 | 7 => Some(8),
        12.. => usize::try_from((serial - 12) / 2).ok(),
        _ => None,
    }
}

impl Encoding {
    pub fn decode(self, bytes: &[u8]) -> String {
        let units = |read: fn([u8; 2]) -> u16| {
            let units = bytes.as_chunks::<2>().0.iter().map(|unit| read(*unit));
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        };
        match self {
            Self::Utf8 => value::text(bytes),
            Self::Utf16Le => units(u16::from_le_bytes),
            Self::Utf16Be => units(u16::from_be_bytes),
        }
    }
}

/// A number of up to nine bytes, and how many it takes.
pub(super) fn varint(bytes: &[u8]) -> Option<(i64, usize)> {
    let mut value = 0u64;
    for (i, &b) in bytes.iter().take(9).enumerate() {
        if i == 8 {
            return Some(((value << 8 | u64::from(b)) as i64, 9));
        }
        value = value << 7 | u64::from(b & 0x7F);
        if b & 0x80 == 0 {
            return Some((value as i64, i + 1));
        }
    }
    None
}
