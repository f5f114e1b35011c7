use super::{End, STOP, Usage, give, progress, say};
use crate::case::{Access, Case};
use crate::crawl::sha256_of;
use crate::ledger::{Root, Seal};
use crate::model::{ContentId, Status, escape_bytes};
use crate::report::count;
use anyhow::{Result, anyhow};
use clap::Args;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(super) struct Arguments {
    /// The case.
    #[arg(long, value_name = "DIR")]
    case: PathBuf,
    /// Where evidence lies now.
    #[arg(long = "evidence", value_name = "LABEL=PATH")]
    moved: Vec<OsString>,
}

pub(super) fn run(arguments: &Arguments) -> Result<End> {
    let case = Case::open(&arguments.case, Access::Read)?;
    let mut faults = case.ledger.faults()?;
    if let Some(event) = case.ledger.broken_event()? {
        faults.push(format!("the audit chain is broken at event {event}"));
    }
    let readings = match case.ledger.readings() {
        Ok(readings) => readings,
        Err(error) => {
            faults.push(format!("{error:#}"));
            return Err(broken(&arguments.case, &faults));
        }
    };
    let known: HashMap<i64, ContentId> = readings.iter().map(|(row, r)| (*row, r.content)).collect();
    for (_, reading) in &readings {
        let sum: u64 = reading.spans.iter().map(crate::ledger::Span::bytes).sum();
        if sum != reading.size {
            faults.push(format!("the spans of content {} add up to {sum}, not to {}", reading.content, reading.size));
        }
    }
    let moved = arguments.moved.iter().map(|e| super::index::moved(e)).collect::<Result<Vec<_>>>().map_err(|e| Usage(format!("{e:#}")))?;
    let registered = case.ledger.roots()?;
    if let Some(stranger) = moved.iter().find(|m| registered.iter().all(|k| k.label != m.label)) {
        return Err(Usage(format!("the case has no evidence labelled `{}`", stranger.label)).into());
    }
    let place = |r: &Root| {
        let now = moved.iter().find(|m| m.label == r.label).map(|m| m.path.clone());
        now.unwrap_or_else(|| PathBuf::from(OsStr::from_bytes(&r.path)))
    };
    let roots: HashMap<i64, PathBuf> = registered.iter().map(|r| (r.id, place(r))).collect();
    let progress = progress();
    let (mut checked, mut compared) = (0u64, 0u64);
    let (mut gone, mut never_read) = (0u64, 0u64);
    let files = match case.ledger.files() {
        Ok(files) => files,
        Err(error) => {
            faults.push(format!("{error:#}"));
            return Err(broken(&arguments.case, &faults));
        }
    };
    for file in files {
        let Some(row) = file.content else {
            never_read += u64::from(file.status != Status::Read);
            continue;
        };
        let Some(expected) = known.get(&row) else {
            faults.push(format!("the ledger lacks the content of {}", escape_bytes(&file.path)));
            continue;
        };
        let Some(root) = roots.get(&file.root) else {
            faults.push(format!("the ledger lacks the evidence root of {}", escape_bytes(&file.path)));
            continue;
        };
        let path = root.join(OsStr::from_bytes(&file.path));
        let mut read = |bytes: u64| {
            compared = compared.saturating_add(bytes);
            progress.compared("the evidence", compared);
        };
        match sha256_of(&path, &STOP, &mut read)? {
            Ok(actual) if actual == *expected => checked += 1,
            Ok(_) => faults.push(format!("{} is not what was read", escape_bytes(path.as_os_str().as_bytes()))),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => gone += 1,
            Err(error) => faults.push(format!("{} cannot be read: {error}", escape_bytes(path.as_os_str().as_bytes()))),
        }
    }
    progress.end();
    let unindexed = case.index.check()?;
    faults.extend(unindexed);
    let (unchanged, found) = (count(checked, "file", "files"), count(faults.len() as u64, "fault", "faults"));
    let mut line = format!("{unchanged} unchanged, {gone} no longer there, {found}");
    if gone > 0 {
        line.push_str(&format!("; {} not checked", count(gone, "file was", "files were")));
    }
    if never_read > 0 {
        line.push_str(&format!("; {} never read", count(never_read, "was", "were")));
    }
    line.push('\n');
    give(&line)?;
    if !faults.is_empty() {
        return Err(broken(&arguments.case, &faults));
    }
    let open = unsealed(&case, &registered)?;
    if let Some(open) = &open {
        say(&format!("the ledger was not checked against a seal: {open}; `ruleout index` again ends it"));
    }
    Ok(if gone > 0 || open.is_some() { End::Gaps } else { End::Clear })
}

fn broken(case: &Path, faults: &[String]) -> anyhow::Error {
    anyhow!("the case {} is not intact:\n  {}", case.display(), faults.join("\n  "))
}

/// Why the ledger has no seal that it could be compared with, or is not what a run left that ended.
fn unsealed(case: &Case, roots: &[Root]) -> Result<Option<String>> {
    let unwalked = roots.iter().find(|root| !root.walked);
    Ok(match case.ledger.last_seal()? {
        Seal::None => Some("it has none".to_owned()),
        Seal::Begun(time) => Some(format!("a run that began to change it on {time} did not end")),
        Seal::Sealed(..) => unwalked.map(|root| format!("a run that listed {} did not end", root.label)),
    })
}
