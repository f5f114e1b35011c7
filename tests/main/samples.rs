//! What software carries and nobody's customers are: authors, samples of documentation and tests, fonts and sounds.

use crate::false_hits::outcome;
use crate::harness::Institution;

fn one() -> [Institution; 1] {
    [Institution::new("A", "Norwell Harbor Savings Bank").with("client_code", "QHSB77")]
}

fn verdict(path: &str, text: &str) -> String {
    let (_desk, outputs) = outcome(&one(), &[(path, text.to_owned())]);
    outputs.verdicts()["A"].clone()
}

const PEOPLE: [&str; 6] = ["Mary Hawkins", "Robert Thompson", "Dennis Boone", "Linda Garcia", "Susan Lee", "James Miller"];

fn objects(count: usize, rest: &str) -> String {
    let one = |n: usize| format!("{{\"name\": \"{}\", \"email\": \"p{n}@x.example\"{rest}}}", PEOPLE[n]);
    (0..count).map(one).collect::<Vec<_>>().join(",\n   ")
}

#[test]
fn authors_and_maintainers_are_nobodys_customers() {
    for key in ["maintainers", "authors", "contributors", "developers"] {
        let text = format!("{{\n \"name\": \"a\",\n \"author\": {},\n \"{key}\": [\n   {}\n ]\n}}", objects(1, ""), objects(6, ""));
        assert_eq!(verdict("lib/package.json", &text), "ruled_out", "{text}");
    }
    let contacts = format!("{{\"extensions\": {{\"details\": {{\"contacts\": [{}]}}}}}}", objects(2, ", \"role\": \"author\""));
    assert_eq!(verdict("lib/metadata.json", &contacts), "ruled_out");
    for text in [
        format!("{{\"members\": [{}]}}", objects(6, "")),
        format!("{{\"contacts\": [{}]}}", objects(6, ", \"phone\": \"555-010-4432\"")),
        format!("{{\"authors\": [{}]}}", objects(6, ", \"ssn\": \"512-44-7781\"")),
    ] {
        assert_eq!(verdict("lib/a.json", &text), "undetermined", "{text}");
    }
}

#[test]
fn accounts_and_cards_of_samples_are_nobodys() {
    let user = |n: usize| {
        format!("{{\"firstName\": \"Test\", \"lastName\": \"User{n}\", \"ssn\": \"123-45-6789\", \"accountNumber\": \"1234567890\"}}")
    };
    let users = |one: &dyn Fn(usize) -> String| format!("[{}]", (0..10).map(one).collect::<Vec<_>>().join(", "));
    assert_eq!(verdict("test/fixtures.json", &users(&user)), "ruled_out");
    let role = "{\"Accounts\": [{\"Name\": \"Mary Hawkins\", \"AccountId\": \"123456789012\", \"Status\": \"ACTIVE\"}, \
                {\"Name\": \"Dennis Boone\", \"AccountId\": \"111122223333\", \"Status\": \"ACTIVE\"}]}";
    assert_eq!(verdict("docs/organizations.rst", role), "ruled_out");
    let cards = "card_number,brand\n4111 1111 1111 1111,visa\n5555555555554444,mastercard\n378282246310005,amex\n4242424242424242,visa\n";
    assert_eq!(verdict("docs/cards.csv", cards), "ruled_out");
    // One that is no sample, and all are somebody's.
    let member = |n: usize| user(n).replace("1234567890", &format!("93854828{n}7"));
    assert_eq!(verdict("test/fixtures.json", &users(&member)), "undetermined");
    assert_eq!(verdict("docs/cards.csv", &format!("{cards}4063845367793753,visa\n")), "undetermined");
}
