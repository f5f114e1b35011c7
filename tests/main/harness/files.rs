use flate2::{Compression, write::GzEncoder};
use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;
use zip::{AesMode, ZipWriter};

/// Writes a file and the folders above it.
#[track_caller]
pub fn write(path: &Path, bytes: &[u8]) {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    }
    fs::write(path, bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
}

/// Every regular file below a folder, relative to it, in order.
pub fn files_below(root: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().map(|entry| entry.expect("a readable folder"));
    entries
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(root).expect("below its root").to_owned())
        .collect()
}

/// Copies those files below a folder that are chosen.
pub fn copy_tree(from: &Path, to: &Path, chosen: impl Fn(&Path) -> bool) {
    for file in files_below(from).into_iter().filter(|file| chosen(file)) {
        write(&to.join(&file), &fs::read(from.join(&file)).expect("a readable file"));
    }
}

fn zip_with(members: &[(String, Vec<u8>)], options: SimpleFileOptions) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        archive.start_file(name.as_str(), options).expect("memory takes it");
        archive.write_all(bytes).expect("memory takes it");
    }
    archive.finish().expect("memory takes it").into_inner()
}

/// A ZIP archive, deflated.
pub fn zip_of(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    zip_with(members, SimpleFileOptions::default())
}

/// A ZIP archive that needs a password.
pub fn aes_zip(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    zip_with(members, SimpleFileOptions::default().with_aes_encryption(AesMode::Aes256, "nobody has it"))
}

/// A tar archive.
pub fn tar_of(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o640);
        archive.append_data(&mut header, name, bytes.as_slice()).expect("memory takes it");
    }
    archive.into_inner().expect("memory takes it")
}

/// A gzip stream.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// A text document of ISO/IEC 29500 with so many paragraphs.
pub fn docx(paragraphs: &[String]) -> Vec<u8> {
    docx_of(&paragraphs.iter().map(|text| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")).collect::<String>())
}

/// A text document with this body.
pub fn docx_of(body: &str) -> Vec<u8> {
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\
         <w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{body}</w:body></w:document>"
    );
    package(
        "word/document.xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        &[("word/document.xml", document)],
    )
}

/// A document of ISO 32000 whose pages show these contents in a standard font, which they call `F1`.
pub fn pdf(pages: &[String], font: &str) -> Vec<u8> {
    let kids: String = (0..pages.len()).map(|n| format!("{} 0 R ", 4 + 2 * n)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", pages.len()),
        format!("<< /Type /Font /Subtype /Type1 /BaseFont /{font} /Encoding /WinAnsiEncoding >>"),
    ];
    for (n, page) in pages.iter().enumerate() {
        let resources = "<< /Font << /F1 3 0 R >> >>";
        objects.push(format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources {resources} /Contents {} 0 R >>", 5 + 2 * n));
        objects.push(format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len()));
    }
    let (mut out, mut table) = ("%PDF-1.4\n".to_owned(), format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for (n, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", out.len());
        out += &format!("{} 0 obj\n{object}\nendobj\n", n + 1);
    }
    let start = out.len();
    format!("{out}{table}trailer << /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1).into_bytes()
}

/// A workbook of ISO/IEC 29500 with one sheet of inline strings.
pub fn xlsx(cells: &[Vec<String>]) -> Vec<u8> {
    let rows: String = cells
        .iter()
        .map(|row| {
            format!("<row>{}</row>", row.iter().map(|cell| format!("<c t=\"inlineStr\"><is><t>{cell}</t></is></c>")).collect::<String>())
        })
        .collect();
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let sheet = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let workbook = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><workbook xmlns=\"{main}\" xmlns:r=\"{relations}\">\
         <sheets><sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
    );
    let links = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
         <Relationship Id=\"rId1\" Type=\"{relations}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
    );
    package(
        "xl/workbook.xml",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        &[("xl/workbook.xml", workbook), ("xl/_rels/workbook.xml.rels", links), ("xl/worksheets/sheet1.xml", sheet)],
    )
}

fn package(main: &str, media_type: &str, parts: &[(&str, String)]) -> Vec<u8> {
    let types = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/{main}\" ContentType=\"{media_type}\"/></Types>"
    );
    let links = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
         <Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"{main}\"/>\
         </Relationships>"
    );
    let mut members = vec![("[Content_Types].xml".to_owned(), types.into_bytes()), ("_rels/.rels".to_owned(), links.into_bytes())];
    members.extend(parts.iter().map(|(name, text)| ((*name).to_owned(), text.clone().into_bytes())));
    zip_of(&members)
}

/// A NACHA file of one batch with so many entries, blocked to ten records, as institutions send it to an
/// operator (Nacha Operating Rules, appendix three).
pub fn nacha(odfi: &str, entries: usize) -> Vec<u8> {
    let routing = &odfi[..8];
    let mut lines = vec![
        format!("101 061000146 {odfi}2503040330A094101{:<23}{:<23}{:<8}", "OPERATOR", "ORIGIN", ""),
        format!("5220{:<16}{:<20}{:<10}PPD{:<10}{:<6}250304   1{routing}0000001", "MAPLE WORKS", "", "1234567890", "PAYROLL", "250304"),
    ];
    for n in 0..entries {
        lines.push(format!(
            "62206100014{:<18}{:010}{:<15}{:<22}  0{routing}{:07}",
            format!("6{n:08}"),
            1000 + n,
            n,
            format!("EMPLOYEE {n}"),
            n + 1
        ));
    }
    let hash = 6_100_014 * entries as u64 % 10_000_000_000;
    let total: u64 = (0..entries as u64).map(|n| 1000 + n).sum();
    lines.push(format!("8220{entries:06}{hash:010}{:012}{total:012}1234567890{:25}{routing}0000001", 0, ""));
    let blocks = (lines.len() + 1).div_ceil(10);
    lines.push(format!("9000001{blocks:06}{entries:08}{hash:010}{:012}{total:012}{:39}", 0, ""));
    while lines.len() % 10 != 0 {
        lines.push("9".repeat(94));
    }
    lines.iter().for_each(|line| assert_eq!(line.len(), 94, "{line}"));
    (lines.join("\n") + "\n").into_bytes()
}
