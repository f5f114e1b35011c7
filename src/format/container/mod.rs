//! Containers: formats whose content is members. Each reader finds the members of one container and
//! hands them to the sink; what becomes of a member is not its business.

mod aes_cbc;
mod ar;
mod block;
mod brotli;
mod bzip2;
mod cab;
mod compress;
mod cpio;
mod frames;
mod gzip;
mod iso9660;
mod iso9660_record;
mod lha;
mod lha_huffman;
mod lz4;
mod lz4_block;
mod lz_block;
mod rar;
mod rar_decode;
mod seven_zip;
mod seven_zip_coder;
mod seven_zip_header;
mod snappy;
mod tar;
mod tar_links;
mod trees;
mod udf;
mod udf_volume;
mod xz;
mod zip;
mod zip_crypt;
mod zip_decode;
mod zip_directory;
mod zip_name;
mod zip_walk;
mod zlib;
mod zstd;

use crate::format::numbers::{le16, le32, le64};

pub(super) use aes_cbc::Cbc;
pub use ar::AR;
pub use brotli::BROTLI;
pub use bzip2::BZIP2;
pub use cab::CAB;
pub use compress::COMPRESS;
pub use cpio::{CPIO, RPM};
pub use gzip::GZIP;
pub use iso9660::ISO9660;
pub use lha::LHA;
pub use lz_block::LZ_BLOCK;
pub use lz4::LZ4;
pub use rar::RAR;
pub use seven_zip::{SEVEN_ZIP, SEVEN_ZIP_APPENDED};
pub use tar::TAR;
pub use udf::UDF;
pub use xz::{LZIP, LZMA, XZ};
pub use zip::{ZIP, ZIP_APPENDED};
pub use zlib::ZLIB;
pub use zstd::ZSTD;

pub(in crate::format) use ar::Held;
pub(in crate::format) use block::Codec;
pub(crate) use gzip::{header_length as gzip_header_length, is_header as is_gzip_header};
pub(in crate::format) use lz_block::around as lz4_around;
pub(crate) use zip_directory::sketch as zip_local;

use crate::format::{Child, Covered, Sink};
use std::io::Read;
use std::ops::Range;

/// A range of memory as a range of an item.
fn span(range: &Range<usize>) -> Range<u64> {
    range.start as u64..range.end as u64
}

/// A member whose end is known only when it has been decoded: it begins at `encoded.start` and ends, at
/// `encoded.end` at the latest, where `end` says after decoding. What follows stays uncovered.
fn member_up_to<D: Read>(sink: &mut Sink<'_>, name: &[u8], encoded: Range<u64>, decoder: &mut D, end: impl Fn(&D) -> u64) -> Child {
    let covered = std::mem::take(&mut sink.coverage);
    let ordinal = sink.members.len() as u32;
    let child = sink.member(name, encoded.clone(), decoder);
    sink.coverage = covered;
    sink.coverage.add(encoded.start..end(decoder).min(encoded.end), Covered::Member(ordinal));
    child
}

#[cfg(test)]
mod stream_tests;
