//! The first look at all pages: where they stand, which hold the catalogue, and which allocation units there are.
//! Only headers are looked at. Pages of a backup follow one another, but for a run of pages that were changed while
//! it was written, which stands apart on the next sector.

use super::page::{Header, Kind, Place, SIZE, le32};
use crate::format::numbers::is_zero;
use std::collections::HashMap;
use std::ops::Range;

/// Pages may begin at every sector.
const SECTOR: usize = 512;
/// Runs of pages that are kept for looking up pages by their number. Pages of others are read where they stand.
const MOST_RUNS: usize = 1 << 20;
/// Pages of the catalogue that are read.
const MOST_CATALOGUE: usize = 1 << 16;
/// Allocation units that become tables.
const MOST_UNITS: usize = 1 << 16;
/// Pages of a unit whose rows show what its columns hold.
const SAMPLES: usize = 4;
/// Where the boot page has the database's collation.
const COLLATION: usize = 96 + 392;

/// Pages with consecutive numbers that follow one another.
#[derive(Clone, Copy, Debug)]
struct Run {
    first: Place,
    at: usize,
    pages: u32,
}

/// What the first look found.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Where pages stand, one after the other; among them are pages of zeros.
    pub stretches: Vec<Range<usize>>,
    runs: Vec<Run>,
    /// Pages of the system's own tables that describe the others.
    pub catalogue: Vec<usize>,
    /// Some pages of each allocation unit that holds rows.
    pub units: HashMap<u64, Vec<usize>>,
    /// The collation of the database.
    pub collation: u32,
    /// Pages that were seen.
    pub pages: u64,
    /// There was more than is kept.
    pub is_cut: bool,
}

impl Survey {
    /// Looks at the pages of these parts of the item.
    pub fn of(bytes: &[u8], parts: &[Range<usize>], stopped: &dyn Fn() -> bool) -> Self {
        let mut survey = Self::default();
        for part in parts {
            survey.part(bytes, part.clone(), stopped);
        }
        survey.runs.sort_by_key(|run| run.first);
        survey
    }

    fn part(&mut self, bytes: &[u8], part: Range<usize>, stopped: &dyn Fn() -> bool) {
        let mut at = part.start;
        let mut before: Option<Header> = None;
        while at + SIZE <= part.end {
            if at % (64 << 20) < SECTOR && stopped() {
                return;
            }
            let page = &bytes[at..at + SIZE];
            match Header::of(page).filter(|header| header.slots_fit(page) || follows(before, *header)) {
                Some(header) => {
                    self.page(page, at, header, before.is_some());
                    before = Some(header);
                }
                None if before.is_some() && is_zero(page) => self.extend(at),
                None => {
                    before = None;
                    at = (at + 1).next_multiple_of(SECTOR);
                    continue;
                }
            }
            at += SIZE;
        }
    }

    /// The stretch goes on to behind the page at `at`.
    fn extend(&mut self, at: usize) {
        match self.stretches.last_mut() {
            Some(last) if last.end == at => last.end = at + SIZE,
            _ => self.stretches.push(at..at + SIZE),
        }
    }

    fn page(&mut self, page: &[u8], at: usize, header: Header, goes_on: bool) {
        self.pages += 1;
        self.extend(at);
        let place = header.place;
        let continues = |run: &&mut Run| {
            goes_on
                && run.first.file == place.file
                && run.first.page.checked_add(run.pages) == Some(place.page)
                && run.at + run.pages as usize * SIZE == at
        };
        if let Some(run) = self.runs.last_mut().filter(continues) {
            run.pages += 1;
        } else if self.runs.len() < MOST_RUNS {
            self.runs.push(Run { first: place, at, pages: 1 });
        } else {
            self.is_cut = true;
        }
        if header.kind == Kind::Boot {
            self.collation = le32(page, COLLATION).unwrap_or(0);
        }
        if header.kind != Kind::Data || header.level > 0 {
            return;
        }
        if super::catalogue::is_catalogue(header.unit) {
            if self.catalogue.len() < MOST_CATALOGUE {
                self.catalogue.push(at);
            } else {
                self.is_cut = true;
            }
        }
        if self.units.len() >= MOST_UNITS && !self.units.contains_key(&header.unit) {
            self.is_cut = true;
            return;
        }
        let samples = self.units.entry(header.unit).or_default();
        if samples.len() < SAMPLES {
            samples.push(at);
        }
    }

    /// Where a page stands. Of two copies the later one counts.
    pub fn find(&self, place: Place) -> Option<usize> {
        let next = self.runs.partition_point(|run| run.first <= place);
        let holds = |run: &&Run| run.first.file == place.file && place.page - run.first.page < run.pages;
        // Copies that were written later are short and begin close before the page.
        let run = self.runs[..next].iter().rev().take(64).filter(holds).max_by_key(|run| run.at)?;
        Some(run.at + (place.page - run.first.page) as usize * SIZE)
    }
}

/// Encrypted pages show their headers alone; they are pages where they go on after a page before them.
fn follows(before: Option<Header>, header: Header) -> bool {
    before.is_some_and(|before| before.place.file == header.place.file && before.place.page < header.place.page)
}
