use super::toml_read::Section;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A key of `[policy]` for documentation and messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyKey {
    /// As it stands in `incident.toml`.
    pub name: &'static str,
    /// Its values, or their bounds.
    pub values: &'static str,
    /// Which value holds when it is absent.
    pub default: &'static str,
    /// Why that one.
    pub reason: &'static str,
}

/// A closed choice of the policy: one word per variant, the default first.
macro_rules! choice {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        pub enum $name { #[default] $($(#[$vmeta])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every word of the choice, the default first.
            pub const WORDS: &'static [&'static str] = &[$($text),+];

            /// The word as it stands in `incident.toml`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The variant of a word.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

choice! {
    /// A deployment that ended before the window without a purge on record.
    FormerUsers {
        /// Its files may still have lain there.
        Depends = "depends",
        /// It is taken as gone.
        NoDependency = "no_dependency",
    }
}

choice! {
    /// Pictures.
    Images {
        /// Photographs and graphics are no gap; fax and TIFF images and PDF pages without text are.
        Auto = "auto",
        /// Every picture is a gap.
        Gap = "gap",
        /// No picture is a gap.
        Ignore = "ignore",
    }
}

choice! {
    /// Items that no reader knows and of which every byte was searched.
    Scanned {
        /// They are no gap.
        Accept = "accept",
        /// They are gaps.
        Gap = "gap",
    }
}

choice! {
    /// Items outside homes with personal data and without an owner.
    Unattributed {
        /// They are gaps in nobody's folder.
        Gap = "gap",
        /// They are listed, and count against nobody.
        Report = "report",
    }
}

choice! {
    /// Institutions that stand only on the other side of others' payments.
    Counterparty {
        /// They are referenced.
        Referenced = "referenced",
        /// They are affected.
        Affected = "affected",
    }
}

/// How to judge, as `[policy]` of `incident.toml` says. See [`Policy::KEYS`] for the reasons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// A deployment that ended before the window without a purge on record.
    pub former_users: FormerUsers,
    /// Pictures.
    pub images: Images,
    /// Items that no reader knows and of which every byte was searched.
    pub scanned: Scanned,
    /// Items outside homes with personal data and without an owner.
    pub unattributed: Unattributed,
    /// Institutions that stand only on the other side of others' payments.
    pub counterparty: Counterparty,
    /// Of a table's records with an identifier in a bank-identifier column, how many in a hundred one
    /// institution must account for to own the table.
    #[schemars(range(min = 51, max = 100))]
    pub records_majority_percent: u8,
    /// So many records a table must have to be owned by majority.
    #[schemars(range(min = 1))]
    pub records_minimum: u64,
    /// A passage or list that names so many institutions is about none of them.
    #[schemars(range(min = 2))]
    pub reference_list: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            former_users: FormerUsers::default(),
            images: Images::default(),
            scanned: Scanned::default(),
            unattributed: Unattributed::default(),
            counterparty: Counterparty::default(),
            records_majority_percent: 85,
            records_minimum: 5,
            reference_list: 8,
        }
    }
}

impl Policy {
    /// Every key.
    pub const KEYS: [PolicyKey; 8] = [
        PolicyKey {
            name: "former_users",
            values: "depends, no_dependency",
            default: "depends",
            reason: "files outlive contracts: without a purge on record they may still have lain on the platform",
        },
        PolicyKey {
            name: "images",
            values: "auto, gap, ignore",
            default: "auto",
            reason: "photographs and graphics rarely hold customer data; fax, TIFF and scanned pages often do",
        },
        PolicyKey {
            name: "scanned",
            values: "accept, gap",
            default: "accept",
            reason: "every byte was searched in every encoding, and no block looked compressed or encrypted",
        },
        PolicyKey {
            name: "unattributed",
            values: "gap, report",
            default: "gap",
            reason: "personal data without an owner may be anybody's that depends",
        },
        PolicyKey {
            name: "counterparty",
            values: "referenced, affected",
            default: "referenced",
            reason: "the file belongs to the bank that sent or received it; law and contract may say otherwise",
        },
        PolicyKey {
            name: "records_majority_percent",
            values: "51 to 100",
            default: "85",
            reason: "a bank's own ledger also lists payments through other banks; below half, two could own one table",
        },
        PolicyKey { name: "records_minimum", values: "at least 1", default: "5", reason: "with fewer records a majority is chance" },
        PolicyKey {
            name: "reference_list",
            values: "at least 2",
            default: "8",
            reason: "one file of one institution seldom names more than a handful; directories name hundreds",
        },
    ];

    /// The value of each key, in the order of [`Self::KEYS`].
    pub fn values(&self) -> [String; 8] {
        [
            self.former_users.as_str().to_owned(),
            self.images.as_str().to_owned(),
            self.scanned.as_str().to_owned(),
            self.unattributed.as_str().to_owned(),
            self.counterparty.as_str().to_owned(),
            self.records_majority_percent.to_string(),
            self.records_minimum.to_string(),
            self.reference_list.to_string(),
        ]
    }

    /// Reads `[policy]`; faults are problems of the section's file, and leave the default.
    pub(super) fn read(section: &Section<'_, '_>) -> Self {
        section.only(&Self::KEYS.map(|key| key.name));
        let mut policy = Self::default();
        if let Some(choice) = section.choice("former_users", FormerUsers::WORDS, FormerUsers::parse) {
            policy.former_users = choice;
        }
        if let Some(choice) = section.choice("images", Images::WORDS, Images::parse) {
            policy.images = choice;
        }
        if let Some(choice) = section.choice("scanned", Scanned::WORDS, Scanned::parse) {
            policy.scanned = choice;
        }
        if let Some(choice) = section.choice("unattributed", Unattributed::WORDS, Unattributed::parse) {
            policy.unattributed = choice;
        }
        if let Some(choice) = section.choice("counterparty", Counterparty::WORDS, Counterparty::parse) {
            policy.counterparty = choice;
        }
        if let Some(percent) = section.whole("records_majority_percent", 51, 100) {
            policy.records_majority_percent = percent as u8;
        }
        if let Some(count) = section.whole("records_minimum", 1, u64::MAX) {
            policy.records_minimum = count;
        }
        if let Some(count) = section.whole("reference_list", 2, u64::MAX) {
            policy.reference_list = count;
        }
        policy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_defaults_are_the_defaults() {
        let default = serde_json::to_value(Policy::default()).unwrap();
        let object = default.as_object().unwrap();
        assert_eq!(object.len(), Policy::KEYS.len());
        for (key, value) in Policy::KEYS.iter().zip(Policy::default().values()) {
            assert_eq!(object[key.name].to_string().trim_matches('"'), key.default, "{}", key.name);
            assert_eq!(value, key.default, "{}", key.name);
        }
    }
}
