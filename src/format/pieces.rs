use std::borrow::Cow;
use std::io::Read;

/// Pieces as one stream; each is made when the one before it was taken.
pub(in crate::format) struct Pieces<'b, I> {
    pieces: I,
    piece: Cow<'b, [u8]>,
    taken: usize,
}

impl<'b, I: Iterator<Item = Cow<'b, [u8]>>> Pieces<'b, I> {
    /// The pieces that an iterator gives.
    pub fn new(pieces: I) -> Self {
        Self { pieces, piece: Cow::Borrowed(&[]), taken: 0 }
    }
}

impl<'b, I: Iterator<Item = Cow<'b, [u8]>>> Read for Pieces<'b, I> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.taken == self.piece.len() {
            let Some(piece) = self.pieces.next() else { return Ok(0) };
            (self.piece, self.taken) = (piece, 0);
        }
        let len = out.len().min(self.piece.len() - self.taken);
        out[..len].copy_from_slice(&self.piece[self.taken..self.taken + len]);
        self.taken += len;
        Ok(len)
    }
}
