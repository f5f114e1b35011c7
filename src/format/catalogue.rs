use super::signature::{self, SIGNATURES, Signature};
use super::{
    Failure, Format, Probe, Runs, Sink, bplist, cms, container, database, dataset, disk, java_class, mail, memory, office, ole, oracle,
    payments, pdf, pgp, pst, rtf, sql_server, text,
};
use crate::model::Cause;

/// Formats with a reader that are strict about what they are: they have signatures. They are asked first, in this
/// order; behind them the layouts of payments, which say in every record what they are.
pub static STRICT: &[&Format] = &[
    &container::GZIP,
    &container::BZIP2,
    &container::XZ,
    &container::LZMA,
    &container::LZIP,
    &container::ZSTD,
    &container::LZ4,
    &container::COMPRESS,
    &pdf::FORMAT,
    &ole::FORMAT,
    &rtf::FORMAT,
    &pst::FORMAT,
    &mail::TNEF,
    &java_class::FORMAT,
    &bplist::FORMAT,
    &office::odf::FORMAT,
    &office::xlsb::FORMAT,
    &office::xlsx::FORMAT,
    &office::docx::FORMAT,
    &office::pptx::FORMAT,
    &container::ZIP,
    &database::PG_DUMP_TAR,
    &container::TAR,
    &container::AR,
    &container::CAB,
    &container::RAR,
    &container::LHA,
    &container::CPIO,
    &container::RPM,
    &container::ISO9660,
    &container::UDF,
    &disk::EWF,
    &disk::QCOW2,
    &disk::VHD,
    &disk::VHDX,
    &disk::VMDK,
    &disk::DISK,
    &container::SEVEN_ZIP,
    &container::SEVEN_ZIP_APPENDED,
    &memory::MINIDUMP,
    &memory::ELF_CORE,
    &database::PG_DUMP,
    &database::PG_COPY_BINARY,
    &database::DBF,
    &database::SQLITE,
    &database::SQLITE_WAL,
    &database::SQLITE_JOURNAL,
    &container::ZLIB,
    &pgp::ARMORED,
    &pgp::FORMAT,
    &cms::FORMAT,
    &sql_server::BACKUP,
    &sql_server::COMPRESSED,
    &sql_server::DATA_FILE,
    &oracle::EXPORT,
    &oracle::PUMP,
    &dataset::AVRO,
    &dataset::PARQUET,
    &dataset::ORC,
    &dataset::MONGO_ARCHIVE,
    &dataset::BSON,
    &text::wrapped::FORMAT,
    &text::resp::FORMAT,
];

/// Formats with a reader that are told by their looks. They are asked after the signatures of formats
/// that have no reader.
pub static LOOSE: &[&Format] = &[
    &container::ZIP_APPENDED,
    &container::LZ_BLOCK,
    &mail::EML,
    &mail::MBOX,
    &database::SQL,
    &database::PG_COPY,
    &text::length_records::FORMAT,
    &text::transcoded::FORMAT,
    &text::ebcdic_records::FORMAT,
    &text::calendar::FORMAT,
    &text::sylk::FORMAT,
    &text::placed::SVG,
    &text::placed::POSTSCRIPT,
    &text::placed::DXF,
    &text::placed::ZPL,
    &text::json::FORMAT,
    &text::html::FORMAT,
    &text::xml::FORMAT,
    &text::delimited::FORMAT,
    &text::fixed_width::FORMAT,
    &text::plain::FORMAT,
    &container::BROTLI,
];

/// Every format with a reader, in the order in which content is asked.
pub fn formats() -> impl Iterator<Item = &'static Format> {
    STRICT.iter().chain(payments::LAYOUTS).chain(LOOSE).copied()
}

/// Raised when signatures or the scan read more than before: what another version scanned is scanned again.
pub(super) const SCAN_VERSION: u32 = 6;

/// What some content is.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A reader knows it.
    Format(&'static Format),
    /// Its kind is known, and this version has no reader for it.
    Signature(&'static Signature),
    /// Nothing is known: it is scanned.
    Unknown,
}

impl Kind {
    /// Its name, as `coverage.csv` and the ledger know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Format(format) => format.name,
            Self::Signature(signature) => signature.name,
            Self::Unknown => "unknown",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Format(format) => format.media_type,
            Self::Signature(signature) => signature.media_type,
            Self::Unknown => "application/octet-stream",
        }
    }

    /// The version of what reads it.
    pub fn version(self) -> u32 {
        match self {
            Self::Format(format) => format.version,
            Self::Signature(_) | Self::Unknown => SCAN_VERSION,
        }
    }

    /// Where it is read. What has no reader is only scanned, by code of ours.
    pub fn runs(self) -> Runs {
        match self {
            Self::Format(format) => format.runs,
            Self::Signature(_) | Self::Unknown => Runs::Inside,
        }
    }

    /// Reads it. What is unknown covers nothing, so that the caller scans all of it.
    pub fn read(self, bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
        match self {
            Self::Format(format) if payments::LAYOUTS.iter().any(|layout| layout.name == format.name) => {
                payments::read(format, bytes, sink)
            }
            Self::Format(format) if LOOSE.iter().any(|loose| loose.name == format.name) => {
                if let Some(layout) = payments::layout_of_rest(bytes) {
                    let missing = format!("what stands before these records of {layout} is missing: it would say whose they are");
                    sink.gap(0..0, Cause::Truncated, missing);
                }
                (format.read)(bytes, sink)
            }
            Self::Format(format) => (format.read)(bytes, sink),
            Self::Signature(signature) => signature.read(bytes, sink),
            Self::Unknown => Ok(()),
        }
    }
}

/// What some content is: content decides, names are never asked.
pub fn detect(probe: &Probe<'_>) -> Kind {
    let among = |rows: &[&'static Format]| rows.iter().find(|format| (format.recognise)(probe)).map(|format| Kind::Format(format));
    among(STRICT)
        .or_else(|| payments::layout_of(probe).map(Kind::Format))
        .or_else(|| signature::find(probe).map(Kind::Signature))
        .or_else(|| among(LOOSE))
        .unwrap_or(Kind::Unknown)
}

/// The current version of what reads a kind of content.
pub fn version_of(name: &str) -> Option<u32> {
    let known = SIGNATURES.iter().any(|s| s.name == name) || name == Kind::Unknown.name();
    formats().find(|format| format.name == name).map(|format| format.version).or(known.then_some(SCAN_VERSION))
}
