//! Records in every form in which documents, exports and logs hold them: a client code that is a number counts in a
//! column or field of its type, and persons and accounts in named fields are somebody's.

use crate::harness::{Desk, Institution, Job, docx_of, pdf, write, write_registry};

const NAMES: [&str; 6] = ["James Miller", "Mary Jones", "Linda Garcia", "Robert Young", "Susan Lee", "Karen Lopez"];
/// Stands for the code.
const CODE: &str = "######";

/// A heading, and six records.
fn table() -> Vec<[String; 4]> {
    let row =
        |(i, name): (usize, &&str)| [CODE.to_owned(), (*name).to_owned(), format!("44{:06}", 118_207 * i + 31), format!("{}.70", 100 * i)];
    let heading = ["Client ID", "Name", "Account Number", "Balance"].map(str::to_owned);
    std::iter::once(heading).chain(NAMES.iter().enumerate().map(row)).collect()
}

/// The table's rows, each written by a function of its cells, one behind the other.
fn rows(write: impl Fn(&[String; 4]) -> String) -> String {
    table().iter().map(write).collect()
}

/// As [`rows`], of records alone.
fn records(write: impl Fn(&[String; 4]) -> String) -> String {
    table().iter().skip(1).map(write).collect()
}

/// A page's content that shows these rows, with their columns at these places.
fn page(rows: &[[String; 4]], places: [u32; 4], by_column: bool) -> String {
    let shown = |(line, column): (usize, usize)| {
        let text = &rows[line][column];
        if text.is_empty() { String::new() } else { format!("1 0 0 1 {} {} Tm ({text}) Tj\n", places[column], 700 - 14 * line) }
    };
    let mut cells: Vec<(usize, usize)> = (0..rows.len()).flat_map(|line| (0..4).map(move |column| (line, column))).collect();
    if by_column {
        cells.sort_by_key(|(line, column)| (*column, *line));
    }
    format!("BT /F1 9 Tf\n{}ET", cells.into_iter().map(shown).collect::<String>())
}

/// Documents in which a table stands, as functions of the code.
fn documents() -> Vec<(&'static str, Vec<u8>)> {
    const WIDE: [u32; 4] = [50, 150, 300, 420];
    let all = table();
    let gaps: Vec<[String; 4]> = {
        let swapped = |(i, row): (usize, &[String; 4])| {
            let [code, name, account, balance] = row.clone();
            [name, if i % 2 == 1 { String::new() } else { balance }, code, account]
        };
        all.iter().enumerate().map(swapped).collect()
    };
    let line = |row: &[String; 4]| format!("{:<11} {:<16} {:<14} {:>8}", row[0], row[1], row[2], row[3]);
    let typed = format!("BT /F1 9 Tf 50 700 Td 12 TL {}ET", rows(|row| format!("({}) Tj T*\n", line(row))));
    let rtf_cells = rows(|row| {
        let cells: String = row.iter().map(|cell| format!("\\pard\\intbl {cell}\\cell")).collect();
        format!("\\trowd\\cellx2000\\cellx4000\\cellx6000\\cellx8000{cells}\\row\n")
    });
    let html_row = |row: &[String; 4]| format!("<tr>{}</tr>", row.iter().map(|cell| format!("<td>{cell}</td>")).collect::<String>());
    let spanned =
        rows(html_row).replace(&format!("<td>{CODE}</td>"), "").replacen("<td>James", &format!("<td rowspan=6>{CODE}</td><td>James"), 1);
    let sheet = |row: &[String; 4]| {
        format!("<Row>{}</Row>", row.iter().map(|cell| format!("<Cell><Data>{cell}</Data></Cell>")).collect::<String>())
    };
    let flat = |row: &[String; 4]| {
        let cells: String = row.iter().map(|cell| format!("<table:table-cell><text:p>{cell}</text:p></table:table-cell>")).collect();
        format!("<table:table-row>{cells}</table:table-row>")
    };
    let word = |row: &[String; 4]| {
        format!(
            "<w:tr>{}</w:tr>",
            row.iter().map(|cell| format!("<w:tc><w:p><w:r><w:t>{cell}</w:t></w:r></w:p></w:tc>")).collect::<String>()
        )
    };
    let tabbed = |row: &[String; 4]| {
        let runs: Vec<String> = row.iter().map(|cell| format!("<w:r><w:t>{cell}</w:t></w:r>")).collect();
        format!("<w:p>{}</w:p>", runs.join("<w:r><w:tab/></w:r>"))
    };
    let mail = "From: a@x.example\r\nTo: b@y.example\r\nSubject: holders\r\n\r\nHello,\r\n\r\nhere they are:\r\n\r\n";
    let text = |text: String| text.into_bytes();
    vec![
        ("grid.pdf", pdf(&[page(&all, WIDE, false)], "Helvetica")),
        ("by_column.pdf", pdf(&[page(&all, WIDE, true)], "Helvetica")),
        ("gaps.pdf", pdf(&[page(&gaps, WIDE, false)], "Helvetica")),
        ("narrow.pdf", pdf(&[page(&all, [50, 98, 165, 240], false)], "Helvetica")),
        ("pages.pdf", pdf(&[page(&all[..4], WIDE, false), page(&[&all[..1], &all[4..]].concat(), WIDE, false)], "Helvetica")),
        ("no_second_heading.pdf", pdf(&[page(&all[..4], WIDE, false), page(&all[4..], WIDE, false)], "Helvetica")),
        ("turned.pdf", {
            // Lines that run up the page, from left to right.
            let shown = |(line, row): (usize, &[String; 4])| {
                let cell = |(text, place): (&String, u32)| format!("0 1 -1 0 {} {place} Tm ({text}) Tj\n", 100 + 14 * line);
                row.iter().zip(WIDE).map(cell).collect::<String>()
            };
            pdf(&[format!("BT /F1 9 Tf\n{}ET", all.iter().enumerate().map(shown).collect::<String>())], "Helvetica")
        }),
        ("stacked.pdf", {
            let heading =
                [["Client", "Holder", "Account", "Current"], ["ID", "Name", "Number", "Balance"]].map(|line| line.map(str::to_owned));
            pdf(&[page(&[&heading[..], &all[1..]].concat(), WIDE, false)], "Helvetica")
        }),
        ("typed.pdf", pdf(&[typed], "Courier")),
        ("cells.rtf", text(format!("{{\\rtf1\\ansi\\pard Extract\\par\n{rtf_cells}\\pard After\\par}}"))),
        ("tabs.rtf", text(format!("{{\\rtf1\\ansi {}}}", rows(|row| format!("\\pard {}\\par\n", row.join("\\tab ")))))),
        ("rows.html", text(format!("<html><body><table>{spanned}</table></body></html>"))),
        ("typed.html", text(format!("<html><body><pre>{}</pre></body></html>", rows(|row| line(row) + "\n")))),
        ("sheet.xml", text(format!("<?xml version=\"1.0\"?><Workbook><Worksheet><Table>{}</Table></Worksheet></Workbook>", rows(sheet)))),
        ("flat.fods", text(format!("<?xml version=\"1.0\"?><office:document><table:table>{}</table:table></office:document>", rows(flat)))),
        ("word.xml", text(format!("<?xml version=\"1.0\"?><w:wordDocument><w:tbl>{}</w:tbl></w:wordDocument>", rows(word)))),
        ("tabs.docx", text(rows(tabbed))),
        ("lines.eml", text(format!("{mail}{}\r\nRegards\r\n", rows(|row| line(row) + "\r\n")))),
        ("tabs.eml", text(format!("{mail}{}\r\nRegards\r\n", rows(|row| row.join("\t") + "\r\n")))),
        ("quoted.eml", text(format!("{mail}{}\r\nRegards\r\n", rows(|row| format!("> {}\r\n", line(row)))))),
        (
            "table.md",
            text(format!("# Holders\n\nAs agreed:\n\n{}", {
                let row = |row: &[String; 4]| format!("| {} |\n", row.join(" | "));
                rows(row).replacen("Balance |\n", "Balance |\n| :--- | --- | --- | ---: |\n", 1)
            })),
        ),
    ]
}

/// The code of the institution with this number.
fn code(n: usize) -> String {
    (480_213 + 917 * n).to_string()
}

fn institutions(count: usize) -> Vec<Institution> {
    (0..count)
        .map(|n| Institution::new(&format!("C{n:02}"), &format!("Quarry {} Savings", "Stone".repeat(n + 1))).with("client_code", &code(n)))
        .collect()
}

/// The file with this code; the body of a text document is packed.
fn content_of(name: &str, content: &[u8], code: &str) -> Vec<u8> {
    let text = String::from_utf8(content.to_vec()).expect("documents of ASCII").replace(CODE, code);
    if name.ends_with(".docx") { docx_of(&text) } else { text.into_bytes() }
}

/// Who owns files that hold records of six persons: each its own institution.
fn assert_own(files: &[(&str, Vec<u8>)], source: &str) {
    let desk = Desk::new();
    let registry = desk.path("registry");
    write_registry(&registry, &institutions(files.len()));
    for (n, (name, content)) in files.iter().enumerate() {
        write(&desk.path("ev").join(format!("f{n:02}")).join(name), &content_of(name, content, &code(n)));
    }
    let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &registry);
    let (impact, evidence) = (outputs.impact(), outputs.rows("evidence.csv"));
    for (n, (name, _)) in files.iter().enumerate() {
        let id = format!("C{n:02}");
        assert_eq!((impact[&id]["verdict"].as_str(), impact[&id]["individuals"].as_str()), ("affected", "6"), "{name}");
        let is_own = |row: &&crate::harness::Row| row["customer_id"] == id && row["role"] == "owner" && row["strength"] == "sure";
        assert!(evidence.iter().filter(is_own).any(|row| row["context"].starts_with(source)), "{name}");
    }
}

#[test]
fn a_numeric_code_under_a_heading_in_a_document_is_its_clients() {
    assert_own(&documents(), "column Client ID");
}

/// Elements, lines and pairs that bear the names of what they hold.
fn named() -> Vec<(&'static str, String)> {
    let element = |row: &[String; 4]| {
        format!(
            "<Record><ClientId>{}</ClientId><Name>{}</Name><AccountNumber>{}</AccountNumber><Balance>{}</Balance></Record>\n",
            row[0], row[1], row[2], row[3]
        )
    };
    let attributes = |row: &[String; 4]| {
        format!("<row clientId=\"{}\" name=\"{}\" accountNumber=\"{}\" balance=\"{}\"/>\n", row[0], row[1], row[2], row[3])
    };
    let deep = |row: &[String; 4]| {
        format!(
            "<Loan><Client><Id>{}</Id></Client><Borrower><Name>{}</Name></Borrower><AccountNumber>{}</AccountNumber></Loan>\n",
            row[0], row[1], row[2]
        )
    };
    let around = |row: &[String; 4]| format!("<Holder><Name>{}</Name><AccountNumber>{}</AccountNumber></Holder>\n", row[1], row[2]);
    let fields = |row: &[String; 4]| {
        format!(
            "<row><field name=\"client_id\">{}</field><field name=\"name\">{}</field><field name=\"account_number\">{}</field></row>",
            row[0], row[1], row[2]
        )
    };
    let yaml = |row: &[String; 4]| format!("- client_id: {}\n  name: {}\n  account_number: \"{}\"\n", row[0], row[1], row[2]);
    let documents = |row: &[String; 4]| format!("---\nclient_id: {}\nname: {}\naccount_number: \"{}\"\n", row[0], row[1], row[2]);
    let flow = |row: &[String; 4]| format!("- {{client_id: {}, name: {}, account_number: {}}}\n", row[0], row[1], row[2]);
    let ldif = |row: &[String; 4]| {
        format!("dn: uid={},o=holders\nobjectClass: person\nclientId: {}\ncn: {}\naccountNumber: {}\n\n", row[2], row[0], row[1], row[2])
    };
    let pairs =
        |row: &[String; 4]| format!("2026-01-02 10:00:01 INFO row client_id={} name=\"{}\" account_number={}\n", row[0], row[1], row[2]);
    let object = |row: &[String; 4]| {
        format!("2026-01-02 10:00:01 INFO {{\"clientId\":{},\"name\":\"{}\",\"accountNumber\":\"{}\"}}\n", row[0], row[1], row[2])
    };
    let printed = |row: &[String; 4]| format!("ClientId : {}\nName     : {}\nAccountNumber : {}\n\n", row[0], row[1], row[2]);
    let xml = |inside: String| format!("<?xml version=\"1.0\"?><Export>\n{inside}</Export>");
    vec![
        ("elements.xml", xml(records(element))),
        ("attributes.xml", xml(records(attributes))),
        ("deep.xml", xml(records(deep))),
        ("around.xml", xml(format!("<Client id=\"{CODE}\">{}</Client>", records(around)))),
        ("fields.xml", xml(records(fields))),
        ("list.yml", records(yaml)),
        ("documents.yml", records(documents)),
        ("flow.yml", records(flow)),
        ("persons.ldif", format!("version: 1\n\n{}", records(ldif))),
        ("pairs.log", records(pairs)),
        ("objects.log", records(object)),
        ("printed.txt", records(printed)),
    ]
}

#[test]
fn named_values_are_records_of_their_client() {
    assert_own(&named().into_iter().map(|(name, text)| (name, text.into_bytes())).collect::<Vec<_>>(), "column ");
}

/// Persons with their accounts that no field gives to anybody leave nobody ruled out.
#[test]
fn named_values_of_nobody_are_somebodys() {
    for (name, text) in named() {
        let desk = Desk::new();
        let registry = desk.path("registry");
        write_registry(&registry, &institutions(1));
        let names = ["clientId", "client_id", "ClientId", "Client id", "<Client>", "</Client>"];
        let text =
            names.iter().fold(text.replace(CODE, "7"), |text, own| text.replace(own, &own.to_lowercase().replace("client", "batch")));
        write(&desk.path("ev/x").join(name), text.as_bytes());
        let row = &desk.run(&Job::of("ev", &desk.path("ev")), &registry).impact()["C00"];
        assert_eq!((row["verdict"].as_str(), row["basis"].as_str()), ("undetermined", "unattributed_data"), "{name}");
    }
}

/// Forms in other layouts.
#[test]
fn values_of_a_form_are_a_record_however_it_is_laid_out() {
    let side = records(|row| format!("Client ID:  {}    Name:  {}\nAccount No:  {}    Balance:  {}\n\n", row[0], row[1], row[2], row[3]));
    let one_line = records(|row| format!("Client ID: {}   Name: {}   Account No: {}\n", row[0], row[1], row[2]));
    let bullets = records(|row| format!("- Client ID: {}\n- Name: {}\n- Account No: {}\n\n", row[0], row[1], row[2]));
    let spaced = records(|row| format!("Client ID: {}\n\nName: {}\n\nAccount No: {}\n\n\n", row[0], row[1], row[2]));
    let tight = records(|row| format!("ClientId:{}\nName:{}\nAccountNumber:{}\n\n", row[0], row[1], row[2]));
    let arrows =
        records(|row| format!("[\n  'client_id' => '{}',\n  'name' => '{}',\n  'account_number' => '{}',\n],\n", row[0], row[1], row[2]));
    let literals = records(|row| format!("'{}','{}','{}'\n", row[0], row[1], row[2]));
    let fields = records(|row| {
        let fields = format!("<</T(client_id)/V({})>><</T(name)/V({})>><</T(account_no)/V({})>>", row[0], row[1], row[2]);
        format!("1 0 obj\n<</FDF<</Fields[{fields}]>>>>\nendobj\n")
    });
    let files = [
        ("literals.csv", format!("'client_id','name','account_no'\n{literals}")),
        ("fields.fdf", format!("%FDF-1.2\n{fields}trailer\n<</Root 1 0 R>>\n%%EOF\n")),
        ("side.txt", side),
        ("one_line.txt", one_line),
        ("bullets.txt", bullets),
        ("spaced.txt", spaced),
        ("tight.txt", tight),
        ("arrows.txt", arrows),
    ];
    assert_own(&files.map(|(name, text)| (name, text.into_bytes())), "column ");
}

/// What a line end breaks is one label; what only looks like one is none.
#[test]
fn labels_that_a_line_end_breaks_are_one() {
    let desk = Desk::new();
    let registry = desk.path("registry");
    let mut institutions = institutions(6);
    institutions.push(Institution::new("R", "Bellweather Harbor Savings").with("aba", "021000021"));
    write_registry(&registry, &institutions);
    let texts = [
        ("client.txt", format!("As agreed on Monday.\n\nClient\nnumber: {}\n", code(0))),
        ("prose.txt", format!("We loaded what was missing in the records of our client\nnumber {} on Monday.\n", code(1))),
        ("routing.txt", "Routing\nNo. 021000021\n".to_owned()),
        ("invoices.txt", format!("Invoices per client\nNo. {} of Monday\nNo. {} of Tuesday\n", code(2), code(3))),
        ("order.txt", format!("Order\nnumber: {}\nClient\nnumber of files: {}\n", code(4), code(5))),
    ];
    texts.iter().for_each(|(name, text)| write(&desk.path("ev/x").join(name), text.as_bytes()));
    let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &registry);
    let verdicts = outputs.verdicts();
    for (n, verdict) in ["affected", "affected", "ruled_out", "ruled_out", "ruled_out", "ruled_out"].into_iter().enumerate() {
        assert_eq!(verdicts[&format!("C{n:02}")], verdict, "{n}");
    }
    let evidence = outputs.rows("evidence.csv");
    assert!(evidence.iter().any(|row| row["customer_id"] == "R" && row["scheme"] == "aba" && row["item"].ends_with("routing.txt")));
}

/// One row is enough where it fills all columns.
#[test]
fn a_single_row_under_a_heading_is_a_record() {
    let decided = |text: String| {
        let desk = Desk::new();
        let registry = desk.path("registry");
        write_registry(&registry, &institutions(2));
        write(&desk.path("ev/x/r.txt"), text.as_bytes());
        let impact = desk.run(&Job::of("ev", &desk.path("ev")), &registry).impact();
        let of = |id: &str| (impact[id]["verdict"].clone(), impact[id]["basis"].clone(), impact[id]["individuals"].clone());
        [of("C00"), of("C01")]
    };
    let owned =
        format!("Extract of today\n\nCLIENT ID  NAME          ACCOUNT NUMBER  XQZ\n{}     Siobhan Obote   9344082166    17\n", code(0));
    let [first, second] = decided(owned);
    assert_eq!((first.0.as_str(), first.1.as_str(), first.2.as_str(), second.0.as_str()), ("affected", "records", "1", "ruled_out"));
    let nobodys = "NAME           ACCOUNT NUMBER   BALANCE\nSiobhan Obote      9344082166     12.50\n".to_owned();
    assert!(decided(nobodys).iter().all(|(verdict, basis, _)| (verdict.as_str(), basis.as_str()) == ("undetermined", "unattributed_data")));
    // A help text, an empty form, and a bank with its numbers.
    for text in [
        "Name    State    Number\nThe first of them was  held in Boston  on the 3rd\n".to_owned(),
        "CLIENT ID  NAME          ACCOUNT NUMBER\n---------  ------------  --------------\n\nEnd of report.\n".to_owned(),
        format!("BANK NAME              CITY     ROUTING NUMBER\nQuarry Stone Savings   Boston   {}00\n", code(0)),
    ] {
        assert!(decided(text.clone()).iter().all(|(verdict, ..)| verdict == "ruled_out" || verdict == "referenced"), "{text}");
    }
}

/// A directory affects nobody, whatever it is written in; nor do settings, counts and developers of software.
#[test]
fn directories_and_settings_in_documents_affect_nobody() {
    let institutions = institutions(40);
    let entry = |n: usize| [code(n), format!("Quarry {} Savings", "Stone".repeat(n % 5 + 1)), "Boston".to_owned(), "MA".to_owned()];
    let heading = ["Client ID", "Institution name", "City", "State"].map(str::to_owned);
    let directory: Vec<[String; 4]> = std::iter::once(heading).chain((0..40).map(entry)).collect();
    let element =
        |row: &[String; 4]| format!("<Entry><ClientId>{}</ClientId><Name>{}</Name><City>{}</City></Entry>\n", row[0], row[1], row[2]);
    let elements: String = directory[1..].iter().map(element).collect();
    let lines = |row: &[String; 4]| format!("- client_id: {}\n  name: {}\n  city: {}\n", row[0], row[1], row[2]);
    let counts: String =
        (0..6).map(|n| format!("2026-01-0{} clients: {}, accounts: {}, files: {}\n", n + 1, code(n), code(n + 1), code(n + 2))).collect();
    let pom = "<?xml version=\"1.0\"?><project><modelVersion>4.0.0</modelVersion><developers>\
               <developer><id>ann</id><name>Ann Lee</name><email>ann@x.example</email></developer>\
               <developer><id>bo</id><name>Bo Ek</name><email>bo@x.example</email></developer></developers></project>";
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("directory.pdf", pdf(&[page(&directory, [50, 120, 400, 500], false)], "Helvetica")),
        ("directory.xml", format!("<?xml version=\"1.0\"?><Directory>{elements}</Directory>").into_bytes()),
        ("directory.yml", directory[1..].iter().map(lines).collect::<String>().into_bytes()),
        ("list.txt", format!("All clients:\n{}", (0..40).map(|n| format!("  - {}\n", code(n))).collect::<String>()).into_bytes()),
        ("counts.log", counts.into_bytes()),
        ("counts.txt", format!("Clients {} (2024: {})\nClients, total {}, {} files\n", code(1), code(2), code(3), code(4)).into_bytes()),
        ("pom.xml", pom.as_bytes().to_vec()),
        ("settings.yml", b"server:\n  host: h\n  port: 8080\naccount: svc_transfer\nname: hub\nuser: svc\n".to_vec()),
    ];
    for (name, bytes) in files {
        let desk = Desk::new();
        let registry = desk.path("registry");
        write_registry(&registry, &institutions);
        write(&desk.path("ev/x").join(name), &bytes);
        let verdicts = desk.run(&Job::of("ev", &desk.path("ev")), &registry).verdicts();
        let wrong: Vec<_> = verdicts.iter().filter(|(_, verdict)| *verdict != "ruled_out" && *verdict != "referenced").collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
    }
}
