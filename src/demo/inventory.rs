//! What institutions use: products, platforms, versions, and whether that makes them depend.

use super::prng::Prng;

/// Name of the compromised platform.
pub(super) const PLATFORM: &str = "courier-sftp";

/// The incident file of the registry.
pub(super) const INCIDENT: &str = r#"[incident]
id = "hosted-courier-2025-03"
title = "Theft of files from the hosted courier platform"
window_from = 2025-03-03
window_to = 2025-03-14
discovered = 2025-03-12
timezone = "UTC"

[[compromised]]
platform = "courier-sftp"
versions = ">=5.1.0, <5.3.2"

[evidence]
complete = true
declared_by = "Incident response, hosted platforms"
basis = "file tree of the platform's disk, compared with the recovered copy"

[[scope]]
path = "**/software/**"
holds = "vendor"
reason = "our own builds and documentation; institutions have no access to this folder"
"#;

/// The vendor's products: id, name, platform, path pattern.
pub(super) const PRODUCTS: &[(&str, &str, &str, &str)] = &[
    ("PR10", "Ledgerline Core", PLATFORM, ""),
    ("PR11", "Clearway ACH", PLATFORM, ""),
    ("PR12", "StatementPress", PLATFORM, ""),
    (CARDVAULT, "CardVault Settlement", PLATFORM, "**/cardvault/**"),
    ("PR30", "Branchdesk Teller", "edge-relay", ""),
    ("PR31", "Collateral Desk", "edge-relay", ""),
    ("PR40", "Openlink Portal", "cloud-desk", ""),
    ("PR41", "Boardroom Papers", "cloud-desk", ""),
];

/// The product with a folder of its own.
pub(super) const CARDVAULT: &str = "PR20";

/// One row of the deployments.
pub(super) struct Deployment {
    pub(super) product: &'static str,
    pub(super) unit: &'static str,
    pub(super) platform: &'static str,
    pub(super) version: &'static str,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) purged: &'static str,
    /// Does this row alone make the institution depend?
    pub(super) depends: bool,
}

/// What an inventory shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inventory {
    /// A compromised version, in use: depends.
    Current,
    /// Ended before the window, nothing says that it was purged: depends.
    Former,
    /// Purged, but only while the intruder was there: depends.
    PurgedLate,
    /// No row at all: depends.
    Missing,
    /// A version that cannot be compared: depends.
    Incomparable,
    /// Dates that contradict each other: depends.
    Inconsistent,
    /// Other platforms only.
    Elsewhere,
    /// The platform, in versions that were not compromised.
    Patched,
    /// Ended and purged before the window.
    Purged,
    /// Began after the window.
    Later,
}

impl Inventory {
    /// The rows that show it; `product` in the place of a product of the compromised platform.
    pub(super) fn deployments(self, product: Option<&'static str>, prng: &mut Prng) -> Vec<Deployment> {
        let on_platform = product.unwrap_or_else(|| prng.pick(&["PR10", "PR11", "PR12"]));
        let unit = prng.pick(&["retail", "treasury", "lending", "operations", ""]);
        let row = |version, from, to, purged, depends| Deployment {
            product: on_platform,
            unit,
            platform: PLATFORM,
            version,
            from,
            to,
            purged,
            depends,
        };
        let other = |version, depends| Deployment {
            product: "PR40",
            unit: "retail",
            platform: "cloud-desk",
            version,
            from: "2019-05-01",
            to: "",
            purged: "",
            depends,
        };
        let relay = || Deployment {
            product: "PR30",
            unit: "",
            platform: "edge-relay",
            version: "5.2.4",
            from: "2016-09-01",
            to: "",
            purged: "",
            depends: false,
        };
        match self {
            Self::Missing => vec![],
            Self::Current => {
                let mut rows = vec![row(prng.pick(&["5.1.0", "5.2.4", "5.3.1"]), "2017-04-01", "", "", true)];
                if prng.percent(40) {
                    rows.push(other("2025.1", false));
                }
                rows
            }
            Self::Former => vec![row("5.2.4", "2015-01-15", "2024-06-30", "", true), other("2025.1", false)],
            Self::PurgedLate => vec![row("5.2.4", "2015-01-15", "2024-12-31", "2025-03-05", true)],
            Self::Incomparable => vec![other("latest", true)],
            Self::Inconsistent => vec![row("5.0.9", "2021-07-01", "2020-01-31", "", true)],
            Self::Elsewhere => vec![other("2025.1", false), relay()],
            // 5.10.0 is later than 5.3.2, though it comes before it in the alphabet.
            Self::Patched => vec![row(prng.pick(&["5.0.9", "5.3.2", "5.10.0"]), "2018-02-01", "", "", false), relay()],
            Self::Purged => vec![row("5.2.4", "2014-11-01", "2023-05-31", "2023-06-30", false), other("2025.1", false)],
            Self::Later => vec![row("5.3.1", "2025-03-20", "", "", false)],
        }
    }
}
