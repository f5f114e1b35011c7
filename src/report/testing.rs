//! An outcome of one institution and no evidence, for tests of writers.

use super::Outcome;
use crate::matching::{Matched, Reconciled};
use crate::registry;
use std::collections::BTreeSet;

/// Calls with an outcome.
pub(super) fn with_outcome(test: impl FnOnce(&Outcome<'_>)) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("customers.csv"), "customer_id,legal_name\n007,=1+1\n").unwrap();
    let incident = "[incident]\nid = \"i\"\nwindow_from = 2025-01-01\nwindow_to = 2025-01-31\n\n[[compromised]]\nplatform = \"p\"\nversions = \">=1\"\n";
    std::fs::write(folder.path().join("incident.toml"), incident).unwrap();
    for (file, header) in [
        ("names.csv", "customer_id,name\n"),
        ("identifiers.csv", "customer_id,scheme,value\n"),
        ("products.csv", "product_id,name\n"),
        ("deployments.csv", "customer_id,product_id,platform,version\n"),
    ] {
        std::fs::write(folder.path().join(file), header).unwrap();
    }
    let registry = registry::load(folder.path(), false).unwrap();
    let matched = Matched {
        roots: Vec::new(),
        readings: Vec::new(),
        items: Vec::new(),
        attributed: Vec::new(),
        manifests: Vec::new(),
        listed: Reconciled::default(),
        evidence: Vec::new(),
        gaps: Vec::new(),
        ownerless: Vec::new(),
        holdings: vec![Default::default()],
        claimed: BTreeSet::new(),
        not_found: Vec::new(),
        reviewed: Vec::new(),
        dated: BTreeSet::new(),
        decoys: Vec::new(),
        planted: (0, 0),
        activity: crate::matching::Activity::default(),
        holders: crate::matching::Holders::new(&registry),
        lone_words: std::collections::BTreeSet::new(),
    };
    let (decided, blocking, ledger) = crate::verdict::decide_all(&registry, &matched);
    test(&Outcome {
        registry: &registry,
        matched: &matched,
        decided: &decided,
        blocking: &blocking,
        ledger: &ledger,
        planted: &Default::default(),
        calendar: &Default::default(),
        known: &Default::default(),
        scratch: folder.path(),
        made: Default::default(),
        stop: &crate::stop::Stop::new(),
    });
}
