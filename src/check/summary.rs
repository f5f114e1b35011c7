use super::context::Context;
use super::incident::{deployments_on, platforms};
use super::inventory::only_for_the_inventory;
use crate::registry::{Policy, same_platform};
use crate::verdict::Findability;
use schemars::JsonSchema;
use serde::Serialize;

/// How many institutions there are, and what can become of them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Summary {
    /// All of them.
    pub institutions: u64,
    /// Excluded by their inventory: ruled out, unless evidence says otherwise.
    pub not_dependent: u64,
    /// All others.
    pub dependent: u64,
    /// Depend only because their inventory is missing or cannot be compared.
    pub dependent_for_the_inventory: u64,
    /// Depend, and would be ruled out if everything was read and nothing of them found.
    pub clearable: u64,
    /// Depend, and nothing could find them.
    pub unfindable: u64,
    /// A row of the registry that concerns them is defective.
    pub defective: u64,
    /// The case's id.
    pub incident: String,
    /// First and last day of the window.
    pub window: [String; 2],
    /// Is the evidence stated to be complete? None: not stated.
    pub evidence_complete: Option<bool>,
    /// Keys of the policy that are not the default's, `key = "value"`.
    pub policy: Vec<String>,
    /// The platforms of the deployments.
    pub platforms: Vec<Platform>,
    /// How each file was read.
    pub files: Vec<File>,
}

/// A platform as the deployments write it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Platform {
    /// Its name.
    pub platform: String,
    /// Deployments on it.
    pub deployments: u64,
    /// The compromised versions; empty where the platform was not compromised.
    pub compromised: Vec<String>,
}

/// A file of the registry.
#[derive(Debug, Serialize, JsonSchema)]
pub struct File {
    /// Its name.
    pub file: String,
    /// Its encoding, found out.
    pub encoding: String,
    /// Its delimiter, found out.
    pub delimiter: Option<char>,
}

impl Summary {
    pub(super) fn of(context: &Context<'_>) -> Self {
        let incident = &context.registry.incident;
        let all = 0..context.registry.institutions.len();
        let count = |chosen: &dyn Fn(usize) -> bool| all.clone().filter(|&n| chosen(n)).count() as u64;
        let mut platforms: Vec<Platform> = platforms(context)
            .into_iter()
            .map(|(platform, deployments)| Platform {
                platform: platform.to_owned(),
                deployments,
                compromised: incident
                    .compromised
                    .iter()
                    .filter(|c| same_platform(&c.platform, platform))
                    .map(|c| format!("{}: {} deployments", c.versions.as_str(), deployments_on(context.registry, c).1))
                    .collect(),
            })
            .collect();
        platforms.sort_by_key(|p| (p.compromised.is_empty(), std::cmp::Reverse(p.deployments)));
        Self {
            institutions: all.len() as u64,
            not_dependent: count(&|n| !context.depends(n)),
            dependent: count(&|n| context.depends(n)),
            dependent_for_the_inventory: count(&|n| only_for_the_inventory(context, n)),
            clearable: count(&|n| context.depends(n) && context.can_be_ruled_out(n)),
            unfindable: count(&|n| context.depends(n) && context.outlooks[n].findability != Findability::Findable),
            defective: count(&|n| !context.institution(n).defects.is_empty()),
            incident: incident.id.clone(),
            window: [incident.window_from.to_string(), incident.window_to.to_string()],
            evidence_complete: incident.evidence.as_ref().and_then(|e| e.complete),
            policy: changed(&incident.policy),
            platforms,
            files: context
                .registry
                .sources
                .iter()
                .map(|s| File { file: s.file.clone(), encoding: s.encoding.to_string(), delimiter: s.delimiter })
                .collect(),
        }
    }
}

/// The keys whose values are not those of the default.
fn changed(policy: &Policy) -> Vec<String> {
    let keys = |policy: &Policy| match serde_json::to_value(policy) {
        Ok(serde_json::Value::Object(keys)) => keys,
        _ => serde_json::Map::new(),
    };
    let default = keys(&Policy::default());
    keys(policy).into_iter().filter(|(key, value)| default.get(key) != Some(value)).map(|(key, value)| format!("{key} = {value}")).collect()
}
