use super::certificate::certificate_words;
use super::data_elements::data_of;
use super::{CoverageSummary, Outcome};
use crate::control::{PlantedRow, unplanted};
use crate::matching::DecoyRow;
use crate::model::{Basis, ContentId, DataElement, Flag, Verdict};
use crate::registry::{Deployment, Institution, Policy, Registry};
use crate::verdict::{Prospect, prospects};
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// `impact.json`: the impact list with all that it rests on.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ImpactFile<'o> {
    /// The incident's id.
    pub incident: String,
    /// SHA-256 of the registry's files.
    pub registry: String,
    /// SHA-256 over every item's path, identity and disposition.
    pub ledger: String,
    /// SHA-256 of the review files, where there are any.
    pub reviews: Option<String>,
    /// SHA-256 of all that was given beside the evidence: registry, reviews, letters, day of reference. The case keeps it
    /// under this name, and `explain` decides by it again.
    pub inputs: String,
    /// The day that dates were compared with, where one was given.
    pub as_of: Option<String>,
    /// Does the incident state that the evidence is all that was taken?
    pub evidence_complete: Option<bool>,
    /// The policy applied.
    pub policy: Policy,
    /// Institutions by verdict.
    pub verdicts: BTreeMap<Verdict, u64>,
    /// What each kind of act would free, the most freeing first.
    pub prospects: Vec<Prospect>,
    /// What was read and what was not.
    pub coverage: CoverageSummary,
    /// How well this run could see, and how often it saw what is not there.
    pub controls: ControlsFile,
    /// Every institution of the registry.
    #[schemars(with = "Vec<ImpactRow>")]
    pub institutions: ImpactRows<'o>,
}

/// The institutions, each made when it is written.
pub struct ImpactRows<'o>(&'o Outcome<'o>);

impl fmt::Debug for ImpactRows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries((0..self.0.decided.len()).map(|number| row(self.0, number))).finish()
    }
}

impl Serialize for ImpactRows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((0..self.0.decided.len()).map(|number| row(self.0, number)))
    }
}

/// The controls of a run. Neither control stands in the evidence or in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ControlsFile {
    /// Files planted outside the evidence, and how many of them were recovered, per format and encoding.
    pub planted: Vec<PlantedRow>,
    /// Formats of which a planted file was missed: every item of them is a gap.
    pub missed_formats: Vec<String>,
    /// Readable formats of which nothing is planted: no control speaks for them.
    pub unplanted_formats: Vec<String>,
    /// Identifiers and names that nobody has, and how many of them were hit, per scheme.
    pub decoys: Vec<DecoyRow>,
}

/// One institution.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ImpactRow {
    /// As registered.
    pub customer_id: String,
    /// As registered.
    pub legal_name: String,
    /// The answer.
    pub verdict: Verdict,
    /// Everything that it is based on, the strongest first.
    pub bases: Vec<Basis>,
    /// What else must be known.
    pub flags: BTreeSet<Flag>,
    /// Does it depend, after its inventory?
    pub depends: bool,
    /// How each deployment was judged.
    pub deployments: Vec<DeploymentRow>,
    /// Items that are surely its own.
    pub owner_items: u64,
    /// Items in which it is the other side of payments.
    pub counterparty_items: u64,
    /// Bytes of its own items.
    pub owner_bytes: u64,
    /// Kinds of personal data in its own items and records.
    pub data_elements: Vec<DataElement>,
    /// Distinct persons in its own items and records.
    pub individuals: u64,
    /// What its own items hold and do not hold; of affected institutions.
    pub data: Option<DataRow>,
    /// How many gaps count against it.
    pub gaps: u64,
    /// Gaps that would count against it, had nobody waived them.
    pub waived_gaps: u64,
    /// The certificate of a ruled-out institution, in words.
    pub certificate: Option<String>,
    /// The first item with evidence.
    pub first_evidence: Option<String>,
    /// SHA-256 of all that the registry says of it; another one in another run means that its rows changed.
    pub record: String,
}

/// The personal data in an affected institution's own items.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DataRow {
    /// Own items of which something was read.
    pub items_read: u64,
    /// Own items of which something was not read.
    pub items_not_read: u64,
    /// Own records read: rows of tables and payments.
    pub records_read: u64,
    /// Distinct persons by state or country of their address.
    pub individuals_by_residence: BTreeMap<String, u64>,
    /// Every kind, found or not.
    pub elements: Vec<DataElementRow>,
}

/// One kind of personal data of one institution.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DataElementRow {
    /// The kind.
    pub element: DataElement,
    /// `found`, `not_found`, or `not_read` where no own item could be read.
    pub finding: String,
    /// Own items that hold it.
    pub items: u64,
    /// Own records that hold it; identical copies of a file count once.
    pub records: u64,
    /// Distinct persons in whose records it stands.
    pub individuals: u64,
    /// The same by state or country of the address.
    pub individuals_by_residence: BTreeMap<String, u64>,
    /// In a sentence, with what it rests on.
    pub statement: String,
}

/// A deployment and its judgement.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeploymentRow {
    /// Product.
    pub product_id: String,
    /// Business unit.
    pub business_unit: String,
    /// Platform.
    pub platform: String,
    /// Version.
    pub version: String,
    /// Does it leave the institution depending?
    pub depends: bool,
    /// Why.
    pub reason: String,
}

/// The JSON Schema of `impact.json`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(ImpactFile).to_value()
}

pub(super) fn write(outcome: &Outcome<'_>, sink: &mut dyn std::io::Write) -> anyhow::Result<()> {
    serde_json::to_writer_pretty(&mut *sink, &file(outcome))?;
    Ok(sink.write_all(b"\n")?)
}

fn file<'o>(outcome: &'o Outcome<'o>) -> ImpactFile<'o> {
    let mut verdicts: BTreeMap<Verdict, u64> = Verdict::ALL.iter().map(|v| (*v, 0)).collect();
    outcome.decided.iter().for_each(|d| *verdicts.entry(d.decision.verdict()).or_default() += 1);
    ImpactFile {
        incident: outcome.registry.incident.id.clone(),
        registry: outcome.registry.digest.to_string(),
        ledger: outcome.ledger.digest().to_string(),
        reviews: outcome.registry.reviews_digest.map(|id| id.to_string()),
        inputs: outcome.registry.given.id().to_string(),
        as_of: outcome.registry.incident.as_of.map(|day| day.to_string()),
        evidence_complete: outcome.ledger.complete(),
        policy: outcome.registry.incident.policy.clone(),
        verdicts,
        prospects: prospects(outcome.decided, outcome.blocking, &outcome.matched.gaps),
        coverage: outcome.coverage().clone(),
        controls: ControlsFile {
            planted: outcome.planted.rows.clone(),
            missed_formats: outcome.planted.missed_formats().into_keys().collect(),
            unplanted_formats: unplanted().into_iter().map(str::to_owned).collect(),
            decoys: outcome.matched.decoys.clone(),
        },
        institutions: ImpactRows(outcome),
    }
}

fn row(outcome: &Outcome<'_>, number: usize) -> ImpactRow {
    let (institution, decided, holdings) =
        (&outcome.registry.institutions[number], &outcome.decided[number], &outcome.matched.holdings[number]);
    let is_affected = decided.decision.verdict() == Verdict::Affected;
    let own = |n: u64| if is_affected { n } else { 0 };
    ImpactRow {
        customer_id: institution.customer_id.clone(),
        legal_name: institution.legal_name.clone(),
        verdict: decided.decision.verdict(),
        bases: decided.decision.bases(),
        flags: decided.flags.clone(),
        depends: decided.dependence.depends,
        deployments: deployments_of(outcome, number),
        owner_items: own(holdings.owner_items),
        counterparty_items: holdings.counterparty_items,
        owner_bytes: own(holdings.owner_bytes),
        data_elements: if is_affected { holdings.personal.elements.iter().collect() } else { Vec::new() },
        individuals: own(holdings.personal.persons.len() as u64),
        data: data(outcome, number),
        gaps: decided.gaps.len() as u64,
        waived_gaps: decided.waived.len() as u64,
        certificate: certificate_words(&decided.decision, outcome),
        first_evidence: holdings.first_evidence.clone(),
        record: record(outcome.registry, institution),
    }
}

/// Digest of an institution's rows; where they stand in the files is no part of it.
fn record(registry: &Registry, institution: &Institution) -> String {
    let id = |other: Option<usize>| other.map(|other| registry.institutions[other].customer_id.as_str());
    let parent = (id(institution.parent), id(institution.successor), institution.serves_others);
    let mut hash = Sha256::new();
    let mut add = |words: String| {
        hash.update((words.len() as u64).to_be_bytes());
        hash.update(words);
    };
    let place = [&institution.country, &institution.region, &institution.city, &institution.status];
    add(format!("{:?} {:?} {place:?} {parent:?}", institution.customer_id, institution.legal_name));
    let mut rows: Vec<String> = institution.names.iter().map(|n| format!("{:?} {:?} {:?} {:?}", n.name, n.kind, n.from, n.to)).collect();
    rows.extend(institution.identifiers.iter().map(|i| format!("{:?} {:?} {:?} {:?} {}", i.scheme, i.value, i.from, i.to, i.usable)));
    let deployment = |d: &Deployment| {
        format!("{:?} {:?} {:?} {:?} {} {} {} {:?}", d.product_id, d.business_unit, d.platform, d.version, d.from, d.to, d.purged, d.doubt)
    };
    rows.extend(institution.deployments.iter().map(deployment));
    rows.sort();
    rows.into_iter().for_each(add);
    ContentId(hash.finalize().into()).to_string()
}

fn data(outcome: &Outcome<'_>, number: usize) -> Option<DataRow> {
    let data = data_of(outcome, number)?;
    let element = |row: &super::data_elements::ElementRow<'_>| DataElementRow {
        element: row.element,
        finding: row.finding.as_str().to_owned(),
        items: row.items,
        records: row.records,
        individuals: row.individuals,
        individuals_by_residence: row.by_residence.clone(),
        statement: data.statement(row),
    };
    let elements = data.elements.iter().map(element).collect();
    Some(DataRow {
        items_read: data.items_read,
        items_not_read: data.items_not_read,
        records_read: data.records_read,
        individuals_by_residence: data.by_residence,
        elements,
    })
}

/// How each deployment of an institution was judged.
pub(super) fn deployments_of(outcome: &Outcome<'_>, number: usize) -> Vec<DeploymentRow> {
    let institution = &outcome.registry.institutions[number];
    let judged = outcome.decided[number].dependence.deployments.iter();
    judged
        .map(|judged| {
            let deployment = &institution.deployments[judged.index];
            DeploymentRow {
                product_id: deployment.product_id.clone(),
                business_unit: deployment.business_unit.clone(),
                platform: deployment.platform.clone(),
                version: deployment.version.clone(),
                depends: judged.outcome.depends(),
                reason: judged.reason.clone(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn the_published_schema_is_that_of_the_types() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/impact.schema.json");
        let current = format!("{}\n", serde_json::to_string_pretty(&super::schema()).unwrap());
        if std::env::var_os("RULEOUT_WRITE_SCHEMAS").is_some() {
            std::fs::write(&path, &current).unwrap();
        }
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(published, current, "schemas/impact.schema.json is stale: run the tests once with RULEOUT_WRITE_SCHEMAS=1");
    }
}
