//! Databases, their dumps and disk images: rows that real engines wrote are the rows that are read, and planted
//! identifiers are found wherever they stand. Where an engine is not installed, its test says that it was skipped.

pub mod carriers;
mod datasets;
mod disks;
mod engines;
mod made;
mod mariadb;
mod postgresql;
mod recall;
mod shelf;
mod sqlite;
mod table;
mod undecoded;

/// Rows that the tests insert: number, code, holder, account, amount, note. Notes hold what has to be escaped.
fn rows(count: usize) -> Vec<[String; 6]> {
    let notes = ["plain", "O'Neil \\ Sons", "tab\tand\nline", "semi;colon, (brackets) 'quotes\"", "Zoë Müller, Köln", "back\\", ""];
    let row = |i: usize| {
        let iban = format!("DE{:020}", 37_040_044_053_201_300_u64 + i as u64);
        [
            i.to_string(),
            format!("QX{:05}", i * 7),
            format!("Holder {i}"),
            iban,
            format!("{}.{:02}", i * 13, i % 100),
            notes[i % 7].to_owned(),
        ]
    };
    (0..count).map(row).collect()
}

/// The same rows as the program shows them: tabs and line ends in a cell are blanks.
fn shown(rows: &[[String; 6]]) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.iter().map(|cell| cell.replace(['\t', '\n'], " ")).collect()).collect()
}

/// INSERT statements of the rows, in standard SQL.
fn inserts(rows: &[[String; 6]]) -> String {
    let quote = |cell: &String| format!("'{}'", cell.replace('\'', "''"));
    let row = |r: &[String; 6]| format!("({},{},{},{},{},{})", r[0], quote(&r[1]), quote(&r[2]), quote(&r[3]), r[4], quote(&r[5]));
    rows.chunks(100)
        .map(|chunk| format!("INSERT INTO accounts VALUES {};\n", chunk.iter().map(row).collect::<Vec<_>>().join(",")))
        .collect()
}

const COLUMNS: [&str; 6] = ["id", "client_code", "holder", "iban", "amount", "note"];
