/// The number of an English month, by its first three letters.
pub fn month(word: &[u8]) -> Option<u8> {
    const MONTHS: [&[u8; 3]; 12] = [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
    let head = word.get(..3)?;
    (1..).zip(MONTHS).find(|(_, month)| head.eq_ignore_ascii_case(&month[..])).map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_letters_tell_a_month() {
        for (word, number) in [("jan", Some(1)), ("March", Some(3)), ("DECEMBER", Some(12)), ("ja", None), ("jab", None), ("", None)] {
            assert_eq!(month(word.as_bytes()), number, "{word}");
        }
    }
}
