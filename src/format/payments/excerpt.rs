//! Payments amid other text: records and messages that a program wrote into its log, or that somebody pasted into a
//! mail. Their typed fields say whose they are as they do in a file of their own; the text around them stays text, and
//! what is missing of them is no gap, since every byte of it was read.

mod json_message;
mod json_string;
mod lines;
mod messages;
#[cfg(test)]
#[path = "excerpt/tests.rs"]
mod more_tests;
mod records;

use super::nacha::layout::{LENGTH, is_batch_header, is_file_header};
use super::record::{Record, is_digits};
use super::routing_number::RoutingNumber;
use super::{BACS18, BAI2, CPA005, EDIFACT, FEDWIRE, ISO20022, MT940, NACHA, OFX, SWIFT, X12, X937, value};
use crate::format::{Format, Probe, Sink};
use aho_corasick::packed;
use memchr::{memchr, memmem};
use std::ops::Range;
use std::sync::LazyLock;

/// A stretch is not longer, so that it can be decoded in memory.
const LONGEST: usize = 64 << 20;
/// So much of a stretch says what it is.
const HEAD: usize = 64 << 10;
/// So many bytes of records are read at once.
const RECORDS: usize = 4 << 20;
/// Lines without a record between two records of one file.
const BETWEEN: usize = 400;
/// Record size, blocking factor and format code of every NACHA file header, and where they stand in it.
const NACHA_SIZES: (&[u8], usize) = (b"094101", 34);

/// How the files of a layout are found in other text.
struct Layout {
    format: &'static Format,
    /// What its files hold and other text hardly ever does.
    mark: &'static [u8],
    /// Where the stretch begins around a mark that stands at a place, behind what was taken already.
    start: fn(&[u8], usize, usize) -> Option<usize>,
    /// Where it ends, by its start and the mark.
    end: fn(&[u8], Range<usize>, &mut Ahead) -> Option<usize>,
    /// What a stretch means: the bytes of a file of the layout.
    meant: fn(&[u8], &Range<usize>) -> Vec<u8>,
}

/// The layouts that are looked for; records that have a line each are looked for by lines.
static LAYOUTS: &[Layout] = &[
    Layout {
        format: &NACHA,
        mark: NACHA_SIZES.0,
        start: records::nacha_start,
        end: records::nacha_in_a_line,
        meant: records::nacha_records,
    },
    Layout { format: &SWIFT, mark: b"{1:F", start: messages::swift_start, end: messages::swift_end, meant: lines::swift },
    Layout { format: &SWIFT, mark: b"{1:f", start: messages::swift_start, end: messages::swift_end, meant: lines::swift },
    Layout { format: &FEDWIRE, mark: b"{3100}", start: messages::fedwire_start, end: messages::fedwire_end, meant: lines::meant },
    Layout { format: &BAI2, mark: b"02,", start: records::bai2_start, end: records::bai2_end, meant: lines::meant },
    Layout { format: &MT940, mark: b":60F:", start: messages::statement_start, end: messages::statement_end, meant: lines::meant },
    Layout { format: &X12, mark: b"ST*8", start: messages::x12_start, end: messages::x12_end, meant: lines::meant },
    Layout { format: &BACS18, mark: b"UHL1 ", start: records::bacs18_start, end: records::bacs18_end, meant: lines::meant },
    Layout { format: &CPA005, mark: b"A000000001", start: records::line_start, end: records::cpa005_end, meant: lines::meant },
    Layout { format: &X937, mark: b"0103T", start: records::line_start, end: records::x937_end, meant: lines::meant },
    Layout { format: &X937, mark: b"0103P", start: records::line_start, end: records::x937_end, meant: lines::meant },
    Layout { format: &OFX, mark: b"<BANKACCTFROM>", start: messages::ofx_start, end: messages::ofx_end, meant: lines::meant },
    Layout { format: &OFX, mark: b"<bankacctfrom>", start: messages::ofx_start, end: messages::ofx_end, meant: lines::meant },
    Layout { format: &OFX, mark: b"&lt;BANKACCTFROM", start: messages::ofx_start, end: messages::ofx_end, meant: lines::meant },
    Layout { format: &EDIFACT, mark: b"UNB+UN", start: messages::edifact_start, end: messages::edifact_end, meant: lines::meant },
    Layout {
        format: &ISO20022,
        mark: b"urn:iso:std:iso:20022:",
        start: messages::iso20022_start,
        end: messages::iso20022_end,
        meant: lines::markup,
    },
    Layout { format: &ISO20022, mark: b"\"GrpHdr\"", start: json_message::start, end: json_message::end, meant: json_message::meant },
    Layout { format: &ISO20022, mark: b"\"grpHdr\"", start: json_message::start, end: json_message::end, meant: json_message::meant },
    Layout { format: &ISO20022, mark: b"GrpHdr\\", start: json_string::start, end: json_string::end, meant: json_string::meant },
    Layout { format: &ISO20022, mark: b"grpHdr\\", start: json_string::start, end: json_string::end, meant: json_string::meant },
];

/// Reads the payments amid text of an ASCII-compatible encoding.
pub fn read_amid_text(bytes: &[u8], sink: &mut Sink<'_>) {
    read_at(bytes, &value::offset, sink);
}

/// Reads the payments in a value that stands at an offset of the item: a file, or what stands amid text.
pub fn read_in_value(bytes: &[u8], offset: u64, sink: &mut Sink<'_>) {
    // Whose a message without its block 1 is, what stands beside the value may say.
    let says_whose = |layout: &&Format| layout.name != SWIFT.name || super::swift::beginning::names_owner(bytes.trim_ascii_start());
    match super::layout_of(&Probe::new(bytes)).filter(says_whose) {
        Some(layout) => sink.payments_amid_text(layout, bytes, offset),
        None => read_at(bytes, &|_| offset, sink),
    }
}

/// Reads the payments in a range of an item that is no text, but in which some were found ([`is_amid_text`]): where no
/// file begins, what a record without one looks like is too little amid other bytes.
pub fn read_amid_bytes(bytes: &[u8], offset: u64, sink: &mut Sink<'_>) {
    read_at(bytes, &|at| offset + value::offset(at), sink);
}

/// Reads the payments in text whose places stand at these offsets of the item.
pub fn read_at(bytes: &[u8], offset: &dyn Fn(usize) -> u64, sink: &mut Sink<'_>) {
    read_records(bytes, offset, sink);
    for layout in with_marks(bytes) {
        for range in stretches(layout, bytes) {
            if sink.stopped() {
                return;
            }
            sink.payments_amid_text(layout.format, &(layout.meant)(bytes, &range), offset(range.start));
        }
    }
}

/// What is looked for ahead of one place after another, and searched no byte twice for.
#[derive(Default)]
struct Ahead {
    found: Option<usize>,
    /// All before this place was searched.
    searched: usize,
}

impl Ahead {
    /// The first place in a range that `search` finds; ranges begin and end one behind the other.
    fn find(&mut self, range: Range<usize>, search: impl FnOnce(Range<usize>) -> Option<usize>) -> Option<usize> {
        if self.found.is_none_or(|found| found < range.start) {
            let open = range.start.max(self.searched)..range.end;
            self.found = if open.is_empty() { None } else { search(open) };
            self.searched = self.found.map_or(range.end.max(self.searched), |found| found + 1);
        }
        self.found.filter(|found| range.contains(found))
    }
}

/// Does other text hold a payment file somewhere?
pub fn is_amid_text(bytes: &[u8]) -> bool {
    let layouts = with_marks(bytes);
    layouts.iter().any(|layout| stretches(layout, bytes).next().is_some())
        || layouts.iter().any(|layout| layout.mark == NACHA_SIZES.0)
            && memmem::find_iter(bytes, NACHA_SIZES.0).any(|mark| records::holds_nacha(bytes, mark))
}

/// Might [`read_amid_text`] find something in a text of which these bytes are a part, apart from its ends? What numbers hold
/// by chance is a mark where a file or group begins there, which a few hundred bytes around it say; any other is one.
pub fn may_stand_in(bytes: &[u8]) -> bool {
    let is_chance = |mark: &[u8]| mark.iter().all(|b| b.is_ascii_digit() || *b == b',');
    let begins = |layout: &Layout| {
        !is_chance(layout.mark) || memmem::find_iter(bytes, layout.mark).any(|mark| (layout.start)(bytes, mark, 0).is_some())
    };
    let mut sizes = memmem::find_iter(bytes, NACHA_SIZES.0).peekable();
    let is_record = |line: Range<usize>| {
        while sizes.next_if(|place| *place < line.start).is_some() {}
        record(&bytes[line.clone()], sizes.peek().map(|place| place - line.start), false).is_some()
    };
    with_marks(bytes).into_iter().any(begins) || lines_of(bytes).any(is_record)
}

/// The layouts whose marks stand in some bytes, which are gone through once for all of them. No mark begins with what
/// another ends with in any file of a layout.
fn with_marks(bytes: &[u8]) -> Vec<&'static Layout> {
    /// All at once, where the processor can do that.
    static MARKS: LazyLock<Option<packed::Searcher>> =
        LazyLock::new(|| packed::Config::new().builder().extend(LAYOUTS.iter().map(|layout| layout.mark)).build());
    let Some(marks) = &*MARKS else { return LAYOUTS.iter().filter(|layout| memmem::find(bytes, layout.mark).is_some()).collect() };
    let all = (1u32 << LAYOUTS.len()) - 1;
    let mut seen = 0u32;
    for mark in marks.find_iter(bytes) {
        seen |= 1 << mark.pattern().as_u32();
        if seen == all {
            break;
        }
    }
    LAYOUTS.iter().enumerate().filter(|(n, _)| seen >> n & 1 == 1).map(|(_, layout)| layout).collect()
}

/// The stretches of a layout, in order: those that its own recogniser takes. What only begins like one hides no other.
fn stretches<'b>(layout: &'static Layout, bytes: &'b [u8]) -> impl Iterator<Item = Range<usize>> + use<'b> {
    let finder = memmem::Finder::new(layout.mark);
    let (mut from, mut taken, mut ahead) = (0, 0, Ahead::default());
    let is_file = move |head: Range<usize>| (layout.format.recognise)(&Probe::new(&(layout.meant)(bytes, &head)));
    std::iter::from_fn(move || {
        loop {
            let mark = from + finder.find(bytes.get(from..)?)?;
            from = mark + layout.mark.len();
            let Some(start) = (layout.start)(bytes, mark, taken).filter(|start| *start >= taken) else { continue };
            // Its head is looked at before its end is looked for, and once more where it ends within.
            let head = start..bytes.len().min(start + HEAD);
            if !is_file(head.clone()) {
                continue;
            }
            let Some(end) = (layout.end)(bytes, start..mark, &mut ahead).filter(|end| *end > mark) else { continue };
            if end >= head.end || is_file(start..end) {
                taken = end;
                from = from.max(end);
                return Some(start..end);
            }
        }
    })
}

/// Lines without their ends.
fn lines_of(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at;
        let end = (start < bytes.len()).then(|| line_end(bytes, start))?;
        at = end + 1;
        Some(start..end)
    })
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    bytes.get(from..).and_then(|rest| memchr(b'\n', rest)).map_or(bytes.len(), |end| from + end)
}

/// The records of NACHA files, each on a line of its own behind whatever a program writes before it.
fn read_records(bytes: &[u8], offset: &dyn Fn(usize) -> u64, sink: &mut Sink<'_>) {
    let mut records: Vec<u8> = Vec::new();
    let (mut first, mut idle, mut at, mut lines) = (0, 0, 0, 0u32);
    let mut sizes = memmem::find_iter(bytes, NACHA_SIZES.0).peekable();
    while at < bytes.len() {
        lines = lines.wrapping_add(1);
        if lines.is_multiple_of(4096) && sink.stopped() {
            return;
        }
        let end = line_end(bytes, at);
        while sizes.next_if(|place| *place < at).is_some() {}
        let record = record(&bytes[at..end], sizes.peek().map(|place| place - at), !records.is_empty());
        // A file header begins another file; what is too much to hold is read as far as it goes.
        let begins = record.is_some_and(|record| record[0] == b'1') || records.len() >= RECORDS;
        if !records.is_empty() && (begins || idle > BETWEEN) {
            sink.payments_amid_text(&NACHA, &std::mem::take(&mut records), offset(first));
        }
        match record {
            Some(record) => {
                if records.is_empty() {
                    first = at;
                }
                records.extend_from_slice(record);
                records.push(b'\n');
                idle = 0;
            }
            None => idle += 1,
        }
        at = end + 1;
    }
    if !records.is_empty() {
        sink.payments_amid_text(&NACHA, &records, offset(first));
    }
}

/// The record at the end of a line, where the sizes of a file header may stand; the last one of a file only where one
/// is open.
fn record(line: &[u8], sizes: Option<usize>, open: bool) -> Option<&[u8]> {
    // Markup writes the carriage return of a line end as a reference.
    let returns = [&b"&#13;"[..], b"&#xD;", b"&#xd;"];
    let line = returns.into_iter().find_map(|end| line.strip_suffix(end)).unwrap_or(line);
    let last = line.iter().rposition(|b| !matches!(b, b' ' | b'\r' | b'"' | b'\'' | b']' | b'}' | b')' | b'>' | b'|' | b',' | b';'))?;
    let line = &line[..=last];
    let whole = line.len().checked_sub(LENGTH).filter(|&start| stands_alone(line, start)).map(|start| &line[start..]);
    if let Some(record) = whole.filter(|record| is_record(record)) {
        return Some(record);
    }
    // Blanks at the end of a header and of the last record are lost where lines are written.
    let (mark, place) = NACHA_SIZES;
    if let Some(start) = sizes.filter(|at| at + mark.len() <= line.len()).and_then(|found| found.checked_sub(place))
        && stands_alone(line, start)
        && is_file_header(&line[start..])
    {
        return Some(&line[start..line.len().min(start + LENGTH)]);
    }
    if !open {
        return None;
    }
    let digits = line.iter().rposition(|b| !b.is_ascii_digit()).map_or(0, |at| at + 1);
    let control = &line[digits..];
    (control.len() == 55 && control[0] == b'9' && stands_alone(line, digits)).then_some(control)
}

/// Does something else than a letter or digit stand before this place, or nothing?
fn stands_alone(line: &[u8], start: usize) -> bool {
    start.checked_sub(1).is_none_or(|before| !line[before].is_ascii_alphanumeric())
}

/// Have these 94 characters the shape of a batch header, an entry, an addenda or a batch control?
fn is_record(record: &[u8]) -> bool {
    let digits = |range: Range<usize>| record.get(range).is_some_and(is_digits);
    match record.first() {
        Some(b'5') => is_batch_header(&Record::new(record, 0)),
        Some(b'6') => {
            digits(1..11)
                && RoutingNumber::of_eight_and_check(&record[3..12]).is_some()
                && digits(29..39)
                && matches!(record[78], b'0' | b'1')
                && digits(79..94)
                && RoutingNumber::of_eight(&record[79..87]).is_some()
        }
        Some(b'7') => digits(1..3) && digits(83..94),
        Some(b'8') => digits(1..44) && digits(79..94),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::PaymentFacts;
    use crate::format::testing::Collector;

    const ODFI: &str = "061000052";

    fn file() -> String {
        let mut lines = vec![
            format!("101 061000146 {ODFI}2503040330A094101{:<23}{:<23}", "OPERATOR", "ORIGIN"),
            format!(
                "5220{:<16}{:<20}{:<10}PPD{:<10}{:<6}250304   1{}0000001",
                "MAPLE WORKS",
                "",
                "1234567890",
                "PAYROLL",
                "250304",
                &ODFI[..8]
            ),
        ];
        for n in 1..4 {
            lines.push(format!("62206100014612345678{n:<9}{:010}{n:<15}{:<22}  0{}{n:07}", 100 * n, format!("EMPLOYEE {n}"), &ODFI[..8]));
        }
        lines.push(format!("822000000300183000420000000000000000000006001234567890{:25}{}0000001", "", &ODFI[..8]));
        lines.push("9000001000001000000030018300042000000000000000000000600".to_owned());
        lines.join("\n")
    }

    fn facts(text: &str) -> Option<PaymentFacts> {
        let collector = Collector::default();
        let mut sink = Sink::new(&collector);
        read_amid_text(text.as_bytes(), &mut sink);
        assert!(sink.gaps.is_empty() && sink.members.is_empty(), "what stands amid text is neither a gap nor a member");
        sink.flush();
        assert!(collector.passages.lock().unwrap().is_empty(), "its text is that of the item");
        sink.facts.payments
    }

    pub(super) fn owners(text: &str) -> Vec<String> {
        let units = facts(text).map_or(Vec::new(), |facts| facts.units);
        units.iter().flat_map(|unit| unit.owners.keys().map(|party| party.value.clone())).collect()
    }

    #[test]
    fn records_behind_a_prefix_say_whose_they_are() {
        for prefix in ["2025-03-04 03:30:01,123 DEBUG [pool-7] writer - ", "<7>rec=", "", "03:30 | \""] {
            let close = if prefix.ends_with('"') { "\"}" } else { "" };
            let logged: String = file().lines().map(|line| format!("{prefix}{line}{close}\nsomething else\n")).collect();
            let facts = facts(&logged).unwrap_or_else(|| panic!("{prefix:?}"));
            assert!(facts.beside_others);
            assert_eq!(owners(&logged), [ODFI], "{prefix:?}");
            assert_eq!((facts.units[0].records, facts.units[0].persons.len()), (3, 3), "{prefix:?}");
            // Without its first and its last line.
            let cut: Vec<&str> = logged.lines().collect();
            assert_eq!(owners(&cut[2..cut.len() - 2].join("\n")), [ODFI], "{prefix:?}");
        }
    }

    #[test]
    fn messages_amid_text_say_whose_they_are() {
        let swift = "{1:F01BANKDEFFAXXX0000000000}{2:I103BANKFRPPXXXXN}{4:\r\n:20:1\r\n:32A:250304EUR1,\r\n:50K:ANN\r\n:59:/1\r\nBO\r\n:71A:SHA\r\n-}";
        let wire = "{1500}02        P {1510}1000{1520}20250304ABCDEFGH000001{2000}000000010000{3100}061000052SENDER*{3400}061000146RECEIVER*{3600}CTR{4200}D1*Bo*{5000}D2*Ann*";
        for (message, owner) in [(swift, "BANKDEFF"), (wire, ODFI)] {
            for text in [
                format!("03:30:01 INFO sent {message} ok\n"),
                format!("{{\"at\":\"03:30\",\"body\":\"{}\"}}\n", message.replace('\r', "\\r").replace('\n', "\\n")),
            ] {
                assert_eq!(owners(&text), [owner], "{text}");
            }
        }
        let xml = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\"><FIToFICstmrCdtTrf><GrpHdr><MsgId>1</MsgId><CreDtTm>2025-03-04T03:30:00</CreDtTm><InstgAgt><FinInstnId><BICFI>BANKDEFF</BICFI></FinInstnId></InstgAgt><InstdAgt><FinInstnId><BICFI>BANKFRPP</BICFI></FinInstnId></InstdAgt></GrpHdr></FIToFICstmrCdtTrf></Document>";
        assert_eq!(owners(&format!("03:30:01 INFO out: {xml} (1 ms)\n")), ["BANKDEFF"]);
        assert_eq!(owners(&format!("{{\"body\":\"{}\"}}\n", xml.replace('"', "\\\""))), ["BANKDEFF"]);
    }

    #[test]
    fn words_and_numbers_are_no_payments() {
        let numbers = "6".repeat(94);
        let text = format!("see {{1:F in the manual, urn:iso:std:iso:20022: and {{1500}}\n{numbers}\n 094101 \n{}\n", "9".repeat(60));
        assert_eq!(facts(&text), None);
        let whole = file();
        for cut in 0..whole.len() {
            facts(&whole[cut..]);
            facts(&whole[..cut]);
        }
    }
}
