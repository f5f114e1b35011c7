//! Names as consoles of Windows write them: in a code page that nobody names.

use super::Row;
use crate::format::database::CodePage;

/// Has a manifest read, and names that are no UTF-8 decoded: by the page under which most of the bytes outside of ASCII
/// in all of it are letters.
pub(super) fn decoding<T>(bytes: &[u8], rows: &mut dyn FnMut(Row), read: impl FnOnce(&mut dyn FnMut(Row)) -> T) -> T {
    decoded_by(CodePage::of_letters(bytes), rows, read)
}

/// Bytes of the lines that are drawn before names, in every page of a console.
const DRAWN: [u8; 4] = [0xB3, 0xC0, 0xC3, 0xC4];
/// So much of a drawing says in which page it is.
const JUDGED: usize = 16 << 20;

/// The same of a drawing, whose lines are letters in other pages.
pub(super) fn decoding_drawn<T>(bytes: &[u8], rows: &mut dyn FnMut(Row), read: impl FnOnce(&mut dyn FnMut(Row)) -> T) -> T {
    let letters: Vec<u8> = bytes.iter().copied().take(JUDGED).filter(|byte| *byte >= 0x80 && !DRAWN.contains(byte)).collect();
    decoded_by(CodePage::of_letters(&letters), rows, read)
}

fn decoded_by<T>(page: CodePage, rows: &mut dyn FnMut(Row), read: impl FnOnce(&mut dyn FnMut(Row)) -> T) -> T {
    read(&mut |mut row| {
        if std::str::from_utf8(&row.path).is_err() {
            row.path = page.decode(&row.path).into_bytes();
        }
        rows(row);
    })
}
