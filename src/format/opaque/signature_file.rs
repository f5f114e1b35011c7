//! Detached signatures, as in signed Java archives.

use super::{Walk, be16};

/// CMS SignedData (RFC 5652, section 5) in DER without the signed content.
pub(in crate::format) fn detached_signature(bytes: &[u8]) -> Option<Walk> {
    const SIGNED_DATA: &[u8] = b"\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02";
    const NO_CONTENT: &[u8] = b"\x30\x0B\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x01";
    let (header, length) = match bytes.get(..2)? {
        [0x30, 0x82] => (4, be16(bytes, 2)?),
        [0x30, 0x81] => (3, usize::from(*bytes.get(2)?)),
        _ => return None,
    };
    let end = header + length;
    let body = bytes.get(header..end)?;
    let head = &body[..body.len().min(96)];
    (body.starts_with(SIGNED_DATA) && memchr::memmem::find(head, NO_CONTENT).is_some()).then(|| Walk { end, text: Vec::new() })
}
