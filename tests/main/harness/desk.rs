use super::{Finished, Institution, Outputs, program, write, write_registry};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// What is to be indexed.
#[derive(Clone, Default)]
pub struct Job {
    roots: Vec<OsString>,
    manifests: Vec<OsString>,
    threads: usize,
}

impl Job {
    /// One root.
    pub fn of(label: &str, root: &Path) -> Self {
        Self::default().root(label, root)
    }

    /// One root more.
    pub fn root(mut self, label: &str, root: &Path) -> Self {
        let mut argument = OsString::from(format!("{label}="));
        argument.push(root);
        self.roots.push(argument);
        self
    }

    /// A listing beside the evidence.
    pub fn manifest(mut self, file: &Path) -> Self {
        self.manifests.push(file.into());
        self
    }

    /// A manifest of this kind.
    pub fn manifest_of(mut self, kind: &str, file: &Path) -> Self {
        let mut argument = OsString::from(format!("{kind}:"));
        argument.push(file);
        self.manifests.push(argument);
        self
    }

    /// So many threads; otherwise one per core.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }
}

/// A folder with one case and its outputs, gone when the test ends.
pub struct Desk {
    dir: TempDir,
}

impl Desk {
    /// An empty one.
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A place on it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Its case.
    pub fn case(&self) -> PathBuf {
        self.path("case")
    }

    /// The command that indexes.
    pub fn index_command(&self, job: &Job) -> Command {
        let mut command = program();
        command.arg("index").args(&job.roots).arg("--case").arg(self.case()).arg("--threads").arg(job.threads.to_string());
        job.manifests.iter().for_each(|manifest| _ = command.arg("--manifest").arg(manifest));
        command
    }

    /// Indexes to the end.
    #[track_caller]
    pub fn index(&self, job: &Job) -> Finished {
        Finished::from(self.index_command(job).output().expect("the program starts")).done()
    }

    /// Matches the case with a registry.
    #[track_caller]
    pub fn decide(&self, registry: &Path) -> Outputs {
        self.decide_into("out", registry)
    }

    /// As [`Desk::decide`], into an output folder of another name.
    #[track_caller]
    pub fn decide_into(&self, out: &str, registry: &Path) -> Outputs {
        let out = self.path(out);
        let mut command = program();
        command.arg("match").arg("--case").arg(self.case()).arg("--registry").arg(registry).arg("--out").arg(&out);
        Finished::from(command.output().expect("the program starts")).done();
        Outputs::new(&out)
    }

    /// Indexes and matches.
    #[track_caller]
    pub fn run(&self, job: &Job, registry: &Path) -> Outputs {
        self.index(job);
        self.decide(registry)
    }

    /// What `query` finds, all of it, as text.
    #[track_caller]
    pub fn query(&self, query: &str) -> String {
        let mut command = program();
        command.args(["query", "--limit", "0", "--case"]).arg(self.case()).arg(query);
        Finished::from(command.output().expect("the program starts")).done().stdout
    }

    /// `coverage --json` of the case.
    #[track_caller]
    pub fn coverage(&self) -> serde_json::Value {
        let mut command = program();
        command.args(["coverage", "--json", "--case"]).arg(self.case());
        let finished = Finished::from(command.output().expect("the program starts")).done();
        serde_json::from_str(&finished.stdout).expect("coverage --json gives JSON")
    }
}

/// A desk on which a file lies in nobody's folder, and what is decided of `A`, `B` and `C`, as many as codes are given.
pub fn decided(name: &str, bytes: &[u8], codes: &[&str]) -> (Desk, Outputs) {
    const NAMES: [(&str, &str); 3] =
        [("A", "Quarrystone Orchard Savings Bank"), ("B", "Bellweather Harbor Credit Union"), ("C", "Larkfield Valley State Bank")];
    let desk = Desk::new();
    write(&desk.path("ev/x").join(name), bytes);
    let institution = |((id, name), code): (&(&str, &str), &&str)| Institution::new(id, name).with("client_code", code);
    write_registry(&desk.path("registry"), &NAMES.iter().zip(codes).map(institution).collect::<Vec<_>>());
    let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry"));
    (desk, outputs)
}
