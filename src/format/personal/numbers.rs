//! Social security numbers and card numbers in running text: what their shape or a label beside them makes sure.

use crate::model::{DataElement, Elements};
use crate::table::{is_hyphenated_ssn, is_national_insurance, is_sample_card, is_sample_ssn};

/// What the numbers of a text are.
#[derive(Default)]
pub(super) struct Numbers {
    pub elements: Elements,
    /// Numbers of the shape of a card's, and those of them whose check digit holds.
    shaped: u32,
    checked: u32,
    /// The same of those in groups.
    grouped: u32,
    grouped_checked: u32,
    /// National insurance numbers without a label, in pairs of digits.
    in_pairs: u32,
}

impl Numbers {
    /// A run of digits, hyphens and single blanks, which stands in the text from `start` to `end`.
    pub fn run(&mut self, text: &str, start: usize, end: usize) {
        let (run, bytes) = (&text[start..end], text.as_bytes());
        if run.len() < SHORTEST {
            if run.len() >= PAIRS {
                self.pairs(text, start, end);
            }
            return;
        }
        let (before, behind) = (&bytes[..start], &bytes[end..]);
        if is_track(before, run, behind) {
            self.elements.insert(DataElement::CardNumber);
        }
        // Other numbers may stand before and behind, a blank apart: what is glued to them is not glued to this one.
        let free_before = !before.last().is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'.');
        let free_behind = !behind.first().is_some_and(u8::is_ascii_alphanumeric);
        let last = run.len();
        let mut at = 0;
        for part in run.split(' ') {
            let range = at..at + part.len();
            at = range.end + 1;
            if (range.start > 0 || free_before) && (range.end < last || free_behind) {
                self.number(part, before, range.start == 0);
            }
        }
        if free_before && free_behind {
            for number in grouped_cards(run).filter(|number| is_issued(&number.replace(' ', ""))) {
                self.grouped += 1;
                self.grouped_checked += u32::from(is_card(number, &[]));
            }
            if is_spaced_ssn(run) && says_ssn(before) {
                self.elements.insert(DataElement::Ssn);
            }
        }
    }

    /// Six digits between letters, which may be a national insurance number: a label says so, or the pairs in which it is
    /// written, where several are.
    fn pairs(&mut self, text: &str, start: usize, end: usize) {
        let bytes = text.as_bytes();
        let blank = usize::from(start > 0 && bytes[start - 1] == b' ');
        let Some(first) = start.checked_sub(2 + blank) else { return };
        let last = end + usize::from(bytes.get(end) == Some(&b' ')) + 1;
        let is_free = |b: Option<&u8>| !b.is_some_and(u8::is_ascii_alphanumeric);
        let is_whole = (first == 0 || is_free(bytes.get(first - 1))) && is_free(bytes.get(last));
        let Some(number) = text.get(first..last).filter(|number| is_whole && is_national_insurance(number)) else { return };
        if says_insurance(&bytes[..first]) {
            self.elements.insert(DataElement::NationalId);
        }
        self.in_pairs += u32::from(number.len() == 13);
    }

    /// One number, which no blank parts. `leads`: what stands before the run stands before it.
    fn number(&mut self, number: &str, before: &[u8], leads: bool) {
        if is_ssn(number) || leads && is_plain_ssn(number, before) {
            self.elements.insert(DataElement::Ssn);
        } else if number.len() >= 15 && is_card(number, if leads { &before[before.len().saturating_sub(40)..] } else { &[] }) {
            self.elements.insert(DataElement::CardNumber);
        } else if is_card_shaped(number) {
            self.shaped += 1;
            self.checked += u32::from(luhn(number) && !is_sample_card(number));
        }
    }

    /// All of the text was seen.
    pub fn finish(mut self) -> Elements {
        // One in ten has the check digit by chance; of many hardly another has.
        if self.checked >= LEAST_CARDS && self.checked * 10 >= self.shaped * 9 {
            self.elements.insert(DataElement::CardNumber);
        }
        // So it is of one among few; in a table of numbers others look like cards and are none.
        if self.grouped_checked > 0 && self.grouped_checked * 2 >= self.grouped {
            self.elements.insert(DataElement::CardNumber);
        }
        if self.in_pairs >= LEAST_PAIRS {
            self.elements.insert(DataElement::NationalId);
        }
        self.elements
    }
}

/// Shorter runs are no number that is known here.
const SHORTEST: usize = 9;
/// But those of national insurance numbers: six digits, which blanks may part.
const PAIRS: usize = 6;
/// So many of these without a label are no chance.
const LEAST_PAIRS: u32 = 3;

/// Where digits stand in the groups of a card, a blank apart, and no more groups of such lengths beside them: of a row
/// of many short numbers nobody knows where a card would begin.
fn grouped_cards(run: &str) -> impl Iterator<Item = &str> {
    let is_group = |part: &str| part.len() == 4 && !part.contains('-');
    let mut ranges: Vec<std::ops::Range<usize>> = Vec::new();
    if run.len() >= 17 && run.contains(' ') {
        let (mut at, mut begun, mut count, mut groups) = (0, 0, 0, Vec::new());
        for part in run.split(' ').chain([""]) {
            let range = at..at + part.len();
            at = range.end + 1;
            if is_group(part) {
                if count == 0 {
                    begun = range.start;
                }
                count += 1;
            } else {
                if count == 4 {
                    ranges.push(begun..range.start - 1);
                }
                count = 0;
            }
            groups.push(range);
        }
        for three in groups.windows(3).filter(|three| three.iter().map(|range| range.len()).eq([4, 6, 5])) {
            ranges.push(three[0].start..three[2].end);
        }
    }
    ranges.into_iter().filter_map(|range| run.get(range))
}

/// So many numbers without a label are cards if nearly all have the check digit.
const LEAST_CARDS: u32 = 8;

/// Sixteen digits without a break, as a card scheme issues them.
fn is_card_shaped(run: &str) -> bool {
    run.len() == 16 && run.bytes().all(|b| b.is_ascii_digit()) && is_issued(run)
}

/// The number of a magnetic stripe: `%B` number `^` in its first track, `;` number `=` in its second (ISO/IEC 7813).
fn is_track(before: &[u8], run: &str, behind: &[u8]) -> bool {
    let framed =
        before.ends_with(b"B") && behind.starts_with(b"^") || before.ends_with(b";") && matches!(behind, [b'=' | b'D', b'0'..=b'9', ..]);
    framed && matches!(run.len(), 13..=19) && run.bytes().all(|b| b.is_ascii_digit()) && luhn(run) && !is_sample_card(run)
}

/// `ddd-dd-dddd` that was or may be assigned, and is no example. `111-22-3333`, one digit in each group, is how program
/// sources write one; one in a million of the numbers that were assigned looks like that.
pub(super) fn is_ssn(run: &str) -> bool {
    is_hyphenated_ssn(run) && !is_sample_ssn(run)
}

/// `512 44 7781`
pub(super) fn is_spaced_ssn(run: &str) -> bool {
    run.len() == 11 && run.contains(' ') && is_ssn(&run.replace(' ', "-"))
}

/// Nine digits without hyphens, behind words that say what they are.
fn is_plain_ssn(run: &str, before: &[u8]) -> bool {
    run.len() == 9
        && run.bytes().all(|b| b.is_ascii_digit())
        && is_ssn(&format!("{}-{}-{}", &run[..3], &run[3..5], &run[5..]))
        && says_ssn(before)
}

/// Do the words before say that a social security number follows?
fn says_ssn(before: &[u8]) -> bool {
    says(before, &["ssn", "socialsecurity", "socialsecurityno", "socialsecuritynumber"])
}

/// Do they say that a national insurance number follows?
fn says_insurance(before: &[u8]) -> bool {
    says(before, &["nino", "ninumber", "nationalinsurance", "nationalinsuranceno", "nationalinsurancenumber"])
}

/// Does the line before end in one of these labels?
fn says(before: &[u8], labels: &[&str]) -> bool {
    let near = &before[before.len().saturating_sub(40)..];
    let line = near.iter().rposition(|b| *b == b'\n').map_or(near, |at| &near[at + 1..]);
    let label: String = line.iter().filter(|b| b.is_ascii_alphabetic()).map(|b| char::from(b.to_ascii_lowercase())).collect();
    labels.iter().any(|end| label.ends_with(end))
}

/// Fifteen or sixteen digits of a card scheme whose check digit holds (ISO/IEC 7812-1 annex B), in groups of
/// a card or after a word that says so: one in ten numbers has the check digit by chance.
fn is_card(run: &str, before: &[u8]) -> bool {
    let digits: String = run.chars().filter(char::is_ascii_digit).collect();
    if !is_issued(&digits) || is_sample_card(&digits) {
        return false;
    }
    let groups: Vec<usize> = run.split(['-', ' ']).map(str::len).collect();
    let label = String::from_utf8_lossy(before).to_lowercase();
    // `spanId` says nothing of a card.
    let is_labelled = ["card", "visa", "mastercard", "amex"].iter().any(|word| label.contains(word))
        || label.split(|c: char| !c.is_alphabetic()).any(|word| word == "pan");
    (groups == [4, 4, 4, 4] || groups == [4, 6, 5] || (groups.len() == 1 && is_labelled)) && luhn(&digits)
}

/// Fifteen or sixteen digits that begin as a card scheme's numbers do.
fn is_issued(digits: &str) -> bool {
    match digits.len() {
        15 => digits.starts_with("34") || digits.starts_with("37"),
        16 => {
            digits.starts_with('4')
                || ("51".."56").contains(&&digits[..2])
                || ("2221".."2721").contains(&&digits[..4])
                || digits.starts_with("6011")
                || digits.starts_with("65")
        }
        _ => false,
    }
}

fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let digit = u32::from(b - b'0');
            let doubled = if i % 2 == 1 { digit * 2 } else { digit };
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&'static str> {
        super::super::find(text, Default::default()).elements.words()
    }

    #[test]
    fn numbers_that_say_what_they_are() {
        assert_eq!(words("SSN 512-44-7781, opened 2024-11-04"), ["ssn"]);
        for text in ["SSN 512447781", "<SSN>512447781</SSN>", "Social Security Number: 512447781", "ssn=512447781&x=1"] {
            assert_eq!(words(text), ["ssn"], "{text}");
        }
        assert_eq!(words("card 4929 1234 1234 1231 declined"), Vec::<&str>::new());
        assert_eq!(words("paid with 4539 1488 0343 6467"), ["card_number"]);
        assert_eq!(words("card=4539148803436467"), ["card_number"]);
    }

    #[test]
    fn national_insurance_numbers_say_what_they_are() {
        for text in ["NINO: BR 21 15 52 C", "NI Number KW435214C", "national insurance no. LC673173A\n", "<ni_number>JG056098B</ni_number>"]
        {
            assert_eq!(words(text), ["national_id"], "{text}");
        }
        assert_eq!(words("BR 21 15 52 C\nKW 43 52 14 C\nLC 67 31 73 A\n"), ["national_id"]);
        for text in [
            "part KW435214C",
            "KW435214C LC673173A JG056098B BR211552C",
            "NINO: xKW435214C",
            "NINO KW435214CD",
            "NINO 435214",
            "BR 21 15 52 C",
        ] {
            assert_eq!(words(text), Vec::<&str>::new(), "{text}");
        }
    }

    #[test]
    fn other_numbers_may_stand_a_blank_apart() {
        for text in [
            "Ivan Williams  571-84-9133 1979-09-16",
            "3 571-84-9133 Ann Lee",
            "43004 571-84-9133",
            "01/02/1970 571-84-9133",
            "v7 571-84-9133 1979-09-16T10:00",
            "SSN: 571 84 9133",
            "ssn 571849133 1979-09-16",
        ] {
            assert!(words(text).contains(&"ssn"), "{text}");
        }
        for text in ["4539 5787 6362 1486 12/27", "Ann Lee 7 4539 5787 6362 1486", "4539-5787-6362-1486 12/27", "3782 822463 10013 12/27"] {
            assert_eq!(words(text), ["card_number"], "{text}");
        }
        // Columns of random digits in groups of the same lengths say nothing.
        let mut seed = 7u64;
        let mut digits = |n: u32| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            format!("{:0width$}", (seed >> 33) % 10u64.pow(n), width = n as usize)
        };
        let mut rows = String::new();
        for _ in 0..400 {
            rows.push_str(&(0..12).map(|_| digits(4)).collect::<Vec<_>>().join(" "));
            rows.push_str(&format!("\n{} {} {}\n", digits(6), digits(9), digits(11)));
        }
        assert_eq!(words(&rows), Vec::<&str>::new());
    }

    #[test]
    fn many_numbers_whose_check_digits_hold_are_cards() {
        let number =
            |n: u64, holds: bool| (0..10).map(|last| format!("{}{last}", 453_914_880_000_000 + n * 7_919)).find(|n| luhn(n) == holds);
        let list = |holds| (0..30).map(|n| format!("{} Ann Lee 12/27\n", number(n, holds).unwrap())).collect::<String>();
        assert_eq!(words(&list(true)), ["card_number"]);
        assert_eq!(words(&list(false)), Vec::<&str>::new());
        assert_eq!(words("%B4539148803436467^LEE/ANN^25121010000000000?"), ["card_number"]);
        assert_eq!(words(";4539148803436467=25121010000000000?"), ["card_number"]);
        assert_eq!(words("id;4539148803436468=25121010000000000?"), Vec::<&str>::new());
    }

    #[test]
    fn examples_and_chance_are_nobodys() {
        for text in [
            "123-45-6789",
            "trace 4539148803436467",
            "x512-44-7781",
            "512-44-77812",
            "000-12-3456",
            "4242 4242 4242 4242",
            "10.512-44-7781",
            "order 512447781",
            "SSN 5124477812",
            "SSN 000447781",
            "SSN 123456789",
            "SSN\n512447781",
            "111-22-3333",
            "123-45-9999",
            "order 512 44 7781",
            "x1 4539 5787 6362 1486 4022",
            "4539 5787 6362 1487 12/27",
        ] {
            assert!(words(text).is_empty(), "{text}");
        }
    }
}
