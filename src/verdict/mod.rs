//! Verdicts: the policy in code. `decide::decide` is a pure function of what was found, what was not read,
//! what the inventory says and the policy.

mod certificate;
mod decide;
mod gaps;
mod inventory;
mod remedies;
mod what_if;

pub use certificate::{Certificate, LedgerState, NoDependency, SearchedClear};
pub use decide::{Decided, Decision, decide_all, is_findable, shared_identifiers};
pub use gaps::{BlockingGap, Blocks};
pub use inventory::{Dependence, Judged, Outcome, judge};
pub use remedies::{Prospect, prospects, remedy};
pub use what_if::{Change, what_if};
