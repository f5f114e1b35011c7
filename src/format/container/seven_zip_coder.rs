//! The coders of 7z: chains of them decode a folder's packed streams. What a coder allocates is bounded by
//! what its folder decodes to, and by a limit, before it is made.

use super::aes_cbc::Cbc;
use super::seven_zip_header::Folder;
use crate::model::Cause;
use aes::cipher::KeyInit;
use lzma_rust2::filter::{bcj::BcjReader, bcj2::Bcj2Reader, delta::DeltaReader};
use lzma_rust2::{Lzma2Reader, LzmaReader};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io::Read;

/// Largest dictionary or model of a coder.
pub(super) const MOST_MEMORY: u64 = 512 << 20;
/// Rounds of key derivation for one archive, of all passwords together: 2^19 are usual for one.
const MOST_ROUNDS: u64 = 1 << 30;
/// Rounds of key derivation for one key.
const MOST_ROUNDS_OF_ONE: u8 = 24;

/// Why a chain cannot be made.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// A password is needed.
    Locked,
    /// Something that is not supported, damaged, or too large.
    Other(Cause, String),
}

impl Refusal {
    fn broken(what: &str) -> Self {
        Self::Other(Cause::Corrupt, format!("{what} is broken"))
    }
}

pub(super) const AES: &[u8] = &[0x06, 0xF1, 0x07, 0x01];

/// Does this folder need a password?
pub(super) fn is_encrypted(folder: &Folder) -> bool {
    folder.coders.iter().any(|coder| coder.method == AES)
}

/// Does what this folder holds show by itself, when it is decoded, that it was decrypted with the right key?
pub(super) fn is_compressed(folder: &Folder) -> bool {
    folder.coders.iter().any(|coder| !matches!(&coder.method[..], AES | [0] | []))
}

/// The decoder of a folder. `packed` holds its packed streams.
pub(super) fn decoder<'a>(
    folder: &Folder,
    packed: &[&'a [u8]],
    password: Option<&[u8]>,
    keys: &mut Keys,
) -> Result<Box<dyn Read + 'a>, Refusal> {
    let last = folder.last_coder().ok_or_else(|| Refusal::broken("a chain of coders"))?;
    Chain { folder, packed, password, keys, used: vec![false; folder.coders.len()] }.coder(last)
}

struct Chain<'a, 'f> {
    folder: &'f Folder,
    packed: &'f [&'a [u8]],
    password: Option<&'f [u8]>,
    keys: &'f mut Keys,
    /// Coders that were made; none stands in a chain twice.
    used: Vec<bool>,
}

impl<'a> Chain<'a, '_> {
    fn coder(&mut self, number: usize) -> Result<Box<dyn Read + 'a>, Refusal> {
        let folder = self.folder;
        let coder = folder.coders.get(number).filter(|_| !self.used[number]).ok_or_else(|| Refusal::broken("a chain of coders"))?;
        self.used[number] = true;
        let size = folder.sizes.get(number).copied().unwrap_or(0);
        let first: usize = folder.coders[..number].iter().map(|coder| coder.inputs).sum();
        let mut inputs = (first..first + coder.inputs).map(|input| self.input(input)).collect::<Result<Vec<_>, _>>()?;
        let properties = &coder.properties[..];
        if coder.method == [3, 3, 1, 0x1B] {
            return Ok(Box::new(Bcj2Reader::try_new(inputs, size).map_err(|_| Refusal::broken("BCJ2"))?.take(size)));
        }
        let input = inputs.pop().filter(|_| inputs.is_empty()).ok_or_else(|| Refusal::broken("a chain of coders"))?;
        let output: Box<dyn Read + 'a> = match &coder.method[..] {
            [0] | [] => input,
            [0x21] => {
                let dictionary = lzma2_dictionary(properties.first()).ok_or_else(|| Refusal::broken("a property of LZMA2"))?;
                Box::new(Lzma2Reader::new(input, window(dictionary, size)?, None))
            }
            [3, 1, 1] => {
                let [props, dictionary @ ..] = properties else { return Err(Refusal::broken("a property of LZMA")) };
                let dictionary =
                    dictionary.first_chunk().map(|b| u32::from_le_bytes(*b)).ok_or_else(|| Refusal::broken("a property of LZMA"))?;
                let window = window(u64::from(dictionary), size)?;
                Box::new(LzmaReader::new_with_props(input, size, *props, window, None).map_err(|_| Refusal::broken("LZMA"))?)
            }
            [3, 4, 1] => {
                let [order, memory @ ..] = properties else { return Err(Refusal::broken("a property of PPMd")) };
                let memory = memory.first_chunk().map(|b| u32::from_le_bytes(*b)).ok_or_else(|| Refusal::broken("a property of PPMd"))?;
                if u64::from(memory) > MOST_MEMORY {
                    return Err(too_large("PPMd", u64::from(memory)));
                }
                Box::new(ppmd_rust::Ppmd7Decoder::new(input, u32::from(*order), memory).map_err(|_| Refusal::broken("PPMd"))?)
            }
            [4, 1, 8] => Box::new(flate2::read::DeflateDecoder::new(input)),
            [4, 1, 9] => Box::new(deflate64::Deflate64Decoder::new(input)),
            [4, 2, 2] => Box::new(bzip2::read::MultiBzDecoder::new(input)),
            [4, 0xF7, 0x11, 1] => Box::new(zstd::stream::read::Decoder::new(input).map_err(|_| Refusal::broken("zstd"))?),
            [3] => Box::new(DeltaReader::new(input, properties.first().map_or(1, |&d| usize::from(d) + 1))),
            [4] | [3, 3, 1, 3] => Box::new(BcjReader::new_x86(input, 0)),
            [5] | [3, 3, 2, 5] => Box::new(BcjReader::new_ppc(input, 0)),
            [6] | [3, 3, 4, 1] => Box::new(BcjReader::new_ia64(input, 0)),
            [7] | [3, 3, 5, 1] => Box::new(BcjReader::new_arm(input, 0)),
            [8] | [3, 3, 7, 1] => Box::new(BcjReader::new_arm_thumb(input, 0)),
            [9] | [3, 3, 8, 5] => Box::new(BcjReader::new_sparc(input, 0)),
            [0x0A] => Box::new(BcjReader::new_arm64(input, 0)),
            [0x0B] => Box::new(BcjReader::new_riscv(input, 0)),
            AES => {
                let password = self.password.ok_or(Refusal::Locked)?;
                let (rounds, salt, vector) = aes_properties(properties).ok_or_else(|| Refusal::broken("a property of AES"))?;
                let key = self.keys.key(password, rounds, salt).ok_or(Refusal::Locked)?;
                let cipher = aes::Aes256::new_from_slice(&key).map_err(|_| Refusal::broken("AES"))?;
                Box::new(Cbc::new(cipher, vector, input))
            }
            method => return Err(Refusal::Other(Cause::UnsupportedMethod, format!("method {method:02X?}"))),
        };
        Ok(Box::new(output.take(size)))
    }

    fn input(&mut self, input: usize) -> Result<Box<dyn Read + 'a>, Refusal> {
        if let Some(bond) = self.folder.bonds.iter().find(|bond| bond.0 == input) {
            return self.coder(bond.1);
        }
        let stream = self.folder.packed.iter().position(|packed| *packed == input).and_then(|i| self.packed.get(i));
        stream.map(|stream| Box::new(*stream) as Box<dyn Read + 'a>).ok_or_else(|| Refusal::broken("a chain of coders"))
    }
}

/// The dictionary to be kept: never more than is decoded.
fn window(dictionary: u64, size: u64) -> Result<u32, Refusal> {
    let needed = dictionary.min(size).max(4096);
    if needed > MOST_MEMORY {
        return Err(too_large("LZMA", needed));
    }
    Ok(needed as u32)
}

fn too_large(what: &str, size: u64) -> Refusal {
    Refusal::Other(Cause::LimitMemory, format!("{what} needs {size} bytes of memory, the limit is {MOST_MEMORY}"))
}

/// Two bits of mantissa and an exponent.
fn lzma2_dictionary(property: Option<&u8>) -> Option<u64> {
    match *property? {
        40 => Some(u64::from(u32::MAX)),
        bits @ 0..40 => Some((2 | u64::from(bits & 1)) << (bits / 2 + 11)),
        _ => None,
    }
}

/// Exponent of the rounds, salt, initial vector.
fn aes_properties(properties: &[u8]) -> Option<(u8, &[u8], [u8; 16])> {
    let first = *properties.first()?;
    let second = properties.get(1).copied().unwrap_or(0);
    let salt_length = usize::from(first >> 7) + usize::from(second >> 4);
    let vector_length = usize::from(first >> 6 & 1) + usize::from(second & 0x0F);
    let (salt, rest) = properties.get(2..).unwrap_or_default().split_at_checked(if first & 0xC0 == 0 { 0 } else { salt_length })?;
    let mut vector = [0; 16];
    if first & 0xC0 != 0 {
        vector[..vector_length.min(16)].copy_from_slice(rest.get(..vector_length.min(16))?);
    }
    Some((first & 0x3F, salt, vector))
}

/// Keys that were derived from passwords, within a budget.
#[derive(Default)]
pub(super) struct Keys {
    known: HashMap<(Vec<u8>, u8, Vec<u8>), [u8; 32]>,
    rounds: u64,
}

impl Keys {
    /// SHA-256 over salt, password in UTF-16LE and a counter, so many times.
    fn key(&mut self, password: &[u8], exponent: u8, salt: &[u8]) -> Option<[u8; 32]> {
        let wide: Vec<u8> = String::from_utf8_lossy(password).encode_utf16().flat_map(u16::to_le_bytes).collect();
        if exponent == 0x3F {
            let mut key = [0; 32];
            key.iter_mut().zip(salt.iter().chain(&wide)).for_each(|(to, from)| *to = *from);
            return Some(key);
        }
        let id = (password.to_vec(), exponent, salt.to_vec());
        if let Some(key) = self.known.get(&id) {
            return Some(*key);
        }
        if exponent > MOST_ROUNDS_OF_ONE || self.is_spent() {
            return None;
        }
        self.rounds += 1 << exponent;
        let mut block = [salt, &wide, &[0; 8]].concat();
        let counter = block.len() - 8;
        let mut hash = Sha256::new();
        for round in 0u64..1 << exponent {
            block[counter..].copy_from_slice(&round.to_le_bytes());
            hash.update(&block);
        }
        let key = hash.finalize().into();
        self.known.insert(id, key);
        Some(key)
    }

    /// No more keys are derived.
    pub fn is_spent(&self) -> bool {
        self.rounds >= MOST_ROUNDS
    }
}
