//! Headers that say more than what stands below them: whose it is, which of several, how it is written. `CUSTSSN`,
//! `SSN_PRIMARY`, `Account number (last 10)`, `SSN of Borrower`.

use super::header::{Meaning, Reading, read, words};

/// Words for whose something is and which of several, as they stand before or behind it, also without anything between.
#[rustfmt::skip]
const QUALIFIERS: &[&str] = &[
    "account", "acct", "available", "avail", "beneficiary", "bene", "ben", "borrower", "borr", "bor", "business", "bus", "cardholder",
    "cell", "ch", "coborrower", "coborr", "current", "curr", "cur", "customer", "cust", "daytime", "employee", "emp", "ee", "home", "hm",
    "individual", "indiv", "insured", "joint", "jt", "ledger", "legal", "line", "ln", "mailing", "mail", "member", "mbr", "mem", "mobile",
    "original", "orig", "owner", "participant", "part", "patient", "person", "physical", "primary", "prim", "pri", "principal", "prin",
    "residence", "res", "secondary", "sec", "spouse", "statement", "stmt", "str", "subscriber", "sub", "tran", "trans", "txn", "work", "wk",
];

/// Words behind what they say no more of.
const BEHIND: &[&str] = &["number", "no", "nr", "num", "nbr", "id", "code", "cd", "dt", "date", "dte", "full", "last", "ein"];

/// What a header says without words that qualify it; nothing where it has none, or says nothing without them.
pub(super) fn readings(header: &str) -> impl Iterator<Item = Reading> {
    let bare = header.split_once('(').map_or(header, |(before, _)| before).trim();
    let mut words = words(bare);
    words.truncate(words.iter().rposition(|word| !word.bytes().all(|b| b.is_ascii_digit())).map_or(0, |last| last + 1));
    let of = words.iter().position(|word| word == "of").filter(|at| *at > 0);
    let before = words.iter().position(|word| !QUALIFIERS.contains(&word.as_str())).filter(|at| *at > 0);
    let is_behind = |word: &String| [QUALIFIERS, BEHIND].iter().any(|those| those.contains(&word.as_str()));
    let behind = words.iter().rposition(|word| !is_behind(word)).map(|at| at + 1).filter(|at| *at < words.len());
    let glued = words.get(before.unwrap_or(0)..).and_then(<[String]>::split_first).and_then(|(word, behind)| {
        let rest = QUALIFIERS.iter().filter_map(|qualifier| word.strip_prefix(qualifier)).filter(|rest| rest.len() > 1);
        rest.map(|rest| [&[rest.to_owned()], behind].concat().join(" ")).find(|rest| is_known(&read(rest)))
    });
    let part = |from: Option<usize>, to: Option<usize>| {
        let is_part = from.is_some() || to.is_some();
        is_part.then(|| words.get(from.unwrap_or(0)..to.unwrap_or(words.len())).unwrap_or_default().join(" "))
    };
    let shorter = [
        (bare.len() < header.len()).then(|| bare.to_owned()),
        part(None, of),
        part(before, None),
        part(None, behind),
        part(before, behind),
        glued,
    ];
    shorter.into_iter().flatten().map(|shorter| read(&shorter)).filter(is_known)
}

/// Does it say what only persons, their accounts or their addresses have?
fn is_known(reading: &Reading) -> bool {
    !matches!(
        reading.meaning,
        None | Some(Meaning::Neither | Meaning::Institution | Meaning::Date | Meaning::Country | Meaning::Credential)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_without_what_qualifies_them() {
        let meaning = |header: &str| readings(header).next().and_then(|reading| reading.meaning);
        for (header, known) in [
            ("CUSTSSN", Meaning::Ssn),
            ("SSN_PRIMARY", Meaning::Ssn),
            ("SSN (9 digits)", Meaning::Ssn),
            ("SSN of Borrower", Meaning::Ssn),
            ("MBRFIRST", Meaning::First),
            ("Cust Last", Meaning::Last),
            ("MAIL_ADDR", Meaning::Street),
            ("HMPH", Meaning::Phone),
            ("owner.HMPH", Meaning::Phone),
            ("ADDR LN 1", Meaning::Street),
        ] {
            assert_eq!(meaning(header), Some(known), "{header}");
        }
        for header in ["", "(", "of", "home", "empty", "working", "member since", "status (customer)", "cust", "é(é)"] {
            assert_eq!(meaning(header), None, "{header}");
        }
    }
}
