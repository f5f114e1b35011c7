//! Country codes (ISO 3166-1 alpha-2), and `XK`, which SWIFT assigns to Kosovo.

/// Assigned codes, in order, without separators.
const ASSIGNED: &[u8] = b"\
ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZ\
DEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISIT\
JEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZ\
OMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZ\
UAUGUMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW";

/// Is this an assigned code, in capitals?
pub fn is_assigned(code: &str) -> bool {
    let (pairs, _) = ASSIGNED.as_chunks::<2>();
    <[u8; 2]>::try_from(code.as_bytes()).is_ok_and(|code| pairs.binary_search(&code).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_whole() {
        let (pairs, rest) = ASSIGNED.as_chunks::<2>();
        assert!(rest.is_empty() && pairs.is_sorted());
        assert_eq!(pairs.len(), 249 + 1);
        assert!(is_assigned("XK") && is_assigned("AD") && is_assigned("ZW"));
        assert!(!is_assigned("QQ") && !is_assigned("de") && !is_assigned("D") && !is_assigned("é"));
    }
}
