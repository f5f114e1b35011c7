use super::Outcome;
use super::data_elements::data_of;
use super::listing::{Listing, Push, Weight};
use crate::deadline::{Applied, State, Totals};
use crate::model::Residence;
use anyhow::Result;

/// One row per notification clock of an affected institution, and of the vendor, whose customer_id is blank.
pub(super) static LISTING: Listing = Listing {
    columns: &[
        "customer_id",
        "clock",
        "state",
        "ends",
        "term",
        "starts_with",
        "started",
        "jurisdiction",
        "who",
        "to",
        "rule",
        "individuals",
        "condition",
        "citation",
        "source",
        "verified",
    ],
    rows,
};

/// The clocks of one institution; none where it is not affected.
pub(super) fn clocks_of(outcome: &Outcome<'_>, number: usize) -> Vec<Applied> {
    let (registry, calendar) = (outcome.registry, outcome.calendar);
    let own = data_of(outcome, number);
    own.map_or(Vec::new(), |data| calendar.of_institution(&registry.incident, &registry.institutions[number], &data.by_residence))
}

/// Every clock that concerns somebody, with the number of the institution; the vendor's come first.
pub(super) fn clocks(outcome: &Outcome<'_>) -> Vec<(Option<usize>, Applied)> {
    let (incident, calendar) = (&outcome.registry.incident, outcome.calendar);
    let mut seats = Vec::new();
    let mut all = Totals::new();
    let mut own = Vec::new();
    for (number, institution) in outcome.registry.institutions.iter().enumerate() {
        let Some(data) = data_of(outcome, number) else { continue };
        seats.push(Residence::of(&institution.region, &institution.country));
        data.by_residence.iter().for_each(|(residence, n)| *all.entry(residence.clone()).or_default() += n);
        own.extend(calendar.of_institution(incident, institution, &data.by_residence).into_iter().map(|applied| (Some(number), applied)));
    }
    seats.sort_unstable();
    seats.dedup();
    calendar.of_vendor(incident, &seats, &all).into_iter().map(|applied| (None, applied)).chain(own).collect()
}

fn rows(outcome: &Outcome<'_>, push: &mut Push<'_>) -> Result<()> {
    for (number, applied) in clocks(outcome) {
        let clock = &outcome.calendar.table.clocks[applied.clock];
        let weight = match applied.state {
            State::Passed | State::Runs => Weight::Decides,
            State::NoFixedTime | State::NotStarted => Weight::Background,
        };
        push(
            weight,
            &[
                number.map_or("", |n| outcome.registry.institutions[n].customer_id.as_str()).into(),
                clock.id.as_str().into(),
                applied.state.as_str().into(),
                applied.ends_words(clock).into(),
                clock.term().into(),
                clock.starts.as_str().into(),
                applied.started.map_or(String::new(), |day| day.to_string()).into(),
                clock.jurisdiction.as_str().into(),
                clock.who.as_str().into(),
                clock.to.as_str().into(),
                clock.rule.as_str().into(),
                applied.individuals.into(),
                clock.condition.as_str().into(),
                clock.citation.as_str().into(),
                clock.source.as_str().into(),
                clock.verified.into(),
            ],
        )?;
    }
    Ok(())
}
