//! Families whose files lie in the home of an account or in a folder of a client code.

use super::case::Case;
use super::containers::{encrypted_zip, gzip, tar_gz, zip};
use super::institutions::Profile;
use super::inventory::Inventory;
use super::office::xlsx;
use super::people::{Layout, roster};
use super::tables::cp1252;
use crate::model::{Scheme, Verdict::*};
use std::io;

/// Daily exports that grow, plain and in containers, in the home of an American account. The owner's
/// subsidiary uses the platform too, and nothing of it is there.
pub(super) fn account(case: &mut Case, round: usize) -> io::Result<usize> {
    let owner = case.found(Profile::american("account", Affected).account())?;
    case.found(Profile::american("subsidiary", RuledOut).child_of(owner))?;
    let layout = if round.is_multiple_of(2) { Layout::Onboarding } else { Layout::Accounts };
    let mut people = case.crowd.people(30, layout, None);
    for day in 4..8 {
        people.extend(case.crowd.people(6, layout, None));
        let bytes = roster(&people, layout).delimited(',').into_bytes();
        let name = format!("accounts_202503{day:02}.csv");
        let (name, bytes) = match day {
            4 | 5 => (name, bytes),
            6 => (format!("{name}.gz"), gzip(&bytes)?),
            _ => {
                let inner = zip(&[(name.as_str(), &bytes), ("READ ME.txt", b"One file a day; the last one is complete.\r\n")])?;
                ("accounts_week10.zip".to_owned(), zip(&[("week 10/batch.zip", inner.as_slice())])?)
            }
        };
        let path = case.home(owner, &format!("outbound/{name}"));
        case.put_for(owner, &path, &bytes)?;
    }
    case.holds(owner, &people, layout.elements());
    Ok(owner)
}

/// A European account: Windows-1252, semicolons, IBANs; beside it an archive that cannot be opened, a gap
/// that concerns nobody else.
pub(super) fn european_account(case: &mut Case, round: usize) -> io::Result<usize> {
    let owner = case.found(Profile::european("account", Affected, if round.is_multiple_of(2) { 0 } else { 3 }).account())?;
    let table = case.customers_of(owner, 25, Layout::Iban);
    let path = case.home(owner, "outbound/kunden_20250306.csv");
    case.put_for(owner, &path, &cp1252(&table.delimited(';')))?;
    let unseen = case.prose(30);
    let path = case.home(owner, "inbound/gehälter 2025-02.zip");
    case.put_for(owner, &path, &encrypted_zip(&[("gehälter.txt", unseen.as_bytes())], *b"a fixed salt 16b")?)?;
    Ok(owner)
}

/// Homes of several accounts inside one archive.
pub(super) fn archived_home(case: &mut Case, round: usize) -> io::Result<()> {
    let path = format!("archive/transfer-homes-{round}.tar.gz");
    let mut members = Vec::new();
    for _ in 0..3 {
        let owner = case.found(Profile::american("archived_home", Affected).account())?;
        let table = case.customers_of(owner, 12, Layout::Accounts);
        members.push((case.home(owner, "outbound/new_accounts.csv"), table.delimited('\t').into_bytes()));
        case.owns(owner, &path);
    }
    let bytes = tar_gz(&members)?;
    case.put(&path, &bytes)
}

/// Folders named by client codes, one of them a number, side by side.
pub(super) fn code_folder(case: &mut Case, round: usize) -> io::Result<()> {
    for n in 0..3 {
        let profile = Profile::american("code_folder", Affected);
        let owner = case.found(if n == 2 { profile.numeric_code() } else { profile })?;
        let code = case.id(owner, Scheme::ClientCode);
        let (name, bytes) = match n {
            0 => ("statements/february.txt", case.customers_of(owner, 20, Layout::Accounts).fixed_width().into_bytes()),
            1 => ("statements/february.xlsx", xlsx("February", &case.customers_of(owner, 18, Layout::Accounts))?),
            _ => ("onboarding/notes.txt", case.prose(8 + round).into_bytes()),
        };
        case.put_for(owner, &format!("clients/{code}/{name}"), &bytes)?;
    }
    Ok(())
}

/// Only on the listing, in its home. What was not recovered could hold its group's files too.
pub(super) fn listed(case: &mut Case, round: usize) -> io::Result<()> {
    let owner = case.found(Profile::american("listed", Affected).account())?;
    case.found(Profile::american("listed_group", Undetermined).child_of(owner))?;
    case.found(Profile::american("listed_group", RuledOut).child_of(owner).inventory(Inventory::Elsewhere))?;
    let path = case.home(owner, &format!("inbound/batch {:04}.dat", 40 + round));
    case.unrecovered(&path);
    case.owns(owner, &path);
    Ok(())
}

/// Its inventory excludes it, and yet there is a file in its home.
pub(super) fn conflict(case: &mut Case, round: usize) -> io::Result<()> {
    let inventory = [Inventory::Elsewhere, Inventory::Purged, Inventory::Patched][round % 3];
    let owner = case.found(Profile::american("conflict", Affected).account().inventory(inventory))?;
    let table = case.customers_of(owner, 15, Layout::Accounts);
    let path = case.home(owner, "inbound/positions.csv");
    case.put_for(owner, &path, table.delimited(',').as_bytes())
}
