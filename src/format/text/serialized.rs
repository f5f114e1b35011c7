//! Values as PHP's `serialize` writes them (PHP manual, `serialize`): `a:2:{s:9:"client_id";i:104233;s:4:"name";…}`. Arrays and
//! objects whose values bear names are records, and what names an identifier stands behind the text with its value.

use super::nested::names_list;
use super::stretch::Stretch;
use crate::format::named::{LONGEST_VALUE, Named, NamedRecords};
use crate::format::{At, Sink};

/// Arrays inside arrays.
const DEPTH: usize = 32;
/// Values of one record.
const MOST_VALUES: usize = 256;

/// Pushes the records of a text. The text itself stays as it is.
pub(super) fn push(stretch: &Stretch<'_>, sink: &mut Sink<'_>) {
    let text = stretch.text.as_bytes();
    let mut found = NamedRecords::default();
    let mut from = 0;
    for at in memchr::memmem::find_iter(text, b":{") {
        let start = text[..at].iter().rposition(|b| !b.is_ascii_digit()).unwrap_or(0).saturating_sub(1);
        if start < from || !matches!(text.get(start..start + 2), Some(b"a:")) {
            continue;
        }
        let mut reader = Reader { stretch, at: start, found: &mut found, sink };
        from = match reader.value(0) {
            Some(_) => reader.at,
            // What was read of it is records all the same.
            None => reader.at.max(at),
        };
    }
    found.end(sink);
}

/// Bytes in which the end of a string is looked for that is not as long as it says.
const OTHERWISE: usize = 1 << 10;

struct Reader<'r, 'k> {
    stretch: &'r Stretch<'r>,
    at: usize,
    found: &'r mut NamedRecords,
    sink: &'r mut Sink<'k>,
}

/// A value: what it says, or nothing where it holds others.
type Value = Option<String>;

impl Reader<'_, '_> {
    fn bytes(&self) -> &[u8] {
        self.stretch.text.as_bytes()
    }

    fn take(&mut self, mark: &[u8]) -> Option<()> {
        let is_here = self.bytes().get(self.at..)?.starts_with(mark);
        is_here.then(|| self.at += mark.len())
    }

    /// What stands up to a mark, which is passed.
    fn until(&mut self, mark: u8) -> Option<String> {
        const LONGEST: usize = 32;
        let rest = self.bytes().get(self.at..)?;
        let len = memchr::memchr(mark, &rest[..rest.len().min(LONGEST)])?;
        let said = String::from_utf8_lossy(&rest[..len]).into_owned();
        self.at += len + 1;
        Some(said)
    }

    /// `5:"…"`, whose length counts bytes in the encoding it had; where that is another one now, it ends at its quote.
    fn string(&mut self) -> Option<String> {
        let len: usize = self.until(b':')?.parse().ok()?;
        self.take(b"\"")?;
        let rest = self.bytes().get(self.at..)?;
        let is_end = |len: usize| rest.get(len) == Some(&b'"') && matches!(rest.get(len + 1), Some(b';' | b':'));
        let len =
            if is_end(len) { len } else { memchr::memmem::find(&rest[..rest.len().min(len.saturating_mul(4)).min(OTHERWISE)], b"\";")? };
        let said = String::from_utf8_lossy(&rest[..len]).into_owned();
        self.at += len + 1;
        Some(said)
    }

    /// The value at hand; `None` where it is none.
    fn value(&mut self, depth: usize) -> Option<Value> {
        let kind = *self.bytes().get(self.at)?;
        self.at += 1;
        if kind == b'N' {
            self.take(b";")?;
            return Some(Some(String::new()));
        }
        self.take(b":")?;
        match kind {
            b'i' | b'd' | b'b' | b'r' | b'R' => self.until(b';').map(Some),
            b's' => {
                let said = self.string()?;
                self.take(b";")?;
                Some(Some(said))
            }
            b'O' => {
                self.string()?;
                self.take(b":")?;
                self.array(depth)
            }
            b'a' => self.array(depth),
            _ => None,
        }
    }

    fn array(&mut self, depth: usize) -> Option<Value> {
        let place = self.at;
        self.until(b':')?;
        self.take(b"{")?;
        if depth == DEPTH {
            return None;
        }
        let mut record: Vec<Named> = Vec::new();
        let is_whole = loop {
            if self.take(b"}").is_some() {
                break true;
            }
            let at = self.at;
            let (Some(Some(key)), Some(value)) = (self.value(depth + 1), self.value(depth + 1)) else { break false };
            // Names of private members begin with the class between zeros.
            let name = key.rsplit('\0').next().unwrap_or_default().to_owned();
            if let Some(value) = value.filter(|value| value.len() <= LONGEST_VALUE && !name.bytes().all(|b| b.is_ascii_digit()))
                && record.len() < MOST_VALUES
            {
                if names_list(&name) {
                    self.sink.border();
                    self.sink.text(&format!("{name}: {value}\n"), At::Decoded(self.stretch.offset(at)));
                }
                record.push((name, value));
            }
        };
        self.found.add(record, self.stretch.offset(place), self.sink);
        is_whole.then_some(None)
    }
}

#[cfg(test)]
mod tests {
    use crate::format::testing::read_with;
    use crate::format::text::plain;

    #[test]
    fn serialized_arrays_are_records() {
        let one = |n: usize| {
            format!("i:{n};a:3:{{s:9:\"client_id\";i:10423{n};s:4:\"name\";s:7:\"Ann Lee\";s:7:\"account\";s:10:\"445566771{n}\";}}")
        };
        let text = format!("opt_rows=a:2:{{{}{}}}\n", one(0), one(1));
        let (rows, said) = read_with(plain::read, text.as_bytes(), |sink, collector| {
            (sink.facts.tables.iter().map(|table| table.rows).collect::<Vec<_>>(), collector.text())
        });
        assert!(rows == [2] && said.contains("client_id: 104231\n"), "{rows:?} {said}");
        for cut in 0..text.len() {
            read_with(plain::read, &text.as_bytes()[..cut], |_, _| ());
        }
        let deep = "a:1:{i:0;".repeat(10_000);
        read_with(plain::read, deep.as_bytes(), |_, _| ());
    }
}
