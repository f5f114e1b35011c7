//! gzip (RFC 1952): one or more gzip members, decoded as one stream. What follows the last one stays
//! uncovered.

use super::{le16, member_up_to};
use crate::format::{At, Failure, Format, Probe, Runs, Sink};
use crate::model::Class;
use flate2::bufread::GzDecoder;
use std::io::Read;
use std::ops::Range;

/// A gzip stream.
pub static GZIP: Format = Format {
    name: "gzip",
    media_type: "application/gzip",
    recognise,
    read,
    runs: Runs::Inside,
    version: 1,
    limitations: &["what follows a broken stream is only scanned"],
};

const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0xE0;

/// Magic, method deflate, no reserved flag.
fn recognise(probe: &Probe<'_>) -> bool {
    is_header(probe.bytes)
}

pub(crate) fn is_header(bytes: &[u8]) -> bool {
    matches!(bytes, [0x1F, 0x8B, 8, flags, _, _, _, _, _, _, ..] if flags & RESERVED == 0)
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let header = Header::parse(bytes).ok_or_else(|| Failure::truncated(bytes.len() as u64, "the gzip header is cut off"))?;
    let name = Some(&bytes[header.name]).filter(|name| !name.is_empty()).unwrap_or(b"content");
    if !header.comment.is_empty() {
        // The comment is ISO 8859-1 (section 2.3.1).
        let text: String = bytes[header.comment.clone()].iter().map(|&b| b as char).collect();
        sink.text(&text, At::Chars(header.comment.start as u64, 1));
        sink.border();
    }
    // The extra field is left to the scan; the rest of the header goes with the member.
    let mut from = 0;
    if !header.extra.is_empty() {
        sink.cover(0..header.extra.start as u64, Class::Structure);
        from = header.extra.end as u64;
    }
    let mut stream = Members { decoder: GzDecoder::new(bytes), broken: false };
    member_up_to(sink, name, from..bytes.len() as u64, &mut stream, |stream| (bytes.len() - stream.decoder.get_ref().len()) as u64);
    Ok(())
}

/// Where the variable fields of a header stand; empty where there is none.
struct Header {
    extra: Range<usize>,
    name: Range<usize>,
    comment: Range<usize>,
    end: usize,
}

/// Where the deflate stream of a gzip member begins.
pub(crate) fn header_length(bytes: &[u8]) -> Option<usize> {
    Header::parse(bytes).map(|header| header.end)
}

impl Header {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let flags = *bytes.get(3)?;
        let mut at = 10;
        let mut header = Self { extra: at..at, name: at..at, comment: at..at, end: at };
        if flags & EXTRA != 0 {
            header.extra = at + 2..at + 2 + usize::from(le16(bytes, at)?);
            at = header.extra.end;
        }
        for (flag, field) in [(NAME, &mut header.name), (COMMENT, &mut header.comment)] {
            if flags & flag != 0 {
                *field = at..at + memchr::memchr(0, bytes.get(at..)?)?;
                at = field.end + 1;
            }
        }
        header.end = at;
        bytes.get(..at).map(|_| header)
    }
}

/// All gzip members, one behind the other. Each is checked against its CRC-32 and size by the decoder.
struct Members<'a> {
    decoder: GzDecoder<&'a [u8]>,
    broken: bool,
}

impl Read for Members<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while !self.broken && !out.is_empty() {
            match self.decoder.read(out) {
                Ok(0) => {
                    let rest = *self.decoder.get_ref();
                    if !is_header(rest) {
                        return Ok(0);
                    }
                    self.decoder = GzDecoder::new(rest);
                }
                Ok(n) => return Ok(n),
                Err(error) => {
                    self.broken = true;
                    return Err(error);
                }
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;
    use crate::model::Cause;
    use proptest::prelude::*;
    use std::io::Write;

    fn zip(data: &[u8], name: &str) -> Vec<u8> {
        let mut writer = flate2::GzBuilder::new().filename(name).comment("for FSB").write(Vec::new(), flate2::Compression::default());
        writer.write_all(data).unwrap();
        writer.finish().unwrap()
    }

    fn seen(bytes: &[u8]) -> (Vec<Vec<u8>>, Vec<Cause>, u64) {
        read_with(read, bytes, |sink, out| {
            let left = sink.coverage.clone().partition(bytes.len() as u64).into_iter();
            let left = left.filter(|(_, covered)| covered.is_none()).map(|(r, _)| r.end - r.start).sum();
            let members = out.members.lock().unwrap().clone();
            (members, sink.members.iter().filter_map(|m| m.defect).collect(), left)
        })
    }

    proptest! {
        #[test]
        fn parts_are_one_stream_and_garbage_is_left(parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3000), 1..4), after in 0usize..40) {
            let mut bytes: Vec<u8> = parts.iter().flat_map(|p| zip(p, "x")).collect();
            bytes.extend(vec![b'#'; after]);
            prop_assert_eq!(seen(&bytes), (vec![parts.concat()], vec![], after as u64));
        }

        #[test]
        fn cut_and_broken_streams_say_so(cut in 0usize..16, at in 0usize..999, to in any::<u8>()) {
            let mut bytes = zip(&(0..4000u32).flat_map(|i| (i * i).to_le_bytes()).collect::<Vec<_>>(), "x");
            let (_, defects, _) = read_with(read, &bytes[..bytes.len() * cut / 16], |sink, _| ((), [sink.members.len(), sink.facts.notes.len()], ()));
            let whole = defects[0] == 1 && seen(&bytes[..bytes.len() * cut / 16]).1.is_empty();
            prop_assert!(!whole);
            let at = at % bytes.len();
            bytes[at] = to;
            seen(&bytes);
        }
    }

    #[test]
    fn the_name_is_the_headers() {
        assert_eq!(read_with(read, &zip(b"a", "ach/fsb.txt"), |sink, _| sink.members[0].name.clone()), b"ach/fsb.txt");
    }
}
