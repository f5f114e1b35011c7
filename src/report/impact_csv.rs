use super::Outcome;
use super::cells::{Table, joined};
use crate::model::Verdict;
use anyhow::Result;
use std::collections::BTreeSet;

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

/// One row per institution of the registry, always all of them.
pub(super) fn write(outcome: &Outcome<'_>, sink: &mut dyn std::io::Write) -> Result<()> {
    let mut table = Table::new(sink, COLUMNS)?;
    for ((institution, decided), holdings) in outcome.registry.institutions.iter().zip(outcome.decided).zip(&outcome.matched.holdings) {
        let bases = decided.decision.bases();
        // Deployments that leave the institution depending; these are what it is in scope for.
        let exposed: Vec<_> =
            decided.dependence.deployments.iter().filter(|d| d.outcome.depends()).map(|d| &institution.deployments[d.index]).collect();
        let is_affected = decided.decision.verdict() == Verdict::Affected;
        let own = |n: u64| if is_affected { n.to_string() } else { "0".to_owned() };
        let gap_items: BTreeSet<&str> = decided.gaps.iter().map(|&g| outcome.matched.gaps[g].item.as_str()).collect();
        table.row(&[
            &institution.customer_id,
            &institution.legal_name,
            decided.decision.verdict().as_str(),
            bases.first().map_or("", |b| b.as_str()),
            &joined(decided.flags.iter().map(|f| f.as_str())),
            if decided.dependence.depends { "true" } else { "false" },
            &joined(exposed.iter().map(|d| d.product_id.as_str())),
            &joined(exposed.iter().map(|d| d.business_unit.as_str())),
            &own(holdings.owner_items),
            &holdings.counterparty_items.to_string(),
            &own(holdings.owner_bytes),
            &if is_affected { holdings.personal.elements.words().join("|") } else { String::new() },
            &own(holdings.personal.persons.len() as u64),
            &gap_items.len().to_string(),
            holdings.first_evidence.as_deref().unwrap_or(""),
        ])?;
    }
    table.end()
}
