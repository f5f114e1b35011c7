//! Lines that name what they say: `name: value`, `name = value`, `name | value`, and in forms a name and its value behind
//! leaders or a wide gap. Such lines one below the other are a record. Records of an item and forms of persons are read here.

use super::columns;
use memchr::memmem::Finder;
use std::ops::Range;
use std::sync::LazyLock;

/// Longer names are sentences; so are those of more words.
const LONGEST_NAME: usize = 40;
const NAME_WORDS: usize = 7;
/// Longer lines name no value.
const LONGEST_LINE: usize = 400;
/// Before and behind values, and no part of them.
const AROUND_VALUES: [char; 11] = [' ', '\t', '\r', '.', '"', '\'', ',', ';', '=', '_', '|'];

/// Where named values are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Anywhere: what programs write, values behind marks. Names with dots in them set something up.
    Record,
    /// Around a number that a form may hold: values stand behind a wide gap or leaders, too, and go on in indented lines.
    /// Names in quotes are those of members, which are read elsewhere.
    Form,
}

/// A name and its value.
pub(super) type Pair<'t> = (&'t str, &'t str);

/// Values that stand together, with their names.
#[derive(Debug, Default)]
pub(super) struct Record<'t> {
    pub values: Vec<Pair<'t>>,
    /// Its lines in the text.
    pub range: Range<usize>,
}

/// Puts lines together to records: a record ends where a name comes again, another line stands between, or a blank one
/// does. Where all lines of a record have blank ones between them, they part nothing.
pub(super) struct Records<'t> {
    way: Way,
    /// Values of one record; more begin another.
    most: usize,
    record: Record<'t>,
    /// Where the last line of the record begins, and how many values stand before it.
    last: (usize, usize),
    /// Blank lines behind the last line.
    blanks: usize,
    /// Blank lines stand between the lines of the record.
    is_spaced: bool,
    /// The record begins as an element of a list, and its last line is one.
    begins_element: bool,
    ends_element: bool,
}

impl<'t> Records<'t> {
    pub fn new(way: Way, most: usize) -> Self {
        Self { way, most, record: Record::default(), last: (0, 0), blanks: 0, is_spaced: false, begins_element: false, ends_element: false }
    }

    /// Takes the next line, which stands at `place`, and gives out what ends before it. False where it is none of a record.
    pub fn line(&mut self, line: &'t str, place: usize, out: &mut impl FnMut(Record<'t>)) -> bool {
        let content = line.trim();
        if content.is_empty() {
            self.blanks += 1;
            if self.blanks > 1 || self.record.values.len() > 1 && !self.is_spaced {
                self.end(out);
            }
            return self.blanks <= 1;
        }
        let blanks = std::mem::take(&mut self.blanks);
        let is_element = content.starts_with("- ");
        let mut is_first = true;
        pairs(content, self.way, &mut |pair| {
            if std::mem::take(&mut is_first) {
                self.begin_line(blanks, is_element, place, out);
            }
            self.value(pair, place..place + line.len(), out);
        });
        let goes_on = !is_first || is_continued(line, self.way);
        if !goes_on {
            self.end(out);
        }
        goes_on
    }

    /// A line with values begins here, behind so many blank ones.
    fn begin_line(&mut self, blanks: usize, is_element: bool, place: usize, out: &mut impl FnMut(Record<'t>)) {
        if self.is_spaced && blanks == 0 {
            // The lines stand together from the last one on; what is above it was another record.
            let (start, before) = self.last;
            let values = self.record.values.split_off(before.min(self.record.values.len()));
            let end = std::mem::replace(&mut self.record.range.end, start);
            self.end(out);
            self.record = Record { values, range: start..end };
        } else if blanks > 0 && !self.record.values.is_empty() {
            self.is_spaced = true;
        }
        if is_element && self.begins_element && !self.ends_element {
            self.end(out);
        }
        self.begins_element |= is_element && self.record.values.is_empty();
        self.ends_element = is_element;
        self.last = (place, self.record.values.len());
    }

    fn value(&mut self, pair: Pair<'t>, line: Range<usize>, out: &mut impl FnMut(Record<'t>)) {
        let is_known = self.record.values.iter().any(|(known, _)| known.eq_ignore_ascii_case(pair.0));
        if is_known || self.record.values.len() >= self.most {
            let is_element = self.ends_element;
            self.end(out);
            (self.begins_element, self.ends_element, self.last) = (is_element, is_element, (line.start, 0));
        }
        if self.record.values.is_empty() {
            self.record.range.start = line.start;
        }
        self.record.values.push(pair);
        self.record.range.end = line.end;
    }

    /// Where the record begins that is not ended.
    pub fn open(&self) -> Option<usize> {
        (!self.record.values.is_empty()).then_some(self.record.range.start)
    }

    /// Gives out what was put together.
    pub fn end(&mut self, out: &mut impl FnMut(Record<'t>)) {
        (self.is_spaced, self.begins_element, self.ends_element) = (false, false, false);
        let record = std::mem::take(&mut self.record);
        if !record.values.is_empty() {
            out(record);
        }
    }
}

/// Does the value above go on in this line?
fn is_continued(line: &str, way: Way) -> bool {
    way == Way::Form && line.len() <= LONGEST_LINE && line.starts_with("   ")
}

/// Is it a line of a record?
pub(super) fn is_named(line: &str, way: Way) -> bool {
    let mut is_any = is_continued(line, way);
    pairs(line.trim(), way, &mut |_| is_any = true);
    is_any
}

/// The values of a line with their names: one, or several with wide gaps between them.
pub(super) fn pairs<'t>(line: &'t str, way: Way, out: &mut impl FnMut(Pair<'t>)) {
    if line.len() > LONGEST_LINE || way == Way::Record && first_mark(line).is_none() {
        return;
    }
    match side_by_side(line, way) {
        Some((pairs, _)) => pairs.into_iter().for_each(out),
        None => pair(line, way).into_iter().for_each(out),
    }
}

/// Does a line hold nothing but values side by side, with wide gaps between them?
pub(super) fn is_row_of_values(line: &str) -> bool {
    line.len() <= LONGEST_LINE && first_mark(line).is_some() && side_by_side(line, Way::Record).is_some_and(|(_, is_all)| is_all)
}

/// Where the first mark stands behind which a value may follow, if it is near enough to be behind a name.
fn first_mark(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    memchr::memchr3(b':', b'=', b'|', &bytes[..bytes.len().min(LONGEST_NAME + 8)])
}

/// Two values or more with wide gaps between them, and whether the line holds nothing else. A name or its mark may be a gap
/// away from the value.
fn side_by_side(line: &str, way: Way) -> Option<(Vec<Pair<'_>>, bool)> {
    // Most lines have no wide gap.
    static GAP: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("  "));
    if memchr::memchr2_iter(b':', b'=', line.as_bytes()).nth(1).is_none() || GAP.find(line.as_bytes()).is_none() {
        return None;
    }
    let mut fields = columns::fields(line).peekable();
    let (mut found, mut is_all) = (Vec::new(), true);
    while let Some(field) = fields.next() {
        let of_next = |next: &&str| match behind_arrow(next).or_else(|| next.strip_prefix([':', '='])) {
            Some(value) => value.is_empty() || value.starts_with([' ', '\t']),
            None => (field.ends_with([':', '=']) || field.ends_with("=>")) && pair(next, way).is_none(),
        };
        let pair = match fields.next_if(of_next) {
            // Behind a mark alone the value is one further.
            Some(":" | "=" | "=>" | "==>") => fields.next().map(|value| (name_of(field, way), value_of(value))),
            Some(value) => {
                let value = behind_arrow(value).unwrap_or_else(|| value.trim_start_matches([':', '=']));
                Some((name_of(field.trim_end_matches([':', '=', '>']), way), value_of(value)))
            }
            None => pair(field, way).map(|(name, value)| (Some(name), value)),
        };
        match pair {
            Some((Some(name), value)) => found.push((name, value)),
            Some((None, _)) | None => is_all = false,
        }
    }
    (found.len() > 1).then_some((found, is_all))
}

/// The value of a line with its name.
pub(super) fn pair(line: &str, way: Way) -> Option<Pair<'_>> {
    let line = line.trim_start_matches(['-', '*', '•', '>', '|', ' ']);
    marked(line, way).or_else(|| if way == Way::Form { gapped(line) } else { None })
}

/// `Account No: 4458814885`, `account_no=4458814885`, `account_no | 4458814885`.
fn marked(line: &str, way: Way) -> Option<Pair<'_>> {
    let at = first_mark(line)?;
    let (before, behind) = (line.get(..at)?, line.get(at + 1..)?);
    let is_free = behind.is_empty() || behind.starts_with([' ', '\t']);
    let parts = match line.as_bytes().get(at) {
        Some(b'=') => true,
        // More of them part the cells of a row.
        Some(b'|') => is_free && !behind.trim_end_matches([' ', '|']).contains('|'),
        // `https://`, `c:\data`, `std::io`, `10:15`.
        _ => is_free || !behind.starts_with(['/', '\\', ':']) && !is_time(before, behind),
    };
    let arrow = line.get(at..).and_then(behind_arrow);
    // `[account_no] => 4458814885`, as PHP prints an array.
    let bare = before.trim().strip_prefix('[').and_then(|name| name.strip_suffix(']')).filter(|_| arrow.is_some() && way == Way::Record);
    let name = name_of(bare.unwrap_or(before), way).filter(|_| parts)?;
    Some((name, value_of(arrow.unwrap_or(behind))))
}

/// What stands behind `=>`, or behind `==>` as terminals write it before a field.
fn behind_arrow(text: &str) -> Option<&str> {
    text.strip_prefix('=').and_then(|text| text.trim_start_matches('=').strip_prefix('>'))
}

/// Does a colon part the hours and minutes of a time?
fn is_time(before: &str, behind: &str) -> bool {
    let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
    before.ends_with(|c: char| c.is_ascii_digit()) && digits == 2
}

/// `Account No ..... 4458814885` and `Account No    4458814885`.
fn gapped(line: &str) -> Option<Pair<'_>> {
    let gaps = [line.find('\t'), line.find("  "), line.find("...")];
    let end = gaps.into_iter().flatten().filter(|at| *at <= LONGEST_NAME).min()?;
    let name = name_of(line.get(..end)?, Way::Form).filter(|name| name.len() > 1)?;
    Some((name, value_of(line.get(end + 1..)?)))
}

fn name_of(name: &str, way: Way) -> Option<&str> {
    let name = name.trim_matches([' ', '\t']);
    let name = if way == Way::Record { name.trim_matches(['"', '\'']) } else { name };
    let name = name.trim_end_matches(['.', ' ', '_']);
    let is_in = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '/' | '#' | '\'' | '(' | ')' | '&');
    let is_name = !name.is_empty()
        && name.len() <= LONGEST_NAME
        && name.chars().any(char::is_alphabetic)
        && name.chars().all(is_in)
        && name.split(' ').count() <= NAME_WORDS;
    // `account.id`, but `acct. no`.
    let is_path = || way == Way::Record && name.split('.').skip(1).any(|part| !part.starts_with(' '));
    (is_name && !is_path()).then_some(name)
}

fn value_of(value: &str) -> &str {
    value.trim_matches(AROUND_VALUES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_told_from_text() {
        for (line, wanted) in [
            ("Client ID : 104233", ("Client ID", "104233")),
            ("Client ID:104233", ("Client ID", "104233")),
            ("client_id | 104233", ("client_id", "104233")),
            ("name: \"Ann Lee\",", ("name", "Ann Lee")),
            ("  'name' => 'Ann Lee'", ("name", "Ann Lee")),
            ("    [name] => Ann Lee", ("name", "Ann Lee")),
            (" TAX ID  ==> 512447781", ("TAX ID", "512447781")),
            ("> Acct. No....: 4458814885", ("Acct. No", "4458814885")),
        ] {
            assert_eq!(pair(line, Way::Record), Some(wanted), "{line}");
        }
        for line in [
            "10:15 Ann came",
            "Nov 23 10:15:20 host up",
            "2026-01-02T10:00:01 up",
            "https://x.example",
            "c:\\data",
            "std::io::Error",
            "what was said of it in the end was this: no",
            "Ann Lee | 4458814885 | 1.00",
            "account.id = 804127563391",
            "Account No    4458814885",
            "",
        ] {
            assert_eq!(pair(line, Way::Record), None, "{line}");
        }
        for line in ["Account No    4458814885", "Account No\t4458814885", "Account No ..... 4458814885", "• Account No: 4458814885"] {
            assert_eq!(pair(line, Way::Form), Some(("Account No", "4458814885")), "{line}");
        }
        assert_eq!(pair("\"account\": \"4458814885\"", Way::Form), None);
    }

    #[test]
    fn values_may_stand_side_by_side() {
        let all = |line: &str| {
            let mut found = Vec::new();
            pairs(line, Way::Record, &mut |(name, value)| found.push(format!("{name}={value}")));
            found
        };
        for line in [
            "Name: Ann Lee     Account No: 4458814885",
            "Name:   Ann Lee   Account No:   4458814885",
            "Name  : Ann Lee   Account No  : 4458814885",
            "Name  :  Ann Lee  Account No  :  4458814885",
            "Name ==> Ann Lee     Account No  ==> 4458814885",
            "Name   ==>  Ann Lee  Account No ==>  4458814885",
        ] {
            assert_eq!(all(line), ["Name=Ann Lee", "Account No=4458814885"], "{line}");
            assert!(is_row_of_values(line), "{line}");
        }
        assert_eq!(all("Balance:   12.00  CR"), ["Balance=12.00  CR"]);
        assert!(!is_row_of_values("2026-01-02 10:00:01  INFO  client=104233  name=Ann"));
    }

    fn records(text: &str, way: Way) -> Vec<String> {
        let (mut found, mut at) = (Vec::new(), 0);
        let mut out = |record: Record<'_>| {
            assert!(!text[record.range.clone()].trim().is_empty());
            found.push(record.values.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" "));
        };
        let mut lines = Records::new(way, 8);
        for line in text.split_inclusive('\n') {
            lines.line(line, at, &mut out);
            at += line.len();
        }
        lines.end(&mut out);
        found
    }

    #[test]
    fn records_end_where_a_name_comes_again_or_other_lines_stand() {
        assert_eq!(
            records("a: 1\nb: 2\na: 3\nb: 4\n\nc: 5\nd: 6\nand so on\ne: 7\n", Way::Record),
            ["a=1 b=2", "a=3 b=4", "c=5 d=6", "e=7"]
        );
        assert_eq!(records("- a: 1\n  b: 2\n- c: 3\n  d: 4\n", Way::Record), ["a=1 b=2", "c=3 d=4"]);
        assert_eq!(records("Of: Ann\n- a: 1\n- b: 2\n- a: 3\n", Way::Record), ["Of=Ann a=1 b=2", "a=3"]);
        assert_eq!(records("a: 1\n    and more\nb: 2\n", Way::Form), ["a=1 b=2"]);
        assert_eq!(records("a: 1\n    and more\nb: 2\n", Way::Record), ["a=1", "b=2"]);
    }

    #[test]
    fn blank_lines_between_all_lines_part_nothing() {
        assert_eq!(records("a: 1\n\nb: 2\n\nc: 3\n\n\nd: 4\n", Way::Record), ["a=1 b=2 c=3", "d=4"]);
        assert_eq!(records("a: 1\n\nb: 2\nc: 3\n\nb: 4\nc: 5\n", Way::Record), ["a=1", "b=2 c=3", "b=4 c=5"]);
        assert_eq!(records("a: 1\n\nb: 2\n\na: 3\n\nb: 4\n", Way::Form), ["a=1 b=2", "a=3 b=4"]);
    }
}
