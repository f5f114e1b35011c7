use super::*;
use crate::format::Covered;
use crate::format::testing::Collector;

const TABLE: &str = "client_id,name,account,balance\n104233,Mary Jones,4455667788,10.00\n104234,John Lee,4455667799,11.00\n\
                     104235,Ann Fox,4455667700,12.50\n104236,Bo Ek,4455667711,13.75\n";

/// The members that are found in bytes of nothing else, and the bytes that they take.
fn found(bytes: &[u8]) -> (Vec<String>, u64) {
    let collector = Collector::default();
    let mut sink = Sink::new(&collector);
    read_texts(bytes, std::slice::from_ref(&(0..bytes.len() as u64)), &mut sink);
    let partition = std::mem::take(&mut sink.coverage).partition(bytes.len() as u64);
    let taken =
        partition.iter().filter(|(_, covered)| matches!(covered, Some(Covered::Member(_)))).map(|(range, _)| range.end - range.start);
    let taken = taken.sum();
    let members = collector.members.lock().unwrap().iter().map(|member| String::from_utf8(member.clone()).unwrap()).collect();
    (members, taken)
}

/// Bytes that follow no pattern.
fn noise(len: usize, seed: u32) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..len).map(|_| next()).collect()
}

fn wide(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[test]
fn tables_amid_bytes_are_members_in_each_encoding() {
    for (before, behind) in
        [(vec![0; 512], vec![0; 100]), (b"\x7FELF\x02\x01\x01\0\x04\0\0\0".to_vec(), vec![1, 2, 3, 0]), (vec![0; 5], vec![])]
    {
        for (text, taken) in [
            (TABLE.as_bytes().to_vec(), TABLE.len() as u64),
            (wide(TABLE, u16::to_le_bytes), 2 * TABLE.len() as u64),
            // The first zero and the last line end are left.
            (wide(TABLE, u16::to_be_bytes), 2 * TABLE.len() as u64 - 2),
        ] {
            let (members, bytes) = found(&[&before[..], &text, &behind].concat());
            assert_eq!(members.iter().map(|member| member.trim()).collect::<Vec<_>>(), [TABLE.trim()]);
            assert!(bytes.abs_diff(taken) <= 2, "{bytes} of {taken}");
        }
    }
}

#[test]
fn a_table_goes_on_behind_zeros_that_were_written_over_it() {
    let mut bytes = TABLE.as_bytes().to_vec();
    bytes[90..110].fill(0);
    let (members, taken) = found(&bytes);
    assert_eq!(members, [format!("{}\n{}", &TABLE[..90], &TABLE[110..])]);
    assert_eq!(taken, TABLE.len() as u64 - 20);
    // Another table is one of its own, and words are none.
    let other = "name;street;city;zip\nMary Jones;12 Oak St;Norwell;02061\nJohn Lee;9 Elm Rd;Boston;02101\n";
    let (members, _) = found(&[TABLE.as_bytes(), &[0; 40], other.as_bytes(), &[0; 40], b"that was all, and no more\nof it\n"].concat());
    assert_eq!(members, [TABLE, other]);
}

#[test]
fn tables_across_windows_are_found_once() {
    for cut in [0, 1, 40, TABLE.len() - 1] {
        let mut bytes = vec![0; WINDOW - cut];
        bytes.extend_from_slice(TABLE.as_bytes());
        bytes.resize(2 * WINDOW - cut, 0);
        bytes.extend(wide(TABLE, u16::to_le_bytes));
        bytes.resize(bytes.len() + 7, 0);
        assert_eq!(found(&bytes).0, [TABLE, TABLE], "{cut}");
    }
}

#[test]
fn bytes_that_are_no_text_are_no_files() {
    assert_eq!(found(&noise(4 << 20, 7)), (Vec::new(), 0));
    assert_eq!(found(&[]), (Vec::new(), 0));
    let digits: Vec<u8> = noise(1 << 20, 9).iter().map(|byte| if byte % 40 == 0 { b'\n' } else { b'0' + byte % 10 }).collect();
    assert_eq!(found(&[&[0; 64], &digits[..], &[0; 64]].concat()), (Vec::new(), 0));
    let strings: Vec<u8> = (0..4000u32).flat_map(|n| format!("error %d, in line %s of part {n}\n\0").into_bytes()).collect();
    assert_eq!(found(&strings), (Vec::new(), 0));
    let usage = b"\0usage: tool [options] file\n  -a, --all   all of it, and more\n  -b, --bare  nothing but names, one a line\n\0";
    assert_eq!(found(usage), (Vec::new(), 0));
    // Wherever a table is cut, or its bytes are turned.
    let bytes = [&[0; 30], TABLE.as_bytes(), &[0; 30], &wide(TABLE, u16::to_be_bytes)[..]].concat();
    for at in 0..bytes.len() {
        found(&bytes[at..]);
        let mut turned = bytes[..at].to_vec();
        turned.iter_mut().step_by(at + 1).for_each(|byte| *byte ^= 0x5A);
        found(&turned);
    }
}
