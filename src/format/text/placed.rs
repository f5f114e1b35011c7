//! Texts that a drawing sets at places, each by itself: what belongs together stands on one line, or in one column. Pages are
//! laid out in characters as those of PDF are, and their tables are rows. The item is read besides as the text that it is.

mod dxf;
mod postscript;
mod svg;
mod zpl;

use super::encoding;
use super::laid_out::{self, LaidOut};
use super::stretch::{beginning, body, parts, stretches};
use super::{plain, xml};
use crate::format::pdf::layout;
use crate::format::pdf::line::{Lines, Word};
use crate::format::{At, Failure, Format, PassageKind, Probe, ReadFn, Runs, Sink};
use crate::identifier::client_label;

/// Vector graphics of the web (SVG 2, chapter 11, "Text").
pub const SVG: Format = Format {
    name: "svg",
    media_type: "image/svg+xml",
    recognise: |probe| begins(probe, svg::begins),
    read: |bytes, sink| read(bytes, xml::read, svg::texts, sink),
    runs: Runs::Inside,
    version: 1,
    limitations: &["texts that are turned, or set by scripts and styles, are read one by one"],
};

/// Programs for printers (PostScript Language Reference, third edition).
pub const POSTSCRIPT: Format = Format {
    name: "postscript",
    media_type: "application/postscript",
    recognise: |probe| begins(probe, |text| text.starts_with("%!")),
    read: |bytes, sink| read(bytes, plain::read, postscript::texts, sink),
    runs: Runs::Inside,
    version: 1,
    limitations: &["the program is not run: places that it computes are not known, and texts in fonts of its own are read as they stand"],
};

/// Drawings for exchange (AutoCAD DXF Reference, "ENTITIES Section").
pub const DXF: Format = Format {
    name: "dxf",
    media_type: "image/vnd.dxf",
    recognise: |probe| begins(probe, dxf::begins),
    read: |bytes, sink| read(bytes, plain::read, dxf::texts, sink),
    runs: Runs::Inside,
    version: 1,
    limitations: &["texts of blocks are read where the block is declared"],
};

/// Labels for printers (ZPL II Programming Guide).
pub const ZPL: Format = Format {
    name: "zpl",
    media_type: "application/x-zpl",
    recognise: |probe| begins(probe, zpl::begins),
    read: |bytes, sink| read(bytes, plain::read, zpl::texts, sink),
    runs: Runs::Inside,
    version: 1,
    limitations: &["fields whose values a stored format or a variable gives are read one by one"],
};

/// Bytes by which a drawing is told.
const HEAD: usize = 4 << 10;
/// Texts of a page that are laid out together, and bytes of them that are held.
const TOGETHER: usize = 20_000;
const HELD: usize = 16 << 20;
/// The width of a character as it is laid out, in thousandths of which pages agree.
const WIDTH: f64 = 5.0;
/// A character is so wide, in parts of the type's size.
const USUAL: f64 = 0.5;

fn begins(probe: &Probe<'_>, begins: impl Fn(&str) -> bool) -> bool {
    // Most texts show in one byte that they are none of these.
    let first = probe.head.iter().take(8).find(|b| !b.is_ascii_whitespace() && !matches!(b, 0 | 0xEF | 0xBB | 0xBF | 0xFE | 0xFF));
    matches!(first, Some(b'<' | b'%' | b'0' | b'9' | b'^' | b'~' | b'C'))
        && beginning(probe, HEAD).is_some_and(|text| begins(text.trim_start()))
}

/// A text at its place: upwards as in mathematics. What is not known of its type's size is zero.
struct Placed {
    x: f64,
    y: f64,
    size: f64,
    text: String,
}

/// The pages of a drawing.
struct Pages<'p, 's> {
    tables: LaidOut,
    page: Vec<Placed>,
    held: usize,
    offset: u64,
    sink: &'p mut Sink<'s>,
}

/// Finds the texts of a drawing, and where its pages end.
type FindFn = fn(&str, &mut Pages<'_, '_>);

fn read(bytes: &[u8], read_text: ReadFn, find: FindFn, sink: &mut Sink<'_>) -> Result<(), Failure> {
    read_text(bytes, sink)?;
    let Some(encoding) = encoding::detect(bytes) else { return Ok(()) };
    let (range, _) = body(bytes, encoding);
    let mut pages = Pages { tables: LaidOut::in_order(), page: Vec::new(), held: 0, offset: 0, sink };
    for part in parts(bytes, encoding, range) {
        for stretch in stretches(bytes, encoding, part) {
            pages.offset = stretch.range.start;
            find(&stretch.text, &mut pages);
            pages.end_page();
        }
    }
    let Pages { mut tables, sink, .. } = pages;
    tables.end(sink);
    sink.kind(PassageKind::Prose);
    Ok(())
}

impl Pages<'_, '_> {
    fn push(&mut self, placed: Placed) {
        let is_placed = [placed.x, placed.y].iter().all(|place| place.is_finite() && place.abs() < 1e9);
        if placed.text.trim().is_empty() || !is_placed {
            return;
        }
        self.held += placed.text.len() + size_of::<Placed>();
        self.page.push(placed);
        if self.held > HELD {
            self.end_page();
        }
    }

    /// Lays out what the page at hand shows, line by line.
    fn end_page(&mut self) {
        self.held = 0;
        let mut page = std::mem::take(&mut self.page);
        page.sort_by(|a, b| b.y.total_cmp(&a.y).then(a.x.total_cmp(&b.x)));
        let width = width_of(&page);
        let mut rest = &page[..];
        while !rest.is_empty() && !self.sink.stopped() {
            // What stands on one line stays together.
            let least = TOGETHER.min(rest.len());
            let more = rest[least..].iter().zip(&rest[least - 1..]).take(TOGETHER).take_while(|(next, last)| next.y == last.y).count();
            let (texts, behind) = rest.split_at(least + more);
            self.lay_out(texts, width);
            rest = behind;
        }
    }

    fn lay_out(&mut self, texts: &[Placed], width: f64) {
        let scale = WIDTH / width;
        let left = texts.iter().map(|placed| placed.x).fold(f64::INFINITY, f64::min);
        let mut lines = Lines::default();
        for placed in texts {
            let start = lines.text.len();
            lines.text.push_str(&placed.text);
            let (x, y) = ((placed.x - left) * scale, placed.y * scale);
            let end = x + WIDTH * placed.text.chars().count() as f64;
            lines.words.push(Word { text: start..lines.text.len(), start: (x, y), end: (end, y), em: WIDTH / USUAL, direction: (1, 0) });
        }
        let (page, unit) = layout::lay_out(&lines);
        let said = laid_out::condensed(&page);
        let names_client = !client_label::clients(&said).is_empty();
        let beside = self.tables.page(laid_out::Page { text: &page, unit, offset: self.offset, names_client }, self.sink);
        let at = At::Decoded(self.offset);
        let push = |sink: &mut Sink<'_>| {
            sink.border();
            sink.text(&said, at);
            sink.border();
        };
        match beside {
            Some(beside) => self.sink.told(&beside, push),
            None => push(self.sink),
        }
    }
}

/// How wide a character is, so that no text runs into the next one on its line.
fn width_of(page: &[Placed]) -> f64 {
    let sizes = || page.iter().map(|placed| placed.size).filter(|size| *size > 0.0);
    let known = sizes().fold(f64::INFINITY, f64::min);
    // Of what is not known, a blank more parts columns.
    let apart = if known.is_finite() { 1.0 } else { 3.0 };
    let pairs = page.windows(2).filter_map(|pair| match pair {
        [a, b] if a.y == b.y && b.x > a.x => Some((b.x - a.x) / (a.text.chars().count() as f64 + apart)),
        _ => None,
    });
    let tight = pairs.fold(f64::INFINITY, f64::min);
    let lines = page.windows(2).filter_map(|pair| match pair {
        [a, b] if a.y > b.y => Some((a.y - b.y) * USUAL),
        _ => None,
    });
    let width = tight.min(known * USUAL).min(lines.fold(f64::INFINITY, f64::min));
    if width.is_finite() && width > 0.0 { width } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::detect;
    use crate::format::testing::read_with;

    const ROWS: [[&str; 3]; 5] = [
        ["client_id", "name", "account_number"],
        ["104233", "Ann Lee", "4455667701"],
        ["104233", "Bob Ray", "4455667702"],
        ["104233", "Cyril Otterbourne", "4455667703"],
        ["104233", "Di Moe", "4455667704"],
    ];

    fn drawn(write: impl Fn(usize, usize, &str) -> String) -> String {
        ROWS.iter()
            .enumerate()
            .flat_map(|(y, row)| row.iter().enumerate().map(move |(x, cell)| (x, y, *cell)))
            .map(|(x, y, cell)| write(x, y, cell))
            .collect()
    }

    fn drawings() -> Vec<(&'static str, String)> {
        let svg = drawn(|x, y, cell| {
            format!("<g transform=\"translate({},0)\"><text y='{}'><tspan x=\"5\">{cell}</tspan></text></g>\n", 120 * x, 14 * y)
        });
        let listed = drawn(|x, y, cell| format!("<text x=\"{}\" y=\"{}\" style=\"font-size:10px\">{cell}</text>", 120 * x, 14 * y));
        let plain = drawn(|x, y, cell| format!("{} {} moveto ({cell}) show\n", 50 + 120 * x, 700 - 12 * y));
        let short = drawn(|x, y, cell| format!("({cell}) {} {} t\n", 50 + 120 * x, 700 - 12 * y));
        let dxf = drawn(|x, y, cell| format!("  0\nTEXT\n  8\n0\n 10\n{}.5\n 20\n-{y}.0\n  1\n{cell}\n", 30 * x));
        let zpl = drawn(|x, y, cell| format!("^FO{},{}^A0N,30^FD{cell}^FS", 50 + 300 * x, 40 * y));
        vec![
            ("svg", format!("<?xml version=\"1.0\"?>\n<!-- drawn -->\n<svg xmlns=\"http://www.w3.org/2000/svg\">\n{svg}</svg>\n")),
            ("svg", format!("<svg viewBox=\"0 0 9 9\">{listed}</svg>")),
            ("postscript", format!("%!PS-Adobe-3.0\n/Courier findfont 10 scalefont setfont\n{plain}showpage\n")),
            ("postscript", format!("%!PS\n/m {{moveto}} bind def /t {{m show}} bind def\n{short}showpage\n")),
            ("dxf", format!("  0\nSECTION\n  2\nENTITIES\n{dxf}  0\nENDSEC\n  0\nEOF\n")),
            ("zpl", format!("^XA{zpl}^XZ\n")),
        ]
    }

    #[test]
    fn texts_at_places_are_rows() {
        for (name, drawing) in drawings() {
            let kind = detect(&Probe::new(drawing.as_bytes()));
            assert_eq!(kind.name(), name, "{drawing}");
            read_with(
                |bytes, sink| detect(&Probe::new(bytes)).read(bytes, sink),
                drawing.as_bytes(),
                |sink, out| {
                    let rows: Vec<u64> = sink.facts.tables.iter().filter(|table| table.says_whose()).map(|table| table.rows).collect();
                    assert_eq!(rows, [4], "{name}: {}", out.text());
                    assert!(sink.coverage.clone().partition(drawing.len() as u64).iter().all(|(_, covered)| covered.is_some()), "{name}");
                },
            );
        }
    }

    #[test]
    fn other_text_is_no_drawing_and_nothing_panics() {
        for text in [
            "% a remark\n",
            "0\nSECTION 2\n",
            "^XA is a code\n",
            "<html><svg></svg></html>",
            "0\n1\n2\n",
            "<svgs><svg/></svgs>",
            "CT~~CD",
            "",
        ] {
            assert!(
                ["svg", "postscript", "dxf", "zpl"].iter().all(|name| detect(&Probe::new(text.as_bytes())).name() != *name),
                "{text:?}"
            );
        }
        for (_, drawing) in drawings() {
            for cut in (0..drawing.len()).step_by(3) {
                let mut broken = drawing.as_bytes().to_vec();
                broken[cut] = b'('.wrapping_add(cut as u8 % 64);
                for bytes in [&drawing.as_bytes()[..cut], &broken] {
                    read_with(|bytes, sink| detect(&Probe::new(bytes)).read(bytes, sink), bytes, |_, _| ());
                }
            }
        }
    }
}
