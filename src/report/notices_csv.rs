use super::Outcome;
use super::listing::{Listing, Push, Weight};
use crate::model::Flag;
use crate::registry::Notice;
use crate::verdict::last_letters;
use anyhow::Result;

/// One row per letter that was sent, beside what is decided now: first those that must be retracted, which are the
/// last letters of institutions whose verdict is another one now; then those to nobody who is registered.
pub(super) static LISTING: Listing =
    Listing { columns: &["customer_id", "kind", "sent", "run", "legal_name", "told", "verdict", "basis", "retract", "registered"], rows };

/// The letters of a registry, each with whether it is to be retracted; those first.
pub(super) fn letters<'a>(outcome: &Outcome<'a>) -> Vec<(&'a Notice, bool)> {
    let last = last_letters(outcome.registry);
    let is_to_retract = |notice: &Notice| {
        let is_last = |institution: usize| last[institution].is_some_and(|last| std::ptr::eq(last, notice));
        notice.institution.is_some_and(|n| outcome.decided[n].flags.contains(&Flag::Retract) && is_last(n))
    };
    let mut all: Vec<(&Notice, bool)> = outcome.registry.notices.iter().map(|notice| (notice, is_to_retract(notice))).collect();
    all.sort_by_key(|(notice, retract)| {
        (
            !retract,
            notice.institution.is_some(),
            notice.institution,
            notice.institution.is_none().then_some(&notice.customer_id),
            notice.sent.is_none(),
            notice.sent,
        )
    });
    all
}

fn rows(outcome: &Outcome<'_>, push: &mut Push<'_>) -> Result<()> {
    for (notice, retract) in letters(outcome) {
        let institution = notice.institution.map(|n| &outcome.registry.institutions[n]);
        let decision = notice.institution.map(|n| &outcome.decided[n].decision);
        push(
            if retract || institution.is_none() { Weight::Decides } else { Weight::Background },
            &[
                institution.map_or(notice.customer_id.as_str(), |i| i.customer_id.as_str()).into(),
                notice.kind.as_str().into(),
                notice.sent.map_or(String::new(), |day| day.to_string()).into(),
                notice.run.as_str().into(),
                institution.map_or("", |i| i.legal_name.as_str()).into(),
                notice.told.map_or("", |v| v.as_str()).into(),
                decision.map_or("", |decision| decision.verdict().as_str()).into(),
                decision.and_then(|decision| decision.bases().first().copied()).map_or("", |b| b.as_str()).into(),
                retract.into(),
                institution.is_some().into(),
            ],
        )?;
    }
    Ok(())
}
