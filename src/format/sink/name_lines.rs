//! Lines at the head of a page or section that may be an institution's name and nothing else. Whether somebody registered
//! bears it is known when the registry is: here are only those that are made as such names are.

use crate::identifier::client_label::clients;
use crate::passage::BORDER;
use crate::table::{has_bank_word, is_house};
use std::ops::Range;

/// Bytes and words of a name.
const LONGEST: usize = 120;
const WORDS: usize = 12;
/// So many digits say more than a name does.
const DIGITS: usize = 4;
/// What draws a heading: `== X ==`, `*** X ***`, `# X`.
const DRAWN: &[char] = &['=', '-', '*', '#', '_', '~', '+', '|', ':', '>', '<', '[', ']'];

/// A line that names an institution alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameLine {
    /// Where the name stands.
    pub span: Range<usize>,
    /// It begins a page.
    pub is_page: bool,
}

/// The lines of a text that may head what follows by an institution's name, in their order.
pub fn name_lines(text: &str) -> Vec<NameLine> {
    let mut out = Vec::new();
    // The line before, unless a page or the text begins here; and whether only blank lines were since.
    let (mut before, mut is_page) = ("", false);
    let mut at = 0;
    for piece in text.split_inclusive(['\n', '\r', '\u{C}', BORDER]) {
        let line = piece.trim_end_matches(['\n', '\r', '\u{C}', BORDER]);
        let start = at;
        at += piece.len();
        if !line.trim().is_empty() {
            let behind = text.get(at..).unwrap_or_default();
            if let Some(name) = name_in(line, is_page)
                && (is_page || may_end(before))
                && !is_followed_by_address(behind)
            {
                out.push(NameLine { span: start + name.start..start + name.end, is_page });
            }
            is_page = false;
        }
        // Only what stands directly above can be a label of the line, or a signature with it.
        if !(piece == "\n" && text.as_bytes().get(start.wrapping_sub(1)) == Some(&b'\r')) {
            before = line;
        }
        if piece.ends_with('\u{C}') {
            (before, is_page) = ("", true);
        }
    }
    out
}

/// The name in a row of which nothing else is filled.
pub fn name_of_row<'c>(cells: &[&'c str]) -> Option<&'c str> {
    let mut filled = cells.iter().filter(|cell| !cell.trim().is_empty());
    let only = filled.next().filter(|_| filled.next().is_none())?;
    name_in(only, false).and_then(|name| only.get(name))
}

/// The name that is all of a line; at the head of a page there may be a title, a date and a number of the page beside it.
fn name_in(line: &str, is_page: bool) -> Option<Range<usize>> {
    // A label, whose value follows.
    if line.trim_end().ends_with(':') {
        return None;
    }
    let mut at = 0;
    let mut found = None;
    for cell in line.split('\t').flat_map(|part| part.split_inclusive("  ")) {
        let start = line.get(at..)?.find(cell)? + at;
        at = start + cell.len();
        let name = cell.trim_matches(|c: char| c.is_whitespace() || DRAWN.contains(&c));
        if name.is_empty() {
            continue;
        }
        if found.is_some() || !is_name(name) {
            match is_page {
                true => continue,
                false => return None,
            }
        }
        let begin = start + cell.find(name)?;
        found = Some(begin..begin + name.len());
    }
    found
}

fn is_name(text: &str) -> bool {
    text.len() <= LONGEST
        && text.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
        && text.bytes().filter(u8::is_ascii_digit).count() < DIGITS
        && text.split_whitespace().count() <= WORDS
        && has_bank_word(text)
}

/// May what this line belongs to end with it: is it blank, a rule, or a row? A label or the name of who signs goes on below,
/// and what stands below a client's code is the client's name.
fn may_end(line: &str) -> bool {
    let line = line.trim();
    let is_rule = line.chars().all(|c| !c.is_alphanumeric());
    is_rule || line.bytes().filter(u8::is_ascii_digit).count() >= DIGITS && clients(line).is_empty()
}

/// Does an address follow? Then it is the one to whom something is sent, or the head of a letter.
fn is_followed_by_address(behind: &str) -> bool {
    let next = behind.split(['\n', '\r', '\u{C}', BORDER]).map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let lower = next.get(..8).unwrap_or(next).to_ascii_lowercase();
    is_house(next) || ["p.o. box", "po box", "attn", "c/o"].iter().any(|begin| lower.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&str, bool)> {
        name_lines(text).into_iter().map(|line| (&text[line.span], line.is_page)).collect()
    }

    #[test]
    fn names_that_stand_alone_head_what_follows() {
        assert_eq!(found("\nGolden Wheat Bank\nrows"), [("Golden Wheat Bank", false)]);
        assert_eq!(found("9090444203  Ann Lee  12.00\n== Golden Wheat Bank ==\n"), [("Golden Wheat Bank", false)]);
        assert_eq!(found("rows\n\u{c}\nGolden Wheat Bank      OVERDRAFTS     PAGE 2\n"), [("Golden Wheat Bank", true)]);
        assert_eq!(found("1\r\n\r\nGolden Wheat Bank, N.A.\r\n"), [("Golden Wheat Bank, N.A.", false)]);
    }

    #[test]
    fn names_in_sentences_labels_signatures_and_addresses_head_nothing() {
        for text in [
            "\nPaid to Ann Lee by\nGolden Wheat Bank\n",
            "Beneficiary bank:\nGolden Wheat Bank\n",
            "Ann Lee\nGolden Wheat Bank\n",
            "Client 104233\nGolden Wheat Bank\n",
            "\nGolden Wheat Bank\n100 Main Street\nHays, KS 67601\n",
            "\nGolden Wheat Bank   9090444203   12.00\n",
            "\nthe Golden Wheat Bank\n",
            "\nGolden Wheat\n",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn a_row_with_a_name_alone_heads_the_rows_below() {
        assert_eq!(name_of_row(&["", "Golden Wheat Bank", ""]), Some("Golden Wheat Bank"));
        assert_eq!(name_of_row(&["Golden Wheat Bank", "12.00"]), None);
        assert_eq!(name_of_row(&["Ann Lee"]), None);
    }
}
