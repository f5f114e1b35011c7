//! How GNU programs write names (coreutils manual, "Formatting the file names"; bash manual, "ANSI-C Quoting").

use std::borrow::Cow;

/// Decodes the escapes of C: `\n`, `\"`, `\\`, `\ `, `\303`, `\x41`. Nothing when one of them is broken.
pub(super) fn unescape(text: &[u8]) -> Option<Cow<'_, [u8]>> {
    if !text.contains(&b'\\') {
        return Some(Cow::Borrowed(text));
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'\\' {
            out.push(*byte);
            continue;
        }
        let (escape, after) = rest.split_first()?;
        rest = after;
        match escape {
            b'a' => out.push(7),
            b'b' => out.push(8),
            b'e' | b'E' => out.push(27),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'v' => out.push(11),
            b'0'..=b'7' => {
                let more = rest.iter().take(2).take_while(|b| (b'0'..=b'7').contains(b)).count();
                let (octal, after) = rest.split_at(more);
                let value = octal.iter().fold(u32::from(escape - b'0'), |n, b| n * 8 + u32::from(b - b'0'));
                out.push(u8::try_from(value).ok()?);
                rest = after;
            }
            b'x' => {
                let more = rest.iter().take(2).take_while(|b| b.is_ascii_hexdigit()).count();
                let (hex, after) = rest.split_at(more);
                out.push(u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()?);
                rest = after;
            }
            other => out.push(*other),
        }
    }
    Some(Cow::Owned(out))
}

/// Reads a word as a shell does: `'…'`, `"…"`, `$'…'`, `\c` and bare characters. Returns the decoded word and
/// what follows it: nothing, or the rest after an unquoted `stop`. Nothing when a quote is not closed.
pub(super) fn shell_word<'t>(text: &'t [u8], stop: &[u8]) -> Option<(Vec<u8>, &'t [u8])> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        if !stop.is_empty() && rest.starts_with(stop) {
            break;
        }
        match byte {
            b'\'' => {
                let end = memchr::memchr(b'\'', after)?;
                out.extend_from_slice(after.get(..end)?);
                rest = after.get(end + 1..)?;
            }
            b'"' => {
                let end = closing(after, b'"')?;
                out.extend_from_slice(&unescape(after.get(..end)?)?);
                rest = after.get(end + 1..)?;
            }
            b'$' if after.first() == Some(&b'\'') => {
                let inner = after.get(1..)?;
                let end = closing(inner, b'\'')?;
                out.extend_from_slice(&unescape(inner.get(..end)?)?);
                rest = inner.get(end + 1..)?;
            }
            b'\\' => {
                let (escaped, more) = after.split_first()?;
                out.push(*escaped);
                rest = more;
            }
            other => {
                out.push(*other);
                rest = after;
            }
        }
    }
    Some((out, rest))
}

/// Where the quote closes that was opened before `text`; a quote after a backslash does not.
fn closing(text: &[u8], quote: u8) -> Option<usize> {
    let mut escaped = false;
    text.iter().position(|b| {
        let closes = *b == quote && !escaped;
        escaped = *b == b'\\' && !escaped;
        closes
    })
}

/// How the names of a listing are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    /// As they are.
    Literal,
    /// Quoted where a shell would need it; names without quotes are indented by a blank where their
    /// neighbours have them.
    Shell,
    /// `\ ` for a blank, `\303` for other bytes.
    Escape,
}

/// Finds out how the names of a listing are written, from all of them.
#[derive(Default)]
pub(super) struct QuotingClues {
    quoted: u64,
    bare_blank: u64,
    escaped_blank: u64,
    escaped: u64,
    broken: u64,
}

impl QuotingClues {
    /// Looks at one name.
    pub(super) fn see(&mut self, name: &[u8]) {
        let bare = name.strip_prefix(b" ").unwrap_or(name);
        if bare.len() > 2 && matches!(bare.first(), Some(b'\'' | b'"')) && matches!(bare.last(), Some(b'\'' | b'"')) {
            self.quoted += 1;
            return;
        }
        let mut before = 0;
        let (mut blank, mut escaped_blank) = (false, false);
        for &b in bare {
            if b == b' ' {
                escaped_blank |= before == b'\\';
                blank |= before != b'\\';
            }
            before = b;
        }
        self.bare_blank += u64::from(blank);
        self.escaped_blank += u64::from(escaped_blank);
        if bare.contains(&b'\\') {
            match unescape(bare) {
                Some(_) => self.escaped += 1,
                None => self.broken += 1,
            }
        }
    }

    /// The style that all of them fit. A blank outside of quotes proves that nothing is quoted.
    pub(super) fn style(&self) -> Quoting {
        if self.bare_blank > 0 {
            Quoting::Literal
        } else if self.quoted > 0 {
            Quoting::Shell
        } else if self.escaped_blank > 0 && self.broken == 0 {
            Quoting::Escape
        } else {
            Quoting::Literal
        }
    }
}

/// The name of a symbolic link and, where it is written, what it points to.
type NameAndTarget<'t> = (Cow<'t, [u8]>, Option<Cow<'t, [u8]>>);

impl Quoting {
    /// The name as its bytes are; nothing when it is not written in this style.
    pub(super) fn decode(self, name: &[u8]) -> Option<Cow<'_, [u8]>> {
        match self {
            Self::Literal => Some(Cow::Borrowed(name)),
            Self::Escape => unescape(name),
            Self::Shell => {
                let name = name.strip_prefix(b" ").unwrap_or(name);
                if !name.iter().any(|b| b"'\"\\$".contains(b)) {
                    return Some(Cow::Borrowed(name));
                }
                shell_word(name, b"").map(|(word, _)| Cow::Owned(word))
            }
        }
    }

    /// The name and the target of a symbolic link.
    pub(super) fn decode_link(self, text: &[u8]) -> Option<NameAndTarget<'_>> {
        const ARROW: &[u8] = b" -> ";
        let text = if self == Self::Shell { text.strip_prefix(b" ").unwrap_or(text) } else { text };
        let split = match self {
            Self::Shell => {
                let (name, rest) = shell_word(text, ARROW)?;
                let target = rest.strip_prefix(ARROW).and_then(|target| shell_word(target, b""));
                return Some((Cow::Owned(name), target.map(|(word, _)| Cow::Owned(word))));
            }
            Self::Literal | Self::Escape => memchr::memmem::find(text, ARROW),
        };
        match split {
            Some(at) => Some((self.decode(text.get(..at)?)?, self.decode(text.get(at + ARROW.len()..)?))),
            None => Some((self.decode(text)?, None)),
        }
    }
}
