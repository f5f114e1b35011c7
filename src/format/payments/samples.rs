//! Files that other projects publish as samples of the layouts, where they lie beside the repository.
#![allow(clippy::print_stdout)]

use crate::format::testing::read_with;
use crate::format::{Format, Probe, Sink};
use std::path::{Path, PathBuf};

/// `RULEOUT_REALDATA`, or `shared/realdata` beside the repository.
fn samples() -> Option<PathBuf> {
    let folder = match std::env::var_os("RULEOUT_REALDATA") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/realdata"),
    };
    folder.join("bankfiles").is_dir().then(|| folder.join("bankfiles"))
}

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = folder.read_dir() else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() { files(&path, out) } else { out.push(path) }
    }
}

fn show(sink: &Sink<'_>) -> String {
    let mut out = String::new();
    let payments = sink.facts.payments.clone().unwrap_or_default();
    for unit in &payments.units {
        let names = |parties: &std::collections::BTreeMap<crate::format::Party, crate::format::Seen>| {
            parties.iter().map(|(p, s)| format!("{}:{}x{}@{}", p.scheme, p.value, s.count, s.offset)).collect::<Vec<_>>().join(" ")
        };
        out += &format!(
            "  owner[{}] either[{}] other[{}] counter[{}] records {} persons {} elements {:?}\n",
            names(&unit.owners),
            names(&unit.either),
            names(&unit.other_side),
            names(&unit.counterparties),
            unit.records,
            unit.persons.len(),
            unit.elements.words()
        );
    }
    payments.notes.iter().chain(&sink.facts.notes).for_each(|n| out += &format!("  note: {n}\n"));
    sink.gaps.iter().for_each(|g| out += &format!("  gap: {:?} {} {}\n", g.range, g.cause.as_str(), g.detail));
    out
}

/// Every sample of one of the layouts is recognised as it and nothing else, read to the last byte.
#[test]
fn samples_are_read() {
    let Some(folder) = samples() else {
        println!("skipped: no samples beside the repository");
        return;
    };
    let formats: &[&Format] = super::tests::FORMATS;
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        let probe = Probe::new(&bytes);
        let found: Vec<&&Format> = formats.iter().filter(|f| (f.recognise)(&probe)).collect();
        assert!(found.len() <= 1, "{name} is of several layouts");
        let ours = ["moov-io_ach", "moov-io_bai2", "moov-io_imagecashletter", "moov-io_metro2", "moov-io_wire"]
            .iter()
            .any(|f| name.starts_with(f));
        let Some(format) = found.first() else {
            if ours && !name.ends_with(".json") {
                println!("{name}: not recognised");
            }
            continue;
        };
        assert!(ours, "{name} taken for {}", format.name);
        let shown = read_with(format.read, &bytes, |sink, _| {
            let open = sink.coverage.clone().partition(bytes.len() as u64).into_iter().filter(|(_, kind)| kind.is_none()).count();
            assert_eq!(open, 0, "{name}: bytes not covered");
            show(sink)
        });
        println!("{name}: {}\n{shown}", format.name);
    }
}
