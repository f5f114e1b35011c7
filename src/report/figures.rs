//! Figures as people read them. Whole numbers only, so that a page never depends on rounding of a machine.

/// A number with its thousands apart: `8,100`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number of bytes in decimal units, cut to one decimal: `40.2 MB`.
pub(super) fn bytes(number: u64) -> String {
    const UNITS: [(&str, u64); 5] =
        [("PB", 1_000_000_000_000_000), ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    match UNITS.iter().find(|(_, size)| number >= *size) {
        Some((unit, size)) => format!("{}.{} {unit}", grouped(number / size), number % size / (size / 10)),
        None => format!("{number} bytes"),
    }
}

/// A share in per cent with one decimal, rounded. What is more than nothing never reads as nothing, and what is
/// less than all never reads as all.
pub(super) fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "0 %".to_owned();
    }
    if part >= whole {
        return "100 %".to_owned();
    }
    let (part, whole) = (u128::from(part), u128::from(whole));
    let tenths = (part * 1000 + whole / 2) / whole;
    match (part, tenths.min(999)) {
        (0, _) => "0 %".to_owned(),
        (_, 0) => "under 0.1 %".to_owned(),
        (_, tenths) => format!("{}.{} %", tenths / 10, tenths % 10),
    }
}

/// `1 item`, `2 items`.
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(100), "100");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(40_212_345), "40.2 MB");
        assert_eq!(bytes(u64::MAX), "18,446.7 PB");
        assert_eq!(share(0, 10), "0 %");
        assert_eq!(share(1, 1_000_000), "under 0.1 %");
        assert_eq!(share(999_999, 1_000_000), "99.9 %");
        assert_eq!((share(1, 72), share(11, 72), share(60, 72)), ("1.4 %".to_owned(), "15.3 %".to_owned(), "83.3 %".to_owned()));
        assert_eq!((share(1, 2000), share(1, 2001)), ("0.1 %".to_owned(), "under 0.1 %".to_owned()));
        assert_eq!(share(10, 10), "100 %");
        assert_eq!(share(u64::MAX - 1, u64::MAX), "99.9 %");
        assert_eq!(count(1, "gap", "gaps"), "1 gap");
    }
}
