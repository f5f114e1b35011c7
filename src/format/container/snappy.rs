//! Snappy, one block by itself (format_description.txt of the library): the decoded length, then literals and copies.

/// Decodes a block; `None` where it is none. A block says how long its content is: no more is allocated than copies of
/// its size can make.
pub(super) fn decode(bytes: &[u8]) -> Option<Vec<u8>> {
    let (length, mut rest) = length(bytes)?;
    // A copy of three bytes makes 64 at most.
    if length > bytes.len().saturating_mul(24) {
        return None;
    }
    let mut out = Vec::with_capacity(length);
    while let Some((&tag, tail)) = rest.split_first() {
        rest = tail;
        let kind = tag & 3;
        if kind == 0 {
            let stated = usize::from(tag >> 2);
            let wide = stated.saturating_sub(59);
            let size = if wide == 0 { stated } else { little(rest.get(..wide)?) };
            rest = rest.get(wide..)?;
            let size = size.checked_add(1)?;
            out.extend_from_slice(rest.get(..size)?);
            rest = &rest[size..];
        } else {
            let (wide, size) = match kind {
                1 => (1, usize::from(tag >> 2 & 7) + 4),
                2 => (2, usize::from(tag >> 2) + 1),
                _ => (4, usize::from(tag >> 2) + 1),
            };
            let high = if kind == 1 { usize::from(tag >> 5) << 8 } else { 0 };
            let back = high | little(rest.get(..wide)?);
            rest = &rest[wide..];
            let from = out.len().checked_sub(back).filter(|_| back > 0)?;
            // What is copied may reach into what the copy makes.
            for at in from..from + size {
                let byte = out[at];
                out.push(byte);
            }
        }
        if out.len() > length {
            return None;
        }
    }
    (out.len() == length).then_some(out)
}

/// How unlikely it is that other bytes are a block from their beginning to their end: two to the power of so many to one.
/// `None` where they are none.
pub(super) fn bits(bytes: &[u8]) -> Option<u32> {
    let (length, mut rest) = length(bytes).filter(|(length, _)| *length <= bytes.len().saturating_mul(24))?;
    let (mut made, mut bits) = (0usize, 0u32);
    while let Some((&tag, tail)) = rest.split_first() {
        let (size, taken) = match tag & 3 {
            0 => {
                let wide = usize::from(tag >> 2).saturating_sub(59);
                let stated = if wide == 0 { usize::from(tag >> 2) } else { little(tail.get(..wide)?) };
                let size = stated.checked_add(1)?;
                (size, wide.checked_add(size)?)
            }
            kind => {
                let (wide, size) =
                    if kind == 1 { (1, usize::from(tag >> 2 & 7) + 4) } else { (usize::from(kind - 1) * 2, usize::from(tag >> 2) + 1) };
                let high = if kind == 1 { usize::from(tag >> 5) << 8 } else { 0 };
                let back = high | little(tail.get(..wide)?);
                if back == 0 || back > made {
                    return None;
                }
                let numbers = if kind == 1 { 11 } else { 16 * u32::from(kind - 1) };
                bits = bits.saturating_add(numbers.saturating_sub(usize::BITS - made.leading_zeros()));
                (size, wide)
            }
        };
        rest = tail.get(taken..)?;
        made = made.checked_add(size).filter(|made| *made <= length)?;
    }
    (made == length).then_some(bits)
}

/// The decoded length, in groups of seven bits, and what follows it.
pub(super) fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut length = 0usize;
    for (place, byte) in bytes.iter().enumerate().take(5) {
        length |= usize::from(byte & 0x7F) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((length, &bytes[place + 1..]));
        }
    }
    None
}

fn little(bytes: &[u8]) -> usize {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn literals_and_copies_are_put_together() {
        // "Wikipedia is a free, web-based, multilingual project", as the library's own tools write its start.
        assert_eq!(decode(b"\x09\x20Wikipedia").unwrap(), b"Wikipedia");
        // A copy that reaches into itself: two bytes, then eight more of them.
        assert_eq!(decode(b"\x0A\x04ab\x11\x02").unwrap(), b"ababababab");
        // The same with an offset of two bytes, and of four.
        assert_eq!(decode(b"\x0A\x04ab\x1E\x02\0").unwrap(), b"ababababab");
        assert_eq!(decode(b"\x0A\x04ab\x1F\x02\0\0\0").unwrap(), b"ababababab");
        // A literal whose length stands behind its tag.
        let long = [&b"\xC8\x01\xF0\xC7"[..], &[b'x'; 200]].concat();
        assert_eq!(decode(&long).unwrap(), [b'x'; 200]);
    }

    #[test]
    fn what_is_wrong_is_no_block() {
        for bytes in [&b""[..], b"\x0A\x04ab", b"\x05\x00a\x11\x00", b"\x02\x04abc", b"\x09\x20Wiki", b"\xFF\xFF\xFF\xFF\x0F\x00a"] {
            assert_eq!(decode(bytes), None, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(decode(&bytes).is_none_or(|out| out.len() <= bytes.len() * 24));
        }
    }
}
