/// Does a cell only say that nothing is known: `n/a`, `-`, `TBD`, `#N/A` of a spreadsheet, `unknown`, `none`? Case and
/// what is no letter or digit make no difference. A platform of such a name excludes nobody, and an identifier of it
/// finds nobody.
pub fn says_nothing(cell: &str) -> bool {
    let words: String = cell.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    matches!(
        words.as_str(),
        "" | "na"
            | "none"
            | "null"
            | "nil"
            | "nan"
            | "unknown"
            | "unk"
            | "undefined"
            | "unspecified"
            | "unassigned"
            | "tbd"
            | "tba"
            | "tbc"
            | "todo"
            | "pending"
            | "missing"
            | "various"
            | "multiple"
            | "several"
            | "mixed"
            | "other"
            | "any"
            | "notapplicable"
            | "notavailable"
            | "notknown"
            | "notset"
            | "notassigned"
            | "notprovided"
            | "notgiven"
            | "tobedetermined"
            | "tobeassigned"
            | "ref"
            | "novalue"
            | "noneassigned"
            | "unbekannt"
            | "keine"
            | "keiner"
            | "inconnu"
            | "desconocido"
            | "ninguno"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_where_they_know_nothing() {
        for cell in [
            "",
            " - ",
            "?",
            "N/A",
            "n.a.",
            "#N/A",
            "#REF!",
            "TBD",
            "None",
            "NULL",
            "unknown",
            "Not applicable",
            "to be determined",
            "(various)",
        ] {
            assert!(says_nothing(cell), "{cell}");
        }
        for cell in ["NA1", "sftp-hub", "N1", "x7", "Aspera", "no1"] {
            assert!(!says_nothing(cell), "{cell}");
        }
    }
}
