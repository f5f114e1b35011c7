use std::ffi::OsStr;
use std::process::{Command, Output, Stdio};

/// The program under test, quiet and with a fixed environment.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ruleout"));
    command.stdin(Stdio::null()).env("NO_COLOR", "1").env_remove("RUST_BACKTRACE");
    command
}

/// How a run ended.
#[derive(Debug)]
pub struct Finished {
    /// Exit code; `None` after a signal.
    pub code: Option<i32>,
    /// Data.
    pub stdout: String,
    /// Everything else.
    pub stderr: String,
}

impl From<Output> for Finished {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Finished {
    /// Fails unless the run ended with one of these codes and nothing panicked on the way.
    #[track_caller]
    pub fn with_code(self, codes: &[i32]) -> Self {
        assert!(!self.stderr.contains("panicked"), "a panic:\n{}", self.stderr);
        assert!(self.code.is_some_and(|code| codes.contains(&code)), "exit code {:?}, not one of {codes:?}:\n{}", self.code, self.stderr);
        self
    }

    /// Fails unless the work was done, with gaps or without.
    #[track_caller]
    pub fn done(self) -> Self {
        self.with_code(&[0, 3])
    }
}

/// Runs the program to its end.
pub fn run<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Finished {
    program().args(arguments).output().expect("the program starts").into()
}
