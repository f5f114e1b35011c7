use super::inventory::Dependence;
use crate::matching::{OpenGap, Reach};
use crate::model::Scheme;
use crate::registry::Registry;
use std::collections::{BTreeMap, BTreeSet};

/// Which gaps count against which institution.
pub struct Blocks {
    everybody: Vec<usize>,
    without_account: Vec<usize>,
    by_product: BTreeMap<String, Vec<usize>>,
    by_institution: BTreeMap<usize, Vec<usize>>,
}

/// A gap that blocks somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockingGap {
    /// Index of the gap.
    pub gap: usize,
    /// Institutions left undetermined against whom it counts.
    pub blocks: u64,
    /// Those among them against whom nothing else counts.
    pub frees_alone: u64,
}

impl Blocks {
    /// Sorts those gaps that `count` accepts by their reach.
    pub fn new(gaps: &[OpenGap], count: impl Fn(&OpenGap) -> bool) -> Self {
        let mut blocks =
            Self { everybody: Vec::new(), without_account: Vec::new(), by_product: BTreeMap::new(), by_institution: BTreeMap::new() };
        for (number, gap) in gaps.iter().enumerate().filter(|(_, gap)| count(gap)) {
            let Reach { everybody, without_account, institutions, products } = &gap.reach;
            if *everybody {
                blocks.everybody.push(number);
            }
            if *without_account {
                blocks.without_account.push(number);
            }
            products.iter().for_each(|product| blocks.by_product.entry(product.clone()).or_default().push(number));
            institutions.iter().for_each(|i| blocks.by_institution.entry(*i).or_default().push(number));
        }
        blocks
    }

    /// The gaps that count against an institution, ascending. Only those that depend can be blocked.
    pub fn against(&self, registry: &Registry, institution: usize, dependence: &Dependence) -> Vec<usize> {
        if !dependence.depends {
            return Vec::new();
        }
        let entry = &registry.institutions[institution];
        let mut out = self.everybody.clone();
        let has_account = entry.usable_identifiers().any(|i| i.scheme == Scheme::TransferAccount);
        if !has_account {
            out.extend(&self.without_account);
        }
        // As the products table writes the id, which deployments may write in another case.
        let products: BTreeSet<&str> =
            entry.deployments.iter().filter_map(|d| d.product).map(|p| registry.products[p].product_id.as_str()).collect();
        // Without an inventory, or where a product cannot be told, it may be any product's.
        let any_product = entry.deployments.is_empty() || entry.deployments.iter().any(|d| d.product.is_none());
        for (product, gaps) in &self.by_product {
            if any_product || products.contains(product.as_str()) {
                out.extend(gaps);
            }
        }
        out.extend(self.by_institution.get(&institution).into_iter().flatten());
        out.sort_unstable();
        out.dedup();
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Basis, Cause};
    use crate::registry::{Deployment, Institution, Product};

    #[test]
    fn a_products_gap_counts_whatever_the_case_of_its_id() {
        let institution = |product_id: &str, product| Institution {
            deployments: vec![Deployment { product_id: product_id.to_owned(), product, ..Deployment::default() }],
            ..Institution::default()
        };
        let product = |id: &str| Product { product_id: id.to_owned(), ..Product::default() };
        let registry = Registry {
            products: vec![product("P1"), product("P2")],
            ..Registry::of(vec![institution("p1", Some(0)), institution("P2", Some(1)), institution("P9", None)])
        };
        let gap = OpenGap {
            item: "ev/a".to_owned(),
            cause: Cause::Encrypted,
            bytes: 1,
            detail: String::new(),
            reach: Reach { products: BTreeSet::from(["P1".to_owned()]), ..Reach::default() },
            basis: Basis::UnreadContent,
            waived: None,
        };
        let blocks = Blocks::new(&[gap], |_| true);
        let dependence = Dependence { depends: true, flags: BTreeSet::new(), deployments: Vec::new() };
        let against = [0, 1, 2].map(|n| blocks.against(&registry, n, &dependence).len());
        assert_eq!(against, [1, 0, 1]);
    }
}
