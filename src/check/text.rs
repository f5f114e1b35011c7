//! The check for people: the summary first, then what does most harm.

use super::context::{count, shown};
use super::{Check, Harm, Row, Section, Summary};
use std::fmt::{Result, Write};

/// The whole check, with at most `limit` findings of a section. Nothing of the registry reaches the terminal
/// but as text on its line.
pub fn text(check: &Check, limit: usize) -> String {
    let mut out = String::new();
    whole(check, limit, &mut out).expect("writing to a string does not fail");
    out
}

fn whole(check: &Check, limit: usize, out: &mut String) -> Result {
    summary(&check.summary, out)?;
    for harm in [Harm::MayRuleOutWrongly, Harm::LeavesOpen, Harm::Weakens, Harm::Note] {
        let mut sections = check.sections.iter().filter(|section| section.harm == harm).peekable();
        if sections.peek().is_some() {
            writeln!(out, "\n{}", harm.title().to_uppercase())?;
        }
        sections.try_for_each(|one| section(one, limit, out))?;
    }
    if check.sections.is_empty() {
        writeln!(out, "\nnothing was found")?;
    }
    Ok(())
}

fn summary(s: &Summary, out: &mut String) -> Result {
    let mut row = |n: u64, words: &str| writeln!(out, "{n:>9}  {words}");
    row(s.institutions, "institutions")?;
    row(s.not_dependent, "do not depend by their inventory: ruled out, unless evidence says otherwise")?;
    row(s.dependent, "depend, and of these")?;
    let clearable = match s.evidence_complete {
        Some(false) => "  could be ruled out by a complete search: the evidence is declared incomplete",
        Some(true) | None => "  could be ruled out by a complete search",
    };
    row(s.clearable, clearable)?;
    row(s.unfindable, "  nothing could find: undetermined, however much is read")?;
    row(s.dependent_for_the_inventory, "  depend only because their inventory is missing or cannot be compared")?;
    row(s.defective, "have a defect in a row of the registry")?;
    writeln!(out, "\nincident  {}, window {} to {}", shown(&s.incident), s.window[0], s.window[1])?;
    for policy in &s.policy {
        writeln!(out, "policy    {}", shown(policy))?;
    }
    const PLATFORMS: usize = 12;
    for (n, platform) in s.platforms.iter().take(PLATFORMS).enumerate() {
        let compromised = match platform.compromised.is_empty() {
            true => "not compromised".to_owned(),
            false => format!("compromised {}", shown(&platform.compromised.join(" or "))),
        };
        let head = if n == 0 { "platforms" } else { "" };
        writeln!(out, "{head:<9} {:>7}  {}, {compromised}", platform.deployments, shown(&platform.platform))?;
    }
    if s.platforms.len() > PLATFORMS {
        writeln!(out, "{:17}  and {} more platforms", "", s.platforms.len() - PLATFORMS)?;
    }
    for (n, file) in s.files.iter().enumerate() {
        let delimiter = match file.delimiter {
            None => "",
            Some('\t') => ", tab",
            Some(';') => ", `;`",
            Some(_) => ", `,`",
        };
        writeln!(out, "{:<9} {}  {}{delimiter}", if n == 0 { "files" } else { "" }, shown(&file.file), file.encoding)?;
    }
    Ok(())
}

fn section(s: &Section, limit: usize, out: &mut String) -> Result {
    let found = count(s.findings.len(), "finding", "findings");
    let whom = match s.institutions {
        0 => String::new(),
        n => format!(", {}, {} depend", count(n as usize, "institution", "institutions"), s.depend),
    };
    writeln!(out, "\n{} ({}: {found}{whom})", s.title, s.topic)?;
    writeln!(out, "  verdicts  {}", s.effect)?;
    writeln!(out, "  mend      {}", s.remedy)?;
    s.findings.iter().take(limit).try_for_each(|one| row(one, s.effect, out))?;
    if s.findings.len() > limit {
        writeln!(out, "    and {} more", s.findings.len() - limit)?;
    }
    Ok(())
}

fn row(r: &Row, effect: &str, out: &mut String) -> Result {
    write!(out, "    {}", shown(&r.file))?;
    if let Some(line) = r.line {
        write!(out, ":{line}")?;
    }
    if let Some(column) = &r.column {
        write!(out, ":{}", shown(column))?;
    }
    // Most findings name their institutions themselves.
    let unnamed: Vec<String> =
        r.institutions.iter().take(3).map(|id| format!("`{}`", shown(id))).filter(|id| !r.problem.contains(id)).collect();
    let more = r.institutions.len().saturating_sub(3);
    if !unnamed.is_empty() && unnamed.len() == r.institutions.len().min(3) {
        write!(out, "  {}", unnamed.join(", "))?;
        if more > 0 {
            write!(out, " and {more} more")?;
        }
    }
    write!(out, "  {}", r.problem)?;
    match &r.effect {
        Some(own) if own != effect => writeln!(out, "; {own}"),
        Some(_) | None => writeln!(out),
    }
}
