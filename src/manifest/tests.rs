//! Behaviour of the syntaxes, each by the words of its own tool.

use super::*;
use crate::model::ContentId;

/// Rows and report of a manifest, its syntax found by content.
fn reading(text: impl AsRef<[u8]>) -> (&'static str, Vec<Row>, Report) {
    let mut rows = Vec::new();
    let text = text.as_ref();
    let report = read(text, None, &mut |row| rows.push(row));
    (detect(text).name, rows, report)
}

/// `path`, `path=size`, `path/` of each row.
fn brief(rows: &[Row]) -> Vec<String> {
    rows.iter()
        .map(|row| {
            let path = String::from_utf8_lossy(&row.path);
            let link = row.link.as_ref().map_or(String::new(), |l| format!("@{}", String::from_utf8_lossy(l)));
            let size = row.size.map_or(String::new(), |s| format!("={s}"));
            format!("{path}{}{size}{link}", if row.directory { "/" } else { "" })
        })
        .collect()
}

fn check(text: impl AsRef<[u8]>, syntax: &str, expected: &[&str]) -> Vec<Row> {
    let (name, rows, report) = reading(text);
    assert_eq!(name, syntax);
    assert_eq!(brief(&rows), expected);
    assert_eq!(report.not_understood, []);
    rows
}

#[test]
fn ls_dates_and_columns() {
    let text = "total 4\n\
        -rw-r----- 1 xfer grp 12 Nov  4 03:10 a b.txt\n\
        -rw-r--r-- 1 xfer grp 12 Jun 18  2025 old 2024-01-01 10:00 x\n\
        -rw-r--r-- 1 xfer grp 7 2026-11-22 00:40:13.222286907 +0000 full iso\n\
        -rw-r--r-- 1 xfer grp 7 2026-11-22 00:40 long iso\n\
        -rw-r--r-- 1 xfer grp 7 11-22 00:40 iso new\n\
        -rw-r--r-- 1 xfer grp 7 2025-06-18  iso old\n\
        -rw-r--r-- 1 xfer domain users 7 22. M\u{e4}r 00:40 german\n\
        -rw-r--r-- 1 xfer grp 7 11\u{6708} 22 00:40 chinese\n\
        -rw-r--r-- 1 xfer grp 7 Nov 22 00:40:13 2026 bsd\n\
        -rw-r--r-- 1 xfer grp 1.5K Nov 22 00:40 human\n\
        -rw-r--r--  1 xfer 1234567890 Nov 22 00:40 epoch-like size\n\
        -rw-r--r-- 1 xfer grp 9 1763772013 epoch\n\
        drwxr-x---+ 2 root root 4096 Nov  4 03:10 .\n\
        drwxr-x---+ 2 root root 4096 Nov  4 03:10 sub\n\
        ?????????? ? ?    ?        ?            ? lost\n\
        brw-rw---- 1 root disk 8,   0 Nov  4 03:10 sda\n\
        123456  8 -rw-r--r--. 1 1001 1002 5 Nov  4 03:10 inode\n\
        lrwxrwxrwx 1 root root 9 Nov  4 03:10 ln -> ../t x\n\n\
        ./sub dir:\ntotal 0\n-rw-r--r-- 1 acct g 1 Nov  4 03:10 c:\n";
    let rows = check(
        text,
        "ls -l",
        &[
            "a b.txt=12",
            "old 2024-01-01 10:00 x=12",
            "full iso=7",
            "long iso=7",
            "iso new=7",
            "iso old=7",
            "german=7",
            "chinese=7",
            "bsd=7",
            "human",
            "epoch-like size=1234567890",
            "epoch=9",
            "sub/",
            "lost",
            "sda/",
            "inode=5",
            "ln@../t x",
            "sub dir/c:=1",
        ],
    );
    assert_eq!(rows[0].account.as_deref(), Some("xfer"));
    assert_eq!(rows[15].account.as_deref(), Some("1001"));
    assert_eq!(rows[0].modified.as_deref(), Some("Nov  4 03:10"));
    assert_eq!(rows[17].line, 23);
}

#[test]
fn ls_quotes() {
    let quoted = "'a b':\ntotal 0\n-rw-r--r-- 1 u g 1 Nov  4 03:10  plain\n-rw-r--r-- 1 u g 1 Nov  4 03:10 'x y'\n\
        -rw-r--r-- 1 u g 1 Nov  4 03:10 \"it's\"\n-rw-r--r-- 1 u g 1 Nov  4 03:10 'l'$'\\n''f'\nlrwxrwxrwx 1 u g 1 Nov  4 03:10 'p q' -> 'x y'\n";
    check(quoted, "ls -l", &["a b/plain=1", "a b/x y=1", "a b/it's=1", "a b/l\nf=1", "a b/p q@x y"]);
    let escaped = "-rw-r--r-- 1 u g 1 Nov  4 03:10 x\\ y\n-rw-r--r-- 1 u g 1 Nov  4 03:10 \\303\\244\n";
    check(escaped, "ls -l", &["x y=1", "\u{e4}=1"]);
    // Quotes that belong to names: a neighbour with a bare blank shows it.
    let literal = "-rw-r--r-- 1 u g 1 Nov  4 03:10 'q'\n-rw-r--r-- 1 u g 1 Nov  4 03:10 a b\n-rw-r--r-- 1 u g 1 Nov  4 03:10  lead\n";
    check(literal, "ls -l", &["'q'=1", "a b=1", " lead=1"]);
}

#[test]
fn ls_counts_what_it_cannot_read() {
    let (_, rows, report) =
        reading("d:\ntotal 4\n-rw-r--r-- 1 u g 1 Nov  4 03:10 first\nsecond half\n-rw-r--r-- 1 u g 1 Nov  4 03:10 b\n-rw-r--r-- 1 u g");
    assert_eq!(brief(&rows), ["d/first=1", "d/b=1"]);
    assert_eq!(report.not_understood, [(4, "second half".to_owned()), (6, "-rw-r--r-- 1 u g".to_owned())]);
    assert_eq!((report.not_understood_count, report.truncated_at), (2, Some(6)));
}

#[test]
fn ls_names_under_headings() {
    check("home:\na\nb.txt\n\nhome/a:\nc d\n\n", "ls -R", &["home/a/", "home/b.txt", "home/a/c d"]);
}

#[test]
fn path_lists() {
    let rows = check(
        "./a\n./a/b.txt\n./First State Bank, N.A./x y.ach\n/abs/c\n",
        "path list",
        &["a/", "a/b.txt", "First State Bank, N.A./x y.ach", "abs/c"],
    );
    assert!(rows[3].absolute && !rows[1].absolute);
    let rows = check("C:\\in\\a.txt\r\nC:\\in\\b c.txt\r\n", "path list", &["in/a.txt", "in/b c.txt"]);
    assert!(rows[0].absolute);
    check("./a/b\0./a/l\nf\0", "path list, zero-terminated", &["a/b", "a/l\nf"]);
    check("one.txt\ntwo three.dat\n", "path list", &["one.txt", "two three.dat"]);
}

#[test]
fn encodings() {
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain("a\\b\u{e4}.txt\r\na\\c.txt\r\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    check(&wide, "path list", &["a/b\u{e4}.txt", "a/c.txt"]);
    check(&wide[2..], "path list", &["a/b\u{e4}.txt", "a/c.txt"]);
    let big: Vec<u8> = [0xfe, 0xff].into_iter().chain("a/b.txt\n".encode_utf16().flat_map(u16::to_be_bytes)).collect();
    check(&big, "path list", &["a/b.txt"]);
    let (_, raw, _) = reading(b"a/b\xe4.txt\na/c.txt\n");
    assert_eq!(raw[0].path, b"a/b\xe4.txt");
    check("\u{feff}a/b.txt\n", "path list", &["a/b.txt"]);
}

const HEX: &str = "0a2e95ed6dd9326ab1e5ae6c0f7db40f2b08ceb6f71484200b8d71c133520427";

#[test]
fn checksum_lists() {
    let text = format!("{HEX}  a/b c.txt\n{HEX} *a/d\n\\{HEX}  a/l\\nf\nSHA256 (a/(x)) = {HEX}\nSHA2-256(a/y)= {HEX}\n# note\n");
    let rows = check(text, "checksums", &["a/b c.txt", "a/d", "a/l\nf", "a/(x)", "a/y"]);
    assert!(rows.iter().all(|row| row.sha256 == ContentId::parse(HEX)));
    let rows = check("d4a7536e64d1a138c38a5ceb0b936a97  a/b\n970738c482d9e38c0278cda31cf14693  c\n", "checksums", &["a/b", "c"]);
    assert_eq!(rows[0].other_hashes, [("md5", "d4a7536e64d1a138c38a5ceb0b936a97".to_owned())]);
    check("   486  d4a7536e64d1a138c38a5ceb0b936a97  a/b\n", "checksums", &["a/b=486"]);
    check("2961784510 486 a/b.json\n2640316389 1232 a/c d.json\n", "checksums", &["a/b.json=486", "a/c d.json=1232"]);
}

#[test]
fn inventories() {
    let rows = check(
        format!("Path,Size,SHA256,Last Modified,Owner\n\"a/b, \"\"c\"\".txt\",12,{HEX},2026-01-01,acct\na/d,\"1,234\",,,\na/e,1.2 MB,,,\n"),
        "inventory table",
        &["a/b, \"c\".txt=12", "a/d=1234", "a/e"],
    );
    assert_eq!((rows[0].account.as_deref(), rows[0].sha256), (Some("acct"), ContentId::parse(HEX)));
    check("Folder;Name;Length\nC:\\x\\y;a.txt;5\nC:\\x;y;\n", "inventory table", &["x/y/a.txt=5", "x/y/"]);
    check(
        "Filename,Path,FileSize\na.css,D:\\x\\a.css,38 419 B\nb.css,D:\\x\\b.css,5 B\n",
        "inventory table",
        &["x/a.css=38419", "x/b.css=5"],
    );
    check("486\t2026-11-22 00:40\ta/b \"q\n12\t2026-11-22 00:40\ta/c\n", "inventory table", &["a/b \"q=486", "a/c=12"]);
    check("\"FullName\"\r\n\"C:\\a\\b, c.txt\"\r\n\"C:\\a\\d.txt\"\r\n", "inventory table", &["a/b, c.txt", "a/d.txt"]);
    check("key,etag,size\nhome/a/,x,0\nhome/a/b.txt,y,7\n", "inventory table", &["home/a/", "home/a/b.txt=7"]);
    // A quote that never closes costs its line, a record over two lines is one.
    let (_, found, report) = reading("path,size\n\"a\nb\",1\n\"open,2\nc/d,3\n");
    assert_eq!(brief(&found), ["a\nb=1", "c/d=3"]);
    assert_eq!(report.not_understood, [(4, "\"open,2".to_owned())]);
}

#[test]
fn audit_tables() {
    let (name, rows, _) =
        reading("Date,Action,Username,Folder,Target,Size,IP\n2026-11-01,file_download,fsb01,/Home/fsb01,a b.ach,940,203.0.113.7\n");
    assert_eq!((name, syntax(name).map(|s| s.default_kind)), ("audit log table", Some(Kind::Platform)));
    assert_eq!((brief(&rows), rows[0].account.as_deref()), (vec!["Home/fsb01/a b.ach=940".to_owned()], Some("fsb01")));
    let event = rows[0].event.clone().unwrap();
    assert_eq!((event.outgoing, event.peer.as_deref()), (true, Some("203.0.113.7")));
}

#[test]
fn free_text_has_no_rows() {
    let post = "We have 400 GB of files of their clients, and/or backups. Pay, or see https://example.test/x.\n\nFirst National Bank: all of it.\nContact us.\n";
    check(post, "free text", &[]);
    assert_eq!(detect(b"").name, "free text");
    assert_eq!(detect(post.as_bytes()).default_kind, Kind::Seller);
}

/// Cut anywhere or with any byte changed, every syntax returns, and counts every line.
#[test]
fn hostile_input() {
    let texts = [
        "d:\ntotal 4\n-rw-r--r-- 1 u g 1 Nov  4 03:10 'x y'\nlrwxrwxrwx 1 u g 1 Nov  4 03:10 'l'$'\\303' -> \"y\"\n",
        "./a/b\n./a/../../c\nC:\\x\n\\\\?\\UNC\\s\\h\\x\n",
        "path,size,sha256\n\"a\"\"b\",1,00\n",
        "SHA256 (a) = 0a2e95ed6dd9326ab1e5ae6c0f7db40f2b08ceb6f71484200b8d71c133520427\n",
        "home:\na\n\nhome/a:\nb\n",
    ];
    for text in texts {
        let bytes = text.as_bytes();
        for cut in 0..bytes.len() {
            let mut broken = bytes.to_vec();
            for byte in [0, b'\n', b'"', b'\'', b'\\', 0xff] {
                broken[cut] = byte;
                for syntax in SYNTAXES {
                    let _ = (syntax.read)(&broken, &mut |_| ());
                    let _ = (syntax.read)(&bytes[..cut], &mut |_| ());
                }
            }
        }
    }
}
