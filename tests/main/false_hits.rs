//! What only looks like an identifier or a name: numbers in prose, common words, lists, longer names.

use crate::harness::{Desk, Institution, Job, Outputs, Random, write, write_registry};

/// Routing number: a thrift's prefix, six digits, check digit.
pub fn aba(n: u32) -> String {
    let eight = format!("27{n:06}");
    let sum: u32 = eight.bytes().zip([3, 7, 1].into_iter().cycle()).map(|(d, w)| u32::from(d - b'0') * w).sum();
    format!("{eight}{}", (10 - sum % 10) % 10)
}

/// What a run says of these files; the outputs last as long as the desk.
pub fn outcome(institutions: &[Institution], files: &[(&str, String)]) -> (Desk, Outputs) {
    let desk = Desk::new();
    let registry = desk.path("registry");
    write_registry(&registry, institutions);
    files.iter().for_each(|(path, text)| write(&desk.path("ev").join(path), text.as_bytes()));
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
