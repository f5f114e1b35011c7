//! Checksum lists: `sha256sum` and its relatives (GNU coreutils, text and binary, `\`-escaped names), BSD and
//! OpenSSL tags, `md5deep -z`, `cksum`.

use super::fields::{Words, number};
use super::lines::Lines;
use super::quoting::unescape;
use super::row::{Row, Separators};
use super::sample::separators;
use super::tally::Tally;
use super::{Kind, Report, Sample, Syntax};

pub(super) const SYNTAX: Syntax = Syntax {
    name: "checksums",
    default_kind: Kind::Taken,
    recognise,
    read,
    limitations: &["only SHA-256, SHA-1 and MD5 are compared; a list of other checksums is compared by path alone", "no dates"],
};

fn recognise(sample: &Sample<'_>) -> Option<u8> {
    sample.confidence(70, 95, |line| Entry::parse(line).is_some_and(|e| e.algorithm != "cksum" || sample.lines.len() > 1))
}

/// A line of a checksum list, its name still as it is written.
struct Entry<'l> {
    algorithm: &'static str,
    digits: &'l [u8],
    size: Option<u64>,
    name: &'l [u8],
    escaped: bool,
}

/// The algorithm that digests of this many digits come from; of several, the usual one.
fn algorithm_of(digits: usize) -> Option<&'static str> {
    Some(match digits {
        32 => "md5",
        40 => "sha1",
        56 => "sha224",
        64 => "sha256",
        96 => "sha384",
        128 => "sha512",
        _ => return None,
    })
}

/// The algorithm of a tag.
fn tagged(tag: &[u8]) -> Option<&'static str> {
    const TAGS: &[(&str, &str)] = &[
        ("MD5", "md5"),
        ("SHA1", "sha1"),
        ("SHA224", "sha224"),
        ("SHA2-224", "sha224"),
        ("SHA256", "sha256"),
        ("SHA2-256", "sha256"),
        ("SHA384", "sha384"),
        ("SHA2-384", "sha384"),
        ("SHA512", "sha512"),
        ("SHA2-512", "sha512"),
        ("SHA3-256", "sha3-256"),
        ("SHA3-512", "sha3-512"),
        ("RMD160", "ripemd160"),
        ("RIPEMD160", "ripemd160"),
        ("BLAKE2b", "blake2b"),
        ("BLAKE2B", "blake2b"),
        ("BLAKE3", "blake3"),
        ("SM3", "sm3"),
        ("TIGER", "tiger"),
        ("WHIRLPOOL", "whirlpool"),
    ];
    let tag = std::str::from_utf8(tag).ok()?;
    let tag = tag.strip_prefix("HMAC-").map_or(tag, |_| "");
    TAGS.iter().find(|(t, _)| *t == tag || tag.strip_prefix(*t).is_some_and(|bits| bits.starts_with('-'))).map(|(_, a)| *a)
}

impl<'l> Entry<'l> {
    fn parse(line: &'l [u8]) -> Option<Self> {
        let (escaped, bare) = match line.strip_prefix(b"\\") {
            Some(bare) => (true, bare),
            None => (false, line),
        };
        Self::tag(bare, escaped).or_else(|| Self::plain(bare, escaped)).or_else(|| Self::cyclic(line))
    }

    /// `SHA256 (name) = digits`, `SHA2-256(name)= digits`.
    fn tag(line: &'l [u8], escaped: bool) -> Option<Self> {
        let open = memchr::memchr(b'(', line.get(..20).unwrap_or(line))?;
        let algorithm = tagged(line.get(..open)?.trim_ascii_end())?;
        let close = memchr::memmem::rfind(line, b")")?;
        let name = line.get(open + 1..close)?;
        let digits = line.get(close + 1..)?.trim_ascii().strip_prefix(b"=")?.trim_ascii();
        let whole = digits.len() >= 32 && digits.iter().all(u8::is_ascii_hexdigit);
        (whole && !name.is_empty()).then_some(Self { algorithm, digits, size: None, name, escaped })
    }

    /// `digits  name`, `digits *name`; `md5deep -z` puts the size before.
    fn plain(line: &'l [u8], escaped: bool) -> Option<Self> {
        let words = Words::<3>::of(line);
        let at = usize::from(number(words.get(0)).is_some() && words.get(0).len() < 32 && words.len > 2);
        let size = if at == 1 { Some(number(words.get(0))?) } else { None };
        let digits = words.get(at);
        if at == 0 && words.start(0) != 0 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        let algorithm = algorithm_of(digits.len())?;
        let name = words.after(at);
        // GNU writes a second blank (text) or an asterisk (binary); some write a single blank or a tab.
        let name = name.strip_prefix(b" ").or_else(|| name.strip_prefix(b"*")).unwrap_or(name);
        (!name.is_empty()).then_some(Self { algorithm, digits, size, name, escaped })
    }

    /// `cksum`: checksum, size, name.
    fn cyclic(line: &'l [u8]) -> Option<Self> {
        let words = Words::<3>::of(line);
        let crc = number(words.get(0)).filter(|crc| *crc <= u64::from(u32::MAX))?;
        let size = number(words.get(1))?;
        let exact = words.start(0) == 0 && words.get(0).len() >= 5 && crc > 0 && words.start(1) == words.end(0) + 1;
        let name = words.after(1);
        (exact && !name.is_empty()).then_some(Self { algorithm: "cksum", digits: words.get(0), size: Some(size), name, escaped: false })
    }

    fn row(&self, style: Separators, line: u64) -> Option<Row> {
        let mut row = match self.escaped {
            true => Row::new(&unescape(self.name)?, Separators::Unix, line)?,
            false => Row::new(self.name, style, line)?,
        };
        row.size = self.size;
        row.directory = false;
        row.add_hash(self.algorithm, self.digits).then_some(row)
    }
}

fn read(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    let mut tally = Tally::new(rows);
    let mut lines = Lines::new(bytes);
    let sample = Sample::of(bytes);
    let style = separators(sample.filled().filter_map(|line| Entry::parse(line).filter(|e| !e.escaped).map(|e| e.name)));
    let on_block = lines.ends_on_block();
    while let Some(line) = lines.next() {
        if line.text.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let entry = Entry::parse(line.text);
        // Comments of SFV and of hand-made lists.
        if entry.is_none() && matches!(line.text.first(), Some(b'#' | b';')) {
            continue;
        }
        let row = entry.and_then(|entry| entry.row(style, line.number));
        let unread = row.is_none();
        tally.row_or_line(row, line.number, line.text);
        if !line.ended && (unread || on_block) {
            tally.truncated(line.number);
        }
    }
    tally.finish()
}
