/// A pattern in which `*` stands for any characters and `?` for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wildcard {
    pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    This(char),
    One,
    Many,
}

/// Does a text hold wildcards?
pub(super) fn is_wild(text: &str) -> bool {
    text.contains(['*', '?'])
}

impl Wildcard {
    /// A pattern for a whole text; what stands between wildcards is folded as the texts are.
    pub(super) fn new(pattern: &str, fold: fn(&str) -> String) -> Self {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut rest = pattern;
        while let Some(at) = rest.find(['*', '?']) {
            pieces.extend(fold(&rest[..at]).chars().map(Piece::This));
            match &rest[at..=at] {
                "?" => pieces.push(Piece::One),
                _ if pieces.last() != Some(&Piece::Many) => pieces.push(Piece::Many),
                _ => {}
            }
            rest = &rest[at + 1..];
        }
        pieces.extend(fold(rest).chars().map(Piece::This));
        Self { pieces }
    }

    /// A pattern for names and paths: without wildcards, a part of it is enough. Case does not matter.
    pub(super) fn of_name(pattern: &str) -> Self {
        let whole = is_wild(pattern);
        let mut out = Self::new(pattern, |text| text.to_lowercase());
        if !whole {
            out.pieces.insert(0, Piece::Many);
            out.pieces.push(Piece::Many);
        }
        out
    }

    /// Does a name or path fit?
    pub(super) fn fits_name(&self, name: &str) -> bool {
        self.fits(&name.to_lowercase())
    }

    /// Is there anything in it but wildcards?
    pub(super) fn says_something(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::This(_)))
    }

    /// What every text that fits begins with.
    pub(super) fn prefix(&self) -> String {
        let literal = |piece: &Piece| match piece {
            Piece::This(c) => Some(*c),
            Piece::One | Piece::Many => None,
        };
        self.pieces.iter().map_while(literal).collect()
    }

    /// Does a folded text fit?
    pub(super) fn fits(&self, text: &str) -> bool {
        self.runs(text, false)
    }

    /// Could a text that begins like this fit?
    pub(super) fn could_begin(&self, text: &str) -> bool {
        self.runs(text, true)
    }

    /// Goes through the text once, and back to the last `*` where something does not fit.
    fn runs(&self, text: &str, is_beginning: bool) -> bool {
        let pieces = &self.pieces;
        let (mut at, mut piece) = (0, 0);
        let mut again: Option<(usize, usize)> = None;
        while let Some(c) = text[at..].chars().next() {
            match pieces.get(piece) {
                Some(Piece::Many) => {
                    if is_beginning {
                        return true;
                    }
                    again = Some((at, piece + 1));
                    piece += 1;
                    continue;
                }
                Some(Piece::One) => {}
                Some(Piece::This(this)) if *this == c => {}
                Some(Piece::This(_)) | None => {
                    let Some((from, after)) = again else { return false };
                    let next = from + text[from..].chars().next().map_or(1, char::len_utf8);
                    again = Some((next, after));
                    (at, piece) = (next, after);
                    continue;
                }
            }
            at += c.len_utf8();
            piece += 1;
        }
        is_beginning || pieces[piece..].iter().all(|rest| *rest == Piece::Many)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::fold;

    #[test]
    fn patterns_fit_whole_texts() {
        let fits = |pattern, text| Wildcard::new(pattern, fold).fits(text);
        for (pattern, text) in
            [("a*c", "abc"), ("a*c", "ac"), ("*c", "ccc"), ("M?r*", "merchants"), ("Mér*", "merchants"), ("*b*d*", "abcde"), ("a**", "a")]
        {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a*c", "abcd"), ("a?c", "ac"), ("*c", "cb"), ("a", "ab"), ("a?", "a")] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
        assert!(Wildcard::new("ab*yz", fold).could_begin("abq") && !Wildcard::new("ab*yz", fold).could_begin("axq"));
        assert!(Wildcard::of_name("*.ZIP").fits_name("ev/a.zip") && !Wildcard::of_name("*.zip").fits_name("ev/a.zip!/b"));
        assert!(Wildcard::of_name("Home/").fits_name("ev/home/x"));
        assert_eq!(Wildcard::new("mér?x*", fold).prefix(), "mer");
    }
}
