//! Column headers: the words of a header, and what they say about its column.

use super::Side;
pub(super) use super::phrases::Meaning;
use super::phrases::{PHRASES, SYNONYMS};
use crate::identifier::Specific;
use crate::identifier::label::{self, headed};
use crate::model::Scheme;
use std::collections::HashMap;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

static MEANINGS: LazyLock<HashMap<String, (Meaning, bool)>> = LazyLock::new(|| {
    let mut meanings = HashMap::new();
    for &(meaning, phrases) in PHRASES {
        for phrase in phrases {
            let whole = phrase.starts_with('=');
            for text in label::writings(phrase.trim_start_matches('='), SYNONYMS) {
                meanings.entry(text).or_insert((meaning, whole));
            }
        }
    }
    meanings
});

/// Words that say nothing at the end of a header.
const NOISE: &[&str] = &[
    "txt",
    "text",
    "str",
    "string",
    "val",
    "value",
    "field",
    "col",
    "column",
    "line",
    "masked",
    "enc",
    "encrypted",
    "raw",
    "new",
    "old",
    "usd",
    "eur",
    "gbp",
    "chf",
];

/// What a header says about its column.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// Its meaning, where a phrase of [`PHRASES`] ends it.
    pub meaning: Option<Meaning>,
    /// Schemes that it names, where that phrase is at least as long as the one of the meaning.
    pub schemes: Vec<(Scheme, Specific)>,
    /// The scheme's phrase is the longer one: it stands before the meaning.
    pub scheme_first: bool,
    /// Which side of a payment it names.
    pub side: Side,
    /// It names DFI identifications, which payment files write without their check digit.
    pub dfi: bool,
    /// Country of the clearing system whose codes it names, or empty.
    pub country: &'static str,
}

/// Reads a header.
pub(super) fn read(header: &str) -> Reading {
    let words = words(header);
    let mut words: Vec<&str> = without_numbers(&words);
    let side = side(&words);
    let dfi = words.iter().any(|word| matches!(*word, "odfi" | "rdfi" | "dfi"));
    let country = words.iter().rev().find_map(|word| clearing_country(word)).unwrap_or_default();
    while let [rest @ .., last] = words.as_slice()
        && !rest.is_empty()
        && (NOISE.contains(last) || last.bytes().all(|b| b.is_ascii_digit()))
    {
        words.truncate(rest.len());
    }
    let tail = |len: usize| words[words.len() - len..].concat();
    let (meaning_len, meaning) = (1..=words.len().min(6))
        .rev()
        .find_map(|len| {
            MEANINGS.get(&tail(len)).filter(|(_, whole)| !whole || len == words.len()).map(|(meaning, _)| (len, Some(*meaning)))
        })
        .unwrap_or_default();
    let (scheme_len, schemes) = headed(&words);
    // `user` and `client` name a column only where they are all of its header; `billing client` may.
    let is_whole = scheme_len > 1 || scheme_len == words.len();
    let named = |(scheme, specific): &(Scheme, Specific)| match specific {
        _ if is_whole => Some((scheme.clone(), *specific)),
        Specific::Exact if !is_vendors(scheme) => Some((scheme.clone(), *specific)),
        Specific::Exact if *scheme == Scheme::ClientCode => Some((scheme.clone(), Specific::Generic)),
        Specific::Exact | Specific::Generic => None,
    };
    let schemes = if scheme_len >= meaning_len { schemes.iter().filter_map(named).collect() } else { Vec::new() };
    Reading { meaning, schemes, scheme_first: scheme_len > meaning_len, side, dfi, country }
}

/// Does a header say that what stands below tells persons or their accounts from others?
pub(super) fn names_personal_data(header: &str) -> bool {
    use Meaning::*;
    read(header).meaning.is_some_and(|meaning| {
        matches!(
            meaning,
            Name | Holder | First | Last | Street | Account | Iban | Email | Phone | Ssn | TaxId | NationalId | Dob | License | Card
        )
    })
}

/// What tells the things of a table apart.
const TELLS: &[&str] = &["id", "code", "number", "no", "nr", "num", "nbr", "key", "ref", "identifier"];

/// Reads a header of a table of this name: what tells the things of which the table is, `id` in `clients`, says no more.
pub(super) fn read_in(table: &str, header: &str) -> Reading {
    if let [word] = &words(header)[..]
        && TELLS.contains(&word.as_str())
        && let Some(of) = words(table).into_iter().rev().find(|word| word.bytes().any(|b| b.is_ascii_alphabetic()))
    {
        let joint = read(&format!("{of} {word}"));
        if joint.schemes.iter().any(|(scheme, specific)| is_vendors(scheme) && *specific == Specific::Exact) {
            return joint;
        }
    }
    read(header)
}

/// The words without the numbers between them: `accounts.0.number` is an element's path, and `address_1_street` one of
/// several. What a number follows is one of many, and no longer said of many.
fn without_numbers(words: &[String]) -> Vec<&str> {
    let is_number = |word: &String| word.bytes().all(|b| b.is_ascii_digit());
    let one_of_many = |i: usize| words.get(i + 1).is_some_and(is_number) && i + 2 < words.len();
    let singular = |word: &'_ str| word.len() - usize::from(word.len() > 3 && word.ends_with('s') && !word.ends_with("ss"));
    let last = words.len().saturating_sub(1);
    let kept = words.iter().enumerate().filter(|(i, word)| *i == last || *i == 0 || !is_number(word));
    kept.map(|(i, word)| if one_of_many(i) { &word[..singular(word)] } else { word }).collect()
}

/// Identifiers that the vendor gave, whose labels are everyday words.
fn is_vendors(scheme: &Scheme) -> bool {
    matches!(scheme, Scheme::ClientCode | Scheme::TransferAccount)
}

/// What a header says of numbers that are codes by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heading {
    /// Somebody whose the rows may be: `entity no`.
    Whose,
    /// Nothing, or nothing known.
    Unknown,
    /// The other side of something, whose the rows are not.
    OtherSide,
    /// Something else: an order, an amount, a town.
    Else,
}

/// Reads the header of a column of numbers that are codes.
pub(crate) fn heading(header: &str) -> Heading {
    const WHOSE: &[&str] = &[
        "client",
        "clients",
        "cli",
        "clt",
        "cust",
        "customer",
        "customers",
        "bank",
        "banks",
        "institution",
        "inst",
        "fi",
        "fiid",
        "tenant",
        "org",
        "organization",
        "organisation",
        "company",
        "entity",
        "member",
        "participant",
        "partner",
        "lender",
        "cu",
        "subscriber",
        "site",
        "owner",
        "provider",
        "issuer",
        "sponsor",
        "corp",
        "corporation",
        "enterprise",
        "acquirer",
        "agency",
        "association",
        "mandant",
        "institut",
        "kunde",
        "cliente",
    ];
    let reading = read(header);
    match reading.meaning {
        _ if reading.side == Side::Receiving => Heading::OtherSide,
        // A number under `customer` is no name.
        None | Some(Meaning::Institution | Meaning::Name | Meaning::Numbered)
            if words(header).iter().any(|word| WHOSE.contains(&word.as_str())) =>
        {
            Heading::Whose
        }
        None | Some(Meaning::Institution | Meaning::Name | Meaning::Holder) => Heading::Unknown,
        Some(_) => Heading::Else,
    }
}

/// Whose keys stand in a column, by which it tells rows apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keys {
    /// `institution_id`, `tenant`.
    OfInstitutions,
    /// `client_id`: the vendor's clients, or somebody's.
    OfClients,
}

/// Of what a header says that their keys stand below it, and nothing else.
pub(crate) fn keys(header: &str) -> Option<Keys> {
    const INSTITUTION: &[&str] = &["institution", "inst", "fi", "fiid", "tenant", "mandant", "institut"];
    const CLIENT: &[&str] = &["client", "clnt", "cli", "clt"];
    let words = words(header);
    let is_of = |those: &[&str]| words.iter().any(|word| those.contains(&word.as_str()));
    let kind = match () {
        () if is_of(INSTITUTION) => Keys::OfInstitutions,
        () if is_of(CLIENT) => Keys::OfClients,
        () => return None,
    };
    let is_known = |word: &String| [INSTITUTION, CLIENT, TELLS].iter().any(|those| those.contains(&word.as_str()));
    words.iter().all(is_known).then_some(kind)
}

fn side(words: &[&str]) -> Side {
    const ORIGINATING: &[&str] = &[
        "odfi",
        "originator",
        "originating",
        "orig",
        "origin",
        "sender",
        "sending",
        "instructing",
        "debtor",
        "dbtr",
        "payer",
        "remitter",
        "ordering",
        "from",
        "auftraggeber",
    ];
    const RECEIVING: &[&str] = &[
        "rdfi",
        "receiver",
        "receiving",
        "recv",
        "beneficiary",
        "bene",
        "benef",
        "creditor",
        "cdtr",
        "counterparty",
        "counter",
        "counterpart",
        "payee",
        "dest",
        "destination",
        "to",
        "recipient",
        "correspondent",
        "intermediary",
        "instructed",
        "empfaenger",
        "empfanger",
        "beguenstigter",
        "offset",
        "external",
        "payoff",
        "vendor",
        "supplier",
        "previous",
        "prior",
        "former",
    ];
    let any = |list: &[&str]| words.iter().any(|word| list.contains(word));
    match (any(ORIGINATING), any(RECEIVING)) {
        (true, false) => Side::Originating,
        (false, true) => Side::Receiving,
        _ => Side::Neutral,
    }
}

fn clearing_country(word: &str) -> Option<&'static str> {
    Some(match word {
        "blz" | "bankleitzahl" => "DE",
        "bsb" => "AU",
        "ifsc" => "IN",
        "abi" => "IT",
        "cnaps" => "CN",
        "iid" => "CH",
        "banque" => "FR",
        "entidad" => "ES",
        _ => return None,
    })
}

/// The words of a header: small letters without accents, split at punctuation, between small and
/// capital letters and between letters and digits.
pub(super) fn words(header: &str) -> Vec<String> {
    let header = label::without_kind(header);
    let mut words = Vec::new();
    let mut word = String::new();
    let mut before = ' ';
    let mut chars = header
        .chars()
        .take(200)
        .flat_map(|c| if c == 'ß' { ['s', 's'].to_vec() } else { vec![c] })
        .nfkd()
        .filter(|&c| !is_combining_mark(c))
        .peekable();
    while let Some(c) = chars.next() {
        if matches!(c, '\'' | '’') {
            continue;
        }
        let ends_capitals = before.is_uppercase() && c.is_uppercase() && chars.peek().is_some_and(|next| next.is_lowercase());
        let border = before.is_lowercase() && c.is_uppercase()
            || before.is_alphabetic() && c.is_numeric()
            || before.is_numeric() && c.is_alphabetic()
            || ends_capitals;
        if (border || !c.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        if c == '#' {
            words.push("number".to_owned());
        }
        before = c;
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_split_as_they_are_written() {
        for header in ["client_code", "clientCode", "CLIENT CODE", "Client-Code", "client.code", "ClientCODE"] {
            assert_eq!(words(header), ["client", "code"], "{header}");
        }
        assert_eq!(words("Client_Code__c"), ["client", "code"]);
        assert_eq!(words("client__code"), ["client", "code"]);
        assert_eq!(words("IBANNumber2"), ["iban", "number", "2"]);
        assert_eq!(words("Straße"), ["strasse"]);
        assert_eq!(words("Prénom"), ["prenom"]);
        assert_eq!(words("Borrower's SSN #"), ["borrowers", "ssn", "number"]);
        assert_eq!(words("Client_Code__c"), ["client", "code"]);
        assert_eq!(words("acme__Client_Code__pc "), ["acme", "client", "code"]);
        assert_eq!((words("client__id"), words("vitamin_c")), (vec!["client".into(), "id".into()], vec!["vitamin".into(), "c".into()]));
        assert!(words("").is_empty() && words("__c") == ["c"]);
    }

    #[test]
    fn the_longest_phrase_counts() {
        let meaning = |header| read(header).meaning;
        assert_eq!(meaning("Email Address"), Some(Meaning::Email));
        assert_eq!(meaning("home_address_1"), Some(Meaning::Street));
        assert_eq!(meaning("ip address"), Some(Meaning::Neither));
        assert_eq!(meaning("ACCTNO"), Some(Meaning::Account));
        assert_eq!(meaning("acct_nbr"), Some(Meaning::Account));
        assert_eq!(meaning("account_type"), Some(Meaning::Neither));
        assert_eq!(meaning("account_open_date"), Some(Meaning::Date));
        assert_eq!(meaning("host name"), Some(Meaning::Neither));
        assert_eq!(meaning("primary_borrower_name"), Some(Meaning::Holder));
        assert_eq!(meaning("Geburtsdatum"), Some(Meaning::Dob));
        assert_eq!(meaning("accounts.0.number"), Some(Meaning::Account));
        assert_eq!(meaning("customers.12.name.first"), Some(Meaning::First));
        assert_eq!(meaning("address_1_city"), Some(Meaning::City));
        assert_eq!(meaning("zip 4"), Some(Meaning::PostCode));
        assert_eq!(meaning("MI"), Some(Meaning::NamePart));
        assert_eq!(meaning("foo"), None);
    }

    #[test]
    fn headers_of_codes_say_whose_they_may_be() {
        for header in ["entity_no", "hostingBank", "SUBSCRIBER CODE", "client_a", "financial institution", "CUST", "CLT_NO"] {
            assert_eq!(heading(header), Heading::Whose, "{header}");
        }
        for header in ["", "xref", "code"] {
            assert_eq!(heading(header), Heading::Unknown, "{header}");
        }
        for header in ["to_client", "beneficiary_bank"] {
            assert_eq!(heading(header), Heading::OtherSide, "{header}");
        }
        for header in ["order number", "client_zip", "invoice no", "amount", "seq"] {
            assert_eq!(heading(header), Heading::Else, "{header}");
        }
    }

    #[test]
    fn schemes_and_sides() {
        let first = |header| read(header).schemes.first().cloned();
        assert_eq!(first("clientCode"), Some((Scheme::ClientCode, Specific::Exact)));
        assert_eq!(first("customer_id"), Some((Scheme::ClientCode, Specific::Generic)));
        assert_eq!(first("RDFI Routing Number"), Some((Scheme::Aba, Specific::Exact)));
        assert_eq!(read("RDFI Routing Number").side, Side::Receiving);
        assert_eq!(read("originator_bic").side, Side::Originating);
        assert_eq!(read("BLZ").country, "DE");
        assert!(read("os user").schemes.is_empty() && read("wire transfer").schemes.is_empty());
    }
}
