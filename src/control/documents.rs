//! Documents and mail: the smallest that their applications would open.

use super::subject::Subject;
use crate::demo::{containers, office};
use crate::model::base64;
use std::fmt::Write;
use std::io::Result;

pub(super) fn xlsx(subject: Subject) -> Result<Vec<u8>> {
    let mut rows = subject.table();
    let header = rows.remove(0);
    office::xlsx("Clients", &crate::demo::tables::Table { header, rows })
}

pub(super) fn docx(subject: Subject) -> Result<Vec<u8>> {
    office::docx(&[subject.sentence()])
}

const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

pub(super) fn pptx(subject: Subject) -> Result<Vec<u8>> {
    let rels = |kind: &str, target: &str| {
        format!(
            "<Relationships xmlns=\"{RELATIONS}\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let main = "http://schemas.openxmlformats.org/presentationml/2006/main";
    let drawing = "http://schemas.openxmlformats.org/drawingml/2006/main";
    containers::zip(&[
        ("[Content_Types].xml", b"<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"),
        ("_rels/.rels", rels("officeDocument", "ppt/presentation.xml").as_bytes()),
        (
            "ppt/presentation.xml",
            format!("<p:presentation xmlns:p=\"{main}\" xmlns:r=\"{OFFICE}\"><p:sldIdLst><p:sldId id=\"256\" r:id=\"rId1\"/></p:sldIdLst></p:presentation>")
                .as_bytes(),
        ),
        ("ppt/_rels/presentation.xml.rels", rels("slide", "slides/slide1.xml").as_bytes()),
        (
            "ppt/slides/slide1.xml",
            format!(
                "<p:sld xmlns:p=\"{main}\" xmlns:a=\"{drawing}\"><p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></p:txBody></p:sp>\
                 </p:spTree></p:cSld></p:sld>",
                subject.sentence()
            )
            .as_bytes(),
        ),
    ])
}

/// Cells with their strings in them (MS-XLSB 2.4).
pub(super) fn xlsb(subject: Subject) -> Result<Vec<u8>> {
    let wide = |text: &str| [&(text.len() as u32).to_le_bytes()[..], &utf16(text)].concat();
    let record = |kind: u16, body: &[u8]| {
        let kind = if kind < 0x80 { vec![kind as u8] } else { vec![kind as u8 | 0x80, (kind >> 7) as u8] };
        [&kind[..], &[body.len() as u8], body].concat()
    };
    let mut sheet = [record(129, &[]), record(145, &[])].concat();
    for (number, row) in subject.table().iter().enumerate() {
        sheet.extend(record(0, &(number as u64).to_le_bytes()));
        for (column, cell) in row.iter().enumerate() {
            sheet.extend(record(6, &[&(column as u32).to_le_bytes()[..], &[0; 4], &wide(cell)].concat()));
        }
    }
    sheet.extend([record(146, &[]), record(130, &[])].concat());
    let bundle = record(156, &[&[0; 4][..], &1u32.to_le_bytes(), &wide("rId1"), &wide("Clients")].concat());
    let workbook = [record(131, &[]), record(143, &[]), bundle, record(144, &[]), record(132, &[])].concat();
    let rels = format!(
        "<Relationships xmlns=\"{RELATIONS}\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet1.bin\"/></Relationships>"
    );
    containers::zip(&[
        ("[Content_Types].xml", b"<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"),
        ("xl/workbook.bin", &workbook),
        ("xl/_rels/workbook.bin.rels", rels.as_bytes()),
        ("xl/worksheets/sheet1.bin", &sheet),
    ])
}

pub(super) fn opendocument(subject: Subject) -> Result<Vec<u8>> {
    let content = format!(
        "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:body><office:text><text:p>{}</text:p></office:text></office:body>\
         </office:document-content>",
        subject.sentence()
    );
    containers::zip(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("content.xml", content.as_bytes()),
        ("styles.xml", b"<office:document-styles/>"),
    ])
}

/// One page in a standard font (ISO 32000-2).
pub(super) fn pdf(subject: Subject) -> Result<Vec<u8>> {
    let content = format!("BT /F1 10 Tf 50 700 Td ({}) Tj ET", subject.sentence());
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 600 800] >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut out = String::from("%PDF-1.7\n");
    let mut table = String::new();
    for (i, object) in objects.iter().enumerate() {
        _ = writeln!(table, "{:010} 00000 n ", out.len());
        _ = write!(out, "{} 0 obj\n{object}\nendobj\n", i + 1);
    }
    let at = out.len();
    _ = write!(out, "xref\n0 6\n0000000000 65535 f \n{table}trailer\n<< /Root 1 0 R /Size 6 >>\nstartxref\n{at}\n%%EOF\n");
    Ok(out.into_bytes())
}

pub(super) fn rtf(subject: Subject) -> Result<Vec<u8>> {
    Ok(format!("{{\\rtf1\\ansi{{\\fonttbl{{\\f0 Arial;}}}}\\f0 {}\\par}}", subject.sentence()).into_bytes())
}

/// A class whose constants hold the sentence (JVMS 4.4).
pub(super) fn java_class(subject: Subject) -> Result<Vec<u8>> {
    let text = subject.sentence();
    Ok([b"\xCA\xFE\xBA\xBE\0\0\0\x34\0\x02\x01", &(text.len() as u16).to_be_bytes()[..], text.as_bytes(), b"\0\x21"].concat())
}

/// A property list that is nothing but the sentence: a text, a table of its place, and the trailer.
pub(super) fn bplist(subject: Subject) -> Vec<u8> {
    let text = subject.sentence();
    let table = 8 + 3 + text.len() as u64;
    let numbers: Vec<u8> = [1, 0, table].iter().flat_map(|number: &u64| number.to_be_bytes()).collect();
    [b"bplist00\x5F\x10", &[text.len() as u8][..], text.as_bytes(), &[8, 0, 0, 0, 0, 0, 0, 1, 1], &numbers].concat()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// A compound file (MS-CFB) of these streams below the root, each at least as long as the mini stream's cutoff, so
/// that none stands in it.
pub(crate) fn compound(streams: &[(&str, Vec<u8>)]) -> Vec<u8> {
    const FREE: u32 = u32::MAX;
    const END: u32 = 0xFFFF_FFFE;
    let mut table: Vec<u32> = vec![0xFFFF_FFFD];
    let mut sectors: Vec<u8> = Vec::new();
    let mut chain = |data: &[u8]| {
        let first = table.len() as u32;
        let count = data.len().div_ceil(512).max(1) as u32;
        table.extend((1..=count).map(|i| if i == count { END } else { first + i }));
        sectors.extend(data);
        sectors.resize((table.len() - 1) * 512, 0);
        first
    };
    let entry = |name: &str, kind: u8, right: u32, child: u32, start: u32, size: u32| {
        let mut out = [0u8; 128];
        let units = utf16(name);
        out[..units.len()].copy_from_slice(&units);
        out[64..66].copy_from_slice(&(units.len() as u16 + 2).to_le_bytes());
        out[66] = kind;
        for (at, value) in [(68, FREE), (72, right), (76, child), (116, start), (120, size)] {
            out[at..at + 4].copy_from_slice(&value.to_le_bytes());
        }
        out
    };
    let mut directory = entry("Root Entry", 5, FREE, if streams.is_empty() { FREE } else { 1 }, END, 0).to_vec();
    for (i, (name, data)) in streams.iter().enumerate() {
        let mut data = data.clone();
        data.resize(data.len().max(4096), 0);
        let next = if i + 1 < streams.len() { i as u32 + 2 } else { FREE };
        directory.extend(entry(name, 2, next, FREE, chain(&data), data.len() as u32));
    }
    let first = chain(&directory);
    table.resize(128, FREE);
    let mut header = vec![0u8; 512];
    header[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    for (at, value) in [(26, 3u16), (28, 0xFFFE), (30, 9), (32, 6)] {
        header[at..at + 2].copy_from_slice(&value.to_le_bytes());
    }
    for (at, value) in [(44, 1), (48, first), (56, 4096), (60, END), (68, END)] {
        header[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }
    header[76..].fill(0xFF);
    header[76..80].fill(0);
    [header, table.into_iter().flat_map(u32::to_le_bytes).collect(), sectors].concat()
}

/// Cells with their strings in them (MS-XLS 2.4).
pub(super) fn xls(subject: Subject) -> Result<Vec<u8>> {
    let record = |kind: u16, body: &[u8]| [&kind.to_le_bytes()[..], &(body.len() as u16).to_le_bytes(), body].concat();
    let start = record(0x0809, &[0, 6, 5, 0]);
    let name = b"\x07\0Clients";
    let length = start.len() + 4 + 6 + name.len() + 4;
    let sheet = record(0x0085, &[&(length as u32).to_le_bytes()[..], &[1, 0], name].concat());
    let mut rows = record(0x0809, &[0, 6, 0x10, 0]);
    for (r, row) in subject.table().iter().enumerate() {
        for (c, cell) in row.iter().enumerate() {
            let place = [&(r as u16).to_le_bytes()[..], &(c as u16).to_le_bytes(), &[0, 0]].concat();
            rows.extend(record(0x0204, &[&place[..], &(cell.len() as u16).to_le_bytes(), &[0], cell.as_bytes()].concat()));
        }
    }
    rows.extend(record(0x000A, b""));
    Ok(compound(&[("Workbook", [start, sheet, record(0x000A, b""), rows].concat())]))
}

/// One piece of text (MS-DOC 2.8.35).
pub(super) fn doc(subject: Subject) -> Result<Vec<u8>> {
    let text = format!("{}\r", subject.sentence());
    let mut document = vec![0u8; 2048];
    document[..4].copy_from_slice(&[0xEC, 0xA5, 0xC1, 0]);
    document[0x1A2..0x1AA].copy_from_slice(&[0, 0, 0, 0, 21, 0, 0, 0]);
    document[1024..1024 + text.len()].copy_from_slice(text.as_bytes());
    let mut pieces = vec![2u8, 16, 0, 0, 0];
    [0, text.len() as u32].into_iter().for_each(|at| pieces.extend(at.to_le_bytes()));
    pieces.extend([0, 0]);
    pieces.extend((2048u32 | 0x4000_0000).to_le_bytes());
    pieces.extend([0, 0]);
    Ok(compound(&[("WordDocument", document), ("0Table", pieces)]))
}

pub(super) fn ppt(subject: Subject) -> Result<Vec<u8>> {
    let text = utf16(&subject.sentence());
    Ok(compound(&[("PowerPoint Document", [&[0, 0, 0xA0, 0x0F][..], &(text.len() as u32).to_le_bytes(), &text].concat())]))
}

pub(super) fn msg(subject: Subject) -> Result<Vec<u8>> {
    Ok(compound(&[
        ("__properties_version1.0", vec![]),
        ("__substg1.0_0037001F", utf16("Statements")),
        ("__substg1.0_1000001F", utf16(&subject.sentence())),
    ]))
}

const HEAD: &str = "From: Ops <ops@planted.example>\r\nTo: Desk <desk@planted.example>\r\nDate: Tue, 5 Nov 2024 10:00:00 +0000\r\n\
                    Subject: Statements\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=";

pub(super) fn eml(subject: Subject) -> Result<Vec<u8>> {
    Ok(format!("{HEAD}utf-8\r\n\r\n{}", subject.letter()).into_bytes())
}

/// Soft line breaks go through the code.
pub(super) fn eml_quoted(subject: Subject) -> Result<Vec<u8>> {
    let code = subject.code();
    let (first, rest) = code.split_at(4);
    Ok(format!("{HEAD}iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe\r\nclient code=3A {first}=\r\n{rest}\r\n")
        .into_bytes())
}

pub(super) fn eml_base64(subject: Subject) -> Result<Vec<u8>> {
    Ok(format!("{HEAD}utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n", base64(subject.letter().as_bytes())).into_bytes())
}

pub(super) fn mbox(subject: Subject) -> Result<Vec<u8>> {
    Ok(format!("From ops@planted.example Tue Nov  5 10:00:00 2024\r\n{HEAD}utf-8\r\n\r\n{}\r\n", subject.letter()).into_bytes())
}

/// A message in Outlook's own form: subject and text (MS-OXTNEF 2.1).
pub(super) fn tnef(subject: Subject) -> Vec<u8> {
    let attribute = |id: u32, text: &str| {
        let data = [text.as_bytes(), &[0]].concat();
        let sum = data.iter().fold(0u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
        [&[1][..], &id.to_le_bytes(), &(data.len() as u32).to_le_bytes(), &data, &sum.to_le_bytes()].concat()
    };
    let parts = [attribute(0x0001_8004, "Statements"), attribute(0x0002_800C, &subject.letter())];
    [b"\x78\x9F\x3E\x22\x01\0".to_vec(), parts.concat()].concat()
}
