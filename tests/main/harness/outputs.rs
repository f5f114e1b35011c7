use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A row of a table by its column names.
pub type Row = BTreeMap<String, String>;

/// The rows of a CSV file; a byte order mark before them is no part of them.
#[track_caller]
pub fn rows(path: &Path) -> Vec<Row> {
    let bytes = fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    let mut reader = csv::Reader::from_reader(bytes);
    reader.deserialize().map(|row| row.unwrap_or_else(|e| panic!("{}: {e}", path.display()))).collect()
}

/// An output folder.
pub struct Outputs {
    dir: PathBuf,
}

impl Outputs {
    /// An output folder that was written.
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// Path of one output.
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Rows of one table.
    #[track_caller]
    pub fn rows(&self, name: &str) -> Vec<Row> {
        rows(&self.file(name))
    }

    /// Rows of the impact list by institution.
    #[track_caller]
    pub fn impact(&self) -> BTreeMap<String, Row> {
        self.rows("impact.csv").into_iter().map(|row| (row["customer_id"].clone(), row)).collect()
    }

    /// Verdicts by institution.
    #[track_caller]
    pub fn verdicts(&self) -> BTreeMap<String, String> {
        self.impact().into_iter().map(|(id, row)| (id, row["verdict"].clone())).collect()
    }

    /// Everything that must not depend on clock, host and places: all files but `run.json`.
    pub fn lasting(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(&self.dir).expect("the output folder is there");
        entries
            .map(|entry| entry.expect("a readable folder"))
            .filter(|entry| entry.file_name() != "run.json")
            .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("a readable output")))
            .collect()
    }

    /// Fails where the lasting files of two runs differ, and says where.
    #[track_caller]
    pub fn assert_same(&self, other: &Self, what: &str) {
        let (ours, theirs) = (self.lasting(), other.lasting());
        assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>(), "{what}: other files");
        let mut faults = Vec::new();
        for (name, bytes) in &ours {
            let (a, b) = (String::from_utf8_lossy(bytes), String::from_utf8_lossy(&theirs[name]));
            let differing = a.lines().zip(b.lines()).enumerate().filter(|(_, (a, b))| a != b);
            let shown: Vec<String> = differing.take(3).map(|(line, (a, b))| format!("  line {}\n    {a}\n    {b}", line + 1)).collect();
            if bytes != &theirs[name] {
                faults.push(format!("{name} ({} and {} lines)\n{}", a.lines().count(), b.lines().count(), shown.join("\n")));
            }
        }
        assert!(faults.is_empty(), "{what}: outputs differ\n{}", faults.join("\n"));
    }
}
