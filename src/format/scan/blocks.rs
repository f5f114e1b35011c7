//! Where runs may begin, found 64 bytes at a time: each byte's classes come from a table and are packed
//! into words of one bit per byte, so that four characters in a row are four shifted words and-ed
//! together. The candidates include every run; what a run is, is decided where it is walked.

use super::ebcdic;
use crate::format::numbers::is_zero;

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

/// A bit for each of 64 bytes, of each class.
type Words = [u64; 8];

/// The classes of 64 zeros.
const ZEROS: Words = {
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
    #[inline(always)]
    fn before(&self, word: usize, n: u32) -> u64 {
        self.0[word] << n | self.0[word - 1] >> (64 - n)
    }

    /// Bit i is the bit of the byte `n` further on.
    #[inline(always)]
    fn after(&self, word: usize, n: u32) -> u64 {
        self.0[word] >> n | self.0[word + 1] << (64 - n)
    }

    /// Sets the words of so many words of a block, of the ones before and behind them, and of zeros behind those.
    #[inline(always)]
    fn set(&mut self, words: usize, word: impl Fn(usize) -> u64) {
        for i in 1..words + 3 {
            self.0[i] = word(i);
        }
        self.0[words + 3] = 0;
    }
}

impl Default for Bits {
    fn default() -> Self {
        Self([0; ALL])
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
    /// How many words of the block there are; those behind them mean nothing.
    pub words: usize,
    /// The bits of each class, and what they are put together to on the way.
    planes: [Bits; 8],
    partial: [Bits; 8],
}

impl Candidates {
    /// Of no block.
    pub fn new() -> Self {
        let none = || [0; WORDS];
        Self {
            narrow: none(),
            narrow8: none(),
            little: none(),
            big: none(),
            quad: none(),
            ebcdic: none(),
            ebcdic6: none(),
            words: 0,
            planes: Default::default(),
            partial: Default::default(),
        }
    }

    /// Could so many bytes be EBCDIC data: six tenths text?
    pub fn may_be_ebcdic(&self, length: usize) -> bool {
        let like_ebcdic: u32 = self.planes[EBCDIC].0[2..self.words + 2].iter().map(|word| word.count_ones()).sum();
        like_ebcdic as usize * 10 >= length * 6
    }

    /// How many bytes of text stand here, `from` bytes into the block. Behind the block, not all may be counted.
    pub fn text_from(&self, from: usize) -> usize {
        let text = &self.planes[TEXT].0[2..self.words + 3];
        let (word, bit) = (from / 64, from as u32 % 64);
        let first = (text[word] >> bit).trailing_ones();
        if first < 64 - bit {
            return first as usize;
        }
        let whole = text[word + 1..].iter().take_while(|word| **word == u64::MAX).count();
        let last = text.get(word + 1 + whole).map_or(0, |word| word.trailing_ones());
        first as usize + 64 * whole + last as usize
    }

    /// Finds the candidates of the block that begins at `at`. Bytes outside of `bytes` are no text.
    pub fn find(&mut self, bytes: &[u8], at: usize) {
        let words = bytes.len().saturating_sub(at).div_ceil(64).min(WORDS);
        for i in 0..words + 2 {
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
            let packed = if is_zero(bytes) { ZEROS } else { pack(bytes) };
            for (plane, word) in self.planes.iter_mut().zip(packed) {
                plane.0[i + 1] = word;
            }
        }
        self.planes.iter_mut().for_each(|plane| plane.0[words + 3] = 0);
        self.put_together(words);
    }

    fn put_together(&mut self, words: usize) {
        let [text, letter, high, zero, continuation, lead2, lead3, ebcdic] = &self.planes;
        let [two, three, narrow, narrow4, wide, little, big, ebcdic4] = &mut self.partial;
        two.set(words, |w| lead2.0[w] & continuation.after(w, 1));
        three.set(words, |w| lead3.0[w] & continuation.after(w, 1) & continuation.after(w, 2));
        for w in 1..words + 3 {
            let pair_before = letter.before(w, 1) & letter.before(w, 2);
            let pair_after = letter.after(w, 1) & letter.after(w, 2);
            let second = high.before(w, 1) & letter.before(w, 2) & letter.before(w, 3);
            let amid = text.before(w, 1) & text.before(w, 2) & text.after(w, 1) & text.after(w, 2);
            let joined = high.0[w] & (pair_before | pair_after | second | amid);
            let utf8 = two.0[w] | two.before(w, 1) | three.0[w] | three.before(w, 1) | three.before(w, 2);
            narrow.0[w] = text.0[w] | joined | utf8;
        }
        narrow.0[words + 3] = 0;
        wide.set(words, |w| text.0[w] | high.0[w]);
        little.set(words, |w| wide.0[w] & zero.after(w, 1));
        big.set(words, |w| zero.0[w] & wide.after(w, 1));
        narrow4.set(words, |w| narrow.0[w] & narrow.after(w, 1) & narrow.after(w, 2) & narrow.after(w, 3));
        ebcdic4.set(words, |w| ebcdic.0[w] & ebcdic.after(w, 1) & ebcdic.after(w, 2) & ebcdic.after(w, 3));
        self.words = words;
        for i in 0..words {
            let w = i + 2;
            self.narrow[i] = narrow4.0[w];
            self.narrow8[i] = narrow4.0[w] & narrow4.after(w, 4);
            self.little[i] = little.0[w] & little.after(w, 2);
            self.big[i] = big.0[w] & big.after(w, 2);
            self.quad[i] = wide.0[w] & zero.after(w, 1) & zero.after(w, 2) & zero.after(w, 3) & wide.after(w, 4);
            self.ebcdic[i] = ebcdic4.0[w];
            self.ebcdic6[i] = ebcdic4.0[w] & ebcdic4.after(w, 2);
        }
    }
}

/// Packs the classes of 64 bytes into a word each: those of eight bytes are a row of eight bits per class, and the
/// eight rows a matrix of eight by eight bytes, which is transposed (Warren, Hacker's Delight, 7-3).
#[inline]
fn pack(bytes: &[u8; 64]) -> Words {
    let mut rows = [0; 8];
    for (row, eight) in rows.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *row = eight.iter().rev().fold(0, |row, byte| row << 1 | CLASSES[usize::from(*byte)]);
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
