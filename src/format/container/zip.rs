//! ZIP (PKWARE APPNOTE 6.3.10): zip, jar, war and their kin, whole, cut off, behind a stub, with
//! entries that contradict each other. Whatever is not header, directory or member stays uncovered.

use super::span;
use super::zip_crypt::{Encryption, Keyring};
use super::zip_decode::View;
use super::zip_directory::{Directory, ENCRYPTED, Entry, LOCAL, Local, descriptor, is_plain_extra};
use super::zip_name::decoded;
use super::zip_walk::walk;
use crate::format::signature::{is_program, scan_program};
use crate::format::{At, Failure, Format, Probe, Runs, Sink};
use crate::model::{Cause, Class};
use std::ops::Range;

const LIMITATIONS: &[&str] = &["PKWARE's strong encryption is not decrypted", "of a split archive only the part at hand is read"];

/// A ZIP that begins with its first member.
pub static ZIP: Format =
    Format { name: "zip", media_type: "application/zip", recognise, read, runs: Runs::Inside, version: 3, limitations: LIMITATIONS };

/// A ZIP behind other bytes: a self-extracting archive, a document with an archive appended. Asked after
/// the formats that are known by how they begin.
pub static ZIP_APPENDED: Format = Format {
    name: "zip_appended",
    media_type: "application/zip",
    recognise: recognise_appended,
    read,
    runs: Runs::Inside,
    version: 3,
    limitations: LIMITATIONS,
};

fn recognise(probe: &Probe<'_>) -> bool {
    let first = |at| Local::parse(probe.bytes, at).is_some_and(|local| local.is_plausible());
    match probe.head.get(..4) {
        // Of an archive that is cut in its first header nothing can be said but that it was one.
        Some(b"PK\x03\x04") => first(0) || probe.bytes.len() < 512,
        Some(b"PK\x07\x08" | b"PK00") => first(4),
        Some(b"PK\x05\x06") => Directory::find(probe.bytes).is_some(),
        _ => false,
    }
}

fn recognise_appended(probe: &Probe<'_>) -> bool {
    Directory::find_at_end(probe.bytes).is_some()
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let len = bytes.len() as u64;
    let limits = sink.limits();
    let directory = Directory::find(bytes);
    let whole = directory.as_ref().filter(|d| d.base == 0 || !bytes.starts_with(LOCAL));
    let Some(directory) = whole else {
        let found = walk(bytes, 0..bytes.len(), limits.entries, &mut Keyring::default(), sink);
        let (cause, what) = match directory {
            Some(_) => (Cause::Ambiguous, "the directory at the end belongs to a part of the archive"),
            None => (Cause::Truncated, "the central directory is missing"),
        };
        sink.gap(len..len, cause, format!("{what}; {found} members found by their own headers"));
        return Ok(());
    };
    let mut reading = Reading { bytes, directory, decoded: 0, members: 0, listed: 0, keys: Keyring::default() };
    reading.directory(sink);
    if directory.comment_cut {
        sink.gap(len..len, Cause::Truncated, "the archive's comment is cut off");
    }
    // What lies between the members and is none of theirs: members that the directory does not name.
    let mut hidden = 0;
    for range in sink.coverage.uncovered(len).into_iter().filter(|r| r.end - r.start >= 30) {
        let left = limits.entries.saturating_sub(reading.members + hidden);
        hidden += walk(bytes, range.start as usize..range.end as usize, left, &mut reading.keys, sink);
    }
    // What is left of the program that unpacks the archive is no noise.
    if is_program(bytes) {
        let stub = sink.coverage.uncovered(len).into_iter().next().filter(|range| range.start == 0);
        stub.into_iter().for_each(|range| scan_program(bytes, range, sink));
    }
    if hidden > 0 {
        sink.note(format!("{hidden} members that the central directory does not name"));
    }
    Ok(())
}

struct Reading<'a> {
    bytes: &'a [u8],
    directory: &'a Directory,
    /// Encoded bytes decoded so far; more than the archive has when members overlap.
    decoded: u64,
    /// Members pushed so far.
    members: u64,
    /// Headers of the directory seen so far.
    listed: u64,
    keys: Keyring,
}

impl<'a> Reading<'a> {
    fn directory(&mut self, sink: &mut Sink<'_>) {
        let Directory { central, end, comment, .. } = self.directory;
        let limits = sink.limits();
        let mut at = central.start;
        while at < central.end {
            if sink.stopped() {
                return;
            }
            let Some(entry) = Entry::parse(self.bytes, at).filter(|e| e.comment.end <= central.end) else {
                // A digital signature may stand at the directory's end; it is no member.
                if self.bytes[at..central.end].starts_with(b"PK\x05\x05") {
                    break;
                }
                sink.gap(at as u64..at as u64, Cause::Corrupt, format!("the central directory is broken after {} members", self.listed));
                break;
            };
            if self.members >= limits.entries {
                let detail = format!("{} members are stated, the limit is {}", self.directory.entries, limits.entries);
                sink.gap(at as u64..at as u64, Cause::LimitEntries, detail);
                break;
            }
            self.members += 1;
            self.listed += 1;
            self.entry(&entry, sink);
            at = entry.comment.end;
        }
        let (stated, found) = (self.directory.entries, self.listed);
        // Writers without ZIP64 let the count run over at 65,536.
        if at >= central.end && stated != found && stated & 0xFFFF != found & 0xFFFF {
            sink.gap(central.end as u64..central.end as u64, Cause::Ambiguous, format!("{stated} members are stated, {found} are listed"));
        }
        sink.cover(span(end), Class::Structure);
        text_of(self.bytes, comment, sink);
    }

    fn entry(&mut self, entry: &Entry<'_>, sink: &mut Sink<'_>) {
        let bytes = self.bytes;
        let plain = is_plain_extra(&bytes[entry.extra.clone()]);
        let header = entry.header.start..if plain { entry.header.end } else { entry.extra.start };
        sink.cover(span(&header), Class::Structure);
        text_of(bytes, &entry.comment, sink);
        let name = &*decoded(entry.name, entry.flags, bytes.get(entry.extra.clone()).unwrap_or_default());

        let nowhere = entry.header.start as u64..entry.header.start as u64;
        if entry.disk < self.directory.disk {
            let detail = format!("in part {} of a split archive", entry.disk + 1);
            return sink.unread_member(name, nowhere, entry.size, Cause::Truncated, detail);
        }
        let start = usize::try_from(entry.local.wrapping_add(self.directory.base)).unwrap_or(usize::MAX);
        let Some(local) = Local::parse(bytes, start) else {
            let detail = format!("no local header at {start}");
            return sink.unread_member(name, nowhere, entry.size, Cause::Corrupt, detail);
        };
        let coding = (entry.method, entry.flags, entry.time);
        let view = view(bytes, local.header.end, coding, &entry.extra, (entry.crc, entry.compressed, entry.size));
        self.data((entry, name), start, &local, &view, sink);
        self.contradictions(entry, start, &local, &view, sink);
    }

    fn data(&mut self, (entry, name): (&Entry<'_>, &[u8]), start: usize, local: &Local<'_>, view: &View, sink: &mut Sink<'_>) {
        let encoded = start..view.data.end;
        if let Some(tail) = descriptor(self.bytes, view.data.end, entry.compressed).filter(|_| local.flags & 8 != 0) {
            sink.cover(span(&(view.data.end..view.data.end + tail)), Class::Structure);
        }
        if entry.name.ends_with(b"/") && view.data.is_empty() && view.missing == 0 {
            let end = if is_plain_extra(&self.bytes[local.extra.clone()]) { local.header.end } else { local.extra.start };
            return sink.cover(span(&(start..end)), Class::Structure);
        }
        self.decoded += view.data.len() as u64;
        if self.decoded > 2 * self.bytes.len() as u64 + (1 << 16) {
            let detail = "members share their encoded bytes over and over";
            return sink.unread_member(name, span(&encoded), entry.size, Cause::LimitSize, detail);
        }
        // Bytes in unknown extra fields belong to the header; they are scanned like any other rest.
        let from = if is_plain_extra(&self.bytes[local.extra.clone()]) { start } else { local.header.end };
        if from > start {
            sink.cover(span(&(start..local.extra.start)), Class::Structure);
        }
        view.push(self.bytes, name, from..view.data.end, &mut self.keys, sink);
    }

    /// A reader that goes by local headers might see another member here than one that goes by the
    /// directory. Where it would, both members are read, and the contradiction is stated.
    fn contradictions(&mut self, entry: &Entry<'_>, start: usize, local: &Local<'_>, view: &View, sink: &mut Sink<'_>) {
        let other_name = !same_name(entry, local);
        let other_data = match local.sizes {
            Some((crc, compressed, size)) if compressed > 0 || entry.compressed == 0 => {
                let coding = (local.method, local.flags, local.time);
                let theirs = self::view(self.bytes, local.header.end, coding, &local.extra, (crc, compressed, size));
                let differs = theirs.method != view.method || theirs.data != view.data || (theirs.flags ^ view.flags) & ENCRYPTED != 0;
                differs.then_some(theirs)
            }
            _ if local.method != entry.method => {
                let extra = &self.bytes[local.extra.clone()];
                let (encryption, method) = Encryption::of(local.flags, local.method, extra, entry.crc, local.time);
                Some(View { method, encryption, check: None, ..view.clone() })
            }
            _ => None,
        };
        if !other_name && other_data.is_none() {
            return;
        }
        let what = match (other_name, &other_data) {
            (true, Some(_)) => "name and data",
            (true, None) => "name",
            (false, _) => "data",
        };
        sink.gap(start as u64..start as u64, Cause::Ambiguous, format!("local header and directory disagree about a member's {what}"));
        let theirs = other_data.unwrap_or_else(|| view.clone());
        self.decoded += theirs.data.len() as u64;
        if self.decoded <= 2 * self.bytes.len() as u64 + (1 << 16) {
            self.members += 1;
            let name = decoded(local.name, local.flags, self.bytes.get(local.extra.clone()).unwrap_or_default());
            theirs.push(self.bytes, &name, start..theirs.data.end, &mut self.keys, sink);
        }
    }
}

/// What a header says: method, flags and time; extra fields; CRC-32, encoded and decoded size.
fn view(
    bytes: &[u8],
    start: usize,
    (method, flags, time): (u16, u16, u16),
    extra: &Range<usize>,
    (crc, compressed, size): (u32, u64, u64),
) -> View {
    let held = (bytes.len() - start.min(bytes.len())) as u64;
    let end = start + compressed.min(held) as usize;
    let (encryption, method) = Encryption::of(flags, method, &bytes[extra.clone()], crc, time);
    View { method, flags, encryption, check: Some((crc, size)), data: start..end, missing: compressed.saturating_sub(held) }
}

/// Slashes may be written either way, and one header may have the name in UTF-8 and the other in the
/// writer's code page.
fn same_name(entry: &Entry<'_>, local: &Local<'_>) -> bool {
    let slash = |b: &u8| if *b == b'\\' { b'/' } else { *b };
    let other_charset = (entry.flags ^ local.flags) & 1 << 11 != 0 && !entry.name.is_ascii() && !local.name.is_ascii();
    // A directory that is itself encrypted masks the local names.
    let masked = local.flags & 1 << 13 != 0;
    other_charset || masked || entry.name.iter().map(slash).eq(local.name.iter().map(slash))
}

/// A comment, where it is text; otherwise it stays uncovered.
fn text_of(bytes: &[u8], range: &Range<usize>, sink: &mut Sink<'_>) {
    let Some(Ok(text)) = bytes.get(range.clone()).map(std::str::from_utf8) else { return };
    if text.is_empty() || text.chars().any(|c| c.is_control() && !c.is_whitespace()) {
        return;
    }
    sink.border();
    sink.text(text, At::Utf8(range.start as u64));
    sink.border();
    sink.cover(span(range), Class::Read);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Covered;
    use crate::format::testing::read_with;
    use ::zip::write::SimpleFileOptions;
    use proptest::prelude::*;
    use std::io::{Cursor, Write};

    fn archive(members: &[(String, Vec<u8>)], method: ::zip::CompressionMethod) -> Vec<u8> {
        let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, data) in members {
            writer.start_file(name.as_str(), SimpleFileOptions::default().compression_method(method)).unwrap();
            writer.write_all(data).unwrap();
        }
        writer.set_comment("for First State Bank").unwrap();
        writer.finish().unwrap().into_inner()
    }

    type Seen = (Vec<(String, Vec<u8>)>, Vec<Cause>, String);

    /// Members with their bytes, causes of gaps and defects, text.
    fn seen(bytes: &[u8]) -> Seen {
        read_with(read, bytes, |sink, out| {
            let decoded = out.members.lock().unwrap();
            let names = sink.members.iter().filter(|m| m.content.is_some()).map(|m| String::from_utf8_lossy(&m.name).into_owned());
            let causes = sink.gaps.iter().map(|g| g.cause).chain(sink.members.iter().filter_map(|m| m.defect));
            (names.zip(decoded.iter().cloned()).collect(), causes.collect(), out.text())
        })
    }

    fn sample() -> Vec<(String, Vec<u8>)> {
        let noise = (0..9000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        vec![("a/b.txt".into(), b"plain text ".repeat(80)), ("empty".into(), vec![]), ("noise.bin".into(), noise)]
    }

    proptest! {
        #[test]
        fn members_come_out_as_they_went_in(
            members in prop::collection::btree_map("[a-z/]{0,8}[a-z]", prop::collection::vec(any::<u8>(), 0..600), 0..6),
            stored in any::<bool>(), before in 0usize..70, after in 0usize..70,
        ) {
            let members: Vec<_> = members.into_iter().collect();
            let method = if stored { ::zip::CompressionMethod::Stored } else { ::zip::CompressionMethod::Deflated };
            let zip = archive(&members, method);
            let bytes = [vec![b'#'; before], zip, vec![b'#'; after]].concat();
            let (found, causes, text) = seen(&bytes);
            prop_assert_eq!(found, members);
            prop_assert_eq!(causes, vec![]);
            prop_assert!(text.contains("First State Bank"));
        }

        #[test]
        fn flipped_bytes_do_no_harm(at in 0usize..2000, to in any::<u8>()) {
            let mut bytes = archive(&sample(), ::zip::CompressionMethod::Deflated);
            let at = at % bytes.len();
            bytes[at] = to;
            seen(&bytes);
        }
    }

    #[test]
    fn every_method_of_the_crate_is_decoded() {
        use ::zip::CompressionMethod as Method;
        for method in [Method::Stored, Method::Deflated, Method::Bzip2, Method::Zstd, Method::Xz, Method::Ppmd] {
            assert_eq!(seen(&archive(&sample(), method)).0, sample(), "{method}");
        }
    }

    #[test]
    fn a_cut_archive_shows_what_is_left_and_says_so() {
        let bytes = archive(&sample(), ::zip::CompressionMethod::Deflated);
        for i in 0..64 {
            let (found, causes, _) = seen(&bytes[..bytes.len() * i / 64]);
            assert!(!causes.is_empty(), "cut at {i}/64");
            if i > 60 {
                assert!(found.len() >= 2, "cut at {i}/64");
            }
        }
    }

    #[test]
    fn streamed_archives_without_directory_are_read_by_their_descriptors() {
        let mut bytes = Vec::new();
        for (name, data) in sample() {
            let mut writer = ::zip::ZipWriter::new_stream(Vec::new());
            writer.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
            writer.write_all(&data).unwrap();
            let one = writer.finish().unwrap().into_inner();
            bytes.extend(&one[..memchr::memmem::rfind(&one, b"PK\x01\x02").unwrap()]);
        }
        let (found, causes, _) = seen(&bytes);
        assert_eq!((found, causes), (sample(), vec![Cause::Truncated]));
    }

    #[test]
    fn two_members_of_one_name_are_two() {
        let mut bytes = archive(&[("x1".into(), b"first".to_vec()), ("x2".into(), b"second".to_vec())], ::zip::CompressionMethod::Stored);
        while let Some(at) = memchr::memmem::find(&bytes, b"x2") {
            bytes[at + 1] = b'1';
        }
        let (found, causes, _) = seen(&bytes);
        assert_eq!(found, [("x1".into(), b"first".to_vec()), ("x1".into(), b"second".to_vec())]);
        assert!(causes.is_empty());
    }

    #[test]
    fn names_that_disagree_are_both_given() {
        let mut bytes = archive(&[("inner/a".into(), b"data".to_vec())], ::zip::CompressionMethod::Stored);
        let at = memchr::memmem::find(&bytes, b"inner").unwrap();
        bytes[at] = b'o';
        let (found, causes, _) = seen(&bytes);
        assert_eq!(found, [("inner/a".into(), b"data".to_vec()), ("onner/a".into(), b"data".to_vec())]);
        assert_eq!(causes, [Cause::Ambiguous]);
    }

    #[test]
    fn members_missing_from_the_directory_are_found() {
        let visible = archive(&[("seen".into(), b"abc".to_vec())], ::zip::CompressionMethod::Stored);
        let hidden = archive(&[("hidden".into(), b"secret".to_vec())], ::zip::CompressionMethod::Stored);
        let cut = memchr::memmem::find(&hidden, b"PK\x01\x02").unwrap();
        let (found, ..) = seen(&[&b"stub"[..], &hidden[..cut], &visible].concat());
        assert_eq!(found.len(), 2);
        let directory = memchr::memmem::find(&visible, b"PK\x01\x02").unwrap();
        let (found, ..) = seen(&[&visible[..directory], &hidden[..cut], &visible[directory..]].concat());
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn encrypted_members_are_named_and_not_read() {
        let mut bytes = archive(&[("a".into(), b"data".to_vec())], ::zip::CompressionMethod::Stored);
        let directory = memchr::memmem::find(&bytes, b"PK\x01\x02").unwrap();
        bytes[6] |= 1;
        bytes[directory + 8] |= 1;
        let (found, causes, _) = seen(&bytes);
        assert_eq!((found.len(), causes), (0, vec![Cause::Encrypted]));
    }

    #[test]
    fn a_thousand_members_over_the_same_bytes_are_not_decoded_a_thousand_times() {
        let data = vec![7; 100_000];
        let one = archive(&[("a".into(), data)], ::zip::CompressionMethod::Stored);
        let directory = Directory::find(&one).unwrap();
        let mut bytes = one[..directory.central.end].to_vec();
        for _ in 0..1000 {
            bytes.extend_from_slice(&one[directory.central.clone()]);
        }
        let size = (directory.central.len() * 1001) as u32;
        let mut end = one[directory.end.clone()].to_vec();
        end[8..12].copy_from_slice(&[0xE9, 3, 0xE9, 3]);
        end[12..16].copy_from_slice(&size.to_le_bytes());
        end[20..22].fill(0);
        bytes.extend(end);
        let (found, causes, _) = seen(&bytes);
        assert!(found.len() < 10 && causes.contains(&Cause::LimitSize));
    }

    #[test]
    fn all_bytes_of_a_plain_archive_are_covered() {
        read_with(read, &archive(&sample(), ::zip::CompressionMethod::Deflated), |sink, _| {
            let len = archive(&sample(), ::zip::CompressionMethod::Deflated).len() as u64;
            for (range, covered) in sink.coverage.clone().partition(len) {
                assert!(matches!(covered, Some(Covered::As(_) | Covered::Member(_))), "{range:?}");
            }
        });
    }
}
