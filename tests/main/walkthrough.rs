//! The walk-through of the documentation: every command in it is run, and gives what the page says.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};

const PAGE: &str = "docs/walkthrough.md";
const BEGIN: &str = "```console\n";
const END: &str = "```\n";

/// Runs a command as a person does, with the program on the path; standard error belongs to the screen.
fn screen(command: &str, dir: &Path) -> String {
    let programs = Path::new(env!("CARGO_BIN_EXE_ruleout")).parent().expect("a folder of programs");
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap_or_default());
    let output = Command::new("sh")
        .arg("-c")
        .arg(format!("exec 2>&1\n{command}"))
        .current_dir(dir)
        .env("PATH", path)
        .env("NO_COLOR", "1")
        .env("LC_ALL", "C")
        .env_remove("RULEOUT_CONFIG")
        .stdin(Stdio::null())
        .output()
        .expect("there is a shell");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!text.contains("panicked"), "{command}\n{text}");
    text
}

/// The page with the screens of a real run.
fn performed(page: &str, dir: &Path) -> String {
    let mut out = String::new();
    let mut rest = page;
    while let Some(at) = rest.find(BEGIN) {
        let (before, block) = rest.split_at(at + BEGIN.len());
        out.push_str(before);
        let end = block.find(END).expect("the block ends");
        for command in commands(&block[..end]) {
            writeln!(out, "$ {}", command.replace('\n', "\n> ")).expect("a string takes it");
            let text = screen(&command, dir);
            out.push_str(&text);
            if !text.is_empty() && !text.ends_with('\n') {
                out.push('\n');
            }
        }
        rest = &block[end..];
    }
    out + rest
}

/// Lines after `$ `, with those after `> ` that continue them.
fn commands(block: &str) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    let mut continues = false;
    for line in block.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            commands.push(command.to_owned());
            continues = true;
        } else if let Some(more) = line.strip_prefix("> ").filter(|_| continues) {
            let last = commands.last_mut().expect("a command begins the block");
            last.push('\n');
            last.push_str(more);
        } else {
            continues = false;
        }
    }
    commands
}

#[test]
fn every_command_of_the_walk_through_gives_what_the_page_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = std::fs::read_to_string(&path).expect("the page is there");
    let dir = tempfile::tempdir().expect("a temporary folder");
    let given = performed(&page, dir.path());
    if std::env::var_os("RULEOUT_BLESS").is_some() {
        std::fs::write(&path, &given).expect("the page can be written");
        return;
    }
    let differing = page.lines().zip(given.lines()).enumerate().find(|(_, (a, b))| a != b);
    let place = differing.map_or(String::new(), |(line, (a, b))| format!("line {}\n  page  {a}\n  given {b}", line + 1));
    assert!(page == given, "{PAGE} does not show what the program does; RULEOUT_BLESS=1 makes it so\n{place}");
}
