//! JSON Lines: one object a line, with the columns of the table as its keys.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// The members of an object in their order, a key that stands twice included.
pub(super) struct Members(pub Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one object a line")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// A line that is no JSON object.
#[derive(Debug)]
pub(super) struct BadLine {
    /// Number of the byte in the line, from 1.
    pub column: usize,
    pub problem: String,
}

/// Parses one line.
pub(super) fn members(line: &str) -> Result<Members, BadLine> {
    serde_json::from_str(line).map_err(|e| {
        let text = e.to_string();
        // The place is told apart; its line would be counted within this line.
        let problem = text.rfind(" at line ").map_or(text.as_str(), |n| &text[..n]).to_owned();
        BadLine { column: e.column().max(1), problem }
    })
}

/// A member's value as the text of a cell, and what is doubtful about it.
pub(super) fn cell(value: Value) -> (String, Option<&'static str>) {
    match value {
        Value::Null => (String::new(), None),
        Value::String(text) => (text, None),
        Value::Bool(truth) => (truth.to_string(), None),
        // A fraction has lost its trailing zeros: 7.10 arrives as 7.1.
        Value::Number(n) if !(n.is_i64() || n.is_u64()) => {
            (n.to_string(), Some("a number with a fraction or exponent, of which digits may be lost; write it as a string"))
        }
        Value::Number(n) => (n.to_string(), None),
        Value::Array(_) | Value::Object(_) => (String::new(), Some("a list or object where one value is expected")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_cells() {
        let Members(members) = members(r#"{"a":"x","b":21000021,"c":true,"d":null,"e":7.10,"f":[1],"a":"y"}"#).unwrap();
        let cells: Vec<_> = members.into_iter().map(|(key, value)| (key, cell(value))).collect();
        let plain = cells.iter().filter(|(_, (_, doubt))| doubt.is_none()).map(|(k, (c, _))| format!("{k}={c}")).collect::<Vec<_>>();
        assert_eq!(plain, ["a=x", "b=21000021", "c=true", "d=", "a=y"]);
        assert_eq!(cells.len(), 7);
    }

    #[test]
    fn a_bad_line_says_where() {
        for line in ["{\"a\":1", "[]", "1", "{\"a\" 1}", "{\"a\":1} x", &"[".repeat(100_000)] {
            let fault = members(line).err().unwrap();
            assert!(fault.column >= 1 && !fault.problem.contains("at line"), "{fault:?}");
        }
    }
}
