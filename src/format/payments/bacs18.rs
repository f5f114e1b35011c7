//! Bacs Standard 18: direct debits and credits of the United Kingdom.
//!
//! Bacs Electronic Funds Transfer, file structures (PN5011): labels VOL1, HDR1, HDR2 and UHL1 of 80
//! characters, payments of 100 (single processing day) or 106 characters, labels EOF1, EOF2 and UTL1.
//! Whose a payment is: the bank's at whose sort code it originates.

use super::company::is_company;
use super::day;
use super::record::{Record, is_digits, line_at, line_end, number};
use crate::format::{Failure, Format, Party, Probe, Runs, Sink};
use crate::model::{Cause, Class, DataElement, Person, Scheme};

/// Bacs Standard 18 files.
pub const FORMAT: Format = Format {
    name: "bacs18",
    media_type: "application/x-bacs-standard-18",
    recognise,
    read,
    runs: Runs::Inside,
    version: 3,
    limitations: &[],
};

/// Characters of a label.
const LABEL: usize = 80;
/// Characters of a payment of one processing day, and of several.
const PAYMENT: usize = 100;
const DATED_PAYMENT: usize = 106;
/// Blanks that may fill a record.
const FILLING: usize = 200;
/// After so many changes of the originating sort code the rest of a file is one unit.
const MOST_UNITS: u32 = 64;
/// A file that is broken everywhere has as many gaps as tell that.
const MOST_GAPS: usize = 64;

fn recognise(probe: &Probe<'_>) -> bool {
    let head = probe.head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(probe.head);
    let payment = payment_length(head);
    let (mut at, mut has_header, mut has_user_header, mut payments) = (0, false, false, 0);
    // A header label with a service user number, or the user header label that only Bacs has, and payments: of labels
    // that were cut off some may be left, or none.
    for _ in 0..8 {
        let (end, next) = piece_at(head, at, payment);
        let record = Record::new(head.get(at..end).unwrap_or_default(), 0);
        match record.field(1, 4) {
            b"VOL1" | b"HDR2" => {}
            b"HDR1" if record.char_at(5) == b'A' && is_digits(record.field(6, 11)) => has_header = true,
            b"UHL1" if record.char_at(5) == b' ' && is_digits(record.field(6, 10)) => has_user_header = true,
            _ if is_payment(&record) => payments += 1,
            b"EOF1" | b"UTL1" if payments > 0 => payments += 1,
            _ => break,
        }
        at = next;
    }
    has_header && has_user_header || payments > 1 || payments > 0 && (has_header || has_user_header)
}

/// A payment: sort code and account on both sides, a transaction code, an amount, and names that are printed
/// (PN5011, "Standard 18 data records").
pub(super) fn is_payment(record: &Record<'_>) -> bool {
    const CODES: [&[u8]; 11] = [b"01", b"17", b"18", b"19", b"99", b"0C", b"0N", b"0S", b"Z4", b"Z5", b"U0"];
    let is_printed = |field: &[u8]| field.iter().all(|b| *b >= b' ') && !field.starts_with(b" ");
    let names = [(47, 64), (65, 82), (83, 100)].map(|(first, last)| record.field(first, last));
    (PAYMENT - 18..=DATED_PAYMENT + 2).contains(&record.bytes().len())
        && is_digits(record.field(1, 14))
        && (record.char_at(15) == b' ' || record.char_at(15).is_ascii_digit())
        && CODES.contains(&record.field(16, 17))
        && is_digits(record.field(18, 31))
        && is_digits(record.field(36, 46))
        && is_printed(names[0])
        && names.iter().flat_map(|name| name.iter()).all(|b| *b >= b' ')
        && names[0].iter().any(u8::is_ascii_alphabetic)
}

/// The length of payments without line ends and without the label that says it: behind which another record stands.
fn payment_length(head: &[u8]) -> usize {
    let follows = |length: usize| {
        head.get(length..).is_some_and(|rest| is_label(rest) || is_payment(&Record::new(&rest[..rest.len().min(PAYMENT)], 0)))
    };
    if !follows(PAYMENT) && follows(DATED_PAYMENT) { DATED_PAYMENT } else { PAYMENT }
}

/// The end of the record at an offset and where the next begins. Labels have 80 characters, payments
/// `payment`, where lines do not end them; both may be filled up to the length of a block's records.
fn piece_at(bytes: &[u8], at: usize, payment: usize) -> (usize, usize) {
    if let Some((line, next)) = line_at(bytes, at, DATED_PAYMENT + 2)
        && line.len() <= DATED_PAYMENT
        && (next < bytes.len() || line.len() <= payment)
    {
        return (at + line.len(), next);
    }
    let length = if is_label(bytes.get(at..).unwrap_or_default()) { LABEL } else { payment };
    let end = (at + length).min(bytes.len());
    // No record begins with a blank.
    let filling = bytes[end..].iter().take(FILLING).take_while(|b| matches!(b, b' ' | 0)).count();
    (end, end + filling + line_end(&bytes[end + filling..]))
}

fn is_label(bytes: &[u8]) -> bool {
    matches!(bytes.get(..4), Some(b"VOL1" | b"HDR1" | b"HDR2" | b"UHL1" | b"EOF1" | b"EOF2" | b"UTL1" | b"EOV1" | b"EOV2"))
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    sink.begin_payments("bacs18");
    let mut reader = Reader { sink, payment: payment_length(bytes), origin: None, open: false, payments: 0, units: 0, stray: 0 };
    let (mut at, mut pieces) = (0, 0u32);
    while at < bytes.len() {
        pieces = pieces.wrapping_add(1);
        if pieces.is_multiple_of(4096) && reader.sink.stopped() {
            return Ok(());
        }
        let (end, next) = piece_at(bytes, at, reader.payment);
        if reader.record(&Record::new(&bytes[at..end], at as u64)) {
            reader.sink.cover(at as u64..next as u64, Class::Read);
        }
        at = next;
    }
    reader.close(bytes.len() as u64, false);
    if reader.stray > 0 {
        let note = format!("{} lines are no records of the layout", reader.stray);
        reader.sink.payment_note(note);
    }
    Ok(())
}

struct Reader<'s, 'o> {
    sink: &'s mut Sink<'o>,
    /// Length of a payment, after HDR2 and UHL1.
    payment: usize,
    /// Originating sort code of the current unit.
    origin: Option<[u8; 6]>,
    open: bool,
    payments: u64,
    units: u32,
    stray: u64,
}

impl Reader<'_, '_> {
    /// Takes a record; false where it is none of the layout.
    fn record(&mut self, record: &Record<'_>) -> bool {
        if record.bytes().trim_ascii().is_empty() || record.bytes() == b"\x1A" {
            return true;
        }
        match record.field(1, 4) {
            b"VOL1" | b"HDR1" => {
                if self.payments > 0 {
                    self.close(record.at, false);
                }
                self.open = true;
                if record.field(1, 4) == b"HDR1" {
                    self.sink.dated(day::of_year(record.field(42, 47)));
                }
                record.push(self.sink, &[4, 10, 37, 41, 47, 53, 60]);
            }
            b"HDR2" => {
                if let Some(length) = number(record.field(11, 15)) {
                    self.payment = if length == DATED_PAYMENT as u64 { DATED_PAYMENT } else { PAYMENT };
                }
                record.push(self.sink, &[4, 5, 10, 15]);
            }
            b"UHL1" => {
                if !self.open {
                    // The labels before it were cut off; it has the day of processing.
                    self.sink.dated(day::of_year(record.field(5, 10)));
                }
                self.open = true;
                record.push(self.sink, &[4, 10, 20, 22, 28, 37, 40]);
            }
            b"UTL1" => {
                record.push(self.sink, &[4, 17, 30, 37, 44]);
                let (debits, credits) = (number(record.field(31, 37)), number(record.field(38, 44)));
                match (debits, credits) {
                    (Some(debits), Some(credits)) if debits + credits != self.payments => {
                        let cause = if debits + credits > self.payments { Cause::Truncated } else { Cause::Corrupt };
                        let detail = format!("the trailer label counts {} payments, {} were read", debits + credits, self.payments);
                        self.gap(record.at, cause, &detail);
                    }
                    (Some(_), Some(_)) => {}
                    _ => self.gap(record.at, Cause::Truncated, "the trailer label is cut"),
                }
                self.close(record.at, true);
            }
            b"EOF1" | b"EOF2" | b"EOV1" | b"EOV2" => record.push(self.sink, &[4, 10]),
            _ => return self.payment_record(record),
        }
        true
    }

    fn payment_record(&mut self, record: &Record<'_>) -> bool {
        let amount = record.field(36, 46);
        if !is_digits(record.field(1, 6)) || !is_digits(record.field(18, 23)) || !is_digits(amount) {
            self.stray += 1;
            return false;
        }
        self.payments += 1;
        if !self.open {
            self.sink.dated(None);
        }
        if !self.open && self.payments == 1 {
            self.sink.payment_note("payments without the labels before them");
        }
        let origin: Option<[u8; 6]> = record.field(18, 23).try_into().ok();
        if origin != self.origin {
            if self.origin.is_some() && self.units < MOST_UNITS {
                self.units += 1;
                self.sink.end_unit();
            }
            self.origin = origin;
            if let Some(origin) = origin.filter(|o| o != b"000000") {
                self.sink.owner(sort_code(&origin), record.offset(18));
            }
        }
        // The contra entry books the total on the originator's own account.
        let contra = record.field(1, 14) == record.field(18, 31);
        if !contra {
            self.sink.entry();
            if record.field(1, 6) != record.field(18, 23) {
                // The field holds digits alone.
                let code = std::str::from_utf8(record.field(1, 6)).unwrap_or_default();
                self.sink.counterparty_of(&Scheme::SortCode, code, record.at);
            }
            let name = record.text(83, 100);
            if !is_company(&name) {
                self.sink.person(Person { name: &name, ..Person::default() });
            }
        }
        self.sink.element(DataElement::AccountNumber);
        if amount.iter().any(|b| (b'1'..=b'9').contains(b)) {
            self.sink.element(DataElement::Amount);
        }
        record.push(self.sink, &[6, 14, 15, 17, 23, 31, 35, 46, 64, 82, 100]);
        true
    }

    fn gap(&mut self, at: u64, cause: Cause, detail: &str) {
        if self.sink.gaps.len() < MOST_GAPS {
            self.sink.gap(at..at, cause, detail);
        }
    }

    fn close(&mut self, at: u64, trailer: bool) {
        if std::mem::take(&mut self.open) && !trailer {
            self.gap(at, Cause::Truncated, "a file without its trailer label");
        }
        (self.origin, self.payments) = (None, 0);
        self.sink.end_unit();
    }
}

fn sort_code(six: &[u8]) -> Party {
    Party { scheme: Scheme::SortCode, value: String::from_utf8_lossy(six).into_owned() }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::format::PaymentUnit;
    use crate::format::testing::read_with;

    fn records() -> Vec<String> {
        let payment = |code: &str, account: &str, kind: &str, name: &str| {
            format!("{code}{account}0{kind}20030712345678000000000012500{:<18}{:<18}{name:<18}", "ACME LTD", "REF 1")
        };
        vec![
            format!("VOL1173062{:<27}{:<4}123456{:<32}1", "", "HSBC", ""),
            format!("HDR1A123456S  1123456{:<6}00010001       24309 24319 000000{:<20}", "173062", ""),
            format!("HDR2F0200000100{:<35}00{:<28}", "", ""),
            format!("UHL1 24309999999    000000001 DAILY  001{:<40}", ""),
            payment("400530", "87654321", "99", "JANE DOE"),
            payment("309089", "11223344", "99", "WIDGETS LTD"),
            payment("200307", "12345678", "17", "ACME LTD"),
            format!("EOF1A123456S  1123456{:<59}", ""),
            format!("EOF2F0200000100{:<65}", ""),
            format!("UTL1{:013}{:013}{:07}{:07}{:<36}", 25000, 25000, 1, 2, ""),
        ]
    }

    pub(in crate::format::payments) fn file() -> Vec<u8> {
        records().iter().map(|r| format!("{r}\r\n")).collect::<String>().into_bytes()
    }

    fn units(bytes: &[u8]) -> Vec<PaymentUnit> {
        read_with(read, bytes, |sink, _| {
            assert!(sink.gaps.is_empty(), "{:?}", sink.gaps);
            sink.facts.payments.clone().unwrap().units
        })
    }

    #[test]
    fn a_file_is_the_originating_banks() {
        for bytes in [file(), records().concat().into_bytes()] {
            assert!(recognise(&Probe::new(&bytes)));
            let units = units(&bytes);
            let values = |parties: &std::collections::BTreeMap<Party, crate::format::Seen>| {
                parties.keys().map(|p| p.value.clone()).collect::<Vec<_>>()
            };
            assert_eq!(values(&units[0].owners), ["200307"]);
            assert_eq!(values(&units[0].counterparties), ["309089", "400530"]);
            assert_eq!((units[0].records, units[0].persons.len()), (2, 1));
        }
    }

    #[test]
    fn blocks_and_files_whose_labels_were_cut_off_are_the_originating_banks() {
        let filled = |length: usize| records().iter().map(|record| format!("{record:<length$}")).collect::<String>();
        let dated = filled(106).replace("HDR2F0200000100", "HDR2F0200000106").replace("EOF2F0200000100", "EOF2F0200000106");
        let behind = |labels: usize| records()[labels..].iter().map(|record| format!("{record}\n")).collect::<String>();
        let payments = records()[4..7].concat();
        for text in [filled(100), dated, behind(1), behind(2), behind(3), behind(4), records()[3..].concat(), payments.repeat(2)] {
            assert!(recognise(&Probe::new(text.as_bytes())), "{text}");
            read_with(read, text.as_bytes(), |sink, _| {
                let units = &sink.facts.payments.as_ref().unwrap().units;
                assert!(units[0].owners.keys().all(|party| party.value == "200307") && units[0].records >= 2, "{text}");
                assert_eq!(sink.gaps.len(), 0, "{text}");
            });
        }
    }

    #[test]
    fn digits_and_words_in_columns_are_no_payments() {
        let row = |n: u64| {
            format!("{:014}{:>3}{:014}    {:011}{:<18}{:<18}{:<18}\n", n * 7919, n % 7, n * 104_729, n * 31, "ACME LTD", "REF", "ANN LEE")
        };
        let digits = |n: u64| format!("{:050}{:050}\n", n * 7_919_104_729, n * 15_485_863);
        let words =
            |_: u64| "UHL1 is what such a label begins with, HDR1A and VOL1 are others, as a manual will tell its readers.\n".to_owned();
        for line in [row, digits, words] as [fn(u64) -> String; 3] {
            let text: String = (1..40).map(line).collect();
            assert!(!recognise(&Probe::new(text.as_bytes())), "{text}");
        }
    }

    #[test]
    fn a_lost_payment_is_a_gap() {
        let mut records = records();
        records.remove(5);
        read_with(read, records.join("\n").as_bytes(), |sink, _| assert_eq!(sink.gaps.len(), 1));
    }
}
