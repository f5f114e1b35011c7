//! Text formats: running text, delimited and fixed-width tables, JSON, XML, HTML.

pub mod calendar;
pub mod delimited;
pub mod ebcdic;
pub mod ebcdic_records;
pub mod encoding;
pub mod fixed_width;
pub mod header;
pub mod html;
pub mod json;
pub mod markup;
pub mod plain;
pub mod stretch;
pub mod transcoded;
pub mod xml;

pub(in crate::format) mod ascii85;
mod attribute;
pub(crate) mod base64;
pub(super) mod embedded;
pub(crate) mod entity;
mod headed;
mod hexadecimal;
mod json_columns;
mod json_record;
mod json_tables;
mod layout;
mod nested;
mod places;
mod record;
mod sniff;
mod spelling;
mod uuencode;

use super::Sink;
use rayon::prelude::*;
use std::ops::Range;

/// Parts that are read at once before their results are joined; bounds what waits to be joined.
const WAVE: usize = 64;

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
