//! Messages of Outlook (MS-OXMSG): properties in streams named by their tags, recipients and attachments in
//! storages. A message inside a message is read as part of it.

use super::compound::{Compound, Content, Stream};
use crate::format::{Sink, mapi};
use crate::model::Class;

/// The tag of a property's stream: its number and its type.
fn tag(name: &str) -> Option<(u16, u16)> {
    let digits = name.strip_prefix("__substg1.0_").filter(|d| d.is_ascii() && d.len() >= 8)?;
    Some((u16::from_str_radix(&digits[..4], 16).ok()?, u16::from_str_radix(&digits[4..8], 16).ok()?))
}

/// Is this the stream of a property?
pub fn is_property(stream: &Stream) -> bool {
    tag(&stream.name).is_some() || stream.name == "__properties_version1.0"
}

/// Reads the property streams of all messages of the file: text first, then attachments.
pub fn read(file: &mut Compound<'_>, streams: &[Stream], sink: &mut Sink<'_>) {
    let mut order: Vec<&Stream> = streams.iter().filter(|s| is_property(s)).collect();
    let rank = |s: &Stream| tag(&s.name).map_or(usize::MAX, |(number, _)| mapi::rank(number));
    order.sort_by(|a, b| (&a.folder, rank(a), &a.name).cmp(&(&b.folder, rank(b), &b.name)));
    let mut folder = None;
    for stream in &order {
        if sink.stopped() {
            return;
        }
        // Sender, recipients and body of one message are one text; each recipient and attachment has its own.
        if folder.replace(&stream.folder) != Some(&stream.folder) {
            sink.border();
        }
        let content = file.read(stream);
        let name = attachment_name(file, streams, stream);
        property(stream, &content, &name, sink);
        if !content.whole {
            let at = content.offset();
            sink.gap(at..at, crate::model::Cause::Truncated, format!("{}: not all of it is there", stream.name));
        }
    }
}

fn property(stream: &Stream, content: &Content, name: &str, sink: &mut Sink<'_>) {
    let Some((number, kind)) = tag(&stream.name) else { return content.cover(Class::Structure, sink) };
    if stream.folder.iter().any(|f| f.starts_with("__nameid")) {
        return content.cover(Class::Structure, sink);
    }
    if (number, kind) == (mapi::ATTACHED_DATA, mapi::kind::BINARY) {
        return content.whole_member(name, sink);
    }
    // Other binary properties are left to the scan.
    if mapi::push(number, kind, &content.bytes, content.offset(), sink) {
        content.cover(Class::Read, sink);
    }
}

fn attachment_name(file: &mut Compound<'_>, streams: &[Stream], data: &Stream) -> String {
    if tag(&data.name) != Some((mapi::ATTACHED_DATA, mapi::kind::BINARY)) {
        return String::new();
    }
    let find = |number: u16| streams.iter().find(|s| s.folder == data.folder && tag(&s.name).is_some_and(|t| t.0 == number));
    let named = [mapi::ATTACHED_LONG_NAME, mapi::ATTACHED_NAME, mapi::NAME].into_iter().find_map(find).cloned();
    let text = named.and_then(|stream| mapi::text_of(tag(&stream.name)?.1, &file.read(&stream).bytes));
    text.unwrap_or_else(|| data.folder.last().cloned().unwrap_or_default())
}
