//! Manifests: listings and logs handed over beside the evidence.
//!
//! Each syntax is one file and one row of [`SYNTAXES`], recognised by content. A reader streams [`Row`]s
//! and returns a [`Report`]; what it does not understand is counted, never dropped. [`reconcile`] compares
//! the rows with what was recovered.

mod ascp_log;
mod bodyfile;
mod checksums;
mod columns;
mod dfxml;
mod dir_listing;
mod disk_usage;
mod embedded;
mod fields;
mod find_ls;
mod find_printf;
mod free_text;
mod hashdeep;
mod inventory;
mod inventory_columns;
mod isoinfo;
mod json_objects;
mod lines;
mod log_lines;
mod ls;
mod ls_entry;
mod ls_names;
mod moment;
mod object_store;
mod oem;
mod page_text;
pub mod path_end;
mod path_list;
mod powershell;
mod quoting;
mod rclone_lsf;
pub mod reconcile;
mod reconcile_align;
mod reconcile_compare;
mod reconcile_index;
mod robocopy;
mod row;
mod sample;
mod seven_zip;
mod sftp_log;
mod tally;
mod tar_listing;
mod tree;
mod tree_html;
mod vsftpd_log;
mod w3c_log;
mod xferlog;
mod zip_listing;

pub use columns::Columns;
pub use embedded::embedded;
pub use free_text::text;
pub use lines::as_printed;
use log_lines::log_lines;
pub use moment::{Moment, Window};
pub use page_text::page_text;
pub use row::{Checksums, Row, Transfer};
pub use sample::Sample;
pub use tally::Report;

/// What a manifest says about the files that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// This was taken.
    Taken,
    /// The platform's own records.
    Platform,
    /// Somebody's claim.
    Seller,
}

impl Kind {
    /// The word before the colon in `--manifest KIND:FILE`.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "taken" => Some(Self::Taken),
            "platform" => Some(Self::Platform),
            "seller" => Some(Self::Seller),
            _ => None,
        }
    }

    /// The word as it stands on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Platform => "platform",
            Self::Seller => "seller",
        }
    }
}

/// Reads a whole manifest of one syntax: rows in their order, then what became of it.
pub type ReadFn = fn(&[u8], &mut dyn FnMut(Row)) -> Report;

/// A syntax of listings or logs.
pub struct Syntax {
    /// Its name, as in `--manifest` reports and documentation.
    pub name: &'static str,
    /// What it says when the user did not.
    pub default_kind: Kind,
    /// How well the beginning of a manifest fits, 1 to 100; nothing when it does not.
    pub recognise: fn(&Sample<'_>) -> Option<u8>,
    /// Reads it.
    pub read: ReadFn,
    /// What it cannot tell, in words.
    pub limitations: &'static [&'static str],
}

impl Syntax {
    /// Is it the one of whatever is in no syntax?
    pub fn is_free_text(&self) -> bool {
        self.name == free_text::SYNTAX.name
    }

    /// Reads a whole manifest that says this. A log whose syntax nobody knows is no listing, whichever its lines resemble:
    /// those that name an address count as not understood. A table of what was taken may name the machines.
    pub fn read_as(&self, kind: Kind, bytes: &[u8], take: &mut dyn FnMut(Row)) -> Report {
        let mut tells_events = false;
        let mut report = (self.read)(bytes, &mut |row| {
            tells_events |= row.event.is_some();
            take(row);
        });
        let names_columns = [inventory::SYNTAX.name, json_objects::SYNTAX.name].contains(&self.name);
        if !tells_events && (kind == Kind::Platform || kind == Kind::Taken && !names_columns) {
            let (lines, first) = log_lines(bytes);
            // Some of them the syntax has counted itself.
            report.not_understood_count = report.not_understood_count.max(lines);
            report.not_understood.extend(first);
        }
        report
    }

    /// Is it one of pages?
    pub fn is_page(&self) -> bool {
        self.name == tree_html::SYNTAX.name
    }
}

/// All syntaxes. Of several that fit equally well, the first is taken; the last two fit whatever is left.
pub static SYNTAXES: &[Syntax] = &[
    ls::SYNTAX,
    ls_names::SYNTAX,
    find_ls::SYNTAX,
    find_printf::SYNTAX,
    tree::SYNTAX,
    json_objects::TREE,
    tree_html::SYNTAX,
    dfxml::TREE,
    disk_usage::SYNTAX,
    dir_listing::SYNTAX,
    powershell::SYNTAX,
    powershell::LIST,
    robocopy::SYNTAX,
    tar_listing::SYNTAX,
    tar_listing::JAR,
    zip_listing::SYNTAX,
    zip_listing::ZIPINFO,
    seven_zip::SYNTAX,
    seven_zip::TECHNICAL,
    isoinfo::SYNTAX,
    checksums::SYNTAX,
    hashdeep::SYNTAX,
    dfxml::SYNTAX,
    bodyfile::SYNTAX,
    bodyfile::FLS,
    json_objects::SYNTAX,
    object_store::AWS,
    object_store::RCLONE,
    rclone_lsf::SYNTAX,
    inventory::SYNTAX,
    inventory::LOG,
    xferlog::SYNTAX,
    vsftpd_log::SYNTAX,
    w3c_log::SYNTAX,
    sftp_log::SYNTAX,
    ascp_log::SYNTAX,
    path_list::NUL,
    path_list::SYNTAX,
    free_text::SYNTAX,
];

/// The syntax of a manifest, by its content.
pub fn detect(bytes: &[u8]) -> &'static Syntax {
    let sample = Sample::of(bytes);
    let mut best = (0, &free_text::SYNTAX);
    for syntax in SYNTAXES {
        if let Some(confidence) = (syntax.recognise)(&sample)
            && confidence > best.0
        {
            best = (confidence, syntax);
        }
    }
    best.1
}

/// The syntax of a table in which these columns occur; nothing where it is none.
pub fn table(bytes: &[u8], columns: &Columns) -> Option<&'static Syntax> {
    let sample = Sample::of(bytes);
    json_objects::has_columns(&sample, columns).or_else(|| inventory::has_columns(&sample, columns))
}

/// Reads a table whose columns were named.
pub fn read_table(bytes: &[u8], columns: &Columns, rows: &mut dyn FnMut(Row)) -> Report {
    if json_objects::has_columns(&Sample::of(bytes), columns).is_some() {
        json_objects::read(bytes, columns, rows)
    } else {
        inventory::read(bytes, columns, rows)
    }
}

/// The syntax of this name.
pub fn syntax(name: &str) -> Option<&'static Syntax> {
    SYNTAXES.iter().find(|s| s.name == name)
}

/// Reads a manifest in the named syntax, or, where there is none of that name or none is given, in the one
/// that its content shows. Rows are handed over as they are read.
pub fn read(bytes: &[u8], syntax_name: Option<&str>, rows: &mut dyn FnMut(Row)) -> Report {
    let syntax = syntax_name.and_then(syntax).unwrap_or_else(|| detect(bytes));
    (syntax.read)(bytes, rows)
}

#[cfg(test)]
mod tests;
