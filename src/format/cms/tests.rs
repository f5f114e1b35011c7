use super::*;
use crate::format::testing::read_with;
use crate::format::{Kind as Found, detect};
use proptest::prelude::*;
use std::io::Write;

const DATA: &[u8] = b"\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x01";

/// An element of definite length.
fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let length = match body.len() {
        n @ 0..=127 => vec![n as u8],
        n => [&[0x84][..], &(n as u32).to_be_bytes()].concat(),
    };
    [&[tag][..], &length, &body].concat()
}

/// An element of indefinite length.
fn open(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    [&[tag, 0x80][..], &parts.concat(), &[0, 0]].concat()
}

fn object_id(bytes: &[u8]) -> Vec<u8> {
    element(tag::OBJECT_ID, &[bytes])
}

fn name(text: &str) -> Vec<u8> {
    let attribute = element(tag::SEQUENCE, &[&object_id(&[0x55, 4, 10]), &element(0x0C, &[text.as_bytes()])]);
    element(tag::SEQUENCE, &[&element(tag::SET, &[&attribute])])
}

fn message_of(kind: &[u8], inner: &[u8], wrap: fn(u8, &[&[u8]]) -> Vec<u8>) -> Vec<u8> {
    wrap(tag::SEQUENCE, &[&object_id(kind), &wrap(0xA0, &[inner])])
}

/// Signed content, or none of it; in pieces where lengths are indefinite.
fn signed(content: Option<&[u8]>, wrap: fn(u8, &[&[u8]]) -> Vec<u8>) -> Vec<u8> {
    let octets = content.map(|content| {
        let pieces: Vec<Vec<u8>> = content.chunks(7).map(|piece| element(tag::OCTETS, &[piece])).collect();
        let octets = match wrap(0x30, &[])[1] {
            0x80 => open(0x24, &pieces.iter().map(Vec::as_slice).collect::<Vec<_>>()),
            _ => element(tag::OCTETS, &[content]),
        };
        wrap(0xA0, &[&octets])
    });
    let held = wrap(tag::SEQUENCE, &[DATA, &octets.unwrap_or_default()]);
    let certificate = element(0xA0, &[&element(tag::SEQUENCE, &[&name("First State Bank")])]);
    let inner = wrap(tag::SEQUENCE, &[&element(2, &[&[1]]), &element(tag::SET, &[]), &held, &certificate, &element(tag::SET, &[])]);
    message_of(&[PKCS7, &[2]].concat(), &inner, wrap)
}

fn enveloped(wrap: fn(u8, &[&[u8]]) -> Vec<u8>) -> Vec<u8> {
    let id = element(tag::SEQUENCE, &[&name("Issuing Authority"), &element(tag::INTEGER, &[&[0x12, 0xAB]])]);
    let key = element(tag::OCTETS, &[&[7; 128]]);
    let recipient = element(tag::SEQUENCE, &[&element(2, &[&[0]]), &id, &element(tag::SEQUENCE, &[DATA]), &key]);
    let algorithm = element(tag::SEQUENCE, &[&object_id(&[0x60, 1])]);
    let data = wrap(tag::SEQUENCE, &[DATA, &algorithm, &element(tag::CONTEXT_0, &[&[9; 600]])]);
    let inner = wrap(tag::SEQUENCE, &[&element(2, &[&[0]]), &element(tag::SET, &[&recipient]), &data]);
    message_of(&[PKCS7, &[3]].concat(), &inner, wrap)
}

fn compressed(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    let octets = element(0xA0, &[&element(tag::OCTETS, &[&encoder.finish().unwrap()])]);
    let algorithm = element(tag::SEQUENCE, &[&object_id(&[SMIME, &[3, 8]].concat())]);
    let inner = element(tag::SEQUENCE, &[&element(2, &[&[0]]), &algorithm, &element(tag::SEQUENCE, &[DATA, &octets])]);
    message_of(&[SMIME, &[9]].concat(), &inner, element)
}

struct Seen {
    members: Vec<Vec<u8>>,
    gaps: Vec<(Cause, String)>,
    text: String,
    is_covered: bool,
    is_told: bool,
}

fn seen(bytes: &[u8]) -> Seen {
    read_with(read, bytes, |sink, out| Seen {
        members: out.members.lock().unwrap().clone(),
        gaps: sink.gaps.iter().map(|gap| (gap.cause, gap.detail.clone())).collect(),
        text: out.text(),
        is_covered: sink.coverage.clone().partition(bytes.len() as u64).iter().all(|(_, covered)| covered.is_some()),
        is_told: !sink.gaps.is_empty() || sink.members.iter().any(|m| m.defect.is_some()) || !sink.facts.notes.is_empty(),
    })
}

#[test]
fn what_is_signed_is_a_member_and_its_signer_is_text() {
    for wrap in [element, open] {
        let bytes = signed(Some(b"statement of accounts"), wrap);
        assert!(matches!(detect(&Probe::new(&bytes)), Found::Format(format) if format.name == "cms"));
        let seen = seen(&bytes);
        assert_eq!(seen.members, [b"statement of accounts"]);
        assert!(seen.text.contains("First State Bank") && seen.is_covered && !seen.is_told);
    }
    let detached = seen(&signed(None, element));
    assert!(detached.members.is_empty() && detached.text.contains("First State Bank") && detached.is_covered && !detached.is_told);
    assert_eq!(seen(&compressed(b"statement")).members, [b"statement"]);
}

#[test]
fn what_is_encrypted_is_a_gap_that_names_its_recipient() {
    for wrap in [element, open] {
        let seen = seen(&enveloped(wrap));
        let words = "encrypted CMS message, opened with the key of the certificate with serial number 12AB of Issuing Authority";
        assert_eq!(seen.gaps, [(Cause::EncryptedCms, words.to_owned())]);
        assert!(seen.is_covered && seen.text.contains("Issuing Authority"));
    }
}

#[test]
fn what_a_key_opens_is_a_member() {
    let letter = b"To whom it may concern\r\n\r\nclient code: QX7731\r\nThe statements of the month are ready.\r\n";
    let messages =
        [&include_bytes!("../../../tests/fixtures/cms/enveloped.p7m")[..], include_bytes!("../../../tests/fixtures/cms/stream.p7m")];
    let keys = [&include_bytes!("../../../tests/fixtures/cms/key.pem")[..], include_bytes!("../../../tests/fixtures/cms/pkcs1.pem")];
    for bytes in messages {
        assert_eq!(seen(bytes).gaps.iter().map(|(cause, _)| *cause).collect::<Vec<_>>(), [Cause::EncryptedCms]);
        for key in keys {
            let mut keyring = crate::format::Keyring::new();
            assert_eq!((keyring.add(key), keyring.ids().len()), (1, 1));
            let collector = crate::format::testing::Collector { keys: keyring, ..Default::default() };
            let mut sink = Sink::new(&collector);
            read(bytes, &mut sink).unwrap();
            sink.finish();
            assert!(sink.gaps.is_empty() && sink.members[0].defect.is_none(), "{:?} {:?}", sink.gaps, sink.members);
            assert_eq!(collector.members.lock().unwrap()[..], [letter.to_vec()]);
        }
    }
}

#[test]
fn what_is_cut_off_says_so() {
    for bytes in [signed(Some(&[b'x'; 300]), element), signed(Some(&[b'x'; 300]), open), enveloped(element), compressed(&[b'x'; 300])] {
        for cut in 40..bytes.len() {
            assert!(seen(&bytes[..cut]).is_told, "cut at {cut}");
        }
    }
}

#[test]
fn lengths_and_depth_are_bounded() {
    let deep = [&signed(None, open)[..40], &b"\x30\x80".repeat(100_000)].concat();
    seen(&deep);
    seen(b"\x30\x88\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02\xA0\x80\x30\x88\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFE");
}

proptest! {
    #[test]
    fn flipped_bytes_do_no_harm(which in 0usize..4, at in 0usize..2000, to in any::<u8>()) {
        let mut bytes = [signed(Some(b"text"), element), signed(Some(b"text"), open), enveloped(open), compressed(b"text")][which].clone();
        let at = at % bytes.len();
        bytes[at] = to;
        seen(&bytes);
    }
}
