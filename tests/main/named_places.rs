//! Archives and folders named by codes: an archive is the folder of its members, and a code beside the first word of its
//! holder's name is no chance.

use crate::harness::{Desk, Institution, Job, write, write_registry, zip_of};

const CLIENTS: [(&str, &str, &str); 4] = [
    ("A", "Quarrystone Orchard Bank", "40312"),
    ("B", "Golden Wheat Bank", "62240"),
    ("C", "First Larkfield Bank", "51877"),
    ("D", "Harbor Light Savings", "3721"),
];

/// The verdicts of the four institutions on these files.
fn verdicts(files: &[(&str, Vec<u8>)]) -> [String; 4] {
    let desk = Desk::new();
    let institutions = CLIENTS.map(|(id, name, code)| Institution::new(id, name).with("client_code", code));
    write_registry(&desk.path("registry"), &institutions);
    files.iter().for_each(|(path, bytes)| write(&desk.path("ev").join(path), bytes));
    let verdicts = desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry")).verdicts();
    CLIENTS.map(|(id, ..)| verdicts[id].clone())
}

/// An archive with a file that says this.
fn archive(text: &str) -> Vec<u8> {
    zip_of(&[("status.txt".to_owned(), text.as_bytes().to_vec())])
}

fn plain() -> Vec<u8> {
    b"nightly run ok\n".to_vec()
}

#[test]
fn archives_named_by_codes_are_folders_of_codes() {
    let named = |names: &[&'static str], text: fn(usize) -> &'static str| {
        verdicts(&names.iter().enumerate().map(|(n, name)| (*name, archive(text(n)))).collect::<Vec<_>>())
    };
    // As members of one content lie in the first archive alone, so do the others have them.
    let texts: [fn(usize) -> &'static str; 2] = [|_| "run ok\n", |n| ["run ok\n", "done\n", "sent\n", "no faults\n"][n]];
    for text in texts {
        assert_eq!(named(&["out/40312.zip", "out/62240.zip", "out/51877.ZIP"], text), ["affected", "affected", "affected", "ruled_out"]);
    }
    // Numbers that equal a code amid others, and those of the calendar, are chance.
    let other: fn(usize) -> &'static str = |_| "run ok\n";
    assert_eq!(named(&["out/40312.zip", "out/40313.zip", "out/40314.zip", "out/40315.zip"], other), ["ruled_out"; 4]);
    assert_eq!(named(&["out/40312-1.zip", "out/v62240.zip", "out/report.zip"], other), ["ruled_out"; 4]);
}

#[test]
fn codes_beside_the_first_word_of_their_holders_name_point() {
    for (path, expected) in [
        ("out/40312-Quarrystone/a.txt", ["undetermined", "ruled_out", "ruled_out", "ruled_out"]),
        ("out/62240_GoldenWheat/a.txt", ["ruled_out", "undetermined", "ruled_out", "ruled_out"]),
        ("out/golden 62240 stmt.txt", ["ruled_out", "undetermined", "ruled_out", "ruled_out"]),
        ("out/3721-harbor/a.txt", ["ruled_out", "ruled_out", "ruled_out", "undetermined"]),
        // Another one's word, a word of many, and a number inside a longer one.
        ("out/40312-Golden/a.txt", ["ruled_out"; 4]),
        ("out/51877-First/a.txt", ["ruled_out"; 4]),
        ("out/1403127-Quarrystone/a.txt", ["ruled_out"; 4]),
        ("out/40312/Quarrystone/a.txt", ["ruled_out"; 4]),
        ("out/40312-reports/a.txt", ["ruled_out"; 4]),
    ] {
        assert_eq!(verdicts(&[(path, plain())]), expected, "{path}");
    }
    // So does an archive.
    assert_eq!(verdicts(&[("out/40312-Quarrystone.zip", archive("run ok\n"))])[0], "undetermined");
}
