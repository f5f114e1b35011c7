//! Engines and tools of the system, started without privileges in a temporary folder.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Where a program is installed; says that the test is skipped where it is not.
pub fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]).collect();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    folders.extend(versions.map(|version| version.path().join("bin")));
    let found = folders.into_iter().map(|folder| folder.join(name)).find(|file| file.is_file());
    if found.is_none() {
        eprintln!("skipped: {name} is not installed");
    }
    found
}

/// A command that servers accept: not root. Files that it writes below `home` are its own.
pub fn unprivileged(program: &Path, home: &Path) -> Command {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    let mut command = Command::new(program);
    if is_root {
        let nobody = 65_534;
        let given = Command::new("chown").args(["-R", "65534:65534"]).arg(home).status();
        assert!(given.is_ok_and(|status| status.success()), "the folder is given away");
        std::os::unix::process::CommandExt::uid(&mut command, nobody);
        std::os::unix::process::CommandExt::gid(&mut command, nobody);
    }
    command.current_dir(home).env("HOME", home).env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    command
}

/// Runs a command to its end; fails where it fails.
#[track_caller]
pub fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    assert!(output.status.success(), "{command:?}: {}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    output
}

/// A server, ended with the test.
pub struct Server(Child);

impl Server {
    /// Starts it and waits until `ready` says so.
    #[track_caller]
    pub fn start(command: &mut Command, ready: impl Fn() -> bool) -> Self {
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap_or_else(|e| panic!("{command:?}: {e}"));
        let mut server = Self(child);
        let begun = Instant::now();
        while !ready() {
            assert!(begun.elapsed() < Duration::from_secs(120), "the server does not answer");
            assert!(server.0.try_wait().is_ok_and(|ended| ended.is_none()), "the server has ended");
            std::thread::sleep(Duration::from_millis(100));
        }
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}
