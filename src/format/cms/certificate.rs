//! Certificates (RFC 5280, section 4.1), requests for them (RFC 2986) and lists of revoked ones (RFC 5280, section 5.1):
//! something signed, how it is signed, and the signature. Their names are text; keys and signatures look random and hold
//! nobody's records.

use super::ber::{Element, tag};
use super::strings;
use crate::format::{At, Sink};

const BITS: u8 = 0x03;

/// Where the certificate ends that begins here.
fn end_of(bytes: &[u8]) -> Option<usize> {
    let outer = Element::parse(bytes, 0).filter(|outer| outer.tag == tag::SEQUENCE)?;
    let (end, is_whole) = outer.end();
    let mut parts = outer.children();
    let signed = parts.next().filter(|signed| signed.tag == tag::SEQUENCE)?;
    let algorithm = parts.next().filter(|algorithm| algorithm.tag == tag::SEQUENCE)?;
    let signature = parts.next().filter(|signature| signature.tag == BITS)?;
    let is_algorithm = algorithm.children().next().is_some_and(|id| id.tag == tag::OBJECT_ID);
    // Names stand in it, as sequences of sets.
    let has_names =
        signed.children().take(8).any(|part| part.tag == tag::SEQUENCE && part.children().next().is_some_and(|name| name.tag == tag::SET));
    let ends = parts.next().is_none() && signature.end() == (end, true);
    (is_whole && is_algorithm && has_names && ends).then_some(end)
}

/// Pushes the words of a certificate in DER that stands encoded at `at`. False, and nothing is pushed, where it is none.
pub fn push_certificate(der: &[u8], at: u64, sink: &mut Sink<'_>) -> bool {
    if end_of(der) != Some(der.len()) {
        return false;
    }
    strings(der, 0..der.len(), &mut |_, text| {
        sink.border();
        sink.text(&text, At::Decoded(at));
        sink.border();
    });
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::Collector;

    fn element(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
        let value = parts.concat();
        [vec![tag, 0x82, (value.len() >> 8) as u8, value.len() as u8], value].concat()
    }

    #[test]
    fn the_names_of_certificates_are_text() {
        let noise: Vec<u8> = (0..600u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let id = || element(tag::OBJECT_ID, &[vec![0x55, 4, 3]]);
        let pair = element(tag::SEQUENCE, &[id(), element(0x0C, &[b"sftp.bank.example".to_vec()])]);
        let names = element(tag::SEQUENCE, &[element(tag::SET, &[pair])]);
        let key = || element(BITS, std::slice::from_ref(&noise));
        let signed = element(tag::SEQUENCE, &[element(tag::INTEGER, &[vec![5]]), names, key()]);
        let bytes = element(tag::SEQUENCE, &[signed, element(tag::SEQUENCE, &[id()]), key()]);
        let collector = Collector::default();
        let mut sink = Sink::new(&collector);
        assert!(!push_certificate(&bytes[..bytes.len() - 1], 5, &mut sink) && !push_certificate(&noise, 5, &mut sink));
        assert!(push_certificate(&bytes, 5, &mut sink));
        sink.finish();
        assert!(collector.text().contains("sftp.bank.example"));
    }
}
