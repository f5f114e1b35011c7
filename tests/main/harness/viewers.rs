use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A program that people open outputs with, where it is installed; else the test says that it was skipped.
pub fn viewer(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path).flat_map(|folder| names.iter().map(move |name| folder.join(name))).find(|file| file.is_file());
    if found.is_none() {
        eprintln!("skipped: none of {} is installed", names.join(", "));
    }
    found
}

/// Runs a viewer, and ends it where it hangs.
pub fn view(command: &mut Command) -> Output {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the viewer starts");
    let (mut stdout, mut stderr) = (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut stdout, &mut bytes).map(|_| bytes)
    });
    let complaints = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut stderr, &mut bytes).map(|_| bytes)
    });
    let began = Instant::now();
    let status = loop {
        match child.try_wait().expect("the viewer can be asked") {
            Some(status) => break status,
            None if began.elapsed() > Duration::from_secs(180) => {
                child.kill().expect("the viewer can be ended");
                break child.wait().expect("the viewer ends");
            }
            None => std::thread::sleep(Duration::from_millis(50)),
        }
    };
    let bytes = |thread: std::thread::JoinHandle<std::io::Result<Vec<u8>>>| thread.join().expect("no panic").expect("a readable pipe");
    Output { status, stdout: bytes(reader), stderr: bytes(complaints) }
}
