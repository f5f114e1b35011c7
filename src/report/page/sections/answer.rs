use crate::model::{Flag, Verdict};
use crate::report::figures::{bytes, count, share};
use crate::report::page::bars::bar;
use crate::report::page::facts::Facts;
use crate::report::page::html::{Html, Text, put};
use crate::report::page::words;
use anyhow::Result;

/// The class of a verdict's colour.
pub(super) const fn colour(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Affected => "v0",
        Verdict::Undetermined => "v1",
        Verdict::Referenced => "v2",
        Verdict::RuledOut => "v3",
    }
}

pub(super) fn write(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let all: u64 = facts.verdicts.iter().sum();
    put!(html, "<p class=\"lead\">Of ", Text(count(all, "institution", "institutions")), " ");
    put!(html, "<strong>", facts.count(Verdict::Affected), "</strong> are affected, ");
    put!(html, "<strong>", facts.count(Verdict::Undetermined), "</strong> stay open, ");
    put!(html, "<strong>", facts.count(Verdict::Referenced), "</strong> are only mentioned, and ");
    put!(html, "<strong>", facts.count(Verdict::RuledOut), "</strong> are ruled out.</p>\n");
    let parts: Vec<_> = Verdict::ALL.iter().map(|v| (colour(*v), facts.count(*v))).collect();
    put!(html, "<div class=\"wide\">");
    bar(html, &parts, all)?;
    put!(html, "</div>\n<dl class=\"tiles\">\n");
    for verdict in Verdict::ALL.iter().copied() {
        put!(html, "<div class=\"tile ", colour(verdict), "\"><dt>", words::title(verdict), "</dt>");
        put!(html, "<dd class=\"figure\">", facts.count(verdict), "</dd><dd class=\"note\">");
        put!(html, Text(share(facts.count(verdict), all)), ". ", words::verdict(verdict), "</dd></div>\n");
    }
    put!(html, "</dl>\n");
    what_was_read(facts, html)?;
    caveats(facts, html)
}

fn what_was_read(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let (coverage, read) = (&facts.coverage, facts.coverage.bytes);
    let searched = read.read + read.scanned + read.structure;
    put!(html, "<p>", Text(count(coverage.items, "item", "items")), " were seen. Of ");
    put!(html, Text(bytes(read.total())), " in files, ", Text(bytes(searched)), " (", Text(share(searched, read.total())));
    put!(html, ") were read or searched");
    if read.opaque > 0 {
        put!(html, ", ", Text(bytes(read.opaque)), " (", Text(share(read.opaque, read.total())), ") are pictures, audio, video or fonts");
    }
    match read.gap {
        0 => put!(html, ", and nothing was left unread.</p>\n"),
        gap => {
            put!(html, ", and <strong>", Text(bytes(gap)), "</strong> (", Text(share(gap, read.total())));
            put!(html, ") were <strong>not read</strong>. <a href=\"#coverage\">What was read</a></p>\n");
        }
    }
    let open = facts.count(Verdict::Undetermined);
    if open > 0 {
        put!(html, "<p>Of the ", Text(count(open, "institution", "institutions")), " that stay open, ");
        put!(html, facts.open_for_gaps_alone, " would be decided if every gap were closed. ");
        if let Some(best) = facts.outcome.blocking.first().filter(|b| b.frees_alone > 0) {
            let gap = &facts.outcome.matched.gaps[best.gap];
            put!(html, "One gap alone keeps ", best.frees_alone, " of them open: <code dir=\"auto\">", Text(&gap.item), "</code> (");
            put!(html, words::cause(gap.cause), "). ");
        }
        put!(html, "<a href=\"#gaps\">What would decide more</a></p>\n");
    }
    Ok(())
}

/// What a reader must know before relying on the figures.
fn caveats(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let outcome = facts.outcome;
    put!(html, "<ul class=\"caveats\">\n");
    let retract = outcome.decided.iter().filter(|d| d.flags.contains(&Flag::Retract)).count() as u64;
    if retract > 0 {
        put!(html, "<li><strong>", Text(count(retract, "letter that was sent no longer holds", "letters that were sent no longer hold")));
        put!(html, ".</strong> <a href=\"#letters\">Letters already sent</a></li>\n");
    }
    for (format, words) in outcome.planted.missed_formats() {
        put!(html, "<li><strong>A control failed: ", Text(words), ".</strong> Every item of the format ", Text(format));
        put!(html, " is a gap: this run could have missed what such files hold. <a href=\"#controls\">How well it could see</a></li>\n");
    }
    match outcome.ledger.complete() {
        Some(true) => put!(html, "<li>The incident file states that the evidence is all that was taken."),
        Some(false) => put!(
            html,
            "<li>The incident file states that the evidence is <strong>not</strong> all that was taken: all that depend stay open."
        ),
        None => put!(html, "<li>Nobody states that the evidence is all that was taken. “Ruled out” speaks of the evidence that is held."),
    }
    if let Some(claim) = &outcome.registry.incident.evidence {
        if !claim.declared_by.is_empty() {
            put!(html, " Declared by ", Text(&claim.declared_by), ".");
        }
        if !claim.basis.is_empty() {
            put!(html, " Basis: ", Text(&claim.basis), ".");
        }
        if let Some(claimed) = claim.claimed_bytes {
            put!(html, " Said to have been taken: ", Text(bytes(claimed)), "; held: ", Text(bytes(facts.coverage.bytes.total())), ".");
        }
    }
    put!(html, "</li>\n");
    if outcome.ledger.is_nothing_read() {
        put!(html, "<li><strong>No evidence was read.</strong> Nobody is ruled out by search.</li>\n");
    }
    let defects = outcome.registry.defects.len() as u64;
    if defects > 0 {
        put!(html, "<li>The <a href=\"#registry\">registry</a> has ", Text(count(defects, "defect", "defects")));
        put!(html, "; what cannot be compared counts against ruling out.</li>\n");
    }
    let ownerless = outcome.matched.ownerless.len() as u64;
    if ownerless > 0 {
        put!(html, "<li>", Text(count(ownerless, "item holds", "items hold")));
        put!(html, " <a href=\"#unattributed\">personal data without an owner</a> in the registry.</li>\n");
    }
    put!(html, "</ul>\n");
    Ok(())
}
