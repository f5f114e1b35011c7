//! How a word is folded, so that all its writings meet, and which words are codes.

use std::borrow::Cow;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Terms are cut at this many bytes; what is found by a cut term is verified against the text.
pub const TERM_BYTES: usize = 64;
/// Tokens with a digit that are so long are codes.
const CODE_BYTES: usize = 5;

/// Characters that are not seen and divide no word: the soft hyphen, joiners, marks and isolates of direction, and the
/// blank without width, behind which a word may begin as well.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Hyphens, dashes and the minus sign, in every width: which of them stands in a code is the choice of whoever typed it.
pub fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}')
}

/// A value as it is seen: without what is not, full-width forms narrowed, and any dash a hyphen.
pub fn seen(value: &str) -> Cow<'_, str> {
    if value.is_ascii() {
        return Cow::Borrowed(value);
    }
    let shown = value.chars().filter(|c| !is_invisible(*c)).nfkc();
    Cow::Owned(shown.map(|c| if is_dash(c) { '-' } else { c }).collect())
}

/// Folds one word.
pub fn fold(word: &str) -> String {
    if word.is_ascii() {
        let mut out = String::with_capacity(word.len());
        out.extend(word.bytes().filter(|b| *b != b'\'').map(|b| b.to_ascii_lowercase() as char));
        return out;
    }
    word.nfkd()
        .filter(|c| !is_combining_mark(*c) && *c != '\'' && *c != '’' && !is_invisible(*c))
        .flat_map(|c| match c {
            'ß' => ['s', 's'].into_iter().chain(None),
            'æ' | 'Æ' => ['a', 'e'].into_iter().chain(None),
            'ø' | 'Ø' => ['o', '\0'].into_iter().chain(None),
            'ł' | 'Ł' => ['l', '\0'].into_iter().chain(None),
            'đ' | 'Đ' => ['d', '\0'].into_iter().chain(None),
            c => [c, '\0'].into_iter().chain(None),
        })
        .filter(|c| *c != '\0')
        .flat_map(char::to_lowercase)
        .collect()
}

/// The term under which a token stands in the dictionary.
pub fn term_of(token: &str) -> &str {
    &token[..token.floor_char_boundary(TERM_BYTES)]
}

/// Is it a number or a code with digits? There are many of them, nearly all different, and they are hardly ever
/// part of a phrase: the index keeps them apart from words.
pub fn is_code(term: &str) -> bool {
    let digits = term.bytes().filter(u8::is_ascii_digit).count();
    is_code_of(term.len(), digits)
}

pub(super) fn is_code_of(bytes: usize, digits: usize) -> bool {
    digits > 0 && (bytes >= CODE_BYTES || digits == bytes)
}
