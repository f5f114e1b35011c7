//! Why one institution has its verdict: everything that it rests on, for a person to read, or as JSON.

use super::certificate::certificate_words;
use super::figures::count;
use super::impact_json::{DeploymentRow, deployments_of};
use super::reasons::{because, meaning};
use super::{Outcome, plain};
use crate::matching::Holders;
use crate::model::{Role, Strength, Verdict};
use crate::verdict::{remedy, what_if};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;

/// The chain of reasons for one institution.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Explanation {
    /// As registered.
    pub customer_id: String,
    /// As registered.
    pub legal_name: String,
    /// The answer.
    pub verdict: Verdict,
    /// What it is based on, the strongest first, each with its reason.
    pub bases: Vec<Reason>,
    /// What else must be known.
    pub flags: Vec<Reason>,
    /// The certificate of a ruled-out institution, in words.
    pub certificate: Option<String>,
    /// Does it depend, after its inventory?
    pub depends: bool,
    /// How each deployment was judged.
    pub deployments: Vec<DeploymentRow>,
    /// What was searched for.
    pub identifiers: Vec<Searched>,
    /// Names that were searched for.
    pub names: Vec<String>,
    /// Members of its group and its successor, each with its verdict.
    pub relatives: Vec<String>,
    /// What was found, owners first.
    pub evidence: Vec<Found>,
    /// Gaps that count against it, the most freeing first.
    pub gaps: Vec<Open>,
    /// Gaps that people decided not to count.
    pub waived: Vec<Open>,
    /// What its own items hold.
    pub holdings: Option<String>,
    /// Defects of the registry that concern it.
    pub defects: Vec<String>,
    /// What would lead to another verdict.
    pub changes: Vec<String>,
    /// What the controls of the run showed.
    pub controls: Vec<String>,
}

/// A word of a vocabulary and what it means here.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Reason {
    /// The word.
    pub word: &'static str,
    /// Why it holds.
    pub because: String,
}

/// An identifier of the registry.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Searched {
    /// Its kind.
    pub scheme: String,
    /// Its normal form.
    pub value: String,
    /// What limits what it can prove; blank where nothing does.
    pub limit: String,
}

/// A mention at an item.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Found {
    /// Display path.
    pub item: String,
    /// SHA-256 of the item.
    pub sha256: Option<String>,
    /// First offset.
    pub offset: u64,
    /// Kind of identifier.
    pub scheme: String,
    /// Its normal form.
    pub value: String,
    /// Whose it makes the item.
    pub role: &'static str,
    /// How much it proves.
    pub strength: &'static str,
    /// What it is evidence of.
    pub basis: &'static str,
    /// How often.
    pub count: u64,
    /// The text around it, masked.
    pub context: String,
    /// What people decided about it.
    pub review: String,
}

/// Something that was not read.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Open {
    /// Display path.
    pub item: String,
    /// Why.
    pub cause: &'static str,
    /// Bytes, as far as known.
    pub bytes: u64,
    /// In words.
    pub detail: String,
    /// What would close it.
    pub remedy: &'static str,
    /// Institutions that closing it alone would free.
    pub frees_alone: u64,
    /// Who waived it, and why.
    pub waived: Option<String>,
}

/// The JSON Schema of an explanation.
pub fn explanation_schema() -> serde_json::Value {
    schemars::schema_for!(Explanation).to_value()
}

/// Explains verdicts of one run.
pub struct Explainer<'o> {
    outcome: &'o Outcome<'o>,
    holders: &'o Holders,
    /// By gap, how many institutions closing it alone would free.
    frees_alone: Vec<u64>,
    /// The institutions of each group, by its head.
    groups: HashMap<usize, Vec<usize>>,
    /// The institutions that each one followed.
    predecessors: HashMap<usize, Vec<usize>>,
}

impl<'o> Explainer<'o> {
    /// Of a run.
    pub fn new(outcome: &'o Outcome<'o>) -> Self {
        let mut frees_alone = vec![0; outcome.matched.gaps.len()];
        for blocking in outcome.blocking {
            if let Some(frees) = frees_alone.get_mut(blocking.gap) {
                *frees = blocking.frees_alone;
            }
        }
        let (mut groups, mut predecessors): (HashMap<usize, Vec<usize>>, HashMap<usize, Vec<usize>>) = Default::default();
        for (number, institution) in outcome.registry.institutions.iter().enumerate() {
            groups.entry(outcome.registry.head_of_group(number)).or_default().push(number);
            if let Some(successor) = institution.successor {
                predecessors.entry(successor).or_default().push(number);
            }
        }
        Self { outcome, holders: &outcome.matched.holders, frees_alone, groups, predecessors }
    }

    /// Explains the verdict of one institution.
    pub fn explain(&self, number: usize) -> Explanation {
        explain(self, number)
    }
}

fn explain(explainer: &Explainer<'_>, number: usize) -> Explanation {
    let (outcome, holders) = (explainer.outcome, explainer.holders);
    let (registry, matched) = (outcome.registry, outcome.matched);
    let (institution, decided) = (&registry.institutions[number], &outcome.decided[number]);
    let mut evidence: Vec<&crate::matching::Evidence> = matched.evidence[matched.evidence_of(number)].iter().collect();
    evidence.sort_by_key(|e| (!e.mention.is_sure_owner(), !e.mention.has_effect(), e.mention.role, e.mention.strength));
    let open = |gap: usize| {
        let open = &matched.gaps[gap];
        Open {
            item: open.item.clone(),
            cause: open.cause.as_str(),
            bytes: open.bytes,
            detail: open.detail.clone(),
            remedy: remedy(open.cause).as_str(),
            frees_alone: explainer.frees_alone.get(gap).copied().unwrap_or(0),
            waived: open.waived.clone(),
        }
    };
    let mut gaps: Vec<Open> = decided.gaps.all().into_iter().map(open).collect();
    gaps.sort_by_key(|gap| std::cmp::Reverse(gap.frees_alone));
    let identifiers = institution
        .identifiers
        .iter()
        .map(|i| Searched {
            scheme: i.scheme.as_str().to_owned(),
            value: i.value.clone(),
            limit: if !i.usable {
                "cannot be relied on".to_owned()
            } else if holders.is_shared(i) {
                "others bear it too: it decides for none of them".to_owned()
            } else {
                String::new()
            },
        })
        .collect();
    let affected = decided.decision.verdict() == Verdict::Affected;
    let holdings = &matched.holdings[number];
    Explanation {
        customer_id: institution.customer_id.clone(),
        legal_name: institution.legal_name.clone(),
        verdict: decided.decision.verdict(),
        bases: decided.decision.bases().into_iter().map(|b| Reason { word: b.as_str(), because: because(b, outcome, number) }).collect(),
        flags: decided.flags.iter().map(|f| Reason { word: f.as_str(), because: meaning(*f, outcome, number) }).collect(),
        certificate: certificate_words(&decided.decision, outcome),
        depends: decided.dependence.depends,
        deployments: deployments_of(outcome, number),
        identifiers,
        names: institution.all_names().map(str::to_owned).collect(),
        relatives: relatives(explainer, number),
        evidence: evidence
            .into_iter()
            .map(|e| Found {
                item: e.item.to_string(),
                sha256: e.sha256.map(|id| id.to_string()),
                offset: e.mention.offset,
                scheme: e.mention.scheme.as_str().to_owned(),
                value: e.mention.value.clone(),
                role: e.mention.role.as_str(),
                strength: e.mention.strength.as_str(),
                basis: e.mention.basis.as_str(),
                count: e.mention.count,
                context: e.mention.context.clone(),
                review: e.mention.review.clone(),
            })
            .collect(),
        gaps,
        waived: decided.waived.all().into_iter().map(open).collect(),
        holdings: affected.then(|| {
            if holdings.owner_items == 0 {
                return "nothing of it is held, and nobody knows what its files hold".to_owned();
            }
            let elements = holdings.personal.elements.words().join(", ");
            let unread = match holdings.items_not_read {
                0 => String::new(),
                n => format!("; {} not, or not wholly", count(n, "item was read", "items were read")),
            };
            format!(
                "{}, {} bytes; {}; {}{unread}",
                count(holdings.owner_items, "item", "items"),
                holdings.owner_bytes,
                count(holdings.personal.persons.len() as u64, "individual", "individuals"),
                if elements.is_empty() { "no personal data was recognised in what was read" } else { &elements }
            )
        }),
        defects: institution.defects.iter().filter_map(|&d| registry.defects.get(d)).map(|d| d.to_string()).collect(),
        changes: what_if((registry, holders), matched, decided, outcome.ledger, number)
            .into_iter()
            .map(|c| {
                let bases: Vec<&str> = c.bases.iter().map(|b| b.as_str()).collect();
                format!("if {}: {} ({})", c.happens, c.verdict, bases.join(", "))
            })
            .collect(),
        controls: controls(outcome, number),
    }
}

/// The controls as far as they concern an institution: all planted files, and the decoys of its schemes.
fn controls(outcome: &Outcome<'_>, number: usize) -> Vec<String> {
    let figures = outcome.ledger.controls();
    let planted = format!(
        "{} of {} planted files were recovered: each readable format and encoding, bare and inside containers",
        figures.recovered, figures.planted
    );
    let failed = outcome.planted.missed_formats().into_iter().map(|(format, words)| format!("failed for {format}: {words}"));
    let own: BTreeSet<&str> =
        outcome.registry.institutions[number].usable_identifiers().map(|i| i.scheme.as_str()).chain(["name"]).collect();
    let decoys = outcome.matched.decoys.iter().filter(|row| own.contains(row.scheme.as_str())).map(|row| {
        format!(
            "{}: {} of {} decoys (values that nobody has) were found; false alarms: at most {} in a million values, with 95 % confidence",
            row.scheme, row.hit, row.decoys, row.at_most_per_million
        )
    });
    std::iter::once(planted).chain(failed).chain(decoys).collect()
}

/// The institutions of its group, and those that followed it or that it followed.
fn relatives(explainer: &Explainer<'_>, number: usize) -> Vec<String> {
    let (outcome, registry) = (explainer.outcome, explainer.outcome.registry);
    let institutions = &registry.institutions;
    let own = registry.head_of_group(number);
    let word = |other: usize| match (institutions[number].parent == Some(other), institutions[other].parent == Some(number)) {
        (true, _) => Some("parent"),
        (_, true) => Some("subsidiary"),
        _ if institutions[number].successor == Some(other) => Some("successor"),
        _ if institutions[other].successor == Some(number) => Some("predecessor"),
        _ if registry.head_of_group(other) == own => Some("same group"),
        _ => None,
    };
    let group = explainer.groups.get(&own).into_iter().flatten().copied();
    let followed = explainer.predecessors.get(&number).into_iter().flatten().copied();
    let others: BTreeSet<usize> = group.chain(followed).chain(institutions[number].successor).collect();
    others
        .into_iter()
        .filter(|&other| other != number)
        .filter_map(|other| {
            let (institution, verdict) = (&institutions[other], outcome.decided[other].decision.verdict());
            Some(format!("{} {} {}: {verdict}", word(other)?, institution.customer_id, institution.legal_name))
        })
        .collect()
}

impl Found {
    /// Does it bear on the verdict?
    fn has_effect(&self) -> bool {
        !(self.role == Role::Reference.as_str() && self.strength == Strength::Weak.as_str())
    }
}

impl Explanation {
    /// For people, with at most so many rows of evidence and gaps; what is left out is counted.
    pub fn to_text(&self, limit: usize) -> String {
        let mut out = Page::default();
        out.line(0, &format!("{}  {}", self.customer_id, self.legal_name));
        out.line(0, &format!("{}  {}", self.verdict.as_str().to_uppercase(), if self.depends { "(depends)" } else { "(does not depend)" }));
        out.section("why", self.bases.len());
        self.bases.iter().for_each(|r| out.line(1, &format!("{}: {}", r.word, r.because)));
        self.certificate.iter().for_each(|c| out.line(1, c));
        self.holdings.iter().for_each(|h| out.line(1, &format!("its own: {h}")));
        out.section("flags", self.flags.len());
        self.flags.iter().for_each(|r| out.line(1, &format!("{}: {}", r.word, r.because)));
        out.section("deployments", self.deployments.len());
        for d in &self.deployments {
            let unit = if d.business_unit.is_empty() { String::new() } else { format!(" ({})", d.business_unit) };
            let mark = if d.depends { "depends" } else { "excluded" };
            out.line(1, &format!("{mark}: {}{unit}: {}", d.product_id, d.reason));
        }
        if self.deployments.is_empty() {
            out.line(0, "");
            out.line(0, "deployments: none in the registry, so it counts as depending");
        }
        let (telling, idle): (Vec<&Found>, Vec<&Found>) = self.evidence.iter().partition(|e| e.has_effect());
        out.section("evidence", telling.len());
        for e in telling.iter().take(limit) {
            let times = count(e.count, "time", "times");
            out.line(1, &format!("{} {}: {} {} ({}), {times}", e.role, e.strength, e.scheme, e.value, e.basis));
            out.line(2, &format!("{} at byte {}", e.item, e.offset));
            if !e.context.is_empty() && e.context != e.item {
                out.line(2, &format!("| {}", e.context));
            }
            if !e.review.is_empty() {
                out.line(2, &format!("review: {}", e.review));
            }
        }
        out.rest(telling.len(), limit, "evidence.csv");
        out.section("seen in lists of everybody, or rejected in review, and without effect", idle.len());
        for e in idle.iter().take(limit) {
            let review = if e.review.is_empty() { String::new() } else { format!(" ({})", e.review) };
            out.line(1, &format!("{} {}: {}{review}", e.scheme, e.value, e.item));
        }
        out.rest(idle.len(), limit, "evidence.csv");
        if self.evidence.is_empty() {
            out.line(0, "");
            out.line(0, "evidence: none");
        }
        for (title, gaps) in [("gaps that count against it", &self.gaps), ("gaps waived in review", &self.waived)] {
            out.section(title, gaps.len());
            for gap in gaps.iter().take(limit) {
                out.line(1, &format!("{}: {} ({} bytes)", gap.cause, gap.item, gap.bytes));
                if !gap.detail.is_empty() {
                    out.line(2, &gap.detail);
                }
                match &gap.waived {
                    Some(words) => out.line(2, words),
                    None => out.line(
                        2,
                        &format!(
                            "closed by: {}; that alone would decide {}",
                            gap.remedy,
                            count(gap.frees_alone, "institution", "institutions")
                        ),
                    ),
                }
            }
            out.rest(gaps.len(), limit, "gaps.csv");
        }
        out.section("searched for", self.identifiers.len() + self.names.len());
        for name in &self.names {
            out.line(1, &format!("name {name}"));
        }
        for i in &self.identifiers {
            let limit = if i.limit.is_empty() { String::new() } else { format!(" ({})", i.limit) };
            out.line(1, &format!("{} {}{limit}", i.scheme, i.value));
        }
        out.section("relatives", self.relatives.len());
        self.relatives.iter().for_each(|r| out.line(1, r));
        out.section("defects in the registry", self.defects.len());
        self.defects.iter().for_each(|d| out.line(1, d));
        out.section("controls", self.controls.len());
        self.controls.iter().for_each(|c| out.line(1, c));
        out.section("what would change the verdict", self.changes.len());
        self.changes.iter().for_each(|c| out.line(1, c));
        if self.changes.is_empty() {
            out.line(0, "");
            out.line(0, "what would change the verdict: only new evidence, another registry or another policy");
        }
        out.text
    }
}

/// Lines for a terminal: nothing in them is a control character.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, depth: usize, words: &str) {
        writeln!(self.text, "{:width$}{}", "", plain(words), width = 2 * depth).expect("writing to a string does not fail");
    }

    fn section(&mut self, title: &str, rows: usize) {
        if rows > 0 {
            self.line(0, "");
            self.line(0, title);
        }
    }

    fn rest(&mut self, rows: usize, limit: usize, file: &str) {
        if rows > limit {
            self.line(1, &format!("and {} more; --limit 0 shows all, and so does {file}", rows - limit));
        }
    }
}
