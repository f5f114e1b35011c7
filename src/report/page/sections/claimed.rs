use crate::report::claimed_csv::{named, not_found};
use crate::report::figures::bytes;
use crate::report::page::facts::Facts;
use crate::report::page::html::{Code, Html, Text, put};
use anyhow::Result;

/// Rows that a table shows.
const SHOWN: usize = 100;

/// What a seller, or a list of what was taken, names and nothing confirms.
pub(super) fn write(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let outcome = facts.outcome;
    let (named, items) = (named(outcome), not_found(outcome));
    if named.is_empty() && items.is_empty() {
        put!(html, "<p>Nothing is claimed that was not found.</p>\n");
        return Ok(());
    }
    put!(
        html,
        "<p>A claim decides nothing: whom a seller names and nothing confirms stays undetermined. All rows stand in <code>claimed.csv</code>.</p>\n"
    );
    let manifest = |number: u32| &outcome.matched.manifests[number as usize];
    if !named.is_empty() {
        put!(html, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Institutions that are named\"><table>\n");
        put!(html, "<caption>Institutions that are named, and that nothing confirms (", named.len(), ")</caption>\n<thead><tr>");
        put!(html, "<th scope=\"col\">Institution</th><th scope=\"col\">By</th><th scope=\"col\">As</th>");
        put!(html, "<th scope=\"col\" class=\"n\">Times</th><th scope=\"col\">Verdict</th></tr></thead>\n<tbody>\n");
        for claim in named.iter().take(SHOWN) {
            let institution = &outcome.registry.institutions[claim.institution];
            put!(
                html,
                "<tr><th scope=\"row\">",
                Code(&institution.customer_id),
                " <bdi>",
                Text(&institution.legal_name),
                "</bdi></th><td>"
            );
            put!(html, Code(&manifest(claim.manifest).name), " (", manifest(claim.manifest).kind.as_str(), ")</td><td>");
            put!(html, Text(claim.scheme.as_str()), " ", Code(claim.value), "</td><td class=\"n\">", claim.count, "</td><td>");
            put!(html, outcome.decided[claim.institution].decision.verdict().as_str(), "</td></tr>\n");
        }
        put!(html, "</tbody></table></div>\n");
        left(html, named.len())?;
    }
    if !items.is_empty() {
        put!(html, "<details><summary>Items that are named and not held (", items.len(), ")</summary>\n<ul class=\"plain\">\n");
        for (row, _) in items.iter().take(SHOWN) {
            put!(html, "<li>", Code(row.path(&outcome.matched.items).to_string()), " <span class=\"detail\">", Text(bytes(row.size)), ", ");
            put!(html, Text(&manifest(row.manifest).name), " line ", row.line, ", ", row.kind.as_str(), "</span></li>\n");
        }
        put!(html, "</ul>\n");
        left(html, items.len())?;
        put!(html, "</details>\n");
    }
    Ok(())
}

fn left(html: &mut Html<'_>, rows: usize) -> Result<()> {
    if rows > SHOWN {
        put!(html, "<p class=\"left\">", rows - SHOWN, " more stand in <code>claimed.csv</code>.</p>\n");
    }
    Ok(())
}
