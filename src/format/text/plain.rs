//! Running text: prose, source, configuration, logs.

use super::encoding::{self, TextEncoding};
use super::stretch::{Stretch, body, parts, stretches, with_overlap};
use crate::format::scan::lengths;
use crate::format::{At, Failure, Format, PassageKind, Probe, Runs, Sink};
use crate::model::Class;
use std::ops::Range;

/// Texts up to this size may be records of values behind their lengths.
const RECORD: usize = 64 << 10;

/// Text without a structure of its own.
pub const FORMAT: Format = Format {
    name: "text",
    media_type: "text/plain",
    recognise: |probe: &Probe<'_>| probe.encoding().is_some(),
    read,
    runs: Runs::Inside,
    version: 10,
    limitations: &[
        "8-bit text is read as windows-1252; other 8-bit code pages and multi-byte encodings of East Asia are left to the scan",
        "blocks of 16 KiB that hold more than a few control bytes are left to the scan",
    ],
};

/// Reads an item as running text.
pub fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    super::embedded::read_beside(bytes, sink, read_text)
}

fn read_text(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let Some(encoding) = encoding::detect(bytes) else {
        return Err(Failure::corrupt(0, "no text in an encoding that is known"));
    };
    let (range, mark) = body(bytes, encoding);
    sink.cover(mark, Class::Structure);
    read_range(bytes, encoding, range, sink);
    Ok(())
}

/// Reads a range of an item as running text, in parallel where it is large.
pub(super) fn read_range(bytes: &[u8], encoding: TextEncoding, range: Range<usize>, sink: &mut Sink<'_>) {
    sink.kind(PassageKind::Prose);
    let parts = parts(bytes, encoding, range.clone());
    if let [part] = &parts[..] {
        return read_part(bytes, encoding, part.clone(), true, sink);
    }
    // Parts overlap, and a record would be counted in both.
    let said = super::named_lines::push_parts(bytes, encoding, &parts, sink);
    let pieces: Vec<(Range<usize>, bool)> =
        parts.iter().zip(said).map(|(part, said)| (with_overlap(bytes, encoding, part, range.start), said)).collect();
    super::read_parts(sink, &pieces, |(piece, said), fork| {
        let read = |fork: &mut Sink<'_>| {
            let beside = if fork.is_beside_rows() { " beside rows" } else { "" };
            let way = format!("running text {} in {encoding:?}{beside}", FORMAT.version);
            let read = |piece: &[u8], inner: &mut Sink<'_>| read_part(piece, encoding, 0..piece.len(), false, inner);
            fork.piece(&bytes[piece.clone()], piece.start as u64, way.as_bytes(), &read);
        };
        if *said { fork.said_in_rows(read) } else { read(fork) }
    });
}

/// `whole`: the text has no other parts, and its records are read here.
fn read_part(bytes: &[u8], encoding: TextEncoding, part: Range<usize>, whole: bool, sink: &mut Sink<'_>) {
    for (i, stretch) in stretches(bytes, encoding, part).iter().enumerate() {
        if i > 0 {
            sink.border();
        }
        let (mut records, mut has_tables) = (Vec::new(), false);
        if whole {
            records = super::named_lines::push(stretch, sink);
            let tables = sink.facts.tables.len();
            super::tuples::push(stretch, sink);
            super::serialized::push(stretch, sink);
            super::dumped::push(stretch, sink);
            records.extend(super::drawn::push(stretch, sink));
            super::filled_forms::push_sent(&stretch.text, &|place| stretch.offset(place), sink);
            has_tables = sink.facts.tables.len() > tables;
        }
        let push = |sink: &mut Sink<'_>| {
            stretch.push_all(sink);
            super::nested::push(stretch, sink);
            super::assigned::push(stretch, sink);
        };
        match (records.is_empty(), has_tables) {
            (true, false) => push(sink),
            (true, true) => sink.beside_rows(push),
            (false, false) => sink.beside_records(records, push),
            (false, true) => sink.beside_records(records, |sink| sink.beside_rows(push)),
        }
        push_glued(stretch, sink);
        stretch.cover(sink);
    }
}

/// Values behind their lengths, each by itself: a record of Avro or Protocol Buffers is nothing else, and where its
/// lengths are letters or marks it passes as text.
fn push_glued(stretch: &Stretch<'_>, sink: &mut Sink<'_>) {
    let bytes = stretch.text.as_bytes();
    let is_odd = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t'..=b'\r' | 0x1A | 0x1B);
    if bytes.len() > RECORD || memchr::memchr(b'\n', bytes).is_some() && !bytes.iter().any(is_odd) {
        return;
    }
    let code = |at: usize| bytes.get(at).map_or(0, |byte| u32::from(*byte));
    let mut at = 0;
    for run in bytes.split(is_odd) {
        let range = at..at + run.len();
        at = range.end + 1;
        for value in lengths::glued(&code, range, 0, lengths::NARROW) {
            if let Some(text) = stretch.text.get(value.clone()) {
                sink.border();
                sink.text(text, At::Decoded(stretch.offset(value.start)));
                sink.border();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;

    #[test]
    fn a_name_across_parts_is_whole_in_one_passage() {
        let mut bytes = "word ".repeat(5_000_000).into_bytes();
        for i in 0..60 {
            let at = 8_000_000 / 60 * i + (8 << 20) - 4_000_000;
            bytes[at..at + 22].copy_from_slice(b" First State Bank #XX ");
        }
        read_with(read, &bytes, |sink, collector| {
            let passages = collector.passages.lock().unwrap();
            let mut places = std::collections::BTreeSet::new();
            for passage in passages.iter() {
                for (place, _) in passage.text.match_indices("First State Bank #XX") {
                    places.insert(passage.map.offset(&passage.text, place));
                }
            }
            assert_eq!(places.len(), 60);
            let covered = sink.coverage.clone().partition(bytes.len() as u64);
            assert!(covered.iter().all(|(_, c)| c.is_some()));
        });
    }

    #[test]
    fn records_in_parts_of_a_long_text_are_rows_of_one_table() {
        const RECORDS: usize = 70_000;
        let family = |n: usize| (0..4).map(|i| char::from(b'a' + (n / 26usize.pow(i) % 26) as u8)).collect::<String>();
        let note = "x".repeat(190);
        let record = |n: usize| format!("client_id: 480213\nname: Ann Lee{}\naccount_number: 44{n:08}\nnote: {note}\n\n", family(n));
        let filler = "nothing of note was said in the lines that follow\n".repeat(100_000);
        let text: String = (0..RECORDS).map(record).collect::<String>() + &filler + "Member Elizabeth Lopez, account 3757756303, left\n";
        read_with(read, text.as_bytes(), |sink, _| {
            let tables: Vec<_> = sink.facts.tables.iter().map(|table| (table.rows, table.persons.len())).collect();
            assert_eq!(tables, [(RECORDS as u64, RECORDS)]);
            // In parts without records persons are looked for as ever, and in the others they are counted as rows.
            assert_eq!(sink.facts.persons.len(), 1);
            let offset = sink.facts.tables[0].columns[0].values["480213"].offset;
            assert_eq!(offset, 0);
        });
    }

    #[test]
    fn values_behind_lengths_stand_alone() {
        // A datum of Avro: each length is twice the length, here the letter H and a mark.
        let name = "NEBRASKA ENERGY FEDERAL CREDIT UNION";
        for text in [format!("H{name},12 MAIN ST, LINCOLN NE"), format!("\u{2}H{name}\u{14}acct 02100")] {
            read_with(read, text.as_bytes(), |_, collector| {
                let alone = format!("{}{name}", crate::format::BORDER);
                assert!(collector.text().contains(&alone), "{:?}", collector.text());
            });
        }
    }

    #[test]
    fn no_input_panics() {
        let bytes = "Société Générale, Paris\n".repeat(30).into_bytes();
        for cut in 0..bytes.len().min(64) {
            let mut broken = bytes[cut..].to_vec();
            broken[cut] ^= 0x5A;
            read_with(read, &broken, |_, _| ());
        }
        read_with(read, b"", |_, _| ());
    }
}
