use crate::model::{Cause, Status};
use schemars::JsonSchema;
use serde::Serialize;

/// Of so many further copies of an item the paths are given; `more_copies` counts all.
pub const COPIES_GIVEN: usize = 100;

/// What a query found; `query --json` gives it.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Answer {
    /// The query as it was typed.
    pub query: String,
    /// The query as it was understood.
    pub understood: String,
    /// How much was found.
    pub total: Total,
    /// The first places, by path and offset.
    pub hits: Vec<Hit>,
}

/// How much was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Total {
    /// Items: contents that lie somewhere where the query holds, and unread or listed items.
    pub items: u64,
    /// Paths at which they lie.
    pub paths: u64,
    /// Places in them; an item that was found by its path, type, status, cause or hash alone counts as one.
    pub places: u64,
    /// `false`: there may be more places; those of items that are not shown were not all looked at.
    pub places_are_exact: bool,
    /// Items of the case that are not read, or not wholly, whatever was asked: what is unread was not searched.
    pub items_not_read: u64,
    /// Those of them that wait to be read, since the run that indexes the case was interrupted.
    pub items_waiting: u64,
    /// Items at so many paths that the conditions on paths were compared with the first 1,000 of each only.
    pub items_with_paths_left_out: u64,
}

/// A place that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Hit {
    /// Display path of the item, the first at which the query holds.
    pub item: String,
    /// Display paths of its copies at which the query holds, up to 100.
    pub copies: Vec<String>,
    /// How many such copies there are.
    pub more_copies: u64,
    /// SHA-256 of its bytes, where they are held.
    pub sha256: Option<String>,
    /// How reading it ended.
    pub status: Status,
    /// Why it was not read, or not wholly.
    pub cause: Option<Cause>,
    /// Name of its format; empty where nothing was read.
    pub format: String,
    /// Media type of its format; empty where nothing was read.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// What stands there.
    pub kind: HitKind,
    /// Offset in the item's bytes; in decoded text, of the part that was decoded.
    pub offset: Option<u64>,
    /// The text around the place, masked; of a field, which one it is.
    pub snippet: String,
    /// Byte ranges of the snippet that were found, from and to.
    pub highlights: Vec<[usize; 2]>,
}

/// What stands at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HitKind {
    /// The item itself was asked for.
    Item,
    /// A typed field: a column of a table, a party of a payment.
    Field,
    /// Running text.
    Text,
    /// A row of a table.
    Row,
    /// Text of a payment file.
    Payment,
    /// Strings of a scanned binary.
    Strings,
}

impl HitKind {
    /// The word as it stands in the output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Item => "item",
            Self::Field => "field",
            Self::Text => "text",
            Self::Row => "row",
            Self::Payment => "payment",
            Self::Strings => "strings",
        }
    }
}

/// The JSON Schema of an answer.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Answer).to_value()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn the_published_schema_is_that_of_the_types() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/query.schema.json");
        let current = format!("{}\n", serde_json::to_string_pretty(&super::schema()).unwrap());
        if std::env::var_os("RULEOUT_WRITE_SCHEMAS").is_some() {
            std::fs::write(&path, &current).unwrap();
        }
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(published, current, "schemas/query.schema.json is stale: run the tests once with RULEOUT_WRITE_SCHEMAS=1");
    }
}
