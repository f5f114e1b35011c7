//! Names of members in characters (PKWARE APPNOTE 6.3.10, 4.4.4 bit 11, 4.6.9 and appendix D).

use super::zip_directory::extra_fields;
use crate::format::database::CodePage;
use crate::format::numbers::le32;
use flate2::Crc;
use std::borrow::Cow;

/// The flag by which a name is in UTF-8.
const UTF8: u16 = 1 << 11;
/// The extra field that says the name again in UTF-8 (Info-ZIP Unicode Path), its version, and the bytes before the name.
const UNICODE_PATH: u16 = 0x7075;
const VERSION: u8 = 1;
const BEFORE_NAME: usize = 5;

/// The name in UTF-8: as it stands where it is, as the extra field says where that is of this name, else by the code page of
/// the machine that wrote it, of which nothing is said but that it is one of a console.
pub(super) fn decoded<'n>(name: &'n [u8], flags: u16, extra: &[u8]) -> Cow<'n, [u8]> {
    if flags & UTF8 != 0 || std::str::from_utf8(name).is_ok() {
        return Cow::Borrowed(name);
    }
    let unicode = extra_fields(extra).find(|(id, _)| *id == UNICODE_PATH).and_then(|(_, field)| {
        let mut crc = Crc::new();
        crc.update(name);
        let is_of_name = field.first() == Some(&VERSION) && le32(field, 1) == Some(crc.sum());
        field.get(BEFORE_NAME..).filter(|path| is_of_name && std::str::from_utf8(path).is_ok())
    });
    match unicode {
        Some(path) => Cow::Owned(path.to_vec()),
        None => Cow::Owned(CodePage::of_letters(name).decode(name).into_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_the_characters_that_they_were_written_in() {
        let shown = |name: &[u8], flags: u16, extra: &[u8]| String::from_utf8_lossy(&decoded(name, flags, extra)).into_owned();
        assert_eq!(shown(b"home/z\x81rich07/a", 0, b""), "home/zürich07/a");
        assert_eq!(shown("home/zürich07/a".as_bytes(), 0, b""), "home/zürich07/a");
        assert_eq!(decoded(b"z\xFCrich", UTF8, b""), &b"z\xFCrich"[..]);
        let mut crc = Crc::new();
        crc.update(b"z\x3F\xFFrich");
        let field = [&[VERSION][..], &crc.sum().to_le_bytes(), "zürich".as_bytes()].concat();
        let extra = [&UNICODE_PATH.to_le_bytes()[..], &(field.len() as u16).to_le_bytes(), &field].concat();
        assert_eq!(shown(b"z\x3F\xFFrich", 0, &extra), "zürich");
        // Of a name that was changed since, it says nothing.
        assert_ne!(shown(b"x\x3F\xFFrich", 0, &extra), "zürich");
    }
}
