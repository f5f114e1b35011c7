//! Lists and maps that source text assigns to a name for clients: `clients = [{id: 104233, …}, …]`, `CLIENTS = {104233: …}`.
//! What tells one of them stands behind the text with a label of its own; the elements of plain lists are found where they
//! stand.

use super::stretch::Stretch;
use crate::format::{At, Sink};
use crate::identifier::inline::Label;
use crate::tokens::words_of;

/// Longest line before what opens the list, and longest name.
const LONGEST_HEAD: usize = 120;
/// Elements of one list, and bytes of it.
const ELEMENTS: usize = 1 << 16;
const LONGEST_LIST: usize = 8 << 20;
/// Longest value.
const LONGEST: usize = 64;
/// Longest string.
const LONGEST_STRING: usize = 4 << 10;
/// Names of what tells an element.
const KEYS: &[&str] = &["id", "code", "number", "no", "nr", "num", "key", "ref", "identifier"];

/// Pushes what identifies the elements of such lists.
pub(super) fn push(stretch: &Stretch<'_>, sink: &mut Sink<'_>) {
    let text = &*stretch.text;
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(at) = bytes.get(from..).and_then(|rest| memchr::memchr3(b'[', b'{', b'(', rest)).map(|n| from + n) {
        from = at + 1;
        if let Some(label) = label_before(text, at) {
            let mut reader = Reader { text, at: at + 1, end: text.floor_char_boundary(at.saturating_add(LONGEST_LIST)), label, stretch };
            reader.list(sink);
            from = from.max(reader.at);
        }
    }
}

/// The label of the elements of what opens at a place, where a name for many is assigned.
fn label_before(text: &str, at: usize) -> Option<String> {
    // What assigns stands right before, or before a word that makes the list: `= array(`, `= new List<Row> {`.
    let head = text.get(text.floor_char_boundary(at.saturating_sub(LONGEST_HEAD))..at)?;
    let line = &head[head.rfind('\n').map_or(0, |n| n + 1)..];
    memchr::memchr2(b'=', b':', line.as_bytes())?;
    let is_maker = |c: char| c.is_ascii_alphanumeric() || " _.<>&:!,[]".contains(c);
    let before = line.trim_end_matches(is_maker).trim_end();
    let name = match before.strip_suffix("=>").or_else(|| before.strip_suffix('=')) {
        Some(name) => name,
        // `clients: [`
        None => line.trim_end().strip_suffix(':')?,
    };
    let name = name.trim_end_matches([' ', '\t', ':', '"', '\'']);
    let name = &name[name
        .rfind(|c: char| !c.is_alphanumeric() && c != '_' && c != '-')
        .map_or(0, |n| n + name[n..].chars().next().map_or(1, char::len_utf8))..];
    let words = words_of(name);
    let [.., last] = &words[..] else { return None };
    let one = last.strip_suffix('s')?;
    let label = Label::of(vec![one]);
    let is_client = |label: &Label<'_>| label.names_exactly();
    let all: Vec<&str> = words.iter().map(String::as_str).collect();
    (is_client(&label) || is_client(&Label::of(all))).then(|| match words.len() {
        1 => one.to_owned(),
        n => format!("{} {one}", words[..n - 1].join(" ")),
    })
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    end: usize,
    label: String,
    stretch: &'t Stretch<'t>,
}

impl<'t> Reader<'t> {
    /// Goes through the list up to where it closes.
    fn list(&mut self, sink: &mut Sink<'_>) {
        let text = self.text;
        let bytes = text.as_bytes();
        let mut depth = 1;
        // A word or value before `:`, `=` or `=>`, with its place and depth.
        let mut key: Option<(usize, &str)> = None;
        let mut last: Option<(usize, &str)> = None;
        let mut elements = 0;
        // What tells something inside of an element that a key tells is another thing's.
        let mut is_keyed = false;
        while let Some(&byte) = bytes.get(self.at).filter(|_| self.at < self.end && elements < ELEMENTS) {
            let place = self.at;
            match byte {
                b'[' | b'{' | b'(' => {
                    // `104233: {`
                    if depth == 1 {
                        is_keyed = key.is_some();
                        if let Some((at, key)) = key.take() {
                            self.say(key, at, sink);
                            elements += 1;
                        }
                    }
                    (depth, key, last) = (depth + 1, None, None);
                    self.at += 1;
                }
                b']' | b'}' | b')' => {
                    depth -= 1;
                    (key, last) = (None, None);
                    self.at += 1;
                    if depth == 0 {
                        return;
                    }
                }
                b':' | b'=' => {
                    self.at += 1 + usize::from(bytes.get(place + 1) == Some(&b'>'));
                    key = last.take();
                }
                b',' | b';' => {
                    (key, last) = (None, None);
                    self.at += 1;
                }
                _ => match self.scalar() {
                    Some(scalar) => {
                        if let Some((at, name)) = key.take() {
                            // `104233: 'alpha'`; `{id: 104233`.
                            let is_key = KEYS.iter().any(|own| own.eq_ignore_ascii_case(name));
                            match depth {
                                1 if is_code(name) => self.say(name, at, sink),
                                2 if is_key && !is_keyed => self.say(scalar, place, sink),
                                _ => {}
                            }
                            elements += 1;
                        }
                        last = Some((place, scalar));
                    }
                    None => self.at += text[self.at..].chars().next().map_or(1, char::len_utf8),
                },
            }
        }
    }

    /// The word, number or string at hand.
    fn scalar(&mut self) -> Option<&'t str> {
        let text = self.text;
        let rest = text.get(self.at..self.end)?;
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
        if let Some(quote) = quote {
            let inner = rest.get(1..)?;
            let mut escaped = false;
            let len = inner.bytes().take(LONGEST_STRING).position(|b| {
                let ends = !escaped && (b == quote as u8 || b == b'\n');
                escaped = b == b'\\' && !escaped;
                ends
            });
            let Some(len) = len else {
                // What was looked through for its end is not looked through again.
                self.at = text.floor_char_boundary(self.at + 1 + LONGEST_STRING).min(self.end);
                return None;
            };
            self.at += len + 2;
            return inner.get(..len);
        }
        let len = rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.')).unwrap_or(rest.len());
        self.at += len;
        rest.get(..len).filter(|word| !word.is_empty())
    }

    fn say(&self, value: &str, place: usize, sink: &mut Sink<'_>) {
        if is_code(value) {
            sink.border();
            sink.text(&format!("{}: {value}\n", self.label), At::Decoded(self.stretch.offset(place)));
        }
    }
}

/// Could it be a code: a token with digits?
fn is_code(value: &str) -> bool {
    value.len() <= LONGEST
        && value.bytes().any(|b| b.is_ascii_digit())
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use crate::format::testing::read_with;
    use crate::format::text::plain;

    fn said(text: &str) -> Vec<String> {
        let text = read_with(plain::read, text.as_bytes(), |_, collector| collector.text());
        text.split('\u{1E}')
            .filter(|part| part.starts_with("client") && part.contains(": ") && !part.contains('{'))
            .map(|part| part.trim().to_owned())
            .collect()
    }

    #[test]
    fn elements_of_lists_of_clients_are_told() {
        for text in [
            "var clients = [\n  {id: 104233, name: 'a'},\n  {name: 'b', id: 104234, hosts: [{id: 77}]},\n];\n",
            "$clients = array(array('id' => '104233', 'name' => 'a'), array('id' => '104234'));\n",
            "CLIENTS = {\n    104233: {'name': 'a'},\n    '104234': {'id': 5},\n}\n",
            "clients = {'104233': 'alpha', '104234': 'beta'}\n",
        ] {
            assert_eq!(said(text), ["client: 104233", "client: 104234"], "{text}");
        }
        for text in ["orders = [{id: 104233}]\n", "if (clients == [104233]) {}\n", "clients = f({n: 104233})\n", "clients = [[[[[[[[\n"] {
            assert!(said(text).is_empty(), "{text} {:?}", said(text));
        }
    }
}
