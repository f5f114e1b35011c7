use super::certificate::{Certificate, ControlFigures, LedgerState, NoDependency, SearchedClear};
use super::findable::Findability;
use super::gaps::{BlockingGap, Blocks};
use super::inventory::{self, Dependence};
use super::letters::{is_to_retract, last_letters};
use crate::matching::{Evidence, Holders, Matched, OpenGap};
use crate::model::{Basis, ContentId, Flag, Role, Status, Strength, Verdict};
use crate::registry::{self, Policy, Registry};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

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
    pub gaps: Vec<Basis>,
    /// How many gaps would count against it, had nobody waived them.
    pub waived: usize,
    /// Could an owner mention of it be found at all?
    pub findable: bool,
}

/// Decides. Where several verdicts hold, the first of affected, undetermined, referenced, ruled out.
pub fn decide(facts: &Facts<'_>, ledger: &LedgerState, policy: &Policy) -> Decision {
    let depends = facts.dependence.depends;

    let mut affected = facts.owner.clone();
    if facts.counterparty && policy.counterparty == registry::Counterparty::Affected {
        affected.insert(Basis::Counterparty);
    }
    if !affected.is_empty() {
        return Decision::Affected(affected);
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
        open.extend(facts.gaps.iter().copied());
        if ledger.complete == Some(false) || ledger.searched == 0 {
            open.insert(Basis::EvidenceIncomplete);
        }
        if !facts.findable {
            open.insert(Basis::InsufficientIdentifiers);
        }
    }
    if !open.is_empty() {
        return Decision::Undetermined(open);
    }

    let mut referenced = BTreeSet::new();
    if facts.counterparty {
        referenced.insert(Basis::Counterparty);
    }
    if facts.named {
        referenced.insert(Basis::Named);
    }
    if !referenced.is_empty() {
        return Decision::Referenced(referenced);
    }

    let certificate = NoDependency::new(facts.dependence, ledger.controls)
        .map(Certificate::NoDependency)
        .or_else(|| SearchedClear::new(ledger, facts.gaps.len(), facts.waived).map(Certificate::SearchedClear));
    match certificate {
        Some(certificate) => Decision::RuledOut(certificate),
        // No certificate, no ruling out.
        None => Decision::Undetermined(BTreeSet::from([Basis::EvidenceIncomplete])),
    }
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
    /// Gaps that count against it, as indices.
    pub gaps: Vec<usize>,
    /// Gaps that would count against it, had nobody waived them.
    pub waived: Vec<usize>,
}

/// Decides for every institution of the registry.
pub fn decide_all(registry: &Registry, matched: &Matched) -> (Vec<Decided>, Vec<BlockingGap>, LedgerState) {
    let ledger = ledger_state(registry, matched);
    let blocks = Blocks::new(&matched.gaps, |gap| gap.waived.is_none());
    let waived_ones = Blocks::new(&matched.gaps, |gap| gap.waived.is_some());
    let holders = Holders::new(registry);
    let letters = last_letters(registry);
    let mut decided: Vec<Decided> = (0..registry.institutions.len())
        .map(|number| {
            let institution = &registry.institutions[number];
            let dependence = inventory::judge(institution, &registry.incident);
            let gaps = blocks.against(registry, number, &dependence);
            let waived = waived_ones.against(registry, number, &dependence);
            let evidence = &matched.evidence[matched.evidence_of(number)];
            let findable = Findability::of(institution, &holders) == Findability::Findable;
            let facts = facts(evidence, &dependence, &gaps, waived.len(), &matched.gaps, findable);
            let decision = decide(&facts, &ledger, &registry.incident.policy);
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
    gaps: &[usize],
    waived: usize,
    all: &[OpenGap],
    findable: bool,
) -> Facts<'a> {
    let mut facts = Facts {
        owner: BTreeSet::new(),
        weak: false,
        name_seen: false,
        counterparty: false,
        named: false,
        dependence,
        gaps: gaps.iter().map(|&g| all[g].basis).collect(),
        waived,
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
    let mut counts = vec![(0u64, 0u64); gaps];
    for one in decided.iter().filter(|d| d.decision.verdict() == Verdict::Undetermined) {
        let only_gaps = one.decision.is_open_for_gaps_alone();
        for &gap in &one.gaps {
            counts[gap].0 += 1;
            counts[gap].1 += u64::from(only_gaps && one.gaps.len() == 1);
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

fn ledger_state(registry: &Registry, matched: &Matched) -> LedgerState {
    let mut hasher = Sha256::new();
    let mut searched = 0;
    for item in matched.items.iter().filter(|i| !i.inherited) {
        let content = item.content.map_or(String::new(), |c| matched.readings[c].1.content.to_string());
        hasher.update(format!("{}\t{content}\t{}\t{}\n", item.path, item.status, item.cause.map_or("", |c| c.as_str())));
        searched += u64::from(matches!(item.status, Status::Read | Status::Scanned | Status::Partial) && item.size > 0);
    }
    LedgerState {
        digest: ContentId(hasher.finalize().into()),
        items: matched.items.iter().filter(|i| !i.inherited).count() as u64,
        searched,
        complete: registry.incident.evidence.as_ref().and_then(|e| e.complete),
        controls: ControlFigures {
            planted: matched.planted.0,
            recovered: matched.planted.1,
            decoys: matched.decoys.iter().map(|row| row.decoys).sum(),
            hit: matched.decoys.iter().map(|row| row.hit).sum(),
        },
    }
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
        Dependence { depends, flags: BTreeSet::new(), deployments: vec![judged] }
    }

    fn nothing(dependence: &Dependence) -> Facts<'_> {
        Facts {
            owner: BTreeSet::new(),
            weak: false,
            name_seen: false,
            counterparty: false,
            named: false,
            dependence,
            gaps: Vec::new(),
            waived: 0,
            findable: true,
        }
    }

    fn ledger(searched: u64, complete: Option<bool>) -> LedgerState {
        LedgerState { digest: ContentId([0; 32]), items: 1, searched, complete, controls: ControlFigures::default() }
    }

    fn verdict(facts: &Facts<'_>) -> Verdict {
        decide(facts, &ledger(1, None), &Policy::default()).verdict()
    }

    #[test]
    fn the_first_verdict_that_holds_is_given() {
        let dependence = dependence(true);
        let mut facts = nothing(&dependence);
        assert_eq!(verdict(&facts), Verdict::RuledOut);
        (facts.counterparty, facts.named) = (true, true);
        assert_eq!(verdict(&facts), Verdict::Referenced);
        let strict = Policy { counterparty: Counterparty::Affected, ..Policy::default() };
        assert_eq!(decide(&facts, &ledger(1, None), &strict), Decision::Affected(BTreeSet::from([Basis::Counterparty])));
        facts.gaps.push(Basis::UnreadContent);
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
    fn no_certificate_where_a_gap_counts() {
        let state = ledger(1, Some(true));
        assert!(SearchedClear::new(&state, 0, 2).is_some_and(|clear| clear.waived() == 2 && clear.completeness_stated()));
        assert!(SearchedClear::new(&state, 1, 0).is_none());
        assert!(NoDependency::new(&dependence(true), state.controls).is_none());
        let none = Dependence { deployments: Vec::new(), ..dependence(false) };
        assert!(NoDependency::new(&none, state.controls).is_none());
        let relied = NoDependency::new(&dependence(false), state.controls).expect("it does not depend");
        assert_eq!(relied.deployments(), [(0, "P1 on relay 1.0: a reason".to_owned())]);
    }

    #[test]
    fn without_all_evidence_nobody_is_searched_clear() {
        for (depends, expected) in [(true, Verdict::Undetermined), (false, Verdict::RuledOut)] {
            let dependence = dependence(depends);
            for state in [ledger(0, None), ledger(0, Some(true)), ledger(1, Some(false))] {
                assert_eq!(decide(&nothing(&dependence), &state, &Policy::default()).verdict(), expected);
            }
            let lost = Facts { findable: false, ..nothing(&dependence) };
            assert_eq!(verdict(&lost), expected);
        }
    }
}
