//! Schemas of what commands write as JSON, where the modules that they speak of do not publish them.

use super::coverage;
use crate::report::{explanation_schema, run_schema};
use std::path::Path;

#[test]
fn the_published_schemas_are_those_of_the_types() {
    let all = [("coverage", coverage::schema()), ("explain", explanation_schema()), ("run", run_schema())];
    for (name, schema) in all {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schemas/{name}.schema.json"));
        let current = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
        if std::env::var_os("RULEOUT_WRITE_SCHEMAS").is_some() {
            std::fs::write(&path, &current).unwrap();
        }
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(published, current, "{} is stale: run the tests once with RULEOUT_WRITE_SCHEMAS=1", path.display());
    }
}
