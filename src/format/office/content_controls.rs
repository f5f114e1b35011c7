//! Content controls (ECMA-376 part 1, 17.5.2): what was filled into a document under the name of its field. Those of one
//! part are a record, up to one whose name comes again.

use crate::format::Sink;
use crate::format::named::{LONGEST_VALUE, Named, NamedRecords};

/// Controls inside controls that are told apart.
const MAX_NESTING: usize = 32;
/// Fields of one record.
const FIELDS: usize = 256;

/// A control that is being read.
#[derive(Default)]
struct Control {
    /// Its title (`alias`), or where it has none the tag that programs know it by.
    name: String,
    has_title: bool,
    text: String,
    /// What holds other controls is a section.
    is_section: bool,
}

/// Collects the controls of a part.
#[derive(Default)]
pub(super) struct Controls {
    open: Vec<Control>,
    /// Controls that are too deep to be told apart.
    deeper: u32,
    fields: Vec<Named>,
    found: NamedRecords,
}

impl Controls {
    pub fn start(&mut self) {
        if let Some(outer) = self.open.last_mut() {
            outer.is_section = true;
        }
        match self.open.len() < MAX_NESTING {
            true => self.open.push(Control::default()),
            false => self.deeper += 1,
        }
    }

    /// Takes the title or the tag of the control.
    pub fn name(&mut self, name: &str, is_title: bool) {
        if let Some(control) = self.open.last_mut()
            && (is_title || !control.has_title)
        {
            name.trim().clone_into(&mut control.name);
            control.has_title |= is_title;
        }
    }

    /// Takes text that stands in the control.
    pub fn text(&mut self, text: &str) {
        if let Some(control) = self.open.last_mut()
            && control.text.len() <= LONGEST_VALUE
        {
            control.text.push_str(text);
        }
    }

    /// A control ends. Gives its name with what was filled in. In a cell, the record is that of the table.
    pub fn end(&mut self, offset: u64, is_in_cell: bool, sink: &mut Sink<'_>) -> Option<String> {
        if self.deeper > 0 {
            self.deeper -= 1;
            return None;
        }
        let Control { name, text, is_section, .. } = self.open.pop()?;
        let value = text.trim();
        if name.is_empty() || value.is_empty() || is_section || value.len() > LONGEST_VALUE {
            return None;
        }
        let said = format!("{name}: {value}");
        if !is_in_cell {
            if self.fields.len() == FIELDS || self.fields.iter().any(|(known, _)| *known == name) {
                self.end_record(offset, sink);
            }
            self.fields.push((name, value.to_owned()));
        }
        Some(said)
    }

    fn end_record(&mut self, offset: u64, sink: &mut Sink<'_>) {
        let fields = std::mem::take(&mut self.fields);
        self.found.add(fields, offset, sink);
    }

    /// Hands on the records.
    pub fn push(mut self, offset: u64, sink: &mut Sink<'_>) {
        self.end_record(offset, sink);
        self.found.end(sink);
    }
}
