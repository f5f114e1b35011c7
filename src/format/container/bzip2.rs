//! bzip2: one or more streams, one behind the other.

use super::frames::{Exact, Next, read_frames};
use crate::format::{Failure, Format, Probe, Runs, Sink};
use ::bzip2::bufread::BzDecoder;

/// A bzip2 stream.
pub static BZIP2: Format = Format {
    name: "bzip2",
    media_type: "application/x-bzip2",
    recognise,
    read,
    runs: Runs::Inside,
    version: 1,
    limitations: &["blocks behind a broken one are not decoded"],
};

/// Magic, size of the blocks, and the mark of a block or of the end.
fn recognise(probe: &Probe<'_>) -> bool {
    is_header(probe.bytes)
}

fn is_header(bytes: &[u8]) -> bool {
    let mark = |mark: &[u8]| bytes.get(4..).is_some_and(|b| !b.is_empty() && b.iter().zip(mark).all(|(a, b)| a == b));
    matches!(bytes, [b'B', b'Z', b'h', b'1'..=b'9', ..]) && (mark(b"1AY&SY") || mark(b"\x17\x72\x45\x38\x50\x90"))
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    read_frames(
        bytes,
        |rest| match is_header(rest) {
            true => Ok(Next::Frame(Box::new(Exact { decoder: BzDecoder::new(rest), rest: |decoder: &BzDecoder<_>| *decoder.get_ref() }))),
            false => Ok(Next::End),
        },
        sink,
    );
    Ok(())
}
