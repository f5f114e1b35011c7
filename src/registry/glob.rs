use crate::model::EvidencePath;
use globset::{GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};
use std::fmt;

/// A glob over evidence paths in their text form, with or without the label of the root:
/// `staging/app/*.war` and `ev/staging/app/*.war` both match `ev/staging/app/a.war`.
///
/// `*` and `?` stay within one name, `**` crosses folders, `[…]` and `{a,b}` are classes and
/// alternatives, `\` takes the next character as it is. Case matters. What lies below a matching
/// folder, or in a matching container, matches too.
#[derive(Clone)]
pub struct PathGlob {
    text: String,
    exact: GlobMatcher,
    with_content: GlobSet,
}

impl PathGlob {
    /// Compiles a glob; blanks and slashes around it do not count.
    ///
    /// # Errors
    /// The fault of the glob, in words.
    pub fn new(text: &str) -> Result<Self, String> {
        let stem = text.trim();
        let stem = stem.strip_prefix("./").unwrap_or(stem).trim_matches('/');
        if stem.is_empty() {
            return Err("the glob is empty".to_owned());
        }
        let compile =
            |glob: &str| GlobBuilder::new(glob).literal_separator(true).backslash_escape(true).build().map_err(|e| e.kind().to_string());
        let mut set = GlobSetBuilder::new();
        for glob in [stem.to_owned(), format!("{stem}/**"), format!("{stem}!/**")] {
            set.add(compile(&glob)?);
        }
        let with_content = set.build().map_err(|e| e.to_string())?;
        Ok(Self { text: text.trim().to_owned(), exact: compile(stem)?.compile_matcher(), with_content })
    }

    /// The glob as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Does it attribute this item?
    pub fn matches(&self, path: &EvidencePath) -> bool {
        self.matches_text(&path.to_string())
    }

    /// As [`matches`](Self::matches), on the path's text form.
    pub fn matches_text(&self, path: &str) -> bool {
        self.with_content.is_match(path) || without_label(path).is_some_and(|p| self.with_content.is_match(p))
    }

    /// The name of the folder below the outermost folder or container that the glob names itself: the
    /// glob `data/tenants` finds `ACME01` in `ev/data/tenants/ACME01/in/x.txt`. The names of files are
    /// no folders.
    pub fn folder_below<'p>(&self, path: &'p str) -> Option<&'p str> {
        for (at, _) in path.match_indices('/') {
            let (prefix, rest) = (&path[..at], &path[at + 1..]);
            let prefix = prefix.strip_suffix('!').unwrap_or(prefix);
            if self.exact.is_match(prefix) || without_label(prefix).is_some_and(|p| self.exact.is_match(p)) {
                let (name, _) = rest.split_once('/')?;
                return (!name.is_empty() && !name.ends_with('!')).then_some(name);
            }
        }
        None
    }
}

fn without_label(path: &str) -> Option<&str> {
    path.split_once('/').map(|(_, rest)| rest)
}

impl fmt::Debug for PathGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PathGlob({:?})", self.text)
    }
}

impl fmt::Display for PathGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for PathGlob {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for PathGlob {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_or_container_attributes_its_content() {
        for glob in ["staging/app", "ev/staging/app/", "/staging/app/**", "staging/app/*.war", "**/app/a.war", "**/*.war"] {
            let glob = PathGlob::new(glob).unwrap();
            assert!(glob.matches_text("ev/staging/app/a.war!/WEB-INF/lib/site.jar!/conf/site.properties"), "{glob}");
            assert!(!glob.matches_text("ev/staging/apple/b.txt"), "{glob}");
            assert!(!glob.matches_text("ev/b.txt"), "{glob}");
        }
    }

    #[test]
    fn one_star_stays_in_its_folder() {
        let glob = PathGlob::new("vendor/*.jar").unwrap();
        assert!(glob.matches_text("ev/vendor/a.jar") && !glob.matches_text("ev/vendor/lib/a.jar") && !glob.matches_text("ev/Vendor/a.jar"));
    }

    #[test]
    fn the_folder_below() {
        let glob = PathGlob::new("**/tenants").unwrap();
        assert_eq!(glob.folder_below("ev/data/tenants/ACME01/in/x.txt"), Some("ACME01"));
        assert_eq!(glob.folder_below("ev/data/tenants/x.txt"), None);
        assert_eq!(glob.folder_below("ev/data/x/y.txt"), None);
        let inside = PathGlob::new("b.zip").unwrap();
        assert_eq!(inside.folder_below("ev/b.zip!/ACME01/x.txt"), Some("ACME01"));
        assert_eq!(inside.folder_below("ev/b.zip!/c.zip!/x.txt"), None);
    }

    #[test]
    fn faults_are_told() {
        for glob in ["", " / ", "a[", "{a,b"] {
            assert!(PathGlob::new(glob).is_err(), "{glob}");
        }
    }
}
