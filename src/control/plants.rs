//! The planted files: one row per format and encoding, in the order of the catalogue.

use super::subject::Subject;
use super::{archives, databases, disks, documents, drawn, payments, plain, sealed};
use std::io::Result;

/// A file that is planted.
pub(super) struct Plant {
    /// Format that must recognise it.
    pub format: &'static str,
    /// Encoding or variant; blank where there is but one.
    pub encoding: &'static str,
    /// Writes it.
    pub write: fn(Subject) -> Result<Vec<u8>>,
}

macro_rules! plants {
    ($($format:literal $encoding:literal $write:expr;)+) => {
        &[$(Plant { format: $format, encoding: $encoding, write: |subject| $write(subject).into_bytes_of() }),+]
    };
}

/// Writers that cannot fail give bytes, others a result.
trait IntoBytes {
    fn into_bytes_of(self) -> Result<Vec<u8>>;
}

impl IntoBytes for Vec<u8> {
    fn into_bytes_of(self) -> Result<Vec<u8>> {
        Ok(self)
    }
}

impl IntoBytes for Result<Vec<u8>> {
    fn into_bytes_of(self) -> Result<Vec<u8>> {
        self
    }
}

/// Every planted file.
pub(super) static PLANTS: &[Plant] = plants! {
    "gzip" "" archives::gzip;
    "bzip2" "" archives::bzip2;
    "xz" "" archives::xz;
    "lzma" "" archives::lzma;
    "lzip" "" archives::lzip;
    "zstd" "" archives::zstd;
    "lz4" "" archives::lz4;
    "compress" "" archives::compress;
    "pdf" "" documents::pdf;
    "ole" "xls" documents::xls;
    "ole" "doc" documents::doc;
    "ole" "ppt" documents::ppt;
    "ole" "msg" documents::msg;
    "rtf" "" documents::rtf;
    "tnef" "" documents::tnef;
    "java_class" "" documents::java_class;
    "bplist" "" documents::bplist;
    "opendocument" "" documents::opendocument;
    "xlsb" "" documents::xlsb;
    "xlsx" "" documents::xlsx;
    "docx" "" documents::docx;
    "pptx" "" documents::pptx;
    "zip" "" archives::zip;
    "pg_dump_tar" "" databases::pg_dump_tar;
    "tar" "" archives::tar;
    "ar" "" archives::ar;
    "rar" "" archives::rar;
    "cpio" "" archives::cpio;
    "rpm" "" archives::rpm;
    "iso9660" "" archives::iso9660;
    "udf" "" disks::udf;
    "ewf" "" disks::ewf;
    "qcow2" "" disks::qcow2;
    "vhd" "" disks::vhd;
    "vmdk" "" disks::vmdk;
    "disk_image" "fat" disks::raw;
    "7z" "" archives::seven_zip;
    "7z_appended" "" archives::seven_zip_appended;
    "minidump" "" databases::minidump;
    "elf_core" "" databases::elf_core;
    "pg_dump" "" databases::pg_dump;
    "pg_copy_binary" "" databases::pg_copy_binary;
    "sqlite" "" databases::sqlite;
    "sqlite_wal" "" databases::sqlite_wal;
    "sqlite_journal" "" databases::sqlite_journal;
    "zlib" "" archives::zlib;
    "wrapped" "x12" payments::x12_wrapped;
    "nacha" "" payments::nacha;
    "x937" "ascii" payments::x937;
    "x937" "ebcdic" payments::x937_ebcdic;
    "cpa005" "ascii" payments::cpa005;
    "cpa005" "ebcdic" payments::cpa005_ebcdic;
    "bacs18" "" payments::bacs18;
    "metro2" "" payments::metro2;
    "bai2" "" payments::bai2;
    "swift_mt" "" payments::swift;
    "fedwire" "" payments::fedwire;
    "mt940" "" payments::mt940;
    "iso20022" "utf-8" payments::iso20022;
    "iso20022" "utf-16" payments::iso20022_utf16;
    "x12_payment" "" payments::x12;
    "edifact_payment" "" payments::edifact;
    "ofx" "" payments::ofx;
    "fints" "" payments::fints;
    "cab" "" archives::cab;
    "lha" "" archives::lha;
    "dbf" "" plain::dbf;
    "pgp_armored" "" sealed::pgp_armored;
    "openpgp" "" sealed::openpgp;
    "cms" "" sealed::cms;
    "avro" "" databases::avro;
    "parquet" "" databases::parquet;
    "orc" "" databases::orc;
    "mongo_archive" "" databases::mongo_archive;
    "bson" "" databases::bson;
    "zip_appended" "" archives::zip_appended;
    "lz_block" "" archives::lz_block;
    "sql" "" plain::sql;
    "pg_copy" "" databases::pg_copy;
    "vcard" "" plain::vcard;
    "sylk" "" plain::sylk;
    "redis_commands" "" plain::redis_commands;
    "svg" "" drawn::svg;
    "postscript" "" drawn::postscript;
    "dxf" "" drawn::dxf;
    "zpl" "" drawn::zpl;
    "eml" "7bit" documents::eml;
    "eml" "quoted-printable" documents::eml_quoted;
    "eml" "base64" documents::eml_base64;
    "mbox" "" documents::mbox;
    "length_records" "nacha, descriptor words" payments::nacha_described;
    "transcoded" "nacha, ebcdic" payments::nacha_ebcdic;
    "ebcdic_records" "packed decimal" plain::ebcdic_records;
    "json" "array" plain::json;
    "json" "lines" plain::json_lines;
    "html" "" plain::html;
    "xml" "utf-8" plain::xml;
    "xml" "utf-16" plain::xml_utf16;
    "delimited" "comma, utf-8" plain::comma;
    "delimited" "semicolon, windows-1252" plain::semicolon;
    "delimited" "tab, utf-16" plain::tab_utf16;
    "fixed_width" "ascii" plain::fixed_width;
    "fixed_width" "ebcdic" plain::fixed_width_ebcdic;
    "text" "utf-8" plain::utf8;
    "text" "utf-8, marked" plain::utf8_marked;
    "text" "windows-1252" plain::windows_1252;
    "text" "utf-16le" plain::utf16_le;
    "text" "utf-16be" plain::utf16_be;
    "text" "utf-16, unmarked" plain::utf16_unmarked;
    "text" "utf-32le" plain::utf32_le;
    "text" "utf-32be" plain::utf32_be;
    "text" "base64 inside" plain::base64;
    "brotli" "" archives::brotli;
    "unknown" "ascii" plain::scan_ascii;
    "unknown" "utf-16le" plain::scan_utf16_le;
    "unknown" "utf-16be" plain::scan_utf16_be;
    "unknown" "ebcdic" plain::scan_ebcdic;
};

/// Formats of which nothing is planted, and why. No control speaks for them, and reports say so.
#[rustfmt::skip]
pub(super) static NOT_PLANTED: &[(&str, &str)] = &[
    ("pst", "a store takes trees of pages and heaps; the tests of its reader make some"),
    ("vhdx", "a block of its disk takes a mebibyte, in every run; the tests make images with qemu-img"),
    ("mtf", "a tape holds a database, whose pages and catalogue the tests of the readers write"),
    ("mssqlbak", "its pages are compressed by SQL Server, which is not decoded: all of it is a gap"),
    ("sql_server_data", "a database takes a catalogue and pages, which the tests of the readers write"),
    ("oracle_exp", "written by the tests of its reader, after published files"),
    ("oracle_datapump", "written by the tests of its reader, after published files"),
];
