//! What stands encoded in text, or with characters in it that nobody sees, is found, or is a gap: it rules nobody out.

use crate::harness::{Desk, Institution, Job, Outputs, Random, gzip, write, write_registry, xlsx};
use ruleout::model::base64;

fn institution() -> Institution {
    Institution::new("FSB", "Larkfield Valley State Bank").with("client_code", "QX7731").with("domain", "larkfieldvalley.example")
}

fn other() -> Institution {
    Institution::new("OTHER", "Ostrow Harbor Savings Bank").with("client_code", "ZK4410")
}

fn run(files: &[(&str, Vec<u8>)]) -> (Desk, Outputs) {
    let desk = Desk::new();
    let registry = desk.path("registry");
    write_registry(&registry, &[institution(), other()]);
    files.iter().for_each(|(path, bytes)| write(&desk.path("ev").join(path), bytes));
    let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &registry);
    (desk, outputs)
}

/// A member that only decoding shows: compressed words with the code among them.
fn hidden() -> Vec<u8> {
    let mut random = Random::new(11);
    let words: Vec<String> = (0..60).map(|_| format!("w{:08x}", random.next() as u32)).collect();
    gzip(format!("{}\nClient code: QX7731\n{}\n", words.join(" "), words.join("\t")).as_bytes())
}

fn folded(text: &str, width: usize, joint: &str) -> String {
    text.as_bytes().chunks(width).map(|line| String::from_utf8_lossy(line).into_owned()).collect::<Vec<_>>().join(joint)
}

#[test]
fn base64_is_decoded_however_it_is_written() {
    let text = base64(&hidden());
    let ways: Vec<(&str, Vec<u8>)> = vec![
        ("secret.yml", format!("kind: Secret\ndata:\n  export: |\n    {}\n  next: x\n", folded(&text, 76, "\n    ")).into()),
        ("a.xml", format!("<?xml version=\"1.0\"?>\n<doc>\n  <file>\n    {}\n  </file>\n</doc>\n", folded(&text, 64, "\n    ")).into()),
        ("b.xml", format!("<?xml version=\"1.0\"?><d><f>{}</f></d>", folded(&text, 76, "&#13;\n")).into()),
        ("a.json", format!("{{\"file\": \"a\", \"data\": \"{}\"}}", folded(&text, 76, "\\r\\n")).into()),
        ("u.json", format!("{{\"data\": \"{}\"}}", text.replace('+', "-").replace('/', "_").replace('=', "")).into()),
        ("a.sql", format!("INSERT INTO files VALUES (1,'{}');\n", folded(&text, 76, "\\n")).into()),
        ("a.properties", format!("data={}\nother=1\n", folded(&text, 76, "\\\n     ")).into()),
        ("a.txt", format!("{}  \n", folded(&text, 32, "  \n")).into()),
        ("quoted.txt", format!("> {}\n> \n> Regards\n", folded(&text, 76, "\n> ")).into()),
        ("blanks.txt", format!("See: {}\n", folded(&text, 76, " ")).into()),
        ("a.java", format!("String DATA = \"{}\";\n", folded(&text, 64, "\" +\n    \"")).into()),
        ("form.txt", format!("data={}", text.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")).into()),
        ("wide.txt", [vec![0xFF, 0xFE], format!("data: {text}").encode_utf16().flat_map(u16::to_le_bytes).collect()].concat()),
        ("a.xlsx", xlsx(&[vec!["name".into(), "data".into()], vec!["a".into(), text.clone()], vec!["b".into(), "c".into()]])),
        ("a.bin", [[1, 2, 0, 255].repeat(500), text.clone().into_bytes(), [1, 2, 0, 255].repeat(500)].concat()),
        (
            "report.txt",
            format!("Item        Count\n----------  -----\n{}\n{}\n", "crate           1\n".repeat(12), folded(&text, 76, "\n")).into(),
        ),
        ("a.ldif", format!("dn: ou=x\ndescription:: {}\n {}\n", &text[..62], folded(&text[62..], 77, "\n ")).into()),
    ];
    for (path, bytes) in ways {
        let (_desk, outputs) = run(&[(path, bytes)]);
        let verdicts = outputs.verdicts();
        assert_eq!((&verdicts["FSB"][..], &verdicts["OTHER"][..]), ("affected", "ruled_out"), "{path}");
    }
}

#[test]
fn what_looks_encoded_and_is_not_understood_is_a_gap() {
    let noise = base64(&Random::new(3).bytes(4000));
    for text in [format!("a:\n    {}\n", folded(&noise, 76, "\n    ")), format!("x {}\n", noise.replace('+', "-").replace('/', "_"))] {
        let (_desk, outputs) = run(&[("a.txt", text.into())]);
        assert_eq!(outputs.verdicts()["OTHER"], "undetermined");
    }
}

fn uuencoded(bytes: &[u8]) -> String {
    let digit = |value: u32| if value & 63 == 0 { '`' } else { char::from(32 + (value & 63) as u8) };
    let line = |line: &[u8]| {
        let groups = line.chunks(3).map(|group| (0..3).fold(0u32, |v, i| v << 8 | u32::from(group.get(i).copied().unwrap_or(0))));
        let digits: String = groups.flat_map(|value| [18, 12, 6, 0].map(|shift| digit(value >> shift))).collect();
        format!("{}{digits}\n", digit(line.len() as u32))
    };
    format!("begin 644 list.gz\n{}`\nend\n", bytes.chunks(45).map(line).collect::<String>())
}

fn ascii85(bytes: &[u8]) -> String {
    let group = |group: &[u8]| {
        let value = (0..4).fold(0u32, |v, i| v << 8 | u32::from(group.get(i).copied().unwrap_or(0)));
        let digits = (0..5).map(|i| char::from(b'!' + (value / 85u32.pow(4 - i) % 85) as u8));
        digits.take(group.len() + 1).collect::<String>()
    };
    folded(&bytes.chunks(4).map(group).collect::<String>(), 72, "\n")
}

#[test]
fn older_encodings_are_decoded() {
    let mail = |body: String| format!("From: a@v.example\nTo: b@v.example\nSubject: x\n\n{body}");
    let program = format!("%!PS\ncurrentfile /ASCII85Decode filter cvx exec\n{}\n~>\nshowpage\n", ascii85(&hidden()));
    for (path, text) in [
        ("uu.txt", format!("From ops\n\n{}", uuencoded(&hidden()))),
        ("uu.eml", mail(uuencoded(&hidden()))),
        ("a85.txt", format!("<~{}~>\n", ascii85(&hidden()))),
        ("a.ps", program),
    ] {
        let (_desk, outputs) = run(&[(path, text.into())]);
        let verdicts = outputs.verdicts();
        assert_eq!((&verdicts["FSB"][..], &verdicts["OTHER"][..]), ("affected", "ruled_out"), "{path}");
    }
}

#[test]
fn bodies_of_mail_that_are_no_text_are_read_as_what_they_are() {
    let head = "From: a@v.example\r\nTo: b@v.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n";
    let encoded = format!("{head}Content-Transfer-Encoding: base64\r\n\r\n{}\r\n", folded(&base64(&hidden()), 76, "\r\n"));
    for bytes in [[format!("{head}\r\n").into_bytes(), hidden()].concat(), encoded.into_bytes()] {
        let (_desk, outputs) = run(&[("a.eml", bytes)]);
        let verdicts = outputs.verdicts();
        assert_eq!((&verdicts["FSB"][..], &verdicts["OTHER"][..]), ("affected", "ruled_out"));
    }
    let noise = [format!("{head}\r\nDear all\r\n").into_bytes(), Random::new(5).bytes(6000)].concat();
    let (_desk, outputs) = run(&[("a.eml", noise)]);
    assert_eq!(outputs.verdicts()["OTHER"], "undetermined");
}

#[test]
fn parts_of_mail_that_are_not_what_they_claim_hide_nothing() {
    let part = |charset: &str, transfer: &str, body: &str| {
        let head = "From: a@v.example\r\nTo: b@v.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n";
        format!("{head}Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {transfer}\r\n\r\n{body}").into_bytes()
    };
    let code = "the client code: QX7731 is meant\r\n";
    let greeting = base64(b"Dear all, see below.");
    for (name, mail) in [
        ("a footer behind the padding", part("utf-8", "base64", &format!("{greeting}\r\n\r\n-- \r\n{code}"))),
        ("a footer behind a rule", part("utf-8", "base64", &format!("{}\r\n_______\r\n{code}", base64(b"Dear all, see it")))),
        ("text that only claims to be encoded", part("utf-8", "base64", &format!("Dear all,\r\n{code}"))),
        ("two encoded runs", part("utf-8", "base64", &format!("{greeting}\r\n{}\r\n", base64(code.as_bytes())))),
        ("ASCII that claims to be wide", part("utf-16", "7bit", code)),
        ("a character set that is not known", part("x-nobodys", "7bit", code)),
    ] {
        let (_desk, outputs) = run(&[("a.eml", mail)]);
        let verdicts = outputs.verdicts();
        assert_eq!((&verdicts["FSB"][..], &verdicts["OTHER"][..]), ("affected", "ruled_out"), "{name}");
    }
    // EBCDIC under a name that readers of mail do not know.
    let ebcdic = |text: &str| -> Vec<u8> {
        let code = |c: char| match c {
            'a'..='i' => c as u8 - b'a' + 0x81,
            'j'..='r' => c as u8 - b'j' + 0x91,
            's'..='z' => c as u8 - b's' + 0xA2,
            'A'..='I' => c as u8 - b'A' + 0xC1,
            'J'..='R' => c as u8 - b'J' + 0xD1,
            'S'..='Z' => c as u8 - b'S' + 0xE2,
            '0'..='9' => c as u8 - b'0' + 0xF0,
            ':' => 0x7A,
            '\n' => 0x25,
            _ => 0x40,
        };
        text.chars().map(code).collect()
    };
    let letter = "Dear all\nthe books of this bank are closed\nClient code: QX7731\nplease answer soon\n";
    let (_desk, outputs) = run(&[("a.eml", part("ibm037", "base64", &base64(&ebcdic(letter))))]);
    assert_eq!(outputs.verdicts()["FSB"], "affected");
}

#[test]
fn characters_that_are_not_seen_hide_nothing() {
    for text in [
        "Statement for Lark\u{AD}field Val\u{AD}ley State Bank, May",
        "Statement for Lark\u{200B}field Valley\u{200E} State\u{2060} Bank, May",
        "> prepared for the exclusive use of Larkfield\n> Valley State Bank and its members.\n",
        "Client code: QX7\u{200B}731\nbalance",
        "Client code: ＱＸ７７３１\nbalance",
        "Manifest-Version: 1.0\r\nClient-Code: QX7\r\n 731\r\nImplementation-Title: adapter\r\n",
    ] {
        let (_desk, outputs) = run(&[("a.txt", text.into())]);
        let verdicts = outputs.verdicts();
        assert_ne!(verdicts["FSB"], "ruled_out", "{text}");
        assert_eq!(verdicts["OTHER"], "ruled_out", "{text}");
    }
    let (_desk, outputs) = run(&[("a.html", "<p>Statement for Lark&shy;field Valley State Bank</p>".into())]);
    assert_ne!(outputs.verdicts()["FSB"], "ruled_out");
}

/// What its label calls a token, a signature or an encrypted password holds nobody's records, unless it is something else:
/// what decodes to a file is read, and what nothing calls so, or is longer, is a gap.
#[test]
fn credentials_of_documentation_are_no_gap() {
    let noise = |length: usize| base64(&Random::new(5).bytes(length));
    let verdict = |text: String| run(&[("docs/guide.md", text.into())]).1.verdicts()["OTHER"].clone();
    for length in [120, 128, 135, 256, 512] {
        let token = noise(length);
        for text in [
            format!("Use your token:\n\n    Authorization: Bearer {token}\n\nfor the call.\n"),
            format!("env:\n  global:\n    - secure: {token}\n"),
            format!("{{\"status\": \"ok\", \"access_token\": \"{token}\"}}\n"),
        ] {
            assert_eq!(verdict(text), "ruled_out", "{length}");
        }
        assert_eq!(verdict(format!("content: {token}\n")), "undetermined", "{length}");
    }
    assert_eq!(verdict(format!("access_token: {}\n", noise(900))), "undetermined");
    let (_desk, outputs) =
        run(&[("a.yml", format!("access_token: {}\n", base64(&gzip(b"Client code: QX7731\n".repeat(2).as_slice()).repeat(4))).into())]);
    assert_eq!(outputs.verdicts()["FSB"], "affected");
}
