//! The text of a page as a reader sees it, line by line: a listing that was pasted into a post or stands in a `<pre>`.

use crate::format::text::entity;
use crate::format::text::html::INLINE;
use crate::format::text::markup::{Lexer, Token};

/// Elements whose text nobody sees.
const UNSEEN: &[&str] = &["title", "script", "style", "noscript", "template"];
/// Elements that stand beside each other in a row.
const CELLS: &[&str] = &["td", "th"];

/// Elements that stand apart from what is around them.
const APART: &[&str] = &["p", "pre", "blockquote", "table", "ul", "ol", "textarea", "h1", "h2", "h3"];

/// The lines of a page. Blanks are kept in `<pre>`, and run together elsewhere, but for those that do not break.
pub fn page_text(bytes: &[u8]) -> String {
    let mut lexer = Lexer::new(bytes, true);
    let mut out = String::new();
    let (mut verbatim, mut unseen) = (0u32, 0u32);
    while let Ok(Some((_, token))) = lexer.token() {
        match token {
            Token::Text(_) | Token::Raw(_) if unseen > 0 => {}
            Token::Text(text) if verbatim > 0 => out.push_str(&plain_blanks(&entity::decode(text))),
            Token::Text(text) => {
                let text = entity::decode(text);
                for piece in text.split_inclusive([' ', '\t', '\n', '\r']) {
                    let word = piece.trim_end_matches([' ', '\t', '\n', '\r']);
                    out.push_str(&plain_blanks(word));
                    if word.len() < piece.len() && !out.is_empty() && !out.ends_with([' ', '\n', '\t']) {
                        out.push(' ');
                    }
                }
            }
            // What is not decoded is a script, a style, or a CDATA section of XHTML.
            Token::Raw(_) | Token::Aside(_) => {}
            Token::Start(name, _, empty) => {
                let name = name.to_ascii_lowercase();
                let opened = u32::from(!empty);
                unseen += if UNSEEN.contains(&name.as_str()) { opened } else { 0 };
                verbatim += if matches!(name.as_str(), "pre" | "textarea" | "listing") { opened } else { 0 };
                separate(&name, &mut out);
            }
            Token::End(name) => {
                let name = name.to_ascii_lowercase();
                unseen -= u32::from(unseen > 0 && UNSEEN.contains(&name.as_str()));
                verbatim -= u32::from(verbatim > 0 && matches!(name.as_str(), "pre" | "textarea" | "listing"));
                separate(&name, &mut out);
            }
        }
    }
    out
}

/// What an element puts between the texts around it.
fn separate(name: &str, out: &mut String) {
    if CELLS.contains(&name) {
        if !out.is_empty() && !out.ends_with(['\n', '\t']) {
            out.push('\t');
        }
        return;
    }
    let is_apart = APART.contains(&name);
    if name == "br" || !INLINE.contains(&name) && !out.is_empty() && !out.ends_with('\n') {
        out.truncate(out.trim_end_matches([' ', '\t']).len());
        out.push('\n');
    }
    if is_apart && !out.is_empty() && !out.ends_with("\n\n") {
        out.push('\n');
    }
}

/// Blanks that do not break are how pages keep columns apart.
fn plain_blanks(text: &str) -> String {
    text.replace('\u{a0}', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_as_they_are_seen() {
        let page = "<!DOCTYPE html><html><head><title>Leak</title><style>p{}</style></head><body><h1>All  of\n it</h1>\
            <pre>.\n\u{251c}\u{2500}\u{2500} a &amp; b.txt\n    c</pre><p>x/y&nbsp;z.csv<br>v<b>w</b></p>\
            <table><tr><td>home/a</td><td>12</td></tr><tr><td>home/b</td><td>13</td></tr></table><script>var a;</script></body></html>";
        assert_eq!(
            page_text(page.as_bytes()),
            "All of it\n\n.\n\u{251c}\u{2500}\u{2500} a & b.txt\n    c\n\nx/y z.csv\nvw\n\nhome/a\t12\nhome/b\t13\n\n"
        );
    }
}
