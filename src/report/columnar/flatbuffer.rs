//! FlatBuffers (flatbuffers.dev, "FlatBuffer internals"), written from the front to the back: a table stands before
//! what it refers to, and its references are filled in once that is there.

/// A field of a table, in the order of the schema.
pub(super) enum Field {
    /// Left out: the default.
    Absent,
    Byte(u8),
    Short(i16),
    Int(i32),
    Long(i64),
    /// What follows, see [`Buffer::table`].
    Reference,
}

impl Field {
    const fn size(&self) -> usize {
        match self {
            Self::Absent => 0,
            Self::Byte(_) => 1,
            Self::Short(_) => 2,
            Self::Int(_) | Self::Reference => 4,
            Self::Long(_) => 8,
        }
    }
}

/// A place that is to hold the distance to what stands further behind.
#[derive(Clone, Copy)]
pub(super) struct Reference(usize);

/// A buffer under way.
pub(super) struct Buffer(Vec<u8>);

impl Buffer {
    /// A buffer, and the reference to its root.
    pub(super) fn new() -> (Self, Reference) {
        (Self(vec![0; 4]), Reference(0))
    }

    /// Its bytes, as many as can be divided by eight.
    pub(super) fn end(mut self) -> Vec<u8> {
        self.align(8, 0);
        self.0
    }

    /// Writes a table where `from` refers to; gives its references, in their order.
    pub(super) fn table(&mut self, from: Reference, fields: &[Field]) -> Vec<Reference> {
        let head = 4 + 2 * fields.len();
        // The table begins behind its head, where eight bytes may stand.
        self.align(8, head);
        let head_at = self.0.len();
        let start = head_at + head;
        let mut at = 4usize;
        let places: Vec<usize> = fields
            .iter()
            .map(|field| match field.size() {
                0 => 0,
                size => {
                    let place = at.next_multiple_of(size);
                    at = place + size;
                    place
                }
            })
            .collect();
        for word in [head, at].into_iter().chain(places.iter().copied()) {
            self.0.extend_from_slice(&(word as u16).to_le_bytes());
        }
        self.0.extend_from_slice(&(head as i32).to_le_bytes());
        self.0.resize(start + at, 0);
        self.refer(from, start);
        let mut references = Vec::new();
        for (field, place) in fields.iter().zip(places) {
            let place = start + place;
            match field {
                Field::Absent => {}
                Field::Byte(value) => self.put(place, &value.to_le_bytes()),
                Field::Short(value) => self.put(place, &value.to_le_bytes()),
                Field::Int(value) => self.put(place, &value.to_le_bytes()),
                Field::Long(value) => self.put(place, &value.to_le_bytes()),
                Field::Reference => references.push(Reference(place)),
            }
        }
        references
    }

    /// Writes a text where `from` refers to.
    pub(super) fn text(&mut self, from: Reference, text: &str) {
        self.align(4, 0);
        self.refer(from, self.0.len());
        self.0.extend_from_slice(&(text.len() as u32).to_le_bytes());
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(0);
    }

    /// Writes a vector of so many references where `from` refers to.
    pub(super) fn references(&mut self, from: Reference, count: usize) -> Vec<Reference> {
        self.align(4, 0);
        let at = self.0.len();
        self.refer(from, at);
        self.0.extend_from_slice(&(count as u32).to_le_bytes());
        self.0.resize(at + 4 + 4 * count, 0);
        (0..count).map(|number| Reference(at + 4 + 4 * number)).collect()
    }

    /// Writes a vector of structs of long integers where `from` refers to.
    pub(super) fn structs<const N: usize>(&mut self, from: Reference, all: &[[i64; N]]) {
        self.align(8, 4);
        self.refer(from, self.0.len());
        self.0.extend_from_slice(&(all.len() as u32).to_le_bytes());
        self.0.extend(all.iter().flatten().flat_map(|word| word.to_le_bytes()));
    }

    /// Blanks up to where `ahead` bytes end at a multiple.
    fn align(&mut self, multiple: usize, ahead: usize) {
        let len = (self.0.len() + ahead).next_multiple_of(multiple) - ahead;
        self.0.resize(len, 0);
    }

    fn refer(&mut self, from: Reference, to: usize) {
        self.put(from.0, &((to - from.0) as u32).to_le_bytes());
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
    }
}
