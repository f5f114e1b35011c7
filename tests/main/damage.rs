//! Files that are cut or changed: nothing breaks, and what is lost is a gap.

use crate::harness::{Demo, Desk, Job, Outputs, Random, docx, files_below, gzip, nacha, tar_of, write, write_registry, xlsx, zip_of};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Where a file of so many bytes is cut: sixteen points, the first and the last byte among them.
fn cuts(len: usize) -> impl Iterator<Item = usize> {
    let mut cuts: Vec<usize> = (0..14).map(|i| (2 * i + 1) * len / 28).chain([1.min(len), len.saturating_sub(1)]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    cuts.into_iter()
}

/// Affected institutions that depend after their inventory; the others may be ruled out by that alone.
fn affected_and_dependent(demo: &Demo, outputs: &Outputs) -> Vec<String> {
    let impact = outputs.impact();
    demo.truth().accepting("affected").filter(|id| impact[*id]["depends"] == "true").map(str::to_owned).collect()
}

/// Those of them that are ruled out, in words.
fn ruled_out(demo: &Demo, outputs: &Outputs, what: &str) -> Vec<String> {
    let impact = outputs.impact();
    let out = affected_and_dependent(demo, outputs).into_iter().filter(|id| impact[id]["verdict"] == "ruled_out");
    out.map(|id| format!("{what}: {id} is affected and ruled out by {}", impact[&id]["basis"])).collect()
}

fn assert_no_reader_panicked(outputs: &Outputs, what: &str) {
    let panicked: Vec<String> = outputs
        .rows("coverage.csv")
        .iter()
        .filter(|row| row["cause"] == "reader_panic")
        .map(|row| format!("{}: {}", row["item"], row["detail"]))
        .collect();
    assert!(panicked.is_empty(), "{what}:\n{}", panicked.join("\n"));
}

/// Writes the evidence of a breach, each file changed.
fn changed(demo: &Demo, root: &Path, change: &mut dyn FnMut(&Path, Vec<u8>) -> Vec<u8>) {
    for file in files_below(&demo.evidence()) {
        let bytes = fs::read(demo.evidence().join(&file)).expect("a readable file");
        write(&root.join(&file), &change(&file, bytes));
    }
}

/// With the listing, every cut shows in the size; so nobody whose file was cut may be ruled out.
#[test]
fn cut_files_never_rule_out_whose_they_are() {
    let demo = Demo::small(31);
    let mut wrong = Vec::new();
    for part in 0..16 {
        let desk = Desk::new();
        let root = desk.path("cut");
        // Neighbouring files are cut at different points, so that the sixteen rounds meet all sixteen of each.
        let mut number = 0;
        changed(&demo, &root, &mut |_, mut bytes| {
            number += 1;
            let points: Vec<usize> = cuts(bytes.len()).collect();
            bytes.truncate(points.get((part + number) % 16).copied().unwrap_or(0));
            bytes
        });
        let outputs = desk.run(&Job::of("evidence", &root).manifest(&demo.listing()), &demo.registry());
        assert_no_reader_panicked(&outputs, "cut");
        wrong.extend(ruled_out(&demo, &outputs, &format!("round {part}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One file cut, the others whole: the file's own institution is the one to look at.
#[test]
fn one_cut_file_never_rules_out_whose_it_is() {
    let demo = Demo::small(32);
    let owned: Vec<_> = {
        let truth = crate::harness::rows(&demo.evidence().parent().expect("a folder").join("truth.csv"));
        truth
            .iter()
            .flat_map(|row| row["files"].split('|').map(str::to_owned).collect::<Vec<_>>())
            .filter(|f| demo.evidence().join(f).is_file())
            .collect()
    };
    let mut random = Random::new(32);
    let mut wrong = Vec::new();
    for _ in 0..16 {
        let (desk, chosen) = (Desk::new(), random.pick(&owned).clone());
        let root = desk.path("cut");
        changed(&demo, &root, &mut |file, mut bytes| {
            if file == Path::new(&chosen) {
                bytes.truncate(random.below(bytes.len()));
            }
            bytes
        });
        let outputs = desk.run(&Job::of("evidence", &root).manifest(&demo.listing()), &demo.registry());
        wrong.extend(ruled_out(&demo, &outputs, &format!("{chosen} cut")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Formats with checksums: a changed bit is found out, or it changed nothing that was read.
fn has_checksum(file: &Path) -> bool {
    file.extension().is_some_and(|end| ["zip", "gz", "docx", "xlsx", "jar", "war"].iter().any(|e| *e == end))
}

#[test]
fn changed_bits_under_a_checksum_never_rule_out_whose_they_are() {
    let demo = Demo::small(33);
    let mut random = Random::new(33);
    let mut wrong = Vec::new();
    for round in 0..12 {
        let desk = Desk::new();
        let root = desk.path("flipped");
        let mut flips = BTreeMap::new();
        changed(&demo, &root, &mut |file, mut bytes| {
            if has_checksum(file) {
                let (at, bit) = (random.below(bytes.len()), random.below(8));
                bytes[at] ^= 1 << bit;
                flips.insert(file.to_owned(), (at, bit));
            }
            bytes
        });
        let outputs = desk.run(&Job::of("evidence", &root), &demo.registry());
        assert_no_reader_panicked(&outputs, "flipped");
        let out = ruled_out(&demo, &outputs, &format!("round {round}"));
        if !out.is_empty() {
            wrong.extend(out);
            wrong.push(format!("{flips:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn changed_bits_anywhere_break_nothing() {
    let demo = Demo::small(34);
    let mut random = Random::new(34);
    for round in 0..8 {
        let desk = Desk::new();
        let root = desk.path("flipped");
        changed(&demo, &root, &mut |_, mut bytes| {
            for _ in 0..1 + 4 * round {
                let at = random.below(bytes.len());
                bytes[at] ^= 1 << random.below(8);
            }
            bytes
        });
        let outputs = desk.run(&Job::of("evidence", &root).manifest(&demo.listing()), &demo.registry());
        assert_no_reader_panicked(&outputs, "flipped");
    }
}

fn paragraphs() -> Vec<String> {
    (0..60).map(|n| format!("Paragraph {n} tells of matter {} and of nothing else.", n * 7919 % 1000)).collect()
}

/// One file of each kind whose end can be told, and how many of its last bytes are padding alone.
fn whole_files() -> Vec<(&'static str, Vec<u8>, usize)> {
    let text = paragraphs().join("\n").into_bytes();
    let members = vec![("first.txt".to_owned(), text.clone()), ("second.csv".to_owned(), b"a,b\n1,2\n".repeat(90))];
    let cells: Vec<Vec<String>> = (0..80).map(|n| vec![format!("row {n}"), (n * 31).to_string()]).collect();
    let ach = nacha("021000021", 25);
    // Filler records of nines end a block; the line end before them and the blanks at the end of the control
    // record (field 9, reserved) are needed by nobody.
    let filler = 1 + 39 + ach.split(|b| *b == b'\n').filter(|line| line.len() == 94 && line.iter().all(|b| *b == b'9')).count() * 95;
    let tar = tar_of(&members);
    let end_of_archive = tar.len() - tar.iter().rposition(|b| *b != 0).expect("an archive") - 1;
    vec![
        ("payments.ach", ach, filler),
        ("archive.zip", zip_of(&members), 0),
        ("stream.gz", gzip(&text), 0),
        // What a cut leaves of the zeros after the last member is no content.
        ("archive.tar", tar.clone(), end_of_archive),
        ("archive.tar.gz", gzip(&tar), 0),
        ("letter.docx", docx(&paragraphs()), 0),
        ("list.xlsx", xlsx(&cells), 0),
    ]
}

#[test]
fn a_cut_file_whose_format_tells_its_end_is_never_simply_read() {
    let desk = Desk::new();
    let (root, registry) = (desk.path("cut"), desk.path("registry"));
    write_registry(&registry, &[]);
    let customers = "customer_id,legal_name\nA,Alpine Reference Bank\n";
    write(&registry.join("customers.csv"), customers.as_bytes());
    let mut cut_files = Vec::new();
    for (name, bytes, padding) in whole_files() {
        write(&root.join("whole").join(name), &bytes);
        for at in cuts(bytes.len() - padding) {
            let file = format!("{at:06}-{name}");
            write(&root.join("cut").join(&file), &bytes[..at]);
            cut_files.push(file);
        }
    }
    let outputs = desk.run(&Job::of("ev", &root), &registry);
    assert_no_reader_panicked(&outputs, "cut");
    let coverage = outputs.rows("coverage.csv");
    let below = |file: &str| {
        let item = format!("ev/{file}");
        coverage.iter().filter(move |row| row["item"] == item || row["item"].starts_with(&format!("{item}!/"))).collect::<Vec<_>>()
    };
    for (name, ..) in whole_files() {
        let rows = below(&format!("whole/{name}"));
        assert!(
            !rows.is_empty() && rows.iter().all(|row| row["cause"].is_empty() && row["status"] != "unread"),
            "the whole {name}: {rows:?}"
        );
        // The archive also stands decoded inside of its compressed form.
        assert!(["read", "duplicate"].contains(&rows[0]["status"].as_str()), "the whole {name}: {rows:?}");
    }
    let mut silent = Vec::new();
    for file in &cut_files {
        let rows = below(&format!("cut/{file}"));
        // Of what is shorter than its signature, nothing tells what it was; that of a tar stands at 257.
        let remains: usize = file[..6].parse().expect("six digits");
        let is_nameless = remains < if file.ends_with(".tar") { 263 } else { 4 };
        let is_told = is_nameless || rows.iter().any(|row| !row["cause"].is_empty());
        if !is_told {
            silent.push(format!(
                "{file}: {}",
                rows.iter().map(|r| format!("{} {} {}", r["item"], r["media_type"], r["status"])).collect::<Vec<_>>().join("; ")
            ));
        }
    }
    assert!(silent.is_empty(), "cut and not told:\n{}", silent.join("\n"));
}

#[test]
fn a_file_cut_to_nothing_that_is_listed_with_a_size_is_a_gap() {
    let (demo, desk) = (Demo::small(35), Desk::new());
    let root = desk.path("evidence");
    let (mut emptied, mut number) = (Vec::new(), 0);
    changed(&demo, &root, &mut |file, bytes| {
        number += 1;
        if number % 5 == 0 {
            emptied.push(format!("evidence/{}", file.display()));
            return Vec::new();
        }
        bytes
    });
    let outputs = desk.run(&Job::of("evidence", &root).manifest(&demo.listing()), &demo.registry());
    let cleared = outputs.impact().values().filter(|row| row["verdict"] == "ruled_out" && row["depends"] == "true").count();
    assert_eq!(cleared, 0, "institutions that depend are ruled out though files are empty that were not");
    // What is the vendor's or in a home blocks nobody, or only its holder, who is affected already.
    let blocks = |item: &&String| !["software", "home", "clients"].iter().any(|top| item.starts_with(&format!("evidence/{top}/")));
    let gaps = outputs.rows("gaps.csv");
    let silent: Vec<&String> = emptied.iter().filter(blocks).filter(|item| !gaps.iter().any(|row| row["item"] == **item)).collect();
    assert!(silent.is_empty() && gaps.len() > 10, "not in gaps.csv: {silent:?}");
}
