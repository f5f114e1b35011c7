use super::customers::one_line;
use super::date::DateCell;
use super::institution::{Name, Source};
use super::loading::{Holder, Loading, Place};
use super::problem::{DefectKind, quoted};
use super::rows::{Repeats, Row, Spec, TableFile, report_doubts};
use jiff::civil::Date;

pub(super) const SPEC: Spec<5> = Spec { table: "names", columns: ["customer_id", "name", "kind", "from", "to"], required: 2 };

const LOST: &str = "the name is not searched for any institution";

/// Reads further names of the institutions.
pub(super) fn load(file: &TableFile, loading: &mut Loading) -> Source {
    let mut repeats = Repeats::default();
    file.rows(&SPEC, loading, |loading, row| name(&file.name, row, loading, &mut repeats))
}

fn name(file: &str, row: Row<'_, 5>, loading: &mut Loading, repeats: &mut Repeats) {
    let earlier = repeats.earlier(&row);
    let Row { line, cells: [id, name, kind, from, to], extra, doubts } = row;
    let at = |column| Place { file, line, column: Some(column) };
    let n = match loading.holder(DefectKind::UnknownCustomer, at("customer_id"), &id, LOST) {
        Holder::One(n) => n,
        Holder::OneOf(_) | Holder::Nobody => return,
    };
    if let Some(earlier) = earlier {
        return loading.defect(
            DefectKind::RepeatedRow,
            at("customer_id"),
            &id,
            Some(n),
            format!("the same row as line {earlier}"),
            "counted once",
        );
    }
    report_doubts(&doubts, Place { file, line, column: None }, &id, Some(n), "the name may be wrong", loading);
    let name = one_line(&name);
    if name.is_empty() {
        return loading.defect(DefectKind::Blank, at("name"), &id, Some(n), "the name is blank", "the row adds no name");
    }
    let (from, to) = validity(Place { file, line, column: None }, &id, n, &from, &to, loading);
    loading.institutions[n].names.push(Name { name, kind: kind.into_owned(), from, to, line, extra });
}

/// The days between which a name or identifier was used. What cannot be read or contradicts itself
/// does not limit its use, because a mention outside wrong limits would be missed.
pub(super) fn validity(
    row: Place<'_>,
    id: &str,
    holder: usize,
    from: &str,
    to: &str,
    loading: &mut Loading,
) -> (Option<Date>, Option<Date>) {
    let mut read = |column: &'static str, text: &str| {
        let cell = DateCell::read(text);
        let effect = match cell {
            DateCell::Empty | DateCell::On(_) => return cell,
            DateCell::Beyond { .. } => "taken as the day near it that limits least",
            DateCell::Unreadable(_) => "taken as open",
        };
        let place = Place { column: Some(column), ..row };
        loading.defect(DefectKind::InvalidDate, place, id, Some(holder), format!("{} is no date like 2024-10-31", quoted(text)), effect);
        cell
    };
    match (read("from", from).earliest(), read("to", to).latest()) {
        (Some(from), Some(to)) if from > to => {
            let place = Place { column: Some("to"), ..row };
            loading.defect(
                DefectKind::InvalidDate,
                place,
                id,
                Some(holder),
                format!("it ends on {to}, before it begins on {from}"),
                "both dates are taken as open",
            );
            (None, None)
        }
        days => days,
    }
}
