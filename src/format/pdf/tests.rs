use super::*;
use crate::format::Covered;
use crate::format::testing::read_with;
use std::io::Write;

/// A document of these objects; a `stream` in one stands with its data as it is.
fn document(objects: &[&str]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    for (i, object) in objects.iter().enumerate() {
        write!(out, "{} 0 obj\n{object}\nendobj\n", i + 1).unwrap();
    }
    out.extend(b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Root 1 0 R /Size 9 >>\nstartxref\n9\n%%EOF\n");
    out
}

fn stream(extra: &str, data: &str) -> String {
    format!("<< {extra} /Length {} >>\nstream\n{data}\nendstream", data.len())
}

/// A document of one page with this content, and more objects from number 6 on.
fn page(content: &str, more: &[&str]) -> Vec<u8> {
    let content = stream("", content);
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 600 800] >>",
        "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> /XObject << /X 6 0 R >> >> >>",
        &content,
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Differences [1 /fi /eacute] >> >>",
    ];
    objects.extend(more);
    document(&objects)
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
fn words_are_neither_glued_nor_split() {
    let content = "BT /F1 10 Tf 50 700 Td [(Fir) 20 (st) -300 (St) 30 (ate)] TJ 0 -12 Td (Ban) Tj (k of Commu-) Tj T* 0 -12 Td (nity) Tj ET \
        BT /F1 10 Tf 1 0 0 1 50 600 Tm (Client code:) Tj 1 0 0 1 200 600 Tm (AB12CD) Tj 2 Tc 1 0 0 1 50 550 Tm (Spaced) Tj 0 Tc \
        1 0 0 1 50 500 Tm (Bold name) Tj 1 0 0 1 50.3 500 Tm (Bold name) Tj 1 0 0 1 50 400 Tm <01> Tj (nanc\\002) Tj ET";
    let (text, causes, _) = seen(&page(content, &[]));
    for wanted in ["First State\nBank of Community\n", "Client code:\tAB12CD\n", "Spaced\n", "Bold name\n", "financé"] {
        assert!(text.contains(wanted), "{wanted} in {text:?}");
    }
    assert_eq!(text.matches("Bold name").count(), 1);
    assert!(causes.is_empty(), "{causes:?}");
}

#[test]
fn fields_annotations_titles_and_attachments_are_read() {
    let attached = stream("/Type /EmbeddedFile", "id,name\n1,Ann\n");
    let metadata = stream("/Type /Metadata /Subtype /XML", "<x:xmpmeta>by Ann</x:xmpmeta>");
    let bytes = page(
        "BT /F1 9 Tf (A page with enough text to be one) Tj ET",
        &[
            "<< /FT /Tx /T (client_code) /V (AB12CD) >>",
            "<< /Subtype /Text /Contents (Note for \\376) /T (Ann Lee) >>",
            "<< /Title <FEFF004200E40072> /Author (Somebody) >>",
            "<< /Type /Filespec /F (list.csv) /EF << /F 10 0 R >> >>",
            &attached,
            &metadata,
        ],
    );
    let (text, causes, members) = seen(&bytes);
    for wanted in ["client_code: AB12CD", "Contents: Note for þ", "T: Ann Lee", "Title: Bär", "Author: Somebody"] {
        assert!(text.contains(wanted), "{wanted} in {text:?}");
    }
    assert_eq!(members[0], ("list.csv".to_owned(), b"id,name\n1,Ann\n".to_vec()));
    assert!(members[1].0.starts_with("Metadata"));
    assert!(causes.is_empty(), "{causes:?}");
    read_with(read, &bytes, |sink, _| {
        let left: Vec<_> = sink.coverage.clone().partition(bytes.len() as u64).into_iter().filter(|(_, c)| c.is_none()).collect();
        assert!(left.is_empty(), "{left:?}");
    });
}

#[test]
fn pages_that_are_pictures_are_gaps_and_pictures_beside_text_are_none() {
    let picture = stream("/Type /XObject /Subtype /Image /Width 9 /Height 9 /Filter /DCTDecode", "\u{1}\u{2}\u{3}");
    let scan = page("q 600 0 0 800 0 0 cm /X Do Q", &[&picture]);
    assert_eq!(seen(&scan).1, [Cause::NeedsOcr]);
    read_with(read, &scan, |sink, _| assert!(!sink.gaps[0].range.is_empty()));
    let letter = page("q 100 0 0 80 0 0 cm /X Do Q BT /F1 9 Tf (First State Bank, with kind regards) Tj ET", &[&picture]);
    assert_eq!(seen(&letter).1, []);
    read_with(read, &letter, |sink, _| {
        let classes = sink.coverage.clone().partition(letter.len() as u64);
        assert!(classes.iter().any(|(_, c)| *c == Some(Covered::As(Class::Opaque))));
    });
    assert_eq!(seen(&page("", &[])).1, []);
    let outlines = page(&"1 2 3 4 5 6 c f ".repeat(300), &[]);
    assert_eq!(seen(&outlines).1, [Cause::NeedsOcr]);
    for drawn in ["1 2 m 3 4 l 5 6 l f ", "1 2 m 3 4 l 5 6 l S ", "1 2 0.5 0.5 re 3 4 0.5 0.5 re f "] {
        assert_eq!(seen(&page(&drawn.repeat(600), &[])).1, [Cause::NeedsOcr], "{drawn}");
        // Ruled paper, and a drawing beside text.
        assert_eq!(seen(&page(&drawn.repeat(60), &[])).1, []);
        let beside = drawn.repeat(600) + "BT /F1 9 Tf (Balances of the last quarter by region) Tj ET";
        assert_eq!(seen(&page(&beside, &[])).1, []);
    }
    let nameless = "<< /Type /Font /Subtype /Type0 /Encoding /Identity-H /DescendantFonts [<< >>] >>";
    let mut objects = page("BT /F1 9 Tf <000100020003000400050006000700080009001000110012001300140015001600170018> Tj ET", &[]);
    let at = memchr::memmem::find(&objects, b"<< /Type /Font").unwrap();
    let end = at + memchr::memmem::find(&objects[at..], b"\nendobj").unwrap();
    objects.splice(at..end, nameless.bytes());
    assert_eq!(seen(&objects).1, [Cause::NeedsOcr]);
}

#[test]
fn what_an_update_superseded_is_read_too() {
    let mut bytes = page("BT /F1 9 Tf (Peoples Bank was named on this page) Tj ET", &[]);
    write!(bytes, "4 0 obj\n{}\nendobj\n%%EOF\n", stream("", "BT /F1 9 Tf (Nothing is named on this page) Tj ET")).unwrap();
    let (text, causes, _) = seen(&bytes);
    assert!(text.contains("Nothing is named") && text.contains("Peoples Bank was named"), "{text:?}");
    assert!(causes.is_empty(), "{causes:?}");
}

#[test]
fn a_document_in_a_document_is_one_member() {
    let inner = String::from_utf8_lossy(&page("BT (Inner page) Tj ET", &[])).into_owned();
    let attached = format!("<< /Type /EmbeddedFile /Length 7 0 R >>\nstream\n{inner}\nendstream");
    let length = inner.len().to_string();
    let (text, _, members) = seen(&page("BT /F1 9 Tf (Outer page with enough of text) Tj ET", &[&attached, &length]));
    assert_eq!(members.len(), 1);
    assert_eq!(members[0].1, inner.as_bytes());
    assert!(!text.contains("Inner page"));
}

#[test]
fn unknown_encryption_is_one_gap() {
    let mut bytes = page("BT (secret) Tj ET", &["<< /Filter /Vendor >>"]);
    bytes.extend(b"trailer\n<< /Root 1 0 R /Encrypt 6 0 R >>\n%%EOF\n");
    read_with(read, &bytes, |sink, _| {
        assert_eq!((sink.gaps.len(), sink.gaps[0].cause, sink.gaps[0].range.end), (1, Cause::Encrypted, bytes.len() as u64));
    });
}

#[test]
fn damage_is_no_panic_and_never_silent() {
    let picture = stream("/Type /XObject /Subtype /Image /Filter /DCTDecode", "abc");
    let bytes = page("BT /F1 9 Tf (First State Bank and more) Tj ET q 1 0 0 1 0 0 cm /X Do Q", &[&picture]);
    for cut in 12..bytes.len() - 1 {
        let whole = read_with(read, &bytes[..cut], |sink, _| sink.gaps.is_empty() && sink.facts.notes.is_empty());
        assert!(!whole || bytes[..cut].ends_with(b"%%EOF"), "cut at {cut}");
    }
    for i in 0..bytes.len() {
        for bit in [0x01, 0x10, 0x80] {
            let mut broken = bytes.clone();
            broken[i] ^= bit;
            read_with(read, &broken, |_, _| ());
        }
    }
}

#[test]
fn hostile_documents_end() {
    let form = stream("/Subtype /Form /Resources << /XObject << /X 6 0 R /Y 7 0 R >> >>", "/X Do /Y Do /X Do /Y Do");
    seen(&page("/X Do", &[&form, &form]));
    let looped =
        document(&["<< /Type /Catalog /Pages 2 0 R >>", "<< /Kids [2 0 R 2 0 R] /Parent 2 0 R >>", "3 0 R", "<< /Length 3 0 R >>"]);
    seen(&looped);
    let mut bomb = Vec::new();
    let mut zip = flate2::write::ZlibEncoder::new(&mut bomb, flate2::Compression::best());
    zip.write_all(&vec![b' '; 8 << 20]).unwrap();
    zip.finish().unwrap();
    let mut bytes = b"%PDF-1.4\n1 0 obj\n<< /Filter [/FlateDecode /FlateDecode] >>\nstream\n".to_vec();
    bytes.extend(bomb);
    bytes.extend(
        b"\nendstream\nendobj\n2 0 obj\n<< /Type /ObjStm /N 99999999 /First 99999999 /Length 4 >>\nstream\n1 0 \nendstream\nendobj\n%%EOF",
    );
    assert!(!seen(&bytes).1.is_empty());
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says why")]
fn real_documents_open_with_the_empty_password() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/realdata/documents/pypdf/resources/encryption");
    if !folder.is_dir() {
        return eprintln!("skipped: {} is not there", folder.display());
    }
    for name in ["r2-empty-password", "r3-empty-password", "r4-aes-v2-no-key-length", "r5-empty-password", "r6-empty-password"] {
        let bytes = std::fs::read(folder.join(name).with_extension("pdf")).unwrap();
        let (text, causes, _) = seen(&bytes);
        assert!(text.to_lowercase().contains("pdf") && causes.is_empty(), "{name}: {causes:?} {text:?}");
    }
}
