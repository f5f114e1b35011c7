//! What the loader found: its defects and notes, by kind.

use super::context::{Context, Finding};
use crate::registry::{Defect, DefectKind};
use std::collections::BTreeMap;

/// The defects of a kind. Those at one place are one finding.
pub(super) fn of(kind: DefectKind, context: &Context<'_>, out: &mut Vec<Finding>) {
    let mut concerned: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (n, institution) in context.registry.institutions.iter().enumerate() {
        for &defect in institution.defects.iter().filter(|&&d| context.registry.defects[d].kind == kind) {
            concerned.entry(defect).or_default().push(n);
        }
    }
    let mut last: Option<&Defect> = None;
    for (number, defect) in context.registry.defects.iter().enumerate().filter(|(_, d)| d.kind == kind) {
        let institutions = concerned.remove(&number).unwrap_or_default();
        let same_place =
            last.is_some_and(|l| (&l.file, l.line, &l.column) == (&defect.file, defect.line, &defect.column)) && defect.line > 0;
        last = Some(defect);
        match out.last_mut().filter(|_| same_place) {
            Some(finding) => {
                // A parent that is like an id, and the child that names it: what is said of the child says all.
                let both: Vec<usize> = finding.institutions.iter().copied().chain(institutions).collect();
                *finding = Finding { institutions: both, ..finding_of(defect) };
                finding.institutions.sort_unstable();
                finding.institutions.dedup();
            }
            None => out.push(Finding { institutions, ..finding_of(defect) }),
        }
    }
    out.extend(context.registry.notes.iter().filter(|note| note.kind == kind).map(|note| {
        let institution = note.customer_id.as_deref().and_then(|id| context.by_id(id));
        Finding { institutions: institution.into_iter().collect(), ..finding_of(note) }
    }));
}

fn finding_of(defect: &Defect) -> Finding {
    Finding {
        file: defect.file.clone(),
        line: defect.line,
        column: defect.column.clone(),
        problem: defect.problem.clone(),
        effect: Some(defect.effect.clone()),
        ..Finding::default()
    }
}

/// A topic's `find` for each kind of defect.
macro_rules! finders {
    ($($name:ident = $kind:ident),+ $(,)?) => {
        $(pub(super) fn $name(context: &Context<'_>, out: &mut Vec<Finding>) {
            of(DefectKind::$kind, context, out);
        })+
    };
}

finders! {
    file_not_read = FileNotRead,
    missing_table = MissingTable,
    shifted_row = ShiftedRow,
    unknown_customer = UnknownCustomer,
    repeated_row = RepeatedRow,
    blank = Blank,
    invalid_value = InvalidValue,
    invalid_identifier = InvalidIdentifier,
    invalid_date = InvalidDate,
    broken_link = BrokenLink,
    circular_link = CircularLink,
    unknown_product = UnknownProduct,
    repeated_product = RepeatedProduct,
    unfounded = Unfounded,
    unknown_key = UnknownKey,
    repaired = Repaired,
    unknown_scheme = UnknownScheme,
    similar_scheme = SimilarScheme,
    other_platform = OtherPlatform,
}
