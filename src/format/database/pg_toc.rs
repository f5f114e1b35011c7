//! Head and table of contents of PostgreSQL archives (`pg_backup_archiver.c`, versions 1.10 to 1.16).

use super::copy_head;
use super::definition::Reader;
use super::sql_token::{Dialect, is};
use super::value;
use crate::format::Failure;
use std::ops::Range;

/// How data are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    None,
    Gzip,
    Lz4,
    Zstd,
    /// A method of this number, which is not known.
    Other(u8),
}

/// How an archive keeps its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Behind the table of contents, in blocks.
    Custom,
    /// As members of a tar archive.
    Tar,
    /// As files of a directory.
    Directory,
}

/// Head and table of contents.
pub struct Archive {
    pub layout: Layout,
    pub compression: Compression,
    pub entries: Vec<Entry>,
    /// Where the table of contents ends.
    pub end: usize,
    /// Bytes of a number.
    int: usize,
}

/// An entry of the table of contents.
#[derive(Debug, Default)]
pub struct Entry {
    pub id: i64,
    /// Where its texts stand, in order.
    pub texts: Vec<Range<usize>>,
    /// `TABLE DATA`, `BLOBS` and others.
    pub description: String,
    /// The table with its schema.
    pub name: String,
    /// Names of the columns, where data come by COPY.
    pub columns: Vec<String>,
    pub is_copy: bool,
    /// Where its definition stands.
    pub definition: Option<Range<usize>>,
    /// The file that holds its data, in tar archives and directories.
    pub file: Vec<u8>,
    /// The archive says that there are data.
    pub has_data: bool,
}

/// Reads numbers and strings.
pub struct Cursor<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
    int: usize,
}

impl Cursor<'_> {
    fn cut(&self) -> Failure {
        Failure::truncated(self.at as u64, "the archive is cut off")
    }

    pub fn byte(&mut self) -> Result<u8, Failure> {
        let byte = *self.bytes.get(self.at).ok_or_else(|| self.cut())?;
        self.at += 1;
        Ok(byte)
    }

    /// A sign, then bytes of which the lowest comes first.
    pub fn int(&mut self) -> Result<i64, Failure> {
        let sign = self.byte()?;
        let raw = self.bytes.get(self.at..self.at + self.int).ok_or_else(|| self.cut())?;
        let value = raw.iter().rev().fold(0i64, |n, &b| n << 8 | i64::from(b));
        self.at += self.int;
        match sign {
            0 => Ok(value),
            1 => Ok(value.wrapping_neg()),
            _ => Err(Failure::corrupt(self.at as u64, "a number has no sign")),
        }
    }

    /// A string's place; empty where there is none.
    fn string(&mut self) -> Result<Option<Range<usize>>, Failure> {
        let length = self.int()?;
        let Ok(length) = usize::try_from(length) else { return Ok(None) };
        let range = self.at..self.at.saturating_add(length);
        if range.end > self.bytes.len() {
            return Err(self.cut());
        }
        self.at = range.end;
        Ok(Some(range))
    }
}

impl Archive {
    /// Reads head and table of contents.
    pub fn parse(bytes: &[u8]) -> Result<Self, Failure> {
        let mut cursor = Cursor { bytes, at: 5, int: 4 };
        let version = (cursor.byte()?, cursor.byte()?);
        cursor.byte()?;
        if version.0 != 1 || !(10..=16).contains(&version.1) {
            return Err(Failure::corrupt(5, format!("archive version {}.{} is not known", version.0, version.1)));
        }
        let since = |minor: u8| version.1 >= minor;
        cursor.int = usize::from(cursor.byte()?);
        let offset = usize::from(cursor.byte()?);
        if !matches!(cursor.int, 1..=8) || !matches!(offset, 1..=8) {
            return Err(Failure::corrupt(8, "the size of numbers makes no sense"));
        }
        let layout = match cursor.byte()? {
            1 => Layout::Custom,
            3 => Layout::Tar,
            5 => Layout::Directory,
            other => return Err(Failure::corrupt(10, format!("archive format {other} is not known"))),
        };
        let compression = match since(15) {
            true => match cursor.byte()? {
                0 => Compression::None,
                1 => Compression::Gzip,
                2 => Compression::Lz4,
                3 => Compression::Zstd,
                other => Compression::Other(other),
            },
            false if cursor.int()? == 0 => Compression::None,
            false => Compression::Gzip,
        };
        // When it was made.
        for _ in 0..7 {
            cursor.int()?;
        }
        let mut texts: Vec<Range<usize>> = Vec::new();
        for _ in 0..3 {
            texts.extend(cursor.string()?);
        }
        let count = cursor.int()?;
        let mut entries = vec![Entry { texts, ..Entry::default() }];
        for _ in 0..count.max(0) {
            entries.push(entry(&mut cursor, layout, offset, &since)?);
        }
        Ok(Self { layout, compression, entries, end: cursor.at, int: cursor.int })
    }

    /// Reads on at a place behind the table of contents.
    pub fn cursor<'a>(&self, bytes: &'a [u8], at: usize) -> Cursor<'a> {
        Cursor { bytes, at, int: self.int }
    }
}

fn entry(cursor: &mut Cursor<'_>, layout: Layout, offset: usize, since: &dyn Fn(u8) -> bool) -> Result<Entry, Failure> {
    let bytes = cursor.bytes;
    let mut out = Entry { id: cursor.int()?, ..Entry::default() };
    if out.id <= 0 {
        return Err(Failure::corrupt(cursor.at as u64, "an entry has no number"));
    }
    let has_dumper = cursor.int()? != 0;
    cursor.string()?;
    cursor.string()?;
    let text = |range: &Option<Range<usize>>| range.clone().map_or(String::new(), |range| value::text(&bytes[range]));
    let tag = cursor.string()?;
    let description = cursor.string()?;
    if since(11) {
        cursor.int()?;
    }
    let definition = cursor.string()?;
    let drop = cursor.string()?;
    let copy = cursor.string()?;
    let namespace = cursor.string()?;
    cursor.string()?;
    if since(14) {
        cursor.string()?;
    }
    if since(16) {
        cursor.int()?;
    }
    let owner = cursor.string()?;
    cursor.string()?;
    // Numbers of the entries that it depends on.
    while cursor.string()?.is_some() {}
    out.has_data = has_dumper;
    match layout {
        Layout::Custom => {
            let flag = cursor.byte()?;
            cursor.at = cursor.at.saturating_add(offset);
            out.has_data &= flag != 3;
        }
        Layout::Tar | Layout::Directory => {
            let file = cursor.string()?;
            out.file = file.map_or(Vec::new(), |range| bytes[range].to_vec());
            out.has_data &= !out.file.is_empty();
        }
    }
    out.description = text(&description);
    out.name = [text(&namespace), text(&tag)].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".");
    if let Some(copy) = copy.as_ref().map(|range| &bytes[range.clone()]) {
        let mut reader = Reader::new(copy, 0, Dialect { backslash: false });
        let is_copy = reader.next().is_some_and(|token| is(copy, &token, "COPY"));
        if let Some(head) = is_copy.then(|| copy_head::read(&mut reader, false)).flatten() {
            out.is_copy = true;
            out.columns = head.columns.unwrap_or_default();
        }
    }
    out.definition = definition.clone();
    out.texts =
        [tag, description, namespace, owner, definition, drop, copy].into_iter().flatten().filter(|range| !range.is_empty()).collect();
    Ok(out)
}
