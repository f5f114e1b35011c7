//! `hashdeep` (md5deep project, "HASHDEEP-1.0" file format): the header names the columns, the name is the last and
//! is not quoted.

use super::fields::number;
use super::row::Row;
use super::sample::separators;
use super::tally::{Parsed, read_lines};
use super::{Kind, Report, Sample, Syntax};

pub(super) const SYNTAX: Syntax = Syntax {
    name: "hashdeep",
    default_kind: Kind::Taken,
    recognise: |sample| sample.lines.first().is_some_and(|line| line.starts_with(b"%%%% HASHDEEP")).then_some(99),
    read,
    limitations: &["Tiger and Whirlpool are not compared", "a name with a line end in it is not told apart"],
};

const ALGORITHMS: &[&str] = &["md5", "sha1", "sha256", "tiger", "whirlpool"];

/// Position of the size and the algorithms of the columns before the name.
fn columns(header: &[u8]) -> Vec<Option<&'static str>> {
    let names = header.trim_ascii().split(|b| *b == b',');
    names.filter(|n| *n != b"filename").map(|name| ALGORITHMS.iter().copied().find(|a| a.as_bytes() == name)).collect()
}

fn read(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    let sample = Sample::of(bytes);
    let name_of = |line: &'_ [u8], count: usize| line.splitn(count + 1, |b| *b == b',').nth(count).map(<[u8]>::to_vec);
    let header = sample.lines.get(1).and_then(|l| l.strip_prefix(b"%%%% ")).unwrap_or(b"size,md5,sha256,filename");
    let mut columns_now = columns(header);
    let names: Vec<Vec<u8>> =
        sample.filled().filter(|l| !matches!(l.first(), Some(b'#' | b'%'))).filter_map(|l| name_of(l, columns_now.len())).collect();
    let style = separators(names.iter().map(Vec::as_slice));
    read_lines(bytes, rows, |line| {
        if let Some(header) = line.text.strip_prefix(b"%%%% ") {
            if header.contains(&b',') {
                columns_now = columns(header);
            }
            return Parsed::Nothing;
        }
        if line.text.starts_with(b"##") {
            return Parsed::Nothing;
        }
        let mut fields = line.text.splitn(columns_now.len() + 1, |b| *b == b',');
        let size = fields.next().and_then(number);
        let values: Vec<&[u8]> = fields.by_ref().take(columns_now.len().saturating_sub(1)).collect();
        let row = fields.next().filter(|name| !name.is_empty() && size.is_some()).and_then(|name| Row::new(name, style, line.number));
        let Some(mut row) = row else { return Parsed::Unknown };
        row.size = size;
        for (algorithm, value) in columns_now.iter().skip(1).zip(values) {
            if algorithm.is_some_and(|algorithm| !row.add_hash(algorithm, value)) {
                return Parsed::Unknown;
            }
        }
        Parsed::Row(row)
    })
}
