//! Persons under a line that is another institution's name alone are not the client's above, and that institution is open.

use crate::harness::{Desk, Outputs, decided, docx, pdf};
use crate::workbook_parts::{cells, code, counts, data, outcome, person, workbook};
use std::ops::Range;

/// A line of a printed list for each of these persons.
fn rows(persons: Range<usize>) -> String {
    persons.map(person).map(|p| format!("{}    {:<24}{:>12}\n", p[1], p[0], p[2])).collect()
}

/// What is said of this text of the first of four institutions, whose names have one `Stone` more each.
fn said(text: &str) -> (Desk, Outputs, Vec<(String, String)>) {
    let (desk, outputs) = outcome(&[("a/a.txt".to_owned(), text.as_bytes().to_vec())], 4);
    let counts = counts(&outputs);
    (desk, outputs, counts)
}

fn assert_said(text: &str, expected: [(&str, &str); 4]) {
    let (_desk, outputs, counts) = said(text);
    let found: Vec<(&str, &str)> = counts.iter().map(|(verdict, individuals)| (&**verdict, &**individuals)).collect();
    assert_eq!(found, expected, "{text}\n{:?}", outputs.rows("unattributed.csv"));
}

const OTHER: &str = "Quarry StoneStone Savings";
const THIRD: &str = "Quarry StoneStoneStone Savings";

#[test]
fn a_page_or_section_under_anothers_name_is_not_the_clients() {
    let first = format!("Client Number: {}   Quarry Stone Savings\nOVERDRAFTS\n{}", code(0), rows(0..6));
    for head in [
        format!("\u{c}{OTHER}\nOVERDRAFTS\n"),
        format!("\u{c}{OTHER}          OVERDRAFTS          PAGE 2\n"),
        format!("== {OTHER} ==\n"),
        format!("\n{}\n\n", OTHER.to_uppercase()),
    ] {
        let text = format!("{first}{head}{}", rows(6..12));
        assert_said(&text, [("affected", "6"), ("undetermined", "0"), ("ruled_out", "0"), ("ruled_out", "0")]);
        let (_desk, outputs, _) = said(&text);
        let listed: Vec<_> = outputs.rows("unattributed.csv");
        assert_eq!(listed.len(), 1, "{listed:?}");
        assert_eq!((listed[0]["individuals"].as_str(), listed[0]["hints"].as_str()), ("6", "C01"));
        // What it stands above is no gap for anybody else.
        assert_eq!(outputs.rows("gaps.csv").len(), 0);
    }
    let sections = format!("Prepared for client number {}\n\n== {OTHER} ==\n{}== {THIRD} ==\n{}", code(0), rows(0..6), rows(6..12));
    assert_said(&sections, [("affected", "0"), ("undetermined", "0"), ("undetermined", "0"), ("ruled_out", "0")]);
}

#[test]
fn the_clients_part_begins_again_with_its_line_or_its_name() {
    for back in [format!("\nClient Number: {}\n", code(0)), "\nQuarry Stone Savings\n".to_owned()] {
        let text = format!("Client Number: {}\n{}\n{OTHER}\n{}{back}{}", code(0), rows(0..4), rows(4..8), rows(8..12));
        assert_said(&text, [("affected", "8"), ("undetermined", "0"), ("ruled_out", "0"), ("ruled_out", "0")]);
    }
}

#[test]
fn names_beside_persons_end_no_part() {
    let client = format!("Client Number: {}\n\n", code(0));
    let one_each: String = (0..6).map(|n| format!("{}\n{OTHER}\n\n", rows(n..n + 1).trim_end())).collect();
    for text in [
        format!("{client}{}\nTransfers from {OTHER} are made daily, and {THIRD} is paid weekly.\n{}", rows(0..6), rows(6..12)),
        format!("{client}Receiving bank:\n{OTHER}\n{}{}", rows(0..6), rows(6..12)),
        format!("{client}{}Sincerely,\nAnn Lee\n{OTHER}\n\n{}", rows(0..6), rows(6..12)),
        format!("{client}{OTHER}\n100 Main Street\nHays, KS 67601\n\n{}", rows(0..12)),
        format!("{client}{}\nSavings Accounts\n{}", rows(0..6), rows(6..12)),
    ] {
        let (_desk, _, counts) = said(&text);
        assert_eq!(counts[0], ("affected".to_owned(), "12".to_owned()), "{text}");
        assert!(["referenced", "ruled_out"].contains(&&*counts[1].0), "{text}");
    }
    assert_said(&format!("{client}{one_each}"), [("affected", "6"), ("referenced", "0"), ("ruled_out", "0"), ("ruled_out", "0")]);
    let directory: String = ["", "Stone", "StoneStone", "StoneStoneStone"].map(|more| format!("Quarry Stone{more} Savings\n\n")).concat();
    assert_said(&directory, [("referenced", "0"); 4]);
}

/// The verdicts and individuals of the first two institutions.
fn of_file(name: &str, bytes: Vec<u8>) -> [(String, String); 2] {
    let (_desk, outputs) = outcome(&[(format!("a/{name}"), bytes)], 3);
    let mut counts = counts(&outputs);
    assert_eq!(counts.pop(), Some(("ruled_out".to_owned(), "0".to_owned())), "{name}");
    counts.try_into().expect("two")
}

#[test]
fn sheets_pages_and_paragraphs_under_anothers_name_are_not_the_clients() {
    let sheet = |above: &[&str], persons: Range<usize>| {
        let mut all = vec![cells(above), cells(&["Name", "Account", "Balance"])];
        all.extend(persons.map(person));
        all
    };
    let client = format!("Client Code {}", code(0));
    let one_sheet = [sheet(&[&client], 0..6), vec![Vec::new()], sheet(&[OTHER], 6..12)].concat();
    let cell =
        |row: usize, (column, text): (usize, &String)| format!("BT /F1 10 Tf {} {} Td ({text}) Tj ET\n", 60 + 160 * column, 740 - 16 * row);
    let page = |lines: &[Vec<String>]| -> String {
        lines.iter().enumerate().flat_map(|(row, cells)| cells.iter().enumerate().map(move |c| cell(row, c))).collect()
    };
    let paragraphs = |head: &str, persons: Range<usize>| {
        [vec![head.to_owned(), String::new()], persons.map(|n| person(n).join("</w:t><w:tab/><w:t>")).collect(), vec![String::new()]]
            .concat()
    };
    for (name, bytes) in [
        ("sheets.xlsx", workbook(&[("S0", data(&sheet(&[&client], 0..6))), ("S1", data(&sheet(&[OTHER], 6..12)))], &[])),
        ("sheet.xlsx", workbook(&[("S", data(&one_sheet))], &[])),
        ("pages.pdf", pdf(&[page(&sheet(&[&client], 0..6)), page(&sheet(&[OTHER], 6..12))], "Helvetica")),
        ("paragraphs.docx", docx(&[paragraphs(&client, 0..6), paragraphs(OTHER, 6..12)].concat())),
    ] {
        let found = of_file(name, bytes);
        assert_eq!([&*found[0].0, &*found[0].1, &*found[1].0], ["affected", "6", "undetermined"], "{name}");
    }
}

#[test]
fn strings_of_a_binary_clear_nobody() {
    let numbers: Vec<u8> =
        (0..60u32).flat_map(|n| [format!("219-44-{:04}", 1000 + 37 * n).as_bytes(), &[0, 1, 0xFE, 0x80, 2]].concat()).collect();
    for (label, expected) in [(format!("GET /v1?client_code={}", code(0)), "affected"), ("GET /v1".to_owned(), "undetermined")] {
        for wide in [false, true] {
            let label = if wide { label.encode_utf16().flat_map(u16::to_le_bytes).collect() } else { label.clone().into_bytes() };
            let bytes =
                [&[0x7F, 1, 2, 0xFF, 0, 0, 3][..], &numbers, &[0xFF, 0, 0, 0x90, 0, 0], &label, &[0, 0, 0, 0xFD, 0x81, 0xFF]].concat();
            let (_desk, outputs) = outcome(&[("a/core.bin".to_owned(), bytes)], 3);
            let verdicts = outputs.verdicts();
            assert_eq!(
                [&*verdicts["C00"], &*verdicts["C01"], &*verdicts["C02"]],
                [expected, "undetermined", "undetermined"],
                "{expected} {wide}"
            );
        }
    }
    // Where nobody's data stands beside it, the label clears whom it does not name.
    let bytes = [&[0x7F, 1, 2, 0xFF, 0, 0, 3][..], format!("client_code={}", code(0)).as_bytes(), &[0, 0, 0xFD, 0x81]].concat();
    let (_desk, outputs) = outcome(&[("a/core.bin".to_owned(), bytes)], 2);
    assert_eq!(counts(&outputs).into_iter().map(|(verdict, _)| verdict).collect::<Vec<_>>(), ["affected", "ruled_out"]);
}

#[test]
fn a_clients_line_that_stands_in_the_columns_is_no_row_and_no_heading() {
    let codes = ["3721", "TJFQ309", "64387"];
    let names = ["Quarrystone Orchard Bank", "Bellweather Harbor", "Larkfield Valley Bank"];
    for order in [[0, 1, 2], [1, 2, 0], [2, 0, 1]] {
        let section = |(at, n): (usize, usize)| format!("Client: {}  {}\nOVERDRAFTS\n{}\n", codes[n], names[n], rows(6 * at..6 * at + 6));
        let text: String = order.into_iter().enumerate().map(section).collect();
        let (_desk, outputs) = decided("all.txt", text.as_bytes(), &codes);
        let found: Vec<_> = outputs.impact().values().map(|row| (row["verdict"].clone(), row["individuals"].clone())).collect();
        assert_eq!(found, vec![("affected".to_owned(), "6".to_owned()); 3], "{text}");
    }
}
