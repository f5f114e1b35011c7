//! A name with the place of who bears it behind it, as addresses and letters write it: `FIRST NATIONAL BANK DECORAH IA 52101`,
//! `First National Bank of Decorah, IA`.

use super::lexicon::Place;
use super::passage::Text;

/// Bytes behind a name in which its place stands.
const REACH: usize = 120;

impl Text<'_> {
    /// Do city and region of this place, and nothing else, stand right behind a place in the text? A city alone may be a part
    /// of another's name.
    pub fn is_addressed(&self, from: usize, place: &Place) -> bool {
        if place.city.is_empty() || place.region.is_empty() {
            return false;
        }
        let mut end = from;
        let near = from..from.saturating_add(REACH).min(self.text.len());
        let mut tokens = self.tokens_in(&near).filter(|token| !token.compound && token.span.start >= from).peekable();
        // The token that follows after one of these gaps, if it is as wanted.
        let mut next = |gaps: &[&str], is_wanted: &dyn Fn(&str, &str) -> bool| {
            let taken = tokens.next_if(|token| {
                let gap = self.text.get(end..token.span.start);
                gap.is_some_and(|gap| gaps.contains(&gap)) && is_wanted(token.term, &self.text[token.span.clone()])
            });
            taken.map(|token| end = token.span.end).is_some()
        };
        next(&[" "], &|term, _| term == "of");
        place.city.iter().all(|word| next(&[" ", "-", ". "], &|term, _| term == word))
            && next(&[" ", ", "], &|_, text| text == place.region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn city_and_region_stand_right_behind_the_name() {
        let place =
            |city: &str| Place { city: city.split(' ').map(str::to_owned).collect(), region: "IA".to_owned(), marks: String::new() };
        let is = |text: &str, city: &str| Text::new(text).is_addressed("FIRST BANK".len(), &place(city));
        for text in ["FIRST BANK DECORAH IA 52101", "First Bank of Decorah, IA", "First Bank Decorah, IA"] {
            assert!(is(text, "decorah"), "{text}");
        }
        assert!(is("FIRST BANK WEST POINT IA", "west point"));
        for text in [
            "First Bank of Decorah",
            "First Bank of Decorah, PA",
            "First Bank of Decorah Falls, IA",
            "First Bank of North Decorah, IA",
            "First Bank, which Decorah, IA knows",
            "First Bank of Decorah, Ia",
        ] {
            assert!(!is(text, "decorah"), "{text}");
        }
    }
}
