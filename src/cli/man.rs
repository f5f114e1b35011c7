use super::{End, give, say};
use anyhow::{Context, Result};
use clap::{Args, Command};
use clap_mangen::Man;
use std::fs;
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct Arguments {
    /// Write one page per command into this folder; otherwise the first page goes to standard output.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<End> {
    let mut command = super::command();
    command.build();
    let Some(dir) = &arguments.out else {
        give(&page(&command)?)?;
        return Ok(End::Clear);
    };
    fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    let mut pages = Vec::new();
    collect(&command, "ruleout", &mut pages)?;
    for (name, text) in &pages {
        let path = dir.join(format!("{name}.1"));
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    say(&format!("{} pages in {}", pages.len(), dir.display()));
    Ok(End::Clear)
}

/// The page of a command, and those of all commands below it.
fn collect(command: &Command, name: &str, pages: &mut Vec<(String, String)>) -> Result<()> {
    pages.push((name.to_owned(), page(command)?));
    for one in command.get_subcommands().filter(|c| c.get_name() != "help" && !c.is_hide_set()) {
        collect(one, &format!("{name}-{}", one.get_name()), pages)?;
    }
    Ok(())
}

fn page(command: &Command) -> Result<String> {
    let mut out = Vec::new();
    Man::new(command.clone()).render(&mut out)?;
    Ok(String::from_utf8(out)?)
}
