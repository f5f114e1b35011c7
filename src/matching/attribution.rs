//! Whose a place is: homes on the transfer platform, folders of client codes, declared scopes and the
//! path patterns of products. It decides owner mentions by path, and against whom a gap counts.

use super::homes::{Traits, folder_name, is_home_folder};
use super::lexicon::{Client, Lexicon, is_numeric, is_telling_code, proves};
use crate::identifier::{Specific, inline::LONG_NUMBER, labelled};
use crate::model::{Act, EvidencePath, Scheme};
use crate::registry::{Holds, PathGlob, Registry};
use crate::tokens::words_of;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How a partition of records ends that have no value in its column (Apache Hive).
const NO_VALUE: &[u8] = b"=__HIVE_DEFAULT_PARTITION__";
/// Folders deeper than this are not told apart: names come from hostile archives.
const FOLDER_DEPTH: usize = 128;

/// What a folder says as `key=value`, as the partitions of data lakes are named.
fn said(part: &str) -> Option<(&str, &str)> {
    part.split_once('=').filter(|(key, value)| !key.is_empty() && !value.is_empty())
}

/// How surely the key of such a part names client codes or accounts.
fn key_of_clients(key: &str) -> Option<Specific> {
    let words = words_of(key);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let of_clients = |(scheme, _): &&(Scheme, Specific)| matches!(scheme, Scheme::ClientCode | Scheme::TransferAccount);
    labelled(&words).into_iter().filter(of_clients).map(|(_, specific)| *specific).max()
}

/// A folder or account that belongs to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// `transfer_account` or `client_code`.
    pub scheme: Scheme,
    /// The account or code.
    pub value: String,
    /// Who holds it.
    pub holders: Vec<usize>,
    /// Surely a home; otherwise the folder's name merely equals a code.
    pub sure: bool,
}

/// What a place says about whose it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Homes that it lies in, outermost first.
    pub homes: Vec<Home>,
    /// The home that nobody claims in which it lies, as a path of components.
    pub unclaimed: Option<Vec<Vec<u8>>>,
}

impl Place {
    /// What another place says of the same file holds as well. One that is somebody's is not nobody's.
    pub(super) fn join(&mut self, other: Self) {
        for home in other.homes {
            match self.homes.iter_mut().find(|own| own.scheme == home.scheme && own.value == home.value) {
                Some(own) => own.sure |= home.sure,
                None => self.homes.push(home),
            }
        }
        if self.homes.iter().any(|home| home.sure) {
            self.unclaimed = None;
        }
    }

    /// People decided that it is no home of these.
    pub(super) fn forget(&mut self, rejected: &BTreeSet<usize>) {
        if !rejected.is_empty() {
            self.homes.iter_mut().for_each(|home| home.holders.retain(|holder| !rejected.contains(holder)));
            self.homes.retain(|home| !home.holders.is_empty());
        }
    }
}

#[derive(Default)]
struct Folder {
    children: BTreeMap<Vec<u8>, Folder>,
    /// Something lies in it, or below it.
    holds_files: bool,
    /// Its children are homes.
    holds_homes: bool,
    /// It lies where homes do, and is one by a declared layout or by its looks, whether or not somebody claims it.
    is_home: bool,
    /// Its children are named by codes that may as well be years, months or days.
    may_hold_homes: bool,
}

/// All folders of the evidence and of the listings, with what they are.
pub struct Folders<'l> {
    lexicon: &'l Lexicon,
    top: Folder,
    /// The roots by their labels, as if they lay beside each other in one folder; below them what lies at their top.
    roots: Folder,
    layouts: Vec<PathGlob>,
}

impl<'l> Folders<'l> {
    /// No folders yet.
    pub fn new(lexicon: &'l Lexicon, registry: &Registry) -> Self {
        Self {
            lexicon,
            top: Folder::default(),
            roots: Folder::default(),
            layouts: registry.incident.layouts.iter().map(|l| l.path.clone()).collect(),
        }
    }

    /// Adds a root with what lies at its top: roots may be homes beside each other.
    pub fn add_root(&mut self, path: &EvidencePath) {
        let root = self.roots.children.entry(path.label.as_bytes().to_vec()).or_default();
        if let Some(name) = path.components().next().filter(|name| !root.children.contains_key(*name)) {
            root.children.insert(name.to_vec(), Folder::default());
        }
    }

    /// Adds the folders above a file; a container is the folder of what is in it.
    pub fn add<'c>(&mut self, components: impl Iterator<Item = &'c [u8]>, is_container: bool) {
        self.add_folders(components, is_container, true);
    }

    /// Adds a folder in which nothing lies. It says nothing about those beside it, unless it is registered.
    pub fn add_bare<'c>(&mut self, components: impl Iterator<Item = &'c [u8]>) {
        self.add_folders(components, true, false);
    }

    fn add_folders<'c>(&mut self, components: impl Iterator<Item = &'c [u8]>, is_container: bool, holds_files: bool) {
        let mut components = components.take(FOLDER_DEPTH).peekable();
        let mut folder = &mut self.top;
        while let Some(name) = components.next() {
            if components.peek().is_none() && !is_container {
                break;
            }
            // `entry` would copy every name.
            if !folder.children.contains_key(name) {
                folder.children.insert(name.to_vec(), Folder::default());
            }
            folder = folder.children.get_mut(name).expect("was just inserted");
            folder.holds_files |= holds_files;
        }
    }

    /// All folders were added: finds those whose children are homes.
    pub fn settle(mut self) -> Self {
        let mut top = std::mem::take(&mut self.top);
        self.settle_below(&mut top, &mut Vec::new());
        self.top = top;
        let mut roots = std::mem::take(&mut self.roots);
        self.settle_below(&mut roots, &mut Vec::new());
        self.roots = roots;
        self
    }

    fn settle_below(&self, folder: &mut Folder, above: &mut Vec<Vec<u8>>) {
        let is_declared = self.is_declared(above);
        folder.holds_homes = is_declared || self.holds_homes(folder, above);
        if folder.holds_homes {
            let mut traits = Traits::default();
            let homes = folder.children.iter().filter(|(name, _)| self.registered(name).is_some());
            homes.for_each(|(name, home)| traits.take(folder_name(name), home.children.keys()));
            for (name, child) in &mut folder.children {
                child.is_home = is_declared || traits.are_of(folder_name(name), child.children.keys());
            }
        }
        folder.may_hold_homes = !folder.holds_homes && self.dates(folder, above) == Some(Dates::Codes);
        for (name, child) in &mut folder.children {
            above.push(name.clone());
            self.settle_below(child, above);
            above.pop();
        }
    }

    /// What the place of a file says. Its root may be a home itself, and then bears the account; so may a container.
    pub fn place(&self, path: &EvidencePath, is_container: bool) -> Place {
        let mut place = Place::default();
        let label = path.label.as_bytes();
        match self.registered(label) {
            Some((_, (scheme, value, holders))) => {
                let sure = self.roots.holds_homes || (scheme == Scheme::TransferAccount && is_distinctive(&value));
                // A root is a folder that somebody chose: a long number that is all of its name is a code by no chance.
                let is_long = is_numeric(&value) && value.len() >= LONG_NUMBER && !is_date(label);
                let points = is_long || is_telling_code(&value) && !value.bytes().all(|b| b.is_ascii_alphabetic());
                if sure || points {
                    place.homes.push(Home { scheme, value, holders, sure });
                }
            }
            None if self.roots.children.get(label).is_some_and(|root| root.is_home) => place.unclaimed = Some(Vec::new()),
            None => {}
        }
        let is_root_of_homes = is_home_folder(label);
        let mut folder = &self.top;
        let mut above: Vec<&[u8]> = Vec::new();
        let mut components = path.components().peekable();
        while let Some(name) = components.next() {
            if components.peek().is_none() && !is_container {
                break;
            }
            let is_parent_of_homes = folder.holds_homes || is_root_of_homes && above.is_empty();
            let may_be_home = folder.may_hold_homes;
            match self.registered(name) {
                Some((label, (scheme, value, holders))) => {
                    // Short numbers after a label are as likely keys of some table.
                    let proven = label.is_some_and(|label| proves(label, &value));
                    let labelled = proven && (!is_numeric(&value) || value.len() >= LONG_NUMBER);
                    let sure = is_parent_of_homes || labelled || (scheme == Scheme::TransferAccount && is_distinctive(&value));
                    // A number that equals a code is chance where its siblings are no codes.
                    let said = proven || label.is_some() && !is_numeric(&value);
                    if sure || said || may_be_home || is_telling_code(&value) || (scheme == Scheme::TransferAccount && !is_numeric(&value))
                    {
                        place.homes.push(Home { scheme, value, holders, sure });
                    }
                }
                None if folder.children.get(name).is_some_and(|child| child.is_home)
                    && place.unclaimed.is_none()
                    && !place.homes.iter().any(|home| home.sure)
                    && !name.ends_with(NO_VALUE)
                    // An archive that nobody claims is a file in nobody's folder.
                    && folder_name(name).len() == name.len() =>
                {
                    place.unclaimed = Some(above.iter().chain([&name]).map(|c| c.to_vec()).collect());
                }
                None => {}
            }
            above.push(name);
            match folder.children.get(name) {
                Some(child) => folder = child,
                None => break,
            }
        }
        // A root beside homes, which holds homes of its own.
        if place.homes.iter().any(|home| home.sure) && place.unclaimed.as_ref().is_some_and(Vec::is_empty) {
            place.unclaimed = None;
        }
        place
    }

    /// The registered account or code that a folder is named by, with all who hold it; with how surely its name says what
    /// it is, where it does.
    fn registered(&self, name: &[u8]) -> Option<(Option<Specific>, Client)> {
        let name = std::str::from_utf8(folder_name(name)).ok()?;
        if let Some((key, value)) = said(name)
            && let Some(label) = key_of_clients(key)
            && let Some(client) = self.lexicon.client(value)
        {
            return Some((Some(label), client));
        }
        Some((None, self.lexicon.client(name)?))
    }

    /// Does a declared layout say that the children of this folder are homes?
    fn is_declared(&self, above: &[Vec<u8>]) -> bool {
        let path = above.iter().map(|c| String::from_utf8_lossy(c)).collect::<Vec<_>>().join("/");
        !path.is_empty() && self.layouts.iter().any(|layout| layout.folder_below(&format!("{path}/home/file")) == Some("home"))
    }

    /// Are the children of this folder homes? By its name, if it lies at the top or one of its
    /// children is named by an account or code of the registry (`home/oracle` of a server's image is no customer's);
    /// because at least two, and most, of its children are; or because one surely is and most look like it inside.
    fn holds_homes(&self, folder: &Folder, above: &[Vec<u8>]) -> bool {
        let named = above.last().is_some_and(|name| is_home_folder(name));
        let registered = folder.children.keys().filter(|name| self.registered(name).is_some()).count();
        let nobodys = folder.children.iter().filter(|(name, child)| child.holds_files && self.registered(name).is_none()).count();
        (named && (registered >= 1 || above.len() == 1))
            || (registered >= 2 && registered >= nobodys && self.dates(folder, above).is_none())
            || (registered >= 1 && self.look_like_a_home(folder))
    }
}

/// A word that somebody's account is named by is also just a folder.
fn is_distinctive(account: &str) -> bool {
    is_telling_code(account) && !account.chars().all(char::is_alphabetic)
}

/// What folders are whose names are dates.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dates {
    /// Years, months or days: some of them are nobody's code.
    Calendar,
    /// Each of them is a code as well.
    Codes,
}

/// Is a folder named by a year, a month or a day: `2024`, `202411`, `20241107`?
fn is_date(name: &[u8]) -> bool {
    let part = |range: std::ops::Range<usize>| {
        name.get(range).and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|digits| digits.parse::<u16>().ok())
    };
    let is_in = |range: std::ops::Range<usize>, values: std::ops::RangeInclusive<u16>| part(range).is_some_and(|n| values.contains(&n));
    is_digits(name)
        && is_in(0..4, 1980..=2049)
        && match name.len() {
            4 => true,
            6 => is_in(4..6, 1..=12),
            8 => is_in(4..6, 1..=12) && is_in(6..8, 1..=31),
            _ => false,
        }
}

fn is_digits(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(u8::is_ascii_digit)
}

impl Folders<'_> {
    /// Are the children of this folder dates? All that are numbers are, what is registered is among them, and the folder
    /// is not said to be that of clients. From three on that are codes one and all they are codes.
    fn dates(&self, folder: &Folder, above: &[Vec<u8>]) -> Option<Dates> {
        const CHANCE: usize = 2;
        let mut dates = 0;
        let mut codes = 0;
        for name in folder.children.keys() {
            let is_registered = self.registered(name).is_some();
            let name = folder_name(name);
            match is_date(name) {
                true => (dates, codes) = (dates + 1, codes + usize::from(is_registered)),
                false if is_registered || is_digits(name) => return None,
                false => {}
            }
        }
        let is_of_clients = || above.last().and_then(|name| std::str::from_utf8(name).ok()).and_then(key_of_clients).is_some();
        match () {
            () if dates < 2 || codes == 0 || is_of_clients() => None,
            () if codes < dates => Some(Dates::Calendar),
            () => (dates <= CHANCE).then_some(Dates::Codes),
        }
    }

    /// Has one of the children, which is named by an account that is no word, folders that most of its siblings have
    /// as well, `inbound` or `outbound`?
    fn look_like_a_home(&self, folder: &Folder) -> bool {
        let is_account = |name: &[u8]| {
            self.registered(name).is_some_and(|(_, (scheme, value, _))| {
                scheme == Scheme::TransferAccount && !is_numeric(&value) && !value.chars().all(char::is_alphabetic)
            })
        };
        folder.children.iter().filter(|(name, _)| is_account(name)).any(|(_, home)| {
            let alike = |child: &&Folder| child.children.keys().any(|inner| home.children.contains_key(inner));
            let (alike, others): (Vec<&Folder>, Vec<&Folder>) = folder.children.values().partition(alike);
            let others = others.iter().filter(|child| child.holds_files).count();
            alike.len() + others >= 2 && alike.len() > others
        })
    }
}

/// Who could have files in a place that was not read: the union of all that is said here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Anybody who depends.
    pub everybody: bool,
    /// Those that depend and have no registered identifier of this scheme: an account, a code of the vendor.
    pub without: Option<Scheme>,
    /// These institutions, as far as they depend.
    pub institutions: Arc<BTreeSet<usize>>,
    /// Whoever has a deployment of one of these products.
    pub products: BTreeSet<String>,
}

impl Reach {
    /// Anybody who depends.
    pub fn everybody() -> Self {
        Self { everybody: true, ..Self::default() }
    }

    /// Those that depend and have no registered identifier of this scheme.
    pub fn without(scheme: Scheme) -> Self {
        Self { without: Some(scheme), ..Self::default() }
    }
}

/// What the incident or a review declares about a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// Some scope says that it holds the vendor's own.
    pub vendor: bool,
    /// Institutions whose files scopes declare it to hold.
    pub customers: BTreeSet<usize>,
    /// Products whose files scopes declare it to hold, or whose path pattern it fits.
    pub products: BTreeSet<String>,
    /// Reviews that attribute it.
    pub reviews: BTreeSet<usize>,
}

impl Declared {
    /// Is anything declared?
    pub fn is_some(&self) -> bool {
        self.vendor || !self.customers.is_empty() || !self.products.is_empty()
    }
}

/// All that scopes, reviews and product patterns say about a path; where several fit, all hold.
pub fn declared(registry: &Registry, path: &str) -> Declared {
    let mut out = Declared::default();
    for scope in registry.incident.scopes.iter().filter(|scope| scope.path.matches_text(path)) {
        match &scope.holds {
            Holds::Vendor => out.vendor = true,
            Holds::Customer(institution) => _ = out.customers.insert(*institution),
            Holds::Product(product) => _ = out.products.insert(registry.products[*product].product_id.clone()),
        }
    }
    let day = registry.incident.as_of;
    let attributes = |r: &crate::registry::Review| r.act == Act::Attribute && r.item.matches(path) && r.is_decided_by(day);
    for (at, review) in registry.reviews.iter().enumerate().filter(|(_, review)| attributes(review)) {
        out.reviews.insert(at);
        match review.institution {
            Some(institution) => _ = out.customers.insert(institution),
            None => out.vendor = true,
        }
    }
    let fits = |p: &&crate::registry::Product| p.path_pattern.as_ref().is_some_and(|pattern| pattern.matches_text(path));
    out.products.extend(registry.products.iter().filter(fits).map(|p| p.product_id.clone()));
    out
}
