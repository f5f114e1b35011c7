//! zlib streams (RFC 1950).

use super::frames::{Exact, Next, read_frames};
use crate::format::{Failure, Format, Probe, Runs, Sink};
use flate2::bufread::ZlibDecoder;

/// A zlib stream.
pub static ZLIB: Format = Format {
    name: "zlib",
    media_type: "application/zlib",
    recognise,
    read,
    runs: Runs::Inside,
    version: 1,
    limitations: &["streams with a preset dictionary are only scanned"],
};

/// Its header is two bytes, so it has to inflate, too.
fn recognise(probe: &Probe<'_>) -> bool {
    let bytes = probe.bytes;
    let header = matches!(bytes, [cmf, flags, ..] if cmf & 0x8F == 8 && flags & 0x20 == 0 && (u16::from(*cmf) << 8 | u16::from(*flags)).is_multiple_of(31));
    header && {
        let mut out = vec![0; 4096];
        let mut inflater = flate2::Decompress::new(true);
        let status = inflater.decompress(bytes, &mut out, flate2::FlushDecompress::None);
        status.is_ok_and(|status| status == flate2::Status::StreamEnd || inflater.total_out() == 4096)
    }
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    // What follows the stream is no stream of the same content.
    read_frames(
        bytes,
        |rest| match rest {
            [cmf, flags, ..] if cmf & 0x8F == 8 && (u16::from(*cmf) << 8 | u16::from(*flags)).is_multiple_of(31) => {
                Ok(Next::Frame(Box::new(Exact { decoder: ZlibDecoder::new(rest), rest: |decoder: &ZlibDecoder<_>| *decoder.get_ref() })))
            }
            _ => Ok(Next::End),
        },
        sink,
    );
    Ok(())
}
