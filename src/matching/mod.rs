//! The join: what was read, with who is registered. It gives mentions, gaps with their reach, and
//! personal data without owner; the verdict is made of these alone.

pub mod attribution;
mod dates;
mod decoys;
mod extra;
mod findings;
mod items;
mod judge;
mod known;
mod lexicon;
mod listed;
mod manifests;
mod names;
mod passage;
mod paths;
mod payments;
mod review;
mod tables;
mod transfers;

pub use attribution::Reach;
pub use decoys::DecoyRow;
pub use findings::Personal;
pub use items::Item;
pub use judge::{Mention, Source};
pub use known::{KnownList, known};
pub use lexicon::{Entry, Holders, Lexicon, What, is_numeric, is_telling_code};
pub use listed::{Differs, ListedItem, Reconciled, not_held};
pub use names::{forms, is_plain_pair};
pub use passage::{is_whole_domain, mask};

use crate::case::Case;
use crate::index::{StoredPassage, sweep};
use crate::ledger::{ManifestRow, Reading, Root};
use crate::manifest::Kind;
use crate::model::{Basis, Cause, Class, ContentId, DataElement, Role, Scheme, Status, Strength};
use crate::registry::{Images, Institution, Registry, Scanned, Unattributed};
use anyhow::{Context, Result};
use attribution::{Declared, Folders, Place, declared};
use findings::Findings;
use rayon::prelude::*;
use review::Reviews;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;
use tantivy::TantivyDocument;

/// A mention at an item: one row of `evidence.csv`.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// What, of whom.
    pub mention: Mention,
    /// Display path of the item.
    pub item: String,
    /// Identity of its bytes, where they are held.
    pub sha256: Option<ContentId>,
    /// The manifest that says so, and its line, 0 where that is not known; nothing where the evidence does.
    pub manifest: Option<(u32, u64)>,
}

/// Something that was not read or not held, and whose it could be.
#[derive(Clone, Debug)]
pub struct OpenGap {
    /// Display path.
    pub item: String,
    /// Why.
    pub cause: Cause,
    /// Bytes, as far as known.
    pub bytes: u64,
    /// In words.
    pub detail: String,
    /// Whose it could be.
    pub reach: Reach,
    /// What it makes of those it blocks.
    pub basis: Basis,
    /// Who decided that it does not count, and why.
    pub waived: Option<String>,
}

/// Personal data that nobody is named as the owner of.
#[derive(Clone, Debug)]
pub struct OwnerlessItem {
    /// Display path.
    pub item: String,
    /// The data.
    pub personal: Personal,
    /// What may help to find the owner.
    pub hints: Vec<String>,
}

/// What one institution's own items hold.
#[derive(Clone, Debug, Default)]
pub struct Holdings {
    /// Items that are surely its own.
    pub owner_items: u64,
    /// Their bytes; members of an own container are not counted again.
    pub owner_bytes: u64,
    /// Items in which it is the other side.
    pub counterparty_items: u64,
    /// Personal data in its own items and records; identical copies count once.
    pub personal: Personal,
    /// Where which kind of personal data stands in its own items.
    pub found_in: BTreeMap<DataElement, FoundIn>,
    /// Its own items, in the order of paths.
    pub items: Vec<OwnItem>,
    /// Its own items of which something was read or searched.
    pub items_read: u64,
    /// Its own items of which something was not read.
    pub items_not_read: u64,
    /// The first item with evidence that bears on the verdict.
    pub first_evidence: Option<String>,
}

/// An item that is surely an institution's own, or holds records that are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnItem {
    /// Its place among [`Matched::items`].
    pub item: usize,
    /// Its own records in it.
    pub records: u64,
    /// It holds records of others too.
    pub shared: bool,
}

/// Own items that hold one kind of personal data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundIn {
    /// How many, copies included.
    pub items: u64,
    /// The first of them.
    pub first: String,
}

/// Everything that the verdicts are made of.
pub struct Matched {
    /// The roots.
    pub roots: Vec<Root>,
    /// What was read.
    pub readings: Vec<(i64, Reading)>,
    /// Where it lies.
    pub items: Vec<Item>,
    /// To whom the place of each item belongs, in words, for `coverage.csv`.
    pub attributed: Vec<String>,
    /// What was handed over beside the evidence.
    pub manifests: Vec<ManifestRow>,
    /// What manifests name.
    pub listed: Reconciled,
    /// Mentions, ordered by institution and item.
    pub evidence: Vec<Evidence>,
    /// Gaps, ordered by item.
    pub gaps: Vec<OpenGap>,
    /// Personal data without owner.
    pub ownerless: Vec<OwnerlessItem>,
    /// Per institution what is its own.
    pub holdings: Vec<Holdings>,
    /// Institutions that the seller names.
    pub claimed: BTreeSet<usize>,
    /// Rows that a seller or a list of what was taken has and nobody recovered, with whose their places are.
    pub not_found: Vec<(usize, Vec<usize>)>,
    /// To how many mentions, items or gaps each review was applied.
    pub reviewed: Vec<u64>,
    /// Institutions of whose identifiers or names the date of some item decided.
    pub dated: BTreeSet<usize>,
    /// What became of the decoys, one row per scheme.
    pub decoys: Vec<DecoyRow>,
    /// Planted files, and how many of them were recovered.
    pub planted: (u64, u64),
}

/// What the controls of a run bring into matching.
#[derive(Clone, Debug, Default)]
pub struct Controls {
    /// Formats of which a planted file was missed, each with what was missed in words.
    pub missed: BTreeMap<String, String>,
    /// Planted files, and how many of them were recovered.
    pub planted: (u64, u64),
    /// Institutions that nobody is, matched along and kept out of everything else.
    pub decoys: Vec<Institution>,
}

impl Controls {
    /// What a missed planted file says against a reading, if anything does.
    pub fn doubt(&self, reading: &Reading) -> Option<&str> {
        let is_scanned = || reading.spans.iter().any(|span| matches!(span, crate::ledger::Span::As(Class::Scanned, _)));
        let scan = self.missed.get(crate::format::Kind::Unknown.name()).filter(|_| is_scanned());
        self.missed.get(&reading.format).or(scan).map(String::as_str)
    }
}

impl Matched {
    /// Where the evidence of an institution stands among all of it, which is ordered by institution.
    pub fn evidence_of(&self, institution: usize) -> Range<usize> {
        let from = self.evidence.partition_point(|e| e.mention.institution < institution);
        let to = self.evidence.partition_point(|e| e.mention.institution <= institution);
        from..to
    }
}

/// Matches a case with a registry.
pub fn run(case: &Case, registry: &Registry, controls: &Controls) -> Result<Matched> {
    let lexicon = Lexicon::new(registry);
    let mut decoys = decoys::Decoys::new(registry, &controls.decoys);
    let roots = case.ledger.roots()?;
    let files = case.ledger.files()?;
    let readings = case.ledger.readings()?;
    let manifests = case.ledger.manifests()?;

    let findings = find(case, &lexicon, registry, &readings, &mut decoys)?;
    let interesting = findings.iter().zip(&readings).map(|(f, (_, r))| {
        f.is_interesting() || !r.gaps.is_empty() || r.members.iter().any(|m| m.defect.is_some()) || controls.doubt(r).is_some()
    });
    let interesting = items::spread_interest(&readings, interesting.collect());
    let mut derived = items::derive(&roots, &files, &readings, &interesting);
    items::doubt(&mut derived, &|content| controls.doubt(&readings[content].1));
    decoys.paths(&derived);
    let listed = listed::reconcile_all(&case.ledger, &manifests, &derived, &|content| readings[content].1.content)?;

    let mut folders = Folders::new(&lexicon, registry);
    derived.iter().for_each(|item| folders.add(item.path.components()));
    listed.rows.iter().filter(|l| l.kind != Kind::Seller).for_each(|l| folders.add(l.path(&derived).components()));
    let logged = transfers::judge(&case.ledger, &manifests, &registry.incident, &lexicon, &derived)?;
    logged.iter().for_each(|lines| folders.add(lines.path.split(|b| *b == b'/')));
    let folders = folders.settle();

    let mut join = Join {
        registry,
        lexicon: &lexicon,
        folders: &folders,
        readings: &readings,
        findings: &findings,
        groups: (0..registry.institutions.len()).map(|institution| registry.head_of_group(institution)).collect(),
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
    };
    let attributed = join.items(&derived);
    join.listed(&listed, &derived, &manifests);
    join.transfers(&logged, &derived, &manifests);
    join.texts(&manifests);
    join.unclaimed_homes();
    for root in roots.iter().filter(|r| !r.walked) {
        join.gaps.push(OpenGap {
            item: format!("{}/", root.label),
            cause: Cause::WalkIncomplete,
            bytes: 0,
            detail: "the walk of this root did not end; index again".to_owned(),
            reach: Reach::everybody(),
            basis: Basis::UnreadContent,
            waived: None,
        });
    }
    join.unread_manifests(&manifests);
    let Join { mut evidence, mut gaps, mut ownerless, mut holdings, claimed, dated, not_found, reviews, .. } = join;
    reviews.waive(&mut gaps);
    let reviewed = reviews.applied();
    evidence.par_sort_by(|a, b| (a.mention.institution, &a.item, a.mention.key()).cmp(&(b.mention.institution, &b.item, b.mention.key())));
    gaps.sort_by(|a, b| (&a.item, a.cause).cmp(&(&b.item, b.cause)));
    ownerless.sort_by(|a, b| a.item.cmp(&b.item));
    holdings.iter_mut().for_each(|h| h.personal.settle());
    for row in evidence.iter().filter(|e| e.mention.has_effect()) {
        holdings[row.mention.institution].first_evidence.get_or_insert_with(|| row.item.clone());
    }
    let decoys = decoys.rows();
    Ok(Matched {
        roots,
        readings,
        items: derived,
        attributed,
        manifests,
        listed,
        evidence,
        gaps,
        ownerless,
        holdings,
        claimed,
        not_found,
        reviewed,
        dated,
        decoys,
        planted: controls.planted,
    })
}

/// Readings by the row of their content.
pub type Readings = Vec<(i64, Reading)>;

/// The items of a case without a registry.
pub struct Survey {
    /// What was read.
    pub readings: Readings,
    /// Where it lies.
    pub items: Vec<Item>,
    /// What manifests name.
    pub listed: Reconciled,
    /// Roots whose walk did not end.
    pub unwalked: Vec<Root>,
}

/// Looks at a case without a registry, for `coverage`.
pub fn survey(case: &Case, controls: &Controls) -> Result<Survey> {
    let readings = case.ledger.readings()?;
    let roots = case.ledger.roots()?;
    let mut items = items::derive(&roots, &case.ledger.files()?, &readings, &vec![false; readings.len()]);
    items::doubt(&mut items, &|content| controls.doubt(&readings[content].1));
    let listed = listed::reconcile_all(&case.ledger, &case.ledger.manifests()?, &items, &|content| readings[content].1.content)?;
    Ok(Survey { readings, items, listed, unwalked: roots.into_iter().filter(|r| !r.walked).collect() })
}

/// What each content says, whatever lies where.
fn find(
    case: &Case,
    lexicon: &Lexicon,
    registry: &Registry,
    readings: &[(i64, Reading)],
    decoys: &mut decoys::Decoys<'_>,
) -> Result<Vec<Findings>> {
    let policy = &registry.incident.policy;
    let by_row: HashMap<i64, usize> = readings.iter().enumerate().map(|(i, (row, _))| (*row, i)).collect();
    let searcher = case.index.reader()?.searcher();
    let parts = case.ledger.parts()?;
    let (mut needles, _) = lexicon.needles();
    let registered = needles.len() as u32;
    needles.extend(decoys.needles());
    let (hits, along): (Vec<_>, Vec<_>) = sweep(&case.index, &searcher, &needles)?.into_iter().partition(|hit| hit.needle < registered);
    let addresses = |hits: Vec<crate::index::Hit>| {
        let mut passages: Vec<_> = hits.into_iter().map(|hit| hit.passage).collect();
        passages.par_sort_unstable();
        passages.dedup();
        passages
    };
    let passages = addresses(hits);
    let index = &case.index;
    let judged: Vec<(usize, Vec<Mention>)> = passages
        .par_chunks(64)
        .map(|chunk| {
            let mut out = Vec::new();
            for address in chunk {
                let document: TantivyDocument = searcher.doc(*address)?;
                let passage: StoredPassage = index.passage(&document)?;
                for (row, offset) in parts.holders(passage.content) {
                    // Passages whose content the ledger lacks belong to a reading that was rolled back.
                    let Some(&content) = by_row.get(&row) else { continue };
                    out.push((content, judge::judge(lexicon, &passage.held_by(row, offset), &readings[content].1.facts.tables)));
                }
            }
            Ok(out)
        })
        .collect::<Result<Vec<_>>>()
        .context("cannot read the index")?
        .into_iter()
        .flatten()
        .collect();
    let mut findings: Vec<Findings> = vec![Findings::default(); readings.len()];
    for (content, mentions) in judged {
        findings[content].mentions.extend(mentions);
    }
    for address in addresses(along) {
        let passage: StoredPassage = index.passage(&searcher.doc(address)?)?;
        for (row, offset) in parts.holders(passage.content) {
            let Some(&content) = by_row.get(&row) else { continue };
            decoys.passage(content, &passage.held_by(row, offset), &readings[content].1.facts.tables);
        }
    }
    decoys.contents(readings, &findings, policy);
    findings.par_iter_mut().zip(readings.par_iter()).for_each(|(findings, (_, reading))| {
        tables::judge(lexicon, &reading.facts.tables, policy, findings);
        if let Some(payments) = &reading.facts.payments {
            payments::judge(lexicon, payments, reading.gaps.is_empty(), findings);
        }
        findings.all.elements.extend(reading.facts.text);
        findings.ownerless.elements.extend(reading.facts.text);
        findings.settle(policy.reference_list, &reading.facts.tables);
    });
    Ok(findings)
}

struct Join<'a> {
    registry: &'a Registry,
    lexicon: &'a Lexicon,
    folders: &'a Folders<'a>,
    readings: &'a [(i64, Reading)],
    findings: &'a [Findings],
    groups: Vec<usize>,
    evidence: Vec<Evidence>,
    gaps: Vec<OpenGap>,
    ownerless: Vec<OwnerlessItem>,
    holdings: Vec<Holdings>,
    /// Contents whose records were counted for an institution: copies say nothing new.
    counted: HashSet<(usize, usize)>,
    /// Homes that nobody claims, with items and bytes in them.
    unclaimed: BTreeMap<String, (u64, u64)>,
    claimed: BTreeSet<usize>,
    dated: BTreeSet<usize>,
    not_found: Vec<(usize, Vec<usize>)>,
    reviews: Reviews<'a>,
}

impl Join<'_> {
    fn items(&mut self, items: &[Item]) -> Vec<String> {
        // Containers above the current item, with their sure owners: bytes of an own container's members are
        // not counted again.
        let mut above: Vec<(usize, BTreeSet<usize>)> = Vec::new();
        let mut attributed = Vec::with_capacity(items.len());
        for (number, item) in items.iter().enumerate() {
            let depth = item.path.depth();
            above.retain(|(d, _)| *d < depth);
            let place = self.folders.place(item.path.components());
            let path = item.path.to_string();
            attributed.push(self.attribution(&place, &path));
            let mut mentions = paths::judge(self.lexicon, &item.path, &place);
            mentions.extend(self.declared_owners(&path, Basis::AccountPath));
            if let Some(content) = item.content {
                mentions.extend(self.findings[content].mentions.iter().cloned());
            }
            if self.lexicon.has_periods()
                && let Some(written) = dates::Written::of(item, &self.registry.incident)
            {
                self.dated.extend(dates::decide(self.lexicon, written, &mut mentions));
            }
            mentions.iter_mut().for_each(|mention| self.reviews.judge(&path, mention));
            self.drop_names_of_owners(&mut mentions);
            let owners: BTreeSet<usize> = mentions.iter().filter(|m| m.is_sure_owner()).map(|m| m.institution).collect();
            self.hold((number, item), &path, &owners, &mentions, &above);
            let sha256 = item.content.map(|c| self.readings[c].1.content);
            self.evidence.extend(mentions.into_iter().map(|mention| Evidence { mention, item: path.clone(), sha256, manifest: None }));
            self.gap_of(item, &path, &place, &owners);
            self.ownerless_of(item, &path, &place, &owners);
            if let Some(home) = &place.unclaimed {
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
    fn declared_owners(&self, path: &str, basis: Basis) -> Vec<Mention> {
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
            ..judge::mention(
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
        let owners: BTreeSet<usize> = mentions.iter().filter(|m| m.is_sure_owner()).map(|m| m.institution).collect();
        if owners.is_empty() {
            return;
        }
        let names: Vec<String> = owners
            .iter()
            .flat_map(|&owner| self.registry.institutions[owner].all_names())
            .flat_map(names::forms)
            .map(|form| format!(" {} ", form.terms.join(" ")))
            .collect();
        mentions.retain(|m| {
            m.scheme != Scheme::Name
                || owners.contains(&m.institution)
                || !names.iter().any(|name| name.contains(&format!(" {} ", m.value)))
        });
    }

    fn hold(
        &mut self,
        (number, item): (usize, &Item),
        path: &str,
        owners: &BTreeSet<usize>,
        mentions: &[Mention],
        above: &[(usize, BTreeSet<usize>)],
    ) {
        for &owner in owners {
            let holdings = &mut self.holdings[owner];
            holdings.owner_items += 1;
            if !above.iter().any(|(_, of)| of.contains(&owner)) {
                holdings.owner_bytes += item.size;
            }
            holdings.items_not_read += u64::from(item.cause.is_some());
            let mut held = OwnItem { item: number, records: 0, shared: owners.len() > 1 };
            if let Some(content) = item.content {
                holdings.items_read += u64::from(item.status != Status::Unread);
                let findings = &self.findings[content];
                let own = match findings.own.get(&owner) {
                    // Where fields name whose records are whose, only its own count.
                    Some(own) if findings.own.len() > 1 || findings.own_is_part(owner) => {
                        held.shared = true;
                        own
                    }
                    _ => &findings.all,
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
    fn reach(&self, path: &str, place: &Place, owners: &BTreeSet<usize>) -> Reach {
        let declared = declared(self.registry, path);
        let mut some = declared.customers.clone();
        some.extend(place.homes.iter().filter(|h| h.sure).flat_map(|h| h.holders.iter().copied()));
        some.extend(owners);
        let mut reach = Reach { products: declared.products.clone(), without_account: place.unclaimed.is_some(), ..Reach::default() };
        if some.iter().any(|&i| self.registry.institutions[i].serves_others) {
            reach.everybody = true;
        }
        let tops: BTreeSet<usize> = some.iter().map(|&i| self.groups[i]).collect();
        if !tops.is_empty() {
            reach.institutions = (0..self.groups.len()).filter(|i| tops.contains(&self.groups[*i])).collect();
        }
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
            _ => return,
        };
        if cause == Cause::NeedsOcr && policy.images == Images::Ignore {
            return;
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

    fn ownerless_of(&mut self, item: &Item, path: &str, place: &Place, owners: &BTreeSet<usize>) {
        let Some(content) = item.content else { return };
        let findings = &self.findings[content];
        if !findings.outside_owners.is_empty() && owners.is_empty() && !item.inherited {
            let hints = std::iter::once("outside_owner".to_owned()).chain(findings.outside_owners.iter().cloned()).collect();
            self.ownerless.push(OwnerlessItem { item: path.to_owned(), personal: findings.all.clone(), hints });
        }
        let in_a_home = !place.homes.is_empty() || place.unclaimed.is_some();
        if in_a_home || !owners.is_empty() || !findings.ownerless.elements.concern_persons() {
            return;
        }
        let named: BTreeSet<&str> = findings
            .mentions
            .iter()
            .filter(|m| m.has_effect())
            .map(|m| self.registry.institutions[m.institution].customer_id.as_str())
            .take(8)
            .collect();
        self.ownerless.push(OwnerlessItem {
            item: path.to_owned(),
            personal: findings.ownerless.clone(),
            hints: named.into_iter().map(str::to_owned).collect(),
        });
        if self.registry.incident.policy.unattributed == Unattributed::Gap {
            let reach = self.reach(path, place, &BTreeSet::new());
            self.gaps.push(OpenGap {
                item: path.to_owned(),
                cause: Cause::Unattributed,
                bytes: item.size,
                detail: "personal data, and nothing says whose".to_owned(),
                reach,
                basis: Basis::UnattributedData,
                waived: None,
            });
        }
    }

    fn unclaimed_homes(&mut self) {
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
                reach: Reach { without_account: true, ..Reach::default() },
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
