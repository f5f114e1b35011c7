//! What a mention in a passage proves: the rules for running text, rows of tables and strings of
//! binaries.

use super::lexicon::{Entry, Lexicon, What, is_numeric, is_telling_code, proves};
use super::mention::{Mention, Source, mention};
use super::names::{is_small_word, is_word_with_short_form};
use super::passage::{Found, Text, context};
use super::rows::Rows;
use super::sides;
use crate::identifier::Specific;
use crate::identifier::is_label_word;
use crate::index::StoredPassage;
use crate::model::{Basis, Role, Scheme, Strength};
use crate::passage::{BORDER, PassageKind};
use crate::table::TableFacts;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;

/// Two identifiers of one institution so near to each other speak of it; an identifier of another
/// institution so near to them takes that away.
const BESIDE: usize = 300;
/// Addresses of so many domains together are an address list, which says nothing about any of them.
const ADDRESS_LIST: usize = 5;
/// So many institutions in one record are a list.
const LIST: usize = 5;
/// Stands before the context of what was recognised in a picture.
const RECOGNISED: &str = "[OCR] ";

/// Judges all that stands in a passage. `tables` are the facts of its content's tables.
pub fn judge(lexicon: &Lexicon, passage: &StoredPassage, tables: &[TableFacts]) -> Vec<Mention> {
    let text = Text::new(&passage.text);
    let mut found = text.find(lexicon);
    if found.is_empty() {
        return Vec::new();
    }
    if matches!(passage.kind, PassageKind::Prose | PassageKind::Strings | PassageKind::Recognised) {
        add_numeric_codes(lexicon, &text, &mut found);
    }
    let rows = match passage.kind {
        PassageKind::Rows(table) => Some(Rows::new(&passage.text, tables.get(table as usize))),
        PassageKind::Prose | PassageKind::Payment | PassageKind::Strings | PassageKind::Recognised => None,
    };
    let named = bearers(lexicon, &found);
    let judgement = Judgement { lexicon, text: &text, found: &found, named, rows, code_columns: OnceCell::new(), kind: passage.kind };
    let mut mentions = Vec::new();
    for one in &found {
        judgement.judge(one, &mut |mut mention| {
            mention.offset = passage.map.offset(&passage.text, one.span.start);
            // The bank part of an IBAN was found inside an account's number.
            let is_account = one.label.is_none() && matches!(mention.scheme, Scheme::IbanBank | Scheme::NationalBankCode);
            mention.context = context(&passage.text, &one.span, is_account);
            if passage.kind == PassageKind::Recognised {
                mention.context.insert_str(0, RECOGNISED);
            }
            mention.source = match passage.kind {
                PassageKind::Prose if mention.is_sure_owner() && judgement.is_record(one) => Source::Record,
                PassageKind::Rows(_) if mention.is_sure_owner() && judgement.is_inside_a_cell(one) => Source::Record,
                PassageKind::Prose | PassageKind::Recognised => Source::Prose,
                PassageKind::Rows(_) => Source::Rows,
                PassageKind::Payment => Source::Payment,
                PassageKind::Strings => Source::Strings,
            };
            if let PassageKind::Rows(table) = passage.kind {
                mention.table = Some(table);
            }
            mentions.push(mention);
        });
    }
    mentions
}

/// How many institutions, or groups of them that bear one thing together, are named.
fn bearers(lexicon: &Lexicon, found: &[Found]) -> usize {
    found.iter().map(|one| &lexicon.entries[one.entry as usize].holders).collect::<BTreeSet<_>>().len()
}

/// Does a record say something that happened: a time of day, or on one line a few words that go on in small letters, as
/// neither names nor labels do?
fn tells(record: &str) -> bool {
    let is_time = |word: &str| {
        let mut parts = word.trim_matches(|c: char| !c.is_ascii_digit()).split(':');
        let number = |part: Option<&str>| {
            part.is_some_and(|p| p.len() >= 2 && p.as_bytes()[p.len().saturating_sub(2)..].iter().all(u8::is_ascii_digit))
        };
        number(parts.next()) && number(parts.next())
    };
    // A label ends in a mark, or is made of words of labels; a value in quotes or markup begins with one.
    let goes_on = |word: &&str| {
        let word = word.trim_end_matches([',', '.', ';']);
        word.len() > 2 && word.bytes().all(|b| b.is_ascii_lowercase()) && !is_label_word(word)
    };
    record.split_whitespace().any(is_time) || record.lines().any(|line| line.split_whitespace().filter(goes_on).count() >= 3)
}

/// The record around a code: its line, or up to a blank line where the line is the code with its label and nothing else.
fn record_around(text: &str, span: &Range<usize>) -> Range<usize> {
    const RECORD: usize = 600;
    let start = text[..span.start].rfind(['\n', BORDER]).map_or(0, |at| at + 1);
    let line = start..span.end + text[span.end..].find(['\n', BORDER]).unwrap_or(text.len() - span.end);
    if text[line.clone()].split_whitespace().count() > 4 || tells(&text[line.clone()]) {
        return line;
    }
    let end = text.floor_char_boundary(start + RECORD).max(line.end);
    let rest = &text[start..end];
    start..rest.find("\n\n").or_else(|| rest.find("\n\r\n")).map_or(end, |n| start + n)
}

/// Adds the numeric codes that stand as values of their own near another identifier of their holder. By themselves
/// they are numbers like any other; beside it they are its second scheme.
fn add_numeric_codes(lexicon: &Lexicon, text: &Text<'_>, found: &mut Vec<Found>) {
    let is_whole = |span: &Range<usize>| {
        let joins = |c: char| matches!(c, '-' | '.' | '/' | '_' | '+' | '@' | '#');
        let after = text.text[span.end..].strip_prefix(joins);
        !text.text[..span.start].ends_with(joins) && !after.is_some_and(|rest| rest.starts_with(char::is_alphanumeric))
    };
    let mut codes = Vec::new();
    for one in found.iter() {
        let entry = &lexicon.entries[one.entry as usize];
        let (What::Identifier(scheme, _), [holder]) = (&entry.what, &entry.holders[..]) else { continue };
        if !counts_in_text(scheme, one.label) {
            continue;
        }
        for (value, number) in lexicon.numeric_codes(*holder) {
            let near = one.span.start.saturating_sub(BESIDE)..one.span.end + BESIDE;
            let standing = text.tokens_in(&near).filter(|token| token.term == value && is_whole(&token.span));
            codes.extend(standing.map(|token| Found { entry: number, span: token.span, label: None }));
        }
    }
    if codes.is_empty() {
        return;
    }
    codes.retain(|code| !found.iter().any(|known| known.entry == code.entry && known.span == code.span));
    found.extend(codes);
    found.sort_by_key(|f| (f.span.start, f.span.end, f.entry));
    found.dedup();
}

/// The passage that is judged, and all that was found in it.
pub(super) struct Judgement<'a> {
    pub lexicon: &'a Lexicon,
    pub text: &'a Text<'a>,
    found: &'a [Found],
    /// How many institutions are named.
    named: usize,
    pub rows: Option<Rows<'a>>,
    /// The columns of its rows that hold codes, once asked for.
    code_columns: OnceCell<BTreeSet<usize>>,
    kind: PassageKind,
}

impl Judgement<'_> {
    pub fn entry(&self, found: &Found) -> &Entry {
        &self.lexicon.entries[found.entry as usize]
    }

    fn judge(&self, found: &Found, push: &mut dyn FnMut(Mention)) {
        let entry = self.entry(found);
        match &entry.what {
            What::Name { terms, one_word } => self.name(found, entry, terms, *one_word, push),
            What::Identifier(scheme, value) => {
                if let Some((role, strength, basis)) = self.identifier(found, scheme, value) {
                    let holders = self.singled_out(found, &entry.holders);
                    // What several bear decides for none of them.
                    let if_alone = (holders.len() > 1 && role != Role::Counterparty).then_some((role, strength, basis));
                    let (role, strength, basis) = match if_alone {
                        Some(_) => (Role::Unknown, Strength::Weak, Basis::WeakEvidence),
                        None => (role, strength, basis),
                    };
                    for institution in holders {
                        push(Mention { if_alone, ..mention(institution, scheme.clone(), value.clone(), role, strength, basis) });
                    }
                }
            }
        }
    }

    /// Is it named in a record that says something about it, and is no list by itself?
    fn is_record(&self, found: &Found) -> bool {
        let record = record_around(self.text.text, &found.span);
        let before = |place: usize| self.found.partition_point(|f| f.span.start < place);
        let inside = &self.found[before(record.start)..before(record.end)];
        bearers(self.lexicon, inside) < LIST && tells(&self.text.text[record])
    }

    /// What an identifier at this place proves; `None`: nothing.
    fn identifier(&self, found: &Found, scheme: &Scheme, value: &str) -> Option<(Role, Strength, Basis)> {
        let sure = Some((Role::Owner, Strength::Sure, Basis::ClientRecord));
        let weak = Some((Role::Unknown, Strength::Weak, Basis::WeakEvidence));
        if !matches!(scheme, Scheme::Other(_)) && self.rows.as_ref().is_some_and(|rows| rows.is_typed(found)) {
            // The table's facts speak for columns of identifiers whose schemes are known.
            return None;
        }
        let label = found.label.or_else(|| self.rows.as_ref().and_then(|rows| rows.label(found, scheme)));
        // The other keys of the map have no label, and mean the same.
        let label = label.filter(|_| self.named < LIST || !self.text.heads_map(&found.span));
        let in_payment = self.kind == PassageKind::Payment;
        match scheme {
            Scheme::ClientCode | Scheme::TransferAccount => {
                if label.is_some_and(|label| proves(label, value)) || self.is_code_column(found) {
                    // No check digit tells a code that was misread from another one's.
                    let is_doubtful = self.kind == PassageKind::Recognised
                        || is_numeric(value) && label.is_some() && self.text.may_be_of_another(&found.span);
                    return if is_doubtful && !self.has_second_scheme(found) { weak } else { sure };
                }
                if in_payment {
                    return None;
                }
                if self.has_second_scheme(found) {
                    return sure;
                }
                // `Client45154`: what the number is called stands against it, and is no label.
                let is_glued = || self.text.text[..found.span.start].ends_with(char::is_alphabetic);
                // `Bank No. 45154`: it may be a number that banks have elsewhere.
                let is_banks = || found.label == Some(Specific::Generic) && self.rows.is_none();
                let points = is_numeric(value) && (is_glued() || is_banks());
                if points || is_telling_code(value) { weak } else { None }
            }
            Scheme::Domain if in_payment || self.is_address_list(found) => None,
            Scheme::IbanBank | Scheme::NationalBankCode if label.is_none() => {
                if in_payment {
                    None
                } else {
                    Some((Role::Counterparty, Strength::Sure, Basis::Counterparty))
                }
            }
            // Everybody in a payment file besides its owner was read as a typed field.
            _ if in_payment => None,
            _ if self.has_second_scheme(found) => match self.rows.is_none() && sides::is_receiving(self.text.text, found.span.start) {
                // Whose the text is it does not say.
                true => weak,
                false => sure,
            },
            _ => weak,
        }
    }

    /// Another identifier scheme of the same, single institution beside this one, and no other
    /// institution's identifier beside them.
    fn has_second_scheme(&self, found: &Found) -> bool {
        let entry = self.entry(found);
        let [holder] = entry.holders[..] else { return false };
        let What::Identifier(scheme, _) = &entry.what else { return false };
        let mut second = false;
        for other in self.beside(found) {
            let other_entry = self.entry(other);
            let What::Identifier(other_scheme, _) = &other_entry.what else { continue };
            match other_entry.holders[..] {
                [one] if one == holder => second |= other_scheme != scheme && counts_in_text(other_scheme, other.label),
                _ if other_entry.holders.contains(&holder) => {}
                _ => return false,
            }
        }
        second && counts_in_text(scheme, found.label)
    }

    /// What else was found in the same row, or near in the same text.
    pub fn beside(&self, found: &Found) -> impl Iterator<Item = &Found> {
        let near = match &self.rows {
            Some(rows) => rows.row(found.span.start),
            None => found.span.start.saturating_sub(BESIDE)..found.span.end + BESIDE,
        };
        let from = self.found.partition_point(|f| f.span.start < near.start);
        let itself = found.clone();
        self.found[from..].iter().take_while(move |f| f.span.start < near.end).filter(move |f| **f != itself)
    }

    /// The cell of a column that holds registered codes in nearly all rows, whatever its header says.
    fn is_code_column(&self, found: &Found) -> bool {
        let Some(rows) = &self.rows else { return false };
        rows.cell_span(found.span.start) == found.span && self.code_columns().contains(&rows.cell(found.span.start).0)
    }

    /// The columns of codes; looked for once, and only where a code asks.
    fn code_columns(&self) -> &BTreeSet<usize> {
        self.code_columns.get_or_init(|| {
            let Some(rows) = &self.rows else { return BTreeSet::new() };
            let is_code = |f: &&Found| {
                matches!(&self.entry(f).what, What::Identifier(Scheme::ClientCode | Scheme::TransferAccount, value) if !is_numeric(value))
                    && rows.cell_span(f.span.start) == f.span
            };
            let mut codes: BTreeMap<usize, usize> = BTreeMap::new();
            self.found.iter().filter(is_code).for_each(|f| *codes.entry(rows.cell(f.span.start).0).or_default() += 1);
            let filled = rows.filled();
            let is_full = |column: usize, codes: usize| {
                codes >= 3 && codes * 100 >= filled.get(column).map_or(0, |filled| filled.saturating_sub(1)) * 80
            };
            codes.into_iter().filter(|&(column, codes)| is_full(column, codes)).map(|(column, _)| column).collect()
        })
    }

    /// A code with its label amid other words of one cell: a line of a log, not an entry of a list.
    fn is_inside_a_cell(&self, found: &Found) -> bool {
        const WORDS: usize = 8;
        let cell = self.rows.as_ref().map(|rows| rows.cell_span(found.span.start));
        found.label.is_some() && cell.is_some_and(|cell| self.text.tokens_in(&cell).count() >= WORDS)
    }

    /// Addresses of many domains stand in one list with this one: on its line, or on lines that continue it.
    fn is_address_list(&self, found: &Found) -> bool {
        let text = self.text.text;
        let begins = |at: usize| !text[at + 1..].starts_with([' ', '\t']);
        let from = text[..found.span.start].rmatch_indices('\n').find(|(at, _)| begins(*at)).map_or(0, |(at, _)| at + 1);
        let to = text[found.span.end..]
            .match_indices('\n')
            .find(|(at, _)| begins(found.span.end + at))
            .map_or(text.len(), |(at, _)| found.span.end + at);
        let domains: HashSet<String> = text[from..to]
            .split('@')
            .skip(1)
            .map(|after| {
                after
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '-'))
                    .collect::<String>()
                    .trim_end_matches('.')
                    .to_lowercase()
            })
            .filter(|domain| domain.contains('.'))
            .collect();
        domains.len() >= ADDRESS_LIST
    }

    /// Does a name of one word begin with a small letter, an article left aside? Or is that word, behind an article, the
    /// beginning of what is called otherwise: `The Savings Plans`?
    fn is_word(&self, found: &Found, terms: &[String]) -> bool {
        let text = &self.text.text[found.span.clone()];
        let is_small = |word: &&str| is_small_word(&word.to_lowercase());
        let word = text.split(char::is_whitespace).find(|word| !is_small(word)).unwrap_or(text);
        let goes_on = || {
            let behind = self.text.text[found.span.end..].strip_prefix(' ');
            behind.is_some_and(|behind| behind.starts_with(char::is_uppercase))
        };
        word.starts_with(char::is_lowercase) || terms.first().is_some_and(|term| is_small_word(term)) && goes_on()
    }

    /// `the first CU length`, `no-code-cu.exp`: are a word and a legal form, in small letters, parts of what stands around?
    fn is_amid_words(&self, found: &Found) -> bool {
        let text = &self.text.text[found.span.clone()];
        let is_joined = self.text.text[..found.span.start].ends_with(['-', '_']);
        text.starts_with(char::is_lowercase) && (is_joined || text.chars().any(char::is_uppercase))
    }

    fn name(&self, found: &Found, entry: &Entry, terms: &[String], one_word: bool, push: &mut dyn FnMut(Mention)) {
        if self.kind == PassageKind::Payment {
            return;
        }
        // `we hope for the best`: a single word in small letters is a word, unless something beside it says otherwise.
        let is_text = matches!(self.kind, PassageKind::Prose | PassageKind::Strings | PassageKind::Recognised);
        let may_be_words = || one_word && self.is_word(found, terms) || is_word_with_short_form(terms) && self.is_amid_words(found);
        if is_text && may_be_words() && !entry.holders.iter().any(|&holder| self.is_supported(found, holder)) {
            return;
        }
        let value = terms.join(" ");
        let holders = self.singled_out(found, &entry.holders);
        let alone = holders.len() == 1 && (!one_word || entry.holders.len() > 1 || self.is_supported(found, holders[0]));
        let (role, strength, basis) =
            if alone { (Role::Reference, Strength::Sure, Basis::Named) } else { (Role::Unknown, Strength::Weak, Basis::AmbiguousName) };
        let if_alone = (holders.len() > 1 && !one_word).then_some((Role::Reference, Strength::Sure, Basis::Named));
        for institution in holders {
            push(Mention { if_alone, ..mention(institution, Scheme::Name, value.clone(), role, strength, basis) });
        }
    }
}

/// Does an identifier of this scheme count as one when it stands in a text without a label?
fn counts_in_text(scheme: &Scheme, label: Option<Specific>) -> bool {
    match scheme {
        Scheme::ClientCode | Scheme::TransferAccount | Scheme::Domain | Scheme::Bic | Scheme::Lei | Scheme::PgpKey | Scheme::Other(_) => {
            true
        }
        Scheme::IbanBank | Scheme::Name => false,
        Scheme::Aba | Scheme::NationalBankCode | Scheme::FdicCert | Scheme::NcuaCharter | Scheme::Rssd | Scheme::SortCode => {
            label.is_some()
        }
    }
}
