use crate::report::figures::bytes;
use crate::report::page::bars::bar;
use crate::report::page::facts::Facts;
use crate::report::page::html::{Code, Html, Text, put};
use crate::report::page::words;
use crate::verdict::remedy;
use anyhow::Result;

/// Gaps that the table shows.
const SHOWN: usize = 100;
/// Gaps that stand open; the others are folded away.
const FIRST: usize = 10;

pub(super) fn write(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let blocking = facts.outcome.blocking;
    if blocking.is_empty() {
        put!(html, "<p>No gap keeps anybody open.</p>\n");
        return Ok(());
    }
    put!(html, "<p>", blocking.len(), if blocking.len() == 1 { " gap keeps" } else { " gaps keep" });
    put!(html, " institutions open. Closing all of them would decide ", facts.open_for_gaps_alone, ".</p>\n");
    put!(html, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"By what would close them\"><table>\n");
    put!(html, "<caption>By what would close them, and what that would decide</caption>\n");
    put!(
        html,
        "<thead><tr><th scope=\"col\">What to do</th><th scope=\"col\" class=\"n\">Gaps</th><th scope=\"col\" class=\"n\">Bytes</th>"
    );
    put!(
        html,
        "<th scope=\"col\" class=\"n\">Decides alone</th><th scope=\"col\" class=\"n\">Together with those above</th><th scope=\"col\" class=\"chart\"><span class=\"sr\">Bar</span></th></tr></thead>\n<tbody>\n"
    );
    for act in &facts.by_act {
        put!(html, "<tr><th scope=\"row\">", words::act(act.remedy), "</th><td class=\"n\">", act.sum.gaps, "</td>");
        put!(html, "<td class=\"n\">", Text(bytes(act.sum.bytes)), "</td><td class=\"n\">", act.alone, "</td>");
        put!(html, "<td class=\"n\">", act.together, "</td><td class=\"chart\">");
        bar(html, &[("plain", act.together)], facts.open_for_gaps_alone)?;
        put!(html, "</td></tr>\n");
    }
    put!(html, "</tbody></table></div>\n");
    table(facts, html, "The most valuable first", 0..blocking.len().min(FIRST))?;
    if blocking.len() > FIRST {
        let end = blocking.len().min(SHOWN);
        put!(html, "<details><summary>The next ", end - FIRST, " gaps</summary>\n");
        table(facts, html, "The next", FIRST..end)?;
        put!(html, "</details>\n");
    }
    if blocking.len() > SHOWN {
        put!(html, "<p class=\"left\">", blocking.len() - SHOWN, " more gaps stand in <code>gaps.csv</code>.</p>\n");
    }
    Ok(())
}

fn table(facts: &Facts<'_>, html: &mut Html<'_>, caption: &'static str, range: std::ops::Range<usize>) -> Result<()> {
    put!(
        html,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"",
        caption,
        "\"><table>\n<caption>",
        caption,
        "</caption>\n"
    );
    put!(html, "<thead><tr><th scope=\"col\">Item</th><th scope=\"col\">Cause</th><th scope=\"col\" class=\"n\">Bytes</th>");
    put!(
        html,
        "<th scope=\"col\" class=\"n\">Keeps open</th><th scope=\"col\" class=\"n\">Decides alone</th><th scope=\"col\">What to do</th></tr></thead>\n<tbody>\n"
    );
    for blocking in &facts.outcome.blocking[range] {
        let gap = &facts.outcome.matched.gaps[blocking.gap];
        put!(html, "<tr><td class=\"path\">", Code(&gap.item));
        if !gap.detail.is_empty() {
            put!(html, "<span class=\"detail\">", Text(&gap.detail), "</span>");
        }
        put!(html, "</td><td>", words::cause(gap.cause), "</td><td class=\"n\">", Text(bytes(gap.bytes)), "</td>");
        put!(html, "<td class=\"n\">", blocking.blocks, "</td><td class=\"n\">", blocking.frees_alone, "</td>");
        put!(html, "<td>", words::act(remedy(gap.cause)), "</td></tr>\n");
    }
    put!(html, "</tbody></table></div>\n");
    Ok(())
}
