//! Payments amid other text: records and messages that a program wrote into its log, or that somebody pasted into a
//! mail. Their typed fields say whose they are as they do in a file of their own; the text around them stays text, and
//! what is missing of them is no gap, since every byte of it was read.

use super::nacha::layout::{LENGTH, is_batch_header, is_file_header};
use super::record::{Record, is_digits};
use super::routing_number::RoutingNumber;
use super::{FEDWIRE, ISO20022, NACHA, SWIFT};
use crate::format::{Format, Probe, Sink};
use memchr::{memchr, memmem};
use std::ops::Range;

/// A message is not looked for beyond so many bytes behind its beginning.
const LONGEST: usize = 1 << 20;
/// So many bytes of records are read at once.
const RECORDS: usize = 4 << 20;
/// Lines without a record between two records of one file.
const BETWEEN: usize = 400;
/// Between the header of a message and its document.
const HEADER_GAP: usize = 400;
/// Record size, blocking factor and format code of every NACHA file header, and where they stand in it.
const NACHA_SIZES: (&[u8], usize) = (b"094101", 34);

/// Reads the payments amid text of an ASCII-compatible encoding.
pub fn read_amid_text(bytes: &[u8], sink: &mut Sink<'_>) {
    read_records(bytes, sink);
    for (layout, mark, find) in MESSAGES {
        let finder = memmem::Finder::new(mark);
        let mut at = 0;
        while let Some(found) = finder.find(&bytes[at..]).map(|n| at + n) {
            if sink.stopped() {
                return;
            }
            at = found + mark.len();
            let Some(range) = find(bytes, found) else { continue };
            let message = unescaped(&bytes[range.clone()]);
            if (layout.recognise)(&Probe::new(&message)) {
                sink.payments_amid_text(layout, &message, range.start as u64);
                at = at.max(range.end);
            }
        }
    }
}

/// Where a message stands of which a mark was found at a place.
type Find = fn(&[u8], usize) -> Option<Range<usize>>;

static MESSAGES: [(&Format, &[u8], Find); 4] = [
    (&SWIFT, b"{1:F", swift),
    (&FEDWIRE, b"{1500}", fedwire),
    (&FEDWIRE, b"{1510}", fedwire),
    (&ISO20022, b"urn:iso:std:iso:20022:", iso20022),
];

/// From block 1 to the end of block 4, or to the end of the line where there is none.
fn swift(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = &bytes[at..bytes.len().min(at + LONGEST)];
    let rest = &rest[..memmem::find(&rest[1..], b"{1:F").map_or(rest.len(), |next| next + 1)];
    let end = match memmem::find(rest, b"{4:") {
        Some(text) => memmem::find(&rest[text..], b"-}").map(|end| text + end + 2),
        None => None,
    };
    Some(at..at + end.unwrap_or_else(|| line_end(rest, 0)))
}

/// From its first tag to the end of the line, and the lines below it that begin with a tag.
fn fedwire(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = &bytes[at..bytes.len().min(at + LONGEST)];
    let is_tag = |at: usize| matches!(rest.get(at..at + 6), Some([b'{', tag @ .., b'}']) if is_digits(tag));
    let mut end = line_end(rest, 0);
    while is_tag(end + 1) {
        end = line_end(rest, end + 1);
    }
    Some(at..at + end)
}

/// The element whose namespace was found; a header with the document behind it.
fn iso20022(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let (start, mut end) = element(bytes, at)?;
    if memmem::find(&bytes[at..end.min(at + 64)], b":head.").is_some() {
        let window = &bytes[end..bytes.len().min(end + HEADER_GAP)];
        if let Some((_, last)) = memmem::find(window, b"urn:iso:std:iso:20022:").and_then(|mark| element(bytes, end + mark)) {
            end = last;
        }
    }
    Some(start..end)
}

/// Beginning and end of the element in whose start tag a place is.
fn element(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let start = at.saturating_sub(400) + bytes[at.saturating_sub(400)..at].iter().rposition(|b| *b == b'<')?;
    let name = bytes[start + 1..at].split(|b| b.is_ascii_whitespace()).next()?;
    let rest = &bytes[at..bytes.len().min(at + LONGEST)];
    let close = [b"</", name, b">"].concat();
    Some((start, at + memmem::find(rest, &close)? + close.len()))
}

/// A message as it was before a program wrote it into a line or a string.
fn unescaped(message: &[u8]) -> Vec<u8> {
    if memchr(b'\\', message).is_none() {
        return message.to_vec();
    }
    let mut out = Vec::with_capacity(message.len());
    let mut rest = message;
    while let Some(at) = memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        let (byte, taken) = match rest.get(at + 1) {
            Some(b'n') => (b'\n', 2),
            Some(b'r') => (b'\r', 2),
            Some(b't') => (b'\t', 2),
            Some(b'"') => (b'"', 2),
            Some(b'/') => (b'/', 2),
            Some(b'\\') => (b'\\', 2),
            Some(_) | None => (b'\\', 1),
        };
        out.push(byte);
        rest = &rest[at + taken..];
    }
    out.extend_from_slice(rest);
    out
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    bytes.get(from..).and_then(|rest| memchr(b'\n', rest)).map_or(bytes.len(), |end| from + end)
}

/// The records of NACHA files, each on a line of its own behind whatever a program writes before it.
fn read_records(bytes: &[u8], sink: &mut Sink<'_>) {
    let mut records: Vec<u8> = Vec::new();
    let (mut first, mut idle, mut at, mut lines) = (0, 0, 0, 0u32);
    while at < bytes.len() {
        lines = lines.wrapping_add(1);
        if lines.is_multiple_of(4096) && sink.stopped() {
            return;
        }
        let end = line_end(bytes, at);
        let record = record(&bytes[at..end], !records.is_empty());
        // A file header begins another file; what is too much to hold is read as far as it goes.
        let begins = record.is_some_and(|record| record[0] == b'1') || records.len() >= RECORDS;
        if !records.is_empty() && (begins || idle > BETWEEN) {
            sink.payments_amid_text(&NACHA, &std::mem::take(&mut records), first as u64);
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
        sink.payments_amid_text(&NACHA, &records, first as u64);
    }
}

/// The record at the end of a line; the last one of a file only where one is open.
fn record(line: &[u8], open: bool) -> Option<&[u8]> {
    let last = line.iter().rposition(|b| !matches!(b, b' ' | b'\r' | b'"' | b'\'' | b']' | b'}' | b')' | b'>' | b'|' | b',' | b';'))?;
    let line = &line[..=last];
    let whole = line.len().checked_sub(LENGTH).filter(|&start| stands_alone(line, start)).map(|start| &line[start..]);
    if let Some(record) = whole.filter(|record| is_record(record)) {
        return Some(record);
    }
    // Blanks at the end of a header and of the last record are lost where lines are written.
    let (sizes, place) = NACHA_SIZES;
    if let Some(start) = memmem::find(line, sizes).and_then(|found| found.checked_sub(place))
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
        Some(b'5') => is_batch_header(&Record::new(record, 0)) && digits(87..94),
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
    use crate::format::testing::Collector;
    use crate::format::{PaymentFacts, payments};

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

    fn owners(text: &str) -> Vec<String> {
        let units = facts(text).map_or(Vec::new(), |facts| facts.units);
        units.iter().flat_map(|unit| unit.owners.keys().map(|party| party.value.clone())).collect()
    }

    #[test]
    fn records_behind_a_prefix_say_whose_they_are() {
        for prefix in ["2025-03-04 03:30:01,123 DEBUG [pool-7] writer - ", "<7>rec=", "", "03:30 | \""] {
            let close = if prefix.ends_with('"') { "\"}" } else { "" };
            let logged: String = file().lines().map(|line| format!("{prefix}{line}{close}\nsomething else\n")).collect();
            let facts = facts(&logged).unwrap_or_else(|| panic!("{prefix:?}"));
            assert!(facts.amid_text);
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
        let layouts = payments::LAYOUTS.len();
        assert!(layouts >= MESSAGES.len());
        let whole = file();
        for cut in 0..whole.len() {
            facts(&whole[cut..]);
            facts(&whole[..cut]);
        }
    }
}
