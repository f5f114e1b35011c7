use super::*;
use crate::format::testing::read_with;
use crate::format::{ReadFn, detect};
use proptest::prelude::*;

type Members = Vec<(String, Vec<u8>)>;

fn seen(read: ReadFn, bytes: &[u8]) -> (String, Members, Vec<Cause>, bool) {
    read_with(read, bytes, |sink, collector| {
        let names = sink.members.iter().map(|m| String::from_utf8_lossy(&m.name).into_owned());
        let members = names.zip(collector.members.lock().unwrap().iter().cloned()).collect();
        let whole = sink.coverage.clone().partition(bytes.len() as u64).iter().all(|(_, c)| c.is_some());
        (collector.text(), members, sink.gaps.iter().map(|g| g.cause).collect(), whole)
    })
}

const MESSAGE: &str = "Received: from mx.example by hub.example;\r\n Tue, 5 Mar 2024 10:00:00 +0000\r\nFrom: =?iso-8859-1?Q?J=F6rg?= <j@x.example>\r\n\
    To: ops@y.example\r\nSubject: Wires of First\r\n State Bank\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=b\"\r\n\r\n\
    preamble\r\n--=b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\
    Content-Transfer-Encoding: quoted-printable\r\n\r\nSoci=E9t=E9 G=\r\n=E9n=E9rale\r\n--c\r\nContent-Type: text/html\r\n\r\n<p>First <b>St</b>ate</p>\r\n\
    --c--\r\n--=b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"=?utf-8?Q?a=C3=A4?=.csv\"\r\n\
    Content-Transfer-Encoding: base64\r\n\r\naWQsbmFtZQ0K\r\nMSxBbm4NCg==\r\n--=b\r\nContent-Type: message/rfc822\r\n\r\nFrom: a@b.c\r\nSubject: inner\r\n\r\nbody\r\n--=b--\r\nepilogue\r\n";

#[test]
fn messages_are_taken_apart() {
    let bytes = MESSAGE.as_bytes();
    assert_eq!(detect(&Probe::new(bytes)).name(), "eml");
    let (text, members, causes, whole) = seen(read_message, bytes);
    for wanted in ["Jörg <j@x.example>", "subject: Wires of First State Bank", "Société Générale", "First State", "preamble", "epilogue"]
    {
        assert!(text.contains(wanted), "{wanted} in {text:?}");
    }
    assert_eq!(members[0], ("aä.csv".to_owned(), b"id,name\r\n1,Ann\r\n".to_vec()));
    assert_eq!(members[1].1, b"From: a@b.c\r\nSubject: inner\r\n\r\nbody");
    assert!(causes.is_empty() && whole);
}

#[test]
fn cut_messages_say_so() {
    let bytes = MESSAGE.as_bytes();
    for cut in 1..bytes.len() {
        let (_, _, causes, whole) = seen(read_message, &bytes[..cut]);
        // What ends with a line may be all that was ever written.
        let in_parts = (bytes.len() - 500..bytes.len() - 20).contains(&cut) && !bytes[..cut].ends_with(b"\n");
        assert!(whole && (!in_parts || !causes.is_empty()), "cut at {cut}");
    }
}

#[test]
fn mailboxes_are_split() {
    let mailbox = "From a@b.c Tue Mar  5 10:00:00 2024\nFrom: a@b.c\nSubject: one\n\nbody\n>From here on\nFrom now on\n\n\
        From d@e.f Tue Mar  5 11:00:00 2024\nFrom: d@e.f\nSubject: two\n\nbody\n";
    assert_eq!(detect(&Probe::new(mailbox.as_bytes())).name(), "mbox");
    let (_, members, _, whole) = seen(read_mailbox, mailbox.as_bytes());
    assert!(whole && members.len() == 2);
    assert!(members[0].1.ends_with(b"body\nFrom here on\nFrom now on\n\n") && members[1].0 == "message-2.eml");
}

#[test]
fn other_encodings_of_messages_are_known() {
    let apple = format!("{}\n{MESSAGE}<?xml version=\"1.0\"?><plist/>", MESSAGE.len());
    assert_eq!(detect(&Probe::new(apple.as_bytes())).name(), "eml");
    assert!(!seen(read_message, apple.as_bytes()).3, "what follows the message is left to the scan");
    for text in
        ["To: everybody\nplease read this\n", "From: the start\nTo: the end\nand so on\n", "From here to there 12:30 in 2024\nwe went\n"]
    {
        assert!(!["eml", "mbox"].contains(&detect(&Probe::new(text.as_bytes())).name()), "{text}");
    }
}

#[test]
fn nesting_is_bounded() {
    let mut deep = String::new();
    for i in 0..5_000 {
        deep.push_str(&format!("Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n"));
    }
    seen(read_message, deep.as_bytes());
    seen(read_message, "Content-Type: multipart/mixed; boundary=b\n\n".repeat(3).as_bytes());
    seen(read_message, format!("From: a\nContent-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\n".repeat(20_000)).as_bytes());
}

proptest! {
    #[test]
    fn broken_messages_are_covered(at in 0..MESSAGE.len(), to in any::<u8>()) {
        let mut bytes = MESSAGE.as_bytes().to_vec();
        bytes[at] = to;
        prop_assert!(seen(read_message, &bytes).3);
    }
}
