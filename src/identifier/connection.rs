//! Numbers that a server gives to its connections: `client 78513 disconnected`. Its log calls them as the vendor calls
//! its customers, so that there such a number only points.

use super::inline::Label;
use std::ops::Range;

/// What such a number is called.
const CALLED: &[&str] = &["client", "clnt"];
/// What a connection does and no customer, or both.
const DOES: &[&str] = &[
    "connect",
    "connected",
    "connecting",
    "connects",
    "disconnect",
    "disconnected",
    "disconnecting",
    "disconnects",
    "reconnected",
    "reconnecting",
    "timed",
    "timeout",
    "timedout",
    "idle",
    "exited",
    "killed",
    "hung",
    "attached",
    "detached",
    "subscribed",
    "unsubscribed",
    "handshake",
    "keepalive",
    "heartbeat",
];
/// What both do: a word for connections must follow on the line, or nothing.
const DOES_PERHAPS: &[&str] = &["accepted", "authenticated", "closed", "dropped", "joined", "left", "quit", "reset", "terminated"];
/// What is done to a connection, before the word for it.
const DONE: &[&str] = &[
    "accepted",
    "accepting",
    "disconnected",
    "disconnecting",
    "dropping",
    "dropped",
    "evicting",
    "evicted",
    "kicking",
    "killing",
    "pinging",
];
/// Words for connections.
const CONNECTIONS: &[&str] = &["connection", "connections", "socket", "session", "channel", "stream", "port", "tcp", "fd", "pid"];
/// Words before a verb that say nothing.
const AUXILIARY: &[&str] = &["is", "was", "has", "had", "have", "been", "just", "now", "got", "the", "its", "a"];
/// Words behind the number that are looked at.
const WORDS: usize = 6;

impl Label<'_> {
    /// Is it the bare word that programs also give to the numbers of their connections, with nothing but a blank before
    /// the value, and says what stands beside it that this is one?
    pub fn is_of_connection(&self, text: &str, value: &Range<usize>) -> bool {
        let is_bare = text.get(self.end..value.start).is_some_and(|between| !between.is_empty() && between.bytes().all(|b| b == b' '));
        if !is_bare || !self.words.last().is_some_and(|word| CALLED.contains(word)) {
            return false;
        }
        let before = self.words.len().checked_sub(2).and_then(|at| self.words.get(at));
        before.is_some_and(|word| DONE.contains(word)) || is_done(text.get(value.end..).unwrap_or_default())
    }
}

/// Does what follows on the line say what a connection does?
fn is_done(behind: &str) -> bool {
    let near = &behind[..behind.floor_char_boundary(120)];
    let line = near[..near.find(['\n', '\r', crate::passage::BORDER]).unwrap_or(near.len())].to_ascii_lowercase();
    let mut words = line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(WORDS);
    let Some(first) = words.by_ref().find(|word| !AUXILIARY.contains(word)) else { return false };
    if DOES.contains(&first) || CONNECTIONS.contains(&first) {
        return true;
    }
    let mut rest = words.filter(|word| !AUXILIARY.contains(word)).peekable();
    DOES_PERHAPS.contains(&first) && (rest.peek().is_none() || rest.any(|word| CONNECTIONS.contains(&word)))
}

#[cfg(test)]
mod tests {
    use super::is_done;

    #[test]
    fn what_connections_do() {
        for line in [
            " connected",
            " disconnected (timeout)",
            ": connection closed",
            " has timed out",
            " closed the connection",
            " - socket reset",
            " closed\n",
            " was dropped.",
        ] {
            assert!(is_done(line), "{line}");
        }
        for line in
            ["", " failed", " and its accounts", " closed its account", " was delivered today", "\nconnected", " left the platform in May"]
        {
            assert!(!is_done(line), "{line}");
        }
    }
}
