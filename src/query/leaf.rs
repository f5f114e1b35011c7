//! One condition, ready to be asked of contents, of texts and of paths.

use super::candidates::{self, Found};
use super::catalogue::Copy;
use super::expression::Condition;
use super::identifier::Identifier;
use super::wildcard::Wildcard;
use super::words::{Pattern, Text, patterns};
use crate::case::Case;
use crate::index::TextIndex;
use crate::ledger::Parts;
use crate::model::{Cause, ContentId, Status};
use anyhow::Result;
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use tantivy::{DocAddress, Searcher, TantivyDocument};

/// A condition with what is needed to ask it.
pub(super) enum Leaf {
    Text(Vec<Pattern>),
    Identifier(Identifier),
    Type(Wildcard),
    Sha256(String),
    Path(Wildcard),
    Name(Wildcard),
    Status(Status),
    Cause(Cause),
}

/// The contents of which a condition holds.
#[derive(Default)]
pub(super) struct Holds {
    /// All of them.
    pub contents: BTreeSet<i64>,
    /// Where in the index it may stand.
    pub passages: HashMap<i64, Vec<DocAddress>>,
    /// Contents that hold it in a typed field.
    pub fields: BTreeSet<i64>,
}

impl Leaf {
    pub(super) fn new(condition: &Condition) -> Self {
        match condition {
            Condition::Text { written, near } => Self::Text(patterns(written, *near)),
            Condition::Identifier(scheme, value) => Self::Identifier(Identifier::new(scheme, value)),
            Condition::Type(pattern) => {
                // Unlike a name, a type is meant as a whole.
                Self::Type(Wildcard::new(pattern, |text| text.to_lowercase()))
            }
            Condition::Sha256(hex) => Self::Sha256(hex.clone()),
            Condition::Path(pattern) => Self::Path(Wildcard::of_name(pattern)),
            Condition::Name(pattern) => Self::Name(Wildcard::of_name(pattern)),
            Condition::Status(status) => Self::Status(*status),
            Condition::Cause(cause) => Self::Cause(*cause),
        }
    }

    /// The contents of which it holds; `None` where it is about paths.
    pub(super) fn holds(&self, case: &Case, parts: &Parts, searcher: &Searcher) -> Result<Option<Holds>> {
        let contents = |ids: Vec<i64>| Ok(Some(Holds { contents: ids.into_iter().collect(), ..Holds::default() }));
        match self {
            Self::Text(patterns) => {
                let found: Vec<Found> = patterns.iter().map(|pattern| candidates::of_pattern(searcher, pattern)).collect::<Result<_>>()?;
                self.verified((&case.index, parts), searcher, Found::any(found)).map(Some)
            }
            Self::Identifier(identifier) => {
                let mut found = Vec::new();
                for pattern in &identifier.patterns {
                    found.push(candidates::of_pattern(searcher, pattern)?);
                }
                for term in &identifier.typed {
                    found.push(candidates::of_typed(searcher, term)?);
                }
                let found = Found { is_exact: false, ..Found::any(found) };
                let mut holds = self.verified((&case.index, parts), searcher, found)?;
                for term in &identifier.facts {
                    holds.fields.extend(case.ledger.contents_with_fact(term)?);
                }
                holds.contents.extend(&holds.fields);
                Ok(Some(holds))
            }
            Self::Type(pattern) => {
                contents(case.ledger.contents_of_type(&|format, media_type| pattern.fits_name(format) || pattern.fits_name(media_type))?)
            }
            Self::Sha256(hex) => {
                let filled = |with: char| ContentId::parse(&format!("{hex}{}", with.to_string().repeat(64 - hex.len())));
                let (Some(from), Some(to)) = (filled('0'), filled('f')) else { return contents(Vec::new()) };
                contents(case.ledger.contents_between(from, to)?)
            }
            Self::Path(_) | Self::Name(_) | Self::Status(_) | Self::Cause(_) => Ok(None),
        }
    }

    /// Contents of which a passage really holds it.
    fn verified(&self, (index, parts): (&TextIndex, &Parts), searcher: &Searcher, found: Found) -> Result<Holds> {
        let is_exact = found.is_exact;
        let all: Vec<(i64, Vec<DocAddress>)> = found.passages.into_iter().collect();
        let really = all
            .into_par_iter()
            .map(|(content, passages)| {
                if is_exact {
                    return Ok(Some((content, passages)));
                }
                for (number, passage) in passages.iter().enumerate() {
                    let document: TantivyDocument = searcher.doc(*passage)?;
                    let stored = index.passage(&document)?;
                    if !self.find(&Text::new(&stored.text, stored.kind)).is_empty() {
                        return Ok(Some((content, passages[number..].to_vec())));
                    }
                }
                Ok(None)
            })
            .collect::<Result<Vec<_>>>()?;
        let mut passages: HashMap<i64, Vec<DocAddress>> = HashMap::new();
        for (row, found) in really.into_iter().flatten() {
            let mut holders: Vec<i64> = parts.holders(row).into_iter().map(|(content, _)| content).collect();
            holders.dedup();
            holders.into_iter().for_each(|content| passages.entry(content).or_default().extend(&found));
        }
        Ok(Holds { contents: passages.keys().copied().collect(), passages, fields: BTreeSet::new() })
    }

    /// Every place in a text where it stands: the spans, and whether they are shown unmasked.
    pub(super) fn find(&self, text: &Text<'_>) -> Vec<(Vec<Range<usize>>, bool)> {
        match self {
            Self::Text(patterns) => {
                let mut all: Vec<Vec<Range<usize>>> = patterns.iter().flat_map(|pattern| text.find(pattern)).collect();
                all.sort_by(|a, b| a.iter().map(|s| (s.start, s.end)).cmp(b.iter().map(|s| (s.start, s.end))));
                all.dedup();
                all.into_iter().map(|spans| (spans, false)).collect()
            }
            Self::Identifier(identifier) => identifier.find(text).into_iter().map(|(span, shown)| (vec![span], shown)).collect(),
            Self::Type(_) | Self::Sha256(_) | Self::Path(_) | Self::Name(_) | Self::Status(_) | Self::Cause(_) => Vec::new(),
        }
    }

    /// Does it hold of a path? `None` where it is about the content.
    pub(super) fn holds_of(&self, copy: &Copy) -> Option<bool> {
        match self {
            Self::Path(pattern) => Some(pattern.fits_name(&copy.path.to_string())),
            Self::Name(pattern) => {
                let path = copy.path.to_string();
                Some(pattern.fits_name(path.rsplit('/').next().unwrap_or_default()))
            }
            Self::Status(status) => Some(copy.status == *status),
            Self::Cause(cause) => Some(copy.cause == Some(*cause)),
            Self::Text(_) | Self::Identifier(_) | Self::Type(_) | Self::Sha256(_) => None,
        }
    }
}
