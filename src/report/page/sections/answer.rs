use crate::model::{Flag, Verdict};
use crate::report::certificate::completeness;
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
    let mut part = |verdict: Verdict, one: &'static str, many: &'static str| {
        let count = facts.count(verdict);
        put!(html, "<strong>", count, "</strong> ", if count == 1 { one } else { many });
        anyhow::Ok(())
    };
    part(Verdict::Affected, "is affected, ", "are affected, ")?;
    part(Verdict::Undetermined, "stays open, ", "stay open, ")?;
    part(Verdict::Referenced, "is only mentioned, and ", "are only mentioned, and ")?;
    part(Verdict::RuledOut, "is ruled out.</p>\n", "are ruled out.</p>\n")?;
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
    put!(html, "<p>", Text(count(coverage.items, "item is known", "items are known")), ": held, or named by a listing. Of ");
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
        match (open, facts.open_for_gaps_alone) {
            (1, 0) => put!(html, "<p>The one institution that stays open would not be decided if every gap were closed. "),
            (1, _) => put!(html, "<p>The one institution that stays open would be decided if every gap were closed. "),
            (_, free) => {
                put!(html, "<p>Of the ", open, " institutions that stay open, ", free, " would be decided if every gap were closed. ");
            }
        }
        if let Some(best) = facts.outcome.blocking.first().filter(|b| b.frees_alone > 0) {
            let gap = &facts.outcome.matched.gaps[best.gap];
            put!(html, "Closing one gap alone would decide ", best.frees_alone, ": <code dir=\"auto\">", Text(&gap.item), "</code> (");
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
    put!(html, "<li>Of the evidence: ", Text(completeness(outcome)), ".");
    if outcome.ledger.complete() == Some(false) {
        put!(html, " <strong>All that depend stay open.</strong>");
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
