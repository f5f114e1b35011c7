//! What the engine saw, as a table with one word a line: level, page, block, paragraph, line, word, four numbers of its
//! place, confidence of 0 to 100, text.

use crate::format::Sink;
use crate::passage::{At, PassageKind};

/// Columns of the table.
const COLUMNS: usize = 12;
/// The level of words, among pages, blocks, paragraphs and lines.
const WORD: &str = "5";

/// The words of a picture, in the order of reading.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    /// Text of each block of each page; names do not run from one into the next.
    blocks: Vec<String>,
    pub count: u64,
    pages: u64,
    /// Mean confidence in hundredths.
    confidence: u64,
}

impl Words {
    /// `None` where it is no such table.
    pub fn parse(table: &str) -> Option<Self> {
        let mut lines = table.lines();
        lines.next().filter(|header| header.starts_with("level\t") && header.ends_with("\ttext"))?;
        let mut words = Self::default();
        let mut before: Vec<&str> = Vec::new();
        let mut sum = 0.0;
        for line in lines {
            let cells: Vec<&str> = line.splitn(COLUMNS, '\t').collect();
            if cells.len() < COLUMNS - 1 {
                continue;
            }
            let text = cells.get(COLUMNS - 1).map_or("", |text| text.trim());
            if cells[0] == "1" {
                words.pages += 1;
            }
            if cells[0] != WORD || text.is_empty() {
                continue;
            }
            // Page and block, paragraph and line.
            let place = &cells[1..5];
            let shared = before.iter().zip(place).take_while(|(before, now)| before == now).count();
            match (words.blocks.last_mut(), shared) {
                (Some(block), 2..) => {
                    block.push(if shared == 4 { ' ' } else { '\n' });
                    block.push_str(text);
                }
                _ => words.blocks.push(text.to_owned()),
            }
            before = place.to_vec();
            words.count += 1;
            sum += cells[10].parse::<f64>().ok().filter(|c| c.is_finite()).unwrap_or(0.0).clamp(0.0, 100.0);
        }
        if words.count > 0 {
            words.confidence = (sum / words.count as f64).round() as u64;
        }
        Some(words)
    }

    /// What was read, for the ledger.
    pub fn in_words(&self) -> String {
        let of = if self.pages > 1 { format!(" on {} pages", self.pages) } else { String::new() };
        match self.count {
            0 => format!("no word was seen{of}"),
            n => format!("{n} words{of}, at a confidence of {} in 100; others may be misread or missing", self.confidence),
        }
    }

    /// Pushes the text; all of it stands in the whole picture.
    pub fn push(&self, sink: &mut Sink<'_>) {
        sink.kind(PassageKind::Recognised);
        for block in &self.blocks {
            sink.border();
            sink.text(block, At::Decoded(0));
            sink.text("\n", At::Decoded(0));
        }
        sink.border();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n";

    fn word(place: [u8; 4], confidence: f64, text: &str) -> String {
        let [page, block, paragraph, line] = place;
        format!("5\t{page}\t{block}\t{paragraph}\t{line}\t1\t0\t0\t9\t9\t{confidence}\t{text}\n")
    }

    #[test]
    fn words_are_joined_by_lines_and_parted_by_blocks() {
        let table = [
            HEADER,
            "1\t1\t0\t0\t0\t0\t0\t0\t9\t9\t-1\t\n",
            &word([1, 1, 1, 1], 96.5, "First"),
            &word([1, 1, 1, 1], 93.5, "Harbor"),
            &word([1, 1, 1, 2], 91.0, "Bank"),
            &word([1, 2, 1, 1], 90.0, "\"Total\tof"),
            &word([1, 2, 1, 1], 0.0, " "),
            "1\t2\t0\t0\t0\t0\t0\t0\t9\t9\t-1\t\n",
            &word([2, 1, 1, 1], -1.0, "2"),
        ];
        let words = Words::parse(&table.concat()).unwrap();
        assert_eq!(words.blocks, ["First Harbor\nBank", "\"Total\tof", "2"]);
        assert_eq!(words.in_words(), "5 words on 2 pages, at a confidence of 74 in 100; others may be misread or missing");
    }

    #[test]
    fn what_is_no_table_gives_nothing() {
        for text in ["", "First Harbor Bank", "level of water\n5\t1"] {
            assert_eq!(Words::parse(text), None, "{text}");
        }
        let odd = Words::parse(&format!("{HEADER}5\t1\n\n5\t1\t1\t1\t1\t1\t0\t0\t9\t9\tNaN\n\tword")).unwrap();
        assert_eq!((odd.count, odd.blocks.len()), (0, 0));
    }
}
