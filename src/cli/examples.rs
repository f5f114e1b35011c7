//! Examples of every command: one table for `--help`, the man pages and the test that runs them through the
//! parser.

use clap::Command;

/// A command by its words, and examples of it.
struct Examples {
    command: &'static [&'static str],
    lines: &'static [&'static str],
}

static EXAMPLES: &[Examples] = &[
    Examples {
        command: &["run"],
        lines: &[
            "ruleout run ev=/mnt/recovered --manifest taken:tree.txt --registry registry --out out",
            "ruleout run disk1=/mnt/a disk2=/mnt/b --registry registry --out out --passwords passwords.txt",
        ],
    },
    Examples {
        command: &["index"],
        lines: &[
            "ruleout index ev=/mnt/recovered --case case --manifest taken:tree.txt --manifest platform:sftp.log",
            "ruleout index --case case --passwords passwords.txt",
            "ruleout index --case case --retry limit_time --retry io_error",
            "ruleout index --case case --evidence ev=/mnt/elsewhere",
        ],
    },
    Examples {
        command: &["match"],
        lines: &[
            "ruleout match --case case --registry registry --out out",
            "ruleout match --case case --registry registry --review review.csv --out out",
            "ruleout match --case case --registry registry --what-if review.csv",
        ],
    },
    Examples { command: &["diff"], lines: &["ruleout diff out-monday out-tuesday", "ruleout diff out-monday out-tuesday --json"] },
    Examples {
        command: &["explain"],
        lines: &[
            "ruleout explain --case case C00042",
            "ruleout explain --case case --run out-monday --limit 0 --json C00042",
            "ruleout explain --case case --registry mended C00042",
            "ruleout explain --case case --all --json",
        ],
    },
    Examples {
        command: &["export"],
        lines: &[
            "ruleout export --case case --registry registry --out load --format dat,opt",
            "ruleout export --case case --out lists --format sha256sum --format dfxml",
        ],
    },
    Examples {
        command: &["pack"],
        lines: &["ruleout pack C00042 --case case --out packs", "ruleout pack --all-affected --case case --run out --out packs --zip"],
    },
    Examples {
        command: &["registry", "check"],
        lines: &["ruleout registry check registry", "ruleout registry check registry --all --json"],
    },
    Examples {
        command: &["query"],
        lines: &[
            "ruleout query --case case 'wire AND (fraud OR \"stop payment\")'",
            "ruleout query --case case 'aba:021000021 -path:*/archive/*'",
            "ruleout query --case case 'status:unread name:*.zip' --limit 0",
        ],
    },
    Examples {
        command: &["coverage"],
        lines: &["ruleout coverage --case case", "ruleout coverage --case case --registry registry --json"],
    },
    Examples { command: &["verify"], lines: &["ruleout verify --case case", "ruleout verify --case case --evidence ev=/mnt/elsewhere"] },
    Examples { command: &["formats"], lines: &["ruleout formats"] },
    Examples { command: &["demo"], lines: &["ruleout demo --out breach", "ruleout demo --out breach --gap encrypted --write-only"] },
    Examples { command: &["completions"], lines: &["ruleout completions bash"] },
    Examples { command: &["man"], lines: &["ruleout man", "ruleout man --out man1"] },
];

/// The command line with its examples.
pub(super) fn with_examples(command: Command) -> Command {
    EXAMPLES.iter().fold(command, |command, one| add(command, one.command, one.lines))
}

fn add(command: Command, path: &'static [&'static str], lines: &[&str]) -> Command {
    match path {
        [] => {
            let before = command.get_after_help().map_or(String::new(), |words| format!("{words}\n\n"));
            command.after_help(format!("{before}Examples:\n  {}", lines.join("\n  ")))
        }
        [name, rest @ ..] => command.mut_subcommand(name, |inner| add(inner, rest, lines)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of a line as a shell has them; only single quotes are used.
    fn words(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut quoted = false;
        for c in line.chars() {
            match c {
                '\'' => quoted = !quoted,
                ' ' if !quoted => words.push(String::new()),
                c => words.last_mut().expect("there is one").push(c),
            }
        }
        words
    }

    fn paths(command: &Command, above: &[String], out: &mut Vec<Vec<String>>) {
        for one in command.get_subcommands().filter(|c| c.get_name() != "help" && !c.is_hide_set()) {
            let path = [above, &[one.get_name().to_owned()]].concat();
            if one.has_subcommands() { paths(one, &path, out) } else { out.push(path) }
        }
    }

    #[test]
    fn every_command_has_examples_and_all_of_them_parse() {
        let command = super::super::command();
        let mut all = Vec::new();
        paths(&command, &[], &mut all);
        for path in all {
            let examples = EXAMPLES.iter().find(|e| e.command == path).unwrap_or_else(|| panic!("{path:?} has no examples"));
            for line in examples.lines {
                let matches = command.clone().try_get_matches_from(words(line)).unwrap_or_else(|e| panic!("{line}\n{e}"));
                assert_eq!(matches.subcommand_name(), Some(path[0].as_str()), "{line}");
            }
        }
    }

    #[test]
    fn the_command_line_is_well_formed() {
        super::super::command().debug_assert();
    }
}
