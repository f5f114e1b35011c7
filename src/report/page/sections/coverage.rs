use crate::model::{Cause, Status};
use crate::report::figures::{bytes, count, share};
use crate::report::page::bars::bar;
use crate::report::page::facts::Facts;
use crate::report::page::html::{Html, Text, put};
use crate::report::page::words;
use anyhow::Result;
use std::collections::BTreeMap;

/// Kinds of content that the table shows.
const KINDS: usize = 60;

pub(super) fn write(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    classes(facts, html)?;
    causes(facts, html)?;
    statuses(facts, html)?;
    kinds(facts, html)?;
    known(facts, html)?;
    put!(html, "<p class=\"left\">Every item stands in <code>coverage.csv</code> with what became of it.</p>\n");
    Ok(())
}

/// How much of it lists of known software name.
fn known(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let outcome = facts.outcome;
    if outcome.known.is_empty() {
        return Ok(());
    }
    let content = |item: &crate::matching::Item| item.content.map(|content| outcome.matched.readings[content].1.content);
    let items = outcome.matched.items.iter().filter(|item| !item.inherited);
    let known: Vec<u64> =
        items.filter(|item| content(item).is_some_and(|c| outcome.known.contains_key(&c))).map(|item| item.size).collect();
    put!(html, "<p>Known software by the lists that were given: ", Text(count(known.len() as u64, "item", "items")), ", ");
    put!(
        html,
        Text(bytes(known.iter().sum())),
        ". It was read and matched like all else; <code>coverage.csv</code> names it in its column <code>known</code>.</p>\n"
    );
    Ok(())
}

fn classes(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let sum = facts.coverage.bytes;
    let rows = [
        ("Read by a reader of the format", "c0", sum.read),
        ("Searched in every encoding", "c1", sum.scanned),
        ("Structure of formats and containers", "c2", sum.structure),
        ("Pictures, audio, video, fonts", "c3", sum.opaque),
        ("Not read", "v0", sum.gap),
    ];
    put!(html, "<div class=\"wide\">");
    bar(html, &rows.map(|(_, class, bytes)| (class, bytes)), sum.total())?;
    put!(html, "</div>\n");
    open(html, "Bytes of the files below the evidence roots", &["What became of them", "Bytes", "Exactly", "Share"])?;
    for (name, class, part) in rows {
        put!(html, "<tr><th scope=\"row\"><span class=\"swatch ", class, "\" aria-hidden=\"true\"></span>", name, "</th>");
        put!(html, "<td class=\"n\">", Text(bytes(part)), "</td><td class=\"n\">", part, "</td><td class=\"n\">");
        put!(html, Text(share(part, sum.total())), "</td></tr>\n");
    }
    put!(html, "<tr class=\"sum\"><th scope=\"row\">All</th><td class=\"n\">", Text(bytes(sum.total())), "</td><td class=\"n\">");
    put!(html, sum.total(), "</td><td class=\"n\"></td></tr>\n</tbody></table></div>\n");
    put!(html, "<p class=\"note\">Decoded, all distinct contents come to ", Text(bytes(facts.coverage.decoded_bytes)), ".</p>\n");
    Ok(())
}

fn causes(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    if facts.by_cause.is_empty() {
        put!(html, "<p>There are no gaps.</p>\n");
        return Ok(());
    }
    open(html, "Gaps by cause", &["Cause", "Gaps", "Keep somebody open", "Bytes", ""])?;
    // What was read and has no owner is no unread byte; it has its own colour.
    let most = facts.by_cause.iter().map(|(_, sum)| sum.bytes).max().unwrap_or(0);
    for (cause, sum) in &facts.by_cause {
        put!(html, "<tr><th scope=\"row\">", words::cause(*cause), " <code>", cause.as_str(), "</code></th>");
        put!(html, "<td class=\"n\">", sum.gaps, "</td><td class=\"n\">", sum.blocking, "</td><td class=\"n\">", Text(bytes(sum.bytes)));
        put!(html, "</td><td class=\"chart\">");
        let class = if matches!(cause, Cause::Unattributed | Cause::UnclaimedHome) { "v1" } else { "v0" };
        bar(html, &[(class, sum.bytes)], most)?;
        put!(html, "</td></tr>\n");
    }
    put!(
        html,
        "</tbody></table></div>\n<p class=\"note\">Bytes of members count decoded, as far as they are known, and each path counts.</p>\n"
    );
    Ok(())
}

fn statuses(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    open(html, "Items by status: each has exactly one", &["Status", "Items", "Share", ""])?;
    let most = facts.coverage.by_status.values().copied().max().unwrap_or(0);
    for status in Status::ALL.iter().copied() {
        let Some(&items) = facts.coverage.by_status.get(status.as_str()) else { continue };
        put!(html, "<tr><th scope=\"row\">", status.as_str(), "</th><td class=\"n\">", items, "</td><td class=\"n\">");
        put!(html, Text(share(items, facts.coverage.items)), "</td><td class=\"chart\">");
        bar(html, &[("plain", items)], most)?;
        put!(html, "</td></tr>\n");
    }
    put!(
        html,
        "<tr class=\"sum\"><th scope=\"row\">All</th><td class=\"n\">",
        facts.coverage.items,
        "</td><td class=\"n\"></td><td></td></tr>\n"
    );
    put!(html, "</tbody></table></div>\n");
    Ok(())
}

#[derive(Clone, Copy, Default)]
struct Kind {
    items: u64,
    bytes: u64,
    with_cause: u64,
}

fn kinds(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let matched = facts.outcome.matched;
    let mut kinds: BTreeMap<&str, Kind> = BTreeMap::new();
    for item in matched.items.iter().filter(|i| !i.inherited && i.status != Status::Duplicate) {
        let kind = kinds.entry(item.content.map_or("not opened", |c| matched.readings[c].1.media_type.as_str())).or_default();
        kind.items += 1;
        kind.bytes = kind.bytes.saturating_add(item.size);
        kind.with_cause += u64::from(item.cause.is_some());
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|(name, kind)| (std::cmp::Reverse(kind.bytes), *name));
    put!(html, "<details><summary>By kind of content (", kinds.len(), ")</summary>\n");
    open(html, "Items by kind of content, copies left out", &["Kind", "Items", "Bytes, decoded", "Items with a gap"])?;
    for (name, kind) in kinds.iter().take(KINDS) {
        put!(html, "<tr><th scope=\"row\"><code>", Text(name), "</code></th><td class=\"n\">", kind.items, "</td><td class=\"n\">");
        put!(html, Text(bytes(kind.bytes)), "</td><td class=\"n\">", kind.with_cause, "</td></tr>\n");
    }
    put!(html, "</tbody></table></div>\n");
    if kinds.len() > KINDS {
        put!(html, "<p class=\"left\">", kinds.len() - KINDS, " more kinds stand in <code>coverage.csv</code>.</p>\n");
    }
    put!(html, "</details>\n");
    Ok(())
}

/// Opens a table whose first column is text and whose others are figures; one without a name holds bars.
pub(super) fn open(html: &mut Html<'_>, caption: &'static str, columns: &[&'static str]) -> Result<()> {
    put!(
        html,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"",
        caption,
        "\"><table>\n<caption>",
        caption,
        "</caption>\n<thead><tr>"
    );
    for (number, column) in columns.iter().enumerate() {
        match (number, *column) {
            (0, name) => put!(html, "<th scope=\"col\">", name, "</th>"),
            (_, "") => put!(html, "<th scope=\"col\" class=\"chart\"><span class=\"sr\">Bar</span></th>"),
            (_, name) => put!(html, "<th scope=\"col\" class=\"n\">", name, "</th>"),
        }
    }
    put!(html, "</tr></thead>\n<tbody>\n");
    Ok(())
}
