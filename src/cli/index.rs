use super::{End, Reading, STOP, Usage, progress, say, unread};
use crate::case::{Access, Case, in_case};
use crate::control;
use crate::crawl::{self, Fence, IndexOptions, Memory, Ocr, RootArgument};
use crate::format::{Keyring, Limits, version_of};
use crate::ledger::Root;
use crate::manifest::{self, Columns, Kind};
use crate::matching::Controls;
use crate::model::{Cause, Status};
use crate::report::count;
use anyhow::{Context, Result};
use clap::Args;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// How much of a manifest is looked at for the columns that were named.
const HEAD: u64 = 1 << 20;
/// So much of a file of keys is read.
const MOST_KEYS: u64 = 16 << 20;

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    reading: Reading,
    /// The case: one directory for index and ledger.
    #[arg(long, value_name = "DIR")]
    case: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<End> {
    let options = options(&arguments.reading, &[("case", &arguments.case)])?;
    let new_evidence = !options.roots.is_empty() || !options.manifests.is_empty();
    if !new_evidence && !arguments.case.exists() {
        return Err(Usage(format!("{} is no case, and no evidence was named", arguments.case.display())).into());
    }
    if !index(&arguments.case, &arguments.reading, &options)? {
        return Ok(End::Clear);
    }
    let (items, waiting) = Case::open(&arguments.case, Access::Read)?.ledger.unread()?;
    match unread(items, waiting, "").trim_end() {
        "" => say("a planted file was missed: `ruleout match` says which, and counts what it speaks for as not read"),
        words => say(words),
    }
    Ok(End::Gaps)
}

/// Says where evidence is taken a second time: what lies at a place that the case knows by another label.
fn warn_of_copies(known: &[Root], roots: &[RootArgument]) {
    for root in roots.iter().filter(|root| known.iter().all(|k| k.label != root.label)) {
        let Ok(place) = root.path.canonicalize() else { continue };
        let is_same = |k: &&Root| {
            let before = Path::new(OsStr::from_bytes(&k.path));
            place.starts_with(before) || before.starts_with(&place)
        };
        if let Some(before) = known.iter().find(is_same) {
            say(&format!(
                "ruleout: warning: {} is evidence of this case as `{}`; as `{}` it is taken a second time",
                root.path.display(),
                before.label,
                root.label
            ));
        }
    }
}

/// Checks all that can be checked before anything is written.
pub(super) fn options(reading: &Reading, apart: &[(&str, &Path)]) -> Result<IndexOptions> {
    let usage = |error: anyhow::Error| anyhow::Error::new(Usage(format!("{error:#}")));
    let named = reading.evidence.iter().map(|e| crawl::parse_root(e));
    let roots: Vec<RootArgument> = named.chain(reading.moved.iter().map(|e| moved(e))).collect::<Result<_>>().map_err(usage)?;
    for (i, root) in roots.iter().enumerate() {
        if let Some(other) = roots[..i].iter().find(|r| r.label == root.label) {
            let words = format!(
                "two evidence roots are labelled `{}` ({} and {}); name them LABEL=PATH",
                root.label,
                other.path.display(),
                root.path.display()
            );
            return Err(Usage(words).into());
        }
    }
    crawl::check_apart(&roots, apart).map_err(usage)?;
    crawl::check_roots(&roots).map_err(usage)?;
    let manifests = reading.manifests.iter().map(manifest).collect::<Result<Vec<_>>>().map_err(usage)?;
    one_kind_each(&manifests).map_err(usage)?;
    if let Some(word) = reading.retry.iter().find(|word| !is_retried(word)) {
        let words = format!("--retry {word}: no status, cause or format is called so; `ruleout coverage` and `ruleout formats` name them");
        return Err(Usage(words).into());
    }
    let columns = reading.manifest_columns.as_deref().map(Columns::parse).transpose();
    let columns = columns.map_err(|fault| Usage(format!("--manifest-columns: {fault}")))?.unwrap_or_default();
    if !columns.is_empty() && !manifests.iter().any(|(_, path)| has_columns(path, &columns)) {
        return Err(Usage("--manifest-columns: no manifest is a table with these columns".to_owned()).into());
    }
    if reading.threads > MOST_THREADS {
        return Err(Usage(format!("--threads: {} are more than the {MOST_THREADS} that may be", reading.threads)).into());
    }
    let passwords = reading.passwords.as_deref().map(passwords).transpose().map_err(usage)?.unwrap_or_default();
    let memory =
        reading.memory.as_deref().map(Memory::parse).transpose().map_err(|error| usage(error.context("--memory")))?.unwrap_or_default();
    let keys = keys(&reading.keys).map_err(usage)?;
    let mut limits = Limits::default();
    reading.limits.iter().try_for_each(|bound| limits.take(bound)).map_err(|fault| Usage(format!("--limit {fault}")))?;
    let ocr = reading.ocr.as_deref().map(ocr).transpose().map_err(|error| usage(error.context("--ocr")))?.flatten();
    Ok(IndexOptions {
        roots,
        manifests,
        columns,
        threads: reading.threads,
        limits,
        memory,
        retry: reading.retry.clone(),
        passwords,
        keys,
        fence: fence(),
        ocr,
    })
}

/// Is it a status, a cause or a format, by which contents can be chosen?
fn is_retried(word: &str) -> bool {
    Status::parse(word).is_some() || Cause::parse(word).is_some() || version_of(word).is_some()
}

/// More threads than any machine has cores, and fewer than it takes to bring it down.
const MOST_THREADS: usize = 1024;

/// The engine for text in pictures; where there is none, that is said, and pictures end as they do without it.
fn ocr(languages: &str) -> Result<Option<Ocr>> {
    let ocr = Ocr::find(languages, &fence())?;
    if ocr.is_none() {
        say("ruleout: warning: tesseract is not on the PATH; pictures of text are not read");
    }
    Ok(ocr)
}

/// Workers run this very program, even when its file was replaced meanwhile.
pub(super) fn fence() -> Fence {
    Fence::Program(PathBuf::from("/proc/self/exe"))
}

/// `LABEL=PATH`, where evidence that was read before lies now.
pub(super) fn moved(argument: &OsStr) -> Result<RootArgument> {
    let has_label = argument.as_bytes().iter().position(|&b| b == b'=').is_some_and(|at| at > 0);
    anyhow::ensure!(has_label, "--evidence {} names no label; write LABEL=PATH", argument.display());
    crawl::parse_root(argument)
}

/// One password a line, as bytes; line ends do not belong to them, blanks do.
fn passwords(path: &Path) -> Result<Vec<Vec<u8>>> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read the passwords in {}", path.display()))?;
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    let lines = text.split(|&b| b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut passwords: Vec<Vec<u8>> = Vec::new();
    for line in lines.filter(|line| !line.is_empty()) {
        if !passwords.iter().any(|known| known == line) {
            passwords.push(line.to_vec());
        }
    }
    anyhow::ensure!(!passwords.is_empty(), "{} holds no password; write one a line", path.display());
    Ok(passwords)
}

/// Private keys in files, and in the files of folders. What is named must hold one; a folder may hold other things too.
fn keys(paths: &[PathBuf]) -> Result<Keyring> {
    let mut keys = Keyring::new();
    for path in paths {
        let unreadable = || format!("cannot read the keys in {}", path.display());
        let mut files = vec![path.clone()];
        if path.is_dir() {
            let entries = std::fs::read_dir(path).and_then(Iterator::collect::<std::io::Result<Vec<_>>>).with_context(unreadable)?;
            files = entries.into_iter().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
            files.sort();
        }
        let mut count = 0;
        for file in files {
            let mut bytes = Vec::new();
            std::fs::File::open(&file).and_then(|file| file.take(MOST_KEYS).read_to_end(&mut bytes)).with_context(unreadable)?;
            count += keys.add(&bytes);
        }
        anyhow::ensure!(
            count > 0,
            "{} holds no private key of OpenPGP (`gpg --export-secret-keys` writes them) and no RSA key in PKCS #8 or #1",
            path.display()
        );
    }
    Ok(keys)
}

/// `KIND:FILE` or `FILE`; a file that exists as written wins.
fn manifest(argument: &OsString) -> Result<(Option<String>, PathBuf)> {
    let bytes = argument.as_bytes();
    let at = bytes.iter().position(|&b| b == b':').filter(|_| !Path::new(argument).exists());
    let (kind, path) = match at {
        Some(at) => (Some(String::from_utf8_lossy(&bytes[..at]).into_owned()), PathBuf::from(OsStr::from_bytes(&bytes[at + 1..]))),
        None => (None, PathBuf::from(argument)),
    };
    if let Some(kind) = &kind {
        Kind::parse(kind).with_context(|| format!("`{kind}` is no kind of manifest: use taken, platform or seller"))?;
    }
    anyhow::ensure!(path.is_file(), "the manifest {} is not a file", path.display());
    Ok((kind, path))
}

/// A listing is of one kind: of two that are given at once, none is the later.
fn one_kind_each(manifests: &[(Option<String>, PathBuf)]) -> Result<()> {
    let mut kinds: BTreeMap<PathBuf, &Option<String>> = BTreeMap::new();
    for (kind, path) in manifests {
        // What cannot be found is said where it is opened.
        let place = path.canonicalize().unwrap_or_else(|_| path.clone());
        let before = *kinds.entry(place).or_insert(kind);
        let word = |kind: &Option<String>| kind.clone().unwrap_or_else(|| "no kind".to_owned());
        anyhow::ensure!(
            before == kind,
            "{} is given twice, as {} and as {}: name it once, with the kind that holds",
            path.display(),
            word(before),
            word(kind)
        );
    }
    Ok(())
}

/// Is the beginning of the file that of a table in which these columns occur?
fn has_columns(path: &Path, columns: &Columns) -> bool {
    let mut head = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    read.is_ok() && manifest::table(&head, columns).is_some()
}

/// Indexes, and tells whether gaps exist.
pub(super) fn index(dir: &Path, reading: &Reading, options: &IndexOptions) -> Result<bool> {
    if !reading.moved.is_empty() && !Case::is_at(dir) {
        let words = format!("{} is no case yet, and knows no evidence that could have moved: name it as LABEL=PATH", dir.display());
        return Err(Usage(words + ", without --evidence").into());
    }
    let case = Case::open(dir, Access::Write)?;
    let known = case.ledger.roots()?;
    let moved = reading.moved.iter().map(|e| moved(e)).collect::<Result<Vec<_>>>()?;
    for root in &moved {
        if !known.iter().any(|k| k.label == root.label) {
            let labels: Vec<&str> = known.iter().map(|k| k.label.as_str()).collect();
            let has = match labels.is_empty() {
                true => "none yet: name it as LABEL=PATH, without --evidence".to_owned(),
                false => labels.join(", "),
            };
            let words = format!("the case has no evidence labelled `{}`; it has {has}", root.label);
            return Err(Usage(words).into());
        }
    }
    warn_of_copies(&known, &options.roots);
    let progress = progress();
    for root in options.roots.iter().filter(|root| !moved.iter().any(|moved| moved.label == root.label)) {
        if let Some(file) = crawl::replaced_file(&case.ledger, root, &STOP, &progress).map_err(|error| in_case(dir, error))? {
            let (label, path) = (&root.label, root.path.display());
            let words = format!(
                "the case knows evidence labelled `{label}` from another place, where {file} is another file: give this batch a \
                 label of its own (LABEL={path}); if it is the same evidence, which was mended, say so with --evidence {label}={path}"
            );
            return Err(Usage(words).into());
        }
    }
    let result = crawl::index(&case, options, &STOP, &progress);
    progress.end();
    let summary = result.map_err(|error| in_case(dir, error))?;
    for lack in &summary.fence_lacks {
        say(&format!("ruleout: warning: complex formats are not fully confined: {lack}"));
    }
    for manifest in &summary.manifests {
        say(&format!("manifest {manifest}"));
    }
    if summary.kept > 0 {
        let contents =
            count(summary.kept, "content cannot be read again, since its file", "contents cannot be read again, since their files");
        say(&format!("{contents} cannot be opened; what was read before stays"));
    }
    if summary.failed > 0 {
        say(&format!("{} not be read: `coverage.csv` of `ruleout match` names each", count(summary.failed, "file could", "files could")));
    }
    let planted = control::planted(&case, Access::Write, &options.fence, options.threads, &STOP).map_err(|error| in_case(dir, error))?;
    let controls = Controls { missed: planted.missed_formats(), ..Controls::default() };
    let (unread, _) = case.ledger.unread()?;
    // Readings are decoded only where a control failed.
    Ok(unread > 0 || !controls.missed.is_empty() && case.ledger.readings()?.iter().any(|(_, r)| controls.doubt(r).is_some()))
}
