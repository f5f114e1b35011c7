//! ar archives (`ar(5)`, in the System V, GNU and BSD variants), Debian packages among them: headers of 60
//! bytes, data filled up to an even length.

use crate::format::{Failure, Format, Runs, Sink};
use crate::model::{Cause, Class};
use std::io::{Error, ErrorKind, Read};
use std::ops::Range;

/// An ar archive.
pub static AR: Format = Format {
    name: "ar",
    media_type: "application/x-archive",
    recognise: |probe| probe.head.starts_with(MAGIC),
    read,
    runs: Runs::Inside,
    version: 1,
    limitations: &["members of a thin archive lie elsewhere"],
};

const MAGIC: &[u8; 8] = b"!<arch>\n";
const HEADER: usize = 60;

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let len = bytes.len();
    sink.cover(0..MAGIC.len() as u64, Class::Structure);
    let (mut at, mut found) = (MAGIC.len(), 0);
    let mut names: Range<usize> = 0..0;
    while at < len && !sink.stopped() {
        let header = bytes.get(at..at + HEADER).ok_or_else(|| Failure::truncated(at as u64, "a member's header is cut off"))?;
        let size = decimal(&header[48..58]).filter(|_| header.ends_with(b"`\n"));
        let size = size.ok_or_else(|| Failure::corrupt(at as u64, "there is no header where the next member should begin"));
        let size = size.inspect_err(|failure| sink.gap(failure.at..failure.at, failure.cause, failure.detail.clone()))?;
        if found == sink.limits().entries {
            sink.gap(at as u64..at as u64, Cause::LimitEntries, format!("more than {found} members"));
            return Ok(());
        }
        found += 1;
        let mut start = at + HEADER;
        let stated = (start as u64).saturating_add(size);
        let end = stated.min(len as u64) as usize;
        let raw = header[..16].trim_ascii_end();
        let name = match raw {
            // The table of long names, and tables of symbols.
            b"//" => {
                names = start..end;
                None
            }
            b"/" | b"/SYM64/" | b"__.SYMDEF" | b"__.SYMDEF SORTED" => None,
            [b'#', b'1', b'/', length @ ..] => {
                let length = decimal(length).unwrap_or(0).min((end - start) as u64) as usize;
                start += length;
                let name = &bytes[start - length..start];
                Some(&name[..name.iter().position(|&b| b == 0).unwrap_or(length)])
            }
            [b'/', offset @ ..] => {
                let from = decimal(offset).map_or(names.end, |offset| names.start.saturating_add(offset as usize)).min(names.end);
                let long = &bytes[from..names.end];
                let name = &long[..long.iter().position(|&b| b == b'\n').unwrap_or(long.len())];
                Some(name.strip_suffix(b"/").unwrap_or(name))
            }
            short => Some(short.strip_suffix(b"/").unwrap_or(short)),
        };
        sink.cover(at as u64..start as u64, Class::Structure);
        match name {
            Some(name) => {
                let missing = stated - end as u64;
                sink.member(name, start as u64..end as u64, &mut Held { bytes: &bytes[start..end], missing });
            }
            // Tables are left to the scan: symbols are words.
            None if stated > end as u64 => return Err(Failure::truncated(len as u64, "a table is cut off")),
            None => {}
        }
        at = end + end % 2;
        if at <= len && end % 2 == 1 {
            sink.cover(end as u64..at as u64, Class::Structure);
        }
    }
    Ok(())
}

fn decimal(field: &[u8]) -> Option<u64> {
    std::str::from_utf8(field).ok()?.trim().parse().ok()
}

/// Data that are stored as they are, with an error at their end where some are missing.
pub(in crate::format) struct Held<'a> {
    pub bytes: &'a [u8],
    pub missing: u64,
}

impl Read for Held<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = self.bytes.read(out)?;
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

    fn member(name: &str, data: &[u8]) -> Vec<u8> {
        let mut out = format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 100_644, data.len()).into_bytes();
        out.extend(data);
        out.resize(out.len().next_multiple_of(2), b'\n');
        out
    }

    fn archive() -> Vec<u8> {
        let long = b"a name that is longer than its field.txt/\n";
        let bsd = [&b"bsd name"[..], b"three"].concat();
        [&MAGIC[..], &member("//", long), &member("short.txt/", b"one"), &member("/0", b"two"), &member("#1/8", &bsd)].concat()
    }

    fn seen(bytes: &[u8]) -> (Vec<(String, Vec<u8>)>, usize) {
        read_with(read, bytes, |sink, out| {
            let names = sink.members.iter().map(|m| String::from_utf8_lossy(&m.name).into_owned());
            let defects = sink.gaps.len() + sink.members.iter().filter(|m| m.defect.is_some()).count() + sink.facts.notes.len();
            (names.zip(out.members.lock().unwrap().iter().cloned()).collect(), defects)
        })
    }

    #[test]
    fn names_of_all_variants_are_read() {
        let expected = [("short.txt", "one"), ("a name that is longer than its field.txt", "two"), ("bsd name", "three")];
        let (members, defects) = seen(&archive());
        assert_eq!(members, expected.map(|(name, data)| (name.to_owned(), data.as_bytes().to_vec())));
        assert_eq!(defects, 0);
    }

    #[test]
    fn a_cut_archive_says_so() {
        let whole = archive();
        let ends: Vec<usize> = {
            let one = MAGIC.len() + member("//", &[0; 42]).len();
            [one, one + 64, one + 128, whole.len() - 1].to_vec()
        };
        for cut in (9..whole.len()).filter(|cut| !ends.contains(cut)) {
            assert!(seen(&whole[..cut]).1 > 0 || cut % 2 == 1, "cut at {cut}");
        }
    }

    proptest! {
        #[test]
        fn flipped_bytes_do_no_harm(at in 0usize..400, to in any::<u8>()) {
            let mut bytes = archive();
            let at = at % bytes.len();
            bytes[at] = to;
            seen(&bytes);
        }
    }
}
