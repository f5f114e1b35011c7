//! Text in pictures: an engine that is asked for, what it may not do, and what stays a gap.

use crate::harness::{Desk, Finished, Institution, Job, Outputs, Row, write, write_registry};
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A fax of a statement of Harbor Savings Bank, in Group 4.
const FAX: &[u8] = include_bytes!("../fixtures/scan/statement.tif");

/// An engine of the name that is looked for: answers what engines are asked, and runs these lines for a picture.
fn engine(desk: &Desk, lines: &str) -> PathBuf {
    let path = desk.path("bin/tesseract");
    let script = format!(
        "#!/bin/sh\ncase \"$1\" in\n--version) echo tesseract 9.1; exit 0;;\n--list-langs) echo models; echo eng; echo osd; exit 0;;\nesac\n\
         head='level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext'\n\
         say() {{ echo \"$head\"; for word in $1; do printf '5\\t1\\t1\\t1\\t1\\t1\\t0\\t0\\t9\\t9\\t88\\t%s\\n' \"$word\"; done; }}\n{lines}\n"
    );
    write(&path, script.as_bytes());
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.parent().unwrap().to_owned()
}

/// A PDF of one page that is this picture.
fn scanned_page(picture: &str, data: &[u8]) -> Vec<u8> {
    let mut out = b"%PDF-1.4\n".to_vec();
    let content = b"q 612 0 0 792 0 0 cm /I Do Q";
    for (number, (dictionary, data)) in [
        ("/Type/Catalog/Pages 2 0 R", None),
        ("/Type/Pages/Kids[3 0 R]/Count 1", None),
        ("/Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</XObject<</I 4 0 R>>>>/Contents 5 0 R", None),
        (picture, Some(data)),
        ("", Some(&content[..])),
    ]
    .into_iter()
    .enumerate()
    {
        out.extend(format!("{} 0 obj\n<<{dictionary}", number + 1).bytes());
        if let Some(data) = data {
            out.extend(format!("/Length {}>>stream\n", data.len()).bytes());
            out.extend(data);
            out.extend(b"\nendstream\nendobj\n");
        } else {
            out.extend(b">>\nendobj\n");
        }
    }
    out.extend(b"trailer\n<</Size 6/Root 1 0 R>>\n%%EOF\n");
    out
}

const GREY: &str = "/Subtype/Image/Width 40/Height 10/BitsPerComponent 8/ColorSpace/DeviceGray";

fn index(desk: &Desk, path: &Path, arguments: &[&str]) -> Finished {
    let mut command = desk.index_command(&Job::of("ev", &desk.path("evidence")));
    let places = std::env::join_paths([path, Path::new("/usr/bin"), Path::new("/bin")]).unwrap();
    command.env("PATH", places).env("RULEOUT_FENCE_SECONDS", "20").args(arguments);
    Finished::from(command.output().expect("the program starts"))
}

fn decide(desk: &Desk, institutions: &[Institution]) -> (Outputs, BTreeMap<String, Row>) {
    let registry = desk.path("registry");
    write_registry(&registry, institutions);
    let outputs = desk.decide(&registry);
    let items = outputs.rows("coverage.csv").into_iter().map(|row| (row["item"].clone(), row)).collect();
    (outputs, items)
}

#[test]
fn pictures_are_read_when_asked_and_stay_gaps_of_their_cause() {
    let desk = Desk::new();
    write(&desk.path("evidence/fax.tif"), FAX);
    write(&desk.path("evidence/scan.pdf"), &scanned_page(GREY, &[0xFF; 400]));
    write(&desk.path("evidence/cut.pdf"), &scanned_page(GREY, &[0xFF; 300]));
    let bin = engine(&desk, "say 'Cedar Bank of Ames customer code CEDAR-01 and Alder Savings Bank'");
    let institutions = [
        Institution::new("C1", "Cedar Bank of Ames").with("client_code", "CEDAR-01"),
        Institution::new("C2", "Alder Savings Bank").with("client_code", "ALDER-02"),
        Institution::new("C3", "Birch Savings Bank").with("client_code", "BIRCH-03"),
    ];
    index(&desk, &bin, &[]).with_code(&[3]);
    let (_, items) = decide(&desk, &institutions);
    assert_eq!(items.len(), 3);
    assert!(items.values().all(|row| row["cause"] == "needs_ocr"), "{items:?}");

    // The same case, now with an engine: what was waiting for one is read again, and only once.
    index(&desk, &bin, &["--ocr"]).with_code(&[3]);
    let (outputs, items) = decide(&desk, &institutions);
    let ended = |item: &str| (items[item]["status"].as_str(), items[item]["cause"].as_str());
    assert_eq!(ended("ev/fax.tif"), ("partial", "ocr_only"));
    assert_eq!(ended("ev/scan.pdf"), ("partial", "ocr_only"));
    assert_eq!(ended("ev/scan.pdf!/page 1, picture 4.tif"), ("partial", "ocr_only"));
    // Of a picture whose samples are cut off nothing is made up.
    assert_eq!(ended("ev/cut.pdf"), ("partial", "needs_ocr"));
    assert!(items["ev/fax.tif"]["detail"].contains("tesseract 9.1, languages eng: 11 words, at a confidence of 88"), "{items:?}");
    let (impact, evidence) = (outputs.impact(), outputs.rows("evidence.csv"));
    let verdict = |id: &str| (impact[id]["verdict"].clone(), impact[id]["basis"].clone());
    // A labelled code alone may be another one misread; it points, and the rest of the picture stays open.
    assert_eq!(verdict("C1"), ("undetermined".to_owned(), "weak_evidence".to_owned()));
    assert_eq!(verdict("C3"), ("undetermined".to_owned(), "unread_content".to_owned()));
    let code = evidence.iter().find(|row| row["scheme"] == "client_code").expect("the code was seen");
    assert!(code["strength"] == "weak" && code["context"].starts_with("[OCR] "), "{code:?}");
    assert!(evidence.iter().any(|row| row["customer_id"] == "C2" && row["scheme"] == "name"));
    let run: serde_json::Value = serde_json::from_slice(&std::fs::read(outputs.file("run.json")).unwrap()).unwrap();
    assert_eq!(run["ocr"], serde_json::json!(["tesseract 9.1, languages eng"]));
    let gaps = outputs.rows("gaps.csv");
    assert!(gaps.iter().any(|row| row["cause"] == "ocr_only" && row["suggestion"] == "waive"), "{gaps:?}");
    let before = desk.coverage();
    index(&desk, &bin, &["--ocr"]).with_code(&[3]);
    assert_eq!(desk.coverage(), before);
}

#[test]
fn an_engine_that_misbehaves_costs_its_picture_alone() {
    let tried = "tried=; read line < /etc/passwd && tried=\"$tried opened\"; echo x > /tmp/ruleout-ocr-sabotage && tried=\"$tried wrote\"; \
                 say \"nothing $tried\"";
    let forks = "true | true; say forked";
    for (lines, cause, words) in [
        ("while :; do :; done", "limit_time", "longer than"),
        ("kill -SEGV $$", "worker_died", "died"),
        ("exit 1", "needs_ocr", "cannot read this picture"),
        ("echo no table", "needs_ocr", "cannot read this picture"),
        ("say ''", "ocr_only", "no word was seen"),
        (tried, "ocr_only", ": 1 words"),
        (forks, "worker_died", "exited with code 2"),
    ] {
        let desk = Desk::new();
        write(&desk.path("evidence/fax.tif"), FAX);
        write(&desk.path("evidence/letter.txt"), b"A letter of Cedar Bank of Ames.\n");
        let bin = engine(&desk, lines);
        let mut command = desk.index_command(&Job::of("ev", &desk.path("evidence")));
        command.env("PATH", &bin).env("RULEOUT_FENCE_SECONDS", "3").arg("--ocr");
        let finished = Finished::from(command.output().expect("the program starts")).with_code(&[3]);
        // Where the kernel lacks a layer, that was said, and more may have been done.
        let is_confined = !finished.stderr.contains("not fully confined");
        let (_, items) = decide(&desk, &[Institution::new("C1", "Cedar Bank of Ames")]);
        let fax = &items["ev/fax.tif"];
        if is_confined || ![tried, forks].contains(&lines) {
            assert!(fax["cause"] == cause && fax["detail"].contains(words), "{lines}: {fax:?}");
        }
        assert_eq!(items["ev/letter.txt"]["status"], "read");
    }
}

#[test]
fn without_an_engine_pictures_end_as_before_and_wrong_languages_are_refused() {
    let desk = Desk::new();
    write(&desk.path("evidence/fax.tif"), FAX);
    let mut command = desk.index_command(&Job::of("ev", &desk.path("evidence")));
    let finished = Finished::from(command.env("PATH", "/nowhere").arg("--ocr").output().expect("the program starts")).with_code(&[3]);
    assert!(finished.stderr.contains("tesseract is not on the PATH"), "{}", finished.stderr);
    let (_, items) = decide(&desk, &[Institution::new("C1", "Cedar Bank of Ames")]);
    assert_eq!(items["ev/fax.tif"]["cause"], "needs_ocr");
    let bin = engine(&desk, "say none");
    let finished = index(&desk, &bin, &["--ocr=eng+tlh"]).with_code(&[2]);
    assert!(finished.stderr.contains("no model for `tlh`"), "{}", finished.stderr);
}

#[test]
fn a_fax_is_read_by_the_engine_that_is_installed() {
    let is_installed = std::process::Command::new("tesseract").arg("--list-langs").output();
    if !is_installed.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).lines().any(|line| line == "eng")) {
        return eprintln!("skipped: tesseract with its model `eng` is not installed");
    }
    let desk = Desk::new();
    write(&desk.path("evidence/fax.tif"), FAX);
    let strip = |tag: [u8; 2]| {
        let at = (8..FAX.len()).find(|&at| FAX[at..].starts_with(&[tag[0], tag[1], 4, 0, 1, 0, 0, 0])).expect("a value of one strip");
        u32::from_le_bytes(FAX[at + 8..at + 12].try_into().unwrap()) as usize
    };
    let data = &FAX[strip([0x11, 1])..][..strip([0x17, 1])];
    let group_4 = "/Subtype/Image/Width 900/Height 190/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/CCITTFaxDecode\
                   /DecodeParms<</K -1/Columns 900/Rows 190>>";
    write(&desk.path("evidence/scan.pdf"), &scanned_page(group_4, data));
    let mut command = desk.index_command(&Job::of("ev", &desk.path("evidence")));
    Finished::from(command.arg("--ocr").output().expect("the program starts")).with_code(&[3]);
    let found = desk.query("\"Harbor Savings Bank\"");
    assert!(found.contains("ev/fax.tif") && found.contains("ev/scan.pdf!/page 1, picture 4.tif"), "{found}");
}
