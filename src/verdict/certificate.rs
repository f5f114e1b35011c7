//! What makes "ruled out" certain. A certificate can only be made here, from a judgement of the inventory
//! or from a ledger without a gap in the institution's scope; a verdict of "ruled out" holds one.

use super::inventory::Dependence;
use crate::model::ContentId;

/// Why an institution is ruled out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// Its inventory excludes the compromised platform.
    NoDependency(NoDependency),
    /// It depends; all that could hold its files was read, and nothing of it was found.
    SearchedClear(SearchedClear),
}

/// The inventory excludes a dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoDependency {
    deployments: Vec<(usize, String)>,
}

impl NoDependency {
    /// From the judgement of an inventory, if that excludes a dependency.
    pub(super) fn new(dependence: &Dependence) -> Option<Self> {
        if dependence.depends || dependence.deployments.is_empty() {
            return None;
        }
        Some(Self { deployments: dependence.deployments.iter().map(|d| (d.index, d.reason.clone())).collect() })
    }

    /// The deployments relied on: index in the registry, and why each does not depend.
    pub fn deployments(&self) -> &[(usize, String)] {
        &self.deployments
    }
}

/// Everything in the institution's scope was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchedClear {
    ledger: ContentId,
    items: u64,
    completeness_stated: bool,
    waived: usize,
}

/// What the ledger of a run says about its evidence as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerState {
    /// SHA-256 over every item's path, identity and disposition.
    pub digest: ContentId,
    /// Items in it.
    pub items: u64,
    /// Items of which something was read or scanned.
    pub searched: u64,
    /// Does the incident state that the evidence is complete? `None`: it does not say.
    pub complete: Option<bool>,
}

impl SearchedClear {
    /// From the state of the ledger, the number of gaps that count against the institution, and of those that
    /// people waived.
    pub(super) fn new(state: &LedgerState, gaps_in_scope: usize, waived: usize) -> Option<Self> {
        if gaps_in_scope > 0 || state.searched == 0 || state.complete == Some(false) {
            return None;
        }
        Some(Self { ledger: state.digest, items: state.items, completeness_stated: state.complete == Some(true), waived })
    }

    /// Digest of the ledger that it rests on.
    pub fn ledger(&self) -> ContentId {
        self.ledger
    }

    /// Items that were searched.
    pub fn items(&self) -> u64 {
        self.items
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
