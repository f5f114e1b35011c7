use crate::format::{Child, Coverage, Facts, Failure, GapNote, Limits, Member};
use crate::passage::Passage;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A frame is its length (four bytes, little-endian), its kind (one byte), and so many bytes.
pub(super) const HEADER: usize = 5;
/// No frame is longer.
pub(super) const LONGEST: usize = 64 << 20;
/// Decoded bytes of a member that one frame holds.
pub(super) const CHUNK: usize = 256 << 10;
/// No passage is longer; those of our sinks are a tenth of it.
pub(super) const LONGEST_PASSAGE: usize = 1 << 20;

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A [`Request`] or an [`Event`].
    Message,
    /// Decoded bytes of the member that was begun last; more may follow.
    Chunk,
    /// The last of them.
    LastChunk,
}

/// What the parent asks of a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    /// Before the first item: the run's limits and passwords, and whether text in pictures is read.
    Setup { limits: Limits, passwords: Vec<Vec<u8>>, recognises: bool },
    /// Read the item whose descriptor comes along with a reader.
    Read { format: String, len: u64 },
    /// Go on decoding the member.
    More,
    /// What became of the member; the rest of it is not wanted.
    Took(Child),
}

/// What a worker tells the parent.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Event {
    /// It is ready: which build it is, its address space in bytes, and what confines it not.
    Hello { build: String, memory: u64, missing: Vec<String> },
    /// Text.
    Passage(Passage),
    /// A member begins; chunks follow, each but the last answered by `More` or `Took`.
    Member { name: Vec<u8>, encoded: Range<u64> },
    /// The member cannot be decoded further.
    Broken { fault: Fault, detail: String },
    /// A member of which nothing was decoded.
    Unread { member: Member, encoded: Range<u64> },
    /// The reader has returned.
    Ended(Box<Ended>),
}

/// Why a decoder broke off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Fault {
    Truncated,
    Unsupported,
    Memory,
    Corrupt,
}

/// What a reader established but text and members.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::crawl) struct Ended {
    /// What the reader returned.
    pub result: Result<(), Failure>,
    /// It panicked, with these words; the rest is empty then.
    pub panicked: Option<String>,
    /// What it covered.
    pub coverage: Coverage,
    /// What it could not read.
    pub gaps: Vec<GapNote>,
    /// Facts, finished.
    pub facts: Facts,
}

impl Ended {
    /// A reader that did not return.
    pub fn panicked(words: String) -> Self {
        Self { result: Ok(()), panicked: Some(words), coverage: Coverage::default(), gaps: Vec::new(), facts: Facts::default() }
    }
}

/// Which build speaks these frames: parent and worker must be the same.
pub(super) fn build() -> String {
    format!("{} frames 1", env!("CARGO_PKG_VERSION"))
}

/// A message as the payload of a frame.
pub(super) fn encode<M: Serialize>(message: &M) -> Vec<u8> {
    postcard::to_stdvec(message).expect("messages have no unsized parts, and memory takes them")
}

/// The message in a payload; all of the payload must be used.
pub(super) fn decode<M: DeserializeOwned>(payload: &[u8]) -> Option<M> {
    postcard::take_from_bytes(payload).ok().and_then(|(message, rest)| rest.is_empty().then_some(message))
}

/// The head of a frame.
pub(super) fn header(kind: Kind, len: usize) -> [u8; HEADER] {
    let len = u32::try_from(len).expect("frames are bounded").to_le_bytes();
    let kind = match kind {
        Kind::Message => 0,
        Kind::Chunk => 1,
        Kind::LastChunk => 2,
    };
    [len[0], len[1], len[2], len[3], kind]
}

/// Length of a frame, whatever it is.
pub(super) fn length(header: [u8; HEADER]) -> usize {
    let [a, b, c, d, _] = header;
    u32::from_le_bytes([a, b, c, d]) as usize
}

/// Kind and length of a frame, if it is one within the bounds.
pub(super) fn parse_header(header: [u8; HEADER]) -> Option<(Kind, usize)> {
    let len = length(header);
    let (kind, most) = match header[HEADER - 1] {
        0 => (Kind::Message, LONGEST),
        1 => (Kind::Chunk, CHUNK),
        2 => (Kind::LastChunk, CHUNK),
        _ => return None,
    };
    (len <= most).then_some((kind, len))
}
