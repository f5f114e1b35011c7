use super::{Outputs, Row, rows};
use std::collections::BTreeMap;
use std::path::Path;

/// The right answers: `truth.csv` of a corpus.
pub struct Truth {
    rows: BTreeMap<String, Row>,
}

impl Truth {
    /// Reads `customer_id,family,accept,files`.
    pub fn read(path: &Path) -> Self {
        Self { rows: rows(path).into_iter().map(|row| (row["customer_id"].clone(), row)).collect() }
    }

    /// Is this verdict right for the institution?
    pub fn accepts(&self, id: &str, verdict: &str) -> bool {
        self.rows[id]["accept"].split('|').any(|accepted| accepted == verdict)
    }

    /// Institutions for which one of these verdicts is right.
    pub fn accepting<'t>(&'t self, verdict: &'t str) -> impl Iterator<Item = &'t str> {
        self.rows.keys().map(String::as_str).filter(move |id| self.accepts(id, verdict))
    }

    /// Every institution whose verdict is wrong or missing, in words.
    pub fn wrong(&self, outputs: &Outputs) -> Vec<String> {
        self.wrong_where(outputs, |_| true)
    }

    /// Every institution that was wrongly given this verdict, in words.
    pub fn wrongly(&self, verdict: &str, outputs: &Outputs) -> Vec<String> {
        self.wrong_where(outputs, |given| given == verdict || given == "missing")
    }

    fn wrong_where(&self, outputs: &Outputs, counts: impl Fn(&str) -> bool) -> Vec<String> {
        let impact = outputs.impact();
        let missing = Row::from([("verdict".to_owned(), "missing".to_owned())]);
        let mut wrong = Vec::new();
        for (id, truth) in &self.rows {
            let given = impact.get(id).unwrap_or(&missing);
            let cell = |name: &str| given.get(name).map_or("", String::as_str);
            if !self.accepts(id, cell("verdict")) && counts(cell("verdict")) {
                wrong.push(format!(
                    "{id} ({}) should be {}, is {} by {} [{}], first evidence `{}`",
                    truth["family"],
                    truth["accept"],
                    cell("verdict"),
                    cell("basis"),
                    cell("flags"),
                    cell("first_evidence")
                ));
            }
        }
        wrong.extend(impact.keys().filter(|id| !self.rows.contains_key(*id)).map(|id| format!("{id} is not in the truth")));
        wrong
    }
}

/// Every institution whose data elements or number of individuals differ from `truth_data.csv`, in words.
pub fn wrong_data(truth: &Path, outputs: &Outputs) -> Vec<String> {
    let impact = outputs.impact();
    let mut wrong = Vec::new();
    for row in rows(truth) {
        let given = &impact[&row["customer_id"]];
        for column in ["data_elements", "individuals"] {
            if given[column] != row[column] {
                wrong.push(format!("{} {column} should be `{}`, is `{}`", row["customer_id"], row[column], given[column]));
            }
        }
    }
    wrong
}
