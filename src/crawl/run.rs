use super::content::{Known, Reader};
use super::fence::{Fence, Pool};
use super::growing::Growing;
use super::memory::Memory;
use super::pieces::Pieces;
use super::wrapped::Unwrapping;
use super::{Ocr, Progress, RootArgument, again, bytes, listings, walk};
use crate::case::Case;
use crate::format::{Keyring, Limits};
use crate::index;
use crate::ledger::{FileRow, Kept, Ledger, PieceRow, Stated, Tried};
use crate::manifest::Columns;
use crate::model::{Cause, ContentId, Status};
use crate::stop::{Interrupted, Stop};
use anyhow::{Context, Result};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A commit is due after so much evidence or so long; an interruption costs no more than this.
const COMMIT_BYTES: u64 = 4 << 30;
const COMMIT_TIME: Duration = Duration::from_secs(45);

/// What `index` is asked to do.
pub struct IndexOptions {
    /// Evidence roots, possibly none when a case is only resumed.
    pub roots: Vec<RootArgument>,
    /// Manifests: kind, where one was named, and file.
    pub manifests: Vec<(Option<String>, PathBuf)>,
    /// Columns of the tables among them, where the operator named any.
    pub columns: Columns,
    /// Threads; 0 = one per core.
    pub threads: usize,
    /// Bounds on decoding.
    pub limits: Limits,
    /// Memory to work with.
    pub memory: Memory,
    /// Statuses, causes or formats to be read again whatever the reader's version.
    pub retry: Vec<String>,
    /// Passwords to be tried on what is encrypted, in this order.
    pub passwords: Vec<Vec<u8>>,
    /// Private keys to be tried on messages that are encrypted for them.
    pub keys: Keyring,
    /// Where readers of complex or foreign formats run.
    pub fence: Fence,
    /// What recognises text in pictures, where that is asked for and possible.
    pub ocr: Option<Ocr>,
}

impl IndexOptions {
    /// Roots, and nothing else that an operator could ask for; readers run in this process.
    pub fn of(roots: Vec<RootArgument>) -> Self {
        Self {
            roots,
            manifests: Vec::new(),
            columns: Columns::default(),
            threads: 0,
            limits: Limits::default(),
            memory: Memory::default(),
            retry: Vec::new(),
            passwords: Vec::new(),
            keys: Keyring::new(),
            fence: Fence::Off,
            ocr: None,
        }
    }
}

/// What `index` did.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct IndexSummary {
    /// Files read by this run.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that could not be opened or changed while they were read.
    pub failed: u64,
    /// Contents that should have been read again and cannot be, since their files cannot be opened; what was read of
    /// them stays.
    pub kept: u64,
    /// What the fence lacked, in words.
    pub fence_lacks: Vec<String>,
    /// What each manifest that was new is, in words.
    pub manifests: Vec<String>,
}

/// Reads everything that is new or changed into the case.
pub fn index(case: &Case, options: &IndexOptions, stop: &Stop, progress: &Progress) -> Result<IndexSummary> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build()?;
    let fence = Pool::new(&options.fence, pool.current_num_threads());
    let spool = case.spool();
    let unwrapping = Unwrapping { fence: &fence, spool: &spool, stop };
    let mut manifests = Vec::new();
    for (kind, path) in &options.manifests {
        manifests.extend(listings::add(&case.ledger, kind.as_deref(), path, &options.columns, &unwrapping)?);
    }
    for root in &options.roots {
        progress.phase(&format!("listing {}", root.label));
        case.ledger.record(&format!("walk of root {} at {}", root.label, root.path.display()))?;
        walk::walk(&case.ledger, root, stop, &mut |rows| progress.listed(rows))?;
    }
    // Walks that broke off earlier are done again, so that resuming needs no evidence to be named.
    for root in case.ledger.roots()? {
        if !root.walked && !options.roots.iter().any(|r| r.label == root.label) {
            let argument = RootArgument { label: root.label.clone(), path: PathBuf::from(OsStr::from_bytes(&root.path)) };
            progress.phase(&format!("listing {}", root.label));
            walk::walk(&case.ledger, &argument, stop, &mut |rows| progress.listed(rows))?;
        }
    }
    let offer = offer(case, &options.passwords, &options.keys)?;
    let limits = Some(options.limits.to_string()).filter(|limits| !limits.is_empty());
    let tried = Tried { offer, ocr: options.ocr.as_ref().map(|ocr| ocr.statement().to_owned()), limits };
    let kept = again::reopen(case, &options.retry, &tried, &options.limits)?;
    let result = read_pending(case, options, &tried, &pool, &fence, stop, progress);
    let mut lacks = fence.lacks();
    lacks.extend(options.ocr.iter().flat_map(|ocr| ocr.lacks().iter().cloned()));
    state(case, &fence, &lacks, &tried)?;
    let summary = IndexSummary { fence_lacks: lacks, manifests, kept, ..result? };
    check(case)?;
    progress.phase("sealing the ledger");
    case.ledger.seal()?;
    Ok(summary)
}

/// Says in the ledger how readers of complex formats were confined, what recognised text in pictures, and which limits were
/// not as usual; `run.json` repeats it.
fn state(case: &Case, fence: &Pool<'_>, lacks: &[String], tried: &Tried) -> Result<()> {
    let ledger = &case.ledger;
    let confined = (fence.confined() > 0 && lacks.is_empty()).then(|| "complex formats were read in confined processes".to_owned());
    ledger.state(Stated::Fence, lacks.iter().cloned().chain(confined))?;
    lacks.iter().try_for_each(|lack| ledger.record(&format!("fence: {lack}")))?;
    for (of, words, says) in
        [(Stated::Ocr, &tried.ocr, "text in pictures is recognised by"), (Stated::Limits, &tried.limits, "limits that are not as usual:")]
    {
        if let Some(words) = words
            && ledger.state(of, [words.clone()])?
        {
            ledger.record(&format!("{says} {words}"))?;
        }
    }
    Ok(())
}

/// The law of the ledger, checked at the end of every run: every file has ended. That of everything that was
/// read each byte is accounted for once is checked when it is kept.
fn check(case: &Case) -> Result<()> {
    if let Some(file) = case.ledger.pending()?.first() {
        anyhow::bail!("the case is damaged: {} was registered and never ended", crate::model::escape_bytes(&file.path));
    }
    Ok(())
}

/// Names a list of passwords and keys, so that what they could not open is not tried with them again. The name is
/// salted by the case: it tells nobody what they are.
fn offer(case: &Case, passwords: &[Vec<u8>], keys: &Keyring) -> Result<Option<String>> {
    let ids = keys.ids();
    if passwords.is_empty() && ids.is_empty() {
        return Ok(None);
    }
    let mut hash = Sha256::new_with_prefix(case.ledger.salt()?);
    let sorted: BTreeSet<&[u8]> = passwords.iter().map(Vec::as_slice).collect();
    for offered in sorted.into_iter().chain(ids.iter().map(String::as_bytes)) {
        hash.update((offered.len() as u64).to_be_bytes());
        hash.update(offered);
    }
    Ok(Some(ContentId(hash.finalize().into()).to_string()))
}

pub(super) fn roots_of(ledger: &Ledger) -> Result<HashMap<i64, PathBuf>> {
    Ok(ledger.roots()?.into_iter().map(|root| (root.id, PathBuf::from(OsStr::from_bytes(&root.path)))).collect())
}

/// Deletes the passages of contents that the ledger no longer has. The ledger always goes first:
/// passages without a row are ignored, a row without its passages would be a silent loss.
pub(super) fn forget(case: &Case, writer: &mut index::Writer, rows: &[i64]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    rows.iter().for_each(|row| _ = writer.delete_term(case.index.content_term(*row)));
    let mut commit = writer.prepare_commit()?;
    commit.set_payload(&case.ledger.generation()?.to_string());
    commit.commit()?;
    Ok(())
}

fn read_pending(
    case: &Case,
    options: &IndexOptions,
    tried: &Tried,
    pool: &rayon::ThreadPool,
    fence: &Pool<'_>,
    stop: &Stop,
    progress: &Progress,
) -> Result<IndexSummary> {
    let roots = roots_of(&case.ledger)?;
    let pending = case.ledger.pending()?;
    progress.begin(pending.len() as u64, pending.iter().map(|f| f.size).sum());
    // How deep a content lay that was cut is not kept: it is read again wherever it is met.
    let known = case.ledger.contents()?.into_iter().map(|(id, content, cut)| (content, Known { id, cut_at: cut.then_some(u32::MAX) }));
    let known = Mutex::new(known.collect::<HashMap<_, _>>());
    let next = AtomicI64::new(case.ledger.last_content()?.max(case.ledger.meta("last_content")?.and_then(|v| v.parse().ok()).unwrap_or(0)));
    let mut summary = IndexSummary::default();
    let mut rest = &pending[..];
    if rest.is_empty() {
        return Ok(summary);
    }
    let threads = pool.current_num_threads();
    let shares = options.memory.shares(threads);
    let mut writer = case.index.writer(shares.writers, shares.index)?;
    let pieces = Pieces::new(shares.pieces, case.ledger.last_pieces(shares.pieces)?);
    let growing = Growing::default();
    let mut superseded = Vec::new();
    while !rest.is_empty() {
        let generation = case.ledger.generation()? + 1;
        let reader = Reader {
            index: &case.index,
            writer: &writer,
            generation,
            spool: case.spool(),
            limits: Limits { memory_bytes: options.limits.memory_bytes.min(shares.member), ..options.limits },
            passwords: &options.passwords,
            keys: &options.keys,
            fence,
            ocr: options.ocr.as_ref(),
            stop,
            progress,
            known: &known,
            pieces: &pieces,
            growing: &growing,
            next: &next,
            fresh: Mutex::default(),
            superseded: Mutex::default(),
            failed: Mutex::default(),
        };
        let before = next.load(Ordering::Relaxed);
        let (ended, taken) = read_batch(&reader, pool, rest, &roots);
        if let Some(error) = reader.failed.lock().expect("no thread panics with the lock").take() {
            return Err(error);
        }
        let fresh = reader.fresh.into_inner().expect("no thread panics with the lock");
        let again = reader.superseded.into_inner().expect("no thread panics with the lock");
        if stop.raised() {
            // Where contents were read again, nothing of this batch is kept; dropping the writer throws its passages away.
            if again.is_empty() {
                let allocated = before + 1..=next.load(Ordering::Relaxed);
                keep_whole(case, &mut writer, generation, tried, allocated, (fresh, &pieces.take_fresh(), ended))?;
            }
            return Err(Interrupted.into());
        }
        superseded.extend(again);
        commit(case, &mut writer, generation, tried, (&fresh, &pieces.take_fresh(), &ended), next.load(Ordering::Relaxed))?;
        for end in &ended {
            summary.files += 1;
            summary.bytes += end.size;
            summary.failed += u64::from(end.content.is_none());
        }
        rest = &rest[taken..];
    }
    progress.phase("merging the index");
    forget(case, &mut writer, &superseded)?;
    merge(&mut writer, case)?;
    writer.wait_merging_threads()?;
    case.ledger.record(&format!("read {} files, {} bytes", summary.files, summary.bytes))?;
    Ok(summary)
}

/// Keeps of an interrupted batch what was read to its end: files, members of containers that were not, and parts of
/// large items. A container is kept with all that lies in it only. `allocated` are the rows that the batch gave out.
fn keep_whole(
    case: &Case,
    writer: &mut index::Writer,
    generation: u64,
    tried: &Tried,
    allocated: std::ops::RangeInclusive<i64>,
    (mut fresh, pieces, mut ended): (Vec<(i64, Kept)>, &[PieceRow], Vec<Ended>),
) -> Result<()> {
    let contents = case.ledger.contents()?;
    let kept: HashSet<ContentId> = contents.iter().map(|(_, content, _)| *content).collect();
    loop {
        let read: HashSet<ContentId> = fresh.iter().map(|(_, fresh)| fresh.reading.content).collect();
        let count = fresh.len();
        let is_held = |content: &ContentId| kept.contains(content) || read.contains(content);
        fresh.retain(|(_, fresh)| fresh.reading.members.iter().filter_map(|member| member.content).all(|content| is_held(&content)));
        if fresh.len() == count {
            break;
        }
    }
    let mut rows: HashSet<i64> = contents.iter().map(|(row, ..)| *row).chain(fresh.iter().map(|(row, _)| *row)).collect();
    ended.retain(|end| end.content.is_none_or(|row| rows.contains(&row)));
    rows.extend(pieces.iter().map(|piece| piece.row));
    let last = *allocated.end();
    // Passages of what is not kept stand under rows that nobody will have.
    allocated.filter(|row| !rows.contains(row)).for_each(|row| _ = writer.delete_term(case.index.content_term(row)));
    commit(case, writer, generation, tried, (&fresh, pieces, &ended), last)
}

/// How one file of a batch ended.
struct Ended {
    id: i64,
    size: u64,
    content: Option<i64>,
    status: Status,
    cause: Option<Cause>,
    detail: String,
}

/// Reads files until a commit is due; every file that was begun is ended.
fn read_batch(reader: &Reader<'_>, pool: &rayon::ThreadPool, files: &[FileRow], roots: &HashMap<i64, PathBuf>) -> (Vec<Ended>, usize) {
    let begun = Instant::now();
    let next = AtomicUsize::new(0);
    let bytes = std::sync::atomic::AtomicU64::new(0);
    let ended = Mutex::new(BTreeMap::new());
    pool.install(|| {
        (0..pool.current_num_threads()).into_par_iter().for_each(|_| {
            while !reader.stop.raised() && bytes.load(Ordering::Relaxed) < COMMIT_BYTES && begun.elapsed() < COMMIT_TIME {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(file) = files.get(at) else { break };
                let end = match roots.get(&file.root) {
                    Some(root) => read_file(reader, file, &root.join(OsStr::from_bytes(&file.path))),
                    None => unread(file, Cause::IoError, "its evidence root is not known".to_owned()),
                };
                bytes.fetch_add(end.size, Ordering::Relaxed);
                // What an interruption cut off is read again.
                if reader.stop.raised() {
                    break;
                }
                reader.progress.file(end.size);
                ended.lock().expect("no thread panics with the lock").insert(at, end);
            }
        });
    });
    let ended = ended.into_inner().expect("no thread panics with the lock");
    let taken = ended.len();
    (ended.into_values().collect(), taken)
}

fn unread(file: &FileRow, cause: Cause, detail: String) -> Ended {
    Ended { id: file.id, size: file.size, content: None, status: Status::Unread, cause: Some(cause), detail }
}

fn read_file(reader: &Reader<'_>, file: &FileRow, path: &Path) -> Ended {
    let (handle, before) = match bytes::open(path) {
        Ok(opened) => opened,
        Err(error) => return unread(file, walk::cause_of(Some(&error)), format!("cannot open: {error}")),
    };
    // Who reads it, renames it or locks it against writing changes what was listed, but not what it holds.
    let stamp = walk::stamp(&before);
    if (stamp.size, stamp.mtime) != (file.size, file.mtime) {
        return unread(file, Cause::Changed, "it changed since it was listed; index again".to_owned());
    }
    let content = match bytes::of_file(handle, before.len(), &reader.spool) {
        Ok(content) => Arc::new(content),
        Err(error) => return unread(file, walk::cause_of(Some(&error)), format!("cannot read: {error}")),
    };
    let (row, _) = reader.read(&content, &reader.growing.read(&content), 0);
    match std::fs::metadata(path) {
        Ok(after) if walk::stamp(&after) == stamp && content.len() as u64 == stamp.size => {
            Ended { id: file.id, size: file.size, content: Some(row), status: Status::Read, cause: None, detail: String::new() }
        }
        _ => unread(file, Cause::Changed, "it changed while it was read; index again".to_owned()),
    }
}

/// Index first, ledger second: what only the index has is rolled back when the case is opened next.
fn commit(
    case: &Case,
    writer: &mut index::Writer,
    generation: u64,
    tried: &Tried,
    (fresh, pieces, ended): (&[(i64, Kept)], &[PieceRow], &[Ended]),
    last_content: i64,
) -> Result<()> {
    let mut commit = writer.prepare_commit().context("cannot write the index")?;
    commit.set_payload(&generation.to_string());
    commit.commit().context("cannot write the index")?;
    let ledger = &case.ledger;
    ledger.begin()?;
    pieces.iter().try_for_each(|piece| ledger.keep_piece(piece))?;
    for (row, kept) in fresh {
        ledger.keep(*row, kept, generation, tried)?;
    }
    for end in ended {
        ledger.end_file(end.id, end.content, end.status, end.cause, &end.detail)?;
    }
    ledger.set_meta("generation", &generation.to_string())?;
    ledger.set_meta("last_content", &last_content.to_string())?;
    ledger.commit().context("cannot write the ledger")
}

/// One merge at the end, and only where there are many segments.
fn merge(writer: &mut index::Writer, case: &Case) -> Result<()> {
    let segments = case.index.segments()?;
    if segments.len() > 8 {
        writer.merge(&segments).wait().context("cannot merge the index")?;
    }
    Ok(())
}
