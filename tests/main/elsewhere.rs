//! Words that the vendor has for its clients, and that others have for other things; and words for them in settings.

use crate::false_hits::outcome;
use crate::harness::Institution;

const CODE: &str = "40312";

fn institutions() -> [Institution; 2] {
    let one = |id: &str, town: &str, code: &str| Institution::new(id, &format!("{town} Harbor Savings Bank")).with("client_code", code);
    [one("A", "Norwell", CODE), one("B", "Tessaly", "51877")]
}

/// The verdict of the institution with the code; the other one is ruled out.
fn verdict(path: &str, text: &str) -> String {
    let (_desk, outputs) = outcome(&institutions(), &[(path, format!("notes\n\n{text}\n\nend\n"))]);
    let verdicts = outputs.verdicts();
    assert_eq!(verdicts["B"], "ruled_out", "{text}");
    verdicts["A"].clone()
}

#[test]
fn numbers_of_issues_threads_programs_and_streets_only_point() {
    for text in [
        "CLIENT-40312: fix login",
        "thread client-40312 started",
        "org.example.client.40312",
        "MySQL client id 40312",
        "client_id=40312 scope=openid grant_type=client_credentials",
        "Client ID: 40312-5567-889",
        "Institution: 40312 Main St",
    ] {
        assert_ne!(verdict("x/a.txt", text), "affected", "{text}");
    }
    for text in [
        "Client ID: 40312",
        "client 40312 failed login",
        "client-code 40312",
        "client.40312.host=x",
        "client_code=40312-01",
        "Client 40312-2024-10-31 file",
        "Institution: 40312",
        "client_id=40312",
    ] {
        assert_eq!(verdict("x/a.txt", text), "affected", "{text}");
    }
}

#[test]
fn heads_of_sections_label_codes() {
    for text in ["[clients.40312]\nhost = \"x\"", "[[clients.40312]]\nhost = 1", "[clients:40312]\na=b", "[clients.\"40312\".sftp]\na = 1"]
    {
        assert_eq!(verdict("conf/clients.toml", text), "affected", "{text}");
    }
    for text in ["[retries.40312]\nhost = 1", "[\"clients\", 40312]", "clients.40312]"] {
        assert_eq!(verdict("conf/clients.toml", text), "ruled_out", "{text}");
    }
}

#[test]
fn defaults_of_variables_and_parameters_are_labelled_by_their_heads() {
    for (path, text) in [
        ("tf/vars.tf", "variable \"client_code\" {\n  type    = string\n  default = \"40312\"\n}"),
        ("tf/wide.tf", "variable \"client_code\" {\n  ＤＥＦＡＵＬＴ = \"40312\"\n}"),
        ("cf/stack.yaml", "Parameters:\n  ClientCode:\n    Type: String\n    Default: \"40312\""),
        ("cf/flow.yaml", "Parameters: {ClientCode: {Type: String, Default: \"40312\"}}"),
        ("cf/stack.txt", "{\"Parameters\":{\"ClientCode\":{\"Type\":\"String\",\"Default\":\"40312\"}}}"),
    ] {
        assert_eq!(verdict(path, text), "affected", "{text}");
    }
    for text in [
        "variable \"port\" {\n  default = \"40312\"\n}",
        "variable \"client_code\" {\n  type = string\n}\n\nvariable \"size\" {\n  default = 40312\n}",
        "Parameters:\n  ClientCode:\n    Type: String\n  Size:\n    Default: \"40312\"",
        "The default 40312 is used for the client_code of nobody.",
        "défàult: 40312",
        "ü d\u{AD}efault: 40312",
    ] {
        assert_eq!(verdict("tf/vars.tf", text), "ruled_out", "{text}");
    }
}

#[test]
fn a_number_of_a_bank_points_at_whose_code_it_is() {
    for text in ["Bank No. 40312", "BANK 40312", "BANK NO 40312   PAGE 1", "Bank Number: 40312"] {
        assert_eq!(verdict("spool/a.txt", text), "undetermined", "{text}");
    }
    for text in ["bank accounts 40312", "Bank of Ames 40312", "bank phone 40312", "bank 40312 records", "bank 7 and 40312"] {
        assert_eq!(verdict("spool/a.txt", text), "ruled_out", "{text}");
    }
}
