//! Encrypted ZIP members: ZipCrypto (PKWARE APPNOTE 6.3.10, section 6.1) and AES as WinZip writes it (AE-1
//! and AE-2, extra field 0x9901). A password counts as found when the whole member proves it: for AES by its
//! authentication code, for ZipCrypto, whose own check is one byte, by size and CRC-32 of what was decoded.

use super::le16;
use super::zip_directory::{ENCRYPTED, extra_fields};
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use hmac::{Mac, SimpleHmacReset};
use sha1::Sha1;
use std::io::Read;

/// Passwords tried on the members of one archive; each one costs AES a thousand rounds.
const MOST_TRIES: u64 = 1 << 18;
/// Rounds of the key derivation.
const ROUNDS: u32 = 1000;
/// Length of the authentication code behind the data.
const CODE: usize = 10;
/// Blocks of the key stream that are made at once.
const BATCH: usize = 32;

/// How a member is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encryption {
    /// Not at all.
    None,
    /// ZipCrypto. The last byte of its header is one of these: of the CRC-32, or of the time.
    ZipCrypto([u8; 2]),
    /// AES with a key of so many bytes.
    Aes(usize),
    /// PKWARE's strong encryption, or an AES header that does not say how.
    Unknown,
}

impl Encryption {
    /// What flags and extra fields say, with the compression method behind it.
    pub fn of(flags: u16, method: u16, extra: &[u8], crc: u32, time: u16) -> (Self, u16) {
        if method == 99 {
            let field = extra_fields(extra).find(|f| f.0 == 0x9901).map(|f| f.1);
            let aes = field.and_then(|data| Some((8 * usize::from(*data.get(4)?) + 8, le16(data, 5)?)));
            return match aes {
                Some((key @ (16 | 24 | 32), inner)) => (Self::Aes(key), inner),
                _ => (Self::Unknown, method),
            };
        }
        let encryption = match flags & (ENCRYPTED | 1 << 6) {
            0 => Self::None,
            ENCRYPTED => Self::ZipCrypto([(crc >> 24) as u8, (time >> 8) as u8]),
            _ if flags & ENCRYPTED == 0 => Self::None,
            _ => Self::Unknown,
        };
        (encryption, method)
    }

    /// Its name, for the detail of a gap.
    pub fn name(self) -> String {
        match self {
            Self::None => "not encrypted".to_owned(),
            Self::ZipCrypto(_) => "ZipCrypto".to_owned(),
            Self::Aes(key) => format!("AES-{}", 8 * key),
            Self::Unknown => "strong encryption, which is not supported".to_owned(),
        }
    }

    /// The decryption of these data, if the password fits as far as can be told before decoding them.
    /// `cut` says that the data's end is missing.
    pub fn open<'a>(self, data: &'a [u8], password: &[u8], cut: bool) -> Option<Decryption<'a>> {
        match self {
            Self::None | Self::Unknown => None,
            Self::ZipCrypto(checks) => {
                let (header, rest) = data.split_at_checked(12)?;
                let mut keys = Keys::of(password);
                let last = header.iter().map(|&b| keys.decrypt(b)).last();
                let fits = last.is_some_and(|last| checks.contains(&last));
                fits.then_some(Decryption { data: rest, cipher: Cipher::ZipCrypto(keys) })
            }
            Self::Aes(key) => open_aes(data, key, password, cut),
        }
    }

    /// Does a password that `open` accepts fit for certain?
    pub fn proves(self) -> bool {
        matches!(self, Self::Aes(_))
    }
}

/// Salt, check value, data, authentication code.
fn open_aes<'a>(data: &'a [u8], key: usize, password: &[u8], cut: bool) -> Option<Decryption<'a>> {
    let (salt, rest) = data.split_at_checked(key / 2)?;
    let (check, rest) = rest.split_at_checked(2)?;
    let mut derived = vec![0; 2 * key + 2];
    pbkdf2::pbkdf2::<SimpleHmacReset<Sha1>>(password, salt, ROUNDS, &mut derived).ok()?;
    if &derived[2 * key..] != check {
        return None;
    }
    let (data, code) = if cut { (rest, &[][..]) } else { rest.split_at_checked(rest.len().checked_sub(CODE)?)? };
    let mut mac = <SimpleHmacReset<Sha1> as KeyInit>::new_from_slice(&derived[key..2 * key]).ok()?;
    mac.update(data);
    if !cut && mac.finalize().into_bytes()[..CODE] != *code {
        return None;
    }
    let key = &derived[..key];
    let encrypt: Encrypt = match key.len() {
        16 => blocks(aes::Aes128::new_from_slice(key).ok()?),
        24 => blocks(aes::Aes192::new_from_slice(key).ok()?),
        _ => blocks(aes::Aes256::new_from_slice(key).ok()?),
    };
    Some(Decryption { data, cipher: Cipher::Aes(Box::new(Counter { encrypt, block: 0, stream: [0; 16 * BATCH], used: 16 * BATCH })) })
}

fn blocks<C: BlockCipherEncrypt<BlockSize = aes::cipher::consts::U16> + 'static>(cipher: C) -> Encrypt {
    Box::new(move |blocks| cipher.encrypt_blocks(blocks))
}

/// Encoded data, decrypted as they are read.
pub(super) struct Decryption<'a> {
    data: &'a [u8],
    cipher: Cipher,
}

/// Encrypts blocks in place.
type Encrypt = Box<dyn Fn(&mut [aes::Block])>;

enum Cipher {
    ZipCrypto(Keys),
    Aes(Box<Counter>),
}

impl Read for Decryption<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = self.data.read(out)?;
        let out = &mut out[..n];
        match &mut self.cipher {
            Cipher::ZipCrypto(keys) => out.iter_mut().for_each(|b| *b = keys.decrypt(*b)),
            Cipher::Aes(counter) => out.iter_mut().for_each(|b| *b ^= counter.next()),
        }
        Ok(n)
    }
}

/// AES in counter mode, the counter little-endian and from 1 on.
struct Counter {
    encrypt: Encrypt,
    block: u128,
    stream: [u8; 16 * BATCH],
    used: usize,
}

impl Counter {
    fn next(&mut self) -> u8 {
        if self.used == self.stream.len() {
            let mut blocks: [aes::Block; BATCH] = std::array::from_fn(|i| (self.block + 1 + i as u128).to_le_bytes().into());
            (self.encrypt)(&mut blocks);
            self.stream.chunks_mut(16).zip(&blocks).for_each(|(to, block)| to.copy_from_slice(block));
            self.block += BATCH as u128;
            self.used = 0;
        }
        self.used += 1;
        self.stream[self.used - 1]
    }
}

/// The three keys of ZipCrypto (APPNOTE 6.1.5).
#[derive(Clone)]
struct Keys(u32, u32, u32);

impl Keys {
    fn of(password: &[u8]) -> Self {
        let mut keys = Self(0x1234_5678, 0x2345_6789, 0x3456_7890);
        password.iter().for_each(|&b| keys.update(b));
        keys
    }

    fn update(&mut self, plain: u8) {
        self.0 = crc32(self.0, plain);
        self.1 = self.1.wrapping_add(self.0 & 0xFF).wrapping_mul(0x0808_8405).wrapping_add(1);
        self.2 = crc32(self.2, (self.1 >> 24) as u8);
    }

    fn decrypt(&mut self, byte: u8) -> u8 {
        let key = (self.2 | 2) as u16;
        let plain = byte ^ (key.wrapping_mul(key ^ 1) >> 8) as u8;
        self.update(plain);
        plain
    }
}

fn crc32(crc: u32, byte: u8) -> u32 {
    TABLE[usize::from(crc as u8 ^ byte)] ^ crc >> 8
}

/// CRC-32 (reflected, polynomial 0xEDB88320), by one byte.
static TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let (mut crc, mut bit) = (i as u32, 0);
        while bit < 8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
            bit += 1;
        }
        table[i] = crc;
        i += 1;
    }
    table
};

/// The passwords of the list, as they are tried on one archive: the one that opened the last member first.
#[derive(Default)]
pub(super) struct Keyring {
    last: Option<usize>,
    /// Tries so far.
    tries: u64,
}

impl Keyring {
    /// The first password, with its place in the list, for which `open` gives something.
    pub fn find<T>(&mut self, passwords: &[Vec<u8>], mut open: impl FnMut(&[u8]) -> Option<T>) -> Option<(usize, T)> {
        let last = self.last;
        for place in last.into_iter().chain((0..passwords.len()).filter(|i| Some(*i) != last)) {
            if self.is_spent() {
                return None;
            }
            self.tries += 1;
            if let Some(opened) = open(&passwords[place]) {
                self.last = Some(place);
                return Some((place, opened));
            }
        }
        None
    }

    /// No more passwords are tried.
    pub fn is_spent(&self) -> bool {
        self.tries >= MOST_TRIES
    }
}

#[cfg(test)]
mod tests {
    use crate::format::container::ZIP;
    use crate::format::testing::read_with_passwords;
    use crate::model::Cause;
    use ::zip::unstable::write::FileOptionsExt;
    use ::zip::write::SimpleFileOptions;
    use ::zip::{AesMode, CompressionMethod};
    use std::io::{Cursor, Write};

    const TEXT: &[u8] = b"account_no,name\n0012345,First State Bank\n";

    fn archive(method: CompressionMethod, aes: Option<AesMode>, password: &str) -> Vec<u8> {
        let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, times) in [("short", 1), ("long", 900)] {
            let options = SimpleFileOptions::default().compression_method(method);
            let options = match aes {
                Some(mode) => options.with_aes_encryption(mode, password),
                None => options.with_deprecated_encryption(password.as_bytes()).unwrap(),
            };
            writer.start_file(name, options).unwrap();
            writer.write_all(&TEXT.repeat(times)).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    /// Decoded members, defects, notes.
    fn seen(bytes: &[u8], passwords: &[&str]) -> (Vec<Vec<u8>>, Vec<Cause>, Vec<String>) {
        read_with_passwords(ZIP.read, bytes, passwords, |sink, out| {
            let causes = sink.gaps.iter().map(|g| g.cause).chain(sink.members.iter().filter_map(|m| m.defect));
            (out.members.lock().unwrap().clone(), causes.collect(), sink.facts.notes.clone())
        })
    }

    fn kinds() -> impl Iterator<Item = (CompressionMethod, Option<AesMode>)> {
        use CompressionMethod as Method;
        let modes = [None, Some(AesMode::Aes128), Some(AesMode::Aes192), Some(AesMode::Aes256)];
        let methods = [Method::Stored, Method::Deflated, Method::Bzip2, Method::Zstd, Method::Xz];
        modes.into_iter().flat_map(move |mode| methods.map(|method| (method, mode)))
    }

    #[test]
    fn the_right_password_of_the_list_opens_members_and_is_recorded() {
        for (method, aes) in kinds() {
            let bytes = archive(method, aes, "s\u{e9}same");
            let (members, causes, notes) = seen(&bytes, &["other", "s\u{e9}same"]);
            assert_eq!((members, causes), (vec![TEXT.to_vec(), TEXT.repeat(900)], vec![]), "{method} {aes:?}");
            assert_eq!(notes[1], "long was opened with password 2 of the list");
        }
    }

    #[test]
    fn no_wrong_password_opens_anything() {
        // So many that some pass the one-byte check of ZipCrypto.
        let wrong: Vec<String> = (0..700).map(|i| format!("wrong{i}")).collect();
        let wrong: Vec<&str> = wrong.iter().map(String::as_str).collect();
        for (method, aes) in kinds() {
            let list = if aes.is_some() { &wrong[..3] } else { &wrong[..] };
            assert_eq!(seen(&archive(method, aes, "right"), list), (vec![], vec![Cause::Encrypted; 2], vec![]), "{method} {aes:?}");
        }
    }

    #[test]
    fn the_gap_names_what_would_open_it() {
        let details = |passwords: &[&str]| {
            let bytes = archive(CompressionMethod::Deflated, Some(AesMode::Aes256), "x");
            read_with_passwords(ZIP.read, &bytes, passwords, |sink, _| sink.members[0].detail.clone())
        };
        assert_eq!(details(&[]), "encrypted with AES-256: its password would open it");
        assert_eq!(details(&["a"]), "encrypted with AES-256: its password would open it; none of 1 passwords fits");
    }

    #[test]
    fn cut_and_damaged_members_are_never_whole() {
        for (method, aes) in kinds() {
            let bytes = archive(method, aes, "p");
            for i in 0..40 {
                let (_, causes, _) = seen(&bytes[..bytes.len() * i / 40], &["p"]);
                assert!(!causes.is_empty(), "{method} {aes:?} cut at {i}/40");
            }
            let mut broken = bytes.clone();
            broken[80] ^= 1;
            assert!(!seen(&broken, &["p"]).1.is_empty(), "{method} {aes:?}");
        }
        // Of a member that is cut off, what is there is decoded.
        for aes in [None, Some(AesMode::Aes256)] {
            let bytes = archive(CompressionMethod::Stored, aes, "p");
            let bytes = if aes.is_some() { bytes } else { archive(CompressionMethod::Deflated, aes, "p") };
            let (members, causes, _) = seen(&bytes[..bytes.len() * 3 / 5], &["p"]);
            assert!(members.last().is_some_and(|m| m.starts_with(TEXT)), "{aes:?}: {causes:?}");
        }
    }
}
