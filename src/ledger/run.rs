use super::Ledger;
use anyhow::{Context, Result};
use rusqlite::{OptionalExtension, params};

/// What a run was decided by beside the evidence.
pub struct RunRow {
    /// SHA-256 of all of it.
    pub inputs: String,
    /// Digest of the items that were decided on.
    pub ledger: String,
    /// The bytes of it.
    pub given: Vec<u8>,
}

impl Ledger {
    /// Keeps what a run was decided by, as the last one; says so in the audit chain.
    pub fn keep_run(&self, run: &RunRow) -> Result<()> {
        // Several may match a case at the same time.
        self.begin().context("the ledger is busy")?;
        let kept = self.insert_run(run);
        self.db.execute_batch(if kept.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        kept
    }

    fn insert_run(&self, run: &RunRow) -> Result<()> {
        self.db.execute(
            "INSERT OR REPLACE INTO run VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM run), ?1, ?2, ?3)",
            params![run.inputs, run.ledger, run.given],
        )?;
        self.record(&format!("decided by inputs {} on items {}", run.inputs, run.ledger))
    }

    /// The run with these inputs, or the last one.
    pub fn run(&self, inputs: Option<&str>) -> Result<Option<RunRow>> {
        let sql = "SELECT inputs, ledger, given FROM run WHERE inputs = coalesce(?1, inputs) ORDER BY seq DESC LIMIT 1";
        let row = self.db.query_row(sql, [inputs], |r| Ok(RunRow { inputs: r.get(0)?, ledger: r.get(1)?, given: r.get(2)? }));
        Ok(row.optional()?)
    }
}
