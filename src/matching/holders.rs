//! Which of those who bear a name or an identifier is meant: who stands beside it, with a city or a region.

use super::judge::Judgement;
use super::lexicon::What;
use super::passage::Found;
use crate::passage::BORDER;
use std::collections::BTreeSet;
use std::ops::Range;

impl Judgement<'_> {
    /// Of several holders, those that something beside the mention singles out; all of them when nothing does.
    pub fn singled_out(&self, found: &Found, holders: &[usize]) -> Vec<usize> {
        if holders.len() < 2 {
            return holders.to_vec();
        }
        let identified: BTreeSet<usize> = self
            .beside(found)
            .filter(|other| other.entry != found.entry)
            .filter_map(|other| match (&self.entry(other).what, &self.entry(other).holders[..]) {
                (What::Identifier(..), [one]) if holders.contains(one) => Some(*one),
                _ => None,
            })
            .collect();
        let addressed: BTreeSet<usize> =
            holders.iter().copied().filter(|&h| self.text.is_addressed(found.span.end, &self.lexicon.places[h])).collect();
        // What contradicts the place behind the name leaves both open.
        if !(addressed.is_empty() || identified.len() == 1 && identified.is_subset(&addressed)) {
            return addressed.union(&identified).copied().collect();
        }
        if identified.len() == 1 {
            return identified.into_iter().collect();
        }
        let placed: Vec<usize> = holders.iter().copied().filter(|&h| self.city_beside(found, h)).collect();
        let joined: Vec<usize> = placed.iter().copied().filter(|&h| self.city_joined(found, h)).collect();
        let regional: Vec<usize> = holders.iter().copied().filter(|&h| self.region_beside(found, h)).collect();
        let both: Vec<usize> = placed.iter().copied().filter(|h| regional.contains(h)).collect();
        [both, joined, regional].into_iter().find(|some| some.len() == 1).unwrap_or_else(|| holders.to_vec())
    }

    pub fn is_supported(&self, found: &Found, institution: usize) -> bool {
        self.city_beside(found, institution)
            || self.beside(found).any(|other| other.entry != found.entry && self.entry(other).holders == [institution])
    }

    fn near(&self, found: &Found) -> Range<usize> {
        match &self.rows {
            Some(rows) => rows.row(found.span.start),
            None => found.span.start.saturating_sub(160)..found.span.end + 160,
        }
    }

    fn city_beside(&self, found: &Found, institution: usize) -> bool {
        let city = &self.lexicon.places[institution].city;
        if city.is_empty() {
            return false;
        }
        let tokens: Vec<_> = self.text.tokens_in(&self.near(found)).filter(|t| !t.compound).collect();
        tokens.windows(city.len()).any(|w| {
            w.iter().map(|t| t.term).eq(city) && (w[0].span.start >= found.span.end || w[w.len() - 1].span.end <= found.span.start)
        })
    }

    /// The city stands right behind the name or before it, as a part of where it is: `First Bank, Ames`, `First
    /// Bank of Ames`, on the next line, in the next cell. A person may be called as a city is.
    fn city_joined(&self, found: &Found, institution: usize) -> bool {
        let city = &self.lexicon.places[institution].city;
        let tokens: Vec<_> = self.text.tokens_in(&self.near(found)).filter(|t| !t.compound).collect();
        let is_joint = |gap: &str| {
            let word =
                gap.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | '-' | '–' | '—' | '|' | ':' | ';') || c == BORDER);
            gap.len() <= 12 && (matches!(word, "of" | "in" | "at") || word.is_empty() && gap.chars().any(|c| c != ' '))
        };
        let text = self.text.text;
        self.rows.is_some()
            || tokens.windows(city.len()).filter(|w| w.iter().map(|t| t.term).eq(city)).any(|w| {
                let (start, end) = (w[0].span.start, w[w.len() - 1].span.end);
                start >= found.span.end && is_joint(&text[found.span.end..start])
                    || end <= found.span.start && is_joint(&text[end..found.span.start])
            })
    }

    /// The region's code after a comma or in brackets, or in a cell of its own: `Ames, IA`.
    fn region_beside(&self, found: &Found, institution: usize) -> bool {
        let region = &self.lexicon.places[institution].region;
        if region.is_empty() {
            return false;
        }
        self.text.tokens_in(&self.near(found)).any(|token| {
            let before = self.text.text[..token.span.start].trim_end_matches(' ');
            self.text.text[token.span.clone()] == **region && (before.ends_with([',', '(', '\t', '\n']) || before.is_empty())
        })
    }
}
