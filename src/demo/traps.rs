//! Traps: what looks like a trace and is none, and inventories that decide on their own.

use super::case::Case;
use super::containers::zip;
use super::identifiers::{iban, with_iban_spoiled};
use super::institutions::Profile;
use super::inventory::Inventory;
use super::lexicon::{ADJECTIVES, HOME_TOWNS, NOUNS, STATES, STRANGER_HEADS, STRANGER_TAILS};
use super::noise::{class_file, telemetry};
use super::people::{Individual, Layout, roster};
use super::tables::Table;
use crate::model::Scheme;
use crate::model::Verdict::{RuledOut, Undetermined};
use std::io;

/// Numbers that happen to equal a routing number, in a column of accounts and in one of serial numbers.
pub(super) fn chance(case: &mut Case, home: usize, round: usize) -> io::Result<()> {
    let index = case.found(Profile::american("chance", RuledOut))?;
    let aba = case.id(index, Scheme::Aba);
    let mut people = case.crowd.people(90, Layout::Accounts, None);
    let one = case.prng.below(90) as usize;
    people[one].rest[0] = aba.clone();
    put_in_home(case, home, &people, &format!("outbound/balances_{:04}.csv", 720 + round))?;
    let mut table = telemetry(&mut case.prng, 150);
    let (serial, one) = (table.column("serial_no"), case.prng.below(150) as usize);
    table.rows[one][serial] = aba;
    let path = case.neutral("csv");
    case.put(&path, table.delimited(',').as_bytes())
}

/// Persons in somebody's home; they are that institution's.
fn put_in_home(case: &mut Case, home: usize, people: &[Individual], rest: &str) -> io::Result<()> {
    case.holds(home, people, Layout::Accounts.elements());
    let path = case.home(home, rest);
    case.put_for(home, &path, roster(people, Layout::Accounts).delimited(',').as_bytes())
}

/// Identifiers inside longer tokens, and domains that only contain the institution's.
pub(super) fn longer_tokens(case: &mut Case) -> io::Result<()> {
    let us = case.found(Profile::american("nearmiss", RuledOut))?;
    let eu = case.found(Profile::european("nearmiss", RuledOut, 0))?;
    let (code, aba, domain) = (case.id(us, Scheme::ClientCode), case.id(us, Scheme::Aba), case.id(us, Scheme::Domain));
    let (bic, lei) = (case.id(eu, Scheme::Bic), case.id(eu, Scheme::Lei));
    let log = format!(
        "03:12:44 INFO  trace=8841{aba}20937 span=X{code}ZZ9\n03:12:45 WARN  resolver: my{domain} not found, {domain}.test.invalid not found\n\
         03:12:45 DEBUG state Q{bic}QQ7 blob {lei}0A1B2C\n"
    );
    let text = case.prose(10) + "\n" + &log + &case.prose(6);
    let path = case.neutral("log");
    case.put(&path, text.as_bytes())
}

/// A name that begins in one cell and ends in the next.
pub(super) fn split_name(case: &mut Case) -> io::Result<()> {
    // Neither half is distinctive: no legal form could be missing from it.
    let index = case.found(Profile::american("nearmiss", RuledOut).named("{} Orchard Savings Bank", None))?;
    let name = case.name(index);
    let words: Vec<_> = name.split(' ').collect();
    let (left, right) = words.split_at(words.len() / 2);
    let mut table = Table { header: ["host", "label", "remark"].map(str::to_owned).to_vec(), rows: Vec::new() };
    for i in 0..12 {
        let prng = &mut case.prng;
        table.rows.push(vec![format!("node{i:02}"), prng.pick(NOUNS).to_string(), prng.pick(ADJECTIVES).to_string()]);
    }
    table.rows[7] = vec!["node07".to_owned(), format!("mirror {}", left.join(" ")), format!("{} calendar", right.join(" "))];
    let path = case.neutral("csv");
    case.put(&path, table.delimited(',').as_bytes())
}

/// Postal codes and a build folder that equal numeric client codes.
pub(super) fn numeric_codes(case: &mut Case, home: usize, round: usize) -> io::Result<()> {
    let zip_like = case.found(Profile::american("nearmiss", RuledOut).numeric_code())?;
    let code = case.id(zip_like, Scheme::ClientCode);
    let mut people = case.crowd.people(20, Layout::Accounts, None);
    people.iter_mut().step_by(3).for_each(|p| p.address[3] = code.clone());
    put_in_home(case, home, &people, &format!("outbound/addresses_{:04}.csv", 515 + round))?;

    let folder_like = case.found(Profile::american("nearmiss", RuledOut).numeric_code())?;
    let code: u32 = case.id(folder_like, Scheme::ClientCode).parse().unwrap_or(60_000);
    for build in [code.to_string(), "nightly".to_owned(), "release candidate".to_owned()] {
        let notes = case.prose(5);
        case.put(&format!("staging/build-{round}/{build}/notes.txt"), notes.as_bytes())?;
    }
    Ok(())
}

/// An IBAN with an institution's bank part whose check digits do not hold, in somebody's home.
pub(super) fn broken_iban(case: &mut Case, home: usize, round: usize) -> io::Result<()> {
    let index = case.found(Profile::european("nearmiss", RuledOut, 0))?;
    let (country, bank) = case.iban_bank(index);
    let mut table = case.customers_of(home, 9, Layout::Iban);
    let column = table.column("iban");
    table.rows[4][column] = with_iban_spoiled(&iban(&country, &bank, &mut case.prng));
    let path = case.home(home, &format!("inbound/lastschriften_{:02}.csv", 20 + round));
    case.put_for(home, &path, table.delimited(';').as_bytes())
}

/// A one-word name and a person's name, both without the legal form that would make them mean something.
pub(super) fn common_names(case: &mut Case, home: usize, round: usize) -> io::Result<()> {
    let word = ["Lantern", "Cadence", "Parallel", "Meridian"][round % 4];
    let person = ["Marcus Oakley", "Helena Strand", "Julian Ashby", "Sylvia Renner"][round % 4];
    // The same word a second time would be a shared name.
    let suffix = if round < 4 { String::new() } else { round.to_string() };
    case.found(Profile::european("nearmiss", RuledOut, 3).named(format!("{word}{suffix} AG"), None))?;
    case.found(Profile::american("nearmiss", RuledOut).named(format!("{person}{suffix}, LLC"), None))?;
    let text = case.around(&format!("{word} was restarted at noon, and the log of {word} shows nothing unusual."));
    let path = case.neutral("txt");
    case.put(&path, text.as_bytes())?;
    let mut people = case.crowd.people(8, Layout::Accounts, None);
    people[3].name = person.to_owned();
    put_in_home(case, home, &people, &format!("outbound/signatories_{:02}.csv", 1 + round))
}

/// Inventories that decide, or do not, with nothing found.
pub(super) fn inventories(case: &mut Case) -> io::Result<()> {
    for (family, verdict, inventory) in [
        // Nobody knows what it uses; it may be the product in whose part of the platform an archive is sealed.
        ("no_inventory", Undetermined, Inventory::Missing),
        ("no_inventory", RuledOut, Inventory::Incomparable),
        ("no_inventory", RuledOut, Inventory::Inconsistent),
        ("purged", RuledOut, Inventory::Purged),
        ("purged", RuledOut, Inventory::Later),
        ("former", RuledOut, Inventory::Former),
        ("former", RuledOut, Inventory::PurgedLate),
    ] {
        case.found(Profile::american(family, verdict).inventory(inventory))?;
    }
    Ok(())
}

/// Lists that name everybody and hold nobody's data: a bank directory in the vendor's software, a copy of it
/// in somebody's home, a list of codes, the vendor's list of clients, an invitation to many addresses.
pub(super) fn directories(case: &mut Case, home: usize) -> io::Result<()> {
    let row = |case: &Case, i: usize, scheme: &Scheme| {
        let who = &case.institutions[i];
        who.id(scheme).map(|value| (value.to_owned(), who.legal_name.clone(), who.city.clone(), who.region.to_owned()))
    };
    let mut routing = Table { header: ["routing_number", "name", "city", "state"].map(str::to_owned).to_vec(), rows: Vec::new() };
    for i in 0..case.institutions.len() {
        if let Some((value, name, city, state)) = row(case, i, &Scheme::Aba) {
            routing.rows.push(vec![format!("{value:0>9}"), name, city, state]);
        }
    }
    for n in 0..routing.rows.len() / 2 {
        let name =
            format!("{} {}", STRANGER_HEADS[n % STRANGER_HEADS.len()], STRANGER_TAILS[n / STRANGER_HEADS.len() % STRANGER_TAILS.len()]);
        let (aba, city, state) = (case.stranger(), case.prng.pick(HOME_TOWNS), case.prng.pick(STATES));
        routing.rows.push(vec![aba, name, city.to_owned(), state.to_owned()]);
    }
    routing.rows.sort();
    let (listing, class) = (routing.delimited(','), class_file(&mut case.prng, 900));
    let jar = zip(&[("org/courier/Routing.class", &class), ("data/routing.csv", listing.as_bytes())])?;
    case.put("software/payments/routing-5.3.jar", &jar)?;
    let path = case.home(home, "inbound/participants.csv");
    case.put_for(home, &path, routing.delimited(';').as_bytes())?;

    let mut codes = String::from("Business identifier codes known to the gateway\n\n");
    let mut clients =
        Table { header: ["client_code", "institution", "city", "domain", "tier"].map(str::to_owned).to_vec(), rows: Vec::new() };
    let mut addresses = Vec::new();
    for i in 0..case.institutions.len() {
        if let Some((bic, name, ..)) = row(case, i, &Scheme::Bic) {
            codes += &format!("{bic}XXX  {name}\n");
        }
        let domain = case.institutions[i].id(&Scheme::Domain).unwrap_or_default().to_owned();
        if let Some((code, name, city, _)) = row(case, i, &Scheme::ClientCode) {
            clients.rows.push(vec![code, name, city, domain.clone(), ["gold", "silver"][i % 2].to_owned()]);
        }
        if !domain.is_empty() {
            addresses.push(format!("operations@{domain}"));
        }
    }
    case.put("staging/reference/bic-list.txt", codes.as_bytes())?;
    case.put("staging/reference/client-list.csv", clients.delimited(',').as_bytes())?;
    let text = format!("To: {}\nSubject: Maintenance on Sunday\n\n{}", addresses.join(",\n    "), case.prose(6));
    case.put("staging/reference/invitation.txt", text.as_bytes())
}
