//! Content streams (ISO 32000-2, 7.8, 8 and 9): the operators that show text, place it, and draw what is in
//! other streams.

use super::file::{File, Place};
use super::font::Font;
use super::line::{Lines, Placed, Point};
use super::object::{Dictionary, Object, Parser};
use super::strings;
use std::collections::HashMap;
use std::rc::Rc;

/// Forms inside forms.
const DEPTH: usize = 12;
/// Saved graphics states.
const STATES: usize = 512;
/// Operands of one operator, and elements that count of an array are not bounded but by the parser.
const OPERANDS: usize = 64;
/// Operators of one page, its forms included.
const OPERATORS: u64 = 40_000_000;

/// All operators (annex A).
const KNOWN: &str = "b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K k l m M MP n q Q re RG rg ri s \
    S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \"";

/// A matrix as the six numbers of `cm`.
#[derive(Clone, Copy)]
struct Matrix([f64; 6]);

impl Matrix {
    const ONE: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// This one, then the other.
    fn then(self, other: Self) -> Self {
        let ([a, b, c, d, e, f], [p, q, r, s, t, u]) = (self.0, other.0);
        Self([a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u])
    }

    fn apply(self, (x, y): Point) -> Point {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }

    /// Where a vector points: what moves is left out.
    fn turn(self, (x, y): Point) -> Point {
        let [a, b, c, d, ..] = self.0;
        (a * x + c * y, b * x + d * y)
    }

    fn of(operands: &[Object]) -> Option<Self> {
        let numbers: Vec<f64> = operands.iter().filter_map(Object::number).collect();
        numbers.try_into().ok().map(Self)
    }

    fn area(self) -> f64 {
        (self.0[0] * self.0[3] - self.0[1] * self.0[2]).abs()
    }
}

#[derive(Clone)]
struct State {
    matrix: Matrix,
    font: Rc<Font>,
    size: f64,
    spacing: f64,
    word_spacing: f64,
    scale: f64,
    leading: f64,
    rise: f64,
}

/// What one page or form shows.
#[derive(Default)]
pub struct Shown {
    /// Its text.
    pub lines: Lines,
    /// Texts that stand for what is shown, and the like.
    pub aside: Vec<String>,
    /// Entries of the pictures that it draws, with the area that each takes on the page.
    pub pictures: Vec<(usize, f64)>,
    /// The largest picture inside the stream itself, by its area on the page.
    pub inline_picture: f64,
    /// Curves that were drawn.
    pub curves: u64,
    /// Straight lines and rectangles that were drawn.
    pub straight: u64,
    /// Entries of the forms that were read.
    pub forms: Vec<usize>,
    /// The bound on operators was reached.
    pub exhausted: bool,
}

/// Fonts by the number of their object.
pub type Fonts = HashMap<u32, Rc<Font>>;

/// Interprets the content streams of one page.
pub struct Interpreter<'i, 'f> {
    file: &'i File<'f>,
    fonts: &'i mut Fonts,
    shown: Shown,
    operators: u64,
    running: Vec<usize>,
    before: Option<Before>,
    /// Memory for codes.
    codes: Vec<u8>,
}

/// What was shown last, and where it began.
struct Before {
    font: Rc<Font>,
    codes: Vec<u8>,
    at: Point,
}

/// Is this a content stream? Its first operators are looked at.
pub fn is_content(bytes: &[u8]) -> bool {
    let mut parser = Parser::of_content(bytes);
    let mut known = 0;
    while known < 32 {
        if parser.object().is_some() {
            continue;
        }
        let keyword = parser.keyword();
        if keyword.is_empty() {
            break;
        }
        if !KNOWN.split_ascii_whitespace().any(|k| k.as_bytes() == keyword) {
            return false;
        }
        if keyword == b"ID" {
            return true;
        }
        known += 1;
    }
    known > 0 && (known >= 32 || parser.at >= bytes.len())
}

impl<'i, 'f> Interpreter<'i, 'f> {
    /// An interpreter of a file's content, which keeps the fonts that it meets.
    pub fn new(file: &'i File<'f>, fonts: &'i mut Fonts) -> Self {
        Self { file, fonts, shown: Shown::default(), operators: 0, running: Vec::new(), before: None, codes: Vec::new() }
    }

    /// Interprets a stream's bytes with these resources.
    pub fn run(mut self, bytes: &[u8], resources: &Dictionary) -> Shown {
        let state = State {
            matrix: Matrix::ONE,
            font: Font::unknown(),
            size: 10.0,
            spacing: 0.0,
            word_spacing: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
        };
        self.interpret(bytes, resources, state);
        self.shown.lines.end_line();
        self.shown
    }

    fn interpret(&mut self, bytes: &[u8], resources: &Dictionary, state: State) {
        let mut parser = Parser::of_content(bytes);
        let mut operands: Vec<Object> = Vec::new();
        let (mut state, mut saved) = (state, Vec::new());
        let (mut text, mut line) = (Matrix::ONE, Matrix::ONE);
        while parser.at < bytes.len() {
            if let Some(object) = parser.object() {
                if operands.len() < OPERANDS {
                    operands.push(object);
                }
                continue;
            }
            let operator = parser.keyword();
            if operator.is_empty() {
                parser.at += 1;
                continue;
            }
            self.operators += 1;
            if self.operators > OPERATORS {
                self.shown.exhausted = true;
                return;
            }
            let number = |i: usize| operands.get(i).and_then(Object::number).unwrap_or(0.0);
            let mut next_line = |line: &mut Matrix, x: f64, y: f64| {
                *line = Matrix([1.0, 0.0, 0.0, 1.0, x, y]).then(*line);
                text = *line;
            };
            match operator {
                b"q" if saved.len() < STATES => saved.push(state.clone()),
                b"Q" => state = saved.pop().unwrap_or(state),
                b"cm" => {
                    if let Some(matrix) = Matrix::of(&operands) {
                        state.matrix = matrix.then(state.matrix);
                    }
                }
                b"BT" => (text, line) = (Matrix::ONE, Matrix::ONE),
                b"Tf" => {
                    if let Some(Object::Name(name)) = operands.first() {
                        state.font = self.font(resources, name);
                    }
                    state.size = number(1);
                }
                b"gs" => self.graphics_state(resources, &operands, &mut state),
                b"Tc" => state.spacing = number(0),
                b"Tw" => state.word_spacing = number(0),
                b"Tz" => state.scale = number(0) / 100.0,
                b"TL" => state.leading = number(0),
                b"Ts" => state.rise = number(0),
                b"Td" => next_line(&mut line, number(0), number(1)),
                b"TD" => {
                    state.leading = -number(1);
                    next_line(&mut line, number(0), number(1));
                }
                b"T*" => next_line(&mut line, 0.0, -state.leading),
                b"Tm" => {
                    if let Some(matrix) = Matrix::of(&operands) {
                        (text, line) = (matrix, matrix);
                    }
                }
                b"Tj" => self.show(&operands, &state, &mut text),
                b"'" => {
                    next_line(&mut line, 0.0, -state.leading);
                    self.show(&operands, &state, &mut text);
                }
                b"\"" => {
                    (state.word_spacing, state.spacing) = (number(0), number(1));
                    next_line(&mut line, 0.0, -state.leading);
                    self.show(operands.get(2..).unwrap_or_default(), &state, &mut text);
                }
                b"TJ" => {
                    if let Some(Object::Array(items)) = operands.first() {
                        self.show(items, &state, &mut text);
                    }
                }
                b"BDC" | b"DP" => {
                    let properties = match operands.get(1) {
                        Some(Object::Dictionary(d)) => d.clone(),
                        Some(Object::Name(name)) => self.resource(resources, "Properties", name),
                        _ => Dictionary::default(),
                    };
                    for key in ["ActualText", "Alt", "E"] {
                        if let Some(Object::String(s)) = properties.get(key)
                            && let Some(text) = strings::decode(s)
                            && self.shown.aside.len() < 1 << 16
                        {
                            self.shown.aside.push(text);
                        }
                    }
                }
                b"Do" => {
                    if let Some(Object::Name(name)) = operands.first() {
                        self.draw(resources, name, &state);
                    }
                }
                b"BI" => {
                    self.shown.inline_picture = self.shown.inline_picture.max(state.matrix.area());
                    skip_inline_picture(bytes, &mut parser);
                }
                b"c" | b"v" | b"y" => self.shown.curves += 1,
                b"l" | b"re" => self.shown.straight += 1,
                _ => {}
            }
            operands.clear();
        }
    }

    fn resource(&self, resources: &Dictionary, kind: &str, name: &[u8]) -> Dictionary {
        let all = self.file.dictionary(resources, kind);
        std::str::from_utf8(name).map(|name| self.file.dictionary(&all, name)).unwrap_or_default()
    }

    fn font(&mut self, resources: &Dictionary, name: &[u8]) -> Rc<Font> {
        let all = self.file.dictionary(resources, "Font");
        let object = std::str::from_utf8(name).ok().and_then(|name| all.get(name));
        match object {
            Some(object @ Object::Reference(number)) => {
                if let Some(font) = self.fonts.get(number) {
                    return font.clone();
                }
                let font = match self.file.resolve(object) {
                    Object::Dictionary(d) => Rc::new(Font::load(self.file, &d)),
                    _ => Font::unknown(),
                };
                self.fonts.entry(*number).insert_entry(font).get().clone()
            }
            Some(Object::Dictionary(d)) => Rc::new(Font::load(self.file, d)),
            _ => Font::unknown(),
        }
    }

    fn graphics_state(&mut self, resources: &Dictionary, operands: &[Object], state: &mut State) {
        let Some(Object::Name(name)) = operands.first() else { return };
        if let Some(Object::Array(font)) = self.resource(resources, "ExtGState", name).get("Font")
            && let [font, Object::Number(size)] = &font[..]
            && let Object::Dictionary(d) = self.file.resolve(font)
        {
            (state.font, state.size) = (Rc::new(Font::load(self.file, &d)), *size);
        }
    }

    /// Shows strings; numbers between them move back by thousandths.
    fn show(&mut self, items: &[Object], state: &State, text: &mut Matrix) {
        let font = Rc::clone(&state.font);
        let whole = Matrix([state.size * state.scale, 0.0, 0.0, state.size, 0.0, state.rise]);
        // Within a string only the place changes: directions and sizes are those of its beginning.
        let page = text.then(state.matrix);
        let here = whole.then(page);
        let mut start = here.apply((0.0, 0.0));
        let unit = here.turn(if font.vertical { (0.0, -1.0) } else { (1.0, 0.0) });
        let length = unit.0.hypot(unit.1).max(1e-9);
        let along = (unit.0 / length, unit.1 / length);
        let height = here.0[2].hypot(here.0[3]);
        let em = height.min(length).max(1e-9);
        let spacing = state.spacing * length / state.size.abs().max(1e-9);
        let repeated = self.is_repeated(items, &font, start, height);
        let lines = &mut self.shown.lines;
        // Then glyphs of one string stand one behind the other, and blanks between them are glyphs.
        let is_tight = length > 1e-6 && spacing > -0.3 * em;
        let mut moved = (0.0, 0.0);
        let mut advance = |start: &mut Point, by: f64| {
            let (x, y) = if font.vertical { (0.0, -by) } else { (by * state.scale, 0.0) };
            moved = (moved.0 + x, moved.1 + y);
            let (x, y) = page.turn((x, y));
            *start = (start.0 + x, start.1 + y);
        };
        for item in items {
            match item {
                Object::Number(n) => {
                    let back = -n / 1000.0 * state.size;
                    advance(&mut start, if font.vertical { -back } else { back });
                }
                Object::String(s) => {
                    let mut follows = false;
                    font.decode(s, &mut |glyph| {
                        let width = if font.vertical { 1.0 } else { glyph.width };
                        match glyph.text {
                            Some(_) if repeated => {}
                            Some(shown) => {
                                let end = (start.0 + unit.0 * width, start.1 + unit.1 * width);
                                let glyph = Placed { text: shown, start, end, along, em, spacing };
                                if follows { lines.follow(&glyph) } else { lines.push(&glyph) }
                            }
                            None if font.pictorial => {}
                            None => lines.unknown += 1,
                        }
                        follows = is_tight && glyph.text.is_some();
                        let spacing = state.spacing + if glyph.is_blank { state.word_spacing } else { 0.0 };
                        advance(&mut start, width * state.size + spacing);
                    });
                }
                _ => {}
            }
        }
        *text = Matrix([1.0, 0.0, 0.0, 1.0, moved.0, moved.1]).then(*text);
    }

    /// Were these strings shown just before, in nearly the same place? So type is made bold.
    fn is_repeated(&mut self, items: &[Object], font: &Rc<Font>, at: Point, height: f64) -> bool {
        let mut codes = std::mem::take(&mut self.codes);
        codes.clear();
        for item in items {
            if let Object::String(string) = item {
                codes.extend_from_slice(string);
            }
        }
        let near = |p: Point| (p.0 - at.0).abs() < height * 0.2 && (p.1 - at.1).abs() < height * 0.2;
        // Next to nothing stands so near, and only that is decoded for it.
        let is_same = |before: &Before| {
            near(before.at) && {
                let text = before.font.text(&before.codes);
                text.len() > 1 && text == font.text(&codes)
            }
        };
        if self.before.as_ref().is_some_and(is_same) {
            self.codes = codes;
            return true;
        }
        let before = self.before.replace(Before { font: Rc::clone(font), codes, at });
        self.codes = before.map(|before| before.codes).unwrap_or_default();
        false
    }

    fn draw(&mut self, resources: &Dictionary, name: &[u8], state: &State) {
        let all = self.file.dictionary(resources, "XObject");
        let Some(Object::Reference(number)) = std::str::from_utf8(name).ok().and_then(|name| all.get(name)) else { return };
        let Some(at) = self.file.entry(*number) else { return };
        let entry = &self.file.entries[at];
        let Object::Dictionary(dictionary) = self.file.object(entry) else { return };
        if !matches!(entry.place, Place::Direct { data: Some(_), .. }) {
            return;
        }
        if dictionary.is("Subtype", "Image") {
            if self.shown.pictures.len() < 1 << 16 {
                self.shown.pictures.push((at, state.matrix.area()));
            }
            return;
        }
        if self.running.contains(&at) || self.running.len() >= DEPTH {
            return;
        }
        if !self.shown.forms.contains(&at) {
            self.shown.forms.push(at);
        }
        let decoded = self.file.decode(entry, &dictionary);
        self.operators += 1 + decoded.bytes.len() as u64 / 64;
        let own = self.file.dictionary(&dictionary, "Resources");
        let resources = if own.0.is_empty() { resources } else { &own };
        let mut state = state.clone();
        let matrix: Vec<Object> = self.file.array(&dictionary, "Matrix").iter().map(|o| self.file.resolve(o)).collect();
        if let Some(matrix) = Matrix::of(&matrix) {
            state.matrix = matrix.then(state.matrix);
        }
        self.running.push(at);
        self.interpret(&decoded.bytes, resources, state);
        self.running.pop();
    }
}

/// Moves behind the data of a picture in the stream itself (8.9.7).
fn skip_inline_picture(bytes: &[u8], parser: &mut Parser<'_>) {
    let rest = &bytes[parser.at..];
    let Some(data) = memchr::memmem::find(rest, b"ID").map(|n| n + 2) else { return };
    let end = memchr::memmem::find_iter(&rest[data..], b"EI").find(|n| {
        let (before, after) = (rest[data + n - usize::from(*n > 0)], rest.get(data + n + 2));
        let blank = |b: &u8| b.is_ascii_whitespace() || *b == 0;
        // What follows the data is content again.
        let tail = &rest[data + n + 2..rest.len().min(data + n + 12)];
        blank(&before) && after.is_none_or(blank) && tail.iter().all(|b| b.is_ascii())
    });
    parser.at += end.map_or(rest.len(), |n| data + n + 2);
}
