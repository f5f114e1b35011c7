//! Whom a text names beside the institution that a pack is for.

use crate::matching::forms;
use crate::registry::Registry;
use crate::tokens::words_of;
use aho_corasick::{AhoCorasick, MatchKind};
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;

/// Stands for a part of a path that names somebody else.
pub(super) const MASK: &str = "•••";
/// From so many letters on a name is found inside longer words too.
const LONG_NAME: usize = 8;
/// From so many characters on an identifier is found inside longer words too.
const LONG_IDENTIFIER: usize = 6;

/// A name or identifier, folded, without blanks.
struct Pattern {
    bearers: BTreeSet<usize>,
    /// It counts where it begins and ends with a word alone: shorter ones stand in other words by chance.
    whole: bool,
}

/// All names and identifiers of the registry.
pub(super) struct Others {
    automaton: AhoCorasick,
    patterns: Vec<Pattern>,
}

impl Others {
    pub fn of(registry: &Registry) -> Result<Self> {
        let mut patterns: BTreeMap<String, Pattern> = BTreeMap::new();
        let mut add = |text: String, institution: usize, long: usize| {
            if text.chars().count() < 3 {
                return;
            }
            let whole = text.len() < long || text.len() < 9 && text.bytes().all(|b| b.is_ascii_digit());
            let pattern = patterns.entry(text).or_insert(Pattern { bearers: BTreeSet::new(), whole });
            pattern.bearers.insert(institution);
            pattern.whole &= whole;
        };
        for (number, institution) in registry.institutions.iter().enumerate() {
            for form in institution.all_names().flat_map(forms) {
                add(form.terms.concat(), number, LONG_NAME);
            }
            for identifier in &institution.identifiers {
                for value in [&identifier.value, &identifier.raw] {
                    add(Folded::of(value).text, number, LONG_IDENTIFIER);
                }
            }
        }
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(patterns.keys()).context("too many names")?;
        Ok(Self { automaton, patterns: patterns.into_values().collect() })
    }

    /// Does a text name an institution other than this one? What stands inside a name or identifier that it
    /// bears itself is its own.
    pub fn are_named(&self, text: &str, institution: usize) -> bool {
        let folded = Folded::of(text);
        let (mut own, mut others): (Vec<Range<usize>>, Vec<Range<usize>>) = (Vec::new(), Vec::new());
        for found in self.automaton.find_overlapping_iter(&folded.text) {
            let pattern = &self.patterns[found.pattern().as_usize()];
            let is_whole = folded.borders.contains(&found.start()) && folded.borders.contains(&found.end());
            if pattern.bearers.contains(&institution) {
                own.push(found.range());
            } else if is_whole || !pattern.whole {
                others.push(found.range());
            }
        }
        others.iter().any(|other| !own.iter().any(|own| own.start <= other.start && other.end <= own.end))
    }

    /// A path with the parts that name others masked.
    pub fn masked(&self, path: &str, institution: usize) -> String {
        let part = |part: &str| {
            let (name, step) = part.strip_suffix('!').map_or((part, ""), |name| (name, "!"));
            if self.are_named(name, institution) { format!("{MASK}{step}") } else { part.to_owned() }
        };
        path.split('/').map(part).collect::<Vec<_>>().join("/")
    }
}

/// A text in small letters without accents and without what stands between words.
struct Folded {
    text: String,
    /// Where words begin and end.
    borders: HashSet<usize>,
}

impl Folded {
    fn of(text: &str) -> Self {
        let mut folded = Self { text: String::new(), borders: HashSet::from([0]) };
        for word in words_of(text) {
            folded.text.push_str(&word);
            folded.borders.insert(folded.text.len());
        }
        folded
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry;

    fn with_registry(test: impl FnOnce(&Others)) {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("customers.csv", "customer_id,legal_name\nA,First State Bank of Ivesworth\nB,First State Bank\nC,Quillcroft Savings Bank\n");
        write(
            "identifiers.csv",
            "customer_id,scheme,value\nA,client_code,QX7701ZP\nB,transfer_account,fsb-0042\nC,domain,quillcroft.example\n",
        );
        write("names.csv", "customer_id,name\nC,Quill\n");
        write("products.csv", "product_id,name\n");
        write("deployments.csv", "customer_id,product_id,platform,version\n");
        write(
            "incident.toml",
            "[incident]\nid = \"i\"\nwindow_from = 2025-01-01\nwindow_to = 2025-01-31\n\n[[compromised]]\nplatform = \"p\"\nversions = \">=1\"\n",
        );
        test(&Others::of(&registry::load(folder.path(), false).unwrap()).unwrap());
    }

    #[test]
    fn parts_that_name_others_are_masked_and_own_ones_stay() {
        with_registry(|others| {
            for (path, for_a, for_c) in [
                ("ev/home/fsb-0042/a.csv", "ev/home/•••/a.csv", "ev/home/•••/a.csv"),
                ("ev/First State Bank of Ivesworth.zip!/a.csv", "ev/First State Bank of Ivesworth.zip!/a.csv", "ev/•••!/a.csv"),
                ("ev/FirstStateBank/x", "ev/•••/x", "ev/•••/x"),
                ("ev/qx7701zp_20250101.csv", "ev/qx7701zp_20250101.csv", "ev/•••"),
                ("ev/statementsQX7701ZP01.csv", "ev/statementsQX7701ZP01.csv", "ev/•••"),
                ("ev/quill/tranquillity.csv", "ev/•••/tranquillity.csv", "ev/quill/tranquillity.csv"),
                ("ev/mail.quillcroft.example.log", "ev/•••", "ev/mail.quillcroft.example.log"),
            ] {
                assert_eq!((others.masked(path, 0).as_str(), others.masked(path, 2).as_str()), (for_a, for_c), "{path}");
            }
        });
    }
}
