//! Zstandard (RFC 8878): frames, and skippable frames between them, which are left to the scan.

use super::frames::{Exact, Next, read_frames};
use super::le32;
use crate::format::{Failure, Format, Probe, Runs, Sink};
use ::zstd::stream::read::Decoder;

/// A Zstandard stream.
pub static ZSTD: Format = Format {
    name: "zstd",
    media_type: "application/zstd",
    recognise,
    read,
    runs: Runs::Inside,
    version: 1,
    limitations: &["frames with a dictionary are not decoded", "what follows a broken frame is only scanned"],
};

/// Largest window, as a power of two: 512 MiB.
const WINDOW_LOG: u32 = 29;

fn recognise(probe: &Probe<'_>) -> bool {
    let mut bytes = probe.bytes;
    for _ in 0..16 {
        match skippable(bytes) {
            Some(length) => bytes = &bytes[length..],
            None => return is_frame(bytes),
        }
    }
    false
}

fn is_frame(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x28\xB5\x2F\xFD")
}

/// Length of the skippable frame at the start.
pub(super) fn skippable(bytes: &[u8]) -> Option<usize> {
    let length = usize::try_from(le32(bytes, 4)?).ok()?.checked_add(8)?;
    (bytes[0] & 0xF0 == 0x50 && bytes[1..4] == *b"\x2A\x4D\x18" && length <= bytes.len()).then_some(length)
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    read_frames(
        bytes,
        |rest| match skippable(rest) {
            Some(length) => Ok(Next::Skip(length)),
            None if is_frame(rest) => {
                let mut decoder = Decoder::with_buffer(rest)?.single_frame();
                decoder.window_log_max(WINDOW_LOG)?;
                Ok(Next::Frame(Box::new(Exact { decoder, rest: |decoder: &Decoder<'_, _>| *decoder.get_ref() })))
            }
            None => Ok(Next::End),
        },
        sink,
    );
    Ok(())
}
