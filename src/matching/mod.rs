//! The join: what was read, with who is registered. It gives mentions, gaps with their reach, and
//! personal data without owner; the verdict is made of these alone.

mod addressed;
pub mod attribution;
mod bearers;
mod chance;
mod contents;
mod dates;
mod decoys;
mod extra;
mod findings;
mod groups;
mod headed;
mod holders;
mod homes;
mod items;
mod join;
mod judge;
mod known;
mod lexicon;
mod listed;
mod manifests;
mod mention;
mod names;
mod ownerless;
mod passage;
mod paths;
mod payments;
mod review;
mod rows;
mod sides;
mod tables;
mod transfers;
mod unlabelled;

pub use attribution::Reach;
pub use bearers::Holders;
pub use decoys::DecoyRow;
pub use findings::Personal;
pub use items::Item;
pub use known::{KnownList, known};
pub use lexicon::{Entry, Lexicon, What, is_numeric, is_telling_code};
pub use listed::{Differs, ListedItem, Reconciled, not_held};
pub use mention::{Mention, Source};
pub use names::{forms, is_plain_pair};
pub use passage::{is_whole_domain, mask};
pub use transfers::{Activity, DayOfTransfers};

use crate::case::Case;
use crate::ledger::{Extent, ManifestRow, Reading, Root};
use crate::manifest::Kind;
use crate::model::{Basis, Cause, Class, ContentId, DataElement};
use crate::registry::{Institution, Registry};
use crate::stop::Stop;
use anyhow::Result;
use attribution::Folders;
use join::{Join, Joined};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;
use std::sync::Arc;

/// A mention at an item: one row of `evidence.csv`.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// What, of whom.
    pub mention: Mention,
    /// Display path of the item; its mentions share it.
    pub item: Arc<str>,
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
    /// Its own items of which something was read or searched, and shells of members where some member was.
    pub items_read: u64,
    /// Of its own items, shells that say nothing but what is in them.
    shells: u64,
    /// Its own items of which something was not read.
    pub items_not_read: u64,
    /// The first item with evidence that bears on the verdict.
    pub first_evidence: Option<String>,
}

impl Holdings {
    fn count_read(&mut self, reading: &Reading) {
        match reading.extent() {
            Extent::Something => self.items_read += 1,
            Extent::Shell => self.shells += 1,
            Extent::Nothing => {}
        }
    }

    /// All own items were counted. What holds unread members alone was not read itself.
    fn settle(&mut self) {
        self.personal.unite();
        if self.items_read > 0 {
            self.items_read += std::mem::take(&mut self.shells);
        }
    }
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
    /// The platform's logs by day.
    pub activity: Activity,
    /// Who bears each identifier.
    pub holders: Holders,
    /// Names of a single word, folded, that one institution alone bears, of those that were seen and decide nothing.
    pub lone_words: BTreeSet<String>,
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

/// Matches a case with a registry, of which the lexicon was compiled.
///
/// # Errors
/// The case cannot be read; [`Interrupted`](crate::stop::Interrupted) where the work was asked to end.
pub fn run(case: &Case, registry: &Registry, lexicon: Lexicon, controls: &Controls, stop: &Stop) -> Result<Matched> {
    let mut decoys = decoys::Decoys::new(&lexicon, &controls.decoys);
    let roots = case.ledger.roots()?;
    let files = case.ledger.files()?;
    let readings = case.ledger.readings()?;
    let manifests = case.ledger.manifests()?;

    let findings = contents::find(case, &lexicon, registry, &readings, &mut decoys, stop)?;
    let interesting = findings.iter().zip(&readings).map(|(f, (_, r))| {
        f.is_interesting() || !r.gaps.is_empty() || r.members.iter().any(|m| m.defect.is_some()) || controls.doubt(r).is_some()
    });
    stop.check()?;
    let interesting = items::spread_interest(&readings, interesting.collect());
    let mut derived = items::derive(&roots, &files, &readings, &interesting);
    items::doubt(&mut derived, &|content| controls.doubt(&readings[content].1));
    decoys.paths(&derived);
    let listed = listed::reconcile_all(&case.ledger, &manifests, &derived, &|content| readings[content].1.content)?;

    let mut folders = Folders::new(&lexicon, registry);
    let is_container = |item: &Item| item.content.is_some_and(|content| !readings[content].1.members.is_empty());
    for item in &derived {
        match item.is_bare_folder() {
            true => folders.add_bare(item.path.components()),
            false => folders.add(item.path.components(), is_container(item)),
        }
    }
    derived.iter().for_each(|item| folders.add_root(&item.path));
    for row in listed.rows.iter().filter(|l| l.kind != Kind::Seller) {
        folders.add(row.path(&derived).components(), false);
        row.folder.iter().for_each(|folder| folders.add(folder.components(), true));
    }
    listed.bare.iter().filter(|folder| folder.kind != Kind::Seller).for_each(|folder| folders.add_bare(folder.path.components()));
    let (logged, activity) = transfers::judge(&case.ledger, &manifests, &registry.incident, &lexicon, &derived)?;
    logged.iter().for_each(|lines| folders.add(lines.path.split(|b| *b == b'/'), false));
    let folders = folders.settle();

    stop.check()?;
    let mut join = Join::new(registry, &lexicon, &folders, &readings, &findings);
    let attributed = join.items(&derived);
    join.listed(&listed, &derived, &manifests);
    join.bare_folders(&listed.bare, &manifests);
    join.transfers(&logged, &derived, &manifests);
    join.texts(&manifests);
    join.unclaimed_homes();
    join.unwalked_roots(&roots);
    join.unread_manifests(&manifests);
    let Joined { evidence, gaps, ownerless, holdings, claimed, dated, not_found, reviewed } = join.settle();
    let decoys = decoys.rows();
    let lone_words = lone_words(&lexicon, &evidence);
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
        activity,
        holders: lexicon.holders,
        lone_words,
    })
}

/// Which of the names that were seen and decide nothing are single words with one bearer.
fn lone_words(lexicon: &Lexicon, evidence: &[Evidence]) -> BTreeSet<String> {
    let seen: HashSet<&str> =
        evidence.iter().map(|e| &e.mention).filter(|m| m.basis == Basis::AmbiguousName).map(|m| m.value.as_str()).collect();
    if seen.is_empty() {
        return BTreeSet::new();
    }
    let of_one = lexicon.entries.iter().filter_map(|entry| match &entry.what {
        What::Name { terms, one_word: true } if entry.holders.len() == 1 => Some(terms.join(" ")),
        What::Name { .. } | What::Identifier(..) => None,
    });
    of_one.filter(|name| seen.contains(name.as_str())).collect()
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
