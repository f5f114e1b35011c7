//! Encrypted messages: OpenPGP, armored and binary, and CMS.

/// An OpenPGP message in ASCII armor (RFC 9580, section 6.2), at most some header lines from the start.
pub(super) fn is_pgp_armor(head: &[u8]) -> bool {
    let head = &head[..head.len().min(1024)];
    memchr::memmem::find(head, b"-----BEGIN PGP MESSAGE")
        .is_some_and(|at| head[..at].iter().all(|b| b.is_ascii_graphic() || b.is_ascii_whitespace()) && (at == 0 || head[at - 1] == b'\n'))
}

/// A binary OpenPGP message (RFC 9580, section 4): encrypted session keys, then encrypted data, by the
/// packets' tags, versions and lengths.
pub(super) fn is_openpgp(bytes: &[u8]) -> bool {
    let mut at = 0;
    for packets in 0.. {
        let Some(packet) = Packet::parse(bytes, at) else { return false };
        let body = bytes.get(packet.body..).unwrap_or_default();
        let is_key = match packet.tag {
            // Public-key encrypted session key: version, key identifier, algorithm.
            1 => matches!(body, [3, _, _, _, _, _, _, _, _, 1 | 2 | 16 | 18 | 20 | 25 | 26, ..] | [6, ..]),
            // Symmetric-key encrypted session key: version, cipher, string-to-key specifier.
            3 => matches!(body, [4, 1..=13, 0 | 1 | 3 | 4, ..] | [5 | 6, ..]),
            // Encrypted data; without keys before it, only where version and length leave no doubt.
            9 => return packets > 0,
            18 | 20 => return packets > 0 || matches!(body, [1 | 2, ..]) && packet.length.is_some_and(|n| packet.body + n == bytes.len()),
            _ => return false,
        };
        match packet.length.filter(|n| is_key && (4..8192).contains(n)) {
            Some(length) if packets < 256 => at = packet.body + length,
            _ => return false,
        }
    }
    false
}

struct Packet {
    tag: u8,
    body: usize,
    /// `None` when the body comes in parts or its length is not stated.
    length: Option<usize>,
}

impl Packet {
    fn parse(bytes: &[u8], at: usize) -> Option<Self> {
        let head = *bytes.get(at)?;
        let byte = |i: usize| bytes.get(at + i).map(|&b| usize::from(b));
        let number = |from: usize, n: usize| (from..from + n).try_fold(0usize, |value, i| Some(value << 8 | byte(i)?));
        let (tag, skip, length) = match head {
            0xC0.. => match byte(1)? {
                n @ 0..=191 => (head & 0x3F, 2, Some(n)),
                n @ 192..=223 => (head & 0x3F, 3, Some((n - 192) * 256 + byte(2)? + 192)),
                224..=254 => (head & 0x3F, 2, None),
                _ => (head & 0x3F, 6, Some(number(2, 4)?)),
            },
            0x80..=0xBF => match head & 3 {
                3 => (head >> 2 & 0x0F, 1, None),
                kind => (head >> 2 & 0x0F, 1 + (1 << kind), Some(number(1, 1 << kind)?)),
            },
            _ => return None,
        };
        Some(Self { tag, body: at + skip, length })
    }
}

/// CMS EnvelopedData, EncryptedData or AuthEnvelopedData (RFC 5652, 5083) in BER or DER.
pub(super) fn is_enveloped(head: &[u8]) -> bool {
    let skip = match head {
        [0x30, 0x80, ..] => 2,
        [0x30, 0x81, ..] => 3,
        [0x30, 0x82, ..] => 4,
        [0x30, 0x83, ..] => 5,
        [0x30, 0x84, ..] => 6,
        [0x30, 0..=0x7F, ..] => 2,
        _ => return false,
    };
    let body = head.get(skip..).unwrap_or_default();
    [
        &b"\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03"[..],
        b"\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x06",
        b"\x06\x0B\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x17",
    ]
    .iter()
    .any(|oid| body.starts_with(oid))
}
