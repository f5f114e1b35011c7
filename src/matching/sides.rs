//! Banks to which running text asks to send money, which tells not whose it is: `Beneficiary bank: …`, `please wire the fee to: …`.

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
    let Some(before) = text.get(text.ceil_char_boundary(at.saturating_sub(BEFORE))..at) else { return false };
    let letters = |word: &str| word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let words = before.split(|c: char| c.is_whitespace() || matches!(c, ':' | ',' | '/')).map(letters).filter(|word| !word.is_empty());
    let said: String = words.map(|word| format!(" {word}")).chain([" ".to_owned()]).collect();
    let last = |phrases: &[&str]| phrases.iter().filter_map(|phrase| Some(said.rfind(&format!(" {phrase} "))? + phrase.len())).max();
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
