use super::date::DateCell;
use super::institution::{Deployment, Product, Source, same_platform};
use super::loading::{Holder, Loading, Place};
use super::problem::{DefectKind, quoted};
use super::products::Products;
use super::rows::{Repeats, Row, Spec, TableFile, report_doubts};
use super::version::Version;
use crate::model::says_nothing;
use std::collections::BTreeSet;

pub(super) const SPEC: Spec<8> = Spec {
    table: "deployments",
    columns: ["customer_id", "product_id", "platform", "version", "business_unit", "from", "to", "purged"],
    required: 4,
};

const DEPENDS: &str = "the deployment counts as depending";
const ANY_PRODUCT: &str = "gaps that are attributed to any product count against the institution";

/// Reads the deployments. `products` is none where there is no products file.
pub(super) fn load(file: &TableFile, products: Option<&Products>, loading: &mut Loading) -> Source {
    let mut seen = Seen::default();
    file.rows(&SPEC, loading, |loading, row| deployment(&file.name, row, products, loading, &mut seen))
}

#[derive(Default)]
struct Seen {
    repeats: Repeats,
    /// Products and platforms that were found not to belong together.
    strangers: BTreeSet<(usize, String)>,
}

fn deployment(file: &str, row: Row<'_, 8>, products: Option<&Products>, loading: &mut Loading, seen: &mut Seen) {
    let earlier = seen.repeats.earlier(&row);
    let Row { line, cells: [id, product_id, platform, version, business_unit, from, to, purged], extra, doubts } = row;
    let at = |column| Place { file, line, column: Some(column) };
    let holder = loading.holder(DefectKind::UnknownCustomer, at("customer_id"), &id, DEPENDS_OR_LOST);
    let mut deployment = Deployment {
        product: products.and_then(|p| p.find(&product_id)),
        product_id: product_id.into_owned(),
        business_unit: business_unit.into_owned(),
        platform: platform.into_owned(),
        version: version.into_owned(),
        from: DateCell::read(&from),
        to: DateCell::read(&to),
        purged: DateCell::read(&purged),
        doubt: doubts.first().map(|(_, doubt)| doubt.clone()),
        line,
        extra,
    };
    let n = match holder {
        Holder::One(n) => n,
        Holder::OneOf(several) => {
            deployment.doubt = Some(format!("its customer_id {} fits {} customers", quoted(&id), several.len()));
            several.iter().for_each(|&n| loading.institutions[n].deployments.push(deployment.clone()));
            return;
        }
        Holder::Nobody => return,
    };
    if let Some(earlier) = earlier {
        return loading.defect(
            DefectKind::RepeatedRow,
            at("customer_id"),
            &id,
            Some(n),
            format!("the same row as line {earlier}"),
            "counted once",
        );
    }
    report_doubts(&doubts, Place { file, line, column: None }, &id, Some(n), DEPENDS, loading);
    if products.is_some() && deployment.product.is_none() {
        let problem = format!("no product has the id {}", quoted(&deployment.product_id));
        loading.defect(DefectKind::UnknownProduct, at("product_id"), &id, Some(n), problem, ANY_PRODUCT);
    }
    if let Some(p) = deployment.product
        && let Some(Product { platform, .. }) = products.and_then(|products| products.list.get(p)).filter(|p| !p.platform.is_empty())
        && !deployment.names_no_platform()
        && !same_platform(platform, &deployment.platform)
        && seen.strangers.insert((p, deployment.platform.clone()))
    {
        let problem = format!(
            "{} stands on {}, and the products table says {}",
            quoted(&deployment.product_id),
            quoted(&deployment.platform),
            quoted(platform)
        );
        loading.note(DefectKind::OtherPlatform, at("platform"), &id, problem, "the deployment's platform counts");
    }
    if deployment.names_no_platform() {
        let problem = match deployment.platform.as_str() {
            "" => "the platform is blank".to_owned(),
            other => format!("{} stands for no platform", quoted(other)),
        };
        loading.defect(DefectKind::Incomparable, at("platform"), &id, Some(n), problem, DEPENDS);
    }
    if Version::parse(&deployment.version).is_none() {
        let problem = match deployment.version.as_str() {
            "" => "the version is blank".to_owned(),
            other => format!("the version {} is no dotted number and cannot be compared", quoted(other)),
        };
        loading.defect(DefectKind::Incomparable, at("version"), &id, Some(n), problem, DEPENDS);
    }
    for (column, cell) in [("from", &deployment.from), ("to", &deployment.to), ("purged", &deployment.purged)] {
        match cell {
            DateCell::Unreadable(text) => loading.defect(
                DefectKind::Incomparable,
                at(column),
                &id,
                Some(n),
                format!("{} is no date like 2024-10-31", quoted(text)),
                DEPENDS,
            ),
            DateCell::Beyond { latest, .. } => {
                loading.defect(
                    DefectKind::InvalidDate,
                    at(column),
                    &id,
                    Some(n),
                    "its month does not have this day",
                    format!("taken as any day up to {latest}, whichever excludes least"),
                );
            }
            DateCell::Empty | DateCell::On(_) => {}
        }
    }
    if let Some(contradiction) = deployment.contradiction() {
        loading.defect(DefectKind::Incomparable, at("to"), &id, Some(n), contradiction, DEPENDS);
    }
    loading.institutions[n].deployments.push(deployment);
}

/// What becomes of a deployment whose customer is not certain.
const DEPENDS_OR_LOST: &str = "those whose id is like it count as depending; if there is none, the deployment counts for no institution";

impl Deployment {
    /// Is its platform blank, or a word for none?
    pub fn names_no_platform(&self) -> bool {
        says_nothing(&self.platform)
    }

    /// How the dates contradict each other, in words.
    pub fn contradiction(&self) -> Option<String> {
        let before = |a: &DateCell, b: &DateCell| a != b && matches!((a.earliest(), b.latest()), (Some(a), Some(b)) if a < b);
        let Self { from, to, purged, .. } = self;
        if before(to, from) {
            Some(format!("it ends on {to}, before it begins on {from}"))
        } else if before(purged, from) {
            Some(format!("it was purged on {purged}, before it begins on {from}"))
        } else {
            before(purged, to).then(|| format!("it was purged on {purged}, before it ends on {to}"))
        }
    }
}
