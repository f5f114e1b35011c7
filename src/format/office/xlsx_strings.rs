//! Shared strings of a workbook (ECMA-376 part 1, 18.4.9): kept in one buffer, found by number.

use crate::format::text::entity;
use crate::format::text::markup::{Lexer, Token, local};
use crate::format::{At, PassageKind, Sink};
use crate::model::Cause;
use std::io::{self, Read};

/// Strings held in memory, in multiples of what the run holds of a member.
const MEMORY: u64 = 8;

/// The strings, and which of them a cell showed.
#[derive(Default)]
pub struct SharedStrings {
    text: String,
    /// Where each string ends.
    ends: Vec<usize>,
    used: Vec<bool>,
    offset: u64,
    /// Not all were held.
    incomplete: bool,
}

impl SharedStrings {
    /// Reads the part. `offset`: where its bytes begin in the item.
    pub fn read(&mut self, lexer: &mut Lexer<&mut dyn Read>, offset: u64, sink: &mut Sink<'_>) -> io::Result<()> {
        self.offset = offset;
        let limit = sink.limits().memory_bytes.saturating_mul(MEMORY);
        let (mut in_text, mut phonetic) = (false, 0u32);
        let mut reading = String::new();
        while let Some((_, token)) = lexer.token()? {
            match token {
                Token::Start(name, _, empty) => match local(name) {
                    "t" => in_text = !empty,
                    "rPh" if !empty => phonetic += 1,
                    "si" if empty => self.end_string(),
                    _ => {}
                },
                Token::End(name) => match local(name) {
                    "t" => in_text = false,
                    "rPh" => phonetic = phonetic.saturating_sub(1),
                    "si" => self.end_string(),
                    _ => {}
                },
                Token::Text(text) if in_text && phonetic > 0 => {
                    reading.push_str(&entity::decode(text));
                    reading.push('\n');
                }
                Token::Text(text) if in_text => self.text.push_str(&entity::decode(text)),
                Token::Raw(text) if in_text => self.text.push_str(text),
                Token::Text(text) | Token::Raw(text) | Token::Aside(text) if !text.trim_ascii().is_empty() => {
                    reading.push_str(&entity::decode(text));
                    reading.push('\u{1E}');
                }
                _ => {}
            }
            if reading.len() > 16 << 10 {
                aside(&mut reading, offset, sink);
            }
            // Strings beyond what is held are text without their cells.
            if (self.text.len() + 9 * self.ends.len()) as u64 > limit {
                if !self.incomplete {
                    self.incomplete = true;
                    sink.gap(
                        offset..offset,
                        Cause::LimitMemory,
                        "shared strings beyond the limit are not in their rows; they were read as text",
                    );
                }
                let rest = self.text.split_off(self.ends.last().copied().unwrap_or(0).min(self.text.len()));
                reading.push_str(&rest);
                reading.push('\u{1E}');
            }
        }
        aside(&mut reading, offset, sink);
        self.used = vec![false; self.ends.len()];
        Ok(())
    }

    fn end_string(&mut self) {
        if !self.incomplete {
            let start = self.ends.last().copied().unwrap_or(0);
            if self.text.get(start..).is_some_and(|text| text.contains("_x")) {
                let text = self.text.split_off(start);
                self.text.push_str(&xlsx_string(text));
            }
            self.ends.push(self.text.len());
        }
    }

    /// The string with this number.
    pub fn get(&mut self, number: usize) -> Option<&str> {
        let end = *self.ends.get(number)?;
        let start = number.checked_sub(1).map_or(0, |n| self.ends[n]);
        if let Some(used) = self.used.get_mut(number) {
            *used = true;
        }
        self.text.get(start..end)
    }

    /// Pushes the strings that no cell shows: they were in cells once.
    pub fn push_unused(&self, sink: &mut Sink<'_>) {
        sink.kind(PassageKind::Prose);
        sink.leave_heads();
        let mut start = 0;
        for (end, used) in self.ends.iter().zip(&self.used) {
            if !used && *end > start {
                sink.text(self.text.get(start..*end).unwrap_or_default(), At::Decoded(self.offset));
                sink.border();
            }
            start = *end;
        }
    }
}

/// A string with its characters written `_xHHHH_` decoded (ECMA-376 part 1, 22.9.2.19).
pub fn xlsx_string(text: String) -> String {
    if !text.contains("_x") {
        return text;
    }
    let (mut out, mut rest) = (String::with_capacity(text.len()), text.as_str());
    while let Some(n) = rest.find("_x") {
        out.push_str(&rest[..n]);
        rest = &rest[n..];
        let code = rest.get(2..6).filter(|_| rest.as_bytes().get(6) == Some(&b'_')).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        match code.and_then(char::from_u32) {
            Some(c) => {
                out.push(c);
                rest = &rest[7..];
            }
            None => {
                out.push_str("_x");
                rest = &rest[2..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn aside(text: &mut String, offset: u64, sink: &mut Sink<'_>) {
    if !text.is_empty() {
        sink.kind(PassageKind::Prose);
        sink.border();
        sink.text(text, At::Decoded(offset));
        sink.border();
        text.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::xlsx_string;

    #[test]
    fn escaped_characters_are_decoded() {
        assert_eq!(xlsx_string("First_x000D_\nState_x005F_x0041_ _xyz_ é_x".to_owned()), "First\r\nState_x0041_ _xyz_ é_x");
    }
}
