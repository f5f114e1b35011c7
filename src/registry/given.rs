//! What verdicts are decided by beside the evidence, as it was given: bytes, not paths, so that a case can keep it
//! and decide the same again.

use super::institution::Registry;
use super::load::{Folder, load_folder, read_folder};
use super::problem::{LoadError, Problem, quoted};
use super::{add_notices, add_reviews};
use crate::model::ContentId;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::Path;

/// A file beside the registry folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenFile {
    /// Its name without folders.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

impl GivenFile {
    /// Reads it.
    ///
    /// # Errors
    /// [`LoadError`] where it cannot be read.
    pub fn read(path: &Path) -> Result<Self, LoadError> {
        let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
        match std::fs::read(path) {
            Ok(bytes) => Ok(Self { name, bytes }),
            Err(e) => Err(LoadError {
                problems: vec![Problem {
                    problem: format!("{} cannot be read: {e}", quoted(&path.to_string_lossy())),
                    file: name,
                    line: None,
                    column: None,
                    remedy: "name a file that can be read".to_owned(),
                }],
            }),
        }
    }
}

/// Everything that a run was given beside the evidence and that its verdicts and flags depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The registry folder.
    pub folder: Folder,
    /// Decisions of people beside those in the folder.
    pub reviews: Vec<GivenFile>,
    /// Letters beside those in the folder.
    pub notices: Vec<GivenFile>,
    /// Any defect is fatal.
    pub strict: bool,
    /// The day of reference, `YYYY-MM-DD`.
    pub as_of: Option<String>,
}

impl Given {
    /// A registry folder and nothing beside it. What cannot be read of it is told when it is loaded.
    pub fn of(dir: &Path, strict: bool) -> Self {
        Self { folder: read_folder(dir), strict, ..Self::default() }
    }

    /// As a case keeps it.
    pub fn to_blob(&self) -> anyhow::Result<Vec<u8>> {
        Ok(zstd::stream::encode_all(&*postcard::to_stdvec(self)?, 0)?)
    }

    /// From a case.
    pub fn from_blob(blob: &[u8]) -> anyhow::Result<Self> {
        Ok(postcard::from_bytes(&zstd::stream::decode_all(blob)?)?)
    }

    /// SHA-256 over names and bytes of all of it.
    pub fn id(&self) -> ContentId {
        let mut hash = Sha256::new();
        let mut part = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        for (name, bytes) in &self.folder.files {
            part(name.as_bytes());
            part(bytes);
        }
        for (kind, files) in [("review", &self.reviews), ("notices", &self.notices)] {
            for file in files {
                part(kind.as_bytes());
                part(file.name.as_bytes());
                part(&file.bytes);
            }
        }
        part(if self.strict { b"strict" } else { b"" });
        part(self.as_of.as_deref().unwrap_or("").as_bytes());
        ContentId(hash.finalize().into())
    }

    /// In words, what of it is not as in another one.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        [
            ("registry", self.folder.files != other.folder.files),
            ("reviews", self.reviews != other.reviews),
            ("notices", self.notices != other.notices),
            ("strict", self.strict != other.strict),
            ("as-of", self.as_of != other.as_of),
        ]
        .into_iter()
        .filter_map(|(word, differs)| differs.then_some(word))
        .collect()
    }

    /// Reads all of it.
    ///
    /// # Errors
    /// [`LoadError`] with every problem that is fatal.
    pub fn load(self) -> Result<Registry, LoadError> {
        let mut registry = load_folder(&self.folder, self.strict)?;
        self.reviews.iter().try_for_each(|file| add_reviews(&mut registry, file))?;
        registry.incident.as_of = self.as_of.as_deref().and_then(|day| day.parse::<Date>().ok());
        self.notices.iter().try_for_each(|file| add_notices(&mut registry, file))?;
        registry.given = self;
        Ok(registry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_is_known_by_all_of_it() {
        let file = |bytes: &[u8]| GivenFile { name: "r.csv".to_owned(), bytes: bytes.to_vec() };
        let one = Given { reviews: vec![file(b"a")], ..Given::default() };
        let others = [
            Given { reviews: vec![file(b"b")], ..Given::default() },
            Given { notices: vec![file(b"a")], ..Given::default() },
            Given { strict: true, ..one.clone() },
            Given { as_of: Some("2025-01-01".to_owned()), ..one.clone() },
            Given::default(),
        ];
        for other in others {
            assert_ne!(one.id(), other.id(), "{other:?}");
            assert!(!one.differences(&other).is_empty(), "{other:?}");
        }
        assert_eq!(Given::from_blob(&one.to_blob().unwrap()).unwrap(), one);
    }
}
