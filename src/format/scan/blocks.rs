//! Where runs may begin, found 64 bytes at a time: each byte's classes come from a table and are packed
//! into words of one bit per byte, so that four characters in a row are four shifted words and-ed
//! together. The candidates include every run; what a run is, is decided where it is walked.

use super::ebcdic;

/// Bytes looked at in one go.
pub(super) const BLOCK: usize = 4096;
const WORDS: usize = BLOCK / 64;

const TEXT: usize = 0;
const LETTER: usize = 1;
const HIGH: usize = 2;
const ZERO: usize = 3;
const CONTINUATION: usize = 4;
const LEAD2: usize = 5;
const LEAD3: usize = 6;
const EBCDIC: usize = 7;

/// Printable ASCII and the white space of text.
pub(super) const fn is_text(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7E | b'\t' | b'\n' | b'\r')
}

/// Letters of cp1252 beyond ASCII.
pub(super) const fn is_high_letter(byte: u8) -> bool {
    matches!(byte, 0xC0..=0xD6 | 0xD8..=0xF6 | 0xF8..=0xFF | 0x8A | 0x8C | 0x8E | 0x9A | 0x9C | 0x9E | 0x9F)
}

static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let b = i as u8;
        table[i] = (is_text(b) as u8) << TEXT
            | (b.is_ascii_alphabetic() as u8) << LETTER
            | (is_high_letter(b) as u8) << HIGH
            | ((b == 0) as u8) << ZERO
            | (matches!(b, 0x80..=0xBF) as u8) << CONTINUATION
            | (matches!(b, 0xC2..=0xDF) as u8) << LEAD2
            | (matches!(b, 0xE0..=0xEF) as u8) << LEAD3
            | (ebcdic::is_text(b) as u8) << EBCDIC;
        i += 1;
    }
    table
}

/// One bit per byte of a block, with a word of the bytes before and one of those after it.
struct Bits([u64; WORDS + 2]);

impl Bits {
    /// Bit i is the bit of the byte `n` before.
    fn before(&self, word: usize, n: u32) -> u64 {
        self.0[word] << n | self.0.get(word.wrapping_sub(1)).map_or(0, |w| w >> (64 - n))
    }

    /// Bit i is the bit of the byte `n` further on.
    fn after(&self, word: usize, n: u32) -> u64 {
        self.0[word] >> n | self.0.get(word + 1).map_or(0, |w| w << (64 - n))
    }

    fn build(mut word: impl FnMut(usize) -> u64) -> Self {
        let mut bits = [0; WORDS + 2];
        for (i, bits) in bits.iter_mut().enumerate() {
            *bits = word(i);
        }
        Self(bits)
    }
}

/// Candidates of one block: one bit per byte where a run may begin.
pub(super) struct Candidates {
    /// Four bytes of ASCII, UTF-8 or cp1252 text begin here.
    pub narrow: [u64; WORDS],
    /// Eight of them.
    pub narrow8: [u64; WORDS],
    /// Two characters of UTF-16LE begin here.
    pub little: [u64; WORDS],
    /// Two characters of UTF-16BE begin here.
    pub big: [u64; WORDS],
    /// Two characters of UTF-32 begin here; of big-endian ones the last byte of the first.
    pub quad: [u64; WORDS],
    /// Four bytes of EBCDIC text begin here.
    pub ebcdic: [u64; WORDS],
}

impl Candidates {
    /// Candidates of the block that begins at `at`. Bytes outside of `bytes` are no text.
    pub fn of(bytes: &[u8], at: usize) -> Self {
        let mut planes = [[0u64; WORDS + 2]; 8];
        for i in 0..WORDS + 2 {
            let mut classes = [0u8; 64];
            let start = (at + 64 * i).wrapping_sub(64);
            if i > 0 || at >= 64 {
                match bytes.get(start..).and_then(|rest| rest.first_chunk::<64>()) {
                    Some(bytes) => classes = bytes.map(|b| CLASSES[usize::from(b)]),
                    None => {
                        for (class, &b) in classes.iter_mut().zip(bytes.get(start..).unwrap_or_default()) {
                            *class = CLASSES[usize::from(b)];
                        }
                    }
                }
            }
            pack(&classes, &mut planes, i);
        }
        let [text, letter, high, zero, continuation, lead2, lead3, ebcdic] = planes.map(Bits);
        let two = Bits::build(|w| lead2.0[w] & continuation.after(w, 1));
        let three = Bits::build(|w| lead3.0[w] & continuation.after(w, 1) & continuation.after(w, 2));
        let narrow = Bits::build(|w| {
            let pair_before = letter.before(w, 1) & letter.before(w, 2);
            let pair_after = letter.after(w, 1) & letter.after(w, 2);
            let second = high.before(w, 1) & letter.before(w, 2) & letter.before(w, 3);
            let amid = text.before(w, 1) & text.before(w, 2) & text.after(w, 1) & text.after(w, 2);
            let joined = high.0[w] & (pair_before | pair_after | second | amid);
            let utf8 = two.0[w] | two.before(w, 1) | three.0[w] | three.before(w, 1) | three.before(w, 2);
            text.0[w] | joined | utf8
        });
        let wide = Bits::build(|w| text.0[w] | high.0[w]);
        let little = Bits::build(|w| wide.0[w] & zero.after(w, 1));
        let big = Bits::build(|w| zero.0[w] & wide.after(w, 1));
        let zeros3 = Bits::build(|w| zero.after(w, 1) & zero.after(w, 2) & zero.after(w, 3));
        let four = |bits: &Bits| Bits::build(|w| bits.0[w] & bits.after(w, 1) & bits.after(w, 2) & bits.after(w, 3));
        let narrow4 = four(&narrow);
        let inner = |word: &dyn Fn(usize) -> u64| {
            let mut words = [0; WORDS];
            for (i, out) in words.iter_mut().enumerate() {
                *out = word(i + 1);
            }
            words
        };
        let ebcdic4 = four(&ebcdic);
        Self {
            narrow: inner(&|w| narrow4.0[w]),
            narrow8: inner(&|w| narrow4.0[w] & narrow4.after(w, 4)),
            little: inner(&|w| little.0[w] & little.after(w, 2)),
            big: inner(&|w| big.0[w] & big.after(w, 2)),
            quad: inner(&|w| wide.0[w] & zeros3.0[w] & wide.after(w, 4)),
            ebcdic: inner(&|w| ebcdic4.0[w]),
        }
    }
}

/// Packs each bit of 64 class bytes into the words at `word` of its plane: eight bytes at a time are a
/// matrix of eight by eight bits, which is transposed (Warren, Hacker's Delight, 7-3).
fn pack(classes: &[u8; 64], planes: &mut [[u64; WORDS + 2]; 8], word: usize) {
    let mut packed = [[0u8; 8]; 8];
    for (i, eight) in classes.as_chunks::<8>().0.iter().enumerate() {
        let mut x = u64::from_le_bytes(*eight);
        let t = (x ^ x >> 7) & 0x00AA_00AA_00AA_00AA;
        x ^= t ^ t << 7;
        let t = (x ^ x >> 14) & 0x0000_CCCC_0000_CCCC;
        x ^= t ^ t << 14;
        let t = (x ^ x >> 28) & 0x0000_0000_F0F0_F0F0;
        x ^= t ^ t << 28;
        for (plane, byte) in packed.iter_mut().zip(x.to_le_bytes()) {
            plane[i] = byte;
        }
    }
    for (plane, bytes) in planes.iter_mut().zip(packed) {
        plane[word] = u64::from_le_bytes(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_stands_at_its_byte_in_its_plane() {
        for byte in 0..64 {
            for bit in 0..8 {
                let (mut classes, mut planes) = ([0; 64], [[0; WORDS + 2]; 8]);
                classes[byte] = 1 << bit;
                pack(&classes, &mut planes, 1);
                assert!((0..8).all(|p| planes[p][1] == if p == bit { 1 << byte } else { 0 }));
            }
        }
    }
}
