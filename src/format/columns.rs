//! What wide gaps part in a line: the fields of a printed list, the words of a heading, values side by side in a form.

use std::ops::Range;

/// So many blanks part fields; one stands between the words of a field.
pub(super) const GAP: usize = 2;

/// Groups of characters that so many blanks part, in a line of so many places.
pub(super) fn groups(len: usize, is_blank: impl Fn(usize) -> bool, blanks: usize) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for at in (0..len).filter(|&at| !is_blank(at)) {
        match out.last_mut() {
            Some(group) if at < group.end + blanks => group.end = at + 1,
            _ => out.push(at..at + 1),
        }
    }
    out
}

/// The fields of a line that wide gaps part, in their order.
pub(super) fn fields(line: &str) -> impl Iterator<Item = &str> {
    line.split("  ").map(str::trim).filter(|field| !field.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_gaps_part_fields_and_single_blanks_words() {
        let line = "  Ann  Lee   12 Oak St ";
        let chars: Vec<char> = line.chars().collect();
        let parted: Vec<String> =
            groups(chars.len(), |at| chars[at] == ' ', GAP).into_iter().map(|group| chars[group].iter().collect()).collect();
        assert_eq!(parted, ["Ann", "Lee", "12 Oak St"]);
        assert_eq!(fields(line).collect::<Vec<_>>(), parted);
        assert_eq!(groups(chars.len(), |at| chars[at] == ' ', 1).len(), 5);
    }
}
