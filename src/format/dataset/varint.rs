//! Numbers in groups of seven bits, the lowest first, of which all but the last have their highest bit set.

/// The number at a place, and where it ends; `None` where it does not end in the bytes or within 64 bits.
pub(super) fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
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

/// A number of either sign, of which small ones are short: their sign is the lowest bit.
pub(super) fn zigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}
