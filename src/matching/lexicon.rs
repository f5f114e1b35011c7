//! The registry as the matcher looks it up: every identifier and every form of every name, with all who
//! bear it.

use super::bearers::{Holders, comparable};
use super::chance::Numbers;
use super::names::{self, NameForm};
use crate::identifier::{Specific, inline::LONG_NUMBER, pgp_key};
use crate::index::Needle;
use crate::model::Scheme;
use crate::registry::{Institution, Registry};
use crate::tokens::{phrases_of, words_of};
use foldhash::fast::RandomState;
use jiff::civil::Date;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// An identifier in its normal form.
    Identifier(Scheme, String),
    /// A name, folded.
    Name {
        /// Its tokens.
        terms: Vec<String>,
        /// It is one word only.
        one_word: bool,
    },
}

/// An identifier or name form, and who bears it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What it is.
    pub what: What,
    /// Institutions, ascending.
    pub holders: Vec<usize>,
}

/// The compiled registry.
pub struct Lexicon {
    /// Entries, ordered.
    pub entries: Vec<Entry>,
    /// Token sequences that show an entry in a text, by their first term.
    phrases: HashMap<String, Beginning, RandomState>,
    by_value: HashMap<Scheme, HashMap<String, u32, RandomState>>,
    /// Words that occur in names; capitalised beside a name they make it a longer one.
    name_words: HashSet<String>,
    /// Names that are registered without a legal form: whatever form follows them, they are the same.
    formless: HashSet<u32>,
    /// City and region of each institution, folded.
    pub places: Vec<Place>,
    /// Who bears each identifier.
    pub holders: Holders,
    /// Entries of the long numeric codes of an institution that nobody else bears.
    numeric_codes: HashMap<usize, Vec<u32>>,
    /// Entries of codes and accounts that are numbers, by their digits without zeros before them.
    by_number: HashMap<String, Vec<u32>, RandomState>,
    /// How many of these there are of each length.
    numbers_by_length: Vec<u32>,
    /// These numbers.
    pub numbers: Numbers,
    /// When an institution bore an identifier or a form of a name, where all rows that say so have dates.
    periods: HashMap<(usize, Scheme, String), Periods>,
}

/// Of the institutions of a lexicon, besides its entries.
struct Names {
    name_words: HashSet<String>,
    /// The terms of those without a legal form.
    formless: HashSet<Vec<String>>,
    places: Vec<Place>,
    periods: HashMap<(usize, Scheme, String), Periods>,
}

/// Days between which something was used: first and last, each open where there is none.
pub type Periods = Vec<(Option<Date>, Option<Date>)>;

/// The sequences that begin with one term: hundreds of names begin with `first`, so the second term is looked
/// up as well.
#[derive(Default)]
pub struct Beginning {
    /// Entries of which the term is all.
    whole: Vec<u32>,
    /// The others: what follows the first term, by the first of that.
    longer: HashMap<String, Vec<(u32, Vec<String>)>, RandomState>,
}

impl Beginning {
    /// Entries of which the term is all.
    pub fn whole(&self) -> &[u32] {
        &self.whole
    }

    /// Does a longer sequence begin with the term?
    pub fn has_longer(&self) -> bool {
        !self.longer.is_empty()
    }

    /// The sequences that go on with this term: their entries, and their terms from the second on.
    pub fn longer_with(&self, second: &str) -> &[(u32, Vec<String>)] {
        self.longer.get(second).map_or(&[], Vec::as_slice)
    }
}

/// Where an institution is, as folded tokens, and how its names are written.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// City.
    pub city: Vec<String>,
    /// Region as registered, upper case.
    pub region: String,
    /// What is neither letter nor digit in its names.
    pub marks: String,
}

impl Lexicon {
    /// Compiles a registry.
    pub fn new(registry: &Registry) -> Self {
        Self::of_all(&registry.institutions)
    }

    /// Compiles institutions, numbered as they come.
    pub fn of_all(institutions: &[Institution]) -> Self {
        let holders = Holders::of_all(institutions);
        let mut identifiers: Vec<(&Scheme, &str)> =
            institutions.iter().flat_map(Institution::usable_identifiers).map(|i| (&i.scheme, i.value.as_str())).collect();
        identifiers.sort_unstable();
        identifiers.dedup();
        let mut entries: Vec<Entry> = identifiers
            .into_iter()
            .map(|(scheme, value)| Entry {
                what: What::Identifier(scheme.clone(), value.to_owned()),
                holders: holders.of(scheme, value).to_vec(),
            })
            .collect();
        let mut names: Vec<(NameForm, usize)> = Vec::new();
        let (mut name_words, mut formless) = (HashSet::new(), HashSet::new());
        let mut places = Vec::with_capacity(institutions.len());
        let mut periods = HashMap::new();
        for (number, institution) in institutions.iter().enumerate() {
            let mut marks: Vec<char> = institution.all_names().flat_map(str::chars).filter(|c| !c.is_alphanumeric()).collect();
            marks.sort_unstable();
            marks.dedup();
            for name in institution.all_names() {
                let forms = names::forms(name);
                formless.extend(names::formless(name, &forms).map(|form| form.terms.clone()));
                for form in forms {
                    for term in form.terms.iter().filter(|t| t.len() > 2 && !names::is_small_word(t)) {
                        if !name_words.contains(term) {
                            name_words.insert(term.clone());
                        }
                    }
                    names.push((form, number));
                }
            }
            add_periods(number, institution, &mut periods);
            places.push(Place {
                city: words_of(&institution.city),
                region: institution.region.trim().to_uppercase(),
                marks: marks.into_iter().collect(),
            });
        }
        names.sort_unstable();
        names.dedup();
        for (form, number) in names {
            match entries.last_mut() {
                Some(Entry { what: What::Name { terms, .. }, holders }) if *terms == form.terms => holders.push(number),
                _ => entries.push(Entry { what: What::Name { terms: form.terms, one_word: form.one_word }, holders: vec![number] }),
            }
        }
        Self::compiled(entries, Names { name_words, formless, places, periods }, holders)
    }

    /// This one and another, whose institutions are numbered behind those of this one. They share no identifier. It knows no
    /// bearers, and of the other no periods: nobody asks it for them.
    pub fn and(&self, other: &Self) -> Self {
        let first = self.places.len();
        let others = other
            .entries
            .iter()
            .map(|entry| Entry { what: entry.what.clone(), holders: entry.holders.iter().map(|holder| first + holder).collect() });
        let mut entries: Vec<Entry> = self.entries.iter().cloned().chain(others).collect();
        // Stable, and both were in order: a merge.
        entries.sort_by(|a, b| a.what.cmp(&b.what));
        entries.dedup_by(|later, earlier| {
            let is_same = later.what == earlier.what;
            if is_same {
                earlier.holders.append(&mut later.holders);
            }
            is_same
        });
        let names = Names {
            name_words: self.name_words.union(&other.name_words).cloned().collect(),
            formless: self.formless_names().chain(other.formless_names()).collect(),
            places: self.places.iter().chain(&other.places).cloned().collect(),
            periods: self.periods.clone(),
        };
        Self::compiled(entries, names, Holders::default())
    }

    /// Of entries in their order.
    fn compiled(entries: Vec<Entry>, names: Names, holders: Holders) -> Self {
        let Names { name_words, formless, places, periods } = names;
        let mut lexicon = Self {
            entries: Vec::new(),
            phrases: HashMap::default(),
            by_value: HashMap::default(),
            name_words,
            formless: HashSet::new(),
            places,
            holders,
            numeric_codes: HashMap::new(),
            by_number: HashMap::default(),
            numbers_by_length: Vec::new(),
            numbers: Numbers::default(),
            periods,
        };
        for (number, Entry { what, holders }) in (0u32..).zip(&entries) {
            match what {
                What::Identifier(scheme, value) => lexicon.add_identifier(number, scheme, value, holders),
                What::Name { terms, .. } => {
                    if formless.contains(terms) {
                        lexicon.formless.insert(number);
                    }
                    lexicon.add_phrase(number, terms);
                }
            }
        }
        lexicon.entries = entries;
        for digits in lexicon.by_number.keys().map(|number| number.bytes().filter(u8::is_ascii_digit).count()) {
            if lexicon.numbers_by_length.len() <= digits {
                lexicon.numbers_by_length.resize(digits + 1, 0);
            }
            lexicon.numbers_by_length[digits] += 1;
        }
        lexicon.numbers = Numbers::new(lexicon.by_number.keys().filter_map(|digits| digits.parse().ok()).collect());
        lexicon
    }

    fn add_identifier(&mut self, number: u32, scheme: &Scheme, value: &str, holders: &[usize]) {
        if needs_no_label(scheme, value) {
            for form in written_forms(scheme, value) {
                // A value with words in camelCase is looked for by their parts and by the whole words.
                phrases_of(&form).iter().for_each(|phrase| self.add_phrase(number, phrase));
            }
        }
        let by_value = self.by_value.entry(scheme.clone()).or_default();
        by_value.insert(comparable(scheme, value).into_owned(), number);
        if let (Scheme::NationalBankCode, Some((_, bare))) = (scheme, value.split_once(':')) {
            // Written without its country; of several countries' equal codes the first stands for all.
            by_value.entry(bare.to_owned()).or_insert(number);
            by_value.entry(format!(":{bare}")).or_insert(number);
        }
        if matches!(scheme, Scheme::ClientCode | Scheme::TransferAccount) && is_numeric(value) {
            self.by_number.entry(value.trim_start_matches('0').to_owned()).or_default().push(number);
            if let [holder] = holders
                && value.len() >= LONG_NUMBER
                && value.bytes().all(|b| b.is_ascii_digit())
            {
                self.numeric_codes.entry(*holder).or_default().push(number);
            }
        }
    }

    fn add_phrase(&mut self, number: u32, terms: &[String]) {
        let Some((first, rest)) = terms.split_first() else { return };
        let beginning = match self.phrases.get_mut(first) {
            Some(known) => known,
            None => self.phrases.entry(first.clone()).or_default(),
        };
        match rest.first() {
            None => beginning.whole.push(number),
            Some(second) => match beginning.longer.get_mut(second) {
                Some(known) => known.push((number, rest.to_vec())),
                None => _ = beginning.longer.insert(second.clone(), vec![(number, rest.to_vec())]),
            },
        }
    }

    /// Is it a form of somebody's name?
    pub fn is_name(&self, terms: &[String]) -> bool {
        let is_name = |number: &u32| matches!(self.entries[*number as usize].what, What::Name { .. });
        let Some((first, rest)) = terms.split_first() else { return false };
        let Some(beginning) = self.beginning(first) else { return false };
        match rest.first() {
            None => beginning.whole().iter().any(is_name),
            Some(second) => beginning.longer_with(second).iter().any(|(number, other)| other == rest && is_name(number)),
        }
    }

    /// Does anything of the registry have dates of use?
    pub fn has_periods(&self) -> bool {
        !self.periods.is_empty()
    }

    /// When an institution bore an identifier or a form of a name; `None`: always, as far as is known.
    pub fn periods(&self, institution: usize, scheme: &Scheme, value: &str) -> Option<&Periods> {
        self.periods.get(&(institution, scheme.clone(), comparable(scheme, value).into_owned()))
    }

    /// Codes of digits only that an institution bears alone and that are long enough not to stand beside another
    /// identifier of its by chance: each value with its entry.
    pub fn numeric_codes(&self, institution: usize) -> impl Iterator<Item = (&str, u32)> {
        self.numeric_codes.get(&institution).into_iter().flatten().filter_map(|&number| match &self.entries[number as usize].what {
            What::Identifier(_, value) => Some((value.as_str(), number)),
            What::Name { .. } => None,
        })
    }

    /// The entry of an identifier value.
    pub fn by_value(&self, scheme: &Scheme, value: &str) -> Option<(u32, &Entry)> {
        let number = *self.by_value.get(scheme)?.get(&*comparable(scheme, value))?;
        Some((number, &self.entries[number as usize]))
    }

    /// The account or client code with this value, with all who hold it under either scheme.
    pub fn client(&self, value: &str) -> Option<Client> {
        let mut out: Option<Client> = None;
        for scheme in [Scheme::TransferAccount, Scheme::ClientCode] {
            let Some((_, entry)) = self.by_value(&scheme, value) else { continue };
            let What::Identifier(scheme, value) = &entry.what else { continue };
            match &mut out {
                Some((_, _, holders)) => {
                    holders.extend(&entry.holders);
                    holders.sort_unstable();
                    holders.dedup();
                }
                None => out = Some((scheme.clone(), value.clone(), entry.holders.clone())),
            }
        }
        out
    }

    /// The holders of codes and accounts that are this number but for zeros before it.
    pub fn number(&self, number: &str) -> Option<(Scheme, String, Vec<usize>)> {
        let entries = self.by_number.get(number)?;
        let mut holders: Vec<usize> = entries.iter().flat_map(|&entry| &self.entries[entry as usize].holders).copied().collect();
        holders.sort_unstable();
        holders.dedup();
        match &self.entries[*entries.first()? as usize].what {
            What::Identifier(scheme, value) => Some((scheme.clone(), value.clone(), holders)),
            What::Name { .. } => None,
        }
    }

    /// The codes and accounts that are numbers within a range, each with its holders, ordered.
    pub fn numbers_within(&self, range: &Range<u64>) -> Vec<Client> {
        let mut found: Vec<Client> = self.numbers.within(range).iter().filter_map(|number| self.number(&number.to_string())).collect();
        found.sort_unstable();
        found
    }

    /// Of all numbers of as many digits as this one, so large a part are codes or accounts.
    pub fn share_of_numbers(&self, number: &str) -> f64 {
        let digits = number.bytes().filter(u8::is_ascii_digit).skip_while(|b| *b == b'0').count();
        let codes = self.numbers_by_length.get(digits).copied().unwrap_or_default();
        let tens = 10u64.checked_pow(digits.saturating_sub(1) as u32).unwrap_or(u64::MAX);
        (f64::from(codes) / (9.0 * tens as f64)).min(1.0)
    }

    /// The bank with this identifier. The bank part of an IBAN and a national bank code are one thing.
    pub fn bank(&self, scheme: &Scheme, value: &str) -> Option<(Scheme, Vec<usize>)> {
        let alias = match scheme {
            Scheme::IbanBank => Some(Scheme::NationalBankCode),
            Scheme::NationalBankCode => Some(Scheme::IbanBank),
            _ => None,
        };
        // Whoever bears it under either word shares it with all who do.
        let mut found = std::iter::once(scheme.clone()).chain(alias).filter_map(|scheme| {
            let holders = self.by_value(&scheme, value).map(|(_, entry)| entry.holders.clone());
            holders.map(|holders| (scheme, holders))
        });
        let (scheme, mut holders) = found.next()?;
        holders.extend(found.flat_map(|(_, holders)| holders));
        holders.sort_unstable();
        holders.dedup();
        Some((scheme, holders))
    }

    /// The token sequences that begin with a term; most terms of a text begin none.
    pub fn beginning(&self, term: &str) -> Option<&Beginning> {
        self.phrases.get(term)
    }

    /// Does a name of an institution that is longer begin with this term?
    pub fn begins_name_of(&self, first: &str, holder: usize) -> bool {
        let is_name = |entry: &Entry| matches!(entry.what, What::Name { .. }) && entry.holders.contains(&holder);
        let mut longer = self.phrases.get(first).into_iter().flat_map(|beginning| beginning.longer.values().flatten());
        longer.any(|(entry, _)| self.entries.get(*entry as usize).is_some_and(is_name))
    }

    /// Is an entry a name that is registered without a legal form?
    pub fn is_formless(&self, entry: u32) -> bool {
        self.formless.contains(&entry)
    }

    fn formless_names(&self) -> impl Iterator<Item = Vec<String>> {
        self.formless.iter().filter_map(|entry| match &self.entries.get(*entry as usize)?.what {
            What::Name { terms, .. } => Some(terms.clone()),
            What::Identifier(..) => None,
        })
    }

    /// Does the word occur in some institution's name?
    pub fn is_name_word(&self, term: &str) -> bool {
        self.name_words.contains(term)
    }

    /// What the index is swept for: each entry's phrases, and typed terms of identifiers that need a label
    /// or hide inside an IBAN.
    pub fn needles(&self) -> Vec<Needle> {
        let mut needles = Vec::with_capacity(2 * self.entries.len());
        for (first, beginning) in &self.phrases {
            needles.extend((!beginning.whole.is_empty()).then(|| Needle::phrase([first])));
            let longer = beginning.longer.values().flatten();
            needles.extend(longer.map(|(_, rest)| Needle::phrase(std::iter::once(first).chain(rest))));
        }
        for entry in &self.entries {
            if let What::Identifier(scheme, value) = &entry.what {
                needles.extend(typed_terms(scheme, value).iter().map(|term| Needle::typed(term)));
            }
        }
        needles
    }
}

/// Adds what an institution bore between days. What one row bears without dates, it bore always.
fn add_periods(number: usize, institution: &Institution, periods: &mut HashMap<(usize, Scheme, String), Periods>) {
    let is_dated = |from: &Option<Date>, to: &Option<Date>| from.is_some() || to.is_some();
    let dated =
        institution.names.iter().any(|n| is_dated(&n.from, &n.to)) || institution.identifiers.iter().any(|i| is_dated(&i.from, &i.to));
    if !dated {
        return;
    }
    let form = |terms: Vec<String>| (number, Scheme::Name, terms.join(" "));
    let mut always: HashSet<(usize, Scheme, String)> = names::forms(&institution.legal_name).into_iter().map(|f| form(f.terms)).collect();
    let mut own: HashMap<(usize, Scheme, String), Periods> = HashMap::new();
    let mut add = |key: (usize, Scheme, String), from: Option<Date>, to: Option<Date>| match is_dated(&from, &to) {
        true => own.entry(key).or_default().push((from, to)),
        false => _ = always.insert(key),
    };
    for name in &institution.names {
        names::forms(&name.name).into_iter().for_each(|f| add(form(f.terms), name.from, name.to));
    }
    for identifier in institution.usable_identifiers() {
        let value = comparable(&identifier.scheme, &identifier.value).into_owned();
        add((number, identifier.scheme.clone(), value), identifier.from, identifier.to);
    }
    periods.extend(own.into_iter().filter(|(key, _)| !always.contains(key)));
}

/// The typed terms under which an identifier may stand in the index.
fn typed_terms(scheme: &Scheme, value: &str) -> Vec<String> {
    match scheme {
        // The bank part of an IBAN is indexed once, whichever scheme the registry knows it by.
        Scheme::IbanBank | Scheme::NationalBankCode => {
            let bare = value.split_once(':').map_or(value, |(_, code)| code);
            vec![format!("iban_bank:{value}"), format!("national_bank_code:{value}"), format!("national_bank_code:{bare}")]
        }
        // With its branch it is eleven characters, which the token of eight does not find.
        Scheme::Bic => vec![format!("bic:{value}")],
        Scheme::Domain | Scheme::Lei | Scheme::PgpKey | Scheme::Name | Scheme::Other(_) => Vec::new(),
        _ if value.bytes().all(|b| b.is_ascii_digit()) => vec![format!("{scheme}:{value}")],
        _ => Vec::new(),
    }
}

/// How the value may stand in a text.
fn written_forms<'v>(scheme: &Scheme, value: &'v str) -> Vec<Cow<'v, str>> {
    match scheme {
        Scheme::PgpKey => {
            let mut forms = vec![value, pgp_key::key_id(value)];
            forms.dedup();
            let written = |form| [Cow::Borrowed(form), Cow::Owned(format!("0x{form}")), Cow::Owned(pgp_key::grouped(form))];
            forms.into_iter().flat_map(written).collect()
        }
        _ => vec![Cow::Borrowed(value)],
    }
}

/// May the value be looked for as it stands? Numbers of the schemes that count only after a label or in
/// a column of their type are not: they are found through typed terms and table facts.
fn needs_no_label(scheme: &Scheme, value: &str) -> bool {
    let numeric = value.bytes().all(|b| b.is_ascii_digit());
    match scheme {
        Scheme::Domain | Scheme::Lei | Scheme::Bic | Scheme::PgpKey | Scheme::Other(_) => true,
        Scheme::ClientCode | Scheme::TransferAccount => !numeric,
        Scheme::Aba
        | Scheme::IbanBank
        | Scheme::NationalBankCode
        | Scheme::FdicCert
        | Scheme::NcuaCharter
        | Scheme::Rssd
        | Scheme::SortCode
        | Scheme::Name => false,
    }
}

/// Is it a code of digits only, perhaps in groups, which means nothing outside a column, field or label of
/// its type?
pub fn is_numeric(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b' ' | b'.' | b'/'))
}

/// An account or client code: its scheme, value and holders.
pub(super) type Client = (Scheme, String, Vec<usize>);

/// Does a label make a value the account or client code that it equals?
pub(super) fn proves(label: Specific, value: &str) -> bool {
    match label {
        Specific::Exact => true,
        // A numeric code after `account` or `id` is somebody else's number; `account manager called`: a word after a word
        // is no account.
        Specific::Generic => !is_numeric(value) && is_telling_code(value) && !value.chars().all(char::is_alphabetic),
    }
}

/// Is it a code that a bare occurrence may point with: six or more characters, not a plain word?
pub fn is_telling_code(value: &str) -> bool {
    value.chars().count() >= 6 && !is_numeric(value)
}
