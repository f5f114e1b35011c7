//! Texts of DXF drawings: groups of two lines, a code and a value; entities begin with code 0 (AutoCAD DXF Reference, "Group
//! Codes in Numerical Order").

use super::{Pages, Placed};

/// Entities that are texts.
const TEXTS: &[&str] = &["TEXT", "MTEXT", "ATTRIB", "ATTDEF"];
/// Longest text.
const LONGEST: usize = 4 << 10;

/// Does it begin with a section, maybe behind remarks?
pub(super) fn begins(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    while let (Some(code), Some(value)) = (lines.next(), lines.next()) {
        match (code, value) {
            ("999", _) => {}
            ("0", "SECTION") => return lines.next() == Some("2"),
            _ => return false,
        }
    }
    false
}

pub(super) fn texts(text: &str, pages: &mut Pages<'_, '_>) {
    let mut entity: Option<Placed> = None;
    let mut lines = text.lines();
    while let (Some(code), Some(value)) = (lines.next(), lines.next()) {
        let number = || value.trim().parse().unwrap_or(0.0);
        match (code.trim(), entity.as_mut()) {
            ("0", _) => {
                entity.take().into_iter().for_each(|placed| pages.push(placed));
                entity = TEXTS.contains(&value.trim()).then(|| Placed { x: 0.0, y: 0.0, size: 0.0, text: String::new() });
            }
            ("10", Some(placed)) => placed.x = number(),
            ("20", Some(placed)) => placed.y = number(),
            ("40", Some(placed)) => placed.size = number(),
            // A long text comes in pieces, the last with code 1.
            ("1" | "3", Some(placed)) if placed.text.len() < LONGEST => placed.text.push_str(&value.replace("\\P", " ")),
            _ => {}
        }
    }
    entity.into_iter().for_each(|placed| pages.push(placed));
}
