use crate::format::{PieceFindings, PieceKey};
use crate::ledger::PieceRow;
use std::cell::Cell;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

/// Between two looks whether another thread has read what this one waits for.
const PATIENCE: Duration = Duration::from_micros(200);
/// A thread that waits does other work meanwhile, which may have to wait as well; so deep, and no deeper.
const DEEPEST: u32 = 8;

thread_local! {
    static WAITING: Cell<u32> = const { Cell::new(0) };
}

/// Pieces that were read, by their keys; those that were asked for last stay, as far as there is room.
pub(super) struct Pieces {
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    by_key: HashMap<PieceKey, Piece>,
    /// Keys of pieces that some thread is reading.
    begun: HashSet<PieceKey>,
    /// Keys as they were asked for, with the time of that; only the latest time of a key counts.
    asked: VecDeque<(u64, PieceKey)>,
    now: u64,
    bytes: usize,
    room: usize,
    /// Not in the ledger yet.
    fresh: Vec<PieceRow>,
}

struct Piece {
    row: i64,
    findings: Vec<u8>,
    asked: u64,
}

impl Pieces {
    /// Room for so many bytes of findings, and those that the ledger has, the latest first.
    pub fn new(room: usize, known: impl IntoIterator<Item = PieceRow>) -> Self {
        let mut held = Held { room, ..Held::default() };
        known.into_iter().for_each(|piece| held.put(piece));
        Self { held: Mutex::new(held) }
    }

    /// The row under which the passages of a piece stand, and what was found in it; or the task to read it. Copies
    /// lie side by side and are read at the same time: who comes second waits for the first, and meanwhile
    /// does something else.
    pub fn get(&self, key: PieceKey) -> Result<(i64, PieceFindings), Task<'_>> {
        loop {
            {
                let mut held = self.held.lock().expect("no thread panics with the lock");
                if let Some((row, packed)) = held.get(&key)
                    && let Some(findings) = PieceRow::unpack(&packed)
                {
                    return Ok((row, findings));
                }
                if held.begun.insert(key) {
                    return Err(Task { pieces: self, key });
                }
            }
            // No piece is put aside half read, so that nobody waits for himself.
            let depth = WAITING.get();
            WAITING.set(depth + 1);
            let worked = depth < DEEPEST && matches!(rayon::yield_now(), Some(rayon::Yield::Executed));
            WAITING.set(depth);
            if !worked {
                std::thread::sleep(PATIENCE);
            }
        }
    }

    /// Hands out what the ledger does not have yet.
    pub fn take_fresh(&self) -> Vec<PieceRow> {
        std::mem::take(&mut self.held.lock().expect("no thread panics with the lock").fresh)
    }
}

/// A piece that one thread reads, and nobody else until the task is dropped.
pub(super) struct Task<'p> {
    pieces: &'p Pieces,
    key: PieceKey,
}

impl Task<'_> {
    /// Keeps what was found.
    pub fn put(self, row: i64, findings: &PieceFindings) {
        let piece = PieceRow { row, key: self.key, findings: PieceRow::pack(findings) };
        let mut held = self.pieces.held.lock().expect("no thread panics with the lock");
        held.fresh.push(piece.clone());
        held.put(piece);
    }
}

impl Drop for Task<'_> {
    fn drop(&mut self) {
        self.pieces.held.lock().expect("no thread panics with the lock").begun.remove(&self.key);
    }
}

impl Held {
    fn get(&mut self, key: &PieceKey) -> Option<(i64, Vec<u8>)> {
        self.now += 1;
        let piece = self.by_key.get_mut(key)?;
        piece.asked = self.now;
        self.asked.push_back((self.now, *key));
        Some((piece.row, piece.findings.clone()))
    }

    fn put(&mut self, piece: PieceRow) {
        self.now += 1;
        self.bytes += piece.findings.len();
        self.asked.push_back((self.now, piece.key));
        let before = self.by_key.insert(piece.key, Piece { row: piece.row, findings: piece.findings, asked: self.now });
        self.bytes -= before.map_or(0, |before| before.findings.len());
        while self.bytes > self.room
            && let Some((asked, key)) = self.asked.pop_front()
        {
            if self.by_key.get(&key).is_some_and(|piece| piece.asked == asked) {
                self.bytes -= self.by_key.remove(&key).map_or(0, |piece| piece.findings.len());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_last_stays() {
        let size = PieceRow::pack(&PieceFindings::default()).len();
        let pieces = Pieces::new(2 * size, []);
        let row_of = |key: u8| pieces.get([key; 32]).map(|found| found.0).ok();
        let read =
            |key: u8| pieces.get([key; 32]).map(|found| found.0).expect_err("it was not read").put(key.into(), &PieceFindings::default());
        read(1);
        read(2);
        assert_eq!(row_of(1), Some(1));
        read(3);
        assert_eq!([1, 2, 3].map(row_of), [Some(1), None, Some(3)]);
        assert_eq!(pieces.take_fresh().len(), 3);
    }
}
