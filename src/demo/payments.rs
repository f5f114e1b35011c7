//! Families around ACH files: whose file it is, and who is only the other side.

use super::case::Case;
use super::containers::zip;
use super::institutions::Profile;
use super::inventory::Inventory;
use super::lexicon::COMPANIES;
use super::nacha::{AchFile, Entry, OPERATORS};
use super::people::{Individual, Layout, elements, roster};
use crate::model::{DataElement, Scheme, Verdict::*};
use std::io;

/// The other side of payments: these appear in files of others, and nowhere else.
pub(super) struct Parties {
    /// Receive entries; one of them does not depend.
    receiving: Vec<String>,
    /// Originates what somebody else receives.
    originating: String,
    /// Stands in a bank column of somebody else's table.
    column: String,
}

/// Adds the institutions that are only ever the other side.
pub(super) fn parties(case: &mut Case) -> io::Result<Parties> {
    let mut party = |inventory| {
        let index = case.found(Profile::american("party", Referenced).inventory(inventory))?;
        Ok::<_, io::Error>(case.id(index, Scheme::Aba))
    };
    Ok(Parties {
        receiving: vec![party(Inventory::Current)?, party(Inventory::Elsewhere)?],
        originating: party(Inventory::Former)?,
        column: party(Inventory::Current)?,
    })
}

/// Entries to persons at these institutions, each at least once.
fn entries(case: &mut Case, rdfis: &[String], n: usize) -> Vec<Entry> {
    let mut list: Vec<_> = (0..n.max(rdfis.len()))
        .map(|i| Entry {
            rdfi: rdfis[i % rdfis.len()].clone(),
            account: case.crowd.account(),
            cents: case.prng.range(10_000..900_000),
            person: case.crowd.name(),
        })
        .collect();
    case.prng.shuffle(&mut list);
    list
}

/// Receiving institutions: some registered, most not.
fn receivers(case: &mut Case, registered: &[String]) -> Vec<String> {
    (0..8).map(|_| case.stranger()).chain(registered.iter().cloned()).collect()
}

fn company(case: &mut Case) -> (&'static str, String) {
    (case.prng.pick(COMPANIES), format!("4{}", case.prng.digits(8)))
}

/// Writes a file, plain or zipped, and says what data of persons it holds.
fn put(case: &mut Case, owner: usize, file: &AchFile<'_>, zipped: bool) -> io::Result<()> {
    let people: Vec<_> = file.entries.iter().map(|e| Individual { name: e.person.clone(), address: vec![], rest: vec![] }).collect();
    case.holds(owner, &people, elements(&[DataElement::Name, DataElement::AccountNumber, DataElement::Amount]));
    let text = file.write();
    let (extension, bytes) = if zipped { ("zip", zip(&[("payload.txt", text.as_bytes())])?) } else { ("txt", text.into_bytes()) };
    let path = case.neutral(extension);
    case.put_for(owner, &path, &bytes)
}

/// Files that their owner sent to the operator.
pub(super) fn outbound(case: &mut Case, parties: &Parties) -> io::Result<()> {
    for lost_zero in [false, true] {
        let profile = Profile::american("nacha", Affected);
        let owner = case.found(if lost_zero { profile.lost_zero() } else { profile })?;
        let (aba, name) = (case.id(owner, Scheme::Aba), case.name(owner));
        let rdfis = receivers(case, &parties.receiving);
        let (entries, (company, tax)) = (entries(case, &rdfis, 24), company(case));
        let file = AchFile {
            destination: (OPERATORS[0], "Federal Reserve Bank"),
            origin: (&aba, &name),
            odfi: &aba,
            company,
            company_id: &tax,
            settled: None,
            entries: &entries,
        };
        put(case, owner, &file, lost_zero)?;
    }
    Ok(())
}

/// A file that the operator delivered: the destination owns it, the originating institution does not.
pub(super) fn inbound(case: &mut Case, parties: &Parties) -> io::Result<()> {
    let owner = case.found(Profile::american("nacha_inbound", Affected))?;
    let (aba, name) = (case.id(owner, Scheme::Aba), case.name(owner));
    let (entries, (company, tax)) = (entries(case, std::slice::from_ref(&aba), 18), company(case));
    let file = AchFile {
        destination: (&aba, &name),
        origin: (OPERATORS[1], "Federal Reserve Bank"),
        odfi: &parties.originating,
        company,
        company_id: &tax,
        settled: Some(64),
        entries: &entries,
    };
    put(case, owner, &file, false)?;
    // The same bytes once more: its persons are still the same.
    let copy = case.neutral("bak");
    case.put_for(owner, &copy, file.write().as_bytes())
}

/// A file whose sender is not in the registry, and whose whole other side is one institution that is.
pub(super) fn other_side(case: &mut Case) -> io::Result<()> {
    let owner = case.found(Profile::american("nacha_other_side", Affected))?;
    let (aba, name, sender) = (case.id(owner, Scheme::Aba), case.name(owner), case.stranger());
    let (entries, (company, tax)) = (entries(case, std::slice::from_ref(&aba), 9), company(case));
    let file = AchFile {
        destination: (&aba, &name),
        origin: (&sender, "Correspondent"),
        odfi: &sender,
        company,
        company_id: &tax,
        settled: None,
        entries: &entries,
    };
    put(case, owner, &file, false)
}

/// A file of an institution that is not in the registry: nobody's gap, nobody's file.
pub(super) fn outside_owner(case: &mut Case, parties: &Parties) -> io::Result<()> {
    let sender = case.stranger();
    let rdfis = receivers(case, &parties.receiving);
    let (entries, (company, tax)) = (entries(case, &rdfis, 16), company(case));
    let file = AchFile {
        destination: (OPERATORS[2], "Federal Reserve Bank"),
        origin: (&sender, "Somebody else's bank"),
        odfi: &sender,
        company,
        company_id: &tax,
        settled: None,
        entries: &entries,
    };
    let path = case.neutral("ach");
    case.put(&path, file.write().as_bytes())
}

/// The name field of a file's origin ends where another institution's name does: "First Bank of Pellworth"
/// is not the owner of what "First Bank of Pellworth Holdings" sent.
pub(super) fn truncated_name(case: &mut Case, round: usize) -> io::Result<()> {
    let head = super::lexicon::SHARED_HEADS[round % super::lexicon::SHARED_HEADS.len()];
    // The field has 23 characters; " Bank of " has nine.
    let town = 23usize.checked_sub(head.len() + 9);
    let owner = case.found(Profile::american("nacha_holdings", Affected).named(format!("{head} Bank of {{}} Holdings"), town))?;
    let city = case.institutions[owner].city.clone();
    let mut shorter = vec![format!("{head} Bank of {city}")];
    if round < super::lexicon::SHARED_HEADS.len() {
        shorter.push(format!("{head} Bank"));
    }
    for name in shorter {
        let index = case.found(Profile::american("nearmiss", RuledOut).named(name, None))?;
        if case.institutions[index].legal_name.contains(&city) {
            let region = case.institutions[owner].region;
            (case.institutions[index].city, case.institutions[index].region) = (city.clone(), region);
        }
    }
    let (aba, name) = (case.id(owner, Scheme::Aba), case.name(owner));
    let rdfis = receivers(case, &[]);
    let (entries, (company, tax)) = (entries(case, &rdfis, 11), company(case));
    let file = AchFile {
        destination: (OPERATORS[0], "Federal Reserve Bank"),
        origin: (&aba, &name),
        odfi: &aba,
        company,
        company_id: &tax,
        settled: None,
        entries: &entries,
    };
    put(case, owner, &file, false)?;
    let text = case.around(&format!("The nightly files of {name} arrive in two parts."));
    let path = case.neutral("txt");
    case.put(&path, text.as_bytes())
}

/// A table in somebody's home whose bank column names the other side of payments.
pub(super) fn bank_column(case: &mut Case, home: usize, parties: &Parties, round: usize) -> io::Result<()> {
    let people = case.crowd.people(14, Layout::Accounts, None);
    case.holds(home, &people, Layout::Accounts.elements());
    let mut table = roster(&people, Layout::Accounts);
    let strangers: Vec<_> = (0..5).map(|_| case.stranger()).collect();
    table.push_column("beneficiary_aba", |i| if i % 6 == 1 { parties.column.clone() } else { strangers[i % 5].clone() });
    let path = case.home(home, &format!("outbound/wires_{:04}.csv", 310 + round));
    case.put_for(home, &path, table.delimited(',').as_bytes())
}
