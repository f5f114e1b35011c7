use super::coverage::open;
use crate::model::DataElement;
use crate::report::data_elements::{Finding, data_of, plural};
use crate::report::page::bars::bar;
use crate::report::page::facts::Facts;
use crate::report::page::html::{Html, Text, put};
use anyhow::Result;
use std::collections::BTreeMap;

/// Residences that the table shows.
const SHOWN: usize = 80;

/// One kind in all affected institutions.
#[derive(Clone, Copy, Default)]
struct Sum {
    found: u64,
    not_found: u64,
    not_read: u64,
    records: u64,
    individuals: u64,
}

pub(super) fn write(facts: &Facts<'_>, html: &mut Html<'_>) -> Result<()> {
    let mut sums = vec![Sum::default(); DataElement::ALL.len()];
    let mut residences: BTreeMap<String, u64> = BTreeMap::new();
    let all = (0..facts.outcome.decided.len()).filter_map(|number| data_of(facts.outcome, number));
    for data in all {
        for (sum, row) in sums.iter_mut().zip(&data.elements) {
            match row.finding {
                Finding::Found => sum.found += 1,
                Finding::NotFound => sum.not_found += 1,
                Finding::NotRead => sum.not_read += 1,
            }
            sum.records += row.records;
            sum.individuals += row.individuals;
        }
        data.by_residence.into_iter().for_each(|(residence, n)| *residences.entry(residence).or_default() += n);
    }
    if sums.iter().all(|sum| sum.found + sum.not_found + sum.not_read == 0) {
        put!(html, "<p>No institution is affected.</p>\n");
        return Ok(());
    }
    put!(
        html,
        "<p class=\"note\">What the own items and records of affected institutions hold. A person is a name with its address where there is one, ",
        "and counts once for each institution, however many copies name it; identical copies of a file count once. In running text kinds are ",
        "found, and not counted. Each institution stands in <code>data_elements.csv</code>.</p>\n"
    );
    open(html, "Kinds of personal data", &["Kind", "Institutions", "Not found in", "Not read in", "Records", "Individuals", ""])?;
    let most = sums.iter().map(|sum| sum.individuals).max().unwrap_or_default();
    for (element, sum) in DataElement::ALL.iter().zip(&sums) {
        put!(html, "<tr><th scope=\"row\">", plural(*element), "</th>");
        for figure in [sum.found, sum.not_found, sum.not_read, sum.records, sum.individuals] {
            put!(html, "<td class=\"n\">", figure, "</td>");
        }
        put!(html, "<td class=\"chart\">");
        bar(html, &[("v0", sum.individuals)], most)?;
        put!(html, "</td></tr>\n");
    }
    put!(html, "</tbody></table></div>\n");
    by_residence(html, residences)
}

fn by_residence(html: &mut Html<'_>, residences: BTreeMap<String, u64>) -> Result<()> {
    let mut residences: Vec<(String, u64)> = residences.into_iter().collect();
    residences.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
    let Some((_, most)) = residences.first().cloned() else { return Ok(()) };
    open(html, "Individuals by state or country of their address", &["Residence", "Individuals", ""])?;
    for (residence, people) in residences.iter().take(SHOWN) {
        put!(html, "<tr><th scope=\"row\">", Text(residence), "</th><td class=\"n\">", *people, "</td><td class=\"chart\">");
        bar(html, &[("v0", *people)], most)?;
        put!(html, "</td></tr>\n");
    }
    put!(html, "</tbody></table></div>\n");
    if residences.len() > SHOWN {
        put!(html, "<p class=\"left\">", residences.len() - SHOWN, " more stand in <code>data_elements.csv</code>.</p>\n");
    }
    Ok(())
}
