//! Whose a place is: homes on the transfer platform, folders of client codes, declared scopes and the
//! path patterns of products. It decides owner mentions by path, and against whom a gap counts.

use super::lexicon::{Lexicon, is_telling_code};
use crate::model::Scheme;
use crate::registry::{Holds, PathGlob, Registry};
use std::collections::{BTreeMap, BTreeSet};

/// Folders whose children are homes by their name alone, near the top of the evidence.
const HOME_FOLDERS: &[&str] = &["home", "homes"];
/// How deep such a folder may lie: mount points and wrapping archives stand above it.
const HOME_DEPTH: usize = 3;

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

#[derive(Default)]
struct Folder {
    children: BTreeMap<Vec<u8>, Folder>,
}

/// All folders of the evidence and of the listings, with what they are.
pub struct Folders<'l> {
    lexicon: &'l Lexicon,
    top: Folder,
    layouts: Vec<PathGlob>,
}

impl<'l> Folders<'l> {
    /// No folders yet.
    pub fn new(lexicon: &'l Lexicon, registry: &Registry) -> Self {
        Self { lexicon, top: Folder::default(), layouts: registry.incident.layouts.iter().map(|l| l.path.clone()).collect() }
    }

    /// Adds the folders above a file.
    pub fn add<'c>(&mut self, components: impl Iterator<Item = &'c [u8]>) {
        let mut components = components.peekable();
        let mut folder = &mut self.top;
        while let Some(name) = components.next() {
            if components.peek().is_none() {
                break;
            }
            // `entry` would copy every name.
            if !folder.children.contains_key(name) {
                folder.children.insert(name.to_vec(), Folder::default());
            }
            folder = folder.children.get_mut(name).expect("was just inserted");
        }
    }

    /// What the place of a file says.
    pub fn place<'c>(&self, components: impl Iterator<Item = &'c [u8]>) -> Place {
        let mut place = Place::default();
        let mut folder = &self.top;
        let mut above: Vec<&[u8]> = Vec::new();
        let mut components = components.peekable();
        while let Some(name) = components.next() {
            if components.peek().is_none() {
                break;
            }
            let is_parent_of_homes = self.holds_homes(folder, &above);
            match self.registered(name) {
                Some((scheme, value, holders)) => {
                    let sure = is_parent_of_homes || (scheme == Scheme::TransferAccount && is_telling_code(&value));
                    // A number or a short word that equals a code is chance where its siblings are no codes.
                    if sure || is_telling_code(&value) {
                        place.homes.push(Home { scheme, value, holders, sure });
                    }
                }
                None if is_parent_of_homes && place.unclaimed.is_none() && place.homes.is_empty() => {
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
        place
    }

    /// The registered account or code that a folder is named by.
    fn registered(&self, name: &[u8]) -> Option<(Scheme, String, Vec<usize>)> {
        let name = std::str::from_utf8(name).ok()?;
        [Scheme::TransferAccount, Scheme::ClientCode].into_iter().find_map(|scheme| {
            let (_, entry) = self.lexicon.by_value(&scheme, name)?;
            match &entry.what {
                super::lexicon::What::Identifier(scheme, value) => Some((scheme.clone(), value.clone(), entry.holders.clone())),
                super::lexicon::What::Name { .. } => None,
            }
        })
    }

    /// Are the children of this folder homes? By a declared layout; by its name near the top; or because at
    /// least two, and most, of its children are named by accounts or codes of the registry.
    fn holds_homes(&self, folder: &Folder, above: &[&[u8]]) -> bool {
        let path = above.iter().map(|c| String::from_utf8_lossy(c)).collect::<Vec<_>>().join("/");
        if !path.is_empty() && self.layouts.iter().any(|layout| layout.folder_below(&format!("{path}/home/file")) == Some("home")) {
            return true;
        }
        let named = above.last().is_some_and(|name| HOME_FOLDERS.iter().any(|h| name.eq_ignore_ascii_case(h.as_bytes())));
        if named && above.len() <= HOME_DEPTH {
            return true;
        }
        let registered = folder.children.keys().filter(|name| self.registered(name).is_some()).count();
        (named && registered >= 1) || (registered >= 2 && registered * 2 >= folder.children.len())
    }
}

/// Who could have files in a place that was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Anybody who depends.
    Everybody,
    /// The holders of a home or of an item, with their groups.
    Institutions(BTreeSet<usize>),
    /// Whoever has a deployment of a product.
    Product(String),
    /// Those that depend and have no registered account.
    WithoutAccount,
    /// Nobody: the vendor's own.
    Nobody,
}

/// The reach of a path by declared scopes and product patterns; `None` where nothing is declared.
pub fn declared_reach(registry: &Registry, path: &str) -> Option<Reach> {
    for scope in &registry.incident.scopes {
        if scope.path.matches_text(path) {
            return Some(match &scope.holds {
                Holds::Vendor => Reach::Nobody,
                Holds::Customer(institution) => Reach::Institutions(BTreeSet::from([*institution])),
                Holds::Product(product) => Reach::Product(registry.products[*product].product_id.clone()),
            });
        }
    }
    registry
        .products
        .iter()
        .find(|p| p.path_pattern.as_ref().is_some_and(|pattern| pattern.matches_text(path)))
        .map(|p| Reach::Product(p.product_id.clone()))
}
