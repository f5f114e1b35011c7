//! Metro 2: what lenders report on consumers' accounts.
//!
//! CDIA Credit Reporting Resource Guide, Metro 2 format: header, base segments of 426 characters (366
//! bytes packed) with appended segments J1 to N1, trailer; each after a record descriptor word, and
//! blocks after a block descriptor word. Identifications are agreed with the bureaus and name no bank;
//! only one that is a routing number points at somebody.

mod layout;

use super::operators::is_operator;
use super::record::{Record, line_end, number};
use super::routing_number::RoutingNumber;
use crate::format::{At, Failure, Format, Probe, Runs, Sink};
use crate::model::{Cause, Class, DataElement, Person};
use layout::{Base, CHARACTER_BASE, Kind, PACKED_BASE, PACKED_TEXT, Piece, piece_at, segment};

/// Metro 2 files.
pub const FORMAT: Format = Format {
    name: "metro2",
    media_type: "application/x-metro2",
    recognise,
    read,
    runs: Runs::Inside,
    version: 3,
    limitations: &["Packed decimals are searched as digits only where they are well-formed.", "Records broken into lines are text."],
};

fn recognise(probe: &Probe<'_>) -> bool {
    let Some(piece) = piece_at(probe.head, 0) else { return false };
    let record = Record::new(&probe.head[piece.start..piece.end], 0);
    match piece.kind {
        // Date of activity and date of creation.
        Kind::Header => super::record::is_digits(record.field(48, 63)) && record.field(48, 63).len() == 16,
        // A packed one that comes first is told by its block descriptor word, which counts it and itself.
        Kind::Base if piece.packed => {
            let block = usize::from(u16::from_be_bytes([probe.head[0], probe.head[1]]));
            !piece.cut && piece.start == 4 && block == piece.end
        }
        Kind::Base => record.field(298, 314).len() == 17,
        Kind::Trailer => false,
    }
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    sink.begin_payments("metro2");
    let mut reader = Reader { sink, bases: 0, trailer: false, open: false, identification: [0; 20] };
    let mut at = 0;
    while at < bytes.len() {
        let blank = bytes[at..].iter().take(CHARACTER_BASE.end).take_while(|b| b.is_ascii_whitespace() || **b == 0x1A).count();
        let ends = at + blank == bytes.len();
        if ends || blank > 0 && piece_at(bytes, at).is_none() {
            reader.sink.cover(at as u64..(at + blank) as u64, Class::Structure);
            at += blank;
            continue;
        }
        if reader.bases.is_multiple_of(1024) && reader.sink.stopped() {
            return Ok(());
        }
        let Some(piece) = piece_at(bytes, at) else {
            if !reader.recover(bytes, &mut at) {
                break;
            }
            continue;
        };
        let next = piece.end + line_end(bytes.get(piece.end..).unwrap_or_default());
        reader.sink.cover(at as u64..next as u64, Class::Read);
        reader.piece(bytes, &piece);
        at = next;
    }
    reader.finish(bytes.len() as u64);
    if at < bytes.len() {
        return Err(Failure::corrupt(at as u64, "no record begins here"));
    }
    Ok(())
}

struct Reader<'s, 'o> {
    sink: &'s mut Sink<'o>,
    bases: u64,
    trailer: bool,
    open: bool,
    /// The last identification number, which repeats over a file.
    identification: [u8; 20],
}

impl Reader<'_, '_> {
    /// A line that is no record is passed over; without lines the rest is the caller's.
    fn recover(&mut self, bytes: &[u8], at: &mut usize) -> bool {
        let Some((line, next)) = super::record::line_at(bytes, *at, 4096) else { return false };
        if next >= bytes.len() && line.len() + *at == bytes.len() {
            return false;
        }
        self.sink.payment_note("lines that are no records of the layout");
        *at = next;
        true
    }

    fn piece(&mut self, bytes: &[u8], piece: &Piece) {
        let record = Record::new(&bytes[piece.start..piece.end], piece.start as u64);
        self.open = true;
        match piece.kind {
            Kind::Header => {
                record.push(self.sink, &[4, 10, 12, 22, 32, 37, 47, 55, 63, 71, 79, 119, 215, 225, 265, 270]);
            }
            Kind::Base => {
                self.bases += 1;
                self.base(&record, if piece.packed { &PACKED_BASE } else { &CHARACTER_BASE }, piece.packed);
            }
            Kind::Trailer => {
                // Counts follow every nine characters after the number of base records and nine blanks.
                record.push(self.sink, &[4, 11, 20, 29]);
                if !piece.packed && number(record.field(12, 20)).is_some_and(|declared| declared > self.bases) {
                    self.gap(record.at, "the trailer record counts more base segments than were read");
                }
                self.trailer = true;
            }
        }
        if piece.cut {
            self.gap(piece.end as u64, "a record is cut");
        }
    }

    fn base(&mut self, record: &Record<'_>, base: &Base, packed: bool) {
        self.sink.entry();
        let field = |(first, last): (usize, usize)| record.field(first, last);
        let filled = |(first, last): (usize, usize)| {
            let field = record.field(first, last);
            // The last nibble of a packed number is its sign.
            if packed { field.iter().any(|b| b & 0xF0 != 0) } else { field.iter().any(|b| (b'1'..=b'9').contains(b)) }
        };
        let identification = field(base.identification);
        if identification != self.identification {
            if let Ok(known) = identification.try_into() {
                self.identification = known;
            }
            if let Some(number) = RoutingNumber::parse(identification.trim_ascii()).filter(|&n| !is_operator(n)) {
                self.sink.either(number.party(), record.offset(base.identification.0));
            }
        }
        if !field(base.account).trim_ascii().is_empty() {
            self.sink.element(DataElement::AccountNumber);
        }
        if base.amounts.iter().any(|&amount| filled(amount)) {
            self.sink.element(DataElement::Amount);
        }
        for (place, element) in [(base.ssn, DataElement::Ssn), (base.birth, DataElement::Dob), (base.telephone, DataElement::Phone)] {
            if filled(place) {
                self.sink.element(element);
            }
        }
        let names = base.names.map(|(first, last)| record.text(first, last));
        let address = record.text(base.address.0, base.address.1);
        let region = record.text(base.region.0, base.region.1);
        self.sink.person(Person { name: &names.join(" "), address: &address, region: &region, country: "" });
        if packed {
            for (first, last) in PACKED_TEXT {
                record.push_field(self.sink, first, last);
            }
            for place in [base.ssn, base.birth, base.telephone] {
                if let Some(digits) = packed_digits(field(place)) {
                    self.sink.text(&digits, At::Decoded(record.offset(place.0)));
                    self.sink.border();
                }
            }
        } else {
            let mut first = 1;
            for &end in base.ends {
                record.push_field(self.sink, first, end);
                first = end + 1;
            }
        }
        self.segments(record, base.end);
        self.sink.text("\n", At::Decoded(record.at + record.bytes().len() as u64));
    }

    /// The segments appended to a base segment.
    fn segments(&mut self, record: &Record<'_>, base_end: usize) {
        let mut at = base_end;
        while let Some((length, ends)) = segment(record.field(at + 1, at + 2)) {
            let part = |first: usize, last: usize| record.text(at + first, at + last);
            let tag = record.field(at + 1, at + 2);
            if matches!(tag, b"J1" | b"J2") {
                let name = [part(29, 48), part(49, 68), part(4, 28)].join(" ");
                // An associate with an address of its own.
                let [address, region] = if tag == b"J2" { [part(102, 196), part(186, 187)] } else { Default::default() };
                self.sink.person(Person { name: &name, address: &address, region: &region, country: "" });
                for (first, last, element) in [(70, 78, DataElement::Ssn), (79, 86, DataElement::Dob), (87, 96, DataElement::Phone)] {
                    if record.field(at + first, at + last).iter().any(|b| (b'1'..=b'9').contains(b)) {
                        self.sink.element(element);
                    }
                }
            }
            let mut first = 1;
            for &end in ends.iter().chain([&length]) {
                record.push_field(self.sink, at + first, at + end);
                first = end + 1;
            }
            at += length;
        }
        let rest = record.offset(at + 1) as usize - record.at as usize;
        let rest_bytes = record.bytes().get(rest..).unwrap_or_default();
        if !rest_bytes.trim_ascii().is_empty() {
            self.sink.payment_note("segments that the layout does not know");
            record.push_span(self.sink, rest, record.bytes().len());
        }
    }

    fn gap(&mut self, at: u64, detail: &str) {
        if self.sink.gaps.len() < 64 {
            self.sink.gap(at..at, Cause::Truncated, detail);
        }
    }

    fn finish(&mut self, at: u64) {
        if self.open && !self.trailer {
            self.gap(at, "a file without its trailer record");
        }
        self.sink.end_unit();
    }
}

/// The digits of a packed decimal: two a byte, a sign in the last half.
fn packed_digits(bytes: &[u8]) -> Option<String> {
    let mut nibbles: Vec<u8> = bytes.iter().flat_map(|b| [b >> 4, b & 15]).collect();
    let sign = nibbles.pop()?;
    let sound = matches!(sign, 0xC | 0xD | 0xF) && nibbles.iter().all(|&n| n < 10) && nibbles.iter().any(|&n| n > 0);
    sound.then(|| nibbles.iter().map(|&n| char::from(b'0' + n)).collect())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::format::testing::read_with;
    use crate::format::{Covered, PaymentUnit};

    fn base(identification: &str) -> String {
        let mut record = [b' '; CHARACTER_BASE.end + 100];
        let mut put = |first: usize, text: &str| record[first - 1..first - 1 + text.len()].copy_from_slice(text.as_bytes());
        put(1, "0526");
        put(5, "1110420241200000");
        put(21, identification);
        put(43, "4000123412341234");
        put(155, "000001250");
        put(232, "BEAUCHAMP");
        put(257, "KEVIN");
        put(298, "44511287701021980");
        put(315, "5175555555");
        put(330, "234 HARRISON PLACE");
        put(394, "LANSING");
        put(414, "MI72654");
        put(427, "J1 BEAUCHAMP");
        put(427 + 28, "MARY");
        put(427 + 69, "44511287801021981");
        String::from_utf8(record.to_vec()).unwrap()
    }

    fn records(identification: &str) -> Vec<String> {
        vec![
            format!("{:<426}", format!("0426HEADER01{:<35}{}{:<40}", "", "11042024110420240101202001012020", "FIRST STATE BANK")),
            base(identification),
            format!("{:<426}", format!("0426TRAILER000000001{:9}{:0396}", "", 0)),
        ]
    }

    pub(in crate::format::payments) fn file() -> Vec<u8> {
        records("06666666").join("\n").into_bytes()
    }

    fn unit(bytes: &[u8]) -> PaymentUnit {
        read_with(read, bytes, |sink, _| {
            assert!(sink.gaps.is_empty(), "{:?}", sink.gaps);
            assert!(sink.coverage.clone().partition(bytes.len() as u64).iter().all(|(_, k)| matches!(k, Some(Covered::As(_)))));
            sink.facts.payments.clone().unwrap().units[0].clone()
        })
    }

    #[test]
    fn persons_are_read_and_nobody_owns() {
        for bytes in [file(), records("06666666").concat().into_bytes(), format!("0430{}", records("06666666").concat()).into_bytes()] {
            assert!(recognise(&Probe::new(&bytes)));
            let unit = unit(&bytes);
            assert!(unit.owners.is_empty() && unit.either.is_empty());
            assert_eq!((unit.records, unit.persons.len()), (1, 2));
            assert_eq!(unit.elements.words(), ["account_number", "address", "amount", "dob", "name", "phone", "ssn"]);
        }
    }

    #[test]
    fn a_routing_number_points_at_somebody() {
        let unit = unit(records("121042882").concat().as_bytes());
        assert_eq!(unit.either.keys().next().unwrap().value, "121042882");
    }

    #[test]
    fn packed_numbers_are_digits() {
        assert_eq!(packed_digits(&[0x44, 0x51, 0x12, 0x87, 0x7C]).as_deref(), Some("445112877"));
        assert_eq!(packed_digits(&[0x44, 0x51, 0x12, 0x8A, 0x7C]), None);
    }
}
