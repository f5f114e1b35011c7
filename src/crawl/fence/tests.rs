use super::child::converse;
use super::exit::Death;
use super::frames::{self, CHUNK, Ended, Event, Fault, Kind, LONGEST, Request};
use super::line::{Cut, Line};
use crate::format::testing::Collector;
use crate::format::{Coverage, Covered, Facts, GapNote, Member, Outlet, Sink};
use crate::model::{Cause, Class};
use crate::passage::{At, OffsetMap, Passage, PassageKind};
use crate::stop::Stop;
use proptest::prelude::*;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

/// Size of the item that is spoken of.
const LEN: u64 = 1_000;

fn message(event: &Event) -> Vec<u8> {
    let payload = frames::encode(event);
    [&frames::header(Kind::Message, payload.len())[..], &payload].concat()
}

fn chunk(kind: Kind, bytes: &[u8]) -> Vec<u8> {
    [&frames::header(kind, bytes.len())[..], bytes].concat()
}

fn ended(change: impl FnOnce(&mut Ended)) -> Vec<u8> {
    let mut ended = Ended { panicked: None, ..Ended::panicked(String::new()) };
    change(&mut ended);
    message(&Event::Ended(Box::new(ended)))
}

/// What the parent makes of a worker that plays a part; `look` sees what reached the sink.
fn played<T>(
    part: impl FnOnce(UnixStream) + Send,
    stop: &Stop,
    look: impl FnOnce(Result<Box<Ended>, Cut>, &Sink<'_>, &Collector) -> T,
) -> T {
    let (own, theirs) = UnixStream::pair().unwrap();
    let mut line = Line::new(own);
    line.allow(Duration::from_secs(20));
    let collector = Collector::default();
    let mut sink = Sink::new(&collector);
    let result = std::thread::scope(|scope| {
        scope.spawn(|| part(theirs));
        let result = converse(&mut line, LEN, &mut sink, stop);
        drop(line);
        result
    });
    look(result, &sink, &collector)
}

/// The same for a worker that says its words and closes the line.
fn said(words: &[Vec<u8>]) -> Result<Box<Ended>, Cut> {
    let words = words.concat();
    played(move |mut line| _ = line.write_all(&words), &Stop::new(), |result, _, _| result)
}

fn asked(line: &mut UnixStream) -> Request {
    let mut header = [0; frames::HEADER];
    line.read_exact(&mut header).unwrap();
    let (_, len) = frames::parse_header(header).unwrap();
    let mut payload = vec![0; len];
    line.read_exact(&mut payload).unwrap();
    frames::decode(&payload).unwrap()
}

fn passage(text: &str, places: &[u64]) -> Event {
    // Maps are made by sinks; one that no sink makes is put together from its bytes.
    let pieces: Vec<(u32, u64, u8)> = places.iter().map(|&place| (place as u32, place, 0)).collect();
    let map: OffsetMap = postcard::from_bytes(&postcard::to_stdvec(&pieces).unwrap()).unwrap();
    Event::Passage(Passage { kind: PassageKind::Prose, text: text.to_owned(), map })
}

#[test]
fn what_a_reader_finds_arrives_as_it_was_found() {
    let facts = Facts { notes: vec!["a note".to_owned()], ..Facts::default() };
    let words = [
        message(&passage("First State Bank", &[0, 6])),
        ended(|ended| {
            ended.coverage.add(0..LEN, Covered::As(Class::Read));
            ended.facts = facts.clone();
        }),
    ];
    let words = words.concat();
    played(
        move |mut line| line.write_all(&words).unwrap(),
        &Stop::new(),
        |result, sink, collector| {
            let ended = result.unwrap();
            assert_eq!(ended.facts, facts);
            assert_eq!(ended.coverage.partition(LEN), [(0..LEN, Some(Covered::As(Class::Read)))]);
            assert_eq!(collector.text(), "First State Bank");
            assert!(sink.members.is_empty());
        },
    );
}

#[test]
fn members_are_decoded_chunk_by_chunk_and_answered() {
    let first = vec![7; CHUNK];
    let part = |mut line: UnixStream| {
        line.write_all(&message(&Event::Member { name: b"m".to_vec(), encoded: 10..2_000 })).unwrap();
        line.write_all(&chunk(Kind::Chunk, &first)).unwrap();
        assert!(matches!(asked(&mut line), Request::More));
        line.write_all(&chunk(Kind::LastChunk, b"end")).unwrap();
        assert!(matches!(asked(&mut line), Request::Took(child) if child.size == CHUNK as u64 + 3 && child.defect.is_none()));
        line.write_all(&message(&Event::Member { name: b"broken".to_vec(), encoded: 20..30 })).unwrap();
        line.write_all(&message(&Event::Broken { fault: Fault::Corrupt, detail: "bad".to_owned() })).unwrap();
        assert!(matches!(asked(&mut line), Request::Took(child) if child.defect.is_some()));
        let unread = Member { name: b"locked".to_vec(), content: None, size: 5, defect: Some(Cause::Encrypted), detail: String::new() };
        line.write_all(&message(&Event::Unread { member: unread, encoded: 40..50 })).unwrap();
        line.write_all(&ended(|ended| ended.coverage.add(10..1_000, Covered::Member(2)))).unwrap();
    };
    played(part, &Stop::new(), |result, sink, collector| {
        result.unwrap();
        let names: Vec<&[u8]> = sink.members.iter().map(|member| &member.name[..]).collect();
        assert_eq!(names, [&b"m"[..], b"broken", b"locked"]);
        assert_eq!(sink.members[2].defect, Some(Cause::Encrypted));
        assert_eq!(collector.members.lock().unwrap()[0].len(), CHUNK + 3);
    });
}

/// Takes no member, as where it would lie too deep.
struct Unwilling;

impl Outlet for Unwilling {
    fn passage(&self, _: Passage) {}

    fn member(&self, _: &[u8], _: std::ops::Range<u64>, _: &mut dyn Read) -> crate::format::Child {
        crate::format::Child { content: None, size: 0, defect: Some((Cause::LimitDepth, String::new())) }
    }

    fn limits(&self) -> crate::format::Limits {
        crate::format::Limits::default()
    }

    fn stopped(&self) -> bool {
        false
    }
}

#[test]
fn a_member_that_nobody_wants_does_not_confuse_the_line() {
    let (own, mut theirs) = UnixStream::pair().unwrap();
    let mut line = Line::new(own);
    line.allow(Duration::from_secs(20));
    let mut sink = Sink::new(&Unwilling);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            theirs.write_all(&message(&Event::Member { name: b"deep".to_vec(), encoded: 0..10 })).unwrap();
            theirs.write_all(&chunk(Kind::Chunk, b"abc")).unwrap();
            assert!(matches!(asked(&mut theirs), Request::Took(child) if child.defect.is_some()));
            theirs.write_all(&ended(|_| {})).unwrap();
        });
        converse(&mut line, LEN, &mut sink, &Stop::new()).unwrap();
    });
    assert_eq!(sink.members[0].defect, Some(Cause::LimitDepth));
}

#[test]
fn a_worker_that_dies_in_a_member_leaves_what_was_decoded() {
    let part = |mut line: UnixStream| {
        line.write_all(&message(&Event::Member { name: b"m".to_vec(), encoded: 0..10 })).unwrap();
        line.write_all(&chunk(Kind::Chunk, b"abc")).unwrap();
    };
    played(part, &Stop::new(), |result, sink, collector| {
        assert_eq!(result.unwrap_err(), Cut::Closed);
        assert_eq!(*collector.members.lock().unwrap(), [b"abc".to_vec()]);
        assert!(sink.members[0].defect.is_some());
    });
}

#[test]
fn a_reader_that_panics_while_it_decodes_is_told() {
    let part = |mut line: UnixStream| {
        line.write_all(&message(&Event::Member { name: b"m".to_vec(), encoded: 0..10 })).unwrap();
        line.write_all(&message(&Event::Ended(Box::new(Ended::panicked("words".to_owned()))))).unwrap();
    };
    played(part, &Stop::new(), |result, sink, _| {
        assert_eq!(result.unwrap().panicked.as_deref(), Some("words"));
        assert!(sink.members[0].defect.is_some());
    });
}

#[test]
fn lies_end_the_talk() {
    let hello = message(&Event::Hello { build: frames::build(), memory: 0, missing: Vec::new() });
    let found = Member { name: Vec::new(), content: None, size: 1, defect: None, detail: String::new() };
    let mut oversized = vec![0; frames::HEADER];
    oversized[..4].copy_from_slice(&(LONGEST as u32 + 1).to_le_bytes());
    for (what, words) in [
        ("a second hello", hello),
        ("a chunk of nothing", chunk(Kind::Chunk, b"abc")),
        ("a fault of nothing", message(&Event::Broken { fault: Fault::Memory, detail: String::new() })),
        ("an unread member without a cause", message(&Event::Unread { member: found, encoded: 0..1 })),
        ("a frame longer than any", oversized),
        ("a frame of no kind", vec![1, 0, 0, 0, 9, 0]),
        ("no message", chunk(Kind::Message, b"\xFF\xFF\xFF")),
        ("a message and more", chunk(Kind::Message, &[&frames::encode(&passage("a", &[0]))[..], b"x"].concat())),
        ("a map that goes back", message(&passage("abc", &[2, 1]))),
        ("a map past the text", message(&passage("abc", &[4]))),
        ("a passage longer than any", message(&passage(&"a".repeat(frames::LONGEST_PASSAGE + 1), &[0]))),
        ("bytes of a member that is not there", ended(|ended| ended.coverage.add(0..5, Covered::Member(0)))),
    ] {
        assert_eq!(said(&[words]).unwrap_err(), Cut::Malformed, "{what}");
    }
}

#[test]
fn ranges_end_with_the_item() {
    let gap = |range| GapNote { range, cause: Cause::Corrupt, detail: String::new() };
    let ended = said(&[ended(|ended| {
        let backwards = std::ops::Range { start: 9, end: 3 };
        ended.gaps = vec![gap(5..u64::MAX), gap(2_000..3_000), gap(backwards)];
        ended.coverage.add(900..u64::MAX, Covered::As(Class::Read));
    })])
    .unwrap();
    let ranges: Vec<_> = ended.gaps.iter().map(|gap| gap.range.clone()).collect();
    assert_eq!(ranges, [5..LEN, LEN..LEN, 9..9]);
    assert_eq!(ended.coverage.partition(LEN), [(0..900, None), (900..LEN, Some(Covered::As(Class::Read)))]);
}

#[test]
fn a_silent_worker_is_late_and_a_closed_line_is_closed() {
    assert_eq!(said(&[]).unwrap_err(), Cut::Closed);
    assert_eq!(said(&[vec![1, 0]]).unwrap_err(), Cut::Closed);
    let (own, _silent) = UnixStream::pair().unwrap();
    let mut line = Line::new(own);
    line.allow(Duration::from_millis(120));
    assert_eq!(converse(&mut line, LEN, &mut Sink::new(&Unwilling), &Stop::new()).unwrap_err(), Cut::Late);
}

#[test]
fn an_interrupt_ends_the_wait() {
    let stop = Stop::new();
    stop.raise();
    played(drop, &stop, |result, _, _| assert_eq!(result.unwrap_err(), Cut::Stopped));
}

#[test]
fn deaths_have_causes() {
    let of = |raw, words| Death::of_exit(Some(ExitStatus::from_raw(raw)), words);
    assert_eq!(of(libc::SIGABRT, "memory allocation of 8 bytes failed\n").cause, Cause::LimitMemory);
    assert_eq!(of(libc::SIGABRT, "").cause, Cause::WorkerDied);
    assert_eq!(of(libc::SIGXCPU, "").cause, Cause::LimitTime);
    assert!(of(libc::SIGSYS, "").detail.contains("forbids"));
    assert!(of(3 << 8, "").detail.contains("code 3"));
    assert_eq!(Death::of_exit(None, "").cause, Cause::WorkerDied);
}

#[test]
fn maps_of_our_sinks_are_sound() {
    let collector = Collector::default();
    let mut sink = Sink::new(&collector);
    (0..40_000).for_each(|n| sink.text("ein Wörtchen ", At::Chars(n * 13, 1)));
    sink.finish();
    assert!(collector.passages.lock().unwrap().iter().all(|passage| passage.map.is_sound(&passage.text)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn noise_never_panics_the_parent(noise in prop::collection::vec(any::<u8>(), 0..200), wrap: bool) {
        let words = if wrap { chunk(Kind::Message, &noise) } else { noise };
        // Whatever it is taken for, it ends, and nothing is claimed that the item does not have.
        if let Ok(ended) = said(&[words]) {
            prop_assert!(ended.coverage.last_member().is_none());
        }
    }
}

#[test]
fn an_empty_coverage_has_no_member() {
    assert_eq!(Coverage::default().last_member(), None);
}
