//! The headers of 7z (7zFormat.txt of the LZMA SDK): which packed streams there are, the chains of coders
//! that decode them ("folders"), and the files in what is decoded. No count is believed that the header's own
//! bytes could not hold.

use super::{le32, le64};
use std::ops::Range;

/// Length of the signature header; packed streams are counted from its end.
pub(super) const START: usize = 32;
const SIGNATURE: &[u8; 6] = b"7z\xBC\xAF\x27\x1C";
/// Coders, and streams between them, in one chain; 7-Zip accepts as many.
const MOST_CODERS: u64 = 32;

const END: u8 = 0x00;
const HEADER: u8 = 0x01;
const ARCHIVE_PROPERTIES: u8 = 0x02;
const ADDITIONAL_STREAMS: u8 = 0x03;
const MAIN_STREAMS: u8 = 0x04;
const FILES: u8 = 0x05;
const PACK_INFO: u8 = 0x06;
const UNPACK_INFO: u8 = 0x07;
const SUBSTREAMS: u8 = 0x08;
const SIZE: u8 = 0x09;
const CRC: u8 = 0x0A;
const FOLDER: u8 = 0x0B;
const UNPACK_SIZE: u8 = 0x0C;
const COUNT: u8 = 0x0D;
const EMPTY_STREAM: u8 = 0x0E;
const EMPTY_FILE: u8 = 0x0F;
const ANTI: u8 = 0x10;
const NAMES: u8 = 0x11;
const ENCODED_HEADER: u8 = 0x17;

/// Where the signature header says that the header is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Start {
    /// From the archive's beginning on.
    pub header: Range<u64>,
    pub crc: u32,
}

impl Start {
    /// The signature header at the start of these bytes, if its own CRC-32 is right.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let crc = le32(bytes.strip_prefix(SIGNATURE)?, 2)?;
        if crc32(bytes.get(12..START)?) != crc {
            return None;
        }
        let start = (START as u64).checked_add(le64(bytes, 12)?)?;
        Some(Self { header: start..start.checked_add(le64(bytes, 20)?)?, crc: le32(bytes, 28)? })
    }

    /// Where an archive begins behind a program that unpacks it.
    pub fn find(bytes: &[u8]) -> Option<usize> {
        memchr::memmem::find_iter(bytes, SIGNATURE).find(|&at| Self::parse(&bytes[at..]).is_some())
    }
}

pub(super) fn is_signature(bytes: &[u8]) -> bool {
    bytes.starts_with(SIGNATURE)
}

pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// One step of a chain.
#[derive(Clone, Debug, Default)]
pub(super) struct Coder {
    pub method: Vec<u8>,
    /// Streams that it takes.
    pub inputs: usize,
    pub properties: Vec<u8>,
}

/// A chain of coders: packed streams in, one stream of files out.
#[derive(Clone, Debug, Default)]
pub(super) struct Folder {
    pub coders: Vec<Coder>,
    /// An input, by its number among all inputs, that takes the output of this coder.
    pub bonds: Vec<(usize, usize)>,
    /// The inputs that take the folder's packed streams.
    pub packed: Vec<usize>,
    /// Decoded size of each coder's output.
    pub sizes: Vec<u64>,
    pub crc: Option<u32>,
    /// Its packed streams, counted from the signature header's end.
    pub streams: Vec<Range<u64>>,
    /// Size and CRC-32 of each file in it.
    pub files: Vec<(u64, Option<u32>)>,
}

impl Folder {
    /// The coder whose output is the folder's.
    pub fn last_coder(&self) -> Option<usize> {
        (0..self.coders.len()).find(|coder| self.bonds.iter().all(|bond| bond.1 != *coder))
    }

    /// Size of all files in it.
    pub fn size(&self) -> u64 {
        self.last_coder().and_then(|coder| self.sizes.get(coder)).copied().unwrap_or(0)
    }
}

/// A file of the archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub name: Vec<u8>,
    pub has_data: bool,
    pub is_directory: bool,
}

/// What a header says.
#[derive(Debug)]
pub(super) enum Header {
    /// Folders and files.
    Plain(Vec<Folder>, Vec<Entry>),
    /// The header is itself packed, in this folder.
    Encoded(Box<Folder>),
}

impl Header {
    /// `None` when the header is broken.
    pub fn parse(bytes: &[u8], most: u64) -> Option<Self> {
        let mut header = Bytes(bytes);
        match header.byte()? {
            ENCODED_HEADER => {
                let folder = header.streams()?.into_iter().next()?;
                Some(Self::Encoded(Box::new(folder)))
            }
            HEADER => {
                let (mut folders, mut files) = (Vec::new(), Vec::new());
                loop {
                    match header.byte()? {
                        END => return Some(Self::Plain(folders, files)),
                        ARCHIVE_PROPERTIES => {
                            while header.byte()? != END {
                                let length = header.count()?;
                                header.take(length)?;
                            }
                        }
                        ADDITIONAL_STREAMS => _ = header.streams()?,
                        MAIN_STREAMS => folders = header.streams()?,
                        FILES => files = header.files(most)?,
                        _ => return None,
                    }
                }
            }
            _ => None,
        }
    }
}

/// The rest of a header.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// A number: the leading ones of the first byte say how many bytes follow.
    fn number(&mut self) -> Option<u64> {
        let first = self.byte()?;
        let more = first.leading_ones().min(8);
        let mut value = 0;
        for i in 0..more {
            value |= u64::from(self.byte()?) << (8 * i);
        }
        let high = if more < 7 { u64::from(first) & ((1 << (7 - more)) - 1) } else { 0 };
        Some(value | high.checked_shl(8 * more).unwrap_or(0))
    }

    /// How many things follow, of which each takes at least one bit of what is left.
    fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count / 8 <= self.0.len()).then_some(count)
    }

    fn bits(&mut self, count: usize) -> Option<Vec<bool>> {
        let bytes = self.take(count.div_ceil(8))?;
        Some((0..count).map(|i| bytes[i / 8] & 0x80 >> (i % 8) != 0).collect())
    }

    fn optional_bits(&mut self, count: usize) -> Option<Vec<bool>> {
        if self.byte()? != 0 { Some(vec![true; count]) } else { self.bits(count) }
    }

    fn digests(&mut self, count: usize) -> Option<Vec<Option<u32>>> {
        let defined = self.optional_bits(count)?;
        defined.into_iter().map(|defined| if defined { Some(le32(self.take(4)?, 0)) } else { Some(None) }).collect()
    }

    /// Pack info, folders, substreams.
    fn streams(&mut self) -> Option<Vec<Folder>> {
        let mut packed: Vec<Range<u64>> = Vec::new();
        let mut folders: Vec<Folder> = Vec::new();
        loop {
            match self.byte()? {
                END => break,
                PACK_INFO => packed = self.pack_info()?,
                UNPACK_INFO => folders = self.folders()?,
                SUBSTREAMS => self.substreams(&mut folders)?,
                _ => return None,
            }
        }
        let mut packed = packed.into_iter();
        for folder in &mut folders {
            folder.streams = packed.by_ref().take(folder.packed.len()).collect();
            if folder.files.is_empty() && folder.streams.len() < folder.packed.len() {
                return None;
            }
        }
        Some(folders)
    }

    fn pack_info(&mut self) -> Option<Vec<Range<u64>>> {
        let mut at = self.number()?;
        let count = self.count()?;
        let mut sizes = Vec::new();
        loop {
            match self.byte()? {
                END => break,
                SIZE => {
                    for _ in 0..count {
                        let end = at.checked_add(self.number()?)?;
                        sizes.push(at..end);
                        at = end;
                    }
                }
                CRC => _ = self.digests(count)?,
                _ => return None,
            }
        }
        Some(sizes)
    }

    fn folders(&mut self) -> Option<Vec<Folder>> {
        if self.byte()? != FOLDER {
            return None;
        }
        let count = self.count()?;
        // Folders in another stream are of no writer known.
        if self.byte()? != 0 {
            return None;
        }
        let mut folders = Vec::new();
        for _ in 0..count {
            folders.push(self.folder()?);
        }
        if self.byte()? != UNPACK_SIZE {
            return None;
        }
        for folder in &mut folders {
            folder.sizes = folder.coders.iter().map(|_| self.number()).collect::<Option<_>>()?;
        }
        loop {
            match self.byte()? {
                END => break,
                CRC => {
                    let digests = self.digests(count)?;
                    folders.iter_mut().zip(digests).for_each(|(folder, crc)| folder.crc = crc);
                }
                _ => return None,
            }
        }
        folders.iter_mut().for_each(|folder| folder.files = vec![(folder.size(), folder.crc)]);
        Some(folders)
    }

    fn folder(&mut self) -> Option<Folder> {
        let mut folder = Folder::default();
        let mut inputs = 0;
        for _ in 0..self.number().filter(|n| (1..=MOST_CODERS).contains(n))? {
            let flags = self.byte()?;
            let method = self.take(usize::from(flags & 0x0F))?.to_vec();
            let mut coder = Coder { method, inputs: 1, properties: Vec::new() };
            if flags & 0x10 != 0 {
                coder.inputs = self.number().filter(|n| *n <= MOST_CODERS)? as usize;
                // Coders with several outputs are of no decoder known.
                self.number().filter(|outputs| *outputs == 1)?;
            }
            if flags & 0x20 != 0 {
                let length = self.count()?;
                coder.properties = self.take(length)?.to_vec();
            }
            inputs += coder.inputs;
            folder.coders.push(coder);
        }
        for _ in 1..folder.coders.len() {
            let bond = (self.number()? as usize, self.number()? as usize);
            folder.bonds.push(bond);
        }
        let packed = inputs.checked_sub(folder.bonds.len())?;
        folder.packed = match packed {
            1 => (0..inputs).filter(|input| folder.bonds.iter().all(|bond| bond.0 != *input)).take(1).collect(),
            _ => (0..packed).map(|_| self.number().map(|n| n as usize)).collect::<Option<_>>()?,
        };
        Some(folder)
    }

    /// How the output of each folder is cut into files.
    fn substreams(&mut self, folders: &mut [Folder]) -> Option<()> {
        let mut counts = vec![1; folders.len()];
        let mut kind = self.byte()?;
        if kind == COUNT {
            for count in &mut counts {
                *count = self.count()?;
            }
            kind = self.byte()?;
        }
        let has_sizes = kind == SIZE;
        for (folder, &count) in folders.iter_mut().zip(&counts) {
            let crc = folder.crc.filter(|_| count == 1);
            let mut left = folder.size();
            folder.files.clear();
            for i in 0..count {
                let size = if i + 1 == count { left } else { if has_sizes { self.number()? } else { return None } };
                left = left.checked_sub(size)?;
                folder.files.push((size, crc));
            }
        }
        if has_sizes {
            kind = self.byte()?;
        }
        while kind != END {
            if kind != CRC {
                return None;
            }
            let unknown = folders.iter_mut().flat_map(|folder| &mut folder.files).filter(|file| file.1.is_none());
            let unknown: Vec<_> = unknown.collect();
            let digests = self.digests(unknown.len())?;
            unknown.into_iter().zip(digests).for_each(|(file, crc)| file.1 = crc);
            kind = self.byte()?;
        }
        Some(())
    }

    fn files(&mut self, most: u64) -> Option<Vec<Entry>> {
        // A file takes two bytes at least, for the end of its name.
        let count = self.number().filter(|&count| count <= most && count / 2 <= self.0.len() as u64)? as usize;
        let mut files = vec![Entry { has_data: true, ..Entry::default() }; count];
        let mut empty = Vec::new();
        loop {
            let kind = self.byte()?;
            if kind == END {
                break;
            }
            let length = self.count()?;
            let mut property = Bytes(self.take(length)?);
            match kind {
                EMPTY_STREAM => {
                    for (i, _) in property.bits(count)?.into_iter().enumerate().filter(|(_, is_empty)| *is_empty) {
                        files[i].has_data = false;
                        files[i].is_directory = true;
                        empty.push(i);
                    }
                }
                EMPTY_FILE => {
                    let bits = property.bits(empty.len())?;
                    empty.iter().zip(bits).for_each(|(&i, is_file)| files[i].is_directory = !is_file);
                }
                NAMES if property.byte()? == 0 => property.names(&mut files)?,
                // An item that says that a file is to be deleted holds nothing.
                ANTI => {}
                _ => {}
            }
        }
        Some(files)
    }

    /// UTF-16LE, each with a zero behind it.
    fn names(&mut self, files: &mut [Entry]) -> Option<()> {
        for file in files {
            let units = self.0.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).take_while(|unit| *unit != 0);
            let mut length = 0;
            let units = units.inspect(|_| length += 2);
            let name: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
            file.name = name.into_bytes();
            self.take(length + 2)?;
        }
        Some(())
    }
}
