use crate::report::figures::count;
use crate::report::page::facts::Facts;
use crate::report::page::html::{Code, Html, Text, put};
use anyhow::Result;

/// Decisions that the table shows.
const SHOWN: usize = 200;

pub(super) fn write(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let registry = facts.outcome.registry;
    if registry.reviews.is_empty() {
        put!(html, "<p>No decision of a person bears on this result.</p>\n");
        return Ok(());
    }
    let waived = facts.outcome.matched.gaps.iter().filter(|gap| gap.waived.is_some()).count();
    put!(
        html,
        "<p>",
        Text(count(registry.reviews.len() as u64, "decision of a person was given; ", "decisions of people were given; ")),
        Text(count(waived as u64, "gap is waived and counts", "gaps are waived and count")),
        " against nobody.</p>\n"
    );
    put!(
        html,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Decisions of people\"><table>\n<caption>Decisions of people</caption>\n"
    );
    put!(
        html,
        "<thead><tr><th scope=\"col\">Act</th><th scope=\"col\">Item</th><th scope=\"col\">Institution</th><th scope=\"col\">Who and when</th>"
    );
    put!(html, "<th scope=\"col\">Why</th><th scope=\"col\" class=\"n\">Applied to</th></tr></thead>\n<tbody>\n");
    for (review, applied) in registry.reviews.iter().zip(&facts.outcome.matched.reviewed).take(SHOWN) {
        let institution = review.institution.map_or("", |i| &registry.institutions[i].customer_id);
        put!(html, "<tr><th scope=\"row\">", review.act.as_str(), "</th><td class=\"path\">", Code(review.item.to_text()), "</td><td>");
        put!(html, Text(institution), "</td><td>", Text(&review.reviewer), ", ", Text(&review.time), "</td><td>", Text(&review.reason));
        put!(html, "</td><td class=\"n\">", *applied, "</td></tr>\n");
    }
    put!(html, "</tbody></table></div>\n");
    if registry.reviews.len() > SHOWN {
        put!(html, "<p class=\"left\">", registry.reviews.len() - SHOWN, " more stand in <code>reviews.csv</code>.</p>\n");
    }
    Ok(())
}
