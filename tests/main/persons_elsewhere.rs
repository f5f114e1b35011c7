//! Persons of whom formats of other trades speak: benefits, directories of users, regulators, invoices; and one person in
//! records with and without an address.

use crate::harness::{self, Desk, Institution, Job, Outputs, write, write_registry};

const GIVEN: [&str; 6] = ["Michael", "Linda", "Dennis", "Susan", "Robert", "Laura"];
const FAMILY: [&str; 6] = ["Olsen", "Abernathy", "Boone", "Kowalski", "Walker", "Hartwell"];

fn decided(name: &str, text: &str) -> (Desk, Outputs) {
    harness::decided(name, text.as_bytes(), &["100123", "100157"])
}

fn rows(count: usize, row: impl Fn(usize, &str, &str) -> String) -> String {
    (0..count).map(|n| row(n, GIVEN[n % 6], FAMILY[(n + n / 6) % 6])).collect()
}

/// Asserts that the text leaves everybody open, with these kinds of data and so many persons.
#[track_caller]
fn assert_open(name: &str, text: &str, elements: &str, individuals: &str) {
    let (_desk, outputs) = decided(name, text);
    let listed = outputs.rows("unattributed.csv");
    assert!(outputs.impact().values().all(|row| row["basis"] == "unattributed_data"), "{name} {listed:?}");
    let said: Vec<_> = listed.iter().map(|row| (row["data_elements"].as_str(), row["individuals"].as_str())).collect();
    assert_eq!(said, [(elements, individuals)], "{name}");
}

#[track_caller]
fn assert_clear(name: &str, text: &str) {
    let (_desk, outputs) = decided(name, text);
    assert!(outputs.impact().values().all(|row| row["verdict"] == "ruled_out"), "{name} {:?}", outputs.rows("unattributed.csv"));
    assert!(outputs.rows("unattributed.csv").is_empty(), "{name}");
}

fn interchange(set: &str, body: &str) -> String {
    format!(
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *241030*1000*^*00501*000000001*0*P*:~\
         GS*BE*S*R*20241030*1000*1*X*005010~ST*{set}*0001~{body}SE*9*0001~GE*1*1~IEA*1*000000001~"
    )
}

#[test]
fn members_of_plans_are_somebodys() {
    let member = |n: usize, given: &str, family: &str| {
        format!("NM1*IL*1*{family}*{given}****34*51244{:04}~N3*{} OAK ST~N4*AMES*IA*50010~DMG*D8*1983012{n}*F~", 7_719 + n, 40 + n)
    };
    let all = "address|dob|name|ssn";
    for set in ["834", "270", "271", "276", "277"] {
        assert_open("a.edi", &interchange(set, &rows(6, member)), all, "6");
    }
    let claim = |n: usize, given: &str, family: &str| format!("{}CLM*C{n}*120~", member(n, given, family));
    assert_open("a.837", &interchange("837", &rows(6, claim)), "address|amount|dob|name|ssn", "6");
    for set in ["835", "820"] {
        let paid = |n: usize, given: &str, family: &str| format!("{}RMR*IV*{n}**12~", member(n, given, family));
        assert_open("a.edi", &interchange(set, &rows(6, paid)), all, "6");
    }
    // Physicians and orders are nobody's data.
    let physician = |n: usize, given: &str, family: &str| format!("NM1*82*1*{family}*{given}****XX*15124477{n:02}~");
    assert_clear("b.834", &interchange("834", &rows(6, physician)));
}

#[test]
fn directories_of_users_with_their_passwords_are_somebodys() {
    let user = |n: usize, given: &str, family: &str| {
        format!(
            "dn: uid={n},ou=people\nuid: {n}\ncn: {given} {family}\nemployeeNumber: 90904{n:04}\nmobile: 779-810-55{n:02}\n\
             userPassword: {{SSHA}}x9sj2kd8Qw3rT5yU7iO9pAsDfGhJkL0z{n:02}\n\n"
        )
    };
    assert_open("u.ldif", &rows(12, user), "credential|name|phone", "12");
    // An example of documentation, and entries of machines.
    assert_clear("doc.ldif", &rows(2, user));
    let host = |n: usize, _: &str, _: &str| {
        format!("dn: cn=host{n},ou=hosts\ncn: host{n}\nipHostNumber: 10.0.0.{n}\nuserPassword: {{SSHA}}x9sj2kd8Qw3rT5yU7iO9{n:02}\n\n")
    };
    assert_clear("hosts.ldif", &rows(12, host));
}

#[test]
fn one_person_with_and_without_an_address_is_one() {
    let run = |files: &[(&str, String)], order: &[usize], threads: usize| {
        let desk = Desk::new();
        write_registry(
            &desk.path("registry"),
            &[Institution::new("A", "Quarrystone Orchard Savings Bank").with("client_code", "QX7701ZP")],
        );
        // Batches come one after the other.
        let mut last = None;
        for place in order {
            write(&desk.path(&format!("ev/{}", files[*place].0)), files[*place].1.as_bytes());
            last = Some(desk.run(&Job::of("ev", &desk.path("ev")).threads(threads), &desk.path("registry")));
        }
        let impact = last.expect("a run").impact();
        impact["A"]["individuals"].clone()
    };
    let with = format!(
        "client_code,name,ssn,street,city,state,zip\n{}",
        rows(12, |n, given, family| format!("QX7701ZP,{given} {family},512-44-{:04},{n} Oak St,Ames,IA,50010\n", 7_719 + n))
    );
    let without =
        format!("client_code,name,ssn\n{}", rows(12, |n, given, family| format!("QX7701ZP,\"{family}, {given}\",51244{:04}\n", 7_719 + n)));
    // The same names under other numbers are other persons.
    let others = without.replace(",51244", ",51288");
    let files = [("a.csv", with), ("b.csv", without), ("c.csv", others)];
    for (order, expected) in
        [(&[0, 1][..], "12"), (&[1, 0], "12"), (&[0, 2], "24"), (&[1, 2], "12"), (&[2, 1, 0], "24"), (&[0, 1, 2], "24")]
    {
        for threads in [1, 3] {
            assert_eq!(run(&files, order, threads), expected, "{order:?} {threads}");
        }
    }
}

#[test]
fn officers_in_directories_of_institutions_are_nobodys_customers() {
    let credit_union = |n: usize, given: &str, family: &str| {
        format!("{},{family} County Federal Credit Union,{n} Oak St,Ames,IA,{given} {family},779-810-55{n:02},{}00000\n", 61_000 + n, n + 1)
    };
    let head = "Charter number,Credit Union name,Street (Mailing address),City (Mailing address),State,CEO,Phone number,Total assets\n";
    assert_clear("directory.csv", &format!("{head}{}", rows(12, credit_union)));
    // Members of the institutions are customers.
    let members = format!("{}{}", head.replace("CEO", "Member name"), rows(12, credit_union));
    assert_eq!(decided("members.csv", &members).1.verdicts()["A"], "undetermined");
}

#[test]
fn banks_to_which_money_goes_are_the_other_side() {
    let run = |text: &str| {
        let desk = Desk::new();
        write(&desk.path("ev/invoice.txt"), text.as_bytes());
        let bank = Institution::new("A", "Golden Wheat Orchard Bank").with("aba", "081000210").with("bic", "GOLDUS33");
        write_registry(&desk.path("registry"), &[bank]);
        desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry")).impact()["A"]["basis"].clone()
    };
    let numbers = "ABA: 081000210\nSWIFT: GOLDUS33\nAccount: 4455667788\n";
    assert_eq!(run(&format!("Please wire the fee to:\nBeneficiary bank: Golden Wheat Orchard Bank\n{numbers}")), "weak_evidence");
    assert_eq!(run(&format!("Remit to:\nGolden Wheat Orchard Bank\n{numbers}")), "weak_evidence");
    assert_eq!(run(&format!("Client profile\nGolden Wheat Orchard Bank\n{numbers}")), "client_record");
    assert_eq!(run(&format!("Beneficiary bank: First of Ames\nOriginating bank: Golden Wheat Orchard Bank\n{numbers}")), "client_record");
}
