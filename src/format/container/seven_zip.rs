//! 7z (7zFormat.txt of the LZMA SDK), also behind a program that unpacks it. Solid blocks are decoded once,
//! front to back; encrypted ones with the passwords of the list, where CRC-32 proves them.

use super::seven_zip_coder::{Keys, Refusal, decoder, is_compressed, is_encrypted};
use super::seven_zip_header::{Entry, Folder, Header, START, Start, crc32, is_signature};
use crate::format::signature::{is_program, scan_program};
use crate::format::{Failure, Format, Limits, Probe, Runs, Sink};
use crate::model::{Cause, Class};
use lzma_rust2::{Lzma2Reader, LzmaReader};
use std::borrow::Cow;
use std::io::{Error, ErrorKind, Read};
use std::ops::Range;

const LIMITATIONS: &[&str] = &[
    "methods of forks (Brotli, LZ4, Lizard) are not decoded",
    "of a multi-volume archive only the part at hand is read",
    "of a cut archive, whose names are lost, the first block is one member",
];

/// A 7z archive.
pub static SEVEN_ZIP: Format = Format {
    name: "7z",
    media_type: "application/x-7z-compressed",
    recognise,
    read,
    runs: Runs::Inside,
    version: 1,
    limitations: LIMITATIONS,
};

/// A 7z archive behind a program.
pub static SEVEN_ZIP_APPENDED: Format = Format {
    name: "7z_appended",
    media_type: "application/x-7z-compressed",
    recognise: recognise_appended,
    read,
    runs: Runs::Inside,
    version: 1,
    limitations: LIMITATIONS,
};

/// Largest header when it is decoded.
const MOST_HEADER: u64 = 256 << 20;
/// Headers packed in one another.
const MOST_LAYERS: usize = 4;

fn recognise(probe: &Probe<'_>) -> bool {
    is_signature(probe.bytes)
}

fn recognise_appended(probe: &Probe<'_>) -> bool {
    is_program(probe.head) && Start::find(probe.bytes).is_some()
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let base = if is_signature(bytes) { 0 } else { Start::find(bytes).unwrap_or(0) };
    if base > 0 {
        scan_program(bytes, 0..base as u64, sink);
    }
    let archive = &bytes[base..];
    let mut reading = Reading { archive, base: base as u64, keys: Keys::default(), password: None, is_proved: false };
    let len = archive.len() as u64;
    let Some(start) = Start::parse(archive) else {
        return reading.salvage(Cause::Corrupt, "the signature header is broken, so that nothing says where the members are", sink);
    };
    sink.cover(reading.span(&(0..START as u64)), Class::Structure);
    if start.header.is_empty() {
        return Ok(());
    }
    if start.header.end > len {
        let detail = format!("{} bytes are missing, among them the names of the members", start.header.end - len);
        return reading.salvage(Cause::Truncated, &detail, sink);
    }
    let (folders, entries) = match reading.header(&start, sink) {
        Ok(header) => header,
        Err(Refusal::Locked) => {
            let detail = format!("names and content are encrypted with AES-256: its password would open it{}", reading.tried(sink));
            sink.gap(reading.span(&(START as u64..start.header.end)), Cause::Encrypted, detail);
            return Ok(());
        }
        Err(Refusal::Other(cause, detail)) => return reading.salvage(cause, &detail, sink),
    };
    sink.cover(reading.span(&start.header), Class::Structure);
    reading.entries(&folders, &entries, sink);
    Ok(())
}

struct Reading<'a> {
    archive: &'a [u8],
    /// Where the archive begins in the item.
    base: u64,
    keys: Keys,
    /// Place of the password that opened something.
    password: Option<usize>,
    /// The password was proved by the header, so that every block has it.
    is_proved: bool,
}

impl<'a> Reading<'a> {
    fn span(&self, range: &Range<u64>) -> Range<u64> {
        self.base + range.start..self.base + range.end
    }

    fn tried(&self, sink: &Sink<'_>) -> String {
        match sink.passwords().len() {
            _ if self.keys.is_spent() => "; too many passwords were tried on this archive".to_owned(),
            0 => String::new(),
            tried => format!("; none of {tried} passwords fits"),
        }
    }

    /// Where a folder's packed streams stand in the archive, as far as it holds them.
    fn streams(&self, folder: &Folder) -> Vec<Range<u64>> {
        let len = self.archive.len() as u64;
        let at = |offset: u64| offset.saturating_add(START as u64).min(len);
        folder.streams.iter().map(|stream| at(stream.start)..at(stream.end)).collect()
    }

    fn packed(&self, folder: &Folder) -> Vec<&'a [u8]> {
        self.streams(folder).iter().map(|stream| &self.archive[stream.start as usize..stream.end as usize]).collect()
    }

    /// Unpacks the header.
    fn header(&mut self, start: &Start, sink: &mut Sink<'_>) -> Result<(Vec<Folder>, Vec<Entry>), Refusal> {
        let broken = |what: &str| Refusal::Other(Cause::Corrupt, format!("the header {what}"));
        let archive = self.archive;
        let mut header = Cow::Borrowed(&archive[start.header.start as usize..start.header.end as usize]);
        if crc32(&header) != start.crc {
            return Err(broken("does not fit its CRC-32"));
        }
        for _ in 0..MOST_LAYERS {
            match Header::parse(&header, sink.limits().entries).ok_or_else(|| broken("is broken, or names more members than the limit"))? {
                Header::Plain(folders, entries) => return Ok((folders, entries)),
                Header::Encoded(folder) => {
                    let mut stream = self.open(&folder, sink)?;
                    if folder.size() > MOST_HEADER {
                        return Err(Refusal::Other(Cause::LimitMemory, format!("the header takes {} bytes", folder.size())));
                    }
                    let mut decoded = Vec::new();
                    stream.by_ref().take(MOST_HEADER).read_to_end(&mut decoded).map_err(|_| broken("does not decode"))?;
                    if folder.crc.is_some_and(|crc| crc != crc32(&decoded)) {
                        return Err(broken("does not fit its CRC-32"));
                    }
                    self.is_proved |= is_encrypted(&folder) && folder.crc.is_some();
                    self.streams(&folder).iter().for_each(|stream| sink.cover(self.span(stream), Class::Structure));
                    header = Cow::Owned(decoded);
                }
            }
        }
        Err(broken("is packed over and over"))
    }

    /// The decoder of a folder, with the password that opens it.
    fn open(&mut self, folder: &Folder, sink: &mut Sink<'_>) -> Result<Box<dyn Read + 'a>, Refusal> {
        let packed = self.packed(folder);
        if !is_encrypted(folder) {
            return decoder(folder, &packed, None, &mut self.keys);
        }
        let passwords = sink.passwords();
        let limits = sink.limits();
        let last = self.password;
        for place in last.into_iter().chain((0..passwords.len()).filter(|place| Some(*place) != last)) {
            let password = Some(&passwords[place][..]);
            let trial = match decoder(folder, &packed, password, &mut self.keys) {
                Ok(trial) => trial,
                // Decoders read the beginning of what they decode.
                Err(Refusal::Locked | Refusal::Other(Cause::Corrupt, _)) => continue,
                Err(refusal) => return Err(refusal),
            };
            if self.is_proved || is_sound(folder, trial, &packed, &limits) {
                if self.password != Some(place) {
                    sink.opened_with("the archive", place);
                }
                self.password = Some(place);
                return decoder(folder, &packed, password, &mut self.keys);
            }
        }
        Err(Refusal::Locked)
    }

    fn entries(&mut self, folders: &[Folder], entries: &[Entry], sink: &mut Sink<'_>) {
        let mut with_data = entries.iter().filter(|entry| entry.has_data);
        for folder in folders {
            if sink.stopped() {
                return;
            }
            let streams: Vec<_> = self.streams(folder).iter().map(|stream| self.span(stream)).collect();
            let files: Vec<_> = folder.files.iter().map(|file| (with_data.next().map_or(&b"unnamed"[..], |e| &e.name), *file)).collect();
            match self.open(folder, sink) {
                Ok(stream) => block(&files, &streams, stream, sink),
                Err(refusal) => {
                    let (cause, detail) = match refusal {
                        Refusal::Locked => {
                            (Cause::Encrypted, format!("encrypted with AES-256: its password would open it{}", self.tried(sink)))
                        }
                        Refusal::Other(cause, detail) => (cause, detail),
                    };
                    let whole = streams.first().map_or(0, |s| s.start)..streams.last().map_or(0, |s| s.end);
                    for (name, (size, _)) in files {
                        sink.unread_member(name, whole.clone(), size, cause, detail.clone());
                    }
                }
            }
        }
        for entry in entries.iter().filter(|entry| !entry.has_data && !entry.is_directory) {
            sink.member(&entry.name, self.base..self.base, &mut std::io::empty());
        }
        let nameless = with_data.count();
        if nameless > 0 {
            let end = self.base + self.archive.len() as u64;
            sink.gap(end..end, Cause::Ambiguous, format!("{nameless} members are named that no block holds"));
        }
    }

    /// Of an archive without a header, what the first block decodes to: LZMA2 says all that is needed in its
    /// stream, LZMA is tried with the properties that writers use.
    fn salvage(&mut self, cause: Cause, detail: &str, sink: &mut Sink<'_>) -> Result<(), Failure> {
        let all = self.span(&(START.min(self.archive.len()) as u64..self.archive.len() as u64));
        let data = self.archive.get(START..).unwrap_or_default();
        let stream = || -> Option<Box<dyn Read + 'a>> {
            match data.first()? {
                1 | 0xE0..=0xFF => Some(Box::new(Lzma2Reader::new(data, 256 << 20, None))),
                0 => LzmaReader::new_with_props(data, u64::MAX, 0x5D, 256 << 20, None).ok().map(|r| Box::new(r) as Box<dyn Read>),
                _ => None,
            }
        };
        let decodes = |mut stream: Box<dyn Read + 'a>| stream.read_exact(&mut [0; 1024]).is_ok();
        if stream().is_some_and(decodes)
            && let Some(stream) = stream()
        {
            let mut checked = Checked { inner: stream, left: u64::MAX, crc: None, sum: flate2::Crc::new(), is_broken: false };
            sink.member(b"[first block]", all.clone(), &mut checked);
        }
        sink.gap(all, cause, detail);
        Ok(())
    }
}

/// A member of a block: its name, and its size and check sum.
type BlockFile<'n> = (&'n [u8], (u64, Option<u32>));

/// Decodes the members of a solid block one after the other.
fn block(files: &[BlockFile<'_>], streams: &[Range<u64>], mut stream: Box<dyn Read + '_>, sink: &mut Sink<'_>) {
    let limits = sink.limits();
    let encoded: u64 = streams.iter().map(|stream| stream.end - stream.start).sum();
    let most = limits.ratio_floor.max(limits.ratio.saturating_mul(encoded)).min(limits.member_bytes);
    let whole = streams.first().map_or(0, |s| s.start)..streams.last().map_or(0, |s| s.end);
    let mut before = 0u64;
    let mut end: Option<(Cause, &str)> = None;
    for (name, (size, crc)) in files {
        if sink.stopped() {
            return;
        }
        if before > most {
            end = end.or(Some((Cause::LimitSize, "the block decodes to more than the limit before it")));
        }
        if let Some((cause, detail)) = end {
            sink.unread_member(name, whole.clone(), *size, cause, detail);
            continue;
        }
        let mut member = Checked { inner: &mut stream, left: *size, crc: *crc, sum: flate2::Crc::new(), is_broken: false };
        sink.member_in_pieces(name, streams, &mut member);
        before = before.saturating_add(*size);
        // What was not taken, for a limit, stands before the next member.
        let left = member.left.min(most);
        _ = std::io::copy(&mut (&mut member).take(left), &mut std::io::sink());
        if member.is_broken {
            end = Some((Cause::Corrupt, "the block is damaged before it"));
        }
    }
}

/// Does a decryption decode to a first file that fits its CRC-32?
fn is_sound(folder: &Folder, stream: Box<dyn Read + '_>, packed: &[&[u8]], limits: &Limits) -> bool {
    let Some(&(size, crc)) = folder.files.iter().find(|file| file.0 > 0) else { return false };
    // Where there is no CRC-32, a compressed stream of the right length has to do.
    if crc.is_none() && !is_compressed(folder) {
        return false;
    }
    let encoded: usize = packed.iter().map(|stream| stream.len()).sum();
    let most = limits.ratio_floor.max(limits.ratio.saturating_mul(encoded as u64)).min(limits.member_bytes);
    let mut first = Checked { inner: stream, left: size, crc, sum: flate2::Crc::new(), is_broken: false };
    size <= most && std::io::copy(&mut first, &mut std::io::sink()).is_ok()
}

/// One file of a block: so many bytes, with this CRC-32.
struct Checked<R> {
    inner: R,
    left: u64,
    crc: Option<u32>,
    sum: flate2::Crc,
    is_broken: bool,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if out.is_empty() || self.is_broken {
            return Ok(0);
        }
        if self.left == 0 {
            // The verdict on the last bytes comes behind them, so that they are not lost.
            return match self.crc.take() {
                Some(crc) if crc != self.sum.sum() => Err(Error::new(ErrorKind::InvalidData, "CRC-32 does not match")),
                _ => Ok(0),
            };
        }
        let most = self.left.min(out.len() as u64) as usize;
        let n = self.inner.read(&mut out[..most]).inspect_err(|_| self.is_broken = true)?;
        self.left -= n as u64;
        self.sum.update(&out[..n]);
        if n == 0 {
            self.is_broken = true;
            return Err(Error::new(ErrorKind::UnexpectedEof, format!("{} decoded bytes are missing", self.left)));
        }
        Ok(n)
    }
}

#[cfg(test)]
#[path = "seven_zip_tests.rs"]
mod tests;
