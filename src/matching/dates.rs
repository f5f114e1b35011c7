//! Identifiers and names that had different holders at different times, decided by the date of the item. A date of
//! modification from before the incident says when the content was last written. A later one, which may be that of
//! the theft or of the recovery, and that of a container say only that the content is not younger. Where that
//! leaves several holders, none is decided.

use super::items::Item;
use super::judge::Mention;
use super::lexicon::{Lexicon, Periods};
use crate::model::{Basis, Role, Scheme, Strength};
use crate::registry::Incident;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::collections::{BTreeMap, BTreeSet};

/// Dates before this one are those of programs that set none.
const FIRST: Date = Date::constant(1990, 1, 1);

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
            Some(earliest) => format!("the item was last written between {earliest} and {}", self.latest),
            None => format!("the item was written on {} at the latest", self.latest),
        }
    }
}

/// Decides mentions of what had several holders. Gives the institutions concerned.
pub(super) fn decide(lexicon: &Lexicon, written: Written, mentions: &mut Vec<Mention>) -> BTreeSet<usize> {
    let mut holders: BTreeMap<(Scheme, String), BTreeSet<usize>> = BTreeMap::new();
    for mention in mentions.iter() {
        holders.entry((mention.scheme.clone(), mention.value.clone())).or_default().insert(mention.institution);
    }
    let is_possible =
        |institution: usize, scheme: &Scheme, value: &str| lexicon.periods(institution, scheme, value).is_none_or(|p| written.is_in(p));
    let mut concerned = BTreeSet::new();
    for ((scheme, value), all) in holders {
        let possible: BTreeSet<usize> = all.iter().copied().filter(|&one| is_possible(one, &scheme, &value)).collect();
        if possible.len() == all.len() {
            continue;
        }
        concerned.extend(&all);
        let is_of = |m: &Mention| m.scheme == scheme && m.value == value;
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
}
