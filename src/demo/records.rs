//! Families whose records or documents carry an identifier that settles whose they are.

use super::case::Case;
use super::containers::zip;
use super::institutions::Profile;
use super::noise::class_file;
use super::office::{docx, xlsx};
use super::people::{Layout, roster};
use super::tables::{Table, markup, utf16};
use crate::model::{Scheme, Verdict::*};
use std::io;

/// Tables nearly all of whose rows carry one institution's routing number.
pub(super) fn routing_column(case: &mut Case) -> io::Result<()> {
    for kind in 0..3 {
        let owner = case.found(Profile::american("records", Affected))?;
        let (aba, stranger) = (case.id(owner, Scheme::Aba), case.stranger());
        let mut table = case.customers_of(owner, 60, Layout::Accounts);
        let odd = case.prng.below(60) as usize;
        table.push_column("routing_number", |i| if i == odd { stranger.clone() } else { aba.clone() });
        let (extension, bytes) = match kind {
            0 => ("csv", table.delimited(',').into_bytes()),
            1 => ("xlsx", xlsx("Loans", &table)?),
            _ => ("txt", table.fixed_width().into_bytes()),
        };
        let path = case.neutral(extension);
        case.put_for(owner, &path, &bytes)?;
    }
    Ok(())
}

/// The vendor's own extract: one row per client, each with a person. Every row is somebody's.
pub(super) fn client_records(case: &mut Case) -> io::Result<()> {
    let mut parts = Vec::new();
    for n in 0..5 {
        let profile = Profile::american("client_records", Affected);
        let owner = case.found(if n == 1 { profile.numeric_code() } else { profile })?;
        parts.push((owner, case.id(owner, Scheme::ClientCode)));
    }
    let (csv, json) = parts.split_at(3);
    for (owners, rows_each, header) in [(csv, 1, "client_code"), (json, 3, "clientCode")] {
        let mut whole = Table { header: Vec::new(), rows: Vec::new() };
        for (owner, code) in owners {
            let mut part = case.customers_of(*owner, rows_each, Layout::Accounts);
            part.push_column(header, |_| code.clone());
            whole.header = part.header;
            whole.rows.extend(part.rows);
        }
        case.prng.shuffle(&mut whole.rows);
        let (extension, text) = if rows_each == 1 { ("csv", whole.delimited(',')) } else { ("jsonl", whole.json_lines()) };
        let path = case.neutral(extension);
        owners.iter().for_each(|(owner, _)| case.owns(*owner, &path));
        case.put(&path, text.as_bytes())?;
    }
    Ok(())
}

/// A labelled code in the properties of a library inside a web application.
pub(super) fn config(case: &mut Case, round: usize) -> io::Result<()> {
    let profile = Profile::american("config", Affected);
    let owner = case.found(if round % 2 == 1 { profile.numeric_code() } else { profile })?;
    let (code, domain) = (case.id(owner, Scheme::ClientCode), case.id(owner, Scheme::Domain));
    let host = if round % 2 == 1 { String::new() } else { format!("delivery.host=files.{domain}\n") };
    let properties = format!("# written by the installer\n{host}delivery.port=2222\nclient.code={code}\ndelivery.retries=4\n");
    let (class, manifest) = (class_file(&mut case.prng, 700), b"Manifest-Version: 1.0\r\nCreated-By: 17\r\n\r\n".as_slice());
    let jar = zip(&[
        ("META-INF/MANIFEST.MF", manifest),
        ("conf/delivery.properties", properties.as_bytes()),
        ("org/courier/Delivery.class", &class),
    ])?;
    let war = zip(&[
        ("WEB-INF/web.xml", b"<web-app version=\"5.0\"/>"),
        ("WEB-INF/lib/delivery.jar", &jar),
        ("WEB-INF/classes/App.class", &class),
    ])?;
    let path = case.neutral("war");
    case.put_for(owner, &path, &war)
}

/// A letter with a labelled code, which editing has split into two runs of text.
pub(super) fn letter(case: &mut Case) -> io::Result<()> {
    let owner = case.found(Profile::american("letter", Affected))?;
    let (code, city, name) = (case.id(owner, Scheme::ClientCode), case.institutions[owner].city.clone(), case.name(owner));
    let paragraphs = [
        name,
        city,
        String::new(),
        format!("Client code: {}|{}", &code[..2], &code[2..]),
        "Dear Madam or Sir,".to_owned(),
        case.prose(9),
        "Kind regards".to_owned(),
    ];
    let path = case.neutral("docx");
    case.put_for(owner, &path, &docx(&paragraphs)?)
}

/// Labelled codes and accounts in JSON, XML, HTML and UTF-16.
pub(super) fn labelled(case: &mut Case, round: usize) -> io::Result<()> {
    let nested = round % 2 == 1;
    let owner = case.found(Profile::american("json_config", Affected))?;
    let code = case.id(owner, Scheme::ClientCode);
    let key = if nested { format!("\"client\": {{\"tier\": 2, \"code\": \"{code}\"}}") } else { format!("\"client_code\": \"{code}\"") };
    let text = format!("{{\n  \"service\": \"courier\",\n  {key},\n  \"window\": [\"01:00\", \"04:30\"],\n  \"retries\": 5\n}}\n");
    let path = case.neutral("json");
    case.put_for(owner, &path, text.as_bytes())?;

    let owner = case.found(Profile::european("xml_config", Affected, round))?;
    let code = case.id(owner, Scheme::ClientCode);
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<delivery mode=\"push\">\n  <clientCode>{code}</clientCode>\n  <retries max=\"5\" pause=\"PT30S\"/>\n</delivery>\n"
    );
    let path = case.neutral("xml");
    case.put_for(owner, &path, text.as_bytes())?;

    let owner = case.found(Profile::american("html_page", Affected).account())?;
    let account = markup(&case.id(owner, Scheme::TransferAccount));
    let line = if nested {
        format!("<table><tr><th>Transfer account</th><td>{account}</td></tr><tr><th>Protocol</th><td>SFTP</td></tr></table>")
    } else {
        format!("<p>Transfer account: <code>{account}</code></p>")
    };
    let text = format!(
        "<!DOCTYPE html>\n<html><head><title>Hand-over</title></head><body><h1>Hand-over</h1>{line}<p>{}</p></body></html>\n",
        case.prose(5)
    );
    let path = case.neutral("html");
    case.put_for(owner, &path, text.as_bytes())?;

    let owner = case.found(Profile::american("utf16_export", Affected))?;
    let code = case.id(owner, Scheme::ClientCode);
    let text = format!(
        "[Delivery profile]\r\nClient code: {code}\r\nRetry window: 45 min\r\nLast change: 2025-02-11\r\n\r\n[Transport]\r\nMode: push\r\n"
    );
    let path = case.neutral("ini");
    case.put_for(owner, &path, &utf16(&text))
}

/// Two identifiers of different kinds in one paragraph.
pub(super) fn two_identifiers(case: &mut Case, round: usize) -> io::Result<()> {
    let owner = case.found(Profile::european("two_identifiers", Affected, round))?;
    let (lei, domain) = (case.id(owner, Scheme::Lei), case.id(owner, Scheme::Domain));
    let text = case.around(&format!("The certificate for mft.{domain} was issued to the holder of LEI {lei} and runs out in May."));
    let path = case.neutral("txt");
    case.put_for(owner, &path, text.as_bytes())
}

/// Persons without any hint at their institution.
pub(super) fn ownerless(case: &mut Case, n: usize) -> Table {
    let people = case.crowd.people(n, Layout::Accounts, None);
    roster(&people, Layout::Accounts)
}
