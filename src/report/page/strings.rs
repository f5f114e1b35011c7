use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::sync::Arc;

/// Texts that stand in the data more than once, each kept once and named by its number.
#[derive(Default)]
pub(super) struct Strings {
    numbers: HashMap<Arc<str>, usize, RandomState>,
    texts: Vec<Arc<str>>,
}

impl Strings {
    /// The number of a text.
    pub fn number(&mut self, text: &str) -> usize {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.texts.len();
        let text: Arc<str> = text.into();
        self.numbers.insert(Arc::clone(&text), number);
        self.texts.push(text);
        number
    }

    /// All texts, in the order of their numbers.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|text| &**text)
    }
}
