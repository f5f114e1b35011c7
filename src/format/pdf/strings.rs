//! Strings of dictionaries (ISO 32000-2, 7.9.2): titles and authors, form fields and their values,
//! annotations, bookmarks, addresses of links, scripts, alternative texts.

use super::file::File;
use super::object::{Dictionary, Object};

/// Keys whose strings are no text.
const SILENT: [&[u8]; 14] =
    [b"ID", b"O", b"U", b"OE", b"UE", b"Perms", b"CharSet", b"DA", b"CheckSum", b"Panose", b"Lookup", b"Cert", b"IDTree", b"IRT"];

/// A string as text; `None` where it is none.
pub fn decode(bytes: &[u8]) -> Option<String> {
    let text = match bytes {
        [0xFE, 0xFF, rest @ ..] => encoding_rs::UTF_16BE.decode_without_bom_handling(rest).0.into_owned(),
        [0xFF, 0xFE, rest @ ..] => encoding_rs::UTF_16LE.decode_without_bom_handling(rest).0.into_owned(),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
        },
    };
    let odd = text.chars().filter(|c| c.is_control() && !c.is_whitespace() && *c != '\u{1B}').count();
    (!text.trim().is_empty() && odd * 10 <= text.chars().count()).then_some(text)
}

/// What a string is called by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name<'n> {
    /// The key of its dictionary; empty outside of any.
    Key(&'n str),
    /// The field whose value it is.
    Field(&'n str),
}

/// Pushes the strings in an object, each with the name of its field or key.
pub fn walk(file: &File<'_>, object: &Object, key: Name<'_>, push: &mut dyn FnMut(Name<'_>, String)) {
    match object {
        Object::String(s) => {
            if let Some(text) = decode(s) {
                push(key, text);
            }
        }
        Object::Array(items) => items.iter().for_each(|item| walk(file, item, key, push)),
        Object::Dictionary(d) => dictionary(file, d, push),
        Object::Null | Object::Bool(_) | Object::Number(_) | Object::Name(_) | Object::Reference(_) => {}
    }
}

fn dictionary(file: &File<'_>, of: &Dictionary, push: &mut dyn FnMut(Name<'_>, String)) {
    let is_signature = of.get("ByteRange").is_some();
    // A field's value is labelled by the field's name (12.7.4.1), or that of its parent.
    let named = |d: &Dictionary| match d.get("T").map(|o| file.resolve(o)) {
        Some(Object::String(s)) => decode(&s),
        _ => None,
    };
    let field = named(of).or_else(|| named(&file.dictionary(of, "Parent")));
    for (key, value) in &of.0 {
        if SILENT.contains(&&key[..]) || is_signature && key == b"Contents" {
            continue;
        }
        let key = String::from_utf8_lossy(key);
        match (field.as_deref().filter(|_| matches!(&key[..], "V" | "DV")), value) {
            (Some(field), Object::Reference(_)) => walk(file, &file.resolve(value), Name::Field(field), push),
            (Some(field), _) => walk(file, value, Name::Field(field), push),
            (None, _) => walk(file, value, Name::Key(&key), push),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_text_or_none() {
        assert_eq!(decode(b"\xFE\xFF\0B\0a\0n\0k").as_deref(), Some("Bank"));
        assert_eq!(decode(b"Cr\xE9dit").as_deref(), Some("Crédit"));
        assert_eq!((decode(b"\0\x01\x02\x03ab"), decode(b"  ")), (None, None));
    }
}
