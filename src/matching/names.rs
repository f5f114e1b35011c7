//! Names of institutions: the forms in which they are written, and what makes a form distinctive.

use crate::tokens::phrases_of;
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;

/// Legal forms at the end of a name, as folded tokens; the forms of one row mean the same.
/// After ISO 20275 (entity legal forms), for the forms that banks have.
const LEGAL_FORMS: &[&[&str]] = &[
    &["n a", "na", "national association"],
    &["federal credit union", "fcu", "federal cu", "f c u"],
    &["credit union", "cu", "c u"],
    &["federal savings bank", "fsb", "f s b"],
    &["state savings bank", "ssb", "s s b"],
    &["inc", "incorporated"],
    &["corp", "corporation"],
    &["co", "company"],
    &["ltd", "limited"],
    &["plc", "p l c", "public limited company"],
    &["llc", "l l c"],
    &["llp"],
    &["lp"],
    &["ag", "a g", "aktiengesellschaft"],
    &["gmbh"],
    &["kg", "kgaa"],
    &["eg", "e g"],
    &["sa", "s a"],
    &["sarl"],
    &["se"],
    &["spa", "s p a"],
    &["srl"],
    &["nv", "n v"],
    &["bv", "b v"],
    &["ab"],
    &["asa", "as", "a s"],
    &["oyj", "oy"],
    &["zrt", "nyrt", "kft"],
    &["dd", "d d", "doo"],
    &["ad"],
    &["jsc", "pjsc", "ojsc"],
    &["bancorp", "bancorporation"],
];

/// The first forms of the rows that say who somebody is, and not only under what law: a credit union, a company and a holding
/// are somebody else than the bank of that name. With a form of any other row, as in `X, Inc.`, it is X where X is
/// registered without a legal form.
const OTHERS: [&str; 5] = ["federal credit union", "credit union", "corp", "co", "bancorp"];

/// Words that say "this is a bank". A word that ends in `bank` says so too.
const BANK_WORDS: &[&str] = &[
    "bank",
    "banks",
    "banc",
    "banco",
    "banca",
    "banque",
    "banka",
    "bankas",
    "bankers",
    "bankshares",
    "trust",
    "savings",
    "financial",
    "thrift",
    "loan",
    "credit",
    "union",
    "federal",
    "national",
    "sparkasse",
    "kasse",
    "sparkassen",
    "caisse",
    "caja",
    "cassa",
    "sparbank",
    "cooperative",
    "kreditbank",
    "volksbank",
    "raiffeisen",
];

/// Words that do not count when a name's words are counted.
const SMALL_WORDS: &[&str] = &["of", "and", "the", "for", "in", "at", "de", "la", "du", "der", "die", "das", "und", "et", "y", "di", "do"];

/// A form in which a name may be written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NameForm {
    /// Folded tokens.
    pub terms: Vec<String>,
    /// One word: it points, and cannot decide.
    pub one_word: bool,
}

/// Is this word one that banks' names are made of?
pub fn is_bank_word(term: &str) -> bool {
    BANK_WORDS.contains(&term) || (term.len() > 5 && (term.ends_with("bank") || term.ends_with("banken")))
}

/// Is this term a legal form, or the beginning of one?
pub fn is_legal_form(term: &str) -> bool {
    LEGAL_FORMS.iter().flat_map(|row| row.iter()).any(|form| form.split(' ').next() == Some(term) && term.len() > 1)
}

/// How many terms of a legal form these begin with that says no more than under what law an institution is; 0: none.
pub fn added_form(terms: &[&str]) -> usize {
    let rows = LEGAL_FORMS.iter().filter(|row| row.first().is_none_or(|first| !OTHERS.contains(first)));
    let begun = |form: &str| form.split(' ').enumerate().all(|(i, word)| terms.get(i) == Some(&word)).then(|| form.split(' ').count());
    rows.flat_map(|row| row.iter()).filter_map(|form| begun(form)).max().unwrap_or_default()
}

/// The forms of a registered name that has no legal form and is distinctive: it is told whatever form follows it.
pub fn formless<'f>(name: &str, forms: &'f [NameForm]) -> impl Iterator<Item = &'f NameForm> {
    let is_formless = |form: &&'f NameForm| is_distinctive(&form.terms) && strip_legal_form(&form.terms).is_none();
    let mut formless = forms.iter().filter(is_formless).peekable();
    let all = formless.peek().is_some() && phrases_of(name).iter().all(|terms| strip_legal_form(terms).is_none());
    formless.filter(move |_| all)
}

/// Is it the name of a month, in English? `First Bank of October` says when, not where.
pub fn is_month(term: &str) -> bool {
    const MONTHS: [&str; 12] =
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
    MONTHS.contains(&term)
}

/// Is it a word that makes one institution's name that of another one, near it or larger: `Greater Ozark Trust Bank`?
pub fn is_quarter(term: &str) -> bool {
    const WORDS: &[&str] = &["greater", "upper", "lower"];
    const QUARTERS: &[&str] = &[
        "north",
        "south",
        "east",
        "west",
        "northeast",
        "northwest",
        "southeast",
        "southwest",
        "midwest",
        "northern",
        "southern",
        "eastern",
        "western",
        "northeastern",
        "northwestern",
        "southeastern",
        "southwestern",
        "midwestern",
    ];
    WORDS.contains(&term) || QUARTERS.contains(&term)
}

/// Is this a word that does not count as part of a name?
pub fn is_small_word(term: &str) -> bool {
    SMALL_WORDS.contains(&term)
}

/// All forms of a registered name: as registered; with another writing of its legal form; without the
/// legal form and a leading `the`, if what remains is distinctive; each also without letters that ASCII lacks.
pub fn forms(name: &str) -> Vec<NameForm> {
    let mut out = BTreeSet::new();
    // A name registered in camelCase is also written as one word.
    for terms in phrases_of(name).into_iter().chain(transliterated(name).iter().flat_map(|name| phrases_of(name))) {
        add_forms(terms, &mut out);
    }
    out.into_iter().collect()
}

/// How a name is written where there is only ASCII, as in messages of SWIFT and in names of files: letters with two
/// dots, and those of Danish, Norwegian and Swedish, as two letters. `None` where that makes no difference.
fn transliterated(name: &str) -> Option<String> {
    if name.is_ascii() {
        return None;
    }
    let composed: String = name.nfc().collect();
    let written: String = composed
        .chars()
        .flat_map(|c| match c {
            'ä' | 'æ' => ['a', 'e'],
            'Ä' | 'Æ' => ['A', 'e'],
            'ö' | 'ø' => ['o', 'e'],
            'Ö' | 'Ø' => ['O', 'e'],
            'ü' => ['u', 'e'],
            'Ü' => ['U', 'e'],
            'å' => ['a', 'a'],
            'Å' => ['A', 'a'],
            c => [c, '\0'],
        })
        .filter(|c| *c != '\0')
        .collect();
    (written != composed).then_some(written)
}

fn add_forms(mut terms: Vec<String>, out: &mut BTreeSet<NameForm>) {
    if terms.is_empty() {
        return;
    }
    add(&terms, out);
    // `savings bank` says what somebody is, and not who.
    if terms.len() > 2 && terms[0] == "the" && !terms[1..].iter().all(|term| is_bank_word(term)) {
        terms.remove(0);
        add(&terms, out);
    }
    let mut core = terms;
    while let Some((kept, row)) = strip_legal_form(&core) {
        for form in row {
            let mut other = kept.to_vec();
            other.extend(form.split(' ').map(str::to_owned));
            add(&other, out);
        }
        core = kept.to_vec();
        if is_distinctive(&core) {
            add(&core, out);
        }
    }
}

fn add(terms: &[String], out: &mut BTreeSet<NameForm>) {
    out.insert(NameForm { terms: terms.to_vec(), one_word: words(terms).count() <= 1 });
}

/// The words of a name that count. Letters that stand alone make one word together: `P.I.E.`
fn words(terms: &[String]) -> impl Iterator<Item = &String> {
    let mut in_letters = false;
    terms.iter().filter(|term| !is_small_word(term)).filter(move |term| {
        let is_letter = term.chars().nth(1).is_none();
        let goes_on = in_letters && is_letter;
        in_letters = is_letter;
        !goes_on
    })
}

/// Is it one word and a short legal form: `code cu`?
pub fn is_word_with_short_form(terms: &[String]) -> bool {
    const SHORT: usize = 3;
    let [kept @ .., form] = terms else { return false };
    form.len() <= SHORT && is_legal_form(form) && words(kept).count() == 1
}

fn strip_legal_form(terms: &[String]) -> Option<(&[String], &'static [&'static str])> {
    let last = terms.last()?;
    let mut best: Option<(&[String], &'static [&'static str])> = None;
    for row in LEGAL_FORMS {
        // Nearly every name ends in something else.
        for form in row.iter().filter(|form| form.ends_with(last.as_str())) {
            let words = form.split(' ').count();
            let Some((kept, end)) = terms.len().checked_sub(words).map(|at| terms.split_at(at)) else { continue };
            let is_longer = best.is_none_or(|(shorter, _)| kept.len() < shorter.len());
            if is_longer && !kept.is_empty() && end.iter().map(String::as_str).eq(form.split(' ')) {
                best = Some((kept, row));
            }
        }
    }
    best
}

/// Three words, or two of which one is a bank word: enough to stand without the legal form.
fn is_distinctive(terms: &[String]) -> bool {
    let counted: Vec<&String> = words(terms).collect();
    counted.len() >= 3 || (counted.len() == 2 && counted.iter().any(|t| is_bank_word(t)))
}

/// Two words of which neither says "bank", and no legal form after them: like the name of a person, and wherever
/// such a person is named, so is the institution.
pub fn is_plain_pair(terms: &[String]) -> bool {
    words(terms).count() == 2 && !is_distinctive(terms) && strip_legal_form(terms).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(name: &str) -> Vec<String> {
        forms(name).into_iter().map(|f| f.terms.join(" ")).collect()
    }

    #[test]
    fn legal_forms_are_optional_where_the_rest_is_distinctive() {
        let got = written("The First National Bank of Oneida, N.A.");
        assert!(got.contains(&"first national bank of oneida".to_owned()), "{got:?}");
        assert!(got.contains(&"first national bank of oneida national association".to_owned()), "{got:?}");
        let hope = written("HOPE Federal Credit Union");
        assert!(hope.contains(&"hope fcu".to_owned()) && !hope.contains(&"hope".to_owned()), "{hope:?}");
        assert!(!written("Beverly Municipal FCU").contains(&"beverly municipal".to_owned()));
    }

    #[test]
    fn letters_that_stand_alone_are_one_word() {
        for name in ["P.I.E. Credit Union", "A.B.D. Federal Credit Union", "B-M S FCU", "U. S. I."] {
            let letters = |form: &NameForm| form.terms.iter().all(|term| term.len() == 1);
            assert!(forms(name).iter().all(|form| form.one_word || !letters(form)), "{name}");
        }
        assert!(!written("P.I.E. Credit Union").contains(&"p i e".to_owned()));
        let bank = written("U.S. Bank National Association");
        assert!(bank.contains(&"u s bank".to_owned()), "{bank:?}");
        assert!(!written("The Savings Bank").contains(&"savings bank".to_owned()));
        assert!(written("The Ames Savings Bank").contains(&"ames savings bank".to_owned()));
    }

    #[test]
    fn letters_that_ascii_lacks_are_written_as_two() {
        for (name, one, other) in [
            ("Volksbank Müllheim eG", "volksbank mullheim eg", "volksbank muellheim eg"),
            ("Volksbank Mu\u{308}llheim eG", "volksbank mullheim eg", "volksbank muellheim eg"),
            ("Ærø Sparekasse", "aero sparekasse", "aeroe sparekasse"),
            ("Sparbanken Åsele", "sparbanken asele", "sparbanken aasele"),
        ] {
            let got = written(name);
            assert!(got.contains(&one.to_owned()) && got.contains(&other.to_owned()), "{got:?}");
        }
        assert_eq!(transliterated("Crédit Café"), None);
    }

    #[test]
    fn camel_case_names_are_also_one_word() {
        let got = written("NetBank");
        assert!(got.contains(&"netbank".to_owned()) && got.contains(&"net bank".to_owned()), "{got:?}");
    }
}
