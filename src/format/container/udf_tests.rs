use super::*;
use crate::control::udf::{SECTOR, entry, identifier, long, put, tagged};
use crate::format::container::iso9660::tests::{Style, image as iso_image};
use crate::format::detect;
use crate::format::testing::read_with;
use proptest::prelude::*;

/// Where the partition begins, in sectors.
const PARTITION: usize = 272;
/// Block of the partition in which the metadata file begins.
const METADATA: u32 = 32;

fn short(length: u32, block: u32) -> Vec<u8> {
    [length.to_le_bytes(), block.to_le_bytes()].concat()
}

/// An image with a file in two pieces, one in its own entry, one in a directory whose descriptors go on elsewhere.
fn image(with_metadata: bool) -> Vec<u8> {
    let mut image = Vec::new();
    for (i, id) in [b"BEA01", b"NSR03", b"TEA01"].into_iter().enumerate() {
        put(&mut image, (16 + i) * SECTOR, &[&[0][..], id, &[1]].concat());
    }
    put(&mut image, 256 * SECTOR, &tagged(2, 256, &[(16, &(4u32 * 2048).to_le_bytes()), (20, &257u32.to_le_bytes())]));
    put(&mut image, 257 * SECTOR, &tagged(5, 257, &[(22, &[0, 0]), (188, &(PARTITION as u32).to_le_bytes())]));
    let mut maps = vec![1, 6, 1, 0, 0, 0];
    if with_metadata {
        let mut map = vec![0; 64];
        map[..2].copy_from_slice(&[2, 64]);
        map[5..28].copy_from_slice(b"*UDF Metadata Partition");
        map[40..44].copy_from_slice(&30u32.to_le_bytes());
        maps.extend(map);
    }
    let partition = u16::from(with_metadata);
    let logical = tagged(
        6,
        258,
        &[(212, &2048u32.to_le_bytes()), (248, &long(2048, 0, partition)), (264, &(maps.len() as u32).to_le_bytes()), (440, &maps)],
    );
    put(&mut image, 258 * SECTOR, &logical);
    put(&mut image, 259 * SECTOR, &tagged(8, 259, &[]));
    let block = |n: u32| (PARTITION + n as usize) * SECTOR;
    // Entries lie in the partition itself, or in the metadata file.
    let meta = |n: u32| block(if with_metadata { METADATA + n } else { n });
    if with_metadata {
        put(&mut image, block(30), &entry(250, 0, 10 * 2048, &short(10 * 2048, METADATA)));
    }
    put(&mut image, meta(0), &tagged(256, 0, &[(400, &long(2048, 1, partition))]));
    let root = [
        identifier("", 8, 1, partition),
        identifier("two pieces.txt", 0, 2, partition),
        identifier("dir", 2, 4, partition),
        identifier("gone", 4, 9, partition),
    ]
    .concat();
    put(&mut image, meta(1), &entry(4, 3, root.len() as u64, &root));
    put(&mut image, meta(2), &entry(5, 1, 2048 + 3, &[long(2048, 20, 0), long(3, 23, 0)].concat()));
    put(&mut image, meta(4), &entry(4, 0, 0, &[]));
    let below = [identifier("inside", 0, 5, partition), identifier("further", 0, 6, partition)].concat();
    put(&mut image, meta(4), &entry(4, 3, below.len() as u64, &below));
    put(&mut image, meta(5), &entry(5, 3, 12, b"embedded one"));
    put(&mut image, meta(6), &entry(5, 1, 5, &long(3 << 30 | 2048, 7, partition)));
    put(&mut image, meta(7), &tagged(258, 0, &[(20, &16u32.to_le_bytes()), (24, &long(5, 24, 0))]));
    put(&mut image, block(20), &[b'x'; 2048]);
    put(&mut image, block(23), b"end");
    put(&mut image, block(24), b"later");
    image
}

fn seen(read: crate::format::ReadFn, bytes: &[u8]) -> (Vec<(String, Vec<u8>)>, usize) {
    read_with(read, bytes, |sink, out| {
        let held = sink.members.iter().filter(|m| m.content.is_some()).map(|m| String::from_utf8_lossy(&m.name).into_owned());
        let defects = sink.gaps.len() + sink.members.iter().filter(|m| m.defect.is_some()).count() + sink.facts.notes.len();
        (held.zip(out.members.lock().unwrap().iter().cloned()).collect(), defects)
    })
}

#[test]
fn every_kind_of_file_is_read() {
    for with_metadata in [false, true] {
        let bytes = image(with_metadata);
        assert_eq!(detect(&Probe::new(&bytes)).name(), "udf");
        let (files, defects) = seen(read, &bytes);
        let expected = [
            ("two pieces.txt".to_owned(), [&[b'x'; 2048][..], b"end"].concat()),
            ("dir/inside".to_owned(), b"embedded one".to_vec()),
            ("dir/further".to_owned(), b"later".to_vec()),
        ];
        assert_eq!((files, defects), (expected.to_vec(), 0), "metadata partition: {with_metadata}");
    }
}

#[test]
fn what_is_cut_off_says_so() {
    let bytes = image(true);
    for cut in (17 * SECTOR + 16..bytes.len() - SECTOR).step_by(997) {
        assert!(seen(read, &bytes[..cut]).1 > 0, "cut at {cut}");
    }
}

#[test]
fn a_disc_with_both_trees_loses_neither() {
    // ISO 9660 and UDF describe each its own file; sectors 16 to 18 and the rest of the image are free in the other.
    let iso = iso_image(&[Style::Plain], &[("", "other.txt", b"only in the other tree")]);
    let mut bytes = image(false);
    let recognition = bytes[16 * SECTOR..19 * SECTOR].to_vec();
    let sectors = iso.len().min(256 * SECTOR);
    bytes[..sectors].copy_from_slice(&iso[..sectors]);
    // The sequence of UDF follows the descriptors of ISO 9660.
    let end = (16..64).find(|i| bytes[i * SECTOR] == 255).unwrap() + 1;
    assert!(iso[end * SECTOR..(end + 3) * SECTOR].iter().all(|b| *b == 0), "the sectors are in use");
    bytes[end * SECTOR..(end + 3) * SECTOR].copy_from_slice(&recognition);
    assert_eq!(detect(&Probe::new(&bytes)).name(), "iso9660");
    let (files, _) = seen(super::super::ISO9660.read, &bytes);
    let (of_iso, _) = seen(super::super::ISO9660.read, &iso);
    assert_eq!(files[0].0, "two pieces.txt");
    for (name, content) in of_iso {
        assert!(files.iter().any(|(_, other)| *other == content), "{name} is lost");
    }
}

proptest! {
    #[test]
    fn flipped_bytes_do_no_harm(with_metadata in any::<bool>(), at in 257 * SECTOR..320 * SECTOR, to in any::<u8>()) {
        let mut bytes = image(with_metadata);
        let at = at.min(bytes.len() - 1);
        bytes[at] = to;
        seen(read, &bytes);
    }
}
