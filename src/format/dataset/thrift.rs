//! Structs in the compact protocol of Apache Thrift (thrift-compact-protocol.md), of which footers and page headers of
//! Parquet are. What they take in memory grows with their bytes, whatever they say of their sizes.

use crate::model::{varint, zigzag};
use kinds::*;

/// Structs inside of structs.
const DEEPEST: usize = 64;

/// Types of fields and elements.
pub(super) mod kinds {
    pub const TRUE: u8 = 1;
    pub const FALSE: u8 = 2;
    pub const I8: u8 = 3;
    pub const I16: u8 = 4;
    pub const I32: u8 = 5;
    pub const I64: u8 = 6;
    pub const DOUBLE: u8 = 7;
    pub const BINARY: u8 = 8;
    pub const LIST: u8 = 9;
    pub const SET: u8 = 10;
    pub const MAP: u8 = 11;
    pub const STRUCT: u8 = 12;
}

/// A value as it stands in the bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Truth(bool),
    Number(i64),
    Real(f64),
    Bytes(&'a [u8]),
    /// A list or set, or the keys and values of a map in turn.
    List(Vec<Value<'a>>),
    /// Fields with their numbers.
    Struct(Vec<(i16, Value<'a>)>),
}

impl<'a> Value<'a> {
    /// The struct at the start of some bytes, and its length; `None` where none is whole.
    pub fn parse(bytes: &'a [u8]) -> Option<(Self, usize)> {
        let mut reader = Reader { bytes, at: 0 };
        let value = reader.structure(0)?;
        Some((value, reader.at))
    }

    /// A field of a struct.
    pub fn field(&self, id: i16) -> Option<&Self> {
        match self {
            Self::Struct(fields) => fields.iter().find(|(field, _)| *field == id).map(|(_, value)| value),
            Self::Truth(_) | Self::Number(_) | Self::Real(_) | Self::Bytes(_) | Self::List(_) => None,
        }
    }

    /// A field that is a number.
    pub fn number(&self, id: i16) -> Option<i64> {
        if let Self::Number(number) = self.field(id)? { Some(*number) } else { None }
    }

    /// A field that is a size or a place.
    pub fn size(&self, id: i16) -> Option<usize> {
        usize::try_from(self.number(id)?).ok()
    }

    /// A field that is a truth value.
    pub fn truth(&self, id: i16) -> Option<bool> {
        if let Self::Truth(truth) = self.field(id)? { Some(*truth) } else { None }
    }

    /// A field that is text or bytes.
    pub fn bytes(&self, id: i16) -> Option<&'a [u8]> {
        if let Self::Bytes(bytes) = self.field(id)? { Some(bytes) } else { None }
    }

    /// A field that is a list; empty where there is none.
    pub fn list(&self, id: i16) -> &[Self] {
        if let Some(Self::List(list)) = self.field(id) { list } else { &[] }
    }

    /// Shows all bytes in it, in their order.
    pub fn each_bytes(&self, show: &mut dyn FnMut(&'a [u8])) {
        match self {
            Self::Bytes(bytes) => show(bytes),
            Self::List(list) => list.iter().for_each(|value| value.each_bytes(show)),
            Self::Struct(fields) => fields.iter().for_each(|(_, value)| value.each_bytes(show)),
            Self::Truth(_) | Self::Number(_) | Self::Real(_) => {}
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.at..)?.get(..length)?;
        self.at += length;
        Some(taken)
    }

    fn varint(&mut self) -> Option<u64> {
        let (number, end) = varint(self.bytes, self.at)?;
        self.at = end;
        Some(number)
    }

    fn zigzag(&mut self) -> Option<i64> {
        self.varint().map(zigzag)
    }

    fn structure(&mut self, depth: usize) -> Option<Value<'a>> {
        let (mut fields, mut last) = (Vec::new(), 0i16);
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Some(Value::Struct(fields));
            }
            last = match head >> 4 {
                0 => i16::try_from(self.zigzag()?).ok()?,
                step => last.checked_add(i16::from(step))?,
            };
            let value = match head & 15 {
                kind @ (TRUE | FALSE) => Value::Truth(kind == TRUE),
                kind => self.value(kind, depth)?,
            };
            fields.push((last, value));
        }
    }

    fn value(&mut self, kind: u8, depth: usize) -> Option<Value<'a>> {
        if depth >= DEEPEST {
            return None;
        }
        Some(match kind {
            TRUE | FALSE => Value::Truth(self.byte()? == TRUE),
            I8 => Value::Number(i64::from(self.byte()? as i8)),
            I16 | I32 | I64 => Value::Number(self.zigzag()?),
            DOUBLE => Value::Real(f64::from_le_bytes(*self.take(8)?.first_chunk()?)),
            BINARY => {
                let length = usize::try_from(self.varint()?).ok()?;
                Value::Bytes(self.take(length)?)
            }
            LIST | SET => {
                let head = self.byte()?;
                let count = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
                self.values(count, &[head & 15], depth)?
            }
            MAP => match self.varint()? {
                0 => Value::List(Vec::new()),
                count => {
                    let kinds = self.byte()?;
                    self.values(count.checked_mul(2)?, &[kinds >> 4, kinds & 15], depth)?
                }
            },
            STRUCT => self.structure(depth + 1)?,
            _ => return None,
        })
    }

    /// Values of these kinds in turn. Each takes a byte at least.
    fn values(&mut self, count: u64, kinds: &[u8], depth: usize) -> Option<Value<'a>> {
        let count = usize::try_from(count).ok().filter(|count| *count <= self.bytes.len() - self.at)?;
        kinds.iter().cycle().take(count).map(|kind| self.value(*kind, depth + 1)).collect::<Option<_>>().map(Value::List)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn structs_are_read_and_their_end_is_known() {
        // 1: i32 -1, 2: "ab", 3: true, 20 (long form): list of i32 [1, 2], stop; then something else.
        let bytes = b"\x15\x01\x18\x02ab\x11\x09\x28\x25\x02\x04\x00rest";
        let (value, end) = Value::parse(bytes).unwrap();
        assert_eq!((value.number(1), value.bytes(2), value.truth(3)), (Some(-1), Some(&b"ab"[..]), Some(true)));
        assert_eq!(value.list(20), [Value::Number(1), Value::Number(2)]);
        assert_eq!(&bytes[end..], b"rest");
        // A list that says that it has more entries than there are bytes.
        assert_eq!(Value::parse(b"\x19\xF5\xFF\xFF\xFF\x7F\x00"), None);
        assert_eq!(Value::parse(&[0x1C; 4096]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Value::parse(&bytes).is_none_or(|(_, end)| end <= bytes.len()));
        }
    }
}
