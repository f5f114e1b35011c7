//! RAR, versions 1.5 to 4 and 5 and later (technote.txt of UnRAR): every member is found by its header. Stored ones
//! are read where they lie, compressed ones are decoded afterwards.

use super::ar::Held;
use super::rar_decode::{self, Packed};
use super::{le16, le32};
use crate::format::{Failure, Format, Probe, Runs, Sink};
use crate::model::{Cause, Class};
use std::ops::Range;

/// A RAR archive.
pub static RAR: Format = Format {
    name: "rar",
    media_type: "application/vnd.rar",
    recognise: |probe: &Probe<'_>| probe.head.starts_with(OLD) || probe.head.starts_with(NEW),
    read,
    runs: Runs::Fenced,
    version: 3,
    limitations: &[
        "encrypted members are gaps, and compressed ones of more than 512 MiB or with a dictionary above 256 MiB",
        "of a multi-volume archive only the part at hand is read",
        "comments are only scanned",
    ],
};

const OLD: &[u8] = b"Rar!\x1A\x07\0";
const NEW: &[u8] = b"Rar!\x1A\x07\x01\0";

/// A block of either version.
struct Block<'a> {
    header: Range<usize>,
    /// Bytes behind the header, as stated.
    data: u64,
    what: What<'a>,
}

enum What<'a> {
    File(File<'a>),
    /// All that follows is encrypted.
    Sealed,
    End,
    /// Comments, recovery records, signatures.
    Other,
}

struct File<'a> {
    name: &'a [u8],
    size: u64,
    is_stored: bool,
    is_encrypted: bool,
    is_directory: bool,
    /// It begins in the volume before, or goes on in the next.
    is_part: bool,
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let mut packed = Vec::new();
    let result = walk(bytes, &mut packed, sink);
    if !packed.is_empty() {
        rar_decode::members(bytes, &packed, sink);
    }
    result
}

/// Goes from header to header; compressed members are kept for later.
fn walk<'b>(bytes: &'b [u8], packed: &mut Vec<Packed<'b>>, sink: &mut Sink<'_>) -> Result<(), Failure> {
    let is_new = bytes.starts_with(NEW);
    let mut at = if is_new { NEW.len() } else { OLD.len() };
    sink.cover(0..at as u64, Class::Structure);
    let mut found = 0;
    while at < bytes.len() && !sink.stopped() {
        let block = if is_new { new_block(bytes, at) } else { old_block(bytes, at) };
        let Some(block) = block else {
            let cause = if bytes.len() - at < 64 { Cause::Truncated } else { Cause::Corrupt };
            sink.gap(at as u64..at as u64, cause, format!("no header where the next member should begin, after {found} members"));
            return Ok(());
        };
        let start = block.header.end;
        let stated = (start as u64).saturating_add(block.data);
        let end = stated.min(bytes.len() as u64) as usize;
        let (data, missing) = (start as u64..end as u64, stated - end as u64);
        match block.what {
            What::File(file) => {
                found += 1;
                if found > sink.limits().entries {
                    sink.gap(at as u64..at as u64, Cause::LimitEntries, format!("more than {} members", found - 1));
                    return Ok(());
                }
                sink.cover(block.header.start as u64..block.header.end as u64, Class::Structure);
                member(&file, &bytes[start..end], data, missing, packed, sink);
            }
            What::Sealed => {
                let all = at as u64..bytes.len() as u64;
                sink.gap(all, Cause::Encrypted, "the names of the members are encrypted as well");
                return Ok(());
            }
            What::End => {
                sink.cover(block.header.start as u64..block.header.end as u64, Class::Structure);
                return Ok(());
            }
            // The data of other blocks is left to the scan.
            What::Other => sink.cover(block.header.start as u64..block.header.end as u64, Class::Structure),
        }
        if missing > 0 {
            sink.gap(end as u64..end as u64, Cause::Truncated, "the last block is cut off");
        }
        at = end;
    }
    if is_new && !sink.stopped() {
        sink.gap(at as u64..at as u64, Cause::Truncated, "the block that ends an archive is missing");
    }
    Ok(())
}

fn member<'b>(file: &File<'b>, held: &[u8], data: Range<u64>, missing: u64, packed: &mut Vec<Packed<'b>>, sink: &mut Sink<'_>) {
    if file.is_directory {
        return;
    }
    if file.is_encrypted {
        sink.unread_member(file.name, data, file.size, Cause::Encrypted, "a password is needed");
    } else if !file.is_stored && file.size > 0 {
        match missing == 0 && !file.is_part {
            true => packed.push(Packed { name: file.name, data, size: file.size }),
            false => sink.unread_member(file.name, data, file.size, Cause::Truncated, "compressed, and not all of it is in this volume"),
        }
    } else {
        // Of a member in several volumes, what the others hold is missing.
        let missing = missing.max(u64::from(file.is_part));
        sink.member(file.name, data, &mut Held { bytes: held, missing });
    }
}

/// A block of versions 1.5 to 4.
fn old_block(bytes: &[u8], at: usize) -> Option<Block<'_>> {
    let (kind, flags, size) = (*bytes.get(at + 2)?, le16(bytes, at + 3)?, usize::from(le16(bytes, at + 5)?));
    if !(0x72..=0x7B).contains(&kind) || size < 7 {
        return None;
    }
    let header = bytes.get(at..at + size)?;
    let mut data = if flags & 0x8000 != 0 || matches!(kind, 0x74 | 0x7A) { u64::from(le32(header, 7)?) } else { 0 };
    let what = match kind {
        0x73 if flags & 0x80 != 0 => What::Sealed,
        0x7B => What::End,
        0x74 => {
            let (mut size, name_length, mut name_at) = (u64::from(le32(header, 11)?), usize::from(le16(header, 26)?), 32);
            if flags & 0x100 != 0 {
                data |= u64::from(le32(header, 32)?) << 32;
                size |= u64::from(le32(header, 36)?) << 32;
                name_at = 40;
            }
            let name = header.get(name_at..name_at + name_length)?;
            // Behind a zero stands the same name in a packed Unicode.
            let name = &name[..memchr::memchr(0, name).unwrap_or(name.len())];
            What::File(File {
                name,
                size,
                is_stored: *header.get(25)? == 0x30,
                is_encrypted: flags & 4 != 0,
                is_directory: flags & 0xE0 == 0xE0,
                is_part: flags & 3 != 0,
            })
        }
        _ => What::Other,
    };
    Some(Block { header: at..at + size, data, what })
}

/// A block of version 5 and later.
fn new_block(bytes: &[u8], at: usize) -> Option<Block<'_>> {
    let mut fields = Fields { bytes, at: at + 4 };
    let size = usize::try_from(fields.number()?).ok().filter(|size| *size <= 2 << 20)?;
    let end = fields.at.checked_add(size)?;
    let mut fields = Fields { bytes: bytes.get(..end)?, at: fields.at };
    let (kind, flags) = (fields.number()?, fields.number()?);
    let extra = if flags & 1 != 0 { fields.number()? } else { 0 };
    let data = if flags & 2 != 0 { fields.number()? } else { 0 };
    let what = match kind {
        2 => {
            let (own, size) = (fields.number()?, fields.number()?);
            fields.number()?;
            fields.at += if own & 2 != 0 { 4 } else { 0 } + if own & 4 != 0 { 4 } else { 0 };
            let method = fields.number()? >> 7 & 7;
            fields.number()?;
            let length = usize::try_from(fields.number()?).ok()?;
            let name = fields.bytes.get(fields.at..fields.at.checked_add(length)?)?;
            let extra_at = end.checked_sub(usize::try_from(extra).ok()?)?;
            let is_encrypted = extra > 0 && records(bytes.get(extra_at..end)?).any(|record| record == 1);
            What::File(File { name, size, is_stored: method == 0, is_encrypted, is_directory: own & 1 != 0, is_part: flags & 0x18 != 0 })
        }
        4 => What::Sealed,
        5 => What::End,
        1 | 3 => What::Other,
        _ => return None,
    };
    Some(Block { header: at..end, data, what })
}

/// The kinds of the records in an extra area.
fn records(area: &[u8]) -> impl Iterator<Item = u64> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let mut fields = Fields { bytes: area, at };
        let size = usize::try_from(fields.number()?).ok()?;
        at = fields.at.checked_add(size)?;
        fields.number()
    })
}

/// Numbers of seven bits a byte, the lowest first.
struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Fields<'_> {
    fn number(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for i in 0..10 {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            value |= u64::from(byte & 0x7F).checked_shl(7 * i).unwrap_or(0);
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;
    use proptest::prelude::*;

    const FILES: [(&str, u8, &[u8]); 3] = [("dir/one.txt", 0, b"First State Bank"), ("packed.bin", 3, &[9; 40]), ("two", 0, b"second")];

    fn old(flags: u16) -> Vec<u8> {
        let block = |kind: u8, flags: u16, body: &[u8]| {
            [&[0, 0, kind][..], &flags.to_le_bytes(), &(7 + body.len() as u16).to_le_bytes(), body].concat()
        };
        let mut out = [OLD, &block(0x73, 0, &[0; 6])].concat();
        for (name, method, data) in FILES {
            let length = (data.len() as u32).to_le_bytes();
            let fixed = [&length[..], &length, &[0; 9], &[29, 0x30 + method], &(name.len() as u16).to_le_bytes(), &[0; 4]].concat();
            out.extend(block(0x74, 0x8000 | flags, &[&fixed[..], name.as_bytes()].concat()));
            out.extend(data);
        }
        out.extend(block(0x7B, 0x4000, &[]));
        out
    }

    fn new(is_encrypted: bool) -> Vec<u8> {
        let block = |body: &[u8]| [&[0; 4][..], &[body.len() as u8], body].concat();
        let mut out = [NEW, &block(&[1, 0, 0])].concat();
        for (name, method, data) in FILES {
            let extra: &[u8] = if is_encrypted { &[2, 1, 0] } else { &[] };
            let flags = 2 | u8::from(is_encrypted);
            let mut body = vec![2, flags];
            body.extend(is_encrypted.then_some(extra.len() as u8));
            body.extend([data.len() as u8, 0, data.len() as u8, 0]);
            // The method in bits 7 to 9 of a number.
            body.extend([0x80, method, 0, name.len() as u8]);
            body.extend(name.bytes());
            body.extend(extra);
            out.extend(block(&body));
            out.extend(data);
        }
        out.extend(block(&[5, 0, 0]));
        out
    }

    type Seen = (Vec<(String, Option<Cause>)>, Vec<Vec<u8>>, usize);

    fn seen(bytes: &[u8]) -> Seen {
        read_with(read, bytes, |sink, out| {
            let members = sink.members.iter().map(|m| (String::from_utf8_lossy(&m.name).into_owned(), m.defect)).collect();
            (members, out.members.lock().unwrap().clone(), sink.gaps.len())
        })
    }

    #[test]
    fn stored_members_are_read_and_others_named() {
        for bytes in [old(0), new(false)] {
            assert!((RAR.recognise)(&Probe::new(&bytes)));
            let (members, contents, gaps) = seen(&bytes);
            let expected = [("dir/one.txt", None), ("two", None), ("packed.bin", Some(Cause::Corrupt))];
            assert_eq!(members, expected.map(|(name, cause)| (name.to_owned(), cause)));
            assert_eq!((contents, gaps), (vec![FILES[0].2.to_vec(), FILES[2].2.to_vec()], 0));
        }
        for bytes in [old(4), new(true)] {
            assert!(seen(&bytes).0.iter().all(|(_, cause)| *cause == Some(Cause::Encrypted)));
        }
        // A part of a member is none.
        assert!(seen(&old(2)).0.iter().all(|(_, cause)| cause.is_some()));
    }

    #[test]
    fn sealed_archives_are_gaps() {
        let old = [OLD, &[0, 0, 0x73, 0x80, 0, 13, 0, 0, 0, 0, 0, 0, 0], &[7; 100]].concat();
        let new = [NEW, &[0, 0, 0, 0, 3, 4, 0, 0], &[7; 100]].concat();
        for bytes in [old, new] {
            let causes = read_with(read, &bytes, |sink, _| sink.gaps.iter().map(|gap| gap.cause).collect::<Vec<_>>());
            assert_eq!(causes, [Cause::Encrypted]);
        }
    }

    #[test]
    fn what_is_cut_off_says_so() {
        for bytes in [old(0), new(false)] {
            let ends = |cut: usize| FILES.iter().any(|(_, _, data)| !data.is_empty() && bytes[..cut].ends_with(data));
            for cut in 24..bytes.len() - 8 {
                let (members, _, gaps) = seen(&bytes[..cut]);
                let told = gaps > 0 || members.iter().any(|(_, cause)| *cause == Some(Cause::Truncated));
                assert!(told || ends(cut), "cut at {cut} of {}", bytes.len());
            }
        }
    }

    proptest! {
        #[test]
        fn flipped_bytes_do_no_harm(is_new in any::<bool>(), at in 0usize..400, to in any::<u8>()) {
            let mut bytes = if is_new { new(false) } else { old(0) };
            let at = at % bytes.len();
            bytes[at] = to;
            seen(&bytes);
        }
    }
}
