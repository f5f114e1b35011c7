//! Objects as programs write them down: pickle, marshal, and what databases and documents keep them in. They bear no mark,
//! or one of a few bytes, and are told by going through them to their very end.

use crate::format::Probe;
use crate::format::numbers::le32;
use memchr::memchr;

/// Texts of more characters than this tell that something is said.
const SHORT: usize = 2;
/// Containers inside each other.
const DEPTH: usize = 2_000;

/// Objects of Python in the protocols that bear no mark (pickletools.py: protocol 0 is text, protocol 1 is not): operations
/// up to the one that stops, and maybe others behind it.
pub(super) fn is_unmarked_pickle(probe: &Probe<'_>) -> bool {
    let bytes = probe.bytes;
    // A mark, an empty list, dictionary or tuple, or the name of a class.
    if !matches!(bytes.first(), Some(b'(' | b']' | b'}' | b')' | b'c')) || !bytes.ends_with(b".") {
        return false;
    }
    let (mut at, mut kept, mut texts) = (0, 0usize, 0usize);
    while let Some(operation) = bytes.get(at) {
        let rest = bytes.get(at + 1..).unwrap_or_default();
        let line = |from: usize| rest.get(from..).and_then(|rest| memchr(b'\n', rest)).map(|length| from + length + 1);
        let word = |from: usize, marks: &[u8]| {
            line(from).filter(|end| rest[from..end - 1].iter().all(|b| b.is_ascii_alphanumeric() || marks.contains(b)))
        };
        let counted = |width: usize| {
            let length = if width == 1 { rest.first().map(|b| usize::from(*b)) } else { le32(rest, 0).map(|n| n as usize) };
            length.and_then(|length| length.checked_add(width))
        };
        let taken = match operation {
            b'(' | b')' | b'.' | b'0' | b'1' | b'2' | b'N' | b'Q' | b'R' | b']' | b'}' | b'a' | b'b' | b'd' | b'e' | b'l' | b'o' | b's'
            | b't' | b'u' => Some(0),
            b'F' | b'I' | b'L' | b'p' | b'g' => word(0, b"+-."),
            b'S' | b'V' | b'P' => line(0),
            b'c' | b'i' => word(0, b"_.<>").and_then(|end| word(end, b"_.<>")),
            b'K' | b'q' | b'h' => Some(1),
            b'M' => Some(2),
            b'J' | b'r' | b'j' => Some(4),
            b'G' => Some(8),
            b'U' => counted(1),
            b'T' | b'X' => counted(4),
            _ => None,
        };
        let Some(taken) = taken.filter(|taken| *taken <= rest.len()) else { return false };
        kept += usize::from(matches!(operation, b'p' | b'q' | b'r'));
        texts += usize::from(matches!(operation, b'S' | b'V' | b'U' | b'T' | b'X' | b'c') && taken > SHORT + 1);
        at += 1 + taken;
    }
    kept > 1 && texts > 1
}

/// Data that Python's `marshal` wrote (Python/marshal.c): containers with texts, but no code, which is a program's.
pub(super) fn is_marshal(probe: &Probe<'_>) -> bool {
    const REFERABLE: u8 = 0x80;
    let bytes = probe.bytes;
    let (mut at, mut texts) = (0, 0usize);
    // Items that are still to come in each container; `None` where a mark ends it.
    let mut open: Vec<Option<usize>> = Vec::new();
    while let Some(kind) = bytes.get(at).map(|kind| kind & !REFERABLE) {
        let rest = bytes.get(at + 1..).unwrap_or_default();
        if open.is_empty() && !matches!(kind, b'[' | b'{' | b'(' | b')' | b'<' | b'>') {
            return false;
        }
        let short = rest.first().map(|b| usize::from(*b));
        let long = || le32(rest, 0).map(|n| n as usize);
        let mut items = None;
        let taken = match kind {
            b'0' | b'N' | b'F' | b'T' | b'S' | b'.' => Some(0),
            b'i' | b'r' => Some(4),
            b'I' | b'g' => Some(8),
            b'y' => Some(16),
            b'f' => short.map(|length| 1 + length),
            b'l' => long().map(|digits| 4 + 2 * (digits as u32 as i32).unsigned_abs() as usize),
            b's' | b't' | b'u' | b'a' | b'A' => long().and_then(|length| length.checked_add(4)),
            b'z' | b'Z' => short.map(|length| 1 + length),
            b')' => short.inspect(|count| items = Some(Some(*count))).map(|_| 1),
            // Each item takes a byte.
            b'(' | b'[' | b'<' | b'>' => long().filter(|count| *count < rest.len()).inspect(|count| items = Some(Some(*count))).map(|_| 4),
            b'{' => {
                items = Some(None);
                Some(0)
            }
            _ => None,
        };
        let Some(taken) = taken.filter(|taken| *taken <= rest.len()) else { return false };
        texts += usize::from(matches!(kind, b's' | b't' | b'u' | b'a' | b'A' | b'z' | b'Z') && taken > SHORT + 1);
        at += 1 + taken;
        match open.last_mut() {
            Some(None) if kind == b'0' => _ = open.pop(),
            Some(Some(left)) => *left = left.saturating_sub(1),
            _ => {}
        }
        open.extend(items);
        if open.len() > DEPTH {
            return false;
        }
        while open.last() == Some(&Some(0)) {
            open.pop();
        }
    }
    open.is_empty() && texts > 1
}

/// A store of LMDB (lmdb/mdb.c, `MDB_meta`): its mark and version stand behind the head of the first page, whose length
/// is that of the machine.
pub(super) fn is_lmdb(probe: &Probe<'_>) -> bool {
    [16, 12].into_iter().any(|at| le32(probe.bytes, at) == Some(0xBEEF_C0DE) && matches!(le32(probe.bytes, at + 4), Some(1 | 2)))
}

/// Objects of iWork's documents (`.iwa`): blocks of Snappy one behind the other, each behind a zero and its length in
/// three bytes.
pub(super) fn is_iwa(probe: &Probe<'_>) -> bool {
    /// A block decodes to so much at most.
    const MOST: usize = 1 << 16;
    let bytes = probe.bytes;
    let mut at = 0;
    while let Some(&[kind, low, middle, high]) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        let length = usize::from(low) | usize::from(middle) << 8 | usize::from(high) << 16;
        let Some(block) = bytes.get(at + 4..).and_then(|rest| rest.get(..length)).filter(|_| kind == 0) else { return false };
        let digits = block.iter().take(3).take_while(|b| **b & 0x80 != 0).count();
        let decoded = block.get(..=digits).unwrap_or_default().iter().rev().fold(0, |n, b| n << 7 | usize::from(b & 0x7F));
        // The first element of a block is a literal.
        if !(1..=MOST).contains(&decoded) || block.get(digits + 1).is_none_or(|tag| tag & 3 != 0) {
            return false;
        }
        at += 4 + length;
    }
    at > 0 && at == bytes.len()
}

/// A portable file of SPSS (its character set is written into it): behind 200 bytes that say so in several sets, and the 256
/// characters, its mark. Lines have 80 characters.
pub(super) fn is_spss_portable(probe: &Probe<'_>) -> bool {
    let splash = &probe.head[..probe.head.len().min(220)];
    let mut written = probe.head.iter().filter(|b| !matches!(b, b'\r' | b'\n')).skip(456);
    memchr::memmem::find(splash, b"SPSS").is_some() && b"SPSSPORT".iter().all(|mark| written.next() == Some(mark))
}

/// Objects of Java behind their mark and version (Java Object Serialization Specification, section 6.4.2).
pub(super) fn is_java(probe: &Probe<'_>) -> bool {
    probe.head.starts_with(b"\xAC\xED\0\x05") && matches!(probe.head.get(4), Some(0x70..=0x7E))
}

/// Text that yEnc encoded ("yEncode - A quick and dirty encoding for binaries", section "Header").
pub(super) fn is_yenc(probe: &Probe<'_>) -> bool {
    let head = &probe.head[..probe.head.len().min(4 << 10)];
    let begins = memchr::memmem::find(head, b"=ybegin ").filter(|at| *at == 0 || head[at - 1] == b'\n');
    begins.and_then(|at| head.get(at + 8..)).is_some_and(|rest| rest.starts_with(b"line=") || rest.starts_with(b"part="))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Test = fn(&Probe<'_>) -> bool;

    fn spss() -> Vec<u8> {
        let mut head = [b"0".repeat(40), b"ASCII SPSS PORT FILE".to_vec()].concat();
        head.resize(456, b'0');
        head.extend(b"SPSSPORTA8/20261123");
        head.chunks(80).flat_map(|line| [line, b"\r\n"].concat()).collect()
    }

    fn lmdb() -> Vec<u8> {
        let mut page = vec![0; 4096];
        page[16..24].copy_from_slice(b"\xDE\xC0\xEF\xBE\x01\0\0\0");
        page
    }

    fn cases() -> Vec<(Vec<u8>, Test)> {
        vec![
            (b"(lp0\n(dp1\nVname\np2\nVAnn Lee\np3\nsVaccount\np4\nI4790\nsa.".to_vec(), is_unmarked_pickle),
            (b"]q\0(}q\x01(X\x04\0\0\0nameq\x02X\x07\0\0\0Ann Leeq\x03ue.".to_vec(), is_unmarked_pickle),
            (b"ccopy_reg\n_reconstructor\np0\n(c__main__\nMember\np1\nc__builtin__\nobject\np2\nNtp3\nRp4\n.".to_vec(), is_unmarked_pickle),
            (b"[\x02\0\0\0{\xDA\x04name\xFA\x07Ann Lee0{r\0\0\0\0\xFA\x06Bo Eck0".to_vec(), is_marshal),
            (b"\xA9\x03\xDA\x04name\xE9\x05\0\0\0(\x01\0\0\0u\x07\0\0\0Ann Lee".to_vec(), is_marshal),
            (lmdb(), is_lmdb),
            (b"\0\x09\0\0\x07\x18Ann Lee\0\x03\0\0\x01\0a".to_vec(), is_iwa),
            (spss(), is_spss_portable),
            (b"\xAC\xED\0\x05sr\0\x13java.util.ArrayList".to_vec(), is_java),
            (b"=ybegin line=128 size=20 name=a.csv\r\n\x9C".to_vec(), is_yenc),
        ]
    }

    #[test]
    fn objects_are_told_by_going_through_them() {
        let tests: [Test; 7] = [is_unmarked_pickle, is_marshal, is_lmdb, is_iwa, is_spss_portable, is_java, is_yenc];
        for (bytes, wanted) in cases() {
            assert!(wanted(&Probe::new(&bytes)), "{:?}", String::from_utf8_lossy(&bytes));
            assert_eq!(tests.iter().filter(|test| test(&Probe::new(&bytes))).count(), 1, "{:?}", String::from_utf8_lossy(&bytes));
        }
        // Items that are missing, and one more than was counted.
        for bytes in
            [&b"[\x02\0\0\0{\xDA\x04name\xFA\x07Ann Lee0"[..], b"[\x01\0\0\0u\x04\0\0\0nameu\x04\0\0\0Anna", b"(lp0\n(dp1\nVname\np2\n."]
        {
            assert!(!is_marshal(&Probe::new(bytes)));
        }
        for text in [
            "(c) Copyright 2020\nFirst State Bank\np. 4.",
            "(see the list)\n.",
            "[\"name\", \"Ann Lee\"]",
            "{\"name\": \"Ann Lee\"}",
            "]\n}\n.",
            "component a\nintegral b\nc d\n.",
            "How to use =ybegin line=128 in a text",
            "\0\0\0\0",
        ] {
            assert!(tests.iter().all(|test| !test(&Probe::new(text.as_bytes()))), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(case in 0usize..10, cut in 0usize..600, flip in 0usize..600, with: u8, noise in prop::collection::vec(any::<u8>(), 0..40)) {
            let (mut bytes, _) = cases().swap_remove(case);
            bytes.truncate(cut);
            if let Some(byte) = bytes.get_mut(flip) {
                *byte = with;
            }
            for bytes in [&bytes[..], &noise] {
                for test in [is_unmarked_pickle, is_marshal, is_lmdb, is_iwa, is_spss_portable, is_java, is_yenc] {
                    test(&Probe::new(bytes));
                }
            }
        }
    }
}
