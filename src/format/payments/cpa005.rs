//! CPA-005: Canadian automated funds transfer files.
//!
//! Payments Canada Standard 005: logical records of 1464 characters, type `A` header, `C` `D` payments,
//! `E` `F` corrections, `I` `J` returns, `Z` trailer; payments in six segments of 240 characters. An
//! institution is a `0`, three digits of the bank and five of the transit. Whose a file is: the bank to
//! which returns go, which as a rule is the bank of the destination data centre; where they differ, the
//! file may be either's.

use super::company::is_company;
use super::day;
use super::ebcdic;
use super::record::{Record, fixed_at, is_digits, number};
use crate::format::{Failure, Format, Party, Probe, Runs, Sink};
use crate::model::{Cause, Class, DataElement, Person, Scheme};

/// CPA-005 files.
pub const FORMAT: Format = Format {
    name: "cpa005",
    media_type: "application/x-cpa-005",
    recognise,
    read,
    runs: Runs::Inside,
    version: 4,
    limitations: &["Files of 80-character records (short CPA-005 forms of some banks) are text."],
};

/// Characters of a logical record.
const LENGTH: usize = 1464;
/// Characters of a segment, and of what stands before the first.
const SEGMENT: usize = 240;
const PREFIX: usize = 24;
/// Blanks that may fill a record.
const FILLING: usize = 100;
/// A file that is broken everywhere has as many gaps as tell that.
const MOST_GAPS: usize = 64;

fn recognise(probe: &Probe<'_>) -> bool {
    let mut decoded = Vec::new();
    let head = &probe.head[..probe.head.len().min(2 * LENGTH + FILLING)];
    let head = if is_ebcdic(head) {
        ebcdic::decode_into(head, &mut decoded);
        &decoded
    } else {
        head
    };
    let record = Record::new(&head[..head.len().min(LENGTH)], 0);
    let Some(number) = number(record.field(2, 10)) else { return false };
    let is_first = if record.char_at(1) == b'A' { number == 1 && is_header(&record) } else { is_payment(&record) };
    let second = next_at(head, fixed_at(head, 0, LENGTH).1);
    let follows = |second: &[u8]| second[0].is_ascii_uppercase() && second[1..] == *format!("{:09}", number + 1).as_bytes();
    // What has no header is told by a second record, which has the same originator and file number.
    is_first
        && match head.get(second..second + PREFIX) {
            Some(second) => follows(&second[..10]) && second[10..] == *record.field(11, PREFIX),
            None => record.char_at(1) == b'A' && head.get(second..second + 10).is_none_or(follows),
        }
}

/// A header: number, originator, file number, day, data centre.
fn is_header(record: &Record<'_>) -> bool {
    is_digits(record.field(21, 24))
        && is_digits(record.field(25, 30))
        && record.char_at(25) == b'0'
        && is_digits(record.field(31, 35))
        && is_originator(record.field(11, 20))
}

/// Payments, corrections, returns: number, originator, file number, and a segment of a transaction code, an amount, a
/// day and an institution.
fn is_payment(record: &Record<'_>) -> bool {
    matches!(record.char_at(1), b'C' | b'D' | b'E' | b'F' | b'I' | b'J')
        && is_originator(record.field(11, 20))
        && is_digits(record.field(21, 52))
        && record.field(21, 52).len() == 32
        && record.char_at(38) == b'0'
        && record.char_at(44) == b'0'
}

fn is_originator(field: &[u8]) -> bool {
    field.iter().all(|b| b.is_ascii_alphanumeric() || *b == b' ')
}

/// Does a file in EBCDIC begin here?
fn is_ebcdic(head: &[u8]) -> bool {
    head.first().is_some_and(|first| b"ACDEFIJ".iter().any(|kind| ebcdic::encode(*kind) == *first))
        && head.get(1..10).is_some_and(|digits| digits.iter().all(|b| (0xF0..=0xF9).contains(b)))
}

/// Where the next record begins: blanks and line ends in both character sets may fill one up to a longer fixed length,
/// and none begins with one.
fn next_at(bytes: &[u8], end: usize) -> usize {
    let is_filling = |b: &&u8| matches!(**b, b' ' | 0 | b'\r' | b'\n' | 0x40 | 0x15 | 0x25 | 0x85);
    end + bytes.get(end..).unwrap_or_default().iter().take(FILLING).take_while(is_filling).count()
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    sink.begin_payments("cpa005");
    let is_ebcdic = is_ebcdic(bytes);
    let mut reader = Reader { sink, centre: None, returns: Vec::new(), returned: false, open: false, records: 0, items: 0, stray: 0 };
    let (mut at, mut scratch) = (0, Vec::new());
    // Records without line ends are never shortened.
    let fixed = is_ebcdic || fixed_at(bytes, 0, LENGTH) == (LENGTH, LENGTH);
    while at < bytes.len() {
        if reader.records.is_multiple_of(256) && reader.sink.stopped() {
            return Ok(());
        }
        let (end, next) =
            if is_ebcdic { ((at + LENGTH).min(bytes.len()), (at + LENGTH).min(bytes.len())) } else { fixed_at(bytes, at, LENGTH) };
        let next = next_at(bytes, next);
        let is_record = if is_ebcdic {
            ebcdic::decode_into(&bytes[at..end], &mut scratch);
            reader.record(&Record::decoded(&scratch, at as u64))
        } else {
            reader.record(&Record::new(&bytes[at..end], at as u64))
        };
        if is_record {
            reader.sink.cover(at as u64..next as u64, Class::Read);
        }
        if fixed && end - at < LENGTH && !bytes[at..end].trim_ascii().is_empty() {
            reader.gap(end as u64, Cause::Truncated, "a record is cut");
        }
        at = next;
    }
    reader.close_file(bytes.len() as u64, false);
    if reader.stray > 0 {
        let note = format!("{} lines are no records of the layout", reader.stray);
        reader.sink.payment_note(note);
    }
    Ok(())
}

/// `0`, bank and transit, and where they stand.
type Placed = ([u8; 9], u64);

struct Reader<'s, 'o> {
    sink: &'s mut Sink<'o>,
    /// Bank of the destination data centre.
    centre: Option<([u8; 3], u64)>,
    /// Institutions to which returns go.
    returns: Vec<Placed>,
    /// The file holds returns.
    returned: bool,
    open: bool,
    records: u64,
    items: u64,
    stray: u64,
}

impl Reader<'_, '_> {
    /// Takes a record; false where it is none of the layout.
    fn record(&mut self, record: &Record<'_>) -> bool {
        if record.bytes().trim_ascii().is_empty() {
            return true;
        }
        let kind = record.char_at(1);
        if !is_digits(record.field(2, 10)) || !kind.is_ascii_uppercase() {
            self.stray += 1;
            return false;
        }
        self.records += 1;
        match kind {
            b'A' => {
                self.close_file(record.at, false);
                (self.open, self.records) = (true, 1);
                self.centre = record.field(31, 33).try_into().ok().filter(|b: &[u8; 3]| is_digits(b)).map(|bank| (bank, record.offset(31)));
                self.sink.dated(day::of_year(record.field(25, 30)));
                record.push(self.sink, &[1, 10, 20, 24, 30, 35, 55, 58]);
            }
            b'C' | b'D' | b'E' | b'F' | b'I' | b'J' => {
                self.returned |= matches!(kind, b'I' | b'J');
                self.segments(record);
            }
            b'Z' => {
                record.push(self.sink, &[1, 10, 20, 24, 38, 46, 60, 68, 82, 90, 104, 112]);
                self.trailer(record);
            }
            _ => record.push(self.sink, &[1, 10, 20, 24]),
        }
        true
    }

    fn segments(&mut self, record: &Record<'_>) {
        if !self.open {
            self.sink.dated(None);
        }
        record.push_field(self.sink, 1, 1);
        record.push_field(self.sink, 2, 10);
        record.push_field(self.sink, 11, 20);
        record.push_field(self.sink, 21, PREFIX);
        for first in (PREFIX + 1..LENGTH).step_by(SEGMENT) {
            let field = |from: usize, to: usize| record.field(first + from - 1, first + to - 1);
            let filled = field(1, SEGMENT).iter().any(|b| !matches!(b, b' ' | b'0' | b'\0'));
            if !filled {
                continue;
            }
            self.items += 1;
            self.segment(record, first);
            let ends = [3, 13, 19, 28, 40, 62, 65, 80, 110, 140, 150, 169, 178, 190, 205, 227, 229, 240];
            let mut from = 1;
            for end in ends {
                record.push_field(self.sink, first + from - 1, first + end - 1);
                from = end + 1;
            }
        }
        self.sink.text("\n", crate::format::At::Decoded(record.at + record.bytes().len() as u64));
    }

    /// A payment: institution, account and name of the payee, institution for returns.
    fn segment(&mut self, record: &Record<'_>, first: usize) {
        let field = |from: usize, to: usize| record.field(first + from - 1, first + to - 1);
        self.sink.entry();
        let institution = |from: usize| -> Option<Placed> {
            let nine: [u8; 9] = field(from, from + 8).try_into().ok()?;
            (is_digits(&nine) && nine.iter().any(|&d| d != b'0')).then(|| (nine, record.offset(first + from - 1)))
        };
        if let Some((nine, at)) = institution(20) {
            parties(&nine).into_iter().for_each(|party| self.sink.counterparty(party, at));
        }
        if let Some(returns) = institution(170)
            && self.returns.len() < 64
            && !self.returns.iter().any(|known| known.0 == returns.0)
        {
            self.returns.push(returns);
        }
        if !field(29, 40).trim_ascii().is_empty() {
            self.sink.element(DataElement::AccountNumber);
        }
        if field(4, 13).iter().any(|b| (b'1'..=b'9').contains(b)) {
            self.sink.element(DataElement::Amount);
        }
        let name = record.text(first + 80, first + 109);
        if !is_company(&name) {
            self.sink.person(Person { name: &name, ..Person::default() });
        }
    }

    fn trailer(&mut self, record: &Record<'_>) {
        let numbers = [39, 61, 83, 105].map(|first| number(record.field(first, first + 7)).unwrap_or(0));
        let declared = numbers.iter().sum::<u64>();
        if record.field(68, 68).is_empty() {
            self.gap(record.at, Cause::Truncated, "the trailer record is cut");
        } else if number(record.field(2, 10)) != Some(self.records) {
            let cause = if number(record.field(2, 10)) > Some(self.records) { Cause::Truncated } else { Cause::Corrupt };
            self.gap(record.at, cause, "the record count of the trailer is not the number of records");
        } else if declared != self.items {
            let cause = if declared > self.items { Cause::Truncated } else { Cause::Corrupt };
            let detail = format!("the trailer record counts {declared} payments, {} were read", self.items);
            self.gap(record.at, cause, &detail);
        }
        self.close_file(record.at, true);
    }

    fn gap(&mut self, at: u64, cause: Cause, detail: &str) {
        if self.sink.gaps.len() < MOST_GAPS {
            self.sink.gap(at..at, cause, detail);
        }
    }

    fn close_file(&mut self, at: u64, trailer: bool) {
        if std::mem::take(&mut self.open) && !trailer {
            self.gap(at, Cause::Truncated, "a file without its trailer record");
        }
        let returns = std::mem::take(&mut self.returns);
        let centre = self.centre.take();
        let banks_agree = centre.is_none_or(|(bank, _)| returns.iter().all(|(nine, _)| nine[1..4] == bank));
        let centre_party = centre.map(|(bank, at)| (bank_party(&bank), at));
        let returns = returns.iter().flat_map(|(nine, at)| parties(nine).into_iter().map(|party| (party, *at)));
        if self.returned {
            // Returns go to the data centre of the bank that gets them back.
            centre_party.into_iter().for_each(|(party, at)| self.sink.owner(party, at));
        } else if banks_agree {
            centre_party.into_iter().chain(returns).for_each(|(party, at)| self.sink.owner(party, at));
        } else {
            self.sink.payment_note("returns go to another bank than the file; both sides are given");
            centre_party.into_iter().chain(returns).for_each(|(party, at)| self.sink.either(party, at));
        }
        (self.returned, self.items, self.records) = (false, 0, 0);
        self.sink.end_unit();
    }
}

/// An institution by bank and transit, and by bank alone.
fn parties(nine: &[u8; 9]) -> [Party; 2] {
    let mut bank = [0; 3];
    bank.copy_from_slice(&nine[1..4]);
    [Party { scheme: Scheme::NationalBankCode, value: format!("CA:{}", String::from_utf8_lossy(nine)) }, bank_party(&bank)]
}

fn bank_party(bank: &[u8; 3]) -> Party {
    Party { scheme: Scheme::NationalBankCode, value: format!("CA:{}", String::from_utf8_lossy(bank)) }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::format::PaymentUnit;
    use crate::format::testing::read_with;

    fn records(centre: &str) -> Vec<String> {
        let segment = |name: &str| {
            format!(
                "2000000012500024310000100020{:<12}{:022}000{:<15}{name:<30}{:<30}{:<10}{:<19}000300002{:<12}{:<15}{:22}{:2}{:011}",
                "1234567", 1, "PAYER", "PAYER LIMITED", "0030000001", "REF1", "7654321", "", "", "", 0
            )
        };
        vec![
            format!("{:<1464}", format!("A00000000100300000010001024309{centre}{:20}CAD", "")),
            format!("{:<1464}", format!("C00000000200300000010001{}{}", segment("JANE DOE"), segment("ACME LTD"))),
            format!(
                "{:<1464}",
                format!("Z00000000300300000010001{:014}{:08}{:014}{:08}{:014}{:08}{:014}{:08}", 0, 0, 25000, 2, 0, 0, 0, 0)
            ),
        ]
    }

    pub(in crate::format::payments) fn file() -> Vec<u8> {
        records("00320").concat().into_bytes()
    }

    fn units(bytes: &[u8]) -> Vec<PaymentUnit> {
        read_with(read, bytes, |sink, _| {
            assert!(sink.gaps.is_empty(), "{:?}", sink.gaps);
            sink.facts.payments.clone().unwrap().units
        })
    }

    #[test]
    fn a_file_is_the_bank_of_returns_and_data_centre() {
        let trimmed = records("00320").iter().map(|r| format!("{}\r\n", r.trim_end())).collect::<String>().into_bytes();
        let lines = (records("00320").join("\n") + "\n").into_bytes();
        let mut encoded = Vec::new();
        for byte in file() {
            encoded.push(ebcdic::encode(byte));
        }
        for bytes in [file(), lines, trimmed, encoded] {
            assert!(recognise(&Probe::new(&bytes)));
            let units = units(&bytes);
            let values = |parties: &std::collections::BTreeMap<Party, crate::format::Seen>| {
                parties.keys().map(|p| p.value.clone()).collect::<Vec<_>>()
            };
            assert_eq!(values(&units[0].owners), ["CA:000300002", "CA:003"]);
            assert_eq!(values(&units[0].counterparties), ["CA:000100020", "CA:001"]);
            assert_eq!((units[0].records, units[0].persons.len()), (2, 1));
        }
    }

    #[test]
    fn filled_records_and_files_without_a_header_are_the_bank_of_returns() {
        let filled = |length: usize| records("00320").iter().map(|record| format!("{record:<length$}")).collect::<String>().into_bytes();
        let mut lines = Vec::new();
        for record in records("00320") {
            lines.extend(record.bytes().map(ebcdic::encode));
            lines.push(0x15);
        }
        for bytes in [filled(1470), filled(1500), lines] {
            assert!(recognise(&Probe::new(&bytes)));
            assert_eq!(units(&bytes)[0].owners.len(), 2);
        }
        let headless = records("00320")[1..].concat().into_bytes();
        let trimmed = records("00320")[1..].iter().map(|record| format!("{}\n", record.trim_end())).collect::<String>().into_bytes();
        for bytes in [headless.clone(), trimmed, headless.iter().map(|b| ebcdic::encode(*b)).collect()] {
            assert!(recognise(&Probe::new(&bytes)));
            read_with(read, &bytes, |sink, _| {
                let unit = &sink.facts.payments.as_ref().unwrap().units[0];
                assert_eq!(unit.owners.keys().map(|party| &party.value[..]).collect::<Vec<_>>(), ["CA:000300002", "CA:003"]);
                // The trailer counts the record that was cut off.
                assert_eq!(sink.gaps.len(), 1);
            });
        }
        for other in ["C000000002", &"C0000000020030000001".repeat(200), &format!("{:<3000}", "C00000000200300000010001 HELLO")] {
            assert!(!recognise(&Probe::new(other.as_bytes())));
        }
    }

    #[test]
    fn another_bank_for_returns_leaves_both() {
        let units = units(records("01020").concat().as_bytes());
        assert!(units[0].owners.is_empty());
        assert_eq!(units[0].either.len(), 3);
    }
}
