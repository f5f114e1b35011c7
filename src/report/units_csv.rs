use super::Outcome;
use super::cells::joined;
use super::listing::{Listing, Push, Weight};
use crate::matching::attribution::declared;
use crate::model::Verdict;
use crate::verdict::conflicts;
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One row per institution, product and business unit: what its deployment says, and which of its own items the
/// product explains. Products whose files were found without a deployment of them have a row too, and so have own
/// items of no product.
pub(super) static LISTING: Listing = Listing {
    columns: &[
        "customer_id",
        "verdict",
        "product_id",
        "business_unit",
        "platform",
        "version",
        "from",
        "to",
        "purged",
        "outcome",
        "depends",
        "items",
        "found_by",
        "explains",
        "conflicts",
        "reason",
        "first_item",
    ],
    rows,
};

/// Own items of an institution that belong to one product, or to none.
#[derive(Default)]
struct Found<'a> {
    items: u64,
    by: BTreeSet<&'static str>,
    first: &'a str,
}

/// To which products the items belong: by a declared place or a path pattern, else by their format.
struct Products<'a> {
    outcome: &'a Outcome<'a>,
    /// Formats of items, where some product names formats.
    formats: HashMap<String, &'a str>,
    known: HashMap<&'a str, (Vec<usize>, &'static str)>,
}

impl<'a> Products<'a> {
    fn new(outcome: &'a Outcome<'a>) -> Self {
        let is_named = outcome.registry.products.iter().any(|p| !p.formats.is_empty());
        let items = outcome.matched.items.iter().filter(|_| is_named);
        let format = |content: usize| outcome.matched.readings[content].1.format.as_str();
        let formats = items.filter_map(|item| Some((item.path.to_string(), format(item.content?)))).collect();
        Self { outcome, formats, known: HashMap::new() }
    }

    fn of(&mut self, item: &'a str) -> (Vec<usize>, &'static str) {
        if let Some(known) = self.known.get(item) {
            return known.clone();
        }
        let products = &self.outcome.registry.products;
        let declared = declared(self.outcome.registry, item).products;
        let by_path: Vec<usize> = (0..products.len()).filter(|&n| declared.contains(&products[n].product_id)).collect();
        let found = match by_path.is_empty() {
            false => (by_path, "path"),
            true => {
                let format = self.formats.get(item);
                let fits = |n: &usize| format.is_some_and(|format| products[*n].formats.iter().any(|known| known == format));
                ((0..products.len()).filter(fits).collect(), "layout")
            }
        };
        self.known.insert(item, found.clone());
        found
    }
}

fn rows(outcome: &Outcome<'_>, push: &mut Push<'_>) -> Result<()> {
    let mut products = Products::new(outcome);
    for (number, institution) in outcome.registry.institutions.iter().enumerate() {
        let decided = &outcome.decided[number];
        let verdict = decided.decision.verdict();
        let own = outcome.matched.evidence[outcome.matched.evidence_of(number)].iter().filter(|e| e.mention.is_sure_owner());
        let items: BTreeSet<&str> = own.map(|e| &*e.item).collect();
        // The last is what belongs to no product.
        let mut found: BTreeMap<Option<usize>, Found<'_>> = BTreeMap::new();
        for item in items {
            let (of, by) = products.of(item);
            let all = of.iter().copied().map(Some).chain(of.is_empty().then_some(None));
            for product in all {
                let found = found.entry(product).or_default();
                found.items += 1;
                found.first = if found.first.is_empty() { item } else { found.first };
                found.by.extend(product.map(|_| by));
            }
        }
        let conflicts = conflicts(institution);
        let mut explained = BTreeSet::new();
        for judged in decided.dependence.deployments.iter() {
            let deployment = &institution.deployments[judged.index];
            let here = deployment.product.and_then(|product| found.get(&Some(product)));
            explained.extend(deployment.product);
            let conflicts = conflicts.iter().filter(|(index, _)| *index == judged.index).map(|(_, conflict)| conflict.as_str());
            push(
                weight(verdict),
                &[
                    institution.customer_id.as_str().into(),
                    verdict.as_str().into(),
                    deployment.product_id.as_str().into(),
                    deployment.business_unit.as_str().into(),
                    deployment.platform.as_str().into(),
                    deployment.version.as_str().into(),
                    deployment.from.to_string().into(),
                    deployment.to.to_string().into(),
                    deployment.purged.to_string().into(),
                    judged.outcome.as_str().into(),
                    judged.outcome.depends().into(),
                    here.map_or(0, |f| f.items).into(),
                    here.map_or(String::new(), |f| joined(f.by.iter().copied())).into(),
                    here.map_or("", |_| if judged.outcome.depends() { "yes" } else { "no" }).into(),
                    joined(conflicts).into(),
                    judged.reason.as_str().into(),
                    here.map_or("", |f| f.first).into(),
                ],
            )?;
        }
        for (product, here) in found.iter().filter(|(product, _)| product.is_none_or(|p| !explained.contains(&p))) {
            let (id, platform, outcome, reason) = match product {
                Some(product) => {
                    let product = &outcome.registry.products[*product];
                    (
                        &product.product_id[..],
                        &product.platform[..],
                        "not_deployed",
                        "files of the product were found, and no deployment of it is registered",
                    )
                }
                None => ("", "", "no_product", "neither a path pattern nor a layout says of which product these items are"),
            };
            push(
                weight(verdict),
                &[
                    institution.customer_id.as_str().into(),
                    verdict.as_str().into(),
                    id.into(),
                    "".into(),
                    platform.into(),
                    "".into(),
                    "".into(),
                    "".into(),
                    "".into(),
                    outcome.into(),
                    "".into(),
                    here.items.into(),
                    joined(here.by.iter().copied()).into(),
                    if product.is_some() { "no" } else { "" }.into(),
                    "".into(),
                    reason.into(),
                    here.first.into(),
                ],
            )?;
        }
    }
    Ok(())
}

fn weight(verdict: Verdict) -> Weight {
    match verdict {
        Verdict::Affected | Verdict::Undetermined => Weight::Decides,
        Verdict::Referenced | Verdict::RuledOut => Weight::Bears,
    }
}
