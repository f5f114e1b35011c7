//! Listings inside of text: a post or letter that is one, or has one between its paragraphs.

use super::{Syntax, detect, path_list};
use std::ops::Range;

/// Fewer lines than this between blank ones are no listing of their own.
const LEAST_LINES: usize = 3;

/// A listing in a text.
pub struct Embedded {
    /// What it is written in.
    pub syntax: &'static Syntax,
    /// Where it stands.
    pub range: Range<usize>,
}

/// The listings in a text: all of it, or runs of lines that are one. Empty where there is none.
pub fn embedded(text: &str) -> Vec<Embedded> {
    let whole = detect(text.as_bytes());
    if !whole.is_free_text() && !is_doubtful(whole, text) {
        return vec![Embedded { syntax: whole, range: 0..text.len() }];
    }
    let mut out: Vec<Embedded> = Vec::new();
    for range in runs(text, |line| !line.trim().is_empty()) {
        let part = text.get(range.clone()).unwrap_or_default();
        let syntax = detect(part.as_bytes());
        if !syntax.is_free_text() && !is_doubtful(syntax, part) {
            add(&mut out, Embedded { syntax, range }, text);
            continue;
        }
        for paths in runs(part, is_path) {
            let range = range.start + paths.start..range.start + paths.end;
            add(&mut out, Embedded { syntax: &path_list::SYNTAX, range }, text);
        }
    }
    out
}

/// Folders of one listing stand apart, and are one; what is short is none.
fn add(out: &mut Vec<Embedded>, found: Embedded, text: &str) {
    let between = |last: &Embedded| text.get(last.range.end..found.range.start);
    match out.last_mut() {
        Some(last) if last.syntax.name == found.syntax.name && between(last).is_some_and(|text| text.trim().is_empty()) => {
            last.range.end = found.range.end;
        }
        _ if text.get(found.range.clone()).is_some_and(|part| part.lines().count() >= LEAST_LINES) => out.push(found),
        _ => {}
    }
}

/// Sentences may look like short paths; only separators tell.
fn is_doubtful(syntax: &Syntax, text: &str) -> bool {
    syntax.name == path_list::SYNTAX.name && !text.lines().filter(|line| !line.trim().is_empty()).all(is_path)
}

fn is_path(line: &str) -> bool {
    line.contains(['/', '\\']) && path_list::path_like(line.as_bytes())
}

/// Runs of lines that pass a test.
fn runs(text: &str, test: impl Fn(&str) -> bool) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    let mut lines = text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start..at, test(line.trim_end_matches(['\r', '\n'])))
    });
    std::iter::from_fn(move || {
        let (first, _) = lines.by_ref().find(|(_, passes)| *passes)?;
        let last = lines.by_ref().take_while(|(_, passes)| *passes).last();
        Some(first.start..last.map_or(first.end, |(range, _)| range.end))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_between_paragraphs() {
        let tree = ".\n\u{251c}\u{2500}\u{2500} home\n\u{2502}   \u{2514}\u{2500}\u{2500} x.ach\n\u{2514}\u{2500}\u{2500} y.csv\n";
        let text = format!("We took everything.\nAll of it.\n\n{tree}\nPay by Friday, or else.\n");
        let [found] = &embedded(&text)[..] else { panic!("one listing") };
        assert_eq!((found.syntax.name, &text[found.range.clone()]), ("tree", tree));
        let paths = "a/b c.txt\nx/y/z.csv\n./d/e.ach\n";
        let text = format!("As promised, a part of it:\n{paths}Bye and/or see you.\n");
        let [found] = &embedded(&text)[..] else { panic!("one listing") };
        assert_eq!((found.syntax.name, &text[found.range.clone()]), ("path list", paths));
        assert!(embedded("Dear colleagues,\n\nwe took and/or copied it.\nCall me.\nBye now.\n").is_empty());
        let folders = "./a:\ntotal 4\n-rw-r--r-- 1 u g 3 Jan 12 2025 x.txt\n\n./b:\ntotal 4\n-rw-r--r-- 1 u g 3 Jan 12 2025 y.txt\n";
        let [found] = &embedded(&format!(
            "As promised, this is what there is on the server of theirs:\n\n{folders}\n\nMore to come, and soon.\nBe warned.\n"
        ))[..] else {
            panic!("one listing")
        };
        assert_eq!(found.syntax.name, "ls -l");
    }
}
