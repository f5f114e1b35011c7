use super::*;
use crate::format::testing::Collector;
use proptest::prelude::*;

/// Rows of numbers, as they stand in exports: none of them is anything else.
fn rows(bytes: usize) -> String {
    let row = |n: usize| {
        let mixed = (n as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        format!(
            "{:010},DE{:020},{}.02,2026-02-01T0103,{mixed:016x}{:016x},{:016}\n",
            mixed % 10_000_000_000,
            mixed,
            n % 90_000,
            !mixed,
            mixed / 7
        )
    };
    let mut text = String::new();
    (0..)
        .map(row)
        .take_while(|row| {
            text.push_str(row);
            text.len() < bytes
        })
        .for_each(drop);
    text
}

/// What is found in text: it begins and ends with its line.
fn findings() -> Vec<(&'static str, String)> {
    let bytes: Vec<u8> = (0..600u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let digits = |n: usize| b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[n & 63] as char;
    let base64: Vec<char> = bytes.iter().map(|b| digits(usize::from(*b))).collect();
    let lines = |width: usize| base64.chunks(width).map(|line| line.iter().collect::<String>() + "\n").collect::<String>();
    let hexadecimal: String = "payments of the day, for all to see who may\n".repeat(5).bytes().map(|b| format!("{b:02x}")).collect();
    let dump = bytes.iter().map(|_| b'a').collect::<Vec<u8>>();
    let dump = dump.chunks(16).enumerate().map(|(n, line)| {
        format!(
            "{:08x}: {} {}\n",
            n * 16,
            line.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().chunks(2).map(<[String]>::concat).collect::<Vec<_>>().join(" "),
            " a"
        )
    });
    let nacha = [
        format!("101 061000146 0610000522503040330A094101{:<23}{:<23}", "OPERATOR", "ORIGIN"),
        format!("5220{:<16}{:<20}{:<10}PPD{:<10}{:<6}250304   1061000050000001", "MAPLE WORKS", "", "1234567890", "PAYROLL", "250304"),
        format!("62206100014612345678{:<9}{:010}{:<15}{:<22}  0061000050000001", 1, 100, 1, "ANN LEE"),
    ];
    vec![
        ("base64 in lines", lines(76)),
        ("base64 in one", lines(1000)),
        ("short lines of base64", lines(44)),
        ("armor", "-----BEGIN PGP MESSAGE-----\n\nhQEMA7q0Zb0dJbXsAQf9Gq0k2z1xkJm3v5QwErTyUiOpAsDf\n=abcd\n-----END PGP MESSAGE-----\n".to_owned()),
        // Digits that follow on the next line would be more of it.
        ("hexadecimal", hexadecimal.clone() + "\nso far\n"),
        ("hexadecimal in lines", hexadecimal.as_bytes().chunks(64).map(|line| format!("{}\n", String::from_utf8_lossy(line))).collect::<String>() + "so far\n"),
        ("uuencode", "begin 644 list.csv\n#0V%T\n`\nend\n".to_owned()),
        ("ASCII85", "<~9jqo^BlbD-BleB1DJ+*+F(f,q/0JhKF<GL>Cj@.4Gp$d7F!~>\n".to_owned()),
        ("a dump", dump.collect()),
        ("NACHA", nacha.join("\n") + "\n"),
        ("NACHA in a log", nacha.iter().map(|line| format!("03:30 INFO {line}\n")).collect()),
        (
            "a message",
            "{1:F01BANKDEFFAXXX0000000000}{2:I103BANKFRPPXXXXN}{4:\n:20:1\n:32A:250304EUR1,\n:50K:ANN\n:59:/1\nBO\n:71A:SHA\n-}\n".to_owned(),
        ),
        ("a balance report", "01,061000146,061000052,250304,0330,1,,,2/\n02,061000052,061000146,1,250304,0330,USD,2/\n03,123456789,USD,015,100,,/\n49,100,2/\n98,100,1,4/\n99,100,1,6/\n".to_owned()),
    ]
}

fn is_anything_found(text: &[u8]) -> bool {
    let collector = Collector::default();
    let mut sink = Sink::new(&collector);
    read(text, None, Literals::Searched, &mut sink);
    payments::read_amid_text(text, &mut sink);
    sink.flush();
    !sink.members.is_empty() || sink.facts.payments.is_some() || !collector.passages.lock().unwrap().is_empty()
}

/// As it is asked of an item whose pieces begin at these places.
fn is_quiet_in_pieces(text: &[u8], starts: &[usize]) -> bool {
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let pieces = starts.iter().copied().zip(ends).filter(|(start, end)| is_quiet(&text[*start..*end]));
    is_quiet_beside(text, pieces.map(|(start, end)| start as u64..end as u64).collect())
}

#[test]
fn rows_of_numbers_are_quiet() {
    let text = rows(90_000);
    assert!(!is_anything_found(text.as_bytes()));
    assert!(is_quiet_in_pieces(text.as_bytes(), &[50, 30_000, 60_011]));
}

#[test]
fn whatever_is_found_is_seen_across_borders() {
    let around = rows(20_000);
    for (name, finding) in findings() {
        assert!(is_anything_found(format!("{around}{finding}{around}").as_bytes()), "{name}");
        let text = format!("{around}{finding}{around}");
        for border in (around.len().saturating_sub(90)..around.len() + finding.len() + 90).step_by(37) {
            assert!(!is_quiet_in_pieces(text.as_bytes(), &[0, border]), "{name}, cut at {border} from {}", around.len());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn where_all_is_quiet_nothing_is_found(
        parts in prop::collection::vec((0usize..16, 0usize..900, 1usize..1400), 1..8), cuts in prop::collection::vec(0usize..4_000, 1..4),
    ) {
        let (findings, filler) = (findings(), rows(20_000));
        let mut text = filler.clone();
        for (kind, from, len) in parts {
            let source = findings.get(kind).map_or(&filler, |(_, text)| text).as_bytes();
            let from = from.min(source.len());
            text.push_str(&String::from_utf8_lossy(&source[from..source.len().min(from + len)]));
        }
        text.push_str(&filler);
        let mut starts: Vec<usize> = cuts.into_iter().map(|cut| (filler.len() - 400 + cut).min(text.len())).collect();
        starts.push(0);
        starts.sort_unstable();
        if is_quiet_in_pieces(text.as_bytes(), &starts) {
            prop_assert!(!is_anything_found(text.as_bytes()));
        }
    }
}
