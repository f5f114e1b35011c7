//! OpenPGP key ids and fingerprints (RFC 9580, section 5.5.4): 8 or 16 hexadecimal digits of an id, 40
//! of a version 4 and 64 of a version 6 fingerprint.

use super::{Bare, Invalid, Normalised, SchemeRules, compact};
use crate::model::Scheme;

pub(super) const RULES: SchemeRules = SchemeRules {
    scheme: Scheme::PgpKey,
    normalise,
    composed: &[],
    labels: &[
        "pgp",
        "pgp key",
        "pgp key id",
        "pgp id",
        "pgp fingerprint",
        "gpg",
        "gpg key",
        "gpg key id",
        "gpg fingerprint",
        "openpgp key",
        "openpgp key id",
    ],
    generic_labels: &["key id", "keyid", "key fingerprint", "fingerprint", "recipient", "public key"],
    headers: &[],
    generic_headers: &["key id", "fingerprint"],
    bare: Bare::Shape,
    examples: &["0xDEADBEEF", "3AA5 C343 71567BD2", "4f25 e3b6 7c1d 9a08 55aa 0b1c 3AA5 C343 7156 7BD2"],
    counter_examples: &["", "DEADBEE", "DEADBEEG", "0x", "3AA5C34371567BD2A"],
};

/// The key id of a key in normal form: fingerprints hold it, at the end in version 4, at the start in version 6.
pub fn key_id(value: &str) -> &str {
    match value.len() {
        40 => &value[24..],
        64 => &value[..16],
        _ => value,
    }
}

/// As GnuPG prints it for people: groups of four with blanks between them.
pub fn grouped(value: &str) -> String {
    let groups: Vec<&str> = (0..value.len()).step_by(4).filter_map(|at| value.get(at..(at + 4).min(value.len()))).collect();
    groups.join(" ")
}

/// Do these letters of a text name the key: by its fingerprint or by the key id in it, with `0x` or without, in
/// groups or in one piece?
pub fn is_written(raw: &str, value: &str) -> bool {
    let raw = raw.strip_prefix("0x").or_else(|| raw.strip_prefix("0X")).unwrap_or(raw);
    let compact: String;
    let raw = if raw.contains(' ') {
        compact = raw.split(' ').collect();
        &compact
    } else {
        raw
    };
    raw.eq_ignore_ascii_case(value) || raw.eq_ignore_ascii_case(key_id(value))
}

fn normalise(raw: &str, _country: &str) -> Result<Normalised, Invalid> {
    let text = compact(raw).to_ascii_uppercase().replace(':', "");
    let hex = text.strip_prefix("0X").unwrap_or(&text);
    match matches!(hex.len(), 8 | 16 | 40 | 64) && hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        true => Normalised::plain(hex),
        false => Invalid::because("expected a key id or fingerprint of 8, 16, 40 or 64 hexadecimal digits"),
    }
}
