use super::Outcome;
use super::cells::joined;
use super::listing::{Listing, Push, Weight};
use crate::model::{Scheme, Verdict};
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};

/// One row per group of institutions and member: who belongs together, what holds them together, and what is decided of
/// each. The verdict of one is nobody else's.
pub(super) static LISTING: Listing = Listing {
    columns: &["kind", "group", "customer_id", "legal_name", "part", "of", "verdict", "basis", "flags", "depends", "items", "gap_items"],
    rows,
};

/// What holds a group together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Parents and subsidiaries.
    ParentGroup,
    /// Institutions that followed one another.
    Succession,
    /// One that carries others' files, and whose records lie in its items.
    ServiceBureau,
    /// An account or code of the platform with several holders.
    SharedAccount,
    /// Another identifier that several bear.
    SharedIdentifier,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ParentGroup => "parent_group",
            Self::Succession => "succession",
            Self::ServiceBureau => "service_bureau",
            Self::SharedAccount => "shared_account",
            Self::SharedIdentifier => "shared_identifier",
        }
    }
}

/// A member of a group.
pub(super) struct Member {
    /// Number of the institution.
    pub institution: usize,
    /// What it is there.
    pub part: &'static str,
    /// Under whom, or after whom.
    pub of: Option<usize>,
    /// Items that make it a member, or else its own.
    pub items: u64,
}

/// Institutions that belong together.
pub(super) struct Group {
    pub kind: Kind,
    /// The customer_id of its head or bureau, or the scheme and value of what is shared.
    pub name: String,
    pub members: Vec<Member>,
}

/// All groups of the registry, by kind and name.
pub(super) fn groups(outcome: &Outcome<'_>) -> Vec<Group> {
    let mut out = linked(outcome, Kind::ParentGroup, ["head", "subsidiary"], &|number| outcome.registry.institutions[number].parent);
    out.extend(linked(outcome, Kind::Succession, ["successor", "predecessor"], &|number| outcome.registry.institutions[number].successor));
    out.extend(bureaus(outcome));
    let (accounts, identifiers): (Vec<_>, Vec<_>) = shared(outcome).into_iter().partition(|group| group.kind == Kind::SharedAccount);
    out.extend(accounts);
    out.extend(identifiers);
    out
}

/// Groups of institutions that name one another; the words are those of the last one and of all others.
fn linked(outcome: &Outcome<'_>, kind: Kind, words: [&'static str; 2], next: &dyn Fn(usize) -> Option<usize>) -> Vec<Group> {
    let institutions = &outcome.registry.institutions;
    let mut by_head: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for number in 0..institutions.len() {
        // Links never form a circle.
        let head = std::iter::successors(Some(number), |&at| next(at)).last().unwrap_or(number);
        by_head.entry(head).or_default().push(number);
    }
    let several = by_head.into_iter().filter(|(_, members)| members.len() > 1);
    let group = |(head, mut members): (usize, Vec<usize>)| {
        members.sort_by_key(|&number| (number != head, number));
        let member = |institution| Member {
            institution,
            part: if institution == head { words[0] } else { words[1] },
            of: next(institution),
            items: own_items(outcome, institution),
        };
        Group { kind, name: institutions[head].customer_id.clone(), members: members.into_iter().map(member).collect() }
    };
    several.map(group).collect()
}

/// Items that are surely the institution's own, where it is affected by them.
fn own_items(outcome: &Outcome<'_>, number: usize) -> u64 {
    match outcome.decided[number].decision.verdict() {
        Verdict::Affected => outcome.matched.holdings[number].owner_items,
        Verdict::Undetermined | Verdict::Referenced | Verdict::RuledOut => 0,
    }
}

/// Those that carry others' files, with everybody whose records surely lie in their items.
fn bureaus(outcome: &Outcome<'_>) -> Vec<Group> {
    let institutions = &outcome.registry.institutions;
    let numbers: Vec<usize> = (0..institutions.len()).filter(|&number| institutions[number].serves_others).collect();
    let sure = |e: &&crate::matching::Evidence| e.mention.is_sure_owner();
    let own = |number: usize| outcome.matched.evidence[outcome.matched.evidence_of(number)].iter().filter(sure);
    let mut carried_by: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for &bureau in &numbers {
        let items: BTreeSet<&str> = own(bureau).map(|e| &*e.item).collect();
        items.into_iter().for_each(|item| carried_by.entry(item).or_default().push(bureau));
    }
    let mut served: BTreeMap<usize, BTreeMap<usize, BTreeSet<&str>>> = BTreeMap::new();
    for evidence in outcome.matched.evidence.iter().filter(sure) {
        for &bureau in carried_by.get(&*evidence.item).into_iter().flatten().filter(|&&b| b != evidence.mention.institution) {
            served.entry(bureau).or_default().entry(evidence.mention.institution).or_default().insert(&evidence.item);
        }
    }
    let group = |bureau: usize| {
        let head = Member { institution: bureau, part: "bureau", of: None, items: own_items(outcome, bureau) };
        let member = |(institution, items): (usize, BTreeSet<&str>)| Member {
            institution,
            part: "served",
            of: Some(bureau),
            items: items.len() as u64,
        };
        let served = served.remove(&bureau).unwrap_or_default().into_iter().map(member);
        Group {
            kind: Kind::ServiceBureau,
            name: institutions[bureau].customer_id.clone(),
            members: std::iter::once(head).chain(served).collect(),
        }
    };
    numbers.into_iter().map(group).collect()
}

/// Identifiers that several bear.
fn shared(outcome: &Outcome<'_>) -> Vec<Group> {
    let seen_at = |number: usize, scheme: &Scheme, value: &str| {
        let of = |e: &&crate::matching::Evidence| e.mention.scheme == *scheme && e.mention.value.eq_ignore_ascii_case(value);
        let evidence = outcome.matched.evidence[outcome.matched.evidence_of(number)].iter().filter(of);
        evidence.map(|e| &*e.item).collect::<BTreeSet<_>>().len() as u64
    };
    let group = |(scheme, value, bearers): (&Scheme, &str, &[usize])| Group {
        kind: match scheme {
            Scheme::TransferAccount | Scheme::ClientCode => Kind::SharedAccount,
            Scheme::Aba
            | Scheme::Bic
            | Scheme::IbanBank
            | Scheme::NationalBankCode
            | Scheme::Lei
            | Scheme::FdicCert
            | Scheme::NcuaCharter
            | Scheme::Rssd
            | Scheme::SortCode
            | Scheme::Domain
            | Scheme::PgpKey
            | Scheme::Name
            | Scheme::Other(_) => Kind::SharedIdentifier,
        },
        name: format!("{} {value}", scheme.as_str()),
        members: bearers
            .iter()
            .map(|&institution| Member { institution, part: "holder", of: None, items: seen_at(institution, scheme, value) })
            .collect(),
    };
    outcome.matched.holders.shared().into_iter().map(group).collect()
}

fn rows(outcome: &Outcome<'_>, push: &mut Push<'_>) -> Result<()> {
    let institutions = &outcome.registry.institutions;
    for group in outcome.groups() {
        for member in &group.members {
            let (institution, decided) = (&institutions[member.institution], &outcome.decided[member.institution]);
            push(
                Weight::Bears,
                &[
                    group.kind.as_str().into(),
                    group.name.as_str().into(),
                    institution.customer_id.as_str().into(),
                    institution.legal_name.as_str().into(),
                    member.part.into(),
                    member.of.map_or("", |of| institutions[of].customer_id.as_str()).into(),
                    decided.decision.verdict().as_str().into(),
                    decided.decision.bases().first().map_or("", |b| b.as_str()).into(),
                    joined(decided.flags.iter().map(|f| f.as_str())).into(),
                    decided.dependence.depends.into(),
                    member.items.into(),
                    decided.gaps.items().into(),
                ],
            )?;
        }
    }
    Ok(())
}
