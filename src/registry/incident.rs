use super::products::Products;
use super::toml_read::{Section, Text, TomlFile};
use super::{PathGlob, Policy, VersionRange, same_platform};
use crate::registry::loading::Loading;
use crate::registry::problem::{DefectKind, quoted};
use jiff::civil::Date;
use std::collections::BTreeMap;
use toml::de::DeTable;

/// Name of the file below the registry folder.
pub(super) const FILE: &str = "incident.toml";

/// What happened, which platform versions it concerns, and how to judge: `incident.toml`.
#[derive(Clone, Debug, Default)]
pub struct Incident {
    /// The case's id.
    pub id: String,
    /// For people; the id where there is none.
    pub title: String,
    /// First day on which the intruder may have taken files.
    pub window_from: Date,
    /// Last day on which the intruder may have taken files.
    pub window_to: Date,
    /// Day of the discovery.
    pub discovered: Option<Date>,
    /// Day on which the institutions were told.
    pub notified_at: Option<Date>,
    /// Zone of the window's days, as written: `UTC`, an offset or an IANA name. `UTC` where none is stated.
    pub timezone: String,
    /// Addresses, accounts and client strings of the intruder.
    pub indicators: Vec<String>,
    /// Platform versions from which files could be taken. At least one.
    pub compromised: Vec<Compromised>,
    /// What is claimed about the evidence as a whole.
    pub evidence: Option<EvidenceClaim>,
    /// Whose the content of parts of the evidence is. Where several match, all hold.
    pub scopes: Vec<Scope>,
    /// Folders whose subfolders are accounts or client codes.
    pub layouts: Vec<Layout>,
    /// How to judge.
    pub policy: Policy,
    /// The day as of which the registry is read (`--as-of`): a later end or purge has not happened yet.
    pub as_of: Option<Date>,
    /// Other keys of `[incident]`, as TOML.
    pub extra: BTreeMap<String, String>,
}

impl Incident {
    /// The compromised versions of a platform; more than one entry means any of them.
    pub fn compromised_on(&self, platform: &str) -> impl Iterator<Item = &Compromised> {
        self.compromised.iter().filter(move |c| same_platform(&c.platform, platform))
    }
}

/// Versions of a platform from which files could be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compromised {
    /// As written; compare with [`same_platform`].
    pub platform: String,
    /// Never empty.
    pub versions: VersionRange,
    /// Line in `incident.toml`.
    pub line: u64,
}

/// What is claimed about the evidence as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EvidenceClaim {
    /// Is it all that was taken? `None`: not stated.
    pub complete: Option<bool>,
    /// Who says so.
    pub declared_by: String,
    /// On what ground.
    pub basis: String,
    /// Bytes that are said to have been taken.
    pub claimed_bytes: Option<u64>,
}

/// Whose the content of a part of the evidence is, by declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Which items.
    pub path: PathGlob,
    /// Whose.
    pub holds: Holds,
    /// Why that is certain; may be blank, which is a defect.
    pub reason: String,
    /// Line in `incident.toml`.
    pub line: u64,
}

/// Whose the content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// The vendor's own software; nobody's data.
    Vendor,
    /// This institution's; index into [`Registry::institutions`](super::Registry::institutions).
    Customer(usize),
    /// Those with a deployment of this product; index into [`Registry::products`](super::Registry::products).
    Product(usize),
}

/// A folder whose subfolders are named by transfer accounts or client codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The folder itself; see [`PathGlob::folder_below`].
    pub path: PathGlob,
    /// How that is known; may be blank.
    pub reason: String,
}

/// Keys of each table, in the order of the documentation.
pub(super) const ROOT: [&str; 6] = ["incident", "compromised", "evidence", "scope", "layout", "policy"];
pub(super) const INCIDENT: [&str; 8] = ["id", "title", "window_from", "window_to", "discovered", "notified_at", "timezone", "indicators"];
pub(super) const COMPROMISED: [&str; 2] = ["platform", "versions"];
pub(super) const EVIDENCE: [&str; 4] = ["complete", "declared_by", "basis", "claimed_bytes"];
pub(super) const SCOPE: [&str; 3] = ["path", "holds", "reason"];
pub(super) const LAYOUT: [&str; 2] = ["path", "reason"];

/// Reads the file; every fault becomes a problem. What it returns is to be used only if there is none.
pub(super) fn load(text: &str, products: Option<&Products>, loading: &mut Loading) -> Incident {
    let file = TomlFile::new(FILE, text, loading);
    let (root, faults) = DeTable::parse_recoverable(text);
    for fault in &faults {
        file.problem(fault.span().map_or(0, |span| span.start), format!("this is not valid TOML: {}", fault.message()), "correct it");
    }
    // What is read from a file with faults may lack whole tables; their absence is no news.
    if !faults.is_empty() {
        return Incident::default();
    }
    let root = Section { file: &file, title: "incident.toml", table: root.get_ref(), at: 0 };
    root.only(&ROOT);
    let mut incident = match single(&root, "incident", "[incident]") {
        Some(section) => what_happened(&section),
        None => {
            root.missing("[incident]", "add it, with id, window_from and window_to");
            Incident::default()
        }
    };
    if root.value("compromised").is_none_or(|(value, _)| value.as_array().is_some_and(|a| a.is_empty())) {
        root.missing("[[compromised]]", "add one per compromised platform, with platform and versions");
    }
    incident.compromised = root.tables("compromised", "[[compromised]]").iter().filter_map(compromised).collect();
    incident.evidence = single(&root, "evidence", "[evidence]").map(|section| evidence(&section));
    incident.scopes = root.tables("scope", "[[scope]]").iter().filter_map(|section| scope(section, products)).collect();
    incident.layouts = root.tables("layout", "[[layout]]").iter().filter_map(layout).collect();
    if let Some(section) = single(&root, "policy", "[policy]") {
        incident.policy = Policy::read(&section);
    }
    incident
}

fn single<'s, 't>(root: &Section<'s, 't>, key: &str, title: &'static str) -> Option<Section<'s, 't>> {
    let mut tables = root.tables(key, title).into_iter();
    let first = tables.next();
    if let Some(second) = tables.next() {
        root.file.problem(second.at, format!("{title} stands more than once"), "keep one");
    }
    first
}

fn what_happened(section: &Section<'_, '_>) -> Incident {
    let id = section.required("id", "name the case").map_or_else(String::new, |t| t.text);
    let day = |key| {
        if section.value(key).is_none_or(|(value, _)| value.as_str().is_some_and(|t| t.trim().is_empty())) {
            section.missing(key, "write a day, like 2024-10-31; the earliest or latest that cannot be excluded");
        }
        section.date(key).unwrap_or_default()
    };
    let (window_from, window_to) = (day("window_from"), day("window_to"));
    if let Some((_, span)) = section.value("window_to")
        && window_to != Date::default()
        && window_to < window_from
    {
        section.file.problem(span.start, format!("the window ends on {window_to}, before it begins on {window_from}"), "correct the dates");
    }
    let mut extra = BTreeMap::new();
    for (key, at) in section.others(&INCIDENT) {
        section.file.defect(
            DefectKind::UnknownKey,
            at,
            key,
            format!("[incident] has no key {}", quoted(key)),
            "it is shown and has no effect",
        );
        if let Some((value, span)) = section.value(key) {
            extra.insert(key.to_owned(), value.as_str().map_or_else(|| section.file.source(span), str::to_owned));
        }
    }
    Incident {
        title: section.text("title").map_or_else(|| id.clone(), |t| t.text),
        id,
        window_from,
        window_to,
        discovered: section.date("discovered"),
        notified_at: section.date("notified_at"),
        timezone: section.text("timezone").map_or_else(|| "UTC".to_owned(), |t| t.text),
        indicators: section.texts("indicators"),
        extra,
        ..Incident::default()
    }
}

fn compromised(section: &Section<'_, '_>) -> Option<Compromised> {
    section.only(&COMPROMISED);
    let platform = section.required("platform", "name the platform as the deployments do");
    let versions = section.required("versions", "give the versions, like `>=7.2.0, <7.4.1`; `>=0` for all")?;
    match VersionRange::parse(&versions.text) {
        Ok(versions) => {
            let line = section.file.line_column(section.at).0;
            Some(Compromised { platform: platform?.text, versions, line })
        }
        Err(fault) => {
            section.file.problem(
                versions.at,
                fault.to_string(),
                "write comma-joined comparisons that can hold together, and one [[compromised]] per range",
            );
            None
        }
    }
}

fn evidence(section: &Section<'_, '_>) -> EvidenceClaim {
    section.only(&EVIDENCE);
    let words = |key| section.text(key).map_or_else(String::new, |t| t.text);
    let claim = EvidenceClaim {
        complete: section.flag("complete"),
        declared_by: words("declared_by"),
        basis: words("basis"),
        claimed_bytes: section.whole("claimed_bytes", 0, u64::MAX),
    };
    if claim.complete == Some(true) && (claim.declared_by.is_empty() || claim.basis.is_empty()) {
        section.file.defect(
            DefectKind::Unfounded,
            section.at,
            "complete",
            "the evidence is said to be complete, and not by whom or on what ground",
            "every certificate rests on a claim that nobody made",
        );
    }
    claim
}

fn scope(section: &Section<'_, '_>, products: Option<&Products>) -> Option<Scope> {
    section.only(&SCOPE);
    let path = glob(section);
    let reason = section.text("reason").map_or_else(String::new, |t| t.text);
    if reason.is_empty() {
        section.file.defect(
            DefectKind::Unfounded,
            section.at,
            "reason",
            "the scope has no reason",
            "gaps are attributed on a claim that nobody made",
        );
    }
    let holds = section.required("holds", "write vendor, a customer_id or a product_id")?;
    let product = products.and_then(|p| p.find(&holds.text));
    let found = [
        (holds.text == "vendor").then_some(Holds::Vendor),
        section.file.institution(&holds.text).map(Holds::Customer),
        product.map(Holds::Product),
    ];
    let mut found = found.into_iter().flatten();
    match (found.next(), found.next()) {
        (Some(holds), None) => Some(Scope { path: path?, holds, reason, line: section.file.line_column(section.at).0 }),
        (Some(_), Some(_)) => {
            ambiguous(section, &holds, "is more than one of vendor, a customer_id and a product_id", "rename the product")
        }
        (None, _) => {
            ambiguous(section, &holds, "is no customer_id and no product_id of the registry", "write vendor, a customer_id or a product_id")
        }
    }
}

fn ambiguous(section: &Section<'_, '_>, holds: &Text, problem: &str, remedy: &str) -> Option<Scope> {
    section.file.problem(holds.at, format!("holds = {} {problem}", quoted(&holds.text)), remedy);
    None
}

fn layout(section: &Section<'_, '_>) -> Option<Layout> {
    section.only(&LAYOUT);
    let reason = section.text("reason").map_or_else(String::new, |t| t.text);
    Some(Layout { path: glob(section)?, reason })
}

fn glob(section: &Section<'_, '_>) -> Option<PathGlob> {
    let path = section.required("path", "give a glob over evidence paths, like `staging/app/**`")?;
    match PathGlob::new(&path.text) {
        Ok(glob) => Some(glob),
        Err(fault) => {
            section.file.problem(path.at, format!("{} is no glob: {fault}", quoted(&path.text)), "correct it");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::institution::Institution;
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    const MINIMAL: &str = "[incident]\nid = \"x\"\nwindow_from = 2024-10-31\nwindow_to = \"2024-11-08\"\n[[compromised]]\nplatform = \"hub\"\nversions = \">=7\"\n";

    fn read(text: &str) -> (Incident, Loading) {
        let mut loading = Loading::default();
        loading.enter(Institution { customer_id: "C1".to_owned(), ..Institution::default() }).unwrap();
        let incident = load(text, None, &mut loading);
        (incident, loading)
    }

    fn problems(text: &str) -> Vec<String> {
        read(text)
            .1
            .problems
            .iter()
            .map(|p| format!("{}:{} {}; {}", p.line.unwrap(), p.column.as_deref().unwrap(), p.problem, p.remedy))
            .collect()
    }

    #[test]
    fn all_that_may_stand_in_it() {
        let text = format!(
            "{}reporter = \"me\"\nindicators = [\"203.0.113.7\", \"WinSCP\"]\n{}\n[evidence]\ncomplete = false\nclaimed_bytes = 500_000_000_000\n\
             [[scope]]\npath = \"app/**\"\nholds = \"vendor\"\nreason = \"our software\"\n[[scope]]\npath = \"x\"\nholds = \"C1\"\n\
             [[layout]]\npath = \"data/tenants\"\n[policy]\nformer_users = \"no_dependency\"\nrecords_minimum = 9\n",
            &MINIMAL[..MINIMAL.find("[[").unwrap()],
            &MINIMAL[MINIMAL.find("[[").unwrap()..]
        );
        let (incident, loading) = read(&text);
        assert_eq!(loading.problems, []);
        assert_eq!((incident.window_from, incident.window_to), (date(2024, 10, 31), date(2024, 11, 8)));
        assert_eq!((incident.title.as_str(), incident.timezone.as_str(), incident.discovered), ("x", "UTC", None));
        assert_eq!(incident.indicators, ["203.0.113.7", "WinSCP"]);
        assert_eq!(incident.extra["reporter"], "me");
        assert_eq!(
            incident.evidence.unwrap(),
            EvidenceClaim { complete: Some(false), claimed_bytes: Some(500_000_000_000), ..EvidenceClaim::default() }
        );
        assert_eq!(incident.scopes.iter().map(|s| s.holds).collect::<Vec<_>>(), [Holds::Vendor, Holds::Customer(0)]);
        assert_eq!(incident.layouts.len(), 1);
        assert_eq!((incident.policy.former_users, incident.policy.records_minimum), (super::super::FormerUsers::NoDependency, 9));
        // The unknown key and the scope without a reason.
        assert_eq!(loading.defects.len(), 2);
    }

    #[test]
    fn every_fault_is_told_with_its_place() {
        let text = "[incident]\nwindow_from = 2024-11-09\nwindow_to = 2024-11-08\ndiscovered = \"07.11.2024\"\n[[compromised]]\nplatform = \"hub\"\n  versions = \">=8, <7\"\n\
                    [[compromised]]\nversion = \"7\"\n[evidence]\ncompleted = false\n[[scope]]\npath = \"a[\"\nholds = \"C9\"\n[policy]\nimages = \"all\"\nimage = 1\nrecords_minimum = 0\n[extra]\n";
        let found = problems(text);
        let places = [
            "1:1 [incident] has no id",
            "3:13",
            "4:14",
            "7:14",
            "9:1 [[compromised]] has no key",
            "8:",
            "8:",
            "11:1 [evidence]",
            "13:8",
            "14:9",
            "16:10",
            "17:1 [policy]",
            "18:19",
            "19:2 incident.toml has no key",
        ];
        for place in places {
            assert!(found.iter().any(|p| p.starts_with(place)), "{place}: {found:#?}");
        }
        assert_eq!(found.len(), places.len(), "{found:#?}");
        assert!(found.iter().any(|p| p.contains("the keys are former_users, images")));
    }

    #[test]
    fn what_must_be_there() {
        assert_eq!(problems(MINIMAL), [""; 0]);
        assert_eq!(problems("").len(), 2);
        assert_eq!(problems("[incident]\nid = 1\nwindow_from = \"\"\nwindow_to = 2024-11-08T01:00:00Z\n[[compromised]]\n").len(), 5);
        assert_eq!(problems("compromised = 1\n").len(), 2);
        assert!(!problems("[incident\nid = \"").is_empty());
    }

    proptest! {
        #[test]
        fn cut_and_changed_files_are_judged(cut in 0..MINIMAL.len(), at in 0..MINIMAL.len(), byte in 1u8..127) {
            let _ = read(&MINIMAL[..cut]);
            let mut bytes = MINIMAL.as_bytes().to_vec();
            bytes[at] = byte;
            let _ = read(std::str::from_utf8(&bytes).unwrap());
        }
    }
}
