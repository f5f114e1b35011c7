//! Compressed RTF (MS-OXRTFCP): an LZ77 over a dictionary of 4 KiB that begins with common RTF.

const START: &[u8] =
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbol\
ArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const WINDOW: usize = 4096;
const MOST: usize = 256 << 20;

/// Decodes a stream; `None` where it has neither of the two kinds' marks.
pub fn decode(bytes: &[u8]) -> Option<Vec<u8>> {
    let body = bytes.get(16..)?;
    match &bytes[8..12] {
        b"MELA" => return Some(body.to_vec()),
        b"LZFu" => {}
        _ => return None,
    }
    let mut window = [0u8; WINDOW];
    window[..START.len()].copy_from_slice(START);
    let (mut write, mut at, mut out) = (START.len(), 0, Vec::new());
    while let Some(&flags) = body.get(at) {
        at += 1;
        for bit in 0..8 {
            if flags >> bit & 1 == 0 {
                let Some(&byte) = body.get(at) else { return Some(out) };
                at += 1;
                out.push(byte);
                window[write] = byte;
                write = (write + 1) % WINDOW;
                continue;
            }
            let Some(pair) = body.get(at..at + 2) else { return Some(out) };
            at += 2;
            let reference = usize::from(u16::from_be_bytes([pair[0], pair[1]]));
            let from = reference >> 4;
            if from == write || out.len() > MOST {
                return Some(out);
            }
            for i in 0..(reference & 15) + 2 {
                let byte = window[(from + i) % WINDOW];
                out.push(byte);
                window[write] = byte;
                write = (write + 1) % WINDOW;
            }
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn the_examples_of_the_specification_are_decoded() {
        let bytes =
            b"\x2d\0\0\0\x2b\0\0\0\x4c\x5a\x46\x75\xf1\xc5\xc7\xa7\x03\0\x0a\0\x72\x63\x70\x67\x31\x32\x35\x42\x32\x0a\xf3\x20\x68\x65\x6c\
            \x09\0\x20\x62\x77\x05\xb0\x6c\x64\x7d\x0a\x80\x0f\xa0";
        assert_eq!(decode(bytes).unwrap(), b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
        for cut in 0..bytes.len() {
            decode(&bytes[..cut]);
        }
    }
}
