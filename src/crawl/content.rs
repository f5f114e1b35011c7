use super::bytes::Bytes;
use super::fence::{Outcome, Pool};
use super::growing::{Growing, Grown};
use super::ocr::Ocr;
use super::pieces::Pieces;
use super::{Progress, spool};
use crate::format::{
    self, Child, Facts, Failure, Keyring, Kind, Limits, Offer, Outlet, PieceFindings, PieceKey, Probe, Runs, Sink, picture,
};
use crate::identifier::inline;
use crate::index::{self, TextIndex};
use crate::ledger::{Kept, Reading};
use crate::model::{Cause, ContentId};
use crate::passage::Passage;
use crate::stop::Stop;
use crate::tokens::Tokens;
use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Read;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// Reads contents, each once, into index and ledger.
pub(super) struct Reader<'r> {
    pub index: &'r TextIndex,
    pub writer: &'r index::Writer,
    pub generation: u64,
    pub spool: PathBuf,
    pub limits: Limits,
    pub passwords: &'r [Vec<u8>],
    pub keys: &'r Keyring,
    pub fence: &'r Pool<'r>,
    /// Reads text in pictures, where that is asked for.
    pub ocr: Option<&'r Ocr>,
    pub stop: &'r Stop,
    pub progress: &'r Progress,
    pub known: &'r Mutex<HashMap<ContentId, Known>>,
    pub pieces: &'r Pieces,
    pub growing: &'r Growing,
    pub next: &'r AtomicI64,
    /// Contents of this generation by their rows, not committed yet.
    pub fresh: Mutex<Vec<(i64, Kept)>>,
    /// Contents that were read again; their passages go with the commit.
    pub superseded: Mutex<Vec<i64>>,
    /// What makes the whole run impossible (the disk is full, the index cannot be written).
    pub failed: Mutex<Option<anyhow::Error>>,
}

/// A content that was read or is being read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub id: i64,
    /// Containers around the path that it was read from, if members were cut off for depth there.
    pub cut_at: Option<u32>,
}

impl Reader<'_> {
    /// Reads some bytes unless the same bytes were read before; gives the row of the content, and whether
    /// something below was cut off for depth.
    pub fn read(&self, bytes: &Bytes, grown: &Grown, depth: u32) -> (i64, bool) {
        let id = grown.digests.sha256;
        let row = {
            let mut known = self.known.lock().expect("no thread panics with the lock");
            if let Some(before) = known.get(&id) {
                if before.cut_at.is_none_or(|at| depth >= at) {
                    return (before.id, before.cut_at.is_some());
                }
                self.superseded.lock().expect("no thread panics with the lock").push(before.id);
            }
            let row = self.next_row();
            known.insert(id, Known { id: row, cut_at: None });
            row
        };
        let (reading, facts, parts) = self.reading(bytes, grown, row, depth);
        let cut = reading.cut_by_depth;
        if cut {
            self.known.lock().expect("no thread panics with the lock").insert(id, Known { id: row, cut_at: Some(depth) });
        }
        // What an interruption cut off is nobody's reading.
        if self.stop.raised() {
            return (row, cut);
        }
        self.progress.gaps(reading.gaps.len() as u64 + reading.members.iter().filter(|m| m.defect.is_some()).count() as u64);
        match Kept::new(reading, grown.digests, &facts, parts) {
            Ok(kept) => self.fresh.lock().expect("no thread panics with the lock").push((row, kept)),
            Err(error) => self.fail(error),
        }
        (row, cut)
    }

    fn next_row(&self) -> i64 {
        self.next.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn reading(&self, bytes: &Bytes, grown: &Grown, row: i64, depth: u32) -> (Reading, Facts, Vec<(i64, u64)>) {
        let id = grown.digests.sha256;
        let outlet = ItemOutlet { reader: self, bytes, grown, row, depth, cut: AtomicBool::new(false), parts: Mutex::default() };
        let len = bytes.len() as u64;
        // Recognisers look at hostile bytes as readers do.
        let format = catch_unwind(|| format::detect(&Probe::new(bytes))).unwrap_or(Kind::Unknown);
        let mut sink = Sink::new(&outlet);
        let fenced = match format.runs() {
            Runs::Fenced => self.fence.read(format.name(), bytes, &mut sink, self.stop),
            Runs::Inside => Outcome::NoWorker,
        };
        // Tables of a worker are finished; they join those of the scan, which has none, at the end.
        let mut tables = Vec::new();
        match fenced {
            Outcome::NoWorker => match catch_unwind(AssertUnwindSafe(|| format.read(bytes, &mut sink))) {
                Ok(Ok(())) => {}
                Ok(Err(failure)) => note_failure(&mut sink, format.name(), &failure),
                Err(panic) => self.lost(bytes, &outlet, &mut sink, panicked(format, &words_of(&*panic))),
            },
            Outcome::Ended(ended) => {
                if let Some(words) = &ended.panicked {
                    self.lost(bytes, &outlet, &mut sink, panicked(format, words));
                } else {
                    (sink.coverage, sink.gaps, sink.facts) = (ended.coverage, ended.gaps, ended.facts);
                    tables = std::mem::take(&mut sink.facts.tables);
                    if let Err(failure) = &ended.result {
                        note_failure(&mut sink, format.name(), failure);
                    }
                }
            }
            Outcome::Died(death) => self.lost(bytes, &outlet, &mut sink, (death.cause, format!("{}: {}", format.name(), death.detail))),
            // What is returned is thrown away.
            Outcome::Stopped => {}
        }
        if let Some(ocr) = self.ocr.filter(|_| picture::is_readable(bytes)) {
            ocr.read(bytes, &mut sink, self.stop);
        }
        self.scan(bytes, &mut sink);
        if catch_unwind(AssertUnwindSafe(|| sink.finish())).is_err() {
            sink.gap(0..len, Cause::ReaderPanic, "the last passage could not be indexed");
            sink.coverage = Default::default();
        }
        let coverage = std::mem::take(&mut sink.coverage);
        let partition = coverage.partition(len);
        for (range, _) in partition.iter().filter(|(_, covered)| covered.is_none()) {
            sink.gaps.push(format::GapNote {
                range: range.clone(),
                cause: Cause::ReaderPanic,
                detail: "neither read nor scanned".to_owned(),
            });
        }
        let reading = Reading {
            content: id,
            size: len,
            format: format.name().to_owned(),
            media_type: format.media_type().to_owned(),
            version: format.version(),
            spans: Reading::spans_of(partition),
            gaps: std::mem::take(&mut sink.gaps),
            members: std::mem::take(&mut sink.members),
            cut_by_depth: outlet.cut.load(Ordering::Relaxed),
        };
        let mut facts = std::mem::take(&mut sink.facts);
        facts.tables.splice(..0, tables);
        drop(sink);
        (reading, facts, outlet.parts.into_inner().expect("no thread panics with the lock"))
    }

    /// Adds a passage to the index, under the row of its content or piece.
    fn add(&self, row: i64, passage: Passage) {
        thread_local!(static TOKENS: RefCell<Tokens> = RefCell::default());
        let added = TOKENS.with_borrow_mut(|tokens| {
            tokens.split(&passage.text);
            let mut typed = Vec::new();
            inline::find(&passage.text, tokens, &mut |found| typed.push(found.term()));
            typed.sort_unstable();
            typed.dedup();
            self.index.add(self.writer, (row, self.generation), passage, tokens, &typed)
        });
        if let Err(error) = added {
            self.fail(error.context("cannot write the index"));
        }
    }

    /// The reader did not return. What it has pushed stays searchable; that it covered anything cannot be
    /// trusted: all is scanned, and all is a gap.
    fn lost<'o>(&self, bytes: &[u8], outlet: &'o ItemOutlet<'o>, sink: &mut Sink<'o>, (cause, detail): (Cause, String)) {
        let members = std::mem::take(&mut sink.members);
        *sink = Sink::new(outlet);
        sink.members = members;
        self.scan(bytes, sink);
        (sink.coverage, sink.gaps) = Default::default();
        sink.gap(0..bytes.len() as u64, cause, detail);
    }

    /// Scans whatever is not covered.
    fn scan(&self, bytes: &[u8], sink: &mut Sink<'_>) {
        let mut open = sink.coverage.uncovered(bytes.len() as u64);
        if open.is_empty() {
            return;
        }
        // Files of text amid other bytes are members; the rest is scanned.
        let members = sink.members.len();
        let found = catch_unwind(AssertUnwindSafe(|| format::read_texts(bytes, &open, sink)));
        if sink.members.len() > members {
            open = sink.coverage.uncovered(bytes.len() as u64);
        }
        let scanned = catch_unwind(AssertUnwindSafe(|| format::scan_all(bytes, &open, sink)));
        let searched = catch_unwind(AssertUnwindSafe(|| format::read_binary(bytes, &open, sink)));
        if let Err(panic) = found.and(scanned).and(searched) {
            let detail = format!("the scan panicked: {}", words_of(&*panic));
            open.into_iter().for_each(|range| sink.gap(range, Cause::ReaderPanic, detail.clone()));
        }
    }

    /// Ends the run: nothing more can be read or kept.
    pub fn fail(&self, error: anyhow::Error) {
        self.failed.lock().expect("no thread panics with the lock").get_or_insert(error);
        self.stop.raise();
    }
}

fn panicked(format: Kind, words: &str) -> (Cause, String) {
    (Cause::ReaderPanic, format!("the reader of {} panicked: {words}", format.name()))
}

/// What a reader left is scanned, and nobody knows what the scan cannot see there: text in pieces, encoded, in
/// records. The item is no longer whole, whatever was found in it.
fn note_failure(sink: &mut Sink<'_>, format: &str, failure: &Failure) {
    if sink.gaps.iter().any(|gap| gap.cause == failure.cause) {
        return sink.note(format!("not read to its end as {format}: {failure}"));
    }
    sink.gap(failure.at..failure.at, failure.cause, format!("not read to its end as {format}: {}", failure.detail));
}

/// The beginning of a panic's message: what follows may quote the evidence.
pub(super) fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    let words = match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(words), _) => words,
        (_, Some(words)) => words.as_str(),
        _ => "no message",
    };
    words.split([':', '`', '"', '\'']).next().unwrap_or("no message").chars().take(80).collect()
}

/// Takes the output of one content's reader.
struct ItemOutlet<'r> {
    reader: &'r Reader<'r>,
    bytes: &'r [u8],
    grown: &'r Grown,
    row: i64,
    depth: u32,
    cut: AtomicBool,
    /// Pieces of it that were read by themselves.
    parts: Mutex<Vec<(i64, u64)>>,
}

/// Takes the output of a piece's reader: its passages stand under its own row.
struct PieceOutlet<'r> {
    item: &'r ItemOutlet<'r>,
    row: i64,
}

impl Outlet for PieceOutlet<'_> {
    fn passage(&self, passage: Passage) {
        self.item.reader.add(self.row, passage);
    }

    fn member(&self, name: &[u8], encoded: Range<u64>, decoder: &mut dyn Read) -> Child {
        self.item.member(name, encoded, decoder)
    }

    fn limits(&self) -> Limits {
        self.item.limits()
    }

    fn stopped(&self) -> bool {
        self.item.stopped()
    }
}

impl Outlet for ItemOutlet<'_> {
    fn passage(&self, passage: Passage) {
        self.reader.add(self.row, passage);
    }

    fn piece_key(&self, place: Range<u64>, way: &[u8], bytes: &[u8]) -> PieceKey {
        let make = || format::piece_key(way, bytes);
        let own = usize::try_from(place.start).ok().and_then(|start| self.bytes.get(start..)?.get(..bytes.len()));
        // What was decoded stands elsewhere.
        match own.is_some_and(|own| std::ptr::eq(own, bytes)) {
            true => self.grown.key(place, way, make),
            false => make(),
        }
    }

    fn piece(&self, key: PieceKey, offset: u64, read: &dyn Fn(&dyn Outlet) -> PieceFindings) -> Option<PieceFindings> {
        let (row, findings) = self.reader.pieces.get(key).unwrap_or_else(|task| {
            let row = self.reader.next_row();
            let findings = read(&PieceOutlet { item: self, row });
            // What an interruption cut off is nobody's finding.
            if !self.stopped() {
                task.put(row, &findings);
            }
            (row, findings)
        });
        self.parts.lock().expect("no thread panics with the lock").push((row, offset));
        Some(findings)
    }

    fn item(&self) -> Option<ContentId> {
        Some(self.grown.digests.sha256)
    }

    fn member(&self, _name: &[u8], encoded: Range<u64>, decoder: &mut dyn Read) -> Child {
        let encoded = encoded.end.saturating_sub(encoded.start);
        let limits = &self.reader.limits;
        if self.depth + 1 > limits.depth {
            self.cut.store(true, Ordering::Relaxed);
            let detail = format!("nested deeper than {} containers", limits.depth);
            return Child { content: None, size: 0, defect: Some((Cause::LimitDepth, detail)) };
        }
        let decoded = match spool::decode(encoded, decoder, limits, &self.reader.spool, &|| self.stopped()) {
            Ok(decoded) => decoded,
            Err(error) => {
                self.reader.fail(anyhow::Error::new(error).context(format!("cannot write the spool {}", self.reader.spool.display())));
                return Child { content: None, size: 0, defect: Some((Cause::IoError, "the spool could not be written".to_owned())) };
            }
        };
        let bytes: &Bytes = &decoded.bytes;
        let size = bytes.len() as u64;
        if size == 0 && decoded.defect.is_some() {
            return Child { content: None, size, defect: decoded.defect };
        }
        if !self.stopped() {
            let (_, cut) = self.reader.read(bytes, &Grown::apart(decoded.digests), self.depth + 1);
            if cut {
                self.cut.store(true, Ordering::Relaxed);
            }
            self.reader.progress.member();
        }
        Child { content: Some(decoded.digests.sha256), size, defect: decoded.defect }
    }

    fn limits(&self) -> Limits {
        self.reader.limits
    }

    fn stopped(&self) -> bool {
        self.reader.stop.raised()
    }

    fn offer(&self) -> Offer<'_> {
        Offer { passwords: self.reader.passwords, keys: self.reader.keys, recognises: self.reader.ocr.is_some() }
    }
}
