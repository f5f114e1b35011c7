//! Bars as SVG: each stands in the row of a table that says the same in figures, so that a reader who does not
//! see them misses nothing.

use super::html::{Bare, Html, put};
use anyhow::Result;

/// Width of a bar's drawing; it is stretched to its place.
const WIDTH: u64 = 1000;

/// One part of a bar: the class of its colour, and how much.
pub(super) type Part = (&'static str, u64);

/// A bar of parts, as long as all parts are beside `longest`. What is more than nothing is never thinner than
/// can be seen.
pub(super) fn bar(html: &mut Html<'_>, parts: &[Part], longest: u64) -> Result<()> {
    put!(html, "<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">");
    let mut at = 0;
    for ((class, _), width) in parts.iter().zip(widths(parts, longest)) {
        if width > 0 {
            put!(html, "<rect class=\"", *class, "\" x=\"", Bare(at), "\" y=\"0\" width=\"", Bare(width), "\" height=\"10\"/>");
        }
        at += width;
    }
    put!(html, "</svg>");
    Ok(())
}

/// Widths of the parts; they never add up to more than the drawing.
fn widths(parts: &[Part], longest: u64) -> Vec<u64> {
    const THINNEST: u64 = 6;
    let total = |widths: &[u64]| widths.iter().sum::<u64>();
    let mut widths: Vec<u64> = parts
        .iter()
        .map(|(_, n)| match n {
            0 => 0,
            n => ((u128::from(*n) * u128::from(WIDTH) / u128::from(longest.max(1))) as u64).max(THINNEST),
        })
        .collect();
    while total(&widths) > WIDTH {
        let Some(widest) = (0..widths.len()).max_by_key(|&i| (widths[i], std::cmp::Reverse(i))) else { break };
        let surplus = total(&widths) - WIDTH;
        widths[widest] -= surplus.min(widths[widest].saturating_sub(THINNEST)).max(1);
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_seen_and_nothing_is_outside() {
        let drawn = widths(&[("a", 1), ("b", 0), ("c", 999_999), ("d", 1)], 1_000_001);
        assert_eq!(drawn, [6, 0, 988, 6]);
        assert_eq!(widths(&[("a", u64::MAX)], u64::MAX), [1000]);
        assert_eq!(widths(&[("a", 0)], 0), [0]);
        assert_eq!(widths(&[("a", 5)], 10), [500]);
    }
}
