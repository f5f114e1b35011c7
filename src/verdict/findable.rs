use crate::matching::Holders;
use crate::model::Scheme;
use crate::registry::Institution;
use std::collections::BTreeSet;

/// Could an owner mention of an institution be found at all? One that is not findable and depends stays
/// undetermined, however much is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Findability {
    /// It has an identifier of its own from which an owner mention can be made.
    Findable,
    /// One of its identifiers cannot be used; what cannot be compared counts against ruling out.
    Unusable,
    /// It has no identifier.
    NoIdentifier,
    /// Others bear each of its identifiers as well, and what several bear decides for none of them.
    OnlyShared,
    /// Identifiers of its own are of one scheme, which needs another beside it.
    OneScheme,
}

impl Findability {
    /// Of one institution; `holders` are those of its registry.
    pub fn of(institution: &Institution, holders: &Holders) -> Self {
        if institution.identifiers.iter().any(|i| !i.usable) {
            return Self::Unusable;
        }
        if institution.identifiers.is_empty() {
            return Self::NoIdentifier;
        }
        let own = institution.usable_identifiers().filter(|i| !holders.is_shared(i));
        let schemes: BTreeSet<&Scheme> = own.map(|i| &i.scheme).collect();
        match schemes.len() {
            0 => Self::OnlyShared,
            // Any two different schemes together make one.
            1 if !schemes.iter().all(|scheme| decides_alone(scheme)) => Self::OneScheme,
            _ => Self::Findable,
        }
    }
}

/// Can a single identifier of this scheme make an owner mention?
fn decides_alone(scheme: &Scheme) -> bool {
    match scheme {
        Scheme::Aba
        | Scheme::Bic
        | Scheme::IbanBank
        | Scheme::NationalBankCode
        | Scheme::SortCode
        | Scheme::Lei
        | Scheme::ClientCode
        | Scheme::TransferAccount => true,
        Scheme::FdicCert | Scheme::NcuaCharter | Scheme::Rssd | Scheme::Domain | Scheme::PgpKey | Scheme::Name | Scheme::Other(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{Identifier, Registry};

    /// Institutions with these identifiers; a `?` before a value makes it unusable.
    fn registry(institutions: &[&[(&str, &str)]]) -> Registry {
        let identifier = |&(scheme, value): &(&str, &str)| Identifier {
            scheme: Scheme::from(scheme),
            value: value.to_owned(),
            raw: value.to_owned(),
            from: None,
            to: None,
            usable: !value.starts_with('?'),
            line: 0,
            extra: Default::default(),
        };
        let institution =
            |ids: &&[(&str, &str)]| Institution { identifiers: ids.iter().map(identifier).collect(), ..Institution::default() };
        Registry::of(institutions.iter().map(institution).collect())
    }

    #[test]
    fn what_makes_an_institution_findable() {
        let registry = registry(&[
            &[("aba", "021000021")],
            &[("aba", "011000015"), ("lei", "?x")],
            &[],
            &[("client_code", "ACME01")],
            &[("client_code", "acme01")],
            &[("domain", "a.example")],
            &[("domain", "b.example"), ("fdic_cert", "17")],
            &[("domain", "c.example"), ("client_code", "Acme01")],
        ]);
        let holders = Holders::new(&registry);
        let found: Vec<_> = registry.institutions.iter().map(|i| Findability::of(i, &holders)).collect();
        use Findability::*;
        assert_eq!(found, [Findable, Unusable, NoIdentifier, OnlyShared, OnlyShared, OneScheme, Findable, OneScheme]);
    }
}
