use crate::identifier::{SCHEMES, normalise};
use crate::model::{Cause, Scheme, Status};
use std::fmt;

/// What a copy of an item must fulfil.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// All of these.
    And(Vec<Expression>),
    /// One of these.
    Or(Vec<Expression>),
    /// Not this.
    Not(Box<Expression>),
    /// A condition.
    Is(Condition),
}

/// One condition, its value checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Words that follow each other in one running text, or stand near each other.
    Text {
        /// As typed, without quotes.
        written: String,
        /// In any order, with at most so many other words among them.
        near: Option<u32>,
    },
    /// The display path is like this.
    Path(String),
    /// The last name of the path is like this.
    Name(String),
    /// The format's name or media type is like this.
    Type(String),
    /// How reading it ended.
    Status(Status),
    /// Why it was not read, or not wholly.
    Cause(Cause),
    /// The SHA-256 begins with these hexadecimal digits, lower case.
    Sha256(String),
    /// An identifier in its normal form.
    Identifier(Scheme, String),
}

impl Condition {
    /// Is it about the bytes of an item, and so the same for all its copies?
    pub fn is_of_content(&self) -> bool {
        match self {
            Self::Text { .. } | Self::Type(_) | Self::Sha256(_) | Self::Identifier(..) => true,
            Self::Path(_) | Self::Name(_) | Self::Status(_) | Self::Cause(_) => false,
        }
    }
}

/// The fields that are no identifier scheme.
const FIELDS: &[&str] = &["text", "path", "name", "type", "status", "cause", "sha256"];

/// Every word that may stand before a colon.
pub fn field_names() -> Vec<&'static str> {
    FIELDS.iter().copied().chain(SCHEMES.iter().map(|rules| rules.scheme.as_str())).collect()
}

/// A condition from its field and value, as typed; the error says why it is none.
pub(super) fn condition(field: &str, value: &str, near: Option<u32>) -> Result<Condition, String> {
    if near.is_some() && field != "text" {
        return Err(format!("`~` is for words of a text, not for {field}:"));
    }
    let words = |all: &mut dyn Iterator<Item = &'static str>| all.collect::<Vec<_>>().join(", ");
    let pattern = || match value.chars().any(|c| !matches!(c, '*' | '?')) {
        true => Ok(value.to_owned()),
        false => Err("a wildcard needs something beside it".to_owned()),
    };
    match field {
        "text" => {
            super::words::check(value, near)?;
            Ok(Condition::Text { written: value.to_owned(), near })
        }
        "path" => pattern().map(Condition::Path),
        "name" => pattern().map(Condition::Name),
        "type" => pattern().map(Condition::Type),
        "status" => Status::parse(&value.to_lowercase())
            .map(Condition::Status)
            .ok_or_else(|| format!("no such status; known: {}", words(&mut Status::ALL.iter().map(|s| s.as_str())))),
        "cause" => Cause::parse(&value.to_lowercase())
            .map(Condition::Cause)
            .ok_or_else(|| format!("no such cause; known: {}", words(&mut Cause::ALL.iter().map(|c| c.as_str())))),
        "sha256" => match (1..=64).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_hexdigit()) {
            true => Ok(Condition::Sha256(value.to_ascii_lowercase())),
            false => Err("a SHA-256, or its beginning, has up to 64 hexadecimal digits".to_owned()),
        },
        _ => match SCHEMES.iter().find(|rules| rules.scheme.as_str() == field) {
            Some(rules) => {
                let normal = normalise(&rules.scheme, value, "").map_err(|e| format!("no {field}: {e}"))?;
                if !normal.value.contains(char::is_alphanumeric) {
                    return Err(format!("no {field}: it has no letter or digit"));
                }
                Ok(Condition::Identifier(rules.scheme.clone(), normal.value))
            }
            None => Err(format!("no such field; known: {}. A text with a colon in it stands in quotes", field_names().join(", "))),
        },
    }
}

/// A text as a value of the language: as it is where nothing in it means anything, else in quotes.
fn value(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let is_plain = text.starts_with(char::is_alphanumeric)
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '*' | '?' | '_' | '.' | '/' | '-'))
        && !matches!(text, "AND" | "OR" | "NOT");
    if is_plain { f.write_str(text) } else { write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")) }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text { written, near } => {
                match near {
                    None => value(written, f)?,
                    Some(near) => write!(f, "\"{}\"~{near}", written.replace('\\', "\\\\").replace('"', "\\\""))?,
                }
                Ok(())
            }
            Self::Path(text) => f.write_str("path:").and_then(|()| value(text, f)),
            Self::Name(text) => f.write_str("name:").and_then(|()| value(text, f)),
            Self::Type(text) => f.write_str("type:").and_then(|()| value(text, f)),
            Self::Status(status) => write!(f, "status:{status}"),
            Self::Cause(cause) => write!(f, "cause:{cause}"),
            Self::Sha256(hex) => write!(f, "sha256:{hex}"),
            Self::Identifier(scheme, text) => write!(f, "{scheme}:").and_then(|()| value(text, f)),
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = |one: &Expression, f: &mut fmt::Formatter<'_>| match one {
            Expression::And(_) | Expression::Or(_) => write!(f, "({one})"),
            Expression::Not(_) | Expression::Is(_) => write!(f, "{one}"),
        };
        let (all, between) = match self {
            Self::And(all) => (all, " AND "),
            Self::Or(all) => (all, " OR "),
            Self::Not(one) => return f.write_str("NOT ").and_then(|()| inner(one, f)),
            Self::Is(condition) => return condition.fmt(f),
        };
        for (i, one) in all.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { between })?;
            inner(one, f)?;
        }
        Ok(())
    }
}
