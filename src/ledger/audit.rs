use super::Ledger;
use crate::model::to_hex;
use anyhow::Result;
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

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

    /// How readers of complex formats were confined, over all runs of the case.
    pub fn fence(&self) -> Result<Vec<String>> {
        Ok(self.meta("fence")?.map(|text| serde_json::from_str(&text)).transpose()?.unwrap_or_default())
    }

    /// Keeps that.
    pub fn set_fence(&self, statements: &std::collections::BTreeSet<String>) -> Result<()> {
        self.set_meta("fence", &serde_json::to_string(statements)?)
    }

    /// What text in pictures was recognised by, over all runs of the case.
    pub fn ocr(&self) -> Result<Vec<String>> {
        Ok(self.meta("ocr")?.map(|text| serde_json::from_str(&text)).transpose()?.unwrap_or_default())
    }

    /// Keeps that.
    pub fn set_ocr(&self, statements: &std::collections::BTreeSet<String>) -> Result<()> {
        self.set_meta("ocr", &serde_json::to_string(statements)?)
    }

    /// The limits of all runs of the case that were not as usual.
    pub fn limits(&self) -> Result<Vec<String>> {
        Ok(self.meta("limits")?.map(|text| serde_json::from_str(&text)).transpose()?.unwrap_or_default())
    }

    /// Keeps that.
    pub fn set_limits(&self, statements: &std::collections::BTreeSet<String>) -> Result<()> {
        self.set_meta("limits", &serde_json::to_string(statements)?)
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
