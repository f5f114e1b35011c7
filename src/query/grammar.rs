//! The grammar: words, `"phrases"`, `AND`, `OR`, `NOT` and `-`, parentheses, `field:value`, `"..."~N`.
//!
//! ```text
//! query   = and ("OR" and)*
//! and     = unary ("AND"? unary)*
//! unary   = ("NOT" | "-") unary | "(" query ")" | [field ":"] value
//! value   = word | quoted ["~" number]
//! ```

use super::expression::{Condition, Expression, condition, field_names};
use std::ops::Range;

/// No query is longer, in bytes.
const LONGEST: usize = 16 << 10;
/// Parentheses and negations inside each other.
const DEEPEST: usize = 64;

/// A query that cannot be parsed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct ParseError {
    /// Bytes of the query.
    pub at: Range<usize>,
    /// Why, in words; lower case, without a full stop.
    pub why: String,
}

impl ParseError {
    fn new<T>(at: Range<usize>, why: impl Into<String>) -> Result<T, Self> {
        Err(Self { at, why: why.into() })
    }

    /// The error with the query and a caret below the place.
    pub fn shown(&self, query: &str) -> String {
        let plain: String = query.chars().map(|c| if crate::model::is_unsafe(c) { ' ' } else { c }).collect();
        let before = query[..self.at.start].chars().count();
        let width = query[self.at.clone()].trim_end().chars().count().max(1);
        format!("the query cannot be parsed: {}\n  {plain}\n  {}{}", self.why, " ".repeat(before), "^".repeat(width))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    And,
    Or,
    Not,
    Value { field: Option<String>, text: String, near: Option<u32> },
}

/// Parses a query; its values are checked as well.
pub fn parse(query: &str) -> Result<Expression, ParseError> {
    if query.len() > LONGEST {
        return ParseError::new(0..0, format!("it is longer than {LONGEST} bytes"));
    }
    let tokens = Lexer { text: query, at: 0 }.all()?;
    if tokens.is_empty() {
        return ParseError::new(0..0, format!("it is empty; give words, or a field and a value. Fields: {}", field_names().join(", ")));
    }
    let mut parser = Parser { tokens: &tokens, at: 0, end: query.len() };
    let expression = parser.or(0)?;
    match parser.peek() {
        None => Ok(expression),
        // Everything else would have been taken as a part of the expression.
        Some((at, _)) => ParseError::new(at.clone(), "no parenthesis is open here"),
    }
}

struct Lexer<'q> {
    text: &'q str,
    at: usize,
}

impl Lexer<'_> {
    fn all(mut self) -> Result<Vec<(Range<usize>, Token)>, ParseError> {
        let mut out = Vec::new();
        while let Some(c) = self.peek() {
            let start = self.at;
            let token = match c {
                c if c.is_whitespace() => {
                    self.at += c.len_utf8();
                    continue;
                }
                '(' => self.single(Token::Open),
                ')' => self.single(Token::Close),
                '-' if self.text[start + 1..].starts_with(|c: char| !c.is_whitespace() && c != ')') => self.single(Token::Not),
                '"' => self.quoted(None)?,
                _ => self.word()?,
            };
            out.push((start..self.at, token));
        }
        Ok(out)
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn single(&mut self, token: Token) -> Token {
        self.at += 1;
        token
    }

    fn word(&mut self) -> Result<Token, ParseError> {
        let start = self.at;
        let rest = &self.text[start..];
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"')).unwrap_or(rest.len());
        let word = &rest[..end];
        self.at += end;
        match word {
            "AND" => return Ok(Token::And),
            "OR" => return Ok(Token::Or),
            "NOT" => return Ok(Token::Not),
            _ => {}
        }
        let is_field = |head: &str| {
            head.starts_with(|c: char| c.is_ascii_alphabetic()) && head.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        };
        let Some((field, value)) = word.split_once(':').filter(|(head, _)| is_field(head)) else {
            return Ok(Token::Value { field: None, text: word.to_owned(), near: None });
        };
        let field = field.to_ascii_lowercase();
        if !field_names().contains(&field.as_str()) {
            let why = condition(&field, value, None).err().unwrap_or_default();
            return ParseError::new(start..start + field.len(), why);
        }
        if !value.is_empty() {
            return Ok(Token::Value { field: Some(field), text: value.to_owned(), near: None });
        }
        match self.peek() {
            Some('"') => self.quoted(Some(field)),
            _ => ParseError::new(start..self.at, format!("a value must follow {field}: without a blank between")),
        }
    }

    /// A text in quotes; `\"` and `\\` stand for themselves.
    fn quoted(&mut self, field: Option<String>) -> Result<Token, ParseError> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(c) = self.peek() else { return ParseError::new(start..start + 1, "these quotes are not closed") };
            self.at += c.len_utf8();
            match c {
                '"' => break,
                '\\' if matches!(self.peek(), Some('"' | '\\')) => {
                    text.extend(self.peek());
                    self.at += 1;
                }
                c => text.push(c),
            }
        }
        let mut near = None;
        if self.peek() == Some('~') {
            let from = self.at;
            self.at += 1;
            let digits = self.text[self.at..].bytes().take_while(u8::is_ascii_digit).count();
            let number = self.text[self.at..self.at + digits].parse::<u32>().ok();
            self.at += digits;
            match number {
                Some(number) => near = Some(number),
                None => return ParseError::new(from..self.at, "`~` needs a number of words after it, such as \"wire fraud\"~5"),
            }
        }
        if let Some(c) = self.peek().filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')')) {
            return ParseError::new(self.at..self.at + c.len_utf8(), "a blank must follow the quotes");
        }
        Ok(Token::Value { field, text, near })
    }
}

struct Parser<'t> {
    tokens: &'t [(Range<usize>, Token)],
    at: usize,
    end: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&(Range<usize>, Token)> {
        self.tokens.get(self.at)
    }

    fn or(&mut self, depth: usize) -> Result<Expression, ParseError> {
        let mut all = vec![self.and(depth)?];
        while matches!(self.peek(), Some((_, Token::Or))) {
            self.at += 1;
            all.push(self.and(depth)?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Expression::Or(all) })
    }

    fn and(&mut self, depth: usize) -> Result<Expression, ParseError> {
        let mut all = vec![self.unary(depth)?];
        loop {
            match self.peek() {
                Some((_, Token::And)) => self.at += 1,
                Some((_, Token::Open | Token::Not | Token::Value { .. })) => {}
                Some((_, Token::Or | Token::Close)) | None => break,
            }
            all.push(self.unary(depth)?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Expression::And(all) })
    }

    fn unary(&mut self, depth: usize) -> Result<Expression, ParseError> {
        let Some((at, token)) = self.peek().cloned() else {
            let after = self.tokens.last().map_or(0..0, |(at, _)| at.clone());
            return ParseError::new(after, "something must follow here");
        };
        if depth >= DEEPEST {
            return ParseError::new(at, "parentheses or negations are nested too deep");
        }
        self.at += 1;
        match token {
            Token::Not => Ok(Expression::Not(Box::new(self.unary(depth + 1)?))),
            Token::Open => {
                if matches!(self.peek(), Some((_, Token::Close))) {
                    return ParseError::new(at.start..self.tokens[self.at].0.end, "nothing stands in these parentheses");
                }
                let inner = self.or(depth + 1)?;
                match self.peek() {
                    Some((_, Token::Close)) => self.at += 1,
                    _ => return ParseError::new(at, "this parenthesis is not closed"),
                }
                Ok(inner)
            }
            Token::Value { field, text, near } => {
                condition(field.as_deref().unwrap_or("text"), &text, near).map(Expression::Is).map_err(|why| ParseError { at, why })
            }
            Token::And | Token::Or => ParseError::new(at, "AND and OR join two conditions; as words they stand in quotes or lower case"),
            Token::Close if self.at == 1 => ParseError::new(at, "no parenthesis is open here"),
            Token::Close => ParseError::new(at.start..at.end.min(self.end), "something must stand before this parenthesis"),
        }
    }
}

impl Expression {
    /// The conditions in it, with whether each is asked for or, below a negation, against.
    pub(super) fn conditions<'e>(&'e self, asked: bool, take: &mut dyn FnMut(&'e Condition, bool)) {
        match self {
            Self::And(all) | Self::Or(all) => all.iter().for_each(|one| one.conditions(asked, take)),
            Self::Not(one) => one.conditions(!asked, take),
            Self::Is(condition) => take(condition, asked),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn printed(query: &str) -> String {
        parse(query).unwrap_or_else(|e| panic!("{}", e.shown(query))).to_string()
    }

    #[test]
    fn conditions_are_joined_as_they_read() {
        assert_eq!(printed("wire fraud"), "wire AND fraud");
        assert_eq!(printed("a b OR c -d"), "(a AND b) OR (c AND NOT d)");
        assert_eq!(printed("NOT (a OR \"b c\"~3) AND path:*.zip"), "NOT (a OR \"b c\"~3) AND path:\"*.zip\"");
        assert_eq!(printed("aba:0210-0002-1 OR aba:\"021 000 021\""), "aba:021000021 OR aba:021000021");
        assert_eq!(printed("iban_bank:de:10020500"), "iban_bank:\"DE:10020500\"");
        assert_eq!(printed("and or not"), "and AND or AND not");
        assert_eq!(printed("STATUS:Unread cause:encrypted sha256:ABcd"), "status:unread AND cause:encrypted AND sha256:abcd");
        assert_eq!(printed("12:30 a-b -x"), "\"12:30\" AND a-b AND NOT x");
        assert_eq!(printed(r#"name:"a \"b\" \\ c""#), r#"name:"a \"b\" \\ c""#);
    }

    #[test]
    fn an_error_shows_where_and_why() {
        for (query, at, why) in [
            ("", 0, "it is empty"),
            ("   ", 0, "it is empty"),
            ("a (b OR c", 2, "not closed"),
            ("a) b", 1, "no parenthesis is open"),
            ("a AND", 2, "must follow"),
            ("OR a", 0, "join two conditions"),
            ("NOT", 0, "must follow"),
            ("()", 0, "nothing stands"),
            ("a \"b c", 2, "quotes are not closed"),
            ("\"a b\"~x", 5, "needs a number"),
            ("\"a b\"c", 5, "a blank must follow"),
            ("a colour:red", 2, "known: text, path, name, type, status, cause, sha256, aba, bic, iban_bank"),
            ("x path: y", 2, "must follow path:"),
            ("status:open", 0, "known: read, scanned"),
            ("aba:021000020", 0, "check digit"),
            ("sha256:xyz", 0, "hexadecimal"),
            ("a *", 2, "wildcard"),
            ("... b", 0, "letter or digit"),
        ] {
            let error = parse(query).expect_err(query);
            assert!(error.at.start == at && error.why.contains(why), "{query}: {error:?}");
            let shown = error.shown(query);
            let caret = shown.lines().last().and_then(|line| line.find('^'));
            assert_eq!(caret, Some(at + 2), "{shown}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        for query in ["(".repeat(15_000), "-".repeat(200) + "a", "NOT ".repeat(4_000)] {
            assert!(parse(&query).is_err());
        }
    }

    fn expressions() -> impl Strategy<Value = Expression> {
        let text = "[a-zA-Z0-9][a-z0-9 .*?\"\\\\():~&é-]{0,12}";
        let leaf = prop_oneof![
            (text, prop::option::of(0u32..20)).prop_map(|(text, near)| condition("text", &text, near)),
            (prop::sample::select(vec!["path", "name", "type"]), text).prop_map(|(field, text)| condition(field, &text, None)),
            prop::sample::select(vec![
                "status:unread",
                "cause:encrypted",
                "sha256:0aF",
                "bic:deutdeff500",
                "client_code:a b\"",
                "aba:021000021"
            ])
            .prop_map(|pair| pair.split_once(':').map(|(field, value)| condition(field, value, None)).expect("a colon")),
        ]
        .prop_filter_map("a valid condition", |condition| condition.ok().map(Expression::Is));
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 2..4).prop_map(Expression::And),
                prop::collection::vec(inner.clone(), 2..4).prop_map(Expression::Or),
                inner.prop_map(|one| Expression::Not(Box::new(one))),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_or_refused(query in "\\PC{0,60}") {
            if let Err(error) = parse(&query) {
                error.shown(&query);
            }
        }

        #[test]
        fn any_mix_of_the_languages_marks_is_parsed_or_refused(
            parts in prop::collection::vec(prop::sample::select(
                vec!["(", ")", "\"", "AND", "OR", "NOT", "-", "~", "3", "a", "b*", "?", " ", "path:", "aba:", "x:", "\\", "é", "\u{202E}", "\n"]), 0..24)
        ) {
            let query = parts.concat();
            match parse(&query) {
                Ok(expression) => prop_assert_eq!(parse(&expression.to_string()).map_err(|e| e.shown(&query)), Ok(expression)),
                Err(error) => _ = error.shown(&query),
            }
        }

        #[test]
        fn the_printed_form_parses_back(expression in expressions()) {
            let printed = expression.to_string();
            prop_assert_eq!(parse(&printed).map_err(|e| e.shown(&printed)), Ok(expression));
        }
    }
}
