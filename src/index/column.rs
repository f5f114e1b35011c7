//! The column of codes: a file of each segment beside tantivy's own, written, merged and checked with them. It has of
//! each document how many values it has, as 32-bit numbers, and then all values in the order of documents.
//!
//! tantivy's own columns hold the same, bit-packed; to write one took a ninth of the time of indexing, since each value
//! is an entry of its own in its log, which is sorted out in memory when the segment ends. Here a document's values are
//! copied as they are, and read in one go.

use super::waiting::Waiting;
use std::any::Any;
use std::io::Write;
use std::sync::Arc;
use tantivy::directory::OwnedBytes;
use tantivy::directory::TerminatingWrite;
use tantivy::index::{Segment, SegmentComponent};
use tantivy::indexer::doc_id_mapping::DocIdMapping;
use tantivy::schema::document::ErasedDocument;
use tantivy::schema::{Field, Schema, Value};
use tantivy::{DocId, PluginMergeContext, PluginWriter, PluginWriterContext, SegmentPlugin, SegmentReader, TantivyDocument, TantivyError};

/// Name of the field of a document that brings the values, and of the file's ending.
pub(super) const NAME: &str = "codes";
/// Bytes of a value, and of a count.
const WIDTH: usize = 4;

/// The column, to be made known to an index before it is made or used. It also says of each passage that a writer
/// has taken it.
pub(super) fn plugin(waiting: &Arc<Waiting>) -> Arc<dyn SegmentPlugin> {
    Arc::new(Column { waiting: Arc::clone(waiting) })
}

/// About so much memory a passage takes while it waits for a writer.
pub(super) fn weight(document: &TantivyDocument) -> usize {
    let length = |value: tantivy::schema::document::CompactDocValue<'_>| match (value.as_str(), value.as_custom(), value.as_bytes()) {
        (Some(text), _, _) => text.len(),
        (_, Some(bytes), _) | (_, _, Some(bytes)) => bytes.len(),
        _ => 8,
    };
    document.field_values().map(|(_, value)| length(value)).sum()
}

/// Values as a document brings them.
pub(super) fn pack(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// The column of one segment.
pub(super) struct Values {
    bytes: OwnedBytes,
    documents: usize,
}

impl Values {
    /// Opens it.
    pub(super) fn open(segment: &SegmentReader) -> tantivy::Result<Self> {
        let (bytes, documents) = (segment.open_read(component())?.read_bytes()?, segment.max_doc() as usize);
        let values = Self { bytes, documents };
        let promised: usize = (0..documents).map(|document| values.count(document)).sum();
        if values.bytes.len() != (documents + promised) * WIDTH {
            return Err(damaged(format!("{promised} codes of {documents} passages do not fill {} bytes", values.bytes.len())));
        }
        Ok(values)
    }

    fn count(&self, document: usize) -> usize {
        self.bytes.get(document * WIDTH..(document + 1) * WIDTH).map_or(0, |count| number(count) as usize)
    }

    /// The values of each document in order, as bytes of [`WIDTH`] each.
    fn packed(&self) -> impl Iterator<Item = (DocId, &[u8])> {
        let mut rest = &self.bytes[self.documents * WIDTH..];
        (0..self.documents).map(move |document| {
            let own;
            (own, rest) = rest.split_at(self.count(document) * WIDTH);
            (document as DocId, own)
        })
    }

    /// Each value with its document.
    pub(super) fn each(&self, mut take: impl FnMut(DocId, u32)) {
        for (document, packed) in self.packed() {
            packed.chunks_exact(WIDTH).for_each(|value| take(document, number(value)));
        }
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes.try_into().map_or(0, u32::from_le_bytes)
}

fn component() -> SegmentComponent {
    SegmentComponent::Custom(NAME.to_owned())
}

fn damaged(what: String) -> TantivyError {
    TantivyError::DataCorruption(tantivy::error::DataCorruption::comment_only(format!("the column of codes is damaged: {what}")))
}

/// Writes the file of a segment.
fn write(segment: &Segment, counts: &[u32], values: impl Iterator<Item = impl AsRef<[u8]>>) -> tantivy::Result<()> {
    let mut file = segment.clone().open_write(component())?;
    file.write_all(&pack(counts))?;
    for packed in values {
        file.write_all(packed.as_ref())?;
    }
    file.terminate()?;
    Ok(())
}

struct Column {
    waiting: Arc<Waiting>,
}

impl SegmentPlugin for Column {
    fn extensions(&self) -> &[&str] {
        &[NAME]
    }

    fn create_writer(&self, context: &PluginWriterContext<'_>) -> tantivy::Result<Box<dyn PluginWriter>> {
        let field = context.segment.schema().get_field(NAME)?;
        Ok(Box::new(Writer { field, counts: Vec::new(), packed: Vec::new(), waiting: Arc::clone(&self.waiting) }))
    }

    /// Segments are put one behind the other, without the documents that were deleted.
    fn merge(&self, context: PluginMergeContext<'_>) -> tantivy::Result<()> {
        let columns = context.readers.iter().map(Values::open).collect::<tantivy::Result<Vec<_>>>()?;
        let alive = || {
            columns.iter().zip(context.readers).flat_map(|(column, reader)| {
                let alive = reader.alive_bitset();
                column.packed().filter(move |(document, _)| alive.is_none_or(|set| set.is_alive(*document))).map(|(_, packed)| packed)
            })
        };
        let counts: Vec<u32> = alive().map(|packed| (packed.len() / WIDTH) as u32).collect();
        write(context.target_segment, &counts, alive())
    }
}

struct Writer {
    field: Field,
    counts: Vec<u32>,
    /// Of many documents together, so that no piece of memory grows without end.
    packed: Vec<Vec<u8>>,
    waiting: Arc<Waiting>,
}

/// Pieces of the packed values are filled up to this size.
const PIECE: usize = 1 << 20;

impl PluginWriter for Writer {
    fn add_document(&mut self, _: DocId, document: &dyn ErasedDocument, _: &Schema) -> tantivy::Result<()> {
        let document: &TantivyDocument =
            document.as_any().downcast_ref().ok_or_else(|| damaged("a passage is of no known kind".to_owned()))?;
        self.waiting.leave(weight(document));
        let packed = document.get_first(self.field).and_then(|value| value.as_custom()).unwrap_or_default();
        self.counts.push((packed.len() / WIDTH) as u32);
        match self.packed.last_mut().filter(|piece| piece.len() + packed.len() <= PIECE) {
            Some(piece) => piece.extend_from_slice(packed),
            None => {
                let mut piece = Vec::with_capacity(PIECE.max(packed.len()));
                piece.extend_from_slice(packed);
                self.packed.push(piece);
            }
        }
        Ok(())
    }

    fn serialize(self: Box<Self>, segment: &Segment, order: Option<&DocIdMapping>) -> tantivy::Result<()> {
        if order.is_some() {
            return Err(damaged("passages are never put into another order".to_owned()));
        }
        write(segment, &self.counts, self.packed.iter())
    }

    fn mem_usage(&self) -> usize {
        self.packed.len() * PIECE + self.counts.len() * WIDTH
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tantivy::indexer::NoMergePolicy;
    use tantivy::schema::{INDEXED, STORED};
    use tantivy::{DocAddress, Index, IndexWriter, Term};

    #[test]
    fn values_survive_segments_merging_and_deletion() {
        let mut schema = Schema::builder();
        let number = schema.add_u64_field("number", INDEXED | STORED);
        let codes = schema.add_custom_field(NAME, NAME, serde_json::Value::Null);
        let index = Index::builder().schema(schema.build()).register_plugin(plugin(&Arc::default())).create_in_ram().unwrap();
        let mut writer: IndexWriter = index.writer_with_num_threads(1, 16 << 20).unwrap();
        writer.set_merge_policy(Box::new(NoMergePolicy));
        // The third has none, and brings no field.
        for (place, values) in [&[7, 9][..], &[u32::MAX], &[], &[1, 2, 3]].iter().enumerate() {
            let mut document = TantivyDocument::new();
            document.add_u64(number, place as u64);
            if !values.is_empty() {
                document.add_custom(codes, &pack(values));
            }
            writer.add_document(document).unwrap();
            if place % 2 == 1 {
                writer.commit().unwrap();
            }
        }
        // By the stored number, since segments may be merged in any order.
        let held = || {
            let searcher = index.reader().unwrap().searcher();
            let mut held = Vec::new();
            for (ord, segment) in searcher.segment_readers().iter().enumerate() {
                Values::open(segment).unwrap().each(|document, value| {
                    let stored: TantivyDocument = searcher.doc(DocAddress::new(ord as u32, document)).unwrap();
                    held.push((stored.get_first(number).unwrap().as_u64().unwrap(), value));
                });
            }
            held.sort_unstable();
            held
        };
        assert_eq!(held(), [(0, 7), (0, 9), (1, u32::MAX), (3, 1), (3, 2), (3, 3)]);
        writer.delete_term(Term::from_field_u64(number, 0));
        writer.commit().unwrap();
        writer.merge(&index.searchable_segment_ids().unwrap()).wait().unwrap();
        assert_eq!(held(), [(1, u32::MAX), (3, 1), (3, 2), (3, 3)]);
    }
}
