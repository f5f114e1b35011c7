//! Spreadsheets that are written as text.

use crate::forms_of_rows::{assert_verdicts, code, outcome, rows};

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
