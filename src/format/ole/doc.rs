//! Text of Word 97 to 2003 (MS-DOC 2.4.1): the piece table puts together body, notes, headers, comments and
//! text boxes. Documents of Word 6 and 95 keep their text in one stretch.

use super::compound::Content;
use crate::format::cells::push_rows;
use crate::format::{At, PassageKind, Sink};
use crate::model::{Cause, Class};

/// Ends a cell or a row of a table.
const CELL: char = '\u{7}';
/// Cells of one row that are looked at.
const MOST_CELLS: usize = 64;

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|b| u16::from_le_bytes(*b))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_le_bytes(*b) as usize)
}

/// Pushes the text of a `WordDocument` stream, and covers it; what else is in the stream is left to the scan: text
/// that a quick save left behind, names of styles and fonts. `table`: the streams `0Table` and `1Table`. An error
/// says why there is no text, or not all of it.
pub fn push(document: &Content, tables: [Option<&Content>; 2], sink: &mut Sink<'_>) -> Result<(), (Cause, &'static str)> {
    let bytes = &document.bytes;
    let corrupt = |what| (Cause::Corrupt, what);
    let version = u16_at(bytes, 2).ok_or(corrupt("the header is cut off"))?;
    if !matches!(u16_at(bytes, 0), Some(0xA5EC | 0xA5DC)) {
        return Err(corrupt("no Word header"));
    }
    let flags = u16_at(bytes, 10).ok_or(corrupt("the header is cut off"))?;
    if flags & 0x0100 != 0 {
        return Err((Cause::Encrypted, "the document is encrypted"));
    }
    let offset = document.offset();
    if version < 0xC0 {
        // Word 6 and 95: text from fcMin to fcMac in windows-1252.
        let (from, to) = (u32_at(bytes, 24).ok_or(corrupt("the header is cut off"))?, u32_at(bytes, 28).unwrap_or(0));
        let text = bytes.get(from..to).ok_or(corrupt("the text lies outside the stream"))?;
        push_text(&encoding_rs::WINDOWS_1252.decode_without_bom_handling(text).0, offset, sink);
        document.cover_ranges(vec![from..to], Class::Read, sink);
        return Ok(());
    }
    let table = tables[usize::from(flags >> 9 & 1)].ok_or(corrupt("the table stream is missing"))?;
    let (start, length) = (u32_at(bytes, 0x1A2).ok_or(corrupt("the header is cut off"))?, u32_at(bytes, 0x1A6).unwrap_or(0));
    let clx = table.bytes.get(start..start.saturating_add(length)).ok_or(corrupt("the piece table lies outside its stream"))?;
    let pieces = piece_table(clx).ok_or(corrupt("no piece table"))?;
    // So many characters and one, then eight bytes for each piece (2.8.35).
    let count = (pieces.len().saturating_sub(4)) / 12;
    let (mut text, mut read) = (String::new(), Vec::new());
    // Body, notes, headers, macros, comments, end notes, text boxes and those of headers, in characters (2.5.5).
    let stated: usize = (0x4C..0x6C).step_by(4).filter_map(|at| u32_at(bytes, at)).fold(0, usize::saturating_add);
    let mut missing = u32_at(pieces, 4 * count).is_none_or(|end| end < stated);
    for i in 0..count {
        let (Some(first), Some(last)) = (u32_at(pieces, 4 * i), u32_at(pieces, 4 * i + 4)) else { break };
        let Some(place) = u32_at(pieces, 4 * (count + 1) + 8 * i + 2) else { break };
        missing |= last < first;
        let characters = last.saturating_sub(first);
        let narrow = place & 0x4000_0000 != 0;
        let at = place & 0x3FFF_FFFF;
        let (at, size) = if narrow { (at / 2, characters) } else { (at, characters.saturating_mul(2)) };
        let end = at.saturating_add(size).min(bytes.len());
        let Some(raw) = bytes.get(at..end) else {
            missing = true;
            continue;
        };
        missing |= raw.len() < size;
        read.push(at..end);
        match narrow {
            true => text.push_str(&encoding_rs::WINDOWS_1252.decode_without_bom_handling(raw).0),
            false => text.push_str(&encoding_rs::UTF_16LE.decode_without_bom_handling(raw).0),
        }
        if text.len() > 1 << 20 {
            push_text(&std::mem::take(&mut text), offset, sink);
        }
    }
    push_text(&text, offset, sink);
    document.cover_ranges(read, Class::Read, sink);
    if missing { Err((Cause::Truncated, "the pieces of the text are not as long as it is")) } else { Ok(()) }
}

/// The piece table behind the property lists of a Clx (2.9.38).
fn piece_table(clx: &[u8]) -> Option<&[u8]> {
    let mut at = 0;
    while let Some(kind) = clx.get(at) {
        match kind {
            1 => at += 3 + usize::from(u16_at(clx, at + 1)?),
            2 => return clx.get(at + 5..(at + 5).saturating_add(u32_at(clx, at + 1)?).min(clx.len())),
            _ => return None,
        }
    }
    None
}

/// Paragraphs end lines, cells are kept apart, codes of fields stay (they hold the addresses of links).
fn push_text(text: &str, offset: u64, sink: &mut Sink<'_>) {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\r' | '\u{B}' | '\u{C}' | '\u{E}' => out.push('\n'),
            CELL => out.push(crate::format::BORDER),
            '\u{13}' | '\u{14}' | '\u{15}' => out.push(' '),
            '\u{1E}' => out.push('-'),
            '\t' | '\n' => out.push(c),
            // Optional hyphens, and marks of what is anchored here.
            '\0'..='\u{1F}' => {}
            c => out.push(c),
        }
    }
    sink.text(&out, At::Decoded(offset));
    if text.contains(CELL) {
        sink.border();
        tables(text).into_iter().for_each(|rows| push_rows(rows, offset, sink));
        sink.kind(PassageKind::Prose);
    }
}

/// The tables of a text. Each cell ends with a mark, and so does each row behind its last cell (2.4.3): a table is
/// where such a row comes again at the same distance.
fn tables(text: &str) -> Vec<Vec<Vec<String>>> {
    let fields: Vec<&str> = text.split(CELL).collect();
    let (mut out, mut from) = (Vec::new(), 0);
    while from < fields.len() {
        let rows_of = |columns: usize| {
            let rows = fields[from..].chunks_exact(columns + 1);
            rows.take_while(|row| row.last().is_some_and(|end| end.is_empty())).count()
        };
        let widths = (2..fields.len().saturating_sub(from).min(MOST_CELLS)).filter(|&n| fields[from + n].is_empty());
        // Of several distances the one that most of the text agrees with: an empty cell ends no row.
        let Some((columns, rows)) = widths.map(|n| (n, rows_of(n))).max_by_key(|(n, rows)| ((n + 1) * rows, std::cmp::Reverse(*n))) else {
            from += 1;
            continue;
        };
        let table = fields[from..].chunks_exact(columns + 1).take(rows);
        out.push(table.map(|row| row[..columns].iter().enumerate().map(|(n, cell)| shown(cell, n == 0)).collect()).collect());
        from += (columns + 1) * rows;
    }
    out
}

/// A cell on one line; before the first one of a row may stand what precedes the table.
fn shown(cell: &str, is_first: bool) -> String {
    let own = if is_first { cell.rsplit(['\r', '\u{C}']).next().unwrap_or_default() } else { cell };
    let seen = |c: char| if c < ' ' { ' ' } else { c };
    own.chars().map(seen).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_from_empty_cells() {
        let row = |cells: [&str; 3]| cells.map(|cell| format!("{cell}\u{7}")).concat() + "\u{7}";
        let rows = [["Client ID", "Name", "Balance"], ["104233", "Ann\rLee", ""], ["104233", "", "1.70"], ["104233", "Bo Ek", ""]]
            .map(row)
            .concat();
        let found = tables(&format!("Extract\rof today\r{rows}After\rit\r"));
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].iter().map(|row| row.join("|")).collect::<Vec<_>>(),
            ["Client ID|Name|Balance", "104233|Ann Lee|", "104233||1.70", "104233|Bo Ek|"]
        );
        assert!(tables("no\u{7}table\r").is_empty() && tables(&"\u{7}".repeat(100_000)).iter().flatten().flatten().all(String::is_empty));
    }
}
