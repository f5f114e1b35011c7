//! SWIFT MT messages: FIN blocks 1 to 5 and S, alone, concatenated, or separated by `$` (RJE).
//!
//! SWIFT User Handbook, FIN Service Description (block structure) and FIN System Messages (F21, MT 096).
//! The logical terminal of block 1 is the local institution in both directions, so it is the owner;
//! block 2 names the receiver of an input message, or in its MIR the sender of an output message.
//! Acknowledgements (service 21) bring a block 1 of their own and own nothing; a message that stands
//! inside the block 4 of another (MT 096) has counterparties only.

pub(super) mod beginning;
mod next;

use super::{day, party, swift_field, value};
use crate::format::{Failure, Format, Party, Runs, Sink};
use crate::model::{Cause, Class};
use beginning::{is_header, is_separator, is_small_header, recognise};
use jiff::civil::Date;
use next::Next;
use std::borrow::Cow;

/// SWIFT MT messages.
pub const FORMAT: Format = Format {
    name: "swift_mt",
    media_type: "application/vnd.swift.fin",
    recognise,
    read,
    runs: Runs::Inside,
    version: 4,
    limitations: &[
        "the XML and JSON forms of MT messages are searched as text",
        "of a file that does not begin with a block 1, the messages are read and the rest is text",
    ],
};

/// A header block longer than this is none.
const MAX_HEADER: usize = 64 << 10;
/// A file in small letters is turned into capitals in memory up to this size.
const SMALL: usize = 64 << 20;

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    sink.begin_payments("swift_mt");
    let start = bytes.iter().take(MAX_HEADER).position(|&b| !is_separator(b) && !matches!(b, 0xEF | 0xBB | 0xBF)).unwrap_or(0);
    // What the layout writes in capitals stands in each place as it does in small letters.
    let capitals = match bytes.get(start..) {
        Some(head) if is_small_header(head) && bytes.len() <= SMALL => Cow::Owned(bytes.to_ascii_uppercase()),
        _ => Cow::Borrowed(bytes),
    };
    let mut reader = Reader::new(&capitals);
    sink.cover(0..value::offset(reader.at), Class::Structure);
    match capitals.get(start..) {
        Some([b'{', b'2' | b'4', ..]) => sink.gap(value::offset(start)..value::offset(start), Cause::Truncated, CUT),
        Some([b':', ..]) => {
            sink.gap(value::offset(start)..value::offset(start), Cause::Truncated, CUT);
            sink.cover(0..value::offset(start), Class::Structure);
            reader.text_from(start, sink);
            sink.cover(value::offset(start)..value::offset(reader.at), Class::Read);
        }
        _ => {}
    }
    reader.run(sink);
    // Each of several messages has a block 1 of its own: so may those that are missing.
    if reader.messages > 1 && !sink.gaps.is_empty() {
        sink.payments_beside_others();
    }
    Ok(())
}

/// Said where a file begins amid a message.
const CUT: &str = "the block 1 of a message is missing";

/// The message that is being read.
#[derive(Default)]
struct Message {
    begun: bool,
    acknowledgement: bool,
    /// Message type as three digits, zero where block 2 has none.
    kind: u16,
    owner: Option<(Party, u64)>,
    other: Option<(Party, u64)>,
    /// Its sides were handed to the sink.
    opened: bool,
    /// A message stands inside this one.
    nested: bool,
    statement_lines: u64,
    transactions: u64,
    /// When the sender gave it in, or else the day of its value or balance.
    day: Option<Date>,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    closes: Next<'a>,
    loose_closes: Next<'a>,
    headers: Next<'a>,
    message: Message,
    /// Owner and other side of the sink's current unit.
    unit: Option<(Option<Party>, Option<Party>)>,
    /// Open blocks 4 that hold blocks themselves (system messages, MT 096).
    containers: u32,
    messages: u64,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 },
            closes: Next::new(bytes, b"\n-}", |_| true),
            loose_closes: Next::new(bytes, b"-}", |_| true),
            headers: Next::new(bytes, b"{1:", is_header),
            message: Message::default(),
            unit: None,
            containers: 0,
            messages: 0,
        }
    }

    fn run(&mut self, sink: &mut Sink<'_>) {
        while self.at < self.bytes.len() {
            let rest = &self.bytes[self.at..];
            let brace = memchr::memchr2(b'{', b'}', rest).unwrap_or(rest.len());
            if brace > 0 {
                self.between(brace, sink);
                continue;
            }
            let from = self.at;
            match rest {
                [b'{', id, b':', ..] if id.is_ascii_alphanumeric() => {
                    if *id == b'1' && sink.stopped() {
                        return;
                    }
                    self.block(*id, sink);
                }
                [b'{', ..] if self.containers > 0 => drop(self.nested_block(sink)),
                [b'}', ..] => {
                    if self.containers == 0 {
                        sink.payment_note("a closing brace without its block");
                    }
                    self.containers = self.containers.saturating_sub(1);
                    self.at += 1;
                }
                _ => {
                    let end = memchr::memchr2(b'{', b'}', &rest[1..]).map_or(rest.len(), |i| i + 1);
                    self.between(end, sink);
                    continue;
                }
            }
            sink.cover(value::offset(from)..value::offset(self.at), Class::Read);
        }
        self.finish_message(sink);
        if self.containers > 0 {
            self.truncated(sink, "block 4 is not closed");
        }
    }

    /// What stands outside blocks is nothing, or no message.
    fn between(&mut self, len: usize, sink: &mut Sink<'_>) {
        let text = &self.bytes[self.at..self.at + len];
        if text.iter().all(|&b| is_separator(b)) {
            sink.cover(value::offset(self.at)..value::offset(self.at + len), Class::Structure);
        } else {
            sink.payment_note("text outside the blocks of a message");
        }
        self.at += len;
    }

    fn truncated(&self, sink: &mut Sink<'_>, detail: &str) {
        let end = value::offset(self.bytes.len());
        sink.gap(end..end, Cause::Truncated, detail);
    }

    fn block(&mut self, id: u8, sink: &mut Sink<'_>) {
        match (id, self.bytes.get(self.at + 3)) {
            (b'4', Some(b'{')) => {
                self.containers = self.containers.saturating_add(1);
                self.at += 3;
            }
            (b'4', _) => self.text_block(sink),
            _ => {
                if id == b'1' {
                    self.begin_header(sink);
                }
                let start = self.at + 3;
                let Some(content) = self.nested_block(sink) else { return };
                let text = String::from_utf8_lossy(content);
                match id {
                    b'1' => self.basic_header(&text, value::offset(start), sink),
                    b'2' => self.application_header(&text, value::offset(start), sink),
                    _ => {}
                }
            }
        }
    }

    /// A block 1 begins a message, or the one copy that an MT 096 holds.
    fn begin_header(&mut self, sink: &mut Sink<'_>) {
        let copies = self.containers > 0 && self.message.kind == 96 && !self.message.acknowledgement && !self.message.nested;
        if copies {
            self.message.nested = true;
            return;
        }
        if self.containers > 0 {
            let place = value::offset(self.at);
            sink.gap(place..place, Cause::Truncated, "block 4 is not closed before the next message");
            self.containers = 0;
        }
        self.finish_message(sink);
    }

    /// A block up to its closing brace, with the blocks inside it; hands out its text and returns its
    /// content without the identifier.
    fn nested_block(&mut self, sink: &mut Sink<'_>) -> Option<&'a [u8]> {
        let bytes = self.bytes;
        let limit = bytes.len().min(self.at + MAX_HEADER);
        let rest = &bytes[self.at..limit];
        let (mut depth, mut end) = (0u32, None);
        let mut scanned = rest.len();
        for brace in memchr::memchr2_iter(b'{', b'}', rest) {
            if rest[brace] == b'{' {
                if brace > 0 && is_header(&rest[brace..]) {
                    scanned = brace;
                    break;
                }
                depth += 1;
            } else {
                depth -= 1;
                if depth == 0 {
                    end = Some(brace);
                    break;
                }
            }
        }
        let len = end.map_or(scanned, |end| end + 1);
        value::push_field(sink, &rest[..len], value::offset(self.at));
        if end.is_none() {
            let place = value::offset(self.at + len);
            let cause = if self.at + len == bytes.len() { Cause::Truncated } else { Cause::Corrupt };
            sink.gap(place..place, cause, "a header block is not closed");
        }
        self.at += len;
        end.map(|end| rest.get(3..end).unwrap_or_default())
    }

    /// Block 1: application, service, logical terminal (12), session (4), sequence (6).
    fn basic_header(&mut self, content: &str, at: u64, sink: &mut Sink<'_>) {
        let terminal = content.get(3..15).or_else(|| content.get(3..11));
        let party = terminal.and_then(party::terminal).map(|party| (party, at + 3));
        if self.containers > 0 {
            self.nested_party(party, sink);
            return;
        }
        self.message.begun = true;
        self.message.acknowledgement = content.get(1..3) == Some("21");
        if party.is_none() {
            sink.payment_note("block 1 names no institution");
        }
        self.message.owner = party;
    }

    /// Block 2: `I`, message type, receiver (12), …; or `O`, message type, time (4), MIR (date,
    /// sender (12), session, sequence), …; some systems leave out time and date.
    fn application_header(&mut self, content: &str, at: u64, sink: &mut Sink<'_>) {
        let output = content.starts_with('O');
        let timed = content.get(4..14).is_some_and(|t| t.bytes().all(|b| b.is_ascii_digit()));
        let place = if output && timed { 14 } else { 4 };
        let terminal = content.get(place..place + 12).or_else(|| content.get(place..));
        let party =
            terminal.and_then(|t| party::terminal(t).or_else(|| party::bic(t.get(..8)?))).map(|party| (party, at + value::offset(place)));
        if self.containers > 0 {
            self.nested_party(party, sink);
            return;
        }
        self.message.begun = true;
        if output && timed {
            self.message.day = content.get(8..14).and_then(|day| day::of_six(day.as_bytes()));
        }
        self.message.kind = content.get(1..4).and_then(|kind| kind.parse().ok()).unwrap_or(0);
        self.message.other = party;
    }

    fn nested_party(&mut self, party: Option<(Party, u64)>, sink: &mut Sink<'_>) {
        self.open_message(sink);
        if let Some((party, at)) = party
            && !self.message.acknowledgement
        {
            swift_field::counterparty(Some(party), at, self.message.owner.as_ref().map(|o| &o.0), sink);
        }
    }

    /// Block 4 of a user message: fields up to a line that begins with `-}`.
    fn text_block(&mut self, sink: &mut Sink<'_>) {
        self.text_from(self.at + 3, sink);
    }

    /// The fields of a text from a place on.
    fn text_from(&mut self, start: usize, sink: &mut Sink<'_>) {
        let header = self.headers.at(start);
        let close = self.closes.at(start.saturating_sub(1));
        let (end, next) = match (close, self.loose_closes.at(start)) {
            (close, _) if close < header => (close + 1, close + 3),
            (_, loose) if loose < header => (loose, loose + 2),
            _ => {
                let place = value::offset(header);
                sink.gap(place..place, Cause::Truncated, "block 4 is not closed");
                (header, header)
            }
        };
        self.open_message(sink);
        let block = self.bytes.get(start..end).unwrap_or_default();
        let owner = self.message.owner.as_ref().map(|o| &o.0);
        for field in swift_field::fields(block, start) {
            if self.message.acknowledgement || field.tag.is_empty() {
                if field.whole.iter().any(|b| !b.is_ascii_whitespace()) {
                    value::push_field(sink, field.whole, value::offset(field.at));
                }
                continue;
            }
            let said = match field.tag {
                "32A" | "30" => field.value.get(..6),
                "60F" | "60M" => field.value.get(1..7),
                _ => None,
            };
            self.message.day = self.message.day.or_else(|| day::of_six(said?));
            match field.number() {
                61 => self.message.statement_lines += 1,
                21 => self.message.transactions += 1,
                _ => {}
            }
            field.read(owner, sink);
        }
        self.message.begun = true;
        self.at = next;
    }

    /// Hands the sides of the message to the sink, once; messages that have the same sides share a unit.
    fn open_message(&mut self, sink: &mut Sink<'_>) {
        if std::mem::replace(&mut self.message.opened, true) || self.message.acknowledgement {
            return;
        }
        let (owner, other) = (&self.message.owner, &self.message.other);
        let same = self
            .unit
            .as_ref()
            .is_some_and(|(o, r)| o.as_ref() == owner.as_ref().map(|p| &p.0) && r.as_ref() == other.as_ref().map(|p| &p.0));
        if !same {
            sink.end_unit();
            self.unit = Some((owner.as_ref().map(|p| p.0.clone()), other.as_ref().map(|p| p.0.clone())));
        }
        match (owner, other) {
            (Some((owner, at)), other) => {
                sink.owner(owner.clone(), *at);
                if let Some((other, at)) = other.as_ref().filter(|other| other.0 != *owner) {
                    sink.other_side(other.clone(), *at);
                }
            }
            (None, Some((other, at))) => {
                sink.payment_note("a message without block 1: its side is not known");
                sink.either(other.clone(), *at);
            }
            (None, None) => {}
        }
    }

    fn finish_message(&mut self, sink: &mut Sink<'_>) {
        if self.message.begun && !self.message.acknowledgement {
            self.open_message(sink);
            self.messages += 1;
            sink.entries(self.message.entries());
            // Messages of the system itself pay nothing.
            if self.message.kind > 99 {
                sink.dated(self.message.day);
            }
        }
        self.message = Message::default();
    }
}

impl Message {
    /// Payment entries: lines of a statement, transactions of a batch, one of any other payment.
    fn entries(&self) -> u64 {
        match self.kind {
            900 | 910 => 1,
            940..=973 => self.statement_lines,
            101 | 102 | 104 | 107 | 201 | 203 | 204 => self.transactions.max(1),
            0..=99 | 900.. => 0,
            // Queries, answers and free text of each category.
            kind if kind % 100 >= 90 => 0,
            _ => 1,
        }
    }
}

#[cfg(test)]
#[path = "swift_tests.rs"]
mod tests;
