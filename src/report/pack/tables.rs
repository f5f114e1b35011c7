use super::Source;
use crate::matching::Evidence;
use crate::model::{Role, Status};
use crate::report::cells::{Table, safe_cell};
use crate::report::certificate_words;
use crate::report::data_elements::{data_of, residences};
use crate::verdict::{Decision, remedy};
use anyhow::Result;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// A table of text cells, each safe to open in a spreadsheet.
struct Sheet<'w>(Table<'w>);

impl<'w> Sheet<'w> {
    fn new(sink: &'w mut dyn std::io::Write, columns: &[&str]) -> Result<Self> {
        Ok(Self(Table::new(sink, columns)?))
    }

    fn row(&mut self, cells: &[Cow<'_, str>]) -> Result<()> {
        self.0.row(cells.iter().map(|cell| safe_cell(cell)))
    }
}

/// Paths of its own items, and whether they hold records of others too.
fn own_paths(source: &Source<'_>) -> BTreeMap<String, bool> {
    let matched = source.outcome.matched;
    matched.holdings[source.institution].items.iter().map(|own| (matched.items[own.item].path.to_string(), own.shared)).collect()
}

/// Files of its account that a listing or log names and that are not held.
pub(super) fn listed_only(source: &Source<'_>) -> BTreeSet<String> {
    let own = own_paths(source);
    let listed = evidence_of(source).filter(|(e, _)| e.sha256.is_none() && e.mention.is_sure_owner());
    listed.map(|(e, _)| e.item.to_string()).filter(|item| !own.contains_key(item)).collect()
}

/// What stands in items that are its own, and what keeps it open. Items of others in which it is the other side
/// of payments, or merely named, are not its own, and are left out.
pub(super) fn evidence_of<'a>(source: &Source<'a>) -> impl Iterator<Item = (&'a Evidence, bool)> {
    let outcome = source.outcome;
    let own = own_paths(source);
    outcome.matched.evidence[outcome.matched.evidence_of(source.institution)].iter().filter_map(move |evidence| {
        let mention = &evidence.mention;
        let counts = mention.has_effect() && matches!(mention.role, Role::Owner | Role::Unknown);
        let alone = own.get(&*evidence.item).is_some_and(|shared| !shared);
        (counts || own.contains_key(&*evidence.item)).then_some((evidence, alone))
    })
}

pub(super) fn evidence(source: &Source<'_>, sink: &mut Vec<u8>) -> Result<()> {
    let mut sheet = Sheet::new(sink, &["item", "sha256", "offset", "scheme", "value", "role", "strength", "count", "basis", "context"])?;
    for (evidence, alone) in evidence_of(source) {
        let mention = &evidence.mention;
        let value = if source.unmasked { mention.value.clone() } else { hidden(&mention.value) };
        let context = if source.unmasked && alone && !source.others.are_named(&mention.context, source.institution) {
            mention.context.as_str()
        } else {
            ""
        };
        sheet.row(&[
            source.path(&evidence.item).into(),
            evidence.sha256.filter(|_| mention.role == Role::Owner || alone).map_or(String::new(), |s| s.to_string()).into(),
            mention.offset.to_string().into(),
            mention.scheme.as_str().into(),
            value.into(),
            mention.role.as_str().into(),
            mention.strength.as_str().into(),
            mention.count.to_string().into(),
            mention.basis.as_str().into(),
            context.into(),
        ])?;
    }
    sheet.0.end()
}

/// A value of which the last two characters stay.
fn hidden(value: &str) -> String {
    let shown = value.chars().count().saturating_sub(2);
    value.chars().enumerate().map(|(at, c)| if at < shown && c.is_alphanumeric() { '•' } else { c }).collect()
}

/// Its own items. Of one that holds others' records too it is only said which it is, and how much is its own.
pub(super) fn items(source: &Source<'_>, sink: &mut Vec<u8>) -> Result<()> {
    let matched = source.outcome.matched;
    let mut sheet = Sheet::new(sink, &["item", "sha256", "bytes", "status", "cause", "shared", "own_records"])?;
    for own in &matched.holdings[source.institution].items {
        let item = &matched.items[own.item];
        let sha256 = item.content.map(|content| matched.readings[content].1.content);
        sheet.row(&[
            source.path(&item.path.to_string()).into(),
            sha256.map_or(String::new(), |s| s.to_string()).into(),
            if own.shared { String::new() } else { item.size.to_string() }.into(),
            item.status.as_str().into(),
            item.cause.map_or("", |c| c.as_str()).into(),
            if own.shared { "true" } else { "false" }.into(),
            own.records.to_string().into(),
        ])?;
    }
    for path in listed_only(source) {
        let path: Cow<'_, str> = source.path(&path).into();
        sheet.row(&[path, "".into(), "".into(), Status::Listed.as_str().into(), "".into(), "false".into(), "0".into()])?;
    }
    sheet.0.end()
}

pub(super) fn data_elements(source: &Source<'_>, sink: &mut Vec<u8>) -> Result<()> {
    let Some(data) = data_of(source.outcome, source.institution) else { return Ok(()) };
    let columns = ["element", "finding", "items", "records", "individuals", "individuals_by_residence", "statement"];
    let mut sheet = Sheet::new(sink, &columns)?;
    for row in &data.elements {
        sheet.row(&[
            row.element.as_str().into(),
            row.finding.as_str().into(),
            row.items.to_string().into(),
            row.records.to_string().into(),
            row.individuals.to_string().into(),
            residences(&row.by_residence).into(),
            data.statement(row).into(),
        ])?;
    }
    sheet.0.end()
}

/// What was not read and could hold files of it.
pub(super) fn coverage(source: &Source<'_>, sink: &mut Vec<u8>) -> Result<()> {
    let matched = source.outcome.matched;
    let mut sheet = Sheet::new(sink, &["item", "cause", "bytes", "scope", "suggestion", "waived"])?;
    for gap in source.outcome.decided[source.institution].gaps.all() {
        let gap = &matched.gaps[gap];
        let scope = if gap.reach.institutions.contains(&source.institution) { "own" } else { "common" };
        sheet.row(&[
            source.path(&gap.item).into(),
            gap.cause.as_str().into(),
            gap.bytes.to_string().into(),
            scope.into(),
            remedy(gap.cause).as_str().into(),
            if gap.waived.is_some() { "true" } else { "false" }.into(),
        ])?;
    }
    sheet.0.end()
}

/// The certificate of an institution that is ruled out.
pub(super) fn certificate(source: &Source<'_>, sink: &mut Vec<u8>) -> Result<()> {
    let outcome = source.outcome;
    let institution = &outcome.registry.institutions[source.institution];
    match &outcome.decided[source.institution].decision {
        Decision::RuledOut(certificate) => {
            let plain = crate::report::plain;
            sink.extend_from_slice(
                format!(
                    "Certificate\n\ninstitution: {} {}\nincident: {}\nverdict: ruled_out\n\n{}\n\nregistry, SHA-256: {}\nledger, SHA-256: {}\n",
                    plain(&institution.customer_id),
                    plain(&institution.legal_name),
                    plain(&outcome.registry.incident.id),
                    plain(&certificate_words(certificate)),
                    outcome.registry.digest,
                    outcome.ledger.digest(),
                )
                .as_bytes(),
            );
        }
        Decision::Affected(_) | Decision::Undetermined(_) | Decision::Referenced(_) => {}
    }
    Ok(())
}
