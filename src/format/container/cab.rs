//! Cabinets (MS-CAB): folders, each one stream in blocks of 32 KiB, and the files that lie in them one behind the
//! other. Stored, MSZIP and LZX.

use super::{le16, le32, span};
use crate::format::{Failure, Format, Probe, Runs, Sink};
use crate::model::{Cause, Class};
use flate2::{Decompress, FlushDecompress, Status};
use lzxd::{Lzxd, WindowSize};
use std::io::{Error, ErrorKind, Read};
use std::ops::Range;

/// A cabinet.
pub static CAB: Format = Format {
    name: "cab",
    media_type: "application/vnd.ms-cab-compressed",
    recognise: |probe: &Probe<'_>| probe.head.starts_with(b"MSCF\0\0\0\0") && matches!(probe.head.get(25), Some(1)),
    read,
    runs: Runs::Inside,
    version: 2,
    limitations: &[
        "folders compressed by the Quantum method are gaps",
        "of a set of cabinets only the one at hand is read: what begins or ends in another one is a gap",
        "checksums are not compared",
    ],
};

/// What one block holds when it is decoded.
const BLOCK: usize = 32 << 10;
/// How often a folder is decoded anew for files that share its bytes.
const RESTARTS: u32 = 16;

/// A folder: its blocks, and how they are compressed.
struct Folder {
    data: usize,
    blocks: u16,
    method: u16,
}

/// A file: where it lies in its folder.
struct File<'a> {
    name: &'a [u8],
    folder: u16,
    start: u64,
    size: u64,
}

/// What the header says.
struct Header<'a> {
    folders: Vec<Folder>,
    files: Vec<File<'a>>,
    /// Bytes that are kept for the application in each block's header.
    reserve: usize,
    /// Where folders and files were described.
    described: Vec<Range<usize>>,
    /// Not all files are described.
    is_cut: bool,
}

impl<'a> Header<'a> {
    /// Reads the header (section 2.1), the folders (2.2) and the files (2.3).
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (folder_count, file_count, flags) = (le16(bytes, 26)?, le16(bytes, 28)?, le16(bytes, 30)?);
        let (mut at, mut folder_reserve, mut reserve) = (36, 0, 0);
        if flags & 4 != 0 {
            folder_reserve = usize::from(*bytes.get(38)?);
            reserve = usize::from(*bytes.get(39)?);
            at = 40 + usize::from(le16(bytes, 36)?);
        }
        // Names of the cabinets and discs before and behind this one.
        for _ in 0..2 * (flags & 1) + 2 * (flags >> 1 & 1) {
            at += memchr::memchr(0, bytes.get(at..)?)? + 1;
        }
        let mut folders = Vec::new();
        let from = at;
        for _ in 0..folder_count {
            folders.push(Folder { data: le32(bytes, at)? as usize, blocks: le16(bytes, at + 4)?, method: le16(bytes, at + 6)? });
            at += 8 + folder_reserve;
        }
        let mut header = Self { folders, files: Vec::new(), reserve, described: vec![0..36, from..at], is_cut: false };
        let first = le32(bytes, 16)? as usize;
        at = first;
        for _ in 0..file_count {
            let name = bytes.get(at.saturating_add(16)..).and_then(|rest| Some(&rest[..memchr::memchr(0, rest)?]));
            let (Some(name), Some(size), Some(start), Some(folder)) = (name, le32(bytes, at), le32(bytes, at + 4), le16(bytes, at + 8))
            else {
                header.is_cut = true;
                break;
            };
            header.files.push(File { name, folder, start: u64::from(start), size: u64::from(size) });
            at += 17 + name.len();
        }
        header.described.push(first.min(at)..at.min(bytes.len()));
        Some(header)
    }

    /// Where the blocks of a folder lie, as far as they are held.
    fn blocks(&self, bytes: &[u8], folder: &Folder) -> Range<usize> {
        let mut at = folder.data;
        for _ in 0..folder.blocks {
            let Some(length) = le16(bytes, at.saturating_add(4)) else { break };
            at = at.saturating_add(8 + self.reserve + usize::from(length));
        }
        folder.data.min(bytes.len())..at.min(bytes.len())
    }
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let end = bytes.len() as u64;
    let header = Header::parse(bytes).ok_or_else(|| Failure::truncated(end, "the description of the folders is cut off"))?;
    header.described.iter().for_each(|range| sink.cover(span(range), Class::Structure));
    for (number, folder) in header.folders.iter().enumerate() {
        let mut files: Vec<&File<'_>> = header.files.iter().filter(|file| usize::from(file.folder) == number).collect();
        files.sort_by_key(|file| file.start);
        let range = span(&header.blocks(bytes, folder));
        let mut blocks = Blocks::new(bytes, folder, header.reserve);
        let mut restarts = 0;
        for file in files {
            if sink.stopped() {
                return Ok(());
            }
            if file.start < blocks.given {
                blocks = Blocks::new(bytes, folder, header.reserve);
                restarts += 1;
            }
            if restarts > RESTARTS {
                sink.unread_member(file.name, range.clone(), file.size, Cause::LimitSize, "files share their bytes over and over");
                continue;
            }
            let skip = file.start - blocks.given;
            sink.member(file.name, range.clone(), &mut Part { blocks: &mut blocks, skip, left: file.size });
        }
    }
    // Folders of cabinets before and behind this one have numbers of their own.
    for file in header.files.iter().filter(|file| usize::from(file.folder) >= header.folders.len()) {
        let detail = match file.folder {
            0xFFFD..=0xFFFF => "it begins or ends in another cabinet",
            _ => "its folder is not described",
        };
        sink.unread_member(file.name, end..end, file.size, Cause::Truncated, detail);
    }
    if header.is_cut {
        sink.gap(end..end, Cause::Truncated, "the description of the files is cut off");
    }
    Ok(())
}

/// How a folder is decoded (section 2.2, `typeCompress`).
enum Method {
    Stored,
    MsZip,
    Lzx(Box<Lzxd>),
    Unknown(u16),
}

/// The decoded bytes of a folder.
struct Blocks<'a> {
    bytes: &'a [u8],
    at: usize,
    left: u16,
    reserve: usize,
    method: Method,
    /// The block at hand, and how much of it was given.
    block: Vec<u8>,
    done: usize,
    /// The last 32 KiB before it.
    window: Vec<u8>,
    /// Bytes that were given in all.
    given: u64,
}

impl<'a> Blocks<'a> {
    fn new(bytes: &'a [u8], folder: &Folder, reserve: usize) -> Self {
        let window = match folder.method >> 8 {
            15 => Some(WindowSize::KB32),
            16 => Some(WindowSize::KB64),
            17 => Some(WindowSize::KB128),
            18 => Some(WindowSize::KB256),
            19 => Some(WindowSize::KB512),
            20 => Some(WindowSize::MB1),
            21 => Some(WindowSize::MB2),
            _ => None,
        };
        let method = match (folder.method & 0x0F, window) {
            (0, _) => Method::Stored,
            (1, _) => Method::MsZip,
            (3, Some(window)) => Method::Lzx(Box::new(Lzxd::new(window))),
            _ => Method::Unknown(folder.method),
        };
        let (block, window) = (Vec::new(), Vec::new());
        Self { bytes, at: folder.data, left: folder.blocks, reserve, method, block, done: 0, window, given: 0 }
    }

    /// Decodes the next block; false behind the last one.
    fn next_block(&mut self) -> std::io::Result<bool> {
        if self.left == 0 {
            return Ok(false);
        }
        let cut = || Error::new(ErrorKind::UnexpectedEof, "a block of the folder is cut off");
        let packed = le16(self.bytes, self.at.saturating_add(4)).ok_or_else(cut)?;
        let size = usize::from(le16(self.bytes, self.at + 6).ok_or_else(cut)?);
        let start = self.at + 8 + self.reserve;
        let data = self.bytes.get(start..start + usize::from(packed)).ok_or_else(cut)?;
        if size == 0 {
            return Err(Error::new(ErrorKind::UnexpectedEof, "the folder goes on in another cabinet"));
        }
        if size > BLOCK {
            return Err(Error::new(ErrorKind::InvalidData, "a block is too long"));
        }
        let broken = |words: String| Error::new(ErrorKind::InvalidData, words);
        let last = std::mem::take(&mut self.block);
        self.window.extend_from_slice(&last);
        self.window.drain(..self.window.len().saturating_sub(BLOCK));
        self.done = 0;
        self.block = match &mut self.method {
            Method::Stored => data.to_vec(),
            Method::MsZip => inflate(data, size, &self.window)?,
            Method::Lzx(decoder) => decoder.decompress_next(data, size).map_err(|error| broken(format!("LZX: {error}")))?.to_vec(),
            Method::Unknown(method) => {
                return Err(Error::new(ErrorKind::Unsupported, format!("compression method {} is not decoded", *method & 0x0F)));
            }
        };
        if self.block.len() != size {
            return Err(broken("a block decodes to another length than it states".to_owned()));
        }
        self.at = start + data.len();
        self.left -= 1;
        Ok(true)
    }
}

/// One block of MSZIP: a deflate stream that refers to the block before it.
fn inflate(data: &[u8], size: usize, window: &[u8]) -> std::io::Result<Vec<u8>> {
    let broken = |words: &str| Error::new(ErrorKind::InvalidData, format!("MSZIP: {words}"));
    let stream = data.strip_prefix(b"CK").ok_or_else(|| broken("a block has no mark"))?;
    let mut inflater = Decompress::new(false);
    if !window.is_empty() {
        inflater.set_dictionary(window).map_err(|_| broken("the window is refused"))?;
    }
    let mut out = vec![0; size];
    let status = inflater.decompress(stream, &mut out, FlushDecompress::Finish).map_err(|_| broken("a block is broken"))?;
    if status != Status::StreamEnd && inflater.total_out() < size as u64 {
        return Err(broken("a block ends too early"));
    }
    out.truncate(inflater.total_out() as usize);
    Ok(out)
}

impl Read for Blocks<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.done == self.block.len() {
            if !self.next_block()? {
                return Ok(0);
            }
        }
        let n = (&self.block[self.done..]).read(out)?;
        self.done += n;
        self.given += n as u64;
        Ok(n)
    }
}

/// One file of a folder.
struct Part<'b, 'a> {
    blocks: &'b mut Blocks<'a>,
    skip: u64,
    left: u64,
}

impl Read for Part<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let skip = std::mem::take(&mut self.skip);
        let skipped = std::io::copy(&mut self.blocks.by_ref().take(skip), &mut std::io::sink())?;
        let n = self.blocks.by_ref().take(self.left).read(out)?;
        if skipped < skip || n == 0 && self.left > 0 && !out.is_empty() {
            return Err(Error::new(ErrorKind::UnexpectedEof, "the folder ends before the file does"));
        }
        self.left -= n as u64;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;
    use proptest::prelude::*;

    /// A cabinet with one folder: stored or MSZIP, each block referring to the one before.
    fn cabinet(method: u16, files: &[(&str, &[u8])]) -> Vec<u8> {
        let all: Vec<u8> = files.iter().flat_map(|f| f.1).copied().collect();
        let mut data = Vec::new();
        let mut window: Vec<u8> = Vec::new();
        for block in all.chunks(BLOCK) {
            let packed = match method {
                0 => block.to_vec(),
                _ => {
                    let mut deflater = flate2::Compress::new(flate2::Compression::best(), false);
                    if !window.is_empty() {
                        deflater.set_dictionary(&window).unwrap();
                    }
                    let mut out = Vec::with_capacity(block.len() + 1024);
                    deflater.compress_vec(block, &mut out, flate2::FlushCompress::Finish).unwrap();
                    [b"CK", &out[..]].concat()
                }
            };
            window = block.to_vec();
            data.extend([&[0; 4][..], &(packed.len() as u16).to_le_bytes(), &(block.len() as u16).to_le_bytes(), &packed].concat());
        }
        let (mut entries, mut start) = (Vec::new(), 0u32);
        for (name, content) in files {
            entries.extend((content.len() as u32).to_le_bytes());
            entries.extend(start.to_le_bytes());
            entries.extend([0; 8]);
            entries.extend(name.bytes().chain([0]));
            start += content.len() as u32;
        }
        let blocks = all.len().div_ceil(BLOCK) as u16;
        let mut out = b"MSCF".to_vec();
        out.extend([0; 12]);
        out.extend(44u32.to_le_bytes());
        out.extend([0, 0, 0, 0, 3, 1, 1, 0]);
        out.extend((files.len() as u16).to_le_bytes());
        out.extend([0; 6]);
        out.extend((44 + entries.len() as u32).to_le_bytes());
        out.extend([blocks.to_le_bytes(), method.to_le_bytes()].concat());
        [out, entries, data].concat()
    }

    type Seen = (Vec<(String, Vec<u8>)>, Vec<Cause>, bool);

    fn seen(bytes: &[u8]) -> Seen {
        read_with(read, bytes, |sink, out| {
            let held = sink.members.iter().filter(|m| m.content.is_some()).map(|m| String::from_utf8_lossy(&m.name).into_owned());
            let causes = sink.gaps.iter().map(|g| g.cause).chain(sink.members.iter().filter_map(|m| m.defect)).collect();
            let is_covered = sink.coverage.clone().partition(bytes.len() as u64).iter().all(|(_, covered)| covered.is_some());
            (held.zip(out.members.lock().unwrap().iter().cloned()).collect(), causes, is_covered)
        })
    }

    fn files() -> Vec<(&'static str, Vec<u8>)> {
        let long: Vec<u8> = (0..9000u32).flat_map(|i| format!("{} First State Bank\n", i % 37).into_bytes()).collect();
        vec![("dir\\one.txt", b"one".to_vec()), ("long.txt", long), ("three", b"three".to_vec())]
    }

    fn made(method: u16) -> Vec<u8> {
        let files = files();
        cabinet(method, &files.iter().map(|(name, content)| (*name, &content[..])).collect::<Vec<_>>())
    }

    #[test]
    fn files_are_read_across_blocks() {
        for method in [0, 1] {
            let (members, causes, is_covered) = seen(&made(method));
            assert_eq!(members, files().into_iter().map(|(name, content)| (name.to_owned(), content)).collect::<Vec<_>>());
            assert!(causes.is_empty() && is_covered, "{causes:?}");
        }
        assert!((CAB.recognise)(&Probe::new(&made(1))));
    }

    #[test]
    fn what_cannot_be_decoded_is_a_gap() {
        let mut quantum = made(0);
        quantum[42] = 2;
        assert_eq!(seen(&quantum).1.len(), 3);
        let mut continued = made(0);
        continued[44 + 8..44 + 10].copy_from_slice(&[0xFE, 0xFF]);
        assert_eq!(seen(&continued).1, [Cause::Truncated]);
        let bytes = made(1);
        for cut in (36..bytes.len() - 3).step_by(41) {
            let told = read_with(read, &bytes[..cut], |sink, _| {
                !sink.gaps.is_empty() || !sink.facts.notes.is_empty() || sink.members.iter().any(|m| m.defect.is_some())
            });
            assert!(told, "cut at {cut}");
        }
    }

    proptest! {
        #[test]
        fn flipped_bytes_do_no_harm(method in prop::sample::select(vec![0u16, 1, 0x0F03]), at in 0usize..4000, to in any::<u8>()) {
            let mut bytes = made(u16::from(method == 1));
            bytes[42..44].copy_from_slice(&method.to_le_bytes());
            let at = at.min(bytes.len() - 1);
            bytes[at] = to;
            seen(&bytes);
        }
    }
}
