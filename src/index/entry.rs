//! A passage on its way into the index. tantivy's own kind of document would copy the text, and what it is found by.

use super::Fields;
use super::terms::FoundBy;
use std::iter::Empty;
use tantivy::schema::Field;
use tantivy::schema::document::{Document, ReferenceValue, ReferenceValueLeaf, Value};

/// A passage with what the index keeps of it.
pub struct Entry {
    pub(super) fields: Fields,
    pub(super) content: u64,
    pub(super) generation: u64,
    pub(super) found_by: FoundBy,
    pub(super) text: String,
    /// Kind and offsets, encoded.
    pub(super) place: Vec<u8>,
}

impl Entry {
    /// About so much memory it takes while it waits for a writer.
    pub(super) fn weight(&self) -> usize {
        self.text.len() + self.place.len() + self.found_by.weight()
    }
}

impl Document for Entry {
    type Value<'a> = Leaf<'a>;
    type FieldsValuesIter<'a> = std::array::IntoIter<(Field, Leaf<'a>), 4>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        [
            (self.fields.content, Leaf(ReferenceValueLeaf::U64(self.content))),
            (self.fields.generation, Leaf(ReferenceValueLeaf::U64(self.generation))),
            (self.fields.body, Leaf(ReferenceValueLeaf::Str(&self.text))),
            (self.fields.place, Leaf(ReferenceValueLeaf::Bytes(&self.place))),
        ]
        .into_iter()
    }
}

/// The value of a field.
#[derive(Clone, Debug)]
pub struct Leaf<'a>(ReferenceValueLeaf<'a>);

impl<'a> Value<'a> for Leaf<'a> {
    type ArrayIter = Empty<Self>;
    type ObjectIter = Empty<(&'a str, Self)>;

    fn as_value(&self) -> ReferenceValue<'a, Self> {
        ReferenceValue::Leaf(self.0.clone())
    }
}
