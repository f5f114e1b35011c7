//! The signatures, one a row. The first that fits counts: those that say more come first.

use super::{Signature, Treatment, objects, stores};
use crate::format::Probe;
use crate::format::container::ZIP_APPENDED;
use crate::format::database::is_dbf_memo;
use crate::format::opaque::{aiff, asf, au, bmff, bmp, flac, gif, ico, jpeg, matroska, mp3, ogg, png, riff, sfnt, type1, woff};
use crate::format::sql_server;
use crate::model::Cause;
use Treatment::{Code, Opaque, Partial, Scan, Whole};

const UNSUPPORTED: Cause = Cause::UnsupportedFormat;

const fn row(name: &'static str, media_type: &'static str, test: fn(&Probe<'_>) -> bool, treatment: Treatment) -> Signature {
    Signature { name, media_type, test, treatment }
}

/// All known formats without a reader.
pub static SIGNATURES: &[Signature] = &[
    // Encrypted as a whole.
    row("openssl_enc", "application/octet-stream", |p| p.head.starts_with(b"Salted__"), Whole(Cause::Encrypted)),
    row("age", "application/octet-stream", |p| p.head.starts_with(b"age-encryption.org/v1\n"), Whole(Cause::Encrypted)),
    row("age_armored", "text/plain", |p| p.head.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----"), Whole(Cause::Encrypted)),
    row("ansible_vault", "text/plain", |p| p.head.starts_with(b"$ANSIBLE_VAULT;"), Whole(Cause::Encrypted)),
    row("aescrypt", "application/octet-stream", |p| matches!(p.head, [b'A', b'E', b'S', 0..=3, 0, ..]), Whole(Cause::Encrypted)),
    row(
        "keepass",
        "application/x-keepass2",
        |p| p.head.starts_with(b"\x03\xD9\xA2\x9A") && at(p, 5, b"\xFB\x4B\xB5"),
        Whole(Cause::Encrypted),
    ),
    row("luks", "application/octet-stream", |p| p.head.starts_with(b"LUKS\xBA\xBE"), Whole(Cause::Encrypted)),
    row("bitlocker", "application/octet-stream", |p| at(p, 3, b"-FVE-FS-"), Whole(Cause::Encrypted)),
    // Documents and mail.
    row("dbx", "application/octet-stream", |p| p.head.starts_with(b"\xCF\xAD\x12\xFE"), Partial(UNSUPPORTED)),
    row("nsf", "application/vnd.lotus-notes", |p| p.head.starts_with(b"\x1A\0\0\x04\0\0"), Whole(UNSUPPORTED)),
    row("wordperfect", "application/vnd.wordperfect", |p| p.head.starts_with(b"\xFFWPC"), Partial(UNSUPPORTED)),
    row("chm", "application/vnd.ms-htmlhelp", |p| p.head.starts_with(b"ITSF\x03\0\0\0"), Whole(UNSUPPORTED)),
    row("djvu", "image/vnd.djvu", |p| p.head.starts_with(b"AT&TFORM"), Whole(Cause::NeedsOcr)),
    row("tiff", "image/tiff", |p| is_tiff(p.head), Whole(Cause::NeedsOcr)),
    row("jbig2", "image/x-jbig2", |p| p.head.starts_with(b"\x97JB2\r\n\x1A\n"), Whole(Cause::NeedsOcr)),
    // Archives and compressed streams.
    row("lzop", "application/x-lzop", |p| p.head.starts_with(b"\x89LZO\0\r\n\x1A\n"), Whole(UNSUPPORTED)),
    row("snappy", "application/x-snappy-framed", |p| p.head.starts_with(b"\xFF\x06\0\0sNaPpY"), Whole(UNSUPPORTED)),
    row("snappy_blocks", "application/x-snappy", |p| p.head.starts_with(b"\x82SNAPPY\0"), Whole(UNSUPPORTED)),
    row(
        "ms_compress",
        "application/x-ms-compress-szdd",
        |p| [&b"SZDD\x88\xF0\x27\x33"[..], b"KWAJ\x88\xF0\x27\xD1", b"SZ \x88\xF0\x27\x33\xD1"].iter().any(|mark| p.head.starts_with(mark)),
        Whole(UNSUPPORTED),
    ),
    row("moz_lz4", "application/octet-stream", |p| p.head.starts_with(b"mozLz40\0"), Whole(UNSUPPORTED)),
    row(
        "zpaq",
        "application/x-zpaq",
        |p| p.head.starts_with(b"zPQ\x01") || p.head.starts_with(b"zPQ\x02") || p.head.starts_with(b"7kSt"),
        Whole(UNSUPPORTED),
    ),
    row("freearc", "application/x-freearc", |p| p.head.starts_with(b"ArC\x01"), Whole(UNSUPPORTED)),
    row("pack", "application/octet-stream", |p| matches!(p.head, [0x1F, 0x1E, ..]) && p.bytes.len() > 8, Whole(UNSUPPORTED)),
    row("installshield_cab", "application/octet-stream", |p| p.head.starts_with(b"ISc("), Whole(UNSUPPORTED)),
    row(
        "arj",
        "application/x-arj",
        |p| p.head.starts_with(b"\x60\xEA") && matches!(p.head.get(10), Some(0..=5)) && p.head.len() > 40,
        Whole(UNSUPPORTED),
    ),
    row(
        "lha_other",
        "application/x-lzh-compressed",
        |p| matches!(p.head.get(2..7), Some([b'-', b'l', b'h' | b'z', _, b'-'])),
        Whole(UNSUPPORTED),
    ),
    row("ace", "application/x-ace-compressed", |p| at(p, 7, b"**ACE**"), Whole(UNSUPPORTED)),
    row(
        "stuffit",
        "application/x-stuffit",
        |p| p.head.starts_with(b"StuffIt (c)") || p.head.starts_with(b"SIT!") && at(p, 10, b"rLau"),
        Whole(UNSUPPORTED),
    ),
    row("wim", "application/x-ms-wim", |p| p.head.starts_with(b"MSWIM\0\0\0"), Whole(UNSUPPORTED)),
    row("squashfs", "application/octet-stream", |p| p.head.starts_with(b"hsqs") && at(p, 28, b"\x04\0"), Whole(UNSUPPORTED)),
    row(
        "dmg",
        "application/x-apple-diskimage",
        |p| p.bytes.len() >= 512 && p.bytes[p.bytes.len() - 512..].starts_with(b"koly\0\0\0\x04"),
        Whole(UNSUPPORTED),
    ),
    // Disk images: sectors in the clear, unless the format compresses them; files may lie in pieces.
    row("ewf2", "application/x-ewf", |p| p.head.starts_with(b"EVF2\r\n\x81\0"), Whole(UNSUPPORTED)),
    // One whose disk is told by nothing else.
    row("vhd_fixed", "application/x-vhd", |p| p.bytes.len() > 512 && p.bytes[p.bytes.len() - 512..].starts_with(b"conectix"), Scan),
    row("vmdk_cowd", "application/x-vmdk", |p| p.head.starts_with(b"COWD"), Partial(UNSUPPORTED)),
    row(
        "cd_raw",
        "application/octet-stream",
        |p| p.head.starts_with(b"\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0") && p.bytes.len() > 2352,
        Partial(UNSUPPORTED),
    ),
    row("zisofs", "application/octet-stream", |p| p.head.starts_with(b"\x37\xE4\x53\x96\xC9\xDB\xD6\x07"), Whole(UNSUPPORTED)),
    // Databases and dumps.
    row("arrow", "application/vnd.apache.arrow.file", |p| p.head.starts_with(b"ARROW1\0\0"), Partial(UNSUPPORTED)),
    row("arrow_stream", "application/vnd.apache.arrow.stream", stores::is_arrow_stream, Partial(UNSUPPORTED)),
    row("stata", "application/x-stata-dta", stores::is_stata, Partial(UNSUPPORTED)),
    row("sas_transport", "application/x-sas-xport", |p| p.head.starts_with(b"HEADER RECORD*******LIB"), Partial(UNSUPPORTED)),
    row("pickle", "application/x-python-pickle", |p| stores::is_pickle(p) || objects::is_unmarked_pickle(p), Partial(UNSUPPORTED)),
    row("marshal", "application/x-python-marshal", objects::is_marshal, Partial(UNSUPPORTED)),
    row("lmdb", "application/x-lmdb", objects::is_lmdb, Partial(UNSUPPORTED)),
    row("iwork_objects", "application/x-iwork-iwa", objects::is_iwa, Partial(UNSUPPORTED)),
    row("spss_portable", "application/x-spss-por", objects::is_spss_portable, Partial(UNSUPPORTED)),
    row("yenc", "text/x-yencode", objects::is_yenc, Partial(UNSUPPORTED)),
    row("cbor", "application/cbor", stores::is_cbor, Partial(UNSUPPORTED)),
    row("msgpack", "application/vnd.msgpack", stores::is_msgpack, Partial(UNSUPPORTED)),
    row("innodb", "application/x-innodb", stores::is_innodb, Partial(UNSUPPORTED)),
    row("aria", "application/x-aria-data", stores::is_aria, Partial(UNSUPPORTED)),
    row("postgresql_relation", "application/x-postgresql-relation", stores::is_postgresql, Partial(UNSUPPORTED)),
    // Their blocks are packed by codes that take repetitions alone: what is left between them looks like text.
    row("wiredtiger", "application/x-wiredtiger", |p| p.head.starts_with(b"\x41\xD8\x01\0") && p.bytes.len() >= 4096, Partial(UNSUPPORTED)),
    row("lucene", "application/x-lucene-index", stores::is_lucene, Partial(UNSUPPORTED)),
    row("kafka_log", "application/x-kafka-log", stores::is_packed_kafka_log, Partial(UNSUPPORTED)),
    row("leveldb_table", "application/x-leveldb-table", |p| p.bytes.ends_with(b"\x57\xFB\x80\x8B\x24\x75\x47\xDB"), Partial(UNSUPPORTED)),
    row(
        "rocksdb_table",
        "application/x-rocksdb-table",
        |p| p.bytes.ends_with(b"\xF7\xCF\xF4\x85\xB7\x41\xE2\x88") || p.bytes.ends_with(b"\x50\x4E\x9F\x65\x0D\xB2\x5A\x24"),
        Partial(UNSUPPORTED),
    ),
    row("redis_rdb", "application/x-redis-rdb", stores::is_redis, Partial(UNSUPPORTED)),
    row("hdf5", "application/x-hdf5", |p| p.head.starts_with(b"\x89HDF\r\n\x1A\n"), Partial(UNSUPPORTED)),
    row("access", "application/x-msaccess", |p| at(p, 4, b"Standard Jet DB\0") || at(p, 4, b"Standard ACE DB\0"), Partial(UNSUPPORTED)),
    row("sql_server_log", "application/x-mssql-ldf", sql_server::is_log_file, Scan),
    row("dbf_memo", "application/x-dbf-memo", is_dbf_memo, Scan),
    row("kernel_dump", "application/x-dmp", |p| p.head.starts_with(b"PAGEDUMP") || p.head.starts_with(b"PAGEDU64"), Scan),
    row("lime", "application/octet-stream", |p| p.head.starts_with(b"EMiL\x01\0\0\0"), Scan),
    row("vmware_memory", "application/octet-stream", |p| matches!(p.head, [0xD0..=0xD3, 0xBE, 0xD2, 0xBE, ..]), Scan),
    row(
        "kdump",
        "application/octet-stream",
        |p| p.head.starts_with(b"KDUMP   ") || p.head.starts_with(b"makedumpfile\0"),
        Partial(UNSUPPORTED),
    ),
    row("hibernation", "application/octet-stream", |p| p.bytes.len() > 4096 && is_hibernation(p.head), Partial(UNSUPPORTED)),
    row("hprof", "application/x-hprof", |p| p.head.starts_with(b"JAVA PROFILE 1.0"), Scan),
    row("java_serialized", "application/x-java-serialized-object", objects::is_java, Partial(UNSUPPORTED)),
    row("registry_hive", "application/x-ms-registry", |p| p.head.starts_with(b"regf"), Scan),
    row("evtx", "application/x-ms-evtx", |p| p.head.starts_with(b"ElfFile\0"), Scan),
    row(
        "pcap",
        "application/vnd.tcpdump.pcap",
        // Times in micro- or in nanoseconds. What was sent may lie in pieces, one a packet.
        |p| matches!(p.head, [0xD4 | 0x4D, 0xC3 | 0x3C, 0xB2, 0xA1, 2, 0, ..] | [0xA1, 0xB2, 0xC3 | 0x3C, 0xD4 | 0x4D, 0, 2, ..]),
        Partial(UNSUPPORTED),
    ),
    row("pcapng", "application/x-pcapng", stores::is_pcapng, Partial(UNSUPPORTED)),
    // The least sure: a walk over lengths.
    row("myisam", "application/x-myisam-data", stores::is_myisam, Partial(UNSUPPORTED)),
    // Programs.
    // A program with an archive behind it is left to the archive's reader.
    row(
        "elf",
        "application/x-elf",
        |p| p.head.starts_with(b"\x7FELF") && matches!(p.head.get(4..7), Some([1 | 2, 1 | 2, 1])) && !(ZIP_APPENDED.recognise)(p),
        Code,
    ),
    row("pe", "application/vnd.microsoft.portable-executable", |p| is_pe(p) && !(ZIP_APPENDED.recognise)(p), Code),
    row("mach_o", "application/x-mach-binary", |p| matches!(p.head, [0xCF | 0xCE, 0xFA, 0xED, 0xFE, ..]) && p.head.len() > 28, Code),
    row("dex", "application/x-dex", |p| p.head.starts_with(b"dex\n0"), Code),
    row("wasm", "application/wasm", |p| p.head.starts_with(b"\0asm\x01\0\0\0"), Code),
    // Opaque kinds, each walked to its end.
    row("png", "image/png", |p| png(p.bytes).is_some(), Opaque(png)),
    row("jpeg", "image/jpeg", |p| jpeg(p.bytes).is_some(), Opaque(jpeg)),
    row("gif", "image/gif", |p| gif(p.bytes).is_some(), Opaque(gif)),
    row("bmp", "image/bmp", |p| bmp(p.bytes).is_some(), Opaque(bmp)),
    row("ico", "image/x-icon", |p| ico(p.bytes).is_some(), Opaque(ico)),
    row("riff", "application/x-riff", |p| riff(p.bytes).is_some(), Opaque(riff)),
    row("aiff", "audio/aiff", |p| aiff(p.bytes).is_some(), Opaque(aiff)),
    row("au", "audio/basic", |p| au(p.bytes).is_some(), Opaque(au)),
    row("iso_media", "video/mp4", |p| bmff(p.bytes).is_some(), Opaque(bmff)),
    row("matroska", "video/x-matroska", |p| matroska(p.bytes).is_some(), Opaque(matroska)),
    row("asf", "video/x-ms-asf", |p| asf(p.bytes).is_some(), Opaque(asf)),
    row("flac", "audio/flac", |p| flac(p.bytes).is_some(), Opaque(flac)),
    row("ogg", "application/ogg", |p| ogg(p.bytes).is_some(), Opaque(ogg)),
    row("sfnt", "font/sfnt", |p| sfnt(p.bytes).is_some(), Opaque(sfnt)),
    row("type1", "application/x-font-type1", |p| type1(p.bytes).is_some(), Opaque(type1)),
    row("woff", "font/woff", |p| woff(p.bytes).is_some(), Opaque(woff)),
    row("mp3", "audio/mpeg", |p| mp3(p.bytes).is_some(), Opaque(mp3)),
];

fn at(probe: &Probe<'_>, offset: usize, mark: &[u8]) -> bool {
    probe.head.get(offset..).is_some_and(|rest| rest.starts_with(mark))
}

/// A hibernation file of Windows, asleep or resumed; its pages are compressed, and numbers follow its mark.
fn is_hibernation(head: &[u8]) -> bool {
    [b"HIBR", b"hibr", b"RSTR", b"rstr"].iter().any(|mark| head.starts_with(*mark)) && head.get(4..64).is_some_and(|b| b.contains(&0))
}

/// TIFF 6.0, section 2, and BigTIFF.
fn is_tiff(head: &[u8]) -> bool {
    matches!(head, [b'I', b'I', 42 | 43, 0, _, _, _, _, ..] | [b'M', b'M', 0, 42 | 43, _, _, _, _, ..])
}

/// MS-DOS header that points to a PE header.
fn is_pe(probe: &Probe<'_>) -> bool {
    let header = probe.head.get(0x3C..).and_then(|b| b.first_chunk()).map(|b| u32::from_le_bytes(*b) as usize);
    probe.head.starts_with(b"MZ") && header.and_then(|at| probe.bytes.get(at..)).is_some_and(|b| b.starts_with(b"PE\0\0"))
}
