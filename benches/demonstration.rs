//! How fast a fictional breach is indexed and matched, beside the floor: reading its files and hashing them.
//!
//! `cargo bench [-- MEGABYTES]`. Prints seconds of wall time and MB/s of the evidence on disk, and the size
//! of the index; figures are those of this machine and this moment, so compare the ratios.
#![allow(clippy::print_stdout)]

use ruleout::case::{Access, Case};
use ruleout::crawl::{self, Fence, IndexOptions, Memory, Progress, RootArgument, Stop};
use ruleout::demo::{self, Plan};
use ruleout::format::Limits;
use ruleout::{matching, registry, verdict};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::time::Instant;

fn main() -> anyhow::Result<()> {
    let megabytes = std::env::args().filter_map(|a| a.parse::<u64>().ok()).next().unwrap_or(100);
    let dir = tempfile::tempdir()?;
    let breach = demo::write(dir.path(), &Plan { noise_bytes: megabytes * 1_000_000, ..Plan::default() })?;
    let files = files_below(&breach.evidence)?;
    let bytes = files.iter().map(|f| f.metadata().map_or(0, |m| m.len())).sum::<u64>();

    let floor =
        timed("read and hash", bytes, || files.iter().try_for_each(|file| std::fs::read(file).map(|bytes| _ = Sha256::digest(bytes))))?;
    let case_dir = dir.path().join("case");
    let options = IndexOptions {
        roots: vec![RootArgument { label: "ev".to_owned(), path: breach.evidence.clone() }],
        manifests: vec![(None, breach.listing.clone())],
        columns: ruleout::manifest::Columns::default(),
        threads: 0,
        limits: Limits::default(),
        memory: Memory::default(),
        retry: Vec::new(),
        passwords: Vec::new(),
        fence: Fence::Off,
    };
    let case = Case::open(&case_dir, Access::Write)?;
    let index = timed("index", bytes, || crawl::index(&case, &options, &Stop::new(), &Progress::new(false)))?;
    timed("index again, unchanged", bytes, || crawl::index(&case, &options, &Stop::new(), &Progress::new(false)))?;
    let registry = registry::load(&breach.registry, false)?;
    timed("match", bytes, || {
        matching::run(&case, &registry, &matching::Controls::default()).map(|matched| drop(verdict::decide_all(&registry, &matched)))
    })?;
    let stored = files_below(&case_dir.join("index"))?.iter().map(|f| f.metadata().map_or(0, |m| m.len())).sum::<u64>();
    println!("index / floor {:.1}; index size {:.0} % of the evidence", index / floor, stored as f64 * 100.0 / bytes as f64);
    Ok(())
}

fn timed<T, E: Into<anyhow::Error>>(what: &str, bytes: u64, work: impl FnOnce() -> Result<T, E>) -> anyhow::Result<f64> {
    let began = Instant::now();
    work().map_err(Into::into)?;
    let seconds = began.elapsed().as_secs_f64();
    println!("{what:24} {seconds:8.3} s {:10.1} MB/s", bytes as f64 / 1e6 / seconds);
    Ok(seconds)
}

fn files_below(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut out = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir)? {
            let path = entry?.path();
            if path.is_dir() { open.push(path) } else { out.push(path) }
        }
    }
    Ok(out)
}
