use super::{End, give};
use crate::format::{Runs, formats};
use crate::manifest::SYNTAXES;
use anyhow::Result;
use clap::Args;

#[derive(Args)]
pub(super) struct Arguments {}

/// What this version reads, out of the tables that detection uses.
pub(super) fn run(_: &Arguments) -> Result<End> {
    let mut out = String::from("formats of evidence, in the order in which content is asked\n");
    for format in formats() {
        let confined = if format.runs == Runs::Fenced { ", read in a confined process" } else { "" };
        out.push_str(&format!("  {:<14} {}{confined}\n", format.name, format.media_type));
        format.limitations.iter().for_each(|limitation| out.push_str(&format!("  {:14}   not: {limitation}\n", "")));
    }
    out.push_str("\nsyntaxes of manifests\n");
    for syntax in SYNTAXES {
        out.push_str(&format!("  {:<24} default kind {}\n", syntax.name, syntax.default_kind.as_str()));
    }
    give(&out)?;
    Ok(End::Clear)
}
