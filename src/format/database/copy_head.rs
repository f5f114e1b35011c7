//! The head of PostgreSQL's `COPY … FROM stdin` (SQL Commands, COPY, "Synopsis", with the forms that the section
//! "Compatibility" keeps from before 9.0), and of psql's `\copy`, which takes the same options up to the end of its line.

use super::copy_text::Form;
use super::definition::{Reader, name_of};
use super::sql_token::{Dialect, Kind, Token, is, unquoted};

/// Options at most; a list that is longer is none.
const MOST_OPTIONS: usize = 64;

/// What rows follow.
#[derive(Debug, PartialEq)]
pub struct Head {
    /// The table, with its schema.
    pub name: String,
    /// The columns that the head names.
    pub columns: Option<Vec<String>>,
    /// How the rows are written.
    pub form: Form,
}

/// The head behind the word `COPY`, if rows of text follow it. The reader stands behind its semicolon, or at the end of the
/// line of psql's own command.
pub fn read(reader: &mut Reader<'_>, is_command: bool) -> Option<Head> {
    let bytes = reader.bytes;
    let (mut name, mut columns) = (Vec::new(), None);
    loop {
        let token = reader.next()?;
        match token.kind {
            Kind::Word if is(bytes, &token, "FROM") => break,
            // `COPY BINARY name`, as before 7.3.
            Kind::Word | Kind::Name if name.len() < 4 => name.push(name_of(bytes, &token)?),
            Kind::Symbol(b'.') => {}
            Kind::Symbol(b'(') => columns = Some(reader.names()?),
            _ => return None,
        }
    }
    let source = reader.next()?;
    if name.is_empty() || !(is(bytes, &source, "STDIN") || is(bytes, &source, "PSTDIN")) {
        return None;
    }
    let form = options(reader, is_command)?;
    Some(Head { name: name.join("."), columns, form })
}

/// The options up to the end, in brackets or without; `None` where the rows are binary or the options make no sense.
fn options(reader: &mut Reader<'_>, is_command: bool) -> Option<Form> {
    let bytes = reader.bytes;
    // Names of columns stand in brackets, or behind `FORCE`.
    let (mut said, mut may_be_names) = (Said::default(), false);
    for _ in 0..MOST_OPTIONS {
        let Some(token) = reader.next() else { return said.form().filter(|_| is_command) };
        match token.kind {
            Kind::Symbol(b';') => return said.form(),
            Kind::Symbol(b'(') => may_be_names = true,
            Kind::Symbol(b')' | b',' | b'*') => {}
            Kind::Word => {
                let word = String::from_utf8_lossy(&bytes[token.range]).to_ascii_uppercase();
                may_be_names |= word == "FORCE";
                said.take(&word, may_be_names, reader)?;
            }
            Kind::Name => {}
            Kind::Text | Kind::Symbol(_) | Kind::Comment => return None,
        }
    }
    None
}

/// What the options said so far.
#[derive(Default)]
struct Said {
    csv: bool,
    binary: bool,
    header: bool,
    delimiter: Option<u8>,
    quote: Option<u8>,
    escape: Option<u8>,
    null: Option<Vec<u8>>,
}

impl Said {
    /// Takes the option of this name, whose value follows.
    fn take(&mut self, word: &str, may_be_names: bool, reader: &mut Reader<'_>) -> Option<()> {
        match word {
            "CSV" => self.csv = true,
            "BINARY" => self.binary = true,
            "FORMAT" => {
                let value = reader.next()?;
                let named =
                    |word: &str| is(reader.bytes, &value, word) || string(reader.bytes, &value).eq_ignore_ascii_case(word.as_bytes());
                (self.csv, self.binary) = (named("CSV"), named("BINARY"));
                if !(self.csv || self.binary || named("TEXT")) {
                    return None;
                }
            }
            "HEADER" => self.header = header(reader),
            "DELIMITER" | "DELIMITERS" => self.delimiter = Some(character(reader)?),
            "QUOTE" if peek(reader).is_none_or(|next| !is(reader.bytes, &next, "OFF")) => self.quote = Some(character(reader)?),
            "ESCAPE" => self.escape = Some(character(reader)?),
            "NULL" => self.null = value(reader),
            // How values are decoded, checked and stored.
            "ENCODING" | "DEFAULT" if peek(reader).is_some_and(|next| next.kind == Kind::Text) => _ = reader.next()?,
            "WITH" | "USING" | "OIDS" | "FREEZE" | "FORCE" | "QUOTE" => {}
            _ if may_be_names => {}
            _ => return None,
        }
        Some(())
    }

    fn form(self) -> Option<Form> {
        if self.binary {
            return None;
        }
        let quote = self.quote.unwrap_or(b'"');
        Some(Form {
            delimiter: self.delimiter.unwrap_or(if self.csv { b',' } else { b'\t' }),
            null: self.null.unwrap_or_default(),
            header: self.header,
            quoting: self.csv.then(|| (quote, self.escape.unwrap_or(quote))),
        })
    }
}

fn peek(reader: &Reader<'_>) -> Option<Token> {
    super::sql_token::next(reader.bytes, reader.at, reader.dialect)
}

/// The value of `HEADER`, which may stand alone.
fn header(reader: &mut Reader<'_>) -> bool {
    let next = peek(reader);
    let is_one = |words: &[&str]| next.as_ref().is_some_and(|token| words.iter().any(|word| is(reader.bytes, token, word)));
    let (no, yes) = (is_one(&["FALSE", "OFF", "0"]), is_one(&["TRUE", "ON", "1", "MATCH"]));
    if no || yes {
        _ = reader.next();
    }
    !no
}

/// A string, behind `AS` or not: `'|'`, `E'\t'`.
fn value(reader: &mut Reader<'_>) -> Option<Vec<u8>> {
    let bytes = reader.bytes;
    let mut token = reader.next()?;
    if is(bytes, &token, "AS") {
        token = reader.next()?;
    }
    if is(bytes, &token, "E") {
        let escaped = reader.next().filter(|next| next.kind == Kind::Text && next.range.start == token.range.end)?;
        return Some(unquoted(&bytes[escaped.range], true));
    }
    (token.kind == Kind::Text).then(|| string(bytes, &token))
}

fn string(bytes: &[u8], token: &Token) -> Vec<u8> {
    if token.kind == Kind::Text { unquoted(&bytes[token.range.clone()], false) } else { Vec::new() }
}

/// A single character, as the options want it; `\t` stands for a tab in old scripts.
fn character(reader: &mut Reader<'_>) -> Option<u8> {
    match value(reader)?[..] {
        [b'\\', b't'] => Some(b'\t'),
        [one] if one.is_ascii() && !matches!(one, b'\n' | b'\r') => Some(one),
        _ => None,
    }
}

/// The line of psql's `\copy` in which a place lies, without its end.
pub fn of_line(bytes: &[u8], at: usize, dialect: Dialect) -> Reader<'_> {
    let end = bytes.get(at..).and_then(|rest| memchr::memchr(b'\n', rest)).map_or(bytes.len(), |n| at + n);
    Reader::new(&bytes[..end], at, dialect)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<Head> {
        read(&mut Reader::new(text.as_bytes(), 0, Dialect { backslash: false }), !text.contains(';'))
    }

    #[test]
    fn options_are_read_as_any_version_writes_them() {
        let csv = |delimiter, header| Form { delimiter, null: Vec::new(), header, quoting: Some((b'"', b'"')) };
        for (text, form) in [
            ("t FROM stdin;", Form::TEXT),
            ("t from STDIN with (format text);", Form::TEXT),
            ("t FROM stdin WITH (FORMAT csv);", csv(b',', false)),
            ("t FROM stdin (FORMAT 'csv', HEADER, DELIMITER '|');", csv(b'|', true)),
            ("t FROM stdin WITH (DELIMITER E'\\t', FORMAT CSV, HEADER MATCH, FORCE_NULL (a, b));", csv(b'\t', true)),
            ("t FROM stdin WITH (FORMAT csv, HEADER false, ENCODING 'UTF8', FREEZE);", csv(b',', false)),
            ("t FROM stdin WITH DELIMITER AS ';' CSV HEADER FORCE NOT NULL a;", csv(b';', true)),
            ("t FROM stdin USING DELIMITERS '|' WITH NULL AS '';", Form { delimiter: b'|', null: Vec::new(), ..Form::TEXT }),
            (
                "t FROM stdin WITH (FORMAT csv, QUOTE '''', ESCAPE '\\', NULL 'none');",
                Form { null: b"none".to_vec(), quoting: Some((b'\'', b'\\')), ..csv(b',', false) },
            ),
            ("t FROM pstdin csv", csv(b',', false)),
        ] {
            let head = of(text).map(|head| (head.name, head.columns, head.form));
            assert_eq!(head, Some(("t".to_owned(), None, form)), "{text}");
        }
        let named = of("public.t (a, \"B c\") FROM stdin;").unwrap();
        assert_eq!((named.name.as_str(), named.columns), ("public.t", Some(vec!["a".to_owned(), "B c".to_owned()])));
    }

    #[test]
    fn what_brings_no_rows_of_text_is_none() {
        for text in [
            "t TO stdout;",
            "t FROM '/tmp/t.csv' CSV;",
            "t FROM stdin WITH (FORMAT binary);",
            "t FROM stdin BINARY;",
            "t FROM stdin WITH (FORMAT csv, DELIMITER 'ab');",
            "t FROM stdin SELECT 1;",
            "(SELECT 1) FROM",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
