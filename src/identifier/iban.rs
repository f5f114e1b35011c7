//! International bank account numbers (ISO 13616; lengths and places of the bank part after the SWIFT
//! IBAN registry, release 101, and for countries that use IBANs without being in it, their practice).

use super::mod97;

/// Country; length of the IBAN; where in the national part the bank part starts and ends, and where the
/// branch part ends that follows it (the same where there is none; all zero where neither is known);
/// whether a shorter all-digit bank code has lost leading zeros. It has not where codes are prefixes
/// of different lengths (Finland) or where another code of the same country is shorter (Brazil).
type Layout = (&'static str, u8, u8, u8, u8, bool);

#[rustfmt::skip]
static LAYOUTS: &[Layout] = &[
    ("AD", 24, 0, 4, 8, true), ("AE", 23, 0, 3, 3, true), ("AL", 28, 0, 3, 8, true), ("AO", 25, 0, 0, 0, false),
    ("AT", 20, 0, 5, 5, true), ("AX", 18, 0, 3, 3, false), ("AZ", 28, 0, 4, 4, false), ("BA", 20, 0, 3, 6, true),
    ("BE", 16, 0, 3, 3, true), ("BF", 28, 0, 5, 10, false), ("BG", 22, 0, 4, 8, false), ("BH", 22, 0, 4, 4, false),
    ("BI", 27, 0, 5, 10, true), ("BJ", 28, 0, 5, 10, false), ("BL", 27, 0, 5, 10, true), ("BR", 29, 0, 8, 13, false),
    ("BY", 28, 0, 4, 4, false), ("CF", 27, 0, 5, 10, true), ("CG", 27, 0, 5, 10, true), ("CH", 21, 0, 5, 5, true),
    ("CI", 28, 0, 5, 10, false), ("CM", 27, 0, 5, 10, true), ("CR", 22, 0, 4, 4, true), ("CV", 25, 0, 4, 8, true),
    ("CY", 28, 0, 3, 8, true), ("CZ", 24, 0, 4, 4, true), ("DE", 22, 0, 8, 8, false), ("DJ", 27, 0, 5, 10, true),
    ("DK", 18, 0, 4, 4, true), ("DO", 28, 0, 4, 4, false), ("DZ", 26, 0, 5, 10, true), ("EE", 20, 0, 2, 4, true),
    ("EG", 29, 0, 4, 8, true), ("ES", 24, 0, 4, 8, true), ("FI", 18, 0, 3, 3, false), ("FK", 18, 0, 2, 2, false),
    ("FO", 18, 0, 4, 4, true), ("FR", 27, 0, 5, 10, true), ("GA", 27, 0, 5, 10, true), ("GB", 22, 0, 4, 10, false),
    ("GE", 22, 0, 2, 2, false), ("GF", 27, 0, 5, 10, true), ("GG", 22, 0, 4, 10, false), ("GI", 23, 0, 4, 4, false),
    ("GL", 18, 0, 4, 4, true), ("GP", 27, 0, 5, 10, true), ("GQ", 27, 0, 5, 10, true), ("GR", 27, 0, 3, 7, true),
    ("GT", 28, 0, 4, 4, false), ("GW", 25, 0, 0, 0, false), ("HN", 28, 0, 4, 4, false), ("HR", 21, 0, 7, 7, false),
    ("HU", 28, 0, 3, 7, true), ("IE", 22, 0, 4, 10, false), ("IL", 23, 0, 3, 6, true), ("IM", 22, 0, 4, 10, false),
    ("IQ", 23, 0, 4, 7, false), ("IR", 26, 0, 0, 0, false), ("IS", 26, 0, 2, 4, true), ("IT", 27, 1, 6, 11, true),
    ("JE", 22, 0, 4, 10, false), ("JO", 30, 0, 4, 8, false), ("KM", 27, 0, 5, 10, true), ("KW", 30, 0, 4, 4, false),
    ("KZ", 20, 0, 3, 3, true), ("LB", 28, 0, 4, 4, true), ("LC", 32, 0, 4, 4, false), ("LI", 21, 0, 5, 5, true),
    ("LT", 20, 0, 5, 5, true), ("LU", 20, 0, 3, 3, true), ("LV", 21, 0, 4, 4, false), ("LY", 25, 0, 3, 6, true),
    ("MA", 28, 0, 5, 10, true), ("MC", 27, 0, 5, 10, true), ("MD", 24, 0, 2, 2, false), ("ME", 22, 0, 3, 3, true),
    ("MF", 27, 0, 5, 10, true), ("MG", 27, 0, 5, 10, true), ("MK", 19, 0, 3, 3, true), ("ML", 28, 0, 5, 10, false),
    ("MN", 20, 0, 4, 4, true), ("MQ", 27, 0, 5, 10, true), ("MR", 27, 0, 5, 10, true), ("MT", 31, 0, 4, 9, false),
    ("MU", 30, 0, 6, 8, false), ("MZ", 25, 0, 0, 0, false), ("NC", 27, 0, 5, 10, true), ("NE", 28, 0, 5, 10, false),
    ("NI", 28, 0, 4, 4, false), ("NL", 18, 0, 4, 4, false), ("NO", 15, 0, 4, 4, true), ("OM", 23, 0, 3, 3, true),
    ("PF", 27, 0, 5, 10, true), ("PK", 24, 0, 4, 4, false), ("PL", 28, 0, 8, 8, false), ("PM", 27, 0, 5, 10, true),
    ("PS", 29, 0, 4, 4, false), ("PT", 25, 0, 4, 8, true), ("QA", 29, 0, 4, 4, false), ("RE", 27, 0, 5, 10, true),
    ("RO", 24, 0, 4, 4, false), ("RS", 22, 0, 3, 3, true), ("RU", 33, 0, 9, 14, false), ("SA", 24, 0, 2, 2, true),
    ("SC", 31, 0, 6, 8, false), ("SD", 18, 0, 2, 2, true), ("SE", 24, 0, 3, 3, true), ("SI", 19, 0, 2, 5, true),
    ("SK", 24, 0, 4, 4, true), ("SM", 27, 1, 6, 11, true), ("SN", 28, 0, 5, 10, false), ("SO", 23, 0, 4, 7, true),
    ("ST", 25, 0, 4, 8, true), ("SV", 28, 0, 4, 4, false), ("TD", 27, 0, 5, 10, true), ("TF", 27, 0, 5, 10, true),
    ("TG", 28, 0, 5, 10, false), ("TL", 23, 0, 3, 3, true), ("TN", 24, 0, 2, 5, true), ("TR", 26, 0, 5, 5, true),
    ("UA", 29, 0, 6, 6, false), ("VA", 22, 0, 3, 3, true), ("VG", 24, 0, 4, 4, false), ("WF", 27, 0, 5, 10, true),
    ("XK", 20, 0, 2, 4, true), ("YE", 30, 0, 4, 8, false), ("YT", 27, 0, 5, 10, true),
];

/// For every two capital letters, one more than the place of their layout.
static PLACES: [u8; 26 * 26] = {
    let mut places = [0; 26 * 26];
    let mut n = 0;
    while n < LAYOUTS.len() {
        let country = LAYOUTS[n].0.as_bytes();
        places[(country[0] - b'A') as usize * 26 + (country[1] - b'A') as usize] = n as u8 + 1;
        n += 1;
    }
    places
};

fn layout(country: &[u8]) -> Option<&'static Layout> {
    let [a @ b'A'..=b'Z', b @ b'A'..=b'Z'] = *country else { return None };
    let place = PLACES.get(usize::from(a - b'A') * 26 + usize::from(b - b'A'))?;
    usize::from(*place).checked_sub(1).and_then(|n| LAYOUTS.get(n))
}

/// How many characters an IBAN of the country has that begins like this; letters of either case.
pub(super) fn length(start: &[u8]) -> Option<usize> {
    let [a, b, ..] = start else { return None };
    layout(&[a.to_ascii_uppercase(), b.to_ascii_uppercase()]).map(|layout| usize::from(layout.1))
}

/// How many digits the bank part of the country's IBANs has, where codes are written in full.
pub(super) fn bank_digits(country: &str) -> Option<usize> {
    layout(country.as_bytes()).filter(|layout| layout.5).map(|layout| usize::from(layout.3 - layout.2))
}

/// Could this be the start of an IBAN of a known country? Looks at four characters: cheap enough to ask
/// of every token. Capitals only.
pub fn starts_like(text: &str) -> bool {
    matches!(text.as_bytes(), [a, b, c, d, ..] if c.is_ascii_digit() && d.is_ascii_digit() && layout(&[*a, *b]).is_some())
}

/// The longest IBAN that any country has.
const LONGEST: usize = 34;

/// The electronic form: without blanks, in capitals, if the country's length and the characters are
/// those of an IBAN; the check digits are not looked at.
pub fn electronic(text: &str) -> Option<String> {
    let (iban, len) = written(text)?;
    Some(iban[..len].iter().map(|b| char::from(*b)).collect())
}

/// The electronic form, and how long it is. Most that is asked about is none, and says so soon.
fn written(text: &str) -> Option<([u8; LONGEST], usize)> {
    let (mut out, mut len) = ([0; LONGEST], 0);
    // As programs write it, whose letters and digits are all there is.
    let bytes = text.as_bytes();
    if let [_, _, b'0'..=b'9', b'0'..=b'9', ..] = bytes
        && length(bytes) == Some(bytes.len())
        && bytes.iter().fold(true, |all, b| all & b.is_ascii_alphanumeric())
    {
        out.iter_mut().zip(bytes).for_each(|(out, b)| *out = b.to_ascii_uppercase());
        return Some((out, bytes.len()));
    }
    for b in text.trim().bytes() {
        match b {
            b' ' | b'-' => {}
            _ if b.is_ascii_alphanumeric() && len < LONGEST => {
                out[len] = b.to_ascii_uppercase();
                len += 1;
                if len == 4 && !(layout(&out[..2]).is_some() && out[2..4].iter().all(u8::is_ascii_digit)) {
                    return None;
                }
            }
            // A no-break space in UTF-8 is the one other character that print puts into an IBAN.
            0xC2 | 0xA0 => {}
            _ => return None,
        }
    }
    layout(&out[..2]).filter(|layout| usize::from(layout.1) == len).map(|_| (out, len))
}

/// Is this a valid IBAN: country, length and check digits? Blanks and small letters are accepted.
pub fn is_valid(text: &str) -> bool {
    written(text).is_some_and(|(iban, len)| check_digits_hold(&iban[..len]))
}

fn check_digits_hold(iban: &[u8]) -> bool {
    let (head, rest) = iban.split_at(4);
    // The check digits of a valid IBAN lie between 02 and 98.
    !matches!(&head[2..], b"00" | b"01" | b"99") && mod97(rest.iter().chain(head).copied()) == Some(1)
}

/// What a valid IBAN says about its bank, as `CC:code`: the bank part, bank and branch part together,
/// and for the United Kingdom, its dependencies and Ireland the sort code alone. Empty when it is not
/// valid.
pub fn bank_codes(iban: &str) -> Vec<String> {
    let Some((iban, len)) = written(iban).filter(|(iban, len)| check_digits_hold(&iban[..*len])) else { return Vec::new() };
    let Ok(iban) = std::str::from_utf8(&iban[..len]) else { return Vec::new() };
    let (country, national) = (&iban[..2], &iban[4..]);
    let Some(&(_, _, start, bank_end, branch_end, _)) = layout(country.as_bytes()) else { return Vec::new() };
    let part = |from: u8, to: u8| (from < to).then(|| national.get(from.into()..to.into())).flatten();
    let sort_code = matches!(country, "GB" | "IE" | "GG" | "IM" | "JE").then(|| part(bank_end, branch_end)).flatten();
    let branch = (branch_end > bank_end).then(|| part(start, branch_end)).flatten();
    [part(start, bank_end), branch, sort_code].into_iter().flatten().map(|code| format!("{country}:{code}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_table_is_sorted_and_within_its_lengths() {
        assert!(LAYOUTS.is_sorted_by(|a, b| a.0 < b.0));
        for &(country, length, start, bank, branch, _) in LAYOUTS {
            assert!(super::super::country::is_assigned(country), "{country}");
            assert!((15..=34).contains(&length) && start <= bank && bank <= branch && branch + 4 < length, "{country}");
        }
    }

    #[test]
    fn examples_of_the_registry() {
        let cases: [(&str, &[&str]); 12] = [
            ("DE89 3704 0044 0532 0130 00", &["DE:37040044"]),
            ("GB29NWBK60161331926819", &["GB:NWBK", "GB:NWBK601613", "GB:601613"]),
            ("FR1420041010050500013M02606", &["FR:20041", "FR:2004101005"]),
            ("it60x0542811101000000123456", &["IT:05428", "IT:0542811101"]),
            ("NL91ABNA0417164300", &["NL:ABNA"]),
            ("ES9121000418450200051332", &["ES:2100", "ES:21000418"]),
            ("CH93-0076-2011-6238-5295-7", &["CH:00762"]),
            ("NO9386011117947", &["NO:8601"]),
            ("SI56263300012039086", &["SI:26", "SI:26330"]),
            ("TR330006100519786457841326", &["TR:00061"]),
            ("MT84MALT011000012345MTLCAST001S", &["MT:MALT", "MT:MALT01100"]),
            ("LC55HEMM000100010012001200023015", &["LC:HEMM"]),
        ];
        for (iban, codes) in cases {
            assert_eq!(bank_codes(iban), codes, "{iban}");
        }
    }

    #[test]
    fn what_is_no_iban_has_no_bank() {
        for text in [
            "",
            "DE",
            "DE88370400440532013000",
            "DE8937040044053201300",
            "XX89370400440532013000",
            "DE89370400440532013000 1",
            "é",
            "DE89370400440532é13000",
        ] {
            assert!(bank_codes(text).is_empty() && !is_valid(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_always_seen(bban in "[0-9]{18}", at in 4usize..22, by in 1u8..10) {
            let check = 98 - mod97(bban.bytes().chain(*b"DE00")).unwrap();
            let iban = format!("DE{check:02}{bban}");
            prop_assert!(is_valid(&iban));
            let mut wrong = iban.into_bytes();
            wrong[at] = (wrong[at] - b'0' + by) % 10 + b'0';
            prop_assert!(!is_valid(std::str::from_utf8(&wrong).unwrap()));
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,40}") {
            let _ = (bank_codes(&text), starts_like(&text));
        }
    }
}
