//! Pictures of pages as files of their own, so that text in them can be recognised: JPEG and JPEG 2000 as they stand,
//! faxes and plain samples behind the header of a TIFF.

use super::file::File;
use super::filter::Decoded;
use super::object::{Dictionary, Object};
use crate::format::Sink;
use crate::model::Cause;
use std::ops::Range;

/// Pictures beyond this many samples to a side are none.
const MOST_SIDE: f64 = 65_535.0;

/// A picture of text. Where such are read, it is a member, and stays a gap of that cause: what was recognised may be
/// misread, and in the page it may be turned, cut or hidden.
pub fn unread(file: &File<'_>, at: usize, range: Range<u64>, place: &str, detail: String, sink: &mut Sink<'_>) {
    let entry = &file.entries[at];
    let picture = match file.object(entry) {
        Object::Dictionary(d) if sink.recognises() => as_file(file, &d, file.decode(entry, &d)),
        _ => None,
    };
    let Some((bytes, suffix)) = picture else {
        return sink.gap(range, Cause::NeedsOcr, detail);
    };
    let name = format!("{place}, picture {}.{suffix}", entry.number);
    sink.gap(range.end..range.end, Cause::OcrOnly, format!("{detail}, which is the member {name}"));
    sink.member(name.as_bytes(), range, &mut &bytes[..]);
}

/// The picture as a file, with the suffix of its format; `None` where it is of a kind that nobody reads.
fn as_file(file: &File<'_>, d: &Dictionary, decoded: Decoded) -> Option<(Vec<u8>, &'static str)> {
    if decoded.defect.is_some() {
        return None;
    }
    match decoded.picture.as_deref() {
        Some(b"DCTDecode" | b"DCT") => return Some((decoded.bytes, "jpg")),
        Some(b"JPXDecode") => return Some((decoded.bytes, "jp2")),
        Some(b"JBIG2Decode") => return None,
        Some(_) | None => {}
    }
    let value = |keys: [&str; 2]| keys.iter().find_map(|key| d.get(key)).map(|o| file.resolve(o));
    let side = |keys| value(keys).and_then(|o| o.number()).filter(|n| (1.0..=MOST_SIDE).contains(n)).map(|n| n as u32);
    let (width, height) = (side(["Width", "W"])?, side(["Height", "H"])?);
    let sheet = Sheet { width, height, data: decoded.bytes };
    if decoded.picture.is_some() {
        return Some((fax(file, d, sheet)?, "tif"));
    }
    let is_mask = matches!(value(["ImageMask", "IM"]), Some(Object::Bool(true)));
    let bits = if is_mask { 1 } else { value(["BitsPerComponent", "BPC"])?.number()? as u16 };
    let is_turned =
        matches!(value(["Decode", "D"]), Some(Object::Array(items)) if items.first().and_then(|o| file.resolve(o).number()) == Some(1.0));
    let colours = if is_mask { Colours::Plain(1) } else { colours(file, &value(["ColorSpace", "CS"])?)? };
    Some((sheet.samples(bits, colours, is_turned)?, "tif"))
}

/// What the samples of a picture mean.
enum Colours {
    /// So many of a point.
    Plain(u16),
    /// An index into colours of red, green and blue.
    Table(Vec<u8>),
}

/// Colour spaces (ISO 32000-2, 8.6) as far as pictures of text have them.
fn colours(file: &File<'_>, space: &Object) -> Option<Colours> {
    let family = |name: &[u8]| match name {
        b"DeviceGray" | b"G" | b"CalGray" => Some(1),
        b"DeviceRGB" | b"RGB" | b"CalRGB" | b"Lab" => Some(3),
        b"DeviceCMYK" | b"CMYK" => Some(4),
        _ => None,
    };
    let components = |space: &Object| match space {
        Object::Name(name) => family(name),
        Object::Array(parts) => match (parts.first().map(|o| file.resolve(o)), parts.get(1)) {
            (Some(Object::Name(name)), Some(profile)) if name == b"ICCBased" => match file.resolve(profile) {
                Object::Dictionary(d) => d.get("N").and_then(|o| file.resolve(o).number()).map(|n| n as u16),
                _ => None,
            },
            (Some(Object::Name(name)), _) => family(&name),
            _ => None,
        },
        _ => None,
    };
    match space {
        Object::Array(parts) if matches!(parts.first().map(|o| file.resolve(o)), Some(Object::Name(n)) if n == b"Indexed" || n == b"I") => {
            let base = components(&file.resolve(parts.get(1)?))?;
            let table = match (file.resolve(parts.get(3)?), parts.get(3)?) {
                (Object::String(bytes), _) => bytes,
                (Object::Dictionary(d), Object::Reference(number)) => file.decode(&file.entries[file.entry(*number)?], &d).bytes,
                _ => return None,
            };
            match base {
                3 => Some(Colours::Table(table)),
                1 => Some(Colours::Table(table.iter().flat_map(|grey| [*grey; 3]).collect())),
                _ => None,
            }
        }
        space => components(space).filter(|n| matches!(n, 1 | 3 | 4)).map(Colours::Plain),
    }
}

/// Numbers of TIFF 6.0.
mod tiff {
    pub const GROUP_3: u16 = 3;
    pub const GROUP_4: u16 = 4;
    pub const UNCOMPRESSED: u16 = 1;
    pub const WHITE_IS_ZERO: u16 = 0;
    pub const BLACK_IS_ZERO: u16 = 1;
    pub const RGB: u16 = 2;
    pub const PALETTE: u16 = 3;
    pub const CMYK: u16 = 5;
}

/// A fax (7.4.6): its black is text, whichever of its values paints.
fn fax(file: &File<'_>, d: &Dictionary, sheet: Sheet) -> Option<Vec<u8>> {
    let parameters = match ["DecodeParms", "DP"].iter().find_map(|key| d.get(key)).map(|o| file.resolve(o)) {
        // They belong to the last filter.
        Some(Object::Array(items)) => items.last().map(|o| file.resolve(o)),
        other => other,
    };
    let parameters = match parameters {
        Some(Object::Dictionary(d)) => d,
        _ => Dictionary::default(),
    };
    let number = |key: &str, otherwise: f64| parameters.get(key).and_then(|o| file.resolve(o).number()).unwrap_or(otherwise);
    let columns = number("Columns", 1728.0);
    if parameters.get("EncodedByteAlign").map(|o| file.resolve(o)) == Some(Object::Bool(true)) || !(1.0..=MOST_SIDE).contains(&columns) {
        return None;
    }
    let sheet = Sheet { width: columns as u32, ..sheet };
    let k = number("K", 0.0);
    let (compression, options) = if k < 0.0 { (tiff::GROUP_4, None) } else { (tiff::GROUP_3, Some(u32::from(k > 0.0))) };
    Some(sheet.write(1, 1, compression, tiff::WHITE_IS_ZERO, options, &[]))
}

/// A picture of known size, to be put behind a header.
struct Sheet {
    width: u32,
    height: u32,
    data: Vec<u8>,
}

impl Sheet {
    fn samples(mut self, bits: u16, colours: Colours, is_turned: bool) -> Option<Vec<u8>> {
        let count = if let Colours::Plain(count) = colours { count } else { 1 };
        if !matches!(bits, 1 | 2 | 4 | 8 | 16) {
            return None;
        }
        let row = (u64::from(self.width) * u64::from(count) * u64::from(bits)).div_ceil(8);
        let whole = usize::try_from(row * u64::from(self.height)).ok()?;
        // What is cut off is not there to be read.
        if self.data.len() < whole {
            return None;
        }
        self.data.truncate(whole);
        let (meaning, table) = match colours {
            Colours::Plain(3) => (tiff::RGB, Vec::new()),
            Colours::Plain(4) => (tiff::CMYK, Vec::new()),
            Colours::Plain(_) => (if is_turned { tiff::WHITE_IS_ZERO } else { tiff::BLACK_IS_ZERO }, Vec::new()),
            Colours::Table(_) if bits > 8 => return None,
            Colours::Table(table) => {
                let channel = |at: usize| {
                    let table = &table;
                    (0..1usize << bits).map(move |i| u16::from(table.get(3 * i + at).copied().unwrap_or(0)) * 257)
                };
                (tiff::PALETTE, (0..3).flat_map(channel).collect())
            }
        };
        Some(self.write(bits, count, tiff::UNCOMPRESSED, meaning, None, &table))
    }

    /// One page in one strip, big-endian as the samples of PDF are.
    fn write(&self, bits: u16, samples: u16, compression: u16, meaning: u16, fax_options: Option<u32>, table: &[u16]) -> Vec<u8> {
        const SHORT: u16 = 3;
        const LONG: u16 = 4;
        let entries = 9 + u32::from(fax_options.is_some()) + u32::from(!table.is_empty());
        let directory = 8;
        let bits_at = directory + 2 + 12 * entries + 4;
        let table_at = bits_at + 2 * u32::from(samples);
        let data_at = table_at + 2 * table.len() as u32;
        let mut out = b"MM\0*".to_vec();
        out.extend(u32::to_be_bytes(directory));
        out.extend((entries as u16).to_be_bytes());
        let mut entry = |tag: u16, kind: u16, count: u32, value: u32| {
            out.extend(tag.to_be_bytes());
            out.extend(kind.to_be_bytes());
            out.extend(count.to_be_bytes());
            // A value that is shorter than its field stands to the left.
            let value = if kind == SHORT && count == 1 { value << 16 } else { value };
            out.extend(value.to_be_bytes());
        };
        entry(256, LONG, 1, self.width);
        entry(257, LONG, 1, self.height);
        match samples {
            1 => entry(258, SHORT, 1, bits.into()),
            _ => entry(258, SHORT, samples.into(), bits_at),
        }
        entry(259, SHORT, 1, compression.into());
        entry(262, SHORT, 1, meaning.into());
        entry(273, LONG, 1, data_at);
        entry(277, SHORT, 1, samples.into());
        entry(278, LONG, 1, self.height);
        entry(279, LONG, 1, self.data.len() as u32);
        if let Some(options) = fax_options {
            entry(292, LONG, 1, options);
        }
        if !table.is_empty() {
            entry(320, SHORT, table.len() as u32, table_at);
        }
        out.extend([0; 4]);
        (0..samples).for_each(|_| out.extend(bits.to_be_bytes()));
        table.iter().for_each(|value| out.extend(value.to_be_bytes()));
        out.extend_from_slice(&self.data);
        out
    }
}
