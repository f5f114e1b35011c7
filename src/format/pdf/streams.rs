//! Streams that no page shows: forms of annotations and patterns, metadata, embedded files, fonts,
//! pictures, and the content of damaged documents.

use super::content::{Fonts, Interpreter, is_content};
use super::file::{File, Place};
use super::filter::Decoded;
use super::object::{Dictionary, Object};
use super::pages::{data_of, push};
use super::picture;
use crate::format::Sink;
use crate::model::Class;
use std::collections::HashMap;

/// Reads all streams that are not done with.
pub fn read(file: &File<'_>, done: &mut [bool], sink: &mut Sink<'_>) {
    let names = names_of_files(file);
    let mut fonts = Fonts::new();
    for (i, entry) in file.entries.iter().enumerate() {
        if sink.stopped() {
            return;
        }
        if done[i] || data_of(entry).is_none() {
            continue;
        }
        done[i] = true;
        if let Object::Dictionary(d) = file.object(entry) {
            one(file, i, &d, &names, &mut fonts, sink);
        }
    }
}

fn one(file: &File<'_>, at: usize, d: &Dictionary, names: &HashMap<u32, Vec<u8>>, fonts: &mut Fonts, sink: &mut Sink<'_>) {
    let entry = &file.entries[at];
    let Some(range) = data_of(entry) else { return };
    if d.is("Subtype", "Image") {
        let filters = file.array(d, "Filter");
        let is_fax = filters.iter().any(|f| matches!(file.resolve(f).name(), Some(b"CCITTFaxDecode" | b"CCF" | b"JBIG2Decode")));
        let drawn_as_text = is_fax && d.get("ImageMask") != Some(&Object::Bool(true));
        return match drawn_as_text {
            // A fax that no page shows, or that a page shows beside its text, is still a picture of text.
            true => picture::unread(file, at, range, "fax", format!("picture {} of a fax", entry.number), sink),
            false => sink.cover(range, Class::Opaque),
        };
    }
    if d.is("Type", "XRef") || d.get("FunctionType").is_some() || d.get("ShadingType").is_some() {
        return sink.cover(range, Class::Structure);
    }
    if d.is("Type", "ObjStm") {
        return sink.cover(range, Class::Read);
    }
    let is_font = d.get("Length1").is_some()
        || d.get("Subtype").and_then(Object::name).is_some_and(|n| matches!(n, b"Type1C" | b"CIDFontType0C" | b"OpenType"));
    if is_font {
        return sink.cover(range, Class::Opaque);
    }
    let Decoded { bytes, picture, defect } = file.decode(entry, d);
    let form = d.is("Subtype", "Form") || d.get("PatternType").is_some();
    let embedded = d.is("Type", "EmbeddedFile") || names.contains_key(&entry.number);
    if let Some((cause, detail)) = &defect {
        sink.gap(range.clone(), *cause, format!("stream {}: {detail}", entry.number));
    }
    if !embedded && (form || picture.is_none() && is_content(&bytes)) {
        let resources = file.dictionary(d, "Resources");
        let shown = Interpreter::new(file, fonts).run(&bytes, &resources);
        push(&shown, range.start, sink);
        return sink.cover(range, Class::Read);
    }
    let is_code_map = memchr::memmem::find(&bytes, b"begincmap").is_some();
    let is_profile = bytes.get(36..40) == Some(b"acsp");
    if !embedded && (is_code_map || bytes.is_empty()) {
        return sink.cover(range, Class::Structure);
    }
    if !embedded && is_profile {
        return sink.cover(range, Class::Opaque);
    }
    let name = names.get(&entry.number).cloned().unwrap_or_else(|| {
        let kind = d.get("Type").and_then(Object::name).unwrap_or(b"stream");
        format!("{}-{}", String::from_utf8_lossy(kind), entry.number).into_bytes()
    });
    sink.member(&name, range, &mut &bytes[..]);
}

/// Names of embedded files by the numbers of their streams (7.11.3).
fn names_of_files(file: &File<'_>) -> HashMap<u32, Vec<u8>> {
    let mut out = HashMap::new();
    for entry in &file.entries {
        if let Place::Direct { data: Some(_), .. } = entry.place {
            continue;
        }
        find_names(file, &file.object(entry), &mut out);
    }
    out
}

fn find_names(file: &File<'_>, object: &Object, out: &mut HashMap<u32, Vec<u8>>) {
    match object {
        Object::Dictionary(d) => {
            if let Some(Object::Dictionary(streams)) = d.get("EF").map(|o| file.resolve(o)) {
                let name = ["UF", "F", "Unix", "DOS"].iter().find_map(|key| match d.get(key).map(|o| file.resolve(o)) {
                    Some(Object::String(s)) => Some(super::strings::decode(&s).map_or(s, String::into_bytes)),
                    _ => None,
                });
                for (_, stream) in &streams.0 {
                    if let (Object::Reference(number), Some(name)) = (stream, &name) {
                        out.insert(*number, name.clone());
                    }
                }
            }
            d.0.iter().for_each(|(_, value)| find_names(file, value, out));
        }
        Object::Array(items) => items.iter().for_each(|item| find_names(file, item, out)),
        Object::Null | Object::Bool(_) | Object::Number(_) | Object::Name(_) | Object::String(_) | Object::Reference(_) => {}
    }
}
