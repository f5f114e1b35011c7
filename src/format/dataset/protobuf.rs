//! Messages of Protocol Buffers (encoding.md), of which the tail and the indexes of ORC are. A message is looked at where
//! it stands; nothing is allocated by what it says.

use crate::model::varint;

/// Messages inside of messages that are looked into for text.
const DEEPEST: usize = 16;

/// A message whose fields are whole.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Message<'a>(&'a [u8]);

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Message<'a> {
    /// These bytes as a message; `None` where they are none.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut at = 0;
        while at < bytes.len() {
            at = field(bytes, at)?.2;
        }
        Some(Self(bytes))
    }

    /// Its fields with their numbers, in their order.
    pub fn fields(self) -> impl Iterator<Item = (u32, Field<'a>)> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let (number, held, end) = field(self.0, at)?;
            at = end;
            Some((number, held))
        })
    }

    /// The last field of this number that is one; the last one counts.
    pub fn number(self, id: u32) -> Option<u64> {
        let numbers = self.fields().filter(|(number, _)| *number == id);
        numbers.filter_map(|(_, held)| if let Field::Number(number) = held { Some(number) } else { None }).last()
    }

    /// A field that is a size or a place; 0 where it is left out.
    pub fn size(self, id: u32) -> Option<usize> {
        usize::try_from(self.number(id).unwrap_or(0)).ok()
    }

    /// Every field of this number that is text, bytes or a message.
    pub fn each(self, id: u32) -> impl Iterator<Item = &'a [u8]> {
        let all = self.fields().filter(move |(number, _)| *number == id);
        all.filter_map(|(_, held)| if let Field::Bytes(bytes) = held { Some(bytes) } else { None })
    }

    /// Every field of this number as a message; `None` for one that is none.
    pub fn messages(self, id: u32) -> impl Iterator<Item = Option<Message<'a>>> {
        self.each(id).map(Message::parse)
    }

    /// All numbers of a repeated field, each by itself or packed.
    pub fn numbers(self, id: u32) -> Vec<u64> {
        let mut out = Vec::new();
        for (_, held) in self.fields().filter(|(number, _)| *number == id) {
            match held {
                Field::Number(number) => out.push(number),
                Field::Bytes(bytes) => {
                    let mut at = 0;
                    while let Some((number, end)) = varint(bytes, at) {
                        out.push(number);
                        at = end;
                    }
                }
            }
        }
        out
    }

    /// Shows all texts in it, in their order: what is plain text, and what is neither that nor a message. Fields under
    /// the paths in `but` hold numbers.
    pub fn each_text(self, but: &[&[u32]], show: &mut dyn FnMut(&'a [u8])) {
        self.texts(but, &mut Vec::new(), show);
    }

    fn texts(self, but: &[&[u32]], path: &mut Vec<u32>, show: &mut dyn FnMut(&'a [u8])) {
        for (number, held) in self.fields() {
            let Field::Bytes(bytes) = held else { continue };
            path.push(number);
            if !but.contains(&path.as_slice()) {
                let is_text = super::beside::plain_text(bytes).is_some();
                match Message::parse(bytes).filter(|_| !is_text && path.len() < DEEPEST) {
                    Some(message) => message.texts(but, path, show),
                    None => show(bytes),
                }
            }
            path.pop();
        }
    }
}

/// The field at a place: its number, what it holds, where it ends.
fn field(bytes: &[u8], at: usize) -> Option<(u32, Field<'_>, usize)> {
    let (tag, at) = varint(bytes, at)?;
    let number = u32::try_from(tag >> 3).ok().filter(|number| *number > 0)?;
    let (held, end) = match tag & 7 {
        0 => {
            let (value, end) = varint(bytes, at)?;
            (Field::Number(value), end)
        }
        1 => (Field::Number(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?)), at + 8),
        2 => {
            let (length, start) = varint(bytes, at)?;
            let end = start.checked_add(usize::try_from(length).ok()?)?;
            (Field::Bytes(bytes.get(start..end)?), end)
        }
        5 => (Field::Number(u64::from(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))), at + 4),
        _ => return None,
    };
    Some((number, held, end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields_are_found_by_their_numbers() {
        // 1: 150, 2: "testing" (both as encoding.md shows them), 4: packed 3, 270, 86942, 5: a fixed number, 1 again.
        let bytes = b"\x08\x96\x01\x12\x07testing\x22\x06\x03\x8E\x02\x9E\xA7\x05\x2D\x07\0\0\0\x08\x05";
        let message = Message::parse(bytes).unwrap();
        assert_eq!((message.number(1), message.number(5), message.number(2), message.size(9)), (Some(5), Some(7), None, Some(0)));
        assert_eq!(message.each(2).collect::<Vec<_>>(), [b"testing"]);
        assert_eq!(message.numbers(4), [3, 270, 86_942]);
        assert_eq!(message.numbers(1), [150, 5]);
        for cut in [1, 2, 4, 11, 15] {
            assert!(Message::parse(&bytes[..cut]).is_none(), "{cut}");
        }
        assert!(Message::parse(b"\x00\x01").is_none() && Message::parse(b"\x0B").is_none());
    }

    #[test]
    fn texts_are_shown_at_any_depth_but_not_numbers() {
        // 3: { 1: "inner", 2: packed numbers that look like text }, 4: bytes that are neither.
        let bytes = b"\x1A\x0C\x0A\x05inner\x12\x03ABC\x22\x02\x01\xFF";
        let mut shown = Vec::new();
        Message::parse(bytes).unwrap().each_text(&[&[3, 2]], &mut |text| shown.push(text));
        assert_eq!(shown, [&b"inner"[..], b"\x01\xFF"]);
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Some(message) = Message::parse(&bytes) {
                message.each_text(&[], &mut |text| assert!(text.len() <= bytes.len()));
            }
        }
    }
}
