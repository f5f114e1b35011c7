//! What parts a label from its value where code, settings and lists say it: the number of an element, what begins a list,
//! the mark of an item.

use super::label;
use std::ops::Range;

/// Blanks and quotes before a value.
pub(super) const QUOTED: [char; 7] = [' ', '\t', '\r', '\n', '"', '\'', '`'];
/// What opens a list.
pub(super) const OPENS: [char; 3] = ['(', '[', '{'];
/// Digits of the number of an element or item.
const INDEX: usize = 3;
/// Text between an assignment and what opens the list that is assigned.
const LONGEST_MAKER: usize = 64;
/// Text between a heading and the first value below it, a rule included.
const LONGEST_RULE: usize = 128;

fn is_short_number(text: &str, span: &Range<usize>) -> bool {
    span.len() <= INDEX && text[span.clone()].bytes().all(|b| b.is_ascii_digit())
}

/// `clients[0].code=104233`, `client.0.code`, `CLIENT_ID_1=104233`: is it the number of an element, with this text behind
/// it up to the next word of the label, or up to the value?
pub(super) fn is_index(text: &str, span: &Range<usize>, gap: &str, before_value: bool) -> bool {
    if !is_short_number(text, span) || !text[..span.start].ends_with(['[', '.', '_', '/']) {
        return false;
    }
    match before_value {
        true => gap.contains(['=', ':']) && gap.chars().all(|c| "]\"' \t=:".contains(c)),
        false => !gap.is_empty() && gap.len() <= 3 && gap.chars().all(|c| "]._/-[".contains(c)),
    }
}

/// `Client_Code__c`: is it what says of what kind a field is?
pub(super) fn is_kind(text: &str, span: &Range<usize>) -> bool {
    span.len() <= 2 && text[..span.start].ends_with("__") && label::is_kind(&text[span.clone()])
}

/// `[clients.40312]`, `[[clients."40312".sftp]]`: does the value stand in the head of a section (TOML 1.0, "Table"; INI)?
pub(super) fn is_section(text: &str, value: &Range<usize>) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || " ._-:\"'[".contains(c);
    let behind = &text[value.end..];
    let rest = &behind[..behind.find(['\n', '\r']).unwrap_or(behind.len())];
    let before = line_to(text, value.start);
    before.starts_with('[')
        && before.len() <= HEADING
        && before.chars().all(is_part)
        && before.ends_with(['.', ':', '"', '\''])
        && rest.split_once(']').is_some_and(|(inside, _)| inside.chars().all(is_part))
}

/// The value of a variable or parameter unless another one is given.
pub(super) const DEFAULT: &str = "default";
/// Text between the head of a block and a value in it.
const LONGEST_BLOCK: usize = 400;

/// `variable "client_code" { … default = "40312" }` (HCL), `ClientCode: … Default: "40312"` (CloudFormation, OpenAPI): where
/// the head of the block ends in which what stands at a place is a member.
pub(super) fn block_head(text: &str, at: usize) -> Option<usize> {
    let from = text.ceil_char_boundary(at.saturating_sub(LONGEST_BLOCK));
    let indentation = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let line = text[from..at].rfind('\n').map(|n| from + n + 1);
    if let Some(line) = line.filter(|&line| text[line..at].bytes().all(|b| b == b' ')) {
        let mut end = line;
        let mut above = text[from..line].split_inclusive('\n').rev().map(|above| {
            end -= above.len();
            (end, above.trim_end())
        });
        let head = above.find(|(_, above)| !above.is_empty() && indentation(above) < at - line);
        if let Some((start, head)) = head.filter(|(_, head)| head.ends_with(':')) {
            return Some(start + head.len() - 1);
        }
    }
    let mut depth = 0_usize;
    for (n, byte) in text[from..at].bytes().enumerate().rev() {
        match byte {
            b'}' => depth += 1,
            b'{' if depth == 0 => return Some(from + n),
            b'{' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Does a number go on behind one of these marks? A whole one may be written as programs write fractions: `617883.0`.
pub(super) fn is_fraction(behind: &str, marks: &[char]) -> bool {
    let goes_on =
        |behind: &str, marks: &[char]| behind.strip_prefix(marks).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let is_whole = behind.strip_prefix(".0").is_some_and(|rest| !rest.starts_with(char::is_alphanumeric) && !goes_on(rest, &['.']));
    goes_on(behind, marks) && !is_whole
}

/// `Content-Disposition: form-data; name="client_code"`, a blank line, and the value (RFC 7578, 4.2): does the name of a field
/// end here, with its value behind this text?
pub(super) fn is_form_field(text: &str, end: usize, gap: &str) -> bool {
    const HEAD: &str = "content-disposition:";
    let is_blank_line = gap.len() <= 6 && gap.starts_with('"') && gap.bytes().filter(|b| *b == b'\n').count() == 2;
    is_blank_line && {
        let from = text[..end].rfind('\n').map_or(0, |n| n + 1);
        text[from..end].get(..HEAD.len()).is_some_and(|head| head.eq_ignore_ascii_case(HEAD))
    }
}

/// Is the text between a word for many and a value the number of an element, and what assigns it?
pub(super) fn is_element(between: &str) -> bool {
    between.starts_with(['.', '_']) && between.contains('=') && between.bytes().any(|b| b.is_ascii_digit())
}

/// `1. 104233`, `2) 104234`: is it the number of an item, at the start of its line?
pub(super) fn is_item_mark(text: &str, span: &Range<usize>) -> bool {
    matches!(text.as_bytes()[span.end..], [b'.' | b')', b' ', ..])
        && is_short_number(text, span)
        && text[..span.start].trim_end_matches([' ', '\t']).ends_with('\n')
}

/// `clientIds = new int[] {104233`, `clients = List.of(104233`: where what is assigned begins, if the text before a place
/// makes a list and begins with nothing else.
pub(super) fn initialised(text: &str, at: usize) -> Option<usize> {
    let head = text[..at].trim_end_matches(QUOTED);
    let head = head.strip_suffix(OPENS)?;
    let from = head.ceil_char_boundary(head.len().saturating_sub(LONGEST_MAKER));
    let window = &head[from..];
    let line = window.rfind('\n').map_or(0, |n| n + 1);
    // `client_ids <- c(104233` in R.
    let (n, mark) = match (window[line..].rfind('='), window[line..].rfind("<-")) {
        (Some(n), _) => (n, 1),
        (None, n) => (n?, 2),
    };
    let assigned = from + line + n;
    let maker = head[assigned + mark..].trim();
    let is_maker = (maker.starts_with(|c: char| c.is_alphabetic() || matches!(c, '&' | '[')) || maker == "@")
        && maker.chars().all(|c| c.is_ascii_alphanumeric() || "_.<>[](){}!&:, *@".contains(c));
    let is_plain = !head[..assigned].ends_with(['=', '!', '<', '>', '+']);
    // `new Client[50000]` says how many there are.
    let is_size = text[head.len()..].starts_with('[') && maker.ends_with(|c: char| c.is_alphanumeric() || c == '>');
    (is_maker && is_plain && !is_size).then(|| head[..assigned].trim_end_matches([' ', ':']).len())
}

/// Does the line up to a place begin a loop over what follows, as those of shells do?
pub(super) fn begins_loop(text: &str, at: usize) -> bool {
    let line = text[..at].rfind('\n').map_or(0, |n| n + 1);
    text[line..at].trim_start().strip_prefix("for ").is_some_and(|rest| rest.split_whitespace().take(2).count() == 1)
}

/// Longest line that is a heading, without a colon behind it.
const HEADING: usize = 48;

/// The line that ends at a place.
pub(super) fn line_to(text: &str, end: usize) -> &str {
    let head = text.get(..end).unwrap_or_default();
    head[head.rfind('\n').map_or(0, |n| n + 1)..].trim_start()
}

/// Is the line that ends at a place so short that it may be a heading?
pub(super) fn is_heading(text: &str, end: usize) -> bool {
    line_to(text, end).len() <= HEADING
}

/// Is this what stands between a heading and the first line below it: blank lines, a rule, the mark of an item?
pub(super) fn heads(gap: &str) -> bool {
    gap.len() <= LONGEST_RULE
        && (2..=3).contains(&gap.bytes().filter(|b| *b == b'\n').count())
        && gap.trim_start_matches([':', ' ', '*', '_']).starts_with(['\r', '\n'])
        && gap.chars().all(|c| " \t\r\n:*_-=+•·–—~\"'".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_a_list_is_passed_over() {
        for text in [
            "clientIds = new int[] { ",
            "clients = List.of(\"",
            "ids := []int{",
            "x = vec![",
            "ids <- c(",
            "$clients = @(",
            "set = new HashSet<int> {\n  ",
        ] {
            let assigned = initialised(text, text.len()).map(|at| text[..at].trim());
            assert!(assigned.is_some_and(|before| text.starts_with(before) && !before.contains(['=', '<'])), "{text}");
        }
        for text in ["if (a == f(", "total = 5 + f(", "clients = (", "clients = new Client[", "a\nf(", "", "x >= f(", "="] {
            assert_eq!(initialised(text, text.len()), None, "{text}");
        }
    }

    #[test]
    fn blocks_and_sections_have_heads() {
        for text in [
            "variable \"client_code\" {\n  type = string\n  validation { a = 1 }\n  ",
            "Parameters:\n  ClientCode:\n    Type: String\n    ",
            "{\"Parameters\": {\"ClientCode\": {\"Type\": \"String\", \"",
        ] {
            let head = block_head(text, text.len()).map(|at| text[..at].trim_end_matches(['"', ' ', ':']));
            assert!(head.is_some_and(|head| head.to_lowercase().ends_with("code")), "{text}: {head:?}");
        }
        assert_eq!(block_head("a = 1\nb = 2\n", 12), None);
        let span = |text: &str| text.find("40312").map(|at| at..at + 5).expect("it is there");
        for (text, is) in [
            ("x\n[clients.40312]\n", true),
            ("[[clients.\"40312\".sftp]]", true),
            ("[\"clients\", 40312]", false),
            ("clients.40312]", false),
            ("[clients.40312", false),
        ] {
            assert_eq!(is_section(text, &span(text)), is, "{text}");
        }
    }

    #[test]
    fn elements_and_items_are_numbered() {
        let span = |text: &str, number: &str| text.find(number).map(|at| at..at + number.len()).expect("it is there");
        let text = "clients[12].code=1";
        assert!(is_index(text, &span(text, "12"), "].", false) && !is_index(text, &span(text, "12"), " ", false));
        let text = "a\n 3) 104233";
        assert!(is_item_mark(text, &span(text, "3")) && !is_item_mark("at 3) x", &span("at 3) x", "3")));
        let text = "Client_Code__c: 104233";
        assert!(is_kind(text, &(13..14)) && !is_kind("code_c", &(5..6)) && !is_kind("client__id", &(8..10)));
        let text = "Content-Disposition: form-data; name=\"client_code\"\r\n\r\n104233";
        assert!(is_form_field(text, 49, "\"\r\n\r\n") && !is_form_field(text, 49, "\"\r\n") && !is_form_field(&text[2..], 47, "\"\n\n"));
        for (behind, goes_on) in [(".0}", false), (".0.", false), ("", false), (".5", true), (".00", true), (".0.1", true), (".0a", true)] {
            assert_eq!(is_fraction(behind, &['.']), goes_on, "{behind}");
        }
        assert!(is_element(".0=") && !is_element("=") && !is_element(" 0 "));
        assert!(begins_loop("x\n  for client ", 15) && !begins_loop("look for a client ", 18));
        assert!(heads("\n\n- ") && heads(":\n------\n") && !heads("\n") && !heads("\nx\n"));
    }
}
