//! Notification clocks of an affected institution, which count from what it is told.

use super::Source;
use super::tables::Sheet;
use crate::deadline::{Applied, Start, State};
use crate::report::deadlines_csv::clocks_of;
use crate::report::figures::count;
use crate::report::page::html::{Html, Text, put};
use anyhow::Result;

/// The clocks as rows; none where the institution is not affected.
pub(super) fn list(source: &Source<'_>, sink: &mut Vec<u8>) -> Result<()> {
    let clocks = clocks_of(source.outcome, source.institution);
    if clocks.is_empty() {
        return Ok(());
    }
    let columns = ["clock", "state", "ends", "term", "starts_with", "started", "jurisdiction", "to", "rule", "individuals", "condition"];
    let columns = [&columns[..], &["citation", "source", "verified", "notice"]].concat();
    let mut sheet = Sheet::new(sink, &columns)?;
    for applied in clocks {
        let table = &source.outcome.calendar.table;
        let clock = &table.clocks[applied.clock];
        sheet.row(&[
            clock.id.as_str().into(),
            applied.state.as_str().into(),
            applied.ends_words(clock).into(),
            clock.term().into(),
            clock.starts.as_str().into(),
            started(&applied).into(),
            clock.jurisdiction.as_str().into(),
            clock.to.as_str().into(),
            clock.rule.as_str().into(),
            applied.individuals.to_string().into(),
            clock.condition.as_str().into(),
            clock.citation.as_str().into(),
            clock.source.as_str().into(),
            if clock.verified { "true" } else { "false" }.into(),
            table.notice.as_str().into(),
        ])?;
    }
    sheet.end()
}

fn started(applied: &Applied) -> String {
    applied.started.map_or(String::new(), |day| day.to_string())
}

/// The clocks in the letter.
pub(super) fn section(source: &Source<'_>, html: &mut Html<'_>) -> Result<()> {
    let mut clocks = clocks_of(source.outcome, source.institution);
    if clocks.is_empty() {
        return Ok(());
    }
    // Those that end first, and last those without a time.
    clocks.sort_by_key(|applied| (applied.state == State::NoFixedTime, applied.ends));
    let table = &source.outcome.calendar.table;
    put!(html, "<h2>Deadlines that may apply</h2>\n<p><strong>", Text(&table.notice), "</strong> Table of ", Text(&table.as_of), ". ");
    put!(html, "Hours are counted from the beginning of the day; public holidays are not known.</p>\n");
    let open = clocks.iter().filter(|applied| applied.state == State::NotStarted).count() as u64;
    if open > 0 {
        put!(
            html,
            "<p>Of ",
            Text(count(open, "deadline", "deadlines")),
            " the first day is not recorded: the term stands in place of the end.</p>\n"
        );
    }
    put!(
        html,
        "<table>\n<thead><tr><th scope=\"col\">Ends</th><th scope=\"col\">Whom to tell, and why</th><th scope=\"col\">Condition or note</th></tr></thead>\n<tbody>\n"
    );
    for applied in &clocks {
        let clock = &table.clocks[applied.clock];
        put!(html, "<tr><td>");
        match (applied.state, applied.ends_words(clock)) {
            (State::NoFixedTime, _) => put!(html, "no fixed time"),
            (State::NotStarted, _) => put!(html, Text(clock.term()), " from ", start(clock.starts)),
            (State::Passed, ends) => put!(html, "<strong>", Text(ends), " (passed)</strong>"),
            (State::Runs, ends) => put!(html, Text(ends)),
        }
        put!(html, "</td><td>", Text(&clock.to), ": ", Text(&clock.rule), " (", Text(&clock.jurisdiction), ", ", Text(&clock.citation));
        put!(html, ")</td><td>", Text(&clock.condition), "</td></tr>\n");
    }
    put!(html, "</tbody></table>\n<p>These and their sources stand in <code>deadlines.csv</code>.</p>\n");
    Ok(())
}

/// What a clock counts from, in words.
const fn start(start: Start) -> &'static str {
    match start {
        Start::Discovered => "the day of the discovery",
        Start::NotifiedAt => "the day on which it is told",
    }
}
