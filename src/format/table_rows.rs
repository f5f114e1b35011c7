use super::{At, OffsetMap};

/// Appends a row to a passage: cells joined by tabs, ended by a line feed; tabs and line ends inside
/// a cell become blanks.
pub(super) fn push_row(text: &mut String, map: &mut OffsetMap, cells: &[&str], at: At) {
    map.push(text.len(), at);
    for (i, cell) in cells.iter().enumerate() {
        if i > 0 {
            text.push('\t');
        }
        if cell.bytes().fold(false, |any, byte| any | matches!(byte, b'\t' | b'\n' | b'\r')) {
            text.extend(cell.chars().map(|c| if matches!(c, '\t' | '\n' | '\r') { ' ' } else { c }));
        } else {
            text.push_str(cell);
        }
    }
    text.push('\n');
}
