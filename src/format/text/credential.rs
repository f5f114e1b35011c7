//! Encoded bytes that their label calls a credential: a token, a signature, a hash, an encrypted password. They hold
//! nobody's records, as keys do not, as long as they are no longer than such things are.

/// A signature of RSA with 4,096 bits in base64, padding included, and a little more.
const LONGEST: usize = 700;
/// A label is not longer.
const LABEL: usize = 48;
/// How such labels end, without marks between their words.
const ENDINGS: &[&str] = &[
    "token",
    "bearer",
    "basic",
    "secret",
    "secure",
    "signature",
    "sig",
    "hmac",
    "hash",
    "digest",
    "checksum",
    "fingerprint",
    "integrity",
    "sha1",
    "sha256",
    "sha384",
    "sha512",
    "salt",
    "nonce",
    "cookie",
    "session",
    "sessionid",
    "csrf",
    "xsrf",
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "authorization",
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "publickey",
    "hostkey",
    "sshrsa",
    "sshdss",
];

/// Does the word right before say that what follows, of so many digits, is a credential?
pub(super) fn is_labelled(before: &[u8], digits: usize) -> bool {
    if digits > LONGEST {
        return false;
    }
    let near = &before[before.len().saturating_sub(LABEL)..];
    // Quotes, and one mark of an assignment at most.
    let marks = near.iter().rev().take_while(|b| matches!(b, b' ' | b'\t' | b':' | b'=' | b'"' | b'\'' | b'`' | b'>' | b'-')).count();
    let label = &near[..near.len() - marks];
    let len = label.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')).count();
    let word: Vec<u8> = label[label.len() - len..].iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    marks > 0 && ENDINGS.iter().any(|ending| word.ends_with(ending.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::is_labelled;

    #[test]
    fn labels_of_credentials() {
        for before in [
            "    Authorization: Bearer ",
            "{\"access_token\": \"",
            "  - secure: ",
            "sessionToken=",
            "<Signature>",
            "password = '",
            "ssh-rsa ",
        ] {
            assert!(is_labelled(before.as_bytes(), 300), "{before}");
            assert!(!is_labelled(before.as_bytes(), 3000), "{before}");
        }
        for before in ["", "data: ", "\"body\": \"", "token of the export\n", "token", "the tokens are ", "file="] {
            assert!(!is_labelled(before.as_bytes(), 300), "{before}");
        }
    }
}
