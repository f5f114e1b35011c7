//! Rows of `INSERT … VALUES`: each value as a cell.

use super::sql_token::{Dialect, Kind, Token, is, next, unquoted};
use super::value;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Text, a number, an expression; empty for NULL.
    Text(String),
    /// Bytes, and where they are written.
    Binary(Vec<u8>, std::ops::Range<usize>),
}

/// What stands where a row should.
pub enum Found {
    /// A row that ends at this place. It is `mere` where it holds names or variables instead of values, as
    /// inside of a procedure.
    Row { cells: Vec<Cell>, end: usize, mere: bool },
    /// No row, or one that is broken.
    Other,
    /// The text ends before it is decided.
    Cut,
}

/// Most values of a row.
const MOST_CELLS: usize = 65_536;
/// Most tokens of a value.
const MOST_TOKENS: usize = 65_536;

/// The row at a place, which is that of its opening bracket.
pub fn row(bytes: &[u8], from: usize, dialect: Dialect) -> Found {
    let Some(open) = next(bytes, from, dialect) else { return Found::Cut };
    if open.kind != Kind::Symbol(b'(') {
        return Found::Other;
    }
    let (mut at, mut depth, mut mere) = (open.range.end, 0u32, false);
    let mut cells = Vec::new();
    let mut value: Vec<Token> = Vec::new();
    loop {
        let Some(token) = next(bytes, at, dialect) else { return Found::Cut };
        at = token.range.end;
        match token.kind {
            Kind::Symbol(b'(') => depth += 1,
            Kind::Symbol(b')') if depth > 0 => depth -= 1,
            Kind::Symbol(b',') if depth == 0 => {
                mere |= is_mere(bytes, &value);
                cells.push(cell(bytes, &value, dialect));
                value.clear();
                if cells.len() > MOST_CELLS {
                    return Found::Other;
                }
                continue;
            }
            Kind::Symbol(b')') => {
                if !value.is_empty() || !cells.is_empty() {
                    mere |= is_mere(bytes, &value);
                    cells.push(cell(bytes, &value, dialect));
                }
                return Found::Row { cells, end: at, mere };
            }
            Kind::Symbol(b';') if depth == 0 => return Found::Other,
            Kind::Symbol(_) | Kind::Word | Kind::Name | Kind::Text | Kind::Comment => {}
        }
        value.push(token);
        if value.len() > MOST_TOKENS {
            return Found::Other;
        }
    }
}

/// A name or variable: no value that is stored here.
fn is_mere(bytes: &[u8], value: &[Token]) -> bool {
    let Some(first) = value.first() else { return false };
    let raw = &bytes[first.range.clone()];
    let is_name = match first.kind {
        Kind::Word => {
            let known = ["NULL", "TRUE", "FALSE", "DEFAULT", "NAN", "INFINITY", "INF"];
            !raw[0].is_ascii_digit() && !known.iter().any(|word| is(bytes, first, word)) && !raw.starts_with(b"0x")
        }
        Kind::Symbol(b':' | b'@' | b'?' | b'%') => return true,
        Kind::Name => true,
        Kind::Symbol(_) | Kind::Text | Kind::Comment => false,
    };
    // A function call, a prefix of a string or a type before one are no names.
    let follows = value.get(1).map(|token| token.kind);
    is_name && !matches!(follows, Some(Kind::Symbol(b'(') | Kind::Text | Kind::Word))
}

fn cell(bytes: &[u8], value: &[Token], dialect: Dialect) -> Cell {
    let raw = |token: &Token| &bytes[token.range.clone()];
    let string = |token: &Token, backslash: bool| unquoted(raw(token), backslash);
    let written = || match (value.first(), value.last()) {
        (Some(first), Some(last)) => Cell::Text(value::text(&bytes[first.range.start..last.range.end])),
        _ => Cell::Text(String::new()),
    };
    match value {
        [one] if is(bytes, one, "NULL") || is(bytes, one, "DEFAULT") => Cell::Text(String::new()),
        [one] if one.kind == Kind::Text => characters(string(one, dialect.backslash), one),
        [one] if one.kind == Kind::Word => match raw(one).strip_prefix(b"0x").and_then(value::from_hex) {
            Some(decoded) => Cell::Binary(decoded, one.range.clone()),
            None => written(),
        },
        [prefix, one] if prefix.kind == Kind::Word && one.kind == Kind::Text => match raw(prefix) {
            b"X" | b"x" => match value::from_hex(&string(one, false)) {
                Some(decoded) => Cell::Binary(decoded, one.range.clone()),
                None => written(),
            },
            b"E" | b"e" => characters(string(one, true), one),
            b"_binary" => Cell::Binary(string(one, dialect.backslash), one.range.clone()),
            // N'…', U&'…', a character set (`_latin1`), a type (`DATE '…'`).
            _ => characters(string(one, dialect.backslash), one),
        },
        // '…'::type
        [one, Token { kind: Kind::Symbol(b':'), .. }, Token { kind: Kind::Symbol(b':'), .. }, ..] if one.kind == Kind::Text => {
            characters(string(one, dialect.backslash), one)
        }
        // CAST(… AS type), CONVERT(…, '…'): the value alone.
        [function, Token { kind: Kind::Symbol(b'('), .. }, inner @ ..] if is(bytes, function, "CAST") => {
            let end = inner.iter().position(|token| is(bytes, token, "AS")).unwrap_or(inner.len());
            let texts = inner[end..].iter().any(|token| token.kind == Kind::Text);
            if end == 0 || end == inner.len() || texts { written() } else { cell(bytes, &inner[..end], dialect) }
        }
        _ => written(),
    }
}

/// Characters, or bytes where they are none: dumps write binary columns as strings, too.
fn characters(decoded: Vec<u8>, token: &Token) -> Cell {
    let is_binary = decoded.contains(&0) || std::str::from_utf8(&decoded).is_err() && decoded.iter().any(|b| *b < 9);
    let digits = decoded.strip_prefix(b"\\x").filter(|digits| digits.len() > 64);
    match digits.and_then(value::from_hex) {
        Some(bytes) => Cell::Binary(bytes, token.range.clone()),
        None if is_binary => Cell::Binary(decoded, token.range.clone()),
        None => Cell::Text(value::owned(decoded)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str, backslash: bool) -> (Vec<Cell>, bool) {
        match row(text.as_bytes(), 0, Dialect { backslash }) {
            Found::Row { cells, mere, .. } => (cells, mere),
            Found::Other | Found::Cut => panic!("no row: {text}"),
        }
    }

    fn texts(text: &str, backslash: bool) -> Vec<String> {
        let cells = cells(text, backslash).0.into_iter();
        cells.map(|cell| if let Cell::Text(text) = cell { text } else { "binary".to_owned() }).collect()
    }

    #[test]
    fn values_of_all_dialects_are_cells() {
        assert_eq!(texts(r"(1,-2.50,'O\'Neil \\ Co','a,b)(',NULL,'')", true), ["1", "-2.50", "O'Neil \\ Co", "a,b)(", "", ""]);
        assert_eq!(texts("(N'Søren', CAST(N'2024-01-02' AS Date), 0x, 'C:\\')", false), ["Søren", "2024-01-02", "0x", "C:\\"]);
        assert_eq!(texts("(E'a\\tb', '2024'::date, now(), DATE '2020-01-01')", false), ["a\tb", "2024", "now()", "2020-01-01"]);
        assert_eq!(texts("(_latin1'x', _utf8mb4 'y', 1e+10)", true), ["x", "y", "1e+10"]);
        assert_eq!(texts("(to_date('01-02-03','DD-MM-YY'), 'x' || chr(10))", false), ["to_date('01-02-03','DD-MM-YY')", "'x' || chr(10)"]);
    }

    #[test]
    fn bytes_are_bytes_however_they_are_written() {
        for (text, backslash) in [("(0x00FF01)", true), ("(X'00ff01')", false), ("(_binary '\\0\u{7F}\\0')", true)] {
            let (cells, _) = cells(text, backslash);
            assert!(matches!(&cells[..], [Cell::Binary(bytes, _)] if bytes[0] == 0 && bytes.len() == 3), "{text}: {cells:?}");
        }
    }

    #[test]
    fn names_and_variables_are_no_record() {
        for text in ["(NEW.id, 'x')", "(@a, 1)", "(:b)", "(\"col\")"] {
            assert!(cells(text, false).1, "{text}");
        }
        assert!(!cells("(1, true, CURRENT_DATE(), N'x', NULL)", false).1);
    }
}
