//! Persons who stand in no row of their own: one attribute a row, in the texts of transactions, and by the numbers of other
//! countries.

use crate::harness::{Desk, Outputs, decided};

const NAMES: [&str; 8] = [
    "Jennifer Walker",
    "John Allen",
    "Sandra King",
    "Daniel Hernandez",
    "Elizabeth White",
    "Susan Lopez",
    "Linda Anderson",
    "Joshua Johnson",
];

fn outcome(name: &str, text: &str) -> (Desk, Outputs) {
    decided(name, text.as_bytes(), &["570831", "661204"])
}

fn each(row: impl Fn(usize, &str) -> String) -> String {
    NAMES.iter().enumerate().map(|(n, name)| row(n, name)).collect()
}

/// Everybody is open, since persons are nobody's.
#[track_caller]
fn assert_nobodys(name: &str, text: &str, element: &str) {
    let (_desk, outputs) = outcome(name, text);
    assert!(outputs.impact().values().all(|row| row["basis"] == "unattributed_data"), "{name}: {text}");
    let listed = outputs.rows("unattributed.csv");
    assert!(listed.iter().any(|row| row["data_elements"].split('|').any(|one| one == element)), "{name} {listed:?}");
}

#[track_caller]
fn assert_nothing(name: &str, text: &str) {
    let (_desk, outputs) = outcome(name, text);
    assert!(outputs.verdicts().values().all(|verdict| verdict == "ruled_out"), "{name}: {:?}", outputs.rows("unattributed.csv"));
}

#[test]
fn attributes_of_persons_are_somebodys() {
    let person = |n: usize, name: &str, row: &dyn Fn(&str, &str) -> String| {
        row("name", name) + &row("account_number", &format!("21322{:05}", 7_919 * n)) + &row("dob", &format!("19{}-11-14", 41 + n))
    };
    let csv = each(|n, name| person(n, name, &|attribute, value| format!("{n},{attribute},{value}\n")));
    assert_nobodys("eav.csv", &format!("entity,attribute,value\n{csv}"), "account_number");
    let sql = each(|n, name| {
        person(n, name, &|attribute, value| {
            format!("INSERT INTO usermeta VALUES ({}{}, {n}, '{attribute}', '{value}');\n", n, attribute.len())
        })
    });
    let create = "CREATE TABLE usermeta (umeta_id int, user_id int, meta_key varchar(255), meta_value text);\n";
    assert_nobodys("meta.sql", &format!("{create}{sql}"), "dob");
    let by_attribute = ["ssn", "name"].map(|attribute| {
        each(|n, name| format!("{n},{attribute},{}\n", if attribute == "ssn" { format!("512-4{n}-778{n}") } else { name.to_owned() }))
    });
    assert_nobodys("sorted.csv", &format!("entity,attribute,value\n{}", by_attribute.concat()), "ssn");
}

#[test]
fn attributes_of_other_things_are_nobodys() {
    let settings = each(|n, _| format!("{n},name,host{n}\n{n},account,svc_{n}\n{n},timeout,{}\n", 7_919 * n));
    assert_nothing("settings.csv", &format!("entity,attribute,value\n{settings}"));
    let measures = each(|n, _| format!("{n},status,open\n{n},card,visa\n{n},count,{}\n", 79 * n));
    assert_nothing("measures.csv", &format!("id,key,value\n{measures}"));
}

#[test]
fn national_insurance_numbers_are_somebodys() {
    let number = |n: usize, blanks: bool| {
        let digits = format!("{:06}", 211_552 + 71_193 * n);
        let pairs = [&digits[..2], &digits[2..4], &digits[4..]].join(if blanks { " " } else { "" });
        if blanks { format!("BR {pairs} C") } else { format!("KW{pairs}A") }
    };
    for (heading, blanks) in [("NINO", true), ("NINO", false), ("NI Number", true), ("ni_number", false)] {
        let rows = each(|n, name| format!("{name},{}\n", number(n, blanks)));
        assert_nobodys("a.csv", &format!("Name,{heading}\n{rows}"), "national_id");
    }
    let unnamed = each(|n, name| format!("{name},{},{n}2 Oak St\n", number(n, false)));
    assert_nobodys("unnamed.csv", &unnamed, "national_id");
    let lines = each(|n, name| format!("Employee {name}, NI number {}, joined\n", number(n, false)));
    assert_nobodys("a.txt", &format!("Staff of the week\n\n{lines}"), "national_id");
    let list = each(|n, _| format!("Reference of the person is {} as before.\n", number(n, true)));
    assert_nobodys("b.txt", &list, "national_id");
}

#[test]
fn numbers_of_parts_are_nobodys() {
    let part = |n: usize| format!("KW{:06}A", 211_552 + 71_193 * n);
    assert_nothing("parts.csv", &format!("part,colour,weight\n{}", each(|n, _| format!("DQ{:06}Z,red,{n}\n", 79 * n))));
    assert_nothing("lots.csv", &format!("part,colour,weight\n{}", each(|n, _| format!("{},red,{n}\n", part(n)))));
    assert_nothing("parts.txt", &each(|n, _| format!("The part {} was ordered.\n", part(n))));
    assert_nothing("one.txt", "Shelf BR 21 15 52 C is empty.\n");
}

/// A balance report of the bank with the number 058843837.
fn report(texts: &str) -> String {
    let records = 6 + texts.lines().count();
    format!(
        "01,058843837,VENDOR01,241104,0600,1,80,,2/\n02,VENDOR01,058843837,1,241103,,USD,2/\n03,4410023311,USD,010,5000000,,/\n{texts}\
         49,9880000,{}/\n98,9880000,1,{}/\n99,9880000,1,{records}/\n",
        records - 4,
        records - 2
    )
}

#[test]
fn persons_in_the_texts_of_balance_reports_are_counted() {
    use crate::harness::{Institution, Job, write, write_registry};
    let individuals = |texts: &str| {
        let desk = Desk::new();
        write_registry(&desk.path("registry"), &[Institution::new("A", "Skelton Canyon State Bank").with("aba", "058843837")]);
        write(&desk.path("ev/x.bai"), report(texts).as_bytes());
        let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry"));
        let row = &outputs.impact()["A"];
        (row["verdict"].clone(), row["individuals"].clone())
    };
    let texts = "16,475,25000,,,CHECK PAID TO/\n88,PAYEE: MARY OLSEN\n16,195,30000,,,REF1,WIRE FROM JOHN HARRIS/\n\
                 88,ORIG:JOHN HARRIS 12 OAK ST RENO NV ACCT 5512098871\n";
    assert_eq!(individuals(texts), ("affected".to_owned(), "2".to_owned()));
    let firms = "16,475,25000,,,PAYEE: ACME TOOLS LLC/\n16,195,30000,,,REF1,WIRE FROM FIRST STATE BANK/\n88,ORIG:CITY OF RENO\n";
    assert_eq!(individuals(firms), ("affected".to_owned(), "0".to_owned()));
}
