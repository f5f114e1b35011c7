//! Listings and claims beside the evidence: what is claimed and not found, what differs, what is not understood.

use crate::harness::{Desk, Finished, Institution, Job, Outputs, write, write_registry};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

fn institutions() -> Vec<Institution> {
    vec![
        Institution::new("K1", "K\u{f6}nigsau Volksbank Sparkasse").with("transfer_account", "konigs11x"),
        Institution::new("K2", "Birchfield & Sons Commerce Bank").with("transfer_account", "birch22x"),
        Institution::new("K3", "Cedarmont Valley Savings Bank").with("transfer_account", "cedar33x"),
    ]
}

/// The files of a root, the manifests with their kinds, and what comes of them.
fn run(desk: &Desk, files: &[(&str, &[u8])], manifests: &[(&str, &str, Vec<u8>)]) -> (Finished, Outputs) {
    files.iter().for_each(|(path, bytes)| write(&desk.path("ev").join(path), bytes));
    write_registry(&desk.path("registry"), &institutions());
    let mut job = Job::of("ev", &desk.path("ev"));
    for (kind, name, bytes) in manifests {
        write(&desk.path(name), bytes);
        job = if kind.is_empty() { job.manifest(&desk.path(name)) } else { job.manifest_of(kind, &desk.path(name)) };
    }
    let finished = desk.index(&job);
    (finished, desk.decide(&desk.path("registry")))
}

const README: (&str, &[u8]) = ("readme.txt", b"nothing of interest\n");

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn a_claim_in_any_encoding_points_and_proves_nothing() {
    let post = "We took everything.\r\nAmong the victims: K\u{f6}nigsau Volksbank Sparkasse, and Birchfield & Sons Commerce Bank. Pay until Friday!\r\n";
    let marked = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
    let html = "<!DOCTYPE html><html><body><h1>Victims</h1><p>K&ouml;nigsau <b>Volksbank</b> Sparkasse<br>Birchfield &amp; Sons Commerce Bank</p></body></html>";
    let variants = [
        ("utf8.txt", post.as_bytes().to_vec()),
        ("utf8 mark.txt", marked(b"\xEF\xBB\xBF", post.as_bytes().to_vec())),
        ("utf16le.txt", marked(b"\xFF\xFE", utf16(post, u16::to_le_bytes))),
        ("utf16be.txt", marked(b"\xFE\xFF", utf16(post, u16::to_be_bytes))),
        ("utf16 without mark.txt", utf16(post, u16::to_le_bytes)),
        ("cp1252.txt", post.chars().map(|c| c as u8).collect()),
        ("page.html", html.as_bytes().to_vec()),
    ];
    for (name, bytes) in variants {
        let desk = Desk::new();
        let (_, outputs) = run(&desk, &[README], &[("", name, bytes)]);
        let impact = outputs.impact();
        for id in ["K1", "K2"] {
            let row = &impact[id];
            assert_eq!((row["verdict"].as_str(), row["basis"].as_str()), ("undetermined", "weak_evidence"), "{name} {id}");
            assert!(row["flags"].contains("claimed_by_seller"), "{name} {id}");
        }
        assert_eq!(impact["K3"]["verdict"], "ruled_out", "{name}");
        let claimed: BTreeSet<String> = outputs.rows("claimed.csv").into_iter().map(|row| row["customer_id"].clone()).collect();
        assert_eq!(claimed, BTreeSet::from(["K1".to_owned(), "K2".to_owned()]), "{name}");
    }
}

#[test]
fn what_is_claimed_and_confirmed_is_no_open_claim() {
    let desk = Desk::new();
    let post = b"Birchfield & Sons Commerce Bank, and Cedarmont Valley Savings Bank. All of them!".to_vec();
    let tree = b"home/birch22x/a.csv\nhome/cedar33x/never seen.csv\n".to_vec();
    let (_, outputs) = run(&desk, &[("home/birch22x/a.csv", b"x,y\n1,2\n")], &[("seller", "post.txt", post), ("seller", "tree.txt", tree)]);
    let impact = outputs.impact();
    assert_eq!((impact["K2"]["verdict"].as_str(), impact["K2"]["flags"].contains("claimed_by_seller")), ("affected", false));
    assert_eq!((impact["K3"]["verdict"].as_str(), impact["K3"]["basis"].as_str()), ("undetermined", "weak_evidence"));
    let claimed: Vec<_> = outputs
        .rows("claimed.csv")
        .into_iter()
        .map(|row| (row["claim"].clone(), row["customer_id"].clone(), row["item"].clone(), row["manifest"].clone()))
        .collect();
    let is = |claim: &str, item: &str, manifest: &str| claimed.contains(&(claim.into(), "K3".into(), item.into(), manifest.into()));
    assert!(is("institution", "", "post.txt") && is("institution", "", "tree.txt"), "{claimed:?}");
    assert!(is("item", "ev/home/cedar33x/never seen.csv", "tree.txt"), "{claimed:?}");
    assert!(claimed.iter().all(|(_, id, ..)| id == "K3"), "{claimed:?}");
    // A claim makes nothing missing.
    assert_eq!(outputs.rows("gaps.csv").len(), 0);
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn differences_are_told_and_agreement_is_not() {
    let files: [(&str, &[u8]); 5] = [
        ("d/same.txt", b"same"),
        ("d/altered.txt", b"12345"),
        ("d/longer.txt", b"123456789"),
        ("d/elsewhere.txt", b"moved"),
        ("d/added.txt", b"+"),
    ];
    let listing = format!(
        "Path,Size,SHA256\nsrv/d/same.txt,4,{}\nsrv/d/altered.txt,5,{}\nsrv/d/longer.txt,7,\nsrv/d/moved.txt,5,{}\nsrv/d/withheld.txt,99,\n",
        sha256(b"same"),
        sha256(b"54321"),
        sha256(b"moved")
    );
    let desk = Desk::new();
    let (_, outputs) = run(&desk, &files, &[("taken", "list.csv", listing.into_bytes())]);
    let found: Vec<[String; 5]> = outputs
        .rows("differences.csv")
        .into_iter()
        .map(|row| ["item", "listed_path", "difference", "listed", "found"].map(|column| row[column].clone()))
        .collect();
    let expected = [
        ["ev/d/altered.txt", "srv/d/altered.txt", "sha256", &sha256(b"54321"), &sha256(b"12345")],
        ["ev/d/longer.txt", "srv/d/longer.txt", "size", "7", "9"],
        ["ev/d/moved.txt", "srv/d/moved.txt", "path", "ev/d/moved.txt", "ev/d/elsewhere.txt"],
        ["ev/d/withheld.txt", "srv/d/withheld.txt", "missing", "99", ""],
        ["ev/d/added.txt", "", "extra", "", "1"],
    ];
    assert_eq!(found, expected.map(|row| row.map(str::to_owned)));
    let page = std::fs::read_to_string(outputs.file("report.html")).expect("the page");
    assert!(page.contains("id=\"differences\"") && page.contains("withheld.txt"));

    // The same files, listed as they are: by path, with sizes, with checksums.
    let agreeing = [
        files.iter().map(|(path, _)| format!("{path}\n")).collect::<String>(),
        files.iter().map(|(path, bytes)| format!("{} {path}\n", bytes.len())).collect(),
        files.iter().map(|(path, bytes)| format!("{}  ./{path}\n", sha256(bytes))).collect(),
    ];
    for listing in agreeing {
        let desk = Desk::new();
        let (_, outputs) = run(&desk, &files, &[("taken", "list.txt", listing.clone().into_bytes())]);
        assert_eq!(outputs.rows("differences.csv"), [], "{listing}");
        assert_eq!(outputs.rows("gaps.csv"), [], "{listing}");
    }
}

/// What lies in an archive is extra as one, and not where the listing is of what lies in it.
#[test]
fn archives_are_extra_as_one() {
    let zip = crate::harness::zip_of(&[("in/a.txt".to_owned(), b"one".to_vec()), ("in/b.txt".to_owned(), b"three".to_vec())]);
    let extra = |listing: &str| -> Vec<String> {
        let desk = Desk::new();
        let (_, outputs) =
            run(&desk, &[("d/same.txt", b"same"), ("d/all.zip", &zip)], &[("taken", "list.txt", listing.as_bytes().to_vec())]);
        outputs.rows("differences.csv").into_iter().filter(|row| row["difference"] == "extra").map(|row| row["item"].clone()).collect()
    };
    assert_eq!(extra("Path,Size\nd/same.txt,4\n"), ["ev/d/all.zip"]);
    assert_eq!(extra("Path,Size\nin/a.txt,3\n"), ["ev/d/all.zip!/in/b.txt"]);
}

#[test]
fn a_listing_that_is_not_understood_keeps_everybody_open() {
    let noise = b"\x01\x02\x00\x7f binary \x00 things \xff\xfe\x00".repeat(40);
    let words = b"Dear colleagues,\n\nattached is what they took. Call me about it.\n".to_vec();
    for (name, bytes) in [("noise.bin", noise), ("mail.txt", words)] {
        for kind in ["taken", "platform"] {
            let desk = Desk::new();
            let (finished, outputs) = run(&desk, &[README], &[(kind, name, bytes.clone())]);
            assert!(finished.stderr.contains("it is no listing or log in a syntax that is known"), "{}", finished.stderr);
            assert!(outputs.verdicts().values().all(|verdict| verdict == "undetermined"), "{name} {kind}");
            assert_eq!(outputs.rows("gaps.csv")[0]["cause"], "not_understood", "{name} {kind}");
        }
        let desk = Desk::new();
        let (finished, outputs) = run(&desk, &[README], &[("seller", name, bytes.clone())]);
        assert!(finished.stderr.contains(name), "{}", finished.stderr);
        assert!(outputs.verdicts().values().all(|verdict| verdict == "ruled_out"), "{name}");
    }
}

#[test]
fn rows_that_are_not_understood_are_counted_and_shown() {
    let good = format!("{}  ./readme.txt\n", sha256(README.1));
    let text = format!("{good}and this is no checksum\n{}", good.repeat(4)).repeat(30);
    let desk = Desk::new();
    let (finished, outputs) = run(&desk, &[README], &[("taken", "SUMS", text.into_bytes())]);
    assert!(finished.stderr.contains("30 lines not understood, the first is line 2: and this is no checksum"), "{}", finished.stderr);
    let row = &outputs.rows("manifests.csv")[0];
    assert_eq!(["syntax", "rows", "not_understood"].map(|c| row[c].as_str()), ["checksums", "150", "30"]);
    assert!(outputs.verdicts().values().all(|verdict| verdict == "undetermined"));
}

/// The same bytes under another kind say what that kind says.
#[test]
fn a_manifest_may_be_given_again_under_another_kind() {
    let desk = Desk::new();
    let post = b"Cedarmont Valley Savings Bank and others".to_vec();
    let (_, outputs) = run(&desk, &[README], &[("platform", "post.txt", post.clone())]);
    assert_eq!(outputs.impact()["K1"]["verdict"], "undetermined");
    let (_, outputs) = run(&desk, &[], &[("seller", "post.txt", post)]);
    let impact = outputs.impact();
    assert_eq!((impact["K1"]["verdict"].as_str(), impact["K3"]["verdict"].as_str()), ("ruled_out", "undetermined"));
    assert!(impact["K3"]["flags"].contains("claimed_by_seller"));
}
