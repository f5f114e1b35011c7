//! Rows as PostgreSQL's `COPY … TO stdout` writes them. SQL Commands, COPY, "Text Format": a character between values, tab
//! where none is named, `\N` for NULL, escapes with a backslash, `\.` at the end. "CSV Format": quoted values, in which
//! quotes and the character for escapes are escaped, line ends stand as they are, and NULL is what is not quoted.

use super::value;

/// A quoted value is not longer: what seems to be is a quote that never ends.
const LONGEST_QUOTED: usize = 16 << 20;

/// How rows are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Between values.
    pub delimiter: u8,
    /// What stands for NULL; in the text format, `\N` does so, too.
    pub null: Vec<u8>,
    /// The first line names the columns.
    pub header: bool,
    /// In CSV form, the characters that quote, and escape in quotes.
    pub quoting: Option<(u8, u8)>,
}

impl Form {
    /// What `pg_dump` writes: the text format without options.
    pub const TEXT: Self = Self { delimiter: b'\t', null: Vec::new(), header: false, quoting: None };
}

/// What a line of such data is.
#[derive(Debug, PartialEq)]
pub enum Line {
    /// A row, and the place behind it.
    Row(Vec<Vec<u8>>, usize),
    /// The values of a line in which a quote is never closed, and the place behind it.
    Unclosed(Vec<Vec<u8>>, usize),
    /// `\.`, and the place behind it: the data end.
    End(usize),
}

/// The row that begins a text. `is_last`: nothing follows the text that belongs to it. `None`: it is not all there.
pub fn row(text: &[u8], form: &Form, is_last: bool) -> Option<Line> {
    let (line, next) = match memchr::memchr(b'\n', text) {
        Some(end) => (&text[..end], end + 1),
        None if is_last => (text, text.len()),
        None => return None,
    };
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line == b"\\." {
        return Some(Line::End(next));
    }
    let Some((quote, escape)) = form.quoting else { return Some(Line::Row(escaped(line, form), next)) };
    if memchr::memchr(quote, line).is_none() {
        let values = line.split(|&b| b == form.delimiter);
        return Some(Line::Row(values.map(|value| if value == form.null { Vec::new() } else { value.to_vec() }).collect(), next));
    }
    match quoted(text, form, quote, escape).filter(|(_, end)| is_last || text[..*end].ends_with(b"\n")) {
        Some((values, end)) => Some(Line::Row(values, end)),
        None if is_last || text.len() > LONGEST_QUOTED => {
            let values = line.split(|&b| b == form.delimiter);
            Some(Line::Unclosed(values.map(<[u8]>::to_vec).collect(), next))
        }
        None => None,
    }
}

/// The values of a line in the text format; a delimiter in a value is written behind a backslash.
fn escaped(line: &[u8], form: &Form) -> Vec<Vec<u8>> {
    let (mut values, mut start, mut at) = (Vec::new(), 0, 0);
    while let Some(n) = memchr::memchr2(form.delimiter, b'\\', &line[at..]) {
        at += n;
        if line[at] == form.delimiter {
            values.push(unescaped(&line[start..at], form));
            start = at + 1;
            at = start;
        } else {
            at = (at + 2).min(line.len());
        }
    }
    values.push(unescaped(&line[start..], form));
    values
}

/// A row in the CSV format, some of whose values are quoted; quotes may begin amid a value, as the server takes them. `None`
/// where one is not closed.
fn quoted(text: &[u8], form: &Form, quote: u8, escape: u8) -> Option<(Vec<Vec<u8>>, usize)> {
    let text = &text[..text.len().min(LONGEST_QUOTED)];
    let (mut values, mut value, mut was_quoted, mut at) = (Vec::new(), Vec::new(), false, 0);
    let end = loop {
        let byte = text.get(at).copied();
        match byte {
            Some(byte) if byte == quote => {
                was_quoted = true;
                at = quotation(text, at + 1, quote, escape, &mut value)?;
                continue;
            }
            Some(byte) if byte != form.delimiter && byte != b'\n' => value.push(byte),
            _ => {
                if byte != Some(form.delimiter) && value.last() == Some(&b'\r') {
                    value.pop();
                }
                let taken = std::mem::take(&mut value);
                values.push(if !was_quoted && taken == form.null { Vec::new() } else { taken });
                was_quoted = false;
                if byte != Some(form.delimiter) {
                    break if byte.is_some() { at + 1 } else { at };
                }
            }
        }
        at += 1;
    };
    Some((values, end))
}

/// Takes what stands in quotes; returns the place behind the closing one.
fn quotation(text: &[u8], mut at: usize, quote: u8, escape: u8, value: &mut Vec<u8>) -> Option<usize> {
    loop {
        let tail = text.get(at..)?;
        let n = memchr::memchr2(quote, escape, tail)?;
        value.extend_from_slice(&tail[..n]);
        at += n;
        match text.get(at + 1) {
            // Only the quote and the escape itself are escaped.
            Some(&next) if text[at] == escape && (next == quote || next == escape) => {
                value.push(next);
                at += 2;
            }
            _ if text[at] == quote => return Some(at + 1),
            _ => {
                value.push(escape);
                at += 1;
            }
        }
    }
}

fn unescaped(raw: &[u8], form: &Form) -> Vec<u8> {
    if raw == form.null || raw == b"\\N" {
        return Vec::new();
    }
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let Some((&escaped, tail)) = rest.split_first() else { return out };
        rest = tail;
        match escaped {
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'v' => out.push(11),
            b'0'..=b'7' => {
                let more = tail.iter().take(2).take_while(|b| (b'0'..=b'7').contains(b)).count();
                let digits = tail[..more].iter().fold(u32::from(escaped - b'0'), |n, b| n * 8 + u32::from(b - b'0'));
                out.push(digits as u8);
                rest = &tail[more..];
            }
            b'x' if tail.first().is_some_and(u8::is_ascii_hexdigit) => {
                let more = tail.iter().take(2).take_while(|b| b.is_ascii_hexdigit()).count();
                let digits = tail[..more].iter().filter_map(|&b| (b as char).to_digit(16)).fold(0, |n, d| n * 16 + d);
                out.push(digits as u8);
                rest = &tail[more..];
            }
            other => out.push(other),
        }
    }
    out.extend_from_slice(rest);
    out
}

/// The bytes of a value of type `bytea`, if it is one that is worth decoding.
pub fn bytea(value: &[u8]) -> Option<Vec<u8>> {
    value.strip_prefix(b"\\x").filter(|digits| digits.len() > 64).and_then(value::from_hex)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values(text: &str, form: &Form) -> Vec<String> {
        match row(text.as_bytes(), form, true) {
            Some(Line::Row(values, _)) => values.into_iter().map(value::owned).collect(),
            other => panic!("no row: {other:?}"),
        }
    }

    fn csv() -> Form {
        Form { delimiter: b',', quoting: Some((b'"', b'"')), ..Form::TEXT }
    }

    proptest! {
        #[test]
        fn what_was_escaped_comes_back(values in prop::collection::vec("[ -~é\n\t\r\\\\]{0,30}", 1..5), at in 0usize..3) {
            let delimiter = ['\t', '|', ';'][at];
            let escape = |v: &String| {
                let plain = v.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t");
                if delimiter == '\t' { plain } else { plain.replace(delimiter, &format!("\\{delimiter}")) }
            };
            let written = values.iter().map(escape).collect::<Vec<_>>().join(&delimiter.to_string());
            let expected = Line::Row(values.iter().map(|v| v.as_bytes().to_vec()).collect(), written.len());
            prop_assert_eq!(row(written.as_bytes(), &Form { delimiter: delimiter as u8, ..Form::TEXT }, true), Some(expected));
        }

        #[test]
        fn what_was_quoted_comes_back(values in prop::collection::vec("[ -~é\n\\\\\"|]{0,30}", 1..5), backslash in any::<bool>()) {
            let form = if backslash { Form { quoting: Some((b'"', b'\\')), ..csv() } } else { csv() };
            let quote = |v: &String| match backslash {
                true => format!("\"{}\"", v.replace('\\', "\\\\").replace('"', "\\\"")),
                false => format!("\"{}\"", v.replace('"', "\"\"")),
            };
            let written = values.iter().map(quote).collect::<Vec<_>>().join(",") + "\nnext";
            let expected = Line::Row(values.iter().map(|v| v.as_bytes().to_vec()).collect(), written.len() - 4);
            prop_assert_eq!(row(written.as_bytes(), &form, true), Some(expected));
        }
    }

    #[test]
    fn null_end_and_numeric_escapes() {
        assert_eq!(row(b"\\.", &Form::TEXT, true), Some(Line::End(2)));
        assert_eq!(values("\\N\ta\\101\\x42\\q", &Form::TEXT), ["", "aABq"]);
        assert_eq!(values("none|x\\|y", &Form { delimiter: b'|', null: b"none".to_vec(), ..Form::TEXT }), ["", "x|y"]);
        assert_eq!(values("none,\"none\",x\r\n", &Form { null: b"none".to_vec(), ..csv() }), ["", "none", "x"]);
    }

    #[test]
    fn a_quote_that_never_closes_costs_its_line_alone() {
        assert_eq!(row(b"a,\"b\nc,d\n", &csv(), false), None);
        assert_eq!(row(b"a,\"b\nc,d\n", &csv(), true), Some(Line::Unclosed(vec![b"a".to_vec(), b"\"b".to_vec()], 5)));
    }
}
