//! What indexing costs, beside what cannot be saved: decompressing and hashing.
//!
//! `cargo bench --bench index [-- MEGABYTES] [PART...]`, with the parts `numbers` (a table of account numbers,
//! beside the same text in a plain tantivy index), `copies` (thirty daily copies of an export that grows, beside its
//! last copy alone) and `spread` (one thread and all of them). Figures are seconds of processor time of the whole
//! process unless they say wall; on a shared machine compare ratios.
#![allow(clippy::print_stdout)]

mod corpus;
// Not all of what is measured elsewhere is measured here.
#[allow(dead_code)]
#[path = "../measure/mod.rs"]
mod measure;

use anyhow::{Context, Result};
use measure::Began;
use ruleout::case::{Access, Case};
use ruleout::crawl::{self, IndexOptions, Progress, RootArgument};
use ruleout::stop::Stop;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use tantivy::schema::{Schema, TEXT};
use tantivy::{Index, TantivyDocument};

/// Bytes of text that the plain index has in a document.
const DOCUMENT: usize = 64 << 10;
/// Accounts that are asked for.
const ASKED: usize = 40;

/// One comparison, with so many bytes of text.
type Part = fn(usize) -> Result<()>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let megabytes = arguments.iter().find_map(|argument| argument.parse::<usize>().ok()).unwrap_or(60);
    let parts: Vec<&str> = arguments.iter().map(String::as_str).filter(|argument| argument.parse::<usize>().is_err()).collect();
    let all: [(&str, Part); 3] = [("numbers", numbers), ("copies", copies), ("spread", spread)];
    for (name, part) in all.iter().filter(|(name, _)| parts.is_empty() || parts.contains(name)) {
        println!("{name}, {megabytes} MB");
        part(megabytes * 1_000_000)?;
    }
    Ok(())
}

/// A table of numbers, indexed by tantivy as it comes, and by us; accounts are then found exactly.
fn numbers(size: usize) -> Result<()> {
    let dir = tempfile::tempdir()?;
    let text = corpus::accounts(size);
    let accounts = corpus::some_accounts(&text, ASKED);
    write(&dir.path().join("ev/accounts.csv"), text.as_bytes())?;

    let mut schema = Schema::builder();
    let body = schema.add_text_field("body", TEXT);
    let plain = Index::create_from_tempdir(schema.build())?;
    let mut writer = plain.writer_with_num_threads::<TantivyDocument>(1, 256 << 20)?;
    let began = Began::of_all_threads();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let end = rest.as_bytes()[..rest.len().min(DOCUMENT)].iter().rposition(|b| *b == b'\n').map_or(rest.len(), |at| at + 1);
        let mut document = TantivyDocument::new();
        document.add_text(body, &rest[..end]);
        writer.add_document(document)?;
        rest = &rest[end..];
    }
    writer.commit()?;
    let plain = end(&began, "plain tantivy, default tokenizer", size);

    let case = Case::open(&dir.path().join("case"), Access::Write)?;
    let began = Began::of_all_threads();
    index(&case, &dir.path().join("ev"), 1)?;
    let ours = end(&began, "ruleout index", size);
    println!("  {:.1} times the throughput", plain / ours);
    let began = Began::of_all_threads();
    for account in &accounts {
        let expression = ruleout::query::parse(account).ok().context("an account is a query")?;
        let answer = ruleout::query::answer(&case, account, &expression, 0)?;
        let standing = text.match_indices(account.as_str()).count() as u64;
        anyhow::ensure!(answer.total.places == standing, "{account} stands {standing} times and was found {} times", answer.total.places);
    }
    println!("  {ASKED} accounts found exactly, {:.1} ms each", began.seconds() * 1e3 / ASKED as f64);
    Ok(())
}

/// Thirty copies, each a little longer than the one before, and the last of them alone.
fn copies(size: usize) -> Result<()> {
    let dir = tempfile::tempdir()?;
    let text = corpus::accounts(size);
    let mut bytes = 0;
    for day in 0..30 {
        let most = size / 2 + size / 58 * day;
        let end = if day == 29 { text.len() } else { text[..most].rfind('\n').map_or(most, |at| at + 1) };
        write(&dir.path().join(format!("all/day{day:02}.csv")), &text.as_bytes()[..end])?;
        bytes += end;
    }
    write(&dir.path().join("last/day29.csv"), text.as_bytes())?;
    let floor = floor(&dir.path().join("all"), bytes)?;
    let mut seconds = Vec::new();
    for which in ["last", "all"] {
        let case = Case::open(&dir.path().join(format!("{which}.case")), Access::Write)?;
        let began = Began::of_all_threads();
        index(&case, &dir.path().join(which), 0)?;
        let name = format!("index of {}", if which == "all" { "all thirty" } else { "the last copy alone" });
        seconds.push((
            end(&began, &name, if which == "all" { bytes } else { text.len() }),
            size_of(&dir.path().join(format!("{which}.case")))?,
        ));
    }
    let [(last, small), (all, large)] = seconds[..] else { anyhow::bail!("two cases were indexed") };
    println!(
        "  all / (floor + 2 last) {:.2}; the case of all has {:.2} times the size",
        all / (floor + 2.0 * last),
        large as f64 / small as f64
    );
    Ok(())
}

/// The same work on one thread and on all.
fn spread(size: usize) -> Result<()> {
    let dir = tempfile::tempdir()?;
    for part in 0..4 {
        write(&dir.path().join(format!("ev/part{part}.csv")), corpus::accounts_from(part * 1_000_003, size / 4).as_bytes())?;
    }
    floor(&dir.path().join("ev"), size)?;
    for threads in [1, 0] {
        let case = Case::open(&dir.path().join(format!("{threads}.case")), Access::Write)?;
        let began = Began::of_all_threads();
        index(&case, &dir.path().join("ev"), threads)?;
        let wall = began.wall_seconds();
        let cores = end(&began, if threads == 1 { "index, one thread" } else { "index, all threads" }, size);
        println!("  wall {wall:.2} s, {:.2} of processor time", wall / cores);
    }
    Ok(())
}

fn index(case: &Case, root: &Path, threads: usize) -> Result<()> {
    let roots = vec![RootArgument { label: "ev".to_owned(), path: root.to_owned() }];
    let options = IndexOptions { threads, ..IndexOptions::of(roots) };
    crawl::index(case, &options, &Stop::new(), &Progress::new(false)).map(drop)
}

/// What cannot be saved: every byte is read and hashed.
fn floor(dir: &Path, bytes: usize) -> Result<f64> {
    let files: Vec<PathBuf> = std::fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    let began = Began::of_all_threads();
    files.iter().try_for_each(|file| std::fs::read(file).map(|bytes| _ = Sha256::digest(bytes)))?;
    Ok(end(&began, "floor: read and SHA-256", bytes))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::create_dir_all(path.parent().context("a file lies in a folder")?)?;
    Ok(std::fs::write(path, bytes)?)
}

fn size_of(dir: &Path) -> Result<u64> {
    let mut sum = 0;
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        sum += if entry.file_type()?.is_dir() { size_of(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(sum)
}

/// Prints what something cost, and gives its seconds.
fn end(began: &Began, what: &str, bytes: usize) -> f64 {
    let seconds = began.seconds();
    println!("  {what:34} {seconds:8.2} s {:8.1} MB/s", bytes as f64 / 1e6 / seconds);
    seconds
}
