//! Whether an item is what a row lists: by the strongest checksum that both have, and by size.

use super::reconcile::{Held, Listed};
use crate::model::{ContentId, Digests, to_hex};

/// In what an item differs from its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The size; no checksum is listed and known that contradicts.
    Size,
    /// SHA-256.
    Sha256,
    /// SHA-1.
    Sha1,
    /// MD5.
    Md5,
    /// CRC-32.
    Crc32,
}

impl Difference {
    /// The word for it in the outputs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Size => "size",
            Self::Sha256 => "sha256",
            Self::Sha1 => "sha1",
            Self::Md5 => "md5",
            Self::Crc32 => "crc32",
        }
    }

    /// The checksum in question, as listed and as held; nothing of a size.
    pub fn checksums(self, item: &Held<'_>, row: &Listed<'_>) -> Option<(String, String)> {
        let (listed, held) = (&row.checksums, item.digests.as_ref());
        match self {
            Self::Size => None,
            Self::Sha256 => Some((row.sha256?.to_string(), item.content?.to_string())),
            Self::Sha1 => Some((to_hex(&listed.sha1?), to_hex(&held?.sha1))),
            Self::Md5 => Some((to_hex(&listed.md5?), to_hex(&held?.md5))),
            Self::Crc32 => Some((format!("{:08x}", listed.crc32?), format!("{:08x}", held?.crc32))),
        }
    }
}

/// What the tags of an object store say that are not the MD5 of what is held.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tags {
    /// Nothing: the store may have encrypted what it tagged.
    Perhaps,
    /// It differs: others of the same listing are the MD5 of what is held.
    Md5,
}

/// What an item says about a row at its path.
pub(super) fn difference(item: &Held<'_>, row: &Listed<'_>, tags: Tags) -> Option<Difference> {
    let digests = item.digests.as_ref();
    let by_size = || row.size.filter(|size| *size != item.size).map(|_| Difference::Size);
    if let (Some(listed), Some(held)) = (row.sha256, item.content) {
        return (listed != held).then_some(Difference::Sha256);
    }
    // Different contents may be made to have the same of the older ones.
    if let (Some(listed), Some(held)) = (row.checksums.sha1, digests) {
        return if listed == held.sha1 { by_size() } else { Some(Difference::Sha1) };
    }
    if let (Some(listed), Some(held)) = (row.checksums.md5, digests)
        && (listed == held.md5 || !row.checksums.is_tag || tags == Tags::Md5)
    {
        return if listed == held.md5 { by_size() } else { Some(Difference::Md5) };
    }
    // So short a checksum contradicts, and proves nothing.
    if let (Some(listed), Some(held)) = (row.checksums.crc32, digests)
        && listed != held.crc32
    {
        return Some(Difference::Crc32);
    }
    by_size()
}

/// A checksum that proves which content is meant.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Name {
    Sha256(ContentId),
    Sha1([u8; 20]),
    Md5([u8; 16]),
}

impl Name {
    /// The strongest one of a row.
    pub(super) fn of(row: &Listed<'_>) -> Option<Self> {
        let (sha1, md5) = (row.checksums.sha1.map(Self::Sha1), row.checksums.md5.map(Self::Md5));
        row.sha256.map(Self::Sha256).or(sha1).or(md5)
    }

    /// Those of an item.
    pub(super) fn all(item: &Held<'_>) -> impl Iterator<Item = Self> {
        let others = |digests: &Digests| [Self::Sha1(digests.sha1), Self::Md5(digests.md5)];
        item.content.map(Self::Sha256).into_iter().chain(item.digests.as_ref().map(others).into_iter().flatten())
    }

    /// Does it name this item?
    pub(super) fn names(self, item: &Held<'_>) -> bool {
        Self::all(item).any(|name| name == self)
    }
}
