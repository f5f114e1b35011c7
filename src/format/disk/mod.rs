//! Images of disks and machines. A raw image is walked where it lies: partitions, file systems, and their files
//! as members; what belongs to no file is left to the scan. Other images are decoded to a raw one, their member.

mod blocks;
mod ewf;
mod ext;
mod fat;
mod files;
mod lznt1;
mod ntfs;
mod partitions;
mod qcow;
#[cfg(test)]
mod tests;
mod vhd;
mod vhdx;
mod vmdk;

pub use ewf::EWF;
pub use qcow::QCOW2;
pub use vhd::VHD;
pub use vhdx::VHDX;
pub use vmdk::VMDK;

use super::{Failure, Format, Kind, Probe, Runs, Sink, detect};
use crate::model::Cause;
use files::{Files, Numbers};
use partitions::Partition;

/// A raw image: a partition table, or one file system alone.
pub static DISK: Format = Format {
    name: "disk_image",
    media_type: "application/x-raw-disk-image",
    recognise: |probe| file_system(Numbers(probe.bytes), 0).is_some_and(FileSystem::is_sure) || partitions::has_table(probe.bytes),
    read,
    runs: Runs::Inside,
    version: 3,
    limitations: &[
        "file systems other than FAT, exFAT, ext and NTFS are scanned, and a gap; so are logical volumes and arrays",
        "deleted files are named where their entry is left; their content is scanned",
        "numbers in binary form are not seen in what is scanned",
    ],
};

/// What a volume holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FileSystem {
    Fat,
    ExFat,
    Ntfs,
    Ext,
    /// Encrypted by the product of this name.
    Encrypted(&'static str),
    /// One of this name, which is not walked.
    Other(&'static str),
    /// Memory that was swapped out: it is scanned, and nothing in it is unread.
    Swap,
}

impl FileSystem {
    /// May a whole image be told by it?
    fn is_sure(self) -> bool {
        match self {
            Self::Fat | Self::ExFat | Self::Ntfs | Self::Ext | Self::Other(_) => true,
            // These have rows of their own.
            Self::Encrypted(_) | Self::Swap => false,
        }
    }
}

fn file_system(n: Numbers<'_>, at: u64) -> Option<FileSystem> {
    let has = |place: u64, mark: &[u8]| n.get(at + place, mark.len() as u64) == Some(mark);
    Some(if ntfs::is_ntfs(n, at) {
        FileSystem::Ntfs
    } else if has(3, b"-FVE-FS-") {
        FileSystem::Encrypted("BitLocker")
    } else if has(0, b"LUKS\xBA\xBE") {
        FileSystem::Encrypted("LUKS")
    } else if fat::is_exfat(n, at) {
        FileSystem::ExFat
    } else if fat::is_fat(n, at) {
        FileSystem::Fat
    } else if ext::is_ext(n, at) {
        FileSystem::Ext
    } else if has(0, b"XFSB\0\0") {
        FileSystem::Other("XFS")
    } else if has(0x10040, b"_BHRfS_M") {
        FileSystem::Other("btrfs")
    } else if has(32, b"NXSB") {
        FileSystem::Other("APFS")
    } else if has(1024, b"H+\0\x04") || has(1024, b"HX\0\x05") {
        FileSystem::Other("HFS+")
    } else if has(3, b"ReFS\0\0\0\0") {
        FileSystem::Other("ReFS")
    } else if has(512, b"LABELONE") && has(512 + 24, b"LVM2 001") {
        FileSystem::Other("LVM")
    } else if [0, 4096].into_iter().any(|place| has(place, b"\xFC\x4E\x2B\xA9\x01\0\0\0")) {
        FileSystem::Other("a Linux array")
    } else if has(0x10034, b"ReIsEr") {
        FileSystem::Other("ReiserFS")
    } else if has(0x8000, b"JFS1") {
        FileSystem::Other("JFS")
    } else if has(1024, b"\x10\x20\xF5\xF2") {
        FileSystem::Other("F2FS")
    } else if has(4086, b"SWAPSPACE2") {
        FileSystem::Swap
    } else {
        return None;
    })
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let len = bytes.len() as u64;
    let mut files = Files::new(bytes);
    if let Some(system) = file_system(Numbers(bytes), 0) {
        let whole = Partition { name: String::new(), start: 0, end: len };
        volume(bytes, &whole, Some(system), &mut files, sink);
    } else {
        let table = partitions::read(bytes, sink);
        sink.note(format!("{} partitions", table.len()));
        for partition in &table {
            if sink.stopped() {
                break;
            }
            if partition.end > len {
                let detail = format!("the partition {} ends {} bytes behind the end of the image", partition.name, partition.end - len);
                sink.gap(len..len, Cause::Truncated, detail);
            }
            if partition.start < partition.end.min(len) {
                volume(bytes, partition, file_system(Numbers(bytes), partition.start), &mut files, sink);
            }
        }
    }
    files.end(sink);
    Ok(())
}

fn volume(bytes: &[u8], partition: &Partition, system: Option<FileSystem>, files: &mut Files<'_>, sink: &mut Sink<'_>) {
    let len = bytes.len() as u64;
    let (at, end) = (partition.start, partition.end.min(len));
    files.prefix.clone_from(&partition.name);
    let stated = match system {
        Some(FileSystem::Fat) => fat::read(bytes, at, files, sink),
        Some(FileSystem::ExFat) => fat::read_exfat(bytes, at, files, sink),
        Some(FileSystem::Ntfs) => ntfs::read(bytes, at, files, sink),
        Some(FileSystem::Ext) => ext::read(bytes, at, files, sink),
        Some(FileSystem::Encrypted(product)) => {
            sink.gap(at..end, Cause::Encrypted, format!("a volume encrypted with {product}: its key is needed"));
            end
        }
        Some(FileSystem::Other(name)) => {
            sink.gap(at..at, Cause::UnsupportedFormat, format!("a volume of {name}: its files are not walked; it is scanned"));
            end
        }
        Some(FileSystem::Swap) => end,
        None => {
            // An image of another kind, in a partition.
            let Some(part) = bytes.get(at as usize..end as usize) else { return };
            let is_known = match detect(&Probe::new(part)) {
                Kind::Format(format) => format.name != DISK.name,
                Kind::Signature(_) => true,
                Kind::Unknown => false,
            };
            if is_known {
                sink.member(format!("{}/content", partition.name).as_bytes(), at..end, &mut &*part);
            }
            end
        }
    };
    if stated > len {
        sink.gap(len..len, Cause::Truncated, format!("a volume ends {} bytes behind the end of the image", stated - len));
    }
}
