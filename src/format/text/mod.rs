//! Text formats: running text, delimited and fixed-width tables, JSON, XML, HTML.

pub mod calendar;
mod credential;
pub mod delimited;
pub mod ebcdic;
pub mod ebcdic_records;
pub mod encoding;
pub mod fixed_width;
pub mod header;
pub mod html;
pub mod json;
pub mod length_records;
pub mod markup;
pub mod plain;
pub mod stretch;
pub mod sylk;
pub mod transcoded;
pub mod wrapped;
pub mod xml;

mod alike;
pub(in crate::format) mod amid_binary;
pub(in crate::format) mod ascii85;
mod assigned;
mod attribute;
mod base32;
pub(crate) mod base64;
mod broken_label;
mod byte_lists;
mod descriptor;
mod drawn;
mod dumped;
pub(super) mod embedded;
pub(crate) mod entity;
mod filled_forms;
mod headed;
mod hex_dump;
mod hex_records;
mod hexadecimal;
mod json_columns;
mod json_objects;
mod json_record;
mod json_tables;
pub(in crate::format) mod laid_out;
mod layout;
mod markup_tables;
mod named_lines;
mod nested;
pub(in crate::format) mod objects;
mod outer_client;
pub mod placed;
mod places;
mod record;
pub mod resp;
mod serialized;
mod single_column;
mod sniff;
mod spelling;
pub(in crate::format) mod standalone;
mod touching;
mod touching_numbers;
mod tuples;
mod uuencode;
mod values;
mod xml_records;

use super::{Failure, Probe, Sink};
use rayon::prelude::*;
use std::ops::Range;

/// Parts that are read at once before their results are joined; bounds what waits to be joined.
const WAVE: usize = 64;

/// Reads text that stands in something else and was decoded: as a table where it is one, else as running text.
pub(super) fn read_decoded(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let probe = Probe::new(bytes);
    let table = [&delimited::FORMAT, &fixed_width::FORMAT].into_iter().find(|format| (format.recognise)(&probe));
    (table.unwrap_or(&plain::FORMAT).read)(bytes, sink)?;
    // What a reply quotes.
    if let Ok(text) = std::str::from_utf8(bytes)
        && text.lines().filter(|line| line.starts_with('>')).nth(1).is_some()
    {
        let quoted = text
            .lines()
            .filter(|line| line.starts_with('>'))
            .map(|line| line.trim_start_matches('>'))
            .map(|line| line.strip_prefix(' ').unwrap_or(line));
        let mut tables = laid_out::LaidOut::default();
        let text = quoted.collect::<Vec<_>>().join("\n") + "\n";
        tables.page(laid_out::Page { text: &text, ..Default::default() }, sink);
        tables.end(sink);
    }
    Ok(())
}

/// Reads pieces of an item in parallel, each as if it were an item; what was read in the same way before is not
/// read again. `way` says all that decides how.
pub(super) fn read_pieces(
    sink: &mut Sink<'_>,
    bytes: &[u8],
    pieces: &[Range<usize>],
    way: &[u8],
    read: impl Fn(&[u8], &mut Sink<'_>) + Sync,
) {
    read_parts(sink, pieces, |piece, fork| fork.piece(&bytes[piece.clone()], piece.start as u64, way, &read));
}

/// Reads parts of an item in parallel, each into a fork, and joins the forks in order.
pub(super) fn read_parts<'s, T: Sync>(sink: &mut Sink<'s>, parts: &[T], read: impl Fn(&T, &mut Sink<'s>) + Sync) {
    sink.flush();
    for wave in parts.chunks(WAVE) {
        if sink.stopped() {
            return;
        }
        let whole = &*sink;
        let forks: Vec<Sink<'s>> = wave
            .par_iter()
            .map(|part| {
                let mut fork = whole.fork();
                read(part, &mut fork);
                fork.flush();
                fork
            })
            .collect();
        forks.into_iter().for_each(|fork| sink.join(fork));
    }
}
