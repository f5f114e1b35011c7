//! Values that are too large for their rows, and files that are values: short text is a cell of its row, what is longer
//! follows the part that the row is in, as text or as a member.

use super::super::large;
use super::super::page::Header;
use super::super::record;
use super::super::row::{self, Away, Marks, Row};
use super::super::value::{Type, text, wide};
use super::{Database, Known, Part, column_name};
use crate::format::ranges::Ranges;
use crate::format::text::{amid_binary, standalone};
use crate::format::{At, PassageKind, Sink};
use crate::model::Cause;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Text of a large value up to this size is a cell of its row; longer text follows the part that the row is in.
const CELL: usize = 16 << 10;
/// Longer text is decoded piece by piece.
const CHUNK: usize = 4 << 20;
/// A file of text that is a value is not longer; it is decoded as a whole.
const LONGEST_FILE: usize = 64 << 20;

/// A value that is too large for its row, or a file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Later {
    pub(super) name: String,
    pub(super) kind: Type,
    /// The row.
    pub(super) at: usize,
    pub(super) stands: Where,
    /// The row was deleted.
    pub(super) is_ghost: bool,
}

/// Where such a value stands.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Where {
    /// Where these pointers lead.
    Away(Vec<u8>),
    /// In the row.
    Here(Range<usize>),
}

/// What large values took so far.
#[derive(Default)]
pub(super) struct Spent {
    pub(super) members: u64,
    pub(super) bytes: u64,
    pub(super) is_over: bool,
}

/// A row's place.
pub(super) struct Here<'p> {
    pub(super) page: &'p [u8],
    pub(super) at: usize,
    pub(super) header: Header,
    pub(super) slot: usize,
    pub(super) place: usize,
}

impl Database<'_> {
    /// Takes short text that stands elsewhere into its row, and notes what is too large for it or a file.
    pub(super) fn large(&self, here: &Here<'_>, known: Option<&Known>, row: &mut Row, marks: &mut Marks, out: &mut Part) {
        let Here { page, at, header, slot, place } = *here;
        let is_ghost = record::is_ghost(page[place]);
        let mut later = |column: usize, kind: Type, stands: Where| {
            let column = known.map_or_else(|| format!("column {}", column + 1), |known| column_name(known, column));
            let name = format!("{column} ({}:{}:{slot})", header.place.file, header.place.page);
            out.later.push(Later { name, kind, at: at + place, stands, is_ghost });
        };
        // The next row uses the memory of both lists again.
        let mut all = std::mem::take(&mut row.away);
        for Away { column, kind, pointer } in all.drain(..) {
            let pointer = &page[pointer];
            let Some(pieces) = large::pieces(self.bytes, &self.survey, pointer, CELL) else {
                // What deleted rows lead to may have been used again.
                out.missing += u64::from(!is_ghost);
                continue;
            };
            let first = pieces.first().map_or(&[][..], |piece| &self.bytes[piece.clone()]);
            let kind = kind.unwrap_or_else(|| match row::guess(&first[..first.len().min(4096) & !1]) {
                Some(_) if first.get(1) == Some(&0) => Type::Wide(None),
                Some(_) => Type::Text(0, None),
                None => Type::Binary(None),
            });
            let length = pieces.iter().map(Range::len).sum::<usize>();
            if kind.is_text() && length <= CELL {
                let whole: Vec<u8> = pieces.into_iter().flat_map(|piece| self.bytes[piece].iter().copied()).collect();
                row.cells.put(column, |out| kind.push(&whole, out));
            } else if length > 0 {
                later(column, kind, Where::Away(pointer.to_vec()));
            }
        }
        row.away = all;
        for (column, place) in row.binaries.drain(..) {
            if is_file(&page[place.clone()]) {
                marks.add(place.clone());
                later(column, Type::Binary(None), Where::Here(at + place.start..at + place.end));
            }
        }
    }

    /// Reads a value that was noted; false where it is not all held. Rows that share values could make more of them
    /// than there is.
    pub(super) fn later(&self, later: Later, spent: &mut Spent, sink: &mut Sink<'_>) -> bool {
        let at = later.at as u64;
        let pieces = match later.stands {
            Where::Here(range) => Some(vec![range]),
            Where::Away(pointer) => large::pieces(self.bytes, &self.survey, &pointer, usize::MAX),
        };
        let Some(pieces) = pieces else { return false };
        spent.bytes += pieces.iter().map(Range::len).sum::<usize>() as u64;
        spent.members += 1;
        let is_over = spent.bytes > 4 * self.bytes.len() as u64 || spent.members > sink.limits().entries;
        if is_over {
            if !std::mem::replace(&mut spent.is_over, true) {
                sink.gap(at..at, Cause::LimitEntries, "rows hold more large values than there are bytes of such, or than the limit");
            }
        } else if later.kind.is_text() {
            match self.file(&pieces, later.kind) {
                Some(file) => {
                    let encoded = large::joined(&pieces).encoded;
                    sink.member_in_pieces(later.name.as_bytes(), &encoded, &mut file.as_bytes());
                }
                None => self.text(&pieces, later.kind, at, sink),
            }
        } else {
            let pieces = large::joined(&pieces);
            sink.member_in_pieces(later.name.as_bytes(), &pieces.encoded, &mut Ranges::new(self.bytes, &pieces.data));
        }
        true
    }

    /// The file that a value of text is.
    fn file(&self, pieces: &[Range<usize>], kind: Type) -> Option<String> {
        if pieces.iter().map(Range::len).sum::<usize>() > LONGEST_FILE {
            return None;
        }
        let held: Vec<u8> = pieces.iter().flat_map(|piece| self.bytes[piece.clone()].iter().copied()).collect();
        let text = match kind {
            Type::Text(collation, _) => text(&held, collation).into_owned(),
            _ => wide(&held)?.to_string(),
        };
        standalone::is_any_file(text.as_bytes()).then_some(text)
    }

    /// Notes files of text in what rows do not account for; gives the rest of it.
    pub(super) fn files(&self, open: Vec<Range<usize>>, out: &mut Part) -> Vec<Range<usize>> {
        let mut rest = Vec::with_capacity(open.len());
        for range in open {
            let mut from = range.start;
            for place in amid_binary::places(self.bytes, range.clone()) {
                rest.push(from..place.start);
                from = place.end;
                let (name, at) = (format!("text@{}", place.start), place.start);
                out.later.push(Later { name, kind: Type::Binary(None), at, stands: Where::Here(place), is_ghost: true });
            }
            rest.push(from..range.end);
        }
        rest.retain(|range| !range.is_empty());
        rest
    }

    /// Text of a value that is too long for a cell.
    fn text(&self, pieces: &[Range<usize>], kind: Type, at: u64, sink: &mut Sink<'_>) {
        sink.kind(PassageKind::Prose);
        sink.border();
        let mut held: Vec<u8> = Vec::new();
        for (i, piece) in pieces.iter().enumerate() {
            held.extend_from_slice(&self.bytes[piece.clone()]);
            let is_last = i + 1 == pieces.len();
            if held.len() < CHUNK && !is_last {
                continue;
            }
            // A character is cut by no chunk: text of two bytes has an even length, and UTF-8 shows where it begins.
            let mut cut = held.len();
            if !is_last {
                cut -= if matches!(kind, Type::Wide(_)) { cut % 2 } else { held.iter().rev().take(4).take_while(|b| **b >= 0x80).count() };
            }
            let decoded = match kind {
                Type::Text(collation, _) => text(&held[..cut], collation),
                _ => wide(&held[..cut]).unwrap_or_default().into(),
            };
            sink.text(&decoded, At::Decoded(at));
            held.drain(..cut);
        }
        sink.border();
    }
}

/// Does a value begin like a file that has a reader?
fn is_file(bytes: &[u8]) -> bool {
    const MARKS: [&[u8]; 9] = [
        b"\x1F\x8B\x08",
        b"PK\x03\x04",
        b"%PDF-",
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        b"7z\xBC\xAF\x27\x1C",
        b"BZh",
        b"\xFD7zXZ\0",
        b"\x28\xB5\x2F\xFD",
        b"{\\rtf",
    ];
    bytes.len() >= 24 && MARKS.iter().any(|mark| bytes.starts_with(mark)) || standalone::is_any_file(bytes)
}
