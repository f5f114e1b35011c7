//! What only looks like an identifier or a name: numbers in prose, common words, lists, longer names.

use crate::harness::{Desk, Institution, Job, Outputs, Random, write, write_registry};

/// Routing number: a thrift's prefix, six digits, check digit.
pub fn aba(n: u32) -> String {
    with_check_digit(&format!("27{n:06}"))
}

fn with_check_digit(eight: &str) -> String {
    let sum: u32 = eight.bytes().zip([3, 7, 1].into_iter().cycle()).map(|(d, w)| u32::from(d - b'0') * w).sum();
    format!("{eight}{}", (10 - sum % 10) % 10)
}

/// What a run says of these files; the outputs last as long as the desk.
pub fn outcome(institutions: &[Institution], files: &[(&str, String)]) -> (Desk, Outputs) {
    let bytes: Vec<(&str, Vec<u8>)> = files.iter().map(|(path, text)| (*path, text.clone().into_bytes())).collect();
    outcome_of_bytes(institutions, &bytes)
}

/// As [`outcome`], of files of any kind.
pub fn outcome_of_bytes(institutions: &[Institution], files: &[(&str, Vec<u8>)]) -> (Desk, Outputs) {
    let desk = Desk::new();
    let registry = desk.path("registry");
    write_registry(&registry, institutions);
    files.iter().for_each(|(path, bytes)| write(&desk.path("ev").join(path), bytes));
    let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &registry);
    (desk, outputs)
}

#[test]
fn numbers_in_prose_that_equal_identifiers_are_nobodys() {
    let institution = |n: u32| {
        let name =
            format!("Quarrystone {} Savings Bank", ["Ash", "Birch", "Cedar", "Dogwood", "Elm"][n as usize % 5].repeat(1 + n as usize / 5));
        let one = Institution::new(&format!("C{n:03}"), &name).with("aba", &aba(n * 37)).with("client_code", &format!("QXZ{n:03}P"));
        one.with("fdic_cert", &(20_000 + n).to_string())
            .with("rssd", &(700_000 + n).to_string())
            .with("ncua_charter", &(60_000 + n).to_string())
    };
    let institutions: Vec<Institution> = (0..60).map(institution).collect();
    let mut random = Random::new(7);
    let words = ["the", "job", "wrote", "batch", "and", "record", "step", "done", "count", "line", "page", "near"];
    let mut text = String::new();
    for n in 0..20_000u32 {
        let number = match n % 50 {
            0 => aba(n / 50 % 60 * 37),
            1 => (20_000 + n % 60).to_string(),
            2 => (700_000 + n % 60).to_string(),
            3 => (60_000 + n % 60).to_string(),
            _ => format!("{:09}", random.next() % 1_000_000_000),
        };
        let word: &&str = random.pick(&words);
        text.push_str(word);
        text.push_str(&format!(" {number}{}", if n % 7 == 6 { "\n" } else { " " }));
    }
    let (_desk, outputs) = outcome(&institutions, &[("logs/run.txt", text)]);
    for (id, row) in outputs.impact() {
        assert_eq!((row["verdict"].as_str(), row["basis"].as_str()), ("ruled_out", "searched_clear"), "{id}");
    }
    assert!(outputs.rows("evidence.csv").is_empty());
    let hit = outputs.rows("controls.csv").into_iter().filter(|row| row["control"] == "decoy" && row["found"] != "0").count();
    assert_eq!(hit, 0);
}

/// Some 136 of ten million random numbers equal one of as many routing numbers as are in use. It takes minutes:
/// `cargo test --release --test main -- --ignored ten_million`.
#[test]
#[ignore = "ten million numbers take minutes; see the command above"]
fn ten_million_random_numbers_in_free_text_are_nobodys() {
    const WORDS: [&str; 8] = ["reference", "see", "and", "of the", "count", "note", "on", "left"];
    let number = |n: u32| with_check_digit(&(21_000_000 + n * 801).to_string());
    let institutions: Vec<Institution> = (0..13_600)
        .map(|n| {
            let place: String = n
                .to_string()
                .bytes()
                .map(|b| ["Ash", "Oak", "Elm", "Fir", "Yew", "Bay", "Fig", "Box", "Haw", "Ivy"][usize::from(b - b'0')])
                .collect();
            Institution::new(&format!("C{n:05}"), &format!("Quarrystone {place} Savings Bank")).with("aba", &number(n))
        })
        .collect();
    let mut state = 7u64;
    let mut random = move || {
        // A generator of Marsaglia's (xorshift64).
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut text = String::with_capacity(160 << 20);
    for n in 0..10_000_000 {
        text.push_str(WORDS[random() as usize % WORDS.len()]);
        text.push_str(&format!(" {:09}{}", random() % 1_000_000_000, if n % 9 == 8 { ".\n" } else { " " }));
    }
    let (_desk, outputs) = outcome(&institutions, &[("notes/all.txt", text)]);
    assert_eq!(outputs.rows("evidence.csv").len(), 0);
    assert!(outputs.verdicts().values().all(|verdict| verdict == "ruled_out"));
}

#[test]
fn common_words_are_no_names() {
    let institutions = [
        Institution::new("HOPE", "HOPE").with("client_code", "QX7731"),
        Institution::new("CITY", "CITY Federal Credit Union").with("client_code", "ZK4410"),
        Institution::new("NET", "Net").with("client_code", "PT9902"),
        Institution::new("LONG", "First Bank of Iowa").with("client_code", "LB5501"),
        Institution::new("SHORT", "First Bank").with("client_code", "SB5502"),
    ];
    let prose = "We hope that the city net works.\nThere is net income, and hope for more of it in the city.\nThe First Bank of Iowa sent nothing.\n";
    let (_desk, outputs) = outcome(&institutions, &[("notes/plan.txt", prose.to_owned())]);
    let verdicts = outputs.verdicts();
    for id in ["HOPE", "CITY", "NET", "SHORT"] {
        assert_eq!(verdicts[id], "ruled_out", "{id}");
    }
    assert_eq!(verdicts["LONG"], "referenced");

    // Written as a name it points, and does not decide; with its legal form it is the name.
    let prose = "Files for HOPE are ready.\nCITY FCU was called.\n";
    let (_desk, outputs) = outcome(&institutions, &[("notes/plan.txt", prose.to_owned())]);
    let verdicts = outputs.verdicts();
    assert_eq!(
        (verdicts["HOPE"].as_str(), verdicts["CITY"].as_str(), verdicts["NET"].as_str()),
        ("undetermined", "referenced", "ruled_out")
    );
}

#[test]
fn a_name_of_several_is_singled_out_by_city_region_or_domain() {
    let bank = |id: &str, code: &str| Institution::new(id, "Farmers State Bank").with("client_code", code);
    let place = |dir: &std::path::Path| {
        let customers = "customer_id,legal_name,country,region,city\nA,Farmers State Bank,US,IA,Ames\nB,Farmers State Bank,US,OH,Lima\n";
        write(&dir.join("customers.csv"), customers.as_bytes());
    };
    for (beside, one, other) in [
        ("", "undetermined", "undetermined"),
        (" in Ames", "referenced", "ruled_out"),
        // Somebody may be called as a city is.
        (" met Ames Miller and", "undetermined", "undetermined"),
        (", OH", "ruled_out", "referenced"),
        // As an address has it, and behind `of`; elsewhere it is another's name.
        (" Ames IA 50010", "referenced", "ruled_out"),
        (" of Lima, OH", "ruled_out", "referenced"),
        (" of Ames IA", "referenced", "ruled_out"),
        (" of Ames, OH", "ruled_out", "ruled_out"),
        (" of Ames Falls, IA", "ruled_out", "ruled_out"),
        (" of Toledo, OH", "ruled_out", "ruled_out"),
        (" Toledo OH 43601", "undetermined", "undetermined"),
        (" (ops@limafarmers.example)", "ruled_out", "undetermined"),
    ] {
        let desk = Desk::new();
        let registry = desk.path("registry");
        write_registry(&registry, &[bank("A", "QX7731"), bank("B", "ZK4410").with("domain", "limafarmers.example")]);
        place(&registry);
        write(&desk.path("ev/notes/call.txt"), format!("The Farmers State Bank{beside} called.\n").as_bytes());
        let verdicts = desk.run(&Job::of("ev", &desk.path("ev")), &registry).verdicts();
        assert_eq!((verdicts["A"].as_str(), verdicts["B"].as_str()), (one, other), "{beside}");
    }
}

#[test]
fn two_identifiers_together_prove_what_one_does_not() {
    let institutions = [
        Institution::new("A", "Quarrystone Farmers Bank")
            .with("client_code", "QX7731")
            .with("client_code", "7731204")
            .with("domain", "quarrystone.example"),
        Institution::new("B", "Second Harbour Savings Bank").with("client_code", "ZK4410").with("domain", "secondbank.example"),
    ];
    let list: String = (0..7).map(|n| format!("ops{n}@bank{n}.example, ")).collect();
    for (text, expected) in [
        ("The host is sftp.quarrystone.example today.\n".to_owned(), ["undetermined", "ruled_out"]),
        ("Files of QX7731 are here.\n".to_owned(), ["undetermined", "ruled_out"]),
        ("Files of QX7731 go to sftp.quarrystone.example.\n".to_owned(), ["affected", "ruled_out"]),
        // Another one's identifier beside them takes that away.
        ("Files of QX7731 and ZK4410 go to sftp.quarrystone.example.\n".to_owned(), ["undetermined", "undetermined"]),
        // A number that is a code says nothing by itself, and is the second sign beside another identifier of its holder.
        ("Files of 7731204 are here.\n".to_owned(), ["ruled_out", "ruled_out"]),
        ("Files of 7731204 go to sftp.quarrystone.example.\n".to_owned(), ["affected", "ruled_out"]),
        ("Files of 7731204 go to sftp.secondbank.example.\n".to_owned(), ["ruled_out", "undetermined"]),
        ("Files of 7731204.5 and 12-7731204 go to sftp.quarrystone.example.\n".to_owned(), ["undetermined", "ruled_out"]),
        // In a longer token, and on a list of addresses, nothing is meant.
        ("Build xQX7731y of notquarrystone.example.org ended.\n".to_owned(), ["ruled_out", "ruled_out"]),
        (format!("To: {list}desk@quarrystone.example\n"), ["ruled_out", "ruled_out"]),
    ] {
        let (_desk, outputs) = outcome(&institutions, &[("notes/a.txt", text.clone())]);
        let verdicts = outputs.verdicts();
        assert_eq!([verdicts["A"].as_str(), verdicts["B"].as_str()], expected, "{text}");
    }
}

#[test]
fn payments_in_a_log_have_the_owner_that_their_fields_name() {
    let institutions = [
        Institution::new("OWN", "Quarrystone Orchard Savings Bank").with("aba", "061000052").with("bic", "QXZAUS33"),
        Institution::new("OTHER", "Bellweather Harbor Credit Union").with("aba", "061000146").with("bic", "QXZBUS33"),
    ];
    let file = String::from_utf8(crate::harness::nacha("061000052", 3)).expect("ASCII");
    let logged: String = file.lines().map(|line| format!("2025-03-04 03:30:01,123 DEBUG [pool-7] writer - {line}\n")).collect();
    let some: String =
        file.lines().enumerate().map(|(n, line)| format!("Mar  4 03:30:{n:02} host ach[{}]: \"{line}\"\nheartbeat\n", 10 * n)).collect();
    let swift =
        "{1:F01QXZAUS33AXXX0000000000}{2:I103QXZBUS33XXXXN}{4:\\r\\n:20:1\\r\\n:32A:250304EUR1,\\r\\n:50K:ANN\\r\\n:59:/1\\r\\nBO\\r\\n-}";
    let json = format!("{{\"time\":\"2025-03-04T03:30:01Z\",\"level\":\"info\",\"message\":\"{swift}\"}}\n").repeat(3);
    for (name, text) in [("ach.log", logged), ("syslog.txt", some), ("swift.jsonl", json)] {
        let (_desk, outputs) = outcome(&institutions, &[(&format!("ev/logs/{name}"), text)]);
        let impact = outputs.impact();
        assert_eq!((&impact["OWN"]["verdict"][..], &impact["OWN"]["basis"][..]), ("affected", "owner_field"), "{name}");
        // The other side of the ACH file is its operator, which is nobody's customer.
        assert_eq!(impact["OTHER"]["verdict"], if name == "swift.jsonl" { "referenced" } else { "ruled_out" }, "{name}");
    }
    // Without its end it is no gap: every byte of the log was read.
    let cut: String = file.lines().take(4).map(|line| format!("03:30:01 {line}\n")).collect();
    let (_desk, outputs) = outcome(&institutions, &[("ev/logs/cut.log", cut)]);
    assert_eq!((outputs.verdicts()["OWN"].as_str(), outputs.rows("gaps.csv").len()), ("affected", 0));
}

/// `client[73563]: connected` bears the number of a process; `client=73563` and `client [73563]` say which one.
#[test]
fn the_number_of_a_process_is_no_clients() {
    let one = [Institution::new("A", "Quarrystone Farmers Bank").with("client_code", "73563")];
    for (line, expected) in [
        ("Nov  2 04:00:01 hub client[73563]: connected", "ruled_out"),
        ("Nov  2 04:00:01 hub tenant[73563]: started", "ruled_out"),
        ("Nov  2 04:00:01 hub hubd[812]: client [73563] connected", "affected"),
        ("Nov  2 04:00:01 hub hubd[812]: client=73563 connected", "affected"),
        ("client[73563].name=Mary Jones", "affected"),
        ("client_code[73563]: loaded", "affected"),
    ] {
        let (_desk, outputs) = outcome(&one, &[("logs/run.log", format!("{line}\n"))]);
        assert_eq!(outputs.verdicts()["A"], expected, "{line}");
    }
}

/// Folders that are years, months or days are nobody's, though some of them are codes.
#[test]
fn folders_of_a_calendar_are_no_homes() {
    let codes = ["2023", "2024", "202311", "202312", "202399", "4711", "5120"];
    let institution =
        |code: &&str| Institution::new(code, &format!("Quarry {} Savings", "Stone".repeat(code.len()))).with("client_code", code);
    let institutions: Vec<Institution> = codes.iter().map(institution).collect();
    for (above, folders, expected) in [
        ("arch", &["2021", "2022", "2023", "2024"][..], "ruled_out"),
        ("arch", &["2022", "2023", "2024", "old"], "ruled_out"),
        ("arch", &["202310", "202311", "202312"], "ruled_out"),
        // They may be either.
        ("arch", &["2023", "2024"], "undetermined"),
        ("clients", &["2023", "2024"], "affected"),
        ("hub", &["2023", "2024", "4711"], "affected"),
        ("hub", &["2023", "4711", "5120"], "affected"),
        ("hub", &["202311", "202312", "202399"], "affected"),
    ] {
        let paths: Vec<String> = folders.iter().map(|folder| format!("{above}/{folder}/x.bin")).collect();
        let files: Vec<(&str, String)> = paths.iter().map(|path| (&path[..], format!("nothing in {path}\n"))).collect();
        let (_desk, outputs) = outcome(&institutions, &files);
        let verdicts = outputs.verdicts();
        for code in codes {
            let expected = if folders.contains(&code) { expected } else { "ruled_out" };
            assert_eq!(verdicts[code], expected, "{code} in {above}/{folders:?}");
        }
    }
}
