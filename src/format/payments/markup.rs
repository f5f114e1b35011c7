//! Tokens of XML and of the SGML that OFX 1 is written in, straight from the bytes.
//!
//! Made for evidence rather than for well-formed documents: every ASCII-compatible encoding is taken
//! byte by byte, nothing is remembered between tokens, end tags need no match, and whatever is broken
//! comes out as text, once. (A validating pull parser stops at the first error and keeps the names of
//! all open elements.)

use crate::format::{At, Sink};
use encoding_rs::Encoding;
use memchr::{memchr, memmem};
use std::borrow::Cow;

/// One token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A start tag; names are without their prefix.
    Start {
        /// Name of the element.
        name: &'a [u8],
        /// Everything between the name and the end of the tag.
        attributes: &'a [u8],
        /// It closes itself.
        empty: bool,
    },
    /// An end tag.
    End(&'a [u8]),
    /// Character data, references not resolved.
    Text(&'a [u8]),
    /// A CDATA section's content.
    Verbatim(&'a [u8]),
    /// Comment, processing instruction, declaration: its content.
    Aside(&'a [u8]),
    /// Markup that does not end before the input does.
    Broken(&'a [u8]),
}

/// Splits bytes into tokens.
pub(super) struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    /// The tokens from a place on.
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    /// Where the next token begins.
    pub(super) fn place(&self) -> usize {
        self.at
    }

    /// Everything up to the end of `pattern`, without it; the whole rest where it is missing.
    fn upto(&mut self, skip: usize, pattern: &[u8], wrap: fn(&'a [u8]) -> Token<'a>) -> Token<'a> {
        let rest = &self.bytes[self.at..];
        match rest.get(skip..).and_then(|inner| memmem::find(inner, pattern)) {
            Some(end) => {
                self.at += skip + end + pattern.len();
                wrap(&rest[skip..skip + end])
            }
            None => self.broken(),
        }
    }

    fn broken(&mut self) -> Token<'a> {
        let rest = &self.bytes[self.at..];
        self.at = self.bytes.len();
        Token::Broken(rest)
    }

    fn tag(&mut self) -> Token<'a> {
        let rest = &self.bytes[self.at..];
        let Some(end) = tag_end(rest) else { return self.broken() };
        self.at += end + 1;
        let inner = &rest[1..end];
        if let Some(name) = inner.strip_prefix(b"/") {
            return Token::End(local(name.trim_ascii()));
        }
        let (inner, empty) = inner.strip_suffix(b"/").map_or((inner, false), |inner| (inner, true));
        let len = inner.iter().position(u8::is_ascii_whitespace).unwrap_or(inner.len());
        Token::Start { name: local(&inner[..len]), attributes: inner[len..].trim_ascii(), empty }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = (usize, Token<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.at;
        let rest = self.bytes.get(at..).filter(|rest| !rest.is_empty())?;
        let token = match rest {
            [b'<', b'!', b'-', b'-', ..] => self.upto(4, b"-->", Token::Aside),
            [b'<', b'!', b'[', b'C', b'D', b'A', b'T', b'A', b'[', ..] => self.upto(9, b"]]>", Token::Verbatim),
            [b'<', b'?', ..] => self.upto(2, b">", Token::Aside),
            [b'<', b'!', ..] => match doctype_end(rest) {
                Some(end) => {
                    self.at += end + 1;
                    Token::Aside(&rest[2..end])
                }
                None => self.broken(),
            },
            [b'<', next, ..] if is_name_start(*next) || *next == b'/' => self.tag(),
            _ => {
                // A lone `<` is text.
                let len = memchr(b'<', &rest[1..]).map_or(rest.len(), |i| i + 1);
                self.at += len;
                Token::Text(&rest[..len])
            }
        };
        Some((at, token))
    }
}

fn is_name_start(b: u8) -> bool {
    b.is_ascii_alphabetic() || b == b'_' || b == b':' || b >= 0x80
}

fn local(name: &[u8]) -> &[u8] {
    memchr(b':', name).map_or(name, |i| &name[i + 1..])
}

/// The `>` that ends a tag: not one inside a quoted value.
fn tag_end(tag: &[u8]) -> Option<usize> {
    let end = memchr(b'>', tag)?;
    if memchr::memchr2(b'"', b'\'', &tag[..end]).is_none() {
        return Some(end);
    }
    let mut quote = None;
    // A quote that is never closed would swallow the document: such a tag ends at its first `>`.
    for (i, &b) in tag.iter().enumerate().take(end + MAX_TAG) {
        match quote {
            None if b == b'>' => return Some(i),
            None if b == b'"' || b == b'\'' => quote = Some(b),
            Some(open) if b == open => quote = None,
            _ => {}
        }
    }
    Some(end)
}

/// How long the internal subset of a document type declaration may be.
const MAX_SUBSET: usize = 64 << 10;
/// How far behind its first `>` a tag is followed.
const MAX_TAG: usize = 1 << 10;

/// The `>` that ends a document type declaration, after its internal subset.
fn doctype_end(tag: &[u8]) -> Option<usize> {
    let end = memchr(b'>', tag)?;
    match memchr(b'[', &tag[..end]) {
        Some(open) => memmem::find(&tag[open..tag.len().min(open + MAX_SUBSET)], b"]>").map(|i| open + i + 1).or(Some(end)),
        None => Some(end),
    }
}

/// How the bytes of a document become text.
#[derive(Clone, Copy)]
pub(super) struct Decoder {
    /// For bytes that are not UTF-8.
    fallback: &'static Encoding,
    /// Bytes of the item per character where the text was transcoded before; the offset then says
    /// where the token begins.
    transcoded: bool,
}

impl Decoder {
    /// After the document's own declaration; UTF-8 wherever the bytes are UTF-8.
    pub(super) fn of(head: &[u8]) -> Self {
        let label = declared_encoding(head).unwrap_or_default();
        let fallback =
            Encoding::for_label(label).filter(|e| e.is_ascii_compatible() && *e != encoding_rs::UTF_8).unwrap_or(encoding_rs::WINDOWS_1252);
        Self { fallback, transcoded: false }
    }

    /// For text that was transcoded to UTF-8.
    pub(super) fn transcoded() -> Self {
        Self { fallback: encoding_rs::WINDOWS_1252, transcoded: true }
    }

    /// The text of a token's bytes.
    pub(super) fn decode<'b>(&self, bytes: &'b [u8]) -> Cow<'b, str> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => self.fallback.decode_without_bom_handling(bytes).0,
        }
    }

    /// Hands out text at its offset.
    pub(super) fn push(&self, sink: &mut Sink<'_>, bytes: &[u8], offset: u64) {
        match std::str::from_utf8(bytes) {
            Ok(text) if !self.transcoded => sink.text(text, At::Utf8(offset)),
            Ok(text) => sink.text(text, At::Decoded(offset)),
            Err(_) if self.fallback.is_single_byte() => sink.text(&self.decode(bytes), At::Chars(offset, 1)),
            Err(_) => sink.text(&self.decode(bytes), At::Decoded(offset)),
        }
    }

    /// Hands out character data with its references resolved, and appends it to `value` as long as that
    /// stays below `limit` bytes.
    pub(super) fn character_data(&self, sink: &mut Sink<'_>, bytes: &[u8], offset: u64, value: &mut String, limit: usize) {
        let mut rest = bytes;
        let mut at = offset;
        while !rest.is_empty() {
            let len = memchr(b'&', rest).unwrap_or(rest.len());
            if len > 0 {
                self.push(sink, &rest[..len], at);
                if value.len() + len <= limit {
                    value.push_str(&self.decode(&rest[..len]));
                }
                at = self.advance(at, len);
                rest = &rest[len..];
                continue;
            }
            let (len, resolved) = reference(rest);
            match resolved {
                Some(c) => {
                    let mut utf8 = [0; 4];
                    let text = c.encode_utf8(&mut utf8);
                    sink.text(text, At::Decoded(at));
                    if value.len() + text.len() <= limit {
                        value.push_str(text);
                    }
                }
                None => {
                    self.push(sink, &rest[..len], at);
                    if value.len() + len <= limit {
                        value.push_str(&self.decode(&rest[..len]));
                    }
                }
            }
            at = self.advance(at, len);
            rest = &rest[len..];
        }
    }

    /// The offset so many bytes behind another.
    pub(super) fn advance(&self, at: u64, len: usize) -> u64 {
        if self.transcoded { at } else { at + len as u64 }
    }
}

/// The value of `encoding="…"` in an XML declaration.
fn declared_encoding(head: &[u8]) -> Option<&[u8]> {
    let head = head.get(..head.len().min(256))?;
    let declaration = &head[..memmem::find(head, b"?>")?];
    let value = declaration[memmem::find(declaration, b"encoding")? + 8..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let quote = *value.first()?;
    let value = &value[1..];
    Some(&value[..memchr(quote, value)?])
}

/// A reference at the start of `rest`: its length and character. One that resolves to nothing is
/// text, `&` first.
fn reference(rest: &[u8]) -> (usize, Option<char>) {
    let Some(end) = rest.iter().take(12).position(|&b| b == b';') else { return (1, None) };
    let c = match &rest[1..end] {
        b"amp" => Some('&'),
        b"lt" => Some('<'),
        b"gt" => Some('>'),
        b"quot" => Some('"'),
        b"apos" => Some('\''),
        b"nbsp" => Some(' '),
        [b'#', b'x' | b'X', hex @ ..] => {
            std::str::from_utf8(hex).ok().and_then(|h| u32::from_str_radix(h, 16).ok()).and_then(char::from_u32)
        }
        [b'#', decimal @ ..] => std::str::from_utf8(decimal).ok().and_then(|d| d.parse().ok()).and_then(char::from_u32),
        _ => None,
    };
    match c {
        Some(c) => (end + 1, Some(c)),
        None => (1, None),
    }
}

/// The byte order of a document in UTF-16, by its mark or its first characters, and the mark's length.
pub(super) fn utf16(head: &[u8]) -> Option<(&'static Encoding, usize)> {
    match head {
        [0xFF, 0xFE, ..] => Some((encoding_rs::UTF_16LE, 2)),
        [0xFE, 0xFF, ..] => Some((encoding_rs::UTF_16BE, 2)),
        [b'<', 0, b, 0, ..] if *b != 0 => Some((encoding_rs::UTF_16LE, 0)),
        [0, b'<', 0, b, ..] if *b != 0 => Some((encoding_rs::UTF_16BE, 0)),
        _ => None,
    }
}

/// Calls `take` with every token of a document and its offset; a document in UTF-16 goes through a
/// window of bounded size. `take` returns false to stop.
pub(super) fn for_each(bytes: &[u8], mut take: impl FnMut(Decoder, u64, Token<'_>) -> bool) {
    let Some((encoding, mark)) = utf16(bytes) else {
        let start = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        let decoder = Decoder::of(&bytes[start..]);
        for (at, token) in Tokens::new(bytes, start) {
            if !take(decoder, at as u64, token) {
                return;
            }
        }
        return;
    };
    const WINDOW: usize = 64 << 10;
    let decoder = Decoder::transcoded();
    // Two bytes a character: the offset of a token is that of its first character.
    let mut window = String::new();
    let mut offset = mark as u64;
    let mut at = mark;
    while at < bytes.len() || !window.is_empty() {
        let end = (at + WINDOW).min(bytes.len());
        let last = end == bytes.len();
        let end = if last { end } else { whole_characters(&bytes[..end], encoding) };
        window.push_str(&encoding.decode_without_bom_handling(&bytes[at..end]).0);
        at = end;
        let mut tokens = Tokens::new(window.as_bytes(), 0);
        let mut done = 0;
        while let Some((place, token)) = tokens.next() {
            let cut = tokens.place() == window.len();
            // What reaches the window's end may go on behind it; without end it is let go at some size.
            if cut && !last && window.len() < 16 * WINDOW {
                break;
            }
            offset += utf16_bytes(&window[done..place]);
            done = place;
            if !take(decoder, offset, token) {
                return;
            }
            offset += utf16_bytes(&window[place..tokens.place()]);
            done = tokens.place().max(done);
        }
        window.drain(..done);
        if last {
            return;
        }
    }
}

fn utf16_bytes(text: &str) -> u64 {
    2 * text.encode_utf16().count() as u64
}

/// The end of the last whole character of UTF-16 bytes: not between the halves of a pair.
fn whole_characters(bytes: &[u8], encoding: &'static Encoding) -> usize {
    let even = bytes.len() & !1;
    match bytes[..even] {
        [.., a, b] => {
            let high = if encoding == encoding_rs::UTF_16LE { b } else { a };
            if (0xD8..0xDC).contains(&high) { even - 2 } else { even }
        }
        _ => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        Tokens::new(text.as_bytes(), 0)
            .map(|(at, token)| {
                format!(
                    "{at}{}",
                    match token {
                        Token::Start { name, attributes, empty } =>
                            format!("<{} {}{}>", name.escape_ascii(), attributes.escape_ascii(), if empty { "/" } else { "" }),
                        Token::End(name) => format!("</{}>", name.escape_ascii()),
                        Token::Text(text) => format!("[{}]", text.escape_ascii()),
                        Token::Verbatim(text) => format!("C[{}]", text.escape_ascii()),
                        Token::Aside(text) => format!("A[{}]", text.escape_ascii()),
                        Token::Broken(text) => format!("B[{}]", text.escape_ascii()),
                    }
                )
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn tokens_of_markup() {
        assert_eq!(shown("<?xml?><p:a x=\">\">t</p:a><b/>"), "0A[xml?] 7<a x=\\\">\\\"> 18[t] 19</a> 25<b />");
        assert_eq!(shown("<!--<a>--><![CDATA[<b>]]>x < y"), "0A[<a>] 10C[<b>] 25[x ] 27[< y]");
        assert_eq!(shown("<a>1<!-- open <a>"), "0<a > 3[1] 4B[<!-- open <a>]");
        assert_eq!(shown("<!DOCTYPE a [<!ENTITY b \"c\">]><a"), "0A[DOCTYPE a [<!ENTITY b \\\"c\\\">]] 30B[<a]");
    }

    #[test]
    fn utf16_is_read_through_a_window() {
        let text = format!("<a>{}</a><b>Ünïcode 𝄞</b>", "x<c>y</c>".repeat(30_000));
        let mut bytes = vec![0xFF, 0xFE];
        text.encode_utf16().for_each(|u| bytes.extend(u.to_le_bytes()));
        let (mut seen, mut last) = (String::new(), 0);
        for_each(&bytes, |decoder, at, token| {
            if let Token::Text(text) = token {
                seen.push_str(&decoder.decode(text));
                last = at;
            }
            true
        });
        assert_eq!(seen, format!("{}Ünïcode 𝄞", "xy".repeat(30_000)));
        assert_eq!(last as usize, 2 + 2 * text.find("Ünï").unwrap());
    }
}
