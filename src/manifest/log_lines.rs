//! Lines of logs in no known syntax, which some listing's syntax takes for paths: an event names the address of the other
//! side, and a listing of files has none beside its paths.

use memchr::{memchr, memchr_iter};

/// The lines that hold a whole IPv4 address by itself: how many, and the first of them with its number.
pub(super) fn log_lines(bytes: &[u8]) -> (u64, Option<(u64, String)>) {
    let (mut count, mut first) = (0, None);
    let (mut start, mut number) = (0, 0);
    for end in memchr_iter(b'\n', bytes).chain([bytes.len()]) {
        number += 1;
        let line = &bytes[start.min(end)..end];
        start = end + 1;
        let is_name = line.trim_ascii().iter().all(|b| b.is_ascii_digit() || *b == b'.');
        if memchr(b'.', line).is_some() && !is_name && names_address(line) {
            count += 1;
            first.get_or_insert_with(|| (number, String::from_utf8_lossy(&line[..line.len().min(200)]).trim_end().to_owned()));
        }
    }
    (count, first)
}

/// Four numbers up to 255 with dots between them, which are part of nothing else: no path, name or version.
fn names_address(line: &[u8]) -> bool {
    let is_border =
        |b: &u8| matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'[' | b']' | b'(' | b')' | b'|' | b',' | b';' | b'=' | b':' | b'\r');
    line.split(is_border).any(|word| {
        let mut numbers = 0;
        let are_numbers = word.split(|b| *b == b'.').all(|number| {
            numbers += 1;
            (1..=3).contains(&number.len())
                && number.iter().all(u8::is_ascii_digit)
                && number.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0')) <= 255
        });
        are_numbers && numbers == 4
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_name_an_address_and_files_do_not() {
        let log = b"203.0.113.45 - acct [31/Oct/2024] \"GET /a.csv\"\nSESSION|[HTTPS:1:acct:203.0.113.45] READ: *RETR /out/a.csv*\n\
            2.0;GetBlob;\"/x/a.csv\";203.0.113.45:51000;465\n";
        assert_eq!((log_lines(log).0, log_lines(log).1.unwrap().0), (3, 1));
        let files =
            b"10.0.0.1\nlogs/10.0.0.1/access.log\nhost-10.1.2.3.txt\nlib-1.2.3.4.jar 1.2.3.400\n1.2.3.4/x\n-rw-r--r-- 1 a b 5 2024-10-31 v1.2.3.4\n";
        assert_eq!(log_lines(files), (0, None));
    }
}
