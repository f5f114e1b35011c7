//! Commands in the protocol of Redis (RESP, "Serialization protocol specification"), as its append-only files and captured
//! sessions hold them: arrays of values behind their lengths. Fields of hashes and of entries of streams are records.

use super::values::Values;
use crate::format::named::{LONGEST_VALUE, Named, NamedRecords};
use crate::format::{At, Failure, Format, Kind, PassageKind, Probe, Runs, Sink, detect};
use crate::model::Class;
use std::ops::Range;

/// Commands of Redis.
pub const FORMAT: Format = Format {
    name: "redis_commands",
    media_type: "application/x-redis-commands",
    recognise: |probe: &Probe<'_>| begins(probe.bytes, skip_remarks(probe.bytes, 0)).is_some(),
    read,
    runs: Runs::Inside,
    version: 1,
    limitations: &["values of no known kind that are no text are scanned"],
};

/// Values of one command.
const MOST_VALUES: usize = 1 << 20;

/// Does the name of a command stand at a place, as the first of its values?
fn begins(bytes: &[u8], at: usize) -> Option<()> {
    let (_, at) = head(bytes, at, b'*').filter(|(count, _)| (1..=MOST_VALUES).contains(count))?;
    let (length, start) = head(bytes, at, b'$')?;
    let name = bytes.get(start..start.checked_add(length)?)?;
    let is_name = !name.is_empty() && name.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'.' | b'_'));
    (is_name && bytes.get(start + length..)?.starts_with(b"\r\n")).then_some(())
}

/// The places of the values of the command that begins at a place, and where it ends.
fn command(bytes: &[u8], at: usize) -> Option<(Vec<Range<usize>>, usize)> {
    let (count, mut at) = head(bytes, at, b'*').filter(|(count, _)| (1..=MOST_VALUES).contains(count))?;
    let mut values = Vec::new();
    for _ in 0..count {
        let (length, start) = head(bytes, at, b'$')?;
        let end = start.checked_add(length)?;
        if bytes.get(end..)?.get(..2) != Some(b"\r\n") {
            return None;
        }
        values.push(start..end);
        at = end + 2;
    }
    Some((values, at))
}

/// A kind and a number in a line.
fn head(bytes: &[u8], at: usize, kind: u8) -> Option<(usize, usize)> {
    let rest = bytes.get(at..)?.strip_prefix(&[kind])?;
    let digits = rest.iter().take(10).take_while(|b| b.is_ascii_digit()).count();
    let number = std::str::from_utf8(rest.get(..digits)?).ok()?.parse().ok()?;
    rest.get(digits..)?.starts_with(b"\r\n").then_some((number, at + 1 + digits + 2))
}

/// Lines that say when what follows happened (`#TS:`).
fn skip_remarks(bytes: &[u8], mut at: usize) -> usize {
    const LONGEST: usize = 64;
    while let Some(rest) = bytes.get(at..).filter(|rest| rest.starts_with(b"#TS:")) {
        let Some(end) = memchr::memchr(b'\n', &rest[..rest.len().min(LONGEST)]) else { break };
        at += end + 1;
    }
    at
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let (mut found, mut at) = (NamedRecords::default(), 0);
    let mut documents = Values::new("value");
    sink.kind(PassageKind::Prose);
    let is_whole = loop {
        let start = skip_remarks(bytes, at);
        sink.cover(at as u64..start as u64, Class::Structure);
        at = start;
        if at == bytes.len() || sink.stopped() {
            break true;
        }
        let Some((values, end)) = command(bytes, at) else { break false };
        push(bytes, at..end, &values, (&mut found, &mut documents), sink);
        at = end;
    };
    documents.end(sink);
    found.end(sink);
    match is_whole {
        true => Ok(()),
        false => Err(Failure::truncated(at as u64, "a command is cut off or damaged")),
    }
}

/// Pushes what a command says.
fn push(
    bytes: &[u8],
    range: Range<usize>,
    values: &[Range<usize>],
    (found, documents): (&mut NamedRecords, &mut Values),
    sink: &mut Sink<'_>,
) {
    let text = |value: &Range<usize>| bytes.get(value.clone()).and_then(|value| std::str::from_utf8(value).ok());
    let first = fields(values.first().and_then(text).unwrap_or_default(), values.iter().map(text));
    let (before, pairs) = values.split_at(first.min(values.len()));
    let (mut record, mut covered): (Vec<Named>, usize) = (Vec::new(), range.start);
    sink.border();
    let mut take = |value: &Range<usize>, label: Option<&str>, sink: &mut Sink<'_>| {
        let raw = bytes.get(value.clone()).unwrap_or_default();
        let said = text(value).filter(|said| !said.contains('\0'));
        let place = value.start as u64..value.end as u64;
        match said {
            Some(said) if Values::is_document(said) => documents.push(said, place, sink),
            Some(said) if said.len() > LONGEST_VALUE && !matches!(detect(&Probe::new(raw)), Kind::Unknown) => {
                sink.member(format!("value@{}", place.start).as_bytes(), place, &mut &raw[..]);
            }
            Some(said) => {
                sink.text(&label.map_or_else(|| format!("{said}\n"), |label| format!("{label}: {said}\n")), At::Decoded(place.start));
            }
            None => {
                sink.cover(covered as u64..place.start, Class::Read);
                covered = value.end;
                if !matches!(detect(&Probe::new(raw)), Kind::Unknown) {
                    sink.member(format!("value@{}", place.start).as_bytes(), place, &mut &raw[..]);
                }
            }
        }
        sink.kind(PassageKind::Prose);
    };
    before.iter().for_each(|value| take(value, None, sink));
    for pair in pairs.chunks(2) {
        match pair {
            [name, value] => {
                let name = text(name).unwrap_or_default();
                take(value, Some(name), sink);
                let value = text(value).filter(|value| value.len() <= LONGEST_VALUE);
                record.extend(value.map(|value| (name.to_owned(), value.to_owned())));
            }
            rest => rest.iter().for_each(|value| take(value, None, sink)),
        }
    }
    sink.cover(covered as u64..range.end as u64, Class::Read);
    sink.border();
    found.add(record, range.start as u64, sink);
}

/// The place of the first name among the values of a command, behind which values and names follow in turn.
fn fields<'v>(command: &str, mut values: impl Iterator<Item = Option<&'v str>>) -> usize {
    match command.to_ascii_uppercase().as_str() {
        "HSET" | "HMSET" | "HSETNX" => 2,
        "MSET" | "MSETNX" => 1,
        // Options, and the number of the entry: `*`, or `1526919030474-55`.
        "XADD" => {
            let is_number =
                |said: &str| said == "*" || said.split_once('-').is_some_and(|(time, _)| time.bytes().all(|b| b.is_ascii_digit()));
            values.position(|value| value.is_some_and(is_number)).map_or(usize::MAX, |place| place + 1)
        }
        _ => usize::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::{read_all, read_with};

    fn written(values: &[&str]) -> String {
        format!("*{}\r\n", values.len()) + &values.iter().map(|value| format!("${}\r\n{value}\r\n", value.len())).collect::<String>()
    }

    fn session() -> String {
        let person = |n: usize| format!("44556677{n:02}");
        (0..4)
            .map(|n| {
                written(&[
                    "HSET",
                    &format!("member:{n}"),
                    "name",
                    ["Ann Lee", "Bob Ray", "Cy Orr", "Di Poe"][n],
                    "account_number",
                    &person(n),
                ])
            })
            .chain([written(&["XADD", "s", "MAXLEN", "9", "*", "client_id", "104233"]), "#TS:1\r\n".to_owned()])
            .chain((0..3).map(|n| written(&["SET", "k", &format!("{{\"client_id\":\"{n}\",\n\"name\":\"Ann\"}}")])))
            .collect()
    }

    #[test]
    fn fields_are_records_and_documents_are_read_as_such() {
        let (said, tables, gaps, _, members) = read_all(&FORMAT, session().as_bytes());
        assert_eq!(tables.iter().map(|(_, rows)| *rows).collect::<Vec<_>>(), [4]);
        assert!(gaps.is_empty() && said.contains("client_id: 104233\n"), "{said}");
        let documents =
            "{\"client_id\":\"0\", \"name\":\"Ann\"}\n{\"client_id\":\"1\", \"name\":\"Ann\"}\n{\"client_id\":\"2\", \"name\":\"Ann\"}\n";
        assert_eq!(members, [documents.as_bytes()]);
    }

    #[test]
    fn what_is_cut_off_is_said_and_other_text_is_none() {
        let whole = session();
        for cut in 0..whole.len() {
            let bytes = &whole.as_bytes()[..cut];
            read_with(read, bytes, |sink, _| {
                let open = sink.coverage.clone().partition(cut as u64).iter().filter(|(_, covered)| covered.is_none()).count();
                assert!(open <= 1, "{cut}");
            });
        }
        for text in ["*1 note\r\n", "* a list\n* of points\n", "$5\r\nhello\r\n", "*3\r\n$9\r\nGET\r\n", ""] {
            assert!(!(FORMAT.recognise)(&Probe::new(text.as_bytes())), "{text:?}");
        }
    }
}
