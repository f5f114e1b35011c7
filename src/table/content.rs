//! What single values look like. Every function is total: any text has an answer.

use super::amounts::is_amount;
use super::lexicon::{has_bank_word, has_street_word, is_company};
use super::partings::with_plain_partings;
use crate::identifier::whole_number;
use crate::model;

fn digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

/// Digits only, of a length within the range.
pub(super) fn is_number_of(text: &str, lengths: std::ops::RangeInclusive<usize>) -> bool {
    lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// A social security number with its hyphens: no area, group or serial that is never assigned (SSA,
/// POMS RM 10201.035).
pub(super) fn is_ssn(text: &str) -> bool {
    is_hyphenated_ssn(&with_plain_partings(text))
}

/// The same of one with the hyphens of ASCII.
pub(crate) fn is_hyphenated_ssn(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() != 11 || bytes[3] != b'-' || bytes[6] != b'-' {
        return false;
    }
    let (area, group, serial) = (&bytes[..3], &bytes[4..6], &bytes[7..]);
    let all = [area, group, serial].iter().all(|part| part.iter().all(u8::is_ascii_digit));
    all && area != b"000" && area != b"666" && area[0] != b'9' && group != b"00" && serial != b"0000"
}

/// A national insurance number (HMRC, NIM39110): two letters that are issued together, six digits, one of A to D; pairs of
/// digits with blanks between them or without.
pub(crate) fn is_national_insurance(text: &str) -> bool {
    let mut number = [0u8; 9];
    let mut len = 0;
    for b in text.bytes().filter(|b| *b != b' ') {
        match number.get_mut(len) {
            Some(place) => *place = b,
            None => return false,
        }
        len += 1;
    }
    let (letters, digits, last) = (&number[..2], &number[2..8], number[8]);
    let is_issued = |letter: &u8| letter.is_ascii_uppercase() && !b"DFIQUV".contains(letter);
    len == 9
        && letters.iter().all(is_issued)
        && letters[1] != b'O'
        && ![b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"].iter().any(|never| letters == &never[..])
        && digits.iter().all(u8::is_ascii_digit)
        && (b'A'..=b'D').contains(&last)
        && (text.len() == 9 || text.split(' ').map(str::len).eq([2, 2, 2, 2, 1]) || text.split(' ').map(str::len).eq([2, 6, 1]))
}

/// Nine digits that may be a social security number, with or without separators.
pub(super) fn is_bare_ssn(text: &str) -> bool {
    let text = &*with_plain_partings(text);
    is_ssn(text) || is_number_of(text, 9..=9) || is_ssn(&text.replace(' ', "-"))
}

/// A social security number without anything between its digits, or with blanks: what any nine digits may be.
pub(super) fn is_unhyphenated_ssn(text: &str) -> bool {
    let text = &*with_plain_partings(text);
    match text.len() {
        9 => text.is_ascii() && is_ssn(&format!("{}-{}-{}", &text[..3], &text[3..5], &text[5..])),
        _ => text.contains(' ') && is_ssn(&text.replace(' ', "-")),
    }
}

/// A payment card number: 13 to 19 digits, an issuer's prefix and the check digit (ISO/IEC 7812-1).
pub(crate) fn is_card(text: &str) -> bool {
    let mut number = [0u8; 19];
    let mut len = 0;
    for b in text.bytes() {
        match b {
            b'0'..=b'9' if len < 19 => {
                number[len] = b - b'0';
                len += 1;
            }
            b' ' | b'-' => {}
            _ => return false,
        }
    }
    let number = &number[..len];
    let head = |n: usize| number.iter().take(n).fold(0u32, |head, &d| head * 10 + u32::from(d));
    let issued = match len {
        15 => matches!(head(2), 34 | 37),
        13 | 19 => head(1) == 4 || head(1) == 6,
        16 => {
            head(1) == 4
                || matches!(head(2), 51..=55 | 65 | 35)
                || matches!(head(4), 2221..=2720 | 6011)
                || head(3) >= 644 && head(3) <= 649
                || matches!(head(2), 50 | 56..=58 | 60..=63 | 67)
        }
        14 => matches!(head(2), 30 | 36 | 38),
        _ => false,
    };
    let luhn: u32 = number
        .iter()
        .rev()
        .enumerate()
        .map(|(i, &d)| match (i % 2, u32::from(d) * 2) {
            (0, _) => u32::from(d),
            (_, double) => double / 10 + double % 10,
        })
        .sum();
    issued && luhn.is_multiple_of(10)
}

/// What stands on a magnetic stripe, or the first field of it: `%B` number `^` or `;` number `=` (ISO/IEC 7813).
pub(super) fn is_track(text: &str) -> bool {
    let text = text.trim_start_matches('%');
    let (first, rest) = (text.starts_with('B'), text.trim_start_matches(['B', ';']));
    let number = &rest[..rest.bytes().take_while(u8::is_ascii_digit).count()];
    let ends = match &rest.as_bytes()[number.len()..] {
        [] => first,
        [b'^', ..] => true,
        [b'=' | b'D', b'0'..=b'9', ..] => true,
        _ => false,
    };
    ends && is_card(number)
}

/// Digits of a card number, some of them masked.
pub(super) fn is_card_like(text: &str) -> bool {
    let kept = text.bytes().filter(|b| b.is_ascii_digit() || matches!(b, b'*' | b'x' | b'X')).count();
    (12..=19).contains(&kept) && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'*' | b'x' | b'X' | b' ' | b'-'))
}

/// Something, `@`, something with a dot.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    !local.is_empty() && domain.len() >= 4 && domain.contains('.') && !text.contains([' ', '/', ',', ';'])
}

/// Seven to fifteen digits and what stands between digits of a telephone number.
pub(super) fn is_phone(text: &str) -> bool {
    let text = text.split(['x', 'X', 'e']).next().unwrap_or_default().trim();
    (7..=15).contains(&digits(text))
        && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b' ' | b'(' | b')' | b'+' | b'-' | b'.' | b'/'))
}

/// A telephone number whose writing shows it: a leading `+` or the US groups of three, three and four.
pub(super) fn is_formatted_phone(text: &str) -> bool {
    let groups = || text.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).map(str::len);
    is_phone(text) && (text.starts_with('+') || groups().eq([3, 3, 4]) || groups().eq([1, 3, 3, 4]))
}

/// The year of a date in a usual order, with separators or as eight digits.
pub(crate) fn year_of(text: &str) -> Option<u32> {
    let date = text.split(['T', ' ']).next()?;
    let number = |part: &str| is_number_of(part, 1..=4).then(|| part.parse::<u32>().ok()).flatten();
    let plausible =
        |y: u32, a: u32, b: u32| (1800..=2199).contains(&y) && (1..=31).contains(&a) && (1..=31).contains(&b) && (a <= 12 || b <= 12);
    if is_number_of(date, 8..=8) {
        let (y, m, d) = (number(date.get(..4)?)?, number(date.get(4..6)?)?, number(date.get(6..)?)?);
        let (m2, d2, y2) = (number(date.get(..2)?)?, number(date.get(2..4)?)?, number(date.get(4..)?)?);
        return (plausible(y, m, d) && m <= 12).then_some(y).or((plausible(y2, m2, d2)).then_some(y2));
    }
    let mut parts = date.split(['-', '/', '.']);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (a, c) = (number(first)?, number(third)?);
    let b = number(second).or_else(|| model::month(second.as_bytes()).map(u32::from))?;
    match (first.len(), third.len()) {
        (4, _) => plausible(a, b, c).then_some(a),
        (_, 4) => plausible(c, a, b).then_some(c),
        (1..=2, 2) => plausible(2000, a, b).then_some(if c > 30 { 1900 + c } else { 2000 + c }),
        _ => None,
    }
}

/// Two to five words of letters, not those of a bank or a company.
pub(crate) fn is_person_name(text: &str) -> bool {
    if text.len() > 80 || !text.chars().next().is_some_and(|c| c.is_alphabetic() && !c.is_lowercase()) {
        return false;
    }
    let is_file = text.rsplit_once('.').is_some_and(|(_, end)| (2..=4).contains(&end.len()) && end.bytes().all(|b| b.is_ascii_lowercase()));
    // `SURNAME/GIVEN`, as on cards and tickets.
    let is_parted = !text.contains(char::is_lowercase)
        && text.split_once('/').is_some_and(|(one, other)| one.len() >= 2 && other.len() >= 2 && !other.contains('/'));
    let letters = |c: char| c.is_alphabetic() || matches!(c, ' ' | ',' | '.' | '\'' | '’' | '-' | '&' | '(' | ')') || is_parted && c == '/';
    let count = text.split([' ', ',', '/']).filter(|word| word.chars().any(char::is_alphabetic)).count();
    (2..=5).contains(&count) && !is_file && text.chars().all(letters) && !has_bank_word(text) && !is_company(text)
}

/// Words of letters, as single names and towns are.
pub(crate) fn is_wordy(text: &str) -> bool {
    text.len() <= 80
        && text.chars().any(char::is_alphabetic)
        && text.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '\'' | '’' | '-' | ',' | '(' | ')' | '/' | '&'))
}

/// Letters and blanks or digits: a line of an address, with a number or a word of streets.
pub(super) fn is_street(text: &str) -> bool {
    let words = text.split_whitespace().count();
    text.len() <= 120
        && (2..=12).contains(&words)
        && text.chars().any(char::is_alphabetic)
        && !text.contains(['@', '=', '{', '<', '\\'])
        && (digits(text) > 0 || has_street_word(text))
}

/// A street that shows as one without a header: house number first or last, and a word of streets.
pub(crate) fn is_plain_street(text: &str) -> bool {
    let edge = |word: Option<&str>| word.is_some_and(|word| word.bytes().next().is_some_and(|b| b.is_ascii_digit()) && word.len() <= 6);
    is_street(text) && has_street_word(text) && (edge(text.split_whitespace().next()) || edge(text.split_whitespace().last()))
}

/// A street that its post code shows, by whatever word it is called (USPS Publication 28, appendix C1, has some two hundred).
pub(crate) fn is_house(text: &str) -> bool {
    let is_number = |word: &str| word.len() <= 6 && word.starts_with(|c: char| c.is_ascii_digit()) && !word.contains(['.', ',', ':', '%']);
    let is_name = |words: &str| words.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()) && words.split(' ').count() <= 8;
    let is_numbered = || text.split_once(' ').is_some_and(|(number, words)| is_number(number) && is_name(words));
    is_plain_street(text) || is_street(text) && is_numbered() && !has_bank_word(text)
}

/// Three to ten letters and digits with at least one digit, in at most two groups.
pub(super) fn is_post_code(text: &str) -> bool {
    (3..=10).contains(&text.len())
        && digits(text) > 0
        && text.split([' ', '-']).count() <= 2
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'-'))
}

/// An account or loan number: mostly digits, four or more.
pub(super) fn is_account(text: &str) -> bool {
    let masked = text.bytes().filter(|b| matches!(b, b'*' | b'x' | b'X')).count();
    let (digits, len) = (digits(text), text.len());
    (4..=40).contains(&len)
        && digits >= 3
        && (digits + masked) * 2 >= len
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'-' | b'.' | b'/' | b'*'))
}

/// A delimited token: no blanks, not a decimal, not a date.
pub(super) fn is_code(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().any(|b| b.is_ascii_alphanumeric())
        && !text.contains([' ', '\t', ',', ';', '@'])
        && !(text.contains('.') && is_amount(text))
        && (is_number_of(text, 1..=64) || year_of(text).is_none())
}

/// The codes of a cell: one as it stands, or those of a list. Whether `104,233` is two of them or one number cannot be
/// known: it is both.
pub(super) fn codes(text: &str) -> impl Iterator<Item = &str> {
    let is_list = |c: char| text.contains(c) && text.split(c).all(|one| is_code(one.trim()));
    let separator = [';', '|', ','].into_iter().find(|&c| is_list(c));
    let number = (separator == Some(',') && whole_number(text).is_some()).then_some(text);
    text.split(move |c| Some(c) == separator).map(str::trim).chain(number)
}

/// The values of a cell of identifiers of banks: none has a semicolon in it, and lists are written with it.
pub(super) fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|part| !part.is_empty())
}

/// Is a cell made of codes, or is it one that was kept as a number, or one with what it stands for?
pub(super) fn is_written_code(text: &str) -> bool {
    codes(text).all(is_code) || whole_number(text).is_some() || codes_beside(text).next().is_some()
}

/// Longest cell in which a code stands beside other words, and shortest code there.
const LONGEST_BESIDE: usize = 160;
const SHORTEST_BESIDE: usize = 3;

/// The words of a cell that may be its code, where it says more: the name that the code stands for (`45155 - First State
/// Bank`, `First State Bank (45155)`), what stands before the first field of a line (`INFO row: 45155`), or a branch
/// (`45155-001`). Those that begin or end it have a digit, and are no date.
pub(crate) fn codes_beside(text: &str) -> impl Iterator<Item = &str> {
    let is_short = text.len() <= LONGEST_BESIDE;
    let is_mark =
        |c: char| c.is_whitespace() || matches!(c, ':' | ';' | ',' | '|' | '>' | '(' | ')' | '[' | ']' | '{' | '}' | '#' | '"' | '=' | '+');
    let words = move |text: &'_ str| text.split(is_mark).filter(|word| word.bytes().any(|b| b.is_ascii_alphanumeric())).count();
    let has_words = is_short && text.contains(is_mark) && words(text) > 1;
    let may_be = |word: &&str| {
        word.len() >= SHORTEST_BESIDE
            && word.len() < text.len()
            && word.bytes().any(|b| b.is_ascii_digit())
            && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            && (is_number_of(word, 1..=64) || year_of(word).is_none())
    };
    let beside = |from_end: bool| {
        let mut all = text.split(is_mark).map(|word| word.trim_matches(['-', '–', '.', '/', '*'])).filter(|word| !word.is_empty());
        if from_end { all.next_back() } else { all.next() }
    };
    let (first, last) = if has_words { (beside(false), beside(true)) } else { (None, None) };
    // `45155-001`, `45155/01`, `US-45155`.
    let joint = |c: char| matches!(c, '-' | '/' | '.' | '_');
    let is_joined = is_short && !has_words && text.contains(joint) && year_of(text).is_none();
    let head = is_joined.then(|| text.split(joint).next()).flatten();
    let tail = is_joined.then(|| text.rsplit(joint).next()).flatten();
    let mut given = [first, last, head, tail].map(|word| word.filter(may_be));
    for n in 1..given.len() {
        if given[..n].contains(&given[n]) {
            given[n] = None;
        }
    }
    given.into_iter().flatten()
}

/// Words go on in small letters, as no name does.
pub(super) fn is_sentence(text: &str) -> bool {
    text.split(' ').filter(|word| word.len() > 1 && word.starts_with(char::is_lowercase)).count() >= 3
}

/// What is said of one case only: a long number that is no date, a sentence, the name of a file.
pub(super) fn is_particular(text: &str) -> bool {
    const ENDINGS: [&str; 24] = [
        "ach", "asc", "bai", "bak", "csv", "dat", "dmp", "doc", "docx", "edi", "gpg", "gz", "json", "log", "pdf", "pgp", "rpt", "tar",
        "txt", "xls", "xlsx", "xml", "zip", "7z",
    ];
    let is_long_number = is_number_of(text, 8..=40) && year_of(text).is_none();
    let is_file =
        || text.rsplit_once('.').is_some_and(|(stem, ending)| !stem.is_empty() && ENDINGS.iter().any(|e| ending.eq_ignore_ascii_case(e)));
    is_long_number || is_sentence(text) || is_file()
}

/// Letters and digits with at least four digits, as identity documents have.
pub(super) fn is_document_number(text: &str) -> bool {
    (5..=24).contains(&text.len())
        && digits(text) >= 4
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b' ' | b'.' | b'/' | b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cards_need_prefix_and_check_digit() {
        assert!(is_card("4111 1111 1111 1111") && is_card("378282246310005") && is_card("5555-5555-5555-4444"));
        assert!(!is_card("4111111111111112") && !is_card("9111111111111111") && !is_card("") && !is_card("0000000000000000"));
        assert!(is_card_like("411111******1111"));
        for track in [
            "%B4063845367793753",
            "%B4063845367793753^LEE/ANN^2712101?",
            "B4063845367793753",
            "4063845367793753=27121010000?",
            ";4063845367793753=2712",
        ] {
            assert!(is_track(track), "{track}");
        }
        assert!(!is_track("4063845367793753") && !is_track("B4063845367793754") && !is_track("B") && !is_track(""));
    }

    #[test]
    fn dates_in_their_orders() {
        for (text, year) in [
            ("2024-11-07", 2024),
            ("11/07/1968", 1968),
            ("7.11.1968", 1968),
            ("19681107", 1968),
            ("11071968", 1968),
            ("07-Nov-68", 1968),
            ("2024-11-07T03:00:00Z", 2024),
        ] {
            assert_eq!(year_of(text), Some(year), "{text}");
        }
        for text in ["", "12345678", "10.0.0.1", "1.2.3", "2024-13-32", "98765432"] {
            assert_eq!(year_of(text), None, "{text}");
        }
    }

    #[test]
    fn names_numbers_and_streets() {
        assert!(
            is_person_name("James Smith")
                && is_person_name("O'NEIL, MARY-ANN J.")
                && is_person_name("José Müller")
                && is_person_name("John & Mary Smith")
        );
        assert!(is_person_name("MILLER/DORA") && is_person_name("LEE/ANN B") && !is_person_name("and/or") && !is_person_name("N/A"));
        assert!(
            !is_person_name("First State Bank")
                && !is_person_name("node 12")
                && !is_person_name("Smith")
                && !is_person_name("Acme Tools LLC")
        );
        assert!(
            is_ssn("123-45-6789") && !is_ssn("666-45-6789") && !is_ssn("900-45-6789") && !is_ssn("123-00-6789") && !is_ssn("123456789")
        );
        for number in ["BR 21 15 52 C", "KW435214C", "LC 673173 A"] {
            assert!(is_national_insurance(number), "{number}");
        }
        for other in ["BO 21 15 52 C", "DA123456A", "GB123456A", "AB123456E", "AB12345C", "ab123456c", "A B123456C", "AB1234567", "", "é"]
        {
            assert!(!is_national_insurance(other), "{other}");
        }
        assert!(is_formatted_phone("(212) 555-0100") && is_formatted_phone("+49 30 123456") && !is_formatted_phone("2125550100"));
        assert!(is_house("791 Regina Mountains Suite 833") && is_house("12 Oak St") && !is_house("3 bedrooms") && !is_house("1.5 Miles"));
        assert!(is_plain_street("12 Oak St") && is_plain_street("Hauptstraße 5") && !is_plain_street("Oak Street"));
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,40}") {
            let _ = (is_ssn(&text), is_bare_ssn(&text), is_card(&text), is_card_like(&text), is_email(&text), is_phone(&text), is_formatted_phone(&text));
            let _ = (year_of(&text), is_person_name(&text), is_street(&text), is_plain_street(&text), is_post_code(&text), is_account(&text), is_code(&text));
            let _ = (is_wordy(&text), is_document_number(&text), super::super::lexicon::is_company(&text));
        }
    }
}
