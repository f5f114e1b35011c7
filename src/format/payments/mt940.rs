//! Bare customer statements: MT 940, 942 and 950 without the blocks of a SWIFT message, as banks hand
//! them to their customers, with the deviations of German, Dutch and other banks.
//!
//! SWIFT User Handbook, category 9. The statement belongs to the bank that keeps the account: a bank
//! code or BIC before the account in field 25, the bank of its IBAN, a terminal in the lines before
//! field 20, or subfield 30 of `:NS:`. An account number alone names nobody.

use super::record::line_end;
use super::swift_field::{self, Field};
use super::{day, party, value};
use crate::format::{Failure, Format, Party, Probe, Runs, Sink};
use crate::model::{Cause, Class};
use jiff::civil::Date;

/// Statements without SWIFT blocks.
pub const FORMAT: Format = Format {
    name: "mt940",
    media_type: "application/x-mt940",
    recognise,
    read,
    runs: Runs::Inside,
    version: 3,
    limitations: &[
        "account identifications other than bank code, BIC or IBAN name no bank",
        "other messages without blocks (MT 101, MT 103) are searched as text",
    ],
};

/// Lines before the first field that a recogniser goes through.
const HEADER_LINES: usize = 8;

/// The tag of a statement's field. A line that looks like another tag continues the field before it.
fn statement_tag(line: &[u8]) -> Option<&str> {
    swift_field::tag(line).filter(|tag| {
        matches!(
            tag.as_bytes(),
            b"13"
                | b"13D"
                | b"20"
                | b"21"
                | b"25"
                | b"25P"
                | b"28"
                | b"28C"
                | b"34F"
                | b"60F"
                | b"60M"
                | b"61"
                | b"62F"
                | b"62M"
                | b"64"
                | b"65"
                | b"86"
                | b"90C"
                | b"90D"
                | b"NS"
        )
    })
}

/// So many lines may continue a field. Balances have one line; what is behind them is no statement.
fn most_lines(tag: &str) -> u32 {
    match tag {
        "86" | "NS" => 64,
        "61" | "20" | "21" | "25" | "25P" => 4,
        _ => 0,
    }
}

fn recognise(probe: &Probe<'_>) -> bool {
    let head = probe.head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(probe.head);
    let mut lines = value::lines(head).map(|(_, line)| line).filter(|line| !line.trim_ascii().is_empty());
    let short = |line: &&[u8]| line.len() <= 40 && statement_tag(line) != Some("20");
    let skipped = lines.by_ref().take(HEADER_LINES + 1).take_while(short).count();
    if skipped > HEADER_LINES {
        return false;
    }
    // `take_while` consumed the line that ended it; it must have been a field 20.
    let mut again = value::lines(head).map(|(_, line)| line).filter(|line| !line.trim_ascii().is_empty()).skip(skipped);
    if again.next().and_then(statement_tag) != Some("20") {
        return false;
    }
    let (mut account, mut balance) = (false, false);
    for tag in again.take(200).filter_map(statement_tag) {
        match tag {
            "25" | "25P" => account = true,
            "20" | "21" | "86" | "NS" | "13" => {}
            _ => balance = balance || account,
        }
    }
    account && balance
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    sink.begin_payments("mt940");
    let start = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    sink.cover(0..value::offset(start), Class::Structure);
    let mut statement = Statement::default();
    let mut field: Option<(usize, &str)> = None;
    let mut end = start;
    // Lines that continue the field at hand.
    let mut continued = 0;
    for (at, line) in value::lines(&bytes[start..]).map(|(at, line)| (at + start, line)) {
        let tag = statement_tag(line);
        let closes = line.trim_ascii_end() == b"-";
        if (tag.is_some() || closes)
            && let Some((from, tag)) = field.take()
        {
            statement.field(bytes, from, end, tag, sink);
        }
        let next = (at + line.len() + line_end(&bytes[at + line.len()..])).min(bytes.len());
        let is_open = field.is_some_and(|(_, tag)| continued < most_lines(tag)) || line.trim_ascii().is_empty();
        if tag.is_none() && !closes && !is_open {
            // A line before a statement, or one behind it that is no longer of it.
            if let Some((from, tag)) = field.take() {
                statement.field(bytes, from, end, tag, sink);
            }
            if statement.header_line(line, at, sink) {
                sink.cover(value::offset(at)..value::offset(next), Class::Read);
            }
            end = at + line.len();
            continue;
        }
        sink.cover(value::offset(at)..value::offset(next), Class::Read);
        continued = if tag.is_some() { 0 } else { continued + 1 };
        // Where there is none a page ends; the statement does with the next field 20 or 25.
        if let Some(tag) = tag {
            if tag == "20" || matches!(tag, "25" | "25P") && statement.identified {
                if sink.stopped() {
                    return Ok(());
                }
                statement.end(sink);
            }
            field = Some((at, tag));
        }
        end = at + line.len();
    }
    if let Some((from, tag)) = field {
        statement.field(bytes, from, end, tag, sink);
    }
    if statement.opened && !statement.closed {
        let end = value::offset(bytes.len());
        sink.gap(end..end, Cause::Truncated, "the last statement has no closing balance");
    }
    statement.end(sink);
    Ok(())
}

#[derive(Default)]
struct Statement {
    /// The terminal in the lines before the first field; it holds until the next one.
    header: Option<(Party, u64)>,
    owner: Option<Party>,
    /// It has a field.
    begun: bool,
    /// It has an account identification.
    identified: bool,
    /// It has an opening balance.
    opened: bool,
    /// It has a closing balance.
    closed: bool,
    /// In an entry: `:NS:` then speaks of the other side.
    entry: bool,
    /// The day of its closing balance, or else of its opening one.
    day: Option<Date>,
}

impl Statement {
    fn end(&mut self, sink: &mut Sink<'_>) {
        if self.begun {
            sink.dated(self.day);
            if self.owner.is_none() {
                match &self.header {
                    Some((party, at)) => sink.owner(party.clone(), *at),
                    None => sink.payment_note("a statement whose account identification names no bank"),
                }
            }
            sink.end_unit();
        }
        *self = Self { header: self.header.take(), ..Self::default() };
    }

    /// A line outside of statements: a terminal, or its message type or number. False where it is neither.
    fn header_line(&mut self, line: &[u8], at: usize, sink: &mut Sink<'_>) -> bool {
        let text = value::decode(line);
        let terminal = header_terminal(text.trim());
        if terminal.is_none() && !text.trim().bytes().all(|b| b.is_ascii_digit() || b == b' ') {
            return false;
        }
        value::push_field(sink, line, value::offset(at));
        if let Some(party) = terminal {
            self.end(sink);
            self.header = Some((party, value::offset(at)));
        }
        true
    }

    fn owner(&mut self, party: Option<Party>, at: u64, sink: &mut Sink<'_>) {
        if let Some(party) = party {
            sink.owner(party.clone(), at);
            self.owner = Some(party);
        }
    }

    fn field(&mut self, bytes: &[u8], from: usize, end: usize, tag: &str, sink: &mut Sink<'_>) {
        let whole = bytes.get(from..end).unwrap_or_default();
        let field = Field::new(tag, whole, from);
        let at = value::offset(field.value_at);
        self.begun = true;
        match tag {
            "25" | "25P" => {
                self.identified = true;
                let text = field.text();
                for party in account_banks(text.lines().next().unwrap_or_default()) {
                    self.owner(Some(party), at, sink);
                }
            }
            "60F" | "60M" => {
                self.opened = true;
                self.day = self.day.or_else(|| day_of_balance(field.value));
            }
            "62F" | "62M" => {
                self.closed = true;
                self.day = day_of_balance(field.value).or(self.day);
            }
            "61" => {
                self.entry = true;
                sink.entry();
            }
            "NS" => self.non_swift(&field, sink),
            _ => {}
        }
        if matches!(tag, "25" | "25P" | "NS") {
            value::push_field(sink, whole, value::offset(from));
            if tag != "NS" {
                let text = field.text();
                swift_field::account_element(text.lines().next().unwrap_or_default(), sink);
            }
        } else {
            field.read(self.owner.as_ref(), sink);
        }
    }

    /// `:NS:`, lines of two digits and a value: 22 account holder, 30 bank code of the statement;
    /// after an entry 15–16 name, 18 bank code, 19 account of the other side.
    fn non_swift(&mut self, field: &Field<'_>, sink: &mut Sink<'_>) {
        for (at, text) in field.lines() {
            let (Some(code), Some(rest)) = (text.get(..2), text.get(2..)) else { continue };
            let (rest, at) = (rest.trim(), at + 2);
            match (code, self.entry) {
                ("30", false) => self.owner(party::bankleitzahl(rest), at, sink),
                ("18", true) => swift_field::counterparty(party::bankleitzahl(rest), at, self.owner.as_ref(), sink),
                ("15", true) | ("22", false) => super::person::push(sink, rest, "", ""),
                _ => {}
            }
        }
    }
}

/// A line before field 20 that is a BIC or terminal as a whole, or ends in one as ING writes it:
/// `0000 01INGBNL2AXXXX00001`.
fn header_terminal(line: &str) -> Option<Party> {
    party::terminal(line).or_else(|| {
        let token = line.split_whitespace().last()?;
        let token = token.strip_prefix("01")?;
        let (terminal, sequence) = (token.get(..12)?, token.get(12..)?);
        (sequence.len() == 5 && sequence.bytes().all(|b| b.is_ascii_digit())).then(|| party::terminal(terminal)).flatten()
    })
}

/// The bank of an account identification: `BIC/account`, `bank code/account`, or an IBAN with or
/// without the account's currency.
fn account_banks(field: &str) -> Vec<Party> {
    let field = field.trim();
    if let Some((bank, account)) = field.split_once('/') {
        if let Some(party) = party::bic(bank).or_else(|| party::bankleitzahl(bank)).or_else(|| party::aba(bank)) {
            return vec![party];
        }
        let iban = if bank.is_empty() { account } else { bank };
        return party::iban_banks(iban).collect();
    }
    let banks: Vec<_> = party::iban_banks(field).collect();
    match field.len().checked_sub(3) {
        Some(len) if banks.is_empty() && field.is_char_boundary(len) && field[len..].bytes().all(|b| b.is_ascii_uppercase()) => {
            party::iban_banks(&field[..len]).collect()
        }
        _ => banks,
    }
}

/// The day of a balance: `C` or `D`, then `YYMMDD`.
fn day_of_balance(value: &[u8]) -> Option<Date> {
    day::of_six(value.get(1..7)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::PaymentUnit;
    use crate::format::testing::read_with;

    fn units(text: &str) -> (Vec<PaymentUnit>, usize) {
        read_with(read, text.as_bytes(), |sink, _| (sink.facts.payments.clone().unwrap_or_default().units, sink.gaps.len()))
    }

    fn owners(head: &str, account: &str) -> Vec<String> {
        let text = format!(
            "{head}:20:REF\r\n:25:{account}\r\n:28C:1\r\n:60F:C170914EUR1,\r\n:61:170914D233,15NMSC\r\n:86:166?00X?30BYLADEMM?31DE89370400440532013000?32PETER?33 PAN\r\n:62F:C170914EUR1,\r\n-\r\n"
        );
        assert!(recognise(&Probe::new(text.as_bytes())), "{text}");
        let (units, gaps) = units(&text);
        assert_eq!((units.len(), units[0].records, units[0].persons.len(), gaps), (1, 1, 1, 0));
        assert_eq!(units[0].counterparties.keys().map(|p| p.value.as_str()).collect::<Vec<_>>(), ["BYLADEMM", "DE:37040044"]);
        units[0].owners.keys().map(|p| p.value.clone()).collect()
    }

    #[test]
    fn the_owner_stands_in_the_account_or_before_the_statement() {
        assert_eq!(owners("", "70011110/4005287001EUR"), ["DE:70011110"]);
        assert_eq!(owners("", "UBRTHUHB/123456789150/HUF"), ["UBRTHUHB"]);
        assert_eq!(owners("", "FR7630006000011234567890189"), ["FR:30006", "FR:3000600001"]);
        assert_eq!(owners("", "FR7630006000011234567890189EUR"), ["FR:30006", "FR:3000600001"]);
        assert_eq!(owners("ABNANL2A\r\n940\r\nABNANL2A\r\n", "517852257"), ["ABNANL2A"]);
        assert_eq!(owners("0000 01INGBNL2AXXXX00001\r\n940 00\r\n", "0001234567"), ["INGBNL2A"]);
        assert_eq!(owners("", "517852257"), Vec::<String>::new());
    }

    #[test]
    fn each_statement_has_its_own_owner() {
        let text = ":20:A\n:25:1222333444\n:28:1/1\n:NS:22Testkonto\n3037010000\n:60F:C020315DEM0,00\n:61:020322CM20000,00S051\n:62F:C020315145000,00\n:20:B\n:25:1222333444\n:28:1/1\n:60F:C020315DEM0,00\n";
        let (units, gaps) = units(text);
        assert_eq!(units.len(), 2);
        assert_eq!(units[0].owners.keys().next().map(|p| p.value.as_str()), Some("DE:37010000"));
        assert!(units[1].owners.is_empty());
        assert_eq!(gaps, 1, "the last statement ends without its closing balance");
    }

    #[test]
    fn a_wrapped_time_is_no_field_and_wrapped_names_are_whole() {
        let text = ":20:A\n:25:12345678/1\n:28C:1\n:60F:C160229EUR1,\n:61:160229D1,N\n:86:106?00X?20T16\n:26:37 F?32Erste Musterb\nank AG\n:62F:C160301EUR1,\n-\n";
        let out = read_with(read, text.as_bytes(), |_, out| out.text());
        assert!(out.contains(":26:37 F") && out.contains("Erste Musterbank AG"), "{out}");
    }

    #[test]
    fn prose_and_snippets_are_not_taken() {
        for text in [
            "",
            "Dear all,\n:20: is a field\n",
            ":20:REF\n:32A:241104EUR1,\n:50K:X\n",
            "a,b\n1,2\n",
            ":61:170914D233,15NMSC\n",
            "key:20:\n:25:\n",
        ] {
            assert!(!recognise(&Probe::new(text.as_bytes())), "{text}");
        }
    }

    #[test]
    fn hostile_bytes_do_no_harm() {
        let text = ":20:A\r\n:25:12345678/1\r\n:28C:1\r\n:NS:22X\r\n30ä\r\n:61:D1,\r\n:86:166?00?3\u{fc}?32N\r\n:62F:C\r\n-\r\n";
        for cut in (0..16).map(|i| text.len() * i / 16) {
            read_with(read, &text.as_bytes()[..cut], |_, _| ());
            let mut flipped = text.as_bytes().to_vec();
            flipped[cut] ^= 0x9F;
            read_with(read, &flipped, |_, _| ());
        }
    }
}
