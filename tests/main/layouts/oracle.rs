//! A writer of Oracle exports, after published files: the classic utility's, and Data Pump's.

/// A table to be written.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns: name and type.
    pub columns: Vec<(String, Kind)>,
    /// Its rows.
    pub rows: Vec<Vec<Value>>,
}

/// Types of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// VARCHAR2 of so many bytes.
    Text(u16),
    Number,
    Date,
    Raw(u16),
    /// LONG RAW.
    Long,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Null,
    /// Text in the character set of the column, or bytes.
    Bytes(Vec<u8>),
    /// So many hundredths.
    Number(i64),
    /// Year, month, day, hour, minute, second.
    Date([u16; 6]),
    /// Bytes in pieces of this size.
    Pieces(Vec<u8>, usize),
}

impl Kind {
    fn number(self) -> u16 {
        match self {
            Self::Text(_) => 1,
            Self::Number => 2,
            Self::Date => 12,
            Self::Raw(_) => 23,
            Self::Long => 24,
        }
    }

    fn length(self) -> u16 {
        match self {
            Self::Text(length) | Self::Raw(length) => length,
            Self::Number => 22,
            Self::Date => 7,
            Self::Long => 0,
        }
    }
}

/// A NUMBER of so many hundredths: digits to the base of a hundred, the last of which are behind the point.
pub fn number(hundredths: i64) -> Vec<u8> {
    let mut digits = Vec::new();
    let mut rest = hundredths.unsigned_abs();
    while rest > 0 {
        digits.insert(0, (rest % 100) as u8);
        rest /= 100;
    }
    // The first digit stands before the point, unless there is the fraction alone.
    let exponent = digits.len() as i32 - 2;
    while digits.last() == Some(&0) {
        digits.pop();
    }
    if digits.is_empty() {
        return vec![0x80];
    }
    let head = (exponent + 65) as u8 | 0x80;
    if hundredths > 0 {
        return [vec![head], digits.iter().map(|digit| digit + 1).collect()].concat();
    }
    [vec![!head], digits.iter().map(|digit| 101 - digit).collect(), vec![102]].concat()
}

fn plain(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Null => None,
        Value::Bytes(bytes) | Value::Pieces(bytes, _) => Some(bytes.clone()),
        Value::Number(hundredths) => Some(number(*hundredths)),
        Value::Date([year, month, day, hour, minute, second]) => {
            let clock = [hour, minute, second].map(|part| *part as u8 + 1);
            Some([&[(year / 100 + 100) as u8, (year % 100 + 100) as u8, *month as u8, *day as u8][..], &clock].concat())
        }
    }
}

/// An export of the classic utility. `set` is the number of the character set.
pub fn export(tables: &[Table], set: u16) -> Vec<u8> {
    let mut out = b"\x03\0\x01EXPORT:V11.02.00\nDSYSTEM\nRUSERS\n8192\n0\n72\n0\n".to_vec();
    out.resize(2500, 0);
    out.extend(b"CONNECT CORE\nMETRICSU\n");
    for table in tables {
        let names: Vec<String> = table.columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let places: Vec<String> = (1..=names.len()).map(|n| format!(":{n}")).collect();
        out.extend(format!("TABLE \"{}\"\nCREATE TABLE \"{}\" ({})\n", table.name, table.name, names.join(" VARCHAR2(20), ")).bytes());
        out.extend(format!("INSERT INTO \"{}\" ({}) VALUES ({})\n", table.name, names.join(", "), places.join(", ")).bytes());
        out.extend((names.len() as u16).to_le_bytes());
        for (_, kind) in &table.columns {
            out.extend(kind.number().to_le_bytes());
            out.extend(kind.length().to_le_bytes());
            if matches!(kind, Kind::Text(_)) {
                out.extend(set.to_le_bytes());
                out.extend(1u16.to_le_bytes());
            }
        }
        out.extend([0; 4]);
        for row in &table.rows {
            for value in row {
                match (value, plain(value)) {
                    (_, None) => out.extend(0xFFFEu16.to_le_bytes()),
                    (Value::Pieces(bytes, size), _) => {
                        out.extend(0xFFFDu16.to_le_bytes());
                        for piece in bytes.chunks(*size) {
                            out.extend((piece.len() as u16).to_le_bytes());
                            out.extend_from_slice(piece);
                        }
                        out.extend([0; 2]);
                    }
                    (_, Some(bytes)) => {
                        out.extend((bytes.len() as u16).to_le_bytes());
                        out.extend(bytes);
                    }
                }
            }
            out.extend([0; 2]);
        }
        out.extend(b"\xFF\xFF\nANALSTATS TR \"X\"\n");
    }
    out.extend(b"ENDTABLE\nEXIT\nEXIT\n");
    out.resize(out.len().next_multiple_of(256), 0);
    out
}

/// A dump file of Data Pump.
pub fn data_pump(tables: &[Table], set: u16) -> Vec<u8> {
    let mut out = vec![3, 1];
    out.resize(64, 0);
    out.extend(b"\"SYSTEM\".\"SYS_EXPORT_SCHEMA_01\"\0x86_64/Linux 2.4.xx\0AL32UTF8\0LBB EMB GHC JWD SD EBE WMF DDG JG SJH\0");
    out.resize(4096, 0);
    for table in tables {
        let item = |(name, kind): &(String, Kind)| {
            format!(
                "<COL_LIST_ITEM><NAME>{name}</NAME><TYPE_NUM>{}</TYPE_NUM><LENGTH>{}</LENGTH><CHARSETID>{set}</CHARSETID></COL_LIST_ITEM>",
                kind.number(),
                kind.length()
            )
        };
        let columns: String = table.columns.iter().map(item).collect();
        out.extend(
            format!(
                "<?xml version=\"1.0\"?><ROWSET><ROW><STRMTABLE_T><OWNER_NAME>CORE</OWNER_NAME><NAME>{}</NAME><COL_LIST>{columns}</COL_LIST></STRMTABLE_T></ROW></ROWSET>",
                table.name
            )
            .bytes(),
        );
        out.resize(out.len().next_multiple_of(512), 0);
        for row in &table.rows {
            out.push(1);
            for value in row {
                match plain(value) {
                    None => out.push(0xFF),
                    Some(bytes) if bytes.len() < 0xFE => {
                        out.push(bytes.len() as u8);
                        out.extend(bytes);
                    }
                    Some(bytes) => {
                        out.push(0xFE);
                        out.extend((bytes.len() as u16).to_le_bytes());
                        out.extend(bytes);
                    }
                }
            }
        }
        out.push(0);
        out.resize(out.len().next_multiple_of(4096), 0);
    }
    out
}
