//! Names of values that are said in two parts: `client:` and, indented below it, `code: 104233`; a section `[client]`
//! with `code=104233`. The text stays as it is; where only both parts together name an identifier, they stand behind
//! it with the value.

use super::broken_label;
use super::stretch::Stretch;
use super::xml;
use crate::format::{At, Sink};
use crate::identifier::inline::LONG_NUMBER;
use crate::identifier::is_exact;
use crate::tokens::words_of;

/// Longest value and longest name.
const LONGEST: usize = 64;
/// Names inside names.
const DEPTH: usize = 32;

/// What the elements of a list are called where nothing else calls them.
const ITEMS: &[&str] = &["id", "value", "item", "element", "entry", "string", "int", "integer", "long", "li", "add"];

/// Both names as one label, where that names an identifier and the inner one alone does not.
pub(super) fn joint(outer: &str, inner: &str) -> Option<String> {
    if outer.len() > LONGEST || inner.len() > LONGEST {
        return None;
    }
    let (mut words, own) = (words_of(outer), words_of(inner));
    let named = |words: &[String]| is_exact(&words.iter().map(String::as_str).collect::<Vec<_>>());
    // `<clientIds><value>`: the elements of a list bear its name.
    if let ([.., last], [item]) = (&words[..], &own[..])
        && last.ends_with('s')
        && ITEMS.contains(&item.as_str())
        && named(&words)
    {
        return outer.strip_suffix(['s', 'S']).map(str::to_owned);
    }
    // `code`, `id`, `number`: a word of which there are as many as there are things.
    let [last] = &own[..] else { return None };
    if !matches!(
        last.as_str(),
        "code" | "codes" | "id" | "ids" | "number" | "numbers" | "no" | "nr" | "num" | "key" | "ref" | "identifier" | "nummer"
    ) || named(&own)
    {
        return None;
    }
    words.extend(own);
    named(&words).then(|| format!("{outer} {inner}"))
}

/// Does the name by itself name an identifier of which several may follow?
pub(super) fn names_list(name: &str) -> bool {
    let words = words_of(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    is_exact(&words)
}

/// Pushes what indented and sectioned text (YAML, INI, TOML) says in two parts.
pub(super) fn push(stretch: &Stretch<'_>, sink: &mut Sink<'_>) {
    let mut section = "";
    // Names that hold what is indented below them, with their indents.
    let mut open: Vec<(usize, &str)> = Vec::new();
    // A name that stands in a value of its own, with its indent: `- name: CLIENT_CODE` above `value: 104233`.
    let mut named: Option<(usize, &str)> = None;
    let mut at = 0;
    let mut above = "";
    for raw in stretch.text.split_inclusive('\n') {
        let place = at;
        at += raw.len();
        let line = raw.trim_end();
        let mut content = line.trim_start_matches(' ');
        if let Some(text) = broken_label::joined(std::mem::replace(&mut above, line), content) {
            sink.border();
            sink.text(&text, At::Decoded(stretch.offset(place)));
        }
        if content.is_empty() || content.starts_with(['#', ';']) || line.len() > 4 * LONGEST {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            (section, open) = (name.trim_matches(['[', ']', '"', ' ']), Vec::new());
            continue;
        }
        let mut is_element = false;
        while let Some(rest) = content.strip_prefix("- ") {
            (content, is_element) = (rest.trim_start_matches(' '), true);
        }
        let indent = line.len() - content.len();
        named = named.filter(|(own, _)| *own <= indent && !is_element);
        while open.last().is_some_and(|(outer, _)| *outer >= indent) {
            open.pop();
        }
        let outer = open.last().map_or(section, |(_, name)| name);
        let (name, value) = match content.find([':', '=']).map(|n| (content[..n].trim(), content[n + 1..].trim())) {
            Some((name, value)) if is_name(name) => (name.trim_matches(['"', '\'']), value),
            _ if is_element && names_list(outer) && is_value(content) => {
                say(outer, content, place, stretch, sink);
                continue;
            }
            _ => continue,
        };
        if value.is_empty() && name.len() >= LONG_NUMBER && name.bytes().all(|b| b.is_ascii_digit()) && names_list(outer) {
            // `clients:`, and below it `104233:` with what is said of it: any key of the map.
            sink.border();
            sink.text(&format!("{outer}:\n{name}:\n"), At::Decoded(stretch.offset(place)));
        }
        let bare = value.trim_matches(['"', '\'']);
        if xml::KEYS.contains(&name) && is_name(bare) {
            named = Some((indent, bare));
        } else if let Some((_, label)) = named.filter(|(own, _)| *own == indent && xml::VALUES.contains(&name))
            && is_value(value)
        {
            say(label, value, place, stretch, sink);
        }
        if value.is_empty() && open.len() < DEPTH {
            open.push((indent, name));
        } else if !outer.is_empty()
            && is_value(value)
            && let Some(label) = joint(outer, name)
        {
            say(&label, value, place, stretch, sink);
        }
    }
}

fn say(label: &str, value: &str, place: usize, stretch: &Stretch<'_>, sink: &mut Sink<'_>) {
    sink.border();
    sink.text(&format!("{label}: {value}\n"), At::Decoded(stretch.offset(place)));
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= LONGEST && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '"' | '\''))
}

fn is_value(value: &str) -> bool {
    value.len() <= LONGEST && value.bytes().any(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;
    use crate::format::text::plain;

    #[test]
    fn what_is_said_in_two_parts_is_joined() {
        for (text, wanted) in [
            ("client:\n  name: Ann\n  code: 104233\nother:\n  code: 55\n", "client code: 104233\n"),
            ("clients:\n- code: 104233\n  name: Ann\n", "clients code: 104233\n"),
            ("client_codes:\n  - 104233\n  - 104234\n", "client_codes: 104234\n"),
            ("env:\n  - name: CLIENT_CODE\n    value: \"104233\"\n  - name: HOST\n    value: h\n", "CLIENT_CODE: \"104233\"\n"),
            ("; settings\n[client]\nholder=Ann\ncode=104233\n", "client code: 104233\n"),
        ] {
            let read = read_with(plain::read, text.as_bytes(), |_, collector| collector.text());
            assert!(read.contains(wanted) && !read.contains("other code"), "{read}");
        }
    }

    #[test]
    fn only_names_that_need_both_parts_are_joined() {
        assert_eq!(joint("Client", "Code").as_deref(), Some("Client Code"));
        for (outer, inner) in [("", "code"), ("order", "code"), ("client", "clientCode"), ("client", "name"), ("file", "id")] {
            assert_eq!(joint(outer, inner), None, "{outer} {inner}");
        }
    }
}
