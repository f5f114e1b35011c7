//! Values as PHP's `var_dump` prints them (PHP manual, `var_dump`): `["name"]=>` and below it `string(7) "Ann Lee"`. Arrays and
//! objects are records, and what names an identifier stands behind the text with its value.

use super::nested::names_list;
use super::stretch::Stretch;
use crate::format::named::{LONGEST_VALUE, Named, NamedRecords};
use crate::format::{At, Sink};

/// What every key ends with.
const KEY: &str = "]=>";
/// Arrays inside arrays, and values of one record.
const DEPTH: usize = 64;
const MOST_VALUES: usize = 256;

/// An array whose end did not come yet: where it begins, its values, and the name of the next one.
#[derive(Default)]
struct Open {
    place: usize,
    record: Vec<Named>,
    name: Option<String>,
}

/// Pushes the records of a text. The text itself stays as it is.
pub(super) fn push(stretch: &Stretch<'_>, sink: &mut Sink<'_>) {
    let Some(first) = memchr::memmem::find(stretch.text.as_bytes(), KEY.as_bytes()) else { return };
    let (mut found, mut open) = (NamedRecords::default(), Vec::<Open>::new());
    // The array begins in the line above its first key.
    let mut at = stretch.text[..first].rmatch_indices('\n').nth(1).map_or(0, |(at, _)| at + 1);
    for line in stretch.text.get(at..).unwrap_or_default().split_inclusive('\n') {
        let place = at;
        at += line.len();
        let line = line.trim();
        if line.ends_with('{') && (line.starts_with("array(") || line.starts_with("object(")) {
            if open.len() < DEPTH {
                open.push(Open { place, ..Open::default() });
            }
        } else if line == "}" {
            if let Some(array) = open.pop() {
                found.add(array.record, stretch.offset(array.place), sink);
            }
        } else if let Some(array) = open.last_mut() {
            match line.strip_suffix(KEY).and_then(|key| key.strip_prefix('[')) {
                Some(key) => array.name = Some(named(key)).filter(|name| !name.is_empty() && !name.bytes().all(|b| b.is_ascii_digit())),
                None => {
                    let Some((name, value)) = array.name.take().zip(value(line)).filter(|_| array.record.len() < MOST_VALUES) else {
                        continue;
                    };
                    if names_list(&name) {
                        sink.border();
                        sink.text(&format!("{name}: {value}\n"), At::Decoded(stretch.offset(place)));
                    }
                    array.record.push((name, value));
                }
            }
        }
    }
    // What is cut off is a record all the same.
    open.into_iter().for_each(|array| _ = found.add(array.record, stretch.offset(array.place), sink));
    found.end(sink);
}

/// The name of a key, without its quotes and without what says who may see it.
fn named(key: &str) -> String {
    let name = key.strip_prefix('"').and_then(|key| key.split_once('"')).map_or(key, |(name, _)| name);
    name.to_owned()
}

/// A value that stands in one line.
fn value(line: &str) -> Option<String> {
    let (kind, rest) = line.split_once('(').unwrap_or((line, ""));
    let value = match kind {
        "string" => rest.split_once(") \"")?.1.strip_suffix('"')?,
        "int" | "float" | "bool" => rest.strip_suffix(')')?,
        "NULL" => "",
        _ => return None,
    };
    (value.len() <= LONGEST_VALUE).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::format::testing::read_with;
    use crate::format::text::plain;

    #[test]
    fn dumped_arrays_are_records() {
        let one = |n: usize| {
            format!(
                "  [{n}]=>\n  object(Member)#{n} (3) {{\n    [\"client_id\":protected]=>\n    int(10423{n})\n    [\"name\"]=>\n    \
                 string(7) \"Ann Lee\"\n    [\"account\"]=>\n    string(10) \"445566771{n}\"\n  }}\n"
            )
        };
        let text = format!("Members:\narray(2) {{\n{}{}}}\n", one(0), one(1));
        let (rows, said) = read_with(plain::read, text.as_bytes(), |sink, collector| {
            (sink.facts.tables.iter().map(|table| table.rows).collect::<Vec<_>>(), collector.text())
        });
        assert!(rows == [2] && said.contains("client_id: 104231\n"), "{rows:?} {said}");
        for cut in 0..text.len() {
            read_with(plain::read, &text.as_bytes()[..cut], |_, _| ());
        }
    }
}
