//! cpio archives (`cpio(5)`): newc with and without checksums, the portable ASCII form (odc), and the old
//! binary form in both orders of bytes; and RPM packages, whose payload is a compressed cpio archive behind
//! two headers.

use super::ar::Held;
use super::le16;
use crate::format::{At, Failure, Format, Runs, Sink};
use crate::model::{Cause, Class};

/// A cpio archive.
pub static CPIO: Format = Format {
    name: "cpio",
    media_type: "application/x-cpio",
    recognise: |probe| Header::parse(probe.bytes, 0).is_some(),
    read,
    runs: Runs::Inside,
    version: 1,
    limitations: &["further names of a file that newc stores once are listed empty"],
};

/// An RPM package.
pub static RPM: Format = Format {
    name: "rpm",
    media_type: "application/x-rpm",
    recognise: |probe| probe.head.starts_with(b"\xED\xAB\xEE\xDB"),
    read: read_rpm,
    runs: Runs::Inside,
    version: 1,
    limitations: &["of the headers only their words are searched"],
};

/// Longest name; longer ones are no names.
const LONGEST_NAME: usize = 1 << 16;

/// What the header of an entry says.
struct Header {
    /// Length of the header without the name.
    length: usize,
    /// Length of the name with its end.
    name: usize,
    size: u64,
    mode: u64,
    /// Name and data end at a multiple of this.
    align: usize,
}

impl Header {
    fn parse(bytes: &[u8], at: usize) -> Option<Self> {
        let bytes = bytes.get(at..)?;
        let header = match bytes.get(..6)? {
            b"070701" | b"070702" => {
                let field = |i: usize| number(bytes.get(6 + 8 * i..14 + 8 * i)?, 16);
                Self { length: 110, name: field(11)? as usize, size: field(6)?, mode: field(1)?, align: 4 }
            }
            b"070707" => {
                let field = |from: usize, to: usize| number(bytes.get(from..to)?, 8);
                Self { length: 76, name: field(59, 65)? as usize, size: field(65, 76)?, mode: field(18, 24)?, align: 1 }
            }
            [0xC7, 0x71, ..] | [0x71, 0xC7, ..] => {
                let swapped = bytes[0] == 0x71;
                let word = |i: usize| le16(bytes, 2 * i).map(|word| u64::from(if swapped { word.swap_bytes() } else { word }));
                Self { length: 26, name: word(10)? as usize, size: word(11)? << 16 | word(12)?, mode: word(3)?, align: 2 }
            }
            _ => return None,
        };
        let end = bytes.get(header.length + header.name.checked_sub(1)?);
        (header.name <= LONGEST_NAME && end == Some(&0)).then_some(header)
    }
}

fn number(field: &[u8], radix: u32) -> Option<u64> {
    u64::from_str_radix(std::str::from_utf8(field).ok()?, radix).ok()
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let len = bytes.len();
    let (mut at, mut found) = (0, 0);
    loop {
        if sink.stopped() {
            return Ok(());
        }
        let Some(header) = Header::parse(bytes, at) else {
            let cause = if len - at < 128 { Cause::Truncated } else { Cause::Corrupt };
            sink.gap(at as u64..at as u64, cause, format!("no header where the next member should begin, after {found} members"));
            return Ok(());
        };
        let name_end = at + header.length + header.name;
        let name = &bytes[at + header.length..name_end - 1];
        let start = name_end.next_multiple_of(header.align).min(len);
        let stated = (start as u64).saturating_add(header.size);
        let end = stated.min(len as u64) as usize;
        sink.cover(at as u64..start as u64, Class::Structure);
        if name == b"TRAILER!!!" && header.size == 0 {
            // Archives are filled up with zeros.
            let zeros = bytes[end..].iter().take_while(|&&b| b == 0).count();
            sink.cover(end as u64..(end + zeros) as u64, Class::Structure);
            return Ok(());
        }
        if found == sink.limits().entries {
            sink.gap(at as u64..at as u64, Cause::LimitEntries, format!("more than {found} members"));
            return Ok(());
        }
        found += 1;
        let is_link = header.mode & 0o170_000 == 0o120_000;
        if is_link && header.size <= 4096 {
            sink.border();
            sink.text(&String::from_utf8_lossy(&bytes[start..end]), At::Decoded(start as u64));
            sink.border();
            sink.cover(start as u64..end as u64, Class::Read);
        } else if header.size > 0 || header.mode & 0o170_000 == 0o100_000 {
            let missing = stated - end as u64;
            sink.member(name, start as u64..end as u64, &mut Held { bytes: &bytes[start..end], missing });
        }
        let next = end.next_multiple_of(header.align).min(len);
        if bytes[end..next].iter().all(|&b| b == 0) {
            sink.cover(end as u64..next as u64, Class::Structure);
        }
        at = next;
    }
}

/// Lead of 96 bytes, two headers of which the first is filled up to eight bytes, payload. The headers are left
/// to the scan.
fn read_rpm(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let cut = || Failure::truncated(bytes.len() as u64, "the headers are cut off");
    let mut at = 96;
    for fill in [8, 1] {
        let header = bytes.get(at..).filter(|b| b.starts_with(b"\x8E\xAD\xE8\x01"));
        let header = header.ok_or_else(|| if bytes.len() < at + 16 { cut() } else { Failure::corrupt(at as u64, "no header section") })?;
        let word = |i: usize| header.get(i..).and_then(|b| b.first_chunk()).map(|b| u32::from_be_bytes(*b) as usize);
        let (entries, data) = (word(8).ok_or_else(cut)?, word(12).ok_or_else(cut)?);
        let length = entries.checked_mul(16).and_then(|index| index.checked_add(data)).and_then(|length| length.checked_add(16));
        at = length.and_then(|length| at.checked_add(length)).filter(|end| *end < bytes.len()).ok_or_else(cut)?.next_multiple_of(fill);
    }
    let payload = bytes.get(at..).ok_or_else(cut)?;
    sink.member(b"payload", at as u64..bytes.len() as u64, &mut &payload[..]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Probe;
    use crate::format::testing::read_with;
    use proptest::prelude::*;

    const FILES: [(&str, &[u8]); 3] = [("etc/one.txt", b"one"), ("two", b"second file"), ("TRAILER!!!", b"")];

    fn fill(out: &mut Vec<u8>, align: usize) {
        out.resize(out.len().next_multiple_of(align), 0);
    }

    fn archive(form: &str) -> Vec<u8> {
        let mut out = Vec::new();
        for (name, data) in FILES {
            let (mode, name_length) = (0o100_644, name.len() + 1);
            let align = match form {
                "newc" => {
                    out.extend(
                        format!("070701{:08X}{mode:08X}{:032X}{:08X}{:032X}{:08X}{:08X}", 1, 0, data.len(), 0, name_length, 0).bytes(),
                    );
                    4
                }
                "odc" => {
                    out.extend(format!("070707{:012o}{mode:06o}{:024o}{:011o}{name_length:06o}{:011o}", 0, 0, 0, data.len()).bytes());
                    1
                }
                _ => {
                    let words = [0o070_707u16, 0, 0, mode as u16, 0, 0, 0, 0, 0, 0, name_length as u16, 0, data.len() as u16];
                    words.iter().for_each(|word| out.extend(if form == "bin" { word.to_le_bytes() } else { word.to_be_bytes() }));
                    2
                }
            };
            out.extend(name.bytes());
            out.push(0);
            fill(&mut out, align);
            out.extend(data);
            fill(&mut out, align);
        }
        out
    }

    fn seen(read: crate::format::ReadFn, bytes: &[u8]) -> (Vec<(String, Vec<u8>)>, usize) {
        read_with(read, bytes, |sink, out| {
            let names = sink.members.iter().map(|m| String::from_utf8_lossy(&m.name).into_owned());
            let defects = sink.gaps.len() + sink.members.iter().filter(|m| m.defect.is_some()).count() + sink.facts.notes.len();
            (names.zip(out.members.lock().unwrap().iter().cloned()).collect(), defects)
        })
    }

    fn expected() -> Vec<(String, Vec<u8>)> {
        FILES[..2].iter().map(|(name, data)| (name.to_string(), data.to_vec())).collect()
    }

    #[test]
    fn every_form_is_read_and_says_where_it_is_cut() {
        for form in ["newc", "odc", "bin", "swapped"] {
            let bytes = archive(form);
            assert!((CPIO.recognise)(&Probe::new(&bytes)), "{form}");
            assert_eq!(seen(read, &bytes), (expected(), 0), "{form}");
            for cut in 0..bytes.len() - 4 {
                assert!(seen(read, &bytes[..cut]).1 > 0, "{form} cut at {cut}");
            }
        }
    }

    #[test]
    fn the_payload_of_a_package_is_a_member() {
        let section = |entries: u32, data: &[u8]| {
            let lengths = [entries.to_be_bytes(), (data.len() as u32).to_be_bytes()].concat();
            [&b"\x8E\xAD\xE8\x01\0\0\0\0"[..], &lengths, &vec![0; 16 * entries as usize], data].concat()
        };
        let mut bytes = b"\xED\xAB\xEE\xDB".to_vec();
        bytes.resize(96, 0);
        bytes.extend(section(1, b"abc"));
        fill(&mut bytes, 8);
        bytes.extend(section(2, b"First State Bank"));
        bytes.extend(b"payload bytes");
        assert_eq!(seen(read_rpm, &bytes), (vec![("payload".to_owned(), b"payload bytes".to_vec())], 0));
        for cut in 0..bytes.len() - 13 {
            assert!(seen(read_rpm, &bytes[..cut]).1 > 0, "cut at {cut}");
        }
    }

    proptest! {
        #[test]
        fn flipped_bytes_do_no_harm(form in 0usize..4, at in 0usize..600, to in any::<u8>()) {
            let mut bytes = archive(["newc", "odc", "bin", "swapped"][form]);
            let at = at % bytes.len();
            bytes[at] = to;
            seen(read, &bytes);
        }
    }
}
