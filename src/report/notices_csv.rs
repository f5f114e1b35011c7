use super::Outcome;
use super::listing::{Listing, Push, Weight};
use crate::model::Flag;
use crate::registry::Notice;
use crate::verdict::last_letters;
use anyhow::Result;

/// One row per letter that was sent, beside what is decided now: first those that must be retracted, which are the
/// last letters of institutions whose verdict is another one now.
pub(super) static LISTING: Listing =
    Listing { columns: &["customer_id", "kind", "sent", "run", "legal_name", "told", "verdict", "basis", "retract"], rows };

/// The letters of a registry, each with whether it is to be retracted; those first.
pub(super) fn letters<'a>(outcome: &Outcome<'a>) -> Vec<(&'a Notice, bool)> {
    let last = last_letters(outcome.registry);
    let is_to_retract = |notice: &Notice| {
        let decided = &outcome.decided[notice.institution];
        decided.flags.contains(&Flag::Retract) && last[notice.institution].is_some_and(|last| std::ptr::eq(last, notice))
    };
    let mut all: Vec<(&Notice, bool)> = outcome.registry.notices.iter().map(|notice| (notice, is_to_retract(notice))).collect();
    all.sort_by_key(|(notice, retract)| (!retract, notice.institution, notice.sent.is_none(), notice.sent));
    all
}

fn rows(outcome: &Outcome<'_>, push: &mut Push<'_>) -> Result<()> {
    for (notice, retract) in letters(outcome) {
        let institution = &outcome.registry.institutions[notice.institution];
        let decision = &outcome.decided[notice.institution].decision;
        push(
            if retract { Weight::Decides } else { Weight::Background },
            &[
                institution.customer_id.as_str().into(),
                notice.kind.as_str().into(),
                notice.sent.map_or(String::new(), |day| day.to_string()).into(),
                notice.run.as_str().into(),
                institution.legal_name.as_str().into(),
                notice.told.map_or("", |v| v.as_str()).into(),
                decision.verdict().as_str().into(),
                decision.bases().first().map_or("", |b| b.as_str()).into(),
                retract.into(),
            ],
        )?;
    }
    Ok(())
}
