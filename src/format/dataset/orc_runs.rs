//! Numbers of ORC (Specification v1, "Run Length Encoding"): bytes and truth values in runs, whole numbers in runs of
//! both versions. A run of numbers is decoded at once; it has 512 of them at most.

use super::orc_stream::{Input, Lost, corrupt};
use crate::model::zigzag;

/// Bytes, repeated or one by one.
pub(super) struct Bytes<'a, 'b> {
    input: Input<'a, 'b>,
    left: usize,
    /// The one that is repeated.
    same: Option<u8>,
}

impl<'a, 'b> Bytes<'a, 'b> {
    pub fn new(input: Input<'a, 'b>) -> Self {
        Self { input, left: 0, same: None }
    }

    /// The next byte.
    pub fn next(&mut self) -> Result<u8, Lost> {
        if self.left == 0 {
            let head = self.input.byte()?;
            (self.left, self.same) = match head {
                0..0x80 => (usize::from(head) + 3, Some(self.input.byte()?)),
                0x80.. => (256 - usize::from(head), None),
            };
        }
        self.left -= 1;
        match self.same {
            Some(byte) => Ok(byte),
            None => self.input.byte(),
        }
    }

    /// Are there values beyond those that were read?
    pub fn has_more(&mut self) -> bool {
        self.left > 0 || self.input.has_more()
    }

    /// The stream that the bytes stand in.
    pub fn input(&self) -> &Input<'a, 'b> {
        &self.input
    }
}

/// Truth values, eight to a byte, the first one in the highest bit.
pub(super) struct Bits<'a, 'b> {
    bytes: Bytes<'a, 'b>,
    byte: u8,
    left: u32,
}

impl<'a, 'b> Bits<'a, 'b> {
    pub fn new(input: Input<'a, 'b>) -> Self {
        Self { bytes: Bytes::new(input), byte: 0, left: 0 }
    }

    /// The next truth value.
    pub fn next(&mut self) -> Result<bool, Lost> {
        if self.left == 0 {
            (self.byte, self.left) = (self.bytes.next()?, 8);
        }
        self.left -= 1;
        Ok(self.byte >> self.left & 1 == 1)
    }

    /// Are there values beyond those that were read? The last byte is filled up.
    pub fn has_more(&mut self) -> bool {
        self.bytes.has_more()
    }

    /// The stream that they stand in.
    pub fn input(&self) -> &Input<'a, 'b> {
        self.bytes.input()
    }
}

/// Which encoding runs of whole numbers have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    One,
    Two,
}

/// Whole numbers.
pub(super) struct Numbers<'a, 'b> {
    input: Input<'a, 'b>,
    version: Version,
    is_signed: bool,
    run: Vec<i64>,
    next: usize,
}

impl<'a, 'b> Numbers<'a, 'b> {
    pub fn new(input: Input<'a, 'b>, version: Version, is_signed: bool) -> Self {
        Self { input, version, is_signed, run: Vec::new(), next: 0 }
    }

    /// The next number.
    pub fn next(&mut self) -> Result<i64, Lost> {
        if self.next == self.run.len() {
            self.run.clear();
            self.next = 0;
            match self.version {
                Version::One => self.run_of_version_1()?,
                Version::Two => self.run_of_version_2()?,
            }
        }
        self.next += 1;
        self.run.get(self.next - 1).copied().ok_or_else(|| corrupt("a run has no values"))
    }

    /// The next number, which is a length or a place.
    pub fn next_size(&mut self) -> Result<usize, Lost> {
        usize::try_from(self.next()?).map_err(|_| corrupt("a length is negative"))
    }

    /// Are there values beyond those that were read?
    pub fn has_more(&mut self) -> bool {
        self.next < self.run.len() || self.input.has_more()
    }

    /// The stream that they stand in.
    pub fn input(&self) -> &Input<'a, 'b> {
        &self.input
    }

    fn signed(&self, number: u64) -> i64 {
        if self.is_signed { zigzag(number) } else { number as i64 }
    }

    fn varint(&mut self) -> Result<i64, Lost> {
        self.input.varint().map(|number| self.signed(number))
    }

    fn run_of_version_1(&mut self) -> Result<(), Lost> {
        let head = self.input.byte()?;
        if head < 0x80 {
            let step = i64::from(self.input.byte()? as i8);
            let first = self.varint()?;
            self.run.extend((0..i64::from(head) + 3).map(|n| first.wrapping_add(n * step)));
        } else {
            for _ in 0..256 - usize::from(head) {
                let number = self.varint()?;
                self.run.push(number);
            }
        }
        Ok(())
    }

    fn run_of_version_2(&mut self) -> Result<(), Lost> {
        let head = self.input.byte()?;
        if head >> 6 == 0 {
            let number = self.input.high_first(usize::from(head >> 3 & 7) + 1)?;
            let number = self.signed(number);
            self.run.resize(usize::from(head & 7) + 3, number);
            return Ok(());
        }
        let length = (usize::from(head & 1) << 8 | usize::from(self.input.byte()?)) + 1;
        let code = head >> 1 & 31;
        match head >> 6 {
            1 => {
                let mut bits = Packed::new(&mut self.input);
                for _ in 0..length {
                    let number = bits.next(width(code))?;
                    self.run.push(if self.is_signed { zigzag(number) } else { number as i64 });
                }
                Ok(())
            }
            2 => self.patched(width(code), length),
            _ => self.differences(if code == 0 { 0 } else { width(code) }, length),
        }
    }

    fn patched(&mut self, width_of_values: u32, length: usize) -> Result<(), Lost> {
        let [third, fourth] = self.input.array()?;
        let (patch_width, gap_width) = (width(third & 31), u32::from(fourth >> 5) + 1);
        let patches = usize::from(fourth & 31);
        if patch_width + gap_width > 64 {
            return Err(corrupt("patches of a run are too wide"));
        }
        let base_bytes = usize::from(third >> 5) + 1;
        let raw = self.input.high_first(base_bytes)?;
        let sign = 1u64 << (8 * base_bytes - 1);
        let base = if raw & sign == 0 { raw as i64 } else { ((raw & !sign) as i64).wrapping_neg() };
        let mut bits = Packed::new(&mut self.input);
        for _ in 0..length {
            self.run.push(bits.next(width_of_values)? as i64);
        }
        let mut bits = Packed::new(&mut self.input);
        let mut at = 0;
        for _ in 0..patches {
            let entry = bits.next(closest(patch_width + gap_width))?;
            at += (entry >> patch_width) as usize;
            let patch = entry & (u64::MAX >> (64 - patch_width));
            // A patch of nothing only goes further than a gap can.
            if patch > 0 {
                let value = self.run.get_mut(at).ok_or_else(|| corrupt("a patch is of no value of its run"))?;
                *value |= patch.checked_shl(width_of_values).unwrap_or(0) as i64;
            }
        }
        self.run.iter_mut().for_each(|value| *value = value.wrapping_add(base));
        Ok(())
    }

    fn differences(&mut self, width: u32, length: usize) -> Result<(), Lost> {
        let mut last = self.varint()?;
        let step = zigzag(self.input.varint()?);
        self.run.push(last);
        let mut bits = Packed::new(&mut self.input);
        for n in 1..length {
            last = match (n, width) {
                (1, _) | (_, 0) => last.wrapping_add(step),
                _ if step < 0 => last.wrapping_sub(bits.next(width)? as i64),
                _ => last.wrapping_add(bits.next(width)? as i64),
            };
            self.run.push(last);
        }
        Ok(())
    }
}

/// Numbers of some bits each, the highest first. Each group of them begins with a byte.
struct Packed<'i, 'a, 'b> {
    input: &'i mut Input<'a, 'b>,
    held: u128,
    bits: u32,
}

impl<'i, 'a, 'b> Packed<'i, 'a, 'b> {
    fn new(input: &'i mut Input<'a, 'b>) -> Self {
        Self { input, held: 0, bits: 0 }
    }

    /// The next number of up to 64 bits.
    fn next(&mut self, width: u32) -> Result<u64, Lost> {
        while self.bits < width {
            self.held = self.held << 8 | u128::from(self.input.byte()?);
            self.bits += 8;
        }
        self.bits -= width;
        let number = (self.held >> self.bits) as u64;
        Ok(if width < 64 { number & ((1 << width) - 1) } else { number })
    }
}

/// Bits that a code of five bits stands for.
fn width(code: u8) -> u32 {
    match code {
        0..24 => u32::from(code) + 1,
        24..28 => 26 + 2 * u32::from(code - 24),
        _ => 40 + 8 * u32::from(code.min(31) - 28),
    }
}

/// The next width that has a code.
fn closest(bits: u32) -> u32 {
    (0..32).map(width).find(|width| *width >= bits).unwrap_or(64)
}

#[cfg(test)]
mod tests {
    use super::super::orc_stream::{Packing, Source};
    use super::*;
    use proptest::prelude::*;
    use std::cell::Cell;

    /// All numbers of a stream, and whether it ended soundly.
    fn numbers(bytes: &[u8], version: Version, is_signed: bool) -> (Vec<i64>, bool) {
        let budget = Cell::new(1 << 20);
        let source = Source { bytes, packing: Packing::Plain, budget: &budget };
        let mut numbers = Numbers::new(Input::new(source, 0..bytes.len()), version, is_signed);
        let mut out = Vec::new();
        while numbers.has_more() {
            match numbers.next() {
                Ok(number) => out.push(number),
                Err(_) => return (out, false),
            }
        }
        (out, true)
    }

    #[test]
    fn runs_of_the_specification_are_its_numbers() {
        let down: Vec<i64> = (1..=100).rev().collect();
        for (version, run, expected) in [
            (Version::One, &b"\x61\x00\x07"[..], &[7; 100][..]),
            (Version::One, b"\x61\xFF\x64", &down),
            (Version::One, b"\xFB\x02\x03\x04\x07\x0B", &[2, 3, 4, 7, 11]),
            (Version::Two, b"\x0A\x27\x10", &[10_000; 5]),
            (Version::Two, b"\x5E\x03\x5C\xA1\xAB\x1E\xDE\xAD\xBE\xEF", &[23_713, 43_806, 57_005, 48_879]),
            (
                Version::Two,
                b"\x8E\x13\x2B\x21\x07\xD0\x1E\x00\x14\x70\x28\x32\x3C\x46\x50\x5A\x64\x6E\x78\x82\x8C\x96\xA0\xAA\xB4\xBE\xFC\xE8",
                &[
                    2030, 2000, 2020, 1_000_000, 2040, 2050, 2060, 2070, 2080, 2090, 2100, 2110, 2120, 2130, 2140, 2150, 2160, 2170, 2180,
                    2190,
                ],
            ),
            (Version::Two, b"\xC6\x09\x02\x02\x22\x42\x42\x46", &[2, 3, 5, 7, 11, 13, 17, 19, 23, 29]),
        ] {
            assert_eq!(numbers(run, version, false), (expected.to_vec(), true), "{run:02X?}");
            // A run that is cut off is lost as a whole.
            assert!(!numbers(&run[..run.len() - 1], version, false).1, "{run:02X?}");
            let twice = [run, run].concat();
            assert_eq!(numbers(&twice, version, false).0, [expected, expected].concat());
        }
    }

    #[test]
    // Grouped as the fields are.
    #[allow(clippy::unusual_byte_groupings, clippy::inconsistent_digit_grouping)]
    fn patches_widen_numbers_around_a_base_of_either_sign() {
        // Base -5 in a byte, 0 1 3 2 in two bits each, one patch of three bits, 5, behind a gap of two: 3 | 5 << 2.
        let run = [0b10_00001_0, 3, 0b000_00010, 0b001_00001, 0x85, 0b00_01_11_10, 0b10_101_000];
        assert_eq!(numbers(&run, Version::Two, true), (vec![-5, -4, 18, -3], true));
        // A patch of a value behind the run, patches that are too wide.
        assert_eq!(numbers(&[0x82, 1, 2, 0x21, 0x85, 0x10, 0xE8], Version::Two, true), (vec![], false));
        assert_eq!(numbers(&[0x82, 3, 0x1F, 0x21, 0x85, 0x1E, 0xA8, 0, 0, 0, 0, 0, 0, 0, 0], Version::Two, true), (vec![], false));
    }

    #[test]
    fn bytes_and_truth_values_of_the_specification() {
        let bytes = [0x61, 0x00, 0xFE, 0x44, 0x45];
        let budget = Cell::new(0);
        let source = |bytes| Source { bytes, packing: Packing::Plain, budget: &budget };
        let mut runs = Bytes::new(Input::new(source(&bytes), 0..5));
        let read: Vec<u8> = (0..102).map(|_| runs.next().unwrap()).collect();
        assert_eq!(read, [&[0; 100][..], &[0x44, 0x45]].concat());
        assert!(!runs.has_more() && runs.next().is_err());
        let mut bits = Bits::new(Input::new(source(&[0xFF, 0x80]), 0..2));
        assert_eq!((0..8).map(|_| bits.next().unwrap()).collect::<Vec<_>>(), [true, false, false, false, false, false, false, false]);
        assert!(!bits.has_more());
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..300), is_signed in any::<bool>()) {
            for version in [Version::One, Version::Two] {
                // A byte makes 512 numbers at most.
                prop_assert!(numbers(&bytes, version, is_signed).0.len() <= 512 * bytes.len());
            }
        }
    }
}
