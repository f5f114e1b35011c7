//! A client code that is a number counts in a column of its type or after a label: in every way in which tables,
//! reports, settings and markup write columns and labels.

use crate::harness::{Desk, Institution, Job, aes_zip, write, write_registry};

const NAMES: [&str; 6] = ["James Miller", "Mary Jones", "Linda Garcia-Walkerson", "Robert Young", "Susan Lee", "Karen Lopez"];

/// Six records about persons, each made of the code, a name and a balance.
fn rows(row: impl Fn(&str, f64) -> String) -> String {
    NAMES.iter().enumerate().map(|(i, name)| row(name, 100.0 * i as f64 + 1.7)).collect()
}

/// Files that are their institution's, whose code stands for `######`.
fn files() -> Vec<(&'static str, String)> {
    let csv = |titles: &str| format!("{titles}client code,name,state,balance\n{}", rows(|name, sum| format!("######,{name},MA,{sum}\n")));
    let report = |heading: &str| format!("{heading}\n{}", rows(|name, sum| format!("{:<12} {sum:>8.2}  {name}\n", "######")));
    let again = csv("");
    vec![
        ("titles.csv", csv("Monthly extract,,,\nCreated 2025-01-01,,,\n")),
        ("blank.csv", csv(",,,\n")),
        ("semicolons.csv", csv("Monthly extract,,,\n,,,\n").replace(',', ";")),
        ("pages.csv", again.replace("######", "ZZTOP1") + "\u{C}" + &again),
        ("report.txt", report("ACME CORE     LOAN TRIAL BALANCE     PAGE 1\n\nCLIENT CODE   BALANCE  NAME") + "\nTOTAL         1510.20\n"),
        ("ruled.txt", report("CLIENT_CODE   BALANCE  NAME\n-----------  --------  ----------------------") + "\n6 rows selected.\n"),
        ("psql.txt", {
            let rows = rows(|name, sum| format!(" {:<11} | {sum:>7.2} | {name}\n", "######"));
            format!(" client_code | balance |      name\n-------------+---------+----------------\n{rows}(6 rows)\n")
        }),
        ("mysql.txt", {
            let rule = format!("+{:-<13}+{:-<9}+{:-<24}+\n", "", "", "");
            let rows = rows(|name, sum| format!("| {:<11} | {sum:>7.2} | {name:<22} |\n", "######"));
            format!("{rule}| client_code | balance | {:<22} |\n{rule}{rows}{rule}", "name")
        }),
        ("nested.xml", "<?xml version=\"1.0\"?><export><client><holder>Ann</holder><code>######</code></client></export>".to_owned()),
        ("entry.xml", "<cfg><entry key=\"client.code\">######</entry></cfg>".to_owned()),
        ("list.html", "<dl><dt>Client code</dt><dd>######</dd></dl><p>as agreed".to_owned()),
        ("nested.json", "{\"client\": {\"name\": \"z\", \"code\": ######}, \"mode\": \"live\"}".to_owned()),
        ("settings.yml", "client:\n  mode: live\n  code: ######\n".to_owned()),
        ("settings.ini", "[client]\nmode=live\ncode=######\n".to_owned()),
        ("remark.txt", "Client code (internal): ######\n".to_owned()),
        ("no_break.txt", "We refer to Client\u{A0}Code:\u{A0}###### as agreed.\n".to_owned()),
        ("no_break.html", "<html><body><p>Client Code:&nbsp;###### as agreed</p></body></html>".to_owned()),
        ("wide_mark.txt", "Client code\u{FF1A}######\n".to_owned()),
        ("dash.txt", "Client code \u{2013} ######\n".to_owned()),
        ("array.json", "{\"clientIds\": [787904, ######, 104767]}".to_owned()),
        ("affected.txt", "clients affected: 699053, ###### and 760053\n".to_owned()),
        ("german.txt", "Mandantennummer: ######\n".to_owned()),
        ("several.txt", "Client codes: TRF042, ###### and QQ7731\n".to_owned()),
        ("mdc.log", rows(|_, _| "2025-10-30 10:00:00,123 [http-0] INFO c.v.Svc [tenant=######, user=u0] - loaded\n".to_owned())),
        ("attribute.xml", "<?xml version=\"1.0\"?><extract client=\"######\" date=\"2025-10-30\"/>".to_owned()),
        ("element.xml", "<?xml version=\"1.0\"?><x><Client>######</Client></x>".to_owned()),
        ("value.json", "{\"client\": ######, \"n\": [1, 2]}".to_owned()),
        ("keys.json", "{\"tenants\": {\"######\": {\"host\": \"h\"}}}".to_owned()),
        ("start.sh", "java -Dclient.id=###### -jar extract.jar\n".to_owned()),
        ("access.log", "10.0.0.9 - - [30/Oct/2025:10:00:00 +0000] \"GET /api/v1/clients/######/accounts HTTP/1.1\" 200 50\n".to_owned()),
        ("hub.properties", "sftp.client.######.dir=/data/x\nsftp.client.######.port=22\n".to_owned()),
        ("mail.txt", "Subject: [Client ######] October extract failed\n".to_owned()),
        ("in.sql", "select * from acct where client_code in (111111, ######);\n".to_owned()),
        ("like.sql", "delete from acct where client_code like '######';\n".to_owned()),
        ("behind_code.txt", "Fixed for clients TRF042, ###### and 208871.\n".to_owned()),
        ("first.txt", "Fixed for clients ######, 208871 and TRF042 tonight\n".to_owned()),
        ("slash.txt", "The job failed for clients 208871/###### last night.\n".to_owned()),
        ("brackets.txt", "Rolled back for two clients (TRF042, ######).\n".to_owned()),
        ("items.txt", "Affected clients:\n  - 208871\n  - ######\n  - TRF042\n".to_owned()),
        ("lines.txt", "**Clients:**\n208871\n######\n".to_owned()),
        ("map.yml", "clients:\n  ######:\n    mode: live\n  208871:\n    mode: live\n".to_owned()),
        ("second.yml", "clients:\n  208871:\n    mode: live\n  ######:\n    mode: live\n".to_owned()),
        ("event.log", rows(|_, _| "CEF:0|Vendor|Hub|1.0|100|Row loaded|3|cs1Label=ClientId cs1=###### cnt=4 act=read\n".to_owned())),
        ("folder.txt", "D:\\Data\\Clients\\######\\out\\a.csv was locked\n".to_owned()),
        (
            "hub.reg",
            "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Hub\\Clients\\######]\r\n\"Name\"=\"z\"\r\n"
                .to_owned(),
        ),
        ("string.log", "10:00:01 body=\"{\\\"client\\\":\\\"######\\\",\\\"n\\\":1}\"\n".to_owned()),
        ("cell.csv", "file,clients,name\na.pgp,######;QQ7731,James Miller\nb.pgp,TRF042,Mary Jones\n".to_owned()),
    ]
}

#[test]
fn a_numeric_code_is_found_however_its_column_or_label_is_written() {
    let desk = Desk::new();
    let files = files();
    let institution = |n: usize| Institution::new(&format!("C{n:02}"), &format!("Quarry {} Savings", "Stone".repeat(n + 1)));
    let code = |n: usize| (480_213 + 917 * n).to_string();
    let institutions: Vec<Institution> = (0..=files.len()).map(|n| institution(n).with("client_code", &code(n))).collect();
    let registry = desk.path("registry");
    write_registry(&registry, &institutions);
    for (n, (name, text)) in files.iter().enumerate() {
        write(&desk.path("ev").join(format!("f{n:02}")).join(name), text.replace("######", &code(n)).as_bytes());
    }
    // Without a label that says what number it is, it is nobody's.
    let other = format!(
        "The order code (internal): {0}\nitems: 5, {0}\nclient count 12, {0}\n[order]\ncode={0}\nclient {0} ms\nclients: {0}\n\
         served client {0} requests\nclient: {0}.5\nbank={0}%\n",
        code(files.len())
    );
    write(&desk.path("ev/notes/other.txt"), other.as_bytes());
    let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &registry);
    let evidence = outputs.rows("evidence.csv");
    for (n, (name, _)) in files.iter().enumerate() {
        let id = format!("C{n:02}");
        let own: Vec<_> = evidence.iter().filter(|row| row["customer_id"] == id && row["role"] == "owner").collect();
        // Where half of the codes in a cell's column are nobody's, chance could be the reason.
        if *name != "cell.csv" && *name != "pages.csv" {
            assert!(own.iter().any(|row| row["strength"] == "sure"), "{name}: {:?}", outputs.verdicts()[&id]);
        }
        assert!(evidence.iter().any(|row| row["customer_id"] == id), "{name}");
    }
    let none = format!("C{:02}", files.len());
    assert!(evidence.iter().all(|row| row["customer_id"] != none), "{:?}", evidence.iter().find(|row| row["customer_id"] == none));
}

/// Persons in a table that is nobody's leave nobody ruled out.
#[test]
fn persons_under_a_heading_are_records() {
    let csv = "Monthly extract,,,\nCreated 2025-01-01,,,\nname,street,account_number,balance\n".to_owned();
    let csv = csv + &rows(|name, sum| format!("{name},12 Oak St,44556677,{sum}\n"));
    let report = "ACCOUNT      BALANCE  NAME\n".to_owned() + &rows(|name, sum| format!("{:<12} {sum:>7.2}  {name}\n", "4455667788"));
    for (name, text) in [("titles.csv", csv), ("report.txt", report)] {
        let desk = Desk::new();
        let registry = desk.path("registry");
        write_registry(&registry, &[Institution::new("A", "Quarrystone Farmers Bank").with("client_code", "QX7731")]);
        write(&desk.path("ev/x").join(name), text.as_bytes());
        let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &registry);
        let row = &outputs.impact()["A"];
        assert_eq!((row["verdict"].as_str(), row["basis"].as_str()), ("undetermined", "unattributed_data"), "{name}");
    }
}

/// A code in a column of clients is the client's, however a program or spreadsheet wrote it.
#[test]
fn a_code_is_found_as_a_spreadsheet_keeps_it() {
    let codes = ["444851", "QV17X9"];
    let writings: [fn(&str) -> String; 7] = [
        |code| format!("'{code}"),
        |code| format!("'{code}'"),
        |code| format!("\"=\"\"{code}\"\"\""),
        |code| format!("{{{code}}}"),
        |code| format!("({code})"),
        |code| format!("\u{200B}{code}"),
        |code| code.chars().map(|c| char::from_u32(c as u32 + 0xFEE0).expect("a wide form")).collect(),
    ];
    let numbers: [fn(&str) -> String; 4] = [
        |code| format!("{code}.0"),
        |code| format!("\"{},{}\"", &code[..3], &code[3..]),
        |code| format!("0000{code}"),
        |_| "4.44851E+05".to_owned(),
    ];
    let written = |code: &str| {
        let numbers = numbers.iter().filter(|_| code == codes[0]);
        writings.iter().chain(numbers).map(|write| write(code)).collect::<Vec<_>>()
    };
    for code in codes {
        for written in written(code) {
            let desk = Desk::new();
            let registry = desk.path("registry");
            write_registry(&registry, &[Institution::new("A", "Quarrystone Farmers Bank").with("client_code", code)]);
            let table = format!("file,client_id,note\n{}", format!("a.pgp,{written},loaded\n").repeat(5));
            write(&desk.path("ev/x/a.csv"), table.as_bytes());
            assert_eq!(desk.run(&Job::of("ev", &desk.path("ev")), &registry).verdicts()["A"], "affected", "{written}");
        }
    }
}

/// Partitions of a data lake are folders named `key=value`: the key is a label.
#[test]
fn partitions_that_say_a_code_are_the_clients() {
    let desk = Desk::new();
    let registry = desk.path("registry");
    let codes = ["480213", "QX7731", "ZK4410", "AB12", "551233", "551244", "MN5567", "771102", "PQ8812"];
    let institution =
        |n: usize| Institution::new(&format!("C{n}"), &format!("Quarry {} Savings", "Stone".repeat(n + 1))).with("client_code", codes[n]);
    write_registry(&registry, &(0..codes.len()).map(institution).collect::<Vec<_>>());
    for path in [
        "lake/client_code=480213/dt=2024-10-30/part-0.bin",
        "one/cust_id=QX7731/part-0.bin",
        "feed/run/client_code=ZK4410_0042.csv",
        "two/cust_id=AB12/part-0.bin",
        // Beside one another they are homes, whatever the key; the number of a bank's customer alone is none.
        "many/customer_id=551233/part-0.bin",
        "many/customer_id=551244/part-0.bin",
        "few/customer_id=771102/part-0.bin",
        "shop/order=MN5567/part-0.bin",
        "lake/client_code=__HIVE_DEFAULT_PARTITION__/part-0.bin",
    ] {
        write(&desk.path("ev").join(path), b"nothing of anybody\n");
    }
    // What cannot be read in a partition is its client's gap alone.
    write(&desk.path("ev/lake/client_code=PQ8812/locked.zip"), &aes_zip(&[("x.txt".to_owned(), b"nothing\n".to_vec())]));
    let impact = desk.run(&Job::of("ev", &desk.path("ev")), &registry).impact();
    let found: Vec<(&str, &str)> = impact.values().map(|row| (row["verdict"].as_str(), row["basis"].as_str())).collect();
    let (home, named, weak, clear) =
        (("affected", "account_path"), ("affected", "client_record"), ("undetermined", "weak_evidence"), ("ruled_out", "searched_clear"));
    assert_eq!(found, [home, home, named, weak, home, home, weak, clear, home]);
    assert_eq!(impact["C8"]["gap_items"], "1");
}

/// In a map each key is the client of what stands below it, however deep.
#[test]
fn a_map_by_client_gives_each_its_own() {
    let persons = |from: usize| {
        let one = |n: usize| {
            format!("{{\"name\": \"{} {}\", \"accountNumber\": \"88{n}04411\", \"balance\": \"{n}.50\"}}", NAMES[n % 6], "x".repeat(n))
        };
        (from..from + 3).map(one).collect::<Vec<_>>().join(",")
    };
    let codes = ["623195", "700412", "QV17X9"];
    let map = |value: &dyn Fn(usize) -> String| {
        codes.iter().enumerate().map(|(n, code)| format!("\"{code}\": {}", value(n))).collect::<Vec<_>>().join(",")
    };
    let lists = map(&|n| format!("[{}]", persons(3 * n)));
    for (text, individuals) in [
        (format!("{{\"clients\": {{{lists}}}}}"), "3"),
        (format!("{{\"run\": 5, \"byInstitution\": {{{lists}}}}}"), "3"),
        (format!("{{\"tenants\": {{{}}}}}", map(&|n| format!("{{\"mode\": \"live\", \"accounts\": [{}]}}", persons(3 * n)))), "3"),
        (format!("{{\"clients\": {{{}}}}}", map(&|n| format!("{{\"host\": \"10.0.0.{n}\", \"password\": \"Kq7!{n}zzPw\"}}"))), "0"),
    ] {
        let desk = Desk::new();
        let registry = desk.path("registry");
        let names = ["Quarrystone Farmers Bank", "Tamarack Point Savings", "Juniper Hollow Trust", "Larkspur Mills Bank"];
        let institution = |n: usize| Institution::new(&format!("C{n}"), names[n]).with("client_code", codes.get(n).unwrap_or(&"551122"));
        write_registry(&registry, &(0..4).map(institution).collect::<Vec<_>>());
        write(&desk.path("ev/x/m.json"), text.as_bytes());
        let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &registry);
        let impact = outputs.impact();
        for n in 0..3 {
            let row = &impact[&format!("C{n}")];
            assert_eq!((row["verdict"].as_str(), row["individuals"].as_str()), ("affected", individuals), "{n}: {text}");
        }
        assert_ne!(impact["C3"]["verdict"], "affected", "{text}");
    }
}

/// Word processors put other dashes into codes than were typed.
#[test]
fn any_dash_in_a_code_is_a_hyphen() {
    for dash in ["\u{2010}", "\u{2011}", "\u{2013}", "\u{2212}", "\u{FF0D}"] {
        let desk = Desk::new();
        let registry = desk.path("registry");
        let institutions = [
            Institution::new("A", "Quarrystone Farmers Bank").with("client_code", "AB-72011"),
            Institution::new("B", "Tamarack Point Savings").with("client_code", "CD-72012"),
            Institution::new("C", "Juniper Hollow Trust").with("transfer_account", "abd-ops9"),
            Institution::new("D", "Larkspur Mills Bank").with("transfer_account", "abe-ops7"),
            Institution::new("E", "Elmhurst Lakes Bank").with("client_code", "AB-72013"),
        ];
        write_registry(&registry, &institutions);
        let put = |name: &str, text: &str| write(&desk.path("ev").join(name.replace('-', dash)), text.replace('-', dash).as_bytes());
        put("x/t.txt", "Client Code: AB-72011\n");
        put("x/t.csv", &format!("client_id,name,balance\n{}", rows(|name, sum| format!("CD-72012,{name},{sum}\n"))));
        put("home/abd-ops9/t.txt", "x\n");
        put("y/t.txt", "SFTP account: abe-ops7\n");
        let verdicts = desk.run(&Job::of("ev", &desk.path("ev")), &registry).verdicts();
        assert_eq!(["A", "B", "C", "D", "E"].map(|id| verdicts[id].as_str() == "affected"), [true, true, true, true, false], "{dash}");
    }
}

#[test]
fn a_folder_that_bears_code_and_name_is_the_clients() {
    let desk = Desk::new();
    let registry = desk.path("registry");
    let institutions = [
        Institution::new("A", "Quarrystone Farmers Bank").with("client_code", "63552"),
        Institution::new("B", "Tamarack Point Savings").with("client_code", "THCR51"),
        Institution::new("C", "Juniper Hollow Trust").with("client_code", "70349"),
        Institution::new("D", "Larkspur Mills Bank").with("client_code", "70350"),
    ];
    write_registry(&registry, &institutions);
    write(&desk.path("ev/share/63552_Quarrystone_Farmers_Bank/readme.txt"), b"delivered\n");
    write(&desk.path("ev/share/THCR51 - Tamarack Point Savings/readme.txt"), b"delivered\n");
    // The number is another's, and there is none.
    write(&desk.path("ev/share/70349_Larkspur_Mills_Bank/readme.txt"), b"delivered\n");
    let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &registry);
    let verdicts = outputs.verdicts();
    assert_eq!(["A", "B"].map(|id| verdicts[id].as_str()), ["affected", "affected"]);
    assert!(["C", "D"].iter().all(|id| verdicts[*id] != "affected"), "{verdicts:?}");
}

#[test]
fn an_account_of_a_windows_domain_is_its_user() {
    let desk = Desk::new();
    let registry = desk.path("registry");
    let institutions = [Institution::new("A", "Quarrystone Farmers Bank").with("transfer_account", "CORP\\qfb_prd01")];
    write_registry(&registry, &institutions);
    write(&desk.path("ev/home/qfb_prd01/in/readme.txt"), b"delivered\n");
    assert_eq!(desk.run(&Job::of("ev", &desk.path("ev")), &registry).verdicts()["A"], "affected");
}

/// Servers number their connections, and call them clients. Such a number points at a client with that code; one that
/// its label or its line calls a client's is its own.
#[test]
fn the_number_of_a_connection_only_points() {
    let desk = Desk::new();
    let lines = [
        ("undetermined", "2025-01-03 10:00:00 INFO client @ connected"),
        ("undetermined", "2025-01-03 10:00:00 [net] client @ disconnected (timeout)"),
        ("undetermined", "Jan  3 10:00:00 host smbd[12]: client @ closed the connection"),
        ("undetermined", "Accepted client @ from 10.0.0.1"),
        ("undetermined", "warning: client @: socket was reset"),
        ("affected", "client id @ connected"),
        ("affected", "client #@ connected"),
        ("affected", "client=@ connected"),
        ("affected", "client: @ disconnected"),
        ("affected", "2025-01-03 10:00:01 ERROR extract for client @ failed"),
        ("affected", "Subject: [Client @] October extract failed"),
        ("affected", "Quarterly file for client @ was delivered today."),
        ("affected", "We loaded client @ and closed its accounts yesterday."),
    ];
    let code = |n: usize| (480_213 + 917 * n).to_string();
    let institution = |n: usize| Institution::new(&format!("C{n:02}"), &format!("Quarry {} Savings", "Stone".repeat(n + 1)));
    let institutions: Vec<_> = (0..lines.len()).map(|n| institution(n).with("client_code", &code(n))).collect();
    write_registry(&desk.path("registry"), &institutions);
    for (n, (_, line)) in lines.iter().enumerate() {
        write(&desk.path("ev").join(format!("d{n}/a.log")), format!("{}\n", line.replace('@', &code(n))).as_bytes());
    }
    let verdicts = desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry")).verdicts();
    for (n, (verdict, line)) in lines.iter().enumerate() {
        assert_eq!(verdicts[&format!("C{n:02}")], *verdict, "{line}");
    }
}

/// A code may stand against the word for a client. What names a database so says whose it is; other things only point.
#[test]
fn a_code_against_the_word_for_a_client_names_its_database() {
    let desk = Desk::new();
    let places = [
        ("affected", "a.sql", "CREATE DATABASE [Client@]\nGO\n"),
        ("affected", "b.sql", "USE Client@;\nSELECT 1;\n"),
        ("affected", "c.sql", "create schema if not exists `client@`;\n"),
        ("affected", "d.config", "Server=db1;Database=Client@;Trusted_Connection=yes\n"),
        ("undetermined", "e.log", "10:00:01 restored Client@ in 3 s\n"),
        ("undetermined", "f.md", "We use Client@ for tests.\n"),
        ("undetermined", "Client@/f.txt", "nothing\n"),
        ("ruled_out", "g.log", "10:00:01 build Patient@ subclient@ client@9x client@.5\n"),
        ("ruled_out", "h.sql", "CREATE DATABASE Ledger@;\nUSE order@;\n"),
    ];
    let code = |n: usize| (480_213 + 917 * n).to_string();
    let institution = |n: usize| Institution::new(&format!("C{n}"), &format!("Quarry {} Savings", "Stone".repeat(n + 1)));
    write_registry(&desk.path("registry"), &(0..places.len()).map(|n| institution(n).with("client_code", &code(n))).collect::<Vec<_>>());
    for (n, (_, path, text)) in places.iter().enumerate() {
        let path = format!("d{n}/{}", path.replace('@', &code(n)));
        write(&desk.path("ev").join(path), text.replace('@', &code(n)).as_bytes());
    }
    let verdicts = desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry")).verdicts();
    for (n, (verdict, path, text)) in places.iter().enumerate() {
        assert_eq!(verdicts[&format!("C{n}")], *verdict, "{path}: {text}");
    }
}

/// A column that was too narrow for its codes holds them rounded: each may be that of whoever's code is written so.
#[test]
fn a_code_that_a_spreadsheet_rounded_may_be_anybodys_that_is_written_so() {
    let desk = Desk::new();
    let codes = ["104233", "103981", "104500", "110233", "1042331"];
    let institution = |n: usize| Institution::new(&format!("C{n}"), &format!("Quarry {} Savings", "Stone".repeat(n + 1)));
    write_registry(&desk.path("registry"), &(0..codes.len()).map(|n| institution(n).with("client_code", codes[n])).collect::<Vec<_>>());
    let table = format!("file,client_id,note\n{}", "a.pgp,1.04E+05,loaded\n".repeat(5));
    write(&desk.path("ev/x/a.csv"), table.as_bytes());
    let verdicts = desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry")).verdicts();
    let found: Vec<&str> = verdicts.values().map(String::as_str).collect();
    assert_eq!(found, ["undetermined", "undetermined", "ruled_out", "ruled_out", "ruled_out"]);
}
