//! The vendor's codes and accounts that mean nothing where they stand alone.

use super::context::{Context, Finding, shown};
use crate::matching::{is_numeric, is_telling_code};
use crate::model::Scheme;
use crate::registry::Identifier;

pub(super) fn numeric(context: &Context<'_>, out: &mut Vec<Finding>) {
    codes(context, is_numeric, out);
}

pub(super) fn short(context: &Context<'_>, out: &mut Vec<Finding>) {
    codes(context, |value| !is_numeric(value) && !is_telling_code(value), out);
}

fn codes(context: &Context<'_>, chosen: fn(&str) -> bool, out: &mut Vec<Finding>) {
    let is_code = |i: &&Identifier| matches!(i.scheme, Scheme::ClientCode | Scheme::TransferAccount);
    for (n, institution) in context.registry.institutions.iter().enumerate() {
        let others = institution.usable_identifiers().any(|i| !is_code(&i) || !chosen(&i.value));
        for code in institution.usable_identifiers().filter(is_code).filter(|i| chosen(&i.value)) {
            let alone = if others { "" } else { "; it has no other kind of identifier" };
            out.push(Finding {
                institutions: vec![n],
                problem: format!("{} {}{alone}", code.scheme, shown(&code.value)),
                rank: u64::from(!others) * 2 + u64::from(context.depends(n)),
                ..context.at("identifiers", code.line, "value")
            });
        }
    }
}
