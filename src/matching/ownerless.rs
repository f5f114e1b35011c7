//! Personal data in an item that nobody owns: listed with hints at whose it could be, and a gap where it could be anybody's.

use super::attribution::{Place, Reach};
use super::findings::{Findings, Personal};
use super::items::Item;
use super::join::Join;
use super::{Mention, OpenGap, OwnerlessItem, Source};
use crate::model::{Basis, Cause, Scheme};
use crate::registry::Unattributed;
use std::collections::BTreeSet;

/// So many institutions or codes are named as hints.
const HINTS: usize = 8;

impl Join<'_> {
    pub(super) fn ownerless_of(&mut self, item: &Item, path: &str, place: &Place, owners: &BTreeSet<usize>, mentions: &[Mention]) {
        let Some(content) = item.content else { return };
        let findings = &self.findings[content];
        if !findings.outside_owners.is_empty() && owners.is_empty() && !item.inherited {
            let hints = std::iter::once("outside_owner".to_owned()).chain(findings.outside_owners.iter().cloned()).collect();
            self.list(path, findings.all.clone(), hints);
        }
        // A folder whose name merely equals a code is nobody's home.
        if place.homes.iter().any(|home| home.sure) || place.unclaimed.is_some() {
            return;
        }
        if !findings.unregistered.is_empty() {
            self.unregistered(item, path, place, findings);
        }
        if is_all_owned(mentions, findings) {
            if findings.has_parts_of_others(mentions) {
                self.under_names(path, findings, owners);
            }
            return;
        }
        let mut personal = findings.nobodys();
        // Whose records are another's by what people decided, that is not known.
        let rejected = mentions.iter().filter(|m| m.is_rejected() && !owners.contains(&m.institution)).map(|m| m.institution);
        for own in rejected.collect::<BTreeSet<_>>().iter().filter_map(|institution| findings.own.get(institution)) {
            personal = personal.with(own);
        }
        if !personal.elements.concern_persons() {
            return;
        }
        let named: BTreeSet<&str> = findings
            .mentions
            .iter()
            .filter(|m| m.has_effect())
            .map(|m| self.registry.institutions[m.institution].customer_id.as_str())
            .take(HINTS)
            .collect();
        self.list(path, personal, named.into_iter().map(str::to_owned).collect());
        let reach = self.reach(path, place, &BTreeSet::new());
        self.leave_open(item, path, "personal data, and nothing says whose", reach);
    }

    /// Whoever is reached may be whose it is, unless the policy only lists such data.
    fn leave_open(&mut self, item: &Item, path: &str, detail: &str, reach: Reach) {
        if self.registry.incident.policy.unattributed == Unattributed::Gap {
            self.gaps.push(OpenGap {
                item: path.to_owned(),
                cause: Cause::Unattributed,
                bytes: item.size,
                detail: detail.to_owned(),
                reach,
                basis: Basis::UnattributedData,
                waived: None,
            });
        }
    }

    fn list(&mut self, path: &str, mut personal: Personal, hints: Vec<String>) {
        personal.unite();
        self.ownerless.push(OwnerlessItem { item: path.to_owned(), personal, hints });
    }

    /// Rows under codes that nobody has registered are somebody's outside the registry, or of one whose code it lacks.
    fn unregistered(&mut self, item: &Item, path: &str, place: &Place, findings: &Findings) {
        let mut personal = Personal::default();
        findings.unregistered.values().for_each(|own| personal.add(&own.records, &own.persons));
        let codes = findings.unregistered.keys().take(HINTS).cloned();
        let hints = std::iter::once("outside_owner".to_owned()).chain(codes).collect();
        self.list(path, personal, hints);
        // What is declared to be the vendor's or somebody's is nobody else's.
        if self.reach(path, place, &BTreeSet::new()).everybody {
            let detail = "rows about persons under codes of clients that nobody has registered";
            self.leave_open(item, path, detail, Reach::without(Scheme::ClientCode));
        }
    }

    /// Records of persons under the names of others are listed with these; they are open, and nobody else is.
    fn under_names(&mut self, path: &str, findings: &Findings, owners: &BTreeSet<usize>) {
        let personal = findings.of_others(owners);
        let others = findings.under_names.keys().filter(|institution| !owners.contains(institution));
        let hints: Vec<String> = others.map(|&at| self.registry.institutions[at].customer_id.clone()).take(HINTS).collect();
        if !hints.is_empty() && personal.elements.concern_persons() {
            self.list(path, personal, hints);
        }
    }
}

/// Do the owners of an item own all that is in it? What makes them owners may be its place or its payments, which speak of
/// all of it unless they stand amid other text, a label in its text, which does so unless a table beside it holds codes of
/// others or tells its rows apart, or a column of a table, which speaks of its rows. Strings of a binary lie together by
/// chance: what labels one speaks of that one.
pub(super) fn is_all_owned(mentions: &[Mention], findings: &Findings) -> bool {
    let owners: Vec<&Mention> = mentions.iter().filter(|m| m.is_sure_owner()).collect();
    let institutions: BTreeSet<usize> = owners.iter().map(|m| m.institution).collect();
    let speaks_of_all = |m: &&Mention| match m.source {
        Source::Path => true,
        Source::Payment => !findings.beside_others || !findings.says_more_than_payments(),
        Source::Prose | Source::Record => !findings.is_of_others_too(&institutions),
        Source::Field | Source::Rows | Source::Strings => false,
    };
    let by_column = owners.iter().any(|m| matches!(m.source, Source::Field | Source::Rows));
    owners.iter().any(speaks_of_all) || by_column && !findings.tables_are_apart()
}
