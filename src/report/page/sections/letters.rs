use crate::report::figures::count;
use crate::report::notices_csv;
use crate::report::page::facts::Facts;
use crate::report::page::html::{Code, Html, Text, put};
use anyhow::Result;

/// Letters that the table shows.
const SHOWN: usize = 500;

pub(super) fn write(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let letters = notices_csv::letters(facts.outcome);
    if letters.is_empty() {
        put!(html, "<p>No letter is recorded in <code>notices.csv</code>.</p>\n");
        return Ok(());
    }
    let retract: Vec<_> =
        letters.iter().filter(|(_, retract)| *retract).filter_map(|(notice, _)| Some((notice, notice.institution?))).collect();
    put!(html, "<p>Of ", Text(count(letters.len() as u64, "letter that was sent", "letters that were sent")), ", <strong>");
    put!(html, retract.len(), "</strong> told a verdict that no longer holds and must be retracted.</p>\n");
    let unknown = letters.iter().filter(|(notice, _)| notice.institution.is_none()).count();
    if unknown > 0 {
        put!(html, "<p>", Text(count(unknown as u64, "letter went", "letters went")), " to an id that no customer of the registry has; ");
        put!(html, "<code>notices.csv</code> names them.</p>\n");
    }
    if retract.is_empty() {
        return Ok(());
    }
    put!(html, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Letters to retract\"><table>\n");
    put!(html, "<caption>Letters to retract</caption>\n<thead><tr><th scope=\"col\">Institution</th><th scope=\"col\">Sent</th>");
    put!(html, "<th scope=\"col\">Told</th><th scope=\"col\">Now</th><th scope=\"col\">Run</th></tr></thead>\n<tbody>\n");
    for (notice, n) in retract.iter().take(SHOWN) {
        let institution = &facts.outcome.registry.institutions[*n];
        let verdict = facts.outcome.decided[*n].decision.verdict();
        put!(html, "<tr><th scope=\"row\">", Code(&institution.customer_id), " ", Text(&institution.legal_name), "</th><td>");
        put!(html, Text(notice.sent.map_or(String::new(), |day| day.to_string())), "</td><td>", Text(&notice.kind), "</td><td>");
        put!(html, verdict.as_str(), "</td><td>", Text(&notice.run), "</td></tr>\n");
    }
    put!(html, "</tbody></table></div>\n");
    if retract.len() > SHOWN {
        put!(html, "<p class=\"left\">", retract.len() - SHOWN, " more stand in <code>notices.csv</code>.</p>\n");
    }
    Ok(())
}
