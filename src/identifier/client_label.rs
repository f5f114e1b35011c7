//! Codes and accounts of clients that stand behind a label which names them and nothing else: where such a line stands
//! above records, it says whose they are.

use super::inline::{continues_number, label_before, may_be_labelled};
use super::listed::is_value;
use super::place::is_item_mark;
use super::{Specific, labelled};
use crate::model::Scheme;
use crate::passage::BORDER;
use crate::tokens::{Tokens, words_of};
use std::cell::RefCell;
use std::ops::Range;

/// Words of a label, and bytes of a code.
const WORDS: usize = 4;
const LONGEST: usize = 64;
/// A code of letters alone is not shorter.
const LETTERS: usize = 3;
/// Bytes of what says of which type a record is.
const TYPE: usize = 3;

/// Where labelled codes of clients stand in a text, in their order.
pub fn clients(text: &str) -> Vec<Range<usize>> {
    thread_local!(static TOKENS: RefCell<Tokens> = RefCell::default());
    TOKENS.with_borrow_mut(|all| {
        all.split(text);
        let is_client = |&i: &usize| {
            let token = all.get(i);
            let has_digit = token.term.bytes().any(|b| b.is_ascii_digit());
            is_value(text, &token)
                && (has_digit || is_alone(text, &token.span))
                && !continues_number(text, all, i)
                && !is_item_mark(text, &token.span)
                && may_be_labelled(text, all, i)
                && {
                    let label = label_before(text, all, i);
                    names_client(label.schemes.iter().copied())
                        && label.names_value(text, &token.span)
                        && (has_digit || label.is_given(text, &token.span))
                }
        };
        let found = (0..all.len()).filter(|&i| all.may_be_value(i)).filter(is_client);
        let mut spans: Vec<Range<usize>> = found.map(|i| all.span(i)).collect();
        // A code in two parts is a token, and so is each of its parts.
        spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
        spans.dedup_by(|next, last| next.start < last.end);
        spans
    })
}

/// Does nothing stand behind a word that could be the rest of a name or sentence?
fn is_alone(text: &str, span: &Range<usize>) -> bool {
    let behind = text.get(span.end..).unwrap_or_default();
    let rest = behind.trim_start_matches(' ');
    match behind.len() - rest.len() {
        1 => rest.starts_with(['-', '\u{2013}', '|', '(', '/']) || rest.is_empty() || rest.starts_with(['\n', '\r', '\t', BORDER]),
        _ => !behind.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '\'' | '&' | '@' | '/' | '_')),
    }
}

/// Could a whole value be a client's code: a word with a digit in it, or of capitals alone?
pub fn is_code(value: &str) -> bool {
    let has_digit = || value.bytes().any(|b| b.is_ascii_digit());
    let are_capitals = || value.len() >= LETTERS && value.bytes().all(|b| b.is_ascii_uppercase());
    value.len() <= LONGEST && !value.contains(char::is_whitespace) && (has_digit() || are_capitals())
}

/// The code in a row that says nothing of a person: a label in the first cell that is filled, or behind the type of the
/// record, and the code in the next one; or both in the only cell.
pub fn client_of_row<'c>(cells: &[&'c str]) -> Option<&'c str> {
    let filled = || cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
    let first: Vec<&str> = filled().take(3).collect();
    let labelled = match first[..] {
        [label, code, ..] if is_code(code) && is_client_label(label) => return Some(code),
        [kind, label, code] if kind.len() <= TYPE && is_code(code) && is_client_label(label) => return Some(code),
        [only] => only,
        _ => return None,
    };
    clients(labelled).first().and_then(|span| labelled.get(span.clone()))
}

/// Does a text of a few words name the code or account of a client and nothing else?
pub fn is_client_label(text: &str) -> bool {
    let words = words_of(text);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.len() <= WORDS && names_client(labelled(&words).into_iter())
}

fn names_client<'s>(mut schemes: impl Iterator<Item = &'s (Scheme, Specific)>) -> bool {
    schemes.any(|(scheme, specific)| matches!(scheme, Scheme::ClientCode | Scheme::TransferAccount) && *specific == Specific::Exact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labelled_codes_are_clients() {
        let found = |text: &'static str| clients(text).into_iter().map(|span| &text[span]).collect::<Vec<_>>();
        assert_eq!(found("RPT DD4410  INSTITUTION NUMBER 729282   TRIAL BALANCE   PAGE 1"), ["729282"]);
        assert_eq!(found("Client 982573 - Loan exceptions\nClient code: QX12\n"), ["982573", "QX12"]);
        assert_eq!(found("Client ID: QHSB\nClient code QHSC - Loan exceptions\nCLIENT: QHSD   TRIAL BALANCE"), ["QHSB", "QHSC", "QHSD"]);
        for text in [
            "CLIENT SERVICES",
            "Client: ANN LEE",
            "Client code: NONE of them",
            "the client SHALL pay",
            "CLIENT LIST\n",
            "Client-ID: R.S.V.P.",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
        assert_eq!(found("routing number 021000021, account 4455667788, client since 1999"), Vec::<&str>::new());
    }

    #[test]
    fn rows_with_a_label_and_a_code_are_clients() {
        for row in
            [&["Client", "960494"][..], &["", "Client Code", "", "960494"], &["H", "CLIENT", "960494", "20241031"], &["Client 960494"]]
        {
            assert_eq!(client_of_row(row), Some("960494"), "{row:?}");
        }
        for row in [
            &["Ann Lee", "", "Client 960494"][..],
            &["Ann Lee", "Client", "960494"],
            &["Total", "960494"],
            &["Ann Lee", "4455667788"],
            &["Client", "Ann Lee"],
            &["Client", "Ann"],
            &["960494", "Client"],
            &[],
        ] {
            assert_eq!(client_of_row(row), None, "{row:?}");
        }
    }
}
