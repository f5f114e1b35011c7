//! Reading TOML so that every fault is told with its place, not only the first.

use super::date::iso_date;
use super::loading::Loading;
use super::problem::{DefectKind, quoted};
use jiff::civil::Date;
use std::cell::RefCell;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A TOML file, and the problems found in it so far.
pub(super) struct TomlFile<'t> {
    name: &'t str,
    text: &'t str,
    loading: RefCell<&'t mut Loading>,
}

impl<'t> TomlFile<'t> {
    /// A file by name and content.
    pub fn new(name: &'t str, text: &'t str, loading: &'t mut Loading) -> Self {
        Self { name, text, loading: RefCell::new(loading) }
    }

    /// Line of a place, from 1, and the number of its character in the line, from 1.
    pub fn line_column(&self, at: usize) -> (u64, u64) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let start = before.rfind('\n').map_or(0, |n| n + 1);
        (before.matches('\n').count() as u64 + 1, before[start..].chars().count() as u64 + 1)
    }

    /// Something fatal at a place.
    pub fn problem(&self, at: usize, problem: impl Into<String>, remedy: &str) {
        let (line, column) = self.line_column(at);
        self.loading.borrow_mut().problem(self.name, Some(line), Some(column.to_string()), problem, remedy);
    }

    /// Something that concerns no single institution.
    pub fn defect(&self, kind: DefectKind, at: usize, key: &str, problem: impl Into<String>, effect: &str) {
        let place = super::loading::Place { file: self.name, line: self.line_column(at).0, column: Some(key) };
        self.loading.borrow_mut().defect(kind, place, "", None, problem, effect);
    }

    /// A value as it is written.
    pub fn source(&self, span: Range<usize>) -> String {
        self.text.get(span).unwrap_or_default().to_owned()
    }

    /// The institution with this id.
    pub fn institution(&self, id: &str) -> Option<usize> {
        self.loading.borrow().exactly(id)
    }
}

/// A table of a TOML file.
pub(super) struct Section<'s, 't> {
    pub file: &'s TomlFile<'t>,
    /// As it is written, `[policy]`.
    pub title: &'static str,
    pub table: &'s DeTable<'t>,
    /// Where it begins.
    pub at: usize,
}

/// A text with its place.
pub(super) struct Text {
    pub text: String,
    pub at: usize,
}

impl<'s, 't> Section<'s, 't> {
    /// A value and its place.
    pub fn value(&self, key: &str) -> Option<(&'s DeValue<'t>, Range<usize>)> {
        let (_, value) = self.table.iter().find(|(name, _)| name.get_ref() == key)?;
        Some((value.get_ref(), value.span()))
    }

    /// Keys that are not among the known ones, with their places.
    pub fn others(&self, known: &[&str]) -> impl Iterator<Item = (&'s str, usize)> {
        let others = self.table.iter().filter(|(name, _)| !known.contains(&name.get_ref().as_ref()));
        others.map(|(name, _)| (name.get_ref().as_ref(), name.span().start)).collect::<Vec<_>>().into_iter()
    }

    /// Makes every key that is not among the known ones a problem.
    pub fn only(&self, known: &[&str]) {
        for (key, at) in self.others(known) {
            self.file.problem(at, format!("{} has no key {}", self.title, quoted(key)), &format!("the keys are {}", known.join(", ")));
        }
    }

    /// Says that a required key is missing.
    pub fn missing(&self, key: &str, remedy: &str) {
        self.file.problem(self.at, format!("{} has no {key}", self.title), remedy);
    }

    fn expected(&self, key: &str, what: &str, found: &DeValue<'_>, at: usize) {
        self.file.problem(at, format!("{key} must be {what}, not a TOML {}", found.type_str()), &format!("write it as {what}"));
    }

    /// A string without the blanks around it; none where it is absent or blank.
    pub fn text(&self, key: &str) -> Option<Text> {
        match self.value(key)? {
            (DeValue::String(text), span) => (!text.trim().is_empty()).then(|| Text { text: text.trim().to_owned(), at: span.start }),
            (other, span) => {
                self.expected(key, "a string", other, span.start);
                None
            }
        }
    }

    /// A string that must be there.
    pub fn required(&self, key: &str, remedy: &str) -> Option<Text> {
        let text = self.text(key);
        if text.is_none() && self.value(key).is_none_or(|(value, _)| value.is_str()) {
            self.missing(key, remedy);
        }
        text
    }

    /// A date, bare or as a string.
    pub fn date(&self, key: &str) -> Option<Date> {
        let (value, span) = self.value(key)?;
        let date = match value {
            DeValue::Datetime(toml::value::Datetime { date: Some(day), time: None, offset: None }) => {
                let parts = (i16::try_from(day.year), i8::try_from(day.month), i8::try_from(day.day));
                if let (Ok(year), Ok(month), Ok(day)) = parts { Date::new(year, month, day).ok() } else { None }
            }
            DeValue::String(text) if text.trim().is_empty() => return None,
            DeValue::String(text) => iso_date(text.trim()),
            _ => None,
        };
        if date.is_none() {
            self.file.problem(span.start, format!("{key} is no date"), "write a day without a time, like 2024-10-31");
        }
        date
    }

    /// A truth value.
    pub fn flag(&self, key: &str) -> Option<bool> {
        match self.value(key)? {
            (DeValue::Boolean(flag), _) => Some(*flag),
            (other, span) => {
                self.expected(key, "true or false", other, span.start);
                None
            }
        }
    }

    /// A whole number within bounds.
    pub fn whole(&self, key: &str, least: u64, most: u64) -> Option<u64> {
        let (value, span) = self.value(key)?;
        let number = value.as_integer().and_then(|n| u64::from_str_radix(n.as_str(), n.radix()).ok());
        let number = number.filter(|n| (least..=most).contains(n));
        if number.is_none() {
            let bounds = if most == u64::MAX { format!("of at least {least}") } else { format!("from {least} to {most}") };
            self.file.problem(span.start, format!("{key} must be a whole number {bounds}"), "correct it");
        }
        number
    }

    /// One of some words.
    pub fn choice<T>(&self, key: &str, words: &[&str], parse: fn(&str) -> Option<T>) -> Option<T> {
        let (value, span) = self.value(key)?;
        let choice = value.as_str().and_then(parse);
        if choice.is_none() {
            self.file.problem(span.start, format!("{key} has no such value"), &format!("its values are {}", words.join(", ")));
        }
        choice
    }

    /// A string, a list of strings, or a table of such, as one list without blanks.
    pub fn texts(&self, key: &str) -> Vec<String> {
        let mut out = Vec::new();
        if let Some((value, span)) = self.value(key) {
            self.collect(key, value, span.start, &mut out);
        }
        out
    }

    fn collect(&self, key: &str, value: &DeValue<'_>, at: usize, out: &mut Vec<String>) {
        match value {
            DeValue::String(text) => out.extend(Some(text.trim().to_owned()).filter(|t| !t.is_empty())),
            DeValue::Array(values) => values.iter().for_each(|v| self.collect(key, v.get_ref(), v.span().start, out)),
            DeValue::Table(table) => table.iter().for_each(|(_, v)| self.collect(key, v.get_ref(), v.span().start, out)),
            other => self.expected(key, "a list of strings", other, at),
        }
    }

    /// The tables of `[[key]]`; one `[key]` counts as one.
    pub fn tables(&self, key: &str, title: &'static str) -> Vec<Section<'s, 't>> {
        let section = |table, at| Section { file: self.file, title, table, at };
        match self.value(key) {
            None => Vec::new(),
            Some((DeValue::Table(table), span)) => vec![section(table, span.start)],
            Some((DeValue::Array(values), _)) => values.iter().filter_map(|value| self.table_in(value, title)).collect(),
            Some((other, span)) => {
                self.expected(key, title, other, span.start);
                Vec::new()
            }
        }
    }

    fn table_in(&self, value: &'s Spanned<DeValue<'t>>, title: &'static str) -> Option<Section<'s, 't>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(Section { file: self.file, title, table, at: value.span().start }),
            other => {
                self.expected(title, "a table", other, value.span().start);
                None
            }
        }
    }
}
