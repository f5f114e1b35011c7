//! The table of the decision's sentences names only what is there.

use crate::harness::files_below;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn sources(folder: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = files_below(&root).into_iter().filter(|file| file.extension().is_some_and(|e| e == "rs"));
    files.map(|file| root.join(file)).map(|file| fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))).collect()
}

/// What stands between backquotes.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_rule_and_test_and_word_of_the_table_is_there() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let table = fs::read_to_string(docs.join("decisions.md")).expect("the table");
    let (source, tests) = (sources("src"), sources("tests"));
    let families = sources("src/demo");
    let is_test = |name: &str| {
        let word = format!("fn {name}(");
        let is_marked = |text: &str, at: usize| text[..at].trim_end().ends_with("#[test]");
        [&source, &tests].iter().any(|text| text.match_indices(&word).any(|(at, _)| is_marked(text, at)))
    };
    let is_rule = |name: &str| {
        let last = name.rsplit("::").next().unwrap_or(name);
        ["fn ", "struct ", "enum ", "const "].iter().any(|kind| {
            let word = format!("{kind}{last}");
            source.match_indices(&word).any(|(at, _)| !source[at + word.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        })
    };
    let mut faults = Vec::new();
    let (mut rows, mut named) = (0, BTreeSet::new());
    for line in table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| --- ") && !line.starts_with("| sentence ")) {
        rows += 1;
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [sentence, rule, test, explain] = cells[..] else {
            faults.push(format!("{} cells, not four: {line}", cells.len()));
            continue;
        };
        if rule.is_empty() || test.is_empty() || explain.is_empty() {
            faults.push(format!("an empty cell: {line}"));
        }
        for link in rule.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if !docs.join(link).exists() {
                faults.push(format!("no file {link}: {sentence}"));
            }
        }
        faults.extend(quoted(rule).into_iter().filter(|name| !is_rule(name)).map(|name| format!("no rule {name}: {sentence}")));
        let mut in_families = false;
        for part in test.split(';') {
            in_families |= part.contains("emonstration");
            for name in quoted(part) {
                let is_there =
                    is_test(name) || in_families && families.contains(&format!("\"{name}\"")) || tests.contains(&format!("mod {name}"));
                if !is_there {
                    faults.push(format!("no test or family {name}: {sentence}"));
                }
                named.insert(name);
            }
            in_families = false;
        }
        for word in quoted(explain) {
            if !word.split(' ').all(|word| source.contains(word.trim_end_matches(':'))) {
                faults.push(format!("`explain` never says {word}: {sentence}"));
            }
        }
    }
    assert!(rows > 70 && named.len() > 60, "{rows} rows, {} tests: is the table read?", named.len());
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
