//! The law of the ledger: items seen are the sum of their dispositions, and no byte of a root file is without one.

use crate::harness::{Demo, Desk, Job, Random, aes_zip, copy_tree, docx, files_below, gzip, nacha, tar_of, write, xlsx, zip_of};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const STATUSES: [&str; 7] = ["read", "scanned", "partial", "unread", "listed", "duplicate", "excluded"];

/// Indexes a folder and checks every sum. The registry is only needed to have `coverage.csv`.
#[track_caller]
fn assert_adds_up(root: &Path, registry: &Path, what: &str) {
    let desk = Desk::new();
    let outputs = desk.run(&Job::of("ev", root), registry);
    let (summary, coverage) = (desk.coverage(), outputs.rows("coverage.csv"));
    let number = |value: &serde_json::Value| value.as_u64().unwrap_or_else(|| panic!("{what}: {value} is no number"));

    let by_status: BTreeMap<String, u64> =
        summary["by_status"].as_object().expect("an object").iter().map(|(status, count)| (status.clone(), number(count))).collect();
    assert_eq!(number(&summary["items"]), by_status.values().sum::<u64>(), "{what}: items are the sum of their dispositions");
    let mut counted: BTreeMap<String, u64> = BTreeMap::new();
    for row in &coverage {
        assert!(STATUSES.contains(&row["status"].as_str()), "{what}: {row:?}");
        assert!(row["status"] != "unread" && row["status"] != "partial" || !row["cause"].is_empty(), "{what}: without a cause: {row:?}");
        *counted.entry(row["status"].clone()).or_default() += 1;
    }
    assert_eq!(by_status, counted, "{what}: coverage.csv has what `coverage` counts");
    let causes: u64 = summary["by_cause"].as_object().expect("an object").values().map(number).sum();
    assert_eq!(causes, coverage.iter().filter(|row| !row["cause"].is_empty()).count() as u64, "{what}: causes");

    let files = files_below(root);
    let size = |file: &Path| fs::metadata(root.join(file)).expect("a readable file").len();
    let total: u64 = files.iter().map(|file| size(file)).sum();
    let bytes = &summary["bytes"];
    let parts: Vec<u64> = ["read", "scanned", "opaque", "structure", "gap"].iter().map(|class| number(&bytes[class])).collect();
    assert_eq!(parts.iter().sum::<u64>(), total, "{what}: {bytes} are the bytes of the root files");
    let has_gap = coverage.iter().any(|row| !row["cause"].is_empty() && row["bytes"] != "0");
    assert!(!has_gap || parts[4] > 0, "{what}: gaps, and no byte of them");

    let mut rows: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    coverage.iter().for_each(|row| rows.entry(&row["item"]).or_default().push(&row["bytes"]));
    for file in &files {
        let item = format!("ev/{}", file.to_str().expect("plain names"));
        assert_eq!(rows.get(item.as_str()), Some(&vec![size(file).to_string().as_str()]), "{what}: {item} stands once, with its size");
    }
    let of_root = rows.keys().filter(|item| !item.contains("!/")).count();
    assert_eq!(of_root, files.len(), "{what}: no root file that is not there");

    let json: serde_json::Value = serde_json::from_slice(&fs::read(outputs.file("impact.json")).expect("an impact list")).expect("JSON");
    assert_eq!(json["coverage"], summary, "{what}: the impact list states the same coverage");
}

#[test]
fn the_demonstration_adds_up() {
    for options in [&["--seed", "1"][..], &["--seed", "2", "--gap", "encrypted"]] {
        let demo = Demo::with(options);
        assert_adds_up(&demo.evidence(), &demo.registry(), &options.join(" "));
    }
}

#[test]
fn damaged_files_add_up() {
    let (demo, desk) = (Demo::small(21), Desk::new());
    let (root, mut random) = (desk.path("damaged"), Random::new(21));
    copy_tree(&demo.evidence(), &root, |_| true);
    for file in files_below(&root) {
        let mut bytes = fs::read(root.join(&file)).expect("our own file");
        match random.below(4) {
            0 => bytes.truncate(random.below(bytes.len() + 1)),
            1 => {
                for _ in 0..8 {
                    let at = random.below(bytes.len());
                    bytes[at] ^= 1 << random.below(8);
                }
            }
            2 => bytes.extend(random.bytes(5000)),
            _ => continue,
        }
        write(&root.join(&file), &bytes);
    }
    assert_adds_up(&root, &demo.registry(), "damaged");
}

#[test]
fn duplicates_empty_files_and_nests_add_up() {
    let (demo, desk) = (Demo::small(1), Desk::new());
    let root = desk.path("made");
    let named = |name: &str, bytes: &[u8]| (name.to_owned(), bytes.to_vec());
    let text = b"The pump was checked and runs.\n".repeat(50);
    let locked = aes_zip(&[named("a.txt", &text)]);
    let noise = Random::new(5).bytes(30_000);
    let inner = zip_of(&[
        named("text.txt", &text),
        named("again.txt", &text),
        named("empty", b""),
        named("locked.zip", &locked),
        named("noise.bin", &noise),
    ]);
    let nest = tar_of(&[named("one.zip", &inner), named("folder/two.zip", &inner), named("text.txt", &text)]);
    write(&root.join("text.txt"), &text);
    write(&root.join("b/text copy.txt"), &text);
    write(&root.join("empty"), b"");
    write(&root.join("c/empty"), b"");
    write(&root.join("inner.zip"), &inner);
    write(&root.join("nest.tar"), &nest);
    write(&root.join("nest.tar.gz"), &gzip(&nest));
    write(&root.join("nest copy.tar.gz"), &gzip(&nest));
    write(&root.join("noise.bin"), &noise);
    write(&root.join("noise copy.bin"), &noise);
    write(&root.join("locked.zip"), &locked);
    write(&root.join("picture.png"), &[&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\x02\0\0\0"[..], &noise[..4000]].concat());
    write(&root.join("letter.docx"), &docx(&["A paragraph.".to_owned()]));
    write(&root.join("list.xlsx"), &xlsx(&[vec!["a".to_owned(), "b".to_owned()], vec!["1".to_owned(), "2".to_owned()]]));
    write(&root.join("pay.ach"), &nacha("021000021", 5));
    write(&root.join("behind.zip"), &[&noise[..3000], &inner].concat());
    write(&root.join("trailing.zip"), &[&inner, &noise[..3000]].concat());
    write(&root.join("two.gz"), &[gzip(&text), gzip(&noise), noise[..500].to_vec()].concat());
    assert_adds_up(&root, &demo.registry(), "made");
}
