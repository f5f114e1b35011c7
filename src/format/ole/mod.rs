//! Compound files of OLE (MS-CFB): Word, Excel, PowerPoint and Outlook as they were before Open XML. What is
//! in no stream that is understood stays uncovered, sectors of no stream too.

mod biff;
mod compound;
mod doc;
mod formula;
mod macros;
mod msg;
mod pictures;
mod ppt;
mod properties;
mod rtf_compressed;
#[cfg(test)]
mod tests;
mod xls;

use crate::format::{Failure, Format, PassageKind, Probe, Runs, Sink};
use crate::model::{Cause, Class};
use compound::{Compound, Content, Stream};
pub(in crate::format) use formula::{Literal, texts as formula_texts};
pub(in crate::format) use rtf_compressed::decode as decompressed_rtf;
pub(in crate::format) use xls::rk as short_number;

/// DOC, XLS, PPT, MSG and other compound files.
pub static FORMAT: Format = Format {
    name: "ole",
    media_type: "application/x-ole-storage",
    recognise: |probe: &Probe<'_>| probe.head.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"),
    read,
    runs: Runs::Fenced,
    version: 6,
    limitations: &[
        "encrypted documents are gaps",
        "Word before 97 is read without its notes and headers; Excel before 5 and PowerPoint before 97 are scanned",
        "streams of other applications are scanned",
    ],
};

/// Streams in pieces that nobody understands are handed on whole, so that what runs from one piece into the
/// next is found; those of this many bytes and more.
const WHOLE: usize = 64;

/// Reads a compound file.
pub fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let mut file = Compound::open(bytes, sink)?;
    sink.kind(PassageKind::Prose);
    let streams = file.streams.clone();
    if streams.iter().any(|s| s.name == "__properties_version1.0") {
        msg::read(&mut file, &streams, sink);
    }
    for stream in &streams {
        if sink.stopped() {
            return Ok(());
        }
        if !msg::is_property(stream) {
            one(&mut file, &streams, stream, sink);
        }
    }
    Ok(())
}

fn one(file: &mut Compound<'_>, streams: &[Stream], stream: &Stream, sink: &mut Sink<'_>) {
    let content = file.read(stream);
    let at = content.offset();
    if !content.whole {
        sink.gap(at..at, Cause::Truncated, format!("{}: not all of it is there", stream.name));
    }
    sink.border();
    let beside = |file: &mut Compound<'_>, name: &str| {
        let found = streams.iter().find(|s| s.folder == stream.folder && s.name == name).cloned();
        found.map(|s| file.read(&s))
    };
    let result = match &stream.name[..] {
        "WordDocument" => {
            let tables = [beside(file, "0Table"), beside(file, "1Table")];
            doc::push(&content, [tables[0].as_ref(), tables[1].as_ref()], sink)
        }
        "Workbook" | "Book" => xls::push(&content, sink),
        "PowerPoint Document" => match ppt::push(&content, sink) {
            (true, _) => Err((Cause::Encrypted, "the presentation is encrypted")),
            (false, end) if content.bytes[end..].iter().any(|b| *b != 0) => {
                Err((Cause::Corrupt, "the records of the presentation end before it does"))
            }
            (false, _) => Ok(()),
        },
        "EncryptedPackage" => Err((Cause::Encrypted, "the document is encrypted")),
        "\u{5}SummaryInformation" | "\u{5}DocumentSummaryInformation" => {
            properties::push(&content, sink);
            Ok(())
        }
        "\u{1}Ole10Native" => return embedded(&content, sink),
        "Package" | "CONTENTS" | "\u{1}Ole10ItemName" => return content.whole_member(&path(stream), sink),
        _ => return other(stream, &content, sink),
    };
    sink.kind(PassageKind::Prose);
    sink.border();
    pictures::cover(&content, sink);
    match result {
        // They covered their texts.
        Ok(()) if matches!(&stream.name[..], "WordDocument" | "PowerPoint Document") => {}
        Ok(()) => content.cover(Class::Read, sink),
        Err((Cause::Encrypted, detail)) => {
            for piece in &content.pieces {
                sink.gap(piece.clone(), Cause::Encrypted, detail);
            }
        }
        // What is left of a damaged stream is scanned.
        Err((cause, detail)) => sink.gap(at..at, cause, format!("{}: {detail}", stream.name)),
    }
}

fn path(stream: &Stream) -> String {
    let names = stream.folder.iter().chain([&stream.name]);
    names.map(|name| name.replace(|c: char| c.is_control(), "")).collect::<Vec<_>>().join("/")
}

fn other(stream: &Stream, content: &Content, sink: &mut Sink<'_>) {
    if stream.folder.iter().any(|f| f.eq_ignore_ascii_case("VBA"))
        && let Some(source) = macros::source(&content.bytes)
    {
        sink.text(&source, crate::format::At::Decoded(content.offset()));
        return content.cover(Class::Read, sink);
    }
    if pictures::cover(content, sink) == 0 && content.pieces.len() > 1 && content.bytes.len() >= WHOLE {
        content.whole_member(&path(stream), sink);
    }
}

/// A file that was put into a document (MS-OLEDS 2.3.6, as Windows packs it): names, then the file.
fn embedded(content: &Content, sink: &mut Sink<'_>) {
    let bytes = &content.bytes;
    let string = |at: usize| {
        let rest = bytes.get(at..)?;
        let end = memchr::memchr(0, rest)?;
        Some((String::from_utf8_lossy(&rest[..end]).into_owned(), at + end + 1))
    };
    let parse = || {
        let (label, at) = string(6)?;
        let (_, at) = string(at)?;
        let path_length = bytes.get(at + 4..)?.first_chunk().map(|b| u32::from_le_bytes(*b) as usize)?;
        let at = at.checked_add(8)?.checked_add(path_length)?;
        let length = bytes.get(at..)?.first_chunk().map(|b| u32::from_le_bytes(*b) as usize)?;
        let data = at + 4..at.checked_add(4)?.checked_add(length)?;
        bytes.get(data.clone())?;
        Some((label, data))
    };
    let Some((label, data)) = parse() else { return content.whole_member("Ole10Native", sink) };
    content.member(&label, data.clone(), &mut &bytes[data], sink);
}
