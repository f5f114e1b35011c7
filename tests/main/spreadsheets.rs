//! Spreadsheets that are written as text.

use crate::forms_of_rows::{assert_verdicts, code, outcome, rows};
use crate::harness::xlsx;

/// A sheet in SYLK of lines of cells that tabulators part, row by row or column by column.
fn sylk(lines: &str, by_columns: bool) -> String {
    let mut cells: Vec<(usize, usize, String)> = lines
        .lines()
        .enumerate()
        .flat_map(|(y, line)| line.split('\t').enumerate().map(move |(x, cell)| (x + 1, y + 1, cell.to_owned())).collect::<Vec<_>>())
        .collect();
    if by_columns {
        cells.sort();
    }
    let value = |cell: &str| if cell.bytes().all(|b| b.is_ascii_digit()) { cell.to_owned() } else { format!("\"{cell}\"") };
    let records: String = cells.iter().map(|(x, y, cell)| format!("C;Y{y};X{x};K{}\r\n", value(cell))).collect();
    format!("ID;PWXL;N;E\r\nP;PGeneral\r\n{records}E\r\n")
}

#[test]
fn cells_of_sylk_are_rows_of_their_clients() {
    let lines = format!("client_id\tname\taccount\tbalance\n{}", rows("CODE\tNAME\tACCOUNT\tSUM\n"));
    assert_verdicts(&[("a.slk", sylk(&lines, false)), ("columns.slk", sylk(&lines, true))], "affected");
}

#[test]
fn what_is_cut_off_of_a_sheet_in_sylk_is_a_gap() {
    let sheet = sylk(&format!("order\tstate\n{}", "11\topen\n".repeat(9)), false);
    let file = |text: &str| [("a/a.slk".to_owned(), text.to_owned())];
    let verdict = |text: &str| outcome(&file(text), 1).1.verdicts()["C000"].clone();
    assert_eq!(verdict(&sheet), "ruled_out");
    assert_eq!(verdict(sheet.trim_end_matches("E\r\n")), "undetermined");
}

#[test]
fn other_sheets_in_sylk_affect_nobody() {
    let each = |row: &dyn Fn(usize) -> String| (0..8).map(row).collect::<String>();
    let directory = format!("client_id\tcity\n{}", each(&|n| format!("{}\tBoston\n", code(n))));
    let orders = format!("order\tunits\n{}", each(&|n| format!("{}\t{n}\n", code(n))));
    let files =
        [("directory.slk", directory), ("orders.slk", orders)].map(|(name, lines)| (format!("{name}.d/{name}"), sylk(&lines, false)));
    let (_desk, outputs) = outcome(&files, 8);
    let wrong: Vec<_> = outputs.verdicts().into_iter().filter(|(_, verdict)| verdict == "affected").collect();
    assert!(wrong.is_empty(), "{wrong:?} {:?}", outputs.rows("evidence.csv"));
}

/// A form that was filled in for this person, its labels in the first column.
fn form(n: usize, client: &str) -> String {
    let name = ["James Miller", "Mary Jones", "Linda Garcia", "Robert Young"][n % 4];
    format!(
        "Account application\n{client}Name:\t{name}\nAccount Number\t44556677{n:02}\nBalance\t{n}1.25\nAddress\t{n}12 Oak Street\nCity\tSalem\n\
         State\tMA\nZip\t01970\nDate Of Birth\t1980-01-0{}\n\n",
        n % 9 + 1
    )
}

fn workbook(text: &str) -> Vec<u8> {
    xlsx(&text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect::<Vec<_>>())
}

#[test]
fn forms_in_sheets_are_records() {
    for client in ["", &format!("Client Code\t{}\n", code(0))] {
        let one = (0..4).map(|n| (format!("d/{n}.xlsx"), workbook(&form(n, client)))).collect::<Vec<_>>();
        let below = vec![("d/all.xlsx".to_owned(), workbook(&(0..4).map(|n| form(n, client)).collect::<String>()))];
        let fields = form(1, client).replace("Account application\n", "");
        let written = vec![("d/a.txt".to_owned(), fields.trim_end().as_bytes().to_vec())];
        for (files, persons) in [(one, "4"), (below, "4"), (written, "1")] {
            let (_desk, outputs) = outcome(&files, 3);
            let impact = outputs.impact();
            let wanted = if client.is_empty() { ("undetermined", "0") } else { ("affected", persons) };
            assert_eq!((impact["C000"]["verdict"].as_str(), impact["C000"]["individuals"].as_str()), wanted, "{}", files[0].0);
            let other = if client.is_empty() { "undetermined" } else { "ruled_out" };
            assert_eq!(impact["C001"]["verdict"], other, "{} {:?}", files[0].0, outputs.rows("unattributed.csv"));
        }
    }
}

#[test]
fn sheets_of_settings_and_empty_forms_are_nobodys() {
    let settings = "Name\tnightly\nStatus\tdone\nDate\t2024-11-02\nAccount Type\tchecking\nBatch Number\t12\n";
    let empty = form(0, "").lines().map(|line| line.split('\t').next().unwrap_or_default().to_owned() + "\t\n").collect::<String>();
    let files = [("a.xlsx", workbook(settings)), ("b.xlsx", workbook(&empty)), ("c.csv", settings.replace('\t', ",").into_bytes())]
        .map(|(name, bytes)| (format!("d/{name}"), bytes));
    let (_desk, outputs) = outcome(&files, 2);
    assert!(outputs.verdicts().values().all(|verdict| verdict == "ruled_out"), "{:?}", outputs.rows("unattributed.csv"));
}
