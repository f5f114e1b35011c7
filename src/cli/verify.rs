use super::{End, Usage, give};
use crate::case::{Access, Case};
use crate::model::{ContentId, escape_bytes};
use anyhow::{Result, bail};
use clap::Args;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
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
    let mut faults = Vec::new();
    if let Some(event) = case.ledger.broken_event()? {
        faults.push(format!("the audit chain is broken at event {event}"));
    }
    let readings = case.ledger.readings()?;
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
    let place = |r: &crate::ledger::Root| {
        let now = moved.iter().find(|m| m.label == r.label).map(|m| m.path.clone());
        now.unwrap_or_else(|| PathBuf::from(OsStr::from_bytes(&r.path)))
    };
    let roots: HashMap<i64, PathBuf> = registered.iter().map(|r| (r.id, place(r))).collect();
    let mut checked = 0u64;
    let mut gone = 0u64;
    for file in case.ledger.files()? {
        let Some(row) = file.content else { continue };
        let Some(expected) = known.get(&row) else {
            faults.push(format!("the ledger lacks the content of {}", escape_bytes(&file.path)));
            continue;
        };
        let Some(root) = roots.get(&file.root) else { continue };
        let path = root.join(OsStr::from_bytes(&file.path));
        match digest(&path) {
            Ok(actual) if actual == *expected => checked += 1,
            Ok(_) => faults.push(format!("{} is not what was read", escape_bytes(path.as_os_str().as_bytes()))),
            Err(_) => gone += 1,
        }
    }
    let unindexed = case.index.check()?;
    faults.extend(unindexed);
    give(&format!("{checked} files unchanged, {gone} no longer there, {} faults\n", faults.len()))?;
    if !faults.is_empty() {
        bail!("the case {} is not intact:\n  {}", arguments.case.display(), faults.join("\n  "));
    }
    Ok(End::Clear)
}

fn digest(path: &Path) -> std::io::Result<ContentId> {
    let mut hasher = Sha256::new();
    let mut file = std::fs::File::open(path)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        match std::io::Read::read(&mut file, &mut buffer)? {
            0 => return Ok(ContentId(hasher.finalize().into())),
            n => hasher.update(&buffer[..n]),
        }
    }
}
