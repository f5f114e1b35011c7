use super::Outcome;
use super::cells::{Table, joined};
use anyhow::Result;

const COLUMNS: &[&str] = &["item", "data_elements", "individuals", "hints"];

/// One row per item with personal data that nobody is named as the owner of.
pub(super) fn write(outcome: &Outcome<'_>, sink: &mut dyn std::io::Write) -> Result<()> {
    let mut table = Table::new(sink, COLUMNS)?;
    for item in &outcome.matched.ownerless {
        table.row(&[
            &item.item,
            &item.personal.elements.words().join("|"),
            &item.personal.persons.len().to_string(),
            &joined(item.hints.iter().map(String::as_str)),
        ])?;
    }
    table.end()
}
