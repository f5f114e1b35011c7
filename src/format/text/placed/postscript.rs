//! Texts of PostScript programs: what is shown at the current point. Programs that printers' drivers write give short names to
//! the operators; a procedure of no more than these is what it does.

use super::{Pages, Placed};
use crate::format::database::value::owned;
use std::collections::HashMap;

/// Operands that are held, operators of a procedure, procedures, and states inside each other.
const OPERANDS: usize = 64;
const OPERATORS: usize = 16;
const PROCEDURES: usize = 4_096;
const STATES: usize = 256;
/// Longest text.
const LONGEST: usize = 4 << 10;
/// The advance of a letter, in parts of the type's size.
const ADVANCE: f64 = 0.5;

/// What an operator does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Move,
    MoveBy,
    Show,
    Shift,
    Size,
    Save,
    Restore,
    Page,
}

enum Operand {
    Number(f64),
    Text(String),
}

/// A token of the program (3.2).
enum Token<'t> {
    Number(f64),
    Text(String),
    Name(&'t str),
    Literal(&'t str),
    Open,
    Close,
}

struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        let bytes = self.text.as_bytes();
        loop {
            let byte = *bytes.get(self.at)?;
            match byte {
                b'%' => self.at = memchr::memchr2(b'\n', b'\r', &bytes[self.at..]).map_or(bytes.len(), |n| self.at + n),
                b'(' => return Some(Token::Text(self.string())),
                b'{' | b'}' => {
                    self.at += 1;
                    return Some(if byte == b'{' { Token::Open } else { Token::Close });
                }
                _ if byte.is_ascii_whitespace() || matches!(byte, 0 | b'[' | b']' | b'<' | b'>' | b')') => self.at += 1,
                _ => {
                    let start = self.at + usize::from(byte == b'/');
                    let is_end = |b: &u8| {
                        b.is_ascii_whitespace() || matches!(b, 0 | b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
                    };
                    self.at = bytes[start..].iter().position(is_end).map_or(bytes.len(), |n| start + n);
                    let word = self.text.get(start..self.at).unwrap_or_default();
                    return Some(match word.parse() {
                        _ if byte == b'/' => Token::Literal(word),
                        Ok(number) => Token::Number(number),
                        Err(_) => Token::Name(word),
                    });
                }
            }
        }
    }
}

impl Tokens<'_> {
    /// A string with its escapes (3.2.2).
    fn string(&mut self) -> String {
        let (mut out, mut depth) = (Vec::new(), 0usize);
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            self.at += 1;
            match byte {
                b'(' => {
                    depth += 1;
                    if depth > 1 {
                        out.push(byte);
                    }
                }
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                    out.push(byte);
                }
                b'\\' => self.escape(&mut out),
                _ if out.len() < LONGEST => out.push(byte),
                _ => {}
            }
        }
        owned(out)
    }

    fn escape(&mut self, out: &mut Vec<u8>) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let octal = rest.iter().take(3).take_while(|b| matches!(b, b'0'..=b'7')).count();
        if octal > 0 {
            out.push(rest[..octal].iter().fold(0u16, |n, b| n << 3 | u16::from(b - b'0')) as u8);
            self.at += octal;
            return;
        }
        match rest.first() {
            Some(b'n' | b'r' | b't' | b'b' | b'f') => out.push(b' '),
            Some(b'\n' | b'\r') | None => {}
            Some(mark) if mark.is_ascii() => out.push(*mark),
            Some(_) => return,
        }
        self.at += 1;
    }
}

fn operator(name: &str) -> Option<Operator> {
    Some(match name {
        "moveto" => Operator::Move,
        "rmoveto" => Operator::MoveBy,
        "show" | "ashow" | "widthshow" | "awidthshow" | "xshow" | "xyshow" | "kshow" => Operator::Show,
        "translate" => Operator::Shift,
        "scalefont" | "selectfont" => Operator::Size,
        "gsave" => Operator::Save,
        "grestore" => Operator::Restore,
        "showpage" => Operator::Page,
        _ => return None,
    })
}

#[derive(Clone, Copy, Default)]
struct State {
    shift: (f64, f64),
    at: (f64, f64),
    size: f64,
}

#[derive(Default)]
struct Program<'t> {
    procedures: HashMap<&'t str, Vec<Operator>>,
    operands: Vec<Operand>,
    state: State,
    states: Vec<State>,
}

pub(super) fn texts(text: &str, pages: &mut Pages<'_, '_>) {
    let mut program = Program::default();
    let (mut name, mut depth, mut body) = (None, 0usize, Vec::new());
    for token in (Tokens { text, at: 0 }) {
        match token {
            Token::Open => {
                if depth == 0 {
                    body.clear();
                }
                depth += 1;
            }
            Token::Close => {
                depth = depth.saturating_sub(1);
                if let (0, Some(name)) = (depth, name.take())
                    && !body.is_empty()
                    && program.procedures.len() < PROCEDURES
                {
                    program.procedures.insert(name, std::mem::take(&mut body));
                }
            }
            Token::Name(word) if depth > 0 => {
                body.extend(program.does(word));
                body.truncate(OPERATORS);
            }
            _ if depth > 0 => {}
            Token::Literal(word) => name = Some(word),
            Token::Number(number) => program.push(Operand::Number(number)),
            Token::Text(text) => program.push(Operand::Text(text)),
            Token::Name(word) => program.does(word).into_iter().for_each(|operator| program.run(operator, pages)),
        }
    }
}

impl Program<'_> {
    /// What a word does. What procedures do besides with their operands nobody knows here.
    fn does(&self, word: &str) -> Vec<Operator> {
        operator(word).map_or_else(|| self.procedures.get(word).cloned().unwrap_or_default(), |operator| vec![operator])
    }

    fn push(&mut self, operand: Operand) {
        if self.operands.len() == OPERANDS {
            self.operands.remove(0);
        }
        self.operands.push(operand);
    }

    /// The last two numbers that follow each other.
    fn point(&mut self) -> Option<(f64, f64)> {
        let place = self.operands.windows(2).rposition(|pair| matches!(pair, [Operand::Number(_), Operand::Number(_)]))?;
        let pair: Vec<f64> = self
            .operands
            .drain(place..place + 2)
            .filter_map(|operand| if let Operand::Number(n) = operand { Some(n) } else { None })
            .collect();
        if let [x, y] = pair[..] { Some((x, y)) } else { None }
    }

    fn run(&mut self, operator: Operator, pages: &mut Pages<'_, '_>) {
        match operator {
            Operator::Move => self.state.at = self.point().unwrap_or(self.state.at),
            Operator::MoveBy => {
                let (x, y) = self.point().unwrap_or_default();
                self.state.at = (self.state.at.0 + x, self.state.at.1 + y);
            }
            Operator::Shift => {
                let (x, y) = self.point().unwrap_or_default();
                self.state.shift = (self.state.shift.0 + x, self.state.shift.1 + y);
                self.state.at = (self.state.at.0 - x, self.state.at.1 - y);
            }
            Operator::Size => {
                if let Some(Operand::Number(size)) = self.operands.pop() {
                    self.state.size = size.abs();
                }
            }
            Operator::Show => {
                let Some(place) = self.operands.iter().rposition(|operand| matches!(operand, Operand::Text(_))) else { return };
                let Operand::Text(text) = self.operands.swap_remove(place) else { return };
                self.operands.clear();
                let State { shift, at, size } = self.state;
                self.state.at.0 += size * ADVANCE * text.chars().count() as f64;
                pages.push(Placed { x: shift.0 + at.0, y: shift.1 + at.1, size, text });
            }
            Operator::Save if self.states.len() < STATES => self.states.push(self.state),
            Operator::Save => {}
            Operator::Restore => self.state = self.states.pop().unwrap_or(self.state),
            Operator::Page => pages.end_page(),
        }
    }
}
