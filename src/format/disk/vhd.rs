//! VHD of Virtual PC and Hyper-V (Virtual Hard Disk Image Format Specification 1.0), dynamic and differencing. A
//! fixed one is a raw image with a footer, and is read as such.

use super::blocks::{Blocks, Source};
use super::files::Numbers;
use crate::format::{Failure, Format, Runs, Sink};
use crate::model::{Cause, Class};

/// A dynamic disk.
pub static VHD: Format = Format {
    name: "vhd",
    media_type: "application/x-vhd",
    recognise: |probe| probe.head.starts_with(b"conectix"),
    read,
    runs: Runs::Inside,
    version: 2,
    limitations: &["of a differencing disk only its own blocks are read"],
};

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let n = Numbers(bytes);
    let (size, kind, header) = (n.be(48, 8), n.be(60, 4), n.be(16, 8));
    if n.get(header, 8) != Some(b"cxsparse") {
        sink.gap(0..0, Cause::Corrupt, "no header of a dynamic disk");
        return Err(Failure::corrupt(header.min(bytes.len() as u64), "no header of a dynamic disk"));
    }
    let (table, count, block) = (n.be(header + 16, 8), n.be(header + 28, 4), n.be(header + 32, 4));
    if !block.is_power_of_two() || !(512..=1 << 30).contains(&block) || n.get(table, 4 * count).is_none() {
        sink.gap(0..0, Cause::Corrupt, "the table of blocks makes no sense");
        return Err(Failure::corrupt(table.min(bytes.len() as u64), "the table of blocks makes no sense"));
    }
    sink.cover(0..512, Class::Structure);
    sink.cover(table..table + 4 * count, Class::Structure);
    // Before its data each block has a bit per sector.
    let bitmap = (block / 512).div_ceil(8).next_multiple_of(512);
    let mut blocks = Blocks::default();
    for i in 0..count {
        let source = match n.be(table + 4 * i, 4) {
            0xFFFF_FFFF => Source::Hole,
            sector => Source::Stored(sector * 512 + bitmap),
        };
        blocks.push(source, block);
    }
    let held = blocks.size();
    blocks.member(bytes, size, sink);
    if held < size {
        sink.gap(0..0, Cause::Corrupt, format!("the table of blocks ends {} bytes before the disk does", size - held));
    }
    if kind == 4 {
        sink.gap(0..0, Cause::NotRecovered, "a differencing disk: its parent is another file");
    }
    Ok(())
}
