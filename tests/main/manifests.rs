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

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|b| format!("{b:02x}")).collect()
}

/// A listing names contents by whatever checksum its program computes; the strongest that is known decides.
#[test]
fn every_checksum_is_compared() {
    let files: [(&str, &[u8]); 3] = [("d/same.txt", b"same"), ("d/altered.txt", b"12345"), ("d/elsewhere.txt", b"moved")];
    let taken: [(&str, &[u8]); 3] = [("d/same.txt", b"same"), ("d/altered.txt", b"54321"), ("d/moved.txt", b"moved")];
    let md5 = |bytes: &[u8]| hex(md5::Md5::digest(bytes));
    let sha1 = |bytes: &[u8]| hex(sha1::Sha1::digest(bytes));
    let crc32 = |bytes: &[u8]| format!("{:08X}", crc32fast::hash(bytes));
    let lines = |head: &str, line: &dyn Fn(&str, &[u8]) -> String| {
        let body: String = taken.iter().map(|(path, bytes)| line(path, bytes) + "\n").collect();
        head.to_owned() + &body
    };
    let object = |path: &str, bytes: &[u8], field: String| format!("{{\"Path\":\"{path}\",\"Size\":{},{field}}}", bytes.len());
    let digests = |bytes: &[u8]| {
        format!("<hashdigest type='MD5'>{0}</hashdigest>\n<hashdigest type='SHA1'>{1}</hashdigest>", md5(bytes), sha1(bytes))
    };
    let file = |path: &str, bytes: &[u8]| format!("<fileobject><filename>{path}</filename>\n{}</fileobject>", digests(bytes));
    let listings = [
        ("md5", lines("", &|path, bytes| format!("{}  {path}", md5(bytes)))),
        ("sha1", lines("", &|path, bytes| format!("SHA1 ({path}) = {}", sha1(bytes)))),
        ("md5", lines("%%%% HASHDEEP-1.0\n%%%% size,md5,filename\n", &|path, bytes| format!("{},{},{path}", bytes.len(), md5(bytes)))),
        ("sha1", lines("<?xml version='1.0'?>\n<dfxml version='1.0'>\n", &file) + "</dfxml>\n"),
        ("md5", lines("", &|path, bytes| object(path, bytes, format!("\"Hashes\":{{\"md5\":\"{}\"}}", md5(bytes))))),
        ("md5", lines("", &|path, bytes| object(path, bytes, format!("\"ETag\":\"\\\"{}\\\"\"", md5(bytes))))),
        (
            "md5",
            lines("", &|path, bytes| format!("\"bucket\",\"{path}\",\"{}\",\"2026-11-01T00:00:00.000Z\",\"{}\"", bytes.len(), md5(bytes))),
        ),
        ("crc32", lines("Path,Size,CRC32\n", &|path, bytes| format!("{path},{},{}", bytes.len(), crc32(bytes)))),
    ];
    for (algorithm, listing) in listings {
        let desk = Desk::new();
        let (finished, outputs) = run(&desk, &files, &[("taken", "list", listing.clone().into_bytes())]);
        let found: BTreeSet<[String; 3]> = outputs
            .rows("differences.csv")
            .into_iter()
            .map(|row| ["item", "difference", "listed"].map(|column| row[column].to_lowercase()))
            .collect();
        let listed = match algorithm {
            "md5" => md5(b"54321"),
            "sha1" => sha1(b"54321"),
            _ => crc32(b"54321").to_lowercase(),
        };
        let mut expected = BTreeSet::from([["ev/d/altered.txt".to_owned(), algorithm.to_owned(), listed]]);
        match algorithm {
            // So short a checksum proves no content to be another file's.
            "crc32" => {
                expected.insert(["ev/d/moved.txt", "missing", "5"].map(str::to_owned));
                expected.insert(["ev/d/elsewhere.txt", "extra", ""].map(str::to_owned));
            }
            _ => _ = expected.insert(["ev/d/moved.txt", "path", "ev/d/moved.txt"].map(str::to_owned)),
        }
        assert_eq!(found, expected, "{listing}\n{}", finished.stderr);
        let causes: Vec<String> = outputs.rows("gaps.csv").into_iter().map(|row| row["cause"].clone()).collect();
        assert_eq!(causes.iter().filter(|cause| *cause == "differs").count(), 1, "{listing} {causes:?}");
    }
}

/// What a store encrypts with a key of its own is tagged with no MD5, and an object of several parts with that of its parts.
#[test]
fn tags_that_are_no_checksums_contradict_nothing() {
    let files: [(&str, &[u8]); 3] = [("d/a.txt", b"one"), ("d/b.txt", b"three"), ("d/c.txt", b"fourteen")];
    let object =
        |path: &str, bytes: &[u8], tag: &str| format!("{{\"Key\":\"{path}\",\"Size\":{},\"ETag\":\"\\\"{tag}\\\"\"}}\n", bytes.len());
    let listing: String = files.iter().map(|(path, bytes)| object(path, bytes, &hex(md5::Md5::digest(path.as_bytes())))).collect();
    let parts: String = files.iter().map(|(path, bytes)| object(path, bytes, &format!("{}-2", hex(md5::Md5::digest(b"x"))))).collect();
    for listing in [listing, parts] {
        let desk = Desk::new();
        let (_, outputs) = run(&desk, &files, &[("taken", "list", listing.clone().into_bytes())]);
        assert_eq!((outputs.rows("differences.csv"), outputs.rows("gaps.csv")), (Vec::new(), Vec::new()), "{listing}");
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

#[test]
fn lines_of_a_log_are_no_paths_of_a_find() {
    for log in [
        "2025-03-05 10:00:00 INFO user=acme src=203.0.113.9 action=DOWNLOAD path=/home/acme/a.csv size=100 status=OK\n",
        "2025-03-05T10:00:00Z user=acme src=203.0.113.9 path=/home/acme/a.csv\n",
        "2025-03-05 10:00:00,123 [main] INFO Transfer - user acme downloaded /home/acme/a.csv\n",
        "2025-03-05 10:00:00 203.0.113.9 acme GET /home/acme/a.csv 200\n",
    ] {
        let desk = Desk::new();
        write_registry(&desk.path("registry"), &[Institution::new("C1", "Alder Orchard Savings Bank").with("client_code", "ALDER77")]);
        write(&desk.path("evidence").join("a.txt"), b"nothing");
        write(&desk.path("log.txt"), log.repeat(3).as_bytes());
        let job = Job::of("ev", &desk.path("evidence")).manifest_of("platform", &desk.path("log.txt"));
        let outputs = desk.run(&job, &desk.path("registry"));
        assert_eq!(outputs.verdicts()["C1"], "undetermined", "{log}");
        assert!(outputs.rows("gaps.csv").iter().any(|gap| gap["cause"] == "not_understood"), "{log}");
    }
}

#[test]
fn a_log_in_no_known_syntax_is_no_listing() {
    let event = |n: u32, line: &dyn Fn(&str, &str) -> String| {
        line(["203.0.113.45", "198.51.100.7"][n as usize % 2], ["konigs11x", "birch22x"][n as usize % 2])
    };
    let log = |line: &dyn Fn(&str, &str) -> String| (0..6).map(|n| event(n, line) + "\n").collect::<String>().into_bytes();
    let logs = [
        log(&|peer, account| format!("{peer} - {account} [31/Oct/2024:12:00:00 +0000] \"GET /files/{account}/a.csv HTTP/1.1\" 200 5500")),
        log(&|peer, account| {
            format!("2024-10-31 12:00:00,123     1 [{peer}] \"{account}\" SSH SFTP download of '/out/a.csv' completed, 5500 bytes")
        }),
        log(&|peer, account| format!("20241031 12:00:00 ({peer}) {account}: RETR /users/{account}/a.csv 226 5500 bytes sent")),
        log(&|peer, account| {
            format!("2.0;2024-10-31T12:00:00.0Z;GetBlob;Success;200;{account};\"https://x.example/{account}/a.csv\";{peer}:51000;465;5500")
        }),
    ];
    for bytes in logs {
        let shown = String::from_utf8_lossy(&bytes[..60]).into_owned();
        let desk = Desk::new();
        let (_, outputs) = run(&desk, &[README], &[("platform", "l.log", bytes)]);
        assert_eq!(outputs.verdicts().values().filter(|verdict| *verdict == "undetermined").count(), 3, "{shown}");
    }
    // Addresses in the names of files, and in a table of files, are no events.
    let paths = b"logs/10.0.0.1/access.log\nhost-10.1.2.3.txt\nreadme.txt\n".to_vec();
    let desk = Desk::new();
    let (_, outputs) =
        run(&desk, &[README, ("logs/10.0.0.1/access.log", b"x\n"), ("host-10.1.2.3.txt", b"y\n")], &[("taken", "l.txt", paths)]);
    assert!(outputs.verdicts().values().all(|verdict| verdict == "ruled_out"));
}

#[test]
fn folders_beside_homes_hold_anybodys_files() {
    let noise: Vec<u8> = (0..6000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let homes: [(&str, &[u8]); 2] = [("home/konigs11x/out/a.txt", b"x\n"), ("home/birch22x/out/b.txt", b"y\n")];
    for (path, open) in [
        ("home/backup/full.bin", true),
        ("home/lost+found/full.bin", true),
        ("home/shared/out/full.bin", true),
        ("home/_all_clients/full.bin", true),
        // Built as the others, or with their folders: the home of an account that nobody claims.
        ("home/dover44x/full.bin", false),
        ("home/dovercity/out/full.bin", false),
    ] {
        let desk = Desk::new();
        let (_, outputs) = run(&desk, &[homes[0], homes[1], (path, &noise)], &[]);
        let verdicts = outputs.verdicts();
        assert_eq!(verdicts["K3"], if open { "undetermined" } else { "ruled_out" }, "{path}");
        assert_eq!((&verdicts["K1"][..], &verdicts["K2"][..]), ("affected", "affected"), "{path}");
    }
}

#[test]
fn a_root_may_be_a_home() {
    let desk = Desk::new();
    for account in ["konigs11x", "birch22x"] {
        write(&desk.path("homes").join(account).join("out/a.txt"), b"x\n");
    }
    write_registry(&desk.path("registry"), &institutions());
    let job = Job::of("konigs11x", &desk.path("homes/konigs11x")).root("birch22x", &desk.path("homes/birch22x"));
    let impact = desk.run(&job, &desk.path("registry")).impact();
    for (id, expected) in [("K1", "account_path"), ("K2", "account_path"), ("K3", "searched_clear")] {
        assert_eq!(impact[id]["basis"], expected, "{id}");
    }
}

/// A tree and its checksums are the usual pair.
#[test]
fn two_listings_that_name_one_file_are_one_row_of_its_evidence() {
    let desk = Desk::new();
    write_registry(&desk.path("registry"), &[Institution::new("C1", "Quarrystone Orchard Bank").with("transfer_account", "quarry77")]);
    let (mut tree, mut sums) = (String::new(), String::new());
    for number in 0..80 {
        let (path, text) = (format!("home/quarry77/out/f{number:02}.csv"), format!("text number {number}\n"));
        write(&desk.path("ev").join(&path), text.as_bytes());
        tree += &format!("{path}\n");
        let sum: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        sums += &format!("{sum}  {path}\n");
    }
    write(&desk.path("tree.txt"), tree.as_bytes());
    write(&desk.path("sums.txt"), sums.as_bytes());
    let job = Job::of("ev", &desk.path("ev")).manifest_of("taken", &desk.path("tree.txt")).manifest_of("taken", &desk.path("sums.txt"));
    let outputs = desk.run(&job, &desk.path("registry"));
    let rows = outputs.rows("evidence.csv");
    let listed: Vec<_> = rows.iter().filter(|row| row["basis"] == "listed").collect();
    assert_eq!(listed.len(), 80, "{listed:?}");
    assert!(listed.iter().all(|row| row["count"] == "2"), "{listed:?}");
}

/// What colours a listing on a terminal is no part of its names.
#[test]
fn a_coloured_listing_is_read_as_it_is_printed() {
    let desk = Desk::new();
    let tree = "\x1B[01;34m/home\x1B[0m\n├── \x1B[01;34mkonigs11x\x1B[0m\n│   └── \x1B[01;31ma.zip\x1B[0m\n\n1 directory, 1 file\n";
    let (_, outputs) = run(&desk, &[README], &[("taken", "tree.txt", tree.as_bytes().to_vec())]);
    let impact = outputs.impact();
    assert_eq!((impact["K1"]["verdict"].as_str(), impact["K1"]["basis"].as_str()), ("affected", "listed"));
    assert_eq!([&impact["K2"]["verdict"], &impact["K3"]["verdict"]], ["ruled_out", "ruled_out"]);
}
