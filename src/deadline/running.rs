use super::{Clock, DeadlineTable, Duty, Start};
use crate::model::Residence;
use crate::registry::{Incident, Institution};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Weekday};
use std::collections::BTreeMap;

/// The clocks, and the day on which a reader looks at them.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// The clocks.
    pub table: DeadlineTable,
    /// Day of reference; without one nobody knows what has passed.
    pub as_of: Option<Date>,
}

impl Default for Calendar {
    /// The shipped table, and no day.
    fn default() -> Self {
        Self { table: DeadlineTable::shipped(), as_of: None }
    }
}

/// Where a clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It ended before the day of reference.
    Passed,
    /// It runs; it ends on or after the day of reference, where there is one.
    Runs,
    /// The rule sets no time.
    NoFixedTime,
    /// The day that it counts from is not recorded.
    NotStarted,
}

impl State {
    /// As it stands in outputs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Runs => "runs",
            Self::NoFixedTime => "no_fixed_time",
            Self::NotStarted => "not_started",
        }
    }

    /// Every state, the most urgent first.
    pub const ALL: [Self; 4] = [Self::Passed, Self::Runs, Self::NoFixedTime, Self::NotStarted];
}

/// Individuals by residence, as `Residence` writes it.
pub type Totals = BTreeMap<String, u64>;

/// A clock that concerns somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Its place in the table.
    pub clock: usize,
    /// Where it stands.
    pub state: State,
    /// The day that it counts from.
    pub started: Option<Date>,
    /// When it ends: a day, or a day with its hour. Days are counted from the beginning of the first.
    pub ends: Option<DateTime>,
    /// Individuals on account of whom it applies.
    pub individuals: u64,
}

impl Applied {
    /// The end as it stands in outputs.
    pub fn ends_words(&self, clock: &Clock) -> String {
        match self.ends {
            None => String::new(),
            Some(ends) if clock.hours.is_some() => ends.strftime("%Y-%m-%dT%H:%M").to_string(),
            Some(ends) => ends.date().to_string(),
        }
    }
}

impl Calendar {
    /// The clocks that concern an affected institution.
    pub fn of_institution(&self, incident: &Incident, institution: &Institution, residents: &Totals) -> Vec<Applied> {
        let own = institution.extra.get("notified_at").and_then(|day| day.trim().parse::<Date>().ok());
        let concerns = |clock: &Clock| {
            let seat = Residence::of(&institution.region, &institution.country).to_string();
            let has = |scheme: &String| institution.usable_identifiers().any(|i| i.scheme.as_str() == scheme);
            let applies = &clock.applies;
            (applies.seats.is_empty() || applies.seats.iter().any(|place| covers(place, &seat)))
                && (applies.schemes.is_empty() || applies.schemes.iter().any(has))
                && !applies.not_schemes.iter().any(has)
        };
        self.applied(Duty::Institution, incident, own, residents, concerns)
    }

    /// The clocks of the vendor, given the seats of affected institutions and all their individuals.
    pub fn of_vendor(&self, incident: &Incident, seats: &[Residence], residents: &Totals) -> Vec<Applied> {
        let seats: Vec<String> = seats.iter().map(Residence::to_string).collect();
        let concerns = |clock: &Clock| {
            let places = &clock.applies.seats;
            places.is_empty() || seats.iter().any(|seat| places.iter().any(|place| covers(place, seat)))
        };
        if seats.is_empty() { Vec::new() } else { self.applied(Duty::Vendor, incident, None, residents, concerns) }
    }

    fn applied(
        &self,
        who: Duty,
        incident: &Incident,
        notified: Option<Date>,
        residents: &Totals,
        concerns: impl Fn(&Clock) -> bool,
    ) -> Vec<Applied> {
        let mut out = Vec::new();
        for (number, clock) in self.table.clocks.iter().enumerate().filter(|(_, clock)| clock.who == who) {
            let places = &clock.applies.residents_of;
            let individuals =
                residents.iter().filter(|(residence, _)| places.iter().any(|place| covers(place, residence))).map(|(_, n)| n).sum::<u64>();
            let enough = places.is_empty() || individuals >= clock.applies.at_least.unwrap_or(1);
            if !enough || !concerns(clock) {
                continue;
            }
            let started = match clock.starts {
                Start::Discovered => incident.discovered,
                Start::NotifiedAt => notified.or(incident.notified_at),
            };
            let ends = started.and_then(|day| end(clock, day));
            let state = match (started, ends, self.as_of) {
                _ if clock.term().is_empty() => State::NoFixedTime,
                (None, ..) | (_, None, _) => State::NotStarted,
                (Some(_), Some(ends), Some(as_of)) if as_of > ends.date() => State::Passed,
                (Some(_), Some(_), _) => State::Runs,
            };
            out.push(Applied { clock: number, state, started, ends, individuals });
        }
        out
    }
}

/// Is a residence or seat inside a place?
fn covers(place: &str, residence: &str) -> bool {
    residence.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// When a clock ends that starts with a day. Hours count from its beginning, which is the earliest end.
fn end(clock: &Clock, started: Date) -> Option<DateTime> {
    let begin = started.to_datetime(jiff::civil::Time::midnight());
    if let Some(hours) = clock.hours {
        return begin.checked_add(i64::from(hours).hours()).ok();
    }
    if let Some(days) = clock.days {
        return begin.checked_add(i64::from(days).days()).ok();
    }
    let mut day = started;
    for _ in 0..clock.business_days? {
        day = day.checked_add(1.day()).ok()?;
        while matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            day = day.checked_add(1.day()).ok()?;
        }
    }
    Some(day.to_datetime(jiff::civil::Time::midnight()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn calendar(as_of: Option<Date>) -> Calendar {
        Calendar { as_of, ..Calendar::default() }
    }

    fn institution(region: &str) -> Institution {
        Institution { country: "US".to_owned(), region: region.to_owned(), ..Institution::default() }
    }

    fn state_of(calendar: &Calendar, applied: &[Applied], id: &str) -> Option<(State, String)> {
        let found = applied.iter().find(|a| calendar.table.clocks[a.clock].id == id)?;
        Some((found.state, found.ends_words(&calendar.table.clocks[found.clock])))
    }

    #[test]
    fn clocks_start_end_and_pass() {
        let incident = Incident { notified_at: Some(date(2025, 1, 31)), discovered: Some(date(2025, 1, 10)), ..Incident::default() };
        let residents = Totals::from([("US-NY".to_owned(), 3), ("US-FL".to_owned(), 499), ("DE-BY".to_owned(), 1)]);
        let looked = calendar(Some(date(2025, 2, 4)));
        let applied = looked.of_institution(&incident, &institution("NY"), &residents);
        let of = |id| state_of(&looked, &applied, id);
        assert_eq!(of("us-ny-residents"), Some((State::Runs, "2025-03-02".to_owned())));
        assert_eq!(of("us-ny-dfs"), Some((State::Passed, "2025-02-03T00:00".to_owned())));
        // Friday, and four business days.
        assert_eq!(of("us-sec-8k"), Some((State::Runs, "2025-02-06".to_owned())));
        assert_eq!(of("us-fl-legal-affairs"), None, "one below the threshold");
        assert_eq!(of("us-ftc-safeguards").map(|(state, _)| state), Some(State::Runs));
        assert_eq!(of("eu-gdpr-persons").map(|(state, _)| state), Some(State::NoFixedTime));
        assert_eq!(of("us-ma-residents"), None);
        let vendor = looked.of_vendor(&incident, &[Residence::of("NY", "US")], &residents);
        assert_eq!(state_of(&looked, &vendor, "us-fl-agent"), Some((State::Passed, "2025-01-20".to_owned())));
    }

    #[test]
    fn without_a_day_nothing_starts_or_passes() {
        let residents = Totals::from([("US-NY".to_owned(), 1)]);
        let open = calendar(None);
        let unknown = open.of_institution(&Incident::default(), &institution("TX"), &residents);
        assert_eq!(state_of(&open, &unknown, "us-ny-residents"), Some((State::NotStarted, String::new())));
        let told = Institution { extra: BTreeMap::from([("notified_at".to_owned(), "2025-01-01".to_owned())]), ..institution("TX") };
        let own = open.of_institution(&Incident::default(), &told, &residents);
        assert_eq!(state_of(&open, &own, "us-ny-residents"), Some((State::Runs, "2025-01-31".to_owned())));
        assert!(!covers("US-N", "US-NY") && covers("US", "US-NY") && covers("US-NY", "US-NY"));
    }
}
