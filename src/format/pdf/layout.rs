//! A page as lines of characters, from where its words stand. What stands on one line is on one line, and what stands
//! in one column begins or ends at one place.

use super::line::{Lines, Word};
use crate::format::text::laid_out::BLANK;

/// Parts of a line that are so far apart, in parts of the type's size, are no words of one text.
const APART: f64 = 0.55;
/// Width of a character, in parts of the type's size: half of a usual digit.
const WIDTH: f64 = 0.25;
/// Base lines that are so near, in parts of the type's size, are one.
const LEVEL: f64 = 0.4;
/// Lines that are so far apart, in usual distances, have a blank one between them.
const DISTANT: f64 = 1.7;
/// Characters of a line, and of a page.
const LONGEST_LINE: usize = 2_000;
const LONGEST_PAGE: usize = 4 << 20;

/// The lines of a page, and the width of their characters in thousandths of a point.
pub fn lay_out(lines: &Lines) -> (String, u32) {
    let mut words = in_usual_direction(&lines.words);
    let Some(size) = usual(words.iter().map(|word| word.em)) else { return (String::new(), 0) };
    // In type of one width the blank is as wide as a letter, and a single one parts no columns.
    let advance = |word: &&Word| {
        let letters = lines.text.get(word.text.clone()).map_or(0, |text| text.chars().count());
        (letters > 1).then(|| (word.end.0 - word.start.0) / letters as f64)
    };
    let advances: Vec<f64> = words.iter().filter_map(advance).collect();
    let letter = usual(advances.iter().copied()).unwrap_or(size);
    let is_even = advances.iter().filter(|width| (**width - letter).abs() < letter * 0.02).count() * 10 >= advances.len() * 9;
    let (unit, apart) = if is_even && !advances.is_empty() { (letter, 0.0) } else { (size * WIDTH, size * APART) };
    // In steps of a tenth of a point, so that pages of one document agree.
    let unit = (unit * 10.0).round().max(1.0) / 10.0;
    // Turned text may run on negative places.
    let left = words.iter().map(|word| word.start.0).fold(0.0, f64::min);
    words.sort_by(|a, b| b.start.1.total_cmp(&a.start.1));
    let mut rows: Vec<Vec<&Word>> = Vec::new();
    for word in words {
        match rows.last_mut() {
            Some(row) if row.first().is_some_and(|first| (first.start.1 - word.start.1).abs() < LEVEL * size) => row.push(word),
            _ => rows.push(vec![word]),
        }
    }
    let level = |row: &[&Word]| row.first().map_or(0.0, |word| word.start.1);
    let distance = usual(rows.windows(2).map(|pair| level(&pair[0]) - level(&pair[1]))).unwrap_or(size);
    let mut page = String::new();
    let mut before = None;
    for mut row in rows {
        if page.len() > LONGEST_PAGE {
            break;
        }
        if before.replace(level(&row)).is_some_and(|above: f64| above - level(&row) > distance * DISTANT) {
            page.push('\n');
        }
        row.sort_by(|a, b| a.start.0.total_cmp(&b.start.0));
        push_line(&row, &lines.text, left, (unit, apart), &mut page);
    }
    (page, (unit * 1000.0) as u32)
}

/// One line: each text from its place on, and filled up to where it ends.
fn push_line(row: &[&Word], text: &str, left: f64, (unit, apart): (f64, f64), page: &mut String) {
    let mut place = 0;
    let mut end: Option<f64> = None;
    // Rounded; what is negative becomes zero.
    let column = |x: f64| ((x - left) / unit + 0.5) as usize;
    for word in row {
        let Some(shown) = text.get(word.text.clone()) else { continue };
        match end {
            Some(end) if word.start.0 - end < apart => {
                page.push(BLANK);
                place += 1;
            }
            _ => {
                let to = column(word.start.0).max(place + usize::from(end.is_some())).min(LONGEST_LINE);
                fill(page, BLANKS, to.saturating_sub(place));
                place = place.max(to);
            }
        }
        if shown.bytes().all(|b| b.is_ascii_graphic()) {
            // Nearly all.
            page.push_str(shown);
            place += shown.len();
        } else {
            for c in shown.chars() {
                page.push(if c.is_control() || c.is_whitespace() { BLANK } else { c });
                place += 1;
            }
        }
        let to = column(word.end.0).min(LONGEST_LINE);
        fill(page, FILLERS, to.saturating_sub(place));
        place = place.max(to);
        end = Some(word.end.0);
    }
    page.push('\n');
}

/// Some of what fills up a text, and as many blanks.
const FILLERS: &str = "\u{1F}\u{1F}\u{1F}\u{1F}\u{1F}\u{1F}\u{1F}\u{1F}";
const BLANKS: &str = "        ";

/// Puts so many of some characters, which are of one byte, behind a page.
fn fill(page: &mut String, characters: &str, mut count: usize) {
    while count > characters.len() {
        page.push_str(characters);
        count -= characters.len();
    }
    page.push_str(&characters[..count]);
}

/// The words that run as most of them do.
fn in_usual_direction(words: &[Word]) -> Vec<&Word> {
    let mut counts: Vec<((i8, i8), usize)> = Vec::new();
    for word in words {
        match counts.iter_mut().find(|(direction, _)| *direction == word.direction) {
            Some((_, count)) => *count += 1,
            None => counts.push((word.direction, 1)),
        }
    }
    let most = counts.iter().max_by_key(|(_, count)| *count).map(|(direction, _)| *direction);
    words.iter().filter(|word| Some(word.direction) == most).collect()
}

/// The value in the middle.
fn usual(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.filter(|value| value.is_finite() && *value > 0.0).collect();
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f64::total_cmp).1)
}
