use super::sheet::{Shown, fitting};
use crate::report::Outcome;
use crate::report::listing::{Listing, Push, Weight};
use crate::report::testing::with_outcome;
use std::io::Read;

/// Ten rows, every third of which decides.
static ROWS: Listing = Listing { columns: &["number", "text"], rows };

fn rows(_: &Outcome<'_>, push: &mut Push<'_>) -> anyhow::Result<()> {
    (0..10u64).try_for_each(|n| {
        let weight = if n % 3 == 0 { Weight::Decides } else { Weight::Background };
        push(weight, &[n.into(), format!("={n}").into()])
    })
}

fn part(workbook: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(workbook)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn what_weighs_most_has_room_first() {
    with_outcome(|outcome| {
        let shown = Shown::of(outcome, &ROWS, 6).unwrap();
        assert_eq!((shown.all, shown.shown(), shown.left_out()), (10, 6, 4));
        let mut workbook = rust_xlsxwriter::Workbook::new();
        super::sheet::write(outcome, &ROWS, &shown, workbook.add_worksheet()).unwrap();
        let sheet = part(&workbook.save_to_buffer().unwrap(), "xl/worksheets/sheet1.xml");
        let numbers: Vec<&str> = sheet.split("<v>").skip(1).map(|rest| rest.split("</v>").next().unwrap()).collect();
        // Numbers alternate with indices of strings, behind the two of the header.
        let kept: Vec<&str> = numbers.iter().copied().skip(2).step_by(2).collect();
        assert_eq!(kept, ["0", "1", "2", "3", "6", "9"]);
        assert!(!sheet.contains("<f>"), "no formula");
    });
}

#[test]
fn identifiers_and_formulas_stay_text_and_bytes_stay_the_same() {
    with_outcome(|outcome| {
        let first = super::workbook(outcome, 1000).unwrap();
        assert_eq!(first, super::workbook(outcome, 1000).unwrap());
        let sheet = part(&first, "xl/worksheets/sheet3.xml");
        assert!(sheet.contains("t=\"inlineStr\"><is><t>007</t>"), "{sheet}");
        assert!(sheet.contains("<is><t>=1+1</t>") && !sheet.contains("<f>"));
        assert!(part(&first, "docProps/core.xml").contains("2000-01-01T00:00:00Z"));
    });
}

#[test]
fn long_and_impossible_texts_fit() {
    let long = fitting(&"é".repeat(40_000)).into_owned();
    assert!(long.encode_utf16().count() <= 32_767 && long.ends_with("more characters in the CSV)"));
    assert_eq!(fitting("a\u{0}\u{FFFF}\r\nb"), "a \u{FFFD}  b");
}
