//! Names that are made of what other texts are made of: single letters, an article and a word, a word and a short legal form.

use crate::false_hits::outcome;
use crate::harness::Institution;

const NAMES: [&str; 7] = [
    "P.I.E. Credit Union",
    "A.B.D. Federal Credit Union",
    "Code Credit Union",
    "First Credit Union",
    "The Savings Bank",
    "The Savings",
    "U.S. Harbor Bank, National Association",
];

/// Those that are not ruled out by a text, with their verdicts.
fn named(text: &str) -> Vec<(String, String)> {
    let institutions: Vec<Institution> =
        NAMES.iter().enumerate().map(|(n, name)| Institution::new(name, name).with("client_code", &format!("QHSB7{n}"))).collect();
    let (_desk, outputs) = outcome(&institutions, &[("doc/a.txt", format!("{text}\n"))]);
    outputs.verdicts().into_iter().filter(|(_, verdict)| verdict != "ruled_out").collect()
}

#[test]
fn letters_articles_and_short_forms_in_other_texts_are_no_names() {
    for text in [
        "which are all of the form y^2 = x^3 - 3x + b (mod p), i.e., the points have coordinates (x,y)",
        "from sympy.abc import a, b, d",
        "PASS: dw2-no-code-cu.exp: ok",
        "* dwarf.c: Always do the first CU length scan.",
        "The savings are significant. The Savings Plans term in years.",
        "account_type = SAVINGS_BANK",
    ] {
        assert_eq!(named(text), [], "{text}");
    }
}

#[test]
fn such_names_as_they_are_written_are_names() {
    for (text, name) in [
        ("We called P.I.E. Credit Union today.", NAMES[0]),
        ("We called PIE's bank, A.B.D. Federal Credit Union, today.", NAMES[1]),
        ("We called Code CU today.", NAMES[2]),
        ("we called code credit union today.", NAMES[2]),
        ("we called first cu today", NAMES[3]),
        ("A letter of The Savings Bank came.", NAMES[4]),
        ("A letter of U.S. Harbor Bank came.", NAMES[6]),
    ] {
        let found = named(text);
        assert!(found.iter().any(|(id, verdict)| id == name && verdict == "referenced"), "{text}: {found:?}");
    }
    let found = named("A letter of The Savings came today.");
    assert_eq!(found, [(NAMES[5].to_owned(), "undetermined".to_owned())]);
}
