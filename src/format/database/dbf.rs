//! dBase and FoxPro tables (dBase III to 7, Visual FoxPro): fields of fixed width behind a header that names
//! them. Memo files lie beside and are scanned.

use super::code_page::CodePage;
use crate::format::grid::Grid;
use crate::format::{Failure, Format, Probe, Runs, Sink, runs_of};
use crate::model::Class;
use std::ops::Range;

/// A table.
pub static DBF: Format = Format {
    name: "dbf",
    media_type: "application/x-dbf",
    recognise: |probe: &Probe<'_>| Header::parse(probe.bytes).is_some(),
    read,
    runs: Runs::Inside,
    version: 3,
    limitations: &["text of memo fields lies in a file beside, which is scanned", "encrypted tables show as text that makes no sense"],
};

/// A memo file, by what is known of it: text in blocks.
pub fn is_memo(probe: &Probe<'_>) -> bool {
    // dBase IV: version and block size at fixed places; FoxPro: block size, big-endian, and zeros around it.
    let b = probe.head;
    let next = b.first_chunk::<4>().map_or(0, |n| u64::from(u32::from_be_bytes(*n)));
    let size = b.get(6..8).map_or(0, |n| u64::from(u16::from_be_bytes([n[0], n[1]])));
    let is_foxpro = b.len() >= 512 && b[4..6] == [0, 0] && b[8..512].iter().all(|&b| b == 0) && (1..=16_384).contains(&size);
    is_foxpro && next > 0 && next * size >= 512 && next * size <= probe.bytes.len() as u64 + size
}

struct Field {
    name: String,
    kind: u8,
    decimals: u8,
    range: Range<usize>,
}

struct Header {
    records: u64,
    length: usize,
    record: usize,
    fields: Vec<Field>,
    page: CodePage,
}

impl Header {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let word = |at: usize| bytes.get(at..)?.first_chunk().map(|b| usize::from(u16::from_le_bytes(*b)));
        let version = *bytes.first()?;
        let is_seven = version & 7 == 4;
        if !matches!(version, 0x02 | 0x03 | 0x04 | 0x30..=0x32 | 0x43 | 0x63 | 0x83 | 0x8B | 0x8C | 0xCB | 0xE5 | 0xEB | 0xF5 | 0xFB)
            || version == 2
        {
            return None;
        }
        let [month, day] = *bytes.get(2..4)?.first_chunk()?;
        if month > 12 || day > 31 {
            return None;
        }
        let records = u64::from(u32::from_le_bytes(*bytes.get(4..)?.first_chunk()?));
        let (length, record) = (word(8)?, word(10)?);
        let (first, step) = if is_seven { (68, 48) } else { (32, 32) };
        let (mut at, mut place, mut fields) = (first, 1, Vec::new());
        while *bytes.get(at)? != 0x0D {
            let raw = bytes.get(at..at + step).filter(|_| at + step <= length)?;
            let (name, kind, size, decimals) =
                if is_seven { (&raw[..32], raw[32], raw[33], raw[34]) } else { (&raw[..11], raw[11], raw[16], raw[17]) };
            let name = &name[..name.iter().position(|&b| b == 0).unwrap_or(name.len())];
            let is_name = !name.is_empty() && name.iter().all(|b| *b >= 0x20);
            if !is_name || !kind.is_ascii_alphabetic() && !matches!(kind, b'+' | b'@' | b'0') {
                return None;
            }
            // Character fields of Clipper and FoxPro have lengths of two bytes.
            let is_long = kind == b'C' && decimals > 0 && !is_seven;
            let size = usize::from(size) + if is_long { usize::from(decimals) << 8 } else { 0 };
            fields.push(Field { name: String::from_utf8_lossy(name).trim().to_owned(), kind, decimals, range: place..place + size });
            place += size;
            at += step;
        }
        let page = CodePage::of_driver(*bytes.get(29)?);
        (!fields.is_empty() && place == record && length > at && length <= at + 1 + 264).then_some(Self {
            records,
            length,
            record,
            fields,
            page,
        })
    }
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let header = Header::parse(bytes).ok_or_else(|| Failure::corrupt(0, "no sound header"))?;
    sink.cover(0..header.length as u64, Class::Structure);
    // The flags of deleted rows and those that say which values are NULL are no columns.
    let shown: Vec<&Field> = header.fields.iter().filter(|field| field.kind != b'0').collect();
    let names = shown.iter().map(|field| field.name.clone()).collect();
    let (mut table, mut deleted) = (Grid::headed("", names, header.length as u64), 0u64);
    let mut at = header.length;
    for row in 0..header.records {
        let Some(record) = bytes.get(at..at + header.record) else {
            table.end(sink);
            let missing = header.records - row;
            return Err(Failure::truncated(bytes.len() as u64, format!("{missing} of {} records are missing", header.records)));
        };
        deleted += u64::from(record[0] == b'*');
        let cells = shown.iter().map(|field| cell(field, &record[field.range.clone()], header.page)).collect();
        table.row_at(cells, at as u64, sink);
        sink.cover(at as u64..(at + header.record) as u64, Class::Read);
        at += header.record;
        if row.is_multiple_of(4096) && sink.stopped() {
            break;
        }
    }
    table.end(sink);
    if bytes.get(at) == Some(&0x1A) {
        sink.cover(at as u64..at as u64 + 1, Class::Structure);
    }
    if deleted > 0 {
        sink.note(format!("{deleted} of its rows are marked as deleted; they are read as the others are"));
    }
    Ok(())
}

fn cell(field: &Field, raw: &[u8], page: CodePage) -> String {
    let little = |raw: &[u8]| raw.first_chunk().map(|b| i32::from_le_bytes(*b));
    match (field.kind, raw.len()) {
        (b'I', 4) => little(raw).map_or(String::new(), |n| n.to_string()),
        // dBase 7 keeps numbers big-endian, the sign turned.
        (b'+', 4) => raw.first_chunk().map_or(String::new(), |b| (u32::from_be_bytes(*b) ^ 1 << 31).cast_signed().to_string()),
        (b'B', 8) if field.decimals > 0 || !raw.iter().all(u8::is_ascii) => {
            raw.first_chunk().map_or(String::new(), |b| f64::from_le_bytes(*b).to_string())
        }
        (b'Y', 8) => raw.first_chunk().map_or(String::new(), |b| {
            let n = i64::from_le_bytes(*b);
            format!("{}{}.{:04}", if n < 0 { "-" } else { "" }, n.unsigned_abs() / 10_000, n.unsigned_abs() % 10_000)
        }),
        // A day by its Julian number, and milliseconds.
        (b'T' | b'@', 8) => little(raw).filter(|&day| day > 0).map_or(String::new(), |day| format!("julian day {day}")),
        // The number of a block in the memo file.
        (b'M' | b'G' | b'P' | b'W', 4) => little(raw).filter(|&n| n != 0).map_or(String::new(), |n| n.to_string()),
        (b'Q', _) => super::value::binary(raw).unwrap_or_else(|| runs_of(raw)),
        _ => page.decode(raw).trim_matches([' ', '\0']).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;
    use crate::model::Cause;

    fn table(rows: &[(&str, &str, i32)]) -> Vec<u8> {
        let fields = [("CLIENT_ID", b'C', 8u8), ("HOLDER", b'C', 20), ("PIECES", b'I', 4)];
        let mut out = vec![0x30, 124, 11, 22];
        out.extend((rows.len() as u32).to_le_bytes());
        out.extend((32 + 32 * 3 + 1 + 263u16).to_le_bytes());
        out.extend(33u16.to_le_bytes());
        out.resize(32, 0);
        out[29] = 2;
        for (name, kind, size) in fields {
            let mut field = name.as_bytes().to_vec();
            field.resize(11, 0);
            field.push(kind);
            field.resize(16, 0);
            field.push(size);
            field.resize(32, 0);
            out.extend(field);
        }
        out.push(0x0D);
        out.resize(out.len() + 263, 0);
        for (id, holder, n) in rows {
            out.push(b' ');
            out.extend(format!("{id:<8}").bytes());
            out.extend(holder.chars().map(|c| if c == 'ü' { 0x81 } else { c as u8 }));
            out.resize(out.len() + 20 - holder.chars().count(), b' ');
            out.extend(n.to_le_bytes());
        }
        out.push(0x1A);
        out
    }

    #[test]
    fn fields_are_cells_in_the_files_code_page() {
        let bytes = table(&[("AB12CD", "Zoe Müller", 61_000_146), ("XY98", "Bo Ek", -3)]);
        assert!((DBF.recognise)(&Probe::new(&bytes)));
        read_with(read, &bytes, |sink, out| {
            assert_eq!(sink.facts.tables[0].rows, 2);
            assert_eq!(sink.facts.tables[0].header, ["CLIENT_ID", "HOLDER", "PIECES"]);
            assert!(out.text().contains("AB12CD\tZoe Müller\t61000146\nXY98\tBo Ek\t-3\n"), "{}", out.text());
            assert!(sink.coverage.clone().partition(bytes.len() as u64).iter().all(|(_, covered)| covered.is_some()));
        });
    }

    #[test]
    fn a_cut_table_says_so_and_no_byte_panics() {
        let whole = table(&[("AB12CD", "Ann", 1), ("XY98", "Bo", 2)]);
        for cut in 0..whole.len() - 1 {
            let mut sink_failed = false;
            let collector = crate::format::testing::Collector::default();
            let mut sink = Sink::new(&collector);
            sink_failed |= read(&whole[..cut], &mut sink).is_err_and(|f| matches!(f.cause, Cause::Truncated | Cause::Corrupt));
            assert!(sink_failed, "cut at {cut}");
            let mut flipped = whole.clone();
            flipped[cut] ^= 0xFF;
            read_with(read, &flipped, |_, _| ());
        }
    }
}
