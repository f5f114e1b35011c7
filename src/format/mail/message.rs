//! One message (RFC 5322) and its parts (RFC 2045, 2046): header fields and text parts are its text, the other
//! parts its members.

use super::header::{self, Field, decode_words, in_charset, line_end, may_be_in, parameter};
use super::transfer::{Encoding, decode};
use crate::format::text::base64::is_standard_digit;
use crate::format::text::{encoding, html, plain, read_decoded};
use crate::format::{At, Failure, Sink};
use crate::model::{Cause, Class};
use std::borrow::Cow;
use std::ops::Range;

/// Parts inside parts that are taken apart; deeper ones are one member.
const DEPTH: usize = 32;
/// Longer text parts become members.
const LONG: usize = 32 << 20;

struct Part {
    fields: Vec<Field>,
    body: Range<usize>,
    /// The parts of its body that are encoded as it says; none where all is.
    encoded: Vec<Range<usize>>,
}

impl Part {
    fn parse(bytes: &[u8], range: Range<usize>) -> Self {
        let (fields, body) = header::parse(bytes, range.clone());
        Self { fields, body: body..range.end, encoded: Vec::new() }
    }

    /// Its encoded bytes.
    fn raw<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        match &self.encoded[..] {
            [] => Cow::Borrowed(&bytes[self.body.clone()]),
            [whole] => Cow::Borrowed(&bytes[whole.clone()]),
            several => several.iter().flat_map(|range| &bytes[range.clone()]).copied().collect(),
        }
    }

    fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|f| f.name == name).map_or("", |f| &f.raw)
    }

    /// The media type in lower case.
    fn kind(&self) -> String {
        let kind = self.value("content-type");
        kind.split([';', ' ']).next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    fn file_name(&self) -> Option<String> {
        let name = parameter(self.value("content-disposition"), "filename").or_else(|| parameter(self.value("content-type"), "name"))?;
        (!name.trim().is_empty()).then_some(name)
    }
}

/// Reads the message in a range of an item. Covers all of it.
pub fn read(bytes: &[u8], range: Range<usize>, sink: &mut Sink<'_>) {
    sink.cover(range.start as u64..range.end as u64, Class::Read);
    let mut reading = Reading { bytes, parts: 0, end: range.end };
    reading.part(Part::parse(bytes, range), 0, sink);
}

struct Reading<'a> {
    bytes: &'a [u8],
    parts: u64,
    end: usize,
}

impl Reading<'_> {
    fn part(&mut self, mut part: Part, depth: usize, sink: &mut Sink<'_>) {
        if sink.stopped() {
            return;
        }
        self.parts += 1;
        sink.border();
        for field in &part.fields {
            let at = At::Decoded(field.range.start as u64);
            sink.text(&format!("{}: {}\n", field.name, decode_words(&field.raw)), at);
        }
        sink.border();
        let kind = part.kind();
        if self.parts > sink.limits().entries {
            let range = part.body.start as u64..part.body.end as u64;
            return sink.gap(range, Cause::LimitEntries, "the message has too many parts");
        }
        if let Some(boundary) =
            parameter(part.value("content-type"), "boundary").filter(|b| kind.starts_with("multipart/") && !b.is_empty())
            && depth < DEPTH
        {
            return self.multipart(&part, &boundary, depth, sink);
        }
        let mut encoding = Encoding::of(part.value("content-transfer-encoding"));
        let extent = encoding.extent(&self.bytes[part.body.clone()]);
        if extent.is_empty() {
            // It only claims to be encoded.
            encoding = Encoding::Identity;
        }
        let start = part.body.start;
        let extent: Vec<Range<usize>> = extent.into_iter().map(|range| start + range.start..start + range.end).collect();
        let between = std::iter::once(start).chain(extent.iter().map(|range| range.end));
        let beside: Vec<Range<usize>> =
            between.zip(extent.iter().map(|range| range.start).chain([part.body.end])).map(|(a, b)| a..b).collect();
        if !extent.is_empty() {
            // What lists and ticket systems put beside what is encoded is text.
            beside.into_iter().for_each(|range| self.around(range, sink));
            part.encoded = extent;
        }
        let is_attachment = part.file_name().is_some()
            || part.value("content-disposition").trim_start().to_ascii_lowercase().starts_with("attachment")
            || part.body.len() > LONG;
        let is_text =
            kind.is_empty() || !kind.contains('/') || matches!(&kind[..], "text/plain" | "text/html" | "text/enriched" | "text/richtext");
        match is_text && !is_attachment {
            true => self.text(&part, &kind, encoding, sink),
            false => self.member(&part, &kind, encoding, sink),
        }
    }

    fn text(&self, part: &Part, kind: &str, transfer: Encoding, sink: &mut Sink<'_>) {
        let raw = part.raw(self.bytes);
        if raw.trim_ascii().is_empty() {
            return;
        }
        let decoded = decode(&raw, transfer);
        let charset = parameter(part.value("content-type"), "charset").unwrap_or_default();
        if !may_be_in(&decoded, &charset) {
            return self.member(part, kind, transfer, sink);
        }
        let text = in_charset(&decoded, &charset);
        // What its header calls text may be anything.
        if encoding::detect(text.as_bytes()).is_none() {
            return self.member(part, kind, transfer, sink);
        }
        let read = if kind == "text/html" { html::read } else { read_decoded };
        sink.within(part.body.start as u64, text.as_bytes(), |text, sink| note_failure(read(text, sink), sink));
    }

    fn member(&self, part: &Part, kind: &str, encoding: Encoding, sink: &mut Sink<'_>) {
        let name = part.file_name().unwrap_or_else(|| {
            let extension = match kind {
                "message/rfc822" => "eml",
                _ => kind.rsplit('/').next().unwrap_or("bin"),
            };
            format!("part-{}.{extension}", self.parts)
        });
        let range = part.body.start as u64..part.body.end as u64;
        if !range.is_empty() {
            sink.member(name.as_bytes(), range, &mut encoding.reader(&part.raw(self.bytes)));
        }
    }

    /// The parts between lines of the boundary (RFC 2046, section 5.1); what stands around them is text.
    fn multipart(&mut self, part: &Part, boundary: &str, depth: usize, sink: &mut Sink<'_>) {
        let delimiter = format!("--{boundary}").into_bytes();
        let (mut at, mut start, mut is_part, mut closed) = (part.body.start, part.body.start, false, false);
        while at <= part.body.end {
            let end = line_end(self.bytes, at, part.body.end);
            let line = self.bytes[at..end].trim_ascii_end();
            let rest = line.strip_prefix(&delimiter[..]).map(<[u8]>::trim_ascii);
            let is_end = at >= part.body.end;
            let is_delimiter = !closed && matches!(rest, Some(b"" | b"--"));
            if is_end || is_delimiter {
                let body = start..without_line_end(self.bytes, start, at);
                match is_part {
                    true => self.part(Part::parse(self.bytes, body), depth + 1, sink),
                    false => self.around(body, sink),
                }
                if is_end {
                    break;
                }
                (start, closed) = (end, rest == Some(b"--"));
                is_part = !closed;
            }
            // The next line that may be a delimiter.
            at = match closed {
                true => part.body.end,
                false => next_delimiter(self.bytes, end, part.body.end, &delimiter),
            };
        }
        if !closed && part.body.end == self.end {
            let end = self.end as u64;
            match ends_in_a_line(&self.bytes[part.body.clone()]) {
                // Some programs never write it.
                true => sink.note("the message ends without its last boundary"),
                false => sink.gap(end..end, Cause::Truncated, "the message ends before its last boundary"),
            }
        }
    }

    fn around(&self, range: Range<usize>, sink: &mut Sink<'_>) {
        if !self.bytes[range.clone()].trim_ascii().is_empty() {
            sink.within(range.start as u64, &self.bytes[range.clone()], |text, sink| note_failure(plain::read(text, sink), sink));
        }
    }
}

/// What a reader leaves is scanned.
fn note_failure(result: Result<(), Failure>, sink: &mut Sink<'_>) {
    if let Err(failure) = result {
        sink.note(failure.to_string());
    }
}

/// Does a body end as bodies do: behind a line, and not behind a full line of base64, which others follow?
fn ends_in_a_line(body: &[u8]) -> bool {
    let Some(rest) = body.strip_suffix(b"\n") else { return false };
    let mut lines = rest.rsplit(|b| *b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let (last, before) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let is_full = last.len() >= 60 && last.len() == before.len();
    !(is_full && last.iter().all(|b| is_standard_digit(*b)))
}

/// The line end before a delimiter belongs to it.
fn without_line_end(bytes: &[u8], start: usize, end: usize) -> usize {
    match &bytes[start..end] {
        [.., b'\r', b'\n'] => end - 2,
        [.., b'\n'] => end - 1,
        _ => end,
    }
}

fn next_delimiter(bytes: &[u8], from: usize, end: usize, delimiter: &[u8]) -> usize {
    let area = &bytes[from.min(end)..end];
    memchr::memmem::find_iter(area, delimiter).find(|n| *n == 0 || area[n - 1] == b'\n').map_or(end, |n| from + n)
}
