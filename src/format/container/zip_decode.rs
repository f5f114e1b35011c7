//! Decoding one ZIP member from a view of its header. Stored and deflated data, nearly all there is,
//! are decoded here, so that bytes left behind the end of a deflate stream are noticed; every other
//! method goes through the `zip` crate, which gets to see one member with the header we vouch for.

use super::zip_crypt::{Decryption, Encryption, Keyring};
use super::zip_directory::{DESCRIPTOR, ENCRYPTED, LOCAL};
use super::{member_up_to, span};
use crate::format::{Limits, Sink};
use crate::model::Cause;
use flate2::bufread::DeflateDecoder;
use flate2::{Crc, Decompress, FlushDecompress, Status};
use std::io::{BufRead, BufReader, Error, ErrorKind, Read};
use std::ops::Range;

/// What one header says about a member's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct View {
    /// The compression method; where the member is encrypted, the one behind that.
    pub method: u16,
    pub flags: u16,
    pub encryption: Encryption,
    /// CRC-32 and decoded size, where they are stated.
    pub check: Option<(u32, u64)>,
    /// The encoded data.
    pub data: Range<usize>,
    /// Encoded bytes that the header states and the item does not hold.
    pub missing: u64,
}

impl View {
    /// Decodes the member into the sink. `encoded` is what it takes in the container, header included.
    pub fn push(&self, bytes: &[u8], name: &[u8], encoded: Range<usize>, keys: &mut Keyring, sink: &mut Sink<'_>) {
        let data = bytes.get(self.data.clone()).unwrap_or_default();
        let encoded = span(&encoded);
        if self.encryption != Encryption::None {
            return self.push_encrypted(data, name, encoded, keys, sink);
        }
        let missing = self.missing;
        match self.method {
            0 => {
                sink.member(name, encoded, &mut Verified::new(data, self.check, missing));
            }
            8 => {
                // Bytes between the end of the stream and the end of the data are left to the scan.
                let start = self.data.start as u64;
                let mut decoder = Verified::new(Inflate::new(data), self.check, missing);
                member_up_to(sink, name, encoded, &mut decoder, |decoder| start + decoder.inner.used as u64);
            }
            _ => self.push_with_crate(data, data.len() as u64, name, encoded, sink),
        }
    }

    /// Tries the passwords of the list. Nothing is decoded with one that is not proved to fit; only where the
    /// proof lies in what is missing, that the rest decodes has to do.
    fn push_encrypted(&self, data: &[u8], name: &[u8], encoded: Range<u64>, keys: &mut Keyring, sink: &mut Sink<'_>) {
        let size = self.check.map_or(0, |c| c.1);
        let passwords = sink.passwords();
        let limits = sink.limits();
        let found = keys.find(passwords, |password| {
            let open = || self.encryption.open(data, password, self.missing > 0);
            let fits = open().is_some_and(|stream| self.encryption.proves() || self.is_sound(stream, data.len() as u64, &limits));
            fits.then(open).flatten()
        });
        let Some((place, stream)) = found else {
            let tried = match passwords.len() {
                _ if keys.is_spent() => "; too many passwords were tried on this archive".to_owned(),
                0 => String::new(),
                tried => format!("; none of {tried} passwords fits"),
            };
            let detail = format!("encrypted with {}: its password would open it{tried}", self.encryption.name());
            return sink.unread_member(name, encoded, size, Cause::Encrypted, detail);
        };
        sink.opened_with(&String::from_utf8_lossy(name), place);
        let length = data.len() as u64;
        match self.method {
            0 | 8 => {
                let mut decoder = self.verified(stream);
                sink.member(name, encoded, &mut decoder);
            }
            _ => self.push_with_crate(stream, length, name, encoded, sink),
        }
    }

    /// Does a decryption decode to what is stated, or, of a member that is cut off, to its last byte?
    fn is_sound(&self, stream: Decryption<'_>, encoded: u64, limits: &Limits) -> bool {
        if self.check.is_none() && self.method == 0 || self.missing > 0 && self.method != 8 {
            return false;
        }
        let most = limits.ratio_floor.max(limits.ratio.saturating_mul(encoded)).min(limits.member_bytes);
        let sound = |decoder: &mut dyn Read| match std::io::copy(&mut decoder.take(most), &mut std::io::sink()) {
            Ok(decoded) => decoded < most,
            Err(error) => self.missing > 0 && error.kind() == ErrorKind::UnexpectedEof,
        };
        match self.method {
            0 | 8 => sound(&mut self.verified(stream)),
            _ => {
                let mut source = std::io::Cursor::new(self.header(self.check.unwrap_or_default(), encoded)).chain(stream);
                let file = ::zip::read::read_zipfile_from_stream(&mut source);
                file.ok().flatten().is_some_and(|mut file| sound(&mut file))
            }
        }
    }

    /// Decodes a decrypted member that is stored or deflated.
    fn verified<'a>(&self, stream: Decryption<'a>) -> Verified<Box<dyn Read + 'a>> {
        let inner: Box<dyn Read + 'a> = match self.method {
            0 => Box::new(stream),
            _ => Box::new(ToTheEnd(DeflateDecoder::new(BufReader::with_capacity(32 << 10, stream)))),
        };
        let mut verified = Verified::new(inner, self.check, self.missing);
        // AE-2 leaves the CRC-32 empty; the authentication code has been checked.
        verified.skip_crc = self.encryption.proves();
        verified
    }

    /// Shrunk, reduced, imploded, deflate64, bzip2, lzma, zstd, xz, ppmd.
    fn push_with_crate(&self, data: impl Read, length: u64, name: &[u8], encoded: Range<u64>, sink: &mut Sink<'_>) {
        let (crc, size) = self.check.unwrap_or_default();
        if !matches!(self.method, 1..=6 | 9 | 12 | 14 | 20 | 93 | 95 | 98) {
            return sink.unread_member(name, encoded, size, Cause::UnsupportedMethod, format!("compression method {}", self.method));
        }
        let header = self.header((crc, size), length + self.missing);
        let mut source = std::io::Cursor::new(header).chain(data);
        match ::zip::read::read_zipfile_from_stream(&mut source) {
            Ok(Some(file)) => {
                let proved = self.encryption.proves().then_some(size);
                sink.member(name, encoded, &mut Proved { inner: file, size: 0, proved });
            }
            Ok(None) => sink.unread_member(name, encoded, size, Cause::Corrupt, "no header"),
            Err(error) => {
                let cause = match error {
                    ::zip::result::ZipError::UnsupportedArchive(_) | ::zip::result::ZipError::CompressionMethodNotSupported(_) => {
                        Cause::UnsupportedMethod
                    }
                    _ => Cause::Corrupt,
                };
                sink.unread_member(name, encoded, size, cause, format!("compression method {}: {error}", self.method));
            }
        }
    }

    /// A local header with this view's values, sizes in a ZIP64 field (APPNOTE 4.3.7, 4.5.3).
    fn header(&self, (crc, size): (u32, u64), compressed: u64) -> Vec<u8> {
        let mut out = LOCAL.to_vec();
        let flags = self.flags & !(DESCRIPTOR | ENCRYPTED);
        for field in [45, flags, self.method, 0, 0x21] {
            out.extend(field.to_le_bytes());
        }
        out.extend(crc.to_le_bytes());
        out.extend([0xFF; 8]);
        for field in [1u16, 20] {
            out.extend(field.to_le_bytes());
        }
        out.push(b'm');
        for field in [1u16, 16] {
            out.extend(field.to_le_bytes());
        }
        out.extend(size.to_le_bytes());
        out.extend(compressed.to_le_bytes());
        out
    }
}

/// How many bytes the deflate stream at the start of `data` takes, and whether it ends there; it does
/// not when it is broken, cut off, or decodes to more than the limits allow.
pub(super) fn deflated_length(data: &[u8], limits: &Limits) -> (usize, bool) {
    let mut inflate = Inflate::new(data);
    let mut buffer = vec![0; 64 << 10];
    loop {
        match inflate.read(&mut buffer) {
            Ok(0) => return (inflate.used, true),
            Ok(_) => {
                let most = limits.ratio_floor.max(limits.ratio.saturating_mul(inflate.used as u64)).min(limits.member_bytes);
                if inflate.inflater.total_out() > most {
                    return (inflate.used, false);
                }
            }
            Err(_) => return (inflate.used, false),
        }
    }
}

/// Inflates a raw deflate stream and knows where it ended.
pub(super) struct Inflate<'a> {
    data: &'a [u8],
    /// Bytes of `data` that the stream took so far.
    pub used: usize,
    inflater: Decompress,
    done: bool,
}

impl<'a> Inflate<'a> {
    pub fn new(data: &'a [u8]) -> Self {
        Self { data, used: 0, inflater: Decompress::new(false), done: false }
    }
}

impl Read for Inflate<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while !self.done && !out.is_empty() {
            let (before_in, before_out) = (self.inflater.total_in(), self.inflater.total_out());
            let status = self.inflater.decompress(&self.data[self.used..], out, FlushDecompress::None);
            let read = (self.inflater.total_in() - before_in) as usize;
            let written = (self.inflater.total_out() - before_out) as usize;
            self.used += read;
            match status {
                Ok(Status::StreamEnd) => self.done = true,
                Ok(_) if written == 0 && read == 0 => {
                    return Err(Error::new(ErrorKind::UnexpectedEof, "the deflate stream does not end"));
                }
                Ok(_) => {}
                Err(error) => return Err(Error::new(ErrorKind::InvalidData, error)),
            }
            if written > 0 {
                return Ok(written);
            }
        }
        Ok(0)
    }
}

/// A deflate stream that must take all of its input: what follows its end inside an encryption would be seen
/// by nobody.
struct ToTheEnd<R>(DeflateDecoder<R>);

impl<R: BufRead> Read for ToTheEnd<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = self.0.read(out)?;
        if n == 0 && !out.is_empty() && !self.0.get_mut().fill_buf()?.is_empty() {
            return Err(Error::new(ErrorKind::InvalidData, "encrypted bytes follow the deflate stream"));
        }
        Ok(n)
    }
}

/// Takes no offence at the end of a member whose bytes were proved before they were decoded: AE-2 leaves the
/// CRC-32 empty.
struct Proved<R> {
    inner: R,
    size: u64,
    proved: Option<u64>,
}

impl<R: Read> Read for Proved<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        match self.inner.read(out) {
            Err(_) if self.proved == Some(self.size) => Ok(0),
            Err(error) => Err(error),
            Ok(n) => {
                self.size += n as u64;
                Ok(n)
            }
        }
    }
}

/// Checks size and CRC-32 when the end is reached.
struct Verified<R> {
    inner: R,
    crc: Crc,
    size: u64,
    check: Option<(u32, u64)>,
    skip_crc: bool,
    missing: u64,
}

impl<R> Verified<R> {
    fn new(inner: R, check: Option<(u32, u64)>, missing: u64) -> Self {
        Self { inner, crc: Crc::new(), size: 0, check, skip_crc: false, missing }
    }
}

impl<R: Read> Read for Verified<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(out)?;
        self.crc.update(&out[..n]);
        self.size += n as u64;
        if n > 0 || out.is_empty() {
            return Ok(n);
        }
        if self.missing > 0 {
            return Err(Error::new(ErrorKind::UnexpectedEof, format!("{} encoded bytes are missing", self.missing)));
        }
        match self.check {
            Some((_, size)) if size != self.size => {
                Err(Error::new(ErrorKind::InvalidData, format!("decoded to {} bytes, {size} are stated", self.size)))
            }
            Some((crc, _)) if !self.skip_crc && crc != self.crc.sum() => Err(Error::new(ErrorKind::InvalidData, "CRC-32 does not match")),
            _ => Ok(0),
        }
    }
}
