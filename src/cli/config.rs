//! A file of defaults for options, so that the daily command is short and the same every day.
//!
//! ```toml
//! registry = "registry"          # for every command that has the option
//! case = "case"
//!
//! [index]                        # for this command only
//! roots = ["ev=/mnt/recovered"]  # the evidence
//! manifest = ["listing.txt"]
//! ```
//!
//! Keys are the long names of options, `roots` the evidence. What stands on the command line wins. The file is
//! only read where `--config` or `RULEOUT_CONFIG` names it: a folder of evidence must not bring its own.

use super::Usage;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};

/// The name of the option, and of the environment variable that stands for it.
const OPTION: &str = "config";
const VARIABLE: &str = "RULEOUT_CONFIG";
/// The key of the evidence, which is no option.
const ROOTS: &str = "roots";

/// The arguments with those that the file of defaults adds.
pub(super) fn with_defaults(command: &Command, mut arguments: Vec<OsString>) -> Result<Vec<OsString>, Usage> {
    let lenient = command.clone().ignore_errors(true).try_get_matches_from(&arguments);
    let Ok(matches) = lenient else { return Ok(arguments) };
    let named = matches.subcommand().and_then(|(_, m)| m.try_get_one::<PathBuf>(OPTION).ok().flatten());
    let Some(path) = named.cloned().or_else(|| std::env::var_os(VARIABLE).filter(|v| !v.is_empty()).map(PathBuf::from)) else {
        return Ok(arguments);
    };
    let file = File::read(&path)?;
    let table = DeTable::parse(&file.text).map_err(|e| file.fault(e.span().map_or(0, |s| s.start), e.message()))?;
    // The command, and the names that lead to it: `registry check` is the table `[registry-check]`.
    let (mut at, mut given, mut words) = (command, &matches, Vec::new());
    while let Some((name, inner)) = given.subcommand() {
        let Some(next) = at.find_subcommand(name) else { break };
        (at, given) = (next, inner);
        words.push(name);
    }
    let own = words.join("-");
    let commands = names_of(command, "");
    let options_anywhere = |key: &str| commands.iter().any(|(_, c)| option(c, key).is_some());
    let mut defaults: Vec<(&str, &DeValue<'_>, usize)> = Vec::new();
    for (key, value) in table.get_ref() {
        let (name, start) = (key.get_ref().as_ref(), key.span().start);
        match value.get_ref() {
            DeValue::Table(inner) if commands.iter().any(|(command, _)| command == name) => {
                for (key, value) in inner {
                    let (_, of) = commands.iter().find(|(command, _)| command == name).expect("was just found");
                    if option(of, key.get_ref()).is_none() {
                        let known = keys_of(of).join(", ");
                        return Err(file.fault(key.span().start, &format!("`{name}` has no option `{}`; it has {known}", key.get_ref())));
                    }
                    if name == own {
                        defaults.retain(|(known, _, _)| *known != key.get_ref().as_ref());
                        defaults.push((key.get_ref(), value.get_ref(), value.span().start));
                    }
                }
            }
            DeValue::Table(_) => return Err(file.fault(start, &format!("there is no command `{name}`"))),
            _ if !options_anywhere(name) => return Err(file.fault(start, &format!("no command has an option `{name}`"))),
            value if option(at, name).is_some() && !defaults.iter().any(|(known, _, _)| *known == name) => {
                defaults.push((name, value, start));
            }
            _ => {}
        }
    }
    let mut roots = Vec::new();
    for (key, value, start) in defaults {
        let Some(option) = option(at, key) else { continue };
        if is_given(given, option) {
            continue;
        }
        for text in texts(value).map_err(|fault| file.fault(start, &format!("{key}: {fault}")))? {
            match (option.get_long(), text) {
                (None, text) => roots.push(OsString::from(text.unwrap_or_default())),
                (Some(long), Some(text)) => arguments.push(format!("--{long}={text}").into()),
                (Some(long), None) => arguments.push(format!("--{long}").into()),
            }
        }
    }
    if !roots.is_empty() {
        arguments.push("--".into());
        arguments.extend(roots);
    }
    Ok(arguments)
}

/// Every command with its name; those below another joined by `-`.
fn names_of<'c>(command: &'c Command, above: &str) -> Vec<(String, &'c Command)> {
    let mut out = Vec::new();
    for one in command.get_subcommands() {
        let name = format!("{above}{}", one.get_name());
        out.extend(names_of(one, &format!("{name}-")));
        out.push((name, one));
    }
    out
}

/// The option of a key; `roots` is the list of evidence.
fn option<'c>(command: &'c Command, key: &str) -> Option<&'c Arg> {
    command.get_arguments().find(|a| match a.get_long() {
        Some(long) => long == key && key != OPTION,
        None => key == ROOTS && a.get_id() == "evidence",
    })
}

fn keys_of(command: &Command) -> Vec<&str> {
    let key = |a: &'_ Arg| if a.get_id() == "evidence" { Some(ROOTS) } else { None };
    command.get_arguments().filter_map(|a| a.get_long().or_else(|| key(a))).filter(|k| !["help", "version", OPTION].contains(k)).collect()
}

fn is_given(matches: &ArgMatches, option: &Arg) -> bool {
    let id = option.get_id().as_str();
    matches.ids().any(|known| known == id) && matches.value_source(id) == Some(ValueSource::CommandLine)
}

/// The values of a key: `None` for a switch that is on.
fn texts(value: &DeValue<'_>) -> Result<Vec<Option<String>>, String> {
    match value {
        DeValue::String(text) => Ok(vec![Some(text.to_string())]),
        DeValue::Integer(number) => Ok(vec![Some(number.to_string())]),
        DeValue::Boolean(true) => Ok(vec![None]),
        DeValue::Boolean(false) => Ok(Vec::new()),
        DeValue::Array(values) => Ok(values.iter().map(|v| texts(v.get_ref())).collect::<Result<Vec<_>, _>>()?.concat()),
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => {
            Err("write a text, a whole number, true, false or a list".to_owned())
        }
    }
}

struct File {
    name: String,
    text: String,
}

impl File {
    fn read(path: &Path) -> Result<Self, Usage> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|e| Usage(format!("the configuration {name} cannot be read: {e}")))?;
        Ok(Self { name, text })
    }

    fn fault(&self, at: usize, fault: &str) -> Usage {
        let before = self.text.get(..at).unwrap_or(&self.text);
        let (line, column) = (before.matches('\n').count() + 1, before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1);
        Usage(format!("{}:{line}:{column}: {}", self.name, fault.trim_end()))
    }
}
