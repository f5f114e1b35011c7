//! A lenient, streaming lexer for XML 1.0 and HTML. It never fails on malformed markup: what is no
//! markup is text. Its memory is bounded: long text, comments and scripts come in several pieces.

pub use super::attribute::{attribute, attributes, local};
use super::encoding::declared;
use memchr::{memchr, memchr2, memmem};
use std::io::{self, Read};
use std::ops::Range;

/// Read from the source at once.
const CHUNK: usize = 64 << 10;
/// Longer tags are text; longer text comes in pieces.
const MAX_TOKEN: usize = 64 << 10;

/// A piece of markup. All but names are as they stand, references not decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// Text between tags, or a piece of it.
    Text(&'a str),
    /// Text in which references are not decoded: CDATA, script, style; or a piece of it.
    Raw(&'a str),
    /// A start tag: qualified name, attributes, and whether it ends its element too.
    Start(&'a str, &'a str, bool),
    /// An end tag.
    End(&'a str),
    /// A comment, instruction or document type, or a piece of it.
    Aside(&'a str),
}

/// What the lexer is inside of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    Comment,
    Cdata,
    Instruction,
    Doctype,
    Subset,
    Script,
    Style,
}

enum Kind {
    Text,
    Raw,
    Start { name: usize, empty: bool },
    End,
    Aside,
}

/// Cuts markup into tokens.
pub struct Lexer<R> {
    source: R,
    decoder: Option<encoding_rs::Decoder>,
    html: bool,
    /// What is read from the source at once.
    chunk: Vec<u8>,
    buffer: String,
    at: usize,
    /// Place of the buffer's start in the decoded text.
    base: u64,
    ended: bool,
    inside: Option<Inside>,
    /// Up to here no quote closes; tags before it end at the first `>`.
    unquoted_to: u64,
    open: u64,
    unclosed: bool,
}

impl<'a> Lexer<&'a [u8]> {
    /// A lexer over text that is decoded already.
    pub fn of_text(text: &'a str, html: bool) -> Self {
        Lexer { decoder: Some(encoding_rs::UTF_8.new_decoder_without_bom_handling()), ..Lexer::new(text.as_bytes(), html) }
    }
}

impl<R: Read> Lexer<R> {
    /// A lexer over bytes, whose encoding is that of the byte order mark, the declaration, or UTF-8.
    pub fn new(source: R, html: bool) -> Self {
        let (chunk, buffer) = (Vec::new(), String::new());
        Self {
            source,
            decoder: None,
            html,
            chunk,
            buffer,
            at: 0,
            base: 0,
            ended: false,
            inside: None,
            unquoted_to: 0,
            open: 0,
            unclosed: false,
        }
    }

    /// After the last token: does the document end inside an element, tag, comment or the like?
    pub fn is_cut_off(&self) -> bool {
        self.unclosed || self.open > 0
    }

    /// The next token and its place in the decoded text (that of its first byte, or of the piece's).
    pub fn token(&mut self) -> io::Result<Option<(u64, Token<'_>)>> {
        let (range, kind) = loop {
            if let Some(found) = self.step()? {
                break found;
            }
            if self.ended && self.at >= self.buffer.len() {
                self.unclosed |= self.inside.is_some();
                return Ok(None);
            }
        };
        let place = self.base + range.start as u64;
        let text = self.buffer.get(range).unwrap_or_default();
        Ok(Some((
            place,
            match kind {
                Kind::Text => Token::Text(text),
                Kind::Raw => Token::Raw(text),
                Kind::Aside => Token::Aside(text),
                Kind::End => Token::End(text.trim_ascii_end()),
                Kind::Start { name, empty } => {
                    Token::Start(text.get(..name).unwrap_or_default(), text.get(name..).unwrap_or_default(), empty)
                }
            },
        )))
    }

    /// One step: a token, or `None` where the lexer only moved on.
    fn step(&mut self) -> io::Result<Option<(Range<usize>, Kind)>> {
        if self.buffer.len() - self.at < 16 {
            self.fill()?;
        }
        if self.at >= self.buffer.len() {
            return Ok(None);
        }
        if let Some(inside) = self.inside {
            return self.step_inside(inside);
        }
        let rest = &self.buffer.as_bytes()[self.at..];
        if rest[0] != b'<' {
            return self.text(0);
        }
        let (inside, skip) = match rest {
            [b'<', b'!', b'-', b'-', ..] => (Inside::Comment, 4),
            _ if rest.starts_with(b"<![CDATA[") => (Inside::Cdata, 9),
            [b'<', b'!', ..] => (Inside::Doctype, 2),
            [b'<', b'?', ..] => (Inside::Instruction, 2),
            [b'<', b'/', c, ..] if is_name_start(*c) => return self.tag(2),
            [b'<', c, ..] if is_name_start(*c) => return self.tag(1),
            _ => return self.text(1),
        };
        self.at += skip;
        self.inside = Some(inside);
        Ok(None)
    }

    /// Text up to the next `<`, which is looked for behind `skip` bytes.
    fn text(&mut self, skip: usize) -> io::Result<Option<(Range<usize>, Kind)>> {
        let mut seen = skip;
        loop {
            let rest = &self.buffer.as_bytes()[self.at..];
            if let Some(n) = memchr(b'<', &rest[seen..]) {
                return Ok(Some((self.take(seen + n), Kind::Text)));
            }
            seen = rest.len();
            if self.ended || seen >= MAX_TOKEN {
                let len = if self.ended { seen } else { self.piece(seen) };
                return Ok(Some((self.take(len), Kind::Text)));
            }
            self.fill()?;
        }
    }

    /// A length, at most `len`, after which text may be cut: not in a reference, after a blank where one is near.
    fn piece(&self, len: usize) -> usize {
        let rest = &self.buffer.as_bytes()[self.at..self.at + len];
        let near = len.saturating_sub(512);
        let blank = rest[near..].iter().rposition(u8::is_ascii_whitespace).map(|n| near + n + 1);
        let reference = rest[near..].iter().rposition(|b| *b == b'&').map(|n| near + n);
        let mut cut = blank.or(reference).filter(|n| *n > 0).unwrap_or(len);
        while !self.buffer.is_char_boundary(self.at + cut) {
            cut -= 1;
        }
        cut
    }

    fn tag(&mut self, skip: usize) -> io::Result<Option<(Range<usize>, Kind)>> {
        let mut from = skip;
        let end = loop {
            let rest = &self.buffer.as_bytes()[self.at..];
            match tag_end(rest, from, self.base + (self.at as u64) < self.unquoted_to) {
                Ok(end) => break Some(end),
                Err(resume) if !self.ended && rest.len() < MAX_TOKEN => from = resume,
                Err(_) => {
                    self.unquoted_to = self.base + (self.at + rest.len()) as u64;
                    break memchr(b'>', rest);
                }
            }
            self.fill()?;
        };
        let Some(end) = end else {
            self.unclosed |= self.ended;
            // Nothing in what was looked at ends a tag: all of it is text.
            let len = self.piece(self.buffer.len() - self.at);
            return Ok(Some((self.take(len), Kind::Text)));
        };
        let tag = self.take(end + 1);
        let content = tag.start + skip..tag.end - 1;
        let text = self.buffer.get(content.clone()).unwrap_or_default();
        if skip == 2 {
            self.open = self.open.saturating_sub(1);
            return Ok(Some((content, Kind::End)));
        }
        let name = text.bytes().position(|b| b.is_ascii_whitespace() || b == b'/').unwrap_or(text.len());
        let empty = text.ends_with('/') && !self.html;
        self.open += u64::from(!empty);
        if self.html && text[..name].eq_ignore_ascii_case("script") {
            self.inside = Some(Inside::Script);
        } else if self.html && text[..name].eq_ignore_ascii_case("style") {
            self.inside = Some(Inside::Style);
        }
        Ok(Some((content.start..content.end - usize::from(text.ends_with('/')), Kind::Start { name, empty })))
    }

    fn step_inside(&mut self, inside: Inside) -> io::Result<Option<(Range<usize>, Kind)>> {
        let kind = if matches!(inside, Inside::Cdata | Inside::Script | Inside::Style) { Kind::Raw } else { Kind::Aside };
        loop {
            let rest = &self.buffer.as_bytes()[self.at..];
            let found = match inside {
                Inside::Comment => memmem::find(rest, b"-->").map(|n| (n, 3, None)),
                Inside::Cdata => memmem::find(rest, b"]]>").map(|n| (n, 3, None)),
                Inside::Instruction if self.html => memchr(b'>', rest).map(|n| (n, 1, None)),
                Inside::Instruction => memmem::find(rest, b"?>").map(|n| (n, 2, None)),
                Inside::Subset => memchr(b']', rest).map(|n| (n, 1, Some(Inside::Doctype))),
                Inside::Doctype => memchr2(b'>', b'[', rest).map(|n| (n, 1, (rest[n] == b'[').then_some(Inside::Subset))),
                Inside::Script => find_end_tag(rest, b"script").map(|n| (n, 0, None)),
                Inside::Style => find_end_tag(rest, b"style").map(|n| (n, 0, None)),
            };
            if let Some((len, terminator, next)) = found {
                let content = self.take(len);
                self.at += terminator;
                self.inside = next;
                return Ok(Some((content, kind)));
            }
            if self.ended {
                self.unclosed = true;
                let len = rest.len();
                return Ok(Some((self.take(len), kind)));
            }
            if rest.len() >= MAX_TOKEN {
                // What may be the start of the terminator stays.
                let len = self.piece(rest.len() - 16);
                return Ok(Some((self.take(len), kind)));
            }
            self.fill()?;
        }
    }

    fn take(&mut self, len: usize) -> Range<usize> {
        let start = self.at;
        self.at += len;
        start..self.at
    }

    /// Reads another chunk behind the buffer; drops what was taken from it.
    fn fill(&mut self) -> io::Result<()> {
        if self.ended {
            return Ok(());
        }
        if self.at > CHUNK {
            self.buffer.drain(..self.at);
            self.base += self.at as u64;
            self.at = 0;
        }
        self.chunk.resize(CHUNK, 0);
        let mut len = 0;
        // The encoding is decided on the first bytes, so that they are read whole.
        while len < if self.decoder.is_none() { CHUNK.min(512) } else { 1 } {
            match self.source.read(&mut self.chunk[len..]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(n) => len += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        let bytes = &self.chunk[..len];
        let decoder = self.decoder.get_or_insert_with(|| declared(bytes).new_decoder());
        self.buffer.reserve(decoder.max_utf8_buffer_length(len).unwrap_or(4 * len + 16));
        let _ = decoder.decode_to_string(bytes, &mut self.buffer, self.ended);
        Ok(())
    }
}

fn is_name_start(b: u8) -> bool {
    b.is_ascii_alphabetic() || b == b'_' || b == b':' || b >= 0x80
}

/// The place of the `>` that ends a tag; or from where to go on when there is more.
fn tag_end(tag: &[u8], from: usize, unquoted: bool) -> Result<usize, usize> {
    if unquoted {
        return memchr(b'>', &tag[from..]).map(|n| from + n).ok_or(tag.len());
    }
    let mut at = from;
    loop {
        let Some(n) = memchr::memchr3(b'>', b'"', b'\'', &tag[at..]) else { return Err(at) };
        let found = at + n;
        if tag[found] == b'>' {
            return Ok(found);
        }
        match memchr(tag[found], &tag[found + 1..]) {
            Some(close) => at = found + 1 + close + 1,
            None => return Err(found),
        }
    }
}

fn find_end_tag(text: &[u8], name: &[u8]) -> Option<usize> {
    memmem::find_iter(text, b"</").find(|n| text.get(n + 2..n + 2 + name.len()).is_some_and(|t| t.eq_ignore_ascii_case(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens(text: &str, html: bool) -> Vec<String> {
        let mut lexer = Lexer::of_text(text, html);
        let mut out = Vec::new();
        while let Some((_, token)) = lexer.token().unwrap() {
            out.push(format!("{token:?}"));
        }
        out
    }

    #[test]
    fn markup_is_cut_into_tokens() {
        assert_eq!(
            tokens("<?xml version=\"1.0\"?><a x='>'>1 < 2<b/><![CDATA[<c>]]><!-- d --></a>", false),
            [
                "Aside(\"xml version=\\\"1.0\\\"\")",
                "Start(\"a\", \" x='>'\", false)",
                "Text(\"1 \")",
                "Text(\"< 2\")",
                "Start(\"b\", \"\", true)",
                "Raw(\"<c>\")",
                "Aside(\" d \")",
                "End(\"a\")"
            ]
        );
        assert_eq!(
            tokens("<SCRIPT>if (a</b) c</script>", true),
            ["Start(\"SCRIPT\", \"\", false)", "Raw(\"if (a</b) c\")", "End(\"script\")"]
        );
        let doctype = tokens("<!DOCTYPE a [<!ENTITY b \"First State\">]><a/>", false);
        assert_eq!(doctype[1], "Aside(\"<!ENTITY b \\\"First State\\\">\")");
    }

    #[test]
    fn unclosed_quotes_are_not_quadratic() {
        let text = "<a \"x>".repeat(200_000);
        assert!(tokens(&text, false).len() >= 100);
    }

    proptest! {
        #[test]
        fn every_character_of_text_comes_out(words in prop::collection::vec("[a-z é&;<>\"'/!-]{0,12}", 0..40)) {
            let text = words.concat();
            let all: usize = {
                let mut lexer = Lexer::of_text(&text, false);
                let mut sum = 0;
                while let Some((place, token)) = lexer.token().unwrap() {
                    prop_assert!(place as usize <= text.len());
                    sum += match token { Token::Text(t) | Token::Raw(t) | Token::Aside(t) | Token::End(t) => t.len(), Token::Start(n, a, _) => n.len() + a.len() };
                }
                sum
            };
            prop_assert!(all <= text.len());
            if !text.contains('<') { prop_assert_eq!(all, text.len()); }
        }
    }
}
