use schemars::JsonSchema;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The kind of an identifier. `Other` is any scheme of the registry that has no rules of its own and
/// is matched as an exact delimited token.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(with = "String")]
pub enum Scheme {
    /// ABA routing transit number, nine digits.
    Aba,
    /// ISO 9362 business identifier code, compared on its first eight characters.
    Bic,
    /// `CC:code`: country and the bank part of its IBANs.
    IbanBank,
    /// `CC:code`: country and national bank or clearing code.
    NationalBankCode,
    /// ISO 17442 legal entity identifier.
    Lei,
    /// FDIC certificate number.
    FdicCert,
    /// NCUA charter number.
    NcuaCharter,
    /// Federal Reserve RSSD identifier.
    Rssd,
    /// UK sort code, six digits.
    SortCode,
    /// Internet domain.
    Domain,
    /// The vendor's own code for the institution.
    ClientCode,
    /// The institution's account on the transfer platform.
    TransferAccount,
    /// OpenPGP key id or fingerprint.
    PgpKey,
    /// A name of the institution; not a scheme of the registry's identifiers.
    Name,
    /// Any other.
    Other(String),
}

impl Scheme {
    /// The word as it stands in registry and outputs.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Aba => "aba",
            Self::Bic => "bic",
            Self::IbanBank => "iban_bank",
            Self::NationalBankCode => "national_bank_code",
            Self::Lei => "lei",
            Self::FdicCert => "fdic_cert",
            Self::NcuaCharter => "ncua_charter",
            Self::Rssd => "rssd",
            Self::SortCode => "sort_code",
            Self::Domain => "domain",
            Self::ClientCode => "client_code",
            Self::TransferAccount => "transfer_account",
            Self::PgpKey => "pgp_key",
            Self::Name => "name",
            Self::Other(word) => word,
        }
    }
}

impl From<&str> for Scheme {
    fn from(word: &str) -> Self {
        match word {
            "aba" => Self::Aba,
            "bic" => Self::Bic,
            "iban_bank" => Self::IbanBank,
            "national_bank_code" => Self::NationalBankCode,
            "lei" => Self::Lei,
            "fdic_cert" => Self::FdicCert,
            "ncua_charter" => Self::NcuaCharter,
            "rssd" => Self::Rssd,
            "sort_code" => Self::SortCode,
            "domain" => Self::Domain,
            "client_code" => Self::ClientCode,
            "transfer_account" => Self::TransferAccount,
            "pgp_key" => Self::PgpKey,
            "name" => Self::Name,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// Its word. Every bank of a payment file has a scheme, and none needs a text of its own.
impl Serialize for Scheme {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Scheme {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Word)
    }
}

struct Word;

impl Visitor<'_> for Word {
    type Value = Scheme;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the word of a scheme")
    }

    fn visit_str<E>(self, word: &str) -> Result<Scheme, E> {
        Ok(Scheme::from(word))
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
