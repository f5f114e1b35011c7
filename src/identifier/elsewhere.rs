//! Numbers of other things that are called as the vendor calls its clients: keys of issues, names of threads and packages,
//! ids of programs that ask for tokens. Such a number only points.

use super::inline::{LONG_NUMBER, Label, THINGS};
use crate::passage::BORDER;
use std::ops::Range;

/// Servers and protocols whose clients are programs.
const SERVERS: &[&str] = &[
    "mysql",
    "mariadb",
    "postgres",
    "postgresql",
    "redis",
    "mongo",
    "mongodb",
    "mqtt",
    "kafka",
    "amqp",
    "ssh",
    "http",
    "https",
    "ldap",
    "sql",
    "db",
    "auth",
    "socket",
    "dhcp",
    "dns",
    "ntp",
    "smtp",
    "imap",
    "rpc",
    "tcp",
    "udp",
    "oauth",
    "oauth2",
    "oidc",
    "websocket",
    "nfs",
    "smb",
    "x11",
];
/// Words of requests for tokens (RFC 6749, section 4), in which `client_id` is a program's.
const TOKENS: &[&str] = &["grant_type=", "response_type=", "redirect_uri=", "client_secret=", "scope="];
/// Bytes of a line that are looked at on either side of the value.
const NEAR: usize = 200;

impl Label<'_> {
    /// Says what stands around the value that its label may mean something else by the same word?
    pub fn may_be_of_another(&self, text: &str, value: &Range<usize>) -> bool {
        self.is_of_connection(text, value)
            || self.is_key_or_package(text, value)
            || self.is_of_program(text, value)
            || is_in_longer(text.get(value.end..).unwrap_or_default())
    }

    /// `CLIENT-40312: fix`, `thread client-40312`, `org.example.client.40312`
    fn is_key_or_package(&self, text: &str, value: &Range<usize>) -> bool {
        let Some(word) = self.words.last().filter(|word| THINGS.contains(word)) else { return false };
        let before = self.end.checked_sub(word.len()).and_then(|start| text.get(..start)).unwrap_or_default();
        let behind = text.get(value.end..).unwrap_or_default();
        match text.get(self.end..value.start) {
            Some("-") => true,
            Some(".") => before.ends_with('.') && !behind.starts_with(['.', '=', ':', ' ']),
            _ => false,
        }
    }

    /// `MySQL client id 40312`, `client_id=40312 scope=openid`
    fn is_of_program(&self, text: &str, value: &Range<usize>) -> bool {
        let is_client = |word: &&str| matches!(*word, "client" | "clients");
        let before = self.words.iter().rposition(is_client).and_then(|at| self.words.get(at.checked_sub(1)?));
        if before.is_some_and(|word| SERVERS.contains(word)) {
            return true;
        }
        self.words.ends_with(&["client", "id"]) && {
            let from = text.ceil_char_boundary(value.start.saturating_sub(NEAR));
            let to = text.floor_char_boundary(value.end.saturating_add(NEAR));
            let is_end = |c: char| c == '\n' || c == BORDER;
            let start = text[from..value.start].rfind(is_end).map_or(from, |at| from + at + 1);
            let end = text[value.end..to].find(is_end).map_or(to, |at| value.end + at);
            TOKENS.iter().any(|word| text[start..end].contains(word))
        }
    }
}

/// `40312-5567-889`: do further groups of digits follow, which are no day?
fn is_in_longer(behind: &str) -> bool {
    let mut rest = behind;
    let mut groups = Vec::new();
    while let Some(group) = rest.strip_prefix('-') {
        let len = group.bytes().take_while(u8::is_ascii_digit).count();
        if len == 0 || len > 2 * LONG_NUMBER {
            break;
        }
        groups.push(len);
        rest = &group[len..];
    }
    groups.len() >= 2 && !groups.starts_with(&[4, 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_digits_are_a_longer_number() {
        assert!(is_in_longer("-5567-889") && is_in_longer("-1-2 x"));
        for behind in ["", "-01", "-2024-10-31", " - 5", "-a-b", "-5567"] {
            assert!(!is_in_longer(behind), "{behind}");
        }
    }
}
