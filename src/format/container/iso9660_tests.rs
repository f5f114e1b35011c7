//! Images made by hand: one level of directories, files of whole sectors.

use super::*;
use crate::format::testing::read_with;
use proptest::prelude::*;

/// Directory (empty for the root), name, data.
pub(in crate::format::container) type Files<'a> = &'a [(&'a str, &'a str, &'a [u8])];

#[derive(Clone, Copy, PartialEq)]
pub(in crate::format::container) enum Style {
    Plain,
    RockRidge,
    Joliet,
}

fn both32(value: usize) -> Vec<u8> {
    [(value as u32).to_le_bytes(), (value as u32).to_be_bytes()].concat()
}

fn record(block: usize, size: usize, flags: u8, name: &[u8], system_use: &[u8]) -> Vec<u8> {
    let mut out = vec![0, 0];
    out.extend(both32(block));
    out.extend(both32(size));
    out.extend([126, 11, 22, 6, 0, 0, 0, flags, 0, 0, 1, 0, 0, 1, name.len() as u8]);
    out.extend(name);
    out.resize(out.len().next_multiple_of(2), 0);
    out.extend(system_use);
    out.resize(out.len().next_multiple_of(2), 0);
    out[0] = out.len() as u8;
    out
}

struct Image {
    sectors: Vec<u8>,
    volumes: usize,
}

impl Image {
    fn new() -> Self {
        Self { sectors: vec![0; 24 * SECTOR], volumes: 0 }
    }

    fn put(&mut self, data: &[u8]) -> usize {
        let block = self.sectors.len() / SECTOR;
        self.sectors.extend(data);
        self.sectors.resize(self.sectors.len().next_multiple_of(SECTOR), 0);
        block
    }

    fn at(&self, block: usize) -> usize {
        block * SECTOR
    }

    /// Adds a tree over files that were put; each is block, size, directory, name.
    fn tree(&mut self, style: Style, files: &[(usize, usize, &str, &str)]) {
        let mut dirs: Vec<&str> = files.iter().map(|f| f.2).filter(|d| !d.is_empty()).collect();
        dirs.sort_unstable();
        dirs.dedup();
        let base = self.sectors.len() / SECTOR;
        let block_of = |dir: &str| base + dirs.iter().position(|d| *d == dir).map_or(0, |i| i + 1);
        let written = |name: &str, file: bool| match style {
            Style::Joliet => name.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Style::Plain | Style::RockRidge if file => format!("{}.;1", &name.to_uppercase()[..name.len().min(5)]).into_bytes(),
            Style::Plain | Style::RockRidge => name.to_uppercase().into_bytes(),
        };
        let rock = |name: &str| match style {
            Style::RockRidge => [&b"NM"[..], &[name.len() as u8 + 5, 1, 0], name.as_bytes()].concat(),
            Style::Plain | Style::Joliet => vec![],
        };
        let mut table = Vec::new();
        for dir in std::iter::once("").chain(dirs.iter().copied()) {
            let own = block_of(dir);
            let sp: &[u8] = if style == Style::RockRidge { b"SP\x07\x01\xBE\xEF\0" } else { b"" };
            let mut content = record(own, SECTOR, 2, &[0], if dir.is_empty() { sp } else { b"" });
            content.extend(record(base, SECTOR, 2, &[1], b""));
            if dir.is_empty() {
                for below in &dirs {
                    content.extend(record(block_of(below), SECTOR, 2, &written(below, false), &rock(below)));
                }
            }
            for (block, size, _, name) in files.iter().filter(|f| f.2 == dir) {
                content.extend(record(*block, *size, 0, &written(name, true), &rock(name)));
            }
            assert_eq!(self.put(&content), own);
            let name = if dir.is_empty() { vec![0] } else { written(dir, false) };
            table.extend([name.len() as u8, 0]);
            table.extend((own as u32).to_le_bytes());
            table.extend([1, 0]);
            table.extend(&name);
            table.resize(table.len().next_multiple_of(2), 0);
        }
        let table_block = self.put(&table);
        let at = self.at(16 + self.volumes);
        self.volumes += 1;
        let descriptor = &mut self.sectors[at..at + SECTOR];
        descriptor[0] = if style == Style::Joliet { 2 } else { 1 };
        descriptor[1..7].copy_from_slice(b"CD001\x01");
        descriptor[40..46].copy_from_slice(if style == Style::Joliet { b"\0F\0S\0B" } else { b"BACKUP" });
        if style == Style::Joliet {
            descriptor[88..91].copy_from_slice(b"%/E");
        }
        descriptor[128..130].copy_from_slice(&2048u16.to_le_bytes());
        descriptor[132..136].copy_from_slice(&(table.len() as u32).to_le_bytes());
        descriptor[140..144].copy_from_slice(&(table_block as u32).to_le_bytes());
        descriptor[156..190].copy_from_slice(&record(base, SECTOR, 2, &[0], b""));
    }

    fn finish(mut self) -> Vec<u8> {
        let at = self.at(16 + self.volumes);
        self.sectors[at..at + 7].copy_from_slice(b"\xFFCD001\x01");
        self.sectors
    }
}

pub(in crate::format::container) fn image(styles: &[Style], files: Files<'_>) -> Vec<u8> {
    let mut image = Image::new();
    let put: Vec<_> = files.iter().map(|(dir, name, data)| (image.put(data), data.len(), *dir, *name)).collect();
    styles.iter().for_each(|style| image.tree(*style, &put));
    image.finish()
}

type Seen = (Vec<(String, Vec<u8>)>, Vec<Cause>, Vec<String>);

/// Members with their bytes, causes, notes. Linked members have no bytes of their own and are left out.
fn seen(bytes: &[u8]) -> Seen {
    read_with(read, bytes, |sink, out| {
        let decoded = out.members.lock().unwrap();
        let names = sink.members.iter().filter(|m| m.content.is_some()).map(|m| String::from_utf8_lossy(&m.name).into_owned());
        let causes = sink.gaps.iter().map(|g| g.cause).chain(sink.members.iter().filter_map(|m| m.defect));
        (names.zip(decoded.iter().cloned()).collect(), causes.collect(), sink.facts.notes.clone())
    })
}

const FILES: Files<'static> = &[("", "first.txt", b"one"), ("homes", "payments 2024.ach", &[7; 5000]), ("homes", "empty", b"")];

fn expected() -> Vec<(String, Vec<u8>)> {
    FILES.iter().map(|(d, n, data)| (if d.is_empty() { n.to_string() } else { format!("{d}/{n}") }, data.to_vec())).collect()
}

fn sorted(mut members: Vec<(String, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    members.sort();
    members
}

#[test]
fn each_file_is_one_member_under_its_best_name() {
    use Style::{Joliet, Plain, RockRidge};
    for styles in [&[RockRidge][..], &[RockRidge, Joliet], &[Plain, Joliet]] {
        let bytes = image(styles, FILES);
        assert!(recognise(&Probe::new(&bytes)));
        let (members, causes, notes) = seen(&bytes);
        assert_eq!((sorted(members), causes, notes), (sorted(expected()), vec![], vec![]));
    }
    let names: Vec<String> = sorted(seen(&image(&[Plain], FILES)).0).into_iter().map(|m| m.0).collect();
    assert_eq!(names, ["FIRST", "HOMES/EMPTY", "HOMES/PAYME"]);
}

#[test]
fn what_one_tree_hides_is_read_from_the_other() {
    let mut disc = Image::new();
    let shown = disc.put(b"shown");
    let hidden = disc.put(b"hidden");
    disc.tree(Style::RockRidge, &[(shown, 5, "", "shown.txt")]);
    disc.tree(Style::Joliet, &[(shown, 5, "", "shown.txt"), (hidden, 6, "homes", "hidden.txt"), (shown, 5, "homes", "elsewhere.txt")]);
    let bytes = disc.finish();
    let (members, causes, notes) = seen(&bytes);
    assert_eq!(members[..2], [("shown.txt".into(), b"shown".to_vec()), ("homes/hidden.txt".into(), b"hidden".to_vec())]);
    assert!(causes.is_empty() && notes.iter().any(|n| n.contains("1 members stand in the tree of Joliet only")), "{notes:?}");
    // The same bytes under another path are another item, and are not read again.
    let names = read_with(read, &bytes, |sink, out| (sink.members.len(), out.members.lock().unwrap().len()));
    assert_eq!(names, (3, 2));
}

#[test]
fn directories_that_only_the_path_table_names_are_read() {
    let mut bytes = image(&[Style::RockRidge], FILES);
    // The root's record for the directory becomes one of the root itself.
    let root = bytes[DESCRIPTORS + 158..].first_chunk().map(|b| u32::from_le_bytes(*b)).unwrap() as usize;
    let at = memchr::memmem::find(&bytes[root * SECTOR..], b"HOMES").unwrap() + root * SECTOR - 33;
    bytes[at + 2..at + 10].copy_from_slice(&both32(root));
    let (members, _, notes) = seen(&bytes);
    assert_eq!(members.len(), 3);
    assert!(notes.iter().any(|n| n.contains("path table only")), "{notes:?}");
}

#[test]
fn a_file_of_several_extents_is_one_member() {
    let mut disc = Image::new();
    let (first, _, second) = (disc.put(&[1; SECTOR]), disc.put(b"between"), disc.put(b"end"));
    disc.tree(Style::Plain, &[(first, SECTOR, "", "big"), (second, 3, "", "big")]);
    let mut bytes = disc.finish();
    let at = memchr::memmem::find(&bytes, b"BIG.;1").unwrap();
    bytes[at - 8] = 0x80;
    let (members, causes, _) = seen(&bytes);
    assert_eq!((members, causes), (vec![("BIG".to_string(), [vec![1; SECTOR], b"end".to_vec()].concat())], vec![]));
}

#[test]
fn boot_images_are_members_unless_they_are_files() {
    let mut disc = Image::new();
    let (file, loader) = (disc.put(b"kernel"), disc.put(&[9; 2048]));
    let mut catalogue = vec![0; 96];
    catalogue[0] = 1;
    catalogue[30..32].copy_from_slice(&[0x55, 0xAA]);
    for (at, block) in [(32, file), (64, loader)] {
        catalogue[at] = 0x88;
        catalogue[at + 6] = 4;
        catalogue[at + 8] = block as u8;
    }
    let catalogue = disc.put(&catalogue);
    disc.tree(Style::RockRidge, &[(file, 6, "", "kernel")]);
    let at = disc.at(17);
    disc.sectors[at..at + 30].copy_from_slice(b"\0CD001\x01EL TORITO SPECIFICATION");
    disc.sectors[at + 0x47] = catalogue as u8;
    disc.volumes += 1;
    let (members, ..) = seen(&disc.finish());
    assert_eq!(members, [("kernel".to_string(), b"kernel".to_vec()), ("[boot]/2.img".to_string(), vec![9; 2048])]);
}

#[test]
fn bytes_outside_of_files_stay_uncovered() {
    let mut disc = Image::new();
    let file = disc.put(b"file");
    let deleted = disc.put(b"a deleted file");
    disc.tree(Style::RockRidge, &[(file, 4, "", "file")]);
    let bytes = disc.finish();
    let open = read_with(read, &bytes, |sink, _| sink.coverage.clone().partition(bytes.len() as u64));
    let open = open.into_iter().filter(|(_, c)| c.is_none()).any(|(r, _)| r.contains(&((deleted * SECTOR) as u64)));
    assert!(open);
}

#[test]
fn cycles_and_extents_outside_end() {
    let mut bytes = image(&[Style::RockRidge], FILES);
    let root = bytes[DESCRIPTORS + 158..].first_chunk().map(|b| u32::from_le_bytes(*b)).unwrap() as usize;
    let find = |bytes: &[u8], name: &[u8]| memchr::memmem::find(&bytes[root * SECTOR..], name).unwrap() + root * SECTOR - 33;
    let homes = find(&bytes, b"HOMES");
    let child = (root + 1) * SECTOR;
    // The directory holds itself.
    let own: Vec<u8> = bytes[homes..homes + usize::from(bytes[homes])].to_vec();
    let end = child + memchr::memmem::find(&bytes[child..child + SECTOR], &[0; 64]).unwrap().next_multiple_of(2);
    bytes[end..end + own.len()].copy_from_slice(&own);
    assert_eq!(seen(&bytes).0.len(), 3);
    let first = find(&bytes, b"FIRST");
    bytes[first + 2..first + 10].copy_from_slice(&both32(0xFFFF_FFF0));
    bytes[first + 10..first + 18].copy_from_slice(&both32(0xFFFF_FFFF));
    assert_eq!(seen(&bytes).1, [Cause::Truncated]);
}

#[test]
fn files_over_the_same_bytes_are_not_decoded_over_and_over() {
    let mut disc = Image::new();
    let data = disc.put(&vec![5; 400 << 10]);
    let files: Vec<_> = (0..30).map(|i| (data, (400 << 10) - i, "", "same")).collect();
    disc.tree(Style::Plain, &files);
    let (members, causes, _) = seen(&disc.finish());
    assert!(members.len() < 12 && causes.contains(&Cause::LimitSize), "{}", members.len());
}

#[test]
fn a_cut_image_shows_what_is_left_and_says_so() {
    let mut disc = Image::new();
    let mut later = Vec::new();
    // As most writers do: directories first.
    let first = disc.sectors.len() / SECTOR + 3;
    later.push((first, 5000, "", "one"));
    later.push((first + 3, 3000, "", "two"));
    disc.tree(Style::RockRidge, &later);
    while disc.sectors.len() / SECTOR < first {
        disc.put(b"x");
    }
    disc.put(&[1; 5000]);
    disc.put(&[2; 3000]);
    let bytes = disc.finish();
    assert_eq!(seen(&bytes).0, [("one".to_string(), vec![1; 5000]), ("two".to_string(), vec![2; 3000])]);
    for cut in (17 * SECTOR..first * SECTOR + 9000).step_by(301) {
        let (members, causes, _) = seen(&bytes[..cut]);
        let sound = read_with(read, &bytes[..cut], |sink, _| sink.facts.notes.iter().any(|n| n.contains("descriptor")));
        assert!(!causes.is_empty() || sound, "cut at {cut}");
        assert!(members.iter().all(|(name, data)| data.iter().all(|&b| b == if name == "one" { 1 } else { 2 })));
    }
}

proptest! {
    #[test]
    fn flipped_bytes_do_no_harm(at in 0usize..60_000, to in any::<u8>(), at2 in 0usize..60_000, to2 in any::<u8>()) {
        let mut bytes = image(&[Style::RockRidge, Style::Joliet], FILES);
        let from = DESCRIPTORS;
        let len = bytes.len() - from;
        bytes[from + at % len] = to;
        bytes[from + at2 % len] = to2;
        seen(&bytes);
    }
}
