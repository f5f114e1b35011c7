//! What a program takes, with all that it started and waited for.

use anyhow::{Context, Result, ensure};
use std::io::{self, Read};
use std::mem::MaybeUninit;
use std::process::{Command, Stdio};
use std::time::Instant;

/// What was used.
#[derive(Clone, Copy)]
pub struct Usage {
    /// Seconds of processor time, user and system.
    pub cpu: f64,
    /// Seconds that passed.
    pub wall: f64,
    /// Between the least and the most of several runs, as a part of the median.
    pub spread: f64,
    /// Most bytes of memory that one of its processes held.
    pub peak: u64,
}

/// What a search that found nothing, and an index with gaps, end with.
const ANSWERS: [i32; 3] = [0, 1, 3];

/// Runs a program to its end; what it used, and what it printed.
pub fn run(command: &mut Command) -> Result<(Usage, String)> {
    let began = Instant::now();
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().with_context(|| name.clone())?;
    let mut out = String::new();
    child.stdout.take().context("its output is a pipe")?.read_to_string(&mut out)?;
    let (mut status, mut usage) = (0, MaybeUninit::<libc::rusage>::zeroed());
    // SAFETY: the child is ours and was not waited for; both places are writable and as large as the call wants.
    let ended = unsafe { libc::wait4(child.id() as libc::pid_t, &raw mut status, 0, usage.as_mut_ptr()) };
    ensure!(ended > 0, "cannot wait for {name}: {}", io::Error::last_os_error());
    // SAFETY: all bytes were zero before, which is a usage too.
    let usage = unsafe { usage.assume_init() };
    ensure!(libc::WIFEXITED(status) && ANSWERS.contains(&libc::WEXITSTATUS(status)), "{name} failed");
    let cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    Ok((Usage { cpu, wall: began.elapsed().as_secs_f64(), spread: 0.0, peak: usage.ru_maxrss as u64 * 1024 }, out))
}

/// Is it that a program is not installed?
pub fn is_missing(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// Seconds of processor time of this process.
pub fn own_seconds() -> f64 {
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: the place is writable and as large as the call wants; zeros are a usage too.
    let usage = unsafe {
        libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr());
        usage.assume_init()
    };
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

fn seconds(time: libc::timeval) -> f64 {
    time.tv_sec as f64 + time.tv_usec as f64 / 1e6
}
