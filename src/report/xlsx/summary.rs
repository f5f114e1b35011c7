use super::Sheet;
use super::package::Frame;
use super::sheet;
use crate::model::Verdict;
use crate::registry::Policy;
use crate::report::certificate::completeness;
use crate::report::listing::Cell;
use crate::report::page::words;
use crate::report::{List, Outcome};

pub(super) const NAME: &str = "summary";
const WIDTHS: [u32; 3] = [34, 24, 90];

/// The sheet that is seen first: the answer, what was read, what the other sheets leave out, the policy.
pub(super) fn sheet(outcome: &Outcome<'_>, sheets: &[(&List, Sheet)]) -> String {
    let mut rows = Rows { rows: sheet::Rows::default(), at: 1 };
    rows.title(["", "value", "note"]);
    let incident = &outcome.registry.incident;
    rows.row("incident", incident.id.as_str(), &incident.title);
    rows.row("window from", incident.window_from.to_string(), "");
    rows.row("window to", incident.window_to.to_string(), &incident.timezone);

    rows.title(["institutions", "", ""]);
    rows.row("all", outcome.decided.len() as u64, "every institution of the registry has one verdict");
    for verdict in Verdict::ALL {
        let count = outcome.decided.iter().filter(|d| d.decision.verdict() == *verdict).count();
        rows.row(verdict.as_str(), count as u64, words::verdict(*verdict));
    }

    let coverage = outcome.coverage();
    rows.title(["items", "", ""]);
    rows.row("all", coverage.items, "each has one status");
    for (status, count) in &coverage.by_status {
        rows.row(status.as_str(), *count, "");
    }
    rows.title(["bytes of the files below the roots", "", ""]);
    let bytes = coverage.bytes;
    rows.row("all", bytes.total(), "");
    rows.row("read", bytes.read, "by a reader of the format");
    rows.row("scanned", bytes.scanned, "searched in every encoding");
    rows.row("opaque", bytes.opaque, "pictures, audio, video, fonts: not searched");
    rows.row("structure", bytes.structure, "headers, directories and padding of formats");
    rows.row("gap", bytes.gap, "not read");

    let complete = match outcome.ledger.complete() {
        Some(true) => "declared so",
        Some(false) => "declared not so: all that depend stay open",
        None => "not stated",
    };
    rows.title(["what it rests on", "", ""]);
    rows.row("is the evidence all that was taken?", complete, &completeness(outcome));
    rows.row("registry, SHA-256", outcome.registry.digest.to_string(), "");
    rows.row("ledger, SHA-256", outcome.ledger.digest().to_string(), "");
    let controls = outcome.ledger.controls();
    rows.row("planted files", controls.planted, "outside the evidence, one per readable format, encoding and nesting");
    rows.row("planted files recovered", controls.recovered, "a format of which one was missed is a gap wherever it occurs");
    for (format, words) in outcome.planted.missed_formats() {
        rows.row(format!("control failed: {format}"), words, "every item of this format is a gap");
    }
    rows.row("decoys", controls.decoys, "identifiers and names that nobody has, matched along");
    rows.row("decoys hit", controls.hit, "false alarms: they rule nobody out");
    for (key, value) in Policy::KEYS.iter().zip(incident.policy.values()) {
        rows.row(format!("policy {}", key.name), value, key.reason);
    }

    rows.title(["sheets", "rows", ""]);
    for (list, sheet) in sheets {
        let left = match sheet.left_out() {
            0 => format!("all rows of {}", list.csv),
            left => format!("{left} more rows, those that weigh least, are in {} alone: a sheet has no room for them", list.csv),
        };
        rows.row(list.sheet, sheet.shown(), &left);
    }
    let (before, after) = Frame { widths: &WIDTHS, rows: rows.rows.row, is_first: true, is_list: false }.around();
    before + &String::from_utf8_lossy(&rows.rows.xml) + &after
}

struct Rows {
    rows: sheet::Rows,
    at: u64,
}

impl Rows {
    fn title(&mut self, cells: [&str; 3]) {
        if self.at > 1 {
            self.at += 1;
        }
        self.rows.begin(self.at);
        cells.iter().enumerate().for_each(|(column, cell)| self.rows.title(column, cell));
        self.rows.end();
        self.at += 1;
    }

    fn row<'c>(&mut self, name: impl Into<Cell<'c>>, value: impl Into<Cell<'c>>, note: &str) {
        self.rows.begin(self.at);
        [name.into(), value.into(), note.into()].iter().enumerate().for_each(|(column, cell)| self.rows.cell(column, cell));
        self.rows.end();
        self.at += 1;
    }
}
