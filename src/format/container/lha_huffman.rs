//! The methods -lh4- to -lh7-: phrases of a sliding window, in blocks with Huffman codes of their own.

use std::io::{Error, ErrorKind, Read, Result};

/// Codes of the lengths of codes; of characters and lengths of phrases.
const LENGTHS: usize = 19;
const SYMBOLS: usize = 510;
const LONGEST: usize = 16;
/// The shortest phrase.
const LEAST: usize = 3;
/// The largest window.
const MOST_WINDOW: usize = 1 << 16;

/// A member as it is decoded.
pub(super) struct Lzh<'a> {
    bits: Bits<'a>,
    /// Codes of distances, and the width of their number.
    distances: (usize, u32),
    /// Codes that are left of the block.
    left: u32,
    symbols: Codes,
    places: Codes,
    window: Vec<u8>,
    at: usize,
    /// The phrase at hand: how far back, how long.
    phrase: (usize, usize),
    /// Bytes of the member that were not decoded yet.
    wanted: u64,
    /// Why there is no more.
    fault: Option<ErrorKind>,
}

impl<'a> Lzh<'a> {
    pub fn new(packed: &'a [u8], method: u8, size: u64) -> Self {
        let distances = match method {
            4 | 5 => (14, 4),
            6 => (16, 5),
            _ => (17, 5),
        };
        Self {
            bits: Bits { bytes: packed, at: 0 },
            distances,
            left: 0,
            symbols: Codes::default(),
            places: Codes::default(),
            window: vec![b' '; MOST_WINDOW],
            at: 0,
            phrase: (0, 0),
            wanted: size,
            fault: None,
        }
    }

    fn begin_block(&mut self) -> Result<()> {
        self.left = self.bits.take(16)?;
        if self.left == 0 {
            return Err(broken());
        }
        let lengths = self.lengths(LENGTHS, 5, Some(3))?;
        self.symbols = self.symbols_of(&lengths)?;
        self.places = self.lengths(self.distances.0, self.distances.1, None)?;
        Ok(())
    }

    /// Codes whose lengths are written as they are; behind the entry `gap` some of length 0 are counted.
    fn lengths(&mut self, most: usize, width: u32, gap: Option<usize>) -> Result<Codes> {
        let count = self.bits.take(width)? as usize;
        if count == 0 {
            return Ok(Codes::one(self.bits.take(width)? as u16));
        }
        if count > most {
            return Err(broken());
        }
        let mut lengths = Vec::with_capacity(most);
        while lengths.len() < count {
            let mut length = self.bits.take(3)? as u8;
            while length >= 7 && self.bits.take(1)? == 1 {
                length += 1;
                if usize::from(length) > LONGEST {
                    return Err(broken());
                }
            }
            lengths.push(length);
            if Some(lengths.len()) == gap {
                let zeros = self.bits.take(2)? as usize;
                lengths.resize((lengths.len() + zeros).min(most), 0);
            }
        }
        Codes::of(&lengths)
    }

    fn symbols_of(&mut self, codes: &Codes) -> Result<Codes> {
        let count = self.bits.take(9)? as usize;
        if count == 0 {
            return Ok(Codes::one(self.bits.take(9)? as u16));
        }
        let mut lengths = Vec::with_capacity(SYMBOLS);
        while lengths.len() < count.min(SYMBOLS) {
            let zeros = match codes.decode(&mut self.bits)? {
                0 => 1,
                1 => self.bits.take(4)? as usize + 3,
                2 => self.bits.take(9)? as usize + 20,
                length => {
                    lengths.push((length - 2) as u8);
                    0
                }
            };
            lengths.resize((lengths.len() + zeros).min(SYMBOLS), 0);
        }
        Codes::of(&lengths)
    }

    fn next(&mut self) -> Result<u8> {
        if self.phrase.1 == 0 {
            if self.left == 0 {
                self.begin_block()?;
            }
            self.left -= 1;
            match usize::from(self.symbols.decode(&mut self.bits)?) {
                symbol @ 0..256 => return Ok(symbol as u8),
                symbol => {
                    let width = u32::from(self.places.decode(&mut self.bits)?);
                    if width > LONGEST as u32 {
                        return Err(broken());
                    }
                    let distance = if width == 0 { 0 } else { (1 << (width - 1)) + self.bits.take(width - 1)? as usize };
                    self.phrase = (distance + 1, symbol - 256 + LEAST);
                }
            }
        }
        self.phrase.1 -= 1;
        Ok(self.window[self.at.wrapping_sub(self.phrase.0) % MOST_WINDOW])
    }
}

impl Read for Lzh<'_> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        if let Some(fault) = self.fault {
            return Err(Error::new(fault, "the codes end or make no sense"));
        }
        let most = out.len().min(usize::try_from(self.wanted).unwrap_or(usize::MAX));
        for (n, to) in out[..most].iter_mut().enumerate() {
            match self.next() {
                Ok(byte) => {
                    self.window[self.at % MOST_WINDOW] = byte;
                    self.at = self.at.wrapping_add(1);
                    self.wanted -= 1;
                    *to = byte;
                }
                Err(error) => {
                    self.fault = Some(error.kind());
                    // What came before stands.
                    return if n > 0 { Ok(n) } else { Err(error) };
                }
            }
        }
        Ok(most)
    }
}

fn broken() -> Error {
    Error::new(ErrorKind::InvalidData, "the codes of a block make no sense")
}

/// Bits, the highest of each byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: u32) -> Result<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8).ok_or_else(|| Error::new(ErrorKind::UnexpectedEof, "the data is cut off"))?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Ok(value)
    }
}

/// A canonical Huffman code.
#[derive(Default)]
struct Codes {
    /// How many codes there are of each length.
    counts: [u16; LONGEST + 1],
    /// Symbols, by length and then by number.
    symbols: Vec<u16>,
    /// The only symbol, which takes no bits.
    only: Option<u16>,
}

impl Codes {
    fn one(symbol: u16) -> Self {
        Self { only: Some(symbol), ..Self::default() }
    }

    fn of(lengths: &[u8]) -> Result<Self> {
        let mut codes = Self::default();
        for length in 1..=LONGEST {
            let of_length = lengths.iter().enumerate().filter(|(_, l)| usize::from(**l) == length);
            codes.symbols.extend(of_length.map(|(symbol, _)| symbol as u16));
            codes.counts[length] = lengths.iter().filter(|l| usize::from(**l) == length).count() as u16;
        }
        // More codes than there is room for.
        let room = (1..=LONGEST).try_fold(1i32, |room, length| Some(2 * room - i32::from(codes.counts[length])).filter(|room| *room >= 0));
        room.map(|_| codes).ok_or_else(broken)
    }

    fn decode(&self, bits: &mut Bits<'_>) -> Result<u16> {
        if let Some(only) = self.only {
            return Ok(only);
        }
        let (mut code, mut first, mut index) = (0usize, 0, 0);
        for length in 1..=LONGEST {
            code |= bits.take(1)? as usize;
            let count = usize::from(self.counts[length]);
            if code < first + count {
                return self.symbols.get(index + code - first).copied().ok_or_else(broken);
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        Err(broken())
    }
}
