//! Pictures that hold text which may be recognised: which they are, and how many pages they have.

/// Formats of pictures by their names in the ledger, of which some are read on only where text in them is recognised.
pub const FORMATS: &[&str] = &["tiff", "png", "jpeg", "gif", "bmp", "riff", "iso_media"];

/// Directories of a TIFF that are counted.
const MOST_PAGES: u32 = 10_000;

/// Is it of a kind that programs for recognising characters read?
pub fn is_readable(bytes: &[u8]) -> bool {
    const MAGIC: [&[u8]; 10] = [
        b"\x89PNG\r\n\x1A\n",
        b"\xFF\xD8\xFF",
        b"GIF87a",
        b"GIF89a",
        b"II*\0",
        b"MM\0*",
        b"\0\0\0\x0CjP  \r\n\x87\n",
        // A codestream of JPEG 2000 as it stands.
        b"\xFF\x4F\xFF\x51",
        b"II+\0",
        b"MM\0+",
    ];
    MAGIC.iter().any(|magic| bytes.starts_with(magic))
        || bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP")
        || super::opaque::bmp(bytes).is_some()
}

/// Pages of a picture: directories of a TIFF (TIFF 6.0, section 2) as far as they can be followed, one of any other.
pub fn pages(bytes: &[u8]) -> u32 {
    let is_little = match bytes.get(..4) {
        Some(b"II*\0") => true,
        Some(b"MM\0*") => false,
        _ => return 1,
    };
    let number = |at: usize, size: usize| {
        let bytes = bytes.get(at..)?.get(..size)?;
        let digits = |value: usize, byte: &u8| value << 8 | usize::from(*byte);
        Some(if is_little { bytes.iter().rev().fold(0, digits) } else { bytes.iter().fold(0, digits) })
    };
    let mut count = 0;
    let mut at = number(4, 4);
    while let Some(directory) = at.filter(|at| *at > 0 && count < MOST_PAGES) {
        let Some(entries) = number(directory, 2) else { break };
        count += 1;
        at = directory.checked_add(2 + 12 * entries).and_then(|next| number(next, 4));
    }
    count.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiff(pages: u32) -> Vec<u8> {
        let mut out = b"MM\0*".to_vec();
        for page in 0..pages {
            out.extend((8 + 18 * page).to_be_bytes());
            out.extend([0, 1]);
            out.extend([0; 12]);
        }
        out.extend([0; 4]);
        out
    }

    #[test]
    fn pages_are_counted_and_circles_end() {
        for n in 1..5 {
            assert_eq!(pages(&tiff(n)), n);
        }
        assert_eq!(pages(b"\x89PNG\r\n\x1A\n"), 1);
        let mut circle = tiff(2);
        let last = circle.len() - 1;
        circle[last] = 8;
        assert_eq!(pages(&circle), MOST_PAGES);
        let whole = tiff(3);
        assert!((0..whole.len()).all(|cut| (1..=3).contains(&pages(&whole[..cut]))));
    }

    #[test]
    fn pictures_are_told_by_how_they_begin() {
        assert!(is_readable(&tiff(1)) && is_readable(b"RIFF\x10\0\0\0WEBPVP8 "));
        assert!(!is_readable(b"RIFF\x10\0\0\0WAVEfmt ") && !is_readable(b"Bank") && !is_readable(b""));
    }
}
