//! The fence: readers of complex or foreign formats run in confined child processes of the same program. A
//! reader that aborts, hangs, takes too much memory or is taken over costs one item: a gap with its cause.
//!
//! The parent (`Pool`, `child`) decides: it hands the worker a descriptor of the item, takes passages,
//! members and at the end what was covered, and reads members itself, so that recursion, limits and spool stay
//! with it. The `worker` confines itself (`layers`) before it takes the first item. They speak in
//! length-prefixed `frames`; nothing that a worker says is trusted.

mod child;
mod exit;
mod frames;
mod launch;
mod layers;
mod line;
mod rations;
#[cfg(debug_assertions)]
mod sabotage;
#[cfg(test)]
mod tests;
mod worker;

pub(in crate::crawl) use exit::Death;
pub use launch::{LACKS, LAUNCH, launch};
pub use worker::{ARGUMENT, work};

use super::bytes::Bytes;
use crate::format::Sink;
use crate::stop::Stop;
use child::{Broke, Worker};
use frames::Ended;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Where readers of complex or foreign formats run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fence {
    /// In the process of the run, where an abort ends the run.
    Off,
    /// In confined children that run this program.
    Program(PathBuf),
}

/// A worker is replaced after so many items.
const MOST_ITEMS: u32 = 256;
/// Items from this size on get a fresh worker, which ends with them: what one of them leaves in memory must not
/// decide how another one ends.
const LARGE: u64 = 1 << 20;
/// After so many starts that failed in a row, no more are tried.
const MOST_FAILURES: u32 = 4;

/// The workers of a run: as many are kept as threads read. A worker whose member is being read waits, so that
/// nested items take one each.
pub(super) struct Pool<'p> {
    fence: &'p Fence,
    keep: usize,
    idle: Mutex<Vec<Worker>>,
    failures: AtomicU32,
    confined: AtomicU64,
    inside: AtomicU64,
    told: Mutex<BTreeSet<String>>,
}

/// How reading behind the fence ended.
pub(super) enum Outcome {
    /// The reader returned, or panicked and said so.
    Ended(Box<Ended>),
    /// The worker died or was ended.
    Died(Death),
    /// There is no worker: the caller reads the item itself.
    NoWorker,
    /// The run was interrupted.
    Stopped,
}

impl<'p> Pool<'p> {
    /// A pool without workers; they are started when they are needed, and `keep` of them are kept.
    pub fn new(fence: &'p Fence, keep: usize) -> Self {
        Self {
            fence,
            keep,
            idle: Mutex::default(),
            failures: AtomicU32::new(0),
            confined: AtomicU64::new(0),
            inside: AtomicU64::new(0),
            told: Mutex::default(),
        }
    }

    /// Has a worker read an item. Passages and members reach the sink at once; the rest is in the outcome.
    pub fn read(&self, format: &str, item: &Bytes, sink: &mut Sink<'_>, stop: &Stop) -> Outcome {
        let large = item.len() as u64 >= LARGE;
        let Some(mut worker) = self.worker(large, sink, stop) else {
            if stop.raised() {
                return Outcome::Stopped;
            }
            self.inside.fetch_add(1, Ordering::Relaxed);
            return Outcome::NoWorker;
        };
        self.confined.fetch_add(1, Ordering::Relaxed);
        match worker.read(format, item, sink, stop) {
            Ok(ended) => {
                if !large && ended.panicked.is_none() && worker.served() < MOST_ITEMS {
                    self.put_back(worker);
                }
                Outcome::Ended(ended)
            }
            Err(Broke::Died(death)) => Outcome::Died(death),
            Err(Broke::Stopped) => Outcome::Stopped,
        }
    }

    fn worker(&self, fresh: bool, sink: &Sink<'_>, stop: &Stop) -> Option<Worker> {
        let Fence::Program(program) = self.fence else { return None };
        if !fresh && let Some(worker) = self.idle.lock().expect("no thread panics with the lock").pop() {
            return Some(worker);
        }
        while self.failures.load(Ordering::Relaxed) < MOST_FAILURES && !stop.raised() {
            match Worker::start(program, sink, stop) {
                Ok((worker, missing)) => {
                    self.failures.store(0, Ordering::Relaxed);
                    self.told.lock().expect("no thread panics with the lock").extend(missing);
                    return Some(worker);
                }
                Err(error) => {
                    self.failures.fetch_add(1, Ordering::Relaxed);
                    if !stop.raised() {
                        self.tell(format!("a reader's process could not be started: {error:#}"));
                    }
                }
            }
        }
        None
    }

    fn put_back(&self, worker: Worker) {
        let mut idle = self.idle.lock().expect("no thread panics with the lock");
        if idle.len() < self.keep {
            idle.push(worker);
        }
    }

    fn tell(&self, words: String) {
        self.told.lock().expect("no thread panics with the lock").insert(words);
    }

    /// What the fence lacked in this run, in words: layers that the kernel does not have, readers that ran in
    /// process. Empty where all was in place, or nothing had to be fenced.
    pub fn lacks(&self) -> Vec<String> {
        let mut out: Vec<String> = self.told.lock().expect("no thread panics with the lock").iter().cloned().collect();
        match self.inside.load(Ordering::Relaxed) {
            0 => {}
            n => out.push(format!("items of complex formats that were read in process, not confined: {n}")),
        }
        out
    }

    /// Items that were read behind the fence.
    pub fn confined(&self) -> u64 {
        self.confined.load(Ordering::Relaxed)
    }
}
