//! The compact protocol of Apache Thrift (thrift-compact-protocol.md), as far as files of Parquet need it that are
//! written here.

use super::thrift::kinds::*;
use crate::model::put_varint;

/// Writes one struct, and those inside of it.
#[derive(Default)]
pub(crate) struct Thrift {
    bytes: Vec<u8>,
    last: u8,
}

impl Thrift {
    /// Its bytes, ended.
    pub(crate) fn end(mut self) -> Vec<u8> {
        self.bytes.push(0);
        self.bytes
    }

    /// The head of a field; ids rise.
    fn field(&mut self, id: u8, kind: u8) {
        self.bytes.push((id - self.last) << 4 | kind);
        self.last = id;
    }

    pub(crate) fn truth(mut self, id: u8, truth: bool) -> Self {
        self.field(id, if truth { TRUE } else { FALSE });
        self
    }

    pub(crate) fn i8(mut self, id: u8, value: u8) -> Self {
        self.field(id, I8);
        self.bytes.push(value);
        self
    }

    pub(crate) fn i32(mut self, id: u8, value: i32) -> Self {
        self.field(id, I32);
        number(&mut self.bytes, i64::from(value));
        self
    }

    pub(crate) fn i64(mut self, id: u8, value: u64) -> Self {
        self.field(id, I64);
        number(&mut self.bytes, value as i64);
        self
    }

    pub(crate) fn text(mut self, id: u8, text: &str) -> Self {
        self.field(id, BINARY);
        binary(&mut self.bytes, text);
        self
    }

    pub(crate) fn inner(mut self, id: u8, inner: Self) -> Self {
        self.field(id, STRUCT);
        self.bytes.extend(inner.end());
        self
    }

    pub(crate) fn structs(mut self, id: u8, all: impl ExactSizeIterator<Item = Self>) -> Self {
        self.list(id, STRUCT, all.len());
        all.for_each(|one| self.bytes.extend(one.end()));
        self
    }

    pub(crate) fn i32s(mut self, id: u8, all: &[i32]) -> Self {
        self.list(id, I32, all.len());
        all.iter().for_each(|one| number(&mut self.bytes, i64::from(*one)));
        self
    }

    pub(crate) fn texts(mut self, id: u8, all: &[&str]) -> Self {
        self.list(id, BINARY, all.len());
        all.iter().for_each(|one| binary(&mut self.bytes, one));
        self
    }

    fn list(&mut self, id: u8, kind: u8, len: usize) {
        self.field(id, LIST);
        if len < 15 {
            self.bytes.push((len as u8) << 4 | kind);
        } else {
            self.bytes.push(0xf0 | kind);
            put_varint(len as u64, &mut self.bytes);
        }
    }
}

/// Small numbers of either sign are short.
fn number(bytes: &mut Vec<u8>, value: i64) {
    put_varint((value << 1 ^ value >> 63) as u64, bytes);
}

fn binary(bytes: &mut Vec<u8>, text: &str) {
    put_varint(text.len() as u64, bytes);
    bytes.extend_from_slice(text.as_bytes());
}
