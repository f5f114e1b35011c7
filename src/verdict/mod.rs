//! Verdicts: the policy in code. `decide::decide` is a pure function of what was found, what was not read,
//! what the inventory says and the policy.

mod certificate;
mod conflicts;
mod decide;
mod findable;
mod gaps;
mod inventory;
mod letters;
mod outlook;
mod remedies;
mod what_if;

pub use certificate::{Certificate, ControlFigures, LedgerState, NoDependency, SearchedClear};
pub use conflicts::{Conflict, conflicts};
pub use decide::{Decided, Decision, decide_all};
pub use findable::Findability;
pub use gaps::{BlockingGap, ScopeGaps};
pub use inventory::{Dependence, Judged, Outcome, judge};
pub use letters::{is_to_retract, last_letters};
pub use outlook::{Outlook, outlooks};
pub use remedies::{Prospect, prospects, remedy};
pub use what_if::{Change, what_if};
