//! Payment files without lines of their own that were broken into lines of one length: what was joined is a member,
//! which is then read as what it is.

use crate::format::payments::{self, CPA005, EDIFACT, FEDWIRE, FINTS, ISO20022, NACHA, OFX, X12};
use crate::format::pieces::Pieces;
use crate::format::{Failure, Format, Probe, Runs, Sink};
use std::borrow::Cow;

/// Payment files in lines that are not theirs.
pub const FORMAT: Format = Format {
    name: "wrapped",
    media_type: "text/plain",
    recognise,
    read,
    runs: Runs::Inside,
    version: 1,
    limitations: &["only files of which all lines but the last have one length, blanks at their ends aside"],
};

/// Lines of a length that screens, cards and programs break at.
const LENGTHS: std::ops::RangeInclusive<usize> = 40..=1024;
/// Lines by which their length is told; more than chance makes equal.
const LEAST: usize = 3;

/// The layouts that have no lines, and those whose records are longer than the lines.
fn has_no_lines(layout: &Format, length: usize) -> bool {
    const NACHA_RECORD: usize = 94;
    const CPA_RECORD: usize = 1464;
    match layout.name {
        name if name == NACHA.name => length < NACHA_RECORD,
        name if name == CPA005.name => length < CPA_RECORD,
        name => [&X12, &EDIFACT, &ISO20022, &OFX, &FINTS, &FEDWIRE].iter().any(|layout| layout.name == name),
    }
}

fn recognise(probe: &Probe<'_>) -> bool {
    let Some(length) = length_of(probe.head) else { return false };
    let mut joined = Vec::with_capacity(probe.head.len());
    lines(probe.head, length).for_each(|line| joined.extend_from_slice(&line));
    let joined = Probe::new(&joined);
    payments::LAYOUTS.iter().any(|layout| has_no_lines(layout, length) && (layout.recognise)(&joined))
}

/// The length of all lines but the last, if they have one.
fn length_of(head: &[u8]) -> Option<usize> {
    let mut all = head.split_inclusive(|b| *b == b'\n');
    let length = content(all.next()?).len();
    let is_cut = |line: &&[u8]| !line.ends_with(b"\n");
    if !LENGTHS.contains(&length) {
        return None;
    }
    let mut whole = 1;
    for line in all {
        let len = content(line).len();
        let is_shorter = len < length && content(line).iter().all(|b| *b >= b' ');
        // A shorter one is the last, or lost the blanks at its end.
        if len != length && !is_shorter {
            return None;
        }
        whole += usize::from(len == length && !is_cut(&line));
    }
    let count = head.split(|b| *b == b'\n').filter(|line| !line.is_empty()).count();
    (whole + 1 >= LEAST && whole * 10 >= count.saturating_sub(1) * 9).then_some(length)
}

fn content(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Lines without their ends; those that lost blanks have them again.
fn lines(bytes: &[u8], length: usize) -> impl Iterator<Item = Cow<'_, [u8]>> {
    bytes.split_inclusive(|b| *b == b'\n').map(move |line| {
        let shown = content(line);
        if shown.len() >= length || !line.ends_with(b"\n") {
            return Cow::Borrowed(shown);
        }
        let mut filled = shown.to_vec();
        filled.resize(length, b' ');
        Cow::Owned(filled)
    })
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let Some(length) = length_of(&bytes[..bytes.len().min(64 << 10)]) else {
        return Err(Failure::corrupt(0, "no lines of one length"));
    };
    sink.member(b"content", 0..bytes.len() as u64, &mut Pieces::new(lines(bytes, length)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;

    const SET: &str = "GS*RA*X*Y*20241104*1200*1*X*004010~ST*820*0001~BPR*C*1000*C*ACH*CTX*01*021000021*DA*123456*1234567890**01*011401533*DA*987654*20241104~N1*PR*ACME INC~N1*PE*JANE DOE~N3*1 MAIN ST~N4*BOSTON*MA*02101~RMR*IV*1**500~SE*7*0001~GE*1*1~";

    fn wrapped(text: &str, length: usize, end: &str) -> String {
        text.as_bytes().chunks(length).map(|line| format!("{}{end}", String::from_utf8_lossy(line))).collect()
    }

    #[test]
    fn lines_of_one_length_are_joined() {
        for (length, end) in [(80, "\n"), (72, "\r\n"), (60, "\n")] {
            let text = wrapped(SET, length, end);
            assert!(recognise(&Probe::new(text.as_bytes())), "{text}");
            let member = read_with(read, text.as_bytes(), |_, out| out.members.lock().unwrap()[0].clone());
            assert_eq!(String::from_utf8(member).unwrap().trim_end(), SET);
        }
    }

    #[test]
    fn lines_that_are_a_files_own_stay() {
        let prose = wrapped(&"Lines of a book that a program broke, and nobody pays anything to anybody here. ".repeat(40), 72, "\n");
        let digits = wrapped(&"0123456789".repeat(400), 94, "\n");
        for text in [SET.replace('~', "~\n"), prose, digits, SET.to_owned(), String::new()] {
            assert!(!recognise(&Probe::new(text.as_bytes())), "{text}");
        }
        for cut in 0..SET.len() {
            recognise(&Probe::new(&wrapped(SET, 80, "\n").as_bytes()[..cut]));
        }
    }
}
