//! Parts of an item that are read apart, in parallel or out of what was kept, and joined in order.

use super::heads::Heads;
use super::outlet::Moved;
use super::{GapNote, Outlet, Sink};
use crate::format::piece::{self, PieceFindings, PieceKey};
use crate::format::scan::scan;
use crate::format::text::embedded;
use crate::format::{PassageKind, PaymentFacts};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::ops::Range;

impl<'a> Sink<'a> {
    /// An empty sink with the same outlet, for a part of the item that is read in parallel.
    pub fn fork(&self) -> Sink<'a> {
        let mut fork = Sink::new(self.outlet);
        fork.kind = self.kind;
        fork.searches_bytes = self.searches_bytes;
        fork.said_in_rows = self.said_in_rows;
        fork.heads = Heads::apart();
        fork.is_fork = true;
        fork.gathers = true;
        fork
    }

    /// Takes over what a fork found. Forks are joined in the order of their parts.
    pub fn join(&mut self, mut part: Sink<'a>) {
        part.flush();
        self.coverage.extend(part.coverage);
        match self.gathers {
            true => self.values.append(&mut part.values),
            false => part.values.drain(..).for_each(|(at, value)| {
                if !self.gathered_object(&value, at) {
                    embedded::read_value(&value, at, self);
                }
            }),
        }
        let base = self.members.len();
        debug_assert!(part.members.is_empty() || base == 0, "members are found by one sink");
        self.members.extend(part.members);
        self.gaps.extend(part.gaps);
        self.quiet.append(&mut part.quiet);
        for (i, table) in part.facts.tables.into_iter().enumerate() {
            let ordinal = part.ordinals.get(i).copied();
            let place = match ordinal {
                Some(ordinal) if self.is_fork => self.ordinals.iter().position(|own| *own == ordinal).unwrap_or(usize::MAX),
                Some(ordinal) => ordinal as usize,
                None => i,
            };
            match self.facts.tables.get_mut(place) {
                Some(own) => own.merge(table),
                None => {
                    self.facts.tables.push(table);
                    self.ordinals.extend(ordinal.filter(|_| self.is_fork));
                }
            }
        }
        if let Some(payments) = part.facts.payments {
            self.join_payments(payments);
        }
        self.facts.text.extend(part.facts.text);
        self.join_heads(part.facts.headed, &part.facts.persons);
        self.facts.persons.append(&mut part.facts.persons);
        self.facts.members.join(part.facts.members);
        self.facts.notes.extend(part.facts.notes);
    }

    pub(super) fn join_payments(&mut self, payments: PaymentFacts) {
        let own = self.facts.payments.get_or_insert_with(PaymentFacts::default);
        own.layout = payments.layout;
        payments.units.into_iter().for_each(|unit| own.merge(unit));
        own.dated.merge(payments.dated);
        own.beside_others |= payments.beside_others;
        own.notes.extend(payments.notes);
    }

    /// Has a piece of the item read as if it were an item: one that begins at `offset` and holds no members. Where
    /// the same bytes were read in the same way before, it is not read again; `way` says all that decides how.
    pub fn piece(&mut self, bytes: &[u8], offset: u64, way: &[u8], read: &dyn Fn(&[u8], &mut Sink<'_>)) {
        let place = offset..offset + bytes.len() as u64;
        let findings = self.kept(self.outlet.piece_key(place.clone(), way, bytes), offset, &|outlet| {
            let mut inner = Sink::new(outlet);
            inner.heads = Heads::apart();
            inner.searches_bytes = true;
            inner.gathers = true;
            inner.said_in_rows = self.said_in_rows;
            inner.kind = self.kind;
            read(bytes, &mut inner);
            let quiet = self.searches_bytes && embedded::is_quiet(bytes);
            inner.into_findings(vec![u8::from(quiet)])
        });
        if findings.aside == [u8::from(true)] {
            self.quiet.push(place);
        }
        self.join_findings(findings);
    }

    /// Has a part of the item read into a fork, all of whose offsets are those of the item. Where this part of this item
    /// was read in this way before an interruption, it is not read again. Gives what `read` gives; nothing where that was
    /// kept and is damaged.
    pub fn part<T: Serialize + DeserializeOwned>(&mut self, part: Range<u64>, way: &[u8], read: &dyn Fn(&mut Sink<'_>) -> T) -> Option<T> {
        let Some(item) = self.outlet.item() else { return Some(read(self)) };
        let mut findings = self.kept(piece::part_key(item, way, &part), 0, &|outlet| {
            let mut inner = Sink {
                kind: self.kind,
                searches_bytes: self.searches_bytes,
                said_in_rows: self.said_in_rows,
                heads: Heads::apart(),
                is_fork: true,
                gathers: true,
                ..Sink::new(outlet)
            };
            let aside = read(&mut inner);
            inner.into_findings(postcard::to_stdvec(&aside).unwrap_or_default())
        });
        let aside = std::mem::take(&mut findings.aside);
        self.join_findings(findings);
        postcard::from_bytes(&aside).ok()
    }

    /// What reading found, kept under a key; it is read unless it is there.
    fn kept(&self, key: PieceKey, offset: u64, read: &dyn Fn(&dyn Outlet) -> PieceFindings) -> PieceFindings {
        let known = self.outlet.piece(key, offset, read);
        known.unwrap_or_else(|| piece::read_in_place(self.outlet, offset, read)).moved(offset)
    }

    /// Ends the reading of a piece or part.
    fn into_findings(mut self, aside: Vec<u8>) -> PieceFindings {
        self.finish();
        assert!(self.members.is_empty() && self.facts.payments.is_none(), "a piece is text or rows");
        let Self { coverage, gaps, facts, ordinals, values, .. } = self;
        PieceFindings { coverage, gaps, facts, ordinals, values, aside }
    }

    fn join_findings(&mut self, findings: PieceFindings) {
        let PieceFindings { coverage, gaps, facts, ordinals, values, aside: _ } = findings;
        self.join(Sink { coverage, gaps, facts, ordinals, values, ..Sink::new(self.outlet) });
    }

    /// Has text read that was decoded in memory and whose encoded bytes begin at `offset`: all that is found
    /// in it stands there. What it covers says nothing about this item's bytes; what it leaves is scanned.
    pub fn within(&mut self, offset: u64, decoded: &[u8], read: impl FnOnce(&[u8], &mut Sink<'_>)) {
        self.flush();
        let moved = Moved { outlet: self.outlet, offset, tables: self.facts.tables.len() as u32 };
        let mut inner = Sink::new(&moved);
        read(decoded, &mut inner);
        for range in std::mem::take(&mut inner.coverage).uncovered(decoded.len() as u64) {
            scan(decoded, range, &mut inner);
        }
        inner.finish();
        self.members.extend(inner.members);
        self.gaps.extend(inner.gaps.into_iter().map(|gap| GapNote { range: offset..offset, ..gap }));
        self.facts.tables.extend(inner.facts.tables);
        self.facts.text.extend(inner.facts.text);
        self.join_heads(inner.facts.headed, &inner.facts.persons);
        self.facts.persons.append(&mut inner.facts.persons);
        self.facts.members.join(inner.facts.members);
        self.facts.notes.extend(inner.facts.notes);
        if let Some(payments) = inner.facts.payments {
            self.join_payments(payments);
        }
        self.kind(PassageKind::Prose);
    }
}
