//! What makes "ruled out" certain. A certificate can only be made here, from a judgement of the inventory
//! or from a ledger without a gap in the institution's scope; a verdict of "ruled out" holds one. Either is
//! made with the state of the ledger of a case that was matched, which nobody else can make up.

use super::gaps::ScopeGaps;
use super::inventory::{Dependence, Judged};
use crate::matching::Matched;
use crate::model::{ContentId, Status};
use crate::registry::Registry;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Why an institution is ruled out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// Its inventory excludes the compromised platform.
    NoDependency(NoDependency),
    /// It depends; all that could hold its files was read, and nothing of it was found.
    SearchedClear(SearchedClear),
}

/// What the controls of a run showed: how well it could see, and how often it saw what is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ControlFigures {
    /// Planted files: one per readable format, encoding and nesting.
    pub planted: u64,
    /// Those that the run recovered.
    pub recovered: u64,
    /// Decoys that were searched for.
    pub decoys: u64,
    /// Those that were hit.
    pub hit: u64,
}

impl Certificate {
    /// The controls of the run that it was made in.
    pub fn controls(&self) -> ControlFigures {
        match self {
            Self::NoDependency(no) => no.controls,
            Self::SearchedClear(clear) => clear.controls,
        }
    }
}

/// The inventory excludes a dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoDependency {
    deployments: Arc<[Judged]>,
    controls: ControlFigures,
}

impl NoDependency {
    /// From the judgement of an inventory, if that excludes a dependency.
    pub(super) fn new(dependence: &Dependence, state: &LedgerState) -> Option<Self> {
        if dependence.depends || dependence.deployments.is_empty() {
            return None;
        }
        Some(Self { deployments: Arc::clone(&dependence.deployments), controls: state.controls })
    }

    /// The deployments relied on, and why each does not depend.
    pub fn deployments(&self) -> &[Judged] {
        &self.deployments
    }
}

/// Everything in the institution's scope was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchedClear {
    ledger: ContentId,
    items: u64,
    gaps_elsewhere: usize,
    completeness_stated: bool,
    waived: usize,
    controls: ControlFigures,
}

/// What the ledger of a run says about its evidence as a whole.
///
/// Nobody makes one up, so nobody makes up a certificate:
///
/// ```compile_fail
/// use ruleout::verdict::{ControlFigures, LedgerState};
/// let digest = ruleout::model::ContentId([0; 32]);
/// LedgerState { digest, items: 1, searched: 1, gaps: 0, complete: None, controls: ControlFigures::default() };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerState {
    digest: ContentId,
    items: u64,
    searched: u64,
    gaps: usize,
    complete: Option<bool>,
    controls: ControlFigures,
}

impl LedgerState {
    /// Of a case that was matched with a registry.
    pub(super) fn of(registry: &Registry, matched: &Matched) -> Self {
        let mut hasher = Sha256::new();
        let (mut items, mut searched) = (0, 0);
        for item in matched.items.iter().filter(|i| !i.inherited) {
            let content = item.content.map_or(String::new(), |c| matched.readings[c].1.content.to_string());
            hasher.update(format!("{}\t{content}\t{}\t{}\n", item.path, item.status, item.cause.map_or("", |c| c.as_str())));
            items += 1;
            searched += u64::from(matches!(item.status, Status::Read | Status::Scanned | Status::Partial) && item.size > 0);
        }
        for manifest in &matched.manifests {
            hasher.update(format!("manifest\t{}\t{}\t{}\n", manifest.sha256, manifest.kind.as_str(), manifest.rows));
        }
        Self {
            digest: ContentId(hasher.finalize().into()),
            items,
            searched,
            gaps: matched.gaps.len(),
            complete: registry.incident.evidence.as_ref().and_then(|e| e.complete),
            controls: ControlFigures {
                planted: matched.planted.0,
                recovered: matched.planted.1,
                decoys: matched.decoys.iter().map(|row| row.decoys).sum(),
                hit: matched.decoys.iter().map(|row| row.hit).sum(),
            },
        }
    }

    /// SHA-256 over every item's path, identity and disposition, and every manifest's identity and kind.
    pub fn digest(&self) -> ContentId {
        self.digest
    }

    /// Was nothing of any item read or scanned?
    pub fn is_nothing_read(&self) -> bool {
        self.searched == 0
    }

    /// Does the incident state that the evidence is complete? `None`: it does not say.
    pub fn complete(&self) -> Option<bool> {
        self.complete
    }

    /// What the controls showed.
    pub fn controls(&self) -> ControlFigures {
        self.controls
    }
}

impl SearchedClear {
    /// From the state of the ledger, the gaps that count against the institution, and those that people waived.
    pub(super) fn new(state: &LedgerState, gaps: &ScopeGaps, waived: &ScopeGaps) -> Option<Self> {
        if !gaps.is_empty() || state.searched == 0 || state.complete == Some(false) {
            return None;
        }
        Some(Self {
            ledger: state.digest,
            items: state.items,
            gaps_elsewhere: state.gaps.saturating_sub(waived.len()),
            completeness_stated: state.complete == Some(true),
            waived: waived.len(),
            controls: state.controls,
        })
    }

    /// Digest of the ledger that it rests on.
    pub fn ledger(&self) -> ContentId {
        self.ledger
    }

    /// Items that were seen: files, and what is in them.
    pub fn items(&self) -> u64 {
        self.items
    }

    /// Gaps of the case that could not hold its files.
    pub fn gaps_elsewhere(&self) -> usize {
        self.gaps_elsewhere
    }

    /// Gaps in its scope that people decided not to count; a certificate names them.
    pub fn waived(&self) -> usize {
        self.waived
    }

    /// Did somebody state that the evidence is all that was taken? Where not, the certificate says so.
    pub fn completeness_stated(&self) -> bool {
        self.completeness_stated
    }
}

#[cfg(test)]
mod tests {
    use super::super::gaps::Blocks;
    use super::super::inventory::Outcome;
    use super::*;
    use crate::matching::{OpenGap, Reach};
    use crate::model::{Basis, Cause};
    use crate::registry::Institution;
    use std::collections::BTreeSet;

    #[test]
    fn no_certificate_where_a_gap_counts() {
        let dependence = |depends| Dependence {
            depends,
            flags: BTreeSet::new(),
            deployments: Arc::new([Judged {
                index: 0,
                outcome: if depends { Outcome::Exposed } else { Outcome::OtherPlatform },
                named: "P1 on relay 1.0".to_owned(),
                reason: "a reason".to_owned(),
            }]),
        };
        let state = |searched, complete| LedgerState {
            digest: ContentId([0; 32]),
            items: 1,
            searched,
            gaps: 2,
            complete,
            controls: ControlFigures::default(),
        };
        let gaps = |n| {
            let gap = OpenGap {
                item: "ev/a".to_owned(),
                cause: Cause::Encrypted,
                bytes: 1,
                detail: String::new(),
                reach: Reach::everybody(),
                basis: Basis::UnreadContent,
                waived: None,
            };
            let registry = Registry::of(vec![Institution::default()]);
            Blocks::new(&vec![gap; n], |_| true).against(&registry, 0, &dependence(true))
        };
        for without_all in [state(0, None), state(0, Some(true)), state(1, Some(false))] {
            assert!(SearchedClear::new(&without_all, &gaps(0), &gaps(0)).is_none());
        }
        let state = state(1, Some(true));
        assert!(
            SearchedClear::new(&state, &gaps(0), &gaps(2))
                .is_some_and(|clear| (clear.waived(), clear.gaps_elsewhere()) == (2, 0) && clear.completeness_stated())
        );
        assert!(SearchedClear::new(&state, &gaps(0), &gaps(0)).is_some_and(|clear| clear.gaps_elsewhere() == 2));
        assert!(SearchedClear::new(&state, &gaps(1), &gaps(0)).is_none());
        assert!(NoDependency::new(&dependence(true), &state).is_none());
        let none = Dependence { deployments: Arc::new([]), ..dependence(false) };
        assert!(NoDependency::new(&none, &state).is_none());
        let relied = NoDependency::new(&dependence(false), &state).expect("it does not depend");
        assert_eq!(relied.deployments().iter().map(ToString::to_string).collect::<Vec<_>>(), ["P1 on relay 1.0: a reason"]);
    }
}
