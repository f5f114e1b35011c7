use crate::registry::{Holds, Policy};
use crate::report::page::facts::Facts;
use crate::report::page::html::{Code, Html, Text, put};
use anyhow::Result;

pub(super) fn write(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let outcome = facts.outcome;
    let (registry, incident) = (outcome.registry, &outcome.registry.incident);
    put!(html, "<dl class=\"pairs\">\n<dt>Evidence roots</dt><dd>");
    for (number, root) in outcome.matched.roots.iter().enumerate() {
        put!(html, if number > 0 { ", " } else { "" }, Code(&root.label));
        if !root.walked {
            put!(html, " (<strong>the walk did not end</strong>)");
        }
    }
    put!(html, "</dd>\n<dt>Ledger, SHA-256</dt><dd>", Code(outcome.ledger.digest().to_string()));
    put!(html, "</dd>\n<dt>Registry, SHA-256</dt><dd>", Code(registry.digest.to_string()), "</dd>\n<dt>Files of the registry</dt><dd>");
    for (number, source) in registry.sources.iter().enumerate() {
        put!(html, if number > 0 { ", " } else { "" }, Code(&source.file), " (", Text(source.encoding.to_string()), ")");
    }
    put!(html, "</dd>\n<dt>Compromised</dt><dd>");
    for (number, one) in incident.compromised.iter().enumerate() {
        put!(html, if number > 0 { "; " } else { "" }, Text(&one.platform), " ", Text(one.versions.as_str()));
    }
    put!(html, "</dd>\n</dl>\n");
    put!(html, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Policy\"><table>\n<caption>Policy</caption>\n");
    put!(
        html,
        "<thead><tr><th scope=\"col\">Key</th><th scope=\"col\">Value</th><th scope=\"col\">Default</th><th scope=\"col\">Why that default</th></tr></thead>\n<tbody>\n"
    );
    for (key, value) in Policy::KEYS.iter().zip(incident.policy.values()) {
        let changed = value != key.default;
        put!(html, "<tr><th scope=\"row\"><code>", key.name, "</code></th><td>", if changed { "<strong>" } else { "" }, Text(&value));
        put!(html, if changed { "</strong>" } else { "" }, "</td><td>", key.default, "</td><td>", key.reason, "</td></tr>\n");
    }
    put!(html, "</tbody></table></div>\n");
    if !incident.scopes.is_empty() || !incident.layouts.is_empty() {
        declared(facts, html)?;
    }
    put!(
        html,
        "<p class=\"note\">The same evidence, registry and policy give this page byte for byte. When, where and by which version it was made stands in <code>run.json</code>.</p>\n"
    );
    Ok(())
}

/// What the incident file declares about parts of the evidence.
fn declared(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let registry = facts.outcome.registry;
    put!(
        html,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Declared scopes\"><table>\n<caption>Declared about parts of the evidence</caption>\n"
    );
    put!(html, "<thead><tr><th scope=\"col\">Path</th><th scope=\"col\">Holds</th><th scope=\"col\">Reason</th></tr></thead>\n<tbody>\n");
    for scope in &registry.incident.scopes {
        put!(html, "<tr><td>", Code(scope.path.as_str()), "</td><td>");
        match scope.holds {
            Holds::Vendor => put!(html, "the vendor's own software"),
            Holds::Customer(number) => put!(html, "files of ", Code(&registry.institutions[number].customer_id)),
            Holds::Product(number) => put!(html, "files of the product ", Code(&registry.products[number].product_id)),
        }
        put!(html, "</td><td>", Text(&scope.reason), "</td></tr>\n");
    }
    for layout in &registry.incident.layouts {
        put!(
            html,
            "<tr><td>",
            Code(layout.path.as_str()),
            "</td><td>folders of accounts or client codes</td><td>",
            Text(&layout.reason),
            "</td></tr>\n"
        );
    }
    put!(html, "</tbody></table></div>\n");
    Ok(())
}
