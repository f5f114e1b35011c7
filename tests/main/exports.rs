//! What databases and platforms export in forms of their own: each row is the client's that it names, however the form says
//! how its rows are written; the same forms with other numbers affect nobody.

use crate::forms_of_rows::{assert_verdicts, code, outcome, rows};
use crate::harness::{Desk, Institution, Job, write, write_registry};

/// Rows joined by a comma.
fn joined(row: &str) -> String {
    rows(&format!("{row},")).trim_end_matches(',').to_owned()
}

/// Statements that insert into several tables, and data behind COPY in every form that it has.
fn scripts(heading: &str) -> Vec<(&'static str, String)> {
    let copy = |head: &str, row: &str| format!("{}\n{}\\.\n\n", head.replace("HEADING", heading), rows(&format!("{row}\n")));
    let all = |into: &str| format!("INSERT {into}SELECT 1 FROM dual;\n", into = into.replace("HEADING", heading));
    let one = "  INTO cif (HEADING, name, account) VALUES (CODE, 'NAME', 'ACCOUNT')\n";
    vec![
        ("all.sql", all(&format!("ALL\n{}", rows(one)))),
        ("first.sql", all(&format!("first\n{}", rows(&format!("  WHEN 1 = 1 THEN\n  {one}"))))),
        ("defined.sql", {
            let table = format!("CREATE TABLE cif ({heading} number(6), name varchar2(40), account varchar2(20));\n");
            table + &all(&format!("ALL\n{}", rows("INTO cif VALUES (CODE, 'NAME', 'ACCOUNT')\n")))
        }),
        ("csv.sql", copy("COPY public.cif (HEADING, name, account) FROM stdin WITH (FORMAT csv);", "CODE,\"NAME, Jr. \"\"X\"\"\",ACCOUNT")),
        ("lines.sql", copy("COPY cif (HEADING, name, account) FROM stdin CSV;", "CODE,\"NAME\nat home; 'here\",ACCOUNT")),
        ("bars.sql", copy("COPY cif FROM stdin WITH (FORMAT csv, HEADER, DELIMITER '|');\nHEADING|name|account", "CODE|NAME|ACCOUNT")),
        (
            "quotes.sql",
            copy("copy cif (name, HEADING, account) from stdin delimiter ';' csv quote '''' escape '\\';", "'NAME \\'X\\'';CODE;ACCOUNT"),
        ),
        ("text.sql", copy("COPY cif (name, HEADING, account) FROM stdin WITH DELIMITER AS '|' NULL AS '';", "NAME \\| X|CODE|ACCOUNT")),
        ("command.sql", copy("\\copy cif (HEADING, name, account) from pstdin with csv null 'none'", "CODE,NAME,ACCOUNT")),
    ]
}

/// Objects that say beside their rows what the columns are, before the rows or behind them.
fn described(heading: &str) -> Vec<(&'static str, String)> {
    let values = joined("[\"CODE\",\"NAME\",\"ACCOUNT\"]");
    let of = |text: &str| text.replace("HEADING", heading).replace("ROWS", &format!("[{values}]"));
    let names = "[\"HEADING\",\"name\",\"account\"]";
    let named = "[{\"name\":\"HEADING\",\"type\":\"CHAR\"},{\"name\":\"name\",\"type\":\"CHAR\"},{\"name\":\"account\",\"type\":\"CHAR\"}]";
    vec![
        ("metadata.json", of(&format!("{{\"metaData\":{named},\"data\":ROWS}}"))),
        ("behind.json", of(&format!("{{\"data\":ROWS,\"metaData\":{named}}}"))),
        ("columns.json", of(&format!("{{\"columns\":{names},\"rows\":ROWS}}"))),
        ("fields.json", of(&format!("{{\"values\":ROWS,\"fields\":{names}}}"))),
        ("cols.json", of(&format!("{{\"cols\":{named},\"data\":ROWS}}"))),
        ("schema.json", of(&format!("{{\"schema\":{{\"fields\":{named}}},\"data\":ROWS}}"))),
        ("attributes.json", of(&format!("{{\"ok\":true,\"result\":{{\"attributes\":{names},\"tuples\":ROWS}}}}"))),
        (
            "several.json",
            of(&format!(
                "[{{\"metaData\":[{{\"name\":\"day\"}},{{\"name\":\"state\"}},{{\"name\":\"amount\"}}],\"data\":[[1,2,3],[1,2,4]]}},{{\"data\":ROWS,\"metaData\":{named}}}]"
            )),
        ),
    ]
}

/// Fields with what a platform appends to their names.
fn suffixed(heading: &str) -> Vec<(&'static str, String)> {
    let element = format!(
        "<sObject><type>Contact</type><{heading}__c>CODE</{heading}__c><LastName>NAME</LastName><Acct__c>ACCOUNT</Acct__c></sObject>"
    );
    let object = format!("{{\"acme__{heading}__c\":\"CODE\",\"Name__c\":\"NAME\",\"Account__c\":\"ACCOUNT\"}}\n");
    vec![
        ("fields.xml", format!("<?xml version=\"1.0\"?><records>{}</records>", rows(&element))),
        ("fields.json", rows(&object)),
        ("fields.csv", format!("{heading}__pc,Name,Account_Number__c\n{}", rows("CODE,NAME,ACCOUNT\n"))),
        ("fields.txt", rows(&format!("{heading}__c: CODE\n\n")).replace("\n\n", "\nsaved\n")),
    ]
}

#[test]
fn rows_of_exports_are_their_clients() {
    assert_verdicts(&scripts("client_id"), "affected");
    assert_verdicts(&described("client_id"), "affected");
    assert_verdicts(&suffixed("Client_Code"), "affected");
}

/// The same numbers, which are those of orders.
#[test]
fn other_numbers_in_exports_affect_nobody() {
    for forms in [scripts("order_no"), described("order_no"), suffixed("Order_No")] {
        let files: Vec<(String, String)> =
            forms.into_iter().map(|(name, text)| (name.to_owned(), text.replace("FIRST", &code(0)).replace("OTHER", &code(1)))).collect();
        let (_desk, outputs) = outcome(&files, 4);
        let affected: Vec<_> = outputs.verdicts().into_iter().filter(|(_, verdict)| verdict == "affected").collect();
        assert!(affected.is_empty(), "{affected:?} {:?}", outputs.rows("evidence.csv"));
    }
}

/// A list of everybody is one in these forms, too.
#[test]
fn directories_in_exports_affect_nobody() {
    let each = |row: &dyn Fn(usize) -> String| (0..40).map(row).collect::<Vec<_>>();
    let files = [
        (
            "all.sql",
            format!(
                "INSERT ALL\n{}\nSELECT 1 FROM dual;\n",
                each(&|n| format!("INTO inst (client_id, city) VALUES ({}, 'Boston')", code(n))).join("\n")
            ),
        ),
        (
            "copy.sql",
            format!("COPY inst (client_id, city) FROM stdin CSV;\n{}\n\\.\n", each(&|n| format!("{},Boston", code(n))).join("\n")),
        ),
        (
            "rows.json",
            format!(
                "{{\"metaData\":[{{\"name\":\"client_id\"}},{{\"name\":\"city\"}}],\"data\":[{}]}}",
                each(&|n| format!("[{},\"Boston\"]", code(n))).join(",")
            ),
        ),
        ("list.csv", format!("Client_Code__c,BillingCity\n{}\n", each(&|n| format!("{},Boston", code(n))).join("\n"))),
    ]
    .map(|(name, text)| (format!("{name}.d/{name}"), text));
    let (_desk, outputs) = outcome(&files, 40);
    let affected: Vec<_> = outputs.verdicts().into_iter().filter(|(_, verdict)| verdict == "affected").collect();
    assert!(affected.is_empty(), "{affected:?}");
}

/// A document of BSON with a number, a name and an account.
fn document(number: usize, heading: &str, name: &str) -> Vec<u8> {
    let string = |name: &str, text: &str| {
        [&b"\x02"[..], name.as_bytes(), b"\0", &(text.len() as u32 + 1).to_le_bytes(), text.as_bytes(), b"\0"].concat()
    };
    let code = [&b"\x10"[..], heading.as_bytes(), b"\0", &(number as u32).to_le_bytes()].concat();
    let fields = [code, string("name", name), string("accountNumber", "4455667788")].concat();
    [&(fields.len() as u32 + 5).to_le_bytes()[..], &fields, b"\0"].concat()
}

#[test]
fn documents_of_bson_are_their_clients() {
    let numbers: Vec<usize> = (0..4).map(|n| code(n).parse().expect("codes are numbers")).collect();
    let head = |last: &[u8]| {
        let fields = [&b"\x02db\0\x05\0\0\0bank\0\x02collection\0\x04\0\0\0cif\0"[..], last].concat();
        [&(fields.len() as u32 + 5).to_le_bytes()[..], &fields, b"\0"].concat()
    };
    let slice = |whose: usize| [head(b"\x08EOF\0\0"), document(numbers[whose], "clientId", "Ann Lee"), vec![0xFF; 4]].concat();
    let archive = [&0x8199_E26D_u32.to_le_bytes()[..], &head(b""), &[0xFF; 4], &slice(2), &head(b"\x08EOF\0\x01"), &[0xFF; 4]].concat();
    let files = [
        ("cif.bson", [document(numbers[0], "clientId", "Ann Lee"), document(numbers[1], "clientId", "Bob Day")].concat()),
        ("orders.bson", [document(numbers[3], "orderNo", "Ann Lee"), document(numbers[3], "orderNo", "Bob Day")].concat()),
        ("dump.archive", archive),
    ]
    .map(|(name, bytes)| (name.to_owned(), bytes));
    let (_desk, outputs) = outcome(&files, 5);
    let verdicts = outputs.verdicts();
    let wanted = ["affected", "affected", "affected", "undetermined", "undetermined"];
    let found: Vec<&str> = (0..5).map(|n| verdicts[&format!("C{n:03}")].as_str()).collect();
    assert_eq!(found, wanted, "{:?}", outputs.rows("unattributed.csv"));
}

/// A tar archive of these entries: a path, what kind it is, and its content or where it leads.
fn tar(entries: &[(&str, tar::EntryType, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, kind, rest) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(*kind);
        let is_link = matches!(kind, tar::EntryType::Symlink | tar::EntryType::Link);
        header.set_size(if is_link { 0 } else { rest.len() as u64 });
        if is_link {
            header.set_link_name(rest).expect("it is short");
        }
        header.set_cksum();
        builder.append_data(&mut header, path, if is_link { &b""[..] } else { rest.as_bytes() }).expect("it is written to memory");
    }
    builder.into_inner().expect("it is written to memory")
}

/// A ZIP of one stored member, whose name is written so.
fn zip(name: &[u8], content: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(content);
    let short = |value: usize| (value as u16).to_le_bytes().to_vec();
    let long = |value: usize| (value as u32).to_le_bytes().to_vec();
    let fields = [crc.sum().to_le_bytes().to_vec(), long(content.len()), long(content.len()), short(name.len()), short(0)].concat();
    let common = [vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x58], fields].concat();
    let local = [&b"PK\x03\x04"[..], &common, name, content].concat();
    let central = [&b"PK\x01\x02\x14\0"[..], &common, &[0; 14], name].concat();
    let end = [&b"PK\x05\x06"[..], &[0, 0, 0, 0, 1, 0, 1, 0], &long(central.len()), &long(local.len()), &[0, 0]].concat();
    [local, central, end].concat()
}

#[test]
fn links_and_names_in_archives_give_homes_what_is_theirs() {
    use tar::EntryType::{Link, Regular, Symlink};
    let desk = Desk::new();
    let registry = desk.path("registry");
    let accounts = ["dangling_prd", "linked_prd", "hard_prd", "zürich07", "nothing_prd"];
    let institutions: Vec<Institution> = accounts
        .iter()
        .map(|account| Institution::new(&account[..4], &format!("Quarry {account} Savings")).with("transfer_account", account))
        .collect();
    write_registry(&registry, &institutions);
    let plain = "The pump was checked and runs.\n";
    let archive = tar(&[
        ("shared/notes.txt", Regular, plain),
        ("home/dangling_prd/cur", Symlink, "/data/elsewhere/cur"),
        ("home/linked_prd/notes.txt", Symlink, "../../shared/notes.txt"),
        ("home/hard_prd/notes.txt", Link, "shared/notes.txt"),
        ("shared/again", Symlink, "notes.txt"),
        ("software/jre/lib/security/cacerts", Symlink, "/etc/pki/java/cacerts"),
        ("top", Symlink, "shared"),
        ("over", Symlink, "top/again"),
    ]);
    write(&desk.path("ev/t/a.tar"), &archive);
    write(&desk.path("ev/z/a.zip"), &zip(b"home/z\x81rich07/notes.txt", plain.as_bytes()));
    let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &registry);
    let verdicts = outputs.verdicts();
    let found: Vec<&str> = accounts.iter().map(|account| verdicts[&account[..4]].as_str()).collect();
    assert_eq!(found, ["affected", "affected", "affected", "affected", "ruled_out"], "{:?}", outputs.rows("coverage.csv"));
}

/// Labels in other languages and forms; a picture's text ends where its chunk does.
#[test]
fn labels_are_read_in_forms_pictures_and_languages() {
    let chunk = |kind: &[u8], data: &[u8]| {
        let sealed = [kind, data].concat();
        let mut crc = flate2::Crc::new();
        crc.update(&sealed);
        [&(data.len() as u32).to_be_bytes()[..], &sealed, &crc.sum().to_be_bytes()].concat()
    };
    let mut pixels = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut pixels, &[0, 0]).expect("it is memory");
    let pixels = pixels.finish().expect("it is memory");
    // Of several pictures some have a checksum that begins with a letter or a digit.
    let picture = |n: usize| {
        let text = chunk(b"tEXt", format!("Comment\0note {n}, client code: {}", code(n)).as_bytes());
        [
            &b"\x89PNG\r\n\x1A\n"[..],
            &chunk(b"IHDR", b"\0\0\0\x01\0\0\0\x01\x08\0\0\0\0"),
            &text,
            &chunk(b"IDAT", &pixels),
            &chunk(b"IEND", b""),
        ]
        .concat()
    };
    let form = |n: usize| {
        format!("POST / HTTP/1.1\r\n\r\n--X\r\nContent-Disposition: form-data; name=\"client_code\"\r\n\r\n{}\r\n--X--\r\n", code(n))
    };
    let mut files: Vec<(String, Vec<u8>)> = (0..12).map(|n| (format!("p{n}/a.png"), picture(n))).collect();
    let texts = [
        form(12),
        format!("{{\"client_id\": {}.0}}", code(13)),
        format!("Código do cliente: {}\n", code(14)),
        format!("Codice cliente: {}\n", code(15)),
        format!("Klantcode: {}\n", code(16)),
        format!("Kod klienta: {}\n", code(17)),
        format!(
            "client_id\u{14}name\u{14}account\n{}",
            rows(&format!("þ{}þ\u{14}þNAMEþ\u{14}þACCOUNTþ\n", code(18))).replace("client_id", "þclient_idþ")
        ),
        // What is none.
        form(19).replace("client_code", "amount"),
        format!("{{\"ratio\": {}.0}}", code(20)),
        format!("Código do produto: {}\n", code(21)),
    ];
    files.extend(texts.into_iter().enumerate().map(|(n, text)| (format!("t{n}/a.txt"), text.into_bytes())));
    files.push((format!("vendor/clients/{}/logo.txt", code(22)), b"a logo\n".to_vec()));
    files.push((format!("vendor/builds/{}/logo.txt", code(23)), b"a logo\n".to_vec()));
    let (_desk, outputs) = outcome(&files, 24);
    let verdicts = outputs.verdicts();
    for n in 0..24 {
        let wanted = match n {
            0..19 => "affected",
            22 => "undetermined",
            _ => "ruled_out",
        };
        assert_eq!(verdicts[&format!("C{n:03}")], wanted, "{n}");
    }
}
