use super::*;
use crate::format::Failure;
use crate::format::testing::read_with;
use flate2::Crc;
use std::io::Write;

fn png_bytes() -> Vec<u8> {
    let mut pixels = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    pixels.write_all(&[7; 3000]).unwrap();
    let mut out = b"\x89PNG\r\n\x1A\n".to_vec();
    for (kind, data) in [
        (b"IHDR", b"\0\0\0\x20\0\0\0\x20\x08\x02\0\0\0".to_vec()),
        (b"tEXt", b"Author\0First State Bank".to_vec()),
        (b"IDAT", pixels.finish().unwrap()),
        (b"IEND", vec![]),
    ] {
        let mut crc = Crc::new();
        crc.update(kind);
        crc.update(&data);
        out.extend((data.len() as u32).to_be_bytes());
        out.extend(kind);
        out.extend(data);
        out.extend(crc.sum().to_be_bytes());
    }
    out
}

fn read_png(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    cover(bytes, &png(bytes).ok_or_else(|| Failure::corrupt(0, "no PNG"))?, sink);
    Ok(())
}

#[test]
fn only_the_picture_is_opaque() {
    let picture = png_bytes();
    let bytes = [&picture[..], b"hidden behind the end"].concat();
    read_with(read_png, &bytes, |sink, _| {
        let left: Vec<_> = sink.coverage.clone().partition(bytes.len() as u64).into_iter().filter(|(_, c)| c.is_none()).collect();
        assert_eq!(left.len(), 2);
        assert_eq!(&bytes[left[0].0.start as usize..left[0].0.end as usize], b"Author\0First State Bank");
        assert_eq!(left[1].0, picture.len() as u64..bytes.len() as u64);
    });
    let broken = [&picture[..60], &[0; 200]].concat();
    read_with(read_png, &broken, |sink, _| {
        assert!(matches!(sink.coverage.clone().partition(260).last(), Some((range, None)) if range.end == 260));
    });
}

#[test]
fn a_jpeg_ends_at_its_end() {
    let jpeg_bytes =
        b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xFF\xFE\0\x12for First State\0\xFF\xDA\0\x02\x12\xFF\0\x34\xFF\xD9";
    let bytes = [&jpeg_bytes[..], b"tail"].concat();
    let walk = jpeg(&bytes).unwrap();
    assert_eq!(walk.end, jpeg_bytes.len());
    assert!(walk.text.len() == 1 && walk.text[0] == (20..40));
}

#[test]
fn walks_survive_anything() {
    let walks: [WalkFn; 17] = [png, jpeg, gif, bmp, ico, riff, mp3, flac, ogg, asf, bmff, matroska, sfnt, woff, type1, aiff, au];
    let heads: [&[u8]; 17] = [
        b"\x89PNG\r\n\x1A\n\xFF\xFF\xFF\xFFIHDR",
        b"\xFF\xD8\xFF",
        b"GIF89a\x01\0\x01\0\xFF\0\0",
        b"BM\xFF\xFF\xFF\xFF\0\0\0\0\x36\0\0\0\x28\0\0\0\xFF\xFF\xFF\x7F\xFF\xFF\xFF\x7F\x01\0\x20\0",
        b"\0\0\x01\0\x02\0",
        b"RIFF\xFF\xFF\xFF\xFFWAVE",
        b"ID3\x03\0\0\0\0\0\0\xFF\xFB\x90",
        b"fLaC\x80\0\0\0\xFF\xF8",
        b"OggS\0",
        b"\0\0\0\x08ftyp\0\0\0\x01mdat\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
        b"\x1A\x45\xDF\xA3\x80\x18\x53\x80\x67\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
        b"\0\x01\0\0\0\x03",
        b"wOFF\0\x01\0\0\xFF\xFF\xFF\xFF",
        b"\x30\x82\xFF\xFF",
        b"\x80\x01\x17\0\0\0%!PS-AdobeFont-1.0 eexec\x80\x02\x08\0\0\0",
        b"FORM\xFF\xFF\xFF\xFFAIFFSSND\xFF\xFF\xFF\xFF",
        b".snd\0\0\0\x18\xFF\xFF\xFF\xFF\0\0\0\x01\0\0\x1F\x40\0\0\0\x01",
    ];
    for head in heads {
        for fill in [0u8, 1, 0x7F, 0xFF] {
            for length in [0, 1, 3, 8, 40, 300] {
                let bytes = [head, &vec![fill; length][..]].concat();
                for cut in 0..=bytes.len() {
                    for walk in walks {
                        if let Some(walk) = walk(&bytes[..cut]) {
                            assert!(walk.end <= cut, "{head:?}");
                        }
                    }
                }
            }
        }
    }
}
