use super::ContentId;

/// What names one content: the SHA-256 that is its identity here, and the checksums by which listings name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digests {
    /// SHA-256.
    pub sha256: ContentId,
    /// SHA-1.
    pub sha1: [u8; 20],
    /// MD5.
    pub md5: [u8; 16],
    /// CRC-32 of ZIP, gzip and 7z (ISO 3309).
    pub crc32: u32,
}
