//! Encrypted messages: CMS.

/// CMS EnvelopedData, EncryptedData or AuthEnvelopedData (RFC 5652, 5083) in BER or DER.
pub(super) fn is_enveloped(head: &[u8]) -> bool {
    let skip = match head {
        [0x30, 0x80, ..] => 2,
        [0x30, 0x81, ..] => 3,
        [0x30, 0x82, ..] => 4,
        [0x30, 0x83, ..] => 5,
        [0x30, 0x84, ..] => 6,
        [0x30, 0..=0x7F, ..] => 2,
        _ => return false,
    };
    let body = head.get(skip..).unwrap_or_default();
    [
        &b"\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03"[..],
        b"\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x06",
        b"\x06\x0B\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x17",
    ]
    .iter()
    .any(|oid| body.starts_with(oid))
}
