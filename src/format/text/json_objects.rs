//! A document of JSON that is one object of a person, as stores of documents, queues and services keep them: a record.

use super::json_columns::Columns;
use super::json_tables::{Found, Shape};
use super::objects::Object;
use super::stretch::Stretch;
use crate::format::Sink;
use crate::format::named::NamedRecords;
use crate::table::TableFacts;
use std::ops::Range;

/// Text around tables that holds two values.
const LEAST: usize = 16;

/// Reads what a document that stands from one place to another says by its objects, beside these tables in it: a record, if it is one of a person. Tables of persons and of clients are none of
/// it; others (accounts, addresses) belong to it. Says whether there is one.
pub(super) fn read(stretch: &Stretch<'_>, (start, stop): (usize, usize), tables: &[Found], sink: &mut Sink<'_>) -> bool {
    let text = &*stretch.text;
    let stands_alone = |found: &&Found| match found.shape {
        Shape::Records | Shape::Keyed => {
            let facts = Columns::of_table(text, found).facts();
            facts.is_about_persons() || facts.says_whose()
        }
        Shape::Rows(_) | Shape::Columns => true,
    };
    // The brackets around a table are left.
    let range = |found: &Found| found.at..found.end.saturating_sub(1);
    let all: Vec<Range<usize>> = tables.iter().map(range).collect();
    if stop - start - all.iter().map(Range::len).sum::<usize>() <= LEAST {
        return false;
    }
    let alone: Vec<Range<usize>> = tables.iter().filter(stands_alone).map(range).collect();
    let Some(object) = Object::of_document(text, stop, &alone) else { return false };
    let (mut found, before) = (NamedRecords::default(), sink.facts.tables.len());
    for record in object.into_records() {
        found.add(record, stretch.offset(start), sink);
    }
    found.end(sink);
    sink.facts.tables.iter().skip(before).any(TableFacts::has_personal_data)
}
