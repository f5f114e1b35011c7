//! TNEF (MS-OXTNEF), the `winmail.dat` of Outlook: attributes of a message and of its attachments, with the
//! properties of Outlook inside some of them.

use crate::format::mapi::{self, kind};
use crate::format::numbers::{le16, le32};
use crate::format::{At, Failure, Format, Probe, Runs, Sink};
use crate::model::{Cause, Class};
use std::ops::Range;

/// A TNEF stream.
pub static TNEF: Format = Format {
    name: "tnef",
    media_type: "application/vnd.ms-tnef",
    recognise: |probe: &Probe<'_>| probe.head.starts_with(b"\x78\x9F\x3E\x22") && matches!(probe.head.get(6), Some(1 | 2)),
    read,
    runs: Runs::Inside,
    version: 3,
    limitations: &["attributes that are no text are only scanned"],
};

/// Attributes (section 2.1.3.1).
const SUBJECT: u32 = 0x0001_8004;
const BODY: u32 = 0x0002_800C;
const PROPERTIES: u32 = 0x0006_9003;
const RECIPIENTS: u32 = 0x0006_9004;
const ATTACHMENT_BEGINS: u32 = 0x0006_9002;
const ATTACHMENT_NAME: u32 = 0x0001_8010;
const ATTACHMENT_DATA: u32 = 0x0006_800F;
const ATTACHMENT_PROPERTIES: u32 = 0x0006_9005;

/// The attachment at hand.
#[derive(Default)]
struct Attachment {
    name: Option<String>,
    /// Its data, and what is missing of it.
    data: Option<(Range<usize>, bool)>,
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let mut reading = Reading { bytes, attachment: Attachment::default(), attachments: 0 };
    sink.cover(0..6, Class::Structure);
    let mut at = 6;
    while at < bytes.len() && !sink.stopped() {
        let Some(header) = bytes.get(at..at + 9) else {
            reading.hand_over(sink);
            return Err(Failure::truncated(at as u64, "an attribute's header is cut off"));
        };
        if !matches!(header[0], 1 | 2) {
            reading.hand_over(sink);
            return Err(Failure::corrupt(at as u64, "no attribute begins here"));
        }
        let word = |at: usize| header[at..].first_chunk().map_or(0, |b| u32::from_le_bytes(*b));
        let start = at + 9;
        let end = start.saturating_add(word(5) as usize);
        let held = start..end.min(bytes.len());
        sink.cover(at as u64..start as u64, Class::Structure);
        reading.attribute(word(1), held, end > bytes.len(), sink);
        // The checksum behind it.
        at = end.saturating_add(2);
        sink.cover(end as u64..at.min(bytes.len()) as u64, Class::Structure);
        if at > bytes.len() {
            let end = bytes.len() as u64;
            sink.gap(end..end, Cause::Truncated, "the last attribute is cut off");
        }
    }
    reading.hand_over(sink);
    Ok(())
}

struct Reading<'a> {
    bytes: &'a [u8],
    attachment: Attachment,
    attachments: u64,
}

impl Reading<'_> {
    fn attribute(&mut self, id: u32, held: Range<usize>, is_cut: bool, sink: &mut Sink<'_>) {
        let (bytes, span) = (&self.bytes[held.clone()], held.start as u64..held.end as u64);
        match id {
            SUBJECT | BODY => {
                let number = if id == SUBJECT { mapi::SUBJECT } else { mapi::BODY };
                mapi::push(number, kind::STRING_8, bytes, span.start, sink);
                sink.cover(span, Class::Read);
            }
            ATTACHMENT_BEGINS => {
                self.hand_over(sink);
                sink.cover(span, Class::Structure);
            }
            ATTACHMENT_NAME => {
                self.attachment.name.get_or_insert_with(|| super::eight_bit(bytes).trim_end_matches('\0').to_owned());
                sink.cover(span, Class::Structure);
            }
            ATTACHMENT_DATA => self.attachment.data = Some((held, is_cut)),
            PROPERTIES => _ = self.properties(held, false, sink),
            ATTACHMENT_PROPERTIES => _ = self.properties(held, true, sink),
            RECIPIENTS => {
                // So many lists of properties, one behind the other.
                let mut at = held.start + 4;
                for _ in 0..le32(self.bytes, held.start).unwrap_or(0) {
                    let Some(end) = self.properties(at..held.end, false, sink).filter(|end| *end > at) else { break };
                    at = end;
                }
            }
            // Dates, senders in binary form and the like are scanned.
            _ => {}
        }
    }

    /// A list of properties (section 2.1.3.5); gives its end where all of it was understood.
    fn properties(&mut self, range: Range<usize>, is_attachment: bool, sink: &mut Sink<'_>) -> Option<usize> {
        let bytes = &self.bytes[..range.end];
        let count = le32(bytes, range.start)?;
        let mut at = range.start + 4;
        sink.cover(range.start as u64..at as u64, Class::Structure);
        for _ in 0..count {
            let (kind, number) = (le16(bytes, at)?, le16(bytes, at + 2)?);
            at += 4;
            if number >= 0x8000 {
                // A property by name: the set's identifier, then a number, or a name that becomes text by the scan.
                at += match le32(bytes, at + 16)? {
                    0 => 24,
                    _ => 24 + (le32(bytes, at + 20)? as usize).next_multiple_of(4),
                };
            }
            let is_long = matches!(kind & !mapi::kind::MULTIPLE, kind::STRING | kind::STRING_8 | kind::BINARY | kind::OBJECT);
            let values = if is_long || kind & mapi::kind::MULTIPLE != 0 { le32(bytes, at)? } else { 1 };
            at += if is_long || kind & mapi::kind::MULTIPLE != 0 { 4 } else { 0 };
            for _ in 0..values {
                if !is_long {
                    at = at.checked_add(fixed_size(kind)).filter(|end| *end <= bytes.len())?;
                    continue;
                }
                let length = le32(bytes, at)? as usize;
                let value = at + 4..(at + 4).checked_add(length).filter(|end| *end <= bytes.len())?;
                at = (at + 4 + length.next_multiple_of(4)).min(bytes.len());
                self.value(number, kind, value, is_attachment, sink);
            }
        }
        Some(at)
    }

    fn value(&mut self, number: u16, kind: u16, value: Range<usize>, is_attachment: bool, sink: &mut Sink<'_>) {
        let (bytes, span) = (&self.bytes[value.clone()], value.start as u64..value.end as u64);
        match number {
            mapi::ATTACHED_LONG_NAME if is_attachment => self.attachment.name = mapi::text_of(kind, bytes),
            mapi::ATTACHED_DATA if is_attachment => {
                // An object begins with the identifier of its interface; a message is TNEF again.
                let skip = if kind == kind::OBJECT { 16.min(bytes.len()) } else { 0 };
                self.attachment.data = Some((value.start + skip..value.end, false));
                return;
            }
            _ => {}
        }
        if mapi::push(number, kind & !mapi::kind::MULTIPLE, bytes, span.start, sink) {
            sink.cover(span, Class::Read);
        }
    }

    /// The attachment at hand is complete: it is a member.
    fn hand_over(&mut self, sink: &mut Sink<'_>) {
        let Attachment { name, data } = std::mem::take(&mut self.attachment);
        let Some((range, is_cut)) = data else {
            if let Some(name) = name {
                sink.text(&format!("attachment: {name}\n"), At::Decoded(6));
            }
            return;
        };
        self.attachments += 1;
        let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| format!("attachment-{}", self.attachments));
        let span = range.start as u64..range.end as u64;
        let missing = u64::from(is_cut);
        sink.member(name.as_bytes(), span, &mut crate::format::container::Held { bytes: &self.bytes[range], missing });
    }
}

/// Bytes of a value of fixed size (section 2.1.3.5), filled up to four.
fn fixed_size(kind: u16) -> usize {
    match kind & !kind::MULTIPLE {
        0x0005..=0x0007 | 0x0014 | 0x0040 => 8,
        0x0048 => 16,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;
    use proptest::prelude::*;

    fn attribute(level: u8, id: u32, data: &[u8]) -> Vec<u8> {
        let sum = data.iter().fold(0u16, |sum, b| sum.wrapping_add(u16::from(*b)));
        [&[level][..], &id.to_le_bytes(), &(data.len() as u32).to_le_bytes(), data, &sum.to_le_bytes()].concat()
    }

    fn property(number: u16, kind: u16, value: &[u8]) -> Vec<u8> {
        let mut out = [&kind.to_le_bytes()[..], &number.to_le_bytes()].concat();
        if number >= 0x8000 {
            out.extend([7; 16]);
            out.extend([1u32.to_le_bytes(), 6u32.to_le_bytes()].concat());
            out.extend(b"n\0m\0\0\0\0\0");
        }
        if value.len() == 4 && kind == 3 {
            return [out, value.to_vec()].concat();
        }
        out.extend([1u32.to_le_bytes(), (value.len() as u32).to_le_bytes()].concat());
        out.extend(value);
        out.resize(out.len().next_multiple_of(4), 0);
        out
    }

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
    }

    fn list(properties: &[Vec<u8>]) -> Vec<u8> {
        [&(properties.len() as u32).to_le_bytes()[..], &properties.concat()].concat()
    }

    fn stream() -> Vec<u8> {
        let message = list(&[
            property(0x0E1D, 3, &[1, 0, 0, 0]),
            property(0x8005, kind::STRING, &utf16("Named value")),
            property(mapi::BODY_HTML, kind::BINARY, b"<p>First <b>St</b>ate Bank</p>"),
        ]);
        let row = list(&[property(0x3003, kind::STRING, &utf16("ops@cedarbank.example"))]);
        [
            b"\x78\x9F\x3E\x22\x01\0".to_vec(),
            attribute(1, SUBJECT, b"Wires of today\0"),
            attribute(1, PROPERTIES, &message),
            attribute(1, RECIPIENTS, &[&2u32.to_le_bytes()[..], &row, &row].concat()),
            attribute(2, ATTACHMENT_BEGINS, &[0; 14]),
            attribute(2, ATTACHMENT_NAME, b"BATCH~1.ACH\0"),
            attribute(2, ATTACHMENT_DATA, b"101 payments"),
            attribute(2, ATTACHMENT_PROPERTIES, &list(&[property(mapi::ATTACHED_LONG_NAME, kind::STRING, &utf16("batch one.ach"))])),
            attribute(2, ATTACHMENT_BEGINS, &[0; 14]),
            attribute(2, ATTACHMENT_PROPERTIES, &list(&[property(mapi::ATTACHED_DATA, kind::OBJECT, &[&[9; 16][..], b"inner"].concat())])),
        ]
        .concat()
    }

    type Seen = (String, Vec<(String, Vec<u8>)>, bool);

    fn seen(bytes: &[u8]) -> Seen {
        read_with(read, bytes, |sink, out| {
            let names = sink.members.iter().map(|m| String::from_utf8_lossy(&m.name).into_owned());
            let told = !sink.gaps.is_empty() || !sink.facts.notes.is_empty() || sink.members.iter().any(|m| m.defect.is_some());
            (out.text(), names.zip(out.members.lock().unwrap().iter().cloned()).collect(), told)
        })
    }

    #[test]
    fn text_recipients_and_attachments_are_read() {
        let bytes = stream();
        assert!((TNEF.recognise)(&Probe::new(&bytes)));
        let (text, members, told) = seen(&bytes);
        for wanted in ["subject: Wires of today", "First State Bank", "Named value", "address: ops@cedarbank.example"] {
            assert!(text.contains(wanted), "{wanted} in {text:?}");
        }
        assert_eq!(members, [("batch one.ach".to_owned(), b"101 payments".to_vec()), ("attachment-2".to_owned(), b"inner".to_vec())]);
        assert!(!told);
    }

    #[test]
    fn what_is_cut_off_says_so() {
        let bytes = stream();
        for cut in 7..bytes.len() {
            let ends_between = seen(&bytes[..cut]).2;
            let at_border = {
                let mut at = 6;
                while at < cut {
                    at += 11 + le32(&bytes, at + 5).unwrap() as usize;
                }
                at == cut
            };
            assert!(ends_between || at_border, "cut at {cut}");
        }
    }

    proptest! {
        #[test]
        fn flipped_bytes_do_no_harm(at in 0usize..800, to in any::<u8>()) {
            let mut bytes = stream();
            let at = at % bytes.len();
            bytes[at] = to;
            seen(&bytes);
        }
    }
}
