//! CASE/UCO (caseontology.org, unifiedcyberontology.org) as JSON-LD: an `observable:File` per item with its file and content
//! facets, and which item is contained in which.

use super::Record;
use crate::model::to_hex;
use crate::report::plain;
use anyhow::Result;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use std::collections::HashMap;
use std::io::Write;

/// Where the names of this export begin.
const NAMES: &str = "http://example.org/kb/";
/// Namespace of names that are URLs (RFC 9562, section 6.6).
const URLS: [u8; 16] = [0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8];

pub(super) fn write(records: &[Record<'_>], sink: &mut dyn Write) -> Result<()> {
    let context = json!({
        "kb": NAMES,
        "core": "https://ontology.unifiedcyberontology.org/uco/core/",
        "observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
        "types": "https://ontology.unifiedcyberontology.org/uco/types/",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    });
    write!(sink, "{{\"@context\":{context},\"@graph\":[")?;
    let mut first = true;
    let mut push = |value: &Value, sink: &mut dyn Write| -> Result<()> {
        sink.write_all(if std::mem::take(&mut first) { b"\n" } else { b",\n" })?;
        Ok(serde_json::to_writer(sink, value)?)
    };
    let keys = keys(records);
    let items: HashMap<&str, &str> = records.iter().zip(&keys).map(|(record, key)| (record.id.as_str(), key.as_str())).collect();
    for (record, key) in records.iter().zip(&keys) {
        push(&file(record, key), sink)?;
        if let Some(parent) = record.parent.as_ref().and_then(|parent| items.get(parent.as_str())) {
            push(
                &json!({
                    "@id": name("contained", key),
                    "@type": "observable:ObservableRelationship",
                    "core:source": {"@id": name("item", key)},
                    "core:target": {"@id": name("item", parent)},
                    "core:kindOfRelationship": "Contained_Within",
                    "core:isDirectional": true,
                }),
                sink,
            )?;
        }
    }
    sink.write_all(b"\n]}\n")?;
    Ok(())
}

/// What each record is named by: its path, and where members of one container have one name, which of them it is.
fn keys(records: &[Record<'_>]) -> Vec<String> {
    let mut times: HashMap<&str, u64> = HashMap::new();
    records
        .iter()
        .map(|record| {
            let times = times.entry(&record.shown).or_default();
            *times += 1;
            // No path that is shown has a line end.
            if *times == 1 { record.shown.clone() } else { format!("{}\n{times}", record.shown) }
        })
        .collect()
}

/// The name of something at a path: a UUID of version 5 (RFC 9562, section 5.5), the same in every export.
fn name(kind: &str, path: &str) -> String {
    let digest = Sha1::new().chain_update(URLS).chain_update(NAMES).chain_update(kind).chain_update("/").chain_update(path).finalize();
    let mut uuid = [0; 16];
    uuid.copy_from_slice(&digest[..16]);
    uuid[6] = uuid[6] & 0x0f | 0x50;
    uuid[8] = uuid[8] & 0x3f | 0x80;
    let hex = to_hex(&uuid);
    format!("kb:{kind}-{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn file(record: &Record<'_>, path: &str) -> Value {
    let integer = |n: u64| json!({"@type": "xsd:integer", "@value": n.to_string()});
    let mut content = json!({
        "@id": name("content", path),
        "@type": "observable:ContentDataFacet",
        "observable:mimeType": record.media_type,
        "observable:sizeInBytes": integer(record.bytes),
    });
    if let Some(sha256) = record.sha256 {
        content["observable:hash"] = json!([{
            "@id": name("hash", path),
            "@type": "types:Hash",
            "types:hashMethod": "SHA256",
            "types:hashValue": {"@type": "xsd:hexBinary", "@value": sha256.to_string()},
        }]);
    }
    let mut file = json!({
        "@id": name("item", path),
        "@type": "observable:File",
        "core:hasFacet": [
            {
                "@id": name("file", path),
                "@type": "observable:FileFacet",
                "observable:fileName": plain(record.name()),
                "observable:filePath": plain(&record.shown),
                "observable:sizeInBytes": integer(record.bytes),
                "observable:isDirectory": false,
            },
            content,
        ],
    });
    let tags: Vec<String> = [("status", record.status), ("cause", record.cause), ("owner", record.owners.as_str())]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}:{}", plain(value)))
        .collect();
    file["core:tag"] = json!(tags);
    file
}
