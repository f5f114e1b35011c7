//! Letters that were sent, beside what is decided now.

use crate::model::Verdict;
use crate::registry::{Notice, Registry};

/// Of each institution the last letter that told a verdict, if there is one. Letters that were sent after the day
/// as of which the run judges do not exist yet.
pub fn last_letters(registry: &Registry) -> Vec<Option<&Notice>> {
    let mut last: Vec<Option<&Notice>> = vec![None; registry.institutions.len()];
    let is_sent = |notice: &&Notice| registry.incident.as_of.is_none_or(|day| notice.sent.is_none_or(|sent| sent <= day));
    for notice in registry.notices.iter().filter(is_sent).filter(|notice| notice.told.is_some()) {
        let order = |notice: &Notice| (notice.sent.is_none(), notice.sent);
        // Of letters of one day the later row counts.
        if let Some(institution) = notice.institution
            && last[institution].is_none_or(|before| order(before) <= order(notice))
        {
            last[institution] = Some(notice);
        }
    }
    last
}

/// Did the letter tell something else than what is decided now?
pub fn is_to_retract(letter: Option<&Notice>, verdict: Verdict) -> bool {
    letter.and_then(|letter| letter.told).is_some_and(|told| told != verdict)
}
