use super::Outcome;
use super::cells::joined;
use super::listing::{Listing, Push, Weight};
use anyhow::Result;

/// One row per item with personal data that nobody is named as the owner of.
pub(super) static LISTING: Listing = Listing { columns: &["item", "data_elements", "individuals", "hints"], rows };

fn rows(outcome: &Outcome<'_>, push: &mut Push<'_>) -> Result<()> {
    for item in &outcome.matched.ownerless {
        push(
            Weight::Decides,
            &[
                item.item.as_str().into(),
                item.personal.elements.words().join("|").into(),
                (item.personal.persons.len() as u64).into(),
                joined(item.hints.iter().map(String::as_str)).into(),
            ],
        )?;
    }
    Ok(())
}
