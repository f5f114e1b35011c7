//! `CREATE TABLE`: the names of a table's columns, in any dialect, and what SQLite's records need to know.

use super::sql_token::{self, Dialect, Kind, Token, is, unquoted};

/// A table as its definition says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definition {
    /// Its name, without the schema before it.
    pub name: String,
    /// Its columns in order.
    pub columns: Vec<Column>,
    /// Places of the columns of its primary key, in the key's order.
    pub primary_key: Vec<usize>,
    /// SQLite: rows are kept in the key's tree.
    pub without_rowid: bool,
}

/// A column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type is the one word INTEGER.
    pub is_integer: bool,
    /// It is computed when it is read, and has no value in a record.
    pub is_virtual: bool,
}

/// Words that begin something else than a column.
const CONSTRAINTS: &[&str] =
    &["PRIMARY", "KEY", "UNIQUE", "CONSTRAINT", "INDEX", "FOREIGN", "CHECK", "FULLTEXT", "SPATIAL", "EXCLUDE", "LIKE", "PERIOD"];

/// Most columns of any table.
const MOST_COLUMNS: usize = 32_767;

/// Reads a definition that begins at a place, all of it.
pub fn parse(bytes: &[u8], from: usize, dialect: Dialect) -> Option<Definition> {
    let mut reader = Reader::new(bytes, from, dialect);
    let (mut out, _) = read(&mut reader)?;
    let mut without = false;
    while let Some(token) = reader.next().filter(|token| token.kind != Kind::Symbol(b';')) {
        out.without_rowid |= without && is(bytes, &token, "ROWID");
        without = is(bytes, &token, "WITHOUT");
    }
    Some(out)
}

/// Reads a definition up to its closing bracket; also gives the place behind it.
pub fn read(reader: &mut Reader<'_>) -> Option<(Definition, usize)> {
    let bytes = reader.bytes;
    let mut out = Definition { name: reader.name_before_bracket()?, ..Definition::default() };
    loop {
        let (item, is_last) = reader.item()?;
        out.take(bytes, &item);
        if is_last || out.columns.len() >= MOST_COLUMNS {
            break;
        }
    }
    Some((out, reader.at))
}

impl Definition {
    fn take(&mut self, bytes: &[u8], item: &[Token]) {
        let Some(first) = item.first() else { return };
        let words = |word: &str| item.iter().position(|token| is(bytes, token, word));
        let is_constraint = CONSTRAINTS.iter().any(|word| is(bytes, first, word)) && !matches!(item.get(1), Some(t) if is_type(bytes, t));
        if is_constraint {
            if let Some(key) = words("PRIMARY").filter(|&at| item.get(at + 1).is_some_and(|t| is(bytes, t, "KEY"))) {
                let names = item[key..].iter().skip_while(|t| t.kind != Kind::Symbol(b'('));
                let names = names.take_while(|t| t.kind != Kind::Symbol(b')'));
                let places = names.filter_map(|t| {
                    let name = name_of(bytes, t)?;
                    self.columns.iter().position(|column| column.name.eq_ignore_ascii_case(&name))
                });
                self.primary_key = places.collect();
            }
            return;
        }
        let Some(name) = name_of(bytes, first) else { return };
        if words("PRIMARY").is_some_and(|at| item.get(at + 1).is_some_and(|t| is(bytes, t, "KEY"))) {
            self.primary_key = vec![self.columns.len()];
        }
        let is_integer = item.get(1).is_some_and(|t| is(bytes, t, "INTEGER"))
            && item.get(2).is_none_or(|t| t.kind == Kind::Word && !is(bytes, t, "UNSIGNED"));
        let computed = words("AS").is_some_and(|at| item.get(at + 1).is_some_and(|t| t.kind == Kind::Symbol(b'(')));
        self.columns.push(Column { name, is_integer, is_virtual: computed && words("STORED").is_none() });
    }
}

/// Types that follow the name of a column which is called like a constraint.
fn is_type(bytes: &[u8], token: &Token) -> bool {
    [
        "int",
        "integer",
        "bigint",
        "text",
        "varchar",
        "varchar2",
        "nvarchar",
        "char",
        "date",
        "datetime",
        "timestamp",
        "number",
        "blob",
        "real",
    ]
    .iter()
    .any(|word| is(bytes, token, word))
}

pub fn name_of(bytes: &[u8], token: &Token) -> Option<String> {
    let raw = &bytes[token.range.clone()];
    match token.kind {
        Kind::Word => Some(super::value::text(raw)),
        // SQLite takes strings for names, too.
        Kind::Name | Kind::Text => Some(super::value::text(&unquoted(raw, false))),
        Kind::Symbol(_) | Kind::Comment => None,
    }
}

/// Steps through a definition.
pub struct Reader<'a> {
    /// The script.
    pub bytes: &'a [u8],
    /// Where it is read next.
    pub at: usize,
    /// How it is written.
    pub dialect: Dialect,
    /// Tokens that may still be read: a definition that does not end is none.
    left: u32,
}

impl<'a> Reader<'a> {
    /// A reader that begins at a place.
    pub fn new(bytes: &'a [u8], at: usize, dialect: Dialect) -> Self {
        Self { bytes, at, dialect, left: 1 << 20 }
    }

    /// The next token that is no comment.
    pub fn next(&mut self) -> Option<Token> {
        loop {
            self.left = self.left.checked_sub(1)?;
            let token = sql_token::next(self.bytes, self.at, self.dialect)?;
            self.at = token.range.end;
            if token.kind != Kind::Comment {
                return Some(token);
            }
        }
    }

    /// The last part of the name before an opening bracket, which is passed; `None` where something else
    /// ends the statement, such as `AS SELECT`.
    pub fn name_before_bracket(&mut self) -> Option<String> {
        let mut name = None;
        for _ in 0..24 {
            let token = self.next()?;
            match token.kind {
                Kind::Symbol(b'(') => return name,
                Kind::Symbol(b'.') => {}
                Kind::Symbol(_) => return None,
                Kind::Word if ["AS", "SELECT", "PARTITION", "OF", "LIKE", "CLONE"].iter().any(|word| is(self.bytes, &token, word)) => {
                    return None;
                }
                _ => name = name_of(self.bytes, &token),
            }
        }
        None
    }

    /// The tokens up to a comma or the closing bracket; was it the bracket?
    fn item(&mut self) -> Option<(Vec<Token>, bool)> {
        let (mut depth, mut out) = (0u32, Vec::new());
        loop {
            let token = self.next()?;
            match token.kind {
                Kind::Symbol(b'(') => depth += 1,
                Kind::Symbol(b')') if depth == 0 => return Some((out, true)),
                Kind::Symbol(b')') => depth -= 1,
                Kind::Symbol(b',') if depth == 0 => return Some((out, false)),
                _ => {}
            }
            if out.len() < 4096 {
                out.push(token);
            }
        }
    }

    /// Names in brackets, up to the closing one: the columns of an INSERT or COPY.
    pub fn names(&mut self) -> Option<Vec<String>> {
        let mut out = Vec::new();
        loop {
            let (item, is_last) = self.item()?;
            out.push(item.iter().rev().find_map(|token| name_of(self.bytes, token))?);
            if is_last || out.len() > MOST_COLUMNS {
                return Some(out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(sql: &str) -> (String, Vec<String>, Vec<usize>, bool) {
        let start = sql.find("TABLE").map_or(0, |at| at + 5);
        let d = parse(sql.as_bytes(), start, Dialect { backslash: sql.contains('`') }).unwrap();
        (d.name, d.columns.into_iter().map(|c| c.name).collect(), d.primary_key, d.without_rowid)
    }

    #[test]
    fn every_dialect_names_its_columns() {
        let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            columns(
                "CREATE TABLE `clients` (\n `id` int(11) NOT NULL AUTO_INCREMENT,\n `name` varchar(80) DEFAULT 'a,b',\n `rate` decimal(5,2),\n PRIMARY KEY (`id`),\n KEY `n` (`name`)\n) ENGINE=InnoDB;"
            ),
            ("clients".into(), names(&["id", "name", "rate"]), vec![0], false)
        );
        assert_eq!(
            columns(
                "CREATE TABLE [dbo].[Account Holder](\n[Id] [int] IDENTITY(1,1) NOT NULL,\n[Full Name] [nvarchar](80) NULL,\nCONSTRAINT [PK] PRIMARY KEY CLUSTERED ([Id] ASC)\n)"
            ),
            ("Account Holder".into(), names(&["Id", "Full Name"]), vec![0], false)
        );
        assert_eq!(
            columns("CREATE TABLE public.t (\n \"key\" text,\n n numeric(12,2) DEFAULT 0,\n CHECK ((n > 0))\n);"),
            ("t".into(), names(&["key", "n"]), vec![], false)
        );
        assert_eq!(
            columns("CREATE TABLE IF NOT EXISTS w(b TEXT, a INTEGER, c, v AS (a+1), PRIMARY KEY(a, b)) STRICT, WITHOUT ROWID"),
            ("w".into(), names(&["b", "a", "c", "v"]), vec![1, 0], true)
        );
        assert_eq!(parse(b" t AS SELECT (1)", 0, Dialect { backslash: false }), None);
    }
}
