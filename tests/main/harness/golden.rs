use std::fs;
use std::path::Path;

/// Fails unless a text is the golden one of this name; `RULEOUT_BLESS=1` makes it so.
#[track_caller]
pub fn assert_golden(name: &str, given: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("RULEOUT_BLESS").is_some() {
        fs::create_dir_all(path.parent().expect("a folder"))
            .and_then(|()| fs::write(&path, given))
            .expect("the golden file can be written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}; RULEOUT_BLESS=1 makes it", path.display()));
    let differing = expected.lines().zip(given.lines()).enumerate().find(|(_, (a, b))| a != b);
    let place = differing.map_or(String::new(), |(line, (a, b))| format!("line {}\n  {a}\n  {b}\n", line + 1));
    assert!(expected == given, "not the golden {name}; RULEOUT_BLESS=1 makes it so\n{place}{given}");
}
