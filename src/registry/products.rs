use super::PathGlob;
use super::institution::{Product, Source};
use super::loading::{Loading, Place};
use super::problem::{DefectKind, quoted};
use super::rows::{Row, Spec, TableFile, report_doubts};
use std::collections::HashMap;

pub(super) const SPEC: Spec<5> =
    Spec { table: "products", columns: ["product_id", "name", "platform", "path_pattern", "formats"], required: 2 };

const UNATTRIBUTED: &str = "no file is attributed to the product: gaps in its files count against all that depend";

/// Products, and where each stands by its id.
#[derive(Default)]
pub(super) struct Products {
    pub list: Vec<Product>,
    by_id: HashMap<String, usize>,
}

impl Products {
    /// The product with this id, whatever its case.
    pub fn find(&self, id: &str) -> Option<usize> {
        self.by_id.get(&id.to_lowercase()).copied()
    }
}

/// Reads the products.
pub(super) fn load(file: &TableFile, loading: &mut Loading) -> (Source, Products) {
    let mut products = Products::default();
    let source = file.rows(&SPEC, loading, |loading, row| product(&file.name, row, loading, &mut products));
    (source, products)
}

fn product(file: &str, row: Row<'_, 5>, loading: &mut Loading, products: &mut Products) {
    let Row { line, cells: [product_id, name, platform, pattern, formats], extra, doubts } = row;
    let at = |column| Place { file, line, column: Some(column) };
    report_doubts(&doubts, Place { file, line, column: None }, "", None, "the product may be wrong", loading);
    if product_id.is_empty() {
        return loading.defect(
            DefectKind::Blank,
            at("product_id"),
            "",
            None,
            "the product_id is blank",
            "no deployment can name the product",
        );
    }
    if name.is_empty() {
        loading.defect(
            DefectKind::Blank,
            at("name"),
            "",
            None,
            format!("the product {} has no name", quoted(&product_id)),
            "impact lists show its id",
        );
    }
    let path_pattern = match pattern.is_empty() {
        true => None,
        false => match PathGlob::new(&pattern) {
            // Which cell the pattern is, in a row with shifted cells, is a guess.
            Ok(_) if !doubts.is_empty() => None,
            Ok(glob) => Some(glob),
            Err(fault) => {
                loading.defect(
                    DefectKind::InvalidValue,
                    at("path_pattern"),
                    "",
                    None,
                    format!("{} is no glob: {fault}", quoted(&pattern)),
                    UNATTRIBUTED,
                );
                None
            }
        },
    };
    for word in formats.split('|').map(str::trim).filter(|word| !word.is_empty() && crate::format::version_of(word).is_none()) {
        let problem = format!("{} is no format that `ruleout formats` lists", quoted(word));
        loading.defect(DefectKind::InvalidValue, at("formats"), "", None, problem, "no file is taken for the product's by it");
    }
    if let Some(earlier) = products.find(&product_id).and_then(|n| products.list.get_mut(n)) {
        if earlier.path_pattern != path_pattern {
            earlier.path_pattern = None;
        }
        return loading.defect(
            DefectKind::RepeatedProduct,
            at("product_id"),
            "",
            None,
            format!("the product_id {} stands twice", quoted(&product_id)),
            "the first row counts; patterns that differ are not used",
        );
    }
    products.by_id.insert(product_id.to_lowercase(), products.list.len());
    products.list.push(Product {
        product_id: product_id.into_owned(),
        name: name.into_owned(),
        platform: platform.into_owned(),
        path_pattern,
        formats: formats.split('|').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect(),
        line,
        extra,
    });
}
