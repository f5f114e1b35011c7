//! Several clients in one item, each under a line of its own: the head of a page, a heading, a title over a table, the name
//! of a sheet. Each has the persons below its line; where that is not certain, each has all of them.

use crate::harness::{decided, docx, pdf};
use crate::workbook_parts::{cells, code, counts, data, outcome, person, workbook};
use std::io::{Cursor, Write};

/// Lines about persons with these numbers.
fn lines(persons: std::ops::Range<usize>, line: impl Fn(&[String]) -> String) -> String {
    persons.map(|n| line(&person(n))).collect()
}

/// A file of two clients, made of their codes: the first six persons are those of one, seven more those of the other.
type Form = (&'static str, fn(&str, &str) -> Vec<u8>);

fn report() -> String {
    let page = |client: &str, persons| {
        let rows = lines(persons, |p| format!("{:<17}{:<29}{:>16}\n", p[1], p[0].to_uppercase(), p[2]));
        format!(
            "RPT DD4410  INSTITUTION NUMBER {client}   DEMAND DEPOSIT TRIAL BALANCE   PAGE 1\n\n\
             ACCOUNT NUMBER   MEMBER NAME                   CURRENT BALANCE\n\
             ---------------  ---------------------------  ----------------\n{rows}\n                    PAGE TOTAL\n\u{c}\n"
        )
    };
    page("FIRST", 0..6) + &page("OTHER", 6..13)
}

fn sections() -> String {
    let section = |client: &str, persons| format!("Client,{client}\nname,account,balance\n{}\n", lines(persons, |p| p.join(",") + "\n"));
    section("FIRST", 0..6) + &section("OTHER", 6..13)
}

fn record_types() -> String {
    let batch = |client: &str, persons| {
        let details = lines(persons, |p| format!("D,{},{},{}\n", p[0].replacen(' ', ",", 1), p[1], p[2]));
        format!("H,CLIENT,{client},20241031\n{details}T,6\n")
    };
    batch("FIRST", 0..6) + &batch("OTHER", 6..13)
}

fn members() -> String {
    let client = |client: &str, persons| {
        let members = lines(persons, |p| {
            let (first, last) = p[0].split_once(' ').expect("two names");
            format!("      - first: {first}\n        last: {last}\n        account: \"{}\"\n", p[1])
        });
        format!("  - client_id: \"{client}\"\n    members:\n{members}")
    };
    format!("clients:\n{}{}", client("FIRST", 0..6), client("OTHER", 6..13))
}

/// A page whose lines are set in cells at these places.
fn page(lines: &[Vec<String>]) -> String {
    let cell =
        |row: usize, (column, text): (usize, &String)| format!("BT /F1 10 Tf {} {} Td ({text}) Tj ET\n", 60 + 160 * column, 740 - 16 * row);
    lines.iter().enumerate().flat_map(|(row, cells)| cells.iter().enumerate().map(move |c| cell(row, c))).collect()
}

fn pages(first: &str, other: &str) -> Vec<u8> {
    let lines = |client: &str, persons: std::ops::Range<usize>| {
        let mut lines = vec![vec![format!("Client: {client}")], cells(&["Name", "Account", "Balance"])];
        lines.extend(persons.map(person));
        page(&lines)
    };
    pdf(&[lines(first, 0..6), lines(other, 6..13)], "Helvetica")
}

fn paragraphs(first: &str, other: &str) -> Vec<u8> {
    let records = |client: &str, persons: std::ops::Range<usize>| {
        let mut lines = vec![format!("Client {client} - Loan exceptions")];
        lines.extend(persons.map(|n| person(n).join("</w:t><w:tab/><w:t>")));
        lines
    };
    docx(&[records(first, 0..6), records(other, 6..13)].concat())
}

/// A sheet whose table stands below these rows.
fn sheet(above: &[&[&str]], persons: std::ops::Range<usize>) -> String {
    let mut rows: Vec<Vec<String>> = above.iter().map(|row| cells(row)).collect();
    rows.push(cells(&["Name", "Account", "Balance"]));
    rows.extend(persons.map(person));
    data(&rows)
}

fn named_sheets(first: &str, other: &str) -> Vec<u8> {
    let (one, two) = (format!("Client {first}"), format!("Client {other}"));
    workbook(&[(&one, sheet(&[], 0..6)), (&two, sheet(&[], 6..13))], &[])
}

fn titled_sheets(first: &str, other: &str) -> Vec<u8> {
    let titled = |client: &str, persons| sheet(&[&["Report"], &["", "Client Code", client], &[]], persons);
    workbook(&[("S0", titled(first, 0..6)), ("S1", titled(other, 6..13))], &[])
}

fn one_sheet(first: &str, other: &str) -> Vec<u8> {
    let mut rows = Vec::new();
    for (client, persons) in [(first, 0..6), (other, 6..13)] {
        rows.push(cells(&["Client", client]));
        rows.push(cells(&["Name", "Account", "Balance"]));
        rows.extend(persons.map(person));
        rows.push(Vec::new());
    }
    workbook(&[("S", data(&rows))], &[])
}

fn side_by_side(first: &str, other: &str) -> Vec<u8> {
    let table = ["Client ID", "Name", "Account", "Balance"];
    let mut rows = vec![cells(&[&table[..], &["", ""], &table].concat())];
    let row = |client: &str, n: usize| [vec![client.to_owned()], person(n)].concat();
    let blank = || vec![String::new(); table.len()];
    rows.extend((0..7).map(|n| [if n < 6 { row(first, n) } else { blank() }, vec![String::new(); 2], row(other, 6 + n)].concat()));
    workbook(&[("S", data(&rows))], &[])
}

/// The individuals of both clients of each form, which are `affected`; the last institution is named nowhere.
fn individuals(forms: &[Form]) -> Vec<(&'static str, String, String)> {
    let file = |(n, (name, made)): (usize, &Form)| (format!("f{n}/{name}"), made(&code(2 * n), &code(2 * n + 1)));
    let files: Vec<(String, Vec<u8>)> = forms.iter().enumerate().map(file).collect();
    let (_desk, outputs) = outcome(&files, 2 * forms.len() + 1);
    let counts = counts(&outputs);
    let (last, owners) = counts.split_last().expect("institutions");
    assert_eq!(last.0, "ruled_out", "{:?}", outputs.rows("unattributed.csv"));
    assert!(owners.iter().all(|(verdict, _)| verdict == "affected"), "{owners:?}");
    forms.iter().zip(owners.chunks(2)).map(|((name, _), pair)| (*name, pair[0].1.clone(), pair[1].1.clone())).collect()
}

fn assert_individuals(forms: &[Form], first: usize, other: usize) {
    let wrong: Vec<_> =
        individuals(forms).into_iter().filter(|(_, one, two)| (one, two) != (&first.to_string(), &other.to_string())).collect();
    assert!(wrong.is_empty(), "not {first} and {other}: {wrong:?}");
}

fn of_text(text: String, first: &str, other: &str) -> Vec<u8> {
    text.replace("FIRST", first).replace("OTHER", other).into_bytes()
}

#[test]
fn persons_below_a_clients_line_are_that_clients() {
    assert_individuals(
        &[
            ("report.prn", |first, other| of_text(report(), first, other)),
            ("sections.csv", |first, other| of_text(sections(), first, other)),
            ("types.csv", |first, other| of_text(record_types(), first, other)),
            ("pages.pdf", pages),
            ("paragraphs.docx", paragraphs),
            ("named.xlsx", named_sheets),
            ("titled.xlsx", titled_sheets),
            ("one.xlsx", one_sheet),
            ("beside.xlsx", side_by_side),
            ("members.yaml", |first, other| of_text(members(), first, other)),
        ],
        6,
        7,
    );
}

#[test]
fn codes_of_letters_alone_are_clients_too() {
    for (name, form) in [("report.prn", report()), ("members.yaml", members())] {
        let text = form.replace("FIRST", "QHSB").replace("OTHER", "QWKD");
        let (_desk, outputs) = decided(name, text.as_bytes(), &["QHSB", "QWKD", "QZRT"]);
        let impact = outputs.impact();
        let found: Vec<_> = impact.values().map(|row| (row["verdict"].as_str(), row["individuals"].as_str())).collect();
        assert_eq!(found, [("affected", "6"), ("affected", "7"), ("ruled_out", "0")], "{name}");
    }
}

#[test]
fn persons_above_all_lines_of_clients_count_for_each() {
    // What looks like a head is a foot.
    assert_individuals(
        &[
            ("feet.prn", |first, other| {
                let text = report();
                let (head, rest) = text.split_once("\n\n").expect("a head");
                let (one, two) = rest.split_once("RPT DD4410").expect("two pages");
                let (next, two) = two.split_once("\n\n").expect("a head");
                of_text(format!("DEMAND DEPOSIT\n\n{one}{head}\n\n{two}RPT DD4410{next}\n"), first, other)
            }),
            ("feet.docx", |first, other| {
                let mut lines = Vec::new();
                for (client, persons) in [(first, 0..6), (other, 6..13)] {
                    lines.extend(persons.map(|n| person(n).join("</w:t><w:tab/><w:t>")));
                    lines.push(format!("Client {client} - Loan exceptions"));
                }
                docx(&lines)
            }),
        ],
        13,
        13,
    );
}

#[test]
fn persons_below_no_line_or_an_unknown_clients_count_for_each() {
    assert_individuals(
        &[
            ("apart.xlsx", |first, other| {
                let (one, two) = (format!("Client {first}"), format!("Client {other}"));
                workbook(&[(&one, sheet(&[], 0..6)), (&two, sheet(&[], 6..13)), ("More", sheet(&[], 13..17))], &[])
            }),
            ("unknown.csv", |first, other| {
                let more = format!("Client,999983\nname,account,balance\n{}", lines(13..17, |p| p.join(",") + "\n"));
                of_text(sections() + &more, first, other)
            }),
        ],
        10,
        11,
    );
}

/// What a line says of a person.
fn said(person: &[String]) -> String {
    format!("Member {}, account {}, balance {}\n", person[0], person[1], person[2])
}

/// Four more persons in the notes of a text document, which stand in this part and element.
fn with_notes(document: &[u8], part: &str, element: &str) -> Vec<u8> {
    let notes = lines(13..17, |p| format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", said(p)));
    let mut package = zip::ZipWriter::new_append(Cursor::new(document.to_vec())).expect("a package");
    package.start_file(part, zip::write::SimpleFileOptions::default()).expect("memory takes it");
    write!(package, "<w:{element}>{notes}</w:{element}>").expect("memory takes it");
    package.finish().expect("memory takes it").into_inner()
}

#[test]
fn persons_beside_the_sheets_and_the_body_stand_below_no_line() {
    assert_individuals(
        &[
            ("comments.xlsx", |first, other| {
                let (one, two) = (format!("Client {first}"), format!("Client {other}"));
                let comment = |p: &[String]| format!("<comment ref=\"A1\"><text><r><t>{}</t></r></text></comment>", said(p));
                let comments = format!("<comments><commentList>{}</commentList></comments>", lines(13..17, comment));
                workbook(&[(&one, sheet(&[], 0..6)), (&two, sheet(&[], 6..13))], &[("xl/comments1.xml", comments)])
            }),
            ("foot.xlsx", |first, other| {
                let foot = format!("<headerFooter><oddFooter>&amp;L{}</oddFooter></headerFooter>", lines(13..17, said));
                let titled = |client: &str, persons| sheet(&[&["Report"], &["", "Client Code", client], &[]], persons);
                workbook(&[("S0", titled(first, 0..6)), ("S1", titled(other, 6..13) + &foot)], &[])
            }),
            ("comments.docx", |first, other| with_notes(&paragraphs(first, other), "word/comments.xml", "comments")),
            ("notes.docx", |first, other| with_notes(&paragraphs(first, other), "word/footnotes.xml", "footnotes")),
        ],
        10,
        11,
    );
}

#[test]
fn clients_named_beside_persons_head_nothing() {
    let text = |first: &str, other: &str| {
        let line = |n: usize| {
            let (p, client) = (person(n), if n.is_multiple_of(2) { first } else { other });
            format!("{} | {} | {} | client {client}\n", p[0], p[1], p[2])
        };
        format!("Client {first}\n\n{}", (0..13).map(line).collect::<String>()).into_bytes()
    };
    let found = individuals(&[("lines.txt", text)]);
    let (_, one, two) = &found[0];
    let count = |text: &str| text.parse::<u32>().expect("a number");
    assert!(count(one) >= 7 && count(two) >= 6, "{found:?}");
}

#[test]
fn labels_that_a_page_draws_before_their_values_name_them() {
    let column = |x: usize, cells: &[String]| {
        let cell = |(row, text): (usize, &String)| format!("BT /F1 10 Tf {x} {} Td ({text}) Tj ET\n", 700 - 16 * row);
        cells.iter().enumerate().map(cell).collect::<String>()
    };
    let form = |label: &str| {
        let labels = column(60, &cells(&["Name of file", label, "Date"]));
        pdf(&[labels + &column(240, &cells(&["Ledger", &code(0), "11/07/2024"]))], "Helvetica")
    };
    for (label, verdict) in [("Client Code", "affected"), ("Invoice", "ruled_out")] {
        let (_desk, outputs) = outcome(&[("a/form.pdf".to_owned(), form(label))], 2);
        let verdicts = outputs.verdicts();
        assert_eq!([&*verdicts["C00"], &*verdicts["C01"]], [verdict, "ruled_out"], "{label}");
    }
}
