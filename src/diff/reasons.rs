//! Why an answer changed: what differs between the runs, narrowed by what differs about the institution. A mention
//! that came or went in an item that is the same in both runs is not the evidence's doing; one in an item that is
//! new, gone or otherwise read is.

use super::run::{Institution, Run};
use super::{Input, InputChange, Reason};
use crate::model::Basis;
use anyhow::Result;
use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Examples that a reason names.
const SHOWN: usize = 3;

/// A row of `evidence.csv`: item, scheme, value, role, strength.
type Mention = [String; 5];

/// A row of `evidence.csv` on which a review bears: item, scheme, value, what was decided.
type Reviewed = [String; 4];

/// What became of an item: identity, status, cause.
type State = [String; 3];

/// Rows of both runs about the institutions that changed.
pub(super) struct Details {
    before: HashMap<String, BTreeSet<Mention>>,
    after: HashMap<String, BTreeSet<Mention>>,
    /// The same of what people decided about mentions.
    reviewed_before: HashMap<String, BTreeSet<Reviewed>>,
    reviewed_after: HashMap<String, BTreeSet<Reviewed>>,
    /// Items of those mentions that are not the same in both runs.
    moved: HashSet<String>,
    /// How many items have another identity, status or cause, or stand in one run only.
    moved_in_all: u64,
}

impl Details {
    pub fn of(before: &Run, after: &Run, changed: &[&str]) -> Result<Self> {
        let changed: HashSet<&str> = changed.iter().copied().collect();
        let columns = &["customer_id", "item", "scheme", "value", "role", "strength"];
        let (old, new): (HashMap<_, BTreeSet<Mention>>, _) = (mentions(before, columns, &changed)?, mentions(after, columns, &changed)?);
        let (reviewed_before, reviewed_after) = (reviewed(before, &changed)?, reviewed(after, &changed)?);
        let items: HashSet<&str> = old.values().chain(new.values()).flatten().map(|mention| mention[0].as_str()).collect();
        let (mut moved, mut moved_in_all) = (HashSet::new(), 0);
        if before.ledger != after.ledger {
            let (old, new) = (states(before)?, states(after)?);
            let differs = |item: &&String| old.get(*item) != new.get(*item);
            let all: HashSet<&String> = old.keys().chain(new.keys()).filter(differs).collect();
            moved_in_all = all.len() as u64;
            let absent = items.iter().filter(|item| !old.contains_key(**item) && !new.contains_key(**item));
            // Items of listings are in no ledger: whether they are the same cannot be told.
            moved = all.iter().filter(|item| items.contains(item.as_str())).map(|item| (*item).clone()).collect();
            moved.extend(absent.map(|item| (*item).to_owned()));
        }
        Ok(Self { before: old, after: new, reviewed_before, reviewed_after, moved, moved_in_all })
    }

    /// What people's decisions changed: gaps that count no more, mentions that say something else.
    fn by_review(&self, id: &str, old: &Institution, new: &Institution) -> Vec<String> {
        let none = BTreeSet::new();
        let (was, is) = (self.reviewed_before.get(id).unwrap_or(&none), self.reviewed_after.get(id).unwrap_or(&none));
        let differing: Vec<(&Reviewed, bool)> =
            is.difference(was).map(|m| (m, true)).chain(was.difference(is).map(|m| (m, false))).collect();
        let waived = || format!("{} gaps in its scope are waived, before it was {}", new.waived_gaps, old.waived_gaps);
        let mut out = Vec::new();
        if waiving_bears(old, new) {
            out.push(waived());
        }
        if !differing.is_empty() {
            let one = |([item, scheme, value, decided], came): &(&Reviewed, bool)| {
                format!("{} {scheme} {value} in {item}: {decided}", if *came { "now" } else { "no more" })
            };
            let examples: Vec<String> = differing.iter().take(SHOWN).map(one).collect();
            let rest = differing.len().saturating_sub(SHOWN);
            let rest = if rest > 0 { format!("; and {rest} more") } else { String::new() };
            out.push(format!("people's decisions bear on its mentions: {}{rest}", examples.join("; ")));
        }
        if out.is_empty() {
            out.push(match old.waived_gaps == new.waived_gaps {
                true => "people's decisions bear on its mentions".to_owned(),
                false => waived(),
            });
        }
        out
    }

    pub fn reasons(&self, id: &str, old: Option<&Institution>, new: Option<&Institution>, inputs: &[InputChange]) -> Vec<Reason> {
        let has = |input: Input| inputs.iter().any(|change| change.input == input);
        let (Some(old), Some(new)) = (old, new) else {
            let because = if new.is_some() { "it was not registered before" } else { "it is registered no more" };
            return vec![Reason { input: Input::Registry, because: because.to_owned() }];
        };
        let none = BTreeSet::new();
        let (was, is) = (self.before.get(id).unwrap_or(&none), self.after.get(id).unwrap_or(&none));
        let differing: Vec<(&Mention, bool)> =
            is.difference(was).map(|m| (m, true)).chain(was.difference(is).map(|m| (m, false))).collect();
        let (by_evidence, otherwise): (Vec<_>, Vec<_>) = differing.into_iter().partition(|(m, _)| self.moved.contains(&m[0]));
        let mut out = Vec::new();
        let mut add = |input: Input, because: String| out.push(Reason { input, because });

        if has(Input::Evidence) {
            if !by_evidence.is_empty() {
                add(Input::Evidence, in_words(&by_evidence));
            }
            if old.gaps != new.gaps && old.waived_gaps == new.waived_gaps {
                add(Input::Evidence, format!("{} gaps count against it, before it was {}", new.gaps, old.gaps));
            }
            if new.bases == ["evidence_incomplete"] || old.bases == ["evidence_incomplete"] {
                add(Input::Evidence, format!("{} items are not as they were", self.moved_in_all));
            }
        }
        if has(Input::Registry) {
            if old.record != new.record {
                add(Input::Registry, "what the registry says of it is not the same".to_owned());
            }
            if old.depends != new.depends {
                let words = if new.depends { "its deployments now leave it depending" } else { "its deployments now exclude it" };
                add(Input::Registry, words.to_owned());
            }
        }
        let by_review = old.waived_gaps != new.waived_gaps || old.flags.contains("reviewed") || new.flags.contains("reviewed");
        if has(Input::Review) && by_review {
            self.by_review(id, old, new).into_iter().for_each(|words| add(Input::Review, words));
        }
        for change in inputs.iter().filter(|change| change.input == Input::Policy) {
            if policy_bears(&change.after, old, new, !otherwise.is_empty()) {
                add(Input::Policy, format!("{}, before {}", change.after, change.before));
            }
        }
        if has(Input::Control) {
            add(Input::Control, "other planted files were missed, and every item of their formats is a gap".to_owned());
        }
        if has(Input::AsOf) {
            add(Input::AsOf, "dates are compared with another day".to_owned());
        }
        // Mentions in items that are the same came or went by what judges them.
        if !otherwise.is_empty() && out.iter().all(|reason| reason.input == Input::Evidence) {
            for (input, words) in [
                (Input::Registry, "others' entries of the registry changed"),
                (Input::Review, "people's decisions changed"),
                (Input::Version, "another version of the program judges otherwise"),
            ] {
                if has(input) {
                    out.push(Reason { input, because: format!("{words}: {}", in_words(&otherwise)) });
                }
            }
        }
        if out.is_empty() {
            let because = "it changed, and the figures of the institution do not tell by what else".to_owned();
            let all: BTreeSet<Input> = inputs.iter().map(|change| change.input).collect();
            out.extend(all.into_iter().map(|input| Reason { input, because: because.clone() }));
        }
        out
    }
}

/// Have gaps of its scope, waived or not waived any more, to do with the change?
fn waiving_bears(old: &Institution, new: &Institution) -> bool {
    let of_gaps = |bases: &[String]| {
        let of_gaps = [Basis::UnreadContent, Basis::UnattributedData, Basis::UnclaimedAccount].map(Basis::as_str);
        bases.iter().filter(|basis| of_gaps.contains(&basis.as_str())).cloned().collect::<BTreeSet<_>>()
    };
    let (was, is) = (of_gaps(&old.bases), of_gaps(&new.bases));
    match new.waived_gaps.cmp(&old.waived_gaps) {
        Ordering::Greater => !was.is_subset(&is),
        Ordering::Less => !is.is_subset(&was),
        Ordering::Equal => false,
    }
}

/// Could this key of the policy have led to the change?
fn policy_bears(change: &str, old: &Institution, new: &Institution, mentions_changed: bool) -> bool {
    let key = change.split(' ').next().unwrap_or("");
    let any = |word: &str| old.bases.iter().chain(&new.bases).any(|b| b == word);
    match key {
        "former_users" => old.depends != new.depends || old.flags.contains("former_user"),
        "images" | "scanned" | "unattributed" => old.gaps != new.gaps,
        "counterparty" => any("counterparty"),
        _ => mentions_changed,
    }
}

/// Mentions that came or went.
fn in_words(mentions: &[(&Mention, bool)]) -> String {
    let more = mentions.iter().filter(|(_, came)| *came).count();
    let one = |([item, scheme, value, role, strength], came): &(&Mention, bool)| {
        format!("{} {role} {strength} {scheme} {value} in {item}", if *came { "new:" } else { "gone:" })
    };
    let examples: Vec<String> = mentions.iter().take(SHOWN).map(one).collect();
    let rest = mentions.len().saturating_sub(SHOWN);
    let rest = if rest > 0 { format!("; and {rest} more") } else { String::new() };
    format!("mentions: {more} came, {} went; {}{rest}", mentions.len() - more, examples.join("; "))
}

fn reviewed(run: &Run, changed: &HashSet<&str>) -> Result<HashMap<String, BTreeSet<Reviewed>>> {
    let mut out = mentions(run, &["customer_id", "item", "scheme", "value", "review"], changed)?;
    out.values_mut().for_each(|rows: &mut BTreeSet<Reviewed>| rows.retain(|[.., decided]| !decided.is_empty()));
    Ok(out)
}

/// Rows of `evidence.csv` about institutions that changed, by these columns, of which the first is the institution.
fn mentions<const N: usize>(run: &Run, columns: &[&str], changed: &HashSet<&str>) -> Result<HashMap<String, BTreeSet<[String; N]>>> {
    let mut out: HashMap<String, BTreeSet<[String; N]>> = HashMap::new();
    run.files.rows("evidence.csv", columns, &mut |cells| {
        if let [id, mention @ ..] = cells
            && changed.contains(id)
            && let Ok(mention) = <[&str; N]>::try_from(mention)
        {
            out.entry((*id).to_owned()).or_default().insert(mention.map(str::to_owned));
        }
    })?;
    Ok(out)
}

fn states(run: &Run) -> Result<HashMap<String, State>> {
    let mut out = HashMap::new();
    run.files.rows("coverage.csv", &["item", "sha256", "status", "cause"], &mut |cells| {
        if let [item, state @ ..] = cells
            && let Ok(state) = <[&str; 3]>::try_from(state)
        {
            out.insert((*item).to_owned(), state.map(str::to_owned));
        }
    })?;
    Ok(out)
}
