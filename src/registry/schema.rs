//! JSON Schemas of the registry's tables as JSON Lines, and of `incident.toml`.
//!
//! The types here are the documentation of the input; reading itself goes by cells, so that every
//! defect has its place. A test holds the two together.

use super::Policy;
use schemars::{JsonSchema, schema_for};
use serde_json::Value;

/// A line of `customers.jsonl`. Other keys are kept and shown.
#[derive(JsonSchema)]
#[schemars(rename = "customers")]
pub struct CustomerRow {
    /// Unique id of the institution.
    pub customer_id: String,
    /// Its registered name.
    pub legal_name: String,
    /// customer_id of its parent.
    pub parent_id: Option<String>,
    /// ISO 3166 alpha-2.
    pub country: Option<String>,
    /// State, province or canton.
    pub region: Option<String>,
    /// Seat.
    pub city: Option<String>,
    /// Active, merged, closed or another word.
    pub status: Option<String>,
    /// customer_id of the institution that took it over.
    pub successor_id: Option<String>,
    /// Its account carries other institutions' files: true, false, 1, 0, yes, no.
    pub serves_others: Option<Truth>,
}

/// A truth value, or a word for it.
#[derive(JsonSchema)]
#[serde(untagged)]
pub enum Truth {
    /// true or false.
    Flag(bool),
    /// true, false, 1, 0, yes or no, whatever their case.
    Word(String),
    /// 1 or 0.
    Digit(u8),
}

/// A line of `names.jsonl`. Other keys are kept and shown.
#[derive(JsonSchema)]
#[schemars(rename = "names")]
pub struct NameRow {
    /// Whose name it is.
    pub customer_id: String,
    /// The name.
    pub name: String,
    /// trade, short, former or another word.
    pub kind: Option<String>,
    /// First day of use, YYYY-MM-DD.
    pub from: Option<String>,
    /// Last day of use, YYYY-MM-DD.
    pub to: Option<String>,
}

/// A line of `identifiers.jsonl`. Other keys are kept and shown.
#[derive(JsonSchema)]
#[schemars(rename = "identifiers")]
pub struct IdentifierRow {
    /// Whose identifier it is.
    pub customer_id: String,
    /// aba, bic, iban_bank, national_bank_code, lei, fdic_cert, ncua_charter, rssd, sort_code, domain,
    /// client_code, transfer_account, pgp_key; any other is matched as an exact delimited token.
    pub scheme: String,
    /// The identifier; iban_bank and national_bank_code as `CC:code`.
    pub value: String,
    /// First day of use, YYYY-MM-DD.
    pub from: Option<String>,
    /// Last day of use, YYYY-MM-DD.
    pub to: Option<String>,
}

/// A line of `products.jsonl`. Other keys are kept and shown.
#[derive(JsonSchema)]
#[schemars(rename = "products")]
pub struct ProductRow {
    /// Unique id of the product.
    pub product_id: String,
    /// Its name.
    pub name: String,
    /// The platform that it runs on.
    pub platform: Option<String>,
    /// Glob over evidence paths; matching files are the product's.
    pub path_pattern: Option<String>,
    /// Formats of the product's files, `|`-joined, as `ruleout formats` names them. They tell of which product an
    /// institution's own items are, and attribute nothing.
    pub formats: Option<String>,
}

/// A line of `notices.jsonl`. Other keys have no meaning.
#[derive(JsonSchema)]
#[schemars(rename = "notices")]
pub struct NoticeRow {
    /// To whom the letter went.
    pub customer_id: String,
    /// The verdict that it told, or `notification` (affected), `interim` (undetermined), `clear`, `all_clear` or
    /// `not_affected` (ruled_out). Letters of other kinds are listed, and not compared.
    pub kind: String,
    /// The day on which it was sent.
    pub sent: String,
    /// The run that it rested on.
    pub run: Option<String>,
}

/// A line of `deployments.jsonl`. Other keys are kept and shown.
#[derive(JsonSchema)]
#[schemars(rename = "deployments")]
pub struct DeploymentRow {
    /// Where it is deployed.
    pub customer_id: String,
    /// What is deployed.
    pub product_id: String,
    /// The platform that it runs on.
    pub platform: String,
    /// Dotted numbers; anything else cannot be compared and counts as depending.
    pub version: String,
    /// The business unit that uses it.
    pub business_unit: Option<String>,
    /// First day, YYYY-MM-DD; none counts as before everything.
    pub from: Option<String>,
    /// Last day, YYYY-MM-DD; none is open or not known.
    pub to: Option<String>,
    /// Day on which its data was removed from the platform, YYYY-MM-DD.
    pub purged: Option<String>,
}

/// `incident.toml`. Dates are TOML dates or strings like 2024-10-31.
#[derive(JsonSchema)]
#[schemars(rename = "incident", deny_unknown_fields)]
pub struct IncidentFile {
    /// What happened.
    pub incident: IncidentTable,
    /// Platform versions from which files could be taken.
    #[schemars(length(min = 1))]
    pub compromised: Vec<CompromisedTable>,
    /// What is claimed about the evidence as a whole.
    pub evidence: Option<EvidenceTable>,
    /// Whose the content of parts of the evidence is.
    #[serde(default)]
    pub scope: Vec<ScopeTable>,
    /// Folders whose subfolders are named by accounts or client codes.
    #[serde(default)]
    pub layout: Vec<LayoutTable>,
    /// How to judge.
    #[serde(default)]
    pub policy: Policy,
}

/// `[incident]`. Other keys are kept and shown.
#[derive(JsonSchema)]
pub struct IncidentTable {
    /// The case's id.
    pub id: String,
    /// For people.
    pub title: Option<String>,
    /// First day on which files may have been taken.
    pub window_from: String,
    /// Last day on which files may have been taken.
    pub window_to: String,
    /// Day of the discovery.
    pub discovered: Option<String>,
    /// Day on which the institutions were told; notification clocks count from it.
    pub notified_at: Option<String>,
    /// Zone of the window's days; UTC where none is stated.
    pub timezone: Option<String>,
    /// Addresses, accounts and client strings of the intruder.
    #[serde(default)]
    pub indicators: Vec<String>,
}

/// `[[compromised]]`
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct CompromisedTable {
    /// As the deployments name it; case, blanks, hyphens and underscores make no difference.
    pub platform: String,
    /// Comma-joined comparisons on dotted numbers, all of which hold: `>=7.2.0, <7.4.1`.
    pub versions: String,
}

/// `[evidence]`
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct EvidenceTable {
    /// Is it all that was taken? false leaves all that depend undetermined.
    pub complete: Option<bool>,
    /// Who says so.
    pub declared_by: Option<String>,
    /// On what ground.
    pub basis: Option<String>,
    /// Bytes that are said to have been taken.
    pub claimed_bytes: Option<u64>,
}

/// `[[scope]]`
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ScopeTable {
    /// Glob over evidence paths, with or without the root's label.
    pub path: String,
    /// vendor, a customer_id or a product_id.
    pub holds: String,
    /// Why that is certain.
    pub reason: Option<String>,
}

/// `[[layout]]`
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct LayoutTable {
    /// Glob of a folder whose subfolders are named by transfer accounts or client codes.
    pub path: String,
    /// How that is known.
    pub reason: Option<String>,
}

/// The JSON Schemas of the registry's files, by file name below `schemas/`.
pub fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        ("registry-customers.schema.json", schema_for!(CustomerRow).to_value()),
        ("registry-deployments.schema.json", schema_for!(DeploymentRow).to_value()),
        ("registry-identifiers.schema.json", schema_for!(IdentifierRow).to_value()),
        ("registry-incident.schema.json", schema_for!(IncidentFile).to_value()),
        ("registry-names.schema.json", schema_for!(NameRow).to_value()),
        ("registry-notices.schema.json", schema_for!(NoticeRow).to_value()),
        ("registry-products.schema.json", schema_for!(ProductRow).to_value()),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::{customers, deployments, identifiers, incident, names, notices, products};
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn the_published_schemas_are_those_of_the_types() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
        for (name, schema) in schemas() {
            let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
            let file = folder.join(name);
            if std::env::var_os("RULEOUT_WRITE_SCHEMAS").is_some_and(|v| v == "1") {
                std::fs::write(&file, &text).unwrap();
            }
            let published = std::fs::read_to_string(&file).unwrap_or_default();
            assert!(published == text, "schemas/{name} is out of date; run this test with RULEOUT_WRITE_SCHEMAS=1 to write it anew");
        }
    }

    fn words<'a>(values: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
        values.into_iter().map(str::to_owned).collect()
    }

    fn check(schema: &Value, known: &[&str], required: &[&str]) {
        assert_eq!(words(schema["properties"].as_object().unwrap().keys().map(String::as_str)), words(known.iter().copied()));
        let stated = schema["required"].as_array().map_or_else(BTreeSet::new, |r| words(r.iter().filter_map(Value::as_str)));
        assert_eq!(stated, words(required.iter().copied()));
    }

    #[test]
    fn the_schemas_have_the_columns_that_are_read() {
        let schema = |name: &str| schemas().into_iter().find(|(file, _)| file.contains(name)).unwrap().1;
        check(&schema("customers"), &customers::SPEC.columns, &customers::SPEC.columns[..customers::SPEC.required]);
        check(&schema("names"), &names::SPEC.columns, &names::SPEC.columns[..names::SPEC.required]);
        check(&schema("identifiers"), &identifiers::SPEC.columns, &identifiers::SPEC.columns[..identifiers::SPEC.required]);
        check(&schema("notices"), &notices::SPEC.columns, &notices::SPEC.columns[..notices::SPEC.required]);
        check(&schema("products"), &products::SPEC.columns, &products::SPEC.columns[..products::SPEC.required]);
        check(&schema("deployments"), &deployments::SPEC.columns, &deployments::SPEC.columns[..deployments::SPEC.required]);
        let file = schema("incident");
        check(&file, &incident::ROOT, &["incident", "compromised"]);
        let table = |name: &str| file["$defs"][name].clone();
        check(&table("IncidentTable"), &incident::INCIDENT, &["id", "window_from", "window_to"]);
        check(&table("CompromisedTable"), &incident::COMPROMISED, &incident::COMPROMISED);
        check(&table("EvidenceTable"), &incident::EVIDENCE, &[]);
        check(&table("ScopeTable"), &incident::SCOPE, &["path", "holds"]);
        check(&table("LayoutTable"), &incident::LAYOUT, &["path"]);
        check(&table("Policy"), &Policy::KEYS.map(|key| key.name), &[]);
    }

    #[test]
    fn the_schemas_take_what_is_documented() {
        let valid = |name: &str, value: Value| {
            let schema = schemas().into_iter().find(|(file, _)| file.contains(name)).unwrap().1;
            jsonschema::is_valid(&schema, &value)
        };
        assert!(valid(
            "customers",
            serde_json::json!({"customer_id": "C1", "legal_name": "A", "serves_others": "yes", "founded": 1890, "parent_id": null})
        ));
        assert!(!valid("customers", serde_json::json!({"legal_name": "A"})));
        let incident = |policy: Value| serde_json::json!({"incident": {"id": "x", "window_from": "2024-10-31", "window_to": "2024-11-08"}, "compromised": [{"platform": "hub", "versions": ">=7"}], "policy": policy});
        assert!(valid("incident", incident(serde_json::json!({"images": "gap", "records_majority_percent": 90}))));
        assert!(!valid("incident", incident(serde_json::json!({"images": "all"}))));
        assert!(!valid("incident", incident(serde_json::json!({"image": "gap"}))));
    }
}
