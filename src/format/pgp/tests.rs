use super::*;
use crate::format::testing::read_with;
use crate::format::{Kind, Probe, detect};
use flate2::Compression;
use proptest::prelude::*;
use std::io::Write;

const KEY: [u8; 8] = [0x3A, 0xA5, 0xC3, 0x43, 0x71, 0x56, 0x7B, 0xD2];

/// A packet with a length of the newer format.
fn packet(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = match body.len() {
        n @ 0..=191 => vec![n as u8],
        n @ 192..=8383 => vec![192 + ((n - 192) >> 8) as u8, (n - 192) as u8],
        n => [&[255][..], &(n as u32).to_be_bytes()].concat(),
    };
    [&[0xC0 | tag][..], &length, body].concat()
}

/// A packet in parts of 512 bytes.
fn in_parts(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![0xC0 | tag];
    let (parts, last) = body.split_at(body.len() / 512 * 512);
    parts.chunks(512).for_each(|part| out.extend([&[224 + 9][..], part].concat()));
    out.extend([&packet(tag, last)[1..]].concat());
    out
}

fn session_key(id: [u8; 8]) -> Vec<u8> {
    let mut body = [&[3][..], &id, &[1], &2048u16.to_be_bytes()].concat();
    body.resize(12 + 256, 0x5A);
    packet(tag::SESSION_KEY, &body)
}

fn literal_of(name: &str, content: &[u8]) -> Vec<u8> {
    [&[b'b', name.len() as u8][..], name.as_bytes(), &[0x5F; 4], content].concat()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(vec![2], Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn signature() -> Vec<u8> {
    let hashed = [&[22, 33, 4][..], &[0x11; 12], &KEY, &[5, 28], b"a@b."].concat();
    let hashed = [&(hashed.len() as u16).to_be_bytes()[..], &hashed].concat();
    packet(tag::SIGNATURE, &[&[4, 0, 1, 8][..], &hashed, &[0, 10, 9, 16], &KEY, &[0, 0]].concat())
}

/// Signed, compressed and with a name, as programs write it.
fn signed_message(content: &[u8]) -> Vec<u8> {
    let one_pass = packet(tag::ONE_PASS, &[&[3, 0, 8, 1][..], &KEY, &[1]].concat());
    let inner = [one_pass, in_parts(tag::LITERAL, &literal_of("batch.txt", content)), signature()].concat();
    packet(tag::COMPRESSED, &zlib(&inner))
}

fn encrypted_message() -> Vec<u8> {
    let mut data = vec![1];
    data.resize(1500, 0xA7);
    let passphrase = packet(tag::PASSPHRASE, &[4, 9, 3, 8, 1, 2, 3, 4, 5, 6, 7, 8, 96]);
    [session_key(KEY), session_key([0; 8]), passphrase, in_parts(tag::PROTECTED, &data)].concat()
}

struct Seen {
    members: Vec<(String, Vec<u8>)>,
    gaps: Vec<(Cause, String)>,
    defects: usize,
    text: String,
    is_covered: bool,
}

fn seen(bytes: &[u8]) -> Seen {
    read_with(read, bytes, |sink, out| Seen {
        members: {
            let names = sink.members.iter().filter(|m| m.content.is_some()).map(|m| String::from_utf8_lossy(&m.name).into_owned());
            names.zip(out.members.lock().unwrap().iter().cloned()).collect()
        },
        gaps: sink.gaps.iter().map(|gap| (gap.cause, gap.detail.clone())).collect(),
        defects: sink.members.iter().filter(|m| m.defect.is_some()).count() + sink.facts.notes.len(),
        text: out.text(),
        is_covered: sink.coverage.clone().partition(bytes.len() as u64).iter().all(|(_, covered)| covered.is_some()),
    })
}

fn name(bytes: &[u8]) -> &'static str {
    match detect(&Probe::new(bytes)) {
        Kind::Unknown => "-",
        known => known.name(),
    }
}

#[test]
fn a_signed_message_is_read_and_names_its_signer() {
    let content = b"Wire of First State Bank\n".repeat(100);
    let outer = signed_message(&content);
    assert_eq!(name(&outer), "openpgp");
    let outer = seen(&outer);
    assert!(outer.is_covered && outer.gaps.is_empty());
    let [(_, inner)] = &outer.members[..] else { panic!("{} members", outer.members.len()) };
    assert_eq!(name(inner), "openpgp");
    let inner = seen(inner);
    assert_eq!(inner.members, [("batch.txt".to_owned(), content)]);
    assert!(inner.is_covered && inner.gaps.is_empty() && inner.defects == 0);
    assert!(inner.text.contains("signer key id 3AA5C34371567BD2 (71567BD2)"), "{}", inner.text);
    assert!(inner.text.contains("11111111111111111111111111113AA5C34371567BD2".get(4..).unwrap()) && inner.text.contains("signer a@b."));
}

#[test]
fn an_encrypted_message_is_a_gap_that_names_what_opens_it() {
    let bytes = encrypted_message();
    assert_eq!(name(&bytes), "openpgp");
    let seen = seen(&bytes);
    let [(Cause::EncryptedPgp, detail)] = &seen.gaps[..] else { panic!("{:?}", seen.gaps) };
    assert_eq!(detail, "OpenPGP message, opened with the key 3AA5C34371567BD2 or a key not named or a passphrase");
    assert!(seen.is_covered && seen.text.contains("recipient key id 3AA5C34371567BD2"));
}

#[test]
fn what_is_cut_off_says_so() {
    let bytes = encrypted_message();
    for cut in 1..bytes.len() {
        assert!(!seen(&bytes[..cut]).gaps.is_empty() || seen(&bytes[..cut]).defects > 0, "cut at {cut}");
        assert!(cut < 16 || name(&bytes[..cut]) == "openpgp", "not told when cut at {cut}");
    }
    let bytes = in_parts(tag::LITERAL, &literal_of("a", &[b'x'; 1200]));
    for cut in 1..bytes.len() {
        assert!(!seen(&bytes[..cut]).gaps.is_empty() || seen(&bytes[..cut]).defects > 0, "cut at {cut}");
    }
}

#[test]
fn keys_are_known_by_their_fingerprints() {
    // The sample keys of RFC 9580, appendix A: Ed25519 in version 4 and version 6.
    let v4 =
        b"\x98\x33\x04\x53\xf3\x5f\x0b\x16\x09\x2b\x06\x01\x04\x01\xda\x47\x0f\x01\x01\x07\x40\x3f\x09\x89\x94\xbd\xd9\x16\xed\x40\x53\x19\
        \x79\x34\xe4\xa8\x7c\x80\x73\x3a\x12\x80\xd6\x2f\x80\x10\x99\x2e\x43\xee\x3b\x24\x06";
    assert!(seen(v4).text.contains("C959BDBAFA32A2F89A153B678CFDE12197965A9A, key id 8CFDE12197965A9A"), "{}", seen(v4).text);
    assert_eq!(name(v4), "openpgp");
    let v6 = b"\xc6\x2a\x06\x63\x87\x7f\xe3\x1b\x00\x00\x00\x20\xf9\x4d\xa7\xbb\x48\xd6\x0a\x61\xe5\x67\x70\x6a\x65\x87\xd0\x33\x19\x99\xbb\x9d\x89\x1a\x08\
        \x24\x2e\xad\x84\x54\x3d\xf8\x95\xa3";
    let words = seen(v6).text;
    assert!(words.contains("CB186C4F0609A697E4D52DFA6C722B0C1F1E27C18A56708F6525EC27BAD9ACC9, key id CB186C4F0609A697"), "{words}");
}

#[test]
fn other_bytes_are_no_messages() {
    for bytes in [&b"\x85\x01\x0C text goes on and on"[..], b"\xCB\x62\x00", &[0xA3; 600], &[0xD2; 600], b"\xC1\x02ab", b"\x99 euro \x80"] {
        assert!(!recognise::is_openpgp(bytes), "{bytes:?}");
    }
    let with_text = [session_key(KEY), b"text goes on".to_vec()].concat();
    assert!(!recognise::is_openpgp(&with_text));
    assert_eq!(name(b"-----BEGIN PGP MESSAGE-----\n\nhQEMA"), "pgp_armored");
    assert_eq!(name(b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nText of a letter.\n"), "text");
}

proptest! {
    #[test]
    fn flipped_bytes_do_no_harm(which in 0usize..3, at in 0usize..3000, to in any::<u8>()) {
        let mut bytes = [encrypted_message(), signed_message(b"content"), signature()][which].clone();
        let at = at % bytes.len();
        bytes[at] = to;
        recognise::is_openpgp(&bytes);
        seen(&bytes);
    }

    #[test]
    fn no_input_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        recognise::is_openpgp(&bytes);
        seen(&bytes);
    }
}
