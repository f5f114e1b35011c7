//! X12 payment interchanges: 820 payment order/remittance advice, 835 health care claim
//! payment/advice, and the financial sets around them (821, 822, 823, 827, 828, 831); of those about members of plans (834,
//! 837, 270, 271, 276 to 278) the persons, with social security numbers, dates of birth and addresses.
//!
//! ANSI ASC X12: the separators stand in the fixed ISA segment. The originating depository institution
//! of BPR (06 qualifier, 07 number) owns a transaction set, the receiving one (12, 13) is its other
//! side; where the interchange's sender is the receiving institution, that one handed it on and owns it.
//! Sets about members name no bank: where sender or receiver of their interchange is one, whose they are is not known.

mod syntax;

use super::segment::{self, Segment};
use super::{day, party, person, value};
use crate::format::{Failure, Format, Party, Probe, Runs, Sink};
use crate::model::{Cause, Class, DataElement};
use memchr::memmem;
pub(super) use syntax::syntax;
use syntax::{MEMBERS, SETS, is_name};

/// X12 payments.
pub const FORMAT: Format = Format {
    name: "x12_payment",
    media_type: "application/edi-x12",
    recognise,
    read,
    runs: Runs::Inside,
    version: 5,
    limitations: &["other transaction sets (orders, invoices) are searched as text"],
};

fn start(bytes: &[u8]) -> usize {
    let mark = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    mark + bytes[mark..].iter().take(64).position(|b| !b.is_ascii_whitespace()).unwrap_or(0)
}

fn recognise(probe: &Probe<'_>) -> bool {
    let head = &probe.head[start(probe.head)..];
    syntax(head).is_some_and(|syntax| {
        let is_payment = head.starts_with(b"BPR");
        is_payment
            || SETS.iter().any(|set| {
                let st = [b"ST", &[syntax.element][..], set, &[syntax.element]].concat();
                memmem::find(head, &st).is_some()
            })
    })
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    sink.begin_payments("x12");
    let mut at = start(bytes);
    sink.cover(0..value::offset(at), Class::Structure);
    let Some(mut separators) = bytes.get(at..).and_then(syntax) else {
        return Err(Failure::corrupt(value::offset(at), "no header segment"));
    };
    let head = &bytes[at..];
    let mut interchange = Interchange { headless: !head.starts_with(b"ISA"), set: head.starts_with(b"BPR"), ..Interchange::default() };
    if interchange.headless && !head.starts_with(b"GS") {
        sink.dated(None);
    }
    while let Some(mut segment) = segment::next(bytes, separators, at) {
        if segment.bytes.starts_with(b"ISA") {
            if sink.stopped() {
                return Ok(());
            }
            if let Some(own) = syntax(&bytes[segment.at..]) {
                separators = own;
                segment = segment::next(bytes, separators, segment.at).unwrap_or(segment);
            }
        }
        let from = std::mem::replace(&mut at, segment.end());
        let is_open = interchange.open || interchange.headless || segment.bytes.starts_with(b"ISA");
        if !is_open || !is_name(segment.element(0).0.as_bytes()) {
            continue;
        }
        sink.cover(value::offset(from)..value::offset(at), Class::Read);
        segment.push(sink);
        interchange.segment(&segment, sink);
    }
    if interchange.open || interchange.headless && interchange.set {
        let end = value::offset(bytes.len());
        sink.gap(end..end, Cause::Truncated, "the interchange ends without its IEA segment");
    }
    interchange.end_set(sink);
    if interchange.is_shared && !sink.gaps.is_empty() {
        sink.payments_beside_others();
    }
    Ok(())
}

#[derive(Default)]
struct Interchange {
    open: bool,
    /// Its ISA was cut off.
    headless: bool,
    sender: Vec<Party>,
    receiver: Option<(Party, u64)>,
    /// The set is one of [`MEMBERS`].
    of_members: bool,
    /// In a transaction set.
    set: bool,
    originating: Option<(Party, u64)>,
    receiving: Option<(Party, u64)>,
    entries: u64,
    name: String,
    address: String,
    region: String,
    /// Some set is another's than the interchange's sender: further ones may be anybody's.
    is_shared: bool,
}

impl Interchange {
    fn segment(&mut self, segment: &Segment<'_>, sink: &mut Sink<'_>) {
        let (name, _) = segment.element(0);
        match name.as_bytes() {
            b"ISA" => {
                (self.open, self.headless) = (true, false);
                self.sender.clear();
                self.sender.extend(bank(&segment.element(6).0));
                let (receiver, at) = segment.element(8);
                self.receiver = bank(&receiver).map(|party| (party, at));
                sink.dated(day::of_six(segment.element(9).0.as_bytes()));
            }
            b"GS" => {
                if self.headless {
                    let day = segment.element(4).0;
                    sink.dated(day::of_eight(day.as_bytes()).or_else(|| day::of_six(day.as_bytes())));
                }
                if self.sender.len() < 64 {
                    self.sender.extend(bank(&segment.element(2).0));
                }
            }
            b"IEA" => (self.open, self.headless) = (false, false),
            b"ST" => {
                self.end_set(sink);
                self.set = true;
                self.of_members = MEMBERS.contains(&&*segment.element(1).0);
            }
            b"SE" => self.end_set(sink),
            b"BPR" => self.payment(segment, sink),
            b"RMR" | b"CLP" | b"INS" => self.entries += 1,
            b"CLM" => {
                self.entries += 1;
                sink.element(DataElement::Amount);
            }
            b"N1" | b"NM1" => self.named(segment, &name, sink),
            b"N3" | b"N4" => self.addressed(segment, &name),
            b"REF" if segment.element(1).0 == "SY" => sink.element(DataElement::Ssn),
            b"DMG" => sink.element(DataElement::Dob),
            b"PER" => contact(segment, sink),
            _ => {}
        }
        if !matches!(name.as_bytes(), b"N1" | b"NM1" | b"N2" | b"N3" | b"N4") {
            self.end_name(sink);
        }
    }

    fn payment(&mut self, segment: &Segment<'_>, sink: &mut Sink<'_>) {
        sink.element(DataElement::Amount);
        let elements = segment.first_elements::<16>();
        let institution = |qualifier: usize| {
            let (number, at) = segment.placed(elements[qualifier + 1]);
            depository(&segment.text(elements[qualifier]), &number).map(|party| (party, at))
        };
        (self.originating, self.receiving) = (institution(6), institution(12));
        if [9, 15].into_iter().any(|account| !segment.text(elements[account]).is_empty()) {
            sink.element(DataElement::AccountNumber);
        }
    }

    fn named(&mut self, segment: &Segment<'_>, name: &str, sink: &mut Sink<'_>) {
        self.end_name(sink);
        let elements = segment.first_elements::<10>();
        let text = |element: usize| segment.text(elements[element]);
        let (qualifier, number, bank) = match name {
            "N1" => {
                self.name.push_str(&text(2));
                (3, 4, matches!(&*text(1), "BK" | "BB" | "O1" | "RB"))
            }
            _ => {
                // 1 says a person; last, first, middle name.
                if text(2) == "1" && !is_provider(&text(1)) {
                    self.name = [text(4), text(5), text(3)].join(" ");
                }
                (8, 9, false)
            }
        };
        let (number, at) = segment.placed(elements[number]);
        match &*text(qualifier) {
            "34" if !is_provider(&text(1)) => sink.element(DataElement::Ssn),
            "13" => party::aba(&number).into_iter().for_each(|p| sink.counterparty(p, at)),
            _ => {}
        }
        if bank {
            self.name.clear();
        }
    }

    fn addressed(&mut self, segment: &Segment<'_>, name: &str) {
        if name == "N4" {
            self.region.clear();
        }
        for (place, part) in segment.elements().skip(1).take(4).enumerate() {
            let part = segment.text(part);
            self.address.push_str(&part);
            self.address.push(' ');
            if name == "N4" && place == 1 {
                self.region.push_str(&part);
            }
        }
    }

    fn end_name(&mut self, sink: &mut Sink<'_>) {
        if !self.name.is_empty() {
            person::push(sink, &self.name, &self.address, &self.region);
        }
        self.name.clear();
        self.address.clear();
        self.region.clear();
    }

    fn end_set(&mut self, sink: &mut Sink<'_>) {
        self.end_name(sink);
        let (originating, receiving) = (self.originating.take(), self.receiving.take());
        let handed_on =
            |receiving: &(Party, u64)| self.sender.contains(&receiving.0) && originating.as_ref().is_none_or(|o| o.0 != receiving.0);
        let (owner, other) = match receiving {
            Some(receiving) if handed_on(&receiving) => (Some(receiving), originating),
            receiving => (originating, receiving),
        };
        self.is_shared |= owner.as_ref().is_some_and(|owner| !self.sender.contains(&owner.0));
        match owner {
            Some((owner, at)) => {
                other.into_iter().filter(|o| o.0 != owner).for_each(|(party, at)| sink.other_side(party, at));
                sink.owner(owner, at);
            }
            None if self.of_members => {
                let sender = self.sender.first().cloned().map(|party| (party, 0));
                sender.into_iter().chain(self.receiver.clone()).for_each(|(party, at)| sink.either(party, at));
            }
            None => {
                if self.set {
                    sink.payment_note("a transaction set without an originating institution");
                }
                other.into_iter().for_each(|(party, at)| sink.either(party, at));
            }
        }
        if std::mem::take(&mut self.set) {
            sink.entries(std::mem::take(&mut self.entries).max(1));
        }
        sink.end_unit();
    }
}

/// Physicians and others who provide services, who refer and who submit claims: entity identifiers of NM1 (data element 98).
fn is_provider(entity: &str) -> bool {
    const PROVIDERS: [&str; 16] = ["1P", "36", "40", "41", "71", "72", "77", "82", "85", "87", "DD", "DK", "DN", "DQ", "FA", "P3"];
    PROVIDERS.contains(&entity)
}

/// A depository institution by its number's qualifier: 01 ABA, 02 SWIFT, 04 Canadian bank and branch.
fn depository(qualifier: &str, number: &str) -> Option<Party> {
    match qualifier {
        "01" => party::aba(number),
        "02" => party::bic(number),
        "04" => party::clearing_member("CACPA", number),
        _ => None,
    }
}

/// An interchange identifier that is a bank's own.
fn bank(identifier: &str) -> Option<Party> {
    party::aba(identifier).or_else(|| party::bic(identifier))
}

fn contact(segment: &Segment<'_>, sink: &mut Sink<'_>) {
    for qualifier in [3, 5, 7] {
        match &*segment.element(qualifier).0 {
            "EM" => sink.element(DataElement::Email),
            "TE" | "FX" | "HP" | "WP" | "CP" => sink.element(DataElement::Phone),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;

    fn interchange(sender: &str) -> String {
        format!(
            "ISA*00*          *00*          *ZZ*{sender:<15}*ZZ*{:<15}*241104*1200*U*00401*000000001*0*P*>~\nGS*RA*X*Y*20241104*1200*1*X*004010~\nST*820*0001~\nBPR*C*1000*C*ACH*CTX*01*021000021*DA*123456*1234567890**01*011401533*DA*987654*20241104~\nN1*PR*ACME INC~\nN1*PE*JANE DOE~\nN3*1 MAIN ST~\nN4*BOSTON*MA*02101~\nRMR*IV*1**500~\nRMR*IV*2**500~\nSE*7*0001~\nGE*1*1~\nIEA*1*000000001~\n",
            "RECEIVER"
        )
    }

    fn shown(text: &str) -> (String, usize) {
        read_with(read, text.as_bytes(), |sink, _| {
            let unit = &sink.facts.payments.as_ref().unwrap().units[0];
            let list = |m: &std::collections::BTreeMap<Party, crate::format::Seen>| {
                m.keys().map(|p| p.value.as_str()).collect::<Vec<_>>().join(" ")
            };
            (format!("{}/{}/{} {}", list(&unit.owners), list(&unit.other_side), unit.records, unit.persons.len()), sink.gaps.len())
        })
    }

    #[test]
    fn the_originating_institution_owns_unless_the_receiving_one_handed_it_on() {
        let text = interchange("SENDER");
        assert!(recognise(&Probe::new(text.as_bytes())));
        assert_eq!(shown(&text), ("021000021/011401533/2 1".into(), 0));
        assert_eq!(shown(&interchange("011401533")), ("011401533/021000021/2 1".into(), 0));
        assert_eq!(shown(&text[..text.len() - 30]).1, 1);
    }

    #[test]
    fn members_of_plans_are_persons_and_their_physicians_are_not() {
        let text = interchange("SENDER").replace("ST*820", "ST*837");
        let claim = "NM1*85*1*HART*PAUL****34*512447799~NM1*IL*1*BOONE*DENNIS****MI*W77~N3*9 OAK ST~DMG*D8*19830127*F~CLM*1*12~";
        let (before, behind) = (text.find("BPR").unwrap(), text.find("SE*7").unwrap());
        let text = format!("{}{claim}{}", &text[..before], &text[behind..]);
        assert!(recognise(&Probe::new(text.as_bytes())));
        let words = read_with(read, text.as_bytes(), |sink, _| sink.facts.payments.as_ref().unwrap().units[0].elements.words().join("|"));
        assert_eq!((shown(&text).0.as_str(), words.as_str()), ("//1 1", "address|amount|dob|name"));
        assert!(recognise(&Probe::new(text.replace("ST*837", "ST*271").as_bytes())));
    }

    #[test]
    fn other_sets_and_text_are_not_taken() {
        for other in [interchange("S").replace("ST*820", "ST*850"), "ISA is a word".into(), String::new()] {
            assert!(!recognise(&Probe::new(other.as_bytes())));
        }
        let text = interchange("S");
        for cut in (0..16).map(|i| text.len() * i / 16) {
            read_with(read, &text.as_bytes()[..cut], |_, _| ());
            let mut flipped = text.clone().into_bytes();
            flipped[cut] ^= 0x55;
            read_with(read, &flipped, |_, _| ());
        }
    }
}
