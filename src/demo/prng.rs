//! Splitmix64: a small generator whose stream is the same on every platform and for ever.

/// A deterministic stream of pseudo-random numbers. Not for secrets.
pub(crate) struct Prng(u64);

impl Prng {
    /// The stream of a seed; `stream` keeps independent users of one seed apart.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut prng = Self(seed ^ stream.wrapping_mul(0xA24B_AED4_963E_E407));
        prng.next();
        prng
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    /// A number below `n`; zero when `n` is zero. The bias of the multiplication is far below what a
    /// demonstration could notice.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    /// A number of a half-open range.
    pub(crate) fn range(&mut self, range: std::ops::Range<u64>) -> u64 {
        range.start + self.below(range.end.saturating_sub(range.start))
    }

    /// True so many times in a hundred.
    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of a list, which must not be empty.
    pub(crate) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }

    /// Reorders a list.
    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.below(i as u64 + 1) as usize);
        }
    }

    /// So many decimal digits.
    pub(crate) fn digits(&mut self, n: usize) -> String {
        (0..n).map(|_| (b'0' + self.below(10) as u8) as char).collect()
    }

    /// So many characters of an alphabet.
    pub(crate) fn letters(&mut self, n: usize, alphabet: &str) -> String {
        (0..n).map(|_| self.pick(alphabet.as_bytes()) as char).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_that_of_splitmix64() {
        let mut prng = Prng(1_234_567);
        assert_eq!([prng.next(), prng.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn numbers_stay_in_their_range() {
        let mut prng = Prng::new(3, 1);
        assert!((0..2000).all(|_| (5..9).contains(&prng.range(5..9))));
        assert_eq!(prng.below(0), 0);
    }
}
