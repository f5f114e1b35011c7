use crate::identifier::pgp_key;
use crate::model::Scheme;
use crate::registry::{Identifier, Institution, Registry};
use crate::tokens::seen;
use foldhash::fast::RandomState;
use std::borrow::Cow;
use std::collections::HashMap;

/// Who bears each identifier. Values that are looked up as one have their holders together: of two codes
/// that differ only in case, neither decides for one institution.
#[derive(Default)]
pub struct Holders {
    by_value: HashMap<Scheme, HashMap<String, Bearers, RandomState>>,
}

/// Institutions, ascending; nearly always one.
enum Bearers {
    One(usize),
    Several(Vec<usize>),
}

impl Bearers {
    fn add(&mut self, number: usize) {
        match self {
            Self::One(one) if *one == number => {}
            Self::One(one) => *self = Self::Several(vec![*one, number]),
            Self::Several(all) if all.last() == Some(&number) => {}
            Self::Several(all) => all.push(number),
        }
    }

    fn all(&self) -> &[usize] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(all) => all,
        }
    }
}

impl Holders {
    /// Of all identifiers that can be searched.
    pub fn new(registry: &Registry) -> Self {
        Self::of_all(&registry.institutions)
    }

    /// Of institutions, numbered as they come.
    pub(super) fn of_all(institutions: &[Institution]) -> Self {
        let mut by_value: HashMap<Scheme, HashMap<String, Bearers, RandomState>> = HashMap::new();
        for (number, institution) in institutions.iter().enumerate() {
            for identifier in institution.usable_identifiers() {
                let of_scheme = match by_value.get_mut(&identifier.scheme) {
                    Some(known) => known,
                    None => by_value.entry(identifier.scheme.clone()).or_default(),
                };
                let value = comparable(&identifier.scheme, &identifier.value);
                match of_scheme.get_mut(&*value) {
                    Some(known) => known.add(number),
                    None => _ = of_scheme.insert(value.into_owned(), Bearers::One(number)),
                }
            }
        }
        Self { by_value }
    }

    /// Institutions that bear an identifier, ascending.
    pub fn of(&self, scheme: &Scheme, value: &str) -> &[usize] {
        let bearers = self.by_value.get(scheme).and_then(|of_scheme| of_scheme.get(&*comparable(scheme, value)));
        bearers.map_or(&[], Bearers::all)
    }

    /// Every identifier that more than one institution bears, with its bearers, ordered.
    pub fn shared(&self) -> Vec<(&Scheme, &str, &[usize])> {
        let values = self.by_value.iter().flat_map(|(scheme, values)| values.iter().map(move |(value, bearers)| (scheme, value, bearers)));
        let several = values.filter(|(.., bearers)| bearers.all().len() > 1);
        let mut all: Vec<_> = several.map(|(scheme, value, bearers)| (scheme, value.as_str(), bearers.all())).collect();
        all.sort();
        all
    }

    /// Does more than one institution bear it?
    pub fn is_shared(&self, identifier: &Identifier) -> bool {
        self.of(&identifier.scheme, &identifier.value).len() > 1
    }
}

/// Values are compared without regard to case, except codes of letters only, where case tells a code
/// from a word; that is for the judgement of the text.
pub(super) fn comparable<'v>(scheme: &Scheme, value: &'v str) -> Cow<'v, str> {
    match scheme {
        Scheme::ClientCode | Scheme::TransferAccount | Scheme::Other(_) | Scheme::Domain => {
            let is_lower = value.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
            if is_lower { Cow::Borrowed(value) } else { Cow::Owned(seen(value).to_lowercase()) }
        }
        Scheme::PgpKey => Cow::Borrowed(pgp_key::key_id(value)),
        _ => Cow::Borrowed(value),
    }
}
