use super::context::{Context, Finding};
use super::{codes, defects, identifiers, incident, inventory, names, products};
use schemars::JsonSchema;
use serde::Serialize;

/// How much harm a topic does. The order is that of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Harm {
    /// Somebody could be ruled out who should not be.
    MayRuleOutWrongly,
    /// Somebody stays undetermined for the registry's sake, or something of the registry is lost.
    LeavesOpen,
    /// Evidence decides less than it could.
    Weakens,
    /// To be known; no verdict is worse for it.
    Note,
}

impl Harm {
    /// In words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::MayRuleOutWrongly => "may rule out wrongly",
            Self::LeavesOpen => "leaves institutions open",
            Self::Weakens => "weakens what evidence can decide",
            Self::Note => "to be known",
        }
    }
}

/// A kind of finding.
#[derive(Clone, Copy)]
pub struct Topic {
    /// Its word in the JSON form.
    pub name: &'static str,
    /// How much harm it does.
    pub harm: Harm,
    /// What it is.
    pub title: &'static str,
    /// What it does to verdicts.
    pub effect: &'static str,
    /// How to mend it.
    pub remedy: &'static str,
    pub(super) find: fn(&Context<'_>, &mut Vec<Finding>),
}

/// Every topic, in the order of the report: the most harmful first.
pub static TOPICS: &[Topic] = &[
    Topic {
        name: "platform_without_deployment",
        harm: Harm::MayRuleOutWrongly,
        title: "compromised platforms that no deployment is on",
        effect: "nobody depends by this platform; if the deployments write it otherwise, all who use it are ruled out (no_dependency)",
        remedy: "write the platform in incident.toml as the deployments write it",
        find: incident::platform_without_deployment,
    },
    Topic {
        name: "version_without_deployment",
        harm: Harm::MayRuleOutWrongly,
        title: "compromised versions that no deployment has",
        effect: "nobody depends by these versions; if the range is wrong, all who use the platform are ruled out (no_dependency)",
        remedy: "compare the range in incident.toml with the versions of the deployments",
        find: incident::version_without_deployment,
    },
    Topic {
        name: "similar_platform",
        harm: Harm::MayRuleOutWrongly,
        title: "platforms that are spelt nearly like a compromised one",
        effect: "if it is the same platform, its users are ruled out (no_dependency) and should not be",
        remedy: "if it is the same, write it the same, or add a [[compromised]] for it",
        find: incident::similar_platform,
    },
    Topic {
        name: "similar_scheme",
        harm: Harm::MayRuleOutWrongly,
        title: "schemes whose words mean known ones elsewhere",
        effect: "matched as exact delimited tokens: owners of payment files, columns, labels and folders are not known by them",
        remedy: "write the word of the known scheme; if another is meant, call it otherwise",
        find: defects::similar_scheme,
    },
    Topic {
        name: "pattern_of_everything",
        harm: Harm::MayRuleOutWrongly,
        title: "patterns that attribute all evidence",
        effect: "no gap counts against anybody else: all others that depend can be ruled out over unread bytes",
        remedy: "name the folders that are meant",
        find: products::of_everything,
    },
    Topic {
        name: "attributed_to_nobody",
        harm: Harm::MayRuleOutWrongly,
        title: "products with files of their own that nobody deploys",
        effect: "gaps in these files count only against institutions whose products are not known",
        remedy: "add the deployments, or take the path_pattern or [[scope]] away",
        find: products::attributed_to_nobody,
    },
    Topic {
        name: "unfounded_claim",
        harm: Harm::MayRuleOutWrongly,
        title: "claims that nobody made, or on no ground",
        effect: "what is ruled out by them rests on nothing that can be shown",
        remedy: "write in incident.toml who says so (declared_by), on what ground (basis), and why (reason)",
        find: defects::unfounded,
    },
    Topic {
        name: "broken_link",
        harm: Harm::MayRuleOutWrongly,
        title: "parents and successors that are no customers",
        effect: "the group is not known: gaps in the homes of the group do not count against it",
        remedy: "write the customer_id of a customer, or add that customer",
        find: defects::broken_link,
    },
    Topic {
        name: "insufficient_identifiers",
        harm: Harm::LeavesOpen,
        title: "institutions that depend and that nothing could find",
        effect: "undetermined (insufficient_identifiers), however much is read; a sure mention still makes them affected",
        remedy: "give each an identifier of its own that decides: transfer_account, client_code, aba, bic, iban_bank, national_bank_code, sort_code \
                 or lei, or two of different schemes; correct or remove those that cannot be used",
        find: inventory::unfindable,
    },
    Topic {
        name: "invalid_identifier",
        harm: Harm::LeavesOpen,
        title: "identifiers that cannot be used",
        effect: "not searched; their institution, if it depends, is undetermined (insufficient_identifiers), whatever else it has",
        remedy: "correct the value (a check digit tells which are mistyped) or remove the row",
        find: defects::invalid_identifier,
    },
    Topic {
        name: "no_deployment",
        harm: Harm::LeavesOpen,
        title: "institutions without an inventory",
        effect: "they count as depending (inventory_incomplete), and as users of every product",
        remedy: "add their deployments; if they use nothing of the vendor's, they are no customers",
        find: inventory::no_deployment,
    },
    Topic {
        name: "incomparable_deployment",
        harm: Harm::LeavesOpen,
        title: "deployments that cannot be compared",
        effect: "each counts as depending (inventory_incomplete)",
        remedy: "give platform, a version of dotted numbers, and days as 2024-10-31 that follow each other: from, to, purged",
        find: inventory::incomparable,
    },
    Topic {
        name: "unknown_customer",
        harm: Harm::LeavesOpen,
        title: "rows whose customer_id is no customer's",
        effect: "what they say is lost, or taken for the one customer whose id is like it",
        remedy: "write the id as customers has it, or add the customer",
        find: defects::unknown_customer,
    },
    Topic {
        name: "file_not_read",
        harm: Harm::LeavesOpen,
        title: "files that were not read",
        effect: "whatever they say about institutions is not known",
        remedy: "rename them to the table that they are, or move them elsewhere",
        find: defects::file_not_read,
    },
    Topic {
        name: "missing_table",
        harm: Harm::LeavesOpen,
        title: "tables that are not there",
        effect: "what they would say is not known of any institution",
        remedy: "add the file; one with a header alone says that there is nothing to say",
        find: defects::missing_table,
    },
    Topic {
        name: "shifted_row",
        harm: Harm::LeavesOpen,
        title: "rows whose cells may be shifted",
        effect: "their cells are read as they stand and not relied on",
        remedy: "quote cells that hold the delimiter, double quotes that are meant",
        find: defects::shifted_row,
    },
    Topic {
        name: "blank",
        harm: Harm::LeavesOpen,
        title: "blank cells that must not be blank",
        effect: "what they should say is not known",
        remedy: "fill them in",
        find: defects::blank,
    },
    Topic {
        name: "name_without_words",
        harm: Harm::LeavesOpen,
        title: "names with neither letter nor digit",
        effect: "nobody can be found by them",
        remedy: "write the name, or remove the row",
        find: names::without_words,
    },
    Topic {
        name: "unknown_product",
        harm: Harm::LeavesOpen,
        title: "deployments of products that are not registered",
        effect: "gaps that are attributed to any product count against their institutions",
        remedy: "add the product, or write its id as products has it",
        find: defects::unknown_product,
    },
    Topic {
        name: "shared_identifier",
        harm: Harm::Weakens,
        title: "identifiers that several institutions bear",
        effect: "decides for none of them (shared_identifier): what it marks leaves those undetermined whom nothing beside it singles out",
        remedy: "remove it from those whose it is not, or give each an identifier of its own",
        find: identifiers::shared,
    },
    Topic {
        name: "same_code_other_scheme",
        harm: Harm::Weakens,
        title: "codes of one institution that are another's in a different scheme",
        effect: "where the scheme is not told, it decides for none of them",
        remedy: "if both are the same institution, enter both codes for it; otherwise have other codes assigned",
        find: identifiers::across_schemes,
    },
    Topic {
        name: "shared_name",
        harm: Harm::Weakens,
        title: "names that several institutions bear",
        effect: "decides for none of them: where nothing beside it singles out one, all holders that depend are undetermined (ambiguous_name)",
        remedy: "give city and region, and identifiers that stand where the name stands: domain, client_code, aba",
        find: names::shared,
    },
    Topic {
        name: "one_word_name",
        harm: Harm::Weakens,
        title: "names of one word",
        effect: "where the word stands without its city or an identifier beside it, its holder, if it depends, is undetermined (ambiguous_name)",
        remedy: "write the name with its legal form, or remove it if it is also an ordinary word",
        find: names::one_word,
    },
    Topic {
        name: "plain_name",
        harm: Harm::Weakens,
        title: "names of two words, neither known as a bank's or as a legal form, like a person's",
        effect: "wherever these two words stand, their holder is at least referenced (named), also where a person is meant",
        remedy: "write the name with its legal form or with the word that says what it is",
        find: names::plain_pair,
    },
    Topic {
        name: "numeric_code",
        harm: Harm::Weakens,
        title: "client codes and accounts that are numbers",
        effect: "count only in a column or field of their type, after a label, or as a folder among folders of codes or accounts",
        remedy: "nothing, if the codes are so; a second identifier (aba, domain, transfer_account) finds what the number cannot",
        find: codes::numeric,
    },
    Topic {
        name: "short_code",
        harm: Harm::Weakens,
        title: "client codes and accounts under six characters",
        effect: "bare, they mean nothing; they count as numbers do: in their column, after a label, among codes, or beside another identifier",
        remedy: "nothing, if the codes are so; a second identifier (aba, domain, transfer_account) finds what the short one cannot",
        find: codes::short,
    },
    Topic {
        name: "no_transfer_account",
        harm: Harm::Weakens,
        title: "institutions that depend and have no registered account",
        effect: "every home on the platform that nobody claims leaves them undetermined (unclaimed_account)",
        remedy: "enter their transfer_account; one to which no home belongs does no harm",
        find: inventory::without_account,
    },
    Topic {
        name: "former_user",
        harm: Harm::Weakens,
        title: "deployments that ended before the window, with no purge before it",
        effect: "they depend (former_user), unless [policy] former_users = \"no_dependency\"",
        remedy: "enter the day on which their data was removed from the platform in purged",
        find: inventory::former_user,
    },
    Topic {
        name: "overlapping_deployment",
        harm: Harm::Weakens,
        title: "deployments of one product and unit that overlap",
        effect: "each is judged by itself, and one that depends is enough (inventory_overlap)",
        remedy: "end the earlier one on the day on which the later one begins",
        find: inventory::overlapping,
    },
    Topic {
        name: "undated_deployment",
        harm: Harm::Weakens,
        title: "deployments without dates",
        effect: "they count as in use all the time (inventory_undated)",
        remedy: "enter from, and to where they have ended",
        find: inventory::undated,
    },
    Topic {
        name: "serves_others",
        harm: Harm::Weakens,
        title: "institutions whose account carries others' files",
        effect: "a gap in one of their homes counts against all that depend",
        remedy: "nothing, if it is so; such homes are worth reading first",
        find: inventory::serves_others,
    },
    Topic {
        name: "contained_name",
        harm: Harm::Weakens,
        title: "names that stand in longer names of others",
        effect: "where the longer name stands it is no mention of the shorter; where the longer one is cut off, the shorter may seem to stand",
        remedy: "nothing, if the names are so; names make nobody affected, identifiers do",
        find: names::contained,
    },
    Topic {
        name: "invalid_value",
        harm: Harm::Weakens,
        title: "values that their column does not have",
        effect: "taken as that which rules out least",
        remedy: "write one of the column's values",
        find: defects::invalid_value,
    },
    Topic {
        name: "invalid_date",
        harm: Harm::Weakens,
        title: "days that cannot be read or contradict each other",
        effect: "taken as open, or as that which excludes least",
        remedy: "write days as 2024-10-31; from is not after to",
        find: defects::invalid_date,
    },
    Topic {
        name: "circular_link",
        harm: Harm::Weakens,
        title: "parents and successors that lead in a circle",
        effect: "one link of the circle is left out; its members are one group all the same",
        remedy: "take away the link that is wrong",
        find: defects::circular_link,
    },
    Topic {
        name: "repeated_row",
        harm: Harm::Weakens,
        title: "rows that stand twice",
        effect: "counted once",
        remedy: "remove one; they may be the trace of a table that was joined wrongly",
        find: defects::repeated_row,
    },
    Topic {
        name: "repeated_product",
        harm: Harm::Weakens,
        title: "products that stand twice",
        effect: "the first row counts; path patterns that differ are not used",
        remedy: "keep one row for each product_id",
        find: defects::repeated_product,
    },
    Topic {
        name: "overlapping_patterns",
        harm: Harm::Weakens,
        title: "patterns that match the same paths",
        effect: "gaps in what both match count against those of both",
        remedy: "make the wider pattern narrower, if only one is right",
        find: products::overlapping,
    },
    Topic {
        name: "pattern_of_nothing",
        harm: Harm::Weakens,
        title: "patterns that match no path",
        effect: "nothing is attributed: gaps in the files that were meant count against all that depend",
        remedy: "write the pattern as the item column of coverage.csv writes paths, with or without the root's label",
        find: products::of_nothing,
    },
    Topic {
        name: "unusable_indicator",
        harm: Harm::Weakens,
        title: "indicators that fit nothing",
        effect: "the intruder's lines in the platform's logs are taken for a customer's own",
        remedy: "write an address, an address with the length of its network (203.0.113.0/24), an account, or a part of a client's name",
        find: incident::no_address,
    },
    Topic {
        name: "unknown_key",
        harm: Harm::Weakens,
        title: "keys of incident.toml that have no meaning",
        effect: "shown, and of no effect",
        remedy: "if a known key was meant, write it so",
        find: defects::unknown_key,
    },
    Topic {
        name: "window",
        harm: Harm::Note,
        title: "a window that may be a slip",
        effect: "the window decides which deployments depend",
        remedy: "take the earliest and the latest day that cannot be excluded",
        find: incident::window,
    },
    Topic {
        name: "no_indicators",
        harm: Harm::Note,
        title: "no traces of the intruder",
        effect: "no line of a platform's log can be known as the intruder's",
        remedy: "enter addresses, accounts and client strings of the intruder in [incident] indicators",
        find: incident::no_indicators,
    },
    Topic {
        name: "evidence_claim",
        harm: Harm::Note,
        title: "whether the evidence is complete",
        effect: "what was taken and is not held can rule out nobody",
        remedy: "state in [evidence] complete, declared_by and basis, once somebody can answer for it",
        find: incident::evidence_claim,
    },
    Topic {
        name: "unfindable_without_dependency",
        harm: Harm::Note,
        title: "institutions that do not depend, and that nothing could find either",
        effect: "ruled_out (no_dependency) by the inventory alone: hardly any evidence could contradict it",
        remedy: "as for those that depend, if the inventory is to be checked against the evidence",
        find: inventory::unfindable_independent,
    },
    Topic {
        name: "product_without_deployment",
        harm: Harm::Note,
        title: "products that nobody deploys",
        effect: "none",
        remedy: "if somebody uses it, deployments are missing, and those institutions may be ruled out wrongly",
        find: products::never_deployed,
    },
    Topic {
        name: "product_without_pattern",
        harm: Harm::Note,
        title: "products to which no files are attributed",
        effect: "gaps in their files count against all that depend, not against their users alone",
        remedy: "where a product's files lie in folders of their own, name these in path_pattern",
        find: products::without_pattern,
    },
    Topic {
        name: "other_platform",
        harm: Harm::Note,
        title: "deployments on another platform than their product's",
        effect: "the deployment's platform counts",
        remedy: "correct whichever of the two tables is wrong",
        find: defects::other_platform,
    },
    Topic {
        name: "unknown_scheme",
        harm: Harm::Note,
        title: "schemes without rules of their own",
        effect: "matched as exact delimited tokens; one alone does not make its institution findable",
        remedy: "nothing; if a known scheme is meant, write its word",
        find: defects::unknown_scheme,
    },
    Topic {
        name: "repaired",
        harm: Harm::Note,
        title: "what was certain and therefore repaired",
        effect: "used as repaired",
        remedy: "correct it in the registry, for whoever reads that next",
        find: defects::repaired,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_topic_is_told_in_the_order_of_its_harm() {
        assert!(TOPICS.windows(2).all(|pair| pair[0].harm <= pair[1].harm));
        assert_eq!(TOPICS.iter().map(|t| t.name).collect::<BTreeSet<_>>().len(), TOPICS.len());
        for topic in TOPICS {
            assert!(
                [topic.title, topic.effect, topic.remedy].iter().all(|words| !words.is_empty() && !words.ends_with('.')),
                "{}",
                topic.name
            );
        }
    }
}
