//! Names of persons, and numbers of accounts, as they stand in a text.

use crate::table::{has_bank_word, is_company, is_given_name};

/// The names by which nobody in particular is called.
const EXAMPLES: [&str; 8] =
    ["john doe", "jane doe", "john q public", "max mustermann", "erika mustermann", "joe bloggs", "juan perez perez", "firstname lastname"];
/// Words that follow a given name and are no family name.
const NO_FAMILY: [&str; 26] = [
    "account", "acct", "amount", "and", "balance", "card", "code", "customer", "date", "dear", "for", "from", "has", "id", "is", "loan",
    "member", "name", "no", "number", "of", "on", "the", "to", "was", "your",
];

/// Does everybody know that this is nobody?
pub(super) fn is_example(name: &str) -> bool {
    let words: Vec<String> = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    EXAMPLES.contains(&words.join(" ").as_str())
}

/// A word as names are written: a capital, and letters of one kind.
fn is_written_as_name(word: &str) -> bool {
    let mut chars = word.chars().filter(|c| c.is_alphabetic());
    let first = chars.next().is_some_and(char::is_uppercase);
    first && word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-')) && word.chars().count() >= 2
}

/// The first person in a text: a frequent given name with a family name behind it, or before it and a comma.
pub(super) fn first_person(text: &str) -> Option<&str> {
    persons(text).next()
}

/// The last person in a text.
pub(super) fn last_person(text: &str) -> Option<&str> {
    persons(text).last()
}

fn persons(text: &str) -> impl Iterator<Item = &str> {
    let mut words: Vec<(usize, &str)> = Vec::new();
    let mut begun = None;
    for (i, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let is_in = c.is_alphanumeric() || matches!(c, '\'' | '’' | '-');
        match (is_in, begun) {
            (true, None) => begun = Some(i),
            (false, Some(from)) => {
                words.push((from, &text[from..i]));
                begun = None;
            }
            _ => {}
        }
    }
    let end = |word: &(usize, &str)| word.0 + word.1.len();
    let blank = move |one: &(usize, &str), other: &(usize, &str)| &text[end(one)..other.0] == " ";
    (0..words.len()).filter_map(move |i| {
        let given = words.get(i).filter(|given| is_written_as_name(given.1) && is_given_name(given.1))?;
        let upper = !given.1.contains(char::is_lowercase);
        let is_family = |word: &(usize, &str)| {
            is_written_as_name(word.1)
                && upper != word.1.contains(char::is_lowercase)
                && !NO_FAMILY.iter().any(|no| word.1.eq_ignore_ascii_case(no))
                && !has_bank_word(word.1)
        };
        let behind = words.get(i + 1).filter(|next| blank(given, next));
        // An initial may stand between.
        let initial = behind.filter(|next| next.1.len() == 1 && next.1.bytes().all(|b| b.is_ascii_uppercase()));
        let behind_initial = initial.and_then(|initial| {
            let next = words.get(i + 2)?;
            matches!(&text[end(initial)..next.0], " " | ". ").then_some(next)
        });
        if let Some(family) = behind_initial.or(behind).filter(|word| is_family(word)) {
            return text.get(given.0..end(family)).filter(|name| !is_example(name));
        }
        let family = words.get(i.checked_sub(1)?).filter(|word| is_family(word))?;
        (text[end(family)..given.0].trim_end() == ",").then(|| text.get(family.0..end(given))).flatten().filter(|name| !is_example(name))
    })
}

/// Words of letters that are the name of a person, if anybody's: no bank, no company, no heading.
pub(super) fn may_be_person(text: &str) -> bool {
    crate::table::is_person_name(text)
        && text.split([' ', ',', '/']).filter(|word| !word.is_empty()).all(|word| !NO_FAMILY.iter().any(|no| word.eq_ignore_ascii_case(no)))
        && !is_company(text)
        && !is_example(text)
        && text.split([' ', ',', '/']).filter(|word| word.chars().count() > 1).all(|word| {
            word.chars().next().is_some_and(|c| c.is_uppercase())
                || matches!(word, "de" | "van" | "von" | "der" | "la" | "del" | "di" | "da")
        })
}

/// A number of an account: so many digits, no date, no years from one to another, none in the groups of other numbers, and none that counts up or down or stands still, as examples do.
pub(super) fn is_account_number(number: &str) -> bool {
    const LENGTHS: std::ops::RangeInclusive<usize> = 6..=19;
    /// Steps of one kind that are no chance.
    const STEPS: usize = 5;
    if !(*LENGTHS.start()..=LENGTHS.end() + 4).contains(&number.len()) || !number.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
        return false;
    }
    let digits: Vec<u8> = number.bytes().filter(u8::is_ascii_digit).collect();
    let runs_on = |step: u8| {
        let mut longest = 0;
        let mut count = 0;
        for pair in digits.windows(2) {
            count = if (pair[1] + 10 - pair[0]) % 10 == step { count + 1 } else { 0 };
            longest = longest.max(count);
        }
        longest
    };
    LENGTHS.contains(&digits.len())
        && digits.len() + 4 >= number.len()
        && !number.split('-').map(str::len).eq([3, 3, 4])
        && !number.split('-').map(str::len).eq([3, 2, 4])
        && crate::table::year_of(number).is_none()
        && !are_years(number)
        && runs_on(1) < STEPS
        && runs_on(9) < STEPS
        // Leading zeros fill up.
        && digits.iter().skip_while(|d| **d == b'0').collect::<std::collections::BTreeSet<_>>().len() >= 3
}

/// `2006-2014`: years from one to another.
fn are_years(number: &str) -> bool {
    number.contains('-') && number.split('-').all(|year| year.len() == 4 && (year.starts_with("19") || year.starts_with("20")))
}

/// A number that tells a text from others, whatever its case and marks.
pub(super) fn fingerprint(text: &str) -> u64 {
    let letters = text.bytes().filter(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80);
    letters.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x100_0000_01b3))
}
