//! Texts of SVG 2: elements `text` and `tspan` at `x` and `y`, moved by `dx`, `dy` and the shifts of what they stand in.

use super::{Pages, Placed};
use crate::format::text::entity;
use crate::format::text::markup::{Lexer, Token, attributes, local};

/// Elements inside elements.
const DEPTH: usize = 256;
/// Longest text.
const LONGEST: usize = 4 << 10;

/// Is the first element a drawing?
pub(super) fn begins(text: &str) -> bool {
    if !text.starts_with('<') {
        return false;
    }
    let mut lexer = Lexer::of_text(text, false);
    while let Ok(Some((_, token))) = lexer.token() {
        match token {
            Token::Start(name, _, _) => return local(name) == "svg",
            Token::Text(text) if !text.trim().is_empty() => return false,
            _ => {}
        }
    }
    false
}

/// What holds for an element: the shift and size that it hands down, and where the next text stands.
#[derive(Clone, Copy, Default)]
struct Frame {
    shift: (f64, f64),
    at: (f64, f64),
    size: f64,
    is_text: bool,
}

pub(super) fn texts(text: &str, pages: &mut Pages<'_, '_>) {
    let mut lexer = Lexer::of_text(text, false);
    let (mut open, mut said): (Vec<Frame>, String) = (Vec::new(), String::new());
    while let Ok(Some((_, token))) = lexer.token() {
        match token {
            Token::Start(name, given, empty) => {
                flush(open.last(), &mut said, pages);
                let mut frame = open.last().copied().unwrap_or_default();
                let name = local(name);
                frame.is_text = name == "text" || frame.is_text && matches!(name, "tspan" | "textPath" | "a");
                place(&mut frame, given, name == "text");
                if !empty && open.len() < DEPTH {
                    open.push(frame);
                }
            }
            Token::End(_) => {
                flush(open.last(), &mut said, pages);
                let ended = open.pop();
                // Text goes on behind a part of it.
                if let (Some(ended), Some(outer)) = (ended, open.last_mut().filter(|outer| outer.is_text)) {
                    outer.at.1 = ended.at.1;
                }
            }
            Token::Text(text) if open.last().is_some_and(|frame| frame.is_text) && said.len() < LONGEST => {
                said.push_str(&entity::decode(text))
            }
            Token::Raw(text) if open.last().is_some_and(|frame| frame.is_text) && said.len() < LONGEST => said.push_str(text),
            _ => {}
        }
    }
    flush(open.last(), &mut said, pages);
}

fn flush(frame: Option<&Frame>, said: &mut String, pages: &mut Pages<'_, '_>) {
    let said = std::mem::take(said);
    if let Some(frame) = frame {
        let (x, y) = (frame.shift.0 + frame.at.0, frame.shift.1 + frame.at.1);
        let text = said.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        // Downwards.
        pages.push(Placed { x, y: -y, size: frame.size, text });
    }
}

/// Takes the attributes that say where an element stands.
fn place(frame: &mut Frame, given: &str, is_new: bool) {
    if is_new {
        frame.at = (0.0, 0.0);
    }
    for (_, name, value) in attributes(given) {
        let numbers = || value.split([',', ' ', '(', ')']).filter_map(number);
        let first = || numbers().next();
        match local(name) {
            "x" => frame.at.0 = first().unwrap_or(frame.at.0),
            "y" => frame.at.1 = first().unwrap_or(frame.at.1),
            "dx" => frame.at.0 += first().unwrap_or(0.0),
            "dy" => frame.at.1 += first().unwrap_or(0.0),
            "font-size" => frame.size = first().unwrap_or(frame.size),
            "style" => {
                let size = value.split(';').filter_map(|rule| rule.split_once(':')).find(|(name, _)| name.trim() == "font-size");
                frame.size = size.and_then(|(_, size)| number(size.trim())).unwrap_or(frame.size);
            }
            "transform" => {
                for (way, shifts) in value.split(')').filter_map(|part| part.split_once('(')) {
                    let shifts: Vec<f64> = shifts.split([',', ' ']).filter_map(number).collect();
                    let (x, y) = match (way.trim().trim_start_matches(',').trim(), &shifts[..]) {
                        ("translate", [x]) => (*x, 0.0),
                        ("translate", [x, y]) | ("matrix", [.., x, y]) => (*x, *y),
                        _ => continue,
                    };
                    frame.shift = (frame.shift.0 + x, frame.shift.1 + y);
                }
            }
            _ => {}
        }
    }
}

/// A length, in whatever unit.
fn number(value: &str) -> Option<f64> {
    value.trim().trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%').parse().ok()
}
