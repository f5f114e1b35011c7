use super::{Truth, run};
use std::path::PathBuf;
use tempfile::TempDir;

/// A demonstration breach, written by the program and not run.
pub struct Demo {
    dir: TempDir,
}

impl Demo {
    /// The breach that `ruleout demo` makes by default.
    pub fn default_one() -> Self {
        Self::with(&[])
    }

    /// The smallest of a seed: each family once.
    pub fn small(seed: u64) -> Self {
        Self::with(&["--seed", &seed.to_string(), "--per-family", "1"])
    }

    /// The smallest of a seed, with a gap that could hold anybody's files.
    pub fn with_gap(seed: u64, gap: &str) -> Self {
        Self::with(&["--seed", &seed.to_string(), "--per-family", "1", "--gap", gap])
    }

    /// With other options of `ruleout demo`.
    #[track_caller]
    pub fn with(options: &[&str]) -> Self {
        let demo = Self { dir: tempfile::tempdir().expect("a temporary folder") };
        let out = demo.dir.path().to_str().expect("temporary folders have plain names").to_owned();
        run(["demo", "--write-only", "--out", &out].iter().chain(options)).with_code(&[0]);
        demo
    }

    /// The stolen files.
    pub fn evidence(&self) -> PathBuf {
        self.dir.path().join("evidence")
    }

    /// The registry folder.
    pub fn registry(&self) -> PathBuf {
        self.dir.path().join("registry")
    }

    /// The listing of what was taken.
    pub fn listing(&self) -> PathBuf {
        self.dir.path().join("manifests/listing.txt")
    }

    /// Passwords that were found.
    pub fn passwords(&self) -> PathBuf {
        self.dir.path().join("passwords.txt")
    }

    /// Data elements and individuals, where they are known.
    pub fn truth_data(&self) -> PathBuf {
        self.dir.path().join("truth_data.csv")
    }

    /// The right answers.
    pub fn truth(&self) -> Truth {
        Truth::read(&self.dir.path().join("truth.csv"))
    }
}
