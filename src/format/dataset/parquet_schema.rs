//! Schemas of Parquet: a tree that stands in the footer in the order of its walk, and of which the leaves are columns
//! (parquet.thrift, `SchemaElement`; Nested Encoding; LogicalTypes.md).

use super::joined;
use super::logical::{Meaning, Unit, julian};
use super::thrift::Value;

/// How values are stored (`Type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stored {
    Boolean,
    Int32,
    Int64,
    Int96,
    Float,
    Double,
    Bytes,
    Fixed(usize),
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub name: String,
    pub stored: Stored,
    pub meaning: Meaning,
    /// The level of a value that is there, and the number of lists around it.
    pub defined: u32,
    pub repeated: u32,
}

/// A value as it stands in a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Raw<'v> {
    Number(i64),
    Bytes(&'v [u8]),
}

/// Groups inside of groups.
const DEEPEST: usize = 64;
/// Of `FieldRepetitionType` and `ConvertedType`.
const OPTIONAL: i64 = 1;
const REPEATED: i64 = 2;
const MAP: i64 = 1;
const MAP_KEY_VALUE: i64 = 2;
const LIST: i64 = 3;

/// What is around a group or column.
#[derive(Clone, Copy)]
struct Around<'p> {
    path: &'p str,
    defined: u32,
    repeated: u32,
    depth: usize,
    /// Its name says nothing: what is around it is a list or a map.
    is_nameless: bool,
    is_in_list: bool,
}

/// The columns of a file; what is wrong, where something is.
pub(super) fn leaves(elements: &[Value<'_>]) -> Result<Vec<Leaf>, &'static str> {
    let mut tree = Tree { elements, at: 1, leaves: Vec::new() };
    let root = elements.first().ok_or("there is none")?;
    let around = Around { path: "", defined: 0, repeated: 0, depth: 0, is_nameless: false, is_in_list: false };
    for _ in 0..root.size(5).unwrap_or(0) {
        tree.walk(around)?;
    }
    if tree.at == elements.len() { Ok(tree.leaves) } else { Err("it has more than its tree") }
}

struct Tree<'e, 'a> {
    elements: &'e [Value<'a>],
    at: usize,
    leaves: Vec<Leaf>,
}

impl Tree<'_, '_> {
    fn walk(&mut self, around: Around<'_>) -> Result<(), &'static str> {
        let element = self.elements.get(self.at).ok_or("it is cut off")?;
        self.at += 1;
        if around.depth > DEEPEST {
            return Err("it is nested too deep");
        }
        let name = String::from_utf8_lossy(element.bytes(4).unwrap_or_default());
        let path = if around.is_nameless { around.path.to_owned() } else { joined(around.path, &name) };
        let repetition = element.number(3).unwrap_or(0);
        let defined = around.defined + u32::from(matches!(repetition, OPTIONAL | REPEATED));
        let repeated = around.repeated + u32::from(repetition == REPEATED);
        let logical = |id: i16| element.field(10).and_then(|logical| logical.field(id)).is_some();
        let children = match element.size(5) {
            Some(children) if element.field(1).is_none() => children,
            _ => {
                let stored = stored(element).ok_or("a column of no known type")?;
                self.leaves.push(Leaf { name: path, stored, meaning: meaning(element), defined, repeated });
                return Ok(());
            }
        };
        let is_list = element.number(6) == Some(LIST) || logical(3);
        let is_map = matches!(element.number(6), Some(MAP | MAP_KEY_VALUE)) || logical(2);
        // A list holds a repeated group, and that its only element.
        let is_nameless = is_list || is_map || around.is_in_list && children == 1;
        for _ in 0..children {
            self.walk(Around { path: &path, defined, repeated, depth: around.depth + 1, is_nameless, is_in_list: is_list })?;
        }
        Ok(())
    }
}

fn stored(element: &Value<'_>) -> Option<Stored> {
    Some(match element.number(1)? {
        0 => Stored::Boolean,
        1 => Stored::Int32,
        2 => Stored::Int64,
        3 => Stored::Int96,
        4 => Stored::Float,
        5 => Stored::Double,
        6 => Stored::Bytes,
        7 => Stored::Fixed(element.size(2)?),
        _ => return None,
    })
}

/// What values mean: the logical type says it, or the converted type of older files.
fn meaning(element: &Value<'_>) -> Meaning {
    let scale = |scale: Option<usize>| Meaning::Decimal(scale.unwrap_or(0).try_into().unwrap_or(u32::MAX));
    if let Some(Value::Struct(fields)) = element.field(10)
        && let [(id, logical)] = fields.as_slice()
    {
        let unit = || match logical.field(2) {
            Some(unit) if unit.field(1).is_some() => Unit::Milli,
            Some(unit) if unit.field(3).is_some() => Unit::Nano,
            _ => Unit::Micro,
        };
        return match id {
            1 | 4 | 12 => Meaning::Text,
            5 => scale(logical.size(1)),
            6 => Meaning::Date,
            7 => Meaning::Time(unit()),
            8 if logical.truth(1) == Some(false) => Meaning::Local(unit()),
            8 => Meaning::Moment(unit()),
            10 if logical.truth(2) == Some(false) => Meaning::Unsigned,
            14 => Meaning::Uuid,
            15 => Meaning::Half,
            _ => Meaning::Plain,
        };
    }
    match element.number(6) {
        Some(0 | 4 | 19) => Meaning::Text,
        Some(5) => scale(element.size(7)),
        Some(6) => Meaning::Date,
        Some(7) => Meaning::Time(Unit::Milli),
        Some(8) => Meaning::Time(Unit::Micro),
        Some(9) => Meaning::Moment(Unit::Milli),
        Some(10) => Meaning::Moment(Unit::Micro),
        Some(11..=14) => Meaning::Unsigned,
        _ => Meaning::Plain,
    }
}

impl Stored {
    /// Bytes of a value, where all have as many.
    pub fn width(self) -> Option<usize> {
        match self {
            Self::Int32 | Self::Float => Some(4),
            Self::Int64 | Self::Double => Some(8),
            Self::Int96 => Some(12),
            Self::Fixed(width) => Some(width),
            Self::Boolean | Self::Bytes => None,
        }
    }

    /// A value in words; bytes that are none are given back.
    pub fn shown<'v>(self, raw: Raw<'v>, meaning: Meaning) -> Result<String, &'v [u8]> {
        let bytes = match (self, raw) {
            (Self::Boolean, Raw::Number(number)) => return Ok((number != 0).to_string()),
            (Self::Int32, Raw::Number(number)) => return Ok(meaning.number(i64::from(number as i32), 32)),
            (_, Raw::Number(number)) => return Ok(meaning.number(number, 64)),
            (_, Raw::Bytes(bytes)) => bytes,
        };
        let shown = match self {
            Self::Int32 => bytes.first_chunk().map(|raw| meaning.number(i64::from(i32::from_le_bytes(*raw)), 32)),
            Self::Int64 => bytes.first_chunk().map(|raw| meaning.number(i64::from_le_bytes(*raw), 64)),
            Self::Int96 => bytes.first_chunk().map(|raw| julian(*raw)),
            Self::Float => bytes.first_chunk().map(|raw| f32::from_le_bytes(*raw).to_string()),
            Self::Double => bytes.first_chunk().map(|raw| f64::from_le_bytes(*raw).to_string()),
            Self::Boolean | Self::Bytes | Self::Fixed(_) => meaning.bytes(bytes),
        };
        shown.ok_or(bytes)
    }
}
