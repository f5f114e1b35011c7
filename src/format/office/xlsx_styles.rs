//! Number formats of cells (ECMA-376 part 1, 18.8.30 and 18.8.31), as far as they change which digits
//! are seen: leading zeros of routing numbers and account numbers, and dates.

use crate::format::text::markup::{Lexer, Token, attribute, local};

/// How a number is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumberFormat {
    /// As written.
    General,
    /// As a date, or date and time.
    Date,
    /// Digits at the places of the zeros, other characters between them.
    Digits(String),
}

/// The formats of a workbook's cell styles.
#[derive(Default)]
pub struct Styles {
    formats: Vec<NumberFormat>,
    /// Days are counted from 1904.
    pub from_1904: bool,
}

impl Styles {
    /// Reads the styles part; what it does not say is shown as written.
    pub fn parse(styles: &[u8]) -> Self {
        let mut lexer = Lexer::new(styles, false);
        let (mut own, mut out, mut in_cells) = (Vec::new(), Self::default(), false);
        while let Ok(Some((_, token))) = lexer.token() {
            match token {
                Token::Start(name, attributes, _) if local(name) == "numFmt" => {
                    own.extend(
                        attribute(attributes, "numFmtId")
                            .and_then(|id| id.parse::<u32>().ok())
                            .zip(attribute(attributes, "formatCode").map(|c| NumberFormat::of_code(&c))),
                    );
                }
                Token::Start(name, _, false) if local(name) == "cellXfs" => in_cells = true,
                Token::End(name) if local(name) == "cellXfs" => in_cells = false,
                Token::Start(name, attributes, _) if in_cells && local(name) == "xf" && out.formats.len() < 1 << 17 => {
                    let id = attribute(attributes, "numFmtId").and_then(|id| id.parse::<u32>().ok()).unwrap_or(0);
                    let format = own.iter().find(|(n, _)| *n == id).map(|(_, f)| f.clone());
                    out.formats.push(format.unwrap_or_else(|| NumberFormat::built_in(id)));
                }
                _ => {}
            }
        }
        out
    }

    /// The formats that the records of a BIFF workbook name (MS-XLS 2.4.126 and 2.4.353): own formats by
    /// number, and the numbers that the styles use, in order.
    pub fn of_records(own: &[(u32, String)], used: &[u32], from_1904: bool) -> Self {
        let format = |id: &u32| match own.iter().find(|(n, _)| n == id) {
            Some((_, code)) => NumberFormat::of_code(code),
            None => NumberFormat::built_in(*id),
        };
        Self { formats: used.iter().map(format).collect(), from_1904 }
    }

    /// A number as it is shown in a cell of this style.
    pub fn show(&self, number: &str, style: Option<usize>) -> String {
        let plain = plain_number(number);
        match style.and_then(|style| self.formats.get(style)) {
            Some(NumberFormat::Digits(pattern)) => digits(&plain, pattern).unwrap_or(plain),
            Some(NumberFormat::Date) => date(&plain, self.from_1904).unwrap_or(plain),
            _ => plain,
        }
    }
}

impl NumberFormat {
    fn built_in(id: u32) -> Self {
        match id {
            14..=17 | 22 | 27..=31 | 36 | 50..=54 | 57 | 58 => Self::Date,
            _ => Self::General,
        }
    }

    fn of_code(code: &str) -> Self {
        let section = code.split(';').next().unwrap_or_default();
        let (mut bare, mut chars, mut quoted) = (String::new(), section.chars(), false);
        let mut literal = String::new();
        while let Some(c) = chars.next() {
            match c {
                '"' => quoted = !quoted,
                '\\' => literal.extend(chars.next()),
                '[' => while chars.next().is_some_and(|c| c != ']') {},
                '_' | '*' if !quoted => {
                    chars.next();
                }
                c if quoted => literal.push(c),
                c => {
                    bare.push(c);
                    literal.push(c);
                }
            }
        }
        let zeros = bare.bytes().filter(|b| *b == b'0').count();
        if zeros >= 4 && bare.chars().all(|c| "0- ()/".contains(c)) {
            return Self::Digits(literal);
        }
        let lower = bare.to_ascii_lowercase();
        if zeros == 0 && !bare.contains('#') && (lower.contains('y') || lower.contains('d') && lower.contains('m')) && lower != "general" {
            return Self::Date;
        }
        Self::General
    }
}

/// Numbers in scientific notation as digits; others as they are.
fn plain_number(number: &str) -> String {
    let expanded = || {
        let (mantissa, exponent) = number.split_once(['E', 'e'])?;
        let exponent: i32 = exponent.parse().ok().filter(|e| (-30..=60).contains(e))?;
        let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |m| ("-", m));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || digits.len() > 40 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let point = whole.len() as i32 + exponent;
        Some(match point {
            ..=0 => format!("{sign}0.{}{digits}", "0".repeat(point.unsigned_abs() as usize)),
            p if p as usize >= digits.len() => format!("{sign}{digits}{}", "0".repeat(p as usize - digits.len())),
            p => format!("{sign}{}.{}", &digits[..p as usize], &digits[p as usize..]),
        })
    };
    expanded().unwrap_or_else(|| number.to_owned())
}

fn digits(number: &str, pattern: &str) -> Option<String> {
    let zeros = pattern.bytes().filter(|b| *b == b'0').count();
    if number.is_empty() || number.len() > 40 || !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let padded = format!("{number:0>zeros$}");
    let (extra, mut rest) = padded.split_at(padded.len() - zeros);
    let mut out = extra.to_owned();
    for c in pattern.chars() {
        match c {
            '0' => {
                let (digit, tail) = rest.split_at_checked(1)?;
                out.push_str(digit);
                rest = tail;
            }
            c => out.push(c),
        }
    }
    Some(out)
}

/// A serial date (18.17.4) as an ISO date, with the time where it has one.
fn date(serial: &str, from_1904: bool) -> Option<String> {
    let serial: f64 = serial.parse().ok().filter(|s| (1.0..3_000_000.0).contains(s))?;
    let seconds = (serial.fract() * 86_400.0).round() as i64;
    // Serial 60 is a 29 February 1900 that never was.
    let days = serial.trunc() as i64 + if from_1904 { 1462 } else { i64::from(serial < 60.0) } - 25_569 + seconds / 86_400;
    let day = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
    let seconds = seconds % 86_400;
    Some(match seconds {
        0 => day.to_string(),
        s => format!("{day}T{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_in_the_sheet() {
        let styles = Styles::parse(
            br##"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="000000000"/><numFmt numFmtId="165" formatCode="000\-00\-0000"/>
            <numFmt numFmtId="166" formatCode="yyyy\-mm\-dd;@"/><numFmt numFmtId="167" formatCode="#,##0.00"/></numFmts>
            <cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
            <cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="14"/><xf numFmtId="167"/></cellXfs></styleSheet>"##,
        );
        for (number, style, want) in [
            ("21000021", Some(1), "021000021"),
            ("12345678", Some(2), "012-34-5678"),
            ("45603", Some(3), "2024-11-07"),
            ("45603.5", Some(4), "2024-11-07T12:00:00"),
            ("1", Some(4), "1900-01-01"),
            ("1.23456789012E+15", Some(0), "1234567890120000"),
            ("1.5E-3", None, "0.0015"),
            ("1234.5", Some(5), "1234.5"),
            ("-2.5E1", Some(1), "-25"),
            ("x", Some(1), "x"),
        ] {
            assert_eq!(styles.show(number, style), want);
        }
    }
}
