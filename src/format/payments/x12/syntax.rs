//! The separators of X12, which the header of an interchange, group or set shows.

use crate::format::payments::record::is_digits;
use crate::format::payments::segment::{self, Syntax};

/// Transaction sets that hold payments, and the [`MEMBERS`].
pub(super) const SETS: &[&[u8]] =
    &[b"820", b"821", b"822", b"823", b"827", b"828", b"831", b"835", b"834", b"837", b"270", b"271", b"276", b"277", b"278"];
/// Those that name members of plans and no bank: enrolment, claims, eligibility, the state of claims, reviews of services
/// (ASC X12N 005010X220, X222 to X224, X279, X212, X217).
pub(super) const MEMBERS: &[&str] = &["834", "837", "270", "271", "276", "277", "278"];
/// Length of the ISA segment with its terminator.
const ISA: usize = 106;
/// A segment by which separators are told is not longer.
const FIRST: usize = 256;

/// The separators of an interchange, of which the beginning may have been cut off: its ISA has all of its elements at
/// their places, or without the blanks that fill them; a group or transaction set has a header of its own.
pub(in crate::format::payments) fn syntax(bytes: &[u8]) -> Option<Syntax> {
    match bytes.get(..2)? {
        b"IS" => padded(bytes).or_else(|| trimmed(bytes)),
        b"GS" => group(bytes),
        b"ST" => set(bytes),
        b"BP" => payment(bytes),
        _ => None,
    }
}

fn padded(isa: &[u8]) -> Option<Syntax> {
    let isa = isa.get(..ISA)?;
    let syntax = Syntax { element: isa[3], component: isa[104], terminator: isa[105], release: None };
    let fixed = [6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103].into_iter().all(|at| isa[at] == syntax.element);
    (isa.starts_with(b"ISA") && is_distinct(&syntax) && fixed).then_some(syntax)
}

/// The ISA whose elements were written without filling: the last is the separator of components, and the terminator
/// stands behind it.
fn trimmed(bytes: &[u8]) -> Option<Syntax> {
    let (element, fields) = header(bytes, b"ISA", 16)?;
    let [_, _, _, _, _, sender_kind, sender, receiver_kind, receiver, date, time, _, _, _, _, usage, _] = fields.as_slice() else {
        return None;
    };
    let (start, _) = place_of(bytes, element, 16)?;
    let syntax = Syntax { element, component: *bytes.get(start)?, terminator: *bytes.get(start + 1)?, release: None };
    let is_kind = |field: &&[u8]| field.len() == 2 && field.iter().all(u8::is_ascii_alphanumeric);
    let is_header = is_kind(sender_kind)
        && is_kind(receiver_kind)
        && !sender.is_empty()
        && !receiver.is_empty()
        && is_digits(date)
        && date.len() == 6
        && is_digits(time)
        && time.len() == 4
        && matches!(*usage, b"P" | b"T" | b"I");
    (is_header && is_distinct(&syntax)).then_some(syntax)
}

/// A functional group: what it holds, sender, receiver, date, time, control number, agency, version.
fn group(bytes: &[u8]) -> Option<Syntax> {
    let (element, fields) = header(bytes, b"GS", 8)?;
    let [_, holds, _, _, date, time, number, agency, _] = fields.as_slice() else { return None };
    let is_header = holds.len() == 2
        && holds.iter().all(u8::is_ascii_uppercase)
        && matches!(date.len(), 6 | 8)
        && is_digits(date)
        && matches!(time.len(), 4..=8)
        && is_digits(time)
        && is_digits(number)
        && matches!(*agency, b"X" | b"T");
    let (_, end) = place_of(bytes, element, 8)?;
    is_header.then(|| behind(bytes, element, end)).flatten()
}

/// A transaction set: its kind, its control number, maybe a version.
fn set(bytes: &[u8]) -> Option<Syntax> {
    let (element, fields) = header(bytes, b"ST", 2)?;
    let [_, kind, number] = fields.as_slice() else { return None };
    let is_header = SETS.contains(kind) && matches!(number.len(), 4..=9) && number.iter().all(u8::is_ascii_alphanumeric);
    let (_, end) = place_of(bytes, element, 2)?;
    let end = if bytes.get(end) == Some(&element) { place_of(bytes, element, 3)?.1 } else { end };
    is_header.then(|| behind(bytes, element, end)).flatten()
}

/// The payment of a set whose header was cut off: handling, amount, credit or debit, method, and the day at its end.
fn payment(bytes: &[u8]) -> Option<Syntax> {
    let (element, fields) = header(bytes, b"BPR", 16)?;
    let [_, handling, amount, flag, method, .., day] = fields.as_slice() else { return None };
    let is_header = handling.len() == 1
        && handling.iter().all(u8::is_ascii_uppercase)
        && !amount.is_empty()
        && amount.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'))
        && matches!(*flag, b"C" | b"D")
        && method.len() == 3
        && method.iter().all(u8::is_ascii_uppercase)
        && day.len() == 8
        && is_digits(day);
    let (_, end) = place_of(bytes, element, 16)?;
    is_header.then(|| behind(bytes, element, end)).flatten()
}

/// The separator of elements behind a segment's name, the name and so many elements.
fn header<'a>(bytes: &'a [u8], name: &[u8], count: usize) -> Option<(u8, Vec<&'a [u8]>)> {
    let element = *bytes.strip_prefix(name)?.first()?;
    let head = &bytes[..bytes.len().min(FIRST)];
    let is_separator = element.is_ascii_graphic() && !element.is_ascii_alphanumeric() || matches!(element, b'\t' | 0x1D..=0x1F | 0x80..);
    let mut fields: Vec<&[u8]> = head.split(|b| *b == element).take(count + 1).collect();
    // Only the last one has another end than the separator.
    let last = fields.last_mut()?;
    *last = &last[..last.iter().position(|b| !is_element(*b)).unwrap_or(last.len())];
    (is_separator && fields.len() == count + 1).then(|| (element, fields.into_iter().map(<[u8]>::trim_ascii).collect()))
}

/// Where an element begins, and where it ends if it is of letters and digits.
fn place_of(bytes: &[u8], element: u8, index: usize) -> Option<(usize, usize)> {
    let head = &bytes[..bytes.len().min(FIRST)];
    let start = head.iter().enumerate().filter(|(_, b)| **b == element).nth(index.checked_sub(1)?)?.0 + 1;
    let len = head[start..].iter().position(|b| !is_element(*b))?;
    Some((start, start + len))
}

const fn is_element(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b' ' || byte == b'.'
}

/// The separators where a segment ends at a place: another one begins behind its terminator.
fn behind(bytes: &[u8], element: u8, end: usize) -> Option<Syntax> {
    let syntax = Syntax { element, component: b':', terminator: *bytes.get(end)?, release: None };
    let next = segment::next(bytes, syntax, end + 1)?;
    let name = next.bytes.split(|b| *b == element).next()?;
    (is_distinct(&syntax) && is_name(name) && name.len() < next.bytes.len()).then_some(syntax)
}

/// Separators are neither letters nor digits, and differ.
fn is_distinct(syntax: &Syntax) -> bool {
    syntax.element != syntax.terminator && !syntax.element.is_ascii_alphanumeric() && !syntax.terminator.is_ascii_alphanumeric()
}

/// The name of a segment: two or three capitals and digits.
pub(super) fn is_name(name: &[u8]) -> bool {
    matches!(name.len(), 2 | 3) && name.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}
