//! The walk over items: whose each place is, whose what was read there is, and whose a gap there could be.

use super::attribution::{Declared, Folders, Place, Reach, declared};
use super::findings::Findings;
use super::groups::Groups;
use super::items::Item;
use super::lexicon::Lexicon;
use super::mention::{mention, owners};
use super::ownerless::is_all_owned;
use super::review::Reviews;
use super::{Evidence, FoundIn, Holdings, Mention, OpenGap, OwnItem, OwnerlessItem, Source, dates, headed, names, paths};
use crate::ledger::{Reading, Root};
use crate::model::{Basis, Cause, Class, Role, Scheme, Status, Strength};
use crate::registry::{Images, Registry, Scanned};
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

/// What is known so far of each institution and item.
pub(super) struct Join<'a> {
    pub(super) registry: &'a Registry,
    pub(super) lexicon: &'a Lexicon,
    pub(super) folders: &'a Folders<'a>,
    readings: &'a [(i64, Reading)],
    pub(super) findings: &'a [Findings],
    groups: Groups,
    pub(super) evidence: Vec<Evidence>,
    pub(super) gaps: Vec<OpenGap>,
    pub(super) ownerless: Vec<OwnerlessItem>,
    holdings: Vec<Holdings>,
    /// Contents whose records were counted for an institution: copies say nothing new.
    counted: HashSet<(usize, usize)>,
    /// Homes that nobody claims, with items and bytes in them.
    pub(super) unclaimed: BTreeMap<String, (u64, u64)>,
    pub(super) claimed: BTreeSet<usize>,
    dated: BTreeSet<usize>,
    pub(super) not_found: Vec<(usize, Vec<usize>)>,
    pub(super) reviews: Reviews<'a>,
}

/// What the walk came to, in the order of [`super::Matched`].
pub(super) struct Joined {
    pub(super) evidence: Vec<Evidence>,
    pub(super) gaps: Vec<OpenGap>,
    pub(super) ownerless: Vec<OwnerlessItem>,
    pub(super) holdings: Vec<Holdings>,
    pub(super) claimed: BTreeSet<usize>,
    pub(super) dated: BTreeSet<usize>,
    pub(super) not_found: Vec<(usize, Vec<usize>)>,
    pub(super) reviewed: Vec<u64>,
}

impl<'a> Join<'a> {
    pub(super) fn new(
        registry: &'a Registry,
        lexicon: &'a Lexicon,
        folders: &'a Folders<'a>,
        readings: &'a [(i64, Reading)],
        findings: &'a [Findings],
    ) -> Self {
        Self {
            registry,
            lexicon,
            folders,
            readings,
            findings,
            groups: Groups::new(registry),
            evidence: Vec::new(),
            gaps: Vec::new(),
            ownerless: Vec::new(),
            holdings: vec![Holdings::default(); registry.institutions.len()],
            counted: HashSet::new(),
            unclaimed: BTreeMap::new(),
            claimed: BTreeSet::new(),
            dated: BTreeSet::new(),
            not_found: Vec::new(),
            reviews: Reviews::new(registry),
        }
    }

    /// Puts everything in order; reviewers decide last which gaps do not count.
    pub(super) fn settle(self) -> Joined {
        let Self { mut evidence, mut gaps, mut ownerless, mut holdings, claimed, dated, not_found, reviews, .. } = self;
        reviews.waive(&mut gaps);
        evidence
            .par_sort_by(|a, b| (a.mention.institution, &a.item, a.mention.key()).cmp(&(b.mention.institution, &b.item, b.mention.key())));
        // Two listings that name one file, or two lines of one, say one thing of it: the first stands.
        let mut line = evidence.first().and_then(|first| first.manifest);
        evidence.dedup_by(|again, first| {
            let is_same = again.item == first.item && again.mention.key() == first.mention.key();
            // A line says it once, by however many of its fields.
            if is_same && (again.manifest.is_none() || again.manifest != line) {
                first.mention.count = first.mention.count.saturating_add(again.mention.count);
            }
            line = again.manifest;
            is_same
        });
        gaps.sort_by(|a, b| (&a.item, a.cause).cmp(&(&b.item, b.cause)));
        ownerless.sort_by(|a, b| a.item.cmp(&b.item));
        holdings.iter_mut().for_each(Holdings::settle);
        for row in evidence.iter().filter(|e| e.mention.has_effect()) {
            holdings[row.mention.institution].first_evidence.get_or_insert_with(|| row.item.to_string());
        }
        Joined { evidence, gaps, ownerless, holdings, claimed, dated, not_found, reviewed: reviews.applied() }
    }
}

impl Join<'_> {
    /// Goes through the items; returns to whom the place of each belongs, in words.
    pub(super) fn items(&mut self, items: &[Item]) -> Vec<String> {
        // Containers above the current item, with their sure owners: bytes of an own container's members are
        // not counted again.
        let mut above: Vec<(usize, BTreeSet<usize>)> = Vec::new();
        let mut attributed = Vec::with_capacity(items.len());
        for (number, item) in items.iter().enumerate() {
            let depth = item.path.depth();
            above.retain(|(d, _)| *d < depth);
            let is_container = item.content.is_some_and(|content| !self.readings[content].1.members.is_empty());
            let is_bare = item.is_bare_folder();
            let mut place = self.folders.place(&item.path, is_container || is_bare);
            let path = item.path.to_string();
            attributed.push(self.attribution(&place, &path));
            let mut mentions = paths::judge(self.lexicon, &item.path, &place);
            match is_bare {
                // Nothing of anybody lies there: whom its name names, it mentions.
                true => mentions.iter_mut().for_each(Mention::become_passing),
                false => mentions.extend(self.declared_owners(&path, Basis::AccountPath)),
            }
            if let Some(content) = item.content {
                mentions.extend(self.findings[content].mentions.iter().cloned());
            }
            if self.lexicon.has_periods() {
                let dated = item.content.map_or_else(Default::default, |content| self.findings[content].dated);
                let dates = dates::Dates::of(item, dated, &self.registry.incident);
                self.dated.extend(dates::decide(self.lexicon, dates, &mut mentions));
            }
            mentions.iter_mut().for_each(|mention| self.reviews.judge(&path, mention));
            let is_no_home = |m: &&Mention| m.source == Source::Path && m.is_rejected();
            place.forget(&mentions.iter().filter(is_no_home).map(|m| m.institution).collect());
            self.drop_names_of_owners(&mut mentions);
            if let Some(content) = item.content {
                let mut titled = headed::titled(self.registry, &self.findings[content], &mentions);
                titled.iter_mut().for_each(|mention| self.reviews.judge(&path, mention));
                mentions.extend(titled);
            }
            let owners = owners(&mentions);
            self.hold((number, item), &path, &owners, &mentions, &above);
            self.ownerless_of(item, &path, &place, &owners, &mentions);
            let sha256 = item.content.map(|c| self.readings[c].1.content);
            let shown: Arc<str> = path.as_str().into();
            self.evidence.extend(mentions.into_iter().map(|mention| Evidence {
                mention,
                item: Arc::clone(&shown),
                sha256,
                manifest: None,
            }));
            self.gap_of(item, &path, &place, &owners);
            if let Some(home) = place.unclaimed.as_ref().filter(|_| !is_bare) {
                let name = std::iter::once(item.path.label.clone())
                    .chain(home.iter().map(|c| crate::model::escape_bytes(c)))
                    .collect::<Vec<_>>()
                    .join("/");
                let entry = self.unclaimed.entry(name).or_default();
                entry.0 += 1;
                entry.1 += if depth == 0 { item.size } else { 0 };
            }
            above.push((depth, owners));
        }
        attributed
    }

    /// Institutions whose files a scope declares this place to hold.
    pub(super) fn declared_owners(&self, path: &str, basis: Basis) -> Vec<Mention> {
        let Declared { customers, reviews, .. } = declared(self.registry, path);
        self.reviews.attributed(&reviews);
        let words = |institution: usize| {
            let by = |&&at: &&usize| self.registry.reviews[at].institution == Some(institution);
            reviews.iter().find(by).map_or(String::new(), |&at| format!("attributed by {}", self.registry.reviews[at].reviewer))
        };
        // A place that several are declared to share decides for none of them.
        let (role, strength, basis) =
            if customers.len() == 1 { (Role::Owner, Strength::Sure, basis) } else { (Role::Unknown, Strength::Weak, Basis::WeakEvidence) };
        let mention = |institution| Mention {
            context: path.to_owned(),
            source: Source::Path,
            review: words(institution),
            ..mention(
                institution,
                Scheme::Other(if words(institution).is_empty() { "scope" } else { "review" }.to_owned()),
                self.registry.institutions[institution].customer_id.clone(),
                role,
                strength,
                basis,
            )
        };
        customers.into_iter().map(mention).collect()
    }

    /// Inside an item that has an owner, a name that is contained in the owner's names is the owner's.
    fn drop_names_of_owners(&self, mentions: &mut Vec<Mention>) {
        let owners = owners(mentions);
        let is_anothers = |m: &Mention| m.scheme == Scheme::Name && !owners.contains(&m.institution);
        if owners.is_empty() || !mentions.iter().any(is_anothers) {
            return;
        }
        let names: Vec<String> = owners
            .iter()
            .flat_map(|&owner| self.registry.institutions[owner].all_names())
            .flat_map(names::forms)
            .map(|form| format!(" {} ", form.terms.join(" ")))
            .collect();
        mentions.retain(|m| !is_anothers(m) || !names.iter().any(|name| name.contains(&format!(" {} ", m.value))));
    }

    fn hold(
        &mut self,
        (number, item): (usize, &Item),
        path: &str,
        owners: &BTreeSet<usize>,
        mentions: &[Mention],
        above: &[(usize, BTreeSet<usize>)],
    ) {
        let findings = item.content.map(|content| &self.findings[content]).filter(|findings| findings.has_parts_of_others(mentions));
        let of_others = findings.map(|findings| findings.of_others(owners));
        for &owner in owners {
            let holdings = &mut self.holdings[owner];
            holdings.owner_items += 1;
            if !above.iter().any(|(_, of)| of.contains(&owner)) {
                holdings.owner_bytes += item.size;
            }
            holdings.items_not_read += u64::from(item.cause.is_some());
            let mut held = OwnItem { item: number, records: 0, shared: owners.len() > 1 };
            if let Some(content) = item.content {
                holdings.count_read(&self.readings[content].1);
                let findings = &self.findings[content];
                let own = match findings.own.get(&owner) {
                    // Where fields name whose records are whose, only its own count.
                    Some(own) if findings.own.len() > 1 || findings.own_is_part(owner) => {
                        held.shared = true;
                        match owners.len() == 1 && !findings.beside_others && is_all_owned(mentions, findings) {
                            true => Cow::Owned(own.with(&findings.ownerless)),
                            false => Cow::Borrowed(own),
                        }
                    }
                    // In its home lie records that fields give to others: the rest is its own.
                    None if owners.iter().any(|other| findings.own.contains_key(other)) => Cow::Owned(findings.nobodys()),
                    None if !is_all_owned(mentions, findings) => Cow::Owned(findings.said_in_text()),
                    _ => Cow::Borrowed(&findings.all),
                };
                let own = match &of_others {
                    // What fields give to it is none of theirs.
                    Some(part) if !matches!((&own, findings.own.get(&owner)), (Cow::Borrowed(own), Some(fields)) if *own == fields) => {
                        held.shared = true;
                        Cow::Owned(own.without(part))
                    }
                    _ => own,
                };
                held.records = own.records.all;
                for element in own.elements.iter() {
                    let found = holdings.found_in.entry(element).or_insert_with(|| FoundIn { items: 0, first: path.to_owned() });
                    found.items += 1;
                }
                holdings.personal.elements.extend(own.elements);
                if self.counted.insert((owner, content)) {
                    holdings.personal.add(&own.records, &own.persons);
                }
            }
            holdings.items.push(held);
        }
        let others: BTreeSet<usize> =
            mentions.iter().filter(|m| m.role == Role::Counterparty && !owners.contains(&m.institution)).map(|m| m.institution).collect();
        others.iter().for_each(|&other| self.holdings[other].counterparty_items += 1);
    }

    /// Whose a gap at this place could be: all that scopes, homes, product patterns and what was read of the
    /// item say; anybody's where nothing says anything.
    pub(super) fn reach(&self, path: &str, place: &Place, owners: &BTreeSet<usize>) -> Reach {
        let declared = declared(self.registry, path);
        let mut some = declared.customers.clone();
        some.extend(place.homes.iter().filter(|h| h.sure).flat_map(|h| h.holders.iter().copied()));
        some.extend(owners);
        let mut reach = place.unclaimed.as_ref().map_or_else(Reach::default, |_| Reach::without(Scheme::TransferAccount));
        reach.products.clone_from(&declared.products);
        if some.iter().any(|&i| self.registry.institutions[i].serves_others) {
            reach.everybody = true;
        }
        reach.institutions = self.groups.of(&some);
        if !declared.vendor && reach == Reach::default() {
            reach.everybody = true;
        }
        reach
    }

    fn gap_of(&mut self, item: &Item, path: &str, place: &Place, owners: &BTreeSet<usize>) {
        let policy = &self.registry.incident.policy;
        let reading = item.content.map(|c| &self.readings[c].1);
        let is_leaf = reading.is_none_or(|r| r.members.is_empty());
        let (cause, detail) = match (item.cause, reading) {
            (Some(cause), _) => (cause, item.detail.clone()),
            (None, Some(reading)) if policy.scanned == Scanned::Gap && reading.status().0 == Status::Scanned => {
                (Cause::UnsupportedFormat, "scanned, not read; the policy counts that as a gap".to_owned())
            }
            (None, Some(reading)) if policy.images == Images::Gap && reading.media_type.starts_with("image/") => {
                (Cause::NeedsOcr, "a picture; the policy counts that as a gap".to_owned())
            }
            (None, Some(_)) => return,
            // A link to a folder is read where that lies.
            (None, None) if item.status == Status::Read => return,
            // Nothing was read of it, and nobody knows why.
            (None, None) => (Cause::Pending, "nothing of it was read, and the ledger does not say why".to_owned()),
        };
        let (mut cause, mut detail) = (cause, detail);
        let is_picture = |cause| matches!(cause, Cause::NeedsOcr | Cause::OcrOnly);
        if is_picture(cause) && policy.images == Images::Ignore {
            // What else was not read of the item still counts.
            let others = reading.iter().flat_map(|reading| &reading.gaps).filter(|gap| !is_picture(gap.cause));
            let Some(other) = others.max_by_key(|gap| gap.range.end - gap.range.start) else { return };
            (cause, detail) = (other.cause, other.detail.clone());
        }
        let bytes = match reading {
            Some(reading) => reading
                .spans
                .iter()
                .map(|span| match span {
                    crate::ledger::Span::Gap(_, n) => *n,
                    crate::ledger::Span::As(Class::Scanned, n) if item.cause.is_none() => *n,
                    _ => 0,
                })
                .sum(),
            None => item.size,
        };
        let bytes = if cause == Cause::ControlFailed { item.size } else { bytes };
        // What was read of the item names its owner, so the rest is nobody else's; a container says nothing
        // about members that were not read.
        let owners =
            if is_leaf && item.content.is_some_and(|c| self.findings[c].is_one_owners_file()) { owners.clone() } else { BTreeSet::new() };
        let reach = self.reach(path, place, &owners);
        self.gaps.push(OpenGap { item: path.to_owned(), cause, bytes, detail, reach, basis: Basis::UnreadContent, waived: None });
    }

    /// A root whose walk did not end may hold anything.
    pub(super) fn unwalked_roots(&mut self, roots: &[Root]) {
        self.gaps.extend(roots.iter().filter(|root| !root.walked).map(|root| OpenGap {
            item: format!("{}/", root.label),
            cause: Cause::WalkIncomplete,
            bytes: 0,
            detail: "the walk of this root did not end; index again".to_owned(),
            reach: Reach::everybody(),
            basis: Basis::UnreadContent,
            waived: None,
        }));
    }

    /// Homes of accounts that are nobody's: each is a gap for those without a known account.
    pub(super) fn unclaimed_homes(&mut self) {
        for (home, (items, bytes)) in std::mem::take(&mut self.unclaimed) {
            let declared = declared(self.registry, &format!("{home}/file"));
            if declared.vendor || !declared.customers.is_empty() {
                continue;
            }
            self.gaps.push(OpenGap {
                item: home,
                cause: Cause::UnclaimedHome,
                bytes,
                detail: format!("{items} items in the home of an account that no institution claims"),
                reach: Reach::without(Scheme::TransferAccount),
                basis: Basis::UnclaimedAccount,
                waived: None,
            });
        }
    }

    fn attribution(&self, place: &Place, path: &str) -> String {
        let ids = |institutions: &mut dyn Iterator<Item = usize>| {
            let set: BTreeSet<&str> = institutions.map(|i| self.registry.institutions[i].customer_id.as_str()).collect();
            set.into_iter().collect::<Vec<_>>().join("|")
        };
        let declared = declared(self.registry, path);
        let mut words: Vec<String> = declared.products.iter().map(|p| format!("product:{p}")).collect();
        if declared.vendor {
            words.push("vendor".to_owned());
        }
        let holders = place.homes.iter().filter(|h| h.sure).flat_map(|h| h.holders.iter().copied());
        let owners = ids(&mut holders.chain(declared.customers.iter().copied()));
        words.extend((!owners.is_empty()).then_some(owners));
        words.join("|")
    }
}
