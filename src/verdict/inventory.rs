//! Does an institution depend on what was compromised? The inventory's answer: an institution depends
//! unless its deployments exclude it, and what is missing or cannot be compared excludes nothing.

use super::conflicts::{Conflict, conflicts};
use crate::model::Flag;
use crate::registry::{Compromised, DateCell, Deployment, FormerUsers, Incident, Institution, Version, names_platform};
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// What the deployments of an institution say about its dependence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependence {
    /// It depends: it has no deployment, or one that does not exclude it.
    pub depends: bool,
    /// [`Flag::InventoryIncomplete`] and [`Flag::FormerUser`], where they apply.
    pub flags: BTreeSet<Flag>,
    /// The judgement of each deployment, in their order. None where there is no deployment.
    pub deployments: Arc<[Judged]>,
}

/// The judgement of one deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Index into [`Institution::deployments`].
    pub index: usize,
    /// Whether and how it excludes.
    pub outcome: Outcome,
    /// Product, unit, platform, version and dates of the deployment, in words.
    pub named: String,
    /// Why, in words.
    pub reason: String,
}

/// What it is, and why it was judged so.
impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.named, self.reason)
    }
}

/// Whether a deployment excludes that files of it were taken, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It is missing something or cannot be compared. Depends.
    NotComparable,
    /// A compromised version, in use in the window as far as is known. Depends.
    Exposed,
    /// A compromised version that ended before the window; nothing says that it was purged. Depends.
    FormerUser,
    /// As [`FormerUser`](Self::FormerUser), and the policy takes former users as gone.
    FormerUserExcused,
    /// It was purged before the window began.
    PurgedBefore,
    /// It began after the window ended.
    BeganAfter,
    /// Its platform was compromised, its version was not.
    OtherVersion,
    /// Its platform was not compromised.
    OtherPlatform,
}

impl Outcome {
    /// Does the deployment leave the institution depending?
    pub const fn depends(self) -> bool {
        match self {
            Self::NotComparable | Self::Exposed | Self::FormerUser => true,
            Self::FormerUserExcused | Self::PurgedBefore | Self::BeganAfter | Self::OtherVersion | Self::OtherPlatform => false,
        }
    }

    /// The word of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotComparable => "not_comparable",
            Self::Exposed => "exposed",
            Self::FormerUser => "former_user",
            Self::FormerUserExcused => "former_user_excused",
            Self::PurgedBefore => "purged_before",
            Self::BeganAfter => "began_after",
            Self::OtherVersion => "other_version",
            Self::OtherPlatform => "other_platform",
        }
    }

    const fn flag(self) -> Option<Flag> {
        match self {
            Self::NotComparable => Some(Flag::InventoryIncomplete),
            Self::FormerUser | Self::FormerUserExcused => Some(Flag::FormerUser),
            Self::Exposed | Self::PurgedBefore | Self::BeganAfter | Self::OtherVersion | Self::OtherPlatform => None,
        }
    }
}

/// Judges every deployment of an institution.
pub fn judge(institution: &Institution, incident: &Incident) -> Dependence {
    let deployments: Arc<[Judged]> = institution
        .deployments
        .iter()
        .enumerate()
        .map(|(index, deployment)| {
            let (outcome, reason) = judge_one(deployment, incident);
            Judged { index, outcome, named: named(deployment), reason }
        })
        .collect();
    let mut flags: BTreeSet<Flag> = deployments.iter().filter_map(|judged| judged.outcome.flag()).collect();
    flags.extend(conflicts(institution).into_iter().filter_map(|(_, conflict)| match conflict {
        Conflict::Overlapping => Some(Flag::InventoryOverlap),
        Conflict::Undated => Some(Flag::InventoryUndated),
        // It cannot be compared, which is flagged as such.
        Conflict::Contradictory => None,
    }));
    if deployments.is_empty() {
        flags.insert(Flag::InventoryIncomplete);
    }
    let depends = deployments.is_empty() || deployments.iter().any(|judged| judged.outcome.depends());
    Dependence { depends, flags, deployments }
}

/// What identifies a deployment, in words.
fn named(deployment: &Deployment) -> String {
    let unit = if deployment.business_unit.is_empty() { String::new() } else { format!(" ({})", deployment.business_unit) };
    let date = |word: &str, cell: &DateCell| if *cell == DateCell::Empty { String::new() } else { format!(", {word} {cell}") };
    let dates = date("from", &deployment.from) + &date("to", &deployment.to) + &date("purged", &deployment.purged);
    format!("{}{unit} on {} {}{dates}", deployment.product_id, deployment.platform, deployment.version)
}

fn judge_one(deployment: &Deployment, incident: &Incident) -> (Outcome, String) {
    let (version, dates) = match comparable(deployment, incident.as_of) {
        Ok(parts) => parts,
        Err(why) => return (Outcome::NotComparable, why),
    };
    let (platform, number) = (deployment.platform.as_str(), deployment.version.as_str());
    let mut known = incident.compromised_on(platform).peekable();
    if known.peek().is_none() {
        // Which of them it is on cannot be told.
        if let Some(one) = incident.compromised.iter().find(|c| names_platform(platform, &c.platform)) {
            return (Outcome::NotComparable, format!("its platform, {platform}, names several, and {} is one of them", one.platform));
        }
        return (Outcome::OtherPlatform, format!("{platform} was not compromised"));
    }
    let ranges: Vec<&Compromised> = known.collect();
    let Some(hit) = ranges.iter().find(|c| c.versions.contains(&version)) else {
        let versions = ranges.iter().map(|c| c.versions.as_str()).collect::<Vec<_>>().join(" or ");
        if ranges.iter().any(|c| c.versions.may_contain(number)) {
            return (Outcome::NotComparable, format!("its version {number} does not say whether it is one of {versions}"));
        }
        return (Outcome::OtherVersion, format!("{platform} {number} is not among the compromised versions {versions}"));
    };
    let (outcome, when) = when(dates, incident);
    (outcome, format!("{platform} {number} was compromised ({}); {when}", hit.versions))
}

/// The dates of a deployment that do not contradict each other; of several days that may be meant,
/// the one that excludes least.
#[derive(Clone, Copy)]
struct Dates {
    from: Option<Date>,
    to: Option<Date>,
    purged: Option<Date>,
}

/// What a deployment must have to be compared; or why it cannot be.
fn comparable(deployment: &Deployment, as_of: Option<Date>) -> Result<(Version, Dates), String> {
    if let Some(doubt) = &deployment.doubt {
        return Err(format!("its row cannot be relied on: {doubt}"));
    }
    if deployment.names_no_platform() {
        return Err("its platform is missing".to_owned());
    }
    let version = match deployment.version.trim() {
        "" => return Err("its version is missing".to_owned()),
        text => Version::parse(text).ok_or_else(|| format!("its version {text} is no dotted number and cannot be compared"))?,
    };
    for (name, cell) in [("from", &deployment.from), ("to", &deployment.to), ("purged", &deployment.purged)] {
        if let DateCell::Unreadable(text) = cell {
            return Err(format!("its date {name}, {text}, cannot be read"));
        }
    }
    if let Some(contradiction) = deployment.contradiction() {
        return Err(contradiction);
    }
    let happened = |day: &Date| as_of.is_none_or(|as_of| *day <= as_of);
    let (to, purged) = (deployment.to.latest().filter(happened), deployment.purged.latest().filter(happened));
    let dates = Dates { from: deployment.from.earliest(), to, purged };
    match dates {
        // Removed and, as far as is known, still in use: new files may have come after the removal.
        Dates { to: None, purged: Some(purged), .. } => Err(format!("it was purged on {purged}, and nothing says that it ended")),
        dates => Ok((version, dates)),
    }
}

/// Whether a compromised version lay on the platform in the window.
fn when(dates: Dates, incident: &Incident) -> (Outcome, String) {
    let (first, last) = (incident.window_from, incident.window_to);
    match dates {
        Dates { from: Some(from), .. } if from > last => {
            (Outcome::BeganAfter, format!("it began on {from}, after the window ended on {last}"))
        }
        Dates { to: Some(to), purged: Some(purged), .. } if purged < first => {
            (Outcome::PurgedBefore, format!("it ended on {to} and was purged on {purged}, before the window began on {first}"))
        }
        Dates { to: Some(to), purged, .. } if to < first => {
            let purge = purged.map_or_else(|| "nothing says that it was purged".to_owned(), |day| format!("it was purged only on {day}"));
            let ended = format!("it ended on {to}, before the window began on {first}, but {purge}");
            match incident.policy.former_users {
                FormerUsers::Depends => (Outcome::FormerUser, ended),
                FormerUsers::NoDependency => (Outcome::FormerUserExcused, format!("{ended}; the policy takes former users as gone")),
            }
        }
        Dates { from: Some(from), .. } => {
            (Outcome::Exposed, format!("it began on {from} and was in use when the window began on {first}, or in it"))
        }
        Dates { from: None, .. } => (Outcome::Exposed, format!("when it began is not known, and it had not ended before {first}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{Policy, VersionRange};
    use jiff::civil::date;
    use proptest::prelude::*;

    fn incident() -> Incident {
        Incident {
            window_from: date(2024, 10, 31),
            window_to: date(2024, 11, 8),
            compromised: vec![Compromised {
                platform: "sftp-hub".to_owned(),
                versions: VersionRange::parse(">=7.2.0, <7.4.1").unwrap(),
                line: 0,
            }],
            ..Incident::default()
        }
    }

    fn deployment(platform: &str, version: &str, [from, to, purged]: [&str; 3]) -> Deployment {
        Deployment {
            platform: platform.to_owned(),
            version: version.to_owned(),
            from: DateCell::read(from),
            to: DateCell::read(to),
            purged: DateCell::read(purged),
            ..Deployment::default()
        }
    }

    fn outcome(platform: &str, version: &str, dates: [&str; 3]) -> Outcome {
        judge_one(&deployment(platform, version, dates), &incident()).0
    }

    #[test]
    fn every_outcome() {
        use Outcome::*;
        let open = ["2020-01-01", "", ""];
        let cases = [
            ("sftp-hub", "7.2", open, Exposed),
            (" SFTP Hub ", "7.4.0.9", open, Exposed),
            ("sftp-hub", "7.4.1", open, OtherVersion),
            ("relay", "7.2", open, OtherPlatform),
            ("relay", "latest", open, NotComparable),
            ("relay", "7.2", ["2020-01-01", "2019-01-01", ""], NotComparable),
            ("", "7.2", open, NotComparable),
            ("sftp-hub", "", open, NotComparable),
            ("sftp-hub", "6", ["1.1.2020", "", ""], NotComparable),
            ("sftp-hub", "7.2", ["", "", ""], Exposed),
            ("sftp-hub", "7.2", ["2024-11-08", "", ""], Exposed),
            ("sftp-hub", "7.2", ["2024-11-09", "", ""], BeganAfter),
            ("sftp-hub", "7.2", ["2020-01-01", "2024-10-31", ""], Exposed),
            ("sftp-hub", "7.2", ["2020-01-01", "2024-10-30", ""], FormerUser),
            ("sftp-hub", "7.2", ["2020-01-01", "2024-10-01", "2024-10-31"], FormerUser),
            ("sftp-hub", "7.2", ["2020-01-01", "2024-10-01", "2024-10-30"], PurgedBefore),
            ("sftp-hub", "7.2", ["2020-01-01", "2024-12-01", "2024-10-30"], NotComparable),
            ("sftp-hub", "7.2", ["2020-01-01", "", "2024-10-30"], NotComparable),
            ("sftp-hub", "7.2", ["2020-01-01", "2024-02-28", "2024-02-30"], PurgedBefore),
            ("sftp-hub", "7.2", ["2020-01-01", "2024-02-30", "2024-02-30"], PurgedBefore),
            ("sftp-hub", "7.2", ["2020-01-01", "2024-03-01", "2024-02-30"], NotComparable),
        ];
        for (platform, version, dates, expected) in cases {
            assert_eq!(outcome(platform, version, dates), expected, "{platform} {version} {dates:?}");
        }
    }

    #[test]
    fn one_deployment_that_does_not_exclude_is_enough() {
        let out = deployment("relay", "1", ["", "", ""]);
        let institution = |deployments| Institution { deployments, ..Institution::default() };
        let none = judge(&institution(Vec::new()), &incident());
        assert!(none.depends && none.flags.contains(&Flag::InventoryIncomplete));
        let excluded = judge(&institution(vec![out.clone()]), &incident());
        assert!(!excluded.depends && excluded.flags == BTreeSet::from([Flag::InventoryUndated]));
        let former = deployment("sftp-hub", "7.3", ["", "2020-01-01", ""]);
        let mut lenient = incident();
        lenient.policy = Policy { former_users: FormerUsers::NoDependency, ..Policy::default() };
        for (incident, depends) in [(incident(), true), (lenient, false)] {
            let judged = judge(&institution(vec![out.clone(), former.clone()]), &incident);
            assert_eq!((judged.depends, judged.deployments.len()), (depends, 2));
            assert_eq!(judged.flags, BTreeSet::from([Flag::FormerUser, Flag::InventoryOverlap, Flag::InventoryUndated]));
        }
        let doubtful = Deployment { doubt: Some("shifted".to_owned()), ..out };
        assert!(judge(&institution(vec![doubtful]), &incident()).depends);
    }

    proptest! {
        /// Knowing less about a deployment never excludes it.
        #[test]
        fn what_is_lost_counts_against_ruling_out(version in "[67]\\.[0-5]", mut months in prop::array::uniform3(1i8..13), lost in 0usize..5) {
            months.sort_unstable();
            let days = months.map(|m| format!("2024-{m:02}-15"));
            let full = deployment("sftp-hub", &version, [days[0].as_str(), &days[1], &days[2]]);
            let mut less = full.clone();
            match lost {
                0 => less.platform.clear(),
                1 => less.version.push_str(" SP2"),
                2 => less.from = DateCell::Unreadable("?".to_owned()),
                3 => less.purged = DateCell::Empty,
                _ => less.to = DateCell::Empty,
            }
            let (all, part) = (judge_one(&full, &incident()).0, judge_one(&less, &incident()).0);
            // Of dates that contradict each other, one may be lost without loss.
            prop_assume!(all != Outcome::NotComparable);
            prop_assert!(part.depends() || !all.depends());
        }
    }
}
