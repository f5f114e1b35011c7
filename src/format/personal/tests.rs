use super::*;

fn spoken(text: &str) -> (Vec<&'static str>, usize) {
    let mut found = find(text, Cut::default());
    PersonKey::settle(&mut found.persons);
    (found.elements.words(), found.persons.len())
}

fn nothing(text: &str) {
    assert_eq!(spoken(text), (Vec::new(), 0), "{text}");
}

/// Account numbers as banks give them, and names of which few are frequent.
const PEOPLE: [(&str, &str); 6] = [
    ("Michael Olsen", "7201186876"),
    ("Siobhan Nakamura", "2504755128"),
    ("Declan Perez", "5852394492"),
    ("Linda Abernathy", "7738495328"),
    ("Noor Kowalski", "2439333030"),
    ("Piotr Walker", "3498850959"),
];

fn list(row: impl Fn(&str, &str, usize) -> String) -> String {
    PEOPLE.iter().enumerate().map(|(n, (name, account))| row(name, account, n)).collect()
}

#[test]
fn labelled_blocks_are_records_of_persons() {
    let colons = list(|name, account, n| format!("Name: {name}\nAddress: {n}665 Clark Ave\nAccount No: {account}\nBalance: {n}58.02\n\n"));
    assert_eq!(spoken(&colons), (vec!["account_number", "address", "amount", "name"], 6));
    let dots = list(|name, account, _| format!("Borrower name....: {name}\nLoan number......: {account}\nDate of birth....: 01/02/1970\n"));
    assert_eq!(spoken(&dots), (vec!["account_number", "dob", "name"], 6));
    let gaps = list(|name, _, n| {
        format!(
            "First Name    {}\nLast Name     {}\nSSN           571-84-913{n}\n\n",
            name.split_once(' ').unwrap().0,
            name.split_once(' ').unwrap().1
        )
    });
    assert_eq!(spoken(&gaps), (vec!["name", "ssn"], 6));
    // One form, whose name need not be known where the rest is a person's.
    let form = "LOAN APPLICATION\nBorrower Name: Siobhan Okafor\nHome address: 4502 Novak Ave, Columbus OH 17508\nDate of Birth: 01/02/1970\nLoan number: 9344082166\n";
    assert_eq!(spoken(form), (vec!["account_number", "address", "dob", "name"], 1));
    assert_eq!(
        spoken("Member name: Ann Lee\n\nAccount number: 9344082166\n\nPhone: 614-555-0199\n"),
        (vec!["account_number", "name", "phone"], 1)
    );
}

#[test]
fn letters_and_statements_name_whose_the_account_is() {
    for text in [
        "Member Elizabeth Lopez, account 3757756303, disputes $45.10",
        "STATEMENT OF ACCOUNT\n\nDAVID OKAFOR                 ACCOUNT NUMBER 6433730603\n3268 GARCIA AVE            STATEMENT DATE 10/31/24\n",
        "Patricia Petrov\n7001 Rodriguez Ave\nColumbus, OH 40905\n\nDear Patricia,\nyour account 6381628170 has a balance of $4908.21.\n",
        "Acct# 6381628170 was opened for LEE, MARTHA",
        "We wrote to Elizabeth Lopez, whose account\nnumber 3757756303 was closed",
    ] {
        assert_eq!(spoken(text), (vec!["account_number", "name"], 1), "{text}");
    }
}

#[test]
fn lines_of_a_printed_list_are_records() {
    let account = vec!["account_number", "amount", "name"];
    let titled = format!("LOAN TRIAL BALANCE 10/31\n\n{}", list(|name, number, n| format!("{name:25} {number}   {n}059.92\n")));
    assert_eq!(spoken(&titled), (account.clone(), 6));
    let narrow = list(|name, number, n| if n % 3 == 0 { format!("{name} {number} {n}059.92\n") } else { String::new() });
    let narrow = format!("{narrow}Ann Lee 4458814885 1.00\n");
    assert_eq!(spoken(&narrow), (account, 3));
    let two_lines = list(|name, number, n| {
        let (given, family) = name.split_once(' ').unwrap();
        format!(
            "{number}  {}, {}                6803.30\n      {n}85 MARTINEZ AVE  COLUMBUS OH 34154\n",
            family.to_uppercase(),
            given.to_uppercase()
        )
    });
    assert_eq!(spoken(&two_lines), (vec!["account_number", "amount", "name"], 6));
    let typed =
        format!("H|438222|20241031\n{}T|5\n", list(|name, number, n| format!("D|{name}|{n}181 Johnson Ave|OH|47263|{number}|2931.02\n")));
    assert_eq!(spoken(&typed), (vec!["account_number", "address", "amount", "name"], 6));
    let parted = list(|name, number, _| format!("{number}|{}|19751218|5727.79\n", name.to_uppercase().replace(' ', "|")));
    assert_eq!(spoken(&parted), (vec!["account_number", "amount", "dob", "name"], 6));
    let glued = list(|name, number, n| format!("{:25}{:30}TX9{n}462{number}\n", name.to_uppercase(), format!("{n}622 HARRIS AVE")));
    assert_eq!(spoken(&glued), (vec!["address", "name"], 6));
    let numbers = list(|name, _, n| format!("{n} 571-84-913{n} {name}\n"));
    assert_eq!(spoken(&numbers), (vec!["name", "ssn"], 6));
    let labels = list(|name, _, n| format!("{}\n{n}176 GARCIA AVE\nCOLUMBUS OH 3368{n}\n\n", name.to_uppercase()));
    assert_eq!(spoken(&labels), (vec!["address", "name"], 6));
    let letters = list(|name, number, n| {
        format!("{name}\n{n}001 Rodriguez Ave\nColumbus, OH 40905\n\nDear customer,\nyour account {number} has a balance of $49{n}8.21.\n")
    });
    let found = spoken(&letters);
    assert_eq!((found.0, found.1), (vec!["account_number", "address", "name"], 6));
}

#[test]
fn what_is_nobodys_record_is_nothing() {
    for text in [
        "Author: John Miller <john@example.com>\nVersion: 1.2.3\nPhone: 614-555-0199\n",
        "Name: Ann Lee\nAddress: 12 Oak St\n",
        "account.name=Shared Services\naccount.id=804127563391\nowner=Mary Miller\n",
        "[owner]\nname = \"Tom Preston-Werner\"\ndob = 1979-05-27T07:32:00Z\n",
        "account: 123456789012\nname: Shared Services\nregion: us-east-1\n",
        "Account Name: Shared Services\nAccount ID: 804127563391\nOwner Email: cloud@example.com\n",
        "Name:\nAddress:\nAccount No:\nSSN: ___-__-____\nDate of birth: __/__/____\n",
        "Name: John Doe\nAccount number: 804127563391\nBalance: 1.00\n",
        "Name: Mary Miller\nAccount number: 1234567890\n",
        "John Smith opened account 123456789 in the example below.",
        "The account 6381628170 is the vendor's own.",
        "Mary Miller closed her account.\nNumber 6381628170 is free",
        "// Written by Mary Miller\nstatic const int account_limit = 6381628170;\n",
        "Acme Tools LLC|12 Oak St|Columbus|OH|43004|Mary Miller\n",
        "First State Bank, 614-555-0199, Mary Miller, 12 Oak St\n",
    ] {
        nothing(text);
    }
    // Lists of vendors and of banks with whom to ask there, of hosts, of what a job did, of numbers.
    for (n, row) in [
        |name: &str, number: &str, n: usize| format!("Acme Tools {number} LLC|{n}12 Oak St|Columbus|OH|43004|{name}\n"),
        |name: &str, _: &str, n: usize| format!("{name}, First State Bank, {n}2 Oak St, Columbus, OH 43004, 614-555-019{n}\n"),
        |_: &str, number: &str, n: usize| format!("Prime Batch Runner  {number}  {n}12.50\n"),
        |name: &str, _: &str, n: usize| format!("{name}    614-555-019{n}    mail{n}@example.com\n"),
        |_: &str, number: &str, n: usize| format!("{number} {number} {n}12.50 {n}77\n"),
        |name: &str, number: &str, n: usize| format!("{n}a1f{number}c  {name}  2024-11-0{n}  fix the build\n"),
    ]
    .iter()
    .enumerate()
    {
        assert_eq!(spoken(&list(row)).1, 0, "{n}");
    }
}

#[test]
fn a_record_at_a_border_is_one_person() {
    let block = |n: usize| format!("Name: Ann Lee\nAddress: {n} Oak St\nAccount No: 44588{n:05}\n\n");
    let text: String = (10..30).map(block).collect();
    let whole = find(&text, Cut::default()).persons.len();
    assert_eq!(whole, 20);
    let repeated = 512;
    for cut in 600..700 {
        let mut all = find(&text[..cut], Cut { repeated, ..Cut::default() }).persons;
        all.extend(find(&text[cut - repeated..], Cut { continued: repeated, ..Cut::default() }).persons);
        PersonKey::settle(&mut all);
        assert_eq!(all.len(), whole, "{cut}");
    }
}

#[test]
fn what_was_read_as_rows_is_counted_there() {
    let text = "Name: Ann Lee\nSSN: 571-84-9133\nAccount No: 4458814885\n\nMember Elizabeth Lopez, account 3757756303, disputes it\n";
    let row = 0..text.find("\n\n").unwrap();
    let said = |places: &Range<usize>| places.start < row.end && row.start < places.end;
    assert_eq!(find(text, Cut::default()).persons.len(), 2);
    assert_eq!(find(text, Cut { said: Some(&said), ..Cut::default() }).persons.len(), 1);
}

#[test]
fn values_of_what_opens_something_are_credentials() {
    for text in ["db.password=Tr0ub4dor&3\n", "pwd = 'correct-horse'", "\"password\": \"hunter2x\"", "api_key: 9f8a7c6b5d4e"] {
        assert_eq!(spoken(text), (vec!["credential"], 0), "{text}");
    }
    for text in [
        "password=",
        "password: ${DB_PASSWORD}",
        "password=****",
        "password = getPassword()",
        "this.password = password;",
        "Password: required",
        "pub log_passwd: __u32,",
        "the password: which you chose",
        "secret = os.environ[\"X\"]",
    ] {
        nothing(text);
    }
}

#[test]
fn no_text_panics() {
    nothing("Account No 1: x\nCopyright (C) 2002-2004, 2007-2009 Nguyễn Thái Ngọc Duy\n");
    let text = "Name: Zoë Straße\u{1E}Konto: 4458814885\r\n\tStraße 5  É  OH 43004-1234\n| Ann | Lee | 4458814885 | 1.00 |\n";
    for (from, _) in text.char_indices() {
        for (to, _) in text.char_indices().filter(|(to, _)| *to >= from) {
            find(&text[from..to], Cut { continued: 7, repeated: 5, said: None });
        }
    }
}

#[test]
fn names_under_which_accounts_stand_are_persons() {
    for text in [
        format!("{{{}}}", list(|name, account, _| format!("\"{name}\": \"{account}\", "))),
        format!("{{{}}}", list(|name, account, _| format!("\"{account}\":\"{name}\","))),
        list(|name, account, _| format!("{name}: {account}\n")),
        list(|name, account, _| format!("  '{account}' => '{name}',\n")),
        list(|name, account, _| format!("{account}={name}\r\n")),
    ] {
        assert_eq!(spoken(&text), (vec!["account_number", "name"], 6), "{text}");
    }
}

#[test]
fn other_names_with_numbers_are_nobodys() {
    // A chart of accounts, dates, counts, and settings of a few.
    let chart = ["Office Supplies", "Interest Income", "Cash Due", "Loan Fees", "Retained Earnings", "Service Charges"];
    nothing(&chart.iter().zip(1..).map(|(name, n)| format!("\"{name}\": {},\n", 61_202_137 * n)).collect::<String>());
    nothing(&list(|name, _, n| format!("{name}: 2024110{}\n", n + 1)));
    nothing(&list(|name, _, n| format!("{name}: {}\n", 1200 + n)));
    nothing("Versions 0.98 and newer are Copyright (C) 2006-2014 Steffen Ullrich.\n");
    nothing("\"Ann Lee\": \"4458814885\", \"Linda Abernathy\": \"7738495328\"");
}

#[test]
fn names_of_many_languages_are_familiar() {
    let people = [
        ["Aarav Iyer", "Vihaan Nair", "Ishaan Reddy"],
        ["Jürgen Schröder", "Katharina Köhler", "Uwe Schäfer"],
        ["Nguyen Thi Huong", "Tran Quoc Tuan", "Pham Minh Trang"],
        ["Khalid Haddad", "Fatima Mansour", "Youssef Darwish"],
        ["Agnieszka Wójcik", "Krzysztof Nowakowski", "Zbigniew Mazurek"],
        ["Zhang Xiaoming", "Wang Guiying", "Liu Haoran"],
        ["Dmitry Sokolov", "Svetlana Kuznetsova", "Oleg Morozov"],
    ];
    for names in people {
        let row = |(name, (_, account)): (&&str, &(&str, &str))| format!("{name}   {account}   5055.11\n");
        let text: String = names.iter().zip(&PEOPLE).map(row).collect();
        assert_eq!(spoken(&text), (vec!["account_number", "amount", "name"], 3), "{text}");
    }
    // A trial balance has accounts and amounts under names, and none of them is anybody's.
    let chart = ["Office Supplies", "Interest Income", "Cash Due", "Loan Fees", "Retained Earnings", "Service Charges"];
    nothing(&chart.iter().zip(1..).map(|(name, n)| format!("{name}   {}   5055.11\n", 61_202_137 * n)).collect::<String>());
}

#[test]
fn lists_of_logins_with_passwords_are_persons() {
    let login = |name: &str, rest: &str| format!("{}@mail.example{rest}\n", name.replace(' ', ".").to_lowercase());
    assert_eq!(spoken(&list(|name, _, n| login(name, &format!(":Passw0rd!{n}")))).0, ["credential", "email"]);
    assert_eq!(spoken(&list(|name, _, n| login(name, &format!(";x{n}q?Zz\r")))).0, ["credential", "email"]);
    nothing(&list(|_, _, n| format!("git@host.example:project{n}\n")));
    nothing(&list(|name, _, n| login(name, &format!(":/srv/files/{n}"))));
    nothing(&list(|name, _, n| login(name, &format!(":{}", 8000 + n))));
    nothing(&list(|name, _, n| login(name, &format!(": see ticket {n}"))));
    // Fewer are logins where nothing else stands there, and the addresses may be somebody's.
    assert_eq!(spoken("ann@mail.example:Passw0rd!1\nbo@mail.example:Passw0rd!2\n").0, ["credential", "email"]);
    nothing("ann@mail.example:Passw0rd!1\nbo@mail.example:Passw0rd!2\nare samples\n");
    nothing("ann@example.com:Passw0rd!1\n");
    nothing("git@host.example:project1\n");
}

#[test]
fn blanks_may_stand_in_social_security_numbers_of_many() {
    assert_eq!(spoken(&list(|name, _, n| format!("{name}   512 44 778{n}\n"))), (vec!["name", "ssn"], 6));
    nothing("Michael Olsen   512 44 7781\nLinda Abernathy   512 44 7782\n");
}
