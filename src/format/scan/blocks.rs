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

/// The classes of 64 zeros.
const ZEROS: [u64; 8] = {
    let mut words = [0; 8];
    words[ZERO] = u64::MAX;
    words
};
/// A byte of no class, in place of those that are not there.
const OUTSIDE: u8 = 1;

/// Printable ASCII and the white space of text.
pub(super) const fn is_text(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7E | b'\t' | b'\n' | b'\r')
}

/// Letters of cp1252 beyond ASCII.
pub(super) const fn is_high_letter(byte: u8) -> bool {
    matches!(byte, 0xC0..=0xD6 | 0xD8..=0xF6 | 0xF8..=0xFF | 0x8A | 0x8C | 0x8E | 0x9A | 0x9C | 0x9E | 0x9F)
}

/// The classes of each byte, one byte per class: shifted by their places and or-ed, those of eight bytes are eight bits
/// of each class.
static CLASSES: [u64; 256] = classes();

const fn classes() -> [u64; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let b = i as u8;
        table[i] = (is_text(b) as u64) << (8 * TEXT)
            | (b.is_ascii_alphabetic() as u64) << (8 * LETTER)
            | (is_high_letter(b) as u64) << (8 * HIGH)
            | ((b == 0) as u64) << (8 * ZERO)
            | (matches!(b, 0x80..=0xBF) as u64) << (8 * CONTINUATION)
            | (matches!(b, 0xC2..=0xDF) as u64) << (8 * LEAD2)
            | (matches!(b, 0xE0..=0xEF) as u64) << (8 * LEAD3)
            | (ebcdic::is_text(b) as u64) << (8 * EBCDIC);
        i += 1;
    }
    table
}

/// Words of a block, with one of the bytes before it and one of those after it, and a word of zeros at either end.
const ALL: usize = WORDS + 4;

/// One bit per byte of a block and of what is around it.
struct Bits([u64; ALL]);

impl Bits {
    /// Bit i is the bit of the byte `n` before.
    fn before(&self, word: usize, n: u32) -> u64 {
        self.0[word] << n | self.0[word - 1] >> (64 - n)
    }

    /// Bit i is the bit of the byte `n` further on.
    fn after(&self, word: usize, n: u32) -> u64 {
        self.0[word] >> n | self.0[word + 1] << (64 - n)
    }

    fn build(word: impl Fn(usize) -> u64) -> Self {
        let mut bits = [0; ALL];
        for (i, bits) in bits[1..ALL - 1].iter_mut().enumerate() {
            *bits = word(i + 1);
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
    /// Six of them.
    pub ebcdic6: [u64; WORDS],
    /// How many bytes could be EBCDIC text.
    like_ebcdic: u32,
}

impl Candidates {
    /// Could so many bytes be EBCDIC data: six tenths text?
    pub fn may_be_ebcdic(&self, length: usize) -> bool {
        self.like_ebcdic as usize * 10 >= length * 6
    }

    /// Candidates of the block that begins at `at`. Bytes outside of `bytes` are no text.
    pub fn of(bytes: &[u8], at: usize) -> Self {
        let mut planes = [[0u64; ALL]; 8];
        for i in 0..WORDS + 2 {
            let start = (at + 64 * i).wrapping_sub(64);
            let mut held = [OUTSIDE; 64];
            let bytes = match bytes.get(start..).and_then(|rest| rest.first_chunk()) {
                _ if i == 0 && at < 64 => &held,
                Some(bytes) => bytes,
                None => {
                    let rest = bytes.get(start..).unwrap_or_default();
                    held[..rest.len()].copy_from_slice(rest);
                    &held
                }
            };
            // Most of what is free is zero.
            let words = if *bytes == [0; 64] { ZEROS } else { pack(bytes) };
            for (plane, word) in planes.iter_mut().zip(words) {
                plane[i + 1] = word;
            }
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
        let ebcdic4 = four(&ebcdic);
        Self {
            narrow: inner(|w| narrow4.0[w]),
            narrow8: inner(|w| narrow4.0[w] & narrow4.after(w, 4)),
            little: inner(|w| little.0[w] & little.after(w, 2)),
            big: inner(|w| big.0[w] & big.after(w, 2)),
            quad: inner(|w| wide.0[w] & zeros3.0[w] & wide.after(w, 4)),
            ebcdic: inner(|w| ebcdic4.0[w]),
            ebcdic6: inner(|w| ebcdic4.0[w] & ebcdic4.after(w, 2)),
            like_ebcdic: ebcdic.0[2..WORDS + 2].iter().map(|word| word.count_ones()).sum(),
        }
    }
}

/// The words of the block itself.
fn inner(word: impl Fn(usize) -> u64) -> [u64; WORDS] {
    let mut words = [0; WORDS];
    for (i, words) in words.iter_mut().enumerate() {
        *words = word(i + 2);
    }
    words
}

/// Packs the classes of 64 bytes into a word each: those of eight bytes are a row of eight bits per class, and the
/// eight rows a matrix of eight by eight bytes, which is transposed (Warren, Hacker's Delight, 7-3).
#[inline]
fn pack(bytes: &[u8; 64]) -> [u64; 8] {
    let mut rows = [0; 8];
    for (row, eight) in rows.iter_mut().zip(bytes.as_chunks::<8>().0) {
        for (i, &byte) in eight.iter().enumerate() {
            *row |= CLASSES[usize::from(byte)] << i;
        }
    }
    swap(&mut rows, [0, 1, 2, 3], 4, 0x0000_0000_FFFF_FFFF);
    swap(&mut rows, [0, 1, 4, 5], 2, 0x0000_FFFF_0000_FFFF);
    swap(&mut rows, [0, 2, 4, 6], 1, 0x00FF_00FF_00FF_00FF);
    rows
}

/// Swaps the high bytes of these rows with the low ones of those so far apart.
#[inline(always)]
fn swap(rows: &mut [u64; 8], low: [usize; 4], apart: usize, mask: u64) {
    for i in low {
        let t = (rows[i] >> (8 * apart) ^ rows[i + apart]) & mask;
        rows[i] ^= t << (8 * apart);
        rows[i + apart] ^= t;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_classes_of_every_byte_stand_at_its_place() {
        assert_eq!(CLASSES[usize::from(OUTSIDE)], 0);
        assert_eq!(pack(&[0; 64]), ZEROS);
        for byte in 0..=255u8 {
            for place in 0..64 {
                let mut bytes = [OUTSIDE; 64];
                bytes[place] = byte;
                let classes = CLASSES[usize::from(byte)].to_le_bytes();
                assert_eq!(pack(&bytes), classes.map(|class| u64::from(class) << place), "{byte} at {place}");
            }
        }
    }
}
