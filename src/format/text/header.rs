//! Is the first record of a table its header? Decided on content: a header's cells are words, and
//! differ in shape from the values below them.

use crate::identifier::label;

/// Words that head columns, in the singular; a column's last or first word is looked up.
const WORDS: &[&str] = &[
    "aba",
    "account",
    "acct",
    "address",
    "addr",
    "age",
    "amount",
    "amt",
    "balance",
    "bal",
    "bank",
    "bic",
    "birth",
    "birthdate",
    "branch",
    "card",
    "category",
    "ccy",
    "cert",
    "charter",
    "city",
    "client",
    "code",
    "comment",
    "company",
    "count",
    "country",
    "county",
    "created",
    "credit",
    "currency",
    "customer",
    "cust",
    "date",
    "day",
    "debit",
    "description",
    "desc",
    "dob",
    "domain",
    "email",
    "mail",
    "employee",
    "end",
    "entity",
    "event",
    "file",
    "firstname",
    "first",
    "flag",
    "fname",
    "from",
    "gender",
    "group",
    "hash",
    "hostname",
    "host",
    "iban",
    "id",
    "identifier",
    "institution",
    "ip",
    "key",
    "kind",
    "label",
    "lastname",
    "last",
    "lname",
    "legal",
    "lei",
    "level",
    "limit",
    "location",
    "login",
    "member",
    "merchant",
    "message",
    "middle",
    "mobile",
    "month",
    "name",
    "nbr",
    "nino",
    "no",
    "note",
    "num",
    "number",
    "nr",
    "order",
    "org",
    "organization",
    "owner",
    "parent",
    "password",
    "path",
    "payee",
    "payer",
    "payment",
    "person",
    "phone",
    "platform",
    "postal",
    "price",
    "product",
    "qty",
    "quantity",
    "rate",
    "receiver",
    "record",
    "ref",
    "reference",
    "region",
    "role",
    "routing",
    "rssd",
    "rtn",
    "salary",
    "sender",
    "seq",
    "sex",
    "size",
    "sort",
    "ssn",
    "start",
    "state",
    "status",
    "street",
    "surname",
    "swift",
    "tax",
    "telephone",
    "tel",
    "term",
    "time",
    "timestamp",
    "tin",
    "title",
    "to",
    "total",
    "transaction",
    "txn",
    "type",
    "unit",
    "updated",
    "url",
    "user",
    "username",
    "valid",
    "value",
    "val",
    "version",
    "year",
    "zip",
    "zipcode",
];

/// What a cell looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Nothing in it.
    Empty,
    /// Digits with the marks of numbers, dates and times.
    Number,
    /// Letters and digits in one word, or an address of mail or net.
    Code,
    /// Letters.
    Words,
    /// Anything else.
    Other,
}

impl Shape {
    /// The shape of a cell.
    pub fn of(cell: &str) -> Self {
        let cell = cell.trim();
        let (mut letters, mut digits, mut others) = (false, false, false);
        for c in cell.chars() {
            letters |= c.is_alphabetic();
            digits |= c.is_ascii_digit();
            others |= !c.is_alphanumeric() && !" _-./:+,#()$€£%'&*".contains(c);
        }
        match (letters, digits) {
            _ if cell.is_empty() => Self::Empty,
            (false, true) if !others => Self::Number,
            (true, false) if !others => Self::Words,
            (true, _) if !cell.contains(' ') => Self::Code,
            _ => Self::Other,
        }
    }
}

/// Is `first` the header of these rows? Where it stands again among them, on top of each printed page say, it is
/// no value of its columns.
pub fn is_header<R: AsRef<[String]>>(first: &[String], rows: &[R]) -> bool {
    let rows: Vec<&[String]> = rows.iter().map(AsRef::as_ref).filter(|row| !is_repeated(first, row)).collect();
    let named = first.iter().filter(|c| !c.trim().is_empty()).count();
    // Names of fields that are codes themselves (`RCON2170`), over numbers.
    let over_numbers = |i: usize, cell: &str| {
        let mut below = rows.iter().filter_map(|r| r.get(i)).filter(|c| !c.trim().is_empty()).take(HEADS).peekable();
        cell.trim().bytes().take(2).filter(u8::is_ascii_alphabetic).count() == 2
            && rows.len() >= 3
            && below.peek().is_some()
            && below.all(|c| Shape::of(c) == Shape::Number)
    };
    let is_head = |i: usize, cell: &str| is_wordlike(cell) || Shape::of(cell) == Shape::Code && over_numbers(i, cell);
    let heads: Vec<(usize, &String)> = first.iter().enumerate().filter(|(i, c)| is_head(*i, c)).collect();
    if named < first.len().min(2) || named * 2 < first.len() || heads.len() * 10 < named * 7 {
        return false;
    }
    let known = known(first);
    let (mut differ, mut repeated) = (0, 0);
    for (i, head) in heads {
        let column = || rows.iter().filter_map(|r| r.get(i)).map(|c| c.trim()).filter(|c| !c.is_empty());
        let values = column().count();
        let unlike = column().filter(|c| matches!(Shape::of(c), Shape::Number) || Shape::of(c) == Shape::Code && !is_wordlike(c)).count();
        differ += usize::from(values > 0 && unlike * 10 >= values * 7);
        repeated += usize::from(column().any(|c| c == head.trim()));
    }
    if repeated * 5 > named {
        return false;
    }
    differ > 0 && (known > 0 || differ * 3 >= named || rows.len() >= 5) || known * 2 > named || known >= 3
}

/// Is the row the header once more?
pub fn is_repeated<H: AsRef<str>, C: AsRef<str>>(header: &[H], row: &[C]) -> bool {
    header.len() == row.len() && header.iter().zip(row).all(|(head, cell)| head.as_ref().trim() == cell.as_ref().trim())
}

/// How many cells are words that usually head columns.
pub fn known(cells: &[String]) -> usize {
    cells.iter().filter(|c| is_known(c)).count()
}

/// Could the cell head a column?
pub fn is_wordlike(cell: &str) -> bool {
    let cell = cell.trim();
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    let starts = cell.chars().next().is_some_and(|c| c.is_alphabetic() || "#_$@*(".contains(c));
    starts && cell.len() <= 80 && digits * 3 <= cell.len() && !cell.contains("@") && cell.split_whitespace().count() <= 8
}

/// Is the cell's first or last word one that heads columns?
pub(in crate::format) fn is_known(cell: &str) -> bool {
    let mut words: Vec<String> = vec![String::new()];
    let mut lower = false;
    for c in label::without_kind(cell.trim()).chars() {
        if !c.is_alphabetic() || lower && c.is_uppercase() {
            words.push(String::new());
        }
        if c.is_alphabetic() {
            words.last_mut().into_iter().for_each(|w| w.extend(c.to_lowercase()));
        }
        lower = c.is_lowercase();
    }
    words.retain(|w| !w.is_empty());
    let known = |word: Option<&String>| {
        word.is_some_and(|w| WORDS.contains(&w.as_str()) || w.strip_suffix('s').is_some_and(|w| WORDS.contains(&w)))
    };
    words.len() <= 6 && (known(words.last()) || known(words.first()))
}

/// Rows in which a header is looked for.
const HEADS: usize = 20;

/// The rows of a table as they come: how many stand before the header or the first data row, and whether the row
/// there is a header. Rows above a header are titles; most of their cells are empty.
pub fn find_header(rows: &[Vec<String>]) -> (usize, bool) {
    let filled = |row: &[String]| row.iter().filter(|c| !c.trim().is_empty()).count();
    let mut widths: Vec<usize> = rows.iter().map(|r| filled(r)).filter(|n| *n > 1).collect();
    widths.sort_unstable();
    let Some(&usual) = widths.get(widths.len() / 2) else { return (0, false) };
    let mut first = None;
    for (i, row) in rows.iter().enumerate().take(HEADS) {
        if filled(row) * 10 < usual * 6 || filled(row) < 2 {
            continue;
        }
        if is_header(row, &rows[i + 1..]) {
            return (header_below(i, rows).unwrap_or(i), true);
        }
        first = first.or(Some(i));
        // A title may fill several cells, but not as many as the rows do.
        if filled(row) >= usual {
            break;
        }
    }
    (first.unwrap_or(0), false)
}

/// `Institution | First State Bank | Client ID | WP865J`: labels with their values read like a header. Where a row of
/// labels alone follows, that one is the header, and what stands above it is a title.
fn header_below(title: usize, rows: &[Vec<String>]) -> Option<usize> {
    let filled = |row: &[String]| row.iter().filter(|c| !c.trim().is_empty()).count();
    let has_values = |row: &[String]| row.iter().any(|cell| !cell.trim().is_empty() && !is_wordlike(cell));
    // A code of letters and few digits may pass as a word.
    let has_codes = |row: &[String]| row.iter().any(|cell| Shape::of(cell) == Shape::Code && cell.bytes().any(|b| b.is_ascii_digit()));
    if !has_values(&rows[title]) && !has_codes(&rows[title]) {
        return None;
    }
    let below = (title + 1..rows.len()).find(|&i| filled(&rows[i]) > 1)?;
    let (row, rest) = rows[below..].split_first()?;
    (!has_values(row) && known(row) >= 2 && known(row) * 2 >= filled(row) && is_header(row, rest)).then_some(below)
}

/// A header of which a line above begins the names, `client` above `code`. A title above says something else: it
/// fills fewer cells, or with other words.
pub fn stacked(above: &[String], header: &[String]) -> Vec<String> {
    let filled = above.iter().filter(|cell| !cell.trim().is_empty()).count();
    let begins = filled * 2 >= header.len() && filled >= 2 && known(above) * 2 >= filled;
    let join = |(i, cell): (usize, &String)| match above.get(i).map(|cell| cell.trim()) {
        Some(first) if begins && !first.is_empty() => format!("{first} {}", cell.trim()),
        _ => cell.clone(),
    };
    header.iter().enumerate().map(join).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        text.lines().map(|l| l.split(',').map(str::to_owned).collect()).collect()
    }

    #[test]
    fn headers_are_told_from_rows() {
        let header = |text: &str| {
            let rows = rows(text);
            is_header(&rows[0], &rows[1..])
        };
        assert!(header("customer_id,name,account\nC1,Ann Lee,00123\nC2,Bo Ek,00456"));
        assert!(header("CustomerName,City\nAnn Lee,Paris\nBo Ek,Rome"));
        assert!(header("BLZ,Bezeichnung,Ort\n10000000,Bundesbank,Berlin\n10010010,Postbank,Berlin\n10010111,SEB,Berlin"));
        assert!(!header("First State Bank,Austin,TX\nPeoples Bank,Waco,TX"));
        assert!(!header("1,2,3\n4,5,6"));
        assert!(!header("Ann Lee,4400123,Paris\nBo Ek,4400124,Rome"));
    }

    #[test]
    fn titles_stand_above_the_header() {
        assert_eq!(find_header(&rows("Report for First State Bank,,\n,,\nname,account,balance\nAnn,12,3\nBo,13,4")), (2, true));
        let wide = "Page,1,of,2,,\nclient,name,city,zip,account,balance\nC1,Ann,Rome,1,12,3\nC2,Bo,Paris,2,13,4";
        assert_eq!(find_header(&rows(wide)), (1, true));
        let pairs =
            "Institution,Ash Valley Bank,Client ID,WP865J\n,,,\nAccount,Holder,Balance,\n44829103,Ann Lee,0.50,\n44829104,Bo Ek,1.50,";
        assert_eq!(find_header(&rows(pairs)), (2, true));
        let code = "Report,,\n,Client Code,FARI39\n,,\nName,Account,Balance\nAnn Lee,44829103,0.50\nBo Ek,44829104,1.50";
        assert_eq!(find_header(&rows(code)), (3, true));
    }

    #[test]
    fn names_of_fields_that_are_codes_head_numbers() {
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        let rows: Vec<_> = (0..4).map(|n| row(["2945831", "2024Q1", &format!("{n}1000"), &format!("{n}77")])).collect();
        assert!(is_header(&row(["IDRSSD", "quarter", "RCON2170", "RCON3210"]), &rows));
        let codes: Vec<_> = (0..4).map(|n| row([&format!("AB{n}123"), "x1", "7", &format!("{n}77")])).collect();
        assert!(!is_header(&row(["AB9123", "x1", "7", "177"]), &codes));
    }

    #[test]
    fn a_header_that_comes_again_is_no_value() {
        let rows = rows("name,account\nAnn,12\nname,account\nBo,13");
        assert!(is_header(&rows[0], &rows[1..]));
    }
}
