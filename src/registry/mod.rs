//! The registry: institutions, their names and identifiers, products and deployments, the incident.
//!
//! [`load`] reads a registry folder. Nothing is lost quietly: what cannot be read at all is a
//! [`Problem`] and nothing is loaded; what can be read and not relied on is a [`Defect`] of the
//! institution it concerns, with its effect on verdicts in words.

mod csv;
mod customers;
mod date;
mod deployments;
mod encoding;
mod given;
mod glob;
mod header;
mod identifiers;
mod incident;
mod indicator;
mod institution;
mod jsonl;
mod links;
mod load;
mod loading;
mod names;
mod notices;
mod policy;
mod problem;
mod products;
mod review;
mod rows;
mod schema;
mod toml_read;
mod version;

pub use date::DateCell;
pub use encoding::Encoding;
pub use given::{Given, GivenFile};
pub use glob::PathGlob;
pub use incident::{Compromised, EvidenceClaim, Holds, Incident, Layout, Scope};
pub use indicator::{Indicator, Visitor};
pub use institution::{Deployment, Identifier, Institution, Name, Product, Registry, Source, names_platform, same_platform};
pub use load::load;
pub use notices::{Notice, add_notices};
pub use policy::{Counterparty, FormerUsers, Images, Policy, PolicyKey, Scanned, Unattributed};
pub use problem::{Defect, DefectKind, LoadError, Problem, quoted};
pub use review::{Review, Where, add_reviews};
pub use schema::{
    CompromisedTable, CustomerRow, DeploymentRow, EvidenceTable, IdentifierRow, IncidentFile, IncidentTable, LayoutTable, NameRow,
    NoticeRow, ProductRow, ScopeTable, Truth, schemas,
};
pub use version::{Comparison, RangeError, Version, VersionRange};
