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
    deployments: Vec<(usize, String)>,
    controls: ControlFigures,
}

impl NoDependency {
    /// From the judgement of an inventory, if that excludes a dependency.
    pub(super) fn new(dependence: &Dependence, controls: ControlFigures) -> Option<Self> {
        if dependence.depends || dependence.deployments.is_empty() {
            return None;
        }
        Some(Self {
            deployments: dependence.deployments.iter().map(|d| (d.index, format!("{}: {}", d.named, d.reason))).collect(),
            controls,
        })
    }

    /// The deployments relied on: index in the registry; product, platform, version and dates of each, and why it does
    /// not depend.
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
    controls: ControlFigures,
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
    /// What the controls showed.
    pub controls: ControlFigures,
}

impl SearchedClear {
    /// From the state of the ledger, the number of gaps that count against the institution, and of those that
    /// people waived.
    pub(super) fn new(state: &LedgerState, gaps_in_scope: usize, waived: usize) -> Option<Self> {
        if gaps_in_scope > 0 || state.searched == 0 || state.complete == Some(false) {
            return None;
        }
        Some(Self {
            ledger: state.digest,
            items: state.items,
            completeness_stated: state.complete == Some(true),
            waived,
            controls: state.controls,
        })
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
