use super::institution::Institution;
use super::problem::{Defect, DefectKind, Problem, quoted};
use std::collections::HashMap;

/// A place of a registry file.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub file: &'a str,
    pub line: u64,
    pub column: Option<&'a str>,
}

/// Whom a row concerns.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// This institution.
    One(usize),
    /// One of these: their ids differ from the row's only in case, punctuation or leading zeros.
    OneOf(Vec<usize>),
    /// No institution of the registry.
    Nobody,
}

/// A registry that is being read.
#[derive(Default)]
pub(super) struct Loading {
    pub problems: Vec<Problem>,
    pub defects: Vec<Defect>,
    pub notes: Vec<Defect>,
    pub institutions: Vec<Institution>,
    by_id: HashMap<String, usize>,
    by_alike_id: HashMap<String, Vec<usize>>,
}

impl Loading {
    /// Of institutions that were read before.
    pub fn of(institutions: Vec<Institution>) -> Self {
        let by_id = institutions.iter().enumerate().map(|(n, i)| (i.customer_id.clone(), n)).collect();
        Self { institutions, by_id, ..Self::default() }
    }

    /// Something fatal.
    pub fn problem(&mut self, file: &str, line: Option<u64>, column: Option<String>, problem: impl Into<String>, remedy: &str) {
        self.problems.push(Problem { file: file.to_owned(), line, column, problem: problem.into(), remedy: remedy.to_owned() });
    }

    /// How many fatal problems a file has.
    pub fn problems_in(&self, file: &str) -> usize {
        self.problems.iter().filter(|p| p.file == file).count()
    }

    /// Something that degrades an institution; or, without one, the registry as a whole.
    pub fn defect(
        &mut self,
        kind: DefectKind,
        place: Place<'_>,
        id: &str,
        holder: Option<usize>,
        problem: impl Into<String>,
        effect: impl Into<String>,
    ) {
        if let Some(institution) = holder.and_then(|n| self.institutions.get_mut(n)) {
            institution.defects.push(self.defects.len());
        }
        self.defects.push(remark(kind, place, id, problem.into(), effect.into()));
    }

    /// Something that was repaired with certainty, or that a reader of the registry should know.
    pub fn note(&mut self, kind: DefectKind, place: Place<'_>, id: &str, problem: impl Into<String>, effect: impl Into<String>) {
        self.notes.push(remark(kind, place, id, problem.into(), effect.into()));
    }

    /// Makes an institution known by its id. `Err` names the earlier one with the same id.
    pub fn enter(&mut self, institution: Institution) -> Result<usize, usize> {
        let n = self.institutions.len();
        if let Some(&earlier) = self.by_id.get(&institution.customer_id) {
            return Err(earlier);
        }
        // A blank id is nobody's: no row may be joined by it.
        if !institution.customer_id.is_empty() {
            self.by_alike_id.entry(alike(&institution.customer_id)).or_default().push(n);
        }
        self.by_id.insert(institution.customer_id.clone(), n);
        self.institutions.push(institution);
        Ok(n)
    }

    /// The institution with exactly this id.
    pub fn exactly(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied().filter(|_| !id.is_empty())
    }

    /// Joins a row with its institution by `id`. Where that is not exact, it is a defect, with
    /// `lost` as the effect of a row that cannot be joined.
    pub fn holder(&mut self, kind: DefectKind, place: Place<'_>, id: &str, lost: &str) -> Holder {
        if let Some(n) = self.exactly(id) {
            return Holder::One(n);
        }
        let near = if id.is_empty() { &[] } else { self.by_alike_id.get(&alike(id)).map_or(&[][..], Vec::as_slice) };
        match *near {
            [] => {
                let problem =
                    if id.is_empty() { "the customer_id is blank".to_owned() } else { format!("no customer has the id {}", quoted(id)) };
                self.defect(kind, place, id, None, problem, lost);
                Holder::Nobody
            }
            [n] => {
                let customer = self.institutions[n].customer_id.clone();
                self.defect(
                    kind,
                    place,
                    id,
                    Some(n),
                    format!("no customer has the id {}", quoted(id)),
                    format!("taken as {}, the only one like it", quoted(&customer)),
                );
                Holder::One(n)
            }
            ref several => {
                let several = several.to_vec();
                for &n in &several {
                    let problem = format!("no customer has the id {}, and {} customers have one like it", quoted(id), several.len());
                    self.defect(kind, place, id, Some(n), problem, lost);
                }
                Holder::OneOf(several)
            }
        }
    }
}

fn remark(kind: DefectKind, place: Place<'_>, id: &str, problem: String, effect: String) -> Defect {
    Defect {
        kind,
        file: place.file.to_owned(),
        line: place.line,
        column: place.column.map(str::to_owned),
        customer_id: (!id.is_empty()).then(|| id.to_owned()),
        problem,
        effect,
    }
}

/// An id without what tools change on the way: case, blanks, punctuation, leading zeros.
fn alike(id: &str) -> String {
    let folded: String = id.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    match folded.trim_start_matches('0') {
        "" => id.to_owned(),
        rest => rest.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_tools_have_changed() {
        let mut loading = Loading::default();
        for id in ["00123", "C-1", "c1", "", "0"] {
            loading.enter(Institution { customer_id: id.to_owned(), ..Institution::default() }).unwrap();
        }
        assert_eq!(loading.enter(Institution { customer_id: "c1".to_owned(), ..Institution::default() }), Err(2));
        let place = Place { file: "names.csv", line: 7, column: None };
        assert_eq!(loading.holder(DefectKind::UnknownCustomer, place, "C-1", "lost"), Holder::One(1));
        assert_eq!(loading.defects.len(), 0);
        assert_eq!(loading.holder(DefectKind::UnknownCustomer, place, "123", "lost"), Holder::One(0));
        assert_eq!(loading.holder(DefectKind::UnknownCustomer, place, "C1", "lost"), Holder::OneOf(vec![1, 2]));
        assert_eq!(loading.holder(DefectKind::UnknownCustomer, place, "", "lost"), Holder::Nobody);
        assert_eq!(loading.holder(DefectKind::UnknownCustomer, place, "124", "lost"), Holder::Nobody);
        assert_eq!(loading.defects.len(), 5);
        assert_eq!(loading.institutions.iter().map(|i| i.defects.len()).collect::<Vec<_>>(), [1, 1, 1, 0, 0]);
    }
}
