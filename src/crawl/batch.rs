//! Batches: evidence that arrives later under a label that the case knows already.

use super::{Progress, RootArgument, sha256_of};
use crate::ledger::Ledger;
use crate::model::escape_bytes;
use crate::stop::Stop;
use anyhow::{Context, Result};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// The first file that lies in this root under the path, but not with the content, of one that was read from another
/// place under the same label. It would take the other's place in the case, and what was found in that would be lost.
pub fn replaced_file(ledger: &Ledger, root: &RootArgument, stop: &Stop, progress: &Progress) -> Result<Option<String>> {
    let base = root.path.canonicalize().with_context(|| format!("cannot find the evidence {}", root.path.display()))?;
    let known = ledger.roots()?.into_iter().find(|known| known.label == root.label && known.path != base.as_os_str().as_bytes());
    let Some(known) = known else { return Ok(None) };
    let mut compared = 0u64;
    for file in ledger.files()?.into_iter().filter(|file| file.root == known.id) {
        stop.check()?;
        let Some(content) = file.content.map(|row| ledger.content(row)).transpose()?.flatten() else { continue };
        let here = base.join(OsStr::from_bytes(&file.path));
        // What is not here keeps what was read of it, and what cannot be opened becomes a gap.
        let Ok(metadata) = here.metadata() else { continue };
        let mut read = |bytes: u64| {
            compared = compared.saturating_add(bytes);
            progress.compared(&root.label, compared);
        };
        if metadata.len() != file.size || matches!(sha256_of(&here, stop, &mut read)?, Ok(now) if now != content.sha256) {
            return Ok(Some(escape_bytes(&file.path)));
        }
    }
    Ok(None)
}
