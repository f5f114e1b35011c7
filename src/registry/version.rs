use serde::{Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;

/// A version of dotted numbers. Missing parts are zero: `7.2` equals `7.2.0`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(
    /// Its numbers without trailing zeros, so that the order of the slices is that of the versions.
    Vec<u64>,
);

impl Version {
    /// Parses dotted numbers. Anything else (`latest`, `7.x SP2`, `v7`, nothing) cannot be compared.
    pub fn parse(text: &str) -> Option<Self> {
        let number = |part: &str| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok()).flatten();
        let mut parts: Vec<u64> = text.trim().split('.').map(number).collect::<Option<_>>()?;
        let kept = parts.iter().rposition(|&n| n != 0).map_or(0, |last| last + 1);
        parts.truncate(kept);
        Some(Self(parts))
    }

    /// Its first numbers.
    fn first(&self, parts: usize) -> Vec<u64> {
        self.0.iter().copied().chain(std::iter::repeat(0)).take(parts).collect()
    }
}

/// How a term of a range compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `=`, `==` or nothing.
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// The longer signs stand before those that they begin with.
    const SIGNS: [(&str, Self); 7] = [
        (">=", Self::GreaterOrEqual),
        ("<=", Self::LessOrEqual),
        ("!=", Self::NotEqual),
        ("==", Self::Equal),
        (">", Self::Greater),
        ("<", Self::Less),
        ("=", Self::Equal),
    ];

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

/// Versions that fulfil all of some comparisons: `>=7.2.0, <7.4.1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRange {
    terms: Vec<Term>,
    text: String,
}

/// One comparison of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    comparison: Comparison,
    bound: Version,
    /// How many numbers were written of the bound, zeros at its end with them.
    parts: usize,
}

/// A text that is no range of versions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// A term without a version of dotted numbers.
    #[error("{0} is no comparison with a version of dotted numbers, like `>=7.2.0`")]
    Term(String),
    /// No version can be in it, so nobody would depend.
    #[error("no version can fulfil {0}")]
    Empty(String),
}

impl VersionRange {
    /// Parses comma-joined comparisons, all of which must hold; a bare version means equality.
    ///
    /// # Errors
    /// [`RangeError`] if a term is no comparison, or if the terms contradict each other.
    pub fn parse(text: &str) -> Result<Self, RangeError> {
        let term = |term: &str| {
            let term = term.trim();
            let (comparison, version) = Comparison::SIGNS
                .iter()
                .find_map(|&(sign, comparison)| Some((comparison, term.strip_prefix(sign)?)))
                .unwrap_or((Comparison::Equal, term));
            let bound = Version::parse(version).ok_or_else(|| RangeError::Term(super::problem::quoted(term)))?;
            Ok(Term { comparison, bound, parts: parts_of(version) })
        };
        let terms = text.split(',').map(term).collect::<Result<Vec<Term>, _>>()?;
        match is_empty(&terms) {
            true => Err(RangeError::Empty(super::problem::quoted(text))),
            false => Ok(Self { terms, text: text.trim().to_owned() }),
        }
    }

    /// Does the version fulfil every comparison?
    pub fn contains(&self, version: &Version) -> bool {
        self.terms.iter().all(|term| term.comparison.holds(version.cmp(&term.bound)))
    }

    /// Might a version of which no more was written than this fulfil every comparison? `7` is any of 7.0, 7.0.1, 7.1 and so on
    /// beside a bound of 7.2 or 7.0, of which more was written.
    pub fn may_contain(&self, written: &str) -> bool {
        let Some(version) = Version::parse(written) else { return true };
        let parts = parts_of(written);
        let says_less = |term: &Term| term.parts > parts && term.bound.first(parts) == version.first(parts);
        self.contains(&version) || self.terms.iter().any(says_less) && self.contains_one_that_begins(&version, parts)
    }

    /// Is there a version in it that begins with these numbers?
    fn contains_one_that_begins(&self, version: &Version, parts: usize) -> bool {
        let mut next = version.first(parts);
        // The last number that can be written has no next one.
        let Some(last) = next.last_mut().filter(|last| **last < u64::MAX) else { return true };
        *last += 1;
        let bound = |comparison, bound| Term { comparison, bound, parts };
        let within = [bound(Comparison::GreaterOrEqual, version.clone()), bound(Comparison::Less, Version(next))];
        !is_empty(&[&self.terms[..], &within].concat())
    }

    /// The range as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Of how many numbers a version is written.
fn parts_of(written: &str) -> usize {
    written.split('.').count()
}

/// Between two different versions there is always another; so comparisons leave none only if their bounds cross, or if the
/// one version that these leave is excluded.
fn is_empty(terms: &[Term]) -> bool {
    use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
    let bounds = |wanted: [Comparison; 3]| terms.iter().filter(move |term| wanted.contains(&term.comparison)).map(|term| &term.bound);
    let lower = bounds([Greater, GreaterOrEqual, Equal]).max();
    let upper = bounds([Less, LessOrEqual, Equal]).min();
    let zero = Version(Vec::new());
    match upper {
        Some(upper) => match lower.unwrap_or(&zero).cmp(upper) {
            Ordering::Less => false,
            Ordering::Equal => !terms.iter().all(|term| term.comparison.holds(upper.cmp(&term.bound))),
            Ordering::Greater => true,
        },
        None => false,
    }
}

impl Serialize for VersionRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn inside(range: &str, version: &str) -> bool {
        VersionRange::parse(range).unwrap().contains(&Version::parse(version).unwrap())
    }

    #[test]
    fn missing_parts_are_zero() {
        for (a, b) in [("7.2", "7.2.0"), ("07.2", "7.2"), ("0", "0.0")] {
            assert_eq!(Version::parse(a), Version::parse(b));
        }
        assert!(Version::parse("7.10") > Version::parse("7.9.9"));
        assert!(Version::parse("7") < Version::parse("7.0.1"));
    }

    #[test]
    fn what_is_no_dotted_number_cannot_be_compared() {
        for text in ["", " ", "latest", "7.x SP2", "v7.2", "7.", ".7", "7..2", "-7", "+7", "7,2", "99999999999999999999"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_comparison() {
        let range = ">=7.2.0, <7.4.1";
        for (version, expected) in [("7.1.99", false), ("7.2", true), ("7.4.0.9", true), ("7.4.1", false), ("7.4.1.0", false), ("8", false)]
        {
            assert_eq!(inside(range, version), expected, "{version}");
        }
        assert!(inside("7.2", "7.2.0") && inside("=7.2", "7.2") && inside("==7.2", "7.2") && !inside("7.2", "7.2.1"));
        assert!(inside("<= 2024.2 , != 2023.1", "2024.2.0") && !inside("<=2024.2,!=2023.1", "2023.1"));
        assert!(inside(">1", "1.0.1") && !inside(">1", "1.0"));
    }

    #[test]
    fn a_version_that_is_written_in_part_may_be_any_that_begins_so() {
        let may = |range: &str, written: &str| VersionRange::parse(range).unwrap().may_contain(written);
        let range = ">=7.2.3, <7.4.1";
        for written in ["7", "7.2", "7.3", "7.4", "07.2"] {
            assert!(may(range, written), "{written}");
        }
        for written in ["6", "8", "7.1", "7.5", "7.0", "7.2.0", "7.2.2", "7.4.1"] {
            assert!(!may(range, written), "{written}");
        }
        assert!(!may(">=7.2.0, <8", "8") && !may("<7.2.0", "7.2") && may("=7.0.1", "7"));
        // 7.1 is above 7.0, and `7` may be it.
        assert!(may(">7.0", "7") && may("!=7.0", "7") && may(">7.0, <7.0.5", "7") && may(">=7.2, !=7.2.0", "7.2"));
        // Of these no less is written than of the bound.
        assert!(!may(">7", "7") && !may("!=7.0", "7.0") && !may(">7.0", "7.0.0") && !may("<7.0", "7") && !may("!=7.0, <=7.0.0", "7"));
    }

    #[test]
    fn a_range_that_means_nobody_is_refused() {
        for text in ["", ">=7.2,", "7.x", ">=7.2 <7.4", "=>7", ">8, <7", ">7, <=7", "=7, !=7.0", "7, 8", "<0", ">=7, <=7, !=7"] {
            assert!(VersionRange::parse(text).is_err(), "{text}");
        }
        assert!(VersionRange::parse(">=7, <=7").is_ok());
    }

    proptest! {
        #[test]
        fn any_text_is_judged(text in "\\PC{0,20}") {
            let _ = (Version::parse(&text), VersionRange::parse(&text));
        }

        #[test]
        fn a_point_of_a_range_keeps_it(a in 0u64..9, b in 0u64..9, point in 0u64..9) {
            let text = format!(">={a}, <{b}");
            prop_assert_eq!(VersionRange::parse(&text).is_ok(), a < b);
            if a < b {
                prop_assert_eq!(inside(&text, &point.to_string()), (a..b).contains(&point));
            }
        }
    }
}
