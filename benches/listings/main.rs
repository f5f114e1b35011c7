//! How fast each syntax of listings and logs is read, on one core, without ledger and disk.
//!
//! `cargo bench --bench listings [-- LINES] [SYNTAX...]`. Manifests of so many lines (1,000,000 by default) are written in
//! memory, of files in the homes of 8,100 accounts. Prints seconds, lines per second, rows, and on Linux how much memory
//! the reader held at most beside the manifest. Figures are those of this machine and this moment: on a shared one,
//! repeat and take the best.
#![allow(clippy::print_stdout)]

#[path = "../measure/mod.rs"]
mod measure;

use measure::{Began, memory, reset_peak};
use ruleout::manifest;
use std::fmt::Write;

/// A syntax, how many lines one file takes, and what writes the files from one number on.
struct Writer {
    syntax: &'static str,
    lines: usize,
    head: &'static str,
    write: fn(&mut String, usize),
    tail: &'static str,
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

static WRITERS: &[Writer] = &[
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

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let lines = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let named = |writer: &&Writer| arguments.iter().all(|a| a.parse::<usize>().is_ok()) || arguments.iter().any(|a| a == writer.syntax);
    println!("{:18} {:>8} {:>8} {:>12} {:>10} {:>8}", "syntax", "MB", "seconds", "lines/s", "rows", "MB held");
    WRITERS.iter().filter(named).for_each(|writer| run(writer, lines));
}

fn run(writer: &Writer, lines: usize) {
    let mut text = String::from(writer.head);
    (0..lines / writer.lines).for_each(|n| (writer.write)(&mut text, n));
    text.push_str(writer.tail);
    let bytes = text.into_bytes();
    assert_eq!(manifest::detect(&bytes).name, writer.syntax, "what was written is recognised");
    let before = reset_peak();
    let began = Began::now();
    let report = manifest::read(&bytes, None, &mut |row| _ = std::hint::black_box(row));
    let seconds = began.seconds();
    assert_eq!(report.not_understood_count, 0, "{:?}", report.not_understood);
    let held =
        memory("VmHWM:").zip(before).map_or("-".to_owned(), |(peak, before)| format!("{:.0}", peak.saturating_sub(before) as f64 / 1e3));
    let (megabytes, each) = (bytes.len() as f64 / 1e6, lines as f64 / seconds);
    println!("{:18} {megabytes:8.0} {seconds:8.2} {each:12.0} {:10} {held:>8}", writer.syntax, report.rows);
}
