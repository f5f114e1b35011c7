//! How text becomes tokens: once for the evidence, and the same way for names and identifiers of the
//! registry, so that both meet.
//!
//! A token is a run of letters and digits, folded: lower case, accents off, full-width forms narrowed.
//! Apostrophes inside words vanish, `&` is the word "and"; a word in camelCase also gives its parts, and
//! one with a possessive `'s` its stem.

use std::ops::Range;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Terms are cut at this many bytes; what is found by a cut term is verified against the text.
pub const TERM_BYTES: usize = 64;

/// A token of some text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// The folded token.
    pub term: String,
    /// Its place in the order of tokens; a camelCase word stands at the place of its first part.
    pub position: u32,
    /// The token is a whole camelCase word, and its parts follow.
    pub compound: bool,
}

/// Splits text into tokens.
pub fn tokens(text: &str) -> Tokens<'_> {
    Tokens { text, at: 0, position: 0, readings: Vec::new() }
}

/// The sequences of terms under which a text is found: one with its words in camelCase whole, and one with
/// their parts; a single one where they are the same.
pub fn phrases_of(text: &str) -> Vec<Vec<String>> {
    let all: Vec<Token> = tokens(text).collect();
    let mut covered = 0;
    let mut whole = Vec::new();
    for token in &all {
        if token.span.start >= covered {
            whole.push(token.term.clone());
        }
        covered = covered.max(token.span.end);
    }
    let parts: Vec<String> = all.into_iter().filter(|t| !t.compound).map(|t| t.term).collect();
    if whole == parts { vec![parts] } else { vec![whole, parts] }
}

/// Iterator of [`tokens`].
pub struct Tokens<'a> {
    text: &'a str,
    at: usize,
    position: u32,
    /// Other readings of the word that was given last, in reverse: its span, its place, whether parts follow.
    readings: Vec<(Range<usize>, u32, bool)>,
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        if let Some((span, position, compound)) = self.readings.pop() {
            let term = fold(&self.text[span.clone()]);
            return Some(Token { span, term, position, compound });
        }
        let bytes = self.text.as_bytes();
        loop {
            // Skip to the next word character.
            while self.at < bytes.len() {
                let b = bytes[self.at];
                if b.is_ascii_alphanumeric() || b == b'&' {
                    break;
                }
                if b >= 0x80 {
                    let c = self.text[self.at..].chars().next()?;
                    if c.is_alphanumeric() {
                        break;
                    }
                    self.at += c.len_utf8();
                } else {
                    self.at += 1;
                }
            }
            if self.at >= bytes.len() {
                return None;
            }
            let start = self.at;
            if bytes[start] == b'&' {
                self.at += if self.text[start..].starts_with("&amp;") { 5 } else { 1 };
                self.position += 1;
                return Some(Token { span: start..self.at, term: "and".to_owned(), position: self.position - 1, compound: false });
            }
            self.at = word_end(self.text, start);
            let span = start..self.at;
            let word = &self.text[span.clone()];
            let term = fold(word);
            if term.is_empty() {
                continue;
            }
            let position = self.position;
            let mut readings = Vec::new();
            let mut width = add_parts(word, start, position, &mut readings);
            let compound = !readings.is_empty();
            // Behind what may be an escape or literal the rest of the word is a word as well; whether it is one
            // cannot be known, so both readings stand.
            let glued = glued_before(self.text, start);
            if glued > 0 && glued < word.len() {
                let rest = readings.len();
                readings.push((start + glued..self.at, position, false));
                width = width.max(add_parts(&word[glued..], start + glued, position, &mut readings));
                readings[rest].2 = readings.len() > rest + 1;
            }
            // The index wants places in order.
            readings.sort_by_key(|(_, place, _)| *place);
            readings.reverse();
            self.readings = readings;
            self.position += width;
            return Some(Token { span, term, position, compound });
        }
    }
}

/// The end of the word that begins at `start`: letters, digits, marks, and an apostrophe between letters.
fn word_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    let ideographs = text[start..].starts_with(is_ideograph);
    while at < bytes.len() {
        let b = bytes[at];
        if at > start && text.is_char_boundary(at) && (b < 0x80 || bytes[at] >= 0xC0) && ideographs != text[at..].starts_with(is_ideograph)
        {
            break;
        }
        let is_apostrophe = b == b'\'' && at > start && bytes.get(at + 1).is_some_and(|b| b.is_ascii_alphabetic() || *b >= 0x80);
        if b.is_ascii_alphanumeric() || is_apostrophe {
            at += 1;
        } else if b >= 0x80 {
            match text[at..].chars().next() {
                Some(c) if c.is_alphanumeric() || is_combining_mark(c) => at += c.len_utf8(),
                Some(c @ '’') if text[at + c.len_utf8()..].starts_with(char::is_alphabetic) && at > start => at += c.len_utf8(),
                _ => break,
            }
        } else {
            break;
        }
    }
    at
}

/// Adds the parts of a word at following places: of one in camelCase its parts, of one with a possessive `'s`
/// its stem. Gives how many places it takes.
fn add_parts(word: &str, start: usize, position: u32, readings: &mut Vec<(Range<usize>, u32, bool)>) -> u32 {
    let parts = match possessive(word) {
        Some(end) => std::iter::once(0..end).collect(),
        None => camel_parts(word),
    };
    let width = parts.len().max(1) as u32;
    readings.extend(parts.into_iter().zip(position..).map(|(part, place)| (start + part.start..start + part.end, place, false)));
    width
}

/// How much of the word that begins here belongs to an escape or literal before it, not to the word:
/// `\nQ7X9ZP` in a log, `%20First` in an address, `=3DQ7` in quoted-printable, `N'First'` in SQL, colours of a
/// terminal. The rest of the word is then a part of its own.
fn glued_before(text: &str, start: usize) -> usize {
    let (before, word) = (&text.as_bytes()[..start], &text.as_bytes()[start..]);
    let hex = word.len() > 2 && word[..2].iter().all(u8::is_ascii_hexdigit);
    match before.last() {
        Some(b'\\') if matches!(word.first(), Some(b'n' | b't' | b'r')) => 1,
        Some(b'%') if hex => 2,
        Some(b'=') if hex && !word[..2].iter().any(u8::is_ascii_lowercase) => 2,
        Some(b'[' | b';') => {
            let digits = word.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
            let is_colour = before.iter().rev().take(12).any(|b| *b == 0x1B) && word.get(digits) == Some(&b'm');
            if is_colour { digits + 1 } else { 0 }
        }
        _ => {
            let prefix = word.iter().take(3).take_while(|b| b.is_ascii_alphabetic()).count();
            let quote = if word[prefix..].starts_with(b"'") {
                1
            } else if word[prefix..].starts_with("’".as_bytes()) {
                3
            } else {
                0
            };
            if (1..=2).contains(&prefix) && quote > 0 { prefix + quote } else { 0 }
        }
    }
}

/// Does a word begin here: behind something that is no part of a word, or behind an escape or literal that
/// is glued to it?
pub fn begins_word(text: &str, at: usize) -> bool {
    match text[..at].chars().next_back() {
        Some(c) if is_ideograph(c) => true,
        Some(c) if c.is_alphanumeric() => {
            (1..=5).any(|n| at.checked_sub(n).is_some_and(|from| text.is_char_boundary(from) && glued_before(text, from) == n))
        }
        _ => true,
    }
}

/// Does a word end here? Between a word in Latin letters and one in ideographs no blank stands.
pub fn ends_word(text: &str, at: usize) -> bool {
    match text[at..].chars().next() {
        Some('\'' | '’') => true,
        Some(c) => !c.is_alphanumeric() || is_ideograph(c),
        None => true,
    }
}

/// Scripts that are written without blanks between words.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// `Bank's`: the word without its `'s` is a part of its own, so that it is found as well.
fn possessive(word: &str) -> Option<usize> {
    let stem = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).or_else(|| word.strip_suffix("'S"))?;
    (!stem.is_empty()).then_some(stem.len())
}

/// The parts of a camelCase word; none where it is no such word. Words with digits are no such words:
/// codes and hashes stay whole.
fn camel_parts(word: &str) -> Vec<Range<usize>> {
    let bytes = word.as_bytes();
    if bytes.len() < 4 || bytes.len() > 80 || !bytes.iter().all(u8::is_ascii_alphabetic) {
        return Vec::new();
    }
    if !bytes.windows(2).any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase()) {
        return Vec::new();
    }
    let mut cuts = vec![0];
    for i in 1..bytes.len() {
        let rises = bytes[i - 1].is_ascii_lowercase() && bytes[i].is_ascii_uppercase();
        // XMLReader: the last capital of a run begins the next word.
        let run_ends =
            bytes[i - 1].is_ascii_uppercase() && bytes[i].is_ascii_uppercase() && bytes.get(i + 1).is_some_and(u8::is_ascii_lowercase);
        if rises || run_ends {
            cuts.push(i);
        }
    }
    cuts.push(bytes.len());
    if cuts.len() > 12 { Vec::new() } else { cuts.windows(2).map(|w| w[0]..w[1]).collect() }
}

/// Folds one word.
pub fn fold(word: &str) -> String {
    if word.is_ascii() {
        let mut out = String::with_capacity(word.len());
        out.extend(word.bytes().filter(|b| *b != b'\'').map(|b| b.to_ascii_lowercase() as char));
        return out;
    }
    word.nfkd()
        .filter(|c| !is_combining_mark(*c) && *c != '\'' && *c != '’')
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
    if token.len() <= TERM_BYTES {
        return token;
    }
    let mut end = TERM_BYTES;
    while !token.is_char_boundary(end) {
        end -= 1;
    }
    &token[..end]
}

/// Numbers and other machine-made tokens stand in a field of their own, without positions: there are
/// many, nearly all different, and they are never part of a phrase.
pub fn is_number(term: &str) -> bool {
    let digits = term.bytes().filter(u8::is_ascii_digit).count();
    (digits == term.len() && digits >= 6) || (term.len() >= 16 && digits > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<(String, u32)> {
        tokens(text).map(|t| (t.term, t.position)).collect()
    }

    #[test]
    fn words_fold_and_ampersands_are_words() {
        let got: Vec<_> = tokens("Farmers' & Mérchants_BANK, N.A.").map(|t| t.term).collect();
        assert_eq!(got, ["farmers", "and", "merchants", "bank", "n", "a"]);
        assert_eq!(tokens("Farmer’s Straße &amp; Co").map(|t| t.term).collect::<Vec<_>>(), ["farmers", "farmer", "strasse", "and", "co"]);
    }

    #[test]
    fn camel_case_gives_the_word_and_its_parts_at_following_places() {
        assert_eq!(
            terms("x FirstStateBank y"),
            [("x", 0), ("firststatebank", 1), ("first", 1), ("state", 2), ("bank", 3), ("y", 4)].map(|(t, p)| (t.to_owned(), p))
        );
    }

    #[test]
    fn a_possessive_also_gives_its_stem() {
        assert_eq!(terms("Bank's files"), [("banks", 0), ("bank", 0), ("files", 1)].map(|(t, p)| (t.to_owned(), p)));
    }

    #[test]
    fn escapes_and_literals_are_no_part_of_a_word() {
        for text in ["VALUES (N'Q7X9ZP')", "done\\nQ7X9ZP", "a%3DQ7X9ZP", "\x1b[0;32mQ7X9ZP\x1b[0m", "客户代码Q7X9ZP是"] {
            let found = tokens(text).find(|t| t.term == "q7x9zp").unwrap_or_else(|| panic!("{text}"));
            assert!(begins_word(text, found.span.start) && ends_word(text, found.span.end), "{text}");
        }
        assert!(!begins_word("XQ7X9ZP", 1) && !ends_word("Q7X9ZPX", 6));
    }

    proptest::proptest! {
        #[test]
        fn places_never_go_back(text in "[nN'\\\\=%a-fA-Z0-9 _&]{0,60}") {
            let places: Vec<u32> = tokens(&text).map(|t| t.position).collect();
            proptest::prop_assert!(places.is_sorted(), "{:?}", places);
        }
    }

    #[test]
    fn codes_stay_whole() {
        assert_eq!(terms("key=Y9UF9Q;x").iter().map(|t| t.0.as_str()).collect::<Vec<_>>(), ["key", "y9uf9q", "x"]);
    }
}
