//! BAI2: cash management balance reporting.
//!
//! BAI Cash Management Balance Reporting Specifications, version 2 (also ANSI X9.121 BTR3, which keeps
//! the records): `01` file header, `02` group header, `03` account, `16` transaction, `88` continuation,
//! `49` `98` `99` trailers with record counts. Fields end with commas, logical records with a slash.
//! Whose a group is: the originator's (`02`). Identifications are agreed between sender and receiver;
//! those that are no routing number and no BIC name nobody.

pub(super) mod layout;
#[cfg(test)]
pub(super) mod tests;
mod told;

use super::day;
use super::operators::is_operator;
use super::record::{Record, line_at, number};
use super::routing_number::RoutingNumber;
use crate::format::{At, Failure, Format, Party, Probe, Runs, Sink};
use crate::model::{Cause, Class, DataElement, Scheme};

/// BAI2 balance reports.
pub const FORMAT: Format = Format {
    name: "bai2",
    media_type: "application/x-bai2",
    recognise,
    read,
    runs: Runs::Inside,
    version: 7,
    limitations: &["Of parties in the texts of transactions, persons with familiar names are known; others are text."],
};

/// Longer lines are cut for their text.
const LONGEST: usize = 64 << 10;
/// A file that is broken everywhere has as many gaps as tell that.
const MOST_GAPS: usize = 64;
/// So many lines of a text may go on without a record type.
const WRAPPED: u32 = 16;

fn recognise(probe: &Probe<'_>) -> bool {
    layout::begins(probe.head)
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    sink.begin_payments("bai2");
    let is_one_line = memchr::memchr2(b'\r', b'\n', bytes.trim_ascii_end()).is_none();
    let mut reader = Reader {
        sink,
        file: None,
        group: None,
        account_open: false,
        text_open: false,
        said: String::new(),
        wrapped: 0,
        continues: *b"  ",
        stray: 0,
        is_one_line,
        is_shared: false,
    };
    let mut at = 0;
    let mut lines: u32 = 0;
    while at < bytes.len() {
        lines = lines.wrapping_add(1);
        if lines.is_multiple_of(4096) && reader.sink.stopped() {
            return Ok(());
        }
        let (line, next) = line_at(bytes, at, LONGEST).unwrap_or_else(|| {
            // What has no lines is cut between records.
            let window = &bytes[at..(at + LONGEST).min(bytes.len())];
            let end = memchr::memrchr(b'/', window).filter(|_| is_one_line).map_or(at + window.len(), |slash| at + slash + 1);
            (&bytes[at..end], end)
        });
        if reader.line(line, at as u64) {
            reader.sink.cover(at as u64..next as u64, Class::Read);
        }
        at = next;
    }
    reader.close_text();
    reader.close_file(bytes.len() as u64, false);
    if reader.is_shared && !reader.sink.gaps.is_empty() {
        reader.sink.payments_beside_others();
    }
    if reader.stray > 0 {
        let note = format!("{} lines are no records of the layout", reader.stray);
        reader.sink.payment_note(note);
    }
    Ok(())
}

/// An identification and where it stands.
type Placed = (Party, u64);

#[derive(Default)]
struct File {
    sender: Vec<u8>,
    receiver: Vec<u8>,
    sender_party: Option<Placed>,
    groups: u64,
    records: u64,
}

#[derive(Default)]
struct Group {
    records: u64,
    accounts: u64,
}

struct Reader<'s, 'o> {
    sink: &'s mut Sink<'o>,
    file: Option<File>,
    group: Option<Group>,
    account_open: bool,
    /// The text of a transaction may go on in the next line.
    text_open: bool,
    /// What it says so far.
    said: String,
    /// Lines without a record type since it began.
    wrapped: u32,
    /// Type of the record that a continuation continues.
    continues: [u8; 2],
    /// Lines that belong to nothing.
    stray: u64,
    /// All of it is one line, in which records follow one another.
    is_one_line: bool,
    /// Some group is another's than the file's sender: further ones may be anybody's.
    is_shared: bool,
}

impl Reader<'_, '_> {
    /// A line: one record as a rule; several where a slash, blanks and a record type stand inside. False where it
    /// is none of the layout.
    fn line(&mut self, line: &[u8], at: u64) -> bool {
        let is_record = record_type(line).is_some();
        if !is_record && !line.trim_ascii().is_empty() {
            // A text that was wrapped without a continuation record goes on; it does not fill pages.
            self.wrapped += 1;
            if !self.text_open || self.wrapped > WRAPPED {
                self.stray += 1;
                return false;
            }
        } else if is_record {
            self.wrapped = 0;
        }
        let mut from = 0;
        for slash in memchr::memchr_iter(b'/', line) {
            let rest = &line[slash + 1..];
            let blanks = rest.len() - rest.trim_ascii_start().len();
            if slash >= from && (blanks > 0 || self.is_one_line) && record_type(&rest[blanks..]).is_some() {
                self.record(&line[from..=slash], at + from as u64);
                from = slash + 1 + blanks;
            }
        }
        self.record(&line[from..], at + from as u64);
        true
    }

    fn record(&mut self, bytes: &[u8], at: u64) {
        if bytes.trim_ascii().is_empty() {
            return;
        }
        let record = Record::new(bytes, at);
        let Some(kind) = record_type(bytes) else {
            return self.push_text(&record, 0);
        };
        if kind != *b"88" {
            self.close_text();
            self.continues = kind;
        }
        if let (Some(file), false) = (&mut self.file, kind == *b"01") {
            file.records += 1;
        }
        if let (Some(group), false) = (&mut self.group, matches!(&kind, b"01" | b"02" | b"99")) {
            group.records += 1;
        }
        match &kind {
            b"01" => self.file_header(&record),
            b"02" => self.group_header(&record),
            b"03" => self.account(&record),
            b"16" => return self.transaction(&record),
            b"88" => return self.continuation(&record),
            b"49" => self.account_open = false,
            b"98" => self.group_trailer(&record),
            _ => self.file_trailer(&record),
        }
        self.push_fields(&record, usize::MAX);
        self.sink.text("\n", At::Decoded(at + bytes.len() as u64));
    }

    fn file_header(&mut self, record: &Record<'_>) {
        self.close_file(record.at, false);
        let (sender, receiver) = (field(record, 1), field(record, 2));
        let sender_party = party(sender).map(|p| (p, place(record, 1)));
        self.sink.dated(day::of_six(field(record, 3)));
        self.file = Some(File { sender: sender.to_vec(), receiver: receiver.to_vec(), sender_party, groups: 0, records: 1 });
    }

    fn group_header(&mut self, record: &Record<'_>) {
        self.close_group(record.at, false);
        self.group = Some(Group { records: 1, accounts: 0 });
        if self.file.is_none() {
            self.sink.dated(day::of_six(field(record, 4)));
        }
        let file = self.file.get_or_insert_default();
        file.groups += 1;
        let (receiver, originator) = (field(record, 1), field(record, 2));
        let placed = |index: usize| party(field(record, index)).map(|p| (p, place(record, index)));
        let turned = !file.sender.is_empty() && receiver == file.sender && originator == file.receiver && receiver != originator;
        let sender = file.sender_party.clone();
        self.is_shared |= sender.is_none() || sender.as_ref().map(|sender| &sender.0) != placed(2).as_ref().map(|originator| &originator.0);
        match (placed(2), placed(1)) {
            (originator, receiver) if turned => {
                self.sink.payment_note("the group header names the file's sender as its receiver; both sides are given");
                originator.into_iter().chain(receiver).for_each(|(p, at)| self.sink.either(p, at));
            }
            (Some(originator), receiver) => {
                for (other, at) in receiver.into_iter().chain(sender).filter(|o| o.0 != originator.0) {
                    self.sink.other_side(other, at);
                }
                self.sink.owner(originator.0, originator.1);
            }
            (None, receiver) => {
                self.sink.payment_note("the originator's identification is agreed between the parties and names no bank");
                sender.into_iter().chain(receiver).for_each(|(p, at)| self.sink.either(p, at));
            }
        }
    }

    fn account(&mut self, record: &Record<'_>) {
        if self.account_open {
            self.gap(record.at, "an account without its trailer");
        }
        self.account_open = true;
        if let Some(group) = &mut self.group {
            group.accounts += 1;
        }
        if !field(record, 1).is_empty() {
            self.sink.element(DataElement::AccountNumber);
        }
        if is_amount(field(record, 4)) {
            self.sink.element(DataElement::Amount);
        }
    }

    fn transaction(&mut self, record: &Record<'_>) {
        self.sink.entry();
        if is_amount(field(record, 2)) {
            self.sink.element(DataElement::Amount);
        }
        // Funds type: S has three amounts, V a date and a time, D a number of pairs.
        let funds = match field(record, 3) {
            b"S" => 3,
            b"V" => 2,
            b"D" => 1 + 2 * number(field(record, 4)).unwrap_or(0).min(99) as usize,
            _ => 0,
        };
        let shown = self.push_fields(record, 6 + funds);
        self.push_text(record, shown);
        self.text_open = true;
    }

    fn continuation(&mut self, record: &Record<'_>) {
        if &self.continues == b"16" {
            let text = record.bytes().iter().position(|&b| b == b',').map_or(0, |i| i + 1);
            return self.push_text(record, text);
        }
        self.push_fields(record, usize::MAX);
        self.sink.text("\n", At::Decoded(record.at + record.bytes().len() as u64));
    }

    fn group_trailer(&mut self, record: &Record<'_>) {
        let found = self.group.as_ref().map(|g| (g.accounts, g.records));
        match (found, number(field(record, 2)), number(field(record, 3))) {
            (None, ..) => self.sink.payment_note("a group trailer without a group"),
            (Some(_), None, _) | (Some(_), _, None) => self.gap(record.at, "the group trailer is cut"),
            (Some((accounts, records)), Some(declared_accounts), Some(declared)) => {
                if accounts != declared_accounts {
                    self.miscounted(record.at, "group trailer counts", "accounts", accounts, declared_accounts);
                } else if records != declared {
                    self.miscounted(record.at, "group trailer counts", "records", records, declared);
                }
            }
        }
        self.close_group(record.at, true);
    }

    fn file_trailer(&mut self, record: &Record<'_>) {
        self.close_group(record.at, false);
        let found = self.file.as_ref().map(|f| (f.groups, f.records));
        match (found, number(field(record, 2)), number(field(record, 3))) {
            (None, ..) => self.sink.payment_note("a file trailer without a file"),
            (Some(_), None, _) | (Some(_), _, None) => self.gap(record.at, "the file trailer is cut"),
            (Some((groups, records)), Some(declared_groups), Some(declared)) => {
                if groups != declared_groups {
                    self.miscounted(record.at, "file trailer counts", "groups", groups, declared_groups);
                } else if records != declared {
                    self.miscounted(record.at, "file trailer counts", "records", records, declared);
                }
            }
        }
        self.close_file(record.at, true);
    }

    /// Fewer than counted are missing; more are a count that was not kept, as files edited by hand have.
    fn miscounted(&mut self, at: u64, trailer: &str, what: &str, found: u64, declared: u64) {
        let detail = format!("the {trailer} {declared} {what}, {found} were read");
        if found < declared { self.gap(at, &detail) } else { self.sink.payment_note(detail) }
    }

    fn close_group(&mut self, at: u64, trailer: bool) {
        let open = self.account_open;
        self.account_open = false;
        if open {
            self.gap(at, "an account without its trailer");
        }
        if self.group.take().is_some() && !trailer {
            self.gap(at, "a group without its trailer");
        }
        self.sink.end_unit();
    }

    fn close_file(&mut self, at: u64, trailer: bool) {
        self.close_group(at, trailer);
        if self.file.take().is_some() && !trailer {
            self.gap(at, "a file without its trailer");
        }
    }

    fn gap(&mut self, at: u64, detail: &str) {
        if self.sink.gaps.len() < MOST_GAPS {
            self.sink.gap(at..at, Cause::Truncated, detail);
        }
    }

    /// Pushes so many fields with borders; returns where the next one begins.
    fn push_fields(&mut self, record: &Record<'_>, count: usize) -> usize {
        let mut from = 0;
        for part in record.bytes().split(|&b| b == b',').take(count) {
            record.push_span(self.sink, from, from + part.len());
            from += part.len() + 1;
        }
        from.min(record.bytes().len())
    }

    /// Pushes the text of a transaction from a byte on; the next line continues it.
    fn push_text(&mut self, record: &Record<'_>, from: usize) {
        self.text_open = true;
        record.push_rest(self.sink, from);
        if self.said.len() < told::LONGEST {
            self.said.push_str(&String::from_utf8_lossy(record.bytes().get(from..).unwrap_or_default()));
            self.said.push('\n');
        }
        self.sink.text("\n", At::Decoded(record.at + record.bytes().len() as u64));
    }

    fn close_text(&mut self) {
        if std::mem::take(&mut self.text_open) {
            told::push(&self.said, self.sink);
            self.said.clear();
            self.sink.border();
        }
    }
}

/// The type of the record that begins here.
fn record_type(bytes: &[u8]) -> Option<[u8; 2]> {
    match bytes.trim_ascii_start() {
        [a, b, b',', ..] if matches!(&[*a, *b], b"01" | b"02" | b"03" | b"16" | b"49" | b"88" | b"98" | b"99") => Some([*a, *b]),
        _ => None,
    }
}

/// A field by its place after the record type, without the slash that ends the record.
fn field<'a>(record: &Record<'a>, index: usize) -> &'a [u8] {
    let field = record.bytes().split(|&b| b == b',').nth(index).unwrap_or_default();
    let end = memchr::memchr(b'/', field).unwrap_or(field.len());
    field[..end].trim_ascii()
}

fn place(record: &Record<'_>, index: usize) -> u64 {
    let before: usize = record.bytes().split(|&b| b == b',').take(index).map(|part| part.len() + 1).sum();
    record.at + before as u64
}

/// A bank by routing number or BIC; other identifications name nobody.
fn party(identification: &[u8]) -> Option<Party> {
    if let Some(number) = RoutingNumber::of_number(identification) {
        return (!is_operator(number)).then(|| number.party());
    }
    let bic = matches!(identification.len(), 8 | 11)
        && identification[..6].iter().all(u8::is_ascii_uppercase)
        && identification[6..].iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    bic.then(|| Party { scheme: Scheme::Bic, value: String::from_utf8_lossy(&identification[..8]).into_owned() })
}

fn is_amount(field: &[u8]) -> bool {
    field.iter().any(|b| (b'1'..=b'9').contains(b)) && field.iter().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-'))
}
