//! Labels that a line end breaks: `Client` above `number: 45154`, and `… of the routing` above `no. 021000021 …` where
//! lines of prose are filled. What the two lines say together stands behind the text, as it would on one line.

use super::nested;
use crate::identifier::is_label_word;
use crate::tokens::words_of;

/// Longer lines are broken where they are full; of shorter ones all is the label.
const FULL: usize = 40;
/// So many words of the line above may belong to the label.
const WORDS: usize = 3;
/// So much of the line is taken, in bytes.
const TAKEN: usize = 80;

/// The last words of the line above, and the line from its first word on, where only both together name an identifier.
pub(super) fn joined(above: &str, line: &str) -> Option<String> {
    // Nearly all lines begin with another letter.
    if !matches!(line.as_bytes().first(), Some(b'c' | b'C' | b'i' | b'I' | b'k' | b'K' | b'n' | b'N' | b'r' | b'R')) {
        return None;
    }
    let end = line.find(|c: char| !c.is_ascii_alphabetic())?;
    let (inner, behind) = line.split_at(end);
    let value = behind.trim_start_matches(['.', ' ', '\t', ':', '=', '#']);
    if value.len() == behind.len() || !value.split([' ', '\t']).next()?.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let above = above.trim();
    let words: Vec<&str> = above.split(' ').filter(|word| !word.is_empty()).collect();
    let last = words.last().filter(|word| word.ends_with(char::is_alphabetic))?;
    // `No. 12` below a line of prose begins a line of its own.
    let is_capital = |word: &str| word.starts_with(char::is_uppercase);
    if is_capital(inner) && !is_capital(last) {
        return None;
    }
    let is_label = || words.len() <= WORDS && words_of(above).iter().all(|word| is_label_word(word));
    if above.len() < FULL && !is_label() {
        return None;
    }
    let outer = words[words.len().saturating_sub(WORDS)..].join(" ");
    nested::joint(&outer, inner)?;
    Some(format!("{outer} {}\n", &line[..line.floor_char_boundary(TAKEN)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_end_breaks_no_label() {
        for (above, line, wanted) in [
            ("Client", "number: 45154", "Client number: 45154\n"),
            ("Routing", "No. 021000021 ", "Routing No. 021000021 \n"),
            ("The records were loaded again for our client", "number 45154 on Monday.", "for our client number 45154 on Monday.\n"),
        ] {
            assert_eq!(joined(above, line).as_deref(), Some(wanted), "{above} {line}");
        }
    }

    #[test]
    fn what_stands_alone_is_no_part_of_a_label() {
        for (above, line) in [
            ("Invoices per client", "No. 45154"),
            ("The invoices of this month are listed per client", "No. 45154 of Monday"),
            ("Client.", "Number 45154"),
            ("Client", "number of files: 45154"),
            ("Client", "numbers"),
            ("Client", "note 45154"),
            ("Order", "number: 45154"),
            ("", "number: 45154"),
        ] {
            assert_eq!(joined(above, line), None, "{above} {line}");
        }
    }

    #[test]
    fn no_text_panics() {
        let text = "Routing Client é\u{A0} number: 45é154 No. 12é";
        for (at, _) in text.char_indices() {
            joined(&text[..at], &text[at..]);
            joined("Client", &text[at..]);
        }
    }
}
