//! Packages of Office Open XML (ECMA-376 part 2): the ZIP file around the parts, which parts are read
//! here, and which become members. Bytes between the entries stay uncovered.

use crate::format::container::ZIP;
use crate::format::text::markup::Lexer;
use crate::format::{Failure, Limits, Probe, Sink};
use crate::model::{Cause, Class};
use std::io::{self, Cursor, Read};
use std::ops::Range;
use zip::ZipArchive;
use zip::result::ZipError;

/// Largest part that is read for what other parts need (relations, styles).
const SMALL: u64 = 16 << 20;
/// Largest part that is read as a whole.
const HELD: u64 = 1 << 30;
/// Entries that a recogniser looks at.
const LOOKED_AT: usize = 20_000;

/// One entry of the package.
pub struct Part {
    /// Its name in lower case, with `/` between folders and none at the start.
    pub name: String,
    /// Its name as the package has it.
    raw_name: Vec<u8>,
    index: usize,
    /// Its encoded bytes.
    pub range: Range<u64>,
    size: u64,
    folder: bool,
    /// Why it cannot be read.
    defect: Option<(Cause, String)>,
    done: bool,
}

/// A package whose entries are known.
pub struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    parts: Vec<Part>,
}

/// Is this a package with an entry of this name, and with a list of content types?
pub fn has_part(probe: &Probe<'_>, wanted: fn(&str) -> bool) -> bool {
    if !probe.bytes.starts_with(b"PK\x03\x04") {
        return false;
    }
    let (mut types, mut found) = (false, false);
    for name in central_names(probe.bytes).take(LOOKED_AT) {
        let name = normal_name(name);
        types |= name == "[content_types].xml";
        found |= wanted(&name);
        if types && found {
            return true;
        }
    }
    false
}

/// Is this an archive with entries of all these names (in lower case)?
pub fn has_names(probe: &Probe<'_>, wanted: &[&str]) -> bool {
    let is_among = |wanted: &str| central_names(probe.bytes).take(LOOKED_AT).any(|name| normal_name(name) == wanted);
    probe.bytes.starts_with(b"PK\x03\x04") && wanted.iter().all(|wanted| is_among(wanted))
}

/// Names in the central directory (APPNOTE 4.3.12), as long as it is well-formed.
fn central_names(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let end = end_record(bytes);
    let word = |at: usize| bytes.get(at..at + 2).map(|b| usize::from(u16::from_le_bytes([b[0], b[1]])));
    let long = |at: usize| bytes.get(at..at + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize);
    // Whatever stands before the archive shifts it; the directory ends where its end record begins.
    let mut at = end.and_then(|end| end.checked_sub(long(end + 12)?));
    std::iter::from_fn(move || {
        let entry = at?;
        if !bytes.get(entry..)?.starts_with(b"PK\x01\x02") {
            return None;
        }
        let (name, extra, comment) = (word(entry + 28)?, word(entry + 30)?, word(entry + 32)?);
        at = Some(entry + 46 + name + extra + comment);
        bytes.get(entry + 46..entry + 46 + name)
    })
}

/// Place of the end of central directory record (APPNOTE 4.3.16).
fn end_record(bytes: &[u8]) -> Option<usize> {
    let from = bytes.len().saturating_sub(22 + 0xFFFF);
    memchr::memmem::rfind(&bytes[from..], b"PK\x05\x06").map(|n| from + n)
}

fn normal_name(name: &[u8]) -> String {
    String::from_utf8_lossy(name).replace('\\', "/").trim_start_matches('/').to_ascii_lowercase()
}

impl<'a> Package<'a> {
    /// Opens a package and covers its structure. One whose directory contradicts itself is read as a ZIP file, its parts
    /// as members, and is a gap; then there is no package.
    pub fn open(bytes: &'a [u8], sink: &mut Sink<'_>) -> Result<Option<Self>, Failure> {
        let mut archive = match ZipArchive::new(Cursor::new(bytes)) {
            Ok(archive) if archive.len() as u64 <= sink.limits().entries => archive,
            Ok(archive) => return Err(Failure { cause: Cause::LimitEntries, at: 0, detail: format!("{} entries", archive.len()) }),
            Err(error) => {
                sink.gap(0..0, Cause::Corrupt, format!("the directory of the package: {error}; its parts are read by themselves"));
                return (ZIP.read)(bytes, sink).map(|()| None);
            }
        };
        let mut parts = Vec::with_capacity(archive.len().min(1 << 16));
        for index in 0..archive.len() {
            match archive.by_index_raw(index) {
                Ok(file) => {
                    let header = file.header_start();
                    let (start, len) = (file.data_start().unwrap_or(header), file.compressed_size());
                    let end = start.checked_add(len).filter(|end| *end <= bytes.len() as u64);
                    let defect = match end {
                        _ if file.encrypted() => Some((Cause::Encrypted, "the part is encrypted".to_owned())),
                        None => Some((Cause::Truncated, "the part reaches beyond the end of the package".to_owned())),
                        Some(_) => None,
                    };
                    let range = start..end.unwrap_or(bytes.len() as u64).max(start);
                    sink.cover(header..start, Class::Structure);
                    parts.push(Part {
                        name: normal_name(file.name_raw()),
                        raw_name: file.name_raw().to_vec(),
                        index,
                        range,
                        size: file.size(),
                        folder: file.is_dir(),
                        defect,
                        done: false,
                    });
                }
                Err(e) => sink.gap(0..0, cause_of(&e), format!("entry {index} of the package: {e}")),
            }
        }
        if archive.has_duplicate_names() {
            sink.gap(0..0, Cause::Ambiguous, "entries of the package have the same name; the last of them was read");
        }
        forbid_overlaps(&mut parts);
        cover_structure(bytes, archive.central_directory_start(), &parts, sink);
        Ok(Some(Self { archive, parts }))
    }

    /// A part that is known not to be readable, and why.
    pub fn give_up(&mut self, part: usize, cause: Cause, detail: &str) {
        if let Some(part) = self.parts.get_mut(part) {
            part.defect.get_or_insert_with(|| (cause, detail.to_owned()));
        }
    }

    /// The part of this name (in lower case).
    pub fn find(&self, name: &str) -> Option<usize> {
        self.parts.iter().position(|part| part.name == name)
    }

    /// The parts that a condition holds for, in the order of their names.
    pub fn select(&self, wanted: impl Fn(&str) -> bool) -> Vec<usize> {
        let mut found: Vec<usize> = (0..self.parts.len()).filter(|i| !self.parts[*i].folder && wanted(&self.parts[*i].name)).collect();
        found.sort_by(|a, b| natural_key(&self.parts[*a].name).cmp(&natural_key(&self.parts[*b].name)));
        found
    }

    /// A part.
    pub fn part(&self, part: usize) -> &Part {
        &self.parts[part]
    }

    /// The bytes of a part that other parts need; it still becomes a member. Empty where it cannot be read.
    pub fn peek(&mut self, name: &str) -> Vec<u8> {
        let mut out = Vec::new();
        if let Some(part) = self.find(name)
            && self.parts[part].defect.is_none()
            && let Ok(file) = self.archive.by_index(self.parts[part].index)
        {
            // A part that fails is reported when it is read as a member.
            let _ = file.take(SMALL).read_to_end(&mut out);
        }
        out
    }

    /// Shows the decoded bytes of a part in blocks; it is read afterwards, and what fails is reported then.
    pub fn look(&mut self, part: usize, limits: Limits, see: &mut dyn FnMut(&[u8])) {
        let Some(part) = self.parts.get(part).filter(|part| part.defect.is_none() && !part.done) else { return };
        let Ok(file) = self.archive.by_index(part.index) else { return };
        let mut guard = Guard { inner: file, read: 0, encoded: part.range.end - part.range.start, limits, exceeded: false };
        let mut block = vec![0; 64 << 10];
        while let Ok(n @ 1..) = guard.read(&mut block) {
            see(block.get(..n).unwrap_or_default());
        }
    }

    /// Reads a part as markup: `read` pushes what it holds. Covers the part, or makes it a gap where it
    /// cannot be decoded to its end.
    pub fn read(
        &mut self,
        part: usize,
        sink: &mut Sink<'_>,
        read: impl FnOnce(&mut Lexer<&mut dyn Read>, u64, &mut Sink<'_>) -> io::Result<()>,
    ) {
        let Some(part) = self.parts.get_mut(part) else { return };
        if part.defect.is_some() || part.done {
            return;
        }
        part.done = true;
        let range = part.range.clone();
        let file = match self.archive.by_index(part.index) {
            Ok(file) => file,
            Err(e) => return sink.unread_member(&part.raw_name, range, part.size, cause_of(&e), e.to_string()),
        };
        let mut guard = Guard { inner: file, read: 0, encoded: range.end - range.start, limits: sink.limits(), exceeded: false };
        let source: &mut dyn Read = &mut guard;
        let mut lexer = Lexer::new(source, false);
        sink.leave_heads();
        let result = read(&mut lexer, range.start, sink);
        let cut_off = lexer.is_cut_off();
        drop(lexer);
        // The checksum is verified at the end of the part, so it has to be reached.
        let result = result.and_then(|()| io::copy(&mut guard, &mut io::sink()).map(|_| ()));
        match result {
            Ok(()) if cut_off => {
                sink.gap(range, Cause::Corrupt, format!("{}: the XML is not well-formed or cut off; what it holds was read", part.name))
            }
            Ok(()) => sink.cover(range, Class::Read),
            Err(_) if guard.exceeded => sink.gap(range, Cause::LimitSize, format!("{}: decodes to more than the limit", part.name)),
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => sink.gap(range, Cause::Truncated, format!("{}: {e}", part.name)),
            Err(e) => sink.gap(range, Cause::Corrupt, format!("{}: {e}", part.name)),
        }
    }

    /// Decodes a part into memory and covers it; `None` where that cannot be done, and it becomes a gap.
    pub fn read_bytes(&mut self, part: usize, sink: &mut Sink<'_>) -> Option<Vec<u8>> {
        let part = self.parts.get_mut(part).filter(|part| part.defect.is_none() && !part.done)?;
        part.done = true;
        sink.leave_heads();
        let range = part.range.clone();
        let mut out = Vec::new();
        let limits = Limits { member_bytes: sink.limits().member_bytes.min(HELD), ..sink.limits() };
        let result = self.archive.by_index(part.index).map_err(|e| (cause_of(&e), e.to_string())).and_then(|file| {
            let mut guard = Guard { inner: file, read: 0, encoded: range.end - range.start, limits, exceeded: false };
            let result = guard.read_to_end(&mut out);
            let cause = if guard.exceeded { Cause::LimitSize } else { Cause::Corrupt };
            result.map(|_| ()).map_err(|e| (cause, e.to_string()))
        });
        match result {
            Ok(()) => sink.cover(range, Class::Read),
            // What was decoded before the damage is still read.
            Err((cause, detail)) => sink.gap(range, cause, format!("{}: {detail}", part.name)),
        }
        (!out.is_empty()).then_some(out)
    }

    /// Hands over all parts that were not read here as members.
    pub fn into_members(mut self, sink: &mut Sink<'_>) {
        for part in std::mem::take(&mut self.parts) {
            if part.done || part.folder {
                continue;
            }
            if sink.stopped() {
                return;
            }
            if let Some((cause, detail)) = part.defect {
                sink.unread_member(&part.raw_name, part.range, part.size, cause, detail);
                continue;
            }
            match self.archive.by_index(part.index) {
                Ok(mut file) => {
                    sink.member(&part.raw_name, part.range, &mut file);
                }
                Err(e) => sink.unread_member(&part.raw_name, part.range, part.size, cause_of(&e), e.to_string()),
            }
        }
    }
}

fn cause_of(error: &ZipError) -> Cause {
    match error {
        ZipError::UnsupportedArchive(text) if text.to_ascii_lowercase().contains("password") => Cause::Encrypted,
        ZipError::InvalidPassword => Cause::Encrypted,
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => Cause::UnsupportedMethod,
        ZipError::Io(e) if e.kind() == io::ErrorKind::UnexpectedEof => Cause::Truncated,
        _ => Cause::Corrupt,
    }
}

/// Parts that claim bytes of another part are not read: two readers would not agree on them, and a
/// few bytes could be claimed by many parts.
fn forbid_overlaps(parts: &mut [Part]) {
    let mut order: Vec<usize> = (0..parts.len()).filter(|i| !parts[*i].range.is_empty()).collect();
    order.sort_by_key(|i| (parts[*i].range.start, parts[*i].index));
    let mut end = 0;
    for i in order {
        if parts[i].range.start < end {
            parts[i].defect = Some((Cause::Ambiguous, "its bytes overlap another part's".to_owned()));
        }
        end = end.max(parts[i].range.end);
    }
}

/// Covers data descriptors (APPNOTE 4.3.9) and the central directory.
fn cover_structure(bytes: &[u8], directory: u64, parts: &[Part], sink: &mut Sink<'_>) {
    for part in parts {
        let end = part.range.end;
        let Some(tail) = bytes.get(end as usize..) else { continue };
        if tail.starts_with(b"PK\x07\x08") {
            let wide = tail.get(24..26) == Some(b"PK") && tail.get(16..18) != Some(b"PK");
            sink.cover(end..end + if wide { 24 } else { 16 }.min(tail.len() as u64), Class::Structure);
        }
    }
    let Some(end) = end_record(bytes) else { return };
    let comment = bytes.get(end + 20..end + 22).map_or(0, |b| u64::from(u16::from_le_bytes([b[0], b[1]])));
    // A comment is text of its own and is left to the scan.
    sink.cover(directory..(end as u64 + 22).min(bytes.len() as u64), Class::Structure);
    if comment > 0 {
        sink.note(format!("the package has a comment of {comment} bytes"));
    }
}

/// Names with their numbers as numbers, so that `sheet10` follows `sheet9`.
fn natural_key(name: &str) -> (String, u64, &str) {
    let digits = name.bytes().position(|b| b.is_ascii_digit()).unwrap_or(name.len());
    let number =
        name[digits..].bytes().take_while(u8::is_ascii_digit).fold(0u64, |n, b| n.saturating_mul(10).saturating_add(u64::from(b - b'0')));
    (name[..digits].to_owned(), number, name)
}

/// Enforces the run's limits while a part is decoded.
struct Guard<R> {
    inner: R,
    read: u64,
    encoded: u64,
    limits: Limits,
    exceeded: bool,
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.read += n as u64;
        let ratio = self.limits.ratio.saturating_mul(self.encoded.max(1)).max(self.limits.ratio_floor);
        if self.read > self.limits.member_bytes.min(ratio) {
            self.exceeded = true;
            return Err(io::Error::other("the part decodes to more than the limit"));
        }
        Ok(n)
    }
}

/// The targets of a part's relations, by their ids, as part names. `folder`: that of the part, with `/`.
pub fn relations(rels: &[u8], folder: &str) -> Vec<(String, String)> {
    use crate::format::text::markup::{Token, attribute, local};
    let mut lexer = Lexer::new(rels, false);
    let mut out = Vec::new();
    while let Ok(Some((_, token))) = lexer.token() {
        if let Token::Start(name, attributes, _) = token
            && local(name) == "Relationship"
            && let (Some(id), Some(target)) = (attribute(attributes, "Id"), attribute(attributes, "Target"))
        {
            let target = target.replace('\\', "/");
            let path = match target.strip_prefix('/') {
                Some(absolute) => absolute.to_owned(),
                None => format!("{folder}{}", target.trim_start_matches("./")),
            };
            out.push((id.into_owned(), path.to_ascii_lowercase()));
        }
    }
    out
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::{Cursor, Write};
    use zip::write::SimpleFileOptions;

    /// A package with these parts.
    pub fn package(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in parts {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }
}
