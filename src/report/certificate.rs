//! What a certificate says, in words; and what every answer rests on besides the evidence itself.

use super::Outcome;
use super::figures::{bytes, count};
use crate::verdict::{Certificate, Decision};

/// The certificate of who is ruled out, in words.
pub(super) fn certificate_words(decision: &Decision, outcome: &Outcome<'_>) -> Option<String> {
    let Decision::RuledOut(certificate) = decision else { return None };
    let controls = certificate.controls();
    let words = match certificate {
        Certificate::NoDependency(no) => {
            let reasons: Vec<String> = no.deployments().iter().map(ToString::to_string).collect();
            format!("no dependency: no deployment of it was on what was compromised, {}: {}", compromised(outcome), reasons.join("; "))
        }
        Certificate::SearchedClear(clear) => {
            let waived = match clear.waived() {
                0 => "no gap could hold its files".to_owned(),
                1 => "no gap could hold its files but one that was waived in review".to_owned(),
                n => format!("no gap could hold its files but {n} that were waived in review"),
            };
            let elsewhere = match clear.gaps_elsewhere() {
                0 => String::new(),
                n => format!(" ({} where its files could not lie)", count(n as u64, "gap is", "gaps are")),
            };
            let items = count(clear.items(), "item was seen", "items were seen");
            format!("searched and clear: {items}, {waived}{elsewhere}; {}; ledger {}", completeness(outcome), clear.ledger())
        }
    };
    Some(format!(
        "{words}; controls: {} of {} planted files recovered, {} of {} decoys (values that nobody has) found",
        controls.recovered, controls.planted, controls.hit, controls.decoys
    ))
}

/// Of what deployments are judged: platforms and versions, and the window.
pub(super) fn compromised(outcome: &Outcome<'_>) -> String {
    let incident = &outcome.registry.incident;
    let ranges: Vec<String> =
        incident.compromised.iter().map(|one| format!("{} (versions {})", one.platform, one.versions.as_str())).collect();
    format!("{} from {} to {}", ranges.join(" or "), incident.window_from, incident.window_to)
}

/// Is the evidence all that was taken? Who says so, and on what ground.
pub(super) fn completeness(outcome: &Outcome<'_>) -> String {
    let Some(claim) = outcome.registry.incident.evidence.as_ref().filter(|claim| claim.complete.is_some()) else {
        return "nobody declared that the evidence is all that was taken, and this speaks of what is held alone".to_owned();
    };
    let mut words = match claim.complete {
        Some(false) => "the evidence is declared not to be all that was taken".to_owned(),
        Some(true) | None => "the evidence is declared to be all that was taken".to_owned(),
    };
    match claim.declared_by.as_str() {
        "" => words.push_str("; the incident file does not say by whom"),
        by => words.push_str(&format!("; declared by: {by}")),
    }
    match claim.basis.as_str() {
        "" => words.push_str("; the incident file does not say on what basis"),
        basis => words.push_str(&format!("; on the basis: {basis}")),
    }
    if let Some(claimed) = claim.claimed_bytes {
        words.push_str(&format!("; said to have been taken: {}, held: {}", bytes(claimed), bytes(outcome.coverage().bytes.total())));
    }
    words
}
