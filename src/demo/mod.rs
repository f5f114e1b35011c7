//! A small fictional breach with the truth about it: what `ruleout demo` shows, and what tests score against.
//!
//! Every institution, town, person and number is made up; check digits hold, so that readers accept them, and
//! domains end in `.example` (RFC 2606). A plan makes the same bytes on every platform.
//!
//! Institutions are made by *families*: what is theirs in the evidence, and the verdict that follows from it.
//! Some own files (`homes`, `payments`, `records`), some are only named or pointed at (`passing`), some only
//! look like it (`traps`); some are harder than these (`hard`). Where the plan has no [`GapKind`], every gap is in somebody's home, in one product's
//! folder or in the vendor's software, and everybody else can be decided.

mod case;
pub(crate) mod containers;
mod files;
mod gaps;
mod hard;
mod homes;
mod identifiers;
mod institutions;
mod inventory;
mod lexicon;
mod nacha;
mod noise;
pub(crate) mod office;
mod passing;
mod payments;
mod people;
pub(crate) mod prng;
mod records;
pub(crate) mod tables;
mod traps;

pub use containers::{gzip, iso9660, zip};
pub use gaps::GapKind;
pub use office::docx;

use crate::model::Verdict;
use case::Case;
use institutions::Profile;
use inventory::Inventory;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// What to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Everything that is chosen at random follows from it.
    pub seed: u64,
    /// Institutions in the registry at least; the families take what they need, and the rest has no trace.
    pub institutions: usize,
    /// How often each family of cases is made, once at least.
    pub per_family: usize,
    /// Bytes of vendor files that concern nobody.
    pub noise_bytes: u64,
    /// Something that could hold anybody's files.
    pub gap: Option<GapKind>,
    /// Harder families beside the others.
    pub hard: bool,
}

impl Default for Plan {
    /// One case of each family in a registry of a hundred, under two megabytes.
    fn default() -> Self {
        Self { seed: 1, institutions: 100, per_family: 1, noise_bytes: 800_000, gap: None, hard: false }
    }
}

/// Where the parts of a breach lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Folder of the recovered files.
    pub evidence: PathBuf,
    /// Registry folder.
    pub registry: PathBuf,
    /// Listing of everything that was taken, a manifest of kind `taken`.
    pub listing: PathBuf,
    /// Passwords that were found elsewhere; one of them opens the encrypted archives.
    pub passwords: PathBuf,
    /// `truth.csv`: `customer_id,family,accept,files`, one row per institution. Beside it `truth_data.csv`:
    /// `customer_id,data_elements,individuals`, where they are known.
    pub truth: PathBuf,
}

/// Writes a breach into a folder, which is made where it does not exist.
///
/// # Errors
/// [`io::ErrorKind::DirectoryNotEmpty`] when the folder has entries, [`io::ErrorKind::InvalidInput`] when the
/// plan wants more institutions than the fictional world has room for, else what the file system reports.
pub fn write(dir: &Path, plan: &Plan) -> io::Result<Breach> {
    fs::create_dir_all(dir)?;
    if fs::read_dir(dir)?.next().is_some() {
        return Err(io::Error::new(io::ErrorKind::DirectoryNotEmpty, format!("{} is not empty", dir.display())));
    }
    let (evidence, registry, manifests) = (dir.join("evidence"), dir.join("registry"), dir.join("manifests"));
    for folder in [&evidence, &registry, &manifests] {
        fs::create_dir(folder)?;
    }
    let breach = Breach {
        evidence,
        registry,
        listing: manifests.join("listing.txt"),
        passwords: dir.join("passwords.txt"),
        truth: dir.join("truth.csv"),
    };

    let mut case = Case::new(plan.seed, breach.evidence.clone());
    families(&mut case, plan)?;
    noise::vendor_files(&mut case, plan.noise_bytes)?;
    let ids = files::customer_ids(&mut case);
    files::registry(&case, &ids, &breach.registry)?;
    files::listing(&case, &breach.listing)?;
    fs::write(&breach.passwords, containers::PASSWORDS.map(|p| format!("{p}\n")).concat())?;
    files::truth(&case, &ids, plan.gap, &breach.truth, &dir.join("truth_data.csv"))?;
    Ok(breach)
}

fn families(case: &mut Case, plan: &Plan) -> io::Result<()> {
    let mut home = 0;
    for round in 0..plan.per_family.max(1) {
        home = homes::account(case, round)?;
        let european_home = homes::european_account(case, round)?;
        homes::archived_home(case, round)?;
        homes::code_folder(case, round)?;
        homes::listed(case, round)?;
        homes::conflict(case, round)?;

        let parties = payments::parties(case)?;
        payments::outbound(case, &parties)?;
        payments::inbound(case, &parties)?;
        payments::other_side(case)?;
        payments::outside_owner(case, &parties)?;
        payments::truncated_name(case, round)?;
        payments::bank_column(case, home, &parties, round)?;

        records::routing_column(case)?;
        records::client_records(case)?;
        records::config(case, round)?;
        records::letter(case)?;
        records::labelled(case, round)?;
        records::two_identifiers(case, round)?;

        passing::named(case, round)?;
        passing::namesake(case, 2 * round)?;
        passing::singled_out(case, 2 * round + 1)?;
        passing::weak_domain(case, round)?;
        passing::bare_code(case)?;
        passing::unfindable(case)?;
        passing::product_gap(case, round)?;

        traps::chance(case, home, round)?;
        traps::longer_tokens(case)?;
        traps::split_name(case)?;
        traps::numeric_codes(case, home, round)?;
        traps::broken_iban(case, european_home, round)?;
        traps::common_names(case, home, round)?;
        traps::inventories(case)?;
        if plan.hard {
            hard::families(case, round)?;
        }
    }
    // Enough without a trace beside the harder families, so that lists name many.
    let least = if plan.hard { case.institutions.len() + plan.institutions / 2 } else { plan.institutions };
    for n in case.institutions.len()..least {
        let inventory = [Inventory::Current, Inventory::Elsewhere, Inventory::Patched, Inventory::Current][n % 4];
        let profile = if n % 5 == 4 {
            Profile::european("no_trace", Verdict::RuledOut, n / 5)
        } else {
            Profile::american("no_trace", Verdict::RuledOut)
        };
        case.found(profile.inventory(inventory))?;
    }
    if let Some(gap) = plan.gap {
        gap.write(case)?;
    }
    noise::sealed_vendor_archive(case)?;
    traps::directories(case, home)
}

#[cfg(test)]
mod tests;
