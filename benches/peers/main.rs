//! What indexing and matching cost beside what cannot be saved, and beside other programs for searching evidence, on
//! one mixed corpus.
//!
//! `cargo bench --bench peers [-- MEGABYTES] [RUNS] [--peers] [--at FOLDER] [--registry FOLDER]`. Megabytes of evidence
//! on disk (300), runs of which the median counts (3). `--peers` also runs, once each, those of recollindex, ripgrep
//! and `bulk_extractor` that are on the PATH, and tantivy with its default tokenizer on the text that was read. The
//! corpus is kept with `--at` and used again. Processor time is that of a program with all that it started; compare
//! ratios, since figures are those of this machine and this moment. Without `--registry` a small made-up one is matched.
#![allow(clippy::print_stdout)]

mod corpus;
mod floor;
// The writers of the tests; not all of what they offer is needed here.
#[allow(dead_code)]
#[path = "../../tests/main/layouts/mod.rs"]
mod layouts;
mod program;

use anyhow::{Context, Result, ensure};
use program::{Usage, run};
use ruleout::demo::{self, Plan};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use tantivy::schema::{Schema, TEXT, Value};
use tantivy::{Index, TantivyDocument};

const RULEOUT: &str = env!("CARGO_BIN_EXE_ruleout");

struct Options {
    megabytes: u64,
    runs: usize,
    peers: bool,
    at: Option<PathBuf>,
    registry: Option<PathBuf>,
}

impl Options {
    fn read() -> Result<Self> {
        let mut out = Self { megabytes: 300, runs: 3, peers: false, at: None, registry: None };
        let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
        let mut numbers = 0;
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--peers" => out.peers = true,
                "--at" => out.at = Some(arguments.next().context("--at needs a folder")?.into()),
                "--registry" => out.registry = Some(arguments.next().context("--registry needs a folder")?.into()),
                number => {
                    let number = number.parse().with_context(|| format!("{number} is neither a number nor an option"))?;
                    if numbers == 0 {
                        out.megabytes = number
                    } else {
                        out.runs = number as usize
                    }
                    numbers += 1;
                }
            }
        }
        Ok(out)
    }
}

/// The figures of one program.
struct Row {
    name: String,
    usage: Usage,
}

fn main() -> Result<()> {
    // The floor is measured as a program of its own, too.
    if let Some(dir) = std::env::var_os("RULEOUT_BENCH_FLOOR") {
        println!("{}", floor::hash_all(Path::new(&dir))?);
        return Ok(());
    }
    let options = Options::read()?;
    let scratch = tempfile::tempdir()?;
    let at = options.at.clone().unwrap_or_else(|| scratch.path().to_owned());
    let evidence = at.join("evidence");
    if !evidence.exists() {
        demo::write(&at, &Plan { institutions: 500, noise_bytes: 0, ..Plan::default() })?;
        corpus::write(&evidence, options.megabytes * 1_000_000)?;
    }
    let registry = options.registry.clone().unwrap_or_else(|| at.join("registry"));
    let (files, size) = size_of(&evidence)?;
    println!("{} files, {:.1} MB; registry {}", files, size as f64 / 1e6, if options.registry.is_some() { "given" } else { "made up" });

    let mut rows = Vec::new();
    let mut inflated = String::new();
    let floor = median(options.runs, || {
        let (usage, out) = run(Command::new(std::env::current_exe()?).env("RULEOUT_BENCH_FLOOR", &evidence))?;
        inflated = out;
        Ok(usage)
    })?;
    let inflated: u64 = inflated.trim().parse().context("the floor prints a number")?;
    rows.push(Row { name: "floor: decompress and SHA-256".into(), usage: floor });
    let case = scratch.path().join("case");
    let index = |case: &Path, threads: usize| {
        let mut command = Command::new(RULEOUT);
        command.args(["index", "--threads", &threads.to_string(), "--case"]).arg(case).arg(&evidence);
        run(&mut command).map(|(usage, _)| usage)
    };
    let first = median(options.runs, || {
        if case.exists() {
            std::fs::remove_dir_all(&case)?;
        }
        index(&case, 0)
    })?;
    rows.push(Row { name: "ruleout index".into(), usage: first });
    rows.push(Row { name: "ruleout index, unchanged".into(), usage: median(options.runs, || index(&case, 0))? });
    let mut matches = 0;
    let matched = median(options.runs, || {
        matches += 1;
        let out = scratch.path().join(format!("out{matches}"));
        run(Command::new(RULEOUT).args(["match", "--registry"]).arg(&registry).arg("--case").arg(&case).arg("--out").arg(&out))
            .map(|(usage, _)| usage)
    })?;
    rows.push(Row { name: "ruleout match".into(), usage: matched });
    let one = index(&scratch.path().join("one"), 1)?;
    rows.push(Row { name: "ruleout index, one thread".into(), usage: one });
    let decoded = text_of(&case, None)?;
    if options.peers {
        peers(&evidence, &registry, scratch.path(), &case, &mut rows)?;
    }

    println!("\n{:32} {:>9} {:>9} {:>9} {:>9} {:>8} {:>9}", "", "CPU s", "wall s", "wall/CPU", "x floor", "spread", "peak MB");
    for Row { name, usage } in &rows {
        println!(
            "{name:32} {:9.2} {:9.2} {:9.2} {:9.1} {:7.0}% {:9.0}",
            usage.cpu,
            usage.wall,
            usage.wall / usage.cpu,
            usage.cpu / floor.cpu,
            usage.spread * 100.0,
            usage.peak as f64 / 1e6
        );
    }
    let index_size = size_of(&case.join("index"))?.1;
    println!(
        "\n{:.1} MB after decompression; {:.1} MB of decoded text; index {:.1} MB, {:.0} % of the decoded text",
        inflated as f64 / 1e6,
        decoded as f64 / 1e6,
        index_size as f64 / 1e6,
        index_size as f64 * 100.0 / decoded as f64
    );
    Ok(())
}

/// The run whose processor time is the median, with how far the others are from it.
fn median(runs: usize, mut one: impl FnMut() -> Result<Usage>) -> Result<Usage> {
    let mut all = (0..runs.max(1)).map(|_| one()).collect::<Result<Vec<_>>>()?;
    all.sort_by(|a, b| a.cpu.total_cmp(&b.cpu));
    let (least, most) = (all[0].cpu, all[all.len() - 1].cpu);
    let mut middle = all[all.len() / 2];
    middle.spread = (most - least) / middle.cpu;
    Ok(middle)
}

/// Other programs, each where it is installed.
fn peers(evidence: &Path, registry: &Path, scratch: &Path, case: &Path, rows: &mut Vec<Row>) -> Result<()> {
    let plain = scratch.join("plain");
    std::fs::create_dir(&plain)?;
    let began = std::time::Instant::now();
    let used = program::own_seconds();
    text_of(case, Some(&plain))?;
    rows.push(Row {
        name: "plain tantivy on the decoded text".into(),
        usage: Usage { cpu: program::own_seconds() - used, wall: began.elapsed().as_secs_f64(), spread: 0.0, peak: 0 },
    });

    let terms = scratch.join("terms.txt");
    std::fs::write(&terms, registry_terms(registry)?.into_iter().collect::<Vec<_>>().join("\n"))?;
    let mut ripgrep = Command::new("rg");
    ripgrep.args(["-F", "-a", "--no-ignore", "--hidden", "-c", "-f"]).arg(&terms).arg(evidence);
    let configuration = scratch.join("recoll");
    std::fs::create_dir(&configuration)?;
    std::fs::write(configuration.join("recoll.conf"), format!("topdirs = {}\n", evidence.display()))?;
    let mut recoll = Command::new("recollindex");
    recoll.arg("-c").arg(&configuration);
    let mut extractor = Command::new("bulk_extractor");
    extractor.arg("-o").arg(scratch.join("bulk")).arg("-R").arg(evidence);
    for (name, mut command) in [("ripgrep -F, the registry's terms", ripgrep), ("recollindex", recoll), ("bulk_extractor", extractor)] {
        match run(&mut command) {
            Ok((usage, _)) => rows.push(Row { name: name.into(), usage }),
            Err(error) if program::is_missing(&error) => println!("{name}: not installed, left out"),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Identifiers and names of a registry, as they are written there.
fn registry_terms(registry: &Path) -> Result<BTreeSet<String>> {
    let mut terms = BTreeSet::new();
    for (file, column) in [("identifiers.csv", "value"), ("customers.csv", "legal_name")] {
        let mut reader = csv::Reader::from_path(registry.join(file))?;
        let at = reader.headers()?.iter().position(|header| header == column).with_context(|| format!("{file} has a column {column}"))?;
        for row in reader.records() {
            terms.extend(row?.get(at).filter(|term| term.len() > 3).map(str::to_owned));
        }
    }
    Ok(terms)
}

/// Bytes of the text that a case holds; into a plain index, where there is a folder for it.
fn text_of(case: &Path, plain: Option<&Path>) -> Result<u64> {
    let mut schema = Schema::builder();
    let body = schema.add_text_field("body", TEXT);
    let mut writer = match plain {
        Some(dir) => Some(Index::create_in_dir(dir, schema.build())?.writer_with_num_threads::<TantivyDocument>(1, 256 << 20)?),
        None => None,
    };
    let index = Index::open_in_dir(case.join("index"))?;
    let stored = index.schema().get_field("body")?;
    let mut bytes = 0;
    for segment in index.reader()?.searcher().segment_readers() {
        for document in segment.get_store_reader(1)?.iter::<TantivyDocument>(segment.alive_bitset()) {
            let document = document?;
            let text = document.get_first(stored).and_then(|value| value.as_str()).context("a passage has text")?;
            bytes += text.len() as u64;
            if let Some(writer) = &writer {
                let mut plain = TantivyDocument::new();
                plain.add_text(body, text);
                writer.add_document(plain)?;
            }
        }
    }
    if let Some(writer) = &mut writer {
        writer.commit()?;
    }
    ensure!(bytes > 0, "nothing was read");
    Ok(bytes)
}

/// Files below a folder, and their bytes.
fn size_of(dir: &Path) -> Result<(u64, u64)> {
    let mut sum = (0, 0);
    for entry in walkdir::WalkDir::new(dir) {
        let entry = entry?;
        if entry.file_type().is_file() {
            sum = (sum.0 + 1, sum.1 + entry.metadata()?.len());
        }
    }
    Ok(sum)
}
