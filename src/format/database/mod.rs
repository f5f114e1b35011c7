//! Databases and their dumps: what they hold as tables with the names of their columns.

mod code_page;
mod copy_head;
mod copy_text;
mod dbf;
mod definition;
mod pg_archive;
mod pg_copy;
mod pg_data;
#[cfg(test)]
mod pg_tests;
mod pg_toc;
mod script;
mod sql;
mod sql_rows;
mod sql_token;
mod sqlite;
mod sqlite_freed;
mod sqlite_pages;
pub(in crate::format) mod value;

pub(crate) use code_page::CodePage;
pub use dbf::{DBF, is_memo as is_dbf_memo};
pub use pg_archive::{PG_DUMP, PG_DUMP_TAR};
pub use pg_copy::{PG_COPY, PG_COPY_BINARY};
pub use sql::SQL;
pub use sqlite::{SQLITE, SQLITE_JOURNAL, SQLITE_WAL};
