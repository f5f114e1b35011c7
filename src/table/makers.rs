//! Makers of programs and texts: authors, maintainers, contributors. With a name and an e-mail address alone they are
//! nobody's customers.

use super::ColumnType;
use super::header::words;
use super::typing::Typed;

/// What lists of them are called, one of many.
const MAKERS: &[&str] = &["author", "maintainer", "contributor", "developer", "committer", "publisher", "reviewer", "translator"];
/// What else they are called, where there are fewer than this.
const CONTACT: &str = "contact";
const CONTACTS: usize = 5;

/// Is a list of this name one of makers, or may it be?
pub(crate) fn is_makers(name: &str) -> bool {
    says(name, true)
}

fn says(name: &str, is_short: bool) -> bool {
    words(name).iter().any(|word| {
        let one = word.strip_suffix('s').unwrap_or(word);
        MAKERS.contains(&one) || is_short && one == CONTACT
    })
}

/// Names and e-mail addresses are of no type where they are those of makers, by the name of the table or by their headers,
/// and all that the table says of persons.
pub(super) fn leave_out(types: &mut [Typed], name: &str, header: &[String], rows: usize) {
    use ColumnType::{Amount, Email, FirstName, LastName, PersonName};
    let is_said = |kind: &ColumnType| matches!(kind, PersonName | FirstName | LastName | Email);
    let is_short = rows < CONTACTS;
    let of_table = says(name, is_short);
    let is_makers = |column: usize| of_table || header.get(column).is_some_and(|header| says(header, is_short));
    let personal = || types.iter().enumerate().filter(|(_, typed)| typed.kind.element().is_some());
    if personal().next().is_none() || !personal().all(|(column, typed)| is_said(&typed.kind) && is_makers(column)) {
        return;
    }
    if types.iter().any(|typed| matches!(typed.kind, Amount | ColumnType::Sums | ColumnType::ClientId(_))) {
        return;
    }
    types.iter_mut().filter(|typed| is_said(&typed.kind)).for_each(|typed| typed.kind = ColumnType::Other);
}
