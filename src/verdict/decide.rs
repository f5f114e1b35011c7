use super::certificate::{Certificate, LedgerState, NoDependency, SearchedClear};
use super::findable::Findability;
use super::gaps::{BlockingGap, Blocks, ScopeGaps};
use super::inventory::{self, Dependence};
use super::letters::{is_to_retract, last_letters};
use crate::matching::{Evidence, Matched};
use crate::model::{Basis, Flag, Role, Strength, Verdict};
use crate::registry::{self, Policy, Registry};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// The answer for one institution, with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// At least one sure owner mention.
    Affected(BTreeSet<Basis>),
    /// A weak mention that nothing settles, or something in its scope that was not read.
    Undetermined(BTreeSet<Basis>),
    /// Only the other side of payments, or named in passing.
    Referenced(BTreeSet<Basis>),
    /// Certified.
    RuledOut(Certificate),
}

impl Decision {
    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Affected(_) => Verdict::Affected,
            Self::Undetermined(_) => Verdict::Undetermined,
            Self::Referenced(_) => Verdict::Referenced,
            Self::RuledOut(_) => Verdict::RuledOut,
        }
    }

    /// Everything that it is based on, the strongest first.
    pub fn bases(&self) -> Vec<Basis> {
        match self {
            Self::Affected(bases) | Self::Undetermined(bases) | Self::Referenced(bases) => bases.iter().copied().collect(),
            Self::RuledOut(Certificate::NoDependency(_)) => vec![Basis::NoDependency],
            Self::RuledOut(Certificate::SearchedClear(_)) => vec![Basis::SearchedClear],
        }
    }

    /// Is it open for gaps alone, so that closing them would decide it?
    pub fn is_open_for_gaps_alone(&self) -> bool {
        match self {
            Self::Undetermined(bases) => {
                bases.iter().all(|b| matches!(b, Basis::UnreadContent | Basis::UnattributedData | Basis::UnclaimedAccount))
            }
            Self::Affected(_) | Self::Referenced(_) | Self::RuledOut(_) => false,
        }
    }
}

/// What speaks for and against one institution.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// Bases of its sure owner mentions.
    pub owner: BTreeSet<Basis>,
    /// It has a weak mention of its own.
    pub weak: bool,
    /// A name that it shares, or one of a single word, was seen.
    pub name_seen: bool,
    /// It is the other side of a payment.
    pub counterparty: bool,
    /// Its distinctive name was seen in passing.
    pub named: bool,
    /// What its inventory says.
    pub dependence: &'a Dependence,
    /// Bases of the gaps that count against it.
    pub gaps: BTreeSet<Basis>,
    /// The incident says that the evidence is not all that was taken.
    pub evidence_incomplete: bool,
    /// No evidence was read.
    pub nothing_read: bool,
    /// Could an owner mention of it be found at all?
    pub findable: bool,
}

/// The answer that facts have, and what it is based on. Where several verdicts hold, it is the first of affected,
/// undetermined, referenced, ruled out. It proves nothing: "ruled out" is decided with a certificate, in [`decide_all`] alone.
pub fn answer(facts: &Facts<'_>, policy: &Policy) -> (Verdict, BTreeSet<Basis>) {
    let depends = facts.dependence.depends;

    let mut affected = facts.owner.clone();
    if facts.counterparty && policy.counterparty == registry::Counterparty::Affected {
        affected.insert(Basis::Counterparty);
    }
    if !affected.is_empty() {
        return (Verdict::Affected, affected);
    }

    let mut open = BTreeSet::new();
    // A shared or one-word name never opens an institution that does not depend.
    if facts.name_seen && depends {
        open.insert(Basis::AmbiguousName);
    }
    if facts.weak {
        open.insert(Basis::WeakEvidence);
    }
    if depends {
        open.extend(&facts.gaps);
        if facts.evidence_incomplete || facts.nothing_read {
            open.insert(Basis::EvidenceIncomplete);
        }
        if !facts.findable {
            open.insert(Basis::InsufficientIdentifiers);
        }
    }
    if !open.is_empty() {
        return (Verdict::Undetermined, open);
    }

    let mut referenced = BTreeSet::new();
    if facts.counterparty {
        referenced.insert(Basis::Counterparty);
    }
    if facts.named {
        referenced.insert(Basis::Named);
    }
    if !referenced.is_empty() {
        return (Verdict::Referenced, referenced);
    }
    (Verdict::RuledOut, BTreeSet::from([if depends { Basis::SearchedClear } else { Basis::NoDependency }]))
}

/// What rules an institution out: its inventory, or a search that left no gap in its scope.
fn certificate(dependence: &Dependence, ledger: &LedgerState, gaps: &ScopeGaps, waived: &ScopeGaps) -> Option<Certificate> {
    NoDependency::new(dependence, ledger)
        .map(Certificate::NoDependency)
        .or_else(|| SearchedClear::new(ledger, gaps, waived).map(Certificate::SearchedClear))
}

/// Everything decided about one institution.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The answer.
    pub decision: Decision,
    /// What else must be known.
    pub flags: BTreeSet<Flag>,
    /// What the inventory says.
    pub dependence: Dependence,
    /// Gaps that count against it.
    pub gaps: Arc<ScopeGaps>,
    /// Gaps that would count against it, had nobody waived them.
    pub waived: Arc<ScopeGaps>,
}

/// Decides for every institution of the registry.
pub fn decide_all(registry: &Registry, matched: &Matched) -> (Vec<Decided>, Vec<BlockingGap>, LedgerState) {
    let ledger = LedgerState::of(registry, matched);
    let mut blocks = Blocks::new(&matched.gaps, |gap| gap.waived.is_none());
    let mut waived_ones = Blocks::new(&matched.gaps, |gap| gap.waived.is_some());
    let holders = &matched.holders;
    let letters = last_letters(registry);
    let mut decided: Vec<Decided> = (0..registry.institutions.len())
        .map(|number| {
            let institution = &registry.institutions[number];
            let dependence = inventory::judge(institution, &registry.incident);
            let gaps = blocks.against(registry, number, &dependence);
            let waived = waived_ones.against(registry, number, &dependence);
            let evidence = &matched.evidence[matched.evidence_of(number)];
            let findable = Findability::of(institution, holders) == Findability::Findable;
            let facts = facts(evidence, &dependence, gaps.bases().clone(), &ledger, findable);
            let decision = match answer(&facts, &registry.incident.policy) {
                (Verdict::Affected, bases) => Decision::Affected(bases),
                (Verdict::Undetermined, bases) => Decision::Undetermined(bases),
                (Verdict::Referenced, bases) => Decision::Referenced(bases),
                (Verdict::RuledOut, _) => match certificate(&dependence, &ledger, &gaps, &waived) {
                    Some(certificate) => Decision::RuledOut(certificate),
                    // No certificate, no ruling out.
                    None => Decision::Undetermined(BTreeSet::from([Basis::EvidenceIncomplete])),
                },
            };
            let mut flags = dependence.flags.clone();
            if matches!(decision, Decision::Affected(_)) && !dependence.depends {
                flags.insert(Flag::ContradictsInventory);
            }
            if facts.name_seen {
                flags.insert(Flag::NameSeen);
            }
            if matched.dated.contains(&number) {
                flags.insert(Flag::DecidedByDate);
            }
            if !institution.defects.is_empty() {
                flags.insert(Flag::RegistryDefect);
            }
            if matched.claimed.contains(&number) && !matches!(decision, Decision::Affected(_)) {
                flags.insert(Flag::ClaimedBySeller);
            }
            if institution.usable_identifiers().any(|i| holders.is_shared(i)) {
                flags.insert(Flag::SharedIdentifier);
            }
            if !waived.is_empty() || evidence.iter().any(|e| !e.mention.review.is_empty()) {
                flags.insert(Flag::Reviewed);
            }
            if is_to_retract(letters[number], decision.verdict()) {
                flags.insert(Flag::Retract);
            }
            Decided { decision, flags, dependence, gaps, waived }
        })
        .collect();
    flag_relatives(registry, &mut decided);
    let blocking = blocking(&decided, matched.gaps.len());
    (decided, blocking, ledger)
}

pub(super) fn facts<'a>(
    evidence: &[Evidence],
    dependence: &'a Dependence,
    gaps: BTreeSet<Basis>,
    ledger: &LedgerState,
    findable: bool,
) -> Facts<'a> {
    let mut facts = Facts {
        owner: BTreeSet::new(),
        weak: false,
        name_seen: false,
        counterparty: false,
        named: false,
        dependence,
        gaps,
        evidence_incomplete: ledger.complete() == Some(false),
        nothing_read: ledger.is_nothing_read(),
        findable,
    };
    for mention in evidence.iter().map(|e| &e.mention) {
        match (mention.role, mention.strength) {
            (Role::Owner, Strength::Sure) => _ = facts.owner.insert(mention.basis),
            (Role::Reference, Strength::Weak) => {}
            (Role::Reference, Strength::Sure) => facts.named = true,
            (Role::Counterparty, Strength::Sure | Strength::Weak) => facts.counterparty = true,
            (Role::Unknown, _) | (Role::Owner, Strength::Weak) => match mention.basis {
                Basis::AmbiguousName => facts.name_seen = true,
                _ => facts.weak = true,
            },
        }
    }
    facts
}

/// A parent's verdict is not its subsidiaries', but they should know of each other.
fn flag_relatives(registry: &Registry, decided: &mut [Decided]) {
    let mut affected: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (number, one) in decided.iter().enumerate() {
        if one.decision.verdict() == Verdict::Affected {
            affected.entry(registry.head_of_group(number)).or_default().push(number);
        }
    }
    for (number, one) in decided.iter_mut().enumerate() {
        if affected.get(&registry.head_of_group(number)).is_some_and(|some| some.iter().any(|&other| other != number)) {
            one.flags.insert(Flag::RelatedAffected);
        }
    }
}

fn blocking(decided: &[Decided], gaps: usize) -> Vec<BlockingGap> {
    // How many institutions have the same gaps, and how many of them nothing else.
    let mut scopes: HashMap<*const ScopeGaps, (&ScopeGaps, u64, u64)> = HashMap::new();
    for one in decided.iter().filter(|d| d.decision.verdict() == Verdict::Undetermined) {
        let (_, institutions, free) = scopes.entry(Arc::as_ptr(&one.gaps)).or_insert((&one.gaps, 0, 0));
        *institutions += 1;
        *free += u64::from(one.decision.is_open_for_gaps_alone() && one.gaps.len() == 1);
    }
    let mut counts = vec![(0u64, 0u64); gaps];
    for (scope, institutions, free) in scopes.into_values() {
        for gap in scope.all() {
            counts[gap].0 += institutions;
            counts[gap].1 += free;
        }
    }
    let mut out: Vec<BlockingGap> = counts
        .into_iter()
        .enumerate()
        .filter(|(_, (blocks, _))| *blocks > 0)
        .map(|(gap, (blocks, frees_alone))| BlockingGap { gap, blocks, frees_alone })
        .collect();
    out.sort_by_key(|b| (std::cmp::Reverse(b.frees_alone), std::cmp::Reverse(b.blocks), b.gap));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Counterparty;

    fn dependence(depends: bool) -> Dependence {
        let judged = inventory::Judged {
            index: 0,
            outcome: if depends { inventory::Outcome::Exposed } else { inventory::Outcome::OtherPlatform },
            named: "P1 on relay 1.0".to_owned(),
            reason: "a reason".to_owned(),
        };
        Dependence { depends, flags: BTreeSet::new(), deployments: Arc::new([judged]) }
    }

    fn nothing(dependence: &Dependence) -> Facts<'_> {
        Facts {
            owner: BTreeSet::new(),
            weak: false,
            name_seen: false,
            counterparty: false,
            named: false,
            dependence,
            gaps: BTreeSet::new(),
            evidence_incomplete: false,
            nothing_read: false,
            findable: true,
        }
    }

    fn verdict(facts: &Facts<'_>) -> Verdict {
        answer(facts, &Policy::default()).0
    }

    #[test]
    fn the_first_verdict_that_holds_is_given() {
        let dependence = dependence(true);
        let mut facts = nothing(&dependence);
        assert_eq!(verdict(&facts), Verdict::RuledOut);
        (facts.counterparty, facts.named) = (true, true);
        assert_eq!(verdict(&facts), Verdict::Referenced);
        let strict = Policy { counterparty: Counterparty::Affected, ..Policy::default() };
        assert_eq!(answer(&facts, &strict), (Verdict::Affected, BTreeSet::from([Basis::Counterparty])));
        facts.gaps.insert(Basis::UnreadContent);
        assert_eq!(verdict(&facts), Verdict::Undetermined);
        facts.owner.insert(Basis::Records);
        assert_eq!(verdict(&facts), Verdict::Affected);
    }

    #[test]
    fn what_only_points_stays_open() {
        for depends in [true, false] {
            let dependence = dependence(depends);
            let facts = Facts { weak: true, ..nothing(&dependence) };
            assert_eq!(verdict(&facts), Verdict::Undetermined);
        }
    }

    #[test]
    fn a_shared_name_opens_only_who_depends() {
        for (depends, expected) in [(true, Verdict::Undetermined), (false, Verdict::RuledOut)] {
            let dependence = dependence(depends);
            assert_eq!(verdict(&Facts { name_seen: true, ..nothing(&dependence) }), expected);
        }
    }

    #[test]
    fn without_all_evidence_nobody_is_searched_clear() {
        for (depends, expected) in [(true, Verdict::Undetermined), (false, Verdict::RuledOut)] {
            let dependence = dependence(depends);
            assert_eq!(verdict(&Facts { evidence_incomplete: true, ..nothing(&dependence) }), expected);
            assert_eq!(verdict(&Facts { nothing_read: true, ..nothing(&dependence) }), expected);
            let lost = Facts { findable: false, ..nothing(&dependence) };
            assert_eq!(verdict(&lost), expected);
        }
    }
}
