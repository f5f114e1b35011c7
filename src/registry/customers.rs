use super::institution::{Institution, Source};
use super::links::Links;
use super::loading::{Loading, Place};
use super::problem::{DefectKind, quoted};
use super::rows::{Row, Spec, TableFile, report_doubts, truth};

pub(super) const SPEC: Spec<9> = Spec {
    table: "customers",
    columns: ["customer_id", "legal_name", "parent_id", "country", "region", "city", "status", "successor_id", "serves_others"],
    required: 2,
};

/// Reads the institutions, and the links between them, which can be joined only when all are known.
pub(super) fn load(file: &TableFile, loading: &mut Loading) -> (Source, Links) {
    let mut links = Links::default();
    let mut lines = Vec::new();
    let source = file.rows(&SPEC, loading, |loading, row| institution(&file.name, row, loading, &mut links, &mut lines));
    if loading.institutions.is_empty() && loading.problems_in(&file.name) == 0 {
        loading.problem(&file.name, Some(1), None, "it lists no institution", "add a line per customer");
    }
    (source, links)
}

fn institution(file: &str, row: Row<'_, 9>, loading: &mut Loading, links: &mut Links, lines: &mut Vec<u64>) {
    let line = row.line;
    let [id, legal_name, parent_id, country, region, city, status, successor_id, serves_others] = row.cells;
    let serves = truth(&serves_others);
    let alpha2 = alpha2(&country);
    let entered = loading.enter(Institution {
        customer_id: id.to_string(),
        legal_name: one_line(&legal_name),
        country: alpha2.clone().unwrap_or_default(),
        region: region.into_owned(),
        city: city.into_owned(),
        status: status.into_owned(),
        serves_others: serves.unwrap_or(!serves_others.is_empty()),
        line,
        extra: row.extra,
        ..Institution::default()
    });
    let n = match entered {
        Ok(n) => n,
        Err(earlier) => {
            let first = lines.get(earlier).copied().unwrap_or_default();
            let problem = format!("the customer_id {} stands on line {first} too", quoted(&id));
            loading.problem(
                file,
                Some(line),
                Some("customer_id".to_owned()),
                problem,
                "give every institution one line and an id of its own",
            );
            return;
        }
    };
    lines.push(line);
    let at = |column| Place { file, line, column: Some(column) };
    report_doubts(&row.doubts, Place { file, line, column: None }, &id, Some(n), "its name, place and group may be wrong", loading);
    if id.is_empty() {
        loading.defect(
            DefectKind::Blank,
            at("customer_id"),
            &id,
            Some(n),
            "the customer_id is blank",
            "no row of the other tables can be its own: it counts as depending and cannot be found",
        );
    }
    if legal_name.is_empty() {
        loading.defect(
            DefectKind::Blank,
            at("legal_name"),
            &id,
            Some(n),
            "the legal_name is blank",
            "it cannot be found by its legal name",
        );
    }
    if !country.is_empty() && alpha2.is_none() {
        let problem = format!("{} is no ISO 3166 alpha-2 country", quoted(&country));
        loading.defect(DefectKind::InvalidValue, at("country"), &id, Some(n), problem, "its country counts as not known");
    } else if alpha2.is_some_and(|code| !code.eq_ignore_ascii_case(&country)) {
        loading.note(DefectKind::Repaired, at("country"), &id, format!("{} is no ISO 3166 country", quoted(&country)), "taken as GB");
    }
    if !serves_others.is_empty() && serves.is_none() {
        let problem = format!("{} is neither true nor false", quoted(&serves_others));
        loading.defect(
            DefectKind::InvalidValue,
            at("serves_others"),
            &id,
            Some(n),
            problem,
            "taken as true: gaps in its home count against all that depend",
        );
    }
    links.add(n, line, &parent_id, &successor_id);
}

/// The code in capitals. `UK` is reserved for the United Kingdom, and nothing else can be meant.
fn alpha2(country: &str) -> Option<String> {
    let code = country.to_ascii_uppercase();
    match code.as_str() {
        "UK" => Some("GB".to_owned()),
        _ => (code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase())).then_some(code),
    }
}

/// A name on one line, its words one blank apart.
pub(super) fn one_line(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}
