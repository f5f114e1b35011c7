//! What the policy decides, and what stands outside the registry.

use crate::harness::{Desk, Institution, Job, Outputs, nacha, write, write_registry};

/// Somebody that nothing of the evidence concerns.
fn desk(policy: &str) -> Desk {
    let desk = Desk::new();
    write_registry(&desk.path("registry"), &[Institution::new("A", "Quarrystone Orchard Savings Bank").with("client_code", "QX7731ZZ")]);
    let incident = desk.path("registry/incident.toml");
    let text = std::fs::read_to_string(&incident).expect("a registry");
    write(&incident, format!("{text}\n[policy]\n{policy}\n").as_bytes());
    desk
}

fn verdict(desk: &Desk) -> (String, String, Outputs) {
    let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry"));
    let row = &outputs.impact()["A"];
    (row["verdict"].clone(), row["basis"].clone(), outputs)
}

/// An image of one black dot, as TIFF has it: a fax, for all that anybody knows.
const TIFF: &[u8] = b"II*\0\x0a\0\0\0\0\0\x04\0\0\x01\x03\0\x01\0\0\0\x01\0\0\0\x01\x01\x03\0\x01\0\0\0\x01\0\0\0\x11\x01\x04\0\x01\0\0\0\x08\0\0\0\x17\x01\x04\0\x01\0\0\0\x01\0\0\0\0\0\0\0";
/// A picture of one dot.
const GIF: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

#[test]
fn the_policy_says_what_pictures_and_scanned_items_count_as() {
    let mut binary = b"\x00\x01\x02\x03 some words of a program \x00\xfe\x81\x00".repeat(40);
    binary.extend([0, 1, 2, 3, 0xfe, 0x90]);
    let open = |basis: &str| ("undetermined".to_owned(), basis.to_owned());
    let clear = ("ruled_out".to_owned(), "searched_clear".to_owned());
    for (file, bytes, policy, expected) in [
        ("a.tif", TIFF, "", open("unread_content")),
        ("a.tif", TIFF, "images = \"ignore\"", clear.clone()),
        ("a.gif", GIF, "", clear.clone()),
        ("a.gif", GIF, "images = \"gap\"", open("unread_content")),
        ("a.bin", &binary, "", clear.clone()),
        ("a.bin", &binary, "scanned = \"gap\"", open("unread_content")),
    ] {
        let desk = desk(policy);
        write(&desk.path("ev/drop").join(file), bytes);
        write(&desk.path("ev/drop/words.txt"), b"nothing of interest\n");
        let (verdict, basis, _outputs) = verdict(&desk);
        assert_eq!((verdict, basis), expected, "{file} {policy}");
    }
}

#[test]
fn the_policy_says_what_data_of_nobody_counts_as() {
    let table = "name,street,state,zip,ssn\nMary Smith,1 Oak St,MA,02111,512-44-7781\nJohn Lee,2 Elm St,NY,10001,512-44-7782\n";
    for (policy, expected) in [("", "undetermined"), ("unattributed = \"gap\"", "undetermined"), ("unattributed = \"report\"", "ruled_out")]
    {
        let desk = desk(policy);
        write(&desk.path("ev/drop/people.csv"), table.as_bytes());
        let (verdict, _, outputs) = verdict(&desk);
        assert_eq!(verdict, expected, "{policy}");
        let rows = outputs.rows("unattributed.csv");
        assert_eq!((rows.len(), rows[0]["individuals"].as_str()), (1, "2"), "listed, whatever the policy says");
    }
}

#[test]
fn a_file_of_somebody_outside_the_registry_is_listed_and_no_gap() {
    let desk = desk("");
    write(&desk.path("ev/drop/a.ach"), &nacha("061000052", 3));
    let (verdict, _, outputs) = verdict(&desk);
    assert_eq!(verdict, "ruled_out");
    let rows = outputs.rows("unattributed.csv");
    assert!(rows.len() == 1 && rows[0]["hints"].contains("outside_owner") && rows[0]["hints"].contains("aba:061000052"), "{rows:?}");
}
