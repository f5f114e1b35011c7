use super::{End, give};
use anyhow::Result;
use clap::Args;
use clap_complete::Shell;

#[derive(Args)]
pub(super) struct Arguments {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// Completions on standard output, to be put where the shell looks for them.
pub(super) fn run(arguments: &Arguments) -> Result<End> {
    let mut out = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::command(), "ruleout", &mut out);
    give(&String::from_utf8_lossy(&out))?;
    Ok(End::Clear)
}
