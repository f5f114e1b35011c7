//! Objects in cells: what they say belongs to the row, whose columns say whose it is.

use super::Sink;
use crate::format::named::Named;
use crate::format::text::objects::Object;

/// Longer cells beside an object say nothing of it.
const LONGEST: usize = 200;
/// Before what a fork leaves of an object, as JSON.
const GATHERED: char = '\u{1F}';

impl Sink<'_> {
    /// Looks for cells of a row of a table that are objects. Each with what the row says is a record.
    pub(super) fn search_objects(&mut self, table: usize, cells: &[&str], at: u64) {
        if self.in_objects {
            return;
        }
        let objects: Vec<(usize, Object)> = cells.iter().enumerate().filter_map(|(i, cell)| Some((i, Object::of(cell)?))).collect();
        if objects.is_empty() {
            return;
        }
        let header = self.facts.tables.get(table).map_or(&[][..], |table| &table.header);
        let name = |i: usize| header.get(i).map_or("", String::as_str);
        let is_value = |i: usize, cell: &str| {
            !name(i).is_empty() && !cell.is_empty() && cell.len() <= LONGEST && objects.iter().all(|(place, _)| *place != i)
        };
        let values = cells.iter().enumerate().filter(|(i, cell)| is_value(*i, cell));
        let values: Vec<Named> = values.map(|(i, cell)| (name(i).to_owned(), (*cell).to_owned())).collect();
        let objects = objects.into_iter().map(|(i, object)| (name(i).to_owned(), object)).collect();
        for record in Object::of_row(values, objects).into_records() {
            match self.gathers {
                true => self.values.push((at, gathered(&record))),
                false => self.object_record(record, at),
            }
        }
    }

    /// Takes what a fork left of an object; false where it left something else.
    pub(super) fn gathered_object(&mut self, value: &str, at: u64) -> bool {
        let Some(json) = value.strip_prefix(GATHERED) else { return false };
        if let Some(object) = Object::of(json) {
            object.into_records().into_iter().for_each(|record| self.object_record(record, at));
        }
        true
    }

    fn object_record(&mut self, record: Vec<Named>, at: u64) {
        let mut found = std::mem::take(&mut self.objects);
        self.in_objects = true;
        found.add(record, at, self);
        self.in_objects = false;
        self.objects = found;
    }

    /// Hands on the records of objects.
    pub(super) fn end_objects(&mut self) {
        let found = std::mem::take(&mut self.objects);
        self.in_objects = true;
        found.end(self);
        self.in_objects = false;
    }
}

fn gathered(record: &[Named]) -> String {
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let members: Vec<String> = record.iter().map(|(name, value)| format!("{}:{}", text(name), text(value))).collect();
    format!("{GATHERED}{{{}}}", members.join(","))
}
