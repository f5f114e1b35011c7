//! Inventories that do not say enough, and institutions that nothing could find.

use super::context::{Context, Finding, count, sentence, shown};
use crate::model::{Flag, Scheme};
use crate::registry::{Deployment, Institution};
use crate::verdict::{Conflict, Findability, Outcome, conflicts};
use std::collections::HashSet;

/// Institutions that depend and that nothing could find.
pub(super) fn unfindable(context: &Context<'_>, out: &mut Vec<Finding>) {
    not_findable(context, true, out);
}

/// Institutions that do not depend, and that nothing could find either.
pub(super) fn unfindable_independent(context: &Context<'_>, out: &mut Vec<Finding>) {
    not_findable(context, false, out);
}

fn not_findable(context: &Context<'_>, depending: bool, out: &mut Vec<Finding>) {
    for (n, institution) in context.registry.institutions.iter().enumerate().filter(|&(n, _)| context.depends(n) == depending) {
        let (line, why) = match context.outlooks[n].findability {
            Findability::Findable => continue,
            Findability::Unusable => unusable(institution),
            Findability::NoIdentifier => (0, "it has no identifier".to_owned()),
            Findability::OnlyShared => {
                let shared: Vec<String> = institution.usable_identifiers().map(|i| format!("{} {}", i.scheme, shown(&i.value))).collect();
                (institution.identifiers[0].line, format!("others bear all its identifiers as well: {}", few(&shared)))
            }
            Findability::OneScheme => {
                let own = institution.usable_identifiers().find(|i| !context.lexicon.holders.is_shared(i));
                let word = own.map_or_else(String::new, |i| shown(i.scheme.as_str()));
                (own.map_or(0, |i| i.line), format!("its own identifiers are of the scheme {word} alone, which does not decide by itself"))
            }
        };
        let place = if line > 0 { context.at("identifiers", line, "value") } else { context.at_customer(n, "customer_id") };
        out.push(Finding { institutions: vec![n], problem: format!("{}: {why}", context.named(n)), ..place });
    }
}

fn unusable(institution: &Institution) -> (u64, String) {
    let unusable: Vec<_> = institution.identifiers.iter().filter(|i| !i.usable).collect();
    let words: Vec<String> = unusable.iter().map(|i| format!("{} {}", shown(i.scheme.as_str()), shown(&i.raw))).collect();
    let line = unusable.first().map_or(0, |i| i.line);
    (
        line,
        format!(
            "{} of its {} cannot be used: {}",
            words.len(),
            count(institution.identifiers.len(), "identifier", "identifiers"),
            few(&words)
        ),
    )
}

fn few(words: &[String]) -> String {
    const SHOWN: usize = 4;
    let mut out = words[..words.len().min(SHOWN)].join(", ");
    if words.len() > SHOWN {
        out.push_str(&format!(" and {} more", words.len() - SHOWN));
    }
    out
}

pub(super) fn no_deployment(context: &Context<'_>, out: &mut Vec<Finding>) {
    for (n, _) in context.registry.institutions.iter().enumerate().filter(|(_, i)| i.deployments.is_empty()) {
        out.push(Finding { problem: format!("{} has no deployment", context.named(n)), ..context.at_customer(n, "customer_id") });
    }
}

/// Deployments that cannot be compared: as the loader found them, and what only the verdict sees.
pub(super) fn incomparable(context: &Context<'_>, out: &mut Vec<Finding>) {
    super::defects::of(crate::registry::DefectKind::Incomparable, context, out);
    let told: HashSet<u64> = out.iter().map(|finding| finding.line).collect();
    deployments(context, Outcome::NotComparable, out, |deployment| !told.contains(&deployment.line));
    for finding in out {
        let certain = finding.institutions.iter().all(|&n| !only_for_the_inventory(context, n));
        let certain = certain && !finding.institutions.is_empty();
        finding.effect = certain.then(|| "it depends by another deployment as well".to_owned());
        finding.rank = u64::from(!certain);
        let named = context.some_of(&finding.institutions);
        finding.problem = format!("{named}: {}", finding.problem);
    }
}

pub(super) fn former_user(context: &Context<'_>, out: &mut Vec<Finding>) {
    let mut found = Vec::new();
    deployments(context, Outcome::FormerUser, &mut found, |_| true);
    deployments(context, Outcome::FormerUserExcused, &mut found, |_| true);
    out.extend(found.into_iter().map(|f| Finding { problem: format!("{}: {}", context.some_of(&f.institutions), f.problem), ..f }));
}

/// Deployments of one product and unit in use at the same time, on different platforms or versions.
pub(super) fn overlapping(context: &Context<'_>, out: &mut Vec<Finding>) {
    in_conflict(context, Conflict::Overlapping, "overlaps with another one of the same product and unit", out);
}

/// Deployments with neither a beginning nor an end.
pub(super) fn undated(context: &Context<'_>, out: &mut Vec<Finding>) {
    in_conflict(context, Conflict::Undated, "has neither a beginning nor an end", out);
}

fn in_conflict(context: &Context<'_>, sought: Conflict, words: &str, out: &mut Vec<Finding>) {
    for (n, institution) in context.registry.institutions.iter().enumerate() {
        for (index, _) in conflicts(institution).into_iter().filter(|(_, conflict)| *conflict == sought) {
            let named = shown(&context.outlooks[n].dependence.deployments[index].named);
            let place = context.at("deployments", institution.deployments[index].line, "from");
            out.push(Finding { institutions: vec![n], problem: format!("{}: {named} {words}", context.named(n)), ..place });
        }
    }
}

fn deployments(context: &Context<'_>, outcome: Outcome, out: &mut Vec<Finding>, chosen: impl Fn(&Deployment) -> bool) {
    for (n, institution) in context.registry.institutions.iter().enumerate() {
        for judged in context.outlooks[n].dependence.deployments.iter().filter(|judged| judged.outcome == outcome) {
            let deployment = &institution.deployments[judged.index];
            if chosen(deployment) {
                let place = context.at("deployments", deployment.line, "customer_id");
                out.push(Finding { institutions: vec![n], problem: sentence(&judged.reason), column: None, ..place });
            }
        }
    }
}

/// Does it depend for no other reason than that its inventory is missing or cannot be compared?
pub(super) fn only_for_the_inventory(context: &Context<'_>, n: usize) -> bool {
    let dependence = &context.outlooks[n].dependence;
    dependence.depends
        && dependence.flags.contains(&Flag::InventoryIncomplete)
        && !dependence.deployments.iter().any(|judged| match judged.outcome {
            Outcome::Exposed | Outcome::FormerUser => true,
            Outcome::NotComparable
            | Outcome::FormerUserExcused
            | Outcome::PurgedBefore
            | Outcome::BeganAfter
            | Outcome::OtherVersion
            | Outcome::OtherPlatform => false,
        })
}

/// Institutions that depend, and against whom every home counts that nobody claims.
pub(super) fn without_account(context: &Context<'_>, out: &mut Vec<Finding>) {
    let has_account = |i: &Institution| i.usable_identifiers().any(|i| i.scheme == Scheme::TransferAccount);
    for (n, _) in context.registry.institutions.iter().enumerate().filter(|&(n, i)| context.depends(n) && !has_account(i)) {
        out.push(Finding { problem: context.named(n), ..context.at_customer(n, "customer_id") });
    }
}

pub(super) fn serves_others(context: &Context<'_>, out: &mut Vec<Finding>) {
    for (n, _) in context.registry.institutions.iter().enumerate().filter(|(_, i)| i.serves_others) {
        out.push(Finding { problem: context.named(n), ..context.at_customer(n, "serves_others") });
    }
}
