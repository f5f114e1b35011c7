//! The data that the page's script shows: the rows of the list of institutions, a line of JSON per institution,
//! which is parsed when that one is opened, and what both share. No block is ever run, and none can hold an
//! end tag: `<`, `>` and `&` are written as escapes of JSON (RFC 8259, section 7).

use super::facts::{Facts, product_name, region};
use super::html::{Html, put};
use super::strings::Strings;
use super::words;
use crate::matching::Evidence;
use crate::model::{Basis, Cause, Flag, Verdict};
use crate::registry::Identifier;
use crate::report::cells::plain;
use crate::report::certificate::certificate_words;
use crate::report::data_elements::{Finding, data_of, plural, residences};
use crate::report::evidence_csv::weight;
use crate::verdict::remedy;
use anyhow::Result;
use memchr::memchr3;
use serde::Serialize;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Mentions per institution that the page shows, if all of them together are not too many.
const EVIDENCE_SHOWN: [usize; 6] = [20, 12, 6, 3, 2, 1];
/// So many mentions a page may hold before fewer are shown of each institution.
const EVIDENCE_IN_ALL: usize = 60_000;
/// Gaps of its own that the page shows of an institution; those that count against everybody stand once.
const GAPS_SHOWN: usize = 20;
/// Characters of a text that the page shows.
const TEXT_SHOWN: usize = 600;

pub(super) fn write(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let mut data = Data {
        facts,
        strings: Strings::default(),
        gaps: BTreeMap::new(),
        items: BTreeMap::new(),
        products: BTreeMap::new(),
        shown: evidence_shown(facts),
    };
    let mut json = Json::default();
    let institutions = 0..facts.outcome.decided.len();
    put!(html, "<script type=\"application/json\" id=\"rows\">[\n");
    for number in institutions.clone() {
        if number > 0 {
            put!(html, ",\n");
        }
        html.made(harmless(&data.row(number), &mut json)?)?;
    }
    put!(html, "\n]</script>\n<script type=\"text/plain\" id=\"details\">");
    for number in institutions {
        put!(html, "\n");
        html.made(harmless(&data.details(number), &mut json)?)?;
    }
    put!(html, "\n</script>\n<script type=\"application/json\" id=\"shared\">");
    html.made(harmless(&data.shared(), &mut json)?)?;
    put!(html, "</script>\n");
    Ok(())
}

/// How many mentions of each institution the page shows.
pub(super) fn evidence_shown(facts: &Facts<'_>) -> usize {
    let in_all = |shown: &usize| facts.evidence.iter().map(|range| range.len().min(*shown)).sum::<usize>();
    EVIDENCE_SHOWN.into_iter().find(|shown| in_all(shown) <= EVIDENCE_IN_ALL).unwrap_or(1)
}

/// JSON as it is made, and as it is written.
#[derive(Default)]
struct Json {
    made: Vec<u8>,
    written: Vec<u8>,
}

/// A value as JSON in which nothing ends a script element or begins a comment.
fn harmless<'j>(value: &impl Serialize, json: &'j mut Json) -> Result<&'j [u8]> {
    json.made.clear();
    json.written.clear();
    serde_json::to_writer(&mut json.made, value)?;
    let mut rest = &json.made[..];
    while let Some(at) = memchr3(b'<', b'>', b'&', rest) {
        json.written.extend_from_slice(&rest[..at]);
        json.written.extend_from_slice(match rest[at] {
            b'<' => b"\\u003c",
            b'>' => b"\\u003e",
            _ => b"\\u0026",
        });
        rest = &rest[at + 1..];
    }
    json.written.extend_from_slice(rest);
    Ok(&json.written)
}

/// A text on one line; what is left out of a long one is said.
fn shown(text: &str) -> Cow<'_, str> {
    let text = plain(text);
    if text.len() <= TEXT_SHOWN {
        return text;
    }
    match text.char_indices().nth(TEXT_SHOWN) {
        Some((end, _)) => Cow::Owned(format!("{} … ({} more characters)", &text[..end], text[end..].chars().count())),
        None => text,
    }
}

/// What an institution shows when it is opened; texts, items and gaps that several show are numbers.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Details<'d> {
    certificate: Option<usize>,
    data: Value,
    defects: Vec<String>,
    /// Product, business unit, platform and version, from and to, whether it depends, why.
    deployments: Vec<(usize, usize, usize, usize, u64, usize)>,
    evidence: Vec<Value>,
    gaps: Vec<usize>,
    gaps_left_out: usize,
    gaps_of_everybody: usize,
    parent: Option<Cow<'d, str>>,
    status: Cow<'d, str>,
    successor: Option<Cow<'d, str>>,
}

/// What rows and details name by number: texts, items and gaps; and the meaning of words.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shared<'s> {
    bases: BTreeMap<&'static str, &'static str>,
    causes: BTreeMap<&'static str, &'static str>,
    columns: [&'static str; 16],
    evidence_shown: usize,
    flags: BTreeMap<&'static str, &'static str>,
    gaps: Vec<Value>,
    gaps_of_everybody: Vec<usize>,
    gaps_of_everybody_in_all: usize,
    items: Vec<Value>,
    strings: Vec<&'s str>,
    verdicts: Vec<[&'static str; 3]>,
}

struct Data<'a> {
    facts: &'a Facts<'a>,
    strings: Strings,
    /// Gaps of the registry's order to their place in the page.
    gaps: BTreeMap<usize, usize>,
    /// Items with evidence to their place in the page.
    items: BTreeMap<&'a str, (usize, String)>,
    /// Products by their ids.
    products: BTreeMap<&'a str, usize>,
    shown: usize,
}

impl<'a> Data<'a> {
    /// What the list shows, sorts and searches. [`Self::shared`] names the columns.
    fn row(&mut self, number: usize) -> impl Serialize {
        let outcome = self.facts.outcome;
        let (institution, decided, holdings) =
            (&outcome.registry.institutions[number], &outcome.decided[number], &outcome.matched.holdings[number]);
        let is_affected = decided.decision.verdict() == Verdict::Affected;
        let own = |n: u64| if is_affected { n } else { 0 };
        let products: BTreeSet<usize> = institution.deployments.iter().map(|d| self.product(&d.product_id)).collect();
        let identifier = |i: &'a Identifier| Cow::Owned(format!("{} {}", i.scheme.as_str(), shown(&i.raw)));
        let also: Vec<Cow<'a, str>> =
            institution.names.iter().map(|n| shown(&n.name)).chain(institution.identifiers.iter().map(identifier)).collect();
        (
            shown(&institution.customer_id),
            shown(&institution.legal_name),
            decided.decision.verdict() as usize,
            self.words(decided.decision.bases().iter().map(|b| b.as_str())),
            self.words(decided.flags.iter().map(|f| f.as_str())),
            self.strings.number(&shown(&region(&institution.country, &institution.region))),
            self.strings.number(&shown(&institution.city)),
            products,
            u64::from(decided.dependence.depends),
            own(holdings.owner_items),
            own(holdings.owner_bytes),
            own(holdings.personal.persons.len() as u64),
            holdings.counterparty_items,
            decided.gaps.len(),
            self.facts.evidence[number].len(),
            also,
        )
    }

    /// A product's id with its name.
    fn product(&mut self, id: &'a str) -> usize {
        if let Some(known) = self.products.get(id) {
            return *known;
        }
        let number = self.strings.number(&shown(&product_name(self.facts.outcome, id)));
        self.products.insert(id, number);
        number
    }

    fn words<'w>(&mut self, words: impl Iterator<Item = &'w str>) -> Vec<usize> {
        words.map(|word| self.strings.number(word)).collect()
    }

    /// What an institution shows when it is opened.
    fn details(&mut self, number: usize) -> Details<'a> {
        let outcome = self.facts.outcome;
        let (institution, decided) = (&outcome.registry.institutions[number], &outcome.decided[number]);
        let deployments = decided
            .dependence
            .deployments
            .iter()
            .map(|judged| {
                let deployment = &institution.deployments[judged.index];
                let product = self.product(&deployment.product_id);
                let mut number = |text: &str| self.strings.number(&shown(text));
                (
                    product,
                    number(&deployment.business_unit),
                    number(&format!("{} {}", deployment.platform, deployment.version)),
                    number(&format!("{} to {}", date(&deployment.from.to_string()), date(&deployment.to.to_string()))),
                    u64::from(judged.outcome.depends()),
                    number(&judged.reason),
                )
            })
            .collect();
        let mut evidence: Vec<&'a Evidence> = outcome.matched.evidence[self.facts.evidence[number].clone()].iter().collect();
        // The strongest first, in the order of the items.
        evidence.sort_by_key(|e| weight(&e.mention));
        let evidence: Vec<Value> = evidence.into_iter().take(self.shown).map(|e| self.mention(e)).collect();
        let own = decided.gaps.count_not_of_everybody();
        let gaps: Vec<usize> = decided.gaps.not_of_everybody().take(GAPS_SHOWN).map(|gap| self.gap(gap)).collect();
        let certificate = certificate_words(&decided.decision, outcome).map(|words| self.strings.number(&plain(&words)));
        let defects = institution.defects.iter().map(|&d| shown(&outcome.registry.defects[d].to_string()).into_owned()).collect();
        let group = |other: Option<usize>| other.map(|other| outcome.registry.institutions[other].customer_id.as_str()).map(shown);
        Details {
            certificate,
            data: self.personal(number),
            defects,
            deployments,
            evidence,
            gaps_left_out: own - gaps.len(),
            gaps,
            gaps_of_everybody: decided.gaps.len() - own,
            parent: group(institution.parent),
            status: shown(&institution.status),
            successor: group(institution.successor),
        }
    }

    /// Personal data of an affected institution: what was found, and in words what was not.
    fn personal(&mut self, number: usize) -> Value {
        let Some(data) = data_of(self.facts.outcome, number) else { return Value::Null };
        let found = data.elements.iter().filter(|row| row.finding == Finding::Found);
        let found: Vec<Value> = found
            .map(|row| {
                json!([
                    self.strings.number(plural(row.element)),
                    row.items,
                    row.records,
                    row.individuals,
                    shown(&residences(&row.by_residence)),
                    shown(row.first)
                ])
            })
            .collect();
        let absent: Vec<&str> = data.elements.iter().filter(|row| row.finding != Finding::Found).map(|row| plural(row.element)).collect();
        json!({
            "found": found,
            "absent": self.strings.number(&absent.join(", ")),
            "read": [data.items_read, data.records_read, data.items_not_read],
            "residences": shown(&residences(&data.by_residence)),
        })
    }

    fn mention(&mut self, evidence: &'a Evidence) -> Value {
        let mention = &evidence.mention;
        let next = self.items.len();
        let (item, _) =
            self.items.entry(&evidence.item).or_insert_with(|| (next, evidence.sha256.map_or(String::new(), |s| s.to_string())));
        let item = *item;
        json!([
            item,
            self.strings.number(&shown(mention.scheme.as_str())),
            shown(&mention.value),
            self.strings.number(mention.role.as_str()),
            self.strings.number(mention.strength.as_str()),
            self.strings.number(mention.basis.as_str()),
            mention.count,
            mention.offset,
            self.strings.number(&shown(&mention.context)),
        ])
    }

    fn gap(&mut self, gap: usize) -> usize {
        let next = self.gaps.len();
        *self.gaps.entry(gap).or_insert(next)
    }

    fn shared(&mut self) -> Shared<'_> {
        let outcome = self.facts.outcome;
        let everybody: Vec<usize> = (0..outcome.matched.gaps.len())
            .filter(|&g| outcome.matched.gaps[g].reach.everybody && outcome.matched.gaps[g].waived.is_none())
            .collect();
        let of_everybody: Vec<usize> = everybody.iter().take(GAPS_SHOWN).map(|&g| self.gap(g)).collect();
        let mut gaps = vec![Value::Null; self.gaps.len()];
        for (&gap, &place) in &self.gaps {
            let gap = &outcome.matched.gaps[gap];
            gaps[place] = json!([
                shown(&gap.item),
                self.strings.number(gap.cause.as_str()),
                gap.bytes,
                self.strings.number(words::act(remedy(gap.cause))),
                shown(&gap.detail),
            ]);
        }
        let mut items = vec![Value::Null; self.items.len()];
        for (path, (place, sha256)) in &self.items {
            items[*place] = json!([shown(path), sha256]);
        }
        Shared {
            bases: Basis::ALL.iter().map(|b| (b.as_str(), words::basis(*b))).collect(),
            causes: Cause::ALL.iter().map(|c| (c.as_str(), words::cause(*c))).collect(),
            columns: [
                "id",
                "name",
                "verdict",
                "bases",
                "flags",
                "region",
                "city",
                "products",
                "depends",
                "items",
                "bytes",
                "individuals",
                "counterparty",
                "gaps",
                "evidence",
                "also",
            ],
            evidence_shown: self.shown,
            flags: Flag::ALL.iter().map(|f| (f.as_str(), words::flag(*f))).collect(),
            gaps,
            gaps_of_everybody: of_everybody,
            gaps_of_everybody_in_all: everybody.len(),
            items,
            strings: self.strings.texts().collect(),
            verdicts: Verdict::ALL.iter().map(|v| [v.as_str(), words::title(*v), words::verdict(*v)]).collect(),
        }
    }
}

/// A date cell, or a dash where it is open.
fn date(cell: &str) -> &str {
    if cell.is_empty() { "…" } else { cell }
}
