use super::words::{Pattern, SEPARATOR, Text, Word, is_group_mark};
use crate::identifier::inline;
use crate::ledger::{client_term, identifier_term};
use crate::matching::is_whole_domain;
use crate::model::Scheme;
use crate::tokens::{begins_word, ends_word, fold, phrases_of};
use std::ops::Range;

/// A number or bank code of fewer characters says too little where it stands alone.
const TELLING: usize = 8;

/// An identifier, and the ways in which a case may hold it.
#[derive(Clone, Debug)]
pub(super) struct Identifier {
    scheme: Scheme,
    /// Where it stands as a token or number of its own; none where that says too little.
    pub patterns: Vec<Pattern>,
    /// Terms of the index, of labelled numbers and of bank parts of IBANs.
    pub typed: Vec<String>,
    /// Terms of the ledger, of columns and of parties of payments.
    pub facts: Vec<String>,
}

impl Identifier {
    /// From a value in its normal form.
    pub(super) fn new(scheme: &Scheme, value: &str) -> Self {
        let bare = bare(scheme, value);
        let own = |scheme: &Scheme| identifier_term(scheme, value);
        let (typed, facts) = match scheme {
            // The bank part of an IBAN and a national bank code are one thing; the latter often lacks its country.
            Scheme::IbanBank | Scheme::NationalBankCode => {
                let both = [own(&Scheme::IbanBank), own(&Scheme::NationalBankCode)];
                let unknown = |bare: String| identifier_term(&Scheme::NationalBankCode, &bare);
                let typed = [&both[..], &[unknown(bare.to_owned())]].concat();
                (typed, [&both[..], &[unknown(format!(":{bare}"))]].concat())
            }
            Scheme::ClientCode | Scheme::TransferAccount => (vec![own(scheme)], vec![client_term(value)]),
            Scheme::Aba
            | Scheme::Bic
            | Scheme::Lei
            | Scheme::FdicCert
            | Scheme::NcuaCharter
            | Scheme::Rssd
            | Scheme::SortCode
            | Scheme::Domain
            | Scheme::PgpKey
            | Scheme::Name
            | Scheme::Other(_) => (vec![own(scheme)], vec![own(scheme)]),
        };
        let is_number = bare.bytes().all(|b| b.is_ascii_digit());
        let is_bank_code = matches!(scheme, Scheme::IbanBank | Scheme::NationalBankCode);
        let patterns = if (is_number || is_bank_code) && bare.len() < TELLING {
            Vec::new()
        } else if is_number || matches!(scheme, Scheme::Lei | Scheme::PgpKey) {
            vec![Pattern::Grouped(fold(bare))]
        } else {
            phrases_of(bare).into_iter().map(|phrase| Pattern::Phrase(phrase.into_iter().map(Word::Exact).collect())).collect()
        };
        Self { scheme: scheme.clone(), patterns, typed, facts }
    }

    /// Every place where it stands in a text, and whether it is shown there: inside an IBAN it is a part of
    /// somebody's account.
    pub(super) fn find(&self, text: &Text<'_>) -> Vec<(Range<usize>, bool)> {
        let mut out = Vec::new();
        inline::find(text.text, &text.tokens, &mut |found| {
            if self.typed.contains(&found.term()) {
                out.push((found.span, found.label.is_some() || found.scheme == Scheme::Bic));
            }
        });
        let accounts: Vec<Range<usize>> = out.iter().filter(|(_, shown)| !shown).map(|(span, _)| span.clone()).collect();
        for span in self.patterns.iter().flat_map(|pattern| text.find(pattern)).flatten() {
            let is_delimited = begins_word(text.text, span.start) && ends_word(text.text, span.end);
            let is_in_account = accounts.iter().any(|account| account.start <= span.start && span.end <= account.end);
            if is_delimited && !is_in_account && (self.scheme != Scheme::Domain || is_whole_domain(text.text, &span)) {
                let is_shown = !is_part_of_number(text.text, &span);
                out.push((span, is_shown));
            }
        }
        out.sort_by_key(|(span, shown)| (span.start, span.end, *shown));
        out.dedup_by(|later, first| later.0 == first.0);
        out
    }
}

/// Do digits go on before or after it, as groups of one number do?
fn is_part_of_number(text: &str, span: &Range<usize>) -> bool {
    goes_on(text[..span.start].chars().rev()) || goes_on(text[span.end..].chars())
}

fn goes_on(chars: impl Iterator<Item = char>) -> bool {
    chars.take(SEPARATOR + 1).find(|c| !is_group_mark(*c)).is_some_and(char::is_numeric)
}

/// A bank code without its country.
fn bare<'v>(scheme: &Scheme, value: &'v str) -> &'v str {
    match scheme {
        Scheme::IbanBank | Scheme::NationalBankCode => value.split_once(':').map_or(value, |(_, code)| code),
        Scheme::Aba
        | Scheme::Bic
        | Scheme::Lei
        | Scheme::FdicCert
        | Scheme::NcuaCharter
        | Scheme::Rssd
        | Scheme::SortCode
        | Scheme::Domain
        | Scheme::ClientCode
        | Scheme::TransferAccount
        | Scheme::PgpKey
        | Scheme::Name
        | Scheme::Other(_) => value,
    }
}
