//! What would change a verdict: the same answer on facts of which something is taken away.

use super::certificate::LedgerState;
use super::decide::{Decided, Facts, answer, facts};
use super::findable::Findability;
use crate::matching::{Holders, Matched};
use crate::model::{Basis, Verdict};
use crate::registry::{Counterparty, Registry};

/// A change of facts, and the verdict that would follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What would have to happen, in words.
    pub happens: String,
    /// The verdict then.
    pub verdict: Verdict,
    /// What it would be based on.
    pub bases: Vec<Basis>,
}

/// Something that keeps a verdict from being a better one.
struct Obstacle {
    words: String,
    lift: fn(&mut Facts<'_>),
}

/// Each change that alone would lead to another verdict, and all of them together; `holders` are those of the registry.
pub fn what_if(
    (registry, holders): (&Registry, &Holders),
    matched: &Matched,
    decided: &Decided,
    ledger: &LedgerState,
    number: usize,
) -> Vec<Change> {
    let institution = &registry.institutions[number];
    let evidence = &matched.evidence[matched.evidence_of(number)];
    let findable = Findability::of(institution, holders) == Findability::Findable;
    let now = facts(evidence, &decided.dependence, decided.gaps.bases().clone(), ledger, findable);
    let policy = &registry.incident.policy;
    let mut obstacles: Vec<Obstacle> = Vec::new();
    let mut add = |holds: bool, words: String, lift: fn(&mut Facts<'_>)| {
        if holds {
            obstacles.push(Obstacle { words, lift });
        }
    };
    let items = |is: fn(&crate::matching::Mention) -> bool| {
        let mut items: Vec<&str> = evidence.iter().filter(|e| is(&e.mention)).map(|e| &*e.item).collect();
        items.dedup();
        items.len()
    };
    let owned = items(crate::matching::Mention::is_sure_owner);
    add(
        !now.owner.is_empty(),
        format!("two reviewers reject every owner mention, in {owned} {}", if owned == 1 { "item" } else { "items" }),
        |facts| facts.owner.clear(),
    );
    add(
        now.counterparty && policy.counterparty == Counterparty::Affected,
        "two reviewers reject every mention as the other side of payments".to_owned(),
        |facts| facts.counterparty = false,
    );
    add(now.weak, "a reviewer rejects what points to it".to_owned(), |facts| facts.weak = false);
    add(now.name_seen && decided.dependence.depends, "a reviewer rejects the name that was seen".to_owned(), |facts| {
        facts.name_seen = false;
    });
    let gaps = decided.gaps.len();
    add(
        gaps > 0,
        match gaps {
            1 => "the gap that counts against it is closed, and nothing of it is in it".to_owned(),
            _ => format!("the {gaps} gaps that count against it are closed, and nothing of it is in them"),
        },
        |facts| facts.gaps.clear(),
    );
    let depends = decided.dependence.depends;
    add(
        depends && now.evidence_incomplete,
        "the rest of the evidence is recovered, and [evidence] complete is stated".to_owned(),
        |facts| facts.evidence_incomplete = false,
    );
    add(depends && now.nothing_read, "evidence is read".to_owned(), |facts| facts.nothing_read = false);
    add(depends && !findable, "the registry gets an identifier of its own that can be relied on".to_owned(), |facts| {
        facts.findable = true;
    });
    let current = decided.decision.verdict();
    let after = |lifted: &[&Obstacle]| {
        let mut facts = now.clone();
        lifted.iter().for_each(|obstacle| (obstacle.lift)(&mut facts));
        let (verdict, bases) = answer(&facts, policy);
        let happens = lifted.iter().map(|o| o.words.as_str()).collect::<Vec<_>>().join("; and ");
        Change { happens, verdict, bases: bases.into_iter().collect() }
    };
    let mut changes: Vec<Change> = obstacles.iter().map(|one| after(&[one])).filter(|change| change.verdict != current).collect();
    if obstacles.len() > 1 {
        let all: Vec<&Obstacle> = obstacles.iter().collect();
        let together = after(&all);
        if together.verdict != current && changes.iter().all(|change| change.verdict != together.verdict) {
            changes.push(together);
        }
    }
    if depends && current != Verdict::Affected {
        let exposed = decided.dependence.deployments.iter().filter(|d| d.outcome.depends()).count();
        let happens = match decided.dependence.deployments.len() {
            0 => "the registry lists its deployments, and none of them used a compromised version in the window".to_owned(),
            _ => format!("the registry is corrected, and none of its {exposed} deployments that depend does"),
        };
        let mut dependence = decided.dependence.clone();
        dependence.depends = false;
        let mut facts = now.clone();
        facts.dependence = &dependence;
        facts.gaps.clear();
        let (verdict, bases) = answer(&facts, policy);
        if verdict != current {
            changes.push(Change { happens, verdict, bases: bases.into_iter().collect() });
        }
    }
    changes
}
