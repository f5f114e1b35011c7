//! FinTS (HBCI) messages as text: dialogues between German customers and their bank.
//!
//! FinTS 3.0, Formals: segments end in `'`, elements are separated by `+` and `:`, `?` releases, and
//! `@length@` brings that many bytes. An institution is `280:` and its Bankleitzahl; the one that the
//! dialogue is led with (HKIDN, HIBPA, security header) owns it. Statements and orders inside (MT 940,
//! camt, pain) are members; a message in `HNVSD` is read in place.

use super::segment::{self, Placed, Segment, Syntax};
use super::{party, person, value};
use crate::format::{Failure, Format, Party, Probe, Runs, Sink};
use crate::model::{Cause, Class, DataElement};
use std::borrow::Cow;

/// FinTS messages.
pub const FORMAT: Format = Format {
    name: "fints",
    media_type: "text/x-fints",
    recognise,
    read,
    runs: Runs::Inside,
    version: 3,
    limitations: &["encrypted message bodies are a gap", "the XML syntax of FinTS 4 is searched as text"],
};

const SYNTAX: Syntax = Syntax { terminator: b'\'', element: b'+', component: b':', release: Some(b'?') };
/// Segment head of every message: number 1, message size of twelve digits.
const HEAD: &[u8] = b"HNHBK:1:3+";

fn recognise(probe: &Probe<'_>) -> bool {
    let rest = probe.head.trim_ascii_start().strip_prefix(HEAD);
    rest.and_then(|rest| rest.get(..13)).is_some_and(|size| size[..12].iter().all(u8::is_ascii_digit) && size[12] == b'+')
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    sink.begin_payments("fints");
    let mut dialogue = Dialogue::default();
    let mut at = 0;
    while at < bytes.len() && !sink.stopped() {
        let (end, payload) = segment_end(bytes, at);
        let cut = payload.as_ref().map_or(end, |payload| payload.start.min(end)).saturating_sub(at);
        if let Some(segment) = segment::next(&bytes[..at + cut], SYNTAX, at) {
            if !dialogue.open && !segment.bytes.starts_with(b"HNHBK") {
                at = end;
                continue;
            }
            sink.cover(value::offset(at)..value::offset(at + cut), Class::Read);
            segment.push(sink);
            dialogue.segment(&segment, sink);
            if let Some(payload) = payload {
                at = dialogue.payload(bytes, &segment, payload, end, sink);
                continue;
            }
        } else {
            sink.cover(value::offset(at)..value::offset(end), Class::Read);
        }
        at = end;
    }
    dialogue.end(sink);
    if dialogue.open {
        let end = value::offset(bytes.len());
        sink.gap(end..end, Cause::Truncated, "the message ends without its HNHBS segment");
    }
    Ok(())
}

/// Where the segment at `at` ends, and the first binary payload in it.
fn segment_end(bytes: &[u8], at: usize) -> (usize, Option<std::ops::Range<usize>>) {
    const WINDOW: usize = 64 << 10;
    let mut place = at;
    let limit = bytes.len().min(at + WINDOW);
    while let Some(found) = bytes.get(place..limit).and_then(|rest| memchr::memchr3(b'?', b'\'', b'@', rest)) {
        place += found + 1;
        match bytes[place - 1] {
            b'?' => place += 1,
            b'\'' => return (place, None),
            _ => {
                if let Some(payload) = payload_at(bytes, place - 1) {
                    return (payload.end.min(bytes.len()), Some(payload));
                }
            }
        }
    }
    (limit, None)
}

/// `@length@` at a place: the range of its bytes, which may end behind the item's.
fn payload_at(bytes: &[u8], at: usize) -> Option<std::ops::Range<usize>> {
    let digits = bytes.get(at + 1..)?;
    let len = digits.iter().take(10).position(|&b| b == b'@').filter(|&len| len > 0)?;
    let size: usize = std::str::from_utf8(&digits[..len]).ok()?.parse().ok()?;
    let start = at + len + 2;
    Some(start..start.checked_add(size)?)
}

#[derive(Default)]
struct Dialogue {
    open: bool,
    owner: Option<Party>,
    payloads: u32,
}

impl Dialogue {
    fn segment(&mut self, segment: &Segment<'_>, sink: &mut Sink<'_>) {
        let (name, _) = segment.component(0, 0);
        match name.as_bytes() {
            b"HNHBK" => {
                self.end(sink);
                self.open = true;
            }
            b"HNHBS" => self.open = false,
            b"HNSHA" if !segment.element(3).0.is_empty() => sink.element(DataElement::Credential),
            b"HIUPD" => {
                let name = [6, 7, 8].map(|index| segment.element(index).0);
                let start = usize::from(name[0].len() == 3);
                person::push(sink, &name[start..2 + start].concat(), "", "");
            }
            // Own account, the other side's account and name.
            b"HKUEB" | b"HKLAS" => {
                person::push(sink, &segment.element(3).0, "", "");
                sink.entry();
            }
            b"HKCCS" | b"HKDSE" | b"HKDME" | b"HKCCM" | b"HKIPZ" => sink.entry(),
            _ => {}
        }
        let leads = matches!(name.as_bytes(), b"HKIDN" | b"HIBPA" | b"HNVSK" | b"HNSHK" | b"HKVVB" | b"HKSYN");
        for element in segment.elements().take(32).skip(1) {
            self.institution(segment, element, leads, sink);
        }
    }

    /// An element that names an institution: `…:280:50010517` with a BIC, IBAN or account before it.
    fn institution(&mut self, segment: &Segment<'_>, element: Placed<'_>, leads: bool, sink: &mut Sink<'_>) {
        // Nothing shorter holds `280:` and eight digits, or an IBAN.
        if element.1.len() < 12 {
            return;
        }
        let (mut parts, mut count) = ([(0, &b""[..]); 8], 0);
        for (place, part) in parts.iter_mut().zip(segment.components(element)) {
            *place = part;
            count += 1;
        }
        let parts = || parts[..count].iter().map(|part| segment.placed(*part));
        let (mut before, mut code, mut has_iban) = (Cow::Borrowed(""), None, false);
        for (text, at) in parts() {
            if before == "280" && code.is_none() {
                code = Some((text.clone(), at));
            }
            has_iban |= party::is_iban_shaped(&text);
            before = text;
        }
        let bank = code.and_then(|(code, at)| party::bankleitzahl(&code).map(|party| (party, at)));
        if has_iban {
            sink.element(DataElement::Iban);
            if bank.is_none() {
                for (text, at) in parts() {
                    party::iban_banks(&text).for_each(|party| sink.counterparty(party, at));
                }
            }
        }
        let Some((party, at)) = bank else { return };
        if !leads && parts().next().is_some_and(|(first, _)| first != "280" && first.bytes().filter(u8::is_ascii_digit).count() >= 4) {
            sink.element(DataElement::AccountNumber);
        }
        if leads && self.owner.is_none() {
            self.owner = Some(party.clone());
        }
        let bics = parts().filter_map(|(text, at)| party::bic(&text).map(|party| (party, at)));
        if self.owner.as_ref() == Some(&party) {
            sink.owner(party, at);
            bics.for_each(|(bic, at)| sink.owner(bic, at));
        } else {
            sink.counterparty(party, at);
            bics.for_each(|(bic, at)| sink.counterparty(bic, at));
        }
    }

    /// A binary payload; returns the place to go on at.
    fn payload(&mut self, bytes: &[u8], segment: &Segment<'_>, payload: std::ops::Range<usize>, end: usize, sink: &mut Sink<'_>) -> usize {
        let (name, _) = segment.component(0, 0);
        let content = bytes.get(payload.start..end).unwrap_or_default();
        let range = value::offset(payload.start)..value::offset(end);
        if name == "HNVSD" && looks_like_segments(content) {
            return payload.start;
        }
        if name == "HNVSD" && !content.is_empty() {
            sink.gap(range, Cause::Encrypted, "an encrypted message body");
        } else if content.len() < 32 {
            sink.cover(range, Class::Read);
            value::push_field(sink, content, value::offset(payload.start));
        } else {
            self.payloads += 1;
            sink.member(format!("{name}.{}", self.payloads).as_bytes(), range, &mut &content[..]);
        }
        if payload.end > bytes.len() {
            let end = value::offset(bytes.len());
            sink.gap(end..end, Cause::Truncated, "a binary element is cut");
        }
        end
    }

    fn end(&mut self, sink: &mut Sink<'_>) {
        self.owner = None;
        sink.end_unit();
    }
}

/// Segment names are capitals and digits, then `:`.
fn looks_like_segments(content: &[u8]) -> bool {
    content.get(..8).is_some_and(|head| head[..5].iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) && head.contains(&b':'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;

    const STATEMENT: &str = "\r\n:20:STARTUMS\r\n:25:50010517/123\r\n:28C:0\r\n:60F:C1\r\n-";

    fn message() -> String {
        let inner = format!(
            "HNSHK:2:4+PIN:1+999+1+280:50010517:customer:S:0:0'HIUPD:3:6+123456::280:50010517+DE89+c+1+EUR+JANE DOE'HIKAZ:4:5:3+@{}@{STATEMENT}'HKUEB:5:5+123456::280:50010517+999::280:37040044'",
            STATEMENT.len()
        );
        format!(
            "HNHBK:1:3+000000000300+300+0+1'HNVSK:998:3+PIN:1+998+1+1::0+1:2:3+280:50010517:customer:V:0:0+0'HNVSD:999:1+@{}@{inner}''HNHBS:6:1+1'",
            inner.len()
        )
    }

    #[test]
    fn the_bank_of_the_dialogue_owns_it_and_statements_are_members() {
        let text = message();
        assert!(recognise(&Probe::new(text.as_bytes())));
        read_with(read, text.as_bytes(), |sink, out| {
            let unit = &sink.facts.payments.as_ref().unwrap().units[0];
            assert_eq!(unit.owners.keys().map(|p| p.value.as_str()).collect::<Vec<_>>(), ["DE:50010517"]);
            assert_eq!(unit.counterparties.keys().map(|p| p.value.as_str()).collect::<Vec<_>>(), ["DE:37040044"]);
            assert_eq!((unit.records, unit.persons.len(), sink.gaps.len(), sink.members.len()), (1, 1, 0, 1));
            assert_eq!(out.members.lock().unwrap()[0], STATEMENT.as_bytes());
            let covered: u64 =
                sink.coverage.clone().partition(text.len() as u64).iter().filter(|(_, c)| c.is_some()).map(|(r, _)| r.end - r.start).sum();
            assert_eq!(covered, text.len() as u64);
        });
    }

    #[test]
    fn cut_messages_have_gaps_and_hostile_lengths_do_no_harm() {
        let text = message();
        for cut in (1..16).map(|i| text.len() * i / 16) {
            assert!(read_with(read, &text.as_bytes()[..cut], |sink, _| sink.gaps.len()) > 0, "{cut}");
            let mut flipped = text.clone().into_bytes();
            flipped[cut] ^= 0x15;
            read_with(read, &flipped, |_, _| ());
        }
        for hostile in ["HNHBK:1:3+000000000300+@99999999999999999999@", "HNHBK:1:3+@999999999@x", "@@@@@@", "?"] {
            read_with(read, hostile.as_bytes(), |_, _| ());
        }
        assert!(!recognise(&Probe::new(b"HNHBK is a segment of FinTS")));
    }
}
