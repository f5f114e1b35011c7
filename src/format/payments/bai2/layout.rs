//! What BAI2 records look like.

use crate::format::payments::record::{is_digits, line_at};

/// Does this content begin with records of BAI2? With a file header as a rule; where that was cut off, with a group
/// header, or with an account and what follows one.
pub(super) fn begins(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let Some((first, next)) = line_at(head, 0, head.len() + 1) else { return false };
    let is_ended = memchr::memchr(b'/', first).is_some();
    let rest = memchr::memchr(b'/', first).map_or(&b""[..], |slash| first[slash + 1..].trim_ascii());
    let second = if rest.is_empty() { head.get(next..).unwrap_or_default().trim_ascii_start() } else { rest };
    let follows = |types: &[&[u8]]| types.iter().any(|kind| second.starts_with(kind) && second.get(2) == Some(&b','));
    if is_file_header(first) {
        return is_group_header(second, true) || follows(&[b"99"]) || second.is_empty() && is_ended;
    }
    if is_group_header(first, false) {
        return is_ended && (second.is_empty() || follows(&[b"03", b"88", b"98"]));
    }
    is_ended && is_account(first) && (follows(&[b"16", b"49"]) || follows(&[b"88"]) && second.contains(&b'/'))
}

/// `01,sender,receiver,YYMMDD,HHMM,file id,record length,block size,version[/]`.
pub(in crate::format::payments) fn is_file_header(line: &[u8]) -> bool {
    let mut fields = line.split(|&b| b == b',');
    let mut next = || fields.next().unwrap_or_default();
    let (tag, _, _, date, time, id, _, _, version) = (next(), next(), next(), next(), next(), next(), next(), next(), next());
    let is_dated = is_date(date) && (is_digits(time) && time.len() == 4 || time.is_empty());
    tag == b"01" && is_dated && !id.is_empty() && matches!(version.trim_ascii(), [b'2' | b'3', ..])
}

/// `02,receiver,originator,status,date,time,currency,modifier/`. Behind a file header its first fields suffice.
pub(in crate::format::payments) fn is_group_header(line: &[u8], is_behind_header: bool) -> bool {
    let line = &line[..memchr::memchr(b'/', line).unwrap_or(line.len())];
    let mut fields = line.split(|&b| b == b',');
    let mut next = || fields.next().map(<[u8]>::trim_ascii);
    let (Some(b"02"), Some(_), Some(originator), Some(status), Some(date)) = (next(), next(), next(), next(), next()) else { return false };
    let is_status = matches!(status, b"" | b"1" | b"2" | b"3" | b"4");
    if is_behind_header {
        return is_status && (is_date(date) || date.is_empty());
    }
    let (time, currency, modifier) = (next().unwrap_or_default(), next().unwrap_or_default(), next().unwrap_or_default());
    is_status
        && !status.is_empty()
        && !originator.is_empty()
        && is_date(date)
        && (time.is_empty() || time.len() == 4 && is_digits(time))
        && (currency.is_empty() || currency.len() == 3 && currency.iter().all(u8::is_ascii_uppercase))
        && matches!(modifier, b"" | b"1" | b"2" | b"3" | b"4")
}

/// `03,account,currency,type,amount,count,funds…/`, of which a type has three digits, if there is one.
fn is_account(line: &[u8]) -> bool {
    let mut fields = line.split(|&b| b == b',');
    let mut next = || fields.next();
    let (Some(b"03"), Some(account), Some(currency), Some(kind), Some(amount)) = (next(), next(), next(), next(), next()) else {
        return false;
    };
    !account.is_empty()
        && (currency.is_empty() || currency.len() == 3 && currency.iter().all(u8::is_ascii_uppercase))
        && (kind.is_empty() || kind.len() == 3 && is_digits(kind))
        && (amount.is_empty() || is_digits(amount.strip_prefix(b"-").or(amount.strip_prefix(b"+")).unwrap_or(amount)))
}

fn is_date(field: &[u8]) -> bool {
    matches!(field.len(), 6 | 8) && is_digits(field)
}
