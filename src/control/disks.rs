//! Disks with one file: a raw image with a FAT file system, and images in which it lies.

use super::subject::Subject;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use std::io::{Result, Write};

const SECTOR: usize = 512;
/// Sectors of the disk: boot sector, allocation table, root directory, and clusters of one sector.
const SECTORS: usize = 8;

fn put(image: &mut [u8], at: usize, bytes: &[u8]) {
    image[at..at + bytes.len()].copy_from_slice(bytes);
}

/// FAT12 (Microsoft's FAT specification 1.03): the letter in its second cluster. The last cluster is filled, so that
/// the image ends where its disk does.
pub(super) fn raw(subject: Subject) -> Vec<u8> {
    let letter = subject.letter();
    let mut image = vec![0; SECTORS * SECTOR];
    put(&mut image, 0, b"\xEB\x3C\x90RULEOUT ");
    put(&mut image, 11, &(SECTOR as u16).to_le_bytes());
    put(&mut image, 13, &[1, 1, 0, 1, 16, 0, SECTORS as u8, 0, 0xF8, 1, 0]);
    put(&mut image, 510, &[0x55, 0xAA]);
    put(&mut image, SECTOR, &[0xF8, 0xFF, 0xFF, 0xFF, 0x0F]);
    let mut entry = b"LETTER  TXT\x20".to_vec();
    entry.resize(26, 0);
    entry.extend(2u16.to_le_bytes());
    entry.extend((letter.len() as u32).to_le_bytes());
    put(&mut image, 2 * SECTOR, &entry);
    put(&mut image, 3 * SECTOR, letter.as_bytes());
    image
}

/// Version 2, clusters of 512 bytes (QEMU's "Qcow2 Image File Format").
pub(super) fn qcow2(subject: Subject) -> Vec<u8> {
    let long = |value: usize| (value as u64).to_be_bytes();
    let short = |value: usize| (value as u32).to_be_bytes();
    let mut out = vec![0; 3 * SECTOR];
    put(&mut out, 0, b"QFI\xFB\0\0\0\x02");
    put(&mut out, 20, &short(9));
    put(&mut out, 24, &long(SECTORS * SECTOR));
    put(&mut out, 36, &short(1));
    put(&mut out, 40, &long(SECTOR));
    put(&mut out, SECTOR, &long(2 * SECTOR));
    (0..SECTORS).for_each(|i| put(&mut out, 2 * SECTOR + 8 * i, &long((3 + i) * SECTOR)));
    [out, raw(subject)].concat()
}

/// A dynamic disk with one block (Microsoft's "Virtual Hard Disk Image Format Specification").
pub(super) fn vhd(subject: Subject) -> Vec<u8> {
    let mut footer = vec![0; SECTOR];
    put(&mut footer, 0, b"conectix");
    put(&mut footer, 16, &(SECTOR as u64).to_be_bytes());
    put(&mut footer, 48, &((SECTORS * SECTOR) as u64).to_be_bytes());
    put(&mut footer, 60, &3u32.to_be_bytes());
    let mut header = vec![0; 3 * SECTOR];
    put(&mut header, 0, b"cxsparse");
    put(&mut header, 16, &(3 * SECTOR as u64).to_be_bytes());
    put(&mut header, 28, &1u32.to_be_bytes());
    put(&mut header, 32, &((SECTORS * SECTOR) as u32).to_be_bytes());
    // The table of blocks, then the block behind the bits of its sectors.
    put(&mut header, 2 * SECTOR, &4u32.to_be_bytes());
    [footer.clone(), header, vec![0xFF; SECTOR], raw(subject), footer].concat()
}

/// A sparse extent of one grain ("VMware Virtual Disk Format 5.0").
pub(super) fn vmdk(subject: Subject) -> Vec<u8> {
    const TABLE: usize = 3;
    const GRAIN: usize = 7;
    let mut out = vec![0; GRAIN * SECTOR];
    put(&mut out, 0, b"KDMV\x01\0\0\0\x03\0\0\0");
    for (at, value) in [(12, SECTORS), (20, SECTORS), (28, 1), (36, 1), (56, 2), (64, GRAIN)] {
        put(&mut out, at, &(value as u64).to_le_bytes());
    }
    put(&mut out, 44, &512u32.to_le_bytes());
    put(
        &mut out,
        SECTOR,
        format!("# Disk DescriptorFile\nversion=1\ncreateType=\"monolithicSparse\"\nRW {SECTORS} SPARSE \"a.vmdk\"\n").as_bytes(),
    );
    put(&mut out, 2 * SECTOR, &(TABLE as u32).to_le_bytes());
    put(&mut out, TABLE * SECTOR, &(GRAIN as u32).to_le_bytes());
    [out, raw(subject)].concat()
}

/// One chunk, compressed (libyal's "Expert Witness Compression Format", sections 3 and 4).
pub(super) fn ewf(subject: Subject) -> Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&raw(subject))?;
    let chunk = encoder.finish()?;
    let mut out = b"EVF\x09\r\n\xFF\0\x01\x01\0\0\0".to_vec();
    let section = |out: &mut Vec<u8>, kind: &[u8], body: &[u8]| {
        let at = out.len();
        out.extend(kind);
        out.resize(at + 16, 0);
        let size = 76 + body.len();
        let next = if kind == b"done" { at } else { at + size };
        out.extend((next as u64).to_le_bytes());
        out.extend((size as u64).to_le_bytes());
        out.resize(at + 76, 0);
        out.extend(body);
    };
    let mut volume = vec![0; 94];
    put(&mut volume, 4, &1u32.to_le_bytes());
    put(&mut volume, 8, &(SECTORS as u32).to_le_bytes());
    put(&mut volume, 12, &(SECTOR as u32).to_le_bytes());
    put(&mut volume, 16, &(SECTORS as u64).to_le_bytes());
    section(&mut out, b"volume", &volume);
    let base = out.len() as u64 + 76;
    section(&mut out, b"sectors", &chunk);
    let mut table = vec![0; 32];
    put(&mut table, 0, &1u32.to_le_bytes());
    put(&mut table, 8, &base.to_le_bytes());
    put(&mut table, 24, &(1u32 << 31).to_le_bytes());
    section(&mut out, b"table", &table);
    section(&mut out, b"done", &[]);
    Ok(out)
}

/// Parts of a UDF volume (ECMA-167 and OSTA UDF 2.60).
pub(crate) mod udf {
    pub(crate) const SECTOR: usize = 2048;

    pub(crate) fn put(image: &mut Vec<u8>, at: usize, bytes: &[u8]) {
        if image.len() < at + bytes.len() {
            image.resize((at + bytes.len()).next_multiple_of(SECTOR), 0);
        }
        image[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// A descriptor with its tag.
    pub(crate) fn tagged(id: u16, place: u32, body: &[(usize, &[u8])]) -> Vec<u8> {
        let mut out = vec![0; 16];
        out[..2].copy_from_slice(&id.to_le_bytes());
        out[2] = 2;
        out[12..16].copy_from_slice(&place.to_le_bytes());
        out[4] = out[..16].iter().fold(0u8, |sum, b| sum.wrapping_add(*b));
        for (at, bytes) in body {
            out.resize(out.len().max(at + bytes.len()), 0);
            out[*at..at + bytes.len()].copy_from_slice(bytes);
        }
        out
    }

    pub(crate) fn long(length: u32, block: u32, partition: u16) -> Vec<u8> {
        [&length.to_le_bytes()[..], &block.to_le_bytes(), &partition.to_le_bytes(), &[0; 6]].concat()
    }

    /// A file entry; descriptors of the kind that its flags say, or the data itself.
    pub(crate) fn entry(kind: u8, flags: u8, size: u64, area: &[u8]) -> Vec<u8> {
        tagged(
            261,
            0,
            &[
                (27, &[kind]),
                (34, &[flags]),
                (56, &size.to_le_bytes()),
                (168, &[0; 4]),
                (172, &(area.len() as u32).to_le_bytes()),
                (176, area),
            ],
        )
    }

    pub(crate) fn identifier(name: &str, flags: u8, block: u32, partition: u16) -> Vec<u8> {
        let name = if name.is_empty() { Vec::new() } else { [&[8], name.as_bytes()].concat() };
        let mut out =
            tagged(257, 0, &[(16, &[1, 0, flags, name.len() as u8]), (20, &long(2048, block, partition)), (36, &[0, 0]), (38, &name)]);
        out.resize(out.len().next_multiple_of(4), 0);
        out
    }
}

/// A volume whose one file lies in its own entry.
pub(super) fn udf(subject: Subject) -> Vec<u8> {
    use udf::{SECTOR, entry, identifier, long, put, tagged};
    const PARTITION: usize = 260;
    let letter = subject.letter();
    let mut image = Vec::new();
    for (i, id) in [b"BEA01", b"NSR03", b"TEA01"].into_iter().enumerate() {
        put(&mut image, (16 + i) * SECTOR, &[&[0][..], id, &[1]].concat());
    }
    put(&mut image, 256 * SECTOR, &tagged(2, 256, &[(16, &(3u32 * 2048).to_le_bytes()), (20, &257u32.to_le_bytes())]));
    put(&mut image, 257 * SECTOR, &tagged(5, 257, &[(22, &[0, 0]), (188, &(PARTITION as u32).to_le_bytes())]));
    let map = [1, 6, 1, 0, 0, 0];
    let logical =
        tagged(6, 258, &[(212, &2048u32.to_le_bytes()), (248, &long(2048, 0, 0)), (264, &(map.len() as u32).to_le_bytes()), (440, &map)]);
    put(&mut image, 258 * SECTOR, &logical);
    put(&mut image, 259 * SECTOR, &tagged(8, 259, &[]));
    let root = [identifier("", 8, 1, 0), identifier("letter.txt", 0, 2, 0)].concat();
    put(&mut image, PARTITION * SECTOR, &tagged(256, 0, &[(400, &long(2048, 1, 0))]));
    put(&mut image, (PARTITION + 1) * SECTOR, &entry(4, 3, root.len() as u64, &root));
    put(&mut image, (PARTITION + 2) * SECTOR, &entry(5, 3, letter.len() as u64, letter.as_bytes()));
    image
}
