//! Families in which an institution is only named, or only pointed at.

use super::case::Case;
use super::containers::encrypted_zip;
use super::identifiers::with_aba_spoiled;
use super::institutions::{Profile, shared_name};
use super::inventory::{CARDVAULT, Inventory};
use super::office::docx;
use super::tables::{cp1252, markup};
use crate::model::{Scheme, Verdict::*};
use std::io;

/// A distinctive name in passing: broken over two lines, in Windows-1252, with an escaped ampersand.
pub(super) fn named(case: &mut Case, round: usize) -> io::Result<()> {
    let index = case.found(Profile::american("named", Referenced))?;
    let name = case.name(index);
    let (before, after) = name.rsplit_once(' ').unwrap_or((&name, ""));
    let text = case.around(&format!("A similar set-up was shown at {before}\n{after} some years ago."));
    let path = case.neutral("txt");
    case.put(&path, text.as_bytes())?;

    // 1: a French name, with accents.
    let index = case.found(Profile::european("named", Referenced, 1))?;
    let sentence = format!("Le même montage a été présenté à la {} il y a deux ans.", case.name(index));
    let text = case.around(&sentence);
    let path = case.neutral("txt");
    case.put(&path, &cp1252(&text))?;

    let index = case.found(
        Profile::american("named", Referenced)
            .named(format!("{} & {{}} Trust Savings Bank", ["Harrier", "Kestrel", "Osprey"][round % 3]), None),
    )?;
    let text = format!("<html><body><p>{}</p><p>Visitors from {} saw it.</p></body></html>\n", case.prose(4), markup(&case.name(index)));
    let path = case.neutral("html");
    case.put(&path, text.as_bytes())
}

/// A name that several institutions share, and nothing that singles one out.
pub(super) fn namesake(case: &mut Case, shared: usize) -> io::Result<()> {
    let name = shared_name(shared);
    for (pattern, inventory, truth) in [
        (name.clone(), Inventory::Current, Undetermined),
        (name.clone(), Inventory::Former, Undetermined),
        (name.clone(), Inventory::Elsewhere, RuledOut),
        (format!("{name}, N.A."), Inventory::Current, Undetermined),
    ] {
        case.found(Profile::american("namesake", truth).named(pattern, None).inventory(inventory))?;
    }
    let paragraphs =
        [name.clone(), String::new(), "Dear Madam or Sir,".to_owned(), case.prose(7), format!("We thank {name} for its patience.")];
    let path = case.neutral("docx");
    case.put(&path, &docx(&paragraphs)?)
}

/// A shared name with city and state beside it: one is meant, and the others are not.
pub(super) fn singled_out(case: &mut Case, shared: usize) -> io::Result<()> {
    let name = shared_name(shared);
    let meant = case.found(Profile::american("singled_out", Referenced).named(name.clone(), None))?;
    for inventory in [Inventory::Current, Inventory::Elsewhere] {
        case.found(Profile::american("singled_out", RuledOut).named(name.clone(), None).inventory(inventory))?;
    }
    let (city, region) = (case.institutions[meant].city.clone(), case.institutions[meant].region);
    let text = case.around(&format!("The pilot ran at {name} in {city}, {region}, and was well received."));
    let path = case.neutral("txt");
    case.put(&path, text.as_bytes())
}

/// Its own domain, and nothing else.
pub(super) fn weak_domain(case: &mut Case, round: usize) -> io::Result<()> {
    let inventory = if round % 2 == 1 { Inventory::Patched } else { Inventory::Current };
    let index = case.found(Profile::american("weak_domain", Undetermined).inventory(inventory))?;
    let sentence = format!("The relay for mail.{} was moved to the new rack.", case.id(index, Scheme::Domain));
    let text = case.around(&sentence);
    let path = case.neutral("txt");
    case.put(&path, text.as_bytes())
}

/// Its code of six characters, unlabelled; and a code of four, which means nothing.
pub(super) fn bare_code(case: &mut Case) -> io::Result<()> {
    let index = case.found(Profile::american("bare_code", Undetermined))?;
    let short = case.found(Profile::american("nearmiss", RuledOut).short_code())?;
    let (code, other) = (case.id(index, Scheme::ClientCode), case.id(short, Scheme::ClientCode));
    for sentence in [format!("The retry of {code} was left for the morning shift."), format!("Row {other} of the rack plan is free.")] {
        let text = case.around(&sentence);
        let path = case.neutral("txt");
        case.put(&path, text.as_bytes())?;
    }
    Ok(())
}

/// Nothing in the registry could have found them.
pub(super) fn unfindable(case: &mut Case) -> io::Result<()> {
    let bare = case.found(Profile::american("unfindable", Undetermined))?;
    case.institutions[bare].identifiers.clear();
    let elsewhere = case.found(Profile::american("unfindable", RuledOut).inventory(Inventory::Elsewhere))?;
    case.institutions[elsewhere].identifiers.clear();
    // One whose only identifier has a wrong check digit.
    let spoiled = case.found(Profile::american("unfindable", Undetermined))?;
    let aba = with_aba_spoiled(&case.id(spoiled, Scheme::Aba));
    case.institutions[spoiled].identifiers = vec![(Scheme::Aba, aba)];
    // Two that share the only identifier that they have.
    let aba = case.stranger();
    for _ in 0..2 {
        let index = case.found(Profile::american("unfindable", Undetermined))?;
        case.institutions[index].identifiers = vec![(Scheme::Aba, aba.clone())];
    }
    Ok(())
}

/// An archive without password in the folder of one product: a gap for those who use the product.
pub(super) fn product_gap(case: &mut Case, round: usize) -> io::Result<()> {
    case.found(Profile::american("product_gap", Undetermined).product(CARDVAULT))?;
    case.found(Profile::american("product_gap", RuledOut).product(CARDVAULT).inventory(Inventory::Purged))?;
    let unseen = case.prose(25);
    let path = format!("staging/cardvault/2025-03/settlement-{round:02}.zip");
    case.put(&path, &encrypted_zip(&[("settlement.txt", unseen.as_bytes())], *b"another salt 16b")?)
}
