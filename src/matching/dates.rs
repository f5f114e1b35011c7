//! Identifiers and names that had different holders at different times, decided by the date of the item. What stands
//! in payments is of the days that their headers state. Elsewhere the file system tells: a date of
//! modification from before the incident says when the content was last written. A later one, which may be that of
//! the theft or of the recovery, and that of a container say only that the content is not younger. Where that
//! leaves several holders, none is decided.

use super::items::Item;
use super::lexicon::{Lexicon, Periods};
use super::mention::{Mention, Source};
use crate::format::Dated;
use crate::model::{Basis, Role, Scheme, Strength};
use crate::registry::Incident;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::collections::{BTreeMap, BTreeSet};

/// Dates before this one are those of programs that set none.
const FIRST: Date = Date::constant(1990, 1, 1);

/// Payments are stated up to so many days before they are made; a header that says more is in doubt.
const AHEAD: i64 = 45;

/// What is known of the date of an item.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dates {
    /// By the file system: when it was last written.
    file: Option<Written>,
    /// By the headers of its payments: when these were made.
    payments: Option<Written>,
}

impl Dates {
    /// Of an item with the days that the headers of its payments state.
    pub fn of(item: &Item, dated: Dated, incident: &Incident) -> Self {
        let file = Written::of(item, incident);
        let payments = match dated {
            Dated::Unsaid => file,
            Dated::Between(first, last) => {
                // Neither of two dates that contradict each other is relied on.
                let latest = file.map_or(incident.window_to, |file| file.latest.min(incident.window_to));
                let is_sound = first >= FIRST && last <= latest.saturating_add(AHEAD.days());
                is_sound.then(|| Written { earliest: Some(first.saturating_sub(1.day())), latest: last.saturating_add(1.day()) })
            }
            Dated::Doubtful => None,
        };
        Self { file, payments }
    }
}

/// When an item was last written, as far as that is known. Zones shift days, so both bounds give a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// Not before this day, where that is known.
    earliest: Option<Date>,
    /// Not after this day.
    latest: Date,
}

impl Written {
    /// From an item's date of modification.
    pub fn of(item: &Item, incident: &Incident) -> Option<Self> {
        let day = Timestamp::from_nanosecond(item.mtime?.into()).ok()?.to_zoned(TimeZone::UTC).date();
        if day < FIRST {
            return None;
        }
        let is_certain = item.path.depth() == 0 && day < incident.window_from;
        Some(Self { earliest: is_certain.then(|| day.saturating_sub(1.day())), latest: day.saturating_add(1.day()) })
    }

    /// Could the item be from one of these periods?
    fn is_in(self, periods: &Periods) -> bool {
        periods.iter().any(|(from, to)| {
            from.is_none_or(|from| from <= self.latest) && !matches!((to, self.earliest), (Some(to), Some(earliest)) if *to < earliest)
        })
    }

    fn words(self) -> String {
        match self.earliest {
            Some(earliest) => format!("of a day between {earliest} and {}", self.latest),
            None => format!("of {} at the latest", self.latest),
        }
    }
}

/// Decides mentions of what had several holders. Gives the institutions concerned.
pub(super) fn decide(lexicon: &Lexicon, dates: Dates, mentions: &mut Vec<Mention>) -> BTreeSet<usize> {
    let mut holders: BTreeMap<(bool, Scheme, String), BTreeSet<usize>> = BTreeMap::new();
    for mention in mentions.iter() {
        let key = (mention.source == Source::Payment, mention.scheme.clone(), mention.value.clone());
        holders.entry(key).or_default().insert(mention.institution);
    }
    let mut concerned = BTreeSet::new();
    for ((in_payment, scheme, value), all) in holders {
        let Some(written) = (if in_payment { dates.payments } else { dates.file }) else { continue };
        let is_possible = |institution: usize| lexicon.periods(institution, &scheme, &value).is_none_or(|p| written.is_in(p));
        let possible: BTreeSet<usize> = all.iter().copied().filter(|&one| is_possible(one)).collect();
        if possible.len() == all.len() {
            continue;
        }
        concerned.extend(&all);
        let is_of = |m: &Mention| (m.source == Source::Payment) == in_payment && m.scheme == scheme && m.value == value;
        if possible.is_empty() {
            // Whoever held it then is not registered, or its dates are wrong: it points, and decides for nobody.
            for mention in mentions.iter_mut().filter(|m| is_of(m) && m.is_sure_owner()) {
                (mention.role, mention.strength, mention.basis) = (Role::Unknown, Strength::Weak, Basis::WeakEvidence);
            }
            continue;
        }
        mentions.retain(|m| !is_of(m) || possible.contains(&m.institution));
        for mention in mentions.iter_mut().filter(|m| is_of(m)) {
            if let (1, Some(alone)) = (possible.len(), mention.if_alone) {
                (mention.role, mention.strength, mention.basis) = alone;
                mention.context = format!("{} [{}]", mention.context, written.words());
            }
        }
    }
    concerned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_excludes_nobody() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let until = vec![(None, Some(day("2020-12-31")))];
        let since = vec![(Some(day("2021-01-01")), None)];
        let certain = |at: &str| Written { earliest: Some(day(at).saturating_sub(1.day())), latest: day(at).saturating_add(1.day()) };
        let at_most = |at: &str| Written { earliest: None, latest: day(at).saturating_add(1.day()) };
        for (written, first, second) in [
            (certain("2019-05-01"), true, false),
            (certain("2022-05-01"), false, true),
            // Zones: the last and the first day belong to both.
            (certain("2021-01-01"), true, true),
            (certain("2020-12-31"), true, true),
            (at_most("2019-05-01"), true, false),
            (at_most("2022-05-01"), true, true),
        ] {
            assert_eq!((written.is_in(&until), written.is_in(&since)), (first, second), "{written:?}");
        }
    }

    #[test]
    fn what_headers_say_counts_where_nothing_contradicts_it() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let incident = Incident { window_from: day("2025-01-01"), window_to: day("2025-01-31"), ..Incident::default() };
        let item = |modified: &str| Item {
            path: crate::model::EvidencePath::file("ev", b"a.ach".to_vec()),
            content: None,
            size: 0,
            status: crate::model::Status::Read,
            cause: None,
            detail: String::new(),
            mtime: Some(i64::try_from(day(modified).to_zoned(TimeZone::UTC).unwrap().timestamp().as_nanosecond()).unwrap()),
            inherited: false,
        };
        let said = |dated: Dated, modified: &str| Dates::of(&item(modified), dated, &incident).payments;
        let between = |first: &str, last: &str| Dated::Between(day(first), day(last));
        let written = |first: &str, last: &str| Some(Written { earliest: Some(day(first)), latest: day(last) });
        // An old payment in a file that was copied since, within the window or not.
        assert_eq!(said(between("2019-05-01", "2019-05-03"), "2025-01-12"), written("2019-04-30", "2019-05-04"));
        assert_eq!(said(between("2019-05-01", "2019-05-01"), "2022-03-01"), written("2019-04-30", "2019-05-02"));
        // To be made in a month: still of the file. In a year, or before banks wrote files: somebody errs.
        assert!(said(between("2022-03-30", "2022-03-30"), "2022-03-01").is_some());
        assert_eq!(said(between("2023-03-30", "2023-03-30"), "2022-03-01"), None);
        assert_eq!(said(between("2019-05-01", "2026-01-01"), "2025-03-01"), None);
        assert_eq!(said(between("1980-01-01", "2019-05-01"), "2025-01-12"), None);
        assert_eq!(said(Dated::Doubtful, "2022-03-01"), None);
        assert_eq!(said(Dated::Unsaid, "2022-03-01"), written("2022-02-28", "2022-03-02"));
    }
}
