use super::decide::{Decision, Facts, decide};
use super::{ControlFigures, Dependence, Findability, LedgerState, inventory};
use crate::matching::Holders;
use crate::model::ContentId;
use crate::registry::Registry;
use std::collections::BTreeSet;

/// What the registry alone says about the verdict of an institution.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// What its inventory says.
    pub dependence: Dependence,
    /// Could it be found?
    pub findability: Findability,
    /// The decision if all evidence had been read, without a gap, and nothing of it found. Where this is not
    /// "ruled out", no evidence can make it so.
    pub best: Decision,
}

/// The outlook of every institution, by the rules of `decide`.
pub fn outlooks(registry: &Registry, holders: &Holders) -> Vec<Outlook> {
    let complete = registry.incident.evidence.as_ref().and_then(|e| e.complete);
    let ledger = LedgerState { digest: ContentId([0; 32]), items: 1, searched: 1, complete, controls: ControlFigures::default() };
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
            gaps: Vec::new(),
            waived: 0,
            findable: findability == Findability::Findable,
        };
        let best = decide(&facts, &ledger, &registry.incident.policy);
        Outlook { dependence, findability, best }
    };
    registry.institutions.iter().map(outlook).collect()
}
