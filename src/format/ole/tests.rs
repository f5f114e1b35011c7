use super::*;
use crate::control::compound;
use crate::format::testing::read_with;

fn record(kind: u16, body: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(body.len() as u16).to_le_bytes(), body].concat()
}

fn workbook() -> Vec<u8> {
    let cell = |row: u16, column: u16, rest: &[u8]| [&row.to_le_bytes()[..], &column.to_le_bytes(), &[0, 0], rest].concat();
    let start = record(0x0809, &[0, 6, 5, 0]);
    let strings = record(0x00FC, b"\x03\0\0\0\x03\0\0\0\x04\0\0name\x07\0\0routing\x0B\0\0Orphan Bank");
    let formats = [record(0x041E, b"\xA4\0\x09\0\x00000000000"), record(0x00E0, &[0, 0, 0xA4, 0])].concat();
    let name = b"\x07\0Clients";
    let length = start.len() + formats.len() + strings.len() + 4 + 6 + name.len() + 4;
    let sheet = record(0x0085, &[&(length as u32).to_le_bytes()[..], &[1, 0], name].concat());
    let rows = [
        record(0x0809, &[0, 6, 0x10, 0]),
        record(0x00FD, &cell(0, 0, &[0, 0, 0, 0])),
        record(0x00FD, &cell(0, 1, &[1, 0, 0, 0])),
        record(0x0204, &cell(1, 0, b"\x0B\0\0First State")),
        record(0x0203, &cell(1, 1, &21_000_021f64.to_le_bytes())),
        record(0x0006, &cell(2, 0, b"\0\0\0\0\0\0\xFF\xFF\0\0\0\0\0\0\0\0")),
        record(0x0207, b"\x07\0\0Peoples"),
        record(0x027E, &cell(2, 1, &(11_000_015u32 << 2 | 2).to_le_bytes())),
        record(0x0014, b"\x0D\0\0&LSecret head"),
        record(0x0006, &cell(3, 0, b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x14\0\x17\x06\0Code: \x17\x06\0AB12CD\x08")),
        record(0x000A, b""),
    ];
    [start, formats, strings, sheet, record(0x000A, b""), rows.concat()].concat()
}

/// Text, causes of gaps, and members with their bytes.
type Seen = (String, Vec<Cause>, Vec<(String, Vec<u8>)>);

fn seen(bytes: &[u8]) -> Seen {
    read_with(read, bytes, |sink, collector| {
        let names = sink.members.iter().map(|m| String::from_utf8_lossy(&m.name).into_owned());
        let members = names.zip(collector.members.lock().unwrap().iter().cloned()).collect();
        (collector.text(), sink.gaps.iter().map(|g| g.cause).collect(), members)
    })
}

#[test]
fn workbooks_are_tables() {
    let bytes = compound(&[("Workbook", workbook())]);
    let (text, causes, _) = seen(&bytes);
    for wanted in
        ["name\trouting\n", "First State\t021000021\n", "Peoples\t011000015\n", "Secret head", "Orphan Bank", "Clients", "Code: AB12CD"]
    {
        assert!(text.contains(wanted), "{wanted} in {text:?}");
    }
    assert!(causes.is_empty(), "{causes:?}");
    read_with(read, &bytes, |sink, _| assert_eq!((sink.facts.tables.len(), sink.facts.tables[0].rows), (1, 3)));
    let locked = [record(0x0809, &[0, 6, 5, 0]), record(0x002F, &[1, 0])].concat();
    assert_eq!(seen(&compound(&[("Workbook", locked)])).1, [Cause::Encrypted]);
}

#[test]
fn what_is_beside_the_text_of_a_document_is_left_to_the_scan() {
    let mut document = vec![0u8; 4096];
    document[..4].copy_from_slice(&[0xEC, 0xA5, 0xC1, 0]);
    document[0x1A2..0x1AA].copy_from_slice(&[0, 0, 0, 0, 21, 0, 0, 0]);
    document[1024..1029].copy_from_slice(b"Body\r");
    document[3000..3018].copy_from_slice(b"Peoples Trust Bank");
    let mut table = vec![2u8, 16, 0, 0, 0];
    [0u32, 5].into_iter().for_each(|at| table.extend(at.to_le_bytes()));
    table.extend([0, 0]);
    table.extend((2048u32 | 0x4000_0000).to_le_bytes());
    table.extend([0, 0]);
    table.extend("C:\\clients\\Quill Bank".encode_utf16().flat_map(u16::to_le_bytes));
    let bytes = compound(&[("WordDocument", document), ("0Table", table)]);
    let place = |text: &[u8]| memchr::memmem::find(&bytes, text).unwrap() as u64;
    let wide: Vec<u8> = "Quill Bank".encode_utf16().flat_map(u16::to_le_bytes).collect();
    read_with(read, &bytes, |sink, _| {
        let partition = sink.coverage.clone().partition(bytes.len() as u64);
        let covered = |at: u64| partition.iter().find(|(range, _)| range.contains(&at)).unwrap().1;
        assert_eq!(covered(place(b"Body")), Some(crate::format::Covered::As(Class::Read)));
        assert_eq!([covered(place(b"Peoples")), covered(place(&wide))], [None; 2]);
    });
}

#[test]
fn objects_in_presentations_are_members() {
    use std::io::Write;
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(b"a storage of its own").unwrap();
    let packed = packed.finish().unwrap();
    let atom = |head: [u8; 2], kind: u16, body: &[u8]| [&head[..], &kind.to_le_bytes(), &(body.len() as u32).to_le_bytes(), body].concat();
    let records = [
        atom([0x10, 0], 0x1011, &[&20u32.to_le_bytes()[..], &packed].concat()),
        atom([0, 0], 0x1011, b"a storage as it is"),
        atom([0, 0], 0x0FA8, b"Text of a slide"),
    ];
    let (text, causes, members) = seen(&compound(&[("PowerPoint Document", records.concat())]));
    assert!(text.contains("Text of a slide") && causes.is_empty(), "{text:?} {causes:?}");
    let members: Vec<&[u8]> = members.iter().map(|(_, bytes)| &bytes[..]).collect();
    assert_eq!(members, [&b"a storage of its own"[..], b"a storage as it is"]);
}

#[test]
fn documents_are_put_together_from_their_pieces() {
    let mut document = vec![0u8; 2048];
    document[..4].copy_from_slice(&[0xEC, 0xA5, 0xC1, 0]);
    document[0x1A2..0x1AA].copy_from_slice(&[0, 0, 0, 0, 33, 0, 0, 0]);
    document[1024..1035].copy_from_slice(b"First Sta\xE9\r");
    let wide: Vec<u8> = "Bank Ж".encode_utf16().flat_map(u16::to_le_bytes).collect();
    document[1536..1536 + wide.len()].copy_from_slice(&wide);
    let mut table = vec![2u8, 28, 0, 0, 0];
    for value in [0u32, 10, 16] {
        table.extend(value.to_le_bytes());
    }
    for place in [2048 | 0x4000_0000u32, 1536] {
        table.extend([0, 0]);
        table.extend(place.to_le_bytes());
        table.extend([0, 0]);
    }
    document[1024..1034].copy_from_slice(b"First Stat");
    let bytes = compound(&[("WordDocument", document.clone()), ("0Table", table.clone())]);
    let (text, causes, _) = seen(&bytes);
    assert!(text.contains("First StatBank Ж"), "{text:?}");
    assert!(causes.is_empty(), "{causes:?}");
    assert_eq!(seen(&compound(&[("WordDocument", document)])).1, [Cause::Corrupt]);
}

#[test]
fn presentations_messages_and_objects_are_read() {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let atom = |kind: u16, body: &[u8]| [&[0, 0][..], &kind.to_le_bytes(), &(body.len() as u32).to_le_bytes(), body].concat();
    let slides = [atom(0x0FA0, &wide("First State\rBank")), atom(0x0FA8, b"Caf\xE9")].concat();
    let (text, causes, _) = seen(&compound(&[("PowerPoint Document", slides)]));
    assert!(text.contains("First State\nBank") && text.contains("Café") && causes.is_empty(), "{text:?} {causes:?}");

    let mut packed = b"\0\0\0\0\x02\0list.csv\0c:\\list.csv\0\0\0\x03\0\x04\0\0\0c:\\\0\x05\0\0\0a,b\n1".to_vec();
    packed.resize(4200, 0);
    let message = [
        ("__properties_version1.0", vec![]),
        ("__substg1.0_0037001F", wide("Wires of First State")),
        ("__substg1.0_1000001E", b"Body of it".to_vec()),
        ("__substg1.0_10130102", b"<html><p>Peoples <b>Ba</b>nk</p></html>".to_vec()),
        ("\u{1}Ole10Native", packed),
    ];
    let (text, causes, members) = seen(&compound(&message));
    for wanted in ["subject: Wires of First State", "Body of it", "Peoples Bank"] {
        assert!(text.contains(wanted), "{wanted} in {text:?}");
    }
    assert_eq!(members, [("list.csv".to_owned(), b"a,b\n1".to_vec())]);
    assert!(causes.is_empty(), "{causes:?}");
    assert_eq!(seen(&compound(&[("EncryptedPackage", vec![1; 5000])])).1, [Cause::Encrypted]);
}

#[test]
fn damage_is_no_panic_and_no_silence() {
    let bytes = compound(&[("Workbook", workbook())]);
    for cut in (0..bytes.len() - 3 * 512).step_by(101) {
        let silent = read_with(read, &bytes[..cut], |sink, _| sink.gaps.is_empty() && sink.facts.notes.is_empty());
        assert!(!silent, "cut at {cut}");
    }
    for at in 0..bytes.len() {
        for bit in [0x01, 0x80] {
            let mut broken = bytes.clone();
            broken[at] ^= bit;
            read_with(read, &broken, |_, _| ());
        }
    }
    // A chain that bites its tail, and a directory that is its own child.
    let mut looped = bytes.clone();
    for sector in 1..20 {
        looped[512 + 4 * sector..516 + 4 * sector].copy_from_slice(&1u32.to_le_bytes());
    }
    read_with(read, &looped, |_, _| ());
}

#[test]
fn a_damaged_workbook_is_never_read_as_whole() {
    let sound = workbook();
    let place = |mark: &[u8]| memchr::memmem::find(&sound, mark).unwrap();
    let broken = |at: usize, with: &[u8]| {
        let mut book = sound.clone();
        book[at..at + with.len()].copy_from_slice(with);
        seen(&compound(&[("Workbook", book)])).1
    };
    for (what, at, with) in [
        ("length of a string", place(b"\x07\0\0routing"), &[3][..]),
        ("flags of a string", place(b"\0\0routing") + 1, &[0x40]),
        ("number of strings", place(b"\x03\0\0\0\x04\0\0name"), &[2]),
        ("record among the globals", place(b"\xE0\0\x04\0"), &[0; 8]),
        ("record of a sheet", place(b"\xFD\0\x0A\0"), &[0; 14]),
        ("length of a record", place(b"\x04\x02\x14\0") + 2, &[0xFF, 0xFF]),
        ("string of a cell", place(b"\xFD\0\x0A\0") + 10, &[9]),
        ("place of a sheet", place(b"\x85\0\x0F\0") + 4, &[1]),
        ("text of a cell", place(b"\x0B\0\0First"), &[0x7F]),
    ] {
        assert_eq!(broken(at, with), [Cause::Corrupt], "{what}");
    }
}

#[test]
fn a_file_whose_sectors_are_not_there_is_cut_off() {
    let bytes = compound(&[("Workbook", workbook()), ("Other", vec![1; 20_000])]);
    for missing in [1, 512, 5000, 15_000] {
        let causes = seen(&bytes[..bytes.len() - missing]).1;
        assert!(causes.contains(&Cause::Truncated), "{missing}: {causes:?}");
    }
}
