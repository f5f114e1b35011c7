//! Fedwire Funds Service messages in the tag format that was used until 2025.
//!
//! Fedwire Application Interface Manual (FAIM) 3.0: a tag of four digits in braces, then its elements of
//! fixed or variable length, the latter ended by an asterisk; line ends between tags are common. Whose a
//! message is: the sender's ({3100}), or the receiver's ({3400}) where the receipt fields that the
//! service appends ({1100} to {1120}) show that it came in.

#[cfg(test)]
pub(super) mod tests;

use super::company::is_company;
use super::day;
use super::operators::is_operator;
use super::other_side::OtherSide;
use super::record::{Record, number};
use super::routing_number::{Placed, RoutingNumber};
use crate::format::{At, Failure, Format, Probe, Runs, Sink};
use crate::model::{Cause, Class, DataElement, Elements, Person, PersonKey, Scheme};
use jiff::civil::Date;
use memchr::memchr;
use std::borrow::Cow;

/// Fedwire messages with tags.
pub const FORMAT: Format = Format {
    name: "fedwire",
    media_type: "application/x-fedwire-faim",
    recognise,
    read,
    runs: Runs::Inside,
    version: 4,
    limitations: &["Remittance data {8xxx} are text; their parties are not read as fields."],
};

/// A file that is broken everywhere has as many gaps as tell that.
const MOST_GAPS: usize = 64;

/// A message of more tags is none: what was read of it so far is handed over.
const MOST_TAGS: u32 = 1 << 12;

/// Tags that every message has, a bit each.
const MANDATORY: u8 = 0b11_1111;
/// The last of them in the order of the manual: a message that has it was not cut before it.
const LAST: u8 = 0b10_0000;

/// The bit of a mandatory tag.
fn mandatory(tag: &[u8; 4]) -> u8 {
    match tag {
        b"1510" => 0b1,
        b"1520" => 0b10,
        b"2000" => 0b100,
        b"3100" => 0b1000,
        b"3400" => 0b1_0000,
        b"3600" => LAST,
        _ => 0,
    }
}

fn recognise(probe: &Probe<'_>) -> bool {
    let head = probe.head;
    let start = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let Some(first) = tag_at(start, 0) else { return false };
    // A message whose beginning was cut off is told by its sender's number.
    let is_sender = first == b"3100" && start.get(6..15).and_then(RoutingNumber::parse).is_some();
    if !is_sender && !matches!(first, b"1500" | b"1510" | b"1520" | b"1100" | b"1110" | b"1120" | b"1599" | b"2000") {
        return false;
    }
    let mut found = 0;
    let mut at = 0;
    while let Some(next) = next_tag(start, at) {
        if tag_at(start, next).is_some_and(|tag| mandatory(tag) != 0) {
            found += 1;
        }
        if found == 2 {
            return true;
        }
        at = next + 6;
    }
    false
}

/// The tag whose opening brace stands here.
fn tag_at(bytes: &[u8], at: usize) -> Option<&[u8; 4]> {
    match bytes.get(at..at + 6)? {
        [b'{', tag @ .., b'}'] if tag.iter().all(u8::is_ascii_digit) => tag.first_chunk(),
        _ => None,
    }
}

fn next_tag(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr(b'{', bytes.get(at..)?)?;
        if tag_at(bytes, at).is_some() {
            return Some(at);
        }
        at += 1;
    }
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    sink.begin_payments("fedwire");
    let mut reader = Reader { sink, message: Message::default(), unit: Unit::default(), receipt_first: false, starred: false, messages: 0 };
    let mut at = next_tag(bytes, 0).unwrap_or(bytes.len());
    reader.stray(&bytes[..at], 0);
    let mut tags: u32 = 0;
    while at < bytes.len() {
        tags = tags.wrapping_add(1);
        if tags.is_multiple_of(4096) && reader.sink.stopped() {
            return Ok(());
        }
        let next = next_tag(bytes, at + 6).unwrap_or(bytes.len());
        reader.tag(bytes, at, next);
        at = next;
    }
    reader.end_message(bytes.len() as u64, true);
    reader.close_unit();
    // Each of several messages has a sender of its own: so may those that are missing.
    if reader.messages > 1 && !reader.sink.gaps.is_empty() {
        reader.sink.payments_beside_others();
    }
    Ok(())
}

#[derive(Default)]
struct Message {
    begun: bool,
    tags: u32,
    sender: Option<Placed>,
    receiver: Option<Placed>,
    /// Receipt fields were appended.
    receipt: bool,
    /// The status indicator of {1100}.
    status: Option<u8>,
    others: Vec<(Other, u64)>,
    persons: Vec<PersonKey>,
    elements: Elements,
    /// Which of the mandatory tags were seen.
    seen: u8,
    has_1500: bool,
    /// The last tag was not ended as its kind is.
    open: bool,
    /// The day of its IMAD.
    day: Option<Date>,
}

/// A bank beside sender and receiver.
#[derive(Clone, Copy)]
enum Other {
    Aba(RoutingNumber),
    Bic([u8; 8]),
}

/// Owner, or both sides where the direction is unknown.
type Key = (Option<RoutingNumber>, [Option<RoutingNumber>; 2]);

#[derive(Default)]
struct Unit {
    key: Option<Key>,
    other: OtherSide,
}

struct Reader<'s, 'o> {
    sink: &'s mut Sink<'o>,
    message: Message,
    unit: Unit,
    /// In this file the receipt fields come before the message.
    receipt_first: bool,
    /// Elements of variable length end with an asterisk here; older files pad them instead.
    starred: bool,
    messages: u64,
}

impl Reader<'_, '_> {
    fn stray(&mut self, bytes: &[u8], at: u64) {
        let range = at..at + bytes.len() as u64;
        if bytes.trim_ascii().is_empty() {
            return self.sink.cover(range, Class::Structure);
        }
        self.sink.payment_note("text before the first tag");
    }

    fn tag(&mut self, bytes: &[u8], at: usize, next: usize) {
        let (Some(tag), Some(whole)) = (tag_at(bytes, at), bytes.get(at..next)) else { return };
        let begins = match tag {
            b"1500" => self.message.has_1500 || self.message.seen & 0b1000 != 0,
            b"1100" | b"1110" | b"1120" if self.receipt_first => self.message.seen & 0b1000 != 0,
            _ => false,
        };
        self.message.tags += 1;
        if begins || self.message.tags > MOST_TAGS {
            self.end_message(at as u64, false);
        }
        if !self.message.begun && matches!(tag, b"1100" | b"1110" | b"1120") {
            self.receipt_first = true;
        }
        self.message.begun = true;
        self.message.has_1500 |= tag == b"1500";
        self.message.seen |= mandatory(tag);
        // Values are one line; others that follow end an element each.
        let mut len = 0;
        for line in whole.split_inclusive(|b| matches!(b, b'\r' | b'\n')) {
            if len > 0 && !line.trim_ascii().is_empty() && !line.trim_ascii_end().ends_with(b"*") {
                break;
            }
            len += line.len();
        }
        let whole = &whole[..len];
        self.sink.cover(at as u64..(at + len) as u64, Class::Read);
        let whole = Record::new(whole.trim_ascii_end(), at as u64);
        let value = whole.behind(6);
        whole.push_open(self.sink, 1, 6);
        self.sink.border();
        let ends = self.read_tag(tag, &value);
        self.push(&value, ends);
    }

    /// Takes what a tag says; where its leading elements of fixed length end.
    fn read_tag(&mut self, tag: &[u8; 4], value: &Record<'_>) -> &'static [usize] {
        let whole = value.bytes();
        self.starred |= whole.ends_with(b"*");
        self.message.open = match tag {
            b"1500" => whole.len() < 11,
            b"1510" => whole.len() < 4,
            b"1520" => whole.len() < 22,
            b"2000" => whole.len() < 12,
            b"3600" => whole.len() < 3,
            [b'1', b'1', ..] | b"5400" => false,
            // Unstructured addenda: four digits of length, then so many characters.
            b"8200" => number(value.field(1, 4)).is_some_and(|length| (whole.len() as u64) < length + 4),
            _ => self.starred && !whole.ends_with(b"*"),
        };
        match tag {
            b"1100" => {
                self.message.receipt = true;
                self.message.status = Some(value.char_at(5)).filter(|s| *s != b' ');
                &[2, 3, 4]
            }
            b"1110" | b"1120" => {
                self.message.receipt = true;
                &[8, 16, 22]
            }
            b"1500" => &[2, 10, 11],
            b"1510" => &[2],
            b"1520" => {
                self.message.day = day::of_eight(value.field(1, 8));
                &[8, 16]
            }
            b"2000" => {
                if whole.iter().any(|b| (b'1'..=b'9').contains(b)) {
                    self.message.elements.insert(DataElement::Amount);
                }
                &[]
            }
            b"3100" | b"3400" => {
                let bank = RoutingNumber::parse(value.field(1, 9)).map(|n| (n, value.offset(1)));
                match bank {
                    Some(bank) if tag == b"3100" => self.message.sender = Some(bank),
                    Some(bank) => self.message.receiver = Some(bank),
                    None => self.sink.payment_note("a sender or receiver without a routing number that checks"),
                }
                &[9]
            }
            b"4000" | b"4100" | b"4400" | b"5100" | b"5200" => {
                self.institution(value);
                &[1, 35, 70, 105, 140]
            }
            b"4200" | b"5000" => {
                self.customer(value);
                &[1, 35, 70, 105, 140]
            }
            b"5010" => {
                self.originator_option_f(value);
                &[]
            }
            b"5400" => {
                if let Some(number) = RoutingNumber::parse(value.field(1, 9)) {
                    self.message.others.push((Other::Aba(number), value.offset(1)));
                }
                &[9]
            }
            _ => &[],
        }
    }

    /// Identifier code, identifier, name and address of an institution.
    fn institution(&mut self, value: &Record<'_>) {
        let (start, end) = elements(value).next().unwrap_or_default();
        let identifier = value.bytes().get(start..end).unwrap_or_default();
        match value.char_at(1) {
            b'F' => {
                if let Some(number) = RoutingNumber::parse(identifier.trim_ascii()).filter(|&n| !is_operator(n)) {
                    self.message.others.push((Other::Aba(number), value.offset(2)));
                }
            }
            b'B' | b'T' => {
                let shaped = |b: &&[u8; 8]| {
                    b[..4].iter().all(u8::is_ascii_alphanumeric)
                        && b[4..6].iter().all(u8::is_ascii_uppercase)
                        && b[6..].iter().all(u8::is_ascii_alphanumeric)
                };
                if let Some(bic) = identifier.trim_ascii().first_chunk::<8>().filter(shaped) {
                    self.message.others.push((Other::Bic(*bic), value.offset(2)));
                }
            }
            b'D' => self.message.elements.insert(DataElement::AccountNumber),
            _ => {}
        }
    }

    /// Identifier code, identifier, name and address of a beneficiary or originator.
    fn customer(&mut self, value: &Record<'_>) {
        match value.char_at(1) {
            b'D' | b'T' => self.message.elements.insert(DataElement::AccountNumber),
            b'1' | b'2' | b'4' => self.message.elements.insert(DataElement::NationalId),
            b'3' => self.message.elements.insert(DataElement::DriversLicense),
            _ => {}
        }
        let text = |(start, end)| match value.span(start, end) {
            Some(text) => Cow::Borrowed(text.trim_ascii()),
            None => String::from_utf8_lossy(value.bytes().get(start..end).unwrap_or_default().trim_ascii()),
        };
        let mut parts = elements(value).skip(1).map(text);
        let name = parts.next().unwrap_or_default();
        let mut address = parts.next().unwrap_or_default();
        for line in parts.take(2).filter(|line| !line.is_empty()) {
            address.to_mut().push(' ');
            address.to_mut().push_str(&line);
        }
        self.person(&name, &address);
    }

    /// Originator option F: an identifier by code, then lines numbered by what they hold.
    fn originator_option_f(&mut self, value: &Record<'_>) {
        let text = String::from_utf8_lossy(value.bytes());
        let mut lines = text.split('*').map(str::trim);
        let identifier = lines.next().unwrap_or_default();
        match identifier.get(..4) {
            _ if identifier.starts_with('/') => self.message.elements.insert(DataElement::AccountNumber),
            Some("SOSE") => self.message.elements.insert(DataElement::Ssn),
            Some("DRLC") => self.message.elements.insert(DataElement::DriversLicense),
            Some("ARNU" | "CCPT" | "NIDN" | "TXID") => self.message.elements.insert(DataElement::NationalId),
            _ => {}
        }
        let (mut name, mut address) = (String::new(), String::new());
        for line in lines {
            let Some((number, rest)) = line.split_once('/') else { continue };
            let into = match number {
                "1" => &mut name,
                "2" | "3" => &mut address,
                "4" => {
                    // Line 4 is the date of birth, YYYYMMDD.
                    if rest.len() == 8 && rest.bytes().all(|b| b.is_ascii_digit()) {
                        self.message.elements.insert(DataElement::Dob);
                    }
                    continue;
                }
                _ => continue,
            };
            into.push_str(rest);
            into.push(' ');
        }
        self.person(&name, &address);
    }

    fn person(&mut self, name: &str, address: &str) {
        if !is_company(name) {
            self.message.persons.extend(PersonKey::of(Person { name, address, ..Person::default() }, Elements::default()));
            if !address.trim().is_empty() {
                self.message.elements.insert(DataElement::Address);
            }
        }
    }

    /// Pushes a value: elements are ended by asterisks, or padded to their length.
    fn push(&mut self, value: &Record<'_>, ends: &[usize]) {
        let bytes = value.bytes();
        if memchr(b'*', bytes).is_some() {
            let fixed = ends.first().copied().filter(|&end| end < 10).unwrap_or(0);
            value.push_field(self.sink, 1, fixed);
            let rest = bytes.get(fixed..).unwrap_or_default();
            let behind = rest.get(1..).unwrap_or_default();
            let is_padded = rest.iter().zip(behind).fold(0, |any, (a, b)| any | (u8::from(*a <= b' ') & u8::from(*b == b'*'))) != 0;
            if !is_padded && self.sink.fields(rest, value.at + fixed as u64, |byte| byte == b'*') {
                return self.line_end(value);
            }
            let mut from = fixed;
            for part in rest.split(|&b| b == b'*') {
                value.push_span(self.sink, from, from + part.len());
                from += part.len() + 1;
            }
        } else {
            let mut first = 1;
            for &end in ends {
                value.push_field(self.sink, first, end);
                first = end + 1;
            }
            value.push_field(self.sink, first, bytes.len());
        }
        self.line_end(value);
    }

    fn line_end(&mut self, value: &Record<'_>) {
        self.sink.text("\n", At::Decoded(value.at + value.bytes().len() as u64));
    }

    fn end_message(&mut self, at: u64, last: bool) {
        let mut message = std::mem::take(&mut self.message);
        if !message.begun {
            return;
        }
        self.sink.dated(message.day);
        self.messages += 1;
        let missing = message.seen != MANDATORY;
        let cut = missing && message.seen & LAST == 0;
        if (cut || message.open && last) && self.sink.gaps.len() < MOST_GAPS {
            let detail = if cut { "a message without its mandatory tags" } else { "the last element has no end" };
            self.sink.gap(at..at, Cause::Truncated, detail);
        } else if missing {
            self.sink.payment_note("a message lacks a mandatory tag");
        }
        let bank = |placed: &Placed| !is_operator(placed.0);
        let (sender, receiver) = (message.sender.filter(bank), message.receiver.filter(bank));
        let (owner, other) = match (message.receipt, message.status) {
            (false, _) | (true, Some(b'3')) => (sender, receiver),
            // N and S stand on incoming messages, 0 2 3 7 on the sender's acknowledgement.
            (true, Some(b'N' | b'S') | None) => (receiver, sender),
            (true, Some(_)) => {
                self.sink.payment_note("the receipt fields have the status of a sender's acknowledgement; both sides are given");
                (None, None)
            }
        };
        let key = (owner.map(|o| o.0), if owner.is_none() { [sender, receiver].map(|side| side.map(|s| s.0)) } else { [None; 2] });
        if self.unit.key != Some(key) {
            self.close_unit();
            self.unit.key = Some(key);
        }
        match owner {
            Some(owner) => {
                self.sink.owner(owner.0.party(), owner.1);
                if let Some(other) = other.filter(|o| o.0 != owner.0) {
                    self.unit.other.add(other, self.sink);
                }
            }
            None => [sender, receiver].into_iter().flatten().for_each(|(n, at)| self.sink.either(n.party(), at)),
        }
        for (other, at) in message.others.drain(..) {
            match other {
                Other::Aba(number) if [sender, receiver].iter().flatten().any(|side| side.0 == number) => {}
                Other::Aba(number) => number.counterparty(self.sink, at),
                Other::Bic(bic) => self.sink.counterparty_of(&Scheme::Bic, std::str::from_utf8(&bic).unwrap_or_default(), at),
            }
        }
        message.persons.drain(..).for_each(|person| self.sink.person_key(person));
        message.elements.iter().for_each(|element| self.sink.element(element));
        self.sink.entry();
        // Their memory serves the next message.
        (self.message.others, self.message.persons) = (message.others, message.persons);
    }

    /// Ends the sink's unit: messages in a row that are the same owner's. Who alone is on their other
    /// side is named as that.
    fn close_unit(&mut self) {
        std::mem::take(&mut self.unit).other.close(self.sink);
        self.sink.end_unit();
    }
}

/// Where identifier, name and address lines stand after the identifier code: ended by asterisks, or 34 characters and
/// then 35 each.
fn elements<'a>(value: &Record<'a>) -> impl Iterator<Item = (usize, usize)> + use<'a> {
    const PADDED: [(usize, usize); 5] = [(2, 35), (36, 70), (71, 105), (106, 140), (141, 175)];
    let value = *value;
    let starred = memchr(b'*', value.bytes()).is_some();
    let (mut next, mut padded) = (Some(1), PADDED.into_iter());
    std::iter::from_fn(move || {
        if !starred {
            return padded.next().map(|(first, last)| value.bounds(first, last));
        }
        let start = next?;
        let rest = value.bytes().get(start..).unwrap_or_default();
        let length = rest.iter().position(|&byte| byte == b'*');
        next = length.map(|length| start + length + 1);
        Some((start, start + length.unwrap_or(rest.len())))
    })
}
