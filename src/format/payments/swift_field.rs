//! Fields of a SWIFT text block (`:tag:value`) and the banks, accounts and persons in them.
//!
//! SWIFT User Handbook, FIN: field formats of categories 1 to 9; option letters A (BIC), B (location),
//! C (account or clearing code), D (name and address), F (structured), G, H, J, K, P.

use super::{party, person, swift_information, value};
use crate::format::{Party, Sink};
use crate::model::DataElement;
use std::borrow::Cow;

/// Lines of a party field that are looked at; the standard has at most six.
const PARTY_LINES: usize = 12;

/// One field of a text block; without a tag: text before the first.
pub(super) struct Field<'a> {
    /// Two digits and an option letter, or `NS`.
    pub tag: &'a str,
    /// From the tag's first colon to the line before the next field.
    pub whole: &'a [u8],
    /// What follows the tag.
    pub value: &'a [u8],
    /// Place of the whole field in the item.
    pub at: usize,
    /// Place of the value.
    pub value_at: usize,
    /// The value as text, where it is UTF-8 as it stands.
    text: Option<&'a str>,
}

/// The fields of a text block in their order.
pub(super) struct Fields<'a> {
    block: &'a [u8],
    base: usize,
    at: usize,
}

/// Splits a text block that stands at `base` in the item.
pub(super) fn fields(block: &[u8], base: usize) -> Fields<'_> {
    Fields { block, base, at: 0 }
}

/// The tag at the start of a line: `:20:`, `:61:`, `:50K:`, `:NS:`.
pub(super) fn tag(line: &[u8]) -> Option<&str> {
    let tag = match line {
        [b':', a, b, b':', ..] if a.is_ascii_digit() && b.is_ascii_digit() || (*a, *b) == (b'N', b'S') => &line[1..3],
        [b':', a, b, c, b':', ..] if a.is_ascii_digit() && b.is_ascii_digit() && c.is_ascii_uppercase() => &line[1..4],
        _ => return None,
    };
    std::str::from_utf8(tag).ok()
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        let rest = self.block.get(self.at..).filter(|rest| !rest.is_empty())?;
        let mut end = rest.len();
        for newline in memchr::memchr_iter(b'\n', rest) {
            if rest.get(newline + 1) == Some(&b':') && tag(&rest[newline + 1..]).is_some() {
                end = newline + 1;
                break;
            }
        }
        let whole = trim_end(&rest[..end]);
        let at = self.base + self.at;
        self.at += end;
        Some(Field::new(tag(whole).unwrap_or_default(), whole, at))
    }
}

fn trim_end(bytes: &[u8]) -> &[u8] {
    let len = bytes.iter().rposition(|b| !matches!(b, b'\r' | b'\n')).map_or(0, |i| i + 1);
    &bytes[..len]
}

impl<'a> Field<'a> {
    /// A field at a place in the item.
    pub(super) fn new(tag: &'a str, whole: &'a [u8], at: usize) -> Self {
        let skip = if tag.is_empty() { 0 } else { (tag.len() + 2).min(whole.len()) };
        let value = &whole[skip..];
        Self { tag, whole, value, at, value_at: at + skip, text: std::str::from_utf8(value).ok() }
    }

    /// The value as text.
    pub(super) fn text(&self) -> Cow<'a, str> {
        self.text.map_or_else(|| value::decode(self.value), Cow::Borrowed)
    }

    /// Lines of the value with their places in the item.
    pub(super) fn lines(&self) -> impl Iterator<Item = (u64, Cow<'a, str>)> + use<'a> {
        let Self { value, value_at, text, .. } = *self;
        value::lines(value).map(move |(at, line)| {
            let decoded = text.and_then(|text| text.get(at..at + line.len())).map_or_else(|| value::decode(line), Cow::Borrowed);
            (value::offset(value_at + at), decoded)
        })
    }

    /// Number of the tag, zero where it has none.
    pub(super) fn number(&self) -> u8 {
        match self.tag.as_bytes() {
            [a @ b'0'..=b'9', b @ b'0'..=b'9', ..] => (a - b'0') * 10 + (b - b'0'),
            _ => 0,
        }
    }

    /// Its option letter, or a blank.
    pub(super) fn option(&self) -> u8 {
        self.tag.as_bytes().get(2).copied().unwrap_or(b' ')
    }

    /// Hands out the field's text, and what it says about banks, accounts and persons. `own` is the
    /// institution whose message it is: it is not its own counterparty.
    pub(super) fn read(&self, own: Option<&Party>, sink: &mut Sink<'_>) {
        value::push_field(sink, self.whole, value::offset(self.at));
        match (self.number(), self.option()) {
            (32..=34 | 60 | 62 | 64 | 65 | 90, _) => amount(self.value, sink),
            (61, _) => self.statement_line(own, sink),
            (25, _) | (97, b'A' | b'B') => self.account_of_statement(own, sink),
            (50 | 59, _) => self.customer(own, sink),
            (41 | 42 | 51..=58 | 80..=89, b'A'..=b'J') => self.institution(own, sink),
            (72, _) => self.sender_to_receiver(own, sink),
            (86, _) => swift_information::read(self, own, sink),
            (95, b'P') => self.party_of_settlement(own, sink),
            _ => {}
        }
    }

    fn party_lines(&self) -> impl Iterator<Item = (u64, Cow<'a, str>)> + use<'a> {
        self.lines().take(PARTY_LINES)
    }

    fn institution(&self, own: Option<&Party>, sink: &mut Sink<'_>) {
        for (at, line) in self.party_lines() {
            if line.starts_with("//") {
                counterparty(party::swift_clearing(&line), at, own, sink);
            } else if let Some(bic) = line.strip_prefix("/ABIC/") {
                counterparty(party::bic(bic.trim_end()), at, own, sink);
            } else if let Some(number) = line.strip_prefix('/') {
                account(number, at, own, sink);
            } else if self.option() == b'A' {
                counterparty(party::bic(line.trim_end()), at, own, sink);
            }
        }
    }

    fn customer(&self, own: Option<&Party>, sink: &mut Sink<'_>) {
        let mut name = String::new();
        let mut address = String::new();
        for (i, (at, line)) in self.party_lines().enumerate() {
            let line = line.trim_end();
            if let Some(number) = line.strip_prefix('/').filter(|_| i == 0) {
                account(number, at, own, sink);
                continue;
            }
            let (kind, text) = match (self.option(), line.as_bytes()) {
                (b'A' | b'C' | b'G', _) => {
                    counterparty(party::bic(line), at, own, sink);
                    continue;
                }
                (b'F', [kind @ b'1'..=b'8', b'/', ..]) => (*kind, &line[2..]),
                (b'F', _) => {
                    identity(line, sink);
                    continue;
                }
                _ if name.is_empty() => (b'1', line),
                _ => (b'2', line),
            };
            match kind {
                b'1' => join(&mut name, text),
                b'2' | b'3' => join(&mut address, text),
                b'4' => sink.element(DataElement::Dob),
                b'6' | b'7' => sink.element(DataElement::NationalId),
                _ => {}
            }
        }
        if !name.is_empty() {
            person::push(sink, &name, &address, "");
        }
    }

    fn statement_line(&self, own: Option<&Party>, sink: &mut Sink<'_>) {
        amount(self.value, sink);
        for (at, line) in self.party_lines().skip(1) {
            if party::is_iban_shaped(line.trim_end()) {
                account(line.trim_end(), at, own, sink);
            }
        }
    }

    fn account_of_statement(&self, own: Option<&Party>, sink: &mut Sink<'_>) {
        if let Some((at, line)) = self.party_lines().next() {
            let number = line.rsplit("//").next().unwrap_or_default();
            account(number, at, own, sink);
        }
    }

    fn sender_to_receiver(&self, own: Option<&Party>, sink: &mut Sink<'_>) {
        for (at, line) in self.party_lines() {
            if let Some(bic) = line.strip_prefix("/INS/").or_else(|| line.strip_prefix("/INTA/")) {
                counterparty(party::bic(bic.trim()), at, own, sink);
            }
        }
    }

    /// `:95P::ACOW//DEUTDEFF` of the ISO 15022 messages.
    fn party_of_settlement(&self, own: Option<&Party>, sink: &mut Sink<'_>) {
        for (at, line) in self.party_lines() {
            if let Some((_, bic)) = line.split_once("//") {
                counterparty(party::bic(bic.trim_end()), at, own, sink);
            }
        }
    }
}

/// A party identifier of options 50F and 59F: `CCPT/US/123`, `SOSE/US/123456789`.
fn identity(line: &str, sink: &mut Sink<'_>) {
    match line.split('/').next() {
        Some("SOSE") => sink.element(DataElement::Ssn),
        Some("DRLC") => sink.element(DataElement::DriversLicense),
        Some("CCPT" | "NIDN" | "ARNU" | "TXID") => sink.element(DataElement::NationalId),
        _ => {}
    }
}

fn join(into: &mut String, text: &str) {
    if !into.is_empty() {
        into.push(' ');
    }
    into.push_str(text);
}

fn amount(value: &[u8], sink: &mut Sink<'_>) {
    if value.iter().any(u8::is_ascii_digit) {
        sink.element(DataElement::Amount);
    }
}

/// A number of an account; an IBAN also names its bank.
pub(super) fn account(number: &str, at: u64, own: Option<&Party>, sink: &mut Sink<'_>) {
    let number = number.trim();
    let number = number.strip_prefix("C/").or_else(|| number.strip_prefix("D/")).unwrap_or(number);
    account_element(number, sink);
    party::iban_banks(number).for_each(|bank| counterparty(Some(bank), at, own, sink));
}

/// An account number or IBAN, as a kind of personal data.
pub(super) fn account_element(number: &str, sink: &mut Sink<'_>) {
    if party::is_iban_shaped(number) {
        sink.element(DataElement::Iban);
    } else if number.bytes().filter(u8::is_ascii_digit).count() >= 4 {
        sink.element(DataElement::AccountNumber);
    }
}

/// A bank on the other side, unless it is the file's own institution.
pub(super) fn counterparty(party: Option<Party>, at: u64, own: Option<&Party>, sink: &mut Sink<'_>) {
    if let Some(party) = party.filter(|p| Some(p) != own) {
        sink.counterparty(party, at);
    }
}
