use crate::report::figures::bytes;
use crate::report::manifests_csv::sums;
use crate::report::page::facts::Facts;
use crate::report::page::html::{Code, Html, Text, put};
use anyhow::Result;

pub(super) fn write(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let manifests = &facts.outcome.matched.manifests;
    if manifests.is_empty() {
        put!(html, "<p>No listing or log was handed over: whether files are missing from the evidence is not known.</p>\n");
    } else {
        put!(html, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Listings beside the evidence\"><table>\n");
        put!(html, "<caption>Listings beside the evidence</caption>\n<thead><tr><th scope=\"col\">Listing</th><th scope=\"col\">Kind</th>");
        put!(
            html,
            "<th scope=\"col\">Syntax</th><th scope=\"col\" class=\"n\">Rows</th><th scope=\"col\" class=\"n\">Lines not understood</th>"
        );
        put!(html, "<th scope=\"col\" class=\"n\">Held</th><th scope=\"col\" class=\"n\">Held, but different</th>");
        put!(html, "<th scope=\"col\" class=\"n\">Not held</th><th scope=\"col\" class=\"n\">Bytes not held</th></tr></thead>\n<tbody>\n");
        for (manifest, sum) in manifests.iter().zip(sums(facts.outcome)) {
            put!(html, "<tr><th scope=\"row\">", Code(&manifest.name), "</th><td>", manifest.kind.as_str(), "</td><td>");
            put!(html, Text(&manifest.syntax), "</td><td class=\"n\">", manifest.rows, "</td><td class=\"n\">", manifest.not_understood);
            put!(html, "</td><td class=\"n\">", sum.held, "</td><td class=\"n\">", sum.differs, "</td><td class=\"n\">", sum.missing);
            put!(html, "</td><td class=\"n\">", Text(bytes(sum.missing_bytes)), "</td></tr>\n");
        }
        put!(
            html,
            "</tbody></table></div>\n<p class=\"note\">Only what a listing of kind <code>taken</code> names and is not held, or is different, is a gap.</p>\n"
        );
    }
    Ok(())
}
