//! Operators of the payment systems: numbers that stand in origin, destination and receiver fields and
//! are nobody's customer.
//!
//! Sources: the routing numbers of Federal Reserve offices in 12 CFR part 229 (Regulation CC),
//! appendix A; record type 0 ("institution is a Federal Reserve Bank") of the FedACH directory of
//! December 2018. Offices that closed keep their numbers in old files and are listed. The Clearing
//! House publishes no number for EPN; its files are told by an electronic transaction identifier.

use super::routing_number::RoutingNumber;

/// Offices of the Federal Reserve Banks, sorted.
const RESERVE_BANKS: [&str; 49] = [
    "011000015",
    "011099660",
    "011100481",
    "021001208",
    "021204005",
    "021305001",
    "022000266",
    "031000040",
    "041000014",
    "042000437",
    "043000300",
    "044000503",
    "051000033",
    "051050339",
    "051900023",
    "052000278",
    "053000206",
    "053900089",
    "061000146",
    "062000190",
    "063000199",
    "064000101",
    "065000210",
    "066000109",
    "071000301",
    "071107110",
    "072000290",
    "073000338",
    "074000201",
    "075000129",
    "081000045",
    "082000138",
    "083000593",
    "084000039",
    "091000080",
    "092000267",
    "101000048",
    "102000199",
    "103000240",
    "104000126",
    "111000038",
    "112000011",
    "113000049",
    "114000721",
    "121000374",
    "122000166",
    "123000013",
    "124000313",
    "125000011",
];

/// Application numbers under which operators deliver files.
const APPLICATIONS: [&str; 1] = ["691000134"];

/// An operator's own number: never owner, never counterparty.
pub(super) fn is_operator(number: RoutingNumber) -> bool {
    // Offices have the prefixes of the twelve districts.
    match number.prefix() {
        1..=12 => RESERVE_BANKS.binary_search_by(|office| office.as_bytes().cmp(number.digits())).is_ok(),
        _ => APPLICATIONS.iter().any(|application| application.as_bytes() == number.digits()),
    }
}

/// Numbers with the prefixes 61 to 72 identify clearing houses and processors, not banks. As the origin
/// of a file they say that it was delivered.
pub(super) fn is_electronic_identifier(number: RoutingNumber) -> bool {
    (61..=72).contains(&number.prefix())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_and_check() {
        assert!(RESERVE_BANKS.is_sorted());
        for number in RESERVE_BANKS.iter().chain(&APPLICATIONS) {
            assert!(is_operator(RoutingNumber::parse(number.as_bytes()).expect(number)));
        }
        assert!(!is_operator(RoutingNumber::parse(b"021000021").unwrap()));
    }
}
