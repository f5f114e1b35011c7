//! A message of a store as a message of mail (RFC 5322, RFC 2045): what its properties say as text, its bodies and
//! attachments as parts in base64, so that no content can look like a border between parts.

use super::heap::{Heap, Properties, Value};
use super::store::{Node, Store};
use crate::format::mapi::{self, kind};
use crate::format::ole;
use crate::model::base64;
use std::collections::{BTreeMap, VecDeque};
use std::io::{Error, ErrorKind, Read};

/// Messages inside messages.
const DEPTH: usize = 8;
/// A value that is text is read whole.
const LONGEST_TEXT: usize = 64 << 20;
/// Bytes of a line of base64, before they are encoded.
const LINE: usize = 57;
/// The recipients of a message, as a node inside it.
const RECIPIENTS: u32 = 0x0692;
/// The code page of an HTML body.
const CODE_PAGE: u16 = 0x3FDE;

/// A piece of the message.
enum Piece {
    Text(Vec<u8>),
    /// Blocks of the store that are encoded as they are read.
    Blocks(Vec<u64>),
    /// Something of the message is not there.
    Missing(String),
}

/// Reads a message.
pub struct Message<'s, 'a> {
    store: &'s Store<'a>,
    pieces: VecDeque<Piece>,
    ready: VecDeque<u8>,
    /// Bytes of blocks that fill no line yet.
    rest: Vec<u8>,
}

impl<'s, 'a> Message<'s, 'a> {
    /// The message of a node, and its subject.
    pub fn new(store: &'s Store<'a>, id: u32, node: Node) -> (String, Self) {
        let mut message = Self { store, pieces: VecDeque::new(), ready: VecDeque::new(), rest: Vec::new() };
        let subject = message.compose(id, node, 0);
        (subject, message)
    }

    fn text(&mut self, text: impl Into<Vec<u8>>) {
        self.pieces.push_back(Piece::Text(text.into()));
    }

    fn missing(&mut self, words: String) {
        self.pieces.push_back(Piece::Missing(words));
    }

    /// Puts a message into pieces; gives its subject.
    fn compose(&mut self, id: u32, node: Node, depth: usize) -> String {
        let subnodes = self.store.subnodes(node.subnodes).unwrap_or_else(|words| {
            self.missing(words);
            BTreeMap::new()
        });
        let mut properties = match Heap::open(self.store, node, 0xBC) {
            Ok(heap) => heap.properties(&subnodes),
            Err(words) => {
                self.missing(words);
                Vec::new()
            }
        };
        properties.sort_by_key(|(number, ..)| (mapi::rank(*number), *number));
        let border = format!("=_{depth}_{id:x}");
        let subject = self.string(&properties, mapi::SUBJECT).unwrap_or_default();
        // Outlook marks the length of a prefix such as `RE:` by two characters.
        let subject = subject.strip_prefix('\u{1}').map_or(&subject[..], |rest| rest.get(1..).unwrap_or_default()).to_owned();
        for (name, number) in [("From", 0x0C1A), ("To", 0x0E04), ("Cc", 0x0E03), ("Bcc", 0x0E02)] {
            let value = self.string(&properties, number).unwrap_or_default();
            self.text(format!("{name}: {}\r\n", in_one_line(&value)));
        }
        self.text(format!("Subject: {}\r\nContent-Type: multipart/mixed; boundary=\"{border}\"\r\n\r\n", in_one_line(&subject)));
        self.words(&border, &properties, &subnodes);
        self.bodies(&border, &properties);
        for (id, attachment) in subnodes.iter().filter(|(id, _)| **id & 0x1F == 5) {
            self.attachment(&border, *id, *attachment, depth);
        }
        self.text(format!("--{border}--\r\n"));
        subject
    }

    fn string(&mut self, properties: &Properties, number: u16) -> Option<String> {
        let (_, kind, value) = properties.iter().find(|(own, kind, _)| *own == number && matches!(*kind, kind::STRING | kind::STRING_8))?;
        let bytes = self.bytes(value)?;
        mapi::text_of(*kind, &bytes)
    }

    /// All bytes of a value, where they are not too many.
    fn bytes(&mut self, value: &Value) -> Option<Vec<u8>> {
        let node = match value {
            Value::Bytes(bytes) => return Some(bytes.clone()),
            Value::Node(node) => *node,
        };
        let mut out = Vec::new();
        let read = self.store.leaves(node.data).and_then(|leaves| {
            leaves.iter().try_for_each(|leaf| {
                out.extend(self.store.block(*leaf)?);
                if out.len() > LONGEST_TEXT { Err(format!("a text is longer than {LONGEST_TEXT} bytes")) } else { Ok(()) }
            })
        });
        read.map_err(|words| self.missing(words)).ok().map(|()| out)
    }

    /// Every property that is a string, and the names and addresses of the recipients, as one part.
    fn words(&mut self, border: &str, properties: &Properties, subnodes: &BTreeMap<u32, Node>) {
        let mut out = String::new();
        for (_, kind, value) in properties.iter().filter(|(number, ..)| *number != mapi::BODY_HTML) {
            if matches!(kind & !kind::MULTIPLE, kind::STRING | kind::STRING_8)
                && let Some(bytes) = self.bytes(value)
                && let Some(text) = mapi::text_of(*kind, &bytes)
            {
                // Outlook marks prefixes of subjects by characters that no text has.
                out.extend(text.chars().map(|c| if c.is_control() && !c.is_whitespace() { ' ' } else { c }));
                out.push_str("\r\n");
            }
        }
        if let Some(recipients) = subnodes.get(&RECIPIENTS) {
            match Heap::open(self.store, *recipients, 0x7C) {
                Ok(heap) => heap.items().filter_map(printable).for_each(|text| {
                    out.push_str(&text);
                    out.push_str("\r\n");
                }),
                Err(words) => self.missing(words),
            }
        }
        self.part(border, "text/plain; charset=utf-8", None);
        self.encoded(out.as_bytes());
    }

    /// Bodies in HTML and RTF; the one in plain text is a string as any other.
    fn bodies(&mut self, border: &str, properties: &Properties) {
        let find = |number: u16| properties.iter().find(|(own, ..)| *own == number).cloned();
        if let Some((_, kind, value)) = find(mapi::BODY_HTML)
            && let Some(mut bytes) = self.bytes(&value)
        {
            let page = match find(CODE_PAGE) {
                Some((_, _, Value::Bytes(page))) => page.first_chunk().map_or(0, |b| u32::from_le_bytes(*b)),
                _ => 0,
            };
            let charset = match (kind, page) {
                (kind::STRING, _) | (_, 65001) => "; charset=utf-8".to_owned(),
                (_, page @ 1250..=1258) => format!("; charset=windows-{page}"),
                (_, 28591..=28606) => format!("; charset=iso-8859-{}", page - 28590),
                _ => String::new(),
            };
            if kind == kind::STRING {
                bytes = mapi::text_of(kind, &bytes).unwrap_or_default().into_bytes();
            }
            self.part(border, &format!("text/html{charset}"), None);
            self.encoded(&bytes);
        }
        if let Some((_, kind::BINARY, value)) = find(mapi::BODY_RTF)
            && let Some(bytes) = self.bytes(&value)
        {
            match ole::decompressed_rtf(&bytes) {
                Some(rtf) => {
                    self.part(border, "application/rtf", Some("body.rtf"));
                    self.encoded(&rtf);
                }
                None => self.missing("the compressed body is broken".to_owned()),
            }
        }
    }

    fn attachment(&mut self, border: &str, id: u32, node: Node, depth: usize) {
        let subnodes = self.store.subnodes(node.subnodes);
        let opened = subnodes.and_then(|subnodes| Ok(Heap::open(self.store, node, 0xBC)?.properties(&subnodes)));
        let properties = match opened {
            Ok(properties) => properties,
            Err(words) => return self.missing(words),
        };
        let names = [mapi::ATTACHED_LONG_NAME, mapi::ATTACHED_NAME, mapi::NAME];
        let name = names.into_iter().find_map(|number| self.string(&properties, number)).filter(|name| !name.trim().is_empty());
        let name = name.unwrap_or_else(|| format!("attachment-{id:x}"));
        let Some((_, kind, value)) = properties.iter().find(|(number, ..)| *number == mapi::ATTACHED_DATA) else {
            // A link to a file elsewhere: its strings say where.
            let strings: Vec<String> = properties
                .iter()
                .filter_map(|(_, kind, value)| match value {
                    Value::Bytes(bytes) => mapi::text_of(*kind, bytes),
                    Value::Node(_) => None,
                })
                .collect();
            self.part(border, "text/plain; charset=utf-8", None);
            return self.encoded(strings.join("\r\n").as_bytes());
        };
        match (kind, value) {
            (_, Value::Bytes(bytes)) => {
                self.part(border, "application/octet-stream", Some(&name));
                self.encoded(bytes);
            }
            (&kind::OBJECT, Value::Node(inner)) if depth < DEPTH => {
                self.text(format!("--{border}\r\nContent-Type: message/rfc822; name=\"{}\"\r\n\r\n", quoted(&name)));
                self.compose(id, *inner, depth + 1);
            }
            (_, Value::Node(inner)) => {
                self.part(border, "application/octet-stream", Some(&name));
                match self.store.leaves(inner.data) {
                    Ok(leaves) => self.pieces.push_back(Piece::Blocks(leaves)),
                    Err(words) => self.missing(words),
                }
                self.text("\r\n");
            }
        }
    }

    /// Begins a part in base64.
    fn part(&mut self, border: &str, kind: &str, name: Option<&str>) {
        let name = name.map_or_else(String::new, |name| format!("Content-Disposition: attachment; filename=\"{}\"\r\n", quoted(name)));
        self.text(format!("--{border}\r\nContent-Type: {kind}\r\n{name}Content-Transfer-Encoding: base64\r\n\r\n"));
    }

    fn encoded(&mut self, bytes: &[u8]) {
        let mut out = Vec::with_capacity(bytes.len() / 3 * 4 + bytes.len() / LINE * 2 + 8);
        bytes.chunks(LINE).for_each(|line| base64_line(line, &mut out));
        self.text(out);
    }
}

impl Read for Message<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.ready.is_empty() {
            let mut lines = Vec::new();
            match self.pieces.pop_front() {
                Some(Piece::Text(text)) => lines = text,
                Some(Piece::Missing(words)) => {
                    // What follows is read by those who go on after the error; nobody does.
                    return Err(Error::new(ErrorKind::InvalidData, words));
                }
                Some(Piece::Blocks(mut leaves)) => {
                    let is_last = leaves.len() <= 1;
                    if !leaves.is_empty() {
                        let block = self.store.block(leaves.remove(0)).map_err(|words| Error::new(ErrorKind::InvalidData, words))?;
                        self.rest.extend(block);
                    }
                    let whole = if is_last { self.rest.len() } else { self.rest.len() / LINE * LINE };
                    self.rest.drain(..whole).collect::<Vec<_>>().chunks(LINE).for_each(|line| base64_line(line, &mut lines));
                    if !is_last {
                        self.pieces.push_front(Piece::Blocks(leaves));
                    }
                }
                None => return Ok(0),
            }
            self.ready.extend(lines);
        }
        self.ready.read(out)
    }
}

/// One line of base64.
fn base64_line(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend(base64(bytes).bytes());
    out.extend(b"\r\n");
}

fn in_one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn quoted(name: &str) -> String {
    in_one_line(name).replace('\\', "\\\\").replace('"', "\\\"")
}

/// An item of a heap that is text: UTF-16, or 8 bits.
fn printable(item: &[u8]) -> Option<String> {
    let is_text = |text: &str| text.chars().count() > 1 && !text.contains(|c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER);
    let wide = item.len().is_multiple_of(2) && item.chunks_exact(2).filter(|pair| pair[1] == 0).count() * 4 > item.len();
    let text = mapi::text_of(if wide { kind::STRING } else { kind::STRING_8 }, item)?;
    is_text(&text).then_some(text)
}
