use super::answer::colour;
use crate::model::Verdict;
use crate::report::page::bars::bar;
use crate::report::page::facts::{Facts, Verdicts};
use crate::report::page::html::{Html, Text, put};
use crate::report::page::words;
use anyhow::Result;

/// Rows that stand open; the others are folded away.
const FIRST: usize = 12;
/// Rows in all: regions are the registry's words, of which it may have any number.
const SHOWN: usize = 400;

pub(super) fn write(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    put!(html, "<ul class=\"legend\">");
    for verdict in Verdict::ALL.iter().copied() {
        put!(html, "<li><span class=\"swatch ", colour(verdict), "\" aria-hidden=\"true\"></span>", words::title(verdict), "</li>");
    }
    put!(html, "</ul>\n");
    group(html, "By country and region", "Region", &facts.by_region)?;
    put!(html, "<p class=\"note\">An institution counts once for each product in any of its deployments.</p>\n");
    group(html, "By product", "Product", &facts.by_product)
}

fn group(html: &mut Html<'_>, caption: &'static str, head: &'static str, rows: &[(String, Verdicts)]) -> Result<()> {
    let first = rows.len().min(FIRST);
    let shown = rows.len().min(SHOWN);
    table(html, caption, head, &rows[..first])?;
    if shown > first {
        put!(html, "<details><summary>The next ", shown - first, "</summary>\n");
        table(html, caption, head, &rows[first..shown])?;
        put!(html, "</details>\n");
    }
    if rows.len() > shown {
        put!(html, "<p class=\"left\">", rows.len() - shown, " more are left out here; each institution states its own.</p>\n");
    }
    Ok(())
}

fn table(html: &mut Html<'_>, caption: &'static str, head: &'static str, rows: &[(String, Verdicts)]) -> Result<()> {
    put!(
        html,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"",
        caption,
        "\"><table>\n<caption>",
        caption,
        "</caption>\n"
    );
    put!(html, "<thead><tr><th scope=\"col\">", head, "</th>");
    for verdict in Verdict::ALL.iter().copied() {
        put!(html, "<th scope=\"col\" class=\"n\">", words::title(verdict), "</th>");
    }
    put!(html, "<th scope=\"col\" class=\"chart\"><span class=\"sr\">Shares</span></th></tr></thead>\n<tbody>\n");
    for (name, counts) in rows {
        put!(html, "<tr><th scope=\"row\"><bdi>", Text(name), "</bdi></th>");
        for count in counts {
            put!(html, "<td class=\"n\">", *count, "</td>");
        }
        put!(html, "<td class=\"chart\">");
        let parts: Vec<_> = Verdict::ALL.iter().zip(counts).map(|(v, n)| (colour(*v), *n)).collect();
        bar(html, &parts, counts.iter().sum())?;
        put!(html, "</td></tr>\n");
    }
    put!(html, "</tbody></table></div>\n");
    Ok(())
}
