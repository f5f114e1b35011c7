//! Keys: which one a packet holds or names (RFC 9580, section 5.5.4).

use super::packet::{number, tag};
use sha1::{Digest, Sha1};
use sha2::Sha256;

/// A key as it is named: an id of 8 bytes, or a fingerprint of 20 or 32.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyName(Vec<u8>);

impl KeyName {
    /// Out of an id or a fingerprint; `None` for the id of nobody in particular (section 5.1.8), and for lengths
    /// that neither has.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        (matches!(bytes.len(), 8 | 20 | 32) && bytes.iter().any(|b| *b != 0)).then(|| Self(bytes.to_vec()))
    }

    /// Its bytes: id or fingerprint.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Its id in 16 hexadecimal digits.
    pub fn id(&self) -> String {
        match self.0.len() {
            32 => hex(&self.0[..8]),
            len => hex(&self.0[len - 8..]),
        }
    }

    /// All that it is known by: the fingerprint where it is held, the id, and the short id of old key lists.
    pub fn words(&self) -> String {
        let id = self.id();
        let short = &id[8..];
        match self.0.len() {
            8 => format!("{id} ({short})"),
            _ => format!("{}, key id {id} ({short})", hex(&self.0)),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02X}")).collect()
}

/// The key of a key packet, and where its secret part begins.
pub fn of_key_packet(packet: u8, body: &[u8]) -> Option<(KeyName, usize)> {
    let (version, algorithm_at) = match *body.first()? {
        version @ (2 | 3) => (version, 7),
        version @ (4..=6) => (version, 5),
        _ => return None,
    };
    // Later versions state the length of what follows.
    let material: usize = algorithm_at + if version >= 5 { 5 } else { 1 };
    let end = match version {
        5 | 6 => material.checked_add(number(body, algorithm_at + 1, 4)?)?,
        _ => material + public_length(*body.get(algorithm_at)?, body.get(material..)?)?,
    };
    let is_public = matches!(packet, tag::PUBLIC_KEY | tag::PUBLIC_SUBKEY);
    let public = body.get(..if is_public { body.len() } else { end })?;
    let name = match version {
        // The lowest 64 bits of the modulus.
        2 | 3 => {
            let modulus = integer(body, material)?;
            KeyName::new(&body[modulus.checked_sub(8)?..modulus])?
        }
        4 => {
            let length = u16::try_from(public.len()).ok()?.to_be_bytes();
            KeyName::new(&Sha1::new().chain_update([0x99]).chain_update(length).chain_update(public).finalize())?
        }
        version => {
            let length = u32::try_from(public.len()).ok()?.to_be_bytes();
            KeyName::new(&Sha256::new().chain_update([0x95 + version]).chain_update(length).chain_update(public).finalize())?
        }
    };
    Some((name, public.len()))
}

/// Length of the public numbers of a version 4 key (section 5.5.5).
fn public_length(algorithm: u8, material: &[u8]) -> Option<usize> {
    let integers = |from: usize, count: usize| (0..count).try_fold(from, |at, _| integer(material, at));
    let curve = || Some(1 + usize::from(*material.first()?));
    match algorithm {
        1..=3 => integers(0, 2),
        16 | 20 => integers(0, 3),
        17 => integers(0, 4),
        19 | 22 => integers(curve()?, 1),
        // Key derivation parameters behind the point.
        18 => integers(curve()?, 1).and_then(|at| Some(at + 1 + usize::from(*material.get(at)?))),
        25 | 27 => Some(32),
        26 => Some(56),
        28 => Some(57),
        _ => None,
    }
}

/// Where a multiprecision integer ends (section 3.2).
fn integer(bytes: &[u8], at: usize) -> Option<usize> {
    let end = at + 2 + number(bytes, at, 2)?.div_ceil(8);
    (end <= bytes.len()).then_some(end)
}

/// The key that an encrypted session key is for (section 5.1): `Some(None)` where it does not say.
pub fn of_session_key(body: &[u8]) -> Option<Option<KeyName>> {
    match body {
        [2 | 3, rest @ ..] => Some(KeyName::new(rest.get(..8)?)),
        [6, 0, ..] => Some(None),
        [6, length, _, rest @ ..] => Some(KeyName::new(rest.get(..usize::from(length.checked_sub(1)?))?)),
        _ => None,
    }
}

/// The key of a one-pass signature (section 5.4).
pub fn of_one_pass(body: &[u8]) -> Option<KeyName> {
    match body {
        [3, _, _, _, rest @ ..] => KeyName::new(rest.get(..8)?),
        [6, _, _, _, salt, rest @ ..] => KeyName::new(rest.get(usize::from(*salt)..)?.get(..32)?),
        _ => None,
    }
}

/// Who signed (section 5.2): the keys that a signature names, and user ids of the signer.
pub fn of_signature(body: &[u8]) -> (Vec<KeyName>, Vec<String>) {
    let (mut keys, mut users) = (Vec::new(), Vec::new());
    match body {
        [2 | 3, _, _, _, _, _, _, rest @ ..] => keys.extend(rest.get(..8).and_then(KeyName::new)),
        [version @ 4..=6, _, _, _, areas @ ..] => {
            let width = if *version == 6 { 4 } else { 2 };
            let mut at = 0;
            // Two areas, the first of which is signed itself.
            for _ in 0..2 {
                let Some(length) = number(areas, at, width) else { break };
                at += width;
                let area = areas.get(at..).unwrap_or_default();
                subpackets(&area[..length.min(area.len())], &mut keys, &mut users);
                at = at.saturating_add(length);
            }
        }
        _ => {}
    }
    // A fingerprint says what the id beside it does.
    let ids: Vec<String> = keys.iter().filter(|key| key.0.len() > 8).map(KeyName::id).collect();
    keys.retain(|key| key.0.len() > 8 || !ids.contains(&key.id()));
    keys.sort();
    keys.dedup();
    (keys, users)
}

fn subpackets(mut area: &[u8], keys: &mut Vec<KeyName>, users: &mut Vec<String>) {
    while let Some(&first) = area.first() {
        let (length, skip) = match first {
            0..=191 => (Some(usize::from(first)), 1),
            192..=254 => (number(area, 1, 1).map(|low| (usize::from(first) - 192) * 256 + low + 192), 2),
            255 => (number(area, 1, 4), 5),
        };
        let Some((kind, content)) = length.and_then(|n| area.get(skip..)?.get(..n)).and_then(<[u8]>::split_first) else { return };
        match kind & 0x7F {
            // Issuer; issuer's fingerprint behind its version; signer's user id.
            16 => keys.extend(KeyName::new(content)),
            33 => keys.extend(content.get(1..).and_then(KeyName::new)),
            28 => users.push(String::from_utf8_lossy(content).into_owned()),
            _ => {}
        }
        area = &area[skip + 1 + content.len()..];
    }
}
