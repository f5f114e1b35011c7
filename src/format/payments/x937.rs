//! X9.37 and X9.100-187: image cash letters.
//!
//! ANSI X9.37-2003 (DSTU), X9.100-180 and X9.100-187: records of 80 characters in EBCDIC or ASCII, with or
//! without four bytes of length before each; check images in records of type 52. Whose a cash letter is:
//! the ECE institution's (records 10 and 20) and the file's immediate origin's; where both are the
//! operator's, the destination's. Of what is left of a file without these records nobody knows whose it is.

mod layout;
#[cfg(test)]
pub(super) mod tests;

use super::company::is_company;
use super::day;
use super::operators::is_operator;
use super::record::{Record, number};
use super::routing_number::{Placed, RoutingNumber};
use crate::format::mail::{EML, MBOX};
use crate::format::{Failure, Format, Probe, Runs, Sink, signature};
use crate::model::{Cause, Class, DataElement, Person};
use layout::{Piece, decode, ends, file_from, is_behind_lines, piece_at, shape_of};

/// Image cash letters.
pub const FORMAT: Format = Format {
    name: "x937",
    media_type: "application/x-x937",
    recognise,
    read,
    runs: Runs::Inside,
    version: 5,
    limitations: &["Check images are opaque; what is written on them is not read."],
};

/// A file that is broken everywhere has as many gaps as tell that.
const MOST_GAPS: usize = 64;

fn recognise(probe: &Probe<'_>) -> bool {
    // What of some kind only holds a letter is what it is.
    let is_of_a_kind = || signature::find(probe).is_some() || [&EML, &MBOX].iter().any(|mail| (mail.recognise)(probe));
    shape_of(probe.head).is_some() || (is_behind_lines(probe.head) && !is_of_a_kind())
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let Some((start, mut shape)) = file_from(bytes, 0) else { return Err(Failure::corrupt(0, "no header record")) };
    sink.begin_payments("x937");
    let mut reader = Reader::new(sink);
    let (mut at, mut scratch) = (start, Vec::new());
    while at < bytes.len() {
        if bytes[at..].iter().take(1024).all(|&b| b == 0 || b == 0x40 || b.is_ascii_whitespace()) {
            // Blocks are filled up at the end of a file.
            let end = (at + 1024).min(bytes.len());
            reader.sink.cover(at as u64..end as u64, Class::Structure);
            at = end;
            continue;
        }
        // Behind a whole file stands whatever else the item holds, and maybe another file.
        if reader.ended {
            let Some(next) = file_from(bytes, at) else { break };
            (at, shape) = next;
        }
        let Some(piece) = piece_at(bytes, at, shape, &mut scratch) else {
            reader.finish(at as u64);
            return Err(Failure::corrupt(at as u64, "no record begins here"));
        };
        if reader.records.is_multiple_of(1024) && reader.sink.stopped() {
            return Ok(());
        }
        decode(&bytes[piece.start..piece.text_end], shape, &mut scratch);
        let record = if shape.ebcdic { Record::decoded(&scratch, piece.start as u64) } else { Record::new(&scratch, piece.start as u64) };
        reader.cover(at, &piece);
        reader.record(&record);
        at = piece.next;
    }
    reader.finish(bytes.len() as u64);
    Ok(())
}

struct Reader<'s, 'o> {
    sink: &'s mut Sink<'o>,
    origin: Option<Placed>,
    destination: Option<Placed>,
    /// ECE institutions and destinations of the cash letter and its bundles.
    institutions: Vec<Placed>,
    destinations: Vec<Placed>,
    file_open: bool,
    /// A file has ended, and no other begun.
    ended: bool,
    letter_open: bool,
    bundle_open: bool,
    records: u64,
    letters: u64,
    bundles: u64,
    images: u64,
    payor: String,
    /// Institutions and destinations of the sink's unit.
    key: Vec<RoutingNumber>,
    /// Checks of which no header says whose they are: it was cut off.
    headless: bool,
    /// Some cash letter is given to its owner by itself, and not by the file: another may be another's.
    is_shared: bool,
}

impl<'s, 'o> Reader<'s, 'o> {
    fn new(sink: &'s mut Sink<'o>) -> Self {
        Self {
            sink,
            origin: None,
            destination: None,
            institutions: Vec::new(),
            destinations: Vec::new(),
            file_open: false,
            ended: false,
            letter_open: false,
            bundle_open: false,
            records: 0,
            letters: 0,
            bundles: 0,
            images: 0,
            payor: String::new(),
            key: Vec::new(),
            headless: false,
            is_shared: false,
        }
    }

    fn cover(&mut self, at: usize, piece: &Piece) {
        self.sink.cover(at as u64..piece.text_end as u64, Class::Read);
        self.sink.cover(piece.text_end as u64..piece.end as u64, Class::Opaque);
        // A line end joins the records around it: one range for all between two images.
        self.sink.cover(piece.end as u64..piece.next as u64, Class::Read);
        self.images += u64::from(piece.end > piece.text_end + 1);
        if piece.cut {
            self.gap(piece.end as u64, "a record is cut");
        }
    }

    fn record(&mut self, record: &Record<'_>) {
        self.records += 1;
        let begins = matches!(record.field(1, 2), b"01" | b"10" | b"20");
        if self.records == 1 && !begins {
            (self.headless, self.is_shared) = (true, true);
            self.sink.dated(None);
            self.gap(record.at, "the headers of a cash letter are missing");
        } else if begins {
            self.headless = false;
        }
        match record.field(1, 2) {
            b"01" => self.file_header(record),
            b"10" => {
                self.close_letter(record.at, false);
                self.letter_open = true;
                self.letters += 1;
                if !self.file_open {
                    self.sink.dated(day::of_eight(record.field(23, 30)));
                }
                self.institution(record);
                let key: Vec<RoutingNumber> = self.institutions.iter().chain(&self.destinations).map(|placed| placed.0).collect();
                if key != self.key {
                    self.sink.end_unit();
                    self.key = key;
                }
            }
            b"20" => {
                if self.bundle_open {
                    self.gap(record.at, "a bundle without its control record");
                }
                self.bundle_open = true;
                self.bundles += 1;
                self.institution(record);
            }
            b"25" => {
                self.item(record, 28, 47, 48, 57);
                self.counterparty(RoutingNumber::of_eight_and_check(record.field(19, 27)), record.offset(19));
            }
            b"31" => {
                self.item(record, 12, 31, 32, 41);
                self.counterparty(RoutingNumber::of_eight_and_check(record.field(3, 11)), record.offset(3));
            }
            b"61" => {
                self.item(record, 13, 27, 37, 46);
                self.counterparty(RoutingNumber::parse(record.field(4, 12)), record.offset(4));
            }
            b"62" => {
                self.item(record, 28, 47, 48, 61);
                self.counterparty(RoutingNumber::parse(record.field(19, 27)), record.offset(19));
            }
            b"26" | b"32" => {
                self.endorser(RoutingNumber::parse(record.field(4, 12)), record.offset(4));
                if !record.field(36, 53).trim_ascii().is_empty() {
                    self.sink.element(DataElement::AccountNumber);
                }
                self.person(&record.text(59, 73));
            }
            b"33" => self.person(&record.text(59, 80)),
            b"28" | b"35" => self.endorser(RoutingNumber::parse(record.field(5, 13)), record.offset(5)),
            b"70" => self.bundle_control(),
            b"90" => {
                self.miscounted(record, number(record.field(3, 8)), self.bundles, "the cash letter control record counts", "bundles");
                self.close_letter(record.at, true);
            }
            b"99" => {
                self.close_letter(record.at, false);
                self.miscounted(record, number(record.field(3, 8)), self.letters, "the file control record counts", "cash letters");
                self.miscounted(record, number(record.field(9, 16)), self.records, "the file control record counts", "records");
                (self.file_open, self.ended) = (false, true);
            }
            _ => {}
        }
        record.push(self.sink, ends(record.bytes()));
    }

    fn bundle_control(&mut self) {
        if !std::mem::take(&mut self.bundle_open) {
            self.sink.payment_note("a bundle control record without a bundle");
        }
    }

    fn file_header(&mut self, record: &Record<'_>) {
        self.close_file(record.at);
        let placed = |first: usize| RoutingNumber::parse(record.field(first, first + 8)).map(|n| (n, record.offset(first)));
        (self.destination, self.origin) = (placed(6), placed(15));
        self.sink.dated(day::of_eight(record.field(24, 31)));
        (self.file_open, self.ended) = (true, false);
        self.records = 1;
    }

    /// Destination and ECE institution of a cash letter or bundle header.
    fn institution(&mut self, record: &Record<'_>) {
        let add = |list: &mut Vec<Placed>, first: usize| {
            if let Some(number) = RoutingNumber::parse(record.field(first, first + 8))
                && list.len() < 64
                && !list.iter().any(|known| known.0 == number)
            {
                list.push((number, record.offset(first)));
            }
        };
        add(&mut self.destinations, 5);
        add(&mut self.institutions, 14);
    }

    /// A check or return: its account and amount.
    fn item(&mut self, record: &Record<'_>, account: usize, account_end: usize, amount: usize, amount_end: usize) {
        self.sink.entry();
        if record.field(account, account_end).iter().any(u8::is_ascii_digit) {
            self.sink.element(DataElement::AccountNumber);
        }
        if record.field(amount, amount_end).iter().any(|b| (b'1'..=b'9').contains(b)) {
            self.sink.element(DataElement::Amount);
        }
    }

    fn person(&mut self, name: &str) {
        // Payee fields repeat over thousands of checks of one payee.
        if name != self.payor && !is_company(name) {
            self.sink.person(Person { name, ..Person::default() });
            name.clone_into(&mut self.payor);
        }
    }

    fn counterparty(&mut self, number: Option<RoutingNumber>, at: u64) {
        let own = |n: RoutingNumber| self.origin.is_some_and(|o| o.0 == n) || self.institutions.iter().any(|i| i.0 == n);
        if let Some(number) = number.filter(|&n| !is_operator(n) && !own(n)) {
            number.counterparty(self.sink, at);
        }
    }

    /// A bank through which a check went: the other side, unless the header is missing that would tell whose file it is.
    fn endorser(&mut self, number: Option<RoutingNumber>, at: u64) {
        match number.filter(|&n| self.headless && !is_operator(n)) {
            Some(number) => self.sink.either(number.party(), at),
            None => self.counterparty(number, at),
        }
    }

    /// Fewer than counted are missing. Writers count differently: more is a remark.
    fn miscounted(&mut self, record: &Record<'_>, declared: Option<u64>, found: u64, trailer: &str, what: &str) {
        let Some(declared) = declared.filter(|&d| d != found) else { return };
        let detail = format!("{trailer} {declared} {what}, {found} were read");
        if found < declared { self.gap(record.at, &detail) } else { self.sink.payment_note(detail) }
    }

    fn close_letter(&mut self, at: u64, controlled: bool) {
        if std::mem::take(&mut self.bundle_open) {
            self.gap(at, "a bundle without its control record");
        }
        if std::mem::take(&mut self.letter_open) && !controlled {
            self.gap(at, "a cash letter without its control record");
        }
        self.bundles = 0;
        if !self.institutions.is_empty() || !self.destinations.is_empty() {
            self.name_owners();
        }
    }

    fn close_file(&mut self, at: u64) {
        self.close_letter(at, false);
        if std::mem::take(&mut self.file_open) {
            self.gap(at, "a file without its control record");
        }
        if self.letters == 0 && self.origin.is_some() {
            self.name_owners();
        }
        (self.letters, self.origin, self.destination) = (0, None, None);
    }

    fn finish(&mut self, at: u64) {
        self.close_file(at);
        self.sink.end_unit();
        if self.is_shared && !self.sink.gaps.is_empty() {
            self.sink.payments_beside_others();
        }
        if self.images > 0 {
            let note = format!("{} check images, which are not read", self.images);
            self.sink.note(note);
        }
    }

    fn gap(&mut self, at: u64, detail: &str) {
        if self.sink.gaps.len() < MOST_GAPS {
            self.sink.gap(at..at, Cause::Truncated, detail);
        }
    }

    /// Names the owners of the cash letter. Letters in a row with the same institutions are one unit.
    fn name_owners(&mut self) {
        let bank = |placed: &Placed| !is_operator(placed.0);
        let of_file = self.origin.filter(bank).or_else(|| self.destination.filter(bank));
        let mut owners: Vec<Placed> = std::mem::take(&mut self.institutions).into_iter().filter(bank).collect();
        let mut others: Vec<Placed> = std::mem::take(&mut self.destinations).into_iter().chain(self.destination).filter(bank).collect();
        if let Some(origin) = self.origin.filter(bank)
            && !owners.iter().any(|o| o.0 == origin.0)
        {
            if let Some(first) = owners.first() {
                self.sink.payment_note(format!(
                    "the immediate origin {} is not the ECE institution {}",
                    origin.0.as_str(),
                    first.0.as_str()
                ));
            }
            owners.push(origin);
        }
        if owners.is_empty() {
            std::mem::swap(&mut owners, &mut others);
        }
        self.is_shared |= owners.len() != 1 || of_file.is_none_or(|of_file| owners.first().is_none_or(|owner| owner.0 != of_file.0));
        owners.iter().for_each(|(n, at)| self.sink.owner(n.party(), *at));
        for (number, at) in others.into_iter().filter(|o| !owners.iter().any(|owner| owner.0 == o.0)) {
            self.sink.other_side(number.party(), at);
        }
        self.payor.clear();
    }
}
