//! What parts the groups of a number.

use std::borrow::Cow;

/// The hyphen or blank that a character is which parts the groups of a number: word processors set some that do not break,
/// or are as long as a digit is wide.
pub(crate) fn parting(c: char) -> Option<char> {
    match c {
        '-' | '\u{AD}' | '\u{2010}'..='\u{2013}' | '\u{2212}' | '\u{FF0D}' => Some('-'),
        ' ' | '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' => Some(' '),
        _ => None,
    }
}

/// A number with the hyphens and blanks of ASCII.
pub(super) fn with_plain_partings(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 17;
    match text.is_ascii() || text.len() > LONGEST {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.chars().map(|c| parting(c).unwrap_or(c)).collect()),
    }
}
