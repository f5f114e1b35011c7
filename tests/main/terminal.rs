//! The daily work on a real terminal: progress, an interrupt, going on, asking, closing a gap. What the screen
//! shows is the golden file.

use crate::harness::{Demo, Desk, assert_golden, copy_tree};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const ROWS: u16 = 60;
const COLUMNS: u16 = 110;
/// Machines that build something else beside the tests are slow.
const PATIENCE: Duration = Duration::from_secs(120);

/// A program on a terminal of its own.
struct Terminal {
    child: Child,
    keyboard: File,
    screen: Arc<Mutex<vt100::Parser>>,
    reader: std::thread::JoinHandle<()>,
}

impl Terminal {
    /// Starts the program as the leader of a session whose terminal it is, so that keys reach it as signals.
    fn start(arguments: &[&str], dir: &Path) -> Self {
        use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal can be opened");
        grantpt(&master).and_then(|()| unlockpt(&master)).expect("the terminal can be used");
        let size = rustix::termios::Winsize { ws_row: ROWS, ws_col: COLUMNS, ws_xpixel: 0, ws_ypixel: 0 };
        rustix::termios::tcsetwinsize(&master, size).expect("the terminal has a size");
        let name = ptsname(&master, Vec::new()).expect("the terminal has a name").into_string().expect("a plain name");
        let line = || {
            let flags = rustix::fs::OFlags::NOCTTY.bits() as i32;
            OpenOptions::new().read(true).write(true).custom_flags(flags).open(&name).expect("the terminal can be opened")
        };
        let child = Command::new("setsid")
            .args(["--ctty", "--wait", env!("CARGO_BIN_EXE_ruleout")])
            .args(arguments)
            .current_dir(dir)
            .env("TERM", "xterm")
            .env_remove("NO_COLOR")
            .stdin(line())
            .stdout(line())
            .stderr(line())
            .spawn()
            .expect("setsid of util-linux starts the program");
        let keyboard = File::from(master);
        let mut eye = keyboard.try_clone().expect("a terminal can be read and written");
        let screen = Arc::new(Mutex::new(vt100::Parser::new(ROWS, COLUMNS, 0)));
        let shown = Arc::clone(&screen);
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // Reading fails once nobody has the other end open.
            while let Ok(n) = eye.read(&mut buffer) {
                if n == 0 {
                    break;
                }
                shown.lock().expect("no thread panics with the lock").process(&buffer[..n]);
            }
        });
        Self { child, keyboard, screen, reader }
    }

    fn screen(&self) -> String {
        let contents = self.screen.lock().expect("no thread panics with the lock").screen().contents();
        contents.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
    }

    /// The screen as soon as it shows this; `None` if the program ends before.
    fn wait_for(&mut self, words: &str) -> Option<String> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            let screen = self.screen();
            if screen.contains(words) {
                return Some(screen);
            }
            if self.child.try_wait().expect("a child").is_some() {
                return None;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        panic!("`{words}` never came:\n{}", self.screen());
    }

    fn interrupt(&mut self) {
        self.keyboard.write_all(b"\x03").expect("keys reach the terminal");
    }

    /// Waits for the end: exit code and last screen.
    fn end(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().expect("a child");
        let Self { screen, reader, .. } = self;
        reader.join().expect("the reader ends with the program");
        let contents = screen.lock().expect("no thread panics with the lock").screen().contents();
        (status.code(), contents.lines().map(|line| line.trim_end().to_owned() + "\n").collect())
    }
}

/// A screen without what changes from run to run: numbers, units, the bar, the spinner.
fn masked(screen: &str) -> String {
    let mut out = String::new();
    let mut chars = screen.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '0'..='9' => {
                while chars.next_if(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).is_some() {}
                out.push('#');
            }
            '█' | '░' => {
                while chars.next_if(|c| matches!(c, '█' | '░')).is_some() {}
                out.push_str("[bar]");
            }
            '\u{2800}'..='\u{28FF}' => out.push('*'),
            other => out.push(other),
        }
    }
    for unit in ["KiB", "MiB", "GiB"] {
        out = out.replace(unit, "B");
    }
    for unit in ["#s left", "#m left", "#h left"] {
        out = out.replace(unit, "# left");
    }
    // A line that the echo of a key has pushed on is as wide as the terminal.
    out.split("   ").map(str::trim).filter(|piece| !piece.is_empty()).collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn the_daily_work_on_a_terminal() {
    if Command::new("setsid").arg("--version").output().is_err() {
        eprintln!("skipped: setsid of util-linux is not here");
        return;
    }
    let (desk, demo) = (Desk::new(), Demo::with(&["--seed", "41", "--gap", "encrypted", "--per-family", "6"]));
    copy_tree(&demo.evidence(), &desk.path("evidence"), |_| true);
    copy_tree(&demo.registry(), &desk.path("registry"), |_| true);
    std::fs::copy(demo.passwords(), desk.path("passwords.txt")).expect("a copy");
    let here = desk.path("");
    let mut transcript = String::new();
    let mut show = |words: &str, screen: &str| {
        transcript.push_str(&format!("$ ruleout {words}\n{screen}\n"));
    };

    // A fast machine may end before the key is pressed: then again, in another case.
    let interrupted = (0..20).find_map(|attempt| {
        let case = format!("case-{attempt}");
        let mut terminal = Terminal::start(&["index", "ev=evidence", "--case", &case], &here);
        let progress = terminal.wait_for(" gaps")?;
        terminal.interrupt();
        let (code, last) = terminal.end();
        (code == Some(130)).then_some((case, progress, last))
    });
    let (case, progress, last) = interrupted.expect("one of twenty runs is interrupted");
    std::fs::rename(desk.path(&case), desk.case()).expect("a folder can be renamed");
    show("index ev=evidence --case case", &format!("{}^C\n{}", masked(&progress), masked(&last.replace("^C", ""))));

    let mut done = |words: &str, codes: &[i32]| {
        let arguments: Vec<&str> = words.split(' ').collect();
        let (code, screen) = Terminal::start(&arguments, &here).end();
        assert!(code.is_some_and(|code| codes.contains(&code)), "{words}: {code:?}\n{screen}");
        show(words, &screen);
        screen
    };
    done("index ev=evidence --case case", &[3]);
    let before = done("match --case case --registry registry --out before", &[3]);
    done("query --case case --limit 2 retries", &[0]);
    done("explain --case case --registry registry K0001", &[0]);
    done("index --case case --passwords passwords.txt", &[0]);
    let after = done("match --case case --registry registry --out after", &[3]);
    let undetermined = |screen: &str| {
        let words: Vec<&str> = screen.split_whitespace().collect();
        let at = words.iter().position(|w| *w == "undetermined,").expect("a count");
        words[at - 1].parse::<u64>().expect("a number")
    };
    assert!(undetermined(&after) < undetermined(&before), "{before}{after}");
    assert_golden("terminal.txt", &transcript);
}
