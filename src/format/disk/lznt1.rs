//! LZNT1 ([MS-XCA], 2.5): what NTFS compresses files with.

/// Decodes chunks of 4 KiB until `most` bytes were added; false where they are broken.
pub fn decode(mut packed: &[u8], out: &mut Vec<u8>, most: usize) -> bool {
    let first = out.len();
    while let Some((head, rest)) = packed.split_first_chunk::<2>() {
        let head = u16::from_le_bytes(*head);
        if head == 0 || out.len() - first >= most {
            return true;
        }
        let length = usize::from(head & 0x0FFF) + 1;
        let Some(chunk) = rest.get(..length) else { return false };
        packed = &rest[length..];
        let start = out.len();
        if head & 0x8000 == 0 {
            out.extend_from_slice(chunk);
        } else if !chunk_into(chunk, out, start) {
            return false;
        }
        // A chunk is 4 KiB; the last one may be shorter.
        if !packed.starts_with(&[0, 0]) && packed.len() >= 2 && out.len() - start < 4096 {
            out.resize(start + 4096, 0);
        }
    }
    true
}

fn chunk_into(mut chunk: &[u8], out: &mut Vec<u8>, start: usize) -> bool {
    while let Some((&flags, rest)) = chunk.split_first() {
        chunk = rest;
        for bit in 0..8 {
            let Some((&first, rest)) = chunk.split_first() else { return true };
            if out.len() - start > 4096 {
                return false;
            }
            if flags >> bit & 1 == 0 {
                out.push(first);
                chunk = rest;
                continue;
            }
            let Some((&second, rest)) = rest.split_first() else { return false };
            chunk = rest;
            let pair = u16::from_le_bytes([first, second]);
            // The further the chunk, the more bits has the distance.
            let done = out.len() - start;
            let shift = (0..12).find(|shift| done <= 16 << shift).unwrap_or(0).min(8);
            let (distance, length) = (usize::from(pair >> (12 - shift)) + 1, usize::from(pair & (0x0FFF >> shift)) + 3);
            if distance > done {
                return false;
            }
            for _ in 0..length {
                out.push(out[out.len() - distance]);
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn the_example_of_the_specification() {
        let packed = [
            0x38, 0xB0, 0x88, 0x46, 0x23, 0x20, 0x00, 0x20, 0x47, 0x20, 0x41, 0x00, 0x10, 0xA2, 0x47, 0x01, 0xA0, 0x45, 0x20, 0x44, 0x00,
            0x08, 0x45, 0x01, 0x50, 0x79, 0x00, 0xC0, 0x45, 0x20, 0x05, 0x24, 0x13, 0x88, 0x05, 0xB4, 0x02, 0x4A, 0x44, 0xEF, 0x03, 0x58,
            0x02, 0x8C, 0x09, 0x16, 0x01, 0x48, 0x45, 0x00, 0xBE, 0x00, 0x9E, 0x00, 0x04, 0x01, 0x18, 0x90, 0x00,
        ];
        let mut out = Vec::new();
        assert!(decode(&packed, &mut out, 4096));
        assert_eq!(
            String::from_utf8_lossy(&out).trim_end_matches('\0'),
            "F# F# G A A G F# E D D E F# F# E E F# F# G A A G F# E D D E F# E D D E E F# D E F# G F# D E F# G F# E D E A F# F# G A A G F# E D D E F# E D D"
        );
        for cut in 0..packed.len() {
            decode(&packed[..cut], &mut Vec::new(), 4096);
        }
    }
}
