//! Names and attributes in tags of XML and HTML, read leniently.

/// The name without its prefix.
pub fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Attributes of a tag: place of the value in the tag's attribute text, name, value. Lenient: values
/// without quotes and names without values are given too.
pub fn attributes(text: &str) -> impl Iterator<Item = (usize, &str, &str)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let skip =
            |from: usize, stop: &dyn Fn(u8) -> bool| from + bytes[from..].iter().position(|b| stop(*b)).unwrap_or(bytes.len() - from);
        at = skip(at, &|b| !b.is_ascii_whitespace() && b != b'/');
        if at >= bytes.len() {
            return None;
        }
        let name = at..skip(at + 1, &|b| b.is_ascii_whitespace() || b == b'=');
        let equals = skip(name.end, &|b| !b.is_ascii_whitespace());
        if bytes.get(equals) != Some(&b'=') {
            at = name.end;
            return Some((name.start, text.get(name).unwrap_or_default(), ""));
        }
        let open = skip(equals + 1, &|b| !b.is_ascii_whitespace());
        let value = match bytes.get(open) {
            Some(quote @ (b'"' | b'\'')) => {
                let close = skip(open + 1, &|b| b == *quote);
                at = (close + 1).min(bytes.len());
                open + 1..close
            }
            _ => {
                let end = skip(open, &|b| b.is_ascii_whitespace());
                at = end;
                open..end
            }
        };
        Some((value.start, text.get(name).unwrap_or_default(), text.get(value).unwrap_or_default()))
    })
}

/// The value of the attribute with this local name, references decoded.
pub fn attribute<'a>(text: &'a str, name: &str) -> Option<std::borrow::Cow<'a, str>> {
    attributes(text).find(|(_, n, _)| local(n) == name).map(|(_, _, value)| super::entity::decode(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_read_with_and_without_quotes() {
        let found: Vec<_> = attributes(" a=\"1\" b='2 3' c=4 d ").map(|(_, n, v)| (n, v)).collect();
        assert_eq!(found, [("a", "1"), ("b", "2 3"), ("c", "4"), ("d", "")]);
        assert_eq!(attribute("r:id='a&amp;b'", "id").as_deref(), Some("a&b"));
    }
}
