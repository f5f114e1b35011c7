//! Text that is a file of its own where it stands: a value of a database, a stretch of text between other bytes.

use crate::format::{Format, Kind, Probe, database, detect, mail, payments, text};
use std::borrow::Cow;

/// Shorter text is a value, whatever it looks like.
pub(in crate::format) const SHORTEST: usize = 65;
/// The second line of a file begins before this place.
const FIRST_LINE: usize = 16 << 10;

/// Is it a file with records, a script of a database or a mail? Payments in a value are read where they stand.
pub(in crate::format) fn is_file(bytes: &[u8]) -> bool {
    const FORMATS: [&Format; 6] =
        [&text::delimited::FORMAT, &text::fixed_width::FORMAT, &database::SQL, &database::PG_COPY, &mail::EML, &mail::MBOX];
    format_of(bytes).is_some_and(|format| FORMATS.iter().any(|known| known.name == format.name))
}

/// As [`is_file`], or is it a payment file?
pub(in crate::format) fn is_any_file(bytes: &[u8]) -> bool {
    bytes.len() >= SHORTEST && payments::layout_of(&Probe::new(bytes)).is_some() || is_file(bytes)
}

/// The file that a value is, as it stands or behind the escapes of a string in a string: `\n` between its lines.
pub(in crate::format) fn file_in(value: &str) -> Option<Cow<'_, str>> {
    if value.len() < SHORTEST {
        return None;
    }
    if value.contains(['\n', '\r']) {
        return is_file(value.as_bytes()).then_some(Cow::Borrowed(value));
    }
    value.contains("\\n").then(|| unescaped(value)).filter(|text| is_file(text.as_bytes())).map(Cow::Owned)
}

/// What the escapes of characters mean that lines and quoted fields have (RFC 8259, section 7).
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('\\') {
        out.push_str(before);
        let mut characters = behind.chars();
        match characters.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some(mark @ ('"' | '\'' | '\\' | '/')) => out.push(mark),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
    out
}

/// The format of text in several lines; most values have one line, and cost nothing.
fn format_of(bytes: &[u8]) -> Option<&'static Format> {
    if bytes.len() < SHORTEST {
        return None;
    }
    let end = memchr::memchr2(b'\n', b'\r', &bytes[..bytes.len().min(FIRST_LINE)])?;
    let has_more = bytes[end..].iter().any(|byte| byte.is_ascii_alphanumeric());
    match has_more.then(|| detect(&Probe::new(bytes)))? {
        Kind::Format(format) => Some(format),
        Kind::Signature(_) | Kind::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_scripts_and_mails_are_files_and_words_are_none() {
        let rows = "104233,Mary Jones,4455667788,10.00\n104233,John Lee,4455667799,11.00\n";
        let wide: Vec<u8> = format!("client_id,name,account,balance\n{rows}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(is_file(&wide));
        for text in [
            format!("client_id,name,account,balance\r\n{}", rows.replace('\n', "\r\n")),
            format!("client_id|name|account|balance\n{}", rows.replace(',', "|")),
            "CREATE TABLE t (client_id int, name text);\nINSERT INTO t VALUES (104233, 'Mary Jones');\n".to_owned(),
            "From: a@v.example\nTo: b@v.example\nSubject: the file\nDate: Mon, 4 Nov 2024 10:00:00 +0000\n\nas agreed\n".to_owned(),
        ] {
            assert!(is_file(text.as_bytes()), "{text}");
        }
        let escaped = format!("client_id,name,account,balance\\n{}", rows.replace('\n', "\\n"));
        assert_eq!(file_in(&escaped).as_deref(), Some(&*format!("client_id,name,account,balance\n{rows}")));
        assert_eq!(file_in(r"C:\new\names\of\nobody, C:\new\names\of\nobody, C:\new\names\of\nobody, and so on and on"), None);
        for text in [
            "Dear Ann,\nhere is what we agreed on, and what remains to be done.\nYours, Bo, of the desk\n".to_owned(),
            "12 Oak Street, Suite 4\nNorwell, MA 02061\nUnited States of America, the North\nof it".to_owned(),
            "java.lang.IllegalStateException: closed\n\tat a.B.c(B.java:12)\n\tat a.D.e(D.java:7)\n\tat a.F.g(F.java:9)\n".to_owned(),
            rows.replace('\n', ""),
            format!("{0}\n{0}", "7".repeat(94)),
        ] {
            assert!(!is_any_file(text.as_bytes()), "{text}");
        }
    }
}
