//! What `incident.toml` says, beside what the deployments say.

use super::context::{Context, Finding, shown};
use crate::registry::{Compromised, Indicator, Registry, Version, same_platform};
use std::collections::BTreeMap;

/// Platforms as the deployments write them, with how many deployments each.
pub(super) fn platforms<'c>(context: &'c Context<'_>) -> BTreeMap<&'c str, u64> {
    let mut platforms = BTreeMap::new();
    let all = context.registry.institutions.iter().flat_map(|i| &i.deployments).map(|d| d.platform.trim());
    all.filter(|platform| !platform.is_empty()).for_each(|platform| *platforms.entry(platform).or_insert(0) += 1);
    platforms
}

/// Deployments on a compromised platform, and those among them whose version is compromised.
pub(super) fn deployments_on(registry: &Registry, compromised: &Compromised) -> (u64, u64) {
    let all = registry.institutions.iter().flat_map(|i| &i.deployments);
    all.filter(|d| same_platform(&d.platform, &compromised.platform)).fold((0, 0), |(on, hit), d| {
        let is_hit = Version::parse(d.version.trim()).is_some_and(|version| compromised.versions.contains(&version));
        (on + 1, hit + u64::from(is_hit))
    })
}

pub(super) fn platform_without_deployment(context: &Context<'_>, out: &mut Vec<Finding>) {
    for (one, _, problem) in of_nobody(context.registry).filter(|(_, on, _)| *on == 0) {
        let known = platforms(context).into_keys().take(8).map(shown).collect::<Vec<_>>().join(", ");
        let problem = format!("{problem}; the deployments are on: {known}");
        out.push(Finding { problem, ..context.at_incident(one.line, "platform") });
    }
}

pub(super) fn version_without_deployment(context: &Context<'_>, out: &mut Vec<Finding>) {
    for (one, _, problem) in of_nobody(context.registry).filter(|(_, on, _)| *on > 0) {
        out.push(Finding { problem, ..context.at_incident(one.line, "versions") });
    }
}

/// Platforms that are not compromised and whose names are nearly those of compromised ones.
pub(super) fn similar_platform(context: &Context<'_>, out: &mut Vec<Finding>) {
    let compromised = &context.registry.incident.compromised;
    for (platform, deployments) in platforms(context) {
        if compromised.iter().any(|c| same_platform(&c.platform, platform)) {
            continue;
        }
        let Some(one) = compromised.iter().find(|c| is_similar(&c.platform, platform)) else { continue };
        let problem =
            format!("{deployments} deployments are on {}, which is not compromised; {} is", shown(platform), shown(&one.platform));
        out.push(Finding { problem, rank: deployments, ..context.at("deployments", first_line(context, platform), "platform") });
    }
}

fn first_line(context: &Context<'_>, platform: &str) -> u64 {
    let all = context.registry.institutions.iter().flat_map(|i| &i.deployments);
    all.filter(|d| d.platform.trim() == platform).map(|d| d.line).min().unwrap_or(0)
}

/// What is compromised and concerns no deployment, how many are on its platform, and why.
fn of_nobody(registry: &Registry) -> impl Iterator<Item = (&Compromised, u64, String)> {
    registry.incident.compromised.iter().filter_map(|one| {
        let platform = shown(&one.platform);
        let (on, hit) = deployments_on(registry, one);
        let problem = match (on, hit) {
            (0, _) => format!("no deployment is on {platform}"),
            (on, 0) => format!("none of {on} deployments on {platform} has a version {}", shown(one.versions.as_str())),
            _ => return None,
        };
        Some((one, on, problem))
    })
}

/// The same in words with its place: a slip there rules everybody out.
pub fn concerning_nobody(registry: &Registry) -> Vec<String> {
    let has_deployments = registry.institutions.iter().any(|institution| !institution.deployments.is_empty());
    let words = |(one, _, problem): (&Compromised, u64, String)| format!("incident.toml:{}: {problem}: nobody depends by it", one.line);
    of_nobody(registry).filter(|_| has_deployments).map(words).collect()
}

/// One name begins with the other, or they are a slip of the keyboard apart.
fn is_similar(a: &str, b: &str) -> bool {
    let letters = |name: &str| name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(64).collect::<Vec<char>>();
    let (a, b) = (letters(a), letters(b));
    let least = a.len().min(b.len());
    least >= 4 && (a.starts_with(&b) || b.starts_with(&a) || distance(&a, &b) <= 1 + usize::from(least >= 6))
}

/// Edits that turn one into the other.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let edit = (diagonal + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], edit);
        }
    }
    row[b.len()]
}

/// Longer than this, a window is more likely a slip than what was found out.
const LONG_WINDOW: i32 = 366;

pub(super) fn window(context: &Context<'_>, out: &mut Vec<Finding>) {
    let incident = &context.registry.incident;
    let (from, to) = (incident.window_from, incident.window_to);
    let mut say = |key: &str, problem: String, effect: &str| {
        out.push(Finding { problem, effect: Some(effect.to_owned()), ..context.at_incident(0, key) });
    };
    if from == to {
        say("window_to", format!("the window is the one day {from}"), "whoever ended before it or began after it does not depend");
    }
    let days = from.until(to).map_or(0, |span| span.get_days());
    if days > LONG_WINDOW {
        say("window_from", format!("the window has {} days, from {from} to {to}", days + 1), "more deployments lie in it: more depend");
    }
    if let Some(discovered) = incident.discovered.filter(|&day| day < from) {
        let problem = format!("discovered on {discovered}, before the window begins on {from}");
        say(
            "window_from",
            problem,
            "deployments that ended or were purged before the window count as out of reach, and may have been within it",
        );
    }
}

pub(super) fn no_indicators(context: &Context<'_>, out: &mut Vec<Finding>) {
    if context.registry.incident.indicators.is_empty() {
        out.push(Finding { problem: "there are no indicators".to_owned(), ..context.at_incident(0, "indicators") });
    }
}

/// Indicators that look like addresses and are none.
pub(super) fn no_address(context: &Context<'_>, out: &mut Vec<Finding>) {
    for text in context.registry.incident.indicators.iter().filter(|text| Indicator::parse(text).is_none()) {
        out.push(Finding { problem: format!("{} is no address, network or word", shown(text)), ..context.at_incident(0, "indicators") });
    }
}

pub(super) fn evidence_claim(context: &Context<'_>, out: &mut Vec<Finding>) {
    let (problem, effect) = match context.registry.incident.evidence.as_ref().and_then(|e| e.complete) {
        Some(true) => return,
        Some(false) => ("the evidence is declared incomplete", "all that depend stay undetermined (evidence_incomplete), whatever is read"),
        None => ("whether the evidence is all that was taken is not stated", "every certificate of a search says so"),
    };
    out.push(Finding { problem: problem.to_owned(), effect: Some(effect.to_owned()), ..context.at_incident(0, "complete") });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_keyboard() {
        for (a, b) in [("sftp-hub", "SFTP Hubb"), ("sftp-hub", "sftp-hub (hosted)"), ("relay", "rellay"), ("sftp-hub", "sfpt-hub")] {
            assert!(is_similar(a, b), "{a} {b}");
        }
        for (a, b) in [("sftp-hub", "relay-gateway"), ("hub", "hut"), ("saas-portal", "sftp-hub")] {
            assert!(!is_similar(a, b), "{a} {b}");
        }
    }
}
