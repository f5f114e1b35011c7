use super::{Residence, vocabulary};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::HashMap;

vocabulary! {
    /// Kinds of personal data, as an impact list names them.
    DataElement {
        /// A person's name.
        Name = "name",
        /// A postal address.
        Address = "address",
        /// A number of an account.
        AccountNumber = "account_number",
        /// An IBAN.
        Iban = "iban",
        /// A US social security number.
        Ssn = "ssn",
        /// Another national identity number.
        NationalId = "national_id",
        /// A date of birth.
        Dob = "dob",
        /// A driving licence.
        DriversLicense = "drivers_license",
        /// An e-mail address.
        Email = "email",
        /// A telephone number.
        Phone = "phone",
        /// A payment card number.
        CardNumber = "card_number",
        /// A balance or an amount of money.
        Amount = "amount",
        /// A password, key or token.
        Credential = "credential",
    }
}

/// A set of data elements.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Elements(u16);

impl Elements {
    /// Adds one.
    pub fn insert(&mut self, element: DataElement) {
        self.0 |= 1 << element as u16;
    }

    /// Adds all of another set.
    pub fn extend(&mut self, other: Elements) {
        self.0 |= other.0;
    }

    /// Is it in the set?
    pub fn contains(self, element: DataElement) -> bool {
        self.0 & (1 << element as u16) != 0
    }

    /// Nothing in it?
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The elements in the set.
    pub fn iter(self) -> impl Iterator<Item = DataElement> {
        DataElement::ALL.iter().copied().filter(move |&e| self.contains(e))
    }

    /// The words, sorted, as they stand in a cell.
    pub fn words(self) -> Vec<&'static str> {
        let mut words: Vec<_> = self.iter().map(DataElement::as_str).collect();
        words.sort_unstable();
        words
    }

    /// Does the set speak of a person's or an account's data? An amount, an e-mail address or a
    /// telephone number alone also stands in telemetry and contact lists. Whose login an e-mail address is, that person's
    /// password opens more than this login.
    pub fn concern_persons(self) -> bool {
        self.concern_accounts_or_names() || self.are_logins()
    }

    /// Does the set speak of persons by their e-mail addresses and passwords alone?
    pub fn are_logins(self) -> bool {
        !self.concern_accounts_or_names() && self.contains(DataElement::Email) && self.contains(DataElement::Credential)
    }

    fn concern_accounts_or_names(self) -> bool {
        use DataElement::*;
        [AccountNumber, Iban, Ssn, NationalId, Dob, DriversLicense, CardNumber].into_iter().any(|e| self.contains(e))
            || self.contains(Name) && [Address, Amount, Email, Phone].into_iter().any(|e| self.contains(e))
    }
}

/// How many records there are, and how many of them hold each kind of personal data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordCounts {
    /// Records: rows of tables and payments.
    pub all: u64,
    /// Those that hold a kind, in the order of [`DataElement::ALL`], without the kinds that none holds at the end.
    holding: Vec<u64>,
}

impl RecordCounts {
    /// Counts so many records, each of which holds these kinds.
    pub fn add(&mut self, elements: Elements, records: u64) {
        self.all = self.all.saturating_add(records);
        for element in elements.iter() {
            self.hold(element as usize, records);
        }
    }

    /// Adds the counts of other records.
    pub fn merge(&mut self, other: &Self) {
        self.all = self.all.saturating_add(other.all);
        for (place, records) in other.holding.iter().enumerate().take(DataElement::ALL.len()) {
            self.hold(place, *records);
        }
    }

    /// Takes the counts of some of the records away.
    pub fn take(&mut self, some: &Self) {
        self.all = self.all.saturating_sub(some.all);
        self.holding.iter_mut().zip(&some.holding).for_each(|(all, some)| *all = all.saturating_sub(*some));
    }

    fn hold(&mut self, place: usize, records: u64) {
        if self.holding.len() <= place && records > 0 {
            self.holding.resize(place + 1, 0);
        }
        if let Some(holding) = self.holding.get_mut(place) {
            *holding = holding.saturating_add(records);
        }
    }

    /// Records that hold a kind.
    pub fn holding(&self, element: DataElement) -> u64 {
        self.holding.get(element as usize).copied().unwrap_or_default()
    }

    /// Kinds that some record holds.
    pub fn elements(&self) -> Elements {
        let mut elements = Elements::default();
        DataElement::ALL.iter().filter(|e| self.holding(**e) > 0).for_each(|e| elements.insert(*e));
        elements
    }
}

/// A person as a record shows them; counted by name together with the address where there is one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Person<'a> {
    /// The name as written.
    pub name: &'a str,
    /// Street, town, region and code as written, in the order of the record; empty when unknown.
    pub address: &'a str,
    /// State or province of the address, or its country; empty when unknown.
    pub region: &'a str,
    /// Country of the address, where the record states it apart; empty when unknown.
    pub country: &'a str,
}

/// A person, folded and hashed, so that copies are counted once and no name is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PersonKey {
    /// 64 bits of SHA-256 over the folded name and address: who it is.
    pub hash: u64,
    /// 64 bits of SHA-256 over the folded name and a number that the record gives the person; 0 where it gives none.
    pub known: u64,
    /// The record has an address.
    pub is_addressed: bool,
    /// Where the address lies.
    pub residence: Residence,
    /// Kinds of personal data in the person's records.
    pub elements: Elements,
}

impl PersonKey {
    /// Folds case, blanks and punctuation, then hashes. `None` when no letter is left of the name.
    pub fn of(person: Person<'_>, elements: Elements) -> Option<Self> {
        let mut folding = Folding::new();
        folding.fold(without_title(&in_order(person.name)));
        if !folding.letters {
            return None;
        }
        folding.push(0);
        folding.fold(person.address);
        let is_addressed = folding.begun;
        let (hash, residence) = (folding.hash(), Residence::of(person.region, person.country));
        Some(Self { hash, known: 0, is_addressed, residence, elements })
    }

    /// The person of this name, whose record gives a number: a social security number or an account.
    pub fn numbered(self, name: &str, number: &str) -> Self {
        let digits = || number.bytes().filter(u8::is_ascii_alphanumeric).skip_while(|b| *b == b'0');
        if number.contains('*') || digits().filter(u8::is_ascii_digit).count() < Self::DIGITS {
            return self;
        }
        let mut folding = Folding::new();
        folding.fold(without_title(&in_order(name)));
        folding.push(0);
        digits().for_each(|b| folding.push(b.to_ascii_lowercase()));
        Self { known: folding.hash(), ..self }
    }

    /// Shorter numbers are shared.
    const DIGITS: usize = 5;

    /// Sorts persons, and makes one of those who are the same and known by the same number: with all kinds of their records,
    /// and with the residence that is stated.
    pub fn settle(persons: &mut Vec<Self>) {
        Self::settle_by(persons, |person| (person.hash, person.known));
    }

    fn settle_by<K: Ord>(persons: &mut Vec<Self>, key: impl Fn(&Self) -> K) {
        // Keys are different as a rule; the order of those who are the same does not matter.
        persons.sort_unstable_by_key(&key);
        persons.dedup_by(|later, first| {
            let same = key(later) == key(first);
            if same {
                first.take(later);
            }
            same
        });
    }

    /// Takes what other records say of the same person.
    pub(crate) fn take(&mut self, same: &Self) {
        self.elements.extend(same.elements);
        self.residence = self.residence.max(same.residence);
    }

    /// Makes each of all persons one. A name without an address is that with one whom the same number belongs to, where that
    /// holds of all numbers under which it stands.
    pub fn unite(persons: &mut Vec<Self>) {
        Self::settle(persons);
        // Of several addresses the first by its hash, whatever order they came in.
        let addressed: HashMap<u64, usize> =
            persons.iter().enumerate().rev().filter(|(_, p)| p.is_addressed && p.known != 0).map(|(i, p)| (p.known, i)).collect();
        let mut taken = vec![false; persons.len()];
        let mut from = 0;
        while let Some(first) = persons.get(from) {
            let to = from + persons[from..].iter().take_while(|person| person.hash == first.hash).count();
            let mut numbers = persons[from..to].iter().map(|person| person.known).filter(|known| *known != 0).peekable();
            if !first.is_addressed && numbers.peek().is_some() && numbers.all(|known| addressed.contains_key(&known)) {
                // Records without a number go with the first that has one.
                let home = persons[from..to].iter().find_map(|person| addressed.get(&person.known)).copied();
                for place in from..to {
                    let person = persons[place];
                    let own = addressed.get(&person.known).copied().or(home);
                    if let Some(same) = own.and_then(|same| persons.get_mut(same)) {
                        same.take(&person);
                    }
                    taken[place] = true;
                }
            }
            from = to;
        }
        let mut taken = taken.into_iter();
        persons.retain(|_| !taken.next().unwrap_or_default());
        Self::settle_by(persons, |person| person.hash);
        persons.shrink_to_fit();
    }
}

/// What stands behind a family name.
const SUFFIXES: [&str; 7] = ["jr", "sr", "ii", "iii", "iv", "esq", "md"];

/// Is this `Jr` and the like?
pub fn is_name_suffix(word: &str) -> bool {
    SUFFIXES.iter().any(|suffix| word.trim().trim_end_matches('.').eq_ignore_ascii_case(suffix))
}

/// A name in the order in which it is spoken: `Lee, Ann B` is Ann B Lee, while `Ann Lee, Jr` stands as it is.
fn in_order(name: &str) -> Cow<'_, str> {
    match name.split_once(',') {
        Some((family, given)) if !given.contains(',') && !given.trim().is_empty() && !is_name_suffix(given) => {
            Cow::Owned(format!("{given} {family}"))
        }
        _ => Cow::Borrowed(name),
    }
}

/// A name without what a person is addressed with: `Mr. Lee` is Lee, and `Mr and Mrs Lee` stay two.
fn without_title(name: &str) -> &str {
    const TITLES: [&str; 11] = ["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "herr", "frau", "mme", "mlle"];
    let name = name.trim_start();
    let Some((first, rest)) = name.split_once(' ') else { return name };
    let rest = rest.trim_start();
    let is_title = TITLES.iter().any(|title| first.trim_end_matches('.').eq_ignore_ascii_case(title));
    let is_joined = rest.starts_with('&') || rest.split(' ').next().is_some_and(|word| word.eq_ignore_ascii_case("and"));
    if is_title && !is_joined && rest.contains(char::is_alphabetic) { without_title(rest) } else { name }
}

/// What is no part of a word ends it,
const GAP: u8 = 0;
/// but for an apostrophe.
const NOTHING: u8 = 1;

/// What becomes of characters of ASCII.
static FOLDED: [u8; 256] = {
    let mut table = [GAP; 256];
    let mut byte = 0;
    while byte < 128 {
        if (byte as u8).is_ascii_alphanumeric() {
            table[byte] = (byte as u8).to_ascii_lowercase();
        }
        byte += 1;
    }
    table[b'\'' as usize] = NOTHING;
    table
};

/// Letters and digits, lower case, one blank between words, on their way into a hash.
struct Folding {
    hasher: Sha256,
    piece: [u8; 128],
    filled: usize,
    /// There was a letter.
    letters: bool,
    /// Something of the current text was taken.
    begun: bool,
}

impl Folding {
    fn new() -> Self {
        Self { hasher: Sha256::new(), piece: [0; 128], filled: 0, letters: false, begun: false }
    }

    #[inline]
    fn push(&mut self, byte: u8) {
        if self.filled == self.piece.len() {
            self.hasher.update(self.piece);
            self.filled = 0;
        }
        self.piece[self.filled] = byte;
        self.filled += 1;
        self.begun = true;
    }

    fn fold(&mut self, text: &str) {
        self.begun = false;
        let mut gap = false;
        if text.is_ascii() {
            for folded in text.bytes().map(|byte| FOLDED[usize::from(byte)]) {
                match folded {
                    GAP => gap = true,
                    NOTHING => {}
                    folded => {
                        self.word(&mut gap);
                        self.letters |= folded.is_ascii_lowercase();
                        self.push(folded);
                    }
                }
            }
            return;
        }
        for c in text.chars() {
            if c.is_ascii_alphanumeric() {
                self.word(&mut gap);
                self.letters |= c.is_ascii_alphabetic();
                self.push(c.to_ascii_lowercase() as u8);
            } else if !c.is_ascii() && c.is_alphanumeric() {
                self.word(&mut gap);
                self.letters = true;
                let mut utf8 = [0; 4];
                c.to_lowercase().for_each(|lower| lower.encode_utf8(&mut utf8).bytes().for_each(|b| self.push(b)));
            } else if c != '\'' && c != '’' {
                gap = true;
            }
        }
    }

    /// A word begins or goes on.
    #[inline]
    fn word(&mut self, gap: &mut bool) {
        if std::mem::take(gap) && self.begun {
            self.push(b' ');
        }
    }

    fn hash(mut self) -> u64 {
        self.hasher.update(&self.piece[..self.filled]);
        let digest: [u8; 32] = self.hasher.finalize().into();
        u64::from_le_bytes(digest[..8].try_into().expect("a SHA-256 has 32 bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str, address: &str, number: &str) -> PersonKey {
        PersonKey::of(Person { name, address, ..Person::default() }, Elements::default()).unwrap().numbered(name, number)
    }

    /// How many persons these are, in whatever order and however often they are settled on the way.
    fn united(persons: &[PersonKey]) -> usize {
        let counts = (0..persons.len().max(1)).map(|turn| {
            let mut all = persons.to_vec();
            all.rotate_left(turn);
            PersonKey::settle(&mut all);
            all.extend_from_slice(&persons[..turn]);
            PersonKey::unite(&mut all);
            all.len()
        });
        let counts: std::collections::BTreeSet<usize> = counts.collect();
        assert_eq!(counts.len(), 1);
        counts.into_iter().next().unwrap_or_default()
    }

    #[test]
    fn a_name_without_address_is_the_one_with_the_same_number() {
        let (home, bare) = (person("Ann Lee", "1 Oak St", "512-44-7781"), person("LEE, ANN", "", "512447781"));
        assert_eq!(united(&[home, bare]), 1);
        // Another number is another person, and so is a name without any.
        assert_eq!(united(&[home, person("Ann Lee", "", "512-44-7782")]), 2);
        assert_eq!((united(&[home, person("Ann Lee", "", "")]), united(&[home, bare, person("Ann Lee", "", "")])), (2, 1));
        // One name of two persons, of whom one has no address.
        assert_eq!(united(&[home, bare, person("Ann Lee", "", "512-44-7782")]), 2);
        // Two addresses stay two; masked and short numbers are nobody's.
        assert_eq!(united(&[home, person("Ann Lee", "2 Elm St", "512-44-7781"), bare]), 2);
        assert_eq!(united(&[person("Ann Lee", "1 Oak St", "**12345"), person("Ann Lee", "", "**12345")]), 2);
        assert_eq!((united(&[person("Ann Lee", "1 Oak St", "0077"), person("Ann Lee", "", "77")]), united(&[])), (2, 0));
    }

    #[test]
    fn what_a_person_is_addressed_with_is_no_part_of_the_name() {
        for (name, bare) in
            [("Mr. Ann Lee", "Ann Lee"), ("Herr Dr. Lee", "Lee"), ("Mr and Mrs Lee", "Mr and Mrs Lee"), ("Dr", "Dr"), ("Dr 7", "Dr 7")]
        {
            assert_eq!(without_title(name), bare);
        }
    }
}
