use crate::model::Verdict;
use crate::report::figures::count;
use crate::report::page::data::evidence_shown;
use crate::report::page::facts::{Facts, region};
use crate::report::page::html::{Code, Html, Text, put};
use crate::report::page::words;
use anyhow::Result;

/// Institutions of one verdict in the table for readers without scripts.
const SHOWN: usize = 20_000;

pub(super) fn write(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    // The script fills this and shows it.
    put!(html, "<div id=\"browser\" hidden>\n");
    put!(html, "<p class=\"note\">Each institution opens its evidence, its gaps and how each of its deployments was judged. At most ");
    let shown = evidence_shown(facts) as u64;
    put!(
        html,
        Text(count(shown, "mention", "mentions")),
        " of each, the strongest first, stand in this page; all are in <code>evidence.csv</code>.</p>\n"
    );
    put!(html, "<div id=\"controls\" role=\"search\" aria-label=\"Institutions\"></div>\n<p id=\"found\" role=\"status\"></p>\n");
    put!(
        html,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"List of institutions\"><table id=\"table\"></table></div>\n"
    );
    put!(html, "<div id=\"pages\"></div>\n</div>\n<noscript>\n");
    put!(
        html,
        "<p>Searching, sorting and the evidence of each institution need the script of this page. Without it: those that are affected or open.</p>\n"
    );
    for verdict in [Verdict::Affected, Verdict::Undetermined] {
        table(facts, html, verdict)?;
    }
    put!(
        html,
        "<p class=\"left\">All institutions stand in <code>impact.csv</code>, and what was found of each in <code>evidence.csv</code>.</p>\n</noscript>\n"
    );
    Ok(())
}

fn table(facts: &Facts<'_>, html: &mut Html<'_>, verdict: Verdict) -> Result<()> {
    let outcome = facts.outcome;
    put!(html, "<h3>", words::title(verdict), " (", facts.count(verdict), ")</h3>\n");
    if facts.count(verdict) == 0 {
        put!(html, "<p>None.</p>\n");
        return Ok(());
    }
    put!(
        html,
        "<table>\n<thead><tr><th scope=\"col\">Id</th><th scope=\"col\">Name</th><th scope=\"col\">Region</th><th scope=\"col\">Why</th>"
    );
    put!(
        html,
        "<th scope=\"col\" class=\"n\">Own items</th><th scope=\"col\" class=\"n\">Individuals</th><th scope=\"col\" class=\"n\">Gaps</th>"
    );
    put!(html, "<th scope=\"col\">First evidence</th></tr></thead>\n<tbody>\n");
    let numbers = (0..outcome.decided.len()).filter(|&n| outcome.decided[n].decision.verdict() == verdict);
    for number in numbers.take(SHOWN) {
        let (institution, decided, holdings) =
            (&outcome.registry.institutions[number], &outcome.decided[number], &outcome.matched.holdings[number]);
        put!(html, "<tr><td>", Text(&institution.customer_id), "</td><td><bdi>", Text(&institution.legal_name), "</bdi></td><td>");
        put!(html, Text(region(&institution.country, &institution.region)), "</td><td>");
        for (place, basis) in decided.decision.bases().iter().enumerate() {
            put!(html, if place > 0 { "; " } else { "" }, words::basis(*basis));
        }
        let own = |n: u64| if verdict == Verdict::Affected { n } else { 0 };
        put!(
            html,
            "</td><td class=\"n\">",
            own(holdings.owner_items),
            "</td><td class=\"n\">",
            own(holdings.personal.persons.len() as u64)
        );
        put!(html, "</td><td class=\"n\">", decided.gaps.len(), "</td><td class=\"path\">");
        if let Some(first) = &holdings.first_evidence {
            put!(html, Code(first));
        }
        put!(html, "</td></tr>\n");
    }
    put!(html, "</tbody></table>\n");
    let left = facts.count(verdict).saturating_sub(SHOWN as u64);
    if left > 0 {
        put!(html, "<p class=\"left\">", left, " more stand in <code>impact.csv</code>.</p>\n");
    }
    Ok(())
}
