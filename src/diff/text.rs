use super::{Answer, Difference, InstitutionChange};
use crate::report::plain;
use std::fmt::Write;

impl Difference {
    /// For people, with at most so many institutions; what is left out is counted.
    pub fn to_text(&self, limit: usize) -> String {
        let mut out = String::new();
        let mut line =
            |depth: usize, words: &str| writeln!(out, "{:width$}{}", "", plain(words), width = 2 * depth).expect("a string takes it");
        if self.inputs.is_empty() {
            line(0, "the two runs rest on the same evidence, registry, policy, reviews and version");
        }
        for change in &self.inputs {
            line(0, &format!("{} changed: {} -> {}", change.input.as_str(), short(&change.before), short(&change.after)));
        }
        let others = self.institutions.iter().filter(|i| i.is_other_verdict()).count();
        line(
            0,
            &format!(
                "{others} verdicts changed, {} only in what they are based on, {} stayed",
                self.institutions.len() - others,
                self.unchanged
            ),
        );
        let mut order: Vec<&InstitutionChange> = self.institutions.iter().collect();
        order.sort_by_key(|i| (!i.is_other_verdict(), i.after.as_ref().map(|a| a.verdict)));
        for one in order.iter().take(limit) {
            line(0, "");
            line(0, &format!("{}  {}", one.customer_id, one.legal_name));
            line(1, &format!("{} -> {}", answer(one.before.as_ref()), answer(one.after.as_ref())));
            for reason in &one.reasons {
                line(1, &format!("{}: {}", reason.input.as_str(), reason.because));
            }
        }
        if order.len() > limit {
            line(0, "");
            line(0, &format!("and {} more; --limit 0 shows all, and so does --json", order.len() - limit));
        }
        out
    }
}

fn answer(answer: Option<&Answer>) -> String {
    answer.map_or("not registered".to_owned(), |a| format!("{} ({})", a.verdict, a.bases.join(", ")))
}

/// The beginning of a digest.
fn short(word: &str) -> &str {
    if word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit()) {
        &word[..12]
    } else if word.is_empty() {
        "none"
    } else {
        word
    }
}
