use crate::registry::Defect;
use crate::report::figures::count;
use crate::report::page::facts::Facts;
use crate::report::page::html::{Code, Html, Text, put};
use anyhow::Result;

/// Defects that a table shows.
const SHOWN: usize = 200;

pub(super) fn write(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let registry = facts.outcome.registry;
    if registry.defects.is_empty() {
        put!(html, "<p>The registry has no defects.</p>\n");
    } else {
        put!(html, "<p>", Text(count(registry.defects.len() as u64, "defect", "defects")));
        put!(html, ": what can be read and not relied on, with what it does to verdicts.</p>\n");
        // What concerns one institution also stands there; what concerns none stands here alone, and first.
        let (some, none): (Vec<&Defect>, Vec<&Defect>) = registry.defects.iter().partition(|d| d.customer_id.is_some());
        let defects: Vec<&Defect> = none.into_iter().chain(some).collect();
        table(html, "Defects of the registry", &defects)?;
    }
    if !registry.notes.is_empty() {
        let notes: Vec<&Defect> = registry.notes.iter().collect();
        put!(html, "<details><summary>Repaired with certainty, and other notes (", notes.len(), ")</summary>\n");
        table(html, "Notes on the registry", &notes)?;
        put!(html, "</details>\n");
    }
    Ok(())
}

fn table(html: &mut Html<'_>, caption: &'static str, defects: &[&Defect]) -> Result<()> {
    put!(
        html,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"",
        caption,
        "\"><table>\n<caption>",
        caption,
        "</caption>\n"
    );
    put!(html, "<thead><tr><th scope=\"col\">Place</th><th scope=\"col\">Institution</th><th scope=\"col\">What is wrong</th>");
    put!(html, "<th scope=\"col\">What it does</th></tr></thead>\n<tbody>\n");
    for defect in defects.iter().take(SHOWN) {
        let line = if defect.line > 0 { format!(":{}", defect.line) } else { String::new() };
        let column = defect.column.as_ref().map_or(String::new(), |c| format!(":{c}"));
        put!(html, "<tr><td class=\"place\">", Code(format!("{}{line}{column}", defect.file)), "</td><td>");
        if let Some(id) = &defect.customer_id {
            put!(html, Code(id));
        }
        put!(html, "</td><td>", Text(&defect.problem), "</td><td>", Text(&defect.effect), "</td></tr>\n");
    }
    put!(html, "</tbody></table></div>\n");
    if defects.len() > SHOWN {
        put!(
            html,
            "<p class=\"left\">",
            defects.len() - SHOWN,
            " more are left out here; those that concern an institution stand with it.</p>\n"
        );
    }
    Ok(())
}
