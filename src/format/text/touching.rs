//! Elements of running text of which one begins right where another ends: what they say are words of their own, unless the
//! elements cut a word into looks.

/// What was read last.
#[derive(Default)]
pub(super) struct Touching {
    /// The last character of the text before, if that is more than one letter or digit.
    last: Option<char>,
    /// Are the element before and the one at hand named?
    are_named: [bool; 2],
    ended: bool,
    began: bool,
}

impl Touching {
    /// An element of running text begins.
    pub fn start(&mut self, attributes: &str) {
        self.are_named = [self.are_named[1], is_named(attributes)];
        self.began = self.ended;
    }

    /// An element ends.
    pub fn end(&mut self, is_inline: bool) {
        self.ended = is_inline;
    }

    /// Text follows, which is not blank: does a blank belong before it?
    pub fn text(&mut self, text: &str) -> bool {
        let before = std::mem::take(self);
        self.are_named[1] = before.are_named[1];
        // Where each character stands in an element of its own, they are no words.
        let is_more = text.chars().nth(1).is_some();
        self.last = text.chars().next_back().filter(|_| is_more);
        let (Some(left), Some(right)) = (before.last, text.chars().next().filter(|_| is_more && before.began)) else { return false };
        left.is_alphanumeric()
            && right.is_alphanumeric()
            && (before.are_named == [true; 2] || !(left.is_alphabetic() && right.is_lowercase()))
    }
}

/// Do the attributes of an element name it? Word processors name what they check.
fn is_named(attributes: &str) -> bool {
    ["class=", "id=", "data-"].iter().any(|name| attributes.contains(name))
        && !attributes.contains("SpellE")
        && !attributes.contains("GramE")
}

#[cfg(test)]
mod tests {
    use crate::format::testing::read_with;
    use crate::format::text::html;

    #[test]
    fn cells_are_words_and_looks_are_not() {
        for (page, wanted) in [
            ("<div><span>Client ID</span><span>104233</span><span>Ann</span></div>", "Client ID 104233 Ann"),
            ("<p><span class=a>first</span><span class=b>state</span></p>", "first state"),
            ("<p>First <b>St</b><i>ate</i> Bank</p>", "First State Bank"),
            ("<p><span class=SpellE>Fir</span><span class=SpellE>st</span></p>", "First"),
            ("<p><i>1</i><i>0</i><i>4</i></p>", "104"),
        ] {
            let text = read_with(html::read, page.as_bytes(), |_, collector| collector.text());
            assert!(text.contains(wanted), "{text:?}");
        }
    }
}
