use std::net::IpAddr;

/// Something that the intruder's lines in a transfer log have and others have not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Indicator {
    /// Addresses that begin with so many bits of this one.
    Network(IpAddr, u8),
    /// An account, a host name, or a part of what a client program calls itself; in lower case.
    Word(String),
}

/// A shorter word is part of many programs' names.
const CLIENT: usize = 3;

/// What a log line says of whoever transferred the file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Visitor<'l> {
    /// The account that was logged in.
    pub account: Option<&'l str>,
    /// Address or host name, as the log writes it.
    pub peer: Option<&'l str>,
    /// The client program.
    pub client: Option<&'l str>,
}

impl Indicator {
    /// Reads one: an address, `address/bits` (RFC 4632, RFC 4291), or a word. Dots in brackets, as in
    /// `203[.]0[.]113[.]7`, are dots. Nothing where it looks like a network and is none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().replace("[.]", ".").replace("(.)", ".").to_lowercase();
        if let Ok(address) = text.parse::<IpAddr>() {
            let address = address.to_canonical();
            return Some(Self::Network(address, bits(address)));
        }
        if let Some((address, length)) = text.split_once('/')
            && let Ok(address) = address.trim().parse::<IpAddr>()
        {
            let length = length.trim().parse().ok().filter(|length| *length <= bits(address))?;
            return Some(Self::Network(address, length));
        }
        let of = |digit: fn(&char) -> bool| text.chars().all(|c| digit(&c) || matches!(c, '.' | ':' | '/' | '*' | '-' | ' '));
        let like_an_address = of(char::is_ascii_digit) && text.contains('.') || of(char::is_ascii_hexdigit) && text.contains(':');
        (!text.is_empty() && !like_an_address).then_some(Self::Word(text))
    }

    /// Does it fit?
    pub fn fits(&self, visitor: &Visitor<'_>) -> bool {
        match self {
            Self::Network(network, length) => {
                visitor.peer.is_some_and(|peer| addresses(peer).any(|address| begins_with(address, *network, *length)))
            }
            Self::Word(word) => {
                let is_account = |account: &str| {
                    let account = account.to_lowercase();
                    account == *word || account.rsplit('\\').next() == Some(word) || account.split('@').next() == Some(word)
                };
                let is_host = |peer: &str| {
                    let peer = peer.to_lowercase();
                    peer.strip_suffix(word.as_str()).is_some_and(|before| before.is_empty() || before.ends_with('.'))
                };
                visitor.account.is_some_and(is_account)
                    || visitor.peer.is_some_and(is_host)
                    || word.len() >= CLIENT && visitor.client.is_some_and(|client| client.to_lowercase().contains(word.as_str()))
            }
        }
    }
}

const fn bits(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

fn begins_with(address: IpAddr, network: IpAddr, length: u8) -> bool {
    let shift = |all: u8| u32::from(all - length);
    match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(n)) => u64::from(a.to_bits() ^ n.to_bits()) >> shift(32) == 0,
        (IpAddr::V6(a), IpAddr::V6(n)) => (a.to_bits() ^ n.to_bits()).checked_shr(shift(128)).unwrap_or(0) == 0,
        _ => false,
    }
}

/// The addresses in what a log writes for the other end: alone, with a port, in brackets, beside a host name,
/// or several behind proxies. IPv4 addresses that are written as IPv6 ones are IPv4 addresses.
fn addresses(peer: &str) -> impl Iterator<Item = IpAddr> + '_ {
    peer.split([' ', ',', ';', '(', ')', '[', ']', '=', '/', '"', '%']).filter_map(|token| {
        let address = token.parse::<IpAddr>().ok();
        let address = address.or_else(|| token.rsplit_once(':').and_then(|(host, _)| host.parse().ok()));
        address.map(|address| address.to_canonical())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn peer(peer: &str) -> Visitor<'_> {
        Visitor { peer: Some(peer), ..Visitor::default() }
    }

    #[test]
    fn addresses_and_networks() {
        let one = Indicator::parse(" 203.0.113.7 ").unwrap();
        for text in [
            "203.0.113.7",
            "203.0.113.7:33001",
            "::ffff:203.0.113.7",
            "[::ffff:203.0.113.7]:22",
            "host (203.0.113.7)",
            "10.0.0.1, 203.0.113.7",
        ] {
            assert!(one.fits(&peer(text)), "{text}");
        }
        for text in ["203.0.113.70", "203.0.113.71:7", "1203.0.113.7", "host-203.0.113.7.example", ""] {
            assert!(!one.fits(&peer(text)), "{text}");
        }
        let net = Indicator::parse("198[.]51[.]100[.]0/22").unwrap();
        assert!(net.fits(&peer("198.51.103.255")) && !net.fits(&peer("198.51.104.0")));
        let wide = Indicator::parse("2001:db8::/32").unwrap();
        assert!(wide.fits(&peer("[2001:db8:1::9]:443")) && !wide.fits(&peer("2001:db9::1")));
        assert!(Indicator::parse("0.0.0.0/0").unwrap().fits(&peer("192.0.2.1")));
        assert!(Indicator::parse("::/0").unwrap().fits(&peer("2001:db8::1")));
        for none in ["", "203.0.113.0/33", "203.0.113", "203.0.113.*", "203.0.113.300", "2001:db8::/129", "203.0.113.1-203.0.113.9"] {
            assert!(!matches!(Indicator::parse(none), Some(Indicator::Network(..))), "{none}");
        }
        assert_eq!(Indicator::parse("203.0.113.300"), None);
    }

    #[test]
    fn words() {
        let word = Indicator::parse("svc-Scan").unwrap();
        let account = |account| Visitor { account: Some(account), ..Visitor::default() };
        assert!(word.fits(&account("SVC-scan")) && word.fits(&account("CORP\\svc-scan")) && word.fits(&account("svc-scan@corp.example")));
        assert!(!word.fits(&account("svc-scan2")) && !word.fits(&account("other")));
        assert!(word.fits(&Visitor { client: Some("tool/1.0 (SVC-SCAN)"), ..Visitor::default() }));
        assert!(Indicator::parse("drop.example").unwrap().fits(&peer("a1.Drop.example")));
        assert!(!Indicator::parse("drop.example").unwrap().fits(&peer("backdrop.example")));
        assert!(!word.fits(&Visitor::default()));
    }

    proptest! {
        #[test]
        fn any_text_is_judged(indicator in "\\PC{0,24}|[0-9a-f.:/]{0,24}", other in "\\PC{0,40}|[0-9a-f.:/\\[\\]]{0,40}") {
            if let Some(indicator) = Indicator::parse(&indicator) {
                indicator.fits(&Visitor { account: Some(&other), peer: Some(&other), client: Some(&other) });
            }
        }

        #[test]
        fn an_address_is_in_its_networks(address: u32, length in 0u8..=32) {
            let address = std::net::Ipv4Addr::from_bits(address);
            let network = Indicator::parse(&format!("{address}/{length}")).unwrap();
            prop_assert!(network.fits(&peer(&address.to_string())));
        }
    }
}
