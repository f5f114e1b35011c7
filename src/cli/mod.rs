//! The command line: arguments, and one function per command.

mod as_decided;
mod completions;
mod config;
mod coverage;
mod demo;
mod diff;
mod examples;
mod explain;
mod export;
mod formats;
mod index;
mod man;
mod match_;
mod pack;
mod query;
mod registry;
mod run;
#[cfg(test)]
mod schemas;
mod verify;

use crate::case::Unusable;
use crate::crawl::{Progress, fence};
use crate::model::is_unsafe;
use crate::registry::LoadError;
use crate::stop::{Interrupted, Stop};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Raised by the first interrupt.
static STOP: Stop = Stop::new();

/// Who is affected by stolen files, who is ruled out, and why that is certain.
#[derive(Parser)]
#[command(
    version,
    about,
    max_term_width = 110,
    after_help = "Exit codes: 0 done, no gaps; 3 done, but gaps exist or institutions stay undetermined; 1 could not complete; \
2 wrong usage or invalid input, nothing written; 130 interrupted, the case is intact and the same command resumes it.\n\n\
Example:\n  ruleout run ev=/mnt/recovered --manifest listing.txt --registry registry --out out"
)]
struct Cli {
    /// A file of defaults for options; docs/configuration.md says how it is written.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Index, match and report in one go.
    Run(run::Arguments),
    /// Crawl evidence and index it; again: resume, add a batch, close gaps.
    Index(index::Arguments),
    /// Join the index with the registry, decide, write the impact lists.
    Match(match_::Arguments),
    /// Why one institution has its verdict: mentions, gaps that count, deployments, what would change it.
    Explain(explain::Arguments),
    /// What changed between two runs, every verdict that is another one, and why.
    Diff(diff::Arguments),
    /// The items of a case for other tools: load files, forensic XML, JSON-LD, hash lists.
    Export(export::Arguments),
    /// What each institution is handed: its answer, evidence, items and coverage, and nothing of others.
    Pack(pack::Arguments),
    /// The registry before any evidence: `registry check`.
    Registry(registry::Arguments),
    /// Search a case: words, phrases, identifiers, paths.
    Query(query::Arguments),
    /// What was read and what not, by status and cause, items and bytes.
    Coverage(coverage::Arguments),
    /// Is the case intact: index, ledger, audit chain, evidence hashes? Exit code 1: it is not; 3: not all could be checked.
    Verify(verify::Arguments),
    /// What this version reads, and what of it not.
    Formats(formats::Arguments),
    /// Write a small fictional breach and run the whole job on it.
    Demo(demo::Arguments),
    /// Completions for a shell.
    Completions(completions::Arguments),
    /// Manual pages.
    Man(man::Arguments),
}

/// Options of everything that reads evidence.
#[derive(Args, Clone, Default)]
struct Reading {
    /// Evidence roots: LABEL=PATH, or PATH, whose last name then is the label.
    #[arg(value_name = "EVIDENCE")]
    evidence: Vec<OsString>,
    /// Where evidence that the case knows lies now; as an evidence root of that label, which must be known.
    #[arg(long = "evidence", value_name = "LABEL=PATH")]
    moved: Vec<OsString>,
    /// A listing or log handed over beside the evidence: KIND:FILE with KIND taken, platform or seller, or FILE.
    #[arg(long = "manifest", value_name = "[KIND:]FILE")]
    manifests: Vec<OsString>,
    /// Which columns of the tables among the manifests hold what: path=Key,size=Bytes, by heading, or by number from 1
    /// where there is none; otherwise they are guessed, and shown.
    #[arg(long, value_name = "ROLE=COLUMN,...", requires = "manifests")]
    manifest_columns: Option<String>,
    /// Threads; by default one per core.
    #[arg(long, default_value_t = 0)]
    threads: usize,
    /// Memory to work with, as 2G or 512M; by default a quarter of the machine's.
    #[arg(long, value_name = "SIZE")]
    memory: Option<String>,
    /// Read again what ended with this status or cause, or has this format.
    #[arg(long, value_name = "STATUS|CAUSE|FORMAT")]
    retry: Vec<String>,
    /// A bound on decoding other than the usual one: depth (containers around an item), entries (members of a container),
    /// size (a decoded member, in bytes or as 2T), ratio (its size to that of its encoded bytes). What met a lower one is
    /// read again.
    #[arg(long = "limit", value_name = "NAME=VALUE")]
    limits: Vec<String>,
    /// A file of passwords to be tried on what is encrypted, one a line.
    #[arg(long, value_name = "FILE")]
    passwords: Option<PathBuf>,
    /// Private keys that are tried on messages; a file, or a folder of them. Those of OpenPGP, binary or armored, are unlocked
    /// with the passwords; RSA keys of certificates (PKCS #8 or #1) must not be locked.
    #[arg(long, value_name = "FILE|DIR")]
    keys: Vec<PathBuf>,
    /// Read text in pictures and in pages without text, by tesseract where it is installed; its models, joined by `+`.
    /// What was read so stays a gap of the cause `ocr_only`: recognition misreads and misses words.
    #[arg(long, value_name = "LANGUAGES", num_args = 0..=1, require_equals = true, default_missing_value = "eng")]
    ocr: Option<String>,
}

/// How a command ended.
enum End {
    /// No gaps, nobody undetermined.
    Clear,
    /// Gaps exist, or institutions stay undetermined.
    Gaps,
}

/// Wrong usage or invalid input; nothing was written.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Usage(String);

/// The whole command line.
fn command() -> clap::Command {
    examples::with_examples(Cli::command())
}

/// Runs the program and gives its exit code.
pub fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|argument| argument == fence::ARGUMENT) {
        return fence::work();
    }
    if std::env::args_os().nth(1).is_some_and(|argument| argument == fence::LAUNCH) {
        return fence::launch(std::env::args_os().skip(2));
    }
    let arguments = match config::with_defaults(&command(), std::env::args_os().collect()) {
        Ok(arguments) => arguments,
        Err(error) => return fail(&error.into()),
    };
    let parsed = command().try_get_matches_from(arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    listen();
    let result = match cli.command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Index(arguments) => index::run(&arguments),
        Command::Match(arguments) => match_::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Pack(arguments) => pack::run(&arguments),
        Command::Registry(arguments) => registry::run(&arguments),
        Command::Query(arguments) => query::run(&arguments),
        Command::Coverage(arguments) => coverage::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Formats(arguments) => formats::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Man(arguments) => man::run(&arguments),
    };
    match result {
        Ok(End::Clear) => ExitCode::SUCCESS,
        Ok(End::Gaps) => ExitCode::from(3),
        Err(error) => fail(&error),
    }
}

/// The exit code of an error is decided here and nowhere else.
fn fail(error: &anyhow::Error) -> ExitCode {
    if error.is::<ReaderGone>() {
        return ExitCode::from(1);
    }
    say(&format!("ruleout: {error:#}"));
    if error.is::<Interrupted>() {
        ExitCode::from(130)
    } else if error.is::<Usage>() || error.is::<LoadError>() || error.is::<Unusable>() {
        ExitCode::from(2)
    } else {
        ExitCode::from(1)
    }
}

/// The reader of our output has gone. That is its right and needs no word, but what the command would have found out
/// about the case is not known.
#[derive(Debug, thiserror::Error)]
#[error("nobody reads the output any more")]
struct ReaderGone;

/// A line for people, on standard error.
fn say(line: &str) {
    // Names of files are hostile: nothing in them reaches the terminal but as text.
    let safe: String = line.chars().map(|c| if c != '\n' && is_unsafe(c) { '\u{FFFD}' } else { c }).collect();
    _ = writeln!(std::io::stderr().lock(), "{safe}");
}

/// How many items of a case were not read, and what that means; nothing where all were.
fn unread(items: u64, waiting: u64, meaning: &str) -> String {
    let waiting = match waiting {
        0 => String::new(),
        n => format!(" ({n} wait to be read: `ruleout index` goes on)"),
    };
    match items {
        0 => String::new(),
        1 => format!("1 item is not read, or not wholly{waiting}{meaning}: `ruleout coverage` says why\n"),
        n => format!("{n} items are not read, or not wholly{waiting}{meaning}: `ruleout coverage` says why\n"),
    }
}

/// Data, on standard output.
fn give(data: &str) -> anyhow::Result<()> {
    std::io::stdout().lock().write_all(data.as_bytes()).map_err(|error| match error.kind() {
        std::io::ErrorKind::BrokenPipe => ReaderGone.into(),
        _ => error.into(),
    })
}

fn progress() -> Progress {
    Progress::new(std::io::stderr().is_terminal())
}

/// The first interrupt asks the work to end, the second ends the process, whichever signals they are.
fn listen() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let registered = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]).map(|mut signals| {
        std::thread::spawn(move || {
            for (count, signal) in signals.forever().enumerate() {
                STOP.raise();
                if count > 0 {
                    _ = signal_hook::low_level::emulate_default_handler(signal);
                }
            }
        })
    });
    if let Err(error) = registered {
        say(&format!("ruleout: interrupts cannot be handled: {error}"));
    }
}

/// Where the case lies when it is not named: beside the output.
fn case_beside(out: &std::path::Path) -> PathBuf {
    let mut name = out.file_name().map(OsString::from).unwrap_or_else(|| OsString::from("out"));
    name.push(".case");
    out.with_file_name(name)
}
