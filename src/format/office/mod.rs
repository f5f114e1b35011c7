//! Office documents: packages of Office Open XML (ECMA-376) and OpenDocument.

pub mod docx;
pub mod odf;
pub mod ooxml;
pub mod pptx;
pub mod xlsb;
pub mod xlsx;

mod content_controls;
pub(super) mod page_header;
mod paragraphs;
mod xlsx_merged;
mod xlsx_pivot;
mod xlsx_sheet;
mod xlsx_strings;
pub(super) mod xlsx_styles;
