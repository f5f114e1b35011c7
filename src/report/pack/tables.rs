use super::{Source, grounds};
use crate::matching::{Evidence, Item};
use crate::model::{Role, Status, Verdict};
use crate::report::cells::{Table, plain, safe_cell};
use crate::report::data_elements::{data_of, residences};
use crate::report::page::words;
use crate::verdict::remedy;
use anyhow::Result;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// A table of text cells, each safe to open in a spreadsheet.
pub(super) struct Sheet<'w>(Table<'w>);

impl<'w> Sheet<'w> {
    pub fn new(sink: &'w mut dyn std::io::Write, columns: &[&str]) -> Result<Self> {
        Ok(Self(Table::new(sink, columns)?))
    }

    pub fn row(&mut self, cells: &[Cow<'_, str>]) -> Result<()> {
        self.0.row(cells.iter().map(|cell| safe_cell(cell)))
    }

    pub fn end(self) -> Result<()> {
        self.0.end()
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
            source.value(&mention.scheme, &mention.value).into(),
            mention.role.as_str().into(),
            mention.strength.as_str().into(),
            mention.count.to_string().into(),
            mention.basis.as_str().into(),
            context.into(),
        ])?;
    }
    sheet.end()
}

/// Its own items. Of one that holds others' records too it is only said which it is, and how much is its own.
pub(super) fn items(source: &Source<'_>, sink: &mut Vec<u8>) -> Result<()> {
    let matched = source.outcome.matched;
    let mut sheet = Sheet::new(sink, &["item", "sha256", "bytes", "status", "cause", "shared", "own_records", "meaning"])?;
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
            meaning(item),
        ])?;
    }
    for path in listed_only(source) {
        let path: Cow<'_, str> = source.path(&path).into();
        sheet.row(&[path, "".into(), "".into(), Status::Listed.as_str().into(), "".into(), "false".into(), "0".into(), LISTED.into()])?;
    }
    sheet.end()
}

const LISTED: &str = "a listing or log names it; it is not held, and nobody knows what it holds";

/// What the status of an own item says.
fn meaning(item: &Item) -> Cow<'static, str> {
    let cause = |words: &str| format!("{words}: {}", item.cause.map_or("no cause is recorded", words::cause)).into();
    match (item.status, item.cause) {
        (Status::Read, _) => "read".into(),
        (Status::Scanned, _) => "its format is not known; every byte of it was searched".into(),
        (Status::Partial, _) => cause("not wholly read"),
        (Status::Unread, _) => cause("not read"),
        (Status::Listed, _) => LISTED.into(),
        (Status::Duplicate, None) => {
            "the same bytes stand elsewhere in the evidence too and were read there; this copy is its own all the same".into()
        }
        (Status::Duplicate, Some(_)) => cause("the same bytes stand elsewhere in the evidence too; not, or not wholly read there"),
        (Status::Excluded, _) => cause("left out"),
    }
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
    sheet.end()
}

/// What was not read and could hold files of it, and then what of it people decided not to count.
pub(super) fn coverage(source: &Source<'_>, sink: &mut Vec<u8>) -> Result<()> {
    let matched = source.outcome.matched;
    let decided = &source.outcome.decided[source.institution];
    let mut sheet = Sheet::new(sink, &["item", "cause", "bytes", "scope", "suggestion", "waived", "meaning"])?;
    for gap in decided.gaps.all().into_iter().chain(decided.waived.all()) {
        let gap = &matched.gaps[gap];
        let scope = if gap.reach.institutions.contains(&source.institution) { "own" } else { "common" };
        sheet.row(&[
            source.path(&gap.item).into(),
            gap.cause.as_str().into(),
            gap.bytes.to_string().into(),
            scope.into(),
            remedy(gap.cause).as_str().into(),
            if gap.waived.is_some() { "true" } else { "false" }.into(),
            gap.waived.as_deref().map_or_else(|| words::cause(gap.cause).into(), |words| source.words(words)).into(),
        ])?;
    }
    sheet.end()
}

/// The certificate of an institution that is ruled out.
pub(super) fn certificate(source: &Source<'_>, sink: &mut Vec<u8>) -> Result<()> {
    let outcome = source.outcome;
    let (institution, incident) = (&outcome.registry.institutions[source.institution], &outcome.registry.incident);
    if outcome.decided[source.institution].decision.verdict() != Verdict::RuledOut {
        return Ok(());
    }
    let mut text = format!(
        "Certificate\n\ninstitution: {} {}\nincident: {}{}\nwindow: {} to {} ({})\nverdict: ruled_out\n",
        plain(&institution.customer_id),
        plain(&institution.legal_name),
        plain(&incident.id),
        if incident.title.is_empty() { String::new() } else { format!(", {}", plain(&incident.title)) },
        incident.window_from,
        incident.window_to,
        plain(&incident.timezone),
    );
    for section in grounds::why(source).into_iter().chain(grounds::grounds(source)) {
        text.push_str(&format!("\n{}\n", section.title));
        section.lines.iter().for_each(|line| text.push_str(&format!("  {}\n", plain(line))));
    }
    sink.extend_from_slice(text.as_bytes());
    Ok(())
}
