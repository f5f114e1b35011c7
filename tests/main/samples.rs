//! What software carries and nobody's customers are: authors, samples of documentation and tests, fonts and sounds.

use crate::false_hits::{outcome, outcome_of_bytes};
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

/// Bytes that look like noise.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}

fn segment(kind: u8, bytes: &[u8]) -> Vec<u8> {
    [&[0x80, kind][..], &(bytes.len() as u32).to_le_bytes(), bytes].concat()
}

fn chunk(kind: &[u8; 4], bytes: &[u8]) -> Vec<u8> {
    [&kind[..], &(bytes.len() as u32).to_be_bytes(), bytes].concat()
}

#[test]
fn type_1_fonts_and_sounds_of_aiff_and_au_are_no_gap() {
    let glyphs = noise(20_000);
    let font =
        |head: &str| [segment(1, head.as_bytes()), segment(2, &glyphs), segment(1, b"0000000000\ncleartomark\n"), vec![0x80, 3]].concat();
    let common = chunk(b"COMM", &[0, 1, 0, 0, 0x27, 0x10, 0, 16, 0x40, 0x0E, 0xAC, 0x44, 0, 0, 0, 0, 0, 0]);
    let form = |data: &[u8; 4]| chunk(b"FORM", &[&b"AIFF"[..], &common, &chunk(data, &glyphs)].concat());
    let au = |encoding: u8| {
        let fields: [u32; 5] = [24, glyphs.len() as u32, u32::from(encoding), 8_000, 1];
        [&b".snd"[..], &fields.map(u32::to_be_bytes).concat(), &glyphs].concat()
    };
    let verdict = |bytes: Vec<u8>| {
        let (_desk, outputs) = outcome_of_bytes(&one(), &[("x/a.bin", bytes)]);
        outputs.verdicts()["A"].clone()
    };
    assert_eq!(verdict(font("%!PS-AdobeFont-1.0: Made\n/FontName /Made def\ncurrentfile eexec\n")), "ruled_out");
    assert_eq!((verdict(form(b"SSND")), verdict(au(3))), ("ruled_out".to_owned(), "ruled_out".to_owned()));
    // What these do not account for is read, and is a gap where it cannot be.
    assert_eq!(verdict(font("%!PS-AdobeFont-1.0: Made\n")), "undetermined");
    assert_eq!((verdict(form(b"XYZW")), verdict(au(99))), ("undetermined".to_owned(), "undetermined".to_owned()));
    assert_eq!(verdict([au(3), noise(20_000)].concat()), "undetermined");
    let named = font("%!PS-AdobeFont-1.0: Made\n% client_code=QHSB77\ncurrentfile eexec\n");
    assert_eq!(verdict(named), "affected");
}
