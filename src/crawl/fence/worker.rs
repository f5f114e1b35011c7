use super::super::bytes::Bytes;
use super::frames::{self, CHUNK, Ended, Event, Fault, HEADER, Kind, LONGEST, Request};
use super::layers;
use crate::format::{self, Child, Covered, Format, GapNote, Limits, Member, Offer, Outlet, Sink};
use crate::model::Cause;
use crate::passage::Passage;
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags};
use std::io::{self, IoSliceMut, Read};
use std::mem::MaybeUninit;
use std::ops::Range;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The argument that makes this program a worker; its standard input is the socket to the parent.
pub const ARGUMENT: &str = "__read";

/// Reads items for a parent until it closes the line: the whole life of a worker.
pub fn work() -> ExitCode {
    // Panics are told to the parent, without the evidence that they may quote.
    std::panic::set_hook(Box::new(|_| {}));
    // Readers that split their work do all of it in this thread: the filter forbids another one.
    _ = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global();
    let memory = layers::address_space();
    let missing = layers::confine();
    let mut end = WorkerEnd { socket: rustix::stdio::stdin(), descriptor: None };
    match serve(&mut end, memory, missing) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(2),
    }
}

fn serve(end: &mut WorkerEnd, memory: u64, missing: Vec<String>) -> io::Result<()> {
    end.tell(&Event::Hello { build: frames::build(), memory, missing })?;
    let Some(Request::Setup { limits, passwords, recognises }) = end.asked()? else { return Err(unexpected()) };
    let outlet = WorkerOutlet { end: Mutex::new(end), limits, passwords, recognises };
    loop {
        let (request, descriptor) = {
            let mut end = outlet.end();
            (end.asked()?, end.descriptor.take())
        };
        let ended = match (request, descriptor) {
            (None, _) => return Ok(()),
            (Some(Request::Read { format, len }), Some(descriptor)) => read(&format, descriptor, len, &outlet),
            (Some(_), _) => return Err(unexpected()),
        };
        outlet.end().tell_end(ended)?;
    }
}

fn unexpected() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "an unexpected request")
}

fn read(format: &str, descriptor: OwnedFd, len: u64, outlet: &WorkerOutlet<'_>) -> Ended {
    let Some(format) = format::formats().find(|row| row.name == format) else {
        return Ended::panicked("it does not know the format".to_owned());
    };
    let item = match Bytes::behind(descriptor, len) {
        Ok(item) if item.len() as u64 >= len => item,
        Ok(_) => return Ended::panicked("the item was shortened".to_owned()),
        Err(error) => return Ended::panicked(format!("the item cannot be read ({})", error.kind())),
    };
    let bytes = &item[..len as usize];
    catch_unwind(AssertUnwindSafe(|| read_with(format, bytes, outlet)))
        .unwrap_or_else(|panic| Ended::panicked(super::super::content::words_of(&*panic)))
}

fn read_with(format: &Format, bytes: &[u8], outlet: &WorkerOutlet<'_>) -> Ended {
    #[cfg(debug_assertions)]
    super::sabotage::perform(bytes);
    let mut sink = Sink::new(outlet);
    // Documents do not show in their bytes what they say.
    sink.searches_text();
    let result = (format.read)(bytes, &mut sink);
    sink.finish();
    Ended { result, panicked: None, coverage: sink.coverage, gaps: sink.gaps, facts: sink.facts }
}

/// The worker's end of the socket. It waits as long as the parent lets it.
struct WorkerEnd {
    socket: BorrowedFd<'static>,
    /// The descriptor that came last.
    descriptor: Option<OwnedFd>,
}

impl WorkerEnd {
    fn send(&mut self, kind: Kind, payload: &[u8]) -> io::Result<()> {
        let header = frames::header(kind, payload.len());
        for part in [&header[..], payload] {
            let mut rest = part;
            while !rest.is_empty() {
                match rustix::io::write(self.socket, rest) {
                    Ok(n) => rest = &rest[n..],
                    Err(rustix::io::Errno::INTR) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(())
    }

    fn tell(&mut self, event: &Event) -> io::Result<()> {
        self.send(Kind::Message, &frames::encode(event))
    }

    fn tell_end(&mut self, ended: Ended) -> io::Result<()> {
        let payload = frames::encode(&Event::Ended(Box::new(ended)));
        if payload.len() <= LONGEST {
            return self.send(Kind::Message, &payload);
        }
        // Tables with more values than a frame holds: the text went over, and whose it is stays open.
        let all = 0..u64::MAX;
        let mut ended = Ended { panicked: None, ..Ended::panicked(String::new()) };
        ended.coverage.add(all.clone(), Covered::Gap(Cause::LimitMemory));
        let detail = "what its reader established is larger than the limit".to_owned();
        ended.gaps.push(GapNote { range: all, cause: Cause::LimitMemory, detail });
        self.tell(&Event::Ended(Box::new(ended)))
    }

    /// The next request; `None` when the parent has closed the line.
    fn asked(&mut self) -> io::Result<Option<Request>> {
        let mut header = [0; HEADER];
        if !self.fill(&mut header)? {
            return Ok(None);
        }
        // The parent is trusted: its list of passwords may be longer than any answer.
        let mut payload = vec![0; frames::length(header)];
        if !self.fill(&mut payload)? {
            return Ok(None);
        }
        frames::decode(&payload).map(Some).ok_or_else(unexpected)
    }

    fn fill(&mut self, buffer: &mut [u8]) -> io::Result<bool> {
        let mut at = 0;
        while at < buffer.len() {
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
            let mut control = RecvAncillaryBuffer::new(&mut space);
            let mut parts = [IoSliceMut::new(&mut buffer[at..])];
            let got = match rustix::net::recvmsg(self.socket, &mut parts, &mut control, RecvFlags::CMSG_CLOEXEC) {
                Ok(got) => got,
                Err(rustix::io::Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            };
            for message in control.drain() {
                if let RecvAncillaryMessage::ScmRights(descriptors) = message {
                    self.descriptor = descriptors.last();
                }
            }
            if got.bytes == 0 {
                return Ok(false);
            }
            at += got.bytes;
        }
        Ok(true)
    }
}

/// Hands what a reader finds to the parent.
struct WorkerOutlet<'w> {
    end: Mutex<&'w mut WorkerEnd>,
    limits: Limits,
    passwords: Vec<Vec<u8>>,
    recognises: bool,
}

impl<'w> WorkerOutlet<'w> {
    /// The line stays usable when a decoder panics: the parent is then told that the reader did.
    fn end(&self) -> MutexGuard<'_, &'w mut WorkerEnd> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hand_over(&self, name: &[u8], encoded: Range<u64>, decoder: &mut dyn Read) -> io::Result<Child> {
        let mut end = self.end();
        end.tell(&Event::Member { name: name.to_vec(), encoded })?;
        let mut chunk = vec![0; CHUNK];
        loop {
            let (len, state) = fill_from(decoder, &mut chunk);
            match state {
                Ok(last) => end.send(if last { Kind::LastChunk } else { Kind::Chunk }, &chunk[..len])?,
                Err(error) => {
                    // What was decoded before goes first.
                    let mut wanted = true;
                    if len > 0 {
                        end.send(Kind::Chunk, &chunk[..len])?;
                        match end.asked()? {
                            Some(Request::More) => {}
                            Some(Request::Took(child)) => return Ok(child),
                            _ => wanted = false,
                        }
                    }
                    if !wanted {
                        return Err(unexpected());
                    }
                    let detail = error.to_string().chars().take(400).collect();
                    end.tell(&Event::Broken { fault: fault_of(error.kind()), detail })?;
                }
            }
            match end.asked()? {
                Some(Request::More) => {}
                Some(Request::Took(child)) => return Ok(child),
                Some(_) | None => return Err(unexpected()),
            }
        }
    }
}

/// Fills a chunk as far as the decoder goes: how far, and whether that was its end.
fn fill_from(decoder: &mut dyn Read, chunk: &mut [u8]) -> (usize, io::Result<bool>) {
    let mut len = 0;
    while len < chunk.len() {
        match decoder.read(&mut chunk[len..]) {
            Ok(0) => return (len, Ok(true)),
            Ok(n) => len += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (len, Err(error)),
        }
    }
    (len, Ok(false))
}

fn fault_of(kind: io::ErrorKind) -> Fault {
    match kind {
        io::ErrorKind::UnexpectedEof => Fault::Truncated,
        io::ErrorKind::Unsupported => Fault::Unsupported,
        io::ErrorKind::OutOfMemory => Fault::Memory,
        _ => Fault::Corrupt,
    }
}

impl Outlet for WorkerOutlet<'_> {
    fn passage(&self, passage: Passage) {
        self.end().tell(&Event::Passage(passage)).unwrap_or_else(|_| leave());
    }

    fn member(&self, name: &[u8], encoded: Range<u64>, decoder: &mut dyn Read) -> Child {
        self.hand_over(name, encoded, decoder).unwrap_or_else(|_| leave())
    }

    fn unread_member(&self, member: &Member, encoded: &Range<u64>) {
        self.end().tell(&Event::Unread { member: member.clone(), encoded: encoded.clone() }).unwrap_or_else(|_| leave());
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    /// The parent ends its workers when the run is interrupted.
    fn stopped(&self) -> bool {
        false
    }

    fn offer(&self) -> Offer<'_> {
        Offer { passwords: &self.passwords, recognises: self.recognises, ..Offer::default() }
    }
}

/// Without its parent, a worker has nothing left to do.
#[expect(clippy::exit, reason = "a worker whose line is gone has nobody to return to")]
fn leave() -> ! {
    std::process::exit(2)
}
