//! The index: passages of text in tantivy. It knows nothing of the registry; any token that is entered
//! there later is found.

mod entry;
mod passages;
mod postings;
mod read_only;
mod search;
mod segment;
mod sweep;
mod terms;
mod waiting;

pub use entry::Entry;
pub use search::{Candidates, Sought, known, search, search_any};
pub use sweep::{Hit, Needle, sweep};

use crate::passage::{OffsetMap, Passage, PassageKind};
use crate::tokens::Tokens;
use anyhow::{Context, Result};
use read_only::ReadOnly;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tantivy::indexer::NoMergePolicy;
use tantivy::schema::{FAST, INDEXED, NumericOptions};
use tantivy::schema::{Field, STORED, Schema, Value};
use tantivy::{Index, IndexReader, IndexWriter, TantivyDocument, Term};
use terms::FoundBy;
use waiting::Waiting;

/// The fields of a passage.
#[derive(Clone, Copy)]
pub struct Fields {
    /// Row of the content in the ledger.
    pub content: Field,
    /// Generation in which it was committed.
    pub generation: Field,
    /// The text itself.
    pub body: Field,
    /// Kind and offsets.
    pub place: Field,
}

/// What takes the passages of a case.
pub type Writer = IndexWriter<Entry>;

/// Bytes of passages that may wait for the writers.
const MOST_WAITING: usize = 64 << 20;

/// The index of a case.
pub struct TextIndex {
    index: Index,
    waiting: Arc<Waiting>,
    /// Its fields.
    pub fields: Fields,
}

/// A passage as the index gives it back.
pub struct StoredPassage {
    /// Row of the content in the ledger.
    pub content: i64,
    /// Kind of text.
    pub kind: PassageKind,
    /// The text.
    pub text: String,
    /// Offsets.
    pub map: OffsetMap,
}

impl StoredPassage {
    /// The same passage in a content that holds its piece at an offset.
    pub fn held_by(&self, content: i64, offset: u64) -> Self {
        Self { content, kind: self.kind, text: self.text.clone(), map: self.map.clone().moved(offset) }
    }
}

fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let number = NumericOptions::from(FAST | INDEXED | STORED);
    let fields = Fields {
        content: builder.add_u64_field("content", number),
        generation: builder.add_u64_field("generation", INDEXED),
        body: builder.add_text_field("body", STORED),
        place: builder.add_bytes_field("place", STORED),
    };
    (builder.build(), fields)
}

impl TextIndex {
    /// Opens the index of a case, making it where there is none.
    pub fn open(dir: &Path) -> Result<Self> {
        std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
        let (schema, fields) = schema();
        let settings = tantivy::IndexSettings {
            docstore_compression: tantivy::store::Compressor::Zstd(tantivy::store::ZstdCompressor { compression_level: Some(1) }),
            docstore_blocksize: 64 << 10,
            ..Default::default()
        };
        let waiting = Arc::<Waiting>::default();
        let directory = tantivy::directory::MmapDirectory::open(dir)?;
        let index = if Index::exists(&directory)? {
            let mut index = Index::open(directory).with_context(|| format!("cannot open the index {}", dir.display()))?;
            index.register_plugin(segment::plugin(&waiting));
            index
        } else {
            Index::builder()
                .schema(schema.clone())
                .settings(settings)
                .register_plugin(segment::plugin(&waiting))
                .open_or_create(directory)?
        };
        Self { index, waiting, fields }.checked(&schema, dir)
    }

    /// Opens the index of a case that cannot be written.
    pub fn open_read_only(dir: &Path) -> Result<Self> {
        let (schema, fields) = schema();
        let waiting = Arc::<Waiting>::default();
        let directory = ReadOnly(tantivy::directory::MmapDirectory::open(dir)?);
        let mut index = Index::open(directory).with_context(|| format!("cannot open the index {}", dir.display()))?;
        index.register_plugin(segment::plugin(&waiting));
        Self { index, waiting, fields }.checked(&schema, dir)
    }

    /// The index, if it is of this version.
    fn checked(self, schema: &Schema, dir: &Path) -> Result<Self> {
        anyhow::ensure!(
            self.index.schema() == *schema,
            "the index {} was written by another version of ruleout; index the evidence into a new case",
            dir.display()
        );
        Ok(self)
    }

    /// A writer. Segments are not merged while evidence is read: each merge writes the dictionary anew.
    pub fn writer(&self, threads: usize, memory: usize) -> Result<Writer> {
        self.waiting.clear();
        let writer = self.index.writer_with_num_threads(threads, memory.max(threads * (16 << 20)))?;
        writer.set_merge_policy(Box::new(NoMergePolicy));
        Ok(writer)
    }

    /// The generation of the last commit.
    pub fn generation(&self) -> Result<u64> {
        let meta = self.index.load_metas()?;
        Ok(meta.payload.as_deref().and_then(|p| p.parse().ok()).unwrap_or(0))
    }

    /// The segments of the last commit.
    pub fn segments(&self) -> Result<Vec<tantivy::index::SegmentId>> {
        Ok(self.index.searchable_segment_ids()?)
    }

    /// Checks the index files against their checksums; names the damaged ones.
    pub fn check(&self) -> Result<Vec<String>> {
        let damaged: BTreeSet<PathBuf> = self.index.validate_checksum()?.into_iter().collect();
        Ok(damaged.into_iter().map(|path| format!("the index file {} is damaged", path.display())).collect())
    }

    /// A reader of the last commit.
    pub fn reader(&self) -> Result<IndexReader> {
        Ok(self.index.reader_builder().reload_policy(tantivy::ReloadPolicy::Manual).try_into()?)
    }

    /// Hands a passage to a writer, when there is room for it, with the tokens of its text and the terms of identifiers
    /// that need more than a token to be seen.
    pub fn add(
        &self,
        writer: &Writer,
        (content, generation): (i64, u64),
        passage: Passage,
        tokens: &Tokens,
        typed: &[String],
    ) -> Result<()> {
        let place = postcard::to_stdvec(&(passage.kind, &passage.map))?;
        let found_by = FoundBy::of(tokens, typed);
        let entry = Entry { fields: self.fields, content: content as u64, generation, found_by, text: passage.text, place };
        self.waiting.enter(entry.weight(), MOST_WAITING);
        writer.add_document(entry)?;
        Ok(())
    }

    /// The term that all passages of a content have.
    pub fn content_term(&self, content: i64) -> Term {
        Term::from_field_u64(self.fields.content, content as u64)
    }

    /// The term that all passages of a generation have.
    pub fn generation_term(&self, generation: u64) -> Term {
        Term::from_field_u64(self.fields.generation, generation)
    }

    /// A stored document as a passage.
    pub fn passage(&self, document: &TantivyDocument) -> Result<StoredPassage> {
        let content = document.get_first(self.fields.content).and_then(|v| v.as_u64()).context("a passage has no content")?;
        let text = document.get_first(self.fields.body).and_then(|v| v.as_str()).context("a passage has no text")?.to_owned();
        let place = document.get_first(self.fields.place).and_then(|v| v.as_bytes()).context("a passage has no place")?;
        let (kind, map) = postcard::from_bytes(place)?;
        Ok(StoredPassage { content: content as i64, kind, text, map })
    }
}
