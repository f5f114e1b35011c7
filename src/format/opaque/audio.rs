//! MP3 with ID3, FLAC, Ogg, the RIFF family (WAV, AVI, WebP), AIFF and AU.

use super::{Walk, be32, le32};

/// RIFF: chunks of a form; lists of text, Exif and XMP count as text, and so do unknown chunks.
pub(in crate::format) fn riff(bytes: &[u8]) -> Option<Walk> {
    const SILENT: [&[u8; 4]; 15] = [
        b"VP8 ", b"VP8L", b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"ICCP", b"fmt ", b"data", b"fact", b"idx1", b"indx", b"JUNK", b"cue ",
        b"smpl",
    ];
    if !bytes.starts_with(b"RIFF") || !matches!(bytes.get(8..12)?, b"WEBP" | b"WAVE" | b"AVI ") {
        return None;
    }
    chunks(bytes, le32, |kind, data| {
        let is_stream = kind == b"LIST" && matches!(data.and_then(|data| data.get(..4)), Some(b"movi" | b"hdrl"));
        // Filler is only filler when it is empty.
        let is_empty = kind != b"JUNK" || data.is_some_and(|b| b.iter().all(|&b| b == 0));
        is_stream || SILENT.contains(&kind) && is_empty
    })
}

/// The chunks of a form, whose sizes `number` reads; those that are not silent are text. Of a chunk that goes beyond the
/// bytes there are no data.
fn chunks(bytes: &[u8], number: fn(&[u8], usize) -> Option<usize>, is_silent: impl Fn(&[u8; 4], Option<&[u8]>) -> bool) -> Option<Walk> {
    let end = number(bytes, 4)?.checked_add(8)?.min(bytes.len());
    let mut walk = Walk { end: 12, text: Vec::new() };
    while walk.end + 8 <= end {
        let start = walk.end;
        let kind: &[u8; 4] = bytes.get(start..)?.first_chunk()?;
        let Some(next) = number(bytes, start + 4).and_then(|n| start.checked_add(8 + n + n % 2)).map(|next| next.min(end + 1)) else {
            break;
        };
        walk.end = next.min(bytes.len());
        if !is_silent(kind, bytes.get(start + 8..next)) {
            walk.text.push(start..walk.end);
        }
    }
    (walk.end > 12).then_some(walk)
}

/// MPEG audio (ISO/IEC 11172-3): frames, with ID3v2 before and ID3v1 behind them. Tags count as text, but
/// for the pictures in them.
pub(in crate::format) fn mp3(bytes: &[u8]) -> Option<Walk> {
    let mut walk = Walk::default();
    if bytes.starts_with(b"ID3") {
        let size = bytes.get(6..10)?.iter().fold(0, |size, b| size << 7 | usize::from(b & 0x7F));
        let end = 10usize.checked_add(size)?;
        let tag = bytes.get(..end)?;
        let picture = memchr::memmem::find(tag, b"APIC").or_else(|| memchr::memmem::find(tag, b"\0PIC"));
        walk.text.push(0..picture.unwrap_or(end));
        walk.end = end;
        // Padding between the tag and the first frame.
        walk.end += bytes[end..].iter().take(4096).take_while(|&&b| b == 0).count();
    }
    let first = walk.end;
    let mut frames = 0;
    while let Some(length) = frame_length(&bytes[walk.end.min(bytes.len())..]) {
        walk.end = (walk.end + length).min(bytes.len());
        frames += 1;
    }
    (frames >= 4 && walk.end > first).then_some(walk)
}

/// Length of an MPEG audio frame, by its header.
fn frame_length(frame: &[u8]) -> Option<usize> {
    let &[sync, version, rates, _] = frame.first_chunk()?;
    if sync != 0xFF || version & 0xE0 != 0xE0 {
        return None;
    }
    let (mpeg, layer) = (version >> 3 & 3, version >> 1 & 3);
    let one = mpeg == 3;
    let kilobits: [usize; 14] = match (one, layer) {
        (true, 1) => [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        (true, 2) => [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
        (true, 3) => [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
        (false, 1 | 2) => [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
        (false, 3) => [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
        _ => return None,
    };
    let bits = 1000 * kilobits.get(usize::from(rates >> 4).checked_sub(1)?)?;
    let hertz = [44_100, 48_000, 32_000].get(usize::from(rates >> 2 & 3))?
        >> match mpeg {
            3 => 0,
            2 => 1,
            0 => 2,
            _ => return None,
        };
    let padding = usize::from(rates >> 1 & 1);
    Some(match (layer, one) {
        (3, _) => (12 * bits / hertz + padding) * 4,
        (1, false) => 72 * bits / hertz + padding,
        _ => 144 * bits / hertz + padding,
    })
}

/// FLAC (RFC 9639): metadata blocks, then frames; each frame's header has a CRC-8. Comments count as text.
pub(in crate::format) fn flac(bytes: &[u8]) -> Option<Walk> {
    if !bytes.starts_with(b"fLaC") {
        return None;
    }
    let mut walk = Walk { end: 4, text: Vec::new() };
    loop {
        let head = be32(bytes, walk.end)?;
        let (kind, next) = (head >> 24 & 0x7F, walk.end + 4 + (head & 0xFF_FFFF));
        bytes.get(..next)?;
        if !matches!(kind, 0 | 3 | 6) {
            walk.text.push(walk.end..next);
        }
        walk.end = next;
        if head >> 31 == 1 {
            break;
        }
    }
    // A frame ends where the next begins; none is longer than this.
    const LONGEST: usize = 256 << 10;
    let mut frames = 0;
    while is_flac_frame(&bytes[walk.end..]) {
        frames += 1;
        let rest = &bytes[walk.end..];
        let near = &rest[..rest.len().min(LONGEST)];
        match memchr::memchr_iter(0xFF, near).skip(1).find(|&i| is_flac_frame(&near[i..])) {
            Some(length) => walk.end += length,
            None => {
                walk.end += near.len();
                break;
            }
        }
    }
    (frames > 0).then_some(walk)
}

fn is_flac_frame(frame: &[u8]) -> bool {
    let [0xFF, 0xF8 | 0xF9, sizes, _, number, ..] = frame else { return false };
    let coded = match number.leading_ones() {
        0 => 1,
        n @ 2..=7 => n as usize,
        _ => return false,
    };
    let block = match sizes >> 4 {
        0 => return false,
        6 => 1,
        7 => 2,
        _ => 0,
    };
    let rate = match sizes & 15 {
        12 => 1,
        13 | 14 => 2,
        15 => return false,
        _ => 0,
    };
    let length = 4 + coded + block + rate;
    let crc = |header: &[u8]| {
        header.iter().fold(0u8, |crc, b| (0..8).fold(crc ^ b, |crc, _| if crc & 0x80 != 0 { crc << 1 ^ 7 } else { crc << 1 }))
    };
    frame.get(..length).is_some_and(|header| frame.get(length) == Some(&crc(header)))
}

/// Ogg (RFC 3533): pages. The comment packets of Vorbis and Opus count as text.
pub(in crate::format) fn ogg(bytes: &[u8]) -> Option<Walk> {
    let mut walk = Walk::default();
    let mut page = 0;
    while bytes.get(walk.end..).is_some_and(|b| b.starts_with(b"OggS\0")) {
        let Some(segments) = bytes.get(walk.end + 26).map(|&n| usize::from(n)) else { break };
        let Some(table) = bytes.get(walk.end + 27..walk.end + 27 + segments) else { break };
        let start = walk.end + 27 + segments;
        let end = (start + table.iter().map(|&n| usize::from(n)).sum::<usize>()).min(bytes.len());
        let body = &bytes[start.min(end)..end];
        if page < 8 {
            let comment = memchr::memmem::find(body, b"\x03vorbis").or_else(|| memchr::memmem::find(body, b"OpusTags"));
            if let Some(from) = comment {
                let to = memchr::memmem::find(body, b"\x05vorbis").filter(|&to| to > from).unwrap_or(body.len());
                walk.text.push(start + from..start + to);
            }
        }
        page += 1;
        walk.end = end;
    }
    (page > 0).then_some(walk)
}

/// AIFF and AIFF-C (Apple, "Audio Interchange File Format", version 1.3): chunks of a form. Names, remarks and unknown
/// chunks count as text.
pub(in crate::format) fn aiff(bytes: &[u8]) -> Option<Walk> {
    const SILENT: [&[u8; 4]; 6] = [b"COMM", b"SSND", b"MARK", b"INST", b"FVER", b"MIDI"];
    if !bytes.starts_with(b"FORM") || !matches!(bytes.get(8..12)?, b"AIFF" | b"AIFC") {
        return None;
    }
    chunks(bytes, be32, |kind, _| SILENT.contains(&kind))
}

/// AU (Sun, `audio(4)`; NeXT): a header, a remark, which counts as text, and the samples, to the end where their length is not
/// stated.
pub(in crate::format) fn au(bytes: &[u8]) -> Option<Walk> {
    const HEADER: usize = 24;
    if !bytes.starts_with(b".snd") {
        return None;
    }
    let (start, length) = (be32(bytes, 4)?, be32(bytes, 8)?);
    let (encoding, rate, channels) = (be32(bytes, 12)?, be32(bytes, 16)?, be32(bytes, 20)?);
    let is_sound = (1..=27).contains(&encoding) && (1..=1 << 20).contains(&rate) && (1..=64).contains(&channels);
    if !is_sound || start < HEADER || start > bytes.len() {
        return None;
    }
    let end = if length == u32::MAX as usize { bytes.len() } else { start.checked_add(length)?.min(bytes.len()) };
    Some(Walk { end, text: if start > HEADER { vec![HEADER..start] } else { Vec::new() } })
}
