use super::answer::colour;
use crate::model::Verdict;
use crate::report::figures::count;
use crate::report::groups_csv::{Group, Kind};
use crate::report::page::facts::Facts;
use crate::report::page::html::{Html, Text, put};
use crate::report::page::words;
use anyhow::Result;

/// Members that the tables show.
const SHOWN: usize = 600;

const fn caption(kind: Kind) -> &'static str {
    match kind {
        Kind::ParentGroup => "Parents and subsidiaries",
        Kind::Succession => "Institutions that followed one another",
        Kind::ServiceBureau => "Service bureaus, and whose records lie in their items",
        Kind::SharedAccount => "Accounts and codes with several holders",
        Kind::SharedIdentifier => "Other identifiers with several holders",
    }
}

pub(super) fn write(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let outcome = facts.outcome;
    let verdict = |number: usize| outcome.decided[number].decision.verdict();
    let is_touched =
        |group: &Group| group.members.iter().any(|m| matches!(verdict(m.institution), Verdict::Affected | Verdict::Undetermined));
    let all = outcome.groups();
    let touched: Vec<&Group> = all.iter().filter(|group| is_touched(group)).collect();
    put!(html, "<p>The verdict of one member is nobody else’s. Of ", Text(count(all.len() as u64, "group", "groups")), ", ");
    put!(
        html,
        touched.len(),
        if touched.len() == 1 { " has" } else { " have" },
        " a member that is affected or open; shown here. All stand in <code>groups.csv</code>.</p>\n"
    );
    let mut left = SHOWN;
    for kind in [Kind::ParentGroup, Kind::Succession, Kind::ServiceBureau, Kind::SharedAccount, Kind::SharedIdentifier] {
        let of_kind: Vec<&&Group> = touched.iter().filter(|group| group.kind == kind).collect();
        if of_kind.is_empty() || left == 0 {
            continue;
        }
        let title = caption(kind);
        put!(html, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"", title, "\"><table>\n<caption>", title);
        put!(html, "</caption>\n<thead><tr><th scope=\"col\">Group</th><th scope=\"col\">Institution</th><th scope=\"col\">Part</th>");
        put!(html, "<th scope=\"col\">Verdict</th><th scope=\"col\" class=\"n\">Items</th></tr></thead>\n<tbody>\n");
        for (group, member) in of_kind.into_iter().flat_map(|group| group.members.iter().map(move |member| (group, member))).take(left) {
            let institution = &outcome.registry.institutions[member.institution];
            put!(html, "<tr><th scope=\"row\"><bdi>", Text(&group.name), "</bdi></th><td><bdi>", Text(&institution.legal_name));
            put!(html, "</bdi> (<bdi>", Text(&institution.customer_id), "</bdi>)</td><td>", member.part, "</td><td class=\"");
            put!(html, colour(verdict(member.institution)), "\">", words::title(verdict(member.institution)), "</td><td class=\"n\">");
            put!(html, member.items, "</td></tr>\n");
            left -= 1;
        }
        put!(html, "</tbody></table></div>\n");
    }
    if touched.iter().map(|group| group.members.len()).sum::<usize>() > SHOWN {
        put!(html, "<p class=\"left\">More stand in <code>groups.csv</code>.</p>\n");
    }
    Ok(())
}
