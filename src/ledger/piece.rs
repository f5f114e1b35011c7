//! Pieces of large contents, see [`crate::format::PieceFindings`]: read once, and held by every content in which they
//! stand.

use super::{Ledger, cell};
use crate::format::{PieceFindings, PieceKey};
use anyhow::Result;
use rusqlite::params;
use std::collections::HashMap;

/// A piece that was read.
#[derive(Clone, Debug)]
pub struct PieceRow {
    /// The row under which its passages stand in the index; no content has it.
    pub row: i64,
    /// Its bytes, and how they were read.
    pub key: PieceKey,
    /// What was found, packed.
    pub findings: Vec<u8>,
}

/// Which contents hold which pieces, and where.
#[derive(Debug, Default)]
pub struct Parts {
    by_piece: HashMap<i64, Vec<(i64, u64)>>,
}

impl Parts {
    /// The contents that hold what stands in the index under a row, with the offset at which it begins there.
    pub fn holders(&self, row: i64) -> Vec<(i64, u64)> {
        self.by_piece.get(&row).cloned().unwrap_or_else(|| vec![(row, 0)])
    }
}

impl PieceRow {
    /// Packs findings.
    pub fn pack(findings: &PieceFindings) -> Vec<u8> {
        lz4_flex::block::compress_prepend_size(&postcard::to_stdvec(findings).unwrap_or_default())
    }

    /// Unpacks findings; `None` for what is damaged, which is then read again.
    pub fn unpack(packed: &[u8]) -> Option<PieceFindings> {
        let (size, block) = lz4_flex::block::uncompressed_size(packed).ok()?;
        if size > block.len().saturating_mul(255) {
            return None;
        }
        postcard::from_bytes(&lz4_flex::block::decompress(block, size).ok()?).ok()
    }
}

impl Ledger {
    /// Keeps a piece.
    pub fn keep_piece(&self, piece: &PieceRow) -> Result<()> {
        self.change(
            "INSERT OR REPLACE INTO piece (id, key, findings) VALUES (?1, ?2, ?3)",
            params![piece.row, &piece.key[..], piece.findings],
        )
    }

    /// The pieces that were read last, the earliest first, as far as their findings take no more than so many bytes.
    pub fn last_pieces(&self, room: usize) -> Result<Vec<PieceRow>> {
        let mut query = self.db.prepare("SELECT id, key, findings FROM piece ORDER BY id DESC")?;
        let mut rows = query.query([])?;
        let (mut out, mut bytes) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            let piece = PieceRow { row: row.get(0)?, key: cell::identity(row, 1)?.0, findings: row.get(2)? };
            bytes += piece.findings.len();
            if bytes > room {
                break;
            }
            out.push(piece);
        }
        out.reverse();
        Ok(out)
    }

    /// The content with this row holds pieces, each at an offset.
    pub(super) fn keep_pieces_of(&self, content: i64, parts: &[(i64, u64)]) -> Result<()> {
        let mut insert = self.db.prepare_cached("INSERT OR IGNORE INTO part (piece, content, offset) VALUES (?1, ?2, ?3)")?;
        for (piece, offset) in parts {
            insert.execute(params![piece, content, *offset as i64])?;
        }
        Ok(())
    }

    /// Which contents hold which pieces.
    pub fn parts(&self) -> Result<Parts> {
        let mut query = self.db.prepare("SELECT piece, content, offset FROM part ORDER BY piece, content, offset")?;
        let mut rows = query.query([])?;
        let mut parts = Parts::default();
        while let Some(row) = rows.next()? {
            parts.by_piece.entry(row.get(0)?).or_default().push((row.get(1)?, row.get::<_, i64>(2)? as u64));
        }
        Ok(parts)
    }
}
