use super::date::{DateCell, iso_date};
use super::given::GivenFile;
use super::institution::{Registry, Source};
use super::loading::{Holder, Loading, Place};
use super::problem::{DefectKind, LoadError, quoted};
use super::review::outside;
use super::rows::{Row, Spec, TableFile, report_doubts};
use crate::model::Verdict;
use jiff::civil::Date;

pub(super) const SPEC: Spec<4> = Spec { table: "notices", columns: ["customer_id", "kind", "sent", "run"], required: 3 };

/// Words for a verdict that letters use besides the verdict's own.
const KINDS: [(&str, Verdict); 5] = [
    ("notification", Verdict::Affected),
    ("interim", Verdict::Undetermined),
    ("clear", Verdict::RuledOut),
    ("all_clear", Verdict::RuledOut),
    ("not_affected", Verdict::RuledOut),
];

const LOST: &str = "the letter is not compared with any verdict";

/// A letter that was sent: a row of `notices.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// To whom. `None`: no customer has the id, or several have one like it.
    pub institution: Option<usize>,
    /// The id as written.
    pub customer_id: String,
    /// As written.
    pub kind: String,
    /// The verdict that it told. `None`: it told none, and is not compared.
    pub told: Option<Verdict>,
    /// When. `None`: not readable, and later than every date.
    pub sent: Option<Date>,
    /// The run that it rested on, as written.
    pub run: String,
    /// Line in the file.
    pub line: u64,
}

/// Adds the letters of a file outside the registry folder.
///
/// # Errors
/// [`LoadError`] where the file cannot be read as a table of letters.
pub fn add_notices(registry: &mut Registry, given: &GivenFile) -> Result<(), LoadError> {
    let file = outside(given)?;
    let mut loading = Loading::of(std::mem::take(&mut registry.institutions));
    let before = registry.defects.len();
    let known: Vec<usize> = loading.institutions.iter().map(|i| i.defects.len()).collect();
    let (source, notices) = load(&file, &mut loading);
    registry.institutions = loading.institutions;
    if !loading.problems.is_empty() {
        return Err(LoadError { problems: loading.problems });
    }
    // Defects were counted from nothing; they follow those that are known.
    for (institution, known) in registry.institutions.iter_mut().zip(known) {
        institution.defects[known..].iter_mut().for_each(|defect| *defect += before);
    }
    registry.defects.extend(loading.defects);
    registry.notices.extend(notices);
    registry.sources.push(source);
    Ok(())
}

/// Reads the letters of a file.
pub(super) fn load(file: &TableFile, loading: &mut Loading) -> (Source, Vec<Notice>) {
    let mut notices = Vec::new();
    let source = file.rows(&SPEC, loading, |loading, row| notices.push(notice(&file.name, row, loading)));
    (source, notices)
}

fn notice(file: &str, row: Row<'_, 4>, loading: &mut Loading) -> Notice {
    let Row { line, cells: [id, kind, sent, run], extra: _, doubts } = row;
    let at = |column| Place { file, line, column: Some(column) };
    // A letter is no part of what the registry says of an institution: its defects are nobody's.
    let institution = match loading.exactly(&id) {
        Some(n) => Some(n),
        None => match loading.holder(DefectKind::UnknownCustomer, at("customer_id"), &id, LOST) {
            Holder::One(n) => Some(n),
            Holder::OneOf(_) | Holder::Nobody => None,
        },
    };
    report_doubts(&doubts, Place { file, line, column: None }, &id, None, LOST, loading);
    let word = kind.trim().to_lowercase().replace([' ', '-'], "_");
    let told = Verdict::parse(&word).or_else(|| KINDS.iter().find(|(known, _)| *known == word).map(|(_, verdict)| *verdict));
    if told.is_none() {
        let known: Vec<&str> = Verdict::ALL.iter().map(|v| v.as_str()).chain(KINDS.map(|(word, _)| word)).collect();
        let problem = format!("{} tells no verdict; the kinds that do are {}", quoted(&kind), known.join(", "));
        loading.note(DefectKind::InvalidValue, at("kind"), &id, problem, LOST);
    }
    // A time of day does not move the day on which a letter is said to have been sent.
    let day = iso_date(&sent).or_else(|| sent.get(..10).and_then(iso_date));
    if day.is_none() && DateCell::read(&sent) != DateCell::Empty {
        let problem = format!("{} is no date like 2024-11-20", quoted(&sent));
        loading.defect(DefectKind::InvalidDate, at("sent"), &id, None, problem, "taken as the last letter sent");
    }
    Notice { institution, customer_id: id.into_owned(), kind: kind.into_owned(), told, sent: day, run: run.into_owned(), line }
}
