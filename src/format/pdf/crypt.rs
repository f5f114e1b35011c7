//! The standard security handler (ISO 32000-2, 7.6.4): revisions 2 to 6, with the empty password or
//! those that the operator offers, as user's or owner's.

use super::object::{Dictionary, Object};
use aes::cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, BlockSizeUser, KeyInit};
use aes::{Aes128, Aes256};
use md5::Md5;
use sha2::{Digest, Sha256, Sha384, Sha512};

const PAD: &[u8; 32] =
    b"\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Identity,
    Rc4,
    Aes128,
    Aes256,
}

/// The key of a document, with the methods for strings and streams.
pub struct Decryption {
    key: Vec<u8>,
    strings: Method,
    streams: Method,
    /// Metadata streams are encrypted too.
    pub metadata: bool,
}

/// What the encryption dictionary says.
struct Handler {
    revision: u32,
    length: usize,
    owner: Vec<u8>,
    user: Vec<u8>,
    owner_key: Vec<u8>,
    user_key: Vec<u8>,
    permissions: i32,
    id: Vec<u8>,
    metadata: bool,
}

impl Decryption {
    /// Opens a document with the first password that fits: `None` where none does. `dictionary` has no
    /// references in it.
    pub fn open(dictionary: &Dictionary, id: Vec<u8>, passwords: &[Vec<u8>]) -> Option<(Self, usize)> {
        let string = |key: &str| match dictionary.get(key) {
            Some(Object::String(s)) => s.clone(),
            _ => Vec::new(),
        };
        let number = |key: &str, otherwise: f64| dictionary.get(key).and_then(Object::number).unwrap_or(otherwise);
        if !dictionary.is("Filter", "Standard") {
            return None;
        }
        let version = number("V", 0.0) as u32;
        let methods = |key: &str| -> Option<Method> {
            let filters = match dictionary.get("CF") {
                Some(Object::Dictionary(d)) => d.clone(),
                _ => Dictionary::default(),
            };
            let name = dictionary.get(key).and_then(Object::name).unwrap_or(b"Identity");
            if name == b"Identity" {
                return Some(Method::Identity);
            }
            let Some(Object::Dictionary(filter)) = filters.get(std::str::from_utf8(name).ok()?) else { return None };
            match filter.get("CFM").and_then(Object::name)? {
                b"None" => Some(Method::Identity),
                b"V2" => Some(Method::Rc4),
                b"AESV2" => Some(Method::Aes128),
                b"AESV3" => Some(Method::Aes256),
                _ => None,
            }
        };
        let (strings, streams) = match version {
            1..=3 => (Method::Rc4, Method::Rc4),
            4 | 5 => (methods("StrF")?, methods("StmF")?),
            _ => return None,
        };
        let bits = if version == 1 { 40.0 } else { number("Length", if version == 4 { 128.0 } else { 40.0 }) };
        // Some writers state bytes.
        let length = if version == 4 {
            16
        } else if bits < 40.0 {
            bits as usize
        } else {
            bits as usize / 8
        };
        let handler = Handler {
            revision: number("R", 0.0) as u32,
            length: length.clamp(5, 16),
            owner: string("O"),
            user: string("U"),
            owner_key: string("OE"),
            user_key: string("UE"),
            permissions: number("P", 0.0) as i64 as i32,
            id,
            metadata: dictionary.get("EncryptMetadata") != Some(&Object::Bool(false)),
        };
        let tried = std::iter::once(&[][..]).chain(passwords.iter().map(Vec::as_slice));
        let (place, key) = tried.enumerate().find_map(|(i, password)| Some((i, handler.key(password)?)))?;
        Some((Self { key, strings, streams, metadata: handler.metadata }, place))
    }

    /// Decrypts a string of an object.
    pub fn string(&self, data: &[u8], number: u32, generation: u16) -> Vec<u8> {
        self.decrypt(self.strings, data, number, generation)
    }

    /// Decrypts the bytes of a stream.
    pub fn stream(&self, data: &[u8], number: u32, generation: u16) -> Vec<u8> {
        self.decrypt(self.streams, data, number, generation)
    }

    fn decrypt(&self, method: Method, data: &[u8], number: u32, generation: u16) -> Vec<u8> {
        let object_key = |salt: &[u8]| {
            let mut hash = Md5::new();
            hash.update(&self.key);
            hash.update(&number.to_le_bytes()[..3]);
            hash.update(generation.to_le_bytes());
            hash.update(salt);
            hash.finalize()[..(self.key.len() + 5).min(16)].to_vec()
        };
        match method {
            Method::Identity => data.to_vec(),
            Method::Rc4 => rc4(&object_key(b""), data),
            Method::Aes128 => without_padding(aes_cbc::<Aes128>(&object_key(b"sAlT"), data)),
            Method::Aes256 => without_padding(aes_cbc::<Aes256>(&self.key, data)),
        }
    }
}

impl Handler {
    fn key(&self, password: &[u8]) -> Option<Vec<u8>> {
        match self.revision {
            2..=4 => self.legacy_key(&padded(password)).or_else(|| self.legacy_key(&self.user_password(password)?)),
            5 | 6 => self.modern_key(&password[..password.len().min(127)]),
            _ => None,
        }
    }

    /// Algorithms 2, 4, 5 and 6: the key, where the user's password fits.
    fn legacy_key(&self, padded: &[u8; 32]) -> Option<Vec<u8>> {
        let mut hash = Md5::new();
        hash.update(padded);
        hash.update(self.owner.get(..32)?);
        hash.update(self.permissions.to_le_bytes());
        hash.update(&self.id);
        if self.revision >= 4 && !self.metadata {
            hash.update([0xFF; 4]);
        }
        let length = if self.revision == 2 { 5 } else { self.length };
        let mut key = hash.finalize().to_vec();
        if self.revision >= 3 {
            (0..50).for_each(|_| key = Md5::digest(&key[..length]).to_vec());
        }
        key.truncate(length);
        let fits = if self.revision == 2 {
            rc4(&key, PAD) == self.user.get(..32)?
        } else {
            let mut check = Md5::digest([&PAD[..], &self.id].concat()).to_vec();
            for i in 0..20u8 {
                check = rc4(&key.iter().map(|b| b ^ i).collect::<Vec<_>>(), &check);
            }
            check == self.user.get(..16)?
        };
        fits.then_some(key)
    }

    /// Algorithm 7: the user's password, if this is the owner's.
    fn user_password(&self, owner: &[u8]) -> Option<[u8; 32]> {
        let length = if self.revision == 2 { 5 } else { self.length };
        let mut key = Md5::digest(padded(owner)).to_vec();
        if self.revision >= 3 {
            (0..50).for_each(|_| key = Md5::digest(&key).to_vec());
        }
        key.truncate(length);
        let mut out = self.owner.get(..32)?.to_vec();
        let rounds = if self.revision == 2 { 1 } else { 20u8 };
        for i in (0..rounds).rev() {
            out = rc4(&key.iter().map(|b| b ^ i).collect::<Vec<_>>(), &out);
        }
        out.try_into().ok()
    }

    /// Algorithm 2.A: the file's key, by the user's or owner's password.
    fn modern_key(&self, password: &[u8]) -> Option<Vec<u8>> {
        let user = self.user.get(..48)?;
        let hash = |salt: &[u8], with: &[u8]| {
            let input = [password, salt, with].concat();
            if self.revision == 5 { Sha256::digest(input).to_vec() } else { hash_2b(password, &input, with) }
        };
        let unwrap = |key: &[u8], wrapped: &[u8]| {
            let data = [&[0; 16][..], wrapped.get(..32)?].concat();
            Some(aes_cbc::<Aes256>(key, &data))
        };
        if hash(&user[32..40], b"") == user[..32] {
            return unwrap(&hash(&user[40..48], b""), &self.user_key);
        }
        let owner = self.owner.get(..48)?;
        if hash(&owner[32..40], user) == owner[..32] {
            return unwrap(&hash(&owner[40..48], user), &self.owner_key);
        }
        None
    }
}

/// Algorithm 2.B.
fn hash_2b(password: &[u8], input: &[u8], user: &[u8]) -> Vec<u8> {
    let mut key = Sha256::digest(input).to_vec();
    for round in 0..2048 {
        let block = [password, &key, user].concat().repeat(64);
        let encrypted = encrypt_cbc(&key[..16], &key[16..32], &block);
        let remainder: u32 = encrypted.iter().take(16).map(|b| u32::from(*b)).sum::<u32>() % 3;
        key = match remainder {
            0 => Sha256::digest(&encrypted).to_vec(),
            1 => Sha384::digest(&encrypted).to_vec(),
            _ => Sha512::digest(&encrypted).to_vec(),
        };
        if round >= 63 && encrypted.last().is_none_or(|last| i32::from(*last) <= round - 31) {
            break;
        }
    }
    key.truncate(32);
    key
}

fn padded(password: &[u8]) -> [u8; 32] {
    let mut out = *PAD;
    let len = password.len().min(32);
    out[..len].copy_from_slice(&password[..len]);
    out[len..].copy_from_slice(&PAD[..32 - len]);
    out
}

fn rc4(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut state: [u8; 256] = std::array::from_fn(|i| i as u8);
    let mut j = 0u8;
    for i in 0..256 {
        j = j.wrapping_add(state[i]).wrapping_add(key[i % key.len()]);
        state.swap(i, usize::from(j));
    }
    let (mut i, mut j) = (0u8, 0u8);
    let next = |byte: &u8| {
        i = i.wrapping_add(1);
        j = j.wrapping_add(state[usize::from(i)]);
        state.swap(usize::from(i), usize::from(j));
        byte ^ state[usize::from(state[usize::from(i)].wrapping_add(state[usize::from(j)]))]
    };
    data.iter().map(next).collect()
}

/// AES in CBC mode, the first block being the initialization vector; what is no whole block is left out.
fn aes_cbc<C: BlockCipherDecrypt + KeyInit + BlockSizeUser>(key: &[u8], data: &[u8]) -> Vec<u8> {
    let Ok(cipher) = C::new_from_slice(key) else { return Vec::new() };
    let Some((mut previous, body)) = data.split_at_checked(16) else { return Vec::new() };
    let mut out = Vec::with_capacity(body.len());
    for chunk in body.chunks_exact(16) {
        let mut block = Block::<C>::default();
        block.copy_from_slice(chunk);
        cipher.decrypt_block(&mut block);
        out.extend(block.iter().zip(previous).map(|(a, b)| a ^ b));
        previous = chunk;
    }
    out
}

fn encrypt_cbc(key: &[u8], vector: &[u8], data: &[u8]) -> Vec<u8> {
    let Ok(cipher) = Aes128::new_from_slice(key) else { return Vec::new() };
    let mut previous = vector.to_vec();
    let mut out = Vec::with_capacity(data.len());
    for chunk in data.chunks_exact(16) {
        let mut block = Block::<Aes128>::default();
        block.iter_mut().zip(chunk.iter().zip(&previous)).for_each(|(to, (a, b))| *to = a ^ b);
        cipher.encrypt_block(&mut block);
        out.extend_from_slice(&block);
        previous.copy_from_slice(&block);
    }
    out
}

/// Without the padding of PKCS #7, where it is sound.
fn without_padding(mut out: Vec<u8>) -> Vec<u8> {
    let n = usize::from(out.last().copied().unwrap_or(0));
    if (1..=16).contains(&n) && n <= out.len() {
        out.truncate(out.len() - n);
    }
    out
}
