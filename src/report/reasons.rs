//! Why one institution has its verdict and its flags, in sentences that hold for it: what several outputs say of one
//! institution is said here once. What they say of all institutions together stands in [`page::words`](super::page::words).

use super::Outcome;
use super::figures::count;
use crate::model::{Basis, Flag};
use crate::verdict::{Certificate, Decision};
use std::collections::BTreeSet;

/// The answer in a sentence, without its reasons.
pub(super) fn answer(decision: &Decision) -> &'static str {
    match decision {
        Decision::Affected(bases) if bases.iter().all(|basis| *basis == Basis::Counterparty) => {
            "Nothing that was read is its own; it counts as affected because it is the other side of payments in files of others, as the policy of this incident says."
        }
        Decision::Affected(bases) if bases.iter().all(|basis| *basis == Basis::Listed) => {
            "A listing or log of what was taken names files of it."
        }
        Decision::Affected(_) => "Files or records in the evidence are its own.",
        Decision::Undetermined(_) => "Whether it is affected is not decided.",
        Decision::Referenced(_) => "Nothing that was read is its own; it is only mentioned there.",
        Decision::RuledOut(Certificate::NoDependency(_)) => {
            "By its inventory in the registry it did not use what was compromised in the window, and nothing that was read is its own."
        }
        Decision::RuledOut(Certificate::SearchedClear(_)) => {
            "It used what was compromised, or may have; all that could hold its files was read or searched, and nothing of it was found."
        }
    }
}

/// Why a verdict stands.
pub(super) fn because(basis: Basis, outcome: &Outcome<'_>, number: usize) -> String {
    let (matched, decided) = (outcome.matched, &outcome.decided[number]);
    let items = |one: &str, many: &str| {
        let evidence = matched.evidence[matched.evidence_of(number)].iter();
        let items: BTreeSet<&str> = evidence.filter(|e| e.mention.basis == basis && e.mention.has_effect()).map(|e| &*e.item).collect();
        count(items.len() as u64, one, many)
    };
    let gaps = |one: &str, many: &str| {
        count(decided.gaps.all().into_iter().filter(|&gap| matched.gaps[gap].basis == basis).count() as u64, one, many)
    };
    match basis {
        Basis::AccountPath => format!(
            "{}: the home of its account, a folder of its code, or a place declared its own",
            items("item is its own by its place", "items are its own by their place")
        ),
        Basis::OwnerField => {
            format!("{} it as the owner, in the field of their layout for that", items("payment file names", "payment files name"))
        }
        Basis::Records => {
            format!("records in {} carry its identifier in a column or field that says whose they are", items("item", "items"))
        }
        Basis::ClientRecord => {
            format!(
                "{} its code or account, labelled as such, or two different identifiers of it together",
                items("item holds", "items hold")
            )
        }
        Basis::Listed => {
            format!("{} on a listing or log of what was taken", items("file of its account stands", "files of its account stand"))
        }
        Basis::AmbiguousName => names_seen(outcome, number),
        Basis::WeakEvidence => {
            format!("something in {} points at it, and nothing proves that it is its own", items("item", "items"))
        }
        Basis::UnreadContent => {
            format!(
                "{} could hold its files",
                gaps("thing that was not read or not recovered", "things that were not read or not recovered")
            )
        }
        Basis::UnattributedData => {
            format!("{} personal data without saying whose customers they are, and could be its own", gaps("item holds", "items hold"))
        }
        Basis::UnclaimedAccount => {
            format!(
                "{} of no registered account and could be its own: the registry has no account of it on the platform",
                gaps("home on the platform is", "homes on the platform are")
            )
        }
        Basis::EvidenceIncomplete if outcome.ledger.is_nothing_read() => "no evidence was read".to_owned(),
        Basis::EvidenceIncomplete => "the incident file says that the evidence is not all that was taken".to_owned(),
        Basis::InsufficientIdentifiers => {
            "the registry has no identifier of it by which its files could have been found: that a search finds nothing would prove nothing"
                .to_owned()
        }
        Basis::Counterparty => {
            let items = matched.holdings[number].counterparty_items;
            format!("it is the other side of payments in {}", count(items, "item of others", "items of others"))
        }
        Basis::Named => format!("its distinctive name stands in {}, in passing", items("item", "items")),
        Basis::NoDependency => "every deployment of it in the registry excludes the compromised versions".to_owned(),
        Basis::SearchedClear => "all that could hold its files was read or searched, and nothing of it is there".to_owned(),
    }
}

/// What was seen of names that do not say whom they mean.
fn names_seen(outcome: &Outcome<'_>, number: usize) -> String {
    let matched = outcome.matched;
    let (mut words, mut shared) = (Seen::default(), Seen::default());
    for evidence in matched.evidence[matched.evidence_of(number)].iter() {
        let mention = &evidence.mention;
        if mention.basis == Basis::AmbiguousName && mention.has_effect() {
            let seen = if matched.lone_words.contains(&mention.value) { &mut words } else { &mut shared };
            seen.names.insert(&mention.value);
            seen.items.insert(&evidence.item);
        }
    }
    let of = |seen: &Seen<'_>, what: &str, open: &str| {
        let names: Vec<String> = seen.names.iter().map(|name| format!("\u{201c}{name}\u{201d}")).collect();
        let items = count(seen.items.len() as u64, "item", "items");
        (!names.is_empty()).then(|| format!("{} stands in {items}: {what}, and nothing beside it {open}", names.join(", ")))
    };
    let words = of(&words, "a name of it that is a single word, and may be just that word", "says that it is meant");
    let shared = of(&shared, "a name that it shares with others", "says which of them is meant");
    words.into_iter().chain(shared).collect::<Vec<_>>().join("; ")
}

#[derive(Default)]
struct Seen<'e> {
    names: BTreeSet<&'e str>,
    items: BTreeSet<&'e str>,
}

/// What else must be known of it.
pub(super) fn meaning(flag: Flag, outcome: &Outcome<'_>, number: usize) -> String {
    let words = match flag {
        Flag::ContradictsInventory => "its files are there although its inventory says that it does not depend: the inventory is wrong",
        Flag::ClaimedBySeller => "the seller names it, and nothing confirms that",
        Flag::DecidedByDate => "one of its identifiers or names had other holders at other times, and the date of an item bore on it",
        Flag::FormerUser => "a deployment of it ended before the window, and nothing says that its files were removed before the window",
        Flag::InventoryIncomplete => "a deployment is missing or cannot be compared, and counts as depending",
        Flag::InventoryOverlap => "deployments of one product and unit were in use at the same time, on different platforms or versions",
        Flag::InventoryUndated => "a deployment has neither a beginning nor an end, and counts as in use all the time",
        Flag::NameSeen => return names_seen(outcome, number),
        Flag::RegistryDefect => "a row of the registry that concerns it is defective",
        Flag::RelatedAffected => "another member of its group is affected",
        Flag::Reviewed => "decisions of people bear on it",
        Flag::Retract => "a letter was sent to it that told another verdict, and must be retracted",
        Flag::SharedIdentifier => "one of its identifiers has other holders too, and decides for none of them",
    };
    words.to_owned()
}

/// What would decide it, said to somebody who knows nothing of the program; nothing where it is decided.
pub(super) fn would_decide(decision: &Decision) -> Vec<&'static str> {
    let words = |basis: &Basis| match basis {
        Basis::AmbiguousName | Basis::WeakEvidence => {
            Some("A person looks at the places that evidence.csv names, and says whether it is meant.")
        }
        Basis::UnreadContent => {
            Some("What coverage.csv names is read, recovered, or examined by a person; the column suggestion says how.")
        }
        Basis::UnattributedData => Some("Somebody finds out whose customers the persons are in the items that coverage.csv names."),
        Basis::UnclaimedAccount => Some(
            "Somebody finds out whose the homes are that coverage.csv names, or its own account on the platform is entered in the registry.",
        ),
        Basis::EvidenceIncomplete => Some("The rest of what was taken is recovered and read."),
        Basis::InsufficientIdentifiers => Some(
            "Identifiers that are its own are entered in the registry: its client code or account on the platform, a routing number, BIC, sort code or LEI.",
        ),
        Basis::AccountPath
        | Basis::OwnerField
        | Basis::Records
        | Basis::ClientRecord
        | Basis::Listed
        | Basis::Counterparty
        | Basis::Named
        | Basis::NoDependency
        | Basis::SearchedClear => None,
    };
    let mut out: Vec<&str> = match decision {
        Decision::Undetermined(bases) => bases.iter().filter_map(words).collect(),
        Decision::Affected(_) | Decision::Referenced(_) | Decision::RuledOut(_) => Vec::new(),
    };
    out.dedup();
    out
}
