//! Messages that seal their content without hiding it.

use super::subject::Subject;

/// A packet of literal data (RFC 9580, section 5.9).
pub(super) fn openpgp(subject: Subject) -> Vec<u8> {
    literal(subject.letter().as_bytes())
}

fn literal(text: &[u8]) -> Vec<u8> {
    let name = b"letter.txt";
    let body = [&[b'b', name.len() as u8][..], name, &[0x5F; 4], text].concat();
    [&[0xCB, 0xFF][..], &(body.len() as u32).to_be_bytes(), &body].concat()
}

/// The same in ASCII armor; without the checksum, which need not be there.
pub(super) fn pgp_armored(subject: Subject) -> Vec<u8> {
    let text = crate::model::base64(&literal(subject.letter().repeat(2).as_bytes()));
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap_or_default()).collect();
    format!("-----BEGIN PGP MESSAGE-----\n\n{}\n-----END PGP MESSAGE-----\n", lines.join("\n")).into_bytes()
}

fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    [&[tag, 0x82][..], &(body.len() as u16).to_be_bytes(), &body].concat()
}

fn kind(number: u8) -> Vec<u8> {
    element(6, &[b"\x2A\x86\x48\x86\xF7\x0D\x01\x07", &[number]])
}

/// Enveloped data for one recipient (RFC 5652, section 6); what is inside is noise.
#[cfg(test)]
pub(super) fn enveloped() -> Vec<u8> {
    let issuer = element(0x30, &[&element(0x31, &[&element(0x30, &[&element(6, &[&[0x55, 4, 10]]), &element(0x0C, &[b"Authority"])])])]);
    let id = element(0x30, &[&issuer, &element(2, &[&[0x12, 0xAB]])]);
    let recipient = element(0x30, &[&element(2, &[&[0]]), &id, &element(0x30, &[&kind(1)]), &element(4, &[&[7; 128]])]);
    let algorithm = element(0x30, &[&element(6, &[&[0x60, 1]])]);
    let data = element(0x30, &[&kind(1), &algorithm, &element(0x80, &[&[9; 600]])]);
    let inner = element(0x30, &[&element(2, &[&[0]]), &element(0x31, &[&recipient]), &data]);
    element(0x30, &[&kind(3), &element(0xA0, &[&inner])])
}

/// Signed data with nobody's signature (RFC 5652, section 5).
pub(super) fn cms(subject: Subject) -> Vec<u8> {
    let content = element(0xA0, &[&element(4, &[subject.letter().as_bytes()])]);
    let held = element(0x30, &[&kind(1), &content]);
    let signed = element(0x30, &[&element(2, &[&[1]]), &element(0x31, &[]), &held, &element(0x31, &[])]);
    element(0x30, &[&kind(2), &element(0xA0, &[&signed])])
}
