//! Lists of persons with their accounts that name no institution leave all open; lists of other things nobody.

use crate::harness::{self, Institution, Job, write, write_registry};

const PEOPLE: [(&str, &str, &str); 12] = [
    ("John", "Stephens", "9090444203"),
    ("Peter", "Smith", "8410923011"),
    ("Connor", "Taylor", "9723007447"),
    ("Rebecca", "Carroll", "6154337490"),
    ("Cassidy", "Gill", "4062175933"),
    ("Susan", "Mosley", "9240531514"),
    ("Nicholas", "Lawrence", "7986451006"),
    ("Megan", "Baker", "9668484470"),
    ("Nicole", "Hayes", "1368247816"),
    ("Ashley", "Johnson", "3329182003"),
    ("William", "Gonzalez", "5010940242"),
    ("Jeffrey", "Martinez", "2248715041"),
];

fn rows(row: impl Fn(usize, &str, &str, &str) -> String) -> String {
    PEOPLE.iter().enumerate().map(|(n, (given, family, account))| row(n, given, family, account)).collect()
}

/// How many persons are nobody's in a file, and whether that leaves an institution open.
fn persons_of_nobody(name: &str, bytes: &[u8]) -> usize {
    let (_desk, outputs) = harness::decided(name, bytes, &["438222", "518846", "771904"]);
    let nobodys = outputs.rows("unattributed.csv");
    let verdict = if nobodys.is_empty() { "ruled_out" } else { "undetermined" };
    assert!(outputs.impact().values().all(|row| row["verdict"] == verdict), "{name}");
    nobodys.iter().map(|row| row["individuals"].parse::<usize>().unwrap_or(0)).sum()
}

/// Balances overdrawn, debited or in brackets reach beyond their column.
#[test]
fn signs_behind_amounts_hide_no_report() {
    let heading =
        "REPORT DP4410         OVERDRAFT LISTING           PAGE    1\n\n ACCOUNT      NAME                          BALANCE     DAYS OD\n";
    let rule = " ------------ ----------------------------- ----------- -------\n";
    for sign in ["-", "CR", "*", ""] {
        let list = rows(|n, given, family, account| {
            format!(
                " {account}   {:<30}{:>11}{sign:<3}     7\n",
                format!("{family} {given}").to_uppercase(),
                format!("{}4{n}.1{}", n + 3, n % 10)
            )
        });
        for text in [format!("{heading}{rule}{list}"), format!("{heading}{list}"), list] {
            assert_eq!(persons_of_nobody("DP4410.prt", text.as_bytes()), 12, "{text}");
        }
    }
    let glued =
        rows(|n, given, family, account| format!("{}-{}  {family} {given}   1,{n}25.00CR  .00  {n}1.00DR\n", &account[..4], &account[4..]));
    assert_eq!(persons_of_nobody("balances.prt", glued.as_bytes()), 12);
}

/// `Lee, Ann` is a name, and no list of two codes.
#[test]
fn names_with_a_comma_under_the_word_for_customers_are_names() {
    for heading in ["Customer", "Member"] {
        let row = |n: usize, given: &str, family: &str, account: &str| {
            format!("438222,\"{family}, {given}\",46{n}-33-70{:02},{account}\r\n", 11 + n)
        };
        let text = format!("Client Code,{heading},SSN,Acct\r\n{}", rows(|n, given, family, account| row(n % 10, given, family, account)));
        let (_desk, outputs) = harness::decided("loans.csv", text.as_bytes(), &["438222", "518846", "771904"]);
        let impact = outputs.impact();
        assert_eq!(
            (impact["A"]["individuals"].as_str(), impact["A"]["data_elements"].as_str()),
            ("12", "account_number|name|ssn"),
            "{heading}"
        );
    }
    // Codes in letters stay codes.
    let codes = rows(|n, given, family, account| format!("{},\"{family}, {given}\",{account}\n", ["QXAB", "QXCD"][n % 2]));
    let desk = harness::Desk::new();
    write(&desk.path("ev/loans.csv"), format!("Customer,Name,Acct\n{codes}").as_bytes());
    let bearers = [
        Institution::new("A", "Quarrystone Orchard Savings Bank").with("client_code", "QXAB"),
        Institution::new("B", "Bellweather Harbor Credit Union").with("client_code", "QXCD"),
    ];
    write_registry(&desk.path("registry"), &bearers);
    let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry"));
    assert!(outputs.impact().values().all(|row| row["verdict"] == "affected" && row["individuals"] == "6"), "{:?}", outputs.impact());
}

/// Nothing but names and numbers, in many lines of one shape: lists, reports without amounts, logs.
#[test]
fn lines_of_one_shape_with_names_and_accounts_are_nobodys() {
    let log = "2024-10-30 10:00:00,123";
    for (name, text) in [
        ("list.txt", rows(|_, given, family, account| format!("{account} {given} {family}\n"))),
        ("wide.txt", rows(|_, given, family, account| format!("{account}  {given} {family}\n"))),
        ("masked.prt", rows(|n, given, family, account| format!("******{}  {family} {given}   25,4{}.60\n", &account[6..], n + 10))),
        (
            "telephone.prt",
            rows(|n, given, family, account| format!("9{}-0{}-{}  {family} {given}   25,4{}.60\n", n + 10, n + 10, &account[6..], n + 10)),
        ),
        (
            "hits.txt",
            rows(|n, given, family, account| format!("Possible match: {given} {family} (CIF {account}) DOB 1983-01-{} score 88\n", n + 10)),
        ),
        (
            "import.log",
            rows(|n, given, family, account| format!("2024-10-30 INFO import row=\"{account},{given} {family},1983-01-{}\" ok\n", n + 10)),
        ),
        (
            "soap.log",
            rows(|_, given, family, account| {
                format!("{log} DEBUG SoapClient - <soap:Body><memberNbr>{account}</memberNbr><name>{given} {family}</name></soap:Body>\n")
            }),
        ),
        ("loans", rows(|_, given, family, account| format!("03ABW{}{given:<35}{family:<35}\r\n", &account[..9]))),
    ] {
        assert!(persons_of_nobody(name, text.as_bytes()) >= 9, "{name}");
    }
}

/// Fields of records between bytes of other kinds: behind each other at one distance, or each on its own.
#[test]
fn names_and_numbers_in_binary_records_are_nobodys() {
    let number = |n: usize| (25_418.6 + 1_937.37 * n as f64).to_le_bytes();
    let records = |record: &dyn Fn(&str, &str, &str) -> Vec<u8>| -> Vec<u8> {
        let all =
            PEOPLE.iter().enumerate().map(|(n, (given, family, account))| [record(given, family, account), number(n).to_vec()].concat());
        all.collect::<Vec<_>>().concat()
    };
    let fixed =
        records(&|given, family, account| format!("{:<30}{}", format!("{family} {given}").to_uppercase(), &account[..9]).into_bytes());
    assert!(persons_of_nobody("core.dat", &fixed) >= 6);
    let parted = records(&|given, family, account| format!("\u{1}\0{given} {family}\0{account}\0\u{2}\0").into_bytes());
    assert!(persons_of_nobody("members.bin", &parted) >= 6);
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let parted = records(&|given, family, account| [wide(&format!("{given} {family}\0{account}\0")), vec![0; 6]].concat());
    assert!(persons_of_nobody("wide.bin", &parted) >= 6);
}

#[test]
fn lists_of_other_things_leave_nobody_open() {
    for (name, text) in [
        ("commits.log", rows(|n, given, family, account| format!("{}a{} {given} {family}: mend the build\n", n % 10, &account[..7]))),
        ("times.log", rows(|n, given, family, _| format!("{} {given} {family}\n", 1_698_765_432 + 7919 * n))),
        ("phones.txt", rows(|n, given, family, account| format!("{given} {family}   2{}555{}\n", n + 12, &account[6..]))),
        ("grouped.txt", rows(|n, given, family, account| format!("{given} {family}   (2{}) 555-{}\n", n + 12, &account[6..]))),
        ("banks.txt", rows(|_, _, family, account| format!("{}  {family} National Bank  San Antonio TX\n", &account[..7]))),
        (
            "aba.txt",
            rows(|n, given, family, _| format!("{}  {given} {family}\n", ["021000021", "011401533", "091000019", "122105155"][n % 4])),
        ),
        ("prices.txt", rows(|n, _, _, account| format!("{account}  {} Lamp  {n}4.50\n", ["Oak", "Brass", "Floor", "Wall"][n % 4]))),
        ("serials.txt", rows(|n, given, _, account| format!("Laptop {n}  SN5CG{account}  Room {}  {given}\n", n + 100))),
        (
            "packages.txt",
            rows(|n, given, family, account| {
                format!("lib{}-dev  1.{n}.0  {}  {given} {family} <a@pkg.example>\n", given.to_lowercase(), &account[..6])
            }),
        ),
        ("files.txt", rows(|_, given, family, account| format!("{}  Letter to {given} {family}.pdf\n", &account[..7]))),
        ("authors.c", rows(|n, given, family, account| format!("static const int k{n} = {account}; /* {given} {family}, author */\n"))),
        (
            "news.txt",
            rows(|n, given, family, account| {
                format!("* Mend the {} ({given} {family}) (:bzbug:`{}`)\n", ["reader", "old list", "build"][n % 3], &account[..6])
            }),
        ),
        ("changes.md", rows(|_, given, family, account| format!("- Mend the reader ({given} {family}, #{})\n", &account[..6]))),
        ("dates.txt", rows(|n, given, family, _| format!("{given} {family}  202411{}\n", n + 10))),
    ] {
        assert_eq!(persons_of_nobody(name, text.as_bytes()), 0, "{name}");
    }
}

/// The house number above a town says that it is a street, by whatever word.
#[test]
fn letters_to_streets_of_any_word_are_nobodys() {
    let street = |n: usize| ["Regina Mountains Suite 833", "Larson Wells", "Bryan Walk", "Christine Valleys", "Wagner Camp"][n % 5];
    let letter = |n: usize, given: &str, family: &str, account: &str| {
        format!(
            "{given} {family}\n{}91 {}\nWeaverside, NJ 5255{}\n\nYour account ending in {} is overdrawn.\n\n\n",
            n + 1,
            street(n),
            n % 10,
            &account[6..]
        )
    };
    assert_eq!(persons_of_nobody("letters.txt", rows(letter).as_bytes()), 12);
    let page = |n: usize, given: &str, family: &str| {
        format!("<p>{given} {family}<br>{}91 {}<br>Weaverside, NJ 5255{}</p>\n", n + 1, street(n), n % 10)
    };
    let pages = format!("<html><body>{}</body></html>", rows(|n, given, family, _| page(n, given, family)));
    assert_eq!(persons_of_nobody("letters.html", pages.as_bytes()), 12);
    // Offices of a company.
    let office = |n: usize, _: &str, family: &str, _: &str| {
        format!("{family} Supply Inc\n{}91 {}\nWeaverside, NJ 5255{}\n\n", n + 1, street(n), n % 10)
    };
    assert_eq!(persons_of_nobody("offices.txt", rows(office).as_bytes()), 0);
}

/// Forms whose labels stand above their values, as those of the IRS do.
#[test]
fn forms_with_labels_above_their_values_are_nobodys() {
    let form = |n: usize, given: &str, family: &str, account: &str| {
        format!(
            "BORROWER'S name\n{given} {family}\nStreet address\n{}91 Larson Wells\nAccount number (see instructions)\n{account}\n1 Mortgage interest received\n{n}12.50\n\u{c}\n",
            n + 1
        )
    };
    assert!(persons_of_nobody("1098.txt", rows(form).as_bytes()) >= 10);
    let empty = "BORROWER'S name\nStreet address\nAccount number (see instructions)\n1 Mortgage interest received\n";
    assert_eq!(persons_of_nobody("1098.txt", empty.as_bytes()), 0);
}

#[test]
fn short_names_of_members_hide_no_persons() {
    let object = |n: usize, given: &str, family: &str| {
        format!("{{\"fn\": \"{given}\", \"ln\": \"{family}\", \"a1\": \"{}1 Larson Wells\", \"zip\": \"5255{}\"}}", n + 1, n % 10)
    };
    let objects = rows(|n, given, family, _| format!("{}{}", if n > 0 { ", " } else { "" }, object(n, given, family)));
    assert_eq!(persons_of_nobody("a.json", format!("[{objects}]").as_bytes()), 12);
    let products = rows(|n, given, _, _| {
        format!("{}{{\"fn\": \"{given}.c\", \"ln\": {n}, \"a1\": \"{n} Larson Wells\"}}", if n > 0 { ", " } else { "" })
    });
    assert_eq!(persons_of_nobody("b.json", format!("[{products}]").as_bytes()), 0);
}
