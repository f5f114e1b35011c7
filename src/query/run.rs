//! Asks a query of a case: first of contents, through index and ledger, then of the paths at which they lie.

use super::answer::{Answer, COPIES_GIVEN, Hit, HitKind, Total};
use super::catalogue::{Catalogue, Copy};
use super::expression::{Condition, Expression};
use super::leaf::{Holds, Leaf};
use super::places::{Place, in_fields, in_text, passages_of};
use crate::case::Case;
use crate::ledger::ContentRow;
use crate::matching::not_held;
use crate::model::{Cause, EvidencePath, Status};
use anyhow::Result;
use rayon::prelude::*;
use std::rc::Rc;

/// So many contents are looked up one by one; of more, the ledger is read at once.
const FEW: usize = 200;
/// Places are counted to the last one where no more passages must be opened for that.
const PASSAGES_COUNTED: usize = 400;
/// Items whose places are found together.
const BATCH: usize = 32;

/// The expression with its conditions by number.
enum Plan {
    And(Vec<Plan>),
    Or(Vec<Plan>),
    Not(Box<Plan>),
    Is(usize),
}

impl Plan {
    fn new<'e>(expression: &'e Expression, conditions: &mut Vec<&'e Condition>) -> Self {
        match expression {
            Expression::And(all) => Self::And(all.iter().map(|one| Self::new(one, conditions)).collect()),
            Expression::Or(all) => Self::Or(all.iter().map(|one| Self::new(one, conditions)).collect()),
            Expression::Not(one) => Self::Not(Box::new(Self::new(one, conditions))),
            Expression::Is(condition) => Self::Is(conditions.iter().position(|known| *known == condition).unwrap_or_else(|| {
                conditions.push(condition);
                conditions.len() - 1
            })),
        }
    }

    /// Does it hold? `None`: that depends on conditions that are not known here.
    fn holds(&self, is: &dyn Fn(usize) -> Option<bool>) -> Option<bool> {
        let any = |all: &[Plan], decisive: bool| {
            let mut is_open = false;
            for one in all {
                match one.holds(is) {
                    Some(held) if held == decisive => return Some(decisive),
                    Some(_) => {}
                    None => is_open = true,
                }
            }
            if is_open { None } else { Some(!decisive) }
        };
        match self {
            Self::And(all) => any(all, false),
            Self::Or(all) => any(all, true),
            Self::Not(one) => one.holds(is).map(|held| !held),
            Self::Is(number) => is(*number),
        }
    }
}

/// An item of which the query holds.
struct Item {
    content: Option<Rc<ContentRow>>,
    /// The copies of which it holds, in order.
    copies: Vec<Copy>,
    /// How many there are.
    paths: u64,
}

/// Searches a case. `limit` is how many places are given; 0 gives all.
pub fn answer(case: &Case, query: &str, expression: &Expression, limit: usize) -> Result<Answer> {
    let mut conditions = Vec::new();
    let plan = Plan::new(expression, &mut conditions);
    let leaves: Vec<Leaf> = conditions.iter().map(|condition| Leaf::new(condition)).collect();
    let searcher = case.index.reader()?.searcher();
    let parts = case.ledger.parts()?;
    let holds: Vec<Option<Holds>> = leaves.iter().map(|leaf| leaf.holds(case, &parts, &searcher)).collect::<Result<_>>()?;

    let (items_not_read, items_waiting) = case.ledger.unread()?;
    let mut total = Total { places_are_exact: true, items_not_read, items_waiting, ..Total::default() };
    let mut items = find(case, &plan, &leaves, &holds, &mut total)?;
    items.sort_by(|a, b| a.copies[0].path.cmp(&b.copies[0].path));
    total.items = items.len() as u64;
    total.paths = items.iter().fold(0, |sum, item| sum.saturating_add(item.paths));

    let mut asked = Vec::new();
    expression.conditions(true, &mut |condition, is_asked| {
        if let Some(number) = conditions.iter().position(|known| is_asked && *known == condition)
            && !asked.contains(&number)
        {
            asked.push(number);
        }
    });
    let asked: Vec<(&Leaf, &Holds)> = asked.into_iter().filter_map(|n| holds[n].as_ref().map(|holds| (&leaves[n], holds))).collect();
    let opened: usize = items.iter().filter_map(|item| item.content.as_ref()).map(|c| passages_of(&asked, c.id)).sum();
    let index = &case.index;
    let mut hits = Vec::new();
    for batch in items.chunks(BATCH) {
        if limit > 0 && hits.len() >= limit && opened > PASSAGES_COUNTED {
            // Each of the items that are not opened has one place at least.
            total.places += batch.len() as u64;
            total.places_are_exact = false;
            continue;
        }
        let rows: Vec<Option<i64>> = batch.iter().map(|item| item.content.as_ref().map(|c| c.id)).collect();
        let texts: Vec<Vec<Place>> = rows
            .par_iter()
            .map(|row| row.map_or(Ok(Vec::new()), |row| in_text((index, &parts), &searcher, &asked, row)))
            .collect::<Result<_>>()?;
        for (item, mut places) in batch.iter().zip(texts) {
            if let Some(content) = &item.content {
                places.extend(in_fields(case, &asked, content.id)?);
                places.sort();
            }
            total.places += places.len().max(1) as u64;
            let wanted = if limit == 0 { usize::MAX } else { limit - hits.len().min(limit) };
            hits.extend(hits_of(item, places).take(wanted));
        }
    }
    Ok(Answer { query: query.to_owned(), understood: expression.to_string(), total, hits })
}

/// The items of which the query holds.
fn find(case: &Case, plan: &Plan, leaves: &[Leaf], holds: &[Option<Holds>], total: &mut Total) -> Result<Vec<Item>> {
    let of_content = |content: i64| move |n: usize| holds[n].as_ref().map(|holds| holds.contents.contains(&content));
    let of_nothing = |n: usize| holds[n].as_ref().map(|_| false);
    let mut catalogue = Catalogue::new(&case.ledger)?;
    // Could it hold of something of whose content no condition holds? Then everything must be looked at.
    let everything = plan.holds(&of_nothing) != Some(false);
    let mut contents: Vec<i64> = if everything {
        catalogue.all_contents()?
    } else {
        holds.iter().flatten().flat_map(|holds| holds.contents.iter().copied()).collect()
    };
    contents.sort_unstable();
    contents.dedup();
    contents.retain(|content| plan.holds(&of_content(*content)) != Some(false));
    if contents.len() > FEW {
        catalogue.load()?;
    }
    let mut items = Vec::new();
    for id in contents {
        // A passage whose content the ledger lacks belongs to a reading that was rolled back.
        let Some(content) = catalogue.content(id)? else { continue };
        let (mut copies, mut paths) = catalogue.copies(&content)?;
        if plan.holds(&of_content(id)).is_none() {
            total.items_with_paths_left_out += u64::from(paths > copies.len() as u64);
            copies.retain(|copy| plan.holds(&|n| of_content(id)(n).or_else(|| leaves[n].holds_of(copy))) == Some(true));
            paths = copies.len() as u64;
        }
        if !copies.is_empty() {
            items.push(Item { content: Some(content), copies, paths });
        }
    }
    if !everything {
        return Ok(items);
    }
    let mut add = |copy: Copy| {
        if plan.holds(&|n| of_nothing(n).or_else(|| leaves[n].holds_of(&copy))) == Some(true) {
            items.push(Item { content: None, copies: vec![copy], paths: 1 });
        }
    };
    let listed = Copy { path: EvidencePath::file("", Vec::new()), status: Status::Listed, cause: Some(Cause::NotRecovered), size: 0 };
    let of_listed = |n: usize| match &leaves[n] {
        Leaf::Path(_) | Leaf::Name(_) => None,
        Leaf::Status(_) | Leaf::Cause(_) => leaves[n].holds_of(&listed),
        Leaf::Text(_) | Leaf::Identifier(_) | Leaf::Type(_) | Leaf::Sha256(_) => Some(false),
    };
    catalogue.bare()?.into_iter().for_each(&mut add);
    if plan.holds(&of_listed) != Some(false) {
        let mut held = Vec::new();
        for id in catalogue.all_contents()? {
            let Some(content) = catalogue.content(id)? else { continue };
            held.extend(catalogue.copies(&content)?.0.into_iter().map(|copy| (copy.path, copy.size, copy.status, Some(content.sha256))));
        }
        held.extend(catalogue.bare()?.into_iter().map(|copy| (copy.path, copy.size, copy.status, None)));
        held.sort_by(|a, b| a.0.cmp(&b.0));
        for (path, size, cause) in not_held(&case.ledger, held)? {
            add(Copy { path, status: Status::Listed, cause: Some(cause), size });
        }
    }
    Ok(items)
}

fn hits_of(item: &Item, places: Vec<Place>) -> impl Iterator<Item = Hit> {
    let (first, copies) = item.copies.split_first().expect("an item has a path");
    let whole = Hit {
        item: first.path.to_string(),
        copies: copies.iter().take(COPIES_GIVEN).map(|copy| copy.path.to_string()).collect(),
        more_copies: item.paths.saturating_sub(1),
        sha256: item.content.as_ref().map(|content| content.sha256.to_string()),
        status: first.status,
        cause: first.cause,
        format: item.content.as_ref().map_or(String::new(), |content| content.format.clone()),
        media_type: item.content.as_ref().map_or(String::new(), |content| content.media_type.clone()),
        size: first.size,
        kind: HitKind::Item,
        offset: None,
        snippet: String::new(),
        highlights: Vec::new(),
    };
    let itself = places.is_empty().then(|| whole.clone());
    let hits = places.into_iter().map(move |place| Hit {
        kind: place.kind,
        offset: Some(place.offset),
        snippet: place.snippet,
        highlights: place.highlights,
        ..whole.clone()
    });
    itself.into_iter().chain(hits)
}
