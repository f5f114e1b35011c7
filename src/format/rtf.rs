//! Rich Text Format (version 1.9.1): text with its code pages and Unicode, fields, notes, headers, comments,
//! hidden text; embedded objects as members.

use super::rtf_code_page::{charset_page, code_page};
use super::rtf_tables::Tables;
use super::scan::{Suspicion, scan_with};
use crate::format::{At, BORDER, Failure, Format, PassageKind, Probe, Runs, Sink};
use crate::model::{Cause, Class};
use encoding_rs::Encoding;
use std::collections::HashMap;

/// RTF documents.
pub static FORMAT: Format = Format {
    name: "rtf",
    media_type: "application/rtf",
    recognise: |probe: &Probe<'_>| probe.head.trim_ascii_start().starts_with(b"{\\rtf"),
    read,
    runs: Runs::Inside,
    version: 3,
    limitations: &["tables inside cells of tables are text, not records"],
};

/// Groups inside groups whose state is kept.
const DEPTH: usize = 4096;
/// Text is handed over in pieces of about this size.
const PIECE: usize = 16 << 10;
/// Bytes of one object or picture that are held.
const MOST_DATA: usize = 128 << 20;

/// Destinations whose text is no text of the document.
const SILENT: [&[u8]; 12] = [
    b"fonttbl",
    b"colortbl",
    b"stylesheet",
    b"listtable",
    b"listoverridetable",
    b"rsidtbl",
    b"generator",
    b"themedata",
    b"colorschememapping",
    b"latentstyles",
    b"datastore",
    b"xmlnstbl",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Destination {
    Text,
    Silent,
    Fonts,
    Picture,
    Object,
}

#[derive(Clone, Copy)]
struct State {
    destination: Destination,
    encoding: &'static Encoding,
    /// Characters that follow a Unicode character and stand for it.
    skip: usize,
    symbol: bool,
}

/// Reads a document.
pub fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    sink.kind(PassageKind::Prose);
    sink.searches_text();
    let encoding = encoding_rs::WINDOWS_1252;
    let state = State { destination: Destination::Text, encoding, skip: 1, symbol: false };
    let mut reader = Reader {
        bytes,
        at: 0,
        state,
        saved: Vec::new(),
        fonts: HashMap::new(),
        font: 0,
        default: encoding,
        text: String::new(),
        raw: Vec::new(),
        begin: 0,
        data: Vec::new(),
        data_at: None,
        to_skip: 0,
        starred: false,
        depth: 0,
        units: Vec::new(),
        tables: Tables::default(),
    };
    reader.read(sink);
    reader.hand_over(sink);
    sink.border();
    reader.tables.push(sink);
    let end = reader.at as u64;
    sink.cover(0..end, Class::Read);
    if reader.depth > 0 {
        sink.gap(end..end, Cause::Truncated, "the document ends inside a group");
    }
    if reader.at < bytes.len() {
        scan_with(bytes, end..bytes.len() as u64, sink, Suspicion::default());
    }
    Ok(())
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    state: State,
    saved: Vec<State>,
    /// Encodings of the fonts, and whether one is of symbols.
    fonts: HashMap<i32, (Option<&'static Encoding>, bool)>,
    font: i32,
    default: &'static Encoding,
    text: String,
    /// Bytes of a code page that are not decoded yet: characters may take two.
    raw: Vec<u8>,
    begin: usize,
    data: Vec<u8>,
    data_at: Option<usize>,
    to_skip: usize,
    starred: bool,
    depth: usize,
    /// UTF-16 units: the first half of a pair waits here.
    units: Vec<u16>,
    tables: Tables,
}

impl Reader<'_> {
    fn read(&mut self, sink: &mut Sink<'_>) {
        let mut steps = 0u64;
        while let Some(&b) = self.bytes.get(self.at) {
            steps += 1;
            if self.text.len() >= PIECE || steps.is_multiple_of(1 << 20) {
                if sink.stopped() {
                    return;
                }
                self.hand_over(sink);
            }
            self.at += 1;
            match b {
                b'{' => {
                    self.flush_raw();
                    self.to_skip = 0;
                    self.depth += 1;
                    if self.saved.len() < DEPTH {
                        self.saved.push(self.state);
                    }
                }
                b'}' => {
                    self.end_group(sink);
                    if self.depth == 0 {
                        return;
                    }
                }
                b'\\' => self.control(),
                b'\r' | b'\n' => {}
                _ => self.byte(b),
            }
        }
    }

    fn end_group(&mut self, sink: &mut Sink<'_>) {
        self.flush_raw();
        let inner = self.state.destination;
        self.depth = self.depth.saturating_sub(1);
        if self.depth < DEPTH {
            self.state = self.saved.pop().unwrap_or(self.state);
        }
        self.starred = false;
        self.to_skip = 0;
        if inner != self.state.destination {
            self.end_data(inner, sink);
            self.push(BORDER);
        }
    }

    /// An object's data ends: the file in it is a member. Pictures are classed as such.
    fn end_data(&mut self, inner: Destination, sink: &mut Sink<'_>) {
        let Some(start) = self.data_at.take() else { return };
        let data = std::mem::take(&mut self.data);
        let range = start as u64..self.at as u64;
        match inner {
            Destination::Object if !data.is_empty() => {
                self.hand_over(sink);
                sink.member(format!("object-{start}").as_bytes(), range, &mut object(&data));
            }
            Destination::Picture if !data.is_empty() => {
                self.hand_over(sink);
                sink.member(format!("picture-{start}").as_bytes(), range, &mut &data[..]);
            }
            Destination::Object | Destination::Picture | Destination::Text | Destination::Silent | Destination::Fonts => {}
        }
    }

    fn control(&mut self) {
        let Some(&first) = self.bytes.get(self.at) else { return };
        if !first.is_ascii_alphabetic() {
            self.at += 1;
            match first {
                b'\'' => {
                    let digit = |b: Option<&u8>| b.and_then(|b| (*b as char).to_digit(16));
                    if let (Some(high), Some(low)) = (digit(self.bytes.get(self.at)), digit(self.bytes.get(self.at + 1))) {
                        self.at += 2;
                        self.code((high << 4 | low) as u8);
                    }
                }
                b'~' => self.character('\u{A0}'),
                b'_' => self.character('-'),
                b'*' => self.starred = true,
                b'\\' | b'{' | b'}' => self.byte(first),
                b'\r' | b'\n' => self.character('\n'),
                b'-' => {}
                _ => {}
            }
            return;
        }
        let rest = &self.bytes[self.at..];
        let length = rest.iter().take(32).take_while(|b| b.is_ascii_alphabetic()).count();
        let word = &rest[..length];
        let sign = usize::from(rest.get(length) == Some(&b'-'));
        let digits = rest[length + sign..].iter().take(10).take_while(|b| b.is_ascii_digit()).count();
        let number = std::str::from_utf8(&rest[length..length + if digits > 0 { sign + digits } else { 0 }])
            .ok()
            .and_then(|n| n.parse::<i32>().ok());
        self.at += length + if digits > 0 { sign + digits } else { 0 };
        self.at += usize::from(self.bytes.get(self.at) == Some(&b' '));
        self.word(word, number);
    }

    fn word(&mut self, word: &[u8], number: Option<i32>) {
        if word != b"u" {
            self.units.clear();
        }
        match word {
            b"par" | b"line" | b"sect" | b"page" | b"softline" | b"row" | b"column" | b"nestrow" => {
                self.character('\n');
                match word {
                    b"row" => self.tables.end_row(),
                    _ => self.tables.end_line(word == b"par"),
                }
            }
            b"trowd" | b"intbl" if self.is_text() => {
                self.flush_raw();
                self.tables.begin_row();
            }
            b"cell" | b"nestcell" => {
                self.character('\n');
                self.push(BORDER);
                if word == b"cell" {
                    self.tables.end_cell();
                }
            }
            b"tab" => self.character('\t'),
            b"emdash" => self.character('—'),
            b"endash" => self.character('–'),
            b"lquote" => self.character('‘'),
            b"rquote" => self.character('’'),
            b"ldblquote" => self.character('“'),
            b"rdblquote" => self.character('”'),
            b"bullet" => self.character('•'),
            b"emspace" | b"enspace" | b"qmspace" => self.character(' '),
            b"u" => self.unicode(number.unwrap_or(0)),
            b"uc" => self.state.skip = number.unwrap_or(1).clamp(0, 16) as usize,
            b"bin" => self.binary(number.unwrap_or(0).max(0) as usize),
            b"ansicpg" => {
                if let Some(encoding) = code_page(number.unwrap_or(0)) {
                    self.flush_raw();
                    (self.default, self.state.encoding) = (encoding, encoding);
                }
            }
            b"mac" => (self.default, self.state.encoding) = (encoding_rs::MACINTOSH, encoding_rs::MACINTOSH),
            b"f" | b"af" => self.set_font(number.unwrap_or(0)),
            b"fcharset" if self.state.destination == Destination::Fonts => {
                let charset = number.unwrap_or(0);
                self.fonts.insert(self.font, (charset_page(charset).and_then(code_page), charset == 2));
            }
            b"cpg" if self.state.destination == Destination::Fonts => {
                self.fonts.insert(self.font, (code_page(number.unwrap_or(0)), false));
            }
            b"fonttbl" => self.state.destination = Destination::Fonts,
            b"pict" => self.enter(Destination::Picture),
            b"objdata" => self.enter(Destination::Object),
            b"pntext" | b"pntxtb" | b"pntxta" | b"listtext" | b"nonshppict" => {}
            _ if SILENT.contains(&word) => self.state.destination = Destination::Silent,
            _ => {}
        }
        if std::mem::take(&mut self.starred) && !matches!(word, b"u" | b"f") {
            self.push(BORDER);
        }
    }

    /// Text of the document; it is also that of a cell or a line.
    fn take(&mut self, text: &str) {
        self.text.push_str(text);
        self.tables.text(text);
    }

    fn enter(&mut self, destination: Destination) {
        self.flush_raw();
        self.state.destination = destination;
        self.data.clear();
        self.data_at = Some(self.at);
    }

    fn set_font(&mut self, font: i32) {
        self.flush_raw();
        self.font = font;
        if self.state.destination != Destination::Fonts
            && let Some(&(encoding, symbol)) = self.fonts.get(&font)
        {
            self.state.encoding = encoding.unwrap_or(self.default);
            self.state.symbol = symbol;
        }
    }

    fn binary(&mut self, length: usize) {
        let end = self.at.saturating_add(length).min(self.bytes.len());
        if matches!(self.state.destination, Destination::Object | Destination::Picture) && self.data.len() < MOST_DATA {
            self.data.extend_from_slice(&self.bytes[self.at..end]);
        }
        self.at = end;
    }

    /// A byte of the document's own text.
    fn byte(&mut self, b: u8) {
        match self.state.destination {
            Destination::Object | Destination::Picture => self.digit(b),
            Destination::Text | Destination::Silent | Destination::Fonts => self.code(b),
        }
    }

    /// A hexadecimal digit of an object or a picture; the first of a pair waits in `units`.
    fn digit(&mut self, b: u8) {
        let Some(value) = (b as char).to_digit(16) else { return };
        match self.units.pop() {
            Some(high) if self.data.len() < MOST_DATA => self.data.push((u32::from(high) << 4 | value) as u8),
            Some(_) => {}
            None => self.units.push(value as u16),
        }
    }

    /// A byte of the code page.
    fn code(&mut self, b: u8) {
        if self.to_skip > 0 {
            self.to_skip -= 1;
        } else if self.is_text() {
            self.raw.push(b);
            if self.raw.len() == 1 && self.text.is_empty() {
                self.begin = self.at;
            }
            if self.raw.len() > PIECE {
                self.flush_raw();
            }
        }
    }

    fn is_text(&self) -> bool {
        self.state.destination == Destination::Text
    }

    fn unicode(&mut self, number: i32) {
        self.flush_raw();
        self.units.push(number as u16);
        let decoded: Vec<_> = char::decode_utf16(self.units.iter().copied()).collect();
        match decoded[..] {
            // The second half follows.
            [Err(_)] if self.units[0] & 0xFC00 == 0xD800 => {}
            _ => {
                let text: String = decoded.into_iter().map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
                self.units.clear();
                if self.is_text() {
                    self.take(&text);
                }
            }
        }
        self.to_skip = self.state.skip;
    }

    fn character(&mut self, c: char) {
        if self.to_skip > 0 {
            self.to_skip -= 1;
            return;
        }
        self.flush_raw();
        if self.is_text() {
            self.take(c.encode_utf8(&mut [0; 4]));
        }
    }

    fn push(&mut self, c: char) {
        self.flush_raw();
        if self.is_text() {
            self.text.push(c);
        }
    }

    fn flush_raw(&mut self) {
        if !self.raw.is_empty() {
            let encoding = if self.state.symbol { encoding_rs::WINDOWS_1252 } else { self.state.encoding };
            let raw = std::mem::take(&mut self.raw);
            self.take(&encoding.decode_without_bom_handling(&raw).0);
        }
    }

    fn hand_over(&mut self, sink: &mut Sink<'_>) {
        self.flush_raw();
        sink.text(&std::mem::take(&mut self.text), At::Decoded(self.begin as u64));
        self.begin = self.at;
    }
}

/// The file in an object (MS-OLEDS 2.2.4): behind version, format and three names with their lengths; a
/// package holds one more header.
fn object(data: &[u8]) -> &[u8] {
    let number = |at: usize| data.get(at..).and_then(|b| b.first_chunk()).map(|b| u32::from_le_bytes(*b) as usize);
    let mut at = 8usize;
    for _ in 0..3 {
        let Some(length) = number(at) else { return data };
        at = at.saturating_add(4).saturating_add(length);
    }
    data.get(at.saturating_add(4)..).filter(|rest| !rest.is_empty()).unwrap_or(data)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;

    const SAMPLE: &str = "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fcharset0 Arial;}{\\f1\\fcharset204 Arial Cyr;}}{\\info{\\title Wires}}\
        \\pard First St{\\b ate} Bank\\par Soci\\'e9t\\'e9 \\u1041?\\u1072?\\u1085?\\u1082? {\\f1 \\'c1\\'e0\\'ed\\'ea}\\par\r\n\
        {\\*\\bkmkstart x}{\\header Head of it}\\u-10179?\\u-8704?{\\v hidden}{\\footnote a note}Ann\\cell Lee\\cell\\row\
        {\\object{\\*\\objdata 0105000002000000\r\n0200000041000000000000000000020000006869}}{\\pict\\bin3 }{}}\\{ end}trailing text here";

    fn seen(text: &[u8]) -> (String, Vec<Vec<u8>>, Vec<Cause>) {
        read_with(read, text, |sink, collector| {
            assert!(sink.coverage.clone().partition(text.len() as u64).iter().all(|(_, c)| c.is_some()));
            (collector.text(), collector.members.lock().unwrap().clone(), sink.gaps.iter().map(|g| g.cause).collect())
        })
    }

    #[test]
    fn text_comes_out_of_its_code_pages() {
        assert!((FORMAT.recognise)(&Probe::new(SAMPLE.as_bytes())));
        let (text, members, causes) = seen(SAMPLE.as_bytes());
        for wanted in [
            "First State Bank\nSociété Банк Банк\n",
            "Wires",
            "Head of it",
            "😀",
            "hidden",
            "a note",
            "Ann\n\u{1E}Lee",
            "trailing text",
            "{ end",
        ] {
            assert!(text.contains(wanted), "{wanted} in {text:?}");
        }
        assert!(!text.contains("Arial"));
        assert_eq!((&members[0][..], causes), (&b"hi"[..], vec![]));
    }

    #[test]
    fn tables_are_records() {
        let row = |cells: [&str; 2]| {
            format!("\\trowd\\cellx1\\cellx2{}\\row\n", cells.map(|cell| format!("\\pard\\intbl {cell}\\cell")).concat())
        };
        let rows = [["Client code", "Name"], ["QX7", "Ann {\\b L}ee\\par Jr"], ["QX9", "Bob Ray"]].map(row).concat();
        let text = format!("{{\\rtf1 Before\\par\n{rows}\\pard After\\par one\\tab 1\\par two\\tab 2\\par}}");
        read_with(read, text.as_bytes(), |sink, collector| {
            assert_eq!(sink.facts.tables.iter().map(|table| table.rows).collect::<Vec<_>>(), [2, 2]);
            let text = collector.text();
            assert!(text.contains("QX7\tAnn Lee Jr\n") && text.contains("After\n"), "{text:?}");
        });
    }

    #[test]
    fn damage_is_covered_and_said() {
        for cut in 6..SAMPLE.len() - 20 {
            assert_eq!(seen(&SAMPLE.as_bytes()[..cut]).2, [Cause::Truncated], "cut at {cut}");
        }
        for i in 0..SAMPLE.len() {
            let mut broken = SAMPLE.as_bytes().to_vec();
            broken[i] ^= 0x21;
            seen(&broken);
        }
        seen(&b"{\\rtf1".repeat(20_000));
        seen(b"{\\rtf1 \\bin99999999999 x");
    }
}
