//! A listing or log of any length in each syntax, of files in the homes of 8,100 accounts.

use std::fmt::Write;

/// A syntax, and what writes files in it.
pub struct Writer {
    /// Name of the syntax.
    pub syntax: &'static str,
    /// Lines of one file.
    pub lines: usize,
    /// What stands before the first.
    pub head: &'static str,
    /// Writes the file of a number.
    pub write: fn(&mut String, usize),
    /// What stands behind the last.
    pub tail: &'static str,
}

const fn plain(syntax: &'static str, write: fn(&mut String, usize)) -> Writer {
    Writer { syntax, lines: 1, head: "", write, tail: "" }
}

const ZIP_HEAD: &str = "Archive:  t.zip\n  Length      Date    Time    Name\n---------  ---------- -----   ----\n";
const ZIP_TAIL: &str = "---------                     -------\n        3                     2 files\n";
const SEVEN_HEAD: &str = "Listing archive: t.7z\n\n--\nPath = t.7z\nType = 7z\n\n   Date      Time    Attr         Size   Compressed  Name\n------------------- ----- ------------ ------------  ------------------------\n";
const SEVEN_TAIL: &str = "------------------- ----- ------------ ------------  ------------------------\n2026-11-22 04:03:44                  3            0  1 files, 1 folders\n";
const W3C_HEAD: &str = "#Fields: date time c-ip cs-username cs-method cs-uri-stem sc-status sc-bytes cs-bytes\n";
const HEX: &str = "0a2e95ed6dd9326ab1e5ae6c0f7db40f2b08ceb6f71484200b8d71c133520427";

pub static WRITERS: &[Writer] = &[
    plain("ls -l", |out, n| {
        if n % 100 == 0 {
            put(out, format_args!("\n./{}:\ntotal 4\n", folder(n / 100)));
        }
        put(out, format_args!("-rw-r--r-- 1 acct grp {n} Jan 12  2025 batch {} report_{n}.csv\n", n % 97));
    }),
    plain("find -ls", |out, n| {
        put(out, format_args!(" {n} 4 -rw-r--r--   1 acct     grp      {n} Jan 12  2025 ./{}\n", path(n).replace(' ', "\\ ")))
    }),
    plain("find -printf", |out, n| put(out, format_args!("{n} {}\n", path(n)))),
    plain("path list", |out, n| put(out, format_args!("./{}\n", path(n)))),
    plain("tar -tv", |out, n| put(out, format_args!("-rw-r--r-- acct/grp {n:9} 2025-01-12 04:05 {}\n", path(n)))),
    plain("checksums", |out, n| put(out, format_args!("{HEX}  ./{}\n", path(n)))),
    plain("rclone lsl", |out, n| put(out, format_args!("{n:9} 2025-01-12 00:40:13.222286907 {}\n", path(n)))),
    plain("aws s3 ls", |out, n| put(out, format_args!("2025-01-12 00:40:13 {n:10} {}\n", path(n)))),
    plain("bodyfile", |out, n| put(out, format_args!("0|/{}|{n}|r/rrwxr-xr-x|0|0|{n}|1|1763772013|3|4\n", path(n)))),
    plain("xferlog", |out, n| {
        let path = path(n).replace(' ', "_");
        put(out, format_args!("Sun Jan 12 04:05:06 2025 1 192.0.2.{} {n} /{path} b _ o r acct{:05} sftp 0 * c\n", n % 250, account(n)));
    }),
    plain("vsftpd log", |out, n| {
        put(
            out,
            format_args!(
                "Sun Jan 12 04:05:06 2025 [pid 4] [acct{:05}] OK DOWNLOAD: Client \"192.0.2.{}\", \"/{}\", {n} bytes, 84.53Kbyte/sec\n",
                account(n),
                n % 250,
                path(n)
            ),
        );
    }),
    Writer {
        syntax: "unzip -l",
        lines: 1,
        head: ZIP_HEAD,
        write: |out, n| put(out, format_args!("{n:9}  2025-01-12 04:03   {}\n", path(n))),
        tail: ZIP_TAIL,
    },
    Writer {
        syntax: "7z l",
        lines: 1,
        head: SEVEN_HEAD,
        write: |out, n| put(out, format_args!("2025-01-12 04:03:44 ....A {n:12} {n:12}  {}\n", path(n))),
        tail: SEVEN_TAIL,
    },
    Writer {
        syntax: "hashdeep",
        lines: 1,
        head: "%%%% HASHDEEP-1.0\n%%%% size,sha256,filename\n## \n",
        write: |out, n| put(out, format_args!("{n},{HEX},{}\n", path(n))),
        tail: "",
    },
    Writer {
        syntax: "inventory table",
        lines: 1,
        head: "Path,Size,Last Modified,SHA256\n",
        write: |out, n| put(out, format_args!("\"{}\",{n},2025-01-12T04:05:06Z,{HEX}\n", path(n))),
        tail: "",
    },
    Writer {
        syntax: "audit log table",
        lines: 1,
        head: "Date,Action,Username,Folder,Target,Size,IP\n",
        write: |out, n| {
            put(out, format_args!("2025-01-12 04:05:06,file_download,acct{:05},/{},report {n}.csv,{n},192.0.2.9\n", account(n), folder(n)))
        },
        tail: "",
    },
    Writer {
        syntax: "JSON objects",
        lines: 1,
        head: "[\n",
        write: |out, n| {
            put(
                out,
                format_args!(
                    "{{\"Path\":\"{}\",\"Name\":\"x\",\"Size\":{n},\"ModTime\":\"2025-01-12T04:05:06Z\",\"IsDir\":false}},\n",
                    path(n)
                ),
            )
        },
        tail: "{\"Path\":\"last\",\"Size\":1}\n]\n",
    },
    Writer {
        syntax: "W3C log",
        lines: 1,
        head: W3C_HEAD,
        write: |out, n| {
            put(out, format_args!("2025-01-12 04:05:06 192.0.2.9 acct{:05} RETR /{} 226 {n} 0\n", account(n), path(n).replace(' ', "+")))
        },
        tail: "",
    },
    Writer {
        syntax: "DFXML",
        lines: 5,
        head: "<?xml version='1.0'?>\n<dfxml version='1.0'>\n",
        write: |out, n| {
            put(
                out,
                format_args!(
                    "<fileobject>\n<filename>{}</filename>\n<filesize>{n}</filesize>\n<hashdigest type='SHA256'>{HEX}</hashdigest>\n</fileobject>\n",
                    path(n)
                ),
            )
        },
        tail: "</dfxml>\n",
    },
    Writer {
        syntax: "OpenSSH sftp log",
        lines: 4,
        head: "",
        write: |out, n| {
            let head = format!("Jan 12 04:05:06 hub internal-sftp[{}]:", 1000 + n % 300);
            put(
                out,
                format_args!(
                    "{head} session opened for local user acct{:05} from [192.0.2.{}]\n{head} open \"/{path}\" flags READ mode 0666\n{head} close \"/{path}\" bytes read {n} written 0\n{head} session closed for local user acct from [192.0.2.1]\n",
                    account(n),
                    n % 250,
                    path = path(n)
                ),
            );
        },
        tail: "",
    },
    Writer {
        syntax: "ascp log",
        lines: 3,
        head: "",
        write: |out, n| {
            let head = "2025-01-12 19:32:07.730 [1] LOG FASP";
            put(
                out,
                format_args!(
                    "{head} Session Start uuid=u{n} op=send status=started source=/{path} dest=/x local=192.0.2.9:33001 peer=192.0.2.1:33001\n{head} Session Params uuid=u{n} userid=0 user=\"acct{:05}\" targetrate=100\n{head} Transfer Stop uuid=u{n} op=send status=success file=\"/{path}\" size={n}\n",
                    account(n),
                    path = path(n)
                ),
            );
        },
        tail: "",
    },
    Writer {
        syntax: "ls -R",
        lines: 1,
        head: ".:\nhome\n",
        write: |out, n| {
            if n % 100 == 0 {
                put(out, format_args!("\n./{}:\n", folder(n / 100)));
            }
            put(out, format_args!("batch {} report_{n}.csv\n", n % 97));
        },
        tail: "",
    },
    Writer {
        syntax: "tree",
        lines: 1,
        head: ".\n",
        write: |out, n| {
            let tee = "\u{251c}\u{2500}\u{2500}";
            match n % 100 {
                0 => put(out, format_args!("{tee} acct{:05}\n", account(n / 100))),
                _ => put(out, format_args!("\u{2502}\u{a0}\u{a0} {tee} batch {} report_{n:07}.csv\n", n % 97)),
            }
        },
        tail: "\n10000 directories, 990000 files\n",
    },
    Writer {
        syntax: "tree -J",
        lines: 1,
        head: "[\n  {\"type\":\"directory\",\"name\":\".\",\"contents\":[\n",
        write: |out, n| put(out, format_args!("    {{\"type\":\"file\",\"name\":\"batch {} report_{n:07}.csv\",\"size\":{n}}},\n", n % 97)),
        tail: "    {\"type\":\"file\",\"name\":\"last\",\"size\":1}\n  ]}\n,\n  {\"type\":\"report\",\"directories\":1,\"files\":1000001}\n]\n",
    },
    Writer {
        syntax: "tree -X",
        lines: 1,
        head: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<tree>\n  <directory name=\".\">\n",
        write: |out, n| put(out, format_args!("    <file name=\"batch {} report_{n:07}.csv\" size=\"{n}\"></file>\n", n % 97)),
        tail: "  </directory>\n  <report>\n    <directories>1</directories>\n  </report>\n</tree>\n",
    },
    Writer {
        syntax: "tree -H",
        lines: 1,
        head: "<!DOCTYPE html>\n<html>\n<head>\n <meta name=\"GENERATOR\" content=\"tree v2.1.0\">\n</head>\n<body>\n",
        write: |out, n| put(out, format_args!("\u{251c}\u{2500}\u{2500} <a href=\"./{0}\">x</a><br>\n", path(n).replace(' ', "%20"))),
        tail: "</body>\n</html>\n",
    },
    plain("du", |out, n| put(out, format_args!("{}K\t./{}\n", 4 + n % 900, path(n)))),
    plain("dir", |out, n| {
        if n % 100 == 0 {
            put(out, format_args!("\n Directory of C:\\in\\acct{:05}\n\n", account(n / 100)));
        }
        put(out, format_args!("06/18/2025  04:05 AM    {n:14} batch {} report_{n:07}.csv\n", n % 97));
    }),
    plain("Get-ChildItem", |out, n| {
        if n % 100 == 0 {
            put(
                out,
                format_args!(
                    "\n    Directory: C:\\in\\acct{:05}\n\nMode LastWriteTime Length Name\n---- ------------- ------ ----\n",
                    account(n / 100)
                ),
            );
        }
        put(out, format_args!("-a----        11/22/2026  12:40 AM {n:14} batch {} report_{n:07}.csv\n", n % 97));
    }),
    Writer {
        syntax: "Format-List",
        lines: 3,
        head: "\n",
        write: |out, n| put(out, format_args!("FullName : C:\\{}\nLength   : {n}\n\n", path(n).replace('/', "\\"))),
        tail: "",
    },
    Writer {
        syntax: "robocopy log",
        lines: 1,
        head: "   ROBOCOPY     ::     Robust File Copy for Windows\n-------------------------------------------------------------------------------\n",
        write: |out, n| {
            if n % 100 == 0 {
                put(out, format_args!("\t  New Dir        100\tC:\\in\\acct{:05}\\\n", account(n / 100)));
            }
            put(out, format_args!("\t    New File  \t\t{n:8}\tbatch {} report_{n:07}.csv\n", n % 97));
        },
        tail: "",
    },
    plain("jar -tv", |out, n| put(out, format_args!("{n:6} Sun Nov 22 04:03:44 UTC 2026 {}\n", path(n)))),
    Writer {
        syntax: "zipinfo",
        lines: 1,
        head: "Archive:  t.zip\nZip file size: 788 bytes, number of entries: 2\n",
        write: |out, n| put(out, format_args!("-rw-r--r--  3.0 unx {n:8} Bx defN 26-Nov-22 04:03 {}\n", path(n))),
        tail: "2 files, 3 bytes uncompressed, 3 bytes compressed:  0.0%\n",
    },
    Writer {
        syntax: "7z l -slt",
        lines: 5,
        head: "Listing archive: t.7z\n\n--\nPath = t.7z\nType = 7z\n\n----------\n",
        write: |out, n| put(out, format_args!("Path = {}\nSize = {n}\nAttributes = A\nCRC = ED6F7A7A\n\n", path(n))),
        tail: "",
    },
    plain("isoinfo -l", |out, n| {
        if n % 100 == 0 {
            put(out, format_args!("\nDirectory listing of /ACCT{:05}/\n", account(n / 100)));
        }
        put(out, format_args!("----------   0    0    0 {n:14} May  3 2026 [ {n:7} 00]  REPORT_{n:07}.CSV;1 \n"));
    }),
    plain("fls", |out, n| match n % 100 {
        0 => put(out, format_args!("d/d {n}:\tacct{:05}\n", account(n / 100))),
        _ => put(out, format_args!("+ r/r {n}-128-1:\tbatch {} report_{n:07}.csv\n", n % 97)),
    }),
    plain("rclone lsf", |out, n| put(out, format_args!("{};{n}\n", path(n)))),
    Writer {
        syntax: "path list, zero-terminated",
        lines: 1,
        head: "",
        write: |out, n| put(out, format_args!("./{}\0", path(n))),
        tail: "",
    },
    Writer {
        syntax: "JSON objects",
        lines: 6,
        head: "{\n \"Contents\": [\n",
        write: |out, n| {
            put(
                out,
                format_args!(
                    "  {{\n   \"Key\": \"{}\",\n   \"Size\": {n},\n   \"ETag\": \"\\\"{}\\\"\",\n   \"StorageClass\": \"STANDARD\"\n  }},\n",
                    path(n),
                    &HEX[..32]
                ),
            )
        },
        tail: "  {\n   \"Key\": \"last\",\n   \"Size\": 1\n  }\n ]\n}\n",
    },
];

fn put(out: &mut String, line: std::fmt::Arguments<'_>) {
    out.write_fmt(line).expect("memory takes it");
}

/// Accounts come in an order that no cache likes.
fn account(n: usize) -> usize {
    n * 7919 % 8100
}

fn folder(n: usize) -> String {
    format!("home/acct{:05}/inbound", account(n))
}

fn path(n: usize) -> String {
    format!("{}/batch {} report_{n:07}.csv", folder(n), n % 97)
}
