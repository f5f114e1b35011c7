//! Searching a case: what stands in the evidence is found, where it lies, and nothing is shown that must not be.

use crate::harness::{Desk, Finished, Job, aes_zip, assert_golden, docx, gzip, nacha, program, tar_of, write, zip_of};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// A case with a little of everything.
fn scene() -> Desk {
    let desk = Desk::new();
    let root = desk.path("evidence");
    let letter = "Dear Ms Müller,\nthe wire to First State Bank was stopped on account 448-291-0337.\nFraud is suspected.\n";
    write(&root.join("letters/stop.txt"), letter.as_bytes());
    write(&root.join("letters/copy of stop.txt"), letter.as_bytes());
    write(&root.join("notes.txt"), b"The FirstStateBank pump runs. x_account_no 4482910337, routing number 0210-0002-1.\n");
    write(&root.join("hostile\x1b[2J\nname.txt"), "wire\x1b[31m transfer \u{202E}fraud\u{7}\n".as_bytes());
    let table = "client_code,name,account_number,routing_number\nQX7ZP41,Ada Person,4482910337,21000021\nQX7ZP41,Bo Person,9001700002,21000021\nZZ9,Cy Person,9001700003,61000146\n";
    write(&root.join("export.csv"), table.as_bytes());
    let inner = zip_of(&[("deep/memo.txt".to_owned(), b"A quiet memorandum about the wire.\n".to_vec())]);
    let members = [("inner.zip".to_owned(), inner.clone()), ("stop.txt".to_owned(), letter.as_bytes().to_vec())];
    write(&root.join("backup.tar.gz"), &gzip(&tar_of(&members)));
    write(&root.join("second.zip"), &zip_of(&[("inner.zip".to_owned(), inner)]));
    write(&root.join("locked.zip"), &aes_zip(&[("secret.txt".to_owned(), b"nobody reads this".to_vec())]));
    write(&root.join("payments.ach"), &nacha("021000021", 3));
    write(
        &root.join("memo.docx"),
        &docx(&["IBAN DE89 3704 0044 0532 0130 00 of the payee".to_owned(), "ops@mail.pemberly.example".to_owned()]),
    );
    write(&root.join("empty.txt"), b"");
    write(&desk.path("listing.txt"), b"letters/stop.txt\nnotes.txt\nexport.csv\nletters/lost statement.pdf\nsecond.zip\n");
    desk.index(&Job::of("ev", &root).manifest(&desk.path("listing.txt")));
    desk
}

#[track_caller]
fn ask(desk: &Desk, query: &str, options: &[&str]) -> Finished {
    let mut command = program();
    command.arg("query").arg("--case").arg(desk.case()).args(options).arg("--").arg(query);
    Finished::from(command.output().expect("the program starts"))
}

#[track_caller]
fn json(desk: &Desk, query: &str) -> Value {
    let finished = ask(desk, query, &["--json", "--limit", "0"]).with_code(&[0]);
    serde_json::from_str(&finished.stdout).expect("JSON")
}

/// The items that are found, each once, with the copies.
#[track_caller]
fn items(desk: &Desk, query: &str) -> Vec<String> {
    let answer = json(desk, query);
    let words = |value: &Value| value.as_str().expect("a text").to_owned();
    let mut out = Vec::new();
    for hit in answer["hits"].as_array().expect("hits") {
        out.push(words(&hit["item"]));
        out.extend(hit["copies"].as_array().expect("copies").iter().map(words));
    }
    out.sort();
    out.dedup();
    out
}

#[test]
fn words_fields_and_their_combinations_find_what_holds_them() {
    let desk = scene();
    let stop = ["ev/backup.tar.gz!/content!/stop.txt", "ev/letters/copy of stop.txt", "ev/letters/stop.txt"];
    let memo = ["ev/backup.tar.gz!/content!/inner.zip!/deep/memo.txt", "ev/second.zip!/inner.zip!/deep/memo.txt"];
    let hostile = ["ev/hostile%1B[2J%0Aname.txt"];
    let sorted = |parts: &[&[&str]]| {
        let mut all: Vec<String> = parts.concat().into_iter().map(str::to_owned).collect();
        all.sort();
        all
    };
    let nothing: Vec<String> = Vec::new();
    for (query, expected) in [
        ("wire", sorted(&[&stop, &memo, &hostile])),
        ("WIRE fraud", sorted(&[&stop, &hostile])),
        ("wire NOT fraud", sorted(&[&memo])),
        ("wire -fraud", sorted(&[&memo])),
        ("muller", sorted(&[&stop])),
        ("\"first state bank\"", sorted(&[&stop, &["ev/notes.txt"]])),
        ("firststatebank", sorted(&[&["ev/notes.txt"]])),
        ("\"wire bank\"~4", sorted(&[&stop])),
        ("\"bank wire\"~2", nothing.clone()),
        ("memor?nd* OR susp*", sorted(&[&stop, &memo])),
        ("*randum", sorted(&[&memo])),
        ("account_no", sorted(&[&["ev/notes.txt"]])),
        ("4482910337", sorted(&[&stop, &["ev/export.csv", "ev/notes.txt"]])),
        ("448-291-0337", sorted(&[&stop, &["ev/export.csv", "ev/notes.txt"]])),
        ("\"4482 910 337\"", sorted(&[&stop, &["ev/export.csv", "ev/notes.txt"]])),
        ("aba:021000021", sorted(&[&["ev/export.csv", "ev/notes.txt", "ev/payments.ach"]])),
        ("aba:0210-0002-1 type:nacha", sorted(&[&["ev/payments.ach"]])),
        ("aba:061000146", sorted(&[&["ev/export.csv", "ev/payments.ach"]])),
        ("client_code:qx7zp41", sorted(&[&["ev/export.csv"]])),
        ("transfer_account:ZZ9", sorted(&[&["ev/export.csv"]])),
        ("iban_bank:DE:37040044", sorted(&[&["ev/memo.docx!/word/document.xml", "ev/memo.docx"]])),
        ("DE89370400440532013000", sorted(&[&["ev/memo.docx!/word/document.xml", "ev/memo.docx"]])),
        ("domain:pemberly.example", sorted(&[&["ev/memo.docx!/word/document.xml", "ev/memo.docx"]])),
        ("domain:berly.example", nothing.clone()),
        ("status:unread", sorted(&[&["ev/locked.zip!/secret.txt"]])),
        ("cause:encrypted name:*.txt", sorted(&[&["ev/locked.zip!/secret.txt"]])),
        ("status:listed", sorted(&[&["ev/letters/lost statement.pdf"]])),
        ("path:letters/ name:copy", sorted(&[&["ev/letters/copy of stop.txt"]])),
        ("wire path:letters/", sorted(&[&stop[1..]])),
        ("wire status:duplicate -path:backup", sorted(&[&stop[1..], &memo[1..]])),
        ("name:inner.zip type:application/zip", sorted(&[&["ev/backup.tar.gz!/content!/inner.zip", "ev/second.zip!/inner.zip"]])),
        ("xyzzy OR \"nobody reads\"", nothing),
    ] {
        let got = items(&desk, query);
        // The parts of a document that are found in it are an item or not, after its reader.
        let is_document = query.contains("iban") || query.contains("DE8") || query.starts_with("domain:pem");
        let right = if is_document { !got.is_empty() && got.iter().all(|item| expected.contains(item)) } else { got == expected };
        assert!(right, "{query}: {got:#?}, not {expected:#?}");
    }
    let all = json(&desk, "NOT xyzzy")["total"]["paths"].as_u64().expect("a number");
    let held = desk.coverage()["items"].as_u64().expect("a number");
    assert!(all > held, "everything that is held, what lies in duplicates, and what is listed: {all}, {held}");
}

#[test]
fn dates_are_found_as_they_stand() {
    let desk = Desk::new();
    let root = desk.path("evidence");
    let days = [("iso.txt", "1965-09-13"), ("point.txt", "13.09.1965"), ("slash.csv", "09/13/1965")];
    days.iter().for_each(|(name, day)| write(&root.join(name), format!("born {day}, of age\n").as_bytes()));
    desk.index(&Job::of("ev", &root));
    for (name, day) in days {
        for query in [day.to_owned(), format!("\"born {day}\"")] {
            assert_eq!(items(&desk, &query), [format!("ev/{name}")], "{query}");
        }
    }
}

#[test]
fn a_hash_finds_its_copies_by_its_beginning() {
    let desk = scene();
    let whole = json(&desk, "suspected")["hits"][0]["sha256"].as_str().expect("a hash").to_owned();
    for hex in [whole.clone(), whole[..12].to_owned(), whole[..12].to_uppercase()] {
        assert_eq!(items(&desk, &format!("sha256:{hex}")).len(), 3);
    }
}

#[test]
fn statuses_are_those_of_the_coverage_list() {
    let desk = scene();
    let registry = desk.path("registry");
    crate::harness::write_registry(
        &registry,
        &[crate::harness::Institution::new("A", "Quenby Hollow Savings Bank").with("client_code", "zz9absent9")],
    );
    let outputs = desk.decide(&registry);
    let mut wrong = Vec::new();
    for row in outputs.rows("coverage.csv") {
        let answer = json(&desk, &format!("path:\"{}\" status:{}", row["item"].replace('\\', "\\\\"), row["status"]));
        let found = answer["hits"]
            .as_array()
            .expect("hits")
            .iter()
            .any(|hit| hit["item"] == row["item"] && hit["cause"].as_str().unwrap_or("") == row["cause"]);
        if !found {
            wrong.push(format!("{} {} {}", row["item"], row["status"], row["cause"]));
        }
    }
    assert!(wrong.is_empty(), "not found with this status and cause:\n{}", wrong.join("\n"));
}

#[test]
fn answers_for_people_are_the_golden_ones() {
    let desk = scene();
    let mut shown = String::new();
    for (query, options) in [
        ("wire AND (fraud OR memorandum)", &[][..]),
        ("4482910337", &[]),
        ("aba:021000021", &[]),
        ("\"wire stopped\"~6", &[]),
        ("status:unread OR status:listed", &[]),
        ("the", &["--limit", "2"]),
        ("xyzzy", &[]),
    ] {
        let finished = ask(&desk, query, options).with_code(&[0]);
        assert_eq!(finished.stderr, "");
        shown.push_str(&format!("$ ruleout query {query} {}\n{}\n", options.join(" "), finished.stdout));
    }
    assert_golden("query.txt", &shown);
    for hostile in ['\x1b', '\u{202E}', '\u{7}'] {
        assert!(!shown.contains(hostile));
    }
}

#[test]
fn json_holds_to_its_schema_and_its_ranges_to_its_snippets() {
    let desk = scene();
    let schema: Value =
        serde_json::from_slice(&fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/query.schema.json")).expect("the schema"))
            .expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    for query in ["wire OR fraud OR 4482910337", "aba:021000021", "status:unread OR status:listed", "xyzzy"] {
        let answer = json(&desk, query);
        assert!(schema.is_valid(&answer), "{:?}", schema.iter_errors(&answer).map(|e| e.to_string()).collect::<Vec<_>>());
        let hits = answer["hits"].as_array().expect("hits");
        assert_eq!(hits.len() as u64, answer["total"]["places"].as_u64().expect("a number"));
        for hit in hits {
            let snippet = hit["snippet"].as_str().expect("a text");
            for range in hit["highlights"].as_array().expect("ranges") {
                let at = |n: usize| range[n].as_u64().expect("a number") as usize;
                assert!(!snippet[at(0)..at(1)].is_empty(), "{hit}");
            }
        }
    }
    let hit = &json(&desk, "suspected")["hits"][0];
    let text = fs::read(desk.path("evidence/letters/stop.txt")).expect("the letter");
    assert!(text[hit["offset"].as_u64().expect("an offset") as usize..].starts_with(b"suspected"));
}

#[test]
fn no_snippet_shows_a_persons_number() {
    let desk = scene();
    for query in [
        "4482910337",
        "448-291-0337",
        "44829*",
        "Person",
        "account",
        "iban",
        "DE89370400440532013000",
        "iban_bank:DE:37040044",
        "NOT xyzzy",
    ] {
        for hit in json(&desk, query)["hits"].as_array().expect("hits") {
            let digits: String = hit["snippet"].as_str().expect("a text").chars().filter(|c| c.is_alphanumeric() || *c == '•').collect();
            for secret in ["4482910337", "9001700002", "DE89370400440532013000", "370400440532013000"] {
                assert!(!digits.contains(secret), "{query}: {hit}");
            }
        }
    }
}

#[test]
fn what_cannot_be_parsed_is_wrong_usage_and_says_where() {
    let desk = scene();
    for (query, why) in [
        ("wire AND (fraud", "  wire AND (fraud\n           ^"),
        ("wire colour:red", "known: text, path, name"),
        ("", "Fields: text, path"),
        ("aba:021000020", "check digit"),
        ("status:lost", "known: read, scanned"),
        ("\x1b[2J(", "must follow"),
    ] {
        let finished = ask(&desk, query, &[]).with_code(&[2]);
        assert!(
            finished.stderr.contains(why) && finished.stdout.is_empty() && !finished.stderr.contains('\x1b'),
            "{query}: {}",
            finished.stderr
        );
    }
}

#[test]
fn the_limit_bounds_what_is_shown_and_not_what_is_counted() {
    let desk = Desk::new();
    (0..70).for_each(|n| write(&desk.path(&format!("evidence/{n:02}.txt")), format!("file {n}: pump pump\n").as_bytes()));
    desk.index(&Job::of("ev", &desk.path("evidence")));
    let answer = ask(&desk, "pump", &[]).with_code(&[0]).stdout;
    assert!(answer.ends_with("70 items, 140 places; first 50 shown, --limit 0 shows all\n"), "{answer}");
    assert!(ask(&desk, "pump", &["--limit", "0"]).stdout.ends_with("70 items, 140 places\n"));
    let first = ask(&desk, "pump", &["--limit", "3"]).stdout;
    assert!(answer.starts_with("ev/00.txt\n") && first.matches(" at ").count() == 3, "{first}");
}

#[test]
fn words_at_the_border_of_stored_pieces_are_found_once() {
    let desk = Desk::new();
    let line = |n: usize| format!("the {n}th word is quiet-{n} here\n");
    let text: String = (0..4_000).map(line).collect();
    write(&desk.path("evidence/long.txt"), text.as_bytes());
    desk.index(&Job::of("ev", &desk.path("evidence")));
    let answer = json(&desk, "\"word is quiet\"");
    assert_eq!(answer["total"]["places"], 4_000);
    assert_eq!(json(&desk, "quiet")["total"]["places"], 4_000);
    let offsets: Vec<u64> = answer["hits"].as_array().expect("hits").iter().map(|hit| hit["offset"].as_u64().expect("an offset")).collect();
    assert!(offsets.is_sorted() && offsets.iter().all(|at| text[*at as usize..].starts_with("word is quiet")));
}
