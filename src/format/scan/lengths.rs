//! Values of binary records, each behind its length. A length that is a letter or digit by chance is glued to the
//! value behind it, and to the end of the value before it: `KNEBRASKA ENERGY`. Nobody says where the lengths are,
//! so the text is given as it stands, and such values once more, each by itself. They are believed where one length
//! after the other, written in one way, leads to the end of the run.

use std::ops::Range;

/// Runs up to this length, in characters, are looked at.
const LONGEST: usize = 8 << 10;
/// So many characters behind the last value may belong to what follows the run.
const AFTER: usize = 3;

/// How lengths are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::format) enum Scheme {
    /// A byte, or the last of several.
    Plain,
    /// Twice the length: Avro's, or the bytes of two-byte characters.
    Doubled,
    /// With the length's own byte, doubled, and one: PostgreSQL's short values.
    Varlena,
    /// In the low five bits of a letter, or behind an `x` (RFC 8949, section 3).
    Cbor,
    /// Behind a tag of a field (Protocol Buffers).
    Tagged,
    /// Zeros follow the length.
    Word,
}

/// All ways, where a character is a byte.
pub(in crate::format) const NARROW: &[Scheme] =
    &[Scheme::Plain, Scheme::Doubled, Scheme::Varlena, Scheme::Cbor, Scheme::Tagged, Scheme::Word];
/// The ways where a character is two bytes.
pub(super) const WIDE: &[Scheme] = &[Scheme::Plain, Scheme::Doubled, Scheme::Word];

impl Scheme {
    /// How far before a run a length may stand that belongs to its first value: it begins the run, or stands right
    /// before it.
    const fn places(self) -> &'static [usize] {
        match self {
            Self::Plain | Self::Doubled | Self::Varlena => &[0, 1],
            Self::Cbor => &[0, 1, 2],
            Self::Tagged => &[0, 2],
            Self::Word => &[0, 2, 4],
        }
    }

    /// The value whose length stands at a place: where it begins, and how long it is.
    fn value(self, code: &impl Fn(usize) -> u32, at: usize) -> Option<(usize, usize)> {
        let first = code(at) as usize;
        match self {
            Self::Plain => Some((at + 1, first)),
            Self::Doubled => first.is_multiple_of(2).then_some((at + 1, first / 2)),
            Self::Varlena => (first % 2 == 1).then(|| (at + 1, (first / 2).saturating_sub(1))),
            Self::Cbor => match first {
                0x60..=0x77 => Some((at + 1, first & 0x1F)),
                0x78 => Some((at + 2, code(at + 1) as usize)),
                _ => None,
            },
            Self::Tagged => (first & 7 == 2).then(|| (at + 2, code(at + 1) as usize)),
            Self::Word => {
                let zeros = (1..4).take_while(|n| code(at + n) == 0).count();
                matches!(zeros, 1 | 3).then_some((at + 1 + zeros, first))
            }
        }
    }
}

/// The values of a run that are glued to a length. `code` gives the character at a place, from `least` on, whether
/// it belongs to the run or stands before it.
pub(in crate::format) fn glued(code: &impl Fn(usize) -> u32, run: Range<usize>, least: usize, schemes: &[Scheme]) -> Vec<Range<usize>> {
    match run.len() > LONGEST || !may_begin(code, &run, least) {
        true => Vec::new(),
        false => search(code, &run, least, schemes),
    }
}

fn search(code: &impl Fn(usize) -> u32, run: &Range<usize>, least: usize, schemes: &[Scheme]) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for &scheme in schemes {
        for at in scheme.places().iter().filter_map(|before| run.start.checked_sub(*before)).filter(|at| *at >= least) {
            // Most bytes are the length of nothing that could stand here.
            let may_begin = scheme.value(code, at).is_some_and(|(start, length)| length > 1 && start.saturating_add(length) <= run.end);
            if may_begin {
                let values = follow(code, at, run, scheme);
                out.extend(values.into_iter().filter(|value| is_glued(code, value, run)));
            }
        }
    }
    out.sort_by_key(|value| (value.start, value.end));
    out.dedup();
    out
}

/// Might a length of some value stand where the first one must stand? Most runs have none.
fn may_begin(code: &impl Fn(usize) -> u32, run: &Range<usize>, least: usize) -> bool {
    let most = run.len() as u32;
    let before = |n: usize| run.start.checked_sub(n).filter(|at| *at >= least).map_or(u32::MAX, code);
    let (first, second, third) = (code(run.start), before(1), before(2));
    let is_length = |code: u32| (2..=most).contains(&code);
    // Twice the length and up to three more.
    let is_any_length = |code: u32| (2..=2 * most + 3).contains(&code);
    let is_cbor = |code: u32| code == 0x78 || (0x60..=0x77).contains(&code) && is_length(code & 0x1F);
    is_any_length(first)
        || is_any_length(second)
        || is_length(third) && second == 0
        || is_length(before(4)) && before(3) == 0
        || is_cbor(first)
        || is_cbor(second)
        || is_cbor(third)
        || first & 7 == 2 && is_length(code(run.start + 1))
        || third & 7 == 2 && is_length(second)
}

/// The values from the length at a place on, if they lead to the end of the run.
fn follow(code: &impl Fn(usize) -> u32, mut at: usize, run: &Range<usize>, scheme: Scheme) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    while at < run.end {
        let value = scheme.value(code, at).map(|(start, length)| start..start.saturating_add(length));
        // The first length stands right before the run, or begins it.
        let fits = |value: &Range<usize>| {
            let begins = !out.is_empty() || value.start == run.start || at == run.start;
            begins && value.len() > 1 && value.end <= run.end && is_word(code(value.start)) && code(value.end - 1) != 0x20
        };
        match value.filter(fits) {
            Some(value) => {
                at = value.end;
                out.push(value);
            }
            None if !out.is_empty() && run.end - at <= AFTER => break,
            None => return Vec::new(),
        }
    }
    // Letters in running text lead from one to the next, too, but from the middle of words.
    let small = |value: &Range<usize>| char::from_u32(code(value.start)).is_some_and(char::is_lowercase);
    let by_chance = out.len() > 1 && scheme != Scheme::Cbor && out.iter().any(small);
    if by_chance { Vec::new() } else { out }
}

fn is_word(code: u32) -> bool {
    code >= 0x80 || char::from_u32(code).is_some_and(|c| c.is_ascii_alphanumeric())
}

fn is_glued(code: &impl Fn(usize) -> u32, value: &Range<usize>, run: &Range<usize>) -> bool {
    let before = value.start > run.start && is_word(code(value.start - 1));
    let after = value.end < run.end && is_word(code(value.end)) && is_word(code(value.end - 1));
    before || after
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values(bytes: &[u8], run: Range<usize>) -> Vec<&str> {
        let code = |i: usize| bytes.get(i).map_or(0, |b| u32::from(*b));
        glued(&code, run, 0, NARROW).into_iter().map(|value| std::str::from_utf8(&bytes[value]).unwrap()).collect()
    }

    #[test]
    fn values_behind_lengths_that_are_letters_stand_alone() {
        let (name, longer) = ("NEBRASKA ENERGY FEDERAL CREDIT UNION", "NEBRASKA ENERGY FEDERAL CREDIT UNION OF LINCOLN NE");
        assert_eq!((name.len(), longer.len()), (36, 50));
        for (what, text, from, wanted) in [
            ("a row of PostgreSQL", format!("\x0FX9PZPJK{name}\x15"), 1, name),
            ("a length in a byte", format!("\x012{longer}2\0"), 1, longer),
            ("a length before, another behind", format!("$\0\0\0{name}8\0\0\0"), 4, name),
            ("Avro", format!("\0H{name}\x02"), 1, name),
            ("CBOR", "\u{1}f6BR54Dibank_namewVISION ONE CREDIT UNION!!\0".to_owned(), 1, "VISION ONE CREDIT UNION"),
            ("CBOR of more", format!("\u{1}x2{longer}\0"), 1, longer),
            ("a field with a tag", format!("\0R${name}Z$\0"), 1, name),
        ] {
            let bytes = text.as_bytes();
            let end = from + bytes[from..].iter().position(|b| *b < 0x20).unwrap();
            let found = values(bytes, from..end);
            assert!(found.contains(&wanted), "{what}: {found:?}");
        }
        assert_eq!(values(b"Peoples First State Bank of Kansas", 0..34), [""; 0]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn nothing_is_glued_where_no_length_may_begin(
            before in prop::collection::vec(prop::sample::select(&b"\0\0\x02\x05\x0A\x0F\x12\x1AARbdx\xE9"[..]), 0..6),
            text in prop::collection::vec(prop::sample::select(&b"\x02\x05\t\n ABbcdRrx09\xE9"[..]), 2..40),
            least in 0usize..3,
        ) {
            let bytes = [before.clone(), text].concat();
            let code = |i: usize| bytes.get(i).map_or(0, |b| u32::from(*b));
            let (run, least) = (before.len()..bytes.len(), least.min(before.len()));
            prop_assert!(may_begin(&code, &run, least) || search(&code, &run, least, NARROW).is_empty());
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), from in 0usize..9) {
            let code = |i: usize| bytes.get(i).map_or(0, |b| u32::from(*b));
            let run = from.min(bytes.len())..bytes.len();
            for value in glued(&code, run.clone(), 0, NARROW) {
                prop_assert!(run.start <= value.start && value.start < value.end && value.end <= run.end);
            }
        }
    }
}
