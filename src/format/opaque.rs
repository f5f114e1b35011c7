//! Opaque kinds: pictures, audio, video, fonts. They hold no text that is searched for, and
//! are no gap; so their structure is walked to its end, and only what that structure accounts for is
//! classed opaque. Parts that carry text, and whatever stands behind the end, stay uncovered.

mod audio;
mod font;
mod picture;
mod video;

pub(super) use audio::{aiff, au, flac, mp3, ogg, riff};
pub(super) use font::{sfnt, type1, woff};
pub(super) use picture::{bmp, gif, ico, jpeg, png};
pub(super) use video::{asf, bmff, matroska};

use super::Probe;
use super::Sink;
use super::container::{GZIP, ZIP};
use crate::model::Class;
use std::ops::Range;

/// How far an opaque kind reaches.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Walk {
    /// Where its structure ends, or is last known to be sound.
    pub end: usize,
    /// Parts that carry text or that the format does not explain, in order.
    pub text: Vec<Range<usize>>,
}

/// Walks the structure from the first byte. `None` when it is not of the kind after all.
pub type WalkFn = fn(&[u8]) -> Option<Walk>;

/// Classes what the walk accounts for. An archive behind the end is a member.
pub(super) fn cover(bytes: &[u8], walk: &Walk, sink: &mut Sink<'_>) {
    let end = walk.end.min(bytes.len());
    let mut at = 0;
    for text in &walk.text {
        if text.start > at {
            sink.cover(at as u64..text.start.min(end) as u64, Class::Opaque);
        }
        at = at.max(text.end);
    }
    if at < end {
        sink.cover(at as u64..end as u64, Class::Opaque);
    }
    let mut rest = &bytes[end..];
    let probe = Probe::new(rest);
    if (ZIP.recognise)(&probe) || (GZIP.recognise)(&probe) {
        sink.member(b"appended", end as u64..bytes.len() as u64, &mut rest);
    }
}

fn be16(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..)?.first_chunk().map(|b| usize::from(u16::from_be_bytes(*b)))
}

fn be32(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_be_bytes(*b) as usize)
}

fn le16(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..)?.first_chunk().map(|b| usize::from(u16::from_le_bytes(*b)))
}

fn le32(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_le_bytes(*b) as usize)
}

#[cfg(test)]
mod tests;
