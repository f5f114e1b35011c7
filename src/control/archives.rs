//! Containers of one file, written as their specifications say. What no crate of ours encodes is stored.

use super::subject::Subject;
use crate::demo::containers;
use crate::model::put_varint;
use flate2::Crc;
use std::io::{Result, Write};

/// Name of what lies in a container.
const NAME: &str = "letter.txt";

pub(super) fn zip(subject: Subject) -> Result<Vec<u8>> {
    containers::zip(&[(NAME, subject.letter().as_bytes())])
}

pub(super) fn zip_appended(subject: Subject) -> Result<Vec<u8>> {
    Ok([b"#!/bin/sh\nexec unzip \"$0\"\n", &zip(subject)?[..]].concat())
}

pub(super) fn gzip(subject: Subject) -> Result<Vec<u8>> {
    containers::gzip(subject.letter().as_bytes())
}

pub(super) fn tar(subject: Subject) -> Result<Vec<u8>> {
    containers::tar(&[(NAME.to_owned(), subject.letter().into_bytes())])
}

pub(super) fn zlib(subject: Subject) -> Result<Vec<u8>> {
    let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(subject.letter().repeat(4).as_bytes())?;
    writer.finish()
}

pub(super) fn bzip2(subject: Subject) -> Result<Vec<u8>> {
    let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    writer.write_all(subject.letter().as_bytes())?;
    writer.finish()
}

pub(super) fn zstd(subject: Subject) -> Result<Vec<u8>> {
    zstd::encode_all(subject.letter().as_bytes(), 3)
}

pub(super) fn lz4(subject: Subject) -> Result<Vec<u8>> {
    let mut writer = lz4_flex::frame::FrameEncoder::new(Vec::new());
    writer.write_all(subject.letter().as_bytes())?;
    writer.finish().map_err(std::io::Error::other)
}

fn crc(bytes: &[u8]) -> [u8; 4] {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum().to_le_bytes()
}

/// The .xz format 1.1: one block of stored LZMA2, check CRC32.
pub(super) fn xz(subject: Subject) -> Result<Vec<u8>> {
    let text = subject.letter().into_bytes();
    let flags = [0, 1];
    let mut out = [b"\xFD7zXZ\0", &flags[..], &crc(&flags)].concat();
    let header = [2, 0, 0x21, 1, 0, 0, 0, 0];
    let block_at = out.len();
    out.extend(header);
    out.extend(crc(&header));
    out.push(1);
    out.extend((text.len() as u16 - 1).to_be_bytes());
    out.extend(&text);
    out.push(0);
    let unpadded = out.len() - block_at + 4;
    out.resize(out.len().next_multiple_of(4), 0);
    out.extend(crc(&text));
    let mut index = vec![0, 1];
    [unpadded, text.len()].into_iter().for_each(|size| put_varint(size as u64, &mut index));
    index.resize(index.len().next_multiple_of(4), 0);
    out.extend(&index);
    out.extend(crc(&index));
    let footer = [&((index.len() as u32 + 4) / 4 - 1).to_le_bytes()[..], &flags].concat();
    out.extend(crc(&footer));
    out.extend(footer);
    out.extend(b"YZ");
    Ok(out)
}

/// LZMA of literals and an end mark (the LZMA specification's range coder; lc 3, lp 0, pb 2).
struct Literals {
    low: u64,
    range: u32,
    cache: u8,
    held: u64,
    out: Vec<u8>,
}

impl Literals {
    fn encode(text: &[u8]) -> Vec<u8> {
        let mut coder = Self { low: 0, range: u32::MAX, cache: 0, held: 1, out: Vec::new() };
        let half = 1u16 << 10;
        let mut is_match = [half; 4];
        let mut literal = vec![[half; 0x100]; 8];
        let mut before = 0u8;
        for (i, &byte) in text.iter().enumerate() {
            coder.bit(&mut is_match[i % 4], 0);
            let mut symbol = 1;
            for shift in (0..8).rev() {
                let bit = byte >> shift & 1;
                coder.bit(&mut literal[usize::from(before >> 5)][symbol], bit);
                symbol = symbol << 1 | usize::from(bit);
            }
            before = byte;
        }
        // A match of distance 2^32 - 1: is it a match, none of the last distances, length 2, slot 63.
        coder.bit(&mut is_match[text.len() % 4], 1);
        coder.bit(&mut { half }, 0);
        (0..4).for_each(|_| coder.bit(&mut { half }, 0));
        (0..6).for_each(|_| coder.bit(&mut { half }, 1));
        (0..26).for_each(|_| {
            coder.range >>= 1;
            coder.low += u64::from(coder.range);
            coder.normalise();
        });
        (0..4).for_each(|_| coder.bit(&mut { half }, 1));
        (0..5).for_each(|_| coder.shift());
        coder.out
    }

    fn bit(&mut self, probability: &mut u16, bit: u8) {
        let bound = (self.range >> 11) * u32::from(*probability);
        if bit == 0 {
            self.range = bound;
            *probability += (2048 - *probability) >> 5;
        } else {
            self.low += u64::from(bound);
            self.range -= bound;
            *probability -= *probability >> 5;
        }
        self.normalise();
    }

    fn normalise(&mut self) {
        while self.range < 1 << 24 {
            self.range <<= 8;
            self.shift();
        }
    }

    fn shift(&mut self) {
        if self.low < 0xFF00_0000 || self.low > 0xFFFF_FFFF {
            let carry = (self.low >> 32) as u8;
            let mut byte = self.cache;
            while self.held > 0 {
                self.out.push(byte.wrapping_add(carry));
                byte = 0xFF;
                self.held -= 1;
            }
            self.cache = (self.low >> 24) as u8;
        }
        self.held += 1;
        self.low = (self.low & 0x00FF_FFFF) << 8;
    }
}

pub(super) fn lzma(subject: Subject) -> Result<Vec<u8>> {
    Ok([b"\x5D\0\0\x10\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", &Literals::encode(subject.letter().as_bytes())[..]].concat())
}

pub(super) fn lzip(subject: Subject) -> Result<Vec<u8>> {
    let text = subject.letter().into_bytes();
    let stream = Literals::encode(&text);
    let member = 6 + stream.len() + 20;
    let trailer = [&crc(&text)[..], &(text.len() as u64).to_le_bytes(), &(member as u64).to_le_bytes()].concat();
    Ok([b"LZIP\x01\x14", &stream[..], &trailer].concat())
}

/// compress(1): nine-bit codes of single bytes; the text is too short for longer codes.
pub(super) fn compress(subject: Subject) -> Result<Vec<u8>> {
    let mut out = vec![0x1F, 0x9D, 0x90];
    let (mut held, mut bits) = (0u32, 0);
    for byte in subject.letter().bytes() {
        held |= u32::from(byte) << bits;
        bits += 9;
        while bits >= 8 {
            out.push(held as u8);
            held >>= 8;
            bits -= 8;
        }
    }
    out.push(held as u8);
    Ok(out)
}

/// Lines of which each is a number, and a copy of the rest of the line before (LZ4 Block Format Description).
pub(super) fn lz_block(subject: Subject) -> Vec<u8> {
    let lines: String = (10..60).map(|n| format!("{n} {}\n", subject.sentence())).collect();
    lz4_flex::block::compress(lines.as_bytes())
}

/// One meta-block that is not compressed, and an empty last one (RFC 7932, section 9.2).
pub(super) fn brotli(subject: Subject) -> Result<Vec<u8>> {
    let text = subject.letter();
    let header = (text.len() as u32 - 1) << 4 | 1 << 20;
    Ok([&header.to_le_bytes()[..3], text.as_bytes(), &[3]].concat())
}

/// One folder that is not compressed, one file in one block (MS-CAB, section 2).
pub(super) fn cab(subject: Subject) -> Result<Vec<u8>> {
    let text = subject.letter();
    let file_at = 44u32;
    let data_at = file_at + 16 + NAME.len() as u32 + 1;
    let whole = data_at + 8 + text.len() as u32;
    let long = |value: u32| value.to_le_bytes().to_vec();
    let short = |value: u32| (value as u16).to_le_bytes().to_vec();
    let header = [b"MSCF".to_vec(), long(0), long(whole), long(0), long(file_at), long(0), vec![3, 1]].concat();
    let counts = [short(1), short(1), vec![0; 6]].concat();
    let folder = [long(data_at), short(1), short(0)].concat();
    let file = [long(text.len() as u32), long(0), vec![0; 8], NAME.as_bytes().to_vec(), vec![0]].concat();
    let block = [long(0), short(text.len() as u32), short(text.len() as u32), text.into_bytes()].concat();
    Ok([header, counts, folder, file, block].concat())
}

/// A stored member with a header of level 0, and the mark of the end.
pub(super) fn lha(subject: Subject) -> Result<Vec<u8>> {
    let text = subject.letter();
    let size = (text.len() as u32).to_le_bytes();
    let crc = text
        .bytes()
        .fold(0u16, |crc, byte| (0..8).fold(crc ^ u16::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xA001 } else { crc >> 1 }));
    let head = [&b"-lh0-"[..], &size, &size, &[0, 0, 0, 0, 0x20, 0, NAME.len() as u8], NAME.as_bytes(), &crc.to_le_bytes()].concat();
    let sum = head.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte));
    Ok([&[head.len() as u8, sum][..], &head, text.as_bytes(), &[0]].concat())
}

pub(super) fn ar(subject: Subject) -> Result<Vec<u8>> {
    let data = subject.letter();
    let mut out = format!("!<arch>\n{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n{data}", "letter.txt/", 0, 0, 0, 100_644, data.len()).into_bytes();
    out.resize(out.len().next_multiple_of(2), b'\n');
    Ok(out)
}

/// The form of cpio that RPM has (newc).
pub(super) fn cpio(subject: Subject) -> Result<Vec<u8>> {
    let mut out: Vec<u8> = Vec::new();
    for (name, data) in [(NAME, subject.letter()), ("TRAILER!!!", String::new())] {
        out.extend(
            format!("070701{:08X}{:08X}{:032X}{:08X}{:032X}{:08X}{:08X}", 1, 0o100_644, 0, data.len(), 0, name.len() + 1, 0).bytes(),
        );
        out.extend(name.bytes());
        out.push(0);
        out.resize(out.len().next_multiple_of(4), 0);
        out.extend(data.bytes());
        out.resize(out.len().next_multiple_of(4), 0);
    }
    Ok(out)
}

pub(super) fn rpm(subject: Subject) -> Result<Vec<u8>> {
    let section = |data: &[u8]| [&b"\x8E\xAD\xE8\x01\0\0\0\0\0\0\0\x01"[..], &(data.len() as u32).to_be_bytes(), &[0; 16], data].concat();
    let mut out = b"\xED\xAB\xEE\xDB".to_vec();
    out.resize(96, 0);
    out.extend(section(b"abc"));
    out.resize(out.len().next_multiple_of(8), 0);
    out.extend(section(b"a package"));
    out.extend(containers::gzip(&cpio(subject)?)?);
    Ok(out)
}

pub(super) fn iso9660(subject: Subject) -> Result<Vec<u8>> {
    Ok(containers::iso9660(&[("LETTER.TXT;1", subject.letter().as_bytes())]))
}

/// 7z with one stored file (7zFormat.txt of the LZMA SDK).
pub(super) fn seven_zip(subject: Subject) -> Result<Vec<u8>> {
    let data = subject.letter().into_bytes();
    let number = |n: usize| if n < 0x80 { vec![n as u8] } else { vec![0x80 | (n >> 8) as u8, n as u8] };
    let name: Vec<u8> = format!("{NAME}\0").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let header = [
        &[1, 4, 6, 0, 1, 9][..],
        &number(data.len()),
        &[0, 7, 0x0B, 1, 0, 1, 1, 0, 0x0C],
        &number(data.len()),
        &[0x0A, 1],
        &crc(&data),
        &[0, 8, 0, 0, 5, 1, 0x11],
        &number(name.len() + 1),
        &[0],
        &name,
        &[0, 0],
    ]
    .concat();
    let start = [&(data.len() as u64).to_le_bytes()[..], &(header.len() as u64).to_le_bytes(), &crc(&header)].concat();
    Ok([b"7z\xBC\xAF\x27\x1C\0\x04", &crc(&start)[..], &start, &data, &header].concat())
}

pub(super) fn seven_zip_appended(subject: Subject) -> Result<Vec<u8>> {
    let mut out = b"MZ\x90\0".to_vec();
    out.resize(512, 0);
    out.extend(seven_zip(subject)?);
    Ok(out)
}

/// One stored member (RAR 5.0 archive format).
pub(super) fn rar(subject: Subject) -> Vec<u8> {
    rar_with(subject, false)
}

/// With `is_encrypted` the member says that it is, by a record of its header.
pub(super) fn rar_with(subject: Subject, is_encrypted: bool) -> Vec<u8> {
    let text = subject.letter();
    let number = |n: usize| if n < 0x80 { vec![n as u8] } else { vec![0x80 | (n & 0x7F) as u8, (n >> 7) as u8] };
    let block = |body: Vec<u8>| {
        let sized = [number(body.len()), body].concat();
        [&crc(&sized)[..], &sized].concat()
    };
    let extra: &[u8] = if is_encrypted { &[2, 1, 0] } else { &[] };
    let mut head = vec![2, 2 | u8::from(is_encrypted)];
    head.extend(is_encrypted.then_some(extra.len() as u8));
    head.extend([number(text.len()), vec![0], number(text.len()), vec![0, 0, 0, NAME.len() as u8]].concat());
    head.extend(NAME.bytes());
    head.extend(extra);
    [b"Rar!\x1A\x07\x01\0".to_vec(), block(vec![1, 0, 0]), block(head), text.into_bytes(), block(vec![5, 0, 0])].concat()
}
