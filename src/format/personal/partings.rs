//! Social security numbers whose groups are parted by other hyphens and blanks than those of ASCII, as word processors set
//! them, are read as if they were: what looks for them knows of one hyphen and one blank.

use crate::table::parting;
use std::ops::Range;

/// A text with the hyphens and blanks of ASCII in its social security numbers.
pub(super) struct Plain {
    pub text: String,
    /// Behind which places of it how many bytes are left out altogether.
    shifts: Vec<(usize, usize)>,
}

impl Plain {
    /// Nothing, where no number is parted otherwise: then the text is plain.
    pub fn of(text: &str) -> Option<Self> {
        let (mut plain, mut shifts, mut from) = (String::new(), Vec::new(), 0);
        for Range { start, end } in numbers(text) {
            let (Some(before), Some(number)) = (text.get(from..start), text.get(start..end)) else { continue };
            plain.push_str(before);
            plain.extend(number.chars().map(|c| parting(c).unwrap_or(c)));
            from = end;
            shifts.push((plain.len(), end - plain.len()));
        }
        if shifts.is_empty() {
            return None;
        }
        plain.push_str(text.get(from..).unwrap_or_default());
        Some(Self { text: plain, shifts })
    }

    /// What these places are in the text as it was.
    pub fn original(&self, places: &Range<usize>) -> Range<usize> {
        self.place(places.start)..self.place(places.end)
    }

    fn place(&self, at: usize) -> usize {
        let shifts = self.shifts.partition_point(|(place, _)| *place <= at);
        at + shifts.checked_sub(1).and_then(|last| self.shifts.get(last)).map_or(0, |(_, left_out)| *left_out)
    }
}

/// Does such a number stand in a text?
pub(super) fn is_any_in(text: &str) -> bool {
    numbers(text).next().is_some()
}

/// Where such numbers stand.
fn numbers(text: &str) -> impl Iterator<Item = Range<usize>> {
    // The first bytes of the characters that part groups.
    let mut done = 0;
    memchr::memchr3_iter(0xC2, 0xE2, 0xEF, text.as_bytes()).filter_map(move |at| {
        let found = number_at(text, at).filter(|range| range.start >= done)?;
        done = found.end;
        Some(found)
    })
}

/// The number whose first group ends at this place.
fn number_at(text: &str, at: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let are_digits = |range: Range<usize>| bytes.get(range).is_some_and(|group| group.iter().all(u8::is_ascii_digit));
    let start = at.checked_sub(3)?;
    let behind = |place: usize| {
        let c = text.get(place..)?.chars().next()?;
        (parting(c).is_some()).then(|| place + c.len_utf8())
    };
    if !are_digits(start..at) || start.checked_sub(1).is_some_and(|before| are_digits(before..before + 1)) {
        return None;
    }
    let group = behind(at)?;
    let serial = behind(group + 2).filter(|_| are_digits(group..group + 2))?;
    let end = serial + 4;
    (are_digits(serial..end) && !are_digits(end..end + 1)).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_plain_and_keep_their_places() {
        let text = "x 512\u{2011}44\u{2011}7781, 571\u{A0}84\u{A0}9133 end";
        let plain = Plain::of(text).expect("there are numbers");
        assert_eq!(plain.text, "x 512-44-7781, 571 84 9133 end");
        for word in ["x", "512", "571", "end"] {
            let (at, place) = (plain.text.find(word).unwrap(), text.find(word).unwrap());
            assert_eq!(plain.original(&(at..at)), place..place, "{word}");
        }
        for text in
            ["512-44-7781", "2010\u{2013}2014", "1512\u{2011}44\u{2011}7781", "512\u{2011}44\u{2011}77811", "512\u{2011}44", "\u{2011}"]
        {
            assert!(Plain::of(text).is_none(), "{text}");
        }
    }
}
