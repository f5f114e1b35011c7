//! Banks that running text puts on the other side of a payment: `Beneficiary bank: …`, `please wire the fee to: …`.

/// So far before a number its side is said.
const BEFORE: usize = 200;
/// Banks to which money goes, and how somebody is asked to send it.
const RECEIVING: &[&str] = &[
    "beneficiary bank",
    "beneficiarys bank",
    "beneficiary institution",
    "bene bank",
    "receiving bank",
    "receivers bank",
    "receiver bank",
    "creditor bank",
    "payee bank",
    "destination bank",
    "intermediary bank",
    "correspondent bank",
    "bank of beneficiary",
    "remit to",
    "remit payment to",
    "wire funds to",
];
/// Whoever is named behind one of these is on no other side, or nobody says so.
const OTHERS: &[&str] = &["originating", "originator", "ordering", "sending", "sender", "debtor", "payer", "client", "customer", "from"];

/// Does the text before a place say that the bank there is the one to which money goes? What stands nearest decides.
pub(super) fn is_receiving(text: &str, at: usize) -> bool {
    let mut from = at.saturating_sub(BEFORE).min(text.len());
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let Some(before) = text.get(from..at) else { return false };
    let letters = |word: &str| word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let words: Vec<String> = before.split(|c: char| c.is_whitespace() || matches!(c, ':' | ',' | '/')).map(letters).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
    let ends = |phrase: &str, until: usize| {
        let count = phrase.split(' ').count();
        until.checked_sub(count).and_then(|start| words.get(start..until)).is_some_and(|said| said.iter().copied().eq(phrase.split(' ')))
    };
    let last = |phrases: &[&str]| (1..=words.len()).rev().find(|until| phrases.iter().any(|phrase| ends(phrase, *until)));
    last(RECEIVING).is_some_and(|receiving| last(OTHERS).is_none_or(|other| other < receiving))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_side_is_said_before_the_number() {
        for text in [
            "Beneficiary Bank: First State Bank\nABA: ",
            "Please remit to:\n First State, ABA ",
            "é Wire funds to: x ",
            "remit payment to ",
        ] {
            assert!(is_receiving(text, text.len()), "{text}");
        }
        for text in ["", "Bank: First State ABA ", "Beneficiary bank: X. Originating bank: Y ABA ", "remit to us. Client: X ABA ", "é"] {
            assert!(!is_receiving(text, text.len()), "{text}");
        }
        assert!(!is_receiving("é", 1));
    }
}
