use super::decide::{Facts, answer};
use super::{Dependence, Findability, inventory};
use crate::matching::Holders;
use crate::model::Verdict;
use crate::registry::Registry;
use std::collections::BTreeSet;

/// What the registry alone says about the verdict of an institution.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// What its inventory says.
    pub dependence: Dependence,
    /// Could it be found?
    pub findability: Findability,
    /// The answer if all evidence had been read, without a gap, and nothing of it found. Where this is not
    /// "ruled out", no evidence can make it so.
    pub best: Verdict,
}

/// The outlook of every institution, by the rules of `answer`.
pub fn outlooks(registry: &Registry, holders: &Holders) -> Vec<Outlook> {
    let evidence_incomplete = registry.incident.evidence.as_ref().and_then(|e| e.complete) == Some(false);
    let outlook = |institution| {
        let dependence = inventory::judge(institution, &registry.incident);
        let findability = Findability::of(institution, holders);
        let facts = Facts {
            owner: BTreeSet::new(),
            weak: false,
            name_seen: false,
            counterparty: false,
            named: false,
            dependence: &dependence,
            gaps: BTreeSet::new(),
            evidence_incomplete,
            nothing_read: false,
            findable: findability == Findability::Findable,
        };
        let (best, _) = answer(&facts, &registry.incident.policy);
        Outlook { dependence, findability, best }
    };
    registry.institutions.iter().map(outlook).collect()
}
