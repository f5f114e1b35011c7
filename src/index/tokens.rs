//! How text becomes tokens: once for the evidence, and the same way for names and identifiers of the
//! registry, so that both meet.
//!
//! A token is a run of letters and digits, folded: lower case, accents off, full-width forms narrowed.
//! Apostrophes and characters that are not seen (soft hyphens, joiners, marks of direction) inside words vanish, `&` is the word "and"; a word in camelCase also gives its parts, and
//! one with a possessive `'s` its stem.

use std::borrow::Cow;
use std::ops::Range;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Terms are cut at this many bytes; what is found by a cut term is verified against the text.
pub const TERM_BYTES: usize = 64;
/// Tokens with a digit that are so long are codes.
const CODE_BYTES: usize = 5;

/// A token of some text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'l> {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// The folded token.
    pub term: &'l str,
    /// Its place in the order of tokens; a camelCase word stands at the place of its first part.
    pub position: u32,
    /// The token is a whole camelCase word, and its parts follow.
    pub compound: bool,
    /// It is a number or a code with digits; see [`is_code`].
    pub code: bool,
}

/// The tokens of a text in order, their folded terms in one piece of memory: the whole text in lower case, in which
/// nearly all terms stand as they are, and behind it those that are folded otherwise.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    folded: String,
    all: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    /// Bytes of the text.
    span: (u32, u32),
    /// Bytes of the folded terms.
    term: (u32, u32),
    position: u32,
    compound: bool,
    code: bool,
    /// It holds a digit, or capitals only.
    value: bool,
}

/// The sequences of terms under which a text is found: one with its words in camelCase whole, and one with
/// their parts; a single one where they are the same.
pub fn phrases_of(text: &str) -> Vec<Vec<String>> {
    let all = Tokens::of(text);
    let mut covered = 0;
    let mut whole = Vec::new();
    for token in all.iter() {
        if token.span.start >= covered {
            whole.push(token.term.to_owned());
        }
        covered = covered.max(token.span.end);
    }
    let parts = words_of(text);
    if whole == parts { vec![parts] } else { vec![whole, parts] }
}

/// The terms of a text, of words in camelCase their parts.
pub fn words_of(text: &str) -> Vec<String> {
    Tokens::of(text).iter().filter(|t| !t.compound).map(|t| t.term.to_owned()).collect()
}

impl Tokens {
    /// Splits a text of less than 1 GiB.
    pub fn of(text: &str) -> Self {
        let mut tokens = Self::default();
        tokens.split(text);
        tokens
    }

    /// As [`Self::of`], in the memory of the tokens that were here.
    pub fn split(&mut self, text: &str) {
        assert!(text.len() < 1 << 30, "a passage is less than 1 GiB, and so are its terms together");
        self.folded.clear();
        self.folded.push_str(text);
        self.folded.make_ascii_lowercase();
        self.all.clear();
        self.all.reserve(text.len() / 6);
        let bytes = text.as_bytes();
        let (mut at, mut position) = (0, 0);
        while at < bytes.len() {
            match bytes[at] {
                b'&' => {
                    let end = at + if bytes[at..].starts_with(b"&amp;") { 5 } else { 1 };
                    self.add_folded(text, at..end, "and", position, false);
                    (at, position) = (end, position + 1);
                }
                b if b.is_ascii_alphanumeric() => match plain_end(bytes, at) {
                    Some(Plain { end, code, value }) => {
                        let place = (at as u32, end as u32);
                        self.all.push(Entry { span: place, term: place, position, compound: false, code, value });
                        (at, position) = (end, position + 1);
                    }
                    None => (at, position) = self.add_word(text, at, position),
                },
                b if b < 0x80 => at += 1,
                _ => {
                    let Some(c) = text[at..].chars().next() else { break };
                    if c.is_alphanumeric() {
                        (at, position) = self.add_word(text, at, position);
                    } else {
                        at += c.len_utf8();
                    }
                }
            }
        }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The token with this index.
    ///
    /// # Panics
    /// There are no so many.
    pub fn get(&self, i: usize) -> Token<'_> {
        let entry = &self.all[i];
        Token { span: self.span(i), term: self.term(i), position: entry.position, compound: entry.compound, code: entry.code }
    }

    /// The folded term of the token with this index.
    pub fn term(&self, i: usize) -> &str {
        let (start, end) = self.all[i].term;
        &self.folded[start as usize..end as usize]
    }

    /// The bytes of the folded term of the token with this index.
    pub fn bytes(&self, i: usize) -> &[u8] {
        let (start, end) = self.all[i].term;
        &self.folded.as_bytes()[start as usize..end as usize]
    }

    /// Is the token with this index a number or a code with digits?
    pub fn is_code(&self, i: usize) -> bool {
        self.all[i].code
    }

    /// Can the token with this index be a value: does it hold a digit, or capitals only?
    pub fn may_be_value(&self, i: usize) -> bool {
        self.all[i].value
    }

    /// The place of the token with this index in the order of tokens.
    pub fn place(&self, i: usize) -> u32 {
        self.all[i].position
    }

    /// The bytes of the text that the token with this index has.
    pub fn span(&self, i: usize) -> Range<usize> {
        let (start, end) = self.all[i].span;
        start as usize..end as usize
    }

    /// All, in order.
    pub fn iter(&self) -> impl Iterator<Item = Token<'_>> + Clone {
        self.from(0)
    }

    /// Those from an index on, in order.
    pub fn from(&self, i: usize) -> impl Iterator<Item = Token<'_>> + Clone {
        (i..self.len()).map(|i| self.get(i))
    }

    /// Indices of the tokens that begin inside a span of the text.
    pub fn within(&self, span: &Range<usize>) -> Range<usize> {
        let before = |place: usize| self.all.partition_point(|entry| (entry.span.0 as usize) < place);
        before(span.start)..before(span.end)
    }

    /// Adds a token with its folded term, which stands nowhere yet.
    fn add_folded(&mut self, text: &str, span: Range<usize>, term: &str, position: u32, compound: bool) {
        let start = self.folded.len();
        let is_value = |text: &str| text.bytes().any(|b| b.is_ascii_digit()) || text.bytes().all(|b| b.is_ascii_uppercase());
        self.folded.push_str(term);
        self.all.push(Entry {
            span: (span.start as u32, span.end as u32),
            term: (start as u32, self.folded.len() as u32),
            position,
            compound,
            code: is_code(term),
            value: is_value(&text[span]) || is_value(term),
        });
    }

    /// Adds the word that begins at `start` with all its readings; gives where to go on, and the next place.
    fn add_word(&mut self, text: &str, start: usize, position: u32) -> (usize, u32) {
        let end = word_end(text, start);
        let word = &text[start..end];
        let term = fold(word);
        if term.is_empty() {
            return (end, position);
        }
        let mut readings: Vec<(Range<usize>, u32, bool)> = Vec::new();
        // Whether what a blank without width divides are words cannot be known: they stand where the whole does.
        readings.extend(words_between(word).into_iter().map(|part| (start + part.start..start + part.end, position, false)));
        let mut width = add_parts(word, start, position, &mut readings);
        let compound = !readings.is_empty();
        // Behind what may be an escape or literal the rest of the word is a word as well; whether it is one
        // cannot be known, so both readings stand.
        let glued = glued_before(text, start);
        if glued > 0 && glued < word.len() {
            let rest = readings.len();
            readings.push((start + glued..end, position, false));
            width = width.max(add_parts(&word[glued..], start + glued, position, &mut readings));
            readings[rest].2 = readings.len() > rest + 1;
        }
        // The index wants places in order.
        readings.sort_by_key(|(_, place, _)| *place);
        self.add_folded(text, start..end, &term, position, compound);
        for (span, position, compound) in readings {
            let term = fold(&text[span.clone()]);
            self.add_folded(text, span, &term, position, compound);
        }
        (end, position + width)
    }
}

/// The blank without width.
const NO_WIDTH: char = '\u{200B}';

const UPPER: u8 = 1;
const LOWER: u8 = 2;
const DIGIT: u8 = 4;

/// What kind of character of a plain word each byte is.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        let b = byte as u8;
        classes[byte] = if b.is_ascii_uppercase() {
            UPPER
        } else if b.is_ascii_lowercase() {
            LOWER
        } else if b.is_ascii_digit() {
            DIGIT
        } else {
            0
        };
        byte += 1;
    }
    classes
};

/// A word that has one reading only.
struct Plain {
    end: usize,
    code: bool,
    value: bool,
}

/// The word that begins at `start`, where it has one reading only: letters and digits of ASCII with no mark beside them
/// that could belong to it, and not in camelCase. That is nearly every word.
fn plain_end(bytes: &[u8], start: usize) -> Option<Plain> {
    if start > 0 && (matches!(bytes[start - 1], b'\\' | b'%' | b'=' | b'[' | b';') || bytes[start - 1] == b'-' && bytes[start] == b'D') {
        return None;
    }
    let (mut at, mut before, mut rises, mut digits, mut all) = (start, 0, 0, 0, 0);
    while let Some(class) = bytes.get(at).map(|b| CLASSES[usize::from(*b)]).filter(|class| *class != 0) {
        // An upper letter behind a lower one.
        rises |= class & before >> 1;
        digits += usize::from(class & DIGIT != 0);
        all |= class;
        before = class;
        at += 1;
    }
    match bytes.get(at) {
        Some(b'\'' | 0x80..) => None,
        _ if rises & UPPER != 0 => None,
        _ => Some(Plain { end: at, code: is_code_of(at - start, digits), value: all != LOWER && all != LOWER | UPPER }),
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
                Some(c) if is_invisible(c) && at > start => match text[at..].trim_start_matches(is_invisible) {
                    rest if rest.starts_with(|c: char| c.is_alphanumeric() || is_combining_mark(c)) => at = text.len() - rest.len(),
                    _ => break,
                },
                Some(c @ '’') if text[at + c.len_utf8()..].starts_with(char::is_alphabetic) && at > start => at += c.len_utf8(),
                _ => break,
            }
        } else {
            break;
        }
    }
    at
}

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

/// What blanks without width divide; nothing where there are none.
fn words_between(word: &str) -> Vec<Range<usize>> {
    if word.is_ascii() || !word.contains(NO_WIDTH) {
        return Vec::new();
    }
    let mut at = 0;
    let parts = word.split_inclusive(NO_WIDTH).map(|part| {
        let start = at;
        at += part.len();
        start..start + part.trim_end_matches(NO_WIDTH).len()
    });
    parts.filter(|part| !part.is_empty()).take(12).collect()
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
        // `-Dclient.id=4711`: a property of a Java program.
        Some(b'-') if word.first() == Some(&b'D') && word.get(1).is_some_and(u8::is_ascii_lowercase) => {
            let begins = before[..before.len() - 1].last().is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\''));
            usize::from(begins)
        }
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
    if token.len() <= TERM_BYTES {
        return token;
    }
    let mut end = TERM_BYTES;
    while !token.is_char_boundary(end) {
        end -= 1;
    }
    &token[..end]
}

/// Is it a number or a code with digits? There are many of them, nearly all different, and they are hardly ever
/// part of a phrase: the index keeps them apart from words.
pub fn is_code(term: &str) -> bool {
    let digits = term.bytes().filter(u8::is_ascii_digit).count();
    is_code_of(term.len(), digits)
}

fn is_code_of(bytes: usize, digits: usize) -> bool {
    digits > 0 && (bytes >= CODE_BYTES || digits == bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<(String, u32)> {
        Tokens::of(text).iter().map(|t| (t.term.to_owned(), t.position)).collect()
    }

    #[test]
    fn words_fold_and_ampersands_are_words() {
        let folded = |text: &str| terms(text).into_iter().map(|(term, _)| term).collect::<Vec<_>>();
        assert_eq!(folded("Farmers' & Mérchants_BANK, N.A."), ["farmers", "and", "merchants", "bank", "n", "a"]);
        assert_eq!(folded("Farmer’s Straße &amp; Co"), ["farmers", "farmer", "strasse", "and", "co"]);
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
    fn what_is_not_seen_is_no_part_of_a_word() {
        assert_eq!(words_of("Ald\u{AD}er Har\u{200D}bor\u{200E} \u{FEFF}Bank\u{AD}"), ["alder", "harbor", "bank"]);
        assert_eq!(words_of("ＷＱ３３２Ｂ Q7\u{2060}X9"), ["wq332b", "q7x9"]);
        let both = [("aldervalley", 0), ("alder", 0), ("valley", 0), ("bank", 1)].map(|(t, p)| (t.to_owned(), p));
        assert_eq!(terms("Alder\u{200B}Valley Bank"), both);
        assert_eq!(seen("Ｑ７\u{200B}X"), "Q7X");
    }

    #[test]
    fn escapes_and_literals_are_no_part_of_a_word() {
        for text in ["VALUES (N'Q7X9ZP')", "done\\nQ7X9ZP", "a%3DQ7X9ZP", "\x1b[0;32mQ7X9ZP\x1b[0m", "客户代码Q7X9ZP是"] {
            let all = Tokens::of(text);
            let found = all.iter().find(|t| t.term == "q7x9zp").unwrap_or_else(|| panic!("{text}"));
            assert!(begins_word(text, found.span.start) && ends_word(text, found.span.end), "{text}");
        }
        assert!(!begins_word("XQ7X9ZP", 1) && !ends_word("Q7X9ZPX", 6));
    }

    proptest::proptest! {
        #[test]
        fn places_never_go_back(text in "[nN'\\\\=%a-fA-Z0-9 _&]{0,60}") {
            let tokens = Tokens::of(&text);
            let places: Vec<u32> = tokens.iter().map(|t| t.position).collect();
            proptest::prop_assert!(places.is_sorted(), "{:?}", places);
            proptest::prop_assert!(tokens.iter().all(|token| token.code == is_code(token.term)));
        }
    }

    #[test]
    fn codes_stay_whole() {
        assert_eq!(terms("key=Y9UF9Q;x").iter().map(|t| t.0.as_str()).collect::<Vec<_>>(), ["key", "y9uf9q", "x"]);
    }
}
