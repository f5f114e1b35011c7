//! Members of a ZIP that no central directory names: read front to back by their local headers. For
//! archives cut off before their directory, and for what lies hidden between the members of a whole one.

use super::zip_crypt::{Encryption, Keyring};
use super::zip_decode::{View, deflated_length};
use super::zip_directory::{DESCRIPTOR, ENCRYPTED, LOCAL};
use super::zip_directory::{Local, descriptor, is_plain_extra};
use super::zip_name::decoded;
use super::{le32, le64, span};
use crate::format::Sink;
use crate::model::{Cause, Class};
use std::ops::Range;

/// Reads every member whose local header lies in `range`; returns how many. At most `most` are read.
pub(super) fn walk(bytes: &[u8], range: Range<usize>, most: u64, keys: &mut Keyring, sink: &mut Sink<'_>) -> u64 {
    let bytes = &bytes[..range.end.min(bytes.len())];
    let mut walk = Walk { bytes, ahead: 4 * bytes.len() as u64 + (1 << 20) };
    let (mut at, mut found) = (range.start, 0);
    while let Some(skip) = bytes.get(at..).and_then(|rest| memchr::memmem::find(rest, LOCAL)) {
        at += skip;
        if sink.stopped() {
            return found;
        }
        match Local::parse(bytes, at).filter(Local::is_plausible) {
            Some(_) if found == most => {
                sink.gap(at as u64..at as u64, Cause::LimitEntries, format!("more than {most} members"));
                return found;
            }
            Some(local) => {
                at = walk.member(at, &local, keys, sink).max(at + 4);
                found += 1;
            }
            None => at += 4,
        }
    }
    found
}

struct Walk<'a> {
    bytes: &'a [u8],
    /// Bytes that may still be looked at to find where members without a stated length end; keeps the
    /// work linear in an archive made to be looked through again for every member.
    ahead: u64,
}

impl Walk<'_> {
    /// Reads one member; returns where it ends.
    fn member(&mut self, at: usize, local: &Local<'_>, keys: &mut Keyring, sink: &mut Sink<'_>) -> usize {
        let bytes = self.bytes;
        let start = local.header.end;
        let (length, check, tail) = match local.sizes {
            Some((crc, compressed, size)) => {
                let after = usize::try_from(compressed).ok().and_then(|c| start.checked_add(c)).filter(|_| local.flags & DESCRIPTOR != 0);
                (compressed, Some((crc, size)), after.and_then(|after| descriptor(bytes, after, compressed)).unwrap_or(0))
            }
            None => self.find_length(start, local, sink),
        };
        let held = (bytes.len() - start) as u64;
        let data = start..start + length.min(held) as usize;
        let missing = length.saturating_sub(held);
        sink.cover(span(&(data.end..data.end + tail)), Class::Structure);
        if local.name.ends_with(b"/") && data.is_empty() && missing == 0 {
            sink.cover(span(&(at..local.extra.start)), Class::Structure);
            return data.end + tail;
        }
        let mut from = at;
        if !is_plain_extra(&bytes[local.extra.clone()]) {
            sink.cover(span(&(at..local.extra.start)), Class::Structure);
            from = start;
        }
        let crc = check.map_or(0, |c| c.0);
        let (encryption, method) = Encryption::of(local.flags, local.method, &bytes[local.extra.clone()], crc, local.time);
        let view = View { method, flags: local.flags, encryption, check, data: data.clone(), missing };
        let name = decoded(local.name, local.flags, &bytes[local.extra.clone()]);
        view.push(bytes, &name, from..data.end, keys, sink);
        data.end + tail
    }

    /// Length of data whose header does not state it, CRC-32 and size where they are known, and the
    /// length of the descriptor behind them. Unsigned descriptors are found only behind a deflate stream.
    fn find_length(&mut self, start: usize, local: &Local<'_>, sink: &Sink<'_>) -> (u64, Option<(u32, u64)>, usize) {
        let bytes = self.bytes;
        let rest = &bytes[start..];
        if local.method == 8 && local.flags & ENCRYPTED == 0 && self.ahead > 0 {
            let (used, ended) = deflated_length(rest, &sink.limits());
            self.ahead = self.ahead.saturating_sub(used as u64);
            if ended {
                let end = start + used;
                return match descriptor(bytes, end, used as u64) {
                    Some(tail) => (used as u64, stated(bytes, end, tail), tail),
                    None => (used as u64, None, 0),
                };
            }
        }
        // The end of any other data is known by the descriptor that states just this distance, or else
        // by the next header.
        let mut next = None;
        for mark in memchr::memmem::find_iter(rest, b"PK") {
            let kind = rest.get(mark + 2..mark + 4);
            if kind == Some(b"\x07\x08") {
                if let Some(tail) = descriptor(bytes, start + mark, mark as u64) {
                    self.ahead = self.ahead.saturating_sub(mark as u64);
                    return (mark as u64, stated(bytes, start + mark, tail), tail);
                }
            } else if next.is_none() {
                let header = kind == Some(b"\x01\x02") || Local::parse(bytes, start + mark).is_some_and(|l| l.is_plausible());
                next = header.then_some(mark);
            }
            if next.is_some() && mark as u64 > self.ahead {
                break;
            }
        }
        self.ahead = self.ahead.saturating_sub(rest.len() as u64);
        // One byte more than is held: the member is cut off, however it is encoded.
        (next.unwrap_or(rest.len() + 1) as u64, None, 0)
    }
}

/// CRC-32 and decoded size in a descriptor.
fn stated(bytes: &[u8], at: usize, length: usize) -> Option<(u32, u64)> {
    let end = at + length;
    if length >= 20 {
        Some((le32(bytes, end - 20)?, le64(bytes, end - 8)?))
    } else {
        Some((le32(bytes, end - 12)?, u64::from(le32(bytes, end - 4)?)))
    }
}
