//! Texts of labels in ZPL II: a field's place (`^FO`, `^FT`), its data (`^FD`, `^FV`), and its end (`^FS`). A label begins with
//! `^XA` and ends with `^XZ`.

use super::{Pages, Placed};

/// Longest text.
const LONGEST: usize = 4 << 10;

/// Does a label begin here, maybe behind settings of the printer, and does it have fields?
pub(super) fn begins(text: &str) -> bool {
    let is_set = text.starts_with(['^', '~']) || text.starts_with("CT~~");
    let label = text.find("^XA").filter(|at| is_set && text[..*at].lines().all(|line| line.trim().is_empty() || line.contains(['^', '~'])));
    label.is_some_and(|at| text[at..].contains("^F"))
}

pub(super) fn texts(text: &str, pages: &mut Pages<'_, '_>) {
    let (mut home, mut at, mut size) = ((0.0, 0.0), (0.0, 0.0), 0.0);
    for command in text.split('^').skip(1) {
        let (Some(name), Some(given)) = (command.get(..2), command.get(2..)) else { continue };
        let mut numbers = given.trim().split(',').map(|number| number.trim().parse::<f64>().unwrap_or(0.0));
        let mut point = || (numbers.next().unwrap_or(0.0), numbers.next().unwrap_or(0.0));
        match name {
            "LH" => home = point(),
            "FO" | "FT" => at = point(),
            "FD" | "FV" => {
                let text = given.trim_end().chars().take(LONGEST).collect();
                // Downwards.
                pages.push(Placed { x: home.0 + at.0, y: -(home.1 + at.1), size, text });
            }
            "CF" => size = point().1,
            "FS" => at = (0.0, 0.0),
            "XZ" => pages.end_page(),
            _ => {}
        }
    }
}
