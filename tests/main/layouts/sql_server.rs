//! A writer of SQL Server data files and backups, by the published layouts and apart from the reader: pages, rows
//! as they stand plain and compressed, large values, the catalogue, and the tape around them.

/// Bytes of a page.
pub const PAGE: usize = 8192;

/// A table to be written.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns: name and type.
    pub columns: Vec<(String, Kind)>,
    /// Its rows.
    pub rows: Vec<Vec<Value>>,
    /// How rows are stored.
    pub storage: Storage,
    /// Not described by the catalogue.
    pub is_unknown: bool,
}

/// How rows are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// As they are.
    #[default]
    Plain,
    /// Row compression.
    Row,
    /// Page compression: every value has a prefix, and values that repeat stand in a dictionary.
    Page,
    /// By column: the catalogue says so, and no row is written.
    Column,
}

/// Types of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Int,
    Big,
    Bit,
    Decimal(u8, u8),
    Date,
    DateTime,
    Char(u16),
    Varchar,
    Nvarchar,
    Binary,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Null,
    /// Whole numbers; of decimals the digits, of dates the days since year 1, of date and time days above ticks.
    Number(i64),
    /// Text of one byte per character, or bytes.
    Bytes(Vec<u8>),
    /// Text.
    Text(String),
    /// Bytes that stand on pages of their own.
    Away(Vec<u8>),
}

impl Kind {
    fn id(self) -> u8 {
        match self {
            Self::Int => 56,
            Self::Big => 127,
            Self::Bit => 104,
            Self::Decimal(..) => 108,
            Self::Date => 40,
            Self::DateTime => 61,
            Self::Char(_) => 175,
            Self::Varchar => 167,
            Self::Nvarchar => 231,
            Self::Binary => 165,
        }
    }

    /// What the catalogue says of it, in one number.
    fn described(self) -> u32 {
        let more = match self {
            Self::Decimal(digits, scale) => u32::from(digits) | u32::from(scale) << 8,
            Self::Char(length) => length.into(),
            _ => 0,
        };
        u32::from(self.id()) | more << 8
    }

    fn length(self) -> Option<usize> {
        match self {
            Self::Int => Some(4),
            Self::Big | Self::DateTime => Some(8),
            Self::Bit => Some(1),
            Self::Decimal(digits, _) => Some(if digits < 10 { 5 } else { 9 }),
            Self::Date => Some(3),
            Self::Char(length) => Some(length.into()),
            Self::Varchar | Self::Nvarchar | Self::Binary => None,
        }
    }

    /// The value as it stands in a plain row.
    fn plain(self, value: &Value) -> Vec<u8> {
        match (self, value) {
            (_, Value::Null) => vec![0; self.length().unwrap_or(0)],
            (Self::Decimal(..), Value::Number(n)) => {
                let mut bytes = vec![u8::from(*n >= 0)];
                bytes.extend(n.unsigned_abs().to_le_bytes());
                bytes.resize(self.length().unwrap_or(9), 0);
                bytes
            }
            (_, Value::Number(n)) => n.to_le_bytes()[..self.length().unwrap_or(8)].to_vec(),
            (Self::Nvarchar, Value::Text(text)) => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            (_, Value::Text(text)) => text.clone().into_bytes(),
            (Self::Char(length), Value::Bytes(bytes)) => {
                let mut bytes = bytes.clone();
                bytes.resize(length.into(), b' ');
                bytes
            }
            (_, Value::Bytes(bytes) | Value::Away(bytes)) => bytes.clone(),
        }
    }

    /// The value as it stands in a compressed row.
    fn compressed(self, value: &Value) -> Vec<u8> {
        match (self, value) {
            (Self::Decimal(..), Value::Number(n)) => vardecimal(*n, if let Self::Decimal(_, scale) = self { scale } else { 0 }),
            (Self::Date, Value::Number(_)) => self.plain(value),
            (_, Value::Number(0)) => Vec::new(),
            (_, Value::Number(n)) => {
                let length = (1..8u32).find(|length| (-(1i64 << (8 * length - 1))..1i64 << (8 * length - 1)).contains(n)).unwrap_or(8);
                let raw = (i128::from(*n) + (1i128 << (8 * length - 1))) as u64;
                raw.to_be_bytes()[8 - length as usize..].to_vec()
            }
            (Self::Nvarchar, Value::Text(text)) => scsu(text),
            (Self::Char(_), Value::Bytes(bytes)) => bytes.clone(),
            _ => self.plain(value),
        }
    }
}

/// Text in the Standard Compression Scheme for Unicode, as simply as can be: Latin-1 in the first window, all else
/// quoted. What would be even in length gets a byte behind it, as SQL Server writes it.
fn scsu(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for unit in text.encode_utf16() {
        match unit {
            0x20..=0xFF => out.push(unit as u8),
            _ => {
                out.push(0x0E);
                out.extend(unit.to_be_bytes());
            }
        }
    }
    if out.len().is_multiple_of(2) && !out.is_empty() {
        out.push(0x01);
    }
    out
}

/// Sign and exponent, then groups of three digits in ten bits.
fn vardecimal(amount: i64, scale: u8) -> Vec<u8> {
    if amount == 0 {
        return Vec::new();
    }
    let digits = amount.unsigned_abs().to_string();
    let exponent = digits.len() as i32 - 1 - i32::from(scale);
    let mut bits = Vec::new();
    for group in digits.as_bytes().chunks(3) {
        let group: String = String::from_utf8(group.to_vec()).expect("digits");
        let value: u16 = format!("{group:0<3}").parse().expect("digits");
        bits.extend((0..10).rev().map(|i| value >> i & 1 == 1));
    }
    let mut out = vec![(if amount > 0 { 0x80 } else { 0 }) | (exponent + 64) as u8];
    out.extend(bits.chunks(8).map(|eight| eight.iter().enumerate().fold(0, |byte, (i, bit)| byte | u8::from(*bit) << (7 - i))));
    out
}

/// A page with its records.
struct Page {
    kind: u8,
    unit: u64,
    number: u32,
    has_compression_record: bool,
    body: Vec<u8>,
    slots: Vec<u16>,
}

impl Page {
    fn new(kind: u8, unit: u64, number: u32) -> Self {
        Self { kind, unit, number, has_compression_record: false, body: Vec::new(), slots: Vec::new() }
    }

    fn has_room(&self, record: &[u8]) -> bool {
        96 + self.body.len() + record.len() + 2 * (self.slots.len() + 1) <= PAGE
    }

    fn put(&mut self, record: &[u8]) -> u16 {
        self.slots.push((96 + self.body.len()) as u16);
        self.body.extend_from_slice(record);
        self.slots.len() as u16 - 1
    }

    fn bytes(&self) -> Vec<u8> {
        let mut page = vec![0; PAGE];
        page[0] = 1;
        page[1] = self.kind;
        page[2] = if self.has_compression_record { 0x80 } else { 0 };
        page[6..8].copy_from_slice(&((self.unit >> 48) as u16).to_le_bytes());
        page[22..24].copy_from_slice(&(self.slots.len() as u16).to_le_bytes());
        page[24..28].copy_from_slice(&((self.unit >> 16) as u32).to_le_bytes());
        let end = 96 + self.body.len();
        page[28..30].copy_from_slice(&((PAGE - end - 2 * self.slots.len()) as u16).to_le_bytes());
        page[30..32].copy_from_slice(&(end as u16).to_le_bytes());
        page[32..36].copy_from_slice(&self.number.to_le_bytes());
        page[36..38].copy_from_slice(&1u16.to_le_bytes());
        page[96..end].copy_from_slice(&self.body);
        for (i, slot) in self.slots.iter().enumerate() {
            page[PAGE - 2 * (i + 1)..PAGE - 2 * i].copy_from_slice(&slot.to_le_bytes());
        }
        page
    }
}

/// A plain record of fixed bytes and of values of variable length; each says whether it is a pointer.
fn record(fixed: &[u8], nulls: &[bool], variable: &[(Vec<u8>, bool)]) -> Vec<u8> {
    let mut out = vec![if variable.is_empty() { 0x10 } else { 0x30 }, 0];
    out.extend(((4 + fixed.len()) as u16).to_le_bytes());
    out.extend_from_slice(fixed);
    out.extend((nulls.len() as u16).to_le_bytes());
    let mut bitmap = vec![0u8; nulls.len().div_ceil(8)];
    nulls.iter().enumerate().for_each(|(i, null)| bitmap[i / 8] |= u8::from(*null) << (i % 8));
    out.extend(bitmap);
    if !variable.is_empty() {
        out.extend((variable.len() as u16).to_le_bytes());
        let mut end = out.len() + 2 * variable.len();
        for (value, is_away) in variable {
            end += value.len();
            out.extend((end as u16 | if *is_away { 0x8000 } else { 0 }).to_le_bytes());
        }
        variable.iter().for_each(|(value, _)| out.extend_from_slice(value));
    }
    out
}

/// What a compressed record holds in a column.
enum Stored {
    Null,
    Bytes(Vec<u8>),
    /// A set bit.
    True,
    Symbol(u8),
}

fn compressed_record(values: &[Stored]) -> Vec<u8> {
    let long: Vec<&Vec<u8>> =
        values.iter().filter_map(|v| if let Stored::Bytes(b) = v { Some(b) } else { None }).filter(|b| b.len() > 8).collect();
    let mut out = vec![if long.is_empty() { 0x01 } else { 0x21 }];
    match values.len() {
        few @ 0..0x80 => out.push(few as u8),
        many => out.extend((many as u16 | 0x8000).to_be_bytes()),
    }
    let kinds: Vec<u8> = values
        .iter()
        .map(|value| match value {
            Stored::Null => 0,
            Stored::True => 11,
            Stored::Bytes(bytes) if bytes.len() > 8 => 10,
            Stored::Bytes(bytes) => bytes.len() as u8 + 1,
            Stored::Symbol(_) => 12,
        })
        .collect();
    out.extend(kinds.chunks(2).map(|two| two[0] | two.get(1).unwrap_or(&0) << 4));
    let short = |value: &Stored| match value {
        Stored::Bytes(bytes) if bytes.len() <= 8 => bytes.clone(),
        Stored::Symbol(symbol) => vec![*symbol],
        Stored::Null | Stored::True | Stored::Bytes(_) => Vec::new(),
    };
    let clusters: Vec<Vec<u8>> = values.chunks(30).map(|cluster| cluster.iter().flat_map(short).collect()).collect();
    out.extend(clusters.iter().take(clusters.len().saturating_sub(1)).map(|cluster| cluster.len() as u8));
    clusters.iter().for_each(|cluster| out.extend_from_slice(cluster));
    if !long.is_empty() {
        out.push(1);
        out.extend((long.len() as u16).to_le_bytes());
        let mut end = 0;
        for value in &long {
            end += value.len() as u16;
            out.extend(end.to_le_bytes());
        }
        let longs = |cluster: &[Stored]| cluster.iter().filter(|v| matches!(v, Stored::Bytes(b) if b.len() > 8)).count() as u8;
        out.extend(values.chunks(30).take(clusters.len().saturating_sub(1)).map(longs));
        long.iter().for_each(|value| out.extend_from_slice(value));
    }
    out
}

/// A data file that grows page by page.
#[derive(Default)]
struct File {
    pages: Vec<Page>,
}

impl File {
    fn page(&mut self, kind: u8, unit: u64) -> &mut Page {
        let number = self.pages.len() as u32;
        self.pages.push(Page::new(kind, unit, number));
        self.pages.last_mut().expect("a page was pushed")
    }

    /// Puts a record on the last page of a unit, or on a new one.
    fn put(&mut self, kind: u8, unit: u64, record: &[u8]) -> (u32, u16) {
        let place = self.pages.iter().rposition(|page| page.kind == kind && page.unit == unit && page.has_room(record));
        let place = place.unwrap_or_else(|| {
            self.page(kind, unit);
            self.pages.len() - 1
        });
        (place as u32, self.pages[place].put(record))
    }

    /// Puts a large value on pages of its own and gives the pointer for its row.
    fn large(&mut self, unit: u64, bytes: &[u8]) -> Vec<u8> {
        let piece = |kind: u16, rest: &[u8]| {
            let mut record = vec![0x08, 0];
            record.extend((14 + rest.len() as u16).to_le_bytes());
            record.extend(7u64.to_le_bytes());
            record.extend(kind.to_le_bytes());
            record.extend_from_slice(rest);
            record
        };
        let mut end = 0u32;
        let mut links: Vec<(u32, (u32, u16))> = Vec::new();
        for chunk in bytes.chunks(8040) {
            end += chunk.len() as u32;
            let at = self.put(3, unit, &piece(3, chunk));
            links.push((end, at));
        }
        while links.len() > 4 {
            let mut above = Vec::new();
            for group in links.chunks(100) {
                let mut rest = (group.len() as u16).to_le_bytes().repeat(2);
                rest.extend([0, 0]);
                for (end, (page, slot)) in group {
                    rest.extend(u64::from(*end).to_le_bytes());
                    rest.extend(page.to_le_bytes());
                    rest.extend(1u16.to_le_bytes());
                    rest.extend(slot.to_le_bytes());
                }
                let at = self.put(4, unit, &piece(2, &rest));
                above.push((group[group.len() - 1].0, at));
            }
            links = above;
        }
        let mut pointer = vec![4, 0, 0, 0, 1, 0, 0, 0, 9, 9, 0, 0];
        for (end, (page, slot)) in links {
            pointer.extend(end.to_le_bytes());
            pointer.extend(page.to_le_bytes());
            pointer.extend(1u16.to_le_bytes());
            pointer.extend(slot.to_le_bytes());
        }
        pointer
    }

    fn table(&mut self, i: usize, table: &Table) {
        let unit = unit(i);
        match table.storage {
            Storage::Page => return self.compressed_pages(unit, table),
            Storage::Column => return,
            Storage::Plain | Storage::Row => {}
        }
        for row in &table.rows {
            let record = if table.storage == Storage::Plain {
                let (mut fixed, mut variable, mut nulls) = (Vec::new(), Vec::new(), Vec::new());
                for ((_, kind), value) in table.columns.iter().zip(row) {
                    nulls.push(*value == Value::Null);
                    match (kind.length(), value) {
                        (Some(_), value) => fixed.extend(kind.plain(value)),
                        (None, Value::Away(bytes)) => variable.push((self.large(unit + (1 << 16), bytes), true)),
                        (None, value) => variable.push((kind.plain(value), false)),
                    }
                }
                record(&fixed, &nulls, &variable)
            } else {
                let stored = |((_, kind), value): (&(String, Kind), &Value)| match value {
                    Value::Null => Stored::Null,
                    Value::Number(1) if *kind == Kind::Bit => Stored::True,
                    value => Stored::Bytes(kind.compressed(value)),
                };
                compressed_record(&table.columns.iter().zip(row).map(stored).collect::<Vec<_>>())
            };
            self.put(1, unit, &record);
        }
    }

    /// Pages with an anchor of the first row's values and a dictionary of what repeats.
    fn compressed_pages(&mut self, unit: u64, table: &Table) {
        for rows in table.rows.chunks(20) {
            let bytes = |row: &Vec<Value>, i: usize| match &row[i] {
                Value::Null => None,
                value => Some(table.columns[i].1.compressed(value)),
            };
            let anchor: Vec<Option<Vec<u8>>> = (0..table.columns.len()).map(|i| bytes(&rows[0], i).filter(|b| b.len() > 1)).collect();
            let prefixed = |row: &Vec<Value>, i: usize| -> Option<Vec<u8>> {
                let (value, Some(anchor)) = (bytes(row, i)?, &anchor[i]) else { return bytes(row, i) };
                let same = value.iter().zip(anchor).take_while(|(a, b)| a == b).count().min(0x7F);
                Some(if value == *anchor { Vec::new() } else { [&[same as u8], &value[same..]].concat() })
            };
            let all: Vec<Vec<u8>> = rows.iter().flat_map(|row| (0..table.columns.len()).filter_map(|i| prefixed(row, i))).collect();
            let mut dictionary: Vec<Vec<u8>> =
                all.iter().filter(|v| v.len() > 2 && all.iter().filter(|w| w == v).count() > 1).cloned().collect();
            dictionary.sort();
            dictionary.dedup();
            dictionary.truncate(200);
            let prefixes: Vec<Stored> = anchor.iter().map(|value| value.clone().map_or(Stored::Null, Stored::Bytes)).collect();
            let prefixes = compressed_record(&prefixes);
            let mut entries = (dictionary.len() as u16).to_le_bytes().to_vec();
            let mut end = 2 + 2 * dictionary.len();
            for entry in &dictionary {
                end += entry.len();
                entries.extend((end as u16).to_le_bytes());
            }
            dictionary.iter().for_each(|entry| entries.extend_from_slice(entry));
            let head = if dictionary.is_empty() { 5 } else { 7 };
            let mut info = vec![if dictionary.is_empty() { 2 } else { 6 }, 0, 0];
            info.extend(((head + prefixes.len()) as u16).to_le_bytes());
            if !dictionary.is_empty() {
                info.extend(((head + prefixes.len() + entries.len()) as u16).to_le_bytes());
            }
            info.extend(prefixes);
            info.extend(if dictionary.is_empty() { Vec::new() } else { entries });
            let page = self.page(1, unit);
            page.has_compression_record = true;
            page.body = info;
            for row in rows {
                let stored = |i: usize| match prefixed(row, i) {
                    None => Stored::Null,
                    Some(_) if table.columns[i].1 == Kind::Bit && row[i] == Value::Number(1) => Stored::True,
                    Some(value) => match dictionary.iter().position(|entry| *entry == value) {
                        Some(symbol) => Stored::Symbol(symbol as u8),
                        None => Stored::Bytes(value),
                    },
                };
                let record = compressed_record(&(0..table.columns.len()).map(stored).collect::<Vec<_>>());
                assert!(page.has_room(&record), "twenty rows fit a page");
                page.put(&record);
            }
        }
    }

    fn describe(&mut self, i: usize, table: &Table) {
        let id = 1000 + i as i32;
        let rowset = 72_057_594_000_000_000 + i as u64;
        let wide = |text: &str| vec![(text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(), false)];
        let zeros = |n: usize| vec![0u8; n];
        let object = [&id.to_le_bytes()[..], &zeros(9), b"U ", &zeros(25)].concat();
        self.put(1, 1 << 48 | 34 << 16, &record(&object, &[false; 11], &wide(&table.name)));
        let compression = match table.storage {
            Storage::Plain => 0,
            Storage::Row => 1,
            Storage::Page => 2,
            Storage::Column => 3,
        };
        let own = [&rowset.to_le_bytes()[..], &[1], &id.to_le_bytes(), &zeros(22), &[compression]].concat();
        self.put(1, 5 << 16, &record(&own, &[false; 10], &[]));
        let own = [&unit(i).to_le_bytes()[..], &[1], &rowset.to_le_bytes(), &zeros(48)].concat();
        self.put(1, 7 << 16, &record(&own, &[false; 12], &[]));
        let (mut fixed, mut variable) = (4u16, 0i16);
        for (n, (name, kind)) in table.columns.iter().enumerate() {
            let n = n as i32 + 1;
            let own = [&id.to_le_bytes()[..], &zeros(2), &n.to_le_bytes(), &[kind.id()], &zeros(30)].concat();
            self.put(1, 1 << 48 | 41 << 16, &record(&own, &[false; 16], &wide(name)));
            let offset = match kind.length() {
                Some(length) => {
                    fixed += length as u16;
                    fixed - length as u16
                }
                None => {
                    variable -= 1;
                    variable as u16
                }
            };
            let own = [
                &rowset.to_le_bytes()[..],
                &n.to_le_bytes(),
                &n.to_le_bytes(),
                &zeros(8),
                &kind.described().to_le_bytes(),
                &zeros(12),
                &u32::from(offset).to_le_bytes(),
                &n.to_le_bytes(),
                &zeros(2),
            ]
            .concat();
            self.put(1, 3 << 16, &record(&own, &[false; 13], &[]));
        }
    }
}

fn unit(i: usize) -> u64 {
    256 << 48 | (100 + 2 * i as u64) << 16
}

/// A data file with these tables. The catalogue stands before their rows or behind them.
pub fn data_file(tables: &[Table], catalogue_first: bool) -> Vec<u8> {
    let mut file = File::default();
    for kind in [15, 11, 8, 9, 0, 0, 16, 17, 0, 13] {
        file.page(if kind == 0 { 10 } else { kind }, 99 << 16);
    }
    let described = || tables.iter().enumerate().filter(|(_, table)| !table.is_unknown);
    if catalogue_first {
        described().for_each(|(i, table)| file.describe(i, table));
    }
    tables.iter().enumerate().for_each(|(i, table)| file.table(i, table));
    if !catalogue_first {
        described().for_each(|(i, table)| file.describe(i, table));
    }
    file.pages.iter().flat_map(Page::bytes).collect()
}

/// Kinds of backups, as the start of their set has them.
pub const FULL: u32 = 0x4;
pub const DIFFERENTIAL: u32 = 0x8;
pub const LOG: u32 = 0x10;

/// Word by word, xor-ed.
fn checksum(bytes: &[u8]) -> [u8; 2] {
    bytes.chunks(2).fold(0u16, |sum, two| sum ^ u16::from_le_bytes([two[0], two[1]])).to_le_bytes()
}

/// The head of a stream.
pub fn stream(kind: &[u8; 4], length: usize) -> Vec<u8> {
    let mut header = kind.to_vec();
    header.resize(20, 0);
    header[8..16].copy_from_slice(&(length as u64).to_le_bytes());
    let check = checksum(&header);
    header.extend(check);
    header
}

/// A descriptor block whose own fields follow what all blocks have.
pub fn block(kind: &[u8; 4], fields: &[u8]) -> Vec<u8> {
    let mut out = kind.to_vec();
    out.resize(50, 0);
    let first = (52 + fields.len()).next_multiple_of(4);
    out[8..10].copy_from_slice(&(first as u16).to_le_bytes());
    out[10] = 14;
    out[48] = 2;
    let check = checksum(&out);
    out.extend(check);
    out.extend_from_slice(fields);
    out.resize(first, 0);
    out
}

/// Ends a block with padding up to a whole kilobyte.
fn pad(out: &mut Vec<u8>) {
    let to = (out.len() + 22).next_multiple_of(1024);
    let length = to - out.len() - 22;
    out.extend(stream(b"SPAD", length));
    out.resize(to, 0);
}

/// A backup of data files: one set per file. `log` are the bytes of the log in each set.
pub fn backup(sets: &[(u32, &[u8])], log: &[u8]) -> Vec<u8> {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let mut tape = vec![0; 42];
    let software = wide("Microsoft SQL Server");
    tape[28..30].copy_from_slice(&(software.len() as u16).to_le_bytes());
    tape[30..32].copy_from_slice(&94u16.to_le_bytes());
    tape[8..10].copy_from_slice(&1u16.to_le_bytes());
    tape[32..34].copy_from_slice(&1024u16.to_le_bytes());
    let mut out = block(b"TAPE", &[tape, software].concat());
    pad(&mut out);
    out.extend(block(b"SFMB", &[0; 12]));
    out.resize(out.len().next_multiple_of(1024), 0);
    for (kind, pages) in sets {
        let mut set = vec![0; 50];
        set[..4].copy_from_slice(&kind.to_le_bytes());
        // 15 March 2024.
        set[36..41].copy_from_slice(&[0x1F, 0xA0, 0xDE, 0, 0]);
        out.extend(block(b"SSET", &set));
        pad(&mut out);
        out.extend(block(b"MSCI", &[]));
        let about = [b"SCIN\x20\0\0\0".to_vec(), wide("CoreBanking")].concat();
        out.extend(stream(b"MQCI", about.len()));
        out.extend(about);
        out.resize(out.len().next_multiple_of(4), 0);
        pad(&mut out);
        if !pages.is_empty() {
            out.extend(block(b"MSDA", &[]));
            // Pages stand on sectors, two bytes behind the head of their stream.
            let head = (out.len() + 22 + 24).next_multiple_of(4096) - 24;
            out.extend(stream(b"APAD", head - out.len() - 22));
            out.resize(head, 0);
            out.extend(stream(b"MQDA", 2 + pages.len()));
            out.extend([0, 0]);
            out.extend_from_slice(pages);
            out.resize(out.len().next_multiple_of(4), 0);
            pad(&mut out);
        }
        out.extend(block(b"MSTL", &[]));
        out.extend(stream(b"MQTL", log.len()));
        out.extend_from_slice(log);
        out.resize(out.len().next_multiple_of(4), 0);
        pad(&mut out);
        out.extend(block(b"ESET", &[0; 40]));
        pad(&mut out);
    }
    out.extend(block(b"EOTM", &[0; 8]));
    out.resize(out.len().next_multiple_of(1024), 0);
    out
}
