//! What is a list that affects nobody, and what is a record of somebody's: the same codes, about once each.

use crate::false_hits::{aba, outcome};
use crate::harness::Institution;

const CODES: [&str; 9] = ["QHSB77", "TRF042", "104233", "BPNB90", "ZVCB31", "KFSB55", "DCCU12", "RAVG01", "OSTM88"];
const TOWNS: [&str; 9] = ["Norwell", "Tessaly", "Quill", "Brook", "Zeven", "Kirk", "Dale", "Raven", "Ostrow"];

fn institutions() -> Vec<Institution> {
    let one = |n: usize| {
        Institution::new(CODES[n], &format!("{} Harbor Savings Bank", TOWNS[n]))
            .with("client_code", CODES[n])
            .with("aba", &aba(n as u32 * 37 + 5))
            .with("bic", &format!("QXZ{}US33", char::from(b'A' + n as u8)))
            .with("domain", &format!("{}bank.example", TOWNS[n].to_lowercase()))
    };
    (0..CODES.len()).map(one).collect()
}

/// One line for each institution, by its number, code and town.
fn each(line: impl Fn(usize, &str, &str) -> String) -> String {
    (0..CODES.len()).map(|n| line(n, CODES[n], TOWNS[n]) + "\n").collect()
}

/// The verdict of all institutions, which must be the same.
fn verdict_of_all(path: &str, text: String) -> String {
    let (_desk, outputs) = outcome(&institutions(), &[(path, text.clone())]);
    let verdicts = outputs.verdicts();
    let first = verdicts[CODES[0]].clone();
    assert!(verdicts.values().all(|verdict| *verdict == first), "{verdicts:?} for\n{text}");
    first
}

#[test]
fn a_labelled_code_in_a_record_is_its_owners_however_many_records_there_are() {
    let ticket = |n, code: &str, _: &str| {
        format!("Ticket {n}\nClient code: {code}\nProblem: their payroll was sent twice and the accounts were debited.\n")
    };
    let delivered = |n, code: &str, _: &str| format!("2026-11-0{n} 10:00:00 INFO delivered payroll_{n}.pgp client_code={code} bytes=1{n}");
    let asked = |n, code: &str, _: &str| {
        format!("10.0.0.{n} - - [01/Nov/2026:10:00:00 +0000] \"GET /files?client_code={code}&f=loans_{n}.csv HTTP/1.1\" 200 50")
    };
    let brief = |n, code: &str, _: &str| format!("10:00:0{n} sent client_code={code}");
    let logs = [("x/out.log", each(delivered)), ("x/access.log", each(asked)), ("x/brief.log", each(brief))];
    for (path, text) in [("x/tickets.txt", each(ticket))].into_iter().chain(logs) {
        assert_eq!(verdict_of_all(path, text), "affected", "{path}");
    }
    let client = |n: usize, code: &str, town: &str| format!("{town} Harbor Savings Bank, {town}\nClient code: {code}\nDesk: 555-010{n}\n");
    assert_eq!(verdict_of_all("x/clients.txt", each(client)), "ruled_out");
}

/// A header, what writes the line of each institution, and the verdict.
type Table = (&'static str, fn(usize, &str, &str) -> String, &'static str);

#[test]
fn a_table_of_clients_that_says_more_than_a_directory_is_open() {
    let tables: [Table; 6] = [
        ("client_code,name,city", |_, code, town| format!("{code},{town} Harbor Savings Bank,{town}"), "ruled_out"),
        ("client_code,city,since", |n, code, town| format!("{code},{town},2019-03-0{}", n + 1), "ruled_out"),
        ("client_code,ref,val", |n, code, _| format!("{code},44556677{n}8,1002{n}"), "undetermined"),
        ("client_code,note", |n, code, _| format!("{code},James called about his loan {n} and owes money"), "undetermined"),
        ("client_code,file,kb", |n, code, _| format!("{code},payroll_{n}.pgp,{n}"), "undetermined"),
        ("client_code,holder,account_no", |n, code, _| format!("{code},Mary Jones,44556677{n}8"), "affected"),
    ];
    for (header, line, expected) in tables {
        assert_eq!(verdict_of_all("x/a.csv", format!("{header}\n{}", each(line))), expected, "{header}");
    }
    let totals = |n: usize, _: &str, _: &str| format!("{},3,10{n}.00", aba(n as u32 * 37 + 5));
    assert_eq!(verdict_of_all("x/a.csv", format!("rdfi,count,total\n{}", each(totals))), "referenced");
}

#[test]
fn one_sentence_in_every_row_says_nothing_more_of_anybody() {
    let same =
        |_: usize, code: &str, town: &str| format!("{code},{town} Harbor Savings Bank,Please keep this with your records for reference");
    let filled_in = |_: usize, code: &str, town: &str| {
        format!("{code},{town} Harbor Savings Bank,Nightly files of {town} Harbor Savings Bank are sent to the hub")
    };
    for line in [same, filled_in] {
        assert_eq!(verdict_of_all("x/a.csv", format!("client_code,name,note\n{}", each(line))), "ruled_out");
    }
    let told = |n: usize, code: &str, town: &str| {
        format!("{code},{town} Harbor Savings Bank,Nightly files of {town} hold {n} loans that are in arrears")
    };
    assert_eq!(verdict_of_all("x/a.csv", format!("client_code,name,note\n{}", each(told))), "undetermined");
}

/// A list of everybody, and records of two clients.
fn two_tables() -> (Vec<Vec<String>>, Vec<Vec<String>>) {
    let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
    let mut list = vec![row(&["client_code", "city", "since"])];
    list.extend((0..CODES.len()).map(|n| row(&[CODES[n], TOWNS[n], &format!("2019-03-0{}", n + 1)])));
    let records = vec![
        row(&["holder", "account_no", "client_code", "balance"]),
        row(&["Mary Jones", "445566778", "QHSB77", "10.00"]),
        row(&["John Lee", "445566779", "QHSB77", "11.00"]),
        row(&["Ann Fox", "445566770", "TRF042", "12.00"]),
    ];
    (list, records)
}

fn assert_two_own(path: &str, bytes: &[u8]) {
    let (_desk, outputs) = crate::false_hits::outcome_of_bytes(&institutions(), &[(path, bytes.to_vec())]);
    let impact = outputs.impact();
    let of = |code: &str| (impact[code]["verdict"].clone(), impact[code]["individuals"].clone());
    let is = |verdict: &str, individuals: &str| (verdict.to_owned(), individuals.to_owned());
    assert_eq!((of("QHSB77"), of("TRF042")), (is("affected", "2"), is("affected", "1")), "{path}");
    for code in &CODES[2..] {
        assert_eq!(of(code), is("ruled_out", "0"), "{code} in {path}");
    }
}

#[test]
fn a_second_table_of_other_columns_has_its_own_owners() {
    let (list, records) = two_tables();
    let empty = vec![vec![String::new()]];
    assert_two_own("x/a.xlsx", &crate::harness::xlsx(&[&list[..], &empty, &records].concat()));
    assert_two_own("x/b.xlsx", &crate::harness::xlsx(&[&list[..], &records].concat()));
    assert_two_own("x/c.xlsx", &crate::harness::xlsx(&[&records[..], &empty, &list].concat()));
    let cells = |row: &Vec<String>| row.iter().map(|cell| format!("<td>{cell}</td>")).collect::<String>();
    let html: String = [&list[..], &records].concat().iter().map(|row| format!("<tr>{}</tr>\n", cells(row))).collect();
    assert_two_own("x/d.html", format!("<html><body><table>{html}</table></body></html>\n").as_bytes());
}

#[test]
fn a_report_has_the_owners_of_each_of_its_tables() {
    let (list, records) = two_tables();
    let print = |rows: &[Vec<String>], rule: bool| {
        let line = |row: &Vec<String>| row.iter().map(|cell| format!("{cell:<16}")).collect::<String>().trim_end().to_owned() + "\n";
        let head = line(&rows[0].iter().map(|cell| cell.replace('_', " ").to_uppercase()).collect());
        let rule = if rule { line(&rows[0].iter().map(|_| "-".repeat(14)).collect()) } else { String::new() };
        format!("{head}{rule}{}", rows[1..].iter().map(line).collect::<String>())
    };
    for rule in [true, false] {
        let text = format!("CLIENT LIST\n\n{}\nOPEN ITEMS\n\n{}\n", print(&list, rule), print(&records, rule));
        assert_two_own("x/report.txt", text.as_bytes());
    }
}

#[test]
fn a_client_column_may_hold_an_equivalent_of_the_code() {
    let equivalents: [fn(usize) -> String; 3] = [
        |n| aba(n as u32 * 37 + 5),
        |n| format!("QXZ{}US33XXX", char::from(b'A' + n as u8)),
        |n| format!("{}bank.example", TOWNS[n].to_lowercase()),
    ];
    for equivalent in equivalents {
        let line = |n: usize, code: &str, _: &str| {
            let client = if n == 3 { equivalent(n) } else { code.to_owned() };
            format!("{client},Mary Jones,44556677{n}8")
        };
        assert_eq!(verdict_of_all("x/a.csv", format!("client_code,holder,account_no\n{}", each(line))), "affected");
    }
}

#[test]
fn a_folder_that_merely_equals_a_code_is_nobodys_home() {
    let people = each(|n, _, _| format!("Mary Jones,1{n} Oak St,Norwell,0200{n},44556677{n}8"));
    let text = format!("name,street,city,zip,account_no\n{people}");
    for folder in ["proj/QHSB77", "proj"] {
        assert_eq!(verdict_of_all(&format!("{folder}/x.csv"), text.clone()), "undetermined", "{folder}");
    }
}

#[test]
fn a_home_of_nobody_counts_against_those_without_an_account() {
    let two = [
        Institution::new("A", "Norwell Harbor Savings Bank").with("client_code", "QHSB77").with("transfer_account", "orv10"),
        Institution::new("B", "Tessaly Harbor Savings Bank").with("client_code", "TRF042"),
    ];
    let file = |path: &'static str| (path, "nothing\n".to_owned());
    for (files, expected) in [
        (vec![file("home/zz99/in/x.txt")], ["ruled_out", "undetermined"]),
        (vec![file("sftp/zz99/in/x.txt"), file("sftp/qq81/in/x.txt"), file("sftp/orv10/in/a.txt")], ["affected", "undetermined"]),
        // A folder of the kind inside something else is a server's.
        (vec![file("image/home/oracle/x.txt")], ["ruled_out", "ruled_out"]),
    ] {
        let (_desk, outputs) = outcome(&two, &files);
        let verdicts = outputs.verdicts();
        assert_eq!([verdicts["A"].as_str(), verdicts["B"].as_str()], expected, "{files:?}");
    }
}

#[test]
fn what_follows_a_name_without_belonging_to_it_hides_nothing() {
    let one = [Institution::new("A", "Penhallow Industrial Bank")
        .with("client_code", "QHSB77")
        .with("pgp_key", "4F25E3B67C1D9A0855AA0B1C3AA5C34371567BD2")];
    for (text, expected) in [
        ("BALANCES HELD AT PENHALLOW INDUSTRIAL BANK AS OF OCTOBER 31\n", "referenced"),
        // A legal form that a name without one does not have makes no other name of it.
        ("We called Penhallow Industrial Bank AS yesterday.\n", "referenced"),
        ("Key fingerprint = 4F25 E3B6 7C1D 9A08 55AA  0B1C 3AA5 C343 7156 7BD2\n", "undetermined"),
    ] {
        let (_desk, outputs) = outcome(&one, &[("notes/a.txt", text.to_owned())]);
        assert_eq!(outputs.verdicts()["A"], expected, "{text}");
    }
}

/// The verdict of the first institution over one file, and of the second, which it does not name.
fn verdicts_over(path: &str, text: &str) -> [String; 2] {
    let (_desk, outputs) = outcome(&institutions(), &[(path, text.to_owned())]);
    let verdicts = outputs.verdicts();
    [CODES[0], CODES[1]].map(|code| verdicts[code].clone())
}

#[test]
fn labels_with_their_values_are_no_list() {
    let sheet = "Institution name,Norwell Harbor Savings Bank\nClient code,QHSB77\nDesk,12 Main Street\nContact,Ann Lee\n";
    assert_eq!(verdicts_over("x/a.csv", sheet), ["affected", "ruled_out"]);
    let rows: String = (0..9).map(|n| format!("448291030{n}\tAnn Lee\t{n}.50\n")).collect();
    let titled = format!("Institution\tNorwell Harbor Savings Bank\tClient ID\tQHSB77\n\nAccount\tHolder\tBalance\n{rows}");
    assert_eq!(verdicts_over("x/a.tsv", &titled), ["affected", "ruled_out"]);
    let nobodys = format!("Report\tWeekly balances\tPage\t12\n\nAccount\tHolder\tBalance\n{rows}");
    assert_eq!(verdicts_over("x/a.tsv", &nobodys), ["undetermined", "undetermined"]);
}

#[test]
fn the_last_word_of_a_name_labels_no_code() {
    let notes = each(|_, code, town| format!("The page count of {town} Harbor Savings Bank ({code}) was fixed."));
    assert_eq!(verdict_of_all("x/notes.txt", notes), "ruled_out");
}

#[test]
fn words_with_apostrophes_behind_a_name_are_no_part_of_it() {
    for words in ["O'Brien", "we're open", "N'abc'", "L\u{2019}Oreal", "D'Angelo Bank"] {
        let text = format!("Contact at Norwell Harbor Savings Bank {words} today.");
        assert_eq!(verdicts_over("x/a.txt", &text), ["referenced", "ruled_out"], "{words}");
    }
}

/// A person of their own for each number.
fn person(i: usize) -> String {
    let letter = |n: usize| char::from(b'a' + (n % 26) as u8);
    format!("Mary J{}{}nson", letter(i / 26), letter(i))
}

/// Tables of a dump: institutions with their codes, and members, who say by its number in the first table whose they are.
fn dump(institutions: &str, members: &str, n: usize) -> String {
    let member = |i: usize| format!("({i},{},'{}','12 Oak St','219-09-99{i:02}')", i % CODES.len(), person(i));
    let members_of = (1..=n).map(member).collect::<Vec<_>>().join(",");
    format!(
        "-- MySQL dump 10.13\nCREATE TABLE `institution` ({institutions});\nINSERT INTO `institution` VALUES {};\n\
         CREATE TABLE `member` (`id` int, {members}, `name` varchar(40), `street` varchar(40), `ssn` char(11));\nINSERT INTO `member` VALUES {members_of};\n",
        (0..CODES.len())
            .map(|i| match institutions.contains("name") {
                true => format!("({i},'{}','{} Harbor Savings Bank')", CODES[i], TOWNS[i]),
                false => format!("({i},'{}')", CODES[i]),
            })
            .collect::<Vec<_>>()
            .join(",")
    )
}

/// A directory in a dump is no record of anybody's, and the persons beside it are somebody's: nobody is affected by the
/// one, and nobody is ruled out for the other.
#[test]
fn a_directory_beside_persons_affects_nobody_and_clears_nobody() {
    for columns in ["`id` int, `code` varchar(8), `name` varchar(80)", "`id` int, `code` varchar(8)", "`id` int, `client_code` varchar(8)"]
    {
        assert_eq!(verdict_of_all("x/dump.sql", dump(columns, "`institution_id` int", 40)), "undetermined", "{columns}");
    }
}

#[test]
fn persons_in_rows_that_name_no_client_are_nobodys() {
    let row = |i: usize, code: &str| format!("{code},{},12 Oak St,219-09-99{i:02}\n", person(i));
    let table = |blank: &str| {
        let rows: String = (0..20).map(|i| row(i, if i < 12 { CODES[0] } else { blank })).collect();
        format!("client_code,name,street,ssn\n{rows}")
    };
    for blank in ["", "N/A", "-", "NULL"] {
        let (_desk, outputs) = outcome(&institutions(), &[("x/a.csv", table(blank))]);
        let verdicts = outputs.verdicts();
        assert_eq!((verdicts[CODES[0]].as_str(), verdicts[CODES[1]].as_str()), ("affected", "undetermined"), "{blank:?}");
        assert_eq!((outputs.impact()[CODES[0]]["individuals"].as_str(), outputs.rows("unattributed.csv").len()), ("12", 1), "{blank:?}");
    }
    let (_desk, outputs) = outcome(&institutions(), &[("x/a.csv", table(CODES[1]))]);
    assert_eq!((outputs.verdicts()[CODES[1]].as_str(), outputs.verdicts()[CODES[3]].as_str()), ("affected", "ruled_out"));
    // A line of sums names no person.
    let (_desk, outputs) = outcome(&institutions(), &[("x/a.csv", format!("{}TOTAL,,,\n", table(CODES[1])))]);
    assert_eq!(outputs.verdicts()[CODES[3]], "ruled_out");
}

/// Where one institution is the only client that a dump names, what no column gives to anybody is that one's.
#[test]
fn the_one_client_of_a_dump_owns_all_of_it() {
    let jobs = |codes: &[&str]| {
        let rows: Vec<String> =
            codes.iter().enumerate().map(|(i, code)| format!("({i},'{code}','{}','219-09-88{i:02}')", person(50 + i))).collect();
        "CREATE TABLE `holder` (`id` int, `client_code` varchar(8), `name` varchar(40), `ssn` char(11));\nINSERT INTO `holder` VALUES "
            .to_owned()
            + &rows.join(",")
            + ";\n"
    };
    let members = dump("`id` int, `name` varchar(80)", "`branch_id` int", 30);
    let members = &members[members.find("CREATE TABLE `member`").expect("stands in it")..];
    let (_desk, outputs) = outcome(&institutions(), &[("x/dump.sql", jobs(&[CODES[0]; 5]) + members)]);
    assert_eq!((outputs.verdicts()[CODES[0]].as_str(), outputs.verdicts()[CODES[1]].as_str()), ("affected", "ruled_out"));
    assert_eq!(outputs.impact()[CODES[0]]["individuals"], "35");
    let (_desk, outputs) = outcome(&institutions(), &[("x/dump.sql", jobs(&[CODES[0], CODES[0], CODES[1]]) + members)]);
    let verdicts = outputs.verdicts();
    assert_eq!([0, 1, 2].map(|n| verdicts[CODES[n]].as_str()), ["affected", "affected", "undetermined"]);
}

/// A table of accounts with what opens them is no directory.
#[test]
fn passwords_of_clients_are_records() {
    let line = |n: usize, code: &str, _: &str| format!("{code},user{n},Zx9!kq{n}Wp");
    assert_eq!(verdict_of_all("x/a.csv", format!("client_code,username,password\n{}", each(line))), "affected");
}

/// A folder named by a routing number points at its bank; a number in the name of a file does not.
#[test]
fn a_folder_named_by_a_routing_number_points_at_its_bank() {
    let first = aba(5);
    let (_desk, outputs) = outcome(
        &institutions(),
        &[
            (Box::leak(format!("drop/{first}/out/x.txt").into_boxed_str()), "nothing\n".to_owned()),
            (Box::leak(format!("drop/ref_{}.txt", aba(42)).into_boxed_str()), "nothing\n".to_owned()),
        ],
    );
    let verdicts = outputs.verdicts();
    assert_eq!([0, 1].map(|n| verdicts[CODES[n]].as_str()), ["undetermined", "ruled_out"]);
}

#[test]
fn the_first_of_a_list_of_everybody_is_no_other_than_the_rest() {
    let keys = |quote: &str, after: &str| each(|_, code, town| format!("  {quote}{code}{quote}:{after} name: {town} Harbor Savings Bank"));
    let codes = CODES.join(", ");
    for (path, text) in [
        ("ops/clients.yaml", format!("clients:\n{}", keys("'", "\n   "))),
        ("ops/clients.js", format!("const clients={{\n{}}}\n", keys("'", ""))),
        ("ops/notes.txt", format!("Release 7.3.0\nFixed for clients {codes} and all that come after them.\n")),
        ("ops/users.tf", each(|n, code, _| format!("resource \"user\" \"u{n}\" {{\n  tags = {{ ClientCode = \"{code}\" }}\n}}"))),
        ("ops/wiki.md", each(|_, code, town| format!("* {town} Harbor Savings Bank - client code {code}"))),
        ("ops/hub.ini", each(|_, code, _| format!("[client {code}]\nclient_code={code}\nenabled=true\n"))),
    ] {
        assert_eq!(verdict_of_all(path, text), "ruled_out", "{path}");
    }
}

#[test]
fn names_are_known_in_ascii_and_before_a_month() {
    let banks = [
        Institution::new("M", "Volksbank Müllheim eG").with("client_code", "VMU001"),
        Institution::new("K", "Kangaroo Valley Mutual Bank Ltd").with("client_code", "KVM001"),
    ];
    for (text, named) in [
        ("Report about Volksbank Muellheim eG was late.\n", "M"),
        ("Report about Volksbank Mullheim eG was late.\n", "M"),
        ("The statement of Kangaroo Valley Mutual Bank of October was late.\n", "K"),
        ("The statement of Kangaroo Valley Mutual Bank Ltd of Friday was late.\n", "K"),
    ] {
        let (_desk, outputs) = outcome(&banks, &[("x/a.txt", text.to_owned())]);
        assert_eq!(outputs.verdicts()[named], "referenced", "{text}");
    }
}
