//! Schemas of ORC (Specification v1, "Type Information"): a tree whose types have the numbers of its walk. Those without
//! others in them are columns.

use super::joined;
use super::protobuf::Message;

/// What a type is (`Type.Kind`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Boolean,
    Byte,
    /// A whole number of 16, 32 or 64 bits.
    Whole,
    Float,
    Double,
    Text,
    Binary,
    /// Seconds and nanoseconds by the clock of a place.
    Timestamp,
    /// The same, in UTC.
    Instant,
    List,
    Map,
    Struct,
    Union,
    /// A number with so many decimal places at least.
    Decimal(u32),
    Date,
    /// One that later programs write.
    Unknown(u64),
}

/// A type with those in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Type {
    /// Its number, by which streams name it.
    pub id: usize,
    pub kind: Kind,
    /// Its name behind those of the types around it.
    pub path: String,
    /// The column in which its values stand.
    pub column: usize,
    pub children: Vec<Type>,
}

/// The types of a file.
#[derive(Debug)]
pub(super) struct Schema {
    pub root: Type,
    /// Names of the columns; empty where nobody has named them.
    pub header: Vec<String>,
    /// How many columns there are, and how many types.
    pub columns: usize,
    pub count: usize,
}

/// Types inside of types.
const DEEPEST: usize = 64;
/// Each type is held in memory with a stripe's streams.
const MOST_TYPES: usize = 1 << 14;

impl Schema {
    /// The types of a footer; what is wrong, where something is.
    pub fn parse(footer: Message<'_>) -> Result<Self, &'static str> {
        let types: Option<Vec<Message<'_>>> = footer.messages(4).take(MOST_TYPES + 1).collect();
        let types = types.ok_or("a type is not sound")?;
        if types.len() > MOST_TYPES {
            return Err("it has too many types");
        }
        let mut tree = Tree { types: &types, next: 0, header: Vec::new() };
        let root = tree.walk(0, String::new(), 0, None)?;
        if tree.next != types.len() {
            return Err("it has more than its tree");
        }
        let columns = tree.header.len();
        let header = if tree.header.iter().all(String::is_empty) { Vec::new() } else { tree.header };
        Ok(Self { root, header, columns, count: types.len() })
    }
}

struct Tree<'t, 'a> {
    types: &'t [Message<'a>],
    /// The number of the next type of the walk.
    next: usize,
    header: Vec<String>,
}

impl Tree<'_, '_> {
    fn walk(&mut self, id: usize, path: String, depth: usize, shared: Option<usize>) -> Result<Type, &'static str> {
        let own = *self.types.get(id).filter(|_| id == self.next).ok_or("its types are in no order")?;
        self.next += 1;
        if depth > DEEPEST {
            return Err("it is nested too deep");
        }
        let kind = kind(own);
        let within = own.numbers(2);
        let names: Vec<&[u8]> = own.each(3).collect();
        let mut of = Type { id, kind, path, column: 0, children: Vec::with_capacity(within.len().min(MOST_TYPES)) };
        match kind {
            Kind::List if within.len() != 1 => return Err("a list is not of one type"),
            Kind::Map if within.len() != 2 => return Err("a map is not of two types"),
            Kind::Struct if names.len() != within.len() => return Err("a struct has other names than fields"),
            Kind::List | Kind::Map | Kind::Struct | Kind::Union => {}
            _ if within.is_empty() => {
                of.column = shared.unwrap_or(self.header.len());
                if of.column == self.header.len() {
                    self.header.push(of.path.clone());
                }
                return Ok(of);
            }
            _ => return Err("a value has types in it"),
        }
        // Values of a union are of one type each, and stand in one column.
        let mut one = None;
        for (place, child) in within.into_iter().enumerate() {
            let path = match kind {
                Kind::Struct => named(&of.path, names[place]),
                Kind::Map => joined(&of.path, ["key", "value"][place]),
                _ => of.path.clone(),
            };
            let child = self.walk(usize::try_from(child).unwrap_or(usize::MAX), path, depth + 1, one)?;
            if kind == Kind::Union && child.children.is_empty() && !matches!(child.kind, Kind::Struct | Kind::Union) {
                one = Some(child.column);
            }
            of.children.push(child);
        }
        Ok(of)
    }
}

/// The path of a field. Programs that knew no names have written their numbers.
fn named(path: &str, name: &[u8]) -> String {
    match name.strip_prefix(b"_col") {
        Some(number) if !number.is_empty() && number.iter().all(u8::is_ascii_digit) => String::new(),
        _ => joined(path, &String::from_utf8_lossy(name)),
    }
}

fn kind(of: Message<'_>) -> Kind {
    match of.number(1).unwrap_or(0) {
        0 => Kind::Boolean,
        1 => Kind::Byte,
        2..=4 => Kind::Whole,
        5 => Kind::Float,
        6 => Kind::Double,
        7 | 16 | 17 => Kind::Text,
        // Shapes on maps are bytes of their own kind.
        8 | 19 | 20 => Kind::Binary,
        9 => Kind::Timestamp,
        10 => Kind::List,
        11 => Kind::Map,
        12 => Kind::Struct,
        13 => Kind::Union,
        14 => Kind::Decimal(of.number(6).and_then(|places| places.try_into().ok()).unwrap_or(0)),
        15 => Kind::Date,
        18 => Kind::Instant,
        other => Kind::Unknown(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(id: u8, bytes: &[u8]) -> Vec<u8> {
        [&[id << 3 | 2, bytes.len() as u8], bytes].concat()
    }

    /// A type of a kind, with these in it under these names.
    fn of(kind: u8, within: &[u8], names: &[&str]) -> Vec<u8> {
        let names: Vec<u8> = names.iter().flat_map(|name| field(3, name.as_bytes())).collect();
        field(4, &[&[8, kind][..], &field(2, within), &names].concat())
    }

    fn parse(types: &[Vec<u8>]) -> Result<Schema, &'static str> {
        Schema::parse(Message::parse(&types.concat()).unwrap())
    }

    #[test]
    fn fields_are_columns_under_their_paths() {
        let (text, whole) = (|| of(7, &[], &[]), || of(4, &[], &[]));
        let schema = parse(&[
            of(12, &[1, 2, 4, 6, 9, 12], &["code", "ibans", "at", "tags", "either", "_col5"]),
            text(),
            of(10, &[3], &[]),
            text(),
            of(12, &[5], &["city"]),
            text(),
            of(11, &[7, 8], &[]),
            text(),
            whole(),
            of(13, &[10, 11], &[]),
            text(),
            whole(),
            of(12, &[13], &["_col0"]),
            text(),
        ])
        .unwrap();
        assert_eq!(schema.header, ["code", "ibans", "at.city", "tags.key", "tags.value", "either", ""]);
        assert_eq!((schema.count, schema.root.children[5].children[0].column), (14, 6));
        let unnamed = parse(&[of(12, &[1, 2], &["_col0", "_col1"]), text(), whole()]).unwrap();
        assert_eq!(unnamed.header, Vec::<String>::new());
    }

    #[test]
    fn what_is_no_tree_says_so() {
        let text = || of(7, &[], &[]);
        for types in [
            vec![],
            vec![of(12, &[0], &["a"])],
            vec![of(12, &[2, 1], &["a", "b"]), text(), text()],
            vec![of(12, &[1, 1], &["a", "b"]), text()],
            vec![of(12, &[1], &["a"]), text(), text()],
            vec![of(12, &[1], &[]), text()],
            vec![of(10, &[], &[])],
            vec![of(11, &[1], &[]), text()],
            vec![of(7, &[1], &[]), text()],
        ] {
            assert!(parse(&types).is_err(), "{types:?}");
        }
        let deep: Vec<Vec<u8>> = (1..100).map(|n| of(10, &[n], &[])).collect();
        assert!(parse(&deep).is_err());
        assert!(parse(&vec![text(); MOST_TYPES + 2]).is_err());
    }
}
