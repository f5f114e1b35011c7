//! Encrypted content (RFC 5652, section 6) for a recipient whose RSA key is held: AES in cipher block chaining mode
//! (RFC 3565).

use super::ber::{Element, tag};
use crate::format::Keyring;
use crate::format::container::Cbc;
use aes::cipher::KeyInit;
use aes::{Aes128, Aes192, Aes256};
use std::io::{Error, ErrorKind, Read, Result};

const RSA: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01";
const AES: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x01";
const BLOCK: usize = 16;
/// So many recipients are tried.
const TRIED: usize = 256;

/// The plaintext, as it is read; `None` where no key opens it.
pub(super) fn open<'a>(inner: &Element<'a>, content: &Element<'a>, keys: &Keyring) -> Option<Box<dyn Read + 'a>> {
    let parts = inner.children().filter(|part| part.tag == tag::SEQUENCE);
    let mut described = parts.filter(|part| part.children().next().is_some_and(|id| id.tag == tag::OBJECT_ID));
    let algorithm = described.next()?.children().nth(1)?;
    let (id, vector) = (algorithm.children().next()?, algorithm.children().nth(1)?);
    let vector: [u8; BLOCK] = vector.value().try_into().ok()?;
    let length = match id.value().strip_prefix(AES)? {
        [2] => 16,
        [22] => 24,
        [42] => 32,
        _ => return None,
    };
    let recipients = inner.children().find(|part| part.tag == tag::SET)?;
    let encrypted_keys = recipients.children().filter(|recipient| recipient.tag == tag::SEQUENCE).take(TRIED).filter_map(|recipient| {
        let is_rsa = recipient.children().nth(2)?.children().next()?.value() == RSA;
        recipient.children().nth(3).filter(|key| is_rsa && key.tag == tag::OCTETS)
    });
    let key = encrypted_keys.flat_map(|key| keys.rsa(key.value())).find(|key| key.len() == length)?;
    let octets = content.octets();
    Some(match length {
        16 => Box::new(Unpadded::new(Cbc::new(Aes128::new_from_slice(&key).ok()?, vector, octets))),
        24 => Box::new(Unpadded::new(Cbc::new(Aes192::new_from_slice(&key).ok()?, vector, octets))),
        _ => Box::new(Unpadded::new(Cbc::new(Aes256::new_from_slice(&key).ok()?, vector, octets))),
    })
}

/// Plaintext without the bytes that fill its last block, each of which says how many they are.
struct Unpadded<R> {
    inner: R,
    held: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Unpadded<R> {
    fn new(inner: R) -> Self {
        Self { inner, held: Vec::new(), given: 0, ended: false }
    }

    /// What may be given away: all but the last block, before the end is known.
    fn free(&self) -> usize {
        if self.ended { self.held.len() } else { self.held.len().saturating_sub(BLOCK) }
    }
}

impl<R: Read> Read for Unpadded<R> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        while self.given >= self.free() && !self.ended {
            self.held.drain(..self.given);
            self.given = 0;
            let before = self.held.len();
            self.held.resize(before + (8 << 10), 0);
            let n = self.inner.read(&mut self.held[before..])?;
            self.held.truncate(before + n);
            if n == 0 {
                self.ended = true;
                let padding = usize::from(self.held.last().copied().unwrap_or(0));
                let fits = (1..=BLOCK).contains(&padding) && self.held.iter().rev().take(padding).all(|byte| usize::from(*byte) == padding);
                if !fits || padding > self.held.len() {
                    self.held.clear();
                    return Err(Error::new(ErrorKind::InvalidData, "the end of the data does not fit: cut off, or another key"));
                }
                self.held.truncate(self.held.len() - padding);
            }
        }
        let n = (&self.held[self.given..self.free()]).read(out)?;
        self.given += n;
        Ok(n)
    }
}
