//! `impact.xlsx`: the listings as sheets, with typed cells. Text is written as text, so that nothing becomes a
//! formula or a link, and no identifier loses a leading zero.

mod sheet;
mod summary;
#[cfg(test)]
mod tests;

use super::listing::Listing;
use super::{
    Outcome, claimed_csv, controls_csv, coverage_csv, data_elements, deadlines_csv, differences_csv, evidence_csv, gaps_csv, groups_csv,
    impact_csv, manifests_csv, notices_csv, reviews_csv, unattributed_csv, units_csv,
};
use anyhow::{Context, Result, anyhow};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};
use sheet::Shown;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;

/// Rows of a sheet of Excel 2007 and later, its header included (ISO/IEC 29500 sets none; Excel does).
const SHEET_ROWS: u64 = 1_048_576;

/// A listing and the CSV that holds all of it.
struct Sheet {
    name: &'static str,
    csv: &'static str,
    listing: &'static Listing,
}

static SHEETS: &[Sheet] = &[
    Sheet { name: "notices", csv: "notices.csv", listing: &notices_csv::LISTING },
    Sheet { name: "institutions", csv: "impact.csv", listing: &impact_csv::LISTING },
    Sheet { name: "units", csv: "impact_units.csv", listing: &units_csv::LISTING },
    Sheet { name: "groups", csv: "groups.csv", listing: &groups_csv::LISTING },
    Sheet { name: "evidence", csv: "evidence.csv", listing: &evidence_csv::LISTING },
    Sheet { name: "coverage", csv: "coverage.csv", listing: &coverage_csv::LISTING },
    Sheet { name: "gaps", csv: "gaps.csv", listing: &gaps_csv::LISTING },
    Sheet { name: "data_elements", csv: "data_elements.csv", listing: &data_elements::LISTING },
    Sheet { name: "deadlines", csv: "deadlines.csv", listing: &deadlines_csv::LISTING },
    Sheet { name: "unattributed", csv: "unattributed.csv", listing: &unattributed_csv::LISTING },
    Sheet { name: "controls", csv: "controls.csv", listing: &controls_csv::LISTING },
    Sheet { name: "reviews", csv: "reviews.csv", listing: &reviews_csv::LISTING },
    Sheet { name: "claimed", csv: "claimed.csv", listing: &claimed_csv::LISTING },
    Sheet { name: "differences", csv: "differences.csv", listing: &differences_csv::LISTING },
    Sheet { name: "manifests", csv: "manifests.csv", listing: &manifests_csv::LISTING },
];

pub(super) fn write(outcome: &Outcome<'_>, sink: &mut dyn std::io::Write) -> Result<()> {
    // Where a file without a name cannot be written, the writer of sheets panics. It is said once, as an error.
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !info.location().is_some_and(|at| at.file().contains("rust_xlsxwriter")) {
                others(info);
            }
        }));
    });
    let made = catch_unwind(AssertUnwindSafe(|| workbook(outcome, SHEET_ROWS)));
    let bytes = made.map_err(|_| anyhow!("its sheets cannot be kept in {}: is the disk full?", outcome.scratch.display()))??;
    Ok(sink.write_all(&bytes)?)
}

/// The workbook, with at most so many rows per sheet.
fn workbook(outcome: &Outcome<'_>, rows: u64) -> Result<Vec<u8>> {
    let mut workbook = Workbook::new();
    // The one moment that the format demands; it says nothing of the run.
    let epoch = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_title("Impact list").set_creation_datetime(&epoch));
    workbook.set_tempdir(outcome.scratch).with_context(|| format!("cannot keep files in {}", outcome.scratch.display()))?;
    let shown = SHEETS.iter().map(|sheet| Shown::of(outcome, sheet.listing, rows - 1)).collect::<Result<Vec<_>>>()?;
    let beside: Vec<(&Sheet, &Shown)> = SHEETS.iter().zip(&shown).collect();
    summary::write(outcome, &beside, workbook.add_worksheet_with_constant_memory()?)?;
    for (sheet, shown) in beside {
        let worksheet = workbook.add_worksheet_with_constant_memory()?;
        worksheet.set_name(sheet.name)?;
        sheet::write(outcome, sheet.listing, shown, worksheet).with_context(|| format!("sheet {}", sheet.name))?;
    }
    Ok(workbook.save_to_buffer()?)
}
