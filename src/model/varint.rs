//! Numbers in groups of seven bits, the lowest first, of which all but the last have their highest bit set.

/// The number at a place, and where it ends; `None` where it does not end in the bytes or within 64 bits.
pub fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut number = 0;
    for place in 0..10 {
        let byte = *bytes.get(at + place)?;
        number |= u64::from(byte & 0x7F) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((number, at + place + 1));
        }
    }
    None
}

/// Writes a number behind what is there.
pub fn put_varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// A number of either sign, of which small ones are short: their sign is the lowest bit.
pub fn zigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(before in prop::collection::vec(any::<u8>(), 0..4), shift in 0u32..64, number: u64) {
            let number = number >> shift;
            let mut bytes = before.clone();
            put_varint(number, &mut bytes);
            prop_assert_eq!(varint(&bytes, before.len()), Some((number, bytes.len())));
            prop_assert_eq!(varint(&bytes[..bytes.len() - 1], before.len()), None);
        }
    }
}
