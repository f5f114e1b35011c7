//! UN/EDIFACT payment messages: PAYORD, PAYEXT, PAYMUL, DIRDEB from customers; FINSTA, CREADV, CREMUL,
//! DEBADV, DEBMUL, BANSTA, FINCAN from banks.
//!
//! ISO 9735 syntax; institutions stand in FII (3035 qualifier; C078 account; C088 institution). The
//! account-servicing bank owns what a bank sends, the ordered bank a customer's order, the beneficiary's
//! bank a direct debit; failing those, a BIC that sends (banks) or receives (orders) the interchange.

use super::segment::{self, Segment, Syntax};
use super::{day, party, person, value};
use crate::format::{Failure, Format, Party, Probe, Runs, Sink};
use crate::model::{Cause, Class, DataElement, Person, Scheme};
use memchr::memmem;

/// EDIFACT payments.
pub const FORMAT: Format = Format {
    name: "edifact_payment",
    media_type: "application/edifact",
    recognise,
    read,
    runs: Runs::Inside,
    version: 2,
    limitations: &["other EDIFACT messages (orders, invoices) are searched as text"],
};

/// Messages that customers send to their bank.
const ORDERS: &[&str] = &["PAYORD", "PAYEXT", "PAYMUL", "PAYDUC", "DIRDEB", "FINPAY"];
/// Messages that banks send.
const REPORTS: &[&str] = &["FINSTA", "CREADV", "CREEXT", "CREMUL", "DEBADV", "DEBMUL", "BANSTA", "FINCAN"];

fn syntax(bytes: &[u8]) -> Option<(Syntax, usize)> {
    let mark = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let start = mark + bytes[mark..].iter().take(64).position(|b| !b.is_ascii_whitespace())?;
    match bytes.get(start..)? {
        [b'U', b'N', b'A', component, element, _, release, _, terminator, ..] => {
            let release = Some(*release).filter(|r| *r != b' ');
            Some((Syntax { terminator: *terminator, element: *element, component: *component, release }, start + 9))
        }
        [b'U', b'N', b'B', b'+', ..] => Some((Syntax { terminator: b'\'', element: b'+', component: b':', release: Some(b'?') }, start)),
        _ => None,
    }
}

fn recognise(probe: &Probe<'_>) -> bool {
    let Some((syntax, start)) = syntax(probe.head) else { return false };
    let Some(first) = segment::next(probe.head, syntax, start) else { return false };
    first.bytes.starts_with(b"UNB") && {
        ORDERS
            .iter()
            .chain(REPORTS)
            .any(|name| memmem::find(probe.head, &[&[syntax.element], name.as_bytes(), &[syntax.component]].concat()).is_some())
    }
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    sink.begin_payments("edifact");
    let Some((separators, mut at)) = syntax(bytes) else { return Err(Failure::corrupt(0, "no UNA or UNB segment")) };
    sink.cover(0..value::offset(at), Class::Structure);
    let mut interchange = Interchange::default();
    while let Some(segment) = segment::next(bytes, separators, at) {
        let from = std::mem::replace(&mut at, segment.end());
        let name = segment.bytes.get(..3).unwrap_or_default();
        if name.len() == 3 && name.iter().all(u8::is_ascii_uppercase) && (interchange.open || matches!(name, b"UNA" | b"UNB")) {
            sink.cover(value::offset(from)..value::offset(at), Class::Read);
            segment.push(sink);
            interchange.segment(&segment, sink);
        }
        if sink.stopped() {
            return Ok(());
        }
    }
    interchange.end_message(sink);
    if interchange.open {
        let end = value::offset(bytes.len());
        sink.gap(end..end, Cause::Truncated, "the interchange ends without its UNZ segment");
    }
    Ok(())
}

#[derive(Default)]
struct Interchange {
    open: bool,
    sender: Option<(Party, u64)>,
    receiver: Option<(Party, u64)>,
    message: String,
    /// The banks of the message's own side, and of its own account.
    own: Vec<(Party, u64)>,
    account: Vec<(Party, u64)>,
    entries: u64,
    /// Where an address is put together.
    address: String,
}

impl Interchange {
    fn segment(&mut self, segment: &Segment<'_>, sink: &mut Sink<'_>) {
        let (name, _) = segment.component(0, 0);
        match name.as_bytes() {
            b"UNB" => {
                self.open = true;
                let end = |element| {
                    let (bic, at) = segment.component(element, 0);
                    party::bic(&bic).map(|party| (party, at))
                };
                (self.sender, self.receiver) = (end(2), end(3));
                // Syntax versions 1 to 3 have two digits of the year, version 4 all of them.
                let stated = segment.component(4, 0).0;
                sink.dated(day::of_six(stated.as_bytes()).or_else(|| day::of_eight(stated.as_bytes())));
            }
            b"UNH" => {
                self.end_message(sink);
                self.message = segment.component(2, 0).0.into_owned();
            }
            b"UNT" => self.end_message(sink),
            b"UNZ" => self.open = false,
            b"SEQ" => self.entries += 1,
            b"MOA" => sink.element(DataElement::Amount),
            b"FII" => self.institution(segment, sink),
            b"NAD" => named(segment, &mut self.address, sink),
            b"COM" => match &*segment.component(1, 1).0 {
                "EM" => sink.element(DataElement::Email),
                "TE" | "FX" | "AL" => sink.element(DataElement::Phone),
                _ => {}
            },
            _ => {}
        }
    }

    /// Is a bank with this qualifier the one whose message it is?
    fn is_own(&self, qualifier: &str) -> bool {
        match self.message.as_str() {
            "DIRDEB" | "CREADV" | "CREEXT" | "CREMUL" => matches!(qualifier, "BF" | "AS"),
            "FINSTA" | "BANSTA" | "FINCAN" => matches!(qualifier, "AS" | "MR"),
            _ => matches!(qualifier, "OR" | "AS"),
        }
    }

    fn institution(&mut self, segment: &Segment<'_>, sink: &mut Sink<'_>) {
        let [_, qualifier, holder, bank, country] = segment.first_elements();
        let own = self.is_own(&segment.text(qualifier));
        let [account, holder] = segment.first_components(holder);
        let (account, account_at) = segment.placed(account);
        if party::is_iban_shaped(&account) {
            sink.element(DataElement::Iban);
        } else if account.bytes().filter(u8::is_ascii_digit).count() >= 4 {
            sink.element(DataElement::AccountNumber);
        }
        let holder = segment.text(holder);
        if !holder.is_empty() {
            person::push(sink, &holder, "", "");
        }
        let [bic, _, _, branch, _, agency] = segment.first_components(bank);
        let ((bic, bic_at), (branch, branch_at)) = (segment.placed(bic), segment.placed(branch));
        let national = match (&*segment.text(agency), &*segment.text(country)) {
            ("131", _) | (_, "DE") => party::bankleitzahl(&branch),
            ("133", _) | (_, "GB") => party::sort_code(&branch),
            (_, "US") => party::aba(&branch),
            _ => None,
        };
        let national = national.map(|party| (party, branch_at));
        let of_account = party::iban_banks(&account).map(|party| (party, account_at));
        if own {
            self.own.extend(party::bic(&bic).map(|party| (party, bic_at)));
            self.own.extend(national);
            self.account.extend(of_account);
            self.own.truncate(64);
            self.account.truncate(64);
        } else {
            party::bic8(&bic).into_iter().for_each(|bic| sink.counterparty_of(&Scheme::Bic, bic, bic_at));
            national.into_iter().chain(of_account).for_each(|(party, at)| sink.counterparty(party, at));
        }
    }

    fn end_message(&mut self, sink: &mut Sink<'_>) {
        let message = std::mem::take(&mut self.message);
        if message.is_empty() {
            return;
        }
        let (bank, client) =
            if ORDERS.contains(&message.as_str()) { (&self.receiver, &self.sender) } else { (&self.sender, &self.receiver) };
        let mut own = std::mem::take(&mut self.own);
        let account = std::mem::take(&mut self.account);
        if own.is_empty() {
            own.extend(bank.clone());
        }
        if own.is_empty() {
            own.extend(account);
        } else {
            let foreign = account.into_iter().chain(client.clone()).filter(|(party, _)| own.iter().all(|(o, _)| o != party));
            foreign.for_each(|(party, at)| sink.other_side(party, at));
        }
        if own.is_empty() {
            sink.payment_note("a message that names no bank whose it is");
        }
        own.into_iter().for_each(|(party, at)| sink.owner(party, at));
        sink.entries(std::mem::take(&mut self.entries).max(1));
        sink.end_unit();
    }
}

/// NAD: 3035 qualifier, C082 identification, C058 name and address, C080 name, C059 street, 3164 city,
/// C819 region, 3251 postal code, 3207 country.
fn named(segment: &Segment<'_>, address: &mut String, sink: &mut Sink<'_>) {
    let [_, _, _, block, name, street, city, _, code, country] = segment.first_elements();
    let joined = |element| {
        let mut parts = segment.components(element).map(|part| segment.text(part));
        let first = parts.next().unwrap_or_default();
        parts.fold(first, |mut all, part| {
            all.to_mut().extend([" ", &*part]);
            all
        })
    };
    let name = joined(name);
    if name.trim().is_empty() {
        let (whole, [name]) = (joined(block), segment.first_components(block));
        let name = segment.text(name);
        let rest = whole.strip_prefix(&*name).unwrap_or_default();
        if !name.is_empty() {
            person::push(sink, &name, rest, "");
        }
    } else {
        address.clear();
        address.extend([&*joined(street), " ", &*segment.text(city), " ", &*segment.text(code)]);
        person::push_living(sink, Person { name: &name, address, region: "", country: &segment.text(country) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;

    const ORDER: &str = "UNA:+.? '\nUNB+UNOC:3+5790000000000:14+NDEADKKK:ZZ+041104:1200+1'\nUNH+1+PAYMUL:D:96A:UN'\nLIN+1'\nFII+OR+40440532013000:ACME A/S:::DKK+DRESDEFF:25:5:37040044:154:131+DE'\nSEQ++1'\nMOA+9:1000'\nFII+BF+DE89370400440532013000+COBADEFFXXX:25:5'\nNAD+BE+++JANE O?'DOE+MAIN ST 1+BONN++53111+DE'\nSEQ++2'\nUNT+9+1'\nUNZ+1+1'\n";

    fn shown(text: &str) -> (String, usize) {
        read_with(read, text.as_bytes(), |sink, _| {
            let facts = sink.facts.payments.clone().unwrap();
            let list = |m: &std::collections::BTreeMap<Party, crate::format::Seen>| {
                m.keys().map(|p| p.value.clone()).collect::<Vec<_>>().join(" ")
            };
            let units: Vec<_> = facts
                .units
                .iter()
                .map(|u| format!("{}/{}/{} {}", list(&u.owners), list(&u.counterparties), u.records, u.persons.len()))
                .collect();
            (units.join(" | "), sink.gaps.len())
        })
    }

    #[test]
    fn orders_belong_to_the_ordered_bank_and_reports_to_the_bank_that_keeps_the_account() {
        assert!(recognise(&Probe::new(ORDER.as_bytes())));
        assert_eq!(shown(ORDER), ("DRESDEFF DE:37040044/COBADEFF DE:37040044/2 1".into(), 0));
        let order = ORDER.replace("+DRESDEFF:25:5:37040044:154:131+DE", "");
        assert_eq!(shown(&order).0, "NDEADKKK/COBADEFF DE:37040044/2 1");
        let report = ORDER.replace("PAYMUL", "CREMUL");
        assert_eq!(shown(&report).0, "COBADEFF/DRESDEFF NDEADKKK DE:37040044 DE:37040044/2 1");
        assert_eq!(shown(&ORDER[..ORDER.len() - 12]).1, 1);
        let text = read_with(read, ORDER.as_bytes(), |_, out| out.text());
        assert!(text.contains("JANE O'DOE\u{1E}MAIN ST 1\u{1E}"), "{text}");
    }

    #[test]
    fn other_messages_are_not_taken_and_hostile_bytes_do_no_harm() {
        for other in [ORDER.replace("PAYMUL", "ORDERS"), "UNB is short".into(), String::new(), "UNA".into()] {
            assert!(!recognise(&Probe::new(other.as_bytes())));
        }
        for cut in (0..16).map(|i| ORDER.len() * i / 16) {
            read_with(read, &ORDER.as_bytes()[..cut], |_, _| ());
            let mut flipped = ORDER.to_owned().into_bytes();
            flipped[cut] ^= 0x33;
            read_with(read, &flipped, |_, _| ());
        }
        read_with(read, b"UNB+'", |_, _| ());
    }
}
