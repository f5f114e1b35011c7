//! Names that many institutions bear.

use crate::false_hits::outcome;
use crate::harness::{Desk, Institution, Job, write, write_registry};

/// A letter that names one of many namesakes is no directory of them all: each of them stays open.
#[test]
fn a_name_that_many_bear_is_no_list_of_them() {
    let desk = Desk::new();
    write(&desk.path("ev/letter.txt"), b"Farmers And Merchants Bank\n\nDear Sir or Madam,\nthe window of your delivery moves to Friday.\n");
    let namesakes =
        (0..80).map(|n| Institution::new(&format!("N{n:02}"), "Farmers and Merchants Bank").with("client_code", &format!("QX{n:02}77ZP")));
    let other = Institution::new("Z", "Quarrystone Orchard Savings Bank").with("client_code", "ZK4410PL");
    let institutions: Vec<Institution> = namesakes.chain([other]).collect();
    write_registry(&desk.path("registry"), &institutions);
    let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry"));
    for (id, row) in outputs.impact() {
        let expected = if id == "Z" { ("ruled_out", "searched_clear") } else { ("undetermined", "ambiguous_name") };
        assert_eq!((row["verdict"].as_str(), row["basis"].as_str()), expected, "{id}");
    }
}

/// An `and` between two names makes no third one: each of the two is named.
#[test]
fn two_names_joined_by_and_are_both_named() {
    let desk = Desk::new();
    write(&desk.path("ev/letter.txt"), b"The files of Quarrystone Orchard Sparkasse and Birchfield Commerce Bank were moved on Friday.\n");
    let institutions = [
        Institution::new("A", "Quarrystone Orchard Sparkasse").with("client_code", "QX0177ZP"),
        Institution::new("B", "Birchfield Commerce Bank").with("client_code", "ZK4410PL"),
        Institution::new("C", "Orchard Sparkasse Lending Bank").with("client_code", "HH7712MM"),
    ];
    write_registry(&desk.path("registry"), &institutions);
    let verdicts = desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry")).verdicts();
    assert_ne!(verdicts["A"], "ruled_out");
    assert_ne!(verdicts["B"], "ruled_out");
    assert_eq!(verdicts["C"], "ruled_out");
}

#[test]
fn a_name_with_brackets_quotes_or_other_marks_is_found_as_it_is_registered() {
    for (name, text, expected) in [
        (
            "First Baptist Church of Vienna (VA) Federal Credit Union",
            "run with First Baptist Church Of Vienna (Va) Federal Credit Union.",
            "referenced",
        ),
        ("Local #1814 Harbor Workers Credit Union", "run with Local #1814 Harbor Workers Credit Union.", "referenced"),
        ("Volksbank \u{201E}Alte Mark\u{201C} Savings Bank", "run with Volksbank \u{201E}Alte Mark\u{201C} Savings Bank.", "referenced"),
        // Quotes that are not the name's own divide values.
        ("Quarrystone Harbor Savings Bank", "\"Quarrystone\",\"Harbor Savings Bank\"", "ruled_out"),
    ] {
        let desk = Desk::new();
        let registry = desk.path("registry");
        write_registry(&registry, &[Institution::new("A", name).with("client_code", "QX7731")]);
        write(&desk.path("ev/notes/a.txt"), format!("A programme was {text}\n").as_bytes());
        assert_eq!(desk.run(&Job::of("ev", &desk.path("ev")), &registry).verdicts()["A"], expected, "{name}");
    }
}

#[test]
fn a_name_within_a_longer_name_of_a_file_is_none() {
    let institutions = [
        Institution::new("IOWA", "Bank of Iowa").with("client_code", "QX7731"),
        Institution::new("FIRST", "First Prairie State Bank").with("client_code", "ZK4410"),
        Institution::new("NORTH", "Northern Holdings Trust Company").with("client_code", "PT9902"),
    ];
    for (text, verdict) in [
        ("see the file first_bank_of_iowa_export.csv of May", "ruled_out"),
        ("see the file northern-bank-of-iowa.csv of May", "ruled_out"),
        ("the field BANK_OF_IOWA_HOLDINGS is blank", "ruled_out"),
        ("the table FirstBankOfIowaExport is empty", "ruled_out"),
        ("see the file bank_of_iowa_export.csv of May", "referenced"),
        ("see the file export_bank_of_iowa.csv of May", "referenced"),
        ("the field BANK-OF-IOWA is blank", "referenced"),
    ] {
        let (_desk, outputs) = outcome(&institutions, &[("x/a.txt", format!("{text}\n"))]);
        assert_eq!(outputs.verdicts()["IOWA"], verdict, "{text}");
    }
}

/// However a name with an apostrophe is registered, it is found with the apostrophe, in any of its writings, and without.
#[test]
fn a_name_with_an_apostrophe_is_found_in_all_writings() {
    for registered in ["People's Valley Savings Bank", "Peoples Valley Savings Bank", "People’s Valley Savings Bank"] {
        for written in
            ["People's Valley Savings Bank", "People’s Valley Savings Bank", "PEOPLE'S VALLEY SAVINGS BANK", "Peoples Valley Savings Bank"]
        {
            let one = [Institution::new("A", registered).with("client_code", "QHSB77")];
            let (_desk, outputs) = outcome(&one, &[("notes/a.txt", format!("The file for {written} was late.\n"))]);
            assert_eq!(outputs.verdicts()["A"], "referenced", "{written} for {registered}");
        }
    }
}
