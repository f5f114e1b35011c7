//! Caches of pivot tables (ECMA-376 part 1, 18.10): the rows of their source as they were when they were last refreshed,
//! also of sheets that were deleted since. Fields name the columns; a value is written in its record, or is the number of
//! one that the field lists.

use super::ooxml::{Package, relations};
use crate::format::grid::Grid;
use crate::format::text::entity;
use crate::format::text::markup::{Lexer, Token, attribute, local};
use crate::format::{PassageKind, Sink};
use crate::model::Cause;
use std::io::{self, Read};

/// Values of fields that are held, in multiples of what the run holds of a member.
const MEMORY: u64 = 8;

/// A column of the source.
#[derive(Default)]
struct Field {
    name: String,
    listed: Vec<String>,
}

/// The fields of a cache, in the order of their values in records.
#[derive(Default)]
struct Fields {
    fields: Vec<Field>,
    held: u64,
    is_full: bool,
}

/// Reads the caches of a workbook whose parts lie in this folder. Definitions stay members, with what else they say.
pub fn read(package: &mut Package<'_>, folder: &str, sink: &mut Sink<'_>) {
    let folder = format!("{folder}pivotcache/");
    for part in package.select(|name| name.strip_prefix(&folder).is_some_and(|rest| rest.ends_with(".xml") && !rest.contains('/'))) {
        if sink.stopped() {
            return;
        }
        let name = package.part(part).name.clone();
        let rels = relations(&package.peek(&format!("{folder}_rels/{}.rels", name.strip_prefix(&folder).unwrap_or(&name))), &folder);
        let Some(records) = rels.iter().find_map(|(_, target)| package.find(target)) else { continue };
        let definition = package.peek(&name);
        let fields = Fields::of(&definition, sink.limits().memory_bytes.saturating_mul(MEMORY));
        if fields.fields.is_empty() {
            continue;
        }
        if fields.is_full {
            let at = package.part(records).range.start;
            sink.gap(at..at, Cause::LimitMemory, format!("{name}: values of its fields beyond the limit are not in their records"));
        }
        package.read(records, sink, |lexer, offset, sink| fields.read(lexer, offset, sink));
    }
}

/// Is it the element of a value: missing, a number, a boolean, an error, a text, a date?
fn is_value(name: &str) -> bool {
    matches!(name, "m" | "n" | "b" | "e" | "s" | "d")
}

fn value(attributes: &str) -> String {
    attribute(attributes, "v").map_or(String::new(), std::borrow::Cow::into_owned)
}

impl Fields {
    /// Reads a definition; what it says beyond the limit is not held.
    fn of(definition: &[u8], limit: u64) -> Self {
        let mut lexer = Lexer::new(definition, false);
        let mut out = Self::default();
        // Fields that are computed, and groups of the values of others, stand in no record.
        let (mut is_computed, mut in_items) = (false, false);
        while let Ok(Some((_, token))) = lexer.token() {
            match token {
                Token::Start(name, attributes, empty) => match local(name) {
                    "cacheField" => {
                        is_computed = attribute(attributes, "databaseField").is_some_and(|v| v == "0" || v == "false");
                        if !is_computed {
                            let name = attribute(attributes, "name").map_or(String::new(), std::borrow::Cow::into_owned);
                            out.hold(&name, limit);
                            out.fields.push(Field { name, listed: Vec::new() });
                        }
                    }
                    "sharedItems" => in_items = !empty && !is_computed,
                    name if in_items && is_value(name) => {
                        let value = value(attributes);
                        if out.hold(&value, limit)
                            && let Some(field) = out.fields.last_mut()
                        {
                            field.listed.push(value);
                        }
                    }
                    _ => {}
                },
                Token::End(name) if local(name) == "sharedItems" => in_items = false,
                _ => {}
            }
        }
        out
    }

    fn hold(&mut self, value: &str, limit: u64) -> bool {
        self.held += (value.len() + size_of::<String>()) as u64;
        self.is_full |= self.held > limit;
        !self.is_full
    }

    /// Reads records as rows.
    fn read(&self, lexer: &mut Lexer<&mut dyn Read>, offset: u64, sink: &mut Sink<'_>) -> io::Result<()> {
        let mut grid = Grid::headed("", self.fields.iter().map(|field| field.name.clone()).collect(), offset);
        let (mut row, mut rows) = (Vec::new(), 0u64);
        let result = loop {
            let token = match lexer.token() {
                Ok(Some((_, token))) => token,
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            };
            match token {
                Token::Start(name, attributes, _) => match local(name) {
                    "r" => {
                        grid.row(std::mem::take(&mut row), sink);
                        rows += 1;
                        if rows.is_multiple_of(1024) && sink.stopped() {
                            break Ok(());
                        }
                    }
                    "x" => {
                        let listed = self.fields.get(row.len()).map_or(&[][..], |field| &field.listed);
                        let shown = attribute(attributes, "v").and_then(|v| v.parse::<usize>().ok()).and_then(|n| listed.get(n));
                        row.push(shown.cloned().unwrap_or_default());
                    }
                    name if is_value(name) => row.push(value(attributes)),
                    _ => {}
                },
                Token::End(_) => {}
                Token::Text(text) | Token::Raw(text) | Token::Aside(text) if text.trim().is_empty() || text.starts_with("xml ") => {}
                Token::Text(text) | Token::Raw(text) | Token::Aside(text) => grid.aside(&entity::decode(text), sink),
            }
        };
        grid.row(row, sink);
        grid.end(sink);
        sink.kind(PassageKind::Prose);
        result
    }
}
