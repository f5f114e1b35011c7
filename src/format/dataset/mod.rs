//! Files of records under a schema, as data platforms keep and exchange them: Avro, row by row, Parquet and ORC, column
//! by column. Their records become rows under the names of their fields. A field inside of others has their names before
//! its own (`holder.address.city`); values of a list stand in one cell. Documents of BSON are members in JSON.

mod avro;
mod avro_schema;
mod avro_value;
mod beside;
mod bson;
#[cfg(test)]
mod bson_tests;
mod bson_value;
mod logical;
mod orc;
mod orc_column;
mod orc_runs;
mod orc_schema;
mod orc_stream;
mod orc_stripe;
mod orc_tail;
#[cfg(test)]
mod orc_tests;
mod parquet;
mod parquet_column;
mod parquet_levels;
mod parquet_page;
mod parquet_schema;
#[cfg(test)]
mod parquet_tests;
mod protobuf;
#[cfg(test)]
mod tests;
mod thrift;
mod thrift_writer;

pub(crate) use thrift_writer::Thrift;

pub use avro::AVRO;
pub use bson::{BSON, MONGO_ARCHIVE};
pub use orc::ORC;
pub use parquet::PARQUET;

/// Stands between the values of a list.
const BETWEEN: &str = "; ";

/// Adds a value to a cell; those of a list are joined.
fn add(cell: &mut String, value: &str) {
    if !cell.is_empty() && !value.is_empty() {
        cell.push_str(BETWEEN);
    }
    cell.push_str(value);
}

/// Characters of a field's name that are kept: each column repeats those of all fields around it.
const LONGEST_NAME: usize = 200;

/// The path of a field inside of others.
fn joined(path: &str, name: &str) -> String {
    let name: String = name.chars().take(LONGEST_NAME).collect();
    if path.is_empty() { name } else { format!("{path}.{name}") }
}
