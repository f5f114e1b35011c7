//! EWF, the images of EnCase and FTK (Expert Witness Compression Format, version 1): sections with the chunks of a
//! disk, most of them compressed.

use super::blocks::{Blocks, Method, Source};
use super::files::Numbers;
use crate::format::{At, Failure, Format, PassageKind, Runs, Sink};
use crate::model::{Cause, Class};
use flate2::bufread::ZlibDecoder;
use std::io::Read;

/// An image, or one file of a set.
pub static EWF: Format = Format {
    name: "ewf",
    media_type: "application/x-ewf",
    recognise: |probe| probe.head.starts_with(b"EVF\x09\r\n\xFF\0\x01"),
    read,
    runs: Runs::Inside,
    version: 2,
    limitations: &[
        "an image in several files is read file by file, and a gap",
        "logical evidence files and version 2 are scanned, and a gap",
    ],
};

/// A section's head.
const HEAD: u64 = 76;
/// Most bytes of the words about the case.
const WORDS: u64 = 1 << 20;

/// What is known of the disk while sections are read.
struct Disk {
    chunk: u64,
    sectors: u64,
    sector: u64,
    /// Where the chunks of the table that follows end.
    chunks_end: u64,
    blocks: Blocks,
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let n = Numbers(bytes);
    let len = bytes.len() as u64;
    let number = n.u16(9);
    let mut disk = Disk { chunk: 32 << 10, sectors: 0, sector: 512, chunks_end: 0, blocks: Blocks::default() };
    let (mut at, mut is_last, mut ended) = (13, false, false);
    sink.cover(0..13, Class::Structure);
    while let Some(head) = n.get(at, HEAD) {
        let kind = &head[..head.iter().take(16).position(|&b| b == 0).unwrap_or(16)];
        let (next, size) = (n.u64(at + 16), n.u64(at + 24));
        let body = at + HEAD..at.saturating_add(size.max(HEAD)).min(len);
        sink.cover(at..at + HEAD, Class::Structure);
        match kind {
            b"header" | b"header2" | b"xheader" => words(bytes, body, sink),
            b"volume" | b"disk" | b"data" => {
                let (per_chunk, sector, sectors) = (n.u32(body.start + 8), n.u32(body.start + 12), n.u64(body.start + 16));
                if per_chunk.is_power_of_two() && sector.is_power_of_two() && per_chunk.saturating_mul(sector) <= 32 << 20 {
                    (disk.chunk, disk.sector, disk.sectors) = (per_chunk * sector, sector, sectors);
                }
            }
            b"sectors" => disk.chunks_end = body.end,
            b"table" => table(n, &body, &mut disk, sink),
            b"ltree" | b"ltypes" => {
                sink.gap(body.clone(), Cause::UnsupportedFormat, "a logical evidence file: its list of files is not read");
            }
            b"done" => (is_last, ended) = (true, true),
            b"next" => ended = true,
            _ => {}
        }
        if ended || next <= at {
            break;
        }
        at = next;
    }
    if !ended {
        sink.gap(len..len, Cause::Truncated, "the image is cut off");
    }
    let stated = disk.sectors.saturating_mul(disk.sector);
    let held = disk.blocks.size();
    // The last chunk is filled up.
    let size = if is_last && stated > 0 && held >= stated { stated } else { held };
    disk.blocks.member(bytes, size, sink);
    if number > 1 || !is_last {
        sink.gap(len..len, Cause::NotRecovered, format!("file {number} of an image in several files: the disk goes on in another"));
    } else if stated == 0 {
        sink.gap(len..len, Cause::Corrupt, "the image does not say how large its disk is");
    } else if held < stated {
        sink.gap(len..len, Cause::Truncated, format!("{} bytes of the disk are missing", stated - held));
    }
    Ok(())
}

/// The words that examiners write about a case.
fn words(bytes: &[u8], body: std::ops::Range<u64>, sink: &mut Sink<'_>) {
    let packed = &bytes[body.start as usize..body.end as usize];
    let mut out = Vec::new();
    if ZlibDecoder::new(packed).take(WORDS).read_to_end(&mut out).is_err() {
        // What was not decoded is left to the scan.
        return;
    }
    let text = match out.strip_prefix(b"\xFF\xFE") {
        Some(wide) => encoding_rs::UTF_16LE.decode_without_bom_handling(wide).0.into_owned(),
        None => String::from_utf8_lossy(&out).into_owned(),
    };
    sink.kind(PassageKind::Prose);
    sink.text(&text, At::Decoded(body.start));
    sink.border();
    sink.cover(body, Class::Read);
}

/// The places of chunks: each ends where the next begins, the last with its section.
fn table(n: Numbers<'_>, body: &std::ops::Range<u64>, disk: &mut Disk, sink: &mut Sink<'_>) {
    let (count, base) = (n.u32(body.start), n.u64(body.start + 8));
    let first = body.start + 24;
    if n.get(first, 4 * count).is_none() {
        return sink.gap(body.start..body.start, Cause::Truncated, "a table of chunks is cut off");
    }
    let end = if disk.chunks_end > base { disk.chunks_end } else { body.start - HEAD };
    let place = |i: u64| base.saturating_add(n.u32(first + 4 * i) & 0x7FFF_FFFF);
    for i in 0..count {
        let start = place(i);
        let end = if i + 1 < count { place(i + 1) } else { end };
        let source = match n.u32(first + 4 * i) >> 31 {
            1 => Source::Packed(Method::Zlib, start..end.max(start)),
            _ => Source::Stored(start),
        };
        disk.blocks.push(source, disk.chunk);
    }
    sink.cover(first..first + 4 * count, Class::Structure);
}
