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

/// What stands before or behind a name may make it another one, though nobody registered is called so.
#[test]
fn a_larger_bank_of_a_like_name_is_another_one() {
    let names = ["Hope Community Bank", "Ozark Trust Bank", "Riverbend Farmers Savings Bank", "Valley Trust Bank", "Mesa Savings Bank"];
    let found = |text: &str| {
        let desk = Desk::new();
        let registry = desk.path("registry");
        write_registry(&registry, &names.iter().enumerate().map(|(n, name)| Institution::new(&format!("C{n}"), name)).collect::<Vec<_>>());
        write(&desk.path("ev/note.txt"), text.as_bytes());
        desk.run(&Job::of("ev", &desk.path("ev")), &registry)
            .rows("evidence.csv")
            .iter()
            .map(|row| row["customer_id"].clone())
            .collect::<Vec<_>>()
    };
    for other in [
        "The Greater Hope Community Bank sponsored a fair.",
        "A letter of Northern Ozark Trust Bank came.",
        "Upper Riverbend Farmers Savings Bank closed.",
        "A letter of Valley Trust Bank of the Ozarks came.",
        "north_mesa_savings_bank.csv was sent",
    ] {
        assert!(found(&format!("{other}\n")).is_empty(), "{other}");
    }
    let own = [
        "The Hope Community Bank sponsored a fair, greater than before.",
        "We went north. Ozark Trust Bank wrote.",
        "Riverbend Farmers Savings Bank of the old days",
        "It is much greater. Valley Trust Bank, of the same town, is not.",
        "mesa_savings_bank_north.csv was sent",
    ];
    for (n, own) in own.iter().enumerate() {
        assert_eq!(found(&format!("{own}\n")), [format!("C{n}")], "{own}");
    }
}

/// Names in camelCase are their words; with further words against them they are another name.
#[test]
fn names_in_camel_case_are_their_words() {
    let desk = Desk::new();
    let registry = desk.path("registry");
    let names = ["First National Bank of Ames", "Riverbend Farmers Savings Bank", "Wexcombe Inner Credit Union"];
    write_registry(
        &registry,
        &names
            .iter()
            .enumerate()
            .map(|(n, name)| Institution::new(&format!("C{n}"), name).with("client_code", &format!("QX77{n}ZP")))
            .collect::<Vec<_>>(),
    );
    write(&desk.path("ev/FirstNationalBankOfAmes/readme.txt"), b"hello\n");
    write(
        &desk.path("ev/src/Loader.cs"),
        b"var bank = new RiverbendFarmersSavingsBank();\nvar other = new WexcombeInnerCreditUnionImporter();\n",
    );
    let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &registry);
    let verdicts = outputs.verdicts();
    assert_eq!((&verdicts["C0"][..], &verdicts["C1"][..], &verdicts["C2"][..]), ("undetermined", "referenced", "ruled_out"));
}

/// A legal form that is added to a name which is registered without one is no other name; another institution's is, and so is
/// a word that makes the bank a holding.
#[test]
fn a_legal_form_that_is_added_leaves_a_name_what_it_is() {
    let verdicts = |text: &str| {
        let desk = Desk::new();
        write(&desk.path("ev/letter.txt"), text.as_bytes());
        let institutions = [
            Institution::new("A", "Quarrystone Orchard Community Bank").with("client_code", "QX0177ZP"),
            Institution::new("B", "Birchfield Commerce Bank, N.A.").with("client_code", "ZK4410PL"),
            Institution::new("C", "Fenwick").with("client_code", "HH7712MM"),
        ];
        write_registry(&desk.path("registry"), &institutions);
        let verdicts = desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry")).verdicts();
        ["A", "B", "C"].map(|id| verdicts[id].clone())
    };
    for name in [
        "Quarrystone Orchard Community Bank NA",
        "Quarrystone Orchard Community Bank, National Association",
        "Quarrystone Orchard Community Bank, Inc.",
        "QUARRYSTONE ORCHARD COMMUNITY BANK, SSB",
        "Quarrystone Orchard Community Bank, LLC",
        "Quarrystone Orchard Community Bank N.A.",
        "Quarrystone\u{2009}Orchard\u{2009}Community\u{2009}Bank",
        "Quarrystone Orchard Commu-\nnity Bank",
        "Quarrystone Orchard Com\u{AD}\nmunity Bank",
    ] {
        assert_eq!(verdicts(&format!("We spoke with {name} about the window.\n")), ["referenced", "ruled_out", "ruled_out"], "{name}");
    }
    for name in [
        "Quarrystone Orchard Community Bank Holdings, Inc.",
        "Quarrystone Orchard Community Bank Corp.",
        "Quarrystone Orchard Community Bank NA Bancorp",
        "Quarrystone Orchard Community Bank Credit Union",
        "Greater Quarrystone Orchard Community Bank, Inc.",
        "Birchfield Commerce Bank, SSB",
        "Fenwick, Inc.",
        "Quarrystone Orchard Commu-\n\nnity Bank",
    ] {
        assert_eq!(verdicts(&format!("We spoke with {name} about the window.\n")), ["ruled_out"; 3], "{name}");
    }
}
