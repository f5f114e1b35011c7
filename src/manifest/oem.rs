//! Names as consoles of Windows write them: in a code page that nobody names.

use super::Row;
use crate::format::database::CodePage;

/// Has a manifest read, and names that are no UTF-8 decoded: by the page under which most of the bytes outside of ASCII
/// in all of it are letters.
pub(super) fn decoding<T>(bytes: &[u8], rows: &mut dyn FnMut(Row), read: impl FnOnce(&mut dyn FnMut(Row)) -> T) -> T {
    let page = CodePage::of_letters(bytes);
    read(&mut |mut row| {
        if std::str::from_utf8(&row.path).is_err() {
            row.path = page.decode(&row.path).into_bytes();
        }
        rows(row);
    })
}
