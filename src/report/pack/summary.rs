use super::grounds::{Section, grounds, why};
use super::tables::listed_only;
use super::{Source, clocks};
use crate::model::{Cause, Flag, Verdict};
use crate::report::data_elements::{Finding, data_of, plural};
use crate::report::figures::{bytes, count};
use crate::report::page::html::{Html, Text, put};
use crate::report::page::words;
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
    put!(html, "</p>\n<p class=\"facts\">Incident ", Text(&incident.id), " · files may have been taken from ");
    put!(html, Text(incident.window_from.to_string()), " to ", Text(incident.window_to.to_string()), " (", Text(&incident.timezone), ")");
    if let Some(discovered) = incident.discovered {
        put!(html, " · discovered ", Text(discovered.to_string()));
    }
    put!(html, "</p>\n");
    answer(source, html)?;
    data(source, html)?;
    clocks::section(source, html)?;
    unread(source, html)?;
    put!(html, "<h2>What this rests on</h2>\n");
    grounds(source).iter().try_for_each(|section| list(html, section))?;
    about(source, html)?;
    put!(html, "</main>\n</body>\n</html>\n");
    Ok(())
}

fn answer(source: &Source<'_>, html: &mut Html<'_>) -> Result<()> {
    let outcome = source.outcome;
    let (decided, holdings) = (&outcome.decided[source.institution], &outcome.matched.holdings[source.institution]);
    let verdict = decided.decision.verdict();
    put!(html, "<h2>The answer: ", words::title(verdict), "</h2>\n<p>In this letter, “it” is ", "<bdi>");
    put!(html, Text(&outcome.registry.institutions[source.institution].legal_name), "</bdi>, and the evidence is what was ");
    put!(html, "recovered of the files that were taken, with the listings and logs of them.</p>\n");
    why(source).iter().try_for_each(|section| list(html, section))?;
    if verdict == Verdict::Affected {
        owned(source, html)?;
    }
    if holdings.counterparty_items > 0 {
        put!(html, "<p>It is the other side of payments in ", Text(count(holdings.counterparty_items, "item", "items")));
        put!(html, " of other institutions; what these hold is not its own, and is not listed here.</p>\n");
    }
    Ok(())
}

/// A heading and what stands below it.
fn list(html: &mut Html<'_>, section: &Section) -> Result<()> {
    put!(html, "<h3>", section.title, "</h3>\n");
    if let [line] = &section.lines[..] {
        put!(html, "<p>", Text(line), "</p>\n");
        return Ok(());
    }
    put!(html, "<ul>\n");
    for line in &section.lines {
        put!(html, "<li>", Text(line), "</li>\n");
    }
    put!(html, "</ul>\n");
    Ok(())
}

/// What of its own is held, and what is only listed.
fn owned(source: &Source<'_>, html: &mut Html<'_>) -> Result<()> {
    let holdings = &source.outcome.matched.holdings[source.institution];
    let shared = holdings.items.iter().filter(|own| own.shared).count() as u64;
    let listed = listed_only(source).len() as u64;
    put!(html, "<h3>What is its own</h3>\n");
    if holdings.owner_items > 0 {
        put!(
            html,
            "<p>",
            Text(count(
                holdings.owner_items,
                "item (a file, or what is inside of one) is",
                "items (files, and what is inside of them) are"
            ))
        );
        put!(html, " its own, ", Text(bytes(holdings.owner_bytes)), " in all. ");
        match shared {
            0 => {}
            1 if holdings.owner_items == 1 => put!(html, "It holds records of other institutions too: only its own records count here. "),
            1 => put!(html, "One of them holds records of other institutions too: of that one, only its own records count here. "),
            n => put!(html, n, " of them hold records of other institutions too: of these, only its own records count here. "),
        }
        put!(html, "<code>items.csv</code> lists what is its own, with hashes.</p>\n");
    }
    match listed {
        0 => {}
        1 => put!(html, "<p>One file of its account is listed as taken and is not held: nobody knows what it holds. "),
        n => put!(html, "<p>", n, " files of its account are listed as taken and are not held: nobody knows what they hold. "),
    }
    if listed > 0 {
        put!(html, "<code>items.csv</code> names ", if listed == 1 { "it" } else { "them" }, ".</p>\n");
    }
    Ok(())
}

fn data(source: &Source<'_>, html: &mut Html<'_>) -> Result<()> {
    let Some(data) = data_of(source.outcome, source.institution) else { return Ok(()) };
    put!(html, "<h2>Personal data in its own items</h2>\n");
    if data.items_read == 0 {
        put!(html, "<p>Nothing of its own could be read, so nobody knows what it holds.</p>\n");
        return Ok(());
    }
    put!(html, "<p>Read: ", Text(count(data.items_read, "item of its own", "items of its own")), ", with ");
    put!(html, Text(count(data.records_read, "record (a row of a table, or a payment)", "records (rows of tables, and payments)")));
    match data.items_not_read {
        0 => put!(html, ".</p>\n"),
        left => put!(html, ". <strong>Not read, or not wholly: ", Text(count(left, "item", "items")), ".</strong></p>\n"),
    }
    let (found, absent): (Vec<_>, Vec<_>) = data.elements.iter().partition(|row| row.finding == Finding::Found);
    if found.is_empty() {
        put!(html, "<p>No personal data was recognised in what was read. Looked for: ");
    } else {
        put!(
            html,
            "<table>\n<thead><tr><th scope=\"col\">Kind</th><th scope=\"col\" class=\"n\">Items</th><th scope=\"col\" class=\"n\">Records</th>"
        );
        put!(html, "<th scope=\"col\" class=\"n\">Individuals</th></tr></thead>\n<tbody>\n");
        for row in &found {
            put!(
                html,
                "<tr><th scope=\"row\">",
                plural(row.element),
                "</th><td class=\"n\">",
                row.items,
                "</td><td class=\"n\">",
                row.records
            );
            put!(html, "</td><td class=\"n\">", row.individuals, "</td></tr>\n");
        }
        put!(html, "</tbody></table>\n<p>Looked for in what was read, and not found: ");
    }
    for (place, row) in absent.iter().enumerate() {
        put!(html, if place > 0 { ", " } else { "" }, plural(row.element));
    }
    put!(html, if absent.is_empty() { "nothing. " } else { ". " });
    put!(html, "An individual is a name, with its address where there is one, counted once however many copies name it.</p>\n");
    if data.by_residence.is_empty() {
        return Ok(());
    }
    put!(html, "<p>Individuals by state or country of their address: ");
    for (place, (residence, people)) in data.by_residence.iter().enumerate() {
        put!(html, if place > 0 { ", " } else { "" });
        match residence.as_str() {
            "unknown" => put!(html, "not known ", *people),
            known => put!(html, Text(known), " ", *people),
        }
    }
    put!(html, ".</p>\n");
    Ok(())
}

fn unread(source: &Source<'_>, html: &mut Html<'_>) -> Result<()> {
    let outcome = source.outcome;
    let decided = &outcome.decided[source.institution];
    let gaps = &decided.gaps;
    put!(html, "<h2>What was not read, and could hold its files</h2>\n");
    if !decided.dependence.depends {
        put!(
            html,
            "<p>Nothing that was not read counts against it, since by its inventory it did not use what was compromised in the window."
        );
        if decided.flags.contains(&Flag::ContradictsInventory) {
            put!(html, " <strong>But that inventory is wrong: what was not read may hold more of its files.</strong>");
        }
        put!(html, "</p>\n");
        return Ok(());
    }
    if gaps.is_empty() {
        put!(
            html,
            "<p>",
            if decided.waived.is_empty() { "Nothing" } else { "Nothing but what people decided not to count (below)" },
            ".</p>\n"
        );
        return Ok(());
    }
    let mut causes: BTreeMap<Cause, (u64, u64)> = BTreeMap::new();
    for gap in gaps.all() {
        let gap = &outcome.matched.gaps[gap];
        let sum = causes.entry(gap.cause).or_default();
        (sum.0, sum.1) = (sum.0 + 1, sum.1.saturating_add(gap.bytes));
    }
    put!(
        html,
        "<table>\n<thead><tr><th scope=\"col\">Cause</th><th scope=\"col\" class=\"n\">Gaps</th><th scope=\"col\" class=\"n\">Bytes</th></tr></thead>\n<tbody>\n"
    );
    for (cause, (items, size)) in causes {
        put!(html, "<tr><th scope=\"row\">", words::cause(cause), "</th><td class=\"n\">", items, "</td><td class=\"n\">");
        put!(html, Text(bytes(size)), "</td></tr>\n");
    }
    put!(html, "</tbody></table>\n<p>Each stands in <code>coverage.csv</code>.</p>\n");
    Ok(())
}

/// How the letter is to be read.
fn about(source: &Source<'_>, html: &mut Html<'_>) -> Result<()> {
    put!(html, "<h3>Of this letter</h3>\n<p>Parts of paths that name other institutions are masked (•••). ");
    put!(html, if source.unmasked { "Identifiers stand in full." } else { "Identifiers are masked but for their last two characters." });
    put!(
        html,
        " SHA-256 is a hash: a file with the same hash has the same bytes. Hashes of the files of this folder stand in <code>SHA256SUMS</code>.</p>\n"
    );
    Ok(())
}
