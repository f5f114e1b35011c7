//! qcow2 and qcow of QEMU (docs/interop/qcow2.txt): clusters by two levels of tables.

use super::blocks::{Blocks, Method, Source};
use super::files::Numbers;
use crate::format::{Failure, Format, Runs, Sink};
use crate::model::{Cause, Class};
use std::collections::HashSet;

/// A disk of QEMU.
pub static QCOW2: Format = Format {
    name: "qcow2",
    media_type: "application/x-qemu-disk",
    recognise: |probe| probe.head.starts_with(b"QFI\xFB\0\0\0") && matches!(probe.head.get(7), Some(1..=3)),
    read,
    runs: Runs::Inside,
    version: 2,
    limitations: &[
        "of a disk with a backing file only its own clusters are read",
        "snapshots are scanned where they differ from the disk",
        "encrypted disks, and those with their data in another file, are gaps",
    ],
};

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let n = Numbers(bytes);
    let len = bytes.len() as u64;
    let version = n.be(4, 4);
    let size = n.be(24, 8);
    let (bits, second_bits, encryption, first, first_count) = match version {
        1 => {
            let (bits, second) = (n.u8(32), n.u8(33));
            let span = 1u64.checked_shl((bits + second) as u32).unwrap_or(0).max(1);
            (bits, second, n.be(36, 4), n.be(40, 8), size.div_ceil(span))
        }
        _ => {
            let bits = n.be(20, 4);
            (bits, bits.saturating_sub(3), n.be(32, 4), n.be(40, 8), n.be(36, 4))
        }
    };
    let features = if version == 3 { n.be(72, 8) } else { 0 };
    let table_bytes = first_count.saturating_mul(8);
    if !(9..=21).contains(&bits) || second_bits > 24 || n.get(first, table_bytes).is_none() {
        sink.gap(0..0, Cause::Corrupt, "no sound header");
        return Err(Failure::corrupt(0, "no sound header"));
    }
    if encryption != 0 {
        sink.gap(0..len, Cause::Encrypted, "an encrypted disk of QEMU: its key is needed");
        return Ok(());
    }
    // Bits 0, 1 and 3: in use, damaged, another compression. Bit 2: data in another file; bit 4: subclusters.
    if features & !0b1011 != 0 {
        let detail = "a disk with subclusters, with its data in another file, or with what is not known; it is scanned";
        sink.gap(len..len, Cause::UnsupportedMethod, detail);
        return Ok(());
    }
    let method = if features & 8 != 0 && n.u8(104) == 1 { Method::Zstd } else { Method::Deflate };
    let cluster = 1u64 << bits;
    let per_table = 1u64 << second_bits;
    sink.cover(0..104.min(len), Class::Structure);
    sink.cover(first..first + table_bytes, Class::Structure);
    let (mut blocks, mut missing, mut seen) = (Blocks::default(), 0u64, HashSet::new());
    let mask = if version == 1 { u64::MAX >> 1 } else { 0x00FF_FFFF_FFFF_FE00 };
    for i in 0..first_count {
        let table = n.be(first + 8 * i, 8) & mask;
        if blocks.size() >= size {
            break;
        }
        if table == 0 || n.get(table, 8 * per_table).is_none() || !seen.insert(table) {
            missing += u64::from(table != 0);
            blocks.push(Source::Hole, cluster.saturating_mul(per_table));
            continue;
        }
        sink.cover(table..table + 8 * per_table, Class::Structure);
        for j in 0..per_table {
            let entry = n.be(table + 8 * j, 8);
            let packed = if version == 1 { entry >> 63 != 0 } else { entry & 1 << 62 != 0 };
            let source = if packed && version == 1 {
                let shift = 63 - bits;
                let (place, length) = (entry & ((1 << shift) - 1), entry >> shift & (cluster - 1));
                Source::Packed(Method::Deflate, place..place + length)
            } else if packed {
                let shift = 62 - (bits - 8);
                let place = entry & ((1 << shift) - 1);
                let sectors = entry >> shift & ((1 << (62 - shift)) - 1);
                Source::Packed(method, place..place + (sectors + 1) * 512 - (place & 511))
            } else if entry & mask == 0 || version == 3 && entry & 1 != 0 {
                Source::Hole
            } else {
                Source::Stored(entry & mask)
            };
            blocks.push(source, cluster);
            if blocks.size() >= size {
                break;
            }
        }
    }
    let held = blocks.size();
    blocks.member(bytes, size, sink);
    if held < size {
        sink.gap(len..len, Cause::Corrupt, format!("the tables end {} bytes before the disk does", size - held));
    }
    if missing > 0 {
        sink.gap(len..len, Cause::Truncated, format!("{missing} tables of clusters lie behind the end of the image, or are another's"));
    }
    if n.be(8, 8) != 0 {
        sink.gap(0..0, Cause::NotRecovered, "a disk with a backing file, which is another file");
    }
    Ok(())
}
