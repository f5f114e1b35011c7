//! Bounds that a run enforces while it decodes.

use crate::model::Cause;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Bounds that a run enforces while it decodes; reaching one is a gap.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// Containers around an item.
    pub depth: u32,
    /// Members of one container.
    pub entries: u64,
    /// Decoded bytes of one member.
    pub member_bytes: u64,
    /// A member may decode to so many times its encoded size, once it is larger than `ratio_floor`.
    pub ratio: u64,
    /// Below this decoded size the ratio is not looked at.
    pub ratio_floor: u64,
    /// Decoded members up to this size are held in memory, larger ones in a spool file.
    pub memory_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 24, entries: 5_000_000, member_bytes: 1 << 40, ratio: 1_100, ratio_floor: 256 << 20, memory_bytes: 64 << 20 }
    }
}

/// Containers lie in containers on the stack of the thread that reads them.
const DEEPEST: u64 = 64;

/// A bound that an operator may set.
struct Bound {
    name: &'static str,
    of: fn(&Limits) -> u64,
    set: fn(&mut Limits, u64),
    most: u64,
    /// The cause of the gaps that it leaves.
    cause: Cause,
}

/// All of them.
const BOUNDS: [Bound; 4] = [
    Bound {
        name: "depth",
        of: |limits| limits.depth.into(),
        set: |limits, value| limits.depth = u32::try_from(value).unwrap_or(u32::MAX),
        most: DEEPEST,
        cause: Cause::LimitDepth,
    },
    Bound {
        name: "entries",
        of: |limits| limits.entries,
        set: |limits, value| limits.entries = value,
        most: u64::MAX,
        cause: Cause::LimitEntries,
    },
    Bound {
        name: "size",
        of: |limits| limits.member_bytes,
        set: |limits, value| limits.member_bytes = value,
        most: u64::MAX,
        cause: Cause::LimitSize,
    },
    Bound { name: "ratio", of: |limits| limits.ratio, set: |limits, value| limits.ratio = value, most: u64::MAX, cause: Cause::LimitSize },
];

impl Limits {
    /// Takes a bound as it is written: `depth=40`, `size=2T` (powers of 1,024).
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn take(&mut self, written: &str) -> Result<(), String> {
        let (name, value) = written.split_once('=').ok_or_else(|| format!("`{written}` is no NAME=VALUE"))?;
        let Some(bound) = BOUNDS.iter().find(|bound| bound.name == name.trim()) else {
            return Err(format!("`{name}` is no limit; there are {}", BOUNDS.map(|bound| bound.name).join(", ")));
        };
        let value = number(value.trim()).filter(|value| (1..=bound.most).contains(value));
        let most = if bound.most < u64::MAX { format!(", {} at most", bound.most) } else { String::new() };
        let value = value.ok_or_else(|| format!("`{written}`: {name} is a number from 1 on{most}"))?;
        (bound.set)(self, value);
        Ok(())
    }

    /// May gaps of this cause be closed by these limits, which others left?
    pub fn raise(&self, before: &Self, cause: Cause) -> bool {
        BOUNDS.iter().any(|bound| bound.cause == cause && (bound.of)(self) > (bound.of)(before))
    }
}

/// The bounds that are not as usual, as they are written.
impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usual = Self::default();
        let own = BOUNDS.iter().filter(|bound| (bound.of)(self) != (bound.of)(&usual));
        let words: Vec<String> = own.map(|bound| format!("{}={}", bound.name, (bound.of)(self))).collect();
        f.write_str(&words.join(","))
    }
}

/// A number, or one with `K`, `M`, `G` or `T`.
fn number(text: &str) -> Option<u64> {
    let (digits, shift) = match text.char_indices().last()? {
        (at, unit) if unit.is_ascii_alphabetic() => {
            (text.get(..at)?, 10 * (u32::try_from("KMGT".find(unit.to_ascii_uppercase())?).ok()? + 1))
        }
        _ => (text, 0),
    };
    digits.parse::<u64>().ok()?.checked_mul(1 << shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_read_as_they_are_written() {
        let mut limits = Limits::default();
        assert_eq!(limits.to_string(), "");
        for bound in ["depth=40", "size=2T", "ratio=5000", "entries=5000000"] {
            limits.take(bound).unwrap();
        }
        assert_eq!(limits.to_string(), format!("depth=40,size={},ratio=5000", 2u64 << 40));
        for wrong in ["", "depth", "depth=", "depth=0", "depth=65", "size=-1", "size=2X", "size=99999999999999999999", "time=5", "ratio=M"]
        {
            assert!(limits.clone().take(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_higher_bounds_close_gaps() {
        let with = |bound: &str| {
            let mut limits = Limits::default();
            limits.take(bound).unwrap();
            limits
        };
        assert!(with("depth=25").raise(&Limits::default(), Cause::LimitDepth));
        assert!(with("ratio=2000").raise(&Limits::default(), Cause::LimitSize));
        assert!(!with("ratio=2000").raise(&Limits::default(), Cause::LimitDepth));
        assert!(!with("depth=3").raise(&Limits::default(), Cause::LimitDepth));
    }
}
