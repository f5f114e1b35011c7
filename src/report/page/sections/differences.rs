use crate::report::differences_csv::{Difference, each};
use crate::report::page::facts::Facts;
use crate::report::page::html::{Code, Html, Text, put};
use anyhow::Result;
use std::collections::BTreeMap;

/// Rows that the table shows.
const SHOWN: usize = 100;

/// In what listings and evidence differ.
pub(super) fn write(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let matched = facts.outcome.matched;
    if matched.manifests.is_empty() {
        put!(html, "<p>There is no listing to compare the evidence with.</p>\n");
        return Ok(());
    }
    let (mut counts, mut first): (BTreeMap<&str, u64>, Vec<Difference>) = (BTreeMap::new(), Vec::new());
    each(facts.outcome, &mut |difference| {
        *counts.entry(difference.what).or_default() += 1;
        // What was altered or withheld comes first; what nobody lists fills up.
        if first.len() < SHOWN {
            first.push(difference);
        }
        Ok(())
    })?;
    if counts.is_empty() {
        put!(html, "<p>What the listings list and what is held agree by path, size and checksum.</p>\n");
        return Ok(());
    }
    let words: Vec<String> = counts.iter().map(|(what, count)| format!("{what} {count}")).collect();
    put!(html, "<p>What was altered, moved, withheld or added: ", Text(words.join(", ")));
    put!(html, ". Only what a listing of kind <code>taken</code> has and is missing or different is a gap.</p>\n");
    put!(
        html,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Differences\"><table>\n<caption>Differences</caption>\n<thead><tr>"
    );
    put!(html, "<th scope=\"col\">Item</th><th scope=\"col\">Difference</th><th scope=\"col\">Listed</th><th scope=\"col\">Found</th>");
    put!(html, "<th scope=\"col\">By</th></tr></thead>\n<tbody>\n");
    for one in &first {
        put!(html, "<tr><td class=\"path\">", Code(&one.item), "</td><td>", one.what, "</td><td class=\"path\">", Code(&one.listed));
        put!(html, "</td><td class=\"path\">", Code(&one.found), "</td><td>", Code(&matched.manifests[one.manifest as usize].name));
        if let Some(line) = one.line {
            put!(html, " line ", line);
        }
        put!(html, "</td></tr>\n");
    }
    put!(html, "</tbody></table></div>\n");
    let all: u64 = counts.values().sum();
    if all > first.len() as u64 {
        put!(html, "<p class=\"left\">", all - first.len() as u64, " more stand in <code>differences.csv</code>.</p>\n");
    }
    Ok(())
}
