//! tar: v7, ustar and pax (POSIX.1-2001 pax, section "ustar Interchange Format"), GNU (long names,
//! sparse files). Members are files, and links to them; directories and devices are structure.

use super::tar_links::Links;
use crate::format::{At, Failure, Format, Probe, Runs, Sink, runs_of};
use crate::model::{Cause, Class};
use std::collections::BTreeSet;
use std::io::{Cursor, Error, ErrorKind, Read, Seek};

/// A tar archive.
pub static TAR: Format = Format {
    name: "tar",
    media_type: "application/x-tar",
    recognise,
    read,
    runs: Runs::Inside,
    version: 3,
    limitations: &["of a multi-volume archive only the part at hand is read"],
};

const BLOCK: usize = 512;

/// The header's checksum holds (it is the same in all dialects).
fn recognise(probe: &Probe<'_>) -> bool {
    probe.head.first_chunk::<BLOCK>().is_some_and(is_header)
}

/// Sum of all bytes of the header, its own field taken as blanks; old writers summed signed bytes. A sum alone
/// is met by chance, so the numeric fields must be numbers and the name must be one.
fn is_header(block: &[u8; BLOCK]) -> bool {
    let is_number = |field: &[u8]| field[0] & 0x80 != 0 || field.iter().all(|b| matches!(b, b'0'..=b'7' | b' ' | 0));
    let has_digits = block[148..156].iter().filter(|b| (b'0'..=b'7').contains(*b)).count() >= 2
        && block[148..156].iter().all(|b| matches!(b, b'0'..=b'7' | b' ' | 0));
    let is_name = block[..100].iter().take_while(|b| **b != 0).all(|b| *b >= b' ');
    let is_type = block[156] == 0 || block[156].is_ascii_alphanumeric();
    if !(has_digits && is_name && is_type && is_number(&block[100..108]) && is_number(&block[124..136])) {
        return false;
    }
    let digits = block[148..156].iter().skip_while(|&&b| b == b' ').take_while(|b| (b'0'..=b'7').contains(b));
    let stated = digits.fold(0u32, |sum, b| sum << 3 | u32::from(b - b'0'));
    let others = || block[..148].iter().chain(&block[156..]);
    let unsigned = others().map(|&b| u32::from(b)).sum::<u32>() + 8 * 32;
    let signed = others().map(|&b| i32::from(b as i8)).sum::<i32>() + 8 * 32;
    let is_named = block[0] != 0 || block[345] != 0 || &block[257..262] == b"ustar";
    is_named && (stated == unsigned || i32::try_from(stated) == Ok(signed))
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let mut reading = Reading { bytes, found: 0, owners: BTreeSet::new(), links: Links::default() };
    let mut at = 0;
    // Archives may stand one behind the other, and behind a broken header there may be whole ones.
    loop {
        let (end, outcome) = reading.archive(at, sink);
        let end = end.min(bytes.len());
        let rest = &bytes[end..];
        let zeros = rest.iter().position(|&b| b != 0).unwrap_or(rest.len());
        match outcome {
            Outcome::Stop => return Ok(()),
            Outcome::Broken(cause, detail) => sink.gap(end as u64..end as u64, cause, detail),
            Outcome::End if zeros < 2 * BLOCK => {
                let what = if zeros == rest.len() { Cause::Truncated } else { Cause::Corrupt };
                sink.gap(end as u64..end as u64, what, "the archive's end mark is missing");
            }
            Outcome::End => {}
        }
        sink.cover(end as u64..(end + zeros) as u64, Class::Structure);
        let from = end + zeros / BLOCK * BLOCK;
        let broken_here = if zeros < BLOCK { BLOCK } else { 0 };
        let next = (from + broken_here..bytes.len()).step_by(BLOCK).find(|&p| bytes[p..].first_chunk().is_some_and(is_header));
        match next {
            Some(next) => at = next,
            None => {
                reading.links.end(sink);
                return Ok(());
            }
        }
    }
}

enum Outcome {
    /// An empty block, or nothing, stands where the next header would.
    End,
    /// No header stands where one should.
    Broken(Cause, String),
    /// A limit was reached, or the run was interrupted.
    Stop,
}

struct Reading<'a> {
    bytes: &'a [u8],
    found: u64,
    /// Owners and groups seen so far.
    owners: BTreeSet<Vec<u8>>,
    links: Links,
}

impl Reading<'_> {
    /// Reads the archive that begins at `base`; returns where it ends, and how.
    fn archive(&mut self, base: usize, sink: &mut Sink<'_>) -> (usize, Outcome) {
        let bytes = &self.bytes[base..];
        let limits = sink.limits();
        let mut archive = ::tar::Archive::new(Cursor::new(bytes));
        let mut end = 0;
        let entries = match archive.entries_with_seek() {
            Ok(entries) => entries,
            Err(error) => return (base, Outcome::Broken(Cause::Corrupt, error.to_string())),
        };
        for entry in entries {
            if sink.stopped() {
                return (base + end, Outcome::Stop);
            }
            match entry {
                Ok(_) if self.found == limits.entries => {
                    let at = (base + end) as u64;
                    sink.gap(at..at, Cause::LimitEntries, format!("more than {} members", limits.entries));
                    return (base + end, Outcome::Stop);
                }
                Ok(entry) => {
                    self.found += 1;
                    end = self.member(base, end, entry, sink);
                }
                Err(error) => {
                    let cause = if bytes.len() - end < BLOCK { Cause::Truncated } else { Cause::Corrupt };
                    return (base + end, Outcome::Broken(cause, error.to_string()));
                }
            }
        }
        (base + end, Outcome::End)
    }

    /// Reads one entry whose headers begin at `from`; returns where the next one begins, both counted
    /// from `base`.
    fn member<R: Read + Seek>(&mut self, base: usize, from: usize, mut entry: ::tar::Entry<'_, R>, sink: &mut Sink<'_>) -> usize {
        let bytes = &self.bytes[base..];
        let at = |position: usize| (base + position) as u64;
        let position = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
        let header = position(entry.raw_header_position());
        let kind = entry.header().entry_type();
        let mut start = position(entry.raw_file_position());
        let mut stored = entry.size();
        if kind.is_gnu_sparse() {
            // The entry's size is that of the whole file; the field states what is stored, which stands
            // behind further blocks of the map, each marking whether one follows.
            stored = entry.header().entry_size().unwrap_or(0);
            let mut more = bytes.get(header + 482).is_some_and(|&b| b != 0);
            while more && start < bytes.len() {
                more = bytes.get(start + 504).is_some_and(|&b| b != 0);
                start = (start + BLOCK).min(bytes.len());
            }
        }
        let name = sparse_name(&mut entry).unwrap_or_else(|| entry.path_bytes().into_owned());
        let end = (start as u64).saturating_add(stored);
        let missing = end.saturating_sub(bytes.len() as u64);
        let data = start..position(end);
        let next = position(end.checked_next_multiple_of(BLOCK as u64).unwrap_or(u64::MAX));

        // Long names and times take few blocks; longer headers have room for more and are scanned.
        let headers = if header.saturating_sub(from) <= 3 * BLOCK { from } else { header };
        sink.cover(at(headers)..at(start), Class::Structure);
        push_records(&mut entry, at(headers), sink);
        self.words(&entry, at(header), sink);
        let is_directory = kind.is_dir() || name.ends_with(b"/");
        let is_file = !is_directory && (kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse());
        // Links and directories have no data. Where one states some, it is read all the same.
        if is_file || stored > 0 {
            sink.member(&name, at(data.start)..at(data.end), &mut Complete { inner: &mut entry, missing });
            self.links.file(&name, sink.members.len().saturating_sub(1));
        } else if is_directory {
            self.links.folder(&name);
        } else if let (true, Some(target)) = (kind.is_symlink() || kind.is_hard_link(), entry.link_name_bytes()) {
            self.links.link(&name, &target, kind.is_symlink(), at(header));
        }
        if bytes[data.end..next].iter().all(|&b| b == 0) {
            sink.cover(at(data.end)..at(next), Class::Structure);
        }
        next
    }

    /// Link targets, owners and groups are text: an owner may be an account of the platform.
    fn words<R: Read>(&mut self, entry: &::tar::Entry<'_, R>, at: u64, sink: &mut Sink<'_>) {
        let header = entry.header();
        let owners = [header.username_bytes(), header.groupname_bytes()].into_iter().flatten();
        let mut words: Vec<Vec<u8>> = owners.filter(|w| !w.is_empty() && self.owners.insert(w.to_vec())).map(<[u8]>::to_vec).collect();
        if self.owners.len() > 1 << 16 {
            self.owners.clear();
        }
        words.extend(entry.link_name_bytes().filter(|w| !w.is_empty()).map(|w| w.into_owned()));
        for word in words {
            sink.border();
            sink.text(&String::from_utf8_lossy(&word), At::Decoded(at));
            sink.border();
        }
    }
}

/// Comments, extended attributes and whatever else the pax headers of an entry say besides what becomes its name,
/// owner, size or time.
fn push_records<R: Read>(entry: &mut ::tar::Entry<'_, R>, at: u64, sink: &mut Sink<'_>) {
    let Ok(Some(extensions)) = entry.pax_extensions() else { return };
    for record in extensions.flatten() {
        let key = String::from_utf8_lossy(record.key_bytes());
        let is_known = matches!(
            &key[..],
            "path" | "linkpath" | "uname" | "gname" | "uid" | "gid" | "size" | "mtime" | "atime" | "ctime" | "hdrcharset"
        );
        if is_known || key.starts_with("GNU.sparse.") {
            continue;
        }
        let value = match std::str::from_utf8(record.value_bytes()) {
            Ok(value) => value.to_owned(),
            Err(_) => runs_of(record.value_bytes()),
        };
        sink.border();
        // A comment is text by itself; of attributes the name says what they are.
        if key != "comment" {
            sink.text(&format!("{key}: "), At::Decoded(at));
        }
        sink.text(&value, At::Decoded(at));
        sink.border();
    }
}

/// The name of a sparse file written with pax headers, whose name field holds a stand-in.
fn sparse_name<R: Read>(entry: &mut ::tar::Entry<'_, R>) -> Option<Vec<u8>> {
    let extensions = entry.pax_extensions().ok()??;
    extensions.flatten().find(|e| e.key_bytes() == b"GNU.sparse.name").map(|e| e.value_bytes().to_vec())
}

/// Reports the end of what is held as an error where the archive states more.
struct Complete<R> {
    inner: R,
    missing: u64,
}

impl<R: Read> Read for Complete<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(out)?;
        if n == 0 && !out.is_empty() && self.missing > 0 {
            return Err(Error::new(ErrorKind::UnexpectedEof, format!("{} bytes are missing", self.missing)));
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;
    use proptest::prelude::*;

    fn archive(members: &[(String, Vec<u8>)]) -> Vec<u8> {
        let mut builder = ::tar::Builder::new(Vec::new());
        for (name, data) in members {
            let mut header = ::tar::Header::new_gnu();
            header.set_size(data.len() as u64);
            header.set_username("fsb_prod").unwrap();
            builder.append_data(&mut header, name, &data[..]).unwrap();
        }
        builder.into_inner().unwrap()
    }

    fn seen(bytes: &[u8]) -> (Vec<(String, Vec<u8>)>, Vec<Cause>) {
        read_with(read, bytes, |sink, out| {
            let decoded = out.members.lock().unwrap();
            let names = sink.members.iter().map(|m| String::from_utf8_lossy(&m.name).into_owned());
            let causes = sink.gaps.iter().map(|g| g.cause).chain(sink.members.iter().filter_map(|m| m.defect));
            (names.zip(decoded.iter().cloned()).collect(), causes.collect())
        })
    }

    proptest! {
        #[test]
        fn members_come_out_as_they_went_in(
            members in prop::collection::vec(("[a-z]{1,9}(/[a-z]{1,90}){0,3}", prop::collection::vec(any::<u8>(), 0..1400)), 1..6),
        ) {
            let bytes = archive(&members);
            prop_assert!(recognise(&Probe::new(&bytes)));
            prop_assert_eq!(seen(&bytes), (members, vec![]));
        }

        #[test]
        fn a_cut_or_broken_archive_says_so_and_does_no_harm(cut in 1usize..6000, at in 0usize..6000, to in any::<u8>()) {
            let mut bytes = archive(&[("first".into(), vec![b'x'; 1000]), ("second".into(), vec![b'y'; 3000])]);
            let (_, causes) = seen(&bytes[..cut.min(bytes.len() - 1024)]);
            prop_assert!(!causes.is_empty());
            let at = at % bytes.len();
            bytes[at] = to;
            seen(&bytes);
        }
    }

    #[test]
    fn archives_one_behind_the_other_and_behind_a_broken_header_are_read() {
        let one = archive(&[("a".into(), b"1".to_vec())]);
        assert_eq!(seen(&[one.clone(), one.clone()].concat()).0.len(), 2);
        let mut three = archive(&[("a".into(), b"1".to_vec()), ("b".into(), b"2".to_vec()), ("c".into(), b"3".to_vec())]);
        three[1024] ^= 1;
        let (members, causes) = seen(&three);
        assert_eq!((members.len(), causes), (2, vec![Cause::Corrupt]));
    }

    #[test]
    fn comments_and_attributes_become_text() {
        let mut builder = ::tar::Builder::new(Vec::new());
        builder
            .append_pax_extensions([("comment", &b"Client code: QX7734"[..]), ("SCHILY.xattr.user.owner", b"First State Bank")])
            .unwrap();
        let mut header = ::tar::Header::new_ustar();
        header.set_size(1);
        builder.append_data(&mut header, "a", &b"1"[..]).unwrap();
        let bytes = builder.into_inner().unwrap();
        let text = read_with(read, &bytes, |_, out| out.text());
        assert!(text.contains("Client code: QX7734") && text.contains("SCHILY.xattr.user.owner: First State Bank"), "{text}");
    }

    #[test]
    fn owners_become_text() {
        let bytes = archive(&[("a".into(), b"1".to_vec())]);
        assert!(read_with(read, &bytes, |_, out| out.text().contains("fsb_prod")));
    }
}
