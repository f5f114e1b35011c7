//! What manifests prove: listings of what was taken, the platform's logs, and the seller's claims.

use super::items::Item;
use super::join::Join;
use super::judge;
use super::listed::{BareFolder, ListedItem, Reconciled};
use super::mention::{Mention, Source, mention};
use super::transfers::{self, Logged, Why};
use super::{Evidence, OpenGap, Reach};
use crate::index::StoredPassage;
use crate::ledger::ManifestRow;
use crate::manifest::Kind;
use crate::matching::attribution::Place;
use crate::matching::paths;
use crate::model::{Basis, Cause, EvidencePath, Role, Scheme, Strength, escape_bytes};
use crate::passage::{OffsetMap, PassageKind};
use std::collections::BTreeSet;
use std::sync::Arc;

const SURE: (Role, Strength, Basis) = (Role::Owner, Strength::Sure, Basis::Listed);
const WEAK: (Role, Strength, Basis) = (Role::Unknown, Strength::Weak, Basis::WeakEvidence);

impl Join<'_> {
    /// Rows of listings: what lies in a home is its owner's, and what was taken and is not held is a gap.
    pub(super) fn listed(&mut self, listed: &Reconciled, items: &[Item], manifests: &[ManifestRow]) {
        for (number, row) in listed.rows.iter().enumerate() {
            let mut place = self.folders.place(row.path(items), false);
            if let Some(folder) = &row.folder {
                place.join(self.folders.place(folder, true));
            }
            let path = row.path(items).to_string();
            let words = format!("{} line {}", manifests[row.manifest as usize].name, row.line);
            let mut rejected = BTreeSet::new();
            // What lies in homes on the platform is there because it was not taken, as far as its own listing says.
            for home in place.homes.iter().filter(|_| row.kind != Kind::Platform) {
                let sure = home.sure && home.holders.len() == 1 && row.kind == Kind::Taken && !row.is_incoming();
                for &institution in &home.holders {
                    let found = (institution, home.scheme.clone(), home.value.clone());
                    if self.add_listed(row, &path, &words, found, if sure { SURE } else { WEAK }) {
                        rejected.insert(institution);
                    }
                }
            }
            if let Some((account, outgoing)) = &row.transfer
                && let Some((scheme, value, holders)) = transfers::client(self.lexicon, account)
            {
                // A log of what was taken says whose account it was taken from.
                let sure = row.kind == Kind::Taken && *outgoing && holders.len() == 1;
                for institution in holders {
                    let found = (institution, scheme.clone(), value.clone());
                    if self.add_listed(row, &path, &words, found, if sure { SURE } else { WEAK }) {
                        rejected.insert(institution);
                    }
                }
            }
            // A home that people say is not theirs may be anybody's.
            place.forget(&rejected);
            if row.kind != Kind::Platform && row.item.is_none() {
                let accounts = row.transfer.as_ref().and_then(|(account, _)| transfers::client(self.lexicon, account));
                let homes = place.homes.iter().flat_map(|home| home.holders.iter().copied());
                let owners = homes.chain(accounts.into_iter().flat_map(|(_, _, holders)| holders));
                let owners: BTreeSet<usize> = owners.filter(|owner| !rejected.contains(owner)).collect();
                self.not_found.push((number, owners.into_iter().collect()));
            }
            if row.kind == Kind::Taken && row.item.is_none() {
                let owners = self.declared_owners(&path, Basis::Listed);
                self.push_all(owners, &path, (row.manifest, row.line));
                let named = paths::judge(self.lexicon, row.path(items), &Place { homes: place.homes.clone(), unclaimed: None });
                self.push_all(named.into_iter().filter(|m| !m.is_sure_owner()).collect(), &path, (row.manifest, row.line));
            }
            if let Some(cause) = row.cause {
                if let Some(home) = &place.unclaimed {
                    let parts = std::iter::once(row.path(items).label.clone()).chain(home.iter().map(|c| escape_bytes(c)));
                    self.unclaimed.entry(parts.collect::<Vec<_>>().join("/")).or_default().0 += 1;
                }
                let reach = self.reach(&path, &place, &BTreeSet::new());
                self.gaps.push(OpenGap {
                    item: path,
                    cause,
                    bytes: row.size,
                    detail: words,
                    reach,
                    basis: Basis::UnreadContent,
                    waived: None,
                });
            }
        }
    }

    /// Folders on listings in which nothing is listed: whose they are is named. Where the listing does not go deeper, nobody
    /// knows what was in them.
    pub(super) fn bare_folders(&mut self, bare: &[BareFolder], manifests: &[ManifestRow]) {
        for folder in bare.iter().filter(|folder| folder.kind != Kind::Platform) {
            let place = self.folders.place(&folder.path, true);
            let path = format!("{}/", folder.path);
            let words = format!("{} line {}: a folder in which nothing is listed", manifests[folder.manifest as usize].name, folder.line);
            let mut mentions = paths::judge(self.lexicon, &folder.path, &place);
            for mention in &mut mentions {
                match folder.is_empty && folder.kind == Kind::Taken {
                    true => mention.become_passing(),
                    false => (mention.role, mention.strength, mention.basis) = WEAK,
                }
                mention.if_alone = None;
                mention.context.clone_from(&words);
                if folder.kind == Kind::Seller {
                    self.claimed.insert(mention.institution);
                }
            }
            self.push_all(mentions, &path, (folder.manifest, folder.line));
        }
    }

    /// Mentions on manifests.
    fn push_all(&mut self, mentions: Vec<Mention>, path: &str, manifest: (u32, u64)) {
        let item: Arc<str> = path.into();
        for mut mention in mentions {
            self.reviews.judge(path, &mut mention);
            self.evidence.push(Evidence { mention, item: Arc::clone(&item), sha256: None, manifest: Some(manifest) });
        }
    }

    /// Did people decide that it says nothing?
    fn add_listed(
        &mut self,
        row: &ListedItem,
        path: &str,
        words: &str,
        (institution, scheme, value): (usize, Scheme, String),
        (role, strength, basis): (Role, Strength, Basis),
    ) -> bool {
        if row.kind == Kind::Seller {
            self.claimed.insert(institution);
        }
        let mut mention =
            Mention { context: words.to_owned(), source: Source::Path, ..mention(institution, scheme, value, role, strength, basis) };
        self.reviews.judge(path, &mut mention);
        let is_rejected = mention.is_rejected();
        self.evidence.push(Evidence { mention, item: path.into(), sha256: None, manifest: Some((row.manifest, row.line)) });
        is_rejected
    }

    /// Lines of the platform's logs. Whoever's account or home a file was fetched from by the intruder is affected;
    /// such a file that is not held is a gap. Other fetches within the window only point.
    pub(super) fn transfers(&mut self, logged: &[Logged], items: &[Item], manifests: &[ManifestRow]) {
        for lines in logged {
            let log = &manifests[lines.manifest as usize].name;
            let at = lines.item.map_or_else(|| EvidencePath::file(log, lines.path.clone()), |item| items[item].path.clone());
            let mut place = self.folders.place(&at, false);
            let client = lines.account.as_deref().and_then(|account| transfers::client(self.lexicon, account));
            let homes = place.homes.iter().filter(|home| home.sure).map(|h| (h.scheme.clone(), h.value.clone(), h.holders.clone()));
            let words = match &lines.why {
                Why::Indicator(indicator) => format!("{log} line {}: {}; indicator {indicator}", lines.line, lines.words),
                Why::Taken(manifest, line) => {
                    format!("{log} line {}: {}; taken by {} line {line}", lines.line, lines.words, manifests[*manifest as usize].name)
                }
                Why::Window => format!("{log} line {}: {}; in the window", lines.line, lines.words),
            };
            let is_sure = lines.why != Why::Window && lines.moved;
            let item: Arc<str> = if is_sure { at.to_string() } else { format!("{log}/") }.into();
            let mut owners = BTreeSet::new();
            let mut rejected = BTreeSet::new();
            for (scheme, value, holders) in client.iter().cloned().chain(homes) {
                let (role, strength, basis) = if is_sure && holders.len() == 1 { SURE } else { WEAK };
                for institution in holders {
                    if !owners.insert(institution) {
                        continue;
                    }
                    let mut mention = Mention {
                        context: words.clone(),
                        source: Source::Path,
                        count: lines.count,
                        ..mention(institution, scheme.clone(), value.clone(), role, strength, basis)
                    };
                    self.reviews.judge(&item, &mut mention);
                    if mention.is_rejected() {
                        rejected.insert(institution);
                    }
                    self.evidence.push(Evidence {
                        mention,
                        item: Arc::clone(&item),
                        sha256: None,
                        manifest: Some((lines.manifest, lines.line)),
                    });
                }
            }
            owners.retain(|owner| !rejected.contains(owner));
            place.forget(&rejected);
            if matches!(lines.why, Why::Indicator(_)) && lines.moved && lines.item.is_none() {
                // An account that is nobody's is a home that nobody claims; the intruder's own account is no home.
                let nobodys = lines.account.is_some() && client.is_none() && !lines.is_intruders && place.homes.is_empty();
                let unclaimed = place.unclaimed.clone().or_else(|| nobodys.then(Vec::new));
                let reach = self.reach(&item, &Place { homes: place.homes.clone(), unclaimed }, &owners);
                let gap = OpenGap {
                    item: item.to_string(),
                    cause: Cause::NotRecovered,
                    bytes: lines.bytes,
                    detail: words,
                    reach,
                    basis: Basis::UnreadContent,
                    waived: None,
                };
                self.gaps.push(gap);
            }
        }
    }

    /// A seller's post is a claim: what it names is weak, however loudly. So is what a list of what was taken says,
    /// where it is no list.
    pub(super) fn texts(&mut self, manifests: &[ManifestRow]) {
        for (number, manifest) in (0u32..).zip(manifests).filter(|(_, m)| m.kind != Kind::Platform && !m.text.is_empty()) {
            let passage = StoredPassage { content: 0, kind: PassageKind::Prose, text: manifest.text.clone(), map: OffsetMap::default() };
            let mut mentions = judge::judge(self.lexicon, &passage, &[]);
            let key = |m: &Mention| (m.institution, m.scheme.clone(), m.value.clone(), m.basis == Basis::AmbiguousName);
            mentions.sort_by_key(|m| (key(m), m.offset));
            // A name that is repeated is one claim.
            mentions.dedup_by(|later, first| {
                let same = key(later) == key(first);
                first.count += if same { later.count } else { 0 };
                same
            });
            for mention in mentions {
                let basis = if mention.basis == Basis::AmbiguousName { Basis::AmbiguousName } else { Basis::WeakEvidence };
                if manifest.kind == Kind::Seller {
                    self.claimed.insert(mention.institution);
                }
                let mut mention = Mention { role: Role::Unknown, strength: Strength::Weak, basis, ..mention };
                self.reviews.judge(&manifest.name, &mut mention);
                let evidence = Evidence {
                    mention,
                    item: format!("{}/", manifest.name).into(),
                    sha256: Some(manifest.sha256),
                    manifest: Some((number, 0)),
                };
                self.evidence.push(evidence);
            }
        }
    }

    /// What of a manifest was not understood, or is cut off. A list of what was taken may name anybody's files there.
    /// Of a platform's records that much is known without them: their silence clears nobody; but one in which nothing
    /// is understood was not read.
    pub(super) fn unread_manifests(&mut self, manifests: &[ManifestRow]) {
        for manifest in manifests {
            let is_taken = manifest.kind == Kind::Taken;
            let gaps = [
                (
                    manifest.truncated && is_taken,
                    Cause::Truncated,
                    "the listing ends in the middle: what else was taken is not known".to_owned(),
                ),
                (manifest.is_unknown() || is_taken && manifest.not_understood > 0, Cause::NotUnderstood, manifest.in_words()),
            ];
            for (_, cause, detail) in gaps.into_iter().filter(|(is_gap, ..)| *is_gap) {
                self.gaps.push(OpenGap {
                    item: format!("{}/", manifest.name),
                    cause,
                    bytes: 0,
                    detail,
                    reach: Reach::everybody(),
                    basis: Basis::UnreadContent,
                    waived: None,
                });
            }
        }
    }
}

impl ListedItem {
    /// Is it the line of a transfer to the platform?
    fn is_incoming(&self) -> bool {
        self.transfer.as_ref().is_some_and(|(_, outgoing)| !outgoing)
    }
}
