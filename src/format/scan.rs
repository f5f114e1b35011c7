//! The scan: what is done with bytes that no reader knows. Every printable run in ASCII, UTF-8, cp1252,
//! UTF-16 (both byte orders, both alignments), UTF-32 and EBCDIC becomes text; what looks compressed or encrypted
//! becomes a gap. Every byte of the range ends as one or the other.

mod blocks;
mod ebcdic;
pub(super) mod lengths;
mod noise;
mod runs;
mod streams;

use super::catalogue::SCAN_VERSION;
use super::text::read_parts;
use super::{Child, Limits, Outlet, Passage, PassageKind, Sink};
use crate::model::{Cause, Class};
use rayon::prelude::*;
use runs::Window;
use std::ops::Range;
use std::sync::Mutex;

/// Longer ranges are scanned in parts of this size, in parallel.
const PART: usize = 8 << 20;
/// Ranges up to this size are scanned in one part.
const WHOLE: usize = 16 << 20;
/// Parts look so far across their borders; longer than any name or identifier in any encoding.
const OVERLAP: usize = 1024;
/// More gaps than this in one range are joined to fewer and longer ones.
const MOST_GAPS: usize = 4096;

/// What a scan found, in bytes; they sum to the range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScanOutcome {
    /// Searched.
    pub scanned: u64,
    /// Looks compressed or encrypted; a gap.
    pub opaque: u64,
}

/// What a gap that the scan finds is called, and how much it takes.
#[derive(Clone, Copy, Debug)]
pub struct Suspicion {
    /// Cause of the gaps.
    pub cause: Cause,
    /// Stretches that only look compressed are gaps from this length on. Streams that were inflated to
    /// prove what they are count at any length.
    pub least: usize,
}

impl Default for Suspicion {
    fn default() -> Self {
        Self { cause: Cause::Opaque, least: 1 }
    }
}

/// Scans a range of an item's bytes and covers all of it.
pub fn scan(bytes: &[u8], range: Range<u64>, sink: &mut Sink<'_>) -> ScanOutcome {
    scan_with(bytes, range, sink, Suspicion::default())
}

/// Scans ranges of an item, which are in order: what its reader left. Where they are many and long together, as the free
/// room of a disk is, threads share them.
pub fn scan_all(bytes: &[u8], ranges: &[Range<u64>], sink: &mut Sink<'_>) {
    let length = |ranges: &[Range<u64>]| ranges.iter().map(|range| range.end - range.start).sum::<u64>();
    if length(ranges) <= WHOLE as u64 {
        return ranges.iter().for_each(|range| _ = scan(bytes, range.clone(), sink));
    }
    let mut rest = ranges;
    while let Some(first) = rest.first() {
        if first.end - first.start > WHOLE as u64 {
            scan(bytes, first.clone(), sink);
            rest = &rest[1..];
            continue;
        }
        // Each group is a part, up to the next range that has parts of its own.
        let mut groups: Vec<&[Range<u64>]> = Vec::new();
        while !rest.is_empty() && rest[0].end - rest[0].start <= WHOLE as u64 {
            let mut room = PART as u64;
            let fits = |range: &&Range<u64>| room.checked_sub(range.end - range.start).inspect(|left| room = *left).is_some();
            let count = rest.iter().take_while(fits).count().max(1);
            let (group, behind) = rest.split_at(count);
            groups.push(group);
            rest = behind;
        }
        read_parts(sink, &groups, |group, fork| {
            let places = group.iter().flat_map(|range| [range.start, range.end]);
            let way: Vec<u8> = std::iter::once(SCAN_VERSION.into()).chain(places).flat_map(u64::to_be_bytes).collect();
            let whole = group[0].start..group[group.len() - 1].end;
            let read = fork.part(whole, &way, &|sink| group.iter().for_each(|range| _ = scan(bytes, range.clone(), sink)));
            if read.is_none() {
                group.iter().for_each(|range| fork.gap(range.clone(), Cause::IoError, "what the case kept of the scan is damaged"));
            }
        });
    }
}

/// As [`scan`], with another idea of what is suspicious.
pub fn scan_with(bytes: &[u8], range: Range<u64>, sink: &mut Sink<'_>, suspicion: Suspicion) -> ScanOutcome {
    let clip = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
    let range = clip(range.start)..clip(range.end);
    if range.is_empty() {
        return ScanOutcome::default();
    }
    sink.kind(PassageKind::Strings);
    let mut opaque = if range.len() <= WHOLE {
        scan_part(bytes, &range, range.clone(), sink)
    } else {
        let parts: Vec<_> = range.clone().step_by(PART).map(|start| start..(start + PART).min(range.end)).collect();
        let shared = &*sink;
        let way = [SCAN_VERSION.into(), range.start as u64, range.end as u64].map(u64::to_be_bytes).concat();
        let scan = |part: Range<usize>| {
            let mut fork = shared.fork();
            let opaque = fork.part(part.start as u64..part.end as u64, &way, &|sink| {
                let opaque = scan_part(bytes, &range, part.clone(), sink);
                opaque.into_iter().map(|opaque| (opaque.range, opaque.what.unwrap_or_default().to_owned())).collect::<Vec<_>>()
            });
            fork.flush();
            // Where what was kept is damaged, nobody knows what was searched.
            (fork, opaque.unwrap_or_else(|| vec![(part, String::new())]))
        };
        let scanned: Vec<_> = parts.into_par_iter().map(scan).collect();
        scanned
            .into_iter()
            .flat_map(|(fork, opaque)| {
                sink.join(fork);
                opaque.into_iter().map(|(range, what)| Opaque { range, what: streams::named(&what) })
            })
            .collect()
    };
    if range == (0..bytes.len()) && noise::is_noise(bytes) {
        opaque = vec![Opaque { range: range.clone(), what: None }];
    }
    cover(range, opaque, sink, suspicion)
}

/// The printable runs of some bytes in all encodings, separated by borders.
pub fn runs_of(bytes: &[u8]) -> String {
    let kept = Kept::default();
    let mut sink = Sink::new(&kept);
    sink.kind(PassageKind::Strings);
    let all = 0..bytes.len();
    Window { bytes, cut_start: false, cut_end: false, seen: all.clone(), part: all, noise: &[] }.push_runs(&mut sink);
    sink.flush();
    kept.0.into_inner().unwrap_or_default()
}

/// Keeps the text of a scan.
#[derive(Default)]
struct Kept(Mutex<String>);

impl Outlet for Kept {
    fn passage(&self, passage: Passage) {
        // A scan that panicked has no text.
        if let Ok(mut text) = self.0.lock() {
            text.push_str(&passage.text);
        }
    }

    fn member(&self, _: &[u8], _: Range<u64>, _: &mut dyn std::io::Read) -> Child {
        Child { content: None, size: 0, defect: None }
    }

    fn limits(&self) -> Limits {
        Limits::default()
    }

    fn stopped(&self) -> bool {
        false
    }
}

/// A stretch that looks compressed or encrypted; `what` names the kind of a stream that was proved.
struct Opaque {
    range: Range<usize>,
    what: Option<&'static str>,
}

/// Pushes the runs of one part of `whole`; returns its opaque stretches.
fn scan_part(bytes: &[u8], whole: &Range<usize>, part: Range<usize>, sink: &mut Sink<'_>) -> Vec<Opaque> {
    if sink.stopped() {
        return Vec::new();
    }
    // Stretches that begin in the part before are seen again by their last windows, and joined later.
    let from = part.start.saturating_sub(noise::REACH).max(whole.start);
    let noise = noise::stretches(bytes, from..part.end);
    let mut opaque: Vec<Opaque> = streams::find(bytes, part.clone(), whole.end, &noise);
    opaque.extend(noise.iter().map(|range| Opaque { range: range.clone(), what: None }));
    let seen = part.start.saturating_sub(OVERLAP).max(whole.start)..part.end.saturating_add(OVERLAP).min(whole.end);
    Window { bytes, cut_start: seen.start > whole.start, cut_end: seen.end < whole.end, seen, part, noise: &noise }.push_runs(sink);
    opaque
}

/// Covers the range: gaps where it is opaque, scanned in between.
fn cover(range: Range<usize>, mut opaque: Vec<Opaque>, sink: &mut Sink<'_>, suspicion: Suspicion) -> ScanOutcome {
    opaque.sort_by_key(|o| (o.range.start, o.range.end));
    let mut gaps = join(opaque, 0);
    gaps.retain(|gap| gap.what.is_some() || gap.range.len() >= suspicion.least);
    let mut hole = 1024;
    while gaps.len() > MOST_GAPS {
        gaps = join(gaps, hole);
        hole *= 2;
    }
    let mut outcome = ScanOutcome::default();
    let mut at = range.start;
    for gap in gaps {
        sink.cover(at as u64..gap.range.start as u64, Class::Scanned);
        let detail = match gap.what {
            Some(what) => format!("compressed data ({what}) in bytes of no known format"),
            None => "looks compressed or encrypted".to_owned(),
        };
        sink.gap(gap.range.start as u64..gap.range.end as u64, suspicion.cause, detail);
        outcome.opaque += gap.range.len() as u64;
        at = gap.range.end;
    }
    sink.cover(at as u64..range.end as u64, Class::Scanned);
    outcome.scanned = range.len() as u64 - outcome.opaque;
    outcome
}

/// Joins stretches no further apart than `hole`. A stretch with a stream at its start takes its name.
fn join(stretches: Vec<Opaque>, hole: usize) -> Vec<Opaque> {
    let mut out: Vec<Opaque> = Vec::with_capacity(stretches.len().min(MOST_GAPS));
    for next in stretches {
        match out.last_mut() {
            Some(last) if next.range.start <= last.range.end + hole => {
                last.range.end = last.range.end.max(next.range.end);
                last.what = last.what.or(next.what);
            }
            _ => out.push(next),
        }
    }
    out
}

#[cfg(test)]
mod tests;
