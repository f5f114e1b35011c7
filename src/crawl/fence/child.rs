use super::super::bytes::Bytes;
use super::exit::Death;
use super::frames::{self, Ended, Event, Fault, Kind, LONGEST_PASSAGE, Request};
use super::line::{Cut, Line};
use super::{rations, worker};
use crate::format::Sink;
use crate::stop::Stop;
use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Resource, Rlimit};
use std::io::{self, Read};
use std::ops::Range;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// So long a worker may take to start, on a machine that does much else.
const START: Duration = Duration::from_secs(30);

/// The parent's side of one worker. Dropping it ends the worker, which holds nothing worth keeping.
pub(super) struct Worker {
    process: Child,
    line: Line,
    /// Its address space when it said hello.
    memory: u64,
    /// Processor time that all of its items so far were allowed.
    seconds: u64,
    served: u32,
}

/// Why a worker did not read an item to the reader's end.
#[derive(Debug)]
pub(super) enum Broke {
    Died(Death),
    Stopped,
}

impl Worker {
    /// Starts a worker and waits until it is confined; also gives what it lacks.
    pub fn start(program: &Path, sink: &Sink<'_>, stop: &Stop) -> Result<(Self, Vec<String>)> {
        let (own, theirs) = UnixStream::pair().context("no socket")?;
        let mut command = Command::new(program);
        command.arg0("ruleout").arg(worker::ARGUMENT).env_clear().current_dir("/");
        #[cfg(debug_assertions)]
        command.envs(std::env::var_os(super::sabotage::VARIABLE).map(|value| (super::sabotage::VARIABLE, value)));
        // It is killed when the thread that started it ends; the threads that read outlive the pool. A group of
        // its own: an interrupt at the terminal is for the parent, which ends its workers itself.
        command.stdin(OwnedFd::from(theirs)).stdout(Stdio::null()).stderr(Stdio::piped()).process_group(0);
        let process = command.spawn().with_context(|| format!("cannot run {}", program.display()))?;
        drop(command);
        let mut worker = Self { process, line: Line::new(own), memory: 0, seconds: 0, served: 0 };
        worker.line.allow(START);
        let hello = worker.line.receive(stop).map_err(|cut| worker.post_mortem(cut));
        let mut missing = match hello {
            Ok((Kind::Message, payload)) => match frames::decode(&payload) {
                Some(Event::Hello { build, memory, missing }) if build == frames::build() => {
                    worker.memory = memory;
                    missing
                }
                Some(Event::Hello { .. }) => bail!("{} is another version of this program", program.display()),
                _ => bail!("{} does not answer as a reader's process", program.display()),
            },
            Ok(_) => bail!("{} does not answer as a reader's process", program.display()),
            Err(Broke::Stopped) => bail!("interrupted"),
            Err(Broke::Died(death)) => bail!("{}", death.detail),
        };
        let passwords = sink.passwords().to_vec();
        worker.memory += passwords.iter().map(|password| 64 + 2 * password.len() as u64).sum::<u64>();
        if let Err(error) = worker.ration(0) {
            missing.push(format!("memory and processor time are not limited: {error}"));
        }
        let setup = Request::Setup { limits: sink.limits(), passwords, recognises: sink.recognises() };
        worker.line.send(&setup, None, stop).map_err(|_| anyhow::anyhow!("it did not take its limits"))?;
        Ok((worker, missing))
    }

    /// How many items it was given.
    pub fn served(&self) -> u32 {
        self.served
    }

    /// Has an item read, whose bytes the worker gets as a descriptor.
    pub fn read(&mut self, format: &str, item: &Bytes, sink: &mut Sink<'_>, stop: &Stop) -> Result<Box<Ended>, Broke> {
        let len = item.len() as u64;
        let descriptor = item
            .descriptor()
            .map_err(|error| Broke::Died(Death::malformed(&format!("the item could not be handed to it ({})", error.kind()))))?;
        self.served += 1;
        // Where it cannot be set, that was said when the worker started.
        _ = self.ration(len);
        self.line.allow(rations::time(len));
        let request = Request::Read { format: format.to_owned(), len };
        self.line.send(&request, Some(descriptor.as_fd()), stop).and_then(|()| converse(&mut self.line, len, sink, stop)).map_err(|cut| {
            match cut {
                Cut::Late => Broke::Died(Death::late(rations::time(len).as_secs())),
                cut => self.post_mortem(cut),
            }
        })
    }

    /// Limits address space and processor time for an item of this size. The worker cannot lift them: the
    /// filter forbids it the call.
    fn ration(&mut self, len: u64) -> io::Result<()> {
        self.seconds += rations::time(len).as_secs();
        let set = |resource, current: u64| {
            let maximum = rustix::process::getrlimit(resource).maximum;
            let current = Some(maximum.map_or(current, |most| most.min(current)));
            rustix::process::prlimit(Some(Pid::from_child(&self.process)), resource, Rlimit { current, maximum })
        };
        set(Resource::As, self.memory.saturating_add(rations::memory(len)))?;
        set(Resource::Cpu, self.seconds)?;
        Ok(())
    }

    /// Ends the worker and finds out what it died of.
    fn post_mortem(&mut self, cut: Cut) -> Broke {
        match cut {
            Cut::Stopped => Broke::Stopped,
            Cut::Late => Broke::Died(Death::late(START.as_secs())),
            Cut::Malformed => Broke::Died(Death::malformed("its answer made no sense")),
            Cut::Closed => {
                let status = self.exit_status();
                Broke::Died(Death::of_exit(status, &self.last_words()))
            }
        }
    }

    /// The status of a process that has closed its line: it is about to end, or pretends to.
    fn exit_status(&mut self) -> Option<ExitStatus> {
        let patience = Instant::now() + Duration::from_secs(5);
        loop {
            match self.process.try_wait() {
                Ok(Some(status)) => return Some(status),
                Ok(None) if Instant::now() < patience => std::thread::sleep(Duration::from_millis(1)),
                Ok(None) | Err(_) => return None,
            }
        }
    }

    fn last_words(&mut self) -> String {
        let mut words = [0; 4096];
        let mut len = 0;
        if let Some(mut stderr) = self.process.stderr.take() {
            // Nobody may keep the parent waiting by holding the other end.
            if rustix::io::ioctl_fionbio(&stderr, true).is_ok() {
                while let Ok(n @ 1..) = stderr.read(&mut words[len..]) {
                    len += n;
                }
            }
        }
        String::from_utf8_lossy(&words[..len]).into_owned()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// Takes what a worker says about an item of `len` bytes until its reader has ended.
pub(super) fn converse(line: &mut Line, len: u64, sink: &mut Sink<'_>, stop: &Stop) -> Result<Box<Ended>, Cut> {
    let limits = sink.limits();
    let mut room = rations::text(len, &limits);
    loop {
        let event = match line.receive(stop)? {
            (Kind::Message, payload) => frames::decode(&payload).ok_or(Cut::Malformed)?,
            (Kind::Chunk | Kind::LastChunk, _) => return Err(Cut::Malformed),
        };
        match event {
            Event::Passage(passage) => {
                room = room.checked_sub(passage.text.len() as u64).ok_or(Cut::Malformed)?;
                if passage.text.len() > LONGEST_PASSAGE || !passage.map.is_sound(&passage.text) {
                    return Err(Cut::Malformed);
                }
                sink.passage(passage);
            }
            Event::Member { name, encoded } => {
                if sink.members.len() as u64 >= limits.entries {
                    return Err(Cut::Malformed);
                }
                let mut decoder = Decoder { line, stop, chunk: Vec::new(), at: 0, state: State::Begun, fault: None };
                let child = sink.member(&name, within(encoded, len), &mut decoder);
                if matches!(decoder.state, State::Begun) {
                    // Nobody wanted it (it lies too deep); the first chunk is on its way all the same.
                    decoder.next()?;
                }
                match decoder.state {
                    State::Ended(ended) => return checked(ended, sink, len),
                    State::Cut(cut) => return Err(cut),
                    State::Begun | State::Last | State::Chunked => {}
                }
                line.send(&Request::Took(child), None, stop)?;
            }
            Event::Unread { member, encoded } => {
                let Some(cause) = member.defect.filter(|_| member.content.is_none() && (sink.members.len() as u64) < limits.entries) else {
                    return Err(Cut::Malformed);
                };
                sink.unread_member(&member.name, within(encoded, len), member.size, cause, member.detail);
            }
            Event::Ended(ended) => return checked(ended, sink, len),
            Event::Hello { .. } | Event::Broken { .. } => return Err(Cut::Malformed),
        }
    }
}

/// The end of a reading, if it speaks of this item alone.
fn checked(mut ended: Box<Ended>, sink: &Sink<'_>, len: u64) -> Result<Box<Ended>, Cut> {
    if ended.coverage.last_member().is_some_and(|ordinal| ordinal as usize >= sink.members.len()) {
        return Err(Cut::Malformed);
    }
    for gap in &mut ended.gaps {
        gap.range = within(gap.range.clone(), len);
    }
    Ok(ended)
}

/// The part of a range that lies in an item of this size.
fn within(range: Range<u64>, len: u64) -> Range<u64> {
    let start = range.start.min(len);
    start..range.end.clamp(start, len)
}

/// The decoded bytes of a member, as they come from a worker.
struct Decoder<'d> {
    line: &'d mut Line,
    stop: &'d Stop,
    chunk: Vec<u8>,
    at: usize,
    state: State,
    /// What the decoder broke off with, after the last chunk.
    fault: Option<(Fault, String)>,
}

enum State {
    /// Nothing has come yet; the worker sends the first chunk unasked.
    Begun,
    /// The worker waits to be asked for more.
    Chunked,
    /// There is no more.
    Last,
    /// The reader panicked while it decoded.
    Ended(Box<Ended>),
    /// The worker cannot be used any more.
    Cut(Cut),
}

impl Decoder<'_> {
    fn next(&mut self) -> Result<(), Cut> {
        if matches!(self.state, State::Chunked) {
            self.line.send(&Request::More, None, self.stop)?;
        }
        let (kind, payload) = self.line.receive(self.stop)?;
        match kind {
            Kind::Chunk => self.state = State::Chunked,
            Kind::LastChunk => self.state = State::Last,
            Kind::Message => {
                self.state = State::Last;
                return self.message(&payload);
            }
        }
        (self.chunk, self.at) = (payload, 0);
        Ok(())
    }

    fn message(&mut self, payload: &[u8]) -> Result<(), Cut> {
        match frames::decode(payload) {
            Some(Event::Broken { fault, detail }) => {
                self.state = State::Last;
                self.fault = Some((fault, detail));
                Ok(())
            }
            Some(Event::Ended(ended)) => {
                self.state = State::Ended(ended);
                Ok(())
            }
            _ => Err(Cut::Malformed),
        }
    }
}

impl Read for Decoder<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.at < self.chunk.len() {
                let n = (&self.chunk[self.at..]).read(buffer)?;
                self.at += n;
                return Ok(n);
            }
            match &self.state {
                State::Begun | State::Chunked => {}
                State::Last => {
                    return match &self.fault {
                        None => Ok(0),
                        Some((fault, detail)) => Err(io::Error::new(kind_of(*fault), detail.clone())),
                    };
                }
                State::Ended(_) => return Err(io::Error::other("its reader broke off")),
                State::Cut(_) => return Err(io::Error::other("its reader's process died")),
            }
            if let Err(cut) = self.next() {
                self.state = State::Cut(cut);
            }
        }
    }
}

fn kind_of(fault: Fault) -> io::ErrorKind {
    match fault {
        Fault::Truncated => io::ErrorKind::UnexpectedEof,
        Fault::Unsupported => io::ErrorKind::Unsupported,
        Fault::Memory => io::ErrorKind::OutOfMemory,
        Fault::Corrupt => io::ErrorKind::InvalidData,
    }
}
