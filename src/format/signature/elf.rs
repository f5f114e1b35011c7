//! ELF (System V ABI, "Object Files"): the one section of ordinary programs that looks like noise.

use std::ops::Range;

/// Where the hash table of symbols stands (`SHT_GNU_HASH`), in 64-bit little-endian files.
pub(super) fn hash_table(bytes: &[u8]) -> Option<Range<u64>> {
    const GNU_HASH: u64 = 0x6FFF_FFF6;
    if !bytes.starts_with(b"\x7FELF\x02\x01") {
        return None;
    }
    let number = |at: u64, size: usize| {
        let at = usize::try_from(at).ok()?;
        let field = bytes.get(at..at.checked_add(size)?)?;
        Some(field.iter().rev().fold(0, |value, &b| value << 8 | u64::from(b)))
    };
    let (sections, size, count) = (number(0x28, 8)?, number(0x3A, 2)?, number(0x3C, 2)?);
    (0..count).find_map(|i| {
        let header = sections.checked_add(i * size)?;
        let (kind, start, length) = (number(header + 4, 4)?, number(header + 0x18, 8)?, number(header + 0x20, 8)?);
        let end = start.checked_add(length).filter(|&end| end <= bytes.len() as u64)?;
        (kind == GNU_HASH).then_some(start..end)
    })
}
