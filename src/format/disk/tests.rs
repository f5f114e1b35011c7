//! Volumes and images whose tables are damaged: what cannot be followed is said.

use super::{DISK, QCOW2, VHD};
use crate::format::Format;
use crate::format::testing::read_with;

fn put(image: &mut [u8], at: usize, bytes: &[u8]) {
    image[at..at + bytes.len()].copy_from_slice(bytes);
}

/// Gaps, and members with what is wrong with them.
fn gaps(format: &Format, image: &[u8]) -> Vec<String> {
    read_with(format.read, image, |sink, _| {
        let members = sink.members.iter().map(|member| {
            let defect = member.defect.map_or("whole".to_owned(), |cause| format!("{cause}: {}", member.detail));
            format!("{} {defect}", String::from_utf8_lossy(&member.name))
        });
        sink.gaps.iter().map(|gap| format!("{}: {}", gap.cause, gap.detail)).chain(members).collect()
    })
}

/// FAT12 in 64 sectors: one of the table, one of the root, clusters from sector 3 on. `SUB` is in cluster 2, whose
/// entry in the table is given.
fn fat(entry: u16) -> Vec<u8> {
    let mut image = vec![0; 64 * 512];
    put(&mut image, 0, b"\xEB\x3C\x90MSDOS5.0");
    for (at, value) in [(11, 512u16), (14, 1), (17, 16), (19, 64), (22, 1), (510, 0xAA55)] {
        put(&mut image, at, &value.to_le_bytes());
    }
    (image[13], image[16], image[21]) = (1, 1, 0xF8);
    put(&mut image, 512 + 3, &entry.to_le_bytes());
    put(&mut image, 1024, b"SUB        \x10");
    image[1024 + 26] = 2;
    for file in 0..16 {
        put(&mut image, 3 * 512 + 32 * file, format!("F{file:02}     TXT\x20").as_bytes());
    }
    image
}

#[test]
fn directories_whose_chain_is_broken_are_gaps() {
    let found = gaps(&DISK, &fat(0xFFF));
    assert_eq!((found.len(), &found[0][..]), (16, "SUB/F00.TXT whole"));
    for broken in [0, 1, 0xFF7, 0x300] {
        let found = gaps(&DISK, &fat(broken));
        assert_eq!(
            (found.len(), &found[0][..]),
            (17, "corrupt: the directory /SUB is cut off: its chain of clusters is broken"),
            "{broken}"
        );
    }
}

#[test]
fn sizes_of_exfat_that_no_number_holds_are_a_defect_of_their_file() {
    let mut image = vec![0; 64 * 512];
    put(&mut image, 0, b"\xEB\x76\x90EXFAT   ");
    put(&mut image, 72, &64u64.to_le_bytes());
    for (at, value) in [(80, 24u32), (84, 1), (88, 32), (92, 32), (96, 2)] {
        put(&mut image, at, &value.to_le_bytes());
    }
    image[108] = 9;
    put(&mut image, 510, &[0x55, 0xAA]);
    put(&mut image, 24 * 512 + 8, &u32::MAX.to_le_bytes());
    let root = 32 * 512;
    put(&mut image, root, &[0x85, 2]);
    put(&mut image, root + 32, &[0xC0, 3, 0, 1]);
    put(&mut image, root + 32 + 20, &3u32.to_le_bytes());
    put(&mut image, root + 32 + 24, &u64::MAX.to_le_bytes());
    put(&mut image, root + 64, &[0xC1, 0, b'A', 0]);
    let found = gaps(&DISK, &image);
    assert!(found.len() == 1 && found[0].starts_with("A ") && !found[0].ends_with("whole"), "{found:?}");
}

/// ext2 in 32 blocks of 1 KiB: descriptors in block 2, inodes from block 5 on, the root's directory in block 20.
fn ext(entries: &[u8], mode: u16) -> Vec<u8> {
    let mut image = vec![0; 32 * 1024];
    for (at, value) in [(0, 32u32), (4, 32), (20, 1), (32, 8192), (40, 32)] {
        put(&mut image, 1024 + at, &value.to_le_bytes());
    }
    put(&mut image, 1024 + 56, &0xEF53u16.to_le_bytes());
    image[2048 + 8] = 5;
    let inode = |number: usize| 5 * 1024 + (number - 1) * 128;
    put(&mut image, inode(2), &0x4000u16.to_le_bytes());
    put(&mut image, inode(2) + 4, &1024u32.to_le_bytes());
    image[inode(2) + 40] = 20;
    put(&mut image, inode(12), &mode.to_le_bytes());
    put(&mut image, 20 * 1024, entries);
    image
}

#[test]
fn entries_of_ext_that_lead_nowhere_are_gaps() {
    let entry = |number: u8, length: u16, name: &[u8]| {
        [&[number, 0, 0, 0][..], &length.to_le_bytes(), &[name.len() as u8, 1], name, &vec![0; usize::from(length) - 8 - name.len()]]
            .concat()
    };
    let sound = entry(12, 1024, b"file");
    assert_eq!(gaps(&DISK, &ext(&sound, 0x8000)), ["file whole"]);
    assert_eq!(gaps(&DISK, &ext(&sound, 0x6000)), Vec::<String>::new(), "a device");
    assert_eq!(gaps(&DISK, &ext(&sound, 0)), ["file corrupt: its inode is of no kind"]);
    // The second entry has no length.
    let cut = [&entry(12, 16, b"file")[..], &[12, 0, 0, 0, 0, 0, 4, 1], b"lost"].concat();
    assert_eq!(gaps(&DISK, &ext(&cut, 0x8000)), ["corrupt: the directory / is damaged", "file whole"]);
}

/// A record of NTFS with these attributes.
fn record(attributes: &[Vec<u8>], end: u32) -> Vec<u8> {
    let mut out = b"FILE\x30\0\x01\0".to_vec();
    out.resize(56, 0);
    (out[20], out[22]) = (56, 1);
    out.extend(attributes.concat());
    out.extend(end.to_le_bytes());
    out.resize(1024, 0);
    out
}

fn name(text: &str) -> Vec<u8> {
    let mut value = vec![5, 0, 0, 0, 0, 0, 0, 0];
    value.resize(66, 0);
    value[64] = text.len() as u8;
    value.extend(text.bytes().flat_map(|byte| [byte, 0]));
    resident(0x30, &value)
}

fn resident(kind: u32, value: &[u8]) -> Vec<u8> {
    let mut out = vec![0; 24 + value.len().next_multiple_of(8)];
    put(&mut out, 0, &kind.to_le_bytes());
    let length = out.len() as u32;
    put(&mut out, 4, &length.to_le_bytes());
    put(&mut out, 16, &(value.len() as u32).to_le_bytes());
    out[20] = 24;
    put(&mut out, 24, value);
    out
}

/// Content in these runs, which begins with a cluster of its file.
fn data(first: u64, flags: u16, size: u64, runs: &[u8]) -> Vec<u8> {
    let mut out = vec![0; 64 + (runs.len() + 1).next_multiple_of(8)];
    put(&mut out, 0, &0x80u32.to_le_bytes());
    let length = out.len() as u32;
    put(&mut out, 4, &length.to_le_bytes());
    out[8] = 1;
    put(&mut out, 12, &flags.to_le_bytes());
    put(&mut out, 16, &first.to_le_bytes());
    out[32] = 64;
    put(&mut out, 48, &size.to_le_bytes());
    put(&mut out, 56, &size.to_le_bytes());
    put(&mut out, 64, runs);
    out
}

const END: u32 = u32::MAX;

/// NTFS in 200 sectors, its table in 64 of them from the 8th on; records from 24 on are given.
fn ntfs(records: &[Vec<u8>]) -> Vec<u8> {
    let mut image = vec![0; 201 * 512];
    put(&mut image, 3, b"NTFS    ");
    put(&mut image, 11, &512u16.to_le_bytes());
    (image[13], image[64]) = (1, 0xF6);
    put(&mut image, 40, &200u64.to_le_bytes());
    put(&mut image, 48, &8u64.to_le_bytes());
    let table = 8 * 512;
    put(&mut image, table, &record(&[name("$MFT"), data(0, 0, 32 * 1024, &[0x11, 64, 8])], END));
    for (i, record) in records.iter().enumerate() {
        put(&mut image, table + (24 + i) * 1024, record);
    }
    image
}

#[test]
fn files_of_ntfs_whose_content_is_elsewhere_or_lost_are_gaps() {
    let held = [0x11, 2, 100];
    // A hole of two clusters.
    let hole = [0x01, 2];
    let tag = |tag: u32| resident(0xC0, &tag.to_le_bytes());
    let file = |attributes: &[Vec<u8>]| gaps(&DISK, &ntfs(&[record(attributes, END)]));
    assert_eq!(file(&[name("here"), data(0, 0, 1024, &held)]), ["here whole"]);
    assert_eq!(file(&[name("sparse"), data(0, 0x8000, 1024, &hole)]), ["sparse whole"]);
    assert_eq!(file(&[name("here"), tag(0x9000_601A), data(0, 0, 1024, &held)]), ["here whole"], "a cloud has it, too");
    for (number, words) in [
        (0x9000_601A, "not_recovered: its content is in a cloud"),
        (0x8000_0017, "unsupported_method: compressed by Windows (WOF)"),
        (0xC000_0004, "not_recovered: its content was moved to other storage"),
    ] {
        assert_eq!(file(&[name("away"), tag(number), data(0, 0x8000, 1024, &hole)]), [format!("away {words}")]);
    }
    // A part of a stream whose beginning is in a record that is not there; clusters behind the image.
    assert_eq!(file(&[name("rest"), data(8, 0, 0, &held)]), ["rest corrupt: the record of its first clusters is missing"]);
    let packed = file(&[name("packed"), data(0, 1, 4096, &[0x21, 8, 0, 0x40, 0x01, 8])]);
    assert_eq!(packed, ["corrupt: packed is compressed by the file system, and damaged", "packed whole"]);
}

#[test]
fn records_of_ntfs_that_are_damaged_are_counted() {
    let sound = || record(&[name("here"), data(0, 0, 1024, &[0x11, 2, 100])], END);
    assert_eq!(gaps(&DISK, &ntfs(&[sound()])), ["here whole"]);
    let damaged = "corrupt: 1 records of the master file table are damaged";
    // Behind its name something stands that is no attribute.
    assert_eq!(gaps(&DISK, &ntfs(&[record(&[name("here")], 0x80)])), [damaged]);
    // A record of which the beginning was overwritten.
    let mut lost = sound();
    put(&mut lost, 0, b"\x01\x02\x03\x04");
    assert_eq!(gaps(&DISK, &ntfs(&[sound(), lost])), [damaged, "here whole"]);
}

#[test]
fn tables_of_partitions_and_blocks_that_end_too_soon_are_gaps() {
    // Entries of GPT behind the image.
    let mut image = vec![0; 4096];
    put(&mut image, 512, b"EFI PART");
    put(&mut image, 512 + 72, &400u64.to_le_bytes());
    put(&mut image, 512 + 80, &[128, 0, 0, 0, 128, 0, 0, 0]);
    assert_eq!(gaps(&DISK, &image), ["truncated: the partition table lies behind the end of the image"]);
    // Two extended partitions of MBR, of which the second is its own successor.
    let mut image = vec![0; 64 * 512];
    for (entry, first) in [(446, 8u32), (462, 16)] {
        image[entry + 4] = 5;
        put(&mut image, entry + 8, &first.to_le_bytes());
        put(&mut image, entry + 12, &8u32.to_le_bytes());
        let table = first as usize * 512;
        image[table + 446 + 4] = 0x83;
        put(&mut image, table + 446 + 8, &1u32.to_le_bytes());
        put(&mut image, table + 446 + 12, &2u32.to_le_bytes());
        put(&mut image, table + 510, &[0x55, 0xAA]);
        // Text in each partition, which is told by its content.
        put(&mut image, table + 512, b"%PDF-1.4\n%%EOF\n");
    }
    image[16 * 512 + 462 + 4] = 5;
    put(&mut image, 510, &[0x55, 0xAA]);
    let found = gaps(&DISK, &image);
    assert_eq!(found[0], "corrupt: the chain of logical partitions has no end");
    assert_eq!(found[1..].iter().map(|member| member.split('/').next().unwrap()).collect::<Vec<_>>(), ["p5", "p6"]);
    // Disks whose tables say less than all of them, and a feature that is not known.
    let mut disk = b"QFI\xFB\0\0\0\x02".to_vec();
    disk.resize(1 << 17, 0);
    put(&mut disk, 20, &16u32.to_be_bytes());
    put(&mut disk, 24, &(1u64 << 20).to_be_bytes());
    put(&mut disk, 40, &(1u64 << 16).to_be_bytes());
    assert_eq!(gaps(&QCOW2, &disk)[0], "corrupt: the tables end 1048576 bytes before the disk does");
    (disk[7], disk[79]) = (3, 0x20);
    assert!(gaps(&QCOW2, &disk)[0].starts_with("unsupported_method: "));
    let mut disk = b"conectix".to_vec();
    disk.resize(4096, 0);
    put(&mut disk, 16, &512u64.to_be_bytes());
    put(&mut disk, 48, &(1u64 << 22).to_be_bytes());
    put(&mut disk, 512, b"cxsparse");
    put(&mut disk, 512 + 16, &2048u64.to_be_bytes());
    put(&mut disk, 512 + 28, &1u32.to_be_bytes());
    put(&mut disk, 512 + 32, &(1u32 << 21).to_be_bytes());
    put(&mut disk, 2048, &[0xFF; 4]);
    assert_eq!(gaps(&VHD, &disk)[0], "corrupt: the table of blocks ends 2097152 bytes before the disk does");
}

#[test]
fn arrays_and_other_file_systems_are_gaps_that_say_so() {
    for (at, mark, named) in [
        (4096, &b"\xFC\x4E\x2B\xA9\x01\0\0\0"[..], "a Linux array"),
        (0x10034, b"ReIsEr2Fs", "ReiserFS"),
        (0x8000, b"JFS1", "JFS"),
        (1024, b"\x10\x20\xF5\xF2", "F2FS"),
    ] {
        let mut image = vec![0; 0x12000];
        put(&mut image, at, mark);
        let expected = format!("unsupported_format: a volume of {named}: its files are not walked; it is scanned");
        assert!((DISK.recognise)(&crate::format::Probe::new(&image)));
        assert_eq!(gaps(&DISK, &image), [expected]);
    }
}
