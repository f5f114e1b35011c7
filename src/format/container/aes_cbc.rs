//! AES in cipher block chaining mode (NIST SP 800-38A, 6.2), decrypted as it is read. What does not fill a
//! block at the end is dropped.

use aes::cipher::BlockCipherDecrypt;
use std::io::Read;

/// A stream, decrypted.
pub(in crate::format) struct Cbc<C, R> {
    cipher: C,
    /// The encrypted block before.
    last: [u8; 16],
    inner: R,
    plain: Vec<u8>,
    used: usize,
}

impl<C: BlockCipherDecrypt<BlockSize = aes::cipher::consts::U16>, R: Read> Cbc<C, R> {
    pub fn new(cipher: C, vector: [u8; 16], inner: R) -> Self {
        Self { cipher, last: vector, inner, plain: Vec::new(), used: 0 }
    }

    fn fill(&mut self) -> std::io::Result<()> {
        self.used = 0;
        self.plain.clear();
        (&mut self.inner).take(8 << 10).read_to_end(&mut self.plain)?;
        self.plain.truncate(self.plain.len() / 16 * 16);
        for block in self.plain.chunks_exact_mut(16) {
            let mut plain = aes::Block::try_from(&*block).expect("a chunk is a block");
            self.cipher.decrypt_block(&mut plain);
            let encrypted: [u8; 16] = (&*block).try_into().expect("a chunk is a block");
            block.iter_mut().zip(plain.iter().zip(self.last)).for_each(|(to, (plain, last))| *to = plain ^ last);
            self.last = encrypted;
        }
        Ok(())
    }
}

impl<C: BlockCipherDecrypt<BlockSize = aes::cipher::consts::U16>, R: Read> Read for Cbc<C, R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.used == self.plain.len() {
            self.fill()?;
        }
        let n = (&self.plain[self.used..]).read(out)?;
        self.used += n;
        Ok(n)
    }
}
