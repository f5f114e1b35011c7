//! Character references: the predefined entities of XML 1.0 (section 4.6), numeric references, and the
//! named ones of HTML 4 (section 24). Entities that a document declares itself are never expanded.

use std::borrow::Cow;

/// Longest reference, with its `&` and `;`.
pub const MAX_LEN: usize = 12;

/// Names of U+00A0 to U+00FF, in order.
const LATIN_1: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot \
    cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc \
    Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring \
    aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml \
    yacute thorn yuml";

const OTHERS: &[(&str, char)] = &[
    ("lt", '<'),
    ("gt", '>'),
    ("amp", '&'),
    ("apos", '\''),
    ("quot", '"'),
    ("AMP", '&'),
    ("OElig", 'Œ'),
    ("oelig", 'œ'),
    ("Scaron", 'Š'),
    ("scaron", 'š'),
    ("Zcaron", 'Ž'),
    ("zcaron", 'ž'),
    ("Yuml", 'Ÿ'),
    ("fnof", 'ƒ'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("sbquo", '‚'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("dagger", '†'),
    ("Dagger", '‡'),
    ("bull", '•'),
    ("hellip", '…'),
    ("permil", '‰'),
    ("lsaquo", '‹'),
    ("rsaquo", '›'),
    ("euro", '€'),
    ("trade", '™'),
    ("ensp", '\u{2002}'),
    ("emsp", '\u{2003}'),
    ("thinsp", '\u{2009}'),
    ("zwnj", '\u{200C}'),
    ("zwj", '\u{200D}'),
    ("minus", '−'),
    ("comma", ','),
    ("period", '.'),
    ("colon", ':'),
    ("semi", ';'),
    ("num", '#'),
    ("sol", '/'),
    ("bsol", '\\'),
    ("lowbar", '_'),
    ("hyphen", '‐'),
    ("dash", '‐'),
    ("commat", '@'),
    ("lpar", '('),
    ("rpar", ')'),
    ("excl", '!'),
    ("quest", '?'),
    ("equals", '='),
    ("plus", '+'),
    ("Tab", '\t'),
    ("NewLine", '\n'),
];

/// The character that a reference at the start of the text stands for, and the reference's length.
pub fn reference(text: &str) -> Option<(char, usize)> {
    let body = text.strip_prefix('&')?;
    let len = body.bytes().take(MAX_LEN).position(|b| b == b';')?;
    let name = &body[..len];
    let c = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
        None => named(name)?,
    };
    Some((c, len + 2))
}

fn named(name: &str) -> Option<char> {
    let other = OTHERS.iter().find(|(n, _)| *n == name).map(|(_, c)| *c);
    other.or_else(|| LATIN_1.split_ascii_whitespace().position(|n| n == name).and_then(|i| char::from_u32(0xA0 + i as u32)))
}

/// The text with its references replaced; unknown ones stay as they are.
pub fn decode(text: &str) -> Cow<'_, str> {
    let Some(mut at) = memchr::memchr(b'&', text.as_bytes()) else { return Cow::Borrowed(text) };
    let (mut out, mut done) = (String::with_capacity(text.len()), 0);
    loop {
        if let Some((c, len)) = reference(&text[at..]) {
            out.push_str(&text[done..at]);
            out.push(c);
            done = at + len;
        }
        let from = done.max(at + 1);
        match memchr::memchr(b'&', &text.as_bytes()[from..]) {
            Some(n) => at = from + n,
            None => break,
        }
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_decoded_and_others_stay() {
        assert_eq!(
            decode("Cr&eacute;dit &amp; S&#xF6;hne&#32;&unknown; & &#xD800; &yuml;&nbsp;"),
            "Crédit & Söhne &unknown; & &#xD800; ÿ\u{A0}"
        );
        assert_eq!(LATIN_1.split_ascii_whitespace().count(), 96);
    }
}
