//! Core files (ELF, `core(5)`): segments of memory, and notes that name the process, its arguments and the
//! files that it had mapped.

use super::{Regions, name};
use crate::format::{Failure, Format, Probe, Runs, Sink};

/// A core file of Linux or another system with ELF.
pub static ELF_CORE: Format = Format {
    name: "elf_core",
    media_type: "application/x-coredump",
    recognise: |probe: &Probe<'_>| {
        let is_big = probe.head.get(5) == Some(&2);
        probe.head.starts_with(b"\x7FELF") && probe.head.get(16..18) == Some(if is_big { &[0, 4] } else { &[4, 0] })
    },
    read,
    runs: Runs::Inside,
    version: 2,
    limitations: &[
        "memory is scanned but for files of text in it: numbers in binary form are not seen",
        "files that were mapped and not dumped are named only",
    ],
};

const LOAD: u64 = 1;
const NOTE: u64 = 4;
const PRPSINFO: u64 = 3;
const FILE: u64 = 0x4649_4C45;
/// Segments of notes that are read; a core file has one.
const MOST_NOTES: u32 = 16;

/// Reads numbers of either byte order.
#[derive(Clone, Copy)]
struct Numbers<'a> {
    bytes: &'a [u8],
    is_big: bool,
    /// Bytes of an address.
    word: usize,
}

impl Numbers<'_> {
    fn at(self, at: usize, size: usize) -> Option<u64> {
        let raw = self.bytes.get(at..at.checked_add(size)?)?;
        let add = |n: u64, b: &u8| n << 8 | u64::from(*b);
        Some(if self.is_big { raw.iter().fold(0, add) } else { raw.iter().rev().fold(0, add) })
    }
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let len = bytes.len() as u64;
    let is_wide = bytes.get(4) == Some(&2);
    let n = Numbers { bytes, is_big: bytes.get(5) == Some(&2), word: if is_wide { 8 } else { 4 } };
    let cut = || Failure::truncated(len, "the program headers are cut off");
    let place = |wide, narrow| if is_wide { wide } else { narrow };
    let table = n.at(place(32, 28), n.word).and_then(|at| usize::try_from(at).ok()).ok_or_else(cut)?;
    let size = n.at(place(54, 42), 2).ok_or_else(cut)? as usize;
    let mut count = n.at(place(56, 44), 2).ok_or_else(cut)?;
    if count == 0xFFFF {
        // Then the first section's header has the count (`core(5)`, PN_XNUM).
        let sections = n.at(place(40, 32), n.word).and_then(|at| usize::try_from(at).ok()).ok_or_else(cut)?;
        count = n.at(sections.saturating_add(place(44, 28)), 4).unwrap_or(count);
    }
    let (mut files, mut segments, mut regions) = (0, 0, Regions::default());
    for i in 0..count as usize {
        let at = table.saturating_add(size.saturating_mul(i));
        let (kind, start, length) =
            (n.at(at, 4), n.at(at.saturating_add(place(8, 4)), n.word), n.at(at.saturating_add(place(32, 16)), n.word));
        let (Some(kind), Some(start), Some(length)) = (kind, start, length) else { return Err(cut()) };
        match kind {
            LOAD => regions.take(start..start.saturating_add(length), len),
            NOTE if segments < MOST_NOTES => {
                segments += 1;
                files += notes(n, start, length, sink);
            }
            _ => {}
        }
        if size == 0 {
            break;
        }
    }
    regions.tell(files, len, sink);
    Ok(())
}

fn notes(n: Numbers<'_>, start: u64, length: u64, sink: &mut Sink<'_>) -> u64 {
    let (Ok(mut at), Ok(length)) = (usize::try_from(start), usize::try_from(length)) else { return 0 };
    let end = at.saturating_add(length).min(n.bytes.len());
    let mut files = 0;
    while let (Some(name_size), Some(size), Some(kind)) = (n.at(at, 4), n.at(at.saturating_add(4), 4), n.at(at.saturating_add(8), 4)) {
        let from = at.saturating_add(12 + (name_size as usize).next_multiple_of(4));
        let to = from.saturating_add(size as usize);
        let Some(body) = n.bytes.get(from..to).filter(|_| to <= end) else { break };
        match kind {
            // Name and arguments are its last 16 and 80 bytes.
            PRPSINFO if body.len() >= 96 => {
                for field in [&body[body.len() - 96..body.len() - 80], &body[body.len() - 80..]] {
                    let text = &field[..field.iter().position(|&b| b == 0).unwrap_or(field.len())];
                    name(&String::from_utf8_lossy(text), from as u64, sink);
                }
            }
            FILE => {
                // A count, the size of pages, three numbers per file, then their names.
                let count = n.at(from, n.word).unwrap_or(0);
                let names = usize::try_from(count).ok().and_then(|c| c.checked_mul(3)?.checked_add(2)?.checked_mul(n.word));
                let names = names.and_then(|skip| body.get(skip..)).unwrap_or_default();
                for file in names.split(|&b| b == 0).filter(|file| !file.is_empty()) {
                    name(&String::from_utf8_lossy(file), from as u64, sink);
                    files += 1;
                }
            }
            _ => {}
        }
        at = to.next_multiple_of(4);
        if at >= end {
            break;
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;

    fn core() -> Vec<u8> {
        let mut out = vec![0x7F, b'E', b'L', b'F', 2, 1, 1];
        out.resize(16, 0);
        out.extend([4, 0, 62, 0]);
        out.resize(32, 0);
        out.extend(64u64.to_le_bytes());
        out.resize(54, 0);
        out.extend([56, 0, 2, 0]);
        out.resize(64, 0);
        for (kind, start, size) in [(4u32, 200u64, 180u64), (1, 400, 100)] {
            let at = out.len();
            out.extend(kind.to_le_bytes());
            out.resize(at + 8, 0);
            out.extend(start.to_le_bytes());
            out.resize(at + 32, 0);
            out.extend(size.to_le_bytes());
            out.resize(at + 56, 0);
        }
        out.resize(200, 0);
        let mut info = vec![0; 40];
        info.extend(b"wired\0\0\0\0\0\0\0\0\0\0\0/opt/wired --client QUILLCROFT");
        info.resize(136, 0);
        out.extend([5u32, 136, 3].iter().flat_map(|n| n.to_le_bytes()));
        out.extend(b"CORE\0\0\0\0");
        out.extend(info);
        out.resize(500, 0);
        out
    }

    #[test]
    fn arguments_are_text_and_missing_memory_is_a_gap() {
        let whole = core();
        assert!((ELF_CORE.recognise)(&Probe::new(&whole)));
        read_with(read, &whole, |sink, out| {
            assert!(out.text().contains("/opt/wired --client QUILLCROFT"), "{}", out.text());
            assert!(sink.gaps.is_empty());
        });
        read_with(read, &whole[..450], |sink, _| assert_eq!(sink.gaps.len(), 1));
        for cut in 0..whole.len() {
            read_with(read, &whole[..cut], |_, _| ());
        }
    }
}
