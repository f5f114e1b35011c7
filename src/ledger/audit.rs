use super::Ledger;
use crate::model::to_hex;
use anyhow::Result;
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// Of what the ledger keeps what runs stated; `run.json` repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stated {
    /// How readers of complex formats were confined.
    Fence,
    /// What text in pictures was recognised by.
    Ocr,
    /// Limits that were not as usual.
    Limits,
}

impl Stated {
    fn key(self) -> &'static str {
        match self {
            Self::Fence => "fence",
            Self::Ocr => "ocr",
            Self::Limits => "limits",
        }
    }
}

impl Ledger {
    /// Appends an event to the audit chain: what was done to the case, and when. Each event's hash covers
    /// the hash before it, so that a removed or altered event breaks the chain.
    pub fn record(&self, what: &str) -> Result<()> {
        let last: Option<(i64, String)> =
            self.db.query_row("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1", [], |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
        let (seq, before) = last.unwrap_or((0, String::new()));
        let time = jiff::Timestamp::now().to_string();
        self.db.execute("INSERT INTO event VALUES (?1, ?2, ?3, ?4)", params![seq + 1, time, what, chain(&before, seq + 1, &time, what)])?;
        Ok(())
    }

    /// What was stated of such a thing over all runs of the case.
    pub fn stated(&self, of: Stated) -> Result<BTreeSet<String>> {
        Ok(self.meta(of.key())?.map(|text| serde_json::from_str(&text)).transpose()?.unwrap_or_default())
    }

    /// States it once more; were any of these words new?
    pub fn state(&self, of: Stated, words: impl IntoIterator<Item = String>) -> Result<bool> {
        let mut all = self.stated(of)?;
        let before = all.len();
        all.extend(words);
        if all.len() > before {
            self.set_meta(of.key(), &serde_json::to_string(&all)?)?;
        }
        Ok(all.len() > before)
    }

    /// Checks the audit chain; the first broken event, if any.
    pub fn broken_event(&self) -> Result<Option<i64>> {
        let mut query = self.db.prepare("SELECT seq, time, what, hash FROM event ORDER BY seq")?;
        let mut rows = query.query([])?;
        let (mut before, mut expected) = (String::new(), 1);
        while let Some(row) = rows.next()? {
            let (seq, time, what, hash): (i64, String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            if seq != expected || chain(&before, seq, &time, &what) != hash {
                return Ok(Some(seq));
            }
            before = hash;
            expected += 1;
        }
        Ok(None)
    }
}

fn chain(before: &str, seq: i64, time: &str, what: &str) -> String {
    let digest = Sha256::digest(format!("{before}\n{seq}\n{time}\n{what}"));
    to_hex(&digest)
}
