//! Text and tables in their encodings, and bytes that no reader knows.

use super::payments::ebcdic;
use super::subject::Subject;

fn utf16(text: &str, big: bool, marked: bool) -> Vec<u8> {
    let unit = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
    marked.then_some(0xFEFF).into_iter().chain(text.encode_utf16()).flat_map(unit).collect()
}

fn utf32(text: &str, big: bool) -> Vec<u8> {
    let unit = |unit: u32| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
    std::iter::once(0xFEFF).chain(text.chars().map(u32::from)).flat_map(unit).collect()
}

pub(super) fn utf8(subject: Subject) -> Vec<u8> {
    format!("Grüße aus Köln\n{}", subject.letter()).into_bytes()
}

pub(super) fn utf8_marked(subject: Subject) -> Vec<u8> {
    format!("\u{FEFF}{}", subject.letter()).into_bytes()
}

pub(super) fn windows_1252(subject: Subject) -> Vec<u8> {
    encoding_rs::WINDOWS_1252.encode(&format!("Grüße aus Köln\n{}", subject.letter())).0.into_owned()
}

pub(super) fn utf16_le(subject: Subject) -> Vec<u8> {
    utf16(&subject.letter(), false, true)
}

pub(super) fn utf16_be(subject: Subject) -> Vec<u8> {
    utf16(&subject.letter(), true, true)
}

pub(super) fn utf16_unmarked(subject: Subject) -> Vec<u8> {
    utf16(&subject.letter(), false, false)
}

pub(super) fn utf32_le(subject: Subject) -> Vec<u8> {
    utf32(&subject.letter(), false)
}

pub(super) fn utf32_be(subject: Subject) -> Vec<u8> {
    utf32(&subject.letter(), true)
}

pub(super) fn base64(subject: Subject) -> Vec<u8> {
    format!("statement:\n{}\n", crate::model::base64(subject.letter().repeat(2).as_bytes())).into_bytes()
}

/// A table of dBase III (header, fields of text, records).
pub(super) fn dbf(subject: Subject) -> Vec<u8> {
    const WIDTH: usize = 20;
    let mut rows = subject.table();
    let fields = rows.remove(0);
    let (header, record) = (33 + 32 * fields.len(), 1 + WIDTH * fields.len());
    let mut out = [&[3, 125, 3, 1][..], &(rows.len() as u32).to_le_bytes()].concat();
    out.extend([(header as u16).to_le_bytes(), (record as u16).to_le_bytes()].concat());
    out.resize(32, 0);
    for field in &fields {
        let start = out.len();
        out.extend(field.to_uppercase().bytes().take(10));
        out.resize(start + 11, 0);
        out.push(b'C');
        out.resize(start + 16, 0);
        out.push(WIDTH as u8);
        out.resize(start + 32, 0);
    }
    out.push(0x0D);
    for row in rows {
        out.push(b' ');
        row.iter().for_each(|cell| out.extend(format!("{cell:<WIDTH$}").bytes()));
    }
    out.push(0x1A);
    out
}

pub(super) fn sql(subject: Subject) -> Vec<u8> {
    let mut rows = subject.table();
    let columns = rows.remove(0);
    let definition: Vec<String> = columns.iter().map(|column| format!("  {column} varchar(40)")).collect();
    let mut out = format!("CREATE TABLE clients (\n{}\n);\n", definition.join(",\n"));
    for row in rows {
        out.push_str(&format!("INSERT INTO clients ({}) VALUES ('{}');\n", columns.join(", "), row.join("', '")));
    }
    out.into_bytes()
}

pub(super) fn vcard(subject: Subject) -> Vec<u8> {
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann Lee\r\nNOTE:{}\r\nEND:VCARD\r\n", subject.sentence()).into_bytes()
}

pub(super) fn redis_commands(subject: Subject) -> Vec<u8> {
    let values = ["HSET".to_owned(), "letter:1".to_owned(), "text".to_owned(), subject.sentence()];
    let values: String = values.iter().map(|value| format!("${}\r\n{value}\r\n", value.len())).collect();
    format!("*4\r\n{values}").into_bytes()
}

pub(super) fn sylk(subject: Subject) -> Vec<u8> {
    let cell = |y: usize, (x, cell): (usize, &String)| format!("C;Y{};X{};K\"{cell}\"\r\n", y + 1, x + 1);
    let rows = subject
        .table()
        .iter()
        .enumerate()
        .map(|(y, row)| row.iter().enumerate().map(|at| cell(y, at)).collect::<String>())
        .collect::<String>();
    format!("ID;PWXL;N;E\r\nB;Y5;X4;D0 0 4 3\r\n{rows}E\r\n").into_bytes()
}

fn delimited(subject: Subject, separator: &str) -> String {
    subject.table().iter().map(|row| row.join(separator) + "\r\n").collect()
}

pub(super) fn comma(subject: Subject) -> Vec<u8> {
    delimited(subject, ",").into_bytes()
}

pub(super) fn semicolon(subject: Subject) -> Vec<u8> {
    encoding_rs::WINDOWS_1252
        .encode(&(delimited(subject, ";") + &format!("{};000000000000;Jörg Ek;1.25\r\n", subject.code())))
        .0
        .into_owned()
}

pub(super) fn tab_utf16(subject: Subject) -> Vec<u8> {
    utf16(&delimited(subject, "\t"), false, true)
}

/// A head with the sentence, and records of type, routing number, account, name, date and amount, glued as banks
/// write them.
fn records(subject: Subject, end: &str) -> String {
    let names = ["ANN LEE", "BO EK", "CYRIL OTTERBOURNE", "DI MOE"];
    let routing = ["021000021", "011000015", "111000038", "121000248"];
    let row = |i: usize| format!("6{}{:012}{:<20}202411{:02}{:010}{end}", routing[i % 4], i * 7919, names[i % 4], i % 28 + 1, i * 31);
    let head = format!("{:<60}{end}", format!("0 {}", subject.sentence().to_uppercase()));
    std::iter::once(head).chain((0..40).map(row)).collect()
}

pub(super) fn fixed_width(subject: Subject) -> Vec<u8> {
    records(subject, "\n").into_bytes()
}

pub(super) fn fixed_width_ebcdic(subject: Subject) -> Vec<u8> {
    ebcdic(&records(subject, ""))
}

/// Records of a mainframe: text in EBCDIC, a routing number and an account in packed decimal, an amount in binary.
pub(super) fn ebcdic_records(subject: Subject) -> Vec<u8> {
    let packed = |digits: &str| {
        let nibbles: Vec<u8> = digits.bytes().map(|digit| digit - b'0').chain([12]).collect();
        nibbles.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect::<Vec<u8>>()
    };
    let routing = ["021000021", "011000015", "111000038", "121000248"];
    let record = |i: usize| {
        let text = ebcdic(&format!("{:<40}", subject.sentence().to_uppercase()));
        [text, packed(routing[i % 4]), packed(&format!("{:011}", i * 7_919)), (i as u32 * 31).to_be_bytes().to_vec()].concat()
    };
    (0..40).flat_map(record).collect()
}

pub(super) fn json(subject: Subject) -> Vec<u8> {
    format!("[{}]\n", objects(subject).join(",\n")).into_bytes()
}

pub(super) fn json_lines(subject: Subject) -> Vec<u8> {
    (objects(subject).join("\n") + "\n").into_bytes()
}

fn objects(subject: Subject) -> Vec<String> {
    let mut table = subject.table();
    let head = table.remove(0);
    let object = |row: Vec<String>| {
        let fields: Vec<String> = head.iter().zip(row).map(|(name, value)| format!("\"{name}\":\"{value}\"")).collect();
        format!("{{{}}}", fields.join(","))
    };
    table.into_iter().map(object).collect()
}

fn xml_text(subject: Subject) -> String {
    format!("<?xml version=\"1.0\"?>\n<letter><p>To whom it may concern</p><p>{}</p></letter>\n", subject.sentence())
}

pub(super) fn xml(subject: Subject) -> Vec<u8> {
    xml_text(subject).into_bytes()
}

pub(super) fn xml_utf16(subject: Subject) -> Vec<u8> {
    utf16(&xml_text(subject), true, true)
}

pub(super) fn html(subject: Subject) -> Vec<u8> {
    format!("<!DOCTYPE html>\n<html><head><title>Letter</title></head><body><p>{}</p></body></html>\n", subject.sentence()).into_bytes()
}

/// A text among bytes of no known kind.
fn among(text: &[u8]) -> Vec<u8> {
    let filler = |n: usize| (0..n).map(|i| if i % 3 == 0 { 0 } else { (i % 7) as u8 });
    filler(2_000).chain([0; 8]).chain(text.iter().copied()).chain([0; 8]).chain(filler(2_000)).collect()
}

pub(super) fn scan_ascii(subject: Subject) -> Vec<u8> {
    among(subject.letter().as_bytes())
}

pub(super) fn scan_utf16_le(subject: Subject) -> Vec<u8> {
    among(&utf16(&subject.letter(), false, false))
}

pub(super) fn scan_utf16_be(subject: Subject) -> Vec<u8> {
    among(&utf16(&subject.letter(), true, false))
}

pub(super) fn scan_ebcdic(subject: Subject) -> Vec<u8> {
    among(&ebcdic(&format!("TO WHOM IT MAY CONCERN {}", subject.sentence().to_uppercase())))
}
