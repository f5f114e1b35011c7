//! VMDK of VMware (Virtual Disk Format 5.0): sparse extents, growing ones and those for streams. Flat extents are
//! raw images.

use super::blocks::{Blocks, Method, Source};
use super::files::Numbers;
use crate::format::{At, Failure, Format, PassageKind, Runs, Sink};
use crate::model::{Cause, Class};
use std::collections::HashSet;

/// A sparse extent.
pub static VMDK: Format = Format {
    name: "vmdk",
    media_type: "application/x-vmdk",
    recognise: |probe| probe.head.starts_with(b"KDMV") && matches!(probe.head.get(4), Some(1..=3)),
    read,
    runs: Runs::Inside,
    version: 1,
    limitations: &["of a disk with a parent only its own grains are read", "a disk of several extents is read extent by extent, and a gap"],
};

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let n = Numbers(bytes);
    let len = bytes.len() as u64;
    // Of a stream the directory's place stands in a footer.
    let header = match n.u64(56) {
        u64::MAX => len.saturating_sub(1024),
        _ => 0,
    };
    let (flags, capacity, grain) = (n.u32(8), n.u64(12), n.u64(20));
    let (per_table, directory) = (n.u32(44), n.u64(header + 56));
    if n.get(header, 4) != Some(b"KDMV") || !grain.is_power_of_two() || grain > 1 << 16 || !(1..=1 << 16).contains(&per_table) {
        let cause = if header > 0 { Cause::Truncated } else { Cause::Corrupt };
        sink.gap(0..0, cause, "no sound header or footer");
        return Err(Failure::corrupt(header, "no sound header or footer"));
    }
    sink.cover(0..512, Class::Structure);
    let (at, length) = (n.u64(28).saturating_mul(512), n.u64(36).saturating_mul(512));
    let descriptor = n.get(at, length).filter(|_| at > 0).unwrap_or_default();
    let text = &descriptor[..descriptor.iter().position(|&b| b == 0).unwrap_or(descriptor.len())];
    let text = String::from_utf8_lossy(text).into_owned();
    if !text.is_empty() {
        sink.kind(PassageKind::Prose);
        sink.text(&text, At::Decoded(at));
        sink.cover(at..at + length, Class::Read);
    }
    let is_packed = flags & 1 << 16 != 0;
    let mut blocks = Blocks::default();
    let mut missing = 0u64;
    let (size, mut seen) = (capacity.saturating_mul(512), HashSet::new());
    for i in 0..capacity.div_ceil(grain).div_ceil(per_table) {
        let entry = directory.saturating_mul(512).saturating_add(4 * i);
        if n.get(entry, 4).is_none() {
            missing += 1;
            break;
        }
        let table = n.u32(entry) * 512;
        if table == 0 || n.get(table, 4 * per_table).is_none() || !seen.insert(table) {
            missing += u64::from(table != 0);
            blocks.push(Source::Hole, (grain * 512 * per_table).min(size.saturating_sub(blocks.size())));
            continue;
        }
        for j in 0..per_table {
            let place = n.u32(table + 4 * j) * 512;
            let source = match place {
                // 1 is a grain of zeros.
                0 | 512 => Source::Hole,
                _ if is_packed => Source::Packed(Method::Zlib, place + 12..place + 12 + n.u32(place + 8)),
                _ => Source::Stored(place),
            };
            // The last grain of a disk may be cut.
            match (grain * 512).min(size.saturating_sub(blocks.size())) {
                0 => break,
                length => blocks.push(source, length),
            }
        }
    }
    blocks.member(bytes, size, sink);
    if missing > 0 {
        sink.gap(len..len, Cause::Truncated, format!("{missing} tables of grains lie behind the end of the image, or are another's"));
    }
    let parent = text.lines().any(|line| line.trim().to_ascii_lowercase().starts_with("parentfilenamehint"));
    if parent {
        sink.gap(0..0, Cause::NotRecovered, "a disk with a parent, which is another file");
    }
    let extents = text.lines().filter(|line| ["RW ", "RDONLY ", "NOACCESS "].iter().any(|access| line.starts_with(access))).count();
    if extents != 1 {
        sink.gap(0..0, Cause::NotRecovered, "one of several extents of a disk, which lie in other files");
    }
    Ok(())
}
