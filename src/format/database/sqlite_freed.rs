//! Rows that were deleted from a page of a table which is still in use (Database File Format, section 1.6). Where a
//! row was, a free block says over its first four bytes where the next block is and how long this one; blocks that
//! touch are one. What the four bytes were, the rest of the row's header and its end tell. A page that was emptied or put
//! in order has no blocks: its rows are whole in what is between the list of its cells and their area.

use super::sqlite_pages::{Encoding, be16, integer, length_of, varint};
use super::value;
use std::collections::HashSet;
use std::ops::Range;

/// A table has no more columns whose deleted rows are looked for.
const MOST_COLUMNS: usize = 512;
/// A row's number and lengths take so many bytes at most before its types, of those that stand in one page.
const LONGEST_HEAD: usize = 16;

/// Bytes of a leaf's header, behind which the list of its cells stands.
const LEAF_HEADER: usize = 8;

/// A deleted row: where it stands in the page, and its cells.
pub(super) struct Freed {
    pub at: usize,
    pub cells: Vec<String>,
}

/// The rows in the free blocks of a page, whose header stands at `header`, of a table with so many columns.
pub(super) fn rows(page: &[u8], header: usize, columns: usize, encoding: Encoding) -> Vec<Freed> {
    let mut out = Vec::new();
    if !(2..=MOST_COLUMNS).contains(&columns) {
        return out;
    }
    let reader = Reader { page, columns, encoding };
    reader.unallocated(header, &mut out);
    let mut at = usize::from(be16(page, header + 1).unwrap_or(0));
    while let (Some(next), Some(size)) = (be16(page, at), be16(page, at + 2)) {
        let (next, block) = (usize::from(next), at..at + usize::from(size));
        if at == 0 || block.end > page.len() {
            break;
        }
        reader.block(&block, &mut out);
        // Blocks come in the order of their places.
        if next < block.end {
            break;
        }
        at = next;
    }
    out
}

/// Does a whole row begin here, whatever table it was of: are the lengths of its types, as many as its head says, what its
/// payload has?
pub(super) fn begins_row(bytes: &[u8]) -> bool {
    let row = || {
        let (payload, n) = varint(bytes).filter(|(payload, _)| *payload > 0)?;
        let (_, m) = varint(bytes.get(n..)?)?;
        let record = bytes.get(n + m..)?;
        let (head, k) = varint(record)?;
        let (head, payload) = (usize::try_from(head).ok()?, usize::try_from(payload).ok()?);
        // A type takes nine bytes at most.
        let mut types = record.get(k..head).filter(|types| head <= payload && types.len() <= 9 * MOST_COLUMNS)?;
        let mut length = head;
        while !types.is_empty() {
            let (serial, n) = varint(types)?;
            length = length.checked_add(length_of(serial)?).filter(|length| *length <= payload)?;
            types = types.get(n..)?;
        }
        Some(length == payload)
    };
    row().unwrap_or(false)
}

/// Did somebody write this row, and is it not numbers alone, which can be anything?
pub(super) fn is_written(row: &[String]) -> bool {
    row.iter().all(|cell| !is_odd(cell)) && row.iter().any(|cell| cell.chars().filter(|c| c.is_alphabetic()).count() > 2)
}

/// Are there characters in it that nobody writes?
fn is_odd(text: &str) -> bool {
    text.chars().any(|c| c == char::REPLACEMENT_CHARACTER || c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
}

struct Reader<'a> {
    page: &'a [u8],
    columns: usize,
    encoding: Encoding,
}

impl Reader<'_> {
    /// The rows between the cells' list and their area, but for copies of rows that the page still has.
    fn unallocated(&self, header: usize, out: &mut Vec<Freed>) {
        let number = |at: usize| be16(self.page, at).map(usize::from);
        let (Some(count), Some(area)) = (number(header + 3), number(header + 5)) else { return };
        let list = header + LEAF_HEADER..(header + LEAF_HEADER + 2 * count).min(self.page.len());
        // Zero stands for 65,536.
        let end = if area == 0 { 1 << 16 } else { area };
        let end = if end <= self.page.len() { end } else { return };
        let mut kept: Option<HashSet<Vec<String>>> = None;
        let mut at = list.end;
        while at < end {
            // Zeros before a whole row look like a block's head.
            let keyed = || (at + 1..at + 4).all(|next| self.stored(next, end).is_none()).then(|| self.keyed(at, end)).flatten();
            let Some((cells, after)) = self.stored(at, end).or_else(keyed) else {
                at += 1;
                continue;
            };
            let live =
                || list.clone().step_by(2).filter_map(|place| self.stored(number(place)?, self.page.len())).map(|row| row.0).collect();
            if !kept.get_or_insert_with(live).contains(&cells) {
                out.push(Freed { at, cells });
            }
            at = after;
        }
    }

    /// A whole row that says itself where it ends, before `limit`, and where that is.
    fn stored(&self, at: usize, limit: usize) -> Option<(Vec<String>, usize)> {
        let (payload, n) = varint(self.page.get(at..limit)?).filter(|(payload, _)| *payload > 0)?;
        let (_, m) = varint(self.page.get(at + n..limit)?)?;
        let end = usize::try_from(payload).ok()?.checked_add(at + n + m).filter(|end| *end <= limit)?;
        Some((self.whole(at, end)?, end))
    }

    /// A row that was a block once, before the page was put in order, and where it ends: the number of the row is its first
    /// value, so that what was lost besides its lengths is the type of nothing.
    fn keyed(&self, at: usize, limit: usize) -> Option<(Vec<String>, usize)> {
        let (next, size) = (be16(self.page, at)?, be16(self.page, at + 2)?);
        // Any bytes are a number of floating point, a value in bytes, or text in UTF-16.
        let is_anything = |serial: i64| serial == 7 || serial >= 12 && serial % 2 == 0;
        let is_block = self.encoding == Encoding::Utf8
            && size >= 4
            && at + usize::from(size) <= self.page.len()
            && (next == 0 || usize::from(next) > at);
        let (mut end, mut length) = (at + 4, 0usize);
        for _ in 1..self.columns {
            let (serial, n) = varint(self.page.get(end..limit).filter(|_| is_block)?)?;
            end += n;
            length += length_of(serial).filter(|length| *length <= limit && !is_anything(serial))?;
        }
        end = end.checked_add(length).filter(|end| *end <= limit && *end <= at + usize::from(size))?;
        let cells = self.cells(at + 4, true, end)?.0;
        // Zeros are types of nothing, and a few bytes of a text are soon types of the rest.
        let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
        (filled >= 2 && filled * 2 >= self.columns).then_some((cells, end))
    }

    /// The rows of a block, the last first: each ends where the one before begins.
    fn block(&self, block: &Range<usize>, out: &mut Vec<Freed>) {
        let mut ends = vec![block.end];
        for at in block.clone().rev() {
            // A block that became part of one before it still says where it ended.
            let size = be16(self.page, at + 2).map_or(0, usize::from);
            let is_block = at == block.start || ends.contains(&(at + size));
            let end = ends.last().copied().unwrap_or(block.end);
            if let Some(cells) = self.whole(at, end).or_else(|| if is_block { self.overwritten(at, end) } else { None }) {
                out.push(Freed { at, cells });
                ends.push(at);
            }
        }
    }

    /// A row that became part of a block before it, and of which nothing was written over.
    fn whole(&self, at: usize, end: usize) -> Option<Vec<String>> {
        let row = self.page.get(at..end)?;
        let (payload, n) = varint(row)?;
        let (_, m) = varint(&row[n..])?;
        let head = n + m;
        if usize::try_from(payload).ok()?.checked_add(head) != Some(row.len()) {
            return None;
        }
        let (length, n) = varint(&row[head..])?;
        let types = at + head + n;
        let (cells, values) = self.cells(types, false, end)?;
        (usize::try_from(length).ok() == Some(values - at - head)).then_some(cells)
    }

    /// A row whose first four bytes are those of its block: its types are all there, or the first is not.
    fn overwritten(&self, at: usize, end: usize) -> Option<Vec<String>> {
        let whole = (at + 4..(at + LONGEST_HEAD).min(end)).find_map(|types| self.cells(types, false, end));
        whole.or_else(|| self.cells(at + 4, true, end)).map(|(cells, _)| cells)
    }

    /// The cells whose types stand at a place and that fill the bytes up to `end`, and where their values begin. The type
    /// of the first one may be lost (`is_lost`).
    fn cells(&self, types: usize, is_lost: bool, end: usize) -> Option<(Vec<String>, usize)> {
        let (mut at, mut serials, mut length) = (types, Vec::new(), 0usize);
        for _ in usize::from(is_lost)..self.columns {
            let (serial, n) = varint(self.page.get(at..end)?)?;
            at += n;
            length += length_of(serial).filter(|length| *length <= end - types)?;
            serials.push(serial);
        }
        let (values, left) = (at, end.checked_sub(at)?.checked_sub(length)?);
        let mut cells = Vec::new();
        if is_lost {
            let raw = &self.page[at..at + left];
            // It was NULL, text, or a number.
            cells.push(self.text(raw).or_else(|| (left <= 8).then(|| integer(raw).to_string()))?);
            at += left;
        } else if left > 0 {
            return None;
        }
        for serial in serials {
            let raw = self.page.get(at..at + length_of(serial)?)?;
            at += raw.len();
            cells.push(match serial {
                0 => String::new(),
                8 | 9 => (serial - 8).to_string(),
                1..=6 => integer(raw).to_string(),
                7 => f64::from_be_bytes(raw.try_into().ok()?).to_string(),
                n if n % 2 == 0 => value::binary(raw).unwrap_or_default(),
                _ => self.text(raw)?,
            });
        }
        // Numbers alone can be anything.
        cells.iter().any(|cell| cell.chars().filter(|c| c.is_alphanumeric()).count() > 2).then_some((cells, values))
    }

    /// Text that somebody wrote.
    fn text(&self, raw: &[u8]) -> Option<String> {
        let is_encoded = self.encoding != Encoding::Utf8 || std::str::from_utf8(raw).is_ok();
        let text = self.encoding.decode(raw);
        (is_encoded && !is_odd(&text)).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A page with free space and rows of three columns from `at` on.
    fn page(rows: &[&[u8]], at: usize) -> Vec<u8> {
        let mut page = vec![0u8; at];
        page[0] = 13;
        page[5..7].copy_from_slice(&(at as u16).to_be_bytes());
        rows.iter().for_each(|row| page.extend(*row));
        page
    }

    fn row(number: u8, code: &str, name: &str) -> Vec<u8> {
        let types = [4, 13 + 2 * code.len() as u8, 13 + 2 * name.len() as u8, 1];
        let payload = [&types[..], code.as_bytes(), name.as_bytes(), &[number]].concat();
        [&[payload.len() as u8, number][..], &payload].concat()
    }

    fn cells(page: &[u8]) -> Vec<Vec<String>> {
        rows(page, 0, 3, Encoding::Utf8).into_iter().map(|row| row.cells).collect()
    }

    #[test]
    fn rows_of_a_page_that_was_emptied_are_whole_behind_its_list() {
        let (first, second) = (row(1, "AB12CD", "First State Bank"), row(2, "XY34ZZ", "Peoples Bank"));
        let names = |page: &[u8]| cells(page).into_iter().map(|cells| cells[1].clone()).collect::<Vec<_>>();
        let mut emptied = page(&[&second, &first], 40);
        let end = (emptied.len() as u16).to_be_bytes();
        emptied[5..7].copy_from_slice(&end);
        assert_eq!(names(&emptied), ["Peoples Bank", "First State Bank"]);
        // The page was put in order: of one row only an old copy is left, and one is still its own.
        let mut ordered = page(&[&second, &first, &[0; 30], &first], 40);
        let at = ordered.len() - first.len();
        ordered[3..7].copy_from_slice(&[0, 1, 0, at as u8]);
        ordered[8..10].copy_from_slice(&[0, at as u8]);
        assert_eq!(names(&ordered), ["Peoples Bank"]);
        // A row whose number is its first value, which was a free block before.
        let types = [0, 13 + 2 * 8, 13 + 2 * 4];
        let mut keyed = page(&[&[12 + 4, 9, 4], &types, b"James MiAB12"], 40);
        keyed[40..44].copy_from_slice(&[0, 0, 0, 18]);
        let end = (keyed.len() as u16).to_be_bytes();
        keyed[5..7].copy_from_slice(&end);
        assert_eq!(cells(&keyed), [["", "James Mi", "AB12"]]);
    }

    #[test]
    fn deleted_rows_are_cut_into_their_values() {
        let (first, second) = (row(1, "AB12CD", "First State Bank"), row(2, "XY34ZZ", "Peoples Bank"));
        let free = |page: &mut [u8], at: usize, size: usize| {
            page[1..3].copy_from_slice(&(at as u16).to_be_bytes());
            page[at..at + 4].copy_from_slice(&[0, 0, (size >> 8) as u8, size as u8]);
        };
        let wanted = |row: &[&str]| row.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let (one, two) = (wanted(&["AB12CD", "First State Bank", "1"]), wanted(&["XY34ZZ", "Peoples Bank", "2"]));
        let mut alone = page(&[&first, &second], 40);
        free(&mut alone, 40, first.len());
        assert_eq!(cells(&alone), std::slice::from_ref(&one));
        // The second row was freed first, then the first; then the other way round.
        let all = first.len() + second.len();
        free(&mut alone, 40 + first.len(), second.len());
        free(&mut alone, 40, all);
        assert_eq!(cells(&alone), [two.clone(), one.clone()]);
        let mut behind = page(&[&first, &second], 40);
        free(&mut behind, 40, all);
        assert_eq!(cells(&behind), [two, one]);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(prop_oneof![0u8..40, any::<u8>()], 0..200), columns in 0usize..9) {
            rows(&bytes, 0, columns, Encoding::Utf8);
            rows(&bytes, 0, columns, Encoding::Utf16Le);
        }
    }
}
