use crate::control::unplanted;
use crate::report::figures::count;
use crate::report::page::facts::Facts;
use crate::report::page::html::{Html, Text, put};
use anyhow::Result;

pub(super) fn write(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let (outcome, controls) = (facts.outcome, facts.outcome.ledger.controls());
    put!(html, "<p>Beside the evidence, and outside every list, ", Text(count(controls.planted, "planted file", "planted files")));
    put!(html, " were read by the same readers and matched by the same rules: one per readable format, encoding and nesting. <strong>");
    put!(html, controls.recovered, "</strong> of them were recovered. ", Text(count(controls.decoys, "decoy", "decoys")));
    put!(html, ", identifiers and names built like the registry’s that nobody has, were matched along; <strong>", controls.hit);
    put!(html, "</strong> of them were hit.</p>\n");
    put!(
        html,
        "<p>Of these readable formats nothing is planted, and no control speaks for them: ",
        Text(unplanted().join(", ")),
        ".</p>\n"
    );
    let missed: Vec<_> = outcome.planted.rows.iter().filter(|row| !row.missed.is_empty()).collect();
    if !missed.is_empty() {
        open(html, "Planted files that were missed", &["Format", "Encoding", "Missed", "Planted", "Recovered"])?;
        for row in missed {
            put!(html, "<tr><th scope=\"row\">", Text(&row.format), "</th><td>", Text(&row.encoding), "</td><td>");
            put!(html, Text(row.missed.join(", ")), "</td><td>", row.planted, "</td><td>", row.recovered, "</td></tr>\n");
        }
        put!(html, "</tbody></table></div>\n");
    }
    open(
        html,
        "Decoys",
        &["Scheme", "Searched for", "Hit", "Hit as owner", "Estimated false hits per million", "At most, at 95 in a hundred"],
    )?;
    for row in &outcome.matched.decoys {
        put!(html, "<tr><th scope=\"row\">", Text(&row.scheme), "</th><td>", row.decoys, "</td><td>", row.hit, "</td><td>", row.affected);
        put!(html, "</td><td>", row.hit_per_million, "</td><td>", row.at_most_per_million, "</td></tr>\n");
    }
    put!(html, "</tbody></table></div>\n");
    put!(html, "<details><summary>Planted files by format (", outcome.planted.rows.len(), ")</summary>\n");
    open(html, "Planted files", &["Format", "Encoding", "Planted", "Recovered"])?;
    for row in &outcome.planted.rows {
        put!(html, "<tr><th scope=\"row\">", Text(&row.format), "</th><td>", Text(&row.encoding), "</td><td>", row.planted);
        put!(html, "</td><td>", row.recovered, "</td></tr>\n");
    }
    put!(html, "</tbody></table></div>\n</details>\n");
    Ok(())
}

/// Begins a table.
fn open(html: &mut Html<'_>, caption: &'static str, columns: &[&'static str]) -> Result<()> {
    put!(html, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"", caption, "\"><table>\n<caption>", caption);
    put!(html, "</caption>\n<thead><tr>");
    for column in columns {
        put!(html, "<th scope=\"col\">", *column, "</th>");
    }
    put!(html, "</tr></thead>\n<tbody>\n");
    Ok(())
}
