//! The seal: a digest of all that the ledger says of the evidence, in the audit chain. What is changed by anything but
//! a run of `index` does not have it.

use super::Ledger;
use crate::model::ContentId;
use anyhow::{Context, Result, bail};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use sha2::{Digest, Sha256};

/// The event before the first change of a run, in one transaction with it.
const BEGUN: &str = "begun: what the ledger says of the evidence changes until it is sealed";
/// How the event after the last change begins; the digest follows.
const SEALED: &str = "sealed: ";

/// Tables, what of them is sealed, and the order of their rows, which is that in which they lie. Whether a root was walked
/// is not: every run clears it and sets it again, and what is cleared clears nobody.
const TABLES: [(&str, &str, &str); 9] = [
    ("root", "id, label, path", "id"),
    ("file", "*", "id"),
    ("content", "*", "id"),
    ("member", "*", "container, ordinal"),
    ("piece", "*", "id"),
    ("part", "*", "piece, content, offset"),
    ("fact", "*", "term, content"),
    ("manifest", "*", "id"),
    ("listed", "*", "rowid"),
];

/// What the audit chain says of the state of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seal {
    /// Nothing was sealed yet.
    None,
    /// A run that began then has not ended.
    Begun(String),
    /// It was sealed then, with this digest in hexadecimal.
    Sealed(String, String),
}

impl Ledger {
    /// Changes rows of evidence; within a transaction.
    pub(super) fn change(&self, sql: &str, parameters: impl rusqlite::Params) -> Result<()> {
        if self.db.prepare_cached(sql)?.execute(parameters)? > 0 {
            self.begin_change()?;
        }
        Ok(())
    }

    /// Says in the audit chain that rows of evidence change, once a run, and within the transaction that changes the first.
    /// What was sealed is looked at before, as another connection still sees it: no new seal may cover damage.
    pub(super) fn begin_change(&self) -> Result<()> {
        if self.is_changing.replace(true) {
            return Ok(());
        }
        match self.last_seal()? {
            Seal::Begun(_) => Ok(()),
            Seal::None => self.record(BEGUN),
            Seal::Sealed(time, sealed) => {
                let before = Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
                if digest(&before)? != sealed {
                    bail!("the case is damaged: {}", not_sealed(&time));
                }
                self.record(BEGUN)
            }
        }
    }

    /// Seals what the ledger says of the evidence, where that changed since it was sealed last.
    pub fn seal(&self) -> Result<()> {
        if !matches!(self.last_seal()?, Seal::Sealed(..)) {
            self.record(&format!("{SEALED}{}", digest(&self.db)?))?;
        }
        self.is_changing.set(false);
        Ok(())
    }

    /// What the audit chain says last of the state of the ledger.
    pub fn last_seal(&self) -> Result<Seal> {
        let sql = "SELECT time, what FROM event WHERE what = ?1 OR substr(what, 1, length(?2)) = ?2 ORDER BY seq DESC LIMIT 1";
        let last: Option<(String, String)> = self.db.query_row(sql, [BEGUN, SEALED], |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
        Ok(match last {
            None => Seal::None,
            Some((time, what)) => match what.strip_prefix(SEALED) {
                Some(digest) => Seal::Sealed(time, digest.to_owned()),
                None => Seal::Begun(time),
            },
        })
    }

    /// What is wrong with the file of the ledger and with what it says, in words.
    pub fn faults(&self) -> Result<Vec<String>> {
        // The indexes of its tables too: rows are found by them, and they are not sealed.
        let mut query = self.db.prepare("PRAGMA integrity_check(10)")?;
        let said: Vec<String> = query.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?;
        let mut faults: Vec<String> = said.iter().filter(|words| *words != "ok").map(|words| format!("the ledger: {words}")).collect();
        if let Seal::Sealed(time, sealed) = self.last_seal()? {
            match digest(&self.db) {
                Ok(now) if now == sealed => {}
                Ok(_) => faults.push(not_sealed(&time)),
                Err(error) => faults.push(format!("the ledger: {error:#}")),
            }
        }
        Ok(faults)
    }
}

fn not_sealed(time: &str) -> String {
    format!("the ledger is not what was sealed on {time}, and no run of `ruleout index` changed it; index the evidence into a new case")
}

/// SHA-256 over the rows of all tables, each value by its type, and by its length where that varies.
fn digest(db: &Connection) -> Result<String> {
    let mut hash = Sha256::new();
    let sized = |hash: &mut Sha256, kind: u8, bytes: &[u8]| {
        hash.update([kind]);
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    for (table, columns, order) in TABLES {
        let mut query = db.prepare(&format!("SELECT {columns} FROM {table} ORDER BY {order}"))?;
        let width = query.column_count();
        sized(&mut hash, b't', table.as_bytes());
        let mut rows = query.query([])?;
        while let Some(row) = rows.next().with_context(|| format!("cannot read the table {table}"))? {
            hash.update(b"r");
            for column in 0..width {
                match row.get_ref(column)? {
                    ValueRef::Null => hash.update(b"n"),
                    ValueRef::Integer(value) => {
                        hash.update(b"i");
                        hash.update(value.to_be_bytes());
                    }
                    ValueRef::Real(value) => {
                        hash.update(b"f");
                        hash.update(value.to_bits().to_be_bytes());
                    }
                    ValueRef::Text(text) => sized(&mut hash, b's', text),
                    ValueRef::Blob(blob) => sized(&mut hash, b'b', blob),
                }
            }
        }
    }
    Ok(ContentId(hash.finalize().into()).to_string())
}
