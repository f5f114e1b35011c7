//! Behaviour of the syntaxes, each by the words of its own tool.

use super::*;
use crate::model::{ContentId, from_hex};

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
    assert_eq!(rows[0].checksums.md5, from_hex(b"d4a7536e64d1a138c38a5ceb0b936a97"));
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
fn titles_above_a_heading_are_told() {
    let (_, rows, report) = reading("Files of client QX7731\n\n#,Folder,File,Size KB\n1,home/a,b c.txt,0.4\n");
    assert_eq!(brief(&rows).len(), 1);
    assert_eq!(report.not_understood, [(1, "Files of client QX7731".to_owned())]);
}

#[test]
fn moments_of_events_are_the_times_of_transfers() {
    let (_, rows, _) =
        reading("Event Timestamp,User Name,Remote Address,Command,File Path\n2024-10-31 12:00:00,fsb01,203.0.113.7,GET,/fsb01/a.csv\n");
    assert_eq!(rows[0].event.clone().unwrap().time.as_deref(), Some("2024-10-31 12:00:00"));
}

#[test]
fn free_text_has_no_rows() {
    let post = "We have 400 GB of files of their clients, and/or backups. Pay, or see https://example.test/x.\n\nFirst National Bank: all of it.\nContact us.\n";
    check(post, "free text", &[]);
    assert_eq!(detect(b"").name, "free text");
    assert_eq!(detect(post.as_bytes()).default_kind, Kind::Seller);
}

#[test]
fn lines_of_other_programs_are_no_transfers() {
    let log =
        format!("{SFTP}Oct 26 00:24:40 h CRON[7]: (root) CMD (run-parts)\n2024-10-26T00:24:41.5+02:00 h sudo: pam: x\nwhat is this\n");
    let (name, rows, report) = reading(log);
    assert_eq!((name, rows.len(), report.not_understood_count), ("OpenSSH sftp log", 4, 1));
}

#[test]
fn logs_of_robocopy() {
    let log = "\n-------------------------------------------------------------------------------\n   ROBOCOPY     ::     Robust File Copy for Windows\n\
        -------------------------------------------------------------------------------\n\n  Started : Monday, January 13, 2025 4:05:06 AM\n   Source : C:\\data\\\n     Dest : D:\\out\\\n\n\
        \x20   Files : *.*\n\t    \n  Options : *.* /S /E /R:1 /W:1\n\n------------------------------------------------------------------------------\n\n\
        \t                   2\tC:\\data\\\n\t    New File  \t\t     486\ta b.txt\r  0%  \r100%  \n\t    Newer     \t\t   1.2 m\tbig, file.bin\n100%\n\
        \t  New Dir          1\tC:\\data\\sub dir\\\n\t    Neue Datei\t\t     7\t2025/01/12 04:05:06\tx.txt\n2025/01/12 04:05:06 ERROR 5 (0x00000005) Copying File C:\\data\\y\nAccess is denied.\n\
        \n------------------------------------------------------------------------------\n\n               Total    Copied   Skipped\n    Dirs :         2         1         1\n   Bytes :   1.2 m   1.2 m         0\n";
    check(log, "robocopy log", &["data/", "data/a b.txt=486", "data/big, file.bin", "data/sub dir/", "data/sub dir/x.txt=7"]);
    let bare = "\t                   1\tC:\\data\\\n\t    same      \t\t     486\ta b.txt\n";
    check(bare, "robocopy log", &["data/", "data/a b.txt=486"]);
}

/// German, in the code page of its consoles; and names behind a drive letter.
#[test]
fn names_in_code_pages_of_consoles() {
    let dir = b" Verzeichnis von C:\\Gr\x94\xE1e\n\n18.06.2025  04:05             1.234 \x9Abung \x81ber.txt\n18.06.2025  04:05                 7 a.txt\n";
    let robocopy = b"\t                   1\tC:\\Gr\x94\xE1e\\\n\t    same      \t\t     486\t\x81ber.txt\n";
    let bare = b"C:\\Gr\x94\xE1e\\\x81ber.txt\r\nC:\\Gr\x94\xE1e\\a.txt\r\n";
    let tree = b"Folder PATH listing for volume DATA\r\nVolume serial number is 1A2B-3C4D\r\nD:.\r\n\xC3\xC4\xC4\xC4Gr\x94\xE1e\r\n\xB3   \xB3   a.txt\r\n\xB3   \xB3   \r\n\xB3   \xC0\xC4\xC4\xC4in\r\n\xB3           \x81ber.txt\r\n\xB3           \r\n\xC0\xC4\xC4\xC4out\r\n        b.txt\r\n";
    for (bytes, syntax, path) in [
        (&tree[..], "tree", "Größe/in/über.txt"),
        (&dir[..], "dir", "Größe/Übung über.txt"),
        (robocopy, "robocopy log", "Größe/über.txt"),
        (bare, "path list", "Größe/über.txt"),
    ] {
        assert_eq!(detect(bytes).name, syntax);
        let mut paths = Vec::new();
        read(bytes, None, &mut |row| paths.push(String::from_utf8(row.path).unwrap()));
        assert!(paths.iter().any(|found| found == path), "{paths:?}");
    }
}

#[test]
fn inventories_of_s3_have_encoded_keys() {
    let line = |key: &str, tag: &str| format!("\"bucket-1\",\"{key}\",\"5\",\"2026-11-01T00:00:00.000Z\",\"{tag}\"\n");
    let tag = "5d41402abc4b2a76b9719d911017c592";
    let plus = line("home/acme+corp/a+b%2Bc.txt", tag) + &line("home/x.txt", &format!("{tag}-12"));
    check(plus.as_str(), "inventory table", &["home/acme corp/a b+c.txt=5", "home/x.txt=5"]);
    let percent = line("home/acme%20corp/a+b.txt", tag) + &line("home/%C3%BC%28x%29.txt", tag);
    check(percent.as_str(), "inventory table", &["home/acme corp/a+b.txt=5", "home/ü(x).txt=5"]);
    let mut sums = Vec::new();
    read(plus.as_bytes(), None, &mut |row| sums.push((row.checksums.md5.is_some(), row.checksums.is_tag)));
    assert_eq!(sums, [(true, true), (false, false)]);
}

#[test]
fn load_files_of_concordance() {
    let dat = "\u{fe}BEGDOC\u{fe}\u{14}\u{fe}FILEPATH\u{fe}\u{14}\u{fe}FILESIZE\u{fe}\u{14}\u{fe}MD5HASH\u{fe}\r\n\
               \u{fe}A1\u{fe}\u{14}\u{fe}C:\\x\\a, b.txt\u{fe}\u{14}\u{fe}12\u{fe}\u{14}\u{fe}d4a7536e64d1a138c38a5ceb0b936a97\u{fe}\r\n";
    check(dat, "inventory table", &["x/a, b.txt=12"]);
    let narrow: Vec<u8> = dat.chars().map(|c| c as u8).collect();
    check(narrow, "inventory table", &["x/a, b.txt=12"]);
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(dat.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    check(wide, "inventory table", &["x/a, b.txt=12"]);
}

#[test]
fn columns_that_are_named() {
    let table = "id;Blob;Len;Path\n1;a/b.txt;5;ignored\n2;a/c d.txt;7;ignored\n";
    let mut rows = Vec::new();
    let columns = Columns::parse("path=blob,size=LEN").unwrap();
    assert_eq!(table_name(table, &columns), Some("inventory table"));
    let report = read_table(table.as_bytes(), &columns, &mut |row| rows.push(row));
    assert_eq!((brief(&rows), report.columns.as_str()), (vec!["a/b.txt=5".to_owned(), "a/c d.txt=7".to_owned()], "path=Blob, size=Len"));
    let json = "{\"blob\":\"a/b\",\"Len\":5}\n{\"blob\":\"a/c\",\"Len\":7}\n";
    let mut rows = Vec::new();
    assert_eq!(table_name(json, &columns), Some("JSON objects"));
    read_table(json.as_bytes(), &columns, &mut |row| rows.push(row));
    assert_eq!(brief(&rows), ["a/b=5", "a/c=7"]);
    assert_eq!(table_name("path,size\na/b,5\n", &columns), None);
    // By number, where there is no heading.
    let mut rows = Vec::new();
    let numbered = Columns::parse("path=3,size=1").unwrap();
    read_table(b"5,x,alpha\n7,y,beta\n", &numbered, &mut |row| rows.push(row));
    assert_eq!(brief(&rows), ["alpha=5", "beta=7"]);
    // What was guessed is told.
    let (_, _, report) = reading("Path,Size\na/b,5\n");
    assert_eq!(report.columns, "path=Path, size=Size");
}

fn table_name(text: &str, columns: &Columns) -> Option<&'static str> {
    table(text.as_bytes(), columns).map(|syntax| syntax.name)
}

/// Listings of one tree, each by another program.
const LISTINGS: &[(&str, &str, &[&str])] = &[
    (
        "find -ls",
        " 10 4 drwxr-xr-x 3 acct g 4096 Nov 22 04:03 home\n 11 4 -rw-r--r-- 2 acct g 3 Nov 22 04:03 home/a\\ \\303\\244.txt\n 12 0 lrwxrwxrwx 1 acct g 7 Nov 22 04:03 home/l -> a\\ b\n",
        &["home/", "home/a \u{e4}.txt=3", "home/l@a b"],
    ),
    ("find -printf", "4096 home\n3 home/a b.txt\n70 home/c\n", &["home/", "home/a b.txt=3", "home/c=70"]),
    (
        "tree",
        "home\n\u{251c}\u{2500}\u{2500} a b.txt\n\u{2502}\u{a0}\u{a0} \n\u{2514}\u{2500}\u{2500} d\n    \u{2514}\u{2500}\u{2500} e.txt\n\n1 directory, 2 files\n",
        &["home/a b.txt", "home/d/", "home/d/e.txt"],
    ),
    (
        "tree",
        ".\n|-- [-rw-r--r-- acct g  12 2026-11-22 00:40]  a.txt\n`-- [drwxr-xr-x acct g  4096 2026-11-22 00:40]  d\n",
        &["a.txt=12", "d/"],
    ),
    (
        "tree",
        "Folder PATH listing\nVolume serial number is 1234-ABCD\nC:.\n|   a b.txt\n|   \n+---in\n|       x.txt\n|       \n\\---out\n        z.txt\n",
        &["a b.txt", "in/", "in/x.txt", "out/", "out/z.txt"],
    ),
    ("inventory table", "\n#,Folder,File,Size KB\n1,home/a,b c.txt,0.4\n2,home,d.txt,1\n", &["home/a/b c.txt", "home/d.txt"]),
    ("path list", "home/a/b.txt, c.txt\n", &["home/a/b.txt, c.txt"]),
    (
        "path list",
        "home/a/b.txt, shared/c d.txt, home/e.7z\nhome/Doe, Ann/b.txt\n",
        &["home/a/b.txt", "shared/c d.txt", "home/e.7z", "home/Doe, Ann/b.txt"],
    ),
    ("path list", "home/a/b.txt;shared/c.txt\nhome/Doe; Ann.txt\n", &["home/a/b.txt", "shared/c.txt", "home/Doe; Ann.txt"]),
    (
        "tree -J",
        "[\n  {\"type\":\"directory\",\"name\":\"home\",\"contents\":[\n    {\"type\":\"file\",\"name\":\"a \\u00e4\",\"size\":5},\n    {\"type\":\"directory\",\"name\":\"d\",\"contents\":[\n      {\"type\":\"file\",\"name\":\"x\"}\n  ]}\n  ]},\n  {\"type\":\"report\",\"directories\":1}\n]\n",
        &["home/", "home/a \u{e4}=5", "home/d/", "home/d/x"],
    ),
    (
        "tree -X",
        "<?xml version=\"1.0\"?>\n<tree>\n <directory name=\"home\">\n  <file name=\"a &amp; b\" size=\"5\"></file>\n  <directory name=\"d\"></directory>\n </directory>\n</tree>\n",
        &["home/", "home/a & b=5", "home/d/"],
    ),
    ("du", "4.0K\thome/a b\n8.0K\thome\n", &["home/a b", "home/"]),
    (
        "dir",
        " Volume in drive C has no label.\n\n Directory of C:\\in\n\n06/18/2025  04:05 AM    <DIR>          .\n06/18/2025  04:05 AM             1,234 a 01.txt\n06/18/2025  04:05 AM    <DIR>          First Bank\n\
         \x20              1 File(s)          1,234 bytes\n\n Verzeichnis von \\\\srv\\share\\in\n\n18.06.2025  04:05             1.234 b.txt\n               1 Datei(en)          1.234 Bytes\n",
        &["in/a 01.txt=1234", "in/First Bank/", "srv/share/in/b.txt=1234"],
    ),
    (
        "dir",
        "11-22-26  12:40AM       <DIR>          sub dir\n11-22-26  12:40AM                  486 a b.txt\n",
        &["sub dir/", "a b.txt=486"],
    ),
    (
        "Get-ChildItem",
        "\n    Directory: C:\\data\n\nMode                 LastWriteTime         Length Name\n----                 -------------         ------ ----\nd-----        11/22/2026  12:40 AM                sub dir\n-a----        11/22/2026  12:40 AM            486 2 add.json\n",
        &["data/sub dir/", "data/2 add.json=486"],
    ),
    (
        "Format-List",
        "\nFullName : C:\\d\\a b.txt\nLength   : 486\n\nFullName : C:\\d\\c.txt\nLength   : 1\n",
        &["d/a b.txt=486", "d/c.txt=1"],
    ),
    (
        "tar -tv",
        "drwxr-xr-x acct/g         0 2026-11-22 04:03 home/\n-rw-r--r-- acct/g         3 2026-11-22 04:03 home/a b\\n.txt\nlrwxrwxrwx acct/g 0 2026-11-22 04:03 home/l -> a b\nhrw-r--r-- acct/g 0 2026-11-22 04:03 home/h link to home/a b\n",
        &["home/", "home/a b\n.txt=3", "home/l@a b", "home/h@/home/a b"],
    ),
    (
        "tar -tv",
        "-rw-r--r--  0 acct   g      3 Nov 22 04:03 home/a b.txt\ndrwxr-xr-x  0 acct   g      0 Nov 22 04:03 home/d/\n",
        &["home/a b.txt=3", "home/d/"],
    ),
    (
        "jar -tv",
        "     0 Sun Nov 22 04:03:44 UTC 2026 home/\n     3 Sun Nov 22 04:03:44 UTC 2026 home/a b.txt\n",
        &["home/", "home/a b.txt=3"],
    ),
    (
        "unzip -l",
        "Archive:  t.zip\n  Length      Date    Time    Name\n---------  ---------- -----   ----\n        0  2026-11-22 04:03   home/\n        3  11-22-2026 04:03   home/ a b.txt\n---------                     -------\n        3                     2 files\n",
        &["home/", "home/ a b.txt=3"],
    ),
    (
        "unzip -l",
        " Length   Method    Size  Cmpr    Date    Time   CRC-32   Name\n--------  ------  ------- ---- ---------- ----- --------  ----\n     734  Defl:N      303  59% 2026-11-22 00:40 871d6af7  home/a b\n--------          -------  ---                            -------\n     734              303  59%                            1 file\n",
        &["home/a b=734"],
    ),
    (
        "zipinfo",
        "Archive:  t.zip\nZip file size: 788 bytes, number of entries: 2\ndrwxr-xr-x  3.0 unx        0 bx stor 26-Nov-22 04:03 home/\n-rw-r--r--  3.0 unx        3 Bx defN 26-Nov-22 04:03 home/a b\n2 files, 3 bytes uncompressed, 3 bytes compressed:  0.0%\n",
        &["home/", "home/a b=3"],
    ),
    (
        "7z l",
        "Listing archive: t.7z\n\n--\nPath = t.7z\nType = 7z\n\n   Date      Time    Attr         Size   Compressed  Name\n------------------- ----- ------------ ------------  ------------------------\n2026-11-22 04:03:44 D....            0            0  home\n                    ....A            3               home/a b\n------------------- ----- ------------ ------------  ------------------------\n2026-11-22 04:03:44                  3            0  1 files, 1 folders\n",
        &["home/", "home/a b=3"],
    ),
    (
        "7z l -slt",
        "Listing archive: t.7z\n\n--\nPath = t.7z\nType = 7z\n\n----------\nPath = home\nSize = 0\nAttributes = D drwx\n\nPath = home\\a b\nSize = 3\nAttributes = A\nCRC = ED6F7A7A\nEncrypted = -\n\n",
        &["home/", "home/a b=3"],
    ),
    (
        "isoinfo -l",
        "\nDirectory listing of /\nd---------   0    0    0            2048 May  3 2026 [     19 02]  . \n----------   0    0    0               9 May  3 2026 [     48 00]  A B.TXT;1 \n\nDirectory listing of /d/\n----------   0    0    0               7 May  3 2026 [     48 00]  x;1 \n",
        &["A B.TXT=9", "d/x=7"],
    ),
    (
        "hashdeep",
        "%%%% HASHDEEP-1.0\n%%%% size,md5,sha256,filename\n## Invoked from: /x\n## \n486,d4a7536e64d1a138c38a5ceb0b936a97,0a2e95ed6dd9326ab1e5ae6c0f7db40f2b08ceb6f71484200b8d71c133520427,home/a, b\n",
        &["home/a, b=486"],
    ),
    (
        "DFXML",
        "<?xml version='1.0'?>\n<dfxml version='1.0'>\n<fileobject><filename>home/a &amp; b</filename><filesize>5</filesize><hashdigest type='SHA256'>0a2e95ed6dd9326ab1e5ae6c0f7db40f2b08ceb6f71484200b8d71c133520427</hashdigest></fileobject>\n<fileobject><filename>home</filename><name_type>d</name_type><filesize>9</filesize></fileobject>\n<fileobject><filename>home/..</filename></fileobject>\n</dfxml>\n",
        &["home/a & b=5", "home/"],
    ),
    (
        "bodyfile",
        "0|/home/a|b (deleted)|12|r/rrwxr-xr-x|0|0|486|1|1763772013|3|4\n0|/home|13|d/drwxr-xr-x|0|0|4096|1|2|3|4\n",
        &["home/a|b=486", "home/"],
    ),
    (
        "fls",
        "d/d 11:\thome\n+ r/r 13-128-1:\tx y.txt\n+ r/r * 14(realloc):\tdel.txt\nr/r 15:\tz\n",
        &["home/", "home/x y.txt", "home/del.txt", "z"],
    ),
    (
        "JSON objects",
        "[\n{\"Path\":\"d\",\"Name\":\"d\",\"Size\":-1,\"IsDir\":true},\n{\"Path\":\"d/a b\",\"Name\":\"a b\",\"Size\":6,\"IsDir\":false,\"Hashes\":{\"SHA-256\":\"0a\"}}\n]\n",
        &["d/", "d/a b=6"],
    ),
    (
        "JSON objects",
        "{\n \"Contents\": [\n  {\n   \"Key\": \"d/a b\",\n   \"Size\": 6,\n   \"Owner\": {\"ID\": \"x\"}\n  }\n ]\n}\n",
        &["d/a b=6"],
    ),
    (
        "aws s3 ls",
        "2026-11-22 00:40:13       1234 home/a b.txt\n                           PRE other/\n\nTotal Objects: 1\n   Total Size: 1234\n",
        &["home/a b.txt=1234", "other/"],
    ),
    (
        "rclone lsl",
        "      486 2026-11-22 00:40:13.222286907 a/b c.txt\n       12 2026-11-22 00:40:13.222286907 d.txt\n",
        &["a/b c.txt=486", "d.txt=12"],
    ),
];

#[test]
fn listings_of_many_programs() {
    for (syntax, text, expected) in LISTINGS {
        check(text, syntax, expected);
        check(text.replace('\n', "\r\n"), syntax, expected);
    }
}

const XFERLOG: &str = "Wed Jun 18 04:05:06 2025 1 host 3 /c/First_Bank/a_01.txt b _ o r acct sftp 0 * c\nWed Jun 18 04:05:06 2025 1 host 3 /c/raw name a _ i r acct ftp 0 * i\nWed Jun 18 04:05:06 2025 1 host 3 /c/x a _ d r acct ftp 0 * c\n";
const VSFTPD: &str = "Sat Feb 22 13:30:20 2020 [pid 2868] [acct] OK LOGIN: Client \"192.0.2.1\"\nWed Oct 27 16:48:30 2021 [pid 4027] [acct] OK DOWNLOAD: Client \"192.0.2.1\", \"/h/a b.txt\", 38 bytes, 84.53Kbyte/sec\nNov 16 11:33:58 lamp vsftpd[17077]: [acct] FAIL UPLOAD: Client \"192.0.2.1\", \"/x\", 0.00Kbyte/sec\n";
const SFTP: &str = "Oct 26 00:24:35 h internal-sftp[1]: session opened for local user acct from [192.0.2.1]\nOct 26 00:24:36 h sftp-server[2]: session opened for local user other from [192.0.2.2]\n\
    Oct 26 00:24:37 h internal-sftp[1]: open \"/e/a \\303\\244.txt\" flags READ mode 0666\nOct 26 00:24:37 h sftp-server[2]: open \"/up\" flags WRITE,CREATE,TRUNCATE mode 0644\n\
    Oct 26 00:24:38 h internal-sftp[1]: close \"/e/a \\303\\244.txt\" bytes read 940 written 0\nOct 26 00:24:38 h internal-sftp[1]: open \"/never\" flags READ mode 0666\n\
    Oct 26 00:24:39 h sftp-server[2]: forced close \"/up\" bytes read 0 written 12\nOct 26 00:24:39 h sftp-server[3]: close \"/orphan\" bytes read 5 written 0\n";
const ASCP: &str = "2020-08-21 19:32:07.730 [1] LOG FASP Session Start uuid=029c op=send status=started source=D:/C/some file.mov dest=/x local=192.0.2.9:33001 peer=192.0.2.1:33001 tcp_port=22\n\
    2020-08-21 19:32:08.731 [1] LOG FASP Transfer Stop uuid=029c op=send status=success file=\"D:/C/some file.mov\" size=100 start_byte=0\n\
    2020-08-21 19:32:08.732 [1] LOG Receiver bl t/o/r/d/ts=722162/722160\n\
    2020-08-21 19:32:08.740 [1] LOG FASP Session Params uuid=029c userid=0 user=\"acct\" targetrate=100\n";

/// What was opened, refused, opened once more and closed; what was refused; and what was opened, not closed, and followed
/// by what is said of something else.
#[test]
fn files_that_were_refused_were_not_fetched() {
    let at = "Oct 26 00:24:35 h internal-sftp";
    let text = format!(
        "{at}[1]: session opened for local user acct from [192.0.2.1]\n{at}[1]: open \"/a\" flags READ mode 0666\n\
         {at}[1]: sent status Permission denied\n{at}[1]: open \"/b\" flags READ mode 0666\n{at}[2]: open \"/c\" flags READ mode 0666\n\
         {at}[1]: sent status No such file\n{at}[1]: open \"/b\" flags READ mode 0666\n{at}[1]: close \"/b\" bytes read 7 written 0\n\
         {at}[1]: open \"/d\" flags READ mode 0666\n{at}[1]: sent status Failure\n{at}[1]: sent status No such file\n\
         {at}[1]: open \"/e\" flags READ mode 0666\n{at}[1]: sent status No such file\n{at}[1]: close \"/e\" bytes read 9 written 0\n\
         {at}[1]: session closed for local user acct from [192.0.2.1]\n"
    );
    let paths: Vec<String> = reading(&text).1.into_iter().map(|row| String::from_utf8(row.path).unwrap()).collect();
    assert_eq!(paths, ["b", "e", "d", "c"]);
}

#[test]
fn transfer_logs() {
    let transfers = |text: &str, name: &str| {
        let rows = check(text, name, &brief(&reading(text).1).iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(syntax(name).map(|s| s.default_kind), Some(Kind::Platform));
        rows.into_iter()
            .map(|row| {
                let event = row.event.unwrap();
                let path = String::from_utf8(row.path).unwrap();
                (path, row.account.unwrap_or_default(), event.outgoing, event.peer.unwrap_or_default(), event.bytes, event.complete)
            })
            .collect::<Vec<_>>()
    };
    let row = |path: &str, account: &str, outgoing, peer: &str, bytes, complete| {
        (path.to_owned(), account.to_owned(), outgoing, peer.to_owned(), bytes, complete)
    };
    assert_eq!(
        transfers(XFERLOG, "xferlog"),
        [row("c/First_Bank/a_01.txt", "acct", true, "host", Some(3), true), row("c/raw name", "acct", false, "host", Some(3), false)]
    );
    assert_eq!(
        transfers(VSFTPD, "vsftpd log"),
        [row("h/a b.txt", "acct", true, "192.0.2.1", Some(38), true), row("x", "acct", false, "192.0.2.1", Some(0), false)]
    );
    assert_eq!(
        transfers(SFTP, "OpenSSH sftp log"),
        [
            row("e/a \u{e4}.txt", "acct", true, "192.0.2.1", Some(940), true),
            row("up", "other", false, "192.0.2.2", Some(12), false),
            row("orphan", "", true, "", Some(5), true),
            row("never", "acct", true, "192.0.2.1", None, false),
        ]
    );
    assert_eq!(transfers(ASCP, "ascp log"), [row("C/some file.mov", "acct", true, "192.0.2.1", Some(100), true)]);
}

#[test]
fn listings_that_end_in_the_middle() {
    for name in ["tree -J", "tree -X", "unzip -l", "zipinfo", "7z l", "DFXML", "JSON objects"] {
        for (_, text, _) in LISTINGS.iter().filter(|(syntax, ..)| *syntax == name) {
            let lines: Vec<&str> = text.split_inclusive('\n').collect();
            let cut = lines[..lines.len() - if name == "zipinfo" { 2 } else { 1 }].concat();
            let cut = if name == "unzip -l" || name == "7z l" { lines[..lines.len() - 2].concat() } else { cut };
            let mut rows = 0;
            let report = read(cut.as_bytes(), Some(name), &mut |_| rows += 1);
            assert!(report.truncated_at.is_some(), "{name} {cut}");
        }
    }
}

#[test]
fn a_broken_object_costs_no_other() {
    let (_, rows, report) = reading(
        "{\"path\":\"a\",\"size\":1}\n{\"path\":\"b\",\"size\":\n{\"path\":\"c\",\"size\":3}\n{\"path\":\"d\"}\n{\"path\":\"e\"}\n",
    );
    assert_eq!((brief(&rows), report.not_understood_count), (vec!["a=1".to_owned(), "c=3".to_owned(), "d".to_owned(), "e".to_owned()], 1));
    let (_, rows, report) = reading("[\n {\n  \"path\": \"a\"\n },\n {\n  \"path\": \"b\n ,\n {\n  \"path\": \"c\"\n }\n]\n");
    assert_eq!((brief(&rows), report.not_understood_count), (vec!["a".to_owned(), "c".to_owned()], 1));
}

/// With any byte changed or cut anywhere, every syntax returns.
#[test]
fn hostile_input() {
    let texts = [
        "d:\ntotal 4\n-rw-r--r-- 1 u g 1 Nov  4 03:10 'x y'\nlrwxrwxrwx 1 u g 1 Nov  4 03:10 'l'$'\\303' -> \"y\"\n",
        "./a/b\n./a/../../c\nC:\\x\n\\\\?\\UNC\\s\\h\\x\n",
        "path,size,sha256\n\"a\"\"b\",1,00\n",
        "SHA256 (a) = 0a2e95ed6dd9326ab1e5ae6c0f7db40f2b08ceb6f71484200b8d71c133520427\n",
        "home:\na\n\nhome/a:\nb\n",
    ];
    let texts = texts.into_iter().chain(LISTINGS.iter().map(|(_, text, _)| *text)).chain([XFERLOG, VSFTPD, SFTP, ASCP]);
    for text in texts {
        let bytes = text.as_bytes();
        let own = detect(bytes);
        for (i, cut) in (0..bytes.len()).step_by(bytes.len().div_ceil(64)).enumerate() {
            let mut broken = bytes.to_vec();
            for byte in [0, b'\n', b'"', b'\\', b'=', 0xff] {
                broken[cut] = byte;
                let _ = (own.read)(&broken, &mut |_| ());
            }
            let _ = (own.read)(&bytes[..cut], &mut |_| ());
            // Every other syntax sees it too.
            let other = &SYNTAXES[i % SYNTAXES.len()];
            let _ = (other.read)(&broken, &mut |_| ());
            detect(&broken);
        }
    }
    for flood in ["{", "[", "\"", "'", "\\", "<", "|   ", "+", "=", "\0", "a,", "../"] {
        let flood = flood.repeat(20_000);
        for syntax in SYNTAXES {
            let _ = (syntax.read)(flood.as_bytes(), &mut |_| ());
        }
    }
}

#[test]
fn names_of_syntaxes_are_unique_and_their_limits_are_stated() {
    let names: std::collections::BTreeSet<&str> = SYNTAXES.iter().map(|s| s.name).collect();
    assert_eq!(names.len(), SYNTAXES.len());
    assert!(SYNTAXES.iter().all(|s| !s.limitations.is_empty()));
}
