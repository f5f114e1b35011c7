//! The vendor's own codes for its customers: any token, compared as it stands by the matcher.

use super::{Bare, Composed, SchemeRules, Specific, token};
use crate::model::Scheme;

/// Words for those whom the vendor serves.
const CLIENTS: &[&str] = &[
    "client",
    "institution",
    "inst",
    "fi",
    "financial institution",
    "fin inst",
    "tenant",
    "mandant",
    "mandanten",
    "institut",
    "instituts",
];
/// Words for them that are as often words for others.
const ORGANISATIONS: &[&str] =
    &["org", "organization", "organisation", "company", "bank", "cust bank", "member", "participant", "lender", "cu", "credit union"];
/// What somebody is given to be told by.
const ASSIGNED: &[&str] = &["code", "id", "number", "key", "ref"];
/// What only programs tell somebody by.
const KEYS: &[&str] = &["fk", "pk", "sk", "uuid", "guid", "acronym", "mnemonic", "number key", "number fk", "id fk", "code fk"];

pub(super) const RULES: SchemeRules = SchemeRules {
    scheme: Scheme::ClientCode,
    normalise: |raw, _| token(raw),
    composed: &[
        Composed { of: CLIENTS, what: ASSIGNED, specific: Specific::Exact, heads_only: false },
        Composed { of: CLIENTS, what: KEYS, specific: Specific::Exact, heads_only: false },
        Composed { of: &["partner", "site"], what: ASSIGNED, specific: Specific::Exact, heads_only: false },
        // Before a value it is also the line of commands.
        Composed { of: &["cli"], what: ASSIGNED, specific: Specific::Exact, heads_only: true },
        Composed { of: ORGANISATIONS, what: ASSIGNED, specific: Specific::Generic, heads_only: true },
    ],
    labels: &[
        "client",
        "fk client",
        "id client",
        "code client",
        "numero client",
        "codigo cliente",
        "codigo de cliente",
        "customer code",
        "customer key",
        "cust code",
        "cust key",
        "institution",
        "fi",
        "bank key",
        "bank ref",
        "tenant",
    ],
    generic_labels: &[
        "customer",
        "customer id",
        "customer number",
        "customer ref",
        "cust id",
        "cust number",
        "bank",
        "bank code",
        "bank id",
        "bank number",
        "member",
        "member code",
        "member id",
        "member number",
        "member key",
        "member ref",
        "partner",
        "site",
        "lender code",
        "lender id",
        "org id",
        "organization id",
        "organisation id",
        "company id",
        "company code",
        "mandant",
        "kunde",
        "kunden number",
        "id",
        "code",
        "key",
        "ref",
    ],
    headers: &[],
    generic_headers: &[
        "bank",
        "customer",
        "customer id",
        "customer number",
        "customer ref",
        "inst",
        "cust",
        "cust id",
        "cust number",
        "participant",
        "cif",
        "cif number",
        "cif id",
        "member",
        "mandant",
        "kunde",
        "kunden number",
        "numero client",
        "numero cliente",
    ],
    bare: Bare::Weak,
    examples: &["Y9UF9Q", " 4711 ", "acme-bank"],
    counter_examples: &["", "   "],
};
