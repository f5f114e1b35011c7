//! RSA keys that the operator offers, not locked: PKCS #8 (RFC 5958) and PKCS #1 (RFC 8017, appendix A.1.2), in PEM or
//! DER.

use super::ber::{Element, tag};
use crate::format::text::base64;
use num_bigint::BigUint;
use std::io::Read;

const BEGIN: [&[u8]; 2] = [b"-----BEGIN PRIVATE KEY-----", b"-----BEGIN RSA PRIVATE KEY-----"];
const END: &[u8] = b"-----END";

/// What decrypts.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::format) struct PrivateKey {
    pub modulus: BigUint,
    pub exponent: BigUint,
}

/// The keys in some bytes, in their order.
pub(in crate::format) fn keys(bytes: &[u8]) -> Vec<PrivateKey> {
    let mut found: Vec<(usize, PrivateKey)> = Vec::new();
    for mark in BEGIN {
        for at in memchr::memmem::find_iter(bytes, mark) {
            let block = &bytes[at + mark.len()..];
            let block = &block[..memchr::memmem::find(block, END).unwrap_or(block.len())];
            let mut der = Vec::new();
            if base64::Decoder::new(block).read_to_end(&mut der).is_ok() {
                found.extend(key(&der).map(|key| (at, key)));
            }
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, key)| key).chain(key(bytes)).collect()
}

fn key(der: &[u8]) -> Option<PrivateKey> {
    let outer = |bytes| Element::parse(bytes, 0).filter(|outer| outer.tag == tag::SEQUENCE);
    let parts: Vec<Element<'_>> = outer(der)?.children().take(4).collect();
    let parts = match parts.get(1)?.tag {
        tag::SEQUENCE => outer(parts.get(2).filter(|key| key.tag == tag::OCTETS)?.value())?.children().take(4).collect(),
        _ => parts,
    };
    let number = |n: usize| parts.get(n).filter(|part| part.tag == tag::INTEGER).map(|part| BigUint::from_bytes_be(part.value()));
    let (modulus, exponent) = (number(1)?, number(3)?);
    (modulus.bits() >= 512).then_some(PrivateKey { modulus, exponent })
}
