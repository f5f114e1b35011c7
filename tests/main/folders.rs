//! The order of the folders: evidence in on one side, verdicts out on the other, nothing runs backwards.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The modules in the order of the table of ARCHITECTURE.md.
fn ordered() -> Vec<String> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("a file of the repository");
    let table = text.split("\n## Modules\n").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("the section");
    table.lines().filter_map(|line| Some(line.strip_prefix("| [`")?.split('`').next()?.to_owned())).collect()
}

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => sources(&path, out),
            false => out.push(path),
        }
    }
}

/// The code of a file without its tests, which may use whatever they need.
fn code(path: &Path) -> String {
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let is_test = name == "tests" || name.ends_with("_tests") || name == "testing" || path.iter().any(|part| part == "tests");
    if is_test || path.extension().is_none_or(|extension| extension != "rs") {
        return String::new();
    }
    let text = fs::read_to_string(path).expect("a file of the repository");
    text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}

#[test]
fn folders_use_what_stands_above_them() {
    let order = ordered();
    let mut all = Vec::new();
    sources(&root().join("src"), &mut all);
    let (mut seen, mut backward) = (BTreeSet::new(), BTreeSet::new());
    for path in all {
        let inside = path.strip_prefix(root().join("src")).expect("below src");
        let module = inside.iter().next().map(|part| part.to_string_lossy().trim_end_matches(".rs").to_owned()).unwrap_or_default();
        if module == "lib" || module == "main" {
            continue;
        }
        let place = order.iter().position(|name| *name == module).unwrap_or_else(|| panic!("ARCHITECTURE.md lacks `{module}`"));
        seen.insert(place);
        for used in code(&path).split("crate::").skip(1) {
            let name: String = used.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            if order.iter().position(|other| *other == name).is_some_and(|other| other > place) {
                backward.insert(format!("{} uses {name}", inside.display()));
            }
        }
    }
    assert_eq!(seen.len(), order.len(), "a row of ARCHITECTURE.md has no module");
    assert!(backward.is_empty(), "{backward:#?}");
}
