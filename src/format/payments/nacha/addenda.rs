//! Addenda: payment information, international parties, returns.

use super::Reader;
use super::layout::ends;
use crate::format::payments::operators::is_operator;
use crate::format::payments::record::{Record, is_digits};
use crate::format::payments::routing_number::{Placed, RoutingNumber};
use crate::format::{At, Party};
use crate::model::{DataElement, Person, Scheme};

impl Reader<'_, '_> {
    pub(super) fn addenda(&mut self, record: &Record<'_>) {
        if self.batch.is_none() {
            self.headless(record, "the entry of an addenda record is missing");
        }
        let Some(batch) = &mut self.batch else { return record.push(self.sink, ends(record.bytes())) };
        batch.lines += 1;
        let class = batch.class;
        match record.field(2, 3) {
            b"05" => {
                let payload = record.field(4, 83);
                match &class {
                    b"ENR" => self.enrolment(payload),
                    b"DNE" if payload.split(|&b| b == b'*').any(|part| part.len() == 9 && is_digits(part)) => {
                        self.sink.element(DataElement::Ssn)
                    }
                    _ => {}
                }
                return self.payment_information(record);
            }
            b"10" if record.field(4, 6) != b"BUS" => batch.receiver.name = record.text(47, 81).into_owned(),
            b"15" => batch.receiver.street = record.text(19, 53).into_owned(),
            b"16" => batch.receiver.town = format!("{} {}", record.text(4, 38), record.text(39, 73)),
            b"13" | b"14" | b"18" if class == *b"IAT" => self.correspondent(record),
            b"98" => {
                let corrected = RoutingNumber::parse(record.field(36, 44)).filter(|&n| !is_operator(n));
                if let Some(corrected) = corrected.filter(|_| matches!(record.field(4, 6), b"C02" | b"C03" | b"C07")) {
                    self.sink.counterparty(corrected.party(), record.offset(36));
                }
            }
            _ => {}
        }
        record.push(self.sink, ends(record.bytes()));
    }

    /// Payment related information of several addenda is one text, cut every eighty characters.
    pub(super) fn payment_information(&mut self, record: &Record<'_>) {
        if !self.addenda_open {
            record.push_field(self.sink, 1, 3);
        }
        self.addenda_open = true;
        record.push_open(self.sink, 4, 83);
        if !is_digits(record.field(84, 94)) {
            self.sink.border();
            record.push_field(self.sink, 84, record.bytes().len());
        }
    }

    pub(super) fn close_addenda(&mut self, at: u64) {
        self.addenda_open = false;
        self.sink.border();
        self.sink.text("\n", At::Decoded(at));
    }

    /// An automated enrolment entry: code, RDFI and check digit, account, social security number, names.
    pub(super) fn enrolment(&mut self, payload: &[u8]) {
        let text = String::from_utf8_lossy(payload);
        let parts: Vec<&str> = text.split(['*', '\\']).map(str::trim).collect();
        if let [_, _, _, account, ssn, last, first, ..] = parts[..] {
            if !account.is_empty() {
                self.sink.element(DataElement::AccountNumber);
            }
            if ssn.len() == 9 && is_digits(ssn.as_bytes()) {
                self.sink.element(DataElement::Ssn);
            }
            self.sink.person(Person { name: &format!("{first} {last}"), ..Person::default() });
        }
    }

    /// A bank in the addenda of an international entry: by routing number (qualifier 01) or BIC (02).
    pub(super) fn correspondent(&mut self, record: &Record<'_>) {
        let (qualifier, value) = (record.field(39, 40), record.field(41, 74).trim_ascii());
        if qualifier == b"02"
            && matches!(value.len(), 8 | 11)
            && value.iter().all(u8::is_ascii_alphanumeric)
            && value[..6].iter().all(u8::is_ascii_uppercase)
        {
            let value = String::from_utf8_lossy(&value[..8]).into_owned();
            self.sink.counterparty(Party { scheme: Scheme::Bic, value }, record.offset(41));
        } else if let Some(number) = RoutingNumber::parse(value).filter(|&n| qualifier == b"01" && !is_operator(n)) {
            let header = self.header.as_ref();
            let sides = [self.batch.as_ref().and_then(|b| b.odfi), header.and_then(|h| h.origin), header.and_then(|h| h.destination)];
            if !sides.into_iter().flatten().any(|side: Placed| side.0 == number) {
                self.sink.counterparty(number.party(), record.offset(41));
            }
        }
    }

    pub(super) fn end_receiver(&mut self) {
        let Some(receiver) = self.batch.as_mut().map(|b| std::mem::take(&mut b.receiver)) else { return };
        if receiver.name.is_empty() && receiver.street.is_empty() && receiver.town.is_empty() {
            return;
        }
        // Town and region are divided by an asterisk, and each line ends with a backslash.
        let region = receiver.town.split(['*', '\\']).nth(1).unwrap_or_default();
        let address = format!("{} {}", receiver.street, receiver.town);
        self.sink.person(Person { name: &receiver.name, address: &address, region, country: "" });
    }
}
