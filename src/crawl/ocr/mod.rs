//! Recognition of characters in pictures, by tesseract where it is installed. It is a foreign program that reads
//! hostile bytes: it runs confined, takes the picture on standard input, and whatever becomes of it costs this
//! picture.

mod words;

use super::bytes::Bytes;
use super::fence::{self, Death, Fence};
use crate::format::{Covered, Sink, picture};
use crate::model::{Cause, Class};
use crate::passage::PassageKind;
use crate::stop::Stop;
use anyhow::{Context, Result, bail, ensure};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::ffi::OsString;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use words::Words;

/// The program that is looked for.
const PROGRAM: &str = "tesseract";
/// Where its models lie, if not where it was built to look.
const MODELS: &str = "TESSDATA_PREFIX";
/// Address space that it may take, whatever the picture: a page of a scan is a hundred megabytes in memory.
const MEMORY: u64 = 4 << 30;
/// Words of one picture take no more than this as a table.
const MOST_OUTPUT: usize = 64 << 20;
/// Time for a picture, for each of its pages, and for all of them at most.
const START: Duration = Duration::from_secs(60);
const PAGE: Duration = Duration::from_secs(20);
const MOST: Duration = Duration::from_secs(3_600);

/// An engine that was found, and how it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ocr {
    /// This program, which confines itself and then becomes the engine.
    launcher: PathBuf,
    program: PathBuf,
    models: Option<OsString>,
    languages: String,
    /// Its name and version, and the languages.
    statement: String,
    /// Layers of its confinement that are not in place, in words.
    lacks: Vec<String>,
}

/// How recognition of one picture ended.
enum Outcome {
    Words(Words),
    /// It is no picture that the engine reads.
    Refused,
    Died(Death),
    Stopped,
}

impl Ocr {
    /// Looks for the engine on the PATH; `None` where there is none. `languages` are models joined by `+`.
    ///
    /// # Errors
    /// It does not run, or has no model for a language.
    pub fn find(languages: &str, fence: &Fence) -> Result<Option<Self>> {
        let Fence::Program(launcher) = fence else { return Ok(None) };
        let places = std::env::var_os("PATH").unwrap_or_default();
        let Some(program) = std::env::split_paths(&places).map(|dir| dir.join(PROGRAM)).find_map(|path| executable(&path)) else {
            return Ok(None);
        };
        let mut ocr = Self {
            launcher: launcher.clone(),
            models: std::env::var_os(MODELS),
            languages: languages.to_owned(),
            statement: String::new(),
            lacks: Vec::new(),
            program,
        };
        let (version, lacks) = ocr.ask("--version")?;
        let version = version.lines().next().unwrap_or_default().trim().to_owned();
        ensure!(version.starts_with(PROGRAM), "{} does not say which version it is", ocr.program.display());
        let (installed, _) = ocr.ask("--list-langs")?;
        let installed: Vec<&str> = installed.lines().skip(1).map(str::trim).filter(|l| !l.is_empty() && *l != "osd").collect();
        if let Some(missing) = languages.split('+').find(|language| !installed.contains(language)) {
            bail!("tesseract has no model for `{missing}`; it has {}", installed.join(", "));
        }
        ocr.statement = format!("{version}, languages {languages}");
        ocr.lacks = lacks;
        Ok(Some(ocr))
    }

    /// Its name, version and languages.
    pub fn statement(&self) -> &str {
        &self.statement
    }

    /// What its confinement lacks, in words.
    pub fn lacks(&self) -> &[String] {
        &self.lacks
    }

    fn command(&self, time: Duration) -> Command {
        let mut command = Command::new(&self.launcher);
        command.arg0("ruleout").arg(fence::LAUNCH).arg(MEMORY.to_string()).arg(time.as_secs().max(1).to_string()).arg(&self.program);
        // One thread: the run reads as many pictures at once as it has threads.
        command.env_clear().env("OMP_THREAD_LIMIT", "1").env("LC_ALL", "C").current_dir("/").process_group(0);
        command.envs(self.models.iter().map(|models| (MODELS, models)));
        command
    }

    /// What the engine says of itself, and what its confinement lacks.
    fn ask(&self, what: &str) -> Result<(String, Vec<String>)> {
        let output = self.command(START).arg(what).stdin(Stdio::null()).output();
        let output = output.with_context(|| format!("cannot run {}", self.launcher.display()))?;
        let errors = String::from_utf8_lossy(&output.stderr);
        let lacks = errors.lines().filter_map(|line| line.strip_prefix(fence::LACKS)).map(|lack| format!("{PROGRAM}: {lack}")).collect();
        ensure!(output.status.success(), "{} {what} failed: {}", self.program.display(), errors.trim());
        Ok((String::from_utf8_lossy(&output.stdout).into_owned(), lacks))
    }

    /// Has the text in a picture read. What was a gap for want of this stays one: a word that was misread or not
    /// seen at all is not told from one that is not there.
    pub(super) fn read(&self, item: &Bytes, sink: &mut Sink<'_>, stop: &Stop) {
        let all = 0..item.len() as u64;
        let was_gap = sink.gaps.iter().any(|gap| gap.cause == Cause::NeedsOcr);
        let close = |sink: &mut Sink<'_>| {
            sink.gaps.retain(|gap| gap.cause != Cause::NeedsOcr);
            if was_gap {
                sink.coverage = Default::default();
            }
        };
        match self.recognise(item, picture::pages(item), stop) {
            Outcome::Words(words) => {
                let detail = format!("{}: {}", self.statement, words.in_words());
                words.push(sink);
                sink.kind(PassageKind::Prose);
                sink.note(detail.clone());
                if was_gap && words.count > 0 {
                    close(sink);
                    sink.coverage.add(all.clone(), Covered::As(Class::Read));
                    sink.gap(all.end..all.end, Cause::OcrOnly, detail);
                } else if was_gap {
                    close(sink);
                    sink.gap(all, Cause::OcrOnly, detail);
                }
            }
            Outcome::Refused => {
                let detail = format!("{} cannot read this picture", self.statement);
                sink.gaps.iter_mut().filter(|gap| gap.cause == Cause::NeedsOcr).for_each(|gap| gap.detail = detail.clone());
                sink.note(detail);
            }
            Outcome::Died(death) => {
                close(sink);
                sink.gap(all, death.cause, format!("{PROGRAM}: {}", death.detail));
            }
            // What is returned is thrown away.
            Outcome::Stopped => {}
        }
    }

    fn recognise(&self, item: &Bytes, pages: u32, stop: &Stop) -> Outcome {
        let time = allowed(pages);
        let started = item.descriptor().and_then(|descriptor| {
            rustix::fs::seek(&descriptor, rustix::fs::SeekFrom::Start(0))?;
            // Segmentation finds the orientation too, where its model is installed.
            let mut command = self.command(time);
            command.args(["stdin", "stdout", "--psm", "1", "-l", &self.languages, "-c", "tessedit_create_tsv=1"]);
            command.stdin(descriptor).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()
        });
        let mut engine = match started {
            Ok(engine) => Engine(engine),
            Err(error) => return Outcome::Died(Death::malformed(&format!("it could not be started ({})", error.kind()))),
        };
        let output = match engine.output(Instant::now() + time, stop) {
            Ok(output) => output,
            Err(Broke::Stopped) => return Outcome::Stopped,
            Err(Broke::Late) => return Outcome::Died(Death::late(time.as_secs())),
            Err(Broke::TooMuch) => return Outcome::Died(Death::malformed("it wrote without end")),
        };
        let Ok(status) = engine.0.wait() else { return Outcome::Died(Death::of_exit(None, "")) };
        match status.code() {
            Some(0) => Words::parse(&String::from_utf8_lossy(&output)).map_or(Outcome::Refused, Outcome::Words),
            // It says so where it cannot make sense of the bytes.
            Some(1) => Outcome::Refused,
            _ => Outcome::Died(Death::of_exit(Some(status), "")),
        }
    }
}

/// How long a picture of so many pages may take.
fn allowed(pages: u32) -> Duration {
    #[cfg(debug_assertions)]
    if let Some(seconds) = std::env::var("RULEOUT_FENCE_SECONDS").ok().and_then(|s| s.parse().ok()) {
        return Duration::from_secs(seconds);
    }
    (START + PAGE.saturating_mul(pages)).min(MOST)
}

/// The file that a path leads to, if it may be run.
fn executable(path: &Path) -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let path = path.canonicalize().ok()?;
    let metadata = path.metadata().ok()?;
    (metadata.is_file() && metadata.permissions().mode() & 0o111 != 0).then_some(path)
}

/// A process that ends when it is dropped.
struct Engine(Child);

enum Broke {
    Late,
    TooMuch,
    Stopped,
}

impl Engine {
    /// All that it writes until it closes its output.
    fn output(&mut self, until: Instant, stop: &Stop) -> Result<Vec<u8>, Broke> {
        let mut out = Vec::new();
        let Some(mut pipe) = self.0.stdout.take() else { return Ok(out) };
        let mut buffer = vec![0; 64 << 10];
        loop {
            if stop.raised() {
                return Err(Broke::Stopped);
            }
            if Instant::now() >= until {
                return Err(Broke::Late);
            }
            let tick = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
            if !matches!(poll(&mut [PollFd::new(&pipe, PollFlags::IN)], Some(&tick)), Ok(1..)) {
                continue;
            }
            match pipe.read(&mut buffer) {
                Ok(0) | Err(_) => return Ok(out),
                Ok(n) => out.extend_from_slice(&buffer[..n]),
            }
            if out.len() > MOST_OUTPUT {
                return Err(Broke::TooMuch);
            }
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}
