//! Block ciphers in cipher feedback mode, and keys out of passphrases (RFC 9580, sections 9.3, 13.9 and 3.7).

use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use std::io::Read;

/// Bytes that a passphrase is repeated to at most.
const MOST_COUNT: usize = 31 << 21;
const LONGEST_BLOCK: usize = 16;

/// A block cipher with its key.
pub(super) enum Cipher {
    TripleDes(Box<des::TdesEde3>),
    Cast5(Box<cast5::Cast5>),
    Aes128(Box<aes::Aes128>),
    Aes192(Box<aes::Aes192>),
    Aes256(Box<aes::Aes256>),
}

/// Bytes of a key of this cipher; `None` for those that are not known here.
pub(super) fn key_length(algorithm: u8) -> Option<usize> {
    match algorithm {
        3 | 7 => Some(16),
        2 | 8 => Some(24),
        9 => Some(32),
        _ => None,
    }
}

impl Cipher {
    /// The cipher of this number, with a key of its length.
    pub fn new(algorithm: u8, key: &[u8]) -> Option<Self> {
        match algorithm {
            2 => des::TdesEde3::new_from_slice(key).ok().map(|cipher| Self::TripleDes(cipher.into())),
            // Shorter keys are another cipher.
            3 if key.len() == 16 => cast5::Cast5::new_from_slice(key).ok().map(|cipher| Self::Cast5(cipher.into())),
            7 => aes::Aes128::new_from_slice(key).ok().map(|cipher| Self::Aes128(cipher.into())),
            8 => aes::Aes192::new_from_slice(key).ok().map(|cipher| Self::Aes192(cipher.into())),
            9 => aes::Aes256::new_from_slice(key).ok().map(|cipher| Self::Aes256(cipher.into())),
            _ => None,
        }
    }

    /// Bytes of a block.
    pub fn block(&self) -> usize {
        match self {
            Self::TripleDes(_) | Self::Cast5(_) => 8,
            Self::Aes128(_) | Self::Aes192(_) | Self::Aes256(_) => 16,
        }
    }

    fn encrypt(&self, block: &mut [u8]) {
        fn one<C: BlockCipherEncrypt>(cipher: &C, block: &mut [u8]) {
            if let Ok(block) = <&mut Array<u8, C::BlockSize>>::try_from(block) {
                cipher.encrypt_block(block);
            }
        }
        match self {
            Self::TripleDes(cipher) => one(&**cipher, block),
            Self::Cast5(cipher) => one(&**cipher, block),
            Self::Aes128(cipher) => one(&**cipher, block),
            Self::Aes192(cipher) => one(&**cipher, block),
            Self::Aes256(cipher) => one(&**cipher, block),
        }
    }
}

/// Data decrypted in cipher feedback mode as it is read.
pub(super) struct Feedback<R> {
    cipher: Cipher,
    inner: R,
    /// The encrypted block before, as far as it has come.
    before: [u8; LONGEST_BLOCK],
    stream: [u8; LONGEST_BLOCK],
    at: usize,
}

impl<R: Read> Feedback<R> {
    /// `vector` has the length of a block, or is empty: then it is zero.
    pub fn new(cipher: Cipher, vector: &[u8], inner: R) -> Self {
        let mut before = [0; LONGEST_BLOCK];
        before.iter_mut().zip(vector).for_each(|(to, from)| *to = *from);
        let at = cipher.block();
        Self { cipher, inner, before, stream: [0; LONGEST_BLOCK], at }
    }

    /// Bytes of a block.
    pub fn block(&self) -> usize {
        self.cipher.block()
    }
}

impl<R: Read> Read for Feedback<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(out)?;
        let block = self.cipher.block();
        for byte in &mut out[..n] {
            if self.at == block {
                self.stream = self.before;
                self.cipher.encrypt(&mut self.stream[..block]);
                self.at = 0;
            }
            self.before[self.at] = *byte;
            *byte ^= self.stream[self.at];
            self.at += 1;
        }
        Ok(n)
    }
}

/// How a passphrase becomes a key (section 3.7).
pub(super) struct FromPassphrase {
    hash: u8,
    salt: Vec<u8>,
    /// Bytes to be hashed; 0 = once.
    count: usize,
}

impl FromPassphrase {
    /// The specifier at the start of some bytes, and how long it is; `None` where it is of another kind, such as the
    /// mark of a key whose secret part is elsewhere.
    pub fn parse(bytes: &[u8]) -> Option<(Self, usize)> {
        match *bytes {
            [0, hash, ..] => Some((Self { hash, salt: Vec::new(), count: 0 }, 2)),
            [1, hash, ref rest @ ..] => Some((Self { hash, salt: rest.get(..8)?.to_vec(), count: 0 }, 10)),
            [3, hash, ref rest @ ..] => {
                let coded = *rest.get(8)?;
                let count = (16 + usize::from(coded & 15)) << ((coded >> 4) + 6);
                Some((Self { hash, salt: rest[..8].to_vec(), count: count.min(MOST_COUNT) }, 11))
            }
            _ => None,
        }
    }

    /// Of keys that state no more than a cipher (section 3.7.2.1).
    pub fn simple() -> Self {
        Self { hash: 1, salt: Vec::new(), count: 0 }
    }

    /// A key of so many bytes.
    pub fn key(&self, passphrase: &[u8], length: usize) -> Option<Vec<u8>> {
        match self.hash {
            1 => Some(self.with::<Md5>(passphrase, length)),
            2 => Some(self.with::<Sha1>(passphrase, length)),
            8 => Some(self.with::<Sha256>(passphrase, length)),
            9 => Some(self.with::<Sha384>(passphrase, length)),
            10 => Some(self.with::<Sha512>(passphrase, length)),
            11 => Some(self.with::<Sha224>(passphrase, length)),
            _ => None,
        }
    }

    fn with<D: Digest>(&self, passphrase: &[u8], length: usize) -> Vec<u8> {
        let once = [&self.salt[..], passphrase].concat();
        let whole = self.count.max(once.len());
        // Many at once: one repetition is a few bytes.
        let many = once.repeat((4096 / once.len().max(1)).max(1));
        let mut key = Vec::new();
        for zeros in 0.. {
            let mut digest = D::new();
            (0..zeros).for_each(|_| digest.update([0]));
            let mut left = whole;
            while left > 0 && !many.is_empty() {
                let part = &many[..left.min(many.len())];
                digest.update(part);
                left -= part.len();
            }
            key.extend_from_slice(&digest.finalize());
            if key.len() >= length {
                break;
            }
        }
        key.truncate(length);
        key
    }
}

/// A digest of this number over some bytes (section 9.5).
pub(super) fn digest(hash: u8, bytes: &[u8]) -> Option<Vec<u8>> {
    match hash {
        8 => Some(Sha256::digest(bytes).to_vec()),
        9 => Some(Sha384::digest(bytes).to_vec()),
        10 => Some(Sha512::digest(bytes).to_vec()),
        _ => None,
    }
}
