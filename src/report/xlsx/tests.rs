use super::sheet::{Rows, Sheet, fitting, letters};
use crate::report::listing::{Cell, Listing, Push, Weight};
use crate::report::testing::with_outcome;
use crate::report::{LISTS, Outcome};
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

/// A listing as a sheet with room for so many rows.
fn sheet(outcome: &Outcome<'_>, listing: &'static Listing, most: u64) -> Sheet {
    let mut sheet = Sheet::new(outcome.scratch, "rows", listing.columns, most).unwrap();
    (listing.rows)(outcome, &mut |weight, cells| sheet.row(weight, cells)).unwrap();
    sheet.settle(outcome, listing).unwrap();
    sheet
}

fn xml(sheet: Sheet) -> String {
    let (mut rows, len) = sheet.into_rows().unwrap();
    let mut text = String::new();
    rows.read_to_string(&mut text).unwrap();
    assert_eq!(text.len() as u64, len);
    text
}

#[test]
fn what_weighs_most_has_room_first() {
    with_outcome(|outcome| {
        for (most, expected) in [(6, &["0", "1", "2", "3", "6", "9"][..]), (3, &["0", "3", "6"]), (0, &[])] {
            let sheet = sheet(outcome, &ROWS, most);
            assert_eq!((sheet.shown(), sheet.left_out()), (most, 10 - most));
            let rows = xml(sheet);
            let numbers: Vec<&str> = rows.split("<v>").skip(1).map(|rest| rest.split("</v>").next().unwrap()).collect();
            assert_eq!(numbers, expected);
            assert_eq!(rows.matches("<row ").count() as u64, most + 1, "with the header");
            assert!(!rows.contains("<f>"), "no formula");
        }
        let all = sheet(outcome, &ROWS, 10);
        assert_eq!((all.shown(), all.left_out()), (10, 0));
        assert!(
            xml(all).ends_with("<row r=\"11\"><c r=\"A11\" s=\"2\"><v>9</v></c><c r=\"B11\" t=\"inlineStr\"><is><t>=9</t></is></c></row>")
        );
    });
}

#[test]
fn identifiers_and_formulas_stay_text_and_bytes_stay_the_same() {
    with_outcome(|outcome| {
        let workbook = || {
            let sheets = LISTS.iter().map(|list| (list, sheet(outcome, list.listing, 1000))).collect();
            let mut bytes = Vec::new();
            super::write(outcome, sheets, &mut bytes).unwrap();
            bytes
        };
        let first = workbook();
        assert_eq!(first, workbook());
        let sheet = part(&first, "xl/worksheets/sheet3.xml");
        assert!(sheet.contains("t=\"inlineStr\"><is><t>007</t>"), "{sheet}");
        assert!(sheet.contains("<is><t>=1+1</t>") && !sheet.contains("<f>"));
        assert!(part(&first, "docProps/core.xml").contains("2000-01-01T00:00:00Z"));
    });
}

#[test]
fn cells_hold_what_they_are_given() {
    let cell = |cell: Cell<'_>| {
        let mut rows = Rows::default();
        rows.begin(7);
        rows.cell(27, &cell);
        String::from_utf8(rows.xml).unwrap().strip_prefix("<row r=\"7\">").unwrap().to_owned()
    };
    let text = |text: &str| cell(text.into()).split_once("<is>").map(|(_, rest)| rest.split("</is>").next().unwrap().to_owned());
    assert_eq!(cell("".into()), "");
    assert_eq!(cell(true.into()), "<c r=\"AB7\" t=\"b\"><v>1</v></c>");
    assert_eq!(cell((1 << 53).into()), "<c r=\"AB7\" s=\"2\"><v>9007199254740992</v></c>");
    assert_eq!(cell(((1 << 53) + 1).into()), "<c r=\"AB7\" t=\"inlineStr\"><is><t>9007199254740993</t></is></c>");
    assert_eq!(text("a <b> & c").as_deref(), Some("<t>a &lt;b&gt; &amp; c</t>"));
    assert_eq!(text(" a").as_deref(), Some("<t xml:space=\"preserve\"> a</t>"));
    assert_eq!(text("_x0041_x0042_ _xyz_").as_deref(), Some("<t>_x005F_x0041_x005F_x0042_ _xyz_</t>"));
    assert_eq!([0, 25, 26, 701, 702, 16_383].map(letters), ["A", "Z", "AA", "ZZ", "AAA", "XFD"]);
}

#[test]
fn long_and_impossible_texts_fit() {
    let long = fitting(&"é".repeat(40_000)).into_owned();
    assert!(long.encode_utf16().count() <= 32_767 && long.ends_with("more characters in the CSV)"));
    assert_eq!(fitting("a\u{0}\u{FFFF}\r\nb"), "a \u{FFFD}  b");
}
