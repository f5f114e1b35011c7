//! The fictional institutions: who they are, what they use, and what is true of them.

use super::identifiers::Mint;
use super::inventory::{Deployment, Inventory};
use super::lexicon::*;
use super::prng::Prng;
use crate::model::{Scheme, Verdict};
use std::io;

/// An institution and the truth about it.
pub(super) struct Institution {
    pub(super) legal_name: String,
    /// Index of the parent.
    pub(super) parent: Option<usize>,
    pub(super) country: &'static str,
    pub(super) region: &'static str,
    pub(super) city: String,
    /// Other names with their kind.
    pub(super) names: Vec<(String, &'static str)>,
    pub(super) identifiers: Vec<(Scheme, String)>,
    /// Further identifiers, with the first and the last day of their use.
    pub(super) dated: Vec<(Scheme, String, &'static str, &'static str)>,
    pub(super) deployments: Vec<Deployment>,
    /// The family of cases that it plays a part in.
    pub(super) family: &'static str,
    /// What is right for it where no gap concerns everybody.
    pub(super) truth: Verdict,
}

impl Institution {
    /// Its first identifier of a scheme.
    pub(super) fn id(&self, scheme: &Scheme) -> Option<&str> {
        self.identifiers.iter().find(|(s, _)| s == scheme).map(|(_, value)| value.as_str())
    }

    /// Does it depend on the compromised platform? Without any deployment it does.
    pub(super) fn depends(&self) -> bool {
        self.deployments.is_empty() || self.deployments.iter().any(|d| d.depends)
    }
}

/// Where an institution is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum World {
    American,
    /// Index into [`COUNTRIES`].
    European(usize),
}

/// What kind of client code it has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Code {
    Usual,
    Numeric,
    Short,
}

/// What a family needs of an institution.
pub(super) struct Profile {
    family: &'static str,
    truth: Verdict,
    world: World,
    inventory: Inventory,
    account: bool,
    code: Code,
    lost_zero: bool,
    product: Option<&'static str>,
    /// Name pattern in the place of the usual ones, and the length of its town.
    name: Option<(String, Option<usize>)>,
    parent: Option<usize>,
}

impl Profile {
    /// An American bank or credit union that depends.
    pub(super) fn american(family: &'static str, truth: Verdict) -> Self {
        Self {
            family,
            truth,
            world: World::American,
            inventory: Inventory::Current,
            account: false,
            code: Code::Usual,
            lost_zero: false,
            product: None,
            name: None,
            parent: None,
        }
    }

    /// A European bank that depends; `n` chooses the country (0: Germany).
    pub(super) fn european(family: &'static str, truth: Verdict, n: usize) -> Self {
        Self { world: World::European(n % COUNTRIES.len()), ..Self::american(family, truth) }
    }

    /// What its inventory shows.
    pub(super) fn inventory(self, inventory: Inventory) -> Self {
        Self { inventory, ..self }
    }

    /// It has an account on the transfer platform.
    pub(super) fn account(self) -> Self {
        Self { account: true, ..self }
    }

    /// Its client code is a number.
    pub(super) fn numeric_code(self) -> Self {
        Self { code: Code::Numeric, ..self }
    }

    /// Its client code has four characters.
    pub(super) fn short_code(self) -> Self {
        Self { code: Code::Short, ..self }
    }

    /// The registry lost the leading zero of its routing number.
    pub(super) fn lost_zero(self) -> Self {
        Self { lost_zero: true, ..self }
    }

    /// It uses this product too.
    pub(super) fn product(self, product: &'static str) -> Self {
        Self { product: Some(product), ..self }
    }

    /// A name pattern (`{}` is the town), and how long the town's name must be.
    pub(super) fn named(self, pattern: impl Into<String>, town: Option<usize>) -> Self {
        Self { name: Some((pattern.into(), town)), ..self }
    }

    /// It belongs to another institution.
    pub(super) fn child_of(self, parent: usize) -> Self {
        Self { parent: Some(parent), ..self }
    }
}

/// Makes institutions.
pub(super) struct Founder {
    prng: Prng,
    pub(super) mint: Mint,
    /// Towns per world, shuffled; each is used once per name pattern.
    towns: Vec<Vec<String>>,
    founded: Vec<usize>,
}

impl Founder {
    pub(super) fn new(seed: u64) -> Self {
        let mut prng = Prng::new(seed, 31);
        let products =
            |heads: &[&str], tails: &[&str]| heads.iter().flat_map(|h| tails.iter().map(move |t| format!("{h}{t}"))).collect::<Vec<_>>();
        let mut towns = vec![products(TOWN_HEADS, TOWN_TAILS)];
        towns.extend(COUNTRIES.iter().map(|c| products(c.2, c.3)));
        towns.iter_mut().for_each(|list| prng.shuffle(list));
        let founded = vec![0; towns.len()];
        Self { prng, mint: Mint::new(seed), towns, founded }
    }

    /// Makes an institution; an error when the fictional world has no town left.
    pub(super) fn found(&mut self, profile: Profile) -> io::Result<Institution> {
        let (country, patterns, list) = match profile.world {
            World::American => ("US", US_NAMES, 0),
            World::European(n) => (COUNTRIES[n].0, COUNTRIES[n].1, n + 1),
        };
        let (city, pattern) = self.place(list, patterns, profile.name.as_ref().and_then(|n| n.1))?;
        let pattern = profile.name.as_ref().map_or(pattern, |n| n.0.as_str());
        let legal_name = pattern.replace("{}", &city);
        let region = if country == "US" { self.prng.pick(STATES) } else { "" };
        let mut names = Vec::new();
        if let Some(stem) = legal_name.strip_suffix(" Federal Credit Union") {
            names.push((format!("{stem} FCU"), "short"));
        }
        if legal_name.contains(" & ") {
            names.push((legal_name.replace(" & ", " and "), "trade"));
        }
        let identifiers = self.identifiers(&profile, country, &legal_name, &city);
        let deployments = profile.inventory.deployments(profile.product, &mut self.prng);
        let Profile { family, truth, parent, .. } = profile;
        Ok(Institution { legal_name, parent, country, region, city, names, identifiers, dated: Vec::new(), deployments, family, truth })
    }

    /// The next town, and the name pattern that has not been used with it.
    fn place(&mut self, list: usize, patterns: &'static [&'static str], length: Option<usize>) -> io::Result<(String, &'static str)> {
        let towns = &mut self.towns[list];
        let n = self.founded[list];
        let (at, round) = (n % towns.len(), n / towns.len());
        if round >= patterns.len() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the fictional world has no room for so many institutions"));
        }
        if let Some(length) = length
            && round == 0
            && let Some(fitting) = (at..towns.len()).find(|&i| towns[i].chars().count() == length)
        {
            towns.swap(at, fitting);
        }
        self.founded[list] += 1;
        Ok((towns[at].clone(), patterns[(at + round) % patterns.len()]))
    }

    fn identifiers(&mut self, profile: &Profile, country: &str, name: &str, city: &str) -> Vec<(Scheme, String)> {
        let mut list = Vec::new();
        let mint = &mut self.mint;
        if country == "US" {
            if profile.lost_zero {
                let aba = mint.aba_with_leading_zero();
                list.push((Scheme::Aba, aba[1..].to_owned()));
            } else {
                list.push((Scheme::Aba, mint.aba()));
                if self.prng.percent(30) {
                    list.push((Scheme::Aba, mint.aba()));
                }
            }
            let (scheme, digits) = if name.contains("Credit Union") { (Scheme::NcuaCharter, 5) } else { (Scheme::FdicCert, 5) };
            list.push((scheme, mint.number(digits)));
            list.push((Scheme::Rssd, mint.number(7)));
        } else {
            list.push((Scheme::Bic, mint.bic(country)));
            list.push((Scheme::Lei, mint.lei()));
            if country != "FR" {
                let bank = mint.iban_bank(country);
                list.push((Scheme::IbanBank, format!("{country}:{bank}")));
                if country != "NL" {
                    list.push((Scheme::NationalBankCode, format!("{country}:{bank}")));
                }
            }
        }
        let code = match profile.code {
            Code::Usual => mint.client_code(),
            Code::Numeric => mint.numeric_code(),
            Code::Short => mint.short_code(),
        };
        list.push((Scheme::ClientCode, code));
        let stem = slug(name);
        let shared = if name.contains(city) { String::new() } else { slug(city) };
        list.push((Scheme::Domain, mint.name(&format!("{}{shared}", &stem[..stem.len().min(24)]), ".example")));
        if profile.account || self.prng.percent(40) {
            let town = slug(city);
            let account = match self.prng.below(3) {
                0 => mint.name(&format!("{town}{:02}", self.prng.range(10..99)), ""),
                1 => mint.name(&town, "-sftp"),
                _ => mint.name(&format!("SV_{}", town.to_ascii_uppercase()), ""),
            };
            list.push((Scheme::TransferAccount, account));
        }
        list
    }
}

/// ASCII letters of a name, lower case.
fn slug(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    name.nfd().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect()
}

/// Names that several institutions share: the `n`th.
pub(super) fn shared_name(n: usize) -> String {
    let head = SHARED_HEADS[n % SHARED_HEADS.len()];
    match SHARED_TAILS.get(n / SHARED_HEADS.len()) {
        Some(tail) => format!("{head} {tail}"),
        None => format!("{head} Thrift Bank Number {n}"),
    }
}
