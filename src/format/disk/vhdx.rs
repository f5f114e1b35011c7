//! VHDX of Hyper-V ([MS-VHDX]).

use super::blocks::{Blocks, Source};
use super::files::Numbers;
use crate::format::{Failure, Format, Runs, Sink};
use crate::model::{Cause, Class};

/// A VHDX disk.
pub static VHDX: Format = Format {
    name: "vhdx",
    media_type: "application/x-vhdx",
    recognise: |probe| probe.head.starts_with(b"vhdxfile"),
    read,
    runs: Runs::Inside,
    version: 1,
    limitations: &["of a differencing disk only its own blocks are read", "a log that was not replayed is a gap"],
};

/// GUIDs as they are stored: of the regions, and of the items of metadata.
const TABLE: [u8; 16] = [0x66, 0x77, 0xC2, 0x2D, 0x23, 0xF6, 0x00, 0x42, 0x9D, 0x64, 0x11, 0x5E, 0x9B, 0xFD, 0x4A, 0x08];
const METADATA: [u8; 16] = [0x06, 0xA2, 0x7C, 0x8B, 0x90, 0x47, 0x9A, 0x4B, 0xB8, 0xFE, 0x57, 0x5F, 0x05, 0x0F, 0x88, 0x6E];
const PARAMETERS: [u8; 16] = [0x37, 0x67, 0xA1, 0xCA, 0x36, 0xFA, 0x43, 0x4D, 0xB3, 0xB6, 0x33, 0xF0, 0xAA, 0x44, 0xE7, 0x6B];
const SIZE: [u8; 16] = [0x24, 0x42, 0xA5, 0x2F, 0x1B, 0xCD, 0x76, 0x48, 0xB2, 0x11, 0x5D, 0xBE, 0xD8, 0x3B, 0xF4, 0xB8];
const SECTOR: [u8; 16] = [0x1D, 0xBF, 0x41, 0x81, 0x6F, 0xA9, 0x09, 0x47, 0xBA, 0x47, 0xF2, 0x33, 0xA8, 0xFA, 0xAB, 0x5F];

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let n = Numbers(bytes);
    let broken = |sink: &mut Sink<'_>, what: &str| {
        sink.gap(0..0, Cause::Corrupt, what.to_owned());
        Err(Failure::corrupt(0, what.to_owned()))
    };
    let regions = [192 << 10, 256 << 10].into_iter().find(|&at| n.get(at, 4) == Some(b"regi"));
    let Some(regions) = regions else { return broken(sink, "no table of regions") };
    let region = |guid: &[u8; 16]| {
        let entries = (0..n.u32(regions + 8).min(2047)).map(|i| regions + 16 + 32 * i);
        entries.into_iter().find(|&at| n.get(at, 16) == Some(guid)).map(|at| (n.u64(at + 16), n.u32(at + 24)))
    };
    let (Some((table, table_size)), Some((metadata, _))) = (region(&TABLE), region(&METADATA)) else {
        return broken(sink, "a region is missing");
    };
    let item = |guid: &[u8; 16]| {
        let entries = (0..n.u16(metadata.saturating_add(10)).min(2047)).map(|i| metadata.saturating_add(32 + 32 * i));
        entries.into_iter().find(|&at| n.get(at, 16) == Some(guid)).map(|at| metadata.saturating_add(n.u32(at + 16)))
    };
    let (Some(parameters), Some(size), Some(sector)) = (item(&PARAMETERS), item(&SIZE), item(&SECTOR)) else {
        return broken(sink, "an item of metadata is missing");
    };
    let (block, has_parent) = (n.u32(parameters), n.u32(parameters.saturating_add(4)) & 2 != 0);
    let (size, sector) = (n.u64(size), n.u32(sector));
    if !block.is_power_of_two() || !(1 << 20..=256 << 20).contains(&block) || !matches!(sector, 512 | 4096) {
        return broken(sink, "the sizes of blocks and sectors make no sense");
    }
    // After so many blocks the table has an entry for a bitmap.
    let ratio = (sector << 23) / block;
    let mut blocks = Blocks::default();
    for i in 0..size.div_ceil(block) {
        let at = i + i / ratio;
        if 8 * at >= table_size || n.get(table.saturating_add(8 * at), 8).is_none() {
            sink.gap(0..0, Cause::Truncated, "the table of blocks ends before the disk does");
            break;
        }
        let entry = n.u64(table + 8 * at);
        let source = if matches!(entry & 7, 6 | 7) { Source::Stored(entry >> 20 << 20) } else { Source::Hole };
        blocks.push(source, block);
    }
    sink.cover(table..table.saturating_add(table_size), Class::Structure);
    blocks.member(bytes, size, sink);
    if has_parent {
        sink.gap(0..0, Cause::NotRecovered, "a differencing disk: its parent is another file");
    }
    // The header with the higher number counts; a log that it names was not replayed.
    let headers = [64u64 << 10, 128 << 10].into_iter().filter(|&at| n.get(at, 4) == Some(b"head"));
    if let Some(header) = headers.max_by_key(|&at| n.u64(at + 8))
        && n.get(header + 48, 16).is_some_and(|log| log.iter().any(|&b| b != 0))
    {
        sink.gap(0..0, Cause::UnsupportedMethod, "changes in the disk's log were not replayed");
    }
    Ok(())
}
