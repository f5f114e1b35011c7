use std::fmt;
use std::str::FromStr;

/// Where an item lies: the label of its evidence root, the file below it, then one step per
/// container, as bytes. The text form (`label/file!/member!/member`) parses back to the same bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EvidencePath {
    /// Label of the evidence root.
    pub label: String,
    /// The file's path below the root, then the member's name in each container, outermost first.
    pub steps: Vec<Vec<u8>>,
}

impl EvidencePath {
    /// A file below a root.
    pub fn file(label: &str, path: impl Into<Vec<u8>>) -> Self {
        Self { label: label.to_owned(), steps: vec![path.into()] }
    }

    /// A member of this item.
    pub fn member(&self, name: &[u8]) -> Self {
        let mut steps = self.steps.clone();
        steps.push(name.to_vec());
        Self { label: self.label.clone(), steps }
    }

    /// All folder and file names below the root, through every container, as bytes. A backslash divides them as well:
    /// tools of Windows write it into archives, and it stays in names where others unpack them.
    pub fn components(&self) -> impl Iterator<Item = &[u8]> {
        self.steps.iter().flat_map(|step| step.split(|&b| matches!(b, b'/' | b'\\')).filter(|c| !c.is_empty() && *c != b"."))
    }

    /// How many containers stand around the item.
    pub fn depth(&self) -> usize {
        self.steps.len() - 1
    }
}

/// Bytes of a hostile name as text: valid, printable UTF-8 stands as it is; everything else, `%`,
/// control and direction characters are written `%XX`.
pub fn escape_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    escape_into(bytes, &mut out);
    out
}

fn escape_into(bytes: &[u8], out: &mut String) {
    // Nearly every name is of such bytes only.
    let is_plain = |b: &u8| (0x20..0x7F).contains(b) && *b != b'%';
    if let Ok(plain) = str::from_utf8(bytes)
        && bytes.iter().all(is_plain)
    {
        return out.push_str(plain);
    }
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c == '%' || is_unsafe(c) {
                let mut utf8 = [0; 4];
                percent(c.encode_utf8(&mut utf8).as_bytes(), out);
            } else {
                out.push(c);
            }
        }
        percent(chunk.invalid(), out);
    }
}

fn percent(bytes: &[u8], out: &mut String) {
    use fmt::Write;
    for b in bytes {
        write!(out, "%{b:02X}").expect("writing to a string does not fail");
    }
}

/// Characters that move the cursor, reorder or hide text.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// As [`escape_bytes`], and a `!` before a `/` or at the end is escaped too, so that `!/` is always
/// the border of a container.
fn escape_step(step: &[u8], out: &mut String) {
    if !step.contains(&b'!') {
        return escape_into(step, out);
    }
    let text = escape_bytes(step);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '!' if matches!(chars.peek(), None | Some('/')) => out.push_str("%21"),
            c => out.push(c),
        }
    }
}

impl fmt::Display for EvidencePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        escape_step(self.label.as_bytes(), &mut out);
        for (i, step) in self.steps.iter().enumerate() {
            out.push_str(if i == 0 { "/" } else { "!/" });
            escape_step(step, &mut out);
        }
        f.write_str(&out)
    }
}

impl fmt::Debug for EvidencePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A text that is no evidence path.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PathError {
    /// No `/` after the label.
    #[error("`{0}` is no evidence path: expected LABEL/FILE")]
    NoRoot(String),
    /// `%` without two hexadecimal digits.
    #[error("`{0}` is no evidence path: `%` must be followed by two hexadecimal digits")]
    Escape(String),
}

impl FromStr for EvidencePath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let (label, rest) = text.split_once('/').ok_or_else(|| PathError::NoRoot(text.to_owned()))?;
        let bytes = |s: &str| unescape(s).ok_or_else(|| PathError::Escape(text.to_owned()));
        let label = String::from_utf8(bytes(label)?).map_err(|_| PathError::Escape(text.to_owned()))?;
        Ok(Self { label, steps: rest.split("!/").map(bytes).collect::<Result<_, _>>()? })
    }
}

fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(b) = bytes.next() {
        if b != b'%' {
            out.push(b);
            continue;
        }
        let digit = |b: Option<u8>| (b? as char).to_digit(16).map(|d| d as u8);
        let (high, low) = (digit(bytes.next())?, digit(bytes.next())?);
        out.push(high << 4 | low);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_text_form_parses_back(label in "[a-z!%.]{1,6}", steps in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 1..4)) {
            let path = EvidencePath { label, steps };
            prop_assert_eq!(path.to_string().parse::<EvidencePath>().unwrap(), path);
        }
    }

    #[test]
    fn plain_paths_read_as_they_are() {
        let path = EvidencePath::file("ev", "staging/a.war").member(b"WEB-INF/lib/site.jar").member(b"conf/site.properties");
        assert_eq!(path.to_string(), "ev/staging/a.war!/WEB-INF/lib/site.jar!/conf/site.properties");
        assert_eq!(path.components().count(), 7);
    }

    #[test]
    fn direction_marks_and_escapes_do_not_reach_a_terminal() {
        let path = EvidencePath::file("ev", "a\u{202E}fdp.exe\x1b[2J".as_bytes());
        assert_eq!(path.to_string(), "ev/a%E2%80%AEfdp.exe%1B[2J");
    }
}
