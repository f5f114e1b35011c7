//! What is left of a payment file whose beginning is missing, of layouts whose readers need one: it is read as the text that
//! it is, and what stood before it would have said whose it is.

use super::bacs18::is_payment;
use super::record::{Record, is_digits};
use super::{BACS18, BAI2, EDIFACT, FINTS, MT940, OFX, swift_field, value};
use memchr::memmem;

/// So much of an item shows that it begins amid records.
const HEAD: usize = 4 << 10;
/// A record of Bacs, and what may stand between two: a processing day, a line end.
const BACS: usize = 100;
const BETWEEN: usize = 8;

/// The layout amid whose records an item begins that is no file of any.
pub(in crate::format) fn layout_of_rest(bytes: &[u8]) -> Option<&'static str> {
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    let is_cut = head.len() < bytes.len();
    let holds = |mark: &[u8]| memmem::find(head, mark).is_some();
    let found = match () {
        () if holds(b":6") && is_statement(head, is_cut) => &MT940,
        () if holds(b"/") && is_report(head, is_cut) => &BAI2,
        () if is_bacs(head) => &BACS18,
        () if holds(b"FII+") && is_interchange(head, is_cut) => &EDIFACT,
        () if (holds(b"'H") || holds(b"\nH")) && is_dialogue(head, is_cut) => &FINTS,
        () if holds(b"STMTTRN>") && is_list(head) => &OFX,
        () => return None,
    };
    Some(found.name)
}

/// Pieces of a text, without the first, which may be the end of one, and the last, if that was cut off.
fn whole<'h>(head: &'h [u8], is_end: impl Fn(u8) -> bool + 'h, is_cut: bool) -> Vec<&'h [u8]> {
    let mut pieces: Vec<&[u8]> = head.split(move |b| is_end(*b)).map(<[u8]>::trim_ascii).skip(1).collect();
    if is_cut {
        pieces.pop();
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// Lines of a statement (SWIFT User Handbook, category 9, MT 940): an entry or a balance, and hardly anything but fields.
fn is_statement(head: &[u8], is_cut: bool) -> bool {
    let lines = whole(head, |b| matches!(b, b'\n' | b'\r'), is_cut);
    let is_field =
        |line: &&&[u8]| swift_field::tag(line).is_some_and(|tag| matches!(tag.as_bytes(), [b'2' | b'6' | b'8', b'0'..=b'9', ..]));
    let is_telling = |line: &&[u8]| match swift_field::tag(line) {
        Some("61") => line.get(4..).is_some_and(is_entry),
        Some("60F" | "60M" | "62F" | "62M" | "64" | "65") => line.splitn(3, |b| *b == b':').nth(2).is_some_and(is_balance),
        _ => false,
    };
    lines.iter().any(is_telling) && lines.iter().filter(is_field).count() * 2 >= lines.len()
}

/// `YYMMDD[MMDD]`, `C` or `D`, of a reversal behind `R`, and an amount.
fn is_entry(field: &[u8]) -> bool {
    let Some((date, rest)) = field.split_at_checked(6) else { return false };
    let rest = rest.get(4..).filter(|_| rest.get(..4).is_some_and(is_digits)).unwrap_or(rest);
    let rest = rest.strip_prefix(b"R").unwrap_or(rest);
    let amount = match rest {
        [b'C' | b'D', b'A'..=b'Z', amount @ ..] | [b'C' | b'D', amount @ ..] => amount,
        _ => return false,
    };
    is_digits(date) && is_amount(amount)
}

/// `C` or `D`, `YYMMDD`, a currency and an amount.
fn is_balance(field: &[u8]) -> bool {
    let is_dated = matches!(field.first(), Some(b'C' | b'D')) && field.get(1..7).is_some_and(is_digits);
    is_dated && field.get(7..10).is_some_and(|code| code.iter().all(u8::is_ascii_uppercase)) && field.get(10..).is_some_and(is_amount)
}

fn is_amount(text: &[u8]) -> bool {
    let whole = text.iter().take_while(|b| b.is_ascii_digit()).count();
    whole > 0 && text.get(whole) == Some(&b',')
}

/// Records of a balance report (BAI, Cash Management Balance Reporting Specifications, version 2): all lines are records that
/// follow an account or end something, and one of them says so.
fn is_report(head: &[u8], is_cut: bool) -> bool {
    let lines = whole(head, |b| matches!(b, b'\n' | b'\r'), is_cut);
    let is_number = |field: &[u8]| is_digits(field.strip_prefix(b"-").or(field.strip_prefix(b"+")).unwrap_or(field));
    let is_record = |line: &&[u8]| {
        matches!(
            line,
            [b'0', b'2' | b'3', b',', ..] | [b'1', b'6', b',', ..] | [b'4' | b'9', b'9', b',', ..] | [b'8' | b'9', b'8', b',', ..]
        )
    };
    let is_telling = |line: &&[u8]| {
        let Some(fields) = line.strip_suffix(b"/") else { return false };
        let fields: Vec<&[u8]> = fields.split(|b| *b == b',').collect();
        match fields[..] {
            [b"16", kind, amount, ..] => kind.len() == 3 && is_digits(kind) && is_number(amount),
            [b"49", total, records] => is_number(total) && is_digits(records),
            [b"98" | b"99", total, parts, records] => is_number(total) && is_digits(parts) && is_digits(records),
            _ => false,
        }
    };
    lines.iter().all(is_record) && lines.iter().any(is_telling)
}

/// Payments of Bacs (Electronic Funds Transfer, file structures, "data records"), one behind the other or before the labels
/// that end a file.
fn is_bacs(head: &[u8]) -> bool {
    let payment = |at: usize| head.get(at..at + BACS).is_some_and(|record| is_payment(&Record::new(record, 0)));
    let follows = |at: usize| (at..at + BETWEEN).any(|at| payment(at) || head.get(at..).is_some_and(|rest| rest.starts_with(b"EOF1")));
    (0..BACS + BETWEEN).any(|at| payment(at) && follows(at + BACS))
}

/// Segments of an interchange (ISO 9735), with an institution.
fn is_interchange(head: &[u8], is_cut: bool) -> bool {
    let segments = whole(head, |b| b == b'\'', is_cut);
    let is_segment = |segment: &&[u8]| {
        segment.get(..3).is_some_and(|tag| tag.iter().all(u8::is_ascii_uppercase)) && matches!(segment.get(3), Some(b'+' | b':'))
    };
    let is_institution = |segment: &&[u8]| matches!(segment, [b'F', b'I', b'I', b'+', b'A'..=b'Z', b'A'..=b'Z', b'+', ..]);
    segments.iter().all(is_segment) && segments.iter().any(is_institution)
}

/// Segments of a dialogue (FinTS 3.0, "Formals", segment head): name, number and version.
fn is_dialogue(head: &[u8], is_cut: bool) -> bool {
    let segments = whole(head, |b| b == b'\'', is_cut);
    let is_segment = |segment: &&[u8]| {
        let mut parts = segment.split(|b| matches!(b, b':' | b'+'));
        let mut next = || parts.next().unwrap_or_default();
        let (name, number, version) = (next(), next(), next());
        name.first() == Some(&b'H')
            && (5..=6).contains(&name.len())
            && name.iter().all(u8::is_ascii_uppercase)
            && is_digits(number)
            && is_digits(version)
    };
    !segments.is_empty() && segments.iter().all(is_segment)
}

/// Transactions of a statement (OFX 1.6, 11.4) before which no account is named.
fn is_list(head: &[u8]) -> bool {
    let before = memmem::find(head, b"STMTTRN>").and_then(|at| head.get(..at)).unwrap_or_default();
    let names_account = [&b"ACCTFROM>"[..], b"<OFX>"].iter().any(|mark| memmem::find(before, mark).is_some());
    let is_transaction = [&b"<TRNAMT>"[..], b"<BANKACCTTO>", b"<DTPOSTED>"].iter().any(|mark| memmem::find(head, mark).is_some());
    is_transaction && !names_account && value::lines(head).next().is_none_or(|(_, line)| !line.starts_with(b"OFXHEADER"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_text_is_no_rest_of_payments() {
        let numbers: String = (0..40).map(|n| format!("16,{n:03},{n}00,/a\n49,{n}\n")).collect();
        let words = "it's a list: FII+ and 'HKUEB and :61: and <STMTTRN> stand in it, and nothing of a file.\n".repeat(20);
        let tags = "a\n:61: see the handbook\n:86: and this\n:62F: too\n".repeat(9);
        let invoice = "NAD+BY+++ACME'MOA+9:125.00'UNT+9+1'UNZ+1+1'".repeat(5);
        let whole = "<OFX><BANKACCTFROM><BANKID>1</BANKACCTFROM><STMTTRN><TRNAMT>1</STMTTRN></OFX>";
        let digits: String = (0..4000).map(|n| char::from(b'0' + (n * 7 % 10) as u8)).collect();
        for text in [&numbers[..], &words, &tags, &invoice, whole, &digits, "", "'", ":61:", "16,165,1,/", "<STMTTRN>"] {
            assert_eq!(layout_of_rest(text.as_bytes()), None, "{text}");
        }
    }
}
