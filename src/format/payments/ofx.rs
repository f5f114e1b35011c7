//! Open Financial Exchange statements (OFX, QFX): SGML of version 1, XML of version 2.
//!
//! OFX 1.6 and 2.2: `BANKACCTFROM` names the bank and account that a response or request is about; its
//! `BANKID` is the routing number in the United States and the bank's national code or BIC elsewhere.
//! `BANKACCTTO` is the other side of a transfer. Leaf elements of version 1 have no end tags.

use super::markup::{self, Token};
use super::{day, party, person, value};
use crate::format::{At, Failure, Format, Party, Probe, Runs, Sink};
use crate::model::{Cause, Class, DataElement};
use memchr::memmem;

/// OFX and QFX.
pub const FORMAT: Format = Format {
    name: "ofx",
    media_type: "application/x-ofx",
    recognise,
    read,
    runs: Runs::Inside,
    version: 3,
    limitations: &["credit card and investment statements name no bank by an identifier"],
};

/// Longer values are text only.
const MAX_VALUE: usize = 512;
/// No name of an element is longer.
const LONGEST_NAME: usize = 32;

fn recognise(probe: &Probe<'_>) -> bool {
    let text;
    let head = match markup::utf16(probe.head) {
        Some((encoding, mark)) => {
            text = encoding.decode_without_bom_handling(probe.head.get(mark..).unwrap_or_default()).0;
            text.as_bytes()
        }
        None => probe.head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(probe.head),
    };
    let head = head.trim_ascii_start();
    if !matches!(head.first(), Some(b'<' | b'O' | b'o')) {
        return false;
    }
    // Elements have capitals; programs that read them do not insist on it.
    let head = head.to_ascii_uppercase();
    let (marked, root) = (head.starts_with(b"OFXHEADER:"), memmem::find(&head[..head.len().min(4096)], b"<OFX>"));
    let declared = head.starts_with(b"<?") && memmem::find(&head[..head.len().min(1024)], b"<?OFX ").is_some();
    let bare = head.starts_with(b"<OFX>") && memmem::find(&head, b"<SIGNONMSGSRS").is_some();
    root.is_some() && (marked || declared || bare) || is_part(&head)
}

/// A part of a file: messages, a statement, or the account and what follows it.
fn is_part(head: &[u8]) -> bool {
    const PARTS: [&[u8]; 6] = [b"<OFX>", b"<BANKMSGSRSV1>", b"<STMTTRNRS>", b"<STMTRS>", b"<CURDEF>", b"<BANKACCTFROM>"];
    let has = |tag: &[u8]| memmem::find(head, tag).is_some();
    PARTS.iter().any(|part| head.starts_with(part)) && [&b"<BANKACCTFROM>"[..], b"<BANKID>", b"<ACCTID>"].into_iter().all(has)
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    sink.begin_payments("ofx");
    let mut file = File::default();
    let mut buffer = String::new();
    let mut from = 0;
    markup::for_each(bytes, |decoder, at, token| {
        if file.closed {
            // Only another file is of the layout.
            let Token::Start { name, .. } = token else { return true };
            if !name.eq_ignore_ascii_case(b"OFX") {
                return true;
            }
            (file.closed, from) = (false, at);
        }
        match token {
            Token::Start { name, attributes, .. } => {
                sink.border();
                if !attributes.is_empty() {
                    sink.text(&decoder.decode(attributes), At::Decoded(at));
                    sink.border();
                }
                file.start(name, sink);
            }
            Token::End(name) => {
                file.end(name, sink);
                if file.closed {
                    // The tag ends at the next `>`.
                    let place = usize::try_from(at).unwrap_or(bytes.len());
                    let tag = bytes.get(place..).and_then(|rest| memchr::memchr(b'>', rest)).map_or(bytes.len(), |end| place + end + 1);
                    sink.cover(from..value::offset(tag), Class::Read);
                }
                return !sink.stopped();
            }
            Token::Text(text) | Token::Verbatim(text) => {
                let start = text.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(text.len());
                buffer.clear();
                let at = decoder.advance(at, start);
                sink.border();
                decoder.character_data(sink, text.trim_ascii(), at, &mut buffer, MAX_VALUE);
                file.value(buffer.trim(), at, sink);
            }
            Token::Aside(text) => {
                sink.border();
                sink.text(&decoder.decode(text), At::Decoded(at));
            }
            Token::Broken(text) => {
                sink.border();
                sink.text(&decoder.decode(text), At::Decoded(at));
                file.open = true;
            }
        }
        true
    });
    if !file.closed {
        if !file.dated {
            sink.dated(None);
        }
        sink.cover(from..value::offset(bytes.len()), Class::Read);
    }
    if file.open {
        let end = value::offset(bytes.len());
        sink.gap(end..end, Cause::Truncated, "the file ends before its OFX element does");
    }
    file.end_unit(sink);
    Ok(())
}

/// The account aggregate that is open.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Account {
    #[default]
    None,
    Own,
    Card,
    Other,
}

#[derive(Default)]
struct File {
    open: bool,
    /// Its element has ended, and no other one has begun.
    closed: bool,
    /// Name of the last start tag: the value that follows is its.
    element: Vec<u8>,
    account: Account,
    german: bool,
    owner: Option<(Party, u64)>,
    /// The bank of the own account's number.
    of_account: Vec<(Party, u64)>,
    /// It said when it was made.
    dated: bool,
    /// In a payee with an address of its own.
    payee: bool,
    name: String,
    address: String,
    region: String,
}

impl File {
    fn start(&mut self, name: &[u8], sink: &mut Sink<'_>) {
        self.element.clear();
        self.element.extend(name.iter().take(LONGEST_NAME).map(u8::to_ascii_uppercase));
        match self.element.as_slice() {
            b"OFX" => self.open = true,
            b"BANKACCTFROM" => self.account = Account::Own,
            b"CCACCTFROM" | b"CCACCTTO" => self.account = Account::Card,
            b"BANKACCTTO" => self.account = Account::Other,
            b"PAYEE" => self.payee = true,
            b"STMTTRN" => sink.entry(),
            _ => {}
        }
    }

    fn end(&mut self, name: &[u8], sink: &mut Sink<'_>) {
        self.element.clear();
        let mut capitals = [0; LONGEST_NAME];
        let Some(capitals) = capitals.get_mut(..name.len()) else { return };
        capitals.copy_from_slice(name);
        capitals.make_ascii_uppercase();
        match &*capitals {
            b"OFX" => {
                (self.open, self.closed) = (false, true);
                self.end_unit(sink);
                if !std::mem::take(&mut self.dated) {
                    sink.dated(None);
                }
            }
            b"BANKACCTFROM" | b"CCACCTFROM" | b"BANKACCTTO" | b"CCACCTTO" => self.account = Account::None,
            b"STMTTRNRS" | b"CCSTMTTRNRS" | b"INVSTMTTRNRS" => self.end_unit(sink),
            b"PAYEE" | b"ENROLLRQ" => {
                if !self.name.is_empty() {
                    person::push(sink, &self.name, &self.address, &self.region);
                }
                self.payee = false;
                self.name.clear();
                self.address.clear();
                self.region.clear();
            }
            _ => {}
        }
    }

    fn value(&mut self, value: &str, at: u64, sink: &mut Sink<'_>) {
        if value.is_empty() {
            return;
        }
        match self.element.as_slice() {
            b"DTSERVER" => {
                self.dated = true;
                sink.dated(day::of_eight(value.as_bytes()));
            }
            b"LANGUAGE" => self.german = matches!(value, "GER" | "DEU"),
            b"BANKID" => self.bank(value, at, sink),
            b"ACCTID" => self.account_number(value, at, sink),
            b"TRNAMT" | b"BALAMT" => sink.element(DataElement::Amount),
            b"USERPASS" | b"NEWUSERPASS" => sink.element(DataElement::Credential),
            b"SSN" | b"TAXID" => sink.element(DataElement::Ssn),
            b"DATEBIRTH" => sink.element(DataElement::Dob),
            b"EMAIL" => sink.element(DataElement::Email),
            b"PHONE" | b"DAYPHONE" | b"EVEPHONE" => sink.element(DataElement::Phone),
            b"FIRSTNAME" | b"LASTNAME" => join(&mut self.name, value),
            b"NAME" if self.payee => join(&mut self.name, value),
            b"ADDR1" | b"ADDR2" | b"ADDR3" | b"CITY" | b"POSTALCODE" => join(&mut self.address, value),
            b"STATE" => {
                join(&mut self.address, value);
                self.region = value.to_owned();
            }
            _ => {}
        }
    }

    fn bank(&mut self, value: &str, at: u64, sink: &mut Sink<'_>) {
        let bank = party::aba(value).or_else(|| party::bic(value)).or_else(|| self.german.then(|| party::bankleitzahl(value)).flatten());
        match (bank, self.account) {
            (Some(bank), Account::Own) => {
                if self.owner.as_ref().is_some_and(|(owner, _)| *owner != bank) {
                    self.end_unit(sink);
                }
                self.owner = Some((bank, at));
            }
            (Some(bank), Account::Other) => sink.counterparty(bank, at),
            (None, Account::Own) => sink.payment_note("a bank identifier that is no routing number, BIC or known bank code"),
            _ => {}
        }
    }

    fn account_number(&mut self, value: &str, at: u64, sink: &mut Sink<'_>) {
        sink.element(match self.account {
            Account::Card => DataElement::CardNumber,
            _ if party::is_iban_shaped(value) => DataElement::Iban,
            _ => DataElement::AccountNumber,
        });
        match self.account {
            Account::Own if self.of_account.len() < 8 => self.of_account.extend(party::iban_banks(value).map(|party| (party, at))),
            Account::Other => party::iban_banks(value).for_each(|party| sink.counterparty(party, at)),
            _ => {}
        }
    }

    /// Ends a statement: its bank owns it, or the bank of its account's IBAN.
    fn end_unit(&mut self, sink: &mut Sink<'_>) {
        let of_account = std::mem::take(&mut self.of_account);
        match self.owner.take() {
            Some((owner, at)) => {
                sink.owner(owner, at);
                of_account.into_iter().for_each(|(party, at)| sink.other_side(party, at));
            }
            None => of_account.into_iter().for_each(|(party, at)| sink.owner(party, at)),
        }
        sink.end_unit();
    }
}

fn join(into: &mut String, part: &str) {
    if into.len() + part.len() < 2048 {
        into.push_str(part);
        into.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;

    const SGML: &str = "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nENCODING:USASCII\r\n\r\n<OFX><SIGNONMSGSRSV1><SONRS><LANGUAGE>ENG<FI><ORG>First Bank &amp; Co<FID>1</FI></SONRS></SIGNONMSGSRSV1><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>021000021\r\n<ACCTID>123456789<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><STMTTRN><TRNAMT>-10.00<NAME>SHOP<BANKACCTTO><BANKID>011401533<ACCTID>5</BANKACCTTO></STMTTRN><STMTTRN><TRNAMT>1<PAYEE><NAME>Jane Doe<ADDR1>1 Main St<CITY>Boston<STATE>MA</PAYEE></STMTTRN></BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>";

    #[test]
    fn a_statement_belongs_to_its_bank() {
        assert!(recognise(&Probe::new(SGML.as_bytes())));
        let xml = SGML.replace(
            "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nENCODING:USASCII",
            "<?xml version=\"1.0\"?><?OFX OFXHEADER=\"200\"?>",
        );
        assert!(recognise(&Probe::new(xml.as_bytes())));
        let mut small = String::new();
        for (n, part) in SGML.split('<').enumerate() {
            let (tag, value) = part.split_once('>').unwrap_or(("", part));
            small += &if n == 0 { part.to_owned() } else { format!("<{}>{value}", tag.to_lowercase()) };
        }
        let (_, bare) = small.split_once("\r\n\r\n").unwrap();
        for text in [&small, bare] {
            assert!(recognise(&Probe::new(text.as_bytes())), "{text}");
        }
        let message = &SGML[SGML.find("<BANKMSGSRSV1>").unwrap()..SGML.find("</OFX>").unwrap()];
        assert!(recognise(&Probe::new(message.as_bytes())));
        read_with(read, message.as_bytes(), |sink, _| {
            let unit = &sink.facts.payments.as_ref().unwrap().units[0];
            assert_eq!((unit.owners.keys().next().unwrap().value.as_str(), sink.gaps.len()), ("021000021", 0));
        });
        for text in [SGML, &xml, &small, bare] {
            read_with(read, text.as_bytes(), |sink, out| {
                let unit = &sink.facts.payments.as_ref().unwrap().units[0];
                assert_eq!(unit.owners.keys().map(|p| p.value.as_str()).collect::<Vec<_>>(), ["021000021"]);
                assert_eq!(unit.counterparties.keys().map(|p| p.value.as_str()).collect::<Vec<_>>(), ["011401533"]);
                assert_eq!((unit.records, unit.persons.len(), sink.gaps.len()), (2, 1, 0));
                assert!(out.text().contains("First Bank & Co\u{1E}"));
            });
        }
    }

    #[test]
    fn other_text_is_not_taken_and_a_cut_file_has_a_gap() {
        for other in ["", "<html><OFX></html>", "OFXHEADER without anything", "<OFX>", "<BANKACCTFROM> is an element, <BANKID> another"] {
            assert!(!recognise(&Probe::new(other.as_bytes())), "{other}");
        }
        for cut in (0..16).map(|i| SGML.len() * i / 16) {
            let gaps = read_with(read, &SGML.as_bytes()[..cut], |sink, _| sink.gaps.len());
            assert_eq!(gaps, usize::from(cut > SGML.find("<OFX>").unwrap()), "{cut}");
            let mut flipped = SGML.to_owned().into_bytes();
            flipped[cut] ^= 0x3C;
            read_with(read, &flipped, |_, _| ());
        }
    }
}
