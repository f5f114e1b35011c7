use anyhow::{Context, Result, ensure};

/// The least that a run can work with.
const LEAST: u64 = 128 << 20;
/// A writer of the index needs so much; with more than the most it only gets slower to flush.
const LEAST_WRITER: usize = 16 << 20;
const MOST_WRITER: usize = 256 << 20;
/// A member is held in memory, and not in a spool file, up to this size at most.
const MOST_MEMBER: u64 = 64 << 20;

/// How much memory a run may plan with, in bytes. What it does not plan: evidence that is mapped, which the system
/// takes back when it needs it, and the limits of confined readers, which are set by the size of their items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory(u64);

/// What each part of a run gets of it, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shares {
    /// Threads that write the index.
    pub writers: usize,
    /// All of them together.
    pub index: usize,
    /// Findings of pieces that may come again.
    pub pieces: usize,
    /// One member that is held while it is read.
    pub member: u64,
}

impl Default for Memory {
    /// A quarter of what the machine has, or of what the control group grants.
    fn default() -> Self {
        let info = rustix::system::sysinfo();
        let machine = (info.totalram as u64).saturating_mul(info.mem_unit.into());
        let granted = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|text| text.trim().parse().ok());
        Self((machine.min(granted.unwrap_or(u64::MAX)) / 4).max(LEAST))
    }
}

impl Memory {
    /// Reads a size: bytes, or a number with `K`, `M`, `G` or `T` (powers of 1,024).
    ///
    /// # Errors
    /// The text is no size, or less than a run can work with.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim().trim_end_matches(['B', 'b']).trim_end_matches(['I', 'i']);
        let (digits, shift) = match text.char_indices().last() {
            Some((at, unit)) if unit.is_ascii_alphabetic() => {
                let shift = "KMGT".find(unit.to_ascii_uppercase()).with_context(|| format!("`{text}` is no size; write 2G or 512M"))?;
                (&text[..at], 10 * (shift as u32 + 1))
            }
            _ => (text, 0),
        };
        let number: u64 = digits.trim().parse().ok().with_context(|| format!("`{text}` is no size; write 2G or 512M"))?;
        let bytes = number.checked_mul(1 << shift).with_context(|| format!("`{text}` is more than can be counted"))?;
        ensure!(bytes >= LEAST, "a run needs {} MiB at least", LEAST >> 20);
        Ok(Self(bytes))
    }

    pub(super) fn shares(self, threads: usize) -> Shares {
        let index = usize::try_from(self.0 / 2).unwrap_or(usize::MAX);
        let writers = threads.min(8).min(index / LEAST_WRITER).max(1);
        Shares {
            writers,
            index: (index / writers).clamp(LEAST_WRITER, MOST_WRITER) * writers,
            pieces: usize::try_from(self.0 / 8).unwrap_or(usize::MAX),
            // Containers lie in containers: several members may be held on each thread.
            member: (self.0 / 16 / threads as u64).clamp(1 << 16, MOST_MEMBER),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in [("134217728", 128 << 20), ("2G", 2 << 30), ("512 M", 512 << 20), ("1GiB", 1 << 30), ("1gb", 1 << 30)] {
            assert_eq!(Memory::parse(text).unwrap(), Memory(bytes), "{text}");
        }
        for text in ["", "G", "2X", "-1", "64M", "99999999999T", "1.5G"] {
            assert!(Memory::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn shares_stay_within_what_there_is() {
        for gib in [1, 8, 64] {
            for threads in [1, 2, 16, 64] {
                let shares = Memory(gib << 30).shares(threads);
                let planned = shares.index as u64 + shares.pieces as u64 + 4 * shares.member * threads as u64;
                assert!(planned <= gib << 30 && shares.index / shares.writers >= LEAST_WRITER, "{gib} GiB, {threads} threads: {shares:?}");
            }
        }
    }
}
