use crate::registry::Unattributed;
use crate::report::figures::count;
use crate::report::page::facts::Facts;
use crate::report::page::html::{Code, Html, Text, put};
use anyhow::Result;

/// Items that the table shows.
const SHOWN: usize = 200;

pub(super) fn write(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let ownerless = &facts.outcome.matched.ownerless;
    if ownerless.is_empty() {
        put!(html, "<p>Nothing that was read holds personal data without an owner in the registry.</p>\n");
        return Ok(());
    }
    put!(
        html,
        "<p>",
        Text(count(ownerless.len() as u64, "item holds", "items hold")),
        " personal data, and nothing names an owner in the registry. "
    );
    match facts.outcome.registry.incident.policy.unattributed {
        Unattributed::Gap => put!(
            html,
            "Those with the hint <code>outside_owner</code> name an owner that stands in no registry; the others count as gaps.</p>\n"
        ),
        Unattributed::Report => put!(html, "By the policy they count against nobody.</p>\n"),
    }
    put!(
        html,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Items without owner\"><table>\n<caption>Items without owner</caption>\n"
    );
    put!(html, "<thead><tr><th scope=\"col\">Item</th><th scope=\"col\">Personal data</th><th scope=\"col\" class=\"n\">Individuals</th>");
    put!(html, "<th scope=\"col\">Hints</th></tr></thead>\n<tbody>\n");
    for item in ownerless.iter().take(SHOWN) {
        put!(html, "<tr><td class=\"path\">", Code(&item.item), "</td><td>", Text(item.personal.elements.words().join(", ")));
        put!(html, "</td><td class=\"n\">", item.personal.persons.len(), "</td><td>", Text(item.hints.join(", ")), "</td></tr>\n");
    }
    put!(html, "</tbody></table></div>\n");
    if ownerless.len() > SHOWN {
        put!(html, "<p class=\"left\">", ownerless.len() - SHOWN, " more stand in <code>unattributed.csv</code>.</p>\n");
    }
    Ok(())
}
