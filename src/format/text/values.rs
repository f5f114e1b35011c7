//! Short values that are documents or text of their own where they stand: put together, one in a line, they are a member
//! that is read as what it is. Records of one kind are rows of one table, be they ever so many.

use crate::format::Sink;
use crate::identifier::client_label::clients;
use crate::table::has_bank_word;
use std::ops::Range;

/// Bytes that are held.
const HELD: usize = 8 << 20;

/// Collects values.
pub(super) struct Values {
    kind: &'static str,
    bytes: Vec<u8>,
    places: Vec<Range<u64>>,
}

impl Values {
    /// None yet; members are called by their kind and the place of the first value.
    pub fn new(kind: &'static str) -> Self {
        Self { kind, bytes: Vec::new(), places: Vec::new() }
    }

    /// Does it look like an object or array of JSON?
    pub fn is_document(text: &str) -> bool {
        let text = text.trim_ascii();
        let ends = |open: &str, close: &str| text.starts_with(open) && text.ends_with(close);
        text.len() > 4 && (ends("{", "}") || ends("[", "]"))
    }

    /// Takes a value that stands at a place. In a document line ends are blanks.
    pub fn push(&mut self, value: &str, place: Range<u64>, sink: &mut Sink<'_>) {
        let is_document = Self::is_document(value);
        // What names a client or a bank says whose the rest of its own value is, and of no other.
        let is_alone = !is_document && (!clients(value).is_empty() || has_bank_word(value));
        if is_alone {
            self.end(sink);
        }
        self.bytes.extend(value.bytes().map(|byte| if is_document && matches!(byte, b'\r' | b'\n') { b' ' } else { byte }));
        self.bytes.push(b'\n');
        self.places.push(place);
        if is_alone || self.bytes.len() > HELD {
            self.end(sink);
        }
    }

    /// Hands on what was collected.
    pub fn end(&mut self, sink: &mut Sink<'_>) {
        let (bytes, places) = (std::mem::take(&mut self.bytes), std::mem::take(&mut self.places));
        if let Some(first) = places.first() {
            sink.member_in_pieces(format!("{}@{}", self.kind, first.start).as_bytes(), &places, &mut &bytes[..]);
        }
    }
}
