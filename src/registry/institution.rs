use super::{DateCell, Defect, Encoding, Incident, PathGlob};
use crate::model::{ContentId, Scheme};
use jiff::civil::Date;
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

/// A registry folder, read and joined.
#[derive(Clone, Debug)]
pub struct Registry {
    /// In the order of the customers file. Indices elsewhere point here.
    pub institutions: Vec<Institution>,
    /// In the order of the products file.
    pub products: Vec<Product>,
    /// What happened, which platform versions it concerns, and how to judge.
    pub incident: Incident,
    /// What can be read and not relied on, in the order of the files.
    pub defects: Vec<Defect>,
    /// What was repaired with certainty, and what else a keeper of the registry should know. No
    /// verdict depends on it.
    pub notes: Vec<Defect>,
    /// SHA-256 over the names and bytes of the files read, in the order of their names.
    pub digest: ContentId,
    /// What people decided about items, gaps and mentions.
    pub reviews: Vec<super::Review>,
    /// SHA-256 over the review files, where there are any.
    pub reviews_digest: Option<ContentId>,
    /// Letters that were sent. They are no part of the digest: they come and go without the registry changing.
    pub notices: Vec<super::Notice>,
    /// How each file was read.
    pub sources: Vec<Source>,
    /// All that this was read from.
    pub given: super::Given,
}

impl Registry {
    /// These institutions and nothing else, as controls and tests have them.
    pub(crate) fn of(institutions: Vec<Institution>) -> Self {
        Self {
            institutions,
            products: Vec::new(),
            incident: Incident::default(),
            defects: Vec::new(),
            notes: Vec::new(),
            digest: ContentId([0; 32]),
            reviews: Vec::new(),
            reviews_digest: None,
            notices: Vec::new(),
            sources: Vec::new(),
            given: super::Given::default(),
        }
    }

    /// The index of the institution with this id. Looks at all of them; for many look-ups make a map.
    pub fn find(&self, customer_id: &str) -> Option<usize> {
        self.institutions.iter().position(|i| i.customer_id == customer_id)
    }

    /// The topmost parent of an institution, which stands for its group.
    pub fn head_of_group(&self, mut institution: usize) -> usize {
        // There are no cycles of parents: they were opened when the registry was read.
        while let Some(parent) = self.institutions[institution].parent {
            institution = parent;
        }
        institution
    }
}

/// How a file of the registry was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// File name below the registry folder.
    pub file: String,
    /// Its encoding, found out.
    pub encoding: Encoding,
    /// Its delimiter, found out; none in JSON Lines and TOML.
    pub delimiter: Option<char>,
}

/// A customer of the vendor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Institution {
    /// Unique. Blank (a defect) in one institution at most.
    pub customer_id: String,
    /// Blank where the registry has none, which is a defect.
    pub legal_name: String,
    /// Index of the parent. Parents never form a cycle.
    pub parent: Option<usize>,
    /// What its parent is called, which is no customer.
    pub outside_parent: Option<String>,
    /// Index of the institution that took this one over. Successors never form a cycle.
    pub successor: Option<usize>,
    /// ISO 3166 alpha-2, in capitals; blank where it is not known.
    pub country: String,
    /// As the registry writes it: a name, a postal code of a state, or nothing.
    pub region: String,
    /// As the registry writes it.
    pub city: String,
    /// As the registry writes it.
    pub status: String,
    /// Its account carries other institutions' files.
    pub serves_others: bool,
    /// Further names; the legal name is not repeated here.
    pub names: Vec<Name>,
    /// All identifiers, also those that cannot be used.
    pub identifiers: Vec<Identifier>,
    /// All deployments, also those that cannot be compared.
    pub deployments: Vec<Deployment>,
    /// Indices into [`Registry::defects`].
    pub defects: Vec<usize>,
    /// Line in the customers file.
    pub line: u64,
    /// Columns of the customers file that have no meaning here.
    pub extra: BTreeMap<String, String>,
}

impl Institution {
    /// The identifiers that can be searched.
    pub fn usable_identifiers(&self) -> impl Iterator<Item = &Identifier> {
        self.identifiers.iter().filter(|i| i.usable)
    }

    /// The legal name and all others that are not blank.
    pub fn all_names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.legal_name.as_str()).chain(self.names.iter().map(|n| n.name.as_str())).filter(|n| !n.is_empty())
    }
}

/// A further name of an institution.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// Never blank; runs of blanks and line breaks are one blank.
    pub name: String,
    /// `trade`, `short`, `former` or another word; may be blank.
    pub kind: String,
    /// First day of use.
    pub from: Option<Date>,
    /// Last day of use.
    pub to: Option<Date>,
    /// Line in the names file.
    pub line: u64,
    /// Columns that have no meaning here.
    pub extra: BTreeMap<String, String>,
}

/// An identifier of an institution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    /// Its kind.
    pub scheme: Scheme,
    /// Its normal form; as written where it is not usable.
    pub value: String,
    /// As written.
    pub raw: String,
    /// First day of use.
    pub from: Option<Date>,
    /// Last day of use.
    pub to: Option<Date>,
    /// Can be searched. If not, a defect says why.
    pub usable: bool,
    /// Line in the identifiers file.
    pub line: u64,
    /// Columns that have no meaning here.
    pub extra: BTreeMap<String, String>,
}

/// A product of the vendor in use at an institution.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deployment {
    /// As written.
    pub product_id: String,
    /// Index into [`Registry::products`]. `None`: which product it is cannot be said, so it may be any.
    pub product: Option<usize>,
    /// May be blank.
    pub business_unit: String,
    /// As written; blank where it is missing.
    pub platform: String,
    /// As written; see [`Version::parse`](super::Version::parse).
    pub version: String,
    /// First day; empty counts as before everything.
    pub from: DateCell,
    /// Last day; empty is open or not known.
    pub to: DateCell,
    /// Day on which its data was removed from the platform.
    pub purged: DateCell,
    /// Why this row cannot be relied on at all: shifted cells, a customer id that fits several.
    pub doubt: Option<String>,
    /// Line in the deployments file.
    pub line: u64,
    /// Columns that have no meaning here.
    pub extra: BTreeMap<String, String>,
}

/// A product of the vendor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Product {
    /// Unique.
    pub product_id: String,
    /// May be blank.
    pub name: String,
    /// Platform that it runs on; may be blank.
    pub platform: String,
    /// Which files are the product's.
    pub path_pattern: Option<PathGlob>,
    /// Formats of the product's files, as `ruleout formats` names them. They tell of which product an institution's
    /// own items are, and nothing else.
    pub formats: Vec<String>,
    /// Line in the products file.
    pub line: u64,
    /// Columns that have no meaning here.
    pub extra: BTreeMap<String, String>,
}

/// Do two platform names mean the same platform? Case, width, blanks, hyphens and underscores make no
/// difference: people write `sftp-hub`, `SFTP Hub` and `sftp_hub`, and a platform that is taken for
/// another one rules out wrongly.
pub fn same_platform(a: &str, b: &str) -> bool {
    fn folded(name: &str) -> impl Iterator<Item = char> {
        let kept = name.nfkc().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}'));
        kept.flat_map(char::to_lowercase)
    }
    // Folded as above.
    fn folded_ascii(name: &str) -> impl Iterator<Item = u8> {
        name.bytes().filter(|b| !char::from(*b).is_whitespace() && !matches!(b, b'-' | b'_')).map(|b| b.to_ascii_lowercase())
    }
    match a.is_ascii() && b.is_ascii() {
        true => folded_ascii(a).eq(folded_ascii(b)),
        false => folded(a).eq(folded(b)),
    }
}

/// Is a platform one of several that a cell names: `sftp-hub; relay`, `sftp-hub and relay`?
pub fn names_platform(cell: &str, platform: &str) -> bool {
    let cell: String = cell.nfkc().collect();
    let parts =
        cell.split([';', ',', '|', '/', '+', '&', '\n', '(', ')']).flat_map(|part| part.split(" and ")).flat_map(|part| part.split(" or "));
    parts.into_iter().any(|part| same_platform(part, platform))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_may_name_several_platforms() {
        for cell in ["sftp-hub;relay", "relay|SFTP Hub", "relay, sftp_hub", "relay and sftp-hub", "relay (sftp-hub)"] {
            assert!(names_platform(cell, "sftp-hub"), "{cell}");
        }
        assert!(same_platform("ｓｆｔｐ－ｈｕｂ", "sftp-hub") && !names_platform("sftp-hub-2; relay", "sftp-hub"));
    }
}
