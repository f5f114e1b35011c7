//! A numeric code that is written together with the word for a client: `Client45154`, as databases, folders and users are
//! named. What names a database says whose it is; elsewhere programs number their clients so, and it only points.

use super::Specific;
use super::inline::{Inline, LONG_NUMBER};
use crate::model::Scheme;
use crate::passage::BORDER;
use crate::tokens::Tokens;

/// What such a name begins with.
const WORDS: &[&[u8]] = &[b"client", b"clnt", b"tenant", b"institution", b"mandant"];
/// Words before the name of a database.
const DATABASES: &[&str] = &["database", "schema", "use", "catalog", "keyspace", "dbname", "db"];
/// What may stand between such a word and the name.
const BETWEEN: &[&str] = &["if", "not", "exists"];

/// Finds the code at the end of the token `i`.
pub(super) fn find(text: &str, all: &Tokens, i: usize, found: &mut dyn FnMut(Inline)) {
    let bytes = all.bytes(i);
    let Some(word) = WORDS.iter().find(|word| bytes.starts_with(word)) else { return };
    let digits = bytes.len() - word.len();
    let is_code = (LONG_NUMBER..=12).contains(&digits) && bytes[word.len()..].iter().all(u8::is_ascii_digit);
    let span = all.span(i);
    // As it stands, and not folded from other characters.
    let Some(value) = text.get(span.clone()).filter(|raw| is_code && raw.len() == bytes.len()).and_then(|raw| raw.get(word.len()..)) else {
        return;
    };
    // `client10.5`
    let behind = text.get(span.end..).unwrap_or_default();
    if behind.strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        return;
    }
    let label = if names_database(text, all, i) { Specific::Exact } else { Specific::Generic };
    found(Inline { span: span.end - digits..span.end, scheme: Scheme::ClientCode, value: value.to_owned(), label: Some(label) });
}

/// Does a word right before the token say that it is a database's name?
fn names_database(text: &str, all: &Tokens, i: usize) -> bool {
    let mut start = all.span(i).start;
    for before in (0..i).rev().take(BETWEEN.len() + 1) {
        let gap = text.get(all.span(before).end..start).unwrap_or("\n");
        let is_near = gap.len() <= 4 && gap.chars().all(|c| matches!(c, ' ' | '[' | '`' | '"' | '\'' | '=' | ':'));
        if !is_near {
            return false;
        }
        if DATABASES.contains(&all.term(before)) {
            return all.term(before) != "use" || is_statement(text, all.span(before).start, all.span(i).end);
        }
        if !BETWEEN.contains(&all.term(before)) {
            return false;
        }
        start = all.span(before).start;
    }
    false
}

/// Does a statement begin at the one place and end at the other? `We use Client10001 for tests` is none.
fn is_statement(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).unwrap_or_default().trim_end_matches([' ', '\t']);
    let behind = text.get(end..).unwrap_or_default().trim_start_matches([']', '`', '"', ' ', '\t']);
    let marks = |c: char| matches!(c, '\n' | '\r' | ';') || c == BORDER;
    (before.is_empty() || before.ends_with(marks)) && (behind.is_empty() || behind.starts_with(marks))
}
