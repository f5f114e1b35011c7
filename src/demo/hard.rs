//! Harder families: the same questions as in the others, asked in writings and places in which they are easily
//! answered wrongly.

use super::case::Case;
use super::containers::zip;
use super::institutions::Profile;
use super::inventory::Inventory;
use super::nacha::{AchFile, Entry, OPERATORS};
use super::noise::telemetry;
use super::office::xlsx;
use super::people::{Individual, Layout, elements};
use super::tables::{Table, utf16};
use crate::format::text::ebcdic::CP037;
use crate::model::{DataElement, Scheme, Verdict::*};
use std::io;

pub(super) fn families(case: &mut Case, round: usize) -> io::Result<()> {
    ach_in_other_writings(case)?;
    changed_hands(case)?;
    second_table(case)?;
    lost_zeros(case)?;
    labelled_numbers(case, round)?;
    numbers_of_other_kinds(case)?;
    regional_directory(case, round)?;
    boilerplate(case)?;
    longer_names(case, round)
}

/// A file that its owner sent to the operator, with the persons in it.
fn ach(case: &mut Case, owner: usize) -> String {
    let (aba, name) = (case.id(owner, Scheme::Aba), case.name(owner));
    let entries: Vec<Entry> = (0..7)
        .map(|_| Entry {
            rdfi: case.stranger(),
            account: case.crowd.account(),
            cents: case.prng.range(10_000..900_000),
            person: case.crowd.name(),
        })
        .collect();
    let people: Vec<_> = entries.iter().map(|e| Individual { name: e.person.clone(), address: vec![], rest: vec![] }).collect();
    case.holds(owner, &people, elements(&[DataElement::Name, DataElement::AccountNumber, DataElement::Amount]));
    let company_id = format!("4{}", case.prng.digits(8));
    AchFile {
        destination: (OPERATORS[0], "Federal Reserve Bank"),
        origin: (&aba, &name),
        odfi: &aba,
        company: "Anchor Works",
        company_id: &company_id,
        settled: None,
        entries: &entries,
    }
    .write()
}

/// ACH files in EBCDIC without line ends, in UTF-16, and line by line in a program's log.
fn ach_in_other_writings(case: &mut Case) -> io::Result<()> {
    let owner = case.found(Profile::american("ach_ebcdic", Affected))?;
    let file = ach(case, owner).replace("\r\n", "");
    let place = |c: char| CP037.iter().position(|known| *known == c).map_or(0x40, |at| at as u8);
    let path = case.neutral("dat");
    case.put_for(owner, &path, &file.chars().map(place).collect::<Vec<u8>>())?;

    let owner = case.found(Profile::american("ach_utf16", Affected))?;
    let file = ach(case, owner);
    let path = case.neutral("txt");
    case.put_for(owner, &path, &utf16(&file))?;

    let owner = case.found(Profile::american("ach_in_log", Affected))?;
    let lines = ach(case, owner);
    let logged: String = lines
        .lines()
        .enumerate()
        .map(|(n, line)| {
            format!("2025-03-04 03:{:02}:{:02},{:03} DEBUG [writer-{}] record [{line}]\n", n / 60, n % 60, 37 * n % 1000, n % 4)
        })
        .collect();
    let text = format!("2025-03-04 03:00:00,000 INFO  [main] writer started\n{logged}2025-03-04 03:09:00,000 INFO  [main] writer ended\n");
    let path = case.neutral("log");
    case.put_for(owner, &path, text.as_bytes())
}

/// A routing number that changed hands: the file says of which day it is.
fn changed_hands(case: &mut Case) -> io::Result<()> {
    let (old, new) = (case.found(Profile::american("changed_hands", RuledOut))?, case.found(Profile::american("changed_hands", Affected))?);
    let aba = case.id(new, Scheme::Aba);
    // The file bears the routing number that both had.
    let file = ach(case, new);
    case.institutions[new].identifiers.retain(|(scheme, value)| *scheme != Scheme::Aba || format!("{value:0>9}") != aba);
    case.institutions[old].dated.push((Scheme::Aba, aba.clone(), "", "2023-06-30"));
    case.institutions[new].dated.push((Scheme::Aba, aba, "2023-07-01", ""));
    let bytes = zip(&[("payload.ach", file.as_bytes())])?;
    let path = case.neutral("zip");
    case.put_for(new, &path, &bytes)
}

/// Under a list of clients, records of two of them, in one sheet and in one printed report.
fn second_table(case: &mut Case) -> io::Result<()> {
    for printed in [false, true] {
        let owners: Vec<usize> = (0..2).map(|_| case.found(Profile::american("second_table", Affected))).collect::<io::Result<_>>()?;
        let listed: Vec<usize> = (0..7).map(|_| case.found(Profile::american("list_above", RuledOut))).collect::<io::Result<_>>()?;
        let mut list = Table { header: ["client_code", "city", "since"].map(str::to_owned).to_vec(), rows: Vec::new() };
        for (n, &who) in owners.iter().chain(&listed).enumerate() {
            list.rows.push(vec![case.id(who, Scheme::ClientCode), case.institutions[who].city.clone(), format!("2019-03-{:02}", n + 1)]);
        }
        let mut records = Table { header: Vec::new(), rows: Vec::new() };
        for &owner in &owners {
            let code = case.id(owner, Scheme::ClientCode);
            let mut part = case.customers_of(owner, 4, Layout::Accounts);
            part.push_column("client_code", |_| code.clone());
            records.header = part.header;
            records.rows.extend(part.rows);
        }
        let (extension, bytes) = if printed {
            let text =
                format!("CLIENTS OF THE NIGHT RUN\r\n\r\n{}\r\nACCOUNTS IN DOUBT\r\n\r\n{}", list.fixed_width(), records.fixed_width());
            ("prn", text.into_bytes())
        } else {
            list.rows.push(records.header);
            list.rows.extend(records.rows);
            ("xlsx", xlsx("Night run", &list)?)
        };
        let path = case.neutral(extension);
        owners.iter().for_each(|&owner| case.owns(owner, &path));
        case.put(&path, &bytes)?;
    }
    Ok(())
}

/// A table whose routing numbers a spreadsheet took for numbers.
fn lost_zeros(case: &mut Case) -> io::Result<()> {
    let owner = case.found(Profile::american("lost_zeros", Affected).lost_zero())?;
    let aba = case.id(owner, Scheme::Aba);
    let mut table = case.customers_of(owner, 25, Layout::Accounts);
    table.push_column("Routing Number", |_| aba.trim_start_matches('0').to_owned());
    let path = case.neutral("xlsx");
    case.put_for(owner, &path, &xlsx("Loans", &table)?)
}

/// A routing number with blanks or hyphens: after its label it points, without one it is nothing.
fn labelled_numbers(case: &mut Case, round: usize) -> io::Result<()> {
    let written = |aba: &str| match round % 2 {
        0 => format!("{} {} {}", &aba[..4], &aba[4..8], &aba[8..]),
        _ => format!("{}-{}-{}", &aba[..4], &aba[4..8], &aba[8..]),
    };
    let labelled = case.found(Profile::american("labelled_number", Undetermined))?;
    let bare = case.found(Profile::american("bare_number", RuledOut))?;
    let text = format!("The routing number: {} is used for the returns of the week.", written(&case.id(labelled, Scheme::Aba)));
    let text = case.around(&text);
    let path = case.neutral("txt");
    case.put(&path, text.as_bytes())?;
    let text = format!("The tape {} was found in the rack of the old room.", written(&case.id(bare, Scheme::Aba)));
    let text = case.around(&text);
    let path = case.neutral("txt");
    case.put(&path, text.as_bytes())
}

/// Postal codes of nine digits, amounts without a point and traces that equal routing numbers.
fn numbers_of_other_kinds(case: &mut Case) -> io::Result<()> {
    let some: Vec<usize> = (0..3).map(|_| case.found(Profile::american("other_numbers", RuledOut))).collect::<io::Result<_>>()?;
    let ids: Vec<String> = some.iter().map(|&who| case.id(who, Scheme::Aba)).collect();
    let mut table = telemetry(&mut case.prng, 60);
    for (column, id) in ["zip_plus4", "amount_cents", "trace_no"].into_iter().zip(&ids) {
        let mut digits: Vec<String> = (0..60).map(|_| case.prng.digits(9)).collect();
        digits[17] = id.clone();
        table.push_column(column, |i| digits[i].clone());
    }
    let path = case.neutral("csv");
    case.put(&path, table.delimited(',').as_bytes())
}

/// A directory of one region, as a sheet, as a page and inside software.
fn regional_directory(case: &mut Case, round: usize) -> io::Result<()> {
    let mut table = Table { header: ["Routing number", "Institution", "City", "Phone"].map(str::to_owned).to_vec(), rows: Vec::new() };
    for n in 0..12 {
        let inventory = if n % 4 == 3 { Inventory::Elsewhere } else { Inventory::Current };
        let who = case.found(Profile::american("regional_directory", RuledOut).inventory(inventory))?;
        let (name, city) = (case.name(who), case.institutions[who].city.clone());
        table.rows.push(vec![case.id(who, Scheme::Aba), name, city, format!("555-01{:02}", 10 + n)]);
    }
    let path = case.neutral("xlsx");
    case.put(&path, &xlsx("Region", &table)?)?;
    let row = |line: &Vec<String>| {
        format!("<tr>{}</tr>\n", line.iter().map(|cell| format!("<td>{}</td>", super::tables::markup(cell))).collect::<String>())
    };
    let page = format!(
        "<html><body><h1>Institutions of the region</h1><table>\n{}</table></body></html>\n",
        table.lines().map(row).collect::<String>()
    );
    let path = case.neutral("html");
    case.put(&path, page.as_bytes())?;
    let jar =
        zip(&[("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\r\n\r\n".as_slice()), ("region/list.txt", table.fixed_width().as_bytes())])?;
    case.put(&format!("software/region/region-{round}.jar"), &jar)
}

/// A list of clients with the same sentence in every row.
fn boilerplate(case: &mut Case) -> io::Result<()> {
    let mut table = Table { header: ["client_code", "institution", "remark"].map(str::to_owned).to_vec(), rows: Vec::new() };
    for _ in 0..9 {
        let who = case.found(Profile::american("boilerplate", RuledOut))?;
        let (code, name) = (case.id(who, Scheme::ClientCode), case.name(who));
        let remark = format!("The nightly window of {name} opens at one and closes at four");
        table.rows.push(vec![code, name, remark]);
    }
    let path = case.neutral("csv");
    case.put(&path, table.delimited(';').as_bytes())
}

/// Names of files and fields in which a longer name ends or begins with the institution's.
fn longer_names(case: &mut Case, round: usize) -> io::Result<()> {
    // Each of its words stands in some name of the registry.
    let first = ["Granite", "Juniper", "Larkspur", "Cobalt"][round % 4];
    let suffix = if round < 4 { String::new() } else { round.to_string() };
    let short = case.found(Profile::american("longer_name", RuledOut).named(format!("Bank of {{}} {first}{suffix}"), None))?;
    case.found(Profile::american("longer_name", RuledOut).named(format!("Meadowbrook {{}} Credit Union Service {round}"), None))?;
    let name = case.name(short).to_lowercase().replace(' ', "_");
    let text = case.around(&format!("The job meadowbrook_{name}_export writes to {name}_holdings_2025.csv every night."));
    let path = case.neutral("txt");
    case.put(&path, text.as_bytes())
}
