//! Values that are too large for a row: text and images, and columns that did not fit. The row holds pointers; the
//! pieces stand on pages of their own, under trees of pointers (OrcaMDF, "LOB Structure Formats").

use super::page::{HEADER, Header, Place, SIZE, le16, le32};
use super::survey::Survey;
use std::ops::Range;

/// Levels of pointers.
const DEEPEST: usize = 8;
/// Pieces of one value: more than two gigabytes have.
const MOST_PIECES: usize = 1 << 19;
/// Between pieces that follow one another on consecutive pages stand a slot, a page's header and a record's.
const BETWEEN: usize = HEADER + 64;

/// A record on a page.
type Slot = (Place, u16);

/// The records that a pointer in a row leads to.
fn targets(pointer: &[u8]) -> Option<Vec<Slot>> {
    let slot = |at: usize| Some((Place { page: le32(pointer, at)?, file: le16(pointer, at + 4)? }, le16(pointer, at + 6)?));
    match pointer {
        [2 | 4, ..] if pointer.len() >= 24 => (12..=pointer.len() - 12).step_by(12).map(|at| slot(at + 4)).collect(),
        _ if pointer.len() == 16 => Some(vec![slot(8)?]),
        _ => None,
    }
}

/// The pieces of a value in the bytes of the item, in order, up to so many bytes and what crosses them; nothing
/// where one of them is not held.
pub(super) fn pieces(bytes: &[u8], survey: &Survey, pointer: &[u8], most: usize) -> Option<Vec<Range<usize>>> {
    let mut todo: Vec<(Slot, usize)> = targets(pointer)?.into_iter().rev().map(|slot| (slot, 0)).collect();
    let (mut out, mut seen, mut total) = (Vec::<Range<usize>>::new(), 0, 0);
    while let Some(((place, slot), depth)) = todo.pop() {
        if total > most {
            break;
        }
        seen += 1;
        if seen > MOST_PIECES || depth > DEEPEST {
            return None;
        }
        let at = survey.find(place)?;
        let page = bytes.get(at..at + SIZE)?;
        let header = Header::of(page)?;
        let start = header.records(page).nth(slot.into())?;
        let record = page.get(start..SIZE - 2 * header.slots)?;
        let length = usize::from(le16(record, 2)?);
        let record = record.get(..length)?;
        if record.first()? >> 1 & 7 != 4 {
            return None;
        }
        let child = |at: usize| Some((Place { page: le32(record, at)?, file: le16(record, at + 4)? }, le16(record, at + 6)?));
        let mut children = |first: usize, step: usize, page_at: usize| -> Option<()> {
            let count = usize::from(le16(record, 16)?);
            let slots: Vec<Slot> = (0..count).map(|i| child(first + step * i + page_at)).collect::<Option<_>>()?;
            todo.extend(slots.into_iter().rev().map(|slot| (slot, depth + 1)));
            Some(())
        };
        match le16(record, 12)? {
            0 => {
                let end = 20 + usize::from(le16(record, 14)?);
                total += end.min(length).saturating_sub(20);
                out.push(at + start + 20..at + start + end.min(length));
            }
            3 => {
                total += length.saturating_sub(14);
                out.push(at + start + 14..at + start + length);
            }
            2 => children(20, 16, 8)?,
            5 => children(24, 12, 4)?,
            8 => {}
            _ => return None,
        }
    }
    out.retain(|piece| piece.start < piece.end);
    Some(out)
}

/// A value as a member: its pieces, and which bytes of the item they take.
pub(super) struct Joined {
    pub data: Vec<Range<u64>>,
    /// What stands between pieces on consecutive pages belongs to the member.
    pub encoded: Vec<Range<u64>>,
}

/// The pieces as a member.
pub(super) fn joined(pieces: &[Range<usize>]) -> Joined {
    let data: Vec<Range<u64>> = pieces.iter().map(|piece| piece.start as u64..piece.end as u64).collect();
    let mut encoded: Vec<Range<u64>> = Vec::new();
    for piece in &data {
        match encoded.last_mut() {
            Some(last) if last.end <= piece.start && piece.start - last.end <= BETWEEN as u64 => last.end = piece.end,
            _ => encoded.push(piece.clone()),
        }
    }
    Joined { data, encoded }
}
