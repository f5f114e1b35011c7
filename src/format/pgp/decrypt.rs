//! Encrypted data (RFC 9580, section 5.13): what opens it, and the plaintext as it is read. Its integrity is checked
//! at its end.

use super::cipher::{Cipher, Feedback, FromPassphrase, key_length};
use super::keyring::Keyring;
use super::packet::{Body, Packet, tag};
use sha1::{Digest, Sha1};
use std::io::{Error, ErrorKind, Read, Result, sink};

/// Behind the plaintext: the header of the packet with its digest, and the digest.
const PROOF: usize = 22;
const CHUNK: usize = 16 << 10;

/// Data that was opened.
pub(super) struct Opened<'a> {
    /// With what, in words.
    pub with: String,
    pub plain: Sealed<'a>,
}

/// Opens data with the session keys before it. `Err` says why what was opened cannot be decrypted, where a key fits.
pub(super) fn open<'a>(
    packet: &Packet<'a>,
    (sessions, passphrases): (&[&[u8]], &[&[u8]]),
    keys: &Keyring,
    passwords: &[Vec<u8>],
) -> std::result::Result<Opened<'a>, Option<String>> {
    let mut reason = None;
    for session in sessions {
        let Some((algorithm, key, id)) = keys.session(session, passwords) else {
            let held = keys.held(session);
            reason = reason.or(held.map(|id| format!("the key {id} is held, and is locked or of a kind or curve that is not supported")));
            continue;
        };
        match Sealed::begin(packet, algorithm, &key) {
            Ok(plain) => return Ok(Opened { with: format!("the key {id}"), plain }),
            Err(words) => reason = Some(format!("the key {id} fits, and {words}")),
        }
    }
    for (place, password) in passwords.iter().enumerate() {
        for (algorithm, key) in passphrases.iter().filter_map(|body| session_of(body, password)) {
            // Two bytes prove little: only the digest at the end tells a passphrase from another one.
            let is_proved = |mut plain: Sealed<'_>| std::io::copy(&mut plain, &mut sink()).is_ok();
            if Sealed::begin(packet, algorithm, &key).is_ok_and(is_proved)
                && let Ok(plain) = Sealed::begin(packet, algorithm, &key)
            {
                return Ok(Opened { with: format!("password {} of the list", place + 1), plain });
            }
        }
    }
    Err(reason)
}

/// The session key that a passphrase gives (section 5.3).
fn session_of(body: &[u8], password: &[u8]) -> Option<(u8, Vec<u8>)> {
    let [4, algorithm, rest @ ..] = body else { return None };
    let (specifier, length) = FromPassphrase::parse(rest)?;
    let key = specifier.key(password, key_length(*algorithm)?)?;
    let locked = rest.get(length..)?;
    if locked.is_empty() {
        return Some((*algorithm, key));
    }
    let mut plain = Vec::new();
    Feedback::new(Cipher::new(*algorithm, &key)?, &[], locked).read_to_end(&mut plain).ok()?;
    let (algorithm, key) = plain.split_first()?;
    (key_length(*algorithm)? == key.len()).then(|| (*algorithm, key.to_vec()))
}

/// Is it encrypted with authentication (RFC 9580, section 5.13.2; the packet of LibrePGP, section 5.16)?
pub(super) fn is_aead(packet: &Packet<'_>) -> bool {
    packet.tag == tag::AEAD || packet.tag == tag::PROTECTED && packet.start().first() == Some(&2)
}

/// Plaintext whose digest stands behind it.
pub(super) struct Sealed<'a> {
    inner: Feedback<Body<'a>>,
    digest: Sha1,
    /// What was decrypted; the last bytes of it may be the proof.
    held: Vec<u8>,
    /// What of it was given away, and may be.
    given: usize,
    free: usize,
    /// How it ended.
    end: Option<std::result::Result<(), (ErrorKind, String)>>,
}

impl<'a> Sealed<'a> {
    /// Begins to decrypt a packet; in words why that is not possible.
    fn begin(packet: &Packet<'a>, algorithm: u8, key: &[u8]) -> std::result::Result<Self, String> {
        if is_aead(packet) {
            return Err("data under AEAD are not decrypted".to_owned());
        }
        if packet.tag != tag::PROTECTED || packet.start().first() != Some(&1) {
            return Err("data without a digest are not decrypted".to_owned());
        }
        let cipher = Cipher::new(algorithm, key).ok_or_else(|| format!("cipher {algorithm} is not known"))?;
        let mut body = packet.read();
        let mut version = [0];
        let mut start = vec![0; cipher.block() + 2];
        body.read_exact(&mut version).map_err(|_| "the data is cut off".to_owned())?;
        let mut inner = Feedback::new(cipher, &[], body);
        inner.read_exact(&mut start).map_err(|_| "the data is cut off".to_owned())?;
        // The last two of the random bytes come twice.
        let block = inner.block();
        if start[block - 2..block] != start[block..] {
            return Err("the session key does not fit".to_owned());
        }
        let digest = Sha1::new_with_prefix(&start);
        Ok(Self { inner, digest, held: Vec::new(), given: 0, free: 0, end: None })
    }

    fn fill(&mut self) {
        self.held.drain(..self.free);
        let before = self.held.len();
        self.held.resize(before + CHUNK, 0);
        let mut len = before;
        while len < self.held.len() && self.end.is_none() {
            match self.inner.read(&mut self.held[len..]) {
                Ok(0) => self.end = Some(Ok(())),
                Ok(n) => len += n,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => self.end = Some(Err((error.kind(), error.to_string()))),
            }
        }
        self.held.truncate(len);
        self.given = 0;
        // Of data that is cut off, all is plaintext.
        self.free = if matches!(self.end, Some(Err(_))) { len } else { len.saturating_sub(PROOF) };
        self.digest.update(&self.held[..self.free]);
        if matches!(self.end, Some(Ok(()))) {
            let (header, proof) = self.held[self.free..].split_at((len - self.free).min(2));
            self.digest.update(header);
            if header != [0xD3, 0x14] || self.digest.clone().finalize().as_slice() != proof {
                self.end = Some(Err((ErrorKind::InvalidData, "the digest behind the data does not fit".to_owned())));
            }
        }
    }
}

impl Read for Sealed<'_> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        while self.given == self.free {
            match &self.end {
                Some(Ok(())) => return Ok(0),
                Some(Err((kind, words))) => return Err(Error::new(*kind, words.clone())),
                None => self.fill(),
            }
        }
        let n = (&self.held[self.given..self.free]).read(out)?;
        self.given += n;
        Ok(n)
    }
}
