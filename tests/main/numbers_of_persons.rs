//! Numbers and passwords of persons whom nobody names as anybody's: under headings and labels in every writing, and in lists
//! of logins. What only looks like them leaves everybody ruled out.

use crate::harness::{self, Desk, Institution, Job, Outputs, write, write_registry};

const PEOPLE: [(&str, &str); 6] = [
    ("Michael", "Olsen"),
    ("Siobhan", "Nakamura"),
    ("Declan", "Perez"),
    ("Linda", "Abernathy"),
    ("Susan", "Kowalski"),
    ("Robert", "Walker"),
];

fn decided(name: &str, text: &str) -> (Desk, Outputs) {
    harness::decided(name, text.as_bytes(), &["100123", "100157"])
}

fn rows(count: usize, row: impl Fn(usize, &str, &str) -> String) -> String {
    (0..count).map(|n| row(n, PEOPLE[n % 6].0, PEOPLE[n % 6].1)).collect()
}

fn number(n: usize) -> usize {
    512_447_781 + 11_772_193 * (n % 14)
}

#[test]
fn numbers_of_persons_are_somebodys_however_they_are_written() {
    let log = rows(12, |n, first, last| {
        format!("2024-10-31 12:00:{n:02} DEBUG Enroll request: first={first} last={last} ssn={} acct=56484{:05}\n", number(n), 7919 * n)
    });
    let screen = rows(4, |n, first, last| {
        let (name, number) = (format!("{first} {last}").to_uppercase(), number(n));
        format!(
            " CIF INQUIRY    10/31/24\n NAME 1 ==> {name:<30} TAX ID ==> {number}\n ADDR   ==> {n}040 JACKSON ST\n ACCT 1 ==> 98014371{n}7  DDA\n\n"
        )
    });
    let blanks = rows(12, |n, first, last| {
        let number = number(n).to_string();
        format!("{first} {last},{} {} {}\n", &number[..3], &number[3..5], &number[5..])
    });
    let column = format!("ssn\n{}", rows(14, |n, _, _| format!("{}\n", number(n))));
    let map = format!("{{{}\"as_of\": 20241031}}", rows(6, |n, first, last| format!("\"{first} {last}\": \"72011{:05}\", ", 68_769 + n)));
    let logins = format!("username,password\n{}", rows(6, |n, first, last| format!("{first}.{last}@mail.example,Passw0rd!{n}12\n")));
    let few = "email,password\nann.lee@quarry.internal,Passw0rd!1\nbo.ray@quarry.internal,Tr1cky.9\n";
    let lines = "ann.lee@quarry.internal:Passw0rd!1\nbo.ray@quarry.internal:Tr1cky.9\n";
    let indian = ["Aarav Iyer", "Vihaan Nair", "Ishaan Reddy", "Ananya Chatterjee", "Diya Mukherjee", "Saanvi Banerjee"];
    let indian: String = indian.iter().zip(1..).map(|(name, n)| format!("{name}   36317{:05}   5055.1{n}\n", 7919 * n)).collect();
    for (name, text, element) in [
        ("app.log", log, "ssn"),
        ("screen.txt", screen, "ssn"),
        ("blanks.csv", format!("C1,C2\n{blanks}"), "ssn"),
        ("column.csv", column, "ssn"),
        ("map.json", map, "account_number"),
        ("logins.csv", logins, "credential"),
        ("few.csv", few.to_owned(), "credential"),
        ("lines.txt", lines.to_owned(), "credential"),
        ("persons.txt", indian, "account_number"),
    ] {
        let (_desk, outputs) = decided(name, &text);
        assert!(outputs.impact().values().all(|row| row["basis"] == "unattributed_data"), "{name}");
        let listed = outputs.rows("unattributed.csv");
        assert!(listed.len() == 1 && listed[0]["data_elements"].split('|').any(|one| one == element), "{name} {listed:?}");
    }
}

#[test]
fn what_looks_like_numbers_of_persons_is_nobodys() {
    let users =
        format!("account_id,login,created\n{}", rows(300, |n, _, _| format!("{},u{n:05},2024-01-{:02}\n", 100_000 + n, n % 28 + 1)));
    let tests = "email,password\nann@example.com,Passw0rd!1\nbo@mail.test,Passw0rd!2\n";
    let places = "git@quarry.internal:team-7\n";
    let amid = "Fetch the sources:\nbuild@quarry.internal:team-7\nand call make.\n";
    let contacts = format!("team,email\n{}", rows(6, |n, first, _| format!("team {n},{first}@mail.example\n")));
    let traces = format!("trace\n{}", rows(14, |n, _, _| format!("{}\n", number(n))));
    let clock = rows(12, |n, _, _| format!("2024-10-31 12:00:{n:02} DEBUG order={} took={n} ms\n", number(n)));
    let chart = ["Office Supplies", "Interest Income", "Cash Due", "Loan Fees", "Retained Earnings", "Service Charges"];
    let chart: String = chart.iter().zip(1..).map(|(name, n)| format!("\"{name}\": {},\n", 61_202_137 * n)).collect();
    for (name, text) in [
        ("users.csv", users),
        ("seeds.csv", tests.to_owned()),
        ("lines.txt", tests.trim_start_matches("email,password\n").replace(',', ":")),
        ("places.txt", places.to_owned()),
        ("amid.txt", amid.to_owned()),
        ("contacts.csv", contacts),
        ("traces.csv", traces),
        ("clock.log", clock),
        ("chart.json", format!("{{{chart}\"total\": 0}}")),
    ] {
        let (_desk, outputs) = decided(name, &text);
        assert!(outputs.impact().values().all(|row| row["verdict"] == "ruled_out"), "{name} {:?}", outputs.rows("unattributed.csv"));
        assert!(outputs.rows("unattributed.csv").is_empty(), "{name}");
    }
    // Accounts that run on beside persons are theirs all the same.
    let owned = format!("account_id,name\n{}", rows(12, |n, first, last| format!("{},{first} {last}\n", 4_100_000 + n)));
    assert_eq!(decided("owned.csv", &owned).1.verdicts()["A"], "undetermined");
}

/// Objects as programs print them in one line, and calls with named arguments, are each a record.
#[test]
fn records_one_after_the_other_in_a_line_are_counted_each() {
    let row = |n: usize, first: &str, last: &str| {
        format!(
            "{{'client_id': '{}', 'first_name': '{first}', 'last_name': '{last}', 'account_no': '72011{n:05}'}}, ",
            ["100123", "100157"][n / 4]
        )
    };
    let printed = format!("loaded=12 [{}]\n", rows(6, row));
    let call = |n: usize, first: &str, last: &str| {
        let client = ["100123", "100157"][n / 4];
        format!(
            "EXEC dbo.AddMember @client_id={client}, @first_name='{first}', @last_name='{last}', @ssn='512-44-778{n}', @account_no='72011{n:05}'\n"
        )
    };
    for (name, text) in [("printed.txt", printed), ("calls.sql", rows(6, call))] {
        let (_desk, outputs) = decided(name, &text);
        let impact = outputs.impact();
        for (id, individuals) in [("A", "4"), ("B", "2")] {
            assert_eq!((impact[id]["basis"].as_str(), impact[id]["individuals"].as_str()), ("records", individuals), "{name} {id}");
        }
    }
}

/// Where fields give all records in a home to another, none of them is the home's.
#[test]
fn records_of_another_in_a_home_are_the_others() {
    let desk = Desk::new();
    let table =
        |client: &str| format!("client_id,name,account_no\n{}", rows(6, |n, first, last| format!("{client},{first} {last},72011{n:05}\n")));
    write(&desk.path("ev/home/quarry77/in/x.csv"), table("100157").as_bytes());
    write_registry(
        &desk.path("registry"),
        &[
            Institution::new("A", "Quarrystone Orchard Savings Bank").with("transfer_account", "quarry77").with("client_code", "100123"),
            Institution::new("B", "Bellweather Harbor Credit Union").with("client_code", "100157"),
        ],
    );
    let impact = desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry")).impact();
    assert_eq!((impact["A"]["verdict"].as_str(), impact["A"]["individuals"].as_str()), ("affected", "0"));
    assert_eq!((impact["B"]["verdict"].as_str(), impact["B"]["individuals"].as_str()), ("affected", "6"));
}
