//! The sections of the page, in its order: one file and one row each.

mod answer;
mod claimed;
mod controls;
mod coverage;
mod data;
mod deadlines;
mod differences;
mod distribution;
mod gaps;
mod groups;
mod institutions;
mod letters;
mod listings;
mod provenance;
mod registry;
mod reviews;
mod timeline;
mod unattributed;

use super::facts::Facts;
use super::html::Html;
use anyhow::Result;

/// A part of the page under its own heading.
pub(super) struct Section {
    /// Anchor.
    pub id: &'static str,
    /// Heading, also in the table of contents.
    pub title: &'static str,
    /// Writes what stands below the heading.
    pub write: fn(&Facts<'_>, &mut Html<'_>) -> Result<()>,
}

pub(super) static SECTIONS: &[Section] = &[
    Section { id: "answer", title: "The answer", write: answer::write },
    Section { id: "letters", title: "Letters already sent", write: letters::write },
    Section { id: "gaps", title: "What would decide more", write: gaps::write },
    Section { id: "institutions", title: "Institutions", write: institutions::write },
    Section { id: "groups", title: "Who belongs together", write: groups::write },
    Section { id: "data", title: "Personal data", write: data::write },
    Section { id: "deadlines", title: "Notification clocks", write: deadlines::write },
    Section { id: "distribution", title: "By region and product", write: distribution::write },
    Section { id: "coverage", title: "What was read", write: coverage::write },
    Section { id: "controls", title: "How well it could see", write: controls::write },
    Section { id: "listings", title: "Listed and recovered", write: listings::write },
    Section { id: "timeline", title: "Day by day", write: timeline::write },
    Section { id: "differences", title: "Altered, withheld or added", write: differences::write },
    Section { id: "claimed", title: "Claimed, not found", write: claimed::write },
    Section { id: "unattributed", title: "Personal data without owner", write: unattributed::write },
    Section { id: "reviews", title: "What people decided", write: reviews::write },
    Section { id: "registry", title: "Registry", write: registry::write },
    Section { id: "provenance", title: "What it rests on", write: provenance::write },
];
