//! Source of VBA modules (MS-OVBA 2.4.1): it stands compressed behind the compiled code.

const MOST: usize = 64 << 20;

/// The source in a module's stream.
pub fn source(module: &[u8]) -> Option<String> {
    // Each module's source begins with attributes; the first literals of the container say so.
    let mark = memchr::memmem::find(module, b"\x00Attribut")?;
    let start = mark.checked_sub(3).filter(|at| module[*at] == 1)?;
    let bytes = decompress(&module[start + 1..]);
    Some(encoding_rs::WINDOWS_1252.decode_without_bom_handling(&bytes).0.into_owned())
}

/// Chunks of up to 4 KiB, each a list of literals and of copies from the chunk itself.
fn decompress(mut rest: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some((head, after)) = rest.split_first_chunk::<2>() {
        let header = u16::from_le_bytes(*head);
        let size = usize::from(header & 0x0FFF) + 1;
        if header >> 12 & 7 != 3 || out.len() > MOST {
            break;
        }
        let (chunk, next) = after.split_at(size.min(after.len()));
        rest = next;
        if header & 0x8000 == 0 {
            out.extend_from_slice(chunk);
            continue;
        }
        let (start, mut at) = (out.len(), 0);
        'chunk: while let Some(&flags) = chunk.get(at) {
            at += 1;
            for bit in 0..8 {
                if flags >> bit & 1 == 0 {
                    let Some(&byte) = chunk.get(at) else { break 'chunk };
                    out.push(byte);
                    at += 1;
                    continue;
                }
                let Some(token) = chunk.get(at..at + 2).map(|b| usize::from(u16::from_le_bytes([b[0], b[1]]))) else { break 'chunk };
                at += 2;
                let written = out.len() - start;
                // So many bits say how far back, as the chunk is long (2.4.1.3.19.1).
                let bits = (usize::BITS - written.saturating_sub(1).leading_zeros()).clamp(4, 12);
                let length = (token & (0xFFFF >> bits)) + 3;
                let back = (token >> (16 - bits)) + 1;
                if back > written || written > 4096 {
                    break 'chunk;
                }
                for _ in 0..length {
                    out.push(out[out.len() - back]);
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_is_decoded() {
        let bytes = b"\x2F\xB0\x00\x23\x61\x61\x61\x62\x63\x64\x65\x82\x66\x00\x70\x61\x67\x68\x69\x6A\x01\x38\x08\x61\x6B\x6C\x00\x30\x6D\x6E\x6F\x70\
            \x06\x71\x02\x70\x04\x10\x72\x73\x74\x75\x76\x10\x77\x78\x79\x7A\x00\x3C";
        assert_eq!(decompress(bytes), b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa");
        for cut in 0..bytes.len() {
            decompress(&bytes[..cut]);
        }
        assert_eq!(source(b"no module"), None);
    }
}
