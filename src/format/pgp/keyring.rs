//! Private keys that the operator offers (RFC 9580, section 5.5.3). They are unlocked with the list of passwords when a
//! message asks for them, and never leave the memory of the run.

use super::arithmetic;
use super::cipher::{Cipher, Feedback, FromPassphrase, digest, key_length};
use super::key::{self, KeyName};
use super::packet::{Packet, number, tag};
use crate::format::cms::private_key::{self, PrivateKey};
use crate::format::text::base64;
use num_bigint::BigUint;
use sha1::{Digest, Sha1};
use std::io::Read;
use std::sync::OnceLock;

const BEGIN: &[u8] = b"-----BEGIN PGP PRIVATE KEY BLOCK-----";
const END: &[u8] = b"-----END PGP";
/// Curve25519 as a version 4 key names it (section 9.2).
const CURVE25519: &[u8] = b"\x2B\x06\x01\x04\x01\x97\x55\x01\x05\x01";

/// Private keys, each once.
#[derive(Default)]
pub struct Keyring {
    keys: Vec<Key>,
    /// RSA keys of certificates, for CMS.
    certified: Vec<PrivateKey>,
}

/// A private key of version 4, perhaps locked.
struct Key {
    name: KeyName,
    /// The packet's body, and where its secret part begins.
    body: Vec<u8>,
    secret: usize,
    unlocked: OnceLock<Option<Secret>>,
}

/// What decrypts.
enum Secret {
    Rsa { modulus: BigUint, exponent: BigUint },
    ElGamal { prime: BigUint, exponent: BigUint },
    Curve25519 { scalar: [u8; 32], hash: u8, cipher: u8 },
}

impl Keyring {
    /// One without keys.
    pub const fn new() -> Self {
        Self { keys: Vec::new(), certified: Vec::new() }
    }

    /// Adds the private keys in some bytes, of OpenPGP and of certificates, in armor or not; gives how many there are.
    pub fn add(&mut self, bytes: &[u8]) -> usize {
        let certified = private_key::keys(bytes);
        let count = certified.len();
        certified.into_iter().for_each(|key| {
            if !self.certified.contains(&key) {
                self.certified.push(key);
            }
        });
        count + self.add_pgp(bytes)
    }

    fn add_pgp(&mut self, bytes: &[u8]) -> usize {
        let blocks: Vec<_> = memchr::memmem::find_iter(bytes, BEGIN).collect();
        if blocks.is_empty() {
            return self.add_packets(bytes);
        }
        let dearmored = blocks.into_iter().map(|at| {
            let block = &bytes[at + BEGIN.len()..];
            let block = &block[..memchr::memmem::find(block, END).unwrap_or(block.len())];
            let mut decoded = Vec::new();
            // Headers end with a blank line; a checksum begins with `=`.
            let body = block.split(|b| *b == b'\n').skip(1).skip_while(|line| !line.trim_ascii().is_empty());
            for line in body.take_while(|line| !line.starts_with(b"=")) {
                decoded.extend_from_slice(line);
            }
            let mut packets = Vec::new();
            base64::Decoder::new(&decoded).read_to_end(&mut packets).map_or(Vec::new(), |_| packets)
        });
        dearmored.collect::<Vec<_>>().iter().map(|packets| self.add_packets(packets)).sum()
    }

    fn add_packets(&mut self, bytes: &[u8]) -> usize {
        let (mut at, mut count) = (0, 0);
        while let Some(packet) = Packet::parse(bytes, at) {
            let (end, is_whole) = packet.end();
            let body = packet.start();
            if is_whole
                && matches!(packet.tag, tag::SECRET_KEY | tag::SECRET_SUBKEY)
                && let Some((name, secret)) = key::of_key_packet(packet.tag, body)
            {
                count += 1;
                if !self.keys.iter().any(|known| known.body == body) {
                    self.keys.push(Key { name, body: body.to_vec(), secret, unlocked: OnceLock::new() });
                }
            }
            at = end;
        }
        count
    }

    /// Ids of all keys, in order.
    pub fn ids(&self) -> Vec<String> {
        let certified = self.certified.iter().map(|key| key.modulus.to_str_radix(16));
        let mut ids: Vec<String> = self.keys.iter().map(|key| key.name.id()).chain(certified).collect();
        ids.sort();
        ids
    }

    /// What an encrypted session key (section 5.1) holds: the cipher, and its key; with the id of the key that
    /// opened it.
    pub(super) fn session(&self, body: &[u8], passwords: &[Vec<u8>]) -> Option<(u8, Vec<u8>, String)> {
        let wanted = key::of_session_key(body)?;
        let fitting = self.keys.iter().filter(|key| wanted.as_ref().is_none_or(|wanted| wanted.id() == key.name.id()));
        fitting.into_iter().find_map(|key| {
            let (cipher, session) = key.decrypt(body, passwords)?;
            Some((cipher, session, key.name.id()))
        })
    }

    /// What the keys of certificates make of something encrypted with RSA (PKCS #1, version 1.5).
    pub(in crate::format) fn rsa(&self, encrypted: &[u8]) -> Vec<Vec<u8>> {
        let encrypted = BigUint::from_bytes_be(encrypted);
        self.certified.iter().filter_map(|key| arithmetic::rsa(&encrypted, &key.exponent, &key.modulus)).collect()
    }

    /// The id of the key that a session key is for, if it is here.
    pub(super) fn held(&self, body: &[u8]) -> Option<String> {
        let wanted = key::of_session_key(body)??.id();
        self.keys.iter().any(|key| key.name.id() == wanted).then_some(wanted)
    }
}

impl Key {
    /// The session key that a packet of version 3 holds.
    fn decrypt(&self, packet: &[u8], passwords: &[Vec<u8>]) -> Option<(u8, Vec<u8>)> {
        let [3, _, _, _, _, _, _, _, _, algorithm, fields @ ..] = packet else { return None };
        let secret = self.unlocked.get_or_init(|| self.unlock(passwords)).as_ref()?;
        let mut fields = Fields(fields);
        let message = match (secret, algorithm) {
            (Secret::Rsa { modulus, exponent }, 1 | 2) => arithmetic::rsa(&fields.number()?, exponent, modulus)?,
            (Secret::ElGamal { prime, exponent }, 16 | 20) => arithmetic::elgamal(&fields.number()?, &fields.number()?, exponent, prime)?,
            (Secret::Curve25519 { scalar, hash, cipher }, 18) => {
                let point = fields.bytes()?.strip_prefix(&[0x40])?.try_into().ok()?;
                let shared = arithmetic::x25519(*scalar, point);
                // Section 11.5: who derives what for whom.
                let purpose =
                    [&[CURVE25519.len() as u8][..], CURVE25519, &[18, 3, 1, *hash, *cipher], b"Anonymous Sender    ", self.name.bytes()];
                let derived = digest(*hash, &[&[0, 0, 0, 1][..], &shared, &purpose.concat()].concat())?;
                let wrapped = fields.counted()?;
                let padded = arithmetic::unwrapped(derived.get(..key_length(*cipher)?)?, wrapped)?;
                let padding = usize::from(*padded.last()?);
                padded.get(..padded.len().checked_sub(padding)?)?.to_vec()
            }
            _ => return None,
        };
        // The cipher, its key, and the sum of the key's bytes.
        let (cipher, rest) = message.split_first()?;
        let (session, sum) = rest.split_last_chunk::<2>()?;
        (checksum(session) == *sum).then(|| (*cipher, session.to_vec()))
    }

    /// The secret part, opened with one of the passwords where it is locked (section 5.5.3).
    fn unlock(&self, passwords: &[Vec<u8>]) -> Option<Secret> {
        let (usage, rest) = self.body.get(self.secret..)?.split_first()?;
        if *usage == 0 {
            let (plain, sum) = rest.split_last_chunk::<2>()?;
            return (checksum(plain) == *sum).then(|| self.secret_of(plain))?;
        }
        let (algorithm, specifier, at) = match usage {
            254 | 255 => {
                let (specifier, length) = FromPassphrase::parse(rest.get(1..)?)?;
                (*rest.first()?, specifier, 1 + length)
            }
            253 => return None,
            cipher => (*cipher, FromPassphrase::simple(), 0),
        };
        passwords.iter().find_map(|password| {
            let cipher = Cipher::new(algorithm, &specifier.key(password, key_length(algorithm)?)?)?;
            let (vector, locked) = rest.get(at..)?.split_at_checked(cipher.block())?;
            let mut plain = Vec::new();
            Feedback::new(cipher, vector, locked).read_to_end(&mut plain).ok()?;
            let plain = if *usage == 254 {
                let (plain, proof) = plain.split_last_chunk::<20>()?;
                (Sha1::digest(plain).as_slice() == proof).then_some(plain)?
            } else {
                let (plain, sum) = plain.split_last_chunk::<2>()?;
                (checksum(plain) == *sum).then_some(plain)?
            };
            self.secret_of(plain)
        })
    }

    /// The numbers of a key of version 4.
    fn secret_of(&self, plain: &[u8]) -> Option<Secret> {
        let [4, _, _, _, _, algorithm, public @ ..] = self.body.get(..self.secret)? else { return None };
        let (mut public, mut plain) = (Fields(public), Fields(plain));
        match algorithm {
            1 | 2 => Some(Secret::Rsa { modulus: public.number()?, exponent: plain.number()? }),
            16 | 20 => Some(Secret::ElGamal { prime: public.number()?, exponent: plain.number()? }),
            18 if public.counted()? == CURVE25519 => {
                public.number()?;
                let [1, hash, cipher] = *public.counted()? else { return None };
                let mut scalar = [0; 32];
                // Stored with its highest byte first.
                scalar.iter_mut().zip(plain.bytes()?.iter().rev()).for_each(|(to, from)| *to = *from);
                Some(Secret::Curve25519 { scalar, hash, cipher })
            }
            _ => None,
        }
    }
}

/// The sum of bytes (section 5.5.3).
fn checksum(bytes: &[u8]) -> [u8; 2] {
    bytes.iter().fold(0u16, |sum, byte| sum.wrapping_add(u16::from(*byte))).to_be_bytes()
}

/// Fields of a packet, one behind the other.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// The bytes of a multiprecision integer (section 3.2).
    fn bytes(&mut self) -> Option<&'a [u8]> {
        let bits = number(self.take(2)?, 0, 2)?;
        self.take(bits.div_ceil(8))
    }

    fn number(&mut self) -> Option<BigUint> {
        self.bytes().map(BigUint::from_bytes_be)
    }

    /// Bytes behind their count.
    fn counted(&mut self) -> Option<&'a [u8]> {
        let count = *self.take(1)?.first()?;
        self.take(usize::from(count))
    }
}
