//! Forms in cells: a label and, in the next filled cell, its value; one person in a sheet, a block of rows or a file. What
//! columns are to the records of a table, the labels one below the other are to those of forms.

use super::Sink;
use super::named::{LONGEST_VALUE, Named, NamedRecords};
use super::text::header;

/// So many labels that are usual headings make a form.
const LABELS: usize = 3;
/// Labels of one form.
const MOST: usize = 256;
/// Rows without a known label, as sections of a form have them; behind so many another form begins.
const BETWEEN: usize = 4;

/// Rows of which none need be one of a form, and so many times as many more as there are of forms.
const OTHERS: usize = 256;
const TIMES: usize = 4;
/// Forms of one sheet: more are a table that was turned.
const FORMS: usize = 4096;

/// Collects the forms of rows that come one after the other.
#[derive(Default)]
pub(super) struct FormRows {
    forms: Vec<(u64, Vec<Named>)>,
    /// Rows of forms, and others.
    rows: usize,
    others: usize,
    form: Vec<Named>,
    at: u64,
    between: usize,
    /// Labels before the last row that is none of a form.
    above: usize,
}

impl FormRows {
    /// Takes the next row, which stands at this offset.
    pub fn row<S: AsRef<str>>(&mut self, row: &[S], at: u64) {
        if self.others > OTHERS + TIMES * self.rows || self.forms.len() >= FORMS {
            return;
        }
        let mut filled = row.iter().map(|cell| cell.as_ref().trim()).filter(|cell| !cell.is_empty());
        let (mut is_any, mut pairs) = (false, Vec::new());
        while let Some(label) = filled.next() {
            // What is no label is a title, a remark, or a row of a table.
            let Some(name) = label_of(label) else { break };
            match filled.next() {
                Some(value) if label_of(value).is_none() || value.len() > LONGEST_VALUE => pairs.push((name, value)),
                // Two labels beside each other head columns.
                Some(_) => {
                    pairs.clear();
                    is_any = true;
                    break;
                }
                None => is_any = true,
            }
        }
        if filled.next().is_some() {
            pairs.clear();
        }
        if pairs.is_empty() && !is_any {
            (self.between, self.others, self.above) = (self.between + 1, self.others + 1, self.form.len());
            if self.between > BETWEEN {
                self.end_form();
            }
            return;
        }
        (self.between, self.rows) = (0, self.rows + 1);
        for (name, value) in pairs {
            let is_said = |said: &[Named]| said.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
            if self.form.len() >= MOST || is_said(&self.form) {
                // What stands below the last gap is of the form that begins.
                let above = self.above.min(self.form.len());
                let below = if above > 0 && !is_said(&self.form[above..]) { self.form.split_off(above) } else { Vec::new() };
                self.end_form();
                self.form = below;
            }
            if self.form.is_empty() {
                self.at = at;
            }
            self.form.push((name.to_owned(), value.to_owned()));
        }
    }

    fn end_form(&mut self) {
        let form = std::mem::take(&mut self.form);
        if form.len() >= LABELS {
            self.forms.push((self.at, form));
        }
        (self.between, self.above) = (0, 0);
    }

    /// Hands on what was found.
    pub fn end(mut self, sink: &mut Sink<'_>) {
        self.end_form();
        let mut records = NamedRecords::default();
        self.forms.into_iter().for_each(|(at, form)| _ = records.add(form, at, sink));
        records.end(sink);
    }
}

/// The label that a cell is: words that usually head columns.
fn label_of(cell: &str) -> Option<&str> {
    let name = cell.trim_end_matches([':', '*', ' ', '.']);
    let is_label = header::is_wordlike(name) && !name.bytes().any(|b| b.is_ascii_digit()) && header::is_known(name);
    is_label.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;

    fn rows_of(rows: &[&[&str]]) -> Vec<u64> {
        let text = rows.iter().map(|row| row.join("\t")).collect::<Vec<_>>().join("\n");
        let read = |bytes: &[u8], sink: &mut Sink<'_>| {
            let mut forms = FormRows::default();
            let text = str::from_utf8(bytes).expect("a text");
            text.lines().for_each(|line| forms.row(&line.split('\t').collect::<Vec<_>>(), 0));
            forms.end(sink);
            Ok(())
        };
        read_with(read, text.as_bytes(), |sink, _| sink.facts.tables.iter().map(|table| table.rows).collect())
    }

    #[test]
    fn labels_beside_values_are_records() {
        let form: &[&[&str]] = &[
            &["Account application"],
            &["", "Name:", "", "Robert Stanton"],
            &["", "Account Number", "4531969374", "Balance", "14167.36"],
            &["Holder of the account"],
            &["", "Date of birth", "1980-01-02"],
        ];
        assert_eq!(rows_of(form), [1]);
        assert_eq!(rows_of(&[form, &[&[]], form].concat()), [2]);
        let other: &[&[&str]] = &[&["Client ID", "40771"], &["Name", "Susan Lee"], &["Account Number", "4531969375"]];
        let mut forms = FormRows::default();
        [form, &[&[]], other].concat().iter().for_each(|row| forms.row(row, 0));
        forms.end_form();
        assert_eq!(forms.forms.iter().map(|(_, form)| form.iter().any(|(name, _)| name == "Client ID")).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn tables_and_settings_are_no_forms() {
        assert!(rows_of(&[&["Name", "Account Number", "Balance"], &["Robert Stanton", "4531969374", "1.00"]]).is_empty());
        assert!(rows_of(&[&["Name", "Account Number"], &["Robert Stanton", "4531969374"], &["Susan Lee", "4531969375"]]).is_empty());
        assert!(rows_of(&[&["Name", "nightly"], &["Status", "done"], &["Date", "2024-11-02"]]).is_empty());
    }
}
