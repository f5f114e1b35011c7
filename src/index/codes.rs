//! Codes and numbers. Nearly every one is different, so that a dictionary of them would be larger than the text
//! and cost more than all the rest of reading. The index keeps a column instead: of each passage the hashes of
//! its codes. Who looks for some goes once through the column; a passage with the right hash is a candidate,
//! and its text decides.

use super::column::Values;
use super::tokens::Tokens;
use anyhow::Result;
use std::collections::HashMap;
use tantivy::{DocId, SegmentReader};

/// Codes that begin with a letter are told apart by so many characters where a wildcard is looked for, numbers
/// by fewer: there are so many that most passages would have each.
const HEAD_OF_WORD: usize = 3;
const HEAD_OF_NUMBER: usize = 2;

/// The hash of a folded code. What is written with it must be found with it: it never changes.
pub(super) fn hash(term: &str) -> u32 {
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut state = term.len() as u64;
    let (words, rest) = term.as_bytes().as_chunks::<8>();
    let mut add = |word: u64| {
        state = (state ^ word).wrapping_mul(FACTOR);
        state ^= state >> 32;
    };
    words.iter().for_each(|word| add(u64::from_le_bytes(*word)));
    // The last bytes, filled up with zeros.
    if !rest.is_empty() {
        add(rest.iter().rev().fold(0, |word, b| word << 8 | u64::from(*b)));
    }
    // Zero is kept free.
    ((state.wrapping_mul(FACTOR) >> 32) as u32).max(1)
}

/// The hashes of the codes among the tokens, each once, and how they begin.
pub(super) fn of(tokens: &Tokens) -> (Vec<u32>, Vec<&str>) {
    let (mut hashes, mut heads) = (Vec::with_capacity(tokens.len()), Vec::new());
    // Nearly all heads are two digits.
    let mut numbers = [None; 100];
    // An open table of the hashes that were met, twice as large as can be needed; zero stands for none.
    let width = (2 * tokens.len()).next_power_of_two().max(64);
    let mut met = vec![0u32; width];
    for i in 0..tokens.len() {
        if !tokens.is_code(i) {
            continue;
        }
        let term = tokens.term(i);
        let hash = hash(term);
        let mut at = hash as usize & (width - 1);
        while met[at] != 0 && met[at] != hash {
            at = (at + 1) & (width - 1);
        }
        if met[at] == 0 {
            met[at] = hash;
            hashes.push(hash);
            let head = head(term);
            match *head.as_bytes() {
                [a @ b'0'..=b'9', b @ b'0'..=b'9'] => numbers[usize::from(a - b'0') * 10 + usize::from(b - b'0')] = Some(head),
                _ => heads.push(head),
            }
        }
    }
    heads.extend(numbers.into_iter().flatten());
    heads.sort_unstable();
    heads.dedup();
    (hashes, heads)
}

/// How a code begins, for wildcards.
pub(super) fn head(term: &str) -> &str {
    let characters = if term.starts_with(|c: char| c.is_ascii_digit()) { HEAD_OF_NUMBER } else { HEAD_OF_WORD };
    term.char_indices().nth(characters).map_or(term, |(end, _)| &term[..end])
}

/// Which documents of a segment may hold which of these codes: by hash, ascending.
pub(super) fn documents<'w>(segment: &SegmentReader, wanted: impl IntoIterator<Item = &'w str>) -> Result<HashMap<u32, Vec<DocId>>> {
    let mut found: HashMap<u32, Vec<DocId>> = wanted.into_iter().map(|term| (hash(term), Vec::new())).collect();
    if found.is_empty() {
        return Ok(found);
    }
    let filter = Filter::new(found.keys().copied());
    Values::open(segment)?.each(|document, value| {
        if filter.may_have(value)
            && let Some(documents) = found.get_mut(&value)
        {
            documents.push(document);
        }
    });
    Ok(found)
}

/// Says of most hashes at once that they are not looked for.
struct Filter {
    bits: Vec<u64>,
    shift: u32,
}

impl Filter {
    fn new(hashes: impl ExactSizeIterator<Item = u32>) -> Self {
        // A bit in sixty-four is set at most, and the filter stays in the processor's cache.
        let width = (hashes.len() * 64).next_power_of_two().ilog2().clamp(12, 24);
        let mut filter = Self { bits: vec![0; (1 << width) / 64], shift: 32 - width };
        for hash in hashes {
            let bit = hash >> filter.shift;
            filter.bits[bit as usize / 64] |= 1 << (bit % 64);
        }
        filter
    }

    fn may_have(&self, hash: u32) -> bool {
        let bit = hash >> self.shift;
        self.bits[bit as usize / 64] >> (bit % 64) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_indexes_written_before() {
        assert_eq!(["021000021", "q7x9zp", "de89370400440532013000"].map(hash), [1942313559, 3567084851, 1902804068]);
    }

    #[test]
    fn codes_are_told_from_words_and_begin_as_wildcards_do() {
        let tokens = Tokens::of("Account 4929123412341234 of q7x9zp, on 2024-11-04 at 1st; 4929123412341234");
        let (hashes, heads) = of(&tokens);
        assert_eq!(hashes.len(), 5);
        assert_eq!(heads, ["04", "11", "20", "49", "q7x"]);
    }

    #[test]
    fn a_filter_has_what_was_put_in() {
        let hashes: Vec<u32> = (0..5000u32).map(|n| hash(&n.to_string())).collect();
        let filter = Filter::new(hashes.iter().copied());
        assert!(hashes.iter().all(|hash| filter.may_have(*hash)));
        let others = (5000..105_000u32).filter(|n| filter.may_have(hash(&n.to_string()))).count();
        assert!(others < 4000, "{others} of 100000 others pass");
    }
}
