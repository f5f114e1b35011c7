//! Texts in the tokens of a formula (MS-XLS 2.2.2, MS-XLSB 2.2.2): what a cell says stands there alone where
//! nobody stored its result.

use super::biff::{Text, printable};
use crate::format::BORDER;

/// How a formula writes the length and the characters of a text behind its token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Literal {
    /// A length in one byte, characters of one byte: Excel 5 and 95.
    Bytes,
    /// A length in one byte, flags, characters of one or two bytes (2.5.198.89).
    Flagged,
    /// A length in two bytes, characters of two bytes (MS-XLSB 2.5.97.83).
    Wide,
}

/// Token of a text, and of what puts two texts together.
const TEXT: u8 = 0x17;
const JOIN: u8 = 0x08;

/// The texts of a record that may hold formulas, then whatever else of it is printable. Two texts that the formula
/// puts together are one.
pub fn texts(body: &[u8], literal: Literal) -> String {
    let mut out = String::new();
    let (mut at, mut rest) = (0, 0);
    // Where a text ends that the next one may go on.
    let mut open = None;
    while let Some(found) = body.get(at..).and_then(|left| memchr::memchr(TEXT, left)) {
        at += found;
        let Some((text, end)) = read(body, at + 1, literal) else {
            at += 1;
            continue;
        };
        let is_joined = body.get(end) == Some(&JOIN);
        if is_joined && open == Some(at) {
            out.pop();
        } else {
            out.push_str(&printable(&body[rest..at]));
        }
        out.push_str(&text);
        out.push(BORDER);
        at = end + usize::from(is_joined);
        rest = at;
        open = Some(at);
    }
    out.push_str(&printable(&body[rest..]));
    out
}

/// A text whose length stands at a place, and where it ends; `None` where what stands there is no text.
fn read(body: &[u8], at: usize, literal: Literal) -> Option<(String, usize)> {
    let first = usize::from(*body.get(at)?);
    let (start, length, wide) = match literal {
        Literal::Bytes => (at + 1, first, false),
        Literal::Flagged => (at + 2, first, *body.get(at + 1).filter(|flags| **flags < 2)? == 1),
        Literal::Wide => (at + 2, first | usize::from(*body.get(at + 1)?) << 8, true),
    };
    let end = start + if wide { 2 * length } else { length };
    let text = Text::characters(body.get(start..end)?, wide);
    let is_text =
        length > 0 && !text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r') || c == char::REPLACEMENT_CHARACTER);
    is_text.then_some((text, end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_of_formulas_stand_alone_whatever_stands_beside_them() {
        let joined = b"\x17\x06\0Code: \x17\x03\0A1B\x08";
        assert_eq!(texts(joined, Literal::Flagged), "Code: A1B\u{1E}");
        let link = b"\x17\x04\0a.co\x17\x0A\0First Bank\x42\x02\x67\x01";
        assert!(texts(link, Literal::Flagged).starts_with("a.co\u{1E}First Bank\u{1E}"), "{:?}", texts(link, Literal::Flagged));
        assert_eq!(texts(b"\x17\x02\x01\xE9\0A\0", Literal::Flagged), "éA\u{1E}");
        assert_eq!(texts(b"\x17\x05FirstB\x02", Literal::Bytes), "First\u{1E}");
        let wide: Vec<u8> = "First".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(texts(&[b"\x17\x05\0", &wide[..], b"\x08"].concat(), Literal::Wide), "First\u{1E}");
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(prop_oneof![Just(TEXT), Just(JOIN), any::<u8>()], 0..200)) {
            for literal in [Literal::Bytes, Literal::Flagged, Literal::Wide] {
                texts(&bytes, literal);
            }
        }
    }
}
