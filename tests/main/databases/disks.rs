//! Disk images that the system's tools make: every file comes out as it went in, whatever is around it.

use super::engines::{find, run};
use super::shelf::Shelf;
use crate::harness::{write, zip_of};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Files by their paths, in folders that need more than a block, with long names, of many sizes.
pub fn files() -> BTreeMap<String, Vec<u8>> {
    let mut out = BTreeMap::new();
    for i in 0..60usize {
        let name = format!("deep/er/folder {}/A rather long name of file number {i}.txt", i % 3);
        let text: String = (0..i * i).map(|n| format!("{n} account {} of Holder {i}\n", n * 7919 % 100_003)).collect();
        out.insert(name, text.into_bytes());
    }
    out.insert("empty.dat".to_owned(), Vec::new());
    out.insert("short.txt".to_owned(), b"held by Quillcroft Orchard Savings Bank".to_vec());
    out.insert("nested.zip".to_owned(), zip_of(&[("inner.txt".to_owned(), b"inside of an archive: Ironvale Trust".to_vec())]));
    out
}

pub fn folder_of(files: &BTreeMap<String, Vec<u8>>, at: &Path) -> PathBuf {
    files.iter().for_each(|(name, bytes)| write(&at.join(name), bytes));
    at.to_owned()
}

pub fn ext(folder: &Path, home: &Path, options: &[&str]) -> Option<Vec<u8>> {
    let image = home.join("ext.img");
    run(Command::new(find("mke2fs")?).args(["-q", "-F"]).args(options).arg("-d").arg(folder).arg(&image).arg("16M"));
    Some(std::fs::read(&image).expect("an image"))
}

pub fn fat(folder: &Path, home: &Path, bits: &str, size: u64) -> Option<Vec<u8>> {
    let (format, copy) = (find("mkfs.vfat")?, find("mcopy")?);
    let image = home.join("fat.img");
    std::fs::File::create(&image).and_then(|file| file.set_len(size)).expect("a writable folder");
    let sectors = if bits == "32" { "1" } else { "4" };
    run(Command::new(format).args(["-F", bits, "-s", sectors]).arg(&image));
    let entries = std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    run(Command::new(copy).args(["-s", "-i"]).arg(&image).args(entries).arg("::"));
    Some(std::fs::read(&image).expect("an image"))
}

/// NTFS, with files in its root only: what writes them makes no folders.
pub fn ntfs(files: &BTreeMap<String, Vec<u8>>, home: &Path) -> Option<Vec<u8>> {
    let (format, copy) = (find("mkntfs")?, find("ntfscp")?);
    let image = home.join("ntfs.img");
    std::fs::File::create(&image).and_then(|file| file.set_len(32 << 20)).expect("a writable folder");
    run(Command::new(format).args(["-F", "-Q", "-q"]).arg(&image));
    for (name, bytes) in files {
        let file = home.join("one");
        std::fs::write(&file, bytes).expect("a writable folder");
        run(Command::new(&copy).args(["-f", "-q"]).arg(&image).arg(&file).arg(name));
        if name == "short.txt" {
            std::fs::write(&file, b"an alternate stream of Netherholt Bank").expect("a writable folder");
            run(Command::new(&copy).args(["-f", "-q", "-N", "hidden"]).arg(&image).arg(&file).arg(name));
        }
    }
    Some(std::fs::read(&image).expect("an image"))
}

/// Fails unless all files are members, with their content.
#[track_caller]
fn assert_files(image: &[u8], format: &str, prefix: &str, files: &BTreeMap<String, Vec<u8>>) {
    let (read, members) = Shelf::contents(image);
    assert_eq!(read.format, format);
    assert!(read.gaps.is_empty(), "{:?}", read.gaps);
    for (name, bytes) in files {
        let path = format!("{prefix}{name}");
        let found = members.get(&path).unwrap_or_else(|| panic!("{path} is not among {:?}", members.keys().collect::<Vec<_>>()));
        assert!(found == bytes, "{path}: {} bytes and not {}", found.len(), bytes.len());
    }
}

#[test]
fn files_of_every_file_system_are_members() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (home, files) = (folder.path(), files());
    let source = folder_of(&files, &home.join("files"));
    for options in
        [&["-t", "ext2"][..], &["-t", "ext3", "-b", "1024"], &["-t", "ext4"], &["-t", "ext4", "-O", "inline_data,^64bit", "-I", "256"]]
    {
        if let Some(image) = ext(&source, home, options) {
            assert_files(&image, "disk_image", "", &files);
        }
    }
    for (bits, size) in [("12", 8 << 20), ("16", 64 << 20), ("32", 40 << 20)] {
        if let Some(image) = fat(&source, home, bits, size) {
            assert_files(&image, "disk_image", "", &files);
        }
    }
    let flat: BTreeMap<String, Vec<u8>> =
        files.into_iter().map(|(name, bytes)| (name.rsplit('/').next().unwrap_or("").to_owned(), bytes)).collect();
    if let Some(image) = ntfs(&flat, home) {
        let mut flat = flat;
        flat.insert("short.txt:hidden".to_owned(), b"an alternate stream of Netherholt Bank".to_vec());
        assert_files(&image, "disk_image", "", &flat);
    }
}

/// Does the reader itself say that something is missing?
fn has_gaps(image: &[u8]) -> bool {
    !Shelf::contents(image).0.gaps.is_empty()
}

/// A disk with one partition behind a master boot record.
pub fn with_mbr(volume: &[u8]) -> Vec<u8> {
    let mut disk = vec![0; 1 << 20];
    disk[446 + 4] = 0x83;
    disk[446 + 8..446 + 12].copy_from_slice(&2048u32.to_le_bytes());
    disk[446 + 12..446 + 16].copy_from_slice(&((volume.len() / 512) as u32).to_le_bytes());
    disk[510..512].copy_from_slice(&[0x55, 0xAA]);
    disk.extend(volume);
    disk
}

#[test]
fn a_disk_in_an_image_of_any_kind_is_the_same_disk() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (home, files) = (folder.path(), files());
    let Some(volume) = ext(&folder_of(&files, &home.join("files")), home, &["-t", "ext4"]) else { return };
    let disk = with_mbr(&volume);
    assert_files(&disk, "disk_image", "p1/", &files);
    std::fs::write(home.join("disk.raw"), &disk).expect("a writable folder");
    let only = BTreeMap::from([("disk".to_owned(), disk.clone())]);
    if let Some(convert) = find("qemu-img") {
        for (format, options, name) in [
            ("qcow2", "compat=1.1", "qcow2"),
            ("qcow2", "compat=0.10,cluster_size=4096", "qcow2"),
            ("qcow", "", "qcow2"),
            ("vmdk", "subformat=monolithicSparse", "vmdk"),
            ("vmdk", "subformat=streamOptimized", "vmdk"),
            ("vpc", "subformat=dynamic", "vhd"),
            ("vhdx", "subformat=dynamic", "vhdx"),
        ] {
            for compressed in [false, true] {
                let mut command = Command::new(&convert);
                command.current_dir(home).args(["convert", "-f", "raw", "-O", format]);
                if compressed && format != "qcow2" {
                    continue;
                }
                command.args(compressed.then_some("-c"));
                command.args(if options.is_empty() { vec![] } else { vec!["-o", options] });
                run(command.args(["disk.raw", "disk.image"]));
                let image = std::fs::read(home.join("disk.image")).expect("an image");
                let (read, members) = Shelf::contents(&image);
                // VHD rounds a disk up to whole cylinders.
                let held = &members["disk"];
                assert!(held.starts_with(&disk) && held[disk.len()..].iter().all(|&b| b == 0), "{format} {options}");
                assert_eq!((read.format, &read.gaps[..]), (name, &[][..]), "{format} {options}");
                for cut in (1..12).map(|n| image.len() * n / 12) {
                    let (read, members) = Shelf::contents(&image[..cut]);
                    // What is cut off may be room that the tool left behind the last block.
                    let is_whole = members.get("disk").is_some_and(|held| held.starts_with(&disk));
                    assert!(is_whole || !read.gaps.is_empty(), "{format} {options} cut at {cut}");
                }
            }
        }
    }
    if let Some(acquire) = find("ewfacquire") {
        for (compression, format) in
            [("deflate:none", "encase6"), ("deflate:best", "encase6"), ("deflate:fast", "ftk"), ("deflate:empty-block", "encase5")]
        {
            let mut command = Command::new(&acquire);
            command.current_dir(home).args([
                "-u",
                "-q",
                "-t",
                "case",
                "-c",
                compression,
                "-f",
                format,
                "-C",
                "Ironvale",
                "-S",
                "1GiB",
                "disk.raw",
            ]);
            run(&mut command);
            let image = std::fs::read(home.join("case.E01")).expect("an image");
            assert_files(&image, "ewf", "", &only);
            assert!(Shelf::contents(&image).0.text.contains("Ironvale"), "{compression}: the words about the case");
            for cut in (1..12).map(|n| image.len() * n / 12) {
                assert!(has_gaps(&image[..cut]), "{compression} cut at {cut}");
            }
            std::fs::remove_file(home.join("case.E01")).expect("a writable folder");
        }
    }
}

#[test]
fn encrypted_and_unknown_volumes_are_gaps_that_say_so() {
    let mut volume = vec![0; 1 << 20];
    let noise: Vec<u8> = (0..volume.len() as u32).map(|i| (i.wrapping_mul(2_654_435_761).rotate_left(i % 31) >> 7) as u8).collect();
    for (mark, at, word, takes_all) in [
        (&b"-FVE-FS-"[..], 3, "BitLocker", true),
        (b"LUKS\xBA\xBE\0\x01", 0, "LUKS", true),
        (b"XFSB\0\0", 0, "XFS", false),
        (b"NXSB", 32, "APFS", false),
    ] {
        volume.copy_from_slice(&noise);
        volume[at..at + mark.len()].copy_from_slice(mark);
        let (found, _) = Shelf::read(&with_mbr(&volume));
        assert!(found.gaps.iter().any(|gap| gap.contains(word)), "{word}: {:?}", found.gaps);
        assert!(!takes_all || found.bytes[5] >= volume.len() as u64, "{word}: {:?}", found.bytes);
    }
}

#[test]
fn damaged_images_say_so_and_nothing_panics() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (home, files) = (folder.path(), files());
    let source = folder_of(&files, &home.join("files"));
    let flat: BTreeMap<String, Vec<u8>> =
        files.iter().take(40).map(|(name, bytes)| (name.rsplit('/').next().unwrap_or("").to_owned(), bytes.clone())).collect();
    let images =
        [ext(&source, home, &["-t", "ext4"]), ext(&source, home, &["-t", "ext2"]), fat(&source, home, "16", 16 << 20), ntfs(&flat, home)];
    for image in images.into_iter().flatten() {
        for cut in (1..8).map(|n| image.len() * n / 8 - 100) {
            assert!(has_gaps(&image[..cut]), "cut at {cut}");
        }
        // Bytes of the structures, which stand first, in every place at which something is.
        let filled: Vec<usize> = (0..image.len()).filter(|&at| image[at] != 0).take(60_000).collect();
        for &at in filled.iter().step_by(filled.len() / 60 + 1) {
            let mut altered = image.clone();
            altered[at] = altered[at].wrapping_add(0x5B);
            Shelf::contents(&altered);
        }
    }
}
