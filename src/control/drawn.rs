//! Planted files whose texts stand at places of a page.

use super::subject::Subject;

/// The table, its cells far enough apart, each with its place.
fn cells(subject: Subject) -> impl Iterator<Item = (usize, usize, String)> {
    let rows = subject.table().into_iter().enumerate();
    rows.flat_map(|(y, row)| row.into_iter().enumerate().map(move |(x, cell)| (10 + 150 * x, 20 + 14 * y, cell)))
}

pub(super) fn svg(subject: Subject) -> Vec<u8> {
    let texts: String = cells(subject).map(|(x, y, cell)| format!("<text x=\"{x}\" y=\"{y}\">{cell}</text>\n")).collect();
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\">\n{texts}</svg>\n").into_bytes()
}

pub(super) fn postscript(subject: Subject) -> Vec<u8> {
    let texts: String = cells(subject).map(|(x, y, cell)| format!("{x} {} moveto ({cell}) show\n", 700 - y)).collect();
    format!("%!PS-Adobe-3.0\n/Courier findfont 10 scalefont setfont\n{texts}showpage\n").into_bytes()
}

pub(super) fn dxf(subject: Subject) -> Vec<u8> {
    let texts: String = cells(subject).map(|(x, y, cell)| format!("0\nTEXT\n8\n0\n10\n{x}\n20\n-{y}\n40\n10\n1\n{cell}\n")).collect();
    format!("0\nSECTION\n2\nENTITIES\n{texts}0\nENDSEC\n0\nEOF\n").into_bytes()
}

pub(super) fn zpl(subject: Subject) -> Vec<u8> {
    let texts: String = cells(subject).map(|(x, y, cell)| format!("^FO{x},{y}^A0N,10^FD{cell}^FS\n")).collect();
    format!("^XA\n{texts}^XZ\n").into_bytes()
}
