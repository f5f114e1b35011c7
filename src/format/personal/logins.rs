//! Lists of logins with their passwords, one in a line: `ann.lee@mail.example:Passw0rd!`.

use super::Spoken;
use crate::model::DataElement;
use crate::table::is_sample_address;
use std::collections::HashSet;

/// Fewer amid other lines are samples, or places of files (`git@host.example:project`).
const LEAST: usize = 5;
/// Names of accounts under which all people fetch files.
const OF_ALL: [&str; 4] = ["git", "hg", "svn", "anonymous"];
/// Longest address and password.
const LONGEST: usize = 128;

/// Finds such lists.
pub(super) fn find(text: &str, spoken: &mut Spoken) {
    let mut addresses = HashSet::new();
    for at in memchr::memchr_iter(b'@', text.as_bytes()) {
        addresses.extend(login_at(text, at));
        if addresses.len() >= LEAST {
            break;
        }
    }
    // Fewer are logins where nothing else stands beside them.
    let is_somebodys = |address: &&str| !is_sample_address(address) && !OF_ALL.iter().any(|name| address.starts_with(&format!("{name}@")));
    let are_all = || addresses.iter().all(is_somebodys) && text.lines().filter(|line| !line.trim().is_empty()).count() == addresses.len();
    if addresses.len() >= LEAST || !addresses.is_empty() && are_all() {
        [DataElement::Email, DataElement::Credential].into_iter().for_each(|element| spoken.elements.insert(element));
    }
}

/// The address of a line that holds nothing but it and a password.
fn login_at(text: &str, at: usize) -> Option<&str> {
    let bytes = text.as_bytes();
    let is_local = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'+');
    let start = at - bytes.get(..at)?.iter().rev().take(LONGEST).take_while(|b| is_local(b)).count();
    let is_domain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
    let end = at + 1 + bytes.get(at + 1..)?.iter().take(LONGEST).take_while(|b| is_domain(b)).count();
    let begins_line = start < at && start.checked_sub(1).is_none_or(|before| bytes[before] == b'\n');
    if !begins_line || !matches!(bytes.get(end)?, b':' | b';' | b'|') || !bytes[at + 1..end].contains(&b'.') {
        return None;
    }
    let rest = bytes.get(end + 1..)?;
    let password = rest.iter().take(LONGEST).take_while(|b| b.is_ascii_graphic()).count();
    let ends_line = rest[password..].first().is_none_or(|b| matches!(b, b'\n' | b'\r'));
    let password = &rest[..password];
    // No path, no address, no port.
    let is_password = (4..LONGEST).contains(&password.len())
        && !password.iter().any(|b| matches!(b, b'/' | b'@'))
        && password.iter().any(u8::is_ascii_alphabetic)
        && password.iter().any(|b| !b.is_ascii_alphabetic());
    (ends_line && is_password).then(|| text.get(start..end)).flatten()
}
