//! A document, a message, a cell or a string that is one object is a record: whose it says it is, and of everybody where it
//! does not say.

use crate::harness::Outputs;
use crate::workbook_parts::{code, outcome};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use ruleout::model::base64;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::io::Write;

const NAMES: [&str; 3] = ["James Miller", "Mary Jones", "Linda Garcia"];

fn verdict(outputs: &Outputs, n: usize) -> (String, String, String) {
    let row = &outputs.impact()[&format!("C{n:02}")];
    (row["verdict"].clone(), row["basis"].clone(), row["individuals"].clone())
}

/// A person as programs keep one, in several shapes, with more members in front.
fn shapes(n: usize, whose: &[(&str, Value)]) -> Vec<Value> {
    let with = |rest: Value| {
        let mut all = serde_json::Map::new();
        whose.iter().for_each(|(name, value)| _ = all.insert((*name).to_owned(), value.clone()));
        all.extend(rest.as_object().cloned().unwrap_or_default());
        Value::Object(all)
    };
    let (name, account) = (NAMES[n % 3], format!("44556677{n:02}"));
    let (first, last) = name.split_once(' ').unwrap();
    vec![
        with(json!({"name": name, "account_number": account, "balance": "14167.36"})),
        with(json!({"id": n, "data": {"name": name, "account_number": account, "balance": 12.5}})),
        with(
            json!({"firstName": first, "lastName": last, "dateOfBirth": "1961-07-02", "address": {"line1": "12 Oak Street", "city": "Bend", "state": "OR", "zip": "97701"}}),
        ),
        with(json!({"member": {"firstName": first, "lastName": last}, "accounts": [{"accountNumber": account, "balance": 1.5}]})),
        with(json!({"customer": {"name": name, "ssn": "520-44-1077"}, "tags": ["a", "b"], "flags": {"vip": false}})),
        with(
            json!({"name": name, "accounts": [{"account_number": account, "balance": "1.50"}, {"account_number": "4455667799", "balance": "2.50"}]}),
        ),
    ]
}

#[test]
fn one_object_is_a_record_of_its_client() {
    let count = shapes(0, &[]).len();
    let files: Vec<(String, Vec<u8>)> = (0..count)
        .flat_map(|n| {
            let one = &shapes(n, &[("client_code", Value::from(code(n)))])[n];
            [(format!("{n}/a.json"), one.to_string().into_bytes()), (format!("{n}/b.json"), serde_json::to_vec_pretty(one).unwrap())]
        })
        .collect();
    let (_desk, outputs) = outcome(&files, count + 1);
    for n in 0..count {
        assert_eq!(verdict(&outputs, n), ("affected".into(), "records".into(), "1".into()), "{}", shapes(n, &[])[n]);
    }
    assert_eq!(verdict(&outputs, count).0, "ruled_out");
}

#[test]
fn one_object_of_nobody_leaves_everybody_open() {
    for (n, one) in shapes(1, &[]).into_iter().enumerate() {
        let (_desk, outputs) = outcome(&[(format!("{n}.json"), one.to_string().into_bytes())], 1);
        let found = verdict(&outputs, 0);
        assert_eq!((&*found.0, &*found.1), ("undetermined", "unattributed_data"), "{one}");
    }
}

fn sqlite(codes: &str, kind: &str, values: &[Box<dyn rusqlite::ToSql>]) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("made.db");
    let database = Connection::open(&path).expect("a database");
    database.execute_batch(&format!("CREATE TABLE messages (id INTEGER PRIMARY KEY, client_code TEXT, held {kind});")).expect("understood");
    for value in values {
        database.execute("INSERT INTO messages (client_code, held) VALUES (?1, ?2)", (codes, value)).expect("understood");
    }
    database.close().expect("it closes");
    std::fs::read(path).expect("a database")
}

fn compressed(text: &str) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// Texts of three persons that lie in a file in a string, with the code of their client beside it.
fn carried(code: &str) -> Vec<(&'static str, Vec<u8>)> {
    let persons: Vec<Value> =
        (0..3).map(|n| json!({"name": NAMES[n], "account_number": format!("44556677{n:02}"), "balance": "10.25"})).collect();
    let texts: Vec<String> = persons.iter().map(Value::to_string).collect();
    let lines = |line: &dyn Fn(&String) -> String| texts.iter().map(line).collect::<String>().into_bytes();
    let all = Value::from(persons.clone()).to_string();
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let quoted = |text: &str| text.replace('"', "\"\"");
    let elements: Vec<String> =
        (0..3).map(|n| format!("<member><name>{}</name><accountNumber>44556677{n:02}</accountNumber></member>", NAMES[n])).collect();
    let multipart = |n: usize| {
        format!(
            "--b7\r\nContent-Disposition: form-data; name=\"client_code\"\r\n\r\n{code}\r\n--b7\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n{}\r\n--b7\r\nContent-Disposition: form-data; name=\"account_number\"\r\n\r\n44556677{n:02}\r\n--b7--\r\n",
            NAMES[n]
        )
    };
    let page = |n: usize| {
        format!(
            "<form action=\"/member\"><input type=hidden name=client_code value=\"{code}\"><input name=\"name\" value=\"{}\"><input name=\"account_number\" value=\"44556677{n:02}\"><input type=submit name=go value=Save></form>",
            NAMES[n]
        )
    };
    let request = |text: &str| json!({"request": {"url": "https://h.example/m", "headers": [{"name": "X-Client-Code", "value": code}]}, "response": {"content": {"mimeType": "application/json", "text": text}}});
    vec![
        ("lines.jsonl", lines(&|text| format!("{}\n", json!({"ts": 1, "client_code": code, "payload": text})))),
        (
            "inside.jsonl",
            lines(&|text| format!("{}\n", json!({"ts": 1, "payload": format!("{{\"client_code\": \"{code}\", {}", &text[1..])}))),
        ),
        (
            "twice.jsonl",
            lines(&|text| format!("{}\n", json!({"ts": 1, "client_code": code, "payload": Value::from(text.clone()).to_string()}))),
        ),
        ("base64.jsonl", lines(&|text| format!("{}\n", json!({"offset": 1, "client_code": code, "value": base64(text.as_bytes())})))),
        (
            "xml.jsonl",
            elements
                .iter()
                .map(|text| format!("{}\n", json!({"ts": 1, "client_code": code, "payload": text})))
                .collect::<String>()
                .into_bytes(),
        ),
        ("one.json", json!({"client_code": code, "body": all}).to_string().into_bytes()),
        ("list.json", json!({"client_code": code, "rows": texts}).to_string().into_bytes()),
        ("cells.csv", [b"id,client_code,payload\n".to_vec(), lines(&|text| format!("1,{code},\"{}\"\n", quoted(text)))].concat()),
        (
            "rows.sql",
            [
                b"CREATE TABLE q (client_code text, payload text);\n".to_vec(),
                lines(&|text| format!("INSERT INTO q (client_code, payload) VALUES ('{code}', '{text}');\n")),
            ]
            .concat(),
        ),
        ("text.db", sqlite(code, "TEXT", &texts.iter().map(|text| Box::new(text.clone()) as _).collect::<Vec<_>>())),
        ("zlib.db", sqlite(code, "BLOB", &texts.iter().map(|text| Box::new(compressed(text)) as _).collect::<Vec<_>>())),
        (
            "text.xml",
            [
                format!("<?xml version=\"1.0\"?><log><client_code>{code}</client_code>").into_bytes(),
                lines(&|text| format!("<event><id>1</id><payload>{}</payload></event>", escaped(text))),
                b"</log>".to_vec(),
            ]
            .concat(),
        ),
        (
            "cdata.xml",
            format!("<?xml version=\"1.0\"?><log><client_code>{code}</client_code><payload><![CDATA[{all}]]></payload></log>").into_bytes(),
        ),
        (
            "saved.har",
            json!({"log": {"version": "1.2", "creator": {"name": "browser", "version": "1"}, "entries": [request(&all)]}})
                .to_string()
                .into_bytes(),
        ),
        ("app.log", lines(&|text| format!("2026-01-02 10:00:01 INFO sent {}\n", json!({"client_code": code, "payload": text})))),
        ("form.html", format!("<!DOCTYPE html><html><body>{}</body></html>", (0..3).map(page).collect::<String>()).into_bytes()),
        ("sent.txt", (0..3).map(|n| format!("POST /member\r\n\r\n{}\r\n", multipart(n))).collect::<String>().into_bytes()),
        ("sent.jsonl", (0..3).map(|n| format!("{}\n", json!({"path": "/member", "body": multipart(n)}))).collect::<String>().into_bytes()),
    ]
}

#[test]
fn objects_in_strings_are_records_of_the_client_beside_them() {
    let count = carried("0").len();
    let files: Vec<(String, Vec<u8>)> =
        (0..count).map(|n| carried(&code(n)).swap_remove(n)).enumerate().map(|(n, (name, bytes))| (format!("{n}/{name}"), bytes)).collect();
    let (_desk, outputs) = outcome(&files, count + 1);
    let wrong: Vec<_> = (0..count)
        .map(|n| (&files[n].0, verdict(&outputs, n)))
        .filter(|(_, (verdict, _, individuals))| (verdict.as_str(), individuals.as_str()) != ("affected", "3"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!(verdict(&outputs, count).0, "ruled_out", "{:?}", outputs.rows("gaps.csv"));
}

#[test]
fn objects_about_nobody_affect_nobody_and_open_nobody() {
    let clients: Vec<Value> =
        (0..3).map(|n| json!({"client_code": code(n), "name": format!("Quarry {} Savings", "Stone".repeat(n + 1))})).collect();
    let lists = json!({"generatedBy": "Ann Lee", "clients": clients});
    let objects = [
        json!({"server": {"host": "h.example", "port": 8443, "account": "svc_transfer"}, "retries": 3, "owner": "Ann Lee", "timeout": "4455667788"}),
        json!({"name": "left-pad", "version": "1.3.0", "author": {"name": "Ann Lee", "email": "ann@l.example"}, "contributors": [{"name": "Bo Ek", "email": "bo@l.example"}], "repository": {"type": "git", "url": "https://l.example"}}),
        json!({"openapi": "3.0.0", "info": {"title": "Accounts", "contact": {"name": "Ann Lee"}}, "components": {"schemas": {"Account": {"type": "object", "properties": {"name": {"type": "string"}, "account_number": {"type": "string", "maxLength": 17}, "ssn": {"type": "string", "pattern": "^[0-9]{3}-[0-9]{2}-[0-9]{4}$"}}}}}}),
        json!({"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [-121.3153096, 44.0581728]}, "properties": {"name": "Bend", "population": 99178}}]}),
        json!({"login": {"name": "Your name", "account_number": "Account number", "ssn": "Social security number", "dob": "Date of birth"}, "save": "Save"}),
        json!({"vendor": "Ledgerline Systems", "address": {"street": "12 Oak Street", "city": "Bend", "zip": "97701"}, "phone": "(541) 555-0100"}),
        json!({"author": {"name": "Ann Lee", "email": "ann@l.example"}, "title": "On transfers", "date": "2024-10-01"}),
        json!({"contact": {"name": "Ann Lee", "phone": "(541) 555-0100", "email": "ann@l.example"}}),
        json!({"example": {"name": "John Doe", "ssn": "123-45-6789"}}),
        json!({"event": "sync", "payload": json!({"level": "info", "took": 12, "client": "web", "message": "done"}).to_string()}),
        json!({"trace": "a", "payload": "{\"cut off\": \"here"}),
    ];
    for one in objects {
        let (_desk, outputs) = outcome(&[("a.json".to_owned(), one.to_string().into_bytes())], 2);
        assert_eq!(verdict(&outputs, 1).0, "ruled_out", "{one} {:?}", outputs.rows("unattributed.csv"));
    }
    // Who made a list of clients is none of theirs.
    let line = json!({"ts": 1, "payload": lists.to_string()});
    for bytes in [lists.to_string(), format!("{line}\n{line}\n"), format!("id,payload\n1,\"{}\"\n", lists.to_string().replace('"', "\"\""))]
    {
        let (_desk, outputs) = outcome(&[("a.txt".to_owned(), bytes.clone().into_bytes())], 4);
        let affected = (0..4).filter(|n| verdict(&outputs, *n).1 == "records").count();
        assert_eq!(affected, 0, "{bytes}");
    }
}
