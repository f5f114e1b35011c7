//! The lists in columns, read by programs that analyse. Where DuckDB, pandas or PyArrow are not installed, that is said.

use crate::harness::{Demo, Desk, Job, view};
use std::path::PathBuf;
use std::process::Command;

/// Compares a file in columns with the CSV of the same name, as one of the programs reads both.
const COMPARE: &str = r#"
import csv, sys
program, folder = sys.argv[1:]

def read(path):
    if program == "duckdb":
        import duckdb
        relation = duckdb.connect().execute("SELECT * FROM read_parquet(?)", [path])
        return [column[0] for column in relation.description], relation.fetchall()
    if program == "pandas":
        import pandas
        frame = pandas.read_parquet(path) if path.endswith("parquet") else pandas.read_feather(path)
        return list(frame.columns), [tuple(row) for row in frame.itertuples(index=False)]
    import pyarrow.parquet, pyarrow.ipc
    if path.endswith("parquet"):
        table = pyarrow.parquet.read_table(path)
    else:
        with pyarrow.ipc.open_file(path) as file:
            table = file.read_all()
            table.validate(full=True)
    return table.column_names, list(zip(*(column.to_pylist() for column in table.columns)))

def plain(value):
    return str(value).lower() if isinstance(value, bool) or type(value).__name__ == "bool_" else str(value)

def bare(cell):
    return cell[1:] if cell[:1] == "'" and cell[1:].lstrip()[:1] in tuple("=+-@") else cell

for name in ["impact", "evidence", "coverage"]:
    with open(f"{folder}/{name}.csv", newline="", encoding="utf-8") as file:
        header, *listed = csv.reader(file)
    for kind in ["parquet"] if program == "duckdb" else ["parquet", "arrow"]:
        columns, rows = read(f"{folder}/{name}.{kind}")
        assert columns == header, (name, kind, columns)
        assert len(rows) == len(listed) > 0, (name, kind, len(rows), len(listed))
        for row, cells in zip(rows, listed):
            assert [plain(value) for value in row] == [bare(cell) for cell in cells], (name, kind, row, cells)
        numbers = {column for column, value in zip(columns, rows[0]) if not isinstance(value, str)}
        assert numbers, (name, kind)
print("same")
"#;

/// A Python that has a module: of the virtual environment that is named, or of the system.
fn python(module: &str) -> Option<PathBuf> {
    let named = std::env::var_os("RULEOUT_PYTHON").map(PathBuf::from);
    let found = named.into_iter().chain(["python3".into()]).find(|python| {
        let asked = Command::new(python).args(["-c", &format!("import {module}")]).output();
        asked.is_ok_and(|output| output.status.success())
    });
    if found.is_none() {
        eprintln!("skipped: no Python with {module}");
    }
    found
}

#[test]
fn other_programs_read_the_same_rows() {
    let programs: Vec<(&str, PathBuf)> =
        ["duckdb", "pandas", "pyarrow"].into_iter().filter_map(|name| Some((name, python(name)?))).collect();
    if programs.is_empty() {
        return;
    }
    let demo = Demo::small(7);
    let desk = Desk::new();
    desk.index(&Job::of("evidence", &demo.evidence()).manifest_of("taken", &demo.listing()));
    let outputs = desk.decide(&demo.registry());
    let folder = outputs.file("impact.csv");
    let folder = folder.parent().expect("the output folder");
    for (program, python) in programs {
        // What reads Feather for pandas is PyArrow.
        let output = view(Command::new(python).args(["-c", COMPARE, program]).arg(folder));
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "same", "{program}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
