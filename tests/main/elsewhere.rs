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
