//! The columns of fixed-width records, found in the records: where blanks stand in every record, where
//! digits always meet letters, and where numbers touch ([`touching_numbers`]).

use super::touching_numbers;
use std::ops::Range;

/// Records that are looked at.
pub(super) const RECORDS: usize = 400;
/// Fewer show no columns.
const MIN_RECORDS: usize = 5;
/// Lines of different lengths show no columns below so many, beyond this length or with so many columns, nor where
/// the last column holds more words on average.
const MIN_RAGGED: usize = 10;
const MAX_RAGGED: usize = 512;
const MAX_COLUMNS: usize = 40;
const MAX_WORDS: usize = 4;
/// Longest record.
pub(super) const MAX_LEN: usize = 4096;

/// Columns of the records of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// Characters of a record.
    pub len: usize,
    /// Places of the columns in a record, in characters; only blanks are between them.
    pub columns: Vec<Range<usize>>,
    /// Which of them hold digits.
    pub digits: Vec<bool>,
    /// First character of the records, where files mix records of several kinds.
    pub kind: Option<char>,
    /// Blanks at the end of records are not written, and the last column may run on.
    pub ragged: bool,
}

impl Layout {
    /// The cells of a record; `None` where it is of another length or kind, or words stand where the
    /// others have digits.
    pub fn cells<'t>(&self, record: &'t str) -> Option<Vec<&'t str>> {
        let cells = self.cut(record).filter(|_| self.kind.is_none_or(|kind| record.starts_with(kind)))?;
        let numeric = |cell: &str| !cell.is_empty() && cell.bytes().all(|b| b.is_ascii_digit());
        let good = cells.iter().zip(&self.digits).filter(|(cell, digits)| **digits && numeric(cell)).count();
        (good * 2 >= self.digits.iter().filter(|d| **d).count()).then_some(cells)
    }

    /// Do words stand in these cells where the other records have digits? Such a line may say something of them.
    pub fn is_other(&self, cells: &[&str]) -> bool {
        cells.iter().zip(&self.digits).any(|(cell, digits)| *digits && cell.bytes().any(|b| !b.is_ascii_digit()))
    }

    /// A record of the right length cut at the columns, whatever it holds.
    pub fn cut<'t>(&self, record: &'t str) -> Option<Vec<&'t str>> {
        if record.is_ascii() {
            let end = record.len();
            let place = |n: usize| n.min(end);
            return (self.ragged || end == self.len).then(|| self.cells_at(record, place, end));
        }
        let mut places: Vec<usize> = record.char_indices().map(|(place, _)| place).collect();
        places.push(record.len());
        let place = |n: usize| places.get(n).copied().unwrap_or(record.len());
        (self.ragged || places.len() == self.len + 1).then(|| self.cells_at(record, place, record.len()))
    }

    /// The cells of a record, of whose characters `place` tells the bytes.
    fn cells_at<'t>(&self, record: &'t str, place: impl Fn(usize) -> usize, end: usize) -> Vec<&'t str> {
        let last = self.columns.len().saturating_sub(1);
        let cell = |(i, column): (usize, &Range<usize>)| {
            let to = if self.ragged && i == last { end } else { place(column.end) };
            record[place(column.start)..to].trim()
        };
        self.columns.iter().enumerate().map(cell).collect()
    }
}

/// What records have at one place, in thousandths.
#[derive(Clone, Copy, Default)]
struct Place {
    blank: usize,
    digit: usize,
    letter: usize,
}

/// The layout that nearly all of these records have; `None` where they show no columns.
pub(super) fn find(records: &[&str], len: usize) -> Option<Layout> {
    let records: Vec<Vec<char>> =
        records.iter().take(RECORDS).map(|r| r.chars().collect()).filter(|r: &Vec<char>| r.len() == len).collect();
    if records.len() < MIN_RECORDS || !(8..=MAX_LEN).contains(&len) {
        return None;
    }
    let all: Vec<&[char]> = records.iter().map(Vec::as_slice).collect();
    let layout = |columns: Vec<(Range<usize>, bool)>, kind| {
        let (columns, digits) = columns.into_iter().unzip();
        Layout { len, columns, digits, kind, ragged: false }
    };
    if let Some(columns) = headed_columns(&all) {
        return Some(layout(columns, None));
    }
    let inside = inner(&all);
    // What begins header and trailer is another letter than what begins all others.
    let is_typed = inside.first().is_some_and(|first| all.iter().any(|record| record[0] != first[0]));
    if let Some(columns) = columns(inside, len, is_typed) {
        return Some(layout(columns, None));
    }
    // Header, detail and trailer records differ in their first character.
    let mut kinds: Vec<(usize, char)> = Vec::new();
    for record in &all {
        match kinds.iter_mut().find(|(_, c)| *c == record[0]) {
            Some((count, _)) => *count += 1,
            None => kinds.push((1, record[0])),
        }
    }
    let &(count, kind) = kinds.iter().max()?;
    if kinds.len() > 8 || count < MIN_RECORDS || count * 2 < all.len() || !kind.is_ascii_alphanumeric() {
        return None;
    }
    let same: Vec<&[char]> = all.into_iter().filter(|r| r[0] == kind).collect();
    columns(&same, len, true).map(|columns| layout(columns, Some(kind)))
}

/// The layout of lines of different lengths, whose records lost the blanks at their end; `None` where they show no
/// columns, or look like lines of a log.
pub(super) fn find_ragged(lines: &[&str]) -> Option<Layout> {
    let lines: Vec<&str> = lines.iter().copied().filter(|line| !line.trim().is_empty()).take(RECORDS).collect();
    let len = lines.iter().map(|line| line.chars().count()).max()?;
    if lines.len() < MIN_RAGGED || len > MAX_RAGGED || lines.iter().any(|line| line.contains('\t')) {
        return None;
    }
    let padded: Vec<String> = lines.iter().map(|line| format!("{line:len$}")).collect();
    let records: Vec<&str> = padded.iter().map(String::as_str).collect();
    let layout = Layout { ragged: true, ..find(&records, len)? };
    let rows: Vec<Vec<&str>> = lines.iter().filter_map(|line| layout.cells(line)).collect();
    let filled = |row: &&Vec<&str>| row.iter().all(|cell| !cell.is_empty());
    // The last cell is a value, not what happened.
    let words: usize = rows.iter().filter_map(|row| row.last()).map(|cell| cell.split(' ').count()).sum();
    let is_table = layout.columns.len() >= 3
        && layout.columns.len() <= MAX_COLUMNS
        && rows.len() * 10 >= lines.len() * 9
        && rows.iter().filter(filled).count() * 10 >= rows.len() * 8
        && words <= rows.len() * MAX_WORDS;
    is_table.then_some(layout)
}

/// The columns under a first record of words that stand two blanks apart, where all other records have
/// blanks before the place at which each word begins. A heading says more than the shape of few records.
fn headed_columns(records: &[&[char]]) -> Option<Vec<(Range<usize>, bool)>> {
    let (header, rest) = records.split_first()?;
    let is_word_start = |i: usize| header[i] != ' ' && (i == 0 || (i >= 2 && header[i - 1] == ' ' && header[i - 2] == ' '));
    let starts: Vec<usize> = (0..header.len()).filter(|&i| is_word_start(i)).collect();
    let worded = header.iter().any(|c| c.is_alphabetic()) && !header.iter().any(char::is_ascii_digit);
    let separate = starts.iter().skip(1).all(|&i| rest.iter().filter(|r| r[i - 1] == ' ').count() * 1000 >= rest.len() * 980);
    if starts.len() < 2 || !worded || !separate || rest.len() < MIN_RECORDS {
        return None;
    }
    let ends = starts[1..].iter().copied().chain([header.len()]);
    let columns: Vec<(Range<usize>, bool)> = starts
        .iter()
        .zip(ends)
        .map(|(&start, end)| {
            let is_number = |r: &&&[char]| {
                let mut filled = r[start..end].iter().filter(|c| **c != ' ').peekable();
                filled.peek().is_some() && filled.all(char::is_ascii_digit)
            };
            (start..end, rest.iter().filter(is_number).count() * 1000 >= rest.len() * 970)
        })
        .collect();
    columns.iter().any(|(_, digits)| *digits).then_some(columns)
}

/// Without the first and the last record, which may be header and trailer.
fn inner<'r, 'c>(records: &'r [&'c [char]]) -> &'r [&'c [char]] {
    match records.len() {
        n if n >= MIN_RECORDS + 2 => &records[1..n - 1],
        _ => records,
    }
}

/// The columns, and which of them hold digits. `is_typed`: records of other kinds begin with other characters.
fn columns(records: &[&[char]], len: usize, is_typed: bool) -> Option<Vec<(Range<usize>, bool)>> {
    let places: Vec<Place> = (0..len).map(|i| place(records, i)).collect();
    // Inside what is the same in all records, a code say, letters may meet digits without a border.
    let is_same = |i: usize| records.iter().all(|r| r[i] == records[0][i]);
    let signs: Vec<bool> = (0..len).map(|i| is_sign(records, &places, i)).collect();
    // A letter that is the same everywhere says of which kind a record is, where a word of its own begins behind it.
    let begins_word = || records.iter().filter(|r| r[1].is_uppercase() && r[2].is_lowercase()).count() * 1000 >= records.len() * 970;
    let kind_ends = is_same(0) && records[0][0].is_uppercase() && places[1].letter >= 970 && !is_same(1) && (is_typed || begins_word());
    let mut cuts = vec![0];
    for i in 1..len {
        let (before, here) = (places[i - 1], places[i]);
        let gutter = (before.blank >= 980) != (here.blank >= 980);
        let digits = before.digit >= 970 && here.digit <= 30 && here.blank < 980 && here.letter + here.blank >= 970
            || here.digit >= 970 && before.digit <= 30 && before.letter + before.blank >= 970;
        let digits = digits && !(is_same(i - 1) && is_same(i));
        // A field begins where a letter or digit always stands and blanks often stand before it, which fill up the field
        // before: where it is ever but one, words of one field are parted.
        let start = before.blank >= 250 && here.blank <= 20 && (here.letter >= 970 || here.digit >= 970) && is_padded(records, i);
        let (digits, sign_ends) = (digits && !signs[i], signs[i - 1] && !gutter);
        if gutter || digits || start || sign_ends || i == 1 && kind_ends {
            cuts.push(i);
        }
    }
    cuts.push(len);
    let are_digits = |column: Range<usize>| !column.is_empty() && places[column].iter().all(|p| p.digit >= 970);
    let mut out: Vec<Range<usize>> = Vec::new();
    for cut in cuts.windows(2).map(|w| w[0]..w[1]) {
        if places[cut.clone()].iter().all(|p| p.blank >= 980) {
            // Rare text in a place that is nearly always blank belongs to the column before it.
            match out.last_mut() {
                Some(Range { end, .. }) if *end == cut.start && places[cut.clone()].iter().any(|p| p.blank < 1000) => *end = cut.end,
                _ if places[cut.clone()].iter().any(|p| p.blank < 1000) => out.push(cut),
                _ => {}
            }
        } else if are_digits(cut.clone()) {
            out.extend(touching_numbers::fields(records, cut));
        } else if signs[cut.end - 1] && are_digits(cut.start..cut.end - 1) {
            out.extend(touching_numbers::fields(records, cut.start..cut.end - 1));
            out.last_mut().into_iter().for_each(|last: &mut Range<usize>| last.end = cut.end);
        } else {
            // A code of letters and digits, say, against which a number stands that shows itself.
            let runs = runs_of(cut.clone(), |i| places[i].digit >= 970);
            let mut at = cut.start;
            for number in runs.into_iter().flat_map(|run| touching_numbers::checked(records, run)) {
                out.extend([at..number.start, number.clone()].into_iter().filter(|field| !field.is_empty()));
                at = number.end;
            }
            out.extend(Some(at..cut.end).filter(|field| !field.is_empty()));
        }
    }
    let is_digits = |column: &Range<usize>| are_digits(column.clone());
    let typed = out.iter().filter(|c| is_digits(c)).count();
    let glued = out.windows(2).filter(|w| w[0].end == w[1].start).count();
    // Blank gutters alone also stand in wrapped prose and drawings; a column of digits does not.
    let found = out.len() >= 2 && typed >= 1 && (glued > 0 || out.len() >= 3 || records.len() >= 10);
    found.then(|| out.into_iter().map(|column| (column.clone(), is_digits(&column))).collect())
}

/// The places side by side that are so.
fn runs_of(places: Range<usize>, is: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for i in places.filter(|i| is(*i)) {
        match runs.last_mut() {
            Some(run) if run.end == i => run.end += 1,
            _ => runs.push(i..i + 1),
        }
    }
    runs
}

/// Do two blanks stand before this place in a good part of the records that have one there?
fn is_padded(records: &[&[char]], i: usize) -> bool {
    let blanks = |n: usize| records.iter().filter(|r| i >= n && r[i - n..i].iter().all(|c| *c == ' ')).count();
    blanks(2) * 4 >= blanks(1)
}

/// Does a number end here whose last digit bears its sign: `{` and `A` to `I`, `}` and `J` to `R` (IBM Enterprise COBOL,
/// "SIGN clause")? Behind it another number stands, or nothing.
fn is_sign(records: &[&[char]], places: &[Place], i: usize) -> bool {
    const BEFORE: usize = 3;
    let bears_sign = |r: &&&[char]| matches!(r[i], '{' | '}' | 'A'..='R');
    let is_ended = places.get(i + 1).is_none_or(|next| next.digit >= 970 || next.blank >= 980);
    i.checked_sub(BEFORE).is_some_and(|from| places[from..i].iter().all(|place| place.digit >= 970))
        && is_ended
        && records.iter().filter(bears_sign).count() * 1000 >= records.len() * 970
        && records.iter().any(|r| r[i] != records[0][i] || !r[i].is_alphabetic())
}

fn place(records: &[&[char]], i: usize) -> Place {
    let share = |keep: fn(&char) -> bool| records.iter().filter(|r| keep(&r[i])).count() * 1000 / records.len();
    Place { blank: share(|c| *c == ' '), digit: share(char::is_ascii_digit), letter: share(|c| c.is_alphabetic()) }
}

/// An ABA routing number: prefix and check digit (ANSI X9.110).
pub(super) fn is_routing_number(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = digits.iter().zip([3, 7, 1].iter().cycle()).map(|(d, w)| d * w).sum();
    let prefix = digits.iter().take(2).fold(0, |n, d| n * 10 + d);
    digits.len() == 9 && sum.is_multiple_of(10) && sum > 0 && matches!(prefix, 1..=12 | 21..=32 | 61..=72 | 80)
}

/// `YYYYMMDD` or `MMDDYYYY`.
pub(super) fn is_date(text: &str) -> bool {
    let number = |range: Range<usize>| text.get(range).and_then(|t| t.parse::<u32>().ok()).unwrap_or(0);
    let valid = |year: Range<usize>, month: Range<usize>, day: Range<usize>| {
        (1900..2100).contains(&number(year)) && (1..=12).contains(&number(month)) && (1..=31).contains(&number(day))
    };
    valid(0..4, 4..6, 6..8) || valid(4..8, 0..2, 2..4)
}

/// Lengths that records without line ends may have, the shorter first: the text is like itself at
/// these distances. `total`: characters of the item.
pub(super) fn record_lengths(text: &str, total: usize) -> Vec<usize> {
    let class = |c: char| match c {
        ' ' => 0u8,
        '0'..='9' => 1,
        c if c.is_alphabetic() => 2,
        _ => 3,
    };
    let classes: Vec<u8> = text.chars().take(16 << 10).map(class).collect();
    lengths_of(&classes, total)
}

/// As [`record_lengths`], of characters or bytes that were put into classes.
pub(super) fn lengths_of(classes: &[u8], total: usize) -> Vec<usize> {
    let likeness = |lag: usize| {
        let pairs = classes.len() - lag;
        classes[..pairs].iter().zip(&classes[lag..]).filter(|(a, b)| a == b).count() * 1000 / pairs
    };
    let longest = (classes.len() / MIN_RECORDS).min(2048);
    let lags: Vec<(usize, usize)> = (20..=longest).map(|lag| (lag, likeness(lag))).collect();
    let Some(best) = lags.iter().map(|(_, l)| *l).max() else { return Vec::new() };
    let usual = lags.iter().map(|(_, l)| *l).sum::<usize>() / lags.len();
    if best < 700 || best < usual + 100 {
        return Vec::new();
    }
    let peaks = lags.iter().filter(|(_, l)| *l * 2 >= best + usual).map(|(lag, _)| *lag);
    let (mut fitting, others): (Vec<usize>, Vec<usize>) = peaks.partition(|lag| total.is_multiple_of(*lag));
    fitting.extend(others);
    fitting.truncate(16);
    fitting
}
