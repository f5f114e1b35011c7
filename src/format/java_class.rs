//! Class files of Java (The Java Virtual Machine Specification, chapter 4): the strings of the constant pool are
//! text; code, which names nobody, is scanned.

use super::scan::{Suspicion, scan_with};
use crate::format::{At, Failure, Format, PassageKind, Probe, Runs, Sink};
use crate::model::Class;

/// Compiled classes.
pub static FORMAT: Format = Format {
    name: "java_class",
    media_type: "application/java-vm",
    recognise: |probe: &Probe<'_>| probe.head.starts_with(b"\xCA\xFE\xBA\xBE\0") && matches!(probe.head.get(6..8), Some([0, 45..=99])),
    read,
    runs: Runs::Inside,
    version: 2,
    limitations: &["strings that code puts together are not seen"],
};

/// In code, noise is a gap only from this length on.
const LEAST_NOISE: usize = 16 << 10;

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    sink.kind(PassageKind::Strings);
    let count = bytes.get(8..10).map_or(0, |b| u16::from_be_bytes([b[0], b[1]]));
    let (mut at, mut entry) = (10, 1);
    let (mut is_broken, mut is_cut) = (count == 0, bytes.len() < 10);
    while entry < count {
        let length = match bytes.get(at) {
            Some(1) => bytes.get(at + 1..at + 3).map(|b| 3 + usize::from(u16::from_be_bytes([b[0], b[1]]))),
            Some(3 | 4 | 9..=12 | 17 | 18) => Some(5),
            Some(5 | 6) => Some(9),
            Some(7 | 8 | 16 | 19 | 20) => Some(3),
            Some(15) => Some(4),
            _ => None,
        };
        let Some(constant) = length.and_then(|length| bytes.get(at..at + length)) else {
            is_broken = true;
            is_cut = length.is_some_and(|length| at + length > bytes.len()) || at + 3 > bytes.len();
            break;
        };
        if constant[0] == 1 {
            sink.text(&modified_utf8(&constant[3..]), At::Decoded(at as u64));
            sink.border();
        }
        // Long and double constants take two numbers (4.4.5).
        entry += if matches!(constant[0], 5 | 6) { 2 } else { 1 };
        at += constant.len();
    }
    sink.cover(0..at.min(bytes.len()) as u64, Class::Read);
    scan_with(bytes, at as u64..bytes.len() as u64, sink, Suspicion { least: LEAST_NOISE, ..Suspicion::default() });
    if is_cut {
        return Err(Failure::truncated(bytes.len() as u64, "the constant pool is cut off"));
    }
    if is_broken {
        // What only begins like a class is searched like any other bytes; all of it was.
        sink.note("the constant pool does not hold to the format");
    }
    Ok(())
}

/// UTF-8 with NUL in two bytes and surrogates in three each (4.4.7).
fn modified_utf8(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let (mut units, mut at) = (Vec::with_capacity(bytes.len()), 0);
    let low = |i: usize| bytes.get(i).map_or(0, |b| u16::from(b & 0x3F));
    while let Some(&b) = bytes.get(at) {
        let (unit, length) = match b {
            0xE0..=0xEF => (u16::from(b & 0x0F) << 12 | low(at + 1) << 6 | low(at + 2), 3),
            0xC0..=0xDF => (u16::from(b & 0x1F) << 6 | low(at + 1), 2),
            _ => (u16::from(b), 1),
        };
        units.push(unit);
        at += length;
    }
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;

    #[test]
    fn constants_are_text() {
        let mut bytes = b"\xCA\xFE\xBA\xBE\0\0\0\x34\0\x06\x01\0\x10First State Bank\x05\0\0\0\0\0\0\0\x09\x07\0\x01\x01\0\x08\xED\xA0\xBD\xED\xB8\x80\xC0\x80".to_vec();
        bytes.extend(b"\0\x21code");
        assert!((FORMAT.recognise)(&Probe::new(&bytes)));
        read_with(read, &bytes, |sink, collector| {
            let text = collector.text();
            assert!(text.contains("First State Bank\u{1E}😀"), "{text:?}");
            assert!(sink.gaps.is_empty() && sink.facts.notes.is_empty(), "{:?}", sink.facts.notes);
        });
        for cut in 8..bytes.len() - 6 {
            read_with(read, &bytes[..cut], |sink, _| assert_eq!(sink.facts.notes.len(), 1, "cut at {cut}"));
        }
        for i in 0..bytes.len() {
            let mut broken = bytes.clone();
            broken[i] ^= 0xFF;
            read_with(read, &broken, |_, _| ());
        }
    }
}
