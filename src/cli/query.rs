use super::{End, Usage, give, unread};
use crate::case::{Access, Case};
use crate::model::is_unsafe;
use crate::query::{Answer, Hit, HitKind, answer, parse};
use anyhow::Result;
use clap::Args;
use std::fmt::Write;
use std::io::IsTerminal;
use std::path::PathBuf;

#[derive(Args)]
#[command(
    after_help = "The language: words, \"phrases\", AND (also implied), OR, NOT or -, parentheses, \"near words\"~5, wildcards * and ? \
in words. Fields: text, path, name, type, status, cause, sha256, and the identifier schemes aba, bic, iban_bank, \
national_bank_code, lei, fdic_cert, ncua_charter, rssd, sort_code, domain, client_code, transfer_account, pgp_key."
)]
pub(super) struct Arguments {
    /// The case.
    #[arg(long, value_name = "DIR")]
    case: PathBuf,
    /// What to look for.
    #[arg(value_name = "QUERY", allow_hyphen_values = true)]
    query: String,
    /// As JSON; `schemas/query.schema.json` describes it.
    #[arg(long)]
    json: bool,
    /// Show so many places; 0 shows all.
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
}

pub(super) fn run(arguments: &Arguments) -> Result<End> {
    let expression = parse(&arguments.query).map_err(|error| Usage(error.shown(&arguments.query)))?;
    let case = Case::open(&arguments.case, Access::Read)?;
    let found = answer(&case, &arguments.query, &expression, arguments.limit)?;
    if arguments.json {
        give(&format!("{}\n", serde_json::to_string_pretty(&found)?))?;
    } else {
        let is_bold = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        give(&text(&found, is_bold))?;
    }
    Ok(End::Clear)
}

/// The answer for people: items with their places, then the totals. What was found is bold on a terminal,
/// and marked on a line of its own elsewhere.
fn text(answer: &Answer, is_bold: bool) -> String {
    let mut out = String::new();
    for hits in answer.hits.chunk_by(|a, b| a.item == b.item && a.sha256 == b.sha256 && a.status == b.status) {
        item(&hits[0], &mut out);
        for hit in hits.iter().filter(|hit| hit.kind != HitKind::Item) {
            place(hit, is_bold, &mut out);
        }
        out.push('\n');
    }
    out.push_str(&totals(answer));
    out
}

fn item(hit: &Hit, out: &mut String) {
    let copies = match hit.more_copies {
        0 => String::new(),
        1 => " (and 1 more copy)".to_owned(),
        n => format!(" (and {n} more copies)"),
    };
    let cause = hit.cause.map_or(String::new(), |cause| format!(" ({cause})"));
    let format = if hit.format.is_empty() { String::new() } else { format!("{}, ", hit.format) };
    writeln!(out, "{}{copies}\n  {format}{}{cause}, {} bytes", hit.item, hit.status, hit.size).expect("writing to a string does not fail");
}

fn place(hit: &Hit, is_bold: bool, out: &mut String) {
    const INDENT: &str = "    ";
    let head = format!("  at {}, {}:", hit.offset.unwrap_or(0), hit.kind.as_str());
    if hit.highlights.is_empty() {
        writeln!(out, "{head} {}", hit.snippet).expect("writing to a string does not fail");
        return;
    }
    writeln!(out, "{head}").expect("writing to a string does not fail");
    let (mut shown, mut marks, mut from) = (String::new(), String::new(), 0);
    for &[start, end] in &hit.highlights {
        let (before, found) = (&hit.snippet[from..start], &hit.snippet[start..end]);
        shown.push_str(before);
        shown.push_str(&if is_bold { format!("\x1b[1m{found}\x1b[0m") } else { found.to_owned() });
        marks.extend(before.chars().map(|_| ' ').chain(found.chars().map(|_| '^')));
        from = end;
    }
    shown.push_str(&hit.snippet[from..]);
    writeln!(out, "{INDENT}{shown}").expect("writing to a string does not fail");
    if !is_bold {
        writeln!(out, "{INDENT}{marks}").expect("writing to a string does not fail");
    }
}

fn totals(answer: &Answer) -> String {
    let total = &answer.total;
    if total.items == 0 {
        let asked: String = answer.understood.chars().map(|c| if is_unsafe(c) { ' ' } else { c }).collect();
        return format!("nothing was found for {asked}\n{}{}", hint(answer), left_out(answer));
    }
    let counted = |n: u64, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let mut out = counted(total.items, "item", "items");
    if total.paths > total.items {
        write!(out, " at {}", counted(total.paths, "path", "paths")).expect("writing to a string does not fail");
    }
    let at_least = if total.places_are_exact { "" } else { "at least " };
    write!(out, ", {at_least}{}", counted(total.places, "place", "places")).expect("writing to a string does not fail");
    if (answer.hits.len() as u64) < total.places {
        write!(out, "; first {} shown, --limit 0 shows all", answer.hits.len()).expect("writing to a string does not fail");
    }
    format!("{out}\n{}", left_out(answer))
}

/// `DE89 3704 0044 0532 0130 00`: five words, which nobody means.
fn hint(answer: &Answer) -> &'static str {
    let is_number = |word: &str| word.bytes().any(|b| b.is_ascii_digit()) && word.bytes().all(|b| b.is_ascii_alphanumeric());
    let parts = answer.query.split_whitespace().filter(|word| is_number(word)).count();
    match parts > 1 && !answer.query.contains('"') {
        true => "a number that is written with blanks stands in quotation marks: \"12 34 56\"\n",
        false => "",
    }
}

/// What the query was not compared with.
fn left_out(answer: &Answer) -> String {
    let total = &answer.total;
    let mut out = String::new();
    if total.items_with_paths_left_out > 0 {
        let n = total.items_with_paths_left_out;
        out = format!("{n} items lie at more than 1,000 paths; the query was compared with the first 1,000 of each\n");
    }
    out + &unread(total.items_not_read, total.items_waiting, "; what is unread was not searched")
}
