use std::path::{Path, PathBuf};

/// A folder of files by other authors, which lies beside the repository where it does at all (`RULEOUT_SHARED`);
/// else the test says that it was skipped.
pub fn shared(folder: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = std::env::var_os("RULEOUT_SHARED").map_or_else(beside, PathBuf::from).join(folder);
    if !folder.is_dir() {
        eprintln!("skipped: {} is not there", folder.display());
        return None;
    }
    Some(folder)
}

/// Fails unless a committed table is this one; `RULEOUT_BLESS=1` makes it so. Says which lines differ.
#[track_caller]
pub fn assert_table(name: &str, now: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("RULEOUT_BLESS").is_some() {
        std::fs::write(&path, now).expect("a writable table");
    }
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    let (old, new): (std::collections::BTreeSet<&str>, std::collections::BTreeSet<&str>) =
        (before.lines().collect(), now.lines().collect());
    let gone: Vec<String> = old.difference(&new).map(|line| format!("- {line}")).collect();
    let changed: Vec<String> = new.difference(&old).map(|line| format!("+ {line}")).collect();
    assert!(now == before, "{name} differs; RULEOUT_BLESS=1 writes it anew:\n{}\n{}", gone.join("\n"), changed.join("\n"));
}
