//! Text of WordprocessingML and DrawingML (ECMA-376 part 1, 17.3 and 21.1): paragraphs as lines with
//! their runs joined, cells, notes and text boxes kept apart. Deleted and hidden text is text too.

use super::content_controls::Controls;
use crate::format::cells::Cells;
use crate::format::text::entity;
use crate::format::text::markup::{Lexer, Token, attribute, attributes, local};
use crate::format::{At, PassageKind, Sink};
use std::io::{self, Read};

/// Longer lines are handed over before their paragraph ends.
const MAX_LINE: usize = 1 << 20;
/// Text boxes inside text boxes that are kept apart.
const MAX_NESTING: usize = 32;

/// A paragraph, as it reads now and as it read before the tracked changes.
#[derive(Default)]
struct Paragraph {
    now: String,
    before: String,
    changed: bool,
}

struct Writer {
    offset: u64,
    current: Paragraph,
    /// Paragraphs around the text box that is being read.
    around: Vec<Paragraph>,
    /// What stands in no line: fields, names, descriptions, comments in the markup.
    aside: String,
    inserted: u32,
    deleted: u32,
    cells: Cells,
    /// Cells around what is being read.
    cells_around: u32,
    controls: Controls,
}

/// Pushes the text of a part. `offset`: where its encoded bytes begin in the item.
pub fn push(lexer: &mut Lexer<&mut dyn Read>, offset: u64, sink: &mut Sink<'_>) -> io::Result<()> {
    sink.kind(PassageKind::Prose);
    sink.border();
    let mut writer = Writer {
        offset,
        current: Paragraph::default(),
        around: Vec::new(),
        aside: String::new(),
        inserted: 0,
        deleted: 0,
        cells: Cells::default(),
        cells_around: 0,
        controls: Controls::default(),
    };
    let result = writer.walk(lexer, sink);
    while let Some(outer) = writer.around.pop() {
        writer.end_paragraph(sink);
        writer.current = outer;
    }
    writer.end_paragraph(sink);
    sink.border();
    writer.cells.push(offset, sink);
    writer.controls.push(offset, sink);
    result
}

impl Writer {
    fn walk(&mut self, lexer: &mut Lexer<&mut dyn Read>, sink: &mut Sink<'_>) -> io::Result<()> {
        let mut element = String::new();
        let mut steps = 0u64;
        while let Some((_, token)) = lexer.token()? {
            match token {
                Token::Start(name, attributes, empty) => {
                    self.start(local(name), attributes, empty, sink);
                    element.clear();
                    if !empty {
                        element.push_str(local(name));
                    }
                }
                Token::End(name) => {
                    self.end(local(name), sink);
                    element.clear();
                }
                Token::Text(text) => self.text(&element, &entity::decode(text)),
                Token::Raw(text) => self.text(&element, text),
                // The declaration says nothing, and stands between no paragraphs.
                Token::Aside(text) if text.starts_with("xml ") => {}
                Token::Aside(text) => self.keep(text),
            }
            if self.current.now.len() + self.current.before.len() > MAX_LINE || self.aside.len() > MAX_LINE {
                self.flush(sink);
            }
            steps += 1;
            if steps.is_multiple_of(65_536) && sink.stopped() {
                break;
            }
        }
        Ok(())
    }

    fn start(&mut self, name: &str, attributes: &str, empty: bool, sink: &mut Sink<'_>) {
        match name {
            "tab" | "ptab" if !attributes.contains("pos=") => self.add('\t'),
            "br" | "cr" => self.add('\n'),
            "noBreakHyphen" => self.add('-'),
            "sym" => {
                let code = attribute(attributes, "char").and_then(|c| u32::from_str_radix(&c, 16).ok());
                self.add(code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            "tbl" if !empty => self.cells.table(),
            "tr" if !empty => self.cells.row(),
            "sdt" if !empty => self.controls.start(),
            "alias" | "tag" => {
                if let Some(value) = attribute(attributes, "val") {
                    self.controls.name(&value, name == "alias");
                }
            }
            "tc" if !empty => {
                self.cells_around += 1;
                self.cells.cell();
                if attributes.contains("vMerge=\"1\"") {
                    self.cells.same_as_above();
                }
            }
            "vMerge" if attribute(attributes, "val").is_none_or(|val| val != "restart") => self.cells.same_as_above(),
            "ins" | "moveTo" if !empty => self.inserted += 1,
            "del" | "moveFrom" if !empty => self.deleted += 1,
            "txbxContent" | "txbx" if !empty && self.around.len() < MAX_NESTING => self.around.push(std::mem::take(&mut self.current)),
            "p" if !self.current.now.is_empty() && self.around.is_empty() => self.end_paragraph(sink),
            _ => {}
        }
        self.keep_attributes(name, attributes);
    }

    fn end(&mut self, name: &str, sink: &mut Sink<'_>) {
        match name {
            "ins" | "moveTo" => self.inserted = self.inserted.saturating_sub(1),
            "del" | "moveFrom" => self.deleted = self.deleted.saturating_sub(1),
            "txbxContent" | "txbx" => {
                self.end_paragraph(sink);
                sink.border();
                self.current = self.around.pop().unwrap_or_default();
            }
            "p" => {
                self.end_paragraph(sink);
                self.cells.text(" ");
                self.controls.text(" ");
            }
            "sdt" => {
                if let Some(said) = self.controls.end(self.offset, self.cells_around > 0, sink) {
                    self.keep(&said);
                }
            }
            "tbl" => self.cells.end_table(),
            "tc" | "comment" | "threadedComment" | "footnote" | "endnote" | "sp" | "cm" | "pt" => {
                self.end_paragraph(sink);
                sink.border();
                if name == "tc" {
                    self.cells_around = self.cells_around.saturating_sub(1);
                    self.cells.end_cell();
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, element: &str, text: &str) {
        match element {
            "t" | "delText" => {
                let deleted = self.deleted > 0 || element == "delText";
                if !deleted {
                    self.cells.text(text);
                    self.controls.text(text);
                    self.current.now.push_str(text);
                }
                if deleted || self.inserted == 0 {
                    self.current.before.push_str(text);
                }
                self.current.changed |= deleted;
            }
            _ => self.keep(text),
        }
    }

    fn add(&mut self, c: char) {
        self.current.now.push(c);
        self.current.before.push(c);
    }

    fn keep(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.aside.push_str(text);
            self.aside.push('\u{1E}');
        }
    }

    /// Keeps attributes that people write: authors, field codes, descriptions, names of controls and
    /// bookmarks, entries of lists.
    fn keep_attributes(&mut self, element: &str, text: &str) {
        for (_, name, value) in attributes(text) {
            let wanted = match local(name) {
                "author" | "instr" | "descr" | "title" | "tooltip" | "alt" | "displayText" | "displayName" | "docLocation" | "string"
                | "href" | "anchor" => true,
                "val" => {
                    matches!(element, "alias" | "tag" | "docVar" | "default" | "statusText" | "helpText" | "docPartGallery" | "lastClr")
                }
                "name" => matches!(element, "bookmarkStart" | "docVar" | "cmAuthor" | "docPr" | "cNvPr" | "smartTag" | "attr"),
                "value" => matches!(element, "listItem"),
                "uri" | "element" => matches!(element, "smartTag" | "customXml"),
                _ => false,
            };
            if wanted && !value.is_empty() {
                self.keep(&entity::decode(value));
            }
        }
    }

    fn end_paragraph(&mut self, sink: &mut Sink<'_>) {
        if !self.current.now.is_empty() {
            self.cells.line(&self.current.now);
            self.current.now.push('\n');
        }
        self.flush(sink);
    }

    fn flush(&mut self, sink: &mut Sink<'_>) {
        let Paragraph { now, before, changed } = std::mem::take(&mut self.current);
        let at = At::Decoded(self.offset);
        sink.text(&now, at);
        if changed {
            sink.border();
            sink.text(&before, at);
            sink.border();
        }
        if !self.aside.is_empty() {
            sink.border();
            sink.text(&std::mem::take(&mut self.aside), at);
            sink.border();
        }
    }
}
