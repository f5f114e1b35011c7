use super::Outcome;
use super::cells::joined;
use super::listing::{Listing, Push, Weight};
use crate::model::{Flag, Verdict};
use anyhow::Result;

/// One row per institution of the registry, always all of them.
pub(super) static LISTING: Listing = Listing { columns: COLUMNS, rows };

const COLUMNS: &[&str] = &[
    "customer_id",
    "legal_name",
    "verdict",
    "basis",
    "flags",
    "depends",
    "products",
    "business_units",
    "owner_items",
    "counterparty_items",
    "owner_bytes",
    "data_elements",
    "individuals",
    "gap_items",
    "first_evidence",
];

fn rows(outcome: &Outcome<'_>, push: &mut Push<'_>) -> Result<()> {
    let mut order: Vec<usize> = (0..outcome.decided.len()).collect();
    // Letters that no longer hold come first, in the order of the registry like everybody else.
    order.sort_by_key(|&number| !outcome.decided[number].flags.contains(&Flag::Retract));
    for number in order {
        let (institution, decided, holdings) =
            (&outcome.registry.institutions[number], &outcome.decided[number], &outcome.matched.holdings[number]);
        let bases = decided.decision.bases();
        // Deployments that leave the institution depending; these are what it is in scope for.
        let exposed: Vec<_> =
            decided.dependence.deployments.iter().filter(|d| d.outcome.depends()).map(|d| &institution.deployments[d.index]).collect();
        let is_affected = decided.decision.verdict() == Verdict::Affected;
        let own = |n: u64| if is_affected { n } else { 0 };
        push(
            Weight::Decides,
            &[
                institution.customer_id.as_str().into(),
                institution.legal_name.as_str().into(),
                decided.decision.verdict().as_str().into(),
                bases.first().map_or("", |b| b.as_str()).into(),
                joined(decided.flags.iter().map(|f| f.as_str())).into(),
                decided.dependence.depends.into(),
                joined(exposed.iter().map(|d| d.product_id.as_str())).into(),
                joined(exposed.iter().map(|d| d.business_unit.as_str())).into(),
                own(holdings.owner_items).into(),
                holdings.counterparty_items.into(),
                own(holdings.owner_bytes).into(),
                if is_affected { holdings.personal.elements.words().join("|") } else { String::new() }.into(),
                own(holdings.personal.persons.len() as u64).into(),
                decided.gaps.items().into(),
                holdings.first_evidence.as_deref().unwrap_or("").into(),
            ],
        )?;
    }
    Ok(())
}
