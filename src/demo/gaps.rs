//! Something that could hold anybody's files.

use super::case::Case;
use super::containers::encrypted_zip;
use super::institutions::Institution;
use super::records::ownerless;
use crate::model::{Scheme, Verdict};
use std::io;

/// What keeps open everybody who depends and left no trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapKind {
    /// An archive in nobody's folder that needs a password, which is one of those in `passwords.txt`.
    Encrypted,
    /// A file in nobody's folder that the listing names and nobody recovered.
    Unrecovered,
    /// A table of persons without owner.
    Orphan,
    /// A home on the platform that no institution claims; it concerns those without a registered account.
    Unclaimed,
}

impl GapKind {
    /// Adds the gap to the evidence.
    pub(super) fn write(self, case: &mut Case) -> io::Result<()> {
        match self {
            Self::Encrypted => {
                // Once it is opened, its records say whose they are.
                let mut table = ownerless(case, 40);
                let owner = case.institutions.iter().find(|i| i.truth == Verdict::Affected && i.id(&Scheme::ClientCode).is_some());
                if let Some(code) = owner.and_then(|i| i.id(&Scheme::ClientCode)).map(str::to_owned) {
                    table.push_column("client_code", |_| code.clone());
                }
                let bytes = encrypted_zip(&[("export.csv", table.delimited(',').as_bytes())], *b"one more salt 16")?;
                case.put("staging/2025-03-08/export-all.zip", &bytes)
            }
            Self::Unrecovered => {
                case.unrecovered("staging/2025-03-08/export-all.dat");
                Ok(())
            }
            Self::Orphan => {
                let table = ownerless(case, 40);
                let path = case.neutral("csv");
                case.put(&path, table.delimited(',').as_bytes())
            }
            Self::Unclaimed => {
                let table = ownerless(case, 25);
                let account = case.founder.mint.name("qz", "-9047");
                case.put(&format!("home/{account}/outbound/accounts.csv"), table.delimited(',').as_bytes())
            }
        }
    }

    /// What is right for an institution while this gap is open.
    pub(super) fn verdict(self, institution: &Institution) -> Verdict {
        let concerned = institution.depends() && (self != Self::Unclaimed || institution.id(&Scheme::TransferAccount).is_none());
        match institution.truth {
            Verdict::Affected => Verdict::Affected,
            Verdict::Undetermined => Verdict::Undetermined,
            Verdict::Referenced | Verdict::RuledOut if concerned => Verdict::Undetermined,
            other @ (Verdict::Referenced | Verdict::RuledOut) => other,
        }
    }
}
