//! What the answer for one institution rests on, in paragraphs: the letter and the certificate say the same.

use super::Source;
use crate::model::{Status, Verdict};
use crate::registry::Policy;
use crate::report::certificate::{completeness, compromised};
use crate::report::figures::{bytes, count, grouped};
use crate::report::reasons::{answer, because, meaning, would_decide};

/// Decisions of people about gaps that a letter names one by one.
const WAIVERS_SHOWN: usize = 20;

/// A paragraph or a list below a heading.
pub(super) struct Section {
    pub title: &'static str,
    pub lines: Vec<String>,
}

/// The answer and why it stands.
pub(super) fn why(source: &Source<'_>) -> Vec<Section> {
    let outcome = source.outcome;
    let decided = &outcome.decided[source.institution];
    let mut lines = vec![answer(&decided.decision).to_owned()];
    // Of who is ruled out the answer is the reason.
    let bases = decided.decision.bases().into_iter().filter(|_| decided.decision.verdict() != Verdict::RuledOut);
    lines.extend(bases.map(|basis| sentence(&because(basis, outcome, source.institution))));
    let flags = decided.flags.iter().map(|flag| sentence(&meaning(*flag, outcome, source.institution)));
    // A reason may have said it already.
    let flags: Vec<String> = flags.filter(|words| !lines.contains(words)).collect();
    let mut sections = vec![Section { title: "Why", lines }];
    sections.push(Section { title: "What else must be known", lines: flags });
    let decide = would_decide(&decided.decision).into_iter().map(str::to_owned).collect();
    sections.push(Section { title: "What would decide it", lines: decide });
    sections.retain(|section| !section.lines.is_empty());
    sections
}

/// What the answer rests on.
pub(super) fn grounds(source: &Source<'_>) -> Vec<Section> {
    let mut sections = vec![
        Section { title: "What it used", lines: deployments(source) },
        Section { title: "What was searched", lines: searched(source) },
        Section { title: "What was searched for", lines: searched_for(source) },
        Section { title: "Is the evidence all that was taken?", lines: vec![sentence(&source.words(&completeness(source.outcome)))] },
        Section { title: "How well the search could see", lines: controls(source) },
        Section { title: "Made with", lines: made_with(source) },
    ];
    sections.retain(|section| !section.lines.is_empty());
    sections
}

fn deployments(source: &Source<'_>) -> Vec<String> {
    let decided = &source.outcome.decided[source.institution];
    let mut lines = vec![format!("Compromised: {}.", compromised(source.outcome))];
    if decided.dependence.deployments.is_empty() {
        lines.push("The registry has no deployment of it, so it counts as having used what was compromised.".to_owned());
    }
    lines.extend(decided.dependence.deployments.iter().map(|judged| {
        let mark = if judged.outcome.depends() { "counts" } else { "does not count" };
        format!("{judged}; it {mark} as use of what was compromised.")
    }));
    lines
}

fn searched(source: &Source<'_>) -> Vec<String> {
    let (outcome, decided) = (source.outcome, &source.outcome.decided[source.institution]);
    let coverage = outcome.coverage();
    let read = coverage.bytes;
    let listed = coverage.by_status.get(Status::Listed.as_str()).copied().unwrap_or(0);
    let mut items = format!("Items (files, and what is inside of them): {} held", grouped(coverage.items.saturating_sub(listed)));
    if listed > 0 {
        items.push_str(&format!(", {} more that a listing names and that are not held", grouped(listed)));
    }
    let searched = bytes(read.read + read.scanned + read.structure);
    let mut lines =
        vec![items + ".", format!("Of {} in files, {searched} were read or searched, {} were not.", bytes(read.total()), bytes(read.gap))];
    if read.opaque > 0 {
        lines.push(format!("{} are pictures, audio, video, fonts or signatures, in which no text was looked for.", bytes(read.opaque)));
    }
    let (all, own, waived) = (outcome.matched.gaps.len() as u64, decided.gaps.len() as u64, decided.waived.len() as u64);
    let gaps =
        format!("Gaps (what was not read, is missing, or holds personal data or an account without a known owner): {}", grouped(all));
    lines.push(match (all, own + waived) {
        (0, _) => format!("{gaps}."),
        _ if !decided.dependence.depends => format!("{gaps}; none counts against it, since its inventory excludes what was compromised."),
        (_, 0) => format!("{gaps}; by where they lie, none of them could hold its files."),
        (_, own) if own == all => format!("{gaps}; {} could hold its files.", if all == 1 { "it" } else { "all of them" }),
        (_, own) => format!("{gaps}; {} could hold its files, the rest could not, by where it lies.", grouped(own)),
    });
    lines.extend(waivers(source));
    lines
}

/// Gaps that could hold its files and that people decided not to count, each with who decided.
fn waivers(source: &Source<'_>) -> Vec<String> {
    let matched = source.outcome.matched;
    let waived = source.outcome.decided[source.institution].waived.all();
    let line = |gap: &usize| {
        let gap = &matched.gaps[*gap];
        let words = source.words(gap.waived.as_deref().unwrap_or_default());
        format!("Not counted by decision of a person: {} ({}), {words}.", source.path(&gap.item), gap.cause.as_str())
    };
    let mut lines: Vec<String> = waived.iter().take(WAIVERS_SHOWN).map(line).collect();
    if waived.len() > WAIVERS_SHOWN {
        lines.push(format!("Not counted by decision of a person: {} more, which coverage.csv names.", waived.len() - WAIVERS_SHOWN));
    }
    lines
}

fn searched_for(source: &Source<'_>) -> Vec<String> {
    let institution = &source.outcome.registry.institutions[source.institution];
    let mut lines: Vec<String> = institution.all_names().map(|name| format!("name {name}")).collect();
    lines.extend(institution.identifiers.iter().map(|identifier| {
        let limit = if !identifier.usable {
            " (not valid: it was not searched for)"
        } else if source.outcome.matched.holders.is_shared(identifier) {
            " (others bear it too: it decides for none of them)"
        } else {
            ""
        };
        format!("{} {}{limit}", identifier.scheme.as_str(), source.value(&identifier.scheme, &identifier.value))
    }));
    lines
}

fn controls(source: &Source<'_>) -> Vec<String> {
    let figures = source.outcome.ledger.controls();
    let mut lines = vec![
        format!(
            "Planted files: beside the evidence, {} were read and matched in the same way, one for each readable format, encoding and kind of container; {} of them were found.",
            count(figures.planted, "test file", "test files"),
            grouped(figures.recovered)
        ),
        format!(
            "Decoys: {} that no institution of the registry has were searched for along with it, to see how often the search finds what is not there; {} of them were found. A decoy that is found is a false alarm: it can make an answer too careful, and rules nobody out.",
            count(figures.decoys, "made-up identifier or name", "made-up identifiers and names"),
            grouped(figures.hit)
        ),
    ];
    let missed = source.outcome.planted.missed_formats();
    lines.extend(missed.values().map(|words| format!("A control failed: {words}; every item of that format counts as not read.")));
    lines
}

fn made_with(source: &Source<'_>) -> Vec<String> {
    let outcome = source.outcome;
    let incident = &outcome.registry.incident;
    let mut lines = vec![
        format!("ruleout {}", env!("CARGO_PKG_VERSION")),
        format!("Registry, SHA-256: {}", outcome.registry.digest),
        format!("Ledger (every item with its hash and how reading it ended), SHA-256: {}", outcome.ledger.digest()),
    ];
    lines.extend(outcome.registry.reviews_digest.map(|digest| format!("Decisions of people, SHA-256: {digest}")));
    lines.extend(incident.as_of.map(|day| format!("As of {day}: what the registry dates later has not happened yet.")));
    let changed = Policy::KEYS.iter().zip(incident.policy.values()).filter(|(key, value)| *value != key.default);
    lines.extend(changed.map(|(key, value)| format!("Policy of this incident: {} = {value} (by default {}).", key.name, key.default)));
    lines
}

/// Words as a sentence.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}{}", letters.as_str(), if words.ends_with('.') { "" } else { "." })
}
