use super::PathGlob;
use super::encoding::decode;
use super::given::GivenFile;
use super::institution::{Registry, Source};
use super::loading::Loading;
use super::problem::{LoadError, Problem, quoted};
use super::rows::{Row, Spec, TableFile};
use crate::model::{Act, Cause, ContentId, Scheme};
use jiff::civil::Date;
use sha2::{Digest, Sha256};

pub(super) const SPEC: Spec<9> = Spec {
    table: "review",
    columns: ["act", "item", "reviewer", "time", "reason", "cause", "customer_id", "scheme", "value"],
    required: 5,
};

/// What a person has decided about an item, a gap or a mention: a row of `review.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// What was decided.
    pub act: Act,
    /// Of which items.
    pub item: Where,
    /// Only gaps of this cause are waived; all where there is none.
    pub cause: Option<Cause>,
    /// Whose: the institution of the mentions, or whom the item is attributed to. `None`: nobody's, the
    /// vendor's own (attributed), or no matter whose (waived).
    pub institution: Option<usize>,
    /// Only mentions of this scheme.
    pub scheme: Option<Scheme>,
    /// Only mentions of this value.
    pub value: Option<String>,
    /// Who decided.
    pub reviewer: String,
    /// When, as written.
    pub time: String,
    /// Why.
    pub reason: String,
    /// File of the row.
    pub file: String,
    /// Line of the row.
    pub line: u64,
}

impl Review {
    /// Was it decided by this day? Without one, everything was; so is what has no day that is known.
    pub fn is_decided_by(&self, day: Option<Date>) -> bool {
        day.is_none_or(|day| day_of(&self.time).is_none_or(|decided| decided <= day))
    }
}

/// Which items a decision is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Where {
    /// The item with this display path, and what lies in it.
    Item(String),
    /// Items that a glob matches.
    Glob(PathGlob),
}

impl Where {
    /// An item's display path, or `glob:` and a pattern.
    fn read(cell: &str) -> Result<Self, String> {
        match cell.strip_prefix("glob:") {
            Some(glob) => PathGlob::new(glob).map(Self::Glob),
            // Our own lists put an apostrophe before what a spreadsheet would take for a formula.
            None => Ok(Self::Item(cell.strip_prefix('\'').unwrap_or(cell).trim_end_matches('/').to_owned())),
        }
    }

    /// Is the decision about the item at this path?
    pub fn matches(&self, path: &str) -> bool {
        match self {
            Self::Item(item) => {
                path.strip_prefix(item.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || rest.starts_with("!/"))
            }
            Self::Glob(glob) => glob.matches_text(path),
        }
    }

    /// As it was written.
    pub fn to_text(&self) -> String {
        match self {
            Self::Item(item) => item.clone(),
            Self::Glob(glob) => format!("glob:{glob}"),
        }
    }
}

/// Adds the decisions of a file outside the registry folder.
///
/// # Errors
/// [`LoadError`] with every row that cannot be applied as it stands: a decision that is lost or
/// half-understood would change verdicts unseen.
pub fn add_reviews(registry: &mut Registry, given: &GivenFile) -> Result<(), LoadError> {
    let file = outside(given)?;
    let mut loading = Loading::of(std::mem::take(&mut registry.institutions));
    let (source, reviews) = load(&file, &mut loading);
    registry.institutions = loading.institutions;
    let mut problems = loading.problems;
    problems.extend(loading.defects.into_iter().map(fatal));
    if !problems.is_empty() {
        return Err(LoadError { problems });
    }
    registry.reviews.extend(reviews);
    registry.sources.push(source);
    registry.reviews_digest = Some(joined_digest(registry.reviews_digest, &given.bytes));
    Ok(())
}

/// A table outside the registry folder, decoded.
pub(super) fn outside(given: &GivenFile) -> Result<TableFile, LoadError> {
    let (text, encoding) = decode(&given.bytes).map_err(|fault| LoadError {
        problems: vec![Problem {
            file: given.name.clone(),
            line: Some(fault.line),
            column: Some(fault.column.to_string()),
            problem: fault.problem,
            remedy: "save it as UTF-8".to_owned(),
        }],
    })?;
    Ok(TableFile { json_lines: given.name.ends_with(".jsonl"), name: given.name.clone(), text, encoding })
}

/// Reads the decisions of a file.
pub(super) fn load(file: &TableFile, loading: &mut Loading) -> (Source, Vec<Review>) {
    let mut reviews = Vec::new();
    let source = file.rows(&SPEC, loading, |loading, row| reviews.extend(review(&file.name, row, loading)));
    (source, reviews)
}

/// The digest of all review files, in the order in which they were given.
pub(super) fn joined_digest(before: Option<ContentId>, bytes: &[u8]) -> ContentId {
    let mut hash = Sha256::new();
    hash.update(before.map_or([0; 32], |id| id.0));
    hash.update(bytes);
    ContentId(hash.finalize().into())
}

fn review(file: &str, row: Row<'_, 9>, loading: &mut Loading) -> Option<Review> {
    let Row { line, cells: [act, item, reviewer, time, reason, cause, customer_id, scheme, value], extra: _, doubts } = row;
    let mut whole = true;
    let mut problem = |column: Option<&str>, problem: String, remedy: &str| {
        loading.problem(file, Some(line), column.map(str::to_owned), problem, remedy);
        whole = false;
    };
    for (column, doubt) in doubts {
        problem(column.as_deref(), doubt, "mend the row: a decision must stand as it was meant");
    }
    for (column, cell) in [("item", &item), ("reviewer", &reviewer), ("time", &time), ("reason", &reason)] {
        if cell.is_empty() {
            problem(Some(column), "it is blank".to_owned(), "say which item, who decided, when and why");
        }
    }
    let act = Act::parse(&act.to_ascii_lowercase());
    if act.is_none() {
        let acts: Vec<&str> = Act::ALL.iter().map(|a| a.as_str()).collect();
        problem(Some("act"), "it is no act of a review".to_owned(), &format!("write one of {}", acts.join(", ")));
    }
    if !time.is_empty() && day_of(&time).is_none() {
        problem(Some("time"), format!("{} is no time like 2024-11-09T14:30:00Z or 2024-11-09", quoted(&time)), "write it as ISO 8601");
    }
    let item = match Where::read(&item) {
        Ok(item) => Some(item),
        Err(fault) => {
            problem(Some("item"), fault, "write the item's path as the lists have it, or glob: and a pattern");
            None
        }
    };
    let cause = match (&*cause, Cause::parse(&cause)) {
        ("", _) => None,
        (_, Some(cause)) => Some(cause),
        (text, None) => {
            problem(Some("cause"), format!("{} is no cause of a gap", quoted(text)), "write it as gaps.csv has it, or leave it blank");
            None
        }
    };
    let scheme = (!scheme.is_empty()).then(|| Scheme::from(&*scheme));
    let value = (!value.is_empty()).then(|| value.into_owned());
    let is_vendor = customer_id.eq_ignore_ascii_case("vendor");
    match act {
        Some(Act::Waive) if !customer_id.is_empty() || scheme.is_some() || value.is_some() => {
            problem(Some("customer_id"), "a gap is waived for everybody".to_owned(), "leave customer_id, scheme and value blank");
        }
        Some(Act::Attribute | Act::Accept | Act::Reject) if cause.is_some() => {
            problem(Some("cause"), "only a waived gap has a cause".to_owned(), "leave it blank");
        }
        Some(Act::Attribute) if scheme.is_some() || value.is_some() => {
            problem(Some("scheme"), "an item is attributed as a whole".to_owned(), "leave scheme and value blank");
        }
        Some(Act::Accept | Act::Reject) if is_vendor => {
            problem(Some("customer_id"), "the vendor is no institution".to_owned(), "name the institution whose mention it is");
        }
        Some(Act::Waive | Act::Attribute | Act::Accept | Act::Reject) | None => {}
    }
    if !whole {
        return None;
    }
    let act = act?;
    let institution = match act {
        Act::Waive => None,
        Act::Attribute if is_vendor => None,
        Act::Attribute | Act::Accept | Act::Reject => match loading.exactly(&customer_id) {
            Some(institution) => Some(institution),
            None => {
                let column = Some("customer_id".to_owned());
                loading.problem(
                    file,
                    Some(line),
                    column,
                    format!("no customer has the id {}", quoted(&customer_id)),
                    "write it as customers.csv has it",
                );
                return None;
            }
        },
    };
    Some(Review {
        act,
        item: item?,
        cause,
        institution,
        scheme,
        value,
        reviewer: reviewer.into_owned(),
        time: time.into_owned(),
        reason: reason.into_owned(),
        file: file.to_owned(),
        line,
    })
}

/// The day of a time in ISO 8601: of one with an offset the day in UTC.
fn day_of(text: &str) -> Option<Date> {
    let moment = text.parse::<jiff::Timestamp>().map(|moment| moment.to_zoned(jiff::tz::TimeZone::UTC).date());
    moment.or_else(|_| text.parse::<jiff::civil::DateTime>().map(|time| time.date())).or_else(|_| text.parse()).ok()
}

fn fatal(defect: super::Defect) -> Problem {
    Problem {
        file: defect.file,
        line: Some(defect.line).filter(|&line| line > 0),
        column: defect.column,
        problem: defect.problem,
        remedy: "correct it".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Institution;
    use super::super::encoding::Encoding;
    use super::*;

    const HEADER: &str = "act,item,cause,customer_id,scheme,value,reviewer,time,reason\n";

    fn read(rows: &str) -> (Vec<Review>, Vec<String>) {
        let mut loading = Loading::default();
        loading.enter(Institution { customer_id: "C1".to_owned(), ..Institution::default() }).unwrap();
        let text = format!("{HEADER}{rows}");
        let file = TableFile { name: "review.csv".to_owned(), text, encoding: Encoding::Utf8, json_lines: false };
        let (_, reviews) = load(&file, &mut loading);
        (reviews, loading.problems.iter().map(|p| p.to_string()).collect())
    }

    #[test]
    fn every_act() {
        let (reviews, problems) = read(
            "waive,ev/a.zip!/b.csv,encrypted,,,,A. Reviewer,2024-11-09,\"lost, for good\"\n\
             attribute,glob:ev/scans/**,,vendor,,,A,2024-11-09T10:00:00Z,our own\n\
             Accept,ev/x.txt,,C1,domain,first.example,A,2024-11-09 10:00,seen\nreject,ev/y.txt,,C1,,,B,2024-11-10,chance\n",
        );
        assert_eq!(problems, [""; 0]);
        assert_eq!(
            reviews.iter().map(|r| (r.act, r.institution)).collect::<Vec<_>>(),
            [(Act::Waive, None), (Act::Attribute, None), (Act::Accept, Some(0)), (Act::Reject, Some(0))]
        );
        assert_eq!(reviews[0].cause, Some(Cause::Encrypted));
    }

    #[test]
    fn what_cannot_be_applied_as_it_stands_is_fatal() {
        for row in [
            "forgive,ev/a,,,,,A,2024-11-09,x",
            "waive,,,,,,A,2024-11-09,x",
            "waive,ev/a,,,,,,2024-11-09,x",
            "waive,ev/a,,,,,A,,x",
            "waive,ev/a,,,,,A,2024-11-09,",
            "waive,ev/a,,,,,A,yesterday,x",
            "waive,ev/a,lost,,,,A,2024-11-09,x",
            "waive,ev/a,,C1,,,A,2024-11-09,x",
            "waive,glob:a[,,,,,A,2024-11-09,x",
            "attribute,ev/a,,,,,A,2024-11-09,x",
            "attribute,ev/a,,C9,,,A,2024-11-09,x",
            "reject,ev/a,,vendor,,,A,2024-11-09,x",
            "reject,ev/a,encrypted,C1,,,A,2024-11-09,x",
            "reject,ev/a,,C1,,,A,2024-11-09,x,y",
        ] {
            let (reviews, problems) = read(row);
            assert!(reviews.is_empty() && !problems.is_empty(), "{row}");
            assert!(problems.iter().all(|p| p.starts_with("review.csv:2")), "{row} {problems:?}");
        }
    }

    #[test]
    fn an_item_is_itself_and_what_lies_in_it() {
        let item = Where::read("ev/a[1].zip").unwrap();
        for (path, expected) in
            [("ev/a[1].zip", true), ("ev/a[1].zip!/b", true), ("ev/a[1].zip/b", true), ("ev/a1.zip", false), ("ev/a[1].zip2", false)]
        {
            assert_eq!(item.matches(path), expected, "{path}");
        }
        assert!(Where::read("'=ev/x").unwrap().matches("=ev/x"));
    }
}
