//! Schemas of Avro (Specification 1.12, "Schema Declaration"): types by their numbers, since a type may hold itself; and
//! which column each value of a record belongs to.

use super::joined;
use super::logical::{Meaning, Unit};
use serde_json::Value;
use std::collections::HashMap;

/// A type, by its number in the schema.
pub(super) type TypeId = usize;

/// How values are written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    Null,
    Boolean,
    Int(Meaning),
    Long(Meaning),
    Float,
    Double,
    Bytes(Meaning),
    Record(Vec<(String, TypeId)>),
    Enum(Vec<String>),
    Array(TypeId),
    Map(TypeId),
    Union(Vec<TypeId>),
    Fixed(usize, Meaning),
}

/// The types of a file.
#[derive(Debug, Default)]
pub(super) struct Schema {
    pub types: Vec<Type>,
    names: HashMap<String, TypeId>,
}

/// Types inside of types; serde_json takes no deeper text either.
const DEEPEST: usize = 128;
/// Values of columns beyond stand together in one more.
const MOST_COLUMNS: usize = 4096;
/// Values of types that are deeper stand together in the column of the one that holds them.
const DEEPEST_COLUMN: usize = 32;

impl Schema {
    /// The types of a schema, and the one of the records; what is wrong, where something is.
    pub fn parse(text: &[u8]) -> Result<(Self, TypeId), String> {
        let declared: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        let mut schema = Self::default();
        let root = schema.add(&declared, "", 0)?;
        Ok((schema, root))
    }

    fn push(&mut self, of: Type) -> TypeId {
        self.types.push(of);
        self.types.len() - 1
    }

    fn add(&mut self, declared: &Value, space: &str, depth: usize) -> Result<TypeId, String> {
        if depth > DEEPEST {
            return Err("types are nested too deep".to_owned());
        }
        match declared {
            Value::String(name) => self.named(name, &Value::Null, space),
            Value::Array(branches) => {
                let branches = branches.iter().map(|branch| self.add(branch, space, depth + 1)).collect::<Result<_, _>>()?;
                Ok(self.push(Type::Union(branches)))
            }
            Value::Object(_) => match &declared["type"] {
                Value::String(name) => self.declared(name, declared, space, depth),
                // A type may stand where the name of one does.
                inner @ (Value::Object(_) | Value::Array(_)) => self.add(inner, space, depth + 1),
                _ => Err("a type without a name".to_owned()),
            },
            _ => Err("no type".to_owned()),
        }
    }

    fn declared(&mut self, name: &str, declared: &Value, space: &str, depth: usize) -> Result<TypeId, String> {
        match name {
            "record" | "error" => {
                let (full, inner) = full_name(declared, space);
                // It is known by its name inside itself.
                let id = self.push(Type::Record(Vec::new()));
                self.names.insert(full, id);
                let field = |field: &Value| {
                    let name = field["name"].as_str().unwrap_or_default().to_owned();
                    Ok((name, self.add(&field["type"], &inner, depth + 1)?))
                };
                let fields = declared["fields"].as_array().ok_or("a record without fields")?;
                let fields = fields.iter().map(field).collect::<Result<_, String>>()?;
                self.types[id] = Type::Record(fields);
                Ok(id)
            }
            "enum" => {
                let symbols = declared["symbols"].as_array().ok_or("an enum without symbols")?;
                let symbols = symbols.iter().map(|symbol| symbol.as_str().unwrap_or_default().to_owned()).collect();
                let id = self.push(Type::Enum(symbols));
                self.names.insert(full_name(declared, space).0, id);
                Ok(id)
            }
            "fixed" => {
                let size = declared["size"].as_u64().and_then(|size| usize::try_from(size).ok()).ok_or("a fixed type without a size")?;
                let id = self.push(Type::Fixed(size, meaning(declared)));
                self.names.insert(full_name(declared, space).0, id);
                Ok(id)
            }
            "array" => {
                let items = self.add(&declared["items"], space, depth + 1)?;
                Ok(self.push(Type::Array(items)))
            }
            "map" => {
                let values = self.add(&declared["values"], space, depth + 1)?;
                Ok(self.push(Type::Map(values)))
            }
            name => self.named(name, declared, space),
        }
    }

    /// A primitive type, or one that was declared before.
    fn named(&mut self, name: &str, declared: &Value, space: &str) -> Result<TypeId, String> {
        let meant = meaning(declared);
        let of = match name {
            "null" => Type::Null,
            "boolean" => Type::Boolean,
            "int" => Type::Int(meant),
            "long" => Type::Long(meant),
            "float" => Type::Float,
            "double" => Type::Double,
            "bytes" => Type::Bytes(meant),
            // A string that is a UUID is written as one.
            "string" => Type::Bytes(Meaning::Text),
            name => {
                let known = self.names.get(&format!("{space}.{name}")).or_else(|| self.names.get(name));
                return known.copied().ok_or_else(|| format!("the type {name:?} is not declared"));
            }
        };
        Ok(self.push(of))
    }

    /// The name of a type that has one.
    pub fn name(&self, of: TypeId) -> Option<String> {
        self.names.iter().find(|(_, named)| **named == of).map(|(name, _)| name.clone())
    }

    /// The columns of records of a type, and where each value goes.
    pub fn columns(&self, root: TypeId) -> (Vec<String>, Slot) {
        let mut columns = Columns { schema: self, names: Vec::new(), places: HashMap::new(), around: Vec::new() };
        let slot = columns.slot(root, "");
        (columns.names, slot)
    }
}

/// The full name of a named type, and the namespace of what is declared in it.
fn full_name(declared: &Value, space: &str) -> (String, String) {
    let name = declared["name"].as_str().unwrap_or_default();
    match (name.rsplit_once('.'), declared["namespace"].as_str()) {
        (Some((own, _)), _) => (name.to_owned(), own.to_owned()),
        (None, Some(own)) if !own.is_empty() => (format!("{own}.{name}"), own.to_owned()),
        (None, None) if !space.is_empty() => (format!("{space}.{name}"), space.to_owned()),
        (None, _) => (name.to_owned(), String::new()),
    }
}

fn meaning(declared: &Value) -> Meaning {
    match declared["logicalType"].as_str().unwrap_or_default() {
        "date" => Meaning::Date,
        "time-millis" => Meaning::Time(Unit::Milli),
        "time-micros" => Meaning::Time(Unit::Micro),
        "timestamp-millis" => Meaning::Moment(Unit::Milli),
        "timestamp-micros" => Meaning::Moment(Unit::Micro),
        "timestamp-nanos" => Meaning::Moment(Unit::Nano),
        "local-timestamp-millis" => Meaning::Local(Unit::Milli),
        "local-timestamp-micros" => Meaning::Local(Unit::Micro),
        "local-timestamp-nanos" => Meaning::Local(Unit::Nano),
        "decimal" => Meaning::Decimal(declared["scale"].as_u64().map_or(0, |scale| scale.try_into().unwrap_or(u32::MAX))),
        "uuid" => Meaning::Uuid,
        _ => Meaning::Plain,
    }
}

/// Where the values of a type go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// All of them into this column.
    Column(usize),
    /// Those of a record's fields, or of a union's branches, one by one.
    Parts(Vec<Slot>),
    /// Those of an array.
    Items(Box<Slot>),
    /// Keys of a map, and its values.
    Entries(Box<(Slot, Slot)>),
}

struct Columns<'s> {
    schema: &'s Schema,
    names: Vec<String>,
    places: HashMap<String, usize>,
    /// Types around the one at hand: one that stands in itself has no end of columns.
    around: Vec<TypeId>,
}

impl Columns<'_> {
    fn slot(&mut self, of: TypeId, path: &str) -> Slot {
        let is_full = self.names.len() >= MOST_COLUMNS || self.around.len() >= DEEPEST_COLUMN || self.around.contains(&of);
        let schema = self.schema;
        self.around.push(of);
        let slot = match &schema.types[of] {
            Type::Record(fields) if !is_full => {
                Slot::Parts(fields.iter().map(|(name, field)| self.slot(*field, &joined(path, name))).collect())
            }
            Type::Union(branches) if !is_full => Slot::Parts(branches.iter().map(|branch| self.slot(*branch, path)).collect()),
            Type::Array(items) if !is_full => Slot::Items(Box::new(self.slot(*items, path))),
            Type::Map(values) if !is_full => {
                let keys = Slot::Column(self.column(joined(path, "key")));
                Slot::Entries(Box::new((keys, self.slot(*values, &joined(path, "value")))))
            }
            // Nothing is ever written for it.
            Type::Null => Slot::Parts(Vec::new()),
            _ => Slot::Column(self.column(path.to_owned())),
        };
        self.around.pop();
        slot
    }

    /// The column of a path: branches of a union share it.
    fn column(&mut self, path: String) -> usize {
        let next = self.names.len();
        if next == MOST_COLUMNS && !self.places.contains_key(&path) {
            self.names.push("further fields".to_owned());
        }
        if next >= MOST_COLUMNS && !self.places.contains_key(&path) {
            return MOST_COLUMNS;
        }
        let place = *self.places.entry(path.clone()).or_insert(next);
        if place == next {
            self.names.push(path);
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(schema: &str) -> Vec<String> {
        let (schema, root) = Schema::parse(schema.as_bytes()).unwrap();
        schema.columns(root).0
    }

    #[test]
    fn fields_are_columns_under_their_paths() {
        let schema = r#"{"type":"record","name":"a.R","fields":[
            {"name":"code","type":["null",{"type":"string"}]},
            {"name":"at","type":{"type":"record","name":"Address","fields":[{"name":"city","type":"string"}]}},
            {"name":"past","type":{"type":"array","items":"Address"}},
            {"name":"tags","type":{"type":"map","values":["null","int","a.Address"]}},
            {"name":"kind","type":["string","int"]}]}"#;
        assert_eq!(columns(schema), ["code", "at.city", "past.city", "tags.key", "tags.value", "tags.value.city", "kind"]);
        assert_eq!(columns(r#""string""#), [""]);
    }

    #[test]
    fn a_type_inside_of_itself_ends() {
        let schema = r#"{"type":"record","name":"Node","fields":[{"name":"v","type":"int"},{"name":"next","type":["null","Node"]}]}"#;
        assert_eq!(columns(schema), ["v", "next"]);
        // Each type holds the one before it twice: that would be 2^40 columns.
        let inner = |n: usize, inner: &str| {
            format!(r#"{{"type":"record","name":"T{n}","fields":[{{"name":"a","type":{inner}}},{{"name":"b","type":"T{}"}}]}}"#, n - 1)
        };
        let first = r#"{"type":"record","name":"T0","fields":[{"name":"v","type":"int"}]}"#.to_owned();
        let schema = (1..=40).fold(first, |schema, n| inner(n, &schema));
        assert!(columns(&schema).len() <= MOST_COLUMNS + 1);
    }

    #[test]
    fn what_is_no_schema_says_so() {
        for text in ["", "{", "7", r#"{"type":"record","name":"R"}"#, r#""Unknown""#, r#"{"type":"fixed","name":"F"}"#] {
            assert!(Schema::parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}
