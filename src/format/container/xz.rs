//! Streams of LZMA: xz (The .xz File Format 1.2), LZMA alone and lzip. Dictionaries grow as they are filled,
//! up to a limit, whatever a header states.

use super::frames::{Frame, MOST_MEMORY_KIB, Next, Step, Stepped, read_frames};
use crate::format::{Failure, Format, Probe, Runs, Sink};
use lzma_rust2::{Action, LzipStream, LzmaStream, Status, StreamResult, XzStream};

/// An xz file: streams with padding between them.
pub static XZ: Format = Format {
    name: "xz",
    media_type: "application/x-xz",
    recognise: |probe| is_xz(probe.bytes),
    read: read_xz,
    runs: Runs::Inside,
    version: 1,
    limitations: &["blocks behind a broken one are not decoded"],
};

/// LZMA alone.
pub static LZMA: Format = Format {
    name: "lzma",
    media_type: "application/x-lzma",
    recognise: recognise_lzma,
    read: read_lzma,
    runs: Runs::Inside,
    version: 1,
    limitations: &["there is no checksum: damage may go unseen"],
};

/// An lzip file.
pub static LZIP: Format = Format {
    name: "lzip",
    media_type: "application/x-lzip",
    recognise: |probe| is_lzip(probe.bytes),
    read: read_lzip,
    runs: Runs::Inside,
    version: 1,
    limitations: &["members behind a broken one are not decoded"],
};

fn is_xz(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xFD7zXZ\0")
}

fn is_lzip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"LZIP\x01")
}

/// Properties, a dictionary size that is a power of two or three halves of one, a size, a stream that begins
/// with a zero.
fn recognise_lzma(probe: &Probe<'_>) -> bool {
    let [0x5D, dictionary @ ..] = probe.head else { return false };
    let Some(size) = dictionary.first_chunk().map(|b| u32::from_le_bytes(*b)) else { return false };
    let plain = size.is_power_of_two() || size % 3 == 0 && (size / 3).is_power_of_two();
    let length = dictionary.get(4..12).unwrap_or_default();
    plain && size >= 1 << 12 && (length == [0xFF; 8] || matches!(length, [.., 0, 0, 0])) && dictionary.get(12) == Some(&0)
}

fn step(result: std::io::Result<StreamResult>, unused: usize) -> std::io::Result<Step> {
    result.map(|r| (r.bytes_consumed, r.bytes_produced, r.status == Status::StreamEnd, unused))
}

/// One step of a stream that all of the input belongs to.
pub(super) fn step_whole(stream: &mut XzStream, input: &[u8], out: &mut [u8]) -> std::io::Result<Step> {
    step(stream.process(input, out, Action::Finish), 0)
}

fn read_xz(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    read_frames(
        bytes,
        |rest| {
            // Padding between streams is zeros, four at a time.
            let zeros = rest.iter().take_while(|&&b| b == 0).count() / 4 * 4;
            if is_xz(rest) {
                let mut stream = XzStream::new_mem_limit(false, MOST_MEMORY_KIB);
                let step = move |input: &[u8], out: &mut [u8]| step_whole(&mut stream, input, out);
                return Ok(Next::Frame(Box::new(Stepped::new(rest, step))));
            }
            let is_padding = zeros > 0 && (zeros == rest.len() || is_xz(&rest[zeros..]));
            Ok(if is_padding { Next::Padding(zeros) } else { Next::End })
        },
        sink,
    );
    Ok(())
}

fn read_lzma(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let mut stream = LzmaStream::new_mem_limit(MOST_MEMORY_KIB, None);
    let step = |input: &[u8], out: &mut [u8]| {
        let result = stream.process(input, out, Action::Finish);
        let unused = if stream.is_finished() { stream.unused_input().len() } else { 0 };
        step(result, unused)
    };
    let mut decoder = Stepped::new(bytes, step);
    super::member_up_to(sink, b"content", 0..bytes.len() as u64, &mut decoder, |decoder| (bytes.len() - decoder.rest().len()) as u64);
    Ok(())
}

fn read_lzip(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    read_frames(
        bytes,
        |rest| {
            if !is_lzip(rest) {
                return Ok(Next::End);
            }
            let mut stream = LzipStream::new_mem_limit(false, MOST_MEMORY_KIB);
            let step = move |input: &[u8], out: &mut [u8]| {
                let result = stream.process(input, out, Action::Finish);
                let unused = if stream.is_finished() { stream.unused_input().len() } else { 0 };
                step(result, unused)
            };
            Ok(Next::Frame(Box::new(Stepped::new(rest, step))))
        },
        sink,
    );
    Ok(())
}
