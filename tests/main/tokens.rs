//! The index does not know the registry: a token of the evidence that is registered afterwards is found.

use crate::harness::{Desk, Institution, Job, Outputs, Random, write, write_registry, zip_of};
use std::collections::BTreeMap;

const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";
const DIGITS: &[u8] = b"0123456789";

/// What a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Make {
    /// Letters of both cases.
    Letters,
    /// Letters and digits.
    Mixed,
    /// Letters and digits, in groups joined by hyphens or underscores.
    Grouped,
    /// Digits alone.
    Number,
}

fn token(make: Make, random: &mut Random) -> String {
    let some = |from: &[u8], n: usize, random: &mut Random| -> String { (0..n).map(|_| *random.pick(from) as char).collect() };
    let both = [LETTERS, DIGITS].concat();
    match make {
        Make::Letters => {
            let n = 6 + random.below(15);
            some(LETTERS, n, random)
        }
        Make::Mixed => {
            let n = 5 + random.below(14);
            // One digit at least, in the middle, so that it is no word.
            let (left, digit, right) = (some(&both, n / 2 + 1, random), some(DIGITS, 1, random), some(&both, n - n / 2, random));
            format!("{left}{digit}{right}")
        }
        Make::Grouped => {
            let groups = 2 + random.below(2);
            let mut out = some(&both, 3 + random.below(3), random);
            for _ in 1..groups {
                out.push(*random.pick(&['-', '_']));
                out.push_str(&some(&both, 2 + random.below(4), random));
            }
            out
        }
        Make::Number => {
            let n = 5 + random.below(13);
            format!("{}{}", 1 + random.below(9), some(DIGITS, n, random))
        }
    }
}

/// Sentences without names, numbers or identifiers.
fn prose(random: &mut Random, sentences: usize) -> String {
    const WORDS: &[&str] = &[
        "pump", "was", "checked", "in", "the", "morning", "and", "runs", "again", "after", "a", "short", "pause", "while", "rain", "fell",
        "on", "roof",
    ];
    let mut text = String::new();
    for _ in 0..sentences {
        for n in 0..6 + random.below(9) {
            text.push_str(if n == 0 { "" } else { " " });
            text.push_str(WORDS[random.below(WORDS.len())]);
        }
        text.push_str(".\n");
    }
    text
}

/// A text with a value in it.
type Writing = fn(&str) -> String;

type Carrier = fn(&str, &mut Random) -> Vec<u8>;

/// Files in which a token stands delimited, by file name extension.
const CARRIERS: &[(&str, Carrier)] = &[
    ("txt", |token, random| {
        format!("{}The retry of {token} was left for the morning.\n{}", prose(random, 5), prose(random, 5)).into_bytes()
    }),
    ("md", |token, random| format!("{}(see `{token}`), as ever.\n{}", prose(random, 3), prose(random, 300)).into_bytes()),
    ("log", |token, random| format!("{}03:12:44 INFO relay job={token};state=done\n{}", prose(random, 2), prose(random, 40)).into_bytes()),
    ("ini", |token, _| format!("[relay]\nremark={token}\nstate=up\n").into_bytes()),
    ("url", |token, random| format!("{}https://files.example.invalid/{token}/in?a=1&b={token}#end\n", prose(random, 2)).into_bytes()),
    ("bat", |token, random| format!("{}copy D:\\relay\\{token}\\in X:\\\r\n", prose(random, 2)).into_bytes()),
    ("sql", |token, _| format!("INSERT INTO relay (remark, state) VALUES ('{token}', 'up');\n").into_bytes()),
    ("csv", |token, random| {
        let mut table = "node,state,remark\n".to_owned();
        (0..20).for_each(|n| table.push_str(&format!("pump{n},{},{}\n", ["up", "down"][n % 2], if n == 13 { token } else { "calm" })));
        random.next();
        table.into_bytes()
    }),
    ("tsv", |token, _| {
        let mut table = "colour\tremark\n".to_owned();
        (0..9).for_each(|n| table.push_str(&format!("{}\t\"{}\"\n", ["red", "green"][n % 2], if n == 0 { token } else { "plain" })));
        table.into_bytes()
    }),
    ("json", |token, random| {
        format!("{{\"colour\": \"red\", \"inner\": [{{\"remark\": \"{token}\"}}], \"text\": \"{}\"}}", prose(random, 1).trim()).into_bytes()
    }),
    ("jsonl", |token, _| {
        format!("{{\"colour\": \"red\", \"remark\": \"calm\"}}\n{{\"colour\": \"green\", \"remark\": \"{token}\"}}\n").into_bytes()
    }),
    ("xml", |token, _| {
        format!("<?xml version=\"1.0\"?>\n<plan><row colour=\"red\">calm</row><row colour=\"green\">{token}</row></plan>\n").into_bytes()
    }),
    ("svg.xml", |token, _| format!("<?xml version=\"1.0\"?>\n<plan><row colour=\"{token}\">calm</row></plan>\n").into_bytes()),
    ("html", |token, random| format!("<html><body><p>{}</p><p>of <b>{token}</b>, again</p></body></html>", prose(random, 2)).into_bytes()),
    ("utf16le.txt", |token, random| {
        let text = format!("\u{FEFF}{}of {token} again\r\n", prose(random, 3));
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }),
    ("strings8.bin", |token, _| {
        [&b"\x7FQQ\x01\0\0\0\x02\0\x03\0"[..], b"\0\x04calm\0\x05", token.as_bytes(), b"\0\x06\0\0\x07plain words\0\x01\x02"].concat()
    }),
    ("strings16.bin", |token, _| {
        let wide: Vec<u8> = token.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [&b"\x7FQQ\x01\0\0\0\x02\0\x03\0\x05\0\0\0"[..], &wide, b"\0\0\x07\0\0\0\x01\0\x01\0\x02\0\0\0"].concat()
    }),
    ("odd16.bin", |token, _| {
        let wide: Vec<u8> = token.encode_utf16().flat_map(u16::to_be_bytes).collect();
        [&b"\x7FQQ\x01\0\0\0\x02\0\x03\0\x05\0\0\0\0"[..], &wide, b"\0\0\x07\0\0\0\x01\0\x01\0\x02\0\0\0\0"].concat()
    }),
    ("zip", |token, random| zip_of(&[("calm.txt".to_owned(), format!("{}of {token}, again\n", prose(random, 20)).into_bytes())])),
    ("long.txt", |token, random| format!("{}|{token}|\n{}", prose(random, 4000), prose(random, 2000)).into_bytes()),
];

/// A token and the item that it stands in.
struct Planted {
    id: String,
    token: String,
    make: Make,
    item: String,
}

/// Evidence with one token per file, indexed once.
struct Scene {
    desk: Desk,
    planted: Vec<Planted>,
}

impl Scene {
    fn new(seed: u64, each: usize) -> Self {
        let (desk, mut random, mut planted) = (Desk::new(), Random::new(seed), Vec::new());
        let root = desk.path("evidence");
        for (number, (end, carrier)) in CARRIERS.iter().enumerate() {
            for make in [Make::Letters, Make::Mixed, Make::Grouped, Make::Number] {
                for copy in 0..each {
                    let token = token(make, &mut random);
                    // File names that hold no token, and no more of a word than a letter.
                    let file =
                        format!("{}/{}{}{}.{end}", "m".repeat(number + 1), ["l", "x", "g", "n"][make as usize], "o".repeat(copy + 1), "p");
                    write(&root.join(&file), &carrier(&token, &mut random));
                    let id = format!("T{:04}", planted.len());
                    planted.push(Planted { id, token, make, item: format!("ev/{file}") });
                }
            }
        }
        desk.index(&Job::of("ev", &root));
        Self { desk, planted }
    }

    /// Matches with a registry in which each of these has its value; `ABSENT` has one that stands nowhere.
    fn decide<'v>(&self, scheme: &str, named: impl Iterator<Item = (&'v str, String)>) -> Outputs {
        let registry = self.desk.path("registry");
        // Names that share no word with the evidence.
        let mut institutions: Vec<_> = named
            .map(|(id, value)| {
                Institution::new(id, &format!("Institution Number {id} Savings Bank"))
                    .with(scheme, &value)
                    .with("client_code", &format!("own_{id}_zz9"))
            })
            .collect();
        institutions.push(
            Institution::new("ABSENT", "Quenby Hollow Savings Bank").with(scheme, "qq77-absent-qq77").with("client_code", "zz9absent9zz"),
        );
        write_registry(&registry, &institutions);
        self.desk.decide(&registry)
    }
}

/// Every planted token that was not found, in words.
fn lost(scene: &Scene, scheme: &str, counts: impl Fn(&Planted) -> bool, outputs: &Outputs) -> Vec<String> {
    let verdicts = outputs.verdicts();
    let mut found: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for row in outputs.rows("evidence.csv") {
        found.entry((row["customer_id"].clone(), row["scheme"].clone())).or_default().push(row["item"].clone());
    }
    assert_eq!(verdicts["ABSENT"], "ruled_out", "nothing keeps open who is not there");
    let mut lost = Vec::new();
    for planted in scene.planted.iter().filter(|planted| counts(planted)) {
        let items = found.get(&(planted.id.clone(), scheme.to_owned())).cloned().unwrap_or_default();
        let is_found = items.iter().any(|item| *item == planted.item || item.starts_with(&format!("{}!/", planted.item)));
        if verdicts[&planted.id] == "ruled_out" || !is_found {
            lost.push(format!("{scheme} `{}` in {}: {}, evidence in {items:?}", planted.token, planted.item, verdicts[&planted.id]));
        }
    }
    lost
}

/// Each for itself, as the only institution besides the absent one; of a sample, since each is a run.
fn lost_alone(scene: &Scene, scheme: &str, counts: impl Fn(&Planted) -> bool, step: usize) -> Vec<String> {
    let mut all = Vec::new();
    for chosen in scene.planted.iter().filter(|planted| counts(planted)).step_by(step) {
        let outputs = scene.decide(scheme, std::iter::once((chosen.id.as_str(), chosen.token.clone())));
        all.extend(lost(scene, scheme, |planted| planted.id == chosen.id, &outputs));
    }
    all
}

fn all(scene: &Scene, scheme: &str, counts: impl Fn(&Planted) -> bool) -> Outputs {
    scene.decide(scheme, scene.planted.iter().filter(|planted| counts(planted)).map(|planted| (planted.id.as_str(), planted.token.clone())))
}

#[test]
fn a_token_registered_afterwards_as_a_client_code_is_found() {
    let scene = Scene::new(71, 3);
    let counts = |planted: &Planted| planted.make != Make::Number;
    let mut lost_ones = lost(&scene, "client_code", counts, &all(&scene, "client_code", counts));
    lost_ones.extend(lost_alone(&scene, "client_code", counts, 17));
    assert!(lost_ones.is_empty(), "{} lost:\n{}", lost_ones.len(), lost_ones.join("\n"));
}

#[test]
fn a_token_registered_afterwards_as_a_transfer_account_is_found() {
    let scene = Scene::new(72, 3);
    let counts = |planted: &Planted| planted.make != Make::Number;
    let mut lost_ones = lost(&scene, "transfer_account", counts, &all(&scene, "transfer_account", counts));
    lost_ones.extend(lost_alone(&scene, "transfer_account", counts, 17));
    assert!(lost_ones.is_empty(), "{} lost:\n{}", lost_ones.len(), lost_ones.join("\n"));
}

#[test]
fn a_token_registered_afterwards_under_an_unknown_scheme_is_found() {
    let scene = Scene::new(73, 3);
    let mut lost_ones = lost(&scene, "core_ref", |_| true, &all(&scene, "core_ref", |_| true));
    lost_ones.extend(lost_alone(&scene, "core_ref", |_| true, 23));
    assert!(lost_ones.is_empty(), "{} lost:\n{}", lost_ones.len(), lost_ones.join("\n"));
}

#[test]
fn a_token_that_is_glued_into_a_longer_one_is_not_found() {
    for scheme in ["client_code", "transfer_account", "core_ref"] {
        let (desk, mut random, mut registered) = (Desk::new(), Random::new(74), Vec::new());
        let root = desk.path("evidence");
        for (number, (end, carrier)) in CARRIERS.iter().enumerate() {
            for (kind, make) in [Make::Letters, Make::Mixed, Make::Grouped, Make::Number].into_iter().enumerate() {
                let token = token(make, &mut random);
                let glued = match (number + kind) % 4 {
                    0 => format!("z{token}"),
                    1 => format!("{token}q"),
                    2 => format!("7{token}"),
                    _ => format!("{token}4"),
                };
                write(&root.join(format!("{}/{}.{end}", "m".repeat(number + 1), "o".repeat(kind + 1))), &carrier(&glued, &mut random));
                registered.push((format!("T{:04}", registered.len()), token, glued));
            }
        }
        desk.index(&Job::of("ev", &root));
        let scene = Scene { desk, planted: Vec::new() };
        let outputs = scene.decide(scheme, registered.iter().map(|(id, token, _)| (id.as_str(), token.clone())));
        let verdicts = outputs.verdicts();
        let evidence = outputs.rows("evidence.csv");
        let found: Vec<String> = registered
            .iter()
            .filter(|(id, ..)| verdicts[id] != "ruled_out" || evidence.iter().any(|row| row["customer_id"] == *id))
            .map(|(id, token, glued)| format!("{scheme} `{token}` in `{glued}`: {}", verdicts[id]))
            .collect();
        assert!(found.is_empty(), "{} found:\n{}", found.len(), found.join("\n"));
    }
}

#[test]
fn a_number_registered_afterwards_as_a_code_is_found_after_a_label_and_in_its_column() {
    let (desk, mut random) = (Desk::new(), Random::new(75));
    let root = desk.path("evidence");
    let written: &[(&str, &str, Writing)] = &[
        ("client_code", "prose.txt", |n| format!("The pump runs.\nClient code: {n}\nAnd again.\n")),
        ("client_code", "sentence.txt", |n| format!("Please look at client number {n} in the morning.\n")),
        ("client_code", "table.csv", |n| {
            format!("client_code,name,balance\n{n},Ada Person,12.50\n{n},Bo Person,3.10\n{n},Cy Person,7.75\n")
        }),
        ("client_code", "object.json", |n| format!("{{\"clientCode\": \"{n}\", \"state\": \"up\"}}")),
        ("client_code", "number.json", |n| format!("{{\"client_id\": {n}, \"state\": \"up\"}}")),
        ("client_code", "plan.xml", |n| format!("<?xml version=\"1.0\"?><plan><client_code>{n}</client_code></plan>")),
        ("client_code", "settings.ini", |n| format!("[relay]\nclient_id = {n}\nstate = up\n")),
        ("transfer_account", "prose.txt", |n| format!("The pump runs.\nSFTP account: {n}\nAnd again.\n")),
        ("transfer_account", "table.csv", |n| {
            format!("sftp_user,name,balance\n{n},Ada Person,12.50\n{n},Bo Person,3.10\n{n},Cy Person,7.75\n")
        }),
        ("transfer_account", "object.json", |n| format!("{{\"transferAccount\": \"{n}\", \"state\": \"up\"}}")),
    ];
    let mut planted = Vec::new();
    for (number, (scheme, file, text)) in written.iter().enumerate() {
        let value = token(Make::Number, &mut random)[..6 + number % 4 - 1].to_owned() + "3";
        let path = format!("{}/{file}", "m".repeat(number + 1));
        write(&root.join(&path), text(&value).as_bytes());
        planted.push((format!("T{number:04}"), *scheme, value, format!("ev/{path}")));
    }
    desk.index(&Job::of("ev", &root));
    let registry = desk.path("registry");
    let institutions: Vec<_> = planted
        .iter()
        .map(|(id, scheme, value, _)| Institution::new(id, &format!("Institution Number {id} Savings Bank")).with(scheme, value))
        .collect();
    write_registry(&registry, &institutions);
    let outputs = desk.decide(&registry);
    let evidence = outputs.rows("evidence.csv");
    let verdicts = outputs.verdicts();
    let lost: Vec<String> = planted
        .iter()
        .filter(|(id, _, _, item)| {
            verdicts[id] != "affected" || !evidence.iter().any(|row| row["customer_id"] == *id && row["item"] == *item)
        })
        .map(|(id, scheme, value, item)| format!("{scheme} {value} in {item}: {}", verdicts[id]))
        .collect();
    assert!(lost.is_empty(), "labelled, and not affected by it:\n{}", lost.join("\n"));
}

/// What looks like an escape, and is the beginning of the token.
#[test]
fn an_account_that_begins_like_an_escape_is_found_after_its_label() {
    let accounts =
        ["deKalb-sftp", "adAmsCo", "BeNova_FTP", "20Mile-x", "cafeBar", "nOrd-sftp", "rIver_7", "tAlbot-ftp", "mArsh7", "Oak-sftp1"];
    let mut lost = Vec::new();
    for (number, account) in accounts.iter().enumerate() {
        let desk = Desk::new();
        for (writing, text) in [
            ("equals", format!("sftp user={account}\n")),
            ("colon", format!("sftp user: {account}\n")),
            ("quoted", format!("sftp_user='{account}'\n")),
            ("percent", format!("sftp_user%3D{account}\n")),
            ("path", format!("the folder D:\\in\\{account}\\x.csv\n")),
            ("slash", format!("the folder /in/{account}/x.csv\n")),
        ] {
            let root = desk.path(writing);
            write(&root.join("notes.txt"), format!("The pump was checked.\n{text}It runs again.\n").as_bytes());
            let place = Desk::new();
            let registered = Institution::new("A", "Pemberly Outer Savings Bank").with("transfer_account", account);
            write_registry(&place.path("registry"), &[registered]);
            let verdict = place.run(&Job::of("ev", &root), &place.path("registry")).verdicts()["A"].clone();
            let is_labelled = ["equals", "colon", "quoted"].contains(&writing);
            if verdict == "ruled_out" || is_labelled && verdict != "affected" {
                lost.push(format!("{number} {} {verdict}", text.trim_end()));
            }
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

/// The code is a number, and its column names clients: however few of the codes in it are registered, whose
/// row it is cannot be ruled out.
#[test]
fn a_numeric_code_in_a_client_column_never_rules_out_whose_row_it_is() {
    let institutions = [("A", "78591043"), ("B", "QX7ZP41"), ("C", "ZZ99ABS")];
    let mut wrong = Vec::new();
    for strangers in [0, 3, 12, 98] {
        for with_other in [false, true] {
            let desk = Desk::new();
            let mut table = "client_code,name,account_number,balance\n".to_owned();
            (0..strangers).for_each(|n| table.push_str(&format!("{},Ada Person{n},90017{n:05},12.50\n", 61_000_000 + n * 7919)));
            table.push_str("78591043,Bo Person,9001720001,1.50\n");
            table.push_str(if with_other { "QX7ZP41,Cy Person,9001720002,2.50\n" } else { "" });
            write(&desk.path("evidence/export.csv"), table.as_bytes());
            let named =
                institutions.map(|(id, code)| Institution::new(id, &format!("Pemberly {id} Savings Bank")).with("client_code", code));
            write_registry(&desk.path("registry"), &named);
            let outputs = desk.run(&Job::of("ev", &desk.path("evidence")), &desk.path("registry"));
            let verdicts = outputs.verdicts();
            if verdicts["A"] == "ruled_out" {
                wrong.push(format!("one row of {} is A's, and A is ruled out (a row of B's: {with_other})", strangers + 1));
            }
            assert!(!with_other || verdicts["B"] == "affected", "a code with letters in its column");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
