//! LHA archives (LZH): members one behind the other, with headers of levels 0 to 2. Stored members and the methods -lh4-
//! to -lh7-; members of others are gaps.

use super::lha_huffman::Lzh;
use super::{le16, le32};
use crate::format::{Failure, Format, Probe, Runs, Sink};
use crate::model::{Cause, Class};
use std::io::{Error, ErrorKind, Read, Result as IoResult};

/// An archive.
pub static LHA: Format = Format {
    name: "lha",
    media_type: "application/x-lzh-compressed",
    recognise: |probe: &Probe<'_>| Header::parse(probe.bytes, 0).is_some(),
    read,
    runs: Runs::Inside,
    version: 1,
    limitations: &["members of the methods -lh1- to -lh3-, -lzs-, -lz5- and -pm…-, and headers of level 3, are gaps"],
};

/// A member: what its header says.
struct Header {
    method: [u8; 5],
    name: Vec<u8>,
    original: u64,
    crc: u16,
    /// Where its data begins and ends.
    data: usize,
    end: usize,
}

impl Header {
    fn parse(bytes: &[u8], at: usize) -> Option<Self> {
        let head = bytes.get(at..)?;
        let method: [u8; 5] = *head.get(2..)?.first_chunk()?;
        if !matches!(method, [b'-', b'l' | b'p', b'h' | b'z' | b'm', b'0'..=b'9' | b'd' | b's', b'-']) {
            return None;
        }
        let (packed, original) = (le32(head, 7)? as usize, u64::from(le32(head, 11)?));
        let level = *head.get(20)?;
        let mut header = Self { method, name: Vec::new(), original, crc: 0, data: 0, end: 0 };
        let (extended, base) = match level {
            0 | 1 => {
                let size = 2 + usize::from(head[0]);
                let name = usize::from(*head.get(21)?);
                let sum = head.get(2..size)?.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte));
                if size < 24 + name || sum != head[1] {
                    return None;
                }
                header.name = head.get(22..22 + name)?.to_vec();
                header.crc = le16(head, 22 + name)?;
                (if level == 1 { Some(size.checked_sub(2)?) } else { None }, size)
            }
            2 => {
                let size = usize::from(le16(head, 0)?);
                header.crc = le16(head, 21)?;
                (Some(24), size.max(26))
            }
            _ => return None,
        };
        // Headers of level 1 are followed by others, which count as data; level 2 holds them.
        let mut folder = Vec::new();
        let mut place = extended;
        let mut data = base;
        while let Some(at) = place {
            let size = usize::from(le16(head, at)?);
            if size == 0 {
                break;
            }
            let part = head.get(at + 2..at + 2 + size)?;
            let (kind, content) = (*part.first()?, part.get(1..size.checked_sub(2)?)?);
            match kind {
                1 => header.name = content.to_vec(),
                2 => folder = content.iter().map(|byte| if *byte == 0xFF { b'/' } else { *byte }).collect(),
                _ => {}
            }
            place = Some(at + size);
            if level == 1 {
                data += size;
            }
        }
        header.name.iter_mut().for_each(|byte| *byte = if *byte == b'\\' { b'/' } else { *byte });
        header.name.splice(..0, folder);
        header.data = at.checked_add(data)?;
        header.end = at.checked_add(base)?.checked_add(packed)?;
        (header.data <= header.end).then_some(header)
    }
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let mut at = 0;
    while at < bytes.len() && !sink.stopped() {
        // The mark of the end is a header of no size; what follows it is no archive.
        if bytes[at] == 0 && !matches!(bytes.get(at + 20), Some(2)) {
            sink.cover(at as u64..at as u64 + 1, Class::Structure);
            return Ok(());
        }
        let Some(header) = Header::parse(bytes, at) else {
            return Err(Failure::truncated(at as u64, "no header of a member begins here"));
        };
        if sink.members.len() as u64 >= sink.limits().entries {
            sink.gap(at as u64..bytes.len() as u64, Cause::LimitEntries, "too many members");
            return Ok(());
        }
        sink.cover(at as u64..header.data.min(bytes.len()) as u64, Class::Structure);
        let held = header.end.min(bytes.len());
        let range = header.data.min(held) as u64..held as u64;
        let packed = bytes.get(header.data..held).unwrap_or_default();
        match &header.method {
            b"-lhd-" => {}
            b"-lh0-" | b"-lz4-" | b"-pm0-" => _ = sink.member(&header.name, range, &mut Checked::new(packed, &header)),
            [_, _, b'h', method @ b'4'..=b'7', _] => {
                let decoder = Lzh::new(packed, *method - b'0', header.original);
                _ = sink.member(&header.name, range, &mut Checked::new(decoder, &header));
            }
            method => {
                let detail = format!("method {} is not decoded", String::from_utf8_lossy(method));
                sink.unread_member(&header.name, range, header.original, Cause::UnsupportedMethod, detail);
            }
        }
        at = header.end.max(at + 1);
        if header.end > bytes.len() {
            return Err(Failure::truncated(bytes.len() as u64, "the last member is cut off"));
        }
    }
    // Writers may leave out the mark, but a header that was cut off whole cannot be told from that.
    sink.gap(bytes.len() as u64..bytes.len() as u64, Cause::Truncated, "the mark of the archive's end is missing");
    Ok(())
}

/// A member as it is decoded; at its end, size and checksum must be those of the header.
struct Checked<R> {
    inner: R,
    left: u64,
    crc: u16,
    stated: u16,
}

impl<R: Read> Checked<R> {
    fn new(inner: R, header: &Header) -> Self {
        Self { inner, left: header.original, crc: 0, stated: header.crc }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, out: &mut [u8]) -> IoResult<usize> {
        let most = out.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if most == 0 {
            return match self.left == 0 && self.crc != self.stated {
                true => Err(Error::new(ErrorKind::InvalidData, "the checksum is another one")),
                false => Ok(0),
            };
        }
        let n = self.inner.read(&mut out[..most])?;
        if n == 0 {
            return Err(Error::new(ErrorKind::UnexpectedEof, "the data ends before the member does"));
        }
        out[..n].iter().for_each(|byte| self.crc = step(self.crc, *byte));
        self.left -= n as u64;
        Ok(n)
    }
}

/// CRC-16 as ARC had it: polynomial 0x8005, reflected.
fn step(crc: u16, byte: u8) -> u16 {
    (0..8).fold(crc ^ u16::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xA001 } else { crc >> 1 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;
    use proptest::prelude::*;

    macro_rules! fixture {
        ($name:literal) => {
            include_bytes!(concat!("../../../tests/fixtures/lha/", $name)).to_vec()
        };
    }

    /// What another program packed.
    fn text() -> Vec<u8> {
        (0..900).map(|i| format!("{i:05},First State Bank\n")).collect::<String>().into_bytes()
    }

    struct Seen {
        members: Vec<Vec<u8>>,
        names: Vec<String>,
        causes: Vec<Cause>,
    }

    fn seen(bytes: &[u8]) -> Seen {
        read_with(read, bytes, |sink, out| Seen {
            members: out.members.lock().unwrap().clone(),
            names: sink.members.iter().map(|m| String::from_utf8_lossy(&m.name).into_owned()).collect(),
            causes: {
                let noted = sink.facts.notes.iter().map(|_| Cause::Truncated);
                sink.gaps.iter().map(|g| g.cause).chain(sink.members.iter().filter_map(|m| m.defect)).chain(noted).collect()
            },
        })
    }

    #[test]
    fn archives_of_other_programs_are_read() {
        for bytes in archives() {
            assert!((LHA.recognise)(&Probe::new(&bytes)));
            let seen = seen(&bytes);
            assert_eq!((seen.members, seen.causes), (vec![text()], vec![]));
            assert!(matches!(&seen.names[..], [name] if name == "table.csv" || name == "x"), "{:?}", seen.names);
        }
    }

    /// Four archives with headers of level 2, and the data of one of them behind headers of levels 0 and 1.
    fn archives() -> [Vec<u8>; 6] {
        let lh5 = fixture!("lh5.lzh");
        let header = Header::parse(&lh5, 0).unwrap();
        let data = lh5[header.data..header.end].to_vec();
        let old = |level: u8, extended: &[u8]| {
            let behind = if level == 1 { &[b'U', 5, 0][..] } else { &[] };
            let mut head = [&b"-lh5-"[..], &((data.len() + extended.len()) as u32).to_le_bytes()].concat();
            head.extend([&20_700u32.to_le_bytes()[..], &[0, 0, 0, 0, 0x20, level, 1, b'x'], &header.crc.to_le_bytes(), behind].concat());
            let sum = head.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte));
            [&[head.len() as u8, sum][..], &head, extended, &data, &[0]].concat()
        };
        let first = [&[1][..], b"table.csv"].concat();
        let extended = [&first[..], &[0, 0]].concat();
        let mut one = old(1, &extended);
        // The first of the other headers is as long as what follows it.
        one[26..28].copy_from_slice(&(extended.len() as u16).to_le_bytes());
        let sum = one[2..28].iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte));
        one[1] = sum;
        [fixture!("lh0.lzh"), fixture!("lh6.lzh"), fixture!("lh7.lzh"), old(0, &[]), one, lh5]
    }

    #[test]
    fn what_is_cut_off_says_so() {
        for bytes in archives() {
            for cut in (22..bytes.len()).filter(|cut| cut % 97 == 0 || cut + 3 > bytes.len()) {
                assert!(!seen(&bytes[..cut]).causes.is_empty(), "cut at {cut} of {}", bytes.len());
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn flipped_bytes_do_no_harm(which in 0usize..6, at in any::<prop::sample::Index>(), to in any::<u8>()) {
            let mut bytes = archives()[which].clone();
            let at = at.index(bytes.len());
            let was = std::mem::replace(&mut bytes[at], to);
            let seen = seen(&bytes);
            // A flip in the data never goes unseen.
            prop_assert!(was == to || at < 60 || at + 3 >= bytes.len() || !seen.causes.is_empty());
        }
    }
}
