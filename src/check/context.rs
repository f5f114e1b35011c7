use crate::matching::{Lexicon, forms};
use crate::model::{Verdict, escape_bytes};
use crate::registry::{Institution, Registry, quoted};
use crate::verdict::{Outlook, outlooks};
use std::collections::HashMap;

/// A registry with all that the rest of the program makes of it.
pub(super) struct Context<'r> {
    pub registry: &'r Registry,
    pub lexicon: Lexicon,
    /// By institution.
    pub outlooks: Vec<Outlook>,
    /// Names of the files by table.
    files: HashMap<&'r str, &'r str>,
    ids: HashMap<&'r str, usize>,
}

/// Something found, with its place.
#[derive(Clone, Debug, Default)]
pub(super) struct Finding {
    pub file: String,
    /// From 1; 0 where the file as a whole is meant.
    pub line: u64,
    pub column: Option<String>,
    /// Ascending.
    pub institutions: Vec<usize>,
    pub problem: String,
    pub effect: Option<String>,
    /// Findings of a higher rank stand first in their section.
    pub rank: u64,
}

impl<'r> Context<'r> {
    pub fn new(registry: &'r Registry) -> Self {
        let lexicon = Lexicon::new(registry);
        let outlooks = outlooks(registry, &lexicon.holders);
        let files = registry.sources.iter().filter_map(|s| Some((s.file.rsplit_once('.')?.0, s.file.as_str()))).collect();
        let ids = registry.institutions.iter().enumerate().map(|(n, i)| (i.customer_id.as_str(), n)).collect();
        Self { registry, lexicon, outlooks, files, ids }
    }

    /// The institution with exactly this id.
    pub fn by_id(&self, id: &str) -> Option<usize> {
        self.ids.get(id).copied()
    }

    pub fn institution(&self, n: usize) -> &'r Institution {
        &self.registry.institutions[n]
    }

    pub fn depends(&self, n: usize) -> bool {
        self.outlooks[n].dependence.depends
    }

    /// Could it be ruled out, if the evidence allows it?
    pub fn can_be_ruled_out(&self, n: usize) -> bool {
        self.outlooks[n].best == Verdict::RuledOut
    }

    pub fn count_depending(&self, some: &[usize]) -> usize {
        some.iter().filter(|&&n| self.depends(n)).count()
    }

    /// The file of a table.
    pub fn file(&self, table: &str) -> String {
        self.files.get(table).map_or_else(|| format!("{table}.csv"), |&file| file.to_owned())
    }

    /// A finding at a line of a table.
    pub fn at(&self, table: &str, line: u64, column: &str) -> Finding {
        Finding { file: self.file(table), line, column: Some(column.to_owned()), ..Finding::default() }
    }

    /// A finding at the institution's own line.
    pub fn at_customer(&self, n: usize, column: &str) -> Finding {
        Finding { institutions: vec![n], ..self.at("customers", self.institution(n).line, column) }
    }

    /// A finding in `incident.toml`.
    pub fn at_incident(&self, line: u64, key: &str) -> Finding {
        self.at("incident", line, key)
    }

    /// A finding at the line that gives an institution a name of this form.
    pub fn at_name(&self, n: usize, terms: &[String]) -> Finding {
        let institution = self.institution(n);
        let has_form = |name: &str| forms(name).iter().any(|form| form.terms == terms);
        let further = institution.names.iter().find(|name| has_form(&name.name));
        match further.filter(|_| !has_form(&institution.legal_name)) {
            Some(name) => self.at("names", name.line, "name"),
            None => self.at("customers", institution.line, "legal_name"),
        }
    }

    /// `C1 First Bank`, harmless on a terminal.
    pub fn named(&self, n: usize) -> String {
        let institution = self.institution(n);
        format!("{} {}", quoted(&institution.customer_id), shown(&institution.legal_name))
    }

    /// The first few of some institutions by name, and how many more.
    pub fn some_of(&self, some: &[usize]) -> String {
        const NAMED: usize = 3;
        let mut words: Vec<String> = some.iter().take(NAMED).map(|&n| self.named(n)).collect();
        if some.len() > NAMED {
            words.push(format!("{} more", some.len() - NAMED));
        }
        words.join(", ")
    }
}

/// A text as it may stand in a message, without quotation marks.
pub(super) fn shown(text: &str) -> String {
    quoted(text).trim_matches('`').to_owned()
}

/// A sentence with words of the registry in it, harmless on a terminal.
pub(super) fn sentence(text: &str) -> String {
    const SHOWN: usize = 300;
    let end = text.char_indices().nth(SHOWN).map_or(text.len(), |(end, _)| end);
    let cut = if end < text.len() { "…" } else { "" };
    escape_bytes(&text.as_bytes()[..end]) + cut
}

/// `1 row`, `2 rows`.
pub(super) fn count(n: usize, one: &str, several: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {several}") }
}
