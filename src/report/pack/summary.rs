use super::Source;
use super::tables::listed_only;
use crate::model::{Cause, Verdict};
use crate::report::certificate_words;
use crate::report::data_elements::{Finding, data_of, plural};
use crate::report::figures::{bytes, count};
use crate::report::page::html::{Code, Html, Text, put};
use crate::report::page::words;
use crate::verdict::Decision;
use anyhow::Result;
use std::collections::BTreeMap;

const STYLE: &str = include_str!("summary.css");

/// The answer for one institution, on a page that prints as a letter.
pub(super) fn write(source: &Source<'_>, sink: &mut Vec<u8>) -> Result<()> {
    let outcome = source.outcome;
    let incident = &outcome.registry.incident;
    let institution = &outcome.registry.institutions[source.institution];
    let title = if incident.title.is_empty() { &incident.id } else { &incident.title };
    let mut html = Html::new(sink);
    let html = &mut html;
    put!(
        html,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
        Text(title),
        ": ",
        Text(&institution.legal_name),
        "</title>\n<style>",
        STYLE,
        "</style>\n</head>\n<body>\n<main>\n<p class=\"over\">",
        Text(title),
        "</p>\n<h1><bdi>",
        Text(&institution.legal_name),
        "</bdi></h1>\n<p class=\"facts\">",
        Text(&institution.customer_id),
    );
    for place in [&institution.city, &institution.region, &institution.country].into_iter().filter(|place| !place.is_empty()) {
        put!(html, " · ", Text(place));
    }
    put!(html, "</p>\n<p class=\"facts\">Incident ", Text(&incident.id), " · window ", Text(incident.window_from.to_string()));
    put!(html, " to ", Text(incident.window_to.to_string()), " (", Text(&incident.timezone), ")");
    if let Some(discovered) = incident.discovered {
        put!(html, " · discovered ", Text(discovered.to_string()));
    }
    put!(html, "</p>\n");
    answer(source, html)?;
    data(source, html)?;
    unread(source, html)?;
    rests_on(source, html)?;
    put!(html, "</main>\n</body>\n</html>\n");
    Ok(())
}

fn answer(source: &Source<'_>, html: &mut Html<'_>) -> Result<()> {
    let outcome = source.outcome;
    let (decided, holdings) = (&outcome.decided[source.institution], &outcome.matched.holdings[source.institution]);
    let verdict = decided.decision.verdict();
    put!(html, "<h2>The answer: ", words::title(verdict), "</h2>\n<p>", words::verdict(verdict), "</p>\n<ul>\n");
    for basis in decided.decision.bases() {
        put!(html, "<li>", words::basis(basis), "</li>\n");
    }
    for flag in &decided.flags {
        put!(html, "<li>", words::flag(*flag), "</li>\n");
    }
    put!(html, "</ul>\n");
    if let Decision::RuledOut(certificate) = &decided.decision {
        put!(html, "<p><strong>Certificate.</strong> ", Text(certificate_words(certificate)), "</p>\n");
    }
    if verdict == Verdict::Affected {
        let shared = holdings.items.iter().filter(|own| own.shared).count() as u64;
        put!(html, "<p>", Text(count(holdings.owner_items, "item is", "items are")), " its own, ", Text(bytes(holdings.owner_bytes)), ". ");
        if shared > 0 {
            put!(
                html,
                Text(count(shared, "of them holds", "of them hold")),
                " records of other institutions too: of these, only its own records count here. "
            );
        }
        put!(html, "They are listed with their hashes in <code>items.csv</code>.</p>\n");
        let listed = listed_only(source).len() as u64;
        if listed > 0 {
            put!(html, "<p>", Text(count(listed, "more file of its account is", "more files of its account are")));
            put!(html, " listed as taken, and not held: nobody knows what they hold.</p>\n");
        }
    }
    if holdings.counterparty_items > 0 {
        put!(html, "<p>It is the other side of payments in ", Text(count(holdings.counterparty_items, "item", "items")));
        put!(html, " of other institutions; these are not its own, and are not listed here.</p>\n");
    }
    Ok(())
}

fn data(source: &Source<'_>, html: &mut Html<'_>) -> Result<()> {
    let Some(data) = data_of(source.outcome, source.institution) else { return Ok(()) };
    put!(html, "<h2>Personal data in its own items</h2>\n");
    if data.items_read == 0 {
        put!(html, "<p>None of its own items could be read, so nobody knows what they hold.</p>\n");
        return Ok(());
    }
    put!(html, "<p>", Text(count(data.records_read, "record", "records")), " and ", Text(count(data.items_read, "item", "items")));
    put!(html, " of its own were read");
    match data.items_not_read {
        0 => put!(html, ".</p>\n"),
        left => put!(html, "; ", Text(count(left, "item", "items")), " not, or not wholly.</p>\n"),
    }
    put!(
        html,
        "<table>\n<thead><tr><th scope=\"col\">Kind</th><th scope=\"col\" class=\"n\">Items</th><th scope=\"col\" class=\"n\">Records</th>"
    );
    put!(html, "<th scope=\"col\" class=\"n\">Individuals</th></tr></thead>\n<tbody>\n");
    for row in data.elements.iter().filter(|row| row.finding == Finding::Found) {
        put!(html, "<tr><th scope=\"row\">", plural(row.element), "</th><td class=\"n\">", row.items, "</td><td class=\"n\">", row.records);
        put!(html, "</td><td class=\"n\">", row.individuals, "</td></tr>\n");
    }
    put!(html, "</tbody></table>\n<p>Looked for and not found: ");
    for (place, row) in data.elements.iter().filter(|row| row.finding != Finding::Found).enumerate() {
        put!(html, if place > 0 { ", " } else { "" }, plural(row.element));
    }
    put!(html, ". A person is a name with its address where there is one, counted once however many copies name it.</p>\n");
    if data.by_residence.is_empty() {
        return Ok(());
    }
    put!(html, "<p>Individuals by state or country of their address: ");
    for (place, (residence, people)) in data.by_residence.iter().enumerate() {
        put!(html, if place > 0 { ", " } else { "" }, Text(residence), " ", *people);
    }
    put!(html, ".</p>\n");
    Ok(())
}

fn unread(source: &Source<'_>, html: &mut Html<'_>) -> Result<()> {
    let outcome = source.outcome;
    let gaps = &outcome.decided[source.institution].gaps;
    put!(html, "<h2>What was not read and could hold more</h2>\n");
    if gaps.is_empty() {
        put!(html, "<p>Nothing.");
    } else {
        let mut causes: BTreeMap<Cause, (u64, u64)> = BTreeMap::new();
        for gap in gaps.all() {
            let gap = &outcome.matched.gaps[gap];
            let sum = causes.entry(gap.cause).or_default();
            (sum.0, sum.1) = (sum.0 + 1, sum.1.saturating_add(gap.bytes));
        }
        put!(
            html,
            "<table>\n<thead><tr><th scope=\"col\">Cause</th><th scope=\"col\" class=\"n\">Items</th><th scope=\"col\" class=\"n\">Bytes</th></tr></thead>\n<tbody>\n"
        );
        for (cause, (items, size)) in causes {
            put!(
                html,
                "<tr><th scope=\"row\">",
                words::cause(cause),
                "</th><td class=\"n\">",
                items,
                "</td><td class=\"n\">",
                Text(bytes(size)),
                "</td></tr>\n"
            );
        }
        put!(html, "</tbody></table>\n<p>Each stands in <code>coverage.csv</code>.");
    }
    match outcome.ledger.complete() {
        Some(true) => put!(html, " The evidence is stated to be all that was taken.</p>\n"),
        Some(false) => put!(html, " The evidence is stated <strong>not</strong> to be all that was taken.</p>\n"),
        None => put!(html, " Nobody states that the evidence is all that was taken.</p>\n"),
    }
    Ok(())
}

fn rests_on(source: &Source<'_>, html: &mut Html<'_>) -> Result<()> {
    let outcome = source.outcome;
    put!(html, "<h2>What this rests on</h2>\n<p>Registry, SHA-256 ", Code(outcome.registry.digest.to_string()), "<br>Ledger, SHA-256 ");
    put!(html, Code(outcome.ledger.digest().to_string()), "</p>\n<p>Parts of paths that name other institutions are masked (•••). ");
    put!(html, if source.unmasked { "Identifiers stand in full." } else { "Identifiers are masked but for their last two characters." });
    put!(html, " Hashes of these files stand in <code>SHA256SUMS</code>.</p>\n");
    Ok(())
}
