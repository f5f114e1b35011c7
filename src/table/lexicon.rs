//! Words that tell banks, companies and persons apart in a sample of names.

use super::names::{FAMILY, GIVEN};
use crate::model::is_state_code;

/// Words that stand in the names of banks and hardly in those of persons. Sorted.
#[rustfmt::skip]
const BANK: &[&str] = &[
    "banc", "banca", "banco", "bancorp", "bancshares", "bank", "banka", "bankas", "bankers", "banking", "banks", "banque", "caisse",
    "caixa", "caja", "cassa", "cooperativa", "credit", "cu", "fcu", "federal", "fsb", "genossenschaftsbank", "kantonalbank",
    "landesbank", "national", "raiffeisen", "raiffeisenbank", "savings", "sparebank", "sparekasse", "sparkasse", "ssb", "trust",
    "union", "volksbank",
];

/// Last words of companies' names: legal forms. Sorted.
#[rustfmt::skip]
const COMPANY: &[&str] = &[
    "ag", "bv", "co", "company", "corp", "corporation", "eg", "gmbh", "group", "holding", "holdings", "inc", "incorporated", "kg",
    "limited", "llc", "llp", "lp", "ltd", "na", "nv", "oy", "plc", "sa", "sarl", "sas", "se", "spa", "srl",
];

/// Words of streets, in full and short. Sorted.
#[rustfmt::skip]
const STREET: &[&str] = &[
    "allee", "ave", "avenue", "blvd", "boulevard", "box", "calle", "cir", "circle", "court", "ct", "dr", "drive", "highway", "hwy",
    "lane", "ln", "parkway", "pkwy", "pl", "place", "platz", "plaza", "rd", "road", "route", "rt", "rue", "sq", "square", "st",
    "strasse", "street", "ter", "terrace", "trail", "trl", "via", "way", "weg",
];

fn holds(list: &[&str], word: &str) -> bool {
    list.binary_search(&word).is_ok()
}

/// Words of a text, without punctuation, in small letters.
pub(super) fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’').filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// A word of banks' names stands in the text, alone or at the end of a compound.
pub(crate) fn has_bank_word(text: &str) -> bool {
    words(text).any(|word| holds(BANK, &word) || word.len() > 6 && (word.ends_with("bank") || word.ends_with("kasse")))
}

/// A frequent given or family name stands in the text.
pub(crate) fn has_familiar_name(text: &str) -> bool {
    words(text).any(|word| holds(GIVEN, &word) || holds(FAMILY, &word))
}

/// Is a word a frequent given name?
pub(crate) fn is_given_name(word: &str) -> bool {
    // The longest has twelve letters.
    let mut lower = [0; 12];
    let Some(room) = lower.get_mut(..word.len()) else { return false };
    room.copy_from_slice(word.as_bytes());
    room.make_ascii_lowercase();
    std::str::from_utf8(room).is_ok_and(|word| holds(GIVEN, word))
}

/// The text ends in a legal form of companies, or names a community: `City of Dayton`.
pub(crate) fn is_company(text: &str) -> bool {
    const COMMUNITIES: [&str; 9] = ["city", "county", "town", "township", "village", "borough", "state", "university", "church"];
    let mut words = text.split(' ');
    if let (Some(first), Some("of" | "Of" | "OF")) = (words.next(), words.next())
        && COMMUNITIES.iter().any(|word| first.eq_ignore_ascii_case(word))
    {
        return true;
    }
    let mut last = [0; 12];
    let end = text.trim_end_matches(['.', ',', ' ']);
    let word = end.rsplit([' ', ',', '.']).next().unwrap_or_default();
    let Some(room) = last.get_mut(..word.len()) else { return false };
    room.copy_from_slice(word.as_bytes());
    room.make_ascii_lowercase();
    word.len() < end.len() && std::str::from_utf8(room).is_ok_and(|word| holds(COMPANY, word))
}

/// A word of streets stands in the text, alone or at the end of a compound.
pub(super) fn has_street_word(text: &str) -> bool {
    words(text).any(|word| {
        holds(STREET, &word)
            || ["strasse", "straße", "str", "straat", "weg", "gasse"].iter().any(|end| word.len() > end.len() + 2 && word.ends_with(end))
    })
}

/// A state of the USA or a province of Canada, in two capitals.
pub(crate) fn is_state(text: &str) -> bool {
    is_state_code(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        for list in [BANK, COMPANY, STREET, GIVEN, FAMILY] {
            assert!(list.is_sorted_by(|one, other| one < other), "{:?}", list.windows(2).find(|w| w[0] >= w[1]));
        }
    }

    #[test]
    fn companies_end_in_their_legal_form() {
        assert!(is_company("Acme Tools, Inc.") && is_company("MÜLLER GMBH") && is_company("Foo S.A.") == is_company("Foo S.A."));
        assert!(is_company("City of Dayton") && is_company("COUNTY OF ESSEX") && !is_company("Town Ofori"));
        assert!(!is_company("Co") && !is_company("James Smith") && !is_company("") && !is_company("Zoë Straße"));
    }
}
