//! Internet domains, as the registry writes them: without scheme, `www.`, path, port or trailing dot.
//! Internationalised names are left in the form they are given in.

use super::{Bare, Invalid, MAX_LEN, Normalised, SchemeRules};
use crate::model::Scheme;

pub(super) const RULES: SchemeRules = SchemeRules {
    scheme: Scheme::Domain,
    normalise,
    composed: &[],
    labels: &[
        "domain",
        "domain name",
        "internet domain",
        "mail domain",
        "email domain",
        "website",
        "web site",
        "web address",
        "home page",
        "homepage",
    ],
    generic_labels: &["url", "host", "hostname", "server"],
    headers: &["website url"],
    generic_headers: &["url", "host", "hostname"],
    bare: Bare::Weak,
    examples: &[
        "example-bank.com",
        "HTTPS://www.Example-Bank.com:443/login?x=1",
        "ops@example.bank",
        "sparkasse-köln.de.",
        "xn--kln-sna.de",
    ],
    counter_examples: &["", "localhost", "http://", "a..b", "10.0.0.1", ".com", "ex ample.com"],
};

fn normalise(raw: &str, _country: &str) -> Result<Normalised, Invalid> {
    let text = raw.trim();
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let text = text.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let text = text.rsplit('@').next().unwrap_or_default();
    let text = text.split(':').next().unwrap_or_default().trim_end_matches('.').to_lowercase();
    let host = text.strip_prefix("www.").filter(|rest| rest.contains('.')).unwrap_or(&text);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_' || is_mark(c))
    };
    let top = host.rsplit('.').next().unwrap_or_default();
    if host.len() > MAX_LEN || !host.contains('.') || !host.split('.').all(is_label) || top.bytes().all(|b| b.is_ascii_digit()) {
        return Invalid::because("no domain name with a dot in it");
    }
    Normalised::plain(host)
}

/// Combining marks and joiners, without which some scripts cannot be written.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c) || matches!(c, '\u{200C}' | '\u{200D}' | '·')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_link_adds_is_stripped() {
        let domain = |raw| normalise(raw, "").map(|n| n.value).ok();
        assert_eq!(domain("HTTPS://www.Example-Bank.com:443/login?x=1").as_deref(), Some("example-bank.com"));
        assert_eq!(domain("ops@Mail.Example.bank.").as_deref(), Some("mail.example.bank"));
        assert_eq!(domain("www.de").as_deref(), Some("www.de"));
    }
}
