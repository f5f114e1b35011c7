//! Archives that 7-Zip 24 made of the same files with each of its methods.

use super::*;
use crate::format::testing::read_with_passwords;
use proptest::prelude::*;

macro_rules! fixture {
    ($name:literal) => {
        &include_bytes!(concat!("../../../tests/fixtures/7z/", $name, ".7z"))[..]
    };
}

const SHORT: &[u8] = b"account_no,name\n0012345,First State Bank\n";

fn files() -> Vec<(String, Vec<u8>)> {
    let long: String = (0..900).map(|i| format!("{i:05},First State Bank\n")).collect();
    let code = (0..200u32).flat_map(|i| [0xE8, (i * 7) as u8, 0, 0, 0, 0x90, 0x55, 0xE9, 1, 2, 0, 0]);
    let files = [("a/short.txt", SHORT.to_vec()), ("empty", vec![]), ("long.csv", long.into_bytes()), ("prog.bin", code.collect())];
    files.map(|(name, data)| (name.to_owned(), data)).to_vec()
}

type Seen = (Vec<(String, Vec<u8>)>, Vec<Cause>, Vec<String>);

fn seen(bytes: &[u8], passwords: &[&str]) -> Seen {
    read_with_passwords(read, bytes, passwords, |sink, out| {
        let decoded = out.members.lock().unwrap();
        let names = sink.members.iter().filter(|m| m.content.is_some()).map(|m| String::from_utf8_lossy(&m.name).into_owned());
        let causes = sink.gaps.iter().map(|g| g.cause).chain(sink.members.iter().filter_map(|m| m.defect));
        let mut members: Vec<_> = names.zip(decoded.iter().cloned()).collect();
        members.sort();
        (members, causes.collect(), sink.facts.notes.clone())
    })
}

#[test]
fn every_method_is_decoded() {
    let all = [
        fixture!("lzma2"),
        fixture!("lzma"),
        fixture!("ppmd"),
        fixture!("bzip2"),
        fixture!("deflate"),
        fixture!("deflate64"),
        fixture!("bcj"),
        fixture!("bcj2"),
        fixture!("delta"),
    ];
    for (i, bytes) in all.into_iter().enumerate() {
        assert!(recognise(&Probe::new(bytes)));
        assert_eq!(seen(bytes, &[]), (files(), vec![], vec![]), "fixture {i}");
    }
    let stored: Vec<_> = files().into_iter().filter(|f| f.0 != "long.csv").collect();
    assert_eq!(seen(fixture!("copy"), &[]), (stored, vec![], vec![]));
}

#[test]
fn passwords_of_the_list_open_content_and_names() {
    let note = vec!["the archive was opened with password 2 of the list".to_owned()];
    for bytes in [fixture!("aes"), fixture!("aes_header")] {
        assert_eq!(seen(bytes, &["wrong", "secret"]), (files(), vec![], note.clone()));
    }
    let (members, causes, _) = seen(fixture!("aes_copy"), &["wrong", "secret"]);
    assert_eq!((members, causes), (vec![("a/short.txt".to_owned(), SHORT.to_vec())], vec![]));
}

#[test]
fn without_its_password_an_archive_is_a_gap_that_names_it() {
    for passwords in [&[][..], &["wrong"]] {
        let (members, causes, notes) = seen(fixture!("aes"), passwords);
        assert_eq!((members.len(), causes, notes.len()), (1, vec![Cause::Encrypted; 3], 0));
        assert_eq!(seen(fixture!("aes_header"), passwords), (vec![], vec![Cause::Encrypted], vec![]));
        assert_eq!(seen(fixture!("aes_copy"), passwords), (vec![], vec![Cause::Encrypted], vec![]));
    }
    let detail = read_with_passwords(read, fixture!("aes_header"), &["a", "b"], |sink, _| sink.gaps[0].detail.clone());
    assert_eq!(detail, "names and content are encrypted with AES-256: its password would open it; none of 2 passwords fits");
}

#[test]
fn a_cut_archive_gives_the_first_block_and_says_what_is_missing() {
    for bytes in [fixture!("lzma2"), fixture!("lzma"), fixture!("ppmd"), fixture!("copy")] {
        for cut in (6..bytes.len()).step_by(7) {
            let (_, causes, _) = seen(&bytes[..cut], &[]);
            assert!(!causes.is_empty(), "cut at {cut}");
        }
    }
    for bytes in [fixture!("lzma2"), fixture!("lzma")] {
        let (members, causes, _) = seen(&bytes[..bytes.len() - 20], &[]);
        assert!(members[0].1.windows(SHORT.len()).any(|w| w == SHORT), "{causes:?}");
    }
}

#[test]
fn damage_in_a_block_costs_what_stands_behind_it() {
    let mut bytes = fixture!("copy").to_vec();
    bytes[START + 3] ^= 1;
    let (members, causes, _) = seen(&bytes, &[]);
    assert_eq!((members.len(), causes), (3, vec![Cause::Corrupt]));
}

#[test]
fn an_archive_behind_a_program_is_read_and_the_program_scanned() {
    let stub = [&b"MZ\x90\0"[..], &[0; 900], b"for First State Bank"].concat();
    let bytes = [&stub[..], fixture!("lzma2"), b"behind"].concat();
    assert!(recognise_appended(&Probe::new(&bytes)));
    assert!(!recognise_appended(&Probe::new(&[b"MZ\x90\0", &fixture!("lzma2")[..8]].concat())));
    assert_eq!(seen(&bytes, &[]).0, files());
    let open = read_with_passwords(read, &bytes, &[], |sink, out| {
        assert!(out.text().contains("for First State Bank"));
        sink.coverage.clone().partition(bytes.len() as u64).into_iter().filter(|(_, c)| c.is_none()).map(|(r, _)| r).collect::<Vec<_>>()
    });
    assert_eq!(open.as_slice(), std::slice::from_ref(&(bytes.len() as u64 - 6..bytes.len() as u64)));
}

#[test]
fn huge_dictionaries_counts_and_sizes_are_refused_before_they_are_allocated() {
    // A header that is stored in the clear, made by hand: one LZMA2 block of 2^62 bytes with a 4 GiB dictionary.
    let header = |sizes: &[u8], files: &[u8]| {
        let mut h = vec![HEADER_ID, 4, 6, 0, 1, 9, 5, 0, 7, 11, 1, 0, 1, 0x21, 0x21, 1, 40, 12];
        h.extend(sizes);
        h.extend([0, 0, 5]);
        h.extend(files);
        h.push(0);
        let mut bytes = b"7z\xBC\xAF\x27\x1C\0\x04".to_vec();
        let mut start = vec![5, 0, 0, 0, 0, 0, 0, 0];
        start.extend((h.len() as u64).to_le_bytes());
        start.extend(crc32(&h).to_le_bytes());
        bytes.extend(crc32(&start).to_le_bytes());
        bytes.extend(start);
        bytes.extend([0xE0, 0, 0, 0, 0]);
        bytes.extend(h);
        bytes
    };
    let names = [1, 17, 5, 0, b'a', 0, 0, 0, 0];
    assert_eq!(seen(&header(&[0xFF, 0, 0, 0, 0, 0, 0, 0, 0x40], &names), &[]).1, [Cause::LimitMemory]);
    assert_eq!(seen(&header(&[5], &names), &[]).1, [Cause::Corrupt]);
    // Millions of files in no bytes.
    assert_eq!(seen(&header(&[5], &[0xE0, 0xFF, 0xFF, 0xFF]), &[]).1, [Cause::Corrupt]);
}

const HEADER_ID: u8 = 1;

proptest! {
    #[test]
    fn flipped_bytes_do_no_harm(at in 0usize..4000, to in any::<u8>(), which in 0usize..5) {
        let mut bytes = [fixture!("lzma2"), fixture!("bcj2"), fixture!("ppmd"), fixture!("copy"), fixture!("aes")][which].to_vec();
        let at = at % bytes.len();
        bytes[at] = to;
        seen(&bytes, &["secret"]);
    }
}
