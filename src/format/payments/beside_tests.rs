//! What is beside the records of every layout is read for what it is.

use super::*;
use crate::format::testing::{Collector, read_with};

/// Bytes as compressed ones are.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 7u64;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..len).map(next).collect()
}

/// What a layout's file gives: members, and how many of its bytes nothing covered.
fn members(format: &Format, bytes: &[u8]) -> (Vec<Vec<u8>>, u64) {
    let collector = Collector::default();
    let mut sink = Sink::new(&collector);
    let _ = read(format, bytes, &mut sink);
    let open = sink.coverage.clone().partition(bytes.len() as u64).iter().filter(|(_, c)| c.is_none()).map(|(r, _)| r.end - r.start).sum();
    sink.finish();
    drop(sink);
    (collector.members.into_inner().unwrap(), open)
}

#[test]
fn whole_files_have_nothing_beside_them() {
    for (format, bytes) in super::super::tests::every_example() {
        assert_eq!(members(format, &bytes), (Vec::new(), 0), "{}", format.name);
    }
}

#[test]
fn other_bytes_behind_a_file_are_an_item_of_their_own() {
    let tail = noise(9_000);
    for (format, bytes) in super::super::tests::every_example() {
        let file = [&bytes[..], b"\r\n", &tail].concat();
        let (members, open) = members(format, &file);
        let found: usize = members.iter().map(Vec::len).sum();
        assert!(found * 20 >= tail.len() * 19 && found < tail.len() + bytes.len() / 2 + 8, "{}: {found} of {}", format.name, tail.len());
        assert_eq!(open, 0, "{}", format.name);
    }
}

#[test]
fn a_table_behind_a_file_is_an_item_of_its_own() {
    let table = "client_code,account,name\n".to_owned() + &"AB053R,1000000000,Ann Lee\n".repeat(12);
    for (format, bytes) in super::super::tests::every_example() {
        // Records of fixed length without line ends go on with whatever comes.
        if !is_text_layout(format, &bytes) {
            continue;
        }
        let file = [&bytes[..], b"\n", table.as_bytes()].concat();
        let (members, _) = members(format, &file);
        let found = members.iter().any(|member| String::from_utf8_lossy(member).contains(&table[..table.len() - 1]));
        assert!(found, "{}: {:?}", format.name, members.iter().map(|m| String::from_utf8_lossy(m).into_owned()).collect::<Vec<_>>());
    }
}

#[test]
fn a_line_behind_a_file_is_running_text() {
    let line = "Statement prepared for Birchmont Valley National Bank today.";
    for (format, bytes) in super::super::tests::every_example() {
        if !is_text_layout(format, &bytes) {
            continue;
        }
        let file = [&bytes[..], b"\n\n", line.as_bytes(), b"\n"].concat();
        let collector = Collector::default();
        let mut sink = Sink::new(&collector);
        let _ = read(format, &file, &mut sink);
        sink.finish();
        let passages = collector.passages.lock().unwrap();
        let prose = passages.iter().any(|p| p.kind == PassageKind::Prose && p.text.contains(line));
        assert!(prose, "{}: {:?}", format.name, passages.iter().map(|p| (&p.kind, &p.text)).collect::<Vec<_>>());
    }
}

#[test]
fn what_is_between_records_is_told_from_them() {
    let (format, bytes) = super::super::tests::every_example().remove(0);
    let cut = bytes.iter().take(400).rposition(|b| *b == b'\n').unwrap() + 1;
    let file = [&bytes[..cut], &noise(6_000), b"\r\n", &bytes[cut..]].concat();
    let (members, open) = members(format, &file);
    assert!(members.len() == 1 && members[0].len() >= 5_990 && open == 0, "{:?}", members.iter().map(Vec::len).collect::<Vec<_>>());
}

#[test]
fn separators_and_filling_are_text() {
    let text = format!("ISA\u{1D}00\u{1D}{}\u{1C}", "a\u{1D}b\u{1F}c\u{1C}".repeat(80));
    assert!(
        no_text(text.as_bytes()).is_empty()
            && no_text(&[0; 500]).is_empty()
            && no_text("Société Générale\r\n".repeat(99).as_bytes()).is_empty()
    );
    assert_eq!(no_text(&[b"line\r\nPK\x03\x04".as_slice(), &noise(700)].concat()), [6..710]);
}

#[test]
fn an_item_that_is_nothing_of_its_layout_is_no_member_of_itself() {
    let bytes = noise(4_000);
    assert_eq!(members(&super::super::NACHA, &bytes).0, Vec::<Vec<u8>>::new());
    read_with(super::super::NACHA.read, &bytes, |sink, _| assert!(sink.members.is_empty()));
}
