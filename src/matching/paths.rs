//! What the place and the name of an item say.

use super::attribution::Place;
use super::lexicon::{Lexicon, What, is_numeric, is_telling_code, proves};
use super::mention::{Mention, Source, mention};
use super::names::{is_bank_word, is_small_word};
use super::passage::Text;
use crate::identifier::{self, aba, inline::LONG_NUMBER};
use crate::model::{Basis, EvidencePath, Role, Scheme, Strength, escape_bytes};

/// Judges an item's path: the homes it lies in, and what its own step names (the steps above are those of
/// its containers, which are items of their own).
pub(super) fn judge(lexicon: &Lexicon, path: &EvidencePath, place: &Place) -> Vec<Mention> {
    let mut mentions = Vec::new();
    for home in &place.homes {
        for &institution in &home.holders {
            // What several bear decides for none of them.
            let (role, strength, basis) = if home.sure && home.holders.len() == 1 {
                (Role::Owner, Strength::Sure, Basis::AccountPath)
            } else {
                (Role::Unknown, Strength::Weak, Basis::WeakEvidence)
            };
            let if_alone = (home.sure && home.holders.len() > 1).then_some((Role::Owner, Strength::Sure, Basis::AccountPath));
            let found = mention(institution, home.scheme.clone(), home.value.clone(), role, strength, basis);
            push(&mut mentions, Mention { if_alone, ..found }, path);
        }
    }
    let Some(step) = path.steps.last() else { return mentions };
    let shown = escape_bytes(step);
    let text = Text::new(&shown);
    for found in text.find(lexicon) {
        let entry = &lexicon.entries[found.entry as usize];
        let component = shown[..found.span.start].rfind('/').map_or(0, |i| i + 1)
            ..shown[found.span.end..].find('/').map_or(shown.len(), |i| found.span.end + i);
        let is_folder = component == found.span && component.end < shown.len();
        let code = code_of(lexicon, &shown[component], &entry.holders);
        let (scheme, value, judgement) = match &entry.what {
            // `104233_First_State_Bank`: two schemes of one institution, as in a passage.
            What::Name { terms, one_word: false } if code.is_some() => {
                (Scheme::Name, terms.join(" "), (Role::Owner, Strength::Sure, Basis::ClientRecord))
            }
            // A folder that bears the name is more than a passing mention.
            What::Name { terms, one_word } if entry.holders.len() == 1 && !one_word => {
                let judgement = if is_folder {
                    (Role::Unknown, Strength::Weak, Basis::WeakEvidence)
                } else {
                    (Role::Reference, Strength::Sure, Basis::Named)
                };
                (Scheme::Name, terms.join(" "), judgement)
            }
            // Words of paths are no sentences: a single word or a shared name there points at nobody.
            What::Name { terms, one_word: false } => (Scheme::Name, terms.join(" "), (Role::Unknown, Strength::Weak, Basis::AmbiguousName)),
            What::Name { .. } => continue,
            // `client_code=AB12_0042.csv`
            What::Identifier(scheme @ (Scheme::ClientCode | Scheme::TransferAccount), value)
                if shown[..found.span.start].ends_with('=') && found.label.is_some_and(|label| proves(label, value)) =>
            {
                (scheme.clone(), value.clone(), (Role::Owner, Strength::Sure, Basis::ClientRecord))
            }
            What::Identifier(scheme @ (Scheme::ClientCode | Scheme::TransferAccount), value)
                if is_telling_code(value) || shown[..found.span.start].ends_with(char::is_alphabetic) =>
            {
                (scheme.clone(), value.clone(), (Role::Unknown, Strength::Weak, Basis::WeakEvidence))
            }
            // `clients/104233/`: a numeric code that is all of a folder's name, below one that says of whom its folders are.
            // In a home it is the account's own numbering.
            What::Identifier(scheme @ Scheme::ClientCode, value)
                if is_folder && !place.homes.iter().any(|home| home.sure) && is_below_clients(&shown[..found.span.start]) =>
            {
                (scheme.clone(), value.clone(), (Role::Unknown, Strength::Weak, Basis::WeakEvidence))
            }
            What::Identifier(scheme @ (Scheme::Domain | Scheme::Lei | Scheme::Bic), value) => {
                (scheme.clone(), value.clone(), (Role::Unknown, Strength::Weak, Basis::WeakEvidence))
            }
            What::Identifier(scheme @ Scheme::Other(_), value) if is_telling_code(value) => {
                (scheme.clone(), value.clone(), (Role::Unknown, Strength::Weak, Basis::WeakEvidence))
            }
            What::Identifier(..) => continue,
        };
        if place.homes.iter().any(|h| h.value == value) {
            continue;
        }
        for &institution in &entry.holders {
            // What several bear decides for none of them.
            let (role, strength, basis) = match judgement {
                (Role::Owner, ..) if entry.holders.len() > 1 => (Role::Unknown, Strength::Weak, Basis::WeakEvidence),
                judgement => judgement,
            };
            push(&mut mentions, mention(institution, scheme.clone(), value.clone(), role, strength, basis), path);
        }
    }
    for (value, institution) in short_names(lexicon, &text).into_iter().filter(|_| !place.homes.iter().any(|home| home.sure)) {
        let (role, strength, basis) = (Role::Unknown, Strength::Weak, Basis::WeakEvidence);
        push(&mut mentions, mention(institution, Scheme::ClientCode, value, role, strength, basis), path);
    }
    // A routing number is the whole name of a folder by no chance.
    for folder in shown.split('/').rev().skip(1).filter(|folder| aba::is_valid(folder)) {
        let Some((_, entry)) = lexicon.by_value(&Scheme::Aba, folder) else { continue };
        for &institution in entry.holders.iter().filter(|_| !place.homes.iter().any(|home| home.sure)) {
            let (role, strength, basis) = (Role::Unknown, Strength::Weak, Basis::WeakEvidence);
            push(&mut mentions, mention(institution, Scheme::Aba, folder.to_owned(), role, strength, basis), path);
        }
    }
    mentions
}

/// Is the last folder of a path named for the vendor's clients, and nothing else?
fn is_below_clients(path: &str) -> bool {
    let Some(folder) = path.strip_suffix('/').map(|path| path.rsplit('/').next().unwrap_or(path)) else { return false };
    let word = folder.to_ascii_lowercase();
    matches!(&word[..], "customers" | "banks" | "members") || word.ends_with('s') && identifier::is_exact(&[&word])
}

/// The client code of these, who are one institution, that stands in the name of a folder or file.
fn code_of<'n>(lexicon: &Lexicon, name: &'n str, holders: &[usize]) -> Option<&'n str> {
    let is_own = |word: &&str| {
        let is_value = is_telling_code(word) || word.len() >= LONG_NUMBER && is_numeric(word);
        is_value && lexicon.by_value(&Scheme::ClientCode, word).is_some_and(|(_, entry)| entry.holders == holders)
    };
    name.split(|c: char| !c.is_alphanumeric()).find(|word| holders.len() == 1 && is_own(word))
}

/// Codes that stand in the name of a folder or file beside the word with which a name of their holder begins:
/// `104233-Cobalt`. A word that every other bank begins with says nothing.
fn short_names(lexicon: &Lexicon, text: &Text<'_>) -> Vec<(String, usize)> {
    const SHORTEST: usize = 4;
    let mut out = Vec::new();
    let mut at = 0;
    for component in text.text.split('/') {
        let span = at..at + component.len();
        at = span.end + 1;
        let codes = component
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.len() >= SHORTEST && word.bytes().any(|b| b.is_ascii_digit()))
            // Years are in every other name.
            .filter(|word| !(word.len() == SHORTEST && is_numeric(word) && ["19", "20"].iter().any(|century| word.starts_with(century))));
        for code in codes.filter(|code| code.len() < component.len()) {
            let Some((_, entry)) = lexicon.by_value(&Scheme::ClientCode, code) else { continue };
            let [holder] = entry.holders[..] else { continue };
            let is_first = |term: &str| {
                let is_said_of_many = is_bank_word(term) || is_small_word(term) || term == "first";
                term.len() >= SHORTEST
                    && !is_said_of_many
                    && term.bytes().all(|b| !b.is_ascii_digit())
                    && lexicon.begins_name_of(term, holder)
            };
            if text.tokens_in(&span).any(|token| is_first(token.term)) {
                out.push((code.to_owned(), holder));
            }
        }
    }
    out
}

fn push(mentions: &mut Vec<Mention>, one: Mention, path: &EvidencePath) {
    let mention = Mention { context: path.to_string(), source: Source::Path, ..one };
    if !mentions.iter().any(|m| m.key() == mention.key()) {
        mentions.push(mention);
    }
}
