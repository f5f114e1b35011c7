//! Compressed streams inside other bytes, found by their headers and proved before they are called
//! opaque: also the small and the highly compressed ones, which no measure of evenness shows.

use super::Opaque;
use flate2::{Crc, Decompress, FlushDecompress, Status};
use memchr::{memchr_iter, memmem};
use std::ops::Range;

/// A deflate stream that goes on for so many bytes without an error is one, though its end is not held.
const PROOF: usize = 256;
/// Not more is inflated to find where a stream ends.
const MOST_INFLATED: u64 = 64 << 20;

/// Length of the stream that begins with these bytes, if there is one.
type Proof = fn(&[u8]) -> Option<usize>;

/// Streams that begin in `part`, in order; they may end anywhere before `end`. Those inside stretches
/// that are opaque anyway are not looked for.
pub(super) fn find(bytes: &[u8], part: Range<usize>, end: usize, noise: &[Range<usize>]) -> Vec<Opaque> {
    let mut out: Vec<Opaque> = Vec::new();
    let bytes = &bytes[..end];
    let data = &bytes[part.clone()];
    let mut prove = |at: usize, what: &'static str, proof: Proof| {
        let in_noise = noise[noise.partition_point(|n| n.end <= at)..].first().is_some_and(|n| n.start + 64 < at);
        let in_stream = out.last().is_some_and(|last| last.range.contains(&at));
        if !in_noise
            && !in_stream
            && let Some(length) = proof(&bytes[at..])
        {
            out.push(Opaque { range: at..(at + length).min(end), what: Some(what) });
        }
    };
    // zlib with 32 KiB windows, all levels, and with smaller ones at the usual levels (RFC 1950, 2.2).
    for i in memchr_iter(0x78, data) {
        if matches!(bytes.get(part.start + i + 1), Some(0x01 | 0x5E | 0x9C | 0xDA)) {
            prove(part.start + i, "zlib", zlib);
        }
    }
    const MARKS: [(&[u8], &str, Proof); 11] = [
        (b"\x48\x89", "zlib", zlib),
        (b"\x58\x85", "zlib", zlib),
        (b"\x68\xDE", "zlib", zlib),
        (b"\x68\x81", "zlib", zlib),
        (b"\x1F\x8B\x08", "gzip", gzip),
        (b"PK\x03\x04", "zip", zip),
        (b"\xFD7zXZ\0", "xz", xz),
        (b"\x28\xB5\x2F\xFD", "zstd", zstd),
        (b"BZh", "bzip2", bzip2),
        (b"7z\xBC\xAF\x27\x1C", "7z", seven_zip),
        (b"Rar!\x1A\x07", "rar", |b| (b.len() > 64).then_some(64)),
    ];
    for (mark, what, proof) in MARKS {
        let upto = (part.end + mark.len() - 1).min(end);
        for i in memmem::find_iter(&bytes[part.start..upto], mark) {
            prove(part.start + i, what, proof);
        }
    }
    out
}

/// What inflating showed: how many bytes the stream takes, and the beginning of what came out.
struct Inflated {
    used: usize,
    head: Vec<u8>,
}

/// Inflates to the end or as far as it goes.
fn inflate(data: &[u8], zlib: bool) -> Option<Inflated> {
    let mut inflater = Decompress::new(zlib);
    let mut out = vec![0; 32 << 10];
    let mut seen = Inflated { used: 0, head: Vec::new() };
    loop {
        let before = (inflater.total_in(), inflater.total_out());
        let status = inflater.decompress(data.get(seen.used..)?, &mut out, FlushDecompress::None);
        let written = (inflater.total_out() - before.1) as usize;
        let read = (inflater.total_in() - before.0) as usize;
        seen.used += read;
        if seen.head.is_empty() {
            seen.head.extend_from_slice(&out[..written.min(32)]);
        }
        match status {
            Ok(Status::StreamEnd) => return Some(seen),
            Ok(_) if (written > 0 || read > 0) && inflater.total_out() < MOST_INFLATED => {}
            Ok(_) => return (seen.used >= PROOF).then_some(seen),
            // A checksum or a block deep inside that is wrong does not make it another thing.
            Err(_) => return (seen.used >= PROOF && inflater.total_out() as usize > PROOF).then_some(seen),
        }
    }
}

/// A stored deflate block shows its content: the scan reads it.
fn is_stored(data: &[u8], header: usize, head: &[u8]) -> bool {
    data.get(header + 5..).is_some_and(|raw| !head.is_empty() && raw.starts_with(head))
}

fn zlib(data: &[u8]) -> Option<usize> {
    let seen = inflate(data, true)?;
    (!is_stored(data, 2, &seen.head) && !seen.head.is_empty()).then_some(seen.used)
}

fn gzip(data: &[u8]) -> Option<usize> {
    if !crate::format::container::is_gzip_header(data) {
        return None;
    }
    let start = crate::format::container::gzip_header_length(data)?;
    let seen = inflate(data.get(start..)?, false)?;
    (!is_stored(data, start, &seen.head) && !seen.head.is_empty()).then_some((start + seen.used + 8).min(data.len()))
}

/// A local header (APPNOTE 4.3.7) whose data are not stored.
fn zip(data: &[u8]) -> Option<usize> {
    let field = |at: usize| data.get(at..at + 2).map(|b| usize::from(u16::from_le_bytes([b[0], b[1]])));
    let (flags, method) = (field(6)?, field(8)?);
    let start = 30 + field(26)? + field(28)?;
    let stated = data.get(18..22).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize)?;
    let known = matches!(method, 1..=20 | 93..=99) && matches!(field(26)?, 1..=4096);
    match method {
        _ if flags & 1 != 0 && (known || method == 0) => Some(start + stated),
        8 => inflate(data.get(start..)?, false).filter(|seen| !is_stored(data, start, &seen.head)).map(|seen| start + seen.used),
        _ if known && stated > 0 => Some(start + stated),
        _ => None,
    }
}

/// Stream header with its CRC-32, to the footer that repeats the flags (xz file format 1.2, section 2.1).
fn xz(data: &[u8]) -> Option<usize> {
    let (flags, crc) = (data.get(6..8)?, data.get(8..12)?);
    let mut sum = Crc::new();
    sum.update(flags);
    if sum.sum().to_le_bytes() != crc {
        return None;
    }
    let footer = [flags, b"YZ"].concat();
    let near = &data[..data.len().min(64 << 20)];
    Some(memmem::find(&near[12..], &footer).map_or_else(|| near.len().min(1024), |at| 12 + at + 4))
}

/// A frame that decodes (RFC 8878).
fn zstd(data: &[u8]) -> Option<usize> {
    let mut decoder = ::zstd::stream::read::Decoder::with_buffer(data).ok()?.single_frame();
    decoder.window_log_max(27).ok()?;
    let mut out = vec![0; 32 << 10];
    let mut total = 0;
    while total < MOST_INFLATED {
        match std::io::Read::read(&mut decoder, &mut out) {
            Ok(n) if n > 0 => total += n as u64,
            _ => break,
        }
    }
    let used = data.len() - decoder.get_ref().len();
    (total > 0).then_some(used)
}

/// Stream and block magic.
fn bzip2(data: &[u8]) -> Option<usize> {
    (matches!(data.get(3), Some(b'1'..=b'9')) && data.get(4..)?.starts_with(b"1AY&SY")).then(|| {
        // The block's end is not aligned to bytes; what follows is found by its evenness.
        data.len().min(64)
    })
}

/// Start header with its CRC-32, to the end of the archive's header (7zFormat.txt, "SignatureHeader").
fn seven_zip(data: &[u8]) -> Option<usize> {
    let header = data.get(12..32)?;
    let mut sum = Crc::new();
    sum.update(header);
    if sum.sum().to_le_bytes() != data.get(8..12)? {
        return None;
    }
    let number = |at: usize| header.get(at..at + 8).and_then(|b| b.try_into().ok()).map(u64::from_le_bytes);
    let length = 32u64.checked_add(number(0)?)?.checked_add(number(8)?)?;
    Some(usize::try_from(length).unwrap_or(usize::MAX).min(data.len()))
}
