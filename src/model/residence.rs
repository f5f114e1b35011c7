use serde::{Deserialize, Serialize};
use std::fmt;

/// States, districts and territories of the USA, by code. Sorted.
#[rustfmt::skip]
const US: &[(&str, &str)] = &[
    ("AK", "alaska"), ("AL", "alabama"), ("AR", "arkansas"), ("AS", "american samoa"), ("AZ", "arizona"), ("CA", "california"),
    ("CO", "colorado"), ("CT", "connecticut"), ("DC", "district of columbia"), ("DE", "delaware"), ("FL", "florida"), ("GA", "georgia"),
    ("GU", "guam"), ("HI", "hawaii"), ("IA", "iowa"), ("ID", "idaho"), ("IL", "illinois"), ("IN", "indiana"), ("KS", "kansas"),
    ("KY", "kentucky"), ("LA", "louisiana"), ("MA", "massachusetts"), ("MD", "maryland"), ("ME", "maine"), ("MI", "michigan"),
    ("MN", "minnesota"), ("MO", "missouri"), ("MP", "northern mariana islands"), ("MS", "mississippi"), ("MT", "montana"),
    ("NC", "north carolina"), ("ND", "north dakota"), ("NE", "nebraska"), ("NH", "new hampshire"), ("NJ", "new jersey"),
    ("NM", "new mexico"), ("NV", "nevada"), ("NY", "new york"), ("OH", "ohio"), ("OK", "oklahoma"), ("OR", "oregon"),
    ("PA", "pennsylvania"), ("PR", "puerto rico"), ("RI", "rhode island"), ("SC", "south carolina"), ("SD", "south dakota"),
    ("TN", "tennessee"), ("TX", "texas"), ("UT", "utah"), ("VA", "virginia"), ("VI", "virgin islands"), ("VT", "vermont"),
    ("WA", "washington"), ("WI", "wisconsin"), ("WV", "west virginia"), ("WY", "wyoming"),
];

/// Provinces and territories of Canada, by code. Sorted.
#[rustfmt::skip]
const CANADA: &[(&str, &str)] = &[
    ("AB", "alberta"), ("BC", "british columbia"), ("MB", "manitoba"), ("NB", "new brunswick"), ("NL", "newfoundland and labrador"),
    ("NS", "nova scotia"), ("NT", "northwest territories"), ("NU", "nunavut"), ("ON", "ontario"), ("PE", "prince edward island"),
    ("QC", "quebec"), ("SK", "saskatchewan"), ("YT", "yukon"),
];

/// Other writings of countries, beside the two letters of ISO 3166-1. Sorted.
#[rustfmt::skip]
const COUNTRIES: &[(&str, &str)] = &[
    ("AT", "austria"), ("AT", "aut"), ("AU", "aus"), ("AU", "australia"), ("CA", "can"), ("CA", "canada"), ("CH", "che"),
    ("CH", "switzerland"), ("DE", "deu"), ("DE", "deutschland"), ("DE", "germany"), ("ES", "esp"), ("ES", "spain"), ("FR", "fra"),
    ("FR", "france"), ("GB", "gbr"), ("GB", "great britain"), ("GB", "uk"), ("GB", "united kingdom"), ("IE", "ireland"), ("IE", "irl"),
    ("IN", "ind"), ("IN", "india"), ("IT", "ita"), ("IT", "italy"), ("MX", "mex"), ("MX", "mexico"), ("NL", "netherlands"),
    ("NL", "nld"), ("US", "united states"), ("US", "united states of america"), ("US", "us"), ("US", "usa"),
];

/// Where a person lives, as far as a record says: country and its subdivision, each two letters or unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Residence {
    country: [u8; 2],
    region: [u8; 2],
}

impl Residence {
    /// From the cells of a record. A state or province without a country is taken for one of the USA or of
    /// Canada where its code or name is one of theirs; a country may stand in the place of the region.
    pub fn of(region: &str, country: &str) -> Self {
        let (region, country) = (region.trim(), country.trim());
        let country = named(COUNTRIES, country).or_else(|| letters(country));
        let (us, canada) = (known(US, region), known(CANADA, region));
        match (country, us, canada) {
            (None, Some(state), _) => Self { country: *b"US", region: state },
            (None, _, Some(province)) => Self { country: *b"CA", region: province },
            (None, None, None) => match (named(COUNTRIES, region), letters(region)) {
                (Some(country), _) => Self { country, region: [0; 2] },
                // Two letters that are no state: a country or a region of one, which nobody knows.
                (None, Some(region)) => Self { country: [0; 2], region },
                (None, None) => Self::default(),
            },
            (Some(country), Some(state), _) if country == *b"US" => Self { country, region: state },
            (Some(country), _, Some(province)) if country == *b"CA" => Self { country, region: province },
            (Some(country), ..) => Self { country, region: letters(region).unwrap_or_default() },
        }
    }

    /// Nothing is known.
    pub fn is_unknown(self) -> bool {
        self == Self::default()
    }

    /// The country, in two letters; empty when unknown.
    pub fn country(&self) -> &str {
        text(&self.country)
    }
}

/// `US-MA`, `DE`; a region whose country is not known is `ZZ-XX` (ZZ: ISO 3166-1, user-assigned); `unknown`.
impl fmt::Display for Residence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (text(&self.country), text(&self.region)) {
            ("", "") => f.write_str("unknown"),
            ("", region) => write!(f, "ZZ-{region}"),
            (country, "") => f.write_str(country),
            (country, region) => write!(f, "{country}-{region}"),
        }
    }
}

/// Is it the code of a state or territory of the USA or of a province of Canada?
pub fn is_state_code(text: &str) -> bool {
    [US, CANADA].iter().any(|list| list.binary_search_by_key(&text, |(code, _)| code).is_ok())
}

fn text(letters: &[u8; 2]) -> &str {
    if letters[0] == 0 { "" } else { std::str::from_utf8(letters).unwrap_or_default() }
}

/// Two letters, in capitals.
fn letters(text: &str) -> Option<[u8; 2]> {
    match text.as_bytes() {
        [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => Some([a.to_ascii_uppercase(), b.to_ascii_uppercase()]),
        _ => None,
    }
}

fn bytes(code: &str) -> Option<[u8; 2]> {
    code.as_bytes().try_into().ok()
}

fn named(list: &[(&str, &str)], text: &str) -> Option<[u8; 2]> {
    if text.len() < 2 || text.len() > 40 {
        return None;
    }
    list.iter().find(|(_, name)| text.eq_ignore_ascii_case(name)).and_then(|(code, _)| bytes(code))
}

/// By code or by name.
fn known(list: &[(&str, &str)], text: &str) -> Option<[u8; 2]> {
    let by_code = || letters(text).filter(|code| list.iter().any(|(known, _)| known.as_bytes() == code));
    by_code().or_else(|| named(list, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_as_they_are_written() {
        for (region, country, place) in [
            ("MA", "", "US-MA"),
            ("ma", "USA", "US-MA"),
            ("Massachusetts", "", "US-MA"),
            ("CA", "", "US-CA"),
            ("ON", "", "CA-ON"),
            ("BC", "Canada", "CA-BC"),
            ("", "de", "DE"),
            ("BY", "DE", "DE-BY"),
            ("Germany", "", "DE"),
            ("DE", "", "US-DE"),
            ("DE", "GB", "GB-DE"),
            ("XY", "", "ZZ-XY"),
            ("somewhere", "", "unknown"),
            ("", "", "unknown"),
        ] {
            assert_eq!(Residence::of(region, country).to_string(), place, "{region} {country}");
        }
    }

    #[test]
    fn lists_are_sorted_and_without_doubles() {
        for list in [US, CANADA, COUNTRIES] {
            assert!(list.is_sorted());
        }
        assert!(is_state_code("MA") && is_state_code("ON") && !is_state_code("ma") && !is_state_code("DE-"));
        assert!(US.iter().all(|(code, _)| CANADA.iter().all(|(other, _)| code != other)));
    }
}
