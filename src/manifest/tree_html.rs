//! `tree -H`: a page in which every entry is a link; the link is the path.

use super::fields::{number, percent_decoded};
use super::lines::Lines;
use super::row::{Row, Separators};
use super::tally::Tally;
use super::{Kind, Report, Syntax};
use memchr::memmem;

pub(super) const SYNTAX: Syntax = Syntax {
    name: "tree -H",
    default_kind: Kind::Taken,
    recognise: |sample| {
        let made = sample.filled().take(12).any(|line| memmem::find(line, b"content=\"tree v").is_some());
        (made && sample.lines.iter().any(|line| link(line).is_some())).then_some(98)
    },
    read,
    limitations: &["one link a line, as tree writes them; sizes are there only with -s"],
};

/// What stands before a link, and where it leads.
fn link(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memmem::find(line, b"<a href=\"")?;
    let target = line.get(at + 9..)?;
    Some((line.get(..at)?, target.get(..memchr::memchr(b'"', target)?)?))
}

fn read(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    let mut tally = Tally::new(rows);
    let mut lines = Lines::new(bytes);
    let mut last = 0;
    let mut ended = false;
    while let Some(line) = lines.next() {
        last = line.number;
        ended |= memmem::find(line.text, b"</html>").is_some();
        let Some((before, target)) = link(line.text) else {
            // An entry without a link cannot be told.
            if ["\u{251c}", "\u{2514}", "|--", "`--"].iter().any(|tee| memmem::find(line.text, tee.as_bytes()).is_some()) {
                tally.not_understood(line.number, line.text);
            }
            continue;
        };
        let target = memmem::find(target, b"://").map_or(target, |at| {
            let host = target.get(at + 3..).unwrap_or_default();
            memchr::memchr(b'/', host).and_then(|slash| host.get(slash..)).unwrap_or_default()
        });
        let path = percent_decoded(&unescaped(target), false);
        // The folder itself has no path of its own.
        let Some(mut row) = Row::new(&path, Separators::Unix, line.number) else { continue };
        row.size = size(before).filter(|_| !row.directory);
        tally.row(row);
    }
    if !ended {
        tally.truncated(last);
    }
    tally.finish()
}

/// `[&nbsp;&nbsp;486]`, perhaps with mode and owner before the figure.
fn size(before: &[u8]) -> Option<u64> {
    let inside = before.get(memchr::memchr(b'[', before)? + 1..)?;
    let inside = inside.get(..memchr::memchr(b']', inside)?)?;
    let word = inside.rsplit(|b| matches!(b, b' ' | b';')).next()?;
    number(word)
}

/// Without the references that tree writes in a link.
fn unescaped(target: &[u8]) -> Vec<u8> {
    const MARKS: [(&[u8], u8); 4] = [(b"&amp;", b'&'), (b"&quot;", b'"'), (b"&lt;", b'<'), (b"&gt;", b'>')];
    let mut out = Vec::with_capacity(target.len());
    let mut rest = target;
    while let Some(&byte) = rest.first() {
        let mark = MARKS.iter().find(|(mark, _)| rest.starts_with(mark));
        out.push(mark.map_or(byte, |(_, plain)| *plain));
        rest = rest.get(mark.map_or(1, |(mark, _)| mark.len())..).unwrap_or_default();
    }
    out
}
