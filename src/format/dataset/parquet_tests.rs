//! Footers of Parquet made by hand: what they say beside rows, and what they may say wrongly.

use super::PARQUET;
use super::Thrift;
use crate::format::testing::read_with;
use crate::format::{Covered, Probe, detect};

/// A file with these bytes before its footer, which states groups and remarks.
fn file(body: &[u8], groups: Vec<Thrift>, rows: u64, remarks: &[(&str, &str)]) -> Vec<u8> {
    let root = Thrift::default().text(4, "schema").i32(5, 1);
    let schema = vec![root, Thrift::default().i32(1, 6).i32(3, 0).text(4, "note").i32(6, 0)];
    let remarks: Vec<Thrift> = remarks.iter().map(|(key, value)| Thrift::default().text(1, key).text(2, value)).collect();
    let footer = Thrift::default().i32(1, 1).structs(2, schema.into_iter()).i64(3, rows).structs(4, groups.into_iter());
    let footer = footer.structs(5, remarks.into_iter()).end();
    [b"PAR1", body, &footer, &(footer.len() as u32).to_le_bytes(), b"PAR1"].concat()
}

/// A group of one column, whose pages stand in another file where one is named.
fn group(rows: u64, file: &str, place: u64, length: u64, filter: Option<u64>) -> Thrift {
    let column = Thrift::default().i32(1, 6).i32s(2, &[0]).texts(3, &["note"]).i32(4, 0).i64(5, rows).i64(6, length).i64(7, length);
    let column = column.i64(9, place);
    let column = if let Some(place) = filter { column.i64(14, place) } else { column };
    let chunk = if file.is_empty() { Thrift::default() } else { Thrift::default().text(1, file) };
    Thrift::default().structs(1, std::iter::once(chunk.i64(2, place).inner(3, column))).i64(2, length).i64(3, rows)
}

/// A page with one text.
fn page(text: &str) -> Vec<u8> {
    let length = text.len() as i32 + 4;
    let data = Thrift::default().i32(1, 1).i32(2, 0).i32(3, 3).i32(4, 3);
    let head = Thrift::default().i32(1, 0).i32(2, length).i32(3, length).inner(5, data).end();
    [&head[..], &(text.len() as u32).to_le_bytes(), text.as_bytes()].concat()
}

/// Text, gaps, and the bytes that were left to the scan.
fn found(bytes: &[u8]) -> (String, Vec<String>, u64) {
    assert_eq!(detect(&Probe::new(bytes)).name(), "parquet");
    read_with(PARQUET.read, bytes, |sink, out| {
        let parts = sink.coverage.clone().partition(bytes.len() as u64).into_iter();
        let open = parts.filter(|(_, covered): &(_, Option<Covered>)| covered.is_none()).map(|(range, _)| range.end - range.start).sum();
        (out.text(), sink.gaps.iter().map(|gap| format!("{}: {}", gap.cause, gap.detail)).collect(), open)
    })
}

#[test]
fn a_footer_alone_speaks_of_other_files() {
    let groups =
        vec![group(7, "client_code=QX00003/part-0.parquet", 4, 90, None), group(5, "client_code=QX00004/part-0.parquet", 4, 90, None)];
    let (text, gaps, open) = found(&file(b"", groups, 12, &[("writer", "Quillcroft Orchard")]));
    assert_eq!((gaps.as_slice(), open), (&[][..], 0));
    for said in ["client_code=QX00003/part-0.parquet", "client_code=QX00004/part-0.parquet", "note", "Quillcroft Orchard"] {
        assert!(text.contains(said), "{said} in {text}");
    }
    // Rows that no group has, and one that says so of itself, with data in the file.
    assert_eq!(found(&file(b"", vec![], 12, &[])).1.len(), 1);
    let (text, gaps, open) = found(&file(&page("Ada Quill"), vec![group(1, "elsewhere.parquet", 4, 30, None)], 1, &[]));
    assert_eq!(gaps, ["unsupported_method: column \"note\": its pages are in another file"]);
    assert!(!text.contains("Ada Quill") && open == page("Ada Quill").len() as u64, "it is left to the scan");
}

#[test]
fn filters_are_believed_by_their_headers_only() {
    let kind = |id: u8, head: Thrift| head.inner(id, Thrift::default().inner(1, Thrift::default()));
    let filter = |size: i32| (2..=4).fold(Thrift::default().i32(1, size), |head, id| kind(id, head)).end();
    let page = page("Ada Quill");
    let read = |head: &[u8], bits: &[u8]| {
        let place = 4 + page.len() as u64;
        found(&file(&[&page, head, bits].concat(), vec![group(1, "", 4, page.len() as u64, Some(place))], 1, &[]))
    };
    let bits: Vec<u8> = (0..64u8).map(|byte| byte.wrapping_mul(167) | 0x80).collect();
    let (text, gaps, open) = read(&filter(64), &bits);
    assert_eq!((gaps.as_slice(), open), (&[][..], 0), "{text}");
    // Text where bits should be is text.
    let (text, gaps, open) = read(&filter(64), b"Quillcroft Orchard Savings Bank, account of Ben Oake, 64 bytes..");
    assert!(text.contains("Quillcroft Orchard Savings Bank") && gaps.is_empty() && open == 0, "{text}");
    // A size that is none, more than there is, a header of something else.
    let other = Thrift::default().i32(1, 64).end();
    for head in [filter(63), filter(1 << 20), other] {
        let (text, gaps, open) = read(&head, &bits);
        assert!(gaps.is_empty() && text.contains("Ada Quill"), "{text}");
        assert_eq!(open, (head.len() + bits.len()) as u64);
    }
}

#[test]
fn remarks_that_are_no_schema_of_arrow_are_text() {
    // A mark, the length of what follows, and that.
    let schema = "/////xgAAABRdWlsbGNyb2Z0IE9yY2hhcmQgQmFuawA=";
    let (text, ..) = found(&file(b"", vec![], 0, &[("ARROW:schema", schema)]));
    assert!(text.contains("Quillcroft Orchard Bank") && !text.contains("/////"), "{text}");
    for value in ["Harbour Mutual Savings Bank", "QX00003", "/////QX00003"] {
        let (text, ..) = found(&file(b"", vec![], 0, &[("ARROW:schema", value)]));
        assert!(text.contains(value), "{value} in {text}");
    }
}
