//! Compressed streams inside other bytes, found by their headers and proved before they are called
//! opaque: also the small and the highly compressed ones, which no measure of evenness shows.

use super::Opaque;
use crate::format::numbers::is_zero;
use aho_corasick::packed;
use flate2::{Crc, Decompress, FlushDecompress, Status};
use memchr::memmem;
use std::cell::RefCell;
use std::ops::Range;
use std::sync::LazyLock;

/// A deflate stream that goes on for so many bytes without an error is one, though its end is not held.
const PROOF: usize = 1024;
/// Not more is inflated to find where a stream ends.
const MOST_INFLATED: u64 = 64 << 20;

/// Length of the stream that begins with these bytes, if there is one.
type Proof = fn(&[u8]) -> Option<usize>;

/// Bytes that are looked through for one mark after the other; they stay in the processor's cache.
const CHUNK: usize = 32 << 10;
/// So far into a stretch that is opaque anyway streams are looked for: one that begins there gives it a name.
const INTO_NOISE: usize = 64;

/// How streams begin, in the order in which they are proved: zlib with 32 KiB windows at all levels (RFC 1950, 2.2),
/// then with smaller ones at the usual levels, then the others. No mark begins with another one.
const MARKS: [(&[u8], &str, Proof); 15] = [
    (b"\x78\x01", "zlib", zlib),
    (b"\x78\x5E", "zlib", zlib),
    (b"\x78\x9C", "zlib", zlib),
    (b"\x78\xDA", "zlib", zlib),
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
    (b"Rar!\x1A\x07", "rar", |b| (b.len() > 20).then_some(b.len())),
];
/// So many of the first ones are proved together, in the order of their places.
const TOGETHER: usize = 4;
/// A mark that is an instruction of programs as well, and as frequent as such: it is looked for by itself.
const FREQUENT: usize = 4;
/// Length of the longest mark.
const LONGEST_MARK: usize = 6;

/// Looks for marks.
struct Marks {
    /// All but the frequent one at once, where the processor can do that.
    packed: Option<packed::Searcher>,
    /// One by one.
    each: [memmem::Finder<'static>; MARKS.len()],
}

static FINDER: LazyLock<Marks> = LazyLock::new(|| {
    let others = MARKS.iter().enumerate().filter(|(i, _)| *i != FREQUENT).map(|(_, (mark, ..))| mark);
    let packed = packed::Config::new().builder().extend(others).build();
    Marks { packed, each: MARKS.map(|(mark, ..)| memmem::Finder::new(mark)) }
});

impl Marks {
    /// Where marks begin in `chunk`, in the order in which they are proved: which one, and its place. A mark may end
    /// behind the chunk, but not behind the bytes.
    fn find(&self, bytes: &[u8], chunk: Range<usize>, found: &mut Vec<(usize, usize)>) {
        found.clear();
        let mut each = |mark: usize| {
            let finder = &self.each[mark];
            let end = (chunk.end + finder.needle().len() - 1).min(bytes.len());
            found.extend(finder.find_iter(&bytes[chunk.start..end]).map(|at| (mark, chunk.start + at)));
        };
        match &self.packed {
            None => (0..MARKS.len()).for_each(each),
            Some(packed) => {
                each(FREQUENT);
                let end = (chunk.end + LONGEST_MARK - 1).min(bytes.len());
                let mut from = chunk.start;
                // A mark may begin inside of another one.
                while let Some(hit) = packed.find_in(bytes, (from..end).into()).filter(|hit| hit.start() < chunk.end) {
                    let place = hit.pattern().as_usize();
                    found.push((place + usize::from(place >= FREQUENT), hit.start()));
                    from = hit.start() + 1;
                }
            }
        }
        found.sort_unstable_by_key(|&(mark, at)| (if mark < TOGETHER { 0 } else { mark }, at));
    }
}

/// The kind of a stream that has this name.
pub(super) fn named(name: &str) -> Option<&'static str> {
    MARKS.iter().map(|(_, what, _)| *what).find(|what| *what == name)
}

/// Streams that begin in `part`; they may end anywhere before `end`. Those inside stretches that are opaque anyway are
/// not looked for.
pub(super) fn find(bytes: &[u8], part: Range<usize>, end: usize, noise: &[Range<usize>]) -> Vec<Opaque> {
    let mut out: Vec<Opaque> = Vec::new();
    let bytes = &bytes[..end];
    let mut found = Vec::new();
    let mut prove = |at: usize, (_, what, proof): (&[u8], &'static str, Proof)| {
        let in_stream = out.last().is_some_and(|last| last.range.contains(&at));
        if !in_stream && let Some(length) = proof(&bytes[at..]) {
            out.push(Opaque { range: at..(at + length).min(end), what: Some(what) });
        }
    };
    let mut at = part.start;
    for opaque in noise.iter().chain([&(part.end..part.end)]) {
        let upto = (opaque.start + INTO_NOISE + 1).min(opaque.end).min(part.end);
        for start in (at..upto).step_by(CHUNK) {
            let chunk = start..(start + CHUNK).min(upto);
            // No mark begins with a zero.
            if is_zero(&bytes[chunk.clone()]) {
                continue;
            }
            FINDER.find(bytes, chunk, &mut found);
            found.iter().for_each(|&(mark, at)| prove(at, MARKS[mark]));
        }
        at = at.max(opaque.end);
    }
    out
}

/// What inflating showed: how many bytes the stream takes, and the beginning of what came out.
struct Inflated {
    used: usize,
    head: Vec<u8>,
}

/// Inflates to the end or as far as it goes. `header` bytes of a zlib header come first, or none.
fn inflate(data: &[u8], header: usize) -> Option<Inflated> {
    if !may_be_deflated(data.get(header..)?) {
        return None;
    }
    INFLATER.with_borrow_mut(|(inflater, out)| {
        inflater.reset(header > 0);
        inflate_with(inflater, out, data)
    })
}

thread_local! {
    /// Decoder and room for what comes out. In programs every few hundred bytes look like the beginning of a stream:
    /// to make a new one each time would be most of the work.
    static INFLATER: RefCell<(Decompress, Vec<u8>)> = RefCell::new((Decompress::new(true), vec![0; 16 << 10]));
}

fn inflate_with(inflater: &mut Decompress, out: &mut [u8], data: &[u8]) -> Option<Inflated> {
    let mut seen = Inflated { used: 0, head: Vec::new() };
    loop {
        let before = (inflater.total_in(), inflater.total_out());
        let status = inflater.decompress(data.get(seen.used..)?, out, FlushDecompress::None);
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
            // A block deep inside that is broken, or a checksum, does not make it another thing.
            Err(_) => return (seen.used >= 4 * PROOF).then_some(seen),
        }
    }
}

/// Could a deflate stream begin here? Looks at the header of its first block (RFC 1951, section 3.2.3):
/// code counts in range, and a complete code for the code lengths, which chance rarely makes.
fn may_be_deflated(data: &[u8]) -> bool {
    let mut head = [0; 16];
    let length = data.len().min(16);
    head[..length].copy_from_slice(&data[..length]);
    let bits = u128::from_le_bytes(head);
    match bits >> 1 & 3 {
        0 => head[1] == !head[3] && head[2] == !head[4],
        1 => true,
        2 => {
            let (literals, distances, codes) = (bits >> 3 & 31, bits >> 8 & 31, (bits >> 13 & 15) as u32 + 4);
            let lengths = (0..codes).map(|i| (bits >> (17 + 3 * i) & 7) as u32);
            literals <= 29 && distances <= 29 && lengths.filter(|&n| n > 0).map(|n| 128 >> n).sum::<u32>() == 128
        }
        _ => false,
    }
}

/// A stored deflate block shows its content: the scan reads it.
fn is_stored(data: &[u8], header: usize, head: &[u8]) -> bool {
    data.get(header + 5..).is_some_and(|raw| !head.is_empty() && raw.starts_with(head))
}

fn zlib(data: &[u8]) -> Option<usize> {
    let seen = inflate(data, 2)?;
    (!is_stored(data, 2, &seen.head) && !seen.head.is_empty()).then_some(seen.used)
}

fn gzip(data: &[u8]) -> Option<usize> {
    if !crate::format::container::is_gzip_header(data) {
        return None;
    }
    let start = crate::format::container::gzip_header_length(data)?;
    let seen = inflate(data.get(start..)?, 0)?;
    (!is_stored(data, start, &seen.head) && !seen.head.is_empty()).then_some((start + seen.used + 8).min(data.len()))
}

/// A local header (APPNOTE 4.3.7) whose data are not stored in the clear.
fn zip(data: &[u8]) -> Option<usize> {
    let local = crate::format::container::zip_local(data)?;
    let end = local.compressed.map(|n| local.start.saturating_add(n).min(data.len()));
    match local.method {
        _ if local.is_encrypted => end,
        0 => None,
        8 => inflate(data.get(local.start..)?, 0)
            .filter(|seen| !is_stored(data, local.start, &seen.head))
            .map(|seen| local.start + seen.used),
        _ => end,
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
    // Further on the footer is not looked for: headers without end would make the search quadratic.
    let near = &data[..data.len().min(1 << 20)];
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
    let is_magic = matches!(data.get(3), Some(b'1'..=b'9')) && data.get(4..)?.starts_with(b"1AY&SY");
    let is_text = data.get(10..26)?.iter().all(|b| b.is_ascii_graphic() || b.is_ascii_whitespace());
    (is_magic && !is_text).then(|| {
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
