//! Data of one entry of a PostgreSQL archive: decoded as they come, their rows read under the names of the
//! table of contents.

use super::pg_toc::{Compression, Entry};
use super::script::{Script, Source};
use super::sql_token::Dialect;
use crate::format::{At, PassageKind, Sink};
use crate::model::Cause;
use std::io::{BufReader, Read};
use std::ops::Range;

/// Bytes that are decoded at once.
const WINDOW: usize = 1 << 20;
/// Most bytes of one row.
const LONGEST_ROW: usize = 256 << 20;
/// Largest window of a Zstandard stream, as a power of two.
const WINDOW_LOG: u32 = 29;

/// A decoder of data that were written by such a method; `None` where there is none.
pub fn decoder<'a, R: Read + 'a>(raw: R, compression: Compression) -> Option<Box<dyn Read + 'a>> {
    Some(match compression {
        Compression::None => Box::new(raw),
        Compression::Gzip => Box::new(Streams { raw: Some(raw), open: None }),
        Compression::Lz4 => Box::new(lz4_flex::frame::FrameDecoder::new(raw)),
        Compression::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::new(raw).ok()?;
            decoder.window_log_max(WINDOW_LOG).ok()?;
            Box::new(decoder)
        }
        Compression::Other(_) => return None,
    })
}

/// zlib in the blocks of an archive, gzip in files of their own.
struct Streams<'a, R> {
    raw: Option<R>,
    open: Option<Box<dyn Read + 'a>>,
}

impl<'a, R: Read + 'a> Read for Streams<'a, R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if let Some(raw) = self.raw.take() {
            use std::io::BufRead;
            let mut raw = BufReader::new(raw);
            let is_gzip = raw.fill_buf()?.starts_with(&[0x1F, 0x8B]);
            self.open = Some(match is_gzip {
                true => Box::new(flate2::bufread::MultiGzDecoder::new(raw)),
                false => Box::new(flate2::bufread::ZlibDecoder::new(raw)),
            });
        }
        self.open.as_mut().map_or(Ok(0), |open| open.read(out))
    }
}

/// Reads the rows of an entry, whose table is defined so. `encoded` is where its data stand. Says what kept it
/// from reading all.
pub fn rows(
    entry: &Entry,
    definition: &[u8],
    data: &mut dyn Read,
    encoded: &Range<u64>,
    sink: &mut Sink<'_>,
) -> Result<(), (Cause, String)> {
    let limits = sink.limits();
    let length = encoded.end - encoded.start;
    let most = limits.member_bytes.min(limits.ratio_floor.max(length.saturating_mul(limits.ratio)));
    let mut script: Option<Script> = None;
    let (mut held, mut decoded, mut is_last) = (Vec::new(), 0u64, false);
    let mut window = WINDOW;
    let mut result = Ok(());
    while !is_last && !sink.stopped() {
        let before = held.len();
        let wanted = (window - before.min(window)).max(64 << 10) as u64;
        let more = data.take(wanted).read_to_end(&mut held);
        decoded += (held.len() - before) as u64;
        is_last = held.len() - before < wanted as usize;
        if let Err(error) = more {
            result = Err((cause(&error), format!("the data of {}: {error}", entry.name)));
            is_last = true;
        } else if decoded > most {
            result = Err((Cause::LimitSize, format!("the data of {} decode to more than {most} bytes", entry.name)));
            is_last = true;
        }
        let script = script.get_or_insert_with(|| {
            let mut script = Script::with(Dialect { backslash: false });
            script.define(definition);
            if entry.is_copy {
                script.begin_copy(&entry.name, entry.columns.clone(), encoded.start, sink);
            }
            script
        });
        let used = script.feed(&Decoded { bytes: &held, at: encoded.start }, is_last, sink);
        held.drain(..used.min(held.len()));
        window = if used > 0 { WINDOW } else { window * 2 };
        if held.len() > LONGEST_ROW {
            result = Err((Cause::LimitSize, format!("a row of {} is longer than {LONGEST_ROW} bytes", entry.name)));
            is_last = true;
        }
    }
    if let Some(mut script) = script {
        script.end(sink);
    }
    result
}

/// Why data could not be decoded.
fn cause(error: &std::io::Error) -> Cause {
    if error.kind() == std::io::ErrorKind::UnexpectedEof { Cause::Truncated } else { Cause::Corrupt }
}

/// Decoded data: all of them stand where the encoded ones begin, and cover nothing.
struct Decoded<'a> {
    bytes: &'a [u8],
    at: u64,
}

impl Source for Decoded<'_> {
    fn bytes(&self) -> &[u8] {
        self.bytes
    }

    fn offset(&self, _: usize) -> u64 {
        self.at
    }

    fn text(&self, range: Range<usize>, sink: &mut Sink<'_>) {
        sink.kind(PassageKind::Prose);
        sink.text(&super::value::text(&self.bytes[range]), At::Decoded(self.at));
    }

    fn cover(&self, _: Range<usize>, _: &mut Sink<'_>) {}

    fn place(&self, _: Range<usize>) -> Range<u64> {
        self.at..self.at
    }
}
