//! Records in running text: lines `name: value` one below the other (YAML, LDIF, settings, what database clients and
//! shells print of one row), and lines that hold all of a record (`name=value` in logs, an object of JSON behind a time).

use super::json_record;
use super::stretch::Stretch;
use crate::format::named::{Named, NamedRecords};
use crate::format::{At, Sink};
use std::ops::Range;

/// Longest line that is looked at.
const LONGEST: usize = 8 << 10;
/// Longest name, with so many words, and longest value.
const LONGEST_NAME: usize = 40;
const NAME_WORDS: usize = 4;
const LONGEST_VALUE: usize = 200;
/// So many pairs in a line are a record; and lines of one record at most.
const PAIRS: usize = 3;
const MOST_VALUES: usize = 200;

/// Pushes the records of a text. The text itself stays as it is.
pub(super) fn push(stretch: &Stretch<'_>, sink: &mut Sink<'_>) {
    let mut found = NamedRecords::default();
    let mut record: (usize, Vec<Named>) = Default::default();
    let mut end = |record: &mut (usize, Vec<Named>), sink: &mut Sink<'_>| {
        let (at, values) = std::mem::take(record);
        if values.len() > 1 {
            found.add(values, stretch.offset(at), sink);
        }
    };
    let mut at = 0;
    for raw in stretch.text.split_inclusive('\n') {
        let place = at;
        at += raw.len();
        let line = raw.trim();
        if line.len() > LONGEST {
            end(&mut record, sink);
            continue;
        }
        if let Some(values) = whole(line) {
            end(&mut record, sink);
            // What a custom field is called stands beside it: only here it is the label of its value.
            for (name, value) in values.iter().filter(|(name, _)| line.contains("Label=") && !line.contains(&format!("{name}="))) {
                sink.border();
                sink.text(&format!("{name}: {value}\n"), At::Decoded(stretch.offset(place)));
            }
            end(&mut (place, values), sink);
            continue;
        }
        let (is_element, content) = match line.strip_prefix("- ") {
            Some(rest) => (true, rest.trim_start()),
            None => (false, line),
        };
        // `account.id=…`: what stands in parts with dots between them sets something up.
        let pair = pair(content).filter(|(name, _)| !name.contains('.'));
        let is_known = |(name, _): &(&str, &str)| record.1.iter().any(|(known, _)| known == name);
        if is_element || pair.is_none() || pair.as_ref().is_some_and(is_known) {
            end(&mut record, sink);
        }
        if let Some((name, value)) = pair
            && record.1.len() < MOST_VALUES
        {
            if record.1.is_empty() {
                record.0 = place;
            }
            record.1.push((name.to_owned(), value.to_owned()));
        }
    }
    end(&mut record, sink);
    found.end(sink);
}

/// `name: value`, `name = value`, `name | value`.
fn pair(line: &str) -> Option<(&str, &str)> {
    let at = line.bytes().take(LONGEST_NAME + 8).position(|b| matches!(b, b':' | b'=' | b'|'))?;
    let (name, rest) = (line.get(..at)?.trim_matches([' ', '\t', '"', '\'']), line.get(at + 1..)?);
    // `10:15`, `c:\\data`, `https://`.
    let parts = line.as_bytes().get(at) == Some(&b'=') || rest.is_empty() || rest.starts_with([' ', '\t']);
    let value = rest.trim_matches([' ', '\t', ',', ';']);
    (parts && is_name(name) && value.len() <= LONGEST_VALUE).then(|| (name, unquoted(value)))
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= LONGEST_NAME
        && name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ' | '#' | '/'))
        && name.split(' ').count() <= NAME_WORDS
}

fn unquoted(value: &str) -> &str {
    let quote = |q: char| value.strip_prefix(q).and_then(|rest| rest.strip_suffix(q));
    quote('"').or_else(|| quote('\'')).unwrap_or(value)
}

/// The record that a line holds by itself.
fn whole(line: &str) -> Option<Vec<Named>> {
    if let Some(at) = line.find("{\"")
        && let Ok((values, _)) = json_record::flatten(line, at)
        && values.len() > 1
    {
        return Some(values.into_iter().map(|(path, value)| (path, value.into_owned())).collect());
    }
    let marks = line.bytes().filter(|b| matches!(b, b'=' | b':')).count();
    if marks < PAIRS {
        return None;
    }
    let names = names(line);
    if names.len() < PAIRS {
        return None;
    }
    let ends = names.iter().skip(1).map(|(name, _)| name.start).chain([line.len()]);
    let value = |((name, from), to): (&(Range<usize>, usize), usize)| {
        Some((line.get(name.clone())?.to_owned(), value_in(line.get(*from..to)?).to_owned()))
    };
    let mut values: Vec<Named> = names.iter().zip(ends).filter_map(value).collect();
    // `cs1Label=ClientId cs1=104233` (Common Event Format, custom fields).
    let labels: Vec<Named> =
        values.iter().filter_map(|(name, label)| Some((name.strip_suffix("Label")?.to_owned(), label.clone()))).collect();
    for (own, label) in labels {
        values.iter_mut().filter(|(name, _)| *name == own).for_each(|(name, _)| name.clone_from(&label));
    }
    Some(values)
}

/// The names of pairs in a line, and where their values begin: a word behind a blank or a mark, and behind it `=` or `:`.
fn names(line: &str) -> Vec<(Range<usize>, usize)> {
    let bytes = line.as_bytes();
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let mut found: Vec<(Range<usize>, usize)> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'"' && found.last().is_some_and(|(_, from)| *from == at) {
            // A value in quotes.
            at += 1 + bytes[at + 1..].iter().position(|b| *b == b'"').map_or(bytes.len(), |n| n + 1);
            continue;
        }
        let starts = byte.is_ascii_alphabetic() && (at == 0 || b" \t,;&?({['\"|".contains(&bytes[at - 1]));
        if !starts {
            at += 1;
            continue;
        }
        let len = bytes[at..].iter().take_while(|b| is_word(b)).count();
        let quoted = usize::from(bytes.get(at + len).is_some_and(|b| matches!(b, b'"' | b'\'')));
        let mark = at + len + quoted;
        let is_pair = match (bytes.get(mark), bytes.get(mark + 1)) {
            (Some(b'='), next) => next != Some(&b'='),
            (Some(b':'), Some(b' ')) => true,
            _ => false,
        };
        if is_pair && len <= LONGEST_NAME && found.len() < MOST_VALUES {
            let blanks = bytes[mark + 1..].iter().take_while(|b| **b == b' ').count();
            found.push((at..at + len, mark + 1 + blanks));
        }
        at += len;
    }
    found
}

/// The value at the start of a text: in quotes, or up to a mark that ends it.
fn value_in(text: &str) -> &str {
    if let Some(rest) = text.strip_prefix('"') {
        return rest.split('"').next().unwrap_or_default();
    }
    if let Some(rest) = text.strip_prefix('\'') {
        return rest.split('\'').next().unwrap_or_default();
    }
    let end = text.find([',', ';', '&', '|', ')', '}', ']', '\t', '"']).unwrap_or(text.len());
    let value = text[..end].trim();
    if value.len() <= LONGEST_VALUE { value } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_holds_a_record() {
        let named =
            |line: &str| whole(line).unwrap_or_default().into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
        let wanted = ["client=104233", "name=Ann Lee", "ssn=512-44-1028"];
        for line in [
            "2026-01-02 10:00:01 INFO loaded client=104233 name=\"Ann Lee\" ssn=512-44-1028",
            "2026-01-02 10:00:01 INFO loaded client: 104233, name: Ann Lee, ssn: 512-44-1028",
            "2026-01-02 10:00:01 DEBUG Account(client=104233, name=Ann Lee, ssn=512-44-1028)",
            "2026-01-02 10:00:01 DEBUG {'client': 104233, 'name': 'Ann Lee', 'ssn': '512-44-1028'}",
            "2026-01-02 INFO {\"client\":104233,\"name\":\"Ann Lee\",\"ssn\":\"512-44-1028\"}",
            "<165>1 2026-01-02T10:00:00Z host app - ID47 [client=\"104233\" name=\"Ann Lee\" ssn=\"512-44-1028\"] loaded",
        ] {
            assert_eq!(named(line), wanted, "{line}");
        }
        let event = named("CEF:0|V|Hub|1.0|100|Row loaded|3|cs1Label=ClientId cs1=104233 duser=Ann Lee");
        assert_eq!(event[1..], ["ClientId=104233", "duser=Ann Lee"]);
        for line in ["at 10:15:20 it ended", "if (a == b && c == d && e == f) {", "see https://x.example/a:b:c"] {
            assert!(named(line).is_empty(), "{line}");
        }
    }

    #[test]
    fn pairs_are_told_from_text() {
        assert_eq!(pair("Client ID : 104233"), Some(("Client ID", "104233")));
        assert_eq!(pair("client_id | 104233"), Some(("client_id", "104233")));
        assert_eq!(pair("name: \"Ann Lee\","), Some(("name", "Ann Lee")));
        for line in ["10:15 Ann came", "https://x.example", "c:\\data", "what was said of it in the end was this: no", ""] {
            assert_eq!(pair(line), None, "{line}");
        }
    }
}
