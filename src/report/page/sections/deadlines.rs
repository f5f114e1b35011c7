use crate::deadline::{Applied, Duty, State};
use crate::report::deadlines_csv::clocks;
use crate::report::figures::count;
use crate::report::page::facts::Facts;
use crate::report::page::html::{Html, Text, put};
use anyhow::Result;
use std::collections::BTreeMap;

/// Where a clock stands with all whom it concerns.
#[derive(Default)]
struct Sum {
    concerned: u64,
    states: BTreeMap<State, u64>,
    first: Option<String>,
    last: Option<String>,
}

impl Sum {
    fn add(&mut self, applied: &Applied, ends: String) {
        self.concerned += 1;
        *self.states.entry(applied.state).or_default() += 1;
        if !ends.is_empty() {
            self.first = self.first.take().into_iter().chain([ends.clone()]).min();
            self.last = self.last.take().into_iter().chain([ends]).max();
        }
    }
}

pub(super) fn write(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let (calendar, incident) = (facts.outcome.calendar, &facts.outcome.registry.incident);
    let table = &calendar.table;
    let mut sums: BTreeMap<usize, Sum> = BTreeMap::new();
    for (_, applied) in clocks(facts.outcome) {
        let ends = applied.ends_words(&table.clocks[applied.clock]);
        sums.entry(applied.clock).or_default().add(&applied, ends);
    }
    put!(html, "<p class=\"note\"><strong>", Text(&table.notice), "</strong> Table of ", Text(&table.as_of), ", ");
    put!(html, table.clocks.iter().filter(|c| c.verified).count(), " of ", table.clocks.len(), " entries verified.</p>\n");
    if sums.is_empty() {
        put!(html, "<p>No institution is affected: no clock of the table applies.</p>\n");
        return Ok(());
    }
    let day = |day: Option<jiff::civil::Date>| day.map_or_else(|| "not recorded".to_owned(), |day| day.to_string());
    put!(html, "<p>Discovered: ", Text(day(incident.discovered)), ". Institutions notified: ", Text(day(incident.notified_at)), ". ");
    match calendar.as_of {
        Some(as_of) => put!(html, "As of ", Text(as_of.to_string()), ".</p>\n"),
        None => put!(html, "What has passed is said with <code>--as-of DATE</code>.</p>\n"),
    }
    put!(
        html,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Notification clocks\"><table>\n<caption>Notification clocks</caption>\n",
        "<thead><tr><th scope=\"col\">Ends</th><th scope=\"col\">Law</th><th scope=\"col\">Who tells whom</th>",
        "<th scope=\"col\">Stands</th><th scope=\"col\">Condition</th></tr></thead>\n<tbody>\n"
    );
    let mut order: Vec<_> = sums.into_iter().collect();
    order.sort_by(|(a, one), (b, other)| (one.first.is_none(), &one.first, a).cmp(&(other.first.is_none(), &other.first, b)));
    for (number, sum) in order {
        let clock = &table.clocks[number];
        put!(html, "<tr><td>");
        match (&sum.first, &sum.last) {
            (Some(first), Some(last)) if first != last => put!(html, Text(first), " to ", Text(last)),
            (Some(first), _) => put!(html, Text(first)),
            (None, _) => match clock.term().as_str() {
                "" => put!(html, "no time set"),
                term => put!(html, Text(term), " from its start"),
            },
        }
        put!(
            html,
            "</td><td>",
            Text(&clock.jurisdiction),
            ": ",
            Text(&clock.rule),
            "<span class=\"detail\">",
            Text(&clock.citation),
            "</span></td><td>"
        );
        match clock.who {
            Duty::Vendor => put!(html, "the vendor"),
            Duty::Institution => put!(html, Text(count(sum.concerned, "institution", "institutions"))),
        }
        put!(html, " → ", Text(&clock.to), "</td><td>");
        for (place, (state, concerned)) in sum.states.iter().enumerate() {
            put!(html, if place > 0 { ", " } else { "" }, words(*state));
            if clock.who == Duty::Institution {
                put!(html, " ", *concerned);
            }
        }
        put!(html, "</td><td>", Text(&clock.condition), "</td></tr>\n");
    }
    put!(html, "</tbody></table></div>\n<p class=\"left\">Each institution's clocks stand in <code>deadlines.csv</code>.</p>\n");
    Ok(())
}

const fn words(state: State) -> &'static str {
    match state {
        State::Passed => "passed",
        State::Runs => "runs",
        State::NoFixedTime => "no time set",
        State::NotStarted => "not started, since its day is not recorded:",
    }
}
