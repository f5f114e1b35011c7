use super::write;
use std::path::Path;

/// An institution for a registry made by a test.
pub struct Institution {
    id: String,
    name: String,
    identifiers: Vec<(String, String)>,
}

impl Institution {
    /// Without identifiers yet.
    pub fn new(id: &str, name: &str) -> Self {
        Self { id: id.to_owned(), name: name.to_owned(), identifiers: Vec::new() }
    }

    /// With one identifier more.
    pub fn with(mut self, scheme: &str, value: &str) -> Self {
        self.identifiers.push((scheme.to_owned(), value.to_owned()));
        self
    }
}

/// Writes a registry in which every institution depends and the evidence is stated to be complete, so that
/// who is not found is ruled out by search alone.
pub fn write_registry(dir: &Path, institutions: &[Institution]) {
    let csv = |header: &[&str], rows: &mut dyn Iterator<Item = Vec<&str>>| {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(header).expect("memory takes it");
        rows.for_each(|row| writer.write_record(row).expect("memory takes it"));
        writer.into_inner().expect("memory takes it")
    };
    let customers = csv(&["customer_id", "legal_name", "country"], &mut institutions.iter().map(|i| vec![i.id.as_str(), &i.name, "US"]));
    let identifiers = csv(
        &["customer_id", "scheme", "value"],
        &mut institutions.iter().flat_map(|i| i.identifiers.iter().map(|(scheme, value)| vec![i.id.as_str(), scheme, value])),
    );
    let deployments = csv(
        &["customer_id", "product_id", "platform", "version", "from"],
        &mut institutions.iter().map(|i| vec![i.id.as_str(), "P1", "transfer", "2.0", "2020-01-01"]),
    );
    write(&dir.join("customers.csv"), &customers);
    write(&dir.join("identifiers.csv"), &identifiers);
    write(&dir.join("deployments.csv"), &deployments);
    write(&dir.join("products.csv"), b"product_id,name,platform,path_pattern\nP1,Transfer,transfer,\n");
    write(&dir.join("names.csv"), b"customer_id,name,kind\n");
    let incident = "[incident]\nid = \"test\"\nwindow_from = 2025-01-01\nwindow_to = 2025-01-31\n\n\
                    [[compromised]]\nplatform = \"transfer\"\nversions = \">=1.0\"\n\n\
                    [evidence]\ncomplete = true\ndeclared_by = \"test\"\nbasis = \"made by it\"\n";
    write(&dir.join("incident.toml"), incident.as_bytes());
}
