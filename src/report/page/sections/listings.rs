use crate::model::{Cause, Flag};
use crate::report::figures::bytes;
use crate::report::page::facts::Facts;
use crate::report::page::html::{Code, Html, Text, put};
use anyhow::Result;
use std::collections::BTreeMap;

/// Rows that a table shows.
const SHOWN: usize = 100;

#[derive(Clone, Copy, Default)]
struct Sum {
    rows: u64,
    held: u64,
    differs: u64,
    missing: u64,
    missing_bytes: u64,
}

pub(super) fn write(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let matched = facts.outcome.matched;
    let mut sums: BTreeMap<(&str, &str), Sum> = BTreeMap::new();
    for row in &matched.listed.rows {
        let sum = sums.entry((&matched.manifests[row.manifest as usize].name, row.kind.as_str())).or_default();
        sum.rows += 1;
        match (row.item, row.cause) {
            (_, Some(Cause::Differs)) => sum.differs += 1,
            (Some(_), _) => sum.held += 1,
            (None, _) => {
                sum.missing += 1;
                sum.missing_bytes = sum.missing_bytes.saturating_add(row.size);
            }
        }
    }
    if sums.is_empty() {
        put!(
            html,
            "<p>No listing or log that names files was handed over: whether files are missing from the evidence is not known.</p>\n"
        );
    } else {
        put!(html, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Listings beside the evidence\"><table>\n");
        put!(html, "<caption>Listings beside the evidence</caption>\n<thead><tr><th scope=\"col\">Listing</th><th scope=\"col\">Kind</th>");
        put!(
            html,
            "<th scope=\"col\" class=\"n\">Files named</th><th scope=\"col\" class=\"n\">Held</th><th scope=\"col\" class=\"n\">Held, but different</th>"
        );
        put!(html, "<th scope=\"col\" class=\"n\">Not held</th><th scope=\"col\" class=\"n\">Bytes not held</th></tr></thead>\n<tbody>\n");
        for ((name, kind), sum) in &sums {
            put!(
                html,
                "<tr><th scope=\"row\">",
                Code(name),
                "</th><td>",
                Text(kind),
                "</td><td class=\"n\">",
                sum.rows,
                "</td><td class=\"n\">"
            );
            put!(html, sum.held, "</td><td class=\"n\">", sum.differs, "</td><td class=\"n\">", sum.missing, "</td><td class=\"n\">");
            put!(html, Text(bytes(sum.missing_bytes)), "</td></tr>\n");
        }
        put!(
            html,
            "</tbody></table></div>\n<p class=\"note\">Only what a listing of kind <code>taken</code> names and is not held, or is different, is a gap.</p>\n"
        );
    }
    lost(facts, html)?;
    claimed(facts, html)
}

/// What was taken and is not held, or is different.
fn lost(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let matched = facts.outcome.matched;
    let mut lost: Vec<_> = matched.listed.rows.iter().filter(|l| l.cause.is_some()).collect();
    if lost.is_empty() {
        return Ok(());
    }
    lost.sort_by(|a, b| (a.path(&matched.items), a.manifest, a.line).cmp(&(b.path(&matched.items), b.manifest, b.line)));
    put!(html, "<details><summary>Taken, and not held or different (", lost.len(), ")</summary>\n<ul class=\"plain\">\n");
    for row in lost.iter().take(SHOWN) {
        put!(html, "<li>", Code(row.path(&matched.items).to_string()), " <span class=\"detail\">", row.cause.map_or("", |c| c.as_str()));
        put!(
            html,
            ", ",
            Text(bytes(row.size)),
            ", ",
            Text(&matched.manifests[row.manifest as usize].name),
            " line ",
            row.line,
            "</span></li>\n"
        );
    }
    put!(html, "</ul>\n");
    if lost.len() > SHOWN {
        put!(html, "<p class=\"left\">", lost.len() - SHOWN, " more stand in <code>gaps.csv</code> and <code>coverage.csv</code>.</p>\n");
    }
    put!(html, "</details>\n");
    Ok(())
}

/// Whom the seller names without anything that confirms it.
fn claimed(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let outcome = facts.outcome;
    if outcome.matched.claimed.is_empty() {
        return Ok(());
    }
    let unconfirmed: Vec<usize> =
        outcome.matched.claimed.iter().copied().filter(|&i| outcome.decided[i].flags.contains(&Flag::ClaimedBySeller)).collect();
    put!(
        html,
        "<h3>Claimed by the seller</h3>\n<p>The seller names ",
        outcome.matched.claimed.len(),
        " institutions. Nothing confirms the claim for "
    );
    put!(html, unconfirmed.len(), " of them.</p>\n<ul class=\"plain\">\n");
    for &number in unconfirmed.iter().take(SHOWN) {
        let institution = &outcome.registry.institutions[number];
        put!(html, "<li>", Code(&institution.customer_id), " <bdi>", Text(&institution.legal_name), "</bdi>: ");
        put!(html, outcome.decided[number].decision.verdict().as_str(), "</li>\n");
    }
    put!(html, "</ul>\n");
    if unconfirmed.len() > SHOWN {
        put!(
            html,
            "<p class=\"left\">",
            unconfirmed.len() - SHOWN,
            " more bear the flag <code>claimed_by_seller</code> in <code>impact.csv</code>.</p>\n"
        );
    }
    Ok(())
}
