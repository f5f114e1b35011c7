//! CASE/UCO (caseontology.org, unifiedcyberontology.org) as JSON-LD: an `observable:File` per item with its file and content
//! facets, and which item is contained in which.

use super::Record;
use crate::report::plain;
use anyhow::Result;
use serde_json::{Value, json};
use std::io::Write;

pub(super) fn write(records: &[Record<'_>], sink: &mut dyn Write) -> Result<()> {
    let context = json!({
        "kb": "http://example.org/kb/",
        "core": "https://ontology.unifiedcyberontology.org/uco/core/",
        "observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
        "types": "https://ontology.unifiedcyberontology.org/uco/types/",
        "vocabulary": "https://ontology.unifiedcyberontology.org/uco/vocabulary/",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    });
    write!(sink, "{{\"@context\":{context},\"@graph\":[")?;
    let mut first = true;
    let mut push = |value: &Value, sink: &mut dyn Write| -> Result<()> {
        sink.write_all(if std::mem::take(&mut first) { b"\n" } else { b",\n" })?;
        Ok(serde_json::to_writer(sink, value)?)
    };
    for record in records {
        push(&file(record), sink)?;
        if let Some(parent) = &record.parent {
            push(
                &json!({
                    "@id": format!("kb:contained-{}", record.id),
                    "@type": "observable:ObservableRelationship",
                    "core:source": {"@id": format!("kb:item-{}", record.id)},
                    "core:target": {"@id": format!("kb:item-{parent}")},
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

fn file(record: &Record<'_>) -> Value {
    let id = &record.id;
    let integer = |n: u64| json!({"@type": "xsd:integer", "@value": n.to_string()});
    let mut content = json!({
        "@id": format!("kb:content-{id}"),
        "@type": "observable:ContentDataFacet",
        "observable:mimeType": record.media_type,
        "observable:sizeInBytes": integer(record.bytes),
    });
    if let Some(sha256) = record.sha256 {
        content["observable:hash"] = json!([{
            "@id": format!("kb:hash-{id}"),
            "@type": "types:Hash",
            "types:hashMethod": {"@type": "vocabulary:HashNameVocab", "@value": "SHA256"},
            "types:hashValue": {"@type": "xsd:hexBinary", "@value": sha256.to_string()},
        }]);
    }
    let mut file = json!({
        "@id": format!("kb:item-{id}"),
        "@type": "observable:File",
        "core:hasFacet": [
            {
                "@id": format!("kb:file-{id}"),
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
