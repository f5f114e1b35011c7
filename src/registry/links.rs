use super::institution::Institution;
use super::loading::{Holder, Loading, Place};
use super::problem::{DefectKind, quoted};
use crate::model::says_nothing;

/// Does the cell say that there is no parent?
fn is_none(parent: &str) -> bool {
    says_nothing(parent) || ["0", "independent", "self", "no", "false"].iter().any(|word| parent.eq_ignore_ascii_case(word))
}

/// Parents and successors as the customers file names them.
#[derive(Default)]
pub(super) struct Links {
    rows: Vec<LinkRow>,
}

struct LinkRow {
    institution: usize,
    line: u64,
    parent_id: String,
    successor_id: String,
}

/// One of the two kinds of link.
struct Kind {
    column: &'static str,
    text: fn(&LinkRow) -> &str,
    field: fn(&mut Institution) -> &mut Option<usize>,
    lost: &'static str,
    cut: &'static str,
}

const KINDS: [Kind; 2] = [
    Kind {
        column: "parent_id",
        text: |row| &row.parent_id,
        field: |institution| &mut institution.parent,
        lost: "its group is those that name the same parent",
        cut: "one link of the circle is left out; its members are one group all the same",
    },
    Kind {
        column: "successor_id",
        text: |row| &row.successor_id,
        field: |institution| &mut institution.successor,
        lost: "its successor is not known",
        cut: "one link of the circle is left out",
    },
];

impl Links {
    /// Remembers what a row names.
    pub fn add(&mut self, institution: usize, line: u64, parent_id: &str, successor_id: &str) {
        if !(parent_id.is_empty() && successor_id.is_empty()) {
            self.rows.push(LinkRow { institution, line, parent_id: parent_id.to_owned(), successor_id: successor_id.to_owned() });
        }
    }

    /// Joins them, once every institution is known, and opens circles.
    pub fn join(&self, file: &str, loading: &mut Loading) {
        for kind in &KINDS {
            let mut target = vec![None; loading.institutions.len()];
            for row in self.rows.iter().filter(|row| !(kind.text)(row).is_empty()) {
                target[row.institution] = self.target(row, kind, file, loading);
                if kind.column == "parent_id" && target[row.institution].is_none() && !is_none(&row.parent_id) {
                    loading.institutions[row.institution].outside_parent = Some(row.parent_id.to_lowercase());
                }
            }
            self.open_circles(kind, &mut target, file, loading);
            for (institution, target) in loading.institutions.iter_mut().zip(target) {
                *(kind.field)(institution) = target;
            }
        }
    }

    fn target(&self, row: &LinkRow, kind: &Kind, file: &str, loading: &mut Loading) -> Option<usize> {
        let (place, id) = (Place { file, line: row.line, column: Some(kind.column) }, (kind.text)(row));
        let own = loading.institutions[row.institution].customer_id.clone();
        let known = loading.defects.len();
        let found = match loading.holder(DefectKind::BrokenLink, place, id, kind.lost) {
            Holder::One(n) => Some(n),
            Holder::OneOf(_) | Holder::Nobody => None,
        };
        if loading.defects.len() > known {
            let effect = if found.is_some() { "taken as the only one like it" } else { kind.lost };
            loading.defect(
                DefectKind::BrokenLink,
                place,
                &own,
                Some(row.institution),
                format!("its {} {} is no customer's", kind.column, quoted(id)),
                effect,
            );
        }
        found
    }

    /// Walks every chain once; where one comes back to itself, the link of its first member by index
    /// is cut.
    fn open_circles(&self, kind: &Kind, target: &mut [Option<usize>], file: &str, loading: &mut Loading) {
        const NEVER: usize = usize::MAX;
        let mut walked_by = vec![NEVER; target.len()];
        let mut lines = vec![0; target.len()];
        self.rows.iter().for_each(|row| lines[row.institution] = row.line);
        for start in 0..target.len() {
            let mut at = start;
            while walked_by[at] == NEVER {
                walked_by[at] = start;
                match target[at] {
                    Some(next) => at = next,
                    None => break,
                }
            }
            if walked_by[at] != start || target[at].is_none() {
                continue;
            }
            let mut circle = vec![at];
            let mut next = target[at];
            while let Some(n) = next.filter(|&n| n != at) {
                circle.push(n);
                next = target[n];
            }
            circle.sort_unstable();
            for &n in &circle {
                let id = loading.institutions[n].customer_id.clone();
                let place = Place { file, line: lines[n], column: Some(kind.column) };
                loading.defect(
                    DefectKind::CircularLink,
                    place,
                    &id,
                    Some(n),
                    format!("the {} of {} institutions lead in a circle", kind.column, circle.len()),
                    kind.cut,
                );
            }
            if let Some(&first) = circle.first() {
                target[first] = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `C0`, `C1`, … with these parents.
    fn joined(parents: &[&str]) -> Loading {
        let (mut loading, mut links) = (Loading::default(), Links::default());
        for (n, parent) in parents.iter().enumerate() {
            loading.enter(Institution { customer_id: format!("C{n}"), ..Institution::default() }).unwrap();
            links.add(n, n as u64 + 2, parent, "");
        }
        links.join("customers.csv", &mut loading);
        loading
    }

    fn parents(loading: &Loading) -> Vec<Option<usize>> {
        loading.institutions.iter().map(|i| i.parent).collect()
    }

    #[test]
    fn circles_are_opened_at_one_link() {
        let loading = joined(&["C1", "C2", "C1", "C3", "C0", ""]);
        assert_eq!(parents(&loading), [Some(1), None, Some(1), None, Some(0), None]);
        assert_eq!(loading.institutions.iter().map(|i| i.defects.len()).collect::<Vec<_>>(), [0, 1, 1, 1, 0, 0]);
    }

    #[test]
    fn an_unknown_parent_degrades_the_child() {
        let loading = joined(&["C9", "c0"]);
        assert_eq!(parents(&loading), [None, Some(0)]);
        assert_eq!(loading.institutions[0].outside_parent.as_deref(), Some("c9"));
        assert_eq!(loading.institutions[1].outside_parent, None);
        assert!(loading.institutions.iter().all(|i| !i.defects.is_empty()));
    }

    #[test]
    fn words_for_none_are_no_parent() {
        let loading = joined(&["NONE", "n/a", "0", "Independent", "HoldCo", "HOLDCO"]);
        let outside: Vec<Option<&str>> = loading.institutions.iter().map(|i| i.outside_parent.as_deref()).collect();
        assert_eq!(outside, [None, None, None, None, Some("holdco"), Some("holdco")]);
    }

    #[test]
    fn long_chains_are_walked_once() {
        let ids: Vec<String> = (1..=20_000).map(|n| format!("C{}", n % 20_000)).collect();
        let loading = joined(&ids.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(parents(&loading).iter().filter(|p| p.is_none()).count(), 1);
    }
}
