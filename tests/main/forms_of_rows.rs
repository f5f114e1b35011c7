//! Rows and codes of clients are found under headings made of any words of the field, beside names and branches, and in the
//! forms that markup, source text, logs and scripts give them; directories, digits, prose and software affect nobody.

use crate::harness::{Desk, Institution, Job, Outputs, write, write_registry};
use std::collections::BTreeMap;

const NAMES: [&str; 6] = ["James Miller", "Mary Jones", "Linda Garcia", "Robert Young", "Susan Lee", "Karen Lopez"];

/// The code of the institution with this number: sparse among the numbers of five digits.
pub fn code(n: usize) -> String {
    (11_054 + 373 * n).to_string()
}

/// A registry of so many institutions, of which none is found without a label, and what a run says of these files.
pub fn outcome<T: AsRef<[u8]>>(files: &[(String, T)], institutions: usize) -> (Desk, Outputs) {
    let desk = Desk::new();
    let registry = desk.path("registry");
    let name = |n: usize| format!("Quarry {} Savings", "Stone".repeat(n % 40 + 1) + &"b".repeat(n / 40));
    let institution = |n: usize| Institution::new(&format!("C{n:03}"), &name(n)).with("client_code", &code(n));
    write_registry(&registry, &(0..institutions).map(institution).collect::<Vec<_>>());
    files.iter().for_each(|(path, text)| write(&desk.path("ev").join(path), text.as_ref()));
    let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &registry);
    (desk, outputs)
}

/// Six records, each made of a code, a name, an account and an amount; the codes are those of two institutions in turn.
pub fn rows(row: &str) -> String {
    let one = |(n, name): (usize, &&str)| {
        let whose = if n % 2 == 0 { "FIRST" } else { "OTHER" };
        row.replace("CODE", whose).replace("NAME", name).replace("ACCOUNT", &format!("44556677{n}8")).replace("SUM", &format!("{n}0.25"))
    };
    NAMES.iter().enumerate().map(one).collect()
}

/// Each file belongs to two institutions of its own; the verdict of both is this one.
pub fn assert_verdicts(forms: &[(&str, String)], verdict: &str) {
    let files: Vec<(String, String)> = forms
        .iter()
        .enumerate()
        .map(|(n, (name, text))| (format!("f{n:02}/{name}"), text.replace("FIRST", &code(2 * n)).replace("OTHER", &code(2 * n + 1))))
        .collect();
    let (_desk, outputs) = outcome(&files, 2 * files.len() + 1);
    let verdicts = outputs.verdicts();
    let found = |n: usize| [2 * n, 2 * n + 1].map(|n| verdicts[&format!("C{n:03}")].clone());
    let wrong: BTreeMap<&str, [String; 2]> =
        forms.iter().enumerate().filter(|(n, _)| found(*n) != [verdict, verdict]).map(|(n, (name, _))| (*name, found(n))).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Tables of two institutions, each with this heading over their codes, which stand in their cells so.
fn tables(forms: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    let table = |(heading, cell): &(&'static str, &str)| {
        let rows = rows(&format!("{cell},NAME,ACCOUNT,SUM\n"));
        (*heading, format!("{heading},name,account,balance\n{rows}"))
    };
    forms.iter().map(table).collect()
}

#[test]
fn headings_are_made_of_the_words_of_the_field() {
    let headings = [
        "cli_id",
        "fi_no",
        "Client_Code__c",
        "INSTITUTION_NBR",
        "tenant_key",
        "FinInstId",
        "client_sk",
        "client_acronym",
        "inst key",
        "mandant_nr",
    ];
    assert_verdicts(&tables(&headings.map(|heading| (heading, "CODE"))), "affected");
}

#[test]
fn codes_stand_beside_names_and_branches() {
    let cells =
        ["CODE-001", "CODE/01", "CODE.001", "CODE - Some Bank", "Some Bank (CODE)", "Some Bank [CODE]", "CODE: Some Bank", "US-CODE"];
    assert_verdicts(&tables(&cells.map(|cell| ("client_id", cell))), "affected");
}

/// Codes of eight institutions under a heading that says somebody's, nothing, or something else.
#[test]
fn a_column_of_codes_says_so_by_its_values() {
    let row = |n: usize| format!("{},MA,open,{n}\n", code(7 * n));
    let body: String = (0..8).chain(0..8).map(row).collect();
    for (heading, verdict) in
        [("entity_no", "affected"), ("xref", "undetermined"), ("to_entity", "undetermined"), ("order_no", "ruled_out")]
    {
        let text = format!("{heading},state,mode,units\n{body}");
        let (_desk, outputs) = outcome(&[("a/a.csv".to_owned(), text)], 60);
        let verdicts = outputs.verdicts();
        for n in 0..60 {
            let wanted = if n % 7 == 0 && n < 56 { verdict } else { "ruled_out" };
            assert_eq!(verdicts[&format!("C{n:03}")], wanted, "{heading} {n}");
        }
    }
}

/// Numbers of which a few are codes, numbers that are as dense as codes, and lists of everybody.
#[test]
fn columns_of_other_numbers_affect_nobody() {
    let persons = |number: &dyn Fn(usize) -> String| {
        let row = |n: usize| format!("{},{},44556677{n}8,{n}0.25\n", number(n), NAMES[n % 6]);
        format!("xref,name,account,balance\n{}", (0..40).map(row).collect::<String>())
    };
    let directory = |row: &dyn Fn(usize) -> String| (0..40).map(row).collect::<String>();
    let files = [
        ("random.csv", persons(&|n| (10_000 + n * 7_919 % 90_000).to_string())),
        ("rows.csv", persons(&|n| (11_050 + n).to_string())),
        ("one.csv", format!("xref,state,amount\n{}", format!("{},open,1.50\n", code(3)).repeat(9))),
        ("directory.csv", format!("xref,bank,city\n{}", directory(&|n| format!("{},Bank of {n},Boston\n", code(n))))),
        ("directory2.csv", format!("institution,city\n{}", directory(&|n| format!("{} - Bank of {n},Boston\n", code(n))))),
        (
            "directory.xml",
            format!("<l><r><c>cli_id</c><c>city</c></r>{}</l>", directory(&|n| format!("<r><c>{}</c><c>Boston</c></r>", code(n)))),
        ),
        (
            "directory.html",
            format!("<html><body>{}</body></html>", directory(&|n| format!("<div><span>{}</span><span>Boston</span></div>", code(n)))),
        ),
        ("directory.js", format!("clients = [{}];\n", directory(&|n| format!("{{id: {}, city: 'Boston'}},\n", code(n))))),
        ("directory.sh", format!("CLIENTS=\"{}\"\n", directory(&|n| format!("{} ", code(n))))),
        ("directory.txt", format!("Client IDs\n\n{}", directory(&|n| format!("{}\n", code(n))))),
        ("named.txt", format!("Clients:\n{}", directory(&|n| format!("{} Bank of Ware\n", code(n))))),
        (
            "clients.sql",
            format!(
                "INSERT INTO clients (id, city) VALUES {};\n",
                directory(&|n| format!("({}, 'Boston'),", code(n))).trim_end_matches(',')
            ),
        ),
        ("directory.py", format!("ROWS = [\n{}]\n", directory(&|n| format!("    ({}, 'Boston', 'MA'),\n", code(n))))),
    ]
    .map(|(name, text)| (format!("{name}.d/{name}"), text));
    let (_desk, outputs) = outcome(&files, 40);
    let affected: Vec<_> = outputs.verdicts().into_iter().filter(|(_, verdict)| verdict == "affected").collect();
    assert!(affected.is_empty(), "{affected:?} {:?}", outputs.rows("evidence.csv"));
}

#[test]
fn rows_of_markup_whose_cells_are_alike_are_records() {
    let heads = "<row><cell>client_id</cell><cell>name</cell><cell>account</cell><cell>balance</cell></row>";
    let cells = "<row><cell>CODE</cell><cell>NAME</cell><cell>ACCOUNT</cell><cell>SUM</cell></row>";
    let called = "<r><c n=\"client_id\">CODE</c><c n=\"name\">NAME</c><c n=\"account\">ACCOUNT</c></r>";
    let divs = "<div class=\"r\"><div>CODE</div><div>NAME</div><div>ACCOUNT</div></div>\n";
    let spans = "<div><span>CODE</span><span>NAME</span><span>ACCOUNT</span></div>";
    let line = "CODE,NAME,ACCOUNT,SUM\n";
    let xml = |text: String| format!("<?xml version=\"1.0\"?><data>{text}</data>");
    let html = |text: String| format!("<html><body>{text}</body></html>");
    let columns = "<columns><column>client_id</column><column>name</column><column>account</column></columns>";
    let named = "<meta><column name=\"client_id\"/><column name=\"name\"/><column name=\"account\"/></meta>";
    let values = "<row><value>CODE</value><value>NAME</value><value>ACCOUNT</value></row>";
    assert_verdicts(
        &[
            ("cells.xml", xml(heads.to_owned() + &rows(cells))),
            ("called.xml", xml(rows(called))),
            ("columns.xml", xml(format!("{columns}<rows>{}</rows>", rows(values)))),
            ("named.xml", xml(format!("{named}<rows>{}</rows>", rows(values)))),
            (
                "numbered.xml",
                xml(rows("<r><c1>CODE</c1><c2>NAME</c2></r>").replacen("<r>", "<r><c1>client_id</c1><c2>name</c2></r><r>", 1)),
            ),
            ("cdata.xml", xml(format!("<f><![CDATA[client_id,name,account,balance\n{}]]></f>", rows(line)))),
            ("text.xml", xml(format!("<f>\nclient_id,name,account,balance\n{}</f>", rows(line)))),
            ("lines.xml", xml(format!("<l>client_id|name|account</l>{}", rows("<l>CODE|NAME|ACCOUNT</l>")))),
            ("ids.xml", xml("<clientIds><id>FIRST</id><id>OTHER</id></clientIds>".to_owned())),
            ("divs.html", html("<div class=\"r\"><div>client_id</div><div>name</div><div>account</div></div>".to_owned() + &rows(divs))),
            ("spans.html", html("<div><span>client_id</span><span>name</span><span>account</span></div>".to_owned() + &rows(spans))),
            ("items.html", html("<ul><li>client_id</li><li>name</li></ul>".to_owned() + &rows("<ul><li>CODE</li><li>NAME</li></ul>"))),
            ("pairs.html", html(rows("<p><span class=k>Client ID</span><span class=v>CODE</span></p>"))),
        ],
        "affected",
    );
}

#[test]
fn rows_of_sources_are_their_clients() {
    let unions = |select: &str| rows(select).trim_end().trim_end_matches("UNION ALL").to_owned();
    let php = rows("i:0;a:2:{s:9:\"client_id\";i:CODE;s:4:\"name\";s:2:\"NM\";}");
    assert_verdicts(
        &[
            ("objects.js", format!("var clients = [\n{}];\n", rows("  {id: CODE, name: 'NAME', balance: SUM},\n"))),
            ("arrays.js", format!("const rows = [['client_id', 'name', 'balance'],\n{}];\n", rows("  [CODE, 'NAME', SUM],\n"))),
            ("tuples.py", format!("# client_id, name, balance\nROWS = [\n{}]\n", rows("    (CODE, 'NAME', SUM),\n"))),
            ("map.py", "CLIENTS = {\n    FIRST: {'host': 'h1'},\n    OTHER: {'host': 'h2'},\n}\n".to_owned()),
            ("arrays.php", format!("<?php\n$clients = [\n{}];\n", rows("  ['id' => CODE, 'name' => 'NAME'],\n"))),
            ("serialized.txt", format!("a:6:{{{}}}\n", php)),
            ("union.sql", format!("INSERT INTO t (client_id, name, balance)\n{};\n", unions("SELECT CODE, 'NAME', SUM\nUNION ALL\n"))),
            (
                "named.sql",
                format!("WITH c AS ({}) SELECT 1;\n", unions("SELECT CODE AS client_id, 'NAME' AS name, SUM AS balance\nUNION ALL\n")),
            ),
            (
                "table.sql",
                "CREATE TABLE clients (id int, mode text);\nINSERT INTO clients VALUES (FIRST, 'a'), (FIRST, 'b'), (OTHER, 'c'), (OTHER, 'd');\n"
                    .to_owned(),
            ),
            ("dual.sql", format!("INSERT INTO t (client_id, name)\n{};\n", unions("select CODE, 'NAME' from dual\nUNION ALL\n"))),
        ],
        "affected",
    );
}

#[test]
fn lists_of_codes_are_their_clients() {
    assert_verdicts(
        &[
            ("elements.properties", "clients[0].code=FIRST\nclients[1].code=OTHER\n".to_owned()),
            ("keys.properties", "client.0.code=FIRST\nclient.1.code=OTHER\n".to_owned()),
            ("numbered.env", "CLIENT_ID_1=FIRST\nCLIENT_ID_2=OTHER\n".to_owned()),
            ("blanks.sh", "CLIENTS=\"FIRST OTHER\"\n".to_owned()),
            ("array.sh", "CLIENT_IDS=(FIRST OTHER)\n".to_owned()),
            ("quoted.sh", "CLIENTS=('FIRST' 'OTHER')\n".to_owned()),
            ("loop.sh", "for client in FIRST OTHER; do\n  run $client\ndone\n".to_owned()),
            ("list.java", "List<Integer> clients = List.of(FIRST, OTHER);\n".to_owned()),
            ("set.java", "static final Set<String> CLIENT_IDS = Set.of(\"FIRST\", \"OTHER\");\n".to_owned()),
            ("array.java", "int[] clientIds = new int[]{FIRST, OTHER};\n".to_owned()),
            ("set.cs", "HashSet<int> ClientIds = new HashSet<int> { FIRST, OTHER };\n".to_owned()),
            ("slice.go", "var clientIDs = []int{FIRST, OTHER}\n".to_owned()),
            ("column.csv", "client_id\nFIRST\nOTHER\n".to_owned()),
            ("heading.txt", "Affected clients\n\nFIRST\nOTHER\n".to_owned()),
            ("ruled.txt", "Affected client codes\n---------------------\nFIRST\nOTHER\n".to_owned()),
            ("names.txt", "Clients:\nFIRST Some Bank\nOTHER Other Bank\n".to_owned()),
            ("marked.txt", "Affected clients\n\n- FIRST - Some Bank\n- OTHER - SECOND BANK NA\n".to_owned()),
            ("array.ps1", "$clients = @(FIRST, OTHER)\n".to_owned()),
            ("vector.r", "client_ids <- c(FIRST, OTHER)\n".to_owned()),
            ("items.md", "## Client IDs\n\n1. FIRST\n2. OTHER\n".to_owned()),
        ],
        "affected",
    );
}

#[test]
fn rows_of_logs_and_columns_of_records_are_their_clients() {
    let across = |line: &str| format!("{}\n", rows(line).trim_end_matches(','));
    assert_verdicts(
        &[
            (
                "rows.log",
                format!(
                    "2024-11-02 03:11:08 INFO header: client_id,name,balance\n{}",
                    rows("2024-11-02 03:11:09 INFO row: CODE,NAME,SUM\n")
                ),
            ),
            ("times.log", format!("[2024-11-02 03:11:08] client_id|name|account\n{}", rows("[2024-11-02 03:11:09] CODE|NAME|ACCOUNT\n"))),
            ("dash.log", format!("INFO [main] Loader - client_id,name,balance\n{}", rows("INFO [main] Loader - CODE,NAME,SUM\n"))),
            ("grep.txt", format!("a.csv:1:client_id,name,balance\n{}", rows("a.csv:7:CODE,NAME,SUM\n"))),
            ("diff.txt", format!("+client_id,name,balance\n{}", rows("+CODE,NAME,SUM\n"))),
            ("quoted.txt", format!("> client_id,name,balance\n{}", rows("> CODE,NAME,SUM\n"))),
            ("none.txt", "client_id,name\nFIRST,Ann Lee\nOTHER,Bo Ek\n".to_owned()),
            (
                "across.csv",
                format!("client_id,{}name,{}account,{}balance,{}", across("CODE,"), across("NAME,"), across("ACCOUNT,"), across("SUM,")),
            ),
        ],
        "affected",
    );
}

/// Words and numbers of prose, settings and software that stand where codes might.
#[test]
fn lists_of_other_things_affect_nobody() {
    let files: Vec<(String, String)> = [
        "The clients were served.\n\nFIRST rows were read\nOTHER rows were read\n",
        "orders = [{id: FIRST, name: 'a'}, {id: OTHER, name: 'b'}]\n",
        "for order in FIRST OTHER; do\n  run $order\ndone\n",
        "int[] ports = new int[]{FIRST, OTHER};\nList<Integer> sizes = List.of(FIRST, OTHER);\n",
        "sizes[0].code=FIRST\nerror.1.code=OTHER\n",
        "PORTS=\"FIRST OTHER\"\nfor port in FIRST OTHER; do echo $port; done\n",
        "Order numbers\n\nFIRST\nOTHER\n",
        "<?xml version=\"1.0\"?><d><row><cell>FIRST</cell><cell>open</cell></row><row><cell>77</cell><cell>OTHER</cell></row></d>",
        "SELECT FIRST, 'open', 1 UNION ALL SELECT 91, 'OTHER', 2;\n",
        "clients = 3 # of FIRST or OTHER\nmax_clients = (FIRST)\n",
        "2024-11-02 03:11:09 INFO took: FIRST,ok,12\n2024-11-02 03:11:10 INFO took: OTHER,ok,13\n",
    ]
    .iter()
    .enumerate()
    .map(|(n, text)| (format!("f{n:02}/a.txt"), text.replace("FIRST", &code(2 * n)).replace("OTHER", &code(2 * n + 1))))
    .collect();
    let (_desk, outputs) = outcome(&files, 2 * files.len());
    let wrong: Vec<_> = outputs.verdicts().into_iter().filter(|(_, verdict)| verdict != "ruled_out").collect();
    assert!(wrong.is_empty(), "{wrong:?} {:?}", outputs.rows("evidence.csv"));
}

#[test]
fn rows_may_be_longer_than_what_is_looked_at_first() {
    let wide = (0..4000).map(|n| format!("attribute_number_{n}")).collect::<Vec<_>>();
    let (blank, note) = (vec![""; wide.len()], "Called, and will call again\n".repeat(4000));
    let heading = "client_code,name,account,balance";
    let before = |heads: &[&str], all: &str| all.lines().map(|row| format!("{},{row}\n", heads.join(","))).collect::<String>();
    let heads: Vec<&str> = wide.iter().map(String::as_str).collect();
    let body = rows("CODE,NAME,ACCOUNT,SUM\n");
    let first = rows(&format!("CODE,NAME,ACCOUNT,SUM,{}\n", blank.join(",")));
    let scan = "QUJD".repeat(300_000);
    let forms = [
        ("very_long_cells.csv", before(&["scan"], heading) + &before(&[&scan], &body)),
        (
            "very_long_values.jsonl",
            rows(&format!("{{\"scan\":\"{scan}\",\"client_code\":\"CODE\",\"name\":\"NAME\",\"ssn\":\"512-44-102ACCOUNT\"}}\n")),
        ),
        ("columns_at_the_end.csv", before(&heads, heading) + &before(&blank, &body)),
        ("columns_first.txt", format!("{heading},{}\n{first}", heads.join(",")).replace(',', "|")),
        ("long_cells.csv", format!("note,{heading}\n{}", before(&[&format!("\"{note}\"")], &body))),
    ];
    assert_verdicts(&forms, "affected");
}
