use crate::model::{Cause, Remedy, Verdict};
use crate::report::{CoverageSummary, Outcome};
use crate::verdict::remedy;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Institutions by verdict, in the order of [`Verdict::ALL`].
pub(super) type Verdicts = [u64; 4];

/// What a gap or a kind of gaps amounts to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct GapSum {
    /// Gaps.
    pub gaps: u64,
    /// Those among them that keep somebody open.
    pub blocking: u64,
    /// Their bytes; members count decoded.
    pub bytes: u64,
}

/// What one kind of act would close.
#[derive(Clone, Copy, Debug)]
pub(super) struct Act {
    /// The word of `gaps.csv`.
    pub remedy: Remedy,
    /// The gaps that it would close.
    pub sum: GapSum,
    /// Institutions that it alone would decide.
    pub alone: u64,
    /// Institutions that it would decide together with all acts before it.
    pub together: u64,
}

/// What the sections say in figures, counted once.
pub(super) struct Facts<'a> {
    pub outcome: &'a Outcome<'a>,
    /// All institutions.
    pub verdicts: Verdicts,
    pub coverage: &'a CoverageSummary,
    /// By country and region.
    pub by_region: Vec<(String, Verdicts)>,
    /// By product in any deployment; an institution counts once for each of its products.
    pub by_product: Vec<(String, Verdicts)>,
    pub by_cause: Vec<(Cause, GapSum)>,
    /// By what would close them, those first that decide most.
    pub by_act: Vec<Act>,
    /// Institutions that closing every gap would decide.
    pub open_for_gaps_alone: u64,
    /// Where the evidence of each institution stands.
    pub evidence: Vec<Range<usize>>,
}

impl<'a> Facts<'a> {
    pub fn of(outcome: &'a Outcome<'a>) -> Self {
        let mut verdicts = Verdicts::default();
        let mut by_region: BTreeMap<String, Verdicts> = BTreeMap::new();
        let mut by_product: BTreeMap<String, Verdicts> = BTreeMap::new();
        for (institution, decided) in outcome.registry.institutions.iter().zip(outcome.decided) {
            let verdict = decided.decision.verdict() as usize;
            verdicts[verdict] += 1;
            by_region.entry(region(&institution.country, &institution.region)).or_default()[verdict] += 1;
            let products: BTreeSet<&str> = institution.deployments.iter().map(|d| d.product_id.as_str()).collect();
            for product in products {
                by_product.entry(product_name(outcome, product)).or_default()[verdict] += 1;
            }
            if institution.deployments.is_empty() {
                by_product.entry("no deployment on record".to_owned()).or_default()[verdict] += 1;
            }
        }
        Self {
            outcome,
            verdicts,
            coverage: outcome.coverage(),
            by_region: worst_first(by_region),
            by_product: worst_first(by_product),
            by_cause: by_cause(outcome),
            by_act: by_act(outcome),
            open_for_gaps_alone: outcome.decided.iter().filter(|d| d.decision.is_open_for_gaps_alone()).count() as u64,
            evidence: (0..outcome.registry.institutions.len()).map(|institution| outcome.matched.evidence_of(institution)).collect(),
        }
    }

    /// Institutions with a verdict.
    pub fn count(&self, verdict: Verdict) -> u64 {
        self.verdicts[verdict as usize]
    }
}

/// Country and region as one word.
pub(super) fn region(country: &str, region: &str) -> String {
    match (country, region) {
        ("", "") => "not stated".to_owned(),
        ("", only) | (only, "") => only.to_owned(),
        (country, region) => format!("{country}-{region}"),
    }
}

/// A product's id with its name.
pub(super) fn product_name(outcome: &Outcome<'_>, id: &str) -> String {
    let name = outcome.registry.products.iter().find(|p| p.product_id == id).map_or("", |p| p.name.as_str());
    match (id, name) {
        ("", _) => "product not stated".to_owned(),
        (id, "") => id.to_owned(),
        (id, name) => format!("{id} {name}"),
    }
}

fn worst_first(counts: BTreeMap<String, Verdicts>) -> Vec<(String, Verdicts)> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
    counts
}

fn by_cause(outcome: &Outcome<'_>) -> Vec<(Cause, GapSum)> {
    let mut sums: BTreeMap<Cause, GapSum> = BTreeMap::new();
    for gap in &outcome.matched.gaps {
        let sum = sums.entry(gap.cause).or_default();
        sum.gaps += 1;
        sum.bytes = sum.bytes.saturating_add(gap.bytes);
    }
    for blocking in outcome.blocking {
        sums.entry(outcome.matched.gaps[blocking.gap].cause).or_default().blocking += 1;
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(cause, sum)| (std::cmp::Reverse((sum.bytes, sum.gaps)), *cause));
    sums
}

/// Each kind of act in the order in which they decide most, after those before them.
fn by_act(outcome: &Outcome<'_>) -> Vec<Act> {
    let acts: Vec<Remedy> = outcome.matched.gaps.iter().map(|g| remedy(g.cause)).collect();
    let mut sums: BTreeMap<Remedy, GapSum> = BTreeMap::new();
    for blocking in outcome.blocking {
        let sum = sums.entry(acts[blocking.gap]).or_default();
        sum.gaps += 1;
        sum.blocking += 1;
        sum.bytes = sum.bytes.saturating_add(outcome.matched.gaps[blocking.gap].bytes);
    }
    // How many institutions need which acts, and no other; the acts are few, and each is a bit.
    let bit = |act: Remedy| 1_u32 << act as u32;
    let mut needed: BTreeMap<u32, u64> = BTreeMap::new();
    for decided in outcome.decided.iter().filter(|d| d.decision.is_open_for_gaps_alone()) {
        *needed.entry(decided.gaps.remedies().iter().fold(0, |all, act| all | bit(*act))).or_default() += 1;
    }
    let decided_by = |done: u32| needed.iter().filter(|(acts, _)| *acts & !done == 0).map(|(_, n)| n).sum::<u64>();
    let mut done = 0;
    let mut out = Vec::with_capacity(sums.len());
    while let Some((remedy, together)) = sums
        .keys()
        .map(|act| (*act, decided_by(done | bit(*act))))
        .max_by_key(|(act, together)| (*together, sums[act].gaps, std::cmp::Reverse(*act)))
    {
        let sum = sums.remove(&remedy).unwrap_or_default();
        done |= bit(remedy);
        out.push(Act { remedy, sum, alone: decided_by(bit(remedy)), together });
    }
    out
}
