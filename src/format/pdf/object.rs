//! Objects of PDF (ISO 32000-2, 7.2 and 7.3): a lenient parser with bounds on depth and number.

/// Arrays and dictionaries inside each other.
const DEPTH: usize = 64;
/// Objects that one call may make.
const BUDGET: usize = 4 << 20;

/// An object. Streams are dictionaries with a range of bytes beside them.
#[derive(Clone, Debug, PartialEq)]
pub enum Object {
    /// `null`, and whatever is not known.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Integers and reals.
    Number(f64),
    /// A name without its slash, escapes decoded.
    Name(Vec<u8>),
    /// A literal or hexadecimal string, decoded.
    String(Vec<u8>),
    /// An array.
    Array(Vec<Object>),
    /// A dictionary.
    Dictionary(Dictionary),
    /// An indirect reference, by object number.
    Reference(u32),
}

/// A dictionary; of equal keys the first counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dictionary(pub Vec<(Vec<u8>, Object)>);

impl Dictionary {
    /// The value of a key, references not followed.
    pub fn get(&self, key: &str) -> Option<&Object> {
        self.0.iter().find(|(k, _)| k == key.as_bytes()).map(|(_, v)| v)
    }

    /// Is the value of a key this name?
    pub fn is(&self, key: &str, name: &str) -> bool {
        matches!(self.get(key), Some(Object::Name(n)) if n == name.as_bytes())
    }
}

impl Object {
    /// The number, if it is one.
    pub fn number(&self) -> Option<f64> {
        if let Self::Number(n) = self { Some(*n) } else { None }
    }

    /// The name, if it is one.
    pub fn name(&self) -> Option<&[u8]> {
        if let Self::Name(n) = self { Some(n) } else { None }
    }
}

/// Reads objects from bytes.
pub struct Parser<'a> {
    bytes: &'a [u8],
    /// Where it stands.
    pub at: usize,
    /// `n g R` is a reference; in content streams it is not.
    references: bool,
    budget: usize,
}

impl<'a> Parser<'a> {
    /// A parser of a file's objects.
    pub fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, references: true, budget: BUDGET }
    }

    /// A parser of a content stream.
    pub fn of_content(bytes: &'a [u8]) -> Self {
        Self { references: false, ..Self::new(bytes, 0) }
    }

    /// The next object; `None` at an operator, keyword, stray delimiter or the end, where it then stands.
    pub fn object(&mut self) -> Option<Object> {
        self.budget = BUDGET;
        self.nested(0)
    }

    fn nested(&mut self, depth: usize) -> Option<Object> {
        self.skip_blank();
        self.budget = self.budget.checked_sub(1)?;
        let rest = self.bytes.get(self.at..)?;
        match rest {
            [b'/', ..] => {
                self.at += 1;
                Some(Object::Name(self.name()))
            }
            [b'(', ..] => Some(Object::String(self.literal())),
            [b'<', b'<', ..] if depth < DEPTH => self.dictionary(depth).map(Object::Dictionary),
            [b'<', ..] => Some(Object::String(self.hexadecimal())),
            [b'[', ..] if depth < DEPTH => {
                self.at += 1;
                let mut items = Vec::new();
                loop {
                    self.skip_blank();
                    match self.bytes.get(self.at) {
                        Some(b']') => self.at += 1,
                        Some(b'>' | b')' | b'}' | b'{') | None => {}
                        Some(_) => match self.nested(depth + 1) {
                            Some(item) => {
                                items.push(item);
                                continue;
                            }
                            None if self.budget == 0 || is_end(self.bytes, self.at) => {}
                            None => {
                                // A keyword inside an array is skipped.
                                if self.keyword().is_empty() {
                                    self.at += 1;
                                }
                                continue;
                            }
                        },
                    }
                    return Some(Object::Array(items));
                }
            }
            [b'+' | b'-' | b'.' | b'0'..=b'9', ..] => self.number(),
            _ => {
                let start = self.at;
                match self.keyword() {
                    b"true" => Some(Object::Bool(true)),
                    b"false" => Some(Object::Bool(false)),
                    b"null" => Some(Object::Null),
                    _ => {
                        self.at = start;
                        None
                    }
                }
            }
        }
    }

    fn dictionary(&mut self, depth: usize) -> Option<Dictionary> {
        self.at += 2;
        let mut out = Dictionary::default();
        loop {
            self.skip_blank();
            match self.bytes.get(self.at..)? {
                [b'>', b'>', ..] => {
                    self.at += 2;
                    return Some(out);
                }
                [b'/', ..] => {
                    self.at += 1;
                    let key = self.name();
                    self.skip_blank();
                    // A key without a value is followed by the end.
                    if self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(b">>")) {
                        continue;
                    }
                    let value = self.nested(depth + 1);
                    if value.is_none() && (self.budget == 0 || is_end(self.bytes, self.at) || self.keyword().is_empty()) {
                        return Some(out);
                    }
                    out.0.push((key, value.unwrap_or(Object::Null)));
                }
                [] => return Some(out),
                // What is no key is skipped.
                _ => {
                    if self.nested(depth + 1).is_none() && (self.budget == 0 || is_end(self.bytes, self.at) || self.keyword().is_empty()) {
                        return Some(out);
                    }
                }
            }
        }
    }

    fn number(&mut self) -> Option<Object> {
        let value = self.plain_number();
        if !self.references || value < 0.0 || value.fract() != 0.0 || value > f64::from(u32::MAX) {
            return Some(Object::Number(value));
        }
        let after = self.at;
        self.skip_blank();
        if self.at > after && self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.plain_number();
            self.skip_blank();
            if self.bytes.get(self.at) == Some(&b'R') && self.bytes.get(self.at + 1).is_none_or(|b| !is_regular(*b)) {
                self.at += 1;
                return Some(Object::Reference(value as u32));
            }
        }
        self.at = after;
        Some(Object::Number(value))
    }

    fn plain_number(&mut self) -> f64 {
        let (mut value, mut scale, mut negative, mut point) = (0.0, 1.0, false, false);
        while let Some(&b) = self.bytes.get(self.at) {
            match b {
                b'-' => negative = true,
                b'+' => {}
                b'.' => point = true,
                b'0'..=b'9' if point => {
                    scale /= 10.0;
                    value += f64::from(b - b'0') * scale;
                }
                b'0'..=b'9' => value = value * 10.0 + f64::from(b - b'0'),
                _ => break,
            }
            self.at += 1;
        }
        let value = if value.is_finite() { value } else { 0.0 };
        if negative { -value } else { value }
    }

    fn name(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        while let Some(&b) = self.bytes.get(self.at).filter(|b| is_regular(**b)) {
            self.at += 1;
            let pair = (b == b'#').then(|| Some((hex(*self.bytes.get(self.at)?)?, hex(*self.bytes.get(self.at + 1)?)?))).flatten();
            match pair {
                Some((high, low)) => {
                    out.push(high << 4 | low);
                    self.at += 2;
                }
                None => out.push(b),
            }
        }
        out
    }

    /// A literal string (7.3.4.2).
    fn literal(&mut self) -> Vec<u8> {
        self.at += 1;
        let (mut out, mut open) = (Vec::new(), 0);
        while let Some(&b) = self.bytes.get(self.at) {
            self.at += 1;
            match b {
                b'(' => open += 1,
                b')' if open == 0 => break,
                b')' => open -= 1,
                b'\\' => {
                    let Some(&escaped) = self.bytes.get(self.at) else { break };
                    self.at += 1;
                    match escaped {
                        b'n' => out.push(b'\n'),
                        b'r' => out.push(b'\r'),
                        b't' => out.push(b'\t'),
                        b'b' => out.push(8),
                        b'f' => out.push(12),
                        b'\r' => self.at += usize::from(self.bytes.get(self.at) == Some(&b'\n')),
                        b'\n' => {}
                        b'0'..=b'7' => {
                            let mut value = u32::from(escaped - b'0');
                            for _ in 0..2 {
                                let Some(digit) = self.bytes.get(self.at).filter(|b| (b'0'..=b'7').contains(*b)) else { break };
                                value = value * 8 + u32::from(digit - b'0');
                                self.at += 1;
                            }
                            out.push(value as u8);
                        }
                        other => out.push(other),
                    }
                    continue;
                }
                _ => {}
            }
            out.push(b);
        }
        out
    }

    fn hexadecimal(&mut self) -> Vec<u8> {
        self.at += 1;
        let (mut out, mut high) = (Vec::new(), None);
        while let Some(&b) = self.bytes.get(self.at) {
            self.at += 1;
            if b == b'>' {
                break;
            }
            let Some(digit) = hex(b) else { continue };
            match high.take() {
                Some(high) => out.push(high << 4 | digit),
                None => high = Some(digit),
            }
        }
        out.extend(high.map(|h: u8| h << 4));
        out
    }

    /// The regular characters from here on: an operator or keyword.
    pub fn keyword(&mut self) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let len = rest.iter().position(|b| !is_regular(*b)).unwrap_or(rest.len());
        self.at += len;
        &rest[..len]
    }

    /// Moves behind blanks and comments.
    pub fn skip_blank(&mut self) {
        while let Some(&b) = self.bytes.get(self.at) {
            match b {
                0 | 9 | 10 | 12 | 13 | 32 => self.at += 1,
                b'%' => {
                    let rest = &self.bytes[self.at..];
                    self.at += memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
                }
                _ => break,
            }
        }
    }
}

/// Does the object end here, unfinished?
fn is_end(bytes: &[u8], at: usize) -> bool {
    bytes.get(at..).is_none_or(|rest| rest.is_empty() || rest.starts_with(b"endobj") || rest.starts_with(b"stream"))
}

pub(super) fn is_regular(b: u8) -> bool {
    !matches!(b, 0 | 9 | 10 | 12 | 13 | 32 | b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

pub(super) fn hex(b: u8) -> Option<u8> {
    (b as char).to_digit(16).map(|d| d as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn objects_of_all_kinds_are_parsed() {
        let text = b"<< /A#42 (a\\(b\\051(c)\\n\\101) /N -1.50 /R [12 0 R 3 4] /H <48 65 6> /T true % note\n /D << /X null >> >>";
        let Some(Object::Dictionary(d)) = Parser::new(text, 0).object() else { panic!() };
        assert_eq!(d.get("AB"), Some(&Object::String(b"a(b)(c)\nA".to_vec())));
        assert_eq!(d.get("N"), Some(&Object::Number(-1.5)));
        assert_eq!(d.get("R"), Some(&Object::Array(vec![Object::Reference(12), Object::Number(3.0), Object::Number(4.0)])));
        assert_eq!(d.get("H"), Some(&Object::String(b"He`".to_vec())));
        assert!(matches!(d.get("D"), Some(Object::Dictionary(_))) && d.get("T") == Some(&Object::Bool(true)));
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes in prop::collection::vec(prop::sample::select(b"<>[](){}/% 1R\\a\n.-#".to_vec()), 0..200)) {
            let mut parser = Parser::new(&bytes, 0);
            for _ in 0..bytes.len() + 1 {
                if parser.object().is_none() && parser.keyword().is_empty() {
                    parser.at += 1;
                }
            }
            prop_assert!(parser.at >= bytes.len());
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let bytes = b"[".repeat(100_000);
        Parser::new(&bytes, 0).object();
        let bytes = b"<</A".repeat(100_000);
        Parser::new(&bytes, 0).object();
    }
}
