//! What a platform's logs prove: whose files the intruder fetched, whose own people fetched them, and what an
//! upload says about nobody.

use crate::harness::{Desk, Institution, Job, Outputs, write, write_registry};
use std::path::Path;

/// A transfer, before a log is written of it.
#[derive(Clone, Copy)]
struct Event {
    account: &'static str,
    path: &'static str,
    peer: &'static str,
    outgoing: bool,
    /// January 2025, or another month of its own year.
    day: (u16, u8, u8),
    client: &'static str,
}

const ARBOR: Event =
    Event { account: "arbor11x", path: "/out/wires_0310.csv", peer: "203.0.113.9", outgoing: true, day: (2025, 1, 9), client: "WinSCP" };

/// Five accounts: fetched from by the intruder, by themselves within the window, within its margin, long before it,
/// and written to by the intruder.
const EVENTS: [Event; 5] = [
    ARBOR,
    Event { account: "birch22x", path: "/out/balances.csv", peer: "192.0.2.4", ..ARBOR },
    Event { account: "cedar33x", path: "/out/late.csv", peer: "192.0.2.5", day: (2025, 2, 1), ..ARBOR },
    Event { account: "fir44x", path: "/out/early.csv", peer: "192.0.2.6", day: (2024, 11, 20), ..ARBOR },
    Event { account: "elm55x", path: "/in/payroll.ach", outgoing: false, ..ARBOR },
];

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Event {
    fn iso(&self, between: char) -> String {
        let (year, month, day) = self.day;
        format!("{year}-{month:02}-{day:02}{between}03:04:05")
    }

    fn ctime(&self) -> String {
        let (year, month, day) = self.day;
        format!("Wed {} {day:2} 03:04:05 {year}", MONTHS[usize::from(month) - 1])
    }

    fn xferlog(&self) -> String {
        let Self { peer, path, account, .. } = self;
        format!("{} 1 {peer} 940 {path} b _ {} r {account} sftp 0 * c\n", self.ctime(), if self.outgoing { "o" } else { "i" })
    }

    fn vsftpd(&self) -> String {
        let Self { peer, path, account, .. } = self;
        let verb = if self.outgoing { "DOWNLOAD" } else { "UPLOAD" };
        format!("{} [pid 4] [{account}] OK {verb}: Client \"{peer}\", \"{path}\", 940 bytes, 84.53Kbyte/sec\n", self.ctime())
    }

    fn sftp(&self, process: usize) -> String {
        let Self { peer, path, account, .. } = self;
        let (month, head) = (MONTHS[usize::from(self.day.1) - 1], format!("hub internal-sftp[{process}]:"));
        let at = format!("{month} {:2} 03:04:05 {head}", self.day.2);
        let (flags, counts) = if self.outgoing { ("READ", "read 940 written 0") } else { ("WRITE,CREATE,TRUNCATE", "read 0 written 940") };
        format!(
            "{at} session opened for local user {account} from [{peer}]\n{at} open \"{path}\" flags {flags} mode 0666\n\
             {at} close \"{path}\" bytes {counts}\n{at} session closed for local user {account} from [{peer}]\n"
        )
    }

    fn ascp(&self, process: usize) -> String {
        let Self { peer, path, account, .. } = self;
        let (at, op) = (self.iso(' '), if self.outgoing { "send" } else { "recv" });
        let head = format!("{at}.730 [{process}] LOG FASP");
        format!(
            "{head} Session Start uuid=u{process} op={op} status=started source={path} dest=/x local=192.0.2.9:33001 peer={peer}:33001\n\
             {head} Session Params uuid=u{process} userid=0 user=\"{account}\" targetrate=100\n\
             {head} Transfer Stop uuid=u{process} op={op} status=success file=\"{path}\" size=940 start_byte=0\n"
        )
    }

    fn w3c(&self) -> String {
        let Self { peer, path, account, client, .. } = self;
        format!("{} {peer} {account} {} {path} 226 940 940 {client}/5.21\n", self.iso(' '), if self.outgoing { "RETR" } else { "STOR" })
    }

    fn audit(&self) -> String {
        let Self { peer, path, account, client, .. } = self;
        let (folder, name) = path.rsplit_once('/').expect("an absolute path");
        let action = if self.outgoing { "File Download" } else { "File Upload" };
        format!("{},{action},{account},{folder},{name},940,{peer},{client} 5.21\r\n", self.iso('T'))
    }
}

/// A log of the events in the words of each server.
fn logs(events: &[Event]) -> Vec<(&'static str, String)> {
    let join = |one: &dyn Fn(&Event) -> String| events.iter().map(one).collect::<String>();
    let numbered = |one: &dyn Fn(&Event, usize) -> String| events.iter().enumerate().map(|(i, e)| one(e, 100 + i)).collect::<String>();
    let fields = "#Software: IIS\n#Fields: date time c-ip cs-username cs-method cs-uri-stem sc-status sc-bytes cs-bytes cs(User-Agent)\n";
    vec![
        ("xferlog", join(&Event::xferlog)),
        ("vsftpd.log", join(&Event::vsftpd)),
        ("sftp.log", numbered(&Event::sftp)),
        ("ascp.log", numbered(&Event::ascp)),
        ("u_ex.log", format!("{fields}{}", join(&Event::w3c))),
        ("audit.csv", format!("Date,Action,Username,Folder,Target,Size,IP,Client\r\n{}", join(&Event::audit))),
    ]
}

const NAMES: [(&str, &str, &str); 6] = [
    ("K1", "Arbor Hollow Savings Bank", "arbor11x"),
    ("K2", "Birchfield Commerce Bank", "birch22x"),
    ("K3", "Cedarmont Valley Bank", "cedar33x"),
    ("K4", "Firgrove Merchants Bank", "fir44x"),
    ("K5", "Elmsworth County Bank", "elm55x"),
    ("K6", "Gorsefield Harbor Bank", "gorse66x"),
];

fn registry(dir: &Path, indicators: &str) {
    let institutions: Vec<Institution> =
        NAMES.iter().map(|(id, name, account)| Institution::new(id, name).with("transfer_account", account)).collect();
    write_registry(dir, &institutions);
    let incident = std::fs::read_to_string(dir.join("incident.toml")).expect("was just written");
    let told = incident.replace("\n\n[[compromised]]", &format!("\nindicators = [{indicators}]\n\n[[compromised]]"));
    write(&dir.join("incident.toml"), told.as_bytes());
}

/// Runs with these manifests beside a root in which nothing is anybody's.
fn run(desk: &Desk, indicators: &str, manifests: &[(&str, &str, &[u8])]) -> Outputs {
    write(&desk.path("ev/readme.txt"), b"nothing of interest\n");
    registry(&desk.path("registry"), indicators);
    let mut job = Job::of("ev", &desk.path("ev"));
    for (kind, name, text) in manifests {
        write(&desk.path(name), text);
        job = if kind.is_empty() { job.manifest(&desk.path(name)) } else { job.manifest_of(kind, &desk.path(name)) };
    }
    desk.run(&job, &desk.path("registry"))
}

#[track_caller]
fn assert_verdicts(outputs: &Outputs, expected: &[(&str, &str, &str)], what: &str) {
    let impact = outputs.impact();
    for (id, verdict, basis) in expected {
        let row = &impact[*id];
        assert_eq!((row["verdict"].as_str(), row["basis"].as_str()), (*verdict, *basis), "{what}: {id}");
    }
}

const EXPECTED: [(&str, &str, &str); 6] = [
    ("K1", "affected", "listed"),
    ("K2", "undetermined", "weak_evidence"),
    ("K3", "undetermined", "weak_evidence"),
    ("K4", "ruled_out", "searched_clear"),
    ("K5", "ruled_out", "searched_clear"),
    ("K6", "ruled_out", "searched_clear"),
];

#[test]
fn every_log_says_whose_files_the_intruder_fetched() {
    for (name, text) in logs(&EVENTS) {
        let desk = Desk::new();
        let outputs = run(&desk, "\"203.0.113.0/24\"", &[("", name, text.as_bytes())]);
        assert_verdicts(&outputs, &EXPECTED, name);
        let sure: Vec<_> = outputs.rows("evidence.csv").into_iter().filter(|row| row["strength"] == "sure").collect();
        assert_eq!(sure.len(), 1, "{name}: {sure:?}");
        assert!(sure[0]["item"].ends_with("/out/wires_0310.csv"), "{name}: {sure:?}");
        assert!(sure[0]["context"].contains("203.0.113.9") && sure[0]["context"].contains("203.0.113.0/24"), "{name}: {sure:?}");
    }
}

#[test]
fn accounts_and_clients_are_indicators_too() {
    for (name, text) in logs(&EVENTS[..2]) {
        let desk = Desk::new();
        let outputs = run(&desk, "\"BIRCH22X\"", &[("platform", name, text.as_bytes())]);
        assert_verdicts(&outputs, &[("K1", "undetermined", "weak_evidence"), ("K2", "affected", "listed")], name);
    }
    for (name, text) in logs(&EVENTS[..2]).into_iter().filter(|(name, _)| ["u_ex.log", "audit.csv"].contains(name)) {
        let desk = Desk::new();
        let outputs = run(&desk, "\"winscp\"", &[("", name, text.as_bytes())]);
        assert_verdicts(&outputs, &[("K1", "affected", "listed"), ("K2", "affected", "listed")], name);
    }
}

/// A file that moved through an account and that a list of what was taken names is surely taken from it, whoever
/// moved it and whichever way; of the other accounts with a file of that name it says nothing.
#[test]
fn a_line_that_a_list_of_what_was_taken_names_too() {
    let upload = Event { path: "/in/payroll.ach", outgoing: false, peer: "192.0.2.7", day: (2023, 5, 5), ..ARBOR };
    let events = [upload, Event { account: "birch22x", ..upload }];
    let taken = b"srv/tenants/ARBOR11X/in/payroll.ach\nsrv/tenants/zzz/in/other.ach\n";
    for (name, text) in logs(&events) {
        let desk = Desk::new();
        let outputs = run(&desk, "\"203.0.113.9\"", &[("platform", name, text.as_bytes()), ("taken", "taken.txt", taken)]);
        assert_eq!(outputs.impact()["K1"]["verdict"], "affected", "{name}");
        assert_ne!(outputs.impact()["K2"]["verdict"], "affected", "{name}");
        let context = outputs.rows("evidence.csv").into_iter().map(|row| row["context"].clone()).collect::<String>();
        assert!(context.contains("taken by taken.txt line 1"), "{name}: {context}");
    }
}

/// What the intruder fetched and nobody recovered is a gap: of its owner's group where the account is known, of
/// all that depend where nothing says whose it was.
#[test]
fn what_the_intruder_fetched_and_is_not_held_is_a_gap() {
    let nobodys = Event { account: "svc-backup", path: "/export/all.zip", ..ARBOR };
    let desk = Desk::new();
    let outputs = run(&desk, "\"203.0.113.9\", \"svc-backup\"", &[("", "xferlog", nobodys.xferlog().as_bytes())]);
    assert_verdicts(&outputs, &[("K1", "undetermined", "unread_content"), ("K6", "undetermined", "unread_content")], "not held");
    assert_eq!(outputs.rows("gaps.csv")[0]["cause"], "not_recovered");

    let desk = Desk::new();
    write(&desk.path("ev/deep/export/all.zip"), &crate::harness::zip_of(&[("a.txt".to_owned(), b"nothing here".to_vec())]));
    let outputs = run(&desk, "\"203.0.113.9\", \"svc-backup\"", &[("", "xferlog", nobodys.xferlog().as_bytes())]);
    assert_verdicts(&outputs, &[("K1", "ruled_out", "searched_clear")], "held");
}

/// The same text inside the evidence is content: it proves no transfer.
#[test]
fn a_log_in_the_evidence_is_content() {
    for (name, text) in logs(&EVENTS) {
        let desk = Desk::new();
        write(&desk.path("ev").join(name), text.as_bytes());
        let outputs = run(&desk, "\"203.0.113.9\"", &[]);
        assert!(outputs.impact().values().all(|row| row["basis"] != "listed"), "{name}");
        assert_eq!(outputs.impact()["K6"]["verdict"], "ruled_out", "{name}");
    }
}

/// Nothing moved where the server refused.
#[test]
fn a_refused_transfer_moved_nothing() {
    let log = "Wed Jan  9 03:04:05 2025 [pid 4] [arbor11x] FAIL DOWNLOAD: Client \"192.0.2.1\", \"/out/x.csv\", 0.00Kbyte/sec\n";
    let desk = Desk::new();
    let outputs = run(&desk, "\"203.0.113.9\"", &[("", "vsftpd.log", log.as_bytes())]);
    assert_verdicts(&outputs, &[("K1", "ruled_out", "searched_clear")], "refused");
}
