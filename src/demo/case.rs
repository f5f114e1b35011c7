//! The case under construction: evidence on disk, who owns what of it, and what is right for whom.

use super::institutions::{Founder, Institution, Profile};
use super::lexicon::*;
use super::people::{Crowd, Individual, Layout, roster};
use super::prng::Prng;
use super::tables::Table;
use crate::model::{Elements, Scheme};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::{fs, io};

/// Personal data in what an institution owns.
#[derive(Default)]
pub(super) struct Holdings {
    pub(super) elements: Elements,
    /// Name and address of each person.
    pub(super) persons: BTreeSet<String>,
}

/// Everything that the families of cases work on.
pub(super) struct Case {
    pub(super) prng: Prng,
    pub(super) founder: Founder,
    pub(super) crowd: Crowd,
    pub(super) institutions: Vec<Institution>,
    /// Files per institution, relative to the evidence.
    pub(super) files: BTreeMap<usize, BTreeSet<String>>,
    pub(super) holdings: BTreeMap<usize, Holdings>,
    /// What was taken: path relative to the evidence, size. More than what was recovered.
    pub(super) taken: BTreeMap<String, u64>,
    /// Bytes written to the evidence.
    pub(super) written: u64,
    evidence: PathBuf,
}

impl Case {
    pub(super) fn new(seed: u64, evidence: PathBuf) -> Self {
        Self {
            prng: Prng::new(seed, 0),
            founder: Founder::new(seed),
            crowd: Crowd::new(seed),
            institutions: Vec::new(),
            files: BTreeMap::new(),
            holdings: BTreeMap::new(),
            taken: BTreeMap::new(),
            written: 0,
            evidence,
        }
    }

    /// Adds an institution to the registry.
    pub(super) fn found(&mut self, profile: Profile) -> io::Result<usize> {
        let institution = self.founder.found(profile)?;
        self.institutions.push(institution);
        Ok(self.institutions.len() - 1)
    }

    /// An identifier of an institution whose profile asked for it.
    pub(super) fn id(&self, institution: usize, scheme: Scheme) -> String {
        let value = self.institutions[institution].id(&scheme).expect("the family's profile includes this scheme");
        if scheme == Scheme::Aba { format!("{value:0>9}") } else { value.to_owned() }
    }

    /// Its legal name.
    pub(super) fn name(&self, institution: usize) -> String {
        self.institutions[institution].legal_name.clone()
    }

    /// Country and bank part of its IBANs.
    pub(super) fn iban_bank(&self, institution: usize) -> (String, String) {
        let value = self.id(institution, Scheme::IbanBank);
        let (country, bank) = value.split_once(':').unwrap_or(("DE", "00000000"));
        (country.to_owned(), bank.to_owned())
    }

    /// Writes a file of the evidence.
    pub(super) fn put(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let target = self.evidence.join(path);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(target, bytes)?;
        self.taken.insert(path.to_owned(), bytes.len() as u64);
        self.written += bytes.len() as u64;
        Ok(())
    }

    /// Writes a file that belongs to an institution.
    pub(super) fn put_for(&mut self, owner: usize, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.owns(owner, path);
        self.put(path, bytes)
    }

    /// A file belongs to an institution.
    pub(super) fn owns(&mut self, owner: usize, path: &str) {
        self.files.entry(owner).or_default().insert(path.to_owned());
    }

    /// A file that was taken and not recovered.
    pub(super) fn unrecovered(&mut self, path: &str) {
        let size = self.prng.range(20_000..4_000_000);
        self.taken.insert(path.to_owned(), size);
    }

    /// These persons stand in what an institution owns.
    pub(super) fn holds(&mut self, owner: usize, people: &[Individual], elements: Elements) {
        let holdings = self.holdings.entry(owner).or_default();
        holdings.elements.extend(elements);
        holdings.persons.extend(people.iter().map(|p| format!("{}|{}", p.name, p.address.join(" "))));
    }

    /// New persons whose data an institution owns, as a table.
    pub(super) fn customers_of(&mut self, owner: usize, n: usize, layout: Layout) -> Table {
        let bank = (layout == Layout::Iban).then(|| self.iban_bank(owner));
        let people = self.crowd.people(n, layout, bank.as_ref().map(|(c, b)| (c.as_str(), b.as_str())));
        self.holds(owner, &people, layout.elements());
        roster(&people, layout)
    }

    /// A path that says nothing about whose file it is.
    pub(super) fn neutral(&mut self, extension: &str) -> String {
        let prng = &mut self.prng;
        let folder = prng.pick(&["staging", "outbound", "queue", "archive"]);
        format!("{folder}/2025-03-{:02}/x{:07x}.{extension}", prng.range(3..12), prng.below(1 << 28))
    }

    /// A path in an institution's home on the platform.
    pub(super) fn home(&self, institution: usize, rest: &str) -> String {
        format!("home/{}/{rest}", self.id(institution, Scheme::TransferAccount))
    }

    /// The next routing number of an institution that is not in the registry.
    pub(super) fn stranger(&mut self) -> String {
        self.founder.mint.aba()
    }

    /// Sentences of the vendor's documents; they name no institution.
    pub(super) fn prose(&mut self, sentences: usize) -> String {
        let prng = &mut self.prng;
        let mut text = String::new();
        for i in 0..sentences {
            let mut rest = prng.pick(SENTENCES);
            while let Some(at) = rest.find('{') {
                text.push_str(&rest[..at]);
                let words = match rest.as_bytes().get(at + 1) {
                    Some(b'a') => ADJECTIVES,
                    Some(b't') => TIMES,
                    _ => NOUNS,
                };
                text.push_str(prng.pick(words));
                rest = rest.get(at + 3..).unwrap_or_default();
            }
            text.push_str(rest);
            text.push(if i % 4 == 3 { '\n' } else { ' ' });
        }
        text
    }

    /// A paragraph of prose around a sentence.
    pub(super) fn around(&mut self, sentence: &str) -> String {
        let (before, after) = (self.prose(6), self.prose(5));
        format!("{}\n\n{sentence} {after}", before.trim_end())
    }
}
