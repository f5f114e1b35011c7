use crate::matching::DayOfTransfers;
use crate::report::figures::bytes;
use crate::report::page::bars::bar;
use crate::report::page::facts::Facts;
use crate::report::page::html::{Html, Text, put};
use anyhow::Result;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::collections::BTreeMap;

/// Days before and behind the window that have a row of their own.
const MARGIN: i64 = 14;
/// Rows in all; a longer span is told by month.
const ROWS: i32 = 120;

/// What happened on a day, or in the time of one row.
#[derive(Clone, Copy, Default)]
struct Day {
    /// Files of the evidence that were last written then.
    written: u64,
    transfers: DayOfTransfers,
}

impl Day {
    fn add(&mut self, other: Self) {
        self.written += other.written;
        self.transfers.fetched += other.transfers.fetched;
        self.transfers.fetched_bytes = self.transfers.fetched_bytes.saturating_add(other.transfers.fetched_bytes);
        self.transfers.fitting += other.transfers.fitting;
        self.transfers.brought += other.transfers.brought;
    }
}

pub(super) fn write(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let days = days(facts);
    let activity = &facts.outcome.matched.activity;
    if days.is_empty() {
        put!(html, "<p>Neither the files nor a log say when anything happened.</p>\n");
        return Ok(());
    }
    let incident = &facts.outcome.registry.incident;
    let (from, to) = (incident.window_from, incident.window_to);
    let (first, last) = (from.saturating_sub(MARGIN.days()), to.saturating_add(MARGIN.days()));
    let by_month = first.until(last).is_ok_and(|span| span.get_days() > ROWS);
    let (mut before, mut behind) = (Day::default(), Day::default());
    let mut rows: BTreeMap<Date, Day> = BTreeMap::new();
    for (date, day) in days {
        match date {
            date if date < first => before.add(day),
            date if date > last => behind.add(day),
            date if by_month => rows.entry(date.first_of_month()).or_default().add(day),
            date => rows.entry(date).or_default().add(day),
        }
    }
    put!(
        html,
        "<p>The incident window is ",
        Text(from.to_string()),
        " to ",
        Text(to.to_string()),
        ". Files are dated by when they were last written, which a "
    );
    put!(html, "recovery may have changed; transfers by the clock of the log that has them.</p>\n");
    put!(html, "<ul class=\"legend\"><li><span class=\"swatch v0\" aria-hidden=\"true\"></span>Fetched, fits an indicator</li>");
    put!(html, "<li><span class=\"swatch c1\" aria-hidden=\"true\"></span>Fetched</li></ul>\n");
    put!(
        html,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Day by day\"><table>\n<caption>Day by day</caption>\n<thead><tr>"
    );
    put!(html, "<th scope=\"col\">", if by_month { "Month" } else { "Day" }, "</th><th scope=\"col\">Window</th>");
    for head in ["Files last written", "Files fetched", "Bytes fetched", "Fetched, fits an indicator", "Files brought"] {
        put!(html, "<th scope=\"col\" class=\"n\">", head, "</th>");
    }
    put!(html, "<th scope=\"col\" class=\"chart\"><span class=\"sr\">Fetched</span></th></tr></thead>\n<tbody>\n");
    let most = rows.values().map(|day| day.transfers.fetched).max().unwrap_or(0);
    row(html, &format!("before {first}"), "", before, 0)?;
    for (date, day) in rows {
        let end = if by_month { date.last_of_month() } else { date };
        let name = if by_month { format!("{:04}-{:02}", date.year(), date.month()) } else { date.to_string() };
        row(html, &name, if end >= from && date <= to { "inside" } else { "" }, day, most)?;
    }
    row(html, &format!("after {last}"), "", behind, 0)?;
    put!(html, "</tbody></table></div>\n");
    if activity.undated > 0 {
        put!(html, "<p class=\"left\">", activity.undated, " transfers leave open on which day they were.</p>\n");
    }
    Ok(())
}

/// Times outside the rows stand there where something happened, without a bar beside those of single days.
fn row(html: &mut Html<'_>, name: &str, window: &'static str, day: Day, most: u64) -> Result<()> {
    let Day { written, transfers } = day;
    if written == 0 && transfers == DayOfTransfers::default() {
        return Ok(());
    }
    put!(html, "<tr><th scope=\"row\">", Text(name), "</th><td>", window, "</td><td class=\"n\">", written, "</td><td class=\"n\">");
    put!(
        html,
        transfers.fetched,
        "</td><td class=\"n\">",
        Text(bytes(transfers.fetched_bytes)),
        "</td><td class=\"n\">",
        transfers.fitting
    );
    put!(html, "</td><td class=\"n\">", transfers.brought, "</td><td class=\"chart\">");
    if most > 0 {
        bar(html, &[("v0", transfers.fitting), ("c1", transfers.fetched - transfers.fitting)], most)?;
    }
    put!(html, "</td></tr>\n");
    Ok(())
}

fn days(facts: &Facts<'_>) -> BTreeMap<Date, Day> {
    let matched = &facts.outcome.matched;
    let mut days: BTreeMap<Date, Day> = BTreeMap::new();
    for mtime in matched.items.iter().filter(|item| item.path.depth() == 0).filter_map(|item| item.mtime) {
        if let Ok(moment) = Timestamp::from_nanosecond(mtime.into()) {
            days.entry(moment.to_zoned(TimeZone::UTC).date()).or_default().written += 1;
        }
    }
    for (date, transfers) in &matched.activity.days {
        days.entry(*date).or_default().transfers = *transfers;
    }
    days
}
