//! Lines in EBCDIC, and payment files in EBCDIC, UTF-16 or UTF-32 of layouts that are written in ASCII: what their
//! characters say is a member, which is then read as what it is.

use super::ebcdic::{CodePage, PAGES, is_ebcdic, may_be_ebcdic, may_be_ebcdic_text};
use super::encoding::TextEncoding;
use super::stretch::body;
use crate::format::pieces::Pieces;
use crate::format::{Failure, Format, Probe, Runs, Sink, payments};
use std::borrow::Cow;
use std::ops::Range;

/// Payment files in the characters of another machine.
pub const FORMAT: Format = Format {
    name: "transcoded",
    media_type: "text/plain",
    recognise,
    read,
    runs: Runs::Inside,
    version: 4,
    limitations: &[
        "EBCDIC is read as the code page in which it is a payment file, and as page 037 where it is none in any",
        "other texts in wide characters than payment files are read where they stand, not as members",
    ],
};

/// Bytes of the item by which its layout is told, and bytes that are decoded at once.
const HEAD: usize = 64 << 10;
/// Bytes that are judged at once: text or not.
const BLOCK: usize = 16 << 10;

/// How the characters are written.
#[derive(Clone, Copy)]
enum Script {
    Ebcdic(&'static CodePage),
    Wide(TextEncoding),
}

fn script(bytes: &[u8], encoding: impl FnOnce() -> Option<TextEncoding>) -> Option<Script> {
    if is_ebcdic(bytes) || may_be_ebcdic(bytes) {
        let script = |page| (Script::Ebcdic(page), head(bytes, Script::Ebcdic(page)));
        let of_payments = PAGES.iter().map(script).filter(|(_, head)| is_payment(head));
        // Pages share some places: in the right one every brace that opens is closed.
        let is_open = |head: &[u8]| memchr::memchr_iter(b'{', head).count().abs_diff(memchr::memchr_iter(b'}', head).count());
        let best = of_payments.min_by_key(|(_, head)| is_open(head)).map(|(script, _)| script);
        return Some(best.unwrap_or(Script::Ebcdic(&PAGES[0])));
    }
    encoding().filter(|encoding| encoding.unit() > 1).map(Script::Wide)
}

fn recognise(probe: &Probe<'_>) -> bool {
    let Some(script) = script(probe.bytes, || probe.encoding()) else { return false };
    let head = head(probe.bytes, script);
    // Lines are read as what they are in other characters: tables, logs, markup.
    (matches!(script, Script::Ebcdic(_)) && has_lines(&head) || is_payment(&head)) && is_whole(probe.bytes, script)
}

fn head(bytes: &[u8], script: Script) -> Vec<u8> {
    let mut head = Vec::new();
    decode(bytes, start(bytes, script)..bytes.len().min(HEAD), script, &mut head);
    head
}

/// Are these characters a payment file, or do they hold one?
fn is_payment(head: &[u8]) -> bool {
    let decoded = Probe::new(head);
    // Cash letters are read in EBCDIC as they are, joined lines by what joins them.
    let mut ascii_only = payments::LAYOUTS.iter().filter(|layout| layout.name != payments::X937.name);
    ascii_only.any(|layout| (layout.recognise)(&decoded)) || (super::wrapped::FORMAT.recognise)(&decoded) || payments::is_amid_text(head)
}

/// Are there lines, and not only records of one length? Only what is in lines is told by its lines.
fn has_lines(text: &[u8]) -> bool {
    const LONGEST: usize = 16 << 10;
    // Numbers that are no text would be lost among characters.
    let is_written = |b: &u8| matches!(b, b' '..0x7F | 0xA0.. | b'\t' | b'\r' | b'\n' | 0x0C);
    let lines: Vec<&[u8]> = text.split(|b| *b == b'\n').collect();
    lines.len() > 2 && lines.iter().all(|line| line.len() <= LONGEST) && text.iter().all(is_written)
}

/// All of it is text, so that nothing is lost by reading characters alone.
fn is_whole(bytes: &[u8], script: Script) -> bool {
    let is_text = |block: &[u8]| match script {
        Script::Ebcdic(_) => may_be_ebcdic_text(block),
        Script::Wide(encoding) => encoding.plausible(block),
    };
    bytes[start(bytes, script)..].chunks(BLOCK).all(is_text)
}

fn start(bytes: &[u8], script: Script) -> usize {
    match script {
        Script::Ebcdic(_) => 0,
        Script::Wide(encoding) => body(bytes, encoding).0.start,
    }
}

/// Characters of ISO 8859-1 as one byte each, as the layouts count them; others as UTF-8. The line end of EBCDIC is a
/// line feed.
fn decode(bytes: &[u8], range: Range<usize>, script: Script, out: &mut Vec<u8>) {
    let mut push = |c: char| match c {
        '\u{85}' => out.push(b'\n'),
        c if (c as u32) < 0x100 => out.push(c as u32 as u8),
        c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
    };
    let bytes = &bytes[range];
    let sixteen = |unit: fn([u8; 2]) -> u16| char::decode_utf16(bytes.chunks_exact(2).map(move |pair| unit([pair[0], pair[1]])));
    let thirty_two = |unit: fn([u8; 4]) -> u32| bytes.chunks_exact(4).map(move |quad| unit([quad[0], quad[1], quad[2], quad[3]]));
    match script {
        Script::Ebcdic(page) => {
            let characters = page.characters();
            bytes.iter().for_each(|b| push(characters[usize::from(*b)]));
        }
        Script::Wide(TextEncoding::Utf16Le) => sixteen(u16::from_le_bytes).for_each(|c| push(c.unwrap_or(char::REPLACEMENT_CHARACTER))),
        Script::Wide(TextEncoding::Utf16Be) => sixteen(u16::from_be_bytes).for_each(|c| push(c.unwrap_or(char::REPLACEMENT_CHARACTER))),
        Script::Wide(TextEncoding::Utf32Le) => thirty_two(u32::from_le_bytes).for_each(|c| push(character(c))),
        Script::Wide(TextEncoding::Utf32Be) => thirty_two(u32::from_be_bytes).for_each(|c| push(character(c))),
        Script::Wide(TextEncoding::Utf8 | TextEncoding::Windows1252) => bytes.iter().for_each(|b| push(char::from(*b))),
    }
}

fn character(code: u32) -> char {
    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Reads an item as the member that its characters are.
pub fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let Some(script) = script(bytes, || super::encoding::detect(bytes)) else {
        return Err(Failure::corrupt(0, "no text in an encoding that is known"));
    };
    sink.member(b"content", 0..bytes.len() as u64, &mut Pieces::new(decoded(bytes, script)));
    Ok(())
}

/// The characters in UTF-8, part by part. Parts end between characters; only a character of two units in UTF-16 may be
/// cut, which no layout has.
fn decoded(bytes: &[u8], script: Script) -> impl Iterator<Item = Cow<'_, [u8]>> {
    (start(bytes, script)..bytes.len()).step_by(HEAD).map(move |at| {
        let mut part = Vec::new();
        decode(bytes, at..bytes.len().min(at + HEAD), script, &mut part);
        Cow::Owned(part)
    })
}

#[cfg(test)]
mod tests {
    use super::super::ebcdic::CP037;
    use super::*;
    use std::io::Read;

    fn nacha() -> String {
        let entry = format!("622{}{:<17}{:010}{:<15}{:<22}  0{:015}", "273971238", "1234567", 1000, "ID0", "ANN LEE", 1);
        let records = [
            "101 061000146 0113001262411011200A094101".to_owned(),
            format!("5200{:<36}1234567890PPDPAYROLL   241101241101   1011300120000001", "ACME CO"),
            entry,
            format!("82000000010027397123{:012}{:012}1234567890{:25}011300120000001", 0, 1000, ""),
            format!("9{:06}{:06}{:08}{:010}{:012}{:012}", 1, 1, 1, 27_397_123, 0, 1000),
        ];
        records.iter().map(|record| format!("{record:<94}")).collect()
    }

    #[test]
    fn messages_are_known_in_the_code_pages_of_other_countries() {
        let message = "{1:F01BANKDEFFAXXX0000000001}{2:I103BANKFRPPXXXXN}{4:\r\n:20:1\r\n:32A:241104EUR1,\r\n:50K:/1\r\nANN LEE\r\n:59:/2\r\nBO EK\r\n:71A:SHA\r\n-}";
        let wire = "{1500}02        P {1510}1000{1520}20241104ABCDEFGH000001{2000}000000010000{3100}021000021SENDER*{3400}011000015RECEIVER*{3600}CTR";
        for text in [message, wire] {
            for page in &PAGES {
                let characters = page.characters();
                // A character that moved stands at its place in the page, and not where page 037 has it.
                let code = |c: char| page.code(c).or_else(|| characters.iter().position(|p| *p == c)).unwrap() as u8;
                let bytes: Vec<u8> = text.chars().map(code).collect();
                assert!(recognise(&Probe::new(&bytes)), "{page:?}");
                let script = script(&bytes, || None).unwrap();
                let mut read = String::new();
                Pieces::new(decoded(&bytes, script)).read_to_string(&mut read).unwrap();
                assert_eq!(read, text, "{page:?}");
            }
        }
        let prose = "ALL OF THIS IS PROSE, {BRACES} AND |BARS| AND ~TILDES~ INCLUDED: 1500, 1510 AND 2000; NOTHING WAS PAID. ".repeat(40);
        assert!(!recognise(&Probe::new(&ebcdic(&prose))));
    }

    fn ebcdic(text: &str) -> Vec<u8> {
        text.chars().map(|c| CP037.iter().position(|p| *p == c).unwrap() as u8).collect()
    }

    #[test]
    fn payment_files_are_known_in_other_characters() {
        let wide = |unit: fn(u16) -> [u8; 2], mark: &[u8]| [mark.to_vec(), nacha().encode_utf16().flat_map(unit).collect()].concat();
        for bytes in [ebcdic(&nacha()), wide(u16::to_le_bytes, &[0xFF, 0xFE]), wide(u16::to_be_bytes, &[0xFE, 0xFF])] {
            assert!(recognise(&Probe::new(&bytes)));
            let script = script(&bytes, || super::super::encoding::detect(&bytes)).unwrap();
            let mut text = String::new();
            Pieces::new(decoded(&bytes, script)).read_to_string(&mut text).unwrap();
            assert_eq!(text, nacha());
        }
        assert!(!recognise(&Probe::new(nacha().as_bytes())) && !recognise(&Probe::new(&ebcdic(&"DEAR ANN, ALL IS WELL.  ".repeat(40)))));
    }
}
