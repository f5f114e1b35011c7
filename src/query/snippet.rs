use crate::matching::mask;
use std::ops::Range;

/// Bytes of text shown on each side of what was found.
const AROUND: usize = 56;
/// Bytes of what was found that are shown; of words far apart, the first.
const LONGEST: usize = 320;
/// So much more text is looked at when numbers are masked, so that none is shown because it was cut.
const MASKED_AROUND: usize = 96;

/// The text around a place, safe to show, and the bytes of it that were found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Snippet {
    pub text: String,
    pub highlights: Vec<[usize; 2]>,
}

/// Makes a snippet: digits of long numbers masked, line ends and control characters blanks. `is_shown` says
/// that what was found is no number of a person and stands as it is.
pub(super) fn snippet(text: &str, spans: &[Range<usize>], is_shown: bool) -> Snippet {
    let Some(first) = spans.first() else { return Snippet { text: String::new(), highlights: Vec::new() } };
    let end = spans.iter().map(|span| span.end).max().unwrap_or(first.end).min(first.start + LONGEST);
    let shown = text.floor_char_boundary(first.start.saturating_sub(AROUND))..text.ceil_char_boundary(end + AROUND);
    let wide = text.floor_char_boundary(shown.start.saturating_sub(MASKED_AROUND))..text.ceil_char_boundary(shown.end + MASKED_AROUND);
    // Masking keeps the number of characters.
    let masked = mask(&text[wide.clone()]);
    let mut out = Snippet { text: String::new(), highlights: Vec::new() };
    let mut inside = false;
    for ((at, original), safe) in text[wide.clone()].char_indices().zip(masked.chars()) {
        let at = wide.start + at;
        if !shown.contains(&at) || (out.text.is_empty() && safe == ' ') {
            continue;
        }
        let is_found = spans.iter().any(|span| span.contains(&at));
        if is_found && !inside {
            out.highlights.push([out.text.len(), out.text.len()]);
        }
        inside = is_found;
        out.text.push(if is_found && is_shown && original.is_numeric() { original } else { safe });
        if let Some(last) = out.highlights.last_mut().filter(|_| is_found) {
            last[1] = out.text.len();
        }
    }
    out.text.truncate(out.text.trim_end().len().max(out.highlights.last().map_or(0, |last| last[1])));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str, word: &str, is_shown: bool) -> (String, Vec<String>) {
        let at = text.find(word).expect("the word");
        let snippet = snippet(text, std::slice::from_ref(&(at..at + word.len())), is_shown);
        let found = snippet.highlights.iter().map(|[from, to]| snippet.text[*from..*to].to_owned()).collect();
        (snippet.text, found)
    }

    #[test]
    fn numbers_are_masked_also_what_was_asked_for() {
        assert_eq!(of("pay 4482910337 now", "4482910337", false), ("pay ••••••••37 now".to_owned(), vec!["••••••••37".to_owned()]));
        assert_eq!(of("aba 021000021, acct 448-291-0337", "021000021", true).0, "aba 021000021, acct •••-•••-••37");
        let far = format!("{}4482910337{}word", " ".repeat(3), "x".repeat(54));
        assert!(!of(&far, "word", false).0.contains("0337"), "a number that the snippet cuts is masked as a whole");
    }

    #[test]
    fn nothing_reaches_a_terminal_but_text() {
        let (text, found) = of("a\x1b[2J\nb\u{202E}wörd\u{200B}\tc", "wörd", false);
        assert_eq!((text.as_str(), found), ("a [2J b wörd |c", vec!["wörd".to_owned()]));
    }

    proptest! {
        #[test]
        fn highlights_lie_in_the_snippet(text in "\\PC{0,400}", from in 0usize..400, len in 1usize..40) {
            let (from, to) = (text.floor_char_boundary(from), text.ceil_char_boundary(from + len));
            let snippet = snippet(&text, std::slice::from_ref(&(from..to)), false);
            for [from, to] in &snippet.highlights {
                prop_assert!(snippet.text.get(*from..*to).is_some());
            }
            prop_assert!(!snippet.text.chars().any(crate::model::is_unsafe));
        }
    }
}
