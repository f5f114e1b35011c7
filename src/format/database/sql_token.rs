//! Tokens of SQL scripts (ISO/IEC 9075-2, 5.2) in the dialects of MySQL, PostgreSQL, SQL Server, SQLite and
//! Oracle. Any encoding that has ASCII's characters at ASCII's bytes will do.

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A key word, a name without quotes, or a number.
    Word,
    /// A quoted name: `"…"`, `` `…` `` or `[…]`.
    Name,
    /// A string: `'…'`, `$tag$…$tag$`.
    Text,
    /// One other character.
    Symbol(u8),
    /// `--`, `#` or `/* … */`.
    Comment,
}

/// A token and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its bytes, quotes included.
    pub range: Range<usize>,
}

/// How strings and comments are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// `\` escapes the character that follows, and `#` begins a comment, as in MySQL.
    pub backslash: bool,
}

/// The token at or after a place; `None` where there is none before the end, or where the text ends amid it.
pub fn next(bytes: &[u8], at: usize, dialect: Dialect) -> Option<Token> {
    let at = at + bytes.get(at..)?.iter().position(|b| !b.is_ascii_whitespace())?;
    let rest = &bytes[at..];
    let token = |kind, length| Some(Token { kind, range: at..at + length });
    match rest {
        [b'\'', ..] => token(Kind::Text, quoted(rest, b'\'', dialect.backslash)?),
        [b'"', ..] => token(Kind::Name, quoted(rest, b'"', dialect.backslash)?),
        [b'`', ..] => token(Kind::Name, quoted(rest, b'`', false)?),
        [b'[', ..] if !dialect.backslash => match quoted(rest, b']', false) {
            // No name is longer; a bracket in PostgreSQL's arrays closes soon, too.
            Some(length) if length < 1024 => token(Kind::Name, length),
            _ => token(Kind::Symbol(b'['), 1),
        },
        [b'-', b'-', ..] => token(Kind::Comment, line(rest)),
        [b'#', ..] if dialect.backslash => token(Kind::Comment, line(rest)),
        [b'/', b'*', ..] => token(Kind::Comment, memchr::memmem::find(&rest[2..], b"*/")? + 4),
        [b'$', ..] if !dialect.backslash => match dollar(rest) {
            Some(mark) => token(Kind::Text, memchr::memmem::find(&rest[mark..], &rest[..mark])? + 2 * mark),
            None => token(Kind::Symbol(b'$'), 1),
        },
        [b, ..] if is_word(*b) => {
            let dot = b.is_ascii_digit();
            token(Kind::Word, rest.iter().position(|&b| !(is_word(b) || dot && b == b'.')).unwrap_or(rest.len()))
        }
        [b, ..] => token(Kind::Symbol(*b), 1),
        [] => None,
    }
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'@' | b'$' | b'#' | 0x80..)
}

fn line(rest: &[u8]) -> usize {
    memchr::memchr(b'\n', rest).unwrap_or(rest.len())
}

/// Length of a quoted token; two quotes in a row are one.
fn quoted(rest: &[u8], quote: u8, backslash: bool) -> Option<usize> {
    let mut at = 1;
    loop {
        let tail = rest.get(at..)?;
        at += if backslash { memchr::memchr2(quote, b'\\', tail)? } else { memchr::memchr(quote, tail)? };
        match (rest[at], rest.get(at + 1)) {
            (b'\\', Some(_)) if backslash && quote != b'\\' => at += 2,
            (b, Some(&next)) if b == quote && next == quote => at += 2,
            (b, _) if b == quote => return Some(at + 1),
            _ => return None,
        }
    }
}

/// Length of the mark that opens a dollar-quoted string.
fn dollar(rest: &[u8]) -> Option<usize> {
    let end = rest[1..].iter().take(64).position(|b| !b.is_ascii_alphanumeric() && *b != b'_')? + 1;
    (rest[end] == b'$' && !rest[1].is_ascii_digit()).then_some(end + 1)
}

/// Is this word that key word?
pub fn is(bytes: &[u8], token: &Token, word: &str) -> bool {
    token.kind == Kind::Word && bytes[token.range.clone()].eq_ignore_ascii_case(word.as_bytes())
}

/// The value of a quoted token.
pub fn unquoted(quoted: &[u8], backslash: bool) -> Vec<u8> {
    if quoted.first() == Some(&b'$') {
        let mark = quoted[1..].iter().position(|&b| b == b'$').map_or(0, |n| n + 2);
        return quoted.get(mark..quoted.len().saturating_sub(mark)).unwrap_or_default().to_vec();
    }
    let close = match quoted.first() {
        Some(b'[') => b']',
        Some(&quote) => quote,
        None => return Vec::new(),
    };
    let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = if backslash { memchr::memchr2(close, b'\\', rest) } else { memchr::memchr(close, rest) } {
        out.extend_from_slice(&rest[..at]);
        match (rest[at], rest.get(at + 1)) {
            (b'\\', Some(&escaped)) if backslash => {
                match escaped {
                    b'0' => out.push(0),
                    b'n' => out.push(b'\n'),
                    b'r' => out.push(b'\r'),
                    b't' => out.push(b'\t'),
                    b'b' => out.push(8),
                    b'Z' => out.push(0x1A),
                    // In patterns these keep their backslash.
                    b'%' | b'_' => out.extend([b'\\', escaped]),
                    other => out.push(other),
                }
                rest = &rest[at + 2..];
            }
            (b, next) => {
                out.push(b);
                rest = &rest[at + 1 + usize::from(next == Some(&b))..];
            }
        }
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens(text: &str, backslash: bool) -> Vec<(Kind, &str)> {
        let (mut at, mut out) = (0, Vec::new());
        while let Some(token) = next(text.as_bytes(), at, Dialect { backslash }) {
            at = token.range.end;
            out.push((token.kind, &text[token.range]));
        }
        out
    }

    #[test]
    fn each_dialect_has_its_quotes() {
        use Kind::*;
        let mysql = tokens("(`a b`,'it\\'s',0x6f,-1.5) # end\n", true);
        assert_eq!(mysql[1], (Name, "`a b`"));
        assert_eq!(mysql[3], (Text, "'it\\'s'"));
        assert_eq!(mysql[5..9], [(Word, "0x6f"), (Symbol(b','), ","), (Symbol(b'-'), "-"), (Word, "1.5")]);
        assert_eq!(mysql[10], (Comment, "# end"));
        let server = tokens("[dbo].[T] N'C:\\' -- x", false);
        assert_eq!(server, [(Name, "[dbo]"), (Symbol(b'.'), "."), (Name, "[T]"), (Word, "N"), (Text, "'C:\\'"), (Comment, "-- x")]);
        assert_eq!(tokens("$f$ a; 'b $f$ ;", false), [(Text, "$f$ a; 'b $f$"), (Symbol(b';'), ";")]);
    }

    #[test]
    fn a_token_that_is_cut_off_is_none() {
        for text in ["'abc", "'abc''", "\"abc", "/* abc", "$$ abc", "'abc\\'"] {
            assert_eq!(next(text.as_bytes(), 0, Dialect { backslash: text.contains('\\') }), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_was_quoted_comes_back(value in "[ -~é\n\t\\\\']{0,40}") {
            let mysql = format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n"));
            prop_assert_eq!(unquoted(mysql.as_bytes(), true), value.as_bytes());
            let standard = format!("'{}'", value.replace('\'', "''"));
            prop_assert_eq!(unquoted(standard.as_bytes(), false), value.as_bytes());
            prop_assert_eq!(next(standard.as_bytes(), 0, Dialect { backslash: false }).map(|t| t.range), Some(0..standard.len()));
        }
    }
}
