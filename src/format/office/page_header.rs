//! What stands at the head and foot of printed sheets (ECMA-376 part 1, 18.3.1.46; MS-XLS 2.4.136): text with codes for
//! its place, its type and what is filled in, glued to it.

use crate::format::BORDER;

/// The text as it is printed, its three sections apart; what is filled in when it is printed is a blank.
pub fn printed(written: &str) -> String {
    let mut out = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let mut code = rest[at + 1..].chars();
        let letter = code.next();
        rest = code.as_str();
        match letter {
            Some('&') => out.push('&'),
            Some('L' | 'C' | 'R' | 'l' | 'c' | 'r') => out.push(BORDER),
            // Bold, italic, lines under and through, above and below, outline, shadow.
            Some('B' | 'I' | 'U' | 'E' | 'S' | 'X' | 'Y' | 'O' | 'H' | 'b' | 'i' | 'u' | 'e' | 's' | 'x' | 'y' | 'o' | 'h') => {}
            // The font in quotation marks, its size, its colour.
            Some('"') => rest = rest.split_once('"').map_or("", |(_, rest)| rest),
            Some('0'..='9') => rest = rest.trim_start_matches(|c: char| c.is_ascii_digit()),
            Some('K' | 'k') => {
                let is_colour = |c: char| c.is_ascii_hexdigit() || matches!(c, '+' | '-');
                rest = match rest.char_indices().nth(6) {
                    Some((end, _)) if rest[..end].chars().all(is_colour) => &rest[end..],
                    None if rest.chars().all(is_colour) => "",
                    _ => rest,
                };
            }
            // Page, pages, date, time, names of file and sheet, path, picture.
            _ => out.push(' '),
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_no_part_of_the_words_behind_them() {
        for (written, read) in [
            ("&CClient code: &BJ5GH3D&B", "\u{1E}Client code: J5GH3D"),
            ("&L&\"Arial,Bold\"&12Quarry Bank&RPage &P of &N", "\u{1E}Quarry Bank\u{1E}Page   of  "),
            ("&K00B0F0Quarry && Sons", "Quarry & Sons"),
            ("&K01+034Fee", "Fee"),
            ("&Kettle", "ettle"),
            ("plain", "plain"),
            ("&", " "),
            ("&\"open", ""),
            ("&K12", ""),
        ] {
            assert_eq!(printed(written), read, "{written}");
        }
    }
}
