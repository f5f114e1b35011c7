//! Verdicts: the policy in code. `decide::decide` is a pure function of what was found, what was not read,
//! what the inventory says and the policy.

mod certificate;
mod decide;
mod gaps;
mod inventory;

pub use certificate::{Certificate, LedgerState, NoDependency, SearchedClear};
pub use decide::{Decided, Decision, decide_all};
pub use gaps::{BlockingGap, Blocks};
pub use inventory::{Dependence, Judged, Outcome, judge};
