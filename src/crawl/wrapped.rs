//! A manifest that is no listing as it stands: a post, page, document or message with a listing in it or attached to it, a
//! sheet, or an archive of listings. Its text and its members are looked at by the readers of evidence, the complex ones
//! behind the fence.

use super::bytes::Bytes;
use super::content::words_of;
use super::fence::{Outcome, Pool};
use super::spool;
use crate::format::signature::Treatment;
use crate::format::text::{html, plain, xml};
use crate::format::{self, Child, Kind, Limits, Outlet, Probe, Runs, Sink, mail, office, ole};
use crate::manifest::{self, Report, Row, Syntax};
use crate::model::{Cause, escape_bytes};
use crate::passage::{BORDER, Passage, PassageKind};
use crate::stop::Stop;
use std::collections::BTreeMap;
use std::io::Read;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;

/// Containers inside each other.
const DEPTH: u32 = 6;
/// Bytes that a member may decode to.
const MEMBER: u64 = 64 << 30;
/// So much text of documents is looked at.
const TEXT: usize = 256 << 20;
/// Ends of passages that stand again in the next are shorter than this.
const OVERLAP: usize = 1_024;
/// Formats whose tables are what they are for: a listing in one is a listing. What else has text was written by somebody.
const SHEETS: &[&str] = &["xlsx", "xlsb", office::odf::FORMAT.name, ole::FORMAT.name];
/// Formats whose members are their own parts, but for documents and archives in them.
const PACKAGES: &[&str] = &["docx", "xlsx", "xlsb", "pptx", office::odf::FORMAT.name];

/// Is it something to be looked into, though a syntax fits what it holds?
pub(super) fn is_wrapped(syntax: &Syntax, bytes: &[u8]) -> bool {
    let probe = Probe::new(bytes);
    let is_a = |format: &format::Format| catch_unwind(AssertUnwindSafe(|| (format.recognise)(&probe))).unwrap_or(false);
    syntax.is_free_text() || !syntax.is_page() && [&html::FORMAT, &mail::EML, &mail::MBOX].into_iter().any(is_a)
}

/// What reads manifests.
pub(super) struct Unwrapping<'u> {
    pub fence: &'u Pool<'u>,
    pub spool: &'u Path,
    pub stop: &'u Stop,
}

/// A listing that was found.
struct Listing {
    syntax: &'static Syntax,
    bytes: Bytes,
}

/// What a manifest holds.
#[derive(Default)]
pub(super) struct Contents {
    listings: Vec<Listing>,
    /// All of its text, but for that of listings which are members.
    pub text: String,
    /// Theirs.
    listed: String,
    /// Lines of text outside of listings, and the first of them.
    pub remarks: (u64, Option<String>),
    /// What of it was not read, in words.
    pub unread: Vec<String>,
    /// Somebody wrote it: its listings stand in running text, or came with it.
    pub is_written: bool,
}

impl Contents {
    /// The syntax of its first listing.
    pub fn syntax(&self) -> Option<&'static Syntax> {
        self.listings.first().map(|listing| listing.syntax)
    }

    /// All that a claim says, listings included.
    pub fn claim(&self) -> String {
        let mut claim = self.text.clone();
        push_text(&mut claim, &self.listed);
        claim
    }

    /// Reads its listings one after the other; lines count through all of them.
    pub fn rows(&self, kind: manifest::Kind, take: &mut dyn FnMut(Row)) -> Report {
        let mut sum = Report::default();
        let mut before = 0;
        for listing in &self.listings {
            let report = listing.syntax.read_as(kind, &listing.bytes, &mut |row| take(Row { line: before + row.line, ..row }));
            sum.rows += report.rows;
            sum.not_understood_count += report.not_understood_count;
            sum.not_understood.extend(report.not_understood.into_iter().map(|(line, text)| (before + line, text)));
            sum.truncated_at = sum.truncated_at.or(report.truncated_at.map(|line| before + line));
            if sum.columns.is_empty() {
                sum.columns = report.columns;
            }
            before += memchr::memchr_iter(b'\n', &listing.bytes).count() as u64 + 1;
        }
        sum
    }

    fn add(&mut self, other: Self) {
        self.listings.extend(other.listings);
        push_text(&mut self.text, &other.text);
        push_text(&mut self.listed, &other.listed);
        self.remarks.0 += other.remarks.0;
        self.remarks.1 = self.remarks.1.take().or(other.remarks.1);
        self.unread.extend(other.unread);
        self.is_written |= other.is_written;
    }

    /// Takes listings out of text; the rest are remarks.
    fn take_text(&mut self, text: &str) {
        let mut at = 0;
        for found in manifest::embedded(text) {
            self.remark(&text[at..found.range.start]);
            at = found.range.end;
            self.listings.push(Listing { syntax: found.syntax, bytes: Bytes::Held(text[found.range].as_bytes().to_vec()) });
        }
        self.remark(&text[at..]);
    }

    fn remark(&mut self, text: &str) {
        // What declares XML is nobody's words.
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("xml version=")) {
            self.remarks.0 += 1;
            self.remarks.1.get_or_insert_with(|| line.chars().take(80).collect());
        }
    }
}

fn push_text(all: &mut String, more: &str) {
    if !all.is_empty() && !more.is_empty() {
        all.push('\n');
    }
    all.push_str(more);
}

impl Unwrapping<'_> {
    /// What a manifest holds that is in no syntax itself.
    pub fn open(&self, bytes: &Bytes) -> Contents {
        self.contents(bytes, 0)
    }

    fn contents(&self, bytes: &Bytes, depth: u32) -> Contents {
        let mut out = Contents::default();
        let kind = catch_unwind(|| format::detect(&Probe::new(bytes))).unwrap_or(Kind::Unknown);
        match kind {
            _ if bytes.is_empty() => {}
            // What hides nothing and says nothing.
            Kind::Signature(signature) if matches!(signature.treatment, Treatment::Opaque(_)) && depth > 0 => {}
            Kind::Signature(_) | Kind::Unknown => out.unread.push(format!("{}, which is not read here", kind.name())),
            Kind::Format(format) if format.name == plain::FORMAT.name => {
                let text = manifest::text(bytes).unwrap_or_default();
                out.is_written = true;
                out.take_text(&text);
                out.text = text;
            }
            Kind::Format(format) if format.name == html::FORMAT.name => {
                out.text = manifest::text(bytes).unwrap_or_default();
                out.is_written = true;
                out.take_text(&manifest::page_text(bytes));
            }
            Kind::Format(format) => self.document(bytes, format, depth, &mut out),
        }
        out
    }

    /// Reads what has text, tables or members.
    fn document(&self, bytes: &Bytes, format: &'static format::Format, depth: u32, out: &mut Contents) {
        let taker = Taker { unwrapping: self, format: format.name, depth, text: Mutex::default(), members: Mutex::default() };
        let mut sink = Sink::new(&taker);
        let outcome = match format.runs {
            Runs::Fenced => self.fence.read(format.name, bytes, &mut sink, self.stop),
            Runs::Inside => Outcome::NoWorker,
        };
        match outcome {
            Outcome::NoWorker => match catch_unwind(AssertUnwindSafe(|| (format.read)(bytes, &mut sink))) {
                Ok(Ok(())) => {}
                Ok(Err(failure)) => out.unread.push(format!("{}: {failure}", format.name)),
                Err(panic) => out.unread.push(format!("the reader of {} panicked: {}", format.name, words_of(&*panic))),
            },
            Outcome::Ended(ended) => {
                sink.gaps = ended.gaps;
                out.unread.extend(ended.result.err().map(|failure| format!("{}: {failure}", format.name)));
                out.unread.extend(ended.panicked.map(|words| format!("the reader of {} panicked: {words}", format.name)));
            }
            Outcome::Died(death) => out.unread.push(format!("{}: {}", format.name, death.detail)),
            Outcome::Stopped => {}
        }
        sink.finish();
        out.unread.extend(sink.gaps.iter().map(|gap| format!("{}: {}: {}", format.name, gap.cause, gap.detail)));
        out.unread.extend(sink.members.iter().filter_map(|member| {
            let cause = member.defect?;
            Some(format!("{}: {cause}: {}", escape_bytes(&member.name), member.detail))
        }));
        drop(sink);
        let mut members = taker.members.into_inner().expect("no thread panics with the lock");
        let mut text = taker.text.into_inner().expect("no thread panics with the lock");
        if matches!(format.runs, Runs::Inside) {
            // Its parts may have been read by several threads.
            text.passages.sort_by_key(|passage| passage.map.offset(&passage.text, 0));
        }
        if text.bytes > TEXT {
            if matches!(format.runs, Runs::Inside) {
                // Which parts came first is chance.
                text.passages.clear();
            }
            out.unread.push(format!("{}: more than {TEXT} bytes of text", format.name));
        }
        self.passages(&text.passages, format.name, out);
        // Readers may hand members over in any order.
        members.sort_by(|a, b| a.0.cmp(&b.0));
        members.into_iter().for_each(|(_, contents)| out.add(contents));
    }

    /// The running text of a document, and each of its tables.
    fn passages(&self, passages: &[Passage], format: &str, out: &mut Contents) {
        let (mut prose, mut tables) = (String::new(), BTreeMap::<u32, String>::new());
        let mut before: Option<&Passage> = None;
        for passage in passages {
            if before.is_some_and(|before| passage.decodes(before)) {
                continue;
            }
            match passage.kind {
                PassageKind::Rows(table) => tables.entry(table).or_default().push_str(&passage.text),
                PassageKind::Prose | PassageKind::Payment | PassageKind::Strings | PassageKind::Recognised => {
                    let again = before.map_or(0, |before| repeated(&before.text, &passage.text));
                    prose.push_str(&passage.text[again..]);
                    before = Some(passage);
                }
            }
        }
        push_text(&mut out.text, &prose);
        tables.values().for_each(|table| push_text(&mut out.text, table));
        let before = out.listings.len();
        tables.values().for_each(|table| out.take_text(&table.replace(BORDER, " ")));
        // Beside the tables of a workbook stand names of sheets and properties.
        if out.listings.len() == before || !SHEETS.contains(&format) {
            // In the standard encoding of PDF a grave accent is a quotation mark.
            out.take_text(&prose.replace(BORDER, "\n").replace("\u{2018}--", "`--"));
            out.is_written |= prose.chars().any(char::is_alphanumeric);
        }
    }
}

/// So much of a passage's end stands again at the start of the next.
fn repeated(before: &str, next: &str) -> usize {
    let longest = OVERLAP.min(before.len()).min(next.len());
    // Shorter than a sink repeats, the same few letters may stand there by chance.
    let least = longest.min(64);
    (least.max(1)..=longest).rev().find(|&n| next.is_char_boundary(n) && before.ends_with(&next[..n])).unwrap_or(0)
}

/// Is it what only the package around it knows, or a picture?
fn is_part(bytes: &[u8]) -> bool {
    match catch_unwind(|| format::detect(&Probe::new(bytes))).unwrap_or(Kind::Unknown) {
        Kind::Format(format) => [xml::FORMAT.name, plain::FORMAT.name].contains(&format.name),
        Kind::Signature(_) | Kind::Unknown => true,
    }
}

/// Takes what the reader of a document finds.
struct Taker<'t> {
    unwrapping: &'t Unwrapping<'t>,
    format: &'static str,
    depth: u32,
    text: Mutex<Text>,
    members: Mutex<Vec<(Vec<u8>, Contents)>>,
}

/// Text of a document, of which so much is held as [`TEXT`] says.
#[derive(Default)]
struct Text {
    passages: Vec<Passage>,
    /// Of all of it.
    bytes: usize,
}

impl Outlet for Taker<'_> {
    fn passage(&self, passage: Passage) {
        let mut text = self.text.lock().expect("no thread panics with the lock");
        text.bytes += passage.text.len();
        if text.bytes <= TEXT {
            text.passages.push(passage);
        }
    }

    fn member(&self, name: &[u8], encoded: Range<u64>, decoder: &mut dyn Read) -> Child {
        let fail = |cause, words: &str| Child { content: None, size: 0, defect: Some((cause, words.to_owned())) };
        if self.depth >= DEPTH {
            return fail(Cause::LimitDepth, "nested too deep for a listing");
        }
        let stopped = || self.stopped();
        let encoded = encoded.end.saturating_sub(encoded.start);
        let decoded = match spool::decode(encoded, decoder, &self.limits(), self.unwrapping.spool, &stopped) {
            Ok(decoded) => decoded,
            Err(error) => return fail(Cause::IoError, &format!("the spool could not be written: {error}")),
        };
        let (size, id) = (decoded.bytes.len() as u64, decoded.digests.sha256);
        if !(PACKAGES.contains(&self.format) && is_part(&decoded.bytes)) {
            let syntax = manifest::detect(&decoded.bytes);
            let contents = match is_wrapped(syntax, &decoded.bytes) {
                true => self.unwrapping.contents(&decoded.bytes, self.depth + 1),
                false => Contents {
                    listed: manifest::text(&decoded.bytes).unwrap_or_default(),
                    listings: vec![Listing { syntax, bytes: decoded.bytes }],
                    ..Contents::default()
                },
            };
            self.members.lock().expect("no thread panics with the lock").push((name.to_vec(), contents));
        }
        Child { content: Some(id), size, defect: decoded.defect }
    }

    fn limits(&self) -> Limits {
        Limits { depth: DEPTH, member_bytes: MEMBER, ..Limits::default() }
    }

    fn stopped(&self) -> bool {
        self.unwrapping.stop.raised()
    }
}
