//! Minidumps of Windows, Breakpad and Crashpad (`minidumpapiset.h`): a directory of streams, among them lists of
//! modules and of stretches of memory.

use super::{Regions, name};
use crate::format::numbers::{le32, le64};
use crate::format::{Failure, Format, Runs, Sink};
use std::ops::Range;

/// A minidump, with little memory or all of a process.
pub static MINIDUMP: Format = Format {
    name: "minidump",
    media_type: "application/x-dmp",
    recognise: |probe| probe.head.starts_with(b"MDMP\x93\xA7") && has_directory(probe.bytes),
    read,
    runs: Runs::Inside,
    version: 5,
    limitations: &["memory is scanned but for files of text in it: numbers in binary form are not seen"],
};

const SYSTEM: u32 = 7;
const MODULES: u32 = 4;
const MEMORY: u32 = 5;
const MEMORY64: u32 = 9;
/// Names of modules longer than this are none.
const LONGEST_NAME: usize = 64 << 10;

/// Does a directory of not too many streams stand where the header says, with the description of the system that every
/// dump has? What only begins like a dump is none that was cut off: it is scanned like anything unknown.
fn has_directory(bytes: &[u8]) -> bool {
    const MOST_STREAMS: u32 = 4096;
    let (Some(count), Some(directory)) = (le32(bytes, 8), le32(bytes, 12)) else { return false };
    let kinds = (0..count.min(256) as usize).map(|i| le32(bytes, (directory as usize).saturating_add(12 * i)));
    count <= MOST_STREAMS && directory >= 32 && kinds.take_while(Option::is_some).flatten().any(|kind| kind == SYSTEM)
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let len = bytes.len() as u64;
    let cut = || Failure::truncated(len, "the directory of streams is cut off");
    let count = le32(bytes, 8).ok_or_else(cut)? as usize;
    let directory = le32(bytes, 12).ok_or_else(cut)? as usize;
    let (mut modules, mut seen, mut regions, mut is_whole) = (0, Vec::new(), Regions::default(), true);
    for i in 0..count {
        let at = directory.saturating_add(12 * i);
        let (kind, size, start) = (le32(bytes, at), le32(bytes, at.saturating_add(4)), le32(bytes, at.saturating_add(8)));
        let (Some(kind), Some(size), Some(start)) = (kind, size, start) else { return Err(cut()) };
        let stream = start as usize..(start as usize).saturating_add(size as usize);
        if stream.end > bytes.len() && kind != MEMORY64 {
            return Err(Failure::truncated(len, format!("the stream {kind} is cut off")));
        }
        // Each of these lists stands once, and there are no others.
        if !matches!(kind, MODULES | MEMORY | MEMORY64) || seen.contains(&kind) {
            continue;
        }
        seen.push(kind);
        match kind {
            MODULES => modules += module_names(bytes, stream, sink),
            MEMORY => memory(bytes, stream, &mut regions),
            _ => is_whole = memory64(bytes, stream, &mut regions),
        }
    }
    regions.tell(modules, len, sink);
    match is_whole {
        true => Ok(()),
        false => Err(Failure::truncated(len, "the list of stretches of memory is cut off")),
    }
}

fn module_names(bytes: &[u8], stream: Range<usize>, sink: &mut Sink<'_>) -> u64 {
    let count = le32(bytes, stream.start).unwrap_or(0) as usize;
    let entries = (stream.start + 4..stream.end).step_by(108).take(count);
    let mut found = 0;
    for at in entries {
        let Some(start) = le32(bytes, at + 20).map(|start| start as usize) else { break };
        let length = le32(bytes, start).unwrap_or(0) as usize;
        if let Some(raw) = bytes.get(start.saturating_add(4)..).and_then(|b| b.get(..length)).filter(|raw| raw.len() <= LONGEST_NAME) {
            let units: Vec<u16> = raw.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
            name(&String::from_utf16_lossy(&units), start as u64 + 4, sink);
            found += 1;
        }
    }
    found
}

fn memory(bytes: &[u8], stream: Range<usize>, regions: &mut Regions) {
    let count = le32(bytes, stream.start).unwrap_or(0) as usize;
    for at in (stream.start + 4..stream.end).step_by(16).take(count) {
        if let (Some(size), Some(start)) = (le32(bytes, at + 8), le32(bytes, at + 12)) {
            regions.take(u64::from(start)..u64::from(start) + u64::from(size), bytes.len() as u64);
        }
    }
}

/// Regions one behind the other, from one place on; false where the list ends before it does.
fn memory64(bytes: &[u8], stream: Range<usize>, regions: &mut Regions) -> bool {
    let (Some(count), Some(mut place)) = (le64(bytes, stream.start), le64(bytes, stream.start.saturating_add(8))) else { return false };
    for at in (0..count).map(|i| i.saturating_mul(16).saturating_add(stream.start as u64 + 16)) {
        let Some(size) = usize::try_from(at).ok().and_then(|at| le64(bytes, at.saturating_add(8))) else { return false };
        let end = place.saturating_add(size);
        regions.take(place..end, bytes.len() as u64);
        place = end;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;
    use crate::model::Cause;

    fn dump() -> Vec<u8> {
        let mut out = b"MDMP\x93\xA7\0\0".to_vec();
        out.extend([2u32, 32, 0, 0, 0, 0].iter().flat_map(|n| n.to_le_bytes()));
        // Two streams: modules at 64, memory at 192.
        out.extend([4u32, 112, 64, 9, 32, 192].iter().flat_map(|n| n.to_le_bytes()));
        out.resize(64, 0);
        out.extend(1u32.to_le_bytes());
        out.resize(64 + 4 + 20, 0);
        out.extend(300u32.to_le_bytes());
        out.resize(192, 0);
        out.extend([1u64, 400, 0x7FF0, 100].iter().flat_map(|n| n.to_le_bytes()));
        out.resize(300, 0);
        let path: Vec<u8> = "C:\\bank\\wire.dll".encode_utf16().flat_map(u16::to_le_bytes).collect();
        out.extend((path.len() as u32).to_le_bytes());
        out.extend(path);
        out.resize(500, 0);
        out
    }

    #[test]
    fn what_only_begins_like_a_dump_is_none() {
        let known = |count: u32| {
            let mut out = [&b"MDMP\x93\xA7\0\0"[..], &count.to_le_bytes(), &32u32.to_le_bytes()].concat();
            out.resize(32, 0);
            out.extend([7u32, 56, 44].iter().flat_map(|n| n.to_le_bytes()));
            has_directory(&out)
        };
        assert!(known(1) && known(40) && !known(0) && !known(131_330));
    }

    #[test]
    fn modules_are_named_and_missing_memory_is_a_gap() {
        let whole = dump();
        read_with(read, &whole, |sink, out| {
            assert!(out.text().contains("C:\\bank\\wire.dll"));
            assert_eq!((sink.gaps.len(), &sink.facts.notes[0][..]), (0, "1 modules or mapped files, 1 regions of memory with 100 bytes"));
        });
        read_with(read, &whole[..460], |sink, _| assert_eq!(sink.gaps[0].cause, Cause::Truncated));
        for cut in 8..whole.len() {
            read_with(read, &whole[..cut], |_, _| ());
        }
    }
}
