//! How a word is folded, so that all its writings meet, and which words are codes.

use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

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
    let mut out = String::with_capacity(word.len());
    fold_into(word, &mut out);
    out
}

/// Adds a word, folded.
pub(super) fn fold_into(word: &str, out: &mut String) {
    if word.is_ascii() && !word.contains('\'') {
        let start = out.len();
        out.push_str(word);
        out[start..].make_ascii_lowercase();
        return;
    }
    // Marks are left out, so their order, which normalisation would settle, says nothing here.
    word.chars().for_each(|c| if c.is_ascii() { add_part(c, out) } else { decompose_compatible(c, |part| add_part(part, out)) });
}

/// Adds what a character is made of.
fn add_part(part: char, out: &mut String) {
    match part {
        '\'' | '’' => {}
        c if c.is_ascii() => out.push(c.to_ascii_lowercase()),
        'ß' => out.push_str("ss"),
        'æ' | 'Æ' => out.push_str("ae"),
        'ø' | 'Ø' => out.push('o'),
        'ł' | 'Ł' => out.push('l'),
        'đ' | 'Đ' => out.push('d'),
        c if is_combining_mark(c) || is_invisible(c) => {}
        c => out.extend(c.to_lowercase()),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// As folding is defined: the compatibility decomposition, without marks and what is not seen, in small letters.
    fn defined(word: &str) -> String {
        let parts = word.nfkd().filter(|c| !is_combining_mark(*c) && !matches!(c, '\'' | '’') && !is_invisible(*c));
        let plain = parts.flat_map(|c| match c {
            'ß' => vec!['s', 's'],
            'æ' | 'Æ' => vec!['a', 'e'],
            'ø' | 'Ø' => vec!['o'],
            'ł' | 'Ł' => vec!['l'],
            'đ' | 'Đ' => vec!['d'],
            c => vec![c],
        });
        plain.flat_map(char::to_lowercase).collect()
    }

    #[test]
    fn every_character_folds_as_defined() {
        for c in ('\0'..=char::MAX).map(String::from) {
            assert_eq!(fold(&c), defined(&c), "{c:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn marks_in_any_order_fold_as_defined(word in "\\PC{0,12}", marked in "[a-zA-Zåéß각한\u{0300}-\u{0345}\u{FF21}\u{FB01}\u{1E9E}'’]{0,12}") {
            proptest::prop_assert_eq!(fold(&word), defined(&word));
            proptest::prop_assert_eq!(fold(&marked), defined(&marked));
        }
    }
}
