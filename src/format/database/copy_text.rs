//! Rows as PostgreSQL's `COPY … TO stdout` writes them (SQL Commands, COPY, "Text Format"): tabs between
//! values, `\N` for NULL, escapes with a backslash, `\.` at the end.

use super::value;

/// What a line of such data is.
#[derive(Debug, PartialEq)]
pub enum Line {
    /// A row.
    Row(Vec<Vec<u8>>),
    /// `\.`: the data end.
    End,
}

/// The values of a line without its line feed.
pub fn line(line: &[u8]) -> Line {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line == b"\\." {
        return Line::End;
    }
    // A tab in a value is written as an escape, so that every tab parts values.
    Line::Row(line.split(|&b| b == b'\t').map(unescaped).collect())
}

fn unescaped(raw: &[u8]) -> Vec<u8> {
    if raw == b"\\N" {
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

    proptest! {
        #[test]
        fn what_was_escaped_comes_back(values in prop::collection::vec("[ -~é\n\t\r\\\\]{0,30}", 1..5)) {
            let escape = |v: &String| v.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r");
            let written = values.iter().map(escape).collect::<Vec<_>>().join("\t");
            let expected = Line::Row(values.iter().map(|v| v.as_bytes().to_vec()).collect());
            prop_assert_eq!(line(written.as_bytes()), expected);
        }
    }

    #[test]
    fn null_end_and_numeric_escapes() {
        assert_eq!(line(b"\\."), Line::End);
        assert_eq!(line(b"\\N\ta\\101\\x42\\q"), Line::Row(vec![vec![], b"aABq".to_vec()]));
    }
}
