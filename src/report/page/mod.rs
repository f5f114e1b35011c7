//! `report.html`: one file that needs nothing else, for people. Each section is one file below
//! [`sections`] and one row in its table; the institutions are a block of data that the page's script shows, and
//! a shorter table where scripts do not run.

mod bars;
mod data;
mod facts;
pub(super) mod html;
mod policy;
mod sections;
mod strings;
#[cfg(test)]
mod tests;
pub(super) mod words;

use super::Outcome;
use anyhow::Result;
use facts::Facts;
use html::{Html, Text, put};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

pub(super) fn write(outcome: &Outcome<'_>, sink: &mut dyn std::io::Write) -> Result<()> {
    let facts = Facts::of(outcome);
    let incident = &outcome.registry.incident;
    let title = if incident.title.is_empty() { &incident.id } else { &incident.title };
    let html = &mut Html::new(sink);
    put!(
        html,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
        "<meta http-equiv=\"Content-Security-Policy\" content=\"",
    );
    html.made(policy::content_security_policy(STYLE, SCRIPT).as_bytes())?;
    put!(
        html,
        "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
        "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>",
        Text(title),
        ": who is affected</title>\n<style>",
        STYLE,
        "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#answer\">To the answer</a>\n<header>\n<p class=\"over\">Impact report</p>\n<h1>",
        Text(title),
        "</h1>\n<p class=\"facts\">Incident ",
        Text(&incident.id),
        " · window ",
        Text(incident.window_from.to_string()),
        " to ",
        Text(incident.window_to.to_string()),
        " (",
        Text(&incident.timezone),
        ")",
    );
    if let Some(discovered) = incident.discovered {
        put!(html, " · discovered ", Text(discovered.to_string()));
    }
    put!(html, "</p>\n<nav aria-label=\"Sections\"><ul>");
    for section in sections::SECTIONS {
        put!(html, "<li><a href=\"#", section.id, "\">", section.title, "</a></li>");
    }
    put!(html, "</ul></nav>\n</header>\n<main>\n");
    for section in sections::SECTIONS {
        put!(html, "<section id=\"", section.id, "\" aria-labelledby=\"", section.id, "-title\">\n");
        put!(html, "<h2 id=\"", section.id, "-title\">", section.title, "</h2>\n");
        (section.write)(&facts, html)?;
        put!(html, "</section>\n");
    }
    put!(html, "</main>\n");
    data::write(&facts, html)?;
    put!(html, "<script>", SCRIPT, "</script>\n</body>\n</html>\n");
    Ok(())
}
