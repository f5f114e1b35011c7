//! A post, a note, anything without rows: its text is kept.

use super::row::Row;
use super::{Kind, Report, Sample, Syntax};
use crate::format::text::{html, plain};
use crate::format::{Child, Limits, Outlet, Probe, Sink};
use crate::model::Cause;
use crate::passage::Passage;
use std::io::Read;
use std::ops::Range;
use std::sync::Mutex;

pub(super) const SYNTAX: Syntax = Syntax {
    name: "free text",
    default_kind: Kind::Seller,
    recognise,
    read,
    limitations: &[
        "no rows: names and identifiers in its text count, files that it mentions do not become listed items",
        "listings between its paragraphs are read where they are three lines or longer; pictures of listings are not",
    ],
};

fn recognise(_: &Sample<'_>) -> Option<u8> {
    Some(1)
}

fn read(bytes: &[u8], _: &mut dyn FnMut(Row)) -> Report {
    let mut report = Report::default();
    // What is no text is not known to say anything.
    if !bytes.is_empty() && text(bytes).is_none() {
        report.not_understood_count = 1;
        report.not_understood.push((1, String::from_utf8_lossy(bytes.get(..40).unwrap_or(bytes)).into_owned()));
    }
    report
}

/// A manifest as text, by the readers of evidence: of any encoding that they know, without the markup of a page.
/// Nothing where it is no text.
pub fn text(bytes: &[u8]) -> Option<String> {
    let probe = Probe::new(bytes);
    let format = [&html::FORMAT, &plain::FORMAT].into_iter().find(|format| (format.recognise)(&probe))?;
    let collector = Collector::default();
    let mut sink = Sink::new(&collector);
    (format.read)(bytes, &mut sink).ok()?;
    sink.finish();
    let mut passages = collector.passages.into_inner().unwrap_or_default();
    passages.sort_by_key(|passage| passage.map.offset(&passage.text, 0));
    Some(passages.into_iter().map(|passage| passage.text).collect::<Vec<_>>().join("\n"))
}

/// Keeps the text that a reader finds, and nothing else.
#[derive(Default)]
struct Collector {
    passages: Mutex<Vec<Passage>>,
}

impl Outlet for Collector {
    fn passage(&self, passage: Passage) {
        if let Ok(mut passages) = self.passages.lock() {
            passages.push(passage);
        }
    }

    fn member(&self, _: &[u8], _: Range<u64>, _: &mut dyn Read) -> Child {
        Child { content: None, size: 0, defect: Some((Cause::Excluded, "what lies in a manifest is not read".to_owned())) }
    }

    fn limits(&self) -> Limits {
        Limits::default()
    }

    fn stopped(&self) -> bool {
        false
    }
}
