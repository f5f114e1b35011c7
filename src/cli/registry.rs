use super::{End, give};
use crate::check::{self, Check};
use crate::registry::{self, LoadError, Problem};
use anyhow::Result;
use clap::{Args, Subcommand};
use serde::Serialize;
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// What is wrong with a registry, what it will do to verdicts, and how to mend it.
    ///
    /// Exit code 0: nothing keeps an institution open for the registry's sake; 3: something does, or could rule
    /// out wrongly; 2: the registry cannot be used, every reason is told.
    Check(CheckArguments),
}

#[derive(Args)]
struct CheckArguments {
    /// The registry: customers, names, identifiers, products, deployments, incident.toml.
    #[arg(value_name = "DIR")]
    registry: PathBuf,
    /// As JSON, with every finding.
    #[arg(long)]
    json: bool,
    /// Any defect of the registry is fatal.
    #[arg(long)]
    strict: bool,
    /// Show so many findings of each kind.
    #[arg(long, value_name = "N", default_value_t = 8)]
    limit: usize,
    /// Show every finding.
    #[arg(long, conflicts_with = "limit")]
    all: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<End> {
    match &arguments.command {
        Command::Check(arguments) => check(arguments),
    }
}

fn check(arguments: &CheckArguments) -> Result<End> {
    let registry = match registry::load(&arguments.registry, arguments.strict) {
        Ok(registry) => registry,
        Err(error) => {
            if arguments.json {
                give(&check::json(&Unusable::of(&error))?)?;
            }
            return Err(error.into());
        }
    };
    let check = Check::of(&registry);
    match arguments.json {
        true => give(&check::json(&check)?)?,
        false => give(&check::text(&check, if arguments.all { usize::MAX } else { arguments.limit }))?,
    }
    Ok(if check.degrades() { End::Gaps } else { End::Clear })
}

/// The JSON form of a registry that cannot be used.
#[derive(Serialize)]
struct Unusable<'e> {
    problems: Vec<Fatal<'e>>,
}

#[derive(Serialize)]
struct Fatal<'e> {
    file: &'e str,
    line: Option<u64>,
    column: Option<&'e str>,
    problem: &'e str,
    remedy: &'e str,
}

impl<'e> Unusable<'e> {
    fn of(error: &'e LoadError) -> Self {
        let fatal =
            |p: &'e Problem| Fatal { file: &p.file, line: p.line, column: p.column.as_deref(), problem: &p.problem, remedy: &p.remedy };
        Self { problems: error.problems.iter().map(fatal).collect() }
    }
}
