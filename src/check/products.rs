//! Products, and the parts of the evidence that are attributed to them.

use super::context::{Context, Finding, shown};
use super::patterns::{common_path, matches_everything, matches_nothing};
use crate::registry::{Holds, PathGlob};

/// A pattern, whose it is in words, and where it stands.
type Pattern<'c> = (&'c PathGlob, String, Finding);

/// The path patterns of products and scopes, in the order of their files.
fn patterns<'c>(context: &'c Context<'_>) -> Vec<Pattern<'c>> {
    let mut out: Vec<Pattern<'c>> = Vec::new();
    for product in &context.registry.products {
        if let Some(glob) = &product.path_pattern {
            out.push((glob, format!("the product {}", shown(&product.product_id)), context.at("products", product.line, "path_pattern")));
        }
    }
    for scope in &context.registry.incident.scopes {
        let (whose, institutions) = match scope.holds {
            Holds::Vendor => ("the vendor".to_owned(), Vec::new()),
            Holds::Customer(n) => (context.named(n), vec![n]),
            Holds::Product(p) => (format!("the product {}", shown(&context.registry.products[p].product_id)), Vec::new()),
        };
        out.push((&scope.path, whose, Finding { institutions, ..context.at_incident(scope.line, "path") }));
    }
    out
}

pub(super) fn of_everything(context: &Context<'_>, out: &mut Vec<Finding>) {
    for (glob, whose, place) in patterns(context).into_iter().filter(|(glob, _, _)| matches_everything(glob)) {
        out.push(Finding { problem: format!("`{}` attributes all evidence to {whose}", shown(glob.as_str())), ..place });
    }
}

pub(super) fn of_nothing(context: &Context<'_>, out: &mut Vec<Finding>) {
    for (glob, whose, place) in patterns(context) {
        if let Some(why) = matches_nothing(glob) {
            out.push(Finding { problem: format!("`{}` of {whose} matches no path: {why}", shown(glob.as_str())), ..place });
        }
    }
}

/// More patterns than this are not compared with each other.
const COMPARED: usize = 1000;

pub(super) fn overlapping(context: &Context<'_>, out: &mut Vec<Finding>) {
    let all = patterns(context);
    let all = &all[..all.len().min(COMPARED)];
    for (i, (b, whose_b, place)) in all.iter().enumerate() {
        for (a, whose_a, other) in all[..i].iter().filter(|(_, whose, _)| whose != whose_b) {
            let Some(path) = common_path(a, b) else { continue };
            let problem = format!(
                "`{}` of {whose_b} and `{}` of {whose_a} ({}:{}) both match `{}`",
                shown(b.as_str()),
                shown(a.as_str()),
                other.file,
                other.line,
                shown(&path)
            );
            out.push(Finding { problem, ..place.clone() });
        }
    }
}

fn deployments(context: &Context<'_>) -> Vec<u64> {
    let mut deployments = vec![0; context.registry.products.len()];
    let all = context.registry.institutions.iter().flat_map(|i| &i.deployments);
    all.filter_map(|d| d.product).for_each(|p| deployments[p] += 1);
    deployments
}

fn is_scoped(context: &Context<'_>, product: usize) -> bool {
    context.registry.incident.scopes.iter().any(|scope| scope.holds == Holds::Product(product))
}

/// Products that nobody deploys, with parts of the evidence that are theirs alone.
pub(super) fn attributed_to_nobody(context: &Context<'_>, out: &mut Vec<Finding>) {
    without_deployment(context, true, out);
}

pub(super) fn never_deployed(context: &Context<'_>, out: &mut Vec<Finding>) {
    without_deployment(context, false, out);
}

fn without_deployment(context: &Context<'_>, attributed: bool, out: &mut Vec<Finding>) {
    for (p, _) in deployments(context).into_iter().enumerate().filter(|(_, deployments)| *deployments == 0) {
        let product = &context.registry.products[p];
        if (product.path_pattern.is_some() || is_scoped(context, p)) != attributed {
            continue;
        }
        let problem = format!("no deployment is of {} {}", shown(&product.product_id), shown(&product.name));
        out.push(Finding { problem, ..context.at("products", product.line, "product_id") });
    }
}

pub(super) fn without_pattern(context: &Context<'_>, out: &mut Vec<Finding>) {
    let products = &context.registry.products;
    let without = (0..products.len()).filter(|&p| products[p].path_pattern.is_none() && !is_scoped(context, p)).count();
    if without > 0 {
        let problem = format!("{without} of {} products have neither path_pattern nor [[scope]]", products.len());
        out.push(Finding { problem, ..context.at("products", 0, "path_pattern") });
    }
}
