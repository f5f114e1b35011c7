//! NACHA: files of the US automated clearing house.
//!
//! Nacha Operating Rules, appendix three (record format specifications) and appendix four (returns).
//! Whose a batch is: the ODFI's and the immediate origin's. A batch that an operator delivered (the
//! origin is the operator, or the settlement date of the batch header is filled) and a return belong to
//! who gets them: the immediate destination, or where there is no file header the RDFI.

mod addenda;
mod batch;
pub(super) mod layout;
#[cfg(test)]
pub(super) mod tests;

use super::day;
use super::operators::is_operator;
use super::record::{Record, is_digits, number};
use super::routing_number::{Placed, RoutingNumber};
use crate::format::{Failure, Format, Probe, Runs, Sink};
use crate::model::{Cause, Class, DataElement, Person};
use batch::{Batch, Direction, FileHeader, OWN_RDFIS, Unit};
use layout::{LENGTH, Piece, begins, ends, entry_ends, is_padding, piece_at};

/// NACHA ACH files.
pub const FORMAT: Format = Format {
    name: "nacha",
    media_type: "application/x-nacha-ach",
    recognise,
    read,
    runs: Runs::Inside,
    version: 6,
    limitations: &["Encrypted addenda are text."],
};

/// A file that is broken everywhere has as many gaps as tell that.
const MOST_GAPS: usize = 64;

fn recognise(probe: &Probe<'_>) -> bool {
    begins(probe.head)
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    sink.begin_payments("nacha");
    let mut reader = Reader {
        sink,
        header: None,
        file_open: false,
        batch: None,
        unit: Unit::default(),
        batches: 0,
        lines: 0,
        broken: 0,
        first_broken: 0,
        is_shared: false,
        addenda_open: false,
    };
    let mut at = 0;
    let mut pieces: u32 = 0;
    while let Some(piece) = piece_at(bytes, at) {
        pieces = pieces.wrapping_add(1);
        if pieces.is_multiple_of(4096) && reader.sink.stopped() {
            return Ok(());
        }
        reader.piece(&piece, bytes);
        at = piece.next;
    }
    reader.finish(bytes.len() as u64);
    Ok(())
}

struct Reader<'s, 'o> {
    sink: &'s mut Sink<'o>,
    header: Option<FileHeader>,
    file_open: bool,
    batch: Option<Batch>,
    unit: Unit,
    batches: u64,
    lines: u64,
    broken: u64,
    first_broken: u64,
    /// Some batch is given to its owner by itself, and not by the file: another batch may be another's.
    is_shared: bool,
    /// Payment information runs on in the next addenda record.
    addenda_open: bool,
}

impl Reader<'_, '_> {
    fn piece(&mut self, piece: &Piece<'_>, bytes: &[u8]) {
        let record = &piece.record;
        let range = record.at..piece.next as u64;
        if is_padding(record.bytes()) || record.bytes().trim_ascii().is_empty() {
            self.sink.cover(range, Class::Structure);
            return;
        }
        if self.addenda_open && !(piece.sound && record.bytes().starts_with(b"705")) {
            self.close_addenda(record.at);
        }
        if !piece.sound {
            if self.broken == 0 {
                self.first_broken = record.at;
            }
            self.broken += 1;
            return;
        }
        self.sink.cover(range, Class::Read);
        if matches!(record.bytes(), [b'5' | b'6' | b'8', ..]) && record.field(LENGTH, LENGTH).is_empty() {
            self.gap(record.offset(LENGTH), Cause::Truncated, "a record is cut");
        }
        match record.bytes()[0] {
            b'1' => self.file_header(record),
            b'5' => self.batch_header(record),
            b'6' => self.entry(record, piece.next, bytes),
            b'7' => self.addenda(record),
            b'8' => self.batch_control(record),
            _ => self.file_control(record),
        }
    }

    fn file_header(&mut self, record: &Record<'_>) {
        self.close_file(record.at, false);
        let placed = |first: usize| RoutingNumber::of_ten(record.field(first, first + 9)).map(|n| (n, record.offset(first)));
        self.header = Some(FileHeader { destination: placed(4), origin: placed(14) });
        self.sink.dated(day::of_six(record.field(24, 29)));
        self.file_open = true;
        record.push(self.sink, ends(record.bytes()));
    }

    fn batch_header(&mut self, record: &Record<'_>) {
        self.close_batch(record.at, false);
        let mut class = *b"   ";
        if let Ok(three) = record.field(51, 53).try_into() {
            class = three;
        }
        let odfi = RoutingNumber::of_eight(record.field(80, 87)).map(|n| (n, record.offset(80)));
        let settled = is_digits(record.field(76, 78)) && record.field(76, 78) != b"000";
        self.batch = Some(Batch { class, odfi, settled, implied: false, ..Batch::implied() });
        self.batches += 1;
        if self.header.is_none() {
            // Without a file header: the day on which the entries are to take effect.
            self.sink.dated(day::of_six(record.field(70, 75)));
        }
        record.push(self.sink, ends(record.bytes()));
    }

    fn entry(&mut self, record: &Record<'_>, next: usize, bytes: &[u8]) {
        self.end_receiver();
        let trace = RoutingNumber::of_eight(record.field(80, 87)).map(|n| (n, record.offset(80)));
        if self.batch.as_ref().is_some_and(|b| b.implied && b.odfi.map(|o| o.0) != trace.map(|o| o.0)) {
            self.end_batch();
        }
        if self.batch.is_none() {
            self.sink.payment_note("entries without a batch header; the ODFI is that of their trace numbers");
            self.batch = Some(Batch { odfi: trace, ..Batch::implied() });
            if self.header.is_none() {
                self.sink.dated(None);
            }
        }
        let returned = matches!(record.char_at(3), b'1' | b'6') && matches!(record.char_at(2), b'2'..=b'5')
            || record.char_at(79) == b'1' && is_returned(next, bytes);
        match self.batch.as_ref().and_then(|b| b.returned) {
            Some(known) if known == returned => {}
            Some(_) => {
                self.end_entries();
                self.begin_entries(returned);
            }
            None => self.begin_entries(returned),
        }
        let Some(batch) = &mut self.batch else { return };
        batch.lines += 1;
        let (class, direction) = (batch.class, batch.direction);
        let rdfi = match record.char_at(4) {
            b' ' => RoutingNumber::of_number(record.field(4, 12).trim_ascii()),
            _ => RoutingNumber::of_eight_and_check(record.field(4, 12)),
        };
        let rdfi = rdfi.filter(|&n| !is_operator(n)).map(|n| (n, record.offset(4)));
        if let Some(rdfi) = rdfi {
            if batch.rdfis.len() <= OWN_RDFIS && !batch.rdfis.iter().any(|known| known.0 == rdfi.0) {
                batch.rdfis.push(rdfi);
            }
            let own = [batch.odfi, self.header.as_ref().and_then(|h| h.origin)];
            let destination = self.header.as_ref().and_then(|h| h.destination);
            let is = |other: &Option<Placed>| other.is_some_and(|o| o.0 == rdfi.0);
            let counter = match direction {
                Direction::Sent => !own.iter().any(is),
                Direction::Delivered => destination.is_some() && !is(&destination),
                Direction::Unknown => false,
            };
            if counter {
                rdfi.0.counterparty(self.sink, rdfi.1);
            }
        }
        self.entry_data(record, &class);
        record.push(self.sink, entry_ends(&class));
    }

    /// The person and the kinds of data of an entry.
    fn entry_data(&mut self, record: &Record<'_>, class: &[u8; 3]) {
        self.sink.entry();
        let account = match class {
            b"IAT" => record.field(40, 74),
            b"ADV" => record.field(13, 27),
            _ => record.field(13, 29),
        };
        if !account.trim_ascii().is_empty() {
            self.sink.element(DataElement::AccountNumber);
        }
        let amount = if class == b"ADV" { record.field(28, 39) } else { record.field(30, 39) };
        if amount.iter().any(|b| (b'1'..=b'9').contains(b)) {
            self.sink.element(DataElement::Amount);
        }
        let (first, last) = match class {
            // The receiver is a company, or the field holds no name.
            b"CCD" | b"CTX" | b"ACK" | b"ATX" | b"TRX" | b"TRC" | b"XCK" | b"ENR" | b"ADV" | b"IAT" => return,
            b"CIE" | b"MTE" => (40, 54),
            b"SHR" => {
                self.sink.element(DataElement::CardNumber);
                return;
            }
            _ => (55, 76),
        };
        self.sink.person(Person { name: &record.text(first, last), ..Person::default() });
    }

    /// What stood before a record was cut off, with the batch that it belongs to.
    fn headless(&mut self, record: &Record<'_>, detail: &str) {
        self.gap(record.at, Cause::Truncated, detail);
        self.batch = Some(Batch::implied());
        if self.header.is_none() {
            self.sink.dated(None);
        }
    }

    fn batch_control(&mut self, record: &Record<'_>) {
        let odfi = RoutingNumber::of_eight(record.field(80, 87)).map(|n| (n, record.offset(80)));
        if self.batch.is_none() && self.header.is_none() && self.batches == 0 {
            self.headless(record, "the batch of a batch control record is missing");
        }
        // Where no entry told, the trailer does.
        if let Some(batch) = self.batch.as_mut().filter(|batch| batch.implied && batch.odfi.is_none()) {
            batch.odfi = odfi;
        }
        let declared = number(record.field(5, 10));
        let found = self.batch.as_ref().map(|b| b.lines);
        record.push(self.sink, ends(record.bytes()));
        match (found, declared) {
            (None, _) => self.sink.payment_note("a batch control record without a batch"),
            (Some(found), Some(declared)) if found != declared => self.miscounted(record.at, "batch", found, declared),
            _ => {}
        }
        self.close_batch(record.at, true);
    }

    fn file_control(&mut self, record: &Record<'_>) {
        record.push(self.sink, ends(record.bytes()));
        self.close_batch(record.at, false);
        // Blanks may be lost at the end, the totals before them not.
        let whole = record.field(55, 55).first().is_some_and(u8::is_ascii_digit);
        let declared = (number(record.field(2, 7)).filter(|_| whole), number(record.field(14, 21)));
        match declared {
            (Some(batches), Some(lines)) if batches != self.batches || lines != self.lines => {
                let (part, found, declared) =
                    if lines != self.lines { ("file", self.lines, lines) } else { ("file, in batches,", self.batches, batches) };
                self.miscounted(record.at, part, found, declared);
            }
            (Some(_), Some(_)) => {}
            _ => self.gap(record.at, Cause::Truncated, "the file control record is cut"),
        }
        self.close_file(record.at, true);
    }

    /// Something is missing here. One gap stands for many.
    fn gap(&mut self, at: u64, cause: Cause, detail: &str) {
        if self.sink.gaps.len() < MOST_GAPS {
            self.sink.gap(at..at, cause, detail);
        }
    }

    /// Fewer than counted are missing; more were all read, and the count is wrong.
    fn miscounted(&mut self, at: u64, part: &str, found: u64, declared: u64) {
        let detail = format!("the {part} control record counts {declared}, {found} were read");
        if found < declared { self.gap(at, Cause::Truncated, &detail) } else { self.sink.payment_note(detail) }
    }

    fn close_batch(&mut self, at: u64, controlled: bool) {
        self.end_receiver();
        if self.batch.is_some() && !controlled {
            self.gap(at, Cause::Truncated, "a batch without its control record");
        }
        self.end_batch();
    }

    fn end_batch(&mut self) {
        self.end_entries();
        self.lines += self.batch.take().map_or(0, |batch| batch.lines);
    }

    fn close_file(&mut self, at: u64, controlled: bool) {
        self.close_batch(at, false);
        if self.file_open && !controlled {
            self.gap(at, Cause::Truncated, "a file without its control record");
        }
        if self.file_open && self.batches == 0 {
            // A file without batches is still somebody's.
            self.batch = Some(Batch::implied());
            self.end_batch();
        }
        (self.file_open, self.header, self.batches, self.lines) = (false, None, 0, 0);
    }

    fn finish(&mut self, end: u64) {
        if self.addenda_open {
            self.close_addenda(end);
        }
        self.close_file(end, false);
        self.close_unit();
        if self.is_shared && (self.broken > 0 || !self.sink.gaps.is_empty()) {
            self.sink.payments_beside_others();
        }
        if self.broken > 0 {
            self.sink.payment_note(format!("{} lines are no records of the layout, the first at byte {}", self.broken, self.first_broken));
        }
    }
}

/// Do the addenda that begin here end with a return (99) or a notification of change (98)? International
/// entries have seven to twelve addenda of other types before it.
fn is_returned(next: usize, bytes: &[u8]) -> bool {
    let mut at = next;
    for _ in 0..13 {
        let Some(piece) = piece_at(bytes, at) else { return false };
        match piece.record.bytes() {
            [b'7', b'9', b'8' | b'9', ..] => return true,
            [b'7', b'1', ..] => at = piece.next,
            _ => return false,
        }
    }
    false
}
