use super::{Format, Probe, Sink, container, office, payments, text};

/// Every format with a reader, in the order in which content is asked: signatures first, then layouts that
/// are strict about every line, then text by its looks.
pub static FORMATS: &[&Format] = &[
    &container::GZIP,
    &office::xlsx::FORMAT,
    &office::docx::FORMAT,
    &office::pptx::FORMAT,
    &container::ZIP,
    &container::TAR,
    &container::ZIP_APPENDED,
    &payments::NACHA,
    &payments::X937,
    &payments::CPA005,
    &payments::BACS18,
    &payments::METRO2,
    &payments::BAI2,
    &payments::SWIFT,
    &payments::FEDWIRE,
    &payments::MT940,
    &payments::ISO20022,
    &payments::X12,
    &payments::EDIFACT,
    &payments::OFX,
    &payments::FINTS,
    &text::json::FORMAT,
    &text::html::FORMAT,
    &text::xml::FORMAT,
    &text::delimited::FORMAT,
    &text::fixed_width::FORMAT,
    &text::plain::FORMAT,
];

/// What no reader knows: it is scanned.
static UNKNOWN: Format = Format {
    name: "unknown",
    media_type: "application/octet-stream",
    recognise: |_| true,
    // Nothing is covered, so that the caller scans all of it.
    read: |_: &[u8], _: &mut Sink<'_>| Ok(()),
    version: 1,
    limitations: &["only printable runs are searched; what looks compressed or encrypted is a gap"],
};

/// The format of some content.
pub fn detect(probe: &Probe<'_>) -> &'static Format {
    FORMATS.iter().find(|format| (format.recognise)(probe)).copied().unwrap_or(&UNKNOWN)
}

/// The format of content that cannot even be recognised.
pub fn fallback() -> &'static Format {
    &UNKNOWN
}

/// The version of the reader of a format.
pub fn version_of(name: &str) -> Option<u32> {
    FORMATS.iter().copied().chain([&UNKNOWN]).find(|format| format.name == name).map(|format| format.version)
}
