//! A tree with hostile names, listed by the real tools of a Linux system, read, and compared with the tree.
//! Tools that are missing are skipped, by name.

use crate::harness::write;
use ruleout::manifest::{self, Row};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Names that break readers which split at blanks, lines, arrows or marks, and names that no encoding has.
const HOSTILE: &[&[u8]] = &[
    b"First State Bank/ach 01.txt",
    b"First State Bank/ leading and trailing ",
    b"two  blanks/a   b.txt",
    b"zip!/inner!/member.txt",
    b"arrow -> target.txt",
    b"quote\"s and 'such'.txt",
    b"back\\slash.txt",
    b"semi;colon,comma|bar.csv",
    b"total 4",
    b"percent%20 plus+.txt",
    b"-dash",
    "umlaut \u{e4}\u{f6}\u{fc} \u{fb01}.txt".as_bytes(),
    "right\u{202e}txt.exe".as_bytes(),
    "\u{5e8}\u{5d0}/\u{6f22}\u{5b57}.txt".as_bytes(),
    b"100 2025-01-12 04:05 file",
    b"colon: heading:",
    b"empty",
    b"deep/er/and/deeper/still/x",
];

/// Names that only some tools write so that they can be told.
const WORSE: &[&[u8]] = &[b"line\nbreak.txt", b"tab\there.txt", b"latin \xe4\xff.bin", b"bell\x07.txt", b"line\n./break two"];

/// What a listing of the tree must give: path and size of each file.
type Files = BTreeMap<Vec<u8>, u64>;

struct Tree {
    dir: TempDir,
    files: Files,
}

impl Tree {
    fn of(names: &[&[&[u8]]]) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let mut files = Files::new();
        for (n, name) in names.iter().copied().flatten().enumerate() {
            let size = if *name == b"empty" { 0 } else { 3 + n * 37 };
            write(&dir.path().join("tree").join(OsStr::from_bytes(name)), &vec![b'x'; size]);
            files.insert(name.to_vec(), size as u64);
        }
        Self { dir, files }
    }

    /// What a program prints in the folder of the tree; nothing where the program is missing.
    fn listed(&self, locale: &str, words: &[&str]) -> Option<Vec<u8>> {
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).current_dir(self.dir.path().join("tree")).env("LC_ALL", locale).env("TZ", "UTC").stdin(Stdio::null());
        // ls quotes for terminals only, and some set this for all.
        command.env_remove("QUOTING_STYLE").env_remove("TIME_STYLE").env_remove("BLOCK_SIZE");
        match command.output() {
            Ok(output) if !output.stdout.is_empty() => Some(output.stdout),
            Ok(output) => {
                eprintln!("skipped: {} says {}", words[0], String::from_utf8_lossy(&output.stderr).trim());
                None
            }
            Err(error) => {
                eprintln!("skipped: {}: {error}", words[0]);
                None
            }
        }
    }
}

/// What a listing gives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gives {
    /// Paths and sizes.
    Sizes,
    /// Paths.
    Paths,
}

#[track_caller]
fn assert_same(tree: &Tree, text: &[u8], syntax: &str, gives: Gives, words: &[&str]) {
    let found = manifest::detect(text);
    assert_eq!(found.name, syntax, "{words:?}\n{}", String::from_utf8_lossy(text));
    let mut rows: Vec<Row> = Vec::new();
    let report = manifest::read(text, None, &mut |row| rows.push(row));
    let shown = String::from_utf8_lossy(text);
    assert_eq!((report.not_understood, report.truncated_at), (Vec::new(), None), "{words:?}\n{shown}");
    let folders: BTreeSet<&[u8]> =
        tree.files.keys().flat_map(|path| path.iter().enumerate().filter(|(_, b)| **b == b'/').map(|(at, _)| &path[..at])).collect();
    // What a listing calls the folder that it was made in stands before every path.
    let strip = |path: &[u8]| path.strip_prefix(b"tree/").unwrap_or(path).to_vec();
    let listed: BTreeMap<Vec<u8>, Option<u64>> = rows
        .iter()
        .filter(|row| !row.directory)
        .map(|row| (strip(&row.path), row.size))
        .filter(|(path, _)| !folders.contains(path.as_slice()) && path != b"tree")
        .collect();
    let expected: BTreeMap<Vec<u8>, Option<u64>> =
        tree.files.iter().map(|(path, size)| (path.clone(), (gives == Gives::Sizes).then_some(*size))).collect();
    let text_of = |paths: &BTreeMap<Vec<u8>, Option<u64>>| -> Vec<String> {
        paths.iter().map(|(path, size)| format!("{} {size:?}", path.escape_ascii())).collect()
    };
    assert_eq!(text_of(&listed), text_of(&expected), "{words:?}\n{shown}");
}

/// Each program with the syntax that its listing is in.
const PLAIN: &[(&[&str], &str, Gives)] = &[
    (&["ls", "-lR"], "ls -l", Gives::Sizes),
    (&["ls", "-laR"], "ls -l", Gives::Sizes),
    (&["ls", "-lRn", "--time-style=full-iso"], "ls -l", Gives::Sizes),
    (&["ls", "-lR", "--time-style=long-iso", "-i"], "ls -l", Gives::Sizes),
    (&["ls", "-R1"], "ls -R", Gives::Paths),
    (&["find", ".", "-type", "f"], "path list", Gives::Paths),
    (&["find", ".", "-type", "f", "-printf", "%s %p\\n"], "find -printf", Gives::Sizes),
    (&["find", ".", "-type", "f", "-printf", "%s\\t%TY-%Tm-%Td %TH:%TM\\t%p\\n"], "inventory table", Gives::Sizes),
    (&["tree", "-aN"], "tree", Gives::Paths),
    (&["tree", "-asN"], "tree", Gives::Sizes),
    (&["tree", "-afiN"], "path list", Gives::Paths),
    (&["du", "-ab"], "du", Gives::Paths),
    (&["sh", "-c", "tar cf - . | tar tvf -"], "tar -tv", Gives::Sizes),
    (&["sh", "-c", "find . -type f -print0 | xargs -0 cksum"], "checksums", Gives::Sizes),
    (&["rclone", "lsl", "."], "rclone lsl", Gives::Sizes),
    (&["rclone", "lsf", "-R", "--files-only", "--format", "ps", "."], "rclone lsf", Gives::Sizes),
    (&["rclone", "lsf", "-R", "--files-only", "--format", "tsp", "."], "rclone lsf", Gives::Sizes),
    (&["tree", "-aNs", "-H", "."], "tree -H", Gives::Sizes),
];

/// Programs that write any name so that it can be told, beside those that end names with NUL.
const EXACT: &[(&[&str], &str, Gives)] = &[
    (&["ls", "-lRb"], "ls -l", Gives::Sizes),
    (&["ls", "-lRQ"], "ls -l", Gives::Sizes),
    (&["ls", "-lR", "--quoting-style=shell-escape"], "ls -l", Gives::Sizes),
    (&["find", ".", "-ls"], "find -ls", Gives::Sizes),
    (&["find", ".", "-type", "f", "-print0"], "path list, zero-terminated", Gives::Paths),
    (&["sh", "-c", "find . -type f -print0 | xargs -0 sha256sum"], "checksums", Gives::Paths),
    (&["sh", "-c", "find . -type f -print0 | xargs -0 md5sum"], "checksums", Gives::Paths),
    (&["sh", "-c", "find . -type f -print0 | xargs -0 sha256sum --tag"], "checksums", Gives::Paths),
    (&["sh", "-c", "find . -type f -print0 | xargs -0 sha512sum -b"], "checksums", Gives::Paths),
];

#[test]
fn listings_of_plain_names_in_many_locales() {
    let (tree, without_arrow) = (Tree::of(&[HOSTILE]), Tree::of(&[&HOSTILE[..4], &HOSTILE[5..]]));
    for locale in ["C", "C.UTF-8", "en_US.UTF-8", "de_DE.UTF-8", "fr_FR.UTF-8", "ja_JP.UTF-8"] {
        for (words, syntax, gives) in PLAIN {
            // A program that replaces what it does not take for letters loses names in this locale.
            if locale == "C" && words[0] == "tree" {
                continue;
            }
            // In a drawing an arrow is a link, whoever wrote it.
            let tree = if *syntax == "tree" { &without_arrow } else { &tree };
            let Some(text) = tree.listed(locale, words) else { continue };
            assert_same(tree, &text, syntax, *gives, words);
        }
    }
}

#[test]
fn listings_that_can_tell_any_name() {
    let tree = Tree::of(&[HOSTILE, WORSE]);
    for locale in ["C", "C.UTF-8", "de_DE.UTF-8"] {
        for (words, syntax, gives) in EXACT {
            let Some(text) = tree.listed(locale, words) else { continue };
            assert_same(&tree, &text, syntax, *gives, words);
        }
    }
}

/// The tree packed, and the archive listed.
#[test]
fn listings_of_archives() {
    let tree = Tree::of(&[HOSTILE]);
    // zip and 7z write backslashes for what Windows takes for one.
    let archives: &[(&str, &[&str], &str, Gives)] = &[
        ("zip -qr ../t.zip .", &["unzip", "-l", "../t.zip"], "unzip -l", Gives::Sizes),
        ("zip -qr ../t.zip .", &["unzip", "-v", "../t.zip"], "unzip -l", Gives::Sizes),
        ("zip -qr ../t.zip .", &["zipinfo", "../t.zip"], "zipinfo", Gives::Sizes),
        ("zip -qr ../t.zip .", &["jar", "tvf", "../t.zip"], "jar -tv", Gives::Sizes),
        ("7z a -bd ../t.7z .", &["7z", "l", "../t.7z"], "7z l", Gives::Sizes),
        ("7z a -bd ../t.7z .", &["7z", "l", "-slt", "../t.7z"], "7z l -slt", Gives::Sizes),
        ("genisoimage -quiet -R -J -joliet-long -o ../t.iso .", &["isoinfo", "-R", "-l", "-i", "../t.iso"], "isoinfo -l", Gives::Sizes),
    ];
    let plain = Tree::of(&[&HOSTILE[..3], &HOSTILE[17..]]);
    for (pack, words, syntax, gives) in archives {
        // Archives for Windows know no backslash in a name, and ISO 9660 images end names in their own ways.
        let tree = if pack.starts_with("zip") && words[0] != "jar" { &tree } else { &plain };
        if tree.listed("C.UTF-8", &["sh", "-c", &format!("{pack} >/dev/null 2>&1 && echo packed")]).is_none() {
            continue;
        }
        let Some(text) = tree.listed("C.UTF-8", words) else { continue };
        assert_same(tree, &text, syntax, *gives, words);
    }
}

#[test]
fn listings_with_checksums() {
    let tree = Tree::of(&[HOSTILE]);
    let worse = Tree::of(&[HOSTILE, &WORSE[1..2]]);
    let lists: &[(&Tree, &[&str], &str, Gives)] = &[
        (&worse, &["hashdeep", "-rl", "-c", "md5,sha256", "."], "hashdeep", Gives::Sizes),
        (&tree, &["hashdeep", "-rld", "."], "DFXML", Gives::Sizes),
        (&tree, &["sha256deep", "-rl", "."], "checksums", Gives::Paths),
        (&tree, &["md5deep", "-rlz", "."], "checksums", Gives::Sizes),
        (&tree, &["rclone", "lsjson", "-R", "--files-only", "."], "JSON objects", Gives::Sizes),
        (&tree, &["rclone", "hashsum", "sha256", "."], "checksums", Gives::Paths),
        (&worse, &["tree", "-aJsN"], "tree -J", Gives::Sizes),
        (&tree, &["tree", "-aXsN"], "tree -X", Gives::Sizes),
    ];
    for (tree, words, syntax, gives) in lists {
        let Some(text) = tree.listed("C.UTF-8", words) else { continue };
        assert_same(tree, &text, syntax, *gives, words);
    }
}

/// A file system image, listed by The Sleuth Kit.
#[test]
fn listings_of_images() {
    let tree = Tree::of(&[&HOSTILE[..3], &HOSTILE[17..]]);
    let image = "truncate -s 4M ../t.img && mke2fs -q -d . ../t.img && echo made";
    if tree.listed("C.UTF-8", &["sh", "-c", image]).is_none() {
        return;
    }
    for (words, syntax, gives) in
        [(&["fls", "-r", "-p", "../t.img"][..], "fls", Gives::Paths), (&["fls", "-r", "-m", "/", "../t.img"], "bodyfile", Gives::Sizes)]
    {
        let Some(text) = tree.listed("C.UTF-8", words) else { continue };
        assert_same(&tree, &text, syntax, gives, words);
    }
}

/// A path of the tree that a listing loses must show as a line that was not understood, never as nothing.
#[test]
fn names_that_a_listing_cannot_tell_are_counted() {
    let tree = Tree::of(&[&HOSTILE[..2], WORSE]);
    for words in [&["find", ".", "-type", "f"][..], &["ls", "-lR"], &["sh", "-c", "tar cf - . | tar tvf - --quoting-style=literal"]] {
        let Some(text) = tree.listed("C", words) else { continue };
        let mut rows = 0;
        let report = manifest::read(&text, None, &mut |row| rows += u64::from(!row.directory));
        let lines = rows + report.not_understood_count;
        assert!(lines >= tree.files.len() as u64, "{words:?}: {rows} rows, {:?}", report.not_understood);
    }
}
